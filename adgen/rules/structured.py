"""Systems of `scipy.linalg` with a structured matrix: banded, Toeplitz; its norm; queries and refusals.

A band is differentiated diagonal by diagonal, a Toeplitz matrix by its first column and row: no matrix of full size is
formed for a band, and only one of the size of the system for a Toeplitz matrix, whose solution takes as long.
"""
from __future__ import annotations

from typing import Any

import numpy as np

from adgen.errors import Refusal
from adgen.ir.core import Atom, Attrs, Op
from adgen.ir.types import BOOL, INT, ArrayT, Type
from adgen.rules.computed import computed
from adgen.rules.infrastructure import as_dtype, conj
from adgen.rules.linalg import Args, Dots, column, matrix_dims, real_dtype, total
from adgen.rules.lowering import Result, refuses, static
from adgen.rules.norms import lower_norm, matrix_norm_dot, norm_tangent, norm_type
from adgen.rules.products import ranked_dims
from adgen.rules.rearranging import expanded
from adgen.rules.scipy_linalg import double_dtype, lapack_dtype, scipy_call, scipy_row, sp
from adgen.rules.shapes import array_of, fit, get, listed, put, size_along
from adgen.rules.table import E, Ops, Transposer

# Bands: a[i, j] stands at ab[above + i - j, j]

def banded_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    ab, b = ranked_dims(args, "a banded system")
    if len(ab) != 2 or len(b) not in (1, 2):
        raise Refusal("a banded system takes the diagonals of one matrix, and a vector or a matrix",
                      "loop over the systems")
    return ArrayT(lapack_dtype(args), b)


def widths_of(op: Op) -> tuple[int, int]:
    """How many diagonals there are below and above the main one."""
    below, above = op.attrs["l_and_u"]
    return below, above


def band_times(g: Ops, ab: E, x: E, below: int, above: int, flip: bool = False) -> E:
    """The product of a banded matrix, or of its hermitian mirror image, with vectors; ab holds a tangent."""
    made: E | None = None
    for k in range(-below, above + 1):
        diagonal = get(g, ab, above - k)
        part = moved_product(g, diagonal, x, k, flip)
        made = part if made is None else made + part
    assert made is not None
    return made


def moved_product(g: Ops, diagonal: E, x: E, k: int, flip: bool) -> E:
    """Of one diagonal: row i takes element i + k. Flipped: row i + k takes element i, times the conjugate."""
    low, high = slice(None, -abs(k) or None), slice(abs(k) or None, None)
    rows, columns = (low, high) if k >= 0 else (high, low)
    if flip:
        diagonal = conj(g, diagonal)
    values = get(g, diagonal, columns)
    source = get(g, x, rows if flip else columns)
    if x.rank == 2:
        values = g.broadcast(column(g, values), g.shape(source))
    part = values * source
    if k == 0:
        return part
    return put(g, g.zeros(g.shape(x), part.dtype), part, columns if flip else rows)


def solve_banded_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    ab_dot, b_dot = dots
    change = b_dot
    if ab_dot is not None:
        moved = band_times(g, ab_dot, ys[0], *widths_of(op))
        change = -moved if b_dot is None else b_dot - moved
    return None if change is None else g(op.name, args[0], change, **op.attrs)


def solve_banded_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    """With the band of the conjugate transpose: each diagonal moved along, in reverse order."""
    below, above = widths_of(op)
    ab = conj(g, g.wrap(op.args[0]))
    rows = [g("roll", get(g, ab, above - k), shift=(-k,), axis=(0,)) for k in range(-below, above + 1)]
    turned = g("stack", *rows, axis=0)
    return (fit(g, g(op.name, turned, ct, **{**op.attrs, "l_and_u": (above, below)}), op.args[1].type),)


def solveh_banded_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    """One triangle is given: its diagonals count on both sides."""
    ab, b = args
    ab_dot, b_dot = dots
    change = b_dot
    if ab_dot is not None:
        count, lower, x = diagonals(ab), op.attrs["lower"], ys[0]
        below, above = (count - 1, 0) if lower else (0, count - 1)
        moved = band_times(g, ab_dot, x, below, above)
        for k in range(1, count):
            row = get(g, ab_dot, k if lower else count - 1 - k)
            moved = moved + moved_product(g, row, x, -k if lower else k, True)
        change = -moved if b_dot is None else b_dot - moved
    return None if change is None else g(op.name, ab, change, **op.attrs)


