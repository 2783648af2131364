"""The rest of `scipy.ndimage`: spline and Fourier filters, which are linear; masks and labels, which have no
derivative; and what is refused.

Interpolating splines through mirrored data solve B c = x with D B symmetric, D halving both ends; so the transpose is
D B^-1 D^-1. On a ring B is symmetric.
"""

from __future__ import annotations

import importlib
from typing import Any

from adgen.errors import Refusal
from adgen.ir.core import Atom, Attrs, Op
from adgen.ir.types import ArrayT, ScalarT, Type, dtype_of, fresh_dim, is_complex
from adgen.rules.computed import computed
from adgen.rules.lowering import Result, axis_of, lowers, refuses, static
from adgen.rules.ndimage import as_type
from adgen.rules.shapes import along, array_of, get, known_dims, put
from adgen.rules.table import E, Ops, Rule, Transposer, add_rule

ndimage: Any = importlib.import_module("scipy.ndimage")

Dots = tuple[E | None, ...]


# Splines

def spline_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    if is_complex(args[0].type):
        raise Refusal("spline filters of complex arrays are not supported", "filter the real and the imaginary part")
    return ArrayT("float64", known_dims(args[0].type))


def spline_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    axis = op.attrs["axis"]
    if op.attrs["mode"] != "mirror":
        return (as_type(g, g(op.name, ct, **op.attrs), op.args[0].type),)
    made = scaled_ends(g, g(op.name, scaled_ends(g, ct, axis, 2.0), **op.attrs), axis, 0.5)
    return (as_type(g, made, op.args[0].type),)


def scaled_ends(g: Transposer, x: E, axis: int, factor: float) -> E:
    for end in (0, -1):
        x = put(g, x, get(g, x, *along(axis, end)) * factor, *along(axis, end))
    return x


add_rule(Rule("ndimage.spline_filter1d", spline_type, linear=(0,), transpose=spline_transpose,
              call="scipy.ndimage.spline_filter1d"))


def spline_mode(mode: Any) -> str:
    known = static(mode, "mode")
    if known not in ("mirror", "grid-wrap"):
        raise Refusal(f"a spline filter with mode={known!r} is not supported: SciPy cuts its sums off",
                      "use 'mirror' or 'grid-wrap'")
    return known


def spline_order(order: Any) -> int:
    known = static(order, "order")
    if known not in (2, 3, 4, 5):
        raise Refusal(f"a spline filter of order {known!r} is not supported", "use an order from 2 to 5")
    return known


@lowers(ndimage.spline_filter1d, "input, order=3, axis=-1, output=float, mode='mirror'",
        name="scipy.ndimage.spline_filter1d")
def lower_spline1d(g: Ops, input: Any, order: Any, axis: Any, output: Any, mode: Any) -> Result:
    x = array_of(g, input)
    only_double(output)
    return g("ndimage.spline_filter1d", x, order=spline_order(order), axis=axis_of(x, axis), mode=spline_mode(mode))


@lowers(ndimage.spline_filter, "input, order=3, output=float, mode='mirror'", name="scipy.ndimage.spline_filter")
def lower_spline(g: Ops, input: Any, order: Any, output: Any, mode: Any) -> Result:
    x = array_of(g, input)
    only_double(output)
    settings = {"order": spline_order(order), "mode": spline_mode(mode)}
    for axis in range(x.rank):
        x = g("ndimage.spline_filter1d", x, axis=axis, **settings)
    return x


def only_double(output: Any) -> None:
    if static(output, "output") is not float:
        raise Refusal("output= of a spline filter is not supported", "use the result, and .astype for another dtype")


# Filters of a spectrum by a real factor

def spectrum_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    dtype = dtype_of(args[0].type)
    if dtype not in ("float64", "complex128", "float32", "complex64"):
        raise Refusal(f"a filter of a spectrum of dtype {dtype} is not supported", "use .astype(float)")
    return ArrayT(dtype, known_dims(args[0].type))


