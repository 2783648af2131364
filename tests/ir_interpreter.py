"""Runs IR functions with NumPy, op by op: what they compute, without any writing of source."""
# ruff: noqa: E501

from __future__ import annotations

import builtins
import importlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from adgen.ir.core import (
    UNDEF,
    Arg,
    ArrayItem,
    Atom,
    Block,
    Const,
    EllipsisItem,
    Function,
    Index,
    IntItem,
    NewAxis,
    Op,
    SliceItem,
    Value,
)
from adgen.ir.tree import Leaf, Node, Static, Tree, flatten, unflatten
from adgen.ir.types import ArrayT, ScalarT, Sym, Type
from adgen.rules.table import rule_of

Env = dict[Value, Any]


def python_index(index: Index, operands: tuple[Any, ...]) -> Any:
    def bound(b: Any) -> Any:
        return operands[b.position] if isinstance(b, Arg) else b

    def item(i: Any) -> Any:
        match i:
            case SliceItem(start, stop, step):
                return slice(bound(start), bound(stop), bound(step))
            case IntItem(value) | ArrayItem(value):
                return bound(value)
            case NewAxis():
                return None
            case EllipsisItem():
                return Ellipsis
        raise AssertionError(i)

    items = tuple(map(item, index))
    return items[0] if len(items) == 1 else items


def updated(x: Any, change: Callable[[Any], None]) -> Any:
    y = np.array(x) if isinstance(x, np.ndarray) else list(x)
    change(y)
    return y


def getitem(x: Any, *operands: Any, index: Index) -> Any:
    return x[python_index(index, operands)]


def setitem(x: Any, v: Any, *operands: Any, index: Index) -> Any:
    return updated(x, lambda y: y.__setitem__(python_index(index, operands), v))


def addat(x: Any, v: Any, *operands: Any, index: Index) -> Any:
    return updated(x, lambda y: np.add.at(y, python_index(index, operands), v))


def shape_of(sizes: tuple[Any, ...]) -> tuple[int, ...]:
    return (
        tuple(sizes[0])
        if len(sizes) == 1 and isinstance(sizes[0], tuple)
        else tuple(map(int, sizes))
    )


def squeeze_all(x: Any, axis: Any) -> Any:
    return np.squeeze(x, axis)


def raised(*args: Any, exception: str) -> Any:
    raise getattr(builtins, exception)(*args)


def asserted(condition: Any, *message: Any) -> tuple[()]:
    assert condition, message
    return ()


def printed(*args: Any, **attrs: Any) -> tuple[()]:
    print(*args, **attrs)
    return ()


# fmt: off
TABLE: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b, "div": lambda a, b: a / b,
    "floordiv": lambda a, b: a // b, "mod": lambda a, b: a % b, "pow": lambda a, b: a ** b,
    "neg": lambda a: -a, "pos": lambda a: +a, "abs": abs, "not": lambda a: not a,
    "lt": lambda a, b: a < b, "le": lambda a, b: a <= b, "gt": lambda a, b: a > b, "ge": lambda a, b: a >= b,
    "eq": lambda a, b: a == b, "ne": lambda a, b: a != b, "bitand": lambda a, b: a & b, "bitor": lambda a, b: a | b,
    "bitxor": lambda a, b: a ^ b, "invert": lambda a: ~a, "lshift": lambda a, b: a << b, "rshift": lambda a, b: a >> b,
    "pymax": max, "pymin": min, "pyround": round,
    "shape": np.shape, "dim": lambda x, axis: np.shape(x)[axis], "size": np.size, "ndim": np.ndim,
    "convert": lambda x, dtype: np.asarray(x).astype(dtype)[()], "copy": np.array,
    "to_python": lambda x, kind: getattr(builtins, kind)(x),
    "broadcast": lambda x, *sizes: np.broadcast_to(x, shape_of(sizes)),
    "getitem": getitem, "setitem": setitem, "addat": addat,
    "reshape": lambda x, *sizes: np.reshape(x, shape_of(sizes)), "transpose": lambda x, axes: np.transpose(x, axes),
    "expand_dims": lambda x, axis: np.expand_dims(x, axis), "squeeze": squeeze_all,
    "zeros": lambda *s, dtype: np.zeros(shape_of(s), dtype), "ones": lambda *s, dtype: np.ones(shape_of(s), dtype),
    "empty": lambda *s, dtype: np.zeros(shape_of(s), dtype), "full": lambda v, *s, dtype: np.full(shape_of(s), v, dtype),
    "array": lambda *xs: np.array(xs), "stack": lambda *xs, axis: np.stack(xs, axis),
    "concatenate": lambda *xs, axis: np.concatenate(xs, axis), "matmul": lambda a, b: a @ b,
    "einsum": lambda *xs, spec: np.einsum(spec, *xs),
    "choose": lambda i, *xs: np.choose(i, xs), "reverse_list": lambda xs: xs[::-1],
    "safe_div": lambda a, b: np.where(np.equal(a, 0), a, a / b)[()],
    "list": lambda *xs, element=None: list(xs), "append": lambda xs, x: [*xs, x],
    "poplast": lambda xs: (xs[:-1], xs[-1]), "listlen": len, "stack_list": lambda xs, axis: np.stack(xs, axis),
    "unstack": lambda x, axis: list(np.moveaxis(x, axis, 0)),
    "print": printed, "raise": raised, "assert": asserted, "format": lambda *xs, template: template.format(*xs),
}
# fmt: on


