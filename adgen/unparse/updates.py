"""Statements of the steps that change something: updates in place, lists, and effects.

`STATEMENTS` maps their names to what writes them.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from adgen.ir.core import ArrayItem, IntItem, Value, is_basic
from adgen.ir.types import ArrayT, ListT
from adgen.unparse import syntax as s
from adgen.unparse.expressions import Expressions
from adgen.unparse.form import Step
from adgen.unparse.forms import without_sign

Statements = list[ast.stmt]
Update = Callable[[Expressions, Step], Statements]
UPDATES: dict[str, type[ast.operator]] = {"iadd": ast.Add, "isub": ast.Sub, "imul": ast.Mult}


def augment(
    target: ast.Name | ast.Subscript, operator: type[ast.operator], value: ast.expr, loose: bool
) -> ast.stmt:
    """`target += value`; `-=` for the negative of something."""
    if loose and operator in (ast.Add, ast.Sub):
        positive = without_sign(value)
        if positive is not None:
            return ast.AugAssign(target, ast.Sub() if operator is ast.Add else ast.Add(), positive)
    return ast.AugAssign(target, operator(), value)


def update(e: Expressions, step: Step) -> Statements:
    """`x += t`."""
    target = s.store(e.names[step.result])
    return [augment(target, UPDATES[step.name], e.bare(step.args[1]), step.loose)]


def set_item(e: Expressions, step: Step) -> Statements:
    return [ast.Assign([place(e, step)], e.bare(step.args[1]))]


def add_at(e: Expressions, step: Step) -> Statements:
    if isinstance(step.result.type, ListT) and not isinstance(step.attrs["index"][0], IntItem):
        return [ast.Assign([place(e, step)], sums(e, step))]
    if has_positions(step):
        where = s.index_value(e.index(step.attrs["index"], step.args[2:]))
        target = variable(e, step.result)
        return [ast.Expr(s.call("np.add.at", target, where, e.bare(step.args[1])))]
    if step.attrs.get("apart"):
        return [ast.Assign([place(e, step)], ast.BinOp(element(e, step), ast.Add(), e.of(step.args[1])))]
    return [augment(place(e, step), ast.Add, e.bare(step.args[1]), True)]


def sums(e: Expressions, step: Step) -> ast.expr:
    """`[a + b for a, b in zip(items[1:], more)]`: a part of a list, with another list added element by element."""
    items = e.index(step.attrs["index"], step.args[2:])
    part = ast.Subscript(variable(e, step.result), items, ast.Load())
    pair = ast.Tuple([s.store("a"), s.store("b")], ast.Store())
    each = ast.comprehension(pair, s.call("zip", part, e.of(step.args[1])), [], 0)
    return ast.ListComp(ast.BinOp(s.name("a"), ast.Add(), s.name("b")), [each])


def add_to_zeros(e: Expressions, step: Step) -> Statements:
    """The first addition to an array of zeros is a store, where no element is named twice."""
    return set_item(e, step)


def place(e: Expressions, step: Step) -> ast.Subscript:
    items = e.index(step.attrs["index"], step.args[2:])
    return ast.Subscript(variable(e, step.result), items, ast.Store())


def element(e: Expressions, step: Step) -> ast.expr:
    """What stands at the place of a store."""
    items = e.index(step.attrs["index"], step.args[2:])
    return ast.Subscript(variable(e, step.result), items, ast.Load())


def variable(e: Expressions, value: Value) -> ast.expr:
    return s.name(e.names[value])


def has_positions(step: Step) -> bool:
    """Whether an index holds arrays of positions, which may name an element twice."""
    if is_basic(step.attrs["index"]) or step.attrs.get("distinct"):
        return False
    operands = step.args[2:]
    arrays = [operands[i.value.position] for i in step.attrs["index"] if isinstance(i, ArrayItem)]
    return any(not isinstance(a.type, ArrayT) or a.type.dtype != "bool" for a in arrays)


def append(e: Expressions, step: Step) -> Statements:
    return [ast.Expr(s.method(variable(e, step.result), "append", e.of(step.args[1])))]


def pop(e: Expressions, step: Step) -> Statements:
    shorter, element = step.results
    return [ast.Assign([s.store(e.names[element])], s.method(variable(e, shorter), "pop"))]


def push(e: Expressions, step: Step) -> Statements:
    kept, *elements = step.args
    nodes = [e.of(a) for a in elements]
    one = nodes[0] if len(nodes) == 1 else s.display(nodes)
    return [ast.Expr(s.method(e.of(kept), "append", one))]


def print_values(e: Expressions, step: Step) -> Statements:
    keywords = {k: s.literal(v) for k, v in step.attrs.items()}
    return [ast.Expr(s.call("print", *e.args(step), **keywords))]


def raise_error(e: Expressions, step: Step) -> Statements:
    exception = s.name(step.attrs["exception"])
    return [ast.Raise(s.call(exception, *e.args(step)) if step.args else exception, None)]


def warn(e: Expressions, step: Step) -> Statements:
    e.imports.add("warnings.*")
    category = step.attrs["category"]
    extra = [] if category == "UserWarning" else [s.name(category)]
    return [ast.Expr(s.call("warnings.warn", *e.args(step), *extra))]


def assert_holds(e: Expressions, step: Step) -> Statements:
    test, *message = e.args(step)
    return [ast.Assert(test, message[0] if message else None)]


# fmt: off
STATEMENTS: dict[str, Update] = {
    "setitem":  set_item,
    "set_list": set_item,
    "addat":    add_at,
    "append":   append,
    "poplast":  pop,
    "push":     push,
    **dict.fromkeys(UPDATES, update),
    "print":    print_values,
    "raise":    raise_error,
    "assert":   assert_holds,
    "warn":     warn,
}
# fmt: on
