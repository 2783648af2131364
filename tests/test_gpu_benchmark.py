"""The benchmark for GPUs, as far as the host can check it: every contender computes the gradients that are timed."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.gpu import missing
from tests.gpu_benchmark import contenders, measure, programs, report, traffic
from tests.gpu_benchmark.__main__ import main

HOST = contenders.on_host()
BY_NAME = {c.name: c for c in contenders.CONTENDERS}
RATES = measure.Rates(1e11, {"float64": 1e12, "float32": 1e13})
ROUNDING = {"float64": 1e-11, "float32": 1e-4}


def outcome(name: str, program: programs.Program, dtype: str) -> list[Any]:
    made = BY_NAME[name].make(program, program.arguments(2000, dtype), HOST)()
    return measure.as_arrays(HOST, made)


@pytest.mark.parametrize("dtype", measure.TOLERANCE)
@pytest.mark.parametrize("program", programs.ALL, ids=lambda p: p.name)
@pytest.mark.parametrize("name, module", [("hand", "numpy"), ("torch", "torch"), ("jax", "jax")])
def test_gradients_agree(name: str, module: str, program: programs.Program, dtype: str,
                         monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    pytest.importorskip(module, exc_type=ImportError)
    monkeypatch.setattr(measure, "TOLERANCE", ROUNDING)
    assert measure.disagreement(HOST, outcome(name, program, dtype), outcome("fused", program, dtype), dtype) == ""


# fmt: off
ELEMENTS = {
    "black_scholes":    lambda args: args["spot"].size,
    "gelu_layernorm":   lambda args: args["x"].size,
    "gaussian_mixture": lambda args: args["points"].size * args["means"].size,
    "n_body":           lambda args: args["masses"].size ** 2,
    "wave":             lambda args: args["speed"].size,
    "perceptron":       lambda args: args["x"].size,
    "attention":        lambda args: len(args["x"]) ** 2,
    "low_rank":         lambda args: args["observed"].size,
}
# fmt: on


@pytest.mark.parametrize("program", programs.ALL, ids=lambda p: p.name)
def test_sizes_are_those_asked_for(program: programs.Program) -> None:
    """Sides of squares are rounded down."""
    for n in (1000, 100_000):
        assert 0.9 * n <= ELEMENTS[program.name](program.arguments(n, "float32")) <= n


# The machinery, on the host


def bench(*made: contenders.Contender) -> measure.Bench:
    return measure.Bench(HOST, measure.host_clock, RATES, made)


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """Samples that take no time."""
    monkeypatch.setattr(measure, "SAMPLE_MS", 0.1)
    monkeypatch.setattr(measure, "TOTAL_MS", 0.3)


@pytest.mark.usefixtures("brief")
def test_a_run_gives_a_table() -> None:
    two = BY_NAME["fused"], BY_NAME["hand"]
    sizes, dtypes = (1000, report.LARGE), ("float64", "float32")
    rows = list(bench(*two).rows([programs.PROGRAMS["low_rank"]], sizes, dtypes))
    assert [(r.elements, r.dtype) for r in rows] == [(n, d) for d in dtypes for n in sizes]
    assert all(not r.notes and not r.wrong and set(r.times) == {"fused", "hand"} for r in rows)
    lines = report.table(rows, two)
    assert len({len(line) for line in lines}) == 1 and len(lines) == 6
    assert len(report.summary(rows, two)) == 1


@pytest.mark.usefixtures("brief")
def test_a_wrong_gradient_is_found_and_not_timed() -> None:
    def doubled(program: programs.Program, args: dict[str, Any], place: contenders.Place) -> contenders.Call:
        value, gradients = BY_NAME["hand"].make(program, args, place)()
        return lambda: (value, tuple(2.0 * g for g in gradients))

    wrong = replace(BY_NAME["fused"], make=doubled)
    row = bench(wrong, BY_NAME["hand"]).row(programs.PROGRAMS["n_body"], 1000, "float64")
    assert set(row.times) == {"hand"}
    assert row.wrong == ["n_body, 1e+03 elements of float64, adgen: differs by 1.0e+00"]


@pytest.mark.usefixtures("brief")
def test_what_cannot_run_is_noted() -> None:
    def fails(program: programs.Program, args: dict[str, Any], place: contenders.Place) -> contenders.Call:
        raise MemoryError

    row = bench(replace(BY_NAME["hand"], make=fails), BY_NAME["fused"]).row(programs.PROGRAMS["wave"], 1000, "float64")
    assert row.notes == ["wave, 1e+03 elements of float64, CuPy by hand: out of memory"]
    assert set(row.times) == {"fused"}


def test_too_large_for_the_memory() -> None:
    small = replace(bench(BY_NAME["hand"]), free_memory=lambda: 1000)
    row = small.row(programs.PROGRAMS["wave"], 10_000, "float64")
    assert not row.times and row.notes[0].startswith("wave, 1e+04 elements of float64: skipped")


def test_the_limit() -> None:
    """Three fields read and two written; three products of 100 x 64 by 64 x 100."""
    wave, low_rank = programs.PROGRAMS["wave"], programs.PROGRAMS["low_rank"]
    args = wave.arguments(10_000, "float32")
    assert measure.limit(wave, args, "float32", RATES) == (pytest.approx(1e3 * 5 * 4e4 / 1e11), "memory")
    args = low_rank.arguments(10_000, "float64")
    slow = replace(RATES, products={"float64": 1e6})
    assert measure.limit(low_rank, args, "float64", slow) == (pytest.approx(1e3 * 6 * 64e4 / 1e6), "products")


def test_figures_stand_between_the_markers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "cupy.md"
    monkeypatch.setattr(report, "PAGE", page)
    report.write("first")
    page.write_text(page.read_text() + "\nmore\n")
    report.write("second")
    assert page.read_text() == f"# CuPy\n\n## Figures\n\n{report.BEGIN}\nsecond\n{report.END}\n\nmore\n"


def test_without_a_gpu_one_line_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    if not missing():
        pytest.skip("there is a GPU")
    assert main([]) == 2
    printed = capsys.readouterr()
    assert printed.out == "" and printed.err.count("\n") == 1 and "needs" in printed.err


def test_a_missing_package_is_told() -> None:
    absent = replace(BY_NAME["jax"], needs="no_such_package")
    assert "No module named 'no_such_package'" in absent.missing()
    assert BY_NAME["hand"].missing() == ""


# Traffic

needs_cupy = pytest.mark.skipif(find_spec("cupy") is None, reason="CuPy is not installed")
MODULE = """
import cupy as cp
from cupyx.scipy.special import erf

