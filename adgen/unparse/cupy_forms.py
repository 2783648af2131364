"""Printed forms that differ for CuPy, where a number of rank 0 is an array on the device.

Names are NumPy's here too (see `target`). No form waits for the device, but where a number of Python's is meant.
"""

from __future__ import annotations

import ast
from dataclasses import replace

import numpy as np

from adgen.errors import Refusal
from adgen.ir.core import Const
from adgen.ir.types import ListT, ScalarT, dims_of, dtype_of, is_complex
from adgen.rules.cupy import OF_THE_HOST, has
from adgen.rules.table import RULES
from adgen.unparse import syntax as s
from adgen.unparse import updates
from adgen.unparse.expressions import Expressions, Printer
from adgen.unparse.form import Step
from adgen.unparse.forms import PRINTERS, print_copy, print_joined
from adgen.unparse.updates import Statements


def print_asarray(e: Expressions, step: Step) -> ast.expr:
    return s.call("np.asarray", e.of(step.args[0]))


def print_convert(e: Expressions, step: Step) -> ast.expr:
    """`x.astype(cp.float32)`: `cp.float32(x)` of an array would wait for it."""
    (x,), dtype = step.args, step.attrs["dtype"]
    if isinstance(x.type, ScalarT):
        return PRINTERS["convert"](e, step)
    if dims_of(x.type) or step.attrs.get("sure"):
        return s.method(e.of(x), "astype", s.dtype(dtype))
    return s.call("np.array", e.of(x), dtype=s.dtype(dtype))


def print_copied(e: Expressions, step: Step) -> ast.expr:
    (x,) = step.args
    certain = isinstance(x.type, (ScalarT, ListT)) or dims_of(x.type) or step.attrs.get("sure")
    return print_copy(e, step) if certain else s.call("np.array", e.of(x))


def print_safe_div(e: Expressions, step: Step) -> ast.expr:
    """a / b, but 0 where a is 0: by a divisor that is 1 there."""
    a, b = step.args
    if isinstance(a.type, ScalarT) and isinstance(b.type, ScalarT):
        return PRINTERS["safe_div"](e, step)
    zero = ast.Compare(e.of(a), [ast.Eq()], [ast.Constant(0.0)])
    return ast.BinOp(e.of(a), ast.Div(), s.call("np.where", zero, ast.Constant(1.0), e.of(b)))


def print_array(e: Expressions, step: Step) -> ast.expr:
    """Numbers of Python's go to the device together; arrays are stacked there."""
    if all(isinstance(a.type, ScalarT) for a in step.args):
        return print_joined(e, step)
    return s.call("np.stack", s.display(e.args(step), "list"))


def print_stack_list(e: Expressions, step: Step) -> ast.expr:
    """A list with numbers of the host among those of the device cannot be made an array at once."""
    (x,), axis = step.args, step.attrs["axis"]
    assert isinstance(x.type, ListT)
    element = x.type.element
    if isinstance(element, (ScalarT, ListT)):
        return PRINTERS["stack_list"](e, step)
    along = {} if axis == 0 else {"axis": s.literal(axis)}
    if dims_of(element):
        return s.call("np.stack", e.of(x), **along)
    loop = ast.comprehension(s.store("item"), e.of(x), [], 0)
    items = e.of(x) if step.attrs.get("sure") else ast.ListComp(s.call("np.asarray", s.name("item")), [loop])
    return s.call("np.array", items, **along)


def number_of_python(printer: Printer) -> Printer:
    """A function that gives a number of Python's with NumPy, and an array with CuPy."""

    def printed(e: Expressions, step: Step) -> ast.expr:
        node, t = printer(e, step), step.results[0].type if len(step.results) == 1 else None
        return s.call(t.kind, node) if isinstance(t, ScalarT) else node

    return printed


def print_partition(e: Expressions, step: Step) -> ast.expr:
    """The places as ints of Python's."""
    x, places = step.args
    assert isinstance(places, Const)
    known = s.literal(np.asarray(places.value).tolist())
    return e.call(replace(step, args=[x]), f"np.{step.name}", step.attrs, known)


