"""Reverse mode's last pass: runs a linear program backwards.

    input      the ops of a linear program, the cotangents of its outputs
    output     ops that compute the cotangents of its inputs, appended to a builder
    guarantee  for the linear map L of the program: <w, L v> = <L^T w, v>. Reads at an index accumulate into one
               cotangent by `addat`, never a dense array a read. A cotangent that was masked by `where` stays zero
               where it is masked, also behind a factor that is not finite there
    non-goals  no clean-up (`simplify`), no decision on what is kept (`split`)

Ops of the program that are not linear (what `split` recomputes) run first, forwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import cast

from adgen.errors import Refusal
from adgen.ir.builder import Builder, const
from adgen.ir.core import UNDEF, Atom, Const, IntItem, NewAxis, Op, SliceItem, Value, free_values, xs_groups
from adgen.ir.types import (
    ArrayT,
    Dim,
    ListT,
    ScalarT,
    TapeT,
    dims_of,
    dtype_of,
    is_complex,
    is_inexact,
    is_number,
    is_scalar,
    spreads,
)
from adgen.rules.infrastructure import as_dtype
from adgen.rules.table import E, Ops, Shape, infer, rule_of
from adgen.transforms.jvp import typed_number
from adgen.transforms.split import Sizes, has_static_shape
from adgen.transforms.undefined import ABSENT, Undefined, note_undefined

TOTAL = frozenset({
    "add", "sub", "mul", "neg", "pos", "abs", "sin", "cos", "tanh", "arctan", "sign", "maximum", "minimum", "where",
    "convert", "broadcast", "getitem", "expand_dims", "reshape", "transpose", "lt", "le", "gt", "ge", "eq", "ne",
    "zeros", "ones", "arange",
})
"""Ops whose results are finite where their operands are, but for overflow."""


@dataclass(frozen=True, slots=True)
class Masked:
    """A cotangent that counts only where `mask` is (or, if not `selected`, is not) true."""

    mask: Atom
    selected: bool
    cotangent: Atom


Cotangent = Atom | Masked


def bar_name(name: str) -> str:
    """The name of a cotangent, from the tangent's: x_dot -> x_bar."""
    return f"{name.removesuffix('_dot')}_bar" if name else ""


