"""Stores: items, slices, masks, fancy indices; plain and augmented; overlap, broadcasting, dtypes."""

from __future__ import annotations

import numpy as np

from tests.semantics.catalogue import Catalogue, numbers

CATALOGUE = Catalogue()
works, refused = CATALOGUE.works, CATALOGUE.refused


@works(numbers(4))
def item(x):
    y = x * x
    y[1] = x[0] * y[2]
    return np.sum(y * y)


@works(numbers(4))
def negative_item(x):
    y = x * x
    y[-1] = y[-2] * x[0]
    return np.sum(y * y)


@works(numbers(4), 2)
def item_at_run_time(x, k):
    y = x * x
    y[k] = x[k - 1] ** 3
    return np.sum(y * y)


@works(numbers(5))
def shifted_onto_itself(x):
    y = x * x
    y[1:] = y[:-1]
    return np.sum(y * x)


@works(numbers(5))
def shifted_and_added(x):
    y = x * x
    y[1:] += y[:-1]
    return np.sum(y * y)


@works(numbers(5))
def shifted_down_and_multiplied(x):
    y = x * x
    y[:-1] *= y[1:]
    return np.sum(y * y)


@works(numbers(5))
def reversed_onto_itself(x):
    y = x * x
    y[::-1] = y
    return np.sum(y * x)


@works(numbers(5))
def reversed_added(x):
    y = x * x
    y += y[::-1]
    return np.sum(y * y * x)


@works(numbers(5))
def self_product(x):
    y = x + 1
    y *= y
    y -= y / 2
    return np.sum(y * y)


@works(numbers(3, 3))
def transposed_added_to_itself(x):
    y = x * x
    y += y.T
    return np.sum(y * y * x)


@works(numbers(3, 4))
def row_broadcast(x):
    y = x * x
    y[:] = x[1]
    y[0] *= x[2]
    return np.sum(y * y)


@works(numbers(3, 4))
def column_broadcast(x):
    y = x * x
    y[:, 1:] += x[:, :1]
    return np.sum(y * y)


@works(numbers(3, 4))
def scalar_broadcast(x):
    y = x * x
    y[1:, ::2] = x[0, 0] ** 2
    return np.sum(y * y)


@works(numbers(5))
def overwritten_whole_after_use(w):
    y = w * w
    s = np.sum(np.sin(y))
    y[:] = 0
    return s + np.sum(y)


@works(numbers(5))
def overwritten_argument_of_exp(x):
    y = x * 1.0
    e = np.exp(y)
    y[2] = e[1] * e[2]
    return np.sum(e * y)


@works(numbers(5))
def every_operator(x):
    y = x + 1
    y += x
    y -= x * x
    y *= x
    y /= x + 2
    y **= 2
    return np.sum(y)


@works(numbers(5))
def floor_and_remainder_in_place(x):
    y = 5 * x
    y %= 1.7
    z = 7 * x
    z //= 2.0
    return np.sum(y * y) + np.sum(z * x)


@works(numbers(3, 3), numbers(3, 3, seed=1))
def matrix_product_in_place(a, b):
    y = a * a
    y @= b
    return np.sum(y * y)


@works(numbers(5))
def augmented_slice(x):
    y = x * x
    y[1:4] **= 2
    y[::2] /= x[::2] + 1
    return np.sum(y)


@works(numbers(5))
def augmented_item_in_a_loop(x):
    y = np.zeros(3)
    for i in range(5):
        y[i % 3] += x[i] ** 2
    return np.sum(y**2)


@works(numbers(5))
def product_accumulated_in_a_loop(x):
    y = np.ones(2)
    for i in range(5):
        y[i % 2] *= x[i]
    return np.sum(y)


# Masks


@works(numbers(5, low=-1.0))
def mask_scalar(x):
    y = x * x
    y[x < 0] = x[0]
    return np.sum(y * y)


@works(numbers(5, low=-1.0))
def mask_values(x):
    y = x * 2
    y[y < 0] = y[y < 0] ** 2
    return np.sum(y * y)


@works(numbers(5, low=-1.0))
def mask_augmented(x):
    y = x * 2
    y[y < 0] *= -x[1]
    y[y > 0.5] += x[0]
    return np.sum(y * y)


@works(numbers(3, 4, low=-1.0))
def mask_of_rank_two(x):
    y = x * x
    y[x > 0.3] -= x[0, 0]
    return np.sum(y * y)


