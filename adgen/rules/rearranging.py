"""How NumPy's functions and methods that rearrange arrays become the ops of `structure` and `indexing`."""
from __future__ import annotations

from typing import Any, cast

import numpy as np

from adgen.errors import Refusal
from adgen.ir.core import Const
from adgen.ir.types import ListT, Sym, dims_of
from adgen.rules import indexing, structure
from adgen.rules.lowering import (
    Result,
    axes_of,
    axis_of,
    dtype_name,
    is_array,
    lowers,
    method_lowers,
    static,
)
from adgen.rules.shapes import (
    FULL,
    along,
    array_of,
    get,
    int_of,
    put,
    shape_of,
    sizes,
    static_int,
)
from adgen.rules.table import E, Ops, Shape

__all__ = ["indexing", "structure"]


# Order of axes

def permuted(g: Ops, x: E, axes: tuple[int, ...]) -> E:
    """x with its axes in this order; itself where that is its own."""
    return x if axes == tuple(range(len(axes))) else g("transpose", x, axes=axes)


def reversed_axes(g: Ops, x: E) -> E:
    if x.dims is None:
        return g("transpose", x, axes=None)
    return permuted(g, x, tuple(range(x.rank))[::-1])


@lowers(np.transpose, "a, axes=None")
def lower_transpose(g: Ops, a: Any, axes: Any) -> Result:
    x, order = array_of(g, a), static(axes, "axes")
    if order is None:
        return reversed_axes(g, x)
    order = tuple(axis_of(x, k) for k in order)
    if sorted(order) != list(range(x.rank)):
        raise Refusal(f"axes {order} are no permutation of the axes of an array of rank {x.rank}")
    return permuted(g, x, order)


@method_lowers("transpose", "a, *axes")
def lower_transpose_method(g: Ops, a: Any, axes: tuple[Any, ...]) -> Result:
    if len(axes) == 1 and isinstance(static(axes[0], "axes"), (tuple, list)):
        return lower_transpose(g, a, axes[0])
    if axes == (None,):
        return lower_transpose(g, a, None)
    return lower_transpose(g, a, axes or None)


@method_lowers("T", "a")
def lower_t(g: Ops, a: Any) -> Result:
    return reversed_axes(g, array_of(g, a))


@method_lowers("mT", "a")
def lower_matrix_t(g: Ops, a: Any) -> Result:
    return matrix_transpose(g, array_of(g, a))


@lowers([np.matrix_transpose, np.linalg.matrix_transpose], "x")
def lower_matrix_transpose(g: Ops, x: Any) -> Result:
    return matrix_transpose(g, array_of(g, x))


def matrix_transpose(g: Any, x: E) -> E:
    """x with its last two axes exchanged."""
    if x.rank < 2:
        raise Refusal("a matrix transpose needs an array of rank 2 or more")
    axes = tuple(range(x.rank))
    return g("transpose", x, axes=(*axes[:-2], axes[-1], axes[-2]))


@lowers(np.swapaxes, "a, axis1, axis2", method="swapaxes")
def lower_swapaxes(g: Ops, a: Any, axis1: Any, axis2: Any) -> Result:
    x = array_of(g, a)
    i, j = axis_of(x, axis1), axis_of(x, axis2)
    order = list(range(x.rank))
    order[i], order[j] = j, i
    return permuted(g, x, tuple(order))


@lowers(np.moveaxis, "a, source, destination")
def lower_moveaxis(g: Ops, a: Any, source: Any, destination: Any) -> Result:
    x = array_of(g, a)
    start, end = _axis_list(x, source), _axis_list(x, destination)
    if len(start) != len(end):
        raise Refusal("moveaxis needs as many destinations as sources")
    order = [k for k in range(x.rank) if k not in start]
    for to, k in sorted(zip(end, start, strict=True)):
        order.insert(to, k)
    return permuted(g, x, tuple(order))


def _axis_list(x: E, axes: Any) -> list[int]:
    known = static(axes, "axis")
    return [axis_of(x, a) for a in (known if isinstance(known, (tuple, list)) else (known,))]


