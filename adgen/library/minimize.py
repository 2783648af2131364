"""Minimisers and least squares of `scipy.optimize`: their arguments made ready, and handed to `solve`.

A minimiser moves as the root of the gradient does, by the whole Hessian; the minimum's value by the envelope theorem.
Coordinates that rest on a bound do not move.
"""

from __future__ import annotations

import importlib
from typing import Any, cast

import numpy as np

from adgen.library import detail, optimum, reads, refuse, solve
from adgen.library.optimize import Result, vector_function, vector_of, with_args

optimize: Any = importlib.import_module("scipy.optimize")
HALF_PRECISION = np.sqrt(np.finfo(float).eps)

# Minima of one variable


class ScalarResult:
    """What scipy.optimize.minimize_scalar returns."""

    def __init__(self, x: Any, found: Any) -> None:
        self.x = x
        self.fun = optimum(found, x, "fun")
        self.success = detail(found, "success", "bool")
        self.nfev = detail(found, "nfev", "int")
        self.nit = detail(found, "nit", "int")


@reads(optimize.minimize_scalar, "scipy.optimize.minimize_scalar")
def minimize_scalar(
    fun: Any, bracket: Any = None, bounds: Any = None, args: Any = (), method: Any = None, tol: Any = None,
    options: Any = None,
) -> Any:
    path = "scipy.optimize.minimize_scalar"
    operands: dict[str, Any] = {}
    limits = None
    if bracket is not None:
        operands["bracket"] = tuple(bracket)
    if bounds is not None:
        operands["bounds"] = (bounds[0], bounds[1])
        limits = np.array([bounds[0], bounds[1]], dtype=np.float64)
    function = with_args(fun, args)
    given = {"method": method, "tol": tol, "options": options}
    return ScalarResult(
        *solve(path, "minimum", function, function, np.float64(0.5), operands, given, name=fun, field="x",
               bounds=limits)
    )


def only_minimizer(path: str, full_output: Any, retall: Any, callback: Any) -> None:
    if full_output or retall or callback is not None:
        refuse(f"{path} with full_output=, retall= or callback= is not supported", "use scipy.optimize.minimize")


@reads(optimize.brent, "scipy.optimize.brent")
def brent(
    func: Any, args: Any = (), brack: Any = None, tol: Any = 1.48e-8, full_output: Any = 0, maxiter: Any = 500
) -> Any:
    path = "scipy.optimize.brent"
    only_minimizer(path, full_output, False, None)
    function = with_args(func, args)
    operands = {} if brack is None else {"brack": tuple(brack)}
    options = {"tol": tol, "maxiter": maxiter}
    return solve(path, "minimum", function, function, np.float64(0.5), operands, options, name=func)[0]


@reads(optimize.golden, "scipy.optimize.golden")
def golden(
    func: Any, args: Any = (), brack: Any = None, tol: Any = HALF_PRECISION, full_output: Any = 0,
    maxiter: Any = 5000,
) -> Any:
    path = "scipy.optimize.golden"
    only_minimizer(path, full_output, False, None)
    function = with_args(func, args)
    operands = {} if brack is None else {"brack": tuple(brack)}
    options = {"tol": tol, "maxiter": maxiter}
    return solve(path, "minimum", function, function, np.float64(0.5), operands, options, name=func)[0]


@reads(optimize.fminbound, "scipy.optimize.fminbound")
def fminbound(
    func: Any, x1: Any, x2: Any, args: Any = (), xtol: Any = 1e-5, maxfun: Any = 500, full_output: Any = 0,
    disp: Any = 1,
) -> Any:
    path = "scipy.optimize.fminbound"
    only_minimizer(path, full_output, False, None)
    function = with_args(func, args)
    options = {"xtol": xtol, "maxfun": maxfun, "disp": disp}
    operands = {"x1#": x1, "x2#": x2}
    return solve(path, "minimum", function, function, np.float64(0.5), operands, options, name=func)[0]


# Minima of several variables


def limits_of(bounds: Any) -> Any:
    """Bounds as an array of two columns."""
    if hasattr(bounds, "lb"):
        refuse("scipy.optimize.Bounds is not supported", "pass a list of pairs: bounds=[(low, high), ...]")
    if isinstance(bounds, (list, tuple)):
        pairs = cast("list[Any]", bounds)
        lows = [-np.inf if pair[0] is None else pair[0] for pair in pairs]
        highs = [np.inf if pair[1] is None else pair[1] for pair in pairs]
        return np.array([lows, highs], dtype=np.float64).T
    return np.asarray(bounds)


