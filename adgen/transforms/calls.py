"""Calls in reverse mode: a definition is divided and transposed as a program is, once for all its calls.

    f_jvp(x, x_dot) -> y, y_dot      what `jvp` made; its ops are divided into
    f_fwd(x) -> y, tape              the value part, which packs the residuals into a tape, and
    f_lin(tape, x_dot) -> y_dot      the linear part, which unpacks them; transposed that is
    f_bwd(tape, y_bar) -> x_bar

Each is entered where others find it before its body is made, so a recursive definition ends: its body calls what is
being made. A tape is of a type of its own, for that of a recursive definition contains itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

from adgen.ir.builder import Builder
from adgen.ir.core import Atom, Block, Definition, Op, Value, substitute
from adgen.ir.types import TapeT
from adgen.rules.table import infer
from adgen.transforms.jvp import Jvp
from adgen.transforms.simplify import simplify_tangents
from adgen.transforms.split import SPLITTERS, Parts, Residuals, Scope, Splitter, defined, enter_scope
from adgen.transforms.transpose import TRANSPOSERS, Transposer, bar_name
from adgen.transforms.undefined import Undefined, note_undefined, undefined_fields


@dataclass(frozen=True, slots=True)
class Divided:
    """A definition's forward mode as its value part and its linear part."""

    forward: Definition
    linear: Definition
    tape: TapeT


@dataclass(frozen=True, slots=True)
class Linear:
    """What transposing a linear definition needs to know of it: `Splitter`'s findings."""

    values: set[Value]
    witness: dict[Value, Atom]


def split_call(splitter: Splitter, op: Op, scope: Scope, parts: Parts) -> None:
    """A call of a forward mode: a call of its value part, and one of its linear part on the tape."""
    callee: Definition = op.attrs["callee"]
    made: Jvp = callee.derived["forward"]
    divided = divide(callee)
    values, dots = len(op.args) - len(made.params), len(op.results) - len(made.result_dots)
    tape = Value(divided.tape, "tape")
    results = op.results[:dots]
    parts.value_ops.append(
        Op("call", op.args[:values], {"callee": divided.forward}, (*results, tape), (), op.span, op.loose)
    )
    for result in results:
        enter_scope(scope, result)
    args = (tape, *op.args[values:])
    parts.linear_ops.append(Op("call", args, {"callee": divided.linear}, op.results[dots:], (), op.span, True))
    splitter.linear.update(op.results[dots:])


def divide(callee: Definition) -> Divided:
    """A forward mode as its two parts."""
    if "divided" in callee.derived:
        return callee.derived["divided"]
    made: Jvp = callee.derived["forward"]
    name = callee.name.removesuffix("_jvp")
    tape = TapeT(name)
    count, ends = len(callee.params) - len(made.params), len(made.results)
    params, dots = callee.params[:count], made.params
    forward = Definition(f"{name}_fwd", params, (*callee.results[:ends], tape), None, callee.span)
    linear = Definition(f"{name}_lin", (Value(tape, "tape"), *dots), callee.results[ends:], None, callee.span)
    forward.doc = f"The value of {name}, and what {name}_bwd reads of it."
    linear.doc = f"The tangent of {name}, where it was evaluated."
    divided = callee.derived["divided"] = Divided(forward, linear, tape)
    _fill(divided, made)
    return divided


def _fill(divided: Divided, made: Jvp) -> None:
    """Set the blocks of the two parts."""
    twins, values = dict(made.twins), set(made.params)
    outs = tuple(cast("tuple[Atom, ...]", made.result_dots))
    ops, ends = simplify_tangents(made.ops, made.results + outs, frozenset(), twins)
    results, outs = ends[: len(made.results)], ends[len(made.results) :]
    splitter = Splitter(values, twins, {})
    half = splitter.whole(ops, {})
    params = divided.forward.params
    inside = defined(half.value_ops) | set(params)
    residuals = splitter.residuals(half, outs, inside, {}, list(made.params), params)
    divided.tape.fields = tuple(v.type for v in residuals.kept)
    divided.forward.block = _forward_block(divided, half, results, residuals)
    undefined: Undefined = {}
    note_undefined(divided.forward.block.ops, undefined)
    divided.tape.partial = frozenset(undefined_fields(divided.forward.block.ops, undefined))
    divided.linear.block = _linear_block(divided, splitter, half, outs, residuals)
    divided.linear.derived["linear"] = Linear(splitter.linear, splitter.witness)


