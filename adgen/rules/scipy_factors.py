"""Factorisations of `scipy.linalg`: `qr rq svd svdvals eigh eigvalsh eig eigvals eigh_tridiagonal polar`, and the calls.

Formulas are those of `factorisations`, and these:

    rq       as qr: with m = r1^-1 a1_dot q^H of the last rows, k = skew(m): q_dot = k q and what is orthogonal to q's rows
    eigh     of a v = b v w with v^H b v = 1: p = v^H (a_dot - w_j b_dot) v, and v_j shrinks by v_j^H b_dot v_j / 2
    polar    by the singular values: u_dot depends on sums of them only, so it holds where they are equal
"""
from __future__ import annotations

from typing import Any

from adgen.errors import Refusal
from adgen.ir.core import Atom, Attrs, Op
from adgen.ir.types import ArrayT, Dims, Type, is_complex
from adgen.rules.factorisations import (
    eig_tangent,
    eigvals_tangent,
    is_never_more,
    over_gaps,
    qr_dots,
    rows_and_columns,
    skew,
    svd_tangent,
    svdvals_tangent,
)
from adgen.rules.infrastructure import as_dtype, conj, real
from adgen.rules.linalg import (
    Args,
    Dots,
    column,
    diagonal_of,
    eye_like,
    ht,
    matrix_dims,
    real_dtype,
    require_real,
    row,
    smaller,
    square_dims,
    symmetric,
    total,
)
from adgen.rules.linalg_calls import NOT_UNIQUE, require_no_more_rows
from adgen.rules.lowering import Result, static
from adgen.rules.products import contracted, ranked_dims
from adgen.rules.scipy_linalg import lapack, lapack_dtype, scipy_call, scipy_row
from adgen.rules.shapes import FULL, array_of, get
from adgen.rules.table import E, Ops

TRIANGULAR = "scipy.linalg.solve_triangular"


# Types

def qr_type(args: tuple[Atom, ...], attrs: Attrs) -> tuple[Type, ...]:
    *batch, n, m = matrix_dims(args, "qr")
    dtype, k = lapack_dtype(args), smaller(n, m)
    factors = ArrayT(dtype, (*batch, n, k)), ArrayT(dtype, (*batch, k, m))
    return (*factors, ArrayT("int32", (*batch, m))) if attrs.get("pivoting") else factors


def rq_type(args: tuple[Atom, ...], attrs: Attrs) -> tuple[Type, ...]:
    return qr_type(args, attrs)


def svd_type(args: tuple[Atom, ...], attrs: Attrs) -> tuple[Type, ...]:
    *batch, n, m = matrix_dims(args, "svd")
    dtype, k = lapack_dtype(args), smaller(n, m)
    return ArrayT(dtype, (*batch, n, k)), ArrayT(real_dtype(dtype), (*batch, k)), ArrayT(dtype, (*batch, k, m))


def svdvals_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return svd_type(args, attrs)[1]


def eigh_dims(args: tuple[Atom, ...], attrs: Attrs) -> tuple[Dims, Dims]:
    dims = square_dims(args[:1], "eigh")
    if len(args) > 1 and ranked_dims(args[1:], "eigh")[0] != dims:
        contracted(dims[-1], square_dims(args[1:], "eigh")[-1], "eigh")
    chosen = attrs.get("subset_by_index")
    count = dims[-1] if chosen is None else chosen[1] - chosen[0] + 1
    return (*dims[:-2], count), (*dims[:-1], count)


def eigh_type(args: tuple[Atom, ...], attrs: Attrs) -> tuple[Type, ...]:
    dtype, (values, vectors) = lapack_dtype(args), eigh_dims(args, attrs)
    return ArrayT(real_dtype(dtype), values), ArrayT(dtype, vectors)


def eigvalsh_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return eigh_type(args, attrs)[0]


def eig_type(args: tuple[Atom, ...], attrs: Attrs) -> tuple[Type, ...]:
    """SciPy's eigenvalues are complex whatever the matrix is."""
    dims, dtype = square_dims(args, "eig"), lapack_dtype(args)
    return ArrayT(lapack((dtype, "complex64")), dims[:-1]), ArrayT(dtype, dims)


def eigvals_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return eig_type(args, attrs)[0]


