"""Functions of `scipy.linalg` that CuPy lacks, in terms of those of `np.linalg`: entries of `EQUIVALENTS`."""

from __future__ import annotations

from adgen.errors import Refusal
from adgen.ir.builder import const
from adgen.ir.core import Op
from adgen.ir.types import dtype_of, is_complex
from adgen.rules.cupy_equivalents import cholesky_of, equivalent, stacked
from adgen.rules.infrastructure import as_dtype
from adgen.rules.rearranging import matrix_transpose
from adgen.rules.scipy_linalg import read_part, triangle
from adgen.rules.table import E, Ops


def read(g: Ops, op: Op, a: E) -> E:
    """The matrix that SciPy takes `a` for."""
    return read_part(g, a, op.attrs.get("assume_a"), bool(op.attrs.get("lower")))


@equivalent("scipy.linalg.inv")
def inv(g: Ops, op: Op, a: E) -> E:
    return g("inv", read(g, op, a))


@equivalent("scipy.linalg.det")
def det(g: Ops, op: Op, a: E) -> E:
    return g("det", a)


@equivalent("scipy.linalg.solve")
def solve(g: Ops, op: Op, a: E, b: E) -> E:
    if a.rank != 2 or b.rank > 2:
        raise Refusal("CuPy has no scipy.linalg.solve for stacks of matrices", "use np.linalg.solve")
    matrix = read(g, op, a)
    return g("solve", matrix_transpose(g, matrix) if op.attrs.get("transposed") else matrix, b)


@equivalent("scipy.linalg.cholesky")
def cholesky(g: Ops, op: Op, a: E) -> E:
    return cholesky_of(g, a, not op.attrs.get("lower"))


@equivalent("scipy.linalg.cho_factor")
def cho_factor(g: Ops, op: Op, a: E) -> tuple[E, E]:
    """The other triangle holds what the matrix has there."""
    low = bool(op.attrs.get("lower"))
    return cholesky_of(g, a, not low) + triangle(g, a, not low, 1), g.wrap(const(low))


@equivalent("scipy.linalg.cho_solve")
def cho_solve(g: Ops, op: Op, c: E, b: E) -> E:
    low = bool(op.attrs["lower"])
    first = g("scipy.linalg.solve_triangular", c, b, trans=0 if low else 2, lower=low, unit_diagonal=False)
    return g("scipy.linalg.solve_triangular", c, first, trans=2 if low else 0, lower=low, unit_diagonal=False)


@equivalent("scipy.linalg.solve_triangular")
def solve_triangular(g: Ops, op: Op, a: E, b: E) -> E | None:
    """CuPy does not broadcast stacks of matrices against each other."""
    if a.dims is None or b.dims is None or (a.dims[:-2] == b.dims[:a.rank - 2] and b.rank <= a.rank):
        return None
    if b.rank == 1:
        column = g(op.name, *stacked(g, a, g("expand_dims", b, axis=(1,))), **op.attrs)
        return g("squeeze", column, axis=(column.rank - 1,))
    return g(op.name, *stacked(g, a, b), **op.attrs)


@equivalent("scipy.linalg.qr")
def qr(g: Ops, op: Op, a: E) -> tuple[E, ...]:
    if op.attrs.get("pivoting"):
        raise Refusal("CuPy's qr has no pivoting", "leave out pivoting")
    return g.many("qr", a, mode="reduced")


@equivalent("scipy.linalg.lu")
def lu(g: Ops, op: Op, a: E) -> tuple[E, ...] | None:
    """CuPy's gives the permutation as a matrix."""
    if a.rank != 2:
        raise Refusal("CuPy's lu takes one matrix", "loop over the matrices")
    if not op.attrs["p_indices"]:
        return None
    p, lower, upper = g.many("scipy.linalg.lu", a, p_indices=False)
    return g("convert", g("argmax", p, axis=1, keepdims=False), dtype="int32"), lower, upper


@equivalent("scipy.linalg.svd")
def svd(g: Ops, op: Op, a: E) -> tuple[E, ...]:
    return g.many("svd", a, full_matrices=False)


@equivalent("scipy.linalg.svdvals", "scipy.linalg.svd_values")
def svdvals(g: Ops, op: Op, a: E) -> E:
    return g("svdvals", a)


@equivalent("scipy.linalg.eigh", "scipy.linalg.eigvalsh")
def eigh(g: Ops, op: Op, a: E, *more: E) -> tuple[E, ...]:
    if more or op.attrs.get("subset_by_index") is not None:
        raise Refusal(f"CuPy's {op.name[13:]} takes one matrix, and gives all eigenvalues",
                      "reduce a v = w b v to one matrix by a Cholesky factor of b; select from the result")
    return g.many(op.name[13:], a, UPLO="L" if op.attrs.get("lower", True) else "U")


@equivalent("scipy.linalg.eig", "scipy.linalg.eigvals")
def eig(g: Ops, op: Op, a: E) -> tuple[E, ...]:
    if not is_complex(a.type):
        raise Refusal("CuPy's eigenvalues of a real matrix are complex", "call it on x.astype(complex)")
    return g.many(op.name[13:], a)


@equivalent("scipy.linalg.norm")
def norm(g: Ops, op: Op, x: E) -> E:
    return g("norm", x, **{"ord": None, "axis": None, "keepdims": False, **op.attrs})


@equivalent("scipy.linalg.expm")
def expm(g: Ops, op: Op, a: E) -> None:
    if a.rank != 2:
        raise Refusal("CuPy's expm takes one matrix", "loop over the matrices")


@equivalent("scipy.linalg.expm_frechet")
def expm_frechet(g: Ops, op: Op, a: E, e: E) -> E:
    """In the dtype of the result, which for SciPy is in double precision."""
    expm(g, op, a)
    return g(op.name, *(as_dtype(g, x, dtype_of(op.result.type)) for x in (a, e)), **op.attrs)


@equivalent("scipy.linalg.expm_frechet_pair")
def expm_frechet_pair(g: Ops, op: Op, a: E, e: E) -> tuple[E, E]:
    expm(g, op, a)
    return g("scipy.linalg.expm", a), g("scipy.linalg.expm_frechet", a, e, compute_expm=False)
