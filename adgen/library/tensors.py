"""Tensor equations of `numpy.linalg`, as the matrix equations that NumPy makes of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from adgen.library import reads, refuse


@reads(np.linalg.tensorinv, "np.linalg.tensorinv")
def tensorinv(a: Any, ind: int = 2) -> Any:
    if ind <= 0:
        refuse("np.linalg.tensorinv needs ind of 1 or more", "give how many axes are those of the result's last")
    inverse_shape = a.shape[ind:] + a.shape[:ind]
    size = 1
    for n in a.shape[ind:]:
        size *= n
    return np.linalg.inv(np.reshape(a, (size, -1))).reshape(inverse_shape)


@reads(np.linalg.tensorsolve, "np.linalg.tensorsolve")
def tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    if axes is not None:
        a = np.moveaxis(a, axes, tuple(range(a.ndim - len(axes), a.ndim)))
    shape = a.shape[b.ndim - a.ndim:]
    size = 1
    for n in shape:
        size *= n
    return np.linalg.solve(np.reshape(a, (-1, size)), np.ravel(b)).reshape(shape)
