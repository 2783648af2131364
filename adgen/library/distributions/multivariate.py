"""Multivariate distributions of `scipy.stats`: densities of points along the last axis (dirichlet: the first).

Covariances go through their Cholesky factor, which raises LinAlgError where a matrix is not positive definite, and
reads the lower triangle only, as SciPy does. Formulas: Kotz, Balakrishnan and Johnson, Continuous Multivariate
Distributions.
"""

from __future__ import annotations

import importlib
import math
from typing import Any

import numpy as np

from adgen.library import FROZEN, known, reads, reads_method, refuse
from adgen.library.distributions.framework import checked, double, number, plain, stats

special: Any = importlib.import_module("scipy.special")
linalg: Any = importlib.import_module("scipy.linalg")
cholesky: Any = np.linalg.cholesky

LOG_2PI = math.log(2.0 * math.pi)
LOG_2 = math.log(2.0)
NORMAL = 10.0 * 2.0**-52
"""Probabilities whose sum differs from 1 by more do not add up to 1."""


def is_single(size: Any) -> bool:
    return known(size) and size == 1


def dimension(mean: Any, cov: Any) -> Any:
    if mean is not None:
        return np.size(mean)
    return np.shape(cov)[0] if np.ndim(cov) == 2 else 1


def rows(x: Any, d: Any) -> Any:
    """Points as the rows of an array of rank 2 or more."""
    if np.ndim(x) == 0:
        return x[None]
    if np.ndim(x) == 1:
        return x[:, None] if is_single(d) else x[None, :]
    return x


def log_volume(factor: Any) -> Any:
    """Half the logarithm of the determinant of a matrix, from its Cholesky factor."""
    return np.sum(np.log(np.diagonal(factor)))


def whitened(dev: Any, factor: Any) -> Any:
    """Deviations in units of the distribution, one a column."""
    flat = dev if np.ndim(dev) == 2 else np.reshape(dev, (-1, np.shape(dev)[-1]))
    return linalg.solve_triangular(factor, flat.T, lower=True)


def distance(x: Any, mean: Any, cov: Any) -> Any:
    """(squared Mahalanobis distances, half the logarithm of the determinant, number of dimensions)."""
    d = dimension(mean, cov)
    x = double(x)
    points = rows(x, d)
    dev = points if mean is None else points - mean
    if is_single(d):
        variance = np.reshape(cov, (1,)) if np.ndim(cov) > 0 else cov
        return np.sum(dev * dev / variance, axis=-1), np.sum(0.5 * np.log(variance)), d
    if np.ndim(cov) == 0:
        return np.sum(dev * dev, axis=-1) / cov, 0.5 * d * np.log(cov), d
    if np.ndim(cov) == 1:
        return np.sum(dev * dev / cov, axis=-1), np.sum(0.5 * np.log(cov)), d
    factor = cholesky(cov)
    if np.ndim(x) == 1 and mean is not None and np.ndim(mean) == 1:
        z = linalg.solve_triangular(factor, x - mean, lower=True)
        return np.sum(z * z), log_volume(factor), d
    z = whitened(dev, factor)
    square = np.sum(z * z, axis=0)
    return square if np.ndim(dev) == 2 else np.reshape(square, np.shape(dev)[:-1]), log_volume(factor), d


def squeezed(y: Any) -> Any:
    return plain(np.squeeze(y) if np.ndim(y) > 0 else y)


# The normal distribution


def normal_log_density(x: Any, mean: Any, cov: Any) -> Any:
    square, half, d = distance(x, number(mean), number(cov))
    return squeezed(-0.5 * (d * LOG_2PI + square) - half)


def check_singular(allow_singular: Any) -> None:
    if allow_singular:
        refuse("a multivariate normal distribution with allow_singular=True has no derivative by its covariance",
               "give a positive definite covariance, and leave allow_singular out")


@reads_method(stats.multivariate_normal, "logpdf", "scipy.stats.multivariate_normal.logpdf", exact=False)
def normal_logpdf(x: Any, mean: Any = None, cov: Any = 1, allow_singular: Any = False) -> Any:
    check_singular(allow_singular)
    return normal_log_density(x, mean, cov)


@reads_method(stats.multivariate_normal, "pdf", "scipy.stats.multivariate_normal.pdf", exact=False)
def normal_pdf(x: Any, mean: Any = None, cov: Any = 1, allow_singular: Any = False) -> Any:
    check_singular(allow_singular)
    return np.exp(normal_log_density(x, mean, cov))


