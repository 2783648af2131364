"""What a module is printed for: NumPy, or CuPy.

The printers write NumPy's names. A `Target` says which forms it prints otherwise, and `spell`, run on every finished
tree, writes its own names for NumPy's and SciPy's:

    np.sin(x)                        cp.sin(x)
    from scipy.special import erf    from cupyx.scipy.special import erf
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from adgen.errors import Span
from adgen.ir.core import Const
from adgen.unparse.expressions import Printer
from adgen.unparse.form import Body
from adgen.unparse.forms import PRINTERS
from adgen.unparse.helpers import HELPERS
from adgen.unparse.names import MODULES
from adgen.unparse.updates import STATEMENTS, Update

Places = Mapping[ast.AST, Span]
"""Where in the user's source stands what a node was printed for."""
Spell = Callable[[ast.Module, Mapping[str, str], Places], ast.Module]


def as_it_is(tree: ast.Module, called: Mapping[str, str], places: Places) -> ast.Module:
    return tree


def same(const: Const) -> Const:
    return const


def all_in_place(body: Body) -> None:
    """On the host, every number is where it is read."""


@dataclass(frozen=True, slots=True)
class Target:
    name: str
    module: str
    """What is imported."""
    alias: str
    """And under which name."""
    scipy: str
    """What stands for SciPy."""
    scalars: bool = True
    """Whether reductions and elements are NumPy scalars, not arrays of rank 0."""
    place_arrays: Callable[[Body], None] = all_in_place
    """Inserts steps that bring numbers to where what reads them runs."""
    known: Callable[[Const], Const] = same
    """A captured array, made by what the target has."""
    spell: Spell = as_it_is
    """The tree with the target's names; `called` has the full name of each function that is called by its last part."""
    printers: Mapping[str, Printer] = field(default_factory=lambda: PRINTERS)
    updates: Mapping[str, Update] = field(default_factory=lambda: STATEMENTS)
    helpers: Mapping[str, str] = field(default_factory=lambda: HELPERS)

    @property
    def modules(self) -> frozenset[str]:
        """Names that no variable may have."""
        return MODULES | {self.alias, self.scipy.partition(".")[0]}

    def root(self, module: str) -> str:
        """The name by which the text refers to NumPy, SciPy, or another module."""
        return {"np": self.alias, "scipy": self.scipy.partition(".")[0]}.get(module, module)

    def place(self, module: str) -> str:
        """Where the functions of a module are found."""
        whole, dot, rest = module.partition(".")
        return f"{self.scipy}{dot}{rest}" if whole == "scipy" else module


NUMPY = Target("numpy", "numpy", "np", "scipy")
