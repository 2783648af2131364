"""What a function is compiled for: Python values to keys and to trees of IR types.

input      the values of a function's parameters
output     a hashable key (equal keys: one compiled version), trees of types, names of places in
           messages
guarantee  a key says of each leaf its Python kind, or its dtype, rank and which dims are 1; of
           anything else its value. What has no type here raises TypeError naming the place
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from adgen.ir.tree import Leaf, Node, Static, Tree, flatten, take_apart, unflatten
from adgen.ir.types import (
    GENERATOR,
    ArrayT,
    Dim,
    Dims,
    ListT,
    ObjectT,
    ScalarT,
    Sym,
    Type,
    dims_of,
    dtype_of,
    is_cupy_class,
    is_inexact,
)

Array = np.ndarray[Any, Any]
SCALARS: dict[type, str] = {float: "float", int: "int", complex: "complex"}
MOST_LEAVES = 2000
"""A container with more numbers than this should be an array."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a derivative is taken with respect to: a parameter, or one item of a `*args`
    parameter."""

    param: str
    index: int | None = None

    def __str__(self) -> str:
        return self.param if self.index is None else f"{self.param}_{self.index}"


# Values to keys.


def key_of(value: Any) -> Hashable:
    """What of a value decides which version serves it."""
    kind: Any = class_of(value)
    if kind is np.ndarray:
        return value.dtype, tuple([d == 1 for d in value.shape])
    if kind in SCALARS:
        return kind
    if issubclass(kind, np.generic) and value.dtype.kind in "biufc":
        return value.dtype, ()
    if kind is np.random.Generator:
        return kind
    if is_cupy(value):
        return "cupy", value.dtype, tuple([d == 1 for d in value.shape])
    parts = None if value is None else take_apart(value)
    if parts is not None:
        node, keys, children = parts
        return (node, class_of(value), keys, *map(key_of, children))
    return static_key(value)


def class_of(value: Any) -> type[Any]:
    return cast("type[Any]", type(value))


def static_key(value: Any) -> Hashable:
    """By value where that can be hashed, by identity elsewhere; 0.0, -0.0, 0 and False all
    differ."""
    try:
        hash(value)
    except TypeError:
        return "object", id(value)
    return class_of(value), repr(value) if isinstance(value, (float, complex)) else value


# Values to trees.


class Typing:
    """Types the values of one call; every axis gets a letter of its own."""

    def __init__(self, reserved: tuple[str, ...]):
        self.letters = _letters(reserved)
        self.sizes: dict[str, int] = {}
        self.leaves = 0

    def tree(self, value: Any, path: str) -> Tree:
        """The tree of types of a value; `path` names it in messages."""
        kind = class_of(value)
        if kind in SCALARS:
            return self._leaf(ScalarT(SCALARS[kind], Sym(path) if kind is int else None), path)
        if is_array(value):
            return self._leaf(
                ArrayT(dtype_of_value(value, path), tuple(map(self._dim, value.shape))), path
            )
        if kind is np.random.Generator:
            return Leaf(GENERATOR)
        parts = None if value is None else take_apart(value)
        if parts is None:
            if any(map(is_cupy_class, kind.__mro__)):
                raise TypeError(_subclass_text(kind, path, "cupy.asarray"))
            return Static(value)
        node, keys, children = parts
        paths = child_paths(node, keys, len(children), path)
        trees = tuple(self.tree(c, p) for c, p in zip(children, paths, strict=True))
        cls = kind if node in ("namedtuple", "dataclass") else None
        return Node(node, keys, trees, cls)

    def _dim(self, size: int) -> Dim:
        if size == 1:
            return 1
        letter = next(self.letters)
        self.sizes[letter] = size
        return Sym(letter, not_one=True)

    def _leaf(self, t: ScalarT | ArrayT, path: str) -> Leaf:
        self.leaves += 1
        if self.leaves > MOST_LEAVES:
            raise TypeError(
                f"{path}: more than {MOST_LEAVES} separate numbers and arrays; "
                "put them into one array"
            )
        return Leaf(t)


def _letters(reserved: tuple[str, ...]) -> Iterator[str]:
    """n, m, k, ..., n1, m1, ... without the names reserved."""
    for suffix in itertools.chain([""], map(str, itertools.count(1))):
        yield from (name for c in "nmkpqrstuv" if (name := c + suffix) not in reserved)


def number_leaves(params: Mapping[str, Any]) -> list[Any]:
    """What is passed at run time of the arguments, in the order of the leaves of their trees."""
    return [leaf for value in params.values() for leaf in flatten(value, is_leaf)[0]]


def is_leaf(value: Any) -> bool:
    return is_number(value) or isinstance(value, np.random.Generator)


def is_number(value: Any) -> bool:
    return type(value) in SCALARS or is_array(value)


def is_array(value: Any) -> bool:
    """Whether a value is an ndarray (NumPy's or CuPy's) or a NumPy scalar of numbers."""
    if isinstance(value, (np.ndarray, np.generic)):
        return isinstance(value, np.ndarray) or cast(Any, value).dtype.kind in "biufc"
    return is_cupy(value)


def is_ndarray(value: Any) -> bool:
    return isinstance(value, np.ndarray)


def is_cupy(value: Any) -> bool:
    return is_cupy_class(class_of(value))


def dtype_of_value(value: Any, path: str) -> str:
    """The name of an array's dtype. Refuses subclasses and what is not made of numbers."""
    if is_ndarray(value) and class_of(value) is not np.ndarray and not is_cupy(value):
        raise TypeError(_subclass_text(class_of(value), path, "np.asarray"))
    dtype = cast("np.dtype[Any]", value.dtype)
    if dtype.kind not in "biufc":
        raise TypeError(f"{path} has dtype {dtype}, which has no arithmetic of numbers")
    return dtype.newbyteorder("=").name