def print_singular_values(e: Expressions, step: Step) -> ast.expr:
    return s.call("np.linalg.svd", e.of(step.args[0]), compute_uv=ast.Constant(False))


def print_accumulate(e: Expressions, step: Step) -> ast.expr:
    """`_accumulate(cp.maximum, x, 0)`: CuPy's ufuncs accumulate sums and products alone."""
    e.helpers.add("_accumulate")
    ufunc = s.name(f"np.{step.name.partition('.')[0]}")
    return s.call("_accumulate", ufunc, e.of(step.args[0]), s.literal(step.attrs["axis"]))


def print_expm_frechet(e: Expressions, step: Step) -> ast.expr:
    e.helpers.add("_frechet")
    return s.call("_frechet", e.callable("scipy.linalg.expm"), *(e.of(a) for a in step.args))


def print_generic(e: Expressions, step: Step) -> ast.expr:
    """The call that the rules table names, as a number where NumPy gives one."""
    node = e.generic(step)
    rule = RULES.get(step.name)
    called = rule.call if rule is not None else ""
    t = step.results[0].type if len(step.results) == 1 else None
    if not isinstance(t, ScalarT) or called in OF_THE_HOST or not has(called):
        return node
    return s.call(t.kind, node)


ADDED = frozenset({"int32", "int64", "uint32", "uint64", "float16", "float32", "float64"})
"""Dtypes that `cp.add.at` adds to."""


def add_at(e: Expressions, step: Step) -> Statements:
    """Complex numbers are added at repeated positions part by part."""
    if isinstance(step.result.type, ListT) or not updates.has_positions(step):
        return updates.add_at(e, step)
    dtype = dtype_of(step.result.type)
    if is_complex(step.result.type):
        parts = ("real", "imag") if is_complex(step.args[1].type) else ("real",)
        return [part_added(e, step, part) for part in parts]
    if dtype not in ADDED:
        raise Refusal(f"CuPy does not add at repeated positions to {dtype}", "compute in float64", step.span)
    return updates.add_at(e, step)


def part_added(e: Expressions, step: Step, part: str) -> ast.stmt:
    where = s.index_value(e.index(step.attrs["index"], step.args[2:]))
    target = s.attribute(updates.variable(e, step.result), part)
    added = e.bare(step.args[1])
    added = s.call(f"np.{part}", added) if is_complex(step.args[1].type) else added
    return ast.Expr(s.call("np.add.at", target, where, added))


def print_reshape(e: Expressions, step: Step) -> ast.expr:
    x, *sizes = step.args
    shape = [e.of(a) for a in sizes]
    return s.method(e.of(x), "reshape", *(shape if shape else [s.display([])]))


CUPY_HELPERS = {
    "_accumulate": '''
def _accumulate(f, x, axis):
    """x accumulated along an axis by f, over twice as many places in each step."""
    y = np.moveaxis(x.copy(), axis, 0)
    done = 1
    while done < len(y):
        y[done:] = f(y[done:], y[:-done])
        done *= 2
    return np.moveaxis(y, 0, axis)
''',
    "_zero_tape": '''
def _zero_tape(part):
    """Zeros for what a tape holds; None for what has no derivative."""
    if isinstance(part, (tuple, list)):
        return type(part)(map(_zero_tape, part))
    if isinstance(part, np.ndarray):
        return np.zeros_like(part) if part.dtype.kind in "fc" else None
    return type(part)(0) if isinstance(part, (float, complex, np.inexact)) else None
''',
}

# fmt: off
CUPY_PRINTERS: dict[str, Printer] = {
    "asarray":    print_asarray,
    "convert":    print_convert,
    "copy":       print_copied,
    "safe_div":   print_safe_div,
    "array":      print_array,
    "stack_list": print_stack_list,
    "draw":       number_of_python(PRINTERS["draw"]),
    "svdvals":    print_singular_values,
    "partition":  print_partition,
    "argpartition": print_partition,
    "reshape":    print_reshape,
    **dict.fromkeys(("maximum.accumulate", "minimum.accumulate", "logaddexp.accumulate"), print_accumulate),
    "scipy.linalg.expm_frechet": print_expm_frechet,
    "*":          print_generic,
}
# fmt: on
