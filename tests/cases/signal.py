"""`adgen.rules.signal` and what else stands for functions of `scipy.signal`."""

from __future__ import annotations

import numpy as np

from tests.cases import Row, normal

X, K, IMAGE, WINDOW = normal(9), normal(4, seed=1), normal(6, 7, seed=2), normal(3, 2, seed=3)
PAIR = {"x": X, "w": K}
IMAGES = {"x": IMAGE, "w": WINDOW}

CONVOLUTIONS: list[Row] = [
    *((f"scipy.signal.{name}(x, w)", PAIR) for name in ("convolve", "correlate", "fftconvolve", "oaconvolve")),
    *((f"scipy.signal.{name}(x, w, mode='{mode}')", args)
      for name in ("convolve", "correlate", "fftconvolve", "oaconvolve") for mode in ("same", "valid")
      for args in (PAIR, {"x": X, "w": normal(5)}, IMAGES)),
    *((f"scipy.signal.{name}(x, w, mode='valid')", {"x": K, "w": X}) for name in ("convolve", "correlate")),
    *((f"scipy.signal.{name}(x, w, mode='same')", {"x": K, "w": X}) for name in ("convolve", "correlate")),
    *((f"scipy.signal.{name}(x, w, method='{method}')", IMAGES)
      for name in ("convolve", "correlate") for method in ("direct", "fft")),
    ("scipy.signal.convolve(x, w, 'same', 'direct')", {"x": normal(4, 5, 3), "w": normal(2, 3, 2, seed=1)}),
    ("scipy.signal.convolve(x, [1.0, 0.0, -1.0], 'same')", {"x": X}),
    ("scipy.signal.fftconvolve(x, w, axes=1)", {"x": IMAGE, "w": normal(6, 3)}),
    ("scipy.signal.fftconvolve(x, w, mode='same', axes=-1)", {"x": IMAGE, "w": normal(1, 3)}),
    ("scipy.signal.oaconvolve(x, w, mode='valid', axes=[0])", {"x": IMAGE, "w": normal(3, 7)}),
    *((f"scipy.signal.{name}(x, w, mode='{mode}')", IMAGES)
      for name in ("convolve2d", "correlate2d") for mode in ("full", "same", "valid")),
    *((f"scipy.signal.{name}(x, w, mode='{mode}', boundary='{boundary}')", IMAGES)
      for name in ("convolve2d", "correlate2d") for mode in ("full", "same") for boundary in ("wrap", "symm")),
    ("scipy.signal.convolve2d(x, w, 'same', 'fill', 0.5)", IMAGES),
    ("scipy.signal.correlate2d(x, w, 'full', fillvalue=2)", IMAGES),
    ("scipy.signal.convolve2d(x, w, 'same', 'symm')", {"x": normal(2, 2), "w": normal(6, 5)}),
    ("scipy.signal.convolve2d(x, w, 'valid', 'symm')", IMAGES),
]

B, A = np.array([0.3, 0.2, -0.1]), np.array([1.0, -0.5, 0.2])
SOS = {"b": B, "a": A[1:], "c": np.array([0.9, 0.1, 0.3]), "d": np.array([0.3, 0.1])}
SECTIONS = "np.array([np.concatenate([b, np.ones(1), a]), np.concatenate([c, np.ones(1), d])])"
FILTER = {"b": B, "a": A, "x": normal(8)}

