"""Programs as people write them: derivatives against differences and against each other, arguments
untouched, calls that repeat, modules that run alone; and what the gradients of loops cost."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.derivative import Derivative
from tests.adversarial import (
    algebra,
    costs,
    fields,
    language,
    learning,
    memory,
    operations,
    practice,
    ranges,
    solvers,
)
from tests.adversarial.cases import Case
from tests.program_checks import check_program

SUBJECTS = (solvers, fields, algebra, learning, language, memory, ranges, operations, practice)
CASES = [case for module in SUBJECTS for case in module.CASES]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.function.__name__)
def test_program(case: Case) -> None:
    check_program(case.function, case.args, case.order, case.argnums)


def peak(derivative: Derivative, *args: Any) -> int:
    """The most bytes that a call held at once."""
    tracemalloc.start()
    try:
        derivative(*args)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("operator", [adgen.grad, adgen.hvp], ids=["grad", "hvp"])
@pytest.mark.parametrize("function", costs.LOOPS, ids=lambda f: f.__name__)
def test_a_loop_keeps_numbers_not_arrays(function: Any, operator: Any) -> None:
    """Memory grows with the number of iterations, not with its square; and no iteration copies a
    list or an array of the length of the loop."""
    derivative = operator(function)
    vectors = 2 if operator is adgen.hvp else 1
    small, large = ([np.linspace(0.1, 0.9, n)] * vectors for n in (200, 2000))
    derivative(*small)
    assert peak(derivative, *large) < 30 * peak(derivative, *small)
    inside = [line for line in derivative.source.splitlines() if line.startswith(" " * 8)]
    if function not in (costs.columns, costs.windows, costs.work_array):  # these keep copies of slices
        assert not any(".copy()" in line for line in inside), derivative.source
