"""Logistic regression on the breast cancer data by Newton-CG; errors from the Hessian.

    python examples/logistic.py
"""
from __future__ import annotations

import numpy as np
from scipy.optimize import minimize
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression

import adgen

PENALTY = 1.0


def loss(weights, features, labels, penalty):
    """Minus the log likelihood, and a ridge penalty on all but the intercept. Labels are +-1."""
    margins = labels * (weights[0] + features @ weights[1:])
    return np.sum(np.logaddexp(0.0, -margins)) + 0.5 * penalty * np.sum(weights[1:] ** 2)


def main():
    data = load_breast_cancer()
    features = (data.data - data.data.mean(axis=0)) / data.data.std(axis=0)
    labels = np.where(data.target == 1, 1.0, -1.0)
    start = np.zeros(features.shape[1] + 1)
    given = features, labels, PENALTY
    fit = minimize(adgen.value_and_grad(loss), start, given, jac=True, method="Newton-CG",
                   hessp=hessian_product, options={"xtol": 1e-10})
    right = np.mean(np.sign(fit.x[0] + features @ fit.x[1:]) == labels)
    reference = LogisticRegression(C=1.0 / PENALTY, tol=1e-10, max_iter=10000).fit(features, labels)
    difference = np.abs(fit.x[1:] - reference.coef_[0]).max()
    print(f"{len(labels)} patients, {len(start)} weights: {fit.nit} Newton steps, "
          f"{fit.nhev} Hessian products")
    print(f"loss {fit.fun:.6f}, accuracy {right:.1%}")
    print(f"largest difference from scikit-learn's weights: {difference:.1e}")
    errors = np.sqrt(np.diag(np.linalg.inv(adgen.hessian(loss)(fit.x, *given))))
    print("largest weights      value  standard error")
    for i in np.argsort(-np.abs(fit.x[1:]))[:6]:
        print(f"  {data.feature_names[i]:24s} {fit.x[i + 1]:7.3f} {errors[i + 1]:8.3f}")
    return difference


product = adgen.hvp(loss)


def hessian_product(weights, direction, *given):
    """In the order that SciPy asks for."""
    return product(weights, *given, direction)


if __name__ == "__main__":
    main()
