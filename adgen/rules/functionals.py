"""Calls that take a function of the user's: solvers, minimisers, integrators.

`functional(*operands, *captured; path, callee, names, options, ...)`    the call; what it returns, as an object
`solved(found, start, *captured; model, field, kind, bounded)`           a root or minimiser of the model
`optimum(found, x, *captured; model, field)`                             the value of the model at its minimiser x
`integral(found, a, b, *captured; model, callee, path, options)`         the integral of the model from a to b
`trajectory(found, y0, t, *captured; model, path, options)`              the solution of y' = model(y, t) at the times t
`detail(found; field, type)`                                             what has no derivative: a count, an error

The callee is what is handed over: a definition whose first param is the variable, and whose others are what it reads
of the function around it, passed as `args=`. The model is what is differentiated in its place: the callee itself, or
a function with the same solution. `field` is how the result is read off the object: an attribute's name, a position
in a tuple, or None for the object itself.

    names      for each operand the parameter that it is given as, "" by position; one name twice is a tuple
    options    keyword arguments that are known when compiling
    captured   how many of the last operands are the callee's
    closed     whether they are bound by a lambda, for the call has no args=
    with jac   (and the like) other functions of the same params, by the names that they are given as

Derivatives need those of definitions, which transforms make: `DERIVATIVES` is entered by
`adgen.transforms.functionals`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from adgen.errors import Refusal
from adgen.ir.core import Atom, Attrs, Definition, Op
from adgen.ir.types import FLOAT, INT, ArrayT, ListT, ObjectT, ScalarT, Type, dims_of, is_number
from adgen.rules.calls import Sizes, match_sizes, with_sizes
from adgen.rules.table import E, Ops, Rule, add_rule

FOUND = ObjectT("solution")
Derivative = Callable[[Ops, Op, tuple[E, ...], tuple[E, ...], "tuple[E | None, ...]"], "E | None"]
DERIVATIVES: dict[str, Derivative] = {}
KINDS: dict[str, Type] = {"int": INT, "float": FLOAT, "bool": ScalarT("bool")}


@dataclass(frozen=True, slots=True)
class Table:
    """A dict among the options, as something hashable."""

    items: tuple[tuple[str, Any], ...]


def derivative_of(name: str) -> Derivative:
    def tangent(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: tuple[E | None, ...]) -> E | None:
        return DERIVATIVES[name](g, op, args, ys, dots)

    return tangent


def solved_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    """That of the start; solvers work in double precision."""
    t = args[1].type
    return FLOAT if isinstance(t, ScalarT) else ArrayT("float64", dims_of(t))


def model_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    """What the model gives, for the operands that follow the first one."""
    model: Definition = attrs["model"]
    return value_type(model, args[1:])


def integral_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    model: Definition = attrs["model"]
    t = value_type(model, (args[1], *args[3:]))
    return FLOAT if attrs["scalar"] else ArrayT("float64", dims_of(t))


def trajectory_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    """A row for each of the times."""
    (y0,), times = cast("tuple[Any]", dims_of(args[1].type)), dims_of(args[2].type)
    if times is None or len(times) != 1:
        raise Refusal(f"{attrs['path']} takes a vector of times", "give np.linspace(start, stop, count)")
    return ArrayT("float64", (times[0], y0))


def value_type(model: Definition, args: tuple[Atom, ...]) -> Type:
    sizes: Sizes = {}
    for param, arg in zip(model.params, args, strict=True):
        if is_number(arg.type) or isinstance(arg.type, ListT):
            match_sizes(param.type, arg.type, sizes)
    return with_sizes(model.results[0], sizes)


# fmt: off
add_rule(Rule("functional", lambda args, attrs: FOUND, zero=True))
add_rule(Rule("solved",     solved_type,   tangent=derivative_of("solved")))
add_rule(Rule("optimum",    model_type,    tangent=derivative_of("optimum")))
add_rule(Rule("integral",   integral_type, tangent=derivative_of("integral")))
add_rule(Rule("trajectory", trajectory_type, tangent=derivative_of("trajectory")))
add_rule(Rule("detail",     lambda args, attrs: KINDS[attrs["type"]], zero=True))
# fmt: on
