"""How programs are printed for CuPy where its forms are not NumPy's, and what is refused there."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.special

import adgen
from adgen import unparse
from adgen.errors import AdgenError, Refusal
from adgen.kinds import Options
from adgen.output import lowering
from adgen.rules.cupy import functions, has, parameters
from tests import cupy_facts

PLAIN = lowering("cupy", Options(off=frozenset({"fuse"})))
"""What is done to functions before they are printed, without kernels."""


def printed(function: Callable[..., Any], *types: str, operator: Any = adgen.grad, **given: Any) -> str:
    """The function that is emitted for CuPy, without kernels: its lines after the docstring."""
    lowered = operator(function, **given).lower(*types)
    text = unparse.module([lowered.ir], target="cupy", lower=PLAIN).text
    return text.rpartition('"""\n')[2]


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]


# The table of facts

def test_the_table_says_what_the_installed_cupy_has() -> None:
    if importlib.util.find_spec("cupy") is None:
        pytest.skip("CuPy is not installed")
    assert Path(cupy_facts.PLACE).read_text() == cupy_facts.facts()


def test_parameters_are_read_as_python_reads_them() -> None:
    taken = parameters("(a, axis=None, *, dtype=None)")
    assert not taken.lacks(2, ["dtype"]) and taken.unfilled(0, []) == ["a"]
    assert taken.lacks(1, ["where"]) == "no parameter 'where'" and taken.lacks(1, ["a"]) == "no parameter 'a'"
    assert taken.lacks(3, []) == "only 2 parameters"
    assert not functions()["np.sin"].lacks(1, ["dtype"]) and functions()["np.sin"].lacks(1, ["where"])


def test_nothing_is_listed_as_refused_that_cupy_has() -> None:
    listed = cupy_facts.refused()
    assert "scipy.special.hyp2f1" in listed and not any(map(has, listed)) and "scipy.special.jv" not in listed


# Forms

def test_elements_that_are_read_before_a_store_are_copied() -> None:
    def f(x: Any) -> Any:
        t = x[0]
        x[0] = 2.0
        return t * x[1]

    def g(x: Any) -> Any:
        for i in range(1, len(x)):
            t = x[i]
            x[i] = 2.0 * x[i - 1]
            x[i - 1] = t * t
        return x

    assert "t = x[0]" in lines(printed(f, "float64[n]", operator=adgen.value_and_grad)), "x is copied as a whole"
    found = lines(printed(g, "float64[n]", operator=adgen.jvp))
    assert "t = x_1[i].copy()" in found and sum("x.copy()" in line for line in found) == 1


def test_numbers_of_rank_0_are_not_changed_in_place() -> None:
    def f(x: Any) -> Any:
        s = x[0]
        kept = []
        for i in range(3):
            s = s * np.tanh(x[i])
            kept.append(s)
        return kept[0] + kept[1] + s

    text = printed(f, "float64[n]", operator=adgen.jvp)
    assert "*=" not in text and "+=" not in text


def test_casts_do_not_wait_for_the_device() -> None:
    def f(x: Any, k: Any) -> Any:
        return np.float64(np.float32(x[0]) * np.float32(k))

    assert "cp.float32(k)" in printed(f, "float64[n]", "float")
    assert "x[0].astype(cp.float32)" in printed(f, "float64[n]", "float", operator=adgen.jvp)


def test_numbers_of_both_sides_are_joined_on_the_device() -> None:
    def f(x: Any, y: Any) -> Any:
        return np.array([x[0], 1.0, y]) * np.array([1.0, 2.0, y])

    text = printed(f, "float64[n]", "float", operator=adgen.jvp)
    assert "cp.stack([x[0], cp.asarray(1.0), cp.asarray(y)])" in text and "cp.array([1.0, 2.0, y])" in text


def test_sizes_are_ints_of_python() -> None:
    def f(x: Any) -> Any:
        return np.sum(x[:np.argmax(x)]) + np.sum(np.zeros(np.max(np.arange(3))) + x[0])

    text = printed(f, "float64[n]", operator=adgen.value_and_grad)
    assert "t = int(cp.argmax(x))" in text and "x_bar[:t] += 1.0" in text
    assert "int(cp.max(cp.arange(3)))" in text


