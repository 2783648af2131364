"""Roots and fixed points by `scipy.optimize`: their arguments made ready, and handed to `solve`.

What is differentiated is the solution, not the iteration: a solution of f(x, a) = 0 moves by the implicit function
theorem, whatever the method and its tolerance. Starting points and brackets have the derivative zero.
"""

from __future__ import annotations

import importlib
from typing import Any, cast

import numpy as np

from adgen.library import detail, reads, refuse, solve

optimize: Any = importlib.import_module("scipy.optimize")
ROOT_HINT = "use scipy.optimize.root_scalar, whose result has the details as attributes"


def as_tuple(args: Any) -> tuple[Any, ...]:
    return cast("tuple[Any, ...]", args) if isinstance(args, tuple) else (args,)


def with_args(f: Any, args: Any) -> Any:
    """The function of its first parameter alone."""
    given = as_tuple(args)

    def function(x: Any) -> Any:
        return f(x, *given)

    return function


def vector_function(f: Any, args: Any) -> Any:
    """A function whose result, a list or an array, is a vector."""
    given = as_tuple(args)

    def function(x: Any) -> Any:
        return np.atleast_1d(np.asarray(f(x, *given)))

    return function


def vector_of(path: str, x0: Any) -> Any:
    """A starting point as the solver sees it: of one axis, in double precision."""
    if np.ndim(x0) > 1:
        refuse(f"{path} is supported for vectors of unknowns", "pass x0.ravel(), and reshape inside the function")
    if np.asarray(x0).dtype == np.float32:
        refuse(f"{path} in single precision is not supported", "pass x0 in double precision: x0.astype(float)")
    return np.atleast_1d(np.asarray(x0, dtype=np.float64))


# Roots of one variable


def bracketed(
    path: str, f: Any, a: Any, b: Any, args: Any, options: Any, full_output: Any
) -> Any:
    if full_output:
        refuse(f"{path} with full_output=True is not supported", ROOT_HINT)
    function = with_args(f, args)
    return solve(path, "root", function, function, 0.5, {"a#": a, "b#": b}, options, name=f)[0]


RTOL = 4 * np.finfo(float).eps


@reads(optimize.brentq, "scipy.optimize.brentq")
def brentq(
    f: Any, a: Any, b: Any, args: Any = (), xtol: Any = 2e-12, rtol: Any = RTOL, maxiter: Any = 100,
    full_output: Any = False, disp: Any = True,
) -> Any:
    options = {"xtol": xtol, "rtol": rtol, "maxiter": maxiter, "disp": disp}
    return bracketed("scipy.optimize.brentq", f, a, b, args, options, full_output)


@reads(optimize.brenth, "scipy.optimize.brenth")
def brenth(
    f: Any, a: Any, b: Any, args: Any = (), xtol: Any = 2e-12, rtol: Any = RTOL, maxiter: Any = 100,
    full_output: Any = False, disp: Any = True,
) -> Any:
    options = {"xtol": xtol, "rtol": rtol, "maxiter": maxiter, "disp": disp}
    return bracketed("scipy.optimize.brenth", f, a, b, args, options, full_output)


@reads(optimize.bisect, "scipy.optimize.bisect")
def bisect(
    f: Any, a: Any, b: Any, args: Any = (), xtol: Any = 2e-12, rtol: Any = RTOL, maxiter: Any = 100,
    full_output: Any = False, disp: Any = True,
) -> Any:
    options = {"xtol": xtol, "rtol": rtol, "maxiter": maxiter, "disp": disp}
    return bracketed("scipy.optimize.bisect", f, a, b, args, options, full_output)


@reads(optimize.ridder, "scipy.optimize.ridder")
def ridder(
    f: Any, a: Any, b: Any, args: Any = (), xtol: Any = 2e-12, rtol: Any = RTOL, maxiter: Any = 100,
    full_output: Any = False, disp: Any = True,
) -> Any:
    options = {"xtol": xtol, "rtol": rtol, "maxiter": maxiter, "disp": disp}
    return bracketed("scipy.optimize.ridder", f, a, b, args, options, full_output)


