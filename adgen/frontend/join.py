"""Joining what is known at the end of two paths: of a branch, or of a loop's entry and its body's
end.

`Joiner` walks both states in step. Where they differ in a run-time value it asks for a `leaf`, a
new SSA value that stands for either; where they differ in a way that has no type, the joint value
is a `Conflict`, refused when used. Buffers that differ become a new buffer, and it is known of each
new buffer what it may share memory with: two of them are apart if they are apart on both paths,
which is how `u, u_new = u_new, u` stays exact.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import cast

import numpy as np

from adgen.frontend.joint_types import common_type, join_types, recast
from adgen.frontend.machine import Flow, Machine, Recorder
from adgen.frontend.memory import read
from adgen.frontend.runs import ONE_TYPE, element_types, split
from adgen.frontend.state import NO_CELLS, State
from adgen.frontend.values import (
    POISON,
    AVal,
    Bound,
    Cell,
    Conflict,
    Content,
    DictV,
    Form,
    Func,
    ListV,
    Partial,
    Poison,
    RangeV,
    Record,
    Ref,
    Run,
    Slice,
    Stale,
    Static,
    Tup,
    cell_of,
)
from adgen.ir.core import UNDEF, Atom, Const, Value
from adgen.ir.types import (
    Type,
    dims_of,
)

Loc = tuple[Hashable, ...]
SAME_TYPE = "give it the same type on every path"
DIFFERS = "{name} differs between paths in a way that has no type"
RUN_TIME_LENGTH = "the length of {name} is known at run time only, and so " + ONE_TYPE


@dataclass(slots=True)
class Side:
    """One of the two paths."""

    state: State
    builder: Recorder
    flow: Flow = Flow.FALL


@dataclass(slots=True)
class Empty:
    """Stands for an empty list whose elements' type is not known yet."""