@lowers(np.rollaxis, "a, axis, start=0")
def lower_rollaxis(g: Ops, a: Any, axis: Any, start: Any) -> Result:
    x, to = array_of(g, a), static_int(start, "start")
    k = axis_of(x, axis)
    to = to + x.rank if to < 0 else to
    to = to - 1 if k < to else to
    order = [i for i in range(x.rank) if i != k]
    order.insert(to, k)
    return permuted(g, x, tuple(order))


# Shapes

def reshaped(g: Ops, x: E, shape: Shape) -> E:
    return g.reshape(x, shape)


def _check_order(order: Any) -> None:
    if static(order, "order") not in ("C", "K", "A"):
        raise Refusal("order='F' is not supported", "transpose before and after")


@lowers(np.reshape, "a, shape, order='C'")
def lower_reshape(g: Ops, a: Any, shape: Any, order: Any) -> Result:
    if static(order, "order") != "C":
        raise Refusal(f"reshape with order={order!r} is not supported", "use x.T.reshape(...).T")
    return reshaped(g, array_of(g, a), shape_of(shape))


@method_lowers("reshape", "a, *shape, order='C'")
def lower_reshape_method(g: Ops, a: Any, shape: tuple[Any, ...], order: Any) -> Result:
    return lower_reshape(g, a, shape[0] if len(shape) == 1 else shape, order)


@lowers(np.ravel, "a, order='C'", method="ravel")
def lower_ravel(g: Ops, a: Any, order: Any) -> Result:
    return lower_reshape(g, a, -1, order)


@method_lowers("flatten", "a, order='C'")
def lower_flatten(g: Ops, a: Any, order: Any) -> Result:
    return g("copy", lower_reshape(g, a, -1, order))


@lowers(np.squeeze, "a, axis=None", method="squeeze")
def lower_squeeze(g: Ops, a: Any, axis: Any) -> Result:
    x = array_of(g, a)
    gone = axes_of(x, axis)
    if gone is None:
        gone = tuple(k for k, d in enumerate(x.dims or (x.rank,)) if _is_one(d))
    return g("squeeze", x, axis=gone) if gone else x


def _is_one(dim: object) -> bool:
    if isinstance(dim, Sym) and not dim.not_one:
        raise Refusal("squeeze without axis: which axes have size 1 is not known when compiling", "give axis=")
    return dim == 1


@lowers(np.expand_dims, "a, axis")
def lower_expand_dims(g: Ops, a: Any, axis: Any) -> Result:
    x, known = array_of(g, a), static(axis, "axis")
    axes = tuple(known) if isinstance(known, (tuple, list)) else (known,)
    rank = x.rank + len(axes)
    if not all(isinstance(k, int) and -rank <= k < rank for k in axes):
        raise Refusal(f"axis {known!r} is out of bounds for an array of rank {rank}")
    return expanded(g, x, tuple(sorted(k % rank for k in axes)))


def expanded(g: Any, x: E, axes: tuple[int, ...]) -> E:
    """x with axes of size 1 at these places of the result."""
    return g("expand_dims", x, axis=axes) if axes else x


@lowers(np.broadcast_to, "array, shape")
def lower_broadcast_to(g: Ops, array: Any, shape: Any) -> Result:
    return g.broadcast(array_of(g, array), shape_of(shape))


@lowers(np.broadcast_arrays, "*args")
def lower_broadcast_arrays(g: Ops, args: tuple[Any, ...]) -> Result:
    xs = [array_of(g, a) for a in args]
    shape = together(g, xs)
    return tuple(g.broadcast(x, shape) for x in xs)


def together(g: Ops, xs: list[E]) -> Shape:
    """The shape of the broadcast of arrays."""
    if all(x.dims == xs[0].dims and x.dims is not None for x in xs):
        return g.shape(xs[0])
    return g("broadcast_shapes", *(g("shape", x) for x in xs))


def at_least_1d(g: Ops, x: E) -> E:
    return expanded(g, x, (0,)) if x.rank == 0 else x


def at_least_2d(g: Ops, x: E) -> E:
    return x if x.rank >= 2 else expanded(g, x, tuple(range(2 - x.rank)))


def at_least_3d(g: Ops, x: E) -> E:
    places = {0: (0, 1, 2), 1: (0, 2), 2: (2,)}
    return expanded(g, x, places.get(x.rank, ()))


