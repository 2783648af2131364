"""Python as people use it: containers, closures, flow of control, odd shapes and dtypes."""

from __future__ import annotations

import functools
import math
from collections import namedtuple
from dataclasses import dataclass, field

import numpy as np

from tests.adversarial.cases import Cases, numbers

CASES = Cases()
GRAVITY = 9.81
TABLE = np.array([[1.0, 2.0, 3.0], [0.5, -1.0, 0.25]])
Point = namedtuple("Point", "x y")


@dataclass
class Material:
    young: float
    poisson: float
    fibres: list = field(default_factory=list)


@CASES.add(Material(2.0, 0.3, [0.5, 1.5]))
def lame(material):
    e, nu = material.young, material.poisson
    lam = e * nu / ((1 + nu) * (1 - 2 * nu))
    mu = e / (2 * (1 + nu))
    stiffness = sum(f**2 for f in material.fibres)
    return {"lam": lam, "mu": (mu, stiffness * lam)}


@CASES.add(Point(1.0, 2.0), Point(0.5, 0.25))
def point_distance(a, b):
    d = Point(a.x - b.x, a.y - b.y)
    return math.hypot(*d) + GRAVITY * d.x * d.y


@CASES.add(0.7, 100.0, 95.0, 0.05, order=1)
def binomial_tree(sigma, spot, strike, rate):
    n = 6
    dt = 1.0 / n
    u = math.exp(sigma * math.sqrt(dt))
    d = 1 / u
    p = (math.exp(rate * dt) - d) / (u - d)
    values = [max(spot * u**k * d ** (n - k) - strike, 0.0) for k in range(n + 1)]
    for step in range(n, 0, -1):
        values = [
            math.exp(-rate * dt) * (p * values[k + 1] + (1 - p) * values[k]) for k in range(step)
        ]
    return values[0]


@CASES.add(1.0, 0.2, 0.05, numbers(6, 4, low=-1.0, high=1.0), argnums=(0, 1, 2))
def monte_carlo_asian(spot, sigma, rate, draws):
    dt = 1.0 / draws.shape[1]
    paths = spot * np.exp(
        np.cumsum((rate - 0.5 * sigma**2) * dt + sigma * np.sqrt(dt) * draws, axis=1)
    )
    payoff = np.maximum(paths.mean(axis=1) - 1.0, 0.0)
    return np.exp(-rate) * payoff.mean()


@CASES.add(numbers(5), 0.3)
def horner(c, x):
    result = np.zeros_like(c[0])
    for a in c[::-1]:
        result = a + x * result
    return result


@CASES.add(numbers(6), 0.3)
def clenshaw(c, x):
    b0 = b1 = 0.0
    for k in range(len(c) - 1, 0, -1):
        b0, b1 = c[k] + 2 * x * b0 - b1, b0
    return c[0] + x * b0 - b1


@CASES.add(numbers(4), np.linspace(0.0, 1.0, 5))
def de_boor(control, ts):
    out = []
    for t in ts:
        d = [control[k] for k in (0, 1, 2, 3)]
        for r in range(1, 4):
            for j in range(3, r - 1, -1):
                d[j] = (1.0 - t) * d[j - 1] + t * d[j]
        out.append(d[3])
    return np.array(out)


@CASES.add(numbers(3), 2.0)
def early_returns(x, y):
    if np.sum(x) < 0:
        return 0.0 * y
    for v in x:
        if v > 5:
            return v * y
        if v < -5:
            break
    else:
        if y > 1:
            return y * np.prod(x)
    return y


@CASES.add(numbers(6, low=-1.0))
def break_continue_else(x):
    total = 0.0
    for i, v in enumerate(x):
        if v < -0.5:
            continue
        if total > 2.0:
            break
        j = 0
        while True:
            total += v * x[j]
            j += 1
            if j >= i:
                break
    else:
        total *= 2.0
    return total


@CASES.add(numbers(3), numbers(3, seed=1))
def star_arguments(*vectors):
    def combine(first, *rest, scale=2.0, **extra):
        return scale * first + sum(r * extra.get("weight", 1.0) for r in rest)

    return combine(*vectors, **{"weight": 3.0}) * combine(*vectors[::-1], scale=0.5)


def _kernel(r, length=1.0, power=2):
    return np.exp(-((r / length) ** power))


@CASES.add(numbers(4), 0.5)
def functions_as_values(x, length):
    kernels = {"rbf": _kernel, "linear": lambda r, length: r * length}
    result = 0.0
    for name in ("rbf", "linear"):
        kernel = functools.partial(kernels[name], length=length)
        result = result + sum(map(kernel, [x, x[::-1] - x[0]]))
    return result


@CASES.add(numbers(4))
def closure_over_mutable(x):
    log = []
    state = {"total": 0.0}

    def visit(v):
        log.append(v * v)
        state["total"] = state["total"] + v

    for v in x:
        visit(v)
    return state["total"] * sum(log)


@CASES.add(numbers(3, 2))
def nested_comprehension(m):
    table = [[math.sin(m[i, j]) * i for j in range(2)] for i in range(3)]
    flat = [v**2 for row in table for v in row if v > 0]
    return sum(flat) + np.array(table).T @ np.ones(3)


@CASES.add(numbers(3))
def global_table(x):
    return (TABLE * x).sum(axis=1) ** 2 + TABLE[0, 1] * x[0]


