"""How `scipy.linalg` becomes the ops of `scipy_linalg`."""
from __future__ import annotations

from typing import Any

import numpy as np

from adgen.errors import Refusal
from adgen.ir.types import is_complex
from adgen.rules.lowering import Result, static
from adgen.rules.scipy_linalg import NAMES, scipy_call
from adgen.rules.shapes import array_of, get, listed
from adgen.rules.table import E, Ops

STRUCTURES = (
    None, "gen", "sym", "her", "pos", "upper triangular", "lower triangular", "diagonal", "tridiagonal", "banded",
)


def structure_of(a: E, name: str, assume_a: Any, lower: Any) -> dict[str, Any]:
    """The attrs that say what is assumed of a matrix, but for what is the default."""
    kind = static(assume_a, "assume_a")
    kinds = STRUCTURES if name == "solve" else STRUCTURES[:7]
    if NAMES.get(kind, kind) not in kinds:
        raise Refusal(f"scipy.linalg.{name} with assume_a={kind!r} is not supported", "leave out assume_a")
    found = {"assume_a": kind, "lower": bool(static(lower, "lower"))}
    return {k: v for k, v in found.items() if v not in (None, False)}


@scipy_call("inv", "a, overwrite_a=False, check_finite=True, *, assume_a=None, lower=False")
def lower_inv(g: Ops, a: Any, assume_a: Any, lower: Any) -> Result:
    x = array_of(g, a)
    return g("scipy.linalg.inv", x, **structure_of(x, "inv", assume_a, lower))


@scipy_call("det", "a, overwrite_a=False, check_finite=True")
def lower_det(g: Ops, a: Any) -> Result:
    return g("scipy.linalg.det", array_of(g, a))


@scipy_call("solve", "a, b, lower=False, overwrite_a=False, overwrite_b=False, check_finite=True, assume_a=None, "
                     "transposed=False")
def lower_solve(g: Ops, a: Any, b: Any, lower: Any, assume_a: Any, transposed: Any) -> Result:
    x, y = array_of(g, a), array_of(g, b)
    attrs = structure_of(x, "solve", assume_a, lower)
    if static(transposed, "transposed"):
        if is_complex(x.type):
            raise Refusal("scipy.linalg.solve does not take transposed=True for complex matrices", "pass a.T")
        attrs["transposed"] = True
    return g("scipy.linalg.solve", x, y, **attrs)


def inverse_by(g: Ops, name: str, a: Any, return_rank: Any, attrs: dict[str, Any]) -> Result:
    attrs = {k: v for k, v in attrs.items() if v is not None}
    if static(return_rank, "return_rank"):
        return g.many(f"scipy.linalg.{name}_rank", array_of(g, a), return_rank=True, **attrs)
    return g(f"scipy.linalg.{name}", array_of(g, a), **attrs)


@scipy_call("pinv", "a, *, atol=None, rtol=None, return_rank=False, check_finite=True")
def lower_pinv(g: Ops, a: Any, atol: Any, rtol: Any, return_rank: Any) -> Result:
    return inverse_by(g, "pinv", a, return_rank, {"atol": static(atol, "atol"), "rtol": static(rtol, "rtol")})


@scipy_call("pinvh", "a, atol=None, rtol=None, lower=True, return_rank=False, check_finite=True")
def lower_pinvh(g: Ops, a: Any, atol: Any, rtol: Any, lower: Any, return_rank: Any) -> Result:
    given = {"atol": static(atol, "atol"), "rtol": static(rtol, "rtol"), "lower": bool(static(lower, "lower"))}
    return inverse_by(g, "pinvh", a, return_rank, given)


@scipy_call("lstsq", "a, b, cond=None, overwrite_a=False, overwrite_b=False, check_finite=True, lapack_driver=None")
def lower_lstsq(g: Ops, a: Any, b: Any, cond: Any, lapack_driver: Any) -> Result:
    driver = static(lapack_driver, "lapack_driver")
    if driver not in (None, "gelsd", "gelss"):
        raise Refusal(f"scipy.linalg.lstsq with lapack_driver={driver!r} is not supported: it gives no singular values",
                      "leave out lapack_driver")
    attrs = {} if driver is None else {"lapack_driver": driver}
    return g.many("scipy.linalg.lstsq", array_of(g, a), array_of(g, b), cond=static(cond, "cond"), **attrs)


