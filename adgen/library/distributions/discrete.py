"""Discrete distributions of `scipy.stats`: probabilities, distribution functions and moments.

Formulas: Johnson, Kemp and Kotz, Univariate Discrete Distributions. The variable counts: it has no derivative, and a
number that is no integer has probability 0. The parameters have one, but for those that are counts too, and those that
are the order of an incomplete beta function in a distribution function.
"""

from __future__ import annotations

import importlib
from functools import partial
from typing import Any, cast

import numpy as np

from adgen.library import FROZEN, known, reads, reads_method, refuse
from adgen.library.distributions.framework import (
    DRAWS,
    LOC,
    Family,
    Formula,
    Function,
    all_positive,
    at,
    both,
    checked,
    completed,
    double,
    formula_of,
    number,
    parameters_of,
    partial_of,
    plain,
    stats,
    thaw,
)

special: Any = importlib.import_module("scipy.special")
chosen: Any = np.where


# Methods


def is_whole(k: Any) -> bool:
    """Whether numbers are integers by their type."""
    return isinstance(k, int) or np.asarray(k).dtype.kind != "f"


def shifted(k: Any, loc: Any) -> Any:
    x = double(k)
    return x if known(loc) and loc == 0 else x - number(loc)


def separated(parameters: Any) -> Any:
    """(shapes, location)."""
    *shapes, loc = [number(p) for p in parameters]
    return shapes, loc


def mass(name: str, fill: float, family: Any, k: Any, *parameters: Any) -> Any:
    """pmf and logpmf."""
    shapes, loc = separated(parameters)
    k = number(k)
    x = shifted(k, loc)
    z = checked(np.floor(x), family.valid(*shapes))
    lower, upper = family.support
    outside = z < lower(*shapes)
    if upper is not None:
        outside = outside | (z > upper(*shapes))
    if not (is_whole(k) and is_whole(loc)):
        outside = outside | (x > z)
    y = formula_of(family, name)(np.where(outside, lower(*shapes), z), *shapes)
    return plain(np.where(outside, fill, y))


def cumulative(name: str, below: float, beyond: float, family: Any, k: Any, *parameters: Any) -> Any:
    """cdf, sf, logcdf and logsf: from the last point of the support on, nothing is left."""
    shapes, loc = separated(parameters)
    z = checked(np.floor(shifted(number(k), loc)), family.valid(*shapes))
    lower, upper = family.support
    under = z < lower(*shapes)
    if upper is None:
        return plain(np.where(under, below, formula_of(family, name)(np.where(under, lower(*shapes), z), *shapes)))
    over = z >= upper(*shapes)
    y = formula_of(family, name)(np.where(under | over, lower(*shapes), z), *shapes)
    return plain(np.where(under, below, np.where(over, beyond, y)))


def mean(family: Any, *parameters: Any) -> Any:
    shapes, loc = separated(parameters)
    y = checked(double(formula_of(family, "mean")(*shapes)), family.valid(*shapes))
    return plain(y if known(loc) and loc == 0 else y + loc)


def variance(family: Any, *parameters: Any) -> Any:
    shapes, _ = separated(parameters)
    return plain(checked(double(formula_of(family, "var")(*shapes)), family.valid(*shapes)))


def deviation(family: Any, *parameters: Any) -> Any:
    return np.sqrt(variance(family, *parameters))


def entropy(family: Any, *parameters: Any) -> Any:
    shapes, _ = separated(parameters)
    return plain(checked(double(formula_of(family, "entropy")(*shapes)), family.valid(*shapes)))


METHODS: dict[str, tuple[str, str, Function]] = {
    "pmf": ("pmf", "k", partial(mass, "pmf", 0.0)),
    "logpmf": ("logpmf", "k", partial(mass, "logpmf", -np.inf)),
    "cdf": ("cdf", "k", partial(cumulative, "cdf", 0.0, 1.0)),
    "sf": ("sf", "k", partial(cumulative, "sf", 1.0, 0.0)),
    "logcdf": ("logcdf", "k", partial(cumulative, "logcdf", -np.inf, 0.0)),
    "logsf": ("logsf", "k", partial(cumulative, "logsf", 0.0, -np.inf)),
    "mean": ("mean", "", mean),
    "var": ("var", "", variance),
    "std": ("var", "", deviation),
    "entropy": ("entropy", "", entropy),
}
"""As in `framework`."""


