"""What CuPy lacks, in terms of what it has: `EQUIVALENTS`, by the name of the op.

    equivalent   (g: Ops, op: Op, *args: E) -> E | tuple[E, ...] | None       None: the op is CuPy's own after all

They are written for a target where a chain of elementwise ops is one kernel. What cannot be said so is refused, with
what to write instead.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from adgen.errors import Refusal
from adgen.ir.core import Const, Op, Value
from adgen.ir.types import GENERATOR, is_complex
from adgen.rules.cupy import functions
from adgen.rules.rearranging import matrix_transpose
from adgen.rules.shapes import along, get
from adgen.rules.table import E, Ops

Equivalent = Callable[..., "E | tuple[E, ...] | None"]
Made = TypeVar("Made", bound=Equivalent)
EQUIVALENTS: dict[str, Equivalent] = {}
LARGEST = 30
"""The highest degree or order that a recurrence is written out for."""


def equivalent(*names: str) -> Callable[[Made], Made]:
    """Enter the equivalent of ops."""

    def register(made: Made) -> Made:
        EQUIVALENTS.update(dict.fromkeys(names, made))
        return made

    return register


def known_int(x: E) -> int | None:
    """A degree or order that is known when compiling."""
    value: Any = x.atom.value if isinstance(x.atom, Const) and np.ndim(x.atom.value) == 0 else None
    return int(value) if not is_complex(x.type) and value is not None and float(value).is_integer() else None


def degree_of(op: Op, n: E) -> int:
    found = known_int(n)
    if found is None or not 0 <= found <= LARGEST:
        name = op.name.rpartition(".")[2]
        raise Refusal(f"CuPy has no {name}; it is written out for a degree that is known, up to {LARGEST}",
                      "give such a degree, or compile for NumPy")
    return found


def in_dtype(g: Ops, op: Op, x: E) -> E:
    """x in the dtype of the op's first result."""
    wanted = g.wrap(op.results[0]).dtype
    return x if x.dtype == wanted else g("convert", x, dtype=wanted)


# Sums of exponentials: CuPy's own take many launches and wait for the device

def shifted(g: Ops, op: Op, x: E) -> tuple[E, E]:
    """The largest element along the axes, 0 where it is not finite, and exp(x - largest)."""
    top = g("max", x, axis=op.attrs["axis"], keepdims=True)
    top = g("where", g("isfinite", top), top, 0.0)
    return top, g("exp", x - top)


@equivalent("special.logsumexp")
def logsumexp(g: Ops, op: Op, x: E) -> E | None:
    if is_complex(x.type) or x.dims is None or np.dtype(x.dtype).kind != "f":
        return None
    axes, keep = op.attrs["axis"], op.attrs["keepdims"]
    top, powers = shifted(g, op, x)
    made = g("log", g.sum(powers, axes, True)) + top
    return made if keep else g("squeeze", made, axis=tuple(range(x.rank)) if axes is None else axes)


@equivalent("special.softmax")
def softmax(g: Ops, op: Op, x: E) -> E | None:
    if x.dims is None or np.dtype(x.dtype).kind != "f":
        return None
    _, powers = shifted(g, op, x)
    return powers / g.sum(powers, op.attrs["axis"], True)


@equivalent("special.log_softmax")
def log_softmax(g: Ops, op: Op, x: E) -> E | None:
    if x.dims is None or np.dtype(x.dtype).kind != "f":
        return None
    top, powers = shifted(g, op, x)
    return (x - top) - g("log", g.sum(powers, op.attrs["axis"], True))


# Reductions by ufuncs

@equivalent("logaddexp.reduce")
def logaddexp_reduce(g: Ops, op: Op, x: E) -> E:
    return g("log", g.sum(shifted(g, op, x)[1], op.attrs["axis"], op.attrs["keepdims"])) + largest(g, op, x)


@equivalent("logaddexp2.reduce")
def logaddexp2_reduce(g: Ops, op: Op, x: E) -> E:
    top = largest(g, op, x, True)
    total = g.sum(g("exp2", x - top), op.attrs["axis"], op.attrs["keepdims"])
    return g("log2", total) + largest(g, op, x)


def largest(g: Ops, op: Op, x: E, keep: bool = False) -> E:
    top = g("max", x, axis=op.attrs["axis"], keepdims=keep or op.attrs["keepdims"])
    return g("where", g("isfinite", top), top, 0.0)


