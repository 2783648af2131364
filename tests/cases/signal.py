"""`adgen.rules.signal` and what else stands for functions of `scipy.signal`."""

from __future__ import annotations

import numpy as np

from tests.cases import Row, normal

X, K, IMAGE, WINDOW = normal(9), normal(4, seed=1), normal(6, 7, seed=2), normal(3, 2, seed=3)
PAIR = {"x": X, "w": K}
IMAGES = {"x": IMAGE, "w": WINDOW}

CONVOLUTIONS: list[Row] = [
    *((f"scipy.signal.{name}(x, w)", PAIR) for name in ("convolve", "correlate", "fftconvolve", "oaconvolve")),
    *((f"scipy.signal.{name}(x, w, mode='{mode}')", args)
      for name in ("convolve", "correlate", "fftconvolve", "oaconvolve") for mode in ("same", "valid")
      for args in (PAIR, {"x": X, "w": normal(5)}, IMAGES)),
    *((f"scipy.signal.{name}(x, w, mode='valid')", {"x": K, "w": X}) for name in ("convolve", "correlate")),
    *((f"scipy.signal.{name}(x, w, mode='same')", {"x": K, "w": X}) for name in ("convolve", "correlate")),
    *((f"scipy.signal.{name}(x, w, method='{method}')", IMAGES)
      for name in ("convolve", "correlate") for method in ("direct", "fft")),
    ("scipy.signal.convolve(x, w, 'same', 'direct')", {"x": normal(4, 5, 3), "w": normal(2, 3, 2, seed=1)}),
    ("scipy.signal.convolve(x, [1.0, 0.0, -1.0], 'same')", {"x": X}),
    ("scipy.signal.fftconvolve(x, w, axes=1)", {"x": IMAGE, "w": normal(6, 3)}),
    ("scipy.signal.fftconvolve(x, w, mode='same', axes=-1)", {"x": IMAGE, "w": normal(1, 3)}),
    ("scipy.signal.oaconvolve(x, w, mode='valid', axes=[0])", {"x": IMAGE, "w": normal(3, 7)}),
    *((f"scipy.signal.{name}(x, w, mode='{mode}')", IMAGES)
      for name in ("convolve2d", "correlate2d") for mode in ("full", "same", "valid")),
    *((f"scipy.signal.{name}(x, w, mode='{mode}', boundary='{boundary}')", IMAGES)
      for name in ("convolve2d", "correlate2d") for mode in ("full", "same") for boundary in ("wrap", "symm")),
    ("scipy.signal.convolve2d(x, w, 'same', 'fill', 0.5)", IMAGES),
    ("scipy.signal.correlate2d(x, w, 'full', fillvalue=2)", IMAGES),
    ("scipy.signal.convolve2d(x, w, 'same', 'symm')", {"x": normal(2, 2), "w": normal(6, 5)}),
    ("scipy.signal.convolve2d(x, w, 'valid', 'symm')", IMAGES),
]

B, A = np.array([0.3, 0.2, -0.1]), np.array([1.0, -0.5, 0.2])
SOS = {"b": B, "a": A[1:], "c": np.array([0.9, 0.1, 0.3]), "d": np.array([0.3, 0.1])}
SECTIONS = "np.array([np.concatenate([b, np.ones(1), a]), np.concatenate([c, np.ones(1), d])])"
FILTER = {"b": B, "a": A, "x": normal(8)}

FILTERS: list[Row] = [
    ("scipy.signal.lfilter(b, a, x)", FILTER),
    ("scipy.signal.lfilter(b, a, x, axis=0)", {**FILTER, "x": normal(6, 3)}),
    ("scipy.signal.lfilter(b, a, x)", {"b": normal(2), "a": 1.7 * A, "x": normal(3, 6)}),
    ("scipy.signal.lfilter(b, 1.0, x)", {"b": B, "x": normal(8)}),
    ("scipy.signal.lfilter(b, a, x)", {"b": normal(5), "a": A, "x": normal(3)}),
    ("scipy.signal.lfilter(b, a, x, zi=zi)", {**FILTER, "zi": normal(2, seed=5)}),
    ("scipy.signal.lfilter(b, a, x, zi=zi)", {"b": normal(4), "a": 2.0 * A, "x": normal(2, seed=2), "zi": normal(3)}),
    ("scipy.signal.lfilter(b, a, x, axis=0, zi=zi)", {**FILTER, "x": normal(6, 3), "zi": normal(2, 1, seed=5)}),
    ("scipy.signal.lfilter([0.5, 0.5], [1.0, 0.3], x, zi=zi)[0]", {"x": normal(6), "zi": normal(1, seed=5)}),
    ("scipy.signal.lfilter_zi(b, a)", {"b": B, "a": A}),
    ("scipy.signal.lfilter_zi(b, a)", {"b": normal(2), "a": 1.3 * np.array([1.0, 0.3, 0.1, 0.2])}),
    ("scipy.signal.lfilter_zi([0.3, 0.2, -0.1], [1.0, -0.5, 0.2]) * x", {"x": normal(2)}),
    (f"scipy.signal.sosfilt({SECTIONS}, x)", {**SOS, "x": normal(8)}),
    (f"scipy.signal.sosfilt({SECTIONS}, x, axis=0)", {**SOS, "x": normal(6, 2)}),
    (f"scipy.signal.sosfilt({SECTIONS}, x, zi=zi)", {**SOS, "x": normal(8), "zi": normal(2, 2, seed=5)}),
    (f"scipy.signal.sosfilt({SECTIONS}, x, axis=0, zi=zi)", {**SOS, "x": normal(6, 2), "zi": normal(2, 2, 2, seed=5)}),
    *((f"scipy.signal.upfirdn(h, x, {up}, {down})", {"h": normal(taps), "x": normal(6, seed=1)})
      for up, down, taps in ((1, 1, 4), (3, 2, 5), (2, 3, 4), (2, 5, 2), (4, 1, 3))),
    ("scipy.signal.upfirdn(h, x, up=3, down=2, axis=0)", {"h": normal(4), "x": normal(5, 2, seed=1)}),
    ("scipy.signal.upfirdn([1.0, 2.0, 1.0], x, 2)", {"x": normal(2, 5)}),
    ("scipy.signal.detrend(x)", {"x": normal(9)}),
    ("scipy.signal.detrend(x, axis=0, type='constant')", {"x": normal(5, 3)}),
    ("scipy.signal.detrend(x, axis=0, bp=[3, 5])", {"x": normal(9, 2)}),
    ("scipy.signal.detrend(x, bp=4)", {"x": normal(9)}),
    ("scipy.signal.savgol_filter(x, 5, 2)", {"x": normal(9)}),
    ("scipy.signal.savgol_filter(x, 5, 2)", {"x": normal(6)}),
    ("scipy.signal.savgol_filter(x, 5, 3, deriv=1, delta=0.5, axis=0)", {"x": normal(7, 3)}),
    *((f"scipy.signal.savgol_filter(x, 5, 2, mode='{mode}', cval=0.5)", {"x": normal(2, 8)})
      for mode in ("mirror", "constant", "nearest", "wrap")),
]

CASES: list[Row] = [*CONVOLUTIONS, *FILTERS]
