"""Who shares memory: aliases, views, buffers, containers of arrays, stores that overlap."""

from __future__ import annotations

import numpy as np

from tests.adversarial.cases import Cases, numbers

CASES = Cases()


@CASES.add(numbers(3))
def history_of_one_buffer(x):
    u = x * 1.0
    history = []
    for _ in range(3):
        history.append(u)
        u *= 1.5
    return sum(h.sum() * (i + 1) for i, h in enumerate(history))


@CASES.add(numbers(3), 4)
def history_of_copies(x, steps):
    u = x * 1.0
    history = [u.copy()]
    for _ in range(steps):
        u[1:] += 0.1 * u[:-1] ** 2
        history.append(u.copy())
    return np.array(history).sum(axis=0) * history[-1]


@CASES.add(numbers(5))
def overlapping_stores(x):
    u = x.copy()
    u[1:] = u[:-1]
    u[::-1] = u * x
    u[1:] += u[:-1]
    u[:-1] *= u[1:]
    return u


@CASES.add(numbers(5), 3)
def shift_register(x, steps):
    u = np.zeros(5)
    for k in range(steps):
        u[1:] = u[:-1]
        u[0] = x[k] * u[-1] + x[k + 1]
    return u


@CASES.add(numbers(4), np.array([2, 0]))
def fancy_reads_are_copies(x, index):
    u = x * 2.0
    v = u[index]
    v += 1.0
    u[index][0] = 5.0
    w = u[1:3]
    w += v
    return u * x


@CASES.add(numbers(2, 3))
def list_of_views(x):
    u = x.copy()
    first, second = (u[i] for i in (1, 0))
    first += second
    second[:] = first * 2.0
    return u


@CASES.add(numbers(3))
def repeated_list(x):
    cells = [np.zeros(3)] * 2
    cells[0] += x
    cells[1] *= x
    return cells[0] + cells[1]


@CASES.add(numbers(3))
def dictionary_aliases(x):
    state = {"u": x * 1.0, "n": 0}
    alias = state["u"]
    for _ in range(2):
        state["u"] += alias * x
        state["n"] += 1
        state["u"] = state["u"] * 1.0
    alias += 1.0
    return state["u"] * state["n"] + alias


@CASES.add(np.array(1.5), numbers(3))
def zero_d_in_place(a, x):
    total = np.array(0.0)
    other = total
    for v in x:
        other += v * a
    s = x[0]
    s += 100.0
    a = a * 1.0
    return total * x + s * 0.0 + a


@CASES.add(numbers(3), numbers(3, seed=1))
def ping_pong(x, y):
    a, b = x.copy(), y.copy()
    for k in range(3):
        b[:] = a * b
        b[k] = 1.0
        a, b = b, a
    return a + 2.0 * b


@CASES.add(np.array([0.25, 0.52, 1.3, 0.7]))
def integer_buffers_truncate(x):
    counts = np.zeros(4, dtype=int)
    counts[0] = x[0] * 10
    full = np.full(3, 1)
    full[1] = 7.0 * x[1]
    table = np.array([1, 2, 3])
    return x * counts + (full * table).sum() * x[2]


@CASES.add(numbers(3), numbers(3, seed=3).astype(np.float32), order=1)
def mixed_precision(x, y):
    single = np.zeros(3, dtype=np.float32)
    single[:] = x
    double = np.zeros(3)
    double[:] = y * single
    return double * x


@CASES.add(numbers(3, 4), np.array([0, 2, 2]), np.array([1, 3, 1]))
def kinds_of_index(A, i, j):
    B = A * 1.0
    parts = [
        A[i].sum(),
        A[:, j].sum(),
        A[i, j],
        A[i[:, None], j].sum(axis=0),
        A[0, j],
        A[i, 1:3].sum(axis=1),
        A[1:, j].sum(axis=0),
        A[..., None, 0].sum(),
        A[i, None, j][:, 0],
    ]
    B[i, j] = A[j % 3, i]
    B[:, j] += 1.0
    B[i] *= 2.0
    return sum(k * p * p for k, p in enumerate(parts)) * B.sum()


@CASES.add(numbers(3, 4), 0.7)
def kinds_of_mask(A, s):
    B = A.copy()
    B[A > 0.9] = s
    B[A < 0.5] *= s
    rows = A.sum(axis=1) > 2.5
    B[rows] += A[rows] ** 2
    B[rows, 0] = 0.0
    B[:, [True, False, True, False]] -= s
    return B, A[A > 0.6].sum() * s


@CASES.add(numbers(4), numbers(4, 2))
def unbuffered_ufuncs(x, y):
    index = np.array([0, 2, 0, 1])
    total = np.zeros(3)
    np.add.at(total, index, x * x)
    np.subtract.at(total, index[:2], x[2:])
    table = np.ones((3, 2))
    np.add.at(table, (index, slice(None)), y)
    np.add.at(table, (index, np.array([0, 1, 0, 0])), x)
    return table * total[:, None]


@CASES.add(numbers(3), numbers(3, seed=1))
def out_arguments_by_slices(x, y):
    out = np.empty((2, 3))
    out[0], out[1] = x * y, x + y
    out[0, :], out[:, 0] = out[1, ::-1].copy(), 2.0
    (a, b), c = out, out[:, 1]
    a += c.sum()
    return out * b


@CASES.add(numbers(4))
def branches_write_one_buffer(x):
    u = np.zeros(4)
    for i in range(4):
        if x[i] > 0.7:
            u[i] = x[i] ** 2
        elif i > 0:
            u[i - 1] += x[i]
            u[i] = u[i - 1]
    v = u if x[0] > 0.1 else x
    return v * x


@CASES.add(numbers(4), 2.0)
def callee_writes(x, c):
    def scale(a, k):
        a *= k
        return a

    def fill(a, value=1.0):
        a[...] = value

    u = x + 0.0
    v = scale(u[1:3], c)
    w = scale(u, v[0])
    fill(u[:1], v[1])
    fill(u[-1:])
    return u + w


@CASES.add(numbers(3, 3))
def transposed_writes(A):
    B = A.copy()
    C = B.T
    C[0] = A[1] * 2.0
    C[:, 1] += C[0]
    B.T[2, :2] = 0.0
    D = B.reshape(9)[::2].copy()
    return B + D[:3]


@CASES.add(numbers(3))
def conditional_alias(x):
    a = x * 1.0
    b = x * 2.0
    for k in range(2):
        target = a if k % 2 else b
        target[k] += x[2]
    return a * b


@CASES.add(numbers(2, 3))
def iterated_rows_are_views(A):
    B = A * 1.0
    for row in B:
        row[0] = row[1] * row[2]
        row *= 2.0
    for k, row in enumerate(B):
        row += k
    return B


@CASES.add(numbers(3), 3)
def carried_view(x, n):
    buffer = np.zeros((n + 1, 3))
    buffer[0] = x
    current = buffer[0]
    for k in range(n):
        current = buffer[k] * x
        buffer[k + 1] = current
    return buffer[-1] + current


@CASES.add(numbers(6))
def deleted_and_rebound(x):
    y = x[:3]
    del x
    x = y * y
    y = x
    x = x + y
    return x, y


@CASES.add(numbers(3))
def same_result_twice(x):
    y = np.sin(x)
    return y, y, (y[0], y), {"a": y, "b": 2, "c": None}
