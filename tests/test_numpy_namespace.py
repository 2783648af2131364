"""NumPy's namespace: values at kinks and gaps, objects that are called or indexed, and refusals."""
from __future__ import annotations

import inspect

import numpy as np
import pytest

import adgen
from adgen.frontend.builtins import HANDLERS
from adgen.library import READ
from adgen.rules.families import load_families
from adgen.rules.lowering import CALLS, REFUSED

pytestmark = pytest.mark.filterwarnings("ignore")

load_families()
CLASSES = (np.dtype, np.errstate)
"""What the frontend knows by its class: dtypes, and a context."""


def state_of(function: object) -> bool:
    return any(id(function) in table for table in (CALLS, READ, REFUSED, HANDLERS)) or function in CLASSES


@pytest.mark.parametrize("module", [np, np.emath, np.lib.stride_tricks])
def test_every_callable_has_a_state(module: object) -> None:
    names = getattr(module, "__all__", ("as_strided", "sliding_window_view"))
    found = {name: getattr(module, name) for name in names}
    callables = {name: f for name, f in found.items() if callable(f) and not inspect.ismodule(f)}
    assert [name for name, f in callables.items() if not state_of(f)] == []


def test_piecewise_executes_the_branch_alone() -> None:
    """0 * inf of the branch that was not selected never comes in."""
    def f(x: np.ndarray) -> float:
        return np.sum(np.piecewise(x, [x > 0, x <= 0], [lambda v: np.sqrt(v), lambda v: v * v]))

    assert np.array_equal(adgen.grad(f)(np.array([4.0, 0.0, -1.0])), [0.25, 0.0, -2.0])


def test_gaps_have_no_derivative() -> None:
    x = np.array([[1.0, np.nan, 3.0, 2.0], [np.nan, 5.0, 4.0, 7.0]])
    for f in (np.nanmedian, np.nancumsum, np.nancumprod):
        slope = adgen.grad(lambda x, f=f: np.sum(f(x)))(x)
        assert np.all(np.isfinite(slope)) and np.all(slope[np.isnan(x)] == 0.0)
    middle = adgen.grad(lambda x: np.sum(np.nanmedian(x, axis=1)))(x)
    assert np.array_equal(middle, [[0.0, 0.0, 0.0, 1.0], [0.0, 1.0, 0.0, 0.0]])
    low = adgen.grad(lambda x: np.sum(np.nanquantile(x, 0.25, axis=1)))(x)
    assert np.array_equal(low, [[0.5, 0.0, 0.0, 0.5], [0.0, 0.5, 0.5, 0.0]])


def test_equal_elements_keep_their_order() -> None:
    """`partition` and `unique` at ties: the stable order, the first of the equal ones."""
    x, w = np.array([2.0, 1.0, 2.0, 1.0]), np.array([1.0, 10.0])
    assert np.array_equal(adgen.grad(lambda x: np.sum(np.unique(x) * w))(x), [10.0, 1.0, 0.0, 0.0])
    slope = adgen.grad(lambda x: np.sum(np.partition(x, 1)[:2] * w))(x)
    assert sorted(slope) == [0.0, 0.0, 1.0, 10.0] and np.all(slope[[0, 2]] == 0.0)


def test_phases_are_moved_by_whole_periods() -> None:
    x = np.array([0.0, 3.0, 6.5, -2.0])
    value, slope = adgen.value_and_grad(lambda x, p: np.sum(np.unwrap(x, period=p)), wrt=(0, 1))(x, 6.0)
    assert np.isclose(value, np.sum(np.unwrap(x, period=6.0)))
    assert np.array_equal(slope[0], np.ones(4)) and slope[1] == np.sum((np.unwrap(x, period=6.0) - x) / 6.0)


CURVE = np.poly1d([1.0, -2.0, 0.5])


@np.vectorize
def kinked(v: float) -> float:
    return v * v if v > 0 else 2.0 * v


def test_objects_of_the_module_are_called() -> None:
    x = np.array([0.3, -1.2])
    assert np.allclose(adgen.grad(lambda x: np.sum(CURVE(x)))(x), 2.0 * x - 2.0)
    assert np.allclose(adgen.grad(lambda x: np.sum(kinked(x)))(x), [0.6, 2.0])


class Pair:
    def __init__(self, a: float, b: float) -> None:
        self.a, self.b = a, b

    def __neg__(self) -> Pair:
        return Pair(-self.a, self.b)


def test_signs_of_classes_are_methods() -> None:
    assert adgen.grad(lambda x: (-Pair(x, x)).a * 3.0)(1.5) == -3.0


def test_text_is_that_of_python(capsys: pytest.CaptureFixture[str]) -> None:
    def f(x: np.ndarray) -> float:
        print(repr(x), str(x), repr("a"), np.array_repr(x))
        return np.sum(x)

    x = np.array([1.0, 2.5])
    f(x)
    expected = capsys.readouterr().out
    adgen.value_and_grad(f)(x)
    assert capsys.readouterr().out == expected


@pytest.mark.parametrize("n", [1, 2, 5, 8])
def test_ranges_that_run_downwards_have_a_length(n: int) -> None:
    def f(x: np.ndarray) -> float:
        total = 0.0
        for k, v in zip(range(len(x) - 1, -1, -2), x, strict=False):
            total += k * v * v
        return total * len(range(len(x), 1, -3))

    x = np.arange(1.0, n + 1)
    value, slope = adgen.value_and_grad(f)(x)
    assert value == f(x)
    assert np.allclose(slope[0], 2.0 * (n - 1) * x[0] * len(range(n, 1, -3)))


def test_roots_that_are_complex_are_found_when_running() -> None:
    slope = adgen.grad(lambda p: np.max(np.roots(p)))(np.array([1.0, -3.0, 2.0]))
    assert np.allclose(slope, [-4.0, -2.0, -1.0])
    with pytest.raises(AssertionError, match="np.roots is complex here"):
        adgen.grad(lambda p: np.sum(np.roots(p)))(np.array([1.0, 0.0, 2.0]))


@pytest.mark.parametrize("f, message", [
    (lambda x: np.sum(np.emath.sqrt(x)), "np.emath.sqrt is not supported: whether it is complex depends on the values"),
    (lambda x: np.savetxt("x.txt", x), "it reads or writes a file"),
    (lambda x: np.sum(np.matrix(x)), "it makes a subclass of ndarray"),
    (lambda x: np.isfortran(x) * x[0], "it is about how arrays lie in memory"),
    (lambda x: x.strides[0] * x[0], "ndarray.strides is not supported"),
    (lambda x: np.lib.stride_tricks.as_strided(x, (2,))[0], "it may read outside of the array"),
    (lambda x: np.polyfit(x, x, 1, full=True)[0][0], "np.polyfit with full= or cov= is not supported"),
    (lambda x: np.polynomial.Polynomial(x)(2.0), "only their values are supported"),
    (lambda x: np.sum(np.histogram(x, "auto")[1]), "bins that NumPy works out from the data are not supported"),
    (lambda x: np.kaiser(5, x[0])[0], "np.kaiser has no derivative by beta"),
    (lambda x: np.sum(np.vectorize(lambda v: (v, v))(x)[0]), "several results"),
    (lambda x: np.frompyfunc(lambda v: v, 1, 1)(x)[0], "it makes arrays of objects"),
])
def test_refusals_say_why(f: object, message: str) -> None:
    with pytest.raises(adgen.AdgenError) as caught:
        adgen.grad(f)(np.array([0.3, 1.2]))
    assert message in str(caught.value)