@scipy_call("cholesky", "a, lower=False, overwrite_a=False, check_finite=True")
def lower_cholesky(g: Ops, a: Any, lower: Any) -> Result:
    return g("scipy.linalg.cholesky", array_of(g, a), lower=bool(static(lower, "lower")))


@scipy_call("cho_factor", "a, lower=False, overwrite_a=False, check_finite=True")
def lower_cho_factor(g: Ops, a: Any, lower: Any) -> Result:
    x, low = array_of(g, a), bool(static(lower, "lower"))
    if x.rank != 2:
        raise Refusal("scipy.linalg.cho_factor takes one matrix here", "use np.linalg.cholesky for a stack")
    return g.many("scipy.linalg.cho_factor", x, lower=low)[0], low


@scipy_call("cho_solve", "c_and_lower, b, overwrite_b=False, check_finite=True")
def lower_cho_solve(g: Ops, c_and_lower: Any, b: Any) -> Result:
    pair = listed(c_and_lower)
    if len(pair) != 2:
        raise Refusal("cho_solve takes a pair (c, lower)", "pass what scipy.linalg.cho_factor gives")
    return g("scipy.linalg.cho_solve", array_of(g, pair[0]), array_of(g, b), lower=bool(static(pair[1], "lower")))


@scipy_call("solve_triangular",
            "a, b, trans=0, lower=False, unit_diagonal=False, overwrite_b=False, check_finite=True")
def lower_solve_triangular(g: Ops, a: Any, b: Any, trans: Any, lower: Any, unit_diagonal: Any) -> Result:
    flip = turn_of(trans, "solve_triangular")
    return g("scipy.linalg.solve_triangular", array_of(g, a), array_of(g, b), trans=flip,
             lower=bool(static(lower, "lower")), unit_diagonal=bool(static(unit_diagonal, "unit_diagonal")))


def turn_of(trans: Any, name: str) -> int:
    """0, 1 for the transpose, 2 for the conjugate transpose."""
    found = {0: 0, "N": 0, 1: 1, "T": 1, 2: 2, "C": 2}.get(static(trans, "trans"))
    if found is None:
        raise Refusal(f"{name} with trans={trans!r} is not supported", "use trans=0, 1 or 2")
    return found


@scipy_call("lu", "a, permute_l=False, overwrite_a=False, check_finite=True, p_indices=False")
def lower_lu(g: Ops, a: Any, permute_l: Any, p_indices: Any) -> Result:
    x, merged = array_of(g, a), bool(static(permute_l, "permute_l"))
    indices = merged or bool(static(p_indices, "p_indices"))
    if indices and x.rank != 2:
        raise Refusal("scipy.linalg.lu gives permutations of a stack of matrices as matrices only here",
                      "leave out p_indices and permute_l")
    p, lower, upper = g.many("scipy.linalg.lu", x, p_indices=indices)
    return (get(g, lower, p), upper) if merged else (p, lower, upper)


@scipy_call("lu_factor", "a, overwrite_a=False, check_finite=True")
def lower_lu_factor(g: Ops, a: Any) -> Result:
    return g.many("scipy.linalg.lu_factor", array_of(g, a))


@scipy_call("lu_solve", "lu_and_piv, b, trans=0, overwrite_b=False, check_finite=True")
def lower_lu_solve(g: Ops, lu_and_piv: Any, b: Any, trans: Any) -> Result:
    pair = listed(lu_and_piv)
    if len(pair) != 2:
        raise Refusal("lu_solve takes a pair (lu, piv)", "pass what scipy.linalg.lu_factor gives")
    lu, piv = (array_of(g, x) for x in pair)
    if np.dtype(piv.dtype).kind not in "iu":
        raise Refusal("the pivots of lu_solve are ints", "pass what scipy.linalg.lu_factor gives")
    return g("scipy.linalg.lu_solve", lu, piv, array_of(g, b), trans=turn_of(trans, "lu_solve"))

