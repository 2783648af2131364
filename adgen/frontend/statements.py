"""Statements that neither branch nor loop nor assign, and the call expression."""

from __future__ import annotations

import ast
import importlib
from typing import Any, cast

import numpy as np

from adgen.errors import Refusal
from adgen.frontend.comprehensions import generator_tuple, summed
from adgen.frontend.containers import key_of, list_del, missing_key
from adgen.frontend.expressions import display, make_function
from adgen.frontend.iterators import unzip
from adgen.frontend.machine import Flow, Machine, evaluates, executes
from adgen.frontend.memory import content, set_content
from adgen.frontend.resolve import lift
from adgen.frontend.targets import bind
from adgen.frontend.values import AVal, DictV, ListV, Static
from adgen.ir.builder import const

Rest = list[ast.stmt]


@evaluates(ast.Call)
def eval_call(m: Machine, node: ast.Call) -> AVal:
    function = m.eval(node.func)
    if len(node.args) in (1, 2) and isinstance(node.args[0], ast.GeneratorExp):
        generated = _over_generator(m, function, node)
        if generated is not None:
            return generated
    if function in JOINS and len(node.args) == 1 and isinstance(node.args[0], ast.ListComp):
        inner_arrays(node.args[0])
    if function == Static(zip) and len(node.args) == 1 and isinstance(node.args[0], ast.Starred):
        return unzip(m, m.eval(node.args[0].value))
    args = display(m, node.args)
    keywords: dict[str, AVal] = {}
    for word in node.keywords:
        if word.arg is None:
            keywords.update(_spread(m, word.value))
        else:
            keywords[word.arg] = m.eval(word.value)
    return m.call(function, args, keywords)


JOINS = (Static(np.array), Static(np.asarray))


def inner_arrays(node: ast.ListComp) -> None:
    """np.array([[...] for ...]) as np.array([np.array([...]) for ...]), which is the same."""
    if isinstance(node.elt, ast.ListComp):
        inner_arrays(node.elt)
        made = ast.Call(
            ast.copy_location(ast.Constant(cast(Any, np.array)), node.elt), [node.elt], []
        )
        node.elt = ast.copy_location(made, node.elt)


def _spread(m: Machine, node: ast.expr) -> dict[str, AVal]:
    value = m.eval(node)
    if not isinstance(value, DictV):
        raise Refusal(
            f"** before {m.describe(value)}",
            "** takes a dict whose keys are known when compiling",
            span=m.span(node),
        )
    return cast("dict[str, AVal]", content(m, value.cell))


def _over_generator(m: Machine, function: AVal, node: ast.Call) -> AVal | None:
    """sum(... for ...) adds up in a loop; other functions get all items at once."""
    generator = cast(ast.GeneratorExp, node.args[0])
    if function == Static(sum):
        return summed(m, generator, m.eval(node.args[1]) if len(node.args) == 2 else const(0))
    if len(node.args) == 1 and not node.keywords:
        return m.call(function, [generator_tuple(m, m.eval(generator))])
    return None


@executes(ast.Expr)
def run_expression(m: Machine, node: ast.Expr, rest: Rest) -> Flow | None:
    if not isinstance(node.value, ast.Constant):
        m.eval(node.value)
    return None


@executes(ast.Pass, ast.Global, ast.Nonlocal)
def run_pass(m: Machine, node: ast.Pass, rest: Rest) -> Flow | None:
    return None


@executes(ast.Return)
def run_return(m: Machine, node: ast.Return, rest: Rest) -> Flow | None:
    m.here.returned = m.builder.span
    m.names["%value"] = Static(None) if node.value is None else m.eval(node.value)
    return Flow.RETURN


@executes(ast.Break)
def run_break(m: Machine, node: ast.Break, rest: Rest) -> Flow | None:
    return Flow.BREAK


@executes(ast.Continue)
def run_continue(m: Machine, node: ast.Continue, rest: Rest) -> Flow | None:
    return Flow.CONTINUE


@executes(ast.FunctionDef)
def run_def(m: Machine, node: ast.FunctionDef, rest: Rest) -> Flow | None:
    function: AVal = make_function(m, node)
    for decorator in reversed(node.decorator_list):
        function = m.call(m.eval(decorator), [function])
    bind(m, node.name, function)
    return None


@executes(ast.Delete)
def run_delete(m: Machine, node: ast.Delete, rest: Rest) -> Flow | None:
    for target in node.targets:
        match target:
            case ast.Name(id=name):
                m.names.pop(name, None)
            case ast.Subscript(value=owner, slice=index):
                delete_item(m, m.eval(owner), m.eval(index))
            case _:
                raise Refusal("del of this is not supported", "leave it", m.span(target))
    return None


def delete_item(m: Machine, owner: AVal, index: AVal) -> None:
    match owner:
        case ListV():
            list_del(m, owner, index)
        case DictV(cell):
            held = dict(content(m, cell))
            if key_of(index) not in held:
                raise missing_key(key_of(index), held)
            del held[key_of(index)]
            set_content(m, cell, held)
        case _:
            raise Refusal(f"del of a part of {m.describe(owner)} is not supported", "make one without it")


@executes(ast.Import)
def run_import(m: Machine, node: ast.Import, rest: Rest) -> Flow | None:
    for alias in node.names:
        module = _module(alias.name)
        top = importlib.import_module(alias.name.partition(".")[0])
        m.names[alias.asname or alias.name.partition(".")[0]] = Static(
            module if alias.asname else top
        )
    return None


@executes(ast.ImportFrom)
def run_import_from(m: Machine, node: ast.ImportFrom, rest: Rest) -> Flow | None:
    if node.level or node.module is None:
        raise Refusal(
            "a relative import inside of a function is not supported",
            "import at the top of the file",
        )
    module = _module(node.module)
    for alias in node.names:
        if alias.name == "*" or not hasattr(module, alias.name):
            raise Refusal(f"{alias.name} cannot be imported from {node.module}", "import a name that the module has")
        m.names[alias.asname or alias.name] = lift(m, getattr(module, alias.name))
    return None


def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise Refusal(
            f"the module {name} cannot be imported", "install it, or import it at the top", raises=ImportError
        ) from None