f_kernel = cp.ElementwiseKernel(
    "float64 x, float32 y",
    "float64 z, float32 w",
    "z = x; w = y;",
    "f_kernel",
)


def f(x, y):
    LINE
"""


@pytest.mark.parametrize(
    "line, launches, moved",
    [
        ("return x.T[:, None], cp.reshape(x, (4, 3, 10)), x[2:], y[0], x[..., 1]", 0, 0),
        ("return cp.sum(x)", 1, 960 + 8),
        ("return x * 2.0", 1, 2 * 960),
        ("return x[:3] + x[1, :]", 1, 240 + 80 + 240),
        ("return erf(x)", 1, 2 * 960),
        ("return cp.sqrt(2.0)", 1, 8),
        ("x[1] = 0.0", 1, 80),
        ("x[1] += x[0]", 1, 3 * 80),
        ("x[1] = x[0]", 1, 2 * 80),
        ("x += 1.0", 1, 2 * 960),
        ("return cp.zeros((5, 2))", 1, 80),
        ("return cp.empty_like(x)", 0, 0),
        ("return x[:, :5].T @ x[:, 5:]", 1, 480 + 480 + 200),
        ("return x.astype(cp.float32)", 1, 960 + 480),
        ("return f_kernel(x, y)", 1, 960 + 40 + 960 + 480),
        ("return f_kernel(x[:, None], y)", 1, 960 + 40 + 960 + 480),
        ("return f_kernel(2.0, y)", 1, 40 + 80 + 40),
    ],
)
def test_traffic_is_counted(line: str, launches: int, moved: int) -> None:
    """x is 12 x 10 in double precision, y 10 in single."""
    function = traffic.load(MODULE.replace("LINE", line), "f")
    args = {"x": np.ones((12, 10)), "y": np.ones(10, np.float32)}
    cost = traffic.count(function, args)
    assert (cost.launches, cost.bytes, cost.waits) == (launches, moved, 0)
    assert sum(cost.lines.values()) == moved
    assert cost.flops == (2.0 * 5 * 5 * 12 if "@" in line else 0.0)


@pytest.mark.parametrize("line", ["return float(cp.sum(x))", "if x[0, 0] > 2.0: return 1.0", "return int(y[0])"])
def test_waits_are_counted(line: str) -> None:
    function = traffic.load(MODULE.replace("LINE", line), "f")
    assert traffic.count(function, {"x": np.ones((12, 10)), "y": np.ones(10, np.float32)}).waits == 1


@needs_cupy
@pytest.mark.parametrize("program", programs.ALL, ids=lambda p: p.name)
def test_fusion_pays(program: programs.Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer launches than the plain chain; fewer bytes than that and than by hand; never a wait; no product twice."""
    monkeypatch.setattr(traffic, "ELEMENTS", 100_000)
    args = program.arguments(traffic.ELEMENTS, "float64")
    fused = traffic.count(traffic.emitted(program, args), args)
    plain = traffic.count(traffic.emitted(program, args, ["fuse"]), args)
    by_hand = traffic.count(traffic.written_by_hand(program), args)
    assert fused.launches < plain.launches
    assert fused.bytes < min(plain.bytes, by_hand.bytes)
    assert fused.waits == 0
    assert fused.flops == pytest.approx(program.flops(args) if program.flops else 0.0)


