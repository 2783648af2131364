"""Statistics of `scipy.stats`: means, moments, scores, correlation, transformations, distances.

All follow the axes of their arguments as SciPy's do (`axis=0` mostly). NaN is propagated: another `nan_policy` is
refused. What a statistic is undefined for, such as the skewness of a constant, is NaN as in SciPy.
"""

from __future__ import annotations

import importlib
import math
from typing import Any, NamedTuple, cast

from adgen.library import reads, refuse

np: Any = importlib.import_module("numpy")
stats: Any = importlib.import_module("scipy.stats")
special: Any = importlib.import_module("scipy.special")


class PearsonRResult(NamedTuple):
    statistic: Any
    pvalue: Any


class LinregressResult(NamedTuple):
    slope: Any
    intercept: Any
    rvalue: Any
    pvalue: Any
    stderr: Any


def check_nan_policy(nan_policy: Any) -> None:
    if nan_policy != "propagate":
        refuse("nan_policy= other than 'propagate' is not supported", "take the NaNs out before: x[~np.isnan(x)]")


def only(value: Any, expected: Any, name: str) -> None:
    if value != expected:
        refuse(f"{name}= other than {expected!r} is not supported", "leave it out, and compute from the result")


def floating(x: Any) -> Any:
    """An array of floats; integers become float64."""
    made = np.asarray(x)
    return made if made.dtype.kind == "f" else np.asarray(x, dtype=np.float64)


def unit(x: Any) -> float:
    """The relative rounding of an array's numbers."""
    return 2.0**-23 if x.dtype == np.float32 else 2.0**-52


def count(x: Any, axis: Any) -> Any:
    """How many numbers a reduction takes together."""
    if axis is None:
        return np.size(x)
    if isinstance(axis, tuple):
        return math.prod([np.shape(x)[k] for k in cast("tuple[int, ...]", axis)])
    return np.shape(x)[axis]


def plain(y: Any) -> Any:
    """An element in the place of an array of rank 0."""
    return y[()] if np.ndim(y) == 0 else y


# Means


def weighted_mean(x: Any, axis: Any, weights: Any, keepdims: Any) -> Any:
    if weights is None:
        return np.mean(x, axis=axis, keepdims=keepdims)
    w = floating(weights)
    if np.ndim(w) != np.ndim(x):
        refuse("weights= of another rank than the array are not supported",
               "broadcast them: weights=np.broadcast_to(w, x.shape)")
    return np.sum(w * x, axis=axis, keepdims=keepdims) / np.sum(w, axis=axis, keepdims=keepdims)


@reads(stats.gmean, "scipy.stats.gmean", exact=False)
def gmean(a: Any, axis: Any = 0, dtype: Any = None, weights: Any = None, *, nan_policy: Any = "propagate",
          keepdims: Any = False) -> Any:
    check_nan_policy(nan_policy)
    only(dtype, None, "dtype")
    return np.exp(weighted_mean(np.log(floating(a)), axis, weights, keepdims))


def undefined_below(a: Any) -> Any:
    """Numbers, NaN where they are negative."""
    return a + np.where(a < 0, np.nan, 0.0).astype(a.dtype)


@reads(stats.hmean, "scipy.stats.hmean", exact=False)
def hmean(a: Any, axis: Any = 0, dtype: Any = None, *, weights: Any = None, nan_policy: Any = "propagate",
          keepdims: Any = False) -> Any:
    check_nan_policy(nan_policy)
    only(dtype, None, "dtype")
    return 1.0 / weighted_mean(1.0 / undefined_below(floating(a)), axis, weights, keepdims)


@reads(stats.pmean, "scipy.stats.pmean", exact=False)
def pmean(a: Any, p: Any, *, axis: Any = 0, dtype: Any = None, weights: Any = None, nan_policy: Any = "propagate",
          keepdims: Any = False) -> Any:
    check_nan_policy(nan_policy)
    only(dtype, None, "dtype")
    if p == 0:
        return np.exp(weighted_mean(np.log(floating(a)), axis, weights, keepdims))
    return weighted_mean(undefined_below(floating(a)) ** p, axis, weights, keepdims) ** (1.0 / p)


