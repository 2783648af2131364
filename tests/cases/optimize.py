"""`scipy.optimize`: roots, fixed points, minima and least squares of functions that are handed over."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.cases import normal, positive

A, Q = 1.3, 0.4
V = np.array([0.7, -0.4, 1.2])
POINTS = np.array([0.0, 0.3, 0.8, 1.1])
CUBIC = "lambda x: x ** 3 + x - a"
TILTED = "lambda x, a, q: x ** 3 + q * x - a"
SYSTEM = "lambda x: x ** 3 + 2.0 * x - a + q * np.sum(x)"
BOWL = "lambda x: np.sum(np.cosh(x - a)) + q * x[0] * x[1]"
SLOPE = "lambda x: np.sinh(x - a) + q * np.array([x[1], x[0], 0.0])"
VALUE_AND_SLOPE = (
    "lambda x: (np.sum(np.cosh(x - a)) + q * x[0] * x[1], np.sinh(x - a) + q * np.array([x[1], x[0], 0.0]))"
)
BENDING = "lambda x: np.diag(np.cosh(x - a)) + q * np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])"
FIT = "lambda p: p[0] * np.exp(-p[1] * t) - y"
OPT = "scipy.optimize"
ONE: dict[str, Any] = {"a": A}
TWO: dict[str, Any] = {"a": A, "q": Q}
SEVERAL: dict[str, Any] = {"a": V, "q": Q}
FITTED: dict[str, Any] = {"t": POINTS, "y": np.array([2.1, 1.5, 1.1, 0.8])}
TIGHT = "options={'gtol': 1e-11}"

CASES: list[tuple[str, dict[str, Any]]] = [
    # one unknown
    *((f"{OPT}.{name}({CUBIC}, -1.0, 3.0)", ONE) for name in ("brentq", "brenth", "bisect", "ridder", "toms748")),
    *((f"{OPT}.{name}({TILTED}, -1.0, 3.0, args=(a, q), xtol=1e-12, rtol=1e-14, maxiter=200, disp=False)", TWO)
      for name in ("brentq", "brenth", "bisect", "ridder", "toms748")),
    (f"{OPT}.toms748({CUBIC}, -1.0, 3.0, k=2)", ONE),
    (f"{OPT}.brentq({CUBIC}, -1, a)", {"a": 2.5}),
    (f"{OPT}.newton({CUBIC}, 0.9)", ONE),
    (f"{OPT}.newton({CUBIC}, 1, x1=1.2, tol=1e-12, rtol=1e-13, maxiter=80, disp=True)", ONE),
    (f"{OPT}.newton({TILTED}, a, fprime=lambda x, a, q: 3.0 * x ** 2 + q, args=(a, q))", TWO),
    (f"{OPT}.newton({CUBIC}, 0.9, lambda x: 3.0 * x ** 2 + 1.0, fprime2=lambda x: 6.0 * x)", ONE),
    (f"{OPT}.root_scalar({CUBIC}, bracket=(-1.0, 3.0)).root", ONE),
    *((f"{OPT}.root_scalar({TILTED}, args=(a, q), method={name!r}, bracket=[-1.0, 3.0], xtol=1e-13).root", TWO)
      for name in ("brentq", "brenth", "bisect", "ridder", "toms748")),
    (f"{OPT}.root_scalar({CUBIC}, x0=0.5, x1=1.0, method='secant', rtol=1e-13, maxiter=60).root", ONE),
    (f"{OPT}.root_scalar(lambda x: (x ** 3 + x - a, 3.0 * x ** 2 + 1.0), x0=0.5, fprime=True).root", ONE),
    (f"{OPT}.root_scalar({CUBIC}, x0=0.5, fprime=lambda x: 3.0 * x ** 2 + 1.0, fprime2=lambda x: 6.0 * x).root", ONE),
    # several unknowns
    (f"{OPT}.fsolve({SYSTEM}, np.zeros(3), xtol=1e-13)", SEVERAL),
    (f"{OPT}.fsolve(lambda v: [v[0] * np.cos(v[1]) - 4.0 * a, v[1] * v[0] - v[1] - q], [1, 1])", TWO),
    (f"{OPT}.fsolve({CUBIC}, 0.5, factor=10, epsfcn=1e-12)", ONE),
    (f"{OPT}.fsolve({SYSTEM}, np.zeros(3), fprime=lambda x: np.diag(3.0 * x ** 2 + 2.0) + q)", SEVERAL),
    *((f"{OPT}.root({SYSTEM}, np.zeros(3), method={name!r}, tol=1e-12).x", SEVERAL)
      for name in ("hybr", "lm", "krylov", "broyden1", "df-sane")),
    (f"{OPT}.root(lambda x, a: x ** 3 + x - a, np.zeros(3), args=(a,), jac=lambda x, a: np.diag(3.0 * x ** 2 + 1.0)).x",
     {"a": V}),
    (f"{OPT}.root(lambda x: (x ** 3 + x - a, np.diag(3.0 * x ** 2 + 1.0)), np.zeros(3), jac=True).x", {"a": V}),
    (f"{OPT}.fixed_point(lambda x, a: np.sqrt(x + a), 1.0, args=(a,), xtol=1e-13)", ONE),
    (f"{OPT}.fixed_point(lambda x: 0.5 * np.cos(x) + a * x[0] * 0.1, np.ones(3), method='iteration', xtol=1e-13)",
     {"a": V}),
    # minima of one variable
    (f"{OPT}.minimize_scalar(lambda x: np.cosh(x - a) + x ** 2, tol=1e-12).x", ONE),
    (f"{OPT}.minimize_scalar(lambda x: np.cosh(x - a) + q * x ** 2, bracket=(-1.0, 1.0)).fun", TWO),
    (f"{OPT}.minimize_scalar(lambda x, a: np.cosh(x - a) + x ** 2, bounds=(-2.0, 2.0), args=(a,)).fun", ONE),
    (f"{OPT}.minimize_scalar(lambda x: np.cosh(x - a), bounds=(-2.0, 0.5), method='bounded', "
     "options={'xatol': 1e-10}).x * a", ONE),
    (f"{OPT}.minimize_scalar(lambda x: np.cosh(x - a) + x ** 2, method='golden', tol=1e-12).x", ONE),
    (f"{OPT}.brent(lambda x: np.cosh(x - a) + x ** 2, tol=1e-12)", ONE),
    (f"{OPT}.golden(lambda x: (x - np.sin(a)) ** 2, brack=(-1.0, 0.4), tol=1e-14)", ONE),
    (f"{OPT}.fminbound(lambda x: np.cosh(x - a) + x ** 2, -2.0, 2.0, xtol=1e-12, disp=0)", ONE),
    # minima of several variables
    *((f"{OPT}.minimize({BOWL}, np.zeros(3), method={name!r}, jac={SLOPE}, tol=1e-11).x", SEVERAL)
      for name in ("BFGS", "CG", "L-BFGS-B", "Newton-CG", "trust-constr")),
    (f"{OPT}.minimize({VALUE_AND_SLOPE}, np.zeros(3), jac=True, {TIGHT}).x", SEVERAL),
    (f"{OPT}.minimize({BOWL}, np.zeros(3), jac={SLOPE}, hess={BENDING}, method='trust-exact', tol=1e-11).x", SEVERAL),
    (f"{OPT}.minimize({BOWL}, np.zeros(3), method='Nelder-Mead', options={{'xatol': 1e-10, 'fatol': 1e-14}}).x",
     SEVERAL),
    (f"{OPT}.minimize({BOWL}, np.zeros(3), jac='3-point', options={{'gtol': 1e-9}}).fun", SEVERAL),
    (f"{OPT}.minimize({BOWL}, np.zeros(3), bounds=[(0.0, None), (None, 0.1), (-1.0, 0.5)], jac={SLOPE}, tol=1e-13).x",
     SEVERAL),
    (f"{OPT}.minimize({BOWL}, np.zeros(3), bounds=[(0.0, None), (None, 0.1), (-1.0, 0.5)], method='SLSQP', "
     f"jac={SLOPE}, options={{'ftol': 1e-16}}).fun", SEVERAL),
    (f"{OPT}.minimize({BOWL}, np.zeros(3), method='SLSQP', jac={SLOPE}, options={{'ftol': 1e-16}}).x", SEVERAL),
    (f"{OPT}.fmin({BOWL}, np.zeros(3), xtol=1e-10, ftol=1e-14, disp=False)", SEVERAL),
    (f"{OPT}.fmin_powell({BOWL}, np.zeros(3), xtol=1e-10, ftol=1e-14, disp=0)", SEVERAL),
    (f"{OPT}.fmin_bfgs({BOWL}, np.zeros(3), fprime={SLOPE}, gtol=1e-11, disp=0)", SEVERAL),
    (f"{OPT}.fmin_cg({BOWL}, np.zeros(3), fprime={SLOPE}, gtol=1e-11, disp=0)", SEVERAL),
    # least squares
    (f"{OPT}.least_squares({FIT}, np.ones(2), xtol=1e-14, ftol=1e-14, gtol=1e-14).x", FITTED),
    (f"{OPT}.least_squares({FIT}, np.ones(2), method='lm').cost", FITTED),
    (f"{OPT}.least_squares({FIT}, [1, 1], method='dogbox', jac='3-point', ftol=1e-15, xtol=1e-15, gtol=1e-13).x",
     FITTED),
    (f"{OPT}.leastsq({FIT}, np.ones(2), ftol=1e-14, xtol=1e-14)[0]", FITTED),
    (f"x[{OPT}.linear_sum_assignment(x)] * x[{OPT}.linear_sum_assignment(x, maximize=True)]", {"x": normal(3, 3)}),
    (f"x[{OPT}.linear_sum_assignment(x)]", {"x": normal(3, 4)}),
    # Rosenbrock's function
    *((f"{OPT}.{name}(x)", {"x": normal(5)}) for name in ("rosen", "rosen_der", "rosen_hess")),
    (f"{OPT}.rosen_hess_prod(x, p)", {"x": normal(5), "p": positive(5)}),
]
