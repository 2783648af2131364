"""Functions of `scipy.signal` that are a few of its others: filters run both ways, resampling, waves."""

from __future__ import annotations

import importlib
import math
from typing import Any

from adgen.errors import Refusal
from adgen.ir.core import Const
from adgen.library import reads, refuse
from adgen.rules.computed import made_constant
from adgen.rules.lowering import CALLS, Lowering, Result, parse_signature
from adgen.rules.table import E, Ops

np: Any = importlib.import_module("numpy")
scipy_signal: Any = importlib.import_module("scipy.signal")


def along(axis: int, part: slice) -> Any:
    return (*(slice(None) for _ in range(axis)), part)


def one_at(x: Any, axis: int, place: int) -> Any:
    """x at one place of an axis, which stays with length 1."""
    return x[(*(slice(None) for _ in range(axis)), place, None)]


# Both ways: without delay

def extended(x: Any, edge: int, axis: int, padtype: Any) -> Any:
    """x with `edge` samples before and behind it: reflected in its ends, mirrored, or repeated."""
    if padtype is None or edge == 0:
        return x
    first, last = one_at(x, axis, 0), one_at(x, axis, -1)
    before, behind = x[along(axis, slice(edge, 0, -1))], x[along(axis, slice(-2, -(edge + 2), -1))]
    if padtype == "odd":
        return np.concatenate((2 * first - before, x, 2 * last - behind), axis=axis)
    if padtype == "even":
        return np.concatenate((before, x, behind), axis=axis)
    if padtype == "constant":
        return np.concatenate((np.repeat(first, edge, axis=axis), x, np.repeat(last, edge, axis=axis)), axis=axis)
    return refuse(f"padtype {padtype!r} is not known", "use 'odd', 'even', 'constant' or None")


def border(padtype: Any, padlen: Any, taps: int) -> int:
    if padtype is None:
        return 0
    return taps * 3 if padlen is None else padlen


def check_length(length: Any, edge: int) -> None:
    if length <= edge:
        raise ValueError("The length of the input vector x must be greater than padlen.")


@reads(scipy_signal.filtfilt, "scipy.signal.filtfilt")
def filtfilt(b: Any, a: Any, x: Any, axis: Any = -1, padtype: Any = "odd", padlen: Any = None, method: Any = "pad",
             irlen: Any = None) -> Any:
    if method != "pad":
        refuse("scipy.signal.filtfilt with method='gust' is not supported", "use method='pad'")
    b, a, x = np.atleast_1d(b), np.atleast_1d(a), np.asarray(x)
    axis = axis % x.ndim
    edge = border(padtype, padlen, max(len(a), len(b)))
    check_length(x.shape[axis], edge)
    ext = extended(x, edge, axis, padtype)
    zi = scipy_signal.lfilter_zi(b, a)
    zi = np.reshape(zi, (1,) * axis + (-1,) + (1,) * (x.ndim - axis - 1))
    y, _ = scipy_signal.lfilter(b, a, ext, axis=axis, zi=zi * one_at(ext, axis, 0))
    last = one_at(y, axis, -1)
    y, _ = scipy_signal.lfilter(b, a, y[along(axis, slice(None, None, -1))], axis=axis, zi=zi * last)
    y = y[along(axis, slice(None, None, -1))]
    return y[along(axis, slice(edge, -edge))] if edge > 0 else y


def taps_of_sections(sos: Any) -> int:
    """The length of the filter that the sections make; run when compiling."""
    table = np.asarray(sos)
    return 2 * len(table) + 1 - int(min((table[:, 2] == 0).sum(), (table[:, 5] == 0).sum()))


def lower_taps_of_sections(g: Ops, sos: Any) -> Result:
    if not isinstance(sos, E) or not isinstance(sos.atom, Const):
        raise Refusal("the default padlen of scipy.signal.sosfiltfilt depends on zeros among the coefficients",
                      "give padlen=")
    return taps_of_sections(sos.atom.value)


def in_dtype_of(sos: Any, x: Any) -> Any:
    """Coefficients that are known, in the dtype of the signal; run when compiling."""
    return np.asarray(sos).astype(x.dtype)


def lower_in_dtype_of(g: Ops, sos: E, x: E) -> Result:
    known = sos.atom
    if not isinstance(known, Const) or x.dtype not in ("float32", "float64") or x.dtype == sos.dtype:
        return sos
    return made_constant(g, known.value.astype(x.dtype), f"{known.made}.astype(np.{x.dtype})" if known.made else "")


