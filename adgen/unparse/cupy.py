"""The target CuPy: names and forms that differ from NumPy's.

`spell` turns a module's tree, in which NumPy and SciPy are named, into one that names CuPy alone. What CuPy lacks, or
takes other arguments than it is given, is refused with the place that it was printed for; all such problems together.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace

from adgen.errors import AdgenError, Problem, Span
from adgen.ir.core import Const
from adgen.rules.cupy import functions, has
from adgen.unparse import syntax as s
from adgen.unparse.cupy_forms import CUPY_HELPERS, CUPY_PRINTERS, add_at
from adgen.unparse.expressions import defaults_of
from adgen.unparse.forms import PRINTERS
from adgen.unparse.helpers import HELPERS
from adgen.unparse.residence import place_arrays
from adgen.unparse.target import Places, Target
from adgen.unparse.updates import STATEMENTS

HINT = "compile for NumPy, or write it with functions that CuPy has"


class Speller(ast.NodeTransformer):
    """NumPy's names as CuPy's."""

    def __init__(self, called: Mapping[str, str], places: Places):
        self.called, self.places = called, places
        self.span: Span | None = None
        self.problems: list[Problem] = []

    def visit(self, node: ast.AST) -> ast.AST:
        outer, self.span = self.span, self.places.get(node, self.span)
        try:
            return super().visit(node)
        finally:
            self.span = outer

    def visit_Call(self, node: ast.Call) -> ast.AST:
        name = self.full_name(node.func)
        parameters = functions().get(name)
        if parameters is not None and not any(isinstance(a, ast.Starred) for a in node.args):
            given = [k.arg for k in node.keywords if k.arg]
            lack = parameters.lacks(len(node.args), given)
            if lack:
                self.refuse(f"CuPy's {name.rpartition('.')[2]} has {lack}")
            left_out = parameters.unfilled(len(node.args), given)
            node.keywords += [ast.keyword(k, s.literal(v)) for k, v in defaults_of(name).items() if k in left_out]
        return self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        name = self.full_name(node)
        if not name.startswith(("np.", "scipy.")):
            return self.generic_visit(node)
        self.require(name)
        module, _, rest = name.partition(".")
        return s.name(f"{'cp' if module == 'np' else 'cupyx.scipy'}.{rest}")

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id in self.called:
            self.require(self.called[node.id])
        return node

    def full_name(self, node: ast.AST) -> str:
        """The dotted name of a function or constant of a module; of anything else a text that none has."""
        match node:
            case ast.Name(id):
                return self.called.get(id, id)
            case ast.Attribute(value, attr):
                return f"{self.full_name(value)}.{attr}"
            case _:
                return ""

    def require(self, name: str) -> None:
        if name.startswith(("np.", "scipy.")) and not has(name):
            self.refuse(f"CuPy has no {name}")

    def refuse(self, message: str) -> None:
        problem = Problem(message, self.span, HINT)
        if problem not in self.problems:
            self.problems.append(problem)


def spell(tree: ast.Module, called: Mapping[str, str], places: Places) -> ast.Module:
    """The tree with CuPy's names for NumPy's."""
    speller = Speller(called, places)
    made = speller.visit(tree)
    assert isinstance(made, ast.Module)
    if speller.problems:
        raise AdgenError(speller.problems)
    return made


def written_out(const: Const) -> Const:
    """A computed array with its values in the place of a call that CuPy does not have."""
    calls = [node for node in ast.walk(ast.parse(const.made)) if isinstance(node, ast.Call)]
    if all(has(ast.unparse(call.func)) for call in calls):
        return const
    return replace(const, made=ast.unparse(s.literal(const.value)))


CUPY = Target(
    "cupy", "cupy", "cp", "cupyx.scipy", False, place_arrays, written_out, spell, {**PRINTERS, **CUPY_PRINTERS},
    {**STATEMENTS, "addat": add_at}, {**HELPERS, **CUPY_HELPERS},
)
