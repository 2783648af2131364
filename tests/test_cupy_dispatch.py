"""Which target a call is for: by the classes of its arrays, without CuPy being imported where it is not used."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import adgen
from adgen import targets
from adgen.cli import main
from adgen.ir.types import is_cupy_class
from adgen.overlap import share
from tests.cupy_checks import host
from tests.cupy_checks.dry import Dry, Job
from tests.cupy_checks.names import INSTALLED

X = np.linspace(0.5, 1.5, 5)
W = np.linspace(-1.0, 1.0, 5)


@pytest.fixture
def device(compiler: None) -> Iterator[Any]:
    """The stand-in for CuPy where `import cupy` finds it."""
    with host.in_place_of_cupy():
        yield host.asarray


def loss(x: Any, w: Any) -> Any:
    return np.sum(np.sin(x) * w)


def of_container(params: Any, scale: Any = 1.0) -> Any:
    return np.sum(params["w"] * params["b"][0] * scale)


@dataclass
class Pair:
    a: Any
    b: Any


def of_pair(pair: Pair) -> Any:
    return np.sum(pair.a * pair.b)


def same(found: Any, expected: Any) -> None:
    found = host.asnumpy(found)
    for a, b in zip(found if isinstance(found, tuple) else (found,), expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-13)


def test_arrays_choose_the_target(device: Any) -> None:
    derivative = adgen.grad(loss, argnums=(0, 1))
    expected = np.cos(X) * W, np.sin(X)
    for _ in range(3):
        on_device = derivative(device(X), device(W))
        assert all(type(g) is host.ndarray for g in on_device)
        same(on_device, expected)
        on_host = derivative(X, W)
        assert all(type(g) is np.ndarray for g in on_host)
        same(on_host, expected)


def test_dispatcher_tells_arrays_apart(device: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls like those before are served at once; whatever is else, or mixed, comes to what compiles."""

    class Slow(Exception):
        pass

    def slow(*args: Any) -> None:
        raise Slow

    derivative, x, w, number = adgen.grad(loss), device(X), device(W), device(np.array(2.0))
    for arguments in ((x, w), (X, W), (x, number), (X, np.float64(2.0))):
        derivative(*arguments)
    monkeypatch.setattr(adgen.Derivative, "_serve", slow)
    for arguments in ((x, w), (X, W), (x, number), (X, np.float64(2.0)), (X, np.array(2.0))):
        derivative(*arguments)
    for arguments in ((x, W), (X, w), (x, np.array(2.0)), (x, np.float64(2.0)), (X, number), (x, 2.0)):
        with pytest.raises(Slow):
            derivative(*arguments)


@pytest.mark.parametrize("kind", ["grad", "value_and_grad", "jvp", "vjp", "hvp", "jacobian", "hessian"])
@pytest.mark.parametrize("off", [(), ("fuse",)])
def test_every_kind(kind: str, off: tuple[str, ...], device: Any) -> None:
    def pair(x: Any, w: Any) -> Any:
        return np.sum(np.sin(x[1:] * w) * x[:-1] ** 2) * np.max(x)

    derivative = getattr(adgen, kind)(pair, argnums=0, off=off)
    extra = {"jvp": (W,), "hvp": (W,), "vjp": (np.array(2.0),)}.get(kind, ())
    arguments = (X, W[1:], *extra)
    expected, made = derivative(*arguments), derivative(*map(device, arguments))
    for a, b in zip(*(t if isinstance(t, tuple) else (t,) for t in (host.asnumpy(made), expected)), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)


def test_source_is_of_the_last_call(device: Any) -> None:
    derivative = adgen.grad(loss)
    for _ in range(2):
        derivative(device(X), device(W))
        assert "import cupy as cp" in derivative.source and "import numpy" not in derivative.source
        derivative(X, W)
        assert "import numpy as np" in derivative.source and "import cupy" not in derivative.source


