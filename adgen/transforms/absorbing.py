"""What groups compute again rather than read (step 2 of `adgen.transforms.fusion`), and the order they run in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from adgen.ir.core import Atom, Op, Value, clone_op, map_op
from adgen.ir.types import Dims, dims_of, dtype_of
from adgen.rules.kernels import form_of
from adgen.transforms.grouping import (
    MOST_ARRAYS,
    MOST_OPS,
    Grouping,
    Unit,
    is_device,
    is_read,
    is_small,
    key_of,
    read_by,
    share,
)

PER_BYTE = 2
"""Units of arithmetic that cost as much as a byte of memory."""
CHEAP = 24
"""Units that may be spent again for each element to save a launch for a smaller value."""
Inputs = Mapping[object, Atom]


class Absorbing:
    """Step 2: groups take up what makes their inputs."""

    def __init__(self, grouping: Grouping, ops: list[Op], results: tuple[Atom, ...], on_host: set[Value]):
        self.grouping, self.units, self.on_host = grouping, grouping.units, on_host
        self.maker = {r: op for op in ops for r in op.results}
        self.results = {a for a in results if isinstance(a, Value)}
        self.reads: dict[Unit, set[Value]] = {}
        self.spent: dict[Unit, float] = {}
        """Arithmetic that a group repeats for smaller values."""
        for unit in self.units:
            self.note_reads(unit)
        for unit in sorted((u for u in self.units if u.dims is not None), key=lambda u: u.place):
            while unit.ops and len(unit.ops) < MOST_OPS and self.absorb(unit):
                pass
        grouping.merge(lambda first, second: share(first, second) or (is_small(first) and is_small(second)))

    def absorb(self, unit: Unit) -> bool:
        """Take up one input, if there is one that pays."""
        values = [a for a in unit.inputs().values() if isinstance(a, Value) and a in self.maker]
        return any(self.take(unit, value) for value in values)

    def take(self, unit: Unit, value: Value) -> bool:
        maker, source = self.maker[value], self.units[self.grouping.home[value]]
        if maker.name == "broadcast":
            return self.take_broadcast(unit, value, maker)
        if source.dims is None:
            return False
        readers = [u for u in self.units if u is not source and value in self.reads[u]]
        smaller = any(u.dims not in (None, source.dims) for u in readers)
        wanted = slice_of(source, value, set() if smaller else self.kept(source) - {value})
        defined = {op.result for op in wanted}
        read = {key_of(a): a for op in wanted for a in op.args if is_read(a) and a not in defined}
        if not self.pays(unit, source, value, readers, wanted, read):
            return False
        if not self.stays_before_updates(unit, read.values()):
            return False
        env: dict[Value, Atom] = {}
        copies = [clone_op(op, env) for op in wanted]
        unit.ops = [*copies, *(map_op(op, env) for op in unit.ops)]
        if source.dims != unit.dims:
            self.spent[unit] = self.spent.get(unit, 0) + sum(map(work_of, wanted))
        self.note_reads(unit)
        self.prune(source)
        return True

    def kept(self, source: Unit) -> set[Value]:
        """What must be in memory for other units."""
        return self.results.union(*(self.reads[u] for u in self.units if u is not source))

    def note_reads(self, unit: Unit) -> None:
        self.reads[unit] = {v for op in unit.ops for v in read_by(op)}

    def prune(self, unit: Unit) -> None:
        """Drop the ops of a group whose results nobody reads any more."""
        unit.ops = read_ops(unit.ops, self.kept(unit))
        self.note_reads(unit)

    def pays(
        self, unit: Unit, source: Unit, value: Value, readers: list[Unit], wanted: list[Op], read: Inputs
    ) -> bool:
        """Whether computing a value again, here or in all that read it, costs less than the memory that it saves."""
        work = sum(map(work_of, wanted))
        if len(unit.inputs()) + len(read) > MOST_ARRAYS:
            return False
        if any(u.dims not in (None, source.dims) for u in readers):
            groups = all(u.dims is not None for u in readers)
            return groups and value not in self.results and self.spent.get(unit, 0) + work <= CHEAP
        if value in self.results or any(u.dims != source.dims for u in readers):
            saved = size(value) - added_bytes(unit, read)
            return saved > 0 and work <= PER_BYTE * saved
        saved = size(value) * (1 + len(readers)) - sum(added_bytes(u, read) for u in readers)
        return saved > 0 and work * len(readers) <= PER_BYTE * saved

    def stays_before_updates(self, unit: Unit, read: Iterable[Atom]) -> bool:
        """Whether a group would not come to read what may have been updated before it runs."""
        mine = self.units.index(unit)
        updates = {k for a in read if isinstance(a, Value)
                   for k in self.grouping.updates.get(self.grouping.origin(a), ())}
        return all(self.units[k].before >> mine & 1 for k in updates)

    def take_broadcast(self, unit: Unit, value: Value, maker: Op) -> bool:
        """Read what was broadcast instead, if another array gives the kernel its shape."""
        source = maker.args[0]
        rest = [a for k, a in unit.inputs().items() if k is not value]
        if not covers([*rest, source], unit.dims or (), self.on_host):
            return False
        unit.ops = [map_op(op, {value: source}) for op in unit.ops]
        self.note_reads(unit)
        return True

    def ordered(self) -> list[Unit]:
        """The units in an order that they can run in, as near as may be to the places of their last ops, without what
        nobody reads any more."""
        placed: list[Unit] = []
        done, left = 0, dict(enumerate(self.units))
        while left:
            ready = [k for k, unit in left.items() if not unit.before & ~done]
            chosen = min(ready, key=lambda k: left[k].place)
            done |= 1 << chosen
            placed.append(left.pop(chosen))
        return self.needed(placed)

    def needed(self, placed: list[Unit]) -> list[Unit]:
        live = set(self.results)
        for unit in reversed(placed):
            if unit.dims is not None or unit.ops[0].name == "broadcast":
                unit.ops = read_ops(unit.ops, live)
            live.update(v for op in unit.ops for v in read_by(op))
        return [unit for unit in placed if unit.ops]


def read_ops(ops: list[Op], live: set[Value]) -> list[Op]:
    """The ops whose results are read: by those after them, or because they are in `live`."""
    live = set(live)
    kept: list[Op] = []
    for op in reversed(ops):
        if any(r in live for r in op.results):
            kept.append(op)
            live.update(read_by(op))
    return kept[::-1]


def added_bytes(unit: Unit, read: Inputs) -> int:
    """What a group would read for each element besides what it reads."""
    given = unit.inputs()
    return sum(size(a) for k, a in read.items() if k not in given and dims_of(a.type) == unit.dims)


def slice_of(unit: Unit, value: Value, kept: set[Value]) -> list[Op]:
    """The ops of a group that a value of it is made of, from its inputs and from what is kept in memory anyway."""
    wanted: set[Value] = {value}
    found: list[Op] = []
    for op in reversed(unit.ops):
        if op.result in wanted:
            found.append(op)
            wanted.update(a for a in op.args if isinstance(a, Value) and a not in kept)
    return found[::-1]


def work_of(op: Op) -> float:
    """Units of arithmetic."""
    form = form_of(op)
    weight = 0 if form is None else form.weight
    return weight if dtype_of(op.result.type) == "float64" else weight / 4


def size(atom: Atom) -> int:
    """Bytes an element."""
    return np.dtype(dtype_of(atom.type)).itemsize


def covers(atoms: Iterable[Atom], dims: Dims, on_host: set[Value]) -> bool:
    """Whether arrays broadcast to a shape without the help of others."""
    shapes = [dims_of(a.type) or () for a in atoms if is_device(a, on_host)]
    return bool(shapes) and all(
        d == 1 or any(len(s) >= k and s[-k] == d for s in shapes) for k, d in enumerate(reversed(dims), 1)
    )
