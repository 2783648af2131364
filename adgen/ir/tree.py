"""Python structures at a function's border: tuples, lists, dicts, namedtuples, dataclasses, to any depth.

    Tree = Leaf                         one value
         | Static(value)                known when compiling: None, a string, a function, a value made constant
         | Node(kind, keys, children)   kind: 'tuple', 'list', 'dict', 'namedtuple', 'dataclass'
"""
from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value; `type` is its IR type."""

    type: Any = None


@dataclass(frozen=True, slots=True)
class Static:
    """Something known when compiling."""

    value: Any


@dataclass(frozen=True, slots=True)
class Node:
    """A container. `keys` are dict keys or field names, or empty for tuples and lists."""

    kind: str
    keys: tuple[Any, ...]
    children: tuple[Tree, ...]
    cls: type | None = None
    """The class of a namedtuple or dataclass."""


Tree = Leaf | Static | Node
LEAF = Leaf()


def leaves(tree: Tree) -> list[Leaf]:
    """The leaves, in order."""
    match tree:
        case Leaf():
            return [tree]
        case Static():
            return []
        case Node():
            return [leaf for child in tree.children for leaf in leaves(child)]


def map_leaves(tree: Tree, values: Iterator[Any], build: Callable[[Any], Tree]) -> Tree:
    """The tree with each leaf replaced by `build` of the next value."""
    match tree:
        case Leaf():
            return build(next(values))
        case Static():
            return tree
        case Node():
            children = tuple(map_leaves(c, values, build) for c in tree.children)
            return dataclasses.replace(tree, children=children)


def record_fields(value: Any) -> tuple[str, ...] | None:
    """Field names of a namedtuple or dataclass instance, else None."""
    names: tuple[str, ...] | None = getattr(value, "_fields", None)
    if isinstance(value, tuple) and names is not None:
        return tuple(names)
    if not isinstance(value, (tuple, type)) and dataclasses.is_dataclass(value):
        return tuple(f.name for f in dataclasses.fields(value))
    return None


def take_apart(value: Any) -> tuple[str, tuple[Any, ...], list[Any]] | None:
    """(kind, keys, children) of a container, None for anything else."""
    if (names := record_fields(value)) is not None:
        children = [getattr(value, n) for n in names]
        return "namedtuple" if isinstance(value, tuple) else "dataclass", names, children
    if isinstance(value, (tuple, list)):
        kind = "tuple" if isinstance(value, tuple) else "list"
        return kind, (), list(cast("list[Any]", value))
    if isinstance(value, dict):
        items = cast("dict[Any, Any]", value)
        return "dict", tuple(items), list(items.values())
    return None


def flatten(value: Any, is_leaf: Callable[[Any], bool]) -> tuple[list[Any], Tree]:
    """The leaves of a Python value, and its tree. What is neither a leaf nor a container is `Static`.

    >>> flatten({"w": [1.0, 2.0], "b": None}, lambda v: isinstance(v, float))[0]
    [1.0, 2.0]
    """
    if is_leaf(value):
        return [value], LEAF
    parts = take_apart(value)
    if parts is None:
        return [], Static(value)
    kind, keys, children = parts
    flat: list[Any] = []
    trees: list[Tree] = []
    for child in children:
        values, tree = flatten(child, is_leaf)
        flat += values
        trees.append(tree)
    record: Any = getattr(value, "__class__") if kind in ("namedtuple", "dataclass") else None  # noqa: B009
    return flat, Node(kind, keys, tuple(trees), record)


def unflatten(tree: Tree, values: Iterator[Any]) -> Any:
    """The Python value of a tree whose leaves are `values`.

    >>> flat, tree = flatten((1.0, [2.0]), lambda v: isinstance(v, float))
    >>> unflatten(tree, iter([3.0, 4.0]))
    (3.0, [4.0])
    """
    match tree:
        case Leaf():
            return next(values)
        case Static(value):
            return value
        case Node(kind, keys, children, cls):
            made = [unflatten(c, values) for c in children]
            match kind:
                case "tuple":
                    return tuple(made)
                case "list":
                    return made
                case "dict":
                    return dict(zip(keys, made, strict=True))
                case _:
                    assert cls is not None
                    return cls(**dict(zip(keys, made, strict=True)))
