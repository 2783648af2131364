"""The imperative form that the writer works on: the SSA again, but mutable, and with mutation.

    Body = params, steps, results               a block; the results of a loop's body are what is
                                                carried on (and the stop flag, last, if `breaks`)
    Step = name, args, attrs, results, blocks   an op

Differences from the IR:

    newlist, push   a loop's stacked outputs are `kept = newlist()` before it and `push(kept, a, b)`
                    inside it, right after the last of the elements is made. Outputs that are
                    always scanned together share a list
    widths          attr of `for`: how many params each xs sets (several for a list of tuples)
    MUTATORS        change their first operand in place; the first result, if any, is the same
                    object. `buffers` makes this true by inserting copies; until it has run they
                    are pure as in the IR
    tail            attr of `if`: the last step of a function, or of such an arm; its arms'
                    results are returned

Non-goal: nothing here decides on names or text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from adgen.errors import Span
from adgen.ir.core import EFFECTS, Atom, Value, calls_effect

MUTATORS = frozenset(
    {"setitem", "addat", "append", "poplast", "set_list", "push", "iadd", "isub", "imul"}
)
LOOPS = frozenset({"for", "while"})


@dataclass(slots=True, eq=False)
class Step:
    """An operation, as `ir.core.Op`."""

    name: str
    args: list[Atom]
    attrs: dict[str, Any]
    results: list[Value]
    blocks: list[Body] = field(default_factory=list["Body"])
    span: Span | None = None
    loose: bool = False

    @property
    def result(self) -> Value:
        (result,) = self.results
        return result


@dataclass(slots=True, eq=False)
class Body:
    params: list[Value]
    steps: list[Step]
    results: list[Atom]
    scalars: bool = True
    """Whether arrays of rank 0 are NumPy scalars, which nothing changes; on a device they are memory as others are."""


def walk(body: Body) -> Iterator[Step]:
    """Every step of a body, and of those inside."""
    for step in body.steps:
        yield step
        for inner in step.blocks:
            yield from walk(inner)


def bodies(body: Body) -> Iterator[Body]:
    """The body and those inside."""
    yield body
    for step in body.steps:
        for inner in step.blocks:
            yield from bodies(inner)


def is_pinned(step: Step) -> bool:
    """Whether the step has an effect, here or inside, and so must run once and in order."""
    if step.name in EFFECTS or (step.name == "call" and calls_effect(step.attrs["callee"])):
        return True
    return any(is_pinned(inner) for block in step.blocks for inner in block.steps)


def ends(body: Body) -> list[Body]:
    """The bodies whose results are returned."""
    if body.steps and body.steps[-1].attrs.get("tail"):
        return [e for block in body.steps[-1].blocks for e in ends(block)]
    return [body]


def carries(step: Step) -> int:
    """The number of values that a loop carries."""
    count: int = step.attrs["carry"]
    return count


def targets(step: Step) -> list[list[Value]]:
    """The params that each xs of a `for` sets."""
    found: list[list[Value]] = []
    position = carries(step)
    for width in step.attrs["widths"]:
        found.append(step.blocks[0].params[position : position + width])
        position += width
    return found


def scans(step: Step) -> list[list[Atom]]:
    """The operands of each xs of a `for`."""
    found: list[list[Atom]] = []
    position = carries(step)
    for kind in step.attrs["xs"]:
        width = 3 if kind == "range" else 1
        found.append(step.args[position : position + width])
        position += width
    return found


def carried_results(step: Step) -> list[Atom]:
    """What a loop's body carries on, without the stop flag."""
    return step.blocks[-1].results[: carries(step)]


def stop_flag(step: Step) -> Atom | None:
    """The value that ends the loop after an iteration in which it is true."""
    return step.blocks[-1].results[carries(step)] if step.attrs.get("breaks") else None


def ends_early(body: Body) -> bool:
    """Whether the body never reaches its end."""
    return bool(body.steps) and body.steps[-1].name == "raise"
