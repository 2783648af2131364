"""Derivatives are as accurate as values: to 1e-12, against mpmath, wherever the value is accurate.

A row is an expression in x (and y), its derivatives by them as mpmath computes them in 120 digits, and points: tiny,
ordinary and huge ones, and the tails. What is tested is the first derivative in reverse mode, `adgen.grad`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen
from tests.rule_cases import Case, function_of

mp = pytest.importorskip("mpmath").mp
pytest.importorskip("scipy.special")

Derivative = Callable[..., Any]
TOLERANCE = 1e-12

LINE = (-300.0, -20.0, -3.0, -1.0, -1e-3, -1e-10, -1e-300, 1e-300, 1e-10, 1e-3, 0.5, 1.0, 3.0, 20.0, 300.0)
POSITIVE = (1e-300, 1e-100, 1e-10, 1e-3, 0.4, 1.0, 3.0, 50.0, 1e3, 1e10, 1e100, 1e300)
BOTH = (*(-x for x in POSITIVE), *POSITIVE)
UNIT = (-1.0 + 2.0 ** -50, -0.999999, -0.5, -1e-10, 1e-300, 1e-5, 0.3, 0.999, 1.0 - 1e-10, 1.0 - 2.0 ** -53)
OPEN = (1e-300, 1e-30, 1e-10, 1e-3, 0.2, 0.5, 0.7, 0.999, 1.0 - 1e-10, 1.0 - 2.0 ** -50)
NORMAL = (-37.0, -10.0, -3.0, -1.0, -1e-5, -1e-300, 1e-10, 0.3, 2.0, 5.0, 9.0, 20.0, 37.0)
NEAR_TWO = 2.0 + 2.0 ** -30


def sigmoid(x: Any) -> Any:
    return 1 / (1 + mp.exp(-x))


def density(x: Any) -> Any:
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def gap(a: Any, b: Any) -> Any:
    return mp.digamma(a) - mp.digamma(a + b)


def by_power(log: Any, p: Any) -> Any:
    """The derivative of (exp(log p) - 1) / p by p."""
    return log * log / 2 if p == 0 else (mp.exp(log * p) * (log * p - 1) + 1) / (p * p)


def sinc_slope(x: Any) -> Any:
    return (mp.pi * x * mp.cos(mp.pi * x) - mp.sin(mp.pi * x)) / (mp.pi * x * x)


def exprel_slope(x: Any) -> Any:
    return ((x - 1) * mp.exp(x) + 1) / (x * x)


# fmt: off
ROWS: list[tuple[str, tuple[Derivative, ...], Any]] = [
    # exponentials and logarithms
    ("np.exp(x)",      (mp.exp,), (-700.0, *LINE, 700.0)),
    ("np.exp2(x)",     (lambda x: 2 ** x * mp.log(2),), (-1000.0, *LINE, 1000.0)),
    ("np.expm1(x)",    (mp.exp,), (-700.0, -40.0, *LINE, 700.0)),
    ("np.log(x)",      (lambda x: 1 / x,), POSITIVE),
    ("np.log2(x)",     (lambda x: 1 / (x * mp.log(2)),), POSITIVE),
    ("np.log10(x)",    (lambda x: 1 / (x * mp.log(10)),), POSITIVE),
    ("np.log1p(x)",    (lambda x: 1 / (1 + x),), (-1.0 + 2.0 ** -50, -0.5, -1e-10, *POSITIVE)),
    ("np.logaddexp(x, y)", (lambda x, y: sigmoid(x - y), lambda x, y: sigmoid(y - x)),
     [(0.0, 0.0), (1.0, 2.0), (1e4, -1e4), (-1e4, -1e4 + 3.0), (700.0, 20.0), (0.0, 700.0), (1e-10, 0.0),
      (1e6, 1e6 + 1.0), (1e8, 1e8), (-1e6, -1e6 - 20.0)]),
    ("np.logaddexp2(x, y)", (lambda x, y: 1 / (1 + 2 ** (y - x)), lambda x, y: 1 / (1 + 2 ** (x - y))),
     [(0.0, 0.0), (1.0, 2.0), (1e4, -1e4), (700.0, 20.0), (1e6, 1e6 + 1.0)]),
    ("np.sqrt(x)",     (lambda x: 1 / (2 * mp.sqrt(x)),), POSITIVE),
    ("np.cbrt(x)",     (lambda x: 1 / (3 * mp.cbrt(x) ** 2),), POSITIVE),
    ("np.reciprocal(x)", (lambda x: -1 / (x * x),), (-1e100, -1e-100, -3.0, 1e-100, 1e-10, 1.0, 3.0, 1e100)),
    ("np.power(x, y)", (lambda x, y: y * x ** (y - 1), lambda x, y: x ** y * mp.log(x)),
     [(2.0, 3.0), (1e-100, 2.5), (1e100, -1.5), (3.0, 1e-10), (NEAR_TWO, 500.0)]),
    # trigonometric and hyperbolic functions
    ("np.sin(x)",      (mp.cos,), (-1e3, *LINE, 1e3)),
    ("np.cos(x)",      (lambda x: -mp.sin(x),), (-1e3, *LINE, 1e3)),
    ("np.tan(x)",      (lambda x: 1 / mp.cos(x) ** 2,), (-1e-300, 1e-10, 0.5, 1.5, 1.5707, 1.570796326, 3.0)),
    ("np.arcsin(x)",   (lambda x: 1 / mp.sqrt(1 - x * x),), UNIT),
    ("np.arccos(x)",   (lambda x: -1 / mp.sqrt(1 - x * x),), UNIT),
    ("np.arctan(x)",   (lambda x: 1 / (1 + x * x),), (-1e150, *LINE, 1e10, 1e150)),
    ("np.sinh(x)",     (mp.cosh,), (-700.0, *LINE, 700.0)),
    ("np.cosh(x)",     (mp.sinh,), (-700.0, *LINE, 700.0)),
    ("np.tanh(x)",     (lambda x: 1 / mp.cosh(x) ** 2,), (*LINE, 6.0, 18.0, 25.0)),
    ("np.arcsinh(x)",  (lambda x: 1 / mp.sqrt(1 + x * x),), BOTH),
    ("np.arccosh(x)",  (lambda x: 1 / mp.sqrt(x * x - 1),), (1.0 + 2.0 ** -52, 1.0 + 1e-10, 1.5, 30.0, 1e10, 1e300)),
    ("np.arctanh(x)",  (lambda x: 1 / (1 - x * x),), UNIT),
    ("np.hypot(x, y)", (lambda x, y: x / mp.hypot(x, y), lambda x, y: y / mp.hypot(x, y)),
     [(3.0, 4.0), (1e-300, 1.0), (1e200, 1e200), (1e-200, 3e-200), (1e300, 1e-10), (-2.0, 1e-10)]),
    ("np.arctan2(x, y)", (lambda x, y: y / (x * x + y * y), lambda x, y: -x / (x * x + y * y)),
     [(3.0, 4.0), (1e-10, 1.0), (1e200, 1e200), (1e-200, 3e-200), (1e10, -1e-10), (-2.0, 1e-10)]),
    ("np.sinc(x)",     (sinc_slope,), (-3.3, -0.04, -1e-3, -1e-10, 1e-20, 1e-4, 0.01, 0.029, 0.031, 0.1, 0.7, 2.2)),
    # the logistic family
    ("scipy.special.expit(x)",     (lambda x: sigmoid(x) * sigmoid(-x),), (-700.0, *LINE, 40.0, 700.0)),
    ("scipy.special.log_expit(x)", (lambda x: sigmoid(-x),), (-1e300, -700.0, *LINE, 40.0, 700.0)),
    ("scipy.special.logit(x)",     (lambda x: 1 / (x * (1 - x)),), OPEN),
    ("scipy.special.softplus(x)",  (sigmoid,), (-700.0, *LINE, 700.0)),
    # error functions
    ("scipy.special.erf(x)",       (lambda x: 2 * mp.exp(-x * x) / mp.sqrt(mp.pi),),
     (-26.0, -10.0, -1.0, 1e-300, 1e-10, 0.5, 3.0, 10.0, 26.0)),
    ("scipy.special.erfc(x)",      (lambda x: -2 * mp.exp(-x * x) / mp.sqrt(mp.pi),),
     (-26.0, -10.0, -1.0, 1e-300, 1e-10, 0.5, 3.0, 10.0, 26.0)),
    ("scipy.special.erfcx(x)",     (lambda x: 2 * x * mp.exp(x * x) * mp.erfc(x) - 2 / mp.sqrt(mp.pi),),
     (-20.0, -3.0, -1e-10, 1e-300, 0.1, 1.0, 4.0, 9.0, 15.0, 25.0, 29.9, 30.1, 100.0, 1e4, 1e8, 1e20)),
    ("scipy.special.erfi(x)",      (lambda x: 2 * mp.exp(x * x) / mp.sqrt(mp.pi),),
     (-26.0, -1.0, 1e-300, 0.5, 10.0, 26.0)),
    ("scipy.special.erfinv(x)",    (lambda x: mp.sqrt(mp.pi) / 2 * mp.exp(mp.erfinv(x) ** 2),),
     (-0.999, -0.5, -1e-10, 1e-300, 0.3, 0.99)),
    ("scipy.special.dawsn(x)",     (lambda x: 1 - x * mp.sqrt(mp.pi) * mp.exp(-x * x) * mp.erfi(x),),
     (-40.0, -3.0, -1e-10, 1e-300, 0.5, 2.0, 5.0, 15.0, 29.9, 30.1, 40.0)),
    ("scipy.special.ndtr(x)",      (density,), NORMAL),
    ("scipy.special.log_ndtr(x)",  (lambda x: density(x) / mp.ncdf(x),), (-1e3, -100.0, *NORMAL)),
    ("scipy.special.ndtri(x)",     (lambda p: 1 / density(quantile(p)),), (1e-10, 1e-3, 0.3, 0.7, 0.99)),
    # the gamma family
    ("scipy.special.gammaln(x)",   (mp.digamma,), (1e-300, 1e-100, 1e-10, 1e-3, 0.5, 1.1, 3.0, 50.0, 1e3, 1e10, 1e100)),
    ("scipy.special.loggamma(x)",  (mp.digamma,), (1e-300, 1e-100, 1e-10, 1e-3, 0.5, 1.1, 3.0, 50.0, 1e3, 1e10, 1e100)),
    ("scipy.special.gamma(x)",     (lambda x: mp.gamma(x) * mp.digamma(x),),
     (-3.5, -0.5, 1e-100, 1e-10, 0.5, 1.1, 3.0, 50.0)),
    ("scipy.special.rgamma(x)",    (lambda x: -mp.rgamma(x) * mp.digamma(x),),
     (-3.5, -0.3, 1e-100, 1e-10, 0.3, 0.6, 3.0, 50.0)),
    ("scipy.special.psi(x)",       (lambda x: mp.psi(1, x),),
     (1e-100, 1e-10, 1e-3, 0.5, 1.1, 3.0, 50.0, 1e3, 1e10, 1e100)),
    ("scipy.special.betaln(x, y)", (lambda a, b: gap(a, b), lambda a, b: gap(b, a)),
     [(0.3, 0.7), (3.0, 4.0), (1e-10, 1.0), (1e4, 1.0), (1e8, 2.5), (1e-5, 1e5), (100.0, 0.9), (100.0, 1.1),
      (1e10, 1e-10), (1e-20, 3.0)]),
    # entropies and powers
    ("scipy.special.entr(x)",      (lambda x: -mp.log(x) - 1,), (1e-300, 1e-10, 0.2, 1.0, 50.0, 1e100)),
    ("scipy.special.xlogy(x, y)",  (lambda x, y: mp.log(y), lambda x, y: x / y),
     [(2.0, 3.0), (1e-300, 1e-10), (0.0, 2.0), (1e100, 1e-100), (2.0, NEAR_TWO)]),
    ("scipy.special.xlog1py(x, y)", (lambda x, y: mp.log1p(y), lambda x, y: x / (1 + y)),
     [(2.0, 3.0), (1e-300, 1e-10), (0.0, 2.0), (1e100, 1e-100), (2.0, -1.0 + 2.0 ** -40)]),
    ("scipy.special.rel_entr(x, y)", (lambda x, y: mp.log(x / y) + 1, lambda x, y: -x / y),
     [(2.0, 3.0), (1e-100, 1e-10), (1e100, 1e-100), (2.0, 2.0)]),
    ("scipy.special.boxcox(x, y)", (lambda x, p: x ** (p - 1), lambda x, p: by_power(mp.log(x), p)),
     [(2.0, 0.5), (2.0, 0.0), (2.0, 1e-12), (0.3, -2.0), (1e-10, 0.1), (1e10, 3.0), (1.5, 1e-3), (3.0, 20.0)]),
    ("scipy.special.boxcox1p(x, y)", (lambda x, p: (1 + x) ** (p - 1), lambda x, p: by_power(mp.log1p(x), p)),
     [(2.0, 0.5), (2.0, 0.0), (1e-10, 1e-12), (0.3, -2.0), (1e-10, 0.1), (1e10, 3.0), (-0.5, 1e-3)]),
    ("scipy.special.exprel(x)",    (exprel_slope,),
     (-300.0, -30.0, -3.0, -1e-3, -1e-10, 1e-10, 1e-3, 0.5, 3.0, 30.0, 300.0)),
    ("scipy.special.powm1(x, y)",  (lambda x, y: y * x ** (y - 1), lambda x, y: x ** y * mp.log(x)),
     [(2.0, 3.0), (1e-100, 2.5), (1e100, -1.5), (3.0, 1e-10)]),
    ("scipy.special.pseudo_huber(x, y)",
     (lambda d, r: 2 * d * (mp.hypot(1, r / d) - 1) - r * r / (d * mp.hypot(1, r / d)),
      lambda d, r: r / mp.hypot(1, r / d)),
     [(1.0, 1.0), (1.0, 1e-5), (1e-5, 1.0), (1e10, 1.0), (2.0, -1e8)]),
    # exponential integrals
    ("scipy.special.exp1(x)",      (lambda x: -mp.exp(-x) / x,), (1e-300, 1e-10, 0.5, 3.0, 100.0, 600.0)),
    ("scipy.special.expi(x)",      (lambda x: mp.exp(x) / x,), (-600.0, -3.0, -1e-10, 1e-300, 0.5, 3.0, 600.0)),
    ("scipy.special.spence(x)",    (lambda x: mp.log(x) / (1 - x),),
     (1e-300, 1e-10, 0.5, 1.0 - 1e-5, 1.0 + 1e-10, 3.0, 1e10)),
    ("scipy.special.wrightomega(x)", (lambda x: mp.lambertw(mp.exp(x)) / (1 + mp.lambertw(mp.exp(x))),),
     (-300.0, -20.0, -1.0, 1e-10, 1.0, 30.0, 700.0)),
]
# fmt: on


def quantile(p: Any) -> Any:
    return mp.findroot(lambda z: mp.ncdf(z) - p, -mp.sqrt(-2 * mp.log(min(p, 1 - p))) * (1 if p < 0.5 else -1) * 0.8)


def error(found: Any, exact: Any) -> float:
    """The relative error; what is below the smallest normal number may be 0."""
    if abs(exact) < np.finfo(float).tiny:
        return abs(float(found)) / float(np.finfo(float).tiny) - 1.0
    return float(abs((mp.mpf(float(found)) - exact) / exact))


def columns(points: Any) -> list[np.ndarray[Any, Any]]:
    """The points as one array for each argument."""
    rows = [p if isinstance(p, tuple) else (p,) for p in points]
    return [np.array(column) for column in zip(*rows, strict=True)]


@pytest.mark.parametrize(("text", "derivatives", "points"), ROWS, ids=[row[0] for row in ROWS])
def test_derivative(text: str, derivatives: tuple[Derivative, ...], points: Any) -> None:
    args = columns(points)
    function = function_of(Case(f"np.sum({text})", dict(zip("xy", args, strict=False))))
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = adgen.grad(function, argnums=tuple(range(len(args))) if len(args) > 1 else 0)(*args)
    with mp.workdps(120):
        for slope, column in zip(derivatives, found if len(args) > 1 else (found,), strict=True):
            exact = [slope(*(mp.mpf(float(a[k])) for a in args)) for k in range(len(column))]
            errors = [error(d, e) for d, e in zip(column, exact, strict=True)]
            worst = int(np.argmax(errors))
            where = tuple(float(a[worst]) for a in args)
            assert errors[worst] <= TOLERANCE, f"{text} at {where}: {column[worst]}, not {mp.nstr(exact[worst], 17)}"


@pytest.mark.parametrize("shift", [0.0, 1e3, -1e4, 1e6])
@pytest.mark.parametrize("text", ["scipy.special.logsumexp(x)", "scipy.special.logsumexp(x, b=w)",
                                  "np.logaddexp.reduce(x)"])
def test_sums_of_exponentials(text: str, shift: float) -> None:
    """Weights are as accurate as their differences of logarithms are, wherever those lie."""
    x = np.array([0.0, 1.0, -3.0, 2.5, -40.0]) + shift
    w = np.array([1.0, 2.0, 0.5, 0.0, 1.0]) if "w" in text else np.ones(5)
    names = {"x": x, "w": w} if "w" in text else {"x": x}
    found = adgen.grad(function_of(Case(text, names)))(*names.values())
    with mp.workdps(120):
        terms = [mp.mpf(float(b)) * mp.exp(mp.mpf(float(a)) - shift) for a, b in zip(x, w, strict=True)]
        exact = np.array([float(t / sum(terms)) for t in terms])
    np.testing.assert_allclose(found, exact, rtol=TOLERANCE)


@pytest.mark.parametrize("text", ["scipy.special.softmax(x)[1]", "scipy.special.log_softmax(x)[1]"])
@pytest.mark.parametrize("shift", [0.0, 1e3, -1e4])
def test_softmax(text: str, shift: float) -> None:
    x = np.array([0.0, 1.0, -3.0, 2.5, -40.0]) + shift
    found = adgen.grad(function_of(Case(text, {"x": x})))(x)
    with mp.workdps(120):
        terms = [mp.exp(mp.mpf(float(a)) - shift) for a in x]
        p = [t / sum(terms) for t in terms]
        whole = [sum(terms) - t for t in terms]
        own = whole[1] / sum(terms)
        exact = [own if k == 1 else -q for k, q in enumerate(p)]
        exact = [float(e * (1 if "log" in text else p[1])) for e in exact]
    np.testing.assert_allclose(found, exact, rtol=TOLERANCE)


@pytest.mark.parametrize(("text", "derivative", "points"), [
    ("math.expm1(x)", mp.exp, (-700.0, -40.0, 1e-300, 3.0)),
    ("math.log1p(x)", lambda x: 1 / (1 + x), (-1.0 + 2.0 ** -50, 1e-300, 1e300)),
    ("math.asinh(x)", lambda x: 1 / mp.sqrt(1 + x * x), (-1e300, 1e-300, 3.0, 1e300)),
    ("math.acosh(x)", lambda x: 1 / mp.sqrt(x * x - 1), (1.0 + 2.0 ** -52, 1.5, 1e300)),
    ("math.atanh(x)", lambda x: 1 / (1 - x * x), (-1.0 + 2.0 ** -50, 1e-300, 1.0 - 2.0 ** -53)),
    ("math.erfc(x)", lambda x: -2 * mp.exp(-x * x) / mp.sqrt(mp.pi), (-26.0, 1e-300, 26.0)),
    ("math.lgamma(x)", mp.digamma, (1e-100, 0.5, 1e10)),
])
def test_functions_of_math(text: str, derivative: Derivative, points: tuple[float, ...]) -> None:
    for x in points:
        found = adgen.grad(function_of(Case(text, {"x": x})))(x)
        with mp.workdps(120):
            exact = derivative(mp.mpf(x))
            assert error(found, exact) <= TOLERANCE, f"{text} at {x}: {found}, not {exact}"
