"""`adgen.library.arrays`, `loops`, `sets` and `grids`."""

from __future__ import annotations

import numpy as np

from tests.cases import Row, normal, waves

X, V, T = normal(3, 4), normal(5, seed=2), normal(2, 3, 4, seed=5)
Z = waves(5, seed=8)
ONE, J = np.array([2, 0, 1, 2]), np.array([2, 5, 1])
GAPS = normal(3, 4, seed=6)
GAPS[0, 1] = GAPS[2, 2] = GAPS[2, 0] = np.nan
PADDED = np.array([0.0, 0.0, 1.5, 2.0, 0.0, 3.0, 0.0])
PHASES = 5.0 * normal(6, 3, seed=7)

CASES: list[Row] = [
    # arrays
    ("np.angle(x) * x", {"x": V}), ("np.angle(x, deg=True) * x", {"x": V}), ("np.angle(x) * x", {"x": -0.7}),
    ("np.asarray_chkfinite(x) * 2.0", {"x": V}), ("np.asarray_chkfinite(x, dtype=np.float64)", {"x": X}),
    ("np.real_if_close(x) * x", {"x": V}), ("np.iscomplex(x) * x", {"x": V}), ("np.isreal(x) * x", {"x": 0.3}),
    ("np.isreal(x) * x", {"x": X}), ("np.asfortranarray(x) * y", {"x": X, "y": 0.3}),
    ("np.require(x) * y", {"x": X, "y": 0.3}), ("np.require(x, np.float64)", {"x": X}),
    ("np.resize(x, (3, 3))", {"x": X[:2, :2]}), ("np.resize(x, n)", {"x": X, "n": 7}), ("np.resize(x, 3)", {"x": 0.3}),
    ("np.row_stack([x, x])", {"x": X}),
    *((f"np.trim_zeros(x{how}) * 2.0", {"x": V}) for how in ("", ", 'f'", ", 'b'")),
    ("np.piecewise(x, [x < 0, x >= 0], [lambda v: v * v, lambda v: np.sqrt(v)])", {"x": X}),
    ("np.piecewise(x, [x < 0], [lambda v: np.sqrt(-v), 2.0])", {"x": V}),
    ("np.piecewise(x, x < 0, [lambda v, a: v * a, lambda v, a: v], a)", {"x": V, "a": 3.0}),
    ("np.piecewise(x, [x < 0, x >= 0.5], [lambda v: v * v, lambda v: np.sqrt(v)])", {"x": 0.7}),
    ("np.piecewise(x, [x < -9], [lambda v: np.sqrt(v), lambda v: v * 2.0])", {"x": V}),
    ("np.unwrap(x)", {"x": PHASES[:, 0]}), ("np.unwrap(x, axis=0)", {"x": PHASES}),
    ("np.unwrap(x, discont=4.0)", {"x": PHASES}), ("np.unwrap(x, period=p)", {"x": PHASES, "p": 2.2}),
    ("np.matvec(x, y)", {"x": T, "y": normal(4)}), ("np.matvec(x, y)", {"x": T, "y": normal(2, 4)}),
    ("np.vecmat(y, x)", {"x": T, "y": normal(3)}), ("np.vecmat(y, x)", {"x": T, "y": normal(2, 3)}),
    ("np.linalg.vecdot(x, y)", {"x": X, "y": normal(4)}), ("np.linalg.vecdot(x, y, axis=0)", {"x": X, "y": X[::-1]}),
    ("(np.array_str(x), x)[1]", {"x": V}), ("(np.array_repr(x), x)[1]", {"x": V}),
    ("(np.array2string(x), x)[1]", {"x": V}),
    # sums
    ("np.cumulative_sum(x)", {"x": V}), ("np.cumulative_sum(x, axis=1, include_initial=True)", {"x": X}),
    ("np.cumulative_sum(x, axis=-1, dtype=np.float64)", {"x": X}), ("np.cumulative_prod(x)", {"x": V}),
    ("np.cumulative_prod(x, axis=0, include_initial=True)", {"x": X}),
    *((f"np.{n}(x{axis})", {"x": X}) for n in ("nancumsum", "nancumprod") for axis in ("", ", axis=0", ", axis=1")),
    # order
    *((f"np.nanmedian(x{how})", {"x": X}) for how in (
        "", ", axis=0", ", axis=-1", ", axis=1, keepdims=True", ", keepdims=True")),
    *((f"np.nanquantile(x, {q}{how})", {"x": X}) for q in ("0.3", "[0.2, 1.0]") for how in (
        "", ", axis=0", ", axis=-1, keepdims=True", ", method='linear'")),
    ("np.nanpercentile(x, 30, axis=1)", {"x": X}), ("np.nanpercentile(x, [30, 60], keepdims=True)", {"x": X}),
    *((f"np.{f}, axis=(0, 2){keep})", {"x": T}) for f in ("nanmedian(x", "nanquantile(x, [0.2, 0.7]")
      for keep in ("", ", keepdims=True")),
    # complex
    ("np.angle(z)", {"z": Z}), ("np.sort_complex(x)", {"x": V}), ("np.sort_complex(z)", {"z": Z}),
    ("np.real_if_close(x) * z", {"x": V, "z": Z}), ("np.iscomplex(z) * z", {"z": Z}), ("np.isreal(z) * z", {"z": Z}),
    ("np.piecewise(z, [z.real > 0], [lambda v: v * v, lambda v: np.conj(v)])", {"z": Z}),
    ("np.cumulative_prod(z)", {"z": Z}), ("np.nancumsum(z)", {"z": Z}), ("np.resize(z, 7)", {"z": Z}),
    ("np.matvec(x, z)", {"x": normal(3, 5), "z": Z}), ("np.vecmat(z, x)", {"x": normal(5, 3), "z": Z}),
    ("np.linalg.vecdot(z, x)", {"x": V, "z": Z}), ("np.apply_along_axis(np.sum, 0, z)", {"z": waves(2, 3)}),
    ("np.vectorize(lambda v: v * v)(z)", {"z": Z}), ("np.r_[z, 1.0, x]", {"z": Z, "x": V}),
    ("np.setdiff1d(z, z[:2])", {"z": Z}), ("np.trim_zeros(z) * 2.0", {"z": Z}),
    # loops
    ("np.apply_along_axis(lambda r: r * np.sum(r), 0, x)", {"x": X}), ("np.apply_along_axis(np.sum, 1, x)", {"x": T}),
    ("np.apply_along_axis(lambda r: np.outer(r, r), -1, x)", {"x": X}),
    ("np.apply_along_axis(lambda r, a: r * a, 0, x, y)", {"x": V, "y": 2.0}),
    ("np.apply_over_axes(np.sum, x, [0, 2])", {"x": T}), ("np.apply_over_axes(np.sum, x, -1)", {"x": T}),
    ("np.fromfunction(lambda i, j: x * i + j, (3, 4))", {"x": normal(4)}),
    ("np.fromfunction(lambda i: x * i, (4,), dtype=int)", {"x": normal(4)}),
    ("np.fromiter((v * v for v in x), float)", {"x": V}), ("x[np.mask_indices(3, np.triu, 1)]", {"x": X[:, :3]}),
    ("sum([x[i, j] * (i + 1) for i, j in np.ndindex(3, 4)])", {"x": X}),
    ("sum([x[i, j] ** 2 * (i + 1) for i, j in np.ndindex(x.shape)])", {"x": X}),
    ("sum([v * v * (i[0] + 1) for i, v in np.ndenumerate(x)])", {"x": X}),
    ("np.vectorize(lambda v: v * v if v > 0 else 2.0 * v)(x)", {"x": X}),
    ("np.vectorize(lambda v, w: v * w, otypes=[float])(x, y)", {"x": X, "y": normal(4)}),
    ("np.vectorize(lambda v: v * v)(x)", {"x": 0.3}),
    ("np.array(x.tolist()) * 2.0", {"x": V}), ("np.iterable(x) * x", {"x": V}), ("x * x.nbytes", {"x": X}),
    # sets
    ("np.union1d(x, y)", {"x": V, "y": X}), ("np.union1d(i, j) * x", {"x": normal(4), "i": ONE, "j": J}),
    ("np.setdiff1d(x, y)", {"x": X, "y": V}), ("np.setdiff1d(x, y, True)", {"x": X, "y": V}),
    ("np.setxor1d(x, y)", {"x": V, "y": X}), ("np.setxor1d(i, j) * x", {"x": normal(2), "i": ONE, "j": J}),
    ("np.intersect1d(i, j) * x", {"x": normal(2), "i": ONE, "j": J}),
    ("np.intersect1d(i, j, return_indices=True)[2] * x", {"x": normal(2), "i": ONE, "j": J}),
    # indexed objects
    ("np.r_[x, y]", {"x": V, "y": X[0]}), ("np.r_[0:3, x, y, 1.0]", {"x": V, "y": 0.3}),
    ("np.r_[-1:1:4j, x]", {"x": V}), ("np.c_[x, y]", {"x": X[:, 0], "y": X[:, 1]}),
    ("np.c_[x, y, np.ones(3)]", {"x": X, "y": X[:, 1]}), ("np.c_[x]", {"x": V}),
    ("x[:3] * np.mgrid[0:3]", {"x": V}), ("x[:, :2] * np.mgrid[0:3, 1:5:2]", {"x": X}),
    ("x[:, :2] * np.mgrid[0:1:3j, -1:1:2j]", {"x": X}), ("x * np.mgrid[0:1:0.25]", {"x": X}),
    ("x * np.mgrid[0:len(x), 0:4][0]", {"x": X}), ("x * np.ogrid[0:3, 0:1:4j][1]", {"x": X}),
    ("np.mgrid[0:a:0.5, 0:2]", {"a": 1.2}), ("x * np.ogrid[0:4]", {"x": X}),
    ("x[np.s_[1:, ::2]]", {"x": X}), ("x[np.index_exp[1:]]", {"x": X}),
]
