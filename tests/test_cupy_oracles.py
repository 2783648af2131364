"""The checks of CuPy modules are checked: what is planted is found, and the stand-in is as strict as CuPy is."""
from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from tests import oracles
from tests.cupy_checks import cpu, host, names
from tests.cupy_checks.dry import ARCHITECTURES, Described, Job
from tests.cupy_checks.programs import Emitted, check_values, emitted, job
from tests.cupy_checks.survey import dry_problems

pytestmark = pytest.mark.usefixtures("compiler")


def mixed(x, y, k):
    z = np.exp(x) * y - (k / 7) * x / y[:, None]
    return np.sum(z * z, axis=1) + 0.5 * np.max(x)


X, Y, K = np.linspace(-1.0, 1.3, 9).reshape(3, 3), np.linspace(0.5, 2.0, 3), np.arange(1, 10).reshape(3, 3)


@pytest.fixture(scope="module")
def right() -> Emitted:
    """A module with kernels of several lines, of floats and of integers."""
    return emitted(oracles.Case(mixed, (X, Y, K), (0, 1)), "vjp", "mixed")


def planted(e: Emitted, old: str, new: str) -> Emitted:
    assert old in e.text, f"{old!r} is not in\n{e.text}"
    return dataclasses.replace(e, text=e.text.replace(old, new, 1))


def test_nothing_is_planted(right: Emitted, dry: Any) -> None:
    check_values(right)
    (result,) = dry.run([job(right)])
    assert list(dry_problems(right, result, None)) == []
    assert result.launches > 0 and result.waits == 0
    assert len(result.sources) == len(cpu.kernels_of(right.text)) > 0
    assert dry.compile(result.sources) == dict.fromkeys(ARCHITECTURES, "")


def arithmetic(e: Emitted) -> list[str]:
    """The lines of kernels with an operator."""
    lines = [line for kernel in cpu.kernels_of(e.text) for line in kernel.body.splitlines()]
    return [line for line in lines if " * " in line and "//" not in line]


@pytest.mark.parametrize("old, new", [(" * ", " / "), (" - ", " + "), ("exp(", "sin(")])
def test_wrong_arithmetic_is_found(old: str, new: str, right: Emitted) -> None:
    bodies = "\n".join(kernel.body for kernel in cpu.kernels_of(right.text))
    lines = [line for line in bodies.splitlines() if old in line and "//" not in line]
    assert lines
    for line in lines:
        with pytest.raises(oracles.Mismatch, match="CuPy against NumPy"):
            check_values(planted(right, line, line.replace(old, new, 1)))


def test_a_missing_conversion_is_found() -> None:
    """Integers divide to integers in C."""
    made = emitted(oracles.Case(lambda x, k: np.sin(x * (k / 7)), (X, K)), "vjp", "divided")
    line = next(line for kernel in cpu.kernels_of(made.text) for line in kernel.body.splitlines() if "(double)" in line)
    check_values(made)
    bare = line.replace("(double)", "").replace("7.0", "7")
    with pytest.raises(oracles.Mismatch, match="CuPy against NumPy"):
        check_values(planted(made, line, bare))


def test_a_wrong_type_is_found(right: Emitted, dry: Any) -> None:
    kernel = cpu.kernels_of(right.text)[0]
    first = kernel.inputs.split(",")[0]
    given = planted(right, first, first.replace("float64", "float32"))
    made = planted(right, f'"{kernel.outputs}"', f'"{kernel.outputs.replace("float64", "float32")}"')
    with pytest.raises(TypeError, match="Type is mismatched"):
        check_values(given)
    with pytest.raises((AssertionError, TypeError)):
        check_values(made)
    results = dry.run([job(given), job(made)])
    assert "Type is mismatched" in results[0].error
    assert list(dry_problems(made, results[1], None))


def test_what_does_not_compile_is_found(right: Emitted, dry: Any) -> None:
    """Also what is C++, but not a device's; and what is CUDA's only."""
    line = arithmetic(right)[0]
    for broken in ("doubel t0;", "__undeclared(1.0);"):
        wrong = planted(right, line, f"{broken} {line}")
        with pytest.raises(cpu.BrokenKernel):
            check_values(wrong)
        (result,) = dry.run([job(wrong)])
        assert all("error" in complaint for complaint in dry.compile(result.sources).values())
    only_there = planted(right, line, f"__syncthreads(); {line}")
    with pytest.raises(cpu.BrokenKernel):
        check_values(only_there)


