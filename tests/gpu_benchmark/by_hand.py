"""Values and gradients of the programs, derived and written by hand over an array module `xp` (NumPy or CuPy).

This is what a good programmer writes without kernels of his own: closed forms where there are some, shared
subexpressions, updates in place of what is not needed again. Each returns (value, (gradient, ...)).
"""

from __future__ import annotations

import importlib
import math

ROOT_TWO_PI = math.sqrt(2.0 * math.pi)


def special(xp):
    """The special functions that go with the array module."""
    return importlib.import_module("cupyx.scipy.special" if xp.__name__ == "cupy" else "scipy.special")


def black_scholes(xp, spot, strike, rate, volatility, time):
    ndtr = special(xp).ndtr
    root = xp.sqrt(time)
    scale = volatility * root
    d1 = (xp.log(spot / strike) + (rate + 0.5 * volatility**2) * time) / scale
    delta = ndtr(d1)
    discounted = strike * xp.exp(-rate * time) * ndtr(d1 - scale)
    vega = spot * root * xp.exp(-0.5 * d1**2)
    vega *= 1.0 / ROOT_TWO_PI
    by_time = 0.5 * vega * volatility / time + rate * discounted
    return xp.sum(spot * delta - discounted), (delta, time * discounted, vega, by_time)


def gelu_layernorm(xp, x, gain, bias, target):
    centred = x - xp.mean(x, axis=1, keepdims=True)
    inverse = 1.0 / xp.sqrt(xp.mean(centred**2, axis=1, keepdims=True) + 1e-5)
    normal = centred
    normal *= inverse
    z = normal * gain
    z += bias
    share = 0.5 + 0.5 * special(xp).erf(z * math.sqrt(0.5))
    error = z * share
    error -= target
    z_bar = xp.exp(-0.5 * z**2)
    z_bar *= z
    z_bar *= 1.0 / ROOT_TWO_PI
    z_bar += share
    z_bar *= error
    z_bar *= 2.0 / x.size
    gain_bar, bias_bar = xp.sum(z_bar * normal, axis=0), xp.sum(z_bar, axis=0)
    z_bar *= gain
    along = xp.mean(z_bar * normal, axis=1, keepdims=True)
    x_bar = z_bar - xp.mean(z_bar, axis=1, keepdims=True)
    x_bar -= normal * along
    x_bar *= inverse
    return xp.mean(error**2), (x_bar, gain_bar, bias_bar)


def gaussian_mixture(xp, points, logits, means, log_scales):
    inverse = xp.exp(-log_scales)
    z = points[:, None] - means
    z *= inverse
    top = xp.max(logits)
    prior = xp.exp(logits - top)
    total = xp.sum(prior)
    square = z**2
    terms = (logits - (top + xp.log(total)) - log_scales) - 0.5 * square
    highest = xp.max(terms, axis=1, keepdims=True)
    terms -= highest
    xp.exp(terms, out=terms)
    sums = xp.sum(terms, axis=1, keepdims=True)
    value = xp.mean(xp.log(sums) + highest) - math.log(ROOT_TWO_PI)
    terms /= sums * len(points)
    shares = xp.sum(terms, axis=0)
    z *= terms
    square *= terms
    by_scale = xp.sum(square, axis=0) - shares
    return value, (shares - prior / total, xp.sum(z, axis=0) * inverse, by_scale)


def n_body(xp, positions, masses):
    apart = positions[:, None, :] - positions
    nearness = 1.0 / xp.sqrt(xp.sum(apart**2, axis=2) + 0.01)
    pull = masses[:, None] * masses * nearness
    value = -0.5 * xp.sum(pull)
    nearness *= nearness
    pull *= nearness
    apart *= pull[:, :, None]
    return value, (xp.sum(apart, axis=1),)


