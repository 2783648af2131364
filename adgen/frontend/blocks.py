"""The statements `with` and `try`, and `raise` and `assert`.

    with    contexts that change warnings only are passed through; a user's own run `__enter__` and `__exit__`, or the
            generator behind `contextlib.contextmanager`
    try     the body is run. An exception that is certain when compiling (a key that a dict has not) goes to its
            handler; handlers of what the body cannot raise are dropped; one that may run at run time is refused,
            for the derivative of "what happens if this fails" is that of a branch, which must be written as one
"""

from __future__ import annotations

import ast
import contextlib
import types
import warnings
from collections.abc import Callable, Iterable
from typing import cast

import numpy as np

from adgen.errors import Refusal
from adgen.frontend.builtins import Keywords, handles
from adgen.frontend.containers import key_of
from adgen.frontend.control import escapes, truth
from adgen.frontend.generators import drive, in_frame
from adgen.frontend.machine import Caught, Flow, Machine, executes
from adgen.frontend.memory import number
from adgen.frontend.objects import special
from adgen.frontend.targets import assign
from adgen.frontend.values import NONE, AVal, Generator, Static, Tup
from adgen.ir.builder import const
from adgen.ir.core import ArrayItem, Atom, Block, IntItem, Op, Value, walk
from adgen.ir.types import ScalarT, dims_of, is_number
from adgen.rules.table import RULES

Rest = list[ast.stmt]

# raise and assert


@executes(ast.Assert)
def run_assert(m: Machine, node: ast.Assert, rest: Rest) -> Flow | None:
    condition = truth(m, m.eval(node.test))
    if condition is True:
        return None
    holds: Atom = const(False) if condition is False else condition
    if condition is False and m.handles(AssertionError):
        raise Caught(AssertionError)
    message = () if node.msg is None else (_message(m, m.eval(node.msg)),)
    m.builder.emit_many("assert", (holds, *message), {})
    return Flow.DEAD if condition is False else None


@executes(ast.Raise)
def run_raise(m: Machine, node: ast.Raise, rest: Rest) -> Flow | None:
    """`raise Class(message)`: what follows is never reached."""
    if node.exc is None:
        raise Refusal("a bare raise is not supported", "raise an exception by its class")
    call = node.exc if isinstance(node.exc, ast.Call) else None
    cls = m.eval(call.func if call else node.exc)
    if not (isinstance(cls, Static) and isinstance(cls.value, type) and issubclass(cls.value, BaseException)):
        raise Refusal("only exceptions of known classes can be raised", "write raise ValueError(message)")
    if m.handles(cls.value):
        raise Caught(cls.value)
    known = _of_python(cls.value)
    if known is not cls.value:
        m.warn(
            f"{m.here.info.name} raises {cls.value.__name__}: its derivatives raise {known.__name__}, "
            "for they import nothing of yours",
            f"catch {known.__name__} around derivatives",
        )
    args = tuple(_message(m, m.eval(a)) for a in call.args) if call else ()
    m.builder.emit_many("raise", args, {"exception": known.__name__})
    return Flow.DEAD


def _of_python(cls: type) -> type:
    """The class, or the first of Python's own that it is a subclass of."""
    return next(c for c in cls.__mro__ if c.__module__ == "builtins")


def _message(m: Machine, value: AVal) -> Atom:
    atom = number(m, value)
    if atom is not None:
        return atom
    if isinstance(value, Static):
        return const(value.value)
    raise Refusal(f"{m.describe(value)} as an exception's argument is not supported", "give a string or a number")


# Warnings


