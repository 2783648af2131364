"""Every callable and method that adgen knows, in an expression with arguments: `CASES`.

    Case("np.take(x, i, axis=1)", {"x": A, "i": ROWS})      the names in the expression are parameters

The tables of the rules' own tests are written out as expressions too. `covered(case)` says which
callables and methods an expression calls.
"""
from __future__ import annotations

import ast
import itertools
import linecache
import math
import operator
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.linalg
import scipy.special

from adgen.rules.lowering import CALLS
from tests import test_rules_elementwise as elementwise
from tests import test_rules_linalg as linalg
from tests import test_rules_structure as structure
from tests.rule_checks import Run

SCOPE = {"np": np, "math": math, "operator": operator, "scipy": scipy}
HEADER = "import math\nimport operator\nimport numpy as np\nimport scipy.linalg\nimport scipy.special\n"


@dataclass
class Case:
    """An expression over parameters."""

    text: str
    args: dict[str, Any]
    smooth: bool = True
    """Differences can be trusted: no jumps close by, and shapes that do not depend on values."""
    twice: bool = True
    """Has a second derivative."""
    single: bool = True
    """Takes float32."""
    lines: tuple[str, ...] = field(default_factory=tuple)
    """Statements before the result."""

    @property
    def name(self) -> str:
        shapes = ",".join(f"{k}{list(np.shape(v))}" for k, v in self.args.items())
        return f"{'; '.join((*self.lines, self.text))}-{shapes}"


def expression(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Case:
    """A call as an expression: its arrays, and what is known at run time only, are parameters."""
    params: dict[str, Any] = {}
    parts = [written(a, params) for a in args]
    parts += [f"{k}={written(v, params)}" for k, v in kwargs.items()]
    if not isinstance(function, str):
        return Case(f"{path_of(function)}({', '.join(parts)})", params)
    called = function if function in ("T", "mT") else f"{function}({', '.join(parts[1:])})"
    return Case(f"{parts[0]}.{called}", params)


def written(value: Any, params: dict[str, Any]) -> str:
    """An argument's text; a parameter where it is an array."""
    if isinstance(value, (Run, np.ndarray, np.generic)):
        number = value.number if isinstance(value, Run) else value
        known = [k for k, v in params.items() if v is number]
        name = known[0] if known else "xyzuvwabcdefgh"[len(params)]
        params[name] = number
        return name
    if isinstance(value, (tuple, list)):
        items = [written(v, params) for v in value]
        inside = ", ".join(items) + ("," if isinstance(value, tuple) and len(items) == 1 else "")
        return f"[{inside}]" if isinstance(value, list) else f"({inside})"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value).replace("inf", "np.inf").replace("nan", "np.nan")
    if isinstance(value, type):
        return value.__name__ if value in (int, float, bool) else f"np.{value.__name__}"
    return repr(value)


def path_of(function: Any) -> str:
    """The dotted name under which a callable is found."""
    name = function.__name__
    for path in (CALLS[id(function)].name, name, f"np.{name}"):
        if find(path) is function:
            return path
    raise LookupError(name)


def find(path: str) -> Any:
    try:
        return eval(path, dict(SCOPE))
    except (NameError, AttributeError):
        return None


def covered(case: Case) -> Iterator[tuple[str, Any]]:
    """('call', callable) and ('method', name) for all that an expression calls."""
    for node in ast.walk(ast.parse("\n".join((*case.lines, case.text)))):
        if isinstance(node, ast.Attribute) and node.attr in ("T", "mT"):
            yield "method", node.attr
        if not isinstance(node, ast.Call):
            continue
        found = find(ast.unparse(node.func))
        if found is not None:
            yield "call", found
        elif isinstance(node.func, ast.Attribute):
            yield "method", node.func.attr


NUMBERS = itertools.count()


def function_of(case: Case) -> Any:
    """The case as a function with a source."""
    body = "".join(f"    {line}\n" for line in (*case.lines, f"return {case.text}"))
    text = f"{HEADER}\n\ndef f({', '.join(case.args)}):\n{body}"
    file = f"<rule case {next(NUMBERS)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    scope: dict[str, Any] = {}
    exec(compile(text, file, "exec"), scope)
    return scope["f"]


def wrt_of(case: Case) -> tuple[int, ...]:
    """Positions of the parameters that hold floats."""
    return tuple(k for k, v in enumerate(case.args.values()) if np.asarray(v).dtype.kind == "f")


# The tables of the rules' own tests

JUMPS = ("np.arange", "np.floor_divide", "np.nextafter", "np.digitize", "np.searchsorted")


def tables() -> Iterator[Case]:
    rows = [*structure.CALLS, *structure.KNOWN_ONLY, *linalg.MATRICES, *linalg.NORMS,
            *linalg.PRODUCTS, *linalg.ORDERED]
    for row in rows:
        function, args, kwargs = row.values
        yield expression(function, args, kwargs)