def test_complex_numbers_are_added_part_by_part() -> None:
    def f(z: Any, i: Any) -> Any:
        return np.sum(abs(z[i]))

    found = [line for line in lines(printed(f, "complex128[n]", "int64[m]")) if line.startswith("cp.add.at")]
    assert [line.partition(",")[0] for line in found] == ["cp.add.at(z_bar.real", "cp.add.at(z_bar.imag"]


def test_functions_of_arrays_are_given_arrays() -> None:
    def f(x: Any, n: int) -> Any:
        s = x[0] if n > 2 else 1.0
        return np.reshape(s, (1,)) * x

    assert "cp.asarray(s).reshape(1)" in printed(f, "float64[n]", "int", operator=adgen.jvp)


def test_division_by_zero_is_decided_on_the_device() -> None:
    def f(x: Any) -> Any:
        return np.sqrt(x[0])

    text = printed(f, "float64[n]")
    assert " if " not in text


def test_names_of_scipy_are_cupyx() -> None:
    def f(x: Any) -> Any:
        return np.sum(scipy.special.erf(x)) + np.pi * np.linalg.norm(x)

    lowered = adgen.value_and_grad(f).lower("float64[n]")
    text = "\n".join(lines(unparse.module([lowered.ir], target="cupy", lower=PLAIN).text)) + "\n"
    assert "import cupy as cp\nfrom cupyx.scipy.special import erf\n" in text
    assert "numpy" not in text and "np." not in text


def test_a_variable_may_be_named_as_the_module_is() -> None:
    def f(x: Any) -> Any:
        cp = np.sin(x)
        return np.sum(cp * cp)

    assert "cp_1 = cp.sin(x)" in printed(f, "float64[n]", operator=adgen.value_and_grad)


def test_a_parameter_may_not_be_named_as_the_module_is() -> None:
    def f(cp: Any) -> Any:
        return np.sum(np.sin(cp))

    with pytest.raises((AdgenError, Refusal), match="a parameter named cp hides"):
        printed(f, "float64[n]")


def test_what_scipy_has_in_double_precision_alone_is_computed_in_that() -> None:
    def f(x: Any) -> Any:
        return scipy.special.wright_bessel(0.5, 1.2, x)

    text = printed(f, "float32[n]", operator=adgen.vjp)
    assert "t = x.astype(cp.float64)" in text and "y = wright_bessel(0.5, 1.2, t)" in text


# Refusals

def test_what_cupy_lacks_is_refused_by_name_at_its_place() -> None:
    def f(x: Any) -> Any:
        y = np.sin(x)
        z = scipy.special.dawsn(y)
        return np.sum(z * scipy.special.wofz(x).real)

    with pytest.raises(AdgenError) as refused:
        printed(f, "float64[n]", operator=adgen.value_and_grad)
    found = {p.message: p.span.text.strip() for p in refused.value.problems if p.span is not None}
    assert found == {
        "CuPy has no scipy.special.dawsn": "z = scipy.special.dawsn(y)",
        "CuPy has no scipy.special.wofz": "return np.sum(z * scipy.special.wofz(x).real)",
    }
    assert all("compile for NumPy" in p.hint for p in refused.value.problems)


def test_complex_numbers_are_refused_where_a_ufunc_takes_none() -> None:
    def f(z: Any) -> Any:
        return np.sum(abs(scipy.special.erf(z)))

    with pytest.raises(AdgenError, match="CuPy's erf takes no complex numbers"):
        printed(f, "complex128[n]")


def test_an_axis_that_only_numpy_has_a_default_for_is_written() -> None:
    def f(x: Any) -> Any:
        return np.sort(x, axis=-1)

    assert "cp.take_along_axis(x_dot, cp.argsort(x), axis=-1)" in printed(f, "float64[n,m]", operator=adgen.jvp)
