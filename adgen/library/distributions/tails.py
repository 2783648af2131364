"""Heavy tails, extremes and lifetimes, in standard form.

Formulas: Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions; for the extremes, Coles, An Introduction
to Statistical Modeling of Extreme Values (SciPy's shape c is minus his xi for genextreme, and xi for genpareto).
"""

from __future__ import annotations

import importlib
import math
from typing import Any

import numpy as np

from adgen.library.distributions.framework import POSITIVE, above, anything, at, continuous

special: Any = importlib.import_module("scipy.special")
chosen: Any = np.where

LOG_2 = math.log(2.0)
LOG_PI = math.log(math.pi)
ONWARDS = (at(1.0), None)
EULER = np.euler_gamma


def square(x: Any) -> Any:
    return x * x


# Symmetric


def outer(x: Any) -> Any:
    """Half of exp(-|x|); with the derivative of exp(x) / 2 at 0, where the halves of the distribution meet."""
    return 0.5 * np.exp(chosen(x > 0, -x, x))


def laplace_cdf(x: Any) -> Any:
    tail = outer(x)
    return chosen(x > 0, 1.0 - tail, tail)


def laplace_quantile(q: Any) -> Any:
    upper = q > 0.5
    log = np.log(2.0 * chosen(upper, 1.0 - q, q))
    return chosen(upper, -log, log)


def tangent(q: Any) -> Any:
    """tan(pi q / 2), of the complement where that is nearer: infinite at 1."""
    upper = q > 0.5
    tan = np.tan(0.5 * math.pi * chosen(upper, 1.0 - q, q))
    return chosen(upper, 1.0 / tan, tan)


def cotangent(q: Any) -> Any:
    """cot(pi q), of the complement where that is nearer."""
    upper = q > 0.5
    cot = 1.0 / np.tan(math.pi * chosen(upper, 1.0 - q, q))
    return chosen(upper, -cot, cot)


continuous(
    "cauchy",
    pdf=lambda x: 1.0 / (math.pi * (1.0 + x * x)),
    logpdf=lambda x: -LOG_PI - np.log1p(x * x),
    cdf=lambda x: np.arctan2(1.0, -x) / math.pi,
    sf=lambda x: np.arctan2(1.0, x) / math.pi,
    ppf=lambda q: -cotangent(q),
    isf=lambda q: cotangent(q),
    entropy=lambda: math.log(4.0 * math.pi),
)
continuous(
    "halfcauchy",
    support=POSITIVE, inside=at(1.0),
    pdf=lambda x: 2.0 / (math.pi * (1.0 + x * x)),
    logpdf=lambda x: LOG_2 - LOG_PI - np.log1p(x * x),
    cdf=lambda x: 2.0 / math.pi * np.arctan(x),
    sf=lambda x: 2.0 / math.pi * np.arctan2(1.0, x),
    ppf=tangent,
    isf=lambda q: 1.0 / np.tan(0.5 * math.pi * q),
    entropy=lambda: math.log(2.0 * math.pi),
)
continuous(
    "laplace",
    pdf=lambda x: 0.5 * np.exp(-np.abs(x)),
    logpdf=lambda x: -LOG_2 - np.abs(x),
    cdf=laplace_cdf,
    sf=lambda x: laplace_cdf(-x),
    ppf=laplace_quantile,
    isf=lambda q: -laplace_quantile(q),
    mean=lambda: 0.0,
    var=lambda: 2.0,
    entropy=lambda: LOG_2 + 1.0,
)


def log_sides(x: Any, kappa: Any) -> Any:
    return chosen(x >= 0, -x * kappa, x / kappa) - np.log(kappa + 1.0 / kappa)


