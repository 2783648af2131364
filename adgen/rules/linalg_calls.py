"""How `np.linalg` and `scipy.linalg` become the ops of `linalg`."""
from __future__ import annotations

from typing import Any

import numpy as np

from adgen.errors import Refusal
from adgen.ir.core import Atom, Attrs
from adgen.ir.types import ArrayT, Type, dtype_of
from adgen.rules import linalg
from adgen.rules.linalg import float_dtype, square_dims
from adgen.rules.lowering import Result, axis_of, lowers, static
from adgen.rules.products import contracted, ranked_dims
from adgen.rules.rearranging import matrix_transpose
from adgen.rules.shapes import array_of, listed, static_int
from adgen.rules.table import E, Ops, Rule, add_rule

try:
    import scipy.linalg as scipy_linalg  # pyright: ignore[reportMissingTypeStubs]
except ImportError:  # SciPy is optional
    scipy_linalg = None

__all__ = ["linalg"]

_results: list[Any] = [
    type(f(np.eye(1))) for f in (np.linalg.slogdet, np.linalg.eigh, np.linalg.svd, np.linalg.qr)
]
SlogdetResult, EighResult, SVDResult, QRResult = _results
"""NumPy's own named tuples, which have no public name."""


def _plain(name: str) -> Any:
    def lower(g: Ops, a: Any) -> Result:
        return g(name, array_of(g, a))

    return lower


lowers(np.linalg.inv, "a")(_plain("inv"))
lowers(np.linalg.det, "a")(_plain("det"))
lowers(np.linalg.pinv, "a")(_plain("pinv"))
lowers(np.linalg.svdvals, "x")(_plain("svdvals"))


@lowers(np.linalg.slogdet, "a")
def lower_slogdet(g: Ops, a: Any) -> Result:
    return SlogdetResult(*g.many("slogdet", array_of(g, a)))


@lowers(np.linalg.solve, "a, b")
def lower_solve(g: Ops, a: Any, b: Any) -> Result:
    return g("solve", array_of(g, a), array_of(g, b))


@lowers(np.linalg.cholesky, "a")
def lower_cholesky(g: Ops, a: Any) -> Result:
    return g("cholesky", array_of(g, a))


def _lower_triangle(uplo: Any) -> None:
    if static(uplo, "UPLO") not in ("L", "l"):
        raise Refusal("only the lower triangle (UPLO='L') is supported", "pass a.T")


@lowers(np.linalg.eigh, "a, UPLO='L'")
def lower_eigh(g: Ops, a: Any, UPLO: Any) -> Result:
    _lower_triangle(UPLO)
    return EighResult(*g.many("eigh", array_of(g, a)))


@lowers(np.linalg.eigvalsh, "a, UPLO='L'")
def lower_eigvalsh(g: Ops, a: Any, UPLO: Any) -> Result:
    _lower_triangle(UPLO)
    return g("eigvalsh", array_of(g, a))


@lowers(np.linalg.svd, "a, full_matrices=True, compute_uv=True")
def lower_svd(g: Ops, a: Any, full_matrices: Any, compute_uv: Any) -> Result:
    x = array_of(g, a)
    if not static(compute_uv, "compute_uv"):
        return g("svdvals", x)
    if static(full_matrices, "full_matrices") and x.dims is not None and x.dims[-1] != x.dims[-2]:
        raise Refusal("svd with full_matrices=True is not unique, so it has no derivative",
                      "pass full_matrices=False")
    return SVDResult(*g.many("svd", x, full_matrices=False))


@lowers(np.linalg.qr, "a, mode='reduced'")
def lower_qr(g: Ops, a: Any, mode: Any) -> Result:
    if static(mode, "mode") != "reduced":
        raise Refusal("qr is supported with mode='reduced'", "use mode='reduced'")
    return QRResult(*g.many("qr", array_of(g, a)))


@lowers(np.linalg.matrix_power, "a, n")
def lower_matrix_power(g: Ops, a: Any, n: Any) -> Result:
    """The products that NumPy forms, in its order."""
    x, power = array_of(g, a), static_int(n, "n")
    if power == 0:
        unit = g("eye", g.dim(x, x.rank - 1), g.dim(x, x.rank - 1), k=0, dtype=x.dtype)
        return unit if x.rank == 2 else g("copy", g.broadcast(unit, g.shape(x)))
    if power < 0:
        x, power = g("inv", x), -power
    if power == 1:
        return g("copy", x)
    if power == 3:
        return x @ x @ x
    return _binary_power(x, power)


def _binary_power(x: E, power: int) -> E:
    square, result = x, None
    while True:
        power, bit = divmod(power, 2)
        if bit:
            result = square if result is None else result @ square
        if not power:
            assert result is not None
            return result
        square = square @ square


@lowers(np.linalg.multi_dot, "arrays")
def lower_multi_dot(g: Ops, arrays: Any) -> Result:
    factors = listed(arrays)
    if len(factors) == 2:
        return g("dot", array_of(g, factors[0]), array_of(g, factors[1]))
    raise Refusal("np.linalg.multi_dot chooses its order by sizes known at run time only",
                  "write a @ b @ c")


