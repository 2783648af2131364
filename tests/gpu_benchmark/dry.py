"""The benchmark on CuPy itself, without a device (see `tests.cupy_checks.device`): its calls are right, its values not.

    python -m tests.gpu_benchmark.dry launches           "program way counted made" of each, by `traffic` and by CuPy
    python -m tests.gpu_benchmark.dry memory             "program way peak kept left" of each, in multiples of the ideal
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
    for program in programs.ALL:
        args = program.arguments(10_000, "float64")
        given = on_device(args)
        recorded = {
            "hand": traffic.written_by_hand(program),
            "fused": traffic.emitted(program, args),
            "plain": traffic.emitted(program, args, ["fuse"]),
        }
        for name, on_cupy in ways(program, args).items():
            device.record.clear()
            on_cupy(*given)
            made = sum(device.record.calls[work] for work in WORK)
            print(program.name, name, traffic.count(recorded[name], args).launches, made)


def memory() -> None:
    """Bytes of CuPy's pool beside the arguments: at most during a call, of its results, and when these are gone."""
    cp = importlib.import_module("cupy")
    pool = cp.get_default_memory_pool()
    cp.cuda.set_allocator(pool.malloc)
    for program in programs.ALL:
        args = program.arguments(1_000_000, "float64")
        given, ideal = on_device(args), measure.ideal_bytes(program, args)
        for name, function in ways(program, args).items():
            function(*given)
            pool.free_all_blocks()
            before, held = pool.used_bytes(), pool.total_bytes()
            results = function(*given)
            peak, kept = pool.total_bytes() - held, pool.used_bytes() - before
            del results
            left = pool.used_bytes() - before
            print(program.name, name, *(f"{count / ideal:.2f}" for count in (peak, kept, left)))


def on_device(args: dict[str, Any]) -> list[Any]:
    cp = importlib.import_module("cupy")
    return [cp.asarray(v) if isinstance(v, np.ndarray) else v for v in args.values()]


def ways(program: programs.Program, args: dict[str, Any]) -> dict[str, Callable[..., Any]]:
    """Value and gradient by hand, and as adgen writes it with and without fusion, on CuPy."""
    cp = importlib.import_module("cupy")
    made: dict[str, Callable[..., Any]] = {"hand": lambda *a: getattr(by_hand, program.name)(cp, *a)}
    for name, off in (("fused", ()), ("plain", ("fuse",))):
        lowered = traffic.lowered(program, args, off)
        scope: dict[str, Any] = {}
        exec(lowered.source, scope)
        made[name] = scope[lowered.ir.name]
    return made


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
        {"launches": launches, "memory": memory, "benchmark": benchmark}[sys.argv[1]](*sys.argv[2:])
