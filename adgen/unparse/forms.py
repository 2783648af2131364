"""The printed forms of the ops that have one of their own: `PRINTERS`, by the op's name."""

from __future__ import annotations

import ast
import string
from dataclasses import replace
from typing import Any

from adgen.ir.builder import const
from adgen.ir.core import Atom, Const
from adgen.ir.types import (
    GENERATOR,
    ArrayT,
    ListT,
    ScalarT,
    ShapeT,
    Type,
    dims_of,
    dtype_of,
    is_scalar,
    rank_of,
)
from adgen.unparse import syntax as s
from adgen.unparse.expressions import Expressions, Printer
from adgen.unparse.form import Step
from adgen.unparse.functionals import FUNCTIONALS
from adgen.unparse.matrix_forms import MATRIX_PRINTERS

# fmt: off
OPERATORS: dict[str, type[ast.operator]] = {
    "add": ast.Add, "sub": ast.Sub, "mul": ast.Mult, "div": ast.Div, "floordiv": ast.FloorDiv,
    "mod": ast.Mod, "pow": ast.Pow, "matmul": ast.MatMult, "bitand": ast.BitAnd,
    "bitor": ast.BitOr, "bitxor": ast.BitXor, "lshift": ast.LShift, "rshift": ast.RShift,
}
COMPARISONS: dict[str, type[ast.cmpop]] = {
    "lt": ast.Lt, "le": ast.LtE, "gt": ast.Gt, "ge": ast.GtE, "eq": ast.Eq, "ne": ast.NotEq,
}
UNARY: dict[str, type[ast.unaryop]] = {
    "neg": ast.USub, "pos": ast.UAdd, "not": ast.Not, "invert": ast.Invert,
}
BUILTINS = {"abs": "abs", "pymax": "max", "pymin": "min", "listlen": "len"}
# fmt: on


def known_rank(atom: Atom) -> int:
    """The rank of an ndarray; 0 where it may be a Python number or is unknown, so that methods are
    not safe.
    """
    return (rank_of(atom.type) or 0) if isinstance(atom.type, ArrayT) else 0


def print_binary(e: Expressions, step: Step) -> ast.expr:
    left, right = e.args(step)
    operator = OPERATORS[step.name]
    if step.loose and operator in (ast.Add, ast.Sub):
        positive = without_sign(right)
        if positive is not None:
            return ast.BinOp(left, ast.Sub() if operator is ast.Add else ast.Add(), positive)
    return ast.BinOp(left, operator(), right)


def without_sign(node: ast.expr) -> ast.expr | None:
    """-node, if node is written as the negative of something: exact, for a product's sign is that
    of its factors.
    """
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return node.operand
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Div)):
        left = without_sign(node.left)
        return None if left is None else ast.BinOp(left, node.op, node.right)
    return None


def print_comparison(e: Expressions, step: Step) -> ast.expr:
    left, right = e.args(step)
    return ast.Compare(left, [COMPARISONS[step.name]()], [right])


def print_unary(e: Expressions, step: Step) -> ast.expr:
    return ast.UnaryOp(UNARY[step.name](), e.of(step.args[0]))


def print_builtin(e: Expressions, step: Step) -> ast.expr:
    return s.call(BUILTINS[step.name], *e.args(step))


def print_getitem(e: Expressions, step: Step) -> ast.expr:
    return s.index(e.of(step.args[0]), e.index(step.attrs["index"], step.args[1:]))


def print_shape(e: Expressions, step: Step) -> ast.expr:
    x = step.args[0]
    return s.attribute(e.of(x), "shape") if known_rank(x) else s.call("np.shape", e.of(x))


def print_dim(e: Expressions, step: Step) -> ast.expr:
    x, axis = step.args[0], step.attrs["axis"]
    if axis == 0 and known_rank(x):
        return s.call("len", e.of(x))
    return s.index(print_shape(e, step), s.literal(axis))


def print_size(e: Expressions, step: Step) -> ast.expr:
    x = step.args[0]
    return s.attribute(e.of(x), step.name) if known_rank(x) else s.call(f"np.{step.name}", e.of(x))


def print_filled(e: Expressions, step: Step) -> ast.expr:
    """zeros, ones, empty."""
    wanted = step.attrs["dtype"]
    like = e.shaped_like(step.args)
    if like is not None and isinstance(like.type, ArrayT) and like.type.dtype == wanted:
        return s.call(f"np.{step.name}_like", e.of(like))
    dtype = {} if wanted == "float64" else {"dtype": s.dtype(wanted)}
    return s.call(f"np.{step.name}", e.shape(step.args), **dtype)


