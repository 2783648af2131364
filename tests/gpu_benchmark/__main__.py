"""Time the gradients of the benchmark's programs on a GPU.

    python -m tests.gpu_benchmark                                  all programs, sizes and dtypes
    python -m tests.gpu_benchmark --programs wave n_body --sizes 1e6 1e7 --dtypes float32
    python -m tests.gpu_benchmark --write                          writes the figures of docs/cupy.md
    python -m tests.gpu_benchmark --traffic                        launches and bytes; needs no GPU

PyTorch and JAX are left out where they are not installed.
"""

from __future__ import annotations

import argparse
import functools
import os
import sys
from collections.abc import Sequence
from typing import Any

from tests.gpu import missing
from tests.gpu_benchmark import report, traffic
from tests.gpu_benchmark.contenders import CONTENDERS, Contender, on_gpu
from tests.gpu_benchmark.measure import TOLERANCE, Bench, event_clock, rates
from tests.gpu_benchmark.programs import PROGRAMS

SIZES = tuple(10**k for k in range(3, 9))


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog=report.COMMAND, description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("--programs", nargs="+", choices=PROGRAMS, default=list(PROGRAMS), metavar="NAME",
                      help=f"of {', '.join(PROGRAMS)}")  # fmt: skip
    made.add_argument("--sizes", nargs="+", type=lambda text: int(float(text)), default=SIZES, metavar="N",
                      help="elements, as 1e6")  # fmt: skip
    made.add_argument("--dtypes", nargs="+", choices=TOLERANCE, default=list(TOLERANCE))
    made.add_argument("--contenders", nargs="+", choices=[c.name for c in CONTENDERS], default=None, metavar="NAME",
                      help=f"of {', '.join(c.name for c in CONTENDERS)}")  # fmt: skip
    made.add_argument("--write", action="store_true", help="write the figures of docs/cupy.md")
    made.add_argument("--traffic", action="store_true", help="count launches and bytes instead; needs no GPU")
    made.add_argument("--lines", action="store_true", help="with --traffic: the emitted functions, with bytes by line")
    return made


def count_traffic(options: argparse.Namespace) -> None:
    chosen = [PROGRAMS[name] for name in options.programs]
    print("\n".join(traffic.report(chosen, options.dtypes)))
    for program in chosen if options.lines else ():
        for dtype in options.dtypes:
            print("\n".join(["", f"{program.name}, {dtype}", *traffic.annotated(program, dtype)]))


def free_memory(cp: Any) -> int:
    """Give back what the pools hold, and say how much is free."""
    cp.get_default_memory_pool().free_all_blocks()
    if "torch" in sys.modules:
        sys.modules["torch"].cuda.empty_cache()
    return cp.cuda.runtime.memGetInfo()[0]


def able(names: Sequence[str] | None) -> tuple[tuple[Contender, ...], list[str]]:
    """The contenders asked for that can run, and why others cannot."""
    asked = [c for c in CONTENDERS if names is None or c.name in names]
    missing = {c.title: why for c in asked if (why := c.missing())}
    return tuple(c for c in asked if c.title not in missing), list(missing.values())


def run(options: argparse.Namespace) -> int:
    """Measure and print; 1 if results disagree."""
    place = on_gpu()
    clock = functools.partial(event_clock, place.xp)
    measured = rates(place, clock)
    header = report.about(place.xp, measured)
    contenders, notes = able(options.contenders)
    print("\n".join([*header, *notes]), flush=True)
    bench = Bench(place, clock, measured, contenders, functools.partial(free_memory, place.xp))
    rows = []
    for row in bench.rows([PROGRAMS[name] for name in options.programs], options.sizes, options.dtypes):
        rows.append(row)
        print("\n".join(["  ".join(report.cells(row, contenders)), *row.notes, *row.wrong]), flush=True)
    notes += [note for row in rows for note in (*row.notes, *row.wrong)]
    print("\n".join(["", *report.table(rows, contenders), "", *report.summary(rows, contenders)]))
    if options.write:
        report.write(report.figures(rows, header, notes, contenders))
    return 1 if any(row.wrong for row in rows) else 0


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    if options.traffic:
        count_traffic(options)
        return 0
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")  # JAX would take most of the memory at once
    if why := missing():
        print(f"the benchmark needs a GPU: {why.splitlines()[0]}", file=sys.stderr)
        return 2
    return run(options)


if __name__ == "__main__":
    sys.exit(main())