def _subclass_text(cls: type[Any], path: str, plain: str) -> str:
    return f"{path} is a {cls.__name__}, whose operations differ from an ndarray's; pass {plain}({path})"


def child_paths(kind: str, keys: tuple[Any, ...], count: int, path: str) -> list[str]:
    """How the items of a container are written."""
    match kind:
        case "tuple" | "list":
            return [f"{path}[{i}]" for i in range(count)]
        case "dict":
            return [f"{path}[{k!r}]" for k in keys]
        case _:
            return [f"{path}.{k}" for k in keys]


def leaf_paths(tree: Tree, path: str) -> list[str]:
    """How each leaf of a tree is written."""
    match tree:
        case Leaf():
            return [path]
        case Static():
            return []
        case Node(kind, keys, children):
            paths = child_paths(kind, keys, len(children), path)
            return [p for c, at in zip(children, paths, strict=True) for p in leaf_paths(c, at)]


# What is differentiated is of floats.


def floated(value: Any) -> Any:
    """The value with Python ints as floats, as an argument that is differentiated is taken."""
    if type(value) is int:
        return float(value)
    return map_parts(value, floated)


def map_parts(value: Any, made_of: Callable[[Any], Any]) -> Any:
    """A container with what the function makes of its items; the same object where it makes the same ones."""
    parts = None if value is None else take_apart(value)
    if parts is None:
        return value
    kind, keys, children = parts
    made = [made_of(c) for c in children]
    if all(a is b for a, b in zip(made, children, strict=True)):
        return value
    match kind:
        case "dict":
            return dict(zip(keys, made, strict=True))
        case "list":
            return made
        case "namedtuple":
            return type(value)(*made)
        case "dataclass":
            return dataclasses.replace(cast(Any, value), **dict(zip(keys, made, strict=True)))
        case _:
            return tuple(made)


def float_tree(tree: Tree, path: str, operator: str) -> Tree:
    """The tree as an argument that is differentiated; TypeError where it holds what has no
    derivative."""
    match tree:
        case Leaf(ScalarT("int")):
            return Leaf(ScalarT("float"))
        case Leaf(ObjectT(name)):
            raise TypeError(f"{operator}: {path} is a {name}, which has no derivative")
        case Leaf(t):
            if not is_inexact(t):
                raise TypeError(
                    f"{operator}: {path} is {t}, and only floats have a derivative; "
                    f"{_float_hint(t, path)}"
                )
            return tree
        case Static(value):
            if isinstance(value, bool):
                raise TypeError(
                    f"{operator}: {path} is a bool, and only floats have a derivative; "
                    f"pass float({path}), or differentiate with respect to other arguments"
                )
            return tree
        case Node(kind, keys, children):
            paths = child_paths(kind, keys, len(children), path)
            made = tuple(float_tree(c, p, operator) for c, p in zip(children, paths, strict=True))
            return replace(tree, children=made)


