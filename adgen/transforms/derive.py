"""The derivatives of a function, composed of the passes: linearize = split . jvp; vjp = transpose . linearize.

input      a Function, and which leaves of its arguments to differentiate with respect to (`wrt`, positions)
output     a Function whose block computes the derivative. Its params are the function's, then what the derivative takes
           besides (tangents or cotangents); its results are named by each function here. Names and trees at its border
           are the caller's to set
guarantee  value ops are the function's own, so the primal is bit for bit the same
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from adgen.errors import Refusal
from adgen.ir.builder import Builder, const
from adgen.ir.core import (
    Arg,
    Atom,
    Block,
    Const,
    Function,
    IntItem,
    Op,
    Value,
    clone_block,
    map_op,
    substitute,
    walk,
)
from adgen.ir.types import INT, ArrayT, ListT, dims_of, dtype_of, is_complex, is_inexact
from adgen.rules.infrastructure import as_dtype
from adgen.rules.table import Ops, infer
from adgen.transforms.jvp import dot_name, fit, jvp, rename_last, typed_number, zero_like
from adgen.transforms.simplify import simplify_tangents
from adgen.transforms.split import sizes_of, split
from adgen.transforms.transpose import Transposer, bar_name
from adgen.transforms.undefined import note_undefined


@dataclass(slots=True)
class Linearized:
    """A function as its value part and its linear part at that value."""

    params: tuple[Value, ...]
    value_ops: tuple[Op, ...]
    results: tuple[Atom, ...]
    dots: tuple[Value, ...]
    """The linear params, one a leaf in wrt."""
    linear_ops: tuple[Op, ...]
    result_dots: tuple[Atom | None, ...]
    """The results' tangents; None for one that is constant."""
    linear: set[Value]
    witness: dict[Value, Atom]


def linearize(fn: Function, wrt: tuple[int, ...], off: frozenset[str] = frozenset()) -> Linearized:
    """Forward mode, divided into a value part and a linear part."""
    block = fn.block
    made = jvp(block, frozenset(wrt), reverse=True)
    order = sorted(wrt)
    dots = tuple(made.params[order.index(i)] for i in wrt)
    linear, witness = set(dots), made.twins
    ends = made.results + tuple(d for d in made.result_dots if d is not None)
    ops, ends = simplify_tangents(made.ops, ends, off, witness)
    rest = iter(ends[len(made.results) :])
    result_dots = tuple(None if d is None else next(rest) for d in made.result_dots)
    parts = split(ops, block.params, linear, witness)
    return Linearized(
        block.params,
        tuple(parts.value_ops),
        ends[: len(made.results)],
        dots,
        tuple(parts.linear_ops),
        result_dots,
        linear,
        witness,
    )


def jvp_of(fn: Function, wrt: tuple[int, ...]) -> Function:
    """Params: the function's, a tangent a leaf in wrt. Results: the function's, and the tangents of the inexact
    ones."""
    made = jvp(fn.block, frozenset(wrt))
    require_tangents(made.ops)
    order = sorted(wrt)
    builder = Builder(infer, loose=True)
    builder.ops = list(made.ops)
    dots = tuple(
        dot if dot is not None else zero_like(Ops(builder), result)
        for result, dot in zip(made.results, made.result_dots, strict=True)
        if is_inexact(result.type)
    )
    params = fn.block.params + tuple(made.params[order.index(i)] for i in wrt)
    return replace(fn, block=builder.block(params, made.results + dots), reverse_from=None)


def require_tangents(ops: tuple[Op, ...]) -> None:
    """Refuse forward mode through a rule of the user's that serves reverse mode only."""
    for op in walk(Block((), ops, ())):
        if op.name == "pulled_back":
            raise Refusal(
                f"forward mode of {op.attrs['name']}: its rule has vjp= alone", "give the rule tangent= too", op.span
            )


def vjp_of(fn: Function, wrt: tuple[int, ...], off: frozenset[str] = frozenset()) -> Function:
    """Params: the function's, a cotangent an inexact result. Results: the function's, the cotangents of wrt."""
    return _reverse(fn, wrt, None, off)


def grad_of(
    fn: Function,
    wrt: tuple[int, ...],
    position: int = 0,
    off: frozenset[str] = frozenset(),
    holomorphic: bool = False,
) -> Function:
    """Results: the function's, and the gradient of the one at `position`, a leaf in wrt each.

    The gradient of a real L with respect to z = x + iy is dL/dx + i dL/dy; with `holomorphic` it is f'(z).
    """
    check_scalar(fn, position, holomorphic)
    if holomorphic and not all(is_complex(fn.block.params[i].type) for i in wrt):
        raise Refusal("holomorphic=True needs complex arguments", "make them complex, or leave it out")
    return _reverse(fn, wrt, position, off, holomorphic)


