"""Forward mode: next to each op on an active value, its tangent.

    input      a block, and which of its params are active
    output     the block with a tangent param behind its params for each active one, and behind its results the
               tangents of the inexact ones (None where a result is inactive)
    guarantee  the primal ops stay as they are, in their order; a tangent has the shape and dtype of its primal;
               tangents never feed primal values; every op made is linear in the tangents it reads
    non-goals  no clean-up: `simplify` drops what came out trivial

Activity: a value has a tangent only if an active value reaches it through ops with a derivative.
`twins` maps each tangent to its primal value, which tells its shape.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, cast

from adgen.errors import Refusal
from adgen.ir.builder import Builder, const
from adgen.ir.core import UNDEF, Arg, Atom, Block, Const, Definition, IntItem, Op, Value, clone_block, xs_groups
from adgen.ir.types import (
    INT,
    ArrayT,
    ListT,
    ScalarT,
    TapeT,
    Type,
    dims_of,
    dtype_of,
    is_complex,
    is_inexact,
    is_number,
    spreads,
)
from adgen.rules.custom import Custom, is_custom, run_forward
from adgen.rules.infrastructure import as_dtype
from adgen.rules.table import E, Ops, Rule, infer, rule_of
from adgen.transforms.activity import active_carries, active_positions, active_results, is_active, spread, xs_atoms
from adgen.transforms.twins import enter_twins

Dots = dict[Value, Atom]


@dataclass(slots=True)
class Jvp:
    """A program with tangents: `block`, the results' tangents, and each tangent's primal twin."""

    params: tuple[Value, ...]
    """The tangent params, one an active param."""
    ops: tuple[Op, ...]
    results: tuple[Atom, ...]
    result_dots: tuple[Atom | None, ...]
    twins: dict[Value, Atom] = field(default_factory=dict[Value, Atom])


def jvp(block: Block, active: frozenset[int], reverse: bool = False) -> Jvp:
    """Forward mode with respect to the params at the positions in `active`; `reverse`: to be transposed."""
    forward = _Forward(reverse)
    dots: Dots = {}
    for i, param in enumerate(block.params):
        if i in active:
            dots[param] = forward.tangent_value(param)
    params = tuple(cast(Value, dots[p]) for i, p in enumerate(block.params) if i in active)
    builder = Builder(infer)
    forward.run(block.ops, builder, dots)
    result_dots = tuple(dots.get(r) if isinstance(r, Value) else None for r in block.results)
    return Jvp(params, tuple(builder.ops), block.results, result_dots, forward.twins)


def forward_of(callee: Definition, params: frozenset[int]) -> Definition:
    """A definition's forward mode with respect to the params at some positions: its params and their tangents, its
    results and the tangents of those that are active. What `split` needs of it is kept as `Jvp`."""
    key = "jvp", params
    if key in callee.derived:
        return callee.derived[key]
    block = clone_block(callee.body, {})
    active = sorted(active_results(callee, params))
    dots = tuple(Value(block.params[i].type, dot_name(block.params[i].name)) for i in sorted(params))
    results = callee.results + tuple(callee.results[i] for i in active)
    made = callee.derived[key] = Definition(
        f"{callee.name}_jvp", block.params + dots, results, None, callee.span, f"{callee.name} and its tangents."
    )
    forward = _Forward()
    inner = dict(zip((block.params[i] for i in sorted(params)), dots, strict=True))
    forward.twins.update(zip(dots, inner, strict=True))
    builder, found = Builder(infer), cast(Dots, inner)
    forward.run(block.ops, builder, found)
    ends = tuple(forward.tangent_of(builder, block.results[i], found) for i in active)
    made.block = builder.block(made.params, block.results + ends)
    made.derived["forward"] = Jvp(dots, made.block.ops, block.results, ends, forward.twins)
    return made


def dot_name(name: str) -> str:
    return f"{name}_dot" if name else ""


class _Forward:
    """Walks ops, with an environment `dots` from active values to their tangents. `reverse`: for reverse mode."""

    def __init__(self, reverse: bool = False) -> None:
        self.reverse = reverse
        self.twins: dict[Value, Atom] = {}

    def tangent_value(self, primal: Value) -> Value:
        value = Value(primal.type, dot_name(primal.name))
        self.twins[value] = primal
        return value

    def run(self, ops: tuple[Op, ...], builder: Builder, dots: Dots) -> None:
        for op in ops:
            builder.span, builder.loose = op.span, True
            if op.name in _REGIONS:
                _REGIONS[op.name](self, op, builder, dots)
            else:
                builder.append(op)
                self.plain(op, builder, dots)

    def plain(self, op: Op, builder: Builder, dots: Dots) -> None:
        rule = rule_of(op.name)
        given = tuple(dots.get(a) if isinstance(a, Value) else None for a in op.args)
        if rule.zero or not any(d is not None for d in given) or not any(is_inexact(r.type) for r in op.results):
            return
        refuse_complex(op, rule)
        start = len(builder.ops)
        made = _tangents(Ops(builder), op, rule, given)
        if rule.elementwise and dims_of_number(op.result.type) is None:
            for step in builder.ops[start:]:
                self.twins.setdefault(step.result, op.result)
        for result, dot in zip(op.results, made, strict=True):
            if dot is not None and is_inexact(result.type):
                dots[result] = self.settle(builder, result, dot)
        if len(builder.ops) > start + 1:
            enter_twins(self.twins, builder, start, op, given)

    def settle(self, builder: Builder, primal: Value, dot: E) -> Atom:
        """The tangent of a result in its primal's shape and dtype, named after it."""
        ops = Ops(builder)
        spread = dims_of_number(dot.type) != dims_of_number(primal.type)
        atom = fit(ops, dot.atom, primal, may_spread=spread).atom
        if isinstance(atom, Value):
            atom = cast(Value, rename_last(builder, atom, dot_name(primal.name)))
            self.twins.setdefault(atom, primal)
        return atom

    # Calls

    def call(self, op: Op, builder: Builder, dots: Dots) -> None:
        """A call of the callee's forward mode."""
        if is_custom(op):
            self.custom(op, builder, dots)
            return
        callee: Definition = op.attrs["callee"]
        params = active_positions(op, dots)
        results = sorted(active_results(callee, params))
        if not results:
            builder.append(op)
            return
        made = tuple(self.tangent_value(op.results[i]) for i in results)
        args = op.args + tuple(dots[cast(Value, op.args[i])] for i in sorted(params))
        attrs = {"callee": forward_of(callee, params)}
        builder.append(replace(op, args=args, attrs=attrs, results=op.results + made))
        dots.update(zip((op.results[i] for i in results), made, strict=True))

    def custom(self, op: Op, builder: Builder, dots: Dots) -> None:
        """A call with a rule of its own, by its tangent; in reverse mode by its vjp, where it has one."""
        rule: Custom = op.attrs["custom"]
        given = tuple(dots.get(a) if isinstance(a, Value) else None for a in op.args)
        if rule.forward is None or not any(given) or (rule.tangent is not None and not self.reverse):
            builder.append(op)
            self.plain(op, builder, dots)
            return
        ops = Ops(builder)
        start = len(builder.ops)
        dot = run_forward(ops, op, tuple(None if d is None else ops.wrap(d) for d in given))
        dots[op.result] = self.settle(builder, op.result, dot)
        enter_twins(self.twins, builder, start, op, given)

    # Regions: every inexact result, carry and stacked output that may be active gets a companion.

    def branch(self, op: Op, builder: Builder, dots: Dots) -> None:
        active = [i for i, r in enumerate(op.results) if is_inexact(r.type) and self.reaches(op, i, dots)]
        blocks: list[Block] = []
        for block in op.blocks:
            inner, inner_dots = builder.nested(), dict(dots)
            self.run(block.ops, inner, inner_dots)
            inner.span, inner.loose = op.span, True
            extra = tuple(self.tangent_of(inner, block.results[i], inner_dots) for i in active)
            blocks.append(inner.block((), block.results + extra))
        made = tuple(self.tangent_value(op.results[i]) for i in active)
        builder.append(replace(op, results=op.results + made, blocks=tuple(blocks)))
        dots.update(zip((op.results[i] for i in active), made, strict=True))

    def reaches(self, op: Op, position: int, dots: Dots) -> bool:
        return any(is_active(b.results[position], spread(b.ops, dots)) for b in op.blocks)

    def loop(self, op: Op, builder: Builder, dots: Dots) -> None:
        carry, stack = cast(int, op.attrs["carry"]), cast(int, op.attrs["stack"])
        op = self.index_active_arrays(op, dots, builder) if op.name == "for" else op
        body = op.blocks[-1]
        kinds = cast("tuple[str, ...]", op.attrs.get("xs", ()))
        inits, xs_args = op.args[:carry], op.args[carry:]
        elements, atoms = body.params[carry:], xs_atoms(op)
        lists = [i for i, atom in enumerate(atoms) if atom is not None and is_active(atom, dots)]
        active = active_carries(op, dots, {elements[i] for i in lists})
        carried = [i for i in range(carry) if i in active]
        inner, inner_dots = builder.nested(), dict(dots)
        carry_dots = [self.tangent_value(body.params[i]) for i in carried]
        element_dots = [self.tangent_value(elements[i]) for i in lists]
        inner_dots.update(zip((body.params[i] for i in carried), carry_dots, strict=True))
        inner_dots.update(zip((elements[i] for i in lists), element_dots, strict=True))
        self.run(body.ops, inner, inner_dots)
        inner.span, inner.loose = op.span, True
        outs = body.results
        stacked = [i for i in range(carry, carry + stack) if is_active(outs[i], inner_dots)]
        results = (
            outs[:carry]
            + tuple(self.tangent_of(inner, outs[i], inner_dots) for i in carried)
            + outs[carry : carry + stack]
            + tuple(self.tangent_of(inner, outs[i], inner_dots) for i in stacked)
            + outs[carry + stack :]
        )
        params = body.params[:carry] + tuple(carry_dots) + elements + tuple(element_dots)
        init_dots = tuple(self.tangent_of(builder, inits[i], dots) for i in carried)
        list_dots = tuple(dots[cast(Value, atoms[i])] for i in lists)
        made = [self.tangent_value(op.results[i]) for i in carried]
        made_lists = [self.tangent_value(op.results[i]) for i in stacked]
        attrs = dict(op.attrs) | {"carry": carry + len(carried), "stack": stack + len(stacked)}
        if op.name == "for":
            attrs["xs"] = kinds + ("list",) * len(lists)
        blocks = (inner.block(params, results),)
        if op.name == "while":
            condition = op.blocks[0]
            unread = tuple(Value(d.type) for d in carry_dots)
            blocks = (Block(condition.params + unread, condition.ops, condition.results), *blocks)
        builder.append(
            replace(
                op,
                args=inits + init_dots + xs_args + list_dots,
                attrs=attrs,
                blocks=blocks,
                results=op.results[:carry] + tuple(made) + op.results[carry:] + tuple(made_lists),
            )
        )
        dots.update(zip((op.results[i] for i in carried), made, strict=True))
        dots.update(zip((op.results[i] for i in stacked), made_lists, strict=True))

    def index_active_arrays(self, op: Op, dots: Dots, builder: Builder) -> Op:
        """Rows of an active array are read by index, so that their cotangents accumulate in place."""
        kinds = cast("tuple[str, ...]", op.attrs["xs"])
        pairs = zip(kinds, xs_atoms(op), strict=True)
        chosen = [
            i for i, (kind, atom) in enumerate(pairs) if kind == "array" and atom is not None and is_active(atom, dots)
        ]
        if not chosen:
            return op
        return index_rows(op, chosen, builder)

    def tangent_of(self, builder: Builder, atom: Atom, dots: Dots) -> Atom:
        """The tangent of an atom, zeros if it has none."""
        if isinstance(atom, Value) and atom in dots:
            return dots[atom]
        zero = zero_like(Ops(builder), atom)
        if isinstance(zero, Value):
            self.twins.setdefault(zero, atom)
        return zero