def _each(make: Any) -> Any:
    def lower(g: Ops, arys: tuple[Any, ...]) -> Result:
        made = tuple(make(g, array_of(g, a)) for a in arys)
        return made[0] if len(made) == 1 else made

    return lower


lowers(np.atleast_1d, "*arys")(_each(at_least_1d))
lowers(np.atleast_2d, "*arys")(_each(at_least_2d))
lowers(np.atleast_3d, "*arys")(_each(at_least_3d))


# Copies and casts

@method_lowers("copy", "a, order='C'")
def lower_copy_method(g: Ops, a: Any, order: Any) -> Result:
    _check_order(order)
    return g("copy", array_of(g, a))


@lowers(np.copy, "a, order='K'")
def lower_copy(g: Ops, a: Any, order: Any) -> Result:
    return lower_copy_method(g, a, order) if _is_array_value(a) else as_new_array(g, a, None)


def _is_array_value(a: Any) -> bool:
    return isinstance(a, E) and is_array(a)


@method_lowers("astype", "a, dtype, copy=True")
def lower_astype(g: Ops, a: Any, dtype: Any, copy: Any) -> Result:
    return g("convert", array_of(g, a), dtype=dtype_name(dtype))


@lowers(np.astype, "x, dtype")
def lower_astype_function(g: Ops, x: Any, dtype: Any) -> Result:
    return lower_astype(g, x, dtype, True)


@lowers([np.asarray, np.ascontiguousarray, np.asanyarray], "a, dtype=None", name="np.asarray")
def lower_asarray(g: Ops, a: Any, dtype: Any) -> Result:
    """The array itself where it is one of that dtype."""
    if not _is_array_value(a):
        return as_new_array(g, a, dtype)
    wanted = None if dtype is None else dtype_name(dtype)
    return a if wanted in (None, a.dtype) else g("convert", a, dtype=wanted)


@lowers(np.array, "object, dtype=None, copy=True")
def lower_array(g: Ops, object: Any, dtype: Any, copy: Any) -> Result:
    if static(copy, "copy") is not True:
        return lower_asarray(g, object, dtype)
    return as_new_array(g, object, dtype)


def as_new_array(g: Ops, value: Any, dtype: Any) -> E:
    """`np.array(value, dtype)`."""
    wanted = None if dtype is None else dtype_name(dtype)
    x = array_of(g, value)
    if isinstance(value, E) and not isinstance(value.type, ListT):
        if not is_array(x) or wanted not in (None, x.dtype):
            return g("convert", x, dtype=wanted or x.dtype)
        return g("copy", x)
    return x if wanted in (None, x.dtype) else g("convert", x, dtype=wanted)


# Turning round

def flipped(g: Ops, x: E, axes: tuple[int, ...]) -> E:
    back = slice(None, None, -1)
    last = max(axes, default=-1)
    return get(g, x, *(back if k in axes else FULL for k in range(last + 1))) if axes else x


@lowers(np.flip, "m, axis=None")
def lower_flip(g: Ops, m: Any, axis: Any) -> Result:
    x = array_of(g, m)
    axes = axes_of(x, axis)
    return flipped(g, x, tuple(range(x.rank)) if axes is None else axes)


@lowers(np.flipud, "m")
def lower_flipud(g: Ops, m: Any) -> Result:
    return flipped(g, array_of(g, m), (0,))


@lowers(np.fliplr, "m")
def lower_fliplr(g: Ops, m: Any) -> Result:
    x = array_of(g, m)
    if x.rank < 2:
        raise Refusal("fliplr needs an array of rank 2 or more")
    return flipped(g, x, (1,))


@lowers(np.rot90, "m, k=1, axes=(0, 1)")
def lower_rot90(g: Ops, m: Any, k: Any, axes: Any) -> Result:
    x, turns = array_of(g, m), static_int(k, "k") % 4
    first, second = (axis_of(x, a) for a in static(axes, "axes"))
    order = list(range(x.rank))
    order[first], order[second] = second, first
    match turns:
        case 0:
            return x
        case 2:
            return flipped(g, x, (first, second))
        case 1:
            return permuted(g, flipped(g, x, (second,)), tuple(order))
        case _:
            return flipped(g, permuted(g, x, tuple(order)), (second,))


