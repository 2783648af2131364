"""Evaluates ops numerically, and checks rules by the identities that they must satisfy.

`call` runs a NumPy function through its lowering and evaluates the ops that it became;
`adjoint_gap` compares <w, L v> with <L^T w, v> for an op that is linear in some of its operands;
`tangent_gap` compares a tangent with central differences. Every array gets symbolic dims, so that
nothing is decided by sizes that happen to be known.
"""
from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg

import adgen.rules  # noqa: F401
from adgen.errors import Refusal
from adgen.ir.builder import Builder, const
from adgen.ir.core import (
    Arg,
    ArrayItem,
    Atom,
    Const,
    EllipsisItem,
    Index,
    IntItem,
    NewAxis,
    Op,
    SliceItem,
    Value,
)
from adgen.ir.types import (
    ArrayT,
    ListT,
    ScalarT,
    ShapeT,
    Sym,
    Type,
    dims_of,
    fresh_dim,
    is_inexact,
    is_number,
)
from adgen.rules.families import load_families
from adgen.rules.lowering import CALLS, METHODS
from adgen.rules.table import E, Ops, Shape, infer, rule_of


def python_index(index: Index, operands: list[Any]) -> tuple[Any, ...]:
    def value(bound: Any) -> Any:
        return operands[bound.position] if isinstance(bound, Arg) else bound

    def item(i: Any) -> Any:
        match i:
            case SliceItem(a, b, c):
                return slice(value(a), value(b), value(c))
            case IntItem(v) | ArrayItem(v):
                return value(v)
            case NewAxis():
                return None
            case EllipsisItem():
                return Ellipsis
        raise AssertionError(i)

    return tuple(item(i) for i in index)


def getitem(x: Any, *operands: Any, index: Index) -> Any:
    key = python_index(index, list(operands))
    return x[key[0]] if isinstance(x, (list, tuple)) else np.asarray(x)[key]


def setitem(x: Any, v: Any, *operands: Any, index: Index) -> Any:
    y = x.copy()
    key = python_index(index, list(operands))
    y[key[0] if isinstance(y, list) else key] = v
    return y


def addat(x: Any, v: Any, *operands: Any, index: Index) -> Any:
    y = x.copy()
    key = python_index(index, list(operands))
    if isinstance(y, list):
        y[key[0]] = y[key[0]] + v
        return y
    np.add.at(y, key, v)
    return y


def shape_from(sizes: tuple[Any, ...]) -> tuple[int, ...]:
    return tuple(sizes[0]) if len(sizes) == 1 and isinstance(sizes[0],
        tuple) else tuple(map(int, sizes))


def sum_to(x: Any, *sizes: Any) -> Any:
    shape = shape_from(sizes)
    x = np.sum(x, axis=tuple(range(np.ndim(x) - len(shape))))
    axes = tuple(k for k, n in enumerate(shape) if n == 1 and x.shape[k] != 1)
    return np.sum(x, axis=axes, keepdims=True)


def safe_div(a: Any, b: Any) -> Any:
    with np.errstate(all="ignore"):
        return np.where(np.asarray(a) == 0, 0.0, np.asarray(a) / b)


def holds(condition: bool, message: str = "") -> tuple[()]:
    assert condition, message
    return ()


