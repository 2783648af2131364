"""Measures the emitted derivatives against hand-written ones, and writes docs/output_quality.md.

    python -m tests.quality [--stdout]
"""
from __future__ import annotations

import argparse
import platform
import statistics
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

import adgen
from tests.oracles import require_close
from tests.quality import complete
from tests.quality.counting import Counts, count
from tests.quality.programs import PROGRAMS, Measured, sweep
from tests.quality.timing import best, compare

REPORT = Path(__file__).parents[2] / "docs" / "output_quality.md"
INTRODUCTION = """\
# How good the output is

Written by `python -m tests.quality`; do not edit. The derivatives that adgen emits are set against
derivatives of the same functions that were written by hand (`tests/quality/by_hand`). Both are run
in one process, in turns; a ratio is emitted / by hand, the median of 41 pairs. Ratios carry over
between machines, seconds do not: these are from {machine}.

"""
COUNTS = """
Operations are arithmetic operators, calls and stores into arrays that one run executes, in
parentheses those whose result is an array; views, attributes and what steers loops are not counted.
Kept is what the forward sweep appends for the reverse sweep, an iteration: arrays +
numbers, and their bytes.
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.quality", description=__doc__)
    parser.add_argument("--stdout", action="store_true", help="print the report, write no file")
    options = parser.parse_args()
    text = "\n".join([INTRODUCTION.format(machine=machine()), *section_output(),
                      *section_complete(), *section_compiler()]) + "\n"
    print(text)
    if not options.stdout:
        REPORT.write_text(text)


def machine() -> str:
    return f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}"


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = [head, tuple("---" for _ in head), *rows]
    return ["| " + " | ".join(line) + " |" for line in lines]


def section_output() -> list[str]:
    head = ("program", "size", "operations emitted", "by hand", "kept emitted", "by hand",
            "time emitted", "by hand",
            "ratio")
    return ["## The emitted source", COUNTS, *table(head, map(output_row, PROGRAMS)), ""]


def output_row(program: Measured) -> tuple[str, ...]:
    args, lowered = program.args(), program.lowered()
    emitted, hand = lowered.function, program.hand
    require_close(program.name, emitted(*args), hand(*args), 1e-9)
    counted = count(lowered.source, emitted.__name__, args, captured_by(emitted))
    by_hand = count(Path(program.module.__file__ or "").read_text(), program.by_hand, args)
    times = compare(lambda: emitted(*args), lambda: hand(*args))
    return (program.name, program.size, operations(counted), operations(by_hand), kept(counted),
            kept(by_hand),
            duration(times[0]), duration(times[1]), f"{times[2]:.2f}")


def captured_by(emitted: Any) -> dict[str, Any]:
    """Arrays captured from around the user's function, which the module's text only declares."""
    return {k: v for k, v in emitted.__globals__.items() if isinstance(v, np.ndarray)}


def operations(counts: Counts) -> str:
    return f"{counts.operations} ({counts.on_arrays})"


def kept(counts: Counts) -> str:
    if not counts.appends:
        return "nothing"
    each = counts.appends
    arrays, numbers = counts.arrays / each, counts.numbers / each
    return f"{arrays:.3g} + {numbers:.3g}, {counts.nbytes / each:,.0f} B"


def duration(seconds: float) -> str:
    return f"{seconds * 1e6:,.1f} us"


def section_complete() -> list[str]:
    return ["## Complete programs", "",
            "The programs of `tests/programs`, which write in place: the time of the gradient against that of the",
            "program itself, the median of 15 pairs; compile is that of the first call.", "",
            *table(complete.HEAD, complete.rows()), ""]


def section_compiler() -> list[str]:
    rows = [(p.name, f"{statistics.median(compile_times(p)) * 1e3:.1f} ms")
            for p in PROGRAMS if not p.types]
    return ["## Compile time", "",
            "From the function to the loaded derivative, with adgen imported and warm; the median",
            "of 7.", "", *table(("program", "time"), rows), "", "## Calls", "", *calls(), "",
            "## Loops", "", *loops()]


def compile_times(program: Measured) -> list[float]:
    times: list[float] = []
    for _ in range(7):
        function = program.fresh_primal()
        began = time.perf_counter()
        program.compile(function)
        times.append(time.perf_counter() - began)
    return times


def three(x: Any, y: Any, z: Any) -> Any:
    return np.sum(x * y * z)


def calls() -> list[str]:
    """The decorator's own time: through it, and past it."""
    arrays = tuple(np.ones(3) for _ in range(3))
    derivative = adgen.grad(three, wrt="x, y, z")
    derivative(*arrays)
    direct = derivative.lower(*arrays).function
    through, past = best(lambda: derivative(*arrays)), best(lambda: direct(*arrays))
    return ["A call of a derivative of three arrays, and of the emitted function itself:", "",
            *table(("through the decorator", "emitted function", "difference"),
                   [(duration(through), duration(past), f"{(through - past) * 1e6:.2f} us")])]


def loops() -> list[str]:
    """The gradient of a loop that reads x[i]: time against the length."""
    derivative = adgen.grad(sweep)
    rows: list[tuple[str, ...]] = []
    before = 0.0
    for n in (1_000, 10_000, 100_000):
        x = np.linspace(0.0, 1.0, n)
        derivative(x)
        now = min(best(lambda x=x: derivative(x), samples=3),
                  best(lambda x=x: derivative(x), samples=3))
        rows.append((f"{n:,}", f"{now * 1e3:.2f} ms", f"{now / before:.1f}" if before else ""))
        before = now
    return ["The gradient of a loop that reads `x[i]` once an iteration; ten times the length",
            "should take ten times the time.", "",
            *table(("iterations", "time", "ratio to the row above"), rows)]


if __name__ == "__main__":
    main()
