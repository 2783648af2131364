"""Value of negative_log_evidence and its gradient with respect to log_params. Compiled for
log_params: float64[p], x: float64[n,d], y: float64[n].
Source: examples/gaussian_process.py, sha256 a9e205ccc6d1.
Written by: adgen value-and-grad examples/gaussian_process.py:negative_log_evidence --wrt
log_params --arg 'log_params=float64[p]' --arg 'x=float64[n,d]' --arg 'y=float64[n]'"""
import numpy as np


def _sum_to(g, shape):
    """Sum g over the axes along which an array of that shape was broadcast to g's."""
    if np.shape(g) == shape:
        return g
    g = np.sum(g, axis=tuple(range(np.ndim(g) - len(shape))))
    axes = tuple(i for i, n in enumerate(shape) if n == 1 and g.shape[i] != 1)
    return np.sum(g, axis=axes, keepdims=True) if axes else g


def negative_log_evidence_value_and_grad(log_params, x, y):
    """Value of negative_log_evidence and its gradient with respect to log_params."""
    # forward
    params = np.exp(log_params)
    t = params[:-2]
    t1 = params[-2]
    a = x / t
    t2 = 2.0 * a
    t3 = np.sum(a ** 2, axis=1)
    distances = t3[:, None] + t3 - t2 @ a.T
    t3 = t1 ** 2
    t4 = np.exp(-0.5 * distances)
    t5 = params[-1]
    covariance = t3 * t4 + t5 ** 2 * np.eye(len(x))
    factor = np.linalg.cholesky(covariance)
    t6 = len(factor)
    white = np.linalg.solve(factor, y)
    t7 = 0.5 * white
    t8 = np.diagonal(factor)
    value = t7 @ white + np.sum(np.log(t8)) + 0.5 * len(y) * np.log(2.0 * np.pi)
    # reverse
    # 31: return (0.5 * white @ white + np.sum(np.log(np.diag(factor)))
    white_bar = 2.0 * t7
    # 30: white = np.linalg.solve(factor, y)
    t7 = factor.T
    factor_bar = np.diag(1.0 / t8) + np.outer(-np.linalg.solve(t7, white_bar), white)
    # 29: factor = np.linalg.cholesky(covariance)
    t_bar = t7 @ factor_bar
    t_bar = np.linalg.solve(t7, -0.5 * t_bar * np.eye(t6) + np.tril(t_bar)).T
    t_bar = np.linalg.solve(t7, t_bar)
    covariance_bar = np.tril(t_bar.T, k=-1) + np.tril(t_bar)
    params_bar = np.zeros_like(log_params)
    # 28: covariance = kernel(x, x, params[:-2], params[-2]) + params[-1] ** 2 * np.eye(len(x))
    params_bar[-1] = 2.0 * np.trace(covariance_bar) * t5
    # 22: return signal ** 2 * np.exp(-0.5 * distances)
    t_bar = covariance_bar * t4
    t_bar_1 = -0.5 * t3 * t_bar
    # 21: distances = np.sum(a ** 2, axis=1)[:, None] + np.sum(b ** 2, axis=1) - 2.0 * a @ b.T
    t_bar_2 = -t_bar_1
    t_bar_1 = (np.sum(t_bar_1, axis=0) + np.sum(t_bar_1, axis=1))[:, None] * t2
    a_bar = t_bar_2.T @ t2 + 2.0 * (t_bar_2 @ a) + t_bar_1
    # 28: covariance = kernel(x, x, params[:-2], params[-2]) + params[-1] ** 2 * np.eye(len(x))
    params_bar[-2] += 2.0 * np.sum(t_bar) * t1
    params_bar[:-2] += _sum_to(-(a_bar / t * a), t.shape)
    # 27: params = np.exp(log_params)
    log_params_bar = params_bar * params
    return value, log_params_bar
