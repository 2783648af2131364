"""Operators: on constants Python itself runs them; on numbers they emit ops; on containers they are
Python's.
"""

from __future__ import annotations

import ast
import math
import operator as _operator
from collections.abc import Callable
from typing import Any, cast

from adgen.errors import Refusal
from adgen.frontend.machine import Machine, evaluates
from adgen.frontend.memory import content, fresh, new_list, number
from adgen.frontend.resolve import lift
from adgen.frontend.runs import joined_runs, list_extend
from adgen.frontend.values import (
    NONE,
    AVal,
    DictV,
    Func,
    ListV,
    RangeV,
    Record,
    Run,
    Static,
    Tup,
    is_atom,
)
from adgen.ir.builder import const
from adgen.ir.core import Atom, Const, Value
from adgen.ir.types import (
    ScalarT,
    ShapeT,
    dtype_of,
    is_complex,
    is_inexact,
    is_number,
    is_scalar,
)
from adgen.library import python as library

operator: Any = _operator

# fmt: off
OPERATORS: dict[str, str] = {
    "+": "add", "-": "sub", "*": "mul", "/": "div", "//": "floordiv", "%": "mod", "**": "pow",
    "@": "matmul",
    "&": "bitand", "|": "bitor", "^": "bitxor", "<<": "lshift", ">>": "rshift",
    "<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne",
}
PYTHON: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
    "//": operator.floordiv, "%": operator.mod, "**": operator.pow,
    "&": operator.and_, "|": operator.or_, "^": operator.xor,
    "<<": operator.lshift, ">>": operator.rshift, "<": operator.lt, "<=": operator.le,
    ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}
SYMBOLS: dict[type, str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%",
    ast.Pow: "**", ast.MatMult: "@", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^",
    ast.LShift: "<<", ast.RShift: ">>",
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}
# fmt: on


@evaluates(ast.BinOp)
def eval_binary(m: Machine, node: ast.BinOp) -> AVal:
    left = m.eval(node.left)
    return binary(m, SYMBOLS[type(node.op)], left, m.eval(node.right))


def binary(m: Machine, symbol: str, left: AVal, right: AVal) -> AVal:
    """`left symbol right`."""
    if isinstance(left, (Record, Static)) or isinstance(right, (Record, Static)):
        from adgen.frontend.objects import binary as by_methods

        made = by_methods(m, symbol, left, right)
        if made is not None:
            return made
    folded = fold(symbol, left, right)
    if folded is not None:
        return folded
    left, right = _shape_items(m, left, right), _shape_items(m, right, left)
    x, y = number(m, left), number(m, right)
    if symbol == "+" and y is not None and is_idle_start(m, x, y):
        return right
    if symbol in ("==", "!=") and equal_sizes(m, x, y):
        return const(symbol == "==")
    if x is not None and y is not None and is_number(x.type) and is_number(y.type):
        if symbol == "@":
            _check_matmul(x, y)
        return fresh(m, m.builder.emit(OPERATORS[symbol], x, y))
    made = _on_containers(m, symbol, left, right)
    if made is None:
        raise Refusal(
            f"the operator {symbol} on {m.describe(left)} and {m.describe(right)} is not supported",
            "use it on numbers and arrays",
        )
    return made


def equal_sizes(m: Machine, x: Atom | None, y: Atom | None) -> bool:
    """Whether two ints are sizes of axes that are known to be equal."""
    if not isinstance(x, Value) or not isinstance(y, Value):
        return False
    ops = [m.builder.made.get(v) for v in (x, y)]
    if any(op is None or op.name != "dim" for op in ops):
        return False
    sizes = [v.type.size if isinstance(v.type, ScalarT) else None for v in (x, y)]
    return sizes[0] is not None and sizes[0] == sizes[1]


NOT_NEGATIVE = frozenset({"square", "abs", "exp"})
LIKE_OPERANDS = frozenset({"sum", "mean", "add"})