@lowers(np.roll, "a, shift, axis=None")
def lower_roll(g: Ops, a: Any, shift: Any, axis: Any) -> Result:
    x, along_axis = array_of(g, a), static(axis, "axis")
    if isinstance(along_axis, (tuple, list)):
        axes: Any = tuple(axis_of(x, k) for k in cast("list[int]", along_axis))
    else:
        axes = None if along_axis is None else axis_of(x, along_axis)
    if isinstance(shift, E) and not isinstance(shift.atom, Const):
        return g("roll_by", x, int_of(shift, "shift"), axis=axes)
    known = static(shift, "shift")
    known = tuple(int(s) for s in known) if isinstance(known, (tuple, list)) else int(known)
    return g("roll", x, shift=known, axis=axes)


# Diagonals and triangles

@lowers(np.diag, "v, k=0")
def lower_diag(g: Ops, v: Any, k: Any) -> Result:
    x, offset = array_of(g, v), static_int(k, "k")
    if x.rank == 1:
        return g("diag", x, k=offset)
    if x.rank != 2:
        raise Refusal(f"diag needs an array of rank 1 or 2, got rank {x.rank}")
    return g("diagonal", x, offset=offset, axis1=0, axis2=1)


@lowers(np.diagflat, "v, k=0")
def lower_diagflat(g: Ops, v: Any, k: Any) -> Result:
    return g("diag", g.reshape(array_of(g, v), (-1,)), k=static_int(k, "k"))


@lowers(np.diagonal, "a, offset=0, axis1=0, axis2=1", method="diagonal")
def lower_diagonal(g: Ops, a: Any, offset: Any, axis1: Any, axis2: Any) -> Result:
    x = array_of(g, a)
    first, second = axis_of(x, axis1), axis_of(x, axis2)
    if first == second:
        raise Refusal("diagonal needs two different axes")
    return g("diagonal", x, offset=static_int(offset, "offset"), axis1=first, axis2=second)


@lowers(np.trace, "a, offset=0, axis1=0, axis2=1", method="trace")
def lower_trace(g: Ops, a: Any, offset: Any, axis1: Any, axis2: Any) -> Result:
    x = array_of(g, a)
    if x.rank == 2:
        return g("trace", x, offset=static_int(offset, "offset"))
    diagonal = lower_diagonal(g, x, offset, axis1, axis2)
    return g.sum(diagonal, (diagonal.rank - 1,))


@lowers(np.linalg.trace, "x, offset=0", name="np.linalg.trace")
def lower_linalg_trace(g: Ops, x: Any, offset: Any) -> Result:
    return lower_trace(g, x, offset, -2, -1)


@lowers(np.linalg.diagonal, "x, offset=0", name="np.linalg.diagonal")
def lower_linalg_diagonal(g: Ops, x: Any, offset: Any) -> Result:
    return lower_diagonal(g, x, offset, -2, -1)


@lowers(np.triu, "m, k=0")
def lower_triu(g: Ops, m: Any, k: Any) -> Result:
    return triangle(g, "triu", m, k)


@lowers(np.tril, "m, k=0")
def lower_tril(g: Ops, m: Any, k: Any) -> Result:
    return triangle(g, "tril", m, k)


def triangle(g: Ops, name: str, m: Any, k: Any) -> E:
    x = array_of(g, m)
    if x.rank == 1:
        x = g.broadcast(x, sizes(g, x) * 2)
    return g(name, x, k=static_int(k, "k"))


# Copies of elements

@lowers(np.tile, "A, reps")
def lower_tile(g: Ops, A: Any, reps: Any) -> Result:
    known = static(reps, "reps")
    times = tuple(int(r) for r in known) if isinstance(known, (tuple, list)) else (int(known),)
    return g("tile", array_of(g, A), reps=times)


