"""Finds out which symbolic sizes must be equal, and gives them one name.

    input      a Function whose dims were named apart (one symbol for each axis of each argument)
    output     the same Function with equal sizes equal: `x + y` of float64[n] and float64[m], neither of size 1, can only
               run if n == m; so can `a @ b` only if the inner sizes agree
    guarantee  wherever the function runs at all, sizes with one name are equal. Ops that may not run (in a branch or
               a loop) tell nothing
"""
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from adgen.ir.core import Atom, Block, Const, Function, Op, Value
from adgen.ir.types import ArrayT, Dim, Dims, ListT, ScalarT, ShapeT, Sym, Type, dims_of, is_number
from adgen.rules.table import rule_of

SAME = re.compile(r"\(([^()|]+)\|\1\)")
"""What is the size of one axis or of an equal one."""
SYMBOL = re.compile(r"[A-Za-z_?][A-Za-z_0-9]*")


def unify_dims(fn: Function) -> Function:
    """The function with sizes that must be equal named equal."""
    groups = _Groups()
    order: dict[str, int] = {}
    for param in fn.block.params:
        for dim in _symbols(param.type):
            order.setdefault(dim.key, len(order))
            if dim.not_one:
                groups.not_one.add(dim.key)
    makers: dict[Atom, Op] = {}
    for op in fn.block.ops:
        for a, b in _asserted_sizes(op, makers) if op.name == "assert" else _equal_pairs(op):
            groups.join(a, b, order)
        if op.name == "eq":
            makers[op.result] = op
    if not groups.parent:
        return fn
    renamed = _Renamer(groups)
    return replace(fn, block=renamed.block(fn.block))


def _symbols(t: Type) -> Iterator[Sym]:
    dims = dims_of(t) if is_number(t) else ()
    yield from (d for d in dims or () if isinstance(d, Sym))


class _Groups:
    """Disjoint sets of symbols."""

    def __init__(self) -> None:
        self.parent: dict[str, str] = {}
        self.not_one: set[str] = set()

    def find(self, key: str) -> str:
        while key in self.parent:
            key = self.parent[key]
        return key

    def join(self, a: str, b: str, order: dict[str, int]) -> None:
        """Make two symbols one, under the name that comes first among the arguments."""
        a, b = self.find(a), self.find(b)
        if a == b:
            return
        if order.get(b, len(order)) < order.get(a, len(order)):
            a, b = b, a
        self.parent[b] = a
        if b in self.not_one:
            self.not_one.add(a)


def _equal_pairs(op: Op) -> Iterator[tuple[str, str]]:
    """Pairs of plain symbols that the op makes equal."""
    if op.blocks:
        return
    if op.name in ("matmul", "dot"):
        yield from _inner_sizes(op)
    elif rule_of(op.name).elementwise:
        yield from _aligned_sizes(op)


def _asserted_sizes(op: Op, makers: dict[Atom, Op]) -> Iterator[tuple[str, str]]:
    """`assert len(x) == len(y)`."""
    equal = makers.get(op.args[0])
    sizes = [a.type.size for a in equal.args if isinstance(a.type, ScalarT)] if equal else []
    keys = [s.key for s in sizes if isinstance(s, Sym) and SYMBOL.fullmatch(s.key)]
    if len(keys) == 2 and keys[0] != keys[1]:
        yield keys[0], keys[1]


def _aligned_sizes(op: Op) -> Iterator[tuple[str, str]]:
    all_dims = [dims_of(a.type) for a in op.args if is_number(a.type)]
    known = [d for d in all_dims if d]
    for axis in range(1, max(map(len, known), default=0) + 1):
        sizes = [d[-axis] for d in known if len(d) >= axis]
        plain = [s for s in sizes if isinstance(s, Sym) and s.not_one and SYMBOL.fullmatch(s.key)]
        for other in plain[1:]:
            if other.key != plain[0].key:
                yield plain[0].key, other.key


def _inner_sizes(op: Op) -> Iterator[tuple[str, str]]:
    a, b = (dims_of(arg.type) for arg in op.args)
    if not a or not b:
        return
    first, second = a[-1], b[-2:][0]
    if isinstance(first, Sym) and isinstance(second, Sym) and first != second:
        if SYMBOL.fullmatch(first.key) and SYMBOL.fullmatch(second.key):
            yield first.key, second.key


class _Renamer:
    """Writes a function anew with its symbols renamed. Values whose type stays are kept."""

    def __init__(self, groups: _Groups):
        self.groups = groups
        self.env: dict[Value, Value] = {}

    def dim(self, dim: Dim) -> Dim:
        if isinstance(dim, int):
            return dim
        key = SYMBOL.sub(lambda m: self.groups.find(m[0]), dim.key)
        while (shorter := SAME.sub(r"\1", key)) != key:
            key = shorter
        return dim if key == dim.key else Sym(key, dim.not_one or key in self.groups.not_one)

    def dims(self, dims: Dims | None) -> Dims | None:
        return None if dims is None else tuple(map(self.dim, dims))

    def type(self, t: Type) -> Type:
        match t:
            case ArrayT(dtype, dims):
                return ArrayT(dtype, self.dims(dims))
            case ShapeT(dims):
                return ShapeT(self.dims(dims))
            case ListT(element):
                return ListT(self.type(element))
            case ScalarT(kind, size) if size is not None:
                return ScalarT(kind, self.dim(size))
            case _:
                return t

    def value(self, value: Value) -> Value:
        """The value that a definition gets: a new one where its type changes."""
        t = self.type(value.type)
        changed = t != value.type or (isinstance(t, ScalarT) and t.size != getattr(value.type, "size", None))
        self.env[value] = made = Value(t, value.name) if changed else value
        return made

    def atom(self, atom: Atom) -> Atom:
        return atom if isinstance(atom, Const) else self.env.get(atom, atom)

    def block(self, block: Block) -> Block:
        params = tuple(map(self.value, block.params))
        ops = tuple(map(self.op, block.ops))
        return Block(params, ops, tuple(map(self.atom, block.results)))

    def op(self, op: Op) -> Op:
        args = tuple(map(self.atom, op.args))
        blocks = tuple(map(self.block, op.blocks))
        return replace(op, args=args, blocks=blocks, results=tuple(map(self.value, op.results)))


