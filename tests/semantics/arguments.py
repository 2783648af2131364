"""Arguments that the function writes into, and arrays from around it."""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

import numpy as np

from tests.semantics.catalogue import Catalogue, numbers

CATALOGUE = Catalogue()
works, refused = CATALOGUE.works, CATALOGUE.refused


@works(numbers(4))
def written_argument(x):
    x *= 2
    return np.sum(x * x)


@works(numbers(4))
def written_item(x):
    x[0] = x[1] * x[2]
    return np.sum(x**2)


@works(numbers(4))
def written_and_returned(x):
    x[1:] += x[:-1] ** 2
    return x


@works(numbers(4), numbers(4, seed=1))
def one_of_two_written(x, y):
    x += y
    y[0] = x[0]
    return np.sum(x * y)


@works([numbers(3), numbers(3, seed=1)])
def written_in_a_list(params):
    params[0] *= params[1]
    params[1][0] = params[0][2]
    return np.sum(params[0] * params[1])


@works({"w": numbers(3), "b": 0.5})
def written_in_a_dict(p):
    p["w"] *= p["b"]
    p["b"] = p["b"] ** 2
    return np.sum(p["w"]) * p["b"]


@dataclasses.dataclass
class State:
    u: np.ndarray
    t: float


class Pair(NamedTuple):
    a: np.ndarray
    b: np.ndarray


@works(State(numbers(4), 0.3))
def written_in_a_dataclass(state):
    state.u[1:] *= state.t
    state.t += 1.0
    return np.sum(state.u) * state.t


@works(Pair(numbers(3), numbers(3, seed=1)))
def written_in_a_namedtuple(pair):
    pair.a[0] = pair.b[1] ** 2
    return np.sum(pair.a * pair.b)


@works([1.0, 2.0, 3.0])
def list_item_rebound(values):
    values[0] = values[1] * values[2]
    return values[0] * values[1]


@works([0.5, 1.5])
def list_grown(values):
    values.append(values[0] * values[1])
    return values[2] ** 2 + values[0]


def advance(u, dt):
    u[1:-1] += dt * (u[2:] - 2 * u[1:-1] + u[:-2])


@works(numbers(6), 0.1)
def helper_writes(u, dt):
    for _ in range(3):
        advance(u, dt)
    return np.sum(u * u)


@works(numbers(6), 0.1)
def helper_writes_a_view(u, dt):
    advance(u[::2], dt)
    advance(u[1:5], dt)
    return np.sum(u * u)


@works(numbers(4, 4))
def boundary_by_helper(u):
    def boundary(v):
        v[0] = v[1]
        v[-1] = v[-2]
        v[:, 0] = v[:, 1]

    v = u * u
    boundary(v)
    boundary(v.T)
    return np.sum(v * u)


WEIGHTS = np.array([0.5, 1.0, 1.5, 2.0])


@works(numbers(4))
def array_from_outside_copied(x):
    w = WEIGHTS.copy()
    w *= x
    return np.sum(w * w)


@works(numbers(4))
def array_from_outside_sliced(x):
    w = WEIGHTS[1:] * x[1:]
    w[0] = x[0]
    return np.sum(w * w)


@works(numbers(4))
def copied_by_array(x):
    y = np.array(x)
    y += x
    return np.sum(y * y)


@works(numbers(4))
def default_array_is_shared(x):
    def scaled(v, by=x[:2] * 2):
        by += 1.0
        return v * by[0]

    return np.sum(scaled(x) * scaled(x))


@works(numbers(4), numbers(4, seed=2))
def arguments_swapped(x, y):
    x, y = y, x
    x *= y
    return np.sum(x + 2 * y)


@works(numbers(4))
def overwritten_name_of_an_argument(x):
    x = x * x
    x += 1.0
    return np.sum(x * x)


@works(np.arange(4), numbers(4), argnums=(1,))
def integer_argument_written(k, x):
    k += 1
    k[0] = 3
    return np.sum(k * x * x)


@works(numbers(4).astype(np.float32))
def float32_argument_written(x):
    x *= np.float32(2)
    x[0] = x[1] * x[2]
    return np.sum(x * x)


@works(numbers(5)[::2])
def strided_argument_written(x):
    x[1:] *= x[:-1]
    return np.sum(x * x)


@works(np.asfortranarray(numbers(3, 4)))
def fortran_argument_written(x):
    x[1] *= x[0]
    x.T[2] += 1.0
    return np.sum(x * x)


@refused("step returns None", "def step", numbers(5))
def step(u):
    u[1:-1] += u[2:] * u[:-2]


@refused("comes from outside of the function and is modified here", "WEIGHTS", numbers(4))
def array_from_outside_written(x):
    WEIGHTS[0] = x[0]
    return np.sum(WEIGHTS * x)