def print_full(e: Expressions, step: Step) -> ast.expr:
    value, *sizes = step.args
    wanted = step.attrs["dtype"]
    if step.loose and isinstance(value, Const) and isinstance(value.value, complex) and value.value.imag == 0:
        value = const(value.value.real)
    number = value.value if isinstance(value, Const) and step.loose else None
    if type(number) is float and number in (0.0, 1.0):
        return print_filled(e, replace(step, name="ones" if number else "zeros", args=sizes))
    like = e.shaped_like(sizes)
    same = like is not None and isinstance(like.type, ArrayT) and like.type.dtype == wanted
    if step.loose and like is not None and same:
        return s.call("np.full_like", e.of(like), e.bare(value))
    has = "float64" if type(number) is float else dtype_of(value.type)
    dtype = {} if has == wanted else {"dtype": s.dtype(wanted)}
    return s.call("np.full", e.shape(sizes), e.bare(value), **dtype)


def print_broadcast(e: Expressions, step: Step) -> ast.expr:
    return s.call("np.broadcast_to", e.of(step.args[0]), e.shape(step.args[1:]))


def print_sum_to(e: Expressions, step: Step) -> ast.expr:
    e.helpers.add("_sum_to")
    return s.call("_sum_to", e.of(step.args[0]), e.shape(step.args[1:], single=False))


def print_reshape(e: Expressions, step: Step) -> ast.expr:
    x, *sizes = step.args
    if not known_rank(x):
        return s.call("np.reshape", e.of(x), e.shape(sizes))
    if len(sizes) == 1 and isinstance(sizes[0].type, ShapeT):
        return s.method(e.of(x), "reshape", e.of(sizes[0]))
    return (
        s.method(e.of(x), "reshape", *map(e.of, sizes))
        if sizes
        else s.method(e.of(x), "reshape", s.display([]))
    )


def print_transpose(e: Expressions, step: Step) -> ast.expr:
    x, axes = step.args[0], step.attrs["axes"]
    rank = known_rank(x)
    if not rank:
        return s.call("np.transpose", e.of(x), *([] if axes is None else [s.literal(axes)]))
    if axes is None or tuple(axes) == tuple(range(rank))[::-1]:
        return s.attribute(e.of(x), "T")
    if tuple(axes) == (*range(rank - 2), rank - 1, rank - 2):
        return s.attribute(e.of(x), "mT")
    return s.method(e.of(x), "transpose", *map(s.literal, axes))


def axes_of(step: Step) -> tuple[int, ...]:
    axis = step.attrs["axis"]
    return (axis,) if isinstance(axis, int) else tuple(axis)


def print_expand_dims(e: Expressions, step: Step) -> ast.expr:
    x, axes = step.args[0], axes_of(step)
    rank = known_rank(x)
    if not rank:
        return s.call("np.expand_dims", e.of(x), s.literal(axes[0] if len(axes) == 1 else axes))
    full = rank + len(axes)
    new = {a % full for a in axes}
    items: list[ast.expr] = [
        ast.Constant(None) if k in new else ast.Slice() for k in range(max(new) + 1)
    ]
    return s.index(e.of(x), items[0] if len(items) == 1 else s.display(items))


def print_squeeze(e: Expressions, step: Step) -> ast.expr:
    x, rank = step.args[0], known_rank(step.args[0])
    axis = step.attrs["axis"]
    if axis is None or not rank:
        return s.call("np.squeeze", e.of(x), **({} if axis is None else {"axis": s.literal(axis)}))
    gone = {a % rank for a in axes_of(step)}
    items: list[ast.expr] = [
        ast.Constant(0) if k in gone else ast.Slice() for k in range(max(gone) + 1)
    ]
    return s.index(e.of(x), items[0] if len(items) == 1 else s.display(items))


def print_convert(e: Expressions, step: Step) -> ast.expr:
    x, dtype = step.args[0], step.attrs["dtype"]
    if isinstance(x.type, ScalarT) or dims_of(x.type) == ():
        return s.call(s.name("np.bool_") if dtype == "bool" else s.dtype(dtype), e.of(x))
    if not known_rank(x):
        return s.call("np.array", e.of(x), dtype=s.dtype(dtype))
    return s.method(e.of(x), "astype", s.dtype(dtype))


