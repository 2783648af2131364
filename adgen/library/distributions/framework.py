"""What all distributions of `scipy.stats` share: location and scale, support, frozen distributions.

    continuous("gamma", "a", support=POSITIVE, logpdf=lambda x, a: ..., cdf=..., mean=...)

enters a method for each formula of the standard form (location 0, scale 1), with the formula's own name; `pdf` is made
of `logpdf` where it has no formula, and so on. The formulas are evaluated inside the support alone: outside, the value
is SciPy's (0, 1 or -inf) and the derivative 0. A scale or shape that is not allowed makes NaN, as in SciPy. Computed is
in double precision, as there.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, cast

import numpy as np

from adgen.library import FROZEN, known, reads, reads_method, refuse

stats: Any = importlib.import_module("scipy.stats")
Formula = (
    Callable[[], Any] | Callable[[Any], Any] | Callable[[Any, Any], Any] | Callable[[Any, Any, Any], Any]
    | Callable[[Any, Any, Any, Any], Any]
)
"""A function of the variable and the shapes, or of the shapes."""
DRAWS = ("the method rvs of a distribution is not supported: it draws random numbers",
         "draw by a generator of NumPy: rng.normal(loc, scale, size), whose draws have a derivative")
Function = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Family:
    """A family of distributions in standard form; the shapes follow the variable."""

    name: str
    formulas: dict[str, Function]
    support: tuple[Any, Any]
    """Bounds as functions of the shapes; None where there is none."""
    inside: Any
    """A point of the support, as a function of the shapes: formulas are evaluated there in the place of points that are
    outside."""
    valid: Any
    """A condition on the shapes: elsewhere all values are NaN."""
    open: bool
    """Whether the density is 0 at the bounds."""


# Bounds and checks


def at(number: float) -> Function:
    """A bound that no shape moves."""
    return lambda *shapes: number


POSITIVE = (at(0.0), None)
UNIT = (at(0.0), at(1.0))
HALF = at(0.5)


def all_positive(*shapes: Any) -> Any:
    valid = True
    for shape in shapes:
        valid = both(valid, shape > 0)
    return valid


def anything(*shapes: Any) -> Any:
    return True


def both(first: Any, second: Any) -> Any:
    if known(first) and first:
        return second
    if known(second) and second:
        return first
    return first & second


def checked(y: Any, condition: Any) -> Any:
    """NaN where a condition on the parameters does not hold. Adding it leaves the derivative as it is."""
    return y if known(condition) and condition else y + np.where(condition, 0.0, np.nan)


def above(p: Any, bound: float, formula: Callable[[Any], Any], otherwise: float) -> Any:
    """A formula where a shape is above a bound: a moment that does not always exist."""
    enough = p > bound
    return np.where(enough, formula(np.where(enough, p, bound + 1.0)), otherwise)


# Location and scale


def number(x: Any) -> Any:
    """Nested lists as an array."""
    y = np.asarray(cast(Any, x)) if isinstance(x, (list, tuple)) else x
    if y is not None and np.iscomplexobj(y):
        refuse("a distribution of complex numbers is not supported", "take their real parts")
    return y


def double(x: Any) -> Any:
    """SciPy computes in double precision whatever it is given."""
    return np.asarray(number(x), dtype=np.float64)


def is_one(scale: Any) -> bool:
    return known(scale) and scale == 1


def standardised(x: Any, loc: Any, scale: Any, condition: Any) -> Any:
    """The variable for location 0 and scale 1; NaN where a condition does not hold, so that what is made of it is."""
    z = double(x)
    if known(loc) and loc == 0:
        z = checked(z, condition)
    else:
        z = z - checked(number(loc), condition)
    return z if is_one(scale) else z / scale


def moved(y: Any, loc: Any, scale: Any, condition: Any) -> Any:
    if not is_one(scale):
        y = y * scale
        condition = both(condition, scale > 0)
    if not (known(loc) and loc == 0):
        return y + checked(number(loc), condition)
    return checked(y, condition)


def plain(y: Any) -> Any:
    """An element in the place of an array of rank 0."""
    return y[()] if np.ndim(y) == 0 else y


def split(parameters: Any) -> Any:
    """(shapes, location, scale) of the parameters in their order."""
    *shapes, loc, scale = [number(p) for p in parameters]
    return shapes, loc, scale


def supported(family: Any, formula: Any, z: Any, shapes: Any, is_open: bool, below: float, above: float) -> Any:
    """A formula inside the support, and given values below and above it."""
    lower, upper = family.support
    if lower is None and upper is None:
        return formula(z, *shapes)
    under = over = False
    if lower is not None:
        under = z <= lower(*shapes) if is_open else z < lower(*shapes)
    if upper is not None:
        over = z >= upper(*shapes) if is_open else z > upper(*shapes)
    if lower is None:
        outside = over
    else:
        outside = under if upper is None else under | over
    y = formula(np.where(outside, family.inside(*shapes), z), *shapes)
    if lower is None:
        return np.where(outside, above, y)
    if upper is None or below == above:
        return np.where(outside, below, y)
    return np.where(outside, np.where(over, above, below), y)


def formula_of(family: Any, name: str) -> Any:
    if name in family.formulas:
        return family.formulas[name]
    return refuse(f"scipy.stats.{family.name}.{name} is not supported: adgen has no formula for it",
                  "use another method of it, such as logpdf; or write the formula as a function")


# Methods


def density(family: Any, x: Any, *parameters: Any) -> Any:
    shapes, loc, scale = split(parameters)
    z = standardised(x, loc, scale, both(family.valid(*shapes), scale > 0))
    y = supported(family, formula_of(family, "pdf"), z, shapes, family.open, 0.0, 0.0)
    return plain(y) if is_one(scale) else y / scale


def log_density(family: Any, x: Any, *parameters: Any) -> Any:
    """A scale that is not positive needs no check: its logarithm makes the value NaN."""
    shapes, loc, scale = split(parameters)
    z = standardised(x, loc, scale, family.valid(*shapes))
    y = supported(family, formula_of(family, "logpdf"), z, shapes, family.open, -np.inf, -np.inf)
    return plain(y) if is_one(scale) else y - np.log(scale)


def cumulative(name: str, below: float, above: float, family: Any, x: Any, *parameters: Any) -> Any:
    """cdf, sf, logcdf and logsf, whose values at the bounds themselves are those beyond them."""
    shapes, loc, scale = split(parameters)
    z = standardised(x, loc, scale, both(family.valid(*shapes), scale > 0))
    return plain(supported(family, formula_of(family, name), z, shapes, True, below, above))


def quantile(name: str, family: Any, q: Any, *parameters: Any) -> Any:
    """ppf and isf: of probabilities."""
    shapes, loc, scale = split(parameters)
    p = double(q)
    y = formula_of(family, name)(checked(p, (p >= 0) & (p <= 1)), *shapes)
    return plain(moved(y, loc, scale, family.valid(*shapes)))


def median(family: Any, *parameters: Any) -> Any:
    shapes, loc, scale = split(parameters)
    return plain(moved(formula_of(family, "ppf")(np.float64(0.5), *shapes), loc, scale, family.valid(*shapes)))


def interval(family: Any, confidence: Any, *parameters: Any) -> Any:
    alpha = double(confidence)
    low, high = (1.0 - alpha) / 2, (1.0 + alpha) / 2
    return quantile("ppf", family, low, *parameters), quantile("ppf", family, high, *parameters)


def mean(family: Any, *parameters: Any) -> Any:
    shapes, loc, scale = split(parameters)
    return plain(moved(double(formula_of(family, "mean")(*shapes)), loc, scale, family.valid(*shapes)))


def variance(family: Any, *parameters: Any) -> Any:
    shapes, _, scale = split(parameters)
    square = scale if is_one(scale) else scale**2
    return plain(checked(double(formula_of(family, "var")(*shapes)) * square, both(family.valid(*shapes), scale > 0)))


def deviation(family: Any, *parameters: Any) -> Any:
    shapes, _, scale = split(parameters)
    root = np.sqrt(double(formula_of(family, "var")(*shapes)))
    return plain(checked(root * scale, both(family.valid(*shapes), scale > 0)))


def entropy(family: Any, *parameters: Any) -> Any:
    shapes, _, scale = split(parameters)
    h = checked(double(formula_of(family, "entropy")(*shapes)), both(family.valid(*shapes), scale > 0))
    return plain(h) if is_one(scale) else h + np.log(scale)


METHODS: dict[str, tuple[str, str, Function]] = {
    "pdf": ("pdf", "x", density),
    "logpdf": ("logpdf", "x", log_density),
    "cdf": ("cdf", "x", partial(cumulative, "cdf", 0.0, 1.0)),
    "sf": ("sf", "x", partial(cumulative, "sf", 1.0, 0.0)),
    "logcdf": ("logcdf", "x", partial(cumulative, "logcdf", -np.inf, 0.0)),
    "logsf": ("logsf", "x", partial(cumulative, "logsf", 0.0, -np.inf)),
    "ppf": ("ppf", "q", partial(quantile, "ppf")),
    "isf": ("isf", "q", partial(quantile, "isf")),
    "median": ("ppf", "", median),
    "interval": ("ppf", "confidence", interval),
    "mean": ("mean", "", mean),
    "var": ("var", "", variance),
    "std": ("var", "", deviation),
    "entropy": ("entropy", "", entropy),
}
"""Of each method: the formula that it needs, the parameter before the shapes, and the function that is read."""


# Functions made of others


def exponential_of(logpdf: Function) -> Function:
    def exponential(x: Any, *shapes: Any) -> Any:
        return np.exp(logpdf(x, *shapes))

    return exponential


def logarithm_of(pdf: Function) -> Function:
    def logarithm(x: Any, *shapes: Any) -> Any:
        return np.log(pdf(x, *shapes))

    return logarithm


def complement_of(cdf: Function) -> Function:
    def complement(x: Any, *shapes: Any) -> Any:
        return 1.0 - cdf(x, *shapes)

    return complement


def reflected(ppf: Function) -> Function:
    def of_complement(q: Any, *shapes: Any) -> Any:
        return ppf(1.0 - q, *shapes)

    return of_complement


DERIVED = (
    ("pdf", "logpdf", exponential_of), ("logpdf", "pdf", logarithm_of), ("cdf", "logcdf", exponential_of),
    ("sf", "logsf", exponential_of), ("sf", "cdf", complement_of), ("logcdf", "cdf", logarithm_of),
    ("logsf", "sf", logarithm_of), ("isf", "ppf", reflected),
)
"""(what, of what, how), in the order in which they are tried."""


def completed(formulas: dict[str, Function]) -> dict[str, Function]:
    made = dict(formulas)
    for name, source, make in DERIVED:
        if name not in made and source in made:
            made[name] = make(made[source])
    return made


# Entering


class Frozen:
    """A distribution with its parameters: what `scipy.stats.norm(loc, scale)` makes."""

    def __init__(self, family: Any, parameters: Any):
        self.family = family
        self.parameters = parameters

    def pdf(self, x: Any) -> Any:
        return density(self.family, x, *self.parameters)

    def logpdf(self, x: Any) -> Any:
        return log_density(self.family, x, *self.parameters)

    def cdf(self, x: Any) -> Any:
        return cumulative("cdf", 0.0, 1.0, self.family, x, *self.parameters)

    def sf(self, x: Any) -> Any:
        return cumulative("sf", 1.0, 0.0, self.family, x, *self.parameters)

    def logcdf(self, x: Any) -> Any:
        return cumulative("logcdf", -np.inf, 0.0, self.family, x, *self.parameters)

    def logsf(self, x: Any) -> Any:
        return cumulative("logsf", 0.0, -np.inf, self.family, x, *self.parameters)

    def ppf(self, q: Any) -> Any:
        return quantile("ppf", self.family, q, *self.parameters)

    def isf(self, q: Any) -> Any:
        return quantile("isf", self.family, q, *self.parameters)

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

    def median(self) -> Any:
        return median(self.family, *self.parameters)

    def interval(self, confidence: Any) -> Any:
        return interval(self.family, confidence, *self.parameters)


def frozen(family: Any, *parameters: Any) -> Any:
    return Frozen(family, parameters)


LOC, SCALE = ("loc", 0), ("scale", 1)


def continuous(
    name: str,
    shapes: str = "",
    *,
    support: tuple[Formula | None, Formula | None] = (None, None),
    inside: Formula = HALF,
    valid: Formula = all_positive,
    open: bool = False,
    without: tuple[str, ...] = (),
    **formulas: Formula,
) -> None:
    """Enter a distribution by its formulas in standard form; `without` are methods that those made of others would be
    inexact for."""
    owner: Any = getattr(stats, name, None)
    if owner is None:
        return
    made = completed(cast("dict[str, Function]", formulas))
    known_formulas = {method: formula for method, formula in made.items() if method not in without}
    family = Family(name, known_formulas, support, inside, valid, open)
    for method, (needed, first, function) in METHODS.items():
        if needed in family.formulas:
            signature = parameters_of(first, shapes, LOC, SCALE)
            enter = reads_method(owner, method, f"scipy.stats.{name}.{method}", exact=False, signature=signature)
            enter(partial_of(function, family))
    signature = parameters_of("", shapes, LOC, SCALE)
    reads(owner, f"scipy.stats.{name}", exact=False, signature=signature)(partial(frozen, family))


@cache
def parameters_of(first: str, shapes: str, *last: tuple[str, int]) -> inspect.Signature:
    """The parameters of a method: names, and those with a default."""
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    names = [*first.split(), *shapes.split()]
    defaults = [inspect.Parameter(name, kind, default=value) for name, value in last]
    return inspect.Signature([*(inspect.Parameter(name, kind) for name in names), *defaults])


def partial_of(function: Function, family: Family) -> Function:
    """The family goes before the variable, behind what the method has given already."""
    if isinstance(function, partial):
        given = cast("partial[Any]", function)
        return partial(given.func, *given.args, family)
    return partial(function, family)


def thaw(frozen: Any) -> tuple[Any, tuple[Any, ...], dict[str, Any]]:
    """The call that makes a frozen distribution from outside: it has a copy of the distribution."""
    return getattr(stats, frozen.dist.name), frozen.args, frozen.kwds


FROZEN[type(stats.norm())] = thaw