FILTERS: list[Row] = [
    ("scipy.signal.lfilter(b, a, x)", FILTER),
    ("scipy.signal.lfilter(b, a, x, axis=0)", {**FILTER, "x": normal(6, 3)}),
    ("scipy.signal.lfilter(b, a, x)", {"b": normal(2), "a": 1.7 * A, "x": normal(3, 6)}),
    ("scipy.signal.lfilter(b, 1.0, x)", {"b": B, "x": normal(8)}),
    ("scipy.signal.lfilter(b, a, x)", {"b": normal(5), "a": A, "x": normal(3)}),
    ("scipy.signal.lfilter(b, a, x, zi=zi)", {**FILTER, "zi": normal(2, seed=5)}),
    ("scipy.signal.lfilter(b, a, x, zi=zi)", {"b": normal(4), "a": 2.0 * A, "x": normal(2, seed=2), "zi": normal(3)}),
    ("scipy.signal.lfilter(b, a, x, axis=0, zi=zi)", {**FILTER, "x": normal(6, 3), "zi": normal(2, 1, seed=5)}),
    ("scipy.signal.lfilter([0.5, 0.5], [1.0, 0.3], x, zi=zi)[0]", {"x": normal(6), "zi": normal(1, seed=5)}),
    ("scipy.signal.lfilter_zi(b, a)", {"b": B, "a": A}),
    ("scipy.signal.lfilter_zi(b, a)", {"b": normal(2), "a": 1.3 * np.array([1.0, 0.3, 0.1, 0.2])}),
    ("scipy.signal.lfilter_zi([0.3, 0.2, -0.1], [1.0, -0.5, 0.2]) * x", {"x": normal(2)}),
    (f"scipy.signal.sosfilt({SECTIONS}, x)", {**SOS, "x": normal(8)}),
    (f"scipy.signal.sosfilt({SECTIONS}, x, axis=0)", {**SOS, "x": normal(6, 2)}),
    (f"scipy.signal.sosfilt({SECTIONS}, x, zi=zi)", {**SOS, "x": normal(8), "zi": normal(2, 2, seed=5)}),
    (f"scipy.signal.sosfilt({SECTIONS}, x, axis=0, zi=zi)", {**SOS, "x": normal(6, 2), "zi": normal(2, 2, 2, seed=5)}),
    *((f"scipy.signal.upfirdn(h, x, {up}, {down})", {"h": normal(taps), "x": normal(6, seed=1)})
      for up, down, taps in ((1, 1, 4), (3, 2, 5), (2, 3, 4), (2, 5, 2), (4, 1, 3))),
    ("scipy.signal.upfirdn(h, x, up=3, down=2, axis=0)", {"h": normal(4), "x": normal(5, 2, seed=1)}),
    ("scipy.signal.upfirdn([1.0, 2.0, 1.0], x, 2)", {"x": normal(2, 5)}),
    ("scipy.signal.detrend(x)", {"x": normal(9)}),
    ("scipy.signal.detrend(x, axis=0, type='constant')", {"x": normal(5, 3)}),
    ("scipy.signal.detrend(x, axis=0, bp=[3, 5])", {"x": normal(9, 2)}),
    ("scipy.signal.detrend(x, bp=4)", {"x": normal(9)}),
    ("scipy.signal.savgol_filter(x, 5, 2)", {"x": normal(9)}),
    ("scipy.signal.savgol_filter(x, 5, 2)", {"x": normal(6)}),
    ("scipy.signal.savgol_filter(x, 5, 3, deriv=1, delta=0.5, axis=0)", {"x": normal(7, 3)}),
    *((f"scipy.signal.savgol_filter(x, 5, 2, mode='{mode}', cval=0.5)", {"x": normal(2, 8)})
      for mode in ("mirror", "constant", "nearest", "wrap")),
]

CASES: list[Row] = [*CONVOLUTIONS, *FILTERS]

# Designs, which are constants

DESIGNED = """barthann(5) bartlett(5) blackman(5) blackmanharris(5) bohman(5) boxcar(5) chebwin(5,100) cosine(5)
dpss(7,2.0) exponential(5) flattop(5) gaussian(5,1.0) general_cosine(5,[0.5,0.5]) general_gaussian(5,1.5,1.0)
general_hamming(5,0.6) hamming(5) hann(5) kaiser(5,8.6) kaiser_bessel_derived(6,4.0) lanczos(5) nuttall(5) parzen(5)
taylor(5) triang(5) tukey(5)""".split()

