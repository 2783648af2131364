"""Rules of the user's own: `adgen.rule` says what the derivative of a function is.

    @adgen.rule(tangent=lambda x, x_dot: ...)            both modes, every order
    @adgen.rule(partials=(lambda x, y: ..., None))       elementwise functions
    @adgen.rule(vjp=(forward, backward))                 reverse mode
    def f(x, y): ...

The functions of a rule are read by the frontend like the user's code, where `f` is called: what comes of them is kept
as templates in the `custom` attr of the op, which the derivative copies. `f` itself is a definition of the module that
is written; or, with `returns=`, it is called as it is (`external`), and may be anything that Python can call.

`external(*args; callee, types, custom)`        a call of a function by its dotted name
`pulled_back(*residuals, *dots; backward)`      the tangent that `backward` is the transpose of: reverse mode only
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

from adgen.errors import Refusal
from adgen.ir.builder import const
from adgen.ir.core import Atom, Attrs, Block, Op, Value, clone_block
from adgen.ir.types import ArrayT, Dim, ListT, ShapeT, Sym, Type, dims_of, dtype_of, is_inexact, is_number
from adgen.rules.infrastructure import as_dtype
from adgen.rules.table import E, Ops, Rule, Transposer, add_rule, rule_of

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, eq=False)
class CustomRule:
    """What `adgen.rule` was given."""

    tangent: Callable[..., Any] | None
    partials: tuple[Callable[..., Any] | None, ...]
    vjp: tuple[Callable[..., Any], Callable[..., Any]] | None
    returns: Callable[..., Any] | None


def rule(
    function: Any = None,
    *,
    tangent: Callable[..., Any] | None = None,
    partials: Sequence[Callable[..., Any] | None] = (),
    vjp: tuple[Callable[..., Any], Callable[..., Any]] | None = None,
    returns: Callable[..., Any] | None = None,
) -> Any:
    """Give a function a derivative of its own. Used as a decorator; the function itself is unchanged.

    tangent     `tangent(*args, *dots)`, with a tangent for each argument that holds floats: the tangent of the result,
                linear in the dots. It serves forward and reverse mode, and is differentiated for higher orders
    partials    for a function that works elementwise: for each argument that holds floats a function of all arguments
                that gives d result / d argument elementwise, or None where that is zero
    vjp         (forward, backward): `forward(*args)` gives (value, residuals), `backward(residuals, y_bar)` a cotangent
                for each argument that holds floats (a tuple where there are several). Reverse mode only, unless
                `tangent` is given too, which forward mode then uses
    returns     `returns(*args)` gives something of the shape and dtype of the result. The function is then called as it
                is and not read, so it may be of any kind, but must be importable from its module

    Raises TypeError where no derivative is given, or two that exclude each other.

    >>> import adgen, numpy as np
    >>> @adgen.rule(tangent=lambda x, x_dot: x_dot)
    ... def rounded(x):
    ...     return np.round(x)
    >>> adgen.grad(lambda x: rounded(x) * x)(2.6)
    np.float64(5.6)
    """
    if bool(tangent) + bool(partials) > 1 or not (tangent or partials or vjp):
        raise TypeError("adgen.rule: give tangent=, partials= or vjp=")
    given = CustomRule(tangent, tuple(partials), vjp, returns)

    def enter(function: F) -> F:
        cast(Any, function).__adgen_rule__ = given
        return function

    return enter if function is None else enter(function)


# Templates


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """Ops that a derivative copies, in terms of stand-ins for what they read."""

    block: Block

    def __call__(self, g: Ops | Transposer, args: Sequence[Atom], loose: bool = True) -> tuple[E, ...]:
        """Append a copy on other operands; some sizes may have got other names. `loose`: free to be regrouped."""
        sizes: dict[str, Dim] = {}
        for param, arg in zip(self.block.params, args, strict=True):
            enter_sizes(param.type, arg.type, sizes)
        env: dict[Value, Atom] = dict(zip(self.block.params, args, strict=True))
        copy = clone_block(Block((), self.block.ops, self.block.results), env)
        renamed: dict[Value, Atom] = {}
        builder = cast(Ops, g).builder
        for op in copy.ops:
            operands = tuple(renamed.get(a, a) if isinstance(a, Value) else a for a in op.args)
            results = tuple(Value(with_sizes(r.type, sizes), r.name) for r in op.results)
            renamed.update(zip(op.results, results, strict=True))
            blocks = tuple(clone_block(b, renamed) for b in op.blocks)
            builder.append(replace(op, args=operands, results=results, blocks=blocks, span=builder.span, loose=loose))
        ends = (renamed.get(r, r) if isinstance(r, Value) else r for r in copy.results)
        return tuple(map(g.wrap, ends))


def enter_sizes(param: Type, arg: Type, sizes: dict[str, Dim]) -> None:
    mine, given = (dims_of(t) if is_number(t) else None for t in (param, arg))
    for dim, size in zip(mine or (), given or (), strict=False):
        if isinstance(dim, Sym):
            sizes.setdefault(dim.key, size)


def with_sizes(t: Type, sizes: dict[str, Dim]) -> Type:
    def dims(given: tuple[Dim, ...]) -> tuple[Dim, ...]:
        return tuple(sizes.get(d.key, d) if isinstance(d, Sym) else d for d in given)

    match t:
        case ArrayT(dtype, known) if known is not None:
            return ArrayT(dtype, dims(known))
        case ShapeT(known) if known is not None:
            return ShapeT(dims(known))
        case ListT(element):
            return ListT(with_sizes(element, sizes))
        case _:
            return t


@dataclass(frozen=True, slots=True, eq=False)
class Custom:
    """The derivative of one call: templates."""

    name: str
    tangent: Template | None
    """Of the arguments, the value, and a tangent for each argument that is inexact; its result is the tangent."""
    forward: Template | None = None
    """Of the arguments; its results are the value and the residuals."""
    backward: Template | None = None
    """Of the residuals and the cotangent; its results are cotangents of the arguments that are inexact."""


def is_custom(op: Op) -> bool:
    return "custom" in op.attrs


# Forward mode


def custom_tangent(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: tuple[E | None, ...]) -> Any:
    """The tangents of a call with a rule of its own."""
    custom: Custom = op.attrs["custom"]
    if custom.tangent is None:
        raise Refusal(
            f"forward mode of {custom.name}: its rule has vjp= alone", "give the rule tangent= too", op.span
        )
    return custom.tangent(g, [x.atom for x in (*args, *ys, *all_dots(g, args, dots))])


def all_dots(g: Ops, args: Sequence[E], dots: Sequence[E | None]) -> list[E]:
    """A tangent for each argument that is inexact: zeros where it has none."""
    pairs = zip(args, dots, strict=True)
    return [dot if dot is not None else zeros_like(g, x) for x, dot in pairs if is_inexact(x.type)]


def zeros_like(g: Ops | Transposer, x: E) -> E:
    if not x.dims:
        return g.wrap(const(0.0))
    return g.zeros(g.shape(x), x.dtype)


def run_forward(g: Ops, op: Op, dots: tuple[E | None, ...]) -> E:
    """Put what `forward` computes in the place of the call; the tangent, of which `backward` is the transpose."""
    custom: Custom = op.attrs["custom"]
    assert custom.forward is not None and custom.backward is not None
    value, *residuals = custom.forward(g, op.args, loose=False)
    (result,) = op.results
    g.builder.append(Op("copy", (value.atom,), {}, (result,), (), op.span, True))
    active = all_dots(g, [g.wrap(x) for x in op.args], dots)
    dot = Value(result.type, f"{result.name}_dot" if result.name else "")
    operands = tuple(e.atom for e in (*residuals, *active))
    attrs = {"backward": custom.backward, "residuals": len(residuals), "name": custom.name}
    g.builder.append(Op("pulled_back", operands, attrs, (dot,), (), op.span, True))
    return g.wrap(dot)


def pulled_back_tangent(
    g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: tuple[E | None, ...]
) -> E | None:
    raise Refusal(
        f"forward mode of {op.attrs['name']}: its rule has vjp= alone", "give the rule tangent= too", op.span
    )


def pulled_back_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> tuple[E | None, ...]:
    count: int = op.attrs["residuals"]
    backward: Template = op.attrs["backward"]
    bars = backward(g, [*op.args[:count], ct.atom])
    return tuple(as_dtype(g, bars[k - count], dtype_of(op.args[k].type)) for k in linear)


def result_type(args: tuple[Atom, ...], attrs: Attrs) -> tuple[Type, ...]:
    return attrs["types"]


add_rule(Rule("external", result_type, tangent=custom_tangent))
add_rule(Rule("pulled_back", result_type, tangent=pulled_back_tangent, transpose=pulled_back_transpose))


# What is linear

LINEAR_IN = {"div": (0,), "safe_div": (0,), "solve": (1,), "solve_triangular": (1,), "imag": (0,), "ldexp": (0,)}
"""Operands in which ops are linear whose rows do not say it."""


def require_linear(name: str, block: Block, dots: Sequence[Value]) -> None:
    """Refuse a tangent that is not linear in the dots."""
    found: set[Value] = set(dots)
    for op in block.ops:
        positions = tuple(i for i, a in enumerate(op.args) if isinstance(a, Value) and a in found)
        if not positions or op.name in ("shape", "dim", "size", "ndim"):
            continue
        if op.blocks or not is_linear(op, positions):
            raise Refusal(
                f"the tangent of {name} is not linear in the tangents it is given: {op.name}",
                "multiply the tangents by what does not depend on them, and add",
                op.span,
            )
        found.update(op.results)


def is_linear(op: Op, positions: tuple[int, ...]) -> bool:
    row = rule_of(op.name)
    if row.bilinear is not None:
        return len(positions) == 1 and positions[0] in row.bilinear
    if row.linear is not None:
        return not row.linear or set(positions) <= set(row.linear)
    return row.transpose is not None and set(positions) <= set(LINEAR_IN.get(op.name, ()))


def same_shape(a: Type, b: Type) -> bool:
    """Whether two results may be of one shape and kind."""
    mine, other = dims_of(a), dims_of(b)
    if mine is None or other is None:
        return True
    known = zip(mine, other, strict=False)
    return len(mine) == len(other) and all(
        x == y for x, y in known if isinstance(x, int) and isinstance(y, int)
    )
