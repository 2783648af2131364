"""Reductions and cumulative functions: values, derivatives in both modes, ties, zeros, NaN, and
every kind of axis."""
from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import adgen
from adgen.errors import Refusal
from adgen.ir.types import ArrayT, Sym
from adgen.transforms.derive import jvp_of, vjp_of
from tests.rule_derivatives import checked, function_of, run

special = pytest.importorskip("scipy.special")

SMOOTH = [
    np.sum, np.mean, np.var, np.std, np.prod, np.max, np.min, np.ptp, np.nansum, np.nanmean,
    np.nanmax, np.nanmin, np.nanvar, np.nanstd, np.nanprod, special.logsumexp,
]
ZERO = [np.all, np.any, np.count_nonzero]
SAME_SHAPE = [special.softmax, special.log_softmax]
AXES: list[dict[str, Any]] = [
    {}, {"axis": 0}, {"axis": -1}, {"axis": 1, "keepdims": True}, {"axis": (0, 2)},
    {"axis": (2, 1), "keepdims": True},
    {"keepdims": True},
]


def normal(*shape: int, seed: int = 0, dtype: str = "float64") -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(dtype)


def name_of(function: Any) -> str:
    return getattr(function, "__name__", str(function))


@pytest.mark.parametrize("kwargs", AXES, ids=str)
@pytest.mark.parametrize("function", SMOOTH + ZERO, ids=name_of)
def test_axes(function: Any, kwargs: dict[str, Any]) -> None:
    checked(function, (normal(3, 4, 2),), **kwargs)
    checked(function, (normal(3, 4, 2),), symbolic=False, **kwargs)


@pytest.mark.parametrize("function", SMOOTH, ids=name_of)
def test_kinds_of_arrays(function: Any) -> None:
    checked(function, (normal(5, dtype="float32"),), numeric=False)
    checked(function, (normal(4, 6)[::2, ::-3],), axis=0)
    checked(function, (np.float64(1.5),))
    checked(function, (normal(3, 1),), axis=1)


@pytest.mark.parametrize("function", [np.sum, np.prod, np.nansum], ids=name_of)
def test_empty(function: Any) -> None:
    checked(function, (normal(0),))
    checked(function, (normal(3, 0),), axis=1)


@pytest.mark.parametrize("kwargs", [{}, {"axis": 0}, {"axis": -1}], ids=str)
@pytest.mark.parametrize("function", SAME_SHAPE + [np.cumsum, np.cumprod], ids=name_of)
def test_results_of_the_same_shape(function: Any, kwargs: dict[str, Any]) -> None:
    checked(function, (normal(3, 4),), **kwargs)
    checked(function, (normal(3, dtype="float32"),), numeric=False, **kwargs)


@pytest.mark.parametrize("function", [np.argmax, np.argmin], ids=name_of)
@pytest.mark.parametrize("kwargs", [{}, {"axis": 1}, {"axis": 0, "keepdims": True}], ids=str)
def test_positions(function: Any, kwargs: dict[str, Any]) -> None:
    checked(function, (normal(3, 4),), **kwargs)


@pytest.mark.parametrize("ddof", [0, 1])
@pytest.mark.parametrize("function", [np.var, np.std, np.nanvar, np.nanstd], ids=name_of)
def test_degrees_of_freedom(function: Any, ddof: int) -> None:
    checked(function, (normal(3, 4),), ddof=ddof)
    checked(function, (normal(3, 4),), axis=1, ddof=ddof)


def test_average() -> None:
    checked(np.average, (normal(3, 4),))
    checked(np.average, (normal(3, 4), 0))
    checked(np.average, (normal(3, 4), 1, np.abs(normal(4, seed=1)) + 1.0))
    checked(np.average, (normal(3, 4), None, np.abs(normal(3, 4, seed=1)) + 1.0))


def test_methods() -> None:
    for name in ("sum", "mean", "prod", "max", "min", "var", "std", "cumsum", "cumprod"):
        checked(name, (normal(3, 4), 1))
    checked("clip", (normal(3), -0.5, 0.5), numeric=False)
    checked("round", (normal(3),))


# Ties, zeros, NaN