@CASES.add(numbers(4).astype(np.float32), order=1)
def single_precision(x):
    y = np.empty(4, dtype=x.dtype)
    for i in range(4):
        y[i] = x[i] * 0.5 + (y[i - 1] if i else np.float32(0.25))
    return (y * np.float32(2)).sum()


@CASES.add(np.array(1.5), np.array([2.0]))
def zero_d_and_size_one(a, b):
    c = a * b
    d = np.zeros(3)
    d[:] = b
    d[1] = a
    return d * c + float(b[0]) * a


@CASES.add(np.zeros(0), 2.0)
def empty_array(x, s):
    y = np.concatenate([x * s, np.array([s])])
    total = s
    for v in x:
        total = total + v
    return y.sum() + total + x.sum()


@CASES.add(numbers(1, 4), numbers(4, 1), numbers(1))
def size_one_axes(a, b, c):
    s = a * b + c
    s /= b
    s[:, :1] += c
    return s - s.mean(axis=1, keepdims=True)


@CASES.add(numbers(2, 3))
def driven_by_shape(x):
    if x.ndim == 1:
        x = x[None]
    rows, cols = x.shape
    if rows > cols:
        x = x.T
    out = np.zeros((min(x.shape),) * 2)
    for i in range(out.shape[0]):
        for j in range(i, out.shape[1]):
            out[i, j] = out[j, i] = x[i] @ x[j]
    return out


@CASES.add(numbers(3), numbers(3, seed=3))
def results_alias_inputs(x, y):
    return x, x[1:], y.reshape(3, 1), (y, x * y)


@CASES.add(numbers(4))
def writes_its_argument(x):
    x[0] = x[1] * x[2]
    x *= 2.0
    tail = x[2:]
    tail[0] = tail[1] ** 2
    return x.sum() + tail[0]


@CASES.add(numbers(3))
def aliased_names(x):
    a = b = x * 1.0
    b += 1.0
    c = a
    c[0] = a[1] * b[2]
    a = a * 2.0
    return a * b + c


@CASES.add(numbers(4), 3)
def integer_arithmetic(x, n):
    total = 0.0
    k = n
    while k > 0:
        total += x[k % len(x)] ** k
        k //= 2
    bits = n << 1 | 1
    return total * bits + x[-1] * (n**2) / (n - 1)


@CASES.add(numbers(4))
def list_as_stack(x):
    stack = [x[0]]
    for v in x[1:]:
        if v > stack[-1]:
            stack.append(v * stack[-1])
        else:
            stack.append(stack.pop() + v)
    total = 0.0
    while stack:
        total = total * 0.5 + stack.pop() ** 2
    return total


@CASES.add(2.0, 3.0)
def tuples_and_swaps(a, b):
    pair = (a, b)
    for i in range(3):
        (p, q), r = pair, i + 1
        pair = (q * r, p + q)
    first, *rest = [*pair, a]
    return first - rest[0] * rest[-1]


@CASES.add(numbers(3), None)
def optional_argument(x, weights=None):
    if weights is None:
        weights = np.ones_like(x)
    weights = weights / weights.sum()
    return np.average(x**2, weights=weights)


@CASES.add({"a": numbers(2), "b": [numbers(2, 2), 1.5]})
def dictionary_of_arrays(tree):
    total = 0.0
    for key, value in tree.items():
        if key == "a":
            total = total + value.sum()
        else:
            matrix, scale = value
            total = total + scale * np.trace(matrix @ matrix)
    result = {k: v for k, v in tree.items() if k == "a"}
    result["total"] = total
    return result


@CASES.add(numbers(5))
def conditional_expressions(x):
    y = [v if v > 0.5 else -v * v for v in (x[0], x[1], x[2])]
    z = sum(v for v in y if v > 0) or 1.0
    w = max(y) if len(y) > 2 else min(y)
    return z * w + (x[0] if x[0] > x[1] and x[1] > 0 else x[1] * 3)


@CASES.add(0.3, 1.1)
def walrus_and_chained(x, y):
    if (s := x * y) > 0.2 and 0 < s < 1:
        return s**3
    return (t := s + 1) * t


@CASES.add(numbers(4))
def int_index_from_data(x):
    order = np.argsort(x)
    rank = np.empty(4, dtype=int)
    rank[order] = np.arange(4)
    k = int(np.argmax(x))
    return x[order] * rank + x[k] ** 2 * x[order[-1]]


@CASES.add(numbers(6), 2)
def moving_window(x, half):
    n = len(x)
    out = np.zeros(n)
    for i in range(n):
        lo, hi = max(0, i - half), min(n, i + half + 1)
        window = x[lo:hi]
        out[i] = window.mean() * window.max()
    return out


@CASES.add(numbers(3), order=1)
def float_loop_variable(x):
    total = 0.0
    for t in np.arange(0.0, 1.0, 0.25):
        total += np.dot(x, [1.0, t, t * t]) ** 2
    for k, w in {1: 0.5, 3: 2.0}.items():
        total += w * x[0] ** k
    for a, b in zip(x, x[1:]):
        total += a * b
    return total


@CASES.add(numbers(4))
def where_guard(x):
    safe = np.where(x > 0.6, x - 0.6, 1.0)
    return np.where(x > 0.6, np.log(safe) * np.sqrt(safe), x**3)


@CASES.add(numbers(2, 3), numbers(3, seed=2))
def augmented_mix(a, v):
    a = a.copy()
    a += v
    a -= v[::-1] * a
    a *= 2
    a /= v + 1
    a **= 2
    return a