def spectrum_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    """The same real factor."""
    return (g(op.name, ct, **op.attrs),)


def of_spectrum(name: str, width: str) -> None:
    add_rule(Rule(f"ndimage.{name}", spectrum_type, linear=(0,), transpose=spectrum_transpose,
                  call=f"scipy.ndimage.{name}"))

    @lowers(getattr(ndimage, name), f"input, {width}, n=-1, axis=-1, output=None", name=f"scipy.ndimage.{name}")
    def lower(g: Ops, input: Any, size: Any, n: Any, axis: Any, output: Any) -> Result:
        x, known = array_of(g, input), static(size, width)
        if static(output, "output") is not None:
            raise Refusal("output= of scipy.ndimage is not supported", "use the result")
        given = tuple(float(v) for v in known) if isinstance(known, (tuple, list)) else float(known)  # type: ignore[arg-type]
        return g(f"ndimage.{name}", x, **{width: given, "n": static(n, "n"), "axis": axis_of(x, axis)})


of_spectrum("fourier_gaussian", "sigma")
of_spectrum("fourier_uniform", "size")
of_spectrum("fourier_ellipsoid", "size")


# Masks and labels

def mask_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return ArrayT("bool", known_dims(args[0].type))


def labels_type(args: tuple[Atom, ...], attrs: Attrs) -> tuple[Type, ...]:
    return ArrayT("int32", known_dims(args[0].type)), ScalarT("int", fresh_dim())


def masked(name: str) -> None:
    add_rule(Rule(f"ndimage.{name}", mask_type, zero=True, call=f"scipy.ndimage.{name}"))

    @lowers(getattr(ndimage, name), "input", name=f"scipy.ndimage.{name}")
    def lower(g: Ops, input: Any) -> Result:
        return g(f"ndimage.{name}", array_of(g, input))


for _name in ("binary_erosion", "binary_dilation", "binary_opening", "binary_closing", "binary_fill_holes",
              "binary_propagation"):
    masked(_name)

add_rule(Rule("ndimage.label", labels_type, zero=True, call="scipy.ndimage.label"))


@lowers(ndimage.label, "input", name="scipy.ndimage.label")
def lower_label(g: Ops, input: Any) -> Result:
    return g.many("ndimage.label", array_of(g, input))


computed(ndimage.generate_binary_structure, "scipy.ndimage.generate_binary_structure")
computed(ndimage.iterate_structure, "scipy.ndimage.iterate_structure")


# What is refused

OUTSIDE = "compute it outside, and pass the result"
REFUSED: list[tuple[str, str, str]] = [
    ("generic_filter generic_filter1d generic_laplace generic_gradient_magnitude vectorized_filter geometric_transform "
     "labeled_comprehension",
     "it calls a Python function for each element, or one that writes to its argument",
     "write it with functions of NumPy on whole arrays, or scipy.ndimage.map_coordinates for coordinates"),
    ("distance_transform_edt distance_transform_cdt distance_transform_bf",
     "the distance to the nearest zero depends on its input through comparisons alone", OUTSIDE),
    ("find_objects value_indices minimum_position maximum_position extrema histogram binary_hit_or_miss watershed_ift",
     "it gives slices, positions or counts that only the run tells", OUTSIDE),
    ("rotate", "the shape of what it returns depends on the angle",
     "use scipy.ndimage.affine_transform with the matrix of the rotation, and order=1"),
    ("fourier_shift", "its factor is complex, and half of it is made real by rounding",
     "multiply by np.exp(-2j * np.pi * k * shift / n)"),
]


def enter_refused() -> None:
    for names, reason, hint in REFUSED:
        for name in names.split():
            if hasattr(ndimage, name):
                refuses(getattr(ndimage, name), f"scipy.ndimage.{name}", reason, hint)


enter_refused()
