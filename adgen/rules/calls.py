"""Calls of definitions, and the tapes that their forward parts keep for their backward parts.

`call(*args; callee)`       one result a result of the callee's block; sizes of its params are those of the operands
`pack(*fields; tape)`       a tape, printed as a tuple
`unpack(tape)`              its fields
`zero_tape(tape)`           a tape of zeros in its structure
`add_tapes(a, b)`           the sum of two tapes of tangents or cotangents, field by field; None counts as zero

A tangent of a tape is a tape of the same type: tangents of the fields that have one, UNDEF for the others.
`jvp`, `split` and `transpose` follow a call into the callee, but for one whose function has a rule of its own.
"""

from __future__ import annotations

from typing import cast

from adgen.errors import Refusal
from adgen.ir.core import UNDEF, Atom, Attrs, Const, Definition, Op
from adgen.ir.types import ArrayT, Dim, ListT, ScalarT, ShapeT, Sym, TapeT, Type, fresh_dim, is_inexact
from adgen.rules.custom import custom_tangent
from adgen.rules.table import E, Ops, Rule, Transposer, add_rule

Sizes = dict[str, Dim]


def call_type(args: tuple[Atom, ...], attrs: Attrs) -> tuple[Type, ...]:
    callee: Definition = attrs["callee"]
    sizes: Sizes = {}
    for param, arg in zip(callee.params, args, strict=True):
        match_sizes(param.type, arg.type, sizes)
    return tuple(with_sizes(t, sizes) for t in callee.results)


def match_sizes(param: Type, arg: Type, sizes: Sizes) -> None:
    """Enter what the symbols in a param's type stand for, given an operand's."""
    match param, arg:
        case (ArrayT(_, dims), ArrayT(_, given)) if dims is not None and given is not None:
            for dim, size in zip(dims, given, strict=True):
                if isinstance(dim, Sym):
                    sizes.setdefault(dim.key, size)
        case ListT(element), ListT(other):
            match_sizes(element, other, sizes)
        case ScalarT("int", Sym(key)), ScalarT("int", Sym() as size):
            sizes.setdefault(key, size)
        case _:
            pass


def with_sizes(t: Type, sizes: Sizes) -> Type:
    """A type of the callee's as its caller sees it: sizes that no operand tells are new ones."""
    match t:
        case ArrayT(dtype, dims) if dims is not None:
            return ArrayT(dtype, tuple(_size(d, sizes) for d in dims))
        case ShapeT(dims) if dims is not None:
            return ShapeT(tuple(_size(d, sizes) for d in dims))
        case ListT(element):
            return ListT(with_sizes(element, sizes))
        case ScalarT("int", Sym()):
            return ScalarT("int")
        case _:
            return t


def _size(dim: Dim, sizes: Sizes) -> Dim:
    if isinstance(dim, int):
        return dim
    return sizes.setdefault(dim.key, fresh_dim())


def pack_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return attrs["tape"]


def unpack_type(args: tuple[Atom, ...], attrs: Attrs) -> tuple[Type, ...]:
    return cast(TapeT, args[0].type).fields


def pack_tangent(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: tuple[E | None, ...]) -> E:
    fields = [dot if dot is not None else g.wrap(no_tangent(g, x.atom)) for x, dot in zip(args, dots, strict=True)]
    return g("pack", *fields, **op.attrs)


def no_tangent(g: Ops, field: Atom) -> Atom:
    """What stands for the tangent of a field that has none."""
    if isinstance(field, Const) and field.value is UNDEF:
        return field
    match field.type:
        case ScalarT("float") | ArrayT("float64", ()):
            return g.atom(0.0)
        case ArrayT(dtype, _) if is_inexact(field.type):
            return g.zeros(g.shape(field), dtype).atom
        case ListT(element) if is_inexact(element):
            return g("zero_list", field).atom
        case TapeT() if is_inexact(field.type):
            return g("zero_tape", field).atom
        case _:
            return Const(UNDEF, field.type)


def pack_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> tuple[E | None, ...]:
    parts = g.many("unpack", ct)
    return tuple(parts[i] for i in linear)


def unpack_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> tuple[E | None, ...]:
    raise Refusal("a tape is unpacked once", "this is a defect of adgen: please report the program")


def add_tapes_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> tuple[E | None, ...]:
    return tuple(ct for _ in linear)


# fmt: off
add_rule(Rule("call",   call_type,   tangent=custom_tangent))
add_rule(Rule("pack",   pack_type,   tangent=pack_tangent, transpose=pack_transpose))
add_rule(Rule("unpack", unpack_type, linear=(0,), transpose=unpack_transpose))
add_rule(Rule("zero_tape", lambda args, attrs: args[0].type, zero=True))
add_rule(Rule("add_tapes", lambda args, attrs: args[0].type, linear=(0, 1), transpose=add_tapes_transpose))
# fmt: on
