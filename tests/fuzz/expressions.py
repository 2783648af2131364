"""Random NumPy expressions of a wanted shape: smooth almost everywhere, and safe.

An expression is text. `Names` says which names hold what shapes; () is a scalar. The operands of
functions with a domain are made to lie in it (`np.sqrt(1.0 + x * x)`), and what may grow is passed
through `tanh`, so that nothing overflows.
"""
from __future__ import annotations

import random

Shape = tuple[int, ...]
N, M = 5, 3

# fmt: off
UNARY = (
    "np.sin({})", "np.cos({})", "np.tanh({})", "np.arctan({})", "-{}", "({}) ** 2", "np.abs({})",
    "np.exp(-({}) ** 2)", "np.exp(np.sin({}))", "np.sqrt(1.0 + ({}) ** 2)",
    "np.log(1.5 + np.cos({}))",
    "1.0 / (2.0 + np.sin({}))", "np.square({})", "np.log1p(({}) ** 2)", "np.expm1(np.tanh({}))",
    "(1.5 + np.sin({})) ** 0.5", "(1.5 + np.sin({})) ** -1.5", "np.sinh(np.tanh({}))",
    "np.cosh(np.sin({}))",
    "np.arcsinh({})", "np.reciprocal(2.0 + np.cos({}))", "np.clip({}, -0.7, 0.9)",
    "np.arcsin(0.9 * np.sin({}))",
    "np.sign({}) * 0.5", "np.maximum({}, 0.1)", "np.minimum({}, 0.2)", "(0.5 * {})", "2 * {}",
)
BINARY = (
    "{} + {}", "{} - {}", "{} * {}", "{} / (2.5 + np.cos({}))", "np.maximum({}, {})",
    "np.minimum({}, {})",
    "np.hypot({}, 1.0 + ({}) ** 2)", "np.arctan2({}, 2.0 + np.sin({}))",
    "(1.5 + np.sin({})) ** np.tanh({})",
    "np.logaddexp({}, {})", "np.where({} > 0.1, {}, 0.3)", "np.add({}, {})", "np.multiply({}, {})",
    "(3.0 + np.sin({})) % (1.0 + np.exp(np.sin({})))",
)
TO_SCALAR = (
    "np.sum({})", "np.mean({})", "({}).sum()", "({}).mean()", "np.max({})", "({}).min()",
    "np.var({})",
    "np.sqrt(np.sum(({}) ** 2) + 0.1)", "np.prod(np.tanh({}) + 1.5)", "np.std({} + np.arange({n}))",
)
SAME_SHAPE = ("({})[::-1]", "np.flip({}, axis=0)", "np.cumsum({}, axis=0)", "np.sort({}, axis=0)",
              "np.roll({}, 1, axis=0)", "({}).copy()", "np.concatenate([({})[2:], ({})[:2]])",
              "({}) - np.mean({}, axis=0)", "np.reshape({}, {shape})", "np.negative({})")
# fmt: on


class Names:
    """Variables in scope: name -> shape, and those that may be written in place."""

    def __init__(self, shapes: dict[str, Shape], owned: set[str] | None = None):
        self.shapes, self.owned = dict(shapes), set(owned or ())

    def copy(self) -> Names:
        return Names(self.shapes, self.owned)

    def of(self, shape: Shape) -> list[str]:
        return [name for name, s in self.shapes.items() if s == shape]

    def put(self, name: str, shape: Shape, owned: bool) -> None:
        self.shapes[name] = shape
        (self.owned.add if owned and shape else self.owned.discard)(name)


def smaller(rng: random.Random, shape: Shape) -> Shape:
    """A shape that broadcasts to `shape`."""
    options: list[Shape] = [shape, shape, shape, ()]
    if len(shape) == 2:
        options += [(shape[0], 1)] + [shape[1:]] * (shape[1] > 1)
    return rng.choice(options)


def expression(rng: random.Random, names: Names, shape: Shape, depth: int) -> str:
    """An expression of a shape; `depth` bounds how deep it nests."""
    if depth <= 0:
        return leaf(rng, names, shape)
    draw = rng.random()
    if draw < 0.35:
        return rng.choice(UNARY).format(expression(rng, names, shape, depth - 1))
    if draw < 0.7:
        return binary(rng, names, shape, depth)
    return special(rng, names, shape, depth) if draw < 0.92 else leaf(rng, names, shape)


def binary(rng: random.Random, names: Names, shape: Shape, depth: int) -> str:
    shapes = [shape, smaller(rng, shape)]
    rng.shuffle(shapes)
    parts = [expression(rng, names, s, depth - 1) for s in shapes]
    return "(" + rng.choice(BINARY).format(*parts) + ")"


