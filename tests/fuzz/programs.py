"""Random programs: a module's text with a function `f(x, y, A, c, s, k)` in it, from a seed.

x, y: float64[5]; A: float64[3,5]; c: float64[3,1]; s: float; k: int. Statements are assignments,
updates in place (of elements, slices, views and aliases of arrays that the function owns),
branches, loops of every kind, lists, early returns and calls of helpers; and those of `storage`.
"""
from __future__ import annotations

import random

from tests.fuzz.expressions import M, N, Names, Shape, expression
from tests.fuzz.storage import HELPERS, STATEMENTS

PARAMS: dict[str, Shape] = {"x": (N,), "y": (N,), "A": (M, N), "c": (M, 1), "s": ()}
SHAPES: tuple[Shape, ...] = ((), (), (N,), (N,), (N,), (M, N), (M,), (M, 1), (N - 1,), (N, M))
HEADER = '''import numpy as np

idx = np.array([1, 0, 3, 3, 2])
mask = np.array([True, False, True, False, True])


def smooth(v):
    w = v.copy()
    w[1:-1] = 0.5 * v[1:-1] + 0.25 * (v[2:] + v[:-2])
    return w


def helper(a, v, scale=0.5):
    total = 0.0
    for e in v:
        total = total + scale * np.tanh(e * a)
    return total


'''


def program(seed: int) -> str:
    """The text of the program of a seed."""
    return Writer(random.Random(seed)).module()


