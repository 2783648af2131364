"""Distributions with gamma and beta functions, in standard form.

Formulas: Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions. A distribution function has no derivative
by a shape that is the order of an incomplete gamma or beta function: that has no closed form.
"""

from __future__ import annotations

import importlib
import math
from typing import Any

import numpy as np

from adgen.library.distributions.framework import POSITIVE, UNIT, above, at, continuous

special: Any = importlib.import_module("scipy.special")
chosen: Any = np.where

LOG_2 = math.log(2.0)
ROOT_2 = math.sqrt(2.0)
ROOT_HALF_PI = math.sqrt(0.5 * math.pi)


def square(x: Any) -> Any:
    return x * x


def gamma_entropy(a: Any) -> Any:
    return special.psi(a) * (1.0 - a) + a + special.gammaln(a)


continuous(
    "expon",
    support=POSITIVE, inside=at(1.0),
    pdf=lambda x: np.exp(-x),
    logpdf=lambda x: -x,
    cdf=lambda x: -np.expm1(-x),
    sf=lambda x: np.exp(-x),
    logsf=lambda x: -x,
    ppf=lambda q: -np.log1p(-q),
    isf=lambda q: -np.log(q),
    mean=lambda: 1.0,
    var=lambda: 1.0,
    entropy=lambda: 1.0,
)
for _name in ("gamma", "erlang"):
    continuous(
        _name, "a",
        support=POSITIVE, inside=at(1.0),
        logpdf=lambda x, a: special.xlogy(a - 1.0, x) - x - special.gammaln(a),
        cdf=lambda x, a: special.gammainc(a, x),
        sf=lambda x, a: special.gammaincc(a, x),
        ppf=lambda q, a: special.gammaincinv(a, q),
        isf=lambda q, a: special.gammainccinv(a, q),
        mean=lambda a: a,
        var=lambda a: a,
        entropy=lambda a: gamma_entropy(a),
    )