def is_idle_start(m: Machine, start: Atom | None, first: Atom) -> bool:
    """Whether `0 + x` is x, as at the start of a sum: bit for bit, for x is a number that is never
    -0.0."""
    if not isinstance(start, Const) or start.name or type(start.value) not in (int, float):
        return False
    if start.value != 0 or not isinstance(start.type, ScalarT) or not is_scalar(first.type):
        return False
    same = is_inexact(first.type) and not is_complex(first.type)
    return same and dtype_of(first.type) in ("float64", "float32") and never_minus_zero(m, first)


def never_minus_zero(m: Machine, atom: Atom) -> bool:
    """Whether a real value is evidently not -0.0, nor holds it."""
    if isinstance(atom, Const):
        value = atom.value
        return isinstance(value, float) and math.copysign(1.0, value) > 0
    op = m.builder.made.get(atom)
    if op is None or is_complex(atom.type):
        return False
    match op.name:
        case "pow":
            return isinstance(op.args[1], Const) and op.args[1].value in (2, 4)
        case "mul":
            return op.args[0] is op.args[1]
        case name if name in NOT_NEGATIVE:
            return True
        case name if name in LIKE_OPERANDS:
            return all(never_minus_zero(m, a) for a in op.args)
        case _:
            return False


def _check_matmul(x: Atom, y: Atom) -> None:
    for atom in (x, y):
        if isinstance(atom.type, ScalarT):
            raise Refusal("@ of a number", "write *")


def fold(symbol: str, left: AVal, right: AVal) -> Const | None:
    """The value for two known Python numbers, computed by Python; arithmetic with np.pi stays."""
    if not (isinstance(left, Const) and isinstance(right, Const)) or symbol == "@":
        return None
    if not (isinstance(left.type, ScalarT) and isinstance(right.type, ScalarT)):
        return None
    if (left.name or right.name) and symbol in ("+", "-", "*", "/", "**"):
        return None
    a, b = left.value, right.value
    if symbol in ("**", "<<") and isinstance(a, int) and isinstance(b, int) and abs(b) > 64:
        return None
    try:
        return const(PYTHON[symbol](a, b))
    except (ArithmeticError, TypeError, ValueError):
        return None


def _shape_items(m: Machine, value: AVal, other: AVal) -> AVal:
    """The shape of an array beside a tuple, as a tuple."""
    if isinstance(value, Value) and isinstance(value.type, ShapeT) and isinstance(other, Tup):
        from adgen.frontend.containers import to_elements

        return Tup(tuple(to_elements(m, value, None)))
    return value


def _on_containers(m: Machine, symbol: str, left: AVal, right: AVal) -> AVal | None:
    match symbol, left, right:
        case (("==" | "!="), _, _):
            return _equality(m, symbol, left, right)
        case "+", Tup(), Tup():
            return Tup(left.items + right.items)
        case "+", ListV(), ListV():
            return _concatenated(m, left, right)
        case "*", (Tup() | ListV()), Const(int() as times):
            return _repeated(m, left, times)
        case "*", Const(int() as times), (Tup() | ListV()):
            return _repeated(m, right, times)
        case ("*", (Tup() | ListV()), Value()) | ("*", Value(), (Tup() | ListV())):
            raise Refusal(
                "a list repeated a run-time number of times is not supported",
                "use an array: np.zeros(n), or np.full(n, value)",
            )
        case _, Static(a), Static(b) if isinstance(a, (str, set, frozenset)):
            return lift(m, PYTHON[symbol](a, b))
        case "*", Static(str() as a), Const(int() as b):
            return lift(m, a * b)
        case "%", Static(str() as a), _:
            return _formatted(m, a, right)
        case "|", DictV(), DictV():
            from adgen.frontend.containers import new_dict

            return new_dict(m, {**content(m, left.cell), **content(m, right.cell)})
        case (("<" | "<=" | ">" | ">="), Tup(), Tup()):
            return _ordered(m, symbol, left.items, right.items)
        case _:
            return None


def _ordered(
    m: Machine, symbol: str, left: tuple[AVal, ...], right: tuple[AVal, ...]
) -> AVal | None:
    known = [v.value for v in (*left, *right) if isinstance(v, (Const, Static))]
    if len(known) < len(left) + len(right):
        return None
    return const(PYTHON[symbol](tuple(known[: len(left)]), tuple(known[len(left) :])))


