"""The state of every public callable of NumPy and SciPy, from the compiler's tables and the certified cases.

    python -m tests.states               writes docs/functions.md
    python -m tests.states --missing     lists what is in no state

differentiable    a float that goes into one of its certified calls reaches the result through ops with a derivative
zero derivative   floats go in and numbers come out that depend on them, and no such path leads there
passive           no float goes in, or only its shape or a yes or no comes out: constructors, designs, queries
refused           the compiler refuses it, for a reason of its own
(none)            in no table: nobody has thought of it

Evidence are the calls in the cases of `tests.rule_cases`, each by itself: the call is cut out of its expression,
lowered, and its IR looked at. Of objects of scipy.stats the methods in `OF_DISTRIBUTIONS` count, one by one.
"""

from __future__ import annotations

import argparse
import ast
import functools
import importlib
import inspect
import types
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from adgen.errors import AdgenError, Refusal
from adgen.frontend.attributes import NOT_ON_ARRAYS
from adgen.frontend.builtins import HANDLERS
from adgen.frontend.numpy_objects import ARRAY_METHODS
from adgen.ir.types import dtype_of, is_number
from adgen.library import READ, READ_METHODS
from adgen.rules.lowering import CALLS, METHODS, REFUSED
from tests.ir_of import depends, function_ir, is_active
from tests.rule_cases import Case, covered_by, everything, function_of, wrt_of

DIFFERENTIABLE, ZERO, PASSIVE, REFUSED_STATE, MISSING = "differentiable", "zero derivative", "passive", "refused", ""
NAMESPACES = {
    "np": "numpy", "np.linalg": "numpy.linalg", "np.fft": "numpy.fft",
    **{f"scipy.{name}": f"scipy.{name}" for name in (
        "special", "linalg", "stats", "signal", "interpolate", "ndimage", "integrate", "optimize", "fft")},
}
"""By the name in calls: the module."""
ARRAY = "ndarray"
OF_DISTRIBUTIONS = ("pdf", "logpdf", "pmf", "logpmf", "cdf", "logcdf", "sf", "logsf", "ppf")
ENOUGH = 12
"""Calls of one callable that are looked at."""


@dataclass(frozen=True)
class Entry:
    """A public callable, a method of a public object, or an attribute of arrays."""

    space: str
    name: str
    target: Any
    method: str = ""
    """The method, where the target is the object that it is of."""

    @property
    def path(self) -> str:
        return f"{self.space}.{self.name}"

    @property
    def key(self) -> tuple[str, Any]:
        """As `covered_by` names what a call calls."""
        if self.space == ARRAY:
            return "method", self.name
        return ("of object", (id(self.target), self.method)) if self.method else ("call", id(self.target))


@dataclass(frozen=True)
class State:
    kind: str
    reason: str = ""


# What there is


def entries() -> Iterator[Entry]:
    """Every public callable of the namespaces; of objects that are distributions, their methods."""
    for space, module in NAMESPACES.items():
        for name, target in public(importlib.import_module(module)):
            methods = methods_of(target) if space == "scipy.stats" else ()
            if not methods:
                yield Entry(space, name, target)
            yield from (Entry(space, f"{name}.{method}", target, method) for method in methods)
    for name in dir(np.ndarray):
        if not name.startswith("_"):
            yield Entry(ARRAY, name, getattr(np.ndarray, name))


def public(module: types.ModuleType) -> Iterator[tuple[str, Any]]:
    """The callables of a module that users call, by name; no warnings, exceptions, modules or abstract classes."""
    for name in sorted(set(getattr(module, "__all__", None) or dir(module))):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            target = getattr(module, name, None)
        if not name.startswith("_") and callable(target) and is_called(target):
            yield name, target


def is_called(target: Any) -> bool:
    if isinstance(target, type):
        return not issubclass(target, BaseException) and not is_abstract(target)
    return type(target).__name__ != "PytestTester"


