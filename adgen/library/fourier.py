"""Shifts of spectra: `np.fft.fftshift` and its inverse."""

from __future__ import annotations

from typing import Any

import numpy as np

from adgen.library import reads


def shifted_axes(x: Any, axes: Any) -> Any:
    if axes is None:
        return range(x.ndim)
    return (axes,) if isinstance(axes, int) else axes


@reads(np.fft.fftshift, "np.fft.fftshift")
def fftshift(x: Any, axes: Any = None) -> Any:
    y = np.asarray(x)
    for axis in shifted_axes(y, axes):
        y = np.roll(y, y.shape[axis] // 2, axis)
    return y


@reads(np.fft.ifftshift, "np.fft.ifftshift")
def ifftshift(x: Any, axes: Any = None) -> Any:
    y = np.asarray(x)
    for axis in shifted_axes(y, axes):
        y = np.roll(y, -(y.shape[axis] // 2), axis)
    return y
