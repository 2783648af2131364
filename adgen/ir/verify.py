"""The IR's invariants, each stated once, as tables of named checks.

Input: a function (and, where wanted, `infer`, which gives the types of an op's results). Output:
nothing; the first violation raises `Invalid`, which names the check, the op and the values.
Tests run it after every pass.

A check is a function that yields a message a violation:

    FUNCTION_CHECKS   (function)          the border: trees and leaves
    BLOCK_CHECKS      (block, scope)      definitions and uses
    OP_CHECKS         (op)                operands, attrs, arity and types, by kind of op

Types are compared up to sizes known at run time only: two sizes disagree where both are known and
differ.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from typing import Any, cast

import numpy as np

from adgen.ir.core import (
    UNDEF,
    Arg,
    ArrayItem,
    Atom,
    Block,
    Const,
    Definition,
    EllipsisItem,
    Function,
    Infer,
    IntItem,
    NewAxis,
    Op,
    SliceItem,
    Value,
    definitions,
)
from adgen.ir.printer import INDEX_OPERANDS, show
from adgen.ir.tree import leaves
from adgen.ir.types import ArrayT, Dims, ListT, ScalarT, ShapeT, Type

Messages = Iterator[str]


class Invalid(Exception):
    """The IR breaks an invariant: an error in adgen, never in the user's program."""


def verify(function: Function, infer: Infer | None = None) -> None:
    """Raise `Invalid` unless the function keeps every invariant.

    With `infer`, the types of results are checked against those of the rules table.
    """
    for name, check in FUNCTION_CHECKS:
        _raise_first(name, check(function), lambda: function.name)
    _verify_block(function.block, set(), set(), infer)
    for callee in definitions(function.block):
        _raise_first("a definition returns what it says", definition_results(callee), lambda c=callee: c.name)
        _verify_block(callee.body, set(), set(), infer)


def definition_results(callee: Definition) -> Messages:
    if callee.body.params != callee.params:
        yield "its params are not those of its block"
    if len(callee.body.results) != len(callee.results):
        yield f"it has {len(callee.results)} results, its block {len(callee.body.results)}"
    for given, said in zip(callee.body.results, callee.results, strict=False):
        if not agree(given.type, said) and not (isinstance(given, Const) and given.value is UNDEF):
            yield f"it returns {given.type} where it says {said}"


def _verify_block(block: Block, scope: set[Value], defined: set[Value],
                  infer: Infer | None) -> None:
    """Check a block and those inside it.

    `scope`: what may be read here. `defined`: what has a definition anywhere.
    """
    inside = set(scope)
    _define(block.params, defined, block)
    inside.update(block.params)
    for op in block.ops:
        _verify_op(op, inside, infer)
        for inner in op.blocks:
            _verify_block(inner, inside, defined, infer)
        _define(op.results, defined, op)
        inside.update(op.results)
    _raise_first("results are defined before", undefined(block.results, inside),
                 lambda: show(block))


def _verify_op(op: Op, scope: Set[Value], infer: Infer | None) -> None:
    _raise_first("operands are defined before", undefined(op.args, scope), lambda: show(op))
    for name, check in OP_CHECKS:
        _raise_first(name, check(op), lambda: show(op))
    if infer is not None and not op.blocks:
        _raise_first("types follow from the rules", inferred_types(op, infer), lambda: show(op))


def _define(values: tuple[Value, ...], defined: set[Value], where: Block | Op) -> None:
    for value in values:
        if value in defined:
            name = value.name or "a value"
            raise Invalid(f"each value is defined once: {name} is defined twice\n{show(where)}")
        defined.add(value)


def _raise_first(name: str, messages: Messages, text: Callable[[], str]) -> None:
    for message in messages:
        raise Invalid(f"{name}: {message}\n{text()}")


def undefined(atoms: tuple[Atom, ...], scope: Set[Value]) -> Messages:
    for position, atom in enumerate(atoms):
        if isinstance(atom, Value) and atom not in scope:
            name = atom.name or "unnamed"
            yield f"operand {position} ({name}: {atom.type}) has no definition here"


def inferred_types(op: Op, infer: Infer) -> Messages:
    types = infer(op.name, op.args, op.attrs)
    if len(types) != len(op.results):
        yield f"the rule gives {len(types)} results, the op has {len(op.results)}"
    for result, expected in zip(op.results, types, strict=False):
        if not agree(result.type, expected):
            yield f"{result.name or 'a result'} is {result.type}, the rule gives {expected}"


# Types

def agree(a: Type, b: Type) -> bool:
    """Whether the types are equal up to sizes known at run time only."""
    match a, b:
        case (ArrayT(), ArrayT()):
            return a.dtype == b.dtype and dims_agree(a.dims, b.dims)
        case (ShapeT(), ShapeT()):
            return dims_agree(a.dims, b.dims)
        case (ListT(), ListT()):
            return agree(a.element, b.element)
        case _:
            return a == b


