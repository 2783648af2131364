"""Linear algebra of `numpy.linalg`: types, the pieces that tangents are written with, inverses, systems, determinants.

Each function has a tangent built from products and solves, whose transposes are the ones known from the literature
(Giles 2008, Walter and Lehmann 2010). A function that reads one triangle of its matrix has a derivative in that
triangle alone. All work on stacks of matrices. Factorisations stand in `factorisations`, norms in `norms`.

Formulas are written for complex matrices: `ht` is the conjugate transpose, the plain one for real matrices.
"""
from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from adgen.errors import Refusal
from adgen.ir.builder import const
from adgen.ir.core import Atom, Attrs, Op
from adgen.ir.types import ArrayT, Dim, Dims, ScalarT, Sym, Type, dtype_of, fresh_dim, is_complex
from adgen.rules.infrastructure import conj, real
from adgen.rules.products import contracted, ranked_dims, unspread
from adgen.rules.rearranging import expanded, matrix_transpose
from adgen.rules.shapes import fit, get
from adgen.rules.table import E, Ops, Rule, Tangent, Transposer, TypeRule, add_rule
from adgen.rules.typing import fitting

Dots = tuple[E | None, ...]
Args = tuple[E, ...]
AnyOps = Ops | Transposer


# Types

def matrix_dims(args: tuple[Atom, ...], what: str) -> Dims:
    """Dims of a matrix or a stack of them."""
    dims = ranked_dims(args[:1], what)[0]
    if len(dims) < 2:
        raise Refusal(f"{what} needs a matrix, got an array of rank {len(dims)}", "give a matrix, or a stack of them")
    return dims


def square_dims(args: tuple[Atom, ...], what: str) -> Dims:
    dims = matrix_dims(args, what)
    contracted(dims[-2], dims[-1], f"{what} of a matrix that is not square")
    return dims


def float_dtype(args: tuple[Atom, ...]) -> str:
    """The dtype in which NumPy's LAPACK works on the operands."""
    return numpy_dtype(tuple(dtype_of(a.type) for a in args))


@cache
def numpy_dtype(dtypes: tuple[str, ...]) -> str:
    found = np.result_type(*dtypes)
    if found.kind in "biu":
        return "float64"
    if found.char not in "fdFD":
        raise Refusal(f"np.linalg does not work in {found}", "convert the matrix, as by .astype(np.float64)")
    return str(found)


@cache
def real_dtype(dtype: str) -> str:
    """The dtype of the real part."""
    return str(np.zeros(0, dtype).real.dtype)


def square_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return ArrayT(float_dtype(args), square_dims(args, "this"))


def scalar_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return ArrayT(float_dtype(args), square_dims(args, "det")[:-2])


def slogdet_type(args: tuple[Atom, ...], attrs: Attrs) -> tuple[Type, ...]:
    dims, dtype = square_dims(args, "slogdet")[:-2], float_dtype(args)
    return ArrayT(dtype, dims), ArrayT(real_dtype(dtype), dims)


def solve_dims(args: tuple[Atom, ...]) -> Dims:
    """Dims of a^-1 b: b is a vector if it is of rank 1."""
    a = square_dims(args, "solve")
    (b,) = ranked_dims(args[1:2], "solve")
    if len(b) == 1:
        contracted(a[-1], b[0], "solve")
        return a[:-1]
    if not b:
        raise Refusal("solve needs a right-hand side of rank 1 or more", "give a vector or a matrix")
    contracted(a[-1], b[-2], "solve")
    return (*(fitting(a[:-2], b[:-2]) or ()), a[-1], b[-1])


def solve_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return ArrayT(float_dtype(args), solve_dims(args))


def smaller(n: Dim, m: Dim) -> Dim:
    """min(n, m)."""
    if isinstance(n, int) and isinstance(m, int):
        return min(n, m)
    return n if n == m else Sym(f"min({n},{m})")


def pinv_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    *batch, n, m = matrix_dims(args, "pinv")
    return ArrayT(float_dtype(args[:1]), (*batch, m, n))


def lstsq_type(args: tuple[Atom, ...], attrs: Attrs) -> tuple[Type, ...]:
    """Solution, residuals, rank, singular values; how many residuals there are, the rank decides at run time."""
    a, b = ranked_dims(args[:2], "lstsq")
    if len(a) != 2 or len(b) not in (1, 2):
        raise Refusal("lstsq takes a matrix, and a vector or a matrix", "loop over the matrices")
    contracted(a[0], b[0], "lstsq")
    dtype = float_dtype(args[:2])
    real = real_dtype(dtype)
    return (ArrayT(dtype, (a[1], *b[1:])), ArrayT(real, (fresh_dim(),)), ArrayT("int32", ()),
            ArrayT(real, (smaller(*a),)))


# Pieces

def mt(g: AnyOps, x: E) -> E:
    return matrix_transpose(g, x)


def ht(g: AnyOps, x: E) -> E:
    """The conjugate transpose."""
    return mt(g, conj(g, x))


