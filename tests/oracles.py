"""Oracles: independent ways to know that a derivative is right. Each raises `Mismatch`.

    check(case)                 runs every oracle that applies to a `Case`
    ORACLES                     all of them, by name

Trees of arguments and results are tuples, lists and dicts of numbers and arrays; what is not
inexact (ints, strings, None) has no derivative and is left alone.
"""
from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import adgen

RTOL = 1e-6
"""Agreement asked of a derivative with differences, relative to the size of what is compared."""


class Mismatch(AssertionError):
    """An oracle found a wrong derivative. `oracle` is its name."""

    def __init__(self, oracle: str, message: str):
        super().__init__(f"{oracle}: {message}")
        self.oracle = oracle


@dataclass
class Case:
    """A function at a point."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    wrt: tuple[int, ...] = (0,)
    seed: int = 99
    """Of the directions: another one than points are drawn with, for along x itself a function of degree 0 has none."""
    options: dict[str, Any] = field(default_factory=dict)
    """Options for adgen's operators, such as `off`."""
    rtol: float = RTOL
    exact: bool = True
    """Whether the value inside is that of the function bit for bit; else to a few units of rounding."""

    def fresh(self) -> tuple[Any, ...]:
        """Arguments of their own for one call."""
        return copy.deepcopy(self.args)

    def value(self) -> Any:
        return self.function(*self.fresh())

    def directions(self) -> tuple[Any, ...]:
        """A random tangent for each argument asked for, and a random cotangent for the result."""
        rng = np.random.default_rng(self.seed)
        return tuple(random_like(self.args[i], rng) for i in self.wrt)

    def cotangent(self) -> Any:
        return random_like(self.value(), np.random.default_rng(self.seed + 1))

    def jvp(self, tangents: tuple[Any, ...]) -> tuple[Any, Any]:
        return self.operator(adgen.jvp)(*self.fresh(), *tangents)

    def vjp(self, cotangent: Any) -> tuple[Any, Any]:
        return self.pull(self.operator(adgen.vjp), self.fresh(), cotangent)

    def operator(self, transform: Callable[..., Any]) -> Any:
        """adgen.jvp or adgen.vjp of the function, for the arguments asked for."""
        argnums = self.wrt[0] if len(self.wrt) == 1 else self.wrt
        return transform(self.function, argnums=argnums, **self.options)

    def pull(self, derivative: Any, args: tuple[Any, ...], cotangent: Any) -> tuple[Any, Any]:
        """(value, a cotangent for each argument asked for) of a vjp."""
        value, bars = derivative(*args, cotangent)
        return value, (bars,) if len(self.wrt) == 1 else bars


# Trees

def leaves(tree: Any) -> Iterator[Any]:
    """The numbers and arrays of a tree, in order."""
    match tree:
        case tuple() | list():
            for item in tree:
                yield from leaves(item)
        case dict():
            for item in tree.values():
                yield from leaves(item)
        case _:
            yield tree


def tree_map(function: Callable[..., Any], tree: Any, *others: Any) -> Any:
    match tree:
        case tuple() | list():
            items = [tree_map(function, *together) for together in zip(tree, *others, strict=True)]
            return type(tree)(*items) if hasattr(tree, "_fields") else type(tree)(items)
        case dict():
            return {k: tree_map(function, v, *(o[k] for o in others)) for k, v in tree.items()}
        case _:
            return function(tree, *others)


def is_inexact(leaf: Any) -> bool:
    return isinstance(leaf, (float, complex, np.ndarray,
                             np.generic)) and np.asarray(leaf).dtype.kind in "fc"


def random_like(tree: Any, rng: np.random.Generator) -> Any:
    """A random tree in the structure of `tree`; a leaf that is not inexact gets its zero."""
    def leaf(value: Any) -> Any:
        if not is_inexact(value):
            return value
        array = np.asarray(value)
        made = rng.normal(size=array.shape)
        if array.dtype.kind == "c":
            made = made + 1j * rng.normal(size=array.shape)
        plain = {float: float, complex: complex}.get(type(value))
        return plain(made) if plain else made.astype(array.dtype)
    return tree_map(leaf, tree)


