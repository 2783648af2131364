"""Keywords of reductions: `dtype`, `out`, `initial`, `where`, `mean`, by name and by position."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.cases import Row, normal, positive, waves

A, B, T, V = normal(3, 4), normal(3, 4, seed=1), normal(2, 3, 4, seed=2), normal(7, seed=3)
M, ROW = A > -1.0, np.array([True, False, True, True])
Z, P, START = waves(3, 4), positive(3, 4), 0.4
COUNTS = np.array([[3, 1], [4, 1]])
GAPS = np.where(B > 0.9, np.nan, A)
X: dict[str, Any] = {"x": A}
XM: dict[str, Any] = {"x": A, "m": M}
SUMS = ("np.sum", "np.prod", "np.nansum", "np.nanprod")
MEANS = ("np.mean", "np.nanmean")
MOMENTS = ("np.var", "np.std", "np.nanvar", "np.nanstd")
EXTREMA = ("np.max", "np.min", "np.nanmax", "np.nanmin", "np.amax", "np.amin")
SKIP_NAN = ("np.nansum", "np.nanprod", "np.nanmean", "np.nanvar", "np.nanstd", "np.nanmax", "np.nanmin")

CASES: list[Row] = [
    # axes
    *((f"{f}(x, ())", {"x": A}) for f in ("np.sum", "np.prod", "np.max")),
    *((f"{f}(x, (0, -1), keepdims=True)", {"x": T}) for f in ("np.nanprod", "np.nanstd", "np.amax", "np.ptp")),
    # dtype
    *((f"{f}(x, 0, np.float32)", X) for f in (*SUMS, *MEANS, *MOMENTS)),
    *((f"{f}(x, -1, np.float64, None, True)", X) for f in ("np.sum", "np.nanmean")),
    *((f"x * {f}(k, dtype=float)", {"x": 1.3, "k": COUNTS}) for f in ("np.sum", "np.mean", "np.std")),
    ("np.sum(x > 0, dtype=float) * x", X), ("np.sum(x, dtype=int) * x", {"x": 3.0 * A + 0.01}),
    ("x.sum(1, np.float32)", X), ("x.prod(dtype=np.float32)", X), ("x.mean(0, np.float32)", X),
    ("x.var(0, np.float32, None, 1, True)", X), ("x.std(1, dtype=np.float32, ddof=1)", X),
    ("np.cumsum(x, 1, np.float32)", X), ("np.cumsum(x, dtype=float)", {"x": A.astype(np.float32)}),
    ("np.cumprod(x, 0, float)", X), ("x.cumsum(0, np.float32)", X), ("x.cumprod(1, np.float32)", X),
    ("np.cumsum(k, dtype=float) * x", {"x": normal(4), "k": COUNTS}),
    # where
    *((f"{f}(x, axis=1, where=m)", XM) for f in (*SUMS, *MEANS, *MOMENTS)),
    *((f"{f}(x, where=m)", {"x": A, "m": ROW}) for f in ("np.sum", "np.nanprod", "np.mean", "np.std")),
    *((f"{f}(x, axis=(0, 2), keepdims=True, where=m)", {"x": T, "m": ROW}) for f in ("np.prod", "np.mean", "np.var")),
    *((f"{f}(x, axis=0, initial=-9.0, where=m)", XM) for f in ("np.max", "np.nanmax")),
    *((f"{f}(x, axis=0, initial=9.0, where=m)", XM) for f in ("np.min", "np.nanmin")),
    *((f"{f}(x, axis=0, where=x > -9.0)", X) for f in ("np.sum", "np.nanvar")),
    *((f"{f}(x, where=True)", X) for f in ("np.sum", "np.mean", "np.std", "np.max")),
    ("np.sum(x, where=False) * x", X), ("np.mean(x, where=m, dtype=np.float32)", XM),
    ("np.sum(x, 1, None, None, False, 2.0, m)", XM), ("x.sum(where=m)", XM), ("x.prod(1, where=m)", XM),
    ("x.mean(1, where=m)", XM), ("x.var(1, where=m, ddof=1)", XM), ("x.std(1, where=m)", XM),
    ("x.max(1, initial=-9.0, where=m)", XM), ("x.min(1, None, True, 9.0, m)", XM),
    ("np.all(x > -1.0, axis=1, where=m)[:, None] * x", XM), ("(x > 0).any(0, where=m) * x", XM),
    ("np.any(x > 0, 0, None, True) * x", X),
    *((f"{f}(x, axis=1)", {"x": GAPS}) for f in SKIP_NAN),
    *((f"{f}(x, axis=1, where=m)", {"x": GAPS, "m": M})
      for f in ("np.nansum", "np.nanprod", "np.nanmean", "np.nanvar")),
    # initial
    *((f"{f}(x, axis=1, initial=y)", {"x": A, "y": START}) for f in (*SUMS, *EXTREMA)),
    *((f"{f}(x, initial=y)", {"x": A, "y": START}) for f in ("np.sum", "np.prod", "np.min")),
    *((f"{f}(x, initial=y, keepdims=True)", {"x": np.zeros((0, 3)), "y": START}) for f in (*SUMS, *EXTREMA[:2])),
    *((f"{f}(x, axis=-1, initial=y)", {"x": A, "y": -0.4}) for f in ("np.min", "np.nanmin")),
    ("x.sum(0, initial=y)", {"x": A, "y": START}), ("x.prod(initial=2)", X), ("x.max(initial=y)", {"x": A, "y": START}),
    ("np.max(x, initial=0.0)", {"x": V}), ("np.min(x, 0, None, True, 0.1)", X),
    # ddof, correction, mean
    *((f"{f}(x, axis=1, ddof=2)", X) for f in MOMENTS),
    *((f"{f}(x, axis=1, correction=1)", X) for f in MOMENTS),
    ("np.var(x, axis=0, ddof=0.5)", X),
    *((f"{f}(x, 0, None, None, 1, True)", X) for f in MOMENTS),
    *((f"{f}(x, axis=1, mean=y)", {"x": A, "y": B[:, :1]}) for f in MOMENTS),
    *((f"{f}(x, axis=1, mean=np.mean(x, axis=1, keepdims=True))", X) for f in MOMENTS),
    ("np.var(x, axis=1, mean=y, where=m, ddof=1)", {"x": A, "y": B[:, :1], "m": M}),
    ("x.var(1, mean=y)", {"x": A, "y": 0.3}),
    # average
    ("np.average(x, 0, y)", {"x": A, "y": P}), ("np.average(x, weights=y)", {"x": A, "y": P}),
    ("np.average(x, 1, returned=True)", X), ("np.average(x, returned=True)", X),
    ("np.average(x, 0, y, True)", {"x": A, "y": P[:, 0]}), ("np.average(x, None, y, returned=True)", {"x": A, "y": P}),
    ("np.average(x, (2, 1), y, keepdims=True)", {"x": T, "y": P.T}), ("np.average(x, -1, y)", {"x": T, "y": P[0]}),
    ("np.average(x, weights=[3, 1, 2], axis=0)", X), ("np.average(k, weights=y)", {"k": COUNTS, "y": P[:2, :2]}),
    # complex
    *((f"{f}(z, axis=1, where=m)", {"z": Z, "m": M}) for f in ("np.sum", "np.prod", "np.mean", "np.var", "np.std")),
    *((f"{f}(z, 0, np.complex64)", {"z": Z}) for f in ("np.sum", "np.prod", "np.mean", "np.nansum")),
    *((f"{f}(x, 0, complex)", X) for f in ("np.sum", "np.mean")), ("np.sum(z, initial=y)", {"z": Z, "y": START}),
    ("np.var(z, 1, mean=y)", {"z": Z, "y": Z[:, :1]}), ("np.average(z, 1, x)", {"z": Z, "x": P}),
    ("np.add.reduceat(z, [0, 2], 1)", {"z": Z}), ("np.linspace(z, x, 3)", {"z": Z, "x": A}),
    ("np.vecdot(z, x, axis=0)", {"z": Z, "x": A}), ("np.pad(z, 1, 'linear_ramp')", {"z": Z}),
    ("np.einsum('ij,ij->j', z, x, optimize=True)", {"z": Z, "x": A}), ("np.gradient(z, axis=1)", {"z": Z}),
    # positions
    ("x[np.argmax(x, 0, None), 1]", X), ("np.argmax(x, axis=1, keepdims=True) * x", X),
    ("x.argmin(0, keepdims=True) * x", X), ("np.count_nonzero(x > 0, 1, keepdims=True) * x", X),
    # trees of results that are 0-d, empty
    *((f"{f}(x, dtype=np.float32)", {"x": 1.7}) for f in ("np.sum", "np.prod", "np.mean")),
    ("np.sum(x, where=y > 0)", {"x": np.float64(1.5), "y": 2.0}), ("np.sum(x, initial=1.5)", {"x": np.zeros(0)}),
]
