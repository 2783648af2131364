"""What works in place, and queries: `adgen.frontend.inplace`, `adgen.frontend.numpy_objects`."""

from __future__ import annotations

import numpy as np

from tests.cases import Row, normal

X, Y, FIRST = normal(3, 4), normal(3, 4, seed=1), ("w = 1.0 * x",)
MASK, AT = np.array([[True], [False], [True]]) & (normal(3, 4, seed=2) > -0.5), np.array([[2], [0], [3]])

CASES: list[Row] = [
    ("w * x", {"x": X, "y": Y}, (*FIRST, "np.copyto(w, y)")),
    ("w * x", {"x": X, "y": Y[0], "m": MASK}, (*FIRST, "np.copyto(w, y, where=m)")),
    ("w * x", {"x": X, "y": 0.3}, (*FIRST, "np.fill_diagonal(w, y)")),
    ("w * x", {"x": X, "y": 0.3, "m": MASK}, (*FIRST, "np.place(w, m, y)")),
    ("w * x", {"x": X, "m": MASK}, (*FIRST, "np.putmask(w, m, x * x)")),
    ("w * x", {"x": X, "y": normal(2, seed=3)}, (*FIRST, "np.put(w, [1, 5], y)")),
    ("w * x", {"x": X, "y": normal(3, 1, seed=3), "i": AT}, (*FIRST, "np.put_along_axis(w, i, y, 1)")),
    ("w * x", {"x": X, "y": 0.3}, (*FIRST, "w.fill(y)")),
    ("w * x", {"x": X, "y": normal(2, seed=3)}, (*FIRST, "w.put([1, 5], y)")),
    ("w * x", {"x": X}, (*FIRST, "w.sort()")),
    ("w * x", {"x": X, "y": normal(2, seed=3)}, (*FIRST, "np.add.at(w, ([0, 0], [1, 1]), y)")),
    ("w * x", {"x": X, "y": normal(2, seed=3)}, (*FIRST, "np.subtract.at(w, ([0, 0], [1, 2]), y)")),
    ("x.item(1, 2) * x", {"x": X}),
    *((f"np.{name}(x) * x[0, 0]", {"x": X}) for name in ("isscalar", "iscomplexobj", "isrealobj", "ndim", "size")),
    ("x[np.tril_indices(3)]", {"x": X}), ("x[np.triu_indices(3)]", {"x": X}), ("x[np.diag_indices(3)]", {"x": X}),
    ("np.zeros(3, dtype=np.dtype('float64')) + x", {"x": 0.3}),
    ("np.shape(x)[1] * x", {"x": X}), ("np.size(x, 1) * x", {"x": X}),
    ("np.finfo(np.float64).eps * x", {"x": X}), ("np.iinfo(np.int8).max * x", {"x": X}),
]
