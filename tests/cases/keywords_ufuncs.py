"""Keywords of ufuncs: `dtype`, `casting`, `order`, `subok`, `signature`; their methods `reduce`, `accumulate`,
`reduceat`, `outer`.
"""

from __future__ import annotations

import numpy as np

from tests.cases import Row, normal, positive

A, B, T, V, P = normal(3, 4), normal(3, 4, seed=1), normal(2, 3, 4, seed=2), normal(6, seed=3), positive(3, 4)
K = np.array([1, 2, 3, 1])
MASK = B > -0.5

CASES: list[Row] = [
    # dtype and what goes with it
    ("np.add(x, y, dtype=np.float32)", {"x": A, "y": B[0]}), ("np.multiply(x, 2, dtype=np.float32)", {"x": A}),
    ("np.sqrt(x, dtype=np.float32)", {"x": P}), ("np.exp(x, dtype=float)", {"x": A}),
    ("np.maximum(k, x, dtype=float)", {"k": K, "x": A}), ("np.sqrt(k, dtype=float) * x", {"k": K, "x": V[:4]}),
    ("np.subtract(x, y, casting='same_kind', order='C', subok=True)", {"x": A, "y": 0.4}),
    ("np.multiply(x, y, signature='dd->d')", {"x": A, "y": B}), ("np.sin(x, signature='d->d', order='A')", {"x": V}),
    ("np.divide(x, y, dtype=np.float32, casting='unsafe')", {"x": A, "y": P}),
    ("np.multiply(x, y, dtype=None)", {"x": A, "y": 1.5}),
    ("np.divmod(x, 1.3, dtype=np.float64)", {"x": P}), ("np.less(x, y, dtype=bool) * x", {"x": A, "y": B}),
    ("np.add(x, y, signature=(None, None, np.float32))", {"x": A, "y": B}),
    # reduce
    *((f"np.{u}.reduce(x)", {"x": T}) for u in ("add", "multiply", "maximum", "minimum", "fmax", "fmin")),
    *((f"np.{u}.reduce(x)", {"x": T}) for u in ("logaddexp", "logaddexp2", "hypot", "subtract")),
    *((f"np.{u}.reduce(x, -1, keepdims=True)", {"x": T}) for u in ("add", "logaddexp2", "hypot", "subtract")),
    *((f"np.{u}.reduce(x, 1)", {"x": A}) for u in ("logaddexp", "logaddexp2", "hypot", "subtract")),
    *((f"np.{u}.reduce(x, axis=None)", {"x": V}) for u in ("add", "multiply", "hypot", "subtract")),
    ("np.add.reduce(x, 1, np.float32)", {"x": A}), ("np.add.reduce(x, (0, 2), None, None, True)", {"x": T}),
    ("np.add.reduce(x, axis=1, initial=y, where=m)", {"x": A, "y": 0.5, "m": MASK}),
    ("np.add.reduce(x, axis=())", {"x": A}),
    ("np.maximum.reduce(x, axis=1, initial=0.1)", {"x": A}), ("np.multiply.reduce(x, 0, where=m)", {"x": A, "m": MASK}),
    ("np.maximum.reduce([x, y, x * y])", {"x": A, "y": B}), ("np.logical_and.reduce(x > -1.0, axis=0) * x", {"x": A}),
    ("np.logical_or.reduce([x > 1.0, x < -1.0]) * x", {"x": A}), ("np.hypot.reduce(x, dtype=np.float64)", {"x": A}),
    # accumulate
    *((f"np.{u}.accumulate(x)", {"x": T}) for u in ("add", "multiply", "maximum", "minimum", "logaddexp")),
    *((f"np.{u}.accumulate(x, axis=-1)", {"x": A}) for u in ("add", "multiply", "maximum", "minimum", "logaddexp")),
    ("np.maximum.accumulate(x)", {"x": V}), ("np.add.accumulate(x, 1, np.float32)", {"x": A}),
    ("np.maximum.accumulate(x[::-1])[::-1] - x", {"x": V}),
    # reduceat
    ("np.add.reduceat(x, [0, 2, 4])", {"x": V}), ("np.add.reduceat(x, [0, 3, 1, 5, 2])", {"x": V}),
    ("np.add.reduceat(x, i, axis=1)", {"x": A, "i": K[:2]}), ("np.add.reduceat(x, i, 1)", {"x": T, "i": K[:2]}),
    ("np.add.reduceat(x, i)", {"x": A, "i": K[:2]}),
    # outer
    ("np.subtract.outer(x, y)", {"x": A, "y": V}), ("np.multiply.outer(x, y)", {"x": 1.5, "y": V}),
    ("np.add.outer(x, y)", {"x": A, "y": 0.5}), ("np.maximum.outer([0.1, -0.3], x)", {"x": V}),
    ("np.power.outer(x, k)", {"x": P[0], "k": K}), ("np.multiply.outer(x, y, dtype=np.float32)", {"x": V, "y": A}),
]
