"""Programs as people write them: derivatives against differences and against each other, arguments
untouched, calls that repeat, modules that run alone; and what the gradients of loops cost."""
from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.checks import flat_of
from tests.adversarial import (
    algebra,
    fields,
    language,
    learning,
    memory,
    operations,
    ranges,
    solvers,
)
from tests.adversarial.cases import Case

SUBJECTS = (solvers, fields, algebra, learning, language, memory, ranges, operations)
CASES = [c for m in SUBJECTS for c in m.CASES]


def same(a: Any, b: Any) -> bool:
    pairs = zip(flat_of(a)[0], flat_of(b)[0], strict=True)
    return all(np.array_equal(x, y, equal_nan=True) for x, y in pairs)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.function.__name__)
def test_program(case: Case) -> None:
    adgen.check_grads(case.function, case.args, order=case.order, argnums=case.argnums)
