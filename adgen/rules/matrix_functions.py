"""Functions of matrices and matrix equations of `scipy.linalg`, and the calls of both.

    expm                         its Frechet derivative is SciPy's `expm_frechet`
    logm, fractional powers      theirs is read off the function of a block triangular matrix (Higham 2008, theorem 3.6)
    sqrtm                        by a Sylvester equation: x x_dot + x_dot x = a_dot
    Sylvester, Lyapunov          linear in the right-hand side
    Riccati                      implicitly: a Lyapunov equation of the closed loop

A Frechet derivative is differentiated further as the upper right block of one of twice the size. A function of a real
matrix that comes out complex raises when running.
"""
from __future__ import annotations

from typing import Any

from adgen.errors import Refusal
from adgen.ir.core import Atom, Attrs, Op
from adgen.ir.types import ArrayT, Dims, Type, is_complex
from adgen.rules.infrastructure import as_dtype
from adgen.rules.linalg import Args, Dots, as_large, ht, require_real, square_dims, total
from adgen.rules.linalg_calls import lower_matrix_power
from adgen.rules.lowering import Result, is_python_number, static
from adgen.rules.products import contracted, ranked_dims, unspread
from adgen.rules.scipy_linalg import double_dtype, lapack_dtype, scipy_call, scipy_row, sp, square_type
from adgen.rules.shapes import FULL, array_of, get
from adgen.rules.table import E, Ops, Rule, Tangent, Transpose, Transposer, add_rule
from adgen.rules.typing import fitting

# Types

def double_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return ArrayT(double_dtype(args), square_dims(args, "this"))


def frechet_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return ArrayT(double_dtype(args), fitting(square_dims(args[:1], "this"), square_dims(args[1:2], "this")))


def pair_type(args: tuple[Atom, ...], attrs: Attrs) -> tuple[Type, ...]:
    return double_type(args[:1], attrs), frechet_type(args, attrs)


def sylvester_dims(args: tuple[Atom, ...]) -> Dims:
    a, b = square_dims(args[:1], "a Sylvester equation"), square_dims(args[1:2], "a Sylvester equation")
    (q,) = ranked_dims(args[2:], "a Sylvester equation")
    contracted(a[-1], q[-2], "a Sylvester equation")
    contracted(b[-1], q[-1], "a Sylvester equation")
    return (*(fitting(a[:-2], b[:-2], q[:-2]) or ()), a[-1], b[-1])


def sylvester_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return ArrayT(lapack_dtype(args), sylvester_dims(args))


def lyapunov_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    a, q = args
    return ArrayT(lapack_dtype(args), sylvester_dims((a, a, q)))


def discrete_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    a, q = args
    return ArrayT(double_dtype(args), sylvester_dims((a, a, q)))


def riccati_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    a, _, q, _ = args[:4]
    return ArrayT(double_dtype(args), sylvester_dims((a, a, q)))


# Frechet derivatives

def block(g: Ops, a: E, e: E | None, like: E) -> E:
    """[[a, e], [0, a]]; zeros for e where there is none. `like` is a primal value of the shape of a."""
    zeros = g.zeros(g.shape(like), a.dtype)
    top = g("concatenate", a, zeros if e is None else as_dtype(g, e, a.dtype), axis=a.rank - 1)
    return g("concatenate", top, g("concatenate", zeros, a, axis=a.rank - 1), axis=a.rank - 2)


def frechet(g: Any, name: str, a: E, e: E, *more: E) -> E:
    attrs = {"compute_expm": False} if name.endswith("expm_frechet") else {}
    return g(name, a, e, *more, **attrs)


def function_tangent(name: str) -> Tangent:
    """Of a matrix function, whose Frechet derivative is the op of that name."""

    def tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
        (y,), dot = ys, dots[0]
        made = None if dot is None else as_dtype(g, frechet(g, name, args[0], dot, *args[1:]), y.dtype)
        return total(g, made, power_change(g, args, y, dots))

    return tangent


def power_change(g: Ops, args: Args, y: E, dots: Dots) -> E | None:
    """The part by the exponent of a power: log(a) y t_dot."""
    if len(dots) < 2 or dots[1] is None:
        return None
    return (g("scipy.linalg.logm", args[0]) @ y) * g.broadcast(dots[1], g.shape(y))


