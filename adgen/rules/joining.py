"""Putting arrays together and taking them apart: `array`, `stack`, `concatenate`, and the `split`
family.

Joining is linear in all operands; its transpose hands each operand its slice. Splitting is
slicing.
"""
from __future__ import annotations

from typing import Any, cast

import numpy as np

from adgen.errors import Refusal
from adgen.ir.core import Atom, Attrs, Op
from adgen.ir.types import (
    ArrayT,
    Dim,
    Dims,
    ListT,
    Sym,
    Type,
    dim_sum,
    dims_of,
    dtype_of,
    rank_of,
)
from adgen.rules.lowering import Result, axis_of, describe, dtype_name, is_array, lowers, static
from adgen.rules.rearranging import at_least_1d, at_least_2d, at_least_3d, expanded
from adgen.rules.shapes import along, array_of, fit, get, int_of, known_dims, known_rank, size_along
from adgen.rules.table import EVERY, E, Ops, Rule, Transposer, add_rule

Cotangents = tuple[E | None, ...]


# Types

def common_dtype(args: tuple[Atom, ...]) -> str:
    """The dtype of things put into one array: Python numbers count as their default dtypes."""
    return str(np.result_type(*(dtype_of(a.type) for a in args)))


def stack_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    """Operands of one shape, along a new axis."""
    axis = attrs.get("axis", 0)
    ranks = {rank_of(a.type) for a in args}
    if None in ranks:
        return ArrayT(common_dtype(args), None)
    if len(ranks) > 1:
        raise Refusal("the things put into one array have different shapes",
                      "bring them to one shape first")
    dims = same_dims([dims_of(a.type) or () for a in args])
    return ArrayT(common_dtype(args), (*dims[:axis], len(args), *dims[axis:]))


def same_dims(all_dims: list[Dims]) -> Dims:
    """Dims that shapes which must be equal have: the known sizes of any of them."""
    return tuple(_same_dim(column) for column in zip(*all_dims, strict=True))


def _same_dim(dims: tuple[Dim, ...]) -> Dim:
    known = {d for d in dims if isinstance(d, int)}
    if len(known) > 1:
        raise Refusal(f"sizes that must be equal are {', '.join(map(str, sorted(known)))}", "give arrays that fit")
    return known.pop() if known else dims[0]


def concatenate_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    axis = cast(int, attrs["axis"])
    ranks = {known_rank(a.type) for a in args}
    if len(ranks) > 1 or 0 in ranks:
        raise Refusal("concatenate needs arrays of one rank, 1 or more", "reshape them to one rank")
    all_dims: list[Dims] = [known_dims(a.type) for a in args]
    rest = same_dims([d[:axis] + d[axis + 1:] for d in all_dims])
    joined_sizes: Dims = tuple([dims[axis] for dims in all_dims])
    return ArrayT(common_dtype(args), (*rest[:axis], dim_sum(joined_sizes), *rest[axis:]))


# Transposes

def stack_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Cotangents:
    axis = op.attrs.get("axis", 0)
    return tuple(fit(g, get(g, ct, *along(axis, k)), op.args[k].type) for k in linear)


def concatenate_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Cotangents:
    axis = op.attrs["axis"]
    known: list[Dim] = [known_dims(x.type)[axis] for x in op.args]
    made: list[E] = []
    for k in linear:
        part = known_part(known, k)
        if part is None:
            start: E | int | None = None
            for x in op.args[:k]:
                start = add_sizes(start, size_along(g, x, axis))
            is_last = sum_known(known[k + 1:]) == 0
            stop = None if is_last else add_sizes(start, size_along(g, op.args[k], axis))
            part = slice(start, stop)
        made.append(fit(g, get(g, ct, *along(axis, part)), op.args[k].type))
    return tuple(made)


