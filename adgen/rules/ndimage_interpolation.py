"""Images read between their elements: `map_coordinates`, `shift`, `zoom`, `affine_transform`, of the orders 0 and 1.

All are linear in the image. The transpose adds each cotangent to the elements around its coordinates, times the
weights of linear interpolation; where the coordinates lie is worked out as SciPy does it, for each mode. With respect
to coordinates `map_coordinates` has the slope between the elements on either side, at an element the mean of both.
"""

from __future__ import annotations

import importlib
import itertools
from typing import Any

from adgen.errors import Refusal
from adgen.ir.core import Atom, Attrs, Op
from adgen.ir.types import ArrayT, Dim, Type, dtype_of, fresh_dim
from adgen.rules.borders import checked_mode
from adgen.rules.lowering import Result, lowers, static
from adgen.rules.ndimage import as_type, image, image_type, number
from adgen.rules.rearranging import expanded
from adgen.rules.shapes import add_at, array_of, get, known_dims, listed, put, size_along
from adgen.rules.table import E, Ops, Rule, Transposer, add_rule

ndimage: Any = importlib.import_module("scipy.ndimage")

AnyOps = Ops | Transposer
Dots = tuple[E | None, ...]
Corner = tuple[E, E | None]
"""Positions along an axis, and the weights there; None stands for 1."""


# Types

def mapped_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    image, coordinates = known_dims(args[0].type), known_dims(args[1].type)
    if not coordinates or (isinstance(coordinates[0], int) and coordinates[0] != len(image)):
        raise Refusal(f"coordinates must have {len(image)} rows, one for each axis", "stack one array for each axis")
    return ArrayT(dtype_of(args[0].type), coordinates[1:])


def zoomed_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    factors = listed(attrs["zoom"])
    dims = known_dims(args[0].type)
    factors = factors * len(dims) if len(factors) == 1 else factors
    return ArrayT(dtype_of(args[0].type), tuple(zoomed_dim(d, float(f)) for d, f in zip(dims, factors, strict=True)))


def zoomed_dim(size: Dim, factor: float) -> Dim:
    if factor == 1.0:
        return size
    return int(round(size * factor)) if isinstance(size, int) else fresh_dim()


# Where coordinates lie

def corners(g: AnyOps, c: E, size: E | int, order: int, mode: str) -> list[Corner]:
    """The positions that a coordinate reads along an axis, with weights; these are 0 outside of the array."""
    if order == 0:
        place = along_ramp(g, c, size, 0, mode)
        return [inside(g, place, place)] if mode in OUTSIDE else [(place, None)]
    if mode in ("grid-wrap", "grid-constant"):
        low = g("convert", g("floor", c), dtype="int64")
        part = c - low
        places = ((low, 1.0 - part), (low + 1, part))
        if mode == "grid-wrap":
            return [(g("mod", place, size), weight) for place, weight in places]
        return [within(g, place, weight, size) for place, weight in places]
    last = size - 1
    at = g("clip", c, 0.0, last) if mode in ("nearest", "constant") else along_ramp(g, c, size, 1, mode)
    low = g("maximum", g("minimum", g("convert", g("floor", at), dtype="int64"), size - 2), 0)
    part = at - low
    below: E = 1.0 - part
    if mode == "constant":
        known = g("bitand", c >= 0.0, c <= last)
        below, part = g("where", known, below, 0.0), g("where", known, part, 0.0)
    return [(low, below), (g("minimum", low + 1, last), part)]


OUTSIDE = ("constant", "grid-constant")


def along_ramp(g: AnyOps, c: E, size: E | int, order: int, mode: str) -> E:
    """Where SciPy reads for a coordinate: what it finds there of 0, 1, 2 ...; -1 outside."""
    ramp = g("arange", size, dtype=None if order == 0 else "float64")
    cval = -1.0 if mode in OUTSIDE else 0.0
    return g("ndimage.map_coordinates", ramp, expanded(g, c, (0,)), order=order, mode=mode, cval=cval)


def inside(g: AnyOps, place: E, index: E) -> Corner:
    return g("maximum", index, 0), g("convert", place >= 0, dtype="float64")


def within(g: AnyOps, place: E, weight: E, size: E | int) -> Corner:
    known = g("bitand", place >= 0, place < size)
    return g("clip", place, 0, size - 1), g("where", known, weight, 0.0)


def scatter(g: Transposer, ct: E, image: Atom, coordinates: list[E], order: int, mode: str) -> E:
    """The transpose of reading an image at coordinates, which broadcast together to the shape of ct."""
    sizes = [size_along(g, image, k) for k in range(len(coordinates))]
    axes = [corners(g, c, n, order, mode) for c, n in zip(coordinates, sizes, strict=True)]
    made = g.zeros(g.shape(image), ct.dtype)
    for chosen in itertools.product(*axes):
        part = ct
        for _, weight in chosen:
            part = part if weight is None else part * weight
        made = add_at(g, made, part if part.dtype == ct.dtype else g("convert", part, dtype=ct.dtype),
                      *(place for place, _ in chosen))
    return as_type(g, made, image.type)


