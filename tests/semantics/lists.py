"""Lists, of known length and of run-time length."""

from __future__ import annotations

import numpy as np

from tests.semantics.catalogue import Catalogue, numbers

CATALOGUE = Catalogue()
works, refused = CATALOGUE.works, CATALOGUE.refused


# Of known length


@works(numbers(3))
def append_and_index(x):
    items = []
    items.append(x[0] * x[1])
    items.append(x[2] ** 2)
    return items[0] * items[-1]


@works(1.2, 0.7)
def extend_insert_pop(a, b):
    items = [a]
    items.extend([b, a * b])
    items.insert(1, a + b)
    first = items.pop(0)
    last = items.pop()
    return first * last * items[0] + items[1]


@works(1.2, 0.7)
def item_assignment(a, b):
    items = [a, b]
    items[0] = items[1] * items[0]
    items[1] += items[0]
    items[-1] *= 2
    return items[0] * items[1]


@works(1.2, 0.7)
def slice_assignment(a, b):
    items = [a, b, a * b, 1.0]
    items[1:3] = [b * b]
    items[:0] = [a * a]
    return sum(v * (k + 1) for k, v in enumerate(items))


@works(1.2, 0.7)
def delete_and_remove(a, b):
    items = [a, b, a * b, a - b]
    del items[1]
    del items[-1:]
    return items[0] * items[1] + len(items)


@works(1.2, 0.7)
def concatenation_and_repetition(a, b):
    items = [a, b] + [a * b]
    items += [b**2]
    items = items * 2
    return items[3] * items[6] + len(items)


@works(1.2, 0.7)
def reversed_and_copied(a, b):
    items = [a, b, a * b]
    other = items.copy()
    items.reverse()
    other[0] = b**3
    return items[0] * other[0] + items[2]


@works(1.2, 0.7)
def cleared(a, b):
    items = [a, b]
    items.clear()
    items.append(a * b)
    return items[0] ** 2


@works(1.2, 0.7)
def alias_of_a_list(a, b):
    items = [a]
    other = items
    other.append(b * a)
    items[0] = items[1] ** 2
    return other[0] * len(items)


@works(1.2, 0.7)
def lists_in_lists(a, b):
    grid = [[a, b], [b, a * b]]
    grid[0][1] += grid[1][1]
    grid[1].append(a)
    return grid[0][1] * grid[1][2]


@works(1.2)
def one_list_thrice(a):
    rows = [[a * a]] * 3
    rows[0][0] *= 2
    return rows[1][0] + rows[2][0] ** 2


@works(numbers(3))
def arrays_in_a_list(x):
    items = [x * x, x + 1]
    items[0][1] = x[2] ** 3
    items[1] *= items[0]
    return np.sum(items[0] * items[1])


@works(numbers(3))
def array_modified_after_append(x):
    y = x * x
    items = [y]
    y[0] = x[1] * x[2]
    return np.sum(items[0] ** 2)


@works(numbers(3), numbers(3, seed=1))
def zipped_lists(x, y):
    pairs = [(x, 1.0), (y, 2.0)]
    return sum(np.sum(v * v) * w for v, w in pairs)


@works([1.0, 2.0, 3.0])
def list_argument(values):
    return sum(v**2 * k for k, v in enumerate(values)) * values[-1]


@works([numbers(2), numbers(3), numbers(4)])
def list_of_arrays_argument(values):
    return sum(np.sum(v * v) for v in values) * len(values)


@works(numbers(3))
def sorted_keys(x):
    order = sorted([2, 0, 1], reverse=True)
    return x[order[0]] * x[order[1]] ** 2 + x[order[2]]


@works(1.2, 0.7)
def star_unpacking(a, b):
    first, *rest = [a, b, a * b]
    *init, last = rest
    return first * last * init[0]


@works(1.2, 0.7)
def membership_and_count(a, b):
    names = ["w", "b", "w"]
    scale = 2.0 if "w" in names else 1.0
    return a * scale * names.count("w") + b * names.index("b")


# Of run-time length


@works(numbers(5))
def appended_in_a_loop(x):
    out = []
    for v in x:
        out.append(v * v)
    return out[0] * out[-1] + sum(out)


@works(numbers(5), 4)
def read_back_in_a_loop(x, n):
    out = [x[0]]
    for i in range(1, n):
        out.append(out[-1] * x[i] + out[i - 1])
    return out[-1]


@works(numbers(5))
def made_an_array(x):
    out = []
    for i in range(len(x)):
        out.append(np.sin(x[i]) * x[0])
    return np.sum(np.array(out) ** 2)


@works(numbers(3, 4))
def rows_stacked(x):
    rows = []
    for row in x:
        rows.append(row / np.sum(row))
    y = np.stack(rows)
    z = np.array(rows)
    return np.sum(y * z)


@works(numbers(3, 4))
def rows_concatenated(x):
    rows = []
    for row in x:
        rows.append(row * row)
    return np.sum(np.concatenate(rows) * np.arange(12.0)) + np.sum(np.vstack(rows) ** 2)


