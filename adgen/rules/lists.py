"""Lists whose length is known at run time only: `list`, `append`, `poplast`, `stack_list`,
`unstack`, `reverse_list`.

All elements of such a list have one type. Joining one into an array is linear; the transpose
takes it apart again.
"""
from __future__ import annotations

from adgen.errors import Refusal
from adgen.ir.core import Atom, Attrs, Op
from adgen.ir.types import (
    INT,
    ArrayT,
    Dims,
    ListT,
    Type,
    dims_of,
    dtype_of,
    fresh_dim,
    is_number,
)
from adgen.rules.shapes import element_of, fit
from adgen.rules.table import E, Ops, Rule, Transposer, add_rule

Cotangents = tuple[E | None, ...]


def list_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    """`list(*xs)`; an empty one takes its element's type from the attr `element`."""
    element = attrs.get("element")
    if element is not None:
        return ListT(element)
    if not args:
        raise Refusal("the type of the elements of an empty list is not known",
                      "append to it before it is used")
    return ListT(args[0].type)


def append_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    element_of(args[0].type)
    return args[0].type


def poplast_type(args: tuple[Atom, ...], attrs: Attrs) -> tuple[Type, ...]:
    return args[0].type, element_of(args[0].type)


def length_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    element_of(args[0].type)
    return INT


def stack_list_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    element, axis = element_of(args[0].type), attrs["axis"]
    if not is_number(element):
        raise Refusal(f"a list of elements of type {element} cannot be put into one array", "make a list for each part")
    dims = dims_of(element)
    return ArrayT(dtype_of(element), None if dims is None else _with_axis(dims, axis))


def _with_axis(dims: Dims, axis: int) -> Dims:
    return (*dims[:axis], fresh_dim(), *dims[axis:])


def unstack_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    x, axis = args[0].type, attrs["axis"]
    dims = dims_of(x)
    return ListT(ArrayT(dtype_of(x), None if dims is None else dims[:axis] + dims[axis + 1:]))


def same_list_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    element_of(args[0].type)
    return args[0].type


# Transposes

def list_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Cotangents:
    made: dict[int, E] = {}
    for k in reversed(range(len(op.args))):
        ct, element = g.many("poplast", ct)
        made[k] = fit(g, element, op.args[k].type)
    return tuple(made[k] for k in linear)


def append_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Cotangents:
    rest, last = g.many("poplast", ct)
    made = {0: rest, 1: fit(g, last, op.args[1].type)}
    return tuple(made[k] for k in linear)


def stack_list_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Cotangents:
    return (g("unstack", ct, axis=op.attrs["axis"]),)


def unstack_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Cotangents:
    return (g("stack_list", ct, axis=op.attrs["axis"]),)


def reverse_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Cotangents:
    return (g("reverse_list", ct),)


def add_lists_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Cotangents:
    return tuple(ct for _ in linear)


def poplast_tangent(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...],
                    dots: tuple[E | None, ...]) -> tuple[E | None, ...]:
    (dot,) = dots
    return (None, None) if dot is None else g.many("poplast", dot)


# fmt: off
add_rule(Rule("list",         list_type,       linear=(),     transpose=list_transpose))
add_rule(Rule("append",       append_type,     linear=(0, 1), transpose=append_transpose))
add_rule(Rule("poplast",      poplast_type,    tangent=poplast_tangent))
add_rule(Rule("listlen",      length_type,     zero=True, cheap=True))
add_rule(Rule("stack_list",   stack_list_type, linear=(0,),   transpose=stack_list_transpose))
add_rule(Rule("unstack",      unstack_type,    linear=(0,),   transpose=unstack_transpose))
add_rule(Rule("reverse_list", same_list_type,  linear=(0,),   transpose=reverse_transpose))
add_rule(Rule("add_lists",    same_list_type,  linear=(0, 1), transpose=add_lists_transpose))
add_rule(Rule("zero_list",    same_list_type,  zero=True))
# fmt: on
