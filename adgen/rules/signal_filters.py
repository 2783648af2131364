"""Recursive and polyphase filters of `scipy.signal`: `lfilter sosfilt upfirdn`, and `detrend savgol_filter`.

With B and A the polynomials of b and a in the delay, y = lfilter(b, a, x) solves A y = B x. So A y_dot = B x_dot +
B_dot x - A_dot y: the tangent is the same filter three times. The transpose with respect to x is the filter run
backwards; with respect to b, the correlation of the cotangent with lfilter([1], a, x). An initial state zi adds to the
first of B x; the final state is the first of A times what the filter would do next on zeros.
"""

from __future__ import annotations

import importlib
from typing import Any, cast

import numpy as np

from adgen.errors import NeedsSize, Refusal
from adgen.ir.core import Atom, Attrs, Const, Op
from adgen.ir.types import ArrayT, Dim, Dims, Sym, Type, dtype_of, is_complex
from adgen.rules.borders import known_sizes, reversed_all
from adgen.rules.computed import constant
from adgen.rules.lowering import Result, axis_of, lowers, static
from adgen.rules.products import ranked_dims
from adgen.rules.shapes import along, array_of, get, known_dims, put, size_along, static_int
from adgen.rules.table import E, Ops, Rule, Transposer, add_rule
from adgen.rules.typing import mean_dtype

signal: Any = importlib.import_module("scipy.signal")

AnyOps = Ops | Transposer
Dots = tuple[E | None, ...]


# Types

def filtered_dtype(args: tuple[Atom, ...]) -> str:
    return mean_dtype(str(np.result_type(*(dtype_of(a.type) for a in args))))


def filtered_dims(args: tuple[Atom, ...], x: int) -> Dims:
    (dims,) = ranked_dims(args[x:x + 1], "a filter")
    if not dims:
        raise Refusal("a filter takes arrays of rank 1 or more", "give an array")
    return dims


def lfilter_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return ArrayT(filtered_dtype(args), filtered_dims(args, 2))


def with_state_type(args: tuple[Atom, ...], attrs: Attrs) -> tuple[Type, ...]:
    """The result, and the state at the end, which is like that at the beginning."""
    dtype = filtered_dtype(args)
    return ArrayT(dtype, filtered_dims(args, len(args) - 2)), ArrayT(dtype, filtered_dims(args, len(args) - 1))


def sosfilt_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return ArrayT(filtered_dtype(args), filtered_dims(args, 1))


# Pieces

def one(g: AnyOps, like: E) -> E:
    """The polynomial 1."""
    return g.wrap(UNIT[like.dtype])


def unit(dtype: str) -> Const:
    text = "np.ones(1)" if dtype == "float64" else f"np.ones(1, dtype=np.{dtype})"
    return Const(np.ones(1, dtype), ArrayT(dtype, (1,)), made=text)


UNIT = {dtype: unit(dtype) for dtype in ("float16", "float32", "float64", "complex64", "complex128")}
"""The polynomial 1; one object each, so that a module has it once."""


def backwards(g: AnyOps, x: E, axis: int) -> E:
    return reversed_all(g, x, (axis,))


def longer(g: AnyOps, x: E, axis: int, extra: int) -> E:
    """x with zeros behind it."""
    widths = tuple((0, extra if k == axis else 0) for k in range(x.rank))
    return g("pad", x, pad_width=widths, mode="constant") if extra else x


def plus(a: E | None, b: E | None) -> E | None:
    return b if a is None else a if b is None else a + b


def minus(a: E | None, b: E) -> E:
    return -b if a is None else a - b


def lfilter(g: AnyOps, b: E, a: E, x: E, axis: int) -> E:
    return g("signal.lfilter", b, a, x, axis=axis)


# lfilter

def lfilter_tangent(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots) -> E | None:
    (b, a, x), (y,), axis = args, ys, op.attrs["axis"]
    b_dot, a_dot, x_dot = dots
    made = None if x_dot is None else lfilter(g, b, a, x_dot, axis)
    made = plus(made, None if b_dot is None else lfilter(g, b_dot, a, x, axis))
    return made if a_dot is None else minus(made, lfilter(g, a_dot, a, y, axis))


