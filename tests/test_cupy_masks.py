"""Numbers stored by masks: `np.where` for CuPy, with what a store gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import adgen
from tests.cupy_checks import host

pytestmark = pytest.mark.usefixtures("compiler")
X = np.array([[0.5, -1.5, 2.0], [1.0, 0.25, -3.0]])
MASK = np.array([[True, False, False], [False, True, True]])


def by_comparison(x: Any, mask: Any) -> Any:
    y = x * 2.0
    y[x > 0.75] = 0.0
    y[y < 0.0] = 3
    return y * x


def by_argument(x: Any, mask: Any) -> Any:
    y = np.sin(x)
    y[mask] = np.nan
    z = y * x
    z[mask] = -1.0
    return z


def of_an_element(x: Any, mask: Any) -> Any:
    y = x * x
    y[mask] = x[0, 1]
    return y * x


def of_rows(x: Any, mask: Any) -> Any:
    y = x * x
    y[mask[:, 0]] = 2.0
    return y * x


def of_integers(x: Any, mask: Any) -> Any:
    k = np.arange(6).reshape(2, 3)
    k[mask] = 2
    b = mask.copy()
    b[x > 1.0] = False
    return x * k + b * x * x


def in_place_of_a_view(x: Any, mask: Any) -> Any:
    y = x * x
    part = y[1]
    part[part > 0.5] = 7.0
    return y * x


PROGRAMS = [by_comparison, by_argument, of_an_element, of_rows, of_integers, in_place_of_a_view]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("off", [(), ("fuse",)])
@pytest.mark.parametrize("function", PROGRAMS, ids=lambda f: f.__name__)
def test_values(function: Any, off: tuple[str, ...], dtype: str) -> None:
    x, seed = X.astype(dtype), np.cos(X).astype(dtype)
    derivative = adgen.vjp(function, argnums=0, off=off)
    expected = derivative(x, MASK, seed)
    with host.in_place_of_cupy():
        made = host.asnumpy(derivative(*host.asarray((x, MASK, seed))))
    for a, b in zip(made, expected, strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_allclose(a, b, rtol=1e-12 if dtype == "float64" else 1e-5)


def test_nothing_waits_where_the_number_is_known() -> None:
    for function in (by_comparison, by_argument, in_place_of_a_view):
        derivative = adgen.vjp(function, argnums=0)
        arguments = host.asarray((X, MASK, np.cos(X)))
        with host.in_place_of_cupy(), host.no_sync():
            derivative(*arguments)
        assert "cp.where" in derivative.source or "?" in derivative.source


def test_a_mask_of_another_shape_is_an_error() -> None:
    """It is not broadcast."""
    derivative = adgen.vjp(by_argument, argnums=0)
    for mask in (MASK[:, :2], MASK[:1], MASK[0]):
        with pytest.raises((IndexError, ValueError)):
            derivative(X, mask, X)
        with host.in_place_of_cupy(), pytest.raises((IndexError, ValueError)):
            derivative(*host.asarray((X, mask, X)))
