"""Linear algebra: `inv solve det slogdet cholesky norm eigh svd qr pinv` and triangular solves.

Each has a tangent built from products and solves, whose transposes are the ones known from the
literature (Giles 2008, Walter and Lehmann 2010). `cholesky` and `eigh` read the lower triangle
alone, as NumPy does, and so do their derivatives: what stands above the diagonal has derivative
zero. All work on stacks of matrices.
"""
from __future__ import annotations

import numpy as np

from adgen.errors import Refusal
from adgen.ir.core import Atom, Attrs, Op
from adgen.ir.types import ArrayT, Dim, Dims, Sym, Type, dtype_of, is_complex
from adgen.rules.products import contracted, ranked_dims, unspread
from adgen.rules.rearranging import expanded, matrix_transpose
from adgen.rules.shapes import fit, get, listed
from adgen.rules.table import E, Ops, Rule, Tangent, Transposer, TypeRule, add_rule
from adgen.rules.typing import fitting, mean_dtype

Dots = tuple[E | None, ...]
AnyOps = Ops | Transposer


# Types

def real_matrix_dims(args: tuple[Atom, ...], what: str) -> Dims:
    """Dims of a real matrix or a stack of them."""
    dims = ranked_dims(args[:1], what)[0]
    if len(dims) < 2:
        raise Refusal(f"{what} needs a matrix, got an array of rank {len(dims)}", "give a matrix, or a stack of them")
    if is_complex(args[0].type):
        raise Refusal(f"{what} of complex matrices is not supported", "work on the real and imaginary parts")
    return dims


def square_dims(args: tuple[Atom, ...], what: str) -> Dims:
    dims = real_matrix_dims(args, what)
    contracted(dims[-2], dims[-1], f"{what} of a matrix that is not square")
    return dims


def float_dtype(args: tuple[Atom, ...]) -> str:
    """The dtype in which LAPACK works on the operands."""
    return mean_dtype(str(np.result_type(*(dtype_of(a.type) for a in args))))


def square_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return ArrayT(float_dtype(args), square_dims(args, "this"))


def scalar_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return ArrayT(float_dtype(args), square_dims(args, "det")[:-2])


def slogdet_type(args: tuple[Atom, ...], attrs: Attrs) -> tuple[Type, ...]:
    t = ArrayT(float_dtype(args), square_dims(args, "slogdet")[:-2])
    return t, t


def solve_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    a = square_dims(args, "solve")
    (b,) = ranked_dims(args[1:2], "solve")
    if len(b) == 1:
        contracted(a[-1], b[0], "solve")
        return ArrayT(float_dtype(args), a[:-1])
    if not b:
        raise Refusal("solve needs a right-hand side of rank 1 or more", "give a vector or a matrix")
    contracted(a[-1], b[-2], "solve")
    return ArrayT(float_dtype(args), (*(fitting(a[:-2], b[:-2]) or ()), a[-1], b[-1]))


def eigh_type(args: tuple[Atom, ...], attrs: Attrs) -> tuple[Type, ...]:
    dims, dtype = square_dims(args, "eigh"), float_dtype(args)
    return ArrayT(dtype, dims[:-1]), ArrayT(dtype, dims)


def eigvalsh_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return eigh_type(args, attrs)[0]


def smaller(n: Dim, m: Dim) -> Dim:
    """min(n, m)."""
    if isinstance(n, int) and isinstance(m, int):
        return min(n, m)
    return n if n == m else Sym(f"min({n},{m})")


def svd_type(args: tuple[Atom, ...], attrs: Attrs) -> tuple[Type, ...]:
    dims, dtype = real_matrix_dims(args, "svd"), float_dtype(args)
    *batch, n, m = dims
    k = smaller(n, m)
    return ArrayT(dtype, (*batch, n, k)), ArrayT(dtype, (*batch, k)), ArrayT(dtype, (*batch, k, m))


def svdvals_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return svd_type(args, attrs)[1]


def qr_type(args: tuple[Atom, ...], attrs: Attrs) -> tuple[Type, ...]:
    dims, dtype = real_matrix_dims(args, "qr"), float_dtype(args)
    *batch, n, m = dims
    if isinstance(n, int) and isinstance(m, int) and n < m:
        raise Refusal("qr of a matrix with more columns than rows is not supported", "take the qr of its transpose")
    k = smaller(n, m)
    return ArrayT(dtype, (*batch, n, k)), ArrayT(dtype, (*batch, k, m))


def pinv_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    *batch, n, m = real_matrix_dims(args, "pinv")
    return ArrayT(float_dtype(args), (*batch, m, n))


# Pieces

def mt(g: AnyOps, x: E) -> E:
    return matrix_transpose(g, x)


def times(g: AnyOps, a: E, x: E, vector: bool) -> E:
    """The product of a stack of matrices with a stack of vectors or matrices."""
    if not vector or x.rank == 1:
        return a @ x
    return get(g, a @ expanded(g, x, (x.rank,)), Ellipsis, 0)


