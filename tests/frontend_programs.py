"""Programs for the frontend's tests: each with arguments, run as Python and as lowered SSA."""

# ruff: noqa: I001, E741, B007, C400, C401, C416, C417, C419, PERF402, SIM108, SIM102, E731, UP031
from __future__ import annotations

import dataclasses
import functools
import itertools
import math
from collections import namedtuple
from typing import Any

import numpy as np

X = np.array([0.3, -1.2, 2.5, 0.7, 1.9])
Y = np.array([1.1, 0.4, -0.6, 2.2, -1.5])
A = np.arange(12.0).reshape(3, 4) / 7 - 0.5
B = np.sin(np.arange(12.0)).reshape(4, 3)
SQ = np.cos(np.arange(9.0)).reshape(3, 3)
I = np.array([2, 0, 2, 4])
WEIGHTS = np.array([0.5, -1.0, 2.0, 0.25, 1.0])
SCALE = 2.5
SETTINGS = {"rate": 0.1, "names": ("a", "b"), "steps": [1, 2, 3]}
Point = namedtuple("Point", "x y")
PROGRAMS: list[tuple[Any, tuple[Any, ...]]] = []


@dataclasses.dataclass
class State:
    position: Any
    velocity: Any

    def energy(self):
        return 0.5 * np.sum(self.velocity**2) + np.sum(self.position**2)

    @property
    def speed(self):
        return np.sqrt(np.sum(self.velocity**2))


class Model:
    def __init__(self):
        self.weights = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
        self.bias = 0.5

    def __call__(self, x):
        return self.predict(x) + self.bias

    def predict(self, x):
        return x @ self.weights


MODEL = Model()


def program(*args):
    def enter(f):
        PROGRAMS.append((f, args))
        return f

    return enter


# Straight lines


@program(X)
def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


@program(1.5, 2.0)
def scalars(a, b):
    return math.sin(a) * b**2 + a // b - a % b + max(a, b) - abs(-a)


@program(X, Y)
def arithmetic(x, y):
    z = -x + y * 2 - x / 3.0
    z = z**2 if len(x) > 3 else z
    return z, x > y, ~(x > 0)


@program(A, B)
def products(a, b):
    c = a @ b
    return np.dot(c, c.T) + np.eye(3) * SCALE


@program(X)
def unpacking(x):
    (a, b), *rest = (x[0], x[1]), x[2], x[3]
    c, d = rest
    first, *_, last = [a, b, c, d]
    return a + b * c - d + first * last


@program(X)
def swap(x):
    a, b = x[0], x[1]
    a, b = b, a
    return a - 2.0 * b


@program(2.0)
def chained(x):
    if 0 < x < 3:
        return x * 2
    return x


@program(X)
def walrus(x):
    if (n := len(x)) > 2:
        return x.sum() / n
    return x.sum()


@program(X)
def captured(x):
    return np.sum(WEIGHTS * x) * SCALE + SETTINGS["rate"] + SETTINGS["steps"][1]


@program(A)
def shapes(a):
    n, m = a.shape
    return a.sum() / n + a.ndim * m + a.size + a.shape[-1]


@program(A)
def methods(a):
    return a.mean(axis=0) + a.max() - a.T.reshape(-1)[:4] + a.astype(np.float32).sum()


@program(X)
def f_string(x):
    name = f"{SCALE:.1f}_x"
    return x.sum() if name == "2.5_x" else x


# Views and aliases


@program(X)
def write_slice(x):
    y = x.copy()
    y[1:-1] = 2.0 * y[1:-1]
    y[0] = y[-1] + 1
    return y


@program(X)
def write_through_view(x):
    y = x.copy()
    v = y[1:4]
    v[0] = 10.0
    v += 1.0
    w = v[::-1]
    w[0] *= 3.0
    return y, v, w


@program(A)
def write_through_transpose(a):
    b = a.copy()
    t = b.T
    t[0] = 5.0
    t[1, 2] += 2.0
    row = b[1]
    row[:] = row * 2
    return b, t


