"""`adgen.library.distributions.discrete`: of each distribution all methods that have a formula.

Counts are integers, and so are the parameters that count (`COUNTED`); those that no distribution function has a
derivative by are constants there (`FIXED`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import scipy.stats

from adgen.library import READ_METHODS
from adgen.rules.families import load_families
from tests.cases import Row

load_families()

SHAPES: dict[str, dict[str, float]] = {
    "poisson": {"a": 2.3}, "binom": {"n": 4, "a": 0.3}, "bernoulli": {"a": 0.3}, "geom": {"a": 0.3},
    "nbinom": {"a": 2.5, "b": 0.4}, "betabinom": {"n": 4, "a": 1.5, "b": 0.8},
    "betanbinom": {"n": 4, "a": 2.5, "b": 0.8}, "planck": {"a": 0.6}, "dlaplace": {"a": 0.6},
    "logser": {"a": 0.6}, "yulesimon": {"a": 2.6},
}
FIXED = ("nbinom",)
COUNTS = np.array([[-1, 0, 1], [2, 3, 7]])
METHODS = (("pmf", "cdf", "sf"), ("logpmf",), ("logcdf", "logsf"), ("mean", "var", "std", "entropy"))


def discrete() -> Iterator[Row]:
    for name, shapes in SHAPES.items():
        owner = getattr(scipy.stats, name)
        for methods in METHODS:
            known = [m for m in methods if (id(owner), m) in READ_METHODS]
            if known:
                yield case(name, shapes, known)
        yield f"scipy.stats.{name}({', '.join(shapes)}).logpmf(1)", dict(shapes)


def case(name: str, shapes: dict[str, float], methods: list[str]) -> Row:
    args: dict[str, Any] = {k: v * np.ones(3) if k == "a" else v for k, v in shapes.items()}
    texts = list(shapes)
    if "mean" in methods:
        return " + ".join(f"scipy.stats.{name}.{m}({', '.join(texts)}, loc=1)" for m in methods), args
    if name in FIXED and "logpmf" not in methods:
        texts, args = [repr(shapes["a"]), "b"], {"b": np.array([0.4, 0.5, 0.6])}
    inner = np.array([[0, 0]]).T if name == "bernoulli" else np.array([[1, 2, 3]])
    counts = COUNTS if "pmf" in methods else inner
    return " + ".join(f"scipy.stats.{name}.{m}(k, {', '.join(texts)})" for m in methods), {**args, "k": counts}


CASES: list[Row] = [
    *discrete(),
    ("scipy.stats.poisson.pmf(k, mu, loc=1)", {"mu": 2.3, "k": np.array([0, 1, 3])}),
    ("scipy.stats.binom.pmf(k, 5, p)", {"p": np.array([0.2, 0.7]), "k": 2}),
    ("np.sum(scipy.stats.poisson(mu).logpmf(k))", {"mu": np.array([1.3, 2.3, 0.4]), "k": np.array([1, 0, 3])}),
]
