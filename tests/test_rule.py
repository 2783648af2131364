"""`adgen.rule`: derivatives that a user gives a function of his own."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import adgen
from tests import oracles

X = np.array([[0.3, -1.2, 0.8], [1.5, 0.1, -0.4]])


@adgen.rule(tangent=lambda x, x_dot: x_dot)
def rounded(x: Any) -> Any:
    return np.round(x)


@adgen.rule(partials=(lambda x, y: y * np.cos(x * y), lambda x, y: x * np.cos(x * y)))
def sine(x: Any, y: Any) -> Any:
    return np.sin(x * y)


def log1pexp_tangent(x: Any, x_dot: Any) -> Any:
    return x_dot / (1.0 + np.exp(-x))


@adgen.rule(tangent=log1pexp_tangent)
def log1pexp(x: Any) -> Any:
    return np.log1p(np.exp(x))


def length_forward(x: Any) -> Any:
    size = np.sqrt(np.sum(x * x))
    return size, {"x": x, "size": size}


def length_backward(kept: Any, y_bar: Any) -> Any:
    return y_bar * kept["x"] / kept["size"]


@adgen.rule(vjp=(length_forward, length_backward))
def length(x: Any) -> Any:
    return np.sqrt(np.sum(x * x))


@adgen.rule(
    tangent=lambda a, b, a_dot, b_dot: np.sum(a_dot * b) + np.sum(a * b_dot),
    vjp=(lambda a, b: (np.sum(a * b), (a, b)), lambda kept, y_bar: (7.0 * y_bar * kept[1], y_bar * kept[0])),
)
def both(a: Any, b: Any) -> Any:
    """Its backward part is wrong on purpose, to see which one is used."""
    return np.sum(a * b)


@adgen.rule(partials=(lambda x: 1.0 / (1.0 + x * x),), returns=lambda x: x)
def opaque(x: Any) -> Any:
    return np.vectorize(math.atan, otypes=[float])(x)


def through_sine(x: Any, y: Any) -> Any:
    return np.sum(sine(x, y) ** 2)


def through_log1pexp(x: Any) -> Any:
    return np.sum(log1pexp(x) * x)


def through_opaque(x: Any) -> Any:
    return np.sum(opaque(x * x) * x)


def through_loop(x: Any, n: int) -> Any:
    total = 0.0
    for k in range(n):
        if x[0, k] > 0.0:
            total = total + sine(x[0, k], x[1, k]) * log1pexp(total)
    return total


@pytest.mark.parametrize("function, args, wrt", [
    (through_sine, (X, X[0]), (0, 1)), (through_sine, (X, 0.7), (0, 1)), (through_sine, (0.3, X), (0, 1)),
    (through_log1pexp, (X,), (0,)), (through_opaque, (X,), (0,)), (through_loop, (X, 3), (0,)),
])
def test_both_modes_and_order_two(function: Any, args: tuple[Any, ...], wrt: tuple[int, ...]) -> None:
    case = oracles.Case(function, args, wrt)
    oracles.primal(case)
    assert oracles.finite_differences(case)
    oracles.dot_product(case)
    slope = oracles.Case(case.operator(adgen.grad), args, wrt)
    assert oracles.finite_differences(slope)
    oracles.dot_product(slope)


def test_a_straight_through_estimator() -> None:
    """The rule counts, not the derivative of what the function does."""
    assert adgen.grad(lambda x: np.sum(rounded(x) * x))(np.array([1.2, 2.7])).tolist() == [2.2, 5.7]


def test_a_vjp_serves_reverse_mode() -> None:
    def f(x: Any) -> Any:
        return length(x) * x[0, 0]

    size = np.sqrt(np.sum(X * X))
    expected = X * X[0, 0] / size + np.array([[size, 0, 0], [0, 0, 0]])
    np.testing.assert_allclose(adgen.grad(f)(X), expected, rtol=1e-15)
    assert adgen.value_and_grad(f)(X)[0] == f(X)


def test_forward_mode_of_a_vjp_alone_is_refused() -> None:
    with pytest.raises(adgen.AdgenError, match="forward mode of length"):
        adgen.jvp(lambda x: length(x) ** 2)(X, X)
    with pytest.raises(adgen.AdgenError, match="forward mode of length"):
        adgen.jacobian(lambda x: length(x) ** 2, mode="forward")(X)


def test_forward_mode_of_the_parts_of_a_vjp_gives_the_second_order() -> None:
    v = X[::-1]
    expected = v / length(X) - X * np.sum(X * v) / length(X) ** 3
    np.testing.assert_allclose(adgen.hvp(length)(X, v), expected, rtol=1e-14)


def test_reverse_mode_takes_the_vjp_and_forward_mode_the_tangent() -> None:
    a, b = X[0], X[1]
    np.testing.assert_array_equal(adgen.grad(both)(a, b), 7.0 * b)
    assert adgen.jvp(both)(a, b, b, np.zeros(3))[1] == np.sum(b * b)


def test_what_is_emitted() -> None:
    slope = adgen.grad(through_log1pexp)
    slope(X)
    assert "def log1pexp(x):" in slope.source and "np.exp(-x)" in slope.source
    outside = adgen.grad(through_opaque)
    outside(X)
    assert "from tests.test_rule import opaque" in outside.source
    again = adgen.grad(lambda x: np.sum(outside(x) * x))(X)
    moved = oracles.Case(lambda x: np.sum(outside(x) * x), (X,))
    np.testing.assert_allclose(np.sum(again * X), oracles.numerical_jvp(moved, (X,))[0], rtol=1e-8)


def squared_tangent(x: Any, x_dot: Any) -> Any:
    return x_dot * x_dot


def test_refusals() -> None:
    @adgen.rule(tangent=squared_tangent)
    def f(x: Any) -> Any:
        return x * x

    @adgen.rule(tangent=lambda x, x_dot: x_dot[0])
    def g(x: Any) -> Any:
        return x * 1.0

    @adgen.rule(partials=(lambda x: x,))
    def h(x: Any, y: Any) -> Any:
        return x * y

    @adgen.rule(tangent=lambda x, x_dot: x_dot, returns=lambda x: x)
    def local(x: Any) -> Any:
        return x

    @adgen.rule(vjp=(lambda x: x, lambda kept, y_bar: y_bar))
    def unpaired(x: Any) -> Any:
        return x * 1.0

    def of(function: Any, *args: Any) -> Any:
        return adgen.grad(lambda x: np.sum(function(x, *args)))

    for function, args, message in (
        (f, (), "not linear"), (g, (), "is of type"), (h, (2.0,), "1 partials for 2"),
        (local, (), "cannot be imported"), (unpaired, (), "value, residuals"),
    ):
        with pytest.raises(adgen.AdgenError, match=message):
            of(function, *args)(X)
    with pytest.raises(TypeError, match="give tangent="):
        adgen.rule(f)
    with pytest.raises(TypeError, match="give tangent="):
        adgen.rule(f, tangent=squared_tangent, partials=(None,))
