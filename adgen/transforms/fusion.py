"""Fusion: groups of elementwise ops become one `kernel` op each, for a target where every call is a launch.

Input: a function as it is to be printed. Output: the same, where the ops of a group are inside a `kernel`:

    kernel   args: what the group reads   attrs: body, a Block over elements   results: what is read outside of it

The body's params stand for elements of the args, its ops are the group's (each has a form in `adgen.rules.kernels`),
its results are elements of the results. All results of a kernel have one shape, to which its args broadcast.

Groups (per block; loops and branches have blocks of their own):

1. Every op with a form joins a group of its shape, if no path leads from the group out and back to the op: that of an
   operand, else one that reads an array that it reads. Forward and reverse ops go together, as a gradient has no order
   but that of its data.
2. A group takes up what makes its inputs, where recomputing costs less than the memory that it saves: a value of the
   same shape, if all groups that read it together read less without it; a smaller one (a factor, a row) if it is cheap.
   Sizes and broadcasts of values are asked of what is there anyway.
3. Groups of one shape of which neither needs the other are one launch, if they read an array in common or are small.
4. A group of one op stays a call, unless that call would be several launches.

The cost model: a float64 operation is one unit, a float32 one a quarter; memory costs `PER_BYTE` units a byte (a GPU
for computing has about 10 float64 operations a byte of bandwidth, one for graphics about one). A kernel has at most
`MOST_ARRAYS` arrays and `MOST_OPS` ops, so that it does not run out of registers.

Order: groups are placed at their last op, and an op that reads what another one updates stays before it, so that no
copy is needed which was not needed before. Non-goals: reductions (a map is fused up to the sum that follows it), views,
values of unknown rank.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations, islice

import numpy as np

from adgen.ir.core import (
    Atom,
    Block,
    Const,
    DeviceArray,
    Function,
    Op,
    Value,
    clone_op,
    free_values,
    has_effect,
    map_op,
    substitute,
)
from adgen.ir.tree import leaves
from adgen.ir.types import ArrayT, Dims, dims_of, dtype_of, is_number, rank_of
from adgen.rules.kernels import form_of
from adgen.rules.table import RULES
from adgen.transforms.summing import join_sums

PER_BYTE = 2
"""Units of arithmetic that cost as much as a byte of memory."""
CHEAP = 24
"""Units that may be spent again for each element to save a launch for a smaller value."""
MOST_ARRAYS = 24
MOST_OPS = 160
MUTATORS = frozenset({"setitem", "addat", "append", "poplast", "set_list"})
REDUCTIONS = frozenset({"sum", "mean", "max", "min", "prod"})
SEVERAL_LAUNCHES = frozenset({"safe_div", "sinc", "special.softplus", "mod"})
"""Ops whose call is several launches, or has none."""
Inputs = Mapping[object, Atom]
SIZES = frozenset({"shape", "dim", "size"})


def fuse(function: Function) -> Function:
    """The function with kernels for its elementwise ops."""
    function = join_sums(function)
    block, start = Fuser(function).block(function.block, {}, function.reverse_from)
    return replace(function, block=block, reverse_from=start)


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


class Fuser:
    """A function: what its blocks share."""

    def __init__(self, function: Function):
        self.on_host = {p for p in function.block.params if dims_of_array(p) == ()}
        """Arrays of rank 0 that may be NumPy scalars: arguments, and what Python's operators make of such."""
        self.hints: dict[Value, str] = {}
        """Names for what has none."""
        values = iter(function.block.params)
        for param, tree in zip(function.params, function.inputs, strict=True):
            self.hints.update(dict.fromkeys(islice(values, len(leaves(tree))), param))

    def block(
        self, block: Block, known: Mapping[Dims, Value], start: int | None = None
    ) -> tuple[Block, int | None]:
        """The block fused, and where the reverse sweep starts in it. `known`: a value around it for some dims."""
        ops = self.prepared(block, dict(known))
        grouping = Grouping(ops)
        units = Absorbing(grouping, ops, block.results, self.on_host).ordered()
        outside = read_outside(units, block.results)
        made = [self.made(unit, outside) for unit in units]
        begin = None
        if start is not None:
            before = next((k for k, unit in enumerate(units) if unit.place >= start), len(units))
            begin = sum(map(len, made[:before]))
        return Block(block.params, tuple(op for each in made for op in each), block.results), begin

    def prepared(self, block: Block, known: dict[Dims, Value]) -> list[Op]:
        """The ops, inner blocks fused, where sizes of what may be fused are asked of values of the same dims that are
        there anyway."""
        for param in block.params:
            enter_dims(known, param)
        ops: list[Op] = []
        for op in block.ops:
            if op.name in SIZES and op.args[0] not in block.params:
                other = known.get(dims_of(op.args[0].type) or ())
                op = replace(op, args=(other,)) if other is not None else op
            self.note(op)
            if op.blocks:
                op = replace(op, blocks=tuple(self.block(b, known)[0] for b in op.blocks))
            ops.append(op)
            for result in op.results if form_of(op) is None else ():
                enter_dims(known, result)
        return ops

    def note(self, op: Op) -> None:
        """Enter the results that may be NumPy scalars, and the names of views."""
        for inner in op.blocks:
            self.on_host.update(p for p in inner.params if dims_of_array(p) == ())
        if len(op.results) == 1 and op.args and not op.result.name and form_of(op) is None:
            self.hints[op.result] = self.hint(op)
        if not any(is_device(a, self.on_host) for a in op.args):
            self.on_host.update(r for r in op.results if dims_of_array(r) == ())

    def hint(self, op: Op) -> str:
        """A name for what has none: that of what a view is of, `x_max`, `size`."""
        if op.name in SIZES:
            return "size"
        first = op.args[0]
        of = (first.name or self.hints.get(first, "")) if isinstance(first, Value) else ""
        if is_view(op):
            return of
        name = op.name.rpartition(".")[2]
        return f"{of}_{name}".strip("_") if op.name in REDUCTIONS else name

    def made(self, unit: Unit, outside: set[Value]) -> list[Op]:
        """A kernel, or the op as it was."""
        if unit.dims is None:
            return unit.ops
        outputs = [v for op in unit.ops for v in op.results if v in outside]
        same = merge_same(unit)
        inputs = unit.inputs()
        alone = len(unit.ops) == 1 and unit.ops[0].name not in SEVERAL_LAUNCHES and not same
        if alone or not any(is_device(a, self.on_host) for a in inputs.values()):
            return unit.ops
        return [kernel(unit, inputs, outputs, same, self.hints)]


