"""Hessian of loss times weights_dot. Compiled for weights: float64[p], features: float64[n,d],
labels: float64[n], penalty: float, weights_dot: float64[p].
Source: examples/logistic.py, sha256 b09cbe78b0ed.
Written by: adgen hvp examples/logistic.py:loss --wrt weights --arg 'weights=float64[p]' --arg
'features=float64[n,d]' --arg 'labels=float64[n]' --arg penalty=float"""
import numpy as np


def loss_hvp(weights, features, labels, penalty, weights_dot):
    """Hessian of loss times weights_dot."""
    t = weights_dot[1:]
    margins = labels * (weights[0] + features @ weights[1:])
    margins_dot = labels * (weights_dot[0] + features @ t)
    t1 = -margins
    t2 = -margins_dot
    t3 = np.logaddexp(0.0, t1)
    t4 = t3 == -np.inf
    t1 = np.exp(t1 - np.where(t4, 0.0, t3))
    t1 = -((t2 - np.where(t4, 0.0, t2 * t1)) * t1 * labels)
    weights_bar_dot = np.zeros_like(weights)
    weights_bar_dot[1:] = penalty * t + features.T @ t1
    weights_bar_dot[0] += np.sum(t1)
    return weights_bar_dot