def outside(a: Any, limits: Any, inclusive: Any) -> Any:
    """Where numbers lie outside limits."""
    lower, upper = limits
    mask = np.zeros_like(a, dtype=bool)
    if lower is not None:
        mask = mask | (a < lower if inclusive[0] else a <= lower)
    if upper is not None:
        mask = mask | (a > upper if inclusive[1] else a >= upper)
    return mask


def limited(a: Any, limits: Any, inclusive: Any, axis: Any, keepdims: Any) -> Any:
    """(mask, how many numbers are inside, their mean)."""
    mask = outside(a, limits, inclusive)
    inside = np.sum(np.where(mask, 0.0, 1.0).astype(a.dtype), axis=axis, keepdims=keepdims)
    return mask, inside, np.sum(np.where(mask, 0.0, a), axis=axis, keepdims=keepdims) / inside


@reads(stats.tmean, "scipy.stats.tmean", exact=False)
def tmean(a: Any, limits: Any = None, inclusive: Any = (True, True), axis: Any = None, *,
          nan_policy: Any = "propagate", keepdims: Any = False) -> Any:
    check_nan_policy(nan_policy)
    a = floating(a)
    if limits is None:
        return np.mean(a, axis=axis, keepdims=keepdims)
    return limited(a, limits, inclusive, axis, keepdims)[2]


@reads(stats.tvar, "scipy.stats.tvar", exact=False)
def tvar(a: Any, limits: Any = None, inclusive: Any = (True, True), axis: Any = 0, ddof: Any = 1, *,
         nan_policy: Any = "propagate", keepdims: Any = False) -> Any:
    check_nan_policy(nan_policy)
    a = floating(a)
    if limits is None:
        return np.var(a, axis=axis, ddof=ddof, keepdims=keepdims)
    mask, inside, mean = limited(a, limits, inclusive, axis, True)
    dev = np.where(mask, 0.0, a - mean)
    return np.sum(dev * dev, axis=axis, keepdims=keepdims) / (np.sum(inside, axis=axis, keepdims=keepdims) - ddof)


@reads(stats.tstd, "scipy.stats.tstd", exact=False)
def tstd(a: Any, limits: Any = None, inclusive: Any = (True, True), axis: Any = 0, ddof: Any = 1, *,
         nan_policy: Any = "propagate", keepdims: Any = False) -> Any:
    if limits is None:
        check_nan_policy(nan_policy)
        return np.std(floating(a), axis=axis, ddof=ddof, keepdims=keepdims)
    return np.sqrt(tvar(a, limits, inclusive, axis, ddof, nan_policy=nan_policy, keepdims=keepdims))


@reads(stats.tsem, "scipy.stats.tsem", exact=False)
def tsem(a: Any, limits: Any = None, inclusive: Any = (True, True), axis: Any = 0, ddof: Any = 1, *,
         nan_policy: Any = "propagate", keepdims: Any = False) -> Any:
    if limits is None:
        return sem(a, axis, ddof, nan_policy, keepdims=keepdims)
    inside = limited(floating(a), limits, inclusive, axis, keepdims)[1]
    return tstd(a, limits, inclusive, axis, ddof, nan_policy=nan_policy, keepdims=keepdims) / np.sqrt(inside)


@reads(stats.tmin, "scipy.stats.tmin")
def tmin(a: Any, lowerlimit: Any = None, axis: Any = 0, inclusive: Any = True, nan_policy: Any = "propagate", *,
         keepdims: Any = False) -> Any:
    check_nan_policy(nan_policy)
    only(lowerlimit, None, "lowerlimit")
    return np.min(a, axis=axis, keepdims=keepdims)


@reads(stats.tmax, "scipy.stats.tmax")
def tmax(a: Any, upperlimit: Any = None, axis: Any = 0, inclusive: Any = True, nan_policy: Any = "propagate", *,
         keepdims: Any = False) -> Any:
    check_nan_policy(nan_policy)
    only(upperlimit, None, "upperlimit")
    return np.max(a, axis=axis, keepdims=keepdims)


@reads(stats.trim_mean, "scipy.stats.trim_mean", exact=False)
def trim_mean(a: Any, proportiontocut: Any, axis: Any = 0) -> Any:
    a = floating(a)
    ordered = np.sort(np.ravel(a)) if axis is None else np.moveaxis(np.sort(a, axis=axis), axis, 0)
    n = np.shape(ordered)[0]
    cut = int(proportiontocut * n)
    return np.mean(ordered[cut : n - cut], axis=0)


