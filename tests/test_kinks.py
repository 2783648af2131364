"""The conventions of docs/conventions.md, line by line, in both modes at first order; and that second order is finite.

At a point there is one linear map: the Jacobian that forward mode gives is the one that reverse mode gives, also where
entries are infinite (a strong zero keeps the others clean). Functions that are partial are found among the cases.
"""

from __future__ import annotations

import itertools
import math
import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.errors import AdgenError
from adgen.frontend.builtins import HANDLERS
from adgen.library import READ
from adgen.rules.lowering import CALLS
from tests import oracles
from tests.certificate.variants import accepted
from tests.rule_cases import Case, covered, everything, function_of

pytestmark = pytest.mark.filterwarnings("ignore")
INF, NAN = math.inf, math.nan


def array(*values: float) -> np.ndarray:
    return np.array(values, dtype=float)


# fmt: off
ELEMENTWISE: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    # abs at 0: the sign
    ("np.abs(x)",              {"x": array(-2, 0, 3)},                          {"x": array(-1, 0, 1)}),
    ("np.fabs(x)",             {"x": array(-2, 0, 3)},                          {"x": array(-1, 0, 1)}),
    ("abs(x)",                 {"x": array(-2, 0, 3)},                          {"x": array(-1, 0, 1)}),
    # ties: 1/2 each, whatever the order
    ("np.maximum(x, y)",       {"x": array(1, 2, 3), "y": array(2, 2, 2)},
     {"x": array(0, .5, 1), "y": array(1, .5, 0)}),
    ("np.minimum(x, y)",       {"x": array(1, 2, 3), "y": array(2, 2, 2)},
     {"x": array(1, .5, 0), "y": array(0, .5, 1)}),
    ("np.fmax(x, y)",          {"x": array(1, NAN, 2), "y": array(NAN, 2, 2)},
     {"x": array(1, 0, .5), "y": array(0, 1, .5)}),
    ("np.fmin(x, y)",          {"x": array(1, NAN, 2), "y": array(NAN, 2, 2)},
     {"x": array(1, 0, .5), "y": array(0, 1, .5)}),
    ("max(x, 1.0 * y)",        {"x": 2.0, "y": 2.0},                            {"x": .5, "y": .5}),
    ("min(x, 1.0 * y)",        {"x": 2.0, "y": 2.0},                            {"x": .5, "y": .5}),
    # clip: 1 on the closed interval
    ("np.clip(x, -1.0, 1.0)",  {"x": array(-2, -1, 0, 1, 2)},                   {"x": array(0, 1, 1, 1, 0)}),
    ("np.clip(x, y, 1.0)",     {"x": array(-2, -1, 0), "y": array(-1, -1, -1)},
     {"x": array(0, 1, 1), "y": array(1, 0, 0)}),
    # the branch that is executed
    ("np.where(x > 0.0, x * x, -x)", {"x": array(-2, 0, 2)},                    {"x": array(-1, -1, 4)}),
    ("x * x if x > 0.0 else -x",     {"x": 0.0},                                {"x": -1.0}),
    ("np.piecewise(x, [x < 0.0, x >= 0.0], [lambda t: -t, lambda t: t * t])", {"x": array(-2, 0, 2)},
     {"x": array(-1, 0, 4)}),
    # exact zeros
    *((f"np.{n}(x)",           {"x": array(-1.5, 0, 2)},                        {"x": array(0, 0, 0)})
      for n in ("floor", "ceil", "round", "rint", "trunc", "fix", "sign")),
    ("(x > y) * 1.0",          {"x": array(-2, 0, 2), "y": array(0, 0, 0)},
     {"x": array(0, 0, 0), "y": array(0, 0, 0)}),
    ("np.argsort(x) * 1.0",    {"x": array(2, 0, 1)},                           {"x": array(0, 0, 0)}),
    # mod: 1 and -floor(x / y)
    ("np.mod(x, y)",           {"x": array(-2, 4, 5), "y": array(3, 2, 3)},
     {"x": array(1, 1, 1), "y": array(1, -2, -1)}),
    ("x % y",                  {"x": array(-2, 4, 5), "y": array(3, 2, 3)},
     {"x": array(1, 1, 1), "y": array(1, -2, -1)}),
    ("np.fmod(x, y)",          {"x": array(-4, 5), "y": array(3, 3)},           {"x": array(1, 1), "y": array(1, -1)}),
    # infinite slopes
    ("np.sqrt(x)",             {"x": array(0, 4)},                              {"x": array(INF, .25)}),
    ("np.cbrt(x)",             {"x": array(0, 8)},                              {"x": array(INF, 1 / 12)}),
    ("x ** 0.5",               {"x": array(0, 4)},                              {"x": array(INF, .25)}),
    # functions that have rules of their own at 0
    ("np.hypot(x, y)",         {"x": array(0, 3), "y": array(0, 4)},            {"x": array(0, .6), "y": array(0, .8)}),
    ("np.arctan2(x, y)",       {"x": array(0, 0), "y": array(0, 2)},            {"x": array(0, .5), "y": array(0, 0)}),
    ("np.sinc(x)",             {"x": array(0, 1)},                              {"x": array(0, -1)}),
    # power
    ("np.power(x, 0)",         {"x": array(0, 2)},                              {"x": array(0, 0)}),
    ("np.power(x, 1)",         {"x": array(0, 2)},                              {"x": array(1, 1)}),
    ("np.power(x, 2)",         {"x": array(0, 2)},                              {"x": array(0, 4)}),
    ("x ** 3",                 {"x": array(-2, 0)},                             {"x": array(12, 0)}),
    ("x ** 1.5",               {"x": array(0, 4)},                              {"x": array(0, 3)}),
    ("np.power(x, y)",         {"x": array(0, 0, 0, 2), "y": array(0, 1, 2, 0)},
     {"x": array(0, 1, 0, 0), "y": array(0, 0, 0, math.log(2))}),
    ("x ** y",                 {"x": 0.0, "y": 0.5},                            {"x": INF, "y": 0.0}),
    ("np.power(x, y)",         {"x": array(-2), "y": array(2)},                 {"x": array(-4), "y": array(NAN)}),
    ("np.power(x, i)",         {"x": array(-2, 0), "i": np.array([3, 1])},      {"x": array(12, 1)}),
    # stable far out
    ("np.logaddexp(x, y)",     {"x": array(1e4, -1e4, -INF, -INF), "y": array(-1e4, 1e4, 3, -INF)},
     {"x": array(1, 0, 0, 0), "y": array(0, 1, 1, 0)}),
    ("np.logaddexp2(x, y)",    {"x": array(1e4, -INF), "y": array(-1e4, 3)},    {"x": array(1, 0), "y": array(0, 1)}),
    ("scipy.special.xlogy(x, y)", {"x": array(0, 2), "y": array(2, 1)},
     {"x": array(math.log(2), 0), "y": array(0, 2)}),
]
REDUCING: list[tuple[str, Any, Any]] = [
    # ties over an axis: equal shares that sum to 1
    ("np.max(x)",              array(1, 3, 3, 2),             array(0, .5, .5, 0)),
    ("np.min(x)",              array(1, 3, 1, 1),             array(1, 0, 1, 1) / 3),
    ("x.max()",                array(2, 2, 2, 2),             array(1, 1, 1, 1) / 4),
    ("np.nanmax(x)",           array(3, NAN, 3),              array(.5, 0, .5)),
    ("np.ptp(x)",              array(1, 3, 1, 3),             array(-.5, .5, -.5, .5)),
    ("np.max(x, axis=1)[0]",   np.array([[1., 1.], [0., 2.]]), np.array([[.5, .5], [0, 0]])),
    # the permutation, stable on ties
    ("np.sort(x)",             array(2, 1, 2, 1),             np.eye(4)[[1, 3, 0, 2]]),
    ("np.sort(x)[0]",          array(2, 1, 1),                array(0, 1, 0)),
    ("np.median(x)",           array(5, 1, 5),                array(1, 0, 0)),
    ("np.median(x)",           array(1, 3, 3, 5),             array(0, .5, .5, 0)),
    ("np.partition(x, 1)[1]",  array(3, 1, 2),                array(0, 0, 1)),
    ("np.percentile(x, 50)",   array(3, 1, 2),                array(0, 0, 1)),
    ("np.quantile(x, 0.25)",   array(3, 1, 2),                array(0, .5, .5)),
    # rules of their own at 0
    ("np.linalg.norm(x)",      array(0, 0),                   array(0, 0)),
    ("np.linalg.norm(x, 1)",   array(0, -2),                  array(0, -1)),
    ("np.linalg.norm(x, np.inf)", array(2, -2, 1),            array(.5, -.5, 0)),
    ("np.std(x)",              array(2, 2, 2),                array(0, 0, 0)),
    ("np.var(x)",              array(2, 2, 2),                array(0, 0, 0)),
    # products without division
    ("np.prod(x)",             array(2, 0, 3),                array(0, 6, 0)),
    ("np.prod(x)",             array(2, 0, 0),                array(0, 0, 0)),
    ("np.cumprod(x)",          array(2, 0, 3),                np.array([[1, 0, 0], [0, 2, 0], [0, 6, 0.]])),
    ("np.cumprod(x)[-1]",      array(0, 3, 0),                array(0, 0, 0)),
    # stable far out
    ("scipy.special.logsumexp(x)",   array(1e4, -1e4, -INF),  array(1, 0, 0)),
    ("scipy.special.softmax(x)[0]",  array(1e4, -1e4, -INF),  array(0, 0, 0)),
    ("scipy.special.log_softmax(x)[1]", array(1e4, 1e4, -1e4), array(-.5, .5, 0)),
]
# fmt: on