def lfilter_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    (b, a, x), axis = (g.wrap(v) for v in op.args), op.attrs["axis"]
    if linear == (2,):
        made = backwards(g, lfilter(g, b, a, backwards(g, ct, axis), axis), axis)
        return (as_type(g, made, op.args[2].type),)
    count = size_along(g, b, 0)
    if isinstance(count, int):
        wide = longer(g, ct, axis, count - 1)
    else:
        shape: list[Any] = [size_along(g, ct, k) for k in range(ct.rank)]
        room: tuple[Any, ...] = tuple(n + count - 1 if k == axis else n for k, n in enumerate(shape))
        wide = put(g, g.zeros(room, ct.dtype), ct, *along(axis, slice(None, shape[axis])))
    made = g("signal.correlate", wide, lfilter(g, one(g, b), a, x, axis), mode="valid", method="auto")
    return (as_type(g, made if made.rank == 1 else g.reshape(made, (-1,)), op.args[0].type),)


def as_type(g: AnyOps, x: E, t: Type) -> E:
    return x if x.dtype == dtype_of(t) else g("convert", x, dtype=dtype_of(t))


# With a state

def with_state_tangent(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots) -> Dots:
    sizes = (known_sizes(x, "the coefficients")[0] for x in args[:2])
    return section_tangent(g, args[:3], ys, dots, op.attrs["axis"], max(sizes) - 1)


def section_tangent(g: Ops, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots, axis: int, order: int) -> Dots:
    """Of y and of the final state, for a filter with a[0] = 1."""
    (b, a, x), (y, zf) = args, ys
    b_dot, a_dot, x_dot, zi_dot = dots
    head, tail = along(axis, slice(None, order)), along(axis, slice(-order, None))

    def of(b_: E, x_: E) -> E:
        return lfilter(g, b_, a, x_, axis)

    y_dot = None if x_dot is None else of(b, x_dot)
    next_dot = None if x_dot is None else get(g, of(b, longer(g, x_dot, axis, order)), *tail)
    if b_dot is not None:
        y_dot = plus(y_dot, of(b_dot, x))
        next_dot = plus(next_dot, get(g, of(b_dot, longer(g, x, axis, order)), *tail))
    if zi_dot is not None:
        start = g.zeros(g.shape(x), zi_dot.dtype)
        held = get(g, zi_dot, *along(axis, slice(None, g.dim(x, axis))))
        y_dot = plus(y_dot, of(one(g, a), put(g, start, held, *head)))
        room = tuple(g.dim(x, k) + (order if k == axis else 0) for k in range(x.rank))
        wide = put(g, g.zeros(room, zi_dot.dtype), zi_dot, *head)
        next_dot = plus(next_dot, get(g, of(one(g, a), wide), *tail))
    after = None if a_dot is None else of(one(g, a), zf)
    if a_dot is not None and after is not None:
        y_dot = minus(y_dot, of(a_dot, y))
        next_dot = minus(next_dot, get(g, of(a_dot, g("concatenate", y, after, axis=axis)), *tail))
    zf_dot = None if next_dot is None else lfilter(g, a, one(g, a), next_dot, axis)
    if a_dot is not None and after is not None:
        zf_dot = plus(zf_dot, lfilter(g, a_dot, one(g, a), after, axis))
    return y_dot, zf_dot


# Second-order sections

def section(g: AnyOps, sos: E, k: int) -> tuple[E, E]:
    return get(g, sos, k, slice(None, 3)), get(g, sos, k, slice(3, None))


def sosfilt_tangent(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots) -> E | None:
    (sos, x), (sos_dot, x_dot), axis = args, dots, op.attrs["axis"]
    if sos_dot is None:
        return None if x_dot is None else g("signal.sosfilt", sos, x_dot, axis=axis)
    held, dot = x, x_dot
    for k in range(sections(sos)):
        (b, a), (b_dot, a_dot) = section(g, sos, k), section(g, sos_dot, k)
        y = lfilter(g, b, a, held, axis)
        dot = plus(None if dot is None else lfilter(g, b, a, dot, axis), lfilter(g, b_dot, a, held, axis))
        held, dot = y, minus(dot, lfilter(g, a_dot, a, y, axis))
    return dot


