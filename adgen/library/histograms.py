"""Histograms of `numpy`: elements are counted in the bins that they lie in.

Counts have no derivative by the elements; they are linear in the weights. Edges that follow from the smallest and the
largest element have their derivative. A bin holds its left edge, the last one its right edge too.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from adgen.library import reads, refuse


@reads(np.histogram_bin_edges, "np.histogram_bin_edges")
def histogram_bin_edges(a: Any, bins: Any = 10, range: Any = None, weights: Any = None) -> Any:
    edges, given = edges_of(a, bins, range), np.asarray(a)
    if np.ndim(bins) == 1 or given.dtype.kind != "f" or given.dtype == edges.dtype:
        return edges
    return edges.astype(given.dtype)


def edges_of(a: Any, bins: Any, limits: Any) -> Any:
    """The edges as they are given, or at equal distances from the least to the largest element."""
    if isinstance(bins, str):
        refuse("bins that NumPy works out from the data are not supported", "give their number, or their edges")
    if np.ndim(bins) == 1:
        return np.asarray(bins)
    given = np.asarray(a)
    if given.dtype.kind in "iub":
        given = given.astype(float)
    low, high = (np.min(given), np.max(given)) if limits is None else limits
    if low == high:
        low, high = low - 0.5, high + 0.5
    return np.linspace(low, high, bins + 1)


def places(x: Any, edges: Any) -> Any:
    """The bin of each element, -1 or the number of bins where it lies outside."""
    found = np.searchsorted(edges, x, side="right") - 1
    return np.where(x == edges[-1], len(edges) - 2, found)


def flat(x: Any) -> Any:
    given = np.asarray(x)
    return given if given.ndim == 1 else np.ravel(given)


def counted(place: Any, inside: Any, weights: Any, count: Any) -> Any:
    """The number of elements, or the sum of their weights, at each place."""
    if weights is None:
        return np.bincount(place[inside], minlength=count)
    given = flat(weights)
    made = np.bincount(place[inside], given[inside], count)
    return made if given.dtype == made.dtype else made.astype(given.dtype)


@reads(np.histogram, "np.histogram", exact=False)
def histogram(a: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None) -> Any:
    edges = np.histogram_bin_edges(a, bins, range)
    place, count = places(flat(a), edges), len(edges) - 1
    made = counted(place, (place >= 0) & (place < count), weights, count)
    return (made / np.diff(edges) / np.sum(made) if density else made), edges


def along_all(columns: Any, bins: Any, limits: Any, density: Any, weights: Any) -> Any:
    """The counts over several axes at once, and the edges along each."""
    edges = [edges_of(x, b, r) for x, b, r in zip(columns, bins, limits)]
    counts = [len(along) - 1 for along in edges]
    place = places(columns[0], edges[0])
    inside, size = (place >= 0) & (place < counts[0]), counts[0]
    for x, along, count in zip(columns[1:], edges[1:], counts[1:]):
        at = places(x, along)
        place, inside, size = place * count + at, inside & (at >= 0) & (at < count), size * count
    made = counted(place, inside, weights, size).reshape(tuple(counts))
    made = made if made.dtype == float else made.astype(float)
    if not density:
        return made, edges
    dense = made / np.sum(made)
    for axis, along in enumerate(edges):
        dense = dense / np.diff(along).reshape((1,) * axis + (-1,) + (1,) * (len(edges) - axis - 1))
    return dense, edges


def is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple))


@reads(np.histogram2d, "np.histogram2d", exact=False)
def histogram2d(x: Any, y: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None) -> Any:
    pair = bins if is_list(bins) and len(bins) == 2 else (bins, bins)
    limits = (None, None) if range is None else range
    made, edges = along_all((np.asarray(x), np.asarray(y)), pair, limits, density, weights)
    return made, edges[0], edges[1]


@reads(np.histogramdd, "np.histogramdd", exact=False)
def histogramdd(sample: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None) -> Any:
    columns = [np.asarray(x) for x in sample] if is_list(sample) else list(np.asarray(sample).T)
    each = bins if is_list(bins) else [bins for _ in columns]
    limits = [None for _ in columns] if range is None else range
    return along_all(columns, each, limits, density, weights)