def _forward_block(divided: Divided, half: Parts, results: tuple[Atom, ...], residuals: Residuals) -> Block:
    ops = _with_pack(tuple(half.value_ops), results, tuple(residuals.kept), divided.tape)
    return Block(divided.forward.params, *ops)


def _with_pack(
    ops: tuple[Op, ...], results: tuple[Atom, ...], fields: tuple[Atom, ...], tape: TapeT
) -> tuple[tuple[Op, ...], tuple[Atom, ...]]:
    """The ops with one that packs the fields behind them, and its result behind theirs. Where they end with a branch,
    each arm packs for itself and returns."""
    last = ops[-1] if ops else None
    if last is None or last.name != "if":
        packed = Value(tape)
        return (*ops, Op("pack", fields, {"tape": tape}, (packed,), (), None, True)), (*results, packed)
    arms: list[Block] = []
    for block in last.blocks:
        env = dict(zip(last.results, block.results, strict=True))
        inner_results, inner_fields = (tuple(substitute(a, env) for a in atoms) for atoms in (results, fields))
        arms.append(Block((), *_with_pack(block.ops, inner_results, inner_fields, tape)))
    made = tuple(Value(a.type, a.name) for a in results) + (Value(tape),)
    return (*ops[:-1], replace(last, blocks=tuple(arms), results=made)), made


def _linear_block(
    divided: Divided, splitter: Splitter, half: Parts, outs: tuple[Atom, ...], residuals: Residuals
) -> Block:
    fields = tuple(Value(v.type, v.name) for v in residuals.kept)
    env: dict[Value, Atom] = dict(zip(residuals.kept, fields, strict=True))
    block = splitter.linear_block(divided.linear.params, half, outs, residuals, env)
    unpack = Op("unpack", divided.linear.params[:1], {}, fields, (), None, True)
    return Block(block.params, (unpack, *block.ops), block.results)


# Transposes


def transpose_call(back: Transposer, op: Op) -> None:
    """The transpose of a call of a linear part: a call of the backward part."""
    if not any(r in back.cotangents for r in op.results):
        return
    bars = [ct if (ct := back.take(r)) is not None else back.zero(r) for r in op.results]
    callee = backward_of(op.attrs["callee"])
    dots = op.args[1:]
    hints = (bar_name(d.name) if isinstance(d, Value) else "" for d in dots)
    made = tuple(Value(d.type, hint) for d, hint in zip(dots, hints, strict=True))
    back.builder.append(Op("call", (op.args[0], *bars), {"callee": callee}, made, (), op.span, True))
    for dot, bar in zip(dots, made, strict=True):
        back.add(dot, bar)


def backward_of(linear: Definition) -> Definition:
    """The transpose of a linear part: from the tape and the cotangents of its results, those of its params."""
    if "backward" in linear.derived:
        return linear.derived["backward"]
    name = linear.name.removesuffix("_lin")
    tape, *dots = linear.params
    bars = tuple(
        Value(t, "tape_bar" if isinstance(t, TapeT) else (bar_name(r.name) if isinstance(r, Value) else "") or "y_bar")
        for t, r in zip(linear.results, linear.body.results, strict=True)
    )
    params = (Value(tape.type, "tape"), *bars)
    made = linear.derived["backward"] = Definition(
        f"{name}_bwd", params, tuple(d.type for d in dots), None, linear.span
    )
    made.doc = f"From what {name}_fwd kept and the cotangents of its results, those of its arguments."
    made.block = _transposed(linear, params)
    return made


def _transposed(linear: Definition, params: tuple[Value, ...]) -> Block:
    found: Linear = linear.derived["linear"]
    tape, *dots = linear.params
    back = Transposer(Builder(infer, loose=True), found.values, found.witness, {})
    ops = tuple(_with_tape(op, tape, params[0]) for op in linear.body.ops)
    note_undefined(ops, back.undefined)
    for result, bar in zip(linear.body.results, params[1:], strict=True):
        back.add(result, bar)
    back.run(ops)
    back.builder.span, back.builder.loose = None, True
    outs = tuple(ct if (ct := back.take(d)) is not None else back.zero(d) for d in dots)
    return back.builder.block(params, outs)


def _with_tape(op: Op, old: Value, new: Value) -> Op:
    """The op that unpacks the tape, of the other param; every other op as it is."""
    if op.args != (old,):
        return op
    return Op(op.name, (new,), op.attrs, op.results, (), op.span, op.loose)


SPLITTERS["call"] = split_call
TRANSPOSERS["call"] = transpose_call
