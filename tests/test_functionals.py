"""Solvers, minimisers and integrators: every callable has a state; what is refused; minimisers on their bounds."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest
import scipy.integrate
import scipy.optimize

import adgen
from adgen.library import READ
from adgen.rules.families import load_families
from adgen.rules.lowering import CALLS, REFUSED

load_families()
A = np.array([0.7, -0.4, 1.2])


@pytest.mark.parametrize("name", ["scipy.optimize", "scipy.integrate"])
def test_every_callable_has_one_state(name: str) -> None:
    module = importlib.import_module(name)
    tables: tuple[dict[int, Any], ...] = (READ, CALLS, REFUSED)
    states = {
        public: sum(id(getattr(module, public)) in table for table in tables)
        for public in module.__all__ if callable(getattr(module, public))
    }
    assert [public for public, count in states.items() if count != 1] == []


def bowl(x: Any, a: Any) -> Any:
    return np.sum((x - a) ** 2) + 0.1 * x[0] * x[1]


def slope(x: Any, a: Any) -> Any:
    return 2.0 * (x - a) + 0.1 * np.array([x[1], x[0], 0.0])


@pytest.mark.parametrize("method", ["L-BFGS-B", "TNC", "SLSQP", "trust-constr"])
def test_coordinates_on_a_bound_do_not_move(method: str) -> None:
    """Of three coordinates the last rests on its upper bound, whether the method goes there or stays inside."""
    def minimizer(a: Any) -> Any:
        bounds = [(0.0, None), (None, None), (None, 0.5)]
        found = scipy.optimize.minimize(bowl, np.zeros(3), (a,), method, jac=slope, bounds=bounds, tol=1e-12)
        return found.x

    jacobian = adgen.jacobian(minimizer)(A)
    expected = np.linalg.solve([[2.0, 0.1], [0.1, 2.0]], 2.0 * np.eye(2))
    assert np.allclose(jacobian[:2, :2], expected, atol=1e-6)
    assert np.all(jacobian[2] == 0.0) and np.all(jacobian[:, 2] == 0.0)


def test_a_minimum_beyond_the_bounds_of_a_scalar() -> None:
    def minimizer(a: float) -> Any:
        return scipy.optimize.minimize_scalar(lambda x: (x - a) ** 2, bounds=(-1.0, 1.0), method="bounded").x

    assert adgen.grad(minimizer)(2.0) == 0.0
    assert np.isclose(adgen.grad(minimizer)(0.5), 1.0)


def test_a_minimum_does_not_need_the_hessian() -> None:
    """The value of a minimum that is attained along a line: its Hessian is singular."""
    def least(a: Any) -> Any:
        return scipy.optimize.minimize(lambda x: (x[0] + x[1] - a) ** 2 + a * a, np.zeros(2)).fun

    assert np.isclose(adgen.grad(least)(1.5), 3.0)


def test_nested_solvers() -> None:
    """A root whose equation is an integral up to a root."""
    def inner(y: Any) -> Any:
        return scipy.optimize.brentq(lambda x: x ** 3 + x - y, -5.0, 5.0)

    def outer(a: Any) -> Any:
        return scipy.optimize.brentq(lambda z: scipy.integrate.quad(np.cosh, 0.0, inner(z))[0] - a, 0.0, 5.0)

    step = 1e-5
    slopes = adgen.grad(outer), adgen.hessian(outer)
    assert np.isclose(slopes[0](0.7), (outer(0.7 + step) - outer(0.7 - step)) / (2 * step), rtol=1e-8)
    difference = (slopes[0](0.7 + step) - slopes[0](0.7 - step)) / (2 * step)
    assert np.isclose(slopes[1](0.7), difference, rtol=1e-7)


def test_loose_tolerances_of_an_initial_value_problem() -> None:
    """The derivative is that of what is computed, through the step sizes too."""
    def last(a: Any) -> Any:
        return scipy.integrate.solve_ivp(lambda t, y: -a * y * y, (0.0, 2.0), np.array([1.0]), rtol=1e-2).y[0, 2]

    step = 1e-6
    assert np.isclose(adgen.grad(last)(1.3), (last(1.3 + step) - last(1.3 - step)) / (2 * step), rtol=1e-6)


def printing(x: Any, a: Any) -> Any:
    print(x)
    return x - a


def writing(x: Any, a: Any) -> Any:
    a[0] = 1.0
    return x - a[0]


# fmt: off
@pytest.mark.parametrize("function, words", [
    (lambda a: scipy.optimize.brentq(printing, 0.0, 9.0, args=(a,)), "effect"),
    (lambda a: scipy.optimize.brentq(writing, 0.0, 9.0, args=(a * np.ones(2),)), "modifies an array"),
    (lambda a: scipy.optimize.brentq(lambda x: (x, a), 0.0, 9.0), "returns one real number"),
    (lambda a: scipy.optimize.fsolve(lambda x: x[0] * x[1] - a, np.ones(2))[0], ""),
    (lambda a: scipy.optimize.newton(lambda x: x - a, np.ones(3))[0], "array of starting points"),
    (lambda a: scipy.optimize.minimize(lambda x: x[0] - a, [0.0], constraints=[{}]).fun, "constraints"),
    (lambda a: scipy.optimize.minimize(lambda x: x[0] - a, [0.0], bounds=[(0, 1)], method="BFGS").fun, "bounds"),
    (lambda a: scipy.optimize.nnls(a * np.eye(2), np.ones(2))[0][0], "bounds"),
    (lambda a: scipy.integrate.quad(lambda x: a, 0.0, 1.0, weight="cos", wvar=1.0)[0], "wvar"),
    (lambda a: scipy.integrate.dblquad(lambda y, x: a, 0.0, 1.0, 0.0, 1.0)[1], "error estimate"),
    (lambda a: scipy.integrate.solve_ivp(lambda t, y: a * y, (0, 1), [1.0], method="Radau").y[0, 0], "Radau"),
    (lambda a: scipy.integrate.solve_ivp(lambda t, y: a * y, (0, 1), [1.0], events=print).y[0, 0], "events"),
    (lambda a: scipy.integrate.solve_bvp(lambda t, y: a * y, None, [0], [1.0]).y[0, 0], "boundary"),
])
# fmt: on
def test_what_is_refused(function: Any, words: str) -> None:
    with pytest.raises((adgen.AdgenError, ValueError, TypeError), match=words):
        adgen.grad(function)(1.5)
