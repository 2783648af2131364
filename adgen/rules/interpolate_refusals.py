"""The rest of `scipy.interpolate`: fits of constants, which are run when compiling, and what is refused.

A spline that is fitted to known data is a constant; with respect to the points at which it is evaluated it has
derivatives (`adgen.library.interpolate`).
"""

from __future__ import annotations

import importlib
from typing import Any

from adgen.rules.computed import computed
from adgen.rules.lowering import refuses

interpolate: Any = importlib.import_module("scipy.interpolate")

FITS = "make_interp_spline make_lsq_spline make_smoothing_spline make_splrep splrep splder splantider".split()

for _name in FITS:
    if hasattr(interpolate, _name):
        computed(getattr(interpolate, _name), f"scipy.interpolate.{_name}")

OUTSIDE = "fit outside, and pass t, c, k to scipy.interpolate.splev"
REFUSED: list[tuple[str, str, str]] = [
    ("interp1d", "it chooses a method by its arguments when it is made",
     "use np.interp, or scipy.interpolate.PchipInterpolator for a smooth curve"),
    ("UnivariateSpline InterpolatedUnivariateSpline LSQUnivariateSpline SmoothBivariateSpline LSQBivariateSpline "
     "RectBivariateSpline BivariateSpline SmoothSphereBivariateSpline LSQSphereBivariateSpline "
     "RectSphereBivariateSpline bisplrep bisplev splprep make_splprep insert sproot spalde splint generate_knots",
     "it is computed by FITPACK, whose knots and sums are not followed", OUTSIDE),
    ("griddata LinearNDInterpolator NearestNDInterpolator CloughTocher2DInterpolator",
     "it triangulates the points", "use a grid and scipy.interpolate.RegularGridInterpolator"),
    ("RBFInterpolator Rbf", "it solves a system of all pairs of points",
     "write the kernel matrix with NumPy, and solve it by np.linalg.solve"),
    ("BarycentricInterpolator KroghInterpolator FloaterHormannInterpolator AAA barycentric_interpolate "
     "krogh_interpolate lagrange approximate_taylor_polynomial pade",
     "a polynomial through many points is badly conditioned, and no derivative has been written for it",
     "use np.polyfit and np.polyval, or scipy.interpolate.PchipInterpolator"),
    ("BPoly NdPPoly NdBSpline", "polynomials in this basis are not followed", "convert to scipy.interpolate.PPoly"),
    ("interp2d", "SciPy has removed it", "use scipy.interpolate.RegularGridInterpolator"),
]


def enter_refused() -> None:
    for names, reason, hint in REFUSED:
        for name in names.split():
            if hasattr(interpolate, name):
                refuses(getattr(interpolate, name), f"scipy.interpolate.{name}", reason, hint)


enter_refused()
