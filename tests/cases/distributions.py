"""`adgen.library.distributions`: of each distribution of `scipy.stats` all methods that have a formula.

Shapes that no distribution function has a derivative by are constants there (`FIXED`). Points lie inside the support,
and for densities and distribution functions that are not logarithms outside it too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import scipy.stats

from adgen.library import READ_METHODS
from adgen.rules.families import load_families
from tests.cases import Row, inside, normal, positive

load_families()

# fmt: off
REAL: dict[str, tuple[float, ...]] = {
    "norm": (), "skewnorm": (1.3,), "exponnorm": (1.2,), "johnsonsu": (0.4, 1.3), "moyal": (), "vonmises": (1.4,),
    "loggamma": (1.6,), "t": (4.3,), "gennorm": (1.6,), "cauchy": (), "laplace": (), "laplace_asymmetric": (1.3,),
    "dgamma": (1.7,), "dweibull": (1.6,), "powernorm": (1.8,), "vonmises_line": (1.4,), "logistic": (),
    "genlogistic": (1.4,), "hypsecant": (), "gumbel_r": (), "gumbel_l": (), "genextreme": (0.2,),
}
POSITIVE: dict[str, tuple[float, ...]] = {
    "lognorm": (0.6,), "halfnorm": (), "foldnorm": (0.7,), "fatiguelife": (0.8,), "invgauss": (0.9,), "wald": (),
    "gibrat": (), "rice": (0.7,), "expon": (), "gamma": (1.7,), "erlang": (2.0,), "chi2": (3.3,), "chi": (2.4,),
    "maxwell": (), "rayleigh": (), "nakagami": (1.3,), "invgamma": (4.7,), "betaprime": (1.7, 3.3), "f": (3.3, 7.1),
    "gengamma": (1.5, 1.2), "halfcauchy": (), "halflogistic": (), "lomax": (3.3,), "fisk": (2.3,),
    "burr12": (1.4, 2.2), "levy": (), "weibull_min": (1.6,), "invweibull": (1.7,), "gompertz": (0.8,),
    "genpareto": (0.3,), "alpha": (1.4,), "burr": (1.4, 2.2), "exponpow": (0.7,), "exponweib": (1.5, 0.8),
    "foldcauchy": (0.7,), "halfgennorm": (1.6,), "loglaplace": (2.2,),
}
OTHER: dict[str, tuple[tuple[float, ...], Any]] = {
    "pareto": ((3.4,), 1.0 + positive(2, 3)), "weibull_max": ((1.6,), -positive(2, 3)),
    "uniform": ((), inside(2, 3)), "beta": ((1.7, 2.3), inside(2, 3)), "triang": ((0.35,), inside(2, 3)),
    "powerlaw": ((1.7,), inside(2, 3)), "loguniform": ((0.5, 2.5), 0.6 + inside(2, 3)),
    "reciprocal": ((0.5, 2.5), 0.6 + inside(2, 3)), "arcsine": ((), inside(2, 3)),
    "semicircular": ((), 0.8 * inside(2, 3) - 0.3), "truncexpon": ((1.7,), inside(2, 3)),
    "anglit": ((), 0.8 * inside(2, 3) - 0.3), "bradford": ((1.3,), inside(2, 3)),
    "johnsonsb": ((0.4, 1.3), inside(2, 3)), "levy_l": ((), -positive(2, 3)),
    "truncpareto": ((1.7, 3.5), 1.1 + inside(2, 3)), "truncweibull_min": ((1.6, 0.1, 2.5), 0.2 + inside(2, 3)),
    "truncnorm": ((-1.2, 1.9), inside(2, 3)),
}
POINTS: dict[str, tuple[tuple[float, ...], Any]] = {
    **{name: (shapes, normal(2, 3)) for name, shapes in REAL.items()},
    **{name: (shapes, positive(2, 3)) for name, shapes in POSITIVE.items()},
    **OTHER,
}
"""Of each distribution: shapes, and points of the standard form."""
FIXED = ("gamma", "erlang", "chi2", "chi", "nakagami", "invgamma", "beta", "betaprime", "t", "f", "loggamma",
         "gengamma", "dgamma")
# fmt: on

ORDERS = (("logpdf",), ("pdf", "cdf", "sf"), ("logcdf", "logsf"), ("ppf", "isf", "median", "interval"),
          ("mean", "var", "std", "entropy"))


def continuous() -> Iterator[Row]:
    for name, (shapes, points) in POINTS.items():
        owner = getattr(scipy.stats, name)
        for methods in ORDERS:
            known = [m for m in methods if (id(owner), m) in READ_METHODS]
            if known:
                yield case(name, shapes, points, known)
        yield frozen(name, shapes, points)


def case(name: str, shapes: tuple[float, ...], points: Any, methods: list[str]) -> Row:
    """A sum of methods; the first parameter is a point or a probability."""
    location, scale = 0.3, np.array([[0.9], [1.2]])
    parameters: dict[str, Any] = {"abc"[k]: shape * np.ones(3) if k == 0 else shape for k, shape in enumerate(shapes)}
    texts = list(parameters)
    if name == "t" and "mean" in methods:
        parameters = {"a": shapes[0]}
    if name in FIXED and methods[0] not in ("logpdf", "mean"):
        parameters, texts = {}, [repr(shape) for shape in shapes]
    arguments = ", ".join([*texts, "m", "s"])
    args: dict[str, Any] = {**parameters, "m": location, "s": scale}
    if "ppf" in methods:
        args = {"x": inside(2, 3, seed=3), **args}
    elif "mean" not in methods:
        args = {"x": location + scale * points, **args}
    return " + ".join(call(name, method, arguments) for method in methods), args


def call(name: str, method: str, arguments: str) -> str:
    if method in ("mean", "var", "std", "entropy", "median"):
        return f"scipy.stats.{name}.{method}({arguments})"
    return f"scipy.stats.{name}.{method}(x, {arguments})" + ("[1]" if method == "interval" else "")


def frozen(name: str, shapes: tuple[float, ...], points: Any) -> Row:
    parameters = {"abc"[k]: shape for k, shape in enumerate(shapes)}
    args = {"x": float(points[0, 0]), **parameters, "s": 1.3}
    arguments = ", ".join([*parameters, "scale=s"])
    return f"scipy.stats.{name}({arguments}).logpdf(x * s)", args


CASES: list[Row] = [
    *continuous(),
    ("scipy.stats.norm.logpdf(x)", {"x": 0.3}),
    ("scipy.stats.gamma.pdf(x, a) + scipy.stats.gamma.cdf(x, 1.5)", {"x": np.array([-0.5, 0.7, 1.9]), "a": 1.7}),
    ("scipy.stats.beta.pdf(x, a, b=2.5)", {"x": np.array([-0.5, 0.7, 1.9]), "a": 1.7}),
]
