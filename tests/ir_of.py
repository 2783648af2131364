"""The IR of a function for the types of some arguments, and what of it depends on an argument.

    function_ir(f, args)           as the compiler lowers it before any derivative
    reaches(fn, positions)         whether results are active, or depend on the arguments at these positions at all
"""

from __future__ import annotations

from typing import Any

from adgen.compiling import known_size, made_static, static_position
from adgen.errors import NeedsSize, NeedsStatic
from adgen.ir.core import Block, Function, Value, free_values
from adgen.ir.types import is_inexact
from adgen.programs import Typed, UserProgram
from adgen.signature import Typing, number_leaves
from adgen.transforms.activity import spread

ABOUT_SHAPES = frozenset({"shape", "dim", "size", "ndim", "listlen"})
"""Ops that read no numbers of their operand."""


def function_ir(function: Any, args: tuple[Any, ...]) -> Function:
    """The IR; numbers and sizes that have to be known when compiling are made constants."""
    program = UserProgram(function)
    named = program.bind(args, {}).params
    typing = Typing(tuple(named))
    trees = [typing.tree(value, name) for name, value in named.items()]
    flat, statics = number_leaves(named), set[Any]()
    while True:
        try:
            typed = Typed(tuple(named), made_static(trees, flat, statics), (), typing.sizes)
            return program.lower(typed).function
        except NeedsStatic as need:
            statics.add((static_position(need, flat, statics), None))
        except NeedsSize as need:
            statics.add(known_size(need, trees, typing.sizes))


def floats_of(fn: Function) -> set[Value]:
    """The parameters that hold floats."""
    return {p for p in fn.block.params if is_inexact(p.type)}


def is_active(fn: Function) -> bool:
    """Whether a result has a derivative with respect to the float parameters."""
    active = spread(fn.block.ops, floats_of(fn))
    return any(isinstance(r, Value) and r in active and is_inexact(r.type) for r in fn.block.results)


def depends(fn: Function) -> bool:
    """Whether a number in the result depends on a number in a float parameter, not only on its shape."""
    reached = reached_by(fn.block, floats_of(fn))
    return any(isinstance(r, Value) and r in reached for r in fn.block.results)


def reached_by(block: Block, start: set[Any]) -> set[Any]:
    found = set(start)
    for op in block.ops:
        if op.name in ABOUT_SHAPES:
            continue
        read = [*op.args, *free_values(*op.blocks)]
        if any(isinstance(a, Value) and a in found for a in read):
            found.update(op.results)
    return found

