"""Types written as text, and annotations, as trees of IR types.

    float, int, bool, complex      a Python number
    float64[n, 3]                  an array; a letter stands for a size known at run time, the same
                                   for all types read by one `TypeReader`, and other than 1
                                   (`derivative` drops that where it makes no difference); `_` for
                                   a size of which nothing is known
    float64[...]                   an array of unknown rank;  float64 alone: of rank 0
    (T, T)  [T, T]  {"w": T}       containers;  [T] * 3 repeats
    None  'mean'  True  3          a value known when compiling

An axis of size 1 is written so, for it may be broadcast: float64[n,1].
"""

from __future__ import annotations

import ast
import typing
from collections.abc import Callable, Set
from typing import Any, cast

import numpy as np

from adgen.ir.tree import Leaf, Node, Static, Tree, leaves, map_leaves
from adgen.ir.types import ArrayT, Dim, Dims, ScalarT, Sym, fresh_dim

NUMBERS = {"float": "float", "int": "int", "bool": "bool", "complex": "complex"}
HELP = "write a type as float64[n,3], float64[...], float, int, (T, T), [T, T] or {'name': T}"


class TypeSyntaxError(ValueError):
    """A text that is no type."""

    def __init__(self, text: str, problem: str):
        super().__init__(f"{text!r} is not a type: {problem}; {HELP}")


class TypeReader:
    """Reads types that may share letters.

    >>> from adgen.ir.tree import leaves
    >>> [str(leaf.type) for leaf in leaves(TypeReader().read("[(float64[d,h], float64[h])]"))]
    ['float64[d,h]', 'float64[h]']
    """

    def read(self, text: str) -> Tree:
        try:
            node = ast.parse(text.strip(), mode="eval").body
        except SyntaxError:
            raise TypeSyntaxError(text, "it does not parse") from None
        return self._tree(node, text)

    def _tree(self, node: ast.expr, text: str) -> Tree:
        match node:
            case ast.Constant(value) if value is not ...:
                return Static(value)
            case ast.UnaryOp(ast.USub(), ast.Constant(value)) if isinstance(value, (int, float)):
                return Static(-value)
            case ast.Name() | ast.Attribute():
                return Leaf(self._alone(_name_of(node, text), text))
            case ast.Subscript(value, index):
                return self._subscript(_name_of(value, text), index, text)
            case ast.Tuple(items):
                return Node("tuple", (), tuple(self._tree(i, text) for i in items))
            case ast.List(items):
                return Node("list", (), tuple(self._tree(i, text) for i in items))
            case ast.Dict(keys, values):
                names = tuple(self._key(k, text) for k in keys)
                return Node("dict", names, tuple(self._tree(v, text) for v in values))
            case ast.BinOp(left, ast.Mult(), ast.Constant(int(count))):
                return self._repeated(self._tree(left, text), count, text)
            case _:
                raise TypeSyntaxError(text, f"{ast.unparse(node)} has no meaning here")

    def _alone(self, name: str, text: str) -> ScalarT | ArrayT:
        if name in NUMBERS:
            return ScalarT(NUMBERS[name], fresh_dim() if name == "int" else None)
        if name == "ndarray":
            return ArrayT("float64", None)
        return ArrayT(_dtype(name, text), ())

    def _subscript(self, name: str, index: ast.expr, text: str) -> Tree:
        items = index.elts if isinstance(index, ast.Tuple) else [index]
        if name in ("tuple", "Tuple"):
            return Node("tuple", (), tuple(self._tree(i, text) for i in items))
        if name == "Annotated":
            if (
                len(items) > 1
                and isinstance(items[1], ast.Constant)
                and isinstance(items[1].value, str)
            ):
                return self.read(items[1].value)
            return self._tree(items[0], text)
        if name == "NDArray":
            return Leaf(ArrayT(_dtype(_name_of(items[0], text), text), None))
        if name in ("list", "List", "dict", "Dict"):
            raise TypeSyntaxError(text, f"a {name.lower()} needs each of its items written out")
        return Leaf(ArrayT(_dtype(name, text), self._dims(items, text)))

    def _dims(self, items: list[ast.expr], text: str) -> Dims | None:
        if len(items) == 1 and isinstance(items[0], ast.Constant) and items[0].value is ...:
            return None
        return tuple(self._dim(i, text) for i in items)

    def _dim(self, item: ast.expr, text: str) -> Dim:
        match item:
            case ast.Constant(int(size)) if size >= 0:
                return size
            case ast.Name("_"):
                return fresh_dim()
            case ast.Name(letter):
                return Sym(letter, not_one=True)
            case _:
                raise TypeSyntaxError(text, f"{ast.unparse(item)} is no size")

    def _key(self, key: ast.expr | None, text: str) -> Any:
        match key:
            case ast.Constant(value):
                return value
            case ast.Name(name):
                return name
            case _:
                raise TypeSyntaxError(text, "a key must be a constant")

    def _repeated(self, tree: Tree, count: int, text: str) -> Tree:
        if not isinstance(tree, Node) or tree.keys:
            raise TypeSyntaxError(text, "only a list or a tuple can be repeated")
        return Node(tree.kind, (), tree.children * count)


