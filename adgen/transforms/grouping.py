"""Groups of elementwise ops: which ops of a block are computed together (step 1 of `adgen.transforms.fusion`).

Input: the ops of a block. Output: `Grouping.units`, groups of elementwise ops of one shape and single ops, with what
must run before each. No path leads from a group out and back to it, so the units can be put in an order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

from adgen.ir.core import Atom, Const, DeviceArray, Op, Value, free_values, has_effect
from adgen.ir.types import ArrayT, Dims, dims_of, is_number, rank_of
from adgen.rules.kernels import form_of
from adgen.rules.table import RULES

MOST_ARRAYS = 24
MOST_OPS = 160
"""Of a group."""
MUTATORS = frozenset({"setitem", "addat", "append", "poplast", "set_list"})


@dataclass(slots=True, eq=False)
class Unit:
    """A group of elementwise ops of one shape, or any other op alone."""

    ops: list[Op]
    place: int
    """Of its last op."""
    dims: Dims | None = None
    """The shape of a group; None for an op that is not fused."""
    before: int = 0
    """The units that must run before it, as bits."""

    @property
    def defined(self) -> set[Value]:
        return {r for op in self.ops for r in op.results}

    def inputs(self) -> dict[object, Atom]:
        """What it reads, without what it defines: values, and captured arrays."""
        defined = self.defined
        found: dict[object, Atom] = {}
        for op in self.ops:
            for atom in op.args:
                if is_read(atom) and atom not in defined:
                    found.setdefault(key_of(atom), atom)
        return found


def is_read(atom: Atom) -> bool:
    """Whether an atom is an operand of a kernel; numbers stand in its text."""
    if isinstance(atom, Value) or isinstance(atom.value, DeviceArray):
        return True
    return is_number(atom.type) and bool(dims_of(atom.type))


def key_of(atom: Atom) -> object:
    return atom if isinstance(atom, Value) else atom.key()


def dims_of_array(value: Value) -> Dims | None:
    return value.type.dims if isinstance(value.type, ArrayT) else None


def is_device(atom: Atom, on_host: set[Value]) -> bool:
    """Whether an atom is surely an array on the device."""
    if isinstance(atom, Const):
        return is_read(atom)
    return isinstance(atom.type, ArrayT) and (atom.type.dims != () or atom not in on_host)


class Grouping:
    """Step 1. `units` in the order of their first ops; `before` is kept closed under what is before."""

    def __init__(self, ops: list[Op]):
        self.units: list[Unit] = []
        self.home: dict[Value, int] = {}
        """The unit that makes a value."""
        self.readers: dict[Value, set[int]] = {}
        """The units that read a value or a view of it."""
        self.root: dict[Value, Value] = {}
        """What a view is of."""
        self.updates: dict[Value, set[int]] = {}
        """The units that update a value."""
        self.pinned: int | None = None
        for place, op in enumerate(ops):
            self.enter(place, op)
        self.merge(feeds)
        places = {r: place for place, op in enumerate(ops) for r in op.results}
        for unit in self.units:
            if unit.dims is not None:
                unit.ops.sort(key=lambda op: places[op.result])

    def enter(self, place: int, op: Op) -> None:
        needed = self.needed(op)
        chosen = None if form_of(op) is None else self.group_for(op, needed)
        if chosen is None:
            chosen = len(self.units)
            fused = form_of(op) is not None
            self.units.append(Unit([], place, dims_of(op.result.type) if fused else None))
        unit = self.units[chosen]
        unit.ops.append(op)
        unit.place = place
        self.require(chosen, needed)
        self.home.update(dict.fromkeys(op.results, chosen))
        for value in read_by(op):
            self.readers.setdefault(self.origin(value), set()).add(chosen)
        if op.name in MUTATORS and isinstance(op.args[0], Value):
            self.updates.setdefault(self.origin(op.args[0]), set()).add(chosen)
        if op.args and isinstance(op.args[0], Value) and is_view(op):
            self.root.update(dict.fromkeys(op.results, self.origin(op.args[0])))
        if has_effect(op):
            self.pinned = chosen

    def origin(self, value: Value) -> Value:
        return self.root.get(value, value)

    def needed(self, op: Op) -> set[int]:
        """The units that an op must come after: what makes its operands, for an update what reads the old version, for
        an effect the last one."""
        found = {self.home[v] for v in read_by(op) if v in self.home}
        if op.name in MUTATORS and isinstance(op.args[0], Value):
            found |= self.readers.get(self.origin(op.args[0]), set())
        if has_effect(op) and self.pinned is not None:
            found.add(self.pinned)
        return found

    def require(self, chosen: int, needed: set[int]) -> None:
        """Enter what must run before a unit, and so before all that must run after it."""
        more = 0
        for each in needed - {chosen}:
            more |= self.units[each].before | 1 << each
        if not more & ~self.units[chosen].before:
            return
        for k, unit in enumerate(self.units):
            if k == chosen or unit.before >> chosen & 1:
                unit.before |= more

    def group_for(self, op: Op, needed: set[int]) -> int | None:
        """The group that an op joins: one that makes an operand, or reads an array that it reads."""
        made = [k for k in reversed(range(len(self.units))) if self.may_join(k, op, needed)]
        if not made:
            return None
        operands = {self.home[a] for a in op.args if isinstance(a, Value) and a in self.home}
        arrays = (a for a in op.args if isinstance(a, Value) and rank_of(a.type))
        shared = {k for a in arrays for k in self.readers.get(self.origin(a), ())}
        return next((k for wanted in (operands, shared) for k in made if k in wanted), None)

    def merge(self, wanted: Callable[[Unit, Unit], bool]) -> None:
        """Make one group of two that are wanted together, where no path leads from one to the other through a third."""
        groups = [k for k, unit in enumerate(self.units) if unit.dims is not None]
        for i, j in combinations(groups, 2):
            first, second = self.units[i], self.units[j]
            if first.dims != second.dims or not first.ops or not second.ops:
                continue
            if wanted(first, second) and self.may_merge(i, j):
                self.combine(i, j)

    def may_merge(self, i: int, j: int) -> bool:
        first, second = self.units[i], self.units[j]
        if len(first.ops) + len(second.ops) > MOST_OPS:
            return False
        if len(first.inputs().keys() | second.inputs().keys()) > MOST_ARRAYS:
            return False
        return not self.has_path(i, j) and not self.has_path(j, i)

    def has_path(self, i: int, j: int) -> bool:
        """Whether a path leads from one unit to another through a third."""
        if not self.units[j].before >> i & 1:
            return False
        return any(self.units[j].before >> k & 1 and unit.before >> i & 1 for k, unit in enumerate(self.units))

    def combine(self, i: int, j: int) -> None:
        """Put one group into another."""
        first, second = self.units[i], self.units[j]
        second.ops = [*second.ops, *first.ops] if first.before >> j & 1 else [*first.ops, *second.ops]
        second.place = max(first.place, second.place)
        both = 1 << i | 1 << j
        second.before = (first.before | second.before) & ~both
        first.ops, first.before = [], 0
        for unit in self.units:
            if unit is not second and unit.before & both:
                unit.before = unit.before & ~both | 1 << j | second.before
        self.home.update((value, j) for value in second.defined)
        for found in (*self.readers.values(), *self.updates.values()):
            if i in found:
                found.discard(i)
                found.add(j)

    def may_join(self, k: int, op: Op, needed: set[int]) -> bool:
        unit = self.units[k]
        if unit.dims is None or unit.dims != dims_of(op.result.type) or len(unit.ops) >= MOST_OPS:
            return False
        if any(self.units[each].before >> k & 1 for each in needed if each != k):
            return False
        return len(unit.inputs()) + len(op.args) <= MOST_ARRAYS


def feeds(first: Unit, second: Unit) -> bool:
    """Whether one of two groups reads what the other makes."""
    return bool(first.defined & second.inputs().keys() or second.defined & first.inputs().keys())


def share(first: Unit, second: Unit) -> bool:
    """Whether two groups read an array of their shape that one launch would read once."""
    mine = first.inputs()
    return any(k in mine and dims_of(a.type) == first.dims != () for k, a in second.inputs().items())


def is_small(unit: Unit) -> bool:
    """Whether a group may be put into a launch with one that it has nothing in common with."""
    return len(unit.ops) + len(unit.inputs()) <= MOST_ARRAYS // 2


def read_by(op: Op) -> list[Value]:
    """The values that an op reads, here or inside."""
    return [*(a for a in op.args if isinstance(a, Value)), *free_values(*op.blocks)]


def is_view(op: Op) -> bool:
    rule = RULES.get(op.name)
    return op.name in ("getitem", "broadcast", "squeeze", "expand_dims") or (rule is not None and rule.view)