@program(A)
def view_of_view(a):
    b = a * 1.0
    inner = b[1:, 1:][:, ::2]
    inner[0, 0] = 100.0
    inner += 1.0
    column = b[:, 0][:, None]
    column *= 2.0
    return b


@program(X)
def alias_by_name(x):
    y = np.zeros_like(x)
    z = y
    z[0] = 3.0
    y += x
    return z, y


@program(X)
def aug_rebinds_scalar(x):
    s = x[0]
    t = s
    s += 1.0
    return s, t


@program(X)
def argument_written(x):
    x[0] = 5.0
    x *= 2.0
    return x


@program(X)
def fresh_reshape_is_view(x):
    y = np.zeros(6)
    m = y.reshape(2, 3)
    m[1] = x[:3]
    f = m.ravel()
    return y, f


@program(A)
def rows_written(a):
    b = a.copy()
    for row in b:
        row *= 2.0
        row[0] = 1.0
    return b


@program(X, I)
def fancy(x, i):
    y = x[i] * 2.0
    z = x.copy()
    z[i] = y
    z[i] += 1.0
    z[z > 1.0] = 0.0
    return y, z, z[[0, 2]]


@program(X, I)
def add_at(x, i):
    y = np.zeros(5)
    np.add.at(y, i, x[:4])
    return y


@program(X, Y)
def out_argument(x, y):
    z = np.empty_like(x)
    np.multiply(x, y, out=z)
    np.add(z, 1.0, z)
    return z


@program(X)
def float32_in_place(x):
    y = x.astype(np.float32)
    y += x
    return y


@program(X)
def list_aliases(x):
    parts = [x.copy(), x * 2]
    same = parts
    same[0][1] = 7.0
    parts[1] = parts[0]
    return parts[1], same[0]


@program(X)
def masked(x):
    y = x.copy()
    mask = y > 0
    y[mask] = y[mask] * 2
    y[~mask] -= 1
    return y


@program(X)
def fill_and_sort(x):
    y = x.copy()
    y.sort()
    z = np.empty(3)
    z.fill(2.0)
    return y, z


# Branches


@program(2.0)
@program(-2.0)
def early_return(x):
    if x < 0:
        return x * x
    y = 2 * x
    if y > 3:
        return y
    return x


@program(X, 1.0)
@program(X, -1.0)
def branch_rebinds(x, s):
    y = x * 2
    if s > 0:
        y = y + x
        t = 1.0
    elif s < -5:
        y = x
        t = 2.0
    else:
        t = 3
    return y * t


@program(X, 1.0)
@program(X, -1.0)
def branch_writes(x, s):
    y = x.copy()
    z = y[1:3]
    if s > 0:
        y[1] = 100.0
    else:
        z[0] = -5.0
    return y, z


@program(X, 1.0)
@program(X, -1.0)
def branch_selects_array(x, s):
    a, b = x.copy(), x * 2
    c = a if s > 0 else b
    c[0] = 3.0
    return c


@program(3.0, 1.0)
@program(0.0, 1.0)
def conditions(x, y):
    a = x > 1 and y > 0
    b = x < 1 or not y
    c = x or 5.0
    return (1.0 if a else 2.0) + (10.0 if b else 20.0) + c


@program(1.0)
@program(-1.0)
def nested_escapes(x):
    if x > 0:
        if x > 10:
            return 0.0
        y = x
    else:
        if x < -10:
            return 1.0
        y = -x
    return y * 3.0


@program(1.0)
def guarded_raise(x):
    if x < 0:
        raise ValueError("negative")
    assert x < 100, "too large"
    return x**0.5


@program(2.0)
@program(-3.0)
def raise_else(x):
    if x > 0:
        y = 2.0 * x
    else:
        y = 1.0
        if x < -10:
            raise ValueError(f"bad {x}")
    return y