def gradient(function: Any, x: np.ndarray, **kwargs: Any) -> np.ndarray:
    """The cotangent of x for a cotangent of ones."""
    fn, numbers = function_of(function, (x,), kwargs, True)
    with np.errstate(all="ignore"):
        (y,) = run(fn.block, numbers)
        return run(vjp_of(fn, (0,)).block, [*numbers, np.ones_like(y)])[1]


def array(*values: float) -> np.ndarray:
    return np.array(values, dtype=float)


@pytest.mark.parametrize(("function", "x", "expected"), [
    (np.max, array(1, 3, 3, 2), array(0, 0.5, 0.5, 0)),
    (np.min, array(1, 3, 1, 1), array(1, 0, 1, 1) / 3),
    (np.nanmax, array(1, np.nan, 3), array(0, 0, 1)),
    (np.nansum, array(1, np.nan, 3), array(1, 0, 1)),
    (np.nanmean, array(1, np.nan, 3), array(0.5, 0, 0.5)),
    (np.std, array(2, 2, 2), array(0, 0, 0)),
    (np.var, array(2, 2, 2), array(0, 0, 0)),
    (np.prod, array(2, 0, 3), array(0, 6, 0)),
    (np.prod, array(2, 0, 0), array(0, 0, 0)),
    (np.prod, array(4), array(1)),
    (np.cumprod, array(2, 0, 3), array(1 + 0 + 0, 2 + 6, 0)),
    (np.cumprod, array(2, 0, 0), array(1, 2, 0)),
    (special.logsumexp, array(1e4, -1e4, -np.inf), array(1, 0, 0)),
], ids=lambda p: name_of(p) if callable(p) else "")
def test_points_of_note(function: Any, x: np.ndarray, expected: np.ndarray) -> None:
    np.testing.assert_allclose(gradient(function, x), expected, rtol=1e-14)


def test_softmax_is_stable() -> None:
    for function in SAME_SHAPE:
        fn, numbers = function_of(function, (array(1e4, -1e4, 0),), {}, True)
        bar = run(vjp_of(fn, (0,)).block, [*numbers, array(1, 2, 3)])[1]
        assert np.all(np.isfinite(bar))


@pytest.mark.parametrize("x", [array(2, 3, 4), array(2, 0, 4), array(0, 3, 0)], ids=str)
def test_second_order_of_products(x: np.ndarray) -> None:
    """The Hessian of prod and of cumprod's last entry: the product of the others, with any
    zeros."""
    want = np.array([[0 if i == j else np.prod(np.delete(x, [i, j])) for j in range(3)]
                     for i in range(3)])
    for function, w in ((np.prod, 1.0), (np.cumprod, array(0, 0, 1))):
        fn, numbers = function_of(function, (x,), {}, True)
        first = vjp_of(fn, (0,))
        second = jvp_of(first, (0,))
        columns = [run(second.block, [*numbers, w, unit])[-1] for unit in np.eye(3)]
        np.testing.assert_allclose(np.array(columns).T, want, atol=1e-12)


# Types

def test_types() -> None:
    for function, dtype, expected in (
        (np.sum, "float32", "float32"), (np.sum, "int32", "int64"), (np.mean, "int64", "float64"),
        (np.max, "int8", "int8"), (np.any, "float64", "bool"),
    ):
        fn, _ = function_of(function, (np.ones((2, 3), dtype),), {"axis": 1}, True)
        assert fn.block.results[0].type == ArrayT(expected, (Sym("n2"),))


@pytest.mark.parametrize("kwargs", [{"axis": 2}, {"axis": "x"}])
def test_bad_axes_are_refused(kwargs: dict[str, Any]) -> None:
    with pytest.raises(Refusal, match="axis"):
        function_of(np.sum, (normal(2, 3),), kwargs, True)


# From the source of a function to the source of its derivative

@pytest.mark.parametrize("function", SMOOTH, ids=name_of)
def test_in_a_program(function: Any) -> None:
    def program(x: Any) -> Any:
        return np.sum(function(x, axis=0) ** 2) + function(x)

    adgen.check_grads(program, (normal(3, 2),), order=2)


@pytest.mark.parametrize("function", SMOOTH, ids=name_of)
def test_with_an_unknown_rank(function: Any) -> None:
    def program(x: Any) -> Any:
        return function(x * 1.0)

    x = normal(3, 2)
    lowered = adgen.grad(program).lower("float64[...]")
    np.testing.assert_allclose(lowered.function(x), adgen.grad(program)(x), rtol=1e-12)