def index_rows(op: Op, chosen: list[int], builder: Builder) -> Op:
    """The loop with the arrays at the positions `chosen` read by index instead of scanned."""
    carry = cast(int, op.attrs["carry"])
    kinds = cast("tuple[str, ...]", op.attrs["xs"])
    (body,) = op.blocks
    params = list(body.params)
    args = list(op.args[:carry])
    reads: list[Op] = []
    for i, group in enumerate(xs_groups(op)):
        if i not in chosen:
            args += group
            continue
        (array,) = group
        row, index = params[carry + i], Value(INT)
        params[carry + i] = index
        attrs = {"index": (IntItem(Arg(0)),)}
        reads.append(Op("getitem", (array, index), attrs, (row,), (), op.span))
        args += [const(0), Ops(builder).dim(array, 0).atom, const(1)]
    kinds = tuple("range" if i in chosen else k for i, k in enumerate(kinds))
    block = Block(tuple(params), tuple(reads) + body.ops, body.results)
    return replace(op, args=tuple(args), attrs={**op.attrs, "xs": kinds}, blocks=(block,))


_REGIONS = {
    "if": _Forward.branch,
    "for": _Forward.loop,
    "while": _Forward.loop,
    "call": _Forward.call,
    "external": _Forward.custom,
}


def refuse_complex(op: Op, rule: Rule) -> None:
    """Some rules hold for real numbers only."""
    if rule.real and any(is_complex(a.type) for a in (*op.args, *op.results)):
        name = rule.call or op.name
        raise Refusal(
            f"the derivative of {name} of complex numbers is not supported", "take the real parts or moduli", op.span
        )