@dataclass(slots=True, eq=False)
class Joiner(ABC):
    m: Machine
    a: Side
    b: Side
    result: State = field(init=False)
    roots: dict[Cell, tuple[Cell | None, Cell | None]] = field(
        default_factory=dict[Cell, "tuple[Cell | None, Cell | None]"]
    )
    """For each joint cell, the cells that it is on either path."""
    cells: dict[Hashable, Cell] = field(default_factory=dict[Hashable, Cell])

    @abstractmethod
    def leaf(self, loc: Loc, a: Atom, b: Atom, joint: Type, hint: str) -> Atom:
        """The value that stands for a on one path and for b on the other."""

    @abstractmethod
    def cell(self, loc: Loc, a: AVal | None, b: AVal | None, hint: str) -> Cell:
        """The cell that stands for two."""

    def conflict(self, hint: str, message: str) -> Conflict:
        name = "a value" if hint.startswith(("%", "__")) or not hint else hint
        return Conflict(message, name, SAME_TYPE)

    # The whole

    def join(self, frames: Iterable[tuple[int, Iterable[str]]]) -> State:
        """The joint state of the frames' names, and of what they reach."""
        state = self.result = State()
        for frame, names in frames:
            mine = state.frames[frame] = {}
            before, after = self.a.state.frames.get(frame, {}), self.b.state.frames.get(frame, {})
            for name in names:
                value = self.value(("name", frame, name), before.get(name), after.get(name), name)
                if value is not None:
                    mine[name] = value
        self._contents()
        self._keep()
        self._aliases()
        self._caches()
        return state

    def _contents(self) -> None:
        """Of the cells that are the same on both paths. Joining them may make more reachable."""
        done: set[Cell] = set()
        while True:
            cells = [c for c in self.result.reachable(self.result.all_values()) if c not in done]
            if not cells:
                return
            for cell in cells:
                done.add(cell)
                if cell not in self.result.store and not cell.foreign:
                    self.result.store[cell] = self._same_cell(cell)

    def _keep(self) -> None:
        """Cells that no name leads to: values of the statement that is being run may hold them."""
        a, b, kept = self.a.state.store, self.b.state.store, self.result.store
        for cell, held in a.items():
            if cell not in kept and cell in b:
                same = held is b[cell] or held == b[cell]
                kept[cell] = held if same else Stale(message=DIFFERS)

    def _same_cell(self, cell: Cell) -> Content:
        a, b = self.a.state.store.get(cell), self.b.state.store.get(cell)
        if a is None or b is None:
            return self.missing_content(("cell", cell), a, b, cell.hint)
        return self.content(("cell", cell), a, b, cell.hint)

    def missing_content(self, loc: Loc, a: Content | None, b: Content | None, hint: str) -> Content:
        """Of a cell that exists on one path only."""
        there = cast(Content, b if a is None else a)
        match there:
            case tuple():
                return tuple(
                    cast(
                        "list[AVal]",
                        [
                            self.missing((*loc, k), *_placed(v, a is None), hint)
                            for k, v in enumerate(there)
                        ],
                    )
                )
            case dict():
                return {
                    k: cast(AVal, self.missing((*loc, k), *_placed(v, a is None), hint))
                    for k, v in there.items()
                }
            case Run(atoms, form, sources):
                made = [
                    self.missing((*loc, k), *_placed(x, a is None), hint)
                    for k, x in enumerate(atoms)
                ]
                return Run(tuple(cast("list[Atom]", made)), form, sources)
            case Value() | Const():
                return cast(Atom, self.missing(loc, *_placed(there, a is None), hint))
            case _:
                return there

    def _aliases(self) -> None:
        alias: dict[Cell, frozenset[Cell]] = {}
        for state in (self.a.state, self.b.state):
            for cell, others in state.alias.items():
                alias[cell] = alias.get(cell, NO_CELLS) | others
            for cell, others in state.members.items():
                self.result.members[cell] = self.result.members.get(cell, NO_CELLS) | others
        self.result.alias = alias
        for cell, held in self.result.store.items():
            if isinstance(held, Run):
                for source in held.sources:
                    self.result.join_list(cell, source)
        joint = list(self.roots.items())
        for position, (cell, (a, b)) in enumerate(joint):
            for root, state in ((a, self.a.state), (b, self.b.state)):
                for other in (root, *state.alias.get(root, ())) if root else ():
                    if other not in self.roots:
                        self.result.link(cell, other)
            for other, (c, d) in joint[position + 1 :]:
                if _related(self.a.state, a, c) or _related(self.b.state, b, d):
                    self.result.link(cell, other)

    def _caches(self) -> None:
        """What was known before the paths parted stays known: views and sizes read, choices."""
        mine, other = self.a.state.choices, self.b.state.choices
        kept = {cell: choice for cell, choice in mine.items() if other.get(cell) == choice}
        self.result.choices.update(kept)
        for mine, other, kept in (
            (self.a.state.views, self.b.state.views, self.result.views),
            (self.a.state.sizes, self.b.state.sizes, self.result.sizes),
        ):
            kept.update((key, value) for key, value in mine.items() if other.get(key) is value)  # type: ignore[arg-type]

    # One value

    def value(self, loc: Loc, a: AVal | None, b: AVal | None, hint: str) -> AVal | None:
        """The joint value; None where neither path has one."""
        if a is b or (a is not None and b is not None and _equal(a, b)):
            return a
        if a is None or b is None:
            return self.missing(loc, a, b, hint)
        if isinstance(a, Poison) or isinstance(b, Poison):
            return POISON
        if isinstance(a, Conflict) or isinstance(b, Conflict):
            return a if isinstance(a, Conflict) else b
        if _is_number(a) and _is_number(b):
            return self.numbers(loc, a, b, hint)
        return self._structures(loc, a, b, hint)

    def _structures(self, loc: Loc, a: AVal, b: AVal, hint: str) -> AVal:
        match a, b:
            case Tup(), Tup() if len(a.items) == len(b.items) and a.cls is b.cls:
                return Tup(self.values(loc, a.items, b.items, hint), a.cls)
            case ListV(), ListV():
                return ListV(self.joint_cell(loc, a, b, hint))
            case DictV(), DictV():
                return DictV(self.joint_cell(loc, a, b, hint))
            case Record(), Record() if a.cls is b.cls:
                return Record(self.joint_cell(loc, a, b, hint), a.cls)
            case Func(), Func() if a.info is b.info and a.frame == b.frame:
                defaults = self.values(loc, a.defaults, b.defaults, hint)
                return (
                    Func(b.info, b.frame, defaults, b.kwdefaults)
                    if a.kwdefaults == b.kwdefaults
                    else POISON
                )
            case Bound(), Bound():
                function, first = self.values(
                    loc, (a.function, a.first), (b.function, b.first), hint
                )
                return Bound(function, first)
            case RangeV(), RangeV():
                bounds = self.values(
                    loc, (a.start, a.stop, a.step), (b.start, b.stop, b.step), hint
                )
                return RangeV(*cast("tuple[Atom, Atom, Atom]", bounds))
            case Slice(), Slice():
                return Slice(
                    *self.values(loc, (a.start, a.stop, a.step), (b.start, b.stop, b.step), hint)
                )
            case Partial(), Partial() if a.keywords == b.keywords and len(a.args) == len(b.args):
                function, *args = self.values(
                    loc, (a.function, *a.args), (b.function, *b.args), hint
                )
                return Partial(function, tuple(args), a.keywords)
            case _:
                return self.no_type(a, b, hint)

    def no_type(self, a: AVal, b: AVal, hint: str) -> AVal:
        one, other = (_describe(self.m, side, v) for side, v in ((self.a, a), (self.b, b)))
        return self.conflict(
            hint,
            "{name} is "
            + f"{one} on one path and {other} on another".replace("{", "{{").replace("}", "}}"),
        )

    def values(
        self, loc: Loc, a: tuple[AVal, ...], b: tuple[AVal, ...], hint: str
    ) -> tuple[AVal, ...]:
        joint: list[AVal] = []
        for k, (x, y) in enumerate(zip(a, b, strict=True)):
            joint.append(cast(AVal, self.value((*loc, k), x, y, f"{hint}_{k}" if hint else "")))
        return tuple(joint)

    def numbers(self, loc: Loc, a: AVal, b: AVal, hint: str) -> AVal:
        x, y = _number(self.m, self.a, a), _number(self.m, self.b, b)
        if isinstance(x, Stale) or isinstance(y, Stale):
            return self.conflict(hint, "{name} may have been modified through an alias on one path")
        joint = join_types(x, y)
        if isinstance(joint, str):
            return self.conflict(hint, joint)
        if not isinstance(a, Ref) and not isinstance(b, Ref):
            return self.leaf(loc, x, y, joint, hint)
        cell = self.joint_cell(loc, a, b, hint, contents=False)
        cell.mixed = not (isinstance(a, Ref) and isinstance(b, Ref)) and dims_of(joint) is None
        if cell not in self.result.store:
            self.result.store[cell] = self.leaf(loc, x, y, joint, hint)
            self.note_choice(cell, a, b)
        return Ref(cell)

    def note_choice(self, cell: Cell, a: AVal, b: AVal) -> None:
        """A joint buffer was made for two. Who knows which of them it is, notes it."""
        del cell, a, b

    def missing(self, loc: Loc, a: AVal | None, b: AVal | None, hint: str) -> AVal | None:
        """A name that has no value on one path: there, it is UNDEF."""
        there = b if a is None else a
        side = self.b if a is None else self.a
        cell = None if there is None else cell_of(there)
        if cell is not None and (cell.foreign or self.on_both(cell)) and not _has_operands(there):
            return there
        match there:
            case Const():
                return there
            case Value() | Ref():
                atom = _number(self.m, side, there)
                if isinstance(atom, Stale):
                    return self.conflict(hint, "{name} may have been modified through an alias")
                joint = atom.type
                undef = Const(UNDEF, joint)
                pair = (undef, atom) if a is None else (atom, undef)
                made = self.leaf(loc, *pair, joint, hint)
                if not isinstance(there, Ref):
                    return made
                cell = self.joint_cell(loc, a, b, hint, contents=False)
                self.result.store.setdefault(cell, made)
                return Ref(cell)
            case Tup():
                items = [
                    self.missing((*loc, k), *_placed(v, a is None), f"{hint}_{k}" if hint else "")
                    for k, v in enumerate(there.items)
                ]
                return Tup(tuple(cast("list[AVal]", items)), there.cls)
            case Static() | Func() | Poison() | Conflict():
                return there
            case ListV():
                return ListV(self._missing_cell(loc, a, b, hint))
            case DictV():
                return DictV(self._missing_cell(loc, a, b, hint))
            case Record():
                return Record(self._missing_cell(loc, a, b, hint), there.cls)
            case _:
                return self.conflict(hint, "{name} has no value on one path")

    def on_both(self, cell: Cell) -> bool:
        return cell in self.a.state.store and cell in self.b.state.store

    def _missing_cell(self, loc: Loc, a: AVal | None, b: AVal | None, hint: str) -> Cell:
        """The cell of a container that exists on one path only."""
        cell = self.joint_cell(loc, a, b, hint, contents=False)
        if cell not in self.result.store:
            self.result.store[cell] = ()
            there = cast(Cell, cell_of(cast(AVal, b if a is None else a)))
            held = held_by(self.m, self.b if a is None else self.a, there)
            pair = (None, held) if a is None else (held, None)
            self.result.store[cell] = self.missing_content(loc, *pair, hint)
        return cell

    # What cells hold

    def joint_cell(
        self, loc: Loc, a: AVal | None, b: AVal | None, hint: str, contents: bool = True
    ) -> Cell:
        """The cell that stands for those of two containers or arrays."""
        cell = self.cell(loc, a, b, hint)
        one, other = getattr(a, "cell", None), getattr(b, "cell", None)
        if cell in self.roots:
            return cell
        self.roots[cell] = one, other
        if contents:
            held = (
                held_by(self.m, self.a, cast(Cell, one)),
                held_by(self.m, self.b, cast(Cell, other)),
            )
            self.result.store[cell] = ()
            self.result.store[cell] = self.content(loc, *held, hint)
        return cell

    def content(self, loc: Loc, a: Content, b: Content, hint: str) -> Content:
        if a is b or a == b:
            return a
        if isinstance(a, Stale) or isinstance(b, Stale):
            return a if isinstance(a, Stale) else b
        match a, b:
            case (Value() | Const(), Value() | Const()):
                joint = join_types(a, b)
                if isinstance(joint, str):
                    return Stale(message=joint, hint=SAME_TYPE)
                return self.leaf(loc, a, b, joint, hint)
            case dict(), dict():
                if list(a) != list(b):
                    return Stale(message="{name} has other keys on one path than on another")
                pairs = self.values(loc, tuple(a.values()), tuple(b.values()), hint)
                return dict(zip(a, pairs, strict=True))
            case tuple(), tuple() if len(a) == len(b):
                return self.values(loc, a, b, hint)
            case ((tuple() | Run()), (tuple() | Run())):
                return self.run(loc, a, b, hint)
            case _:
                return Stale(message=DIFFERS, hint=SAME_TYPE)

    def run(
        self, loc: Loc, a: tuple[AVal, ...] | Run, b: tuple[AVal, ...] | Run, hint: str
    ) -> Content:
        """Two lists of different lengths: one of run-time length."""
        form, columns = self._columns(a, b)
        if isinstance(columns, str):
            return Stale(message=columns)
        joint = [common_type(column) for column in columns]
        wrong = [t for t in joint if isinstance(t, str)]
        if wrong:
            return Stale(message=wrong[0].replace("{name}", "an element of {name}"), hint=SAME_TYPE)
        types = cast("list[Type]", joint)
        pairs = zip(as_run(self.m, self.a, a, types), as_run(self.m, self.b, b, types), strict=True)
        atoms: list[Atom] = []
        for k, (x, y) in enumerate(pairs):
            t = join_types(x, y)
            name = f"{hint}_{k}" if len(types) > 1 and hint else hint
            atoms.append(x if x is y else self.leaf((*loc, k), x, y, cast(Type, t), name))
        return Run(tuple(atoms), form, _sources(a) | _sources(b))

    def _columns(
        self, a: tuple[AVal, ...] | Run, b: tuple[AVal, ...] | Run
    ) -> tuple[Form | None, list[list[Atom]] | str]:
        """The elements' structure, and for each leaf values of its types."""
        rows: list[list[Atom]] = []
        forms: list[Form | None] = []
        for side, held in ((self.a, a), (self.b, b)):
            if isinstance(held, Run):
                forms.append(held.form)
                rows.append([Value(t.element) for t in element_types(held)])
                continue
            for item in held:
                parts = split(item)
                leaves = [_number(self.m, side, leaf) for leaf in parts[1]] if parts else []
                if parts is None or any(isinstance(leaf, Stale) for leaf in leaves):
                    return None, RUN_TIME_LENGTH
                forms.append(parts[0])
                rows.append(cast("list[Atom]", leaves))
        if any(f != forms[0] for f in forms):
            return None, RUN_TIME_LENGTH
        return forms[0], [list(column) for column in zip(*rows, strict=True)]