def leaf(rng: random.Random, names: Names, shape: Shape) -> str:
    """A name of the shape, or a cut of one."""
    options = names.of(shape)
    if options and rng.random() < 0.9:
        return rng.choice(options)
    if shape == ():
        return scalar_leaf(rng, names)
    if shape == (N - 1,):
        return rng.choice(["x[1:]", "y[:-1]", "np.diff(x)", "A[0, 1:]", "x[[0, 2, 2, 4]]"])
    if shape == (N,):
        return rng.choice(["x", "y", "A[1]", "A[-1]", "A[:, :].sum(axis=0)", "np.ones(5)",
                           "x[idx]"])
    if shape == (M,):
        return rng.choice(["A[:, 2]", "A[:, -1]", "c[:, 0]", "x[:3]", "y[1:-1]", "x[::2]",
                           "x[mask]"])
    if shape == (M, 1):
        return rng.choice(["c", "A[:, :1]", "x[:3, None]"])
    if shape == (N, 1):
        return rng.choice(["x[:, None]", "A.T[:, :1]", "y.reshape(5, 1)"])
    if shape == (N, M):
        return rng.choice(["A.T", "np.outer(x, y[:3])", "A.reshape(5, 3)"])
    return rng.choice(["A", "(A * 1.0)", "np.outer(c[:, 0], x)", "A[::-1]", "(c * x)"])


def scalar_leaf(rng: random.Random, names: Names) -> str:
    vectors = [n for n, s in names.shapes.items() if s and len(s) == 1]
    options = ["s", f"{rng.uniform(-2, 2):.2f}", "A[1, 2]", "c[0, 0]"]
    options += [f"{v}[{rng.choice((0, 1, -1))}]" for v in vectors[:3]]
    return rng.choice(options)


def special(rng: random.Random, names: Names, shape: Shape, depth: int) -> str:
    """What is particular to a shape: reductions, products, joins, rearrangements."""
    def sub(s: Shape) -> str:
        return expression(rng, names, s, depth - 1)

    def bare(s: Shape) -> str:
        return leaf(rng, names, s)

    match shape:
        case ():
            s = rng.choice([(N,), (M, N), (M,)])
            options = [rng.choice(TO_SCALAR).replace("{n}", str(s[-1])).format(sub(s)),
                       f"np.dot({sub((N,))}, {bare((N,))})", f"float({sub(())})",
                       f"({sub(())} if {sub(())} > 0.2 else {bare(())})",
                       f"helper({sub(())}, {bare((N,))})", f"max({sub(())}, {bare(())})"]
        case (5,):
            options = [f"np.sum({sub((M, N))}, axis=0)", f"{bare((M,))} @ {bare((M, N))}",
                       f"({sub((M, N))}).mean(axis=0)", f"np.max({sub((M, N))}, axis=0)",
                       f"np.concatenate([{sub((N - 1,))}, {bare((M,))}[:1]])",
                       f"smooth({sub((N,))})",
                       f"np.where({bare((N,))} > 0.0, {sub((N,))}, {bare((N,))})",
                       rearranged(rng, sub(shape), shape)]
        case (3,):
            options = [f"np.sum({sub((M, N))}, axis=1)", f"{bare((M, N))} @ {sub((N,))}",
                       f"np.array([{bare(())}, {sub(())}, 1.0])",
                       rearranged(rng, sub(shape), shape)]
        case (3, 1):
            options = [f"np.sum({sub((M, N))}, axis=1, keepdims=True)", f"({sub((M,))})[:, None]",
                       f"({bare((M, N))} @ {bare((N,))}).reshape(3, 1)"]
        case (3, 5):
            options = [f"({sub((M, 1))} * {bare((N,))})", f"np.outer({bare((M,))}, {sub((N,))})",
                       f"np.stack([{bare((N,))}, {sub((N,))}, {bare((N,))}])",
                       f"({bare((M, N))} @ {bare((M, N))}.T) @ {bare((M, N))}",
                       f"np.broadcast_to({sub((N,))}, (3, 5))", f"({sub((N, M))}).T",
                       rearranged(rng, sub(shape), shape)]
        case (5, 3):
            options = [f"({sub((M, N))}).T", f"np.transpose({sub((M, N))})"]
        case (5, 1):
            options = [f"({sub((N,))})[:, None]", f"np.expand_dims({sub((N,))}, 1)"]
        case _:
            options = [f"np.diff({sub((N,))})", f"({sub((N,))})[1:]", f"({sub((N,))})[:-1]"]
    return rng.choice(options)


def rearranged(rng: random.Random, text: str, shape: Shape) -> str:
    form = rng.choice(SAME_SHAPE).replace("{shape}", str(shape))
    return form.format(*[text] * form.count("{}"))
