"""Checks derivatives against numbers: differences, dot products, and the function's own value.

primal     the value that comes with a derivative is the function's, bit for bit; its arguments
           stay untouched
forward    J v against central differences (with Richardson extrapolation) along a random v
reverse    <w, J v> = <J^T w, v>
order      and the same again for the derivatives themselves

With arrays of CuPy's the derivatives are those for CuPy, and are compared on the host; their values may differ from the
function's in rounding, for operations are fused.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from adgen.api import Argnums, Names, jvp, vjp
from adgen.derivative import Derivative
from adgen.ir.tree import Tree, flatten, unflatten
from adgen.signature import (
    class_of,
    floated,
    has_float,
    is_array,
    is_leaf,
    is_ndarray,
    is_number,
    leaf_paths,
)
from adgen.targets import on_device, on_host, target_of

MOST_ELEMENTS = 200
"""How many elements of a leaf are looked at to find the one that is wrong."""
TOLERANCES = {"d": (1e-6, 1e-7, 1e-9), "f": (2e-2, 2e-2, 1e-3), "e": (2e-1, 2e-1, 1e-1)}
"""By precision: relative and absolute of differences, relative of the dot products."""
Function = Callable[..., Any]


class GradientError(AssertionError):
    """A derivative and the numbers part."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What stays the same through the orders."""

    argnums: tuple[int, ...]
    rtol: float
    atol: float
    dot_rtol: float
    step: float
    rng: np.random.Generator
    modes: tuple[str, ...]


def check_grads(
    function: Function,
    args: tuple[Any, ...],
    order: int = 2,
    *,
    argnums: Argnums = None,
    wrt: Names = None,
    modes: tuple[str, ...] = ("forward", "reverse"),
    rtol: float | None = None,
    atol: float | None = None,
    seed: int = 0,
) -> None:
    """Compare derivatives up to `order` with numbers; raises AssertionError naming the first place
    where they part.

    >>> import adgen
    >>> adgen.check_grads(lambda x: np.sum(np.sin(x)), (np.ones(3),), order=2)
    """
    args = args if isinstance(cast(object, args), tuple) else (args,)
    chosen = chosen_argnums(function, args, argnums, wrt)
    args = tuple(floated(a) if i in chosen else a for i, a in enumerate(args))
    precision = lowest_precision(args)
    relative, absolute, dots = TOLERANCES[precision]
    step = float(np.finfo(precision).eps) ** 0.2
    setting = Setting(
        chosen,
        relative if rtol is None else rtol,
        absolute if atol is None else atol,
        dots,
        step,
        np.random.default_rng(seed),
        modes,
    )
    if target_of(f"check_grads of {getattr(function, '__name__', 'a function')}", {"args": args}, "") == "cupy":
        function, args = OnDevice(function), on_host(args)
    _check(function, args, order, setting, "")


@dataclass(frozen=True, slots=True)
class OnDevice:
    """A function of CuPy's arrays, as one of NumPy's."""

    function: Function

    def __call__(self, *args: Any) -> Any:
        return on_host(self.function(*on_device(args, np.ndarray)))


def derived(operator: Callable[..., Derivative], function: Function, argnums: tuple[int, ...]) -> Function:
    """An operator's derivative of a function, for arrays that lie where the function's do."""
    if isinstance(function, OnDevice):
        return OnDevice(operator(function.function, argnums=argnums))
    return operator(function, argnums=argnums)


def chosen_argnums(
    function: Function, args: tuple[Any, ...], argnums: Argnums, wrt: Names
) -> tuple[int, ...]:
    """The positions of the arguments to check; by default all that hold floats."""
    if wrt is not None:
        parameters = list(inspect.signature(function).parameters)
        names = [n.strip() for n in wrt.split(",")] if isinstance(wrt, str) else list(wrt)
        return tuple(parameters.index(n) for n in names)
    if argnums is not None:
        return (argnums,) if isinstance(argnums, int) else tuple(argnums)
    floats = tuple(i for i, a in enumerate(args) if has_float(a))
    return floats or tuple(i for i, a in enumerate(args) if has_float(a, ints=True))


def lowest_precision(args: tuple[Any, ...]) -> str:
    """'e', 'f' or 'd': the lowest precision among the arguments."""
    kinds = {
        np.dtype(v.dtype if is_array(v) else class_of(v)).char.lower()
        for v in flat_of(args)[0]
        if has_float(v)
    }
    return next((k for k in "ef" if k in kinds), "d")


