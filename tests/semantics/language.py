"""The rest of Python: functions, closures, calls, classes, dispatch, match, generators, itertools."""

from __future__ import annotations

import functools
import itertools
import math
import operator
from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np

from tests.semantics.catalogue import Catalogue, numbers

CATALOGUE = Catalogue()
works, refused = CATALOGUE.works, CATALOGUE.refused

# Parameters and arguments


@works(1.2, 0.7)
def keyword_only(a, b):
    def f(x, *, power=2, scale):
        return scale * x**power

    return f(a, scale=b) + f(b, power=3, scale=a)


@works(1.2, 0.7)
def positional_only(a, b):
    def f(x, /, y, *, z=1.0):
        return x * y + z

    return f(a, b) * f(a, y=b, z=b)


@works(1.2, 0.7, 0.4)
def star_args(*xs):
    total = 0.0
    for k, x in enumerate(xs):
        total += x ** (k + 1)
    return total


@works(1.2, 0.7)
def star_kwargs(a, b):
    def f(**parts):
        return sum(v * (k + 1) for k, v in enumerate(parts.values())) * parts["u"]

    return f(u=a, v=b, w=a * b)


@works(1.2, 0.7)
def splatted(a, b):
    def f(x, y, z):
        return x * y - z

    pair, rest = (a, b), {"z": a * b * b}
    return f(*pair, **rest) + f(a, *(b, a))


@works(1.2, 0.7)
def default_seen_at_definition(a, b):
    scale = 2.0

    def f(x, s=scale):
        return s * x

    scale = 5.0
    return f(a) * f(b, scale)


@works(1.2, 0.7)
def mutable_default(a, b):
    def f(x, seen=[]):  # noqa: B006
        seen.append(x)
        return len(seen) * x

    return f(a) + f(b) * f(a)


@works(1.2, 0.7)
def default_from_outside(a, b=2.0):
    return a**2 * b


# Closures


@works(numbers(3))
def late_binding(x):
    fs = [lambda v: v * x[i] for i in range(3)]  # noqa: B023
    return fs[0](1.0) + fs[1](2.0) * fs[2](x[0])


@works(numbers(3))
def captured_early(x):
    fs = [lambda v, i=i: v * x[i] for i in range(3)]
    return fs[0](1.0) + fs[1](2.0) * fs[2](x[0])


@works(1.2)
def counter(x):
    total = 0.0

    def add(v):
        nonlocal total
        total += v * x
        return total

    return add(1.0) * add(x) + total


@works(1.2, 0.7)
def factory(a, b):
    def make(p):
        def power(v):
            return v**p * b

        return power

    square, cube = make(2), make(3)
    return square(a) * cube(b)


@works(numbers(4))
def closure_over_a_buffer(x):
    acc = np.zeros(4)

    def bump(i, v):
        acc[i] += v * x[i]

    for i in range(4):
        bump(i, x[i])
    bump(0, 2.0)
    return np.sum(acc * acc)


@works(1.5)
def composed(x):
    def compose(*fs):
        def run(v):
            for f in fs:
                v = f(v)
            return v

        return run

    return compose(np.sin, lambda v: v * x, math.exp)(x)


@works(1.5)
def decorated(x):
    def twice(f):
        @functools.wraps(f)
        def run(*args, **kwargs):
            return 2 * f(*args, **kwargs)

        return run

    @twice
    def g(v):
        return v**3

    return g(x)


@functools.lru_cache
def cached(v):
    return v * v


@works(1.5)
def cached_helper(x):
    return cached(x) * cached(x + 1)


# functools, operator, itertools

add_one = functools.partial(operator.add, 1.0)


def scaled(factor, x, power=1):
    return factor * x**power


double = functools.partial(scaled, 2.0, power=2)


@works(1.5)
def partials(x):
    half = functools.partial(scaled, 0.5)
    return double(x) * half(x, power=3) + add_one(x) + half(x=x)


@works(numbers(4))
def reduced(x):
    product = functools.reduce(lambda a, b: a * b, x)
    total = functools.reduce(operator.add, [v * v for v in x], 1.0)
    return product + total**2


@works(numbers(3), numbers(2))
def products(x, y):
    s = 0.0
    for (i, a), b in itertools.product(enumerate(x), y):
        s += (i + 1) * a * b
    return s


@works(numbers(4))
def pairs(x):
    s = 0.0
    for i, j in itertools.combinations(range(4), 2):
        s += (x[i] - x[j]) ** 2
    for a, b in itertools.pairwise(x):
        s += a * b
    for a, b, c in itertools.permutations([x[0], x[1], x[2]]):
        s += a * b**2 * c
    return s


@works(numbers(4))
def chained(x):
    s = 1.0
    for v in itertools.chain(x, [x[0] * x[1]], (2.0,)):
        s = s * v + 0.5
    return s


