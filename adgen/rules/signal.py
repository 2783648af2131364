"""Convolutions of `scipy.signal`, on arrays of any rank: `convolve correlate fftconvolve oaconvolve convolve2d
correlate2d`.

All are bilinear. The transpose of a convolution is the correlation with the other factor, and the other way round, by
the same method (`fft`, overlap and add). 'same' and 'valid' are the middle of 'full'.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from adgen.errors import Refusal
from adgen.ir.builder import const
from adgen.ir.core import Atom, Attrs, Op
from adgen.ir.types import ArrayT, Dim, Sym, Type, dtype_of, is_complex
from adgen.rules.borders import extend, fold, known_sizes, reversed_all
from adgen.rules.lowering import Result, axis_of, lowers, static
from adgen.rules.products import convolved_dim, of_either, ranked_dims, unspread
from adgen.rules.shapes import array_of, get, listed, put, size_along
from adgen.rules.table import E, Ops, Rule, Transposer, add_rule
from adgen.rules.typing import fitting, mean_dtype

signal: Any = importlib.import_module("scipy.signal")

AnyOps = Ops | Transposer
Dots = tuple[E | None, ...]
MODES = ("full", "same", "valid")
PARTNER = {
    "signal.convolve": "signal.correlate", "signal.correlate": "signal.convolve",
    "signal.convolve2d": "signal.correlate2d", "signal.correlate2d": "signal.convolve2d",
}


# Types

def result_dim(n: Dim, m: Dim, mode: str) -> Dim:
    """The length along an axis; 'same' is that of the first operand."""
    if mode == "same":
        return n
    known = convolved_dim(n, m, mode)
    return known if mode == "full" or not isinstance(known, Sym) else Sym(f"valid({n},{m})")


def convolution_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    a, b = ranked_dims(args, "a convolution")
    if len(a) != len(b) or not a:
        raise Refusal("a convolution takes two arrays of one rank, 1 or more", "add axes, as by x[:, None]")
    axes = range(len(a)) if attrs.get("axes") is None else attrs["axes"]
    rest = fitting(tuple(1 if k in axes else d for k, d in enumerate(a)),
                   tuple(1 if k in axes else d for k, d in enumerate(b))) or ()
    dims = tuple(result_dim(a[k], b[k], attrs["mode"]) if k in axes else rest[k] for k in range(len(a)))
    return ArrayT(str(np.result_type(*(dtype_of(x.type) for x in args))), dims)


def fft_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    """By the Fourier transform: always floats."""
    made = convolution_type(args, attrs)
    assert isinstance(made, ArrayT)
    return ArrayT(str(np.result_type(*(mean_dtype(dtype_of(x.type)) for x in args))), made.dims)


# Transposes

def half(g: AnyOps, size: E | int) -> E | int:
    return g("floordiv", size, 2) if isinstance(size, E) else size // 2


def same_from(g: AnyOps, name: str, size: E | int) -> E | int:
    """Where 'same' begins in 'full', for a second factor of that size: `correlate2d` has a middle of its own."""
    return half(g, size) if name == "signal.correlate2d" else half(g, size - 1)


def whole(g: Transposer, op: Op, a: E, b: E, ct: E, axes: tuple[int, ...]) -> E:
    """The cotangent of the full convolution, of which 'same' and 'valid' are the middle."""
    mode = op.attrs["mode"]
    if mode == "full":
        return ct
    shape: list[E | int] = [size_along(g, ct, k) for k in range(ct.rank)]
    middle: list[slice] = [slice(None)] * ct.rank
    for k in axes:
        n, m, length = (size_along(g, x, k) for x in (a, b, ct))
        shape[k] = total = n + m - 1
        start = same_from(g, op.name, m) if mode == "same" else half(g, total - length)
        middle[k] = slice(start, start + length)
    return put(g, g.zeros(tuple(shape), ct.dtype), ct, *middle)


def middle_of(g: Transposer, op: Op, full: E, ct: E, b: E) -> E:
    """The transpose of 'same', from the full one: that begins where the partner's does."""
    items: list[slice] = []
    for k in range(ct.rank):
        size, length = size_along(g, b, k), size_along(g, ct, k)
        start = half(g, size - 1) if op.name == "signal.correlate2d" else half(g, size)
        items.append(slice(start, start + length))
    return get(g, full, *items)


def is_odd(x: E) -> bool:
    return all(isinstance(d, int) and d % 2 == 1 for d in x.dims or ())


