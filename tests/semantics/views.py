"""Views and aliases: a write through one name is seen through all that share its buffer."""

from __future__ import annotations

import numpy as np

from tests.semantics.catalogue import Catalogue, numbers

CATALOGUE = Catalogue()
works, refused = CATALOGUE.works, CATALOGUE.refused


# Names of one buffer


@works(numbers(4))
def alias_then_write(x):
    y = x * 2
    z = y
    z += x * x
    return np.sum(y * z)


@works(numbers(4))
def rebinding_is_no_write(x):
    y = x * 2
    z = y
    z = z + x * x
    return np.sum(y * z)


@works(1.5)
def augmented_scalar_rebinds(x):
    y = x * x
    z = y
    z += x
    return y * z


@works(numbers(3), numbers(3, seed=1))
def tuple_swap_of_buffers(x, y):
    a, b = x * y, x + y
    a, b = b, a
    a *= x
    return np.sum(a * b * b)


@works(numbers(3))
def chained_assignment_is_one_buffer(x):
    a = b = x * x
    a[0] = b[1] * b[2]
    return np.sum(a * b)


@works(numbers(4))
def alias_in_a_tuple(x):
    y = x * x
    pair = (y, x)
    pair[0][1] = pair[1][2] ** 2
    return np.sum(y**2)


@works(numbers(4))
def alias_in_a_list(x):
    y = x * x
    items = [y, y]
    items[0][1:] *= x[:-1]
    items[1][0] += 1.0
    return np.sum(y**2)


@works(numbers(4))
def alias_in_a_dict(x):
    state = {"u": x * x}
    u = state["u"]
    state["u"] += x
    u[0] = x[3]
    return np.sum(state["u"] * u)


@works(numbers(4))
def dict_value_rebound(x):
    state = {"u": x * x}
    u = state["u"]
    state["u"] = state["u"] + x
    u[0] = x[3]
    return np.sum(state["u"] * u)


def scale_in_place(v, factor):
    v *= factor


