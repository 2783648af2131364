"""`np.pad`: one op for the modes that copy elements, joined pieces for the others.

The op `pad` pads with zeros (`constant`) or with copies (`edge`, `reflect`, `symmetric`, `wrap`). The pieces of the
other modes are put to both ends of one axis after another, as NumPy does it, so corners are NumPy's too.
"""
from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np

from adgen.errors import Refusal
from adgen.ir.builder import const
from adgen.ir.core import Const
from adgen.ir.types import is_inexact
from adgen.rules.constructors import lower_linspace
from adgen.rules.lowering import Result, lowers, static
from adgen.rules.shapes import along, array_of, get, listed, put, size_along
from adgen.rules.table import E, Ops

Piece = Callable[[E, int, int, Any, bool], E]
"""What is put to an end of an axis: of the array, the axis, how many, the value given, whether it is the front."""

COPYING = ("edge", "reflect", "symmetric", "wrap")
STATISTICS = {"maximum": "max", "minimum": "min", "mean": "mean", "median": "median"}
KEYWORDS = {"constant": "constant_values", "linear_ramp": "end_values", "reflect": "reflect_type",
            "symmetric": "reflect_type", **dict.fromkeys(STATISTICS, "stat_length")}
"""The keyword that a mode takes."""


@lowers(np.pad, "array, pad_width, mode='constant', *, constant_values=0, end_values=0, stat_length=None, "
                "reflect_type='even'")
def lower_pad(g: Ops, array: Any, pad_width: Any, mode: Any, constant_values: Any, end_values: Any,
              stat_length: Any, reflect_type: Any) -> Result:
    x, how = array_of(g, array), static(mode, "mode")
    given = {"constant_values": constant_values, "end_values": end_values, "stat_length": stat_length,
             "reflect_type": reflect_type}
    check_keywords(how, given)
    widths = pad_widths(pad_width, x.rank)
    if how == "constant":
        return with_constants(g, x, widths, constant_values)
    if how in ("reflect", "symmetric") and static(reflect_type, "reflect_type") == "odd":
        return joined(g, x, widths, None, odd_reflection(g, 1 if how == "reflect" else 0))
    if how in COPYING:
        return g("pad", x, pad_width=widths, mode=how)
    if how == "linear_ramp":
        return joined(g, x, widths, as_numpy(g, end_values), ramp(g))
    if how in STATISTICS:
        return joined(g, x, widths, static(stat_length, "stat_length"), statistic(g, how))
    raise Refusal(
        f"np.pad with mode={how!r} is not supported",
        "use 'constant', 'edge', 'linear_ramp', 'maximum', 'mean', 'median', 'minimum', 'reflect', 'symmetric' or "
        "'wrap', or write it with np.concatenate",
    )


def check_keywords(mode: Any, given: dict[str, Any]) -> None:
    """NumPy takes the one keyword of a mode alone."""
    defaults = {"constant_values": 0, "end_values": 0, "stat_length": None, "reflect_type": "even"}
    for name, value in given.items():
        known = value.atom.value if isinstance(value, E) and isinstance(value.atom, Const) else value
        if KEYWORDS.get(mode) != name and not (type(known) is type(defaults[name]) and known == defaults[name]):
            raise Refusal(f"np.pad with mode={mode!r} takes no {name}", "leave it out")


def pad_widths(given: Any, rank: int) -> tuple[tuple[int, int], ...]:
    """(before, after) an axis, from the forms that NumPy takes: n, (n,), (before, after) or such pairs."""
    pairs = as_pairs(static(given, "pad_width"), rank, "pad_width")
    if not all(isinstance(width, (int, np.integer)) for pair in pairs for width in pair):
        raise Refusal(f"pad_width must be ints, got {given!r}", "give ints")
    return tuple((int(before), int(after)) for before, after in pairs)


def as_pairs(given: Any, rank: int, what: str) -> list[tuple[Any, Any]]:
    """A pair for each axis, by NumPy's broadcasting to (rank, 2); what is at its leaves stays as it is."""
    rows: Any = list(cast("np.ndarray[Any, Any]", given)) if isinstance(given, np.ndarray) else given
    rows = cast("list[Any]", rows if isinstance(rows, (tuple, list)) else [rows])
    if not any(isinstance(row, (tuple, list, np.ndarray)) for row in rows):
        rows = [rows]
    pairs = [list(cast("list[Any]", row)) for row in rows]
    if len(pairs) not in (1, rank) or any(len(p) not in (1, 2) for p in pairs):
        raise Refusal(f"{what} {given!r} does not fit an array of rank {rank}", "give a pair for each axis")
    pairs = pairs * rank if len(pairs) == 1 else pairs
    return [(p[0], p[-1]) for p in pairs]