# Loops


@program(X, 0.5)
def recurrence(x, s0):
    s = s0
    for i in range(len(x)):
        s = s * np.tanh(x[i]) + x[i]
    return s


@program(X, 0.3, 4)
@program(X, 0.3, 0)
def heat(u0, alpha, steps):
    u = u0.copy()
    for _ in range(steps):
        u[1:-1] = u[1:-1] + alpha * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return np.sum(u**2)


@program(X, 0.3, 5)
def double_buffer(u0, alpha, steps):
    u = u0.copy()
    new = np.zeros_like(u)
    for _ in range(steps):
        new[1:-1] = u[1:-1] + alpha * (u[2:] - 2.0 * u[1:-1] + u[:-2])
        new[0] = u[0]
        u, new = new, u
    return u, new


@program(2.0, 1e-10)
@program(0.0, 1e-10)
@program(3e4, 1e-6)
def newton_sqrt(a, tol):
    if a == 0.0:
        return 0.0 * a
    x = a
    while abs(x * x - a) > tol:
        if x * x > 16.0 * a:
            x = 0.25 * x
        else:
            x = 0.5 * (x + a / x)
    return x


@program(X)
def breaks(x):
    s = 0.0
    for v in x:
        if v > 2:
            break
        if v < 0:
            continue
        s += v
    return s


@program(X, 2.0)
@program(X, 20.0)
def return_in_loop(x, limit):
    for i in range(len(x)):
        if x[i] > limit:
            return x[i] * 10
    return -1.0


@program(X, 2.0)
@program(X, 20.0)
def loop_else(x, limit):
    found = 0.0
    for v in x:
        if v > limit:
            found = v
            break
    else:
        found = -7.0
    return found


@program(X, 3)
def nested_loops(x, n):
    total = 0.0
    for i in range(n):
        for j in range(i, n):
            if j == 2:
                continue
            total += x[i] * x[j]
    return total


@program(A)
def nested_break(a):
    total = 0.0
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            if a[i, j] > 0.5:
                break
            total += a[i, j]
    return total


@program(10.0)
def while_true(x):
    n = 0
    while True:
        x = x / 2
        n += 1
        if x < 1:
            break
    return x, n


@program(3)
def int_count(n):
    k = 0
    for i in range(n):
        k = k + i
    return k * 1.0


@program(X, 4)
def collatz_like(x, n):
    i = 0
    s = 0.0
    while i < n:
        s += x[i]
        i += 1
    return s


@program(X)
def loop_variable_after(x):
    for i, v in enumerate(x):
        last = v * i
    return last + i


@program(X, 3)
def list_in_loop(x, n):
    out = []
    s = x
    for _ in range(n):
        s = np.tanh(s)
        out.append(s)
    return np.array(out), len(out)


@program(X)
def conditional_append(x):
    out = []
    for v in x:
        if v > 0:
            out.append(v * 2)
    return sum(out), len(out)


@program(X, 3)
def list_with_start(x, n):
    out = [x]
    for i in range(n):
        out.append(out[-1] * 2.0)
    return np.stack(out)


@program(A)
def rows(a):
    s = 0.0
    for row in a:
        s = s + np.sum(row**2)
    for i, row in enumerate(a):
        s = s + i * row[0]
    for r, c in zip(a, a[::-1]):
        s += r[0] * c[1]
    return s


@program(X)
def reversed_loop(x):
    s = 0.0
    for i in reversed(range(len(x))):
        s = s * 0.5 + x[i]
    return s


@program(X)
def backwards_range(x):
    s = 0.0
    for i in range(len(x) - 1, 0, -1):
        s = s * 0.5 + x[i] * x[i - 1]
    return s


@program(SQ, 3)
def array_carry(m, n):
    p = np.eye(3)
    for _ in range(n):
        p = p @ m
    return p


@program(X, 2)
def scalar_becomes_array(x, n):
    total = 0
    for k in range(n):
        total = total + x * k
    return total


