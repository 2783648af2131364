"""Builds blocks op by op. Types of results come from the rules table, through `infer`."""
from __future__ import annotations

from typing import Any

from adgen.errors import Span
from adgen.ir.core import Atom, Block, Const, Infer, Op, Value
from adgen.ir.types import BOOL, COMPLEX, FLOAT, INT, ObjectT, Type


class Builder:
    """Collects the ops of one block. `span` and `loose` go onto each op emitted."""

    def __init__(self, infer: Infer, span: Span | None = None, loose: bool = False):
        self.infer, self.span, self.loose = infer, span, loose
        self.ops: list[Op] = []

    def nested(self) -> Builder:
        """A builder for a block inside this one."""
        return Builder(self.infer, self.span, self.loose)

    def emit(self, name: str, *args: Atom, hint: str = "", **attrs: Any) -> Value:
        """Append an op with one result, and return that."""
        (result,) = self.emit_many(name, args, attrs, hint)
        return result

    def emit_many(self, name: str, args: tuple[Atom, ...], attrs: dict[str, Any], hint: str = "") -> tuple[Value, ...]:
        types = self.infer(name, args, attrs)
        results = tuple(Value(t, hint) for t in types)
        self.ops.append(Op(name, args, attrs, results, (), self.span, self.loose))
        return results

    def region(self, name: str, args: tuple[Atom, ...], attrs: dict[str, Any], blocks: tuple[Block, ...],
               types: tuple[Type, ...], hints: tuple[str, ...] = ()) -> tuple[Value, ...]:
        """Append an op that owns blocks. Its types are given: they follow from the blocks."""
        hints = hints or ("",) * len(types)
        results = tuple(Value(t, h) for t, h in zip(types, hints, strict=True))
        self.ops.append(Op(name, args, attrs, results, blocks, self.span, self.loose))
        return results

    def append(self, op: Op) -> None:
        self.ops.append(op)

    def block(self, params: tuple[Value, ...], results: tuple[Atom, ...]) -> Block:
        return Block(params, tuple(self.ops), results)


def const(value: Any) -> Const:
    """A Python number, string or None as an atom."""
    match value:
        case bool():
            return Const(value, BOOL)
        case int():
            return Const(value, INT)
        case float():
            return Const(value, FLOAT)
        case complex():
            return Const(value, COMPLEX)
        case _:
            return Const(value, ObjectT(type(value).__name__))
