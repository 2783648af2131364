"""Small makers of syntax nodes. No node is ever used twice."""

from __future__ import annotations

import ast
import math
import types
from collections.abc import Sequence
from typing import Any, cast

import numpy as np

from adgen.errors import Refusal
from adgen.ir.core import UNDEF


def name(text: str) -> ast.expr:
    """A dotted name."""
    first, *rest = text.split(".")
    node: ast.expr = ast.Name(first, ast.Load())
    for part in rest:
        node = ast.Attribute(node, part, ast.Load())
    return node


def store(text: str) -> ast.Name:
    return ast.Name(text, ast.Store())


def attribute(node: ast.expr, field: str) -> ast.expr:
    return ast.Attribute(node, field, ast.Load())


def call(function: str | ast.expr, *args: ast.expr, **keywords: ast.expr) -> ast.expr:
    node = name(function) if isinstance(function, str) else function
    return ast.Call(node, list(args), [ast.keyword(k, v) for k, v in keywords.items()])


def method(node: ast.expr, field: str, *args: ast.expr, **keywords: ast.expr) -> ast.expr:
    return call(attribute(node, field), *args, **keywords)


def index(node: ast.expr, item: ast.expr) -> ast.expr:
    return ast.Subscript(node, item, ast.Load())


def index_value(node: ast.expr) -> ast.expr:
    """An index as an expression of its own: `slice(a, b)` for `a:b`."""
    match node:
        case ast.Tuple(items):
            return ast.Tuple([index_value(item) for item in items], ast.Load())
        case ast.Slice(None, stop, None):
            return call("slice", stop or ast.Constant(None))
        case ast.Slice(start, stop, step):
            bounds = (start, stop, step)[: 2 if step is None else 3]
            return call("slice", *(b or ast.Constant(None) for b in bounds))
        case _:
            return node


def display(items: Sequence[ast.expr], kind: str = "tuple") -> ast.expr:
    return (
        ast.List(list(items), ast.Load()) if kind == "list" else ast.Tuple(list(items), ast.Load())
    )


def negate(node: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.USub(), node)


def literal(value: Any) -> ast.expr:
    """A constant: a Python number, string or None, a NumPy number or dtype, a tuple or list of
    such.
    """
    match value:
        case None | bool() | str() | bytes() | types.EllipsisType():
            return ast.Constant(value)
        case np.generic():
            return literal(value.item())
        case int():
            return negate(ast.Constant(-value)) if value < 0 else ast.Constant(value)
        case float():
            return real(value)
        case complex():
            return complex_number(value)
        case tuple() | list():
            kind = "list" if isinstance(value, list) else "tuple"
            return display([literal(v) for v in cast("list[Any]", value)], kind)
        case np.dtype():
            return dtype(str(cast(Any, value)))
        case np.ndarray():
            array = cast("np.ndarray[Any, Any]", value)
            return call("np.array", literal(array.tolist()), **dtype_keyword(array))
        case dict():
            items = cast("dict[Any, Any]", value).items()
            return ast.Dict([literal(k) for k, _ in items], [literal(v) for _, v in items])
        case type() if issubclass(value, np.generic):
            return name(f"np.{value.__name__}")
        case _ if value is UNDEF:
            return ast.Constant(None)
        case _:
            raise Refusal(
                f"a value {value!r} of type {type(value).__name__} cannot be written into source",
                "pass it as an argument",
            )


def dtype_keyword(value: np.ndarray[Any, Any]) -> dict[str, ast.expr]:
    """The dtype argument that np.array needs to make a literal the array again."""
    if value.size and np.array(value.tolist()).dtype == value.dtype:
        return {}
    return {"dtype": dtype(str(value.dtype))}


def real(value: float) -> ast.expr:
    if math.isnan(value):
        return name("np.nan")
    if math.copysign(1.0, value) < 0:
        return negate(real(-value))
    return name("np.inf") if math.isinf(value) else ast.Constant(value)


def complex_number(value: complex) -> ast.expr:
    """z, as `a + bj` or `-bj`; with parts that are not finite or a negative zero, as a call."""
    parts = (value.real, value.imag)
    if value.real == 0.0 and math.copysign(1.0, value.real) < 0 and value.imag < 0 and math.isfinite(value.imag):
        return negate(ast.Constant(complex(0.0, -value.imag)))
    if all(map(math.isfinite, parts)) and not any(
        p == 0.0 and math.copysign(1.0, p) < 0 for p in parts
    ):
        if value.real == 0.0 and value.imag >= 0:
            return ast.Constant(value)
        sign = ast.Sub() if value.imag < 0 else ast.Add()
        return ast.BinOp(real(value.real), sign, ast.Constant(complex(0.0, abs(value.imag))))
    return call("complex", real(value.real), real(value.imag))


def numpy_scalar(value: Any) -> ast.expr:
    """A NumPy scalar that keeps its dtype, which promotes as a Python number does not."""
    if value.dtype.kind in "mMV":
        raise Refusal(f"a constant of dtype {value.dtype} cannot be written into source", "pass it as an argument")
    return call(dtype(str(value.dtype)), literal(value.item()))


def dtype(text: str) -> ast.expr:
    return name(text if text == "bool" else f"np.{text}")


def store_all(node: ast.expr) -> ast.expr:
    """A display as the target of an assignment."""
    if isinstance(node, ast.Tuple):
        node.ctx = ast.Store()
    return node


def is_jump(statement: ast.stmt) -> bool:
    return isinstance(statement, (ast.Break, ast.Raise, ast.Return))
