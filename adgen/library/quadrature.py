"""Integrals of functions by `scipy.integrate`: adaptive quadrature and Gauss's.

The derivative is Leibniz's rule: the function at the ends, and integrals of its derivatives by what it reads, found to
the accuracy that was asked for (`adgen.transforms.functionals`).
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from adgen.library import at_compile_time, detail, integrate, reads, refuse, unavailable
from adgen.library.optimize import as_tuple, with_args
from adgen.rules.computed import computed

scipy_integrate: Any = importlib.import_module("scipy.integrate")
special: Any = importlib.import_module("scipy.special")
ACCURACY = 1.49e-8


def plain_quad(f: Any, a: Any, b: Any, epsabs: Any, epsrel: Any, limit: Any, points: Any, name: Any) -> Any:
    options = {"epsabs": epsabs, "epsrel": epsrel, "limit": limit, "points": points}
    vector = {"epsabs": epsabs, "epsrel": epsrel, "points": points}
    return integrate("scipy.integrate.quad", f, a, b, options, vector, name=name)


@reads(scipy_integrate.quad, "scipy.integrate.quad")
def quad(
    func: Any, a: Any, b: Any, args: Any = (), full_output: Any = 0, epsabs: Any = ACCURACY, epsrel: Any = ACCURACY,
    limit: Any = 50, points: Any = None, weight: Any = None, complex_func: Any = False,
) -> Any:
    if full_output:
        refuse("scipy.integrate.quad with full_output=1 is not supported", "take the value and the error alone")
    if weight is not None or complex_func:
        refuse("scipy.integrate.quad with weight= or complex_func= is not supported", "write it into the function")
    pair = plain_quad(with_args(func, args), a, b, epsabs, epsrel, limit, points, func)
    return pair[0], detail(pair[1], 1, "float")


@reads(scipy_integrate.quad_vec, "scipy.integrate.quad_vec")
def quad_vec(
    f: Any, a: Any, b: Any, epsabs: Any = 1e-200, epsrel: Any = 1e-8, norm: Any = "2", cache_size: Any = 100e6,
    limit: Any = 10000, points: Any = None, quadrature: Any = None, full_output: Any = False, *, args: Any = (),
) -> Any:
    if full_output:
        refuse("scipy.integrate.quad_vec with full_output=True is not supported", "take the value and the error alone")
    options = {
        "epsabs": epsabs, "epsrel": epsrel, "norm": norm, "cache_size": cache_size, "limit": limit, "points": points,
        "quadrature": quadrature,
    }
    pair = integrate("scipy.integrate.quad_vec", with_args(f, args), a, b, options, options, name=f)
    return pair[0], detail(pair[1], 1, "float")


def end_of(limit: Any, *later: Any) -> Any:
    """An end of an inner integral: a number, or a function of the outer variables."""
    return limit(*later) if callable(limit) else limit


NO_ERROR = ("the error estimate of nested integrals is not supported", "take the value alone: dblquad(...)[0]")


@reads(scipy_integrate.dblquad, "scipy.integrate.dblquad")
def dblquad(
    func: Any, a: Any, b: Any, gfun: Any, hfun: Any, args: Any = (), epsabs: Any = ACCURACY, epsrel: Any = ACCURACY
) -> Any:
    given = as_tuple(args)

    def inner(x: Any) -> Any:
        def along(y: Any) -> Any:
            return func(y, x, *given)

        return plain_quad(along, end_of(gfun, x), end_of(hfun, x), epsabs, epsrel, 50, None, func)[0]

    value = plain_quad(inner, a, b, epsabs, epsrel, 50, None, inner)[0]
    return unavailable(value, *NO_ERROR)


@reads(scipy_integrate.tplquad, "scipy.integrate.tplquad")
def tplquad(
    func: Any, a: Any, b: Any, gfun: Any, hfun: Any, qfun: Any, rfun: Any, args: Any = (), epsabs: Any = ACCURACY,
    epsrel: Any = ACCURACY,
) -> Any:
    given = as_tuple(args)

    def inner(x: Any) -> Any:
        def middle(y: Any) -> Any:
            def along(z: Any) -> Any:
                return func(z, y, x, *given)

            low, high = end_of(qfun, x, y), end_of(rfun, x, y)
            return plain_quad(along, low, high, epsabs, epsrel, 50, None, func)[0]

        return plain_quad(middle, end_of(gfun, x), end_of(hfun, x), epsabs, epsrel, 50, None, middle)[0]

    value = plain_quad(inner, a, b, epsabs, epsrel, 50, None, inner)[0]
    return unavailable(value, *NO_ERROR)


@reads(scipy_integrate.fixed_quad, "scipy.integrate.fixed_quad")
def fixed_quad(func: Any, a: Any, b: Any, args: Any = (), n: int = 5) -> Any:
    nodes, weights = at_compile_time(special.roots_legendre, n)
    x = (b - a) * (nodes + 1) / 2.0 + a
    return (b - a) / 2.0 * np.sum(weights * func(x, *as_tuple(args)), axis=-1), None


computed(scipy_integrate.newton_cotes, "scipy.integrate.newton_cotes")
computed(scipy_integrate.lebedev_rule, "scipy.integrate.lebedev_rule")
