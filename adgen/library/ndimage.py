"""Functions of `scipy.ndimage` that are a few of NumPy's or of its own: order statistics of neighbourhoods, grey
morphology, sums over labelled regions.

A neighbourhood's elements are gathered along a last axis, from the input extended by its borders; ties of the extrema
share equally, as in `np.max`.
"""

from __future__ import annotations

import importlib
import math
from typing import Any

from adgen.library import reads, refuse

np: Any = importlib.import_module("numpy")
ndimage: Any = importlib.import_module("scipy.ndimage")
scipy_signal: Any = importlib.import_module("scipy.signal")

PADS = {"reflect": "symmetric", "grid-mirror": "symmetric", "mirror": "reflect", "nearest": "edge", "wrap": "wrap",
        "grid-wrap": "wrap", "constant": "constant", "grid-constant": "constant"}


# Neighbourhoods

def sizes_of(size: Any, rank: int) -> Any:
    return (size,) * rank if isinstance(size, int) else tuple(size)


def neighbourhoods(x: Any, sizes: Any, mode: Any, cval: Any, origin: Any) -> Any:
    """The elements around each, along a last axis."""
    origins = sizes_of(origin, len(sizes))
    widths = tuple((n // 2 + o, n - 1 - n // 2 - o) for n, o in zip(sizes, origins))
    if PADS[mode] == "constant":
        wide = np.pad(x, widths, mode="constant", constant_values=cval)
    else:
        wide = np.pad(x, widths, mode=PADS[mode])
    rank = len(sizes)
    places = tuple(
        np.reshape(np.arange(x.shape[k])[:, None] + np.arange(sizes[k]),
                   (1,) * k + (-1,) + (1,) * (rank - 1) + (sizes[k],) + (1,) * (rank - 1 - k))
        for k in range(rank)
    )
    return np.reshape(wide[places], x.shape + (math.prod(sizes),))


def check(x: Any, size: Any, footprint: Any, output: Any, axes: Any) -> Any:
    """What the filters have in common."""
    if footprint is not None:
        refuse("footprint= of scipy.ndimage is not supported here", "give size=")
    if size is None:
        refuse("a filter of scipy.ndimage needs size= here", "give size=3, or one for each axis")
    if output is not None or axes is not None:
        refuse("output= and axes= of scipy.ndimage are not supported here", "use the result; give size 1 on other axes")
    return np.asarray(x)


@reads(ndimage.maximum_filter, "scipy.ndimage.maximum_filter")
def maximum_filter(input: Any, size: Any = None, footprint: Any = None, output: Any = None, mode: Any = "reflect",
                   cval: Any = 0.0, origin: Any = 0, *, axes: Any = None) -> Any:
    x = check(input, size, footprint, output, axes)
    return np.max(neighbourhoods(x, sizes_of(size, x.ndim), mode, cval, origin), axis=-1)


@reads(ndimage.minimum_filter, "scipy.ndimage.minimum_filter")
def minimum_filter(input: Any, size: Any = None, footprint: Any = None, output: Any = None, mode: Any = "reflect",
                   cval: Any = 0.0, origin: Any = 0, *, axes: Any = None) -> Any:
    x = check(input, size, footprint, output, axes)
    return np.min(neighbourhoods(x, sizes_of(size, x.ndim), mode, cval, origin), axis=-1)


def on_one_axis(size: Any, axis: Any, rank: int) -> Any:
    return (1,) * (axis % rank) + (size,) + (1,) * (rank - 1 - axis % rank)


def origins_on_axis(origin: Any, axis: Any, rank: int) -> Any:
    return (0,) * (axis % rank) + (origin,) + (0,) * (rank - 1 - axis % rank)


@reads(ndimage.maximum_filter1d, "scipy.ndimage.maximum_filter1d")
def maximum_filter1d(input: Any, size: Any, axis: Any = -1, output: Any = None, mode: Any = "reflect", cval: Any = 0.0,
                     origin: Any = 0) -> Any:
    x = check(input, size, None, output, None)
    sizes, origins = on_one_axis(size, axis, x.ndim), origins_on_axis(origin, axis, x.ndim)
    return np.max(neighbourhoods(x, sizes, mode, cval, origins), axis=-1)


@reads(ndimage.minimum_filter1d, "scipy.ndimage.minimum_filter1d")
def minimum_filter1d(input: Any, size: Any, axis: Any = -1, output: Any = None, mode: Any = "reflect", cval: Any = 0.0,
                     origin: Any = 0) -> Any:
    x = check(input, size, None, output, None)
    sizes, origins = on_one_axis(size, axis, x.ndim), origins_on_axis(origin, axis, x.ndim)
    return np.min(neighbourhoods(x, sizes, mode, cval, origins), axis=-1)


def of_rank(x: Any, rank: Any, sizes: Any, mode: Any, cval: Any, origin: Any) -> Any:
    return np.sort(neighbourhoods(x, sizes, mode, cval, origin), axis=-1)[..., rank]


@reads(ndimage.rank_filter, "scipy.ndimage.rank_filter")
def rank_filter(input: Any, rank: Any, size: Any = None, footprint: Any = None, output: Any = None,
                mode: Any = "reflect", cval: Any = 0.0, origin: Any = 0, *, axes: Any = None) -> Any:
    x = check(input, size, footprint, output, axes)
    return of_rank(x, rank, sizes_of(size, x.ndim), mode, cval, origin)


@reads(ndimage.median_filter, "scipy.ndimage.median_filter")
def median_filter(input: Any, size: Any = None, footprint: Any = None, output: Any = None, mode: Any = "reflect",
                  cval: Any = 0.0, origin: Any = 0, *, axes: Any = None) -> Any:
    x = check(input, size, footprint, output, axes)
    sizes = sizes_of(size, x.ndim)
    return of_rank(x, math.prod(sizes) // 2, sizes, mode, cval, origin)


@reads(ndimage.percentile_filter, "scipy.ndimage.percentile_filter")
def percentile_filter(input: Any, percentile: Any, size: Any = None, footprint: Any = None, output: Any = None,
                      mode: Any = "reflect", cval: Any = 0.0, origin: Any = 0, *, axes: Any = None) -> Any:
    x = check(input, size, footprint, output, axes)
    sizes = sizes_of(size, x.ndim)
    share = percentile + 100.0 if percentile < 0 else percentile
    count = math.prod(sizes)
    return of_rank(x, count - 1 if share == 100.0 else int(float(count) * share / 100.0), sizes, mode, cval, origin)


def kernel_of(kernel_size: Any, rank: int) -> Any:
    sizes = (3,) * rank if kernel_size is None else sizes_of(kernel_size, rank)
    if any(n % 2 == 0 for n in sizes):
        refuse("each element of kernel_size must be odd", "use odd sizes")
    return sizes


@reads(scipy_signal.medfilt, "scipy.signal.medfilt")
def medfilt(volume: Any, kernel_size: Any = None) -> Any:
    x = np.asarray(volume)
    sizes = kernel_of(kernel_size, x.ndim)
    return of_rank(x, math.prod(sizes) // 2, sizes, "constant", 0, 0)


@reads(scipy_signal.medfilt2d, "scipy.signal.medfilt2d")
def medfilt2d(input: Any, kernel_size: Any = 3) -> Any:
    x = np.asarray(input)
    sizes = kernel_of(kernel_size, x.ndim)
    return of_rank(x, math.prod(sizes) // 2, sizes, "constant", 0, 0)


# Grey morphology

def window(x: Any, size: Any, structure: Any, origin: Any) -> Any:
    """The sizes of a flat, odd, centred window."""
    if structure is not None or origin != 0:
        refuse("structure= and origin= of grey morphology are not supported", "give size= alone")
    if any(n % 2 == 0 for n in sizes_of(size, x.ndim)):
        refuse("grey morphology with windows of even size is not supported", "use odd sizes")
    return sizes_of(size, x.ndim)


def lowest(x: Any, sizes: Any, mode: Any, cval: Any) -> Any:
    return np.min(neighbourhoods(x, sizes, mode, cval, 0), axis=-1)


def highest(x: Any, sizes: Any, mode: Any, cval: Any) -> Any:
    return np.max(neighbourhoods(x, sizes, mode, cval, 0), axis=-1)


@reads(ndimage.grey_erosion, "scipy.ndimage.grey_erosion")
def grey_erosion(input: Any, size: Any = None, footprint: Any = None, structure: Any = None, output: Any = None,
                 mode: Any = "reflect", cval: Any = 0.0, origin: Any = 0, *, axes: Any = None) -> Any:
    x = check(input, size, footprint, output, axes)
    return lowest(x, window(x, size, structure, origin), mode, cval)


@reads(ndimage.grey_dilation, "scipy.ndimage.grey_dilation")
def grey_dilation(input: Any, size: Any = None, footprint: Any = None, structure: Any = None, output: Any = None,
                  mode: Any = "reflect", cval: Any = 0.0, origin: Any = 0, *, axes: Any = None) -> Any:
    x = check(input, size, footprint, output, axes)
    return highest(x, window(x, size, structure, origin), mode, cval)


@reads(ndimage.grey_opening, "scipy.ndimage.grey_opening")
def grey_opening(input: Any, size: Any = None, footprint: Any = None, structure: Any = None, output: Any = None,
                 mode: Any = "reflect", cval: Any = 0.0, origin: Any = 0, *, axes: Any = None) -> Any:
    x = check(input, size, footprint, output, axes)
    sizes = window(x, size, structure, origin)
    return highest(lowest(x, sizes, mode, cval), sizes, mode, cval)


@reads(ndimage.grey_closing, "scipy.ndimage.grey_closing")
def grey_closing(input: Any, size: Any = None, footprint: Any = None, structure: Any = None, output: Any = None,
                 mode: Any = "reflect", cval: Any = 0.0, origin: Any = 0, *, axes: Any = None) -> Any:
    x = check(input, size, footprint, output, axes)
    sizes = window(x, size, structure, origin)
    return lowest(highest(x, sizes, mode, cval), sizes, mode, cval)


@reads(ndimage.morphological_gradient, "scipy.ndimage.morphological_gradient")
def morphological_gradient(input: Any, size: Any = None, footprint: Any = None, structure: Any = None,
                           output: Any = None, mode: Any = "reflect", cval: Any = 0.0, origin: Any = 0, *,
                           axes: Any = None) -> Any:
    x = check(input, size, footprint, output, axes)
    sizes = window(x, size, structure, origin)
    return highest(x, sizes, mode, cval) - lowest(x, sizes, mode, cval)


@reads(ndimage.morphological_laplace, "scipy.ndimage.morphological_laplace")
def morphological_laplace(input: Any, size: Any = None, footprint: Any = None, structure: Any = None,
                          output: Any = None, mode: Any = "reflect", cval: Any = 0.0, origin: Any = 0, *,
                          axes: Any = None) -> Any:
    x = check(input, size, footprint, output, axes)
    sizes = window(x, size, structure, origin)
    return highest(x, sizes, mode, cval) + lowest(x, sizes, mode, cval) - x - x


@reads(ndimage.white_tophat, "scipy.ndimage.white_tophat")
def white_tophat(input: Any, size: Any = None, footprint: Any = None, structure: Any = None, output: Any = None,
                 mode: Any = "reflect", cval: Any = 0.0, origin: Any = 0, *, axes: Any = None) -> Any:
    x = check(input, size, footprint, output, axes)
    sizes = window(x, size, structure, origin)
    return x - highest(lowest(x, sizes, mode, cval), sizes, mode, cval)


@reads(ndimage.black_tophat, "scipy.ndimage.black_tophat")
def black_tophat(input: Any, size: Any = None, footprint: Any = None, structure: Any = None, output: Any = None,
                 mode: Any = "reflect", cval: Any = 0.0, origin: Any = 0, *, axes: Any = None) -> Any:
    x = check(input, size, footprint, output, axes)
    sizes = window(x, size, structure, origin)
    return lowest(highest(x, sizes, mode, cval), sizes, mode, cval) - x


# Gradients

@reads(ndimage.gaussian_gradient_magnitude, "scipy.ndimage.gaussian_gradient_magnitude")
def gaussian_gradient_magnitude(input: Any, sigma: Any, output: Any = None, mode: Any = "reflect", cval: Any = 0.0, *,
                                truncate: Any = 4.0, radius: Any = None) -> Any:
    x = np.asarray(input)
    total = 0
    for axis in range(x.ndim):
        order = origins_on_axis(1, axis, x.ndim)
        part = ndimage.gaussian_filter(x, sigma, order, output, mode, cval, truncate, radius=radius)
        total = total + part * part
    return np.where(np.equal(total, 0), 0.0, np.sqrt(total))


# Labelled regions

def one_label(values: Any, labels: Any, index: Any) -> Any:
    """The elements that count where no index is given, or one."""
    if labels is None:
        return np.ravel(values)
    return values[np.broadcast_to(labels > 0 if index is None else labels == index, values.shape)]


@reads(ndimage.sum_labels, "scipy.ndimage.sum_labels", exact=False)
def sum_labels(input: Any, labels: Any = None, index: Any = None) -> Any:
    x = np.asarray(input)
    if labels is None or index is None or np.ndim(index) == 0:
        return np.sum(one_label(x, labels, index))
    return sums(x, labels, index)


reads(ndimage.sum, "scipy.ndimage.sum", exact=False)(sum_labels)


def totals(x: Any, labels: Any) -> Any:
    """The sum of each label, from 0 on."""
    if np.min(labels) < 0:
        raise ValueError("labels must not be negative")
    made = np.zeros(np.max(labels) + 1)
    np.add.at(made, np.ravel(labels), np.ravel(x))
    return made


def sums(x: Any, labels: Any, index: Any) -> Any:
    return totals(x, labels)[np.asarray(index)]


def counts(x: Any, labels: Any) -> Any:
    return totals(np.ones_like(x), labels)


def double(x: Any) -> Any:
    """Means are of double precision, whatever the input."""
    return np.asarray(x, dtype=np.float64)


@reads(ndimage.mean, "scipy.ndimage.mean", exact=False)
def mean(input: Any, labels: Any = None, index: Any = None) -> Any:
    x = np.asarray(input)
    if labels is None or index is None or np.ndim(index) == 0:
        return np.mean(double(one_label(x, labels, index)))
    return sums(x, labels, index) / counts(x, labels)[np.asarray(index)]


@reads(ndimage.variance, "scipy.ndimage.variance", exact=False)
def variance(input: Any, labels: Any = None, index: Any = None) -> Any:
    x = np.asarray(input)
    if labels is None or index is None or np.ndim(index) == 0:
        return np.var(double(one_label(x, labels, index)))
    number = counts(x, labels)
    means = totals(x, labels) / np.where(number == 0, 1.0, number)
    return sums((x - means[labels]) ** 2, labels, index) / number[np.asarray(index)]


@reads(ndimage.standard_deviation, "scipy.ndimage.standard_deviation", exact=False)
def standard_deviation(input: Any, labels: Any = None, index: Any = None) -> Any:
    if labels is None or index is None or np.ndim(index) == 0:
        return np.std(double(one_label(np.asarray(input), labels, index)))
    spread = variance(input, labels, index)
    return np.where(spread == 0, 0.0, np.sqrt(spread))


def single(labels: Any, index: Any, name: str) -> None:
    if labels is not None and index is not None and np.ndim(index) != 0:
        refuse(f"scipy.ndimage.{name} of several labels is not supported", "call it for each label")


@reads(ndimage.minimum, "scipy.ndimage.minimum")
def minimum(input: Any, labels: Any = None, index: Any = None) -> Any:
    single(labels, index, "minimum")
    return np.min(one_label(np.asarray(input), labels, index))


@reads(ndimage.maximum, "scipy.ndimage.maximum")
def maximum(input: Any, labels: Any = None, index: Any = None) -> Any:
    single(labels, index, "maximum")
    return np.max(one_label(np.asarray(input), labels, index))


@reads(ndimage.median, "scipy.ndimage.median")
def median(input: Any, labels: Any = None, index: Any = None) -> Any:
    single(labels, index, "median")
    return np.median(one_label(np.asarray(input), labels, index))


@reads(ndimage.center_of_mass, "scipy.ndimage.center_of_mass", exact=False)
def center_of_mass(input: Any, labels: Any = None, index: Any = None) -> Any:
    single(labels, index, "center_of_mass")
    x = np.asarray(input)
    total = np.sum(one_label(x, labels, index))
    centre: list[Any] = []
    for axis in range(x.ndim):
        place = np.reshape(np.arange(x.shape[axis]), (-1,) + (1,) * (x.ndim - 1 - axis))
        centre.append(np.sum(one_label(x * place, labels, index)) / total)
    return tuple(centre)
