"""The printed forms of solvers, minimisers and integrators (`adgen.rules.functionals`), and of what they return."""

from __future__ import annotations

import ast
from typing import Any

from adgen.ir.core import Atom, Definition
from adgen.rules.functionals import Table
from adgen.unparse import syntax as s
from adgen.unparse.expressions import Expressions, Printer, keywords
from adgen.unparse.form import Step


def print_functional(e: Expressions, step: Step) -> ast.expr:
    """`brentq(f, lo, hi, args=(a,), xtol=1e-9)`."""
    attrs, count = step.attrs, len(step.args) - step.attrs["captured"]
    operands, captured = step.args[:count], step.args[count:]
    functions = {k: handed_over(e, v, captured, attrs["closed"]) for k, v in attrs.items() if isinstance(v, Definition)}
    given: dict[str, list[ast.expr]] = {}
    positional = [functions.pop("callee")]
    for name, operand in zip(attrs["names"], operands, strict=True):
        (given.setdefault(name, []) if name else positional).append(e.of(operand))
    named = {k: v[0] if len(v) == 1 else s.display(v) for k, v in given.items()}
    if captured and not attrs["closed"]:
        named["args"] = s.display([e.of(a) for a in captured])
    named |= {k.removeprefix("with "): v for k, v in functions.items()}
    options = {k: as_dict(v) if isinstance(v, Table) else v for k, v in attrs["options"]}
    return s.call(e.callable(attrs["path"]), *positional, **named, **keywords(attrs["path"], options))


def handed_over(e: Expressions, callee: Definition, captured: list[Atom], closed: bool) -> ast.expr:
    """A definition by its name; with what it reads bound, as a lambda."""
    function = s.name(e.called[callee])
    if not closed or not captured:
        return function
    params = ast.arguments([], [ast.arg("v")], None, [], [], None, [])
    return ast.Lambda(params, s.call(function, s.name("v"), *(e.of(a) for a in captured)))


def as_dict(table: Table) -> dict[str, Any]:
    return {k: as_dict(v) if isinstance(v, Table) else v for k, v in table.items}


def print_found(e: Expressions, step: Step) -> ast.expr:
    """What is read off the object that a solver returns."""
    found, field = e.of(step.args[0]), step.attrs["field"]
    if field is None:
        return found
    return s.attribute(found, field) if isinstance(field, str) else s.index(found, s.literal(field))


FUNCTIONALS: dict[str, Printer] = {
    "functional": print_functional,
    **dict.fromkeys(("solved", "optimum", "integral", "trajectory", "detail"), print_found),
}
