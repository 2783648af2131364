"""The lint: hazards are found at their place, and sound programs are left alone."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.cli import main

X = np.array([0.5, 1.5, 2.0])


def equality(x):
    if x[0] == 1.0:
        return np.sum(x)
    return np.sum(np.where(x != 0.0, x * x, 0.0))


def by_argmax(x):
    return x[np.argmax(x)] ** 2


def stored_at(x):
    y = np.zeros(5)
    y[int(x[0])] = x[1]
    return np.sum(y)


def root_at_zero(x):
    return np.sum(np.sqrt(x)) + np.sum(np.log(x * x)) + x[0] ** 0.5


def in_a_loop(x):
    s = 0.0
    for v in x:
        s = s + math.log(s + v)
    return s


def in_a_helper(x):
    return log_of(x[0]) * log_of(x[1])


def log_of(v):
    return np.log(v)


def whole_numbers(x):
    return np.sum(x // 2.0) + x[0] * int(x[1])


# fmt: off
HAZARDS: list[tuple[Any, list[tuple[str, str]]]] = [
    (equality,      [("==", "x[0] == 1.0"), ("!=", "x != 0.0")]),
    (by_argmax,     [("an index depends", "x[np.argmax(x)]")]),
    (stored_at,     [("made an integer", "int(x[0])"), ("an index depends", "y[int(x[0])]")]),
    (root_at_zero,  [("sqrt", "np.sqrt(x)"), ("log", "np.log(x * x)"), ("this power", "x[0] ** 0.5")]),
    (in_a_loop,     [("log", "math.log(s + v)")]),
    (in_a_helper,   [("log", "np.log(v)")]),
    (whole_numbers, [("made an integer", "x // 2.0"), ("made an integer", "int(x[1])")]),
]
# fmt: on


@pytest.mark.parametrize(("function", "expected"), HAZARDS, ids=lambda f: getattr(f, "__name__", ""))
def test_hazards(function: Any, expected: list[tuple[str, str]]) -> None:
    found = adgen.grad(function).lint(X)
    assert len(found) == len(expected), found
    for problem, (message, at) in zip(found, expected, strict=True):
        assert message in problem.message and problem.hint
        assert problem.span is not None and at in problem.span.text


def sound(x, mask, i):
    y = np.sqrt(x * x + 1e-6) + np.log(np.exp(x) + 1.0) + np.log(2.0 + np.square(x))
    if len(x) == 3 and i == 2:
        y = y[mask] if np.any(mask) else y
    total = 0.0
    for k in range(i):
        total += y[k] / (1.0 + abs(x[k])) + x[k] ** 2
    return np.maximum(total, np.sum(y) ** 2)


def test_sound_programs_are_left_alone() -> None:
    assert adgen.grad(sound).lint(X, np.array([True, True, False]), 2) == []


def test_only_what_is_differentiated() -> None:
    def f(x, y):
        return np.sum(x) * np.sqrt(y)

    assert adgen.grad(f, argnums=0).lint(X, 2.0) == []
    assert len(adgen.grad(f, argnums=1).lint(X, 2.0)) == 1


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "hazards.py"
    f, g = "def f(x):\n    return np.sum(np.sqrt(x))\n", "def g(x):\n    return np.sum(x)\n"
    path.write_text(f"import numpy as np\n\n\n{f}\n\n{g}")
    assert main(["lint", f"{path}:f", "--arg", "x=float64[n]"]) == 1
    out = capsys.readouterr().out
    assert "np.sum(np.sqrt(x))" in out and "^" in out and "sqrt of x, which may be 0" in out
    assert main(["lint", f"{path}:g", "--arg", "x=float64[n]"]) == 0
    assert capsys.readouterr().out == ""