def dims_of_number(t: Type) -> Any:
    return dims_of(t) if is_number(t) else None


def rename_last(builder: Builder, value: Atom, name: str) -> Atom:
    """Give the result of the op emitted last a name, while nothing has read it yet."""
    if not name or isinstance(value, Const) or value.name:
        return value
    if not builder.ops or builder.ops[-1].results != (value,):
        return value
    named = Value(value.type, name)
    builder.ops[-1] = replace(builder.ops[-1], results=(named,))
    return named


def zero_like(ops: Ops, atom: Atom) -> Atom:
    """Zeros of an atom's shape and dtype."""
    if isinstance(atom, Const) and atom.value is UNDEF:
        return atom
    match atom.type:
        case ScalarT() as t:
            return const(0j) if is_complex(t) else const(0.0)
        case ArrayT(dtype, dims):
            return typed_number(0.0, atom.type) if dims == () else ops.zeros(ops.shape(atom), dtype).atom
        case ListT():
            return ops("zero_list", atom).atom
        case TapeT():
            return ops("zero_tape", atom).atom
        case other:
            raise Refusal(
                f"a value of type {other} has no tangent",
                "this is a defect of adgen: please report the program",
            )


def typed_number(value: complex, t: Type) -> Const:
    """A number as a constant of the type of a tangent or cotangent of rank 0."""
    value = complex(value) if is_complex(t) else value
    return const(value) if isinstance(t, ScalarT) or dtype_of(t) in ("float64", "complex128") else Const(value, t)


