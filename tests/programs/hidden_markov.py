"""The forward algorithm of a hidden Markov model with Gaussian emissions, in log space."""

import numpy as np


def log_normalise(logits):
    """Rows of log probabilities."""
    return logits - np.logaddexp.reduce(logits, axis=-1, keepdims=True)


def log_emission(y, means, log_scale):
    z = (y - means) / np.exp(log_scale)
    return -0.5 * z**2 - log_scale - 0.5 * np.log(2 * np.pi)


def log_likelihood(params, observations):
    """The log likelihood of a series of observations."""
    log_start = log_normalise(params["start"])
    log_step = log_normalise(params["step"])
    states = len(log_start)
    alpha = log_start + log_emission(observations[0], params["means"], params["log_scale"])
    work = np.empty((states, states))
    for y in observations[1:]:
        np.add(alpha[:, None], log_step, out=work)
        top = work.max(axis=0)
        work -= top
        alpha = top + np.log(np.sum(np.exp(work), axis=0))
        alpha += log_emission(y, params["means"], params["log_scale"])
    peak = np.max(alpha)
    return peak + np.log(np.sum(np.exp(alpha - peak)))


def example(length, states):
    rng = np.random.default_rng(5)
    params = {
        "start": rng.normal(size=states),
        "step": rng.normal(size=(states, states)),
        "means": rng.normal(size=states),
        "log_scale": 0.1 * rng.normal(size=states),
    }
    return params, rng.normal(size=length)


FUNCTION, SMALL, LARGE = log_likelihood, example(4, 3), example(200, 20)
ARGNUMS = (0,)