def known_part(sizes: list[Dim], k: int) -> slice | None:
    """The slice of the k-th of parts that lie side by side, from the ends whose sizes are known."""
    before, own, after = sum_known(sizes[:k]), sum_known(sizes[k:k + 1]), sum_known(sizes[k + 1:])
    if before is not None and (after is not None or own is not None):
        stop = before + (own or 0) if after is None else -after or None
        return slice(before or None, stop)
    if after is not None and own:
        return slice(-after - own, -after or None)
    return None


def sum_known(sizes: list[Dim]) -> int | None:
    """The sum of sizes that are all known when compiling."""
    known = [s for s in sizes if isinstance(s, int)]
    return sum(known) if len(known) == len(sizes) else None


def add_sizes(start: E | int | None, size: E | int) -> E | int:
    return size if start is None or (isinstance(start, int) and start == 0) else start + size


# fmt: off
add_rule(Rule("array",       stack_type,       linear=(), transpose=stack_transpose))
add_rule(Rule("stack",       stack_type,       linear=(), transpose=stack_transpose))
add_rule(Rule("concatenate", concatenate_type, linear=(), transpose=concatenate_transpose,
              needs_shape=EVERY))
# fmt: on


# Joining

def parts_of(g: Ops, value: Any) -> list[E]:
    """The arrays in a list argument; an array counts as the list of its rows."""
    if isinstance(value, (tuple, list)):
        parts = [array_of(g, v) for v in cast("list[Any]", value)]
        if not parts:
            raise Refusal("there is nothing to join", "give at least one array")
        return parts
    x = array_of(g, value)
    if x.rank == 0:
        raise Refusal(f"expected a list of arrays, got {describe(value)}", "give a list or tuple of arrays")
    count = known_dims(x.type)[0]
    if isinstance(count, Sym):
        raise Refusal("how many arrays are joined must be known when compiling",
                      "use reshape or np.stack")
    return [get(g, x, k) for k in range(count)]


def is_dynamic(value: Any) -> bool:
    """A run-time list, or an array with a number of rows known at run time only."""
    if not isinstance(value, E):
        return False
    if isinstance(value.type, ListT):
        return True
    return bool(value.dims) and isinstance((value.dims or (0,))[0], Sym)


def joined(g: Ops, parts: list[E], axis: int) -> E:
    return g("concatenate", *parts, axis=axis)


JOIN = "out=None, *, dtype=None, casting='same_kind'"


def as_parts(g: Ops, arrays: Any, dtype: Any, casting: Any) -> Any:
    """What is joined, cast to `dtype` where one is given."""
    if static(dtype, "dtype") is None:
        return arrays
    wanted, parts = dtype_name(dtype), parts_of(g, arrays)
    for x in parts:
        check_cast(x, wanted, casting)
    return [x if x.dtype == wanted and is_array(x) else g("convert", x, dtype=wanted) for x in parts]


def check_cast(x: E, wanted: str, casting: Any) -> None:
    """A cast that NumPy's rule of that name does not allow is refused."""
    rule = static(casting, "casting")
    if not np.can_cast(x.dtype, wanted, rule):
        raise Refusal(f"a cast from {x.dtype} to {wanted} is not {rule}", "leave casting= out")


@lowers(np.concatenate, f"arrays, axis=0, {JOIN}")
def lower_concatenate(g: Ops, arrays: Any, axis: Any, dtype: Any, casting: Any) -> Result:
    arrays = as_parts(g, arrays, dtype, casting)
    if static(axis, "axis") is None:
        flat = [g.reshape(x, (-1,)) if x.rank != 1 else x for x in parts_of(g, arrays)]
        return joined(g, flat, 0)
    if is_dynamic(arrays):
        return joined_rows(g, array_of(g, arrays), axis)
    parts = parts_of(g, arrays)
    return joined(g, parts, axis_of(parts[0], axis))


