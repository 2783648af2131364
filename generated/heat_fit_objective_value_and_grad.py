"""Value of objective and its gradient with respect to log_k. Compiled for log_k: float64[m], u0:
float64[n], readings: float64[r,s], sensors: int64[s], every: int, weight: float.
Source: examples/heat_fit.py, sha256 1418096a4231.
Written by: adgen value-and-grad examples/heat_fit.py:objective --wrt log_k --arg
'log_k=float64[m]' --arg 'u0=float64[n]' --arg 'readings=float64[r,s]' --arg 'sensors=int64[s]'
--arg every=int --arg weight=float"""
import numpy as np


def objective_value_and_grad(log_k, u0, readings, sensors, every, weight):
    """Value of objective and its gradient with respect to log_k."""
    if log_k.shape[0] == 1:
        raise ValueError('log_k.shape[0] must not be 1: compiled for other sizes')
    # forward
    k = np.exp(log_k)
    u = u0.copy()
    kept = []
    total = 0.0
    for row in readings:
        kept_1 = []
        for _ in range(every):
            t = u[:-1]
            t1 = u[1:] - t
            kept_1.append(t1)
            flux = k * t1
            u[:-1] = t + flux
            u[1:] = u[1:] - flux
        t = u[sensors] - row
        kept.append((kept_1, 2.0 * t))
        total += np.sum(t ** 2)
    t = log_k[1:] - log_k[:-1]
    y = total + weight * np.sum(t ** 2)
    # reverse
    # 53: return weight * np.sum(np.diff(log_k) ** 2)
    t = 2.0 * weight * t
    u_bar = np.zeros_like(u0)
    k_bar = np.zeros_like(log_k)
    for kept_1, t1 in reversed(kept):
        # 35: total += np.sum((u[sensors] - row) ** 2)
        np.add.at(u_bar, sensors, t1)
        for t1 in reversed(kept_1):
            # 33: u[:-1] += flux
            flux_bar = u_bar[:-1] - u_bar[1:]
            # 32: flux = k * (u[1:] - u[:-1])
            t_bar = flux_bar * k
            k_bar += flux_bar * t1
            u_bar[:-1] -= t_bar
            u_bar[1:] += t_bar
    # 27: k = np.exp(log_k)
    log_k_bar = k_bar * k
    log_k_bar[:-1] -= t
    log_k_bar[1:] += t
    return y, log_k_bar
