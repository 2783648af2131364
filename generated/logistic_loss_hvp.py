"""Hessian of loss times weights_dot. Compiled for weights: float64[p], features: float64[n,d],
labels: float64[n], penalty: float, weights_dot: float64[p].
Source: examples/logistic.py, sha256 b09cbe78b0ed.
Written by: adgen hvp examples/logistic.py:loss --wrt weights --arg 'weights=float64[p]' --arg
'features=float64[n,d]' --arg 'labels=float64[n]' --arg penalty=float"""
import numpy as np


def loss_hvp(weights, features, labels, penalty, weights_dot):
    """Hessian of loss times weights_dot."""
    t = weights[1:]
    t1 = weights_dot[1:]
    margins = labels * (weights[0] + features @ t)
    margins_dot = labels * (weights_dot[0] + features @ t1)
    t2 = -margins
    t3 = -margins_dot
    t4 = np.logaddexp(0.0, t2)
    t5 = t4 == -np.inf
    t2 = np.exp(t2 - np.where(t5, 0.0, t4))
    t4 = 2.0 * (0.5 * penalty)
    t3 = -((t3 - np.where(t5, 0.0, t3 * t2)) * t2 * labels)
    t5 = features.T
    t = (t4 * t + t5 @ -(t2 * labels)).shape
    weights_bar_dot = np.zeros_like(weights)
    weights_bar_dot[1:] = np.broadcast_to(t4 * t1, t) + np.broadcast_to(t5 @ t3, t)
    weights_bar_dot[0] += np.sum(t3, axis=0)
    return weights_bar_dot
