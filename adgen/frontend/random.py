"""Random draws: `np.random.default_rng`, the methods of generators, and the functions of `np.random`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from adgen.errors import Refusal
from adgen.frontend.builtins import Keywords, handles
from adgen.frontend.containers import key_of
from adgen.frontend.indexing import array_like, get_at
from adgen.frontend.inplace import array_of
from adgen.frontend.machine import Machine
from adgen.frontend.memory import fresh, number, read, write
from adgen.frontend.values import NONE, AVal, ListV, Ref, Tup
from adgen.ir.core import Atom, Value
from adgen.ir.types import GENERATOR, dims_of, is_scalar
from adgen.rules.arithmetic import size_operand


@dataclass(frozen=True, slots=True)
class Method:
    """A method that draws: its parameters before `size`, by position as NumPy has them, and the dtype of what it
    draws."""

    params: tuple[str, ...]
    dtype: str = "float64"
    scalar: bool = False
    """A single draw is a NumPy scalar, not a Python number."""


# fmt: off
METHODS: dict[str, Method] = {
    "random":               Method(()),
    "standard_normal":      Method(()),
    "standard_exponential": Method(()),
    "standard_cauchy":      Method(()),
    "normal":               Method(("loc", "scale")),
    "uniform":              Method(("low", "high")),
    "exponential":          Method(("scale",)),
    "rayleigh":             Method(("scale",)),
    "laplace":              Method(("loc", "scale")),
    "gumbel":               Method(("loc", "scale")),
    "logistic":             Method(("loc", "scale")),
    "lognormal":            Method(("mean", "sigma")),
    "gamma":                Method(("shape", "scale")),
    "standard_gamma":       Method(("shape",)),
    "beta":                 Method(("a", "b")),
    "chisquare":            Method(("df",)),
    "standard_t":           Method(("df",)),
    "weibull":              Method(("a",)),
    "triangular":           Method(("left", "mode", "right")),
    "vonmises":             Method(("mu", "kappa")),
    "poisson":              Method(("lam",), "int64"),
    "binomial":             Method(("n", "p"), "int64"),
    "geometric":            Method(("p",), "int64"),
    "integers":             Method(("low", "high"), "int64", True),
    "randint":              Method(("low", "high"), "int64"),
    "choice":               Method(("a",), "int64", True),
    "permutation":          Method(("x",), "int64", True),
    "multivariate_normal":  Method(("mean", "cov")),
}
LEGACY = {"random_sample": "random", "ranf": "random", "sample": "random", "standard_normal": "standard_normal"}
# fmt: on


@handles(np.random.default_rng)
def make_generator(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    given = [*args, *keywords.values()]
    atoms = [cast(Atom, number(m, a)) for a in given if a != NONE]
    if len(atoms) > 1 or any(not is_scalar(a.type) for a in atoms):
        raise Refusal("np.random.default_rng takes a seed that is an int", "give one int")
    return m.builder.emit("generator", *atoms)


def is_generator(value: AVal) -> bool:
    return isinstance(value, Value) and value.type == GENERATOR


def is_global(obj: Any) -> bool:
    """Whether a callable is one of `np.random`, which draws from the global generator."""
    return obj in (np.random.seed, np.random.ranf, np.random.sample) or isinstance(
        getattr(obj, "__self__", None), np.random.RandomState
    )


def call_global(m: Machine, name: str, args: list[AVal], keywords: Keywords) -> AVal:
    """A function of `np.random`."""
    if name == "seed":
        atoms = tuple(cast(Atom, number(m, a)) for a in (*args, *keywords.values()))
        m.builder.emit_many("draw", atoms, {"method": "seed", "names": ("",) * len(atoms), "size": None, "dtype": None})
        return NONE
    if name in ("rand", "randn"):
        return emit(m, (), name, Method(()), {}, args, spread=True)
    return call_method(m, None, name, args, keywords)


def call_method(m: Machine, rng: Value | None, name: str, args: list[AVal], keywords: Keywords) -> AVal:
    """A draw; `rng` is None for the global generator."""
    method = METHODS.get(LEGACY.get(name, name))
    if name == "shuffle" and len(args) == 1 and not keywords:
        return shuffle(m, rng, args[0])
    if method is None:
        raise Refusal(
            f"the draw {name}() is not supported",
            f"draw outside and pass the numbers; supported are {', '.join(METHODS)}",
        )
    names = [*method.params, "size", *(("replace", "p") if name == "choice" else ())]
    if len(args) > len(names):
        raise Refusal(f"{name}() takes {len(names)} arguments here, got {len(args)}", f"they are {', '.join(names)}")
    given = dict(zip(names, args, strict=False)) | keywords
    wrong = [k for k in given if k not in names]
    if wrong:
        raise Refusal(f"the argument {wrong[0]}= of {name}() is not supported", f"supported are {', '.join(names)}")
    if name in ("choice", "permutation") and isinstance(given[method.params[0]], (Ref, ListV, Tup)):
        return picked(m, rng, name, given)
    size = given.pop("size", NONE)
    start = () if rng is None else (rng,)
    return emit(m, start, name, method, given, [] if size == NONE else sizes(m, size), size != NONE)


def sizes(m: Machine, size: AVal) -> list[AVal]:
    return list(size.items) if isinstance(size, Tup) else [size]


def emit(
    m: Machine, start: tuple[Atom, ...], name: str, method: Method, given: dict[str, AVal], size: list[AVal],
    sized: bool = False, spread: bool = False,
) -> AVal:
    numbers = {k: array_like(m, v) for k, v in given.items() if k != "replace"}
    operands = tuple(cast(Atom, number(m, s)) for s in size)
    attrs: dict[str, Any] = {
        "method": name, "names": tuple(numbers), "size": len(operands) if sized or (spread and size) else None,
        "dtype": method.dtype, "scalar": method.scalar,
    }
    if "replace" in given:
        attrs["replace"] = bool(key_of(given["replace"]))
    if name == "multivariate_normal":
        attrs["width"] = (dims_of(numbers["mean"].type) or (None,))[0]
    if name == "permutation":
        attrs |= {"size": None, "width": size_operand(numbers["x"])}
    if spread:
        attrs["spread"] = True
    (made,) = m.builder.emit_many("draw", (*start, *numbers.values(), *operands), attrs)
    return fresh(m, made)


def picked(m: Machine, rng: Value | None, name: str, given: dict[str, AVal]) -> AVal:
    """Elements or rows of an array: of random positions, which NumPy draws in the same way."""
    key = METHODS[name].params[0]
    source = fresh(m, array_like(m, given[key]))
    given = {**given, key: m.g.dim(array_like(m, source), 0).atom}
    positions = call_method(m, rng, name, [], given)
    return get_at(m, source, positions)


def shuffle(m: Machine, rng: Value | None, target: AVal) -> AVal:
    ref = array_of(m, target, "shuffle()")
    if rng is None or len(dims_of(read(m, ref).type) or ()) != 1:
        raise Refusal(
            "shuffle() is supported of a generator, of arrays of rank 1",
            "write y = y[rng.permutation(len(y))]",
        )
    order = call_method(m, rng, "permutation", [m.g.dim(read(m, ref), 0).atom], {})
    write(m, ref, cast(Atom, number(m, get_at(m, ref, order))))
    return NONE