def diagonals(ab: E) -> int:
    size = ab.dims[0] if ab.dims is not None else None
    assert isinstance(size, int)
    return size


def solveh_banded_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    return (fit(g, g(op.name, op.args[0], ct, **op.attrs), op.args[1].type),)


# Toeplitz matrices: t[i, j] = values[i - j + m - 1], from the first column and the first row

def toeplitz_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    c, r, x = ranked_dims(args, "a Toeplitz matrix")
    if len(c) != 1 or len(r) != 1 or len(x) not in (1, 2):
        raise Refusal("a Toeplitz matrix is made of a column and a row, and works on a vector or a matrix",
                      "loop over the stack")
    return ArrayT(double_dtype(args), (c[0], *x[1:]))


def toeplitz_values(g: Ops, c: E, r: E, c_dot: E | None, r_dot: E | None) -> E:
    """The tangents of the elements along the last row and up the first column: r[:0:-1], then c."""
    row = g.zeros(g.shape(r), r.dtype) if r_dot is None else r_dot
    made = g.zeros(g.shape(c), c.dtype) if c_dot is None else c_dot
    return g("concatenate", get(g, row, slice(None, 0, -1)), made, axis=0)


def toeplitz_times(g: Ops, c: E, r: E, c_dot: E | None, r_dot: E | None, x: E) -> E:
    """The tangent of the matrix times x: a convolution; for several columns, the matrix is formed."""
    values = toeplitz_values(g, c, r, c_dot, r_dot)
    if x.rank == 1:
        return g("convolve", values, x, mode="valid")
    n, m = g.dim(c, 0), g.dim(r, 0)
    rows, columns = g("arange", n, dtype=None), g("arange", m, dtype=None)
    return get(g, values, column(g, rows) - columns + (m - 1)) @ x


def solve_toeplitz_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    c, r, _ = args
    c_dot, r_dot, b_dot = dots
    change = b_dot
    if c_dot is not None or r_dot is not None:
        moved = toeplitz_times(g, c, r, c_dot, r_dot, ys[0])
        change = -moved if b_dot is None else b_dot - moved
    return None if change is None else g(op.name, c, r, change)


def matmul_toeplitz_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    c, r, x = args
    c_dot, r_dot, x_dot = dots
    by_x = None if x_dot is None else g(op.name, c, r, x_dot)
    by_values = None if c_dot is None and r_dot is None else toeplitz_times(g, c, r, c_dot, r_dot, x)
    return total(g, by_x, by_values)


def toeplitz_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    """By the conjugate transpose, whose first column begins with the corner."""
    c, r, x = (g.wrap(a) for a in op.args)
    corner = get(g, c, slice(None, 1))
    turned = g("concatenate", corner, get(g, r, slice(1, None)), axis=0)
    return (fit(g, g(op.name, conj(g, turned), conj(g, c), ct), x.atom.type),)


def solve_with(name: str, c_or_cr: Any, g: Ops, x: Any) -> E:
    if isinstance(c_or_cr, (tuple, list)):
        c, r = (array_of(g, v) for v in listed(c_or_cr))
    else:
        c = array_of(g, c_or_cr)
        r = conj(g, c)
    return g(f"scipy.linalg.{name}", c, r, array_of(g, x))


# Blocks

@scipy_call("block_diag", "*arrs")
def lower_block_diag(g: Ops, arrs: tuple[Any, ...]) -> Result:
    blocks = [as_matrix(g, array_of(g, x)) for x in arrs]
    if not blocks:
        raise Refusal("scipy.linalg.block_diag of nothing", "give a block")
    corners: list[tuple[E | int, E | int]] = [(0, 0)]
    for block in blocks:
        row, col = corners[-1]
        corners.append((size_along(g, block, 0) + row, size_along(g, block, 1) + col))
    rows, columns = corners.pop()
    made = g.zeros((rows, columns), str(np.result_type(*(block.dtype for block in blocks))))
    for block, (row, col) in zip(blocks, corners, strict=True):
        below, right = size_along(g, block, 0) + row, size_along(g, block, 1) + col
        made = put(g, made, as_dtype(g, block, made.dtype), slice(row, below), slice(col, right))
    return made


