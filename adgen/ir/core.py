"""The IR: pure, structured, typed SSA.

    Function = name, block, input tree, output tree        `block.params` are the leaves of the arguments
    Block    = params, ops, results                        results are atoms; blocks see the values around them
    Op       = results, name, args, attrs, blocks, span    args are atoms; attrs are known when compiling
    Atom     = Value | Const
    Value    = type, name hint                             defined once: by an op, or as a block's param
    Const    = value, type

No op mutates: `y[i] = v` is `y1 = setitem(y0, v, i)`. Control flow is ops that own blocks:

    if     args: (cond,)            blocks: then, else, no params; results of both are the op's results
    for    args: carries + xs       attrs: carry (their number), xs (kinds: 'range' takes three args start, stop,
                                    step; 'list' and 'array' one), stack (number of stacked outputs), reverse
                                    (xs are read from the end), breaks
                                    block: params carries + one element an xs;
                                    results carries' + stacked elements (+ stop: bool, last, if `breaks`:
                                    the loop ends after the iteration where it is true)
                                    results: carries + one ListT a stacked output, in order of execution
    while  args: carries            attrs: carry, stack, breaks
                                    blocks: cond (params carries; result a bool), body (as in `for`, without xs)

    call   args: those of the callee's params   attrs: callee, a Definition
           results: one a result of its block. Any other op with a Definition among its attrs hands it to what it calls
           (a solver, an integrator); as `model` it is only what the op's derivative is made of

With `reverse`, stacked outputs are in order of execution too. A loop's block may read any value around it.
`loose` marks ops that a transform made: they may be regrouped by algebra; a user's own op may not, for the primal
is bit for bit the user's. Everything is immutable and compared by identity.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from adgen.errors import Refusal, Span
from adgen.ir.types import Type

Attrs = Mapping[str, Any]


class Undefined:
    """The value of a branch that has none: never read under the same condition. Prints as None."""

    def __repr__(self) -> str:
        return "undef"


UNDEF = Undefined()


class DeviceArray:
    """An array from around the function that lies on a device: what is known of it when compiling is its type."""

    def __init__(self, array: Any):
        self.array, self.dtype, self.shape = array, array.dtype, array.shape

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise Refusal("the elements of an array on the device are needed when compiling", "make it an array of NumPy's")


def is_captured(value: object) -> bool:
    """Whether a constant is an array."""
    return isinstance(value, (np.ndarray, DeviceArray))


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """An SSA value."""

    type: Type
    name: str = ""
    """The user's name for it, or one derived from that (`x_bar`); empty for a temporary."""


@dataclass(frozen=True, slots=True, eq=False)
class Const:
    """A value known when compiling: a number, a string, an array captured from around the function, or UNDEF."""

    value: Any
    type: Type
    name: str = ""
    """For a captured array: its name in the user's module. For a number: what it is written as (`np.pi`)."""
    made: str = ""
    """For an array that was computed when compiling: the expression that makes it, with modules by their full names."""

    def key(self) -> object:
        """Equal for constants that are the same bit for bit (0.0 and -0.0 are not, nor 1 and 1.0 and True)."""
        value: object = self.value
        if is_captured(value) or value is UNDEF:
            return id(value), self.type
        return type(self.value).__name__, repr(self.value), self.type


Atom = Value | Const


@dataclass(frozen=True, slots=True, eq=False)
class Op:
    """An operation. `attrs` values are hashable."""

    name: str
    args: tuple[Atom, ...]
    attrs: Attrs
    results: tuple[Value, ...]
    blocks: tuple[Block, ...] = ()
    span: Span | None = None
    loose: bool = False

    @property
    def result(self) -> Value:
        """The only result."""
        (result,) = self.results
        return result


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    params: tuple[Value, ...]
    ops: tuple[Op, ...]
    results: tuple[Atom, ...]


@dataclass(slots=True, eq=False)
class Definition:
    """A function that `call` ops name: one that is recursive, or too large or too often used to stand in the place of
    each call. It reads nothing from around it but its params and constants, and writes to none of its arguments: what
    the user's function wrote, its definition returns."""

    name: str
    params: tuple[Value, ...]
    results: tuple[Type, ...]
    """Known before the block is: a recursive body calls what it is the body of."""
    block: Block | None = None
    """Set once, when the body is complete; its params are `params`."""
    span: Span | None = None
    """Where the user's function starts."""
    doc: str = ""
    derived: dict[Any, Any] = field(default_factory=dict[Any, Any])
    """What transforms found out about it or made of it, which its own body may ask for before it is complete."""

    @property
    def body(self) -> Block:
        """The block, which is complete."""
        assert self.block is not None
        return self.block


@dataclass(frozen=True, slots=True)
class Source:
    """Where a function came from."""

    file: str = ""
    line: int = 0
    text: str = ""
    """Its source text, dedented; the hash in a module's docstring is taken of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function: flat values inside, Python structures (trees, see `adgen.ir.tree`) at its border."""

    name: str
    block: Block
    params: tuple[str, ...]
    """Names of the Python parameters, in order."""
    inputs: tuple[Any, ...]
    """A tree for each parameter; its leaves are the block's params, in order."""
    output: Any
    """The tree of the result; its leaves are the block's results, in order."""
    source: Source = field(default_factory=Source)
    title: str = ""
    """First sentence of the emitted docstring."""
    defaults: tuple[Any, ...] = ()
    """Default values of the last parameters: None, strings and Python numbers."""
    reverse_from: int | None = None
    """Where among the block's ops the reverse sweep starts, if there is one."""


# Index items, as in `x[1:n, i, None, ..., mask]`. An `Arg` stands for an operand.

