"""CuPy in the user's source: its functions stand for their namesakes, and what has none is refused by name."""

from __future__ import annotations

import ast
import importlib
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.errors import Refusal
from adgen.frontend.namesakes import RENAMED, is_of_cupy, namesake
from tests.cupy_checks.dry import Dry, Job
from tests.cupy_checks.examples import EXAMPLES
from tests.oracles import leaves

cp: Any = pytest.importorskip("cupy", reason="needs CuPy (no GPU): pip install 'adgen[cuda12]'")
cupyx: Any = importlib.import_module("cupyx")
cupyx_scipy: Any = importlib.import_module("cupyx.scipy")
special: Any = importlib.import_module("cupyx.scipy.special")
sin, norm, rsqrt = cp.sin, cp.linalg.norm, cupyx.rsqrt

X = np.linspace(0.5, 1.5, 5)
W = np.array([2.0, -1.0, 0.5, 3.0, 1.0])


# Each function over CuPy, and the same over NumPy.


def elementwise(x: Any) -> Any:
    return cp.sum(sin(x) * cp.exp(-x)) + cp.pi * cp.mean(x**2) + x.sum()


def elementwise_of_numpy(x: Any) -> Any:
    return np.sum(np.sin(x) * np.exp(-x)) + np.pi * np.mean(x**2) + x.sum()


def linear_algebra(x: Any) -> Any:
    a = cp.outer(x, x) + cp.eye(5, dtype=cp.float64)
    return norm(x) + cp.linalg.det(a) + cp.einsum("i,ij,j->", x, a, x) + cp.linalg.solve(a, x) @ cp.ones(5)


def linear_algebra_of_numpy(x: Any) -> Any:
    a = np.outer(x, x) + np.eye(5, dtype=np.float64)
    return np.linalg.norm(x) + np.linalg.det(a) + np.einsum("i,ij,j->", x, a, x) + np.linalg.solve(a, x) @ np.ones(5)


def of_scipy(x: Any) -> Any:
    return cp.sum(special.erf(x)) + special.ndtr(x[0]) + cp.sum(rsqrt(x)) + cp.abs(cp.fft.fft(x)[1])


def of_scipy_of_numpy(x: Any) -> Any:
    from scipy.special import erf, ndtr

    return np.sum(erf(x)) + ndtr(x[0]) + np.sum(1 / np.sqrt(x)) + np.abs(np.fft.fft(x)[1])


def scattered(x: Any) -> Any:
    y = cp.zeros_like(x)
    cupyx.scatter_add(y, cp.array([0, 0, 2]), x[:3] * x[1:4])
    cp.add.at(y, cp.array([1, 1, 1]), x[:3])
    return cp.sum(y * cp.asarray(W)) + cp.r_[x, x[::-1]] @ cp.arange(10.0)


def scattered_of_numpy(x: Any) -> Any:
    y = np.zeros_like(x)
    np.add.at(y, np.array([0, 0, 2]), x[:3] * x[1:4])
    np.add.at(y, np.array([1, 1, 1]), x[:3])
    return np.sum(y * np.asarray(W)) + np.r_[x, x[::-1]] @ np.arange(10.0)


def by_module(x: Any) -> Any:
    xp, sp = cp.get_array_module(x), cupyx_scipy.get_array_module(x)
    y = xp.sin(x) if isinstance(x, xp.ndarray) else x
    return xp.sum(sp.special.expit(y)) + cp.where(x > 1.0, x, 0.0).sum()


def by_module_of_numpy(x: Any) -> Any:
    from scipy.special import expit

    y = np.sin(x)
    return np.sum(expit(y)) + np.where(x > 1.0, x, 0.0).sum()


PAIRS = [
    (elementwise, elementwise_of_numpy),
    (linear_algebra, linear_algebra_of_numpy),
    (of_scipy, of_scipy_of_numpy),
    (scattered, scattered_of_numpy),
    (by_module, by_module_of_numpy),
]


