"""The printed forms of ops of linear algebra whose calls take operands in a tuple or a list: `MATRIX_PRINTERS`."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from adgen.rules.table import rule_of
from adgen.unparse import syntax as s
from adgen.unparse.expressions import Expressions, Printer, keywords
from adgen.unparse.form import Step


def called(e: Expressions, step: Step, *args: ast.expr, without: tuple[str, ...] = ()) -> ast.expr:
    """The call that the rules table names, with the op's attrs but some as keyword arguments."""
    name = rule_of(step.name).call
    attrs: Mapping[str, object] = {k: v for k, v in step.attrs.items() if k not in without}
    return s.call(e.callable(name), *args, **keywords(name, attrs))


def print_of_list(e: Expressions, step: Step) -> ast.expr:
    """f([a, b, c])."""
    return called(e, step, s.display([e.of(a) for a in step.args], "list"))


def print_of_pair(e: Expressions, step: Step) -> ast.expr:
    """f((a, b), c)."""
    first, second, *rest = (e.of(a) for a in step.args)
    return called(e, step, s.display([first, second]), *rest)


def print_cho_solve(e: Expressions, step: Step) -> ast.expr:
    """cho_solve((c, lower), b)."""
    c, b = (e.of(a) for a in step.args)
    return called(e, step, s.display([c, s.literal(step.attrs["lower"])]), b, without=("lower",))


def print_solve_banded(e: Expressions, step: Step) -> ast.expr:
    """solve_banded((below, above), ab, b)."""
    return called(e, step, s.literal(step.attrs["l_and_u"]), *(e.of(a) for a in step.args), without=("l_and_u",))


def print_frechet(e: Expressions, step: Step) -> ast.expr:
    """_frechet(f, a, e), more arguments of f behind."""
    e.helpers.add("_frechet")
    function = e.callable(rule_of(step.name).call)
    return s.call("_frechet", function, *(e.of(a) for a in step.args))


MATRIX_PRINTERS: dict[str, Printer] = {
    "multi_dot": print_of_list,
    "scipy.linalg.cho_solve": print_cho_solve,
    "scipy.linalg.lu_solve": print_of_pair,
    "scipy.linalg.solve_banded": print_solve_banded,
    "scipy.linalg.solve_toeplitz": print_of_pair,
    "scipy.linalg.matmul_toeplitz": print_of_pair,
    "logm_frechet": print_frechet,
    "power_frechet": print_frechet,
}
