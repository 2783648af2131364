"""Which values are still needed where.

`Liveness.after[step]` is the set of values that are read after a step (also in a later
iteration of a loop around it, also as results of its body); `Liveness.before[body]` those
needed when a body starts. A value that is folded into its reader's expression is not a
variable: what it reads counts as read by the reader. `leaves` gives these.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from adgen.ir.core import Atom, Value
from adgen.ir.types import ScalarT
from adgen.unparse.form import LOOPS, Body, Step, carries, walk

Live = frozenset[Value]


class Liveness:
    """Computed once for a body; `folded` maps folded values to the steps that make them."""

    def __init__(self, body: Body, folded: Mapping[Value, Step] | None = None):
        self.folded: Mapping[Value, Step] = folded or {}
        self.after: dict[Step, set[Value]] = {}
        self.before: dict[Body, set[Value]] = {}
        self.home: dict[Value, tuple[Body, Step]] = {}
        """Where each value is made."""
        self._leaves: dict[Value, tuple[Value, ...]] = {}
        self.body(body, set())

    def leaves(self, atoms: Iterable[Atom]) -> list[Value]:
        """The variables that the atoms read."""
        found: list[Value] = []
        for atom in atoms:
            if not isinstance(atom, Value):
                continue
            step = self.folded.get(atom)
            if step is None:
                found.append(atom)
                continue
            if atom not in self._leaves:
                self._leaves[atom] = tuple(dict.fromkeys(self.step_leaves(step)))
            found += self._leaves[atom]
        return found

    def step_leaves(self, step: Step) -> list[Value]:
        """What a folded step reads; one with blocks is a conditional expression."""
        found = self.leaves(step.args)
        for block in step.blocks:
            found += self.leaves(block.results)
        return found

    def body(self, body: Body, end: set[Value]) -> None:
        """`end`: what is needed after the body."""
        live = end | set(self.leaves(body.results))
        for step in reversed(body.steps):
            if step.results and step.results[0] in self.folded:
                continue
            self.after[step] = set(live)
            for result in step.results:
                self.home[result] = body, step
            live.difference_update(step.results)
            if step.name in LOOPS:
                live |= self.free(step)
                live.update(
                    self.leaves(
                        a for a in step.args[carries(step) :] if not isinstance(a.type, ScalarT)
                    )
                )
                for block in step.blocks:
                    again = set(block.params) if block is not step.blocks[-1] else set[Value]()
                    self.body(block, live | again)
            elif step.blocks:
                for block in step.blocks:
                    self.body(block, live.copy())
                live = set[Value]().union(live, *(self.before[b] for b in step.blocks))
            live.update(self.leaves(step.args))
        self.before[body] = live - set(body.params)

    def free(self, step: Step) -> set[Value]:
        """What the blocks of a step read of the values around it."""
        read: set[Value] = set()
        inside: set[Value] = set()
        for block in step.blocks:
            inside.update(block.params)
            read.update(self.leaves(block.results))
            for inner in walk(block):
                inside.update(inner.results)
                for b in inner.blocks:
                    inside.update(b.params)
                    read.update(self.leaves(b.results))
                if not (inner.results and inner.results[0] in self.folded):
                    read.update(self.leaves(inner.args))
        return read - inside
