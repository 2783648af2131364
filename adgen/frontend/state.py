"""What the frontend knows at a point of the program: names, contents of cells, and who may share
memory.

A state is copied where the program branches. `alias` maps a cell to the cells that a write to it
may reach in a way that is not known: such a write makes their contents `Stale`, and reading those
is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from adgen.frontend.values import AVal, Cell, Choice, Content, Path, Stale, cell_of, children
from adgen.ir.core import Atom

FrameId = int
NO_CELLS: frozenset[Cell] = frozenset()


@dataclass(slots=True)
class State:
    frames: dict[FrameId, dict[str, AVal]] = field(default_factory=dict[FrameId, dict[str, AVal]])
    store: dict[Cell, Content] = field(default_factory=dict[Cell, Content])
    alias: dict[Cell, frozenset[Cell]] = field(default_factory=dict[Cell, frozenset[Cell]])
    members: dict[Cell, frozenset[Cell]] = field(default_factory=dict[Cell, frozenset[Cell]])
    """For a list of run-time length: buffers that were put into it or read from it."""
    choices: dict[Cell, Choice] = field(default_factory=dict[Cell, Choice])
    """Buffers that are one of two others, as a condition tells."""
    views: dict[tuple[Cell, Path], tuple[Atom, Atom]] = field(
        default_factory=dict[tuple[Cell, Path], tuple[Atom, Atom]]
    )
    """The value of a view, and of the buffer that it was read from."""
    sizes: dict[tuple[Atom, object], Atom] = field(default_factory=dict[tuple[Atom, object], Atom])
    """Sizes that were read already."""

    def copy(self) -> State:
        frames = {key: dict(names) for key, names in self.frames.items()}
        return State(
            frames,
            dict(self.store),
            dict(self.alias),
            dict(self.members),
            dict(self.choices),
            dict(self.views),
            dict(self.sizes),
        )

    def link(self, a: Cell, b: Cell) -> None:
        """Two buffers may share memory."""
        if a is not b:
            self.alias[a] = self.alias.get(a, NO_CELLS) | {b}
            self.alias[b] = self.alias.get(b, NO_CELLS) | {a}

    def related(self, a: Cell, b: Cell) -> bool:
        return a is b or b in self.alias.get(a, NO_CELLS)

    def join_list(self, owner: Cell, member: Cell) -> None:
        """A buffer is an element of a list of run-time length."""
        others = self.members.get(owner, NO_CELLS)
        self.members[owner] = others | {member}
        self.alias[member] = self.alias.get(member, NO_CELLS) | {owner}
        for other in others:
            self.link(member, other)

    def wrote(self, cell: Cell) -> None:
        """Contents that a write to the cell may have modified go stale."""
        for other in self.alias.get(cell, NO_CELLS):
            if other in self.store:
                self.store[other] = Stale(cell.hint)

    def reachable(self, values: Iterable[AVal]) -> list[Cell]:
        """Cells that can be got at from the values, in an order that is the same each time."""
        found: dict[Cell, None] = {}
        todo: list[AVal] = list(values)
        while todo:
            value = todo.pop()
            cell = cell_of(value)
            if cell is None:
                todo.extend(children(value))
            elif cell not in found:
                found[cell] = None
                todo.extend(_held(self.store.get(cell)))
        return list(found)

    def all_values(self) -> list[AVal]:
        return [value for names in self.frames.values() for value in names.values()]


def _held(content: Any) -> Iterable[AVal]:
    if isinstance(content, tuple):
        return cast("tuple[AVal, ...]", content)
    if isinstance(content, dict):
        return cast("dict[Any, AVal]", content).values()
    return ()
