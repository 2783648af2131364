"""Expressions that are neither operators, subscripts, attributes nor calls: displays, constants,
conditionals.
"""

from __future__ import annotations

import ast
from typing import Any, cast

from adgen.errors import Refusal
from adgen.frontend.comprehensions import comprehension
from adgen.frontend.containers import key_of, new_dict
from adgen.frontend.control import choose, truth
from adgen.frontend.generators import without_generators
from adgen.frontend.iterables import known_items
from adgen.frontend.machine import Frame, Machine, evaluates
from adgen.frontend.memory import content, new_list, number
from adgen.frontend.targets import bind
from adgen.frontend.values import AVal, DictV, Func, Static, Tup
from adgen.ir.builder import const
from adgen.ir.core import Atom, Const


@evaluates(ast.Constant)
def eval_constant(m: Machine, node: ast.Constant) -> AVal:
    value: Any = node.value
    return const(value) if isinstance(value, (bool, int, float, complex)) else Static(value)


@evaluates(ast.Tuple)
def eval_tuple(m: Machine, node: ast.Tuple) -> AVal:
    return Tup(tuple(display(m, node.elts)))


@evaluates(ast.List)
def eval_list(m: Machine, node: ast.List) -> AVal:
    return new_list(m, tuple(display(m, node.elts)))


@evaluates(ast.Set)
def eval_set(m: Machine, node: ast.Set) -> AVal:
    return Static(frozenset(key_of(v) for v in display(m, node.elts)))


def display(m: Machine, nodes: list[ast.expr]) -> list[AVal]:
    """The items of a display or of positional arguments, stars spliced in."""
    items: list[AVal] = []
    for node in nodes:
        if not isinstance(node, ast.Starred):
            items.append(m.eval(node))
            continue
        spliced = known_items(m, *without_generators(m, [m.eval(node.value)]))
        if spliced is None:
            raise Refusal(
                "* before something of run-time length is not supported", "loop over it", span=m.span(node)
            )
        items += spliced
    return items


@evaluates(ast.Dict)
def eval_dict(m: Machine, node: ast.Dict) -> AVal:
    items: dict[Any, AVal] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            other = m.eval(value)
            if not isinstance(other, DictV):
                raise Refusal(
                    f"** before {m.describe(other)}",
                    "** takes a dict whose keys are known when compiling",
                    span=m.span(value),
                )
            items.update(content(m, other.cell))
        else:
            known = key_of(m.eval(key))
            items[known] = m.eval(value)
    return new_dict(m, items)


@evaluates(ast.IfExp)
def eval_conditional(m: Machine, node: ast.IfExp) -> AVal:
    condition = truth(m, m.eval(node.test))
    if isinstance(condition, bool):
        return m.eval(node.body if condition else node.orelse)
    return choose(m, condition, lambda: m.eval(node.body), lambda: m.eval(node.orelse))


@evaluates(ast.NamedExpr)
def eval_walrus(m: Machine, node: ast.NamedExpr) -> AVal:
    if m.here.comprehension:
        raise Refusal("`:=` inside a comprehension is not supported", "write a loop")
    value = m.eval(node.value)
    bind(m, node.target.id, value)
    return value


@evaluates(ast.Lambda)
def eval_lambda(m: Machine, node: ast.Lambda) -> AVal:
    return make_function(m, node)


def make_function(m: Machine, node: ast.FunctionDef | ast.Lambda) -> Func:
    """A function defined in the code being run: its defaults are evaluated now, its names later."""
    frame: Frame | None = m.here
    while frame is not None:
        m.closures.add(frame.id)
        frame = frame.parent
    args = node.args
    defaults = tuple(m.eval(d) for d in args.defaults)
    keywords = tuple(
        (a.arg, m.eval(d)) for a, d in zip(args.kwonlyargs, args.kw_defaults) if d is not None
    )
    return Func(m.inner_info(node), m.here.id, defaults, keywords)


@evaluates(ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp)
def eval_comprehension(
    m: Machine, node: ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp
) -> AVal:
    return comprehension(m, node)


# Strings


@evaluates(ast.JoinedStr)
def eval_fstring(m: Machine, node: ast.JoinedStr) -> AVal:
    """Folded where all parts are known, else formatted at run time by a template."""
    template: list[str] = []
    atoms: list[Atom] = []
    for part in node.values:
        if isinstance(part, ast.Constant):
            template.append(str(part.value).replace("{", "{{").replace("}", "}}"))
        else:
            _field(m, cast(ast.FormattedValue, part), template, atoms)
    text = "".join(template)
    if not atoms:
        return Static(text.format())
    return m.builder.emit("format", *atoms, template=text)


def _tuple_field(
    m: Machine, items: tuple[AVal, ...], template: list[str], atoms: list[Atom]
) -> None:
    """A tuple in an f-string, item by item."""
    template.append("(")
    for position, item in enumerate(items):
        template.append(", " if position else "")
        if isinstance(item, (Const, Static)):
            template.append(repr(item.value).replace("{", "{{").replace("}", "}}"))
            continue
        atom = number(m, item)
        if atom is None:
            raise Refusal(f"{m.describe(item)} in an f-string is not supported", "format its items")
        template.append("{!r}")
        atoms.append(atom)
    template.append(",)" if len(items) == 1 else ")")


def _field(m: Machine, part: ast.FormattedValue, template: list[str], atoms: list[Atom]) -> None:
    value = m.eval(part.value)
    spec = m.eval(part.format_spec) if part.format_spec is not None else Static("")
    if not isinstance(spec, Static):
        raise Refusal("a run-time format specification is not supported", "give it as a constant", span=m.span(part))
    conversion = f"!{chr(part.conversion)}" if part.conversion != -1 else ""
    form = "{" + conversion + (f":{spec.value}" if spec.value else "") + "}"
    match value:
        case Tup(items, None) if form == "{}":
            _tuple_field(m, items, template, atoms)
        case Const() | Static():
            template.append(form.format(value.value).replace("{", "{{").replace("}", "}}"))
        case _:
            atom = number(m, value)
            if atom is None:
                raise Refusal(
                    f"{m.describe(value)} in an f-string is not supported", "format its items", span=m.span(part)
                )
            template.append(form)
            atoms.append(atom)