# Names


@pytest.mark.parametrize("line, problem", [
    ("import numpy as np", "imports numpy"), ("from scipy.special import ndtr", "imports from scipy.special"),
    ("from cupyx.scipy.special import ndtrr", "has no ndtrr"), ("y = np.sin(x)", "line 3: np"),
    ("y = cp.sinn(x)", "CuPy has no sinn"), ("y = cp.linalg.vecnorm(x)", "CuPy has no linalg.vecnorm"),
    ("y = cp.sum(x, where=m)", "'where'"), ("y = cp.max(x, initial=0.0)", "'initial'"),
    ("y = cp.sin(x, where=m)", "no keyword where"), ("y = cp.sin(x, y, z)", "3 arguments for 1"),
    ("y = x.summ()", "no method summ"), ("y = cp.take_along_axis(x, i)", "'axis'"),
])
def test_a_wrong_name_is_found(line: str, problem: str) -> None:
    pytest.importorskip("cupy")
    found = names.problems(f"import cupy as cp\n\n{line}\n")
    assert any(problem in each for each in found), found


def test_right_names_are_right() -> None:
    pytest.importorskip("cupy")
    text = "import math\nimport cupy as cp\nfrom cupyx.scipy.special import ndtr\n\n\ndef f(x):\n" \
           "    y = cp.add(x, ndtr(x), out=x)\n    y.sum(axis=0)\n    kept = []\n    kept.append(math.sin(2.0))\n" \
           "    return cp.linalg.solve(x, y), cp.full_like(x, cp.inf), cp.concatenate([x, y], axis=1)\n"
    assert names.problems(text) == []


# The stand-in and CuPy

# fmt: off
AS_CUPY = [
    "x + 1", "x * 2.5", "1 - x", "x / k", "k // 2", "x ** 2", "x @ x", "-x", "abs(x)", "x > 0.5", "~(x > 0)",
    "x + cp.float32(1)", "x.astype(cp.float32) + 1.0", "x.astype(cp.float32) * x", "cp.float64(2.0) * x",
    "cp.sum(x)", "cp.sum(x, 0)", "cp.sum(k)", "x.sum(axis=1, keepdims=True)", "x.max()", "cp.mean(k)", "x.T.min(0)",
    "cp.any(x > 0)", "cp.argmax(x)", "cp.cumsum(x, 1)", "cp.sqrt(2.0)", "cp.sin(k)", "cp.where(x > 0, x, 0.0)",
    "cp.where(x > 0, 1.0, 0.0)", "cp.maximum(x, 0)", "cp.clip(x, 0.0, None)", "cp.add(x, x, out=x)", "x[0, 1]",
    "x[0]", "x[1:, ::-1]", "x[k[0] // 5]", "x[cp.array([0, 2])]", "x[[0, 2]]", "x[None, ..., 0]", "cp.zeros(3)",
    "cp.zeros_like(x)", "cp.ones((2, 2), cp.float32)", "cp.full((2,), 2.0)", "cp.array([1.0, 2.0])",
    "cp.array([x[0, 0], x[1, 1]])", "cp.asarray(2.0)", "cp.stack([x, x])", "cp.concatenate([x, x], axis=1)",
    "cp.outer(x, x)", "cp.dot(x, x)", "cp.einsum('ij,jk->ik', x, x)", "cp.tensordot(x, x, 1)", "cp.linalg.inv(x)",
    "cp.linalg.norm(x)", "cp.transpose(x)", "x.reshape(-1)", "cp.broadcast_to(x, (2, 3, 3))", "cp.arange(3.0)",
    "cp.arange(3)", "cp.eye(3)", "cp.isnan(x)", "cp.exp(x.astype(cp.float32))", "cp.sign(x)", "cp.round(x, 1)",
    "cp.divmod(x, 2.0)", "cp.sort(x)", "cp.tril(x)", "cp.diagonal(x)", "cp.trace(x)", "cp.prod(k)", "cp.var(x)",
    "cp.sum(x > 0)", "cp.moveaxis(x, 0, 1)", "cp.repeat(x, 2, 1)", "cp.take(x, k[0] // 5)", "x.real", "x.imag",
    "K(x, k)", "K(x, 3)", "K(x[:, None], k)", "K(x, True)", "K(x.T, k[0])", "x.mean()", "cp.sum(x, dtype=cp.float32)",
    "float(x[0, 0])", "int(k[0, 0])", "bool(x[0, 0] > 9)", "x[0, 1].item()", "x[x > 100].size", "x.tolist()", "len(x)",
    "x.shape[0] * 2", "x[0, 0] if k[0, 0] > 100 else 1.0",
]
"""What the two do alike: classes, dtypes and shapes of the results, and whether the host waits."""
AS_WRONG = [
    "x + a", "a * x", "cp.sin(a)", "cp.sin([1.0])", "cp.sum(x, where=x > 0)", "cp.max(x, initial=0.0)", "K(x, a)",
    "cp.sin(x, where=x > 0)", "cp.array([x[0, 0], 1.0])", "cp.concatenate([x, a])", "x.summ()", "cp.summ(x)",
    "K(x.astype(cp.float32), k)", "K(x, x)", "K(2.0, 3)", "K(x, 2j)", "K(x)", "np_sin(x, a)", "x.__array__()",
    "cp.linalg.vecdot(x, x)", "len(x[0, 0])", "x[a]", "cp.einsum('ij->i', x, out=x[0])", "cp.take_along_axis(x, k)",
    "K(x, [1, 2, 3])", "cp.add(x, [1.0])", "x + [1.0]", "cp.maximum(x, a)", "{x: 1}", "cp.clip(x, 0.0, 1.0, where=m)",
]
"""What raises in both."""
# fmt: on
MODULE = '''
import cupy as cp

K = cp.ElementwiseKernel("float64 x, int64 k", "float64 y, bool b", "y = x * k;\\nb = x > k;", "K")


def f(x, k, a):
    return {}
'''


