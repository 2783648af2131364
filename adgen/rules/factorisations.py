"""Factorisations of `numpy.linalg`: `cholesky qr svd eigh eig`, and their values alone.

Formulas, with the conjugate transpose throughout:

    cholesky, eigh, svd   Giles (2008), Walter and Lehmann (2010)
    qr                    Walter and Lehmann (2010); with more columns than rows, Roberts and Roberts (2020)
    eig                   Magnus (1985)

Equal eigenvalues or singular values: a quotient 0 / 0 is 0, any other is infinite. Eigenvectors and singular vectors
of complex matrices are unique up to a phase each; their tangents are those whose phases stand still
(`docs/linear_algebra.md`).
"""
from __future__ import annotations

from typing import Any

from adgen.errors import Refusal
from adgen.ir.core import Atom, Attrs, Op
from adgen.ir.types import ArrayT, Dim, Type, is_complex
from adgen.rules.indexing_calls import along_axis_items
from adgen.rules.infrastructure import conj, real
from adgen.rules.linalg import (
    AnyOps,
    Args,
    Dots,
    column,
    diagonal_of,
    diagonal_part,
    eye_like,
    float_dtype,
    half_lower,
    ht,
    matrix,
    matrix_dims,
    mt,
    real_dtype,
    row,
    singular_dot,
    smaller,
    square_dims,
    square_type,
    symmetric,
)
from adgen.rules.rearranging import expanded
from adgen.rules.shapes import FULL, get
from adgen.rules.table import E, Ops

# Types

def eigh_type(args: tuple[Atom, ...], attrs: Attrs) -> tuple[Type, ...]:
    dims, dtype = square_dims(args, "eigh"), float_dtype(args)
    return ArrayT(real_dtype(dtype), dims[:-1]), ArrayT(dtype, dims)


def eigvalsh_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return eigh_type(args, attrs)[0]


def eig_type(args: tuple[Atom, ...], attrs: Attrs) -> tuple[Type, ...]:
    """Of the dtype of the matrix: that those of a real matrix are real is checked when running."""
    dims, dtype = square_dims(args, "eig"), float_dtype(args)
    return ArrayT(dtype, dims[:-1]), ArrayT(dtype, dims)


def eigvals_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return eig_type(args, attrs)[0]


def svd_type(args: tuple[Atom, ...], attrs: Attrs) -> tuple[Type, ...]:
    dims, dtype = matrix_dims(args, "svd"), float_dtype(args)
    *batch, n, m = dims
    k = smaller(n, m)
    return ArrayT(dtype, (*batch, n, k)), ArrayT(real_dtype(dtype), (*batch, k)), ArrayT(dtype, (*batch, k, m))


def svdvals_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return svd_type(args, attrs)[1]


def qr_type(args: tuple[Atom, ...], attrs: Attrs) -> tuple[Type, ...]:
    dims, dtype = matrix_dims(args, "qr"), float_dtype(args)
    *batch, n, m = dims
    k = smaller(n, m)
    return ArrayT(dtype, (*batch, n, k)), ArrayT(dtype, (*batch, k, m))


def is_never_more(n: Dim, m: Dim) -> bool:
    """Whether n <= m is known."""
    return n == m or (isinstance(n, int) and isinstance(m, int) and n <= m)


def rows_and_columns(x: E) -> tuple[Dim, Dim]:
    if x.dims is None:
        raise Refusal("this needs an array whose rank is known", "give its type, as x=float64[n,m]")
    return x.dims[-2], x.dims[-1]


# Pieces

def skew(g: AnyOps, m: E) -> E:
    """The k with k^H = -k for which m - k is upper triangular, with a real diagonal."""
    below = g("tril", m, k=-1)
    made = below - ht(g, below)
    return made + diagonal_part(g, m - real(g, m)) if is_complex(m.type) else made


def over_gaps(g: Ops, p: E, w: E, unit: E) -> E:
    """p / (w_j - w_i), 0 on the diagonal and where p is 0; `unit` is the identity."""
    return g("safe_div", p, row(g, w) - column(g, w) + unit) - unit * p


def outside(g: Ops, q: E, qt: E, x: E) -> E:
    """The part of x orthogonal to the columns of q."""
    return x - q @ (qt @ x)


# Cholesky

def cholesky_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    """L half_lower(L^-1 S L^-H), S being the hermitian a_dot. The upper factor is L^H."""
    (y,), (dot,) = ys, dots
    if dot is None:
        return None
    if op.attrs.get("upper"):
        return ht(g, cholesky_dot(g, ht(g, y), symmetric(g, dot, False)))
    return cholesky_dot(g, y, symmetric(g, dot))


def cholesky_dot(g: Ops, y: E, dot: E) -> E:
    left = g("solve", y, dot)
    return y @ half_lower(g, g("solve", y, ht(g, left)), y)


# Symmetric eigenvalues

def uplo_is_lower(op: Op) -> bool:
    return op.attrs.get("UPLO", "L") in ("L", "l")


def eigh_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> Dots:
    """w_dot = diag(p), v_dot = v (p / (w_j - w_i)) off the diagonal, for p = v^H S v."""
    (w, v), (dot,) = ys, dots
    if dot is None:
        return None, None
    p = ht(g, v) @ symmetric(g, dot, uplo_is_lower(op)) @ v
    return real(g, diagonal_of(g, p)), v @ over_gaps(g, p, w, eye_like(g, w))


