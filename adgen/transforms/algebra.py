"""Rewrites by algebra, of ops that transforms made (see `rewriting`).

fold         constants
algebra      signs, constant factors, sums of equals; products in the order constants, scalars, arrays
contract     sum(a * b) as one vdot
share        softmax from a logsumexp that is at hand
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

from adgen.ir.builder import const
from adgen.ir.core import (
    Atom,
    Const,
    Op,
    Value,
)
from adgen.ir.types import ScalarT, dims_of, dtype_of, is_complex, is_inexact, is_number
from adgen.rules.table import infer
from adgen.transforms.rewriting import Rewriter, number, rewrites, same_type


def divided(a: Any, b: Any) -> Any:
    return a / b


FOLDS: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "neg": operator.neg,
    "div": divided,
}


def is_rank0(atom: Atom) -> bool:
    return is_number(atom.type) and dims_of(atom.type) == ()


# Constants


@rewrites("fold", "add", "sub", "mul", "neg", "div")
def fold(r: Rewriter, op: Op) -> Atom | None:
    values = [number(a) for a in op.args]
    if any(v is None for v in values) or not all(isinstance(a.type, ScalarT) for a in op.args):
        return None
    if op.name == "div" and values[1] == 0:
        return None
    if op.name == "mul" and 1 in values:
        return op.args[1 - values.index(1)] if op.args[1 - values.index(1)].type == op.result.type else None
    return const(FOLDS[op.name](*values))


# Signs and constant factors


@rewrites("algebra", "neg")
def negate(r: Rewriter, op: Op) -> Atom | None:
    (x,) = op.args
    if (value := number(x)) is not None and x.type == op.result.type:
        return Const(-value, x.type)
    if (inner := r.definition(x, "neg")) is not None:
        return inner.args[0]
    if (inner := r.single(x, "sub")) is not None:
        return r.emit("sub", inner.args[1], inner.args[0])
    if (inner := r.single(x, "mul")) is not None and (factor := number(inner.args[0])) is not None:
        return r.emit("mul", const(-factor), inner.args[1])
    return None


@rewrites("algebra", "add")
def add(r: Rewriter, op: Op) -> Atom | None:
    a, b = op.args
    if is_zero(b) and a.type == op.result.type:
        return a
    if is_zero(a) and b.type == op.result.type:
        return b
    if (inner := r.definition(b, "neg")) is not None:
        return r.emit("sub", a, inner.args[0])
    if (inner := r.definition(a, "neg")) is not None:
        return r.emit("sub", b, inner.args[0])
    if (inner := r.single(b, "mul")) is not None and is_negative(inner.args[0]):
        return r.emit("sub", a, _positive_part(r, inner))
    if (inner := r.single(a, "mul")) is not None and is_negative(inner.args[0]):
        return r.emit("sub", b, _positive_part(r, inner))
    if a is b and isinstance(a, Value) and is_inexact(op.result.type):
        return r.emit("mul", const(2.0), a)
    return _like_terms(r, a, b, 1.0) or _added_again(r, op)


def _added_again(r: Rewriter, op: Op) -> Atom | None:
    """(x + t) + t as x + 2 * t."""
    total, again = op.args
    inner = r.single(total, "add")
    if inner is None or not inner.loose or again not in inner.args or not same_type(again, op.result):
        return None
    other = inner.args[0] if inner.args[1] is again else inner.args[1]
    return r.emit("add", other, r.emit("mul", const(2.0), again))


@rewrites("algebra", "sub")
def subtract(r: Rewriter, op: Op) -> Atom | None:
    a, b = op.args
    if is_zero(b) and a.type == op.result.type:
        return a
    if is_zero(a) and b.type == op.result.type:
        return r.emit("neg", b)
    if (inner := r.definition(b, "neg")) is not None:
        return r.emit("add", a, inner.args[0])
    if (inner := r.single(b, "mul")) is not None and is_negative(inner.args[0]):
        return r.emit("add", a, _positive_part(r, inner))
    if (inner := r.single(a, "neg")) is not None:
        return r.emit("neg", r.emit("add", inner.args[0], b))
    return _like_terms(r, a, b, -1.0)


def _positive_part(r: Rewriter, product: Op) -> Atom:
    factor = number(product.args[0])
    assert factor is not None
    return product.args[1] if factor == -1 else r.emit("mul", const(-factor), product.args[1])


def _like_terms(r: Rewriter, a: Atom, b: Atom, sign: float) -> Atom | None:
    """c*x + d*x as one product."""
    (c, x), (d, y) = _factored(r, a), _factored(r, b)
    if x is not y or (x is a and y is b) or not isinstance(x, Value):
        return None
    return r.emit("mul", const(c + sign * d), x)


def _factored(r: Rewriter, a: Atom) -> tuple[Any, Atom]:
    inner = r.single(a, "mul")
    factor = number(inner.args[0]) if inner is not None else None
    return (factor, inner.args[1]) if inner is not None and factor is not None else (1.0, a)


def is_zero(a: Atom) -> bool:
    value = number(a)
    return value in (0, 0.0)


def is_negative(a: Atom) -> bool:
    value = number(a)
    return isinstance(value, (int, float)) and value < 0


@rewrites("algebra", "mul")
def multiply(r: Rewriter, op: Op) -> Atom | None:
    a, b = op.args
    for one, other in ((a, b), (b, a)):
        value = number(one)
        if value is not None and other.type == op.result.type:
            if value == 1:
                return other
            if value == -1:
                return r.emit("neg", other)
        elif value == 1 and isinstance(other, Const) and dtype_of(op.result.type) == "float64":
            return Const(other.value, op.result.type, other.name)
    if is_rank0(b) and not is_rank0(a):
        return r.emit("mul", b, a)
    return _times_quotient(r, op) or _product(r, op)


def _times_quotient(r: Rewriter, op: Op) -> Atom | None:
    """c * (d / x) for numbers c and d: one division."""
    for one, other in (op.args, op.args[::-1]):
        quotient = r.single(other, "div")
        if number(one) is None or quotient is None or number(quotient.args[0]) is None:
            continue
        made = r.emit("mul", one, quotient.args[0])
        divided_once = r.emit("div", made, quotient.args[1]) if isinstance(made, Const) else None
        return divided_once if divided_once and divided_once.type == op.result.type else None
    return None


def _product(r: Rewriter, op: Op) -> Atom | None:
    """The product with its factors in order: one constant, scalars, arrays."""
    factors, muls, signs = _factors(r, op, op.result)
    factors = _without_signs(r, factors)
    if muls == 1 and len(factors) == 2 and signs == 0 and number(op.args[1]) is None:
        return None
    constant: Any = -1.0 if signs % 2 else 1.0
    numbers = [f for f in factors if number(f) is not None]
    for f in numbers:
        constant = constant * number(f)
    scalars = [f for f in factors if is_rank0(f) and number(f) is None]
    arrays = [f for f in factors if not is_rank0(f)]
    work = len(arrays) - 1 + bool(numbers or scalars) if arrays else 0
    if len(numbers) < 2 and signs == 0 and work >= _array_work(op, muls, factors) and _in_order(op, factors):
        return None
    ordered = [f for f in [*scalars, *arrays]]
    if constant not in (1.0, -1.0) or not ordered:
        ordered.insert(0, const(constant))
    made = ordered[0]
    for factor in ordered[1:]:
        made = _raw_mul(r, made, factor)
    made = r.emit("neg", made) if constant == -1.0 and len(ordered) > 0 and ordered[0] is not made else made
    if constant == -1.0 and ordered[0] is made:
        made = r.emit("neg", made)
    return made if made.type == op.result.type else None


def _without_signs(r: Rewriter, factors: list[Atom]) -> list[Atom]:
    """|x| sign(x) is x."""
    for sign in factors:
        made = r.made_by(sign, "sign", "complex_sign")
        for modulus in factors if made is not None else ():
            inner = r.made_by(modulus, "abs")
            if made is not None and inner is not None and inner.args[0] is made.args[0]:
                rest = [f for f in factors if f is not sign and f is not modulus]
                return _without_signs(r, [*rest, made.args[0]])
    return factors


def _raw_mul(r: Rewriter, a: Atom, b: Atom) -> Atom:
    """A product as it stands: not put in order again."""
    op = Op("mul", (a, b), {}, (Value(infer("mul", (a, b), {})[0]),), (), r.span, True)
    present = r.lookup(r.key(op)) if "cse" not in r.off else None
    if present is not None:
        return present[0]
    r.append(op)
    r.known[r.key(op)] = op.results
    for atom in (a, b):
        if isinstance(atom, Value):
            r.uses[atom] = r.uses.get(atom, 0) + 1
    return op.result


def _factors(r: Rewriter, op: Op, root: Value) -> tuple[list[Atom], int, int]:
    """Factors of a tree of products that nothing else reads, the number of products and of signs in it."""
    found: list[Atom] = []
    muls, signs = 1, 0
    for arg in op.args:
        sign = r.single(arg, "neg")
        inner = r.single(sign.args[0] if sign else arg, "mul")
        if sign is not None:
            signs += 1
            arg = sign.args[0]
        if inner is not None and (dims_of(inner.result.type) in ((), dims_of(root.type))):
            factors, inner_muls, inner_signs = _factors(r, inner, root)
            found, muls, signs = found + factors, muls + inner_muls, signs + inner_signs
        else:
            found.append(arg)
    return found, muls, signs


def _array_work(op: Op, muls: int, factors: list[Atom]) -> int:
    """Upper bound of products of arrays in the tree as it stands."""
    scalars = sum(is_rank0(f) for f in factors)
    return muls if scalars < 2 else muls - (1 if _has_scalar_product(op) else 0)


def _has_scalar_product(op: Op) -> bool:
    return any(is_rank0(a) and number(a) is None for a in op.args)


def _in_order(op: Op, factors: list[Atom]) -> bool:
    kinds = [0 if number(f) is not None else 1 if is_rank0(f) else 2 for f in factors]
    return kinds == sorted(kinds)


@rewrites("algebra", "div")
def divide(r: Rewriter, op: Op) -> Atom | None:
    a, b = op.args
    if number(b) == 1 and isinstance(b.type, ScalarT) and a.type == op.result.type:
        return a
    if (inner := r.single(a, "neg")) is not None:
        return r.emit("neg", r.emit("div", inner.args[0], b))
    if isinstance(d := number(b), float) and math.frexp(d)[0] == 0.5:
        return r.emit("mul", const(1.0 / d), a) if a.type == op.result.type else None
    return _over_product(r, op)


def _over_product(r: Rewriter, op: Op) -> Atom | None:
    """c / (d * x) for numbers c and d: one operation."""
    a, b = op.args
    product = r.single(b, "mul")
    divisor = number(product.args[0]) if product is not None else None
    if number(a) is None or product is None or not isinstance(divisor, float) or abs(divisor) < 1e-3:
        return None
    numerator = r.emit("div", a, product.args[0])
    made = r.emit("div", numerator, product.args[1]) if isinstance(numerator, Const) else None
    return made if made and made.type == op.result.type else None


@rewrites("algebra", "pow")
def power(r: Rewriter, op: Op) -> Atom | None:
    x, p = op.args
    if number(p) == 1 and isinstance(p.type, ScalarT) and x.type == op.result.type:
        return x
    return None


# Complex numbers


@rewrites("algebra", "add", "sub", "mul", "div")
def real_constant(r: Rewriter, op: Op) -> Atom | None:
    """A constant whose imaginary part is zero, written as a real one where the other operand is complex anyway."""
    for k, (a, other) in enumerate(zip(op.args, op.args[::-1], strict=True)):
        value = number(a)
        if isinstance(value, complex) and value.imag == 0 and is_complex(other.type) and isinstance(a.type, ScalarT):
            args = [const(value.real) if j == k else b for j, b in enumerate(op.args)]
            return r.emit(op.name, *args) if infer(op.name, tuple(args), {})[0] == op.result.type else None
    return None


@rewrites("algebra", "conj")
def conjugate(r: Rewriter, op: Op) -> Atom | None:
    (x,) = op.args
    if not is_complex(x.type):
        return x
    if isinstance(value := number(x), complex) and isinstance(x.type, ScalarT):
        return const(complex(value.real or -0.0, -value.imag))  # which is written as -1j
    inner = r.made_by(x, "conj")
    return inner.args[0] if inner is not None else None


@rewrites("algebra", "real", "imag")
def part(r: Rewriter, op: Op) -> Atom | None:
    """Of a real number made complex."""
    (x,) = op.args
    if op.name == "real" and not is_complex(x.type):
        return x
    if op.name == "imag":
        return None
    inner = r.made_by(x, "convert")
    if inner is not None and inner.args[0].type == op.result.type:
        return inner.args[0]
    inner = r.made_by(x, "conj")
    return r.emit("real", inner.args[0]) if inner is not None else None


# Sums


@rewrites("algebra", "sum")
def sum_of(r: Rewriter, op: Op) -> Atom | None:
    (x,) = op.args
    if (inner := r.single(x, "neg")) is not None:
        return r.emit("neg", r.emit("sum", inner.args[0], **op.attrs))
    inner = r.single(x, "mul")
    if inner is not None and is_rank0(inner.args[0]) and not is_rank0(inner.args[1]):
        if dtype_of(inner.args[1].type) == dtype_of(x.type):
            return r.emit("mul", inner.args[0], r.emit("sum", inner.args[1], **op.attrs))
    return None


@rewrites("contract", "sum")
def contract(r: Rewriter, op: Op) -> Atom | None:
    """sum(a * b) over everything is vdot(a, b); trace(a) where b is an identity matrix."""
    (x,) = op.args
    inner = r.single(x, "mul")
    rank = len(dims_of(x.type) or ())
    if inner is None or op.attrs["keepdims"] or not rank or is_complex(x.type):
        return None
    if op.attrs["axis"] not in (None, tuple(range(rank))):
        return None
    a, b = inner.args
    if not (same_type(a, x) and same_type(b, x)):
        return None
    for one, other in ((a, b), (b, a)):
        if is_identity(r, one):
            return r.emit("trace", other, offset=0)
    return r.emit("vdot", a, b)


def is_identity(r: Rewriter, atom: Atom) -> bool:
    op = r.definitions.get(atom) if isinstance(atom, Value) else None
    return op is not None and op.name == "eye" and op.attrs["k"] == 0


@rewrites("share", "special.softmax")
def softmax_of(r: Rewriter, op: Op) -> Atom | None:
    """Where logsumexp of the same is computed anyway, softmax is one exponential."""
    (x,) = op.args
    key = ("special.logsumexp", (x,), (("axis", op.attrs["axis"]), ("keepdims", True)))
    present = r.lookup(key)
    return None if present is None else r.emit("exp", r.emit("sub", x, present[0]))


@rewrites("algebra", "reverse_list")
def reversals(r: Rewriter, op: Op) -> Atom | None:
    inner = r.definition(op.args[0], "reverse_list")
    return inner.args[0] if inner is not None else None