BOUNDED = ("nelder-mead", "l-bfgs-b", "tnc", "slsqp", "powell", "trust-constr", "cobyla", "cobyqa")


@reads(optimize.minimize, "scipy.optimize.minimize")
def minimize(
    fun: Any, x0: Any, args: Any = (), method: Any = None, jac: Any = None, hess: Any = None, hessp: Any = None,
    bounds: Any = None, constraints: Any = (), tol: Any = None, callback: Any = None, options: Any = None,
) -> Any:
    path = "scipy.optimize.minimize"
    if len(constraints) > 0:
        refuse(f"{path} with constraints= is not supported: multipliers would have to be followed too",
               "write the constraints into the unknowns, or solve the conditions of Karush, Kuhn and Tucker by root")
    if callback is not None or hessp is not None:
        refuse(f"{path} with callback= or hessp= is not supported", "leave it out, or give hess=")
    function = with_args(fun, args)
    model = function
    given: dict[str, Any] = {"method": method, "tol": tol, "options": options}
    more: dict[str, Any] = {}
    if jac is True:
        given["jac"] = True

        def value(x: Any) -> Any:
            return function(x)[0]

        model = value
    elif isinstance(jac, str):
        if jac == "cs":
            refuse(f"{path} with jac='cs' is not supported", "give '2-point' or '3-point'")
        given["jac"] = jac
    elif jac is not None and jac is not False:
        more["jac"] = with_args(jac, args)
    if isinstance(hess, str):
        given["hess"] = hess
    elif hess is not None:
        more["hess"] = with_args(hess, args)
    start = vector_of(path, x0)
    operands = {"x0#": start}
    limits = None
    if bounds is not None:
        if method is not None and method.lower() not in BOUNDED:
            refuse(f"{path} with bounds= and method={method!r} is not supported", f"use one of {', '.join(BOUNDED)}")
        limits = limits_of(bounds)
        operands["bounds"] = limits
    pair = solve(path, "minimum", function, model, start, operands, given, name=fun, field="x", bounds=limits,
                 more=more)
    return Result(pair[0], optimum(pair[1], pair[0], "fun"), pair[1])


def minimizer(path: str, f: Any, x0: Any, args: Any, fprime: Any, options: Any) -> Any:
    """An older function for one method, which returns the minimiser."""
    function = with_args(f, args)
    start = vector_of(path, x0)
    more = {} if fprime is None else {"fprime": with_args(fprime, args)}
    return solve(path, "minimum", function, function, start, {"x0#": start}, options, name=f, more=more)[0]


@reads(optimize.fmin, "scipy.optimize.fmin")
def fmin(
    func: Any, x0: Any, args: Any = (), xtol: Any = 0.0001, ftol: Any = 0.0001, maxiter: Any = None,
    maxfun: Any = None, full_output: Any = 0, disp: Any = 1, retall: Any = 0, callback: Any = None,
) -> Any:
    path = "scipy.optimize.fmin"
    only_minimizer(path, full_output, retall, callback)
    options = {"xtol": xtol, "ftol": ftol, "maxiter": maxiter, "maxfun": maxfun, "disp": disp}
    return minimizer(path, func, x0, args, None, options)


@reads(optimize.fmin_powell, "scipy.optimize.fmin_powell")
def fmin_powell(
    func: Any, x0: Any, args: Any = (), xtol: Any = 0.0001, ftol: Any = 0.0001, maxiter: Any = None,
    maxfun: Any = None, full_output: Any = 0, disp: Any = 1, retall: Any = 0, callback: Any = None,
) -> Any:
    path = "scipy.optimize.fmin_powell"
    only_minimizer(path, full_output, retall, callback)
    options = {"xtol": xtol, "ftol": ftol, "maxiter": maxiter, "maxfun": maxfun, "disp": disp}
    return minimizer(path, func, x0, args, None, options)


@reads(optimize.fmin_bfgs, "scipy.optimize.fmin_bfgs")
def fmin_bfgs(
    f: Any, x0: Any, fprime: Any = None, args: Any = (), gtol: Any = 1e-5, norm: Any = np.inf, maxiter: Any = None,
    full_output: Any = 0, disp: Any = 1, retall: Any = 0, callback: Any = None, xrtol: Any = 0,
) -> Any:
    path = "scipy.optimize.fmin_bfgs"
    only_minimizer(path, full_output, retall, callback)
    options = {"gtol": gtol, "norm": norm, "maxiter": maxiter, "disp": disp, "xrtol": xrtol}
    return minimizer(path, f, x0, args, fprime, options)