@pytest.mark.parametrize(("of_cupy", "of_numpy"), PAIRS, ids=lambda f: f.__name__)
def test_derivatives_are_those_of_the_namesakes(of_cupy: Any, of_numpy: Any) -> None:
    """Called with NumPy's arrays, for there is no device; bit for bit."""
    value, gradient = adgen.value_and_grad(of_cupy)(X)
    expected, expected_gradient = adgen.value_and_grad(of_numpy)(X)
    assert value == expected == of_numpy(X)
    np.testing.assert_array_equal(gradient, expected_gradient)
    cold = adgen.grad(of_cupy).lower("float64[5]")
    assert cold.target == "cupy" and "import cupy as cp" in cold.source
    assert "cp." not in code_of(adgen.grad(of_cupy, target="numpy").lower("float64[5]").source, of_cupy)
    same = adgen.grad(of_numpy, target="cupy").lower("float64[5]").source
    assert code_of(cold.source, of_cupy) == code_of(same, of_numpy)
    assert adgen.grad(of_numpy).lower("float64[5]").target == "numpy"


def code_of(source: str, function: Any) -> str:
    """A module without its lines' lengths, and without what quotes the user's source."""
    lines = source[source.index("import") :].replace(function.__name__, "f").splitlines()
    return ast.unparse(ast.parse("\n".join(line for line in lines if not line.strip().startswith(("#", "//")))))


def test_module_of_the_target() -> None:
    """`xp is cp` is decided by what the function is compiled for."""

    def f(x: Any) -> Any:
        xp = cp.get_array_module(x)
        return xp.sum(x) * (2.0 if xp is cp else 3.0)

    def of_number(t: float) -> Any:
        return (2.0 if cp.get_array_module(t) is cp else 3.0) * t

    assert adgen.grad(f)(X).tolist() == [3.0] * 5
    assert "2.0" in adgen.grad(f, target="cupy").lower("float64[n]").source
    assert "3.0" in adgen.grad(of_number, target="cupy").lower("float").source


kernel = cp.ElementwiseKernel("float64 x", "float64 y", "y = x", "k")
fused = cp.fuse(lambda x: x)
# fmt: off
REFUSED: list[tuple[Any, str]] = [
    (lambda x: cp.sum(kernel(x)),                      "a cupy ElementwiseKernel is not supported: its body"),
    (lambda x: cp.ElementwiseKernel("", "", "", "")(x), "cupy.ElementwiseKernel is not supported: its body"),
    (lambda x: cp.RawKernel("", "f")(x),               "cupy.RawKernel is not supported: its body is not Python"),
    (lambda x: cp.sum(fused(x)),                       "a cupy Fusion is not supported: it is one kernel"),
    (lambda x: cp.fuse(cp.sin)(x),                     "cupy.fuse is not supported"),
    (lambda x: cp.asnumpy(x).sum(),                    "cupy.asnumpy is not supported: it copies arrays to the host"),
    (lambda x: x.get().sum(),                          "ndarray.get is not supported: it copies the array to the host"),
    (lambda x: x * len(cp.cuda.Stream()),              "cupy.cuda.Stream is not supported: it is about the device"),
    (lambda x: x * cp.get_default_memory_pool(),       "cupy.get_default_memory_pool is not supported: it is about"),
    (lambda x: cupyx.scatter_max(x, 0, 1.0),           "cupyx.scatter_max is not supported: NumPy and SciPy have"),
    (lambda x: cupyx.zeros_pinned(3) + x,              "cupyx.zeros_pinned is not supported"),
    (lambda x: cp.histogram2d(x, x)[0],                "cupy.histogram2d is not supported: its arguments"),
]
# fmt: on


@pytest.mark.parametrize(("function", "message"), REFUSED, ids=[message[:30] for _, message in REFUSED])
def test_refused_by_name(function: Any, message: str) -> None:
    for target in ("numpy", "cupy"):
        with pytest.raises(adgen.AdgenError) as raised:
            adgen.vjp(function, target=target).lower("float64[n]")
        problem = raised.value.problems[0]
        assert problem.message.startswith(message) and problem.hint
        assert problem.span is not None and problem.span.line == function.__code__.co_firstlineno


MODULES = {
    "cupy": "numpy", "cupy.linalg": "numpy.linalg", "cupy.fft": "numpy.fft", "cupy.random": "numpy.random",
    "cupyx": "numpy", "cupyx.scipy.special": "scipy.special", "cupyx.scipy.fft": "scipy.fft",
    "cupyx.scipy.ndimage": "scipy.ndimage", "cupyx.scipy.stats": "scipy.stats",
}