continuous(
    "chi2", "df",
    support=POSITIVE, inside=at(1.0),
    logpdf=lambda x, df: special.xlogy(0.5 * df - 1.0, x) - 0.5 * x - special.gammaln(0.5 * df) - 0.5 * LOG_2 * df,
    cdf=lambda x, df: special.gammainc(0.5 * df, 0.5 * x),
    sf=lambda x, df: special.gammaincc(0.5 * df, 0.5 * x),
    ppf=lambda q, df: 2.0 * special.gammaincinv(0.5 * df, q),
    isf=lambda q, df: 2.0 * special.gammainccinv(0.5 * df, q),
    mean=lambda df: df,
    var=lambda df: 2.0 * df,
    entropy=lambda df: gamma_entropy(0.5 * df) + LOG_2,
)
continuous(
    "chi", "df",
    support=POSITIVE, inside=at(1.0),
    logpdf=lambda x, df: LOG_2 - 0.5 * LOG_2 * df - special.gammaln(0.5 * df) + special.xlogy(df - 1.0, x)
    - 0.5 * x * x,
    cdf=lambda x, df: special.gammainc(0.5 * df, 0.5 * x * x),
    sf=lambda x, df: special.gammaincc(0.5 * df, 0.5 * x * x),
    ppf=lambda q, df: np.sqrt(2.0 * special.gammaincinv(0.5 * df, q)),
    isf=lambda q, df: np.sqrt(2.0 * special.gammainccinv(0.5 * df, q)),
)
continuous(
    "maxwell",
    support=POSITIVE, inside=at(1.0),
    pdf=lambda x: x * x * np.exp(-0.5 * x * x) / ROOT_HALF_PI,
    logpdf=lambda x: 2.0 * np.log(x) - 0.5 * x * x - math.log(ROOT_HALF_PI),
    cdf=lambda x: special.gammainc(1.5, 0.5 * x * x),
    sf=lambda x: special.gammaincc(1.5, 0.5 * x * x),
    ppf=lambda q: np.sqrt(2.0 * special.gammaincinv(1.5, q)),
    isf=lambda q: np.sqrt(2.0 * special.gammainccinv(1.5, q)),
    mean=lambda: 2.0 / ROOT_HALF_PI,
    var=lambda: 3.0 - 8.0 / math.pi,
    entropy=lambda: np.euler_gamma + 0.5 * math.log(2.0 * math.pi) - 0.5,
)
continuous(
    "rayleigh",
    support=POSITIVE, inside=at(1.0), open=True,
    pdf=lambda x: x * np.exp(-0.5 * x * x),
    logpdf=lambda x: np.log(x) - 0.5 * x * x,
    cdf=lambda x: -np.expm1(-0.5 * x * x),
    sf=lambda x: np.exp(-0.5 * x * x),
    logsf=lambda x: -0.5 * x * x,
    ppf=lambda q: np.sqrt(-2.0 * np.log1p(-q)),
    isf=lambda q: np.sqrt(-2.0 * np.log(q)),
    mean=lambda: ROOT_HALF_PI,
    var=lambda: 2.0 - 0.5 * math.pi,
    entropy=lambda: 0.5 * np.euler_gamma + 1.0 - 0.5 * LOG_2,
)
continuous(
    "nakagami", "nu",
    support=POSITIVE, inside=at(1.0),
    logpdf=lambda x, nu: LOG_2 + special.xlogy(nu, nu) - special.gammaln(nu) + special.xlogy(2.0 * nu - 1.0, x)
    - nu * x * x,
    cdf=lambda x, nu: special.gammainc(nu, nu * x * x),
    sf=lambda x, nu: special.gammaincc(nu, nu * x * x),
    ppf=lambda q, nu: np.sqrt(special.gammaincinv(nu, q) / nu),
    isf=lambda q, nu: np.sqrt(special.gammainccinv(nu, q) / nu),
)
continuous(
    "loggamma", "c",
    logpdf=lambda x, c: c * x - np.exp(x) - special.gammaln(c),
    cdf=lambda x, c: special.gammainc(c, np.exp(x)),
    sf=lambda x, c: special.gammaincc(c, np.exp(x)),
    ppf=lambda q, c: np.log(special.gammaincinv(c, q)),
    isf=lambda q, c: np.log(special.gammainccinv(c, q)),
    mean=lambda c: special.psi(c),
    var=lambda c: special.polygamma(1, c),
    entropy=lambda c: special.gammaln(c) - c * special.psi(c) + c,
)
continuous(
    "invgamma", "a",
    support=POSITIVE, inside=at(1.0), open=True,
    logpdf=lambda x, a: -(a + 1.0) * np.log(x) - special.gammaln(a) - 1.0 / x,
    cdf=lambda x, a: special.gammaincc(a, 1.0 / x),
    sf=lambda x, a: special.gammainc(a, 1.0 / x),
    ppf=lambda q, a: 1.0 / special.gammainccinv(a, q),
    isf=lambda q, a: 1.0 / special.gammaincinv(a, q),
    mean=lambda a: above(a, 1.0, lambda b: 1.0 / (b - 1.0), np.inf),
    var=lambda a: above(a, 2.0, lambda b: 1.0 / (square(b - 1.0) * (b - 2.0)), np.inf),
    entropy=lambda a: a - (a + 1.0) * special.psi(a) + special.gammaln(a),
)
continuous(
    "beta", "a b",
    support=UNIT,
    logpdf=lambda x, a, b: special.xlog1py(b - 1.0, -x) + special.xlogy(a - 1.0, x) - special.betaln(a, b),
    cdf=lambda x, a, b: special.betainc(a, b, x),
    sf=lambda x, a, b: special.betaincc(a, b, x),
    ppf=lambda q, a, b: special.betaincinv(a, b, q),
    isf=lambda q, a, b: special.betainccinv(a, b, q),
    mean=lambda a, b: a / (a + b),
    var=lambda a, b: a * b / (square(a + b) * (a + b + 1.0)),
    entropy=lambda a, b: special.betaln(a, b) - (a - 1.0) * special.psi(a) - (b - 1.0) * special.psi(b)
    + (a + b - 2.0) * special.psi(a + b),
)
continuous(
    "betaprime", "a b",
    support=POSITIVE, inside=at(1.0), open=True,
    logpdf=lambda x, a, b: special.xlogy(a - 1.0, x) - special.xlog1py(a + b, x) - special.betaln(a, b),
    cdf=lambda x, a, b: special.betainc(a, b, 1.0 / (1.0 + 1.0 / x)),
    sf=lambda x, a, b: special.betainc(b, a, 1.0 / (1.0 + x)),
    isf=lambda q, a, b: 1.0 / special.betaincinv(b, a, q) - 1.0,
    ppf=lambda q, a, b: 1.0 / special.betainccinv(b, a, q) - 1.0,
    mean=lambda a, b: a * above(b, 1.0, lambda c: 1.0 / (c - 1.0), np.inf),
)


