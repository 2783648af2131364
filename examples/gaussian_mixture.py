"""A mixture of Gaussians, fitted to the iris measurements by maximum likelihood.

    python examples/gaussian_mixture.py

`value_and_grad` is what `scipy.optimize.minimize(jac=True)` asks for. Three species
were measured; the mixture is not told which flower is which, and finds them again.
"""
from __future__ import annotations

import numpy as np
from scipy.optimize import minimize
from scipy.special import logsumexp
from sklearn.datasets import load_iris
from sklearn.metrics import adjusted_rand_score

import adgen

COMPONENTS = 3


def unpack(theta, k, d):
    """Weights (as logits), means, and factors of the precisions, from one vector."""
    logits = theta[:k]
    means = theta[k:k + k * d].reshape(k, d)
    factors = theta[k + k * d:].reshape(k, d, d)
    return logits, means, factors


def log_densities(theta, points, k):
    """log(weight_j N(point_i; mean_j, (F_j F_j^T)^-1)), shape (points, k)."""
    d = points.shape[1]
    logits, means, factors = unpack(theta, k, d)
    log_weights = logits - logsumexp(logits)
    columns = np.empty((len(points), k))
    for j in range(k):
        log_diagonal = np.diag(factors[j])
        factor = np.tril(factors[j], -1) + np.diag(np.exp(log_diagonal))
        white = (points - means[j]) @ factor
        columns[:, j] = (log_weights[j] + np.sum(log_diagonal)
                         - 0.5 * np.sum(white ** 2, axis=1) - 0.5 * d * np.log(2 * np.pi))
    return columns


def objective(theta, points, k):
    """Minus the mean log likelihood, with a weak penalty that keeps the precisions finite."""
    fit = np.mean(logsumexp(log_densities(theta, points, k), axis=1))
    _, _, factors = unpack(theta, k, points.shape[1])
    return 1e-3 * np.sum(factors ** 2) - fit


def start(points, k, rng):
    """Means at random points, unit covariances."""
    d = points.shape[1]
    means = points[rng.choice(len(points), k, replace=False)]
    return np.concatenate([np.zeros(k), means.ravel(), np.zeros(k * d * d)])


def main():
    iris = load_iris()
    points = (iris.data - iris.data.mean(axis=0)) / iris.data.std(axis=0)
    rng = np.random.default_rng(3)
    value_and_grad = adgen.value_and_grad(objective)
    fits = [minimize(value_and_grad, start(points, COMPONENTS, rng), (points, COMPONENTS),
                     jac=True, method="L-BFGS-B", options={"maxiter": 500}) for _ in range(4)]
    best = min(fits, key=lambda fit: fit.fun)
    found = np.argmax(log_densities(best.x, points, COMPONENTS), axis=1)
    print(f"{len(points)} flowers, {len(best.x)} parameters")
    print("objective of each start:", ", ".join(f"{fit.fun:.4f}" for fit in fits))
    print(f"{best.nit} iterations, {best.nfev} gradients, |gradient| {np.abs(best.jac).max():.1e}")
    score = adjusted_rand_score(iris.target, found)
    print(f"agreement with the species (adjusted Rand index): {score:.3f}")
    for j, name in enumerate(iris.target_names):
        counts = np.bincount(found[iris.target == j], minlength=COMPONENTS)
        print(f"  {name:12s} {counts}")
    return score


if __name__ == "__main__":
    main()
