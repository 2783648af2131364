"""The rest of `scipy.signal`: designs of filters and windows, which are run when compiling, and what is refused.

A design has no derivative here: its arguments are constants.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

from adgen.ir.core import Atom, Attrs
from adgen.ir.types import ArrayT, Type
from adgen.rules.computed import computed
from adgen.rules.lowering import Result, lowers, refuses
from adgen.rules.shapes import array_of
from adgen.rules.table import Ops, Rule, add_rule
from adgen.rules.typing import dims_together

signal: Any = importlib.import_module("scipy.signal")
windows: Any = importlib.import_module("scipy.signal.windows")

WINDOWS = """barthann bartlett blackman blackmanharris bohman boxcar chebwin cosine dpss exponential flattop gaussian
general_cosine general_gaussian general_hamming hamming hann kaiser kaiser_bessel_derived lanczos nuttall parzen taylor
triang tukey""".split()

DESIGNS = """get_window bessel besselap bilinear bilinear_zpk buttap butter buttord cheb1ap cheb1ord cheb2ap
cheb2ord cheby1 cheby2 ellip ellipap ellipord findfreqs firls firwin firwin2 firwin_2d gammatone iircomb iirdesign
iirfilter iirnotch iirpeak kaiser_atten kaiser_beta kaiserord lp2bp lp2bp_zpk lp2bs lp2bs_zpk lp2hp lp2hp_zpk lp2lp
lp2lp_zpk minimum_phase normalize remez savgol_coeffs sos2tf sos2zpk tf2sos tf2zpk zpk2sos zpk2tf sosfilt_zi lfiltic
max_len_seq unit_impulse correlation_lags check_COLA check_NOLA closest_STFT_dual_window residue residuez invres
invresz unique_roots czt_points freqz freqz_zpk freqz_sos sosfreqz freqs freqs_zpk group_delay ss2tf tf2ss zpk2ss
ss2zpk abcd_normalize cont2discrete""".split()

for _name in WINDOWS:
    computed(getattr(windows, _name), f"scipy.signal.windows.{_name}")
for _name in DESIGNS:
    if hasattr(signal, _name):
        computed(getattr(signal, _name), f"scipy.signal.{_name}")


# A wave of two values

def square_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return ArrayT("float64", dims_together(args))


add_rule(Rule("signal.square", square_type, zero=True, call="scipy.signal.square"))


@lowers(signal.square, "t, duty=0.5", name="scipy.signal.square")
def lower_square(g: Ops, t: Any, duty: Any) -> Result:
    return g("signal.square", array_of(g, t), array_of(g, duty))


# What is refused

FOURIER = "periodogram welch csd coherence spectrogram stft istft czt zoom_fft hilbert hilbert2 envelope".split()
OBJECTS = "CZT ZoomFFT ShortTimeFFT StateSpace TransferFunction ZerosPolesGain lti dlti".split()
SYSTEMS = """step impulse lsim bode freqresp dstep dimpulse dlsim dbode dfreqresp place_poles""".split()
SPLINES = """cspline1d qspline1d cspline1d_eval qspline1d_eval cspline2d qspline2d spline_filter symiirorder1
symiirorder2 sepfir2d""".split()
PEAKS = "find_peaks find_peaks_cwt peak_prominences peak_widths argrelextrema argrelmax argrelmin".split()

REFUSED: list[tuple[Sequence[str], str, str]] = [
    (FOURIER, "its result comes by way of a complex spectrum",
     "write the transform with np.fft, or filter by scipy.signal.convolve"),
    (OBJECTS, "an object that holds a transform or a system is not followed",
     "call the function on its coefficients: scipy.signal.lfilter, sosfilt, fftconvolve"),
    (SYSTEMS, "the response of a system object is not followed",
     "discretise by scipy.signal.cont2discrete, and filter by scipy.signal.lfilter"),
    (SPLINES, "the recursion of a spline filter in two directions is not followed",
     "use scipy.interpolate.make_interp_spline, or scipy.ndimage.convolve1d for filters with few taps"),
    (PEAKS, "it gives positions and properties of a number that only the run tells",
     "find the positions outside, pass them, and index: x[peaks]"),
    (["resample"], "it works on a spectrum", "use scipy.signal.resample_poly"),
    (["lombscargle", "vectorstrength"], "no derivative has been written for it",
     "write the sums of sines and cosines out"),
    (["order_filter"], "its mask of elements is not followed", "use scipy.ndimage.rank_filter(x, rank, size=...)"),
    (["band_stop_obj"], "it is the objective of a search for a filter's order", "give scipy.signal.butter the order"),
    (["choose_conv_method"], "it measures which method is faster", "pass method='auto' to scipy.signal.convolve"),
]


def enter_refused() -> None:
    for names, reason, hint in REFUSED:
        for name in names:
            if hasattr(signal, name):
                refuses(getattr(signal, name), f"scipy.signal.{name}", reason, hint)


enter_refused()