def t_quantile(q: Any, df: Any) -> Any:
    """SciPy's stdtrit is +inf at 0."""
    return chosen(q == 0.0, -np.inf, special.stdtrit(df, q))


continuous(
    "t", "df",
    logpdf=lambda x, df: np.log(special.poch(0.5 * df, 0.5)) - 0.5 * np.log(math.pi * df)
    - 0.5 * (df + 1.0) * np.log1p(x * x / df),
    cdf=lambda x, df: special.stdtr(df, x),
    sf=lambda x, df: special.stdtr(df, -x),
    ppf=lambda q, df: t_quantile(q, df),
    isf=lambda q, df: -t_quantile(q, df),
    mean=lambda df: np.where(df > 1.0, 0.0, np.inf),
    var=lambda df: above(df, 2.0, lambda n: n / (n - 2.0), np.inf) + np.where(df > 1.0, 0.0, np.nan),
    entropy=lambda df: 0.5 * (df + 1.0) * (special.psi(0.5 * (df + 1.0)) - special.psi(0.5 * df))
    + 0.5 * np.log(df) + special.betaln(0.5 * df, 0.5),
)


def share(x: Any, n: Any, m: Any) -> Any:
    """The variable of the beta distribution that belongs to one of the F distribution."""
    return 1.0 / (1.0 + m / (n * x))


def f_log_density(x: Any, n: Any, m: Any) -> Any:
    powers = 0.5 * m * np.log(m) + 0.5 * n * np.log(n) + special.xlogy(0.5 * n - 1.0, x)
    return powers - 0.5 * (n + m) * np.log(m + n * x) - special.betaln(0.5 * n, 0.5 * m)


def f_variance(n: Any, m: Any) -> Any:
    return 2.0 * (n + m - 2.0) / n * above(m, 4.0, lambda d: square(d / (d - 2.0)) / (d - 4.0), np.inf)


continuous(
    "f", "dfn dfd",
    support=POSITIVE, inside=at(1.0),
    logpdf=f_log_density,
    cdf=lambda x, n, m: special.betainc(0.5 * n, 0.5 * m, share(x, n, m)),
    sf=lambda x, n, m: special.betainc(0.5 * m, 0.5 * n, m / (m + n * x)),
    ppf=lambda q, n, m: special.fdtri(n, m, q),
    mean=lambda n, m: above(m, 2.0, lambda d: d / (d - 2.0), np.inf) + 0.0 * n,
    var=f_variance,
    entropy=lambda n, m: np.log(m) - np.log(n) + special.betaln(0.5 * n, 0.5 * m)
    + (1.0 - 0.5 * n) * special.psi(0.5 * n) - (1.0 + 0.5 * m) * special.psi(0.5 * m)
    + 0.5 * (n + m) * special.psi(0.5 * (n + m)),
)
continuous(
    "gennorm", "beta",
    logpdf=lambda x, beta: np.log(0.5 * beta) - special.gammaln(1.0 / beta) - np.abs(x) ** beta,
    entropy=lambda beta: 1.0 / beta - np.log(0.5 * beta) + special.gammaln(1.0 / beta),
)
continuous(
    "gengamma", "a c",
    support=POSITIVE, inside=at(1.0), open=True,
    valid=lambda a, c: (a > 0) & (c != 0),
    logpdf=lambda x, a, c: np.log(np.abs(c)) + special.xlogy(c * a - 1.0, x) - x ** c - special.gammaln(a),
    cdf=lambda x, a, c: chosen(c > 0, special.gammainc(a, x ** c), special.gammaincc(a, x ** c)),
    sf=lambda x, a, c: chosen(c > 0, special.gammaincc(a, x ** c), special.gammainc(a, x ** c)),
)