def tridiagonal_type(args: tuple[Atom, ...], attrs: Attrs) -> tuple[Type, ...]:
    d, e = ranked_dims(args, "eigh_tridiagonal")
    if len(d) != 1 or len(e) != 1:
        raise Refusal("eigh_tridiagonal takes two arrays of rank 1", "loop over the matrices")
    dtype = lapack_dtype(args)
    return ArrayT(dtype, d), ArrayT(dtype, (d[0], d[0]))


def tridiagonal_values_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return tridiagonal_type(args, attrs)[0]


def polar_type(args: tuple[Atom, ...], attrs: Attrs) -> tuple[Type, ...]:
    dims = matrix_dims(args, "polar")
    dtype, k = lapack_dtype(args), dims[-1 if attrs["side"] == "right" else -2]
    return ArrayT(dtype, dims), ArrayT(dtype, (*dims[:-2], k, k))


# QR and RQ

def qr_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> Dots:
    (q, r), dot = ys[:2], dots[0]
    if dot is None:
        return (None,) * len(ys)
    if len(ys) > 2:
        dot = get(g, dot, FULL, ys[2])
    factors = qr_dots(g, q, r, dot, TRIANGULAR, trans=0, lower=True, unit_diagonal=False)
    return (*factors, None) if len(ys) > 2 else factors


def rq_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> Dots:
    (r, q), dot = ys, dots[0]
    if dot is None:
        return None, None
    n, m = rows_and_columns(args[0])
    last, square = dot, r
    if not is_never_more(n, m):
        start = g.dim(args[0], r.rank - 2) - g.dim(q, q.rank - 2)
        last, square = (get(g, x, *((FULL,) * (x.rank - 2)), slice(start, None)) for x in (dot, r))
    qt = ht(g, q)
    scaled = g(TRIANGULAR, square, last, trans=0, lower=False, unit_diagonal=False)
    inside = scaled @ qt
    turn = skew(g, inside)
    q_dot = turn @ q
    if not is_never_more(m, n):
        q_dot = q_dot + (scaled - inside @ q)
    return dot @ qt - r @ turn, q_dot


# Symmetric eigenvalues

def eigh_parts(g: Ops, op: Op, left: E, right: E, w: E, dots: Dots) -> E:
    """left^H (a_dot - w_j b_dot) right."""
    lower = bool(op.attrs.get("lower", True))
    a_dot, b_dot = dots[0], dots[1] if len(dots) > 1 else None
    by_a = None if a_dot is None else ht(g, left) @ (symmetric(g, a_dot, lower) @ right)
    by_b = None if b_dot is None else -(ht(g, left) @ (symmetric(g, b_dot, lower) @ right) * row(g, w))
    made = total(g, by_a, by_b)
    assert made is not None
    return made


def eigh_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> Dots:
    w, v = ys
    if all(dot is None for dot in dots):
        return None, None
    chosen = op.attrs.get("subset_by_index")
    if chosen is None:
        p = eigh_parts(g, op, v, v, w, dots)
        values, turned = diagonal_of(g, p), v @ over_gaps(g, p, w, eye_like(g, w))
    else:
        attrs = {k: x for k, x in op.attrs.items() if k not in ("subset_by_index", "driver")}
        every, basis = g.many("scipy.linalg.eigh", *args, **attrs)
        p = eigh_parts(g, op, basis, v, w, dots)
        own = g("eye", g.dim(every, 0), chosen[1] - chosen[0] + 1, k=-chosen[0], dtype=w.dtype)
        values = g.sum(conj(g, v) * eigh_change(g, op, v, w, dots), (v.rank - 2,))
        turned = basis @ (g("safe_div", p, row(g, w) - column(g, every) + own) - own * p)
    if len(dots) > 1 and dots[1] is not None:
        moved = symmetric(g, dots[1], bool(op.attrs.get("lower", True))) @ v
        length = g.sum(real(g, conj(g, v) * moved), (v.rank - 2,), True)
        turned = turned - 0.5 * v * g.broadcast(length, g.shape(v))
    return real(g, values), turned


def eigh_change(g: Ops, op: Op, v: E, w: E, dots: Dots) -> E:
    """(a_dot - w_j b_dot) v_j."""
    lower = bool(op.attrs.get("lower", True))
    a_dot, b_dot = dots[0], dots[1] if len(dots) > 1 else None
    by_a = None if a_dot is None else symmetric(g, a_dot, lower) @ v
    by_b = None if b_dot is None else -(symmetric(g, b_dot, lower) @ v * row(g, w))
    made = total(g, by_a, by_b)
    assert made is not None
    return made