def _formatted(m: Machine, text: str, value: AVal) -> AVal:
    items = value.items if isinstance(value, Tup) else (value,)
    known = [v.value for v in items if isinstance(v, (Const, Static))]
    if len(known) < len(items):
        raise Refusal("% formatting of run-time values is not supported", "use an f-string")
    return lift(m, text % (tuple(known) if isinstance(value, Tup) else known[0]))


def _concatenated(m: Machine, left: ListV, right: ListV) -> AVal:
    a, b = content(m, left.cell), content(m, right.cell)
    if isinstance(a, tuple) and isinstance(b, tuple):
        return new_list(m, cast("tuple[AVal, ...]", a + b))
    if isinstance(a, Run) and isinstance(b, tuple):
        made = new_list(m, a)
        m.state.members[made.cell] = m.state.members.get(left.cell, frozenset())
        list_extend(m, made, right)
        return made
    first = a if isinstance(a, Run) else None
    return new_list(m, joined_runs(m, first, cast(Run, b), cast("tuple[AVal, ...]", () if first else a)))


def _repeated(m: Machine, value: Tup | ListV, times: int) -> AVal:
    if isinstance(value, Tup):
        return Tup(value.items * times)
    held = content(m, value.cell)
    if isinstance(held, Run):
        raise Refusal("repeating a list of run-time length is not supported", "write a comprehension")
    return new_list(m, held * times)


def _equality(m: Machine, symbol: str, left: AVal, right: AVal) -> AVal | None:
    """== of what is no number: decided when compiling."""
    same = _same(m, left, right)
    if same is None:
        return None
    if isinstance(same, Const):
        return const(same.value == (symbol == "=="))
    return same if symbol == "==" else m.builder.emit("not", same)


def _same(m: Machine, left: AVal, right: AVal) -> Atom | None:
    match left, right:
        case Static(a), Static(b):
            return const(bool(a == b))
        case (Tup(a, _), Tup(b, _)):
            return _all_same(m, a, b)
        case ListV(c), ListV(d):
            x, y = content(m, c), content(m, d)
            return None if isinstance(x, Run) or isinstance(y, Run) else _all_same(m, x, y)
        case (Static(), (Const() | Value() | Tup() | ListV() | DictV() | Func() | Record())):
            return const(False)
        case ((Const() | Value() | Tup() | ListV() | DictV() | Func() | Record()), Static()):
            return const(False)
        case Func(), Func():
            return const(left is right)
        case _:
            return None


def _all_same(m: Machine, a: tuple[AVal, ...], b: tuple[AVal, ...]) -> Atom | None:
    if len(a) != len(b):
        return const(False)
    result: Atom = const(True)
    for x, y in zip(a, b):
        one = binary(m, "==", x, y)
        if not isinstance(one, (Const, Value)):
            return None
        if isinstance(one, Const):
            if not one.value:
                return one
            continue
        result = one if isinstance(result, Const) else m.builder.emit("bitand", result, one)
    return result


# Unary operators and comparisons

UNARY: dict[type, tuple[str, Callable[[Any], Any]]] = {
    ast.USub: ("neg", operator.neg),
    ast.UAdd: ("pos", operator.pos),
    ast.Invert: ("invert", operator.invert),
}


@evaluates(ast.UnaryOp)
def eval_unary(m: Machine, node: ast.UnaryOp) -> AVal:
    from adgen.frontend.objects import special

    value = m.eval(node.operand)
    if isinstance(node.op, ast.Not):
        return _negated(m, value)
    name, python = UNARY[type(node.op)]
    if isinstance(value, Const) and isinstance(value.type, ScalarT) and not value.name:
        return const(python(value.value))
    if (method := special(value, f"__{name}__")) is not None:
        return m.call(method, [])
    atom = number(m, value)
    if atom is None:
        raise Refusal(f"a sign before {m.describe(value)}", "use it on numbers and arrays")
    return fresh(m, m.builder.emit(name, atom))


