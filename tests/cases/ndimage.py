"""`adgen.rules.ndimage` and what else stands for functions of `scipy.ndimage`."""

from __future__ import annotations

import numpy as np

from tests.cases import Row, normal

X, IMAGE, W, W2 = normal(8), normal(6, 7), normal(4, seed=1), normal(3, 2, seed=2)
MODES = ("reflect", "constant", "nearest", "mirror", "wrap")
EVEN = "[0.25, 0.5, 0.25]"

WEIGHTED: list[Row] = [
    *((f"scipy.ndimage.{name}(x, w, mode='{mode}')", {"x": X, "w": w})
      for name in ("correlate1d", "convolve1d") for mode in MODES for w in (W, normal(3))),
    *((f"scipy.ndimage.{name}(x, w, axis=0, mode='{mode}', cval=0.5, origin={origin})", {"x": normal(5, 3), "w": W})
      for name in ("correlate1d", "convolve1d") for mode in ("constant", "nearest") for origin in (1, -1)),
    *((f"scipy.ndimage.{name}(x, w, mode='{mode}')", {"x": IMAGE, "w": W2})
      for name in ("correlate", "convolve") for mode in MODES),
    *((f"scipy.ndimage.correlate1d(x, {EVEN}, mode='{mode}')", {"x": X}) for mode in MODES),
    *((f"scipy.ndimage.convolve1d(x, [1.0, 0.0, -1.0], mode='{mode}')", {"x": X}) for mode in MODES),
    *((f"scipy.ndimage.convolve(x, [{EVEN}, {EVEN}, {EVEN}], mode='{mode}')", {"x": IMAGE}) for mode in MODES),
    ("scipy.ndimage.correlate(x, w, mode='constant', cval=0.5, origin=(1, 0))", {"x": IMAGE, "w": W2}),
    ("scipy.ndimage.convolve(x, w, mode='grid-mirror', origin=(-1, 0))", {"x": IMAGE, "w": W2}),
    ("scipy.ndimage.correlate(x, w, axes=(0, 2))", {"x": normal(4, 2, 5), "w": W2}),
    ("scipy.ndimage.correlate1d(x, w, mode='wrap')", {"x": normal(2), "w": normal(7)}),
    ("scipy.ndimage.correlate1d(x, w, mode='mirror')", {"x": normal(3), "w": normal(9)}),
]

KNOWN: list[Row] = [
    *((f"scipy.ndimage.gaussian_filter(x, 1.3, mode='{mode}')", {"x": IMAGE}) for mode in MODES),
    *((f"scipy.ndimage.gaussian_filter1d(x, 0.8, axis=0, order={order}, mode='{mode}')", {"x": IMAGE})
      for mode in MODES for order in (0, 1, 2)),
    ("scipy.ndimage.gaussian_filter(x, (0.7, 1.2), order=(0, 1), mode=('nearest', 'mirror'))", {"x": IMAGE}),
    ("scipy.ndimage.gaussian_filter(x, sigma=2, mode='constant', cval=1.5, truncate=3.0)", {"x": IMAGE}),
    ("scipy.ndimage.gaussian_filter(x, 1.0, radius=2, axes=1, mode='nearest')", {"x": IMAGE}),
    ("scipy.ndimage.gaussian_filter(x, [1.0, 0.5], axes=(0, 2))", {"x": normal(4, 2, 5)}),
    ("scipy.ndimage.gaussian_filter1d(x, 2.0, radius=3, mode='mirror')", {"x": X}),
    *((f"scipy.ndimage.uniform_filter(x, {size}, mode='{mode}')", {"x": IMAGE}) for mode in MODES for size in (3, 4)),
    ("scipy.ndimage.uniform_filter(x, size=(3, 2), mode=('wrap', 'nearest'), origin=(1, -1))", {"x": IMAGE}),
    ("scipy.ndimage.uniform_filter(x, 3, axes=0, mode='mirror')", {"x": IMAGE}),
    *((f"scipy.ndimage.uniform_filter1d(x, 4, mode='{mode}', cval=0.5, origin=1)", {"x": X}) for mode in MODES),
    *((f"scipy.ndimage.{name}(x, mode='{mode}')", {"x": IMAGE}) for name in ("laplace", "sobel", "prewitt")
      for mode in MODES),
    ("scipy.ndimage.laplace(x, axes=(1,), cval=2.0, mode='constant')", {"x": IMAGE}),
    ("scipy.ndimage.sobel(x, axis=0, mode=('nearest', 'reflect'))", {"x": IMAGE}),
    *((f"scipy.ndimage.gaussian_laplace(x, 0.9, mode='{mode}')", {"x": IMAGE}) for mode in MODES),
]

ALL_MODES = (*MODES, "grid-wrap", "grid-constant", "grid-mirror")
POINTS = 3.0 * normal(2, 5, seed=7) + 2.3
SMOOTH = [m for m in ALL_MODES if m != "wrap"]