@program(X)
def constant_range_unrolls(x):
    parameters = [x[:2], x[1:4], x[0:1]]
    s = 0.0
    for i in range(3):
        s = s + parameters[i].sum()
    return s


@program([(A, B), (A * 2, B * 3)])
def over_containers(layers):
    out = np.eye(3)
    for k, (w, v) in enumerate(layers):
        out = out + (w @ v) * (k + 1)
    return out


@program({"w": X, "b": 2.0})
def over_dict(p):
    total = 0.0
    for name, value in p.items():
        if name == "w":
            total += np.sum(value)
        else:
            total += value
    return {k: total * v for k, v in p.items()}


@program([1.0, 2.0, 3.0])
def break_in_unrolled(xs):
    s = 0.0
    for x in xs:
        if x > 2.5:
            break
        s += x
    else:
        s = -1.0
    return s


@program([1.0, 2.0, 3.0])
def return_in_unrolled(xs):
    for x in xs:
        if x > 1.5:
            return x * 10
    return 0.0


@program(X, 3)
def undefined_before(x, n):
    for i in range(n):
        t = x[i] * 2
        u = t + 1
    return u


@program(X)
def flag(x):
    first = True
    s = 0.0
    for v in x:
        if first:
            s = v
            first = False
        else:
            s = 0.5 * s + v
    return s


@program(X)
def running_best(x):
    best = -np.inf
    where = 0
    for i in range(len(x)):
        if x[i] > best:
            best = x[i]
            where = i
    return best, where


@program(A)
def matrix_fill(a):
    n, m = a.shape
    out = np.zeros((m, n))
    for i in range(n):
        for j in range(m):
            out[j, i] = a[i, j] ** 2
    return out


@program(X, 3)
def view_in_loop(x, n):
    y = x.copy()
    v = y[1:]
    for i in range(n):
        v[i] = v[i] + y[0]
        y[0] = y[0] * 0.5
    return y, v


@program(3.0)
def while_walrus(x):
    s = 0.0
    while (h := x / 2) > 0.1:
        s += h
        x = h
    return s


@program(X, 3)
def growing(x, n):
    y = x
    for _ in range(n):
        y = y[1:]
    return y.sum()


# Functions


def helper(a, b=2.0, *rest, scale=1.0, **options):
    total = a * b * scale
    for r in rest:
        total = total + r
    return total + options.get("extra", 0.0)


@program(1.5, X)
def calls(s, x):
    one = helper(s)
    two = helper(s, 3.0, 1.0, x[0], scale=s, extra=0.25)
    args = (s, 4.0)
    return one + two + helper(*args, **{"scale": 2.0})


@program(X)
def closures(x):
    factor = x[0]

    def scaled(v, by=2.0):
        return factor * v * by

    power = lambda v, p=2: v**p
    factor = x[1]
    return scaled(x) + power(scaled(x, by=3.0))


@program(X)
def higher_order(x):
    def twice(f, v):
        return f(f(v))

    return twice(np.tanh, x) + twice(lambda v: v * 2, x) + functools.partial(helper, b=3.0)(x)


@program(X)
def writes_into_argument(x):
    def clear(v):
        v[0] = 0.0

    y = x.copy()
    clear(y[1:])
    return y


@program(X)
def comprehensions(x):
    squares = [v**2 for v in x]
    pairs = [a * b for a in (1.0, 2.0) for b in (3.0, 4.0) if a < b]
    table = {k: k * 2.0 for k in ("a", "b") if k} if False else {k: k * 2.0 for k in (1, 2)}
    return np.array(squares), sum(pairs), table[2], sum(v * 2 for v in x), max([x[0], x[1]])


@program(X)
def generators(x):
    return sum(np.sum(p) for p in [x, x * 2]) + sum(x[i] for i in range(len(x)) if i % 2 == 0)


