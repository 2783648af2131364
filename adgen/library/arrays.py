"""Functions of `numpy` on whole arrays that are formulas in others: sums with gaps, phases, pieces, sizes.

    np.piecewise      each function is called with the elements that its condition selects, as NumPy does: what a
                      branch would do elsewhere never comes in
    np.unwrap         whole periods are counted by floor_divide, whose derivative is zero: by p that of the identity
"""

from __future__ import annotations

from typing import Any

import numpy as np

from adgen.library import reads, refuse


@reads(np.angle, "np.angle")
def angle(z: Any, deg: Any = False) -> Any:
    if np.iscomplexobj(z):
        made = np.arctan2(np.imag(z), np.real(z))
    else:
        made = np.arctan2(0, z)
    return made * (180 / np.pi) if deg else made


@reads(np.asarray_chkfinite, "np.asarray_chkfinite")
def asarray_chkfinite(a: Any, dtype: Any = None, order: Any = None) -> Any:
    made = np.asarray(a, dtype=dtype, order=order)
    if not np.all(np.isfinite(made)):
        raise ValueError("array must not contain infs or NaNs")
    return made


@reads(np.sort_complex, "np.sort_complex")
def sort_complex(a: Any) -> Any:
    made = np.sort(a)
    if np.iscomplexobj(made):
        return made
    return made.astype(np.complex64 if made.dtype.itemsize < 3 and made.dtype.kind in "iu" else np.complex128)


@reads(np.real_if_close, "np.real_if_close")
def real_if_close(a: Any, tol: Any = 100) -> Any:
    if np.iscomplexobj(a):
        refuse("np.real_if_close of complex numbers is not supported: its dtype depends on their values",
               "write np.real(a)")
    return np.asanyarray(a)


@reads(np.iscomplex, "np.iscomplex")
def iscomplex(x: Any) -> Any:
    return np.imag(x) != 0 if np.iscomplexobj(x) else np.zeros(np.shape(x), dtype=bool)[()]


@reads(np.isreal, "np.isreal")
def isreal(x: Any) -> Any:
    return np.imag(x) == 0 if np.iscomplexobj(x) else np.ones(np.shape(x), dtype=bool)[()]


@reads(np.asfortranarray, "np.asfortranarray", exact=False)
def asfortranarray(a: Any, dtype: Any = None, *, like: Any = None) -> Any:
    return np.ascontiguousarray(a, dtype=dtype)


@reads(np.array_str, "np.array_str")
def array_str(a: Any) -> Any:
    return str(a)


@reads(np.array_repr, "np.array_repr")
def array_repr(arr: Any) -> Any:
    return repr(arr)


@reads(np.array2string, "np.array2string")
def array2string(a: Any) -> Any:
    return str(a)


@reads(np.require, "np.require")
def require(a: Any, dtype: Any = None, requirements: Any = None, *, like: Any = None) -> Any:
    if requirements is not None:
        refuse("np.require with requirements= is not supported", "leave it out: it is about memory only")
    return np.asanyarray(a, dtype=dtype)


@reads(np.resize, "np.resize")
def resize(a: Any, new_shape: Any) -> Any:
    """The elements again and again."""
    flat = np.ravel(a)
    shape = (new_shape,) if np.ndim(new_shape) == 0 else tuple(new_shape)
    count = 1
    for size in shape:
        count = count * size
    return flat[np.arange(count) % len(flat)].reshape(shape)


@reads(np.row_stack, "np.row_stack")
def row_stack(tup: Any, *, dtype: Any = None, casting: Any = "same_kind") -> Any:
    return np.vstack(tup, dtype=dtype, casting=casting)


@reads(np.trim_zeros, "np.trim_zeros")
def trim_zeros(filt: Any, trim: Any = "fb", axis: Any = None) -> Any:
    x = np.asarray(filt)
    if x.ndim != 1:
        refuse("np.trim_zeros of an array of rank other than 1 is not supported", "cut it by slices")
    kinds = trim.lower()
    first, last = 0, len(x)
    if "f" in kinds:
        first = np.argmax(np.append(x != 0, True))
    if "b" in kinds:
        last = last - np.argmax(np.append(x[::-1] != 0, True))
    return x[first:last]


