"""Python's builtins on numbers: `abs`, `min`, `max`, `sum`, `float`, `int`, `bool`, `round`, `pow`,
`divmod`, and the functions of `operator`.

`sum` adds in Python's order, starting from Python's 0, so that results are equal bit for bit.
"""
from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, cast

from adgen.errors import Refusal
from adgen.ir.builder import const
from adgen.ir.core import Arg, Atom, Attrs, Const, IntItem, Op, Value
from adgen.ir.types import ArrayT, ListT, ScalarT, Type, dims_of, dtype_of, is_complex, is_number
from adgen.rules.arithmetic import WIDTH
from adgen.rules.lowering import Result, as_array, describe, lowers
from adgen.rules.table import E, Ops, Rule, Transposer, add_rule, infer
from adgen.rules.typing import keys_of, promoted


def scalar_pair(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    """One of two numbers."""
    keys_of(args, "min() or max()")
    if any(dims_of(a.type) != () for a in args):
        raise Refusal("min() and max() take numbers, got an array",
                      "write np.min(x), np.max(x) or np.maximum(a, b)")
    kinds = [a.type.kind for a in args if isinstance(a.type, ScalarT)]
    if len(kinds) < len(args):
        return promoted(args, attrs)
    return ScalarT(max(kinds, key=WIDTH.index))


def rounded(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    """An int without digits; with digits the type of the operand."""
    keys_of(args, "round()")
    if dims_of(args[0].type):
        raise Refusal("round() takes a number, got an array", "write np.round(x)")
    return ScalarT("int") if len(args) == 1 else args[0].type


def exceeds(g: Ops, a: E, b: E) -> E:
    """1 where a > b, 1/2 where a == b."""
    return 0.5 * (a > b) + 0.5 * (a >= b)


def first_exceeds(g: Ops, args: tuple[E, ...], y: E) -> E:
    return exceeds(g, args[0], args[1])


def second_exceeds(g: Ops, args: tuple[E, ...], y: E) -> E:
    return exceeds(g, args[1], args[0])


# fmt: off
add_rule(Rule("pymax", scalar_pair, elementwise=True, call="max",
              partials=(first_exceeds, second_exceeds)))
add_rule(Rule("pymin", scalar_pair, elementwise=True, call="min",
              partials=(second_exceeds, first_exceeds)))
add_rule(Rule("pyround", rounded, zero=True, elementwise=True, call="round"))
# fmt: on


@lowers(abs, "x, /", name="abs")
def lower_abs(g: Ops, x: Any) -> Result:
    return g("abs", number(x, "abs()"))


def number(value: Any, what: str) -> E:
    if isinstance(value, E) and is_number(value.type):
        return value
    raise Refusal(f"{what} takes a number or an array, got {describe(value)}", "give numbers or arrays")


def enter_extremum(function: Any, op: str) -> None:
    name: str = function.__name__

    @lowers(function, "*args", name=name)
    def lower(g: Ops, args: tuple[Any, ...]) -> Result:
        values: Any = args[0] if len(args) == 1 else args
        if isinstance(values, E) and isinstance(values.type, ListT):
            values = g("stack_list", values, axis=0)
        if isinstance(values, E) and values.dims is not None and len(values.dims) == 1:
            return g("getitem", values, g(f"arg{name}", values, axis=0, keepdims=False), index=(IntItem(Arg(0)),))
        if not isinstance(values, (tuple, list)):
            raise Refusal(f"{name}() of an array or of a list made at run time is not supported",
                          f"write np.{name}(x)")
        if len(cast("tuple[Any, ...]", values)) == 0:
            raise Refusal(f"{name}() of nothing", "give it numbers")
        first, *others = cast("tuple[Any, ...]", values)
        best = number(first, f"{name}()")
        for value in others:
            best = g(op, best, number(value, f"{name}()"))
        return best


enter_extremum(max, "pymax")
enter_extremum(min, "pymin")


@lowers(sum, "iterable, /, start=0", name="sum")
def lower_sum(g: Ops, iterable: Any, start: Any) -> Result:
    total = g.wrap(const(start)) if isinstance(start, (int, float)) else number(start, "sum()")
    if isinstance(iterable, (tuple, list)):
        for item in cast("tuple[Any, ...]", iterable):
            total = total + number(item, "sum()")
        return total
    if not isinstance(iterable, E):
        raise Refusal(f"sum() takes numbers or arrays, got {describe(iterable)}", "give numbers or arrays")
    return sum_at_run_time(g, iterable, total)


def sum_at_run_time(g: Ops, xs: E, start: E) -> E:
    """The sum of a list or of an array's first axis, as a loop."""
    element = element_type(xs)
    init = first_total(g, xs, start, element)
    carried, item = Value(init.type), Value(element)
    inner = Ops(g.builder.nested())
    added = inner("add", carried, item)
    body = inner.builder.block((carried, item), (added.atom,))
    kind = "list" if isinstance(xs.type, ListT) else "array"
    attrs = {"carry": 1, "xs": (kind,), "stack": 0, "reverse": False, "breaks": False}
    (result,) = g.builder.region("for", (init.atom, xs.atom), attrs, (body,), (init.type,))
    return g.wrap(result)


def element_type(xs: E) -> Type:
    match xs.type:
        case ListT(element) if is_number(element):
            return element
        case ArrayT(dtype, dims) if dims:
            return ArrayT(dtype, dims[1:])
        case other:
            raise Refusal(f"sum() of a value of type {other} is not supported", "write np.sum(x)")


def first_total(g: Ops, xs: E, start: E, element: Type) -> E:
    """The start in the type and shape that the sum has from the first addition on."""
    (after,) = infer("add", (start.atom, Value(element)), {})
    if isinstance(after, ScalarT) or dims_of(after) == ():
        return in_type(g, start, after)
    if not isinstance(start.atom, Const) or start.atom.value != 0 or isinstance(xs.type, ListT):
        raise Refusal("sum() of arrays that are not known one by one is not supported",
                      "write np.sum(x, axis=0)")
    assert isinstance(after, ArrayT)
    return g.zeros(tuple(g.dim(xs, axis) for axis in range(1, xs.rank)), after.dtype)


def in_type(g: Ops, x: E, t: Type) -> E:
    """x as a number of type t."""
    if x.type == t:
        return x
    if isinstance(t, ScalarT):
        return g("to_python", x, kind=t.kind)
    return g("convert", x, dtype=dtype_of(t))


def enter_cast(cast_type: Callable[..., Any]) -> None:
    kind: str = cast_type.__name__

    @lowers(cast_type, "x=0, /", name=kind)
    def lower(g: Ops, x: Any) -> Result:
        if not isinstance(x, E):
            try:
                return cast_type(x)
            except (TypeError, ValueError) as error:
                raise Refusal(f"{kind}() fails: {error}", "give it a number") from None
        if isinstance(x.atom, Const):
            return cast_type(x.atom.value)
        return x if x.type == ScalarT(kind) else g("to_python", number(x, f"{kind}()"), kind=kind)


for _cast in (float, int, bool):
    enter_cast(_cast)


def complex_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    keys_of(args, "complex()")
    if any(dims_of(a.type) != () for a in args):
        raise Refusal("complex() takes numbers, got an array", "write x + 1j * y")
    return ScalarT("complex")


def transpose_complex(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> tuple[E | None, ...]:
    """Of x + 1j y."""
    return tuple(ct if k == 0 else _along_imaginary(g, ct, op.args[1]) for k in linear)


def _along_imaginary(g: Transposer, ct: E, operand: Atom) -> E:
    return ct * -1j if is_complex(operand.type) else g("imag", ct)


add_rule(Rule("complex", complex_type, linear=(), transpose=transpose_complex, call="complex", elementwise=True))


@lowers(complex, "real=0, imag=0", name="complex")
def lower_complex(g: Ops, real: Any, imag: Any) -> Result:
    parts = [g.wrap(const(v)) if isinstance(v, (int, float, complex)) else number(v, "complex()") for v in (real, imag)]
    return g("complex", *parts)


@lowers(round, "number, ndigits=None", name="round")
def lower_round(g: Ops, number: Any, ndigits: Any) -> Result:
    x = as_array(g, number)
    return g("pyround", x) if ndigits is None else g("pyround", x, as_array(g, ndigits))


@lowers(pow, "base, exp", name="pow")
def lower_pow(g: Ops, base: Any, exp: Any) -> Result:
    return g("pow", as_array(g, base), as_array(g, exp))


@lowers(divmod, "x, y, /", name="divmod")
def lower_divmod(g: Ops, x: Any, y: Any) -> Result:
    a, b = as_array(g, x), as_array(g, y)
    return g("floordiv", a, b), g("mod", a, b)


# fmt: off
OPERATORS = {
    "add": "add", "sub": "sub", "mul": "mul", "truediv": "div", "floordiv": "floordiv",
    "mod": "mod", "pow": "pow", "neg": "neg", "pos": "pos", "abs": "abs", "matmul": "matmul",
    "lt": "lt", "le": "le", "gt": "gt", "ge": "ge", "eq": "eq", "ne": "ne",
    "and_": "bitand", "or_": "bitor", "xor": "bitxor", "invert": "invert",
}
# fmt: on


def enter_operator(name: str, op: str) -> None:
    unary = op in ("neg", "pos", "abs", "invert")

    @lowers(getattr(operator, name), "a, /" if unary else "a, b, /", name=f"operator.{name}")
    def lower(g: Ops, *operands: Any) -> Result:
        return g(op, *(as_array(g, x) for x in operands))


for _name, _op in OPERATORS.items():
    enter_operator(_name, _op)
