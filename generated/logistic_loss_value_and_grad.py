"""Value of loss and its gradient with respect to weights. Compiled for weights: float64[p],
features: float64[n,d], labels: float64[n], penalty: float.
Source: examples/logistic.py, sha256 b09cbe78b0ed.
Written by: adgen value-and-grad examples/logistic.py:loss --wrt weights --arg
'weights=float64[p]' --arg 'features=float64[n,d]' --arg 'labels=float64[n]' --arg penalty=float"""
import numpy as np


def loss_value_and_grad(weights, features, labels, penalty):
    """Value of loss and its gradient with respect to weights."""
    # forward
    t = weights[1:]
    margins = labels * (weights[0] + features @ t)
    t1 = -margins
    t2 = np.logaddexp(0.0, t1)
    t3 = 0.5 * penalty
    y = np.sum(t2) + t3 * np.sum(t ** 2)
    # reverse
    # 19: margins = labels * (weights[0] + features @ weights[1:])
    t1 = -(np.exp(t1 - np.where(t2 == -np.inf, 0.0, t2)) * labels)
    weights_bar = np.zeros_like(weights)
    weights_bar[1:] = 2.0 * t3 * t + features.T @ t1
    weights_bar[0] += np.sum(t1)
    return y, weights_bar