def frechet_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    """Linear in e; by a, the upper right block of the derivative at [[a, e], [0, a]] along [[a_dot, e_dot], [0, a_dot]]."""
    a, e = args[:2]
    a_dot, e_dot = dots[:2]
    by_power = None
    if len(dots) > 2 and dots[2] is not None:
        change = g("logm_frechet", a, e) @ g("scipy.linalg.fractional_matrix_power", a, args[2])
        change = change + g("scipy.linalg.logm", a) @ ys[-1]
        by_power = change * g.broadcast(dots[2], g.shape(ys[-1]))
    if a_dot is None:
        return total(g, None if e_dot is None else frechet(g, op.name, a, e_dot, *args[2:]), by_power)
    large = frechet(g, op.name, block(g, a, e, a), block(g, a_dot, e_dot, a), *args[2:])
    n = g.dim(a, a.rank - 1)
    return total(g, get(g, large, *((FULL,) * (a.rank - 2)), slice(None, n), slice(n, None)), by_power)


def frechet_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    a, e = (g.wrap(x) for x in op.args[:2])
    made = frechet(g, op.name, ht(g, a), ct, *(g.wrap(x) for x in op.args[2:]))
    return (unspread(g, made, e.atom),)


def pair_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> Dots:
    name = "scipy.linalg.expm_frechet"
    made = frechet_tangent(g, Op(name, op.args, {}, ()), args, ys, dots)
    return None if dots[0] is None else frechet(g, name, args[0], dots[0]), made


def sqrtm_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    (y,), (dot,) = ys, dots
    return None if dot is None else as_dtype(g, g("scipy.linalg.solve_sylvester", y, y, dot), y.dtype)


# Matrix equations

def sylvester_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    a, b, _ = args
    (x,), (a_dot, b_dot, q_dot) = ys, dots
    q_dot = None if q_dot is None else as_large(g, q_dot, x)
    parts = (q_dot, None if a_dot is None else -(a_dot @ x), None if b_dot is None else -(x @ b_dot))
    change = total(g, *parts)
    return None if change is None else g(op.name, a, b, change)


def sylvester_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    a, b, q = (g.wrap(x) for x in op.args)
    return (unspread(g, g(op.name, ht(g, a), ht(g, b), ct), q.atom),)


def lyapunov_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    """a x + x a^H = q."""
    (a, _), (x,), (a_dot, q_dot) = args, ys, dots
    moved = None if a_dot is None else -(a_dot @ x + x @ ht(g, a_dot))
    change = total(g, None if q_dot is None else as_large(g, q_dot, x), moved)
    return None if change is None else g(op.name, a, change)


def discrete_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    """x - a x a^H = q."""
    (a, _), (x,), (a_dot, q_dot) = args, ys, dots
    moved = None if a_dot is None else a_dot @ x @ ht(g, a) + a @ x @ ht(g, a_dot)
    change = total(g, None if q_dot is None else as_large(g, q_dot, x), moved)
    return None if change is None else g(op.name, a, change, **op.attrs)


def lyapunov_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    a, q = (g.wrap(x) for x in op.args)
    return (unspread(g, g(op.name, ht(g, a), ct, **op.attrs), q.atom),)


def riccati_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    """With the gain k and the closed loop c = a - b k: the terms m + m^H + q_dot + k^H r_dot k, for
    m = x (a_dot - b_dot k), drive a Lyapunov equation of c (Kao and Hennequin 2020)."""
    a, b, _, r = args
    (x,), (a_dot, b_dot, q_dot, r_dot) = ys, dots
    discrete = "discrete" in op.name
    b_t = ht(g, b)
    weights = r + b_t @ x @ b if discrete else r
    gain = g("solve", weights, b_t @ x @ a if discrete else b_t @ x)
    loop_t = ht(g, a - b @ gain)
    moved = total(g, a_dot, None if b_dot is None else -(b_dot @ gain))
    change = q_dot
    if moved is not None:
        part = (loop_t @ x if discrete else x) @ moved
        change = total(g, change, part + ht(g, part))
    if r_dot is not None:
        change = total(g, change, ht(g, gain) @ r_dot @ gain)
    if change is None:
        return None
    change = as_dtype(g, change, x.dtype)
    if discrete:
        return g("scipy.linalg.solve_discrete_lyapunov", loop_t, change, method=None)
    return g("scipy.linalg.solve_continuous_lyapunov", loop_t, -change)


def frechet_row(name: str, call: str, transpose: Transpose = frechet_transpose) -> None:
    add_rule(Rule(name, frechet_type, tangent=frechet_tangent, transpose=transpose, call=call, needs_shape=(1,), conjugates=True))


# fmt: off
frechet_row("scipy.linalg.expm_frechet", "scipy.linalg.expm_frechet")
frechet_row("logm_frechet",              "scipy.linalg.logm")
frechet_row("power_frechet",             "scipy.linalg.fractional_matrix_power")
scipy_row("expm",                        square_type, function_tangent("scipy.linalg.expm_frechet"))
scipy_row("expm_frechet_pair",           pair_type,   pair_tangent, call="scipy.linalg.expm_frechet")
scipy_row("sqrtm",                       square_type, sqrtm_tangent)
scipy_row("logm",                        double_type, function_tangent("logm_frechet"))
scipy_row("fractional_matrix_power",     double_type, function_tangent("power_frechet"))
scipy_row("solve_sylvester",             sylvester_type, sylvester_tangent, transpose=sylvester_transpose,
          needs_shape=(2,), conjugates=True)