def print_to_python(e: Expressions, step: Step) -> ast.expr:
    return s.call(step.attrs["kind"], e.of(step.args[0]))


def print_copy(e: Expressions, step: Step) -> ast.expr:
    x = step.args[0]
    if isinstance(x.type, ScalarT):
        return e.of(x)
    if isinstance(x.type, ArrayT) and x.type.dims is None:
        return s.call("np.array", e.of(x))
    return s.method(e.of(x), "copy")


def print_copy_list(e: Expressions, step: Step) -> ast.expr:
    """A list with copies of what it holds."""
    return copied(e.of(step.args[0]), step.args[0].type)


def copied(node: ast.expr, t: Type) -> ast.expr:
    if not isinstance(t, ListT) or is_scalar(t.element):
        return s.method(node, "copy")
    loop = ast.comprehension(s.store("item"), node, [], 0)
    return ast.ListComp(copied(s.name("item"), t.element), [loop])


def print_safe_div(e: Expressions, step: Step) -> ast.expr:
    """a / b, but 0 where a is 0: by a divisor that is 1 there."""
    a, b = step.args
    if is_scalar(step.result.type) and is_scalar(b.type):
        zero = ast.Compare(e.of(a), [ast.Eq()], [ast.Constant(0.0)])
        return ast.IfExp(zero, e.of(a), ast.BinOp(e.of(a), ast.Div(), e.of(b)))
    zero = ast.Compare(e.of(a), [ast.Eq()], [ast.Constant(0.0)])
    return ast.BinOp(e.of(a), ast.Div(), s.call("np.where", zero, ast.Constant(1.0), e.of(b)))


def print_joined(e: Expressions, step: Step) -> ast.expr:
    """array, stack, concatenate."""
    called = f"np.{step.name}"
    axis = step.attrs.get("axis", 0)
    given = {} if axis == 0 else {"axis": s.literal(axis)}
    return s.call(called, s.display(e.args(step), "list"), **given)


def print_stack_list(e: Expressions, step: Step) -> ast.expr:
    axis = step.attrs["axis"]
    if axis == 0:
        return s.call("np.array", e.of(step.args[0]))
    return s.call("np.stack", e.of(step.args[0]), axis=s.literal(axis))


def print_unstack(e: Expressions, step: Step) -> ast.expr:
    axis, x = step.attrs["axis"], e.of(step.args[0])
    return s.call(
        "list", x if axis == 0 else s.call("np.moveaxis", x, s.literal(axis), s.literal(0))
    )


def print_zero_list(e: Expressions, step: Step) -> ast.expr:
    return zeros_for(e.of(step.args[0]), step.result.type, 0)


def zeros_for(items: ast.expr, t: Type, depth: int) -> ast.expr:
    """A zero for each element of a list, to any depth."""
    if not isinstance(t, ListT):
        return s.call("np.zeros_like", items)
    if is_scalar(t.element):
        return ast.BinOp(s.display([ast.Constant(0.0)], "list"), ast.Mult(), s.call("len", items))
    name = f"item{depth or ''}"
    loop = ast.comprehension(s.store(name), items, [], 0)
    return ast.ListComp(zeros_for(s.name(name), t.element, depth + 1), [loop])


def print_add_lists(e: Expressions, step: Step) -> ast.expr:
    first, second = e.args(step)
    return sums_of(first, second, step.result.type, 0, bool(step.attrs.get("gaps")))


def sums_of(
    first: ast.expr, second: ast.expr, t: Type, depth: int, gaps: bool
) -> ast.expr:
    """The sums of the elements of two lists, to any depth; with gaps, None where both are."""
    if not isinstance(t, ListT):
        total = ast.BinOp(first, ast.Add(), second)
        if not gaps:
            return total
        absent = ast.Compare(s.name(f"a{depth - 1 or ''}"), [ast.Is()], [ast.Constant(None)])
        return ast.IfExp(absent, ast.Constant(None), total)
    names = [f"{n}{depth or ''}" for n in ("a", "b")]
    target = ast.Tuple([s.store(n) for n in names], ast.Store())
    loop = ast.comprehension(target, s.call("zip", first, second), [], 0)
    inner = sums_of(s.name(names[0]), s.name(names[1]), t.element, depth + 1, gaps)
    return ast.ListComp(inner, [loop])