def run(function: Function, *args: Any) -> Any:
    """Call an IR function with Python values in the structure of its inputs."""
    leaves = [
        leaf for tree, arg in zip(function.inputs, args, strict=True) for leaf in take(tree, arg)
    ]
    results = run_block(function.block, leaves, {})
    return unflatten(function.output, iter(results))


def take(tree: Tree, value: Any) -> list[Any]:
    match tree:
        case Leaf():
            return [value]
        case Static():
            return []
        case Node(kind, keys, children):
            if kind in ("dict",):
                parts = [value[k] for k in keys]
            elif kind == "dataclass":
                parts = [getattr(value, k) for k in keys]
            else:
                parts = list(value)
            return [
                leaf
                for child, part in zip(children, parts, strict=True)
                for leaf in take(child, part)
            ]


def run_block(block: Block, args: list[Any], env: Env) -> list[Any]:
    inner = dict(env)
    inner.update(zip(block.params, args, strict=True))
    for op in block.ops:
        results = run_op(op, inner)
        assert len(results) == len(op.results), op.name
        inner.update(zip(op.results, results))
    return [value_of(a, inner) for a in block.results]


def value_of(atom: Atom, env: Env) -> Any:
    if isinstance(atom, Const):
        return None if atom.value is UNDEF else atom.value
    return env[atom]


def run_op(op: Op, env: Env) -> tuple[Any, ...]:
    args = [value_of(a, env) for a in op.args]
    match op.name:
        case "if":
            return tuple(run_block(op.blocks[0] if args[0] else op.blocks[1], [], env))
        case "for":
            return run_for(op, args, env)
        case "while":
            return run_while(op, args, env)
        case "kernel":
            return tuple(run_block(op.attrs["body"], args, {}))
        case _:
            function = TABLE.get(op.name) or find(rule_of(op.name).call)
            made = function(*args, **op.attrs)
            if len(op.results) == 1:
                return (made,)
            return tuple(made)


def find(path: str) -> Callable[..., Any]:
    module, _, name = path.rpartition(".")
    return getattr(
        importlib.import_module(module.replace("np", "numpy", 1)) if module else builtins, name
    )


def run_for(op: Op, args: list[Any], env: Env) -> tuple[Any, ...]:
    carry: int = op.attrs["carry"]
    carries, rest = args[:carry], args[carry:]
    sources: list[Any] = []
    for kind in op.attrs["xs"]:
        width = 3 if kind == "range" else 1
        source = range(*map(int, rest[:3])) if kind == "range" else list(rest[0])
        sources.append(source[::-1] if op.attrs.get("reverse") else source)
        rest = rest[width:]
    return iterate(op, carries, zip(*sources), env)


def iterate(
    op: Op, carries: list[Any], steps: Iterator[tuple[Any, ...]] | Any, env: Env
) -> tuple[Any, ...]:
    stacks: list[list[Any]] = [[] for _ in range(op.attrs["stack"])]
    for items in steps:
        results = run_block(op.blocks[-1], [*carries, *items], env)
        carries = results[: len(carries)]
        for stack, element in zip(stacks, results[len(carries) :]):
            stack.append(element)
        if op.attrs.get("breaks") and results[-1]:
            break
    return (*carries, *stacks)


def run_while(op: Op, args: list[Any], env: Env) -> tuple[Any, ...]:
    stacks: list[list[Any]] = [[] for _ in range(op.attrs["stack"])]
    carries = args
    while run_block(op.blocks[0], carries, env)[0]:
        results = run_block(op.blocks[1], carries, env)
        carries = results[: len(carries)]
        for stack, element in zip(stacks, results[len(carries) :]):
            stack.append(element)
        if op.attrs.get("breaks") and results[-1]:
            break
    return (*carries, *stacks)


# Types of values


def tree_of(value: Any, name: str = "x") -> Tree:
    """The tree of a Python value, with symbolic sizes."""
    flat, tree = flatten(
        value, lambda v: isinstance(v, (bool, int, float, complex, np.ndarray, np.generic))
    )
    count = iter(range(len(flat)))
    leaves = iter([Leaf(type_of(v, f"{name}{next(count)}")) for v in flat])

    def fill(t: Tree) -> Tree:
        match t:
            case Leaf():
                return next(leaves)
            case Static():
                return t
            case Node(kind, keys, children, cls):
                return Node(kind, keys, tuple(map(fill, children)), cls)

    return fill(tree)


def type_of(value: Any, name: str) -> Type:
    if isinstance(value, (np.ndarray, np.generic)):
        dims = tuple(
            1 if n == 1 else Sym(f"{name}_{k}", not_one=True) for k, n in enumerate(value.shape)
        )
        return ArrayT(str(value.dtype), dims)
    kind = type(value).__name__
    return ScalarT(kind, Sym(name)) if kind == "int" else ScalarT(kind)
