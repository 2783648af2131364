"""Value of objective and its gradient with respect to theta. Compiled for theta: float64[p],
points: float64[n,d], k: int.
Source: examples/gaussian_mixture.py, sha256 d8f9395bc780.
Written by: adgen value-and-grad examples/gaussian_mixture.py:objective --wrt theta --arg
'theta=float64[p]' --arg 'points=float64[n,d]' --arg k=int"""
import numpy as np
from scipy.special import logsumexp, softmax


def objective_value_and_grad(theta, points, k):
    """Value of objective and its gradient with respect to theta."""
    # forward
    d = points.shape[1]
    logits = theta[:k]
    t = k + k * d
    t1 = theta[k:t]
    means = t1.reshape(k, d)
    t2 = theta[t:]
    factors = t2.reshape(k, d, d)
    log_weights = logits - logsumexp(logits)
    columns = np.empty((len(points), k))
    kept = []
    for j in range(k):
        t3 = factors[j]
        log_diagonal = np.diagonal(t3)
        t4 = np.exp(log_diagonal)
        factor = np.tril(t3, k=-1) + np.diag(t4)
        white = (points - means[j]) @ factor
        kept.append((t4, factor, 2.0 * white))
        t3 = log_weights[j] + np.sum(log_diagonal) - 0.5 * np.sum(white ** 2, axis=1)
        columns[:, j] = t3 - 0.5 * d * np.log(2 * np.pi)
    t3 = logsumexp(columns, axis=1)
    fit = np.mean(t3)
    y = 0.001 * np.sum(factors ** 2) - fit
    # reverse
    # 48: return 1e-3 * np.sum(factors ** 2) - fit
    factors_bar = 0.002 * factors
    # 46: fit = np.mean(logsumexp(log_densities(theta, points, k), axis=1))
    columns_bar = -1.0 / len(t3) * softmax(columns, axis=1)
    means_bar = np.zeros_like(means)
    log_weights_bar = np.zeros_like(log_weights)
    for j, (t3, factor, t4) in zip(reversed(range(k)), reversed(kept)):
        t_bar = columns_bar[:, j].copy()
        # 39: columns[:, j] = (log_weights[j] + np.sum(log_diagonal)
        columns_bar[:, j] = 0.0
        t_bar_1 = np.sum(t_bar)
        t_bar = (-0.5 * t_bar)[:, None] * t4
        log_weights_bar[j] += t_bar_1
        # 38: white = (points - means[j]) @ factor
        t_bar_2 = (points - means[j]).T @ t_bar
        means_bar[j] -= np.sum(t_bar @ factor.T, axis=0)
        # 37: factor = np.tril(factors[j], -1) + np.diag(np.exp(log_diagonal))
        log_diagonal_bar = t_bar_1 + np.diagonal(t_bar_2) * t3
        # 36: log_diagonal = np.diag(factors[j])
        factors_bar[j] += np.tril(t_bar_2, k=-1) + np.diag(log_diagonal_bar)
    # 33: log_weights = logits - logsumexp(logits)
    log_weights_bar -= np.sum(log_weights_bar) * softmax(logits)
    theta_bar = np.zeros_like(theta)
    # 25: factors = theta[k + k * d:].reshape(k, d, d)
    theta_bar[t:] = factors_bar.reshape(t2.shape)
    # 24: means = theta[k:k + k * d].reshape(k, d)
    theta_bar[k:t] += means_bar.reshape(t1.shape)
    # 23: logits = theta[:k]
    theta_bar[:k] += log_weights_bar
    return y, theta_bar
