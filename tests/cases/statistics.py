"""`adgen.library.statistics` and `adgen.library.histograms`."""

from __future__ import annotations

import numpy as np

from tests.cases import Row, normal, positive, waves

X, Y, W, F = normal(3, 5), normal(2, 5, seed=1), positive(5), np.array([1, 2, 1, 3, 2])
A, B, V = normal(9), normal(9, seed=1), positive(9, seed=2)
EDGES = np.array([-1.0, 0.1, 0.8, 2.0])

CASES: list[Row] = [
    *((f"np.cov(x{given})", {"x": X}) for given in (
        "", ", rowvar=False", ", bias=True", ", ddof=0", ", ddof=2", ", dtype=np.float64", "[0]", "[0], x[1]",
        "[0], x[1] * x[2], bias=True")),
    ("np.cov(x, y)", {"x": X, "y": Y}),
    ("np.cov(x, y, False)", {"x": X.T, "y": Y.T}),
    ("np.cov(x, fweights=f)", {"x": X, "f": F}),
    *((f"np.cov(x, aweights=w{given})", {"x": X, "w": W}) for given in ("", ", ddof=0", ", ddof=2")),
    ("np.cov(x, rowvar=False, fweights=f, aweights=w)", {"x": X.T, "f": F, "w": W}),
    ("np.cov(i) * x", {"i": np.arange(6).reshape(2, 3) ** 2, "x": normal(2)}),
    ("np.cov(z)", {"z": waves(3, 5)}),
    ("np.cov(z, aweights=w)", {"z": waves(3, 5), "w": W}),
    ("np.corrcoef(z)", {"z": waves(3, 5)}),
    ("np.corrcoef(x)", {"x": X}),
    ("np.corrcoef(x, y)", {"x": X, "y": Y}),
    ("np.corrcoef(x[0], x[1])[0, 1]", {"x": X}),
    ("np.corrcoef(x, rowvar=False, dtype=np.float64)", {"x": X}),
    ("np.corrcoef(x)", {"x": A}),
    ("np.histogram(x, weights=w)[0]", {"x": A, "w": V}),
    ("np.histogram(x, 4)[1]", {"x": A}),
    ("np.histogram(x, 4)[0] * y", {"x": A, "y": normal(4)}),
    ("np.histogram(x, 4, range=(-1, 1), weights=w)[0]", {"x": A, "w": V}),
    ("np.histogram(x, e, density=True, weights=w)[0]", {"x": A, "w": V, "e": np.arange(-2, 3)}),
    ("np.histogram(x, 3, density=True)[0]", {"x": A}),
    ("np.histogram_bin_edges(x, 3)", {"x": A}),
    ("np.histogram_bin_edges(x, 3, (-1.0, y))", {"x": A, "y": 2.0}),
    ("np.histogram_bin_edges(x, [0, 1, 3]) * x[:3]", {"x": A}),
    ("np.histogram2d(x, y, 3, weights=w)[0]", {"x": A, "y": B, "w": V}),
    ("np.histogram2d(x, y, [2, 3], density=True, weights=w)[0]", {"x": A, "y": B, "w": V}),
    ("np.histogram2d(x, y, 2, range=[[-1, 1], [-2, 2]])[2] * x[:3]", {"x": A, "y": B}),
    ("np.histogramdd((x, y, x * y), (2, 3, 2), weights=w)[0]", {"x": A, "y": B, "w": V}),
    ("np.histogramdd(i, 3, density=True, weights=w)[0]", {"i": np.stack([A, B], axis=1).round().astype(int), "w": V}),
]