# Moments


def central(a: Any, axis: Any) -> Any:
    return a - np.mean(a, axis=axis, keepdims=True)


@reads(stats.moment, "scipy.stats.moment", exact=False)
def moment(a: Any, order: Any = 1, axis: Any = 0, nan_policy: Any = "propagate", *, center: Any = None,
           keepdims: Any = False) -> Any:
    check_nan_policy(nan_policy)
    if not isinstance(order, int):
        refuse("scipy.stats.moment of several orders at once is not supported", "call it for each order: an int")
    a = floating(a)
    if order == 1 and center is None:
        return np.mean(0.0 * a, axis=axis, keepdims=keepdims)
    dev = central(a, axis) if center is None else a - center
    return np.mean(dev**order, axis=axis, keepdims=keepdims)


def standardised(a: Any, axis: Any, keepdims: Any) -> Any:
    """(deviations, their mean square, NaN where that is rounding only)."""
    mean = np.mean(a, axis=axis, keepdims=True)
    dev = a - mean
    square = np.mean(dev * dev, axis=axis, keepdims=True)
    spread = square + np.where(square <= (unit(a) * mean) ** 2, np.nan, 0.0).astype(a.dtype)
    return dev, spread if keepdims else np.reshape(spread, np.shape(np.mean(a, axis=axis)))


@reads(stats.skew, "scipy.stats.skew", exact=False)
def skew(a: Any, axis: Any = 0, bias: Any = True, nan_policy: Any = "propagate", *, keepdims: Any = False) -> Any:
    check_nan_policy(nan_policy)
    a = floating(a)
    dev, square = standardised(a, axis, keepdims)
    ratio = np.mean(dev * dev * dev, axis=axis, keepdims=keepdims) / square**1.5
    if bias:
        return plain(ratio)
    n = count(a, axis)
    return plain(math.sqrt((n - 1.0) * n) / (n - 2.0) * ratio)


@reads(stats.kurtosis, "scipy.stats.kurtosis", exact=False)
def kurtosis(a: Any, axis: Any = 0, fisher: Any = True, bias: Any = True, nan_policy: Any = "propagate", *,
             keepdims: Any = False) -> Any:
    check_nan_policy(nan_policy)
    a = floating(a)
    dev, square = standardised(a, axis, keepdims)
    two = dev * dev
    ratio = np.mean(two * two, axis=axis, keepdims=keepdims) / (square * square)
    if not bias:
        n = count(a, axis)
        ratio = ((n * n - 1.0) * ratio - 3.0 * (n - 1.0) ** 2) / ((n - 2.0) * (n - 3.0)) + 3.0
    return plain(ratio - 3.0 if fisher else ratio)


@reads(stats.sem, "scipy.stats.sem", exact=False)
def sem(a: Any, axis: Any = 0, ddof: Any = 1, nan_policy: Any = "propagate", *, keepdims: Any = False) -> Any:
    check_nan_policy(nan_policy)
    a = floating(a)
    return np.std(a, axis=axis, ddof=ddof, keepdims=keepdims) / math.sqrt(count(a, axis))


@reads(stats.variation, "scipy.stats.variation", exact=False)
def variation(a: Any, axis: Any = 0, nan_policy: Any = "propagate", ddof: Any = 0, *, keepdims: Any = False) -> Any:
    check_nan_policy(nan_policy)
    a = floating(a)
    return np.std(a, axis=axis, ddof=ddof, keepdims=keepdims) / np.mean(a, axis=axis, keepdims=keepdims)


@reads(stats.gstd, "scipy.stats.gstd", exact=False)
def gstd(a: Any, axis: Any = 0, ddof: Any = 1, *, keepdims: Any = False, nan_policy: Any = "propagate") -> Any:
    check_nan_policy(nan_policy)
    return np.exp(np.std(np.log(floating(a)), axis=axis, ddof=ddof, keepdims=keepdims))