@reads_method(stats.multivariate_normal, "entropy", "scipy.stats.multivariate_normal.entropy", exact=False)
def normal_entropy(mean: Any = None, cov: Any = 1) -> Any:
    mean, cov = number(mean), number(cov)
    d = dimension(mean, cov)
    if np.ndim(cov) == 0:
        half = 0.5 * d * np.log(cov)
    else:
        half = log_volume(cholesky(cov)) if np.ndim(cov) == 2 else np.sum(0.5 * np.log(cov))
    return plain(0.5 * d * (LOG_2PI + 1.0) + half)


class FrozenNormal:
    def __init__(self, mean: Any, cov: Any):
        self.mean = mean
        self.cov = cov

    def logpdf(self, x: Any) -> Any:
        return normal_log_density(x, self.mean, self.cov)

    def pdf(self, x: Any) -> Any:
        return np.exp(normal_log_density(x, self.mean, self.cov))

    def entropy(self) -> Any:
        return normal_entropy(self.mean, self.cov)


@reads(stats.multivariate_normal, "scipy.stats.multivariate_normal", exact=False)
def frozen_normal(mean: Any = None, cov: Any = 1, allow_singular: Any = False) -> Any:
    check_singular(allow_singular)
    return FrozenNormal(mean, cov)


# The t distribution


def t_log_density(x: Any, loc: Any, shape: Any, df: Any) -> Any:
    square, half, d = distance(x, number(loc), number(shape))
    t = 0.5 * (df + d)
    inner = special.gammaln(t) - special.gammaln(0.5 * df) - 0.5 * d * np.log(math.pi * df)
    return squeezed(inner - half - t * np.log1p(square / df))


@reads_method(stats.multivariate_t, "logpdf", "scipy.stats.multivariate_t.logpdf", exact=False)
def t_logpdf(x: Any, loc: Any = None, shape: Any = 1, df: Any = 1) -> Any:
    return t_log_density(x, loc, shape, df)


@reads_method(stats.multivariate_t, "pdf", "scipy.stats.multivariate_t.pdf", exact=False)
def t_pdf(x: Any, loc: Any = None, shape: Any = 1, df: Any = 1) -> Any:
    return np.exp(t_log_density(x, loc, shape, df))


class FrozenT:
    def __init__(self, loc: Any, shape: Any, df: Any):
        self.loc = loc
        self.shape = shape
        self.df = df

    def logpdf(self, x: Any) -> Any:
        return t_log_density(x, self.loc, self.shape, self.df)

    def pdf(self, x: Any) -> Any:
        return np.exp(t_log_density(x, self.loc, self.shape, self.df))


@reads(stats.multivariate_t, "scipy.stats.multivariate_t", exact=False)
def frozen_t(loc: Any = None, shape: Any = 1, df: Any = 1) -> Any:
    return FrozenT(loc, shape, df)


# Of shares and counts


def log_total(alpha: Any) -> Any:
    """The logarithm of the multivariate beta function."""
    return np.sum(special.gammaln(alpha), axis=-1) - special.gammaln(np.sum(alpha, axis=-1))


@reads_method(stats.dirichlet, "logpdf", "scipy.stats.dirichlet.logpdf", exact=False)
def dirichlet_logpdf(x: Any, alpha: Any) -> Any:
    """The shares along the first axis must add up to 1."""
    x, alpha = number(x), number(alpha)
    total = np.sum(x, axis=0)
    if np.any(np.abs(total - 1.0) > 1e-9):
        raise ValueError("the shares must lie in a simplex: their sum must be 1")
    powers = special.xlogy(alpha - 1.0, x) if np.ndim(x) == 1 else special.xlogy((alpha - 1.0)[:, None], x)
    return squeezed(np.sum(powers, axis=0) - log_total(alpha))


@reads_method(stats.dirichlet, "pdf", "scipy.stats.dirichlet.pdf", exact=False)
def dirichlet_pdf(x: Any, alpha: Any) -> Any:
    return np.exp(dirichlet_logpdf(x, alpha))


@reads_method(stats.dirichlet, "mean", "scipy.stats.dirichlet.mean", exact=False)
def dirichlet_mean(alpha: Any) -> Any:
    alpha = number(alpha)
    return alpha / np.sum(alpha)


@reads_method(stats.dirichlet, "var", "scipy.stats.dirichlet.var", exact=False)
def dirichlet_var(alpha: Any) -> Any:
    alpha = number(alpha)
    total = np.sum(alpha)
    return alpha * (total - alpha) / (total * total * (total + 1.0))