def on_stand_in(text: str) -> tuple[Any, int]:
    before = host.waited()
    with np.errstate(all="ignore"):
        value = host.load(MODULE.format(text))["f"](host.asarray(X + 2.0 * np.eye(3)), host.asarray(K), a=np.ones(3))
    return shown(value), host.waited() - before


def shown(value: Any) -> Any:
    match value:
        case host.ndarray():
            return Described(str(value.dtype), value.shape)
        case tuple() | list():
            return type(value)(map(shown, value))
        case _:
            return value


def on_cupy(text: str, dry: Any) -> Any:
    """The NumPy array among the arguments is made there, since arguments are put on the device."""
    text = MODULE.format(text).replace("def f(x, k, a):", "import numpy\n\n\ndef f(x, k):\n    a = numpy.ones(3)")
    return dry.run([Job(text, "f", (X + 2.0 * np.eye(3), K))])[0]


@pytest.mark.parametrize("text", AS_CUPY)
def test_the_stand_in_does_as_cupy(text: str, dry: Any) -> None:
    value, waits = on_stand_in(text)
    result = on_cupy(text, dry)
    assert not result.error, result.error
    assert (waits > 0) == (result.waits > 0)
    if not waits:
        assert result.value == value


@pytest.mark.parametrize("text", AS_WRONG)
def test_the_stand_in_refuses_as_cupy(text: str, dry: Any) -> None:
    assert on_cupy(text, dry).error
    with pytest.raises((TypeError, ValueError, AttributeError, NameError, IndexError)):
        on_stand_in(text)


def test_waiting_is_counted_and_forbidden() -> None:
    x = host.asarray(X)
    before = host.waited()
    with pytest.raises(host.Synchronised, match="float"), host.no_sync():
        float(x[0, 0])
    with pytest.raises(host.Synchronised, match="mask"), host.no_sync():
        x[x > 0.0]
    with host.no_sync():
        (x + 1.0).sum(axis=0)
    assert host.waited() == before + 2
