"""What an expert would object to in emitted source, item by item: names, constants, idle work."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import pytest

import adgen


def source(function: Any, *types: Any, wrt: str | None = None) -> str:
    """The emitted value and gradient for types."""
    text = adgen.value_and_grad(function, wrt=wrt).lower(*types).source
    return text[text.index("def ") :]


# Names of the parts of containers


def mlp(params, x):
    for W, b in params:
        x = np.tanh(x @ W + b)
    return np.sum(x)


def by_key(model, x):
    W = model["weights"]
    return np.sum(np.tanh(x @ W + model["bias"]))


class Line(NamedTuple):
    slope: Any
    height: Any


def by_field(line, x, slope):
    slope = line.slope * slope
    return np.sum(slope * x + line.height)


def unnamed(pair, x):
    return np.sum(pair[0] * x) + np.sum(pair[1])


def shadowing(x, parts):
    w, (x, y) = 2.0 * x, parts
    return np.sum(w * x * y)


def half_named(layers, x):
    for W, _ in layers[:-1]:
        x = x @ W
    out, bias = layers[-1]
    return np.sum(x @ out + bias)


NETWORK = "[(float64[d,h], float64[h]), (float64[h,c], float64[c])]"


@pytest.mark.parametrize(
    ("function", "types", "lines"),
    [
        (mlp, [NETWORK, "float64[n,d]"], ["(W_0, b_0), (W_1, b_1) = params", "b_1_bar = np.sum("]),
        (
            by_key,
            ["{'weights': float64[d,h], 'bias': float64[h]}", "float64[n,d]"],
            ["W = model['weights']", "model_bias = model['bias']", "W_bar = x.T @ "],
        ),
        (unnamed, ["(float64[n], float64[n])", "float64[n]"], ["pair_0, pair_1 = pair"]),
        (shadowing, ["float64[n]", "(float64[n], float64[n])"], ["x_0, y = parts"]),
        (
            half_named,
            [NETWORK, "float64[n,d]"],
            ["(W, layers_0_1), (out, bias) = layers", "bias_bar = np.sum("],
        ),
    ],
)
def test_parts_of_containers_have_the_users_names(
    function: Any, types: list[str], lines: list[str]
) -> None:
    text = source(function, *types)
    for line in lines:
        assert line in text, text


def test_fields_have_the_users_names() -> None:
    gradient = adgen.grad(by_field, wrt="line")
    line, x = Line(2.0, np.ones(3)), np.arange(3.0)
    bars = gradient(line, x, 0.5)
    assert "_, line_height = line" in gradient.source, gradient.source
    assert math.isclose(bars.slope, 1.5) and bars.height.shape == (3,)


# Constants with a name


def waves(x, scale):
    tau = 2.0 * np.pi
    return np.sum(np.sin(2.0 * math.pi * scale * x)) + np.sum(tau * x) - np.log(2.0 * np.pi)


def turned(x):
    t = 0.0
    for i in range(len(x)):
        t = t - np.pi * x[i]
        while t < -np.pi:
            t = t + 2 * np.pi
    return t + np.sum(np.clip(x, -np.pi, np.pi)) + (np.sum(x) if np.pi > 3 else 0.0)


def normal(x, scale):
    return -0.5 * np.sum(x**2 / scale + np.log(2.0 * np.pi * scale))


@pytest.mark.parametrize("function", [waves, turned, normal])
def test_pi_keeps_its_name(function: Any) -> None:
    x = np.array([0.5, -1.5, 2.0])
    arguments = (x,) if function is turned else (x, 2.0)
    derivative = adgen.value_and_grad(function)
    value, _ = derivative(*arguments)
    assert value == function(*arguments)
    text = derivative.source
    assert "np.pi" in text and "3.14" not in text and "6.28" not in text, text


def test_a_positive_factor_is_cancelled() -> None:
    text = source(normal, "float64[n]", "float", wrt="scale")
    assert text.count("np.pi") == 2, text  # where the value is computed, and in a comment
    assert "0.5 * x.size / scale" in text, text


# Lists


def backwards(x, n):
    s = x
    for i in reversed(range(n)):
        s = s * np.sin(s) + i
    return np.sum(s)


def there_and_back(x):
    kept = []
    for i in range(len(x)):
        kept.append(np.sin(x[i]))
    s = 0.5
    for v in reversed(kept):
        s = s * v + v
    return s


def test_lists_are_reversed_where_they_are_read() -> None:
    for function, arguments in ((backwards, (np.ones(2), 3)), (there_and_back, (np.ones(2),))):
        gradient = adgen.value_and_grad(function, wrt="x")
        second = adgen.jvp(adgen.grad(function, wrt="x"), wrt="x")
        value, bar = gradient(*arguments)
        assert value == function(*arguments)
        _, dot = second(*arguments, bar)
        assert dot.shape == bar.shape
        for text in (gradient.source, second.source):
            assert "list(" not in text and "items" not in text, text


def test_what_is_kept_is_kept_together() -> None:
    text = source(backwards, "float64[m]", "int", wrt="x")
    assert "for t, t1, s_1 in reversed(kept):" in text, text


def head(x, weights):
    return np.sum(x @ weights)


def test_products_read_arrays_that_are_filled() -> None:
    text = source(head, "float64[n,d]", "float64[d,k]", wrt="weights")
    assert "broadcast_to" not in text, text