class Writer:
    """Writes one program."""

    def __init__(self, rng: random.Random):
        self.rng = rng
        self.counter = 0
        self.loops = 0
        """How many loops are around the statement."""

    def module(self) -> str:
        names = Names(PARAMS)
        lines = self.body(names, self.rng.randint(2, 8), 0)
        lines.append(f"return {self.result(names)}")
        inside = "".join(f"    {line}\n" for line in lines)
        return f"{HEADER}{HELPERS}def f(x, y, A, c, s, k):\n{inside}"

    def result(self, names: Names) -> str:
        """Something of every variable, bounded."""
        parts = [name if not shape else f"np.sum({name} * {self.rng.uniform(0.2, 1.5):.2f})"
                 for name, shape in names.shapes.items() if name not in PARAMS]
        parts.append(self.rng.choice(["np.sum(x * y)", "s", "np.sum(A)", "c[1, 0]"]))
        return " + ".join(f"np.tanh(0.1 * ({part}))" for part in parts)

    def body(self, names: Names, count: int, depth: int) -> list[str]:
        lines: list[str] = []
        for _ in range(count):
            lines += self.statement(names, depth)
        return lines

    def statement(self, names: Names, depth: int) -> list[str]:
        kinds = [self.assign] * 5 + [self.update] * 5 + [self.view] * 2 + [self.alias, self.pair]
        if depth < 2:
            kinds += [self.branch] * 2 + [self.range_loop] * 2 + [self.array_loop, self.list_loop,
                                                                  self.while_loop,
                                                                  self.comprehension]
        if self.rng.random() < 0.5:
            lines = self.rng.choice(STATEMENTS)(self, names, depth)
            return self.assign(names, depth) if lines is None else lines
        if self.loops:
            kinds += [self.leave]
        if depth == 1 and not self.loops:
            kinds += [self.early_return]
        return self.rng.choice(kinds)(names, depth)

    def fresh(self, prefix: str = "v") -> str:
        self.counter += 1
        return f"{prefix}{self.counter}"

    def expr(self, names: Names, shape: Shape, depth: int | None = None) -> str:
        return expression(self.rng, names, shape,
                          self.rng.randint(1, 3) if depth is None else depth)

    def target(self, names: Names, shape: Shape) -> str:
        """A new name, or one of the same shape to be bound again."""
        old = [n for n in names.of(shape) if n.isidentifier() and n not in PARAMS]
        return self.rng.choice(old) if old and self.rng.random() < 0.4 else self.fresh()

    # Simple statements

    def assign(self, names: Names, depth: int) -> list[str]:
        shape = self.rng.choice(SHAPES)
        name = self.target(names, shape)
        text = self.expr(names, shape)
        if shape:
            text = f"np.tanh({text})" if self.rng.random() < 0.5 else f"({text}) * 1.0"
        elif self.loops:
            text = f"np.sin({text})"
        names.put(name, shape, owned=True)
        return [f"{name} = {text}"]

    def pair(self, names: Names, depth: int) -> list[str]:
        """Two at once."""
        a, b = self.target(names, ()), self.fresh()
        line = f"{a}, {b} = np.sin({self.expr(names, (), 1)}), np.cos({self.expr(names, (), 1)})"
        names.put(a, (), False)
        names.put(b, (), False)
        return [line]

    def alias(self, names: Names, depth: int) -> list[str]:
        options = sorted(names.owned)
        if not options:
            return self.assign(names, depth)
        source, name = self.rng.choice(options), self.fresh("alias")
        names.put(name, names.shapes[source], owned=True)
        return [f"{name} = {source}"]

    def view(self, names: Names, depth: int) -> list[str]:
        """A view of an array that the function owns."""
        forms: dict[Shape, list[tuple[str, Shape]]] = {
            (N,): [("[1:]", (N - 1,)), ("[:-1]", (N - 1,)), ("[::-1]", (N,)), ("[1:-1]", (M,)),
                   ("[::2]", (M,)), ("[:]", (N,)), ("[...]", (N,))],
            (M, N): [("[0]", (N,)), ("[-1]", (N,)), ("[:, 1]", (M,)), (".T", (N, M)),
                     ("[:, :1]", (M, 1)), ("[1, 1:]", (N - 1,)), ("[::-1]", (M, N)),
                     (".T[2]", (M,))],
            (M,): [("[:, None]", (M, 1)), ("[::-1]", (M,)), (".reshape(3, 1)", (M, 1))],
            (M, 1): [("[:, 0]", (M,))],
        }
        options = sorted(n for n in names.owned if names.shapes[n] in forms)
        if not options:
            return self.assign(names, depth)
        source = self.rng.choice(options)
        cut, shape = self.rng.choice(forms[names.shapes[source]])
        name = self.fresh("view")
        names.put(name, shape, owned=True)
        return [f"{name} = {source}{cut}"]

    def update(self, names: Names, depth: int) -> list[str]:
        """An update in place, of all or of a part."""
        options = sorted(names.owned)
        if not options:
            return self.assign(names, depth)
        name = self.rng.choice(options)
        shape = names.shapes[name]
        part, inside = self.part(shape)
        op = self.rng.choice(["=", "+=", "-=", "*=", "/="] if part else ["+=", "-=", "*=", "/="])
        value = f"np.tanh({self.expr(names, inside, self.rng.randint(1, 2))})"
        if op == "/=":
            value = f"(2.0 + {value})"
        return [f"{name}{part} {op} {value}"]

    def part(self, shape: Shape) -> tuple[str, Shape]:
        last = shape[-1]
        options: list[tuple[str, Shape]] = [("", shape), ("[...]", shape)]
        if len(shape) == 1:
            options += [("[0]", ()), ("[-1]", ()), ("[1]", ()), ("[:]", shape)]
            options += {N: [("[1:]", (N - 1,)), ("[1:-1]", (M,)), ("[::2]", (M,)), ("[idx]", (N,)),
                            ("[mask]", (M,)), ("[[0, 2, 4]]", (M,))],
                        M: [("[::-1]", (M,))]}.get(last, [])
        if shape == (M, N):
            options += [("[0]", (N,)), ("[:, 1]", (M,)), ("[1, 2]", ()), ("[:, :1]", (M, 1)),
                        ("[[0, 2]]", (N,)), ("[:, idx]", (M, N))]
        return self.rng.choice(options)

    # Compound statements

    def nested(self, names: Names, depth: int, loop: bool,
               extra: dict[str, Shape] | None = None) -> list[str]:
        """A body in a scope of its own: what is new in it is not seen outside."""
        inner = names.copy()
        inner.shapes.update(extra or {})
        self.loops += loop
        lines = self.body(inner, self.rng.randint(1, 3), depth + 1)
        self.loops -= loop
        return ["    " + line for line in lines]

    def condition(self, names: Names) -> str:
        sign, bound = self.rng.choice("<>"), self.rng.uniform(-0.5, 0.5)
        test = f"{self.expr(names, (), 1)} {sign} {bound:.2f}"
        draw = self.rng.random()
        if draw < 0.2:
            return f"{test} and {self.expr(names, (), 0)} > -0.3"
        return f"not ({test})" if draw < 0.3 else test

    def branch(self, names: Names, depth: int) -> list[str]:
        lines = [f"if {self.condition(names)}:", *self.nested(names, depth, False)]
        if self.rng.random() < 0.3:
            lines += [f"elif {self.condition(names)}:", *self.nested(names, depth, False)]
        if self.rng.random() < 0.6:
            lines += ["else:", *self.nested(names, depth, False)]
        return lines

    def range_loop(self, names: Names, depth: int) -> list[str]:
        i = self.fresh("i")
        span = self.rng.choice(["range(k)", "range(len(x))", "range(1, 4)", "range(4, 0, -1)",
                                "range(x.shape[0] - 1)"])
        extra = {f"x[{i}]": (), f"0.1 * {i}": ()}
        lines = self.nested(names, depth, True, extra)
        vectors = sorted(n for n in names.owned if names.shapes[n] == (N,))
        if vectors:
            op = self.rng.choice(["=", "+=", "*="])
            value = f"np.sin({self.expr(names, (), 1)})"
            lines.append(f"    {self.rng.choice(vectors)}[{i}] {op} {value}")
        return [f"for {i} in {span}:", *lines]

    def array_loop(self, names: Names, depth: int) -> list[str]:
        e = self.fresh("e")
        source, shape = self.rng.choice([("x", ()), ("A", (N,)), ("A.T", (M,)), ("y[1:]", ())])
        heads = [(f"for {e} in {source}:", {e: shape})]
        a, b = self.fresh("a"), self.fresh("b")
        heads.append((f"for {a}, {b} in zip(x, y):", {a: (), b: ()}))
        heads.append((f"for {a}, {b} in enumerate(x):", {b: (), f"y[{a}]": ()}))
        head, extra = self.rng.choice(heads)
        return [head, *self.nested(names, depth, True, extra)]

    def while_loop(self, names: Names, depth: int) -> list[str]:
        count, scalar = self.fresh("n"), self.target(names, ())
        start = [f"{count} = 0", f"{scalar} = np.cos({self.expr(names, (), 1)})"]
        names.put(scalar, (), False)
        inner = self.nested(names, depth, True)
        return [*start, f"while {count} < k and {scalar} < 2.5:",
                f"    {count} += 1", f"    {scalar} = {scalar} + 0.3", *inner]

    def list_loop(self, names: Names, depth: int) -> list[str]:
        items, name, e = self.fresh("items"), self.fresh(), self.fresh("e")
        inner = Names({**names.shapes, e: ()}, names.owned)
        lines = [f"{items} = []", f"for {e} in x:",
                 f"    {items}.append({self.expr(inner, (), 1)})",
                 f"{name} = {self.rng.choice([f'np.array({items})', f'np.stack({items})'])}"]
        names.put(name, (N,), owned=True)
        return lines

    def comprehension(self, names: Names, depth: int) -> list[str]:
        name, e = self.fresh(), self.fresh("e")
        inner = Names({**names.shapes, e: ()}, names.owned)
        form = self.rng.choice(["sum({} for {} in x)", "sum([{} for {} in y])",
                                "np.sum(np.array([{} for {} in x]))"])
        names.put(name, (), False)
        return [f"{name} = " + form.format(f"np.tanh({self.expr(inner, (), 1)})", e)]

    def leave(self, names: Names, depth: int) -> list[str]:
        return [f"if {self.condition(names)}:", f"    {self.rng.choice(['break', 'continue'])}"]

    def early_return(self, names: Names, depth: int) -> list[str]:
        return [f"if {self.condition(names)}:",
                f"    return np.sum(np.tanh({self.expr(names, (N,), 1)}))"]
