"""Programs as people write them: derivatives against differences and against each other, arguments
untouched, calls that repeat, modules that run alone; and what the gradients of loops cost."""

from __future__ import annotations

import inspect
import tracemalloc
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.checks import chosen_argnums, copied, flat_of, random_like
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

SUBJECTS = (solvers, fields, algebra, learning, language, memory, ranges, operations, practice)
CASES = [case for module in SUBJECTS for case in module.CASES]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.function.__name__)
def test_program(case: Case) -> None:
    adgen.check_grads(case.function, case.args, order=case.order, argnums=case.argnums)
    chosen = chosen_argnums(case.function, case.args, case.argnums, None)
    rng = np.random.default_rng(1)
    forward = adgen.jvp(case.function, argnums=chosen)
    check_calls(case, forward, *(random_like(case.args[i], rng) for i in chosen))
    cotangent = random_like(case.function(*copied(case.args)), rng)
    check_calls(case, adgen.vjp(case.function, argnums=chosen), cotangent)


def check_calls(case: Case, derivative: Derivative, *extra: Any) -> None:
    """A second call gives the same, and so does the module by itself; no result shares memory with
    another or with an argument."""
    given = copied((*case.args, *extra))
    function, own = case.function, len(case.args)
    first, second = derivative(*given), derivative(*given)
    assert same(first, second)
    if any(p.default is not p.empty for p in inspect.signature(derivative).parameters.values()):
        return  # the module takes what the call left to its default as well
    scope: dict[str, Any] = {"__name__": "written"}
    exec(compile(derivative.source, "written", "exec"), scope)
    params = list(inspect.signature(scope[derivative.__name__]).parameters)
    if any(p.kind is p.VAR_POSITIONAL for p in inspect.signature(function).parameters.values()):
        given = (given[: len(given) - len(params) + 1], *given[len(given) - len(params) + 1 :])
        own = 1
    alone = scope[derivative.__name__](
        **dict(zip(params, given[:own])),
        **dict(zip(params[len(params) - len(given) + own :], given[own:], strict=True)),
    )
    assert same(first, second)
    if any(p.default is not p.empty for p in inspect.signature(derivative).parameters.values()):
        return  # the module takes what the call left to its default as well
    scope: dict[str, Any] = {"__name__": "written"}
    exec(compile(derivative.source, "written", "exec"), scope)
    params = len(inspect.signature(scope[derivative.__name__]).parameters)
    starred = len(given) - params + 1
    packed = given if starred == 1 else (given[:starred], *given[starred:])
    alone = scope[derivative.__name__](*packed)
    assert same(first, alone)
    arrays = [a for a in flat_of((first, second, given))[0] if isinstance(a, np.ndarray) and a.size]
    for i, a in enumerate(arrays):
        assert not any(np.shares_memory(a, b) for b in arrays[:i])


def same(a: Any, b: Any) -> bool:
    pairs = zip(flat_of(a)[0], flat_of(b)[0], strict=True)
    return all(np.array_equal(x, y, equal_nan=True) for x, y in pairs)


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
    if function not in (costs.columns, costs.windows):
        assert not any(".copy()" in line for line in inside), derivative.source