def sosfilt_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    axis = op.attrs["axis"]
    made = backwards(g, g("signal.sosfilt", op.args[0], backwards(g, ct, axis), axis=axis), axis)
    return (as_type(g, made, op.args[1].type),)


def sosfilt_with_state_tangent(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots) -> Dots:
    (sos, x, zi), (sos_dot, x_dot, zi_dot), axis = args, dots, op.attrs["axis"]
    held, dot, ends = x, x_dot, list[E]()
    for k in range(sections(sos)):
        b, a = section(g, sos, k)
        state = get(g, zi, k)
        b_dot, a_dot = (None, None) if sos_dot is None else section(g, sos_dot, k)
        results = g.many("signal.lfilter_with_state", b, a, held, state, axis=axis)
        of_zi = None if zi_dot is None else get(g, zi_dot, k)
        dot, end = section_tangent(g, (b, a, held), results, (b_dot, a_dot, dot, of_zi), axis, 2)
        held = results[0]
        assert end is not None
        ends.append(end)
    return dot, g("stack", *ends, axis=0)


def sections(sos: E) -> int:
    return cast(int, known_dims(sos.type)[0])


def with_known_sections(g: Ops, sos: E) -> E:
    """The sections as rows of six; their number must be known when compiling."""
    if sos.rank != 2:
        raise Refusal("sos must have rank 2", "give an array with a row of six for each section")
    if not isinstance(count := known_dims(sos.type)[0], int):
        raise NeedsSize(str(count), "how many sections sos has must be known when compiling",
                        "give the size in its type, as sos=float64[3,6]")
    return sos if sos.dims == (count, 6) else g.reshape(sos, (count, 6))


# upfirdn

def polyphase_dim(n: Dim, taps: int, up: int, down: int) -> Dim:
    if isinstance(n, int):
        return ((n - 1) * up + taps - 1) // down + 1
    return Sym(f"(({n}-1)*{up}+{taps - 1})//{down}+1")


def upfirdn_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    taps, dims = known_dims(args[0].type)[0], filtered_dims(args, 1)
    axis, up, down = (cast(int, attrs[key]) for key in ("axis", "up", "down"))
    made = polyphase_dim(dims[axis], cast(int, taps), up, down)
    dtype = str(np.result_type(*(dtype_of(a.type) for a in args), np.float32))
    return ArrayT(dtype, (*dims[:axis], made, *dims[axis + 1:]))


def upfirdn_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    h, x = (g.wrap(v) for v in op.args)
    rule = upfirdn_by_x if linear == (1,) else upfirdn_by_h
    return (as_type(g, rule(g, op, h, x, ct), op.args[linear[0]].type),)


def upfirdn_by_x(g: Transposer, op: Op, h: E, x: E, ct: E) -> E:
    """The reversed filter with up and down exchanged, aligned by zeros before its taps."""
    up, down, axis = op.attrs["up"], op.attrs["down"], op.attrs["axis"]
    (taps,) = known_sizes(h, "h")
    before, behind = (1 - taps) % up, max(0, down - taps)
    kernel = backwards(g, h, 0)
    if before or behind:
        kernel = g("pad", kernel, pad_width=((before, behind),), mode="constant")
    made = g("signal.upfirdn", kernel, ct, up=down, down=up, axis=axis)
    start = (taps - 1 + before) // up
    return get(g, made, *along(axis, slice(start, size_along(g, x, axis) + start)))


