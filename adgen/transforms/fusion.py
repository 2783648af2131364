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

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice

from adgen.ir.core import Atom, Block, Const, Function, Op, Value, clone_op, map_op, substitute
from adgen.ir.tree import leaves
from adgen.ir.types import Dims, dims_of
from adgen.rules.kernels import form_of
from adgen.transforms.absorbing import Absorbing, Inputs
from adgen.transforms.grouping import Grouping, Unit, dims_of_array, is_device, is_view, key_of, read_by
from adgen.transforms.summing import join_sums

REDUCTIONS = frozenset({"sum", "mean", "max", "min", "prod"})
SEVERAL_LAUNCHES = frozenset({"safe_div", "sinc", "special.softplus", "mod"})
"""Ops whose call is several launches, or has none."""
SIZES = frozenset({"shape", "dim", "size"})


def fuse(function: Function) -> Function:
    """The function with kernels for its elementwise ops."""
    function = join_sums(function)
    block, start = Fuser(function).block(function.block, {}, function.reverse_from)
    return replace(function, block=block, reverse_from=start)


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
