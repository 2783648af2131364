"""Objects of NumPy that are indexed to make arrays or indices: `np.r_`, `np.c_`, `np.mgrid`, `np.ogrid`, `np.s_`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from adgen.errors import Refusal
from adgen.frontend.machine import Machine
from adgen.frontend.values import AVal, Slice, Static, Tup
from adgen.library import grids

INDEXED: dict[int, Callable[[Machine, AVal], AVal]] = {
    id(np.s_): lambda m, index: index,
    id(np.index_exp): lambda m, index: index if isinstance(index, Tup) else Tup((index,)),
}
"""By the id of the object: what `object[index]` is."""


def _parts(index: AVal) -> tuple[AVal, ...]:
    return index.items if isinstance(index, Tup) and index.cls is None else (index,)


def _of_ranges(points: Any, join: Any, name: str, slices_only: bool) -> Callable[[Machine, AVal], AVal]:
    def made(m: Machine, index: AVal) -> AVal:
        items: list[AVal] = []
        for part in _parts(index):
            if isinstance(part, Slice):
                items.append(m.call(Static(points), [part.start, part.stop, part.step]))
            elif slices_only:
                raise Refusal(f"{name} takes slices", f"write {name}[start:stop:step]")
            else:
                items.append(part)
        return m.call(Static(join), items)

    return made


INDEXED[id(np.r_)] = _of_ranges(grids.points, grids.joined, "np.r_", False)
INDEXED[id(np.c_)] = _of_ranges(grids.points, grids.columns, "np.c_", False)
INDEXED[id(np.mgrid)] = _of_ranges(grids.axis_points, grids.dense, "np.mgrid", True)
INDEXED[id(np.ogrid)] = _of_ranges(grids.axis_points, grids.open_grid, "np.ogrid", True)