def check_scalar(fn: Function, position: int, holomorphic: bool = False) -> None:
    """Refuse a gradient of what is not a real scalar, or with `holomorphic` not a complex one."""
    if not fn.block.results:
        raise Refusal(f"{fn.name} returns no number", "return the value that is to be differentiated")
    t = fn.block.results[position].type
    if not is_inexact(t) or isinstance(t, ListT) or dims_of(t) not in ((), None):
        raise Refusal(
            f"a gradient needs a function that returns a real scalar; {fn.name} returns {t}",
            "reduce it, as by np.sum; or ask for jacobian or vjp",
        )
    if is_complex(t) and not holomorphic:
        raise Refusal(
            f"a gradient needs a real result; {fn.name} returns {t}",
            "take its real part or its modulus; or pass holomorphic=True for the complex derivative",
        )
    if holomorphic and not is_complex(t):
        raise Refusal(f"holomorphic=True needs a complex result; {fn.name} returns {t}", "leave it out")


def _reverse(
    fn: Function, wrt: tuple[int, ...], position: int | None, off: frozenset[str], holomorphic: bool = False
) -> Function:
    lin = linearize(fn, wrt, off)
    builder = Builder(infer, loose=True)
    builder.ops = list(lin.value_ops)
    start = len(builder.ops)
    back = Transposer(builder, lin.linear, lin.witness, sizes_of(lin.params), holomorphic=holomorphic)
    note_undefined(lin.value_ops, back.undefined)
    seeds: list[Value] = []
    for i, (result, dot) in enumerate(zip(lin.results, lin.result_dots, strict=True)):
        if position is not None:
            if i == position and dot is not None:
                back.add(dot, typed_number(1.0, dot.type))
        elif is_inexact(result.type):
            seeds.append(Value(result.type, bar_name(result.name) if isinstance(result, Value) else ""))
            if dot is not None:
                back.add(dot, seeds[-1])
    bars = _pull_back(back, lin)
    names = {bar: bar_name(dot.name) for bar, dot in zip(bars, lin.dots, strict=True)}
    block = _with_names(builder.block(lin.params + tuple(seeds), lin.results + bars), names)
    return replace(fn, block=block, reverse_from=start)


def _with_names(block: Block, names: Mapping[Atom, str]) -> Block:
    """The block, where those of the values that its loose ops make without a name have these."""
    env: dict[Value, Atom] = {}
    ops: list[Op] = []
    for op in block.ops:
        op = map_op(op, env)
        if op.loose and any(r in names and not r.name for r in op.results):
            results = tuple(r if r.name else Value(r.type, names.get(r, "")) for r in op.results)
            env.update(zip(op.results, results, strict=True))
            op = replace(op, results=results)
        ops.append(op)
    return Block(block.params, tuple(ops), tuple(substitute(a, env) for a in block.results))


def _pull_back(back: Transposer, lin: Linearized) -> tuple[Atom, ...]:
    """Run the linear part backwards; the cotangents of its params, in their types."""
    back.run(lin.linear_ops)
    back.builder.span, back.builder.loose = None, True
    bars: list[Atom] = []
    for dot in lin.dots:
        unnamed = back.cotangents.get(dot)
        ct = back.take(dot)
        if ct is not None and ct is not unnamed:  # two arguments may have one cotangent
            bars = [ct if bar is unnamed else bar for bar in bars]
        bars.append(_in_type_of(back, ct if ct is not None else back.zero(dot), dot))
    return tuple(bars)


def _in_type_of(ops: Ops, ct: Atom, dot: Value) -> Atom:
    """A cotangent in its argument's dtype; a Python number's is a float64."""
    if isinstance(ct, Const) and isinstance(dot.type, ArrayT) and dims_of(dot.type) == ():
        return typed_number(ct.value, dot.type)
    if isinstance(ct.type, ArrayT) and ct.type.dtype != dtype_of(dot.type):
        made = as_dtype(ops, ops.wrap(ct), dtype_of(dot.type)).atom
        return rename_last(ops.builder, made, bar_name(dot.name))
    return ct


# Jacobians: the linear part on one unit vector after the other


