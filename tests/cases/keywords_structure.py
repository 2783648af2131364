"""Keywords of the functions that join, rearrange, index, sort, interpolate and multiply arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from adgen.rules.sorting import METHODS
from tests.cases import Row, normal

A, B, T, V, W = normal(3, 4), normal(3, 4, seed=1), normal(2, 3, 4, seed=2), normal(6, seed=3), normal(4, seed=4)
R, Q = 1.7, 0.6
X: dict[str, Any] = {"x": A}
XY: dict[str, Any] = {"x": A, "y": B}
XV: dict[str, Any] = {"x": V}

CASES: list[Row] = [
    # joining
    ("np.concatenate([x, y], 0, dtype=np.float32)", XY),
    ("np.concatenate([x, y], axis=None, dtype=float, casting='safe')", XY),
    ("np.concatenate((x, k), dtype=np.float64, casting='unsafe')", {"x": V, "k": np.array([1, 2])}),
    ("np.stack([x, y], 1, dtype=np.float32, casting='same_kind')", XY),
    ("np.stack([x, k], dtype=float)", {"x": V[:2], "k": np.array([1, 2])}),
    ("np.vstack([x, y], dtype=np.float32)", {"x": V, "y": V}),
    ("np.hstack([x, y], dtype=np.float32, casting='unsafe')", XY),
    # rearranging
    *((f"{f}(x, (6, 2), order='{o}')", X) for f in ("np.reshape",) for o in "CF"), ("x.reshape(2, -1, order='F')", X),
    ("x.reshape((4, 3), order='F', copy=True) * y", {"x": A, "y": Q}), ("np.reshape(x, -1, 'F')", X),
    ("np.reshape(x, (4, 6), order='F', copy=None)", {"x": T}),
    *((f"x.{f}('{o}')", X) for f in ("ravel", "flatten") for o in "CF"), ("np.ravel(x, 'F')", {"x": T}),
    ("np.ravel(x, order='K')", XV),
    ("np.broadcast_to(x, (2, 3, 4), subok=True)", X), ("np.broadcast_arrays(x, y, subok=True)", {"x": A, "y": W}),
    ("np.trace(x, 1, 0, 1, np.float32)", X), ("np.trace(x, dtype=float, axis1=1, axis2=2)", {"x": T}),
    ("x.trace(0, 0, 2, np.float32)", {"x": T}),
    # indexing
    *((f"np.take(x, k, 1, mode='{m}')", {"x": A, "k": np.array([5, -7, 2])}) for m in ("wrap", "clip")),
    ("np.take(x, k, mode='wrap')", {"x": V, "k": np.array([[5, -7], [2, 9]])}), ("x.take(9, 0, None, 'clip')", X),
    ("np.compress([True, False, True], x, 0, None)", X),
    ("np.searchsorted(y, x, 'right', np.argsort(y)) * x", {"x": W, "y": V}),
    ("y.searchsorted(x, sorter=np.argsort(y)) * x", {"x": W, "y": V}),
    ("np.digitize(x, [-0.5, 0.0, 0.5], right=True) * x", XV),
    ("x[np.unravel_index(5, (3, 4), order='F')]", X),
    ("x[np.unravel_index(k, x.shape, 'F')]", {"x": A, "k": np.array([1, 7])}),
    # sorting
    *((f"np.sort(x, 1, '{k}')", X) for k in ("quicksort", "stable", "heapsort", "mergesort")),
    ("np.sort(x, kind=None, order=None, stable=True)", X),
    ("x[np.argsort(x, stable=True)]", XV), ("x[np.argsort(x, 0, 'heapsort', None)]", XV),
    ("x[x.argsort(0, 'stable')]", XV),
    ("np.median(x, (0, 2))", {"x": T}), ("np.median(x, (2, 0), None, False, True)", {"x": T}),
    ("np.median(x, axis=(0, 1), keepdims=True)", X),
    *((f"np.quantile(x, {q}, 0, method='{m}')", {"x": normal(7, 3, seed=8)}) for q in (0.3, 0.75) for m in METHODS),
    *((f"np.percentile(x, [10, 55.0], method='{m}')", {"x": V}) for m in METHODS),
    ("np.quantile(x, [0.2, 0.6], (0, 2), keepdims=True)", {"x": T}),
    ("np.percentile(x, 30, (1, 2), None, False, 'hazen', True)", {"x": T}),
    ("np.quantile(x, 0.4, None, None, False, 'linear', True)", X),
    ("np.quantile(x, y, axis=-1, method='weibull')", {"x": A, "y": np.array([1, 0])}),
    # interpolation
    ("np.interp(x, [-1.0, 0.0, 0.3, 1.0], y, left=z, right=-1.0)", {"x": V, "y": W, "z": Q}),
    ("np.interp(x, [-1.0, 0.0, 0.3], y, 0.0)", {"x": V, "y": W[:3]}),
    ("np.interp(x, [2.5, 0.2, 1.0, 4.0], y, period=3)", {"x": V, "y": W}),
    ("np.interp(x, [2.5, 0.2, 1.0, 4.0], y, None, None, -2.0)", {"x": Q, "y": W}),
    # products
    ("np.einsum(x, [0, 1], y, [1], [0])", {"x": A, "y": W}), ("np.einsum(x, [0, 1], y, [0, 1])", XY),
    ("np.einsum(x, [..., 0], y, [0], [...])", {"x": T, "y": W}),
    *((f"np.einsum('ij,kj,k->i', x, y, z, optimize={o})", {"x": A, "y": B, "z": A[:, 0]})
      for o in ("True", "'greedy'", "'optimal'", "False", "['einsum_path', (0, 1), (0, 1)]")),
    ("np.einsum('ij,ij', x, y, dtype=None, order='K', casting='safe')", XY),
    ("np.einsum('ij->j', x, optimize=True)", X),
    ("np.matmul(x, y.T, dtype=np.float32)", XY), ("np.matmul(x, y, axes=[(0, 1), (1, 0), (0, 1)])", XY),
    ("np.matmul(x, y, axes=[(-2, -1), (-1, -2), (-1, -2)])", {"x": T, "y": A}),
    ("np.vecdot(x, y, axis=0)", XY), ("np.vecdot(x, y, keepdims=True)", {"x": A, "y": W}),
    ("np.vecdot(x, y, axis=0, keepdims=True, dtype=np.float32)", XY),
    ("np.cross(x, y, 0, -1, 0)", {"x": A, "y": B.T}), ("np.cross(x, y, axisa=0, axisb=0, axisc=0)", XY),
    ("np.cross(x, y, axis=0)", XY), ("np.cross(x, y, axisc=0)", {"x": A.T, "y": B[:, 0]}),
    ("np.linalg.cross(x, y, axis=0)", XY),
    # rounding and bounds
    ("np.round(x, -1) * x", {"x": 30.0 * A}), ("np.round(x, decimals=2, out=None) * x", X),
    ("x.round(-1, None) * x", {"x": 30.0 * A}),
    ("np.clip(x, None, 0.4)", X), ("np.clip(x, -0.2, None)", X),
    ("np.clip(x, a_max=y, a_min=-0.5)", {"x": A, "y": B[0]}), ("x.clip(None, 0.3)", X),
    ("x.clip(max=y)", {"x": A, "y": Q}),
    ("np.fix(x, None) * x", X), ("np.isposinf(x, out=None) * x", X), ("np.nan_to_num(x, True, 0.5, 1.0, -1.0)", X),
]
