"""Systems and triangular factors of `scipy.linalg`: `solve inv det pinv lstsq cholesky lu` and what solves by factors.

SciPy's dtypes: float32 stays where LAPACK has it, `det` is always of double precision. What a function reads of its
matrix (a triangle, a diagonal) is what has a derivative. `overwrite_a` and the like are accepted where they are False,
`check_finite` always.
"""
from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from adgen.errors import Refusal
from adgen.ir.core import Atom, Attrs, Op
from adgen.ir.types import BOOL, INT, ArrayT, Type, dtype_of, fresh_dim, is_complex
from adgen.rules.factorisations import is_never_more, rows_and_columns
from adgen.rules.infrastructure import as_dtype, conj
from adgen.rules.linalg import (
    Args,
    Dots,
    as_large,
    column,
    det_tangent,
    half_lower,
    ht,
    inv_tangent,
    lstsq_dots,
    matrix_dims,
    mt,
    pinv_tangent,
    real_dtype,
    smaller,
    solve_dims,
    solved,
    square_dims,
    symmetric,
    times,
)
from adgen.rules.lowering import Result, lowers, static
from adgen.rules.products import contracted, ranked_dims, unspread
from adgen.rules.shapes import FULL, get
from adgen.rules.table import E, Ops, Rule, Tangent, Transposer, TypeRule, add_rule

sp: Any = importlib.import_module("scipy.linalg")

OVERWRITE = ("overwrite_a", "overwrite_b", "overwrite_ab", "overwrite_a_band", "overwrite_c")
IGNORED = ("check_finite", "lwork")
"""Keywords that do not change the value."""


# Entering rows and calls

def scipy_row(name: str, type_rule: TypeRule, tangent: Tangent | None = None, **form: Any) -> None:
    """A row for `scipy.linalg.name`."""
    full = f"scipy.linalg.{name}"
    call = form.pop("call", full)
    add_rule(Rule(full, type_rule, tangent=tangent, zero=tangent is None, call=call, **form))


def scipy_call(name: str, signature: str) -> Callable[[Callable[..., Result]], Callable[..., Result]]:
    """Enter the lowering of `scipy.linalg.name`; keywords about storage are checked and not passed on."""

    def register(lower: Callable[..., Result]) -> Callable[..., Result]:
        def with_keywords(g: Ops, *given: Any) -> Result:
            kept: list[Any] = []
            for key, value in zip(names, given, strict=True):
                if key in OVERWRITE:
                    if static(value, key):
                        raise Refusal(f"scipy.linalg.{name} with {key}=True leaves no usable array", f"leave out {key}")
                elif key not in IGNORED:
                    kept.append(value)
            return lower(g, *kept)

        names = [part.split("=")[0].strip(" *") for part in signature.split(",")]
        names = [part for part in names if part not in ("", "/")]
        lowers(getattr(sp, name), signature, name=f"scipy.linalg.{name}")(with_keywords)
        return lower

    return register


# Types

@cache
def lapack(dtypes: tuple[str, ...]) -> str:
    """The dtype in which SciPy's LAPACK works: float32 and float64, complex or not."""
    single = {"f": "f", "F": "F", "e": "f"}
    return str(np.result_type(*(single.get(c, "D" if c in "DG" else "d") for c in (np.dtype(d).char for d in dtypes))))


def lapack_dtype(args: tuple[Atom, ...]) -> str:
    return lapack(tuple(dtype_of(a.type) for a in args))


def double_dtype(args: tuple[Atom, ...]) -> str:
    return "complex128" if any(is_complex(a.type) for a in args) else "float64"


def square_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return ArrayT(lapack_dtype(args[:1]), square_dims(args, "this"))


def det_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return ArrayT(double_dtype(args), square_dims(args, "det")[:-2])


def solve_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return ArrayT(lapack_dtype(args), solve_dims(args))


def pinv_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    *batch, n, m = matrix_dims(args, "pinv")
    return ArrayT(lapack_dtype(args), (*batch, m, n))


