"""Calls of functions that have a rule of their own (`adgen.rule`): the call as one op, and its derivative as templates.

The functions of the rule are run here on stand-ins for the arguments, their tangents, the residuals and the cotangent;
nothing of that is emitted but where a derivative copies it.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, cast

from adgen.errors import Refusal
from adgen.frontend.inline import bind, enter
from adgen.frontend.machine import Machine
from adgen.frontend.memory import fresh, number
from adgen.frontend.outline import define, emit_call
from adgen.frontend.resolve import lift
from adgen.frontend.signatures import signature_of
from adgen.frontend.trees import from_tree, to_tree
from adgen.frontend.values import AVal, Static, Tup
from adgen.ir.core import Atom, Block, Value
from adgen.ir.types import Type, dims_of, is_inexact
from adgen.rules.custom import Custom, CustomRule, Template, require_linear, same_shape
from adgen.rules.table import E


def call_ruled(m: Machine, function: Static, args: list[AVal], keywords: dict[str, AVal]) -> AVal:
    """A call of a function with a rule."""
    given: CustomRule = function.value.__adgen_rule__
    name: str = getattr(function.value, "__name__", "the function")
    call = Call(m, name, arguments(m, function.value, args, keywords))
    if given.returns is not None:
        result = call.external(function.value, given.returns)
    else:
        result = call.defined(function)
    op = m.builder.ops[-1]
    custom = call.derivative(given, op.result.type)
    m.builder.ops[-1] = m.builder.made[op.result] = replace(op, attrs={**op.attrs, "custom": custom})
    return result


def arguments(m: Machine, function: Any, args: list[AVal], keywords: dict[str, AVal]) -> list[AVal]:
    """The arguments in the order of the parameters."""
    try:
        bound = inspect.signature(function).bind(*args, **keywords)
    except (TypeError, ValueError) as error:
        raise Refusal(f"{function.__name__}(): {error}", "call it as its signature says") from None
    for name, parameter in bound.signature.parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise Refusal(f"a rule of a function with *{name}", "name its parameters")
        if name not in bound.arguments:
            bound.arguments[name] = lift(m, parameter.default)
    return [bound.arguments[name] for name in bound.signature.parameters]


@dataclass(slots=True)
class Call:
    """One call, with its arguments."""

    m: Machine
    name: str
    args: list[AVal]

    @property
    def atoms(self) -> list[Atom]:
        """The arguments that are numbers or arrays."""
        return [atom for value in self.args if (atom := number(self.m, value)) is not None]

    # The value

    def defined(self, function: Static) -> AVal:
        """A call of a definition of the function."""
        m = self.m
        frame, defaults = enter(m, function)
        bound = bind(m, frame.info, defaults, list(self.args), {})
        signature = signature_of(m, bound, True)
        frame.key = key = frame.info, None, signature.key
        outline = m.outlines.get(key) or define(m, frame, bound, signature)
        if outline.written or outline.outer or outline.captured or outline.shared:
            raise Refusal(
                f"{self.name} has a rule, and changes or returns its arguments", "let it return what it makes"
            )
        result = emit_call(m, outline, signature)
        if len(m.builder.ops[-1].results) != 1 or not is_inexact(m.builder.ops[-1].result.type):
            raise Refusal(f"{self.name} has a rule, and does not return one number or array of floats", "return one")
        return result

    def external(self, function: Any, returns: Callable[..., Any]) -> AVal:
        """A call of the function by its name."""
        path = f"{function.__module__}.{function.__qualname__}"
        if getattr(sys.modules.get(function.__module__), function.__name__, None) is not function:
            raise Refusal(f"{path} cannot be imported by that name", "define it at the top of a module")
        if len(self.atoms) < len(self.args):
            raise Refusal(f"{self.name} takes something that is no number or array", "pass numbers and arrays")
        with self.aside():
            t = self.one(self.m.call(Static(returns), self.args), "returns=").type
        attrs = {"callee": path, "types": (t,)}
        (result,) = self.m.builder.emit_many("external", tuple(self.atoms), attrs)
        return fresh(self.m, result)

    # The derivative

    def derivative(self, given: CustomRule, result: Type) -> Custom:
        tangent = self.tangent(given, result) if given.tangent or given.partials else None
        if given.vjp is None:
            return Custom(self.name, tangent)
        forward, backward = given.vjp
        with self.aside():
            params, inside = self.stand_ins()
            pair = self.m.call(Static(forward), inside)
            if not isinstance(pair, Tup) or len(pair.items) != 2:
                raise Refusal(f"the forward part of {self.name} must return (value, residuals)", "return a pair")
            value = self.like_result(pair.items[0], result, "the value that the forward part")
            tree, residuals = to_tree(self.m, pair.items[1])
            ends = (value, *residuals)
            first = Template(Block(params, tuple(self.m.builder.ops), ends))
            self.m.builder = self.m.builder.nested()
            kept = tuple(Value(a.type) for a in residuals)
            bar = Value(result, "y_bar")
            held = from_tree(self.m, tree, iter(kept))
            bars = self.m.call(Static(backward), [held, fresh(self.m, bar)])
            ends = self.cotangents(bars, params)
            second = Template(Block((*kept, bar), tuple(self.m.builder.ops), ends))
        return Custom(self.name, tangent, first, second)

    def cotangents(self, bars: AVal, params: tuple[Value, ...]) -> tuple[Atom, ...]:
        wanted = [p for p in params if is_inexact(p.type)]
        items = bars.items if isinstance(bars, Tup) else (bars,)
        if len(items) != len(wanted):
            raise Refusal(
                f"the backward part of {self.name} returns {len(items)} cotangents for {len(wanted)} arguments",
                "return one for each argument that holds floats",
            )
        return tuple(
            self.like_result(item, p.type, f"the cotangent of argument {k + 1}")
            for k, (item, p) in enumerate(zip(items, wanted, strict=True))
        )

    def tangent(self, given: CustomRule, result: Type) -> Template:
        with self.aside():
            params, inside = self.stand_ins()
            dots = [Value(p.type, f"{p.name}_dot") for p in params if is_inexact(p.type)]
            value = Value(result)
            if given.tangent is not None:
                made = self.m.call(Static(given.tangent), [*inside, *(fresh(self.m, d) for d in dots)])
            else:
                made = self.by_partials(given, inside, value, dots)
            end = self.like_result(made, result, "the tangent")
            block = Block((*params, value, *dots), tuple(self.m.builder.ops), (end,))
        require_linear(self.name, block, dots)
        return Template(block)

    def by_partials(self, given: CustomRule, inside: list[AVal], value: Value, dots: list[Value]) -> AVal:
        if len(given.partials) != len(dots):
            raise Refusal(
                f"the rule of {self.name} has {len(given.partials)} partials for {len(dots)} arguments",
                "give one for each argument that holds floats, or None",
            )
        total = None
        for partial, dot in zip(given.partials, dots, strict=True):
            if partial is None:
                continue
            factor = self.one(self.m.call(Static(partial), list(inside)), "a partial")
            term = self.spread(dot, value) * factor
            total = term if total is None else total + term
        if total is None:
            raise Refusal(f"the rule of {self.name} has no partial", "give one")
        return fresh(self.m, total.atom)

    def spread(self, dot: Value, value: Value) -> E:
        """A tangent in the shape of the result, to which its argument was broadcast."""
        g = self.m.g
        return g.wrap(dot) if dims_of(dot.type) == dims_of(value.type) else g.broadcast(dot, g.shape(value))

    def stand_ins(self) -> tuple[tuple[Value, ...], list[AVal]]:
        """Values for the arguments that are numbers or arrays, and the arguments with those in their places."""
        params: list[Value] = []
        inside: list[AVal] = []
        for value in self.args:
            atom = number(self.m, value)
            if atom is None:
                inside.append(value)
                continue
            params.append(Value(atom.type, atom.name))
            inside.append(fresh(self.m, params[-1]))
        return tuple(params), inside

    def like_result(self, value: AVal, wanted: Type, what: str) -> Atom:
        atom = self.one(value, what)
        if not same_shape(atom.type, wanted):
            raise Refusal(f"{what} of {self.name} is of type {atom.type}, not {wanted}", "return it in that shape")
        return atom

    def one(self, value: AVal, what: str) -> Atom:
        atom = number(self.m, value)
        if atom is None:
            raise Refusal(f"{what} of {self.name} is no number or array", "return one")
        return atom

    @contextmanager
    def aside(self) -> Generator[None]:
        """Run code whose ops are not part of the program."""
        m = self.m
        outer, state = m.builder, m.state
        m.builder, m.state = outer.nested(), state.copy()
        try:
            yield
        finally:
            m.builder, m.state = outer, state


def has_rule(obj: Any) -> bool:
    return isinstance(getattr(cast(object, obj), "__adgen_rule__", None), CustomRule)