@works(numbers(5))
def accumulated(x):
    sums = list(itertools.accumulate(x[k] for k in range(5)))
    peaks = list(itertools.accumulate([x[0], x[1] * 2], operator.mul))
    return sums[2] * sums[-1] + peaks[1]


@works(numbers(6))
def sliced_iterators(x):
    s = 0.0
    for v in itertools.islice(x, 1, 5, 2):
        s += v * v
    for v, w in itertools.zip_longest([x[0], x[1]], [x[2]], fillvalue=1.0):
        s += v * w
    for k, v in zip(itertools.count(1), x):
        s += k * v
    for v, sign in zip(x, itertools.cycle((1.0, -1.0))):
        s += sign * v**3
    return s


@works(numbers(4))
def mapped(x):
    squares = map(lambda v: v * v, x)
    large = filter(lambda k: k % 2 == 0, range(4))
    s = sum(squares)
    for k in large:
        s *= x[k]
    return s + sum(map(operator.mul, x, reversed(x)))


@works(numbers(4))
def starmapped(x):
    return sum(itertools.starmap(lambda a, b: a * b**2, zip(x, x[1:])))


@works(numbers(4))
def extremes(x):
    a, b = min(x[0], x[1] * 3), max(x[2], 0.1, x[3])
    best = max([x[0], x[1], x[2]], key=lambda v: -((v - 1.0) ** 2))
    return a * b + best**2


@works(numbers(4))
def any_and_all(x):
    if any(v > 0.5 for v in x) and all(v < 9 for v in x):
        return np.sum(x * x)
    return np.sum(x)


# Dispatch


@works(1.5, "tanh")
def by_string(x, kind):
    table = {"tanh": np.tanh, "relu": lambda v: max(v, 0.0), "square": lambda v: v * v}
    return table[kind](x) * table["square"](x)


ACTIVATIONS = {"softplus": lambda v: np.log1p(np.exp(v)), "sin": np.sin}


@works(1.5)
def global_table(x):
    out = 0.0
    for name, f in ACTIVATIONS.items():
        out += f(x) * (2.0 if name == "sin" else 1.0)
    return out


@works(1.5)
def by_getattr(x):
    return np.cos(x) * math.exp(x) + x.real


@works(1.5, "b")
def match_strings(x, kind):
    match kind:
        case "a":
            return x
        case "b" | "c":
            return x**2
        case _:
            return x**3


@works((1.5, 0.5))
def match_sequences(p):
    match p:
        case (a,):
            return a
        case (a, b):
            return a * b
        case _:
            return 0.0


@works(numbers(3), 2)
def match_numbers(x, n):
    match n:
        case 0:
            y = x
        case int(k) if k > 5:
            y = x * k
        case other:
            y = x**other
    return np.sum(y)


@works({"kind": "gauss", "scale": 0.5}, 1.3, argnums=(1,))
def match_mappings(model, x):
    match model:
        case {"kind": "laplace", "scale": s}:
            return abs(x) / s
        case {"kind": "gauss", **rest}:
            return x * x / rest["scale"]


@works(1.5, None)
def isinstance_tests(x, extra):
    if extra is None:
        extra = 2.0
    if isinstance(x, (int, float)) and not isinstance(x, np.ndarray):
        return x**2 * extra
    return x


# Classes


class Spring:
    """A plain class, made outside or inside of the function."""

    damping = 0.1

    def __init__(self, k, rest=0.0):
        self.k = k
        self.rest = rest

    def force(self, x):
        return -self.k * (x - self.rest) - self.damping * self.offset(x)

    @staticmethod
    def offset(x):
        return x**3

    @classmethod
    def stiff(cls, scale):
        return cls(10.0 * scale)

    @property
    def energy_scale(self):
        return 0.5 * self.k

    def __call__(self, x):
        return self.energy_scale * (x - self.rest) ** 2

    def __add__(self, other):
        return Spring(self.k + other.k, self.rest)

    def __getitem__(self, i):
        return self.k * i

    def __len__(self):
        return 2


class Wall(Spring):
    def __init__(self, k):
        super().__init__(k, rest=1.0)
        self.touched = 0

    def force(self, x):
        self.touched += 1
        return super().force(x) * self.touched


SPRING = Spring(3.0, 0.2)


@works(1.5)
def object_from_outside(x):
    return SPRING.force(x) * SPRING(x) + SPRING.energy_scale * x


@works(1.5, 0.4)
def object_made_inside(x, k):
    spring = Spring(k * k, rest=x)
    spring.rest = spring.rest * 0.5
    return spring.force(x) + spring(x) * spring.energy_scale


@works(1.5, 0.4)
def class_method_and_operators(x, k):
    total = Spring.stiff(k) + Spring(x)
    return total.force(x) + total[2] * len(total)