load_families()
TABLE: dict[str, Any] = {
    "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "floordiv": lambda a, b: a // b, "mod": lambda a, b: a % b, "pow": lambda a, b: a ** b,
    "neg": lambda a: -a,
    "lt": lambda a, b: a < b, "le": lambda a, b: a <= b, "gt": lambda a, b: a > b, "ge": lambda a,
    b: a >= b,
    "eq": lambda a, b: a == b, "ne": lambda a, b: a != b, "abs": np.abs, "not": lambda a: not a,
    "bitand": lambda a, b: a & b, "bitor": lambda a, b: a | b, "invert": lambda a: ~a,
    "where": np.where, "safe_div": safe_div, "sum_to": sum_to,
    "shape": lambda x: np.shape(x), "dim": lambda x, axis: np.shape(x)[axis], "size": np.size,
    "ndim": np.ndim,
    "convert": lambda x, dtype: np.asarray(x).astype(dtype)[()], "copy": np.copy,
    "to_python": lambda x, kind: {"float": float, "int": int, "bool": bool}[kind](x),
    "broadcast": lambda x, *s: np.broadcast_to(x, shape_from(s)),
    "getitem": getitem, "setitem": setitem, "addat": addat,
    "reshape": lambda x, *s: np.reshape(x, shape_from(s)), "transpose": np.transpose,
    "zeros": lambda *s, dtype: np.zeros(shape_from(s), dtype), "ones": lambda *s,
    dtype: np.ones(shape_from(s), dtype),
    "empty": lambda *s, dtype: np.full(shape_from(s), 7, dtype),
    "full": lambda v, *s, dtype: np.full(shape_from(s), v, dtype),
    "roll_by": lambda x, shift, axis: np.roll(x, int(shift), axis),
    "broadcast_shapes": np.broadcast_shapes,
    "repeat_each": np.repeat, "array": lambda *xs: np.array(xs), "stack": lambda *xs,
    axis: np.stack(xs, axis),
    "concatenate": lambda *xs, axis: np.concatenate(xs, axis), "list": lambda *xs,
    element=None: list(xs),
    "append": lambda xs, x: [*xs, x], "poplast": lambda xs: (xs[:-1], xs[-1]), "listlen": len,
    "stack_list": lambda xs, axis: np.stack(xs, axis), "unstack": lambda x,
    axis: list(np.moveaxis(x, axis, 0)),
    "reverse_list": lambda xs: xs[::-1],
    "zero_list": lambda xs: [np.zeros_like(x) for x in xs],
    "matmul": lambda a, b: a @ b, "einsum": lambda *xs, spec: np.einsum(spec, *xs),
    "assert": holds, "real": np.real, "conj": np.conj, "pos": lambda a: +a, "pymax": max, "pymin": min,
    "pyround": round, "sech": lambda x: 1.0 / np.cosh(x), "multi_dot": lambda *xs: np.linalg.multi_dot(xs),
    "scipy.linalg.cho_solve": lambda c, b, lower: scipy.linalg.cho_solve((c, lower), b),
}


def evaluate(op: Op, args: list[Any]) -> tuple[Any, ...]:
    function = TABLE.get(op.name) or find(rule_of(op.name).call or f"np.{op.name}")
    made = function(*args, **op.attrs)
    if len(op.results) == 1:
        return (made,)
    return tuple(made)


def find(path: str) -> Any:
    root, *names = path.split(".")
    thing: Any = {"np": np, "numpy": np}.get(root) or __import__(path.rpartition(".")[0],
        fromlist=["x"])
    if root != "np":
        return getattr(thing, path.rpartition(".")[2])
    for name in names:
        thing = getattr(thing, name)
    return thing


class Runs(Ops):
    """Emits ops, and knows the numbers that values stand for."""

    def __init__(self) -> None:
        super().__init__(Builder(infer))
        self.env: dict[Value, Any] = {}
        self.hidden: dict[Value, Value] = {}
        self.symbols = 0

    def shape(self, x: Any) -> Shape:
        return super().shape(self.hidden.get(self.atom(x), self.atom(x)))

    def dim(self, x: Any, axis: int) -> E:
        return super().dim(self.hidden.get(self.atom(x), self.atom(x)), axis)

    def argument(self, number: Any, symbolic: bool = True) -> E:
        """A value for a number, an array or a list of arrays."""
        if isinstance(number, bool):
            return self.bind(ScalarT("bool"), number)
        if isinstance(number, int):
            return self.bind(ScalarT("int", fresh_dim()), number)
        if isinstance(number, float):
            return self.bind(ScalarT("float"), number)
        if isinstance(number, tuple):
            return self.bind(ShapeT(None), number)
        if isinstance(number, list):
            inner = self.argument(number[0]).type
            return self.bind(ListT(inner), number)
        dims = tuple(1 if n == 1 else self.symbol(n) if symbolic else n for n in np.shape(number))
        return self.bind(ArrayT(str(number.dtype), dims), number)

    def symbol(self, n: int) -> Sym:
        """Equal sizes get equal symbols."""
        return Sym(f"n{n}")

    def bind(self, t: Type, number: Any) -> E:
        value = Value(t)
        self.env[value] = number
        return self.wrap(value)

    def number(self, x: Any) -> Any:
        """What an atom comes to: runs the ops so far that have not run."""
        self.run()
        atom = self.atom(x)
        return atom.value if isinstance(atom, Const) else self.env[atom]

    def run(self) -> None:
        ops, self.builder.ops = self.builder.ops, []
        for op in ops:
            args = [a.value if isinstance(a, Const) else self.env[a] for a in op.args]
            results = evaluate(op, args)
            for result, number in zip(op.results, results, strict=True):
                check_type(op, result.type, number)
                self.env[result] = number


def check_type(op: Op, t: Type, number: Any) -> None:
    """The number is as its type says: dtype, rank and known sizes."""
    if not isinstance(t, ArrayT):
        return
    found = f"{getattr(number, 'dtype', type(number))}{np.shape(number)}"
    where = f"{op.name} {dict(op.attrs)}: {t} but {found}"
    assert str(np.asarray(number).dtype) == t.dtype, where
    if t.dims is not None:
        assert len(t.dims) == np.ndim(number), where
        for dim, size in zip(t.dims, np.shape(number), strict=True):
            assert not isinstance(dim, int) or dim == size, where
            known = dim.key[1:] if isinstance(dim, Sym) and dim.key[0] == "n" else ""
            if known.replace("-", "").isdigit():
                assert max(0, eval(known)) == size, where


