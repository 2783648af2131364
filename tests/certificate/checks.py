"""What a certificate asks of a case: an expression over parameters, at a point.

    first order     the tangent against differences; <w, J v> = <J^T w, v>; shapes, dtypes and classes of cotangents
    second order    the same of the gradient of a weighted sum of the results

Each check raises an AssertionError. Derivatives of one `oracles.Case` are compiled once, whatever the number of checks.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import adgen
from tests import oracles
from tests.rule_cases import Case, function_of, is_exact, wrt_of

ROUNDED = (
    "np.float16", "np.float32", "np.complex64", "np.spacing", "np.arange(x", "np.arange(0.0, x",
    "np.round(x, decimals=2",
)
"""Where a small step is rounded away, or changes the shape: no differences."""
UNITS = 4500.0
"""Units of rounding by which <w, J v> and <J^T w, v> may differ, relative to |w| |J v|: 1e-12 in double precision."""
ROUNDING = 1e-9
"""By what differences are wrong in any case, relative to the size of the value."""


def program(case: Case) -> oracles.Case:
    return oracles.Case(function_of(case), tuple(case.args.values()), wrt_of(case), exact=is_exact(case))


def is_rounded(case: Case) -> bool:
    return any(word in "\n".join((*case.lines, case.text)) for word in ROUNDED)


def precision(*trees: Any) -> float:
    """The unit of rounding of the least precise number in the trees."""
    floats = [x for tree in trees for x in oracles.leaves(tree) if oracles.is_inexact(x)]
    return max((float(np.finfo(np.asarray(x).dtype).eps) for x in floats), default=2e-16)


def norm(tree: Any) -> float:
    """The Euclidean norm of a tree's inexact leaves."""
    with np.errstate(over="ignore"):
        return float(np.sqrt(sum(np.sum(np.abs(np.asarray(x, complex)) ** 2) for x in floats_of(tree))))


def floats_of(tree: Any) -> list[Any]:
    return [x for x in oracles.leaves(tree) if oracles.is_inexact(x)]


# First order


def check_containers(made: oracles.Case) -> None:
    """The value comes in the containers and classes of the function's own."""
    same_classes(made.value(), made.vjp(made.cotangent())[0])


def same_classes(expected: Any, found: Any) -> None:
    if isinstance(expected, (tuple, list)):
        assert isinstance(expected, type(found)), (type(expected), type(found))
        for a, b in zip(expected, found, strict=True):
            same_classes(a, b)
        return
    assert np.asarray(expected).dtype == np.asarray(found).dtype
    for a, b in ((expected, found), (found, expected)):
        assert type(a) not in (float, int, bool, complex) or isinstance(b, type(a)), (type(expected), type(found))
    assert type(expected) is type(found) or np.ndim(expected) == 0, (type(expected), type(found))


def check_adjoint(made: oracles.Case, rounding: float = 0.0) -> None:
    """<w, J v> = <J^T w, v>; derivatives have the shapes and dtypes of what they belong to."""
    tangents, cotangent = made.directions(), made.cotangent()
    value, forward = made.jvp(tangents)
    reverse = made.vjp(cotangent)[1]
    for i, bar in zip(made.wrt, reverse, strict=True):
        oracles.require_shapes("dot product", bar, made.args[i])
    for y, dot in zip(oracles.leaves(value), oracles.leaves(forward), strict=True):
        assert np.shape(y) == np.shape(dot)
        assert np.asarray(y).dtype == np.asarray(dot).dtype or not oracles.is_inexact(y)
    a, b = oracles.inner(cotangent, forward), oracles.inner(reverse, tangents)
    unit = UNITS * max(precision(value, made.args), rounding)
    size = max(norm(floats_like(cotangent, value)) * norm(floats_like(forward, value)), norm(reverse) * norm(tangents))
    floor = 10.0 * precision(value, made.args) * norm(floats_like(cotangent, value)) * norm(tangents)
    same = a == b or np.isnan(a) and (np.isnan(b) or has_nan(value))
    assert same or abs(a - b) <= unit * size + floor, ("dot product", a, b, size)


def has_nan(tree: Any) -> bool:
    """As the mean of no numbers is."""
    return any(bool(np.any(np.isnan(x))) for x in floats_of(tree))


def floats_like(tree: Any, value: Any) -> list[Any]:
    """The leaves of a tree that belong to inexact leaves of the value."""
    return [x for x, y in zip(oracles.leaves(tree), oracles.leaves(value), strict=True) if oracles.is_inexact(y)]


def check_numerically(made: oracles.Case, rtol: float = 1e-6) -> None:
    """The tangent agrees with differences, which in single precision have three digits."""
    tangents = made.directions()
    if precision(made.args) > 1e-10:
        rtol = max(rtol, 1e-3)
    expected, error = oracles.numerical_jvp(made, tangents)
    found = made.jvp(tangents)[1]
    leaves = (oracles.leaves(tree) for tree in (found, expected, made.value()))
    floats = [(x, y) for x, y, z in zip(*leaves, strict=True) if oracles.is_inexact(z)]
    if not floats:
        return
    got, want = [x for x, _ in floats], [y for _, y in floats]
    assert error <= 1e-3 * (1.0 + oracles.size(want)), f"differences do not converge: {error}"
    gap, size = oracles.distance(got, want), max(oracles.size(got), oracles.size(want))
    slack = 10.0 * error + ROUNDING * (1.0 + oracles.size(made.value()))
    assert gap <= rtol * size + slack, ("differences", gap, size, error, got, want)


# Second order


def weighted(case: Case) -> oracles.Case:
    """The sum of the results, each times a weight that grows with the index and itself."""
    lines = (*case.lines, f"y = {case.text}")
    value = function_of(case)(*oracles.Case(None, tuple(case.args.values())).fresh())  # type: ignore[arg-type]
    if isinstance(value, (tuple, list)):
        floats = [k for k, y in enumerate(value) if oracles.is_inexact(y)]
        terms = [f"{k + 1}.0 * {square(f'y[{k}]', value[k])}" for k in floats]
        text = " + ".join(terms) or "0.0 * np.sum(x)"
    else:
        ends = "np.sum(np.real(y)) + 0.7 * np.sum(np.imag(y))" if np.iscomplexobj(value) else "np.sum(y)"
        text = f"{square('y', value)} + 0.5 * {ends}"
    return program(Case(text, case.args, lines=lines))


def square(text: str, value: Any) -> str:
    """The sum of the squares of the moduli."""
    return f"np.sum(np.real({text} * np.conj({text})))" if np.iscomplexobj(value) else f"np.sum({text} * {text})"


def check_second_order(made: oracles.Case, rounded: bool) -> None:
    """Of the gradient of a scalar program: forward against reverse, and differences."""
    slope = oracles.Case(made.operator(adgen.grad), made.args, made.wrt)
    check_adjoint(slope, 1e-4 if rounded else 0.0)
    if not rounded:
        check_numerically(slope, 1e-5)