def _check(function: Function, args: tuple[Any, ...], order: int, s: Setting, above: str) -> None:
    where = f"{above}order {above.count(',') + 1}"
    forward, reverse = derived(jvp, function, s.argnums), derived(vjp, function, s.argnums)
    tangents = [random_like(args[i], s.rng) for i in s.argnums]
    value = function(*copied(args))
    if "forward" in s.modes:
        _check_primal(function, forward, args, tuple(tangents), value, s, f"{where}, forward mode")
        _check_forward(function, forward, args, tangents, s, f"{where}, forward mode")
    cotangent = random_like(value, s.rng)
    if "reverse" in s.modes:
        _check_primal(function, reverse, args, (cotangent,), value, s, f"{where}, reverse mode")
        _check_reverse(function, reverse, args, tangents, cotangent, s, f"{where}, reverse mode")
    if order > 1:
        if "forward" in s.modes:
            _check(forward, (*args, *tangents), order - 1, s, f"{where} forward mode, then ")
        if "reverse" in s.modes:
            _check(reverse, (*args, cotangent), order - 1, s, f"{where} reverse mode, then ")


def _check_primal(
    function: Function,
    derivative: Function,
    args: tuple[Any, ...],
    extra: tuple[Any, ...],
    value: Any,
    s: Setting,
    where: str,
) -> None:
    given = copied(args)
    got = derivative(*given, *extra)[0]
    exact = not isinstance(function, (Derivative, OnDevice))
    for a, b in zip(flat_of(value)[0], flat_of(got)[0], strict=True):
        same = (
            np.array_equal(a, b, equal_nan=True)
            if exact
            else np.allclose(a, b, rtol=max(1e-6, s.dot_rtol), equal_nan=True)
        )
        if np.shape(a) != np.shape(b) or not same:
            raise GradientError(
                f"{where}: the value that comes with the derivative is {b}, the function's is {a}"
            )
    for a, b in zip(flat_of(args)[0], flat_of(given)[0], strict=True):
        if not np.array_equal(a, b, equal_nan=True):
            raise GradientError(f"{where}: the derivative has changed its arguments")


def _check_forward(
    function: Function,
    derivative: Function,
    args: tuple[Any, ...],
    tangents: list[Any],
    s: Setting,
    where: str,
) -> None:
    def parts(direction: list[Any]) -> tuple[float, str] | None:
        claimed = derivative(*copied(args), *direction)[1]
        measured = differences(function, args, direction, s)
        return first_difference(claimed, measured, s.rtol, s.atol)

    found = parts(tangents)
    if found is None:
        return
    for name, direction in unit_directions(args, s.argnums):
        at = parts(direction)
        if at is not None:
            raise GradientError(f"{where}: with respect to {name}: {at[1]}")
    raise GradientError(f"{where}: along a random direction: {found[1]}")


def _check_reverse(
    function: Function,
    derivative: Function,
    args: tuple[Any, ...],
    tangents: list[Any],
    cotangent: Any,
    s: Setting,
    where: str,
) -> None:
    bars = derivative(*copied(args), cotangent)[1]
    bars = bars if len(s.argnums) > 1 else (bars,)
    forward = derived(jvp, function, s.argnums)

    def parts(direction: list[Any]) -> str | None:
        dots = forward(*copied(args), *direction)[1]
        pushed, pulled = inner(cotangent, dots), inner(bars, direction)
        size = max(inner_size(cotangent, dots), inner_size(bars, direction))
        if abs(pushed - pulled) <= s.dot_rtol * size + 1e-12 or (
            np.isnan(pushed) and np.isnan(pulled)
        ):
            return None
        return f"<w, J v> = {pushed:.9g}, but <J^T w, v> = {pulled:.9g}"

    found = parts(tangents)
    if found is None:
        return
    for name, direction in unit_directions(args, s.argnums):
        at = parts(direction)
        if at is not None:
            raise GradientError(f"{where}: with respect to {name}: {at}")
    raise GradientError(f"{where}: along a random direction: {found}")


def differences(
    function: Function, args: tuple[Any, ...], direction: list[Any], s: Setting
) -> list[Any]:
    """Leaves of the directional derivative by central differences, extrapolated once."""

    def along(h: float) -> list[Any]:
        moved = list(copied(args))
        for i, d in zip(s.argnums, direction, strict=True):
            moved[i] = shifted(moved[i], d, h)
        return flat_of(function(*moved))[0]

    def central(h: float) -> list[Any]:
        return [
            (np.asarray(a) - np.asarray(b)) / (2.0 * h) if has_float(a) else np.zeros(np.shape(a))
            for a, b in zip(along(h), along(-h), strict=True)
        ]

    return [
        (4.0 * fine - coarse) / 3.0
        for fine, coarse in zip(central(s.step / 2), central(s.step), strict=True)
    ]