def eigvalsh_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    if all(dot is None for dot in dots):
        return None
    w, v = g.many("scipy.linalg.eigh", *args, **op.attrs)
    return g.sum(real(g, conj(g, v) * eigh_change(g, op, v, w, dots)), (v.rank - 2,))


# Tridiagonal matrices: a band of d with e on either side of it

def tridiagonal_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> Dots:
    """As `eigh`, p being v^T (d_dot v) and what e_dot couples."""
    (w, v), (d_dot, e_dot) = ys, dots
    vt = ht(g, v)
    above, below = get(g, v, slice(None, -1)), get(g, v, slice(1, None))
    by_d = None if d_dot is None else (vt * g.broadcast(row(g, d_dot), g.shape(vt))) @ v
    by_e = None
    if e_dot is not None:
        turned = ht(g, above)
        half = (turned * g.broadcast(row(g, e_dot), g.shape(turned))) @ below
        by_e = half + ht(g, half)
    p = total(g, by_d, by_e)
    return (None, None) if p is None else (diagonal_of(g, p), v @ over_gaps(g, p, w, eye_like(g, w)))


def tridiagonal_values_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    d_dot, e_dot = dots
    if d_dot is None and e_dot is None:
        return None
    _, v = g.many("scipy.linalg.eigh_tridiagonal", *args)
    above, below = get(g, v, slice(None, -1)), get(g, v, slice(1, None))
    by_d = None if d_dot is None else d_dot @ (v * v)
    return total(g, by_d, None if e_dot is None else 2.0 * (e_dot @ (above * below)))


# General eigenvalues

def scipy_eig_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> Dots:
    """The eigenvalues are complex, real vectors belong to real ones."""
    w, v = ys
    if is_complex(v.type):
        return eig_tangent(g, op, args, ys, dots)
    values, turned = eig_tangent(g, op, args, (real(g, w), v), dots)
    return None if values is None else as_dtype(g, values, w.dtype), turned


def scipy_eigvals_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    return eigvals_tangent(g, op, (as_dtype(g, args[0], ys[0].dtype),), ys, dots)


# Polar decomposition

def polar_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> Dots:
    """With a = l s r^H and e = l^H a_dot r: u_dot is l ((e - e^H) / (s_i + s_j)) r^H, and of what is orthogonal to l or
    to r, a_dot / s. The symmetric factor is u^H a, or a u^H."""
    (a,), (u, _), (dot,) = args, ys, dots
    if dot is None:
        return None, None
    left, s, rh = g.many("scipy.linalg.svd", a, full_matrices=False)
    lh, right = ht(g, left), ht(g, rh)
    n, m = rows_and_columns(a)
    inside = lh @ dot @ right
    made = left @ g("safe_div", inside - ht(g, inside), row(g, s) + column(g, s)) @ rh
    if not is_never_more(n, m):
        across = dot @ right - left @ inside
        made = made + g("safe_div", across, row(g, s)) @ rh
    if not is_never_more(m, n):
        across = lh @ dot - inside @ rh
        made = made + left @ g("safe_div", across, column(g, s))
    if op.attrs["side"] == "right":
        return made, ht(g, made) @ a + ht(g, u) @ dot
    return made, dot @ ht(g, u) + a @ ht(g, made)


# fmt: off
scipy_row("qr",                    qr_type,                 qr_tangent)
scipy_row("rq",                    rq_type,                 rq_tangent)
scipy_row("svd",                   svd_type,                svd_tangent)
scipy_row("svdvals",               svdvals_type,            svdvals_tangent)
scipy_row("eigh",                  eigh_type,               eigh_tangent)
scipy_row("eigvalsh",              eigvalsh_type,           eigvalsh_tangent)
scipy_row("eig",                   eig_type,                scipy_eig_tangent)
scipy_row("eigvals",               eigvals_type,            scipy_eigvals_tangent)
scipy_row("eigh_tridiagonal",      tridiagonal_type,        tridiagonal_tangent)
scipy_row("eigvalsh_tridiagonal",  tridiagonal_values_type, tridiagonal_values_tangent)
scipy_row("polar",                 polar_type,              polar_tangent)
# fmt: on


# Calls