class Frozen:
    """A distribution with its parameters: what `scipy.stats.poisson(mu)` makes."""

    def __init__(self, family: Any, parameters: Any):
        self.family = family
        self.parameters = parameters

    def pmf(self, k: Any) -> Any:
        return mass("pmf", 0.0, self.family, k, *self.parameters)

    def logpmf(self, k: Any) -> Any:
        return mass("logpmf", -np.inf, self.family, k, *self.parameters)

    def cdf(self, k: Any) -> Any:
        return cumulative("cdf", 0.0, 1.0, self.family, k, *self.parameters)

    def sf(self, k: Any) -> Any:
        return cumulative("sf", 1.0, 0.0, self.family, k, *self.parameters)

    def logcdf(self, k: Any) -> Any:
        return cumulative("logcdf", -np.inf, 0.0, self.family, k, *self.parameters)

    def logsf(self, k: Any) -> Any:
        return cumulative("logsf", 0.0, -np.inf, self.family, k, *self.parameters)

    def mean(self) -> Any:
        return mean(self.family, *self.parameters)

    def var(self) -> Any:
        return variance(self.family, *self.parameters)

    def std(self) -> Any:
        return deviation(self.family, *self.parameters)

    def entropy(self) -> Any:
        return entropy(self.family, *self.parameters)

    def rvs(self, *args: Any, **kwds: Any) -> Any:
        refuse(*DRAWS)


def frozen(family: Any, *parameters: Any) -> Any:
    return Frozen(family, parameters)


COUNTS = (at(0.0), None)
FROM_ONE = (at(1.0), None)


def discrete(
    name: str,
    shapes: str = "",
    *,
    support: tuple[Formula | None, Formula | None] = COUNTS,
    valid: Formula = all_positive,
    **formulas: Formula,
) -> None:
    """Enter a distribution by its formulas for location 0."""
    owner: Any = getattr(stats, name)
    given = cast("dict[str, Function]", formulas)
    renamed = {"pmf": "pdf", "logpmf": "logpdf"}
    densities = {renamed.get(k, k): v for k, v in given.items()}
    made = completed(densities)
    made |= {"pmf": made["pdf"], "logpmf": made["logpdf"]}
    family = Family(name, made, support, at(0.0), valid, False)
    for method, (needed, first, function) in METHODS.items():
        if needed in made:
            signature = parameters_of(first, shapes, LOC)
            enter = reads_method(owner, method, f"scipy.stats.{name}.{method}", exact=False, signature=signature)
            enter(partial_of(function, family))
    reads(owner, f"scipy.stats.{name}", exact=False, signature=parameters_of("", shapes, LOC))(
        partial(frozen, family)
    )


FROZEN[type(stats.poisson(1.0))] = thaw


# Formulas


def is_probability(p: Any) -> Any:
    return (p >= 0) & (p <= 1)


def is_chance(p: Any) -> Any:
    """A probability of something that does happen at last."""
    return (p > 0) & (p <= 1)


def is_count(n: Any) -> Any:
    return (n >= 0) & (np.floor(n) == n)


def log_choices(n: Any, k: Any) -> Any:
    """The logarithm of the number of subsets of k of n."""
    return special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)


def log_binomial(k: Any, n: Any, p: Any) -> Any:
    n = np.floor(n)
    return log_choices(n, k) + special.xlogy(k, p) + special.xlog1py(n - k, -p)


def log_beta_binomial(k: Any, n: Any, a: Any, b: Any) -> Any:
    n = np.floor(n)
    return special.betaln(k + a, n - k + b) - special.betaln(a, b) - np.log(n + 1) - special.betaln(n - k + 1, k + 1)


def shares(n: Any, a: Any, b: Any) -> Any:
    """The variance of the beta-binomial distribution."""
    total = a + b
    return np.floor(n) * a * b * (total + np.floor(n)) / (total * total * (total + 1))


