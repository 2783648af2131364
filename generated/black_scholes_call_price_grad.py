"""Gradient of call_price with respect to (spot, volatility, time, rate). Compiled for spot: float,
strike: float, rate: float, volatility: float, time: float.
Source: examples/black_scholes.py, sha256 71ed77163fc3.
Written by: adgen grad examples/black_scholes.py:call_price --wrt 'spot, volatility, time, rate'
--arg spot=float --arg strike=float --arg rate=float --arg volatility=float --arg time=float"""
import numpy as np
from scipy.special import ndtr


def call_price_grad(spot, strike, rate, volatility, time):
    """Gradient of call_price with respect to (spot, volatility, time, rate)."""
    # forward
    t = np.sqrt(time)
    t1 = 2.0 * t
    scale = volatility * t
    t2 = spot / strike
    t3 = rate + 0.5 * volatility ** 2
    d1 = (np.log(t2) + t3 * time) / scale
    d2 = d1 - scale
    t4 = -rate
    t5 = np.exp(t4 * time)
    # reverse
    # 24: return spot * ndtr(d1) - strike * np.exp(-rate * time) * ndtr(d2)
    t6 = -0.3989422804014327 * np.exp(-0.5 * d2 * d2) * strike * t5
    t5 = ndtr(d2) * t5 * strike
    # 23: d2 = d1 - scale
    d1_bar = 0.3989422804014327 * np.exp(-0.5 * d1 * d1) * spot + t6
    # 22: d1 = (np.log(spot / strike) + (rate + 0.5 * volatility ** 2) * time) / scale
    t_bar = d1_bar / scale
    scale_bar = -(t6 + t_bar * d1)
    time_bar = t_bar * t3 - t5 * t4
    t_bar_1 = t_bar * time
    rate_bar = t5 * time + t_bar_1
    spot_bar = ndtr(d1) + t_bar / t2 / strike
    # 21: scale = volatility * np.sqrt(time)
    t_bar = scale_bar * volatility
    volatility_bar = t_bar_1 * volatility + scale_bar * t
    time_bar += t_bar if t_bar == 0.0 else t_bar / t1
    return spot_bar, volatility_bar, time_bar, rate_bar
