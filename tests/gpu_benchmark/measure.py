"""Times of all contenders for one program, size and dtype; before that, whether their results agree.

A sample is the time between two events around some calls in a row, divided by their number. JAX runs on streams of its
own, so that its calls are waited for before the second event; the number of calls in a row makes the wait negligible.
"""

from __future__ import annotations

import gc
import math
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.gpu_benchmark.contenders import CONTENDERS, Call, Contender, Place
from tests.gpu_benchmark.programs import Program

TOLERANCE = {"float64": 1e-9, "float32": 1e-3}
"""Of the differences between contenders, in the Euclidean norm and relative to its size."""
SAMPLE_MS, TOTAL_MS = 20.0, 600.0
"""How long the calls of one sample take together, and how long all samples, where that is more than the fewest."""
FEWEST, MOST = 3, 15
REFERENCE = "hand"
"""The contender that runs first: the others are compared with it, or with the first that runs."""


# Clocks: milliseconds that something takes


def event_clock(cp: Any, work: Callable[[], Any]) -> float:
    start, stop = cp.cuda.Event(), cp.cuda.Event()
    start.record()
    work()
    stop.record()
    stop.synchronize()
    return cp.cuda.get_elapsed_time(start, stop)


def host_clock(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return 1e3 * (time.perf_counter() - start)


@dataclass(frozen=True)
class Time:
    """Milliseconds a call: the median of the samples, and half the distance between their quartiles."""

    median: float
    spread: float


def timed(call: Callable[[], Any], finished: Callable[[Any], Any], clock: Callable[[Callable[[], Any]], float]) -> Time:
    """The time of a call that has been made before."""

    def several(count: int) -> Callable[[], Any]:
        def work() -> None:
            outcome = None
            for _ in range(count):
                outcome = call()
            finished(outcome)

        return work

    once = max(clock(several(3)) / 3.0, 1e-3)
    count = max(1, math.ceil(SAMPLE_MS / once))
    samples = min(MOST, max(FEWEST, round(TOTAL_MS / (count * once))))
    times = [clock(several(count)) / count for _ in range(samples)]
    low, median, high = statistics.quantiles(times, n=4, method="inclusive")
    return Time(median, 0.5 * (high - low))


# Rates of the device


@dataclass(frozen=True)
class Rates:
    """Bytes a second of a large copy, reads and writes together; operations a second of a large product, by dtype."""

    memory: float
    products: dict[str, float]


def rates(place: Place, clock: Callable[[Callable[[], Any]], float], copied: int = 1 << 28, width: int = 4096) -> Rates:
    """Measured on arrays of `copied` numbers in single precision, and of matrices `width` wide."""
    xp = place.xp
    source = xp.ones(copied, "float32")
    goal = xp.empty_like(source)
    seconds = 1e-3 * fastest(lambda: xp.copyto(goal, source), clock)
    memory = 2.0 * source.nbytes / seconds
    del source, goal
    products: dict[str, float] = {}
    for dtype in TOLERANCE:
        matrix = xp.ones((width, width), dtype)
        products[dtype] = 2.0 * width**3 / (1e-3 * fastest(lambda a=matrix: a @ a, clock))
    return Rates(memory, products)


def fastest(work: Callable[[], Any], clock: Callable[[Callable[[], Any]], float]) -> float:
    for _ in range(3):
        clock(work)
    return min(clock(work) for _ in range(10))


# One row of the table


@dataclass
class Row:
    """A program at a size: times by the contender's name, and the time that the device's rates allow."""

    program: str
    elements: int
    dtype: str
    limit: float
    bound: str
    """What the limit is due to: 'memory' or 'products'."""
    times: dict[str, Time] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    """Disagreements: none of these is timed."""


def limit(program: Program, args: dict[str, Any], dtype: str, measured: Rates) -> tuple[float, str]:
    """Milliseconds if each argument is read once and each gradient written once, at the rates measured."""
    memory = 1e3 * ideal_bytes(program, args) / measured.memory
    products = 1e3 * program.flops(args) / measured.products[dtype] if program.flops else 0.0
    return max((memory, "memory"), (products, "products"))


def ideal_bytes(program: Program, args: dict[str, Any]) -> int:
    """Of the arguments read once, and of the gradients, which have their sizes."""
    arrays = {name: v.nbytes for name, v in args.items() if hasattr(v, "nbytes")}
    return sum(arrays.values()) + sum(arrays[name] for name in program.wrt)


def distance(place: Place, found: Any, expected: Any) -> float:
    """Between two arrays in the Euclidean norm, relative to the second."""
    xp = place.xp
    difference = xp.linalg.norm(xp.ravel(found - expected).astype("float64"))
    size = xp.linalg.norm(xp.ravel(expected).astype("float64"))
    return float(difference) / max(float(size), 1e-300)


def as_arrays(place: Place, outcome: tuple[Any, tuple[Any, ...]]) -> list[Any]:
    """Value and gradients as arrays of the place, without a copy where it can be."""
    value, gradients = outcome
    own = (place.xp.ndarray, float)
    return [v if isinstance(v, own) or not hasattr(v, "__dlpack__") else place.xp.from_dlpack(v)
            for v in (value, *gradients)]  # fmt: skip


def disagreement(place: Place, found: list[Any], expected: list[Any], dtype: str) -> str:
    """How two results differ; empty if they agree."""
    if [v.shape for v in found[1:]] != [v.shape for v in expected[1:]]:
        return "gradients of other shapes"
    if any(str(v.dtype) != dtype for v in found[1:]):
        return f"gradients of {', '.join(str(v.dtype) for v in found[1:])}"
    worst = max(distance(place, place.xp.asarray(a), place.xp.asarray(b)) for a, b in zip(found, expected, strict=True))
    return "" if worst <= TOLERANCE[dtype] else f"differs by {worst:.1e}"


def is_out_of_memory(error: Exception) -> bool:
    return "OutOfMemory" in type(error).__name__ or "RESOURCE_EXHAUSTED" in str(error) or isinstance(error, MemoryError)


@dataclass
class Bench:
    """What all rows share."""

    place: Place
    clock: Callable[[Callable[[], Any]], float]
    rates: Rates
    contenders: tuple[Contender, ...] = CONTENDERS
    free_memory: Callable[[], int] | None = None
    """Bytes that are left on the device, after memory that is not in use was given back."""

    def rows(self, programs: Iterable[Program], sizes: Iterable[int], dtypes: Iterable[str]) -> Iterator[Row]:
        sizes, dtypes = tuple(sizes), tuple(dtypes)
        for program in programs:
            for dtype in dtypes:
                for n in sizes:
                    yield self.row(program, n, dtype)

    def row(self, program: Program, n: int, dtype: str) -> Row:
        args = program.arguments(n, dtype)
        row = Row(program.name, n, dtype, *limit(program, args, dtype, self.rates))
        needed = 2 * ideal_bytes(program, args)
        if self.free_memory is not None and needed > self.free_memory():
            row.notes.append(f"{row.program}, {n:.0e} elements of {dtype}: skipped, needs {needed / 1e9:.1f} GB at least")
            return row
        expected: list[Any] = []
        for contender in sorted(self.contenders, key=lambda c: c.name != REFERENCE):
            self.enter(row, contender, program, args, expected)
        return row

    def enter(self, row: Row, contender: Contender, program: Program, args: dict[str, Any], expected: list[Any]) -> None:
        """Check a contender against the first one that could run, then time it."""
        try:
            self.run(row, contender, contender.make(program, args, self.place), expected)
        except Exception as error:
            why = "out of memory" if is_out_of_memory(error) else f"{type(error).__name__}: {str(error).strip()}"
            first = why.splitlines()[0]
            row.notes.append(f"{row.program}, {row.elements:.0e} elements of {row.dtype}, {contender.title}: {first}")
        finally:
            gc.collect()
            if self.free_memory is not None:
                self.free_memory()

    def run(self, row: Row, contender: Contender, call: Call, expected: list[Any]) -> None:
        outcome = call()
        contender.finished(outcome)
        found = as_arrays(self.place, outcome)
        problem = disagreement(self.place, found, expected, row.dtype) if expected else ""
        if problem:
            row.wrong.append(f"{row.program}, {row.elements:.0e} elements of {row.dtype}, {contender.title}: {problem}")
            return
        if not expected:
            expected += found
        del outcome, found
        row.times[contender.name] = timed(call, contender.finished, self.clock)
