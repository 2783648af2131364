"""Families of rules and composites that are entered once the user's program has imported what they are for.

A function can only call `scipy.stats.norm.pdf` where `scipy.stats` is imported, so `load_families`, run before each
compilation, imports adgen's families for each module that it finds loaded; `import adgen` stays fast.
"""

from __future__ import annotations

import importlib
import sys

FILTERS = ("adgen.rules.signal", "adgen.rules.signal_filters", "adgen.rules.ndimage")
"""Each is written with the other's."""

FAMILIES: dict[str, tuple[str, ...]] = {
    "numpy": (
        "adgen.library.arrays",
        "adgen.library.differences",
        "adgen.library.fourier",
        "adgen.library.histograms",
        "adgen.library.loops",
        "adgen.library.polynomials",
        "adgen.library.series",
        "adgen.library.sets",
        "adgen.library.statistics",
        "adgen.library.tensors",
        "adgen.rules.series_refusals",
        "adgen.rules.text_refusals",
    ),
    "scipy.linalg": (
        "adgen.rules.scipy_linalg_calls",
        "adgen.rules.scipy_factors",
        "adgen.rules.matrix_functions",
        "adgen.rules.structured",
        "adgen.rules.cupy_linalg",
        "adgen.rules.cupy_masks",
        "adgen.library.matrices",
    ),
    "scipy.stats": (
        "adgen.library.distributions",
        "adgen.library.kernels",
        "adgen.library.samples",
        "adgen.rules.stats_refusals",
    ),
    "scipy.signal": (*FILTERS, "adgen.rules.signal_designs", "adgen.library.signal", "adgen.library.ndimage"),
    "scipy.ndimage": (
        *FILTERS, "adgen.rules.ndimage_interpolation", "adgen.rules.ndimage_others", "adgen.library.ndimage",
        "adgen.rules.cupy_images",
    ),
    "scipy.interpolate": ("adgen.library.interpolate", "adgen.rules.interpolate_refusals"),
    "scipy.integrate": ("adgen.library.sampled", "adgen.library.quadrature", "adgen.library.odes"),
    "scipy.optimize": ("adgen.library.optimize", "adgen.library.minimize", "adgen.rules.optimize_calls"),
}
"""By the name of a module: adgen's modules that enter rows for its functions. A family that is loaded is taken out."""


def load_families() -> None:
    """Import the families of the modules that are loaded."""
    for module in [name for name in FAMILIES if name in sys.modules]:
        for family in FAMILIES.pop(module):
            importlib.import_module(family)
