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
import collections
import functools
import importlib
import inspect
import itertools
import types
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from adgen.errors import AdgenError, Refusal
from adgen.frontend.attributes import NOT_ON_ARRAYS
from adgen.frontend.builtins import HANDLERS
from adgen.frontend.numpy_objects import ARRAY_METHODS
from adgen.ir.types import dtype_of, is_number
from adgen.library import READ, READ_METHODS
from adgen.rules.lowering import CALLS, METHODS, REFUSED
from tests.certificate import record
from tests.ir_of import depends, function_ir, is_active
from tests.rule_cases import Case, covered_by, everything, find, function_of, wrt_of

DIFFERENTIABLE, ZERO, PASSIVE, REFUSED_STATE, MISSING = "differentiable", "zero derivative", "passive", "refused", ""
NAMESPACES = {
    "np": "numpy", "np.linalg": "numpy.linalg", "np.fft": "numpy.fft",
    **{f"scipy.{name}": f"scipy.{name}" for name in (
        "special", "linalg", "stats", "signal", "interpolate", "ndimage", "integrate", "optimize")},
}
"""By the name in calls: the module."""
ARRAY = "ndarray"
OF_DISTRIBUTIONS = ("pdf", "logpdf", "pmf", "logpmf", "cdf", "logcdf", "sf", "logsf", "ppf")
PAGE = Path(__file__).resolve().parent.parent / "docs" / "functions.md"
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
            found.setdefault(key, []).append(lowered_alone(case, cut_out(case, node)))
    return {key: sorted(made, key=lambda c: not wrt_of(c)) for key, made in found.items()}


def lowered_alone(whole: Case, alone: Case) -> Case:
    """The call alone, or the whole case where it makes an object, as a spline that is called later."""
    made = find_class(alone)
    return whole if made else alone


def find_class(case: Case) -> bool:
    """Whether the expression makes an instance of a class of SciPy's."""
    function = ast.parse(case.text, mode="eval").body
    target = find(ast.unparse(function.func)) if isinstance(function, ast.Call) else None
    return isinstance(target, type) and target.__module__.startswith("scipy")


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
    if entry.method and (id(entry.target), entry.method) in READ_METHODS:
        return ""
    target = getattr(type(entry.target), entry.method) if entry.method else entry.target
    row = REFUSED.get(id(target))
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


# The page

INTRODUCTION = """# Functions

Written by `python -m tests.states`, from the compiler's tables, the certified cases and the record of certificates.

The state of every public callable of these namespaces: {counts}. What is counted has one line for each of its names;
{distinct} different callables are differentiable.

- **differentiable**: certified in both modes, at first and second order.
- **zero derivative**: floats go in, and what comes out is constant wherever it is differentiable.
- **passive**: no float goes in, or only its shape or a yes or no comes out.
- **refused**: the compiler says so, with the reason given here and what to write instead.

The certificate of a function, a sign for each of {columns}:

- `+` checked (`tests/certificate`): the value is the function's own; the tangent agrees with differences;
  <w, J v> = <J^T w, v> to 1e-12 of |w| |J v| in double precision; dtypes and shapes are kept
- `-` does not apply: NumPy does not take such arguments, or there is nothing of the sort to vary
- `r` refused when compiling
- `!` the derivative raises an error where NumPy gives a value
- `x` under *cost*: at four times the size, the vjp takes more memory, or more steps of Python, than the function does

An error of 0.1 % planted in any part of any rule is found by these checks (`tests/test_planted_rules.py`).
"""
SIGNS = {"ok": "+", "n/a": "-", "refused": "r", "raises": "!", "costs": "x", "failed": "?"}


def page() -> str:
    return "\n".join(itertools.chain([introduction()], *(section(space) for space in spaces()), python_rows())) + "\n"


def introduction() -> str:
    tally = collections.Counter(state.kind for state in states().values())
    counts = ", ".join(f"{tally[kind]} {kind}" for kind in (DIFFERENTIABLE, ZERO, PASSIVE, REFUSED_STATE))
    columns = ", ".join(record.COLUMNS)
    return INTRODUCTION.format(counts=counts, distinct=len(differentiable()), columns=columns)


