"""Between abstract values and trees: a function's arguments and result."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any, cast

from adgen.errors import Refusal
from adgen.frontend.machine import Machine
from adgen.frontend.memory import content, fresh, new_list, number
from adgen.frontend.resolve import lift
from adgen.frontend.values import (
    AVal,
    Bound,
    Cell,
    DictV,
    Func,
    ListV,
    Partial,
    Record,
    Ref,
    Run,
    Static,
    Tup,
)
from adgen.ir.core import Atom, Const, Value
from adgen.ir.tree import Leaf, Node, Tree
from adgen.ir.tree import Static as StaticTree


def from_tree(m: Machine, tree: Tree, atoms: Iterator[Atom]) -> AVal:
    """The value of a tree whose leaves are the atoms."""
    match tree:
        case Leaf():
            return fresh(m, next(atoms))
        case StaticTree(value):
            return value if isinstance(value, Static) else lift(m, value)
        case Node(kind, keys, children, cls):
            items = [from_tree(m, child, atoms) for child in children]
            match kind:
                case "list":
                    return new_list(m, tuple(items))
                case "tuple" | "namedtuple":
                    return Tup(tuple(items), cls)
                case _:
                    cell = Cell()
                    m.state.store[cell] = dict(zip(keys, items, strict=True))
                    return DictV(cell) if kind == "dict" else Record(cell, cast(type, cls))


def to_tree(m: Machine, value: AVal) -> tuple[Tree, list[Atom]]:
    """A value's tree, and its leaves."""
    match value:
        case Value() | Const() | Ref():
            atom = cast(Atom, number(m, value))
            return Leaf(atom.type), [atom]
        case Static(obj):
            return StaticTree(obj), []
        case Tup(items, cls):
            cls = None if cls is not None and cls.__module__.startswith("numpy.") else cls
            return _node(m, "tuple" if cls is None else "namedtuple", _fields(cls), items, cls)
        case ListV(cell):
            held = content(m, cell)
            if isinstance(held, Run):
                return Leaf(held.atom.type), [held.atom]
            return _node(m, "list", (), held, None)
        case DictV(cell):
            held = content(m, cell)
            return _node(m, "dict", tuple(held), tuple(held.values()), None)
        case Record(cell, cls):
            held = content(m, cell)
            if not hasattr(cls, "__dataclass_fields__") or set(held) != _given_fields(cls):
                raise Refusal(
                    f"a {cls.__name__} as a result is not supported", "return its fields, or a plain dataclass of them"
                )
            return _node(m, "dataclass", tuple(held), tuple(held.values()), cls)
        case Func() | Bound() | Partial():
            raise Refusal(
                "a function as a result is not supported",
                "return numbers, arrays, or containers of them",
            )
        case _:
            from adgen.frontend.iterables import known_items

            items = known_items(m, value)
            if items is None:
                raise Refusal(
                    f"{m.describe(value)} as a result is not supported",
                    "return numbers, arrays, or containers of them",
                )
            return _node(m, "tuple", (), tuple(items), None)


def _given_fields(cls: Any) -> set[str]:
    """The fields that a dataclass is made of."""
    return {field.name for field in dataclasses.fields(cls) if field.init}


def _fields(cls: type | None) -> tuple[str, ...]:
    return () if cls is None else cast("tuple[str, ...]", getattr(cls, "_fields"))  # noqa: B009


def _node(
    m: Machine, kind: str, keys: tuple[Any, ...], items: tuple[AVal, ...], cls: type | None
) -> tuple[Tree, list[Atom]]:
    trees: list[Tree] = []
    atoms: list[Atom] = []
    for item in items:
        tree, leaves = to_tree(m, item)
        trees.append(tree)
        atoms += leaves
    return Node(kind, keys, tuple(trees), cls), atoms
