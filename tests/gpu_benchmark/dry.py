"""The benchmark on CuPy itself, without a device (see `tests.cupy_checks.device`): its calls are right, its values not.

    python -m tests.gpu_benchmark.dry launches           "program way counted made" of each, by `traffic` and by CuPy
    python -m tests.gpu_benchmark.dry benchmark PAGE     the command, with --write, for a page of documentation
"""

from __future__ import annotations

import importlib
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tests.cupy_checks import device
from tests.gpu_benchmark import __main__ as command
from tests.gpu_benchmark import by_hand, measure, programs, report, traffic

WORK = ("launchKernel", "memsetAsync", "memcpyAsync", "gemmEx", "sgemm", "dgemm")
"""What CUDA is asked for that moves data."""


def launches() -> None:
    cp = importlib.import_module("cupy")
    for program in programs.ALL:
        args = program.arguments(10_000, "float64")
        given = [cp.asarray(v) if isinstance(v, np.ndarray) else v for v in args.values()]
        ways: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
            "hand": (lambda *a, p=program: getattr(by_hand, p.name)(cp, *a), traffic.written_by_hand(program))
        }
        for name, off in (("fused", ()), ("plain", ("fuse",))):
            made = traffic.lowered(program, args, off)
            scope: dict[str, Any] = {}
            exec(made.source, scope)
            ways[name] = scope[made.ir.name], traffic.load(made.source, made.ir.name)
        for name, (on_cupy, recorded) in ways.items():
            device.record.clear()
            on_cupy(*given)
            made = sum(device.record.calls[work] for work in WORK)
            print(program.name, name, traffic.count(recorded, args).launches, made)


def benchmark(page: str) -> None:
    """On the host's clock, since events tell nothing; whatever the results are."""
    events, measured = measure.event_clock, measure.rates

    def clock(cp: Any, work: Callable[[], Any]) -> float:
        events(cp, work)
        return measure.host_clock(work)

    command.event_clock = clock
    command.rates = lambda place, clock: measured(place, clock, copied=1000, width=10)
    measure.TOTAL_MS = measure.SAMPLE_MS = 1.0
    measure.disagreement = lambda *_: ""
    report.PAGE = Path(page)
    sys.exit(command.main("--sizes 1e3 1e6 --programs low_rank black_scholes --dtypes float64 --write".split()))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="adgen_stubs_") as folder:
        device.pretend(Path(folder))
        {"launches": launches, "benchmark": benchmark}[sys.argv[1]](*sys.argv[2:])
