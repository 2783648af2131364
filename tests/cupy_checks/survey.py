"""Everything that is asked of derivatives for CuPy, for many at once: kernels are compiled together.

    found = survey(map(of_case, cases), dry)
    found.wrong       what is wrong: (name, variant, what, details)
    found.refused     (name, variant, message) of what is not compiled for CuPy
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from adgen.errors import AdgenError
from tests import oracles
from tests.certificate.checks import program
from tests.certificate.variants import ENDLESS
from tests.cupy_checks import cpu
from tests.cupy_checks.dry import ARCHITECTURES, Described, Dry, Job, Result
from tests.cupy_checks.programs import Emitted, Refused, check_values, emitted, job, users_job
from tests.fuzz.run import TimeLimit, time_limit
from tests.rule_cases import Case, wrt_of

VARIANTS: dict[str, tuple[str, tuple[str, ...], bool]] = {
    "vjp": ("vjp", (), False), "jvp": ("jvp", (), False), "vjp in single precision": ("vjp", (), True),
    "vjp without kernels": ("vjp", ("fuse",), False),
}
"""A transform, what is switched off, whether in single precision."""
OF_VALUES = ("IndexError", "ValueError", "TimeoutError", "ZeroDivisionError", "MemoryError",
             "OutOfMemoryError", "AssertionError", "OverflowError")
"""Errors that arbitrary values may cause, once the host has looked at some."""
SECONDS = 20
"""For compiling, and for a run on the stand-in."""
SINGLE = {"float64": np.float32, "complex128": np.complex64}


@dataclass
class Item:
    """A function at a point."""

    name: str
    made: oracles.Case
    single: oracles.Case | None = None
    """The same in single precision."""
    users: Job | None = None
    """The function itself on CuPy."""


def of_case(case: Case) -> Item:
    """In single precision too where it has arrays."""
    args = {k: halved(v) for k, v in case.args.items()}
    arrays = any(args[k] is not v and np.ndim(v) for k, v in case.args.items()) and not case.text.startswith(ENDLESS)
    return Item(
        case.name, program(case), program(Case(case.text, args, case.lines)) if arrays else None, users_job(case))


@dataclass
class Found:
    programs: int = 0
    launches: dict[tuple[str, str], int] = field(default_factory=dict)
    wrong: list[tuple[str, str, str, str]] = field(default_factory=list)
    refused: list[tuple[str, str, str]] = field(default_factory=list)


Made = list[tuple[Item, str, Emitted]]


def survey(
    items: Iterable[Item], dry: Dry | None, variants: Iterable[str] = tuple(VARIANTS),
    architectures: Iterable[str] = ARCHITECTURES,
) -> Found:
    """Compile, run on the stand-in, and, where CuPy is installed, on CuPy without a device."""
    found, made, variants = Found(), Made(), tuple(variants)
    for item in items:
        for variant in variants:
            compile_one(item, variant, made, found)
    found.programs = len(made)
    compile_kernels(made, found)
    for item, variant, e in made:
        check(item.name, variant, "on the stand-in", lambda e=e: check_values(e), found)
    if dry is not None:
        check_dry(made, dry, found, architectures)
    return found


def compile_one(item: Item, variant: str, made: Made, found: Found) -> None:
    transform, off, single = VARIANTS[variant]
    function = item.single if single else item.made
    if function is None:
        return
    try:
        with np.errstate(all="ignore"), time_limit(SECONDS):
            made.append((item, variant, emitted(function, transform, item.name, off)))
    except Refused as error:
        found.refused.append((item.name, variant, str(error)))
    except AdgenError:
        return  # it is refused for NumPy too
    except (Exception, TimeLimit) as error:  # whatever it raises is a defect
        found.wrong.append((item.name, variant, "compiling", described(error)))


def halved(value: Any) -> Any:
    """The value in single precision."""
    half = SINGLE.get(str(getattr(value, "dtype", "")))
    return value.astype(half) if half else value


def compile_kernels(made: Made, found: Found) -> None:
    """All together; one at a time where that fails, to find which."""
    try:
        cpu.compiled(k for _, _, e in made for k in cpu.kernels_of(e.text))
    except cpu.BrokenKernel:
        for item, variant, e in made:
            check(item.name, variant, "for the CPU", lambda e=e: cpu.compiled(cpu.kernels_of(e.text)), found)


def check(name: str, variant: str, what: str, body: Any, found: Found) -> None:
    try:
        with time_limit(SECONDS):
            body()
    except (Exception, TimeLimit) as error:  # whatever it raises is a defect
        found.wrong.append((name, variant, what, described(error)))


def described(error: BaseException) -> str:
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "emitted" in f.filename or "<adgen" in f.filename]
    line = f" at line {frames[-1].lineno}: {frames[-1].line}" if frames else ""
    return f"{type(error).__name__}: {error}"[:600] + line


# On CuPy


def check_dry(made: Made, dry: Dry, found: Found, architectures: Iterable[str]) -> None:
    results = dry.run([job(e) for _, _, e in made])
    asked = {item.name: item.users for item, _, _ in made if item.users is not None}
    users = dict(zip(asked, dry.run(asked.values()), strict=True))
    for (item, variant, e), result in zip(made, results, strict=True):
        found.launches[item.name, variant] = result.launches
        for problem in dry_problems(e, result, users.get(item.name)):
            found.wrong.append((item.name, variant, "on CuPy", problem))
    sources = [source for result in results for source in result.sources]
    if not sources:
        return
    for architecture, complaint in dry.compile(sources, architectures).items():
        if complaint:
            found.wrong.append(("all", "all", architecture, complaint))


def dry_problems(e: Emitted, result: Result, users: Result | None) -> Iterator[str]:
    yield from result.problems
    if result.error:  # what the stubs of libraries report is arbitrary
        if not (result.error.startswith("LinAlgError") or result.waits and result.error.startswith(OF_VALUES)):
            yield result.error
        return
    if result.waits and users is not None and not users.error and not users.waits:
        yield f"waits {result.waits} times for the device, where the program itself does not"
    if not result.waits:
        yield from differences(e.expected, result.value)


def differences(expected: Any, found: Any) -> Iterator[str]:
    """Where shapes or dtypes are not NumPy's."""
    for x, y in zip(oracles.leaves(expected), oracles.leaves(found), strict=True):
        if isinstance(y, Described):
            like = np.asarray(x)
            if (y.dtype, y.shape) != (str(like.dtype), like.shape):
                yield f"{y} for {like.dtype}{list(like.shape)}"


def active(cases: Iterable[Case]) -> list[Case]:
    """The cases with something to differentiate, and without random draws, which differ."""
    return [c for c in cases if wrt_of(c) and not any("random" in t or "rng" in t for t in (c.text, *c.lines))]


__all__ = ["VARIANTS", "Found", "Item", "Made", "active", "compile_one", "of_case", "survey"]