def is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple))


@reads(np.piecewise, "np.piecewise")
def piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Any:
    given = np.asarray(x)
    single = not is_list(condlist) or (given.ndim > 0 and np.ndim(condlist[0]) == 0)
    conditions = [condlist] if single else list(condlist)
    masks = [np.asarray(c, dtype=bool) for c in conditions]
    if len(masks) == len(funclist) - 1:
        union = masks[0]
        for mask in masks[1:]:
            union = union | mask
        masks.append(~union)
    elif len(masks) != len(funclist):
        refuse("np.piecewise needs as many functions as conditions, or one more", "give as many")
    x = np.reshape(given, (1,)) if given.ndim == 0 else given
    made = np.zeros_like(x)
    for mask, function in zip(masks, funclist):
        at = np.reshape(mask, (1,)) if given.ndim == 0 else mask
        made[at] = function(x[at], *args, **kw) if callable(function) else function
    return np.reshape(made, ()) if given.ndim == 0 else made


def with_one(x: Any, axis: Any) -> Any:
    """The shape of x with the size 1 along an axis."""
    at = axis + x.ndim if axis < 0 else axis
    return x.shape[:at] + (1,) + x.shape[at + 1:]


@reads(np.unwrap, "np.unwrap", exact=False)
def unwrap(p: Any, discont: Any = None, axis: Any = -1, *, period: Any = 2 * np.pi) -> Any:
    given = np.asarray(p)
    if np.result_type(given, period).kind in "iu":
        refuse("np.unwrap of ints by a period that is an int is not supported", "give floats")
    half = period / 2
    step = np.diff(given, axis=axis)
    turns = np.floor_divide(step + half, period)
    turns = turns - ((np.mod(step + half, period) - half == -half) & (step > 0))
    turns = np.where(np.abs(step) < (half if discont is None else discont), 0.0, turns)
    whole = np.cumsum(turns, axis=axis)
    first = np.zeros(with_one(given, axis), dtype=whole.dtype)
    return given - period * np.concatenate((first, whole), axis=axis)


# Sums and products along an axis

def accumulated(function: Any, start: Any, x: Any, axis: Any, dtype: Any, include_initial: Any) -> Any:
    given = np.atleast_1d(x)
    if axis is None and given.ndim > 1:
        refuse("np.cumulative_sum and np.cumulative_prod of an array of rank above 1 need axis=", "give axis=")
    at = 0 if axis is None else axis
    made = function(given if dtype is None else given.astype(dtype), axis=at)
    if not include_initial:
        return made
    return np.concatenate((np.full(with_one(made, at), start, dtype=made.dtype), made), axis=at)


@reads(np.cumulative_sum, "np.cumulative_sum")
def cumulative_sum(
    x: Any, /, *, axis: Any = None, dtype: Any = None, out: Any = None, include_initial: Any = False
) -> Any:
    return accumulated(np.cumsum, 0, x, axis, dtype, include_initial)


@reads(np.cumulative_prod, "np.cumulative_prod")
def cumulative_prod(
    x: Any, /, *, axis: Any = None, dtype: Any = None, out: Any = None, include_initial: Any = False
) -> Any:
    return accumulated(np.cumprod, 1, x, axis, dtype, include_initial)