@reads(optimize.fmin_cg, "scipy.optimize.fmin_cg")
def fmin_cg(
    f: Any, x0: Any, fprime: Any = None, args: Any = (), gtol: Any = 1e-5, norm: Any = np.inf, maxiter: Any = None,
    full_output: Any = 0, disp: Any = 1, retall: Any = 0, callback: Any = None,
) -> Any:
    path = "scipy.optimize.fmin_cg"
    only_minimizer(path, full_output, retall, callback)
    options = {"gtol": gtol, "norm": norm, "maxiter": maxiter, "disp": disp}
    return minimizer(path, f, x0, args, fprime, options)


# Least squares


class FitResult:
    """What scipy.optimize.least_squares returns."""

    def __init__(self, x: Any, fun: Any, found: Any) -> None:
        self.x = x
        self.fun = fun
        self.cost = optimum(found, x, "cost")
        self.optimality = detail(found, "optimality", "float")
        self.success = detail(found, "success", "bool")
        self.status = detail(found, "status", "int")
        self.nfev = detail(found, "nfev", "int")


def half_squares(function: Any) -> Any:
    """What least squares minimise: its Hessian is that of the sum, not Gauss and Newton's."""

    def cost(x: Any) -> Any:
        residuals = function(x)
        return 0.5 * np.dot(residuals, residuals)

    return cost


@reads(optimize.least_squares, "scipy.optimize.least_squares")
def least_squares(
    fun: Any, x0: Any, jac: Any = "2-point", method: Any = "trf", ftol: Any = 1e-8, xtol: Any = 1e-8,
    gtol: Any = 1e-8, x_scale: Any = None, loss: Any = "linear", diff_step: Any = None, tr_solver: Any = None,
    max_nfev: Any = None, verbose: Any = 0, args: Any = (), kwargs: Any = None,
) -> Any:
    path = "scipy.optimize.least_squares"
    if loss != "linear":
        refuse(f"{path} with loss={loss!r} is not supported", "minimise the sum of the losses by minimize")
    if kwargs:
        refuse(f"{path} with kwargs= is not supported", "pass a lambda that gives them")
    if jac == "cs":
        refuse(f"{path} with jac='cs' is not supported", "give '2-point', '3-point' or a function")
    options: dict[str, Any] = {
        "method": method, "ftol": ftol, "xtol": xtol, "gtol": gtol, "x_scale": x_scale, "loss": loss,
        "diff_step": diff_step, "tr_solver": tr_solver, "max_nfev": max_nfev, "verbose": verbose,
    }
    more: dict[str, Any] = {}
    if isinstance(jac, str):
        options["jac"] = jac
    else:
        more["jac"] = with_args(jac, args)
    function = vector_function(fun, args)
    start = vector_of(path, x0)
    pair = solve(path, "minimum", function, half_squares(function), start, {"x0#": start}, options, name=fun,
                 field="x", more=more)
    return FitResult(pair[0], function(pair[0]), pair[1])


@reads(optimize.leastsq, "scipy.optimize.leastsq")
def leastsq(
    func: Any, x0: Any, args: Any = (), Dfun: Any = None, full_output: Any = False, col_deriv: Any = False,
    ftol: Any = 1.49012e-8, xtol: Any = 1.49012e-8, gtol: Any = 0.0, maxfev: Any = 0, epsfcn: Any = None,
    factor: Any = 100, diag: Any = None,
) -> Any:
    path = "scipy.optimize.leastsq"
    if full_output:
        refuse(f"{path} with full_output=True is not supported", "use scipy.optimize.least_squares")
    options = {
        "col_deriv": col_deriv, "ftol": ftol, "xtol": xtol, "gtol": gtol, "maxfev": maxfev, "epsfcn": epsfcn,
        "factor": factor, "diag": diag,
    }
    function = vector_function(func, args)
    start = vector_of(path, x0)
    more = {} if Dfun is None else {"Dfun": with_args(Dfun, args)}
    pair = solve(path, "minimum", function, half_squares(function), start, {"x0#": start}, options, name=func,
                 field=0, more=more)
    return pair[0], detail(pair[1], 1, "int")
