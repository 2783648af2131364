"""Sets of `numpy`: arrays of different values in order, and what is made of two of them.

Values have the derivative of the first element that has them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from adgen.library import reads


@reads(np.union1d, "np.union1d")
def union1d(ar1: Any, ar2: Any) -> Any:
    return np.unique(np.concatenate((np.ravel(ar1), np.ravel(ar2))))


@reads(np.intersect1d, "np.intersect1d")
def intersect1d(ar1: Any, ar2: Any, assume_unique: Any = False, return_indices: Any = False) -> Any:
    first, at_first = once(ar1, assume_unique)
    second, at_second = once(ar2, assume_unique)
    joined = np.concatenate((first, second))
    order = np.argsort(joined, kind="stable")
    made = joined[order]
    twice = made[1:] == made[:-1]
    values = made[:-1][twice]
    if not return_indices:
        return values
    return values, at_first[order[:-1][twice]], at_second[order[1:][twice] - len(first)]


def once(ar: Any, assume_unique: Any) -> Any:
    """The different values, and where they stand first."""
    flat = np.ravel(ar)
    return (flat, np.arange(len(flat))) if assume_unique else np.unique(flat, return_index=True)


@reads(np.setdiff1d, "np.setdiff1d")
def setdiff1d(ar1: Any, ar2: Any, assume_unique: Any = False) -> Any:
    values = np.ravel(ar1) if assume_unique else np.unique(ar1)
    return values[np.isin(values, ar2, invert=True)]


@reads(np.setxor1d, "np.setxor1d")
def setxor1d(ar1: Any, ar2: Any, assume_unique: Any = False) -> Any:
    first, second = (np.ravel(ar1), np.ravel(ar2)) if assume_unique else (np.unique(ar1), np.unique(ar2))
    joined = np.sort(np.concatenate((first, second)))
    end = np.array([True])
    differs = np.concatenate((end, joined[1:] != joined[:-1], end))
    return joined[differs[1:] & differs[:-1]]