@works(1.5, 0.4)
def inheritance(x, k):
    wall = Wall(k)
    return wall.force(x) + wall.force(k) * wall(x)


class Accumulator:
    def __init__(self, n):
        self.total = np.zeros(n)
        self.history = []

    def add(self, v):
        self.total += v
        self.history.append(np.sum(self.total))
        return self


@works(numbers(3))
def fluent_accumulator(x):
    acc = Accumulator(3)
    acc.add(x).add(x * x)
    for _ in range(2):
        acc.add(acc.total * x)
    return np.sum(acc.total) * acc.history[1]


@works(1.5, 0.4)
def class_defined_inside(x, k):
    class Pair:
        def __init__(self, a, b):
            self.a, self.b = a, b

        def mul(self):
            return self.a * self.b

    return Pair(x, k).mul() * Pair(k, k).mul()


@dataclass
class Layer:
    w: np.ndarray
    b: np.ndarray
    kind: str = "tanh"
    scales: list = field(default_factory=lambda: [1.0, 2.0])

    def __call__(self, x):
        z = self.w @ x + self.b
        return np.tanh(z) if self.kind == "tanh" else z * self.scales[1]


@works(Layer(numbers(2, 2), numbers(2)), numbers(2))
def callable_dataclass(layer, x):
    return np.sum(layer(x) * layer.scales[0])


@dataclass
class Network:
    layers: list

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


@works(Network([Layer(numbers(3, 2), numbers(3)), Layer(numbers(1, 3), numbers(1), "linear")]), numbers(2))
def nested_dataclasses(network, x):
    return np.sum(network(x) ** 2)


@dataclass
class Interval:
    low: float
    high: float = 1.0
    width: float = field(init=False)

    def __post_init__(self):
        self.width = self.high - self.low


@works(0.3, 1.4)
def post_init(a, b):
    i = Interval(a, b * b)
    return i.width * i.low


NAMESPACE = SimpleNamespace(a=1.5, b=0.4)


@works(1.2)
def namespace_constant(x):
    return NAMESPACE.a * x**2 * NAMESPACE.b


# Generators


def halves(x, n):
    for _ in range(n):
        yield x
        x = x / 2


@works(1.5)
def generator_loop(x):
    s = 0.0
    for k, v in enumerate(halves(x * x, 3)):
        s += v ** (k + 1)
    return s


@works(1.5)
def generator_consumed(x):
    return sum(halves(x, 3)) * max(list(halves(x * 2, 2))) + np.sum(np.array(list(halves(x, 2))))


@works(numbers(4))
def generator_of_one_buffer(x):
    def steps(u):
        for _ in range(3):
            u[1:-1] += 0.5 * (u[2:] - u[:-2]) * u[1:-1]
            yield u

    s = 0.0
    for u in steps(x.copy()):
        s += np.sum(u * u)
        u[0] = s
    return s


@works(1.5)
def yield_from(x):
    def inner(v):
        yield v
        yield v * v

    def outer(v):
        yield from inner(v)
        yield from [v + 1, v - 1]

    a, b, c, d = outer(x)
    return a * b + c * d


@works(1.5)
def generator_expression(x):
    squares = (x**k for k in range(1, 4))
    return sum(v * v for v in squares)


# Strings, slices, ellipsis


@works(numbers(4))
def slice_objects(x):
    inner, ends = slice(1, -1), slice(None, None, 3)
    y = x.copy()
    y[inner] *= y[ends]
    return np.sum(y[inner]) * y[ends][1] + np.s_[1:3].stop


@works(numbers(2, 3))
def ellipsis_and_newaxis(x):
    key = (..., 0)
    y = x[..., np.newaxis] * x[None, ..., :1].reshape(2, 1, 1)
    return np.sum(y) + np.sum(x[key] ** 2) + np.sum(x[(slice(None), 1)])


@works(numbers(2, 3))
def star_in_an_index(x):
    where = (0, 1)
    lead = (slice(None),)
    return x[*where] * np.sum(x[*lead, 2] ** 2)


@works(1.5)
def strings(x):
    key = "_".join(["a", "b"]).upper()
    names = {f"{key}_{k}": x**k for k in range(3)}
    label = "%s-%d" % (key, 2)  # noqa: UP031
    return names["A_B_2"] * len(label) + (x if label.startswith("A_B") and "-" in label else 0.0)


# Values that change type


@works(numbers(3))
def none_then_array(x):
    best = None
    for k in range(3):
        cand = x * (k + 1)
        best = cand if best is None else best + cand * best
    return np.sum(best)


@works(numbers(3))
def int_then_float(x):
    s = 0
    for v in x:
        s = s + v * v
    n = 1
    while n < 3:
        n = n + 0.5
    return s * n


