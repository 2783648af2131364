"""Forms of rows for functions of `scipy.special`: ops `special.erf` and so on.

A row is entered where this SciPy has the function; without SciPy there are none. An argument by which a function has
no derivative in closed form (the order of a Bessel function, the shape of an incomplete gamma function) is refused by
name when something active is given for it. Formulas are those of the DLMF (Digital Library of Mathematical Functions,
https://dlmf.nist.gov), cited by section.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from adgen.errors import Refusal
from adgen.ir.builder import const
from adgen.ir.core import Atom, Attrs, Const, Op
from adgen.ir.types import ArrayT, ScalarT, Type
from adgen.rules.elementwise import OfOne, OfTwo, of_one, of_two, over, strongly_over
from adgen.rules.lowering import Result, as_array, is_python_number, lowers
from adgen.rules.table import RULES, E, Ops, Partial, Rule, TypeRule, add_rule
from adgen.rules.typing import dims_together, keys_of, ufunc_type, ufunc_types

try:
    special: Any = importlib.import_module("scipy.special")
except ImportError:
    special = None

HOLOMORPHIC = frozenset(
    "erf erfc erfcx erfi wofz ndtr log_ndtr exp1 expi expm1 log1p xlogy xlog1py spence wrightomega "
    "fresnel sici shichi gamma rgamma loggamma airy jv yv iv kv hankel1 hankel1e hankel2 hankel2e kelvin modfresnelp "
    "modfresnelm hyp0f1 hyp1f1 hyp2f1 eval_chebyt eval_chebyu eval_chebyc eval_chebys eval_sh_chebyt eval_sh_chebyu "
    "eval_legendre eval_sh_legendre eval_laguerre eval_genlaguerre eval_gegenbauer eval_jacobi eval_sh_jacobi".split()
)
"""Functions whose rows hold for complex numbers too."""

Args = tuple[E, ...]
Dots = tuple[E | None, ...]
Slopes = Callable[[Ops, Args, Args], tuple["E | float", ...]]
"""Of a function with several results: the derivative of each, from the operands and the results."""


def row(name: str, **form: Any) -> None:
    """A ufunc with one result."""
    if hasattr(special, name):
        rule = ufunc_type(getattr(special, name))
        real = name not in HOLOMORPHIC and not form.get("zero", False)
        add_rule(Rule(f"special.{name}", rule, elementwise=True, call=f"scipy.special.{name}", real=real, **form))


def unary(name: str, partial: OfOne) -> None:
    row(name, partials=(of_one(partial),))


def quotient(name: str, denominator: OfOne) -> None:
    """y' = 1 / denominator."""
    row(name, tangent=over(denominator))


def strong(name: str, denominator: OfOne) -> None:
    """y' = 1 / denominator, infinite where that is 0, times a strong zero."""
    row(name, tangent=strongly_over(denominator))


def binary(name: str, first: OfTwo, second: OfTwo) -> None:
    row(name, partials=(of_two(first), of_two(second)))


def mixed(name: str, *partials: Partial | None) -> None:
    """A function of several operands; None: no derivative by this one."""
    row(name, partials=with_missing(name, partials))


def of_last(name: str, number: int, partial: Partial) -> None:
    """A function of `number` operands that has a derivative by the last only."""
    mixed(name, *[None] * (number - 1), partial)


def with_missing(name: str, partials: tuple[Partial | None, ...]) -> tuple[Partial, ...]:
    return tuple(missing(name, k) if p is None else p for k, p in enumerate(partials))


def missing(name: str, position: int) -> Partial:
    def partial(g: Ops, args: Args, y: E) -> E | float:
        raise no_derivative(name, position)

    return partial


def no_derivative(name: str, position: int) -> Refusal:
    return Refusal(
        f"scipy.special.{name} has no derivative by argument {position + 1}",
        "differentiate with respect to the others only: this one's is no function that SciPy has",
    )


def passive(*names: str) -> None:
    """Functions whose derivative is zero wherever it exists."""
    for name in names:
        row(name, zero=True)


# Several results

def several(name: str, slopes: Slopes) -> None:
    """A ufunc with several results, and their derivatives by the last operand."""
    if hasattr(special, name):
        rule = ufunc_types(getattr(special, name))
        add_rule(Rule(f"special.{name}", rule, tangent=along_last(name, slopes), call=f"scipy.special.{name}",
                      real=name not in HOLOMORPHIC))


