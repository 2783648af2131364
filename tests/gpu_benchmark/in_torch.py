"""The programs in PyTorch's own words, on tensors; differentiated by its automatic differentiation."""

from __future__ import annotations

import math

import torch
from torch.nn import functional


def black_scholes(spot, strike, rate, volatility, time):
    scale = volatility * torch.sqrt(time)
    d1 = (torch.log(spot / strike) + (rate + 0.5 * volatility**2) * time) / scale
    d2 = d1 - scale
    return torch.sum(spot * torch.special.ndtr(d1) - strike * torch.exp(-rate * time) * torch.special.ndtr(d2))


def gelu_layernorm(x, gain, bias, target):
    y = functional.gelu(functional.layer_norm(x, x.shape[1:], gain, bias, eps=1e-5))
    return functional.mse_loss(y, target)


def gaussian_mixture(points, logits, means, log_scales):
    z = (points[:, None] - means) * torch.exp(-log_scales)
    log_weights = torch.log_softmax(logits, dim=0)
    densities = torch.logsumexp(log_weights - log_scales - 0.5 * z**2, dim=1)
    return torch.mean(densities) - 0.5 * math.log(2.0 * math.pi)


def n_body(positions, masses):
    apart = positions[:, None, :] - positions[None, :, :]
    distance = torch.sqrt(torch.sum(apart**2, dim=2) + 0.01)
    return -0.5 * torch.sum(masses[:, None] * masses / distance)


def wave(speed, start, observed, steps):
    factor = speed[1:-1, 1:-1] ** 2
    before, now = start, start
    for _ in range(steps):
        bend = now[2:, 1:-1] + now[:-2, 1:-1] + now[1:-1, 2:] + now[1:-1, :-2] - 4.0 * now[1:-1, 1:-1]
        before, now = now, 2.0 * now - before + functional.pad(factor * bend, (1, 1, 1, 1))
    return functional.mse_loss(now, observed)


def perceptron(x, targets, w1, b1, w2, b2, w3, b3):
    h1 = torch.tanh(torch.addmm(b1, x, w1))
    h2 = torch.tanh(torch.addmm(b2, h1, w2))
    return functional.mse_loss(torch.addmm(b3, h2, w3), targets)


def attention(x, targets, wq, wk, wv, wo):
    mixed = functional.scaled_dot_product_attention((x @ wq)[None, None], (x @ wk)[None, None], (x @ wv)[None, None])
    return functional.mse_loss(x + mixed[0, 0] @ wo, targets)


def low_rank(left, right, observed, weights, decay):
    residual = left @ right.T - observed
    return torch.mean(weights * residual**2) + decay * (torch.mean(left**2) + torch.mean(right**2))
