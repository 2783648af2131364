"""Views and aliases: a write through one name is seen through all that share its buffer."""

from __future__ import annotations

import numpy as np

from tests.semantics.catalogue import Catalogue, numbers

CATALOGUE = Catalogue()
works, refused = CATALOGUE.works, CATALOGUE.refused


@works(numbers(4))
def alias_then_write(x):
    y = x * 2
    z = y
    z += x * x
    return np.sum(y * z)


@works(numbers(5))
def view_then_write(x):
    y = x * x
    v = y[0:2]
    v[0] = x[4] * y[1]
    return np.sum(y * y)


@refused("a result of broadcast is read-only", "v[0]", numbers(4))
def write_to_broadcast(x):
    v = np.broadcast_to(x, (3, 4))
    v[0] = 1.0
    return np.sum(v)
