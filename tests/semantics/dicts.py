"""Dicts, sets, tuples and namedtuples."""

from __future__ import annotations

import collections
import dataclasses
from typing import NamedTuple

import numpy as np

from tests.semantics.catalogue import Catalogue, numbers

CATALOGUE = Catalogue()
works, refused = CATALOGUE.works, CATALOGUE.refused


@works(1.2, 0.7)
def item_assignment(a, b):
    d = {"a": a}
    d["b"] = d["a"] * b
    d["a"] += d["b"]
    return d["a"] * d["b"]


@works(1.2, 0.7)
def update_and_setdefault(a, b):
    d = {"a": a}
    d.update({"b": b, "a": a * b})
    d.setdefault("c", b**2)
    d.setdefault("a", 100.0)
    return d["a"] * d["c"] + d["b"]


@works(1.2, 0.7)
def get_and_pop(a, b):
    d = {"a": a, "b": b}
    c = d.pop("a") * d.get("b") + d.get("z", 2.0)
    return c * len(d)


@works({"w": numbers(3), "b": 0.4})
def items_and_values(p):
    s = 0.0
    for name, value in p.items():
        s += np.sum(value * value) * (2.0 if name == "w" else 1.0)
    return s * sum(np.sum(v) for v in p.values())


@works(numbers(3))
def comprehension(x):
    d = {k: x[i] ** 2 for i, k in enumerate("abc")}
    return d["a"] * d["c"] + d["b"]


@works({"layer": {"w": numbers(2, 2), "b": numbers(2)}, "scale": 0.5})
def nested(params):
    layer = params["layer"]
    layer["w"] = layer["w"] * params["scale"]
    layer["b"] += layer["w"][0]
    return np.sum(params["layer"]["w"] @ params["layer"]["b"])


@works(1.2, 0.7)
def membership(a, b):
    d = {"a": a}
    if "b" not in d:
        d["b"] = b
    return d["a"] * d["b"] * (2.0 if "a" in d else 1.0)


@works(1.2, 0.7)
def merged(a, b):
    d = {"a": a, "b": b}
    e = {**d, "b": a * b}
    f = d | {"c": b**2}
    return e["b"] * f["c"] + e["a"]


@works(1.2, 0.7)
def constructor_forms(a, b):
    d = dict(x=a, y=b)
    e = dict([("x", a * b), ("z", 1.0)])
    f = dict(zip(("p", "q"), (a, b**2)))
    return d["x"] * e["x"] + f["q"] * e["z"]


@works(1.2, 0.7)
def tuple_keys(a, b):
    d = {(0, 1): a, (1, 0): b}
    d[0, 0] = a * b
    return d[(0, 1)] * d[0, 0] + d[1, 0]


@works(1.2, 0.7)
def deleted_key(a, b):
    d = {"a": a, "b": b}
    del d["a"]
    return sum(d.values()) ** 2


@works(1.2, 0.7)
def alias_of_a_dict(a, b):
    d = {"a": a}
    e = d
    e["a"] = b * a
    return d["a"] ** 2


@works(1.2, 0.7)
def copy_of_a_dict(a, b):
    d = {"a": a, "v": np.array([a, b])}
    e = d.copy()
    e["a"] = b
    e["v"][0] *= 3
    return d["a"] * np.sum(d["v"])


@works(1.2, 0.7)
def built_in_a_loop(a, b):
    d = {}
    for k, name in enumerate(("u", "v", "w")):
        d[name] = a**k * b
    return d["u"] * d["v"] + d["w"]


@works(1.2, 0.7)
def defaultdict_of_floats(a, b):
    d = collections.defaultdict(float)
    for key, value in (("x", a), ("y", b), ("x", a * b)):
        d[key] += value
    return d["x"] * d["y"]


@works(1.2, 0.7)
def set_of_constants(a, b):
    active = {"a", "b"}
    return (a if "a" in active else 0.0) * (b if "c" in active else 2.0) * len(active | {"z"})


class Point(NamedTuple):
    x: float
    y: float = 1.0

    def norm(self):
        return self.x**2 + self.y**2


@works(1.2, 0.7)
def namedtuple_made_inside(a, b):
    p = Point(a, b)
    q = p._replace(y=a * b)
    x, y = q
    return p.norm() * q.y + x * y + q._asdict()["x"]


@works(Point(0.5, 1.5))
def namedtuple_argument(p):
    return p.norm() * p.x * Point(p.y).norm()


@dataclasses.dataclass
class Body:
    position: np.ndarray
    mass: float = 2.0


@dataclasses.dataclass(frozen=True)
class Config:
    rate: float
    steps: int = 3


@works(numbers(3))
def dataclass_made_inside(x):
    body = Body(x * x)
    body.position[0] *= body.mass
    body.mass += x[1]
    heavier = dataclasses.replace(body, mass=body.mass * 2)
    return np.sum(heavier.position) * heavier.mass + body.mass


@works(Body(numbers(3), 1.5), Config(0.1), argnums=(0,))
def dataclass_arguments(body, config):
    for _ in range(config.steps):
        body.position = body.position - config.rate * body.position * body.mass
    return np.sum(body.position**2)


@works(numbers(4))
def tuple_of_results(x):
    def moments(v):
        return np.mean(v), np.mean(v * v)

    first, second = moments(x)
    pair = moments(x * x)
    return first * pair[1] - second * pair[0]


@works(numbers(4))
def nested_tuples(x):
    (a, (b, c)), d = (x[0], (x[1], x[2])), x[3]
    return a * b + c**2 * d


@works({"a": 1.0, "b": 2.0})
def dict_result(p):
    return {"sum": p["a"] * p["b"], "parts": [p["a"] ** 2, p["b"]]}


@works(numbers(6))
def deque_as_a_window(x):
    window = collections.deque([x[0], x[1]])
    s = 0.0
    for i in (2, 3, 4):
        window.append(x[i])
        s += window[0] * window[-1]
        window.popleft()
    return s


@refused("key", "memo[k]", numbers(4), 2)
def run_time_keys(x, n):
    memo = {}
    for k in range(n):
        memo[k] = x[k] ** 2
    return memo[0]