def jacobian_of(fn: Function, leaf: int, mode: str, off: frozenset[str] = frozenset()) -> Function:
    """Result: the Jacobian of the only result with respect to one leaf, of shape result.shape + leaf.shape.

    mode 'forward' runs the linear part once an element of the leaf, 'reverse' its transpose once an element of the
    result;
    the value part runs once.
    """
    if is_complex(fn.block.results[0].type) or is_complex(fn.block.params[leaf].type):
        raise Refusal("a Jacobian of complex numbers is not supported", "ask for jvp or vjp, which are")
    if len(fn.block.results) != 1 or not is_inexact(fn.block.results[0].type):
        raise Refusal(
            f"a Jacobian needs a function that returns one real array; {fn.name} does not",
            "return one array; or ask for vjp",
        )
    lin = linearize(fn, (leaf,), off)
    (y,), (dot,), (y_dot,) = lin.results, lin.dots, lin.result_dots
    builder = Builder(infer, loose=True)
    builder.ops = list(lin.value_ops)
    ops, x = Ops(builder), lin.params[leaf]
    if mode == "forward":
        require_tangents(lin.linear_ops)
    if y_dot is None:
        jacobian = zero_jacobian(ops, y, x)
    elif mode == "forward":
        jacobian = _columns(ops, lin, x, y, dot, y_dot)
    else:
        jacobian = _rows(ops, lin, x, y, dot, y_dot)
    return replace(fn, block=builder.block(lin.params, (jacobian,)), reverse_from=None)


def zero_jacobian(ops: Ops, y: Atom, x: Value) -> Atom:
    return ops.zeros(_joint_shape(ops, y, x), dtype_of(y.type)).atom


def _joint_shape(ops: Ops, *atoms: Atom) -> tuple[Atom, ...]:
    sizes: list[Atom] = []
    for atom in atoms:
        dims = dims_of(atom.type)
        if dims is None:
            raise Refusal("a Jacobian needs arrays whose rank is known", "give types, as x=float64[n]")
        sizes += [ops.dim(atom, axis).atom for axis in range(len(dims))]
    return tuple(sizes)


def _columns(ops: Ops, lin: Linearized, x: Value, y: Atom, dot: Value, y_dot: Atom) -> Atom:
    body = Block((dot,), lin.linear_ops, (y_dot,))
    if dims_of(x.type) == ():
        return _inline(ops.builder, body, typed_number(1.0, x.type))
    rank = len(dims_of(y.type) or ())

    def column(inner: Ops, unit: Atom) -> Atom:
        return fit(inner, _inline(inner.builder, body, unit), y).atom

    stacked = _over_units(ops, x, column)
    return _joined(ops, stacked, rank, y, x, len(dims_of(x.type) or ()))


def _rows(ops: Ops, lin: Linearized, x: Value, y: Atom, dot: Value, y_dot: Atom) -> Atom:
    def row(inner: Ops, unit: Atom) -> Atom:
        back = Transposer(inner.builder, lin.linear, lin.witness, sizes_of(lin.params))
        note_undefined(lin.value_ops, back.undefined)
        back.add(y_dot, unit)
        (bar,) = _pull_back(back, lin)
        return bar

    if dims_of(y.type) == ():
        return row(ops, typed_number(1.0, y.type))
    stacked = _over_units(ops, y, row)
    return _joined(ops, stacked, 0, y, x, len(dims_of(y.type) or ()))


def _joined(ops: Ops, stacked: Value, axis: int, y: Atom, x: Value, over: int) -> Atom:
    """The rows or columns as one array, of the shape of y followed by that of x."""
    if over != 1:
        return ops.reshape(ops("stack_list", stacked, axis=axis), _joint_shape(ops, y, x)).atom
    dims = (*(dims_of(y.type) or ()), *(dims_of(x.type) or ()))
    jacobian = Value(ArrayT(dtype_of(y.type), dims), "jacobian")
    ops.builder.append(Op("stack_list", (stacked,), {"axis": axis}, (jacobian,), (), None, True))
    return jacobian


def _inline(builder: Builder, block: Block, argument: Atom) -> Atom:
    """Append a copy of a block of one param."""
    (param,) = block.params
    made = clone_block(Block((), block.ops, block.results), {param: argument})
    for op in made.ops:
        builder.append(op)
    (result,) = made.results
    return result


def _over_units(ops: Ops, like: Atom, compute: Callable[[Ops, Atom], Atom]) -> Value:
    """The list of `compute` on each unit vector of the shape of `like`."""
    inner = Ops(ops.builder.nested())
    k = Value(INT, "k")
    size = ops("size", like) if len(dims_of(like.type) or ()) != 1 else ops.dim(like, 0)
    name = like.name if isinstance(like, Value) else ""
    zeros = inner.zeros((size.atom,), dtype_of(like.type))
    unit = inner("setitem", zeros, 1.0, k, index=(IntItem(Arg(0)),))
    if len(dims_of(like.type) or ()) != 1:
        unit = inner.reshape(unit, _joint_shape(ops, like))
    named = rename_last(inner.builder, unit.atom, dot_name(name))
    out = compute(inner, named)
    block = inner.builder.block((k,), (out,))
    attrs = {"carry": 0, "stack": 1, "xs": ("range",), "reverse": False, "breaks": False}
    args = (const(0), size.atom, const(1))
    (stacked,) = ops.builder.region("for", args, attrs, (block,), (ListT(out.type),))
    return stacked
