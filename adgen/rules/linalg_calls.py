"""How `np.linalg` becomes the ops of `linalg` and `factorisations`; norms stand in `norms`."""
from __future__ import annotations

from typing import Any

import numpy as np

from adgen.errors import Refusal
from adgen.ir.types import is_complex
from adgen.rules import factorisations, linalg, norms
from adgen.rules.indexing_calls import lower_take_along_axis
from adgen.rules.linalg import ht, require_real, row
from adgen.rules.lowering import Result, axis_of, lowers, static
from adgen.rules.product_calls import last_axis
from adgen.rules.shapes import array_of, get, listed, static_int
from adgen.rules.table import E, Ops

__all__ = ["factorisations", "linalg", "norms"]

_results: list[Any] = [
    type(f(np.eye(1)))
    for f in (np.linalg.slogdet, np.linalg.eigh, np.linalg.eig, np.linalg.svd, np.linalg.qr)
]
SlogdetResult, EighResult, EigResult, SVDResult, QRResult = _results
"""NumPy's own named tuples, which have no public name."""
MODES = ("reduced", "complete", "r")
NOT_UNIQUE = "the vectors that complete a basis are not unique, so they have no derivative"


def plain(name: str) -> Any:
    def lower(g: Ops, a: Any) -> Result:
        return g(name, array_of(g, a))

    return lower


lowers(np.linalg.inv, "a")(plain("inv"))
lowers(np.linalg.det, "a")(plain("det"))
lowers(np.linalg.svdvals, "x, /")(plain("svdvals"))


@lowers(np.linalg.vecdot, "x1, x2, /, *, axis=-1")
def lower_vecdot(g: Ops, x1: Any, x2: Any, axis: Any) -> Result:
    return g("vecdot", *(last_axis(g, x, axis_of(x, axis)) for x in (array_of(g, x1), array_of(g, x2))))


@lowers(np.linalg.pinv, "a, rcond=None, hermitian=False, *, rtol='unset'")
def lower_pinv(g: Ops, a: Any, rcond: Any, hermitian: Any, rtol: Any) -> Result:
    x, cutoff = array_of(g, a), rtol if rcond is None else rcond
    if cutoff is None:
        cutoff = linalg.rounding_of_rank(g, x)
    given = () if isinstance(cutoff, str) else (array_of(g, cutoff),)
    return g("pinv", x, *given, hermitian=bool(static(hermitian, "hermitian")))


@lowers(np.linalg.slogdet, "a")
def lower_slogdet(g: Ops, a: Any) -> Result:
    return SlogdetResult(*g.many("slogdet", array_of(g, a)))


@lowers(np.linalg.solve, "a, b")
def lower_solve(g: Ops, a: Any, b: Any) -> Result:
    return g("solve", array_of(g, a), array_of(g, b))


@lowers(np.linalg.lstsq, "a, b, rcond=None")
def lower_lstsq(g: Ops, a: Any, b: Any, rcond: Any) -> Result:
    return g.many("lstsq", array_of(g, a), array_of(g, b), rcond=static(rcond, "rcond"))


@lowers(np.linalg.cholesky, "a, /, *, upper=False")
def lower_cholesky(g: Ops, a: Any, upper: Any) -> Result:
    return g("cholesky", array_of(g, a), upper=bool(static(upper, "upper")))


def triangle_named(uplo: Any) -> str:
    name = static(uplo, "UPLO")
    if name not in ("L", "l", "U", "u"):
        raise Refusal(f"there is no triangle {name!r}", "use UPLO='L' or UPLO='U'")
    return name


@lowers(np.linalg.eigh, "a, UPLO='L'")
def lower_eigh(g: Ops, a: Any, UPLO: Any) -> Result:
    return EighResult(*g.many("eigh", array_of(g, a), UPLO=triangle_named(UPLO)))


@lowers(np.linalg.eigvalsh, "a, UPLO='L'")
def lower_eigvalsh(g: Ops, a: Any, UPLO: Any) -> Result:
    return g("eigvalsh", array_of(g, a), UPLO=triangle_named(UPLO))