def joined_rows(g: Ops, rows: E, axis: Any) -> E:
    """`concatenate` of the rows of a stacked array."""
    if rows.rank < 2:
        raise Refusal("numbers cannot be concatenated", "use np.array or np.stack")
    at = axis_of(get(g, rows, 0), axis)
    order = (*range(1, at + 1), 0, *range(at + 1, rows.rank))
    rows = g("transpose", rows, axes=order) if at else rows
    shape = [g.dim(rows, k) for k in range(rows.rank) if k != at]
    shape[at] = g.wrap(g.atom(-1))
    return g.reshape(rows, tuple(shape))


@lowers(np.stack, f"arrays, axis=0, {JOIN}")
def lower_stack(g: Ops, arrays: Any, axis: Any, dtype: Any, casting: Any) -> Result:
    arrays = as_parts(g, arrays, dtype, casting)
    if isinstance(arrays, (tuple, list)):
        parts = parts_of(g, arrays)
        return g("stack", *parts, axis=new_axis(parts[0].rank + 1, axis))
    if isinstance(arrays, E) and isinstance(arrays.type, ListT):
        return g("stack_list", arrays, axis=new_axis(list_rank(arrays) + 1, axis))
    x = array_of(g, arrays)
    at = new_axis(x.rank, axis)
    order = (*range(1, at + 1), 0, *range(at + 1, x.rank))
    return g("copy", g("transpose", x, axes=order) if at else x)


def list_rank(x: E) -> int:
    assert isinstance(x.type, ListT)
    return known_rank(x.type.element)


def new_axis(rank: int, axis: Any) -> int:
    """An axis of the result of rank `rank`, as a non-negative int."""
    chosen = static(axis, "axis")
    if not isinstance(chosen, int) or not -rank <= chosen < rank:
        raise Refusal(
            f"axis {chosen!r} is out of bounds for an array of rank {rank}",
            "count from 0 to one less than there are, or from the end by -1",
        )
    return chosen % rank


@lowers(np.vstack, "tup, *, dtype=None, casting='same_kind'")
def lower_vstack(g: Ops, tup: Any, dtype: Any, casting: Any) -> Result:
    tup = as_parts(g, tup, dtype, casting)
    if is_dynamic(tup):
        rows = array_of(g, tup)
        if rows.rank <= 2:
            return g("copy", rows) if rows.rank == 2 else expanded(g, rows, (1,))
        return joined_rows(g, rows, 0)
    return joined(g, [at_least_2d(g, x) for x in parts_of(g, tup)], 0)


@lowers(np.hstack, "tup, *, dtype=None, casting='same_kind'")
def lower_hstack(g: Ops, tup: Any, dtype: Any, casting: Any) -> Result:
    tup = as_parts(g, tup, dtype, casting)
    if is_dynamic(tup):
        rows = array_of(g, tup)
        return g("copy", rows) if rows.rank == 1 else joined_rows(g, rows, min(1, rows.rank - 2))
    parts = [at_least_1d(g, x) for x in parts_of(g, tup)]
    return joined(g, parts, min(1, parts[0].rank - 1))


@lowers(np.dstack, "tup")
def lower_dstack(g: Ops, tup: Any) -> Result:
    return joined(g, [at_least_3d(g, x) for x in parts_of(g, tup)], 2)


@lowers(np.column_stack, "tup")
def lower_column_stack(g: Ops, tup: Any) -> Result:
    parts = [expanded(g, x, (1,)) if x.rank == 1 else x if x.rank else expanded(g, x, (0, 1))
             for x in parts_of(g, tup)]
    return joined(g, parts, 1)


@lowers(np.block, "arrays")
def lower_block(g: Ops, arrays: Any) -> Result:
    depth = _depth(arrays)
    rank = max(depth, *(x.rank for x in _flat(g, arrays)))
    return _block(g, arrays, depth, rank)


def _depth(value: Any) -> int:
    if not isinstance(value, list):
        return 0
    depths = {_depth(v) for v in cast("list[Any]", value)}
    if len(depths) != 1:
        raise Refusal("np.block needs lists nested to the same depth", "nest them alike")
    return 1 + depths.pop()


