"""The derivatives of the suite's cases, written for CuPy: their values on the stand-in are NumPy's, CuPy takes them
without a device, their kernels compile for its architectures (see tests/cupy_checks).

Run on a part of the cases, but for --exhaustive.
"""
from __future__ import annotations

import zlib
from typing import Any

import pytest

from tests.cupy_checks.dry import ARCHITECTURES
from tests.cupy_checks.survey import Found, Made, active, compile_one, of_case, survey
from tests.rule_cases import Case, everything

EVERY, CHUNK = 40, 16
"""One case in so many is run by default; so many are compiled together."""
MOST_REFUSED = 0.2
"""Of the cases, for CuPy: special functions and signal processing that it lacks, for the most part."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "chunk" not in metafunc.fixturenames:
        return
    cases = active(everything())
    if not metafunc.config.getoption("--exhaustive"):
        cases = [case for case in cases if zlib.crc32(case.name.encode()) % EVERY == 0]
    chunks = [cases[k : k + CHUNK] for k in range(0, len(cases), CHUNK)]
    metafunc.parametrize("number, chunk", list(enumerate(chunks)), ids=[f"from {chunk[0].name}" for chunk in chunks])


@pytest.mark.usefixtures("compiler")
@pytest.mark.filterwarnings("ignore")
def test_derivatives(number: int, chunk: list[Case], dry_or_none: Any, request: pytest.FixtureRequest) -> None:
    everywhere = request.config.getoption("--exhaustive")
    architectures = ARCHITECTURES if everywhere else (ARCHITECTURES[number % len(ARCHITECTURES)],)
    require_right(survey(map(of_case, chunk), dry_or_none, architectures=architectures))


def require_right(found: Found) -> None:
    assert not found.wrong, "\n".join(" | ".join(row) for row in found.wrong)
    silent = [row for row in found.refused if "CuPy" not in row[2]]
    assert not silent, f"refused for CuPy by messages that do not name it: {silent}"


@pytest.mark.filterwarnings("ignore")
def test_most_are_written() -> None:
    """What is refused for CuPy is what it lacks; that is not to grow."""
    cases = [case for case in active(everything()) if zlib.crc32(case.name.encode()) % EVERY == 1]
    found, made = Found(), Made()
    for case in cases:
        compile_one(of_case(case), "vjp", made, found)
    assert len(found.refused) <= MOST_REFUSED * len(cases), [row[0] for row in found.refused]