def times(g: AnyOps, a: E, x: E, vector: bool) -> E:
    """The product of a stack of matrices with a stack of vectors or matrices."""
    if not vector or x.rank == 1:
        return a @ x
    return get(g, a @ column(g, x), Ellipsis, 0)


def row(g: AnyOps, x: E) -> E:
    """A stack of vectors as one-row matrices."""
    return expanded(g, x, (x.rank - 1,))


def column(g: AnyOps, x: E) -> E:
    """A stack of vectors as one-column matrices."""
    return expanded(g, x, (x.rank,))


def eye_like(g: AnyOps, x: E) -> E:
    """The identity of the size of x's last axis."""
    n = g.dim(x, x.rank - 1)
    return g("eye", n, n, k=0, dtype=real_dtype(x.dtype))


def symmetric(g: AnyOps, x: E, lower: bool = True) -> E:
    """The hermitian matrix that one triangle of x stands for."""
    name, step = ("tril", -1) if lower else ("triu", 1)
    if not is_complex(x.type):
        return g(name, x, k=0) + mt(g, g(name, x, k=step))
    part = g(name, x, k=step)
    return part + ht(g, part) + eye_like(g, x) * real(g, x)


def half_lower(g: AnyOps, x: E, like: E) -> E:
    """The lower triangle with half the diagonal; `like` is a primal value of the shape of x."""
    return g("tril", x, k=0) - 0.5 * eye_like(g, like) * x


def diagonal_of(g: AnyOps, x: E) -> E:
    return g("diagonal", x, offset=0, axis1=x.rank - 2, axis2=x.rank - 1)


def matrix_sum(g: AnyOps, x: E) -> E:
    return g.sum(x, (x.rank - 2, x.rank - 1))


def total(g: Ops, *parts: E | None) -> E | None:
    """The sum of what there is."""
    found = [part for part in parts if part is not None]
    result = found[0] if found else None
    for part in found[1:]:
        assert result is not None
        result = result + part
    return result


def as_large(g: Ops, x: E, like: E) -> E:
    """x repeated to the shape of the other, where it is smaller."""
    return x if x.dims == like.dims else g.broadcast(x, g.shape(like))


def require_real(g: Ops, y: E, name: str) -> None:
    """Check when running that a function of a real matrix, complex for some, is real here."""
    message = f"{name} is complex here: call it on a complex matrix, as x.astype(complex)"
    g.builder.emit_many("assert", (g("isrealobj", y).atom, const(message)), {})


# Inverses and determinants

def inv_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    (y,), (dot,) = ys, dots
    return None if dot is None else -(y @ dot @ y)


def log_det_dot(g: Ops, a: E, dot: E) -> E:
    """tr(a^-1 a_dot)."""
    return matrix_sum(g, mt(g, g("inv", a)) * dot)


def det_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    """Jacobi's formula, y tr(a^-1 a_dot)."""
    (y,), (dot,) = ys, dots
    return None if dot is None else y * log_det_dot(g, args[0], dot)


def slogdet_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> Dots:
    """The real part of d log det, and what it turns the sign by."""
    (dot,) = dots
    if dot is None:
        return None, None
    change = log_det_dot(g, args[0], dot)
    if not is_complex(change.type):
        return None, change
    return ys[0] * (change - real(g, change)), real(g, change)


def solve_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    """a^-1 (b_dot - a_dot y)."""
    a, b = args
    a_dot, b_dot = dots
    change = b_dot
    if a_dot is not None:
        moved = times(g, a_dot, ys[0], b.rank == 1)
        change = -moved if b_dot is None else as_large(g, b_dot, ys[0]) - moved
    return None if change is None else solved(g, a, change, b.rank == 1)


def solved(g: AnyOps, a: E, b: E, vector: bool, name: str = "solve", **attrs: Any) -> E:
    """a^-1 b for a stack of vectors or matrices."""
    if vector and b.rank > 1:
        return get(g, g(name, a, column(g, b), **attrs), Ellipsis, 0)
    return g(name, a, b, **attrs)


def solve_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    a, b = (g.wrap(x) for x in op.args)
    return (unspread(g, solved(g, ht(g, a), ct, b.rank == 1), b.atom),)


def pinv_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    """Golub and Pereyra's (1973), for constant rank."""
    a, (y,), dot = args[0], ys, dots[0]
    if dot is None:
        return None
    if op.attrs.get("hermitian"):
        a, dot = symmetric(g, a), symmetric(g, dot)
    dot_t, y_t = ht(g, dot), ht(g, y)
    right, left = y @ (y_t @ dot_t), dot_t @ (y_t @ y)
    return (right - (right @ a) @ y) + (left - y @ (a @ left)) - y @ dot @ y


def lstsq_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> Dots:
    """Of x = a^+ b, for constant rank; the residuals |b - a x|^2 change by b and a alone, x being their minimum."""
    a, b = args[:2]
    x, residuals, _, _ = ys
    return lstsq_dots(g, (a, b), x, residuals, dots, pseudo_inverse(g, op, a))


