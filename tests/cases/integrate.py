"""`scipy.integrate`: integrals of functions and of samples, initial value problems."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.cases import normal, positive

A, B = 0.7, 1.3
V = np.array([0.7, -0.4, 1.2])
INT = "scipy.integrate"
ONE: dict[str, Any] = {"a": A}
TWO: dict[str, Any] = {"a": A, "b": B}
Y5, Y6 = normal(2, 5), normal(2, 6, seed=1)
X5, X6 = np.array([0.0, 0.3, 0.5, 1.1, 1.5]), np.array([0.0, 0.3, 0.5, 1.1, 1.5, 1.8])
SAMPLED: list[tuple[str, dict[str, Any]]] = [
    *((f"{INT}.{name}(y)", {"y": Y5}) for name in ("trapezoid", "cumulative_trapezoid", "simpson", "romb")),
    *((f"{INT}.{name}(y, dx=h, axis=0)", {"y": Y5.T.copy(), "h": 0.4})
      for name in ("trapezoid", "cumulative_trapezoid", "simpson", "romb", "cumulative_simpson")),
    *((f"{INT}.{name}(y, x=x)", {"y": Y6, "x": X6})
      for name in ("trapezoid", "cumulative_trapezoid", "simpson", "cumulative_simpson")),
    *((f"{INT}.{name}(y, x=x)", {"y": Y5, "x": X5})
      for name in ("trapezoid", "cumulative_trapezoid", "simpson", "cumulative_simpson")),
    *((f"{INT}.{name}(y, x=np.cumsum(x, axis=1))", {"y": Y5, "x": positive(2, 5)})
      for name in ("trapezoid", "cumulative_trapezoid", "simpson", "cumulative_simpson")),
    (f"{INT}.simpson(y, dx=0.3)", {"y": Y6}), (f"{INT}.simpson(y, x=x)", {"y": Y5[:, :2], "x": X5[:2]}),
    (f"{INT}.cumulative_simpson(y, initial=1.5)", {"y": Y6[0]}), (f"{INT}.cumulative_simpson(y)", {"y": Y6[:, :2]}),
    (f"{INT}.cumulative_trapezoid(y, initial=0)", {"y": Y6}),
    (f"{INT}.trapezoid(y, x)", {"y": Y6[0], "x": X6}),
]
SWING = "lambda t, y: np.array([y[1], -a * np.sin(y[0])])"
FEED = "lambda t, y, a: [y[1] - a * y[0], -y[0] * t]"
EXACT = "rtol=1e-10, atol=1e-12"

CASES: list[tuple[str, dict[str, Any]]] = [
    *SAMPLED,
    # functions
    (f"{INT}.quad(lambda x: np.exp(-a * x ** 2), 0.0, np.inf)[0]", ONE),
    (f"{INT}.quad(lambda x, a: np.exp(-a * x ** 2), -np.inf, b, args=(a,))[0]", TWO),
    (f"{INT}.quad(lambda x, a, b: np.sin(a * x) + b * x, a, b, (a, b))[0]", TWO),
    (f"{INT}.quad(lambda x: np.sum(v.astype(float) * x ** np.arange(3)) ** 2, 0, 1.5, epsabs=1e-12, epsrel=1e-12, "
     "limit=80)[0]",
     {"v": V}),
    (f"{INT}.quad(lambda x: a * np.sum(v.astype(float) ** 2 * x) + np.abs(x - 0.5), 0, 1, points=(0.5,))[0]",
     {"a": A, "v": V}),
    (f"{INT}.quad(lambda x: np.sum(v * np.sum(w.astype(float) * x, axis=0)), 0, a)[0]",
     {"a": A, "v": V, "w": normal(2, 3)}),
    (f"{INT}.quad(np.cos, a, b)[0]", TWO),
    (f"{INT}.quad_vec(lambda x: np.sin(v.astype(float) * x), 0.0, a)[0]", {"v": V, "a": A}),
    (f"{INT}.quad_vec(lambda x, v, a: np.outer(v, v) * np.cos(a * x), 0.0, 1.0, args=(v, a), epsrel=1e-10, norm='max', "
     "limit=500)[0]", {"v": V, "a": A}),
    (f"{INT}.quad_vec(lambda x: np.exp(-a * x), 0.0, np.inf, points=[1.0], quadrature='gk15')[0]", ONE),
    (f"{INT}.dblquad(lambda y, x: np.exp(a * x * y), 0.0, b, 0.0, lambda x: x + a)[0]", TWO),
    (f"{INT}.tplquad(lambda z, y, x, a: a * x * y + z, 0.0, b, 0.0, lambda x: x, lambda x, y: 0.0, lambda x, y: x + y, "
     "args=(a,))[0]", TWO),
    (f"{INT}.fixed_quad(lambda x, a: np.exp(a * x), 0.0, b, args=(a,), n=6)[0]", TWO),
    (f"{INT}.fixed_quad(lambda x: np.exp(np.outer(v, x)), 0.0, b)[0]", {"v": V, "b": B}),
    (f"{INT}.newton_cotes(4)[0] * a", ONE), (f"{INT}.lebedev_rule(3)[1] * a", ONE),
    # initial value problems
    (f"{INT}.solve_ivp({SWING}, (0.0, 1.5), np.array([1.0, 0.2]), {EXACT}).y[:, -1]", ONE),
    (f"{INT}.solve_ivp({SWING}, (0.0, b), u).y", {"a": A, "b": B, "u": np.array([1.0, 0.2])}),
    (f"{INT}.solve_ivp({SWING}, (1.5, 0.0), [1.0, 0.2], t_eval=np.linspace(1.5, 0.0, 4)).y", ONE),
    (f"{INT}.solve_ivp({FEED}, [0, 1.5], [1, 2], args=(a,), method='RK23', t_eval=[0.0, 0.7, 1.4], first_step=0.1).y",
     ONE),
    (f"{INT}.solve_ivp({FEED}, [0, 1.5], [1, 2], args=(a,), method='RK23', max_step=0.2, {EXACT[:10]}).y[0]", ONE),
    (f"{INT}.solve_ivp({FEED}, (0.0, a), [1, 2], args=(a,), atol=1e-9).t", ONE),
    (f"{INT}.odeint(lambda y, t: np.array([y[1], -a * np.sin(y[0])]), u, np.linspace(0.0, 1.5, 4), rtol=1e-12, "
     "atol=1e-12)", {"a": A, "u": np.array([1.0, 0.2])}),
    (f"{INT}.odeint(lambda t, y, v: -v * y * t, [1.0, 0.2, 0.4], [0.0, 0.7, 1.5], args=(v,), tfirst=True, rtol=1e-12, "
     "atol=1e-12, hmax=0.2, mxstep=900)[-1]", {"v": V}),
    (f"{INT}.odeint(lambda y, t: a - y, 1.0, np.array([0.0, 1.0]), (), rtol=1e-12, atol=1e-12)", ONE),
]
