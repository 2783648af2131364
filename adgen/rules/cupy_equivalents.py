"""What CuPy lacks, in terms of what it has: `EQUIVALENTS`, by the name of the op.

    equivalent   (g: Ops, op: Op, *args: E) -> E | tuple[E, ...] | None       None: the op is CuPy's own after all

They are written for a target where a chain of elementwise ops is one kernel. What cannot be said so is refused, with
what to write instead.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from adgen.errors import Refusal
from adgen.ir.core import Const, Op, Value
from adgen.ir.types import GENERATOR, ArrayT, ScalarT, is_complex
from adgen.rules.cupy import functions
from adgen.rules.rearranging import matrix_transpose
from adgen.rules.shapes import along, get
from adgen.rules.table import E, Ops

Equivalent = Callable[..., "E | tuple[E, ...] | None"]
Made = TypeVar("Made", bound=Equivalent)
EQUIVALENTS: dict[str, Equivalent] = {}
def equivalent(*names: str) -> Callable[[Made], Made]:
    """Enter the equivalent of ops."""

    def register(made: Made) -> Made:
        EQUIVALENTS.update(dict.fromkeys(names, made))
        return made

    return register


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


@equivalent("count_nonzero")
def count_nonzero(g: Ops, op: Op, x: E) -> E | None:
    return g.sum(x.ne(0), op.attrs["axis"], True) if op.attrs.get("keepdims") else None


@equivalent("quantile", "percentile")
def quantile(g: Ops, op: Op, x: E, q: E) -> E:
    """CuPy's, which ignores that elements are NaN; NumPy's result is NaN then."""
    method = op.attrs.get("method", "linear")
    if method not in ("linear", "lower", "higher", "midpoint", "nearest"):
        raise Refusal(f"CuPy's {op.name} has no method {method!r}", "use method='linear'")
    made = g(op.name, x, q, **op.attrs)
    axis = op.attrs["axis"]
    top = g("max", x, axis=(axis,) if isinstance(axis, int) else axis, keepdims=op.attrs["keepdims"])
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


# Linear algebra

def cholesky_of(g: Ops, a: E, upper: bool) -> E:
    """CuPy's factor is the lower one, of the lower triangle."""
    if not upper:
        return g("cholesky", a, upper=False)
    return adjoint(g, g("cholesky", adjoint(g, a), upper=False))


@equivalent("cholesky")
def cholesky(g: Ops, op: Op, a: E) -> E | None:
    return cholesky_of(g, a, True) if op.attrs.get("upper") else None


@equivalent("solve")
def solve(g: Ops, op: Op, a: E, b: E) -> E | None:
    """CuPy does not broadcast stacks of matrices against each other."""
    if b.rank == 1 or a.dims is None or b.dims is None or a.dims[:-2] == b.dims[:-2]:
        return None
    return g("solve", *stacked(g, a, b))


def stacked(g: Ops, a: E, b: E) -> tuple[E, E]:
    """Two stacks of matrices, the smaller one as often as the other has matrices."""
    if a.rank == b.rank:
        raise Refusal(f"CuPy does not broadcast the stacks of {a.type} and {b.type}", "broadcast them first")
    larger = a if a.rank > b.rank else b
    stack = [g.dim(larger, k) for k in range(larger.rank - 2)]

    def made(x: E) -> E:
        sizes = (*stack, *(g.dim(x, k) for k in (x.rank - 2, x.rank - 1)))
        return x if x is larger else g.broadcast(x, sizes)

    return made(a), made(b)


@equivalent("eig", "eigvals")
def eig(g: Ops, op: Op, a: E) -> None:
    if not is_complex(a.type):
        raise Refusal("CuPy's eigenvalues of a real matrix are complex", "call it on x.astype(complex)")


def adjoint(g: Ops, a: E) -> E:
    turned = matrix_transpose(g, a)
    return g("conj", turned) if is_complex(a.type) else turned


# Elementwise functions, ranges

@equivalent("spacing")
def spacing(g: Ops, op: Op, x: E) -> E:
    size = g("fabs", x)
    return g("copysign", g("nextafter", size, math.inf) - size, x)


