"""Derivatives on a GPU against the same on the host; what only a GPU shows: memory, waiting, and time.

Tests marked `gpu` are skipped where there is none. The others run on the stand-in for CuPy too, so that the tests
themselves are known to work.
"""

from __future__ import annotations

import copy
import gc
import importlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.errors import AdgenError
from tests import oracles
from tests.certificate.checks import program
from tests.gpu import Device, missing, on_gpu, on_stand_in
from tests.gpu_benchmark import by_hand, contenders, measure, programs
from tests.rule_cases import Case, everything, wrt_of

pytestmark = pytest.mark.filterwarnings("ignore")

RTOL = {"float64": 1e-9, "float32": 2e-3}


def places(every: int = 1, on_stand_in: int = 1) -> Any:
    """Run on a GPU one in `every`, and on the stand-in one in `on_stand_in`, which has tests of its own."""
    gpu = pytest.param("GPU", marks=[pytest.mark.gpu, pytest.mark.sampled(every)])
    stand_in = pytest.param("stand-in", marks=pytest.mark.sampled(on_stand_in))
    return pytest.mark.parametrize("device", [gpu, stand_in], indirect=True)


@pytest.fixture
def device(request: pytest.FixtureRequest) -> Iterator[Device]:
    if request.param == "stand-in":
        with on_stand_in() as made:
            yield made
        return
    if why := missing():
        pytest.skip(why)
    yield on_gpu()


# Values and derivatives


def agree(device: Device, derivative: Any, args: tuple[Any, ...], rtol: float) -> None:
    """A derivative gives on the device what it gives on the host, in the device's arrays; arguments are left alone."""
    expected = derivative(*copy.deepcopy(args))
    given = device.asarray(args)
    try:
        found = derivative(*given)
    except AdgenError as error:
        assert "cupy" in str(error).lower() and "install" not in str(error), error
        return
    assert oracles.same_bits(device.asnumpy(given), args)
    for x, y in zip(oracles.leaves(found), oracles.leaves(expected), strict=True):
        if isinstance(y, np.ndarray):
            assert isinstance(x, device.cp.ndarray) and x.dtype == y.dtype and x.shape == y.shape
    oracles.require_close("on the device", device.asnumpy(found), expected, rtol)


def has_arrays(case: Case) -> bool:
    return any(isinstance(v, np.ndarray) for v in oracles.leaves(tuple(case.args.values())))


CASES = [case for case in everything() if wrt_of(case) and has_arrays(case)]


@places(every=4, on_stand_in=400)
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_cases(case: Case, device: Device) -> None:
    """Every callable that adgen knows."""
    with np.errstate(all="ignore"):
        made = program(case)
        precise = all(np.asarray(x).dtype.itemsize >= 8 for x in oracles.leaves(made.args) if oracles.is_inexact(x))
        rtol = RTOL["float64" if precise else "float32"]
        agree(device, made.operator(adgen.vjp), (*made.fresh(), made.cotangent()), rtol)
        agree(device, made.operator(adgen.jvp), (*made.fresh(), *made.directions()), rtol)


def market() -> tuple[Any, ...]:
    made = programs.PROGRAMS["black_scholes"].arguments(50, "float64")
    return tuple(made[name] for name in ("spot", "strike", "rate", "volatility", "time"))


def network() -> tuple[Any, ...]:
    rng, sizes = np.random.default_rng(0), (8, 7, 6, 5)
    params = [(rng.normal(size=(m, n)), rng.normal(size=n)) for m, n in zip(sizes, sizes[1:], strict=False)]
    return params, rng.normal(size=(20, 8)), rng.integers(0, 5, 20), 1e-4


def drawn(*shapes: tuple[int, ...]) -> list[np.ndarray]:
    rng = np.random.default_rng(1)
    return [rng.normal(size=shape) for shape in shapes]


