"""The lint for CuPy: what waits for the device is found at its place, and it is what does wait on the stand-in."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import adgen
from adgen import targets
from adgen.cli import main
from tests.cupy_checks import host
from tests.cupy_checks.dry import Dry, Job
from tests.cupy_checks.names import INSTALLED

X = np.array([0.5, 1.5, 2.0])


@pytest.fixture(autouse=True)
def asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The target may be asked for where CuPy is not installed, too."""
    monkeypatch.setattr(targets, "has_cupy", lambda: True)


def python_number(x):
    return np.sum(x) * float(x[0])


def python_int(x):
    return x[int(x[0])] * 2.0


def truth(x):
    return np.sum(x) * (2.0 if bool(x[0] > 1.0) else 3.0)


def item(x):
    return np.sum(x) * x[1].item()


def rounded(x):
    return np.sum(x) * round(x[0])


def by_math(x):
    return math.sin(x[0]) * x[1]


def branch(x):
    y = np.sum(x)
    if y > 1.0:
        y = y * y
    return y


def until(x):
    y = np.sum(x)
    while y > 1.0:
        y = y * 0.5
    return y


def asserted(x):
    assert np.all(x > 0.0)
    return np.sum(x)


def masked(x):
    return np.sum(x[x > 1.0])


def stored_by_mask(x):
    y = np.zeros(3)
    y[x > 1.0] = x[x > 1.0] * 2.0
    return np.sum(y * x)


def found(x):
    return np.sum(x[np.nonzero(x)[0]])


def repeated(x):
    return np.sum(np.repeat(x, np.argmax(x)))


def sliced(x):
    return np.sum(x[: np.argmax(x)])


def sized(x):
    return np.sum(x) * np.sum(np.ones(np.argmax(x)))


def counted(x):
    y = np.sum(x)
    steps = int(y)
    for _ in range(steps):
        y = y * 0.5
    return y


def printed(x):
    y = np.sum(x)
    print(y)
    return y


def in_a_helper(x):
    return helper(x[0]) * x[1]


def helper(v):
    return v if v > 0.0 else -v


# fmt: off
WAITING: list[tuple[Any, list[tuple[str, str]]]] = [
    (python_number,  [("float of a value waits for the device", "float(x[0])")]),
    (python_int,     [("int of a value waits for the device", "int(x[0])")]),
    (truth,          [("bool of a value waits for the device", "bool(x[0] > 1.0)")]),
    (item,           [("float of a value waits for the device", "x[1].item()")]),
    (rounded,        [("round of a value waits for the device", "round(x[0])")]),
    (by_math,        [("math.sin of a value waits for the device", "math.sin(x[0])")]),
    (branch,         [("if on a value waits for the device", "if y > 1.0:")]),
    (until,          [("while on a condition waits for the device", "while y > 1.0:")]),
    (asserted,       [("assert on a value waits for the device", "assert np.all(x > 0.0)")]),
    (masked,         [("a boolean mask, whose count of elements values say, waits", "x[x > 1.0]")]),
    (stored_by_mask, [("a boolean mask, whose count of elements values say, waits", "y[x > 1.0] = x[x > 1.0]")]),
    (found,          [("nonzero, whose result is as long as values say, waits", "np.nonzero(x)")]),
    (repeated,       [("repeat, whose result is as long as values say, waits", "np.repeat(x, np.argmax(x))")]),
    (sliced,         [("a bound or an index, from a value on the device, waits", "x[: np.argmax(x)]")]),
    (sized,          [("a size, from a value on the device, waits", "np.ones(np.argmax(x))")]),
    (counted,        [("int of y waits for the device", "int(y)")]),
    (printed,        [("the text of y waits for the device", "print(y)")]),
    (in_a_helper,    [("if on a value waits for the device", "v if v > 0.0 else -v")]),
]
# fmt: on


def waits_of(function: Any) -> list[Any]:
    return [p for p in adgen.grad(function, target="cupy").lint("float64[3]") if "waits for the device" in p.message]


