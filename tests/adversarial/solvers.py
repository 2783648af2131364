"""Integrators of differential equations, root finders, quadrature."""

from __future__ import annotations

import math

import numpy as np

from tests.adversarial.cases import Cases, numbers

CASES = Cases()


@CASES.add(1.0, 0.5, 0.1, 8)
def euler_pendulum(theta, omega, dt, steps):
    for _ in range(steps):
        theta, omega = theta + dt * omega, omega - dt * np.sin(theta)
    return theta * theta + omega


@CASES.add(numbers(3), 0.05)
def rk4_with_work_arrays(y0, h):
    def lorenz(y, out):
        out[0] = 10.0 * (y[1] - y[0])
        out[1] = y[0] * (28.0 - y[2]) - y[1]
        out[2] = y[0] * y[1] - 8.0 / 3.0 * y[2]

    y = y0.copy()
    k = np.empty((4, 3))
    work = np.empty(3)
    for _ in range(3):
        lorenz(y, k[0])
        work[:] = y + 0.5 * h * k[0]
        lorenz(work, k[1])
        work[:] = y + 0.5 * h * k[1]
        lorenz(work, k[2])
        work[:] = y + h * k[2]
        lorenz(work, k[3])
        y += h / 6.0 * (k[0] + 2.0 * k[1] + 2.0 * k[2] + k[3])
    return np.sum(y * y)


@CASES.add(1.3, 0.7)
def adaptive_steps(y, rate):
    t, h = 0.0, 0.3
    accepted = 0
    while t < 1.0:
        if t + h > 1.0:
            h = 1.0 - t
        coarse = y + h * (-rate * y)
        middle = y + 0.5 * h * (-rate * y)
        fine = middle + 0.5 * h * (-rate * middle)
        error = abs(fine - coarse)
        if error > 0.02:
            h *= 0.5
            continue
        t += h
        y = fine
        accepted += 1
        h *= 1.5
    return y * accepted


@CASES.add(numbers(4, 2), numbers(4, 2, seed=1), numbers(4))
def leapfrog_bodies(x, v, m):
    def acceleration(x):
        a = np.zeros_like(x)
        for i in range(len(m)):
            for j in range(len(m)):
                if i == j:
                    continue
                r = x[j] - x[i]
                a[i] += m[j] * r / (r @ r + 0.1) ** 1.5
        return a

    dt = 0.1
    a = acceleration(x)
    for _ in range(2):
        v = v + 0.5 * dt * a
        x = x + dt * v
        a = acceleration(x)
        v = v + 0.5 * dt * a
    return 0.5 * np.sum(m[:, None] * v**2), x


@CASES.add(numbers(5, 3), numbers(5))
def pairwise_energy(x, charge):
    delta = x[:, None, :] - x[None, :, :]
    r2 = (delta**2).sum(axis=-1)
    i, j = np.array([0, 0, 1, 2]), np.array([1, 2, 3, 4])
    return np.sum(charge[i] * charge[j] / np.sqrt(r2[i, j] + 0.01))


@CASES.add(2.0, 1e-12, argnums=(0,))
def newton_root(a, tol):
    x = 1.0
    for _ in range(50):
        step = (x**3 - a) / (3.0 * x**2)
        x -= step
        if abs(step) < tol:
            break
    else:
        raise RuntimeError("no convergence")
    return x


@CASES.add(numbers(2), numbers(2, 2), order=1)
def fixed_point(x0, A):
    x = x0
    previous = x + 1.0
    count = 0
    while np.max(np.abs(x - previous)) > 1e-13 and count < 200:
        previous = x
        x = np.tanh(0.3 * A @ x + x0)
        count += 1
    return x


@CASES.add(0.4, 2.1, 20)
def simpson(a, b, n):
    h = (b - a) / n
    total = math.exp(-a * a) + math.exp(-b * b)
    for i in range(1, n):
        total += (4 if i % 2 else 2) * math.exp(-((a + i * h) ** 2))
    return total * h / 3


GAUSS_NODES, GAUSS_WEIGHTS = np.polynomial.legendre.leggauss(5)


@CASES.add(0.3, 1.7)
def gauss_quadrature(a, b):
    f = lambda t: np.sin(a * t) / (1.0 + t * t)  # noqa: E731
    x = 0.5 * (b - a) * GAUSS_NODES + 0.5 * (a + b)
    return 0.5 * (b - a) * np.dot(GAUSS_WEIGHTS, f(x))


@CASES.add(0.8, 0.5, 0.0, 2.0)
def bisection_then_newton(a, b, low, high):
    def f(x):
        return x * x * a - b

    for _ in range(3):
        mid = (low + high) / 2
        if f(mid) > 0:
            high = mid
        else:
            low = mid
    x = (low + high) / 2
    for _ in range(4):
        x = x - f(x) / (2 * a * x)
    return x


@CASES.add(numbers(3), 0.1)
def adams_bashforth_history(y0, h):
    def f(y):
        return np.array([y[1] * y[2], -y[0] * y[2], -0.5 * y[0] * y[1]])

    history = [f(y0)]
    y = y0
    for _ in range(5):
        if len(history) < 2:
            y = y + h * history[-1]
        else:
            y = y + h * (1.5 * history[-1] - 0.5 * history[-2])
        history.append(f(y))
        if len(history) > 2:
            history.pop(0)
    return y


@CASES.add(numbers(2), numbers(3), order=1)
def tableau_runge_kutta(y, c):
    A = [[], [0.5], [-1.0, 2.0]]
    b = (1 / 6, 2 / 3, 1 / 6)

    def rhs(y):
        return np.stack([y[1], -c[0] * y[0] - c[1] * y[1] ** 3 + c[2]])

    for _ in range(3):
        ks = []
        for row in A:
            ks.append(rhs(y + 0.1 * sum(a * k for a, k in zip(row, ks))))
        y = y + 0.1 * sum(w * k for w, k in zip(b, ks))
    return y @ y


@CASES.add(numbers(4))
def secant(coefficients):
    def p(x):
        result = 0.0
        for c in coefficients[::-1]:
            result = result * x + c
        return result

    x0, x1 = -1.0, -0.5
    for _ in range(4):
        f0, f1 = p(x0), p(x1)
        if f1 == f0:
            return x1
        x0, x1 = x1, x1 - f1 * (x1 - x0) / (f1 - f0)
    return x1


@CASES.add(1.5)
def kepler(e_scaled):
    e, M = 0.3 * e_scaled, 0.9
    E = M
    delta = 1.0
    while abs(delta) > 1e-14:
        delta = (E - e * math.sin(E) - M) / (1.0 - e * math.cos(E))
        E -= delta
    return math.cos(E) - e, math.sqrt(1 - e * e) * math.sin(E)