# Norms

@lowers(np.linalg.norm, "x, ord=None, axis=None, keepdims=False")
def lower_norm(g: Ops, x: Any, ord: Any, axis: Any, keepdims: Any) -> Result:
    a, kind, keep = array_of(g, x), static(ord, "ord"), bool(static(keepdims, "keepdims"))
    if a.rank == 0:
        raise Refusal("np.linalg.norm of a number is not supported", "use abs(x)")
    chosen = static(axis, "axis")
    places = (
        tuple(range(a.rank)) if chosen is None else tuple(axis_of(a, k) for k in listed(chosen))
    )
    if kind is None:
        return g("norm", a, ord=None, axis=_norm_axis(chosen, places), keepdims=keep)
    if len(places) == 1:
        return vector_norm(g, a, kind, places[0], keep, chosen is None)
    if len(places) == 2:
        return matrix_norm(g, a, kind, places, keep, chosen is None)
    raise Refusal(
        f"np.linalg.norm with ord={kind!r} needs one axis or two",
        "use ord=None, 1, 2 or np.inf, over one axis or two",
    )


def _norm_axis(chosen: Any, places: tuple[int, ...]) -> int | tuple[int, ...] | None:
    if chosen is None:
        return None
    return places[0] if len(places) == 1 else places


def vector_norm(g: Ops, a: E, kind: Any, axis: int, keep: bool, all_axes: bool) -> E:
    if kind == np.inf:
        return g("max", g("abs", a), axis=(axis,), keepdims=keep)
    if kind == -np.inf:
        return g("min", g("abs", a), axis=(axis,), keepdims=keep)
    if kind == 1:
        return g.sum(g("abs", a), (axis,), keep)
    if not isinstance(kind, (int, float)) or kind < 1:
        raise Refusal(
            f"np.linalg.norm with ord={kind!r} is not supported for vectors",
            "use ord=None, 1, 2 or np.inf, over one axis or two",
        )
    return g("norm", a, ord=kind, axis=None if all_axes else axis, keepdims=keep)


def matrix_norm(g: Ops, a: E, kind: Any, axes: tuple[int, ...], keep: bool, all_axes: bool) -> E:
    if kind == "fro":
        return g("norm", a, ord=kind, axis=None if all_axes else axes, keepdims=keep)
    if kind in (1, -1, np.inf, -np.inf):
        summed, picked = (axes[0], axes[1]) if kind in (1, -1) else (axes[1], axes[0])
        sums = g.sum(g("abs", a), (summed,), True)
        made = g("max" if kind > 0 else "min", sums, axis=(picked,), keepdims=True)
        return made if keep else g("squeeze", made, axis=tuple(sorted(axes)))
    if kind in (2, -2, "nuc") and axes == (a.rank - 2, a.rank - 1) and not keep:
        values = g("svdvals", a)
        name = {2: "max", -2: "min", "nuc": "sum"}[kind]
        return g(name, values, axis=(values.rank - 1,), keepdims=False)
    raise Refusal(
        f"np.linalg.norm with ord={kind!r} is not supported for matrices here",
        "use ord=None, 1, 2 or np.inf, over one axis or two",
    )


@lowers(np.linalg.vector_norm, "x, axis=None, keepdims=False, ord=2")
def lower_vector_norm(g: Ops, x: Any, axis: Any, keepdims: Any, ord: Any) -> Result:
    a = array_of(g, x)
    if static(axis, "axis") is not None:
        return lower_norm(g, a, ord, axis, keepdims)
    flat = a if a.rank == 1 else g.reshape(a, (-1,))
    made = lower_norm(g, flat, ord, 0, False)
    return g.reshape(made, (1,) * a.rank) if static(keepdims, "keepdims") else made


@lowers(np.linalg.matrix_norm, "x, keepdims=False, ord='fro'")
def lower_matrix_norm(g: Ops, x: Any, keepdims: Any, ord: Any) -> Result:
    return lower_norm(g, x, ord, (-2, -1), keepdims)


# SciPy

def triangular_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    a = square_dims(args, "solve_triangular")
    (b,) = ranked_dims(args[1:2], "solve_triangular")
    if len(a) != 2 or len(b) not in (1, 2):
        raise Refusal("solve_triangular takes a matrix and a right-hand side of rank 1 or 2", "loop over the matrices")
    contracted(a[-1], b[0], "solve_triangular")
    return ArrayT(float_dtype(args), (a[-1], *b[1:]))


def expm_tangent(g: Ops, op: Any, args: Any, ys: Any, dots: Any) -> E | None:
    (dot,) = dots
    return None if dot is None else as_dtype(g, frechet(g, args[0], dot), ys[0].dtype)


def frechet(g: Any, a: E, e: E) -> E:
    return g("expm_frechet", a, e, compute_expm=False)


def frechet_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    """SciPy works in double precision."""
    return ArrayT("float64", square_dims(args[:1], "expm_frechet"))


