"""Value of misfit and its gradient with respect to velocities. Compiled for velocities:
float64[b,2], positions: float64[b,2], masses: float64[b], step: float, every: int, sightings:
float64[s,b,2].
Source: examples/n_body.py, sha256 a33d532e1972.
Written by: adgen value-and-grad examples/n_body.py:misfit --wrt velocities --arg
'velocities=float64[b,2]' --arg 'positions=float64[b,2]' --arg 'masses=float64[b]' --arg
step=float --arg every=int --arg 'sightings=float64[s,b,2]'"""
import numpy as np


def _sum_to(g, shape):
    """Sum g over the axes along which an array of that shape was broadcast to g's."""
    if np.shape(g) == shape:
        return g
    g = np.sum(g, axis=tuple(range(np.ndim(g) - len(shape))))
    axes = tuple(i for i, n in enumerate(shape) if n == 1 and g.shape[i] != 1)
    return np.sum(g, axis=axes, keepdims=True) if axes else g


def misfit_value_and_grad(velocities, positions, masses, step, every, sightings):
    """Value of misfit and its gradient with respect to velocities."""
    if sightings.shape[0] == 1:
        raise ValueError('sightings.shape[0] must not be 1: compiled for other sizes')
    # forward
    t1 = every * len(sightings)
    x = positions.copy()
    result = np.zeros_like(x)
    for i in range(len(masses)):
        for j in range(i + 1, len(masses)):
            apart = x[j] - x[i]
            pull = apart / np.sum(apart ** 2) ** 1.5
            result[i] = result[i] + masses[j] * pull
            result[j] = result[j] - masses[i] * pull
    v = velocities + 0.5 * step * result
    path = np.empty((t1, len(x), 2))
    kept = []
    for t in range(t1):
        x = x + step * v
        result = np.zeros_like(x)
        kept_1 = []
        for i in range(len(masses)):
            kept_2 = []
            for j in range(i + 1, len(masses)):
                apart = x[j] - x[i]
                t2 = np.sum(apart ** 2)
                t3 = t2 ** 1.5
                kept_2.append((1.5 * t2 ** 0.5, t3))
                pull = apart / t3
                result[i] = result[i] + masses[j] * pull
                result[j] = result[j] - masses[i] * pull
            kept_1.append(kept_2)
        kept.append((kept_1, x))
        path[t] = x
        v = v + step * result
    t2 = every - 1
    t3 = path[t2::every]
    t4 = t3 - sightings
    # reverse
    path_bar = np.zeros_like(path)
    # 52: return np.mean((path[every - 1::every] - sightings) ** 2)
    path_bar[t2::every] = _sum_to(2.0 / sightings.size * t4, t3.shape)
    v_bar = np.zeros_like(velocities)
    x_bar = np.zeros_like(velocities)
    for t, (kept_1, x) in zip(reversed(range(t1)), reversed(kept)):
        t_bar = path_bar[t].copy()
        # 45: path[t] = x
        path_bar[t] = 0.0
        x_bar += t_bar
        # 44: v += step * accelerations(x, masses)
        result_bar = step * v_bar
        for i, kept_2 in zip(reversed(range(len(masses))), reversed(kept_1)):
            for j, (t1, t2) in zip(reversed(range(i + 1, len(masses))), reversed(kept_2)):
                apart = x[j] - x[i]
                pull = apart / t2
                # 32: result[i] += masses[j] * pull
                pull_bar = masses[j] * result_bar[i] - masses[i] * result_bar[j]
                # 31: pull = apart / np.sum(apart ** 2) ** 1.5
                t_bar = pull_bar / t2
                apart_bar = t_bar - 2.0 * np.vdot(t_bar, pull) * t1 * apart
                # 30: apart = positions[j] - positions[i]
                x_bar[i] -= apart_bar
                x_bar[j] += apart_bar
        # 43: x += step * v
        v_bar += step * x_bar
    return np.mean(t4 ** 2), v_bar
