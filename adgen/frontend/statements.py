"""Statements that neither branch nor loop nor assign, and the call expression."""

from __future__ import annotations

import ast
import importlib
from typing import Any, cast

import numpy as np

from adgen.errors import Refusal
from adgen.frontend.comprehensions import generator_tuple, summed
from adgen.frontend.containers import key_of, list_del
from adgen.frontend.control import escapes, truth
from adgen.frontend.expressions import display, make_function
from adgen.frontend.machine import Flow, Machine, evaluates, executes
from adgen.frontend.memory import content, number, set_content
from adgen.frontend.resolve import lift
from adgen.frontend.targets import bind
from adgen.frontend.values import AVal, DictV, ListV, Static
from adgen.ir.builder import const
from adgen.ir.core import Atom

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
        raise Refusal(f"** before {m.describe(value)}", span=m.span(node))
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
                raise Refusal(f"the dict has no key {key_of(index)!r}", "delete a key that it has")
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
            raise Refusal(f"{alias.name} cannot be imported from {node.module}")
        m.names[alias.asname or alias.name] = lift(m, getattr(module, alias.name))
    return None


def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise Refusal(f"the module {name} cannot be imported") from None


# Effects


@executes(ast.Assert)
def run_assert(m: Machine, node: ast.Assert, rest: Rest) -> Flow | None:
    condition = truth(m, m.eval(node.test))
    if condition is True:
        return None
    holds: Atom = const(False) if condition is False else condition
    message = () if node.msg is None else (_message(m, m.eval(node.msg)),)
    m.builder.emit_many("assert", (holds, *message), {})
    return Flow.DEAD if condition is False else None


@executes(ast.Raise)
def run_raise(m: Machine, node: ast.Raise, rest: Rest) -> Flow | None:
    """`raise Class(message)`: what follows is never reached."""
    if node.exc is None:
        raise Refusal("a bare raise is not supported")
    call = node.exc if isinstance(node.exc, ast.Call) else None
    cls = m.eval(call.func if call else node.exc)
    if not (
        isinstance(cls, Static)
        and isinstance(cls.value, type)
        and issubclass(cls.value, BaseException)
    ):
        raise Refusal("only exceptions of known classes can be raised")
    if cls.value.__module__ != "builtins":
        raise Refusal(
            f"raising {cls.value.__name__} is not supported: derivatives import NumPy only",
            "raise one of Python's own exceptions, as ValueError",
        )
    args = tuple(_message(m, m.eval(a)) for a in call.args) if call else ()
    m.builder.emit_many("raise", args, {"exception": cls.value.__name__})
    return Flow.DEAD


def _message(m: Machine, value: AVal) -> Atom:
    atom = number(m, value)
    if atom is not None:
        return atom
    if isinstance(value, Static):
        return const(value.value)
    raise Refusal(f"{m.describe(value)} as an exception's argument is not supported")


@executes(ast.With)
def run_with(m: Machine, node: ast.With, rest: Rest) -> Flow | None:
    """`with np.errstate(...)`, which changes warnings only, is passed through."""
    for item in node.items:
        call = item.context_expr
        if (
            not (isinstance(call, ast.Call) and m.eval(call.func) == Static(np.errstate))
            or item.optional_vars
        ):
            raise Refusal(
                "the statement `with` is not supported, but for np.errstate", span=m.span(call)
            )
        if any(key_of(m.eval(k.value)) not in ("ignore", "warn") for k in call.keywords):
            raise Refusal(
                "np.errstate is supported with 'ignore' and 'warn' only", span=m.span(call)
            )
    if escapes(node.body):
        return m.run(node.body + rest)
    flow = m.run(node.body)
    return None if flow is Flow.FALL else flow