@reads(stats.kstat, "scipy.stats.kstat", exact=False)
def kstat(data: Any, n: Any = 2, *, axis: Any = None, nan_policy: Any = "propagate", keepdims: Any = False) -> Any:
    """Fisher's k-statistics, of the central moments."""
    check_nan_policy(nan_policy)
    a = floating(data)
    size = count(a, axis)
    if n == 1:
        return np.mean(a, axis=axis, keepdims=keepdims)
    dev = central(a, axis)
    if n == 2:
        return np.sum(dev * dev, axis=axis, keepdims=keepdims) / (size - 1.0)
    if n == 3:
        return size * np.sum(dev**3, axis=axis, keepdims=keepdims) / ((size - 1.0) * (size - 2.0))
    if n != 4:
        refuse("scipy.stats.kstat is of order 1 to 4", "give one of these orders")
    two, four = np.mean(dev**2, axis=axis, keepdims=keepdims), np.mean(dev**4, axis=axis, keepdims=keepdims)
    inner = (size + 1.0) * four - 3.0 * (size - 1.0) * two * two
    return size * size * inner / ((size - 1.0) * (size - 2.0) * (size - 3.0))


@reads(stats.kstatvar, "scipy.stats.kstatvar", exact=False)
def kstatvar(data: Any, n: Any = 2, *, axis: Any = None, nan_policy: Any = "propagate", keepdims: Any = False) -> Any:
    size = count(data, axis)
    two = kstat(data, 2, axis=axis, nan_policy=nan_policy, keepdims=keepdims)
    if n == 1:
        return two / size
    if n != 2:
        refuse("scipy.stats.kstatvar is of order 1 or 2", "give one of these orders")
    four = kstat(data, 4, axis=axis, nan_policy=nan_policy, keepdims=keepdims)
    return (2.0 * size * two * two + (size - 1.0) * four) / (size * (size + 1.0))


# Scores


@reads(stats.zmap, "scipy.stats.zmap", exact=False)
def zmap(scores: Any, compare: Any, axis: Any = 0, ddof: Any = 0, nan_policy: Any = "propagate") -> Any:
    check_nan_policy(nan_policy)
    scores, compare = floating(scores), floating(compare)
    return (scores - np.mean(compare, axis=axis, keepdims=True)) / np.std(compare, axis=axis, ddof=ddof, keepdims=True)


@reads(stats.zscore, "scipy.stats.zscore", exact=False)
def zscore(a: Any, axis: Any = 0, ddof: Any = 0, nan_policy: Any = "propagate") -> Any:
    check_nan_policy(nan_policy)
    a = floating(a)
    mean = np.mean(a, axis=axis, keepdims=True)
    scale = np.std(a, axis=axis, ddof=ddof, keepdims=True)
    return (a - mean) / (scale + np.where(scale <= unit(a) * np.abs(mean), np.nan, 0.0).astype(a.dtype))


@reads(stats.gzscore, "scipy.stats.gzscore", exact=False)
def gzscore(a: Any, *, axis: Any = 0, ddof: Any = 0, nan_policy: Any = "propagate") -> Any:
    return zscore(np.log(floating(a)), axis, ddof, nan_policy)


@reads(stats.iqr, "scipy.stats.iqr", exact=False)
def iqr(x: Any, axis: Any = None, rng: Any = (25, 75), scale: Any = 1.0, nan_policy: Any = "propagate",
        interpolation: Any = "linear", keepdims: Any = False) -> Any:
    check_nan_policy(nan_policy)
    only(interpolation, "linear", "interpolation")
    x = floating(x)
    upper = np.percentile(x, max(rng), axis=axis, keepdims=keepdims)
    width = upper - np.percentile(x, min(rng), axis=axis, keepdims=keepdims)
    if isinstance(scale, str):
        only(scale, "normal", "scale")
        return width / 1.3489795003921634
    return width / scale


@reads(stats.median_abs_deviation, "scipy.stats.median_abs_deviation", exact=False)
def median_abs_deviation(x: Any, axis: Any = 0, center: Any = None, scale: Any = 1.0, nan_policy: Any = "propagate", *,
                         keepdims: Any = False) -> Any:
    check_nan_policy(nan_policy)
    x = floating(x)
    middle = np.median(x, axis=axis, keepdims=True) if center is None else np.expand_dims(center(x, axis=axis), axis)
    width = np.median(np.abs(x - middle), axis=axis, keepdims=keepdims)
    if isinstance(scale, str):
        only(scale, "normal", "scale")
        return width / 0.6744897501960817
    return width / scale


