"""Sizes, bounds and counts that are computed on the device: CuPy takes none, so they are made Python numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import adgen
from adgen import targets
from tests.cupy_checks import host
from tests.cupy_checks.dry import Dry, Job
from tests.cupy_checks.names import INSTALLED

X = np.array([1.25, 2.5, 3.75, 0.5])


def ones(x):
    return np.sum(x) * np.sum(np.ones(np.argmax(x)))


def zeros(x):
    return np.sum(np.zeros((np.argmax(x), 2)) + x[0])


def full(x):
    return np.sum(np.full(np.argmax(x), x[0]))


def eye(x):
    return np.sum(np.eye(np.argmax(x)) * x[1])


def arange(x):
    return np.sum(np.arange(np.argmax(x)) * x[0]) + np.sum(np.arange(0, x[1], 0.5) * x[2])


def broadcast(x):
    return np.sum(np.broadcast_to(x[0], (np.argmax(x),)) ** 2)


def reshape(x):
    return np.sum(np.reshape(x, (np.argmax(x), -1)) ** 2)


def linspace(x):
    return np.sum(np.linspace(0.0, x[0], np.argmax(x) + 3) ** 2)


def powers(x):
    return np.sum(np.vander(x, np.argmax(x)))


def window(x):
    return np.sum(np.hanning(np.argmax(x) + 2) * x[0])


def from_list(x):
    return [x[0], x[1] ** 2, x[2] ** 3][np.argmax(x)]


def rounded(x):
    return round(x[0]) * x[1]


def steps(x):
    y = x[0]
    for i in range(np.argmax(x)):
        y = y * x[i]
    return y


def stepped(x):
    n = np.argmax(x)
    return np.sum(x[:n]) * np.sum(x[n:]) + np.sum(np.ones(n)) * x[0]


def combinations(x):
    return math.comb(np.argmax(x) + 2, 2) * x[0] ** 2


def spectrum(x):
    return np.sum(np.abs(np.fft.fft(x, np.argmax(x) + 3)) ** 2)


PROGRAMS = [
    ones, zeros, full, eye, arange, broadcast, reshape, linspace, powers, window, from_list, rounded, steps,
    stepped, combinations, spectrum,
]


@pytest.mark.parametrize("function", PROGRAMS, ids=lambda f: f.__name__)
def test_values(function: Any, compiler: None) -> None:
    derivative = adgen.value_and_grad(function)
    expected = derivative(X)
    with host.in_place_of_cupy():
        made = host.asnumpy(derivative(host.asarray(X)))
    for a, b in zip(made, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-13)


@pytest.mark.skipif(not INSTALLED, reason="needs CuPy (no GPU): pip install 'adgen[cuda12]'")
def test_cupy_takes_them() -> None:
    """CuPy itself raises no TypeError, and is waited for once where one number is enough."""
    jobs: list[Job] = []
    for function in PROGRAMS:
        made = adgen.value_and_grad(function, target="cupy").lower("float64[4]")
        jobs.append(Job(made.source, made.ir.name, (X,)))
    with Dry() as dry:
        for function, result in zip(PROGRAMS, dry.run(jobs), strict=True):
            assert "TypeError" not in result.error, f"{function.__name__}: {result.error}"
            assert result.waits == (2 if function is arange else 1), function.__name__


def test_numbers_of_the_host_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    def f(x: Any, n: int) -> Any:
        return np.sum(np.ones((n, len(x))) * x[: n + 1])

    monkeypatch.setattr(targets, "has_cupy", lambda: True)
    assert "int(" not in adgen.grad(f, target="cupy").lower("float64[n]", "int").source