def spaces() -> list[str]:
    return list(dict.fromkeys(entry.space for entry in states()))


def section(space: str) -> Iterator[str]:
    title = "Methods and attributes of arrays" if space == ARRAY else NAMESPACES[space]
    yield f"\n## {title}\n\n| function | state | certificate |\n|---|---|---|"
    for owner, rows in itertools.groupby((e for e in states() if e.space == space), key=lambda e: id(e.target)):
        entries_of = list(rows)
        if entries_of[0].method and owner:
            yield from distribution(entries_of)
        else:
            yield from (row(entry) for entry in entries_of)


def row(entry: Entry) -> str:
    state = states()[entry]
    about = f"refused: {state.reason}" if state.kind == REFUSED_STATE else state.kind or "not supported"
    return f"| `{entry.path}{parameters(entry)}` | {about} | {certificate(entry)} |"


def distribution(rows: list[Entry]) -> Iterator[str]:
    """The methods of an object, those of one state and certificate on one line."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for entry in rows:
        state = states()[entry]
        about = f"refused: {state.reason}" if state.kind == REFUSED_STATE else state.kind or "not supported"
        groups.setdefault((about, certificate(entry), parameters(entry)), []).append(entry.method)
    name = rows[0].path.rpartition(".")[0]
    for (about, signs, given), methods in groups.items():
        shown = methods[0] if len(methods) == 1 else "{" + ", ".join(methods) + "}"
        yield f"| `{name}.{shown}{given}` | {about} | {signs} |"


def certificate(entry: Entry) -> str:
    name = record.names().get(entry.key, "")
    found = recorded().get(name)
    return f"`{signs_of(found)}`" if found and states()[entry].kind in (DIFFERENTIABLE, ZERO) else ""


def signs_of(found: dict[str, Any]) -> str:
    return "".join(SIGNS[str(found.get(column, "n/a")).partition(":")[0]] for column in record.COLUMNS)


@functools.cache
def recorded() -> dict[str, dict[str, Any]]:
    return record.read()


def parameters(entry: Entry) -> str:
    """The supported parameters of a call."""
    kind, key = entry.key
    if kind == "method":
        found = METHODS[entry.name].signature if entry.name in METHODS else None
        return signature(list(found.parameters.values())[1:]) if found else ""
    if kind == "call" and key in CALLS:
        return signature(CALLS[key].signature.parameters.values())
    read = READ_METHODS.get(key) if kind == "of object" else READ.get(key)
    return signature(inspect.signature(read.function).parameters.values()) if read else ""


def signature(given: Iterable[inspect.Parameter]) -> str:
    return f"({', '.join(map(parameter, given))})"


def parameter(p: inspect.Parameter) -> str:
    stars = {p.VAR_POSITIONAL: "*", p.VAR_KEYWORD: "**"}.get(p.kind, "")
    if p.default is p.empty:
        return f"{stars}{p.name}"
    shown = repr(p.default)
    return f"{p.name}={shown if not callable(p.default) or shown.isidentifier() else '...'}"


def python_rows() -> Iterator[str]:
    """Functions of Python, math and operator."""
    yield "\n## Python, math and operator\n\n| function | certificate |\n|---|---|"
    spaces_of_numbers = (*NAMESPACES, ARRAY)
    for name, found in sorted(recorded().items()):
        if name.rpartition(".")[0] in ("", "math", "operator") and not name.startswith(spaces_of_numbers):
            yield f"| `{name}` | `{signs_of(found)}` |"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.states", description=__doc__)
    parser.add_argument("--missing", action="store_true", help="list what is in no state, write nothing")
    if parser.parse_args().missing:
        print("\n".join(missing()))
        return
    PAGE.write_text(page())
    print(f"wrote docs/{PAGE.name}")


if __name__ == "__main__":
    main()