def eye_like(g: AnyOps, x: E) -> E:
    """The identity of the size of x's last axis."""
    n = g.dim(x, x.rank - 1)
    return g("eye", n, n, k=0, dtype=x.dtype)


def lower_symmetric(g: AnyOps, x: E) -> E:
    """The symmetric matrix that the lower triangle of x stands for."""
    return g("tril", x, k=0) + mt(g, g("tril", x, k=-1))


def half_lower(g: AnyOps, x: E, like: E) -> E:
    """The lower triangle with half the diagonal; `like` is a primal value of the shape of x."""
    return g("tril", x, k=0) - 0.5 * eye_like(g, like) * x


def matrix_sum(g: AnyOps, x: E) -> E:
    return g.sum(x, (x.rank - 2, x.rank - 1))



# Inverses and determinants

def inv_tangent(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots) -> E | None:
    (y,), (dot,) = ys, dots
    return None if dot is None else -(y @ dot @ y)


def det_tangent(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots) -> E | None:
    """y tr(a^-1 a_dot)."""
    (y,), (dot,) = ys, dots
    return None if dot is None else y * matrix_sum(g, mt(g, g("inv", args[0])) * dot)


def slogdet_tangent(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots) -> Dots:
    (dot,) = dots
    return (None, None if dot is None else matrix_sum(g, mt(g, g("inv", args[0])) * dot))


def solve_tangent(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots) -> E | None:
    """a^-1 (b_dot - a_dot y)."""
    a, b = args
    a_dot, b_dot = dots
    change = b_dot
    if a_dot is not None:
        moved = times(g, a_dot, ys[0], b.rank == 1)
        change = -moved if b_dot is None else as_large(g, b_dot, ys[0]) - moved
    if change is None:
        return None
    if b.rank == 1 and change.rank > 1:
        return get(g, g("solve", a, expanded(g, change, (change.rank,))), Ellipsis, 0)
    return g("solve", a, change)


def as_large(g: Ops, x: E, like: E) -> E:
    """x repeated to the shape of the other, where it is smaller."""
    return x if x.dims == like.dims else g.broadcast(x, g.shape(like))


def solve_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    a, b = (g.wrap(x) for x in op.args)
    a_t = mt(g, a)
    if b.rank == 1 and a.rank > 2:
        column = g("solve", a_t, expanded(g, ct, (ct.rank,)))
        return (unspread(g, get(g, column, Ellipsis, 0), b.atom),)
    return (unspread(g, g("solve", a_t, ct), b.atom),)


# Factorisations

def cholesky_tangent(
    g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots
) -> E | None:
    """L half_lower(L^-1 S L^-T), S being the symmetric a_dot."""
    (y,), (dot,) = ys, dots
    if dot is None:
        return None
    left = g("solve", y, lower_symmetric(g, dot))
    return y @ half_lower(g, g("solve", y, mt(g, left)), y)


def eigh_tangent(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots) -> Dots:
    """w_dot = diag(P), v_dot = v (P / (w_j - w_i)) off the diagonal, for P = v^T S v.

    Infinite at equal eigenvalues.
    """
    (w, v), (dot,) = ys, dots
    if dot is None:
        return None, None
    p = mt(g, v) @ lower_symmetric(g, dot) @ v
    return diagonal_of(g, p), v @ (inverse_gaps(g, w) * p)


def diagonal_of(g: AnyOps, x: E) -> E:
    return g("diagonal", x, offset=0, axis1=x.rank - 2, axis2=x.rank - 1)


def inverse_gaps(g: AnyOps, w: E) -> E:
    """1 / (w_j - w_i), 0 on the diagonal."""
    unit = eye_like(g, w)
    gaps = expanded(g, w, (w.rank - 1,)) - expanded(g, w, (w.rank,))
    return 1.0 / (gaps + unit) - unit


def eigvalsh_tangent(
    g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots
) -> E | None:
    (dot,) = dots
    if dot is None:
        return None
    _, v = g.many("eigh", args[0])
    return g.sum(v * (lower_symmetric(g, dot) @ v), (v.rank - 2,))


def svd_tangent(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots) -> Dots:
    (u, s, vh), (dot,) = ys, dots
    if dot is None:
        return None, None, None
    v, ut = mt(g, vh), mt(g, u)
    p = ut @ dot @ v
    gaps = inverse_gaps(g, s * s)
    row = expanded(g, s, (s.rank - 1,))
    column = expanded(g, s, (s.rank,))
    u_dot = u @ (gaps * (p * row + column * mt(g, p))) + outside(g, u, ut, dot @ v) / row
    v_dot = v @ (gaps * (column * p + mt(g, p) * row)) + outside(g, v, vh, mt(g, dot) @ u) / row
    return u_dot, diagonal_of(g, p), mt(g, v_dot)


