"""Rarer continuous distributions, in standard form.

Formulas: Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions.
"""

from __future__ import annotations

import importlib
import math
from typing import Any

import numpy as np

from adgen.library.distributions.bell import LOG_2PI, LOG_ROOT_2PI, log_bell, not_negative
from adgen.library.distributions.framework import POSITIVE, UNIT, at, both, continuous

special: Any = importlib.import_module("scipy.special")
chosen: Any = np.where

LOG_2 = math.log(2.0)
QUARTER = 0.25 * math.pi


def halves(x: Any, tail: Any) -> Any:
    """A symmetric distribution function, of the tail beyond |x|."""
    return chosen(x > 0, 1.0 - tail, tail)


continuous(
    "alpha", "a",
    support=POSITIVE, inside=at(1.0), open=True,
    logpdf=lambda x, a: -2.0 * np.log(x) + log_bell(a - 1.0 / x) - special.log_ndtr(a),
    cdf=lambda x, a: special.ndtr(a - 1.0 / x) / special.ndtr(a),
)
continuous(
    "anglit",
    support=(at(-QUARTER), at(QUARTER)), inside=at(0.0),
    pdf=lambda x: np.cos(2.0 * x),
    cdf=lambda x: np.sin(x + QUARTER) ** 2,
    sf=lambda x: np.cos(x + QUARTER) ** 2,
    ppf=lambda q: np.arcsin(np.sqrt(q)) - QUARTER,
    mean=lambda: 0.0,
    var=lambda: QUARTER * QUARTER - 0.5,
    entropy=lambda: 1.0 - LOG_2,
)
continuous(
    "bradford", "c",
    support=UNIT,
    pdf=lambda x, c: c / ((1.0 + c * x) * np.log1p(c)),
    cdf=lambda x, c: np.log1p(c * x) / np.log1p(c),
    ppf=lambda q, c: np.expm1(q * np.log1p(c)) / c,
    mean=lambda c: 1.0 / np.log1p(c) - 1.0 / c,
    entropy=lambda c: 0.5 * np.log1p(c) - np.log(c / np.log1p(c)),
)
continuous(
    "burr", "c d",
    support=POSITIVE, inside=at(1.0), open=True,
    logpdf=lambda x, c, d: np.log(c * d) - (c + 1.0) * np.log(x) - (d + 1.0) * np.log1p(x ** -c),
    logcdf=lambda x, c, d: -d * np.log1p(x ** -c),
    sf=lambda x, c, d: -np.expm1(-d * np.log1p(x ** -c)),
    ppf=lambda q, c, d: np.expm1(-np.log(q) / d) ** (-1.0 / c),
    isf=lambda q, c, d: np.expm1(-np.log1p(-q) / d) ** (-1.0 / c),
)
continuous(
    "dgamma", "a",
    logpdf=lambda x, a: special.xlogy(a - 1.0, np.abs(x)) - np.abs(x) - LOG_2 - special.gammaln(a),
    cdf=lambda x, a: halves(x, 0.5 * special.gammaincc(a, np.abs(x))),
    sf=lambda x, a: halves(-x, 0.5 * special.gammaincc(a, np.abs(x))),
    mean=lambda a: 0.0 * a,
    var=lambda a: a * (a + 1.0),
)
continuous(
    "dweibull", "c",
    logpdf=lambda x, c: np.log(0.5 * c) + special.xlogy(c - 1.0, np.abs(x)) - np.abs(x) ** c,
    cdf=lambda x, c: halves(x, 0.5 * np.exp(-(np.abs(x) ** c))),
    sf=lambda x, c: halves(-x, 0.5 * np.exp(-(np.abs(x) ** c))),
    mean=lambda c: 0.0 * c,
    var=lambda c: special.gamma(1.0 + 2.0 / c),
)
continuous(
    "exponpow", "b",
    support=POSITIVE, inside=at(1.0),
    logpdf=lambda x, b: 1.0 + np.log(b) + special.xlogy(b - 1.0, x) + x ** b - np.exp(x ** b),
    cdf=lambda x, b: -np.expm1(-np.expm1(x ** b)),
    logsf=lambda x, b: -np.expm1(x ** b),
    ppf=lambda q, b: np.log1p(-np.log1p(-q)) ** (1.0 / b),
    isf=lambda q, b: np.log1p(-np.log(q)) ** (1.0 / b),
)
continuous(
    "exponweib", "a c",
    support=POSITIVE, inside=at(1.0),
    logpdf=lambda x, a, c: np.log(a) + np.log(c) + special.xlogy(a - 1.0, -np.expm1(-(x ** c))) - x ** c
    + special.xlogy(c - 1.0, x),
    logcdf=lambda x, a, c: a * np.log(-np.expm1(-(x ** c))),
    sf=lambda x, a, c: -np.expm1(a * np.log1p(-np.exp(-(x ** c)))),
    ppf=lambda q, a, c: (-np.log1p(-(q ** (1.0 / a)))) ** (1.0 / c),
)
continuous(
    "foldcauchy", "c",
    support=POSITIVE, inside=at(1.0), valid=not_negative,
    pdf=lambda x, c: (1.0 / (1.0 + (x - c) ** 2) + 1.0 / (1.0 + (x + c) ** 2)) / math.pi,
    cdf=lambda x, c: (np.arctan(x - c) + np.arctan(x + c)) / math.pi,
    sf=lambda x, c: (np.arctan2(1.0, x - c) + np.arctan2(1.0, x + c)) / math.pi,
)
continuous(
    "halfgennorm", "beta",
    support=POSITIVE, inside=at(1.0),
    logpdf=lambda x, beta: np.log(beta) - special.gammaln(1.0 / beta) - x ** beta,
    entropy=lambda beta: 1.0 / beta - np.log(beta) + special.gammaln(1.0 / beta),
)
continuous(
    "johnsonsb", "a b",
    support=UNIT, open=True, valid=lambda a, b: b > 0,
    logpdf=lambda x, a, b: np.log(b) - np.log(x) - np.log1p(-x) + log_bell(a + b * special.logit(x)),
    cdf=lambda x, a, b: special.ndtr(a + b * special.logit(x)),
    sf=lambda x, a, b: special.ndtr(-a - b * special.logit(x)),
    ppf=lambda q, a, b: special.expit((special.ndtri(q) - a) / b),
    isf=lambda q, a, b: special.expit((-special.ndtri(q) - a) / b),
)
continuous(
    "levy_l",
    support=(None, at(0.0)), inside=at(-1.0), open=True,
    logpdf=lambda x: -LOG_ROOT_2PI - 1.5 * np.log(-x) + 0.5 / x,
    cdf=lambda x: special.erf(np.sqrt(-0.5 / x)),
    sf=lambda x: special.erfc(np.sqrt(-0.5 / x)),
    ppf=lambda q: -0.5 / special.erfinv(q) ** 2,
    isf=lambda q: -1.0 / special.ndtri(0.5 * q) ** 2,
)
continuous(
    "loglaplace", "c",
    support=POSITIVE, inside=at(0.5), open=True,
    logpdf=lambda x, c: np.log(0.5 * c) - np.log(x) - c * np.abs(np.log(x)),
    cdf=lambda x, c: halves(x - 1.0, 0.5 * chosen(x > 1.0, 1.0 / x, x) ** c),
    sf=lambda x, c: halves(1.0 - x, 0.5 * chosen(x > 1.0, 1.0 / x, x) ** c),
    entropy=lambda c: np.log(2.0 / c) + 1.0,
)
continuous(
    "powernorm", "c",
    logpdf=lambda x, c: np.log(c) + log_bell(x) + (c - 1.0) * special.log_ndtr(-x),
    cdf=lambda x, c: -np.expm1(c * special.log_ndtr(-x)),
    logsf=lambda x, c: c * special.log_ndtr(-x),
    ppf=lambda q, c: -special.ndtri((1.0 - q) ** (1.0 / c)),
    isf=lambda q, c: -special.ndtri(q ** (1.0 / c)),
)
continuous(
    "truncpareto", "b c",
    support=(at(1.0), lambda b, c: c), inside=at(1.0), valid=lambda b, c: both(b > 0, c > 1.0),
    logpdf=lambda x, b, c: np.log(b) - (b + 1.0) * np.log(x) - np.log(-np.expm1(-b * np.log(c))),
    cdf=lambda x, b, c: np.expm1(-b * np.log(x)) / np.expm1(-b * np.log(c)),
    sf=lambda x, b, c: (x ** -b - np.power(c, -b)) / -np.expm1(-b * np.log(c)),
    ppf=lambda q, b, c: (1.0 + q * np.expm1(-b * np.log(c))) ** (-1.0 / b),
)


def left(x: Any, c: Any) -> Any:
    """What a Weibull distribution has beyond a point."""
    return np.exp(-np.power(x, c))


continuous(
    "truncweibull_min", "c a b",
    support=(lambda c, a, b: a, lambda c, a, b: b), inside=lambda c, a, b: 0.5 * (a + b),
    valid=lambda c, a, b: both(c > 0, (a >= 0) & (b > a)),
    logpdf=lambda x, c, a, b: np.log(c) + special.xlogy(c - 1.0, x) - x ** c - np.log(left(a, c) - left(b, c)),
    cdf=lambda x, c, a, b: (left(a, c) - left(x, c)) / (left(a, c) - left(b, c)),
    sf=lambda x, c, a, b: (left(x, c) - left(b, c)) / (left(a, c) - left(b, c)),
    ppf=lambda q, c, a, b: (-np.log((1.0 - q) * left(a, c) + q * left(b, c))) ** (1.0 / c),
)
continuous(
    "vonmises_line", "kappa",
    support=(at(-math.pi), at(math.pi)), inside=at(0.0), valid=not_negative,
    logpdf=lambda x, kappa: kappa * special.cosm1(x) - LOG_2PI - np.log(special.i0e(kappa)),
)
