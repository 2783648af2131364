"""The normal distribution and its relatives, in standard form.

Formulas: Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions. Tails are in terms of log_ndtr, the
logarithm of the normal distribution function, which does not underflow.
"""

from __future__ import annotations

import importlib
import math
from typing import Any

import numpy as np

from adgen.library.distributions.framework import POSITIVE, anything, at, continuous

special: Any = importlib.import_module("scipy.special")

LOG_2PI = math.log(2.0 * math.pi)
LOG_ROOT_2PI = 0.5 * LOG_2PI
ROOT_2PI = math.sqrt(2.0 * math.pi)
LOG_2 = math.log(2.0)
ROOT_2 = math.sqrt(2.0)


def bell(x: Any) -> Any:
    return np.exp(-0.5 * x * x) / ROOT_2PI


def log_bell(x: Any) -> Any:
    return -0.5 * x * x - LOG_ROOT_2PI


def not_negative(p: Any) -> Any:
    return p >= 0


continuous(
    "norm",
    pdf=lambda x: bell(x),
    logpdf=lambda x: log_bell(x),
    cdf=lambda x: special.ndtr(x),
    sf=lambda x: special.ndtr(-x),
    logcdf=lambda x: special.log_ndtr(x),
    logsf=lambda x: special.log_ndtr(-x),
    ppf=lambda q: special.ndtri(q),
    isf=lambda q: -special.ndtri(q),
    mean=lambda: 0.0,
    var=lambda: 1.0,
    entropy=lambda: LOG_ROOT_2PI + 0.5,
)
continuous(
    "lognorm", "s",
    support=POSITIVE, inside=at(1.0), open=True,
    logpdf=lambda x, s: log_bell(np.log(x) / s) - np.log(s * x),
    cdf=lambda x, s: special.ndtr(np.log(x) / s),
    sf=lambda x, s: special.ndtr(-np.log(x) / s),
    logcdf=lambda x, s: special.log_ndtr(np.log(x) / s),
    logsf=lambda x, s: special.log_ndtr(-np.log(x) / s),
    ppf=lambda q, s: np.exp(s * special.ndtri(q)),
    isf=lambda q, s: np.exp(-s * special.ndtri(q)),
    mean=lambda s: np.exp(0.5 * s * s),
    var=lambda s: np.exp(s * s) * np.expm1(s * s),
    entropy=lambda s: LOG_ROOT_2PI + 0.5 + np.log(s),
)
continuous(
    "halfnorm",
    support=POSITIVE, inside=at(1.0),
    pdf=lambda x: 2.0 * bell(x),
    logpdf=lambda x: LOG_2 + log_bell(x),
    cdf=lambda x: special.erf(x / ROOT_2),
    sf=lambda x: 2.0 * special.ndtr(-x),
    logsf=lambda x: LOG_2 + special.log_ndtr(-x),
    ppf=lambda q: special.ndtri(0.5 + 0.5 * q),
    isf=lambda q: -special.ndtri(0.5 * q),
    mean=lambda: math.sqrt(2.0 / math.pi),
    var=lambda: 1.0 - 2.0 / math.pi,
    entropy=lambda: 0.5 * math.log(0.5 * math.pi) + 0.5,
)
continuous(
    "foldnorm", "c",
    support=POSITIVE, inside=at(1.0), valid=not_negative,
    pdf=lambda x, c: bell(x + c) + bell(x - c),
    cdf=lambda x, c: 0.5 * (special.erf((x - c) / ROOT_2) + special.erf((x + c) / ROOT_2)),
    sf=lambda x, c: special.ndtr(c - x) + special.ndtr(-x - c),
)


def skew_log_density(x: Any, a: Any) -> Any:
    return LOG_2 + log_bell(x) + special.log_ndtr(a * x)


continuous(
    "skewnorm", "a",
    valid=anything,
    without=("logcdf", "logsf"),
    pdf=lambda x, a: 2.0 * bell(x) * special.ndtr(a * x),
    logpdf=skew_log_density,
    cdf=lambda x, a: special.ndtr(x) - 2.0 * special.owens_t(x, a),
    sf=lambda x, a: special.ndtr(-x) + 2.0 * special.owens_t(x, a),
    mean=lambda a: ROOT_2 / math.sqrt(math.pi) * a / np.sqrt(1.0 + a * a),
    var=lambda a: 1.0 - 2.0 / math.pi * a * a / (1.0 + a * a),
)


def log_mixed(x: Any, k: Any) -> Any:
    """The logarithm of the part that the exponential adds to a normal variable."""
    return (0.5 / k - x) / k + special.log_ndtr(x - 1.0 / k)


