"""The functions of Python's `math`, on one number: ops `math.sin` and so on, with Python's
results."""
from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, cast

from adgen.errors import Refusal
from adgen.ir.core import Atom, Attrs, Op
from adgen.ir.types import ScalarT, Type, dims_of
from adgen.rules.elementwise import (
    OfOne,
    OfTwo,
    minus,
    nonzero,
    of_one,
    of_two,
    over,
    plus,
    scaled,
    strongly_over,
)
from adgen.rules.lowering import Result, as_array, lowers, static
from adgen.rules.table import RULES, E, Ops, Rule, add_rule
from adgen.rules.typing import keys_of

Args = tuple[E, ...]
Dots = tuple[E | None, ...]


def kind_type(kind: str) -> Callable[[tuple[Atom, ...], Attrs], Type]:
    """A Python number of this kind; the operands must be numbers, not arrays."""
    def rule(args: tuple[Atom, ...], attrs: Attrs) -> Type:
        keys_of(args, "a function of math")
        if any(dims_of(a.type) for a in args):
            raise Refusal("a function of math takes one number, not an array",
                          "write the function of np")
        return ScalarT(kind)

    return rule


def row(name: str, kind: str = "float", **form: Any) -> None:
    call = f"math.{name}"
    add_rule(Rule(call, kind_type(kind), elementwise=True, call=call, **form))


def unary(name: str, partial: OfOne) -> None:
    row(name, partials=(of_one(partial),))


def quotient(name: str, denominator: OfOne) -> None:
    row(name, tangent=over(denominator))


def strong(name: str, denominator: OfOne) -> None:
    row(name, tangent=strongly_over(denominator))


def binary(name: str, first: OfTwo, second: OfTwo | None) -> None:
    row(name, partials=(of_two(first), of_two(second)))


def passive(kind: str, *names: str) -> None:
    for name in names:
        row(name, kind, zero=True)