def fit(ops: Ops, dot: Atom, y: Atom, may_spread: bool = True) -> E:
    """A tangent in the dtype and (where it may differ) the shape of y, by explicit linear ops."""
    made = ops.wrap(dot)
    if not (is_number(dot.type) and is_number(y.type)):
        return made
    if isinstance(y.type, ArrayT):
        made = as_dtype(ops, made, y.type.dtype)
    if may_spread and spreads(dims_of(dot.type), dims_of(y.type)):
        made = ops.broadcast(made, ops.shape(y))
    return made


def operand_like(result: Value, operand: Atom) -> Value:
    """The result of an elementwise op; in the operand's dtype where that is complex and the result real (`abs`)."""
    if is_complex(operand.type) and not is_complex(result.type):
        return Value(ArrayT(dtype_of(operand.type), dims_of(result.type)))
    return result


def _tangents(ops: Ops, op: Op, rule: Rule, given: tuple[Atom | None, ...]) -> tuple[E | None, ...]:
    """The tangents of an op's results, from those of its operands."""
    if rule.elementwise:
        alone = sum(is_number(a.type) and dims_of(a.type) != () for a in op.args) == 1
        spread = {a: not (alone and dims_of(a.type) != ()) for a in op.args if is_number(a.type)}
        result = op.result
        given = tuple(
            None if d is None else fit(ops, d, operand_like(result, a), spread[a]).atom
            for d, a in zip(given, op.args, strict=True)
        )
    dots = tuple(None if d is None else ops.wrap(d) for d in given)
    if rule.tangent:
        wrapped = tuple(map(ops.wrap, op.args)), tuple(map(ops.wrap, op.results))
        made = rule.tangent(ops, op, *wrapped, dots)
        return cast("tuple[E | None, ...]", made) if isinstance(made, tuple) else (made,)
    if rule.partials:
        return (_by_partials(ops, op, rule, dots),)
    if rule.bilinear is not None:
        return (_by_product(ops, op, rule.bilinear, dots),)
    return _by_linearity(ops, op, rule, dots)