# Modes

def with_constants(g: Ops, x: E, widths: tuple[tuple[int, int], ...], values: Any) -> E:
    if is_zero(values):
        return g("pad", x, pad_width=widths, mode="constant")
    if isinstance(values, (tuple, list)):
        return joined(g, x, widths, values, constants(g))
    value = array_of(g, values)
    if value.rank:
        raise Refusal("np.pad takes its constant values as numbers here", "give a list of numbers")
    shape = tuple(g.dim(x, k) + sum(w) if sum(w) else g.dim(x, k) for k, w in enumerate(widths))
    inside = tuple(slice(b or None, -a or None) for b, a in widths)
    return put(g, g.sized("full", (value,), shape, dtype=x.dtype), x, *inside)


def is_zero(value: Any) -> bool:
    known = value.atom.value if isinstance(value, E) and isinstance(value.atom, Const) else value
    return isinstance(known, (int, float)) and known == 0


def joined(g: Ops, x: E, widths: tuple[tuple[int, int], ...], given: Any, piece: Piece) -> E:
    """x with pieces at the front and the back of one axis after another."""
    values = as_pairs(given, x.rank, "the value")
    for axis, ((before, after), (first, last)) in enumerate(zip(widths, values, strict=True)):
        front = [piece(x, axis, before, first, True)] if before else []
        back = [piece(x, axis, after, last, False)] if after else []
        x = g("concatenate", *front, x, *back, axis=axis) if front or back else x
    return x


def flipped(g: Ops, x: E, axis: int) -> E:
    return get(g, x, *along(axis, slice(None, None, -1)))


def with_size(g: Ops, x: E, axis: int, width: int) -> tuple[E | int, ...]:
    """The shape of x with another size along an axis."""
    return tuple(width if k == axis else size_along(g, x, k) for k in range(x.rank))


def constants(g: Ops) -> Piece:
    def piece(x: E, axis: int, width: int, value: Any, is_front: bool) -> E:
        return g.sized("full", (array_of(g, value),), with_size(g, x, axis, width), dtype=x.dtype)

    return piece


def statistic(g: Ops, mode: str) -> Piece:
    def piece(x: E, axis: int, width: int, length: Any, is_front: bool) -> E:
        if not is_inexact(x.type):
            raise Refusal(f"np.pad with mode={mode!r} of an array of ints is not supported", "write x.astype(float)")
        there = slice(None, length) if is_front else slice(None if length is None else -length, None)
        part = x if length is None else get(g, x, *along(axis, there))
        made = g(STATISTICS[mode], part, axis=axis if mode == "median" else (axis,), keepdims=True)
        return made if width == 1 else g.broadcast(made, with_size(g, x, axis, width))

    return piece


def ramp(g: Ops) -> Piece:
    """From the value given, which stands outermost, towards the edge."""
    def piece(x: E, axis: int, width: int, value: Any, is_front: bool) -> E:
        edge = get(g, x, *along(axis, 0 if is_front else -1))
        made = lower_linspace(g, value, edge, width, False, False, x.dtype, axis)
        return made if is_front else flipped(g, made, axis)

    return piece


def as_numpy(g: Ops, values: Any) -> Any:
    """One or two end values, which NumPy takes as numbers of an array, not as Python's; more of them as they are."""
    rows = listed(values)
    rows = listed(rows[0]) if len(rows) == 1 else rows
    if len(rows) > 2 or any(isinstance(row, (tuple, list)) for row in rows):
        return values
    numbers = [array_of(g, row) for row in rows]
    dtype = str(np.result_type(*(n.dtype for n in numbers)))
    return [g("convert", n, dtype=dtype) for n in numbers]


def odd_reflection(g: Ops, offset: int) -> Piece:
    """Twice the edge less the reflection; `offset` is 1 where the edge is not reflected itself."""
    def piece(x: E, axis: int, width: int, value: Any, is_front: bool) -> E:
        check_reach(g, x, axis, width + offset)
        near = slice(offset, width + offset) if is_front else slice(-width - offset, -offset or None)
        edge = slice(0, 1) if is_front else slice(-1, None)
        return 2 * get(g, x, *along(axis, edge)) - flipped(g, get(g, x, *along(axis, near)), axis)

    return piece


def check_reach(g: Ops, x: E, axis: int, needed: int) -> None:
    """An odd reflection of more elements than there are would be one of a reflection."""
    size = size_along(g, x, axis)
    message = "np.pad with reflect_type='odd' by more than the array's own size is not supported"
    if not isinstance(size, int):
        g.builder.emit_many("assert", ((size >= needed).atom, const(message)), {})
    elif size < needed:
        raise Refusal(message, "pad in two steps")
