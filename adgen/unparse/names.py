"""Gives each value a Python name.

Input: a `form.Body` and what is folded. Output: {value: name}. Guarantee: at no point do two
values that are both still needed have the same name. The values of one variable have the same
name where that allows it: what a loop starts with, carries and ends with; the results of both
arms of an `if`; an object before and after an update in place (always). Other values take their
hint, numbered where that is taken; temporaries are `t`, `t1`, ... Where names differ,
`statements` assigns.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Mapping

from adgen.ir.core import Atom, Value
from adgen.ir.types import INT, ListT, TapeT
from adgen.unparse.fold import Folded
from adgen.unparse.form import (
    LOOPS,
    MUTATORS,
    Body,
    Step,
    bodies,
    carried_results,
    carries,
    ends,
    stop_flag,
    targets,
)
from adgen.unparse.liveness import Liveness

MODULES = frozenset({"np", "math", "scipy"})
RESERVED = frozenset(keyword.kwlist) | frozenset(dir(builtins)) | MODULES
UNUSED = "_"
PARTS = frozenset({"unpack", "call"})
"""Ops with several results, of which some may be of no use."""
LOOKING = frozenset({"getitem", "shape", "dim"})
"""Ops whose result is not named as a cotangent, though it may be part of one."""


def assign_names(
    body: Body, folded: Folded, fixed: Mapping[Value, str], taken: frozenset[str], reverse: bool
) -> dict[Value, str]:
    """Names of all values that are variables.

    `fixed` has those of parameters; `taken` may not be used; `reverse`: whether there is a reverse
    sweep.
    """
    live = Liveness(body, folded.steps)
    classes = Classes(body, live, folded)
    classes.join_updates()
    classes.join_loops()
    classes.join_branches()
    return Namer(classes, fixed, taken, reverse).names()


class Classes:
    """Values that share a variable, by union-find; `at_birth` tells what is needed when a value
    gets its memory.
    """

    def __init__(self, body: Body, live: Liveness, folded: Folded):
        self.body, self.live, self.folded = body, live, folded
        self.parent: dict[Value, Value] = {}
        self.members: dict[Value, list[Value]] = {}
        self.at_birth: dict[Value, set[Value]] = {}
        self.order: list[Value] = []
        self.maker: dict[Value, Step] = {}
        self.steps: list[Step] = []
        self.params: set[Atom] = set(body.params)
        for param in body.params:
            self.born(param, live.before[body] | set(body.params))
        self.enter(body)

    def born(self, value: Value, needed: set[Value]) -> None:
        self.parent[value] = value
        self.members[value] = [value]
        self.at_birth[value] = needed
        self.order.append(value)

    def enter(self, body: Body) -> None:
        for step in body.steps:
            if step.results and step.results[0] in self.folded.steps:
                continue
            self.steps.append(step)
            if step.name in LOOPS:
                self.enter_params(step)
            for block in () if step in self.folded.choices else step.blocks:
                self.enter(block)
            for result in step.results:
                self.maker[result] = step
                self.born(result, self.live.after[step] | set(step.results))

    def enter_params(self, step: Step) -> None:
        """A loop's params get their values while its other operands, and later its stop flag, are
        still to be read.
        """
        count, stop = carries(step), stop_flag(step)
        last = self.live.leaves([] if stop is None else [stop])
        for block in step.blocks:
            needed = self.live.before[block] | set(block.params) | set(last)
            for i, param in enumerate(block.params):
                others = self.live.leaves(
                    a for k, a in enumerate(step.args) if k != i or i >= count
                )
                self.born(param, needed | set(others))

    def find(self, value: Value) -> Value:
        while self.parent[value] is not value:
            self.parent[value] = self.parent[self.parent[value]]
            value = self.parent[value]
        return value

    def clash(self, a: Value, b: Value) -> bool:
        """Whether two classes have members that are needed at the same time."""
        first, second = self.members[a], self.members[b]
        return any(v in self.at_birth[w] or w in self.at_birth[v] for v in first for w in second)

    def join(self, atom: Atom, value: Value, always: bool = False) -> bool:
        """Let the two share a variable, unless that is wrong."""
        if not isinstance(atom, Value) or atom not in self.parent or value not in self.parent:
            return False
        a, b = self.find(atom), self.find(value)
        if a is b:
            return True
        if not always and self.clash(a, b):
            return False
        self.parent[b] = a
        self.members[a] += self.members.pop(b)
        return True

    def join_updates(self) -> None:
        for step in self.steps:
            if step.name in MUTATORS and step.results:
                joined = self.join(step.args[0], step.results[0], always=True)
                assert joined, f"{step.name} updates what is no variable"

    def join_loops(self) -> None:
        """First what must be one variable, the loop's params and results; then what may."""
        loops = [s for s in self.steps if s.name in LOOPS]
        for step in loops:
            for i, result in enumerate(step.results):
                for block in step.blocks:
                    self.join(block.params[i], result, always=True)
        for step in loops:
            for atom, result in zip(carried_results(step), step.results, strict=True):
                self.join(atom, result)
        for step in loops:
            for atom, result in zip(step.args, step.results, strict=False):
                if atom not in self.params or atom.name == result.name:
                    self.join(atom, result)

    def join_branches(self) -> None:
        for step in reversed(self.steps):
            if step.name == "if" and step not in self.folded.choices:
                for i, result in enumerate(step.results):
                    for block in step.blocks:
                        self.join(block.results[i], result)