def first_half(v):
    return v[: len(v) // 2]


def same(v):
    return v


@works(numbers(4))
def written_by_a_function(x):
    y = x * x
    scale_in_place(y, x[0])
    return np.sum(y * y)


@works(numbers(6))
def view_from_a_function(x):
    y = x * x
    first_half(y)[1:] += x[4:] ** 2
    return np.sum(y**3)


@works(numbers(4))
def function_that_returns_its_argument(x):
    y = x * x
    z = same(y)
    z[0] = 5.0 * x[3]
    return np.sum(y * y)


@works(numbers(4))
def written_through_a_closure(x):
    y = x * x

    def bump(i):
        y[i] += x[i] ** 3

    bump(1)
    bump(-1)
    return np.sum(y * y)


@works(numbers(4))
def view_in_a_default_argument(x):
    y = x * x

    def add(v, into=y[1:3]):
        into += v

    add(x[0])
    add(x[:2])
    return np.sum(y * y)


# Views


@works(numbers(5))
def view_then_write(x):
    y = x * x
    v = y[0:2]
    v[0] = x[4] * y[1]
    return np.sum(y * y)


@works(numbers(5))
def base_then_view_read(x):
    y = x * x
    v = y[1:4]
    y[2] = x[0] * x[1]
    return np.sum(v * v)


@works(numbers(6))
def view_of_a_view(x):
    y = x * x
    v = y[1:]
    w = v[::2]
    w[1] = x[0] ** 3
    v[0] *= w[2]
    return np.sum(y * y)


@works(numbers(6))
def overlapping_views(x):
    y = x * x
    a, b = y[:4], y[2:]
    a[3] = x[0] ** 3
    b[0] *= a[3]
    return np.sum(a * b)


@works(numbers(2, 3))
def transposed_view(x):
    y = x * x
    t = y.T
    t[1, 0] = x[1, 2] ** 3
    t[2] += x[:, 0]
    return np.sum(y * y)


@works(numbers(2, 3))
def row_and_column_views(x):
    y = x * x
    row, column = y[1], y[:, 2]
    row[2] = x[0, 0]
    column *= x[:, 1]
    return np.sum(y * y) + np.sum(row * row)


@works(numbers(4))
def ellipsis_is_a_view(x):
    y = x * x
    y[...][1] = x[0] ** 3
    v = y[...]
    v += x
    return np.sum(y * y)


@works(numbers(4))
def new_axis_is_a_view(x):
    y = x * x
    column = y[:, None]
    column[1, 0] = x[0] ** 3
    y[np.newaxis] += x
    return np.sum(y * y)


@works(numbers(5))
def reversed_view(x):
    y = x * x
    r = y[::-1]
    r[0] = x[0] ** 3
    r[1:] += x[:-1]
    return np.sum(y * y * np.arange(5.0))


@works(numbers(6))
def reshape_of_a_fresh_array(x):
    y = x * x
    m = y.reshape(2, 3)
    m[1, 0] = x[0] ** 3
    m[0] += x[3:]
    return np.sum(y * y * np.arange(6.0))


@works(numbers(2, 3))
def ravel_of_a_fresh_array(x):
    y = np.zeros((2, 3))
    y[:] = x * x
    flat = y.ravel()
    flat[4] = x[0, 0] ** 3
    return np.sum(y * y)


@works(numbers(2, 3))
def flatten_is_a_copy(x):
    y = x * x
    flat = y.flatten()
    flat[4] = x[0, 0] ** 3
    return np.sum(y * y) + np.sum(flat * flat)


@works(numbers(2, 3))
def reshape_of_a_transposed_array_is_a_copy(x):
    y = x * x
    flat = y.T.reshape(-1)
    flat = flat * 2
    flat[4] = x[0, 0] ** 3
    return np.sum(y * y) + np.sum(flat * flat)


@works(numbers(2, 3))
def flat_item_assignment(x):
    y = x * x
    y.flat[4] = x[0, 0] ** 3
    y.flat[::2] *= 2.0
    return np.sum(y * y)


@works(numbers(2, 3))
def flat_read(x):
    y = x * x
    s = 0.0
    for v in y.flat:
        s += np.sin(v)
    return s + y.flat[2] ** 2


@works(numbers(2, 3))
def flat_assigned_whole(x):
    y = np.empty((2, 3))
    y.flat = x.ravel()[::-1] ** 2
    return np.sum(y * x)


@works(numbers(4))
def asarray_of_an_array_is_itself(x):
    y = x * x
    z = np.asarray(y)
    z[0] = x[3] ** 3
    return np.sum(y * y)


@works(numbers(4))
def array_copies(x):
    y = x * x
    z = np.array(y)
    z[0] = x[3] ** 3
    return np.sum(y * z)


@works(numbers(4))
def array_without_copy(x):
    y = x * x
    z = np.array(y, copy=None)
    z[0] = x[3] ** 3
    return np.sum(y * y)


@works(numbers(4))
def asarray_with_a_dtype_of_its_own(x):
    y = x * x
    z = np.asarray(y, dtype=float)
    z[0] = x[3] ** 3
    return np.sum(y * y)


@works(numbers(4))
def asarray_of_another_dtype_copies(x):
    y = x * x
    z = np.asarray(y, dtype=np.complex128 if False else np.float32).astype(float)
    z[0] = x[3] ** 3
    return np.sum(y) + np.sum(z[:1])


@works(numbers(3, 1))
def squeeze_is_a_view(x):
    y = x * x
    v = np.squeeze(y)
    v[1] = x[0, 0] ** 3
    y.squeeze(axis=1)[2] += x[1, 0]
    return np.sum(y * y)


@works(numbers(2, 3))
def swapaxes_is_a_view(x):
    y = x * x
    np.swapaxes(y, 0, 1)[2, 0] = x[0, 0] ** 3
    y.swapaxes(0, 1)[0] *= 2.0
    return np.sum(y * y)


@works(numbers(2, 2, 2))
def moveaxis_is_a_view(x):
    y = x * x
    v = np.moveaxis(y, 0, -1)
    v[1, 0, 1] = x[0, 0, 0] ** 3
    return np.sum(y * y)


@works(numbers(6))
def split_gives_views(x):
    y = x * x
    a, b = np.split(y, 2)
    a[0] = b[1] * x[0]
    b *= 2.0
    return np.sum(y * y)


@works(numbers(2, 4))
def hsplit_gives_views(x):
    y = x * x
    left, right = np.hsplit(y, 2)
    left += right
    return np.sum(y * y)


@works(numbers(4))
def atleast_2d_is_a_view(x):
    y = x * x
    m = np.atleast_2d(y)
    m[0, 1] = x[0] ** 3
    return np.sum(y * y)


@works(numbers(4))
def expand_dims_is_a_view(x):
    y = x * x
    m = np.expand_dims(y, 1)
    m[2, 0] = x[0] ** 3
    return np.sum(y * y)


@works(numbers(4))
def real_of_a_real_array_is_itself(x):
    y = x * x
    r = y.real
    r[1] = x[0] ** 3
    return np.sum(y * y)


@works(numbers(3, 3))
def diagonal_read(x):
    y = x * x
    d = np.diagonal(y)
    y[1, 1] = x[0, 2] ** 3
    return np.sum(d * d)


@works(numbers(3, 3))
def fill_diagonal_writes(x):
    y = x * x
    np.fill_diagonal(y, x[0, 1] ** 3)
    return np.sum(y * y)


@works(numbers(3, 2))
def rows_are_views(x):
    y = x * x
    for row in y:
        row[0] = row[1] * row[0]
    return np.sum(y * y)


@works(numbers(3, 2), numbers(3))
def rows_of_two_arrays(x, w):
    y = x * x
    for row, v in zip(y, w):
        row *= v
    return np.sum(y * y)


@works(numbers(3, 2))
def enumerated_rows_are_views(x):
    y = x * x
    for i, row in enumerate(y):
        row += x[i] * i
    return np.sum(y * y)


@works(numbers(2, 3))
def unpacked_rows_are_views(x):
    y = x * x
    a, b = y
    a += b
    return np.sum(y * y)


@works(numbers(2, 3))
def rows_in_a_list_are_views(x):
    y = x * x
    rows = list(y)
    rows[0] += rows[1]
    return np.sum(y * y)


@works(numbers(3, 2))
def elements_are_not_views(x):
    y = x[:, 0] * x[:, 1]
    s = 0.0
    for v in y:
        v *= 2
        s += v * v
    return s + np.sum(y)


@works(numbers(6), 3)
def buffers_swapped_every_step(u, steps):
    u = u.copy()
    u_new = np.empty_like(u)
    for _ in range(steps):
        u_new[0], u_new[-1] = u[0], u[-1]
        u_new[1:-1] = u[1:-1] + 0.1 * (u[2:] * u[:-2] - u[1:-1])
        u, u_new = u_new, u
    return np.sum(u * u)


@works(numbers(5), 4)
def three_buffers_rotated(u, steps):
    a, b, c = u * 1.0, u * 2.0, np.zeros(5)
    for _ in range(steps):
        c[1:-1] = a[1:-1] * b[2:] - b[:-2]
        a, b, c = b, c, a
    return np.sum(a * b) + np.sum(c)


@works(numbers(5))
def view_kept_across_iterations(x):
    y = x * x
    v = y[:2]
    for i in range(1, 4):
        v[0] *= x[i]
        v = y[i : i + 2]
    return np.sum(y * y)


@works(numbers(6))
def window_slides(x):
    y = x * x
    for i in range(4):
        w = y[i : i + 3]
        w[1] = w[0] * w[2]
    return np.sum(y * y)


@works(numbers(4), 1.0)
def alias_under_a_condition(x, c):
    y = x * x
    w = x + 1
    z = y if c > 0 else w
    z += x
    return np.sum(y * w)


@works(numbers(4), -1.0)
def alias_by_an_if_statement(x, c):
    y = x * x
    w = x + 1
    if c > 0:
        z = y
    else:
        z = w
    z[0] = x[1] ** 2
    return np.sum(y * w)


@works(numbers(4), 1.0)
def view_or_copy_under_a_condition(x, c):
    y = x * x
    v = y[:2] if c > 0 else y[:2].copy()
    v *= x[:2]
    return np.sum(y * y)


@works(numbers(4))
def copy_breaks_the_alias(x):
    y = x * x
    z = y.copy()
    z[1:] *= y[:-1]
    return np.sum(y * z)


@works(numbers(4))
def full_slice_is_a_view(x):
    y = x * x
    z = y[:]
    z += x
    return np.sum(y * y)


@works([1.0, 2.0, 3.0])
def full_slice_of_a_list_is_a_copy(items):
    other = items[:]
    other[0] = items[1] * items[2]
    return items[0] * other[0]


@works(numbers(4))
def fancy_index_is_a_copy(x):
    y = x * x
    z = y[[0, 1]]
    z *= 3
    return np.sum(y * y) + np.sum(z * z)


@works(numbers(4))
def mask_index_is_a_copy(x):
    y = x * x
    z = y[y > 0.3]
    z *= y[0]
    return np.sum(y * y) + np.sum(z * z)


@works(numbers(4))
def arithmetic_with_one_is_no_alias(x):
    y = x * 1.0
    y[0] = x[1] * x[2]
    return np.sum(x * y)


@works(numbers(4))
def addition_of_zero_is_no_alias(x):
    y = x + 0.0
    y += x
    return np.sum(x * y)


@works(numbers(4))
def unary_plus_is_a_copy(x):
    y = x * x
    z = +y
    z[0] = x[1]
    return np.sum(y * z)


@works(numbers(4))
def astype_copies(x):
    y = x * x
    z = y.astype(float)
    z[0] = x[1]
    return np.sum(y * z)


@works(numbers(4))
def astype_without_copy(x):
    y = x * x
    z = y.astype(float, copy=False)
    z[0] = x[1]
    return np.sum(y * y)


@works(numbers(4))
def transposed_vector_is_itself(x):
    y = x * x
    y.T[1] = x[0] ** 3
    return np.sum(y * y)


@works(numbers(2, 3))
def write_through_a_broadcast_source(x):
    y = x * x
    b = np.broadcast_to(y[0], (2, 3))
    y[0, 1] = x[1, 2] ** 3
    return np.sum(b * b)


@works(numbers(4))
def views_in_a_list_comprehension(x):
    y = x * x
    parts = [y[i : i + 2] for i in (0, 2)]
    for p in parts:
        p[0] *= p[1]
    return np.sum(y * y)


@works(numbers(4))
def view_passed_twice(x):
    y = x * x

    def mix(a, b):
        a += b
        b *= 2

    mix(y[:2], y[2:])
    mix(y[1:3], y[1:3])
    return np.sum(y * y)


@refused("a result of broadcast is read-only", "v[0]", numbers(4))
def write_to_broadcast(x):
    v = np.broadcast_to(x, (3, 4))
    v[0] = 1.0
    return np.sum(v)


@refused("y may or may not have changed when flat was modified", "y * y", numbers(2, 3))
def ravel_of_unknown_layout(x):
    y = x * x  # in C or Fortran order, as x is: ravel gives a view or a copy
    flat = y.ravel()
    flat[4] = x[0, 0] ** 3
    return np.sum(y * y)


@refused("read-only", "d[0]", numbers(3, 3))
def write_to_diagonal(x):
    y = x * x
    d = y.diagonal()
    d[0] = 1.0
    return np.sum(y)


@works(numbers(3))
def overlapping_update(x):
    y = x.copy()
    z = y[::-1]
    y += z
    return y[0] * y[1] + z[0] * y[2]


@works(numbers(3))
def unpacked_slice_is_no_view(x):
    y = x * x
    a, b = y[:2]
    a += 1
    return np.sum(y) * a * b


@works(numbers(3))
def rows_of_a_reshaped_copy(x):
    y = x.copy()
    for row in y.reshape(3, 1):
        row *= 2
    return np.sum(y**2)
