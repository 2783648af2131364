"""The functions of a module that others of it call: each definition gets a name, and the border that a function has."""

from __future__ import annotations

from collections.abc import Sequence

from adgen.ir.core import Definition, Function, definitions
from adgen.ir.tree import Leaf, Node
from adgen.unparse.names import RESERVED, clean

Names = dict[Definition, str]


def name_definitions(functions: Sequence[Function], modules: frozenset[str]) -> Names:
    """What the functions call, callees first, under names of their own."""
    taken = {f.name for f in functions} | RESERVED | modules
    named: Names = {}
    for callee in definitions(*(f.block for f in functions), models=False):
        named[callee] = name = numbered(clean(callee.name), taken)
        taken.add(name)
    return named


def numbered(base: str, taken: set[str]) -> str:
    """The name, or the first with a number that is free."""
    number, name = 1, base
    while name in taken:
        number += 1
        name = f"{base}_{number}"
    return name


def as_function(callee: Definition, name: str, modules: frozenset[str]) -> Function:
    """A definition as a function of as many parameters and results."""
    taken = set(RESERVED | modules)
    params: list[str] = []
    for param in callee.params:
        params.append(numbered(clean(param.name) or "x", taken))
        taken.add(params[-1])
    inputs = tuple(Leaf(p.type) for p in callee.params)
    results = tuple(Leaf(t) for t in callee.results)
    output = results[0] if len(results) == 1 else Node("tuple", (), results)
    return Function(name, callee.body, tuple(params), inputs, output, title=callee.doc)