PLANS = """get_window('hann',5) get_window(('kaiser',4.0),5) bessel(3,0.2) besselap(3) bilinear([1.0],[1.0,2.0])
bilinear_zpk([],[-1.0],1.0,2.0) buttap(3) butter(3,0.2) buttord(0.2,0.3,3,40) cheb1ap(3,1.0) cheb1ord(0.2,0.3,3,40)
cheb2ap(3,20.0) cheb2ord(0.2,0.3,3,40) cheby1(3,1.0,0.2) cheby2(3,20.0,0.2) ellip(3,1.0,20.0,0.2)
ellipap(3,1.0,20.0) ellipord(0.2,0.3,3,40) findfreqs([1.0],[1.0,2.0],5) firls(5,[0,0.3,0.5,1.0],[1,1,0,0])
firwin(5,0.3) firwin2(5,[0,0.5,1.0],[1,1,0]) firwin_2d((3,3),('hann','hann'),fc=0.4) gammatone(440,'iir',fs=16000)
iircomb(10,30,fs=200) iirdesign(0.2,0.3,1.0,40.0) iirfilter(3,0.2,btype='low') iirnotch(0.2,30) iirpeak(0.2,30)
kaiser_atten(5,0.2) kaiser_beta(65) kaiserord(65,0.2) lp2bp([1.0],[1.0,1.0]) lp2bp_zpk([],[-1.0],1.0)
lp2bs([1.0],[1.0,1.0]) lp2bs_zpk([],[-1.0],1.0) lp2hp([1.0],[1.0,1.0]) lp2hp_zpk([],[-1.0],1.0)
lp2lp([1.0],[1.0,1.0]) lp2lp_zpk([],[-1.0],1.0) minimum_phase([0.25,0.5,0.25]) normalize([2.0],[2.0,1.0])
remez(5,[0,0.1,0.3,0.5],[1,0]) savgol_coeffs(5,2) sos2tf([[1.0,0,0,1.0,0.2,0]]) sos2zpk([[1.0,0,0,1.0,0.2,0]])
tf2sos([1.0],[1.0,0.2]) tf2zpk([1.0],[1.0,0.2]) zpk2sos([],[-0.2],1.0) zpk2tf([],[-0.2],1.0)
sosfilt_zi([[1.0,0,0,1.0,0.2,0]]) lfiltic([1.0],[1.0,0.2],[0.5]) max_len_seq(3) unit_impulse(5,2)
correlation_lags(5,3) check_COLA('hann',8,4) check_NOLA('hann',8,4)
closest_STFT_dual_window(scipy.signal.windows.hann(5),2) residue([1.0],[1.0,0.2]) residuez([1.0],[1.0,0.2])
invres([1.0],[-0.2],[]) invresz([1.0],[-0.2],[]) unique_roots([1.0,1.0,2.0]) czt_points(4) freqz([1.0],[1.0,0.2],4)
freqz_zpk([],[-0.2],1.0,4) freqz_sos([[1.0,0,0,1.0,0.2,0]],4) sosfreqz([[1.0,0,0,1.0,0.2,0]],4)
freqs([1.0],[1.0,0.2],4) freqs_zpk([],[-0.2],1.0,4) group_delay(([1.0],[1.0,0.2]),4)
ss2tf([[1.0]],[[1.0]],[[1.0]],[[0.0]]) tf2ss([1.0],[1.0,0.2]) zpk2ss([],[-0.2],1.0)
ss2zpk([[1.0]],[[1.0]],[[1.0]],[[0.0]]) abcd_normalize([[1.0]],[[1.0]],[[1.0]],[[0.0]])
cont2discrete(([1.0],[1.0,0.2]),0.1)""".split()

