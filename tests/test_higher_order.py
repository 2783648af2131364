"""Derivatives of derivatives: reverse over reverse to order 4 against forward over forward, which shares
no stacking, scanning or accumulating with it."""
from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import adgen


def elementary(x):
    return np.sin(x) * x**3


def loop(x):
    s = 0.5
    for i in range(4):
        s = s + np.sin(x * s + i)
    return s


def nested_loops(x):
    s = x
    for i in range(3):
        t = s
        for j in range(i + 1):
            t = t * np.cos(x + j * t)
        s = s + 0.3 * t
    return s


def dynamic(x):
    s = 1.0
    while abs(s) < 20.0:
        s = s * (1.0 + x * x) + np.sin(s)
    return s


def broken_off(x):
    s = x
    for _ in range(100):
        s = s + 0.1 * s * s
        if s > 3.0:
            break
        s = s + np.exp(-s)
    return s


def returns_inside(x):
    s = x
    for _ in range(50):
        if s > 4.0:
            return s * s * x
        s = s * 1.3 + 0.1 * math.sin(s)
    return s


def branches(x):
    s = x
    for i in range(5):
        if i % 2 == 0:
            s = s * s * 0.7
        elif s > 0.3:
            s = np.tanh(s) + x
        else:
            s = s + x * x
    return s


def in_place(x):
    u = np.zeros(5)
    u[2] = x
    for _ in range(3):
        u[1:-1] = u[1:-1] + x * (u[2:] - 2.0 * u[1:-1] + u[:-2]) ** 2
        u[0] = u[1]
    return np.sum(u * u)


def list_of_steps(x):
    steps = []
    for i in range(4):
        steps.append(x * np.sin(x + i))
    total = 0.0
    for step in steps:
        total = total + step * step
    return total


PROGRAMS = [elementary, loop, nested_loops, dynamic, broken_off, returns_inside, branches, in_place,
            list_of_steps]


def forward(function: Callable[..., Any], order: int, x: float) -> float:
    """The derivative of this order by nested forward mode."""
    derivative: Any = function
    for _ in range(order):
        derivative = adgen.jvp(derivative, argnums=0)
    value = derivative(x, *[1.0] * order)
    for _ in range(order):
        value = value[1]
    return float(value)


@pytest.mark.parametrize("order", [1, 2, 3, 4])
@pytest.mark.parametrize("function", PROGRAMS, ids=lambda f: f.__name__)
def test_reverse_over_reverse_is_forward_over_forward(function, order):
    derivative: Any = function
    for _ in range(order):
        derivative = adgen.grad(derivative)
    assert derivative(0.7) == pytest.approx(forward(function, order, 0.7), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("function", PROGRAMS, ids=lambda f: f.__name__)
def test_first_order_against_differences(function):
    h = 1e-4
    f = [function(0.7 + k * h) for k in (-2, -1, 1, 2)]
    numeric = (f[0] - 8 * f[1] + 8 * f[2] - f[3]) / (12 * h)
    assert adgen.grad(function)(0.7) == pytest.approx(numeric, rel=1e-7)


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def test_hessians_agree():
    x, v = np.array([0.5, -1.2, 2.0, 0.3]), np.array([1.0, 0.5, -2.0, 0.1])
    hessian = adgen.hessian(rosenbrock)(x)
    np.testing.assert_allclose(hessian, hessian.T, rtol=1e-13)
    np.testing.assert_allclose(adgen.hessian(rosenbrock, mode="reverse")(x), hessian, rtol=1e-12)
    np.testing.assert_allclose(adgen.hvp(rosenbrock)(x, v), hessian @ v, rtol=1e-12)
    np.testing.assert_allclose(adgen.vjp(adgen.grad(rosenbrock))(x, v)[1], hessian @ v, rtol=1e-12)


def test_a_written_module_is_read_again(tmp_path: Path) -> None:
    """Also one that carries `_sum_to`, as where ranks are unknown."""

    def f(x, y):
        return np.sum(x * y * np.sin(y))

    text = adgen.vjp(f, argnums=(0, 1)).lower("float64[...]", "float64[...]").source
    assert "_sum_to(" in text
    path = tmp_path / "written.py"
    path.write_text(text)
    spec = importlib.util.spec_from_file_location("written", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    x, y = np.arange(6.0).reshape(2, 3), np.array([0.5, 1.0, 2.0])
    again = adgen.jvp(module.f_vjp, argnums=(0, 1))(x, y, 1.0, x, y)
    expected = adgen.jvp(adgen.vjp(f, argnums=(0, 1)), argnums=(0, 1))(x, y, 1.0, x, y)
    for a, b in zip(again[1][1], expected[1][1], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)