def test_nothing_waits(device: Any) -> None:
    """Neither the first call, which compiles, nor one with tangents, a cotangent, or sizes that must agree."""

    def f(x: Any, w: Any, steps: int) -> Any:
        for _ in range(steps):
            x = x + w
        return np.sum(x * w)

    x, w = device(X), device(W)
    with host.no_sync():
        for _ in range(2):
            adgen.grad(f)(x, w, 2)
            adgen.value_and_grad(f)(x, w, 3)
            adgen.vjp(f)(x, w, 2, device(np.array(1.0)))
            adgen.vjp(f)(x, w, 2, 1.0)
            adgen.jvp(f, argnums=(0, 1))(x, w, 2, w, x)
        with pytest.raises(ValueError, match="must be equal"):
            adgen.grad(f)(x, device(W[:3]), 2)
        with pytest.raises(ValueError, match="x_dot has shape"):
            adgen.jvp(f, argnums=0)(x, w, 2, device(W[:3]))


# fmt: off
MIXED: list[tuple[str, Any, Any, str]] = [
    ("grad", loss, lambda d: (d(X), W),
     "grad of loss: x is a CuPy array and w a NumPy array; move one with cupy.asarray(w) or cupy.asnumpy(x)"),
    ("grad", loss, lambda d: (X, d(W)),
     "grad of loss: w is a CuPy array and x a NumPy array; move one with cupy.asarray(x) or cupy.asnumpy(w)"),
    ("grad", loss, lambda d: (d(X), np.array(2.0)), "w a NumPy array"),
    ("grad", of_container, lambda d: ({"w": d(X), "b": [W]},),
     "params['w'] is a CuPy array and params['b'][0] a NumPy array"),
    ("grad", of_container, lambda d: ({"w": d(X), "b": [d(W)]}, W), "params['w'] is a CuPy array and scale a NumPy"),
    ("grad", of_pair, lambda d: (Pair(d(X), W),), "pair.a is a CuPy array and pair.b a NumPy array"),
    ("vjp", loss, lambda d: (d(X), d(W), np.array(1.0)), "x is a CuPy array and y_bar a NumPy array"),
    ("vjp", loss, lambda d: (X, W, d(np.array(1.0))), "y_bar is a CuPy array"),
    ("jvp", loss, lambda d: (d(X), d(W), X, d(W)), "x is a CuPy array and x_dot a NumPy array"),
    ("hvp", loss, lambda d: (X, W, d(X)), "x_dot is a CuPy array"),
]
# fmt: on


@pytest.mark.parametrize(("kind", "function", "arguments", "message"), MIXED)
def test_mixed_arrays_are_refused(kind: str, function: Any, arguments: Any, message: str, device: Any) -> None:
    """Cold, and warm with versions of both targets."""
    derivative = getattr(adgen, kind)(function)
    for _ in range(2):
        with pytest.raises(TypeError) as raised:
            derivative(*arguments(device))
        assert message in str(raised.value)
        for args in (arguments(device), arguments(lambda array: array)):
            for made in (host.asarray(args), host.asnumpy(args)):
                derivative(*moved(made, args))


def moved(made: Any, args: Any) -> Any:
    """The tree of arguments, with a dataclass's fields moved as the rest is."""
    to = host.asarray if any(isinstance(a, host.ndarray) for a in made) else host.asnumpy
    return tuple(Pair(to(a.a), to(a.b)) if isinstance(a, Pair) else m for m, a in zip(made, args, strict=True))


def test_asked_target(device: Any) -> None:
    with pytest.raises(TypeError, match=r"grad of loss: x is a NumPy array, and the target is 'cupy'.*y.asarray\(x\)"):
        adgen.grad(loss, target="cupy")(X, W)
    with pytest.raises(TypeError, match=r"x is a CuPy array, and the target is 'numpy'.*cupy.asnumpy\(x\)"):
        adgen.grad(loss, target="numpy")(device(X), device(W))
    same(adgen.grad(loss, target="cupy")(device(X), device(W)), [np.cos(X) * W])
    along = adgen.jvp(adgen.grad(loss, target="cupy"), argnums=0)
    same(along(device(X), device(W), device(X))[1], [-np.sin(X) * W * X])
    with pytest.raises(TypeError, match="the target is 'cupy'"):
        along(X, W, X)