def by_first(g: Transposer, op: Op, a: E, b: E, ct: E) -> E:
    """The cotangent of the first factor: the partner's product with the second."""
    mode, partner = op.attrs["mode"], PARTNER[op.name]
    method = method_of(op)
    if mode == "same":
        if is_odd(b):
            return g(partner, ct, b, mode="same", **method)
        return middle_of(g, op, g(partner, ct, b, mode="full", **method), ct, b)
    return g(partner, whole(g, op, a, b, ct, tuple(range(a.rank))), b, mode="valid", **method)


def by_second(g: Transposer, op: Op, a: E, b: E, ct: E) -> E:
    full = whole(g, op, a, b, ct, tuple(range(a.rank)))
    kind = "signal.correlate2d" if op.name.endswith("2d") else "signal.correlate"
    made = g(kind, full, a, mode="valid", **method_of(op))
    return made if "convolve" in op.name else reversed_all(g, made)


def method_of(op: Op) -> dict[str, Any]:
    return {k: v for k, v in op.attrs.items() if k in ("method", "boundary", "fillvalue")}


def fft_first(g: Transposer, op: Op, a: E, b: E, ct: E) -> E:
    return fft_other(g, op, a, b, ct, b, a)


def fft_second(g: Transposer, op: Op, a: E, b: E, ct: E) -> E:
    return fft_other(g, op, a, b, ct, a, b)


def fft_other(g: Transposer, op: Op, a: E, b: E, ct: E, factor: E, wanted: E) -> E:
    axes = tuple(range(ct.rank)) if op.attrs["axes"] is None else op.attrs["axes"]
    full = whole(g, op, a, b, ct, axes)
    made = g(op.name, full, reversed_all(g, factor, axes), mode="valid", axes=op.attrs["axes"])
    return unspread(g, made, wanted.atom)


# Two dimensions, with other borders than zeros

def tangent_2d(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots) -> E | None:
    (a, b), (a_dot, b_dot) = args, dots
    first = None if a_dot is None else g(op.name, a_dot, b, **{**op.attrs, "fillvalue": 0})
    second = None if b_dot is None else g(op.name, a, b_dot, **op.attrs)
    return second if first is None else first if second is None else first + second