def _negated(m: Machine, value: AVal) -> AVal:
    from adgen.frontend.control import truth

    known = truth(m, value)
    return const(not known) if isinstance(known, bool) else m.builder.emit("not", known)


@evaluates(ast.Compare)
def eval_compare(m: Machine, node: ast.Compare) -> AVal:
    """A chain is evaluated from the left, each operand once."""
    left = m.eval(node.left)
    return _chain(m, left, node.ops, node.comparators)


def _chain(m: Machine, left: AVal, ops: list[ast.cmpop], nodes: list[ast.expr]) -> AVal:
    right = m.eval(nodes[0])
    first = compare(m, ops[0], left, right)
    if len(ops) == 1:
        return first
    from adgen.frontend.control import choose, truth

    holds = truth(m, first)
    if isinstance(holds, bool):
        return _chain(m, right, ops[1:], nodes[1:]) if holds else first
    return choose(m, holds, lambda: _chain(m, right, ops[1:], nodes[1:]), lambda: const(False))


def compare(m: Machine, op: ast.cmpop, left: AVal, right: AVal) -> AVal:
    match op:
        case ast.Is():
            return const(identical(m, left, right))
        case ast.IsNot():
            return const(not identical(m, left, right))
        case ast.In():
            return _contains(m, left, right)
        case ast.NotIn():
            return _negated(m, _contains(m, left, right))
        case _:
            return binary(m, SYMBOLS[type(op)], left, right)


def identical(m: Machine, left: AVal, right: AVal) -> bool:
    if isinstance(left, Const) and isinstance(right, Const):
        if isinstance(left.value, bool) or isinstance(right.value, bool):
            return left.value is right.value
        raise Refusal("`is` between numbers", "write ==")
    if NONE in (left, right):
        return left == right
    if is_atom(left) and is_atom(right):
        raise Refusal("`is` between run-time values is not supported", "write ==")
    return left == right


def _contains(m: Machine, item: AVal, container: AVal) -> AVal:
    match container, item:
        case DictV(cell), (Static(key) | Const(key)):
            return const(key in content(m, cell))
        case Static(obj), (Static(key) | Const(key)):
            return const(key in obj)
        case RangeV(start, stop, Const() as step), _ if step.value > 0:
            return m.call(Static(library.in_range), [item, start, stop, step])
        case ((Tup() | ListV()), _):
            return _among(m, item, container)
        case _:
            raise Refusal(f"`in` {m.describe(container)} is not supported", "write (x == y).any()")


def _among(m: Machine, item: AVal, container: AVal) -> AVal:
    from adgen.frontend.iterables import known_items

    items = known_items(m, container)
    if items is None:
        raise Refusal(
            "`in` a list of run-time length is not supported",
            "write a loop, or (np.array(items) == x).any()",
        )
    result: Atom = const(False)
    for other in items:
        one = binary(m, "==", item, other)
        if not isinstance(one, (Value, Const)):
            raise Refusal("`in` with arrays is not supported", "write (x == y).any()")
        if isinstance(one, Const):
            if one.value:
                return one
            continue
        result = one if isinstance(result, Const) else m.builder.emit("bitor", result, one)
    return result


@evaluates(ast.BoolOp)
def eval_bool(m: Machine, node: ast.BoolOp) -> AVal:
    return _bools(m, isinstance(node.op, ast.And), node.values)


def _bools(m: Machine, conjunction: bool, nodes: list[ast.expr]) -> AVal:
    """`and` and `or` give one of their operands; what is not needed is not evaluated."""
    from adgen.frontend.control import choose, truth

    first = m.eval(nodes[0])
    if len(nodes) == 1:
        return first
    holds = truth(m, first)
    if isinstance(holds, bool):
        return _bools(m, conjunction, nodes[1:]) if holds == conjunction else first
    python = (
        isinstance(first, Value) and isinstance(first.type, ScalarT) and first.type.kind == "bool"
    )
    short = const(not conjunction) if python else first

    def rest() -> AVal:
        return _bools(m, conjunction, nodes[1:])

    return (
        choose(m, holds, rest, lambda: short)
        if conjunction
        else choose(m, holds, lambda: short, rest)
    )
