"""The engine of `simplify`: re-emits a function op by op, each through a table of local rewrites.

A rewrite looks at one op whose operands are already simplified, and returns the atom that takes the place of its
result, or None. It may emit ops, which go through the table in turn. Rewrites apply to loose ops only (a user's own
ops keep their form, for the primal is bit for bit the user's); common subexpressions are found among all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from adgen.errors import Span
from adgen.ir.core import (
    EFFECTS,
    Atom,
    Block,
    Const,
    EllipsisItem,
    NewAxis,
    Op,
    SliceItem,
    Value,
    map_op,
    walk,
)
from adgen.ir.types import ArrayT, dims_of, is_number
from adgen.rules.table import infer, rule_of

Rewrite = Callable[["Rewriter", Op], "Atom | None"]
REWRITES: dict[str, list[tuple[str, Rewrite]]] = {}
"""By op name, with the name of the optimisation; '*' applies to every elementwise op."""

UNIQUE = EFFECTS | {"zeros", "ones", "empty", "full", "copy", "list", "zero_list", "array", "call", "generator"}
"""Ops whose results get a buffer of their own: two of them are not made one."""

HOISTED = frozenset(
    {"mul", "add", "sub", "neg", "getitem", "transpose", "expand_dims", "shape", "dim", "size", "convert"}
)
"""Ops that may move out of a loop: they cannot fail where the loop would not have run."""


def is_hoistable(op: Op) -> bool:
    """Whether the op may move out of a loop: an element may be missing where the loop would not have run."""
    if op.name == "getitem":
        return all(isinstance(item, (SliceItem, NewAxis, EllipsisItem)) for item in op.attrs["index"])
    return op.name in HOISTED or is_function_of_array(op)


def is_function_of_array(op: Op) -> bool:
    """Whether an op is an elementwise function of one array of floats, for which any value and shape will do."""
    if not rule_of(op.name).elementwise or not all(isinstance(a, Const) for a in op.args[1:]):
        return False
    return bool(op.args) and isinstance(op.args[0].type, ArrayT) and op.args[0].type.dtype in ("float32", "float64")


def rewrites(optimisation: str, *names: str) -> Callable[[Rewrite], Rewrite]:
    """Enter a rewrite for ops of these names."""

    def register(rewrite: Rewrite) -> Rewrite:
        for name in names:
            REWRITES.setdefault(name, []).append((optimisation, rewrite))
        return rewrite

    return register


def count_uses(block: Block) -> dict[Value, int]:
    """How often each value is read, anywhere in the block."""
    uses: dict[Value, int] = {}

    def note(atoms: Iterable[Atom]) -> None:
        for atom in atoms:
            if isinstance(atom, Value):
                uses[atom] = uses.get(atom, 0) + 1

    note(block.results)
    for op in walk(block):
        note(op.args)
        for inner in op.blocks:
            note(inner.results)
    return uses


class Rewriter:
    """Simplifies one block; `parent` is the rewriter of the block around it."""

    def __init__(self, off: frozenset[str], uses: dict[Value, int], parent: Rewriter | None = None, loop: bool = False):
        self.off, self.uses, self.parent, self.is_loop = off, uses, parent, loop
        self.ops: list[Op] = []
        self.env: dict[Value, Atom] = parent.env if parent else {}
        self.definitions: dict[Value, Op] = parent.definitions if parent else {}
        self.known: dict[Any, tuple[Value, ...]] = {}
        self.local: set[Value] = set()
        self.span: Span | None = None
        self.shapes: dict[Any, Value] = parent.shapes if parent else {}
        """Params of the function by their dims: the cheapest value to read a shape from."""
        self.stored: set[Atom] = parent.stored if parent else set()
        """Arrays of which a part is stored into."""

    # The walk

    def run(self, block: Block) -> Block:
        self.local.update(block.params)
        for op in block.ops:
            self.span = op.span
            self.visit(map_op(op, self.env))
        results = tuple(self.env.get(a, a) if isinstance(a, Value) else a for a in block.results)
        return Block(block.params, tuple(self.ops), results)

    def visit(self, op: Op) -> None:
        if op.blocks:
            inner = tuple(Rewriter(self.off, self.uses, self, op.name != "if").run(b) for b in op.blocks)
            self.append(replace(op, blocks=inner))
            return
        found = self.reduced(self.unnested(op) if op.name == "setitem" else op)
        if found is None:
            return
        for old, new in zip(op.results, found, strict=True):
            if new is not old:
                self.env[old] = new
                if isinstance(new, Value):
                    self.uses[new] = self.uses.get(new, 0) + self.uses.get(old, 0)

    def unnested(self, op: Op) -> Op:
        """A slot stored after all of it was stored anew: the new content stored. Right for the user's ops too."""
        inner = self.definitions.get(op.args[1]) if isinstance(op.args[1], Value) else None
        if inner is None or inner.name != "setitem" or inner.attrs["index"] != (EllipsisItem(),):
            return op
        read = self.definitions.get(inner.args[0]) if isinstance(inner.args[0], Value) else None
        if read is None or read.name != "getitem" or read.args[0] is not op.args[0]:
            return op
        same = read.attrs["index"] == op.attrs["index"] and keys_of(read.args[1:]) == keys_of(op.args[2:])
        return replace(op, args=(op.args[0], inner.args[1], *op.args[2:])) if same else op

    def reduced(self, op: Op) -> tuple[Atom, ...] | None:
        """What stands for the results of an op, which is appended where nothing stands for it yet."""
        if op.loose and len(op.results) == 1:
            made = self.rewritten(op)
            if made is not None:
                return (self.named(made, op.result.name),)
        if op.name in UNIQUE or "cse" in self.off:
            self.append(op)
            return op.results
        key = self.key(op)
        present = self.lookup(key)
        if present is not None:
            return present
        target = self.home(op)
        target.append(op)
        target.known[key] = op.results
        return op.results

    def rewritten(self, op: Op) -> Atom | None:
        for name in (op.name, "*"):
            for optimisation, rewrite in REWRITES.get(name, ()):
                if optimisation not in self.off:
                    made = rewrite(self, op)
                    if made is not None:
                        return made
        return None

    def home(self, op: Op) -> Rewriter:
        """The block that the op goes to: this one, or one further out where a loop's op does not vary."""
        target = self
        while (
            target.is_loop
            and target.parent is not None
            and (is_hoistable(op) if op.loose else is_function_of_array(op))
            and "hoist" not in self.off
            and not any(isinstance(a, Value) and a in target.local for a in op.args)
        ):
            target = target.parent
        return target

    def append(self, op: Op) -> None:
        self.ops.append(op)
        self.local.update(op.results)
        for result in op.results:
            self.definitions[result] = op

    def named(self, atom: Atom, name: str) -> Atom:
        """Name the result of the op emitted last, if that is what it is."""
        if not name or not isinstance(atom, Value) or atom.name or not self.ops or self.ops[-1].results != (atom,):
            return atom
        if self.uses.get(atom, 0):
            return atom
        value = Value(atom.type, name)
        self.ops[-1] = op = replace(self.ops[-1], results=(value,))
        self.definitions[value] = op
        self.local.add(value)
        self.uses[value] = self.uses.pop(atom, 0)
        for key in [k for k, v in self.known.items() if v == (atom,)][-1:]:
            self.known[key] = (value,)
        return value

    # What rewrites use

    def emit(self, name: str, *args: Atom, like: Op | None = None, **attrs: Any) -> Atom:
        """An op through the table."""
        types = infer(name, args, attrs)
        op = Op(name, args, attrs, (Value(types[0]),), (), like.span if like else self.span, True)
        made = self.reduced(op)
        assert made is not None
        for atom in args:
            if isinstance(atom, Value):
                self.uses[atom] = self.uses.get(atom, 0) + 1
        return made[0]

    def definition(self, atom: Atom, *names: str) -> Op | None:
        """The loose op that defines an atom, if it is one of these."""
        op = self.definitions.get(atom) if isinstance(atom, Value) else None
        return op if op is not None and op.name in names and op.loose else None

    def made_by(self, atom: Atom, *names: str) -> Op | None:
        """The op that defines an atom, the user's too, if it is one of these."""
        op = self.definitions.get(atom) if isinstance(atom, Value) else None
        return op if op is not None and op.name in names else None

    def single(self, atom: Atom, *names: str) -> Op | None:
        """The op that defines an atom, if it is one of these, of this block, and read by nothing but the op at hand.

        Then it may be one of the user's own, if he gave it no name: no value of his depends on how it is grouped.
        """
        op = self.definitions.get(atom) if isinstance(atom, Value) else None
        if op is None or op.name not in names or not (op.loose or not op.result.name):
            return None
        alone = self.uses.get(op.result, 0) <= 1 and op.result in self.local
        return op if alone else None

    def key(self, op: Op) -> Any:
        args = keys_of(op.args)
        if op.name in ("add", "mul"):
            args = tuple(sorted(args, key=lambda a: id(a) if isinstance(a, Value) else hash(a)))
        return op.name, args, tuple(op.attrs.items())

    def lookup(self, key: Any) -> tuple[Value, ...] | None:
        scope: Rewriter | None = self
        while scope is not None:
            if key in scope.known:
                return scope.known[key]
            scope = scope.parent
        return None


def keys_of(atoms: tuple[Atom, ...]) -> tuple[Any, ...]:
    """Equal for equal atoms."""
    return tuple(a if isinstance(a, Value) else a.key() for a in atoms)


def number(atom: Atom) -> float | complex | None:
    """The value of a constant number that is written as such; np.pi is like a scalar."""
    if not isinstance(atom, Const) or atom.name:
        return None
    return atom.value if isinstance(atom.value, (int, float, complex)) else None


def same_type(a: Atom, b: Atom) -> bool:
    """Whether a can stand for b: same dtype and same known shape."""
    if not (is_number(a.type) and is_number(b.type)):
        return False
    return a.type == b.type and (dims_of(a.type) is not None)


def is_elementwise(op: Op) -> bool:
    return rule_of(op.name).elementwise
