"""Callables of `scipy.stats` that are refused, and why: a reason and a hint for each kind of them.

A distribution that has no formulas in `adgen.library.distributions` is refused when it is called; its methods, and the
methods that no distribution has formulas for, are functions of SciPy's base classes, which are refused too.
"""

from __future__ import annotations

import importlib
from typing import Any, cast

from adgen.rules.numpy_refusals import enter

stats: Any = importlib.import_module("scipy.stats")

UNWRITTEN = ("adgen has no formulas of this distribution",
             "write its density as a function; supported are those listed in docs/supported.md, as scipy.stats.norm")
MISSING = ("adgen has no formula for it of this distribution",
           "use another method of it, such as logpdf; or write the formula as a function")
DRAWS = ("it draws random numbers",
         "draw by a generator of NumPy: rng.normal(loc, scale, size), whose draws have a derivative")
FITTING = ("it searches parameters by minimising", "minimise -np.sum(dist.logpdf(x, ...)), which has a derivative")
INTEGRALS = ("it integrates numerically", "write the integral as a sum over nodes, or its formula")
QUERIES = ("it describes a distribution", "write the formula of what it returns")
QUANTILES = ("its values are integers, whose derivative is zero", "compute it outside, and pass the number")
TESTS = ("it is a test, which returns a p-value of its own",
         "write its statistic with functions of NumPy, as (np.mean(x) - m) / scipy.stats.sem(x)")
RANKS = ("it depends on the order of its data only, so its derivative is zero",
         "compute it outside, and pass the number")
RESAMPLING = ("it draws resamples, and calls a function of the user's on them", "do it outside of the function")
COUNTS = ("it counts, so its derivative is zero", "compute it outside, and pass the numbers")
OBJECTS = ("it makes an object with an interface of its own",
           "use the functions and distributions of scipy.stats, as scipy.stats.norm.logpdf(x, loc, scale)")
RANDOM = ("it draws random matrices or vectors", "draw outside, and pass the array")
SEARCHED = ("it searches its result by iterating", "do it outside, and pass the number")
WARNINGS = ("it is a class of warnings or errors", "raise one of Python's exceptions")
SEVERAL = ("it returns a description of several statistics", "call them: np.mean, np.var, scipy.stats.skew ...")
TRIMMED = ("how many numbers it keeps depends on the data or its order", "write x[(x > low) & (x < high)]")
PLOTS = ("it makes the numbers of a plot", "do it outside of the function")
MATRICES = ("adgen has no formula of its density", "write it with np.linalg.cholesky, as scipy.stats.wishart has it")

# fmt: off
NAMES: dict[tuple[str, str], str] = {
    TESTS: "alexandergovern anderson anderson_ksamp ansari barnard_exact bartlett binomtest boschloo_exact "
           "brunnermunzel bws_test chi2_contingency chisquare combine_pvalues cramervonmises "
           "cramervonmises_2samp dunnett epps_singleton_2samp f_oneway false_discovery_control fisher_exact "
           "fligner friedmanchisquare goodness_of_fit jarque_bera kruskal ks_1samp ks_2samp kstest "
           "kurtosistest levene logrank mannwhitneyu median_test mood multiscale_graphcorr normaltest "
           "page_trend_test poisson_means_test power_divergence quantile_test ranksums shapiro skewtest "
           "ttest_1samp ttest_ind ttest_ind_from_stats ttest_rel tukey_hsd wilcoxon",
    RANKS: "chatterjeexi kendalltau rankdata somersd spearmanr spearmanrho tiecorrect weightedtau percentileofscore "
           "mode",
    RESAMPLING: "bootstrap monte_carlo_test permutation_test power sobol_indices BootstrapMethod MonteCarloMethod "
                "PermutationMethod",
    COUNTS: "binned_statistic binned_statistic_2d binned_statistic_dd cumfreq relfreq ecdf",
    OBJECTS: "Binomial CensoredData Covariance Logistic Mixture Normal Uniform abs exp log truncate order_statistic "
             "make_distribution rv_continuous rv_discrete rv_histogram",
    RANDOM: "ortho_group special_ortho_group unitary_group random_correlation random_table uniform_direction",
    FITTING: "fit boxcox_normmax yeojohnson_normmax ppcc_max",
    SEARCHED: "expectile theilslopes siegelslopes wasserstein_distance_nd",
    WARNINGS: "ConstantInputWarning DegenerateDataWarning FitError NearConstantInputWarning",
    SEVERAL: "describe bayes_mvs mvsdist directional_stats",
    TRIMMED: "sigmaclip trim1 trimboth",
    PLOTS: "boxcox_normplot yeojohnson_normplot ppcc_plot probplot",
    MATRICES: "matrix_normal matrix_t normal_inverse_gamma vonmises_fisher",
    UNWRITTEN: "multivariate_hypergeom",
    ("it is a runner of SciPy's own tests", "run it outside of the function"): "test",
    ("its spacings are of a window that depends on how many numbers there are",
     "write it: m * np.log of differences of np.sort(x)"): "differential_entropy",
    ("it is a linear function of the sorted numbers, with weights that adgen has not",
     "write it: np.sort(x) @ weights"): "lmoment",
    ("it is the correlation with a mask", "use scipy.stats.pearsonr of the mask as floats"): "pointbiserialr",
    ("it is np.percentile by another name", "use np.percentile(a, per, axis=axis)"): "scoreatpercentile",
    ("it is np.quantile with other axes", "use np.quantile(x, p, axis=axis)"): "quantile",
    ("it transforms several samples at once", "write its formula of each sample"): "obrientransform",
}
METHODS: dict[tuple[str, str], str] = {
    MISSING: "pdf logpdf pmf logpmf cdf logcdf sf logsf ppf isf mean var std median interval entropy",
    DRAWS: "rvs",
    FITTING: "fit fit_loc_scale nnlf",
    INTEGRALS: "expect moment",
    QUERIES: "stats support freeze",
}
"""By (reason, hint): methods of distributions."""
# fmt: on


def enter_methods(cls: Any, label: str) -> None:
    for reason, names in METHODS.items():
        for name in names.split():
            found = getattr(cls, name, None)
            if found is not None:
                integer = label == "rv_discrete" and name in ("ppf", "isf", "median", "interval")
                enter(found, f"scipy.stats.{label}.{name}", QUANTILES if integer else reason)


def enter_vectors(owner: Any, label: str) -> None:
    """The methods of a distribution of vectors or matrices, whose class has no public base."""
    cls = cast(Any, type(owner))
    reasons = {"rvs": DRAWS, "fit": FITTING}
    for name in dir(cls):
        if callable(getattr(cls, name)) and not name.startswith("_"):
            enter(getattr(cls, name), f"scipy.stats.{label}.{name}", reasons.get(name, MISSING))


for _reason, _names in NAMES.items():
    for _name in _names.split():
        if hasattr(stats, _name):
            enter(getattr(stats, _name), f"scipy.stats.{_name}", _reason)
enter_methods(stats.rv_discrete, "rv_discrete")
enter_methods(stats.rv_continuous, "rv_continuous")
for _name in stats.__all__:
    _owner: Any = getattr(stats, _name)
    if isinstance(_owner, (stats.rv_continuous, stats.rv_discrete)):
        enter_methods(type(_owner), _name)
        enter(_owner, f"scipy.stats.{_name}", UNWRITTEN)
    elif hasattr(_owner, "rvs") and not isinstance(_owner, type):
        enter_vectors(_owner, _name)