# map_coordinates

def mapped_tangent(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots) -> E | None:
    (x, c), (y,) = args, ys
    x_dot, c_dot = dots
    made = None if x_dot is None else g(op.name, x_dot, c, **{**op.attrs, "cval": 0.0})
    if c_dot is None or op.attrs["order"] == 0:
        return made
    if op.attrs["mode"] == "wrap":
        raise Refusal("scipy.ndimage.map_coordinates with mode='wrap' jumps between its periods",
                      "use mode='grid-wrap'")
    for axis in range(x.rank):
        term = slope(g, op, x, c, axis) * get(g, c_dot, axis)
        term = term if term.dtype == y.dtype else g("convert", term, dtype=y.dtype)
        made = term if made is None else made + term
    return made


def slope(g: Ops, op: Op, x: E, c: E, axis: int) -> E:
    """Between the elements on either side, along an axis; at an element, those next to it."""
    own = get(g, c, axis)
    low, high = g("ceil", own) - 1.0, g("floor", own) + 1.0
    if op.attrs["mode"] != "constant":
        return (read_at(g, op, x, c, high, axis) - read_at(g, op, x, c, low, axis)) / (high - low)
    last = size_along(g, x, axis) - 1
    low, high = g("maximum", low, 0.0), g("minimum", high, last)
    rise = read_at(g, op, x, c, high, axis) - read_at(g, op, x, c, low, axis)
    return g("where", g("bitand", own >= 0.0, own <= last), g("safe_div", rise, high - low), 0.0)


def read_at(g: Ops, op: Op, x: E, c: E, places: E, axis: int) -> E:
    return g(op.name, x, put(g, c, places, axis), **op.attrs)


def mapped_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    c = g.wrap(op.args[1])
    rank = len(known_dims(op.args[0].type))
    coordinates = [get(g, c, k) for k in range(rank)]
    return (scatter(g, ct, op.args[0], coordinates, op.attrs["order"], op.attrs["mode"]),)


# Coordinates that follow from the place

def image_tangent(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots) -> E | None:
    if any(dot is not None for dot in dots[1:]):
        raise Refusal(f"scipy.{op.name} has no derivative with respect to where it moves the image",
                      "work the coordinates out, and use scipy.ndimage.map_coordinates with order=1")
    return None if dots[0] is None else g(op.name, dots[0], *args[1:], **{**op.attrs, "cval": 0.0})


def on_axis(g: AnyOps, values: E, axis: int, rank: int) -> E:
    """Values along an axis, which broadcast against the other axes."""
    others = tuple(range(1, rank - axis))
    return expanded(g, values, others) if others else values


def shift_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    shifts = listed(op.attrs["shift"]) * (ct.rank if not isinstance(op.attrs["shift"], tuple) else 1)
    places = [g("arange", size_along(g, ct, k), dtype=None) - float(s) for k, s in enumerate(shifts)]
    return (spread(g, op, ct, places),)


def zoom_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    places: list[E] = []
    for k in range(ct.rank):
        n, m = size_along(g, op.args[0], k), size_along(g, ct, k)
        step = (n - 1) / g("maximum", m - 1, 1)
        places.append(g("arange", m, dtype=None) * step)
    return (spread(g, op, ct, places),)


def spread(g: Transposer, op: Op, ct: E, places: list[E]) -> E:
    coordinates = [on_axis(g, place, k, ct.rank) for k, place in enumerate(places)]
    return scatter(g, ct, op.args[0], coordinates, op.attrs["order"], op.attrs["mode"])


def affine_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    matrix, offset = (g.wrap(v) for v in op.args[1:3])
    rank = ct.rank
    places = [on_axis(g, g("arange", size_along(g, ct, k), dtype=None), k, rank) for k in range(rank)]
    coordinates: list[E] = []
    for row in range(rank):
        at = get(g, offset, row)
        for column in range(rank):
            at = at + places[column] * get(g, matrix, row, column)
        coordinates.append(at)
    return (scatter(g, ct, op.args[0], coordinates, op.attrs["order"], op.attrs["mode"]),)


# Rows

def linear_in_image(name: str, type_rule: Any, tangent: Any, transpose: Any) -> None:
    add_rule(Rule(f"ndimage.{name}", type_rule, tangent=tangent, transpose=transpose, call=f"scipy.ndimage.{name}",
                  needs_shape=(0,)))