def pinv_rank_type(args: tuple[Atom, ...], attrs: Attrs) -> tuple[Type, ...]:
    inverse = pinv_type(args, attrs)
    assert isinstance(inverse, ArrayT) and inverse.dims is not None
    return inverse, ArrayT("int64", inverse.dims[:-2])


def lstsq_type(args: tuple[Atom, ...], attrs: Attrs) -> tuple[Type, ...]:
    """The residual of one right-hand side is a number, or an empty array where the rank is not full."""
    a, b = ranked_dims(args, "lstsq")
    if len(a) != 2 or len(b) not in (1, 2):
        raise Refusal("lstsq takes a matrix, and a vector or a matrix", "loop over the matrices")
    contracted(a[0], b[0], "lstsq")
    dtype = lapack_dtype(args)
    real = real_dtype(dtype)
    some = ArrayT(real, None if len(b) == 1 else (fresh_dim(),))
    none = ArrayT(dtype, (0,))
    return (ArrayT(dtype, (a[1], *b[1:])), none if is_never_more(a[0], a[1]) else some, INT,
            ArrayT(real, (smaller(*a),)))


def factor_type(args: tuple[Atom, ...], attrs: Attrs) -> tuple[Type, ...]:
    return square_type(args, attrs), BOOL


def lu_type(args: tuple[Atom, ...], attrs: Attrs) -> tuple[Type, ...]:
    *batch, n, m = matrix_dims(args, "lu")
    dtype, k = lapack_dtype(args), smaller(n, m)
    rows = ArrayT("int32", (*batch, n)) if attrs["p_indices"] else ArrayT(real_dtype(dtype), (*batch, n, n))
    return rows, ArrayT(dtype, (*batch, n, k)), ArrayT(dtype, (*batch, k, m))


def lu_factor_type(args: tuple[Atom, ...], attrs: Attrs) -> tuple[Type, ...]:
    dims = square_dims(args, "lu_factor")
    return ArrayT(lapack_dtype(args), dims), ArrayT("int32", dims[:-1])


def lu_solve_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    lu, _, b = args
    return solve_type((lu, b), attrs)


# What is read of a matrix

NAMES = {
    "general": "gen", "symmetric": "sym", "hermitian": "her", "positive definite": "pos",
}


def read_part(g: Any, x: E, assume: str | None, lower: bool) -> E:
    """The matrix that a function sees which assumes a structure."""
    match NAMES.get(assume or "gen", assume):
        case "sym":
            name, step = ("tril", -1) if lower else ("triu", 1)
            return g(name, x, k=0) + mt(g, g(name, x, k=step))
        case "her" | "pos":
            return symmetric(g, x, lower)
        case "upper triangular":
            return g("triu", x, k=0)
        case "lower triangular":
            return g("tril", x, k=0)
        case "diagonal":
            return g("triu", g("tril", x, k=0), k=0)
        case "tridiagonal":
            return g("triu", g("tril", x, k=1), k=-1)
        case _:
            return x


def turned(g: Any, a: E, attrs: Attrs) -> tuple[E, dict[str, Any]]:
    """A matrix and attrs by which `solve` solves with the conjugate transpose of what it sees."""
    match NAMES.get(attrs.get("assume_a") or "gen", attrs.get("assume_a")):
        case "her" | "pos":
            return a, dict(attrs)
        case "sym" | "diagonal":
            return conj(g, a), dict(attrs)
        case "upper triangular":
            return ht(g, a), {**attrs, "assume_a": "lower triangular"}
        case "lower triangular":
            return ht(g, a), {**attrs, "assume_a": "upper triangular"}
        case _:
            return ht(g, a), dict(attrs)


# Systems

def inv_structured_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    (dot,) = dots
    part = None if dot is None else read_part(g, dot, op.attrs.get("assume_a"), bool(op.attrs.get("lower")))
    return inv_tangent(g, op, args, ys, (part,))