CALLS[id(in_dtype_of)] = Lowering("in_dtype_of", parse_signature("sos, x"), lower_in_dtype_of)
CALLS[id(taps_of_sections)] = Lowering("taps_of_sections", parse_signature("sos"), lower_taps_of_sections)


@reads(scipy_signal.sosfiltfilt, "scipy.signal.sosfiltfilt")
def sosfiltfilt(sos: Any, x: Any, axis: Any = -1, padtype: Any = "odd", padlen: Any = None) -> Any:
    x = np.asarray(x)
    axis = axis % x.ndim
    edge = border(padtype, padlen, 0) if padtype is None or padlen is not None else 3 * taps_of_sections(sos)
    check_length(x.shape[axis], edge)
    ext = extended(x, edge, axis, padtype)
    zi = scipy_signal.sosfilt_zi(sos)
    zi = np.reshape(zi, (len(sos),) + (1,) * axis + (2,) + (1,) * (x.ndim - axis - 1))
    y, _ = scipy_signal.sosfilt(sos, ext, axis=axis, zi=zi * one_at(ext, axis, 0))
    last = one_at(y, axis, -1)
    y, _ = scipy_signal.sosfilt(sos, y[along(axis, slice(None, None, -1))], axis=axis, zi=zi * last)
    y = y[along(axis, slice(None, None, -1))]
    return y[along(axis, slice(edge, -edge))] if edge > 0 else y


# Resampling

