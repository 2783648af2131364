"""Initial value problems: `scipy.integrate.solve_ivp` by explicit Runge-Kutta methods with step control.

The integrator is written here in the Python that the frontend reads, by the published formulas, so that its steps are
those of SciPy to rounding: E. Hairer, S. P. Norsett, G. Wanner, Solving Ordinary Differential Equations I, section
II.4 (step control, starting step); J. R. Dormand, P. J. Prince, J. Comput. Appl. Math. 6, 1980 (RK45) with the
interpolant of L. F. Shampine, Math. Comp. 46, 1986; P. Bogacki, L. F. Shampine, Appl. Math. Lett. 2, 1989 (RK23).

The derivative is that of the discrete solution, through the step sizes too: what is computed is differentiated, and
agrees with differences of it, whatever the tolerances. Where the step becomes too small, RuntimeError is raised.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from adgen.library import reads, refuse, trajectory
from adgen.library.optimize import as_tuple, vector_of

integrate: Any = importlib.import_module("scipy.integrate")
EPSILON = np.finfo(float).eps

# The rows of each tableau behind the first, one after the other; the last row gives the step. C: the nodes of those
# rows; E: the weights of the error; P: those of the interpolant, by powers of the place in the step.
# fmt: off
A45 = np.array([
    1/5, 3/40, 9/40, 44/45, -56/15, 32/9, 19372/6561, -25360/2187, 64448/6561, -212/729,
    9017/3168, -355/33, 46732/5247, 49/176, -5103/18656, 35/384, 0, 500/1113, 125/192, -2187/6784, 11/84,
])
C45 = np.array([0, 1/5, 3/10, 4/5, 8/9, 1, 1])
E45 = np.array([-71/57600, 0, 71/16695, -71/1920, 17253/339200, -22/525, 1/40])
P45 = np.array([
    [1, -8048581381/2820520608, 8663915743/2820520608, -12715105075/11282082432],
    [0, 0, 0, 0],
    [0, 131558114200/32700410799, -68118460800/10900136933, 87487479700/32700410799],
    [0, -1754552775/470086768, 14199869525/1410260304, -10690763975/1880347072],
    [0, 127303824393/49829197408, -318862633887/49829197408, 701980252875/199316789632],
    [0, -282668133/205662961, 2019193451/616988883, -1453857185/822651844],
    [0, 40617522/29380423, -110615467/29380423, 69997945/29380423],
])
A23 = np.array([1/2, 0, 3/4, 2/9, 1/3, 4/9])
C23 = np.array([0, 1/2, 3/4, 1])
E23 = np.array([5/72, -1/12, -1/9, 1/8])
P23 = np.array([[1, -4/3, 5/9], [0, 1, -2/3], [0, 4/3, -8/9], [0, -1, 1]])
# fmt: on
METHODS = ("RK45", "RK23")


class Solution:
    """What scipy.integrate.solve_ivp returns."""

    def __init__(self, t: Any, y: Any) -> None:
        self.t = t
        self.y = y
        self.success = True
        self.status = 0


def root_mean_square(v: Any) -> Any:
    return np.linalg.norm(v) / v.size**0.5


def at_most(size: Any, limit: Any) -> Any:
    return size if limit is None else min(size, limit)


def starting_step(
    f: Any, t0: Any, y0: Any, f0: Any, span: Any, direction: Any, order: int, rtol: Any, atol: Any, max_step: Any
) -> Any:
    """Hairer, Norsett, Wanner, II.4: the step for which an explicit Euler step and the second derivative are small."""
    scale = atol + np.abs(y0) * rtol
    d0, d1 = root_mean_square(y0 / scale), root_mean_square(f0 / scale)
    h0 = 1e-6 if d0 < 1e-5 or d1 < 1e-5 else 0.01 * d0 / d1
    h0 = min(h0, span)
    d2 = root_mean_square((f(t0 + h0 * direction, y0 + h0 * direction * f0) - f0) / scale) / h0
    if d1 <= 1e-15 and d2 <= 1e-15:
        h1 = max(1e-6, h0 * 1e-3)
    else:
        h1 = (0.01 / max(d1, d2)) ** (1 / (order + 1))
    return at_most(min(100 * h0, h1, span), max_step)


def runge_kutta(
    f: Any, t0: Any, end: Any, y0: Any, method: str, rtol: Any, atol: Any, max_step: Any, first_step: Any, t_eval: Any
) -> Any:
    if method == "RK45":
        a, c, error_weights, powers, order = A45, C45, E45, P45, 4
    else:
        a, c, error_weights, powers, order = A23, C23, E23, P23, 2
    stages = len(c) - 1
    direction = np.sign(end - t0)
    f0 = f(t0, y0)
    if first_step is None:
        size = starting_step(f, t0, y0, f0, np.abs(end - t0), direction, order, rtol, atol, max_step)
    else:
        size = first_step
    t, y, slope = t0 * 1.0, y0.copy(), f0.copy()
    times: Any = [t]
    values: Any = [y0]
    wanted: Any = None if t_eval is None else np.zeros((len(y0), len(t_eval)))
    done: Any = 0
    while direction * (t - end) < 0:
        smallest = 10 * np.spacing(np.abs(t))
        size = max(at_most(size, max_step), smallest)
        slopes = np.zeros((stages + 1, len(y0)))
        new, here, step, rejected, error = np.zeros_like(y), t, size, False, 2.0
        while not error < 1.0:
            if size < smallest:
                raise RuntimeError("the step size needed is smaller than the spacing between numbers")
            here = t + size * direction
            if direction * (here - end) > 0:
                here = end
            step = here - t
            slopes = np.zeros((stages + 1, len(y0)))
            slopes[0] = slope
            for s in range(1, stages + 1):
                row = a[s * (s - 1) // 2 : s * (s + 1) // 2]
                new = y + np.dot(slopes[:s].T, row) * step
                slopes[s] = f(t + c[s] * step, new)
            scale = atol + np.maximum(np.abs(y), np.abs(new)) * rtol
            error = root_mean_square(np.dot(slopes.T, error_weights) * step / scale)
            largest = 1.0 if rejected else 10.0
            size = np.abs(step) * min(largest, max(0.2, 0.9 * max(error, 1e-10) ** (-1 / (order + 1))))
            rejected = True
        if t_eval is not None:
            inside: Any = np.searchsorted(direction * t_eval, direction * here, side="right")
            place = (t_eval[done:inside] - t) / step
            steps = np.cumprod(np.broadcast_to(place, (powers.shape[1], inside - done)), axis=0)
            wanted[:, done:inside] = step * np.dot(np.dot(slopes.T, powers), steps) + y[:, None]
            done = inside
        else:
            times.append(here)
            values.append(new)
        t, y, slope = here, new.copy(), slopes[stages].copy()
    if t_eval is not None:
        return t_eval, wanted
    return np.array(times), np.array(values).T


@reads(integrate.solve_ivp, "scipy.integrate.solve_ivp", exact=False)
def solve_ivp(
    fun: Any, t_span: Any, y0: Any, method: Any = "RK45", t_eval: Any = None, args: Any = None, rtol: Any = 1e-3,
    atol: Any = 1e-6, max_step: Any = None, first_step: Any = None, dense_output: Any = False,
    vectorized: Any = False,
) -> Any:
    if dense_output or vectorized:
        refuse("scipy.integrate.solve_ivp with dense_output= or vectorized= is not supported", "give t_eval=")
    if not isinstance(method, str) or method not in METHODS:
        refuse(
            f"scipy.integrate.solve_ivp with method={method!r} is not supported",
            "use method='RK45' or 'RK23'; for stiff problems scipy.integrate.odeint",
        )
    if np.ndim(y0) != 1:
        refuse("scipy.integrate.solve_ivp takes a vector y0", "pass y0.ravel()")
    given = () if args is None else as_tuple(args)

    def f(t: Any, y: Any) -> Any:
        return np.asarray(fun(t, y, *given), dtype=np.float64)

    start, least = np.asarray(y0, dtype=np.float64), max(rtol, 100 * EPSILON)
    points = None if t_eval is None else np.asarray(t_eval, dtype=np.float64)
    t0, end = np.float64(t_span[0]), np.float64(t_span[1])
    return Solution(*runge_kutta(f, t0, end, start, method, least, atol, max_step, first_step, points))


@reads(integrate.odeint, "scipy.integrate.odeint")
def odeint(
    func: Any, y0: Any, t: Any, args: Any = (), rtol: Any = None, atol: Any = None, h0: Any = 0.0, hmax: Any = 0.0,
    hmin: Any = 0.0, mxstep: Any = 0, mxordn: Any = 12, mxords: Any = 5, tfirst: Any = False,
) -> Any:
    """LSODA, whose steps and orders are its own: what is differentiated is the solution, by the variational equation,
    to the tolerances that are given."""
    path = "scipy.integrate.odeint"
    given = as_tuple(args)

    def slope(y: Any, time: Any) -> Any:
        return np.atleast_1d(np.asarray(func(time, y, *given) if tfirst else func(y, time, *given)))

    options = {
        "rtol": rtol, "atol": atol, "h0": h0, "hmax": hmax, "hmin": hmin, "mxstep": mxstep, "mxordn": mxordn,
        "mxords": mxords,
    }
    return trajectory(path, slope, vector_of(path, y0), np.asarray(t, dtype=np.float64), options, name=func)
