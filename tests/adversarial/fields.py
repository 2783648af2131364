"""Finite differences on grids, images, convolutions by shifted views."""

from __future__ import annotations

import numpy as np

from tests.adversarial.cases import Cases, numbers

CASES = Cases()


@CASES.add(numbers(6), 0.2, 4)
def heat_with_ghost_cells(u, alpha, steps):
    n = u.shape[0]
    g = np.zeros(n + 2)
    g[1:-1] = u
    for _ in range(steps):
        g[0] = g[1]
        g[-1] = -g[-2]
        g[1:-1] += alpha * (g[2:] - 2 * g[1:-1] + g[:-2])
    return g[1:-1]


@CASES.add(numbers(5, 4), 0.1)
def heat_2d_swapped_buffers(u0, k):
    u = u0.copy()
    new = np.empty_like(u)
    for _ in range(3):
        new[1:-1, 1:-1] = u[1:-1, 1:-1] + k * (
            u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * u[1:-1, 1:-1]
        )
        new[0, :] = new[1, :]
        new[-1, :] = 0.0
        new[:, 0] = new[:, -2]
        new[:, -1] = new[:, 1]
        u, new = new, u
    return np.sum(u**2)


@CASES.add(numbers(8), 0.4)
def upwind_periodic(u, c):
    for _ in range(4):
        flux = c * u * u
        u = u - (flux - np.roll(flux, 1))
    return u


@CASES.add(numbers(8), 0.3)
def burgers_limiter(u, dt):
    for _ in range(2):
        left = u - np.roll(u, 1)
        right = np.roll(u, -1) - u
        slope = np.where(
            left * right > 0.0, np.where(np.abs(left) < np.abs(right), left, right), 0.0
        )
        face = u + 0.5 * slope
        flux = 0.5 * face * face
        u = u - dt * (flux - np.roll(flux, 1))
    return u


@CASES.add(numbers(5, 5), numbers(3, 3))
def convolve_by_views(image, kernel):
    out = np.zeros((3, 3))
    for i in range(3):
        for j in range(3):
            out += kernel[i, j] * image[i : i + 3, j : j + 3]
    return np.maximum(out, 1.5)


@CASES.add(numbers(2, 5, 5), numbers(3, 2, 2, 2), numbers(3), order=1)
def convolution_layer(x, w, b):
    c_out, c_in, kh, kw = w.shape
    _, h, width = x.shape
    oh, ow = h - kh + 1, width - kw + 1
    y = np.zeros((c_out, oh, ow))
    for o in range(c_out):
        for i in range(oh):
            for j in range(ow):
                y[o, i, j] = np.sum(x[:, i : i + kh, j : j + kw] * w[o]) + b[o]
    return y


@CASES.add(numbers(6, 6), numbers(4, low=0.5, high=4.3), numbers(4, seed=2, low=0.5, high=4.3))
def bilinear(image, x, y):
    x0, y0 = np.floor(x).astype(int), np.floor(y).astype(int)
    x1, y1 = x0 + 1, y0 + 1
    wx, wy = x - x0, y - y0
    top = image[y0, x0] * (1 - wx) + image[y0, x1] * wx
    bottom = image[y1, x0] * (1 - wx) + image[y1, x1] * wx
    return np.sum((top * (1 - wy) + bottom * wy) ** 2)


@CASES.add(numbers(5, 5), 0.2, order=1)
def warp_loop(image, shift):
    h, w = image.shape
    out = np.zeros_like(image)
    for r in range(h):
        for c in range(w):
            rr, cc = r + shift, c - shift
            i, j = int(np.floor(rr)), int(np.floor(cc))
            if not (0 <= i < h - 1 and 0 <= j < w - 1):
                continue
            a, b = rr - i, cc - j
            out[r, c] = (
                (1 - a) * (1 - b) * image[i, j]
                + a * (1 - b) * image[i + 1, j]
                + (1 - a) * b * image[i, j + 1]
                + a * b * image[i + 1, j + 1]
            )
    return out


@CASES.add(numbers(6, 6, seed=9))
def max_pool(x):
    h, w = x.shape
    blocks = x.reshape(h // 2, 2, w // 2, 2)
    return blocks.max(axis=(1, 3)) * blocks.mean(axis=(1, 3))


@CASES.add(numbers(4, 4))
def total_variation(u):
    dx = np.diff(u, axis=0)
    dy = np.diff(u, axis=1)
    return np.sum(np.sqrt(dx[:, :-1] ** 2 + dy[:-1, :] ** 2 + 1e-3))


@CASES.add(numbers(5, 5), 0.8)
def red_black_gauss_seidel(u, w):
    u = u.copy()
    for _ in range(2):
        for colour in (0, 1):
            for i in range(1, 4):
                for j in range(1, 4):
                    if (i + j) % 2 != colour:
                        continue
                    u[i, j] = (1 - w) * u[i, j] + w * 0.25 * (
                        u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1]
                    )
    return u[1:-1, 1:-1].sum() ** 2


@CASES.add(numbers(7), numbers(6, seed=3))
def wave_equation_staggered(p, v):
    p, v = p.copy(), v.copy()
    record = []
    for _ in range(4):
        v -= 0.3 * (p[1:] - p[:-1])
        p[1:-1] -= 0.3 * (v[1:] - v[:-1])
        p[0] *= 0.5
        record.append(p[3])
    return np.array(record)


@CASES.add(numbers(4, 5))
def cumulative_tables(x):
    table = x.cumsum(axis=0).cumsum(axis=1)
    padded = np.pad(table, ((1, 0), (1, 0)))
    return padded[2:, 2:] - padded[:-2, 2:] - padded[2:, :-2] + padded[:-2, :-2] ** 2


@CASES.add(numbers(6), numbers(6, seed=1))
def in_place_through_views(x, y):
    u = np.zeros((3, 4))
    top, bottom = u[:2], u[2:]
    top[:, ::2] = x[:4].reshape(2, 2)
    bottom[0, 1:] = y[:3]
    column = u.T[1]
    column *= 3.0
    column[::-1][0] = x[5]
    last = u[-1]
    last[-2:] += y[-2:] * last[:2]
    return u @ np.arange(4.0), u


@CASES.add(numbers(9))
def negative_steps(x):
    y = x[::-2].copy()
    y[::-1] += x[1:6]
    z = y[-1:-4:-1]
    z *= x[0]
    return y * y


@CASES.add(numbers(3, 4, 5))
def chained_views(x):
    a = x.transpose(2, 0, 1)[1:4]
    b = a[:, ::-1, None, 1:3]
    c = b.swapaxes(0, 3)[0]
    d = np.moveaxis(c, 0, -1).squeeze(axis=0)
    return np.einsum("ij,ji->j", d, d.T) if d.ndim == 2 else d**2


@CASES.add(numbers(4, 3))
def columns_written(x):
    out = np.zeros((4, 5))
    out[:, 0] = x[:, 0]
    for j in range(1, 5):
        out[:, j] = 0.5 * out[:, j - 1] * x[:, j % 3] + out[:, j - 1]
    return out


@CASES.add(numbers(4, 3))
def unpacked_columns(points):
    x, y, z = points.T
    r = np.sqrt(x**2 + y**2 + z**2)
    return np.stack([r, np.arccos(z / r), np.arctan2(y, x)], axis=1)