def upfirdn_by_h(g: Transposer, op: Op, h: E, x: E, ct: E) -> E:
    """The correlation of both signals with zeros put in."""
    up, down, axis = op.attrs["up"], op.attrs["down"], op.attrs["axis"]
    (taps,) = known_sizes(h, "h")
    shape: list[Any] = [size_along(g, x, k) for k in range(x.rank)]
    length: Any = (shape[axis] - 1) * up + 1
    spread = put(g, g.zeros(tuple(length if k == axis else n for k, n in enumerate(shape)), x.dtype), x,
                 *along(axis, slice(None, None, up)))
    room = tuple(length + (taps - 1) if k == axis else n for k, n in enumerate(shape))
    wide = put(g, g.zeros(room, ct.dtype), ct, *along(axis, slice(None, None, down)))
    made = g("signal.correlate", wide, spread, mode="valid", method="auto")
    return made if made.rank == 1 else g.reshape(made, (-1,))


# Projections and polynomials

def floating_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return ArrayT(mean_dtype(dtype_of(args[0].type)), filtered_dims(args, 0))


def detrend_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    """What is left after a least-squares fit is an orthogonal projection, which is its own transpose."""
    return (as_type(g, g("signal.detrend", ct, **op.attrs), op.args[0].type),)


def savgol_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    dtype = dtype_of(args[0].type)
    return ArrayT(dtype if dtype in ("float32", "float64") else "float64", filtered_dims(args, 0))


def savgol_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    """Inside, the reversed convolution; at both ends, the transpose of fitting a polynomial to a window."""
    axis, window = op.attrs["axis"], op.attrs["window_length"]
    rest = {k: v for k, v in op.attrs.items() if k not in ("axis", "window_length")}
    rows = fitted(g, window, rest)
    half = window // 2
    taps = constant(g, signal.savgol_coeffs, "scipy.signal.savgol_coeffs", window, *rest.values())
    n = size_along(g, ct, axis)
    inner = along(axis, slice(half, n - half))
    middle = put(g, g.zeros(g.shape(op.args[0]), ct.dtype), get(g, ct, *inner), *inner)
    made = g("ndimage.correlate1d", middle, taps, axis=axis, mode="constant", cval=0.0, origin=0)
    ends = ((slice(None, window), slice(None, half)), (slice(n - window, None), slice(n - half, None)))
    for places, outer in ends:
        weights = get(g, rows, slice(None, half) if outer.start is None else slice(window - half, None))
        part = g("tensordot", get(g, ct, *along(axis, outer)), weights, axes=((axis,), (0,)))
        order = (*range(axis), part.rank - 1, *range(axis, part.rank - 1))
        part = part if order == tuple(range(part.rank)) else g("transpose", part, axes=order)
        old = get(g, made, *along(axis, places))
        made = put(g, made, as_type(g, old + part, made.type), *along(axis, places))
    return (as_type(g, made, op.args[0].type),)


def fitted(g: AnyOps, window: int, rest: dict[str, Any]) -> E:
    """The filter of one window, as a matrix."""
    values = signal.savgol_filter(np.eye(window), window, **rest, axis=0)
    named = ", ".join(f"{k}={v!r}" for k, v in rest.items())
    made = f"scipy.signal.savgol_filter(np.eye({window}), {window}, {named}, axis=0)"
    return g.wrap(Const(values, ArrayT("float64", values.shape), made=made))


# Rows

add_rule(Rule("signal.lfilter", lfilter_type, tangent=lfilter_tangent, transpose=lfilter_transpose,
              call="scipy.signal.lfilter", needs_shape=(0, 2)))
add_rule(Rule("signal.lfilter_with_state", with_state_type, tangent=with_state_tangent, call="scipy.signal.lfilter",
              keywords=("zi",)))
add_rule(Rule("signal.sosfilt", sosfilt_type, tangent=sosfilt_tangent, transpose=sosfilt_transpose,
              call="scipy.signal.sosfilt"))
add_rule(Rule("signal.sosfilt_with_state", with_state_type, tangent=sosfilt_with_state_tangent,
              call="scipy.signal.sosfilt", keywords=("zi",)))
add_rule(Rule("signal.upfirdn", upfirdn_type, bilinear=(0, 1), transpose=upfirdn_transpose,
              call="scipy.signal.upfirdn", needs_shape=(0, 1)))
