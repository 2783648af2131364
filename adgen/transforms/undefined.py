"""Which linear values may be undefined where a cotangent of theirs is asked for.

A branch's residuals are UNDEF on the other side (`split` marks those constants by the name ABSENT), and so are their
tangents. They are read under the same condition only, so on the other side their cotangent is UNDEF as well. A name
of the user's that only one path binds is UNDEF on the other; there its tangent has no shape that could be read, and a
zero cotangent is the number 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from adgen.ir.core import UNDEF, Atom, Const, Op, Value, xs_groups
from adgen.ir.types import TapeT

ABSENT = "absent"
"""Name of the UNDEF that stands for a residual of the other branch."""

Undefined = dict[Value, bool]
"""Values that may be undefined; True for residuals of a branch."""


def note_undefined(ops: Iterable[Op], found: Undefined) -> None:
    """Enter the values that may be undefined, in program order."""
    for op in ops:
        if op.name == "if":
            for block in op.blocks:
                note_undefined(block.ops, found)
            for i, result in enumerate(op.results):
                _enter(result, [b.results[i] for b in op.blocks if not _is_residual(b.results[i], found)], found)
        elif op.blocks:
            _note_loop(op, found)
        elif op.name == "reverse_list":
            _enter(op.result, [op.args[0]], found)
        elif op.name == "unpack":
            found.update((op.results[i], True) for i in cast(TapeT, op.args[0].type).partial)


def _is_residual(atom: Atom, found: Undefined) -> bool:
    """Whether this is a residual of a branch: what a branch yields of it, it yields where it is there."""
    return isinstance(atom, Value) and found.get(atom, False)


def undefined_fields(ops: Iterable[Op], found: Undefined) -> set[int]:
    """Positions of what the ops pack into a tape that may be undefined."""
    positions: set[int] = set()
    for op in ops:
        if op.name == "pack":
            positions |= {i for i, a in enumerate(op.args) if a in found or _is_undefined(a)}
        elif op.name == "if":
            positions |= {i for block in op.blocks for i in undefined_fields(block.ops, found)}
    return positions


def _is_undefined(atom: Atom) -> bool:
    return isinstance(atom, Const) and atom.value is UNDEF


def _note_loop(op: Op, found: Undefined) -> None:
    carry, stack = cast(int, op.attrs["carry"]), cast(int, op.attrs["stack"])
    body = op.blocks[-1]
    for element, group in zip(body.params[carry:], xs_groups(op), strict=True):
        if len(group) == 1:
            _enter(element, [group[0]], found)
    for _ in range(2):
        for i in range(carry):
            _enter(body.params[i], [op.args[i], body.results[i]], found)
        note_undefined(body.ops, found)
    for i in range(carry + stack):
        sources = [op.args[i], body.results[i]] if i < carry else [body.results[i]]
        _enter(op.results[i], sources, found)


def _enter(value: Value, sources: list[Atom], found: Undefined) -> None:
    for source in sources:
        if isinstance(source, Const) and source.value is UNDEF:
            found[value] = source.name == ABSENT
        elif isinstance(source, Value) and source in found:
            found[value] = found[source]
