"""Flow of control at its edges: loops that do not run, leave early, return; names that clash."""

from __future__ import annotations

import math

import numpy as np

from tests.adversarial.cases import Cases, numbers

CASES = Cases()


@CASES.add(numbers(3), 0)
def loop_that_does_not_run(x, n):
    u = x * x
    kept = []
    for i in range(n):
        u = u * x[i]
        kept.append(u)
    while u[0] > 100.0:
        u = u / 2
    return u.sum() + len(kept)


@CASES.add(np.zeros(0), 1.5, 0)
def element_of_empty_array(x, s, n):
    total = s
    for i in range(n):
        total = total * x[0] + s * x[i]
    return total


@CASES.add(numbers(4), numbers(3, seed=1))
def zip_of_unequal(x, y):
    total = 0.0
    for a, b in zip(x, y):
        total += a * a * b
    for a, b in zip(x, x[1:]):
        total += a / b
    for i, (a, b) in enumerate(zip(x, y)):
        total += i * a * b
    return total


@CASES.add(numbers(4), numbers(3, seed=1))
def zip_that_reads_one(x, y):
    total = 1.0
    for a, _ in zip(x, y):
        total = total * a + a
    return total


@CASES.add(numbers(4))
def zip_of_lists_and_ranges(x):
    outputs = []
    for v in x:
        if v > 0.3:
            outputs.append(v * v)
    total = 0.0
    for i, o, v in zip(range(0, 100, 2), outputs, x):
        total += i * o * v
    for k, o in enumerate(outputs, start=1):
        total += k * o
    for o in reversed(outputs):
        total = total * 0.5 + o
    return total


@CASES.add(numbers(5), 2.0)
def ranges_with_steps(x, c):
    total = c
    for i in range(4, -1, -2):
        total = total * x[i] + i
    for i in range(1, 10, 3):
        if i < 5:
            total += x[i] ** 2
    n = len(x)
    for i in range(n - 1, 0, -1):
        for j in range(i, n, 2):
            total += 0.01 * x[i] * x[j] * total
    return total


@CASES.add(numbers(4, 4), 1.0)
def returns_from_nested_loops(A, s):
    for i in range(4):
        for j in range(4):
            s = s * A[i, j] + 1.0
            if s > 2.0:
                return s * i
        if s > 1.8:
            break
        while s > 1.5:
            s = s - A[i, 0]
            if s < 1.0:
                return s * s
    return s


@CASES.add(numbers(6))
def search_then_use(x):
    found = -1
    best = 0.0
    for i in range(len(x)):
        if x[i] > best:
            best, found = x[i], i
    left = x[:found]
    right = x[found + 1 :]
    return left.sum() * best + (right**2).sum()


@CASES.add(1.73)
def collatz_of_floats(x):
    steps = 0
    while x > 1.05 and steps < 20:
        x = x * 0.7 if int(x * 10) % 2 == 0 else x * 1.1 - 0.3
        steps += 1
        if steps == 7:
            continue
        x = x + 0.01 * math.sin(x)
    else:
        x = x * 2
    return x


@CASES.add(numbers(3), 2.0, 0.5, 1.5, 3.0, 4.0, 5.0, 6.0)
def names_that_clash(x, x_bar, kept, t, x_dot, y_bar, i, s_bar):
    t1 = x * x_bar
    np_ = t1 + kept
    for _t2 in range(2):
        np_ = np_ * x_dot + t * y_bar
        list_, zip_ = i * np_, s_bar
    return (np_ * list_ * zip_).sum() * 1e-3


@CASES.add(numbers(3))
def shadowed_builtins(x):
    len = 3
    sum = x * len
    range, zip, reversed = 2.0, 3.0, 4.0
    for k in (0, 1):
        sum = sum * range + zip * x[k] * reversed
    return sum


@CASES.add(numbers(2))
def grad(x):
    value = x * x
    return value[0] * value[1]


@CASES.add(numbers(3))
def assertions_and_errors(x):
    assert x.ndim == 1 and len(x) == 3, "three numbers"
    if not np.all(np.isfinite(x)):
        raise ValueError(f"not finite: {x}")
    total = 0.0
    for v in x:
        if v < 0:
            raise ValueError("negative")
        total += math.log(v)
    return total


@CASES.add(numbers(4), 0.3)
def line_search(x, slope):
    def f(z):
        return np.sum((z - 0.2) ** 4 + 0.5 * z**2)

    step, g = 1.0, 4 * (x - 0.2) ** 3 + x
    f0 = f(x)
    while f(x - step * g) > f0 - slope * step * np.dot(g, g):
        step *= 0.5
        if step < 1e-6:
            break
    return f(x - step * g)


@CASES.add(numbers(3, 2), numbers(2, seed=4))
def loops_carry_tuples(A, x):
    best = (0.0, x)
    for row in A:
        value = row @ x
        if value > best[0]:
            best = (value, row * x)
    score, vector = best
    return score * vector


@CASES.add(numbers(5))
def nothing_then_array(x):
    previous = None
    total = 0.0
    for i in range(len(x)):
        current = x[i] ** 2
        if previous is not None:
            total += (current - previous) ** 2
        previous = current
    return total


@CASES.add(numbers(4))
def loop_variables_after(x):
    for i, v in enumerate(x):
        w = v * i
    total = i * v + w
    for k in range(3):  # noqa: B007
        pass
    return total * k * x


@CASES.add(numbers(3), numbers(3, seed=2))
def nested_closures(x, y):
    def outer(a):
        scale = a.sum()

        def inner(b, power=2):
            return scale * b**power

        return inner

    f, g = outer(x), outer(y)
    functions = [lambda z, k=k: f(z, k) * g(z) for k in (1, 3)]
    return sum(h(x * y) for h in functions)


@CASES.add(numbers(6))
def unused_and_constant(x):
    scratch = np.empty(6)
    scratch[:3] = x[:3]
    flag = x.shape[0] > 3
    dead = np.log(-1.0 - x[0] ** 2) if not flag else 0.0
    return x[3:].sum() * (2.0 if flag else 3.0) + dead


@CASES.add(numbers(3))
def while_true_with_return(x):
    i, s = 0, 1.0
    while True:
        s = s * x[i % 3] + x[0]
        i += 1
        if s > 5.0:
            return s
        if i >= 6:
            return s * i


@CASES.add(numbers(3), 3)
def branch_on_integers(x, n):
    out = np.zeros(3)
    for i in range(n):
        match_ = i % 3
        if match_ == 0:
            out[i] = x[0]
        elif match_ == 1:
            out[i] = x[1] * out[i - 1]
        else:
            out[i] = out[i - 1] + out[i - 2] ** 2
    return out
