"""The oracles are tested: each passes on right derivatives, and finds the fault that it is there
for."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.rules.table import RULES
from tests.oracles import ORACLES, Case, Mismatch, check, complex_step, numerical_jvp
from tests.quality.counting import count

X = np.array([0.3, -1.2, 2.0])


def energy(x: Any, y: Any) -> Any:
    return np.sum(np.sin(x) * x * y)


def pair(x: Any, y: Any) -> Any:
    z = x.copy()
    z[1:] *= y[:-1]
    return z, np.exp(-y)


@pytest.mark.parametrize("function, wrt", [(energy, (0,)), (energy, (0, 1)), (pair, (0, 1))])
def test_right_derivatives_pass(function: Callable[..., Any], wrt: tuple[int, ...]) -> None:
    check(Case(function, (X, X + 1.0), wrt))


def test_differences_are_accurate() -> None:
    case = Case(lambda x: np.sum(np.exp(x) / x), (X,))
    v = np.array([1.0, -0.5, 2.0])
    exact = np.sum(np.exp(X) * (X - 1.0) / X ** 2 * v)
    found, error = numerical_jvp(case, (v,))
    assert abs(found - exact) < 1e-9 and error < 1e-6
    assert abs(complex_step(case, (v,)) - exact) < 1e-14


def test_a_kink_is_known_as_one() -> None:
    def error_of(function: Callable[..., Any]) -> float:
        return numerical_jvp(Case(function, (np.zeros(2),)), (np.ones(2),))[1]

    assert error_of(lambda x: np.abs(x).sum() + np.maximum(x, 0.0).sum()) < 1e-9
    assert error_of(lambda x: np.floor(x).sum()) > 1e-3


def test_a_planted_wrong_rule_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = replace(RULES["sin"], partials=(lambda g, args, y: g("sin", args[0]),))
    monkeypatch.setitem(RULES, "sin", wrong)
    with pytest.raises(Mismatch, match="finite differences"):
        check(Case(lambda x: np.sum(np.sin(x)), (X,)))


def test_a_planted_wrong_transpose_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    transpose = RULES["sum"].transpose
    assert transpose is not None

    def doubled(g: Any, op: Any, ct: Any, linear: Any) -> Any:
        return transpose(g, op, ct + ct, linear)

    monkeypatch.setitem(RULES, "sum", replace(RULES["sum"], transpose=doubled))
    with pytest.raises(Mismatch, match="dot product"):
        check(Case(lambda x: np.sum(x * x), (X,)))


class Wrong:
    """A vjp of the identity with a fault; the second call's results are doubled."""

    def __init__(self, fault: str):
        self.fault, self.calls = fault, 0

    def __call__(self, x: Any, y_bar: Any) -> Any:
        self.calls += 1
        match self.fault:
            case "writes":
                x += 1.0
                return x.copy(), y_bar.copy()
            case "aliases":
                return x.copy(), y_bar
            case "value":
                return x + 1e-16 + 0.1, y_bar.copy()
            case "twice":
                return x.copy(), y_bar * self.calls
            case _:
                return x.copy(), y_bar[:1].copy()


FAULTS = [("writes", "primal"), ("value", "primal"), ("aliases", "aliases"),
          ("twice", "called twice"), ("shape", "dot product")]


@pytest.mark.parametrize("fault, oracle", FAULTS)
def test_a_wrong_derivative_is_found(
        monkeypatch: pytest.MonkeyPatch, fault: str, oracle: str) -> None:
    monkeypatch.setattr(adgen, "vjp", lambda *_, **__: Wrong(fault))
    with pytest.raises(Mismatch, match=oracle):
        ORACLES[oracle](Case(lambda x: x.copy(), (X,)))


COUNTED = """
import numpy as np

def f(x, n):
    kept = []
    s = 0.0
    y = np.zeros_like(x)
    for i in range(n):
        t = x[i] * 2.0
        kept.append((t, x))
        s = s + t
        y[i] += -s
    return y * s
"""


def test_counts_of_operations() -> None:
    counts = count(COUNTED, "f", (X, 3))
    assert counts.operations == 1 + 3 * (1 + 1 + 2) + 1
    assert counts.on_arrays == 2
    assert (counts.appends, counts.arrays, counts.numbers, counts.nbytes) == (3, 3, 3, 3 * (8 + 24))