def wave(xp, speed, start, observed, steps):
    factor = speed[1:-1, 1:-1] ** 2
    before, now, bends = start, start, []
    for _ in range(steps):
        bend = now[2:, 1:-1] + now[:-2, 1:-1]
        bend += now[1:-1, 2:]
        bend += now[1:-1, :-2]
        bend -= 4.0 * now[1:-1, 1:-1]
        after = 2.0 * now
        after -= before
        after[1:-1, 1:-1] += factor * bend
        bends.append(bend)
        before, now = now, after
    error = now - observed
    value = xp.mean(error**2)
    now_bar, before_bar = error, xp.zeros_like(error)
    now_bar *= 2.0 / error.size
    factor_bar = xp.zeros_like(factor)
    for bend in reversed(bends):
        inner = now_bar[1:-1, 1:-1]
        factor_bar += inner * bend
        bend_bar = inner * factor
        earlier = before_bar
        earlier += 2.0 * now_bar
        earlier[2:, 1:-1] += bend_bar
        earlier[:-2, 1:-1] += bend_bar
        earlier[1:-1, 2:] += bend_bar
        earlier[1:-1, :-2] += bend_bar
        earlier[1:-1, 1:-1] -= 4.0 * bend_bar
        before_bar, now_bar = -now_bar, earlier
    speed_bar = xp.zeros_like(speed)
    factor_bar *= 2.0
    xp.multiply(factor_bar, speed[1:-1, 1:-1], out=speed_bar[1:-1, 1:-1])
    now_bar += before_bar
    return value, (speed_bar, now_bar)


def perceptron(xp, x, targets, w1, b1, w2, b2, w3, b3):
    h1 = x @ w1
    h1 += b1
    xp.tanh(h1, out=h1)
    h2 = h1 @ w2
    h2 += b2
    xp.tanh(h2, out=h2)
    error = h2 @ w3
    error += b3
    error -= targets
    value = xp.mean(error**2)
    error *= 2.0 / error.size
    by_third = h2.T @ error, xp.sum(error, axis=0)
    a2_bar = error @ w3.T
    a2_bar *= 1.0 - h2**2
    by_second = h1.T @ a2_bar, xp.sum(a2_bar, axis=0)
    a1_bar = a2_bar @ w2.T
    a1_bar *= 1.0 - h1**2
    return value, (x.T @ a1_bar, xp.sum(a1_bar, axis=0), *by_second, *by_third)


def attention(xp, x, targets, wq, wk, wv, wo):
    scale = 1.0 / math.sqrt(wq.shape[1])
    queries, keys, values = x @ wq, x @ wk, x @ wv
    queries *= scale
    weights = queries @ keys.T
    weights -= xp.max(weights, axis=1, keepdims=True)
    xp.exp(weights, out=weights)
    weights /= xp.sum(weights, axis=1, keepdims=True)
    mixed = weights @ values
    error = mixed @ wo
    error += x
    error -= targets
    value = xp.mean(error**2)
    error *= 2.0 / error.size
    mixed_bar = error @ wo.T
    scores_bar = mixed_bar @ values.T
    scores_bar *= weights
    scores_bar -= weights * xp.sum(scores_bar, axis=1, keepdims=True)
    queries_bar = scores_bar @ keys
    queries_bar *= scale
    keys_bar, values_bar = scores_bar.T @ queries, weights.T @ mixed_bar
    return value, (x.T @ queries_bar, x.T @ keys_bar, x.T @ values_bar, mixed.T @ error)


def low_rank(xp, left, right, observed, weights, decay):
    residual = left @ right.T
    residual -= observed
    pull = weights * residual
    value = xp.mean(pull * residual) + decay * (xp.mean(left**2) + xp.mean(right**2))
    pull *= 2.0 / pull.size
    left_bar, right_bar = pull @ right, pull.T @ left
    left_bar += (2.0 * decay / left.size) * left
    right_bar += (2.0 * decay / right.size) * right
    return value, (left_bar, right_bar)
