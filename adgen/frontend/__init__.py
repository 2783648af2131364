"""Python source -> typed SSA.

    lower(function, names, inputs) -> LoweredFunction

The function's syntax tree is run on abstract values (`values.py`), which emits pure SSA.
`machine.py` dispatches on kinds of syntax; `memory.py` and `state.py` keep track of buffers and
aliases; `control.py`, `loops.py` and `join.py` turn Python's control flow into ops that own blocks.
Guarantee: the ops compute what the function computes, bit for bit, or an `AdgenError` tells all
places where that is not possible.
"""

from __future__ import annotations

import inspect
import types
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import adgen.rules as _rules
from adgen.errors import AdgenError, NeedsSize, NeedsStatic, Problem, Refusal
from adgen.frontend import (
    attributes as _attributes,
)
from adgen.frontend import (
    blocks as _blocks,
)
from adgen.frontend import (
    calls as _calls,
)
from adgen.frontend import (
    cupy_objects as _cupy_objects,
)
from adgen.frontend import (
    functionals as _functionals,
)
from adgen.frontend import (
    loops as _loops,
)
from adgen.frontend import (
    matching as _matching,
)
from adgen.frontend import (
    statements as _statements,
)
from adgen.frontend.custom import call_ruled, has_rule
from adgen.frontend.inline import enter
from adgen.frontend.machine import Machine, Poisoned
from adgen.frontend.outline import Repeated, run
from adgen.frontend.source import Info
from adgen.frontend.trees import from_tree, to_tree
from adgen.frontend.values import AVal, Static, christen, class_of_object, rename
from adgen.ir.core import Atom, Function, Value
from adgen.ir.tree import Leaf, Node, Tree
from adgen.ir.tree import Static as StaticTree
from adgen.ir.tree import leaves as leaves_of
from adgen.ir.types import ArrayT
from adgen.rules.families import load_families

HANDLERS = (_rules, _attributes, _blocks, _calls, _cupy_objects, _functionals, _loops, _matching, _statements)
"""Modules that enter handlers when they are imported."""


@dataclass(frozen=True, slots=True)
class LoweredFunction:
    """A function as SSA, and what its lowering depended on."""

    function: Function
    guards: list[tuple[str, Callable[[], Any], Any]] = field(
        default_factory=list[tuple[str, Callable[[], Any], Any]]
    )
    """Values from outside that were burnt in: a description, how to look again, the value."""
    warnings: list[Problem] = field(default_factory=list[Problem])
    library: str = "numpy"
    """What the function computes with: 'cupy' where it names that."""


def lower(
    function: Callable[..., Any], names: tuple[str, ...], inputs: tuple[Tree, ...], target: str = ""
) -> LoweredFunction:
    """The SSA of a function, for parameters of the given trees. `target`: whose arrays they are, where that is known.

    Raises AdgenError with all problems, and NeedsStatic where the value of an argument is wanted;
    its `parameter` is then the position among the leaves.
    """
    load_families()
    repeated = set[Hashable]()
    while True:
        try:
            return _lowered(repeated, function, names, inputs, target)
        except Repeated as found:
            repeated.add(found.key)


def _lowered(
    repeated: set[Hashable], function: Callable[..., Any], names: tuple[str, ...], inputs: tuple[Tree, ...], target: str
) -> LoweredFunction:
    """The same with definitions for the functions of these keys, which are called often."""
    m = Machine()
    m.target = target
    m.repeated = set(repeated)
    m.unfit = set(repeated)
    try:
        result = _lower(m, function, names, inputs)
    except Poisoned:
        raise AdgenError(m.problems) from None
    except (NeedsStatic, NeedsSize):
        raise
    except Refusal as refusal:
        raise AdgenError([*m.problems, refusal.problem(m.builder.span)]) from None
    if m.problems:
        raise AdgenError(m.problems)
    return LoweredFunction(
        result,
        [(g.description, g.getter, g.value) for g in m.guards.values()],
        m.warnings,
        "cupy" if m.names_cupy else "numpy",
    )