@works(numbers(3, 4, low=-1.0))
def mask_of_rows(x):
    y = x * x
    y[x[:, 0] > 0] = x[0] ** 3
    return np.sum(y * y)


@works(numbers(3, 4, low=-1.0))
def mask_of_columns(x):
    y = x * x
    y[:, x[0] > 0] *= 2.0
    y[1:, x[0] > 0.2] += x[2, 2]
    return np.sum(y * y)


@works(numbers(4), np.array([True, False, True, False]))
def mask_argument(x, mask):
    y = x * x
    y[mask] = x[:2] * x[2:]
    y[~mask] *= 3.0
    return np.sum(y * y)


@works(numbers(4), np.array([False] * 4))
def empty_mask(x, mask):
    y = x * x
    y[mask] = 7.0
    y[mask] *= x[mask]
    return np.sum(y * y)


# Fancy indices


INDEX = np.array([0, 2, 2, 1])


@works(numbers(4))
def fancy_store_last_wins(x):
    y = np.zeros(3)
    y[INDEX] = x * x
    return np.sum(y * y)


@works(numbers(4))
def fancy_add_is_buffered(x):
    y = np.zeros(3)
    y[INDEX] += x * x
    return np.sum(y * y) + y[2]


@works(numbers(4))
def fancy_product_is_buffered(x):
    y = x[:3] + 1
    y[INDEX] *= x
    return np.sum(y * y)


@works(numbers(4))
def add_at_accumulates(x):
    y = np.zeros(3)
    np.add.at(y, INDEX, x * x)
    return np.sum(y * y)


@works(numbers(4))
def subtract_at_accumulates(x):
    y = x[:3] * x[1:]
    np.subtract.at(y, INDEX, x * x)
    return np.sum(y * y)


@works(numbers(4))
def multiplied_at_by_a_loop(x):
    y = x[:3] + 1.0
    for i, v in zip(INDEX, x):
        y[i] *= v
    return np.sum(y * y)


@refused("np.multiply.at is not supported", "np.multiply.at(y, INDEX, x)", numbers(4))
def multiply_at(x):
    y = x[:3] + 1.0
    np.multiply.at(y, INDEX, x)
    return np.sum(y * y)


@works(numbers(4))
def list_index(x):
    y = x * x
    y[[0, 3]] = y[[1, 2]] * x[0]
    return np.sum(y * y)


@works(numbers(4), np.array([3, 1]))
def index_argument(x, index):
    y = x * x
    y[index] -= x[index[::-1]] ** 3
    return np.sum(y * y)


@works(numbers(3, 4))
def two_index_arrays(x):
    y = x * x
    y[[0, 1, 2], [3, 0, 0]] = x[:, 1] ** 3
    return np.sum(y * y)


@works(numbers(3, 4))
def mixed_index(x):
    y = x * x
    y[1:, [0, 0, 3]] += x[1:, :3]
    y[[0, 2], 1] *= x[0, 0]
    return np.sum(y * y)


@works(numbers(3, 4))
def open_mesh(x):
    y = x * x
    y[np.ix_([0, 2], [1, 3])] = x[:2, :2] ** 3
    return np.sum(y * y)


@works(numbers(3, 4))
def index_with_new_axis(x):
    y = x * x
    rows = np.array([0, 2])
    y[rows[:, None], np.array([1, 2])] *= x[0, 0]
    return np.sum(y * y)


@works(numbers(4))
def sorted_scatter(x):
    order = np.argsort(x)
    y = np.empty(4)
    y[order] = np.arange(1.0, 5.0) * x[order]
    return np.sum(y * x)


@works(numbers(5))
def swapped_items(x):
    y = x * x
    y[0], y[3] = y[3], y[0]
    y[[1, 2]] = y[[2, 1]]
    return np.sum(y * x)


@works(numbers(3, 3))
def swapped_rows_by_fancy_index(x):
    y = x * x
    y[[0, 2]] = y[[2, 0]]
    return np.sum(y * x)


@works(numbers(3, 3))
def swapped_rows_with_a_copy(x):
    y = x * x
    row = y[0].copy()
    y[0] = y[2]
    y[2] = row
    return np.sum(y * x)


@works(numbers(3, 3))
def swapped_rows_without_a_copy(x):
    y = x * x
    y[0], y[2] = y[2], y[0]  # y[2] is written back onto itself
    return np.sum(y * x)


# Dtypes


@works(numbers(4, low=0.5, high=4.0))
def float_truncated_into_ints(x):
    y = np.zeros(4, int)
    y[:] = 3 * x
    return np.sum(y * x)


