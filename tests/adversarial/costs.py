"""Loops whose gradients must cost what the loops cost: each takes vectors of length n."""
from __future__ import annotations

import numpy as np


def reads(x):
    s = 0.0
    for i in range(len(x)):
        s = s * 0.5 + np.sin(x[i])
    return s


def writes(x):
    y = np.zeros(len(x))
    for i in range(1, len(x)):
        y[i] = np.tanh(x[i] * y[i - 1] + x[i - 1])
    return y.sum()


def writes_under_a_condition(x):
    y = np.zeros(len(x))
    c = 0.0
    for i in range(1, len(x)):
        if x[i] > 0.5:
            y[i] = x[i] * y[i - 1] + 1
        else:
            c = c + x[i] * x[i]
    return y.sum() * c


def rows(x):
    A = x.reshape(-1, 4)
    s = np.zeros(4)
    for i in range(len(A)):
        s = np.tanh(s * A[i] + 0.1)
    return s.sum()


def nested(x):
    A = x.reshape(-1, 10)
    B = np.zeros_like(A)
    for i in range(1, A.shape[0]):
        for j in range(1, A.shape[1]):
            B[i, j] = B[i - 1, j] * A[i, j] + B[i, j - 1]
    return B.sum()


def columns(x):
    A = x.reshape(4, -1)
    B = np.zeros_like(A)
    for j in range(1, A.shape[1]):
        B[:, j] = np.tanh(B[:, j - 1] * A[:, j]) + A[:, j]
    return B.sum()


def windows(x):
    y = x * 1.0
    for i in range(len(x) - 5):
        y[i : i + 3] = y[i + 1 : i + 4] * y[i : i + 3]
    return y.sum()


def inner_windows_under_a_condition(x):
    y = np.zeros(len(x))
    for i in range(3, len(x)):
        s = 0.0
        for j in range(1, 4):
            if y[i - j] < 0.5:
                s += y[i - j] * y[i - j] * x[i]
        y[i] = np.sin(s * 0.3) + x[i]
    return y.sum()


def list_read_back(x):
    out = [x[0]]
    for i in range(1, len(x)):
        out.append(0.5 * out[-1] * x[i] + 0.5 * out[i - 1])
    return out[-1]


def list_read_after(x):
    out = []
    for v in x:
        out.append(v * v)
    s = 0.0
    for i in range(len(x)):
        s = s * 0.5 + out[i] * out[i]
    return s


def leaves_early(x):
    y = x.copy()
    for i in range(1, len(y)):
        y[i] = y[i] * y[i - 1] + 0.1
        if y[i] > 100:
            break
        if y[i] < 0.2:
            continue
        y[i - 1] = y[i] * y[i]
    return y.sum()


def scatters(x):
    index = np.arange(len(x)) * 7 % len(x)
    y, z = np.zeros(len(x)), np.zeros(len(x))
    for i in range(len(x)):
        k = index[i]
        if k % 2:
            y[k] = y[k] * x[i] + x[i]
        else:
            z[k] = y[k] + z[i] * x[i]
    return (y * z + y).sum()


def update(y, i, v):
    y[i] *= v + y[i - 1]


def through_a_helper(x):
    y = x * 1.0
    for i in range(1, len(y)):
        update(y, i, x[i])
    return y.sum()


def pairs_by_index(x):
    y = x * 1.0
    for i in range(len(x) - 1):
        y[[i, i + 1]] *= np.cos(y[[i + 1, i]])
    return y.sum()


def work_array(x):
    y, w = x * 1.0, np.empty(3)
    for i in range(len(x) - 3):
        np.multiply(y[i : i + 3], y[i + 1 : i + 4], out=w)
        np.tanh(w, out=w)
        y[i : i + 3] += w
    return y.sum()


def while_in_place(x):
    y, i = x * 1.0, 1
    while i < len(y):
        y[i] += np.sin(y[i - 1]) * y[i]
        i += 1
    return y.sum()


def exchanged(x):
    y = x * 1.0
    for i in range(1, len(y)):
        y[i], y[i - 1] = y[i - 1] * y[i], y[i] + 0.1
    return y.sum()


class Track:
    def __init__(self, v):
        self.v = v
        self.total = 0.0

    def step(self, i):
        self.v[i] *= self.v[i - 1]
        self.total += self.v[i] ** 2


def in_an_object(x):
    track = Track(x * 1.0)
    for i in range(1, len(x)):
        track.step(i)
    return track.total


LOOPS = [
    through_a_helper, pairs_by_index, work_array, while_in_place, exchanged, in_an_object,
    reads, writes, writes_under_a_condition, rows, nested, columns, windows,
    inner_windows_under_a_condition, list_read_back, list_read_after, leaves_early, scatters,
]