class Transposer(Ops):
    """Runs one block backwards. `linear` holds its linear values, `witness` values of the same shape."""

    def __init__(
        self,
        builder: Builder,
        linear: set[Value],
        witness: Mapping[Value, Atom],
        sizes: Sizes,
        undefined: Undefined | None = None,
        holomorphic: bool = False,
    ):
        super().__init__(builder)
        self.holomorphic = holomorphic
        """Without conjugates: the transpose of a complex linear map rather than its adjoint."""
        self.linear, self.witness, self.sizes = linear, witness, sizes
        self.undefined: Undefined = {} if undefined is None else undefined
        self.nested = False
        """Whether values may come from around the block, or from what a loop kept."""
        self.makers: dict[Value, Op] = {}
        self.cotangents: dict[Value, Cotangent] = {}
        self.taken: set[Atom] = set()
        """Cotangents that were read already: the ops that make them keep their results."""

    def inside(self) -> Transposer:
        """A transposer for a block inside this one."""
        made = Transposer(
            self.builder.nested(), self.linear, self.witness, self.sizes, self.undefined, self.holomorphic
        )
        made.nested, made.makers = True, self.makers
        return made

    # Cotangents

    def add(self, value: Atom, cotangent: Atom | Masked | None) -> None:
        """Add a contribution to a linear value's cotangent."""
        if cotangent is None or not isinstance(value, Value) or value not in self.linear:
            return
        present = self.cotangents.get(value)
        if present is None:
            self.cotangents[value] = cotangent
            return
        both = self.settled(present), self.settled(cotangent)
        if isinstance(value.type, ListT):
            gaps = value in self.undefined and not is_scalar(value.type.element)
            total = self("add_lists", *both, gaps=gaps).atom
        elif isinstance(value.type, TapeT):
            total = self("add_tapes", *both).atom
        else:
            total = self("add", *both).atom
        del self.cotangents[value]
        self.cotangents[value] = self.name_last(total, value)

    def name_last(self, atom: Atom, value: Value) -> Atom:
        """Name a cotangent just made after the value it belongs to."""
        name, ops = bar_name(value.name), self.builder.ops
        if not name or not isinstance(atom, Value) or atom.name or not ops or ops[-1].results != (atom,):
            return atom
        if atom in self.taken or any(_is_of(c, atom) for c in self.cotangents.values()):
            return atom
        named = Value(atom.type, name)
        ops[-1] = replace(ops[-1], results=(named,))
        return named

    def settled(self, cotangent: Cotangent) -> Atom:
        """The cotangent with its mask applied."""
        if not isinstance(cotangent, Masked):
            return cotangent
        zero = const(0.0)
        pair = (cotangent.cotangent, zero) if cotangent.selected else (zero, cotangent.cotangent)
        return self("where", cotangent.mask, *pair).atom

    def take(self, value: Value) -> Atom | None:
        """A value's cotangent, once all contributions are in; named after it."""
        cotangent = self.cotangents.pop(value, None)
        if cotangent is None:
            return None
        atom = self.name_last(self.settled(cotangent), value)
        self.taken.add(atom)
        return atom

    def shape(self, x: object) -> Shape:
        atom = self.atom(cast(Atom, x))
        if not isinstance(atom, Value) or atom not in self.linear:
            return super().shape(atom)
        dims = dims_of(atom.type)
        if dims is not None and all(isinstance(d, int) for d in dims):
            return tuple(const(d) for d in dims)
        witness = self.witness.get(atom)
        if (witness is None or witness in self.undefined) and dims is not None and self.is_of_known_sizes(atom):
            return tuple(map(self.known, dims))
        if witness is None:
            raise Refusal(
                f"the shape of the tangent {atom.name or 'here'} of type {atom.type} is not known",
                "this is a defect of adgen: please report the program",
            )
        return super().shape(witness) if is_number(witness.type) else self.wrap(witness)

    def is_known(self, dim: Dim) -> bool:
        """Whether a size is a constant or that of an axis of a param."""
        return isinstance(dim, int) or dim in self.sizes

    def known(self, dim: Dim) -> Atom:
        if isinstance(dim, int):
            return const(dim)
        param, axis = self.sizes[dim]
        return super().dim(param, axis).atom

    def dim(self, x: object, axis: int) -> E:
        """The length of an axis, of a linear value through its witness."""
        atom = self.atom(cast(Atom, x))
        if not isinstance(atom, Value) or atom not in self.linear:
            return super().dim(atom, axis)
        dims = dims_of(atom.type)
        if dims is not None and self.is_known(dims[axis]) and (atom not in self.witness or isinstance(dims[axis], int)):
            return self.wrap(self.known(dims[axis]))
        if atom not in self.witness:
            return super().dim(atom, axis)
        witness = self.witness[atom]
        if is_number(witness.type):
            return super().dim(witness, axis)
        return self("getitem", witness, index=(IntItem(axis),))

    def size(self, x: object) -> E:
        """The number of elements, of a linear value through its witness."""
        atom = self.atom(cast(Atom, x))
        if not isinstance(atom, Value) or atom not in self.linear:
            return super().size(atom)
        witness = self.witness.get(atom)
        if witness is not None and is_number(witness.type):
            return super().size(witness)
        number = self.dim(atom, 0)
        for axis in range(1, len(dims_of(atom.type) or ())):
            number = number * self.dim(atom, axis)
        return number

    def zero(self, value: Value) -> Atom:
        """A zero cotangent for a linear value."""
        match value.type:
            case ScalarT() | ArrayT(_, ()):
                return typed_number(0.0, value.type)
            case ArrayT(dtype, _):
                zeros = self.zeros(self.shape(value), dtype).atom
                return self.name_last(zeros, value)
            case ListT():
                witness = self.witness.get(value)
                if witness is None:
                    raise Refusal(
                        "the length of a list of tangents is not known",
                        "this is a defect of adgen: please report the program",
                    )
                return self("zero_list", witness).atom
            case TapeT():
                return Const(UNDEF, value.type, ABSENT)
            case other:
                raise Refusal(
                    f"a value of type {other} has no cotangent",
                    "this is a defect of adgen: please report the program",
                )

    def no_cotangent(self, value: Value) -> Atom:
        """What stands for the cotangent of a value on a path that does not read it."""
        if value not in self.undefined or is_scalar(value.type):
            return self.zero(value)
        return Const(UNDEF, value.type, ABSENT) if self.undefined[value] else const(0.0)

    def zero_of_carry(self, value: Value, like: Value | None = None) -> Atom:
        """A zero for a carry, which may be undefined before the first iteration; `like` is a cotangent of its type."""
        if value not in self.undefined or self.tells_shape(value):
            return self.zero(value)
        if like is not None and isinstance(like.type, ArrayT):
            return self.zeros(super().shape(like), like.type.dtype).atom
        return const(0.0)

    def tells_shape(self, value: Value) -> bool:
        """Whether a zero of the shape of a value that may be undefined can be made."""
        if is_scalar(value.type) or has_static_shape(value.type) or self.is_of_known_sizes(value):
            return True
        witness = self.witness.get(value)
        return isinstance(witness, Value) and is_number(witness.type) and witness not in self.undefined

    def is_of_known_sizes(self, value: Value) -> bool:
        dims = dims_of(value.type) if is_number(value.type) else None
        return dims is not None and all(map(self.is_known, dims))

    # The walk

    def run(self, ops: Iterable[Op]) -> None:
        """Transpose the ops, last first, given the cotangents entered by `add`."""
        linear_ops: list[Op] = []
        ops = tuple(ops)
        self.makers.update((r, op) for op in (*self.builder.ops, *ops) for r in op.results)
        note_undefined(ops, self.undefined)
        for op in ops:
            if any(r in self.linear for r in op.results):
                linear_ops.append(op)
            elif op.results or not self.is_linear(op):
                self.builder.append(op)
        for op in reversed(linear_ops):
            self.builder.span, self.builder.loose = op.span, True
            TRANSPOSERS.get(op.name, Transposer.plain)(self, op)

    def is_linear(self, op: Op) -> bool:
        """Whether an op without results, as a loop of which nothing is read, looks at linear values."""
        return any(a in self.linear for a in op.args) or any(v in self.linear for v in free_values(*op.blocks))

    def plain(self, op: Op) -> None:
        if not any(r in self.cotangents for r in op.results):
            return
        if op.name == "where" and self.where(op):
            return
        if len(op.results) > 1:
            raise Refusal(
                f"{op.name} has several results and no transpose",
                "this is a defect of adgen: please report the program",
            )
        cotangent = self.cotangents[op.result]
        masked = cotangent if isinstance(cotangent, Masked) and self.keeps_mask(op) else None
        taken = self.cotangents.pop(op.result) if masked else self.take(op.result)
        ct = self.wrap(masked.cotangent if masked else cast(Atom, taken))
        if op.name == "getitem":
            self.read(op, ct)
            return
        rule = rule_of(op.name)
        positions = tuple(i for i, a in enumerate(op.args) if a in self.linear)
        if rule.transpose is None:
            raise Refusal(
                f"the derivative of {op.name} is not linear where it should be",
                "this is a defect of adgen: please report the program",
            )
        if self.holomorphic and (op.name in NOT_HOLOMORPHIC or any(k in rule.antilinear for k in positions)):
            raise Refusal(
                f"holomorphic=True, but {rule.call or op.name} is not complex differentiable",
                "leave it out, and differentiate a real result",
                op.span,
            )
        if rule.conjugates == self.holomorphic:
            op = self.conjugated(op, positions)
        made = rule.transpose(self, op, ct, positions)
        for position, part in zip(positions, made, strict=True):
            if part is None:
                continue
            part = self.projected(part, op.args[position])
            self.add(op.args[position], replace(masked, cotangent=part.atom) if masked else part.atom)

    def keeps_mask(self, op: Op) -> bool:
        """Whether a masked cotangent passes an op with its mask: an elementwise one of linear operands of its shape;
        of several, only where something that may not be finite multiplies it behind the op."""
        operands = [a for a in op.args if a in self.linear]
        return (
            rule_of(op.name).elementwise
            and op.name != "where"
            and all(is_number(a.type) and not spreads(dims_of(a.type), dims_of(op.result.type)) for a in operands)
            and (len(operands) == 1 or any(map(self.has_partial_factor, operands)))
        )

    def has_partial_factor(self, value: Atom) -> bool:
        """Whether a linear value is made with a factor that need not be finite where the arguments are."""
        maker = self.makers.get(value) if isinstance(value, Value) else None
        if maker is None or maker.blocks or not rule_of(maker.name).elementwise:
            return False
        factors = [a for a in maker.args if isinstance(a, Value) and a not in self.linear]
        if factors and (maker.name == "div" or not all(map(self.is_total, factors))):
            return True
        return any(self.has_partial_factor(a) for a in maker.args if a in self.linear)

    def is_total(self, factor: Atom) -> bool:
        """Whether a value is finite where the arguments are, as far as the ops that make it tell."""
        if not isinstance(factor, Value):
            return True
        maker = self.makers.get(factor)
        if maker is None:
            return not self.nested
        return maker.name in TOTAL and all(map(self.is_total, maker.args))

    def conjugated(self, op: Op, positions: tuple[int, ...]) -> Op:
        """The op with the conjugates of the complex operands that it is not linear in: the adjoint of x -> c x is
        w -> conj(c) w."""
        args = tuple(
            self("conj", a).atom if i not in positions and is_number(a.type) and is_complex(a.type) else a
            for i, a in enumerate(op.args)
        )
        return op if args == op.args else replace(op, args=args)

    def projected(self, part: E, operand: Atom) -> E:
        """A cotangent that is complex exactly where its operand is."""
        if not is_number(operand.type) or is_complex(part.type) == is_complex(operand.type):
            return part
        return as_dtype(self, part, dtype_of(operand.type))

    def pop(self, op: Op) -> None:
        """The transpose of taking a list's last element off is appending to it."""
        if not any(r in self.cotangents for r in op.results):
            return
        rest, last = (ct if (ct := self.take(r)) is not None else self.zero(r) for r in op.results)
        self.add(op.args[0], self("append", rest, last).atom)

    def read(self, op: Op, ct: E) -> None:
        """The transpose of "read at index" is "add at index", into the running cotangent."""
        source = cast(Value, op.args[0])
        if is_number(source.type) and dims_of(source.type) == ():
            self.add(source, self.reshape(ct, ()).atom if dims_of(ct.type) else ct.atom)
            return
        if (axes := _new_axes(op)) is not None:
            self.add(source, self("squeeze", ct, axis=axes).atom)
            return
        present = self.cotangents.pop(source, None)
        total = self.zero(source) if present is None else self.settled(present)
        updated = self("addat", total, ct, *op.args[1:], index=op.attrs["index"]).atom
        self.cotangents[source] = self.name_last(updated, source)

    def where(self, op: Op) -> bool:
        """`where` hands its mask on with the cotangent, so that nothing not finite comes through it later."""
        mask, first, second = op.args
        if any(spreads(dims_of(a.type), dims_of(op.result.type)) for a in (first, second) if a in self.linear):
            return False
        if dims_of(op.result.type) is None:
            return False
        cotangent = self.take(op.result)
        assert cotangent is not None
        self.add(first, Masked(mask, True, cotangent))
        self.add(second, Masked(mask, False, cotangent))
        return True

    # Regions

    def branch(self, op: Op) -> None:
        if not any(r in self.cotangents for r in op.results):
            return
        incoming = [self.take(r) for r in op.results]
        free = [v for v in free_values(*op.blocks) if v in self.linear]
        before = {v: self.cotangents.pop(v) for v in free if v in self.cotangents}
        settled = {v: self.settled(c) for v, c in before.items()}
        arms: list[tuple[Transposer, dict[Value, Atom]]] = []
        for block in op.blocks:
            arm = self.inside()
            arm.cotangents.update(settled)
            for result, ct in zip(block.results, incoming, strict=True):
                arm.add(result, ct)
            arm.run(block.ops)
            arm.builder.span, arm.builder.loose = op.span, True
            arms.append((arm, {v: ct for v in free if (ct := arm.take(v)) is not None}))
        touched = [v for v in free if any(v in outs for _, outs in arms)]
        blocks = tuple(
            arm.builder.block((), tuple(outs[v] if v in outs else arm.no_cotangent(v) for v in touched))
            for arm, outs in arms
        )
        made = self.builder.region(
            "if",
            (op.args[0],),
            dict(op.attrs),
            blocks,
            tuple(v.type for v in touched),
            tuple(bar_name(v.name) for v in touched),
        )
        self.cotangents.update(zip(touched, made, strict=True))

    def loop(self, op: Op) -> None:
        if not any(r in self.cotangents for r in op.results):
            return
        carry, stack = cast(int, op.attrs["carry"]), cast(int, op.attrs["stack"])
        (body,), groups = op.blocks, xs_groups(op)
        elements = body.params[carry:]
        free = [v for v in free_values(body) if v in self.linear]
        arm = self.inside()
        inits = [self.carry_init(op.results[i], op.args[i]) for i in range(carry)]
        sums = [self.settled(self.cotangents.pop(v)) if v in self.cotangents else self.zero(v) for v in free]
        carried = [Value(body.params[i].type, bar_name(body.params[i].name)) for i in range(carry)]
        running = [Value(v.type, bar_name(v.name)) for v in free]
        arm.cotangents.update(zip(free, running, strict=True))
        for result, ct in zip(body.results[:carry], carried, strict=True):
            arm.add(result, ct)
        kinds = cast("tuple[str, ...]", op.attrs["xs"])
        args: list[Atom] = []
        new_kinds: list[str] = []
        params: list[Value] = []
        lin_elements: list[tuple[Value, Atom]] = []
        for kind, group, element in zip(kinds, groups, elements, strict=True):
            if element in self.linear:
                lin_elements.append((element, group[0]))
                continue
            args += group
            new_kinds.append(kind)
            params.append(element)
        for i in range(carry, carry + stack):
            ct_list = self.take(op.results[i])
            if ct_list is None:
                continue
            if op.attrs["reverse"]:
                ct_list = self("reverse_list", ct_list).atom
            stacked = body.results[i]
            element = Value(stacked.type, bar_name(stacked.name if isinstance(stacked, Value) else ""))
            args.append(ct_list)
            new_kinds.append("list")
            params.append(element)
            arm.add(stacked, element)
        if not new_kinds:
            (length,) = infer("listlen", (groups[0][0],), {})
            count = self("listlen", groups[0][0]) if groups[0][0] not in self.linear else None
            if count is None:
                count = self("listlen", self.witness[cast(Value, groups[0][0])])
            args, new_kinds, params = [const(0), count.atom, const(1)], ["range"], [Value(length)]
        arm.run(body.ops)
        arm.builder.span, arm.builder.loose = op.span, True
        ends = [arm.take(p) for p in body.params[:carry]]
        outs = [
            end if end is not None else arm.zero_of_carry(param, like)
            for end, param, like in zip(ends, body.params, carried, strict=False)
        ]
        totals = [cast(Atom, arm.take(v)) for v in free]
        stacks = [ct if (ct := arm.take(e)) is not None else arm.zero(e) for e, _ in lin_elements]
        block = arm.builder.block((*carried, *running, *params), (*outs, *totals, *stacks))
        attrs = {
            "carry": carry + len(free),
            "stack": len(stacks),
            "xs": tuple(new_kinds),
            "reverse": not op.attrs["reverse"],
            "breaks": False,
        }
        types = [v.type for v in (*carried, *running)] + [ListT(e.type) for e, _ in lin_elements]
        hints = [bar_name(a.name) if isinstance(a, Value) else "" for a in op.args[:carry]]
        hints += [bar_name(v.name) for v in free] + ["" for _ in lin_elements]
        made = self.builder.region("for", (*inits, *sums, *args), attrs, (block,), tuple(types), tuple(hints))
        for value, ct in zip(free, made[carry : carry + len(free)], strict=True):
            self.cotangents[value] = ct
        for init, ct in zip(op.args[:carry], made[:carry], strict=True):
            self.add(init, ct)
        for (_, source), ct in zip(lin_elements, made[carry + len(free) :], strict=True):
            self.add(source, ct if op.attrs["reverse"] else self("reverse_list", ct).atom)

    def carry_init(self, result: Value, init: Atom) -> Atom:
        """The cotangent that a carry starts the reverse loop with."""
        ct = self.take(result)
        return ct if ct is not None else self.zero_of_carry(result)


    def unpack(self, op: Op) -> None:
        """The transpose of taking a tape apart is putting one together."""
        if any(r in self.cotangents for r in op.results):
            fields = [ct if (ct := self.take(r)) is not None else self.field(r) for r in op.results]
            self.add(op.args[0], self("pack", *fields, tape=op.args[0].type).atom)

    def field(self, value: Value) -> Atom:
        """What stands in a tape of cotangents where there is none: zeros if the value is there at all."""
        if value not in self.linear or not is_inexact(value.type):
            return Const(UNDEF, value.type)
        witness = self.witness.get(value)
        if value in self.undefined and isinstance(witness, Value) and is_number(witness.type):
            return self("zero_tape", witness).atom
        return self.zero(value)


NOT_HOLOMORPHIC = ("real", "imag", "conj")

TRANSPOSERS: dict[str, Callable[[Transposer, Op], None]] = {
    "if": Transposer.branch,
    "for": Transposer.loop,
    "poplast": Transposer.pop,
    "unpack": Transposer.unpack,
}
"""Ops that are not transposed by their rows; `calls` enters its own."""


def _new_axes(op: Op) -> tuple[int, ...] | None:
    """Where a read puts axes in, if it does nothing else: `x[:, None]`."""
    items = op.attrs["index"]
    if not is_number(op.args[0].type) or not any(isinstance(i, NewAxis) for i in items):
        return None
    if any(not isinstance(i, NewAxis) and i != SliceItem() for i in items):
        return None
    return tuple(k for k, i in enumerate(items) if isinstance(i, NewAxis))


def _is_of(cotangent: Cotangent, atom: Atom) -> bool:
    return (cotangent.cotangent if isinstance(cotangent, Masked) else cotangent) is atom