def _name_of(node: ast.expr, text: str) -> str:
    match node:
        case ast.Name(name):
            return name
        case ast.Attribute(_, name):
            return name
        case _:
            raise TypeSyntaxError(text, f"{ast.unparse(node)} is no name of a type")


def _dtype(name: str, text: str) -> str:
    if name in NUMBERS:
        return str(np.dtype(name))
    try:
        dtype = np.dtype(name)
    except TypeError:
        raise TypeSyntaxError(text, f"NumPy has no dtype {name}") from None
    if dtype.kind not in "biufc":
        raise TypeSyntaxError(text, f"{name} is not a dtype of numbers")
    return str(dtype)


def read_annotation(reader: TypeReader, annotation: Any) -> Tree | None:
    """The tree of a parameter's annotation; None where it tells nothing of use."""
    if isinstance(annotation, str):
        return _tried(lambda: reader.read(annotation))
    for note in cast("tuple[Any, ...]", getattr(annotation, "__metadata__", ())):
        if isinstance(note, str):
            return reader.read(note)
    if annotation is np.ndarray:
        return Leaf(ArrayT("float64", None))
    if isinstance(annotation, type) and annotation.__name__ in NUMBERS:
        return reader.read(annotation.__name__)
    if typing.get_origin(annotation) is np.ndarray:
        dtypes = typing.get_args(typing.get_args(annotation)[1])
        return _tried(lambda: Leaf(ArrayT(str(np.dtype(dtypes[0])), None)))
    return None


def _tried(read: Callable[[], Tree]) -> Tree | None:
    try:
        return read()
    except (TypeSyntaxError, TypeError):
        return None


# Sizes other than 1


def letters_of(trees: tuple[Tree, ...]) -> list[str]:
    """The letters that stand for sizes other than 1, in order."""
    types = (leaf.type for tree in trees for leaf in leaves(tree))
    dims = (d for t in types if isinstance(t, ArrayT) for d in t.dims or ())
    return list(dict.fromkeys(d.key for d in dims if isinstance(d, Sym) and d.not_one))


def assuming(trees: tuple[Tree, ...], letters: Set[str]) -> tuple[Tree, ...]:
    """The trees, where only these letters stand for sizes other than 1."""

    def leaf(old: Leaf) -> Leaf:
        if not isinstance(old.type, ArrayT) or old.type.dims is None:
            return old
        dims = tuple(
            Sym(d.key, d.not_one and d.key in letters) if isinstance(d, Sym) else d
            for d in old.type.dims
        )
        return Leaf(ArrayT(old.type.dtype, dims))

    return tuple(map_leaves(tree, iter(leaves(tree)), leaf) for tree in trees)