@reads(stats.entropy, "scipy.stats.entropy", exact=False)
def entropy(pk: Any, qk: Any = None, base: Any = None, axis: Any = 0, *, nan_policy: Any = "propagate",
            keepdims: Any = False) -> Any:
    check_nan_policy(nan_policy)
    p = floating(pk)
    p = p / np.sum(p, axis=axis, keepdims=True)
    if qk is None:
        total = np.sum(special.entr(p), axis=axis, keepdims=keepdims)
    else:
        q = floating(qk)
        total = np.sum(special.rel_entr(p, q / np.sum(q, axis=axis, keepdims=True)), axis=axis, keepdims=keepdims)
    return total if base is None else total / math.log(base)


# Two samples


@reads(stats.pearsonr, "scipy.stats.pearsonr", exact=False)
def pearsonr(x: Any, y: Any, *, alternative: Any = "two-sided", method: Any = None, axis: Any = 0) -> Any:
    only(alternative, "two-sided", "alternative")
    only(method, None, "method")
    x, y = floating(x), floating(y)
    a, b = central(x, axis), central(y, axis)
    r = np.sum(a * b, axis=axis) / np.sqrt(np.sum(a * a, axis=axis) * np.sum(b * b, axis=axis))
    half = 0.5 * count(x, axis) - 1.0
    return PearsonRResult(r, 2.0 * special.betainc(half, half, 0.5 - 0.5 * np.abs(np.clip(r, -1.0, 1.0))))


@reads(stats.linregress, "scipy.stats.linregress", exact=False)
def linregress(x: Any, y: Any, alternative: Any = "two-sided") -> Any:
    only(alternative, "two-sided", "alternative")
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    x_mean, y_mean = np.mean(x), np.mean(y)
    a, b = x - x_mean, y - y_mean
    n = np.shape(x)[0]
    xx, xy, yy = np.sum(a * a), np.sum(a * b), np.sum(b * b)
    slope = xy / xx
    r = xy / np.sqrt(xx * yy)
    free = n - 2
    t = r * np.sqrt(free / ((1.0 - r + 1e-20) * (1.0 + r + 1e-20)))
    pvalue = 2.0 * special.stdtr(free, -np.abs(t))
    error = np.sqrt((1.0 - r * r) * yy / xx / free)
    return LinregressResult(slope, y_mean - slope * x_mean, r, pvalue, error)


def cumulated(sample: Any, weights: Any, points: Any) -> Any:
    """The distribution function of a sample at points."""
    if weights is None:
        return np.searchsorted(np.sort(sample), points, side="right") / np.shape(sample)[0]
    order = np.argsort(sample)
    total = np.cumsum(np.asarray(weights)[order])
    sums = np.concatenate((np.zeros(1), total))
    return sums[np.searchsorted(sample[order], points, side="right")] / total[-1]


def between(u_values: Any, v_values: Any, u_weights: Any, v_weights: Any) -> Any:
    """(gaps between all the values in order, differences of the distribution functions there)."""
    u, v = np.asarray(u_values, dtype=np.float64), np.asarray(v_values, dtype=np.float64)
    points = np.sort(np.concatenate((u, v)))
    gap = cumulated(u, u_weights, points[:-1]) - cumulated(v, v_weights, points[:-1])
    return np.diff(points), gap


@reads(stats.wasserstein_distance, "scipy.stats.wasserstein_distance", exact=False)
def wasserstein_distance(u_values: Any, v_values: Any, u_weights: Any = None, v_weights: Any = None) -> Any:
    steps, gap = between(u_values, v_values, u_weights, v_weights)
    return np.dot(np.abs(gap), steps)


@reads(stats.energy_distance, "scipy.stats.energy_distance", exact=False)
def energy_distance(u_values: Any, v_values: Any, u_weights: Any = None, v_weights: Any = None) -> Any:
    steps, gap = between(u_values, v_values, u_weights, v_weights)
    return np.sqrt(2.0 * np.dot(gap * gap, steps))


