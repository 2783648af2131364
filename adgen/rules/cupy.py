"""What CuPy has: `missing` says why a call cannot be CuPy's, from the table of `cupy_functions`."""

from __future__ import annotations

import ast
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from adgen.rules.cupy_functions import CONSTANTS, FUNCTIONS, OF_COMPLEX, UFUNCS

OF_THE_HOST = frozenset({"np.isrealobj", "np.broadcast_shapes"})
"""CuPy's functions that give numbers of Python's."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of one of CuPy's functions."""

    positional: tuple[str, ...]
    required: int
    """How many of them have no default."""
    keywords: frozenset[str] = frozenset()
    """Names that are taken by keyword alone."""
    more: bool = False
    """Any number of positional arguments."""
    any_keyword: bool = False

    def lacks(self, count: int, given: Collection[str]) -> str:
        """What of a call with `count` positional arguments and keywords `given` is not taken; empty if all is."""
        wrong = [] if self.any_keyword else sorted(set(given) - {*self.positional[count:], *self.keywords})
        if wrong:
            return f"no parameter {wrong[0]!r}"
        return "" if self.more or count <= len(self.positional) else f"only {len(self.positional)} parameters"

    def unfilled(self, count: int, given: Collection[str]) -> list[str]:
        """Parameters without a default that a call leaves out."""
        return [name for name in self.positional[count:self.required] if name not in given]


@cache
def functions() -> dict[str, Parameters]:
    """CuPy's functions by NumPy's and SciPy's names."""
    found: dict[str, Parameters] = {}
    for line in lines(UFUNCS):
        module, count, *names = line.split()
        operands = tuple(f"x{i + 1}" for i in range(int(count)))
        taken = Parameters((*operands, "out"), len(operands), frozenset({"dtype", "casting"}))
        found.update((f"{module}.{name}", taken) for name in names)
    for line in lines(FUNCTIONS):
        name, _, rest = line.partition("(")
        found[name] = parameters(f"({rest}")
    return found


def parameters(text: str) -> Parameters:
    """What a signature's text says."""
    (made,) = ast.parse(f"def f{text}: ...").body
    assert isinstance(made, ast.FunctionDef)
    names = tuple(a.arg for a in (*made.args.posonlyargs, *made.args.args))
    return Parameters(
        names,
        len(names) - len(made.args.defaults),
        frozenset(a.arg for a in made.args.kwonlyargs),
        made.args.vararg is not None,
        made.args.kwarg is not None,
    )


def has(name: str) -> bool:
    """Whether CuPy has what NumPy or SciPy call so."""
    return name in functions() or name.removeprefix("np.") in CONSTANTS.split()


def is_ufunc(name: str) -> bool:
    """Whether CuPy's function is a ufunc, which takes numbers of the host as well."""
    return name in ufuncs()


@cache
def ufuncs() -> frozenset[str]:
    return frozenset(f"{line.split()[0]}.{name}" for line in lines(UFUNCS) for name in line.split()[2:])


@cache
def of_complex() -> frozenset[str]:
    """The ufuncs that take complex numbers."""
    return frozenset(f"{line.split()[0]}.{name}" for line in lines(OF_COMPLEX) for name in line.split()[1:])


def lines(table: str) -> list[str]:
    """The rows of a table, each in one line."""
    return table.replace("\n    ", " ").strip().splitlines()
