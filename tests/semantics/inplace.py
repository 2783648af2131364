"""Functions and methods that write into an array: out=, where=, copyto, fill, put, sort ..."""

from __future__ import annotations

import numpy as np

from tests.semantics.catalogue import Catalogue, numbers

CATALOGUE = Catalogue()
works, refused = CATALOGUE.works, CATALOGUE.refused


@works(numbers(4))
def out_of_a_ufunc(x):
    y = x * x
    np.multiply(y, x, out=y)
    np.sin(y, out=y)
    return np.sum(y * y)


@works(numbers(4))
def out_by_position(x):
    y = np.empty_like(x)
    np.add(x, x * x, y)
    np.negative(y, y)
    return np.sum(y * y)


@works(numbers(4))
def out_into_a_slice(x):
    y = x * x
    np.exp(x[:2], out=y[2:])
    return np.sum(y * y)


@works(numbers(4))
def out_is_returned(x):
    y = np.zeros(4)
    z = np.sqrt(x, out=y)
    z += x
    return np.sum(y * y)


@works(numbers(4))
def out_as_a_tuple(x):
    y = np.zeros(4)
    np.cos(x, out=(y,))
    return np.sum(y * x)


@works(numbers(4, low=-1.0))
def out_and_where(x):
    y = x * x
    np.multiply(x, 3.0, out=y, where=x > 0)
    return np.sum(y * y)


@works(numbers(4, low=-1.0))
def logarithm_where_positive(x):
    y = np.zeros(4)
    np.log(x, out=y, where=x > 0)
    return np.sum(y * x)


@works(numbers(4, low=-1.0))
def division_where_not_zero(x):
    y = np.zeros_like(x)
    z = np.divide(1.0, x, out=y, where=x > 0.3)
    return np.sum(z * z * 0.01)


@works(numbers(3, 4))
def out_of_a_reduction(x):
    s = np.empty(4)
    np.sum(x * x, axis=0, out=s)
    return np.sum(s * s)


@works(numbers(3, 3), numbers(3, 3, seed=1))
def out_of_a_product(a, b):
    c = np.empty((3, 3))
    np.matmul(a, b, out=c)
    d = np.empty((3, 3))
    np.dot(c, a, out=d)
    return np.sum(c * d)


@works(numbers(4))
def out_of_a_cumulative_sum(x):
    y = x * x
    np.cumsum(y, out=y)
    return np.sum(y * y)


@works(numbers(4))
def out_of_clip(x):
    y = x * x
    np.clip(y, 0.1, 0.9, out=y)
    return np.sum(y * x)


@works(numbers(4))
def method_out(x):
    y = np.empty(4)
    x.clip(0.3, 0.8, out=y)
    return np.sum(y * x)


@works(numbers(4))
def copyto_whole(x):
    y = np.empty(4)
    np.copyto(y, x * x)
    y *= x
    return np.sum(y)


@works(numbers(4, low=-1.0))
def copyto_where(x):
    y = x * x
    np.copyto(y, 2 * x, where=x < 0)
    return np.sum(y * y)


@works(numbers(3, 4))
def copyto_a_row(x):
    y = x * x
    np.copyto(y[1], x[0])
    np.copyto(y[:, 2:], x[:, :1])
    return np.sum(y * y)


@works(numbers(4), 1.5)
def fill_with_a_number(x, s):
    y = x * x
    y[:2].fill(s * s)
    return np.sum(y * y)


@works(numbers(4))
def put_by_function(x):
    y = x * x
    np.put(y, [0, 2], x[:2] ** 3)
    return np.sum(y * y)


@works(numbers(2, 3))
def put_into_a_matrix(x):
    y = x * x
    y.put([1, 4], x[0, 0] * 5)
    np.put(y, 5, x[1, 1])
    return np.sum(y * y)


@works(numbers(4, low=-1.0))
def place_a_number(x):
    y = x * x
    np.place(y, x < 0, 2.0)
    return np.sum(y * x)


@works(numbers(4, low=-1.0))
def putmask_with_an_array(x):
    y = x * x
    np.putmask(y, x > 0.2, x * 3)
    np.putmask(y, x < -0.5, 0.25)
    return np.sum(y * y)


@works(numbers(5))
def sorted_in_place(x):
    y = x * x
    y[0] = 9 * x[1]
    y.sort()
    return np.sum(y * np.arange(5.0))


@works(numbers(3, 4))
def sorted_along_an_axis(x):
    y = x * x
    y.sort(axis=0)
    y[1].sort()
    return np.sum(y * np.arange(12.0).reshape(3, 4))


@works(numbers(5))
def sorted_view(x):
    y = x * x
    y[1:4].sort()
    return np.sum(y * np.arange(5.0))


@works(numbers(3, 4))
def put_along_axis(x):
    y = x * x
    best = np.argmax(x, axis=1)[:, None]
    np.put_along_axis(y, best, x[:, :1] * 2, axis=1)
    return np.sum(y * y)


@works(numbers(3, 4))
def take_along_axis_then_store(x):
    order = np.argsort(x, axis=1)
    y = np.take_along_axis(x * x, order, axis=1)
    y[:, 0] *= 2
    return np.sum(y * np.arange(4.0))


@works(numbers(3, 3))
def fill_diagonal_with_a_vector(x):
    y = x * x
    np.fill_diagonal(y, x[0] ** 3)
    return np.sum(y * y)


@works(numbers(4, low=-1.0))
def select_and_store(x):
    y = np.select([x < 0, x > 0.5], [x * x, 3 * x], default=x)
    y[0] *= y[1]
    return np.sum(y * y)


@works(numbers(4))
def ufunc_accumulate(x):
    y = np.multiply.accumulate(x)
    z = np.add.accumulate(x * x)
    return np.sum(y * z)


@works(numbers(4))
def ufunc_reduce_and_outer(x):
    m = np.multiply.outer(x, x[:2])
    m[0] *= 2
    return np.add.reduce(m[:, 0]) * np.multiply.reduce(m[:, 1])


@works(numbers(4))
def copied_then_shuffled_by_hand(x):
    y = np.copy(x)
    for i in range(3, 0, -1):
        j = (7 * i) % (i + 1)
        y[i], y[j] = y[j], y[i]
    return np.sum(y * np.arange(4.0) * x)


@works(numbers(4))
def rolled_in_place(x):
    y = x * x
    y[:] = np.roll(y, 1)
    y[...] = np.flip(y)
    return np.sum(y * x)


@works(numbers(6))
def work_array_reused(x):
    work = np.empty(3)
    s = 0.0
    for i in range(2):
        np.multiply(x[3 * i : 3 * i + 3], x[0], out=work)
        np.sin(work, out=work)
        s += np.sum(work)
    return s


@works(numbers(4), 3)
def ping_pong_with_out(x, n):
    a, b = x.copy(), np.empty_like(x)
    for _ in range(n):
        np.multiply(a, a[::-1], out=b)
        np.add(b, 0.1, out=a)
    return np.sum(a * b)


@refused("where=", "np.log(x, where=x > 0)", numbers(4))
def where_without_out(x):
    y = np.log(x, where=x > 0)  # what is left out is not initialised
    return np.sum(y)


@refused("resize", "y.resize(6)", numbers(4))
def resized_in_place(x):
    y = x * x
    y.resize(6)
    return np.sum(y)