def print_reverse_list(e: Expressions, step: Step) -> ast.expr:
    return s.call("list", s.call("reversed", e.of(step.args[0])))


def print_list(e: Expressions, step: Step) -> ast.expr:
    return s.display(e.args(step), "list")


def print_format(e: Expressions, step: Step) -> ast.expr:
    """An f-string; a template with nested or named fields is formatted by its method."""
    template: str = step.attrs["template"]
    fields = list(string.Formatter().parse(template))
    if any(name not in (None, "") or "{" in (spec or "") for _, name, spec, _ in fields):
        return s.method(ast.Constant(template), "format", *e.args(step))
    operands = iter(step.args)
    parts: list[ast.expr] = []
    for text, name, spec, conversion in fields:
        parts += [ast.Constant(text)] if text else []
        if name is not None:
            form = ast.JoinedStr([ast.Constant(spec)]) if spec else None
            parts.append(
                ast.FormattedValue(
                    e.of(next(operands)), ord(conversion) if conversion else -1, form
                )
            )
    return ast.JoinedStr(parts)


def print_with_first(e: Expressions, step: Step) -> ast.expr:
    """A call whose first attr is never written as a keyword: `np.roll(x, 2)`."""
    (_, first), *rest = step.attrs.items()
    return e.call(step, f"np.{step.name}", dict(rest), s.literal(first))


def print_pad(e: Expressions, step: Step) -> ast.expr:
    """np.pad, with one width where all are equal."""
    widths = step.attrs["pad_width"]
    flat = {width for pair in widths for width in pair}
    shortest = flat.pop() if len(flat) == 1 else widths[0] if len(widths) == 1 else widths
    rest = {k: v for k, v in step.attrs.items() if k != "pad_width"}
    return e.call(step, "np.pad", rest, s.literal(shortest))


def print_eye(e: Expressions, step: Step) -> ast.expr:
    """np.eye, with one size where it is square."""
    rows, columns = step.args
    same = rows is columns or (rows.type == columns.type and size_key(rows) == size_key(columns))
    square = replace(step, args=[rows]) if same else step
    return e.call(square, "np.eye", {k: v for k, v in step.attrs.items() if (k, v) != ("k", 0)})


def size_key(size: Atom) -> object:
    """Equal for sizes that are equal."""
    if isinstance(size, Const):
        return size.key()
    known = size.type.size if isinstance(size.type, ScalarT) else None
    return size if known is None else known


def print_tensordot(e: Expressions, step: Step) -> ast.expr:
    """np.tensordot, with the number of axes where those at the meeting ends are summed over."""
    first, second = step.attrs["axes"]
    count, rank = len(first), rank_of(step.args[0].type) or 0
    axes: object = (first, second)
    if first == tuple(range(rank - count, rank)) and second == tuple(range(count)):
        axes = count
    elif count == 1:
        axes = (first[0], second[0])
    return e.call(step, "np.tensordot", {"axes": axes})


def print_kernel(e: Expressions, step: Step) -> ast.expr:
    """`f_kernel(x, y[:, None])`."""
    return s.call(e.kernels[step.attrs["body"]], *map(e.of, step.args))


def print_einsum(e: Expressions, step: Step) -> ast.expr:
    path = {k: s.literal(v) for k, v in step.attrs.items() if k == "optimize"}
    return s.call("np.einsum", s.literal(step.attrs["spec"]), *e.args(step), **path)


def print_choose(e: Expressions, step: Step) -> ast.expr:
    """`np.choose(a, [x, y])`."""
    chosen, *choices = e.args(step)
    return s.call("np.choose", chosen, s.display(choices, "list"))


def print_ravel_multi_index(e: Expressions, step: Step) -> ast.expr:
    """`np.ravel_multi_index((i, j), (n, m))`."""
    nodes, rank = e.args(step), step.attrs["rank"]
    given = {k: s.literal(v) for k, v in step.attrs.items() if (k, v) not in (("mode", "raise"), ("order", "C"))}
    given.pop("rank")
    return s.call("np.ravel_multi_index", s.display(nodes[:rank]), s.display(nodes[rank:]), **given)


