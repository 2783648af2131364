"""Functions that call themselves, and each other."""

from __future__ import annotations

import functools

import numpy as np

from tests.semantics.catalogue import Catalogue, numbers

CATALOGUE = Catalogue()
works, refused = CATALOGUE.works, CATALOGUE.refused


@works(0.7, 4)
def power(x, n):
    if n == 0:
        return 1.0
    return np.sin(x * power(x, n - 1))


@works(0.7, 3)
def conditional_expression(x, n):
    return x if n == 0 else x * conditional_expression(x * x, n - 1)


@works(0.7, 6)
def fibonacci_polynomial(x, n):
    if n < 2:
        return x**n
    return x * fibonacci_polynomial(x, n - 1) + fibonacci_polynomial(x, n - 2)


@works(numbers(5))
def horner(x):
    def value(i):
        if i == len(x) - 1:
            return x[i]
        return x[i] + 0.7 * value(i + 1) * x[0]

    return value(0)


def total(v):
    if len(v) == 1:
        return v[0] * v[0]
    half = len(v) // 2
    return total(v[:half]) * 0.5 + np.sin(total(v[half:]))


@works(numbers(7))
def divide_and_conquer(x):
    return total(x)


def tree_sum(v, low, high):
    if high - low == 1:
        return v[low] ** 2
    middle = (low + high) // 2
    return tree_sum(v, low, middle) * tree_sum(v, middle, high)


@works(numbers(6))
def tree_by_bounds(x):
    return tree_sum(x, 0, len(x))


def is_even(x, n):
    return x if n == 0 else is_odd(x * x, n - 1)


def is_odd(x, n):
    return 2.0 * x if n == 0 else is_even(np.cos(x), n - 1)


@works(0.7, 5)
def mutual(x, n):
    return is_even(x, n) * x


def evaluate(tree, x):
    if not isinstance(tree, tuple):
        return tree * x
    left, right = tree
    return evaluate(left, x) * np.sin(evaluate(right, x))


@works((1.0, (0.3, (2.0, 0.7))), 1.2)
def tree_of_parameters(tree, x):
    return evaluate(tree, x)


def layers(params, x):
    if not params:
        return x
    (w, b), *rest = params
    return layers(rest, np.tanh(x @ w + b))


@works([(numbers(3, 3), numbers(3)), (numbers(3, 3, seed=1), numbers(3)), (numbers(3, 2), numbers(2))], numbers(3))
def network_by_recursion(params, x):
    return np.sum(layers(params, x))