def first_difference(
    claimed: Any, measured: list[Any], rtol: float, atol: float
) -> tuple[float, str] | None:
    """The first element where a tangent and the differences part."""
    flat, tree = flat_of(claimed)
    paths = leaf_paths(tree, "result")
    for path, a, b in zip(paths, flat, measured, strict=True):
        if np.shape(a) != np.shape(b):
            return (
                0.0,
                f"{path}: the derivative has shape {np.shape(a)}, the function {np.shape(b)}",
            )
        scale = atol + rtol * max(1.0, float(np.max(np.abs(b), initial=0.0)))
        wrong = ~np.isclose(a, b, rtol=rtol, atol=scale, equal_nan=True)
        if np.any(wrong):
            at = tuple(int(i[0]) for i in np.nonzero(np.atleast_1d(wrong))) if np.ndim(a) else ()
            x, y = (np.asarray(v)[at] for v in (a, b))
            place = f"{path}[{', '.join(map(str, at))}]" if at else path
            return float(
                abs(x - y)
            ), f"the derivative of {place} is {x:.9g}, differences give {y:.9g}"
    return None


# Vectors in the structure of arguments and results


def flat_of(value: Any) -> tuple[list[Any], Tree]:
    return flatten(value, is_number)


def copied(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Arguments of their own for a call that may write to them, or draw from them."""
    flat, tree = flatten(args, is_leaf)
    return unflatten(tree, iter([v if is_number(v) and not is_ndarray(v) else copy.deepcopy(v) for v in flat]))


def random_like(value: Any, rng: np.random.Generator) -> Any:
    """Random numbers in the structure, shapes and dtypes of a value; zeros where it is no float."""

    def leaf(v: Any) -> Any:
        if not has_float(v):
            return 0.0 if not np.ndim(v) else np.zeros(np.shape(v))
        noise = rng.normal(size=np.shape(v))
        if np.iscomplexobj(v):
            noise = noise + 1j * rng.normal(size=np.shape(v))
        return like(noise, v)

    flat, tree = flat_of(value)
    return unflatten(tree, iter([leaf(v) for v in flat]))


def like(noise: Any, value: Any) -> Any:
    """Numbers in the class and dtype of a value."""
    if is_array(value):
        made = np.asarray(noise).astype(value.dtype)
        return made if is_ndarray(value) else made[()]
    return type(value)(noise)


def shifted(value: Any, direction: Any, h: float) -> Any:
    flat, tree = flat_of(value)
    moved = [like(v + h * d, v) for v, d in zip(flat, flat_of(direction)[0], strict=True)]
    return unflatten(tree, iter(moved))


def inner(a: Any, b: Any) -> float:
    """The real inner product of two structures."""
    pairs = zip(flat_of(a)[0], flat_of(b)[0], strict=True)
    return sum(complex(cast(Any, np.vdot)(x, y)).real for x, y in pairs)


def inner_size(a: Any, b: Any) -> float:
    """What rounding in `inner` is relative to."""
    pairs = zip(flat_of(a)[0], flat_of(b)[0], strict=True)
    return float(sum(np.sum(np.abs(np.asarray(x) * np.asarray(y))) for x, y in pairs))


def unit_directions(
    args: tuple[Any, ...], argnums: tuple[int, ...]
) -> Iterator[tuple[str, list[Any]]]:
    """A direction for each element, named, leaf by leaf."""
    zeros = [zero_like(args[i]) for i in argnums]
    for position, i in enumerate(argnums):
        flat, tree = flat_of(zeros[position])
        for k, path in enumerate(leaf_paths(tree, f"argument {i}")):
            for at in list(np.ndindex(np.shape(flat[k])))[:MOST_ELEMENTS]:
                unit = np.array(flat[k])
                unit[at] = 1.0
                moved = [like(unit, v) if j == k else v for j, v in enumerate(flat)]
                direction = [
                    unflatten(tree, iter(moved)) if p == position else z
                    for p, z in enumerate(zeros)
                ]
                yield f"{path}, element {at}" if at else path, direction


def zero_like(value: Any) -> Any:
    flat, tree = flat_of(value)
    return unflatten(tree, iter([like(np.zeros(np.shape(v)), v) for v in flat]))
