"""Between a call and the compiler: places that are differentiated, their types, and constants.

input      a program, and trees or values for its user's parameters
output     the places of each level of operators, and the trees as the frontend takes them
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from typing import Any, cast

from adgen.errors import AdgenError, NeedsSize, NeedsStatic, Refusal
from adgen.ir.tree import Leaf, Node, Static, Tree, leaves, map_leaves
from adgen.ir.types import ArrayT, Dim, ListT, ScalarT, Sym, dims_of, is_inexact
from adgen.kinds import Kind, unused_name
from adgen.programs import Derived, Program, UserProgram, Wrt
from adgen.signature import Place, Typing, float_tree, floated
from adgen.typespec import TypeReader


def user_program(program: Program) -> UserProgram:
    """The user's function that a derivative is of."""
    while isinstance(program, Derived):
        program = program.inner
    return cast(UserProgram, program)


def levels(program: Program) -> list[Kind]:
    """The kinds of the operators applied, innermost first."""
    kinds: list[Kind] = []
    while isinstance(program, Derived):
        kinds.append(program.kind)
        program = program.inner
    return kinds[::-1]


# Places


def floated_at(value: Any, place: Place) -> Any:
    """A parameter's value with the ints at the place as floats."""
    if place.index is None:
        return floated(value)
    if place.index >= len(value):
        raise TypeError(f"there is no argument {place.index} in *{place.param}")
    return (*value[: place.index], floated(value[place.index]), *value[place.index + 1 :])


def check_place(trees: list[Tree], names: list[str], place: Place, operator: str) -> None:
    """Set the tree of a place to that of an argument that is differentiated; TypeError where it
    has no derivative."""
    if place.param not in names:
        return
    position = names.index(place.param)
    tree = trees[position]
    if place.index is None:
        trees[position] = float_tree(tree, str(place), operator)
        return
    assert isinstance(tree, Node)
    made = float_tree(tree.children[place.index], f"{place.param}[{place.index}]", operator)
    children = (*tree.children[: place.index], made, *tree.children[place.index + 1 :])
    trees[position] = replace(tree, children=children)


def wrts_of_types(
    program: Derived, names: tuple[str, ...], trees: tuple[Tree, ...]
) -> tuple[tuple[Wrt, ...], tuple[Tree, ...]]:
    """The places of each level for arguments of these types, and the trees with floats at them."""
    made, known, wrts = list(trees), list(names), list[Wrt]()
    for level in _levels(program):
        floats = [n for n, t in zip(names, made, strict=True) if _holds(t, False)]
        chosen = floats or [n for n, t in zip(names, made, strict=True) if _holds(t, True)]
        wrt = (
            level.places
            if level.places is not None
            else tuple(map(Place, [*chosen, *known[len(names) :]]))
        )
        for place in wrt:
            if place.param not in known:
                raise TypeError(
                    f"{level.name}: there is no argument {place.param!r}; "
                    f"there are {', '.join(known)}"
                )
            check_place(made, list(names), place, level.kind.name)
        wrts.append(wrt)
        extra = {"tangents": [f"{p}_dot" for p in wrt], "cotangent": ["y_bar"], "": []}[
            level.kind.extra
        ]
        for name in extra:
            known.append(unused_name(name, tuple(known)))
    return tuple(wrts), tuple(made)


def bind_trees(
    program: Derived, trees: tuple[Tree, ...]
) -> tuple[tuple[str, ...], tuple[Wrt, ...], tuple[Tree, ...]]:
    """The arguments of a call by position, tangents and cotangents last: as many are the user's
    as leave one for each place. Arguments left out are constants, their defaults."""
    signature = user_program(program).signature
    for count in range(len(trees), -1, -1):
        try:
            bound = signature.bind(*trees[:count])
        except TypeError:
            continue
        user = {name: _bound_tree(p, bound.arguments) for name, p in signature.parameters.items()}
        wrts, made = wrts_of_types(program, tuple(user), tuple(user.values()))
        kinds = levels(program)
        extra = sum(
            {"tangents": len(w), "cotangent": 1, "": 0}[k.extra]
            for k, w in zip(kinds, wrts, strict=True)
        )
        if count + extra == len(trees):
            return tuple(user), wrts, made
    raise Refusal(
        f"{program.name} is not called with {len(trees)} arguments",
        "call it with as many arguments as it has parameters",
    )