def frechet_tangent(g: Ops, op: Any, args: Any, ys: Any, dots: Any) -> E | None:
    a_dot, e_dot = dots
    if a_dot is not None:
        raise Refusal(
            "the second derivative of scipy.linalg.expm is not supported",
            "take one derivative by adgen, the other by differences",
        )
    return None if e_dot is None else frechet(g, args[0], e_dot)


def frechet_transpose(g: Any, op: Any, ct: E, linear: tuple[int, ...]) -> tuple[E | None, ...]:
    made = frechet(g, matrix_transpose(g, g.wrap(op.args[0])), ct)
    return (as_dtype(g, made, dtype_of(op.args[1].type)),)


def as_dtype(g: Any, x: E, dtype: str) -> E:
    return x if x.dtype == dtype else g("convert", x, dtype=dtype)


def det_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    """SciPy's is of double precision, whatever the matrix is of."""
    return ArrayT("float64", square_dims(args, "det")[:-2])


def scipy_cholesky_tangent(g: Ops, op: Any, args: Any, ys: Any, dots: Any) -> E | None:
    """SciPy's reads the triangle it writes: the upper one is the lower one of the transpose."""
    (a,), (y,), (dot,) = args, ys, dots
    if dot is None or op.attrs["lower"]:
        return linalg.cholesky_tangent(g, op, args, ys, dots)
    flipped = [matrix_transpose(g, v) for v in (a, y, dot)]
    made = linalg.cholesky_tangent(g, op, (flipped[0],), (flipped[1],), (flipped[2],))
    return None if made is None else matrix_transpose(g, made)


def matrix_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    dims = square_dims(args, "expm")
    if len(dims) != 2:
        raise Refusal("expm takes one matrix here", "loop over the matrices")
    return ArrayT(float_dtype(args), dims)


def _enter_scipy(sp: Any) -> None:
    """Rows and lowerings that only code which uses SciPy itself meets."""
    # fmt: off
    add_rule(Rule("solve_triangular", triangular_type, tangent=linalg.triangular_tangent,
                  transpose=linalg.triangular_transpose, call="scipy.linalg.solve_triangular"))
    add_rule(Rule("expm",         matrix_type, tangent=expm_tangent, call="scipy.linalg.expm"))
    add_rule(Rule("scipy.linalg.cholesky", matrix_type, tangent=scipy_cholesky_tangent,
                  call="scipy.linalg.cholesky"))
    add_rule(Rule("expm_frechet", frechet_type, tangent=frechet_tangent, transpose=frechet_transpose,
                  call="scipy.linalg.expm_frechet"))
    for name in ("inv", "det"):
        type_rule, tangent = (linalg.square_type, linalg.inv_tangent) if name == "inv" else (
            det_type, linalg.det_tangent)
        full = f"scipy.linalg.{name}"
        add_rule(Rule(full, type_rule, tangent=tangent, call=full))
        lowers(getattr(sp, name), "a", name=full)(_plain(full))
    # fmt: on
    lowers(sp.expm, "A", name="scipy.linalg.expm")(_plain("expm"))
    lowers(sp.solve_triangular, "a, b, trans=0, lower=False, unit_diagonal=False",
           name="scipy.linalg.solve_triangular")(lower_solve_triangular)
    lowers(sp.cholesky, "a, lower=False", name="scipy.linalg.cholesky")(lower_scipy_cholesky)
    lowers(sp.cho_solve, "c_and_lower, b", name="scipy.linalg.cho_solve")(lower_cho_solve)


def lower_solve_triangular(
    g: Ops, a: Any, b: Any, trans: Any, lower: Any, unit_diagonal: Any
) -> Result:
    turned = {0: 0, "N": 0, 1: 1, "T": 1}.get(static(trans, "trans"))
    if turned is None:
        raise Refusal(f"solve_triangular with trans={trans!r} is not supported", "transpose the matrix")
    return triangular(g, array_of(g, a), array_of(g, b), turned, bool(static(lower, "lower")),
                      bool(static(unit_diagonal, "unit_diagonal")))


def triangular(g: Ops, a: E, b: E, trans: int, lower: bool, unit: bool = False) -> E:
    return g("solve_triangular", a, b, trans=trans, lower=lower, unit_diagonal=unit)


def lower_scipy_cholesky(g: Ops, a: Any, lower: Any) -> Result:
    x = array_of(g, a)
    if x.rank != 2:
        raise Refusal("scipy.linalg.cholesky takes one matrix here", "use np.linalg.cholesky")
    return g("scipy.linalg.cholesky", x, lower=bool(static(lower, "lower")))


def lower_cho_solve(g: Ops, c_and_lower: Any, b: Any) -> Result:
    pair = listed(c_and_lower)
    if len(pair) != 2:
        raise Refusal("cho_solve takes a pair (c, lower)", "pass what scipy.linalg.cho_factor gives")
    c, low = array_of(g, pair[0]), bool(static(pair[1], "lower"))
    half = triangular(g, c, array_of(g, b), 0 if low else 1, low)
    return triangular(g, c, half, 1 if low else 0, low)


if scipy_linalg is not None:
    _enter_scipy(scipy_linalg)