def is_known(text: str, args: dict[str, Any]) -> bool:
    """Whether what an expression calls is in the tables (what is not, the walk over the namespaces reports)."""
    keys = [key for kind, key in covered(Case(text, args)) if kind == "call"]
    return all(key in CALLS or key in READ or key in HANDLERS for key in keys)


def jacobian(case: Case, name: str, mode: str) -> Any:
    with np.errstate(all="ignore"):
        return adgen.jacobian(function_of(case), wrt=name, mode=mode)(*case.args.values())


def named(rows: list[Any]) -> list[Any]:
    return [pytest.param(*row, id=f"{row[0]} {k}") for k, row in enumerate(rows)]


@pytest.mark.parametrize("mode", ["forward", "reverse"])
@pytest.mark.parametrize(("text", "args", "slopes"), named([r for r in ELEMENTWISE if is_known(*r[:2])]))
def test_elementwise(text: str, args: dict[str, Any], slopes: dict[str, Any], mode: str) -> None:
    """The Jacobian is diagonal: an infinite or undefined slope stays where it is."""
    for name, slope in slopes.items():
        expected = np.diag(slope) if np.ndim(slope) else slope
        found = jacobian(Case(text, args), name, mode)
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
        assert np.shape(found) == np.shape(expected)


@pytest.mark.parametrize("mode", ["forward", "reverse"])
@pytest.mark.parametrize(("text", "x", "expected"), named([r for r in REDUCING if is_known(r[0], {"x": r[1]})]))
def test_of_arrays(text: str, x: Any, expected: Any, mode: str) -> None:
    np.testing.assert_allclose(jacobian(Case(text, {"x": x}), "x", mode), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", ["max", "min", "nanmax", "nanmin", "amax", "amin"])
def test_shares_sum_to_one(name: str) -> None:
    x = np.random.default_rng(0).integers(0, 3, (4, 5)).astype(float)
    for axis in (None, 0, 1):
        bar = adgen.grad(function_of(Case(f"np.sum(np.{name}(x, axis={axis}))", {"x": x})))(x)
        np.testing.assert_allclose(np.sum(bar, axis=axis), 1.0, rtol=1e-15)


# Second order is finite where first order is

INFINITE = ("np.sqrt", "np.cbrt", "x ** 0.5", "np.power(x, y)", "x ** 1.5", "x ** y")
"""With slopes, or slopes of slopes, that are infinite."""


@pytest.mark.parametrize(("text", "args", "slopes"), named([
    row for row in ELEMENTWISE if is_known(*row[:2]) and not row[0].startswith(INFINITE)]))
def test_second_order_is_finite(text: str, args: dict[str, Any], slopes: dict[str, Any]) -> None:
    floats = [name for name, v in args.items() if np.asarray(v).dtype.kind == "f"]
    for name in floats:
        case = Case(f"np.sum(1.0 * ({text}))", args)
        with np.errstate(all="ignore"):
            assert np.all(np.isfinite(adgen.hessian(function_of(case), wrt=name)(*args.values())))


@pytest.mark.parametrize(("text", "x", "expected"), named([
    row for row in REDUCING if is_known(row[0], {"x": row[1]}) and np.all(np.isfinite(row[1]))
    and row[0] != "np.linalg.norm(x)"]))
def test_second_order_of_arrays_is_finite(text: str, x: Any, expected: Any) -> None:
    case = Case(f"np.sum({text})", {"x": x})
    with np.errstate(all="ignore"):
        assert np.all(np.isfinite(adgen.hessian(function_of(case))(x)))


# Strong zeros, and branches that are not selected

STRONG = ["np.sqrt(x)", "np.cbrt(x)", "x ** 0.5", "np.power(x, 0.3)", "math.sqrt(x)"]


@pytest.mark.parametrize("text", STRONG)
def test_strong_zeros(text: str) -> None:
    """A zero cotangent, and a zero tangent, give 0 at an infinite slope."""
    x: Any = 0.0 if text.startswith("math") else array(0, 4)
    f = function_of(Case(text, {"x": x}))
    zero = 0.0 * x
    with np.errstate(all="ignore"):
        assert np.all(np.asarray(adgen.jvp(f)(x, zero)[1]) == 0)
        assert np.all(np.asarray(adgen.vjp(f)(x, zero)[1]) == 0)


POINTS = (-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 30.0)


def elementwise_calls() -> list[Case]:
    """One case of each function of one or two operands that broadcasts, in the tables."""
    found: dict[str, Case] = {}
    for case in everything():
        kinds = {np.asarray(v).dtype.kind for v in case.args.values()}
        name, _, rest = case.text.partition("(")
        plain = rest in ("x)", "x, y)") and not case.lines and kinds == {"f"} and name not in found
        if plain and name.startswith(("np.", "scipy.")):
            at = array(.3, .6), array(.6, .3), array(.3)
            both, turned, first = (accepted(replace(case, args=dict.fromkeys(case.args, x))) for x in at)
            alike = [np.shape(y) for y in (both, turned, first)] == [(2,), (2,), (1,)]
            if alike and both[0] == first[0] == turned[1] and both[1] == turned[0]:
                found.setdefault(name, case)
    return list(found.values())


def points_of(case: Case) -> tuple[list[tuple[float, ...]], list[tuple[float, ...]]]:
    """Points at which the function and its slopes are finite, and others."""
    points = list(itertools.product(POINTS, repeat=len(case.args)))
    args = tuple(map(np.array, zip(*points, strict=True)))
    function = function_of(case)
    with np.errstate(all="ignore"):
        value = function(*args)
        slopes = adgen.vjp(function)(*args, np.ones(len(points)))[1]
    finite = np.logical_and.reduce([np.isfinite(x) for x in oracles.leaves((value, slopes))])
    good, bad = ([p for p, f in zip(points, finite, strict=True) if f == wanted] for wanted in (True, False))
    return good, bad


def is_partial(case: Case) -> bool:
    try:
        good, bad = points_of(case)
    except (AdgenError, AttributeError, TypeError):
        return False
    return bool(good and bad)


def second_along(case: Case, names: tuple[str, ...]) -> Any:
    """The derivative of the gradient along ones; nothing where that is refused."""
    slope = adgen.jvp(adgen.grad(function_of(case), wrt=names), wrt=names)
    try:
        return slope(*case.args.values(), *(np.ones_like(case.args[name]) for name in names))[1]
    except AdgenError:
        return ()


@pytest.mark.parametrize("case", elementwise_calls(), ids=lambda case: case.text)
def test_what_is_not_selected_is_finite(case: Case) -> None:
    """where(m, f(x), 0) has the slope of f where m, and 0 elsewhere, whatever f is there; also at second order."""
    if not is_partial(case):
        return
    good, bad = points_of(case)
    args = {k: np.array(v) for k, v in zip(case.args, zip(*good[:2], *bad, strict=True), strict=True)}
    mask = np.arange(len(args["x"])) < len(good[:2])
    masked = Case(f"np.sum(np.where(m, {case.text}, 0.0))", {**args, "m": mask})
    names = tuple(case.args)
    with np.errstate(all="ignore"):
        bars = adgen.grad(function_of(masked), wrt=names)(*args.values(), mask)
        dots = [jacobian(masked, name, "forward") for name in names]
        curved = second_along(masked, names)
    for bar, dot in zip(oracles.leaves(bars), dots, strict=True):
        np.testing.assert_array_equal(bar[~mask], 0.0)
        assert np.all(np.isfinite(bar)), bar
        np.testing.assert_allclose(bar, dot, rtol=1e-12)
    for second in oracles.leaves(curved):
        assert np.all(second[~mask] == 0.0), second


# Arguments

def test_an_unused_argument_has_zeros_and_a_warning() -> None:
    f = function_of(Case("np.sum(x)", {"x": 0, "y": 0}))
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        bar = adgen.grad(f, wrt="y")(np.ones(2), np.ones((2, 3), np.float32))
    assert np.all(bar == 0) and bar.shape == (2, 3) and bar.dtype == np.float32
    assert any("y" in str(w.message) for w in seen)


@pytest.mark.parametrize("dtype", [int, bool])
def test_integers_are_not_differentiated(dtype: type) -> None:
    with pytest.raises(TypeError, match="x.*float"):
        adgen.grad(function_of(Case("np.sum(x)", {"x": 0})))(np.ones(2, dtype))
    assert adgen.grad(function_of(Case("x * x", {"x": 0})))(3) == 6.0


@pytest.mark.parametrize("text", ["np.sum(np.maximum(x, 0.0))", "np.max(x)", "np.sum(np.floor(x))", "np.median(x)"])
def test_a_derivative_has_the_dtype_of_its_argument(text: str) -> None:
    x = np.array([1.0, 1.0, -2.0], np.float32)
    assert adgen.grad(function_of(Case(text, {"x": x})))(x).dtype == np.float32
    assert adgen.jvp(function_of(Case(text, {"x": x})))(x, x)[1].dtype == np.float32