def transpose_2d(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    if op.attrs["boundary"] == "fill" and (linear == (0,) or op.attrs["fillvalue"] == 0):
        plain: Dots = of_either(by_first, by_second)(g, op, ct, linear)
        return plain
    a, b = (g.wrap(x) for x in op.args)
    widths = widths_2d(op.name, known_second(op), op.attrs["mode"])
    modes = (NDIMAGE[op.attrs["boundary"]],) * 2
    if linear == (0,):
        wide = g(PARTNER[op.name], ct, b, mode="full", boundary="fill", fillvalue=0)
        return (as_dtype(g, fold(g, wide, op.args[0], widths, modes), dtype_of(op.args[0].type)),)
    wide = extend(g, a, widths, modes, op.attrs["fillvalue"])
    made = g("signal.correlate2d", wide, ct, mode="valid", boundary="fill", fillvalue=0)
    made = reversed_all(g, made) if op.name == "signal.convolve2d" else made
    return (as_dtype(g, made, dtype_of(op.args[1].type)),)


NDIMAGE = {"fill": "constant", "wrap": "wrap", "symm": "reflect"}


def known_second(op: Op) -> tuple[int, ...]:
    """The shape of the second factor, which the lowering has made sure of."""
    dims = op.args[1].type.dims if isinstance(op.args[1].type, ArrayT) else None
    return tuple(d for d in dims or () if isinstance(d, int))


def widths_2d(name: str, sizes: tuple[int, ...], mode: str) -> tuple[tuple[int, int], ...]:
    """How far the extended array reaches beyond the first factor."""
    if mode == "valid":
        return ((0, 0),) * len(sizes)
    if mode == "full":
        return tuple((m - 1, m - 1) for m in sizes)
    starts = [m // 2 if name == "signal.correlate2d" else (m - 1) // 2 for m in sizes]
    return tuple((m - 1 - start, start) for m, start in zip(sizes, starts, strict=True))


def as_dtype(g: AnyOps, x: E, dtype: str) -> E:
    return x if x.dtype == dtype else g("convert", x, dtype=dtype)


# Rows

def convolution(name: str, type_rule: Any, first: Any, second: Any) -> None:
    add_rule(Rule(f"signal.{name}", type_rule, bilinear=(0, 1), transpose=of_either(first, second),
                  call=f"scipy.signal.{name}", needs_shape=(0, 1)))


# fmt: off
convolution("convolve",    convolution_type, by_first,  by_second)
convolution("correlate",   convolution_type, by_first,  by_second)
convolution("fftconvolve", fft_type,         fft_first, fft_second)
convolution("oaconvolve",  fft_type,         fft_first, fft_second)
# fmt: on
for _name in ("convolve2d", "correlate2d"):
    add_rule(Rule(f"signal.{_name}", convolution_type, tangent=tangent_2d, transpose=transpose_2d,
                  call=f"scipy.signal.{_name}", needs_shape=(0, 1)))


# Calls

def factors(g: Ops, in1: Any, in2: Any, name: str) -> tuple[E, E]:
    a, b = array_of(g, in1), array_of(g, in2)
    if is_complex(a.type) or is_complex(b.type):
        raise Refusal(f"scipy.signal.{name} of complex arrays is not supported",
                      "convolve the real and the imaginary part")
    return a, b


def known_mode(mode: Any) -> str:
    chosen = static(mode, "mode")
    if chosen not in MODES:
        raise Refusal(f"mode must be 'full', 'same' or 'valid', got {chosen!r}", "use one of these")
    return chosen


def known_method(method: Any) -> str:
    chosen = static(method, "method")
    if chosen not in ("auto", "direct", "fft"):
        raise Refusal(f"method must be 'auto', 'direct' or 'fft', got {chosen!r}", "use one of these")
    return chosen


@lowers(signal.convolve, "in1, in2, mode='full', method='auto'", name="scipy.signal.convolve")
def lower_convolve(g: Ops, in1: Any, in2: Any, mode: Any, method: Any) -> Result:
    a, b = factors(g, in1, in2, "convolve")
    return g("signal.convolve", a, b, mode=known_mode(mode), method=known_method(method))


@lowers(signal.correlate, "in1, in2, mode='full', method='auto'", name="scipy.signal.correlate")
def lower_correlate(g: Ops, in1: Any, in2: Any, mode: Any, method: Any) -> Result:
    a, b = factors(g, in1, in2, "correlate")
    return g("signal.correlate", a, b, mode=known_mode(mode), method=known_method(method))


def by_fft(name: str) -> None:
    @lowers(getattr(signal, name), "in1, in2, mode='full', axes=None", name=f"scipy.signal.{name}")
    def lower(g: Ops, in1: Any, in2: Any, mode: Any, axes: Any) -> Result:
        a, b = factors(g, in1, in2, name)
        known = static(axes, "axes")
        chosen = None if known is None else tuple(sorted({axis_of(a, k) for k in listed(known)}))
        if known_mode(mode) == "valid":  # SciPy gives an empty array for one, whatever size the other has
            filled = g.size(a) * g.size(b) > 0
            g.builder.emit_many("assert", (filled.atom, const(f"scipy.signal.{name} of an empty array")), {})
        return g(f"signal.{name}", a, b, mode=known_mode(mode), axes=chosen)


by_fft("fftconvolve")
by_fft("oaconvolve")


def in_two_dimensions(name: str) -> None:
    @lowers(getattr(signal, name), "in1, in2, mode='full', boundary='fill', fillvalue=0", name=f"scipy.signal.{name}")
    def lower(g: Ops, in1: Any, in2: Any, mode: Any, boundary: Any, fillvalue: Any) -> Result:
        a, b = factors(g, in1, in2, name)
        chosen, fill = static(boundary, "boundary"), static(fillvalue, "fillvalue")
        if a.rank != 2 or b.rank != 2:
            raise Refusal(f"scipy.signal.{name} takes arrays of rank 2", "use scipy.signal.convolve")
        if chosen not in NDIMAGE:
            raise Refusal(f"boundary must be 'fill', 'wrap' or 'symm', got {chosen!r}", "use one of these")
        how = known_mode(mode)
        if how == "valid":
            chosen, fill = "fill", 0
        if chosen != "fill" or fill != 0:
            known_sizes(b, f"the second array of scipy.signal.{name} with this boundary")
        return g(f"signal.{name}", a, b, mode=how, boundary=chosen, fillvalue=fill)


in_two_dimensions("convolve2d")
in_two_dimensions("correlate2d")
