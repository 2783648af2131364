"""What is written computes what Python computed: the frontend's corpus, lowered, written as
source, and run."""

from __future__ import annotations

import copy
import inspect
from typing import Any

import pytest

from adgen.frontend import lower
from adgen.unparse import load, module
from tests.frontend_programs import PROGRAMS
from tests.ir_interpreter import tree_of
from tests.test_frontend_programs import same_bits

IDS = [f"{f.__name__}_{k}" for k, (f, _) in enumerate(PROGRAMS)]


@pytest.mark.parametrize(("function", "args"), PROGRAMS, ids=IDS)
def test_written_equals_python(function: Any, args: tuple[Any, ...]) -> None:
    names = tuple(inspect.signature(function).parameters)
    trees = tuple(tree_of(a, n) for n, a in zip(names, args, strict=True))
    lowered = lower(function, names, trees).function
    made = module([lowered])
    written = load(made.text, f"<{function.__name__}>", made.captured)[lowered.name]
    wanted = function(*copy.deepcopy(args))
    given = copy.deepcopy(args)
    got = written(*given)
    assert same_bits(got, wanted), (got, wanted, made.text)
    assert same_bits(given, args), f"an argument was modified\n{made.text}"