def abstract(runs: Runs, value: Any, symbolic: bool) -> Any:
    """An argument of a call as a lowering receives it."""
    match value:
        case Run(number):
            return runs.argument(number, False)
        case bool() | int() | float():
            return runs.wrap(const(value))
        case np.ndarray() | np.generic():
            return runs.argument(value, symbolic)
        case tuple() | list():
            return type(value)(abstract(runs, v, symbolic) for v in value)
        case _:
            return value


class Run:
    """A number that is known at run time only."""

    __match_args__ = ("number",)

    def __init__(self, number: Any):
        self.number = number


def lower_call(runs: Runs, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any],
    symbolic: bool = True) -> Any:
    row = METHODS[function] if isinstance(function, str) else CALLS[id(function)]
    bound = row.signature.bind(*(abstract(runs, a, symbolic) for a in args),
                               **{k: abstract(runs, v, symbolic) for k, v in kwargs.items()})
    for name, p in row.signature.parameters.items():
        if name not in bound.arguments and p.kind is not p.VAR_POSITIONAL:
            bound.arguments[name] = abstract(runs, p.default, symbolic)
        elif name not in bound.arguments:
            bound.arguments[name] = ()
    return row.run(runs, bound)


def call(function: Any, *args: Any, symbolic: bool = True, **kwargs: Any) -> Any:
    """What a NumPy function's lowering computes."""
    runs = Runs()
    return concrete(runs, lower_call(runs, function, args, kwargs, symbolic))


def concrete(runs: Runs, result: Any) -> Any:
    if isinstance(result, (tuple, list)):
        return type(result)(concrete(runs, r) for r in result)
    return runs.number(result) if isinstance(result, E) else result


def jointly(name: str, args: list[E]) -> tuple[int, ...]:
    """Operands in which the op is linear together: those without a tangent are zero."""
    linear = rule_of(name).linear
    positions = () if linear is None else linear or tuple(range(len(args)))
    return tuple(k for k in positions if is_inexact(args[k].type))


def inner(a: Any, b: Any) -> float:
    if isinstance(a, list):
        return sum(inner(x, y) for x, y in zip(a, b, strict=True))
    return float(np.sum(np.asarray(a) * np.asarray(b)))


def like(rng: np.random.Generator, number: Any) -> Any:
    if isinstance(number, list):
        return [like(rng, x) for x in number]
    made = rng.normal(size=np.shape(number))
    return made.astype(number.dtype) if isinstance(number,
        (np.ndarray, np.generic)) else float(made)


def adjoint_gap(name: str, args: list[Any], attrs: dict[str, Any], positions: tuple[int, ...],
    seed: int = 3) -> float:
    """<w, L v> - <L^T w, v> for an op, linear in the operands at positions jointly."""
    rng = np.random.default_rng(seed)
    runs = Runs()
    primal = [runs.argument(a) if not isinstance(a, Const) else runs.wrap(a) for a in args]
    dots = [runs.bind(x.type, like(rng, runs.number(x))) if k in positions else x for k,
        x in enumerate(primal)]
    for k in positions:
        runs.hidden[dots[k].atom] = primal[k].atom
    op_args = [x if k in positions or k not in jointly(name, dots) else stand_in(runs, x,
        None) for k, x in enumerate(dots)]
    out = runs(name, *op_args, **attrs)
    (op,) = [o for o in runs.builder.ops if o.results[0] is out.atom]
    value = runs.number(out)
    w = runs.bind(out.type, like(rng, value))
    bars = rule_of(name).transpose(runs, op, w, positions)
    gap = inner(runs.number(w), value)
    for k, bar in zip(positions, bars, strict=True):
        if bar is None:
            continue
        check_cotangent(runs, op, k, bar)
        gap -= inner(runs.number(bar), runs.number(dots[k]))
    return gap


def check_cotangent(runs: Runs, op: Op, k: int, bar: E) -> None:
    """A cotangent has the shape and dtype of its operand."""
    have, want = runs.number(bar), runs.number(op.args[k])
    if isinstance(want, list):
        return
    where = f"{op.name}, operand {k}: {np.shape(have)} for {np.shape(want)}"
    assert np.shape(have) == np.shape(want), where
    assert np.asarray(have).dtype == np.asarray(want).dtype, f"{op.name}: {np.asarray(have).dtype}"


def ops_of(function: Any, *args: Any, **kwargs: Any) -> list[Op]:
    """The ops that a call becomes."""
    runs = Runs()
    lower_call(runs, function, args, kwargs)
    return runs.builder.ops