def inner(a: Any, b: Any) -> float:
    """Real inner product of two trees over their inexact leaves."""
    pairs = zip(leaves(a), leaves(b), strict=True)
    return float(sum(np.real(np.vdot(x, y)) for x, y in pairs if is_inexact(y) and is_inexact(x)))


def size(tree: Any) -> float:
    """Largest magnitude in a tree."""
    return max((float(np.max(np.abs(x), initial=0.0)) for x in leaves(tree) if is_inexact(x)),
               default=0.0)


def distance(a: Any, b: Any) -> float:
    """Largest difference between two trees; inf where shapes differ."""
    worst = 0.0
    for x, y in zip(leaves(a), leaves(b), strict=True):
        if np.shape(x) != np.shape(y):
            return np.inf
        if is_inexact(x) or is_inexact(y):
            gap = np.abs(np.asarray(x) - np.asarray(y))
            same = np.asarray(x) == np.asarray(y)
            worst = max(worst, float(np.max(np.where(same, 0.0, gap), initial=0.0)))
    return np.inf if np.isnan(worst) else worst


def same_bits(a: Any, b: Any) -> bool:
    """Whether two trees hold the same numbers, bit for bit, in the same shapes."""
    flat_a, flat_b = list(leaves(a)), list(leaves(b))
    return len(flat_a) == len(flat_b) and all(
        np.shape(x) == np.shape(y) and np.asarray(x).tobytes() == np.asarray(y).tobytes()
        for x, y in zip(flat_a, flat_b, strict=True))


class Regrouped(Mismatch):
    """The value is the function's own but for the last bits.

    NumPy sums in the order in which an array lies in memory. A sum over an array in Fortran order
    that was modified in place may be taken over a copy in C order (docs/conventions.md).
    """


def require_same_bits(operator: str, found: Any, expected: Any) -> None:
    """Raise unless a derivative's value is the function's, bit for bit."""
    if same_bits(found, expected):
        return
    near = distance(found, expected) <= 4e-15 * (1.0 + size(expected))
    kind = Regrouped if near else Mismatch
    raise kind("primal", f"{operator}'s value {found!r} is not the function's {expected!r}")


def require_value(operator: str, case: Case, found: Any, expected: Any) -> None:
    """Raise unless a derivative's value is the function's."""
    if case.exact:
        require_same_bits(operator, found, expected)
        return
    floats = [x for x in leaves((case.args, expected)) if is_inexact(x)]
    unit = max((float(np.finfo(np.asarray(x).dtype).eps) for x in floats), default=0.0)
    for x, y in zip(leaves(found), leaves(expected), strict=True):
        if np.asarray(x).dtype != np.asarray(y).dtype:
            raise Mismatch("primal", f"{operator}'s value is of {np.asarray(x).dtype}, not {np.asarray(y).dtype}")
        if is_inexact(y) and not np.array_equal(x, y, equal_nan=True):
            require_close("primal", x, y, 200.0 * unit)
        elif is_inexact(y):
            continue
        else:
            require_same_bits(operator, x, y)


def require_close(oracle: str, found: Any, expected: Any, rtol: float, slack: float = 0.0) -> None:
    """Raise unless two trees agree, relative to their size."""
    gap, scale = distance(found, expected), 1.0 + max(size(found), size(expected))
    if not gap <= rtol * scale + slack:
        raise Mismatch(oracle, f"differs by {gap:.3e} (size {scale:.3e})\n"
                               f"  found    {found!r}\n  expected {expected!r}")


# Numerical derivatives

def along(case: Case, tangents: tuple[Any, ...], h: complex) -> Any:
    """f at the point, moved by h along the tangents."""
    args = list(case.fresh())
    for i, tangent in zip(case.wrt, tangents, strict=True):
        args[i] = tree_map(lambda x, d: x + h * d if is_inexact(x) else x, args[i], tangent)
    return case.function(*args)


def combine(a: Any, b: Any, alpha: float, beta: float) -> Any:
    """alpha a + beta b, over the inexact leaves."""
    return tree_map(lambda x, y: alpha * x + beta * y if is_inexact(x) else x, a, b)


