"""Finding the source: lambdas, nested functions, decorators, methods; guards."""

# ruff: noqa: E731
from __future__ import annotations

import functools
from typing import Any

import numpy as np

from adgen.errors import NeedsStatic
from adgen.frontend import lower
from adgen.ir.core import Function
from adgen.ir.tree import Leaf
from adgen.ir.types import ScalarT, Sym
from tests.ir_interpreter import run, tree_of

X = np.array([1.0, 2.0])
FACTOR = 3.0


def lowered(function: Any, *args: Any) -> Function:
    names = (
        tuple("abcdef"[: len(args)])
        if not hasattr(function, "__code__")
        else function.__code__.co_varnames
    )
    names = tuple(n for n in names if n != "self")[: len(args)]
    return lower(
        function, names, tuple(tree_of(a, n) for n, a in zip(names, args, strict=True))
    ).function


def test_lambdas_on_one_line() -> None:
    f, g = (lambda v: v * 2), (lambda v: v + 2)
    assert list(run(lowered(f, X), X)) == [2.0, 4.0]
    assert list(run(lowered(g, X), X)) == [3.0, 4.0]


def test_lambda_inside_of_a_lambda() -> None:
    f = lambda v: (lambda w: w * 3)(v)
    assert list(run(lowered(f, X), X)) == [3.0, 6.0]


def test_nested_function_with_closure() -> None:
    def make(k: float) -> Any:
        def inner(v: Any) -> Any:
            return v * k

        return inner

    lowered_inner = lower(make(5.0), ("v",), (tree_of(X, "v"),))
    assert list(run(lowered_inner.function, X)) == [5.0, 10.0]
    assert [(d, v) for d, _, v in lowered_inner.guards] == [("k", 5.0)]


def passing(function: Any) -> Any:
    return function


def doubling(function: Any) -> Any:
    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return 2 * function(*args, **kwargs)

    return wrapper


@passing
def decorated(v: Any) -> Any:
    return v + 1.0


@doubling
def wrapped(v: Any) -> Any:
    return v + 1.0


@functools.lru_cache
def cached(v: Any) -> Any:
    return v + 1.0


def test_decorators() -> None:
    assert list(run(lowered(decorated, X), X)) == [2.0, 3.0]
    program = lower(wrapped, ("args", "kwargs"), (tree_of((X,), "v"), tree_of({}, "k"))).function
    assert list(run(program, (X,), {})) == [4.0, 6.0]
    program = lower(cached, ("v",), (tree_of(X, "v"),)).function
    assert list(run(program, X)) == [2.0, 3.0]


class Line:
    def __init__(self, slope: float) -> None:
        self.slope = slope

    def at(self, v: Any) -> Any:
        return self.slope * v

    def __call__(self, v: Any) -> Any:
        return self.at(v) + 1.0


def test_methods() -> None:
    line = Line(4.0)
    made = lower(line.at, ("v",), (tree_of(X, "v"),))
    assert list(run(made.function, X)) == [4.0, 8.0]
    (guard,) = made.guards
    line.slope = 5.0
    assert guard[1]() == 5.0 and guard[2] == 4.0
    assert list(run(lower(line, ("v",), (tree_of(X, "v"),)).function, X)) == [6.0, 11.0]


def test_guards_of_globals() -> None:
    def f(v: Any) -> Any:
        return v * FACTOR * WEIGHTS[0]

    guards = {d: (get, v) for d, get, v in lower(f, ("v",), (tree_of(X, "v"),)).guards}
    assert guards["FACTOR"][1] == 3.0 and guards["FACTOR"][0]() == 3.0
    assert guards["WEIGHTS"][1] is WEIGHTS


WEIGHTS = np.array([1.0, 2.0])


def test_spans_are_of_the_users_file() -> None:
    program = lowered(decorated, X)
    (op,) = program.block.ops
    assert op.span is not None and op.span.file == __file__ and op.span.text == "    return v + 1.0"
    assert op.span.function == "decorated"


def test_names_of_values() -> None:
    def f(v: Any) -> Any:
        y = v * 2.0
        z, w = y + 1.0, y.T
        return z * w

    assert [op.result.name for op in lowered(f, X).block.ops] == ["y", "z", ""]


def test_an_argument_that_must_be_static() -> None:
    def f(v: Any, n: int) -> Any:
        return np.sum(v, axis=n - 1)

    leaf = ScalarT("int", Sym("n"))
    try:
        lower(f, ("v", "n"), (tree_of(X, "v"), Leaf(leaf)))
    except NeedsStatic as wanted:
        assert wanted.parameter == 1
    else:
        raise AssertionError("not asked for")
