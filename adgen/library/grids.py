"""What indexing `np.r_`, `np.c_`, `np.mgrid` and `np.ogrid` gives. A slice is a range: (start, stop, step), a complex
step being the number of points, the end included."""

from __future__ import annotations

from typing import Any

import numpy as np

from adgen.library import refuse


def points(start: Any, stop: Any, step: Any) -> Any:
    """A range as `np.r_` has it."""
    first = 0 if start is None else start
    if isinstance(step, complex):
        return np.linspace(first, stop, int(abs(step)))
    return np.arange(first, stop, 1 if step is None else step)


def axis_points(start: Any, stop: Any, step: Any) -> Any:
    """A range as `np.mgrid` has it: start + i step."""
    first = 0 if start is None else start
    if isinstance(step, complex):
        count = int(abs(step))
        return np.arange(count) * ((stop - first) / (count - 1) if count > 1 else 1.0) + first
    width = 1 if step is None else step
    if isinstance(first, int) and isinstance(stop, int) and isinstance(width, int):
        return np.arange(first, stop, width)
    return np.arange(int(np.ceil((stop - first) / width))) * width + first


def of_one_dtype(items: Any) -> Any:
    given = [np.asarray(item) if isinstance(item, (list, tuple)) else item for item in items]
    dtype = np.result_type(*given)
    return [np.asarray(item, dtype=dtype) for item in given]


def joined(*items: Any) -> Any:
    """`np.r_[items]`"""
    if any([isinstance(item, str) for item in items]):
        refuse("np.r_ with directions in a string is not supported", "use np.concatenate, or np.stack")
    return np.concatenate([np.atleast_1d(item) for item in of_one_dtype(items)])


def columns(*items: Any) -> Any:
    """`np.c_[items]`"""
    return np.concatenate(
        [np.reshape(item, (-1, 1)) if np.ndim(item) < 2 else item for item in of_one_dtype(items)], axis=-1
    )


def dense(*ranges: Any) -> Any:
    """`np.mgrid[ranges]`"""
    if len(ranges) == 1:
        return ranges[0]
    return np.stack(np.meshgrid(*ranges, indexing="ij"))


def open_grid(*ranges: Any) -> Any:
    """`np.ogrid[ranges]`"""
    if len(ranges) == 1:
        return ranges[0]
    rank, given = len(ranges), of_one_dtype(ranges)
    return tuple([np.reshape(x, (1,) * k + (-1,) + (1,) * (rank - k - 1)) for k, x in enumerate(given)])