# fmt: off
EXAMPLES: dict[str, tuple[str, Any, Callable[[], tuple[Any, ...]]]] = {
    "black_scholes":    ("call_price", (0, 2, 3, 4), market),
    "digits":           ("loss", 0, network),
    "gaussian_mixture": ("objective", 0, lambda: (*drawn((3 * (1 + 4 + 16),), (30, 4)), 3)),
    "gaussian_process": ("negative_log_evidence", 0, lambda: tuple(drawn((6,), (25, 4), (25,)))),
    "heat_fit":         ("objective", 0, lambda: (0.1 * drawn((11,))[0] - 2.0, *drawn((12,), (5, 4)),
                                                  np.arange(0, 12, 3), 4, 0.1)),
    "kalman":           ("negative_log_likelihood", 0, lambda: (*drawn((3,), (20,)),
                                                                np.array([[1.0, 1.0], [0.0, 1.0]]))),
    "logistic":         ("loss", 0, lambda: (*drawn((5,), (30, 4)), np.where(np.arange(30) % 3, 1.0, -1.0), 1.0)),
    "n_body":           ("misfit", 0, lambda: (*drawn((3, 2), (3, 2)), np.ones(3), 0.005, 4, *drawn((3, 3, 2)))),
    "recurrence":       ("recurrence", (0, 1), lambda: (*drawn((20,)), np.array(0.5))),
    "rosenbrock":       ("rosenbrock", 0, lambda: tuple(drawn((40,)))),
    "textbook":         ("g", (0, 1), lambda: tuple(abs(x) for x in drawn((10,), (10,)))),
}
# fmt: on


@places(on_stand_in=5)
@pytest.mark.parametrize("dtype", RTOL)
@pytest.mark.parametrize("name", EXAMPLES)
def test_examples(name: str, dtype: str, device: Device) -> None:
    pytest.importorskip("sklearn")
    function, wrt, make = EXAMPLES[name]
    args = oracles.tree_map(lambda v: v.astype(dtype) if oracles.is_inexact(v) and np.ndim(v) else v, make())
    case = oracles.Case(getattr(importlib.import_module(f"examples.{name}"), function), args, np.atleast_1d(wrt))
    derivative = adgen.vjp(case.function, argnums=wrt)
    agree(device, derivative, (*args, case.cotangent()), RTOL[dtype])


# Arguments of every kind


def spread(x: Any, y: Any, scale: Any) -> Any:
    return np.sum(np.exp(-(x**2)) * np.sin(y[:, None] * scale), axis=0) / 3.0


# fmt: off
LAYOUTS: dict[str, Callable[[Any], Any]] = {
    "in C order":       lambda a: a,
    "in Fortran order": lambda a: a.copy(order="F"),
    "with gaps":        lambda a: a.repeat(2, axis=-1)[..., ::2],
    "backwards":        lambda a: a[..., ::-1].copy()[..., ::-1],
    "transposed":       lambda a: a.T.copy().T,
}
# fmt: on


@places()
@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts(layout: str, device: Device) -> None:
    """Arrays of the device that are not contiguous."""
    arrays = (*drawn((4, 6), (4,)), np.array(0.7))
    expected = adgen.vjp(spread)(*arrays, np.arange(6.0))
    x, y, scale = device.asarray(arrays)
    given = (LAYOUTS[layout](x), LAYOUTS[layout](y), scale)
    found = adgen.vjp(spread)(*given, device.asarray(np.arange(6.0)))
    oracles.require_close(layout, device.asnumpy(found), expected, RTOL["float64"])


@places()
@pytest.mark.parametrize("shapes", [((0, 6), (0,)), ((4, 0), (4,)), ((1, 1), (1,)), ((1, 6), (4,))])
def test_sizes(shapes: tuple[tuple[int, ...], ...], device: Device) -> None:
    """Empty arrays, and arrays of which an axis is repeated."""
    arrays = (*drawn(*shapes), np.array(0.7))
    agree(device, adgen.vjp(spread), (*arrays, np.ones(shapes[0][1])), RTOL["float64"])


@places()
def test_rank_zero(device: Device) -> None:
    """Values and gradients of rank 0 are arrays of the device."""
    x = np.array(0.3)
    agree(device, adgen.value_and_grad(lambda x: np.sin(x) / x), (x,), RTOL["float64"])
    agree(device, adgen.hessian(lambda x: np.sin(x) * x), (x,), RTOL["float64"])