def tangent_atan2(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    y, x = args
    radius = nonzero(g, g("math.hypot", x, y))
    change = minus(scaled(dots[0], x / radius), scaled(dots[1], y / radius))
    return None if change is None else change / radius


def tangent_hypot(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    total: E | None = None
    for x, dot in zip(args, dots, strict=True):
        total = plus(total, scaled(dot, x))
    return None if total is None else total / nonzero(g, ys[0])


def tangent_ldexp(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    return None if dots[0] is None else g("ldexp", dots[0], args[1])


TWO_BY_ROOT_PI = 2.0 / math.sqrt(math.pi)

# fmt: off
unary("exp",      lambda g, x, y: y)
unary("exp2",     lambda g, x, y: y * math.log(2.0))
unary("expm1",    lambda g, x, y: g("math.exp", x))
quotient("log",   lambda g, x, y: x)
quotient("log2",  lambda g, x, y: x * math.log(2.0))
quotient("log10", lambda g, x, y: x * math.log(10.0))
quotient("log1p", lambda g, x, y: 1.0 + x)
strong("sqrt",    lambda g, x, y: 2.0 * y)
strong("cbrt",    lambda g, x, y: 3.0 * (y * y))
unary("sin",      lambda g, x, y: g("math.cos", x))
unary("cos",      lambda g, x, y: -g("math.sin", x))
unary("tan",      lambda g, x, y: 1.0 + y * y)
quotient("asin",  lambda g, x, y: g("math.sqrt", (1.0 - x) * (1.0 + x)))
quotient("acos",  lambda g, x, y: -g("math.sqrt", (1.0 - x) * (1.0 + x)))
quotient("atan",  lambda g, x, y: 1.0 + x * x)
unary("sinh",     lambda g, x, y: g("math.cosh", x))
unary("cosh",     lambda g, x, y: g("math.sinh", x))
unary("tanh",     lambda g, x, y: 1.0 - y * y)
quotient("asinh", lambda g, x, y: g("math.hypot", 1.0, x))
quotient("acosh", lambda g, x, y: g("math.sqrt", x - 1.0) * g("math.sqrt", x + 1.0))
quotient("atanh", lambda g, x, y: (1.0 - x) * (1.0 + x))
unary("radians",  lambda g, x, y: math.pi / 180.0)
unary("degrees",  lambda g, x, y: 180.0 / math.pi)
unary("fabs",     lambda g, x, y: g("sign", x))
unary("erf",      lambda g, x, y: g("math.exp", -(x * x)) * TWO_BY_ROOT_PI)
unary("erfc",     lambda g, x, y: g("math.exp", -(x * x)) * -TWO_BY_ROOT_PI)

binary("fmod",      lambda g, a, b, y: 1.0, lambda g, a, b, y: -g("math.trunc", a / b))
binary("remainder", lambda g, a, b, y: 1.0, lambda g, a, b, y: (y - a) / b)
binary("copysign",  lambda g, a, b, y: g("sign", a) * g("math.copysign", 1.0, b), None)

row("atan2", tangent=tangent_atan2)
row("hypot", tangent=tangent_hypot)
row("ldexp", tangent=tangent_ldexp)

passive("bool", "isnan", "isinf", "isfinite", "isclose")
passive("int", "floor", "ceil", "trunc", "gcd", "lcm", "comb", "perm", "factorial", "isqrt")
# fmt: on


def enter_calls() -> None:
    """Register each function of `math` that has a row and takes its operands one by one."""
    # fmt: off
    signatures = {"atan2": "y, x, /", "fmod": "x, y, /", "remainder": "x, y, /",
                  "copysign": "x, y, /", "ldexp": "x, i, /", "comb": "n, k, /",
                  "hypot": "*coordinates", "gcd": "*integers", "lcm": "*integers"}
    # fmt: on
    special = {"log", "isclose", "perm"}
    for name in [r.removeprefix("math.") for r in RULES if r.startswith("math.")]:
        if hasattr(math, name) and name not in special:
            enter_call(name, signatures.get(name, "x, /"))


def enter_call(name: str, signature: str) -> None:
    @lowers(getattr(math, name), signature, name=f"math.{name}")
    def lower(g: Ops, *operands: Any) -> Result:
        values: Any = operands[0] if signature.startswith("*") else operands
        return g(f"math.{name}", *(as_array(g, x) for x in values))


enter_calls()


@lowers(math.log, "x, base=None, /", name="math.log")
def lower_log(g: Ops, x: Any, base: Any) -> Result:
    natural = g("math.log", as_array(g, x))
    return natural if base is None else natural / g("math.log", as_array(g, base))


@lowers(math.perm, "n, k, /", name="math.perm")
def lower_perm(g: Ops, n: Any, k: Any) -> Result:
    return g("math.perm", as_array(g, n), as_array(g, k))


@lowers(math.isclose, "a, b, *, rel_tol=1e-09, abs_tol=0.0", name="math.isclose")
def lower_isclose(g: Ops, a: Any, b: Any, rel_tol: Any, abs_tol: Any) -> Result:
    attrs = {"rel_tol": static(rel_tol, "rel_tol"), "abs_tol": static(abs_tol, "abs_tol")}
    return g("math.isclose", as_array(g, a), as_array(g, b), **attrs)


@lowers(math.pow, "x, y, /", name="math.pow")
def lower_pow(g: Ops, x: Any, y: Any) -> Result:
    base, exponent = (g("to_python", as_array(g, v), kind="float") for v in (x, y))
    return g("pow", base, exponent)


@lowers(math.modf, "x, /", name="math.modf")
def lower_modf(g: Ops, x: Any) -> Result:
    number = g("to_python", as_array(g, x), kind="float")
    whole = g("to_python", g("trunc", number), kind="float")
    return number - whole, whole


@lowers(math.prod, "iterable, /, *, start=1", name="math.prod")
def lower_prod(g: Ops, iterable: Any, start: Any) -> Result:
    if not isinstance(iterable, (tuple, list)):
        raise Refusal("math.prod of a list made at run time is not supported",
                      "write np.prod, or a loop")
    total: Any = start
    for item in cast("tuple[Any, ...]", iterable):
        total = g("mul", total, as_array(g, item))
    return total


@lowers(math.dist, "p, q, /", name="math.dist")
def lower_dist(g: Ops, p: Any, q: Any) -> Result:
    if not (isinstance(p, (tuple, list)) and isinstance(q, (tuple, list))):
        raise Refusal("math.dist of arrays is not supported", "write np.linalg.norm(p - q)")
    ps, qs = cast("tuple[Any, ...]", p), cast("tuple[Any, ...]", q)
    return g("math.hypot", *(as_array(g, a) - as_array(g, b) for a, b in zip(ps, qs, strict=True)))