@equivalent("hypot.reduce")
def hypot_reduce(g: Ops, op: Op, x: E) -> E:
    """Scaled by the largest, so that no square overflows."""
    scale = g("max", g("abs", x), axis=op.attrs["axis"], keepdims=True)
    scale = g("where", g("logical_and", scale > 0.0, g("isfinite", scale)), scale, 1.0)
    part = x / scale
    root = g("sqrt", g.sum(part * part, op.attrs["axis"], op.attrs["keepdims"]))
    return root * (scale if op.attrs["keepdims"] else g("squeeze", scale, axis=op.attrs["axis"]))


@equivalent("subtract.reduce")
def subtract_reduce(g: Ops, op: Op, x: E) -> E:
    """Twice the first less the sum."""
    (at,), keep = op.attrs["axis"], op.attrs["keepdims"]
    return 2 * get(g, x, *along(at, slice(0, 1) if keep else 0)) - g.sum(x, (at,), keep)


@equivalent("quantile", "percentile")
def quantile(g: Ops, op: Op, x: E, q: E) -> E:
    """CuPy's, which ignores that elements are NaN; NumPy's result is NaN then."""
    method = op.attrs.get("method", "linear")
    if method not in ("linear", "lower", "higher", "midpoint", "nearest"):
        raise Refusal(f"CuPy's {op.name} has no method {method!r}", "use method='linear'")
    made = g(op.name, x, q, **op.attrs)
    top = g("max", x, axis=op.attrs["axis"], keepdims=op.attrs["keepdims"])
    return g("where", g("isnan", top), math.nan, made) if np.dtype(x.dtype).kind == "f" else made


# Products and norms

@equivalent("vecdot")
def vecdot(g: Ops, op: Op, x: E, y: E) -> E:
    product = (g("conj", x) if is_complex(x.type) else x) * y
    return g.sum(product, (product.rank - 1,))


@equivalent("multi_dot")
def multi_dot(g: Ops, op: Op, *factors: E) -> E:
    """From the end that is a vector, if one is."""
    if factors[-1].rank == 1:
        made = factors[-1]
        for factor in reversed(factors[:-1]):
            made = g("dot", factor, made)
        return made
    made = factors[0]
    for factor in factors[1:]:
        made = g("dot", made, factor)
    return made


@equivalent("scipy.linalg.norm")
def scipy_norm(g: Ops, op: Op, x: E) -> E:
    return g("norm", x, **{"ord": None, "axis": None, "keepdims": False, **op.attrs})


# Linear algebra

def require_general(op: Op) -> None:
    structure = op.attrs.get("assume_a")
    if structure not in (None, "gen"):
        raise Refusal(f"CuPy does not solve with assume_a={structure!r}", "leave out assume_a")


@equivalent("scipy.linalg.inv")
def scipy_inv(g: Ops, op: Op, a: E) -> E:
    require_general(op)
    return g("inv", a)


@equivalent("scipy.linalg.det")
def scipy_det(g: Ops, op: Op, a: E) -> E:
    return g("det", a)


@equivalent("scipy.linalg.solve")
def scipy_solve(g: Ops, op: Op, a: E, b: E) -> E:
    require_general(op)
    if a.rank != 2:
        raise Refusal("CuPy has no scipy.linalg.solve for stacks of matrices", "use np.linalg.solve")
    return g("solve", matrix_transpose(g, a) if op.attrs.get("transposed") else a, b)


@equivalent("cholesky")
def cholesky(g: Ops, op: Op, a: E) -> E:
    """CuPy's is the lower one, of the lower triangle."""
    if not op.attrs.get("upper"):
        return g("cholesky", a, upper=False)
    return adjoint(g, g("cholesky", adjoint(g, a), upper=False))


@equivalent("scipy.linalg.cholesky", "scipy.linalg.cho_factor")
def scipy_cholesky(g: Ops, op: Op, a: E) -> E:
    return cholesky(g, Op(op.name, op.args, {"upper": not op.attrs.get("lower")}, op.results), a)


@equivalent("scipy.linalg.cho_solve")
def cho_solve(g: Ops, op: Op, c: E, b: E) -> E:
    low = bool(op.attrs["lower"])
    first = g("scipy.linalg.solve_triangular", c, b, trans=0 if low else 2, lower=low, unit_diagonal=False)
    return g("scipy.linalg.solve_triangular", c, first, trans=2 if low else 0, lower=low, unit_diagonal=False)