def dims_of_array(value: Value) -> Dims | None:
    return value.type.dims if isinstance(value.type, ArrayT) else None


def is_device(atom: Atom, on_host: set[Value]) -> bool:
    """Whether an atom is surely an array on the device."""
    if isinstance(atom, Const):
        return is_read(atom)
    return isinstance(atom.type, ArrayT) and (atom.type.dims != () or atom not in on_host)


def kernel(
    unit: Unit, inputs: Inputs, outputs: list[Value], same: Mapping[Value, Atom], hints: Mapping[Value, str]
) -> Op:
    """The `kernel` op of a group; `same`: outputs that are computed under another name; `hints`: names for inputs that
    have none."""
    env: dict[Value, Atom] = {}
    constants: dict[object, Value] = {}
    params: list[Value] = []
    for key, atom in inputs.items():
        param = Value(atom.type, hints.get(atom, "") if isinstance(atom, Value) and not atom.name else atom.name)
        params.append(param)
        if isinstance(atom, Value):
            env[atom] = param
        else:
            constants[key] = param
    ops: list[Op] = []
    for op in unit.ops:
        args = tuple(constants.get(a.key(), a) if isinstance(a, Const) else a for a in op.args)
        ops.append(clone_op(replace(op, args=args), env))
    body = Block(tuple(params), tuple(ops), tuple(substitute(substitute(v, same), env) for v in outputs))
    loose = all(op.loose for op in unit.ops)
    return Op("kernel", tuple(inputs.values()), {"body": body}, tuple(outputs), (), None, loose)


def enter_dims(known: dict[Dims, Value], value: Value) -> None:
    dims = dims_of_array(value)
    if dims:
        known.setdefault(dims, value)


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
            if first.ops and second.ops and self.may_merge(i, j) and wanted(first, second):
                self.combine(i, j)

    def may_merge(self, i: int, j: int) -> bool:
        first, second = self.units[i], self.units[j]
        if first.dims != second.dims or len(first.ops) + len(second.ops) > MOST_OPS:
            return False
        if len(first.inputs().keys() | second.inputs().keys()) > MOST_ARRAYS:
            return False
        others = [unit.before for k, unit in enumerate(self.units) if k not in (i, j) and (
            (first.before | second.before) >> k & 1)]
        return not any(before >> i & 1 or before >> j & 1 for before in others)

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


def read_outside(units: list[Unit], results: tuple[Atom, ...]) -> set[Value]:
    """The values that are read outside of the unit that makes them."""
    found = {a for a in results if isinstance(a, Value)}
    for unit in units:
        defined = unit.defined
        found.update(v for op in unit.ops for v in read_by(op) if v not in defined)
    return found


def merge_same(unit: Unit) -> dict[Value, Atom]:
    """Leave out ops that compute what another one of the group does; by their results, the other's."""
    seen: dict[object, Op] = {}
    env: dict[Value, Atom] = {}
    kept: list[Op] = []
    for op in unit.ops:
        op = map_op(op, env)
        key = op.name, tuple(map(key_of, op.args)), tuple(sorted(op.attrs.items())), op.result.type
        first = seen.setdefault(key, op)
        if first is op:
            kept.append(op)
        else:
            env[op.result] = first.result
    unit.ops = kept
    return env


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
