"""The IR as text, for people: dumps in the documentation, in error reports and in `explain`.

Input: a function, a block or an op. Output: text that depends on its structure alone: names are
the values' hints, made unique in order of definition; sizes known at run time only are numbered in
order of appearance. Nothing reads the text back.

    f(x: float64[n], s0: float) -> float:
        n: int = dim(x; axis=0)
        s, kept = for s_1: float = s0; i: int in range(0, n, 1):
            t: float64[] = getitem(x)[i]
            s_2: float64[] = mul(s_1, t)
            next s_1 = s_2
            stack kept <- t
        return s
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import cast

from adgen.ir.core import (
    UNDEF,
    Arg,
    ArrayItem,
    Atom,
    Block,
    Bound,
    Const,
    Definition,
    EllipsisItem,
    Function,
    IndexItem,
    IntItem,
    NewAxis,
    Op,
    SliceItem,
    Value,
    definitions,
)
from adgen.ir.tree import Leaf, Node, Static, Tree
from adgen.ir.types import ArrayT

INDENT = "    "
INDEX_OPERANDS = {"getitem": 1, "setitem": 2, "addat": 2}
"""Ops with an `index`: the position of their first index operand."""
REGION_ATTRS = frozenset({"carry", "xs", "stack", "reverse", "breaks"})
"""Attrs that the form of a loop's text already shows."""


def show(item: Function | Block | Op) -> str:
    """The text of a function, a block or an op."""
    printer = Printer()
    match item:
        case Function():
            called = [line for d in definitions(item.block) for line in [*Printer().definition(d), ""]]
            lines = [*called, *printer.function(item)]
        case Block():
            lines = printer.block(item)
        case Op():
            lines = printer.op(item)
    return _number_sizes("\n".join(lines))


def _number_sizes(text: str) -> str:
    """Give the sizes without a name (`?41`) numbers that start from 0."""
    numbers: dict[str, int] = {}
    return re.sub(r"\?\d+", lambda m: f"?{numbers.setdefault(m[0], len(numbers))}", text)