@works(numbers(4))
def growing_array(x):
    out = np.zeros(0)
    for v in x:
        out = np.append(out, v * v)
    grown = np.array([])
    for k in range(3):
        grown = np.concatenate([grown, x[k : k + 1] ** 2])
    return np.sum(out * np.arange(4)) + np.sum(grown) ** 2


@works(0.4)
def scalar_then_array(x):
    y = x
    for k in range(3):
        y = y * np.array([1.0, 2.0]) if k == 0 else y + x
    return np.sum(y)


@works(numbers(3))
def chosen_function(x):
    f = np.sin if x[0] > 0.1 else np.cos
    g = (lambda v: v * v) if x[1] > 0 else (lambda v: v)
    return np.sum(f(x)) * g(x[2])


# Statements


@works(numbers(4))
def for_else(x):
    for v in x:
        if v > 50:
            y = v
            break
    else:
        y = np.sum(x)
    return y * y


@works(numbers(4))
def while_else(x):
    k, s = 0, 0.0
    while k < 4:
        if x[k] < -5:
            break
        s += x[k] ** 2
        k += 1
    else:
        s = s * 2
    return s


@works(numbers(4))
def chained_comparison_and_walrus(x):
    s = 0.0
    for v in x:
        if 0.0 < (w := v * v) <= 50.0 and w != 3.0:
            s += w * v
    return s


@works(1.5)
def conditional_expressions(x):
    a = x if x > 1 else -x
    return (a and a * 2) + (0.0 or x) * (not False)


@works(numbers(5))
def starred_targets(x):
    first, *middle, last = x
    head, *_ = [first * last, 1.0]
    return head + sum(m * m for m in middle)


@works(numbers(3))
def multiple_targets(x):
    a = b = x * x
    a += 1.0
    c, d = e = (np.sum(a), np.sum(b))
    return c * d + e[0]


@works(numbers(3))
def annotated(x):
    y: np.ndarray = x * 2
    s: float = 0.0
    for v in y:
        s += v**2
    return s


@works(numbers(3))
def deleted_names(x):
    y = x * x
    z = y + 1
    del y
    y = z * 2
    return np.sum(y)


@works(numbers(3))
def pass_and_docstring(x):
    """Of no effect."""
    if x[0] > 100:
        pass
    ...
    return np.sum(x * x)


@works(numbers(3))
def local_imports(x):
    import math as m

    from numpy import sin as sine

    return np.sum(sine(x)) * m.sqrt(2.0)


@works(1.5)
def early_returns(x):
    if x < 0:
        return -x
    if x > 1:
        y = x * x
        if y > 100:
            return y
        return y * x
    return x


@works(1.5)
def complex_chain(x):
    return pow(abs(x), 2) + divmod(7, 2)[0] * x + round(2.6) * x + int("3") * x + float("0.5") * x**2


@works(numbers(3))
def zip_strict_and_unzip(x):
    ks, vs = zip(*[(k, v * v) for k, v in zip(range(3), x, strict=True)])
    return sum(k * v for k, v in zip(ks, vs))


@works(numbers(3, 2))
def transposed_by_zip(x):
    columns = list(zip(*[(r[0], r[1] ** 2) for r in x]))
    return sum(columns[0]) * sum(columns[1])


@works(numbers(3))
def lambda_in_default_and_key(x):
    items = sorted([("b", x[0]), ("a", x[1])], key=lambda t: t[0])
    apply = lambda v, f=np.exp: f(v)  # noqa: E731
    return apply(items[0][1]) * items[1][1] + apply(x[2], f=np.sin)


@works(numbers(3))
def loop_over_functions(x):
    y = x
    for f, c in ((np.sin, 1.0), (np.exp, 0.5), (lambda v: v**2, 2.0)):
        y = f(y * c)
    return np.sum(y)


@works(np.array([0.3, 1.2]), np.random.default_rng(5), argnums=(0,))
def generator_argument(x, rng):
    return np.sum(x * x * rng.normal(size=2))


@works(numbers(3))
def endless_count(x):
    total = 0.0
    for i in itertools.count():
        if i >= len(x):
            break
        total = total + x[i] ** 2
    return total


class Cache:
    def __init__(self):
        self.known = {}

    def get(self, k, x):
        if k not in self.known:
            self.known[k] = x * k
        return self.known[k]


@works(numbers(3))
def cache_in_an_object(x):
    cache = Cache()
    cache.get(2, x)[0] += 1.0
    return np.sum(cache.get(2, x)) * np.sum(cache.get(3, x))


@refused("iter is not supported", "iter(x)", numbers(3))
def iterator_by_hand(x):
    it = iter(x)
    return next(it) ** 2


@refused("leaving a loop over a generator", "for v in", numbers(3))
def generator_left_early(x):
    s = 0.0
    for v in halves(x[0], 4):
        if v < x[1]:
            break
        s += v
    return s