def along_last(name: str, slopes: Slopes) -> Any:
    def tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> Dots:
        for position, dot in enumerate(dots[:-1]):
            if dot is not None:
                raise no_derivative(name, position)
        if dots[-1] is None:
            return (None,) * len(ys)
        x_dot = fitted(g, dots[-1], ys[0])
        return tuple(x_dot * slope for slope in slopes(g, args, ys))

    return tangent


def fitted(g: Ops, dot: E, y: E) -> E:
    """A tangent in the shape and dtype of a result: a linear operand is never broadcast silently."""
    if dot.dtype != y.dtype:
        dot = g("convert", dot, dtype=y.dtype)
    return dot if dot.dims == y.dims else g.broadcast(dot, g.shape(y))


# Functions that SciPy writes in Python

def probed_type(function: Callable[..., Any]) -> TypeRule:
    """The dtype that a function gives at a point, with the operands' broadcast for dims."""

    def rule(args: tuple[Atom, ...], attrs: Attrs) -> Type:
        keys = keys_of(args, "this function")
        return ArrayT(dtype_at(function, keys, tuple(attrs.items())), dims_together(args))

    return rule


@cache
def dtype_at(function: Callable[..., Any], keys: tuple[str, ...], attrs: tuple[tuple[str, Any], ...]) -> str:
    python: dict[str, Any] = {"py:int": 2, "py:bool": True, "py:float": 1e3}
    point = [python[k] if k in python else np.full(1, 1e3 if np.dtype(k).kind in "fc" else 1, k) for k in keys]
    with np.errstate(all="ignore"):
        try:
            return str(np.asarray(function(*point, **dict(attrs))).dtype)
        except (TypeError, ValueError) as error:
            raise Refusal(f"{function.__name__} fails: {error}", "call it as its documentation says") from None


def function_row(name: str, *partials: Partial | None) -> None:
    """A function that is no ufunc, elementwise on its operands."""
    if hasattr(special, name):
        rule = probed_type(getattr(special, name))
        add_rule(Rule(f"special.{name}", rule, elementwise=True, call=f"scipy.special.{name}",
                      partials=with_missing(name, partials)))


# Calls

def enter_ufuncs() -> None:
    """Calls of every ufunc that has a row."""
    entered: set[int] = set()
    for name in [r.removeprefix("special.") for r in RULES if r.startswith("special.")]:
        function = getattr(special, name, None)
        if isinstance(function, np.ufunc) and id(function) not in entered:
            entered.add(id(function))
            enter_call(name, function)


def enter_call(name: str, function: np.ufunc) -> None:
    signature = ", ".join(f"x{k}" for k in range(1, function.nin + 1)) + ", /"

    @lowers(function, signature, name=f"scipy.special.{name}")
    def lower(g: Ops, *operands: Any) -> Result:
        args = tuple(as_array(g, x) for x in operands)
        return g(f"special.{name}", *args) if function.nout == 1 else g.many(f"special.{name}", *args)


# Pieces of formulas

def shifted(x: E, by: float) -> E:
    """x + by, at once where x is known."""
    if isinstance(x.atom, Const) and is_known(x):
        return x.ops.wrap(const(x.atom.value + by))
    return x + by if by > 0 else x - (-by)


def is_known(x: E) -> bool:
    """Whether x is a Python number that is known when compiling."""
    return isinstance(x.atom, Const) and isinstance(x.type, ScalarT)


def known_zero(x: E) -> bool:
    return isinstance(x.atom, Const) and is_known(x) and x.atom.value == 0


def horner(square: E, *coefficients: float) -> E:
    """A polynomial with these coefficients, the lowest first."""
    value = coefficients[-2] + coefficients[-1] * square
    for coefficient in coefficients[-3::-1]:
        value = coefficient + value * square
    return value


def ratio(g: Ops, x: E, y: E) -> E:
    """x / y, 0 where x is 0."""
    return g("safe_div", x, g("convert", y, dtype=y.dtype) if is_python_number(y) else y)


def inverse_of(slope: Callable[[Ops, Args], E], position: int) -> Partial:
    """The derivative 1 / slope of a function that solves another for its argument at a position: the others stand as
    they are, and the result stands there."""
    return lambda g, args, y: 1.0 / slope(g, (*args[:position], y, *args[position + 1:]))


