"""What is lowered computes what Python computes, bit for bit."""

from __future__ import annotations

import copy
import inspect
from typing import Any

import numpy as np
import pytest

from adgen.errors import AdgenError
from adgen.frontend import lower
from adgen.ir.core import Function
from adgen.ir.tree import flatten
from adgen.ir.verify import verify
from tests.frontend_hard_programs import HARD, REFUSED
from tests.frontend_programs import PROGRAMS
from tests.ir_interpreter import run, tree_of


def lowered(function: Any, args: tuple[Any, ...]) -> Function:
    names = tuple(inspect.signature(function).parameters)
    return lower(
        function, names, tuple(tree_of(a, n) for n, a in zip(names, args, strict=True))
    ).function


def same_bits(got: Any, wanted: Any) -> bool:
    def leaf(v: Any) -> bool:
        return isinstance(v, (bool, int, float, complex, np.ndarray, np.generic))

    (a, s), (b, t) = flatten(got, leaf), flatten(wanted, leaf)
    return (
        s == t
        and len(a) == len(b)
        and all(
            np.shape(x) == np.shape(y) and np.asarray(x).tobytes() == np.asarray(y).tobytes()
            for x, y in zip(a, b)
        )
    )


IDS = [f"{f.__name__}_{k}" for k, (f, _) in enumerate(PROGRAMS)]


@pytest.mark.parametrize(("function", "args"), PROGRAMS, ids=IDS)
def test_lowered_equals_python(function: Any, args: tuple[Any, ...]) -> None:
    program = lowered(function, args)
    verify(program)
    wanted = function(*copy.deepcopy(args))
    given = copy.deepcopy(args)
    got = run(program, *given)
    assert same_bits(got, wanted), (got, wanted)
    assert same_bits(given, args), "an argument was modified"


@pytest.mark.parametrize(("function", "args"), HARD, ids=[f.__name__ for f, _ in HARD])
def test_hard_program_is_right_or_refused(function: Any, args: tuple[Any, ...]) -> None:
    expected = REFUSED.get(function.__name__)
    if expected is not None:
        with pytest.raises(AdgenError) as caught:
            lowered(function, args)
        assert expected in str(caught.value)
        assert all(problem.span is not None for problem in caught.value.problems)
        return
    program = lowered(function, args)
    verify(program)
    wanted = function(*copy.deepcopy(args))
    assert same_bits(run(program, *copy.deepcopy(args)), wanted)