@dataclass(frozen=True, slots=True)
class Arg:
    """The position of an operand among an op's index operands."""

    position: int


Bound = int | Arg | None


@dataclass(frozen=True, slots=True)
class SliceItem:
    start: Bound = None
    stop: Bound = None
    step: Bound = None


@dataclass(frozen=True, slots=True)
class IntItem:
    value: int | Arg


@dataclass(frozen=True, slots=True)
class NewAxis:
    pass


@dataclass(frozen=True, slots=True)
class EllipsisItem:
    pass


@dataclass(frozen=True, slots=True)
class ArrayItem:
    """An integer array (or list) or boolean mask operand."""

    value: Arg


IndexItem = SliceItem | IntItem | NewAxis | EllipsisItem | ArrayItem
Index = tuple[IndexItem, ...]


def is_basic(index: Index) -> bool:
    """Whether indexing gives a view (or, with ints for every axis, an element)."""
    return not any(isinstance(item, ArrayItem) for item in index)


def xs_groups(op: Op) -> list[tuple[Atom, ...]]:
    """The operands of each xs of a `for`: three for a range, one for a list or an array."""
    kinds: tuple[str, ...] = op.attrs.get("xs", ())
    groups: list[tuple[Atom, ...]] = []
    position: int = op.attrs["carry"]
    for kind in kinds:
        width = 3 if kind == "range" else 1
        groups.append(op.args[position:position + width])
        position += width
    return groups


EFFECTS = frozenset({"print", "raise", "assert", "warn", "draw"})


def has_effect(op: Op) -> bool:
    """Whether the op, or one inside it or in what it calls, must run exactly once and in order."""
    if op.name == "call":
        return calls_effect(op.attrs["callee"])
    return op.name in EFFECTS or any(has_effect(inner) for block in op.blocks for inner in block.ops)


def calls_effect(callee: Definition) -> bool:
    """Whether a definition has an effect; one that calls itself has if another op of it has."""
    if callee.block is None or "visited" in callee.derived:
        return callee.derived.get("effect", False)
    callee.derived["visited"] = True
    try:
        callee.derived["effect"] = any(has_effect(op) for op in callee.block.ops)
    finally:
        del callee.derived["visited"]
    return callee.derived["effect"]


def callees(op: Op, models: bool = True) -> Iterator[Definition]:
    """The definitions that an op calls or hands to what it calls; with `models`, also one that is only differentiated
    in its place."""
    for key, value in op.attrs.items():
        if isinstance(value, Definition) and (models or key != "model"):
            yield value


def definitions(*blocks: Block, models: bool = True) -> list[Definition]:
    """The definitions that blocks call, and those that these call: callees first where they do not call each other."""
    found: dict[Definition, None] = {}
    seen: set[Definition] = set()

    def visit(block: Block) -> None:
        for op in walk(block):
            for callee in callees(op, models):
                if callee in seen:
                    continue
                seen.add(callee)
                visit(callee.body)
                found.setdefault(callee)

    for block in blocks:
        visit(block)
    return list(found)


def walk(block: Block) -> Iterator[Op]:
    """Every op of a block, and of the blocks inside."""
    for op in block.ops:
        yield op
        for inner in op.blocks:
            yield from walk(inner)


def free_values(*blocks: Block) -> list[Value]:
    """Values that the blocks read and do not define, in order of their first use."""
    found: dict[Value, None] = {}

    def visit(block: Block, inside: set[Value]) -> None:
        inside = inside | set(block.params)
        for op in block.ops:
            note(op.args, inside)
            for inner in op.blocks:
                visit(inner, inside)
            inside.update(op.results)
        note(block.results, inside)

    def note(atoms: tuple[Atom, ...], inside: set[Value]) -> None:
        for atom in atoms:
            if isinstance(atom, Value) and atom not in inside:
                found.setdefault(atom)

    for block in blocks:
        visit(block, set())
    return list(found)


def substitute(atom: Atom, env: Mapping[Value, Atom]) -> Atom:
    """The atom that stands for `atom` in env."""
    return env.get(atom, atom) if isinstance(atom, Value) else atom


def map_block(block: Block, env: Mapping[Value, Atom]) -> Block:
    """The block with the values around it replaced by env. What it defines keeps its identity."""
    if not any(value in env for value in free_values(block)):
        return block
    ops = tuple(map_op(op, env) for op in block.ops)
    return Block(block.params, ops, tuple(substitute(a, env) for a in block.results))


def map_op(op: Op, env: Mapping[Value, Atom]) -> Op:
    """The op with its operands replaced by env."""
    args = tuple(substitute(a, env) for a in op.args)
    return replace(op, args=args, blocks=tuple(map_block(b, env) for b in op.blocks))


def clone_block(block: Block, env: Mapping[Value, Atom]) -> Block:
    """A copy whose every value is new, so that both can stand in one function."""
    inner = dict(env)
    params = tuple(_renew(p, inner) for p in block.params)
    ops = tuple(clone_op(op, inner) for op in block.ops)
    return Block(params, ops, tuple(substitute(a, inner) for a in block.results))


def clone_op(op: Op, env: dict[Value, Atom]) -> Op:
    """A copy of the op with new results, which are entered into env."""
    args = tuple(substitute(a, env) for a in op.args)
    blocks = tuple(clone_block(b, env) for b in op.blocks)
    return replace(op, args=args, blocks=blocks, results=tuple(_renew(r, env) for r in op.results))


def _renew(value: Value, env: dict[Value, Atom]) -> Value:
    env[value] = new = Value(value.type, value.name)
    return new


Infer = Callable[[str, tuple[Atom, ...], Attrs], tuple[Type, ...]]
"""Types of an op's results, from its name, operands and attrs."""