@lowers(np.linalg.eig, "a")
def lower_eig(g: Ops, a: Any) -> Result:
    x = array_of(g, a)
    w, v = g.many("eig", x)
    if not is_complex(x.type):
        require_real(g, w, "np.linalg.eig")
    return EigResult(w, v)


@lowers(np.linalg.eigvals, "a")
def lower_eigvals(g: Ops, a: Any) -> Result:
    x = array_of(g, a)
    w = g("eigvals", x)
    if not is_complex(x.type):
        require_real(g, w, "np.linalg.eigvals")
    return w


@lowers(np.linalg.svd, "a, full_matrices=True, compute_uv=True, hermitian=False")
def lower_svd(g: Ops, a: Any, full_matrices: Any, compute_uv: Any, hermitian: Any) -> Result:
    x, vectors = array_of(g, a), static(compute_uv, "compute_uv")
    if static(hermitian, "hermitian"):
        return hermitian_svd(g, x, vectors)
    if not vectors:
        return g("svdvals", x)
    if static(full_matrices, "full_matrices") and x.dims is not None and x.dims[-1] != x.dims[-2]:
        raise Refusal(f"svd with full_matrices=True: {NOT_UNIQUE}", "pass full_matrices=False")
    return SVDResult(*g.many("svd", x, full_matrices=False))


def hermitian_svd(g: Ops, x: E, vectors: bool) -> Result:
    """By the eigenvalues, as NumPy does."""
    last = x.rank - 2
    if not vectors:
        sizes = g("abs", g("eigvalsh", x, UPLO="L"))
        return get(g, g("sort", sizes, axis=last), Ellipsis, slice(None, None, -1))
    w, v = g.many("eigh", x, UPLO="L")
    signs, sizes = g("sign", w), g("abs", w)
    order = get(g, g("argsort", sizes, axis=last, kind=None), Ellipsis, slice(None, None, -1))
    signs, sizes = (lower_take_along_axis(g, part, order, last) for part in (signs, sizes))
    columns = lower_take_along_axis(g, v, row(g, order), v.rank - 1)
    return SVDResult(columns, sizes, ht(g, columns * row(g, signs)))


@lowers(np.linalg.qr, "a, mode='reduced'")
def lower_qr(g: Ops, a: Any, mode: Any) -> Result:
    x, kind = array_of(g, a), static(mode, "mode")
    if kind not in MODES:
        raise Refusal(f"np.linalg.qr with mode={kind!r} is not supported", "use mode='reduced', 'complete' or 'r'")
    if kind == "complete":
        require_no_more_rows(g, x, "np.linalg.qr with mode='complete'", "use mode='reduced'")
    q, r = g.many("qr", x)
    return r if kind == "r" else QRResult(q, r)


def require_no_more_rows(g: Ops, x: E, what: str, hint: str) -> None:
    """Refuse a matrix with more rows than columns."""
    n, m = factorisations.rows_and_columns(x)
    if factorisations.is_never_more(n, m):
        return
    if static(g.dim(x, x.rank - 2), "the number of rows") > static(g.dim(x, x.rank - 1), "the number of columns"):
        raise Refusal(f"{what}: {NOT_UNIQUE}", hint)


@lowers(np.linalg.matrix_power, "a, n")
def lower_matrix_power(g: Ops, a: Any, n: Any) -> Result:
    """The products that NumPy forms, in its order."""
    x, power = array_of(g, a), static_int(n, "n")
    linalg.square_dims((x.atom,), "np.linalg.matrix_power")
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
    factors = [array_of(g, x) for x in listed(arrays)]
    if len(factors) < 2:
        raise Refusal("multi_dot takes two arrays or more", "give more")
    return g("dot", *factors) if len(factors) == 2 else g("multi_dot", *factors)


@lowers(np.linalg.matrix_rank, "A, tol=None, hermitian=False, *, rtol=None")
def lower_matrix_rank(g: Ops, A: Any, tol: Any, hermitian: Any, rtol: Any) -> Result:
    given = {"tol": static(tol, "tol"), "hermitian": bool(static(hermitian, "hermitian")),
             "rtol": static(rtol, "rtol")}
    return g("matrix_rank", array_of(g, A), **{k: v for k, v in given.items() if v not in (None, False)})