def pseudo_inverse(g: Ops, op: Op, a: E) -> E:
    """Of the rank that lstsq finds."""
    rcond = op.attrs["rcond"]
    return g("pinv", a, rounding_of_rank(g, a) if rcond is None else rcond, hermitian=False)


def rounding_of_rank(g: Ops, a: E) -> E:
    """What NumPy takes singular values for 0 by, relative to the largest."""
    return g("pymax", g.dim(a, a.rank - 2), g.dim(a, a.rank - 1)) * float(np.finfo(float_dtype((a.atom,))).eps)


def lstsq_dots(g: Ops, args: Args, x: E, residuals: E, dots: Dots, inverse: E) -> Dots:
    """Tangents of the solution, the residuals, the rank and the singular values."""
    a, b = args
    a_dot, b_dot = dots[:2]
    change, others = b_dot, None
    values = None
    rest = b - a @ x
    if a_dot is not None:
        moved = a_dot @ x
        change = -moved if b_dot is None else b_dot - moved
        a_dot_t = ht(g, a_dot)
        turned = a_dot_t @ (ht(g, inverse) @ x)
        inner = inverse @ (ht(g, inverse) @ (a_dot_t @ rest))
        others = inner + (turned - inverse @ (a @ turned))
        u, _, vh = g.many("svd", a, full_matrices=False)
        values = singular_dot(g, u, vh, a_dot)
    if change is None:
        return None, None, None, None
    solution = total(g, inverse @ change, others)
    squares = g.sum(2.0 * real(g, conj(g, rest) * change), (0,), b.rank == 1)
    kept = get(g, squares, slice(None, g.dim(residuals, 0))) if residuals.dims else squares
    return solution, kept, None, values


def singular_dot(g: Ops, u: E, vh: E, dot: E) -> E:
    """diag(u^H dot v), the tangent of the singular values."""
    return g.sum(real(g, conj(g, u) * (dot @ ht(g, vh))), (u.rank - 2,))


def multi_dot_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    dims = ranked_dims(args, "multi_dot")
    ends = (len(dims[0]) in (1, 2), *(len(d) == 2 for d in dims[1:-1]), len(dims[-1]) in (1, 2))
    if not all(ends):
        raise Refusal("multi_dot takes matrices; the first and the last may be vectors", "write the product with @")
    for left, right in zip(dims, dims[1:], strict=False):
        contracted(left[-1], right[0], "multi_dot")
    return ArrayT(str(np.result_type(*(dtype_of(a.type) for a in args))), dims[0][:-1] + dims[-1][1:])


def multi_dot_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    parts = [
        g("multi_dot", *(dot if k == at else x for k, x in enumerate(args)))
        for at, dot in enumerate(dots) if dot is not None
    ]
    return total(g, *parts)


def multi_dot_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    """The factors before, turned, times the cotangent times the factors behind, turned."""
    (at,) = linear
    factors = [g.wrap(x) for x in op.args]
    matrices = [f if f.rank == 2 else row(g, f) if k == 0 else column(g, f) for k, f in enumerate(factors)]
    if factors[0].rank == 1:
        ct = expanded(g, ct, (0,))
    if factors[-1].rank == 1:
        ct = expanded(g, ct, (ct.rank,))
    before = [ht(g, m) for m in matrices[:at]][::-1]
    behind = [ht(g, m) for m in matrices[at + 1:]][::-1]
    chain = [*before, ct, *behind]
    made = chain[0] @ chain[1] if len(chain) == 2 else g("multi_dot", *chain)
    if factors[at].rank == 1:
        made = get(g, made, 0) if at == 0 else get(g, made, slice(None), 0)
    return (fit(g, made, op.args[at].type),)


def rank_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    dims = ranked_dims(args[:1], "matrix_rank")[0]
    return ArrayT("int64", dims[:-2])


def is_real_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return ScalarT("bool")


def matrix(name: str, type_rule: TypeRule, tangent: Tangent, **form: Any) -> None:
    """Enter a function of `np.linalg`."""
    add_rule(Rule(name, type_rule, tangent=tangent, call=f"np.linalg.{name}", **form))


# fmt: off
matrix("inv",       square_type,    inv_tangent)
matrix("det",       scalar_type,    det_tangent)
matrix("slogdet",   slogdet_type,   slogdet_tangent)
matrix("pinv",      pinv_type,      pinv_tangent)
matrix("lstsq",     lstsq_type,     lstsq_tangent)
matrix("solve",     solve_type,     solve_tangent,     transpose=solve_transpose, needs_shape=(1,),
       conjugates=True)
matrix("multi_dot", multi_dot_type, multi_dot_tangent, transpose=multi_dot_transpose, conjugates=True)
# fmt: on
add_rule(Rule("matrix_rank", rank_type, zero=True, call="np.linalg.matrix_rank"))
add_rule(Rule("isrealobj", is_real_type, zero=True, call="np.isrealobj"))