DESIGNS: list[Row] = [
    *((f"np.sum(scipy.signal.windows.{call}) * x", {"x": normal(3)}) for call in DESIGNED),
    ("scipy.signal.windows.hann(5) * x", {"x": normal(5)}),
    *((f"(scipy.signal.{call}, 2.0 * x)[1]", {"x": 0.7}) for call in PLANS),
    ("scipy.signal.lfilter(*scipy.signal.butter(3, 0.2), x)", {"x": normal(9)}),
    ("scipy.signal.sosfilt(scipy.signal.butter(3, 0.2, output='sos'), x)", {"x": normal(9)}),
    ("scipy.signal.convolve(x, scipy.signal.firwin(41, 0.2), mode='same')", {"x": normal(9)}),
    ("scipy.signal.filtfilt(b, a, x)", {**FILTER, "x": normal(12)}),
    ("scipy.signal.filtfilt(b, a, x, axis=0, padtype='even', padlen=2)", {**FILTER, "x": normal(5, 2)}),
    ("scipy.signal.filtfilt(b, a, x, padtype='constant', padlen=2)", {**FILTER, "x": normal(5)}),
    ("scipy.signal.filtfilt(b, a, x, padtype=None)", {**FILTER, "x": normal(5)}),
    ("scipy.signal.filtfilt(*scipy.signal.butter(2, 0.3), x)", {"x": normal(12)}),
    ("scipy.signal.sosfiltfilt(scipy.signal.butter(3, 0.2, output='sos'), x)", {"x": normal(19)}),
    ("scipy.signal.sosfiltfilt(scipy.signal.butter(2, 0.2, output='sos'), x, 0, None)", {"x": normal(5, 2)}),
    ("scipy.signal.decimate(x, 3)", {"x": normal(40)}),
    ("scipy.signal.decimate(x, 2, n=3, axis=0, zero_phase=False)", {"x": normal(9, 2)}),
    *((f"scipy.signal.resample_poly(x, {up}, {down})", {"x": normal(9)})
      for up, down in ((3, 2), (2, 3), (4, 6), (1, 1))),
    ("scipy.signal.resample_poly(x, 2, 1, axis=1, window=[0.5, 1.0, 0.5])", {"x": normal(2, 5)}),
    ("scipy.signal.wiener(x)", {"x": normal(6, 5)}),
    ("scipy.signal.wiener(x, (3, 5), 0.3)", {"x": normal(6, 5)}),
    ("scipy.signal.deconvolve(x, d)", {"x": normal(7), "d": np.array([1.2, -0.3, 0.2])}),
    *((f"scipy.signal.chirp(x, f0, 2.0, f1, method='{method}')", {"x": normal(4), "f0": 0.4, "f1": 1.3})
      for method in ("linear", "quadratic", "logarithmic", "hyperbolic")),
    ("scipy.signal.chirp(x, 0.4, t1, 1.3, 'quadratic', phi=30, vertex_zero=False)", {"x": normal(4), "t1": 1.6}),
    ("scipy.signal.sweep_poly(x, p)", {"x": normal(4), "p": normal(3, seed=1)}),
    ("scipy.signal.sawtooth(x)", {"x": 3.0 * normal(5)}),
    ("scipy.signal.sawtooth(x, w)", {"x": 3.0 * normal(5), "w": 0.3}),
    ("scipy.signal.square(x) * x", {"x": 3.0 * normal(5)}),
    ("scipy.signal.square(x, 0.3) * x", {"x": 1.3}),
    ("scipy.signal.gausspulse(x, 0.7)", {"x": normal(4)}),
    ("scipy.signal.gausspulse(x, fc, bw=bw, retquad=True, retenv=True)", {"x": normal(4), "fc": 0.7, "bw": 0.4}),
    ("scipy.signal.gausspulse(x, 0.7, retenv=True)", {"x": 0.3}),
    ("scipy.signal.gauss_spline(x, 3)", {"x": normal(2, 2)}),
]
CASES += DESIGNS
