"""Linear filters of `scipy.ndimage`: `correlate convolve` and their one-dimensional forms, `gaussian_filter
uniform_filter laplace gaussian_laplace prewitt sobel`.

The tangent is the filter itself, with zeros beyond the border where `cval` is a constant. The transpose is the reversed
filter, of the same cost, and what `adgen.rules.borders` says of the border. With respect to the weights, results and
transposes are correlations of the extended input.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, cast

import numpy as np

from adgen.errors import Refusal
from adgen.ir.core import Atom, Attrs, Const, Op
from adgen.ir.types import ArrayT, Type, dims_of, dtype_of, is_complex
from adgen.rules.borders import Width, checked_mode, extend, filter_transpose, is_symmetric, known_sizes, reversed_all
from adgen.rules.lowering import Result, axis_of, lowers, static
from adgen.rules.shapes import array_of, known_dims, listed
from adgen.rules.table import E, Ops, Rule, Transposer, add_rule

ndimage: Any = importlib.import_module("scipy.ndimage")

AnyOps = Ops | Transposer
Dots = tuple[E | None, ...]


def image_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    """Filters keep the shape and the dtype."""
    if is_complex(args[0].type):
        raise Refusal("filters of scipy.ndimage on complex arrays are not supported",
                      "filter the real and the imaginary part")
    return ArrayT(dtype_of(args[0].type), known_dims(args[0].type))


def without_constant(attrs: Attrs) -> dict[str, Any]:
    """The settings for a tangent: beyond the border it is zero."""
    return {**attrs, "cval": 0.0}


def modes_of(op: Op, rank: int) -> tuple[str, ...]:
    """The mode along each axis that is filtered; 'wrap' elsewhere, where nothing is read beyond the border."""
    mode, axes = op.attrs["mode"], axes_of_op(op, rank)
    modes: list[str] = each(mode, len(axes))
    chosen = dict(zip(axes, modes, strict=True))
    return tuple(chosen.get(k, "wrap") for k in range(rank))


def axes_of_op(op: Op, rank: int) -> tuple[int, ...]:
    axes = cast("tuple[int, ...] | None", op.attrs.get("axes"))
    return tuple(range(rank)) if axes is None else axes


def as_type(g: AnyOps, x: E, t: Type) -> E:
    return x if x.dtype == dtype_of(t) else g("convert", x, dtype=dtype_of(t))


# Correlations with weights

def spans_of(op: Op) -> tuple[Width, ...]:
    """How far the result at i reads before and behind i, along each axis."""
    rank = len(dims_of(op.args[0].type) or ())
    sizes = [int(cast(int, d)) for d in dims_of(op.args[1].type) or ()]
    origins = listed(op.attrs["origin"])
    axes = (op.attrs["axis"],) if "axis" in op.attrs else axes_of_op(op, rank)
    origins = origins * len(axes) if len(origins) == 1 else origins
    reaches = [reach(n, o, "convolve" in op.name) for n, o in zip(sizes, origins, strict=True)]
    spans = dict(zip(axes, reaches, strict=True))
    return tuple(spans.get(k, (0, 0)) for k in range(rank))


def reach(size: int, origin: int, convolved: bool) -> Width:
    before = (size - 1) // 2 - origin if convolved else size // 2 + origin
    return before, size - 1 - before


def weighted_tangent(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots) -> E | None:
    (x, w), (x_dot, w_dot) = args, dots
    first = None if x_dot is None else g(op.name, x_dot, w, **without_constant(op.attrs))
    second = None if w_dot is None else g(op.name, x, w_dot, **op.attrs)
    return second if first is None else first if second is None else first + second


def weighted_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    x, w = (g.wrap(v) for v in op.args)
    rule = by_input if linear == (0,) else by_weights
    return (as_type(g, rule(g, op, x, w, ct), op.args[linear[0]].type),)


def by_input(g: Transposer, op: Op, x: E, w: E, ct: E) -> E:
    """The partner, a convolution of a correlation and the other way round, with the same origin."""
    rank = len(dims_of(op.args[0].type) or ())
    axes = (op.attrs["axis"],) if "axis" in op.attrs else axes_of_op(op, rank)
    places = {axis: k for k, axis in enumerate(axes)}
    spans = spans_of(op)
    even = all(b == a for b, a in spans) and isinstance(w.atom, Const)
    symmetric = tuple(even and (k not in places or is_symmetric(w, places[k])) for k in range(rank))
    whole = even and isinstance(w.atom, Const) and np.array_equal(w.atom.value, np.flip(w.atom.value))
    partner = op.name if whole else PARTNER[op.name]
    modes = tuple(op.attrs["mode"] if k in places else "wrap" for k in range(rank))

    def reverse(x: E, modes: tuple[str, ...]) -> E:
        used = {modes[k] for k in axes if any(spans[k])} or {modes[axes[0]]}
        assert len(used) == 1, "an axis along which the filter reads one element has no border"
        return g(partner, x, w, **{**op.attrs, "mode": used.pop(), "cval": 0.0})

    return filter_transpose(g, ct, op.args[0], modes, spans, (all(symmetric),) * rank, reverse)


def by_weights(g: Transposer, op: Op, x: E, w: E, ct: E) -> E:
    """The correlation of the extended input with the cotangent."""
    rank = x.rank
    axis = op.attrs.get("axis")
    modes = (op.attrs["mode"],) * rank if axis is not None else modes_of(op, rank)
    wide = extend(g, x, spans_of(op), modes, op.attrs["cval"])
    made = g("signal.correlate", wide, ct, mode="valid", method="auto")
    if made.rank != w.rank:
        made = g.reshape(made, tuple(known_sizes(w, "the weights")))
    return reversed_all(g, made) if "convolve" in op.name else made


PARTNER = {
    "ndimage.correlate": "ndimage.convolve", "ndimage.convolve": "ndimage.correlate",
    "ndimage.correlate1d": "ndimage.convolve1d", "ndimage.convolve1d": "ndimage.correlate1d",
}


# Filters of known weights

def plain_tangent(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots) -> E | None:
    if any(dot is not None for dot in dots[1:]):
        raise Refusal(f"scipy.{op.name} has no derivative with respect to the width of the filter here",
                      "differentiate with respect to the input, or write the weights out and use correlate1d")
    return None if dots[0] is None else g(op.name, dots[0], *args[1:], **without_constant(op.attrs))


Reach = Callable[[Op], tuple[tuple[Width, ...], tuple[bool, ...], float, dict[str, Any]]]
"""Of an op: its spans, whether it is even along each axis, the sign and the settings of its reversal."""


def known_transpose(describe: Reach) -> Any:
    def transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
        rank = len(dims_of(op.args[0].type) or ())
        axes = axes_of_op(op, rank)
        spans, even, sign, settings = describe(op)

        def reverse(x: E, modes: tuple[str, ...]) -> E:
            chosen = tuple(modes[k] for k in axes)
            mode = chosen[0] if len(set(chosen)) == 1 else chosen
            made = g(op.name, x, *op.args[1:], **{**op.attrs, "cval": 0.0, "mode": mode, **settings})
            return -made if sign < 0 else made

        made = filter_transpose(g, ct, op.args[0], modes_of(op, rank), spans, even, reverse)
        return (as_type(g, made, op.args[0].type),)

    return transpose


def uniform_reach(op: Op) -> Any:
    rank = len(dims_of(op.args[0].type) or ())
    axes = (op.attrs["axis"],) if "axis" in op.attrs else axes_of_op(op, rank)
    sizes, origins = (each(op.attrs[key], len(axes)) for key in ("size", "origin"))
    spans: list[Width] = [(0, 0)] * rank
    for k, size, origin in zip(axes, sizes, origins, strict=True):
        spans[k] = reach(size, origin, False)
    turned = tuple(-o - (1 if n % 2 == 0 else 0) for n, o in zip(sizes, origins, strict=True))
    settings: dict[str, Any] = {"origin": turned[0] if len(set(turned)) == 1 else turned}
    return tuple(spans), tuple(b == a for b, a in spans), 1.0, settings


def each(value: Any, count: int) -> list[Any]:
    found = listed(value)
    return found * count if len(found) == 1 else found


def gaussian_reach(op: Op) -> Any:
    rank = len(dims_of(op.args[0].type) or ())
    axes = (op.attrs["axis"],) if "axis" in op.attrs else axes_of_op(op, rank)
    given: list[Any] = list(op.attrs.get("sigma", ())) or [getattr(a, "value", None) for a in op.args[1:]]
    sigmas = [None if s is None else float(s) for s in given]
    radii, orders = each(op.attrs["radius"], len(axes)), each(op.attrs.get("order", 0), len(axes))
    sigmas = sigmas * len(axes) if len(sigmas) == 1 else sigmas
    spans: list[Width] = [(0, 0)] * rank
    even, sign = [True] * rank, 1.0
    for k, sigma, radius, order in zip(axes, sigmas, radii, orders, strict=True):
        if radius is None and sigma is not None:
            radius = int(op.attrs["truncate"] * sigma + 0.5)
        spans[k] = (radius, radius) if radius is not None else (-1, -1)
        even[k] = order % 2 == 0
        sign = sign if even[k] else -sign
    return tuple(spans), tuple(even), sign, {}


def laplace_reach(op: Op) -> Any:
    rank = len(dims_of(op.args[0].type) or ())
    axes = axes_of_op(op, rank)
    return tuple((1, 1) if k in axes else (0, 0) for k in range(rank)), (True,) * rank, 1.0, {}


def gaussian_laplace_reach(op: Op) -> Any:
    return gaussian_reach(op)


def edge_reach(op: Op) -> Any:
    """A difference along one axis, of means along the others."""
    rank = len(dims_of(op.args[0].type) or ())
    return ((1, 1),) * rank, tuple(k != op.attrs["axis"] for k in range(rank)), -1.0, {}


def one_axis(describe: Reach) -> Any:
    """The transpose of a filter along the axis `axis` alone, whose mode is one."""
    def transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
        rank, axis = len(dims_of(op.args[0].type) or ()), op.attrs["axis"]
        spans, even, sign, settings = describe(op)
        modes = tuple(op.attrs["mode"] if k == axis else "wrap" for k in range(rank))

        def reverse(x: E, modes: tuple[str, ...]) -> E:
            made = g(op.name, x, *op.args[1:], **{**op.attrs, "cval": 0.0, "mode": modes[axis], **settings})
            return -made if sign < 0 else made

        made = filter_transpose(g, ct, op.args[0], modes, spans, even, reverse)
        return (as_type(g, made, op.args[0].type),)

    return transpose


# Rows

def filters(name: str, transpose: Any, tangent: Any = plain_tangent, call: str = "") -> None:
    add_rule(Rule(f"ndimage.{name}", image_type, tangent=tangent, transpose=transpose,
                  call=f"scipy.ndimage.{call or name}", needs_shape=(0,)))


# fmt: off
for _name in ("correlate", "convolve", "correlate1d", "convolve1d"):
    filters(_name, weighted_transpose, weighted_tangent)
filters("gaussian_filter",   known_transpose(gaussian_reach))
filters("gaussian_filter_by_axis", known_transpose(gaussian_reach), call="gaussian_filter")
filters("gaussian_filter1d", one_axis(gaussian_reach))
filters("uniform_filter",    known_transpose(uniform_reach))
filters("uniform_filter1d",  one_axis(uniform_reach))
filters("laplace",           known_transpose(laplace_reach))
filters("gaussian_laplace",  known_transpose(gaussian_laplace_reach))
filters("prewitt",           known_transpose(edge_reach))
filters("sobel",             known_transpose(edge_reach))
# fmt: on


# Calls

def image(g: Ops, value: Any, output: Any) -> E:
    x = array_of(g, value)
    if static(output, "output") is not None:
        raise Refusal("output= of scipy.ndimage is not supported", "use the result, and .astype for another dtype")
    return x


def common(mode: Any, cval: Any) -> dict[str, Any]:
    return {"mode": checked_mode(static(mode, "mode")), "cval": number(cval, "cval")}


def number(value: Any, what: str) -> float:
    known = static(value, what)
    if not isinstance(known, (int, float)):
        raise Refusal(f"{what} must be a number, got {known!r}", "give a number")
    return float(known)


def axis_modes(mode: Any, count: int) -> str | tuple[str, ...]:
    """A mode, or one for each axis; one where they are the same."""
    known = static(mode, "mode")
    modes = tuple(checked_mode(m) for m in each(known, count))
    if len(modes) != count:
        raise Refusal(f"{len(modes)} modes for {count} axes", "give a mode for each axis")
    return modes[0] if len(set(modes)) == 1 else modes


def axes_argument(x: E, axes: Any) -> tuple[int, ...] | None:
    known = static(axes, "axes")
    if known is None:
        return None
    chosen = tuple(axis_of(x, a) for a in listed(known))
    return None if chosen == tuple(range(x.rank)) else chosen


def integers(value: Any, what: str, count: int) -> int | tuple[int, ...]:
    """An int, or one for each axis."""
    known = static(value, what)
    found = tuple(int(v) for v in listed(known))
    if len(found) not in (1, count):
        raise Refusal(f"{what} has {len(found)} entries for {count} axes", "give one, or one for each axis")
    return found[0] if len(set(found)) == 1 else found


def along_axis(name: str) -> None:
    @lowers(getattr(ndimage, name), "input, weights, axis=-1, output=None, mode='reflect', cval=0.0, origin=0",
            name=f"scipy.ndimage.{name}")
    def lower(g: Ops, input: Any, weights: Any, axis: Any, output: Any, mode: Any, cval: Any, origin: Any) -> Result:
        x, w = image(g, input, output), array_of(g, weights)
        known_sizes(w, f"the weights of scipy.ndimage.{name}")
        if w.rank != 1:
            raise Refusal(f"scipy.ndimage.{name} takes weights of rank 1", f"use scipy.ndimage.{name[:-2]}")
        settings = {"axis": axis_of(x, axis), **common(mode, cval), "origin": integers(origin, "origin", 1)}
        return g(f"ndimage.{name}", x, w, **settings)


def along_all(name: str) -> None:
    @lowers(getattr(ndimage, name), "input, weights, output=None, mode='reflect', cval=0.0, origin=0, *, axes=None",
            name=f"scipy.ndimage.{name}")
    def lower(g: Ops, input: Any, weights: Any, output: Any, mode: Any, cval: Any, origin: Any, axes: Any) -> Result:
        x, w = image(g, input, output), array_of(g, weights)
        chosen = axes_argument(x, axes)
        known_sizes(w, f"the weights of scipy.ndimage.{name}")
        count = x.rank if chosen is None else len(chosen)
        if chosen is not None and list(chosen) != sorted(chosen):
            raise Refusal("axes must be in order", "sort them, and transpose the weights")
        if w.rank != count:
            raise Refusal(f"the weights of scipy.ndimage.{name} must have rank {count}", "add axes, as by w[:, None]")
        made = integers(origin, "origin", count)
        return g(f"ndimage.{name}", x, w, **common(mode, cval), origin=made, axes=chosen)


for _name in ("correlate", "convolve"):
    along_all(_name)
    along_axis(f"{_name}1d")


def widths(g: Ops, sigma: Any, count: int) -> list[E]:
    """The sigmas as operands: one, or one for each axis."""
    if isinstance(sigma, (tuple, list)):
        found = [array_of(g, s) for s in cast("list[Any]", sigma)]
        same = all(isinstance(s.atom, Const) for s in found) and len({s.atom.value for s in found if isinstance(
            s.atom, Const)}) == 1
        return found[:1] if same else found
    made = array_of(g, sigma)
    if made.rank == 0:
        return [made]
    values = static(made, "sigma")
    return [array_of(g, float(s)) for s in np.asarray(values).tolist()]


def gaussian_settings(x: E, radius: Any, truncate: Any, count: int) -> dict[str, Any]:
    given = static(radius, "radius")
    known = None if given is None else integers(given, "radius", count)
    return {"truncate": number(truncate, "truncate"), "radius": known}


def check_run_time_width(name: str, sigmas: list[E], modes: Any, orders: Any, radius: Any) -> None:
    """The transpose of some modes asks for the radius."""
    if radius is not None or all(isinstance(s.atom, Const) for s in sigmas):
        return
    used = set(listed(modes))
    if used & {"mirror", "nearest"} or (used & {"reflect", "grid-mirror"} and any(o % 2 for o in listed(orders))):
        raise Refusal(f"scipy.ndimage.{name} with a sigma that is known at run time only needs radius= here",
                      "give radius=, or use the mode 'wrap' or 'constant'")


@lowers(ndimage.gaussian_filter, "input, sigma, order=0, output=None, mode='reflect', cval=0.0, truncate=4.0, *, "
        "radius=None, axes=None", name="scipy.ndimage.gaussian_filter")
def lower_gaussian(g: Ops, input: Any, sigma: Any, order: Any, output: Any, mode: Any, cval: Any, truncate: Any,
                   radius: Any, axes: Any) -> Result:
    x = image(g, input, output)
    chosen = axes_argument(x, axes)
    count = x.rank if chosen is None else len(chosen)
    if x.rank == 0:
        raise Refusal("scipy.ndimage.gaussian_filter needs an array of rank 1 or more", "give an array")
    sigmas = widths(g, sigma, count)
    settings = {"order": integers(order, "order", count), "mode": axis_modes(mode, count), "cval": number(cval, "cval"),
                **gaussian_settings(x, radius, truncate, count), "axes": chosen}
    check_run_time_width("gaussian_filter", sigmas, settings["mode"], settings["order"], settings["radius"])
    if len(sigmas) == 1:
        return g("ndimage.gaussian_filter", x, sigmas[0], **settings)
    if len(sigmas) != count:
        raise Refusal(f"{len(sigmas)} sigmas for {count} axes", "give a sigma for each axis")
    known = np.array([float(static(s, "sigma, one for each axis,")) for s in sigmas])
    return g("ndimage.gaussian_filter_by_axis", x, sigma=tuple(known.tolist()), **settings)


@lowers(ndimage.gaussian_filter1d, "input, sigma, axis=-1, order=0, output=None, mode='reflect', cval=0.0, "
        "truncate=4.0, *, radius=None", name="scipy.ndimage.gaussian_filter1d")
def lower_gaussian1d(g: Ops, input: Any, sigma: Any, axis: Any, order: Any, output: Any, mode: Any, cval: Any,
                     truncate: Any, radius: Any) -> Result:
    x, sigmas = image(g, input, output), widths(g, sigma, 1)
    settings = {"axis": axis_of(x, axis), "order": integers(order, "order", 1), **common(mode, cval),
                **gaussian_settings(x, radius, truncate, 1)}
    check_run_time_width("gaussian_filter1d", sigmas, settings["mode"], settings["order"], settings["radius"])
    return g("ndimage.gaussian_filter1d", x, sigmas[0], **settings)


@lowers(ndimage.uniform_filter, "input, size=3, output=None, mode='reflect', cval=0.0, origin=0, *, axes=None",
        name="scipy.ndimage.uniform_filter")
def lower_uniform(g: Ops, input: Any, size: Any, output: Any, mode: Any, cval: Any, origin: Any, axes: Any) -> Result:
    x = image(g, input, output)
    chosen = axes_argument(x, axes)
    count = x.rank if chosen is None else len(chosen)
    return g("ndimage.uniform_filter", x, size=integers(size, "size", count), mode=axis_modes(mode, count),
             cval=number(cval, "cval"), origin=integers(origin, "origin", count), axes=chosen)


@lowers(ndimage.uniform_filter1d, "input, size, axis=-1, output=None, mode='reflect', cval=0.0, origin=0",
        name="scipy.ndimage.uniform_filter1d")
def lower_uniform1d(g: Ops, input: Any, size: Any, axis: Any, output: Any, mode: Any, cval: Any, origin: Any) -> Result:
    x = image(g, input, output)
    return g("ndimage.uniform_filter1d", x, size=integers(size, "size", 1), axis=axis_of(x, axis), **common(mode, cval),
             origin=integers(origin, "origin", 1))


@lowers(ndimage.laplace, "input, output=None, mode='reflect', cval=0.0, *, axes=None", name="scipy.ndimage.laplace")
def lower_laplace(g: Ops, input: Any, output: Any, mode: Any, cval: Any, axes: Any) -> Result:
    x = image(g, input, output)
    chosen = axes_argument(x, axes)
    count = x.rank if chosen is None else len(chosen)
    return g("ndimage.laplace", x, mode=axis_modes(mode, count), cval=number(cval, "cval"), axes=chosen)


@lowers(ndimage.gaussian_laplace, "input, sigma, output=None, mode='reflect', cval=0.0, *, axes=None, truncate=4.0, "
        "radius=None", name="scipy.ndimage.gaussian_laplace")
def lower_gaussian_laplace(g: Ops, input: Any, sigma: Any, output: Any, mode: Any, cval: Any, axes: Any, truncate: Any,
                           radius: Any) -> Result:
    x = image(g, input, output)
    chosen = axes_argument(x, axes)
    count = x.rank if chosen is None else len(chosen)
    sigmas = widths(g, sigma, count)
    if len(sigmas) != 1:
        raise Refusal("scipy.ndimage.gaussian_laplace with a sigma for each axis is not supported",
                      "add gaussian_filter(x, sigma, order=...) over the axes")
    settings = {"mode": axis_modes(mode, count), "cval": number(cval, "cval"),
                **gaussian_settings(x, radius, truncate, count), "axes": chosen}
    check_run_time_width("gaussian_laplace", sigmas, settings["mode"], 0, settings["radius"])
    return g("ndimage.gaussian_laplace", x, sigmas[0], **settings)


def edges(name: str) -> None:
    @lowers(getattr(ndimage, name), "input, axis=-1, output=None, mode='reflect', cval=0.0",
            name=f"scipy.ndimage.{name}")
    def lower(g: Ops, input: Any, axis: Any, output: Any, mode: Any, cval: Any) -> Result:
        x = image(g, input, output)
        return g(f"ndimage.{name}", x, axis=axis_of(x, axis), mode=axis_modes(mode, x.rank), cval=number(cval, "cval"))


edges("prewitt")
edges("sobel")
