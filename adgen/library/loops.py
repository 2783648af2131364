"""Functions of `numpy` that call a function of the user's, row by row or element by element, and loops over indices."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from adgen.library import reads, refuse


@reads(np.apply_along_axis, "np.apply_along_axis")
def apply_along_axis(func1d: Any, axis: Any, arr: Any, *args: Any, **kwargs: Any) -> Any:
    x = np.asarray(arr)
    at = axis + x.ndim if axis < 0 else axis
    if x.ndim == 1:
        return np.asanyarray(func1d(x, *args, **kwargs))
    rows = np.moveaxis(x, at, -1)
    made = np.stack([np.asanyarray(func1d(row, *args, **kwargs)) for row in rows.reshape(-1, rows.shape[-1])])
    made = made.reshape(rows.shape[:-1] + made.shape[1:])
    added = made.ndim - x.ndim + 1
    return np.moveaxis(made, tuple(range(x.ndim - 1, made.ndim)), tuple(range(at, at + added)))


@reads(np.apply_over_axes, "np.apply_over_axes")
def apply_over_axes(func: Any, a: Any, axes: Any) -> Any:
    made = np.asarray(a)
    for axis in (axes,) if np.ndim(axes) == 0 else tuple(axes):
        at = axis + np.ndim(a) if axis < 0 else axis
        reduced = func(made, at)
        made = reduced if reduced.ndim == made.ndim else np.expand_dims(reduced, at)
    return made


@reads(np.fromfunction, "np.fromfunction")
def fromfunction(function: Any, shape: Any, *, dtype: Any = float, **kwargs: Any) -> Any:
    places = np.indices(shape).astype(dtype)
    return function(*[places[k] for k in range(len(shape))], **kwargs)


@reads(np.fromiter, "np.fromiter")
def fromiter(iter: Any, dtype: Any, count: Any = -1) -> Any:
    if count != -1:
        refuse("np.fromiter with count= is not supported", "leave it out")
    return np.array([item for item in iter]).astype(dtype)


@reads(np.mask_indices, "np.mask_indices")
def mask_indices(n: Any, mask_func: Any, k: Any = 0) -> Any:
    return np.nonzero(mask_func(np.ones((n, n), dtype=int), k) != 0)


@reads(np.ndindex, "np.ndindex")
def ndindex(*shape: Any) -> Any:
    sizes = shape[0] if len(shape) == 1 and isinstance(shape[0], tuple) else shape
    return itertools.product(*[range(size) for size in sizes])


@reads(np.ndenumerate, "np.ndenumerate")
def ndenumerate(arr: Any) -> Any:
    x = np.asarray(arr)
    return [(index, x[index]) for index in np.ndindex(x.shape)]


def vectorized(function: Any, dtype: Any, *args: Any) -> Any:
    """A call of np.vectorize(function): the function on the elements as Python numbers."""
    arrays = np.broadcast_arrays(*args)
    flat = [np.ravel(a) for a in arrays]
    made = np.array([function(*[item.item() for item in items]) for items in zip(*flat)])
    if dtype is None:
        dtype = np.asarray(function(*[a[0] for a in flat])).dtype
    return made.reshape(arrays[0].shape).astype(dtype)