continuous(
    "laplace_asymmetric", "kappa",
    logpdf=log_sides,
    mean=lambda kappa: 1.0 / kappa - kappa,
    var=lambda kappa: 1.0 / square(kappa) + square(kappa),
    entropy=lambda kappa: 1.0 + np.log(kappa + 1.0 / kappa),
)
continuous(
    "logistic",
    pdf=lambda x: special.expit(x) * special.expit(-x),
    logpdf=lambda x: special.log_expit(x) + special.log_expit(-x),
    cdf=lambda x: special.expit(x),
    sf=lambda x: special.expit(-x),
    logcdf=lambda x: special.log_expit(x),
    logsf=lambda x: special.log_expit(-x),
    ppf=lambda q: special.logit(q),
    isf=lambda q: -special.logit(q),
    mean=lambda: 0.0,
    var=lambda: math.pi ** 2 / 3.0,
    entropy=lambda: 2.0,
)
continuous(
    "halflogistic",
    support=POSITIVE, inside=at(1.0),
    logpdf=lambda x: LOG_2 - x - 2.0 * np.log1p(np.exp(-x)),
    cdf=lambda x: np.tanh(0.5 * x),
    sf=lambda x: 2.0 * special.expit(-x),
    logsf=lambda x: LOG_2 + special.log_expit(-x),
    ppf=lambda q: 2.0 * np.arctanh(q),
    isf=lambda q: -special.logit(0.5 * q),
    mean=lambda: 2.0 * LOG_2,
    var=lambda: math.pi ** 2 / 3.0 - 4.0 * LOG_2 ** 2,
    entropy=lambda: 2.0 - LOG_2,
)
continuous(
    "genlogistic", "c",
    logpdf=lambda x, c: np.log(c) + special.log_expit(-x) + c * special.log_expit(x),
    logcdf=lambda x, c: c * special.log_expit(x),
    cdf=lambda x, c: np.exp(c * special.log_expit(x)),
    sf=lambda x, c: -np.expm1(c * special.log_expit(x)),
    ppf=lambda q, c: -np.log(np.expm1(-np.log(q) / c)),
    mean=lambda c: EULER + special.psi(c),
    var=lambda c: math.pi ** 2 / 6.0 + special.polygamma(1, c),
    entropy=lambda c: -np.log(c) + special.psi(c + 1.0) + EULER + 1.0,
)
continuous(
    "hypsecant",
    pdf=lambda x: 1.0 / (math.pi * np.cosh(x)),
    logpdf=lambda x: LOG_2 - LOG_PI - np.logaddexp(x, -x),
    cdf=lambda x: 2.0 / math.pi * np.arctan(np.exp(x)),
    sf=lambda x: 2.0 / math.pi * np.arctan(np.exp(-x)),
    ppf=lambda q: np.log(tangent(q)),
    isf=lambda q: -np.log(tangent(q)),
    mean=lambda: 0.0,
    var=lambda: 0.25 * math.pi ** 2,
    entropy=lambda: math.log(2.0 * math.pi),
)

# Powers

