"""Functions of `numpy` that call a function of the user's, row by row or element by element, and loops over indices."""

from __future__ import annotations

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
    return function(*[places[k] for k in tuple(range(len(shape)))], **kwargs)


@reads(np.fromiter, "np.fromiter")
def fromiter(iter: Any, dtype: Any, count: Any = -1, *, like: Any = None) -> Any:
    if count != -1:
        refuse("np.fromiter with count= is not supported", "leave it out")
    return np.array([item for item in iter]).astype(dtype)


@reads(np.mask_indices, "np.mask_indices")
def mask_indices(n: Any, mask_func: Any, k: Any = 0) -> Any:
    return np.nonzero(mask_func(np.ones((n, n), dtype=int), k) != 0)


@reads(np.ndindex, "np.ndindex")
def ndindex(*shape: Any) -> Any:
    sizes = shape[0] if len(shape) == 1 and np.ndim(shape[0]) == 1 else shape
    return nested(*sizes)


def nested(first: Any, *others: Any) -> Any:
    """The indices of nested loops."""
    for index in range(first):
        if others:
            for rest in nested(*others):
                yield (index, *rest)
        else:
            yield (index,)


@reads(np.ndenumerate, "np.ndenumerate")
def ndenumerate(arr: Any) -> Any:
    x = np.asarray(arr)
    for index in nested(*x.shape):
        yield index, x[index]


def as_list(x: Any) -> Any:
    """`x.tolist()`"""
    if np.ndim(x) > 1:
        refuse("the array method .tolist() of an array of rank above 1 is not supported", "use the array itself")
    return x.item() if np.ndim(x) == 0 else [item.item() for item in x]


def vectorized(function: Any, dtype: Any, *args: Any) -> Any:
    """A call of np.vectorize(function): the function on the elements as Python numbers, in the dtype of what it makes
    of the first elements as they are."""
    arrays = [np.asarray(a) for a in args] if len(args) == 1 else np.broadcast_arrays(*args)
    flat = [a if a.ndim == 1 else np.ravel(a) for a in arrays]
    if dtype is None:
        first = function(*[a[0] for a in flat])
        if isinstance(first, tuple):
            refuse("np.vectorize of a function with several results is not supported", "vectorize one at a time")
        dtype = np.asarray(first).dtype
    made = np.array([function(*[item.item() for item in items]) for items in zip(*flat)])
    made = made.reshape(arrays[0].shape)
    return made if made.dtype == dtype else made.astype(dtype)
