"""Moves what a loop carries on to the end of the loop's body, before anything is decided on
memory.

The next value of a variable is best made after the last reader of the present one, so that one
name serves for both and what reads it can be folded. A step is moved only if all that reads it
is the body's results, and if no update in between is of memory that it reads (which would then
have to be copied).
"""

from __future__ import annotations

from collections import Counter

from adgen.ir.core import Atom
from adgen.unparse.aliases import Aliases
from adgen.unparse.form import LOOPS, MUTATORS, Body, Step, bodies, carried_results, is_pinned, walk


def schedule(body: Body) -> None:
    """Reorder the bodies of loops."""
    loops = [step for step in walk(body) if step.name in LOOPS]
    if not loops:
        return
    aliases = Aliases(body)
    for loop in loops:
        sink(loop, aliases)


def sink(loop: Step, aliases: Aliases) -> None:
    body = loop.blocks[-1]
    params = {a: body.params[i] for i, a in enumerate(carried_results(loop))}
    readers = read_by_steps(body)
    late: list[Step] = []
    updated = 0
    rest: list[Step] = []
    for step in reversed(body.steps):
        param = params.get(step.result) if len(step.results) == 1 else None
        wanted = (
            param is not None
            and not readers.get(step.result)
            and readers.get(param, 0) > step.args.count(param)
        )
        movable = wanted and not step.blocks and step.name not in MUTATORS and not is_pinned(step)
        if movable and not aliases.reach_all(step.args) & updated:
            late.append(step)
            continue
        updated |= written(step, aliases)
        rest.append(step)
    body.steps = rest[::-1] + late[::-1]


def read_by_steps(body: Body) -> Counter[Atom]:
    """How often the steps of a body read a value, here or inside."""
    found: Counter[Atom] = Counter()
    for step in body.steps:
        found.update(step.args)
        for block in step.blocks:
            for inner in bodies(block):
                found.update(inner.results)
                for each in inner.steps:
                    found.update(each.args)
    return found


def written(step: Step, aliases: Aliases) -> int:
    """The buffers that a step may write to."""
    found = aliases.own_of(step.args[0]) if step.name in MUTATORS else 0
    for block in step.blocks:
        for inner in walk(block):
            found |= aliases.own_of(inner.args[0]) if inner.name in MUTATORS else 0
    return found
