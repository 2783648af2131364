"""A trimmed mean: values inserted one by one into sorted order, by shifting those that are larger."""

import numpy as np


def insert(values, count, new):
    """Insert into the first `count` of values, which are sorted."""
    position = count
    while position > 0 and values[position - 1] > new:
        values[position] = values[position - 1]
        position -= 1
    values[position] = new


def trimmed_mean(samples, scale, trim=1):
    """The mean of all but the `trim` smallest and largest of the scaled samples."""
    kept = np.empty(len(samples))
    for count, sample in enumerate(samples):
        insert(kept, count, np.tanh(scale * sample))
    inner = kept[trim:-trim]
    spread = inner[-1] - inner[0]
    return inner.mean() + 0.1 * spread**2


def example(n):
    rng = np.random.default_rng(8)
    return rng.normal(size=n), 0.8


FUNCTION, SMALL, LARGE = trimmed_mean, example(6), example(60)
ARGNUMS = (0, 1)