BETWEEN: list[Row] = [
    *((f"scipy.ndimage.map_coordinates(x, c, order=1, mode='{mode}', cval=0.7)", {"x": IMAGE, "c": POINTS})
      for mode in SMOOTH),
    *((f"scipy.ndimage.map_coordinates(x, [c], order=1, mode='{mode}')", {"x": X, "c": 9.0 * normal(2, 3)})
      for mode in SMOOTH),
    *((f"scipy.ndimage.map_coordinates(x, [[1.3, -2.4, 9.1], [0.2, 8.1, 3.3]], order={order}, mode='{mode}')",
       {"x": IMAGE}) for mode in ALL_MODES for order in (0, 1)),
    ("scipy.ndimage.map_coordinates(x, [[1.0, 5.0], [0.0, 6.0]], order=1)", {"x": IMAGE}),
    *((f"scipy.ndimage.shift(x, 1.3, order=1, mode='{mode}')", {"x": IMAGE}) for mode in ALL_MODES),
    ("scipy.ndimage.shift(x, (-0.4, 2.0), order=0, cval=0.5)", {"x": IMAGE}),
    *((f"scipy.ndimage.zoom(x, {zoom}, order={order})", {"x": IMAGE})
      for zoom in (2, 0.5, (1.0, 1.7)) for order in (0, 1)),
    ("scipy.ndimage.zoom(x, 1.6, order=1, mode='nearest')", {"x": X}),
    *((f"scipy.ndimage.affine_transform(x, [[0.9, 0.2], [-0.1, 1.1]], (0.3, -0.2), order=1, mode='{mode}')",
       {"x": IMAGE}) for mode in ALL_MODES),
    ("scipy.ndimage.affine_transform(x, [[0.9, 0.2], [-0.1, 1.1]], order=0, cval=0.3)", {"x": IMAGE}),
]

LABELS = np.array([[0, 1, 1, 2, 2, 2, 3], [1, 1, 0, 2, 2, 3, 3]] * 3)
GREY = ("grey_erosion", "grey_dilation", "grey_opening", "grey_closing", "morphological_gradient",
        "morphological_laplace", "white_tophat", "black_tophat")

OTHERS: list[Row] = [
    *((f"scipy.ndimage.{name}(x, 3, mode='{mode}', cval=0.3)", {"x": IMAGE})
      for name in ("maximum_filter", "minimum_filter") for mode in MODES),
    ("scipy.ndimage.maximum_filter(x, size=(3, 2), origin=(1, -1))", {"x": IMAGE}),
    ("scipy.ndimage.minimum_filter1d(x, 4, axis=0, mode='nearest')", {"x": IMAGE}),
    ("scipy.ndimage.maximum_filter1d(x, 3, origin=1)", {"x": X}),
    ("scipy.ndimage.median_filter(x, 3)", {"x": IMAGE}),
    ("scipy.ndimage.median_filter(x, (2, 3), mode='mirror')", {"x": IMAGE}),
    ("scipy.ndimage.rank_filter(x, 2, size=3, mode='wrap')", {"x": IMAGE}),
    ("scipy.ndimage.rank_filter(x, -2, 5)", {"x": X}),
    *((f"scipy.ndimage.percentile_filter(x, {share}, size=3)", {"x": IMAGE}) for share in (20, -20, 100)),
    ("scipy.signal.medfilt(x)", {"x": X}),
    ("scipy.signal.medfilt(x, (3, 5))", {"x": IMAGE}),
    ("scipy.signal.medfilt2d(x, 5)", {"x": IMAGE}),
    *((f"scipy.ndimage.{name}(x, size=3)", {"x": IMAGE}) for name in GREY),
    ("scipy.ndimage.gaussian_gradient_magnitude(x, 1.2)", {"x": IMAGE}),
    ("scipy.ndimage.gaussian_gradient_magnitude(x, (1.0, 0.7), mode='nearest', truncate=3.0)", {"x": IMAGE}),
    *((f"scipy.ndimage.{name}(x)", {"x": IMAGE})
      for name in ("sum", "sum_labels", "mean", "variance", "standard_deviation", "minimum", "maximum", "median",
                   "center_of_mass")),
    *((f"scipy.ndimage.{name}(x, labels)", {"x": IMAGE, "labels": LABELS})
      for name in ("sum", "mean", "variance", "standard_deviation", "maximum", "median", "center_of_mass")),
    *((f"scipy.ndimage.{name}(x, labels, 2)", {"x": IMAGE, "labels": LABELS})
      for name in ("sum_labels", "mean", "variance", "minimum", "center_of_mass")),
    *((f"scipy.ndimage.{name}(x, labels, index=[1, 3])", {"x": IMAGE, "labels": LABELS})
      for name in ("sum_labels", "sum", "mean", "variance", "standard_deviation")),
    *((f"scipy.ndimage.spline_filter1d(x, {order}, mode='{mode}')", {"x": X})
      for order in (2, 3, 5) for mode in ("mirror", "grid-wrap")),
    ("scipy.ndimage.spline_filter(x)", {"x": IMAGE}),
    ("scipy.ndimage.fourier_gaussian(x, 0.7)", {"x": IMAGE}),
    ("scipy.ndimage.fourier_uniform(x, (2, 3))", {"x": IMAGE}),
    ("scipy.ndimage.fourier_ellipsoid(x, 2)", {"x": IMAGE}),
    *((f"scipy.ndimage.{name}(x > 0.3) * x", {"x": IMAGE})
      for name in ("binary_erosion", "binary_dilation", "binary_opening", "binary_closing", "binary_fill_holes",
                   "binary_propagation")),
    ("scipy.ndimage.label(x > 0.3)[0] * x", {"x": IMAGE}),
    ("x[scipy.ndimage.generate_binary_structure(1, 1)]", {"x": normal(3)}),
    ("x[scipy.ndimage.iterate_structure(scipy.ndimage.generate_binary_structure(1, 1), 1)]", {"x": normal(3)}),
]

CASES: list[Row] = [*WEIGHTED, *KNOWN, *BETWEEN, *OTHERS]