def print_draw(e: Expressions, step: Step) -> ast.expr:
    """`rng.normal(loc, scale, size=(n, 3))`, or `np.random.normal(...)`."""
    nodes, attrs = e.args(step), step.attrs
    of_generator = bool(step.args) and step.args[0].type == GENERATOR
    owner = nodes.pop(0) if of_generator else s.name("np.random")
    given, size = nodes[: len(attrs["names"])], nodes[len(attrs["names"]) :]
    named: dict[str, ast.expr] = {}
    if attrs["size"] is not None and not attrs.get("spread"):
        named["size"] = size[0] if len(size) == 1 else s.display(size)
    if "p" in attrs["names"]:
        named["p"] = given.pop(attrs["names"].index("p"))
    if "replace" in attrs:
        named["replace"] = s.literal(attrs["replace"])
    return ast.Call(
        s.attribute(owner, attrs["method"]),
        [*given_by_position(attrs, given, named), *(size if attrs.get("spread") else ())],
        [ast.keyword(k, v) for k, v in named.items()],
    )


def given_by_position(attrs: dict[str, Any], given: list[ast.expr], named: dict[str, ast.expr]) -> list[ast.expr]:
    """The parameters, by position where they are the first ones; else they are entered by name."""
    names = [n for n in attrs["names"] if n != "p"]
    if names and names[0] in ("scale", "high") and attrs["method"] not in ("exponential", "rayleigh"):
        named.update(zip(names, given, strict=True))
        return []
    return given


def print_call(e: Expressions, step: Step) -> ast.expr:
    return s.call(e.called[step.attrs["callee"]], *e.args(step))


def print_external(e: Expressions, step: Step) -> ast.expr:
    return s.call(e.callable(step.attrs["callee"]), *e.args(step))


def print_pack(e: Expressions, step: Step) -> ast.expr:
    return s.display(e.args(step))


def print_unpack(e: Expressions, step: Step) -> ast.expr:
    """The tape, which the results are the parts of; of a tape of one part that part."""
    tape = e.of(step.args[0])
    return tape if len(step.results) > 1 else s.index(tape, s.literal(0))


def print_weighted(e: Expressions, step: Step) -> ast.expr:
    """logsumexp with weights: `logsumexp(x, b=w)`."""
    array, weights = e.args(step)
    given = {} if isinstance(step.args[1], Const) and step.args[1].value == 1.0 else {"b": weights}
    return e.call(replace(step, args=[]), "scipy.special.logsumexp", step.attrs, array, **given)


def print_helper(e: Expressions, step: Step) -> ast.expr:
    """A call of a function that the module carries."""
    e.helpers.add(f"_{step.name}")
    return s.call(f"_{step.name}", *e.args(step))


# fmt: off
PRINTERS: dict[str, Printer] = {
    **{op: print_binary     for op in OPERATORS},
    **{op: print_comparison for op in COMPARISONS},
    **{op: print_unary      for op in UNARY},
    **{op: print_builtin    for op in BUILTINS},
    **FUNCTIONALS,
    **MATRIX_PRINTERS,
    "getitem":     print_getitem,
    "shape":       print_shape,
    "dim":         print_dim,
    "size":        print_size,
    "ndim":        print_size,
    "zeros":       print_filled,
    "ones":        print_filled,
    "empty":       print_filled,
    "full":        print_full,
    "broadcast":   print_broadcast,
    "sum_to":      print_sum_to,
    "reshape":     print_reshape,
    "transpose":   print_transpose,
    "expand_dims": print_expand_dims,
    "squeeze":     print_squeeze,
    "convert":     print_convert,
    "to_python":   print_to_python,
    "copy":        print_copy,
    "copy_list":   print_copy_list,
    "safe_div":    print_safe_div,
    "array":       print_joined,
    "stack":       print_joined,
    "concatenate": print_joined,
    "stack_list":  print_stack_list,
    "unstack":     print_unstack,
    "zero_list":   print_zero_list,
    "add_lists":   print_add_lists,
    "reverse_list": print_reverse_list,
    "list":        print_list,
    "newlist":     print_list,
    "einsum":      print_einsum,
    "tensordot":   print_tensordot,
    "eye":         print_eye,
    "pad":         print_pad,
    "roll":        print_with_first,
    "tile":        print_with_first,
    "repeat":      print_with_first,
    "format":      print_format,
    "choose":      print_choose,
    "ravel_multi_index": print_ravel_multi_index,
    "call":        print_call,
    "external":    print_external,
    "draw":        print_draw,
    "pack":        print_pack,
    "unpack":      print_unpack,
    "special.weighted_logsumexp": print_weighted,
    "add_tapes":   print_helper,
    "kernel":      print_kernel,
    "zero_tape":   print_helper,
}
# fmt: on