@works(numbers(4))
def float_into_bools(x):
    y = np.zeros(4, bool)
    y[1:] = x[1:]
    return np.sum(np.where(y, x * x, 0.0))


@works(numbers(4))
def ints_then_float(x):
    y = np.arange(4)
    z = y * x
    z[1] = y[2]
    return np.sum(z * z)


@works(numbers(4))
def created_like_ints(x):
    y = np.zeros_like(np.arange(4), dtype=float)
    y[:2] = x[:2] ** 2
    return np.sum(y * x)


@works(numbers(4))
def ones_like_and_full(x):
    y = np.full(4, 2.0)
    y[1:] *= x[1:]
    z = np.full_like(x, 0.5)
    z -= y
    return np.sum(z * z)


@works(1.3)
def rank_zero_array(x):
    a = np.array(1.0)
    b = a
    a += x
    a *= x
    return b * x


@works(1.3)
def rank_zero_item(x):
    a = np.zeros(())
    a[()] = x * x
    a[...] += x
    return a * x


@works(np.zeros((0,)), 2.0)
def empty_array(x, s):
    y = x * s
    y[:] = s
    y[1:] += 1.0
    return np.sum(y) + s * s


@works(numbers(3, 4), 0.5)
def chained_methods(x, s):
    y = np.zeros((4, 3))
    y.T[...] = x
    y.reshape(2, 6)[1] *= s
    return np.sum(y * y)


@works(numbers(3, 4))
def rows_normalised_in_place(x):
    y = x * x
    for i in range(y.shape[0]):
        y[i] /= np.sum(y[i])
        y[i, 1:] -= y[i, 0]
    return np.sum(y * x)


@works(numbers(6))
def cumulative_sum_by_hand(x):
    y = x * x
    for i in range(1, len(y)):
        y[i] += y[i - 1]
    return np.sum(y * y)


@works(numbers(6))
def while_with_stores(x):
    y = x * x
    i = 0
    while i < len(y) - 1 and y[i] < 50:
        y[i + 1] += y[i] * x[i]
        i += 1
    return np.sum(y)


@works(numbers(6))
def store_before_break(x):
    y = x * x
    for i in range(1, 6):
        y[i] *= y[i - 1]
        if y[i] < 0.05:
            y[0] = y[i] ** 2
            break
    return np.sum(y * x)


@works(numbers(4))
def nested_conditional_stores(x):
    y = x * x
    for i in range(4):
        if x[i] > 0.6:
            y[i] = np.sin(y[i])
            if i > 1:
                y[i - 1] = y[i] * x[i]
        else:
            y[i] *= 0.5
    return np.sum(y * y)


@works(numbers(4))
def store_in_both_branches(x):
    if x[0] > 0.1:
        y = np.zeros(4)
        y[0] = x[1] ** 2
    else:
        y = x.copy()
        y[1] = 0.0
    y[2] += x[3] * y[0]
    return np.sum(y * y)


@works(numbers(3, 3))
def diagonal_by_index(x):
    y = x * x
    i = np.arange(3)
    y[i, i] += 1.0
    y[i, i] *= x[0]
    return np.sum(y * y)


@works(numbers(3, 3))
def triangle_by_index(x):
    y = x @ x
    y[np.triu_indices(3, 1)] = 0.0
    y[np.tril_indices(3, -1)] *= x[0]
    return np.sum(y * y)


@works(numbers(2, 3, 4))
def ellipsis_store(x):
    y = x * x
    y[..., 1] = x[..., 2] * 3
    y[0, ...] += x[1]
    return np.sum(y * y)


@works(numbers(4))
def slice_object(x):
    y = x * x
    inner = slice(1, -1)
    y[inner] *= x[inner]
    y[slice(None, None, 2)] += 1
    return np.sum(y * y)


@works(numbers(3, 4))
def tuple_of_slices(x):
    y = x * x
    where = (slice(1, None), np.newaxis, slice(None, 2))
    y[where] *= x[where] + 1
    return np.sum(y * y)


@works(numbers(4))
def list_stored(x):
    y = x * x
    y[:2] = [x[3], 2.0]
    y[2:] = (y[0], y[1])
    return np.sum(y * y)


@refused("cannot be updated in place with values of dtype float64", "y += x", numbers(4))
def float_added_to_ints(x):
    y = np.arange(4)
    y += x
    return np.sum(y)


@refused("", "x[0]", 1.0)
def store_into_a_number(x):
    x[0] = 1.0
    return x