def test_numbers_go_with_both(device: Any) -> None:
    """Python's numbers and NumPy's scalars."""
    derivative = adgen.value_and_grad(loss, argnums=(0, 1))
    for w in (2.0, np.float64(2.0)):
        for _ in range(2):
            value, (x_bar, w_bar) = derivative(device(X), w)
            same((value, x_bar, w_bar), (2.0 * np.sum(np.sin(X)), 2.0 * np.cos(X), np.sum(np.sin(X))))
            same(derivative(X, w)[1], (2.0 * np.cos(X), np.sum(np.sin(X))))


def test_numbers_alone(device: Any) -> None:
    def f(t: Any) -> Any:
        return np.sqrt(t) * t

    same(adgen.grad(f, target="cupy")(4.0), [3.0])
    value, t_bar = adgen.vjp(f, target="cupy")(4.0, device(np.array(2.0)))
    same((value, t_bar), (8.0, 6.0))
    assert type(adgen.grad(f)(4.0)) is not host.ndarray


def test_tangent_of_a_number_is_a_number(device: Any) -> None:
    """One from the device would have to be waited for: that is for the user to write."""
    derivative = adgen.jvp(loss)
    with pytest.raises(TypeError, match=r"w_dot must be float, got a CuPy array; pass float\(w_dot\)"):
        derivative(device(X), 2.0, device(X), device(np.array(1.0)))


def test_structures_and_dtypes(device: Any) -> None:
    params = {"w": X, "b": [W]}
    found = adgen.grad(of_container)(host.asarray(params))
    same((found["w"], found["b"][0]), (W, X))
    single = adgen.grad(loss)(device(X.astype("f4")), device(W.astype("f4")))
    assert single.dtype == np.float32
    with pytest.raises(TypeError, match="only floats have a derivative; pass x.astype"):
        adgen.grad(loss)(device(np.arange(5)), device(W))


def test_overlaps_are_found(device: Any) -> None:
    """Where a function stores into an argument, by where the arrays lie."""

    def f(x: Any, y: Any) -> Any:
        x[0] = 2.0 * y[1]
        return np.sum(x * y)

    derivative = adgen.grad(f, argnums=(0, 1))
    memory = device(X)
    with host.no_sync():
        derivative(memory, device(W))
        with pytest.raises(ValueError, match="x is written into and shares memory with y"):
            derivative(memory[:3], memory[2:])
        derivative(memory[::2][:2], memory[1::2])


def test_overlap_by_address() -> None:
    """Arrays that only tell where they lie, as CuPy's do on a device: nothing is read there."""

    class Data:
        def __init__(self, ptr: int):
            self.ptr = ptr

    class Away:
        def __init__(self, ptr: int, shape: tuple[int, ...], strides: tuple[int, ...]):
            self.data, self.shape, self.strides, self.dtype = Data(ptr), shape, strides, np.dtype("f8")

    Away.__name__, Away.__module__ = "ndarray", "cupy"
    assert is_cupy_class(Away)
    start = 1 << 40
    assert share(Away(start, (4,), (8,)), Away(start + 24, (2,), (8,)))
    assert not share(Away(start, (4,), (8,)), Away(start + 32, (2,), (8,)))
    assert not share(Away(start, (4,), (16,)), Away(start + 8, (4,), (16,)))


CAPTURED = np.linspace(0.0, 1.0, 50)


