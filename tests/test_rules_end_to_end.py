"""Every callable and method that adgen knows, through the public functions: from the source of a
function to the source of its derivative, which is then run.

For each expression of `tests.rule_cases`: the value bit for bit; the tangent against differences;
<w, J v> = <J^T w, v> to rounding; shapes, dtypes and memory of the cotangents; the second
derivative against differences of the first, and once more from the emitted source; single
precision; other layouts. First order is checked for all; the others for a part of the cases, but with
`--exhaustive`.
"""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.library import READ, READ_METHODS
from adgen.rules.lowering import CALLABLES, METHODS
from tests import oracles
from tests.certificate.checks import (
    check_adjoint,
    check_containers,
    check_numerically,
    check_second_order,
    is_rounded,
    precision,
    program,
    weighted,
)
from tests.certificate.variants import ENDLESS
from tests.rule_cases import Case, covered, everything, wrt_of

pytestmark = pytest.mark.filterwarnings("ignore")

CASES = everything()
ACTIVE = [case for case in CASES if wrt_of(case)]
ONCE = (
    "scipy.special.ellipkinc(x, y)", "scipy.special.ellipeinc(x, y)", "scipy.special.agm",
    "scipy.special.ellipkinc(0.8, x)", "scipy.special.ellipeinc(0.8, x)", "scipy.special.ellipj(x, y)",
    "scipy.special.elliprc", "scipy.special.elliprf", "scipy.special.elliprg", "scipy.special.loggamma(z)",
)
"""Without a second derivative."""
LISTS = (
    "np.apply_along_axis", "np.vectorize", "np.fromiter", "np.ndindex", "np.ndenumerate", "x.tolist",
    "scipy.integrate.solve_ivp",
)
NOT_READ = ("kept", "def g")
"""In expressions and in statements: what is emitted for lists of run-time length and recursions is not read again."""


def is_read(case: Case) -> bool:
    return not any(word in case.text for word in LISTS) and not any(
        word in line for line in case.lines for word in NOT_READ
    )


def each(cases: list[Case]) -> Any:
    return pytest.mark.parametrize("case", cases, ids=[case.name for case in cases])


def test_everything_is_covered() -> None:
    """A callable or a method that is added without a case is found."""
    found = {pair for case in CASES for pair in covered(case)}
    assert [row.name for f, row in CALLABLES if ("call", id(f)) not in found] == []
    assert [name for name in METHODS if ("method", name) not in found] == []
    assert [row.name for key, row in READ.items() if ("call", key) not in found] == []
    assert [row.name for key, row in READ_METHODS.items() if ("of object", key) not in found] == []


@each(ACTIVE)
def test_first_order(case: Case) -> None:
    with np.errstate(all="ignore"):
        made = program(case)
        oracles.primal(made)
        check_containers(made)
        check_adjoint(made)
        oracles.no_aliases(made)
        oracles.repeatable(made)
        if not is_rounded(case):
            check_numerically(made)


# As part of a program

PROGRAMS = [case for case in ACTIVE if not case.text.startswith(ONCE)]


@pytest.mark.sampled(3)
@each(PROGRAMS)
def test_second_order(case: Case) -> None:
    with np.errstate(all="ignore"):
        made = weighted(case)
        if not oracles.is_inexact(made.value()):
            return
        check_value_and_grad(made, 1e-7 if is_rounded(case) else 0.0)
        check_second_order(made, is_rounded(case))


def check_value_and_grad(made: oracles.Case, rounding: float) -> None:
    """Value and gradient at once are the function's value and the vjp's cotangents."""
    value, bars = made.operator(adgen.value_and_grad)(*made.fresh())
    if made.exact:
        assert np.array_equal(value, made.value(), equal_nan=True)
    oracles.require_close("value_and_grad", value, made.value(), 4e-15)
    bars = (bars,) if len(made.wrt) == 1 else bars
    expected = made.vjp(type(value)(1.0))[1]
    oracles.require_close("value_and_grad", bars, expected, 5e3 * max(precision(made.args), rounding))


