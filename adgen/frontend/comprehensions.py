"""Comprehensions, rewritten as the loops that they stand for, in a function of their own.

    [f(x) for x in xs if c]      ->  made = []; for x in xs: if c: made.append(f(x)); return made
    sum(f(x) for x in xs)        ->  made = start; for x in xs: made = made + f(x); return made

Over known items the loop unrolls; over others it is rolled, and the list is a stacked output.
"""

from __future__ import annotations

import ast
from typing import cast

from adgen.errors import Refusal
from adgen.frontend.machine import Machine
from adgen.frontend.memory import content
from adgen.frontend.source import Info
from adgen.frontend.values import AVal, Func, ListV, Run, Static, Tup

Comprehension = ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp
MADE, SOURCE, START = "__made", "__source", "__start"


def comprehension(m: Machine, node: Comprehension) -> AVal:
    """The list, dict or (for a generator or set) tuple or set."""
    info = _rewritten(m, node, "dict" if isinstance(node, ast.DictComp) else "list")
    source = m.eval(node.generators[0].iter)
    made = m.call(Func(info, m.here.id, (), ()), [source])
    return _as_set(m, made) if isinstance(node, ast.SetComp) else made


def _as_set(m: Machine, made: AVal) -> AVal:
    from adgen.frontend.containers import key_of

    held = content(m, cast(ListV, made).cell)
    if isinstance(held, Run):
        raise Refusal("a set of run-time values is not supported", "use a list, or np.unique")
    return Static(frozenset(key_of(v) for v in held))


def summed(m: Machine, node: ast.GeneratorExp, start: AVal) -> AVal:
    """`sum(... for ...)`: a loop that adds up."""
    info = _rewritten(m, node, "sum")
    source = m.eval(node.generators[0].iter)
    return m.call(Func(info, m.here.id, (), ()), [source, start])


def generator_tuple(m: Machine, made: AVal) -> AVal:
    """The items of a generator that were computed at once."""
    held = content(m, cast(ListV, made).cell)
    return made if isinstance(held, Run) else Tup(held)


def _rewritten(m: Machine, node: Comprehension, kind: str) -> Info:
    """The function that a comprehension stands for, kept on the node."""
    known: dict[str, Info] = node.__dict__.setdefault("rewritten", {})
    if kind not in known:
        known[kind] = m.inner_info(_function(node, kind))
    return known[kind]


def _function(node: Comprehension, kind: str) -> ast.FunctionDef:
    body = _innermost(node, kind)
    for position, generator in reversed(list(enumerate(node.generators))):
        if generator.is_async:
            raise Refusal("an async comprehension is not supported", "write a plain function")
        for test in reversed(generator.ifs):
            body = ast.If(test, [body], [])
        source = ast.Name(SOURCE, ast.Load()) if position == 0 else generator.iter
        body = ast.For(generator.target, source, [body], [])
    start: ast.expr = {
        "list": ast.List([], ast.Load()),
        "dict": ast.Dict([], []),
        "sum": _name(START),
    }[kind]
    parameters = [ast.arg(SOURCE)] + ([ast.arg(START)] if kind == "sum" else [])
    args = ast.arguments(
        posonlyargs=[], args=parameters, kwonlyargs=[], kw_defaults=[], defaults=[]
    )
    statements = [ast.Assign([ast.Name(MADE, ast.Store())], start), body, ast.Return(_name(MADE))]
    made = ast.FunctionDef("<comprehension>", args, cast("list[ast.stmt]", statements), [])
    _locate(made, node)
    return made


def _name(text: str) -> ast.Name:
    return ast.Name(text, ast.Load())


def _innermost(node: Comprehension, kind: str) -> ast.stmt:
    match node:
        case ast.DictComp(key=key, value=value):
            return ast.Assign([ast.Subscript(_name(MADE), key, ast.Store())], value)
        case _ if kind == "sum":
            return ast.Assign(
                [ast.Name(MADE, ast.Store())], ast.BinOp(_name(MADE), ast.Add(), node.elt)
            )
        case _:
            return ast.Expr(
                ast.Call(ast.Attribute(_name(MADE), "append", ast.Load()), [node.elt], [])
            )


def _locate(root: ast.AST, at: ast.AST) -> None:
    """Places for the nodes that were made here: the comprehension's."""
    for node in ast.walk(root):
        if "lineno" in node._attributes and getattr(node, "lineno", None) is None:
            ast.copy_location(node, at)
