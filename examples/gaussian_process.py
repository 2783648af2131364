"""Gaussian process regression on the diabetes data: hyperparameters by marginal likelihood.

    python examples/gaussian_process.py

Twelve hyperparameters (a length for each of ten features, signal, noise) through a Cholesky factor.
"""
from __future__ import annotations

import numpy as np
from scipy.optimize import minimize
from sklearn.datasets import load_diabetes

import adgen

TRAINING = 120


def kernel(a, b, lengths, signal):
    """Squared exponential, one length scale for each feature."""
    a, b = a / lengths, b / lengths
    distances = np.sum(a ** 2, axis=1)[:, None] + np.sum(b ** 2, axis=1) - 2.0 * a @ b.T
    return signal ** 2 * np.exp(-0.5 * distances)


def negative_log_evidence(log_params, x, y):
    """Minus the log marginal likelihood of y."""
    params = np.exp(log_params)
    covariance = kernel(x, x, params[:-2], params[-2]) + params[-1] ** 2 * np.eye(len(x))
    factor = np.linalg.cholesky(covariance)
    white = np.linalg.solve(factor, y)
    return (0.5 * white @ white + np.sum(np.log(np.diag(factor)))
            + 0.5 * len(y) * np.log(2.0 * np.pi))


def predict(log_params, x, y, new):
    """Posterior mean at new points."""
    params = np.exp(log_params)
    covariance = kernel(x, x, params[:-2], params[-2]) + params[-1] ** 2 * np.eye(len(x))
    return kernel(new, x, params[:-2], params[-2]) @ np.linalg.solve(covariance, y)


def explained(log_params, x, y, split):
    """The part of the variance of the held-out patients that is explained."""
    guess = predict(log_params, x[:split], y[:split], x[split:])
    return 1.0 - np.mean((guess - y[split:]) ** 2) / np.var(y[split:])


def main():
    data = load_diabetes()
    order = np.random.default_rng(0).permutation(len(data.target))
    x = (data.data / data.data.std(axis=0))[order]
    y = ((data.target - data.target.mean()) / data.target.std())[order]
    start = np.zeros(x.shape[1] + 2)
    training = x[:TRAINING], y[:TRAINING]
    fit = minimize(adgen.value_and_grad(negative_log_evidence), start, training,
                   jac=True, method="L-BFGS-B", bounds=[(-4.0, 6.0)] * len(start))
    print(f"{TRAINING} patients, {len(start)} hyperparameters, {fit.nfev} gradients")
    print(f"-log evidence: {negative_log_evidence(start, *training):.2f} -> {fit.fun:.2f}")
    print(f"variance explained on {len(y) - TRAINING} other patients: "
          f"{explained(start, x, y, TRAINING):.3f} -> {explained(fit.x, x, y, TRAINING):.3f}")
    print("relevance of each feature (1 / length):")
    weights = np.exp(-fit.x[:-2])
    for i in np.argsort(-weights):
        name, weight = data.feature_names[i], weights[i]
        print(f"  {name:4s} {weight:7.4f} {'#' * int(40 * weight)}")
    print(f"signal {np.exp(fit.x[-2]):.3f}, noise {np.exp(fit.x[-1]):.3f}")
    return fit


if __name__ == "__main__":
    main()