def jvp(runs: Runs, ops: list[Op], dots: dict[Value, E]) -> None:
    """Forward mode over straight-line ops, as a reference."""
    for op in ops:
        rule = rule_of(op.name)
        args = tuple(runs.wrap(a) for a in op.args)
        ys = tuple(runs.wrap(r) for r in op.results)
        args_dot = tuple(dots.get(a) if isinstance(a, Value) else None for a in op.args)
        if rule.zero or not any(d is not None for d in args_dot):
            continue
        made = tangent_of(runs, rule, op, args, ys, args_dot)
        for y, dot in zip(ys, made if isinstance(made, tuple) else (made,), strict=True):
            if dot is not None:
                dots[y.atom] = spread(runs, dot, y)


def spread(runs: Runs, dot: E, y: E) -> E:
    if not is_number(y.type) or dims_of(dot.type) == dims_of(y.type):
        return dot
    return runs.broadcast(dot, runs.shape(y))


def tangent_of(runs: Runs, rule: Any, op: Op, args: Any, ys: Any, dots: Any) -> Any:
    if rule.tangent is not None:
        return rule.tangent(runs, op, args, ys, dots)
    if rule.linear is not None:
        positions = rule.linear or range(len(args))
        return runs(op.name, *(stand_in(runs, x, d) if k in positions else x
                               for k, (x, d) in enumerate(zip(args, dots, strict=True))),
                               **op.attrs)
    if rule.bilinear is not None:
        parts = [runs(op.name, *(dots[k] if j == k else x for j, x in enumerate(args)), **op.attrs)
                 for k in rule.bilinear if dots[k] is not None]
        return parts[0] + parts[1] if len(parts) == 2 else parts[0]
    parts = [p(runs, args, ys[0]) * d for p,
        d in zip(rule.partials, dots, strict=True) if p and d is not None]
    total = parts[0] if parts else None
    for part in parts[1:]:
        total = total + part
    return total


def stand_in(runs: Runs, x: E, dot: E | None) -> E:
    """A tangent, zero where there is none."""
    if dot is not None:
        return dot
    match x.type:
        case ArrayT(dtype, _):
            return runs.zeros(runs.shape(x), dtype)
        case ListT():
            return runs("zero_list", x)
        case _:
            return runs.wrap(const(0.0))


def numbers_in(result: Any) -> list[Any]:
    if isinstance(result, (tuple, list)):
        return [n for r in result for n in numbers_in(r)]
    return [result]


def tangent_gap(function: Any, *args: Any, wrt: tuple[int, ...] = (0,), seed: int = 5,
    h: float = 1e-6, **kwargs: Any) -> float:
    """The largest difference between a call's tangent and central differences."""
    rng = np.random.default_rng(seed)
    runs = Runs()
    inputs = [runs.argument(a) if k in wrt else a for k, a in enumerate(args)]
    outs = [o for o in numbers_in(lower_call(runs, function, tuple(inputs),
        kwargs)) if isinstance(o, E)]
    ops = list(runs.builder.ops)
    runs.run()
    steps = {k: like(rng, args[k]) for k in wrt}
    dots = {inputs[k].atom: runs.bind(inputs[k].type, steps[k]) for k in wrt}
    jvp(runs, ops, dots)

    def moved(t: float) -> list[Any]:
        at = [step_by(a, steps[k], t) if k in wrt else a for k, a in enumerate(args)]
        at = [a.number if isinstance(a, Run) else a for a in at]
        target = getattr(at[0], function) if isinstance(function, str) else function
        return numbers_in(target(*(at[1:] if isinstance(function, str) else at), **kwargs))

    ups, downs = moved(h), moved(-h)
    gap = 0.0
    for out, up, down in zip(outs, ups, downs, strict=True):
        if not is_inexact(out.type):
            continue
        want = (np.asarray(up) - np.asarray(down)) / (2 * h)
        have = runs.number(dots[out.atom]) if out.atom in dots else np.zeros_like(want)
        assert np.shape(have) == np.shape(want), f"{np.shape(have)} for {np.shape(want)}"
        assert str(np.asarray(have).dtype) == out.dtype, f"{np.asarray(have).dtype} for {out.type}"
        gap = max(gap, float(np.max(np.abs(have - want), initial=0.0)))
    return gap


def step_by(x: Any, step: Any, t: float) -> Any:
    if isinstance(x, (list, tuple)):
        return type(x)(step_by(a, b, t) for a, b in zip(x, step, strict=True))
    return x + t * step


__all__ = ["Atom", "Refusal", "Run", "Runs", "adjoint_gap", "call", "evaluate", "jvp", "ops_of",
    "tangent_gap"]