continuous(
    "pareto", "b",
    support=ONWARDS, inside=at(2.0),
    logpdf=lambda x, b: np.log(b) - (b + 1.0) * np.log(x),
    cdf=lambda x, b: 1.0 - x ** -b,
    sf=lambda x, b: x ** -b,
    logsf=lambda x, b: -b * np.log(x),
    ppf=lambda q, b: (1.0 - q) ** (-1.0 / b),
    isf=lambda q, b: q ** (-1.0 / b),
    mean=lambda b: above(b, 1.0, lambda c: c / (c - 1.0), np.inf),
    var=lambda b: above(b, 2.0, lambda c: c / ((c - 2.0) * square(c - 1.0)), np.inf),
    entropy=lambda b: 1.0 + 1.0 / b - np.log(b),
)
continuous(
    "lomax", "c",
    support=POSITIVE, inside=at(1.0),
    logpdf=lambda x, c: np.log(c) - (c + 1.0) * np.log1p(x),
    cdf=lambda x, c: -np.expm1(-c * np.log1p(x)),
    sf=lambda x, c: np.exp(-c * np.log1p(x)),
    logsf=lambda x, c: -c * np.log1p(x),
    ppf=lambda q, c: np.expm1(-np.log1p(-q) / c),
    isf=lambda q, c: np.expm1(-np.log(q) / c),
    mean=lambda c: above(c, 1.0, lambda b: 1.0 / (b - 1.0), np.inf),
    var=lambda c: above(c, 2.0, lambda b: b / ((b - 2.0) * square(b - 1.0)), np.inf),
    entropy=lambda c: 1.0 + 1.0 / c - np.log(c),
)
continuous(
    "fisk", "c",
    support=POSITIVE, inside=at(1.0),
    logpdf=lambda x, c: np.log(c) + special.xlogy(c - 1.0, x) - 2.0 * np.log1p(x ** c),
    cdf=lambda x, c: special.expit(c * np.log(x)),
    sf=lambda x, c: special.expit(-c * np.log(x)),
    logcdf=lambda x, c: special.log_expit(c * np.log(x)),
    logsf=lambda x, c: special.log_expit(-c * np.log(x)),
    ppf=lambda q, c: np.exp(special.logit(q) / c),
    isf=lambda q, c: np.exp(-special.logit(q) / c),
    entropy=lambda c: 2.0 - np.log(c),
)
continuous(
    "burr12", "c d",
    support=POSITIVE, inside=at(1.0),
    logpdf=lambda x, c, d: np.log(c) + np.log(d) + special.xlogy(c - 1.0, x) - (d + 1.0) * np.log1p(x ** c),
    cdf=lambda x, c, d: -np.expm1(-d * np.log1p(x ** c)),
    logsf=lambda x, c, d: -d * np.log1p(x ** c),
    ppf=lambda q, c, d: np.expm1(-np.log1p(-q) / d) ** (1.0 / c),
    isf=lambda q, c, d: np.expm1(-np.log(q) / d) ** (1.0 / c),
)
continuous(
    "levy",
    support=POSITIVE, inside=at(1.0), open=True,
    logpdf=lambda x: -0.5 * math.log(2.0 * math.pi) - 1.5 * np.log(x) - 0.5 / x,
    cdf=lambda x: special.erfc(np.sqrt(0.5 / x)),
    sf=lambda x: special.erf(np.sqrt(0.5 / x)),
    ppf=lambda q: 1.0 / square(special.ndtri(0.5 * q)),
    isf=lambda q: 0.5 / square(special.erfinv(q)),
)

# Extremes and lifetimes


def weibull_mean(c: Any) -> Any:
    return special.gamma(1.0 + 1.0 / c)


def weibull_variance(c: Any) -> Any:
    return special.gamma(1.0 + 2.0 / c) - square(special.gamma(1.0 + 1.0 / c))


def weibull_entropy(c: Any) -> Any:
    return EULER + 1.0 - EULER / c - np.log(c)