# On CuPy, without a device


def dry(*arguments: str) -> str:
    command = [sys.executable, "-m", "tests.gpu_benchmark.dry", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[1])
    assert done.returncode == 0, done.stderr
    return done.stdout


@needs_cupy
def test_launches_are_those_of_cupy() -> None:
    counted = {tuple(line.split()[:2]): line.split()[2:] for line in dry("launches").splitlines()}
    assert len(counted) == 3 * len(programs.ALL)
    assert all(ours == theirs for ours, theirs in counted.values()), counted


@needs_cupy
def test_memory() -> None:
    """Of CuPy's pool: no more at once than what is written by hand takes, or little more; and nothing is kept."""
    lines = [line.split() for line in dry("memory").splitlines()]
    assert len(lines) == 3 * len(programs.ALL)
    peaks = {(program, way): float(peak) for program, way, peak, _, _ in lines}
    assert all(left == "0.00" for *_, left in lines), lines
    assert all(peaks[p.name, "fused"] <= 1.25 * peaks[p.name, "hand"] for p in programs.ALL), peaks


@needs_cupy
def test_the_command_runs(tmp_path: Path) -> None:
    """Everything but the GPU: devices, events, memory, the table, the page."""
    printed = dry("benchmark", str(tmp_path / "cupy.md"))
    page = (tmp_path / "cupy.md").read_text()
    assert "GB/s in a large copy" in printed and "GB/s in a large copy" in page
    rows = [line.split("|") for line in page.splitlines() if line.startswith(("| low_rank", "| black_scholes"))]
    assert len(rows) == 4 and all("±" in row[i] for row in rows for i in (4, 5, 6)), page
    assert page.count("time / adgen's") == 2
