"""Every callable and method that adgen knows, in an expression with arguments: `CASES`.

    Case("np.take(x, i, axis=1)", {"x": A, "i": ROWS})      the names in it are parameters

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
import scipy
import scipy.integrate
import scipy.interpolate
import scipy.linalg
import scipy.ndimage
import scipy.optimize
import scipy.signal
import scipy.special
import scipy.stats

from adgen.library import READ, READ_METHODS
from adgen.rules.families import load_families
from adgen.rules.lowering import CALLS
from tests import test_rules_elementwise as elementwise
from tests import test_rules_linalg as linalg
from tests import test_rules_structure as structure
from tests.cases import families, normal
from tests.rule_checks import Run

load_families()
SCOPE = {"np": np, "math": math, "operator": operator, "scipy": scipy}
HEADER = """import math
import operator
import numpy as np
import scipy.integrate
import scipy.interpolate
import scipy.linalg
import scipy.ndimage
import scipy.optimize
import scipy.signal
import scipy.special
import scipy.stats
"""


@dataclass
class Case:
    """An expression over parameters."""

    text: str
    args: dict[str, Any]
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
    """('call', id of the callable), ('method', name) and ('of object', (id, name)) for all that an expression calls."""
    return (key for _, key in covered_by(case))


def covered_by(case: Case) -> Iterator[tuple[ast.expr, tuple[str, Any]]]:
    """The same with the node of each call."""
    for node in ast.walk(ast.parse("\n".join((*case.lines, case.text)))):
        if isinstance(node, ast.Attribute) and node.attr in ("T", "mT"):
            yield node, ("method", node.attr)
        if not isinstance(node, ast.Call):
            continue
        found = find(ast.unparse(node.func))
        owner = getattr(found, "__self__", None)
        if (id(owner), getattr(found, "__name__", "")) in READ_METHODS:
            yield node, ("of object", (id(owner), found.__name__))
        elif found is not None:
            yield node, ("call", id(found))
        elif isinstance(node.func, ast.Attribute):
            yield node, ("method", node.func.attr)


def is_exact(case: Case) -> bool:
    """Whether the value is to be the same bit for bit: not where a composite has a formula of its own."""
    tables = {"call": READ, "of object": READ_METHODS, "method": {}}
    rows = (tables[kind].get(key) for kind, key in covered(case))
    return all(row.exact for row in rows if row is not None)


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
    """Positions of the parameters that hold floats or complex numbers."""
    return tuple(k for k, v in enumerate(case.args.values()) if np.asarray(v).dtype.kind in "fc")


# The tables of the rules' own tests

UNKNOWN_SIZES = ("svd-[(4, 4)]-{}",)
"""Calls that are refused where sizes are not known when compiling."""


def tables() -> Iterator[Case]:
    rows = [*structure.CALLS, *linalg.MATRICES, *linalg.NORMS,
            *linalg.PRODUCTS, *linalg.ORDERED]
    for row in rows:
        function, args, kwargs = row.values
        if row.id not in UNKNOWN_SIZES:
            yield expression(function, args, kwargs)


# More expressions, where the tables have none

A, B, V = normal(3, 4), normal(3, 4, seed=1), normal(5, seed=2)
W, S = normal(4, seed=3), normal(3, 3, seed=4)
T, P = normal(2, 3, 4, seed=5), np.abs(normal(3, 4, seed=6)) + 0.5
ROWS, FLAGS, MASK = np.array([2, 0, 2]), np.array([3, 5, 6]), np.array([[True], [False], [True]])
STEADY = np.array([0.3, 2.9, -1.6])
"""Not close to multiples of 1.3."""
R, Q = 1.7, 0.6
"""Python floats."""

REDUCTIONS = (
    "np.sum", "np.prod", "np.mean", "np.max", "np.amax", "np.min", "np.amin", "np.ptp", "np.var",
    "np.std", "np.nansum", "np.nanprod", "np.nanmean", "np.nanmax", "np.nanmin", "np.nanvar",
    "np.nanstd", "scipy.special.logsumexp", "np.median", "np.average", "np.all", "np.any",
    "np.count_nonzero", "np.linalg.norm", "np.linalg.vector_norm",
)
ONE_AT_A_TIME = ("np.median", "np.average", "np.linalg.vector_norm")
"""Of these, with one axis or none."""
AXES = ("", ", axis=0", ", axis=-1", ", axis=(0, 2)", ", axis=1, keepdims=True", ", keepdims=True")
ONE_AXIS = (
    "np.argmax", "np.argmin", "np.cumsum", "np.cumprod", "np.sort", "np.argsort",
    "scipy.special.softmax", "scipy.special.log_softmax",
)

# fmt: off
PLAIN: list[tuple[str, dict[str, Any]]] = [
    # Python's own
    ("abs(x)", {"x": R}), ("abs(x)", {"x": V}), ("max(x, y)", {"x": R, "y": Q}),
    ("max(x, 1.0, y)", {"x": R, "y": Q}), ("min((x, y))", {"x": R, "y": Q}),
    ("sum((x, y, 2.0))", {"x": R, "y": Q}), ("sum([x[0], x[1]], 1.0)", {"x": A}),
    ("float(x) * 2.0", {"x": R}), ("float(np.sum(x))", {"x": V}), ("int(x) * x", {"x": R}),
    ("bool(x) * x", {"x": R}), ("round(x) * x", {"x": R}), ("round(x, 1) * x", {"x": R}),
    ("pow(x, y)", {"x": R, "y": Q}), ("pow(x, 3)", {"x": R}), ("divmod(x, y)", {"x": R, "y": Q}),
    ("divmod(x, y)", {"x": STEADY, "y": 1.3}), ("x // y + x % y", {"x": R, "y": Q}),
    ("x ** y - +x / -y", {"x": R, "y": Q}), ("x @ y", {"x": A, "y": W}),
    # operator
    *((f"operator.{n}(x, y)", {"x": P, "y": P[0]})
      for n in ("add", "sub", "mul", "truediv", "pow")),
    *((f"operator.{n}(x, y)", {"x": STEADY, "y": np.full(3, 1.3)}) for n in ("mod", "floordiv")),
    *((f"operator.{n}(x)", {"x": V}) for n in ("neg", "pos", "abs")),
    ("operator.matmul(x, y)", {"x": A, "y": W}),
    *((f"operator.{n}(x, y) * x", {"x": V, "y": 0.1})
      for n in ("lt", "le", "gt", "ge", "eq", "ne")),
    *((f"operator.{n}(i, 3) * x", {"x": W[:3], "i": FLAGS}) for n in ("and_", "or_", "xor")),
    ("operator.invert(i) * x", {"x": W[:3], "i": FLAGS}),
    # integers
    *((f"np.{n}(i, j) * x", {"x": W[:3], "i": FLAGS, "j": ROWS})
      for n in ("bitwise_and", "bitwise_or", "bitwise_xor", "left_shift", "right_shift", "gcd",
               "lcm")),
    *((f"np.{n}(i) * x", {"x": W[:3], "i": FLAGS})
      for n in ("invert", "bitwise_count", "abs", "negative")),
    ("np.ldexp(x, i)", {"x": W[:3], "i": FLAGS}), ("math.ldexp(x, 3)", {"x": R}),
    ("np.sqrt(i) * x", {"x": W[:3], "i": FLAGS}), ("x / i + x ** i", {"x": W[:3], "i": FLAGS}),
    # true or false
    *((f"np.where(np.{n}(x, y), x * y, y)", {"x": A, "y": B[0]})
      for n in ("less", "less_equal", "greater", "greater_equal", "equal", "not_equal",
               "isclose")),
    *((f"np.{n}(x > 0.0, y > 0.0) * x", {"x": A, "y": B[0]})
      for n in ("logical_and", "logical_or", "logical_xor")),
    *((f"x * np.{n}(x)", {"x": A})
      for n in ("isfinite", "isinf", "isnan", "isposinf", "isneginf", "signbit", "spacing",
               "logical_not", "bool_")),
    *((f"x * np.{n}(x, y)", {"x": A, "y": B}) for n in ("allclose", "array_equal")),
    # several results
    ("np.modf(x)", {"x": V}), ("np.frexp(x)[0]", {"x": V}),
    ("np.divmod(x, y)", {"x": STEADY, "y": 1.3}),
    # choosing
    ("np.where(m, x, y)", {"x": A, "y": W, "m": MASK}), ("np.where(m, x, 0)", {"x": A, "m": MASK}),
    ("np.logaddexp.reduce(x)", {"x": A}), ("np.logaddexp.reduce(x, axis=-1, keepdims=True)", {"x": A}),
    ("np.select([m, x > 0.2], [x * x, x], 0.5)", {"x": A, "m": MASK}),
    ("np.where(x > 0.0, np.sqrt(np.abs(x)), y)", {"x": A, "y": Q}),
    ("x[np.where(x > 0.0)]", {"x": A}), ("np.clip(x, y, 0.5)", {"x": A, "y": -Q}),
    ("np.clip(x, None, y)", {"x": A, "y": B[0]}), ("np.clip(x, -1, 1)", {"x": A}),
    ("np.clip(x, min=-0.5)", {"x": A}), ("np.round(x, 1) * x", {"x": V}),
    ("np.around(x) * x", {"x": V}), ("np.nan_to_num(x, nan=1.0)", {"x": A}),
    ("np.maximum(x, 0.0)", {"x": A}), ("np.minimum(x, y)", {"x": A, "y": Q}),
    ("np.heaviside(x, 0.5) * x", {"x": A}), ("np.max(x, axis=1)[:, None] - x", {"x": A}),
    # classes of numbers
    *((f"np.{n}(x) * x", {"x": 2.3}) for n in ("float16", "float32", "float64")),
    *((f"np.{n}(x) * x", {"x": 2.3})
      for n in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")),
    # indices
    ("x[:, i]", {"x": A, "i": ROWS}), ("x[i, 1:]", {"x": A, "i": ROWS}),
    ("x[::-1, i]", {"x": A, "i": ROWS}), ("x[..., i, None]", {"x": T, "i": ROWS}),
    ("x[i, i]", {"x": A, "i": ROWS}), ("x[i]", {"x": A, "i": -1}), ("x[x > 0.0]", {"x": A}),
    ("x[1:, m]", {"x": A, "m": W > 0}), ("x[i:, :-1]", {"x": A, "i": 1}), ("x[1][2]", {"x": A}),
    ("x[::2, ::-1].T", {"x": A}), ("x[np.ix_([0, 2], [1, 1])]", {"x": A}),
    ("x[np.argmax(x)]", {"x": V}), ("x[np.nonzero(x > 0.0)]", {"x": A}),
    ("x.ravel()[np.flatnonzero(x > 0.0)]", {"x": A}), ("x[np.unravel_index(5, (3, 4))]", {"x": A}),
    ("np.take(x, [0, 0, -1])", {"x": V}), ("np.compress([True, False, True], x, axis=1)", {"x": A}),
    ("np.repeat(x, i, axis=1)", {"x": S, "i": ROWS}),
    ("np.take(x, i, axis=-2)", {"x": T, "i": ROWS}), ("np.argwhere(x > 0.0)[0, 0] * x", {"x": A}),
    ("x[np.searchsorted(y, 0.3)] * y", {"x": V, "y": np.sort(V)[:3]}),
    ("x[np.digitize(x, [0.0])]", {"x": V}),
    ("np.interp(x, [-1.0, 0.0, 0.3, 2.0], y)", {"x": normal(6), "y": W}),
    ("np.interp(x, [-1.0, 0.0, 0.3, 2.0], y)", {"x": 0.2, "y": W}),
    # rearranging
    ("np.linalg.matrix_transpose(x)", {"x": T}), ("np.linalg.trace(x)", {"x": T}),
    ("np.linalg.diagonal(x, offset=1)", {"x": T}), ("np.asarray(x) * 2.0", {"x": A}),
    ("np.asarray(x, dtype=np.float32)", {"x": A}), ("np.asanyarray(x)", {"x": A}),
    ("np.ascontiguousarray(x) * y", {"x": A.T, "y": Q}), ("np.astype(x, np.float32)", {"x": A}),
    ("np.array([x, y, 1])", {"x": R, "y": Q}), ("np.array([[x, 1], [y, x]])", {"x": R, "y": Q}),
    ("np.concatenate([x, i])", {"x": V, "i": ROWS}), ("np.stack([x, i])", {"x": W[:3], "i": ROWS}),
    ("np.concatenate([x[None], 2 * y])", {"x": W, "y": A}),
    ("np.empty_like(x).shape[0] * x", {"x": A}), ("np.empty((2, 3)).size * x", {"x": A}),
    ("np.full_like(x, y)", {"x": A, "y": Q}), ("np.full((2, 2), y)", {"y": Q}),
    ("np.zeros(3) + x", {"x": Q}), ("np.ones((2, 3)) * x", {"x": Q}), ("np.eye(3) * x", {"x": S}),
    ("np.identity(3) @ x", {"x": A}), ("np.tri(3, 4) * x", {"x": A}),
    ("np.tri(3, 4, -1, dtype=int) * x", {"x": A}), ("np.arange(4) * x", {"x": W}),
    ("np.arange(len(x)) * x", {"x": W}), ("np.arange(4, dtype=None) * x", {"x": W}),
    ("np.arange(0.0, x, 0.5)", {"x": 1.8}), ("np.arange(4, dtype=np.float32) * x", {"x": W}),
    ("np.linspace(x, y, 5)", {"x": R, "y": Q}), ("np.linspace(0.0, x, n)", {"x": R, "n": 4}),
    ("np.logspace(x, 2.0, 4)", {"x": Q}), ("np.geomspace(x, y, 4)", {"x": Q, "y": R}),
    ("np.indices((3, 4))[0] * x", {"x": A}), ("np.zeros_like(x) + y", {"x": A, "y": Q}),
    ("np.ones_like(x) * y", {"x": A, "y": Q}), ("np.zeros(x.shape[1]) + x", {"x": A}),
    ("np.unstack(np.reshape(x, (3, 4)))", {"x": A}),
    ("np.array_split(np.reshape(x, (5,)), 3)", {"x": V}), ("np.array_split(x, [1, 2])", {"x": V}),
    ("np.delete(np.reshape(x, (5,)), [0, 3])", {"x": V}),
    ("np.unstack(np.reshape(x, (3, 4)), axis=1)", {"x": A}), ("np.roll(x, n)", {"x": V, "n": 2}),
    ("np.roll(x, n, axis=1)", {"x": A, "n": -1}), ("np.repeat(x, i, axis=0)", {"x": A, "i": ROWS}),
    ("np.meshgrid(x, y)", {"x": V, "y": W}), ("np.broadcast_arrays(x, y)", {"x": A, "y": W}),
    ("np.broadcast_to(y, np.broadcast_shapes(x.shape, y.shape)) * x", {"x": A, "y": W}),
    ("np.atleast_1d(x, y)", {"x": R, "y": V}),
    # products
    ("np.linalg.matmul(x, y)", {"x": A, "y": B.T}), ("np.linalg.outer(x, y)", {"x": V, "y": W}),
    ("np.linalg.cross(x, y)", {"x": S, "y": S[::-1]}),
    ("np.linalg.tensordot(x, y)", {"x": A, "y": B}),
    ("np.einsum('ij,j->i', x, y)", {"x": A, "y": W}),
    ("np.einsum('...i,i->...', x, y)", {"x": T, "y": W}),
    ("np.linalg.multi_dot([x, y])", {"x": A, "y": W}), ("np.trapezoid(x, dx=y)", {"x": V, "y": Q}),
    # linear algebra
    ("np.linalg.eigh(x).eigenvalues", {"x": S + S.T}), ("np.linalg.slogdet(x).logabsdet", {"x": S}),
    ("np.linalg.svd(x, full_matrices=False).S", {"x": A}), ("np.linalg.qr(x).R", {"x": A.T}),
    ("np.linalg.slogdet(x)[1]", {"x": S}), ("np.linalg.svd(x, compute_uv=False)", {"x": A}),
    # math
    *((f"math.{n}(x) * x", {"x": R})
      for n in ("floor", "ceil", "trunc", "isnan", "isinf", "isfinite")),
    ("math.isclose(x, y) * x", {"x": R, "y": Q}),
    *((f"math.{n}(i, 4) * x", {"x": R, "i": 6}) for n in ("gcd", "lcm", "comb", "perm")),
    ("math.factorial(i) * x", {"x": R, "i": 4}), ("math.isqrt(i) * x", {"x": R, "i": 17}),
    ("math.log(x)", {"x": R}), ("math.log(x, y)", {"x": R, "y": 2.5}), ("math.log(x, 2)", {"x": R}),
    ("math.pow(x, y)", {"x": R, "y": Q}), ("math.modf(x)", {"x": R}),
    ("math.prod((x, y, 3.0))", {"x": R, "y": Q}), ("math.dist((x, y), (1.0, x))", {"x": R, "y": Q}),
    ("math.hypot(x, y, 2.0)", {"x": R, "y": Q}),
    *((f"math.{n}(x, y)", {"x": 7.5, "y": 2.2})
      for n in ("fmod", "remainder", "copysign", "atan2")),
    # SciPy
    ("scipy.special.polygamma(2, x)", {"x": P}), ("scipy.special.softmax(x, axis=1)", {"x": A}),
    ("scipy.special.gammainc(1.7, x)", {"x": P}), ("scipy.special.gammaincc(1.7, x)", {"x": P}),
    ("scipy.special.betainc(1.7, 0.8, x)", {"x": P / 6.0}), ("scipy.special.jv(1.5, x)", {"x": P}),
    ("scipy.special.yv(1.5, x)", {"x": P}), ("scipy.special.iv(1.5, x)", {"x": P}),
    ("scipy.special.kv(1.5, x)", {"x": P}),
    # methods
    *((f"x.{n}()", {"x": A})
      for n in ("transpose", "ravel", "flatten", "copy", "conj", "conjugate", "sum", "prod",
               "mean", "max", "min", "var", "std", "cumsum", "cumprod", "trace", "diagonal",
               "squeeze", "nonzero", "argmax", "argmin", "argsort", "all", "any")),
    *((f"x.{n}(1)", {"x": A})
      for n in ("sum", "prod", "mean", "max", "min", "var", "std", "cumsum", "cumprod")),
    *((f"x.{n}(axis=0, keepdims=True)", {"x": A})
      for n in ("sum", "prod", "mean", "max", "min", "var", "std")),
    ("x.T @ x", {"x": A}), ("x.mT", {"x": T}), ("x.swapaxes(0, 2)", {"x": T}),
    ("x.reshape(2, -1)", {"x": A}), ("x.reshape(-1)", {"x": A}), ("x.astype(np.float32)", {"x": A}),
    ("x.repeat(2)", {"x": A}), ("x.repeat(2, axis=1)", {"x": A}), ("x.clip(-0.5, 0.5)", {"x": A}),
    ("x.round(1) * x", {"x": A}), ("x.take(i, axis=1)", {"x": A, "i": ROWS}),
    ("x.take([0, 5])", {"x": A}), ("x.dot(y)", {"x": A, "y": W}),
    ("y[x.searchsorted(0.1)] * x", {"x": np.sort(V), "y": normal(6)}), ("x.diagonal(1)", {"x": A}),
    ("x.trace(1)", {"x": A}), ("x[x.nonzero()]", {"x": A}), ("x[:, x.argmax()]", {"x": A[:1]}),
    ("x.squeeze(1)", {"x": V[:, None]}),
]
# fmt: on


def plain() -> Iterator[Case]:
    for text, args, *lines in (*PLAIN, *(row for _, rows in families() for row in rows)):
        if args:
            yield Case(text, args, *map(tuple, lines))


def reductions() -> Iterator[Case]:
    for k, name in enumerate(REDUCTIONS):
        for axes in AXES[k % 2::2]:
            if "(0, 2)" not in axes or name not in ONE_AT_A_TIME:
                yield Case(f"{name}(x{axes})", {"x": T})
    for name in ONE_AXIS:
        yield from (Case(f"{name}(x, axis={axis})", {"x": A}) for axis in (0, -1, None))


# Elementwise functions on every kind of operand

SHAPES = (
    ((3, 4), (3, 4)), ((3, 1), (4,)), ((4,), (3, 1)), ((1,), (3,)), ((2, 0), (2, 1)), ((), (3,)),
    ((3,), ()),
)
"""Pairs of operands that broadcast."""


def elementwise_cases() -> Iterator[Case]:
    draw = elementwise.draw
    special = elementwise.SPECIAL.items()
    unary = {getattr(scipy.special, n): d for n, d in special if hasattr(scipy.special, n)}
    for function, domain in (elementwise.UNARY | unary).items():
        x = draw(domain, (3, 4))
        points = [x, x[:, ::-2], np.asfortranarray(x[:2]), draw(domain, (2, 0)),
                  np.float64(draw(domain, ())), float(draw(domain, (), 1))]
        yield from (Case(f"{path_of(function)}(x)", {"x": point}) for point in points)
    for function, (first, second) in elementwise.BINARY.items():
        path = path_of(function)
        for a, b in SHAPES:
            x, y = number(draw(first, a, 1)), number(draw(second, b, 2))
            yield Case(f"{path}(x, y)", {"x": x, "y": y})
        yield Case(f"{path}(x, {R})", {"x": draw(first, (3,), 1)})
        yield Case(f"{path}({R}, x)", {"x": draw(second, (3,), 1)})
    for name, domain in elementwise.MATH.items():
        yield Case(f"math.{name}(x)", {"x": float(draw(domain, ()))})


def number(x: Any) -> Any:
    return x if x.ndim else np.float64(x)


def everything() -> list[Case]:
    """All cases, those with the same expression and shapes once."""
    found: dict[str, Case] = {}
    for case in (*plain(), *reductions(), *elementwise_cases(), *tables()):
        found.setdefault(f"{case.name} {[np.asarray(v).strides for v in case.args.values()]}", case)
    return list(found.values())
