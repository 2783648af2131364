"""What a target lacks, in terms of what it has.

Input: a function that is about to be printed for CuPy. Output: the same, where ops that CuPy has no function for are
chains of others (`adgen.rules.cupy_equivalents`), so that fusion sees what is elementwise. What there is no equivalent
for is refused at its place, all together. The results keep their names and types.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from adgen.errors import AdgenError, Problem, Refusal
from adgen.ir.builder import Builder
from adgen.ir.core import Atom, Block, Function, Op, Value, map_op, substitute
from adgen.ir.types import BOOL, ArrayT, dtype_of, is_complex, is_number
from adgen.rules.cupy import OF_THE_HOST, functions, is_ufunc, of_complex
from adgen.rules.cupy_equivalents import EQUIVALENTS
from adgen.rules.table import RULES, E, Ops, infer


def adapt(function: Function) -> Function:
    """The function in terms of what CuPy has."""
    adapter = Adapter()
    block = adapter.block(function.block, {})
    if adapter.problems:
        raise AdgenError(adapter.problems)
    if function.reverse_from is None:
        return replace(function, block=block)
    reverse = function.block.ops[function.reverse_from:]
    return replace(function, block=block, reverse_from=adapter.starts[reverse[0]] if reverse else len(block.ops))


class Adapter:
    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.starts: dict[Op, int] = {}
        """Where each op's equivalent starts in its block."""

    def block(self, block: Block, env: Mapping[Value, Atom]) -> Block:
        env, ops = dict(env), list[Op]()
        for op in block.ops:
            self.starts[op] = len(ops)
            moved = map_op(op, env) if env else op
            if moved.blocks:
                moved = replace(moved, blocks=tuple(self.block(b, env) for b in op.blocks))
            ops += self.adapted(moved, env)
        return Block(block.params, tuple(ops), tuple(substitute(a, env) for a in block.results))

    def require_complex(self, op: Op) -> None:
        """Refuse a ufunc of complex numbers that CuPy has for real ones alone."""
        called = RULES[op.name].call if op.name in RULES else ""
        given = any(is_number(a.type) and is_complex(a.type) for a in op.args)
        if given and is_ufunc(called) and called not in of_complex():
            self.problems.append(Problem(f"CuPy's {called.rpartition('.')[2]} takes no complex numbers", op.span,
                                         "compute with the real and imaginary parts, or compile for NumPy"))

    def adapted(self, op: Op, env: dict[Value, Atom]) -> list[Op]:
        """The ops in the place of one; a result that is another value is entered into env."""
        self.require_complex(op)
        if op.name not in EQUIVALENTS:
            return widened(on_device(op, env))
        g = Ops(Builder(infer, op.span, op.loose))
        try:
            made = EQUIVALENTS[op.name](g, op, *map(g.wrap, op.args))
        except Refusal as refusal:
            self.problems.append(refusal.problem(op.span))
            return [op]
        if made is None:
            return [op]
        values = made if isinstance(made, tuple) else (made,)
        values = tuple(cast_to(g, value, result) for value, result in zip(values, op.results, strict=True))
        ops = g.builder.ops
        for result, value in zip(op.results, values, strict=True):
            ops = named(ops, value, result, env)
        return [done for each in ops for done in self.again(map_op(each, env), op.name, env)]

    def again(self, op: Op, maker: str, env: dict[Value, Atom]) -> list[Op]:
        """An op of an equivalent, which may be one that has an equivalent itself."""
        return [op] if op.name == maker else self.adapted(op, env)


def on_device(op: Op, env: dict[Value, Atom]) -> Op:
    """The op, whose bool is an array where that is what CuPy's function gives: reading it is left to what must."""
    called = RULES[op.name].call if op.name in RULES else ""
    if len(op.results) != 1 or op.result.type != BOOL or called not in functions() or called in OF_THE_HOST:
        return op
    result = Value(ArrayT("bool", ()), op.result.name)
    env[op.result] = result
    return replace(op, results=(result,))


def widened(op: Op) -> list[Op]:
    """The op, in double precision where SciPy has a function in that alone; CuPy has it in single precision too."""
    if op.name not in RULES or not RULES[op.name].call.startswith("scipy.special.") or len(op.results) != 1:
        return [op]
    narrow = [a for a in op.args if isinstance(a.type, ArrayT)]
    if not narrow or dtype_of(op.result.type) != "float64" or any(dtype_of(a.type) != "float32" for a in narrow):
        return [op]
    g = Ops(Builder(infer, op.span, op.loose))
    args = tuple(g("convert", a, dtype="float64").atom if a in narrow else a for a in op.args)
    return [*g.builder.ops, replace(op, args=args)]


def cast_to(g: Ops, value: E, result: Value) -> E:
    """A value in the dtype of the result that it stands for."""
    same = value.type == result.type or dtype_of(value.type) == dtype_of(result.type)
    return value if same else g("convert", value, dtype=dtype_of(result.type))


def named(ops: list[Op], value: E, result: Value, env: dict[Value, Atom]) -> list[Op]:
    """The ops with `result` in the place of the value that they end with; of one that is not theirs, env says it."""
    for k, op in enumerate(ops):
        if value.atom in op.results and not any(value.atom in later.args for later in ops):
            results = tuple(result if r is value.atom else r for r in op.results)
            return [*ops[:k], replace(op, results=results), *ops[k + 1:]]
    env[result] = value.atom
    return ops