def outside(g: Ops, q: E, qt: E, x: E) -> E:
    """The part of x orthogonal to the columns of q."""
    return x - q @ (qt @ x)


def svdvals_tangent(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots) -> E | None:
    (dot,) = dots
    if dot is None:
        return None
    u, _, vh = g.many("svd", args[0], full_matrices=False)
    return g.sum(u * (dot @ mt(g, vh)), (u.rank - 2,))


def qr_tangent(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots) -> Dots:
    """With m = q^T a_dot r^-1, and k its lower part made skew: r_dot = (m - k) r, and q_dot is q k
    and what is orthogonal to q."""
    (q, r), (dot,) = ys, dots
    if dot is None:
        return None, None
    qt = mt(g, q)
    scaled = mt(g, g("solve", mt(g, r), mt(g, dot)))
    m = qt @ scaled
    below = g("tril", m, k=-1)
    skew = below - mt(g, below)
    return q @ skew + (scaled - q @ m), (m - skew) @ r


def pinv_tangent(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots) -> E | None:
    """Golub and Pereyra's, for constant rank."""
    (a,), (y,), (dot,) = args, ys, dots
    if dot is None:
        return None
    dot_t, y_t = mt(g, dot), mt(g, y)
    right, left = y @ (y_t @ dot_t), dot_t @ (y_t @ y)
    return (right - (right @ a) @ y) + (left - y @ (a @ left)) - y @ dot @ y


# Norms

def norm_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    (dims,) = ranked_dims(args[:1], "norm")
    axis, keepdims = attrs["axis"], attrs["keepdims"]
    gone = range(len(dims)) if axis is None else listed(axis)
    kept = tuple(1 if k in gone else d for k, d in enumerate(dims))
    dtype = mean_dtype(dtype_of(args[0].type))
    if is_complex(args[0].type):
        raise Refusal("the norm of complex arrays is not supported",
                      "use np.sqrt(np.sum(np.abs(x) ** 2))")
    return ArrayT(
        dtype, kept if keepdims else tuple(d for k, d in enumerate(dims) if k not in gone)
    )


def norm_tangent(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots) -> E | None:
    """The direction times x_dot: x / |x|, 0 at 0; for an order p, sign(x) (|x| / |x|_p)^(p - 1)."""
    (x,), (y,), (dot,) = args, ys, dots
    if dot is None:
        return None
    axis, keepdims = op.attrs["axis"], op.attrs["keepdims"]
    axes = tuple(range(x.rank)) if axis is None else tuple(sorted(listed(axis)))
    size = y if keepdims else expanded(g, y, axes)
    order = op.attrs["ord"]
    if order in (None, 2, "fro"):
        direction = g("safe_div", x, size)
    else:
        direction = g("sign", x) * g("safe_div", g("abs", x), size) ** (order - 1.0)
    return g.sum(direction * dot, axes, keepdims)


# Triangular systems

def triangular_tangent(
    g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots
) -> E | None:
    a_dot, b_dot = dots
    lower, unit, trans = op.attrs["lower"], op.attrs["unit_diagonal"], op.attrs["trans"]
    change = b_dot
    if a_dot is not None:
        part = g("tril" if lower else "triu", a_dot, k=(-1 if lower else 1) if unit else 0)
        moved = (part if trans == 0 else mt(g, part)) @ ys[0]
        change = -moved if b_dot is None else b_dot - moved
    return None if change is None else g("solve_triangular", args[0], change, **op.attrs)


def triangular_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    attrs = {**op.attrs, "trans": 1 - op.attrs["trans"]}
    return (fit(g, g("solve_triangular", op.args[0], ct, **attrs), op.args[1].type),)



def matrix(name: str, type_rule: TypeRule, tangent: Tangent) -> None:
    """Enter a function of `np.linalg`."""
    add_rule(Rule(name, type_rule, tangent=tangent, call=f"np.linalg.{name}"))


# fmt: off
matrix("inv",      square_type,   inv_tangent)
matrix("det",      scalar_type,   det_tangent)
matrix("slogdet",  slogdet_type,  slogdet_tangent)
matrix("cholesky", square_type,   cholesky_tangent)
matrix("eigh",     eigh_type,     eigh_tangent)
matrix("eigvalsh", eigvalsh_type, eigvalsh_tangent)
matrix("svd",      svd_type,      svd_tangent)
matrix("svdvals",  svdvals_type,  svdvals_tangent)
matrix("qr",       qr_type,       qr_tangent)
matrix("pinv",     pinv_type,     pinv_tangent)
matrix("norm",     norm_type,     norm_tangent)
# fmt: on
add_rule(Rule("solve", solve_type, tangent=solve_tangent, transpose=solve_transpose,
              call="np.linalg.solve", needs_shape=(1,)))