@reads(optimize.toms748, "scipy.optimize.toms748")
def toms748(
    f: Any, a: Any, b: Any, args: Any = (), k: Any = 1, xtol: Any = 2e-12, rtol: Any = RTOL, maxiter: Any = 100,
    full_output: Any = False, disp: Any = True,
) -> Any:
    options = {"k": k, "xtol": xtol, "rtol": rtol, "maxiter": maxiter, "disp": disp}
    return bracketed("scipy.optimize.toms748", f, a, b, args, options, full_output)


def functions_of(args: Any, fprime: Any, fprime2: Any) -> Any:
    """Derivatives that the user gave, as functions of the first parameter alone."""
    more: dict[str, Any] = {}
    if fprime is not None:
        more["fprime"] = with_args(fprime, args)
    if fprime2 is not None:
        more["fprime2"] = with_args(fprime2, args)
    return more


@reads(optimize.newton, "scipy.optimize.newton")
def newton(
    func: Any, x0: Any, fprime: Any = None, args: Any = (), tol: Any = 1.48e-8, maxiter: Any = 50,
    fprime2: Any = None, x1: Any = None, rtol: Any = 0.0, full_output: Any = False, disp: Any = True,
) -> Any:
    path = "scipy.optimize.newton"
    if full_output:
        refuse(f"{path} with full_output=True is not supported", ROOT_HINT)
    if np.ndim(x0) > 0:
        refuse(f"{path} for an array of starting points is not supported", "use scipy.optimize.root, or a loop")
    function = with_args(func, args)
    operands = {"x0#": x0} if x1 is None else {"x0#": x0, "x1": x1}
    options = {"tol": tol, "maxiter": maxiter, "rtol": rtol, "disp": disp}
    more = functions_of(args, fprime, fprime2)
    return solve(path, "root", function, function, np.float64(0.5), operands, options, name=func, more=more)[0]


class RootResult:
    """What scipy.optimize.root_scalar returns."""

    def __init__(self, root: Any, found: Any) -> None:
        self.root = root
        self.converged = detail(found, "converged", "bool")
        self.iterations = detail(found, "iterations", "int")
        self.function_calls = detail(found, "function_calls", "int")


@reads(optimize.root_scalar, "scipy.optimize.root_scalar")
def root_scalar(
    f: Any, args: Any = (), method: Any = None, bracket: Any = None, fprime: Any = None, fprime2: Any = None,
    x0: Any = None, x1: Any = None, xtol: Any = None, rtol: Any = None, maxiter: Any = None, options: Any = None,
) -> Any:
    path = "scipy.optimize.root_scalar"
    operands: dict[str, Any] = {}
    if bracket is not None:
        operands["bracket"] = (bracket[0], bracket[1])
    if x0 is not None:
        operands["x0"] = x0
    if x1 is not None:
        operands["x1"] = x1
    given: dict[str, Any] = {"method": method, "xtol": xtol, "rtol": rtol, "maxiter": maxiter, "options": options}
    function, more = with_args(f, args), {}
    model = function
    if fprime is True:
        given["fprime"] = True
        given["fprime2"] = True if fprime2 is True else None

        def value(x: Any) -> Any:
            return function(x)[0]

        model = value
    else:
        more = functions_of(args, fprime, fprime2)
    return RootResult(*solve(path, "root", function, model, 0.5, operands, given, name=f, more=more, field="root"))


# Roots of several variables


@reads(optimize.fsolve, "scipy.optimize.fsolve")
def fsolve(
    func: Any, x0: Any, args: Any = (), fprime: Any = None, full_output: Any = 0, col_deriv: Any = 0,
    xtol: Any = 1.49012e-8, maxfev: Any = 0, band: Any = None, epsfcn: Any = None, factor: Any = 100, diag: Any = None,
) -> Any:
    path = "scipy.optimize.fsolve"
    if full_output:
        refuse(f"{path} with full_output=True is not supported", "use scipy.optimize.root")
    options = {
        "col_deriv": col_deriv, "xtol": xtol, "maxfev": maxfev, "band": band, "epsfcn": epsfcn, "factor": factor,
        "diag": diag,
    }
    more = {} if fprime is None else {"fprime": with_args(fprime, args)}
    function = vector_function(func, args)
    x = vector_of(path, x0)
    return solve(path, "root", function, function, x, {"x0#": x}, options, name=func, more=more)[0]


