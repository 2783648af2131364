"""Discrete Fourier transforms: `fft ifft rfft irfft`, `fftn` and its kind, one row each; the others are made of them.

All are linear. With the inner product Re <w, v> the adjoint of a transform is the opposite one with the opposite
scaling (`norm='backward'` and `'forward'` change places): the adjoint of `fft(x)` is `ifft(w, norm='forward')`. Those
that leave out the redundant half of a spectrum count its inner entries twice: the adjoint of `rfft` halves them first,
that of `irfft` doubles them. An input that was padded or cropped to `n` has its cotangent cropped or padded back.

`fft.fft(x[, n]; axis, norm)`, `fft.fftn(x; axes, norm)`: n is an operand, for it may be known at run time only.
"""
from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from adgen.errors import Refusal
from adgen.ir.core import Atom, Attrs, Const, Op
from adgen.ir.types import ArrayT, Dim, Sym, Type, dim_minus, dims_of, dtype_of
from adgen.rules.infrastructure import as_dtype
from adgen.rules.lowering import Result, axis_of, lowers, static
from adgen.rules.products import ranked_dims
from adgen.rules.shapes import along, array_of, get, listed, put, size_of
from adgen.rules.table import E, Ops, Rule, Transpose, Transposer, add_rule

Dots = tuple[E | None, ...]
NORMS = {None: "forward", "backward": "forward", "ortho": "ortho", "forward": None}
"""The scaling of the adjoint."""


# Types

@cache
def dtype_of_transform(name: str, dtype: str) -> str:
    return str(getattr(np.fft, name)(np.ones(2, dtype)).dtype)


def half(n: Dim) -> Dim:
    """The length of the spectrum of n real numbers, without its redundant half."""
    return n // 2 + 1 if isinstance(n, int) else Sym(f"half({n})", True)


def length_of_real(m: Dim) -> Dim:
    """The length that `irfft` takes a spectrum of length m to stand for."""
    return 2 * (m - 1) if isinstance(m, int) else Sym(f"2*({dim_minus(m, 1)})", True)


def transform_type(name: str) -> Any:
    def rule(args: tuple[Atom, ...], attrs: Attrs) -> Type:
        dims = list(ranked_dims(args[:1], name)[0])
        axis: int = attrs["axis"]
        source, *length = list(args)
        given = size_of(length[0]) if length else None
        if isinstance(given, int) and given < 1:
            raise Refusal(f"np.fft.{name} of {given} points", "give a positive n")
        n = dims[axis] if given is None else given
        if name == "irfft":
            dims[axis] = length_of_real(n) if given is None else n
        else:
            dims[axis] = half(n) if name == "rfft" else n
        return ArrayT(dtype_of_transform(name, dtype_of(source.type)), tuple(dims))

    return rule


def several_type(name: str) -> Any:
    def rule(args: tuple[Atom, ...], attrs: Attrs) -> Type:
        (dims,) = ranked_dims(args, name)
        return ArrayT(dtype_of_transform("fft", dtype_of(args[0].type)), dims)

    return rule


# Transposes

def transpose_complex_transform(opposite: str) -> Transpose:
    def transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
        made = g(opposite, ct, axis=op.attrs["axis"], norm=NORMS[op.attrs["norm"]])
        return (resized(g, made, op.args[0], op.attrs["axis"]),)

    return transpose


def transpose_several(opposite: str) -> Transpose:
    def transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
        return (g(opposite, ct, axes=op.attrs["axes"], norm=NORMS[op.attrs["norm"]]),)

    return transpose


