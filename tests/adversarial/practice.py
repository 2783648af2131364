"""Filters, iterations, geometry, bookkeeping: short programs of every kind."""

from __future__ import annotations

import math

import numpy as np

from tests.adversarial.cases import Cases, numbers

CASES = Cases()
X = numbers(4)
A34 = numbers(3, 4)
A33 = numbers(3, 3)


@CASES.add(X)
def nested_fn_list(x):
    fs = [np.sin, np.cos, lambda v: v**2]
    out = []
    for f in fs:
        out.append(f(x))
    return np.stack(out) * np.array(out)[::-1]


@CASES.add(X, 5)
def fib(x, n):
    a, b = (x[0], x[1])
    seq = [a, b]
    for _ in range(n):
        a, b = (b, a + b * x[2])
        seq.append(b)
    return np.array(seq) * seq[-2]


@CASES.add(X)
def dead_writes(x):
    y = np.zeros(4)
    y[:] = x
    y[:] = 0
    y += x * 2
    y[1:3] = y[2:4].copy()
    y[...] = y * y
    return y


@CASES.add(A34)
def rows_cols_in(A):
    B = A.copy()
    B[1:, 1:] -= B[:-1, :-1]
    B[0], B[:, 0] = (B[1], B[:, 1])
    B[[0, 2]] = B[[2, 0]]
    B[:, [0, 1]] *= B[:, [1, 0]]
    return B


@CASES.add(X)
def double_while(x):
    i = 0
    tot = 0.0
    while i < 4:
        j = i
        while j < 4 and tot < 3.0:
            tot += x[i] * x[j]
            j += 1
            if j == 3:
                break
        else:
            tot *= 1.1
        i += 1
    return tot


@CASES.add(X)
def swap_in_if(x):
    a, b = (x[:2], x[2:])
    if a.sum() < b.sum():
        a, b = (b, a)
    c = a - b
    if c[0] > 0:
        c = c * 2
        d = c.sum()
    else:
        d = (c * c).sum()
    return c * d


@CASES.add(numbers(5), numbers(3))
def fir(x, h):
    y = np.zeros(len(x))
    for n in range(len(x)):
        for k in range(len(h)):
            if n - k >= 0:
                y[n] += h[k] * x[n - k]
    return y


@CASES.add(numbers(6))
def allpass(x):
    z1 = z2 = 0.0
    y = np.empty_like(x)
    for n, v in enumerate(x):
        y[n] = 0.5 * v + z1
        z1 = 0.3 * v - 0.2 * y[n] + z2
        z2 = 0.1 * v - 0.4 * y[n]
    return y


@CASES.add(numbers(6), numbers(3))
def biquads(x, c):
    for k in c:
        s = 0.0
        out = np.zeros_like(x)
        for n in range(x.size):
            s = k * s + (1 - k) * x[n]
            out[n] = s
        x = out
    return x


@CASES.add(numbers(2, 3), numbers(3, 2), 0.1)
def matfac(U, V, lr):
    R = np.array([[1.0, 2.0], [0.0, 1.0]])
    for _ in range(3):
        E = R - U @ V
        U, V = (U + lr * E @ V.T, V + lr * U.T @ E)
    return np.sum((R - U @ V) ** 2)


@CASES.add(A33)
def newton_schulz(A):
    X = A.T / (np.abs(A).sum(0).max() * np.abs(A).sum(1).max())
    eye = np.eye(3)
    for _ in range(4):
        X = X @ (2 * eye - A @ X)
    return X


@CASES.add(A33 + 3 * np.eye(3), numbers(3))
def jacobi_iter(A, b):
    x = np.zeros_like(b)
    for _ in range(100):
        new = np.empty_like(x)
        for i in range(3):
            s = 0.0
            for j in range(3):
                if j != i:
                    s += A[i, j] * x[j]
            new[i] = (b[i] - s) / A[i, i]
        if np.linalg.norm(new - x) < 1e-14:
            break
        x = new
    return x


@CASES.add(numbers(4), numbers(4, seed=1))
def trapz_ode_events(x, v):
    log = []
    for _ in range(6):
        x = x + 0.1 * v
        hit = x > 1.0
        v = np.where(hit, -0.9 * v, v)
        x = np.where(hit, 2 - x, x)
        if hit.any():
            log.append(x[hit].sum())
    return x.sum() + sum(log)


@CASES.add(numbers(4))
def mutable_default(x, acc=None):
    acc = [] if acc is None else acc
    for v in x:
        acc.append(v * v)
    return sum(acc)