@pytest.mark.sampled(12)
@each([case for case in PROGRAMS if is_read(case)])
def test_the_emitted_source_is_differentiated(case: Case) -> None:
    """What is written is read again, and has the derivative of what it was written from."""
    with np.errstate(all="ignore"):
        made = program(case)
        reverse = made.operator(adgen.vjp)
        args = (*made.fresh(), like_value(made))
        reverse(*args)
        emitted: Callable[..., Any] = reverse._last().lowered.function
        again = oracles.Case(emitted, args, made.wrt)
        expected = oracles.Case(reverse, args, made.wrt).jvp(made.directions())
        found = again.jvp(made.directions())
        oracles.require_close("emitted source", found, expected, 1e4 * precision(args))


def like_value(made: oracles.Case) -> Any:
    """A cotangent in the classes of the value."""
    def leaf(w: Any, y: Any) -> Any:
        return type(y)(w) if isinstance(y, np.generic) else w

    return oracles.tree_map(leaf, made.cotangent(), made.value())


# What is checked when running

@pytest.mark.parametrize("text, shapes", [
    ("np.cross(x, y)", ((4, 2), (4, 2))), ("np.cross(x, y)", ((4, 3), (4, 2))),
    ("np.trapezoid(x, y)", ((5,), (4,))), ("np.trapezoid(x, y)", ((5,), (2,))),
])
def test_sizes_that_are_not_supported(text: str, shapes: tuple[tuple[int, ...], ...]) -> None:
    """Sizes that are not known when compiling, and that the derivative would be wrong for."""
    x, y = (np.ones(shape) for shape in shapes)
    made = program(Case(text, {"x": x, "y": y}))
    with pytest.raises((AssertionError, ValueError), match="np.cross|np.trapezoid|they must be equal"):
        adgen.jvp(made.function)(x, y, x, y)


# Single precision, and other layouts

@pytest.mark.sampled(4)
@each([case for case in ACTIVE if any(np.ndim(v) for v in case.args.values()) and not case.text.startswith(ENDLESS)])
def test_single_precision(case: Case) -> None:
    args = {k: single(v) for k, v in case.args.items()}
    with np.errstate(all="ignore"):
        made = program(Case(case.text, args, case.lines))
        oracles.primal(made)
        check_containers(made)
        check_adjoint(made)
        if oracles.is_inexact(made.value()):
            text = f"np.real({case.text})" if np.iscomplexobj(made.value()) else case.text
            check_sum(Case(f"np.sum({text})", args, case.lines))


def check_sum(case: Case) -> None:
    """The gradient of the sum: its cotangent is known when compiling."""
    made = program(case)
    bars = made.operator(adgen.grad)(*made.fresh())
    bars = (bars,) if len(made.wrt) == 1 else bars
    for i, bar in zip(made.wrt, bars, strict=True):
        oracles.require_shapes("single precision", bar, made.args[i])
    expected = made.vjp(type(made.value())(1.0))[1]
    oracles.require_close("single precision", bars, expected, 1e-4)


def single(value: Any) -> Any:
    halves = {"float64": np.float32, "complex128": np.complex64}
    half = halves.get(str(value.dtype)) if isinstance(value, (np.ndarray, np.generic)) else None
    return value.astype(half) if half else value


def backward(x: np.ndarray) -> np.ndarray:
    """The same numbers in memory that runs backwards, with gaps."""
    wide = np.zeros((*x.shape[:-1], 2 * x.shape[-1]), x.dtype)
    wide[..., ::-2] = x
    return wide[..., ::-2]


@pytest.mark.sampled(8)
@each([case for case in ACTIVE if any(np.ndim(v) for v in case.args.values())])
def test_layouts(case: Case) -> None:
    with np.errstate(all="ignore"):
        made = program(case)
        expected = made.vjp(made.cotangent())[1]
        for layout in (backward, np.asfortranarray):
            args = tuple(layout(v) if np.ndim(v) else v for v in made.args)
            found = oracles.Case(made.function, args, made.wrt, exact=made.exact)
            oracles.primal(found)
            unit = 1e-10 + 10.0 * precision(made.args)
            oracles.require_close("layout", found.vjp(made.cotangent())[1], expected, unit)