def dims_agree(a: Dims | None, b: Dims | None) -> bool:
    if a is None or b is None:
        return True
    if len(a) != len(b):
        return False
    pairs = zip(a, b, strict=True)
    return all(x == y for x, y in pairs if isinstance(x, int) and isinstance(y, int))


WIDER = {"bool": 0, "int": 1, "float": 2, "complex": 3}


def fits(atom: Atom, slot: Type) -> bool:
    """Whether a value may go where `slot` is declared.

    A Python number goes for a wider one, or for an array of rank 0.
    """
    if isinstance(atom, Const) and atom.value is UNDEF:
        return True
    given = atom.type
    match given, slot:
        case (ScalarT(), ScalarT()):
            return WIDER[given.kind] <= WIDER[slot.kind]
        case (ScalarT(), ArrayT()):
            return slot.dims in ((), None)
        case (ArrayT(dims=()), ScalarT()):
            return True
        case (ListT(), ListT()):
            return fits(Value(given.element), slot.element)
        case _:
            return agree(given, slot)


def fitting(what: str, atoms: tuple[Atom, ...], slots: tuple[Value, ...]) -> Messages:
    for atom, slot in zip(atoms, slots, strict=False):
        if not fits(atom, slot.type):
            yield f"{what} {slot.name or 'unnamed'} is {slot.type}, but is given {atom.type}"


# The border

def check_params(function: Function) -> Messages:
    if len(function.params) != len(function.inputs):
        yield f"{len(function.params)} names, {len(function.inputs)} trees"
    if len(set(function.params)) != len(function.params):
        yield f"a name is used twice in {function.params}"


def check_leaves(function: Function) -> Messages:
    count = sum(len(leaves(tree)) for tree in function.inputs)
    if count != len(function.block.params):
        yield f"{count} leaves, {len(function.block.params)} params of the block"
    outputs = len(leaves(function.output))
    if outputs != len(function.block.results):
        yield f"{outputs} leaves of the result, {len(function.block.results)} results of the block"


# Ops

def check_attrs(op: Op) -> Messages:
    for key, value in op.attrs.items():
        try:
            hash(value)
        except TypeError:
            yield f"{key} is a {type(value).__name__}, which has no hash"


def check_constants(op: Op) -> Messages:
    for atom in op.args:
        if isinstance(atom, Value) or atom.value is UNDEF:
            continue
        if isinstance(atom.type, ScalarT) and type(atom.value).__name__ != atom.type.kind:
            yield f"{atom.value!r} is not a Python {atom.type}"
        if isinstance(atom.type, ArrayT) and not isinstance(atom.value, (np.ndarray, np.generic)):
            yield f"{atom.value!r} is not an array"


def check_index(op: Op) -> Messages:
    """Items are of the five kinds; an `Arg` points at an index operand, and each is pointed at."""
    if op.name not in INDEX_OPERANDS:
        return
    items: Any = op.attrs.get("index")
    if not isinstance(items, tuple):
        yield "attr 'index' is missing or not a tuple"
        return
    operands = op.args[INDEX_OPERANDS[op.name]:]
    used: set[int] = set()
    for item in cast("tuple[Any, ...]", items):
        if not isinstance(item, (SliceItem, IntItem, NewAxis, EllipsisItem, ArrayItem)):
            yield f"{item!r} is not an index item"
            continue
        used |= _positions(item)
    if used != set(range(len(operands))):
        yield f"index items point at {sorted(used)}, there are {len(operands)} index operands"


def _positions(item: SliceItem | IntItem | NewAxis | EllipsisItem | ArrayItem) -> set[int]:
    match item:
        case SliceItem(start, stop, step):
            parts: tuple[object, ...] = (start, stop, step)
        case IntItem(value) | ArrayItem(value):
            parts = (value,)
        case _:
            parts = ()
    return {part.position for part in parts if isinstance(part, Arg)}


def check_shape_operands(op: Op) -> Messages:
    """The blocks and attrs that each kind of region has."""
    wanted = {"if": 2, "for": 1, "while": 2}.get(op.name)
    if wanted is not None and len(op.blocks) != wanted:
        yield f"{op.name} owns {wanted} blocks, not {len(op.blocks)}"
    if op.name in ("for", "while"):
        for key in ("carry", "stack") + (("xs",) if op.name == "for" else ()):
            if key not in op.attrs:
                yield f"attr {key!r} is missing"


def check_if(op: Op) -> Messages:
    if op.name != "if":
        return
    if len(op.args) != 1 or not _is_truth(op.args[0].type):
        yield "an `if` takes one bool"
    for word, block in zip(("then", "else"), op.blocks, strict=True):
        if block.params:
            yield f"the {word} block has params"
        if len(block.results) != len(op.results):
            counts = f"{len(block.results)} results, the op has {len(op.results)}"
            yield f"the {word} block gives {counts}"
        yield from fitting(f"in the {word} block,", block.results, op.results)