def eigvalsh_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    (dot,) = dots
    if dot is None:
        return None
    _, v = g.many("eigh", args[0], **op.attrs)
    change = symmetric(g, dot, uplo_is_lower(op)) @ v
    return g.sum(real(g, conj(g, v) * change), (v.rank - 2,))


# General eigenvalues

def eig_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> Dots:
    """w_dot = diag(p), v_dot = v (p / (w_j - w_i)) off the diagonal, for p = v^-1 a_dot v; then the columns are kept
    of length 1, and LAPACK's choice of their phase: the largest element is real."""
    (w, v), (dot,) = ys, dots
    if dot is None:
        return None, None
    p = g("solve", v, dot @ v)
    turned = v @ over_gaps(g, p, w, eye_like(g, w))
    along = g.sum(real(g, conj(g, v) * turned), (v.rank - 2,), True)
    turned = turned - v * g.broadcast(along, g.shape(v))
    if is_complex(v.type):
        places = along_axis_items(g, v, largest_places(g, v), v.rank - 2)
        moved = get(g, turned, *places) / real(g, get(g, v, *places))
        turned = turned - v * g.broadcast(moved - real(g, moved), g.shape(v))
    return diagonal_of(g, p), turned


def largest_places(g: Ops, v: E) -> E:
    """Where each column's largest real element is, which LAPACK made real."""
    is_real = g("imag", v).eq(0.0)
    return g("argmax", g("where", is_real, g("abs", real(g, v)), 0.0), axis=v.rank - 2, keepdims=True)


def eigvals_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    """diag(v^-1 a_dot v), in the order of the eigenvalues: LAPACK may find them in another one without the vectors."""
    (w,), (dot,) = ys, dots
    if dot is None:
        return None
    found, v = g.many("eig", args[0])
    made = g.sum(mt(g, g("inv", v)) * (dot @ v), (v.rank - 2,))
    far = g("abs", expanded(g, w, (w.rank,)) - expanded(g, found, (w.rank - 1,)))
    order = g("argmin", far, axis=w.rank, keepdims=False)
    return get(g, made, *along_axis_items(g, w, order, w.rank - 1))


# Singular values

def svd_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> Dots:
    """With p = u^H a_dot v: s_dot = diag(p); u and v turn by even + odd and even - odd, where
    even = (p + p^H) / 2 (s_j - s_i) and odd = (p - p^H) / 2 (s_j + s_i)."""
    (u, s, vh), (dot,) = ys, dots
    if dot is None:
        return None, None, None
    v, ut = ht(g, vh), ht(g, u)
    p = ut @ dot @ v
    p_t = ht(g, p)
    even = over_gaps(g, 0.5 * (p + p_t), s, eye_like(g, s))
    odd = g("safe_div", 0.5 * (p - p_t), row(g, s) + column(g, s))
    u_dot, v_dot = u @ (even + odd), v @ (even - odd)
    n, m = rows_and_columns(args[0])
    if not is_never_more(n, m):
        u_dot = u_dot + g("safe_div", outside(g, u, ut, dot @ v), row(g, s))
    if not is_never_more(m, n):
        v_dot = v_dot + g("safe_div", outside(g, v, vh, ht(g, dot) @ u), row(g, s))
    return u_dot, real(g, diagonal_of(g, p)), ht(g, v_dot)


def svdvals_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    (dot,) = dots
    if dot is None:
        return None
    u, _, vh = g.many(op.name.replace("svdvals", "svd"), args[0], full_matrices=False)
    return singular_dot(g, u, vh, dot)


# QR

def right_solved(g: Ops, x: E, r: E, solve: str = "solve", **attrs: Any) -> E:
    """x r^-1."""
    return ht(g, g(solve, ht(g, r), ht(g, x), **attrs))


def qr_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> Dots:
    (q, r), (dot,) = ys, dots
    return (None, None) if dot is None else qr_dots(g, q, r, dot)


def qr_dots(g: Ops, q: E, r: E, dot: E, solve: str = "solve", **attrs: Any) -> tuple[E, E]:
    """With r1 and a1 the first columns, as many as q has, and m = q^H a1_dot r1^-1, k = skew(m): q_dot is q k and what
    of a1_dot r1^-1 is orthogonal to q, and r_dot = q^H a_dot - k r."""
    n, m = rows_and_columns(dot)
    qt = ht(g, q)
    first, square = dot, r
    if not is_never_more(m, n):
        size = g.dim(q, q.rank - 1)
        first, square = (get(g, x, *((FULL,) * (x.rank - 1)), slice(None, size)) for x in (dot, r))
    scaled = right_solved(g, first, square, solve, **attrs)
    inside = qt @ scaled
    turn = skew(g, inside)
    q_dot = q @ turn
    if not is_never_more(n, m):
        q_dot = q_dot + (scaled - q @ inside)
    return q_dot, qt @ dot - turn @ r


# fmt: off
matrix("cholesky", square_type,   cholesky_tangent)
matrix("eigh",     eigh_type,     eigh_tangent)
matrix("eigvalsh", eigvalsh_type, eigvalsh_tangent)
matrix("eig",      eig_type,      eig_tangent)
matrix("eigvals",  eigvals_type,  eigvals_tangent)
matrix("svd",      svd_type,      svd_tangent)
matrix("svdvals",  svdvals_type,  svdvals_tangent)
matrix("qr",       qr_type,       qr_tangent)
# fmt: on