def factors_mode(g: Ops, x: E, name: str, mode: Any) -> str:
    """The mode of qr or rq; 'full' only where the factor's basis needs no completion."""
    kind = static(mode, "mode")
    if kind not in ("full", "r", "economic"):
        raise Refusal(f"scipy.linalg.{name} with mode={kind!r} is not supported", "use mode='economic'")
    return kind


@scipy_call("qr", "a, overwrite_a=False, lwork=None, mode='full', pivoting=False, check_finite=True")
def lower_qr(g: Ops, a: Any, mode: Any, pivoting: Any) -> Result:
    x = array_of(g, a)
    kind = factors_mode(g, x, "qr", mode)
    if kind != "economic":
        require_no_more_rows(g, x, f"scipy.linalg.qr with mode={kind!r}", "use mode='economic'")
    attrs = {"pivoting": True} if static(pivoting, "pivoting") else {}
    if attrs and x.rank != 2:
        raise Refusal("scipy.linalg.qr with pivoting=True takes one matrix here", "loop over the matrices")
    made = g.many("scipy.linalg.qr", x, mode="economic", **attrs)
    return tuple(made[1:]) if kind == "r" else made


@scipy_call("rq", "a, overwrite_a=False, lwork=None, mode='full', check_finite=True")
def lower_rq(g: Ops, a: Any, mode: Any) -> Result:
    x = array_of(g, a)
    kind = factors_mode(g, x, "rq", mode)
    n, m = rows_and_columns(x)
    if kind != "economic" and not is_never_more(m, n):
        rows, columns = (static(g.dim(x, k), "a size of the matrix") for k in (x.rank - 2, x.rank - 1))
        if rows < columns:
            raise Refusal(f"scipy.linalg.rq with mode={kind!r}: {NOT_UNIQUE}", "use mode='economic'")
    r, q = g.many("scipy.linalg.rq", x, mode="economic")
    return r if kind == "r" else (r, q)


@scipy_call("svd", "a, full_matrices=True, compute_uv=True, overwrite_a=False, check_finite=True, "
                   "lapack_driver='gesdd'")
def lower_svd(g: Ops, a: Any, full_matrices: Any, compute_uv: Any, lapack_driver: Any) -> Result:
    x, driver = array_of(g, a), static(lapack_driver, "lapack_driver")
    attrs = {} if driver == "gesdd" else {"lapack_driver": driver}
    if not static(compute_uv, "compute_uv"):
        return g("scipy.linalg.svd_values", x, compute_uv=False, **attrs)
    n, m = rows_and_columns(x)
    if static(full_matrices, "full_matrices") and n != m and len({static(g.dim(x, k), "a size") for k in (x.rank - 2, x.rank - 1)}) > 1:
        raise Refusal(f"svd with full_matrices=True: {NOT_UNIQUE}", "pass full_matrices=False")
    return g.many("scipy.linalg.svd", x, full_matrices=False, **attrs)


@scipy_call("svdvals", "a, overwrite_a=False, check_finite=True")
def lower_svdvals(g: Ops, a: Any) -> Result:
    return g("scipy.linalg.svdvals", array_of(g, a))


def values_of_svd_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    return svdvals_tangent(g, Op("scipy.linalg.svdvals", op.args, {}, ()), args, ys, dots)


scipy_row("svd_values", svdvals_type, values_of_svd_tangent, call="scipy.linalg.svd")


def eigh_attrs(name: str, lower: Any, type: Any, index: Any, value: Any, driver: Any) -> dict[str, Any]:
    if static(type, "type") != 1:
        raise Refusal(f"scipy.linalg.{name} is supported with type=1", "bring the problem to the form a v = w b v")
    if value is not None:
        raise Refusal(f"scipy.linalg.{name} with subset_by_value has as many results as the values decide",
                      "compute all, and select by a mask")
    given: dict[str, Any] = {"lower": bool(static(lower, "lower")), "driver": static(driver, "driver")}
    found = {k: v for k, v in given.items() if v not in (None, True)}
    if index is not None:
        found["subset_by_index"] = tuple(int(k) for k in static(index, "subset_by_index"))
    return found


@scipy_call("eigh", "a, b=None, *, lower=True, eigvals_only=False, overwrite_a=False, overwrite_b=False, type=1, "
                    "check_finite=True, subset_by_index=None, subset_by_value=None, driver=None")