def numerical_jvp(case: Case, tangents: tuple[Any, ...], h: float = 1e-2) -> tuple[Any, float]:
    """Derivative along the tangents by Ridders' method (extrapolated differences); its error."""
    best, error = None, np.inf
    table: list[list[Any]] = []
    for _ in range(7):
        ahead, behind = along(case, tangents, h), along(case, tangents, -h)
        row = [combine(ahead, behind, 0.5 / h, -0.5 / h)]
        for k, before in enumerate(table[-1] if table else []):
            weight = 4.0 ** (k + 1)
            row.append(combine(row[-1], before, weight / (weight - 1), -1.0 / (weight - 1)))
            guess = max(distance(row[-1], row[-2]), distance(row[-1], before))
            if guess < error:
                best, error = row[-1], guess
        table.append(row)
        h /= 2.0
    return best, error


def complex_step(case: Case, tangents: tuple[Any, ...]) -> Any:
    """Derivative along the tangents through the imaginary part; for functions that are analytic."""
    moved = along(case, tangents, 1e-30j)
    return tree_map(lambda y: np.imag(y) / 1e-30, moved)


# The oracles

def primal(case: Case) -> None:
    """The value inside is the function's own, bit for bit, and arguments are untouched."""
    expected, args = case.value(), case.fresh()
    before = copy.deepcopy(args)
    value, _ = case.pull(case.operator(adgen.vjp), args, case.cotangent())
    require_value("vjp", case, value, expected)
    if not same_bits(args, before):
        raise Mismatch("primal", "vjp changed its arguments")
    value, _ = case.operator(adgen.jvp)(*args, *case.directions())
    require_value("jvp", case, value, expected)
    if not same_bits(args, before):
        raise Mismatch("primal", "jvp changed its arguments")


def finite_differences(case: Case) -> bool:
    """The jvp agrees with differences. False: they cannot be trusted here (a kink)."""
    return agrees_with_differences("finite differences", case, case.jvp(case.directions())[1])


def agrees_with_differences(oracle: str, case: Case, found: Any) -> bool:
    """Compare a jvp with differences, at three scales: a kink may lie within the larger ones."""
    for h in (1e-2, 1e-4, 1e-6):
        expected, error = numerical_jvp(case, case.directions(), h)
        if error > 1e-3 * (1.0 + size(expected)):
            continue
        try:
            require_close(oracle, found, expected, case.rtol, slack=10.0 * error)
            return True
        except Mismatch:
            if h == 1e-6:
                raise
    return False


def dot_product(case: Case) -> None:
    """<w, J v> == <J^T w, v>, to rounding."""
    tangents, cotangent = case.directions(), case.cotangent()
    forward, reverse = case.jvp(tangents)[1], case.vjp(cotangent)[1]
    for i, bar in zip(case.wrt, reverse, strict=True):
        require_shapes("dot product", bar, case.args[i])
    a, b = inner(cotangent, forward), inner(reverse, tangents)
    scale = 1.0 + abs(a) + size(forward) * size(cotangent)
    if not abs(a - b) <= 1e-9 * scale:
        raise Mismatch("dot product", f"<w, J v> = {a!r}, <J^T w, v> = {b!r}")


def require_shapes(oracle: str, found: Any, like: Any) -> None:
    """A cotangent has the structure, shapes and dtypes of its argument."""
    for x, y in zip(leaves(found), leaves(like), strict=True):
        if is_inexact(y) and np.shape(x) != np.shape(y):
            shapes = f"{np.shape(x)} for a value of shape {np.shape(y)}"
            raise Mismatch(oracle, f"a cotangent of shape {shapes}")
        if isinstance(y, np.ndarray) and is_inexact(y) and np.asarray(x).dtype != y.dtype:
            raise Mismatch(oracle, f"a cotangent of {np.asarray(x).dtype} for a value of {y.dtype}")


def repeatable(case: Case) -> None:
    """Called twice it gives the same, also when the first results are overwritten between."""
    derivative = case.operator(adgen.vjp)
    args, cotangent = case.fresh(), case.cotangent()
    first = case.pull(derivative, args, cotangent)
    kept = copy.deepcopy(first)
    for leaf in leaves(first):
        if isinstance(leaf, np.ndarray) and leaf.flags.writeable and not _shares(leaf, args):
            leaf.fill(123)
    if not same_bits(case.pull(derivative, args, cotangent), kept):
        raise Mismatch("called twice", "the second call differs from the first")