class Namer:
    def __init__(
        self, classes: Classes, fixed: Mapping[Value, str], taken: frozenset[str], reverse: bool
    ):
        self.classes, self.fixed, self.taken = classes, fixed, taken
        self.users: dict[str, list[Value]] = {}
        """The classes that have a name."""
        self.chosen: dict[Value, str] = {}
        self.loop_targets = {
            p for s in classes.steps if s.name == "for" for g in targets(s) for p in g
        }
        self.parts = {r for s in classes.steps if s.name in PARTS for r in s.results}
        """Values that are assigned together."""
        self.read = self.values_read(classes.body)
        self.returned = {
            a for end in ends(classes.body) for a in end.results if isinstance(a, Value)
        }
        self.reverse = reverse
        self.given = {clean(v.name) for v in classes.order if v.name} | set(fixed.values())
        """Names that temporaries leave to others, even where those are not needed."""
        self.cotangents: set[Value] = set()
        self.note_cotangents()

    @staticmethod
    def values_read(body: Body) -> set[Value]:
        """Every value that something reads."""
        found: set[Value] = set()
        for inner in bodies(body):
            for atoms in (inner.results, *(step.args for step in inner.steps)):
                found.update(a for a in atoms if isinstance(a, Value))
        return found

    def names(self) -> dict[Value, str]:
        for value, name in self.fixed.items():
            if value in self.classes.parent:
                self.take(name, self.classes.find(value))
        for value in self.classes.order:
            root = self.classes.find(value)
            if root not in self.chosen:
                self.choose(root)
        return {v: self.chosen[self.classes.find(v)] for v in self.classes.order}

    def take(self, name: str, root: Value) -> None:
        self.chosen[root] = name
        self.users.setdefault(name, []).append(root)

    def choose(self, root: Value) -> None:
        members = self.classes.members[root]
        if all(v in self.loop_targets | self.parts and v not in self.read for v in members):
            self.chosen[root] = UNUSED
            return
        given = next((clean(v.name) for v in members if v.name), "")
        base = given or self.default(members)
        number = 0
        while not self.is_free(
            name := f"{base}{separator(base)}{number}" if number else base, root
        ) or (not given and name in self.given):
            number += 1
        self.take(name, root)

    def default(self, members: list[Value]) -> str:
        """A name for values that have no hint."""
        if any(isinstance(v.type, TapeT) for v in members):
            return "tape"
        if any(isinstance(v.type, ListT) for v in members):
            return "kept" if any(v in self.loop_targets for v in members) else "items"
        if any(v in self.loop_targets and v.type == INT for v in members):
            return "i"
        step = next((self.classes.maker[v] for v in members if v in self.classes.maker), None)
        if any(v in self.returned for v in members):
            is_tangent = step is not None and step.loose and not self.reverse
            return "y_dot" if is_tangent else "value" if "y" in self.given else "y"
        is_cotangent = (
            step is not None
            and step.name not in LOOKING
            and any(v in self.cotangents for v in members)
        )
        return "t_bar" if is_cotangent else "t"

    def note_cotangents(self) -> None:
        """What a reverse sweep computes from a cotangent is one."""
        for value in self.classes.order if self.reverse else ():
            step = self.classes.maker.get(value)
            if value.name.endswith("_bar") or (
                step is not None
                and step.loose
                and any(v in self.cotangents for v in self.classes.live.leaves(step.args))
            ):
                self.cotangents.add(value)

    def is_free(self, name: str, root: Value) -> bool:
        if name in RESERVED or name in self.taken:
            return False
        return not any(self.classes.clash(root, other) for other in self.users.get(name, []))


def separator(base: str) -> str:
    """`t1`, but `x_1` and `x_bar_1`."""
    return "" if len(base) == 1 and base in "tijk" else "_"


def clean(hint: str) -> str:
    """A hint as an identifier."""
    name = re.sub(r"\W", "_", hint)
    return f"v{name}" if name[:1].isdigit() else name
