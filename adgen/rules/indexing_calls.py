"""Functions of NumPy that come down to reading at an index, and those that give positions."""
from __future__ import annotations

from typing import Any

import numpy as np

from adgen.errors import Refusal
from adgen.ir.core import Arg, ArrayItem, Atom, Attrs, Index, Op, SliceItem
from adgen.ir.types import ArrayT, Type, dims_of, dtype_of, fresh_dim
from adgen.rules.indexing import getitem_type
from adgen.rules.lowering import Result, axis_of, lowers, static
from adgen.rules.shapes import AnyOps, along, array_of, get, int_of, listed, size_along
from adgen.rules.table import E, Ops, Rule, Transposer, add_rule

# Functions that come down to indexing

@lowers(np.take, "a, indices, axis=None, out=None, mode='raise'", method="take")
def lower_take(g: Ops, a: Any, indices: Any, axis: Any, mode: Any) -> Result:
    x = array_of(g, a)
    if static(axis, "axis") is None:
        x, at = (x if x.dims is not None and len(x.dims) == 1 else g.reshape(x, (-1,))), 0
    else:
        at = axis_of(x, axis)
    return take(g, x, within(g, _index_argument(g, indices), g.dim(x, at), static(mode, "mode")), at)


def within(g: Ops, indices: E, size: E, mode: str) -> E:
    """Indices brought into the axis, as `mode` says."""
    match mode:
        case "raise":
            return indices
        case "wrap":
            return g("mod", indices, size)
        case "clip":
            return g("clip", indices, 0, size - 1)
        case _:
            raise Refusal(f"mode must be 'raise', 'wrap' or 'clip', got {mode!r}", "use one of these")


def take(g: Ops, x: E, indices: E, axis: int) -> E:
    """Elements along an axis, in NumPy's layout: sums over them add up in its order."""
    if axis == 0 or indices.rank == 0:
        return get(g, x, *along(axis, indices))
    return g("take", x, indices, axis=axis)


def taken(axis: int) -> Index:
    """The index that `np.take` stands for; memory is laid out otherwise."""
    return (*(SliceItem(),) * axis, ArrayItem(Arg(0)))


def take_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return getitem_type(args, {"index": taken(attrs["axis"])})


def take_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> tuple[E | None, ...]:
    x, indices = op.args
    zeros = g.zeros(g.shape(x), dtype_of(x.type))
    return (g("addat", zeros, ct, indices, index=taken(op.attrs["axis"])),)


add_rule(Rule("take", take_type, linear=(0,), transpose=take_transpose, needs_shape=(0,),
              call="np.take"))


def _index_argument(g: Ops, indices: Any) -> E:
    chosen = array_of(g, indices)
    if np.dtype(chosen.dtype).kind not in "iu":
        raise Refusal(f"indices must be ints, not {chosen.type}", "give such indices, as by np.argsort")
    return chosen


@lowers(np.take_along_axis, "arr, indices, axis=-1")
def lower_take_along_axis(g: Ops, arr: Any, indices: Any, axis: Any) -> Result:
    x, order = array_of(g, arr), _index_argument(g, indices)
    if static(axis, "axis") is None:
        return get(g, g.reshape(x, (-1,)), order)
    return get(g, x, *along_axis_items(g, x, order, axis_of(x, axis)))


def along_axis_items(g: AnyOps, x: E, order: E, axis: int) -> tuple[E, ...]:
    """The index arrays by which `x[...]` is `take_along_axis(x, order, axis)`."""
    if order.rank != x.rank:
        raise Refusal(
            f"take_along_axis needs indices of rank {x.rank}, got rank {order.rank}",
            "give such indices, as by np.argsort",
        )
    return tuple(order if k == axis else _numbered(g, x, k) for k in range(x.rank))


def _numbered(g: AnyOps, x: E, axis: int) -> E:
    """0, 1, ... along one axis, of size 1 along the others."""
    numbers = g("arange", size_along(g, x, axis), dtype=None)
    shape = tuple(-1 if k == axis else 1 for k in range(x.rank))
    return numbers if x.rank == 1 else g.reshape(numbers, shape)


