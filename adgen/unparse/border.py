"""The Python structures at a function's border: parameters taken apart, results put together.

A parameter that is one value is used under its own name. Tuples and lists are unpacked by a
pattern; of dicts, namedtuples and dataclasses each leaf that is read is fetched by its key or
field. A result that has the class of an argument's part is made by `type(that part)(...)`, so
that the module need not import the user's classes. Sizes that broadcasting was decided for are
checked.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass

from adgen.errors import Refusal
from adgen.ir.core import Atom, Function, Value
from adgen.ir.tree import Leaf, Node, Static, Tree, leaves
from adgen.ir.types import ArrayT, Dims, Sym
from adgen.unparse import syntax as s
from adgen.unparse.expressions import Expressions

Path = tuple[object, ...]
PATTERNS = frozenset({"tuple", "list", "namedtuple"})


@dataclass(frozen=True, slots=True)
class Field:
    """A step of a path: the field of a namedtuple or dataclass."""

    name: str


def direct_names(function: Function) -> dict[Value, str]:
    """Names of the values that are parameters themselves."""
    values = iter(function.block.params)
    found: dict[Value, str] = {}
    for param, tree in zip(function.params, function.inputs, strict=True):
        mine = [next(values) for _ in leaves(tree)]
        if isinstance(tree, Leaf):
            found[mine[0]] = param
    return found


def unpack(function: Function, names: dict[Value, str], read: set[Value]) -> list[ast.stmt]:
    """Statements that take the parameters apart, as far as their parts are read."""
    values = iter(function.block.params)
    made: list[ast.stmt] = []
    for param, tree in zip(function.params, function.inputs, strict=True):
        mine = [next(values) for _ in leaves(tree)]
        if isinstance(tree, Leaf) or not any(v in read for v in mine):
            continue
        if is_pattern(tree):
            target = pattern(tree, iter(mine), names, read)
            made.append(ast.Assign([target], s.name(param)))
            continue
        for value, path in zip(mine, paths(tree), strict=True):
            if value in read:
                made.append(ast.Assign([s.store(names[value])], follow(param, path)))
    return made


def check_sizes(function: Function, not_one: Set[str]) -> list[ast.stmt]:
    """A check, at the first place of each letter, that its size is not 1."""
    places: dict[str, ast.expr] = {}
    for param, tree in zip(function.params, function.inputs, strict=True):
        for leaf, path in zip(leaves(tree), paths(tree), strict=True):
            dims: Dims = leaf.type.dims or () if isinstance(leaf.type, ArrayT) else ()
            for axis, dim in enumerate(dims):
                if isinstance(dim, Sym) and dim.key in not_one and dim.key not in places:
                    shape = s.attribute(follow(param, path), "shape")
                    places[dim.key] = s.index(shape, s.literal(axis))
    if not places:
        return []
    words = " and ".join(map(ast.unparse, places.values()))
    message = f"{words} must not be 1: compiled for other sizes"
    error = s.call("ValueError", ast.Constant(message))
    return [ast.If(is_one(list(places.values())), [ast.Raise(error, None)], [])]


def is_one(sizes: list[ast.expr]) -> ast.expr:
    """`n == 1`, or `1 in (n, m)`."""
    if len(sizes) == 1:
        return ast.Compare(sizes[0], [ast.Eq()], [ast.Constant(1)])
    return ast.Compare(ast.Constant(1), [ast.In()], [s.display(sizes)])


def is_pattern(tree: Tree) -> bool:
    """Whether unpacking can be written as one pattern."""
    match tree:
        case Node(kind, _, children):
            return kind in PATTERNS and bool(children) and all(map(is_pattern, children))
        case Static() | Leaf():
            return True


def pattern(
    tree: Tree, values: Iterator[Value], names: dict[Value, str], read: set[Value]
) -> ast.expr:
    match tree:
        case Leaf():
            value = next(values)
            return s.store(names[value] if value in read else "_")
        case Static():
            return s.store("_")
        case Node(_, _, children):
            return ast.Tuple([pattern(c, values, names, read) for c in children], ast.Store())


def paths(tree: Tree, path: Path = ()) -> Iterator[Path]:
    """The way to each leaf."""
    match tree:
        case Leaf():
            yield path
        case Static():
            return
        case Node(_, _, children):
            for step, child in zip(steps_of(tree), children, strict=True):
                yield from paths(child, (*path, step))


def steps_of(node: Node) -> list[object]:
    match node.kind:
        case "dict":
            return list(node.keys)
        case "namedtuple" | "dataclass":
            return [Field(k) for k in node.keys]
        case _:
            return list(range(len(node.children)))


def follow(param: str, path: Path) -> ast.expr:
    """`param['w'].b[0]`."""
    node = s.name(param)
    for step in path:
        node = (
            s.attribute(node, step.name)
            if isinstance(step, Field)
            else s.index(node, s.literal(step))
        )
    return node


class Results:
    """Writes `return`s."""

    def __init__(self, function: Function, expressions: Expressions):
        self.function, self.e = function, expressions

    def give(self, results: list[Atom]) -> list[ast.stmt]:
        return [ast.Return(self.tree(self.function.output, iter(results)))]

    def tree(self, tree: Tree, atoms: Iterator[Atom]) -> ast.expr:
        match tree:
            case Leaf():
                return self.e.of(next(atoms))
            case Static(value):
                return self.static(value)
            case Node(kind, keys, children, cls):
                made = [self.tree(c, atoms) for c in children]
                match kind:
                    case "tuple" | "list":
                        return s.display(made, kind)
                    case "dict":
                        return ast.Dict([s.literal(k) for k in keys], made)
                    case _:
                        return s.call(self.maker(cls), **dict(zip(keys, made, strict=True)))

    def static(self, value: object) -> ast.expr:
        try:
            return s.literal(value)
        except Refusal:
            found = self.find(lambda t: isinstance(t, Static) and t.value is value)
            if found is None:
                raise
            return found

    def maker(self, cls: type | None) -> ast.expr:
        """The class, as the type of an argument's part."""
        found = self.find(lambda t: isinstance(t, Node) and t.cls is cls)
        if found is None:
            raise Refusal(
                f"a result of class {cls.__name__ if cls else cls} cannot be made without an "
                "argument of that class",
                "return a tuple or a dict",
            )
        return s.call("type", found)

    def find(self, test: Callable[[Tree], bool]) -> ast.expr | None:
        """The first part of an argument that passes a test."""
        for param, tree in zip(self.function.params, self.function.inputs, strict=True):
            path = search(tree, test, ())
            if path is not None:
                return follow(param, path)
        return None


def search(tree: Tree, test: Callable[[Tree], bool], path: Path) -> Path | None:
    if test(tree):
        return path
    if isinstance(tree, Node):
        for step, child in zip(steps_of(tree), tree.children, strict=True):
            found = search(child, test, (*path, step))
            if found is not None:
                return found
    return None
