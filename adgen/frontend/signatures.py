"""What a call passes: the leaves of its arguments with their types, and a key that calls with the same structure share.

A definition is lowered once a key, so what need not be known when compiling is left out of it: with `general`, Python
numbers that are constants count by their type, and sizes of arrays by which of them are equal and which are not 1.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from adgen.errors import Refusal
from adgen.frontend.machine import Machine
from adgen.frontend.memory import content, number
from adgen.frontend.values import (
    AVal,
    Bound,
    Cell,
    DictV,
    Func,
    ListV,
    Partial,
    RangeV,
    Record,
    Ref,
    Run,
    Slice,
    Stale,
    Static,
    Tup,
    christen,
)
from adgen.ir.core import Atom, Const, Value
from adgen.ir.types import ArrayT, Dim, Dims, ListT, ScalarT, ShapeT, Sym, Type, fresh_dim


@dataclass(slots=True)
class Signature:
    """The arguments of a call."""

    key: Hashable
    leaves: list[AVal]
    """The numbers, arrays and run-time lists among them, in order."""
    types: list[Type]
    """Their types in a definition, whose sizes are its own."""


def signature_of(m: Machine, values: dict[str, AVal], general: bool) -> Signature:
    """Of the values that the parameters are bound to."""
    outer, views, sizes = m.builder, m.state.views, m.state.sizes
    m.builder, m.state.views, m.state.sizes = outer.nested(), dict(views), dict(sizes)
    try:
        taker = _Taker(m, general)
        key = tuple((name, taker.key(value)) for name, value in values.items())
    finally:
        m.builder, m.state.views, m.state.sizes = outer, views, sizes
    return Signature(key, taker.leaves, taker.types)


@dataclass(slots=True)
class _Taker:
    m: Machine
    general: bool
    leaves: list[AVal] = field(default_factory=list[AVal])
    types: list[Type] = field(default_factory=list[Type])
    sizes: dict[object, tuple[int, Sym]] = field(default_factory=dict[object, "tuple[int, Sym]"])
    cells: dict[Cell, int] = field(default_factory=dict[Cell, int])

    def key(self, value: AVal) -> Hashable:
        match value:
            case Const() if not self.general or isinstance(value.value, bool) or not _is_number(value):
                return ("constant", value.key())
            case Value() | Const():
                return self.leaf(value, value.type)
            case Ref(cell):
                shared = self.cells.setdefault(cell, len(self.cells))
                held = self.m.foreign.get(cell) if cell.foreign else self.m.state.store.get(cell)
                if isinstance(held, Stale):
                    return ("stale", id(held))
                return (shared, cell.foreign, self.leaf(value, cast(Atom, number(self.m, value)).type))
            case Tup(items, cls):
                return ("tuple", cls, *map(self.key, items))
            case ListV(cell) | DictV(cell) | Record(cell, _):
                return self.container(value, cell)
            case Static(obj):
                return ("static", id(obj)) if not isinstance(obj, str) else ("text", obj)
            case Func(info, frame, defaults, kwdefaults):
                return ("function", id(info), frame, *map(self.key, (*defaults, *(v for _, v in kwdefaults))))
            case Bound(function, first):
                return ("method", self.key(function), self.key(first))
            case Partial(function, args, keywords):
                return ("partial", *map(self.key, (function, *args)), *((k, self.key(v)) for k, v in keywords))
            case Slice(start, stop, step):
                return ("slice", *map(self.key, (start, stop, step)))
            case RangeV(start, stop, step):
                return ("range", *map(self.key, (start, stop, step)))
            case _:
                return ("object", id(value))

    def container(self, value: AVal, cell: Cell) -> Hashable:
        if cell in self.cells:
            return ("same", self.cells[cell])
        shared = self.cells[cell] = len(self.cells)
        held: Any = content(self.m, cell)
        head = (type(value).__name__, getattr(value, "cls", None), shared, cell.foreign)
        match held:
            case Run(atoms, form):
                self.leaves.append(value)
                self.types += [self.type(a.type)[1] for a in atoms]
                return (*head, form, *(self.type(a.type)[0] for a in atoms))
            case dict():
                pairs = cast("dict[Any, AVal]", held)
                return (*head, *((k, self.key(v)) for k, v in pairs.items()))
            case _:
                return (*head, *map(self.key, cast("tuple[AVal, ...]", held)))

    def leaf(self, value: AVal, t: Type) -> Hashable:
        key, own = self.type(t)
        self.leaves.append(value)
        self.types.append(own)
        return key

    def type(self, t: Type) -> tuple[Hashable, Type]:
        """A type's key, and the type with sizes of the definition's own."""
        match t:
            case ScalarT("int"):
                return "int", ScalarT("int", fresh_dim())
            case ArrayT(dtype, dims):
                keys, own = self.dims(dims)
                return (dtype, keys), ArrayT(dtype, own)
            case ShapeT(dims):
                keys, own = self.dims(dims)
                return ("shape", keys), ShapeT(own)
            case ListT(element):
                key, inner = self.type(element)
                return ("list", key), ListT(inner)
            case _:
                return t, t

    def dims(self, dims: Dims | None) -> tuple[Hashable, Dims | None]:
        if dims is None:
            return None, None
        pairs = [self.dim(d) for d in dims]
        return tuple(k for k, _ in pairs), tuple(d for _, d in pairs)

    def dim(self, dim: Dim) -> tuple[Hashable, Dim]:
        if isinstance(dim, int) and (dim == 1 or not self.general):
            return ("known", dim), dim
        not_one = dim.not_one if isinstance(dim, Sym) else True
        name = dim.key if isinstance(dim, Sym) else dim
        if name not in self.sizes:
            self.sizes[name] = len(self.sizes), Sym(fresh_dim().key, not_one)
        position, own = self.sizes[name]
        return (position, not_one), own


def _is_number(value: Const) -> bool:
    return isinstance(value.type, ScalarT) and value.type.kind in ("int", "float")


@dataclass(slots=True)
class Inside:
    """Builds the arguments as the definition's body sees them: leaves become its params, cells new ones."""

    m: Machine
    general: bool
    atoms: Iterator[Value]
    made: dict[Cell, AVal] = field(default_factory=dict[Cell, AVal])
    cells: list[tuple[AVal, Cell]] = field(default_factory=list["tuple[AVal, Cell]"])
    """The caller's arrays and run-time lists, and the cells that stand for them in the body, in order of leaves."""
    containers: list[tuple[Cell, Cell]] = field(default_factory=list["tuple[Cell, Cell]"])
    """Lists, dicts and records of the caller's, and those that stand for them."""

    def value(self, value: AVal, hint: str = "") -> AVal:
        match value:
            case Const() if not self.general or isinstance(value.value, bool) or not _is_number(value):
                return value
            case Value() | Const():
                return self.named(hint)
            case Ref(cell) if isinstance(self.m.state.store.get(cell), Stale):
                return value
            case Ref():
                inner = Cell(hint)
                self.m.state.store[inner] = atom = self.named(hint)
                inner.contiguous = isinstance(atom.type, ArrayT) and len(atom.type.dims or ()) == 1
                self.cells.append((value, inner))
                return Ref(inner)
            case Tup(items, cls):
                return Tup(self.values(items), cls)
            case ListV(cell) | DictV(cell) | Record(cell, _):
                if cell not in self.made:
                    self.made[cell] = self.container(value, cell, hint)
                return self.made[cell]
            case Func(info, frame, defaults, kwdefaults):
                return Func(info, frame, self.values(defaults), tuple((k, self.value(v)) for k, v in kwdefaults))
            case Bound(function, first):
                return Bound(self.value(function), self.value(first))
            case Partial(function, args, keywords):
                given = self.values((function, *args))
                return Partial(given[0], given[1:], tuple((k, self.value(v)) for k, v in keywords))
            case Slice(start, stop, step):
                return Slice(*self.values((start, stop, step)))
            case RangeV(start, stop, step):
                return RangeV(*cast("tuple[Atom, Atom, Atom]", self.values((start, stop, step))))
            case _:
                return value

    def named(self, hint: str) -> Value:
        atom = next(self.atoms)
        christen(atom, hint)
        return atom

    def values(self, values: tuple[AVal, ...]) -> tuple[AVal, ...]:
        return tuple(map(self.value, values))

    def container(self, value: AVal, cell: Cell, hint: str) -> AVal:
        held: Any = content(self.m, cell)
        inner = Cell(hint)
        match held:
            case Run(atoms, form, sources):
                self.m.state.store[inner] = Run(tuple(next(self.atoms) for _ in atoms), form, sources)
                self.cells.append((value, inner))
            case dict():
                pairs = cast("dict[Any, AVal]", held)
                self.m.state.store[inner] = {k: self.value(v, str(k)) for k, v in pairs.items()}
                self.containers.append((cell, inner))
            case _:
                self.m.state.store[inner] = self.values(cast("tuple[AVal, ...]", held))
                self.containers.append((cell, inner))
        match value:
            case ListV():
                return ListV(inner)
            case DictV():
                return DictV(inner)
            case Record(_, cls):
                return Record(inner, cls)
            case _:
                raise Refusal("this container cannot be passed to a function that calls itself", "pass its items")
