"""Distribution functions of `scipy.special` (`bdtr`, `chdtr`, `fdtr`, `gdtr`, `nbdtr`, `pdtr`, `stdtr` ...), their
complements and inverses.

The derivative by the variable is the density; that of an inverse follows from the function that it solves. By a
shape (degrees of freedom, counts) there is no closed form. Formulas: DLMF 8.2, 8.17; Johnson, Kotz and Balakrishnan,
Continuous Univariate Distributions, 2nd ed., chapters 28 to 31, for the noncentral ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from adgen.rules.special_gamma import beta_density, gamma_density
from adgen.rules.special_rows import Args, inverse_of, mixed, shifted, special
from adgen.rules.table import E, Ops, Partial

Slope = Callable[[Ops, Args], E]
"""A derivative of a distribution function, from its arguments."""
ROOT_PI = math.sqrt(math.pi)


def whole(g: Ops, k: E) -> E:
    """A count rounded down, as these functions do with a float."""
    return k if np.dtype(k.dtype).kind in "iu" else g("floor", k)


def by_binomial(g: Ops, args: Args) -> E:
    """bdtr(k, n, p) is I[1 - p](n - k, k + 1)."""
    k, n, p = args
    k = whole(g, k)
    return -beta_density(g, shifted(k, 1), n - k, p)


def by_negative_binomial(g: Ops, args: Args) -> E:
    """nbdtr(k, n, p) is I[p](n, k + 1)."""
    k, n, p = args
    return beta_density(g, n, shifted(whole(g, k), 1), p)


def by_poisson(g: Ops, args: Args) -> E:
    """pdtr(k, m) is Q(k + 1, m)."""
    k, m = args
    return -gamma_density(g, shifted(whole(g, k), 1), m)


def by_chi_square(g: Ops, args: Args) -> E:
    df, x = args
    return 0.5 * gamma_density(g, 0.5 * df, 0.5 * x)


def by_f(g: Ops, args: Args) -> E:
    dfn, dfd, x = args
    total = dfn * x + dfd
    return beta_density(g, 0.5 * dfn, 0.5 * dfd, dfn * x / total) * (dfn * dfd / (total * total))


def by_rate(g: Ops, args: Args) -> E:
    a, b, x = args
    return x * gamma_density(g, b, a * x)


def by_gamma(g: Ops, args: Args) -> E:
    a, b, x = args
    return a * gamma_density(g, b, a * x)


def by_t(g: Ops, args: Args) -> E:
    df, t = args
    log = (0.5 * df + 0.5) * g("log1p", t * t / df)
    return g("exp", -log - g("special.betaln", 0.5, 0.5 * df)) / g("sqrt", df)


def by_noncentral_chi_square(g: Ops, args: Args) -> E:
    x, df, nc = args
    central = 0.5 * gamma_density(g, 0.5 * df, 0.5 * x)
    return central * g("exp", -0.5 * nc) * g("special.hyp0f1", 0.5 * df, 0.25 * nc * x)


def chi_square_by_noncentrality(g: Ops, args: Args) -> E:
    x, df, nc = args
    return 0.5 * (g("special.chndtr", x, df + 2.0, nc) - g("special.chndtr", x, df, nc))


def by_noncentral_f(g: Ops, args: Args) -> E:
    dfn, dfd, nc, f = args
    total = dfn * f + dfd
    share = dfn * f / total
    central = beta_density(g, 0.5 * dfn, 0.5 * dfd, share) * (dfn * dfd / (total * total))
    series = g("special.hyp1f1", 0.5 * (dfn + dfd), 0.5 * dfn, 0.5 * nc * share)
    return central * g("exp", -0.5 * nc) * series


def f_by_noncentrality(g: Ops, args: Args) -> E:
    dfn, dfd, nc, f = args
    more = g("special.ncfdtr", dfn + 2.0, dfd, nc, f * (dfn / (dfn + 2.0)))
    return 0.5 * (more - g("special.ncfdtr", dfn, dfd, nc, f))


def by_noncentral_t(g: Ops, args: Args) -> E:
    """The density as a sum of two confluent functions, even and odd in t."""
    df, nc, t = args
    total = df + t * t
    z = 0.5 * nc * nc * (t * t / total)
    scale = g("exp", 0.5 * (df * g("log", df / total) - nc * nc)) / g("sqrt", df)
    half = 0.5 * df
    even = g("special.hyp1f1", half + 0.5, 0.5, z) * g("sqrt", df / total)
    odd = g("special.hyp1f1", half + 1.0, 1.5, z) * nc * t * (math.sqrt(2.0) * g("sqrt", df) / total)
    gap = g("special.gammaln", half + 0.5) - g("special.gammaln", half)
    return scale * (even * g("exp", gap) / ROOT_PI + odd * half / ROOT_PI)


def tukey_slope(g: Ops, args: Args, y: E) -> E:
    """1 / (p^(l - 1) + (1 - p)^(l - 1)) for p inside (0, 1), which solves x = (p^l - (1 - p)^l) / l."""
    power = args[1] - 1.0
    inside = g("logical_and", y > 0, y < 1)
    p = g("where", inside, y, 0.5)
    return g("where", inside, 1.0 / (g("power", p, power) + g("power", 1.0 - p, power)), 0.0)


def forward(slope: Slope, sign: float = 1.0) -> Partial:
    return lambda g, args, y: slope(g, args) if sign > 0 else -slope(g, args)


def quotient_of(slope: Slope, other: Slope, position: int) -> Partial:
    """The derivative -slope / other of an inverse, whose result stands at a position."""
    def partial(g: Ops, args: Args, y: E) -> E:
        given = (*args[:position], y, *args[position + 1:])
        return -slope(g, given) / other(g, given)

    return partial


def negative(slope: Slope) -> Slope:
    return lambda g, args: -slope(g, args)


def enter_pairs() -> None:
    """A distribution function, its complement and the inverse by its last argument, of one or the other."""
    # fmt: off
    for cumulative, complement, inverse, number, slope, of_complement in (
        ("bdtr",  "bdtrc",  "bdtri",  3, by_binomial,          False),
        ("nbdtr", "nbdtrc", "nbdtri", 3, by_negative_binomial, False),
        ("pdtr",  "pdtrc",  "pdtri",  2, by_poisson,           False),
        ("chdtr", "chdtrc", "chdtri", 2, by_chi_square,        True),
        ("fdtr",  "fdtrc",  "fdtri",  3, by_f,                 False),
        ("stdtr", "",       "stdtrit", 2, by_t,                False),
    ):
        shapes = [None] * (number - 1)
        mixed(cumulative, *shapes, forward(slope))
        mixed(complement, *shapes, forward(slope, -1.0))
        mixed(inverse, *shapes, inverse_of(negative(slope) if of_complement else slope, number - 1))

    mixed("gdtr",   forward(by_rate), None, forward(by_gamma))
    mixed("gdtrc",  forward(by_rate, -1.0), None, forward(by_gamma, -1.0))
    mixed("gdtria", inverse_of(by_rate, 0), None, lambda g, args, y: -y / args[2])
    mixed("gdtrix", lambda g, args, y: -y / args[0], None, inverse_of(by_gamma, 2))
    mixed("chndtr", forward(by_noncentral_chi_square), None, forward(chi_square_by_noncentrality))
    mixed("chndtrix", inverse_of(by_noncentral_chi_square, 0), None,
                      quotient_of(chi_square_by_noncentrality, by_noncentral_chi_square, 0))
    mixed("chndtrinc", quotient_of(by_noncentral_chi_square, chi_square_by_noncentrality, 2), None,
                       inverse_of(chi_square_by_noncentrality, 2))
    mixed("ncfdtr", None, None, forward(f_by_noncentrality), forward(by_noncentral_f))
    mixed("ncfdtri", None, None, quotient_of(f_by_noncentrality, by_noncentral_f, 3), inverse_of(by_noncentral_f, 3))
    mixed("nctdtr", None, None, forward(by_noncentral_t))
    mixed("nctdtrit", None, None, inverse_of(by_noncentral_t, 2))
    mixed("tklmbda", tukey_slope, None)
    mixed("nrdtrimn", lambda g, args, y: -args[1] * math.sqrt(2.0 * math.pi) * quantile_factor(g, args[0]),
                      lambda g, args, y: -g("special.ndtri", args[0]),
                      lambda g, args, y: 1.0)
    mixed("nrdtrisd", lambda g, args, y: -1.0 / g("special.ndtri", args[1]),
                      lambda g, args, y: -y * math.sqrt(2.0 * math.pi) * quantile_factor(g, args[1])
                                         / g("special.ndtri", args[1]),
                      lambda g, args, y: 1.0 / g("special.ndtri", args[1]))
    # fmt: on


def quantile_factor(g: Ops, p: E) -> E:
    """The slope of the normal quantile, but for sqrt(2 pi)."""
    z = g("special.ndtri", p)
    return g("exp", 0.5 * (z * z))


SHAPES = {"bdtrik": 3, "bdtrin": 3, "nbdtrik": 3, "nbdtrin": 3, "pdtrik": 2, "chdtriv": 2, "chndtridf": 3,
          "fdtridfd": 3, "gdtrib": 3, "ncfdtridfd": 4, "ncfdtridfn": 4, "ncfdtrinc": 4, "nctdtridf": 3,
          "nctdtrinc": 3, "stdtridf": 2, "btdtria": 3, "btdtrib": 3, "smirnov": 2, "smirnovi": 2, "kolmogorov": 1,
          "kolmogi": 1}
"""Inverses by a shape, or found by a search to a few digits, and functions whose derivative is a series: they serve as
constants."""


def enter_shapes() -> None:
    for name, number in SHAPES.items():
        mixed(name, *[None] * number)


if special is not None:
    enter_pairs()
    enter_shapes()