def _is_truth(t: Type) -> bool:
    """Whether the type is a bool of Python's or of NumPy's."""
    return t == ScalarT("bool") or isinstance(t, ArrayT) and t.dtype == "bool" and t.dims == ()


def check_for(op: Op) -> Messages:
    if op.name != "for":
        return
    carry, kinds, body = op.attrs["carry"], op.attrs["xs"], op.blocks[0]
    count = carry + sum(3 if kind == "range" else 1 for kind in kinds)
    if len(op.args) != count:
        yield f"takes {count} operands, has {len(op.args)}"
    if len(body.params) != carry + len(kinds):
        yield f"the block has {len(body.params)} params, not {carry + len(kinds)}"
    yield from _check_scanned(kinds, op.args[carry:], body.params[carry:])
    yield from _check_loop(op, body, carry)


def _check_scanned(kinds: tuple[str, ...], operands: tuple[Atom, ...],
                   params: tuple[Value, ...]) -> Messages:
    rest = list(operands)
    for kind, param in zip(kinds, params, strict=False):
        if kind not in ("range", "list", "array"):
            yield f"{kind!r} is not a kind of scanned input"
            return
        sources, rest = (rest[:3], rest[3:]) if kind == "range" else (rest[:1], rest[1:])
        if not all(_scans(kind, source.type, param) for source in sources):
            name = param.name or "an element"
            yield f"{name}: {param.type} is scanned from {sources[0].type} as a {kind}"


def _scans(kind: str, source: Type, param: Value) -> bool:
    match kind, source:
        case ("range", _):
            return is_int(source) and is_int(param.type)
        case ("list", ListT(element)):
            return fits(Value(element), param.type)
        case ("array", ArrayT(dtype, dims)):
            return dims != () and fits(Value(ArrayT(dtype, dims[1:] if dims else None)), param.type)
        case _:
            return False


def is_int(t: Type) -> bool:
    """Whether the type is an int of Python's or of NumPy's."""
    if isinstance(t, ArrayT):
        return t.dims == () and np.dtype(t.dtype).kind in "iu"
    return t == ScalarT("int")


def _check_loop(op: Op, body: Block, carry: int) -> Messages:
    """What `for` and `while` share: carries, stacked outputs, the stop flag."""
    stack, breaks = op.attrs["stack"], bool(op.attrs.get("breaks"))
    if len(body.results) != carry + stack + breaks:
        yield f"the body gives {len(body.results)} results, not {carry} + {stack} + {int(breaks)}"
        return
    if len(op.results) != carry + stack:
        yield f"the op has {len(op.results)} results, not {carry} + {stack}"
    yield from fitting("carry", op.args[:carry], body.params[:carry])
    yield from fitting("carry", body.results[:carry], body.params[:carry])
    yield from fitting("result", body.params[:carry], op.results[:carry])
    elements = body.results[carry:carry + stack]
    for result, element in zip(op.results[carry:], elements, strict=False):
        if not isinstance(result.type, ListT) or not fits(element, result.type.element):
            name = result.name or "unnamed"
            yield f"stacked output {name} is {result.type}, elements are {element.type}"
    if breaks and not _is_truth(body.results[-1].type):
        yield f"the stop flag is {body.results[-1].type}"


def check_while(op: Op) -> Messages:
    if op.name != "while":
        return
    condition, body = op.blocks
    carry = op.attrs["carry"]
    if len(op.args) != carry:
        yield f"takes {carry} operands, has {len(op.args)}"
    for word, block in (("condition", condition), ("body", body)):
        if len(block.params) != carry:
            yield f"the {word} has {len(block.params)} params, not {carry}"
    if len(condition.results) != 1 or not _is_truth(condition.results[0].type):
        yield "the condition gives one bool"
    yield from fitting("carry", op.args, condition.params)
    yield from _check_loop(op, body, carry)


FunctionCheck = Callable[[Function], Messages]
OpCheck = Callable[[Op], Messages]

# fmt: off
FUNCTION_CHECKS: tuple[tuple[str, FunctionCheck], ...] = (
    ("a tree for each parameter",                check_params),
    ("leaves are the block's params and results", check_leaves),
)
OP_CHECKS: tuple[tuple[str, OpCheck], ...] = (
    ("attrs have a hash",                        check_attrs),
    ("constants are of their type",              check_constants),
    ("index operands are named by index items",  check_index),
    ("regions own their blocks",                 check_shape_operands),
    ("an if's branches give its results",        check_if),
    ("a for's operands, params and results",     check_for),
    ("a while's operands, params and results",   check_while),
)
# fmt: on