@program(X)
def builtin_functions(x):
    pairs = list(zip([x[0], x[1]], (1.0, 2.0)))
    total = sum(a * b for a, b in pairs)
    total += sum(map(lambda v: v * 2, [x[2], x[3]]))
    if isinstance(total, float) and hasattr(x, "shape") and not callable(x):
        total = total + any([False, x[0] > 0]) + all([True, x[0] > 0])
    return total + round(2.567, 1) + divmod(7, 2)[0] + float(x[0]) + pow(2, 3)


@program(Point(1.0, X))
def named_tuples(p):
    q = Point(p.y * p.x, p.x)
    q = q._replace(y=q.y + 1)
    return q


@program(State(X, Y))
def records(state):
    new = State(state.position + 0.1 * state.velocity, state.velocity)
    new.velocity = new.velocity * 2
    return new.energy() + state.speed


@program(X)
def objects(x):
    return MODEL(x) + MODEL.predict(x * 2)


@program(X)
def local_import(x):
    import numpy as jnp
    from math import pi

    return jnp.sin(x) * pi


@program(X)
def error_state(x):
    with np.errstate(invalid="ignore"):
        y = np.sqrt(np.abs(x))
    return y


@program(X, None, "sum")
def options(x, weights=None, how="mean"):
    if weights is None:
        weights = np.ones_like(x)
    if how == "sum":
        return np.sum(weights * x)
    elif how in ("mean", "average"):
        return np.mean(weights * x)
    raise ValueError(how)


@program((1.0, [X, (2.0, Y)]))
def nested_structure(t):
    a, [x, (b, y)] = t
    return [a * x, {"k": (b * y,)}]


@program(A)
def mutable_list(a):
    stack = [a[0], a[1]]
    stack.append(a[2])
    top = stack.pop()
    stack.insert(0, top * 2)
    stack += [top]
    stack.extend((a[0],))
    return sum(stack[1:]), len(stack)


@program(X)
def ndarray_unpack(x):
    a, b, c, d, e = x
    return a * b + c * d - e


@program(X)
def prod_of_shape(x):
    y = np.zeros((len(x), 2))
    y[:, 0] = x
    return y, y.shape[0] * y.shape[1]


@program(2)
def static_power(n):
    x = 3
    return x**2 + n * 1.0


@program(A)
def tuple_index(a):
    i = (1, slice(None, 2))
    return a[i] + a[..., 0][:2] + a[None, 1, :2][0]


@program(X)
def break_then_after(x):
    y = 0.0
    for v in x:
        y = y + v
        if y > 1:
            y = y * 2
            if y > 3:
                break
        else:
            y = y - 0.1
        y = y + 0.01
    return y


@program(X, 2.0)
@program(X, 100.0)
def return_from_nested(x, limit):
    for i in range(len(x)):
        for j in range(len(x)):
            if x[i] * x[j] > limit:
                return x[i] - x[j]
        if x[i] > 50:
            break
    else:
        return -2.0
    return -1.0


@program(X, 3)
def list_of_tuples(x, n):
    history = []
    for i in range(n):
        x = np.tanh(x)
        history.append((i, (x, x.sum())))
    total = 0.0
    for i, (y, s) in history:
        total = total + i * y[0] + s
    k, (last, _) = history[-1]
    return total, last, len(history), k


@program(X, 3)
def list_of_tuples_with_start(x, n):
    path = [(x[0], 1.0)]
    for i in range(1, n):
        a, b = path[i - 1]
        path.append((a * x[i], b * 0.5))
    return sum(a for a, b in path), path.pop()


@program(State(X, Y))
def replaced_record(state):
    new = dataclasses.replace(state, velocity=state.velocity * 2)
    return new, state.energy()


@program(X)
def combinations(x):
    total = 0.0
    for i, j in itertools.combinations(range(4), 2):
        total += x[i] * x[j]
    for i, j in itertools.product((0, 1), repeat=2):
        total += x[i] - x[j]
    return total
