"""Which values the reverse sweep keeps, and which it computes again.

    input      the values that a linear part reads, and the ops that define them
    output     as few and as small values as possible to keep, and cheap ops that give the others from them
"""

from __future__ import annotations

from collections.abc import Set

from adgen.ir.core import Arg, ArrayItem, IntItem, Op, SliceItem, Value
from adgen.ir.types import ListT, Type, dims_of, is_number
from adgen.rules.table import rule_of


def choose(
    reads: list[Value], value_ops: list[Op], inside: set[Value], costly: Set[Value]
) -> tuple[list[Value], list[Op]]:
    """Values to keep and ops to run again, so that all of `reads` is at hand and as little as possible is kept."""
    defining = {r: (i, op) for i, op in enumerate(value_ops) for r in op.results}
    ordered = list(dict.fromkeys([*reads, *_shared_roots(reads, defining, inside)]))
    kept = set(ordered)
    for value in sorted(ordered, key=lambda v: defining[v][0] if v in defining else -1, reverse=True):
        if _within_reach(value, kept - {value}, defining, inside, costly, top=True):
            kept.remove(value)
    again: dict[int, Op] = {}
    for value in reads:
        _collect(value, kept, defining, inside, again)
    return [v for v in ordered if v in kept], [again[i] for i in sorted(again)]


def _within_reach(
    value: Value,
    kept: set[Value],
    defining: dict[Value, tuple[int, Op]],
    inside: set[Value],
    costly: Set[Value],
    top: bool = False,
) -> bool:
    """Whether a value is free to read, kept, or cheap to compute from such."""
    if not top and (value not in inside or value in kept):
        return True
    if value not in defining:
        return False
    _, op = defining[value]
    if is_part(op) and op.args[0] in costly and op.args[0] not in kept:
        return False
    return is_cheap(op) and all(
        _within_reach(a, kept, defining, inside, costly) for a in op.args if isinstance(a, Value)
    )


def is_small(t: Type) -> bool:
    """Whether values of the type take next to no memory: numbers and shapes."""
    return not isinstance(t, ListT) and (not is_number(t) or dims_of(t) == ())


def is_part(op: Op) -> bool:
    """Whether the op reads an element, a row or a window: what may be much smaller than the whole."""
    if op.name != "getitem":
        return False
    return any(
        isinstance(item, (IntItem, ArrayItem)) or (isinstance(item, SliceItem) and _is_window(item))
        for item in op.attrs["index"]
    )


def _is_window(item: SliceItem) -> bool:
    """Whether a slice is bounded at both ends by what varies, or at the same end."""
    start, stop = item.start, item.stop
    if isinstance(start, Arg) or isinstance(stop, Arg):
        return True
    return stop is not None and (start or 0) * stop >= 0


def is_cheap(op: Op) -> bool:
    return not op.blocks and rule_of(op.name).cheap


def _shared_roots(reads: list[Value], defining: dict[Value, tuple[int, Op]], inside: set[Value]) -> list[Value]:
    """Values that are not read but from which two or more of those read are cheap to compute."""
    kept, votes = set(reads), dict[Value, int]()
    for value in dict.fromkeys(reads):
        if value in defining and is_cheap(defining[value][1]) and not is_part(defining[value][1]):
            args = [a for a in defining[value][1].args if isinstance(a, Value) and a in inside and a not in kept]
            if len(args) == 1 and (is_small(args[0].type) or not is_small(value.type)):
                votes[args[0]] = votes.get(args[0], 0) + 1
    return [root for root, count in votes.items() if count >= 2]


def _collect(
    value: Value, kept: set[Value], defining: dict[Value, tuple[int, Op]], inside: set[Value], again: dict[int, Op]
) -> None:
    if value in kept or value not in inside:
        return
    position, op = defining[value]
    again[position] = op
    for arg in op.args:
        if isinstance(arg, Value):
            _collect(arg, kept, defining, inside, again)