@works(numbers(5))
def comprehension(x):
    return sum([v * v for v in x]) + np.prod([np.sin(v) for v in x])


@works(numbers(5, low=-1.0))
def comprehension_with_condition(x):
    kept = [v * v for v in x if v > 0]
    return sum(kept) * len(kept)


@works(numbers(3, 4))
def nested_comprehension(x):
    return np.sum(np.array([[v * v for v in row] for row in x]))


@works(numbers(5))
def list_of_pairs(x):
    pairs = []
    for i in range(len(x)):
        pairs.append((x[i], x[i] ** 2))
    s = 0.0
    for a, b in pairs:
        s += np.sin(a) * b
    return s


@works(numbers(5))
def item_assigned_at_run_time(x):
    out = [v * v for v in x]
    for i in range(1, len(x)):
        out[i] = out[i] * out[i - 1]
    return out[-1] + out[2]


@works(numbers(5))
def item_augmented_at_run_time(x):
    out = [v * v for v in x]
    for i in range(len(x) - 1):
        out[i + 1] += out[i] ** 2
    out[0] *= 3.0
    return sum(out)


@works(numbers(6))
def slices_at_run_time(x):
    out = [v * v for v in x]
    return sum(out[1:]) * sum(out[-3:]) + sum(out[::2])


@works(numbers(5))
def used_as_a_stack(x):
    stack = [x[0]]
    s = 0.0
    i = 0
    while stack:
        v = stack.pop()
        s += v * v
        i += 1
        if i < len(x):
            stack.append(x[i] * v)
    return s


@works(numbers(5))
def history_with_copies(x):
    u = x.copy()
    history = []
    for _ in range(3):
        u[1:] *= u[:-1]
        history.append(u.copy())
    return sum(np.sum(h * h) for h in history)


@works(numbers(5))
def history_of_new_arrays(x):
    u = x * x
    history = [u]
    for _ in range(3):
        u = np.sin(u)
        history.append(u)
    return np.sum(history[0] * history[-1])


@works(numbers(5), 4)
def list_result(x, n):
    out = []
    for i in range(n):
        out.append(x[i] ** 2)
    return np.array(out)


@works(numbers(6))
def two_lists_zipped(x):
    a = [v * v for v in x]
    b = [np.cos(v) for v in x]
    s = 0.0
    for p, q in zip(a, b):
        s += p * q
    return s


@works(numbers(6))
def enumerated(x):
    out = [v * v for v in x]
    s = 0.0
    for i, v in enumerate(out):
        s += i * v
    return s * len(out)


@works(numbers(6))
def reversed_at_run_time(x):
    out = [v * v for v in x]
    s = 0.0
    for v in reversed(out):
        s = s * 0.5 + v
    return s


@works(numbers(6))
def lists_joined(x):
    a = [v * v for v in x]
    b = [np.sin(v) for v in x]
    c = a + b
    return c[0] * c[-1] + sum(c)


@works(numbers(6))
def extended_by_a_list(x):
    a = [v * v for v in x]
    a.extend([np.sin(v) for v in x])
    return a[-1] * a[0] + sum(a)


@works(numbers(6))
def maximum_of_a_list(x):
    a = [v * v for v in x]
    return max(a) * min(a)


@works(numbers(6), 3)
def queue(x, n):
    window = [x[0], x[1]]
    s = 0.0
    for i in range(2, 2 + n):
        window.append(x[i])
        s += window[0] * window[-1]
        window.pop(0)
    return s


@works(numbers(4))
def growing_by_append(x):
    y = np.array([x[0]])
    for i in range(1, 4):
        y = np.append(y, y[-1] * x[i])
    return np.sum(y * y)


@works(numbers(4), 3)
def growing_by_concatenate(x, n):
    y = x[:1] * 2
    for i in range(n):
        y = np.concatenate([y, [y[-1] * x[i]]])
    return np.sum(y * y)


@works(numbers(6), 4)
def none_then_array(x, n):
    best = None
    for i in range(n):
        v = x[i : i + 2] ** 2
        best = v if best is None else best + v * best
    return np.sum(best)


@works(numbers(6), 4)
def int_then_float(x, n):
    s = 0
    p = 1
    for i in range(n):
        s += x[i] ** 2
        p *= x[i]
    return s * p


@works(numbers(6))
def number_then_array(x):
    s = 0
    for i in range(3):
        s = s + x[i : i + 3] ** 2
    return np.sum(s)


@works(numbers(6))
def bound_in_a_loop(x):
    for i in range(len(x)):
        last = x[i] ** 2
    return last


@works(numbers(4), 1)
def bound_in_a_branch(x, k):
    if k > 0:
        scale = x[0]
    else:
        scale = 2.0
        shift = 1.0
    return scale * np.sum(x) + (0.0 if k > 0 else shift)


@works(numbers(5))
def history_without_copies(x):
    u = x.copy()
    history = []
    for _ in range(3):
        u[1:] *= u[:-1]
        history.append(u)  # one array, three times
    return sum(np.sum(h * h) for h in history)