@reads_method(stats.dirichlet, "entropy", "scipy.stats.dirichlet.entropy", exact=False)
def dirichlet_entropy(alpha: Any) -> Any:
    alpha = number(alpha)
    total = np.sum(alpha)
    digammas = (total - np.size(alpha)) * special.psi(total) - np.sum((alpha - 1.0) * special.psi(alpha))
    return log_total(alpha) + digammas


class FrozenDirichlet:
    def __init__(self, alpha: Any):
        self.alpha = alpha

    def logpdf(self, x: Any) -> Any:
        return dirichlet_logpdf(x, self.alpha)

    def pdf(self, x: Any) -> Any:
        return dirichlet_pdf(x, self.alpha)

    def mean(self) -> Any:
        return dirichlet_mean(self.alpha)

    def var(self) -> Any:
        return dirichlet_var(self.alpha)

    def entropy(self) -> Any:
        return dirichlet_entropy(self.alpha)


@reads(stats.dirichlet, "scipy.stats.dirichlet", exact=False)
def frozen_dirichlet(alpha: Any) -> Any:
    return FrozenDirichlet(alpha)


def counted(x: Any) -> Any:
    """Counts have no derivative."""
    return np.floor(double(x))


def log_ways(x: Any, n: Any) -> Any:
    """The logarithm of the number of orders in which counts may come."""
    return special.gammaln(n + 1) - np.sum(special.gammaln(x + 1), axis=-1)


@reads_method(stats.multinomial, "logpmf", "scipy.stats.multinomial.logpmf", exact=False)
def multinomial_logpmf(x: Any, n: Any, p: Any) -> Any:
    """The last probability is what the others leave, where they do not add up to 1; it is a variable of its own where
    they do."""
    x, n, p = counted(x), np.floor(number(n)), number(p)
    missing = 1.0 - np.sum(p, axis=-1)
    last = p[..., -1] + np.where(np.abs(missing) > NORMAL, missing, 0.0)
    y = log_ways(x, n) + np.sum(special.xlogy(x[..., :-1], p[..., :-1]), axis=-1) + special.xlogy(x[..., -1], last)
    y = np.where(np.sum(x, axis=-1) != n, -np.inf, y)
    return plain(checked(y, np.all((p >= 0) & (p <= 1), axis=-1) & (n >= 0)))


@reads_method(stats.multinomial, "pmf", "scipy.stats.multinomial.pmf", exact=False)
def multinomial_pmf(x: Any, n: Any, p: Any) -> Any:
    return np.exp(multinomial_logpmf(x, n, p))


class FrozenMultinomial:
    def __init__(self, n: Any, p: Any):
        self.n = n
        self.p = p

    def logpmf(self, x: Any) -> Any:
        return multinomial_logpmf(x, self.n, self.p)

    def pmf(self, x: Any) -> Any:
        return multinomial_pmf(x, self.n, self.p)


@reads(stats.multinomial, "scipy.stats.multinomial", exact=False)
def frozen_multinomial(n: Any, p: Any) -> Any:
    return FrozenMultinomial(n, p)


@reads_method(stats.dirichlet_multinomial, "logpmf", "scipy.stats.dirichlet_multinomial.logpmf", exact=False)
def dirichlet_multinomial_logpmf(x: Any, alpha: Any, n: Any) -> Any:
    x, alpha, n = counted(x), double(alpha), np.floor(number(n))
    total = np.sum(alpha, axis=-1)
    y = special.gammaln(total) + special.gammaln(n + 1) - special.gammaln(n + total)
    y = y + np.sum(special.gammaln(x + alpha) - special.gammaln(alpha) - special.gammaln(x + 1), axis=-1)
    return plain(np.where(np.sum(x, axis=-1) != n, -np.inf, y))


@reads_method(stats.dirichlet_multinomial, "pmf", "scipy.stats.dirichlet_multinomial.pmf", exact=False)
def dirichlet_multinomial_pmf(x: Any, alpha: Any, n: Any) -> Any:
    return np.exp(dirichlet_multinomial_logpmf(x, alpha, n))


class FrozenDirichletMultinomial:
    def __init__(self, alpha: Any, n: Any):
        self.alpha = alpha
        self.n = n

    def logpmf(self, x: Any) -> Any:
        return dirichlet_multinomial_logpmf(x, self.alpha, self.n)

    def pmf(self, x: Any) -> Any:
        return dirichlet_multinomial_pmf(x, self.alpha, self.n)


@reads(stats.dirichlet_multinomial, "scipy.stats.dirichlet_multinomial", exact=False)
def frozen_dirichlet_multinomial(alpha: Any, n: Any) -> Any:
    return FrozenDirichletMultinomial(alpha, n)


