"""`np.gradient`: second-order differences inside, of first or second order at the ends.

Where the distances between coordinates are equal when running, NumPy takes the formula for even spacing, and so does
this: both are the same number, but not to the last bit.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from adgen.library import reads, refuse


@reads(np.gradient, "np.gradient")
def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: Any = 1) -> Any:
    if edge_order not in (1, 2):
        refuse(f"np.gradient with edge_order={edge_order} is not supported", "use 1 or 2")
    values = np.asanyarray(f)
    axes = chosen_axes(axis, np.ndim(values))
    if len(varargs) not in (0, 1, len(axes)):
        refuse("np.gradient takes one spacing, or one an axis", "give as many")
    values = values.astype(np.float64) if values.dtype.kind in "iu" else values
    steps = [None] * len(axes) if not varargs else list(varargs) * len(axes) if len(varargs) == 1 else list(varargs)
    made = [along(values, at, step, edge_order) for at, step in zip(axes, steps)]
    return made[0] if len(made) == 1 else tuple(made)


def chosen_axes(axis: Any, rank: int) -> list[int]:
    if axis is None:
        return list(range(rank))
    return [axis % rank] if isinstance(axis, int) else [k % rank for k in axis]


def along(f: Any, at: int, step: Any, edge_order: int) -> Any:
    """The gradient along an axis, by the distance between all neighbours, or by coordinates."""
    if step is None or np.ndim(step) == 0:
        return evenly(f, at, step, edge_order)
    if np.ndim(step) != 1:
        refuse("np.gradient takes numbers or coordinates of rank 1 as spacing", "give such")
    assert len(step) == f.shape[at], "np.gradient: coordinates must be as many as there are along the axis"
    distances = np.diff(np.asarray(step))
    if (distances == distances[0]).all():
        return evenly(f, at, distances[0], edge_order)
    return unevenly(f, at, distances, edge_order)


def part(f: Any, at: int, index: Any) -> Any:
    return f[(*[slice(None)] * at, index)]


def with_ends(f: Any, at: int, first: Any, inside: Any, last: Any) -> Any:
    made = [np.expand_dims(first, at), inside, np.expand_dims(last, at)]
    if f.dtype.kind == "f" and inside.dtype != f.dtype:
        made = [p.astype(f.dtype) for p in made]
    return np.concatenate(made, axis=at)


def evenly(f: Any, at: int, step: Any, edge_order: int) -> Any:
    h = 1.0 if step is None else step
    inside = (part(f, at, slice(2, None)) - part(f, at, slice(None, -2))) / (h * 2.0)
    if edge_order == 1:
        first, last = part(f, at, 1) - part(f, at, 0), part(f, at, -1) - part(f, at, -2)
        if step is None:
            return with_ends(f, at, first, inside, last)
        return with_ends(f, at, first / h, inside, last / h)
    first = -1.5 / h * part(f, at, 0) + 2.0 / h * part(f, at, 1) + -0.5 / h * part(f, at, 2)
    last = 0.5 / h * part(f, at, -3) + -2.0 / h * part(f, at, -2) + 1.5 / h * part(f, at, -1)
    return with_ends(f, at, first, inside, last)


def unevenly(f: Any, at: int, distances: Any, edge_order: int) -> Any:
    """By the parabola through three neighbours, at distances d and e from the middle one."""
    d, e = distances[:-1], distances[1:]
    a, b, c = -e / (d * (d + e)), (e - d) / (d * e), d / (e * (d + e))
    if np.ndim(f) > at + 1:
        trailing = tuple(range(1, np.ndim(f) - at))
        a, b, c = np.expand_dims(a, trailing), np.expand_dims(b, trailing), np.expand_dims(c, trailing)
    before, here, after = part(f, at, slice(None, -2)), part(f, at, slice(1, -1)), part(f, at, slice(2, None))
    inside = a * before + b * here + c * after
    if edge_order == 1:
        first = (part(f, at, 1) - part(f, at, 0)) / distances[0]
        last = (part(f, at, -1) - part(f, at, -2)) / distances[-1]
        return with_ends(f, at, first, inside, last)
    d, e = distances[0], distances[1]
    first = (
        -(2.0 * d + e) / (d * (d + e)) * part(f, at, 0)
        + (d + e) / (d * e) * part(f, at, 1)
        + -d / (e * (d + e)) * part(f, at, 2)
    )
    d, e = distances[-2], distances[-1]
    last = (
        e / (d * (d + e)) * part(f, at, -3)
        + -(e + d) / (d * e) * part(f, at, -2)
        + (2.0 * e + d) / (e * (d + e)) * part(f, at, -1)
    )
    return with_ends(f, at, first, inside, last)