discrete(
    "poisson", "mu",
    valid=lambda mu: mu >= 0,
    logpmf=lambda k, mu: special.xlogy(k, mu) - special.gammaln(k + 1) - mu,
    cdf=lambda k, mu: special.gammaincc(k + 1, mu),
    sf=lambda k, mu: special.gammainc(k + 1, mu),
    mean=lambda mu: mu,
    var=lambda mu: mu,
)
discrete(
    "binom", "n p",
    support=(at(0.0), lambda n, p: n), valid=lambda n, p: both(is_count(n), is_probability(p)),
    logpmf=log_binomial,
    cdf=lambda k, n, p: special.betainc(np.floor(n) - k, k + 1, 1.0 - p),
    sf=lambda k, n, p: special.betainc(k + 1, np.floor(n) - k, p),
    mean=lambda n, p: np.floor(n) * p,
    var=lambda n, p: np.floor(n) * p * (1.0 - p),
)
discrete(
    "bernoulli", "p",
    support=(at(0.0), at(1.0)), valid=is_probability,
    pmf=lambda k, p: k * p + (1.0 - k) * (1.0 - p),
    cdf=lambda k, p: 1.0 - p + 0.0 * k,
    sf=lambda k, p: p + 0.0 * k,
    mean=lambda p: p,
    var=lambda p: p * (1.0 - p),
    entropy=lambda p: special.entr(p) + special.entr(1.0 - p),
)
discrete(
    "geom", "p",
    support=FROM_ONE, valid=is_chance,
    logpmf=lambda k, p: special.xlog1py(k - 1, -p) + np.log(p),
    pmf=lambda k, p: (1.0 - p) ** (k - 1) * p,
    cdf=lambda k, p: -np.expm1(k * np.log1p(-p)),
    logsf=lambda k, p: k * np.log1p(-p),
    mean=lambda p: 1.0 / p,
    var=lambda p: (1.0 - p) / (p * p),
    entropy=lambda p: (special.entr(p) + special.entr(1.0 - p)) / p,
)
discrete(
    "nbinom", "n p",
    valid=lambda n, p: both(n > 0, is_chance(p)),
    logpmf=lambda k, n, p: special.gammaln(n + k) - special.gammaln(k + 1) - special.gammaln(n) + n * np.log(p)
    + special.xlog1py(k, -p),
    cdf=lambda k, n, p: special.betainc(n, k + 1, p),
    sf=lambda k, n, p: special.betainc(k + 1, n, 1.0 - p),
    mean=lambda n, p: n * (1.0 - p) / p,
    var=lambda n, p: n * (1.0 - p) / (p * p),
)
discrete(
    "betabinom", "n a b",
    support=(at(0.0), lambda n, a, b: n), valid=lambda n, a, b: both(is_count(n), (a > 0) & (b > 0)),
    logpmf=log_beta_binomial,
    mean=lambda n, a, b: np.floor(n) * a / (a + b),
    var=shares,
)
discrete(
    "betanbinom", "n a b",
    valid=lambda n, a, b: both(is_count(n), (a > 0) & (b > 0)),
    logpmf=lambda k, n, a, b: special.betaln(a + np.floor(n), b + k) - special.betaln(a, b) - np.log(np.floor(n) + k)
    - special.betaln(np.floor(n), k + 1),
)
discrete(
    "planck", "lambda_",
    logpmf=lambda k, rate: np.log(-np.expm1(-rate)) - rate * k,
    pmf=lambda k, rate: -np.expm1(-rate) * np.exp(-rate * k),
    cdf=lambda k, rate: -np.expm1(-rate * (k + 1)),
    logsf=lambda k, rate: -rate * (k + 1),
    mean=lambda rate: 1.0 / np.expm1(rate),
    var=lambda rate: np.exp(-rate) / np.expm1(-rate) ** 2,
)
discrete(
    "dlaplace", "a",
    support=(at(-np.inf), None),
    pmf=lambda k, a: np.tanh(0.5 * a) * np.exp(-a * np.abs(k)),
    logpmf=lambda k, a: np.log(np.tanh(0.5 * a)) - a * np.abs(k),
    mean=lambda a: 0.0 * a,
    var=lambda a: 0.5 / np.sinh(0.5 * a) ** 2,
)
discrete(
    "logser", "p",
    support=FROM_ONE, valid=lambda p: (p > 0) & (p < 1),
    pmf=lambda k, p: -(p ** k) / (k * np.log1p(-p)),
    logpmf=lambda k, p: k * np.log(p) - np.log(k) - np.log(-np.log1p(-p)),
    mean=lambda p: p / ((p - 1.0) * np.log1p(-p)),
)
discrete(
    "yulesimon", "alpha",
    support=FROM_ONE,
    pmf=lambda k, alpha: alpha * special.beta(k, alpha + 1.0),
    logpmf=lambda k, alpha: np.log(alpha) + special.betaln(k, alpha + 1.0),
)
