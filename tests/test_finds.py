"""What fuzzing found, shrunk: each was wrong or crashed once."""

from __future__ import annotations

import numpy as np
import pytest

import adgen
from tests.fuzz.programs import HEADER
from tests.fuzz.run import run
from tests.oracles import ORACLES

FINDS = {
    # a view of a buffer is written to in a callee, while its name is bound again: the loop's first attempt was refused,
    # and its second one ran on another value than the one carried
    "a name and a view part in a loop": ("refused", """
v1 = np.stack([x, x, x])
view = v1[1]
t = s
while t < 2.5:
    t = t + 0.3
    def g(j, q):
        view[j] += q
    g(k, s)
    v1 = np.cos(v1)
return np.sum(v1)
"""),
    # a slice of a list was not known to be a list of its own, which append changes
    "zeros for a list that grows": ("right", """
held = []
for e in x:
    held.append(np.tanh(0.17))
held = held[1:]
held.extend([A.mean(), s])
return np.tanh(sum(held))
"""),
    # of nested branches, the outer one took an array of the inner one's for a new one
    "an alias that depends on two conditions": ("refused", """
v = x * 1.0
alias = v
if s > 0.4:
    pass
elif s > -9.0:
    v = np.tanh(alias)
v -= s
return np.sum(alias)
"""),
    # the zeros for a tangent had the shape of a value that another branch made
    "a branch's value as a shape": ("right", """
v = np.tanh(-x[1:])
if np.var(y) < 0.45:
    pass
else:
    v *= -v
return np.sum(v)
"""),
    # zeros made on one path were taken for missing where they are there
    "writes through a name that may be two": ("right", """
v = np.sign(s) * np.ones(5)
w = 0.5 * v
e = v if s > 0.0 else w
e[1] += s
e[2] += s
return np.sum(v) + np.sum(w)
"""),
    # the zero cotangent of a name that is first bound in the loop was the number 0
    "first bound in a loop, then stored into": ("right", """
for i in range(x.shape[0]):
    v = A.mean(axis=0)
    v[0] = x[i]
return np.sum(v)
"""),
    # without dead code elimination a linear loop of which nothing is read was taken for a part of the forward sweep
    "a loop for nothing": ("right", """
for a, b in zip(x, y):
    v = 1.5
    if b < 0.44:
        pass
    else:
        if s > 0.33:
            continue
        a, w = (s, a)
    v *= a
return 0.1
"""),
    # the cotangents of a list that the linear loop does not read had no shape in reach
    "a window over a history": ("right", """
history = [x]
z = x
for _ in range(5):
    if len(history) < 2:
        z = z + s * history[-1]
    else:
        z = z + s * (1.5 * history[-1] - 0.5 * history[-2])
    history.append(np.array([z[1] * z[2], -z[0] * z[2], -0.5 * z[0] * z[1], z[3], z[4]]))
    if len(history) > 2:
        history.pop(0)
return np.sum(np.tanh(z))
"""),
}


@pytest.mark.parametrize(("kind", "body"), FINDS.values(), ids=FINDS.keys())
def test_find(kind: str, body: str) -> None:
    lines = "".join(f"    {line}\n" for line in body.strip().splitlines())
    outcome = run(f"{HEADER}def f(x, y, A, c, s, k):\n{lines}", 1, tuple(ORACLES))
    assert outcome.kind == kind, outcome


def test_a_cotangent_that_is_taken_apart_into_a_list_stays_as_it_was() -> None:
    """Its rows are the list's elements; what is added to an element must not be written into them."""
    def products(x, n):
        kept = [x, 2.0 * x]
        for k in range(n):
            kept.append(kept[k] * kept[k + 1])
        return np.stack(kept)

    x, y_bar = np.array([1.0, 2.0]), np.ones((5, 2))
    adgen.vjp(products, wrt="x")(x, 3, y_bar)
    assert np.all(y_bar == 1.0)
