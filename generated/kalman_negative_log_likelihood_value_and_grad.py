"""Value of negative_log_likelihood and its gradient with respect to log_variances. Compiled for
log_variances: float64[p], series: float64[n], transition: float64[d,d].
Source: examples/kalman.py, sha256 f68d873497b1.
Written by: adgen value-and-grad examples/kalman.py:negative_log_likelihood --wrt log_variances
--arg 'log_variances=float64[p]' --arg 'series=float64[n]' --arg 'transition=float64[d,d]'"""
import numpy as np


def _sum_to(g, shape):
    """Sum g over the axes along which an array of that shape was broadcast to g's."""
    if np.shape(g) == shape:
        return g
    g = np.sum(g, axis=tuple(range(np.ndim(g) - len(shape))))
    axes = tuple(i for i, n in enumerate(shape) if n == 1 and g.shape[i] != 1)
    return np.sum(g, axis=axes, keepdims=True) if axes else g


def negative_log_likelihood_value_and_grad(log_variances, series, transition):
    """Value of negative_log_likelihood and its gradient with respect to log_variances."""
    if transition.shape[0] == 1:
        raise ValueError('transition.shape[0] must not be 1: compiled for other sizes')
    # forward
    size = len(transition)
    variances = np.exp(log_variances)
    noise = np.diag(variances[1:])
    state = np.zeros(size)
    spread = 10000000.0 * np.eye(size)
    kept = []
    total = 0.0
    for t in range(len(series)):
        surprise = series[t] - state[0]
        scale = spread[0, 0] + variances[0]
        if t >= size:
            t1 = surprise ** 2 / scale
            total += 0.5 * (np.log(2.0 * np.pi * scale) + t1)
        else:
            t1 = None
        gain = spread[:, 0] / scale
        t2 = spread[0]
        kept.append((scale, surprise, t1, gain, t2))
        state = transition @ (state + gain * surprise)
        spread = transition @ (spread - np.outer(gain, t2)) @ transition.T + noise
    # reverse
    state_bar = np.zeros_like(state)
    spread_bar = np.zeros_like(transition)
    variances_bar = np.zeros_like(log_variances)
    # 42: for t in range(len(series)):
    t1 = noise.shape
    noise_bar = np.zeros(t1)
    total_bar = 1.0
    for t, (scale, surprise, t2, gain, t3) in zip(reversed(range(len(series))), reversed(kept)):
        # 49: spread = transition @ (spread - np.outer(gain, spread[0])) @ transition.T + noise
        noise_bar += _sum_to(spread_bar, t1)
        spread_bar = transition.T @ (spread_bar @ transition)
        t_bar = -spread_bar
        gain_bar = t_bar @ t3
        spread_bar[0] += gain @ t_bar
        # 48: state = transition @ (state + gain * surprise)
        state_bar = transition.T @ state_bar
        gain_bar += surprise * state_bar
        surprise_bar = np.vdot(state_bar, gain)
        # 47: gain = spread[:, 0] / scale
        t_bar = gain_bar / scale
        scale_bar = -np.vdot(t_bar, gain)
        spread_bar[:, 0] += t_bar
        if t >= size:
            # 46: total += 0.5 * (np.log(2.0 * np.pi * scale) + surprise ** 2 / scale)
            t_bar = 0.5 * total_bar / scale
            surprise_bar += 2.0 * t_bar * surprise
            scale_bar = scale_bar - t_bar * t2 + t_bar
        # 44: scale = spread[0, 0] + variances[0]
        variances_bar[0] += scale_bar
        spread_bar[0, 0] += scale_bar
        # 43: surprise = series[t] - state[0]
        state_bar[0] -= surprise_bar
    # 38: noise = np.diag(variances[1:])
    variances_bar[1:] += np.diagonal(noise_bar)
    # 37: variances = np.exp(log_variances)
    log_variances_bar = variances_bar * variances
    return total, log_variances_bar
