"""Random SSA programs with updates, views, loops and branches, and an interpreter that runs
them without any mutation."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from adgen.ir.builder import Builder, const
from adgen.ir.core import (
    UNDEF,
    Arg,
    ArrayItem,
    Atom,
    Block,
    Const,
    Function,
    IntItem,
    Op,
    SliceItem,
    Value,
    xs_groups,
)
from adgen.ir.tree import LEAF, Node
from adgen.ir.types import FLOAT, INT, ArrayT, ListT, Type
from adgen.rules.table import infer

BIG, SMALL, REAL = ArrayT("float64", (4,)), ArrayT("float64", (2,)), ArrayT("float64", ())
LIST = ListT(BIG)
HALVES = [
    SliceItem(0, 2),
    SliceItem(1, 3),
    SliceItem(2, None),
    SliceItem(None, None, 2),
    SliceItem(None, 2),
]
WHOLE = [SliceItem(), SliceItem(None, None, -1)]
HINTS = ["x", "y", "u", "x_bar", "", "", ""]


class Programs:
    """Makes one random program."""

    def __init__(self, seed: int):
        self.rng = random.Random(seed)

    def function(self) -> Function:
        params = [
            Value(BIG, "x"),
            Value(BIG, "y"),
            Value(SMALL, "w"),
            Value(FLOAT, "s"),
            Value(INT, "n"),
        ]
        b = Builder(infer)
        pool: list[Value] = list(params)
        self.fill(b, pool, self.rng.randint(4, 14), 2)
        numbers = [v for v in pool if isinstance(v.type, ArrayT) or v.type == FLOAT]
        outs = self.rng.choices(numbers, k=self.rng.randint(1, 4))
        tail = self.branch(b, pool, 1) if self.rng.random() < 0.3 else []
        outs = tuple(outs[: 4 - len(tail)] + [v for v in tail if v.type != LIST])
        block = b.block(tuple(params), outs)
        names = tuple(p.name for p in params)
        return Function(
            "f", block, names, (LEAF,) * len(params), Node("tuple", (), (LEAF,) * len(outs))
        )

    def hint(self) -> str:
        return self.rng.choice(HINTS)

    def pick(self, pool: list[Value], t: Type) -> Value | None:
        found = [v for v in pool if v.type == t]
        if not found:
            return None
        return self.rng.choice(found[-4:] if self.rng.random() < 0.7 else found)

    def fill(self, b: Builder, pool: list[Value], count: int, depth: int) -> None:
        for _ in range(count):
            b.loose = self.rng.random() < 0.5
            made = self.step(b, pool, depth)
            pool += made

    def step(self, b: Builder, pool: list[Value], depth: int) -> list[Value]:
        rng = self.rng
        roll = rng.random()
        if depth and roll < 0.14:
            return self.loop(b, pool, depth - 1)
        if depth and roll < 0.24:
            return self.branch(b, pool, depth - 1)
        if depth and roll < 0.27:
            return self.while_loop(b, pool, depth - 1)
        if roll < 0.4:
            return self.lists(b, pool)
        made = rng.choice(
            [
                self.arithmetic,
                self.arithmetic,
                self.read,
                self.update,
                self.update,
                self.update,
                self.fresh,
            ]
        )
        return [made(b, pool)]

    def lists(self, b: Builder, pool: list[Value]) -> list[Value]:
        """A list made, appended to, read or shortened; no list gets empty."""
        known, x = self.pick(pool, LIST), self.pick(pool, BIG)
        assert x is not None
        match self.rng.randint(0, 4) if known is not None else 0:
            case 0:
                return [b.emit("list", x, x, hint=self.hint())]
            case 1 | 2:
                assert known is not None
                return [b.emit("append", known, x, hint=self.same_hint(known))]
            case 3:
                assert known is not None
                longer = b.emit("append", known, x, hint=self.hint())
                return [longer, *b.emit_many("poplast", (longer,), {})]
            case _:
                assert known is not None
                place = (IntItem(self.rng.choice([0, -1])),)
                return [b.emit("getitem", known, index=place, hint=self.hint())]

    def arithmetic(self, b: Builder, pool: list[Value]) -> Value:
        t = self.rng.choice([BIG, BIG, SMALL, REAL])
        first, second = self.pick(pool, t), self.pick(pool, t)
        if first is None or second is None:
            return self.read(b, pool)
        other = second if self.rng.random() < 0.8 else const(0.5)
        return b.emit(
            self.rng.choice(["add", "add", "sub", "mul"]), first, other, hint=self.same_hint(first)
        )

    def same_hint(self, v: Value) -> str:
        return v.name if self.rng.random() < 0.5 else self.hint()

    def read(self, b: Builder, pool: list[Value]) -> Value:
        x = self.pick(pool, BIG)
        assert x is not None
        match self.rng.randint(0, 5):
            case 0:
                return b.emit("getitem", x, index=(self.rng.choice(HALVES),), hint=self.hint())
            case 1:
                return b.emit("getitem", x, index=(self.rng.choice(WHOLE),), hint=self.hint())
            case 2:
                return b.emit("reshape", x, const(4), hint=self.hint())
            case 3:
                return b.emit("sum", x, axis=None, keepdims=False, hint=self.hint())
            case 4:
                return b.emit("neg", x, hint=self.hint())
            case _:
                return b.emit(
                    "getitem",
                    x,
                    const(self.rng.randint(0, 3)),
                    index=(IntItem(Arg(0)),),
                    hint=self.hint(),
                )

    def fresh(self, b: Builder, pool: list[Value]) -> Value:
        if self.rng.random() < 0.5:
            return b.emit("zeros", const(4), dtype="float64", hint=self.hint())
        x = self.pick(pool, BIG)
        assert x is not None
        return b.emit("copy", x, hint=self.hint())

    def update(self, b: Builder, pool: list[Value]) -> Value:
        x = self.pick(pool, BIG)
        assert x is not None
        name = self.rng.choice(["setitem", "addat"])
        half, real = self.pick(pool, SMALL), self.pick(pool, REAL)
        roll = self.rng.random()
        if half is not None and roll < 0.5:
            return b.emit(name, x, half, index=(self.rng.choice(HALVES),), hint=self.same_hint(x))
        if half is not None and roll < 0.6:
            where = Const(
                np.array(self.rng.choice([[0, 1], [2, 2], [3, 0]])), ArrayT("int64", (2,))
            )
            if name == "addat":
                return b.emit(
                    name, x, half, where, index=(ArrayItem(Arg(0)),), hint=self.same_hint(x)
                )
        if roll < 0.75:
            whole = self.pick(pool, BIG)
            assert whole is not None
            return b.emit(name, x, whole, index=(self.rng.choice(WHOLE),), hint=self.same_hint(x))
        if half is not None and roll < 0.85:
            return b.emit(name, half, const(2.0), index=(IntItem(1),), hint=self.same_hint(half))
        index = self.pick(pool, INT) if self.rng.random() < 0.3 else None
        value: Atom = real if real is not None else const(1.5)
        return b.emit(
            name,
            x,
            value,
            index if index is not None else const(self.rng.randint(0, 3)),
            index=(IntItem(Arg(0)),),
            hint=self.same_hint(x),
        )

    def block(
        self, b: Builder, params: list[Value], pool: list[Value], depth: int, types: list[Type]
    ) -> Block:
        """A block whose results have the types."""
        inner = b.nested()
        inside = pool + params
        self.fill(inner, inside, self.rng.randint(1, 6), depth)
        outs: list[Atom] = []
        for t in types:
            found = self.pick(inside, t)
            outs.append(found if found is not None else const(1.0))
        return inner.block(tuple(params), tuple(outs))

    def branch(self, b: Builder, pool: list[Value], depth: int) -> list[Value]:
        cond = self.condition(b, pool)
        kinds: list[Type] = [BIG, BIG, SMALL, REAL, LIST]
        types = self.rng.choices(kinds, k=self.rng.randint(1, 2))
        types = [t for t in types if self.pick(pool, t) is not None]
        arms = (self.block(b, [], pool, depth, types), self.block(b, [], pool, depth, types))
        return list(
            b.region("if", (cond,), {}, arms, tuple(types), tuple(self.hint() for _ in types))
        )

    def condition(self, b: Builder, pool: list[Value]) -> Value:
        x = self.pick(pool, REAL) or self.pick(pool, FLOAT)
        assert x is not None
        return b.emit("lt", x, const(self.rng.choice([-1.0, 0.3, 2.0])))

    def carried(self, pool: list[Value]) -> list[Value]:
        found = [v for v in pool if v.type in (BIG, SMALL, REAL, LIST)]
        return self.rng.choices(found, k=self.rng.randint(1, 3))

    def loop(self, b: Builder, pool: list[Value], depth: int) -> list[Value]:
        b.loose = False
        inits = self.carried(pool)
        kinds, args, targets = [], [], []
        lists = [v for v in pool if isinstance(v.type, ListT)]
        for _ in range(self.rng.randint(0, 2)):
            if lists:
                chosen = self.rng.choice(lists[-4:])
                kinds.append("list")
                args.append(chosen)
                assert isinstance(chosen.type, ListT)
                targets.append(Value(chosen.type.element, self.hint()))
        if self.rng.random() < 0.3:
            kinds.append("array")
            args.append(self.pick(pool, BIG))
            targets.append(Value(REAL, self.hint()))
        if not kinds or self.rng.random() < 0.5:
            kinds.append("range")
            args += [const(0), const(self.rng.randint(0, 4)), const(1)]
            targets.append(Value(INT, "i"))
        params = [Value(v.type, self.same_hint(v)) for v in inits] + targets
        stacked: list[Type] = self.rng.choices([BIG, SMALL, REAL], k=self.rng.randint(0, 3))
        stacked = [t for t in stacked if self.pick(pool, t) is not None]
        types = [v.type for v in inits] + stacked
        body = self.block(b, params, pool, depth, types)
        breaks = self.rng.random() < 0.3
        if breaks:
            body = self.with_stop(b, body, params, pool)
        attrs = {
            "carry": len(inits),
            "xs": tuple(kinds),
            "stack": len(stacked),
            "reverse": self.rng.random() < 0.4,
            "breaks": breaks,
        }
        lists_t = tuple(ListT(t) for t in stacked)
        made = b.region(
            "for",
            (*inits, *args),
            attrs,
            (body,),
            (*(v.type for v in inits), *lists_t),
            tuple(self.same_hint(v) for v in inits) + ("",) * len(stacked),
        )
        return list(made)

    def with_stop(self, b: Builder, body: Block, params: list[Value], pool: list[Value]) -> Block:
        inner = b.nested()
        inner.ops = list(body.ops)
        inside = pool + params + [r for op in body.ops for r in op.results]
        stop = self.condition(inner, inside)
        return inner.block(body.params, (*body.results, stop))

    def while_loop(self, b: Builder, pool: list[Value], depth: int) -> list[Value]:
        inits = [const(0.0), *self.carried(pool)]
        first = [Value(FLOAT, "k"), *(Value(v.type, v.name) for v in inits[1:])]
        cond = b.nested()
        small = cond.emit("lt", first[0], const(float(self.rng.randint(0, 3))))
        params = [Value(FLOAT, "k"), *(Value(v.type, v.name) for v in inits[1:])]
        body = self.block(b, params, pool, depth, [v.type for v in inits[1:]])
        count = b.nested()
        count.ops = list(body.ops)
        more = count.emit("add", params[0], const(1.0), hint="k")
        block = count.block(tuple(params), (more, *body.results))
        attrs = {"carry": len(inits), "stack": 0, "breaks": False}
        made = b.region(
            "while",
            tuple(inits),
            attrs,
            (cond.block(tuple(first), (small,)), block),
            tuple(v.type for v in inits),
            tuple(self.hint() for _ in inits),
        )
        return list(made[1:])


# Running without mutation


def run(function: Function, args: list[Any]) -> tuple[Any, ...]:
    """The results of a function on arguments, computed on values that never change."""
    env: dict[Value, Any] = dict(zip(function.block.params, args, strict=True))
    return tuple(run_block(function.block, env))


def run_block(block: Block, env: dict[Value, Any]) -> list[Any]:
    for op in block.ops:
        for result, value in zip(op.results, run_op(op, env), strict=True):
            env[result] = frozen(value)
    return [read(a, env) for a in block.results]


def frozen(value: Any) -> Any:
    if isinstance(value, list):
        return [frozen(v) for v in value]
    if isinstance(value, np.ndarray):
        value = value.copy()
        value.setflags(write=False)
    return value


def read(atom: Atom, env: dict[Value, Any]) -> Any:
    if isinstance(atom, Value):
        return env[atom]
    return None if atom.value is UNDEF else atom.value


def run_op(op: Op, env: dict[Value, Any]) -> list[Any]:
    args = [read(a, env) for a in op.args]
    match op.name:
        case "if":
            return run_block(op.blocks[0 if args[0] else 1], dict(env))
        case "for":
            return run_for(op, env, args)
        case "while":
            return run_while(op, env, args)
        case "setitem" | "addat":
            x = args[0].copy()
            place = index(op.attrs["index"], args[2:])
            if op.name == "setitem":
                x[place] = args[1]
            elif any(isinstance(i, ArrayItem) for i in op.attrs["index"]):
                np.add.at(x, place, args[1])
            else:
                x[place] += args[1]
            return [x]
        case "poplast":
            return [args[0][:-1], args[0][-1]]
        case "getitem" if isinstance(args[0], list):
            return [args[0][op.attrs["index"][0].value]]
        case "getitem":
            return [args[0][index(op.attrs["index"], args[1:])]]
        case _:
            return [PLAIN[op.name](*args)]


PLAIN: dict[str, Any] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "lt": lambda a, b: a < b,
    "neg": lambda a: -a,
    "copy": lambda a: a.copy(),
    "zeros": np.zeros,
    "sum": np.sum,
    "reshape": lambda a, n: a.reshape(n),
    "list": lambda *xs: list(xs),
    "append": lambda xs, x: [*xs, x],
}


def index(items: tuple[Any, ...], operands: list[Any]) -> Any:
    def item(i: Any) -> Any:
        match i:
            case IntItem(value) | ArrayItem(value):
                return operands[value.position] if isinstance(value, Arg) else value
            case _:
                return slice(i.start, i.stop, i.step)

    return tuple(map(item, items))


def run_for(op: Op, env: dict[Value, Any], args: list[Any]) -> list[Any]:
    carry, stack = op.attrs["carry"], op.attrs["stack"]
    values, kept = args[:carry], [[] for _ in range(stack)]
    sources = [
        range(*(read(a, env) for a in g)) if k == "range" else read(g[0], env)
        for k, g in zip(op.attrs["xs"], xs_groups(op), strict=True)
    ]
    sources = [list(s)[::-1] if op.attrs["reverse"] else list(s) for s in sources]
    for row in zip(*sources, strict=False):
        body = op.blocks[0]
        results = run_block(body, env | dict(zip(body.params, [*values, *row], strict=True)))
        values = results[:carry]
        for one, value in zip(kept, results[carry : carry + stack], strict=True):
            one.append(value)
        if op.attrs["breaks"] and results[-1]:
            break
    return [*values, *kept]


def run_while(op: Op, env: dict[Value, Any], args: list[Any]) -> list[Any]:
    values = args
    while run_block(op.blocks[0], env | dict(zip(op.blocks[0].params, values, strict=True)))[0]:
        values = run_block(op.blocks[1], env | dict(zip(op.blocks[1].params, values, strict=True)))
    return values