@pytest.mark.parametrize(("function", "expected"), WAITING, ids=lambda f: getattr(f, "__name__", ""))
def test_what_waits(function: Any, expected: list[tuple[str, str]]) -> None:
    problems = waits_of(function)
    assert len(problems) == len(expected), problems
    for problem, (message, at) in zip(problems, expected, strict=True):
        assert problem.message.startswith(message) and problem.hint
        span = problem.span
        assert span is not None and at in span.text[span.column - 1 : span.end_column - 1] and span.file == __file__
    assert not [p for p in adgen.grad(function).lint("float64[3]") if "device" in p.message]


@pytest.mark.skipif(not INSTALLED, reason="needs CuPy (no GPU): pip install 'adgen[cuda12]'")
def test_it_does_wait() -> None:
    """CuPy itself, on a device that only remembers what it was asked for."""
    jobs: list[Job] = []
    for function, _ in WAITING:
        made = adgen.value_and_grad(function, target="cupy").lower("float64[3]")
        jobs.append(Job(made.source, made.ir.name, (X,)))
    with Dry() as dry:
        for job, result in zip(jobs, dry.run(jobs), strict=True):
            assert result.waits, f"{job.name}: {result.error}"


def sound(x, mask, steps, scale):
    y = np.where(mask, np.sqrt(x * x + 1e-6), np.log(np.exp(x) + 1.0))
    if len(x) == 3 and steps == 2:
        y = y * float(steps)
    total = 0.0
    for k in range(steps):
        total = total + y[k] / (1.0 + abs(x[k])) + x[k] ** 2
    while scale > 1.0:
        scale = scale / 2.0
    z = np.zeros_like(x)
    z[1:] = x[:-1]
    z[mask] = 1.0
    total = total + max(x[0], x[1])
    for v in x:
        total = total + v
    return np.maximum(total, np.sum(y[1:] * z[:-1])) * scale * x[np.argmax(x)] + max(scale, 0.5)


def test_sound_programs_are_left_alone(compiler: None) -> None:
    derivative = adgen.value_and_grad(sound)
    mask = np.array([True, False, True])
    assert not [p for p in derivative.lint(X, mask, 2, 3.0) if "device" in p.message]
    expected = derivative(X, mask, 2, 3.0)
    with host.in_place_of_cupy():
        assert not [p for p in derivative.lint(host.asarray(X), host.asarray(mask), 2, 3.0) if "device" in p.message]
        with host.no_sync():
            made = derivative(host.asarray(X), host.asarray(mask), 2, 3.0)
    for a, b in zip(host.asnumpy(made), expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-13)


def drawing(x):
    return np.sum(x * np.random.rand(3))


def test_other_random_numbers() -> None:
    (problem,) = adgen.grad(drawing, target="cupy").lint("float64[3]")
    assert problem.message.startswith("random numbers are drawn by CuPy") and "cupy.random.seed" in problem.hint
    assert problem.span is not None and "np.random.rand(3)" in problem.span.text
    assert adgen.grad(drawing).lint("float64[3]") == []


def test_target_of_examples() -> None:
    """Arrays of CuPy's given as examples of types choose what is looked for."""
    with host.in_place_of_cupy():
        assert len(adgen.grad(branch).lint(host.asarray(X))) == 1
        assert adgen.grad(branch).lint(X) == []


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "waiting.py"
    function = "def f(x):\n    if np.sum(x) > 0.0:\n        return x[0]\n    return x[1]\n"
    path.write_text(f"import numpy as np\n\n\n{function}")
    arguments = ["lint", f"{path}:f", "--arg", "x=float64[n]"]
    assert main(arguments) == 0
    assert main([*arguments, "--target", "cupy"]) == 1
    out = capsys.readouterr().out
    assert f'"{path}", line 5' in out and "if np.sum(x) > 0.0:" in out and "^" in out
    assert "if on a value waits for the device" in out and "hint: choose by np.where" in out