# Transformations


@reads(stats.boxcox, "scipy.stats.boxcox", exact=False)
def boxcox(x: Any, lmbda: Any = None) -> Any:
    if lmbda is None:
        refuse("scipy.stats.boxcox without lmbda= maximises a likelihood",
               "give lmbda; or maximise scipy.stats.boxcox_llf, which has a derivative")
    return special.boxcox(x, lmbda)


@reads(stats.boxcox_llf, "scipy.stats.boxcox_llf", exact=False)
def boxcox_llf(lmb: Any, data: Any, *, axis: Any = 0, keepdims: Any = False, nan_policy: Any = "propagate") -> Any:
    check_nan_policy(nan_policy)
    x = floating(data)
    spread = np.var(special.boxcox(x, lmb), axis=axis, keepdims=keepdims)
    return (lmb - 1) * np.sum(np.log(x), axis=axis, keepdims=keepdims) - 0.5 * count(x, axis) * np.log(spread)


def yeo_johnson(x: Any, lmbda: Any) -> Any:
    upper = x >= 0
    rise = special.boxcox1p(np.where(upper, x, 0.0), lmbda)
    return np.where(upper, rise, -special.boxcox1p(np.where(upper, 0.0, -x), 2 - lmbda))


@reads(stats.yeojohnson, "scipy.stats.yeojohnson", exact=False)
def yeojohnson(x: Any, lmbda: Any = None) -> Any:
    if lmbda is None:
        refuse("scipy.stats.yeojohnson without lmbda= maximises a likelihood",
               "give lmbda; or maximise scipy.stats.yeojohnson_llf, which has a derivative")
    return yeo_johnson(floating(x), lmbda)


@reads(stats.yeojohnson_llf, "scipy.stats.yeojohnson_llf", exact=False)
def yeojohnson_llf(lmb: Any, data: Any, *, axis: Any = 0, nan_policy: Any = "propagate", keepdims: Any = False) -> Any:
    check_nan_policy(nan_policy)
    x = floating(data)
    slopes = np.sum(np.sign(x) * np.log1p(np.abs(x)), axis=axis, keepdims=keepdims)
    spread = np.var(yeo_johnson(x, lmb), axis=axis, keepdims=keepdims)
    return (lmb - 1) * slopes - 0.5 * count(x, axis) * np.log(spread)


# Angles


def turned(samples: Any, high: Any, low: Any, axis: Any, keepdims: Any) -> Any:
    """Means of the sines and cosines of angles."""
    angles = floating(samples) * (2.0 * math.pi / (high - low))
    sine = np.mean(np.sin(angles), axis=axis, keepdims=keepdims)
    return sine, np.mean(np.cos(angles), axis=axis, keepdims=keepdims)


@reads(stats.circmean, "scipy.stats.circmean", exact=False)
def circmean(samples: Any, high: Any = 2.0 * math.pi, low: Any = 0, axis: Any = None, nan_policy: Any = "propagate", *,
             keepdims: Any = False) -> Any:
    check_nan_policy(nan_policy)
    sine, cosine = turned(samples, high, low, axis, keepdims)
    period = high - low
    return (np.arctan2(sine, cosine) * (period / (2.0 * math.pi)) - low) % period + low


@reads(stats.circvar, "scipy.stats.circvar", exact=False)
def circvar(samples: Any, high: Any = 2.0 * math.pi, low: Any = 0, axis: Any = None, nan_policy: Any = "propagate", *,
            keepdims: Any = False) -> Any:
    check_nan_policy(nan_policy)
    sine, cosine = turned(samples, high, low, axis, keepdims)
    return 1.0 - np.hypot(sine, cosine)


@reads(stats.circstd, "scipy.stats.circstd", exact=False)
def circstd(samples: Any, high: Any = 2.0 * math.pi, low: Any = 0, axis: Any = None, nan_policy: Any = "propagate", *,
            normalize: Any = False, keepdims: Any = False) -> Any:
    check_nan_policy(nan_policy)
    sine, cosine = turned(samples, high, low, axis, keepdims)
    width = np.sqrt(-2.0 * np.log(np.hypot(sine, cosine)))
    return width if normalize else width * ((high - low) / (2.0 * math.pi))