@reads(np.nancumsum, "np.nancumsum")
def nancumsum(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    return np.cumsum(np.where(np.isnan(a), 0, a), axis=axis, dtype=dtype)


@reads(np.nancumprod, "np.nancumprod")
def nancumprod(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    return np.cumprod(np.where(np.isnan(a), 1, a), axis=axis, dtype=dtype)


# Order, without those that are NaN: sorting puts them last

def sorted_along(a: Any, axis: Any) -> Any:
    """Sorted along one axis, and which that is; several axes are made one, all are raveled."""
    if axis is None:
        return np.sort(np.ravel(a)), 0
    if np.ndim(axis) == 0:
        return np.sort(a, axis=axis), axis
    last = tuple(range(-len(axis), 0))
    moved = np.moveaxis(a, axis, last)
    return np.sort(np.reshape(moved, moved.shape[:-len(axis)] + (-1,))), -1


def kept(made: Any, a: Any, axis: Any, keepdims: Any) -> Any:
    """Of an array with an axis of size 1, without it; with the axes that were made one back, where they are kept."""
    if axis is None:
        return np.reshape(made, (1,) * np.ndim(a)) if keepdims else made[0]
    if np.ndim(axis) == 0:
        return made if keepdims else np.squeeze(made, axis=axis)
    rest = np.squeeze(made, axis=-1)
    return np.expand_dims(rest, tuple([k % np.ndim(a) for k in axis])) if keepdims else rest


@reads(np.nanmedian, "np.nanmedian")
def nanmedian(
    a: Any, axis: Any = None, out: Any = None, overwrite_input: Any = False, keepdims: Any = False
) -> Any:
    x, at = sorted_along(np.asarray(a), axis)
    count = np.sum(~np.isnan(x), axis=at, keepdims=True)
    low = np.take_along_axis(x, (count - 1) // 2, axis=at)
    high = np.take_along_axis(x, count // 2, axis=at)
    return kept((low + high) / 2.0, a, axis, keepdims)


@reads(np.nanquantile, "np.nanquantile", exact=False)
def nanquantile(
    a: Any, q: Any, axis: Any = None, out: Any = None, overwrite_input: Any = False, method: Any = "linear",
    keepdims: Any = False, *, weights: Any = None
) -> Any:
    if weights is not None:
        refuse("np.nanquantile with weights= is not supported", "leave them out, or repeat the elements")
    if method != "linear":
        refuse("np.nanquantile with another method than 'linear' is not supported", "leave method out")
    given = np.asarray(a)
    if np.ndim(q) == 0:
        return at_quantile(given, q, axis, keepdims, np.result_type(given, q, 0.0))
    dtype = np.result_type(given, np.asarray(q), 0.0)
    return np.stack([at_quantile(given, each, axis, keepdims, dtype) for each in q])


def at_quantile(a: Any, q: Any, axis: Any, keepdims: Any, dtype: Any) -> Any:
    """Between the two of the n elements next to the place q (n - 1), linearly."""
    x, at = sorted_along(a, axis)
    last = np.maximum(np.sum(~np.isnan(x), axis=at, keepdims=True) - 1, 0)
    place = q * last
    below = np.floor(place).astype(int)
    low = np.take_along_axis(x, below, axis=at)
    high = np.take_along_axis(x, np.minimum(below + 1, last), axis=at)
    part = np.asarray(place - below, dtype=dtype)
    return kept(low + (high - low) * part, a, axis, keepdims)


@reads(np.nanpercentile, "np.nanpercentile", exact=False)
def nanpercentile(
    a: Any, q: Any, axis: Any = None, out: Any = None, overwrite_input: Any = False, method: Any = "linear",
    keepdims: Any = False, *, weights: Any = None
) -> Any:
    place = (q if np.ndim(q) == 0 else np.asarray(q)) / 100.0
    return np.nanquantile(a, place, axis=axis, method=method, keepdims=keepdims, weights=weights)


# Products

@reads(np.matvec, "np.matvec", exact=False)
def matvec(x1: Any, x2: Any) -> Any:
    return np.matmul(x1, x2) if np.ndim(x2) == 1 else np.matmul(x1, x2[..., None])[..., 0]


@reads(np.vecmat, "np.vecmat", exact=False)
def vecmat(x1: Any, x2: Any) -> Any:
    left = np.conjugate(x1) if np.iscomplexobj(x1) else x1
    return np.matmul(left, x2) if np.ndim(x1) == 1 else np.matmul(left[..., None, :], x2)[..., 0, :]


@reads(np.linalg.vecdot, "np.linalg.vecdot")
def vecdot(x1: Any, x2: Any, /, *, axis: Any = -1) -> Any:
    return np.vecdot(x1, x2) if axis == -1 else np.vecdot(np.moveaxis(x1, axis, -1), np.moveaxis(x2, axis, -1))
