"""The table: in Markdown that reads well on a terminal too, and its place in docs/cupy.md."""

from __future__ import annotations

import datetime
import importlib.metadata
import math
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tests.gpu_benchmark.contenders import CONTENDERS, Contender
from tests.gpu_benchmark.measure import Rates, Row, Time
from tests.gpu_benchmark.programs import PROGRAMS

PAGE = Path(__file__).parents[2] / "docs" / "cupy.md"
BEGIN = "<!-- figures: written by python -m tests.gpu_benchmark --write -->"
END = "<!-- end of figures -->"
COMMAND = "python -m tests.gpu_benchmark"
LARGE = 1_000_000
"""Elements from which on the ratios are summed up: below it, launches take longer than the work."""
PACKAGES = ("adgen", "cupy-cuda12x", "cupy-cuda13x", "torch", "jax", "numpy")


def about(cp: Any, measured: Rates) -> list[str]:
    """What was measured on, with what, when."""
    name = cp.cuda.runtime.getDeviceProperties(cp.cuda.Device().id)["name"].decode()
    runtime = cp.cuda.runtime.runtimeGetVersion()
    versions = [f"CUDA {runtime // 1000}.{runtime % 1000 // 10}", *installed()]
    return [
        f"{name}, driver {driver()}, {', '.join(versions)}; {datetime.date.today()}.",
        f"Measured: {measured.memory / 1e9:.0f} GB/s in a large copy (reads and writes), "
        + ", ".join(f"{rate / 1e12:.1f} Tflop/s in a product of {d}" for d, rate in measured.products.items())
        + ".",
    ]


def driver() -> str:
    if shutil.which("nvidia-smi") is None:
        return "unknown"
    query = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    return subprocess.run(query, capture_output=True, text=True).stdout.partition("\n")[0] or "unknown"


def installed() -> list[str]:
    found: list[str] = []
    for package in PACKAGES:
        try:
            found.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


# The table


def heading(contenders: Sequence[Contender] = CONTENDERS) -> list[str]:
    return ["program", "elements", "dtype", *(c.title for c in contenders), "limit", "limit / adgen"]


def cells(row: Row, contenders: Sequence[Contender] = CONTENDERS) -> list[str]:
    times = [time_cell(row.times.get(c.name)) for c in contenders]
    adgen = row.times.get("fused")
    share = f"{100.0 * row.limit / adgen.median:.0f}%" if adgen else "-"
    return [row.program, f"{row.elements:.0e}".replace("e+0", "e"), row.dtype, *times, limit_cell(row), share]


def time_cell(time: Time | None) -> str:
    if time is None:
        return "-"
    return f"{digits(time.median)} ±{100.0 * time.spread / time.median:.0f}%"


def limit_cell(row: Row) -> str:
    return f"{digits(row.limit)}{'' if row.bound == 'memory' else ' (products)'}"


def digits(ms: float) -> str:
    """Three digits."""
    places = max(0, 2 - math.floor(math.log10(max(ms, 1e-9))))
    return f"{ms:.{min(places, 6)}f}"


def table(rows: Iterable[Row], contenders: Sequence[Contender] = CONTENDERS) -> list[str]:
    """Lines in Markdown, in columns."""
    return aligned([heading(contenders), *(cells(row, contenders) for row in rows)])


def aligned(lines: list[list[str]]) -> list[str]:
    """The first line is the heading; text to the left, numbers to the right."""
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    left = [i for i, name in enumerate(lines[0]) if name in ("program", "dtype")]
    rule = ["-" * w if i in left else "-" * (w - 1) + ":" for i, w in enumerate(widths)]
    padded = [
        [cell.ljust(w) if i in left else cell.rjust(w) for i, (cell, w) in enumerate(zip(line, widths, strict=True))]
        for line in lines
    ]
    return ["| " + " | ".join(line) + " |" for line in (padded[0], rule, *padded[1:])]


def summary(rows: Sequence[Row], contenders: Sequence[Contender] = CONTENDERS) -> list[str]:
    """How many times as long as adgen each takes: the geometric mean over the large sizes."""
    lines: list[str] = []
    for bound, kind in (("elementwise", False), ("matrix products", True)):
        chosen = [r for r in rows if r.elements >= LARGE and "fused" in r.times and (is_of_products(r) is kind)]
        ratios = {c.title: mean_ratio(chosen, c.name) for c in contenders if c.name != "fused"}
        known = [f"{title} {ratio:.2f}" for title, ratio in ratios.items() if ratio]
        if known:
            lines.append(f"- Heavy in {bound}, from {LARGE:.0e} elements on, time / adgen's: {', '.join(known)}.")
    return lines


def is_of_products(row: Row) -> bool:
    return PROGRAMS[row.program].flops is not None


def mean_ratio(rows: Sequence[Row], name: str) -> float:
    logs = [math.log(r.times[name].median / r.times["fused"].median) for r in rows if name in r.times]
    return math.exp(sum(logs) / len(logs)) if logs else 0.0


EXPLANATION = """\
Times of value and gradient in milliseconds: medians, and half the distance between the quartiles. *limit* is what no
program can beat on this device: every argument read once and every gradient written once at the rate of a large copy,
or the products at the rate of a large product of the same dtype, whichever takes longer. Before each was timed, its
results agreed with those of the others. All in one process, one after the other, without TF32."""


def figures(rows: Sequence[Row], header: list[str], notes: list[str], contenders: Sequence[Contender]) -> str:
    """The section that stands between the markers."""
    parts = [" ".join(header), EXPLANATION, "\n".join(table(rows, contenders))]
    if lines := summary(rows, contenders):
        parts.append("\n".join(lines))
    if notes:
        parts.append("\n".join(f"- {note}" for note in notes))
    return "\n\n".join([*parts, f"Written by `{COMMAND} --write`."])


def write(text: str) -> None:
    """Put the section between the markers of the page; a page without them gets them at its end."""
    page = PAGE
    old = page.read_text() if page.exists() else "# CuPy\n"
    if BEGIN not in old:
        old = f"{old.rstrip()}\n\n## Figures\n\n{BEGIN}\n{END}\n"
    before, _, rest = old.partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")