@equivalent("scipy.linalg.qr")
def scipy_qr(g: Ops, op: Op, a: E) -> tuple[E, ...]:
    if op.attrs.get("pivoting"):
        raise Refusal("CuPy's qr has no pivoting", "leave out pivoting")
    return g.many("qr", a, mode="reduced")


@equivalent("scipy.linalg.svd")
def scipy_svd(g: Ops, op: Op, a: E) -> tuple[E, ...]:
    return g.many("svd", a, full_matrices=False)


@equivalent("scipy.linalg.svdvals", "scipy.linalg.svd_values")
def scipy_svdvals(g: Ops, op: Op, a: E) -> E:
    return g("svdvals", a)


@equivalent("scipy.linalg.eigh", "scipy.linalg.eigvalsh")
def scipy_eigh(g: Ops, op: Op, a: E, *more: E) -> tuple[E, ...]:
    """All eigenvalues of one matrix."""
    if more or op.attrs.get("subset_by_index") is not None:
        raise Refusal(f"CuPy's {op.name[13:]} takes one matrix, and gives all eigenvalues",
                      "reduce a v = w b v to one matrix by a Cholesky factor of b; select from the result")
    return g.many(op.name[13:], a, UPLO="L" if op.attrs.get("lower", True) else "U")


@equivalent("eig", "eigvals", "scipy.linalg.eig", "scipy.linalg.eigvals")
def eig(g: Ops, op: Op, a: E) -> tuple[E, ...]:
    if not is_complex(a.type):
        raise Refusal("CuPy's eigenvalues of a real matrix are complex", "call it on x.astype(complex)")
    return g.many(op.name.rpartition(".")[2], a)


def adjoint(g: Ops, a: E) -> E:
    turned = matrix_transpose(g, a)
    return g("conj", turned) if is_complex(a.type) else turned


# Elementwise functions

@equivalent("spacing")
def spacing(g: Ops, op: Op, x: E) -> E:
    size = g("fabs", x)
    return g("copysign", g("nextafter", size, math.inf) - size, x)


@equivalent("special.softplus")
def softplus(g: Ops, op: Op, x: E) -> E:
    return g("logaddexp", x, 0.0)


@equivalent("special.powm1")
def powm1(g: Ops, op: Op, x: E, y: E) -> E:
    base = g("where", x > 0.0, x, 1.0)
    return g("where", x > 0.0, g("expm1", y * g("log", base)), x ** y - 1.0)


@equivalent("special.polygamma")
def polygamma(g: Ops, op: Op, n: E, x: E) -> E | None:
    """(-1)^(n+1) n! zeta(n+1, x) (DLMF 25.11.12)."""
    order = known_int(n)
    if order is None or not 0 <= order <= LARGEST:
        return None
    made = g("special.zeta", float(order + 1), x) * float((-1) ** (order + 1) * math.factorial(order))
    return in_dtype(g, op, g("special.psi", x) if order == 0 else made)


@equivalent("special.ellipe")
def ellipe(g: Ops, op: Op, m: E) -> E:
    return in_dtype(g, op, g("special.ellipeinc", math.pi / 2, m))


@equivalent("special.betaincc")
def betaincc(g: Ops, op: Op, a: E, b: E, x: E) -> E:
    return g("special.betainc", b, a, 1.0 - x)


@equivalent("special.betainccinv")
def betainccinv(g: Ops, op: Op, a: E, b: E, y: E) -> E:
    return 1.0 - g("special.betaincinv", b, a, y)


@equivalent("special.gdtrix")
def gdtrix(g: Ops, op: Op, a: E, b: E, p: E) -> E:
    return g("special.gammaincinv", b, p) / a


@equivalent("special.stdtr")
def stdtr(g: Ops, op: Op, df: E, t: E) -> E:
    """By the incomplete beta function (DLMF 8.17); of infinitely many degrees of freedom it is normal."""
    tail = 0.5 * g("special.betainc", 0.5 * df, 0.5, df / (df + t * t))
    student = g("where", t < 0.0, tail, 1.0 - tail)
    return in_dtype(g, op, g("where", g("isinf", df), g("special.ndtr", t), student))


