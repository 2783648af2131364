"""`adgen.rules.signal` and what else stands for functions of `scipy.signal`."""

from __future__ import annotations

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

CASES: list[Row] = [*CONVOLUTIONS]
