"""Effects: once, and in order; random draws; with and try."""

from __future__ import annotations

import contextlib
import warnings

import numpy as np

from tests.semantics.catalogue import Catalogue, numbers

CATALOGUE = Catalogue()
works, refused = CATALOGUE.works, CATALOGUE.refused


@works(numbers(3))
def printed(x):
    y = x * x
    print("sum", np.sum(y), sep=": ", end="\n")
    return np.sum(y * y)


@works(numbers(3))
def printed_in_a_loop(x):
    s = 0.0
    for i in range(3):
        s += x[i] ** 2
        if s > 0.5:
            print(f"step {i}: {s:.3f}")
    return s


@works(numbers(3))
def warned(x):
    if np.sum(x) > 100.0:
        warnings.warn("large", stacklevel=2)
    return np.sum(x * x)


@works(numbers(3))
def asserted(x):
    assert np.all(x > 0), "positive values only"
    assert len(x) == 3
    return np.sum(np.log(x))


@works(numbers(3))
def raised_where_wrong(x):
    if x[0] < 0:
        raise ValueError(f"negative: {x[0]}")
    for v in x:
        if v > 50:
            raise RuntimeError("too large")
    return np.sum(np.sqrt(x))


class ModelError(Exception):
    pass


@works(1.5)
def own_exception(x):
    if x < 0:
        raise ModelError("x must not be negative") from None
    return x**1.5


@works(numbers(3))
def errstate(x):
    with np.errstate(divide="ignore", invalid="ignore"):
        y = np.where(x > 0.5, 1 / x, x)
    return np.sum(y)


@works(numbers(3))
def catch_warnings(x):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        y = np.exp(x)
    return np.sum(y * x)


@works(numbers(3))
def nullcontext(x):
    with contextlib.nullcontext():
        y = x * x
    with contextlib.nullcontext(x + 1) as z:
        y = y * z
    return np.sum(y)


class Scaled:
    def __init__(self, factor):
        self.factor = factor

    def __enter__(self):
        return self.factor

    def __exit__(self, *exc):
        return None


SCALED = Scaled(2.0)


@works(numbers(3))
def own_context_manager(x):
    with SCALED as factor:
        y = x * factor
    return np.sum(y * y)


@works(numbers(4), 7)
def generator_made_inside(x, seed):
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=4)
    more = rng.uniform(0.5, 1.5, size=(4,))
    return np.sum(x * x * noise) * rng.standard_normal() + np.sum(x * more)


@works(numbers(4))
def draws_in_a_loop(x):
    rng = np.random.default_rng(3)
    s = 0.0
    for i in range(4):
        s = s * rng.uniform() + x[i] ** 2 * rng.normal()
    return s


@works(numbers(4))
def choices_and_permutations(x):
    rng = np.random.default_rng(5)
    order = rng.permutation(4)
    picked = rng.choice(4, size=2, replace=False)
    k = rng.integers(0, 4)
    return np.sum(x[order] * np.arange(4.0)) + np.sum(x[picked] ** 2) * x[k]


@works(numbers(4))
def dropout(x):
    rng = np.random.default_rng(11)
    mask = rng.random(4) > 0.4
    return np.sum(np.where(mask, x / 0.6, 0.0) ** 2)


@works(numbers(4))
def legacy_generator(x):
    np.random.seed(3)
    return np.sum(x * x * np.random.rand(4)) * np.random.normal() + np.sum(x * np.random.randn(4))


@works(numbers(4), 0.5)
def reparameterised(mu, sigma):
    rng = np.random.default_rng(2)
    z = mu + sigma * rng.standard_normal(4)
    return np.sum(z**2)


@works(0.3, 0.5)
def active_location_and_scale(mu, sigma):
    rng = np.random.default_rng(2)
    z = rng.normal(mu, sigma, size=5)
    return np.sum(z**2) * rng.normal(loc=mu)


@works(numbers(5))
def shuffled_in_place(x):
    rng = np.random.default_rng(4)
    y = x * x
    rng.shuffle(y)
    return np.sum(y * np.arange(5.0))


@works(numbers(3))
def finally_without_except(x):
    y = x * x
    try:
        y = y * x
    finally:
        y = y + 1
    return np.sum(y)


@works(1.5)
def handler_that_cannot_run(x):
    try:
        y = x * x + 1.0
    except KeyError:
        y = 0.0
    else:
        y = y * x
    return y


@works({"a": 1.5})
def missing_key_known(p):
    try:
        b = p["b"]
    except KeyError:
        b = 2.0
    return p["a"] * b


@refused("may raise at run time", "except ZeroDivisionError", 1.5)
def handler_that_may_run(x):
    try:
        y = np.sqrt(float(x))
        z = 1.0 / int(x)
    except ZeroDivisionError:
        z = y = 0.0
    return y * z


COUNT = [0]
STATE = {"calls": 0}


@refused("comes from outside of the function and is modified here", "STATE", numbers(3))
def global_state(x):
    STATE["calls"] += 1
    return np.sum(x)


TOTAL = 0.0


@refused("TOTAL is a name from outside of the function", "TOTAL =", numbers(3))
def global_name(x):
    global TOTAL
    TOTAL = np.sum(x)
    return TOTAL * 2


def always_fails():
    raise ValueError("never")


@works(numbers(3))
def raised_in_a_callee(x):
    try:
        always_fails()
        y = x
    except ValueError:
        y = x * 2
    return np.sum(y * y)


@refused("may raise at run time", "except np.linalg.LinAlgError", numbers(3))
def factorisation_that_may_fail(x):
    try:
        y = np.linalg.cholesky(np.outer(x, x) + np.eye(3))
    except np.linalg.LinAlgError:
        y = np.eye(3)
    return np.sum(y)


@refused("open", "open(", numbers(3))
def file_written(x):
    with open("log.txt", "w") as handle:
        handle.write("a")
    return np.sum(x)
