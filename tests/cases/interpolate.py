"""`adgen.library.interpolate`."""

from __future__ import annotations

import numpy as np

from tests.cases import Row, normal

KNOTS = np.array([0.0, 0.7, 1.5, 2.1, 3.0, 3.6])
AT = np.array([0.3, 1.1, 1.9, 2.7, 3.3, -0.2, 3.9])
DATA = {"x": KNOTS, "y": normal(6), "p": AT}
INNER = AT[:5]
T, C = "[0.0, 0.0, 0.0, 0.0, 1.3, 2.2, 3.6, 3.6, 3.6, 3.6]", normal(6, seed=1)
FIVE = "[0.0, 1.0, 2.0, 3.0, 4.0], [1.0, 0.3, -0.2, 0.5, 0.1]"
GRID = {"u": np.array([0.0, 0.7, 1.5, 2.1]), "v": np.array([-1.0, 0.3, 1.0]), "z": normal(4, 3)}
PLACES = np.array([[0.3, 0.1], [1.2, -0.7], [1.9, 0.8]])

CASES: list[Row] = [
    ("scipy.interpolate.PPoly(c, x)(p)", {"c": normal(3, 5), "x": KNOTS, "p": AT}),
    ("scipy.interpolate.PPoly(c, x)(p, 1)", {"c": normal(4, 5, 2), "x": KNOTS, "p": AT}),
    ("scipy.interpolate.PPoly(c, x, extrapolate=False)(p)", {"c": normal(3, 5), "x": KNOTS, "p": INNER}),
    ("scipy.interpolate.PPoly(c, x).derivative()(p)", {"c": normal(3, 5), "x": KNOTS, "p": np.array([0.4])}),
    ("scipy.interpolate.PPoly(c, x).antiderivative()(p)", {"c": normal(3, 5), "x": KNOTS, "p": AT}),
    ("scipy.interpolate.PPoly(c, x).integrate(p, 2.9) + 0.0", {"c": normal(3, 5), "x": KNOTS, "p": 0.4}),
    ("scipy.interpolate.CubicHermiteSpline(x, y, d)(p)", {**DATA, "d": normal(6, seed=2)}),
    *((f"scipy.interpolate.CubicSpline(x, y, bc_type={kind})(p)", DATA)
      for kind in ("'not-a-knot'", "'natural'", "('clamped', 'natural')")),
    ("scipy.interpolate.CubicSpline(x, y)(p, 1)", {"x": KNOTS, "y": normal(6, 2), "p": INNER}),
    ("scipy.interpolate.PchipInterpolator(x, y)(p)", DATA),
    ("scipy.interpolate.PchipInterpolator(x, y)(p, 2)", {**DATA, "p": INNER}),
    ("scipy.interpolate.pchip_interpolate(x, y, p, der=1)", {**DATA, "p": INNER}),
    ("scipy.interpolate.Akima1DInterpolator(x, y)(p)", {**DATA, "p": INNER}),
    ("scipy.interpolate.Akima1DInterpolator(x, y, method='makima', extrapolate=True)(p)", DATA),
    (f"scipy.interpolate.BSpline({T}, c, 3)(p)", {"c": C, "p": AT}),
    (f"scipy.interpolate.BSpline({T}, c, 3, extrapolate=False)(p, nu=1)", {"c": normal(6, 2), "p": INNER}),
    (f"scipy.interpolate.BSpline({T}, c, 3).derivative(2)(p)", {"c": C, "p": np.array([1.7])}),
    *((f"scipy.interpolate.splev(p, ({T}, c, 3), ext={ext})", {"c": C, "p": AT}) for ext in (0, 1, 3)),
    (f"scipy.interpolate.splev(p, ({T}, c, 3), der=1)", {"c": C, "p": INNER}),
    ("scipy.interpolate.splev(p, scipy.interpolate.splrep([0.0, 1.0, 2.0, 3.0, 4.0], [1.0, 0.3, -0.2, 0.5, 0.1]))",
     {"p": INNER}),
    ("scipy.interpolate.RegularGridInterpolator((u, v), z)(p)", {**GRID, "p": PLACES}),
    ("scipy.interpolate.RegularGridInterpolator((u, v), z, bounds_error=False, fill_value=0.5)(p)",
     {**GRID, "p": np.concatenate((PLACES, [[3.0, 0.2]]))}),
    ("scipy.interpolate.RegularGridInterpolator((u, v), z, 'nearest', False, None)(p)",
     {**GRID, "p": np.concatenate((PLACES, [[3.0, 0.2]]))}),
    ("scipy.interpolate.RegularGridInterpolator((u,), z)(p)",
     {"u": GRID["u"], "z": normal(4, 2), "p": INNER[:3, None]}),
    ("scipy.interpolate.interpn((u, v), z, p)", {**GRID, "p": PLACES}),
    ("scipy.interpolate.interpn((u, v), z, p, bounds_error=False, fill_value=None)",
     {**GRID, "p": np.concatenate((PLACES, [[3.0, 0.2]]))}),
    *((f"scipy.interpolate.splev(p, (scipy.interpolate.{name}({FIVE}{rest}).t, "
       f"scipy.interpolate.{name}({FIVE}{rest}).c, 3))", {"p": INNER})
      for name, rest in (("make_interp_spline", ""), ("make_smoothing_spline", ""), ("make_splrep", ", s=0"),
                         ("make_lsq_spline", ", [0.0, 0.0, 0.0, 0.0, 4.0, 4.0, 4.0, 4.0]"))),
    *((f"scipy.interpolate.splev(p, scipy.interpolate.{name}(scipy.interpolate.splrep({FIVE})))", {"p": INNER})
      for name in ("splder", "splantider")),
]