def test_captured_arrays_are_copied_and_watched(device: Any) -> None:
    small = np.array([1.0, 2.0])

    def f(x: Any) -> Any:
        return np.sum(x * CAPTURED[:5]) * small[1]

    derivative = adgen.grad(f)
    same(derivative(device(X)), [CAPTURED[:5] * 2.0])
    small[1] = 3.0
    CAPTURED[1] = 7.0
    for _ in range(2):
        same(derivative(device(X)), [CAPTURED[:5] * 3.0])


class DerivedArray(host.ndarray):
    """As a subclass of CuPy's array would be."""


def test_subclasses_are_refused(device: Any) -> None:
    with pytest.raises(TypeError, match=r"x is a DerivedArray, whose operations differ.*cupy.asarray\(x\)"):
        adgen.grad(loss)(DerivedArray(X), device(W))


def test_dtypes_that_cupy_lacks(device: Any) -> None:
    derivative = adgen.grad(loss, target="cupy")
    with pytest.raises(adgen.AdgenError, match="CuPy has no arrays of dtype"):
        derivative.lower("longdouble[n]", "longdouble[n]")

    def inside(x: Any) -> Any:
        return np.sum(x.astype(np.longdouble))

    with pytest.raises(adgen.AdgenError, match="CuPy has no arrays of dtype") as raised:
        adgen.value_and_grad(inside, target="cupy").lower("float64[n]")
    assert raised.value.lineno == inside.__code__.co_firstlineno + 1


def test_targets_have_names() -> None:
    with pytest.raises(ValueError, match="there is no target 'jax'; there are 'numpy' and 'cupy'"):
        adgen.grad(loss, target="jax")


def of_operators(x: Any, w: Any, k: float) -> Any:
    """The stand-in's arrays have operators and methods; NumPy's functions do not take them."""
    return {"a": (x * w[0] / (1.0 + x * x)).sum() * k, "b": [w[1] ** 3]}


def test_check_grads(device: Any) -> None:
    x, w = device(X), [device(W), device(np.array(1.5))]
    adgen.check_grads(of_operators, (x, w, 0.5), order=1)
    adgen.check_grads(lambda x: (x * x).sum(), (x,), order=2)
    adgen.check_grads(of_operators, (device(X.astype("f4")), [device(W.astype("f4")), 1.5], 0.5), order=1)
    with pytest.raises(TypeError, match=r"check_grads of of_operators: args\[0\] is a CuPy array and args\[1\]\[0\]"):
        adgen.check_grads(of_operators, (x, [W, 1.5], 0.5))
    kink = np.array([0.5, 0.0, -1.0])
    with pytest.raises(AssertionError, match="order 1, forward mode: with respect to argument 0"):
        adgen.check_grads(lambda x: (x * (x > 0.0) + 2.0 * x * (x <= 0.0)).sum(), (device(kink),), order=1)


# With CuPy itself, on a device that only remembers what it is asked for


def calls(x: Any, w: Any) -> str:
    """What goes wrong in calls with arrays of CuPy's; run in another process."""

    def storing(a: Any, b: Any) -> Any:
        a[0] = 2.0 * b[0]
        return np.sum(a * b)

    for _ in range(2):
        made = (*adgen.grad(loss, argnums=(0, 1))(x, w), *adgen.jvp(loss)(x, w, x, w), adgen.grad(loss)(x, 2.0))
        made = (*made, adgen.vjp(loss)(x, w, 1.0)[0], adgen.grad(loss)(x, np.float64(2.0)), adgen.grad(storing)(x, w))
        if not all(type(m) is type(x) for m in made):
            return f"of other types: {list(map(type, made))}"
        if type(adgen.grad(loss)(X, W)) is not np.ndarray:
            return "not of NumPy"
        for error, function, arguments in (
            (TypeError, loss, (x, W)),
            (TypeError, loss, (X, w)),
            (ValueError, loss, (x, w[:3])),
            (ValueError, storing, (x[:3], x[2:])),
        ):
            try:
                adgen.grad(function)(*arguments)
            except error:
                continue
            return f"{function.__name__} took {arguments}"
    return ""