@CASES.add(numbers(3))
def str_keys(x):
    d = {}
    for i, k in enumerate("abc"):
        d[k] = x[i] ** (i + 1)
    d["b"] += d["a"]
    d["c"] = d["c"] * 2
    s = 0.0
    for k, w in zip("abc", (1, 2, 3)):
        s = s + d[k] * w
    return s + d.get("z", x[0]) + d.pop("a")


@CASES.add(numbers(3))
def fstrings(x):
    key = f"layer{1}"
    p = {"layer0": x, "layer1": x * 2}
    assert key in p
    return p[key] * len(p)


@CASES.add(numbers(2, 2))
def nested_containers(W):
    net = {"layers": [{"W": W, "b": W[0]}, {"W": W.T, "b": W[1]}], "opts": (1, "x", None)}
    h = np.ones(2)
    for layer in net["layers"]:
        h = np.tanh(layer["W"] @ h + layer["b"])
    net["layers"][0]["W"] = h
    return net["layers"][0]["W"] * net["layers"][1]["b"]


@CASES.add(numbers(4))
def inplace_through_dict(x):
    d = {"u": np.zeros(4)}
    u = d["u"]
    u[0] = x[0]
    d["u"][1:] = x[1:] * u[0]
    d["u"] += 1
    return u * d["u"]


@CASES.add(numbers(5))
def cond_len(x):
    y = x[x > 0.6]
    if len(y) == 0:
        return x.sum() * 0
    m = y.mean()
    z = y - m
    return (z * z).sum() / len(y) + np.sort(y)[-1]


@CASES.add(numbers(5), 3)
def var_len_loop(x, n):
    y = x[:1]
    for i in range(n):
        y = np.concatenate([y, [y[-1] * x[i]]])
    return y


@CASES.add(numbers(5))
def argsort_rank(x):
    o = np.argsort(x)
    g = np.empty_like(x)
    g[o] = np.cumsum(x[o][::-1])[::-1]
    return g


@CASES.add(numbers(4), numbers(4, seed=2))
def ndcg_like(s, y):
    d = s[:, None] - s[None, :]
    p = 1 / (1 + np.exp(-d))
    r = 0.5 + p.sum(1)
    return (y / np.log2(1 + r)).sum()


@CASES.add(numbers(3, 4), np.array([3, 2, 4]))
def ragged(x, lens):
    tot = 0.0
    for row, n in zip(x, lens):
        v = row[:n]
        tot += np.log(np.sum(np.exp(v))) * n
    return tot


@CASES.add(numbers(6), np.array([0, 2, 3, 6]))
def segments(x, ptr):
    out = np.zeros(len(ptr) - 1)
    for k in range(len(ptr) - 1):
        seg = x[ptr[k] : ptr[k + 1]]
        out[k] = seg.max() + seg.sum() ** 2
    return out


@CASES.add(numbers(4))
def complex_step_free(x):
    re, im = (x[:2], x[2:])
    for _ in range(3):
        re, im = (re * re - im * im + x[0], 2 * re * im + x[3])
    return np.hypot(re, im)


@CASES.add(0.3)
def mandel(c):
    z = 0.0
    for k in range(60):
        z = z * z + c
        if abs(z) > 2:
            return k * 1.0 + z
    return z


@CASES.add(numbers(3))
def math_mix(x):
    a = float(x[0])
    b = float(x[1])
    return (
        math.exp(a) * np.exp(b)
        + math.atan2(a, b) * x
        + max(a, b, 0.1)
        + min(x[0], x[2])
        + abs(-a)
        + round(a, 1) * 0
        + pow(b, 2)
    )


@CASES.add(numbers(4))
def boolean_algebra(x):
    m = (x > 0.3) & (x < 0.9) | ~(x > 0.1)
    w = m.astype(float)
    return w * x + np.logical_not(m) * x**2 + m.sum() * x.mean()


@CASES.add(numbers(2, 3, 2))
def three_d(x):
    y = np.zeros((2, 3, 2))
    for i in range(2):
        for j in range(3):
            y[i, j] = x[i, j] @ np.array([[1.0, 2.0], [3.0, 4.0]])
            y[i, j, ::-1] += x[i, (j + 1) % 3]
            y[:, j, 0] *= 0.5
    return y.transpose(2, 0, 1)[..., 0]


@CASES.add(numbers(4))
def kw_defaults(x, *, a=2.0, b=(1, 2)):

    def f(u, *args, k=3, **kw):
        return u * k + sum(args) + kw.get("w", 0)

    return f(x, a, *b, k=b[1], w=x[0])