def _sources(held: tuple[AVal, ...] | Run) -> frozenset[Cell]:
    """Buffers of a list's elements."""
    if isinstance(held, Run):
        return held.sources
    leaves = [leaf for item in held if (parts := split(item)) is not None for leaf in parts[1]]
    return frozenset(leaf.cell for leaf in leaves if isinstance(leaf, Ref))


def held_by(m: Machine, side: Side, cell: Cell) -> Content:
    return m.foreign[cell] if cell.foreign else side.state.store[cell]


def as_run(m: Machine, side: Side, held: tuple[AVal, ...] | Run, types: list[Type]) -> list[Atom]:
    """A list's contents as SSA lists."""
    if isinstance(held, Run):
        return list(held.atoms)
    rows = [cast("tuple[Form | None, list[AVal]]", split(item))[1] for item in held]
    made: list[Atom] = []
    for k, t in enumerate(types):
        column = [recast(cast(Atom, _number(m, side, row[k])), t) for row in rows]
        made.append(side.builder.emit("list", *column, element=t))
    return made


def _has_operands(value: AVal | None) -> bool:
    """Whether the path to an array reads run-time values, which may be of one path only."""
    return isinstance(value, Ref) and any(
        isinstance(arg, Value) for step in value.path for arg in step.args
    )