def _by_partials(ops: Ops, op: Op, rule: Rule, dots: tuple[E | None, ...]) -> E | None:
    total: E | None = None
    args, y = tuple(map(ops.wrap, op.args)), ops.wrap(op.result)
    for dot, partial in zip(dots, rule.partials, strict=True):
        if dot is None or partial is None:
            continue
        factor = partial(ops, args, y)
        if not isinstance(factor, E) and factor == 0:
            continue
        term = dot if not isinstance(factor, E) and factor == 1 else dot * factor
        total = term if total is None else total + term
    return total


def _by_product(ops: Ops, op: Op, positions: tuple[int, int], dots: tuple[E | None, ...]) -> E | None:
    total: E | None = None
    for position in positions:
        dot = dots[position]
        if dot is not None:
            args = [dot.atom if i == position else a for i, a in enumerate(op.args)]
            (term,) = _again(ops, op, args)
            total = term if total is None else total + term
    return total


def _by_linearity(ops: Ops, op: Op, rule: Rule, dots: tuple[E | None, ...]) -> tuple[E | None, ...]:
    assert rule.linear is not None
    positions = rule.linear or tuple(range(len(op.args)))
    if op.name in ("add", "sub") and None in dots:
        first, second = dots
        return (first if second is None else second if op.name == "add" else -second,)
    args = [_linear_operand(ops, op, i, dots[i]) if i in positions else a for i, a in enumerate(op.args)]
    return _again(ops, op, args)


def _again(ops: Ops, op: Op, args: list[Atom]) -> tuple[E, ...]:
    """The op on other operands. Sizes that nobody knows are those of the primal's result, not new ones."""
    if rule_of(op.name).elementwise:
        return ops.many(op.name, *args, **op.attrs)
    results = tuple(Value(r.type) for r in op.results)
    builder = ops.builder
    builder.append(Op(op.name, tuple(args), op.attrs, results, (), builder.span, builder.loose))
    return tuple(map(ops.wrap, results))


def _linear_operand(ops: Ops, op: Op, position: int, dot: E | None) -> Atom:
    """The tangent that stands for an operand: fitted to the slot of a store, zeros where there is none."""
    primal = op.args[position]
    if op.name in ("setitem", "addat") and position == 1:
        if dot is None:
            return const(0.0)
        slot = Value(infer("getitem", (op.args[0], *op.args[2:]), {"index": op.attrs["index"]})[0])
        if not is_number(slot.type):
            return dot.atom
        if not spreads(dims_of(dot.type), dims_of(slot.type)):
            return fit(ops, dot.atom, slot, may_spread=False).atom
        read = ops("getitem", op.args[0], *op.args[2:], index=op.attrs["index"])
        return fit(ops, dot.atom, read.atom).atom
    if dot is not None:
        if op.name in ("concatenate", "stack", "array"):
            return fit(ops, dot.atom, op.result, may_spread=False).atom
        return dot.atom
    rule = rule_of(op.name)
    return const(0.0) if rule.elementwise else zero_like(ops, primal)
