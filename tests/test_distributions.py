"""Distributions of `scipy.stats` where the end-to-end cases do not go: outside and at the ends of the support, in
tails, with parameters that are not allowed, frozen outside of the function, and what is refused."""
from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

import adgen

INSIDE, BELOW = 0.7, -0.7


def value_and_slope(function: Callable[..., Any], *args: float) -> tuple[Any, Any]:
    """Value and gradient by adgen; no floating point warnings."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value, bars = adgen.value_and_grad(function, argnums=tuple(range(len(args))))(*args)
    return value, bars


def gamma_pdf(x, a, s):
    return stats.gamma.pdf(x, a, scale=s)


def gamma_cdf(x, s):
    return stats.gamma.cdf(x, 1.7, scale=s)


def lognorm_sf(x, a, s):
    return stats.lognorm.sf(x, a, scale=s)


def weibull_pdf(x, a, s):
    return stats.weibull_min.pdf(x, a, scale=s)


def pareto_logpdf(x, a, s):
    return stats.pareto.logpdf(x, a, scale=s)


def genextreme_cdf(x, a, s):
    return stats.genextreme.cdf(x, -a, scale=s)


@pytest.mark.parametrize("function, args", [
    (gamma_pdf, (BELOW, 1.7, 1.3)), (gamma_cdf, (BELOW, 1.3)), (lognorm_sf, (BELOW, 0.6, 1.3)),
    (weibull_pdf, (BELOW, 1.6, 1.3)), (pareto_logpdf, (INSIDE, 2.5, 1.3)), (genextreme_cdf, (-9.0, 0.3, 1.3)),
])
def test_outside_the_support(function: Callable[..., Any], args: tuple[float, ...]) -> None:
    """SciPy's value, and derivatives that are 0 but for that of log(scale)."""
    value, bars = value_and_slope(function, *args)
    assert value == function(*args)
    scale_bar = -1.0 / args[-1] if function is pareto_logpdf else 0.0
    assert [float(b) for b in bars] == [0.0] * (len(args) - 1) + [scale_bar]


def expon_logpdf(x):
    return stats.expon.logpdf(x)


def uniform_cdf(x):
    return stats.uniform.cdf(x, 1.0, 2.0)


def laplace_cdf(x):
    return stats.laplace.cdf(x)


def logistic_slope(x):
    return adgen.grad(logistic_logpdf)(x)


def logistic_logpdf(x):
    return stats.logistic.logpdf(x)


def laplace_logpdf(x):
    return stats.laplace.logpdf(x)


@pytest.mark.parametrize("function, x, slope", [
    (expon_logpdf, 0.0, -1.0), (uniform_cdf, 1.0, 0.0), (uniform_cdf, 3.0, 0.0), (uniform_cdf, 2.0, 0.5),
    (laplace_cdf, 0.0, 0.5), (laplace_logpdf, 0.0, 0.0), (logistic_slope, 0.0, -0.5),
])
def test_at_kinks(function: Callable[..., Any], x: float, slope: float) -> None:
    """The density counts its bounds to the support, the distribution function does not, as SciPy evaluates them."""
    assert adgen.grad(function)(x) == slope


def norm_logcdf(x):
    return stats.norm.logcdf(x)


def norm_logsf(x):
    return stats.norm.logsf(x, 1.0, 2.0)


def truncnorm_logpdf(x, a):
    return stats.truncnorm.logpdf(x, a, np.inf)


def genpareto_logpdf(x, c):
    return stats.genpareto.logpdf(x, c)


def genextreme_logpdf(x, c):
    return stats.genextreme.logpdf(x, c)


@pytest.mark.parametrize("function, args, slopes", [
    (norm_logcdf, (-40.0,), (40.02496884720726,)),
    (norm_logsf, (101.0,), (-25.00999201595282,)),
    (truncnorm_logpdf, (31.0, 30.0), (-31.0, 30.03325966743577)),
    (genpareto_logpdf, (2.0, 0.0), (-1.0, 0.0)),
    (genpareto_logpdf, (3.0, 0.0), (-1.0, 1.5)),
    (genextreme_logpdf, (0.0, 0.0), (0.0, 0.0)),
])
def test_tails_and_limits(function: Callable[..., Any], args: tuple[float, ...], slopes: tuple[float, ...]) -> None:
    """Where formulas cancel or underflow, and shapes at which the family changes its form."""
    value, bars = value_and_slope(function, *args)
    assert value == pytest.approx(function(*args), rel=1e-13)
    assert np.allclose(np.ravel(bars), slopes, rtol=1e-10, atol=1e-12)


def norm_pdf(x, s):
    return stats.norm.pdf(x, scale=s)


def beta_mean(a, b):
    return stats.beta.mean(a, b)


def poisson_pmf(mu):
    return stats.poisson.pmf(2, mu)


@pytest.mark.parametrize("function, args", [
    (gamma_pdf, (0.7, -1.7, 1.3)), (gamma_pdf, (-0.7, -1.7, 1.3)), (gamma_pdf, (0.7, 1.7, -1.3)),
    (norm_pdf, (0.3, -1.0)), (gamma_pdf, (np.nan, 1.7, 1.3)), (beta_mean, (1.5, -0.5)), (poisson_pmf, (-1.0,)),
    (pareto_logpdf, (2.0, 1.5, -1.0)),
])
@pytest.mark.filterwarnings("ignore")
def test_parameters_that_are_not_allowed(function: Callable[..., Any], args: tuple[float, ...]) -> None:
    assert np.isnan(function(*args))
    assert np.isnan(adgen.value_and_grad(function)(*args)[0])


