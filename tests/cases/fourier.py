"""`numpy.fft`."""

from __future__ import annotations

from tests.cases import Row, normal, waves

X, Z, V = normal(5, 4), waves(4, 5, seed=1), normal(6, seed=2)
NORMS = ("backward", "ortho", "forward")

# fmt: off
CASES: list[Row] = [
    *((f"np.fft.{name}(x)", {"x": x}) for name in ("fft", "ifft", "rfft", "ihfft") for x in (X, V)),
    *((f"np.fft.{name}(z)", {"z": Z}) for name in ("fft", "ifft", "irfft", "hfft", "fft2", "ifft2", "fftn", "ifftn",
                                                 "irfft2", "irfftn")),
    *((f"np.fft.{name}(x)", {"x": X}) for name in ("irfft", "hfft", "fft2", "rfft2", "rfftn", "fftn", "irfftn")),
    *((f"np.fft.{name}(z, norm='{norm}')", {"z": Z}) for name in ("fft", "ifft", "irfft", "hfft", "fft2", "irfft2")
      for norm in NORMS),
    *((f"np.fft.{name}(x, norm='{norm}')", {"x": X}) for name in ("rfft", "ihfft", "rfftn") for norm in NORMS),
    *((f"np.fft.{name}(z, {n}, axis=0)", {"z": Z}) for name in ("fft", "ifft", "irfft", "hfft") for n in (3, 4, 7)),
    *((f"np.fft.{name}(x, {n}, axis=0)", {"x": X}) for name in ("rfft", "ihfft", "fft") for n in (3, 4, 5, 8)),
    *((f"np.fft.{name}(x, n)", {"x": X, "n": n}) for name in ("rfft", "fft", "irfft") for n in (3, 6)),
    ("np.fft.irfft(np.fft.rfft(x), len(x))", {"x": normal(7)}), ("np.fft.irfft(np.fft.rfft(x), x.size)", {"x": V}),
    ("np.fft.fft2(z, s=(3, 6))", {"z": Z}), ("np.fft.fftn(z, axes=(0,))", {"z": Z}),
    ("np.fft.fftn(z, s=(-1, 7), axes=(0, 1))", {"z": Z}), ("np.fft.rfft2(x, s=(4, 4))", {"x": X}),
    ("np.fft.rfftn(x, axes=(1, 0))", {"x": X}), ("np.fft.irfftn(z, s=(4, 7), axes=(0, 1))", {"z": Z}),
    ("np.fft.ifftn(z, axes=(1, 2))", {"z": waves(2, 3, 4)}), ("np.fft.rfftn(x)", {"x": normal(2, 3, 4)}),
    ("np.fft.fftn(x)", {"x": normal(2, 3, 4)}), ("np.fft.irfft2(z, axes=(0, 1))", {"z": Z}),
    ("np.fft.fftshift(z)", {"z": Z}), ("np.fft.ifftshift(z)", {"z": Z}), ("np.fft.fftshift(x, axes=0)", {"x": X}),
    ("np.fft.ifftshift(x, axes=(1,))", {"x": X}), ("np.fft.fftshift(x)", {"x": V}),
    ("np.fft.ifftshift(x)", {"x": normal(7)}),
    ("np.fft.fftfreq(6, d=x)", {"x": 0.3}), ("np.fft.fftfreq(6) * x", {"x": V}), ("np.fft.rfftfreq(6, x)", {"x": 0.3}),
    ("np.fft.rfftfreq(x.size) * np.abs(np.fft.rfft(x))", {"x": V}), ("np.fft.fftfreq(n, 0.1) * x", {"x": V, "n": 6}),
    ("np.fft.ifft(1j * np.fft.fftfreq(x.size) * np.fft.fft(x)).real", {"x": V}),
]
# fmt: on
