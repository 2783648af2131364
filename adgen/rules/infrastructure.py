"""Rows of the ops that programs are held together by: shapes, casts, broadcasts, copies, and
effects.

`broadcast` stands wherever a tangent must be repeated to its primal's shape; its transpose is the
sum over the axes repeated, written out where the dims tell which, else `sum_to`, which finds them
at run time. `safe_div(a, b)` is a / b with a strong zero: 0 where a is 0, even over 0. """
from __future__ import annotations

import numpy as np

from adgen.errors import Refusal
from adgen.ir.core import Atom, Attrs, Op
from adgen.ir.types import (
    INT,
    ArrayT,
    Dim,
    Dims,
    ObjectT,
    ScalarT,
    ShapeT,
    Sym,
    Type,
    dim_product,
    dims_of,
    dtype_of,
    is_complex,
)
from adgen.rules.lowering import is_python_number
from adgen.rules.table import E, Ops, Rule, Transposer, add_rule, sizes_to_dims
from adgen.rules.typing import (
    fitting,
    int_type,
    keys_of,
    no_results,
    same_type,
    ufunc_type,
)

Args = tuple[E, ...]
Dots = tuple[E | None, ...]


def shape_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    keys_of(args, "shape")
    return ShapeT(dims_of(args[0].type))


def dim_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    dims = dims_of(args[0].type)
    axis: int = attrs["axis"]
    return INT if dims is None else ScalarT("int", dims[axis])


def size_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    dims = dims_of(args[0].type)
    return INT if dims is None else ScalarT("int", dim_product(dims))


def convert_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    keys_of(args, "a cast")
    return ArrayT(attrs["dtype"], dims_of(args[0].type))


def to_python_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    keys_of(args, f"{attrs['kind']}()")
    if dims_of(args[0].type):
        raise Refusal(f"{attrs['kind']}() takes a number, got an array of type {args[0].type}",
                      "take one element, as in x[0]")
    source = args[0].type
    if is_complex(source) and attrs["kind"] in ("float", "int"):
        raise Refusal(f"{attrs['kind']}() of a complex number", "take its real part")
    same = isinstance(source, ScalarT) and source.kind == attrs["kind"]
    return source if same else ScalarT(attrs["kind"])


def sized_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    """The first operand's dtype, with the shape that the others give."""
    return ArrayT(dtype_of(args[0].type), sizes_to_dims(args[1:]))


def broadcast_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    t = sized_type(args, attrs)
    fitting(dims_of(args[0].type), dims_of(t))
    return t


def text_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return ObjectT("str")


# Derivatives

def transpose_convert(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    return (as_dtype(g, ct, dtype_of(op.args[0].type)),)


def transpose_to_python(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    source = op.args[0]
    ct = as_dtype(g, ct, dtype_of(source.type))
    return (ct if dims_of(source.type) == () else g.broadcast(ct, g.shape(source)),)


def conj(g: Ops | Transposer, x: E) -> E:
    """The conjugate; a real value as it is."""
    return g("conj", x) if is_complex(x.type) else x


def real(g: Ops | Transposer, x: E) -> E:
    """The real part; a real value as it is."""
    return g("real", x) if is_complex(x.type) else x


def as_dtype(g: Ops | Transposer, x: E, dtype: str) -> E:
    """x cast, where it is not of that dtype already; its real part, where that is meant."""
    if np.dtype(x.dtype).kind == "c" and np.dtype(dtype).kind != "c":
        x = g("real", x)
    return x if x.dtype == dtype else g("convert", x, dtype=dtype)


def transpose_broadcast(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    small, big = dims_of(op.args[0].type), dims_of(op.result.type)
    axes = repeated_axes(small, big)
    if small is None or big is None or axes is None:
        return (g.sized("sum_to", (ct,), g.shape(op.args[0])),)
    return (sum_repeated(g, ct, axes, len(big) - len(small)),)


def repeated_axes(small: Dims | None, big: Dims | None) -> tuple[int, ...] | None:
    """Axes of `big` that `small` is repeated along; None where the dims do not tell."""
    if small is None or big is None:
        return None
    lead = len(big) - len(small)
    if any(may_repeat(a, b) for a, b in zip(small, big[lead:], strict=True)):
        return None
    return (*range(lead), *(lead + i for i, d in enumerate(small) if d == 1 and big[lead + i] != 1))


def may_repeat(a: Dim, b: Dim) -> bool:
    """Whether an axis of size a may or may not be repeated to size b."""
    return isinstance(a, Sym) and not a.not_one and a != b and b != 1


def sum_repeated(g: Transposer, ct: E, axes: tuple[int, ...], lead: int) -> E:
    """Sum over axes of which the first `lead` go and the others stay with size 1."""
    if not axes:
        return ct
    if not lead:
        return g.sum(ct, axes, True)
    total = g.sum(ct, axes)
    kept = tuple(a - lead for a in axes[lead:])
    return g("expand_dims", total, axis=kept) if kept else total


SUM_TO = '''
def _sum_to(g, shape):
    """Sum g over the axes along which an array of that shape was broadcast to g's."""
    if np.shape(g) == shape:
        return g
    g = np.sum(g, axis=tuple(range(np.ndim(g) - len(shape))))
    axes = tuple(i for i, n in enumerate(shape) if n == 1 and g.shape[i] != 1)
    return np.sum(g, axis=axes, keepdims=True) if axes else g
'''
"""The function that modules carry for `sum_to`, by which a module that is read again is known to mean the op."""


def transpose_sum_to(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    return (g.broadcast(ct, g.shape(op.args[0])),)


def transpose_copy(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    return (ct,)


def strong_div(g: Ops, a: E, b: E) -> E:
    """`safe_div` by a NumPy number: Python's own would raise at 0 where infinity is meant."""
    return g("safe_div", a, g("convert", b, dtype=b.dtype) if is_python_number(b) else b)


def tangent_safe_div(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    a_dot, b_dot = dots
    if b_dot is None:
        return None if a_dot is None else g("safe_div", a_dot, args[1])
    change = ys[0] * b_dot
    return g("safe_div", -change if a_dot is None else a_dot - change, args[1])


def transpose_safe_div(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    return (g("safe_div", ct, op.args[1]),)


# fmt: off
add_rule(Rule("shape", shape_type, zero=True, cheap=True))
add_rule(Rule("dim",   dim_type,   zero=True, cheap=True))
add_rule(Rule("size",  size_type,  zero=True, cheap=True))
add_rule(Rule("ndim",  int_type,   zero=True, cheap=True))

add_rule(Rule("convert",   convert_type,   linear=(0,), transpose=transpose_convert, cheap=True))
add_rule(Rule("to_python", to_python_type, linear=(0,), transpose=transpose_to_python, cheap=True,
              needs_shape=(0,)))
add_rule(Rule("copy",      same_type,      linear=(0,), transpose=transpose_copy))
add_rule(Rule("broadcast", broadcast_type, linear=(0,), transpose=transpose_broadcast, cheap=True,
              needs_shape=(0,), view=True))
add_rule(Rule("sum_to",    sized_type,     linear=(0,), transpose=transpose_sum_to,
              needs_shape=(0,)))
add_rule(Rule("safe_div",  ufunc_type(np.true_divide),  tangent=tangent_safe_div,
              transpose=transpose_safe_div, elementwise=True))

add_rule(Rule("print",  no_results, zero=True))
add_rule(Rule("raise",  no_results, zero=True))
add_rule(Rule("assert", no_results, zero=True))
add_rule(Rule("warn",   no_results, zero=True))
add_rule(Rule("format", text_type,  zero=True))
# fmt: on