def solve_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    """a^-1 (b_dot - a_dot y), of the parts that are read."""
    a, b = args
    a_dot, b_dot = dots
    change = b_dot
    if a_dot is not None:
        part = read_part(g, a_dot, op.attrs.get("assume_a"), bool(op.attrs.get("lower")))
        moved = times(g, mt(g, part) if op.attrs.get("transposed") else part, ys[0], b.rank == 1)
        change = -moved if b_dot is None else as_large(g, b_dot, ys[0]) - moved
    return None if change is None else solved(g, a, change, b.rank == 1, op.name, **op.attrs)


def solve_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    a, b = (g.wrap(x) for x in op.args)
    a_t, attrs = turned(g, a, op.attrs)
    return (unspread(g, solved(g, a_t, ct, b.rank == 1, op.name, **attrs), b.atom),)


def pinvh_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> Any:
    """Of the pseudo-inverse; the rank has no derivative."""
    (a,), (dot,) = args, dots
    if dot is not None and "pinvh" in op.name:
        lower = bool(op.attrs["lower"])
        a, dot = symmetric(g, a, lower), symmetric(g, dot, lower)
    change = pinv_tangent(g, op, (a,), ys[:1], (dot,))
    return change if len(ys) == 1 else (change, None)


def lstsq_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> Dots:
    a, b = args
    x, residuals = ys[:2]
    cond = op.attrs["cond"]
    wide = as_dtype(g, a, x.dtype)
    cutoff = float(np.finfo(x.dtype).eps) if cond is None else cond
    made, squares, rank, values = lstsq_dots(g, (wide, b), x, residuals, dots, g("pinv", wide, cutoff, hermitian=False))
    if squares is not None:
        unknown = residuals.dims is None
        squares = g.broadcast(get(g, squares, 0), g.shape(residuals)) if unknown else squares
    return made, squares, rank, values


# Cholesky

def triangle(g: Any, x: E, lower: bool, step: int = 0) -> E:
    return g("tril" if lower else "triu", x, k=-step if lower else step)


def cholesky_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    """L half_lower(L^-1 S L^-H); the upper factor is the lower one's conjugate transpose."""
    (y,), (dot,) = ys, dots
    return None if dot is None else factor_dot(g, y, dot, bool(op.attrs["lower"]))


def factor_dot(g: Ops, y: E, dot: E, lower: bool) -> E:
    full = symmetric(g, dot, lower)
    if not lower:
        return ht(g, factor_dot(g, ht(g, y), full, True))
    left = triangular(g, y, full, 0, True)
    return y @ half_lower(g, triangular(g, y, ht(g, left), 0, True), y)


def cho_factor_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> Dots:
    """As `cholesky`; the other triangle holds what the matrix has there."""
    (c, _), (dot,) = ys, dots
    if dot is None:
        return None, None
    lower = bool(op.attrs["lower"])
    made = factor_dot(g, triangle(g, c, lower), dot, lower)
    return made + as_dtype(g, triangle(g, dot, not lower, 1), made.dtype), None


def cho_solve_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    """With a = l l^H: a^-1 (b_dot - l_dot (l^H x) - l (l_dot^H x))."""
    c, b = args
    c_dot, b_dot = dots
    lower, vector, x = bool(op.attrs["lower"]), b.rank == 1, ys[0]
    change = b_dot
    if c_dot is not None:
        left, left_dot = (triangle(g, m, lower) for m in (c, c_dot))
        if not lower:
            left, left_dot = ht(g, left), ht(g, left_dot)
        moved = times(g, left_dot, times(g, ht(g, left), x, vector), vector)
        moved = moved + times(g, left, times(g, ht(g, left_dot), x, vector), vector)
        change = -moved if b_dot is None else as_large(g, b_dot, x) - moved
    return None if change is None else solved(g, c, change, vector, op.name, **op.attrs)


def cho_solve_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    c, b = (g.wrap(x) for x in op.args)
    return (unspread(g, solved(g, c, ct, b.rank == 1, op.name, **op.attrs), b.atom),)