@equivalent("geomspace")
def geomspace(g: Ops, op: Op, start: E, stop: E, num: E) -> E:
    """By the logarithms, as NumPy does."""
    if is_complex(start.type) or is_complex(stop.type):
        raise Refusal("CuPy has no np.geomspace of complex numbers", "use np.exp(np.linspace(...))")
    logs = g("linspace", *(g("log10", g("abs", end)) for end in (start, stop)), num, **op.attrs)
    sign, rest = g("sign", start), logs.rank - 1 - op.attrs["axis"]
    if sign.rank and rest < logs.rank:
        sign = g("expand_dims", sign, axis=(op.attrs["axis"],))
    return sign * g("power", 10.0, logs)


@equivalent("choose")
def choose(g: Ops, op: Op, chosen: E, *choices: E) -> E:
    """CuPy takes the choices as one array."""
    mode, last = op.attrs.get("mode", "raise"), len(choices) - 1
    if mode != "raise":
        chosen = g("clip", chosen, 0, last) if mode == "clip" else g("mod", chosen, len(choices))
    made = choices[last]
    for k in reversed(range(last)):
        made = g("where", chosen.eq(k), choices[k], made)
    return made


# Filters: an initial state of CuPy's is another one than SciPy's

@equivalent("signal.convolve", "signal.correlate")
def convolve(g: Ops, op: Op, x: E, y: E) -> E | None:
    """CuPy chooses a method for rows alone."""
    if x.rank == 1 or op.attrs.get("method", "auto") != "auto":
        return None
    return g(op.name, x, y, **{**op.attrs, "method": "direct"})


@equivalent("signal.lfilter_with_state", "signal.sosfilt_with_state")
def with_state(g: Ops, op: Op, *args: E) -> None:
    name = op.name.removeprefix("signal.").removesuffix("_with_state")
    raise Refusal(f"CuPy's {name} takes initial states in another form than SciPy's",
                  "leave out zi, and put what was before in front of the signal")


@equivalent("roots")
def roots(g: Ops, op: Op, p: E) -> None:
    raise Refusal("CuPy finds roots of polynomials with symmetric companion matrices only", "find them with NumPy")


# Ints and bits

@equivalent("pymax", "pymin")
def python_extremum(g: Ops, op: Op, a: E, b: E) -> E | None:
    """Python's `max(a, b)`, without its waiting to know which one it is."""
    if isinstance(a.type, ScalarT) and isinstance(b.type, ScalarT):
        return None
    return g("where", b > a if op.name == "pymax" else b < a, b, a)


@equivalent("sort", "argsort")
def sort(g: Ops, op: Op, x: E) -> E | None:
    """CuPy's are stable, and take no other kind."""
    kept = {k: v for k, v in op.attrs.items() if k not in ("kind", "stable")}
    return g(op.name, x, **kept) if len(kept) < len(op.attrs) else None


@equivalent("bincount")
def bincount(g: Ops, op: Op, x: E, *more: E) -> E | None:
    """Of no numbers CuPy's sums of weights are ints."""
    return g("convert", g("bincount", x, *more, **op.attrs), dtype=g.wrap(op.result).dtype) if more else None


# Precision

@equivalent(
    "special.xlogy", "special.xlog1py", "special.beta", "special.betaln", "special.gammainc", "special.gammaincc",
    "special.gammaincinv", "special.gammainccinv", "special.ellipkinc", "special.ellipeinc", "special.expn",
)
def in_double(g: Ops, op: Op, *args: E) -> E | None:
    """SciPy computes these in double precision where one operand is a Python number; CuPy in that of the arrays."""
    singles = [isinstance(a.type, ArrayT) and a.dtype == "float32" for a in args]
    if not any(singles) or g.wrap(op.result).dtype != "float64":
        return None
    converted = [g("convert", a, dtype="float64") if single else a for a, single in zip(args, singles, strict=True)]
    return g(op.name, *converted, **op.attrs)


# What is refused

@equivalent("partition", "argpartition")
def partition(g: Ops, op: Op, x: E, places: E) -> None:
    if not isinstance(places.atom, Const):
        raise Refusal(f"CuPy's {op.name} takes places that are known when compiling", "use np.sort")


@equivalent("packbits", "unpackbits")
def bits(g: Ops, op: Op, x: E) -> None:
    if op.attrs.get("axis") is not None:
        raise Refusal(f"CuPy's {op.name} has no axis", "give it a row of numbers")

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
