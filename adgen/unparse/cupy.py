"""The target CuPy: names and forms that differ from NumPy's."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from adgen.unparse import syntax as s
from adgen.unparse.target import Places, Target


class Speller(ast.NodeTransformer):
    """`np.f` as `cp.f`."""

    def __init__(self, called: Mapping[str, str], places: Places):
        self.called, self.places = called, places

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        match node.value:
            case ast.Name("np"):
                return ast.Attribute(s.name("cp"), node.attr, node.ctx)
            case ast.Name("scipy"):
                return ast.Attribute(s.name("cupyx.scipy"), node.attr, node.ctx)
            case _:
                return self.generic_visit(node)


def spell(tree: ast.Module, called: Mapping[str, str], places: Places) -> ast.Module:
    """The tree with CuPy's names for NumPy's."""
    return Speller(called, places).visit(tree)


CUPY = Target("cupy", "cupy", "cp", "cupyx.scipy", scalars=False, spell=spell)
