"""What CuPy lacks, said in terms of what it has, computes the same: adapted programs are run with NumPy."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import scipy.special

import adgen
from adgen import unparse
from adgen.errors import AdgenError
from adgen.ir.core import Function, walk
from adgen.rules.cupy_equivalents import EQUIVALENTS
from adgen.transforms.adapting import adapt
from tests import oracles
from tests.cases import inside, normal, positive, waves
from tests.rule_cases import Case, function_of, wrt_of

A, S, V = normal(3, 4), normal(3, 3, seed=4), normal(5, seed=2)
SYMMETRIC = S @ S.T + 3.0 * np.eye(3)
MASK = np.array([[True, False, True, True], [True, True, False, False], [False, True, True, False]])
HOLES = np.where(MASK, A, np.nan)
P, Q = positive(3, 4), positive(4, seed=1)
HALF = inside(4).astype(np.float32)
NUMBERS = itertools.count()

# fmt: off
SAME: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "special.logsumexp":     [("scipy.special.logsumexp(x, axis=1)", {"x": A}),
                              ("scipy.special.logsumexp(x)", {"x": np.array([-np.inf, -np.inf])}),
                              ("scipy.special.logsumexp(x, keepdims=True)", {"x": np.array([1.0, np.nan, 2.0])})],
    "special.softmax":       [("scipy.special.softmax(x, axis=0)", {"x": A}), ("scipy.special.softmax(x)", {"x": V})],
    "special.log_softmax":   [("scipy.special.log_softmax(x, axis=-1)", {"x": A})],
    "logaddexp.reduce":      [("np.logaddexp.reduce(x, axis=1)", {"x": A})],
    "logaddexp2.reduce":     [("np.logaddexp2.reduce(x, axis=0, keepdims=True)", {"x": A})],
    "hypot.reduce":          [("np.hypot.reduce(x, axis=1)", {"x": A}), ("np.hypot.reduce(x)", {"x": 1e200 * V})],
    "subtract.reduce":       [("np.subtract.reduce(x, axis=1)", {"x": A})],
    "count_nonzero":         [("x * np.count_nonzero(x, axis=1, keepdims=True)", {"x": A})],
    "quantile":              [("np.quantile(x, 0.3, axis=0)", {"x": A}), ("np.quantile(x, [0.2, 0.9])", {"x": V}),
                              ("np.quantile(x, 0.3, axis=1, keepdims=True)", {"x": HOLES})],
    "percentile":            [("np.percentile(x, 30.0, axis=1, method='nearest')", {"x": A})],
    "vecdot":                [("np.vecdot(x, y)", {"x": A, "y": Q}), ("np.vecdot(z, y)", {"z": waves(3, 4), "y": Q})],
    "multi_dot":             [("np.linalg.multi_dot([x, y, z])", {"x": A, "y": A.T, "z": normal(3)}),
                              ("np.linalg.multi_dot([x, y, z])", {"x": A, "y": A.T, "z": S})],
    "cholesky":              [("np.linalg.cholesky(x, upper=True)", {"x": SYMMETRIC})],
    "eig":                   [("abs(np.linalg.eig(z)[0])", {"z": waves(3, 3)})],
    "eigvals":               [("abs(np.linalg.eigvals(z))", {"z": waves(3, 3)})],
    "solve":                 [("np.linalg.solve(x, y)", {"x": normal(2, 3, 3), "y": normal(3, 5)}),
                              ("np.linalg.solve(x, y)", {"x": S, "y": normal(2, 3, 5)})],
    "spacing":               [("x * np.spacing(x)", {"x": 1e15 * V})],
    "geomspace":             [("np.geomspace(x, y, 4)", {"x": 0.6, "y": 1.7}),
                              ("np.geomspace(x, y, 3, axis=1)", {"x": -Q, "y": -2.0 * Q})],
    "choose":                [("np.choose(i, [x, y, 1.0])", {"x": normal(3), "y": 0.5, "i": np.array([2, 0, 1])}),
                              ("np.choose(i, [x, y], mode='wrap')", {"x": 0.4, "y": 0.5, "i": np.array([2, -1, 1])})],
    "signal.convolve":       [("scipy.signal.convolve(x, y)", {"x": A, "y": S})],
    "signal.correlate":      [("scipy.signal.correlate(x, y, mode='valid')", {"x": A, "y": S})],
    "pymax":                 [("max(x[0], y)", {"x": A[0], "y": 0.2}),
                              ("max(x[0], x[1])", {"x": np.array([np.nan, 1.0])})],
    "pymin":                 [("min(x[0], y)", {"x": A[0], "y": 0.2}),
                              ("min(x[0], x[1])", {"x": np.array([1.0, np.nan])})],
    "sort":                  [("np.sort(x, axis=0, kind='stable')", {"x": A})],
    "argsort":               [("x[np.argsort(x, kind='stable')]", {"x": V})],
    "bincount":              [("np.bincount(i, x)", {"x": normal(3), "i": np.array([0, 2, 0])})],
    "ndimage.sobel":         [("scipy.ndimage.sobel(x, axis=0, mode=('nearest', 'wrap'))", {"x": A})],
    "ndimage.prewitt":       [("scipy.ndimage.prewitt(x, mode=('nearest', 'constant'), cval=0.3)", {"x": A})],
    "special.zeta":          [("x * scipy.special.zeta(2)", {"x": A})],
    "special.weighted_logsumexp": [
        ("scipy.special.logsumexp(x, axis=1, b=w)", {"x": A, "w": P}),
        ("scipy.special.logsumexp(x, b=w, return_sign=True)", {"x": A, "w": np.where(MASK, -2.0, 0.0)})],
    "sum.with":              [("np.sum(x, axis=0, where=m)", {"x": A, "m": MASK}),
                              ("np.sum(x, initial=y)", {"x": A, "y": 2.0}),
                              ("np.sum(x, where=m, initial=y)", {"x": A, "m": MASK[0], "y": 2.0})],
    "nansum.with":           [("np.nansum(x, where=m)", {"x": HOLES, "m": MASK[0]})],
    "prod.with":             [("np.prod(x, axis=1, where=m, initial=y)", {"x": A, "m": MASK, "y": 2.0})],
    "nanprod.with":          [("np.nanprod(x, initial=y)", {"x": HOLES, "y": 2.0})],
    "max.with":              [("np.max(x, axis=0, initial=y)", {"x": A, "y": 0.3}),
                              ("np.max(x, axis=0, where=m, initial=y)", {"x": A, "m": MASK, "y": -5.0})],
    "min.with":              [("np.min(x, initial=y, where=m)", {"x": A, "m": MASK, "y": 5.0})],
    "nanmax.with":           [("np.nanmax(x, axis=1, initial=y)", {"x": HOLES, "y": 0.3})],
    "nanmin.with":           [("np.nanmin(x, initial=y)", {"x": HOLES, "y": 0.3})],
    "mean.with":             [("np.mean(x, axis=1, where=m)", {"x": A, "m": MASK}),
                              ("np.mean(x, where=m, keepdims=True)", {"x": A, "m": MASK})],
    "nanmean.with":          [("np.nanmean(x, where=m)", {"x": HOLES, "m": MASK[0]})],
    "var.with":              [("np.var(x, axis=0, where=m, ddof=1)", {"x": P, "m": MASK[:, :1] | MASK}),
                              ("np.var(z, where=m)", {"z": waves(3, 4), "m": MASK})],
    "std.with":              [("np.std(x, axis=1, where=m)", {"x": A, "m": MASK}),
                              ("np.std(x, axis=1, mean=y)", {"x": A, "y": normal(3, 1)})],
    "nanvar.with":           [("np.nanvar(x, where=m)", {"x": HOLES, "m": MASK[0]})],
    "nanstd.with":           [("np.nanstd(x, where=m)", {"x": HOLES, "m": MASK[0]})],
    "all.with":              [("x * np.all(x > -3.0, axis=1, where=m, keepdims=True)", {"x": A, "m": MASK})],
    "any.with":              [("x * np.any(x > 0.5, axis=0, where=m)", {"x": A, "m": MASK})],
    "scipy.linalg.inv":      [("scipy.linalg.inv(x)", {"x": S}),
                              ("scipy.linalg.inv(x, assume_a='pos')", {"x": SYMMETRIC})],
    "scipy.linalg.det":      [("scipy.linalg.det(x)", {"x": S})],
    "scipy.linalg.solve":    [("scipy.linalg.solve(x, y, transposed=True)", {"x": S, "y": normal(3)}),
                              ("scipy.linalg.solve(x, y, assume_a='sym', lower=True)", {"x": S, "y": normal(3)})],
    "scipy.linalg.cholesky": [("scipy.linalg.cholesky(x)", {"x": SYMMETRIC}),
                              ("scipy.linalg.cholesky(x, lower=True)", {"x": SYMMETRIC})],
    "scipy.linalg.solve_triangular": [
        ("scipy.linalg.solve_triangular(x, y, lower=True)", {"x": normal(2, 3, 3), "y": normal(3)}),
        ("scipy.linalg.solve_triangular(x, y)", {"x": normal(2, 3, 3), "y": normal(3, 5)}),
        ("scipy.linalg.solve_triangular(x, y)", {"x": S, "y": normal(2, 3, 4)})],
    "scipy.linalg.cho_factor": [("scipy.linalg.cho_factor(x)[0]", {"x": SYMMETRIC})],
    "scipy.linalg.cho_solve": [("scipy.linalg.cho_solve(scipy.linalg.cho_factor(x), y)", {"x": SYMMETRIC, "y": S}),
                              ("scipy.linalg.cho_solve((x, True), y)", {"x": np.tril(SYMMETRIC), "y": normal(3)})],
    "scipy.linalg.qr":       [("scipy.linalg.qr(x, mode='economic')", {"x": A.T})],
    "scipy.linalg.lu":       [("scipy.linalg.lu(x, permute_l=True)", {"x": S})],
    "scipy.linalg.svd":      [("scipy.linalg.svd(x, full_matrices=False)[1]", {"x": A})],
    "scipy.linalg.svdvals":  [("scipy.linalg.svdvals(x)", {"x": A})],
    "scipy.linalg.svd_values": [("scipy.linalg.svd(x, compute_uv=False)", {"x": A})],
    "scipy.linalg.eigh":     [("abs(scipy.linalg.eigh(x)[1])", {"x": SYMMETRIC})],
    "scipy.linalg.eigvalsh": [("scipy.linalg.eigvalsh(x, lower=False)", {"x": SYMMETRIC})],
    "scipy.linalg.eig":      [("abs(scipy.linalg.eig(z)[0])", {"z": waves(3, 3)})],
    "scipy.linalg.eigvals":  [("abs(scipy.linalg.eigvals(z))", {"z": waves(3, 3)})],
    "scipy.linalg.norm":     [("scipy.linalg.norm(x)", {"x": V})],
    "scipy.linalg.expm":     [("scipy.linalg.expm(x)", {"x": S})],
    "scipy.linalg.expm_frechet": [("scipy.linalg.expm_frechet(x, y, compute_expm=False)", {"x": S, "y": SYMMETRIC})],
    "scipy.linalg.expm_frechet_pair": [("scipy.linalg.expm_frechet(x, y)", {"x": S, "y": SYMMETRIC})],
    "special.softplus":      [("scipy.special.softplus(x)", {"x": 10.0 * A})] * hasattr(scipy.special, "softplus"),
    "special.powm1":         [("scipy.special.powm1(x, y)", {"x": P, "y": A}),
                              ("scipy.special.powm1(x, 3.0)", {"x": A})],
    "special.factorial":     [("scipy.special.factorial(x)", {"x": P}),
                              ("x * scipy.special.factorial(i)", {"x": 0.5, "i": 4})],
    "special.polygamma":     [("scipy.special.polygamma(2, x)", {"x": P}), ("scipy.special.polygamma(0, x)", {"x": P})],
    "special.ellipe":        [("scipy.special.ellipe(m)", {"m": inside(4)})],
    "special.betaincc":      [("scipy.special.betaincc(1.7, 0.8, x)", {"x": inside(4)})],
    "special.betainccinv":   [("scipy.special.betainccinv(1.7, 0.8, x)", {"x": inside(4)})],
    "special.gdtrix":        [("scipy.special.gdtrix(1.5, 2.5, x)", {"x": inside(4)})],
    "special.stdtr":         [("scipy.special.stdtr(3.5, x)", {"x": 3.0 * A}),
                              ("scipy.special.stdtr(np.inf, x)", {"x": A})],
    **{f"special.{name}":    [(f"scipy.special.{name}({order}, x)", {"x": P}) for order in orders] for name, orders in {
        "jv": (0, 1, -1), "yv": (0, 1, 4, -3), "iv": (0, 1, -1), "ive": (0, 1), "kv": (0, 1, 5, -2), "kve": (1, 3),
        "kn": (0, 4)}.items()},
    **{f"special.{name}":    [(f"scipy.special.{name}({degree}, x)", {"x": inside(4)}) for degree in (0, 1, 2, 6)]
       for name in ("eval_chebyt", "eval_chebyu", "eval_legendre", "eval_hermite", "eval_hermitenorm", "eval_laguerre",
                    "eval_sh_chebyt", "eval_sh_chebyu", "eval_sh_legendre", "eval_chebys", "eval_chebyc")},
    **{f"special.{name}":    [(f"scipy.special.{name}({degree}, 1.3, x)", {"x": inside(4)}) for degree in (0, 1, 2, 6)]
       for name in ("eval_genlaguerre", "eval_gegenbauer")},
    **{f"special.{name}":    [(f"scipy.special.{name}(x, 1.5)", {"x": HALF})]
       for name in ("xlogy", "xlog1py", "beta", "betaln")},
    **{f"special.{name}":    [(f"scipy.special.{name}(1.5, x)", {"x": HALF})]
       for name in ("gammainc", "gammaincc", "gammaincinv", "gammainccinv")},
    **{f"special.{name}":    [(f"scipy.special.{name}(x, 0.3)", {"x": HALF})] for name in ("ellipkinc", "ellipeinc")},
    "special.expn":          [("scipy.special.expn(2, x)", {"x": HALF})],
}
"""By the op: expressions that it stands in."""

REFUSED = {
    "lexsort":                    ("x[0, 0, np.lexsort(x)[0]]", {"x": normal(2, 2, 4)}, "CuPy's lexsort takes rows"),
    "draw":                       ("x * r.normal()", {"x": 1.0, "r": np.random.default_rng(0)}, "draws of a"),
    "signal.lfilter_with_state":  ("scipy.signal.lfilter([0.5, 0.2], [1.0, 0.3], y, zi=z)[0]", {"y": V, "z": normal(1)},
                                   "CuPy's lfilter takes initial states"),
    "signal.sosfilt_with_state":  ("scipy.signal.sosfilt(x, y, zi=z)[0]",
                                   {"x": np.array([[1.0, 0.2, 0.1, 1.0, 0.1, 0.2]]), "y": V, "z": normal(1, 2)},
                                   "CuPy's sosfilt takes initial states"),
    "roots":                      ("np.roots(x)", {"x": np.array([1.0, -3.0, 2.0])}, "CuPy finds roots"),
    "partition":                  ("np.partition(x, i)", {"x": V, "i": 2}, "CuPy's partition takes places"),
    "argpartition":               ("x[np.argpartition(x, i)]", {"x": V, "i": 2}, "CuPy's argpartition takes places"),
    "packbits":                   ("x * np.packbits(i, axis=1)", {"x": 0.5, "i": MASK}, "CuPy's packbits"),
    "unpackbits":                 ("x * np.unpackbits(i, axis=1)", {"x": 0.5, "i": np.array([[7]], np.uint8)},
                                   "CuPy's unpackbits"),
    "special.spherical_yn":       ("scipy.special.spherical_yn(2, z)", {"z": waves(3)}, "CuPy's spherical_yn"),
}
"""By the op: an expression that is refused, and how the message starts."""
# fmt: on


def compiled(case: Case) -> Any:
    return adgen.vjp(function_of(case), argnums=wrt_of(case)).lower(*case.args.values())


def load(function: Function) -> Any:
    module = unparse.module([function])
    return unparse.load(module.text, f"<adapted {next(NUMBERS)}>", module.values)[function.name]


def test_every_equivalent_is_tried() -> None:
    """Stores, which are no expressions, by `test_cupy_masks`."""
    assert EQUIVALENTS.keys() == {*SAME, *REFUSED, "setitem"}


@pytest.mark.parametrize("op, text, args", [
    pytest.param(op, text, args, id=f"{op}: {text}") for op, rows in SAME.items() for text, args in rows
])
@pytest.mark.filterwarnings("ignore")
def test_adapted_programs_compute_the_same(op: str, text: str, args: dict[str, Any]) -> None:
    lowered = compiled(Case(text, args))
    assert any(each.name == op for each in walk(lowered.ir.block)), "the op is not in the program"
    adapted = adapt(lowered.ir)
    with np.errstate(all="ignore"):
        value = function_of(Case(text, args))(*args.values())
        expected, found = (f(*args.values(), ones(value)) for f in (lowered.function, load(adapted)))
    oracles.require_close("adapted", marked(found), marked(expected), 1e-9)


def marked(tree: Any) -> Any:
    """The numbers, with a mark where they are NaN."""
    return tuple(map(marked, tree)) if isinstance(tree, (tuple, list)) else np.where(np.isnan(tree), 1e5, tree)


def ones(value: Any) -> Any:
    """A cotangent for a value."""
    return tuple(map(ones, value)) if isinstance(value, (tuple, list)) else np.full_like(value, 0.7)[()]


@pytest.mark.parametrize("op", REFUSED)
def test_what_has_no_equivalent_is_refused_at_its_place(op: str) -> None:
    text, args, message = REFUSED[op]
    lowered = compiled(Case(text, args))
    with pytest.raises(AdgenError) as refused:
        adapt(lowered.ir)
    assert refused.value.problems[0].message.startswith(message)
    assert refused.value.text is not None and text in refused.value.text
