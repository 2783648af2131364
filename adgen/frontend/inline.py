"""Entering a user's function: its frame and parameters, its body; and derivatives that are called inside of one."""

from __future__ import annotations

import ast
import inspect
import types
from collections.abc import Iterator
from typing import Any, cast

from adgen.errors import Refusal
from adgen.frontend.control import may_fall
from adgen.frontend.machine import Flow, Frame, Guard, Machine, NeverReturns, Poisoned
from adgen.frontend.resolve import lift
from adgen.frontend.source import Info, info_of
from adgen.frontend.trees import from_tree, to_tree
from adgen.frontend.values import POISON, AVal, Conflict, Func, Poison, Static, Tup
from adgen.ir.core import Atom, Const, Function, Value, clone_block, map_op, substitute
from adgen.ir.tree import Tree


def run_frame(m: Machine, frame: Frame) -> AVal:
    """Run a function's body; gives what it returns."""
    outer, span = m.frame, m.builder.span
    m.frame = frame
    m.depth.append(frame)
    body = frame.info.body
    try:
        implicit = [implicit_return(frame.info)] if may_fall(body) else []
        flow = m.run([*body, *implicit])
        value = m.names.pop("%value", POISON)
    finally:
        m.depth.pop()
        m.frame, m.builder.span = outer, span
        if frame.id not in m.closures and outer is not None:
            m.state.frames.pop(frame.id, None)
    if isinstance(value, Poison) and flow is not Flow.DEAD:
        raise Poisoned
    if flow is Flow.DEAD:
        if m.waiting:
            raise NeverReturns
        raise Refusal(f"{frame.info.name} always raises an exception", "return a value on some path")
    if isinstance(value, Conflict):
        what = f"what {frame.info.name} returns"
        raise Refusal(value.describe(what), value.hint, frame.returned)
    return value


def implicit_return(info: Info) -> ast.stmt:
    """The `return None` at a function's end."""
    kept = info.node.__dict__
    if "implicit" not in kept:
        at = info.body[-1]
        kept["implicit"] = ast.copy_location(ast.Return(None), at)
    return kept["implicit"]


def enter(m: Machine, function: AVal) -> tuple[Frame, tuple[tuple[AVal, ...], dict[str, AVal]]]:
    """A frame for a call, and the function's defaults."""
    caller = m.builder.span if m.frame is not None else None
    if isinstance(function, Func):
        parent = next(f for f in reversed(m.known_frames) if f.id == function.frame)
        info = function.info
        frame = Frame(
            m.new_frame_id(), info, parent.globals, info.live.assigned, parent, caller=caller
        )
        m.known_frames.append(frame)
        return frame, (function.defaults, dict(function.kwdefaults))
    obj = cast(types.FunctionType, cast(Static, function).value)
    info = info_of(obj)
    closure = dict(zip(obj.__code__.co_freevars, obj.__closure__ or ()))
    frame = Frame(
        m.new_frame_id(), info, obj.__globals__, info.live.assigned, None, closure, obj, caller
    )
    m.known_frames.append(frame)
    defaults = tuple(lift(m, d) for d in obj.__defaults__ or ())
    return frame, (defaults, {k: lift(m, v) for k, v in (obj.__kwdefaults__ or {}).items()})


def bind(
    m: Machine,
    info: Info,
    defaults: tuple[tuple[AVal, ...], dict[str, AVal]],
    args: list[AVal],
    keywords: dict[str, AVal],
) -> dict[str, AVal]:
    """Parameters and their values."""
    try:
        bound = signature_of(info, defaults).bind(*args, **keywords)
    except TypeError as error:
        raise Refusal(f"{info.name}(): {error}", "call it as its signature says") from None
    bound.apply_defaults()
    values: dict[str, AVal] = {}
    for name, value in bound.arguments.items():
        kind = bound.signature.parameters[name].kind
        if kind is inspect.Parameter.VAR_POSITIONAL:
            values[name] = Tup(tuple(value))
        elif kind is inspect.Parameter.VAR_KEYWORD:
            from adgen.frontend.containers import new_dict

            values[name] = new_dict(m, value)
        else:
            values[name] = value
    return values


def signature_of(
    info: Info, defaults: tuple[tuple[AVal, ...], dict[str, AVal]]
) -> inspect.Signature:
    """A function's signature, with abstract values as defaults."""
    a, kinds = info.node.args, inspect.Parameter
    parameters: list[inspect.Parameter] = []
    positional = [*a.posonlyargs, *a.args]
    first = len(positional) - len(defaults[0])
    for k, arg in enumerate(positional):
        kind = kinds.POSITIONAL_ONLY if k < len(a.posonlyargs) else kinds.POSITIONAL_OR_KEYWORD
        default: Any = defaults[0][k - first] if k >= first else kinds.empty
        parameters.append(kinds(arg.arg, kind, default=default))
    if a.vararg:
        parameters.append(kinds(a.vararg.arg, kinds.VAR_POSITIONAL))
    for arg in a.kwonlyargs:
        parameters.append(
            kinds(arg.arg, kinds.KEYWORD_ONLY, default=defaults[1].get(arg.arg, kinds.empty))
        )
    if a.kwarg:
        parameters.append(kinds(a.kwarg.arg, kinds.VAR_KEYWORD))
    return inspect.Signature(parameters)


# Derivatives called inside of a function


def make_derivative(operator: Any, args: list[AVal], keywords: dict[str, AVal]) -> AVal:
    """`grad(f)` inside of a function: a constant."""
    if not all(isinstance(a, (Static, Const)) for a in [*args, *keywords.values()]):
        raise Refusal(
            "a derivative can be made here only of a function that is defined outside",
            "define the function at the top of the module, or make its derivative there",
        )
    values = [a.value for a in cast("list[Static | Const]", args)]
    return Static(operator(*values, **{k: cast(Static, v).value for k, v in keywords.items()}))


def inline_derivative(m: Machine, obj: Any, args: list[AVal], keywords: dict[str, AVal]) -> AVal:
    """A derivative of adgen's own: its ops, in the place of the call."""
    if keywords:
        raise Refusal(
            "keyword arguments of a derivative called inside of a function are not supported",
            "pass them by position",
        )
    trees: list[Tree] = []
    atoms: list[Atom] = []
    for arg in args:
        tree, leaves = to_tree(m, arg)
        trees.append(tree)
        atoms += leaves
    lowering = obj.__adgen_ir__(tuple(trees), m.target)
    function: Function = lowering.function
    m.names_cupy |= lowering.library == "cupy"
    for k, (description, getter, value) in enumerate(lowering.guards):
        m.guards[description, id(obj), k, id(value)] = Guard(description, getter, value)
    block = clone_block(function.block, {})
    env: dict[Value, Atom] = dict(zip(block.params, atoms, strict=True))
    m.builder.ops += [map_op(op, env) for op in block.ops]
    results: Iterator[Atom] = iter([substitute(r, env) for r in block.results])
    return from_tree(m, function.output, results)