add_rule(Rule("signal.detrend", floating_type, linear=(0,), transpose=detrend_transpose, call="scipy.signal.detrend"))
add_rule(Rule("signal.savgol_filter", savgol_type, linear=(0,), transpose=savgol_transpose,
              call="scipy.signal.savgol_filter", needs_shape=(0,)))


# Calls

def real(g: Ops, value: Any, name: str) -> E:
    x = array_of(g, value)
    if is_complex(x.type):
        raise Refusal(f"scipy.signal.{name} of complex arrays is not supported", "filter the real and imaginary parts")
    return x


def coefficients(g: Ops, value: Any, name: str) -> E:
    x = real(g, value, name)
    if x.rank > 1:
        raise Refusal(f"scipy.signal.{name} takes coefficients of rank 1", "loop over the rows")
    return x if x.rank else g.reshape(x, (1,))


@lowers(signal.lfilter, "b, a, x, axis=-1, zi=None", name="scipy.signal.lfilter")
def lower_lfilter(g: Ops, b: Any, a: Any, x: Any, axis: Any, zi: Any) -> Result:
    over, under, values = coefficients(g, b, "lfilter"), coefficients(g, a, "lfilter"), real(g, x, "lfilter")
    at = axis_of(values, axis)
    if is_none(zi):
        return g("signal.lfilter", over, under, values, axis=at)
    state = real(g, zi, "lfilter")
    order = max(*known_sizes(over, "b, with zi"), *known_sizes(under, "a, with zi")) - 1
    if state.rank != values.rank:
        raise Refusal("zi must have the rank of x", "reshape it: one state for each element of the other axes")
    if not (isinstance(under.atom, Const) and float(np.asarray(under.atom.value).flat[0]) == 1.0):
        first = get(g, under, 0)
        over, under = over / first, under / first
    others = [(a, b) for k, (a, b) in enumerate(zip(state.dims or (), values.dims or (), strict=True)) if k != at]
    if any(a != b for a, b in others):
        state = g.broadcast(state, tuple(order if k == at else g.dim(values, k) for k in range(values.rank)))
    return g.many("signal.lfilter_with_state", over, under, values, state, axis=at)


def is_known(value: Any) -> bool:
    """Whether an argument is known when compiling."""
    if isinstance(value, (tuple, list)):
        return all(is_known(v) for v in cast("list[Any]", value))
    return not isinstance(value, E) or isinstance(value.atom, Const)


def is_none(value: Any) -> bool:
    return value is None or (isinstance(value, E) and isinstance(value.atom, Const) and value.atom.value is None)


@lowers(signal.lfilter_zi, "b, a", name="scipy.signal.lfilter_zi")
def lower_lfilter_zi(g: Ops, b: Any, a: Any) -> Result:
    """The state of the step response: a constant, or the solution z of z = A z + b, A the companion's transpose."""
    if is_known(b) and is_known(a):
        return constant(g, signal.lfilter_zi, "scipy.signal.lfilter_zi", b, a)
    over, under = coefficients(g, b, "lfilter_zi"), coefficients(g, a, "lfilter_zi")
    sizes = known_sizes(over, "b")[0], known_sizes(under, "a")[0]
    n = max(sizes)
    first = get(g, under, 0)
    over, under = (longer(g, x / first, 0, n - m) for x, m in zip((over, under), sizes, strict=True))
    later = get(g, under, slice(1, None))
    change = get(g, over, slice(1, None)) - later * get(g, over, 0)
    step = g("eye", n - 1, n - 1, k=0, dtype=later.dtype) - g("eye", n - 1, n - 1, k=1, dtype=later.dtype)
    first_column = (slice(None), 0)
    return g("solve", put(g, step, get(g, step, *first_column) + later, *first_column), change)