@lowers(np.repeat, "a, repeats, axis=None", method="repeat")
def lower_repeat(g: Ops, a: Any, repeats: Any, axis: Any) -> Result:
    x = array_of(g, a)
    if static(axis, "axis") is None:
        x, at = g.reshape(x, (-1,)), 0
    else:
        at = axis_of(x, axis)
    if isinstance(repeats, int):
        return g("repeat", x, repeats=repeats, axis=at)
    if isinstance(repeats, E) and isinstance(repeats.atom, Const) and repeats.dims == ():
        return g("repeat", x, repeats=int(repeats.atom.value), axis=at)
    numbers = g("arange", g.dim(x, at), dtype=None)
    return get(g, x, *along(at, g("repeat_each", numbers, array_of(g, repeats))))


@lowers(np.pad, "array, pad_width, mode='constant', constant_values=0")
def lower_pad(g: Ops, array: Any, pad_width: Any, mode: Any, constant_values: Any) -> Result:
    x, how = array_of(g, array), static(mode, "mode")
    widths = pad_widths(static(pad_width, "pad_width"), x.rank)
    if how not in ("constant", "edge", "reflect", "symmetric", "wrap"):
        raise Refusal(f"np.pad with mode={how!r} is not supported")
    if how != "constant" or _is_zero(constant_values):
        return g("pad", x, pad_width=widths, mode=how)
    value = array_of(g, constant_values)
    if value.rank:
        raise Refusal("np.pad takes one constant value here", "pad axis by axis")
    shape = tuple(g.dim(x, k) + sum(w) if sum(w) else g.dim(x, k) for k, w in enumerate(widths))
    inside = tuple(slice(b or None, -a or None) for b, a in widths)
    return put(g, g.sized("full", (value,), shape, dtype=x.dtype), x, *inside)


def _is_zero(value: Any) -> bool:
    known = value.atom.value if isinstance(value, E) and isinstance(value.atom, Const) else value
    return isinstance(known, (int, float)) and known == 0


def pad_widths(given: Any, rank: int) -> tuple[tuple[int, int], ...]:
    """(before, after) an axis, from the forms that NumPy takes: n, (n,), (before, after), ((before, after), ...)."""
    try:
        pairs = np.broadcast_to(np.asarray(given), (rank, 2))
    except ValueError:
        raise Refusal(f"pad_width {given!r} does not fit an array of rank {rank}") from None
    return tuple((int(before), int(after)) for before, after in pairs)


# Differences

@lowers(np.diff, "a, n=1, axis=-1")
def lower_diff(g: Ops, a: Any, n: Any, axis: Any) -> Result:
    x = array_of(g, a)
    if x.dtype == "bool":
        raise Refusal("np.diff of bools is not supported", "use x[1:] != x[:-1]")
    at = axis_of(x, axis)
    for _ in range(static_int(n, "n")):
        x = get(g, x, *along(at, slice(1, None))) - get(g, x, *along(at, slice(None, -1)))
    return x


@lowers(np.ediff1d, "ary")
def lower_ediff1d(g: Ops, ary: Any) -> Result:
    x = array_of(g, ary)
    return lower_diff(g, x if x.dims is not None and x.rank == 1 else g.reshape(x, (-1,)), 1, -1)


@lowers(np.gradient, "f, *varargs, axis=None, edge_order=1")
def lower_gradient(g: Ops, f: Any, varargs: tuple[Any, ...], axis: Any, edge_order: Any) -> Result:
    x = array_of(g, f)
    if static_int(edge_order, "edge_order") != 1:
        raise Refusal("np.gradient with edge_order=2 is not supported")
    axes = axes_of(x, axis)
    axes = tuple(range(x.rank)) if axes is None else axes
    steps = [array_of(g, h) for h in varargs] or [g.wrap(g.atom(1.0))]
    steps = steps * len(axes) if len(steps) == 1 else steps
    if len(steps) != len(axes) or any(h.rank for h in steps):
        raise Refusal("np.gradient takes one number as the step, or one an axis")
    made = tuple(central(g, x, at, h) for at, h in zip(axes, steps, strict=True))
    return made[0] if len(made) == 1 else made


def central(g: Ops, x: E, at: int, h: E) -> E:
    """Central differences along an axis, one-sided at its ends."""
    def part(start: int | None, stop: int | None) -> E:
        return get(g, x, *along(at, slice(start, stop)))

    inside = (part(2, None) - part(None, -2)) / (h * 2.0)
    first, last = (part(1, 2) - part(0, 1)) / h, (part(-1, None) - part(-2, -1)) / h
    return g("concatenate", first, inside, last, axis=at)


