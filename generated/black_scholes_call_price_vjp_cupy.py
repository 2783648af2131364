"""Value of call_price, and the cotangent of (spot, volatility, time) for that of the value, y_bar.
Compiled for spot: float64[n], strike: float64[n], rate: float, volatility: float64[n], time:
float64[n], y_bar: float64[n].
Source: examples/black_scholes.py, sha256 71ed77163fc3.
Written by: adgen vjp examples/black_scholes.py:call_price --wrt 'spot, volatility, time' --arg
'spot=float64[n]' --arg 'strike=float64[n]' --arg rate=float --arg 'volatility=float64[n]' --arg
'time=float64[n]' --target cupy"""
import cupy as cp

call_price_vjp_kernel = cp.ElementwiseKernel(
    "float64 time, float64 volatility, float64 spot, float64 strike, float64 rate, float64 neg, "
    "float64 y_bar",
    "float64 y, float64 spot_bar, float64 volatility_bar, float64 time_bar",
    """
    // 21: scale = volatility * np.sqrt(time)
    double t = sqrt(time);
    double scale = volatility * t;
    // 22: d1 = (np.log(spot / strike) + (rate + 0.5 * volatility ** 2) * time) / scale
    double t1 = spot / strike;
    double t2 = rate + 0.5 * (volatility * volatility);
    double d1 = (log(t1) + t2 * time) / scale;
    // 23: d2 = d1 - scale
    double d2 = d1 - scale;
    // 24: return spot * ndtr(d1) - strike * np.exp(-rate * time) * ndtr(d2)
    double t3 = 0.5 * erfc(-0.7071067811865476 * d1);
    double t4 = exp(neg * time);
    double t5 = strike * t4;
    double t6 = 0.5 * erfc(-0.7071067811865476 * d2);
    y = spot * t3 - t5 * t6;
    double t7 = -y_bar;
    double t8 = 0.3989422804014327 * t7 * exp(-0.5 * (d2 * d2));
    double t9 = t8 * t5;
    double t10 = 0.3989422804014327 * y_bar * exp(-0.5 * (d1 * d1));
    // 22: d1 = (np.log(spot / strike) + (rate + 0.5 * volatility ** 2) * time) / scale
    double t11 = (t10 * spot + t9) / scale;
    double scale_bar = -(t9 + t11 * d1);
    spot_bar = y_bar * t3 + t11 / t1 / strike;
    // 21: scale = volatility * np.sqrt(time)
    double t12 = scale_bar * volatility;
    volatility_bar = t11 * time * volatility + scale_bar * t;
    time_bar = neg * t7 * t6 * t4 * strike + t11 * t2 + (t12 == 0 ? t12 : t12 / (2.0 * t));
    """,
    "call_price_vjp_kernel",
)


def call_price_vjp(spot, strike, rate, volatility, time, y_bar):
    """Value of call_price, and the cotangent of (spot, volatility, time) for that of the value, y_bar."""
    y, spot_bar, volatility_bar, time_bar = call_price_vjp_kernel(time, volatility, spot, strike,
        rate, -rate, y_bar)
    return y, (spot_bar, volatility_bar, time_bar)