class Result:
    """What scipy.optimize.root and scipy.optimize.minimize return."""

    def __init__(self, x: Any, fun: Any, found: Any) -> None:
        self.x = x
        self.fun = fun
        self.success = detail(found, "success", "bool")
        self.status = detail(found, "status", "int")
        self.nfev = detail(found, "nfev", "int")
        self.nit = detail(found, "nit", "int")


ROOT_METHODS = (
    "hybr", "lm", "broyden1", "broyden2", "anderson", "linearmixing", "diagbroyden", "excitingmixing", "krylov",
    "df-sane",
)


@reads(optimize.root, "scipy.optimize.root")
def root(
    fun: Any, x0: Any, args: Any = (), method: Any = "hybr", jac: Any = None, tol: Any = None, callback: Any = None,
    options: Any = None,
) -> Any:
    path = "scipy.optimize.root"
    if callback is not None:
        refuse(f"{path} with callback= is not supported", "leave it out")
    function = vector_function(fun, args)
    model = function
    given: dict[str, Any] = {"method": method, "tol": tol, "options": options}
    more: dict[str, Any] = {}
    if jac is True:
        given["jac"] = True
        function = with_args(fun, args)

        def value(x: Any) -> Any:
            return np.atleast_1d(np.asarray(function(x)[0]))

        model = value
    elif jac is not None and jac is not False:
        more["jac"] = with_args(jac, args)
    start = vector_of(path, x0)
    pair = solve(path, "root", function, model, start, {"x0#": start}, given, name=fun, more=more, field="x")
    return Result(pair[0], model(pair[0]), pair[1])


@reads(optimize.fixed_point, "scipy.optimize.fixed_point")
def fixed_point(
    func: Any, x0: Any, args: Any = (), xtol: Any = 1e-8, maxiter: Any = 500, method: Any = "del2"
) -> Any:
    """x = f(x): a root of x - f(x)."""
    path = "scipy.optimize.fixed_point"
    options = {"xtol": xtol, "maxiter": maxiter, "method": method}
    if np.ndim(x0) == 0:
        function = with_args(func, args)
        start = np.float64(x0)
    else:
        function = vector_function(func, args)
        start = vector_of(path, x0)

    def gap(x: Any) -> Any:
        return x - function(x)

    return solve(path, "root", function, gap, start, {"x0#": start}, options, name=func)[0]


# Rosenbrock's function


@reads(optimize.rosen, "scipy.optimize.rosen")
def rosen(x: Any) -> Any:
    v = np.asarray(x)
    return np.sum(100.0 * (v[1:] - v[:-1] ** 2.0) ** 2.0 + (1 - v[:-1]) ** 2.0, axis=0)


@reads(optimize.rosen_der, "scipy.optimize.rosen_der")
def rosen_der(x: Any) -> Any:
    v = np.asarray(x)
    slope = np.zeros_like(v)
    middle, before, behind = v[1:-1], v[:-2], v[2:]
    slope[1:-1] = 200 * (middle - before**2) - 400 * (behind - middle**2) * middle - 2 * (1 - middle)
    slope[0] = -400 * v[0] * (v[1] - v[0] ** 2) - 2 * (1 - v[0])
    slope[-1] = 200 * (v[-1] - v[-2] ** 2)
    return slope


@reads(optimize.rosen_hess, "scipy.optimize.rosen_hess", exact=False)
def rosen_hess(x: Any) -> Any:
    v = np.atleast_1d(np.asarray(x))
    beside = -400.0 * v[:-1]
    diagonal = np.zeros_like(v)
    diagonal[:-1] += 1200.0 * v[:-1] ** 2 - 400.0 * v[1:] + 2.0
    diagonal[1:] += 200.0
    return np.diag(beside, 1) + np.diag(beside, -1) + np.diag(diagonal)


@reads(optimize.rosen_hess_prod, "scipy.optimize.rosen_hess_prod", exact=False)
def rosen_hess_prod(x: Any, p: Any) -> Any:
    v = np.atleast_1d(np.asarray(x))
    made = np.zeros_like(v)
    made[:-1] += (1200.0 * v[:-1] ** 2 - 400.0 * v[1:] + 2.0) * p[:-1] - 400.0 * v[:-1] * p[1:]
    made[1:] += 200.0 * p[1:] - 400.0 * v[:-1] * p[:-1]
    return made
