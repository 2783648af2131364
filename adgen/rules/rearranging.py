"""How NumPy's functions and methods that rearrange arrays become the ops of `structure` and
`indexing`."""
from __future__ import annotations

from typing import Any, cast

import numpy as np

from adgen.errors import Refusal
from adgen.ir.core import Const
from adgen.ir.types import Dim, ShapeT, Sym
from adgen.rules import indexing, structure
from adgen.rules.lowering import (
    Result,
    axes_of,
    axis_of,
    dtype_name,
    lowers,
    method_lowers,
    static,
)
from adgen.rules.shapes import (
    FULL,
    array_of,
    get,
    int_of,
    listed,
    shape_of,
    size_of,
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
        raise Refusal(
            f"axes {order} are no permutation of the axes of an array of rank {x.rank}",
            "name each axis once",
        )
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
        raise Refusal("a matrix transpose needs an array of rank 2 or more", "give a matrix, or a stack of them")
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
        raise Refusal("moveaxis needs as many destinations as sources", "give as many")
    order = [k for k in range(x.rank) if k not in start]
    for to, k in sorted(zip(end, start, strict=True)):
        order.insert(to, k)
    return permuted(g, x, tuple(order))


def _axis_list(x: E, axes: Any) -> list[int]:
    known = static(axes, "axis")
    return [axis_of(x, a) for a in listed(known)]


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


@lowers(np.reshape, "a, shape, order='C', *, copy=None")
def lower_reshape(g: Ops, a: Any, shape: Any, order: Any, copy: Any) -> Result:
    x, kept = array_of(g, a), static(copy, "copy")
    if kept is False:
        raise Refusal("reshape with copy=False is not supported: it depends on the memory of the array", "leave it out")
    return in_order(g, x, shape_of(shape), static(order, "order"), bool(kept))


def in_order(g: Ops, x: E, shape: Shape, order: str, is_copy: bool) -> E:
    """A reshape, or a copy of it; in Fortran order as the transpose of one of the transpose."""
    if order == "C" or (order in ("A", "K") and x.rank <= 1):
        made = reshaped(g, x, shape)
        return g("copy", made) if is_copy else made
    if order != "F" or not isinstance(shape, tuple):
        raise Refusal(f"a reshape with order={order!r} is not supported: it depends on the memory of the array",
                      "use order='C' or order='F'")
    made = reshaped(g, reversed_axes(g, x), shape[::-1])
    return reversed_axes(g, g("copy", made) if is_copy else made)


@method_lowers("reshape", "a, *shape, order='C', copy=None")
def lower_reshape_method(g: Ops, a: Any, shape: tuple[Any, ...], order: Any, copy: Any) -> Result:
    return lower_reshape(g, a, shape[0] if len(shape) == 1 else shape, order, copy)


@lowers(np.ravel, "a, order='C'", method="ravel")
def lower_ravel(g: Ops, a: Any, order: Any) -> Result:
    return lower_reshape(g, a, -1, order, None)


@method_lowers("flatten", "a, order='C'")
def lower_flatten(g: Ops, a: Any, order: Any) -> Result:
    return g("copy", lower_reshape(g, a, -1, order, None))


@lowers(np.squeeze, "a, axis=None", method="squeeze")
def lower_squeeze(g: Ops, a: Any, axis: Any) -> Result:
    x = array_of(g, a)
    gone = axes_of(x, axis)
    if gone is None:
        gone = tuple(k for k, d in enumerate(x.dims or (x.rank,)) if _is_one(d))
    return g("squeeze", x, axis=gone) if gone else x


def _is_one(dim: object) -> bool:
    if isinstance(dim, Sym) and not dim.not_one:
        raise Refusal("squeeze without axis: which axes have size 1 is not known when compiling",
                      "give axis=")
    return dim == 1


@lowers(np.expand_dims, "a, axis")
def lower_expand_dims(g: Ops, a: Any, axis: Any) -> Result:
    x, known = array_of(g, a), static(axis, "axis")
    axes = tuple(listed(known))
    rank = x.rank + len(axes)
    if not all(isinstance(k, int) and -rank <= k < rank for k in axes):
        raise Refusal(
            f"axis {known!r} is out of bounds for an array of rank {rank}",
            "count from 0 to one less than there are, or from the end by -1",
        )
    return expanded(g, x, tuple(sorted(k % rank for k in axes)))


def expanded(g: Any, x: E, axes: tuple[int, ...]) -> E:
    """x with axes of size 1 at these places of the result."""
    return g("expand_dims", x, axis=axes) if axes else x


@lowers(np.broadcast_to, "array, shape, subok=False")
def lower_broadcast_to(g: Ops, array: Any, shape: Any) -> Result:
    return g.broadcast(array_of(g, array), shape_of(shape))


@lowers(np.broadcast_arrays, "*args, subok=False")
def lower_broadcast_arrays(g: Ops, args: tuple[Any, ...]) -> Result:
    xs = [array_of(g, a) for a in args]
    shape = together(g, xs)
    return tuple(g.broadcast(x, shape) for x in xs)


def together(g: Ops, xs: list[E]) -> Shape:
    """The shape of the broadcast of arrays."""
    if all(x.dims == xs[0].dims and x.dims is not None for x in xs):
        return g.shape(xs[0])
    return g("broadcast_shapes", *(g("shape", x) for x in xs))


@lowers(np.broadcast_shapes, "*args")
def lower_broadcast_shapes(g: Ops, args: tuple[Any, ...]) -> Result:
    if all(isinstance(a, E) and isinstance(a.type, ShapeT) for a in args):
        return g("broadcast_shapes", *args)
    shapes = [listed(a) for a in args]
    rank = max(map(len, shapes))
    columns = [[s[k - rank] for s in shapes if len(s) >= rank - k] for k in range(rank)]
    return tuple(common_size(column) for column in columns)


def common_size(sizes: list[Any]) -> Any:
    """What sizes broadcast to."""
    dims = [size_of(s.atom) if isinstance(s, E) else s for s in sizes]
    found = [(d, s) for d, s in zip(dims, sizes, strict=True) if d != 1]
    if not found:
        return 1
    if any(d != found[0][0] and not are_large(d, found[0][0]) for d, _ in found):
        raise Refusal("np.broadcast_shapes of sizes that are known at run time only is not supported",
                      "use np.broadcast_arrays(x, y), or write the shape out")
    return found[0][1]


def are_large(a: Dim, b: Dim) -> bool:
    """Whether neither size can be 1, so that they must be equal."""
    return all(d.not_one if isinstance(d, Sym) else d != 1 for d in (a, b))


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
        raise Refusal("fliplr needs an array of rank 2 or more", "give a matrix, or a stack of them")
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
    shifts = tuple(int(s) for s in listed(known))
    by = shifts if isinstance(known, (tuple, list)) else shifts[0]
    return g("roll", x, shift=by, axis=axes)


# Diagonals and triangles

@lowers(np.diag, "v, k=0")
def lower_diag(g: Ops, v: Any, k: Any) -> Result:
    x, offset = array_of(g, v), static_int(k, "k")
    if x.rank == 1:
        return g("diag", x, k=offset)
    if x.rank != 2:
        raise Refusal(f"diag needs an array of rank 1 or 2, got rank {x.rank}", "give such")
    return g("diagonal", x, offset=offset, axis1=0, axis2=1)


@lowers(np.diagflat, "v, k=0")
def lower_diagflat(g: Ops, v: Any, k: Any) -> Result:
    return g("diag", g.reshape(array_of(g, v), (-1,)), k=static_int(k, "k"))


@lowers(np.diagonal, "a, offset=0, axis1=0, axis2=1", method="diagonal")
def lower_diagonal(g: Ops, a: Any, offset: Any, axis1: Any, axis2: Any) -> Result:
    x = array_of(g, a)
    first, second = axis_of(x, axis1), axis_of(x, axis2)
    if first == second:
        raise Refusal("diagonal needs two different axes", "give such")
    return g("diagonal", x, offset=static_int(offset, "offset"), axis1=first, axis2=second)


@lowers(np.trace, "a, offset=0, axis1=0, axis2=1, dtype=None, out=None", method="trace")
def lower_trace(g: Ops, a: Any, offset: Any, axis1: Any, axis2: Any, dtype: Any) -> Result:
    x = array_of(g, a)
    wanted = None if static(dtype, "dtype") is None else dtype_name(dtype)
    if x.rank == 2 and wanted in (None, x.dtype):
        return g("trace", x, offset=static_int(offset, "offset"))
    diagonal = lower_diagonal(g, x, offset, axis1, axis2)
    if wanted in (None, diagonal.dtype):
        return g.sum(diagonal, (diagonal.rank - 1,))
    return g("sum.with", diagonal, named=(), axis=(diagonal.rank - 1,), keepdims=False, dtype=wanted)


@lowers(np.linalg.trace, "x, offset=0", name="np.linalg.trace")
def lower_linalg_trace(g: Ops, x: Any, offset: Any) -> Result:
    return lower_trace(g, x, offset, -2, -1, None)


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
