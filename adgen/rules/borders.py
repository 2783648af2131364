"""What filters do at the borders of an array, and the transposes of that.

A filter of SciPy extends its input (`mode`), filters, and keeps the middle: y = crop(F(extend(x))). So its transpose is
the reversed filter on the cotangent with zeros around it, followed by adding what came to lie in the extension to the
elements that it was copied from: `fold`. With zeros around, or on a ring, the reversed filter with the same mode does
it alone; with half-sample reflection too where the filter is symmetric, for then the extension commutes with it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from adgen.errors import NeedsSize, Refusal
from adgen.ir.builder import const
from adgen.ir.core import Atom, Const
from adgen.ir.types import dims_of
from adgen.rules.shapes import add_at, along, get, put
from adgen.rules.table import E, Ops, Transposer

AnyOps = Ops | Transposer
Width = tuple[int, int]
Filter = Callable[[E, tuple[str, ...]], E]
"""The reversed filter: of an array, with a mode for each axis, and zeros as constant."""

PADS = {
    "reflect": "symmetric", "grid-mirror": "symmetric", "mirror": "reflect", "nearest": "edge",
    "wrap": "wrap", "grid-wrap": "wrap", "constant": "constant", "grid-constant": "constant",
}
"""The modes of `scipy.ndimage` as those of `np.pad`."""


def checked_mode(mode: Any) -> str:
    if mode not in PADS:
        raise Refusal(f"the mode {mode!r} is not supported", f"use one of {', '.join(map(repr, PADS))}")
    return mode


def known_sizes(x: E, what: str) -> tuple[int, ...]:
    """The shape of an array that must be known when compiling."""
    if x.dims is None:
        raise Refusal(f"the rank of {what} must be known", "give its type, as x=float64[n,m]")
    sizes: list[int] = []
    for d in x.dims:
        if not isinstance(d, int):
            raise NeedsSize(str(d), f"the shape of {what} must be known when compiling",
                            "give the size in its type, as w=float64[5], or make it in the function")
        sizes.append(d)
    return tuple(sizes)


def needs_extension(mode: str, symmetric: bool) -> bool:
    """Whether the transpose must be taken through an extended array."""
    return PADS[mode] in ("reflect", "edge") or (PADS[mode] == "symmetric" and not symmetric)


def filter_transpose(
    g: Transposer, ct: E, x: Atom, modes: tuple[str, ...], spans: tuple[Width, ...], symmetric: tuple[bool, ...],
    reverse: Filter,
) -> E:
    """The cotangent of x, of a filter whose result at i reads x from i - span[0] to i + span[1] along each axis."""
    extended = [needs_extension(m, s) and any(w) for m, s, w in zip(modes, symmetric, spans, strict=True)]
    widths = tuple(w if e else (0, 0) for w, e in zip(spans, extended, strict=True))
    if not any(extended):
        return reverse(ct, modes)
    padded = g("pad", ct, pad_width=widths, mode="constant")
    wide = reverse(padded, tuple("constant" if e else m for m, e in zip(modes, extended, strict=True)))
    return fold(g, wide, x, widths, modes)


def fold(g: Transposer, wide: E, x: Atom, widths: tuple[Width, ...], modes: tuple[str, ...]) -> E:
    """The transpose of extending x by widths: what lies in the extension is added where it was copied from."""
    for axis, (before, after) in enumerate(widths):
        if before or after:
            wide = _fold_axis(g, wide, g.dim(x, axis), axis, (before, after), PADS[modes[axis]])
    return wide


def _fold_axis(g: Transposer, wide: E, size: E, axis: int, width: Width, mode: str) -> E:
    before, after = width
    inner = get(g, wide, *along(axis, slice(before or None, -after or None)))
    if mode == "constant":
        return inner
    source = g("pad", g("arange", size, dtype=None), pad_width=(width,), mode=mode)
    for part in (slice(None, before) if before else None, slice(-after, None) if after else None):
        if part is not None:
            inner = add_at(g, inner, get(g, wide, *along(axis, part)), *along(axis, get(g, source, part)))
    return inner


def extend(g: AnyOps, x: E, widths: tuple[Width, ...], modes: tuple[str, ...], cval: float = 0.0) -> E:
    """x with its borders, axis by axis where the modes differ."""
    wanted = {PADS[m] for m, w in zip(modes, widths, strict=True) if any(w)}
    for mode in sorted(wanted):
        chosen = tuple(w if PADS[m] == mode else (0, 0) for m, w in zip(modes, widths, strict=True))
        if mode == "constant" and cval != 0.0:
            x = _surround(g, x, chosen, cval)
        else:
            x = g("pad", x, pad_width=chosen, mode=mode)
    return x


def _surround(g: AnyOps, x: E, widths: tuple[Width, ...], value: float) -> E:
    shape = tuple(g.dim(x, k) + sum(w) if sum(w) else g.dim(x, k) for k, w in enumerate(widths))
    inside = tuple(slice(b or None, -a or None) for b, a in widths)
    number = g("convert", g.wrap(const(value)), dtype=x.dtype)
    return put(g, g.sized("full", (number,), shape, dtype=x.dtype), x, *inside)


def reversed_all(g: AnyOps, x: E, axes: tuple[int, ...] | None = None) -> E:
    """x read backwards, along all axes or some."""
    back = slice(None, None, -1)
    chosen = range(x.rank) if axes is None else axes
    return get(g, x, *(back if k in chosen else slice(None) for k in range(max(chosen) + 1))) if chosen else x


def is_symmetric(x: E, axis: int = 0) -> bool:
    """Whether the weights are a constant that reads the same backwards along an axis."""
    weights: Any = x.atom.value if isinstance(x.atom, Const) else None
    return weights is not None and np.ndim(weights) > axis and bool(np.array_equal(weights, np.flip(weights, axis)))


def rank_of_atom(x: Atom) -> int:
    return len(dims_of(x.type) or ())
