"""Fusion: what a fused function computes is what it computed; groups, what they take up, and the order they run in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.ir.core import Function, Op, walk
from adgen.kinds import Options
from adgen.output import write
from adgen.transforms.fusion import fuse
from adgen.transforms.grouping import MOST_ARRAYS
from tests import ir_interpreter, oracles
from tests.cases import elements, programs
from tests.certificate.checks import program
from tests.rule_cases import Case, everything, wrt_of

pytestmark = pytest.mark.filterwarnings("ignore")

NOT_RUN = ("kept", "def g", "ravel_multi_index", "random", "x[:i]", "polynomial", "polyfit", "poly1d", "nanargmin")
"""In texts: what the interpreter of these tests does not run."""
TEXTS = {row[0] for module in (elements, programs) for row in module.CASES}
CASES = [case for case in everything() if wrt_of(case) and case.text in TEXTS and not any(
    word in line for word in NOT_RUN for line in (case.text, *case.lines))]


def derived(function: Callable[..., Any], *types: str, kind: str = "value_and_grad", **options: Any) -> Function:
    return getattr(adgen, kind)(function, **options).lower(*types).ir


def kernels(function: Function) -> list[Op]:
    return [op for op in walk(function.block) if op.name == "kernel"]


def names(op: Op) -> list[str]:
    return [inner.name for inner in op.attrs["body"].ops]


def run(function: Function, *args: Any) -> list[Any]:
    with np.errstate(all="ignore"):
        return list(oracles.leaves(ir_interpreter.run(function, *args)))


def assert_same(function: Function, *args: Any) -> list[Op]:
    """The fused function computes the same; its kernels."""
    fused = fuse(function)
    for a, b in zip(run(function, *args), run(fused, *args), strict=True):
        assert np.shape(a) == np.shape(b)
        np.testing.assert_allclose(np.asarray(b), np.asarray(a), rtol=1e-12, atol=1e-13)
    return kernels(fused)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_fusion_changes_nothing(case: Case) -> None:
    made = program(case)
    function = adgen.vjp(made.function, argnums=made.wrt).lower(*made.args).ir
    assert_same(function, *made.fresh(), made.cotangent())


def elementwise(x: Any, y: Any) -> Any:
    return np.sum(np.exp(x) * y + np.sin(x * y))


def softmax(x: Any) -> Any:
    e = np.exp(x - np.max(x, axis=1, keepdims=True))
    return np.sum((e / np.sum(e, axis=1, keepdims=True)) ** 2)


def rows(x: Any, w: Any) -> Any:
    scale = 2.0 * w + 1.0
    return np.sum(np.tanh(x * scale))


def costly_rows(x: Any, w: Any) -> Any:
    scale = np.exp(np.sin(w)) * np.cos(w)
    return np.sum(np.tanh(x * scale))


def residual(x: Any, y: Any) -> Any:
    t = x - np.mean(x)
    return np.sum(t * t) + np.sum(t * y)


def in_place(x: Any, y: Any) -> Any:
    z = x * y
    a = z * 2.0
    z[0] = 1.0
    return np.sum(a * z)


def stepped(x: Any, steps: int) -> Any:
    for _ in range(steps):
        x = x + 0.1 * np.sin(x) * x
    return np.sum(x)


X, Y = np.random.default_rng(1).normal(size=(2, 5))
M = np.random.default_rng(2).normal(size=(4, 5))


def test_an_elementwise_gradient_is_one_kernel() -> None:
    made = assert_same(derived(elementwise, "float64[n]", "float64[n]", argnums=(0, 1)), X, Y)
    assert len(made) == 1
    assert len(made[0].args) == 2 and len(made[0].results) == 3


def test_a_cotangent_that_is_scaled_first_stays_with_the_rest() -> None:
    """What begins as a group of its own, and reads the other, is one with it."""

    def f(x: Any, y: Any) -> Any:
        return np.exp(-0.5 * x * x) * 3.0 + np.sin(y)

    function = derived(f, "float64[n]", "float64[n]", kind="vjp")
    assert len(assert_same(function, X, Y, np.cos(X))) == 1


def test_shared_work_is_done_once() -> None:
    """cos(x y) and exp(x) enter two cotangents and the value."""
    (made,) = assert_same(derived(elementwise, "float64[n]", "float64[n]", argnums=(0, 1)), X, Y)
    assert names(made).count("exp") == names(made).count("cos") == 1


def test_a_reduction_separates_groups() -> None:
    made = assert_same(derived(softmax, "float64[n,m]"), M)
    assert len(made) == 4
    assert all(not {"sum", "max"} & set(names(op)) for op in made)


def test_a_cheap_row_is_computed_again() -> None:
    """Rather than by a launch of its own."""
    function = derived(rows, "float64[n,m]", "float64[m]", kind="grad")
    (made,) = assert_same(function, M, Y)
    assert {str(r.type) for r in made.results} == {"float64[n,m]"}
    assert [str(a.type) for a in made.args] == ["float64[m]", "float64[n,m]"] or len(made.args) == 2


def test_a_costly_row_is_not() -> None:
    made = assert_same(derived(costly_rows, "float64[n,m]", "float64[m]", argnums=(0, 1)), M, Y)
    assert all("exp" not in names(op) for op in made if str(op.results[0].type) == "float64[n,m]")


def test_a_difference_is_rather_computed_again_than_stored() -> None:
    made = assert_same(derived(residual, "float64[n]", "float64[n]", argnums=(0, 1)), X, Y)
    assert all(names(op).count("sub") <= 1 for op in made)
    read = {a.name for op in made for a in op.args}
    assert "t" not in read


def test_what_reads_the_old_version_runs_before_the_update() -> None:
    function = fuse(derived(in_place, "float64[n]", "float64[n]", argnums=(0, 1)))
    order = [op.name for op in function.block.ops]
    assert order.index("kernel") < order.index("setitem")
    assert_same(derived(in_place, "float64[n]", "float64[n]", argnums=(0, 1)), X, Y)


def test_loops_have_kernels_of_their_own() -> None:
    function = derived(stepped, "float64[n]", "int")
    assert_same(function, X, 3)
    loops = [op for op in fuse(function).block.ops if op.name == "for"]
    assert [sum(op.name == "kernel" for op in walk(loop.blocks[0])) for loop in loops] == [1, 1]


def test_sums_of_what_a_kernel_makes_are_one_sum() -> None:
    """The gradient by a number that enters twice."""

    def f(x: Any, a: float) -> Any:
        return np.sum(np.sin(a * x) * np.exp(a * x))

    fused = fuse(derived(f, "float64[n]", "float", kind="grad", argnums=1))
    assert [op.name for op in fused.block.ops if op.name in ("sum", "vdot")] == ["sum"]
    assert_same(derived(f, "float64[n]", "float", argnums=(0, 1)), X, 0.7)


def test_a_single_operation_stays_a_call() -> None:
    def f(x: Any) -> Any:
        return np.sum(np.sin(x))

    assert kernels(fuse(derived(f, "float64[n]", kind="grad"))) == []


def test_python_numbers_alone_make_no_kernel() -> None:
    def f(x: float) -> Any:
        return np.exp(x) * np.sin(x) + x

    assert kernels(fuse(derived(f, "float"))) == []


def test_an_argument_of_rank_0_may_be_a_number() -> None:
    """So it alone gives a kernel no array to take its size from."""

    def f(x: Any) -> Any:
        return np.exp(x) * np.sin(x) + x

    assert kernels(fuse(adgen.value_and_grad(f).lower(np.float64(0.3)).ir)) == []


def test_a_kernel_reads_no_more_arrays_than_it_may() -> None:
    def f(xs: Any) -> Any:
        total = 0.0 * xs[0]
        for x in xs:
            total = total * x + np.sin(x)
        return np.sum(total)

    arrays = tuple(np.full(3, 0.1 * k) for k in range(60))
    function = adgen.grad(f).lower(arrays).ir
    made = assert_same(function, arrays)
    assert len(made) > 1
    assert all(len(op.args) <= MOST_ARRAYS for op in made)


def test_kernels_that_are_the_same_are_written_once() -> None:
    def f(xs: Any) -> Any:
        total = 0.0
        for x in xs:
            total = total + np.sum(np.sin(x) * x)
        return total

    function = adgen.grad(f).lower((X, np.ones((2, 3)))).ir
    assert len(kernels(fuse(function))) == 2
    assert write(function, "cupy", Options()).text.count("cp.ElementwiseKernel(") == 1


def test_off_prints_the_plain_chain() -> None:
    function = derived(elementwise, "float64[n]", "float64[n]", kind="grad")
    fused, plain = (write(function, "cupy", Options(off=frozenset(off))).text for off in ((), ("fuse",)))
    assert "ElementwiseKernel" in fused and "ElementwiseKernel" not in plain
    assert "cp.exp(x)" in plain


def test_logaddexp_with_zero_is_softplus() -> None:
    def f(x: Any) -> Any:
        return np.sum(np.logaddexp(0.0, -x) * x)

    text = write(derived(f, "float64[n]", kind="grad"), "cupy", Options()).text
    assert "t > 0 ? t + log1p(exp(-t)) : log1p(exp(t))" in text
