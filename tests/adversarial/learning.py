"""Models: regression, networks by layers and by time, mixtures, hidden Markov models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import expit, logsumexp

from tests.adversarial.cases import Cases, numbers

CASES = Cases()
LABELS = np.array([0, 2, 1, 2])


@CASES.add(numbers(3, 3), numbers(3), numbers(4, 3), LABELS, argnums=(0, 1))
def softmax_regression(W, b, X, labels):
    z = X @ W + b
    z = z - z.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return -log_p[np.arange(len(labels)), labels].mean() + 0.01 * (W**2).sum()


PARAMS = {
    "Wx": numbers(3, 4),
    "Wh": numbers(4, 4, seed=1),
    "b": numbers(4),
    "out": {"w": numbers(4, seed=5)},
}


@CASES.add(PARAMS, numbers(5, 3), order=1)
def rnn(params, xs):
    h = np.zeros(params["Wh"].shape[0])
    outputs = []
    for x in xs:
        h = np.tanh(x @ params["Wx"] + h @ params["Wh"] + params["b"])
        outputs.append(h @ params["out"]["w"])
    return np.mean(np.array(outputs) ** 2)


class Gates(NamedTuple):
    W: np.ndarray
    U: np.ndarray
    b: np.ndarray


@CASES.add(Gates(numbers(2, 12), numbers(3, 12, seed=1), numbers(12)), numbers(4, 2), order=1)
def lstm(p, xs):
    n = p.U.shape[0]
    h = c = np.zeros(n)
    for t in range(xs.shape[0]):
        z = xs[t] @ p.W + h @ p.U + p.b
        i, f, o, g = z[:n], z[n : 2 * n], z[2 * n : 3 * n], z[3 * n :]
        c = expit(f) * c + expit(i) * np.tanh(g)
        h = expit(o) * np.tanh(c)
    return h.sum(), c


@CASES.add(numbers(5, 4), numbers(4, 6), numbers(4, 6, seed=1), numbers(4, 6, seed=2), order=1)
def multi_head_attention(x, Wq, Wk, Wv):
    t, heads = x.shape[0], 2
    q, k, v = (np.reshape(x @ W, (t, heads, -1)) for W in (Wq, Wk, Wv))
    scores = np.einsum("thd,shd->hts", q, k) / np.sqrt(q.shape[-1])
    mask = np.tril(np.ones((t, t), dtype=bool))
    scores = np.where(mask, scores, -1e9)
    weights = np.exp(scores - logsumexp(scores, axis=-1, keepdims=True))
    return np.einsum("hts,shd->thd", weights, v).reshape(t, -1)


@dataclass
class Norm:
    gamma: np.ndarray
    beta: np.ndarray
    eps: float = 1e-5


@CASES.add(Norm(numbers(3), numbers(3, seed=1)), numbers(6, 3))
def batch_norm(p, x):
    mu, var = x.mean(0), x.var(0)
    return p.gamma * (x - mu) / np.sqrt(var + p.eps) + p.beta


@CASES.add(
    [(numbers(2, 4), numbers(4)), (numbers(4, 1), numbers(1))],
    numbers(5, 2),
    numbers(5),
    argnums=(0,),
)
def mlp(layers, X, y):
    activation = {"tanh": np.tanh, "relu": lambda z: np.maximum(z, 0.0)}
    h = X
    for depth, (W, b) in enumerate(layers):
        h = h @ W + b
        if depth < len(layers) - 1:
            h = activation["relu" if depth % 2 else "tanh"](h)
    return np.mean((h[:, 0] - y) ** 2)


@CASES.add(numbers(3, 3), numbers(3), numbers(3, 4), np.array([0, 3, 1, 1, 2]))
def hmm_forward(transition, initial, emission, observed):
    log_A = np.log(transition / transition.sum(axis=1, keepdims=True))
    log_B = np.log(emission / emission.sum(axis=1)[:, None])
    alpha = np.log(initial) + log_B[:, observed[0]]
    for o in observed[1:]:
        alpha = logsumexp(alpha[:, None] + log_A, axis=0) + log_B[:, o]
    return logsumexp(alpha)


@CASES.add(numbers(3, 3), np.array([0, 2, 1]))
def viterbi(log_A, observed):
    score = np.zeros(3)
    for o in observed:
        candidates = score[:, None] + log_A
        best = np.argmax(candidates, axis=0)
        score = candidates[best, np.arange(3)] + log_A[o]
    return np.max(score)


@CASES.add(numbers(8, 2), numbers(3, 2, seed=4), 2.0)
def soft_k_means(points, centres, beta):
    for _ in range(2):
        d = ((points[:, None, :] - centres) ** 2).sum(-1)
        r = np.exp(-beta * (d - d.min(axis=1, keepdims=True)))
        r /= r.sum(axis=1, keepdims=True)
        centres = r.T @ points / r.sum(axis=0)[:, None]
    return centres


@CASES.add(numbers(6), numbers(2), numbers(2, seed=7), numbers(2, seed=8))
def gaussian_mixture(x, logits, means, log_scales):
    weights = logits - logsumexp(logits)
    parts = [
        w - 0.5 * ((x - m) / np.exp(s)) ** 2 - s for w, m, s in zip(weights, means, log_scales)
    ]
    return np.sum(logsumexp(np.array(parts), axis=0))


@CASES.add(1.2, 0.5, numbers(5), numbers(5, 4, seed=3))
def particle_filter(sigma, rho, observations, noise):
    particles = np.zeros(noise.shape[1])
    log_likelihood = 0.0
    for y, e in zip(observations, noise):
        particles = rho * particles + sigma * e
        log_w = -0.5 * (y - particles) ** 2
        m = np.max(log_w)
        log_likelihood += m + np.log(np.mean(np.exp(log_w - m)))
    return log_likelihood


@CASES.add(numbers(2), np.eye(2), numbers(2, 2), numbers(4))
def kalman(m, P, F, ys):
    H = np.array([[1.0, 0.5]])
    R, Q = 0.3, 0.1 * np.eye(2)
    total = 0.0
    for y in ys:
        m, P = F @ m, F @ P @ F.T + Q
        S = (H @ P @ H.T)[0, 0] + R
        K = (P @ H.T / S)[:, 0]
        innovation = y - (H @ m)[0]
        total -= 0.5 * (innovation**2 / S + np.log(S))
        m = m + K * innovation
        P = P - np.outer(K, H @ P)
    return total


@CASES.add(numbers(3), numbers(4, 3), numbers(4))
def sgd_unrolled(w, X, y):
    velocity = np.zeros_like(w)
    for _ in range(2):
        for i in range(len(y)):
            error = X[i] @ w - y[i]
            velocity = 0.9 * velocity - 0.1 * error * X[i]
            w = w + velocity
    return np.mean((X @ w - y) ** 2)


@CASES.add(numbers(5, 2), numbers(5, 2, seed=1), argnums=(0,))
def contrastive(a, b):
    na = a / np.linalg.norm(a, axis=1, keepdims=True)
    nb = b / np.linalg.norm(b, axis=1, keepdims=True)
    s = na @ nb.T / 0.2
    return -np.mean(np.diag(s) - logsumexp(s, axis=1))


@CASES.add(numbers(7), numbers(7, seed=2))
def sorted_loss(a, b):
    return np.mean(np.abs(np.sort(a) - np.sort(b)) ** 1.5) + np.median(a) * np.quantile(b, 0.3)


@CASES.add(numbers(6), numbers(6, seed=1), np.array([True, False, True, True, False, True]))
def masked_loss(prediction, target, mask):
    r = (prediction - target)[mask]
    huber = np.where(np.abs(r) < 0.3, 0.5 * r**2, 0.3 * (np.abs(r) - 0.15))
    out = np.zeros_like(prediction)
    out[mask] = huber
    out[~mask] = prediction[~mask] * 0.1
    out[prediction > 0.9] *= 2.0
    return out


@CASES.add(numbers(4, 3), np.array([1, 0, 3, 1, 1]), numbers(3, 2))
def embedding(table, tokens, W):
    e = table[tokens]
    pooled = np.zeros(3)
    for i, row in enumerate(e):
        pooled += row / (i + 1)
    return np.tanh(pooled @ W)


@CASES.add(numbers(5), numbers(5, seed=1))
def gru_scalar(w, xs):
    h = 0.0
    for x in xs:
        z = 1.0 / (1.0 + np.exp(-(w[0] * x + w[1] * h)))
        h = (1.0 - z) * h + z * np.tanh(w[2] * x + w[3] * h + w[4])
    return h


@CASES.add(numbers(4, 4), numbers(4, 4, seed=1))
def ctc_like_dynamic_program(cost, penalty):
    n, m = cost.shape
    table = np.full((n + 1, m + 1), 100.0)
    table[0, 0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            options = np.array([table[i - 1, j], table[i, j - 1], table[i - 1, j - 1]])
            soft = -0.1 * logsumexp(-options / 0.1)
            table[i, j] = cost[i - 1, j - 1] * penalty[i - 1, j - 1] + soft
    return table[n, m]