class Scale:
    """An object that keeps an array on the device."""

    by: Any = None


def by_captured(x: Any) -> Any:
    return cp.sum(cp.sin(x) * Scale.by[: x.shape[0]]) * Scale.by[0]


def calls(x: Any) -> str:
    """What goes wrong in calls with arrays of CuPy's; run in another process."""
    Scale.by = cp.ones(8)
    for function in (*(f for f, _ in PAIRS), by_captured):
        derivative = adgen.value_and_grad(function)
        for _ in range(2):
            value, gradient = derivative(x)
            if type(value) is not type(x) or type(gradient) is not type(x) or gradient.shape != x.shape:
                return f"{function.__name__}: {type(value)}, {type(gradient)}"
        derivative(X) if function is not by_captured else None
    try:
        adgen.grad(by_captured)(X)
    except adgen.AdgenError as error:
        return "" if "Scale.by is a CuPy array, in a call with NumPy's" in str(error) else str(error)
    return "a captured array of CuPy's met NumPy's"


def test_cupy_itself() -> None:
    """Calls with CuPy's arrays, on a device that only remembers what it is asked for."""
    text = "import tests.test_cupy_source\n\n\ndef f(x):\n    return tests.test_cupy_source.calls(x)\n"
    with Dry() as dry:
        (result,) = dry.run([Job(text, "f", (X,))])
    assert (result.error, result.value) == ("", "")


AGAIN = ("black_scholes", "black_scholes_of_numbers", "gaussian_process", "recurrence", "rosenbrock", "textbook")


@pytest.mark.parametrize("name", AGAIN)
@pytest.mark.filterwarnings("ignore")
def test_modules_are_read_again(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written for CuPy without kernels has derivatives itself: here those for NumPy, to be computed."""
    if name == "gaussian_process":
        pytest.importorskip("sklearn")
    case = EXAMPLES[name]()
    argnums = case.wrt[0] if len(case.wrt) == 1 else case.wrt
    made = adgen.vjp(case.function, argnums=argnums, target="cupy", off="fuse").lower(*case.fresh())
    (tmp_path / f"{name}_written.py").write_text(made.source)
    monkeypatch.syspath_prepend(tmp_path)
    written = getattr(importlib.import_module(f"{name}_written"), made.ir.name)
    arguments = *case.fresh(), case.cotangent(), *case.directions()
    found = adgen.jvp(written, argnums=argnums, target="numpy")(*arguments)
    expected = adgen.jvp(adgen.vjp(case.function, argnums=argnums), argnums=argnums)(*arguments)
    for a, b in zip(leaves(found), leaves(expected), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)


def test_the_device_of_an_array() -> None:
    def f(x: Any) -> Any:
        return np.sum(x) if x.device == "cpu" else x[0]

    assert adgen.grad(f)(X).tolist() == [1.0] * 5
    with pytest.raises(adgen.AdgenError, match="the array attribute .device is not supported"):
        adgen.grad(f, target="cupy").lower("float64[n]")


def objects() -> dict[int, tuple[Any, set[str]]]:
    """What CuPy's modules hold of its own, with all its names there."""
    found: dict[int, tuple[Any, set[str]]] = {}
    for module in map(importlib.import_module, MODULES):
        for name, obj in list(vars(module).items()):
            if not name.startswith("_") and is_of_cupy(obj):
                found.setdefault(id(obj), (obj, set()))[1].add(name)
    return found


def test_every_name() -> None:
    """What stands for an object of CuPy's has one of its names in NumPy or SciPy, or is in the table of others."""
    theirs = [importlib.import_module(name) for name in MODULES.values()]
    served = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for obj, names in objects().values():
            try:
                found = namesake(obj)
            except Refusal as refusal:
                assert any(name in refusal.message for name in (*names, type(obj).__name__))
                continue
            allowed = [getattr(module, name, None) for module in theirs for name in names]
            assert any(found is a or found == a for a in (*allowed, *RENAMED.values())), f"{names} is {found}"
            served += 1
    assert served > 600


def test_cupy_need_not_be_whole() -> None:
    """An object of a module that NumPy has no counterpart of."""
    with pytest.raises(Refusal, match="a cupy Stream is not supported|is not supported: NumPy and SciPy have nothing"):
        namesake(cp.cuda.Stream.null)