def as_matrix(g: Ops, x: E) -> E:
    if x.rank > 2:
        raise Refusal("scipy.linalg.block_diag takes matrices here", "loop over the stack")
    return x if x.rank == 2 else expanded(g, g.reshape(x, (-1,)), (0,))


# Norms

def scipy_norm_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    """BLAS gives a number of double precision."""
    norm_type(args, {**attrs, "axis": None, "keepdims": False})
    return ArrayT("float64", ())


def scipy_norm_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    (x,), (dot,) = args, dots
    if dot is None:
        return None
    if x.rank == 2:
        return as_dtype(g, matrix_norm_dot(g, x, dot, op.attrs["ord"]), "float64")
    size = as_dtype(g, ys[0], real_dtype(x.dtype))
    attrs = {"ord": None, "axis": None, "keepdims": False}
    made = norm_tangent(g, Op("norm", op.args, attrs, ()), args, (size,), dots)
    return None if made is None else as_dtype(g, made, "float64")


# Queries

def bandwidth_type(args: tuple[Atom, ...], attrs: Attrs) -> tuple[Type, ...]:
    if len(matrix_dims(args, "scipy.linalg.bandwidth")) != 2:
        raise Refusal("scipy.linalg.bandwidth takes one matrix here", "loop over the matrices")
    return INT, INT


def query_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    if len(matrix_dims(args, "this query")) != 2:
        raise Refusal("this query takes one matrix here", "loop over the matrices")
    return BOOL


# fmt: off
scipy_row("solve_banded",    banded_type,   solve_banded_tangent,    transpose=solve_banded_transpose,
          needs_shape=(1,), conjugates=True)
scipy_row("solveh_banded",   banded_type,   solveh_banded_tangent,   transpose=solveh_banded_transpose,
          needs_shape=(1,), conjugates=True)
scipy_row("solve_toeplitz",  toeplitz_type, solve_toeplitz_tangent,  transpose=toeplitz_transpose,
          needs_shape=(2,), conjugates=True)
scipy_row("matmul_toeplitz", toeplitz_type, matmul_toeplitz_tangent, transpose=toeplitz_transpose,
          needs_shape=(2,), conjugates=True)
scipy_row("norm",            scipy_norm_type, scipy_norm_tangent)
scipy_row("bandwidth",       bandwidth_type)
scipy_row("issymmetric",     query_type)
scipy_row("ishermitian",     query_type)
# fmt: on


# Calls

@scipy_call("solve_banded", "l_and_u, ab, b, overwrite_ab=False, overwrite_b=False, check_finite=True")
def lower_solve_banded(g: Ops, l_and_u: Any, ab: Any, b: Any) -> Result:
    widths = tuple(int(static(k, "l_and_u")) for k in listed(l_and_u))
    return g("scipy.linalg.solve_banded", array_of(g, ab), array_of(g, b), l_and_u=widths)


@scipy_call("solveh_banded", "ab, b, overwrite_ab=False, overwrite_b=False, lower=False, check_finite=True")
def lower_solveh_banded(g: Ops, ab: Any, b: Any, lower: Any) -> Result:
    x = array_of(g, ab)
    static(g.dim(x, 0), "the number of diagonals")
    return g("scipy.linalg.solveh_banded", x, array_of(g, b), lower=bool(static(lower, "lower")))


@scipy_call("solve_toeplitz", "c_or_cr, b, check_finite=True")
def lower_solve_toeplitz(g: Ops, c_or_cr: Any, b: Any) -> Result:
    return solve_with("solve_toeplitz", c_or_cr, g, b)


@scipy_call("matmul_toeplitz", "c_or_cr, x, check_finite=False, workers=None")
def lower_matmul_toeplitz(g: Ops, c_or_cr: Any, x: Any, workers: Any) -> Result:
    return solve_with("matmul_toeplitz", c_or_cr, g, x)