# Triangular systems

def triangular(g: Any, a: E, b: E, trans: int, lower: bool, unit: bool = False) -> E:
    return g("scipy.linalg.solve_triangular", a, b, trans=trans, lower=lower, unit_diagonal=unit)


def triangular_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    a, b = args
    a_dot, b_dot = dots
    trans = op.attrs["trans"]
    change = b_dot
    if a_dot is not None:
        part = triangle(g, a_dot, bool(op.attrs["lower"]), int(op.attrs["unit_diagonal"]))
        moved = times(g, (part, mt(g, part), ht(g, part))[trans] if trans else part, ys[0], b.rank == 1)
        change = -moved if b_dot is None else as_large(g, b_dot, ys[0]) - moved
    return None if change is None else solved(g, a, change, b.rank == 1, op.name, **op.attrs)


def triangular_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    a, b = (g.wrap(x) for x in op.args)
    trans = op.attrs["trans"]
    other = (2 if is_complex(a.type) else 1) if trans == 0 else 0
    a = conj(g, a) if trans == 1 else a
    made = solved(g, a, ct, b.rank == 1, op.name, **{**op.attrs, "trans": other})
    return (unspread(g, made, b.atom),)


# LU

def lu_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> Dots:
    """With the factors made square by columns and rows of the identity, and w = l^-1 p^T a_dot u^-1: l_dot is
    l tril(w, -1), u_dot is triu(w) u."""
    (p, lower, upper), (dot,) = ys, dots
    if dot is None:
        return None, None, None
    n, m = rows_and_columns(args[0])
    if op.attrs["p_indices"]:
        moved = get(g, dot, g("argsort", p, axis=0, kind=None))
    else:
        moved = mt(g, p) @ dot
    size = g.dim(upper, upper.rank - 2)
    tall, wide = lower, upper
    if not is_never_more(n, m):
        rest = g("eye", g.dim(lower, lower.rank - 2), g.dim(args[0], dot.rank - 2) - size, k=0, dtype=lower.dtype)
        tall = widened(g, lower, g("roll_by", rest, size, axis=0), lower.rank - 1)
    if not is_never_more(m, n):
        rest = g("eye", g.dim(args[0], dot.rank - 1) - size, g.dim(upper, upper.rank - 1), k=0, dtype=upper.dtype)
        wide = widened(g, upper, g("roll_by", rest, size, axis=1), upper.rank - 2)
    w = triangular(g, tall, moved, 0, True, True)
    w = mt(g, triangular(g, wide, mt(g, w), 1, False))
    below, above = g("tril", w, k=-1), g("triu", w, k=0)
    if not is_never_more(m, n):
        below = get(g, below, *((FULL,) * (w.rank - 1)), slice(None, size))
    if not is_never_more(n, m):
        above = get(g, above, *((FULL,) * (w.rank - 2)), slice(None, size))
    return None, tall @ below, above @ wide


def widened(g: Ops, x: E, rest: E, axis: int) -> E:
    """x with more rows or columns, for all matrices of a stack."""
    if x.rank > 2:
        batch = tuple(g.dim(x, k) for k in range(x.rank - 2))
        rest = g.broadcast(rest, (*batch, g.dim(rest, 0), g.dim(rest, 1)))
    return g("concatenate", x, rest, axis=axis)


def lu_factor_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> Dots:
    """tril(l w, -1) + triu(w u) with w = l^-1 p^T a_dot u^-1, for which the order of the rows is not needed:
    w = u (a^-1 a_dot) u^-1."""
    (lu, piv), (dot,) = ys, dots
    if dot is None:
        return None, None
    upper = g("triu", lu, k=0)
    lower = g("tril", lu, k=-1)
    inner = upper @ g("scipy.linalg.lu_solve", lu, piv, dot, trans=0)
    w = mt(g, triangular(g, lu, mt(g, inner), 1, False))
    below = g("tril", w, k=-1)
    return below + lower @ below + g("triu", w, k=0) @ upper, None


