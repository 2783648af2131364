"""Hessian of call_price times spot_dot. Compiled for spot: float, strike: float, rate: float,
volatility: float, time: float, spot_dot: float.
Source: examples/black_scholes.py, sha256 71ed77163fc3.
Written by: adgen hvp examples/black_scholes.py:call_price --wrt spot --arg spot=float --arg
strike=float --arg rate=float --arg volatility=float --arg time=float"""
import numpy as np


def call_price_hvp(spot, strike, rate, volatility, time, spot_dot):
    """Hessian of call_price times spot_dot: float, float, float, float, float, float -> float."""
    scale = volatility * np.sqrt(time)
    t = spot / strike
    t1 = spot_dot / strike
    d1 = (np.log(t) + (rate + 0.5 * volatility ** 2) * time) / scale
    d1_dot = t1 / t / scale
    d2 = d1 - scale
    t2 = -0.5 * d1
    t3 = np.exp(t2 * d1)
    t4 = 0.3989422804014327 * t3
    t5 = -0.5 * d1_dot
    t6 = np.exp(-rate * time)
    t7 = -0.5 * d2
    t8 = np.exp(t7 * d2)
    t2 = 0.3989422804014327 * (t5 * d1 + t2 * d1_dot) * t3 * spot + t4 * spot_dot
    d1_bar = t4 * spot - 0.3989422804014327 * t8 * strike * t6
    d1_bar_dot = t2 - 0.3989422804014327 * (t5 * d2 + t7 * d1_dot) * t8 * strike * t6
    t = (d1_bar_dot / scale - d1_bar / scale / t * t1) / t / strike
    return 0.3989422804014327 * d1_dot * t3 + t