def is_abstract(cls: type) -> bool:
    """Of NumPy's scalar types, those that have no instances of their own."""
    return issubclass(cls, np.generic) and bool(cls.__subclasses__()) and cls not in (np.float64, np.int64, np.str_)


def methods_of(target: Any) -> tuple[str, ...]:
    """The methods of a distribution (an object, not a class) that count."""
    is_object = not isinstance(target, type) and not inspect.isroutine(target)
    return tuple(m for m in OF_DISTRIBUTIONS if hasattr(target, m)) if is_object else ()


# The calls in the cases


@functools.cache
def calls() -> dict[tuple[str, Any], list[Case]]:
    """Each call in the cases by what it calls, by itself where it can be cut out."""
    found: dict[tuple[str, Any], list[Case]] = {}
    for case in everything():
        for node, key in covered_by(case):
            found.setdefault(key, []).append(cut_out(case, node))
    return {key: sorted(made, key=lambda c: not wrt_of(c)) for key, made in found.items()}


def cut_out(case: Case, node: ast.AST) -> Case:
    """The call alone, a function of those of the parameters that it names; the case itself where it needs more."""
    used = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    if case.lines or not used <= {*case.args, "np", "math", "operator", "scipy", *BUILTINS}:
        return case
    return replace(case, text=ast.unparse(node), args={k: v for k, v in case.args.items() if k in used})


BUILTINS = frozenset(vars(importlib.import_module("builtins")))


# States


@functools.cache
def states() -> dict[Entry, State]:
    importlib.import_module("tests.rule_cases")  # loads the families
    return {entry: state_of(entry) for entry in entries()}


def state_of(entry: Entry) -> State:
    refused = refusal_of(entry)
    if refused:
        return State(REFUSED_STATE, refused)
    if entry.space == ARRAY and not is_method(entry):
        return by_cases([Case(f"x.{entry.name}", {"x": np.array([0.5, 1.5])})])
    return by_cases(calls().get(entry.key, [])) if is_known(entry) else State(MISSING)


def is_method(entry: Entry) -> bool:
    return entry.name in METHODS or entry.name in ARRAY_METHODS


def is_known(entry: Entry) -> bool:
    """Whether a table has it."""
    if entry.space == ARRAY:
        return True
    if entry.method:
        return (id(entry.target), entry.method) in READ_METHODS
    tables = (CALLS, READ, HANDLERS)
    return any(id(entry.target) in table for table in tables) or entry.key in calls()


def refusal_of(entry: Entry) -> str:
    """Why it is refused; empty where no table refuses it."""
    if entry.space == ARRAY:
        return NOT_ON_ARRAYS.get(entry.name, ("",))[0]
    row = REFUSED.get(id(entry.target))
    return row.reason if row else ""


def by_cases(cases: list[Case]) -> State:
    """The most that a call shows."""
    found = {state_by(case) for case in cases[:ENOUGH]}
    return State(next((kind for kind in (DIFFERENTIABLE, ZERO, PASSIVE) if kind in found), MISSING))


def state_by(case: Case) -> str:
    if not wrt_of(case):
        return PASSIVE
    try:
        fn = function_ir(function_of(case), tuple(case.args.values()))
    except (AdgenError, Refusal, TypeError):
        return MISSING
    if is_active(fn):
        return DIFFERENTIABLE
    numbers = any(is_number(r.type) and dtype_of(r.type) != "bool" for r in fn.block.results)
    return ZERO if numbers and depends(fn) else PASSIVE


def missing() -> list[str]:
    return [entry.path for entry, state in states().items() if state.kind == MISSING]


def differentiable() -> set[tuple[str, Any]]:
    """What is differentiable, each once, whatever the number of its names."""
    return {entry.key for entry, state in states().items() if state.kind == DIFFERENTIABLE}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.states", description=__doc__)
    parser.add_argument("--missing", action="store_true", help="list what is in no state, write nothing")
    if parser.parse_args().missing:
        print("\n".join(missing()))
        return


if __name__ == "__main__":
    main()
