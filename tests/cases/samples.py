"""`adgen.library.samples`."""

from __future__ import annotations

import ast

import numpy as np

from tests.cases import Row, normal, positive

X, Y, P = normal(5, 3), normal(5, 3, seed=1), positive(5, 3, seed=2)
V, W, Q = normal(7, seed=3), normal(7, seed=4), positive(7, seed=5)
MEANS = ("gmean(x)", "gmean(x, axis=None)", "gmean(x, axis=1, keepdims=True)", "gmean(x, weights=w)", "hmean(x)",
         "hmean(x, axis=1, weights=w)", "pmean(x, 2.5)", "pmean(x, 0)", "pmean(x, -1, axis=None, keepdims=True)",
         "gstd(x)", "gzscore(x) ** 3", "variation(x)", "variation(x, axis=1, ddof=1)", "entropy(x)",
         "entropy(x, w, base=2, axis=1)", "entropy(x, base=3, keepdims=True)")
MOMENTS = ("tmean(x)", "tmean(x, (-1.1, 1.05), axis=0)", "tmean(x, (None, 1.05), (True, False))", "tvar(x)",
           "tvar(x, (-1.6, 1.6), axis=1)", "tstd(x, ddof=0)", "tstd(x, (-1.6, None), axis=1)", "tsem(x)",
           "tsem(x, (-1.6, 1.6), axis=1)", "tmin(x)", "tmax(x, axis=1)", "trim_mean(x, 0.2)",
           "trim_mean(x, 0.25, axis=None)", "trim_mean(x, 0.34, axis=1)", "moment(x, 2)", "moment(x, order=3, axis=1)",
           "moment(x)", "moment(x, 4, axis=None, center=0.3)", "skew(x)", "skew(x, axis=1, bias=False)",
           "skew(x, axis=None, keepdims=True)", "kurtosis(x)", "kurtosis(x, fisher=False, bias=False)",
           "kurtosis(x, axis=None)", "sem(x)", "sem(x, axis=None, ddof=0)", "zscore(x) ** 3",
           "zscore(x, axis=1, ddof=1) ** 3",
           "zscore(x, axis=None) ** 3", "zmap(x, y)", "iqr(x)", "iqr(x, axis=0, rng=(20, 70), scale='normal')",
           "iqr(x, axis=1, scale=2.0, keepdims=True)", "median_abs_deviation(x)",
           "median_abs_deviation(x, axis=1, scale='normal')", "median_abs_deviation(x, center=np.mean)",
           "kstat(x)", "kstat(x, 1)", "kstat(x, 3, axis=0)", "kstat(x, 4)", "kstatvar(x)", "kstatvar(x, 1, axis=0)")
SAMPLES = ("pearsonr(x, y).statistic", "pearsonr(x, y)[0]", "pearsonr(x, y).pvalue",
           *(f"linregress(x, y).{field}" for field in ("slope", "intercept", "rvalue", "pvalue", "stderr")),
           "wasserstein_distance(x, y)", "energy_distance(x, y)")


def args_of(text: str, x: np.ndarray) -> dict[str, np.ndarray]:
    """The parameters that a text names."""
    known = {"x": x, "y": Y, "w": P}
    return {k: v for k, v in known.items() if k in {n.id for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Name)}}


CASES: list[Row] = [
    *((f"scipy.stats.{text}", args_of(text, P + 0.1)) for text in MEANS),
    *((f"scipy.stats.{text}", args_of(text, X)) for text in MOMENTS),
    *((f"scipy.stats.{text}", {"x": V, "y": W}) for text in SAMPLES),
    ("scipy.stats.entropy(x, w, axis=1)", {"x": P, "w": P[:, :1]}),
    ("scipy.stats.pearsonr(x, y, axis=1).statistic", {"x": X, "y": Y}),
    ("scipy.stats.wasserstein_distance(x, y, u, v)", {"x": V, "y": W[:5], "u": Q, "v": Q[:5]}),
    ("scipy.stats.energy_distance(x, y, u_weights=u)", {"x": V, "y": W[:5], "u": Q}),
    *((f"scipy.stats.{name}(x, high=1.5, low=-0.5)", {"x": 0.4 * V}) for name in ("circmean", "circvar", "circstd")),
    *((f"scipy.stats.{name}(x, axis=0)", {"x": 0.4 * X}) for name in ("circmean", "circvar", "circstd")),
    ("scipy.stats.circstd(x, normalize=True)", {"x": 0.4 * V}),
    *((f"scipy.stats.gaussian_kde(x){call}", {"x": V, "y": W[:4]}) for call in ("(y)", ".pdf(y)", ".logpdf(y)")),
    ("scipy.stats.gaussian_kde(x, 'silverman', w).evaluate(y[0])", {"x": V, "y": W[:4], "w": Q}),
    ("scipy.stats.gaussian_kde(x.T, bw_method=b, weights=w).logpdf(y.T)", {"x": X, "y": Y[:4], "b": 0.8, "w": Q[:5]}),
    *((f"scipy.stats.boxcox{call}", {"x": P, "p": 0.4}) for call in ("(x, p)", "_llf(p, x)", "_llf(p, x, axis=1)")),
    *((f"scipy.stats.yeojohnson{call}", {"x": V, "p": 0.4}) for call in ("(x, p)", "_llf(p, x)")),
]