@lowers(signal.sosfilt, "sos, x, axis=-1, zi=None", name="scipy.signal.sosfilt")
def lower_sosfilt(g: Ops, sos: Any, x: Any, axis: Any, zi: Any) -> Result:
    table, values = real(g, sos, "sosfilt"), real(g, x, "sosfilt")
    at = axis_of(values, axis)
    if is_none(zi):
        return g("signal.sosfilt", with_known_sections(g, table), values, axis=at)
    state = real(g, zi, "sosfilt")
    if state.rank != values.rank + 1:
        raise Refusal("zi must have the rank of x and one more", "give the states of each section")
    return g.many("signal.sosfilt_with_state", with_known_sections(g, table), values, state, axis=at)


@lowers(signal.upfirdn, "h, x, up=1, down=1, axis=-1, mode='constant', cval=0", name="scipy.signal.upfirdn")
def lower_upfirdn(g: Ops, h: Any, x: Any, up: Any, down: Any, axis: Any, mode: Any, cval: Any) -> Result:
    taps, values = coefficients(g, h, "upfirdn"), real(g, x, "upfirdn")
    known_sizes(taps, "h of scipy.signal.upfirdn")
    if static(mode, "mode") != "constant" or static(cval, "cval") != 0:
        raise Refusal("scipy.signal.upfirdn extends signals by zeros only here",
                      "extend the signal by np.pad first, and cut the result")
    sizes = {"up": static_int(up, "up"), "down": static_int(down, "down")}
    return g("signal.upfirdn", taps, values, **sizes, axis=axis_of(values, axis))


@lowers(signal.detrend, "data, axis=-1, type='linear', bp=0, overwrite_data=False", name="scipy.signal.detrend")
def lower_detrend(g: Ops, data: Any, axis: Any, type: Any, bp: Any, overwrite_data: Any) -> Result:
    x, how = real(g, data, "detrend"), static(type, "type")
    if how not in ("linear", "l", "constant", "c"):
        raise Refusal(f"type must be 'linear' or 'constant', got {how!r}", "use one of these")
    if static(overwrite_data, "overwrite_data"):
        raise Refusal("overwrite_data=True leaves undefined values in its argument", "leave it out")
    if how in ("constant", "c"):
        return x - g("mean", x, axis=(axis_of(x, axis),), keepdims=True)
    points = np.asarray(static(bp, "bp"))
    places: Any = int(points) if points.ndim == 0 else tuple(int(p) for p in points)
    return g("signal.detrend", x, axis=axis_of(x, axis), bp=places)


@lowers(signal.savgol_filter, "x, window_length, polyorder, deriv=0, delta=1.0, axis=-1, mode='interp', cval=0.0",
        name="scipy.signal.savgol_filter")
def lower_savgol(g: Ops, x: Any, window_length: Any, polyorder: Any, deriv: Any, delta: Any, axis: Any, mode: Any,
                 cval: Any) -> Result:
    values, how = real(g, x, "savgol_filter"), static(mode, "mode")
    at = axis_of(values, axis)
    window, order, times = (static_int(v, "an order") for v in (window_length, polyorder, deriv))
    step, border = float(static(delta, "delta")), float(static(cval, "cval"))
    if not 0 <= order < window or times < 0:
        raise Refusal("polyorder must be less than window_length, and deriv not negative", "choose smaller orders")
    if how == "interp" and window % 2 == 1:
        settings = {"window_length": window, "polyorder": order, "deriv": times, "delta": step}
        return g("signal.savgol_filter", values, **settings, axis=at)
    if how not in ("mirror", "constant", "nearest", "wrap"):
        raise Refusal(f"scipy.signal.savgol_filter with mode={how!r} and a window of {window} is not supported",
                      "use an odd window, or one of the modes 'mirror', 'constant', 'nearest', 'wrap'")
    settings: dict[str, Any] = {} if times == 0 and step == 1.0 else {"deriv": times, "delta": step}
    taps = constant(g, signal.savgol_coeffs, "scipy.signal.savgol_coeffs", window, order, **settings)
    floats = values if values.dtype in ("float32", "float64") else g("convert", values, dtype="float64")
    return g("ndimage.convolve1d", floats, taps, axis=at, mode=how, cval=border, origin=0)