@pytest.mark.skipif(not INSTALLED, reason="needs CuPy (no GPU): pip install 'adgen[cuda12]'")
def test_cupy_itself() -> None:
    with Dry() as dry:
        text = "import tests.test_cupy_dispatch\n\n\ndef f(x, w):\n    return tests.test_cupy_dispatch.calls(x, w)\n"
        (result,) = dry.run([Job(text, "f", (X, W))])
    assert (result.error, result.value, result.waits) == ("", "", 0) and result.launches > 0


# Without CuPy


def test_cupy_is_not_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Any) -> None:
    found = targets.importlib.util.find_spec
    monkeypatch.setattr(targets.importlib.util, "find_spec", lambda name: None if name == "cupy" else found(name))
    for operator in (adgen.grad, adgen.value_and_grad, adgen.jvp, adgen.vjp, adgen.hvp, adgen.jacobian, adgen.hessian):
        with pytest.raises(ImportError, match=r"needs CuPy.*pip install 'adgen\[cuda12\]'"):
            operator(loss, target="cupy")
    path = tmp_path / "m.py"
    path.write_text("import numpy as np\ndef f(x):\n    return np.sum(x * x)\n")
    for command in ("grad", "jvp", "show", "lint"):
        assert main([command, f"{path}:f", "--target", "cupy"]) == 2
        said = capsys.readouterr().err
        assert said.startswith("adgen: target 'cupy' needs CuPy") and said.count("\n") == 1
    assert not list(tmp_path.glob("generated/*"))


def test_cupy_is_not_imported(tmp_path: Path) -> None:
    """By compiling and writing: an installed CuPy that cannot be imported does not matter."""
    (tmp_path / "cupy").mkdir()
    (tmp_path / "cupy" / "__init__.py").write_text("raise RuntimeError('imported')\n")
    (tmp_path / "model.py").write_text("import numpy as np\ndef f(x):\n    return np.sum(np.sin(x))\n")
    script = """
        import sys
        import numpy as np
        import adgen
        from adgen.cli import main
        from model import f

        assert "import cupy as cp" in adgen.grad(f, target="cupy").lower("float64[n]").source
        assert "import cupy as cp" in adgen.grad(f, target="cupy").lower(np.ones(3)).source
        adgen.grad(f, target="cupy").lower("float64[n]").explain()
        assert adgen.grad(f, target="cupy").lint("float64[n]") == []
        arguments = ["model.py:f", "--arg", "x=float64[n]", "--target", "cupy"]
        for command in ("grad", "value-and-grad", "jvp", "vjp", "hvp", "jacobian", "hessian", "show", "lint"):
            assert main([command, *arguments]) == 0
        adgen.grad(f)(np.ones(3))
        assert "cupy" not in sys.modules
        try:
            adgen.grad(f, target="cupy")(2.0)
        except RuntimeError as error:
            assert str(error) == "imported"
        else:
            raise AssertionError
    """
    root = str(Path(__file__).resolve().parent.parent)
    made = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={"PYTHONPATH": f"{tmp_path}:{root}"},
    )
    assert made.returncode == 0, made.stderr
    text = (tmp_path / "generated" / "f_grad_cupy.py").read_text()
    assert "import cupy as cp" in text and "--target cupy" in text


def test_both_targets_beside_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr("adgen.targets.has_cupy", lambda: True)
    monkeypatch.chdir(tmp_path)
    Path("m.py").write_text("import numpy as np\ndef f(x):\n    return np.sum(x * x)\n")
    for target in ("numpy", "cupy"):
        assert main(["grad", "m.py:f", "--arg", "x=float64[n]", "--target", target]) == 0
    assert sorted(p.name for p in Path("generated").iterdir()) == ["f_grad.py", "f_grad_cupy.py"]
    assert main(["show", "m.py:f", "--arg", "x=float64[n]", "--target", "cupy", "--stage", "source"]) == 0
    assert "import cupy as cp" in capsys.readouterr().out
