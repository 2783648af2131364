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


# Sums, products and axes


def pairwise(x, scale):
    a = x / scale
    squares = np.sum(a**2, axis=1)
    distances = squares[:, None] + squares - 2.0 * a @ a.T
    return np.sum(np.exp(-0.5 * distances)) + scale * np.trace(distances)


def noisy(x, level):
    return np.sum(np.sin(x @ x.T + level**2 * np.eye(len(x))))


def penalty(params):
    return sum(np.sum(w**2) for w in params) + sum(np.sum(w) for w in params)


def doubled(x, n):
    s = x
    for _ in range(n):
        s = s + np.sin(s) + np.sin(s)
    return np.sum(s)


def test_axes_put_in_are_summed_over() -> None:
    text = source(pairwise, "float64[n,d]", "float", wrt="x")
    assert "[:, None] +=" not in text and "keepdims" not in text, text
    x = np.random.default_rng(0).normal(size=(4, 2))
    bar, (high, low) = adgen.grad(pairwise)(x, 1.5), [
        pairwise(x + h * np.eye(4, 2), 1.5) for h in (1e-6, -1e-6)
    ]
    assert math.isclose(np.trace(bar), (high - low) / 2e-6, rel_tol=1e-6)


def test_what_is_transposed_twice_is_not_transposed() -> None:
    text = source(pairwise, "float64[n,d]", "float", wrt="x")
    assert ".T.T" not in text and ").T" not in text and "t.T" not in text, text


def test_the_product_with_an_identity_is_a_trace() -> None:
    text = source(noisy, "float64[n,d]", "float", wrt="level")
    assert "np.trace(" in text and "vdot" not in text, text


def test_sums_start_with_zero_only_where_that_can_be_seen() -> None:
    derivative = adgen.value_and_grad(penalty)
    params = [np.array([1.0, -2.0]), np.array([-0.0])]
    value, _ = derivative(params)
    assert value == penalty(params)
    assert "np.sum(w_0 ** 2) + np.sum(w_1 ** 2) + (0 + np.sum(w_0)" in derivative.source
    zero = [np.array([-0.0])]
    value, _ = adgen.value_and_grad(lambda p: sum(np.sum(w) for w in p))(zero)
    assert math.copysign(1.0, value) == 1.0


def test_equal_terms_are_counted() -> None:
    text = source(doubled, "float64[m]", "int", wrt="x")
    assert "2.0 * " in text, text


# What loops keep


def row_means(xs, w):
    s = 0.0
    for i in range(len(xs)):
        h = xs[i] @ w
        s = s + np.mean(h)
    return s


def neighbours(x, n):
    s = 0.0
    for i in range(n):
        y = x[:i] * x[1 : i + 1]
        s = s + np.sum(y)
    return s


def every_other(x, n):
    u = x
    for _ in range(n):
        v = u[::2]
        u = u * np.sum(v) / len(v)
    return np.sum(u)


def test_nothing_is_kept_for_its_shape() -> None:
    text = source(row_means, "float64[n,a,b]", "float64[b,c]", wrt="xs")
    assert "kept" not in text and ".shape[1]" in text, text
    xs, w = np.ones((3, 4, 2)), np.ones((2, 5))
    np.testing.assert_allclose(adgen.grad(row_means)(xs, w), np.full((3, 4, 2), 0.25))


def test_a_broadcast_of_two_sizes_is_that_of_either_with_it() -> None:
    text = source(neighbours, "float64[m]", "int", wrt="x")
    assert text.count("_sum_to(") == 3 and "t2 + t" not in text, text


def test_a_number_is_added_to_a_slice_as_it_is() -> None:
    assert "u_bar[::2] += np.vdot(" in source(every_other, "float64[m]", "int", wrt="x")


def cross_entropy(logits, labels):
    return np.mean(np.log(np.sum(np.exp(logits), axis=1)) - logits[np.arange(len(labels)), labels])


def picked(x, rows, labels):
    return np.sum(x[rows, labels] ** 2) + np.sum(x[np.arange(len(labels))[:, None], [0, 0]])


def test_places_that_cannot_be_there_twice_are_added_to_at_once() -> None:
    text = source(cross_entropy, "float64[n,c]", "int64[n]", wrt="logits")
    assert "np.add.at" not in text and "labels] -= " in text, text
    text = source(picked, "float64[n,c]", "int64[n]", "int64[n]", wrt="x")
    assert text.count("np.add.at") == 2, text


# Names of temporaries


def busy(x, y, t):
    for i in range(len(x)):
        t = t + np.sin(x[i]) * np.cos(x[i]) * y
    return t * np.exp(t)


def test_temporaries_leave_the_users_names_alone() -> None:
    text = source(busy, "float64[n]", "float", "float", wrt="x,y,t")
    code = [line.split("#")[0] for line in text.splitlines()]
    assert not any(line.strip().startswith(("y = ", "x = ")) for line in code), text
    assert "value = " in text or "return t * " in text, text


def test_a_cast_that_truncates_stays() -> None:
    """`place - place.astype(int)` is the fraction, also in what a rule writes."""
    def f(x: Any) -> Any:
        return np.sum(np.percentile(x, np.array([10.0, 55.0])))

    x = np.array([0.3, 0.1, 0.7, 0.2, 0.9, 0.4])
    np.testing.assert_allclose(adgen.grad(f)(x), [0.25, 0.5, 0.0, 0.5, 0.0, 0.75])


def growing(x, s, steps):
    for _ in range(steps):
        x = x + s**2 * x
    return np.sum(x)


def test_a_function_of_what_a_loop_does_not_change_is_computed_before_it() -> None:
    """So it is neither computed nor kept in each iteration, and its derivative is taken once."""
    text = source(growing, "float64[n]", "float64[n]", "int", wrt="x, s")
    before, loop, *_ = text.split("for ")
    assert "s ** 2" in before and "s ** 2" not in loop
    assert "kept.append(x_1)" in text
    x, s = np.random.default_rng(3).normal(size=(2, 4))
    adgen.check_grads(growing, (x, s, 3))
