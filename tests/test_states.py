"""Every public callable of NumPy and SciPy has a state, and docs/functions.md says which."""

from __future__ import annotations

from adgen.frontend.attributes import NOT_ON_ARRAYS
from adgen.rules.lowering import METHODS, REFUSED
from tests.states import DIFFERENTIABLE, REFUSED_STATE, differentiable, entries, missing, states

LEAST = 330
"""Callables that are differentiable, each counted once, whatever the number of its names."""


def test_every_public_callable_is_thought_of() -> None:
    names = missing()
    assert not names, f"{len(names)} callables are neither supported nor refused with a reason:\n{', '.join(names)}"


def test_enough_is_differentiable() -> None:
    found = len(differentiable())
    assert found >= LEAST, f"{found} callables are differentiable, at least {LEAST} are promised"


def test_states_that_are_known() -> None:
    """The walk itself is right about functions that everyone knows."""
    kinds = {entry.path: state.kind for entry, state in states().items()}
    assert kinds["np.sin"] == kinds["np.sum"] == kinds["np.where"] == kinds["np.linalg.inv"] == DIFFERENTIABLE
    assert kinds["np.floor"] == kinds["np.argmax"] == kinds["ndarray.argsort"] == "zero derivative"
    assert kinds["np.isnan"] == kinds["np.zeros_like"] == kinds["np.shape"] == kinds["ndarray.shape"] == "passive"
    assert kinds["ndarray.tobytes"] == REFUSED_STATE


def test_each_namespace_is_walked() -> None:
    spaces = {entry.space for entry in entries()}
    assert {"np", "np.linalg", "np.fft", "ndarray", "scipy.special", "scipy.stats", "scipy.optimize"} <= spaces


def test_reasons_are_given() -> None:
    for row in REFUSED.values():
        assert row.reason and row.hint, row.name
    assert not METHODS.keys() & NOT_ON_ARRAYS.keys()