@places()
def test_mixed_arrays_raise(device: Device) -> None:
    x, y, scale = (*drawn((4, 6), (4,)), 0.7)
    with pytest.raises(TypeError, match="x .*CuPy.* y .*NumPy|y .*NumPy.* x .*CuPy"):
        adgen.vjp(spread)(device.asarray(x), y, scale, device.asarray(np.ones(6)))
    with pytest.raises(TypeError, match="NumPy"):
        adgen.vjp(spread)(device.asarray(x), device.asarray(y), scale, np.ones(6))


# Waiting for the device


@places(on_stand_in=4)
@pytest.mark.parametrize("off", [(), ("fuse",)], ids=["fused", "plain"])
@pytest.mark.parametrize("dtype", RTOL)
@pytest.mark.parametrize("made", programs.ALL, ids=lambda p: p.name)
def test_programs(made: programs.Program, dtype: str, off: tuple[str, ...], device: Device) -> None:
    """The benchmark's programs compute what is written by hand, and leave the device to its work."""
    args = made.arguments(2000, dtype)
    derivative = adgen.value_and_grad(made.function, wrt=made.wrt, off=off)
    given = device.asarray(tuple(args.values()))
    derivative(*given)
    with device.no_sync():
        value, gradient = derivative(*given)
    found = device.asnumpy((value, gradient if len(made.wrt) > 1 else (gradient,)))
    oracles.require_close("by hand", found, getattr(by_hand, made.name)(np, *args.values()), RTOL[dtype])


@places()
def test_waiting_is_noticed(device: Device) -> None:
    """The test of the test above."""
    derivative = adgen.grad(lambda x: x[0] ** 2 if x[0] > 0.0 else x[0])
    x = device.asarray(np.ones(3))
    derivative(x)
    with pytest.raises(Exception, match="wait|synchroniz"), device.no_sync():
        derivative(x)


# On a GPU only


@pytest.fixture
def cp() -> Any:
    if why := missing():
        pytest.skip(why)
    return importlib.import_module("cupy")


@pytest.mark.gpu
@pytest.mark.parametrize("made", programs.ALL, ids=lambda p: p.name)
def test_memory_is_returned(made: programs.Program, cp: Any) -> None:
    """What a call took from the pool is free again once its results are gone."""
    args = contenders.on_gpu().moved(made.arguments(100_000, "float64"))
    derivative = adgen.value_and_grad(made.function, wrt=made.wrt)
    derivative(*args.values())
    pool = cp.get_default_memory_pool()
    gc.collect()
    before = pool.used_bytes()
    results = derivative(*args.values())
    assert pool.used_bytes() > before
    del results
    assert pool.used_bytes() == before


@pytest.mark.gpu
@pytest.mark.parametrize("made", programs.ALL, ids=lambda p: p.name)
def test_a_call_returns_before_the_work_is_done(made: programs.Program, cp: Any) -> None:
    args = contenders.on_gpu().moved(made.arguments(100_000, "float64"))
    derivative = adgen.value_and_grad(made.function, wrt=made.wrt)
    derivative(*args.values())
    cp.cuda.Device().synchronize()
    busy = cp.ones((8192, 8192))
    for _ in range(20):
        busy @ busy  # some seconds of work, behind which the call's own stands
    derivative(*args.values())
    done = cp.cuda.Event()
    done.record()
    assert not done.done
    done.synchronize()


@pytest.mark.gpu
@pytest.mark.parametrize("made", programs.ALL, ids=lambda p: p.name)
def test_the_benchmark_runs(made: programs.Program, cp: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every contender that is installed agrees, and is timed."""
    monkeypatch.setattr(measure, "SAMPLE_MS", 1.0)
    monkeypatch.setattr(measure, "TOTAL_MS", 3.0)
    able = tuple(c for c in contenders.CONTENDERS if not c.missing())
    rates = measure.Rates(1e12, dict.fromkeys(measure.TOLERANCE, 1e13))
    bench = measure.Bench(contenders.on_gpu(), lambda work: measure.event_clock(cp, work), rates, able)
    row = bench.row(made, 10_000, "float64")
    assert not row.notes and not row.wrong and set(row.times) == {c.name for c in able}