def transpose_rfft(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    axis: int = op.attrs["axis"]
    source, *length = list(op.args)
    n = g.wrap(length[0]) if length else g.dim(source, axis)
    halved = inner_times(g, ct, n, 0.5, axis)
    made = g("fft.irfft", halved, n, axis=axis, norm=NORMS[op.attrs["norm"]])
    return (resized(g, made, source, axis),)


def transpose_irfft(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    axis: int = op.attrs["axis"]
    made = g("fft.rfft", ct, axis=axis, norm=NORMS[op.attrs["norm"]])
    doubled = inner_times(g, made, g.dim(op.result, axis), 2.0, axis)
    return (resized(g, doubled, op.args[0], axis),)


def inner_times(g: Transposer, spectrum: E, n: E, factor: float, axis: int) -> E:
    """The half spectrum of n real numbers with the entries times a factor that stand for two of the whole."""
    inner = along(axis, slice(1, g("floordiv", n + 1, 2)))
    return put(g, spectrum, get(g, spectrum, *inner) * factor, *inner)


def resized(g: Transposer, ct: E, operand: Atom, axis: int) -> E:
    """A cotangent of what `operand` was padded or cropped to, as one of the operand."""
    old, new = dims_of(operand.type), ct.dims
    assert old is not None and new is not None
    a, b = old[axis], new[axis]
    if a == b:
        return ct
    if isinstance(a, int) and isinstance(b, int) and a < b:
        return get(g, ct, *along(axis, slice(None, a)))
    n, wanted = g.dim(ct, axis), g.dim(operand, axis)
    zeros = g.zeros(g.shape(operand), ct.dtype)
    part = get(g, ct, *along(axis, slice(None, wanted)))
    return put(g, zeros, part, *along(axis, slice(None, n)))


def enter_rows() -> None:
    rows: tuple[tuple[str, Transpose], ...] = (
        ("fft", transpose_complex_transform("fft.ifft")), ("ifft", transpose_complex_transform("fft.fft")),
        ("rfft", transpose_rfft), ("irfft", transpose_irfft),
    )
    for name, transpose in rows:
        add_rule(Rule(f"fft.{name}", transform_type(name), linear=(0,), transpose=transpose, needs_shape=(0,),
                      call=f"np.fft.{name}"))
    for name, opposite in (("fftn", "ifftn"), ("ifftn", "fftn"), ("fft2", "ifft2"), ("ifft2", "fft2")):
        add_rule(Rule(f"fft.{name}", several_type(name), linear=(0,), transpose=transpose_several(f"fft.{opposite}"),
                      call=f"np.fft.{name}"))


enter_rows()


# Calls

def one(g: Ops, name: str, x: E, n: Any, axis: Any, norm: Any) -> E:
    """A transform along one axis."""
    length = () if n is None else (n,)
    return g(f"fft.{name}", x, *length, axis=axis_of(x, axis), norm=known_norm(norm))


def known_norm(norm: Any) -> str | None:
    chosen = static(norm, "norm")
    if chosen not in NORMS:
        raise Refusal(f"norm must be 'backward', 'ortho' or 'forward', got {chosen!r}", "use one of these")
    return None if chosen == "backward" else chosen


def transformed(g: Ops, a: Any) -> E:
    x = array_of(g, a)
    if x.rank == 0:
        raise Refusal("a Fourier transform needs an array", "give an array of rank 1 or more")
    return x


def enter_one(name: str) -> None:
    @lowers(getattr(np.fft, name), "a, n=None, axis=-1, norm=None", name=f"np.fft.{name}")
    def lower(g: Ops, a: Any, n: Any, axis: Any, norm: Any) -> Result:
        return one(g, name, transformed(g, a), n, axis, norm)


for _name in ("fft", "ifft", "rfft", "irfft"):
    enter_one(_name)


@lowers(np.fft.hfft, "a, n=None, axis=-1, norm=None", name="np.fft.hfft")
def lower_hfft(g: Ops, a: Any, n: Any, axis: Any, norm: Any) -> Result:
    x = transformed(g, a)
    return one(g, "irfft", g("conj", x), n, axis, NORMS[known_norm(norm)])


@lowers(np.fft.ihfft, "a, n=None, axis=-1, norm=None", name="np.fft.ihfft")
def lower_ihfft(g: Ops, a: Any, n: Any, axis: Any, norm: Any) -> Result:
    return g("conj", one(g, "rfft", transformed(g, a), n, axis, NORMS[known_norm(norm)]))


def axes_and_sizes(x: E, s: Any, axes: Any) -> tuple[tuple[int, ...], list[Any]]:
    """The axes that are transformed, and the size of each or None."""
    sizes = None if s is None else listed(s)
    if axes is None:
        places = tuple(range(x.rank)) if sizes is None else tuple(range(x.rank - len(sizes), x.rank))
    else:
        places = tuple(axis_of(x, k) for k in listed(axes))
    if sizes is not None and len(sizes) != len(places):
        raise Refusal("s and axes of a Fourier transform differ in length", "give a size for each axis")
    return places, [None] * len(places) if sizes is None else sizes


def known_size(size: Any) -> Any:
    """A size of -1 stands for that of the array."""
    return None if isinstance(size, E) and isinstance(size.atom, Const) and size.atom.value == -1 else size


def several(g: Ops, name: str, x: E, s: Any, axes: Any, norm: Any) -> E:
    """A transform along several axes, the last one first, as NumPy does it."""
    places, sizes = axes_and_sizes(x, s, axes)
    if all(n is None for n in sizes) and len(set(places)) == len(places) > 0:
        return whole(g, name, x, places, norm)
    for axis, n in reversed(list(zip(places, sizes, strict=True))):
        x = one(g, name, x, known_size(n), axis, norm)
    return x


def whole(g: Ops, name: str, x: E, places: tuple[int, ...], norm: Any) -> E:
    """`fft2` of a matrix or the last two axes, else `fftn`."""
    last = places == (x.rank - 2, x.rank - 1)
    every = places == tuple(range(x.rank))
    if last:
        return g(f"fft.{name}2", x, axes=(-2, -1), norm=known_norm(norm))
    return g(f"fft.{name}n", x, axes=None if every else places, norm=known_norm(norm))


def enter_several(name: str, end: str, default: str) -> None:
    @lowers(getattr(np.fft, f"{name}{end}"), f"a, s=None, axes={default}, norm=None", name=f"np.fft.{name}{end}")
    def lower(g: Ops, a: Any, s: Any, axes: Any, norm: Any) -> Result:
        return several(g, name, transformed(g, a), s, axes, norm)

    @lowers(getattr(np.fft, f"r{name}{end}" if name == "fft" else f"irfft{end}"),
            f"a, s=None, axes={default}, norm=None",
            name=f"np.fft.{'rfft' if name == 'fft' else 'irfft'}{end}")
    def lower_real(g: Ops, a: Any, s: Any, axes: Any, norm: Any) -> Result:
        return several_real(g, name, transformed(g, a), s, axes, norm)


def several_real(g: Ops, name: str, x: E, s: Any, axes: Any, norm: Any) -> E:
    """`rfftn`: the last axis by `rfft`, the others by `fft`; `irfftn`: the same backwards."""
    places, sizes = axes_and_sizes(x, s, axes)
    *first, last = zip(places, sizes, strict=True)
    if name == "fft":
        x = one(g, "rfft", x, known_size(last[1]), last[0], norm)
    for axis, n in reversed(first) if name == "fft" else first:
        x = one(g, name, x, known_size(n), axis, norm)
    return x if name == "fft" else one(g, "irfft", x, known_size(last[1]), last[0], norm)


for _name in ("fft", "ifft"):
    enter_several(_name, "n", "None")
    enter_several(_name, "2", "(-2, -1)")


def transpose_frequencies(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots) -> E | None:
    """The frequencies are in inverse proportion to the spacing."""
    dot = dots[1]
    if dot is None:
        return None
    return g.broadcast(as_dtype(g, dot, "float64"), g.shape(ys[0])) * (-ys[0] / args[1])


def frequencies_type(name: str) -> Any:
    def rule(args: tuple[Atom, ...], attrs: Attrs) -> Type:
        n = size_of(args[0])
        return ArrayT("float64", (n if name == "fftfreq" else half(n),))

    return rule


def enter_frequencies(name: str) -> None:
    add_rule(Rule(f"fft.{name}", frequencies_type(name), tangent=transpose_frequencies, call=f"np.fft.{name}"))

    @lowers(getattr(np.fft, name), "n, d=1.0", name=f"np.fft.{name}")
    def lower(g: Ops, n: Any, d: Any) -> Result:
        return g(f"fft.{name}", n, d)


for _name in ("fftfreq", "rfftfreq"):
    enter_frequencies(_name)