# Of matrices


def log_multigamma(a: Any, d: Any) -> Any:
    """The logarithm of the multivariate gamma function (DLMF 35.3.4)."""
    return 0.25 * d * (d - 1) * math.log(math.pi) + np.sum(special.gammaln(a - 0.5 * np.arange(d)))


@reads_method(stats.wishart, "logpdf", "scipy.stats.wishart.logpdf", exact=False)
def wishart_logpdf(x: Any, df: Any, scale: Any) -> Any:
    x, scale = matrix(x, scale)
    d = np.shape(scale)[0]
    factor = cholesky(scale)
    root = linalg.solve_triangular(factor, cholesky(x), lower=True)
    norm = df * log_volume(factor) + 0.5 * df * d * LOG_2 + log_multigamma(0.5 * df, d)
    return (df - d - 1) * log_volume(cholesky(x)) - 0.5 * np.sum(root * root) - norm


@reads_method(stats.invwishart, "logpdf", "scipy.stats.invwishart.logpdf", exact=False)
def invwishart_logpdf(x: Any, df: Any, scale: Any) -> Any:
    x, scale = matrix(x, scale)
    d = np.shape(scale)[0]
    factor = cholesky(x)
    volume = cholesky(scale)
    root = linalg.solve_triangular(factor, volume, lower=True)
    norm = 0.5 * df * d * LOG_2 + log_multigamma(0.5 * df, d)
    return df * log_volume(volume) - (df + d + 1) * log_volume(factor) - 0.5 * np.sum(root * root) - norm


def matrix(x: Any, scale: Any) -> Any:
    x, scale = number(x), number(scale)
    if np.ndim(x) != 2 or np.ndim(scale) != 2:
        refuse("a Wishart density is supported of one matrix, with a matrix for its scale",
               "loop over the matrices; write scale * np.eye(d)")
    return x, scale


@reads_method(stats.wishart, "pdf", "scipy.stats.wishart.pdf", exact=False)
def wishart_pdf(x: Any, df: Any, scale: Any) -> Any:
    return np.exp(wishart_logpdf(x, df, scale))


@reads_method(stats.invwishart, "pdf", "scipy.stats.invwishart.pdf", exact=False)
def invwishart_pdf(x: Any, df: Any, scale: Any) -> Any:
    return np.exp(invwishart_logpdf(x, df, scale))


class FrozenWishart:
    def __init__(self, df: Any, scale: Any):
        self.df = df
        self.scale = scale

    def logpdf(self, x: Any) -> Any:
        return wishart_logpdf(x, self.df, self.scale)

    def pdf(self, x: Any) -> Any:
        return wishart_pdf(x, self.df, self.scale)


class FrozenInvWishart:
    def __init__(self, df: Any, scale: Any):
        self.df = df
        self.scale = scale

    def logpdf(self, x: Any) -> Any:
        return invwishart_logpdf(x, self.df, self.scale)

    def pdf(self, x: Any) -> Any:
        return invwishart_pdf(x, self.df, self.scale)


@reads(stats.wishart, "scipy.stats.wishart", exact=False)
def frozen_wishart(df: Any, scale: Any) -> Any:
    return FrozenWishart(df, scale)


@reads(stats.invwishart, "scipy.stats.invwishart", exact=False)
def frozen_invwishart(df: Any, scale: Any) -> Any:
    return FrozenInvWishart(df, scale)


# Frozen outside the function


def thaw_normal(frozen: Any) -> tuple[Any, tuple[Any, ...], dict[str, Any]]:
    return stats.multivariate_normal, (frozen.mean, frozen.cov_object.covariance), {}


def thaw_t(frozen: Any) -> tuple[Any, tuple[Any, ...], dict[str, Any]]:
    return stats.multivariate_t, (frozen.loc, frozen.shape, frozen.df), {}


def thaw_dirichlet(frozen: Any) -> tuple[Any, tuple[Any, ...], dict[str, Any]]:
    return stats.dirichlet, (frozen.alpha,), {}


def thaw_multinomial(frozen: Any) -> tuple[Any, tuple[Any, ...], dict[str, Any]]:
    return stats.multinomial, (frozen.n, frozen.p), {}


FROZEN[type(stats.multivariate_normal())] = thaw_normal
FROZEN[type(stats.multivariate_t())] = thaw_t
FROZEN[type(stats.dirichlet([1.0, 1.0]))] = thaw_dirichlet
FROZEN[type(stats.multinomial(1, [0.5, 0.5]))] = thaw_multinomial