def _lower(
    m: Machine, function: Callable[..., Any], names: tuple[str, ...], inputs: tuple[Tree, ...]
) -> Function:
    plain, receiver = unwrapped(function)
    frame, _ = enter(m, Static(plain))
    m.frame = frame
    params: list[Value] = []
    values: dict[str, AVal] = {}
    for name, tree in zip(names, inputs, strict=True):
        leaves = [Value(leaf.type, "" if leaf is not tree else name) for leaf in leaves_of(tree)]
        params += leaves
        values[name] = from_tree(m, tree, iter(leaves))
    m.parameters = frozenset(params)
    m.sizes = frozenset(str(d) for p in params for d in (p.type.dims or () if isinstance(p.type, ArrayT) else ()))
    try:
        given = bound(frame.info, receiver, values)
        if has_rule(plain):
            result = call_ruled(m, Static(plain), list(given.values()), {})
        else:
            result = run(m, Static(plain), frame, given)
    except NeedsStatic as wanted:
        if wanted.parameter not in m.parameters:
            raise Refusal(wanted.message, wanted.hint, wanted.span) from None
        wanted.parameter = params.index(cast(Value, wanted.parameter))
        raise
    m.builder.span = frame.returned
    name_parts(params, names, inputs)
    tree, atoms = to_tree(m, result)
    check_result(frame.info, tree, atoms, m)
    block = m.builder.block(tuple(params), tuple(atoms))
    return Function(frame.info.name.strip("<>"), block, names, inputs, tree, frame.info.source())


def unwrapped(function: Any) -> tuple[types.FunctionType, AVal | None]:
    """The Python function behind a callable, and the object that it is bound to."""
    receiver: AVal | None = None
    for _ in range(20):
        match function:
            case types.FunctionType():
                return function, receiver
            case types.MethodType():
                receiver = Static(function.__self__)
                function = function.__func__
            case _ if hasattr(function, "__wrapped__"):
                function = function.__wrapped__
            case _ if not isinstance(function, type) and inspect.isfunction(
                getattr(class_of_object(function), "__call__", None)
            ):
                receiver = Static(function)
                function = type(function).__call__
            case _:
                break
    raise Refusal(f"{function!r} has no Python source", "give a function that is written in Python")


def bound(info: Info, receiver: AVal | None, values: dict[str, AVal]) -> dict[str, AVal]:
    """The frame's names: the parameters, and a method's receiver."""
    if receiver is not None:
        first = [*info.node.args.posonlyargs, *info.node.args.args][0].arg
        if first not in values:
            return {first: receiver, **values}
    return values


def name_parts(params: list[Value], names: tuple[str, ...], inputs: tuple[Tree, ...]) -> None:
    """Name the parts of containers: as the user's code did first, numbered where it gave several
    the same name; by their places where it gave none."""
    shared = Counter(value.name for value in params)
    shared.update(names)
    numbers = Counter[str]()
    paths = (path for name, tree in zip(names, inputs, strict=True) for path in hinted(tree, name))
    for value, path in zip(params, paths, strict=True):
        base = value.name
        if not base:
            christen(value, path)
        elif path not in names and shared[base] > 1:
            rename(value, f"{base}_{numbers[base]}")
            numbers[base] += 1


def hinted(tree: Tree, name: str) -> Iterator[str]:
    """Names of a tree's leaves, by their places: `params_0_w`."""
    match tree:
        case Leaf():
            yield name
        case Node(_, keys, children):
            for key, child in zip(map(str, keys or range(len(children))), children):
                part = key if f"_{key}".isidentifier() else "item"
                yield from hinted(child, f"{name}_{part}")
        case StaticTree():
            return


def check_result(info: Info, tree: Tree, atoms: list[Atom], m: Machine) -> None:
    if atoms or not isinstance(tree, StaticTree):
        return
    if tree.value is None:
        raise Refusal(
            f"{info.name} returns None", "return the array that it computes", m.span(info.node)
        )


__all__ = ["LoweredFunction", "lower"]
