"""Filters of `scipy.ndimage` that CuPy lacks, in terms of those that it has: entries of `EQUIVALENTS`."""

from __future__ import annotations

import numpy as np

from adgen.ir.core import Const, Op
from adgen.ir.types import ArrayT
from adgen.rules.cupy_equivalents import equivalent
from adgen.rules.table import E, Ops

ACROSS = {"ndimage.sobel": (1.0, 2.0, 1.0), "ndimage.prewitt": (1.0, 1.0, 1.0)}
"""The weights along the other axes."""


@equivalent(*ACROSS)
def edges(g: Ops, op: Op, x: E) -> E | None:
    """CuPy's take one mode for all axes."""
    modes, main = op.attrs["mode"], op.attrs["axis"]
    if isinstance(modes, str):
        return None

    def along(x: E, axis: int, weights: tuple[float, ...]) -> E:
        kernel = g.wrap(Const(np.array(weights), ArrayT("float64", (3,))))
        return g("ndimage.correlate1d", x, kernel, axis=axis, mode=modes[axis], cval=op.attrs["cval"], origin=0)

    made = along(x, main, (-1.0, 0.0, 1.0))
    for axis in range(x.rank):
        made = made if axis == main else along(made, axis, ACROSS[op.name])
    return made