# Products of shapes

@lowers(np.kron, "a, b")
def lower_kron(g: Ops, a: Any, b: Any) -> Result:
    x, y = array_of(g, a), array_of(g, b)
    rank = max(x.rank, y.rank)
    if rank == 0:
        return x * y
    x, y = (expanded(g, v, tuple(range(rank - v.rank))) for v in (x, y))
    product = expanded(g, x, tuple(range(1, 2 * rank, 2))) * expanded(g, y, tuple(range(0, 2 * rank, 2)))
    shape = tuple(m * n for m, n in zip(map(_exact, sizes(g, x)), map(_exact, sizes(g, y)), strict=True))
    return g.reshape(product, shape)


def _exact(size: E | int) -> Any:
    return size


@lowers(np.meshgrid, "*xi, indexing='xy'")
def lower_meshgrid(g: Ops, xi: tuple[Any, ...], indexing: Any) -> Result:
    xs = [g.reshape(array_of(g, x), (-1,)) if array_of(g, x).rank != 1 else array_of(g, x) for x in xi]
    count = len(xs)
    places = list(range(count))
    if static(indexing, "indexing") == "xy" and count > 1:
        places[0], places[1] = 1, 0
    shape = [g.dim(xs[places.index(k)], 0) for k in range(count)]
    lifted = [expanded(g, x, tuple(k for k in range(count) if k != at)) for x, at in zip(xs, places, strict=True)]
    return [g("copy", g.broadcast(x, tuple(shape))) for x in lifted]


@lowers(np.delete, "arr, obj, axis=None")
def lower_delete(g: Ops, arr: Any, obj: Any, axis: Any) -> Result:
    x, at = _flat_or_axis(g, arr, axis)
    chosen = static(obj, "obj")
    (size,) = (x.dims or ())[at:at + 1]
    if isinstance(chosen, int):
        return _without(g, x, at, chosen)
    if not isinstance(size, int):
        raise Refusal("np.delete of several elements needs an axis of known size")
    kept = np.delete(np.arange(size), cast("Any", chosen))
    return g("concatenate", *(get(g, x, *along(at, slice(int(k), int(k) + 1))) for k in kept), axis=at)


def _without(g: Ops, x: E, at: int, k: int) -> E:
    before = get(g, x, *along(at, slice(None, k)))
    if k == -1:
        return g("copy", before)
    return g("concatenate", before, get(g, x, *along(at, slice(k + 1, None))), axis=at)


@lowers(np.insert, "arr, obj, values, axis=None")
def lower_insert(g: Ops, arr: Any, obj: Any, values: Any, axis: Any) -> Result:
    x, at = _flat_or_axis(g, arr, axis)
    k, value = static_int(obj, "obj"), array_of(g, values)
    if value.rank > x.rank - 1 and not (x.rank == 1 and value.rank == 1):
        raise Refusal("np.insert takes one slice of the array's rank less one here", "use np.concatenate")
    if value.rank < x.rank:
        slot = tuple(g.dim(x, j) for j in range(x.rank) if j != at)
        value = expanded(g, g.broadcast(value, slot) if value.rank < x.rank - 1 else value, (at,))
    value = value if value.dtype == x.dtype else g("convert", value, dtype=x.dtype)
    before, after = get(g, x, *along(at, slice(None, k))), get(g, x, *along(at, slice(k, None)))
    return g("concatenate", before, value, after, axis=at)


@lowers(np.append, "arr, values, axis=None")
def lower_append(g: Ops, arr: Any, values: Any, axis: Any) -> Result:
    x, at = _flat_or_axis(g, arr, axis)
    value = array_of(g, values)
    value = g.reshape(value, (-1,)) if static(axis, "axis") is None and value.rank != 1 else value
    return g("concatenate", x, value, axis=at)


def _flat_or_axis(g: Ops, value: Any, axis: Any) -> tuple[E, int]:
    x = array_of(g, value)
    if static(axis, "axis") is not None:
        return x, axis_of(x, axis)
    return (x if dims_of(x.type) is not None and x.rank == 1 else g.reshape(x, (-1,))), 0