@lowers(np.compress, "condition, a, axis=None, out=None", name="np.compress")
def lower_compress(g: Ops, condition: Any, a: Any, axis: Any) -> Result:
    x, mask = array_of(g, a), array_of(g, condition)
    flat = static(axis, "axis") is None
    x = g.reshape(x, (-1,)) if flat else x
    at = 0 if flat else axis_of(x, axis)
    return take(g, x, g("flatnonzero", mask), at)


@lowers(np.extract, "condition, arr")
def lower_extract(g: Ops, condition: Any, arr: Any) -> Result:
    mask = g.reshape(array_of(g, condition), (-1,))
    return get(g, g.reshape(array_of(g, arr), (-1,)), g("flatnonzero", mask))


# Positions: ints, without a derivative

def nonzero_type(args: tuple[Atom, ...], attrs: Attrs) -> tuple[Type, ...]:
    dims = dims_of(args[0].type)
    if dims is None:
        raise Refusal("nonzero needs an array whose rank is known", "give the argument's type, as x=float64[n]")
    return tuple([ArrayT("int64", (fresh_dim(),))] * len(dims))


def argwhere_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    dims = dims_of(args[0].type)
    return ArrayT("int64", None if dims is None else (fresh_dim(), len(dims)))


def flat_positions_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return ArrayT("int64", (fresh_dim(),))


def searchsorted_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return ArrayT("int64", dims_of(args[1].type))


# fmt: off
add_rule(Rule("nonzero",      nonzero_type,        zero=True, call="np.nonzero"))
add_rule(Rule("flatnonzero",  flat_positions_type, zero=True, call="np.flatnonzero"))
add_rule(Rule("argwhere",     argwhere_type,       zero=True, call="np.argwhere"))
add_rule(Rule("searchsorted", searchsorted_type,   zero=True, call="np.searchsorted"))
# fmt: on


@lowers(np.nonzero, "a", method="nonzero")
def lower_nonzero(g: Ops, a: Any) -> Result:
    return g.many("nonzero", array_of(g, a))


@lowers(np.flatnonzero, "a")
def lower_flatnonzero(g: Ops, a: Any) -> Result:
    return g("flatnonzero", array_of(g, a))


@lowers(np.argwhere, "a")
def lower_argwhere(g: Ops, a: Any) -> Result:
    return g("argwhere", array_of(g, a))


@lowers(np.searchsorted, "a, v, side='left', sorter=None", method="searchsorted")
def lower_searchsorted(g: Ops, a: Any, v: Any, side: Any, sorter: Any) -> Result:
    x = array_of(g, a)
    x = x if sorter is None else get(g, x, _index_argument(g, sorter))
    return g("searchsorted", x, array_of(g, v), side=static(side, "side"))


@lowers(np.ix_, "*args")
def lower_ix(g: Ops, args: tuple[Any, ...]) -> Result:
    def placed(k: int, value: Any) -> E:
        x = array_of(g, value)
        x = g("flatnonzero", x) if x.dtype == "bool" else x
        shape = tuple(-1 if k == j else 1 for j in range(len(args)))
        return x if len(args) == 1 else g.reshape(x, shape)

    return tuple(placed(k, value) for k, value in enumerate(args))


@lowers(np.unravel_index, "indices, shape, order='C'")
def lower_unravel_index(g: Ops, indices: Any, shape: Any, order: Any) -> Result:
    if static(order, "order") == "F":
        return lower_unravel_index(g, indices, listed(shape)[::-1], "C")[::-1]
    left = _index_argument(g, indices)
    sizes = [int_of(s, "a size") for s in listed(shape)]
    places: list[E] = []
    for size in reversed(sizes[1:]):
        places.append(g("mod", left, size))
        left = g("floordiv", left, size)
    return (left, *reversed(places))
