"""Sharpness of a filtered image: a convolution by accumulating shifted views of a padded image."""

import numpy as np


def convolve(image, kernel):
    """The image filtered, of its own size; outside of it is its edge."""
    kh, kw = kernel.shape
    h, w = image.shape
    padded = np.pad(image, ((kh // 2, kh // 2), (kw // 2, kw // 2)), mode="edge")
    out = np.zeros_like(image)
    for i in range(kh):
        for j in range(kw):
            out += kernel[i, j] * padded[i : i + h, j : j + w]
    return out


def sharpness(image, kernel, threshold=0.1):
    """How much the filtered image varies; small values are cut off, large ones saturate."""
    filtered = convolve(image, kernel)
    filtered[np.abs(filtered) < threshold] = 0.0
    np.clip(filtered, -2.0, 2.0, out=filtered)
    dx = np.diff(filtered, axis=1)
    dy = np.diff(filtered, axis=0)
    return np.sum(dx**2) + np.sum(dy**2)


def example(n):
    rng = np.random.default_rng(9)
    return rng.normal(size=(n, n)), rng.normal(size=(3, 3))


FUNCTION, SMALL, LARGE = sharpness, example(5), example(256)
ARGNUMS = (0, 1)
