"""A few random programs, the same each time; `python -m tests.fuzz` runs as many as one likes."""
from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.programs import program
from tests.fuzz.run import run
from tests.oracles import ORACLES

ACCEPTED = ("right", "regrouped", "refused", "broken")


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10**6))
def test_right_or_refused(seed: int) -> None:
    outcome = run(program(seed), seed)
    assert outcome.kind in ACCEPTED, f"{outcome}\n{program(seed)}"


@pytest.mark.parametrize("seed", range(8))
def test_every_oracle(seed: int) -> None:
    outcome = run(program(seed), seed, tuple(ORACLES))
    assert outcome.kind in ACCEPTED, f"{outcome}\n{program(seed)}"


def test_most_programs_run() -> None:
    """The generator's programs are sound themselves: a fuzzer of broken programs finds nothing."""
    broken = [seed for seed in range(100) if _is_broken(seed)]
    assert len(broken) <= 10, broken


def _is_broken(seed: int) -> bool:
    return run(program(seed), seed, oracles=()).kind == "broken"
