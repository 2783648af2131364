"""`adgen.library.distributions.multivariate`."""

from __future__ import annotations

import numpy as np

from tests.cases import Row, inside, normal, positive

X, M, A = normal(4, 3), normal(3, seed=1), normal(3, 3, seed=2)
SHAPE = "a @ a.T + np.eye(3)"
P = np.array([0.2, 0.3, 0.5])
COUNTS = np.array([[1, 2, 3], [0, 4, 2], [1, 1, 1]])


Z = "np.float64(x) / np.sum(np.float64(x), axis=0)"


def both(owner: str, arguments: str, first: str = "pdf") -> str:
    return f"scipy.stats.{owner}.log{first}({arguments}) + scipy.stats.{owner}.{first}({arguments})"


CASES: list[Row] = [
    *((both("multivariate_normal", f"{x}, m, {SHAPE}"), {"x": X, "m": M, "a": A}) for x in ("x", "x[0]")),
    (both("multivariate_normal", "x, m, a"), {"x": X, "m": M, "a": positive(3)}),
    (both("multivariate_normal", "x, m, a"), {"x": X, "m": M, "a": 1.3}),
    (both("multivariate_normal", "x, m, a"), {"x": normal(4), "m": 0.3, "a": 1.3}),
    ("scipy.stats.multivariate_normal.logpdf(x, cov=c)", {"x": X, "c": 2.0 * np.eye(3) + 0.3}),
    ("scipy.stats.multivariate_normal.logpdf(np.reshape(x, (2, 2, 3)), m, cov=c)",
     {"x": X, "m": M, "c": 2.0 * np.eye(3) + 0.3}),
    ("scipy.stats.multivariate_normal.logpdf(x)", {"x": 0.7}),
    (f"scipy.stats.multivariate_normal.entropy(m, {SHAPE})", {"m": M, "a": A}),
    (f"scipy.stats.multivariate_normal.entropy(cov={SHAPE})", {"a": A}),
    (f"scipy.stats.multivariate_normal(m, {SHAPE}).logpdf(x)", {"x": X, "m": M, "a": A}),
    (both("multivariate_t", f"x, m, {SHAPE}, df"), {"x": X, "m": M, "a": A, "df": 4.2}),
    ("scipy.stats.multivariate_t(m, df=5.0).pdf(x)", {"x": X, "m": M}),
    (both("dirichlet", f"{Z}, a"), {"x": inside(3, 4), "a": positive(3, seed=1)}),
    (both("dirichlet", f"{Z}, a"), {"x": inside(3), "a": positive(3, seed=1)}),
    ("scipy.stats.dirichlet.mean(a) + scipy.stats.dirichlet.var(a) + scipy.stats.dirichlet.entropy(a)",
     {"a": positive(3)}),
    (f"scipy.stats.dirichlet(a).logpdf({Z})", {"x": inside(3), "a": positive(3, seed=1)}),
    (both("multinomial", "k, 6, p / np.sum(p)", "pmf"), {"p": P, "k": COUNTS[:2]}),
    ("scipy.stats.multinomial.pmf(k, 6, p / np.sum(p))", {"p": P, "k": COUNTS}),
    ("1.0 * scipy.stats.multinomial(6, p / np.sum(p)).logpmf(k)", {"p": P, "k": COUNTS[0]}),
    (both("dirichlet_multinomial", "k, a, 6", "pmf"), {"a": positive(3), "k": COUNTS[:2]}),
    ("scipy.stats.dirichlet_multinomial(a, 6).logpmf(k)", {"a": positive(3), "k": COUNTS[0]}),
    *((both(name, f"x @ x.T + np.eye(3), df, {SHAPE}"), {"x": normal(3, 3), "df": 4.2, "a": A})
      for name in ("wishart", "invwishart")),
    *((f"1e{power} * scipy.stats.{name}.pdf(x @ x.T + np.eye(3), df, {SHAPE})", {"x": normal(3, 3), "df": 4.2, "a": A})
      for name, power in (("wishart", 8), ("invwishart", 8))),
    *((f"scipy.stats.{name}(df, {SHAPE}).logpdf(x @ x.T + np.eye(3))", {"x": normal(3, 3), "df": 4.2, "a": A})
      for name in ("wishart", "invwishart")),
]