def lu_solve_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    """With a = p l u: a_dot x is p (l_dot (u x) + l (u_dot x)), whose p cancels. For a^T, with u^-T b at hand."""
    lu, piv, b = args
    lu_dot, _, b_dot = dots
    trans, vector, x = op.attrs["trans"], b.rank == 1, ys[0]
    parts: list[E] = []
    if b_dot is not None:
        parts.append(solved_by_lu(g, lu, piv, as_large(g, b_dot, x), vector, trans))
    if lu_dot is not None:
        upper, upper_dot = g("triu", lu, k=0), g("triu", lu_dot, k=0)
        lower_dot = g("tril", lu_dot, k=-1)

        def through(m: E, v: E, turn: int, low: bool) -> E:
            return solved(g, m, v, vector, "scipy.linalg.solve_triangular", trans=turn, lower=low, unit_diagonal=low)

        if trans == 0:
            inner = times(g, lower_dot, times(g, upper, x, vector), vector)
            moved = through(lu, inner, 0, True) + times(g, upper_dot, x, vector)
            parts.append(-through(lu, moved, 0, False))
        else:
            flip = mt if trans == 1 else ht
            half = through(lu, as_large(g, b, x), trans, False)
            z = through(lu, half, trans, True)
            moved = times(g, flip(g, upper_dot), half, vector)
            moved = moved + times(g, flip(g, upper), times(g, flip(g, lower_dot), z, vector), vector)
            parts.append(-solved_by_lu(g, lu, piv, moved, vector, trans))
    return parts[0] + parts[1] if len(parts) == 2 else parts[0] if parts else None


def solved_by_lu(g: Any, lu: E, piv: E, b: E, vector: bool, trans: int) -> E:
    if vector and b.rank > 1:
        return get(g, g("scipy.linalg.lu_solve", lu, piv, column(g, b), trans=trans), Ellipsis, 0)
    return g("scipy.linalg.lu_solve", lu, piv, b, trans=trans)


def lu_solve_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    lu, piv, b = (g.wrap(x) for x in op.args)
    trans = op.attrs["trans"]
    other = (2 if is_complex(lu.type) else 1) if trans == 0 else 0
    lu = conj(g, lu) if trans == 1 else lu
    return (unspread(g, solved_by_lu(g, lu, piv, ct, b.rank == 1, other), b.atom), )[:len(linear)]


# fmt: off
scipy_row("inv",              square_type,    inv_structured_tangent)
scipy_row("det",              det_type,       det_tangent)
scipy_row("solve",            solve_type,     solve_tangent,     transpose=solve_transpose, needs_shape=(1,), conjugates=True)
scipy_row("pinv",             pinv_type,      pinvh_tangent)
scipy_row("pinvh",            pinv_type,      pinvh_tangent)
scipy_row("pinv_rank",        pinv_rank_type, pinvh_tangent,     call="scipy.linalg.pinv")
scipy_row("pinvh_rank",       pinv_rank_type, pinvh_tangent,     call="scipy.linalg.pinvh")
scipy_row("lstsq",            lstsq_type,     lstsq_tangent)
scipy_row("cholesky",         square_type,    cholesky_tangent)
scipy_row("cho_factor",       factor_type,    cho_factor_tangent)
scipy_row("cho_solve",        solve_type,     cho_solve_tangent, transpose=cho_solve_transpose, needs_shape=(1,), conjugates=True)
scipy_row("solve_triangular", solve_type,     triangular_tangent, transpose=triangular_transpose, needs_shape=(1,), conjugates=True)
scipy_row("lu",               lu_type,        lu_tangent)
scipy_row("lu_factor",        lu_factor_type, lu_factor_tangent)
scipy_row("lu_solve",         lu_solve_type,  lu_solve_tangent,  transpose=lu_solve_transpose, needs_shape=(2,), conjugates=True)
# fmt: on