def _flat(g: Ops, value: Any) -> list[E]:
    if isinstance(value, list):
        return [x for v in cast("list[Any]", value) for x in _flat(g, v)]
    return [array_of(g, value)]


def _block(g: Ops, value: Any, depth: int, rank: int) -> E:
    if not isinstance(value, list):
        x = array_of(g, value)
        return expanded(g, x, tuple(range(rank - x.rank)))
    parts = [_block(g, v, depth - 1, rank) for v in cast("list[Any]", value)]
    return parts[0] if len(parts) == 1 else joined(g, parts, rank - depth)


# Taking apart

def split_at(g: Ops, x: E, at: int, marks: list[E | int]) -> list[E]:
    bounds: list[E | int | None] = [None, *marks, None]
    return [get(g, x, *along(at, slice(bounds[k], bounds[k + 1]))) for k in range(len(bounds) - 1)]


def split_evenly(g: Ops, x: E, at: int, count: int, exact: bool) -> list[E]:
    size = size_along(g, x, at)
    if isinstance(size, int):
        if exact and size % count:
            raise Refusal(f"an axis of size {size} cannot be split into {count} equal parts",
                          "use np.array_split")
        small, more = divmod(size, count)
        ends = np.cumsum([small + (k < more) for k in range(count)])
        return split_at(g, x, at, [int(e) for e in ends[:-1]])
    if not exact:
        raise Refusal("np.array_split needs an axis of known size",
                      "pass the indices at which to split")
    lengths: list[Any] = [g.dim(x, k) for k in range(x.rank)]
    rows = g.reshape(x, (*lengths[:at], count, -1, *lengths[at + 1:]))
    return [get(g, rows, *along(at, k)) for k in range(count)]


def split_with(g: Ops, ary: Any, sections: Any, axis: Any, exact: bool) -> list[E]:
    x = array_of(g, ary)
    at = axis_of(x, axis)
    if isinstance(sections, (tuple, list)):
        return split_at(g, x, at, [int_of(m, "an index") for m in cast("list[Any]", sections)])
    known = static(sections, "the number of sections")
    if isinstance(known, np.ndarray):
        return split_at(g, x, at, [int(m) for m in cast("Any", known)])
    return split_evenly(g, x, at, int(known), exact)


@lowers(np.split, "ary, indices_or_sections, axis=0")
def lower_split(g: Ops, ary: Any, indices_or_sections: Any, axis: Any) -> Result:
    return split_with(g, ary, indices_or_sections, axis, True)


@lowers(np.array_split, "ary, indices_or_sections, axis=0")
def lower_array_split(g: Ops, ary: Any, indices_or_sections: Any, axis: Any) -> Result:
    return split_with(g, ary, indices_or_sections, axis, False)


@lowers(np.vsplit, "ary, indices_or_sections")
def lower_vsplit(g: Ops, ary: Any, indices_or_sections: Any) -> Result:
    return split_with(g, ary, indices_or_sections, 0, True)


@lowers(np.hsplit, "ary, indices_or_sections")
def lower_hsplit(g: Ops, ary: Any, indices_or_sections: Any) -> Result:
    x = array_of(g, ary)
    return split_with(g, x, indices_or_sections, min(1, x.rank - 1), True)


@lowers(np.dsplit, "ary, indices_or_sections")
def lower_dsplit(g: Ops, ary: Any, indices_or_sections: Any) -> Result:
    return split_with(g, ary, indices_or_sections, 2, True)


@lowers(np.unstack, "x, /, *, axis=0")
def lower_unstack(g: Ops, x: Any, axis: Any) -> Result:
    array = array_of(g, x)
    at = axis_of(array, axis)
    size = (array.dims or ())[at]
    if isinstance(size, Sym):
        raise Refusal("np.unstack needs an axis of known size", "give the size in the argument's type, as x=float64[3]")
    return tuple(get(g, array, *along(at, k)) for k in range(size))


