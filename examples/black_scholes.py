"""Greeks of a European call: derivatives of first and second order of the Black-Scholes price.

    python examples/black_scholes.py

Second order comes from composition: gamma is the gradient of the gradient. Each is compared
with its closed form.
"""
from __future__ import annotations

import numpy as np
from scipy.special import ndtr

import adgen

STRIKES = (80.0, 90.0, 100.0, 110.0, 120.0)
SPOT, RATE, VOLATILITY, TIME = 100.0, 0.03, 0.2, 0.75


def call_price(spot, strike, rate, volatility, time):
    """Price of a European call."""
    scale = volatility * np.sqrt(time)
    d1 = (np.log(spot / strike) + (rate + 0.5 * volatility ** 2) * time) / scale
    d2 = d1 - scale
    return spot * ndtr(d1) - strike * np.exp(-rate * time) * ndtr(d2)


def closed_forms(spot, strike, rate, volatility, time):
    """The textbook's formulas for the Greeks."""
    root = np.sqrt(time)
    d1 = (np.log(spot / strike) + (rate + 0.5 * volatility ** 2) * time) / (volatility * root)
    d2 = d1 - volatility * root
    density = np.exp(-0.5 * d1 ** 2) / np.sqrt(2.0 * np.pi)
    discounted = strike * np.exp(-rate * time) * ndtr(d2)
    return {
        "delta": ndtr(d1),
        "vega": spot * density * root,
        "theta": -spot * density * volatility / (2.0 * root) - rate * discounted,
        "rho": time * discounted,
        "gamma": density / (spot * volatility * root),
        "vanna": -density * d2 / volatility,
        "volga": spot * density * root * d1 * d2 / volatility,
    }


first = adgen.grad(call_price, wrt="spot, volatility, time, rate")
delta = adgen.grad(call_price, wrt="spot")
vega = adgen.grad(call_price, wrt="volatility")
gamma = adgen.grad(delta, wrt="spot")
vanna = adgen.grad(delta, wrt="volatility")
volga = adgen.grad(vega, wrt="volatility")


def greeks(*market):
    """The Greeks by derivatives of `call_price`."""
    by_spot, by_volatility, by_time, by_rate = first(*market)
    return {"delta": by_spot, "vega": by_volatility, "theta": -by_time, "rho": by_rate,
            "gamma": gamma(*market), "vanna": vanna(*market), "volga": volga(*market)}


def implied_volatility(price, spot, strike, rate, time):
    """The volatility at which the model gives the price, by Newton's method."""
    volatility = 0.3
    for _ in range(20):
        gap = call_price(spot, strike, rate, volatility, time) - price
        if abs(gap) < 1e-12 * spot:
            break
        volatility -= gap / vega(spot, strike, rate, volatility, time)
    return volatility


def main():
    names = ("delta", "gamma", "vega", "theta", "rho", "vanna", "volga")
    print("strike     price " + " ".join(f"{name:>9s}" for name in names) + "   implied")
    worst = 0.0
    for strike in STRIKES:
        market = SPOT, strike, RATE, VOLATILITY, TIME
        price, found, exact = call_price(*market), greeks(*market), closed_forms(*market)
        worst = max(worst, *(abs(found[n] - exact[n]) / (1.0 + abs(exact[n])) for n in names))
        volatility = implied_volatility(price, SPOT, strike, RATE, TIME)
        numbers = " ".join(f"{found[name]:9.4f}" for name in names)
        print(f"{strike:6.1f} {price:9.4f} {numbers} {volatility:9.6f}")
    print(f"largest difference from the closed forms: {worst:.1e}")
    return worst


if __name__ == "__main__":
    main()