def lower_eigh(g: Ops, a: Any, b: Any, lower: Any, eigvals_only: Any, type: Any, subset_by_index: Any,
               subset_by_value: Any, driver: Any) -> Result:
    attrs = eigh_attrs("eigh", lower, type, subset_by_index, subset_by_value, driver)
    operands = [array_of(g, x) for x in (a, b) if x is not None]
    if static(eigvals_only, "eigvals_only"):
        return g("scipy.linalg.eigvalsh", *operands, **attrs)
    return g.many("scipy.linalg.eigh", *operands, **attrs)


@scipy_call("eigvalsh", "a, b=None, *, lower=True, overwrite_a=False, overwrite_b=False, type=1, check_finite=True, "
                        "subset_by_index=None, subset_by_value=None, driver=None")
def lower_eigvalsh(g: Ops, a: Any, b: Any, lower: Any, type: Any, subset_by_index: Any, subset_by_value: Any,
                   driver: Any) -> Result:
    attrs = eigh_attrs("eigvalsh", lower, type, subset_by_index, subset_by_value, driver)
    return g("scipy.linalg.eigvalsh", *(array_of(g, x) for x in (a, b) if x is not None), **attrs)


def require_standard(name: str, b: Any, **others: Any) -> None:
    unusual = [key for key, value in others.items() if static(value, key)]
    if b is not None or unusual:
        what = "b=" if b is not None else unusual[0] + "="
        raise Refusal(f"scipy.linalg.{name} with {what} is not supported", "use the eigenvalues of solve(b, a)")


@scipy_call("eig", "a, b=None, left=False, right=True, overwrite_a=False, overwrite_b=False, check_finite=True, "
                   "homogeneous_eigvals=False")
def lower_eig(g: Ops, a: Any, b: Any, left: Any, right: Any, homogeneous_eigvals: Any) -> Result:
    require_standard("eig", b, left=left, homogeneous_eigvals=homogeneous_eigvals)
    x = array_of(g, a)
    if not static(right, "right"):
        return g("scipy.linalg.eigvals", x)
    w, v = g.many("scipy.linalg.eig", x)
    if not is_complex(x.type):
        require_real(g, v, "scipy.linalg.eig")
    return w, v


@scipy_call("eigvals", "a, b=None, overwrite_a=False, check_finite=True, homogeneous_eigvals=False")
def lower_eigvals(g: Ops, a: Any, b: Any, homogeneous_eigvals: Any) -> Result:
    require_standard("eigvals", b, homogeneous_eigvals=homogeneous_eigvals)
    return g("scipy.linalg.eigvals", array_of(g, a))


def require_all(name: str, select: Any, driver: Any) -> None:
    if static(select, "select") not in ("a", "all", 0) or static(driver, "lapack_driver") != "auto":
        raise Refusal(f"scipy.linalg.{name} gives all eigenvalues here", "leave out select and lapack_driver, and index")


@scipy_call("eigh_tridiagonal", "d, e, eigvals_only=False, select='a', check_finite=True, lapack_driver='auto'")
def lower_eigh_tridiagonal(g: Ops, d: Any, e: Any, eigvals_only: Any, select: Any, lapack_driver: Any) -> Result:
    require_all("eigh_tridiagonal", select, lapack_driver)
    if static(eigvals_only, "eigvals_only"):
        return g("scipy.linalg.eigvalsh_tridiagonal", array_of(g, d), array_of(g, e))
    return g.many("scipy.linalg.eigh_tridiagonal", array_of(g, d), array_of(g, e))


@scipy_call("eigvalsh_tridiagonal", "d, e, select='a', check_finite=True, lapack_driver='auto'")
def lower_eigvalsh_tridiagonal(g: Ops, d: Any, e: Any, select: Any, lapack_driver: Any) -> Result:
    require_all("eigvalsh_tridiagonal", select, lapack_driver)
    return g("scipy.linalg.eigvalsh_tridiagonal", array_of(g, d), array_of(g, e))


@scipy_call("polar", "a, side='right'")
def lower_polar(g: Ops, a: Any, side: Any) -> Result:
    x, kind = array_of(g, a), static(side, "side")
    if x.rank != 2 or kind not in ("right", "left"):
        raise Refusal("scipy.linalg.polar takes one matrix, and side='right' or 'left'", "call it so")
    return g.many("scipy.linalg.polar", x, side=kind)