BESSEL = {
    "jv": ("j0", "j1"), "yv": ("y0", "y1"), "iv": ("i0", "i1"), "ive": ("i0e", "i1e"), "kv": ("k0", "k1"),
    "kve": ("k0e", "k1e"), "kn": ("k0", "k1"),
}
"""Bessel functions by those of orders 0 and 1."""
UPWARD = {"yv": -1.0, "kv": 1.0, "kve": 1.0, "kn": 1.0}
"""Those whose recurrence f[n+1] = 2 n f[n] / x + sign f[n-1] is stable (DLMF 10.6, 10.29, 3.6)."""


@equivalent(*(f"special.{name}" for name in BESSEL))
def bessel(g: Ops, op: Op, n: E, x: E) -> E:
    name = op.name.removeprefix("special.")
    order, sign = abs(known_int(n) or 0), (-1.0) ** (known_int(n) or 0) if name in ("jv", "yv") else 1.0
    negative = (known_int(n) or 0) < 0
    if known_int(n) is None or order > (LARGEST if name in UPWARD else 1):
        what = f"a whole order up to {LARGEST}" if name in UPWARD else "the orders -1, 0 and 1"
        raise Refusal(f"CuPy has no {name}; it is written out for {what}, known when compiling",
                      "give such an order, or compile for NumPy")
    below, made = (g(f"special.{f}", x) for f in BESSEL[name])
    if order == 0:
        made = below
    for k in range(1, order):
        below, made = made, 2.0 * k / x * made + UPWARD[name] * below
    return in_dtype(g, op, sign * made if negative and sign != 1.0 else made)


# Orthogonal polynomials: (first, next), where next gives P[k+1] of (k, x, P[k], P[k-1]) (DLMF 18.9)
# fmt: off
POLYNOMIALS: dict[str, tuple[Callable[[E], E], Callable[[int, E, E, Any], E]]] = {
    "eval_chebyt":      (lambda x: x,        lambda k, x, p, q: 2.0 * x * p - q),
    "eval_chebyu":      (lambda x: 2.0 * x,  lambda k, x, p, q: 2.0 * x * p - q),
    "eval_legendre":    (lambda x: x,        lambda k, x, p, q: ((2 * k + 1) / (k + 1)) * x * p - (k / (k + 1)) * q),
    "eval_hermite":     (lambda x: 2.0 * x,  lambda k, x, p, q: 2.0 * x * p - 2.0 * k * q),
    "eval_hermitenorm": (lambda x: x,        lambda k, x, p, q: x * p - float(k) * q),
    "eval_laguerre":    (lambda x: 1.0 - x,  lambda k, x, p, q: ((2 * k + 1) - x) * p / (k + 1) - (k / (k + 1)) * q),
}
# fmt: on


@equivalent(*(f"special.{name}" for name in POLYNOMIALS))
def polynomial(g: Ops, op: Op, n: E, x: E) -> E:
    degree = degree_of(op, n)
    first, following = POLYNOMIALS[op.name.removeprefix("special.")]
    below = g("where", g("isnan", x), x, 1.0)
    made = first(x) if degree else below
    for k in range(1, degree):
        below, made = made, following(k, x, made, below)
    return in_dtype(g, op, made)


# What is refused

def refusing(what: str, hint: str) -> Equivalent:
    def refuse(g: Ops, op: Op, *args: E) -> None:
        raise Refusal(what, hint)

    return refuse


for _name in ("maximum", "minimum", "logaddexp"):
    EQUIVALENTS[f"{_name}.accumulate"] = refusing(
        f"CuPy has no np.{_name}.accumulate", "write the recurrence as a loop, or compile for NumPy")


@equivalent("lexsort")
def lexsort(g: Ops, op: Op, keys: E) -> None:
    if keys.rank > 2 or op.attrs.get("axis", -1) not in (-1, keys.rank - 2):
        raise Refusal("CuPy's lexsort takes rows of keys", "sort along one axis, with keys of rank one")


@equivalent("draw")
def draw(g: Ops, op: Op, *args: E) -> None:
    method = op.attrs["method"]
    if any(isinstance(a, Value) and a.type == GENERATOR for a in op.args):
        raise Refusal("draws of a np.random.Generator are not those of CuPy's", "draw with np.random's functions, "
                      "or draw outside and pass the numbers")
    if f"np.random.{method}" not in functions():
        raise Refusal(f"CuPy has no np.random.{method}", "draw outside, and pass the numbers")