def _bound_tree(parameter: inspect.Parameter, arguments: Mapping[str, Any]) -> Tree:
    """The tree of a parameter, where arguments are trees."""
    given = arguments.get(parameter.name)
    if parameter.kind is parameter.VAR_POSITIONAL:
        return Node("tuple", (), given or ())
    if parameter.kind is parameter.VAR_KEYWORD:
        return Node("dict", (), ())
    return given if given is not None else Static(parameter.default)


def _levels(program: Derived) -> list[Derived]:
    inner = _levels(program.inner) if isinstance(program.inner, Derived) else []
    return [*inner, program]


def _holds(tree: Tree, ints: bool) -> bool:
    """Whether a tree has a leaf that can carry a derivative (with `ints`, Python ints count)."""
    return any(
        is_inexact(leaf.type)
        or (ints and isinstance(leaf.type, ScalarT) and leaf.type.kind == "int")
        for leaf in leaves(tree)
    )


# Types given as text


@dataclass(frozen=True, slots=True)
class TypeText:
    """A type given as text where a value is expected."""

    text: str

    @staticmethod
    def of(value: Any) -> Any:
        return TypeText(value) if isinstance(value, str) else value


def trees_of_types(params: Mapping[str, Any]) -> tuple[Tree, ...]:
    """Trees of arguments that are given as text, as trees, or as examples."""
    reader, typing = TypeReader(), Typing(tuple(params))

    def tree(name: str, value: Any) -> Tree:
        match value:
            case TypeText(text):
                return reader.read(text)
            case Leaf() | Node() | Static():
                return value
            case tuple() if any(isinstance(v, TypeText) for v in cast("tuple[Any, ...]", value)):
                items = cast("tuple[Any, ...]", value)
                return Node(
                    "tuple", (), tuple(tree(f"{name}[{i}]", v) for i, v in enumerate(items))
                )
            case _:
                return typing.tree(value, name)

    return tuple(tree(name, value) for name, value in params.items())


# Numbers that have to be known when compiling


Known = tuple[int, int | None]
"""A leaf whose value must be known, or one of whose sizes must be: its position, and the axis."""
MOST_ITEMS = 64
"""The largest size that code is written out for."""


def made_static(trees: list[Tree], flat: list[Any], known: Set[Known]) -> tuple[Tree, ...]:
    """The trees with the leaves that must be known as constants, and with the sizes that must be as numbers."""
    if not known:
        return tuple(trees)
    numbered = iter(range(len(flat)))
    every = leaves_of(trees)
    fixed: dict[Dim, int] = {
        (dims_of(every[i].type) or ())[axis]: flat[i].shape[axis] for i, axis in known if axis is not None
    }

    def leaf(pair: tuple[Leaf, int]) -> Tree:
        old, position = pair
        if (position, None) in known:
            return Static(flat[position])
        if not isinstance(old.type, ArrayT) or old.type.dims is None:
            return old
        return Leaf(replace(old.type, dims=tuple(fixed.get(d, d) for d in old.type.dims)))

    return tuple(
        map_leaves(t, iter([(old, next(numbered)) for old in leaves(t)]), leaf) for t in trees
    )


def leaves_of(trees: list[Tree]) -> list[Leaf]:
    return [leaf for tree in trees for leaf in leaves(tree)]


def static_position(need: NeedsStatic, flat: list[Any], known: Set[Known]) -> int:
    """The position, among all leaves, of the argument whose value is wanted; a refusal where it is
    no number."""
    remaining = [i for i in range(len(flat)) if (i, None) not in known]
    position = remaining[cast(int, need.parameter)]
    if type(flat[position]) not in (int, float):
        raise AdgenError([need.problem(None)])
    return position


def known_size(need: NeedsSize, trees: list[Tree], sizes: Mapping[str, int]) -> Known:
    """The leaf and axis of a size that is wanted; a refusal where it is too large to write code out for."""
    for position, leaf in enumerate(leaves_of(trees)):
        dims = leaf.type.dims or () if isinstance(leaf.type, ArrayT) else ()
        for axis, dim in enumerate(dims):
            if str(dim) == need.letter and sizes.get(need.letter, MOST_ITEMS + 1) <= MOST_ITEMS:
                return position, axis
    raise AdgenError([need.problem(None)])


def may_differ(tree: Tree) -> bool:
    """Whether a cotangent that fits the types may still have a wrong size."""
    return any(
        isinstance(leaf.type, ListT)
        or (
            isinstance(leaf.type, ArrayT)
            and (leaf.type.dims is None or any(isinstance(d, Sym) for d in leaf.type.dims))
        )
        for leaf in leaves(tree)
    )
