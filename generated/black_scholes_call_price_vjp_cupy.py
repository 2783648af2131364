"""Value of call_price, and the cotangent of (spot, volatility, time) for that of the value, y_bar.
Compiled for spot: float64[n], strike: float64[n], rate: float, volatility: float64[n], time:
float64[n], y_bar: float64[n].
Source: examples/black_scholes.py, sha256 71ed77163fc3.
Written by: adgen vjp examples/black_scholes.py:call_price --wrt 'spot, volatility, time' --arg
'spot=float64[n]' --arg 'strike=float64[n]' --arg rate=float --arg 'volatility=float64[n]' --arg
'time=float64[n]' --target cupy"""
import cupy as cp

call_price_vjp_kernel_1 = cp.ElementwiseKernel(
    "float64 rate_neg, float64 time, float64 strike, float64 volatility, float64 rate, "
    "float64 spot",
    "float64 d1_out, float64 y_out, float64 y",
    """
    // 22: d1 = (np.log(spot / strike) + (rate + 0.5 * volatility ** 2) * time) / scale
    double t = (rate + 0.5 * (volatility * volatility)) * time;
    // 21: scale = volatility * np.sqrt(time)
    double scale = volatility * sqrt(time);
    // 22: d1 = (np.log(spot / strike) + (rate + 0.5 * volatility ** 2) * time) / scale
    double d1 = (log(spot / strike) + t) / scale;
    // 23: d2 = d1 - scale
    double d2 = d1 - scale;
    // 24: return spot * ndtr(d1) - strike * np.exp(-rate * time) * ndtr(d2)
    double t1 = spot * (0.5 * erfc(-0.7071067811865476 * d1));
    double t2 = 0.5 * erfc(-0.7071067811865476 * d2);
    y = t1 - strike * exp(rate_neg * time) * t2;
    d1_out = d1;
    y_out = t2;
    """,
    "call_price_vjp_kernel_1",
)

call_price_vjp_kernel_2 = cp.ElementwiseKernel(
    "float64 time, float64 d1, float64 y_bar, float64 spot, float64 strike, float64 volatility, "
    "float64 rate, float64 rate_neg, float64 x",
    "float64 spot_bar, float64 volatility_bar, float64 time_bar",
    """
    // 21: scale = volatility * np.sqrt(time)
    double t = sqrt(time);
    // 24: return spot * ndtr(d1) - strike * np.exp(-rate * time) * ndtr(d2)
    double t1 = y_bar * (0.5 * erfc(-0.7071067811865476 * d1));
    // 21: scale = volatility * np.sqrt(time)
    double scale = volatility * t;
    // 24: return spot * ndtr(d1) - strike * np.exp(-rate * time) * ndtr(d2)
    double t2 = exp(rate_neg * time);
    // 23: d2 = d1 - scale
    double d2 = d1 - scale;
    // 24: return spot * ndtr(d1) - strike * np.exp(-rate * time) * ndtr(d2)
    double t3 = -y_bar;
    double t4 = 0.3989422804014327 * t3 * exp(-0.5 * (d2 * d2));
    double t5 = t4 * (strike * t2);
    double t6 = 0.3989422804014327 * y_bar * exp(-0.5 * (d1 * d1));
    // 22: d1 = (np.log(spot / strike) + (rate + 0.5 * volatility ** 2) * time) / scale
    double t7 = (t6 * spot + t5) / scale;
    double scale_bar = -(t5 + t7 * d1);
    double t8 = t7 * (rate + 0.5 * (volatility * volatility));
    spot_bar = t1 + t7 / (spot / strike) / strike;
    // 21: scale = volatility * np.sqrt(time)
    double t9 = scale_bar * volatility;
    volatility_bar = t7 * time * volatility + scale_bar * t;
    time_bar = rate_neg * t3 * x * t2 * strike + t8 + (t9 == 0 ? t9 : t9 / (2.0 * t));
    """,
    "call_price_vjp_kernel_2",
)


def call_price_vjp(spot, strike, rate, volatility, time, y_bar):
    """Value of call_price, and the cotangent of (spot, volatility, time) for that of the value, y_bar."""
    t = -rate
    d1, t1, y = call_price_vjp_kernel_1(t, time, strike, volatility, rate, spot)
    spot_bar, volatility_bar, time_bar = call_price_vjp_kernel_2(time, d1, y_bar, spot, strike,
        volatility, rate, t, t1)
    return y, (spot_bar, volatility_bar, time_bar)