# Frozen distributions

PRIOR = stats.norm(0.5, 2.0)
RATES = stats.gamma(np.array([1.5, 2.5]), scale=2.0)
NOISE = stats.multivariate_normal(np.zeros(2), np.array([[2.0, 0.3], [0.3, 1.0]]))
COUNTS = stats.poisson(2.5)


def penalty(x):
    return np.sum(PRIOR.logpdf(x)) + np.sum(RATES.logpdf(x)) + NOISE.logpdf(x) + PRIOR.mean() + COUNTS.logpmf(3)


def test_frozen_outside() -> None:
    x = np.array([0.7, 1.9])
    value, slope = adgen.value_and_grad(penalty)(x)
    inverse = np.linalg.inv(np.array([[2.0, 0.3], [0.3, 1.0]]))
    expected = -(x - 0.5) / 4.0 + (np.array([1.5, 2.5]) - 1.0) / x - 0.5 - inverse @ x
    assert value == pytest.approx(penalty(x), rel=1e-14)
    assert np.allclose(slope, expected, rtol=1e-13)


def likelihood(x, a, s):
    model = stats.gamma(a, scale=s)
    return np.sum(model.logpdf(x)) + model.mean() + model.std() + model.entropy()


def test_frozen_inside() -> None:
    x, a, s = np.array([0.4, 1.3, 2.2]), 1.7, 0.9
    direct = adgen.grad(direct_likelihood, argnums=(0, 1, 2))(x, a, s)
    found = adgen.grad(likelihood, argnums=(0, 1, 2))(x, a, s)
    assert all(np.array_equal(p, q) for p, q in zip(direct, found, strict=True))


def direct_likelihood(x, a, s):
    total = np.sum(stats.gamma.logpdf(x, a, scale=s)) + stats.gamma.mean(a, scale=s)
    return total + stats.gamma.std(a, scale=s) + stats.gamma.entropy(a, scale=s)


# Arguments of all kinds


def of_lists(x):
    return np.sum(stats.norm.logpdf([0.1, 0.2, 0.3], loc=[x, 2.0 * x, 1.0], scale=[1.0, 2.0, 3.0]))


def of_counts(mu):
    return np.sum(stats.poisson.pmf(np.array([0.0, 1.5, 2.0, -1.0]), mu))


def by_position(x, a, b):
    return np.sum(stats.beta.cdf(x, 2.0, 3.0, a, b))


def test_arguments() -> None:
    assert adgen.grad(of_lists)(0.4) == pytest.approx((0.1 - 0.4) + 2.0 * (0.2 - 0.8) / 4.0)
    assert adgen.value_and_grad(of_counts)(1.3)[0] == pytest.approx(of_counts(1.3), rel=1e-15)
    points = np.array([1, 2, 3, 9])
    value = adgen.value_and_grad(by_position, argnums=(1, 2))(points, 0.5, 4.0)[0]
    assert value == pytest.approx(by_position(points, 0.5, 4.0), rel=1e-15)


def test_nothing_superfluous_is_written() -> None:
    """Location 0 and scale 1 leave no trace; the normalising constants of a density have no derivative."""
    slope = adgen.grad(standard)
    slope(np.ones(3))
    lines = slope.source.split('"""')[-1].split()
    assert lines == ["return", "-x"]


def standard(x):
    return np.sum(stats.norm.logpdf(x))


def double(x):
    return 2.0 * x


def with_its_own_double(x):
    return double(stats.norm.logpdf(x))


def test_names_of_the_library_are_not_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    slope = adgen.grad(with_its_own_double)
    assert slope(0.5) == -1.0
    monkeypatch.setitem(globals(), "double", triple)
    assert slope(0.5) == -1.5


def triple(x):
    return 3.0 * x


# What is refused


def by_shape(x):
    return stats.gamma.cdf(1.0, x)


def drawn(x):
    return stats.norm.rvs(x)


def frozen_draw(x):
    return stats.norm(x).rvs()


def fitted(x):
    return stats.norm.fit(x)[0]


def rare(x):
    return stats.kappa4.pdf(x, 0.1, 0.2)


def counted(x):
    return stats.poisson.ppf(0.5, x)


def omitted(x):
    return np.sum(stats.zscore(x * np.ones(3), nan_policy="omit"))


def misspelt(x):
    return stats.norm.logpdf(x, mean=0.0)


def unnormalised(x):
    return stats.boxcox(x * np.ones(3))[0]


@pytest.mark.parametrize("function, message", [
    (by_shape, "no derivative by argument 1"), (drawn, "draws random numbers"), (frozen_draw, "draws random numbers"),
    (fitted, "searches parameters"), (rare, "has no formula"), (counted, "integers"), (omitted, "nan_policy="),
    (misspelt, "mean"), (unnormalised, "maximises a likelihood"),
])
def test_refusals(function: Callable[..., Any], message: str) -> None:
    with pytest.raises(adgen.AdgenError, match=message):
        adgen.grad(function)(0.5)