continuous(
    "exponnorm", "K",
    logpdf=lambda x, k: log_mixed(x, k) - np.log(k),
    cdf=lambda x, k: special.ndtr(x) - np.exp(log_mixed(x, k)),
    sf=lambda x, k: special.ndtr(-x) + np.exp(log_mixed(x, k)),
    mean=lambda k: k,
    var=lambda k: 1.0 + k * k,
)
continuous(
    "johnsonsu", "a b",
    valid=lambda a, b: b > 0,
    pdf=lambda x, a, b: b / np.sqrt(x * x + 1.0) * bell(a + b * np.arcsinh(x)),
    logpdf=lambda x, a, b: np.log(b) - 0.5 * np.log1p(x * x) + log_bell(a + b * np.arcsinh(x)),
    cdf=lambda x, a, b: special.ndtr(a + b * np.arcsinh(x)),
    sf=lambda x, a, b: special.ndtr(-a - b * np.arcsinh(x)),
    ppf=lambda q, a, b: np.sinh((special.ndtri(q) - a) / b),
    isf=lambda q, a, b: np.sinh((-special.ndtri(q) - a) / b),
)


def waiting(x: Any, mu: Any) -> Any:
    return np.sqrt(x) / mu - 1.0 / np.sqrt(x)


continuous(
    "fatiguelife", "c",
    support=POSITIVE, inside=at(1.0), open=True,
    logpdf=lambda x, c: log_bell(waiting(x, 1.0) / c) + np.log1p(1.0 / x) - 0.5 * np.log(x) - np.log(2.0 * c),
    cdf=lambda x, c: special.ndtr(waiting(x, 1.0) / c),
    sf=lambda x, c: special.ndtr(-waiting(x, 1.0) / c),
    mean=lambda c: 0.5 * c * c + 1.0,
    var=lambda c: c * c * (1.25 * c * c + 1.0),
)


def reflected(x: Any, mu: Any) -> Any:
    """The logarithm of the second term of the distribution function of the inverse normal distribution."""
    return 2.0 / mu + special.log_ndtr(-np.sqrt(x) / mu - 1.0 / np.sqrt(x))


def log_waited(x: Any, mu: Any) -> Any:
    first = special.log_ndtr(waiting(x, mu))
    return first + np.log1p(np.exp(reflected(x, mu) - first))


def log_waits(x: Any, mu: Any) -> Any:
    first = special.log_ndtr(-waiting(x, mu))
    return first + np.log1p(-np.exp(reflected(x, mu) - first))


continuous(
    "invgauss", "mu",
    support=POSITIVE, inside=at(1.0), open=True,
    logpdf=lambda x, mu: -LOG_ROOT_2PI - 1.5 * np.log(x) - 0.5 * waiting(x, mu) ** 2,
    logcdf=log_waited,
    logsf=log_waits,
    mean=lambda mu: mu,
    var=lambda mu: mu ** 3,
)
continuous(
    "wald",
    support=POSITIVE, inside=at(1.0), open=True,
    logpdf=lambda x: -LOG_ROOT_2PI - 1.5 * np.log(x) - 0.5 * waiting(x, 1.0) ** 2,
    logcdf=lambda x: log_waited(x, 1.0),
    logsf=lambda x: log_waits(x, 1.0),
    mean=lambda: 1.0,
    var=lambda: 1.0,
)
continuous(
    "gibrat",
    support=POSITIVE, inside=at(1.0), open=True,
    logpdf=lambda x: log_bell(np.log(x)) - np.log(x),
    cdf=lambda x: special.ndtr(np.log(x)),
    sf=lambda x: special.ndtr(-np.log(x)),
    ppf=lambda q: np.exp(special.ndtri(q)),
    isf=lambda q: np.exp(-special.ndtri(q)),
    mean=lambda: math.exp(0.5),
    var=lambda: math.e * math.expm1(1.0),
    entropy=lambda: LOG_ROOT_2PI + 0.5,
)
continuous(
    "moyal",
    pdf=lambda x: np.exp(-0.5 * (x + np.exp(-x))) / ROOT_2PI,
    logpdf=lambda x: -0.5 * (x + np.exp(-x)) - LOG_ROOT_2PI,
    cdf=lambda x: special.erfc(np.exp(-0.5 * x) / ROOT_2),
    sf=lambda x: special.erf(np.exp(-0.5 * x) / ROOT_2),
    mean=lambda: LOG_2 + np.euler_gamma,
    var=lambda: 0.5 * math.pi ** 2,
)
continuous(
    "rice", "b",
    support=POSITIVE, inside=at(1.0), valid=not_negative,
    pdf=lambda x, b: x * np.exp(-0.5 * (x - b) ** 2) * special.i0e(x * b),
)
continuous(
    "vonmises", "kappa",
    valid=not_negative,
    pdf=lambda x, kappa: np.exp(kappa * special.cosm1(x)) / (2.0 * math.pi * special.i0e(kappa)),
    logpdf=lambda x, kappa: kappa * special.cosm1(x) - LOG_2PI - np.log(special.i0e(kappa)),
)
