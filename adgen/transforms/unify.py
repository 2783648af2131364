"""Finds out which symbolic sizes must be equal, and gives them one name.

input      a Function whose dims were named apart (one symbol for each axis of each argument)
output     the same Function with equal sizes equal: `x + y` of float64[n] and float64[m], neither of size 1, can only
           run if n == m; so can `a @ b` only if the inner sizes agree, and `u[1:] = k` only if u is longer than k by 1
guarantee  wherever an op runs, sizes with one name are equal. What the ops of a branch or a loop tell holds inside
           it only, for it may not run
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from adgen.ir.core import Atom, Block, Const, Definition, Function, Op, Value
from adgen.ir.types import (
    ArrayT,
    Dim,
    Dims,
    ListT,
    ScalarT,
    ShapeT,
    Sym,
    Type,
    dim_minus,
    dims_of,
    is_number,
)
from adgen.rules.table import infer, rule_of

SAME = re.compile(r"\(([^()|]+)(?:\|\1)+\)")
"""What is the size of one axis or of an equal one."""
SYMBOL = re.compile(r"[A-Za-z_?][A-Za-z_0-9]*")


def unify_dims(fn: Function) -> Function:
    """The function with sizes that must be equal named equal."""
    order: dict[str, int] = {}
    for param in fn.block.params:
        for dim in _symbols(param.type):
            order.setdefault(dim.key, len(order))
    block = _Renamer(_Groups(order), {}).block(fn.block, is_function=True)
    return replace(fn, block=block)


def unify_definition(callee: Definition) -> None:
    """The same for a definition, once."""
    if "unified" in callee.derived:
        return
    callee.derived["unified"] = True
    order: dict[str, int] = {}
    for param in callee.params:
        for dim in _symbols(param.type):
            order.setdefault(dim.key, len(order))
    block = _Renamer(_Groups(order), {}).block(callee.body, is_function=True)
    callee.block, callee.params = block, block.params
    callee.results = tuple(
        r.type if is_number(r.type) else t for r, t in zip(block.results, callee.results, strict=True)
    )


def _symbols(t: Type) -> Iterator[Sym]:
    dims = dims_of(t) if is_number(t) else ()
    yield from (d for d in dims or () if isinstance(d, Sym))


NUMPY_SQUARE = "inv det slogdet cholesky eigh eigvalsh eig eigvals solve"
SCIPY_SQUARE = (
    "inv det solve cholesky cho_factor cho_solve solve_triangular lu_factor eigh eigvalsh eig eigvals expm sqrtm logm "
    "fractional_matrix_power solve_continuous_lyapunov solve_discrete_lyapunov pinvh"
)
SQUARE = frozenset((*NUMPY_SQUARE.split(), *(f"scipy.linalg.{name}" for name in SCIPY_SQUARE.split())))
"""Ops whose first operand must be a square matrix, the others as many rows or elements."""


class _Groups:
    """Disjoint sets of sizes. Those of a block extend those around it."""

    def __init__(self, order: dict[str, int], parent: dict[str, Sym] | None = None):
        self.order, self.parent = order, dict(parent or {})

    def inside(self) -> _Groups:
        return _Groups(self.order, self.parent)

    def find(self, dim: Sym) -> Sym:
        """The name that stands for a size."""
        while dim.key in self.parent:
            dim = self.parent[dim.key]
        base, minus, number = dim.key.rpartition("-")
        for less in range(1, int(number) if minus and number.isdigit() else 0):
            if f"{base}-{less}" in self.parent:
                shorter = dim_minus(self.find(Sym(f"{base}-{less}")), int(number) - less)
                return self.find(shorter) if isinstance(shorter, Sym) else dim
        return dim

    def join(self, a: Sym, b: Sym) -> None:
        """Make two sizes one, under the name that comes first among the arguments."""
        a, b = self.find(a), self.find(b)
        if a == b:
            return
        last = len(self.order)
        if self.order.get(b.key, last) < self.order.get(a.key, last):
            a, b = b, a
        self.parent[b.key] = Sym(a.key, a.not_one or b.not_one)
        if b.not_one and not a.not_one:
            self.strengthen(a)

    def strengthen(self, dim: Sym) -> None:
        for key, to in self.parent.items():
            if to == dim:
                self.parent[key] = Sym(dim.key, True)


def _equal_pairs(op: Op) -> Iterator[tuple[Sym, Sym]]:
    """Pairs of sizes that the op makes equal."""
    if op.blocks:
        return
    if op.name in ("matmul", "dot"):
        yield from _inner_sizes(op)
    elif op.name in SQUARE:
        yield from _square_sizes(op)
    elif op.name in ("setitem", "addat"):
        yield from _stored_sizes(op)
    elif rule_of(op.name).elementwise:
        yield from _aligned_sizes(op)


def _stored_sizes(op: Op) -> Iterator[tuple[Sym, Sym]]:
    """A value that cannot be repeated has the size of its slot."""
    value = dims_of(op.args[1].type) if is_number(op.args[1].type) else None
    if not isinstance(op.args[0].type, ArrayT) or not value:
        return
    slot = dims_of(infer("getitem", (op.args[0], *op.args[2:]), {"index": op.attrs["index"]})[0])
    for stored, size in zip(reversed(value), reversed(slot or ()), strict=False):
        if isinstance(stored, Sym) and isinstance(size, Sym) and stored.not_one and stored != size:
            yield stored, size


def _aligned_sizes(op: Op) -> Iterator[tuple[Sym, Sym]]:
    all_dims = [dims_of(a.type) for a in op.args if is_number(a.type)]
    known = [d for d in all_dims if d]
    for axis in range(1, max(map(len, known), default=0) + 1):
        sizes = [d[-axis] for d in known if len(d) >= axis]
        fixed = [s for s in sizes if isinstance(s, Sym) and s.not_one]
        yield from ((fixed[0], other) for other in fixed[1:] if other != fixed[0])


def _inner_sizes(op: Op) -> Iterator[tuple[Sym, Sym]]:
    a, b = (dims_of(arg.type) for arg in op.args)
    if not a or not b:
        return
    first, second = a[-1], b[-2:][0]
    if isinstance(first, Sym) and isinstance(second, Sym) and first != second:
        yield first, second


def _square_sizes(op: Op) -> Iterator[tuple[Sym, Sym]]:
    """Rows and columns of a square matrix, and the rows of a right-hand side."""
    first, *others = (dims_of(arg.type) or () for arg in op.args)
    sizes = [*first[-2:], *(b[0] if len(b) == 1 else b[-2] for b in others if b)]
    yield from _pairs(sizes)


def _asserted_sizes(op: Op, makers: dict[Atom, Op]) -> Iterator[tuple[Sym, Sym]]:
    """`assert len(x) == len(y)`."""
    equal = makers.get(op.args[0])
    yield from _pairs([a.type.size for a in equal.args if isinstance(a.type, ScalarT)] if equal else [])


def _pairs(sizes: Sequence[Dim | None]) -> Iterator[tuple[Sym, Sym]]:
    """The first symbol with each other."""
    first, *others = [s for s in sizes if isinstance(s, Sym)] or [None]
    yield from ((first, other) for other in others if first and other and other != first)


class _Renamer:
    """Writes a block anew with its sizes renamed. Values whose type stays are kept."""

    def __init__(self, groups: _Groups, env: dict[Value, Value]):
        self.groups, self.env = groups, env

    def dim(self, dim: Dim) -> Dim:
        if isinstance(dim, int):
            return dim
        found = self.groups.find(dim)
        key = SYMBOL.sub(lambda m: self.groups.find(Sym(m[0])).key if m[0] in self.groups.parent else m[0], found.key)
        while (shorter := SAME.sub(r"\1", key)) != key:
            key = shorter
        return dim if key == dim.key and found.not_one == dim.not_one else Sym(key, found.not_one)

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

    def block(self, block: Block, is_function: bool = False) -> Block:
        """A block anew. What its own ops tell holds in it; of a function's block also for the params."""
        groups = self.groups.inside()
        makers: dict[Atom, Op] = {op.result: op for op in block.ops if op.name == "eq"}
        for op in block.ops:
            for a, b in _asserted_sizes(op, makers) if op.name == "assert" else _equal_pairs(op):
                groups.join(a, b)
        inner = _Renamer(groups, self.env)
        params = tuple(map((inner if is_function else self).value, block.params))
        ops = tuple(map(inner.op, block.ops))
        return Block(params, ops, tuple(map(inner.atom, block.results)))

    def op(self, op: Op) -> Op:
        args = tuple(map(self.atom, op.args))
        blocks = tuple(map(self.block, op.blocks))
        return replace(op, args=args, blocks=blocks, results=tuple(map(self.value, op.results)))