def _float_hint(t: object, path: str) -> str:
    return f"pass {path}.astype(float)" if isinstance(t, ArrayT) else f"pass float({path})"


def has_float(value: Any, ints: bool = False) -> bool:
    """Whether a value holds a number that can carry a derivative (with `ints`, Python ints
    count)."""
    kind = class_of(value)
    if kind in SCALARS:
        return ints or kind is not int
    if is_array(value):
        return value.dtype.kind in "fc"
    parts = None if value is None else take_apart(value)
    return parts is not None and any(has_float(c, ints) for c in parts[2])


# Tangents and cotangents take the types of what they belong to.


def conform(tree: Tree, value: Any, path: str) -> Any:
    """A tangent or cotangent as the types in the tree want it; TypeError where it does not fit."""
    match tree:
        case Static(constant):
            return constant
        case Leaf(t):
            return _conform_leaf(t, value, path)
        case Node(kind, keys, children):
            items = items_of(tree, value, path)
            paths = child_paths(kind, keys, len(children), path)
            made = [conform(c, v, p) for c, v, p in zip(children, items, paths, strict=True)]
            return unflatten(replace(tree, children=tuple(map(Static, made))), iter(()))


def items_of(tree: Node, value: Any, path: str) -> list[Any]:
    """A container's items in the order of the tree's; TypeError where it is another container."""
    plain = tree.kind == "tuple" and isinstance(value, tuple)
    parts = take_apart(tuple(cast("tuple[Any, ...]", value)) if plain else value)
    wanted = tree.kind, set(tree.keys), len(tree.children)
    fits = parts is not None and (parts[0], set(parts[1]), len(parts[2])) == wanted
    if parts is None or not fits or (tree.cls is not None and class_of(value) is not tree.cls):
        raise TypeError(f"{path} must be {_wanted(tree)}, got {class_of(value).__name__}")
    given = dict(zip(parts[1], parts[2], strict=True)) if tree.keys else {}
    return [given[k] for k in tree.keys] if tree.keys else parts[2]


def _wanted(tree: Node) -> str:
    if tree.cls is not None:
        return f"a {tree.cls.__name__}"
    return f"a {tree.kind} of {len(tree.children)}" + (
        f" with keys {list(tree.keys)}" if tree.keys else ""
    )


def _conform_leaf(t: Type, value: Any, path: str) -> Any:
    if isinstance(t, ListT) and isinstance(value, list):
        return cast(Any, value)
    if not isinstance(t, (ScalarT, ArrayT)) or not is_number(value):
        raise TypeError(f"{path} must be {t}, got {type(value).__name__}")
    dtype, dims, shape = np.dtype(dtype_of(t)), dims_of(t), shape_of(value)
    kind = class_of(value)
    given = np.dtype(kind) if kind in SCALARS else np.dtype(value.dtype)
    if not np.can_cast(given, dtype, "same_kind"):
        raise TypeError(f"{path} must be {t}, got {given}")
    if dims is not None and not dims_fit(dims, shape):
        got = f"an array of shape {shape}" if shape else "a single number"
        raise TypeError(f"{path} must be {t}, got {got}")
    if isinstance(t, ScalarT):
        if is_cupy(value):
            raise TypeError(f"{path} must be {t}, got a CuPy array; pass {t.kind}({path}), which waits for the device")
        return complex(value) if t.kind == "complex" else float(value)
    if not shape and not is_ndarray(value) and not is_cupy(value):
        return dtype.type(value)
    return value if given == dtype and given.isnative else value.astype(dtype)


def shape_of(value: Any) -> tuple[int, ...]:
    """The shape of a number or an array."""
    return getattr(value, "shape", ())


def dims_fit(dims: Dims, shape: tuple[int, ...]) -> bool:
    """Whether an array of the shape has the rank of dims, and their known sizes."""
    if len(dims) != len(shape):
        return False
    return all(isinstance(d, Sym) or d == size for d, size in zip(dims, shape, strict=True))