class Printer:
    """Names the values in order of definition, and writes lines."""

    def __init__(self) -> None:
        self.names: dict[Value, str] = {}
        self.taken: set[str] = set()
        self.counts: dict[str, int] = {}

    def name(self, value: Value) -> str:
        """The value's name; a new one where it has none yet."""
        if value not in self.names:
            self.names[value] = self._unique(value.name or "t")
        return self.names[value]

    def _unique(self, hint: str) -> str:
        name = hint
        while name in self.taken:
            self.counts[hint] = self.counts.get(hint, 0) + 1
            name = f"{hint}_{self.counts[hint]}"
        self.taken.add(name)
        return name

    def typed(self, value: Value) -> str:
        return f"{self.name(value)}: {value.type}"

    def atom(self, atom: Atom) -> str:
        if isinstance(atom, Value):
            return self.name(atom)
        return constant(atom)

    def atoms(self, atoms: Iterable[Atom]) -> str:
        return ", ".join(map(self.atom, atoms))

    # Functions and blocks

    def function(self, function: Function) -> list[str]:
        flat = iter(function.block.params)
        params = [f"{name}: {self._tree(tree, flat)}"
                  for name, tree in zip(function.params, function.inputs, strict=True)]
        output = tree_text(function.output, iter([str(a.type) for a in function.block.results]))
        head = f"{function.name}({', '.join(params)}) -> {output}:"
        return [head, *indent(self._body(function.block, "return"))]

    def definition(self, callee: Definition) -> list[str]:
        params = ", ".join(map(self.typed, callee.params))
        head = f"{callee.name}({params}) -> {', '.join(map(str, callee.results))}:"
        return [head, *indent(self._body(callee.body, "return"))]

    def _tree(self, tree: Tree, flat: Iterator[Value]) -> str:
        """A parameter: the type of its value, or its structure with the names of its leaves."""
        if isinstance(tree, Leaf):
            value = next(flat)
            self.name(value)
            return str(value.type)
        count = len(list(_leaves(tree)))
        return tree_text(tree, iter([self.typed(next(flat)) for _ in range(count)]))

    def block(self, block: Block) -> list[str]:
        head = f"block({', '.join(map(self.typed, block.params))}):"
        return [head, *indent(self._body(block, "yield"))]

    def _body(self, block: Block, word: str) -> list[str]:
        lines = [line for op in block.ops for line in self.op(op)]
        return [*lines, f"{word} {self.atoms(block.results)}".rstrip()]

    # Ops

    def op(self, op: Op) -> list[str]:
        match op.name, len(op.blocks):
            case "if", 2:
                return self._if(op)
            case "for", 1:
                return self._for(op)
            case "while", 2:
                return self._while(op)
            case _:
                return self._plain(op)

    def _plain(self, op: Op) -> list[str]:
        call = self._call(op)
        results = ", ".join(map(self.typed, op.results))
        lines = [f"{results} = {call}" if op.results else call]
        for inner in op.blocks:
            lines += indent(self.block(inner))
        return lines

    def _call(self, op: Op) -> str:
        """`name(operands; attrs)`, an index in brackets after it."""
        attrs = dict(op.attrs)
        first, suffix = len(op.args), ""
        if op.name == "call":
            return f"{attrs['callee'].name}({self.atoms(op.args)})"
        if op.name in INDEX_OPERANDS and "index" in attrs:
            first = INDEX_OPERANDS[op.name]
            items = attrs.pop("index")
            suffix = f"[{', '.join(self._index_item(i, op.args[first:]) for i in items)}]"
        known = ", ".join(f"{key}={attr_text(value)}" for key, value in attrs.items()
                          if key not in REGION_ATTRS)
        inside = "; ".join(part for part in (self.atoms(op.args[:first]), known) if part)
        return f"{op.name}({inside}){suffix}"

    def _index_item(self, item: IndexItem, operands: tuple[Atom, ...]) -> str:
        def bound(b: Bound) -> str:
            if isinstance(b, Arg):
                return self.atom(operands[b.position]) if b.position < len(operands) else str(b)
            return "" if b is None else str(b)

        match item:
            case SliceItem(start, stop, step):
                text = f"{bound(start)}:{bound(stop)}"
                return text if step is None else f"{text}:{bound(step)}"
            case IntItem(value):
                return bound(value)
            case NewAxis():
                return "None"
            case EllipsisItem():
                return "..."
            case ArrayItem(value):
                return f"array {bound(value)}"

    # Regions

    def _if(self, op: Op) -> list[str]:
        results = self._left_side(op.results)
        then, otherwise = op.blocks
        head = f"{results}if {self.atom(op.args[0])}:"
        arms = [indent(self._body(block, "yield")) for block in (then, otherwise)]
        return [head, *arms[0], "else:", *arms[1]]

    def _left_side(self, results: tuple[Value, ...]) -> str:
        return ", ".join(map(self.typed, results)) + " = " if results else ""

    def _for(self, op: Op) -> list[str]:
        (body,) = op.blocks
        left = self._left_side(op.results)
        carry: int = op.attrs["carry"]
        starts, rest = body.params[:carry], list(op.args[carry:])
        given = zip(starts, op.args, strict=False)
        parts = [f"{self.typed(p)} = {self.atom(a)}" for p, a in given]
        for kind, element in zip(op.attrs["xs"], body.params[carry:], strict=False):
            count = 3 if kind == "range" else 1
            operands, rest = rest[:count], rest[count:]
            source = f"range({self.atoms(operands)})" if kind == "range" else self.atoms(operands)
            parts.append(f"{self.typed(element)} in {source}")
        word = "for reversed" if op.attrs.get("reverse") else "for"
        head = f"{left}{word} {'; '.join(parts)}:"
        return [head, *indent(self._loop_body(op, body, starts))]

    def _while(self, op: Op) -> list[str]:
        condition, body = op.blocks
        left = self._left_side(op.results)
        given = zip(body.params, op.args, strict=False)
        parts = [f"{self.typed(p)} = {self.atom(a)}" for p, a in given]
        head = f"{left}while {'; '.join(parts)}:"
        inside = [*self._condition(condition), *self._loop_body(op, body, body.params)]
        return [head, *indent(inside)]

    def _condition(self, block: Block) -> list[str]:
        header = f"test({', '.join(map(self.name, block.params))}):"
        return [header, *indent(self._body(block, "yield"))]

    def _loop_body(self, op: Op, body: Block, starts: tuple[Value, ...]) -> list[str]:
        lines = [line for inner in body.ops for line in self.op(inner)]
        carry, stack = len(starts), op.attrs.get("stack", 0)
        carried = zip(starts, body.results, strict=False)
        lines += [f"next {self.name(p)} = {self.atom(r)}" for p, r in carried]
        values = body.results[carry:carry + stack]
        stacked = zip(op.results[carry:], values, strict=False)
        lines += [f"stack {self.name(r)} <- {self.atom(v)}" for r, v in stacked]
        if op.attrs.get("breaks"):
            lines.append(f"break if {self.atom(body.results[-1])}")
        return lines


def indent(lines: Iterable[str]) -> list[str]:
    return [INDENT + line for line in lines]


def constant(const: Const) -> str:
    """A constant's text: a number as Python writes it, a captured array by its name."""
    if const.value is UNDEF:
        return f"undef<{const.type}>"
    if isinstance(const.type, ArrayT):
        return f"<{const.name or 'array'}: {const.type}>"
    return repr(const.value)


def attr_text(value: object) -> str:
    """An attr's text; types and names of functions are shown short."""
    if isinstance(value, tuple):
        items = [attr_text(v) for v in cast("tuple[object, ...]", value)]
        return f"({', '.join(items)}{',' if len(items) == 1 else ''})"
    if isinstance(value, (str, int, float, complex)) or value is None:
        return repr(value)
    if isinstance(value, Definition):
        return value.name
    return getattr(value, "__name__", None) or str(value)


def _leaves(tree: Tree) -> Iterator[Leaf]:
    match tree:
        case Leaf():
            yield tree
        case Static():
            return
        case Node():
            for child in tree.children:
                yield from _leaves(child)


def tree_text(tree: Tree, texts: Iterator[str]) -> str:
    """A tree with its leaves written as `texts`: `[(W: float64[n,m], b: float64[m]), None]`."""
    match tree:
        case Leaf():
            return next(texts)
        case Static(value):
            return attr_text(value)
        case Node(kind, keys, children, cls):
            items = [tree_text(child, texts) for child in children]
            if kind == "tuple":
                return f"({', '.join(items)}{',' if len(items) == 1 else ''})"
            if kind == "list":
                return f"[{', '.join(items)}]"
            pairs = ", ".join(f"{key!r}: {item}" if kind == "dict" else f"{key}={item}"
                              for key, item in zip(keys, items, strict=True))
            return f"{{{pairs}}}" if kind == "dict" else f"{cls.__name__ if cls else kind}({pairs})"
