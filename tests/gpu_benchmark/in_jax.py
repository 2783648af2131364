"""The programs in JAX's own words; differentiated and compiled by JAX. In double precision where arguments are."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
from jax.scipy.special import logsumexp, ndtr

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_default_matmul_precision", "highest")  # no TF32: the others multiply in single precision too


def black_scholes(spot, strike, rate, volatility, time):
    scale = volatility * jnp.sqrt(time)
    d1 = (jnp.log(spot / strike) + (rate + 0.5 * volatility**2) * time) / scale
    d2 = d1 - scale
    return jnp.sum(spot * ndtr(d1) - strike * jnp.exp(-rate * time) * ndtr(d2))


def gelu_layernorm(x, gain, bias, target):
    centred = x - jnp.mean(x, axis=1, keepdims=True)
    normal = centred * jax.lax.rsqrt(jnp.mean(centred**2, axis=1, keepdims=True) + 1e-5)
    return jnp.mean((jax.nn.gelu(gain * normal + bias, approximate=False) - target) ** 2)


def gaussian_mixture(points, logits, means, log_scales):
    z = (points[:, None] - means) * jnp.exp(-log_scales)
    log_weights = jax.nn.log_softmax(logits)
    densities = logsumexp(log_weights - log_scales - 0.5 * z**2, axis=1)
    return jnp.mean(densities) - 0.5 * math.log(2.0 * math.pi)


def n_body(positions, masses):
    apart = positions[:, None, :] - positions[None, :, :]
    distance = jnp.sqrt(jnp.sum(apart**2, axis=2) + 0.01)
    return -0.5 * jnp.sum(masses[:, None] * masses / distance)


def wave(speed, start, observed, steps):
    factor = speed[1:-1, 1:-1] ** 2

    def step(state, _):
        before, now = state
        bend = now[2:, 1:-1] + now[:-2, 1:-1] + now[1:-1, 2:] + now[1:-1, :-2] - 4.0 * now[1:-1, 1:-1]
        return (now, (2.0 * now - before).at[1:-1, 1:-1].add(factor * bend)), None

    (_, now), _ = jax.lax.scan(step, (start, start), length=steps)
    return jnp.mean((now - observed) ** 2)


def perceptron(x, targets, w1, b1, w2, b2, w3, b3):
    h1 = jnp.tanh(x @ w1 + b1)
    h2 = jnp.tanh(h1 @ w2 + b2)
    return jnp.mean((h2 @ w3 + b3 - targets) ** 2)


def attention(x, targets, wq, wk, wv, wo):
    weights = jax.nn.softmax((x @ wq) @ (x @ wk).T / math.sqrt(wq.shape[1]), axis=1)
    return jnp.mean((x + weights @ (x @ wv) @ wo - targets) ** 2)


def low_rank(left, right, observed, weights, decay):
    residual = left @ right.T - observed
    return jnp.mean(weights * residual**2) + decay * (jnp.mean(left**2) + jnp.mean(right**2))
