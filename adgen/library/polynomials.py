"""Polynomials of `numpy` as sequences of coefficients, the highest power first, and series of `numpy.polynomial`.

What NumPy makes of a `poly1d`, leading zeros are taken from at run time: lengths depend on values there. The values of
series are computed by Clenshaw's recurrence downwards from the last coefficient, b[k] = c[k] + alpha[k](x) b[k+1] +
beta[k+1] b[k+2], with the alpha and beta of each family's three-term recurrence (DLMF 18.9, table 18.9.1).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.polynomial as families

from adgen.library import reads, refuse


@reads(np.polyval, "np.polyval")
def polyval(p: Any, x: Any) -> Any:
    coefficients = np.asarray(p)
    y = np.zeros_like(x)
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


# Series of numpy.polynomial

def spread(c: Any, x: Any, tensor: Any) -> Any:
    """The coefficients as floats; of rank above 1 with an axis for each of x's behind their own."""
    coefficients = np.asarray(c)
    if coefficients.dtype.kind in "iub":
        coefficients = coefficients.astype(float)
    if tensor and coefficients.ndim > 1:
        coefficients = coefficients.reshape(coefficients.shape + (1,) * np.ndim(x))
    return coefficients


def zero_of(x: Any, coefficients: Any) -> Any:
    """The zero that a recurrence starts from."""
    zero = 0.0 if np.ndim(x) == 0 else np.zeros_like(x)
    return zero if coefficients.ndim == 1 else zero + np.zeros_like(coefficients[0])


@reads(families.polynomial.polyval, "np.polynomial.polynomial.polyval", exact=False)
def power_series(x: Any, c: Any, tensor: Any = True) -> Any:
    coefficients = spread(c, x, tensor)
    y = zero_of(x, coefficients)
    for coefficient in coefficients[::-1]:
        y = coefficient + y * x
    return y


def clenshaw(x: Any, coefficients: Any, alpha: Any, beta: Any) -> Any:
    """b[0] and b[1] of the recurrence b[k] = c[k] + alpha(k) b[k+1] + beta(k + 1) b[k+2]."""
    first = second = zero_of(x, coefficients)
    for k in range(len(coefficients) - 1, -1, -1):
        first, second = coefficients[k] + alpha(k) * first + beta(k + 1) * second, first
    return first, second


@reads(families.chebyshev.chebval, "np.polynomial.chebyshev.chebval", exact=False)
def chebyshev_series(x: Any, c: Any, tensor: Any = True) -> Any:
    """The recurrence is that of the polynomials of the second kind: T[k] = U[k] - x U[k-1]."""
    first, second = clenshaw(x, spread(c, x, tensor), lambda k: 2.0 * x, lambda k: -1.0)
    return first - x * second


@reads(families.legendre.legval, "np.polynomial.legendre.legval", exact=False)
def legendre_series(x: Any, c: Any, tensor: Any = True) -> Any:
    return clenshaw(x, spread(c, x, tensor), lambda k: x * ((2 * k + 1) / (k + 1)), lambda k: -k / (k + 1))[0]


@reads(families.hermite.hermval, "np.polynomial.hermite.hermval", exact=False)
def hermite_series(x: Any, c: Any, tensor: Any = True) -> Any:
    return clenshaw(x, spread(c, x, tensor), lambda k: 2.0 * x, lambda k: -2.0 * k)[0]


@reads(families.hermite_e.hermeval, "np.polynomial.hermite_e.hermeval", exact=False)
def hermite_e_series(x: Any, c: Any, tensor: Any = True) -> Any:
    return clenshaw(x, spread(c, x, tensor), lambda k: x, lambda k: -k)[0]


@reads(families.laguerre.lagval, "np.polynomial.laguerre.lagval", exact=False)
def laguerre_series(x: Any, c: Any, tensor: Any = True) -> Any:
    return clenshaw(x, spread(c, x, tensor), lambda k: (2 * k + 1 - x) / (k + 1), lambda k: -k / (k + 1))[0]