def _placed(value: AVal, second: bool) -> tuple[AVal | None, AVal | None]:
    return (None, value) if second else (value, None)


def _related(state: State, a: Cell | None, b: Cell | None) -> bool:
    return a is not None and b is not None and state.related(a, b)


def _is_number(value: AVal) -> bool:
    return isinstance(value, (Value, Const, Ref))


def _number(m: Machine, side: Side, value: AVal) -> Atom | Stale:
    """The SSA value of a number at the end of one path."""
    if isinstance(value, Ref):
        if isinstance(held := side.state.store.get(value.cell), Stale):
            return held
        outer = m.state, m.builder
        m.state, m.builder = side.state, side.builder
        try:
            return read(m, value)
        finally:
            m.state, m.builder = outer
    return cast(Atom, value)


def _describe(m: Machine, side: Side, value: AVal) -> str:
    from adgen.frontend.describe import describe

    return describe(side.state, value)


def _equal(a: AVal, b: AVal) -> bool:
    match a, b:
        case Const(), Const():
            return a.key() == b.key()
        case Static(x), Static(y):
            return x is y or (
                type(x) is type(y) and isinstance(x, (str, bytes, np.dtype, type)) and x == y
            )
        case (Ref(), Ref()) | (ListV(), ListV()) | (DictV(), DictV()) | (Record(), Record()):
            return a == b
        case _:
            return False
