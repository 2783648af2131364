"""Distributions on a finite interval, in standard form."""

from __future__ import annotations

import importlib
import math
from typing import Any

import numpy as np

from adgen.library.distributions.framework import UNIT, at, both, continuous

special: Any = importlib.import_module("scipy.special")
chosen: Any = np.where

LOG_2 = math.log(2.0)
LOG_ROOT_2PI = 0.5 * math.log(2.0 * math.pi)
FAR = 1e8
"""Infinite bounds of a normal distribution are brought in to here, where its density has long been 0."""

continuous(
    "uniform",
    support=UNIT,
    pdf=lambda x: 1.0 + 0.0 * x,
    logpdf=lambda x: 0.0 * x,
    cdf=lambda x: x,
    sf=lambda x: 1.0 - x,
    ppf=lambda q: q,
    isf=lambda q: 1.0 - q,
    mean=lambda: 0.5,
    var=lambda: 1.0 / 12.0,
    entropy=lambda: 0.0,
)


def rising(x: Any, c: Any) -> Any:
    """Whether a point is on the rising side of a triangle; where there is no other, all are."""
    return (x < c) | (c == 1.0)


def left(c: Any) -> Any:
    return np.where(c == 0.0, 1.0, c)


def right(c: Any) -> Any:
    return 1.0 - np.where(c == 1.0, 0.0, c)


def in_unit(c: Any) -> Any:
    return (c >= 0.0) & (c <= 1.0)


continuous(
    "triang", "c",
    support=UNIT, valid=in_unit,
    pdf=lambda x, c: chosen(rising(x, c), 2.0 * x / left(c), 2.0 * (1.0 - x) / right(c)),
    cdf=lambda x, c: chosen(rising(x, c), x * x / left(c), 1.0 - (1.0 - x) ** 2 / right(c)),
    ppf=lambda q, c: chosen(q < c, np.sqrt(c * q), 1.0 - np.sqrt((1.0 - c) * (1.0 - q))),
    mean=lambda c: (1.0 + c) / 3.0,
    var=lambda c: (1.0 - c + c * c) / 18.0,
    entropy=lambda c: 0.5 - LOG_2 + 0.0 * c,
)
continuous(
    "powerlaw", "a",
    support=UNIT,
    pdf=lambda x, a: a * x ** (a - 1.0),
    logpdf=lambda x, a: np.log(a) + special.xlogy(a - 1.0, x),
    cdf=lambda x, a: x ** a,
    logcdf=lambda x, a: a * np.log(x),
    sf=lambda x, a: -np.expm1(a * np.log(x)),
    ppf=lambda q, a: q ** (1.0 / a),
    mean=lambda a: a / (a + 1.0),
    var=lambda a: a / ((a + 2.0) * (a + 1.0) ** 2),
    entropy=lambda a: 1.0 - 1.0 / a - np.log(a),
)


def increasing(a: Any, b: Any) -> Any:
    return both(a > 0, a < b)


for _name in ("loguniform", "reciprocal"):
    continuous(
        _name, "a b",
        support=(lambda a, b: a, lambda a, b: b), inside=lambda a, b: a, valid=increasing,
        pdf=lambda x, a, b: 1.0 / (x * np.log(b / a)),
        logpdf=lambda x, a, b: -np.log(x) - np.log(np.log(b / a)),
        cdf=lambda x, a, b: np.log(x / a) / np.log(b / a),
        ppf=lambda q, a, b: a * np.exp(q * np.log(b / a)),
        mean=lambda a, b: (b - a) / np.log(b / a),
        entropy=lambda a, b: 0.5 * np.log(a * b) + np.log(np.log(b / a)),
    )
continuous(
    "arcsine",
    support=UNIT,
    pdf=lambda x: 1.0 / (math.pi * np.sqrt(x * (1.0 - x))),
    cdf=lambda x: 2.0 / math.pi * np.arcsin(np.sqrt(x)),
    ppf=lambda q: np.sin(0.5 * math.pi * q) ** 2,
    mean=lambda: 0.5,
    var=lambda: 0.125,
)
continuous(
    "semicircular",
    support=(at(-1.0), at(1.0)), inside=at(0.0),
    pdf=lambda x: 2.0 / math.pi * np.sqrt(1.0 - x * x),
    logpdf=lambda x: math.log(2.0 / math.pi) + 0.5 * np.log1p(-x * x),
    cdf=lambda x: 0.5 + (x * np.sqrt(1.0 - x * x) + np.arcsin(x)) / math.pi,
    mean=lambda: 0.0,
    var=lambda: 0.25,
)
continuous(
    "truncexpon", "b",
    support=(at(0.0), lambda b: b), inside=at(0.0),
    pdf=lambda x, b: -np.exp(-x) / np.expm1(-b),
    logpdf=lambda x, b: -x - np.log(-np.expm1(-b)),
    cdf=lambda x, b: np.expm1(-x) / np.expm1(-b),
    sf=lambda x, b: (np.exp(-b) - np.exp(-x)) / np.expm1(-b),
    ppf=lambda q, b: -np.log1p(q * np.expm1(-b)),
)


def log_mass(a: Any, b: Any) -> Any:
    """The logarithm of what the normal distribution has between two bounds: of its left tail, if need be reflected, so
    that nothing cancels."""
    flip = a > 0.0
    low = np.clip(chosen(flip, -b, a), -FAR, FAR)
    high = np.clip(chosen(flip, -a, b), -FAR, FAR)
    most = special.log_ndtr(high)
    return most + np.log1p(-np.exp(special.log_ndtr(low) - most))


def truncated_quantile(q: Any, a: Any, b: Any) -> Any:
    """From the side that has the smaller tail."""
    left = a < 0.0
    tail = special.log_ndtr(np.clip(chosen(left, a, -b), -FAR, FAR))
    share = np.log(chosen(left, q, 1.0 - q))
    x = special.ndtri_exp(np.logaddexp(tail, share + log_mass(a, b)))
    return chosen(left, x, -x)


continuous(
    "truncnorm", "a b",
    support=(lambda a, b: a, lambda a, b: b),
    inside=lambda a, b: np.clip(a, -FAR, FAR), valid=lambda a, b: a < b,
    logpdf=lambda x, a, b: -0.5 * x * x - LOG_ROOT_2PI - log_mass(a, b),
    logcdf=lambda x, a, b: log_mass(a, x) - log_mass(a, b),
    logsf=lambda x, a, b: log_mass(x, b) - log_mass(a, b),
    ppf=truncated_quantile,
)