@handles(warnings.warn)
def call_warn(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    keywords.pop("stacklevel", None)
    category = keywords.pop("category", args[1] if len(args) > 1 else Static(UserWarning))
    if keywords or len(args) > 3:
        raise Refusal("warnings.warn is supported with a message, a category and stacklevel=", "leave the rest out")
    known = _of_python(key_of(category))
    m.builder.emit_many("warn", (_message(m, args[0]),), {"category": known.__name__})
    return NONE


@handles(warnings.simplefilter, warnings.filterwarnings)
def call_filter_warnings(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    if not m.here.filters:
        raise Refusal(
            "changing the warnings' filter for good is not supported in a function",
            "do it outside, or in a block `with warnings.catch_warnings():`",
        )
    return NONE


# with


@executes(ast.With)
def run_with(m: Machine, node: ast.With, rest: Rest) -> Flow | None:
    return _with(m, node.items, node.body, rest)


def _with(m: Machine, items: list[ast.withitem], body: Rest, rest: Rest) -> Flow | None:
    """The first of the contexts around the others."""
    if not items:
        if escapes(body):
            return m.run(body + rest)
        flow = m.run(body)
        return None if flow is Flow.FALL else flow
    item, *others = items
    call = item.context_expr if isinstance(item.context_expr, ast.Call) else None
    function = m.eval(call.func) if call else None
    if function in (Static(np.errstate), Static(warnings.catch_warnings)) and call is not None:
        return _about_warnings(m, item, call, lambda: _with(m, others, body, rest))
    if function == Static(contextlib.nullcontext) and call is not None:
        value = m.eval(call.args[0]) if call.args else NONE
        if item.optional_vars is not None:
            assign(m, item.optional_vars, value)
        return _with(m, others, body, rest)
    managed = _generator_of(m, function, call)
    if managed is not None:
        return _around_yield(m, item, managed, lambda: _with(m, others, body, []))
    return _entered(m, item, m.eval(item.context_expr), lambda: _with(m, others, body, []))


def _about_warnings(m: Machine, item: ast.withitem, call: ast.Call, run: Callable[[], Flow | None]) -> Flow | None:
    if item.optional_vars is not None:
        raise Refusal("the warnings that were caught cannot be looked at", "leave out the name", m.span(call))
    if m.eval(call.func) == Static(np.errstate):
        if any(key_of(m.eval(k.value)) not in ("ignore", "warn") for k in call.keywords):
            raise Refusal(
                "np.errstate is supported with 'ignore' and 'warn' only",
                "test the values with np.isfinite",
                m.span(call),
            )
        return run()
    m.here.filters += 1
    try:
        return run()
    finally:
        m.here.filters -= 1


def _entered(m: Machine, item: ast.withitem, manager: AVal, run: Callable[[], Flow | None]) -> Flow | None:
    """A context manager of the user's."""
    enter, leave = special(manager, "__enter__"), special(manager, "__exit__")
    if enter is None or leave is None:
        raise Refusal(
            f"`with` {m.describe(manager)} is not supported",
            "use it around the call of the derivative; np.errstate, warnings.catch_warnings, contextlib.nullcontext "
            "and classes with __enter__ and __exit__ of your own are supported",
            m.span(item.context_expr),
        )
    value = m.call(enter, [])
    if item.optional_vars is not None:
        assign(m, item.optional_vars, value)
    flow = settled(m, run())
    m.call(leave, [NONE, NONE, NONE])
    return flow


def settled(m: Machine, flow: Flow | None) -> Flow | None:
    """How a block ended that something comes after in any case."""
    if flow is Flow.MIXED:
        raise Refusal(
            "leaving this block at a time that is known at run time only is not supported",
            "set a variable, and return or break behind the block",
        )
    return None if flow is Flow.FALL else flow


def _generator_of(m: Machine, function: AVal | None, call: ast.Call | None) -> Generator | None:
    """The generator behind a function made by contextlib.contextmanager."""
    obj = function.value if isinstance(function, Static) else None
    if call is None or not isinstance(obj, types.FunctionType) or obj.__code__.co_filename != contextlib.__file__:
        return None
    inner = getattr(obj, "__wrapped__", None)
    if inner is None or any(k.arg is None for k in call.keywords):
        return None
    args = tuple(m.eval(a) for a in call.args)
    return Generator(Static(inner), args, tuple((str(k.arg), m.eval(k.value)) for k in call.keywords))


def _around_yield(m: Machine, item: ast.withitem, managed: Generator, run: Callable[[], Flow | None]) -> Flow | None:
    flows: list[Flow | None] = []

    def body(value: AVal) -> Flow:
        if item.optional_vars is not None:
            assign(m, item.optional_vars, value)
        flows.append(settled(m, run()))
        return Flow.FALL

    drive(m, managed, in_frame(m, m.here, body))
    if len(flows) != 1:
        raise Refusal("a context manager's generator must yield once", "write a class with __enter__ and __exit__")
    return flows[0]


# try


@executes(ast.Try)
def run_try(m: Machine, node: ast.Try, rest: Rest) -> Flow | None:
    flow = settled(m, _handled(m, node) if node.handlers else m.run([*node.body, *node.orelse]))
    ended = settled(m, m.run(node.finalbody))
    return ended or flow


def _handled(m: Machine, node: ast.Try) -> Flow | None:
    classes = [_classes(m, handler) for handler in node.handlers]
    start, frame, depth = len(m.builder.ops), m.frame, len(m.depth)
    m.handlers.append((m.builder, tuple(c for group in classes for c in group)))
    try:
        flow = m.run(node.body)
    except Caught as caught:
        m.frame = frame
        del m.depth[depth:]
        chosen = next((h for h, c in zip(node.handlers, classes, strict=True) if issubclass(caught.cls, c)), None)
        if chosen is None:
            raise
        if chosen.name is not None:
            raise Refusal("the exception's name is not supported", "handle it without `as`", m.span(chosen)) from None
        return m.run(chosen.body)
    finally:
        m.handlers.pop()
    emitted = m.builder.ops[start:]
    for handler, group in zip(node.handlers, classes, strict=True):
        op = next((op for op in walk(Block((), tuple(emitted), ())) if may_raise(op, group)), None)
        if op is not None:
            where = f" (line {op.span.line})" if op.span is not None else ""
            raise Refusal(
                f"what `try` guards may raise at run time{where}, and this handler would change the result",
                "test for the case with `if` before, or handle it around the call of the function",
                m.span(handler),
            )
    return m.run(node.orelse) if flow is Flow.FALL else flow


def _classes(m: Machine, handler: ast.ExceptHandler) -> tuple[type, ...]:
    if handler.type is None:
        return (BaseException,)
    value = m.eval(handler.type)
    items = value.items if isinstance(value, Tup) else (value,)
    return tuple(cast(type, key_of(item)) for item in items)


def may_raise(op: Op, handled: tuple[type, ...]) -> bool:
    """Whether an op may raise one of the classes at run time. What depends on names and types is decided when
    compiling."""
    return any(issubclass(cls, handled) for cls in _raised(op))


def _raised(op: Op) -> Iterable[type]:
    rule = RULES.get(op.name)
    scalars = all(isinstance(a.type, ScalarT) for a in op.args)
    match op.name:
        case "raise":
            yield getattr(__import__("builtins"), op.attrs["exception"])
        case "assert":
            yield AssertionError
        case "call":
            yield Exception
        case "div" | "floordiv" | "mod" | "pow" if scalars:
            yield from (ZeroDivisionError, OverflowError)
        case "getitem" | "setitem" | "addat" if any(isinstance(i, (IntItem, ArrayItem)) for i in op.attrs["index"]):
            yield IndexError
        case "poplast":
            yield IndexError
        case _:
            pass
    if rule is not None and "linalg" in rule.call:
        yield np.linalg.LinAlgError
    if rule is not None and (rule.call.startswith("math.") or op.name in ("convert", "to_python")):
        yield from (ValueError, OverflowError)
    if rule is not None and not rule.elementwise and not op.blocks and op.name not in SAFE:
        yield ValueError
    if rule is not None and rule.elementwise and not _of_one_shape(op):
        yield ValueError


SAFE = frozenset({"dim", "size", "shape", "getitem", "copy", "zeros", "ones", "format", "print", "warn"})


def _of_one_shape(op: Op) -> bool:
    """Whether operands fit each other for sure."""
    dims = {dims_of(a.type) for a in op.args if isinstance(a, Value) and is_number(a.type)} - {()}
    return len(dims) <= 1 and None not in dims