continuous(
    "weibull_min", "c",
    support=POSITIVE, inside=at(1.0),
    logpdf=lambda x, c: np.log(c) + special.xlogy(c - 1.0, x) - x ** c,
    cdf=lambda x, c: -np.expm1(-(x ** c)),
    logsf=lambda x, c: -(x ** c),
    ppf=lambda q, c: (-np.log1p(-q)) ** (1.0 / c),
    isf=lambda q, c: (-np.log(q)) ** (1.0 / c),
    mean=weibull_mean,
    var=weibull_variance,
    entropy=weibull_entropy,
)
continuous(
    "weibull_max", "c",
    support=(None, at(0.0)), inside=at(-1.0),
    logpdf=lambda x, c: np.log(c) + special.xlogy(c - 1.0, -x) - (-x) ** c,
    logcdf=lambda x, c: -((-x) ** c),
    sf=lambda x, c: -np.expm1(-((-x) ** c)),
    ppf=lambda q, c: -((-np.log(q)) ** (1.0 / c)),
    mean=lambda c: -weibull_mean(c),
    var=weibull_variance,
    entropy=weibull_entropy,
)
continuous(
    "invweibull", "c",
    support=POSITIVE, inside=at(1.0), open=True,
    logpdf=lambda x, c: np.log(c) - (c + 1.0) * np.log(x) - x ** -c,
    logcdf=lambda x, c: -(x ** -c),
    sf=lambda x, c: -np.expm1(-(x ** -c)),
    ppf=lambda q, c: (-np.log(q)) ** (-1.0 / c),
    isf=lambda q, c: (-np.log1p(-q)) ** (-1.0 / c),
    entropy=lambda c: 1.0 + EULER + EULER / c - np.log(c),
)
continuous(
    "gumbel_r",
    logpdf=lambda x: -x - np.exp(-x),
    logcdf=lambda x: -np.exp(-x),
    sf=lambda x: -np.expm1(-np.exp(-x)),
    ppf=lambda q: -np.log(-np.log(q)),
    isf=lambda q: -np.log(-np.log1p(-q)),
    mean=lambda: EULER,
    var=lambda: math.pi ** 2 / 6.0,
    entropy=lambda: EULER + 1.0,
)
continuous(
    "gumbel_l",
    logpdf=lambda x: x - np.exp(x),
    cdf=lambda x: -np.expm1(-np.exp(x)),
    logsf=lambda x: -np.exp(x),
    ppf=lambda q: np.log(-np.log1p(-q)),
    isf=lambda q: np.log(-np.log(q)),
    mean=lambda: -EULER,
    var=lambda: math.pi ** 2 / 6.0,
    entropy=lambda: EULER + 1.0,
)
continuous(
    "gompertz", "c",
    support=POSITIVE, inside=at(1.0),
    logpdf=lambda x, c: np.log(c) + x - c * np.expm1(x),
    cdf=lambda x, c: -np.expm1(-c * np.expm1(x)),
    logsf=lambda x, c: -c * np.expm1(x),
    ppf=lambda q, c: np.log1p(-np.log1p(-q) / c),
    isf=lambda q, c: np.log1p(-np.log(q) / c),
)


def log1p_ratio(u: Any) -> Any:
    """log1p(u) / u, with its Taylor series near 0, so that all derivatives hold there."""
    near = np.abs(u) < 0.01
    away = np.where(near, 1.0, u)
    series = 1.0 - u * (1 / 2 - u * (1 / 3 - u * (1 / 4 - u * (1 / 5 - u * (1 / 6 - u * (1 / 7 - u / 8))))))
    return np.where(near, series, np.log1p(away) / away)


def log_maximum(x: Any, c: Any) -> Any:
    """The logarithm of minus the logarithm of the distribution function of the extremes."""
    return -x * log1p_ratio(-c * x)


def end_below(c: Any) -> Any:
    return np.where(c < 0, 1.0 / np.where(c < 0, c, 1.0), -np.inf)


def end_above(c: Any) -> Any:
    return np.where(c > 0, 1.0 / np.where(c > 0, c, 1.0), np.inf)


def extreme_log_density(x: Any, c: Any) -> Any:
    log = log_maximum(x, c)
    return log - np.exp(log) - np.log1p(-c * x)


continuous(
    "genextreme", "c",
    support=(end_below, end_above), inside=at(0.0), valid=anything, open=True,
    logpdf=extreme_log_density,
    logcdf=lambda x, c: -np.exp(log_maximum(x, c)),
    sf=lambda x, c: -np.expm1(-np.exp(log_maximum(x, c))),
    entropy=lambda c: EULER * (1.0 - c) + 1.0,
)
continuous(
    "genpareto", "c",
    support=(at(0.0), lambda c: end_above(-c)), inside=at(0.0), valid=anything,
    logpdf=lambda x, c: -(1.0 + c) * x * log1p_ratio(c * x),
    logsf=lambda x, c: -x * log1p_ratio(c * x),
    cdf=lambda x, c: -np.expm1(-x * log1p_ratio(c * x)),
    mean=lambda c: -above(-c, -1.0, lambda d: -1.0 / (1.0 + d), -np.inf),
    entropy=lambda c: 1.0 + c,
)
