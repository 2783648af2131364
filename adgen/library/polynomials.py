"""Polynomials of `numpy` as sequences of coefficients, the highest power first.

Where NumPy makes a `poly1d` of its arguments, leading zeros are taken away at run time: lengths depend on values.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from adgen.library import reads, refuse


@reads(np.polyval, "np.polyval")
def polyval(p: Any, x: Any) -> Any:
    coefficients = np.asarray(p)
    y = np.zeros_like(x, dtype=np.result_type(np.asarray(x), coefficients))
    for coefficient in coefficients:
        y = y * x + coefficient
    return y


@reads(np.poly, "np.poly")
def poly(seq_of_zeros: Any) -> Any:
    """The coefficients of the polynomial with these roots: a factor at a time."""
    roots = np.atleast_1d(seq_of_zeros)
    if roots.ndim != 1:
        refuse("np.poly of a matrix is not supported: it takes the eigenvalues", "give the roots")
    if np.iscomplexobj(roots):
        refuse("np.poly of complex roots is not supported: whether its result is complex depends on them",
               "multiply the factors by np.convolve")
    product = np.zeros(len(roots) + 1, dtype=roots.dtype)
    product[0] = 1.0
    for root in roots:
        product[1:] = product[1:] - root * product[:-1]
    return product


def added_to_the_end(made: Any, p: Any) -> Any:
    made[len(made) - len(p):] += p
    return made


@reads(np.polyadd, "np.polyadd")
def polyadd(a1: Any, a2: Any) -> Any:
    p, q = np.atleast_1d(a1), np.atleast_1d(a2)
    made = np.zeros(max(len(p), len(q)), dtype=np.result_type(p, q))
    return added_to_the_end(added_to_the_end(made, p), q)


@reads(np.polysub, "np.polysub")
def polysub(a1: Any, a2: Any) -> Any:
    return np.polyadd(a1, -np.atleast_1d(a2))


def without_zeros(p: Any) -> Any:
    """Coefficients from the first that is not zero; the last always stays."""
    return p[np.argmax(np.append(p[:-1] != 0, True)):]


@reads(np.polymul, "np.polymul")
def polymul(a1: Any, a2: Any) -> Any:
    return np.convolve(without_zeros(np.atleast_1d(a1)), without_zeros(np.atleast_1d(a2)))


@reads(np.polydiv, "np.polydiv")
def polydiv(u: Any, v: Any) -> Any:
    """Quotient and remainder, by long division."""
    if np.ndim(u) == 0 or np.ndim(v) == 0:
        refuse("np.polydiv of a number, or by one, is not supported", "give coefficients, or write u / v")
    rest, divisor = np.atleast_1d(u) + 0.0, np.atleast_1d(v) + 0.0
    count = max(len(rest) - len(divisor) + 1, 0)
    size = len(divisor)
    quotient = np.zeros(max(count, 1), dtype=rest.dtype)
    scale = 1.0 / divisor[0]
    for k in range(count):
        factor = scale * rest[k]
        quotient[k] = factor
        rest[k:k + size] = rest[k:k + size] - factor * divisor
    first = np.argmax(np.append(~(np.abs(rest[:-1]) <= 1e-8), True))
    return quotient, rest[first:]


@reads(np.polyder, "np.polyder")
def polyder(p: Any, m: Any = 1) -> Any:
    made = np.asarray(p)
    for _ in tuple(range(m)):
        made = made[:-1] * np.arange(1, len(made))[::-1]
    return made


@reads(np.polyint, "np.polyint")
def polyint(p: Any, m: Any = 1, k: Any = None) -> Any:
    made = np.asarray(p)
    for step in tuple(range(m)):
        constant = 0.0 if k is None else k if np.ndim(k) == 0 else k[step]
        made = np.append(made / (len(made) - np.arange(len(made))), constant)
    return made


@reads(np.polyfit, "np.polyfit")
def polyfit(x: Any, y: Any, deg: Any, rcond: Any = None, full: Any = False, w: Any = None, cov: Any = False) -> Any:
    """Least squares on powers of x, each scaled to norm 1."""
    if full or cov:
        refuse("np.polyfit with full= or cov= is not supported", "use np.linalg.lstsq on np.vander(x, deg + 1)")
    powers, values = np.vander(np.asarray(x) + 0.0, deg + 1), np.asarray(y) + 0.0
    if w is not None:
        weights = np.asarray(w) + 0.0
        powers = powers * weights[:, None]
        values = values * (weights if values.ndim == 1 else weights[:, None])
    scale = np.sqrt((powers * powers).sum(axis=0))
    found = np.linalg.lstsq(powers / scale, values, rcond=rcond)[0]
    return found / scale if values.ndim == 1 else found / scale[:, None]


class Polynomial:
    """A `np.poly1d`, inside of the function that makes it."""

    def __init__(self, coeffs: Any) -> None:
        self.coeffs = coeffs
        self.c = coeffs
        self.coef = coeffs
        self.coefficients = coeffs

    def __call__(self, val: Any) -> Any:
        return np.polyval(self.coeffs, val)

    def __neg__(self) -> Any:
        return Polynomial(-self.coeffs)

    def __pos__(self) -> Any:
        return self

    def __add__(self, other: Any) -> Any:
        return Polynomial(without_zeros(np.polyadd(self.coeffs, coefficients_of(other))))

    def __radd__(self, other: Any) -> Any:
        return self + other

    def __sub__(self, other: Any) -> Any:
        return Polynomial(without_zeros(np.polysub(self.coeffs, coefficients_of(other))))

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __mul__(self, other: Any) -> Any:
        return Polynomial(without_zeros(np.polymul(self.coeffs, coefficients_of(other))))

    def __rmul__(self, other: Any) -> Any:
        return self * other

    def __truediv__(self, other: Any) -> Any:
        if isinstance(other, Polynomial):
            refuse("the quotient of two np.poly1d is not supported", "use np.polydiv")
        return Polynomial(self.coeffs / other)

    def __pow__(self, exponent: Any) -> Any:
        made = Polynomial(np.ones(1))
        for _ in tuple(range(exponent)):
            made = self * made
        return made

    def deriv(self, m: Any = 1) -> Any:
        return Polynomial(np.polyder(self.coeffs, m))

    def integ(self, m: Any = 1, k: Any = 0) -> Any:
        return Polynomial(np.polyint(self.coeffs, m, k))


def coefficients_of(p: Any) -> Any:
    return p.coeffs if isinstance(p, Polynomial) else np.atleast_1d(p)


@reads(np.poly1d, "np.poly1d")
def poly1d(c_or_r: Any, r: Any = False, variable: Any = None) -> Any:
    if isinstance(c_or_r, Polynomial):
        return c_or_r
    return Polynomial(without_zeros(np.poly(c_or_r) if r else np.atleast_1d(c_or_r)))