@CASES.add(numbers(3), numbers(3, seed=1))
def star_pairs(x, y):
    pairs = [(x[i], y[i]) for i in (0, 1, 2)]
    (a, b), *rest = pairs
    return a * b + sum((p * q for p, q in rest))


@CASES.add(numbers(3))
def inplace_scalar_arr(x):
    s = np.zeros(1)
    for v in x:
        s += v * v
    s[0] *= 2
    return s[0] * x + s


@CASES.add(numbers(3))
def neg_idx(x):
    y = np.zeros(5)
    for i in range(-1, -4, -1):
        y[i] = x[i] * i
    y[-5:-3] = y[-2:]
    return y[::-1][:-1]


@CASES.add(numbers(3), 1)
def dyn_axis_roll(x, k):
    return np.roll(x, k) * x + np.roll(x, -k) ** 2


@CASES.add(numbers(4))
def loops_over_dict_items_mutate(x):
    p = {"a": x[:2], "b": x[2:]}
    g = {}
    for k, v in p.items():
        g[k] = v * 2
    for k in p:
        p[k] = p[k] - 0.1 * g[k]
    return sum(np.sum(v**2) for v in p.values())


@CASES.add(numbers(3, 3))
def det_cofactor(M):

    def minor(M, i, j):
        return np.delete(np.delete(M, i, axis=0), j, axis=1)

    tot = 0.0
    for j in range(3):
        m = minor(M, 0, j)
        tot += (-1) ** j * M[0, j] * (m[0, 0] * m[1, 1] - m[0, 1] * m[1, 0])
    return tot


@CASES.add(numbers(3))
def quat(q3):
    w = np.sqrt(1 - 0.1 * np.dot(q3, q3))
    x, y, z = q3
    R = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
    return R @ np.array([1.0, 2.0, 3.0])


@CASES.add(numbers(3), numbers(3, seed=5))
def fk(theta, lengths):
    T = np.eye(3)
    for a, b in zip(theta, lengths):
        c, s = (np.cos(a), np.sin(a))
        T = T @ np.array([[c, -s, b * c], [s, c, b * s], [0, 0, 1]])
    return T[:2, 2]


@CASES.add(numbers(5), numbers(5, seed=3))
def cubic_spline(y, q):
    n = len(y)
    a = np.zeros((n, n))
    r = np.zeros(n)
    a[0, 0] = a[-1, -1] = 1
    for i in range(1, n - 1):
        a[i, i - 1 : i + 2] = [1, 4, 1]
        r[i] = 6 * (y[i + 1] - 2 * y[i] + y[i - 1])
    m = np.linalg.solve(a, r)
    i = np.clip((q * 2).astype(int), 0, n - 2)
    t = q * 2 - i
    return (
        (m[i] * (1 - t) ** 3 + m[i + 1] * t**3) / 6
        + (y[i] - m[i] / 6) * (1 - t)
        + (y[i + 1] - m[i + 1] / 6) * t
    )


@CASES.add(numbers(8))
def haar(x):
    y = x.copy()
    n = len(x)
    while n > 1:
        h = n // 2
        a = (y[:n:2] + y[1:n:2]) / 2
        d = (y[:n:2] - y[1:n:2]) / 2
        y[:h] = a
        y[h:n] = d
        n = h
    return y * y


@CASES.add(numbers(4, 2))
def polygon(P):
    area = 0.0
    for i in range(len(P)):
        (x0, y0), (x1, y1) = (P[i], P[(i + 1) % len(P)])
        area += x0 * y1 - x1 * y0
    Q = np.roll(P, -1, axis=0)
    return area / 2 + np.linalg.norm(P - Q, axis=1).sum()


@CASES.add(numbers(4))
def interest(x):
    bal, rate = (100.0, x[0] * 0.1)
    for m in range(12):
        pay = x[1] if m % 3 else x[2] * bal * 0.01
        bal = bal * (1 + rate / 12) - pay
        if bal <= 50:
            bal += 10
        assert bal > 0
    return bal


@CASES.add(numbers(3))
def tuple_return_multi(x):

    def stats(v):
        m = v.mean()
        return (m, ((v - m) ** 2).mean(), {"n": len(v)})

    m, s, info = stats(x)
    m2, *_ = stats(x * x)
    return (x - m) / np.sqrt(s) * info["n"] + m2


@CASES.add(numbers(3))
def starred_index(x):
    i = (slice(None, None, 2),)
    idx = (0,)
    y = np.outer(x, x)
    return y[i][:, idx[0]] + y[1, slice(1, 3)]
