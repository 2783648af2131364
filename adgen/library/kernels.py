"""`scipy.stats.gaussian_kde`: a density estimated by a normal kernel at each point of a sample.

The bandwidth is a factor (by Scott's or Silverman's rule, or a number) times the sample's covariance; derivatives go
through it. All pairs of a point and a datum are held at once.
"""

from __future__ import annotations

import importlib
import math
from typing import Any

from adgen.library import FROZEN, reads, refuse

np: Any = importlib.import_module("numpy")
linalg: Any = importlib.import_module("scipy.linalg")
special: Any = importlib.import_module("scipy.special")
stats: Any = importlib.import_module("scipy.stats")

LOG_ROOT_2PI = 0.5 * math.log(2.0 * math.pi)


def factor_of(rule: Any, size: Any, d: Any) -> Any:
    """The factor of the bandwidth, for an effective number of data (Scott, Multivariate Density Estimation, 6.41)."""
    if rule is None or isinstance(rule, str) and rule == "scott":
        return size ** (-1.0 / (d + 4))
    if isinstance(rule, str):
        if rule != "silverman":
            refuse(f"bw_method={rule!r} is not known", "give 'scott', 'silverman' or a number")
        return (size * (d + 2.0) / 4.0) ** (-1.0 / (d + 4))
    if callable(rule):
        refuse("bw_method= as a function is not supported", "call it, and pass the number")
    return rule


def spread(data: Any, weights: Any) -> Any:
    """(covariance of the rows of data, effective number of data)."""
    if weights is None:
        n = np.shape(data)[1]
        dev = data - np.mean(data, axis=1, keepdims=True)
        return dev @ dev.T / (n - 1.0), 1.0 * n
    size = 1.0 / np.sum(weights * weights)
    dev = data - np.sum(weights * data, axis=1, keepdims=True)
    return (weights * dev) @ dev.T / (1.0 - 1.0 / size), size


class Estimate:
    def __init__(self, dataset: Any, bw_method: Any, weights: Any):
        data = np.atleast_2d(np.asarray(dataset, dtype=np.float64))
        shares = None if weights is None else np.asarray(weights) / np.sum(weights)
        self.dataset = data
        self.d = np.shape(data)[0]
        self.n = np.shape(data)[1]
        covariance, self.neff = spread(data, shares)
        self.weights = shares
        self.factor = factor_of(bw_method, self.neff, self.d)
        self.covariance = covariance * self.factor**2

    def terms(self, points: Any) -> Any:
        """The logarithms of the kernels' densities: a row for each point, a column for each datum."""
        places = np.atleast_2d(np.asarray(points, dtype=np.float64))
        root = np.linalg.cholesky(self.covariance)
        a = linalg.solve_triangular(root, places, lower=True)
        b = linalg.solve_triangular(root, self.dataset, lower=True)
        gap = a[:, :, None] - b[:, None, :]
        return -0.5 * np.sum(gap * gap, axis=0) - self.d * LOG_ROOT_2PI - np.sum(np.log(np.diagonal(root)))

    def evaluate(self, points: Any) -> Any:
        density = np.exp(self.terms(points))
        return np.mean(density, axis=1) if self.weights is None else density @ self.weights

    def __call__(self, points: Any) -> Any:
        return self.evaluate(points)

    def pdf(self, x: Any) -> Any:
        return self.evaluate(x)

    def logpdf(self, x: Any) -> Any:
        terms = self.terms(x)
        if self.weights is None:
            return special.logsumexp(terms, axis=1) - np.log(self.n)
        return special.logsumexp(terms + np.log(self.weights), axis=1)


@reads(stats.gaussian_kde, "scipy.stats.gaussian_kde", exact=False)
def gaussian_kde(dataset: Any, bw_method: Any = None, weights: Any = None) -> Any:
    return Estimate(dataset, bw_method, weights)


def thaw(estimate: Any) -> tuple[Any, tuple[Any, ...], dict[str, Any]]:
    """The call that makes an estimate from outside."""
    weights = None if np.all(estimate.weights == estimate.weights[0]) else estimate.weights
    return stats.gaussian_kde, (estimate.dataset, float(estimate.factor), weights), {}


FROZEN[stats.gaussian_kde] = thaw