@reads(scipy_signal.resample_poly, "scipy.signal.resample_poly")
def resample_poly(x: Any, up: Any, down: Any, axis: Any = 0, window: Any = ("kaiser", 5.0), padtype: Any = "constant",
                  cval: Any = None) -> Any:
    if padtype != "constant" or (cval is not None and cval != 0):
        refuse("scipy.signal.resample_poly extends signals by zeros only here", "take the mean off first, and add it")
    x = np.asarray(x)
    axis = axis % x.ndim
    common = math.gcd(up, down)
    up, down = up // common, down // common
    if up == 1 and down == 1:
        return x.copy()
    rate = max(up, down)
    half = 10 * rate
    if isinstance(window, (str, tuple)):
        h = scipy_signal.firwin(2 * half + 1, 1.0 / rate, window=window)
        h = in_dtype_of(h, x) * up
    else:
        h = np.asarray(window) * up
        half = (len(h) - 1) // 2
    before = down - half % down
    start = (half + before) // down
    h = np.concatenate((np.zeros(before, dtype=h.dtype), h, np.zeros(up + down, dtype=h.dtype)))
    count = -(-x.shape[axis] * up // down)
    return scipy_signal.upfirdn(h, x, up, down, axis=axis)[along(axis, slice(start, start + count))]


@reads(scipy_signal.decimate, "scipy.signal.decimate")
def decimate(x: Any, q: Any, n: Any = None, ftype: Any = "iir", axis: Any = -1, zero_phase: Any = True) -> Any:
    if ftype != "iir":
        refuse("scipy.signal.decimate with a filter of one's own is not supported",
               "filter by scipy.signal.lfilter, and take x[::q]")
    x = np.asarray(x)
    axis = axis % x.ndim
    sos = scipy_signal.cheby1(8 if n is None else n, 0.05, 0.8 / q, output="sos")
    sos = in_dtype_of(sos, x)
    if zero_phase:
        y = scipy_signal.sosfiltfilt(sos, x, axis=axis)
    else:
        y = scipy_signal.sosfilt(sos, x, axis=axis)
    return y[along(axis, slice(None, None, q))]


# Statistics of neighbourhoods; division of polynomials

@reads(scipy_signal.wiener, "scipy.signal.wiener")
def wiener(im: Any, mysize: Any = None, noise: Any = None) -> Any:
    image: Any = np.asarray(im)
    rank = image.ndim
    sizes = (3,) * rank if mysize is None else (mysize,) * rank if isinstance(mysize, int) else tuple(mysize)
    count = float(math.prod(sizes))
    window = np.ones(sizes)
    mean: Any = scipy_signal.correlate(image, window, "same") / count
    squares: Any = np.square(image)
    variance: Any = scipy_signal.correlate(squares, window, "same") / count - mean**2
    power: Any = np.mean(np.reshape(variance, (-1,)), axis=0) if noise is None else noise
    filtered: Any = (image - mean) * (1 - power / variance) + mean
    below: Any = variance < power
    return np.where(below, mean, filtered)


@reads(scipy_signal.deconvolve, "scipy.signal.deconvolve")
def deconvolve(signal: Any, divisor: Any) -> Any:
    num, den = np.atleast_1d(signal), np.atleast_1d(divisor)
    count = len(num) - len(den) + 1
    if count < 1:
        raise ValueError("the divisor must not be longer than the signal")
    impulse = np.zeros(count)
    impulse[0] = 1.0
    quotient = scipy_signal.lfilter(num, den, impulse)
    return quotient, num - scipy_signal.convolve(den, quotient, mode="full")


# Waves

@reads(scipy_signal.chirp, "scipy.signal.chirp")
def chirp(t: Any, f0: Any, t1: Any, f1: Any, method: Any = "linear", phi: Any = 0, vertex_zero: Any = True) -> Any:
    t = np.asarray(t)
    turn = 2 * np.pi
    if method in ("linear", "lin", "li"):
        rate = (f1 - f0) / t1
        phase = turn * (f0 * t + 0.5 * rate * t * t)
    elif method in ("quadratic", "quad", "q"):
        rate = (f1 - f0) / (t1**2)
        if vertex_zero:
            phase = turn * (f0 * t + rate * t**3 / 3)
        else:
            phase = turn * (f1 * t + rate * ((t1 - t) ** 3 - t1**3) / 3)
    elif method in ("logarithmic", "log", "lo"):
        scale = t1 / np.log(f1 / f0)
        phase = turn * scale * f0 * ((f1 / f0) ** (t / t1) - 1.0)
    elif method in ("hyperbolic", "hyp"):
        singular = -f1 * t1 / (f0 - f1)
        phase = turn * (-singular * f0) * np.log(np.abs(1 - t / singular))
    else:
        refuse(f"the method {method!r} is not known", "use 'linear', 'quadratic', 'logarithmic' or 'hyperbolic'")
    return np.cos(phase + np.deg2rad(phi))


@reads(scipy_signal.sweep_poly, "scipy.signal.sweep_poly", exact=False)
def sweep_poly(t: Any, poly: Any, phi: Any = 0) -> Any:
    coefficients = np.asarray(poly)
    integral = coefficients / np.arange(len(coefficients), 0, -1)
    times = np.asarray(t, dtype=np.float64)
    return np.cos(2 * np.pi * (np.polyval(integral, times) * times) + np.deg2rad(phi))


@reads(scipy_signal.sawtooth, "scipy.signal.sawtooth")
def sawtooth(t: Any, width: Any = 1) -> Any:
    w: Any = np.asarray(width) + np.zeros_like(t)
    phase: Any = np.mod(t + np.zeros_like(w), 2 * np.pi)
    rising = phase < w * 2 * np.pi
    rise: Any = phase / (np.pi * np.where(rising, w, 1.0)) - 1
    fall: Any = (np.pi * (w + 1) - phase) / (np.pi * (1 - np.where(rising, 0.0, w)))
    return np.asarray(np.where(rising, rise, fall), dtype=np.float64)


@reads(scipy_signal.gausspulse, "scipy.signal.gausspulse")
def gausspulse(t: Any, fc: Any = 1000, bw: Any = 0.5, bwr: Any = -6, tpr: Any = -60, retquad: Any = False,
               retenv: Any = False) -> Any:
    if isinstance(t, str):
        refuse("scipy.signal.gausspulse('cutoff') is not supported", "write np.sqrt(-np.log(10 ** (tpr / 20)) / a)")
    ref = 10.0 ** (bwr / 20.0)
    a = -((np.pi * fc * bw) ** 2) / (4.0 * np.log(ref))
    envelope = np.exp(-a * t * t)
    inphase = envelope * np.cos(2 * np.pi * fc * t)
    quadrature = envelope * np.sin(2 * np.pi * fc * t)
    if retquad:
        return (inphase, quadrature, envelope) if retenv else (inphase, quadrature)
    return (inphase, envelope) if retenv else inphase


@reads(scipy_signal.gauss_spline, "scipy.signal.gauss_spline")
def gauss_spline(x: Any, n: Any) -> Any:
    x = np.asarray(x)
    variance = (n + 1) / 12.0
    return 1 / math.sqrt(2 * np.pi * variance) * np.exp(-(x**2) / 2 / variance)