def _shares(leaf: Any, tree: Any) -> bool:
    return any(isinstance(x, np.ndarray) and np.shares_memory(x, leaf) for x in leaves(tree))


def no_aliases(case: Case) -> None:
    """Cotangents share no memory with each other, the arguments, or the value."""
    args, cotangent = case.fresh(), case.cotangent()
    value, bars = case.pull(case.operator(adgen.vjp), args, cotangent)
    arrays = [x for x in leaves(bars) if isinstance(x, np.ndarray)]
    for i, array in enumerate(arrays):
        others = {"another cotangent": arrays[:i], "an argument": args,
                  "the cotangent given": cotangent, "the value": value}
        for what, other in others.items():
            if _shares(array, other):
                raise Mismatch("aliases", f"cotangent {i} shares memory with {what}")


def contiguity(case: Case) -> None:
    """Arguments that are not contiguous give the same derivative."""
    def spread(x: Any) -> Any:
        if not (isinstance(x, np.ndarray) and x.ndim):
            return x
        wide = np.zeros(x.shape[:-1] + (2 * x.shape[-1],), x.dtype)
        wide[..., ::2] = x
        return wide[..., ::2]

    apart = Case(case.function, tree_map(spread, case.args), case.wrt, case.seed, case.options)
    expected = case.vjp(case.cotangent())[1]
    found = case.pull(case.operator(adgen.vjp), apart.args, case.cotangent())[1]
    require_close("contiguity", found, expected, 1e-9)


def optimisations(case: Case) -> None:
    """Each optimisation switched off, one at a time and all together, gives the same derivative."""
    from adgen.transforms import OPTIMISATIONS
    names = tuple(sorted(OPTIMISATIONS))
    cotangent = case.cotangent()
    expected = case.vjp(cotangent)
    for off in [(name,) for name in names] + [names]:
        other = Case(case.function, case.args, case.wrt, case.seed, {**case.options, "off": off})
        found = other.vjp(cotangent)
        require_close(f"without {', '.join(off)}", found[1], expected[1], 1e-9)
        if not same_bits(found[0], expected[0]):
            raise Mismatch(f"without {', '.join(off)}", "the value differs")


def second_order(case: Case) -> None:
    """Hessian times vector: symmetric, the same in reverse over reverse, and by differences."""
    if np.shape(case.value()) != () or len(case.wrt) != 1:
        return
    which = case.wrt[0]
    slope = adgen.grad(case.function, argnums=which, **case.options)
    by_slope = Case(slope, case.args, case.wrt, case.seed, case.options, max(case.rtol, 1e-5))
    (v,) = by_slope.directions()
    u = random_like(case.args[which], np.random.default_rng(case.seed + 2))
    _, hv = by_slope.jvp((v,))
    _, hu = by_slope.jvp((u,))
    a, b = inner(u, hv), inner(v, hu)
    if not abs(a - b) <= 1e-7 * (1.0 + abs(a) + size(hu) * size(v)):
        raise Mismatch("Hessian symmetry", f"<u, H v> = {a!r}, <v, H u> = {b!r}")
    _, (reverse,) = by_slope.vjp(v)
    require_close("reverse over reverse", reverse, hv, 1e-7)
    agrees_with_differences("second order by differences", by_slope, hv)


# fmt: off
ORACLES: dict[str, Callable[[Case], Any]] = {
    "primal":             primal,
    "finite differences": finite_differences,
    "dot product":        dot_product,
    "called twice":       repeatable,
    "aliases":            no_aliases,
    "contiguity":         contiguity,
    "optimisations":      optimisations,
    "second order":       second_order,
}
# fmt: on


def check(case: Case, oracles: tuple[str, ...] = tuple(ORACLES)) -> None:
    """Run the oracles named; the first that finds something wrong raises `Mismatch`."""
    for name in oracles:
        ORACLES[name](case)