scipy_row("solve_continuous_lyapunov",   lyapunov_type,  lyapunov_tangent,  transpose=lyapunov_transpose,
          needs_shape=(1,), conjugates=True)
scipy_row("solve_discrete_lyapunov",     discrete_type,  discrete_tangent,  transpose=lyapunov_transpose,
          needs_shape=(1,), conjugates=True)
scipy_row("solve_continuous_are",        riccati_type, riccati_tangent)
scipy_row("solve_discrete_are",          riccati_type, riccati_tangent)
# fmt: on


# Calls

@scipy_call("expm", "A")
def lower_expm(g: Ops, A: Any) -> Result:
    return g("scipy.linalg.expm", array_of(g, A))


@scipy_call("expm_frechet", "A, E, method=None, compute_expm=True, check_finite=True")
def lower_expm_frechet(g: Ops, A: Any, E: Any, method: Any, compute_expm: Any) -> Result:
    if static(method, "method") not in (None, "SPS"):
        raise Refusal("scipy.linalg.expm_frechet is supported with method='SPS'", "leave out method")
    a, e = array_of(g, A), array_of(g, E)
    if not static(compute_expm, "compute_expm"):
        return frechet(g, "scipy.linalg.expm_frechet", a, e)
    return g.many("scipy.linalg.expm_frechet_pair", a, e)


def real_where_real(g: Ops, name: str, x: E, *more: E) -> E:
    y = g(f"scipy.linalg.{name}", x, *more)
    if not is_complex(x.type):
        require_real(g, y, f"scipy.linalg.{name}")
    return y


@scipy_call("sqrtm", "A")
def lower_sqrtm(g: Ops, A: Any) -> Result:
    return real_where_real(g, "sqrtm", array_of(g, A))


@scipy_call("logm", "A")
def lower_logm(g: Ops, A: Any) -> Result:
    return real_where_real(g, "logm", array_of(g, A))


@scipy_call("fractional_matrix_power", "A, t")
def lower_fractional_matrix_power(g: Ops, A: Any, t: Any) -> Result:
    power = array_of(g, t)
    known = getattr(power.atom, "value", None)
    if isinstance(known, (int, float)) and known == int(known):
        return lower_matrix_power(g, A, int(known))
    if not is_python_number(power) and power.rank:
        raise Refusal("scipy.linalg.fractional_matrix_power takes one exponent", "loop over the exponents")
    return real_where_real(g, "fractional_matrix_power", array_of(g, A), power)


@scipy_call("solve_sylvester", "a, b, q")
def lower_solve_sylvester(g: Ops, a: Any, b: Any, q: Any) -> Result:
    return g("scipy.linalg.solve_sylvester", *(array_of(g, x) for x in (a, b, q)))


@scipy_call("solve_continuous_lyapunov", "a, q")
def lower_solve_continuous_lyapunov(g: Ops, a: Any, q: Any) -> Result:
    return g("scipy.linalg.solve_continuous_lyapunov", array_of(g, a), array_of(g, q))


if sp.solve_lyapunov is not sp.solve_continuous_lyapunov:
    scipy_call("solve_lyapunov", "a, q")(lower_solve_continuous_lyapunov)


@scipy_call("solve_discrete_lyapunov", "a, q, method=None")
def lower_solve_discrete_lyapunov(g: Ops, a: Any, q: Any, method: Any) -> Result:
    return g("scipy.linalg.solve_discrete_lyapunov", array_of(g, a), array_of(g, q), method=static(method, "method"))


def enter_riccati(name: str) -> None:
    @scipy_call(name, "a, b, q, r, e=None, s=None, balanced=True")
    def lower(g: Ops, a: Any, b: Any, q: Any, r: Any, e: Any, s: Any, balanced: Any) -> Result:
        if e is not None or s is not None:
            raise Refusal(f"scipy.linalg.{name} with e= or s= is not supported",
                          "bring the equation to its standard form: for s, a - b r^-1 s^T and q - s r^-1 s^T")
        attrs = {} if static(balanced, "balanced") else {"balanced": False}
        return g(f"scipy.linalg.{name}", *(array_of(g, x) for x in (a, b, q, r)), **attrs)

    _ = lower


enter_riccati("solve_continuous_are")
enter_riccati("solve_discrete_are")