@scipy_call("norm", "a, ord=None, axis=None, keepdims=False, check_finite=True")
def lower_scipy_norm(g: Ops, a: Any, ord: Any, axis: Any, keepdims: Any) -> Result:
    """NumPy's, but where SciPy calls BLAS or LAPACK."""
    x, kind = array_of(g, a), static(ord, "ord")
    plain = static(axis, "axis") is None and not static(keepdims, "keepdims") and np.dtype(x.dtype).char in "fdFD"
    if plain and ((x.rank == 1 and kind in (None, 2)) or (x.rank == 2 and kind in (1, np.inf))):
        if x.rank == 2 and np.dtype(x.dtype).char in "fF":
            raise Refusal("the dtype of this norm depends on how SciPy finds the matrix in memory", "use np.linalg.norm")
        return g("scipy.linalg.norm", x, ord=kind)
    return lower_norm(g, x, ord, axis, keepdims)


@scipy_call("bandwidth", "a")
def lower_bandwidth(g: Ops, a: Any) -> Result:
    return g.many("scipy.linalg.bandwidth", array_of(g, a))


def enter_query(name: str) -> None:
    @scipy_call(name, "a, atol=None, rtol=None")
    def lower(g: Ops, a: Any, atol: Any, rtol: Any) -> Result:
        given = {"atol": static(atol, "atol"), "rtol": static(rtol, "rtol")}
        return g(f"scipy.linalg.{name}", array_of(g, a), **{k: v for k, v in given.items() if v is not None})

    _ = lower


enter_query("issymmetric")
enter_query("ishermitian")
for _name in ("hilbert", "invhilbert", "pascal", "invpascal", "hadamard", "helmert", "dft"):
    computed(getattr(sp, _name), f"scipy.linalg.{_name}")


# Refused

REFUSALS: dict[tuple[str, ...], tuple[str, str]] = {
    ("null_space", "orth"): (
        "a basis of a subspace is not unique, so it has no derivative", "use a projection, as a @ np.linalg.pinv(a)"),
    ("schur", "rsf2csf", "hessenberg", "qz", "ordqz"): (
        "its factors are fixed by the path of an iteration, not by the matrix alone",
        "use eig, or a function of the matrix: expm, sqrtm, logm, solve_sylvester"),
    ("cossin",): ("its factors are not unique, so they have no derivative", "use the svd of a block"),
    ("ldl",): ("its blocks of order 1 and 2 change with the pivots", "use lu, or cholesky of a definite matrix"),
    ("funm",): ("the derivative of a function of a matrix that is given as a Python function is not known",
                "use expm, logm, sqrtm or fractional_matrix_power"),
    ("matrix_balance",): ("the scales are powers of two, constant almost everywhere", "balance before differentiating"),
    ("expm_cond",): ("it is the norm of a derivative over all directions", "use expm_frechet along one"),
    ("cholesky_banded", "cho_solve_banded"): (
        "the derivative of a banded factor is not written for bands", "use solveh_banded, which has one"),
    ("eig_banded", "eigvals_banded"): (
        "the derivative is not written for bands", "use eigh_tridiagonal, or eigh of the full matrix"),
    ("qr_multiply",): ("it applies q without forming it", "write q @ c with q, r = qr(a, mode='economic')"),
    ("qr_update", "qr_insert", "qr_delete"): ("it updates factors in a way of its own", "take qr of the changed matrix"),
    ("cdf2rdf",): ("it pairs eigenvalues by their values", "work with the complex eigenvalues and vectors"),
    ("solve_circulant",): ("it chooses by the size of a spectrum", "write np.fft.ifft(np.fft.fft(b) / np.fft.fft(c)).real"),
    ("clarkson_woodruff_transform",): ("it draws a random sparse matrix", "draw a sketch outside, and multiply by it"),
    ("get_blas_funcs", "get_lapack_funcs", "find_best_blas_type"): (
        "it gives a routine of a compiled library", "use the function of scipy.linalg that calls it"),
}
for _names, (_reason, _hint) in REFUSALS.items():
    for _name in _names:
        if hasattr(sp, _name):
            refuses(getattr(sp, _name), f"scipy.linalg.{_name}", _reason, _hint)