# fmt: off
linear_in_image("map_coordinates",  mapped_type, mapped_tangent, mapped_transpose)
linear_in_image("shift",            image_type,  image_tangent,  shift_transpose)
linear_in_image("zoom",             zoomed_type, image_tangent,  zoom_transpose)
linear_in_image("affine_transform", image_type,  image_tangent,  affine_transpose)
# fmt: on


# Calls

def settings(name: str, order: Any, mode: Any, cval: Any, prefilter: Any) -> dict[str, Any]:
    known = static(order, "order")
    if known not in (0, 1):
        raise Refusal(f"scipy.ndimage.{name} with order={known} is not supported: it fits a spline to all elements",
                      "give order=1 (linear) or order=0 (nearest)")
    static(prefilter, "prefilter")
    return {"order": known, "mode": checked_mode(static(mode, "mode")), "cval": number(cval, "cval")}


@lowers(ndimage.map_coordinates, "input, coordinates, output=None, order=3, mode='constant', cval=0.0, prefilter=True",
        name="scipy.ndimage.map_coordinates")
def lower_map(g: Ops, input: Any, coordinates: Any, output: Any, order: Any, mode: Any, cval: Any,
              prefilter: Any) -> Result:
    chosen = settings("map_coordinates", order, mode, cval, prefilter)
    return g("ndimage.map_coordinates", image(g, input, output), array_of(g, coordinates), **chosen)


@lowers(ndimage.shift, "input, shift, output=None, order=3, mode='constant', cval=0.0, prefilter=True",
        name="scipy.ndimage.shift")
def lower_shift(g: Ops, input: Any, shift: Any, output: Any, order: Any, mode: Any, cval: Any,
                prefilter: Any) -> Result:
    x, chosen = image(g, input, output), settings("shift", order, mode, cval, prefilter)
    by = per_axis(shift, "shift", x.rank, "use scipy.ndimage.map_coordinates for a shift that is a variable")
    return g("ndimage.shift", x, shift=by, **chosen)


def per_axis(value: Any, what: str, rank: int, hint: str) -> float | tuple[float, ...]:
    try:
        known = static(value, what)
    except Refusal as error:
        if isinstance(value, E) and value.dtype.startswith("float"):
            raise Refusal(f"{what} must be known when compiling", hint) from error
        raise
    numbers = [float(v) for v in listed(known.tolist() if hasattr(known, "tolist") else known)]
    if len(numbers) not in (1, rank):
        raise Refusal(f"{what} has {len(numbers)} entries for {rank} axes", "give one, or one for each axis")
    return numbers[0] if len(set(numbers)) == 1 else tuple(numbers)


@lowers(ndimage.zoom, "input, zoom, output=None, order=3, mode='constant', cval=0.0, prefilter=True, *, "
        "grid_mode=False", name="scipy.ndimage.zoom")
def lower_zoom(g: Ops, input: Any, zoom: Any, output: Any, order: Any, mode: Any, cval: Any, prefilter: Any,
               grid_mode: Any) -> Result:
    x, chosen = image(g, input, output), settings("zoom", order, mode, cval, prefilter)
    if static(grid_mode, "grid_mode"):
        raise Refusal("scipy.ndimage.zoom with grid_mode=True is not supported", "use scipy.ndimage.map_coordinates")
    by = per_axis(zoom, "zoom", x.rank, "use scipy.ndimage.map_coordinates for a zoom that is a variable")
    return g("ndimage.zoom", x, zoom=by, **chosen)


@lowers(ndimage.affine_transform, "input, matrix, offset=0.0, output_shape=None, output=None, order=3, "
        "mode='constant', cval=0.0, prefilter=True", name="scipy.ndimage.affine_transform")
def lower_affine(g: Ops, input: Any, matrix: Any, offset: Any, output_shape: Any, output: Any, order: Any, mode: Any,
                 cval: Any, prefilter: Any) -> Result:
    x, chosen = image(g, input, output), settings("affine_transform", order, mode, cval, prefilter)
    by = array_of(g, matrix)
    start = array_of(g, offset)
    if static(output_shape, "output_shape") is not None:
        raise Refusal("scipy.ndimage.affine_transform with output_shape= is not supported",
                      "pad the input, or use scipy.ndimage.map_coordinates")
    if by.rank != 2 or any(isinstance(d, int) and d != x.rank for d in by.dims or ()):
        raise Refusal(f"scipy.ndimage.affine_transform takes a matrix of {x.rank} rows and columns here",
                      "give the matrix and offset= apart; for a diagonal one use scipy.ndimage.zoom")
    if start.rank == 0:
        start = g.sized("full", (start,), (x.rank,), dtype=start.dtype)
    return g("ndimage.affine_transform", x, by, start, **chosen)


