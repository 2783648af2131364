"""Signs that are evident, and the rewrites that need them.

strong_zero  safe_div as a plain division where one of its operands cannot be zero
algebra      a / (b * c) * b, as of log(2 * np.pi * c), where b cannot be zero
"""

from __future__ import annotations

from adgen.ir.core import Atom, Const, Op, Value
from adgen.ir.types import is_complex
from adgen.transforms.rewriting import Rewriter, number, rewrites


@rewrites("strong_zero", "safe_div")
def plain_division(r: Rewriter, op: Op) -> Atom | None:
    a, b = op.args
    return r.emit("div", a, b) if is_positive(r, a) or is_positive(r, b) else None


def is_positive(r: Rewriter, atom: Atom) -> bool:
    """Whether a value is evidently greater than zero (or NaN)."""
    value = atom.value if isinstance(atom, Const) else None
    if value is not None:
        return isinstance(value, (int, float)) and value > 0
    op = r.definitions.get(atom) if isinstance(atom, Value) else None
    if op is None:
        return False
    match op.name:
        case "exp" | "cosh" | "math.exp" | "math.cosh":
            return True
        case "sqrt" | "math.sqrt" | "convert" | "broadcast" | "copy":
            return is_positive(r, op.args[0])
        case "mul" | "div":
            return all(is_positive(r, a) for a in op.args)
        case "add":
            a, b = op.args
            return (is_positive(r, a) and is_nonnegative(r, b)) or (is_nonnegative(r, a) and is_positive(r, b))
        case _:
            return False


def is_nonnegative(r: Rewriter, atom: Atom) -> bool:
    if is_positive(r, atom):
        return True
    value = number(atom)
    if value is not None:
        return isinstance(value, (int, float)) and value >= 0
    op = r.definitions.get(atom) if isinstance(atom, Value) else None
    if op is None:
        return False
    match op.name:
        case "abs" | "square" | "sqrt":
            return not is_complex(op.args[0].type)
        case "pow":
            exponent = number(op.args[1])
            return isinstance(exponent, (int, float)) and exponent % 2 == 0 and not is_complex(op.args[0].type)
        case "mul":
            return op.args[0] is op.args[1] or all(is_nonnegative(r, a) for a in op.args)
        case "add" | "div":
            return all(is_nonnegative(r, a) for a in op.args)
        case "sum" | "mean" | "max" | "convert" | "broadcast" | "copy":
            return is_nonnegative(r, op.args[0])
        case _:
            return False


@rewrites("algebra", "mul")
def cancel(r: Rewriter, op: Op) -> Atom | None:
    """A factor that is divided by and multiplied with."""
    for factor, other in (op.args, op.args[::-1]):
        quotient = r.single(other, "div")
        below = r.definitions.get(quotient.args[1]) if quotient and isinstance(quotient.args[1], Value) else None
        if quotient is None or below is None or below.name != "mul" or factor not in below.args:
            continue
        if is_positive(r, factor):
            made = r.emit("div", quotient.args[0], below.args[1 if below.args[0] is factor else 0])
            return made if made.type == op.result.type else None
    return None
