"""Refusals: all of a function's at once, each with its place, the way that led there, and what to write instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.errors import AdgenError, Problem

X = np.array([0.5, 1.5, 2.0])
LIMITS = [1.0, 2.0]


def problems_of(function: Any, *args: Any) -> list[Problem]:
    with pytest.raises(AdgenError) as caught:
        adgen.grad(function)(*args)
    return caught.value.problems


def pointed_at(problem: Problem) -> str:
    """The source under the caret."""
    span = problem.span
    assert span is not None and span.line == span.end_line
    return span.text[span.column - 1 : span.end_column - 1]


def outer_helper(v):
    return inner_helper(v * 2)


def inner_helper(v):
    return np.bmat(v)


def five_problems(x):
    a = np.asmatrix(x)
    b = undefined_name + 1  # noqa: F821
    if x[0] > 0:
        c = outer_helper(x)
    else:
        c = x.tobytes()
    LIMITS[0] = 3.0
    d = [np.matrix(v) for v in (x,)]
    return np.sum(a) + b + c + d[0]


def test_all_problems_at_once() -> None:
    found = problems_of(five_problems, X)
    assert [pointed_at(p) for p in found] == [
        "np.asmatrix(x)", "undefined_name", "np.bmat(v)", "x.tobytes", "LIMITS[0] = 3.0", "np.matrix(v)",
    ]
    assert all(p.hint for p in found)


def test_the_way_to_a_callee() -> None:
    problem = problems_of(five_problems, X)[2]
    assert problem.span is not None and problem.span.function == "inner_helper"
    caller = problem.span.caller
    assert caller is not None and caller.text.strip() == "return inner_helper(v * 2)"
    assert caller.caller is not None and caller.caller.text.strip() == "c = outer_helper(x)"
    assert problem.describe().count("called from") == 2


def test_the_exception_shows_the_line() -> None:
    with pytest.raises(AdgenError) as caught:
        adgen.grad(five_problems)(X)
    error = caught.value
    assert error.filename == __file__ and error.text is not None and "np.asmatrix(x)" in error.text
    assert str(error).count("also at") == 5


@dataclass
class Settings:
    rate: float


# fmt: off
ODD: dict[str, Any] = {
    "too many arguments": lambda x: (lambda a: a)(x, x),
    "an unknown keyword": lambda x: np.sum(x, axes=0),
    "an unknown attribute": lambda x: x.sume(),
    "an unknown name of NumPy": lambda x: np.sine(x),
    "a name that is not there": lambda x: nowhere(x),  # noqa: F821
    "a call of an array": lambda x: x(1),
    "a call of a number": lambda x: (2.0)(x),
    "a wrong axis": lambda x: np.sum(x, axis=3),
    "an axis that is no int": lambda x: np.sum(x, axis="a"),
    "a wrong dtype": lambda x: np.zeros(3, dtype="nothing") + x,
    "a bad einsum": lambda x: np.einsum("ij,j->i", x, x),
    "shapes that do not fit": lambda x: np.ones(4) @ np.ones((3, 2)) * x[0],
    "shapes that do not broadcast": lambda x: np.sum(np.ones(4) + np.ones(3)) * x[0],
    "an index out of range": lambda x: (x[0], x[1])[2],  # noqa: PLE0643
    "too many indices": lambda x: x[0, 0],
    "a key that is missing": lambda x: {"a": x}["b"],
    "an index of a number": lambda x: x[0][0],
    "None in arithmetic": lambda x: x + None,
    "a string in arithmetic": lambda x: x + "a",
    "a list and a dict": lambda x: [x] + {"a": x},
    "len of a number": lambda x: len(2.0) * x,
    "a loop over a number": lambda x: sum(v for v in 3.0) * x,
    "a comparison with a dict": lambda x: x if {} < x else x,
    "an unknown field": lambda x: Settings(x).speed,
    "a field too many": lambda x: Settings(x, x).rate,
    "an empty concatenate": lambda x: np.concatenate([]),
    "an unknown module": lambda x: __import__("nothing").f(x),
    "a reshape that cannot be": lambda x: np.ones((2, 3)).reshape(4, 2) * x[0],
    "nested lists of unequal lengths": lambda x: np.array([[x[0]], [x[1], x[2]]]),
    "a star before a number": lambda x: max(*x[0]),
    "a format that is wrong": lambda x: f"{x:q}" and x,
    "an int of a string": lambda x: int("a") * x,
    "a negative step of zero": lambda x: x[::0],
    "range of floats": lambda x: sum(range(2.5)) * x,
    "a ufunc with too many operands": lambda x: np.add(x, x, x, x),
    "an exception as a value": lambda x: ValueError("a") + x,
    "a class as a value": lambda x: Settings * x,
    "a module as a value": lambda x: np * x,
    "a matrix product of numbers": lambda x: 2.0 @ x,
    "the wrong number of names": lambda x: [a for a, b in [(x, x, x)]][0],
    "a keyword given twice": lambda x: (lambda a: a)(x, a=x),
    "a result that is a function": lambda x: lambda: x,
    "a result that is a string": lambda x: "a",
    "a power of a list": lambda x: [x] ** 2,
    "an inverse of a vector": lambda x: np.linalg.inv(x),
    "a where of two": lambda x: np.where(x > 0, x),
    "a stack of numbers and arrays": lambda x: np.stack([x, 1.0]),
    "a split that does not fit": lambda x: np.split(x, 2.5),
}
# fmt: on


@pytest.mark.parametrize("function", ODD.values(), ids=ODD.keys())
def test_odd_programs_are_refused(function: Any) -> None:
    """What is wrong in Python or NumPy itself is refused with a place and a hint, and crashes nothing."""
    for problem in problems_of(function, X):
        assert problem.span is not None and problem.hint and problem.message