def fft(x):
    if len(x) == 1:
        return x, 0.0 * x
    even, odd = fft(x[::2]), fft(x[1::2])
    angle = -2 * np.pi * np.arange(len(x) // 2) / len(x)
    c, s = np.cos(angle), np.sin(angle)
    real, imag = c * odd[0] - s * odd[1], c * odd[1] + s * odd[0]
    return np.concatenate([even[0] + real, even[0] - real]), np.concatenate([even[1] + imag, even[1] - imag])


@works(numbers(8))
def spectrum(x):
    real, imag = fft(x)
    return np.sum((real**2 + imag**2) ** 1.5)


def fill(out, x, i):
    if i < len(x):
        out[i] = x[i] * x[i] + (out[i - 1] if i else 0.0)
        fill(out, x, i + 1)


@works(numbers(5))
def writes_into_its_argument(x):
    out = np.zeros(len(x))
    fill(out, x, 0)
    return np.sum(out * out)


@works(numbers(5))
def writes_into_what_is_around_it(x):
    out = x * x

    def step(i):
        if i < len(x):
            out[i] = out[i] * out[i - 1]
            step(i + 1)

    step(1)
    return np.sum(out)


@works(numbers(6))
def halves_in_place(x):
    def smooth(v):
        if len(v) > 1:
            v[0] = v[0] * v[-1]
            smooth(v[1:])

    y = x * x
    smooth(y)
    return np.sum(y * y)


class Chain:
    scale = 0.8

    def __init__(self, weight):
        self.weight = weight

    def value(self, x, n):
        if n == 0:
            return x * self.weight
        return np.sin(self.scale * self.value(x, n - 1) * x)


@works(0.9, 3)
def method(x, n):
    return Chain(1.5).value(x, n)


@functools.lru_cache
def chebyshev(n, x):
    if n == 0:
        return 1.0
    if n == 1:
        return x
    return 2 * x * chebyshev(n - 1, x) - chebyshev(n - 2, x)


@works(0.3, 5)
def cached(x, n):
    return chebyshev(n, x)


def simpson(f, a, b, tolerance, whole, depth=0):
    middle = 0.5 * (a + b)
    left = (middle - a) / 6 * (f(a) + 4 * f(0.5 * (a + middle)) + f(middle))
    right = (b - middle) / 6 * (f(middle) + 4 * f(0.5 * (middle + b)) + f(b))
    if depth > 8 or abs(left + right - whole) < tolerance:
        return left + right
    first = simpson(f, a, middle, tolerance / 2, left, depth + 1)
    return first + simpson(f, middle, b, tolerance / 2, right, depth + 1)


def integrand(t):
    return np.exp(-t * t) * np.sin(3 * t)


@works(0.1, 1.3)
def adaptive_quadrature(a, b):
    return simpson(integrand, a, b, 1e-3, 0.0)


def determinant(a):
    if a.shape[0] == 1:
        return a[0, 0]
    s = 0.0
    for j in range(a.shape[0]):
        minor = np.concatenate([a[1:, :j], a[1:, j + 1 :]], axis=1)
        s = s + (-1.0) ** j * a[0, j] * determinant(minor)
    return s


@works(numbers(3, 3))
def cofactors(a):
    return determinant(a)


def ackermann_like(x, m, n):
    if m == 0:
        return x + 0.1 * n
    if n == 0:
        return ackermann_like(x * 0.9, m - 1, 1)
    return ackermann_like(x * ackermann_like(0.5 * x, m, n - 1), m - 1, 1)


@works(0.8)
def double_recursion(x):
    return ackermann_like(x, 2, 2)


def descend(x, rate, steps):
    if steps == 0:
        return x
    return descend(x - rate * np.cos(x), rate, steps - 1)


@works(numbers(3), 0.3, 4)
def accumulator(x, rate, steps):
    return np.sum(descend(x, rate, steps) ** 2)


@works(numbers(3), 3)
def early_return(x, n):
    if np.sum(x) > 10.0:
        return np.sum(x)
    for i in range(n):
        if x[0] * i > 2.0:
            return x[0] * i
    if n == 0:
        return np.prod(x)
    return early_return(x * 1.1 + x[0], n - 1)


def recursion_with_default(x, n=3):
    return x if n == 0 else np.tanh(recursion_with_default(2 * x, n - 1)) * x


@works(0.4)
def default_argument(x):
    return recursion_with_default(x)


@works(0.4, 3)
def in_a_loop(x, n):
    s = 0.0
    for i in range(n):
        s = s * 0.5 + power(x, i)
    return s


def merge_sorted(v):
    if len(v) < 2:
        return v
    half = len(v) // 2
    a, b = merge_sorted(v[:half]), merge_sorted(v[half:])
    out = np.zeros(len(v))
    i = j = 0
    for k in range(len(v)):
        if j >= len(b) or (i < len(a) and a[i] < b[j]):
            out[k] = a[i]
            i += 1
        else:
            out[k] = b[j]
            j += 1
    return out


@works(numbers(6))
def merge_sort(x):
    return np.sum(merge_sorted(x) ** 2 * np.arange(6.0))


def quicksort(v, low, high):
    if low < high:
        i = low
        for j in range(low, high):
            if v[j] < v[high]:
                v[i], v[j] = v[j], v[i]
                i += 1
        v[i], v[high] = v[high], v[i]
        quicksort(v, low, i - 1)
        quicksort(v, i + 1, high)


@works(numbers(6))
def quicksort_in_place(x):
    y = x * x
    quicksort(y, 0, len(y) - 1)
    return np.sum(y * np.arange(6.0))


@works(0.5, 4)
def several_results(x, n):
    def pair(t, k):
        if k == 0:
            return t, 1.0
        a, b = pair(t, k - 1)
        return np.sin(a) * t, a * b

    a, b = pair(x, n)
    return a * b


@works(0.5, 4)
def dictionary_result(x, n):
    def run(t, k):
        if k == 0:
            return {"value": t, "slope": 1.0}
        inner = run(t * t, k - 1)
        return {"value": inner["value"] * t, "slope": inner["slope"] + inner["value"]}

    found = run(x, n)
    return found["value"] * found["slope"]


@refused("calls itself on every path", "def endless", 0.5)
def without_end(x):
    def endless(t):
        return endless(t) * t

    return endless(x)
