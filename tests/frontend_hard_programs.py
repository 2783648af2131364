"""Programs that are hard on a compiler: aliases, views, in-place updates, odd control flow.

Each is lowered right, or refused; `REFUSED` names those that are refused, with the message.
"""

# ruff: noqa: E731, E741, B006, B007, B008, B023, B905, F841
# ruff: noqa: F841, UP030, UP032, E711, PLE0118, F821
# pyright: basic
from __future__ import annotations

from typing import Any

import numpy as np

X = np.array([0.3, -1.2, 2.5, 0.7, 1.9])
A = np.arange(12.0).reshape(3, 4) / 7
CAPTURED = np.ones(5)
HARD: list[tuple[Any, tuple[Any, ...]]] = []


def program(*args):
    def enter(f):
        HARD.append((f, args))
        return f

    return enter


@program(X)
def reshape_alias(x):
    y = x.copy().reshape(5, 1)
    f = y.reshape(-1)
    f[0] = 9.0
    return y


@program(A)
def reshape_of_T(a):
    b = a.copy()
    t = b.T
    f = t.reshape(-1)
    f[0] = 9.0
    return b  # refuse (stale)


@program(A)
def reshape_of_T_unused(a):
    b = a.copy()
    t = b.T
    f = t.reshape(-1)
    f[0] = 9.0
    return f


@program(A)
def asarray_alias(a):
    b = a.copy()
    c = np.asarray(b)
    c[0] = 3.0
    return b


@program(A)
def array_copy(a):
    b = a.copy()
    c = np.array(b)
    c[0] = 3.0
    return b


@program(X)
def take_copy(x):
    y = x.copy()
    z = y.take([0, 1])
    z2 = np.take(y, 0)
    y[0] = 100.0
    return z, z2


@program(X)
def astype_copy(x):
    y = x.copy()
    z = y.astype(np.float64)
    y[0] = 100.0
    return z


@program(X)
def split_view(x):
    y = x[:4].copy()
    a, b = np.split(y, 2)
    a[0] = 50.0
    return y, b


@program(X)
def where_new(x):
    y = x.copy()
    z = np.where(x > 0, y, 0.0)
    y[0] = 3
    return z


@program(X)
def diag_view(x):
    m = np.eye(3)
    d = np.diagonal(m)
    m[0, 0] = 5.0
    return d


@program(X)
def diag_write(x):
    m = np.eye(3)
    d = np.diag(m)
    d[0] = 5.0
    return m


@program(X)
def broadcast_write(x):
    b = np.broadcast_to(x, (2, 5))
    b[0] = 1.0
    return b


@program(X)
def list_elem_alias(x):
    out = []
    y = x.copy()
    for i in range(3):
        y[0] = float(i)
        out.append(y)
    return out[0]


@program(X, 3)
def list_elem_alias_dyn(x, n):
    out = []
    y = x.copy()
    for i in range(n):
        y[0] = float(i)
        out.append(y)
    return out[0]


@program(X, 3)
def list_elem_copy_dyn(x, n):
    out = []
    y = x.copy()
    for i in range(n):
        y[0] = i * 1.0
        out.append(y.copy())
    return out[0] + out[-1]


@program(X, 3)
def list_view_dyn(x, n):
    out = []
    y = x.copy()
    for i in range(n):
        out.append(y[i : i + 2])
        y[i] = 0.0
    return out[0]


@program(X, 1.0)
def cond_alias(x, s):
    a = x.copy()
    b = x * 2
    c = a if s > 0 else b
    c[0] = 77.0
    return a


@program(X, 1.0)
def cond_alias_after(x, s):
    a = x.copy()
    b = x * 2
    c = a if s > 0 else b
    a[0] = 77.0
    return c


@program(X, 3)
def loop_alias(x, n):
    a = x.copy()
    b = a
    for i in range(n):
        b[0] = b[0] + 1
        b = b * 2
    return a


@program(X, 3)
def loop_alias2(x, n):
    a = x.copy()
    b = a
    for i in range(n):
        b = b * 2
        b[0] = b[0] + 1
    return a, b


@program(X, 3)
def loop_prev(x, n):
    prev = x
    cur = x.copy()
    for i in range(n):
        prev = cur
        cur = np.tanh(cur)
    return prev, cur


@program(X, 3)
def loop_prev_inplace(x, n):
    prev = x
    cur = x.copy()
    for i in range(n):
        prev = cur
        cur[0] += 1.0
    return prev, cur


@program(X, 3)
def three_buffers(x, n):
    a = x.copy()
    b = x * 2
    c = np.zeros_like(x)
    for i in range(n):
        c[1:-1] = a[1:-1] + b[2:] - a[:-2]
        a, b, c = b, c, a
    return a, b, c


@program(X, 3)
def cond_swap(x, n):
    a = x.copy()
    b = x * 2
    for i in range(n):
        if a[0] > b[0]:
            a, b = b, a
        a[0] += 1.0
    return a, b


@program(X)
def aug_tuple_elem(x):
    t = [x.copy(), 1.0]
    t[0] += 1.0
    t[1] += 1.0
    y = t[0]
    y *= 2
    return t[0], t[1], y


@program(X)
def default_mutable(x):
    def f(v, acc=[]):
        acc.append(v)
        return len(acc) * v

    return f(x) + f(x)


@program(X)
def closure_late(x):
    fs = [lambda v: v * k for k in (1.0, 2.0, 3.0)]
    return fs[0](x)


@program(X)
def closure_loop(x):
    fs = []
    for k in range(3):
        fs.append(lambda v, k=k: v * k)
    return fs[1](x) + fs[2](x)


@program(X)
def int_inplace(x):
    k = np.arange(5)
    k += 1
    return x * k


@program(X)
def int_inplace_bad(x):
    k = np.arange(5)
    k += x
    return k


@program(X)
def int_set_float(x):
    k = np.zeros(5, dtype=int)
    k[0] = 2.7
    return x * k


@program(X)
def dict_mut(x):
    d = {}
    d["a"] = x
    d["b"] = d["a"] * 2
    d["a"] = d["a"] + 1
    e = d
    e["c"] = 1.0
    return d["a"] + d["c"], sorted(d.keys())[0] == "a"


@program(X, 2.0)
def nested_func_return(x, s):
    def f(v):
        if s > 1:
            return v[0]
        return v[1]

    return f(x) + f(x * 2)


@program(X, 2.0)
def return_none_path(x, s):
    if s > 1:
        return x


@program(3.0)
def py_int_pow(x):
    return x**2 + 2**3 + (-2) ** 2 + 2**-1


@program(X)
def neg_index_var(x):
    i = -1
    return x[i] * x[i - 1]


@program(X, 2)
def slice_dyn(x, k):
    return x[k:].sum() + x[:k].sum() + x[k : k + 2].sum() + x[-k:].sum() + x[::2].sum()


@program(A, 1)
def mixed_index(a, k):
    return a[k, ::2] + a[:, k][:2] + a[k][None][0][:2] + a[[0, 1], [2, 3]]


@program(X)
def boolop_values(x):
    y = x[0] > 100 or x[1]
    z = (x.sum() > 0) and 3.0
    return y * 1.0, z * 1.0


@program(X)
def complex_cond(x):
    s = 0.0
    for v in x:
        if v > 0 and v < 2 or v < -1:
            s += v
    return s


@program(X)
def while_and(x):
    i = 0
    while i < len(x) and x[i] < 2:
        i += 1
    return x[i] * 1.0


@program(X)
def str_ops(x):
    name = "a" + "b"
    if name.upper() == "AB" and name in ("ab", "c") and name.startswith("a"):
        return x
    return 2 * x


@program(X)
def assert_shape(x):
    assert x.ndim == 1 and x.shape[0] > 2, f"bad {x.shape}"
    return x


@program(X)
def star_call(x):
    def f(*a, **k):
        return sum(a) * k["s"]

    return f(*[x, x], s=2.0)


@program(X)
def unpack_zip(x):
    a, b = zip(*[(x, 1.0), (x * 2, 2.0)])
    return a[0] * b[1]


@program(X)
def del_name(x):
    y = x * 2
    del y
    return y


@program(X)
def use_before(x):
    z = yy + 1
    yy = 2
    return z


@program(X)
def mut_global(x):
    CAPTURED[0] = 3.0
    return x * CAPTURED


@program(X)
def mut_global2(x):
    g = CAPTURED
    g += x
    return g


@program(X)
def listcomp_cond(x):
    return np.array([v if v > 0 else -v for v in x if v < 2])


@program(X)
def nested_comp(x):
    return np.array([[a * b for a in x] for b in x])


@program(A)
def comp_rows(a):
    return np.array([row.sum() for row in a]), np.array([np.sum(a[i]) for i in range(a.shape[0])])


@program(X, 3)
def stacked2(x, n):
    xs = []
    vs = []
    for i in range(n):
        xs.append(x * i)
        vs.append(x.sum() + i)
    return np.array(xs), np.array(vs)


@program(X, 3)
def list_read_in_loop(x, n):
    h = [x[0]]
    for i in range(n):
        h.append(h[i] * 2 + h[-1])
    return h[n], np.array(h)


@program(X, 3)
def list_of_pairs(x, n):
    h = []
    for i in range(n):
        h.append((x * i, i))
    return h[0][0]


@program(X, 3)
def lst_prealloc(x, n):
    h = [0.0] * 5
    for i in range(5):
        h[i] = x[i] * 2
    return h


@program(X, 3)
def lst_prealloc_dyn(x, n):
    h = [0.0] * n
    for i in range(n):
        h[i] = x[i] * 2
    return np.array(h)


@program(X, 3)
def zeros_n(x, n):
    y = np.zeros(n)
    for i in range(n):
        y[i] = x[i] ** 2
    return y


@program(X, 3)
def max_scalar(x, n):
    return max(x[0], 0.0) + min(n, 2) * x[1]


@program(X)
def ternary_chain(x):
    return 1.0 if x[0] > 1 else 2.0 if x[0] > 0 else 3.0


@program(X)
def multi_assign(x):
    a = b = x.copy()
    a[0] = 5
    return b


@program(X)
def aug_slice_overlap(x):
    y = x.copy()
    y[1:] += y[:-1]
    return y


@program(X)
def aug_self(x):
    y = x.copy()
    y += y[::-1]
    return y


@program(A)
def aug_T(a):
    b = a[:, :3].copy()
    b += b.T
    return b


@program(X)
def view_then_rebind(x):
    y = x.copy()
    v = y[:2]
    y = y * 2
    v[0] = 9.0
    return y, v


@program(X)
def squeeze_write(x):
    y = x[:, None] * 1.0
    z = y.squeeze(1)
    z[0] = 4.0
    w = np.squeeze(y, 1)
    w[1] = 5
    return y


@program(X)
def expand_write(x):
    y = x * 1.0
    z = np.expand_dims(y, 0)
    z[0, 1] = 4.0
    return y


@program(A)
def swapaxes_write(a):
    b = a * 1.0
    c = np.swapaxes(b, 0, 1)
    c[0, 2] = 7.0
    d = np.moveaxis(b, 0, 1)
    d[1] = 8.0
    return b


@program(A)
def flip_write(a):
    b = a * 1.0
    np.flip(b, 0)[0] = 5.0
    b[::-1, ::2][0] += 1
    return b


@program(X)
def scalar_0d(x):
    a = np.array(2.0)
    b = a
    a += 1
    return a * 1, b * 1


@program(X)
def zeros_0d(x):
    a = np.zeros(())
    b = a
    a += x.sum()
    return b * 1


@program(X)
def bool_carry(x):
    ok = False
    for v in x:
        if v > 2:
            ok = True
    return x.sum() if ok else 0.0


@program(X)
def cont_else(x):
    s = 0.0
    for i in range(len(x)):
        if i == 2:
            continue
        elif x[i] < 0:
            s -= 1.0
        else:
            s += x[i]
            if s > 3:
                break
        s *= 1.5
    return s


@program(X)
def loop_in_branch(x):
    s = 0.0
    if x[0] > 0:
        for v in x:
            s += v
    else:
        while s < 3:
            s += 1.0
    return s


@program(X)
def branch_list_append(x):
    out = []
    if x[0] > 0:
        out.append(1.0)
    else:
        out.append(2.0)
    out.append(x[1])
    return out[0] + out[1]


@program(X)
def branch_list_append_uneven(x):
    out = [0.5]
    if x[0] > 0:
        out.append(1.0)
    return sum(out), len(out)


@program(X)
def branch_dict(x):
    d = {"a": 1.0}
    if x[0] > 0:
        d["a"] = 2.0
    else:
        d["a"] = x[1]
    return d["a"]


@program(X)
def fwd_ref(x):
    return _later(x)


def _later(x):
    return x * 2


@program(X, 2)
def return_multi(x, n):
    for i in range(n):
        if x[i] > 100:
            return x[i], i
    return x[0], -1


@program(X)
def eq_arr(x):
    return np.sum((x == x[0]) * 1.0) + (x[0] == 0.3) * 1.0


@program(X)
def starred_args(x):
    return np.concatenate([*[x, x], x[:1]])


@program(np.float32(2.0), X)
def np32_scalar(a, x):
    s = 0.0
    for v in x:
        s = s + a
    return s


@program(X.astype(np.float32))
def f32loop(x):
    s = 0.0
    for v in x:
        s = s + v * 0.5
    return s


@program(X)
def sum_list_arr(x):
    return sum([x, x * 2]), sum([]), sum([1, 2])


@program(X)
def minmax_list(x):
    return max([1.0, 2.0]), min(x[0], x[1], 2.0)


@program(X)
def deep_update(x):
    d = {"a": [x.copy(), {"k": x * 2}]}
    d["a"][1]["k"][0] = 100.0
    d["a"][0] += 1
    return d


@program(X)
def shadow_builtin(x):
    sum = x.mean()
    return sum * 2


@program(X)
def lambda_default(x):
    f = lambda a, b=x[0]: a * b
    return f(x)


@program(X)
def kwonly(x):
    def f(a, *, b):
        return a - b

    return f(x, b=1.0)


@program(X)
def format_(x):
    s = "{:.2f}".format(x[0])
    t = f"{x[0]:.3f} {len(x)}"
    u = str(x[0])
    return x


@program(X, 3)
def prod_n(x, n):
    n2 = n * 2
    y = np.zeros((n, 2))
    y[:, 0] = x[:n]
    return y.reshape(n2).sum(), y.reshape(-1)


@program(X, 3)
def carried_tuple(x, n):
    st = (x, 1.0)
    for i in range(n):
        a, b = st
        st = (np.tanh(a) * b, b * 0.9)
    return st


@program(X, 3)
def carried_dict(x, n):
    st = {"a": x, "b": 1.0}
    for i in range(n):
        st = {"a": st["a"] * st["b"], "b": st["b"] * 0.9}
    return st["a"]


@program(X, 3)
def carried_dict_mut(x, n):
    st = {"a": x, "b": 1.0}
    for i in range(n):
        st["a"] = st["a"] * st["b"]
        st["b"] *= 0.9
    return st


@program(X, 3)
def carried_list_mut(x, n):
    st = [x, 1.0]
    for i in range(n):
        st[0] = st[0] * st[1]
        st[1] *= 0.9
    return st


@program(X, 3)
def carried_rk4(x, n):
    def f(t, y):
        return -y * t

    t = 0.0
    h = 0.1
    y = x
    for _ in range(n):
        k1 = f(t, y)
        k2 = f(t + h / 2, y + h / 2 * k1)
        k3 = f(t + h / 2, y + h / 2 * k2)
        k4 = f(t + h, y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        t += h
    return y, t


@program(X, 3)
def lists_after_loop(x, n):
    for i in range(n):
        pair = [x[i], 1.0]
        d = {"a": x[i]}
        v = x[i : i + 1]
    return pair[0] + d["a"] + v


@program(X, 3)
def missing_view(x, n):
    y = x.copy()
    if x[0] > 0:
        k = int(x[3] * 3)
        v = y[k:]
    y[3] = 50.0
    if x[0] > 0:
        return v
    return y


@program(X, 3)
def modify_while(x, n):
    l = [1.0, 2.0]
    for v in l:
        if len(l) < 4:
            l.append(v)
    return x * len(l)


@program(X, 3)
def shape_eq(x, n):
    y = x * 2
    assert x.shape == y.shape and len(x) == len(y)
    if x.shape[0] != y.shape[0]:
        raise ValueError("bad")
    return x + y


@program(X, 2.0)
def alias_in_branch(x, s):
    w = []
    if s > 0:
        y = w
    if s > 0:
        y.append(x)
    return w


@program(X, 2.0)
def func_in_branch(x, s):
    if s > 0:
        f = lambda v: v * s
    else:
        f = lambda v: v
    return f(x)


@program(X, 2.0)
def func_in_branch2(x, s):
    k = x[0]
    if s > 0:
        m = k * 2

        def f(v):
            return v * m

        y = f(x)
    else:
        y = x
    return y


@program(X, 3)
def helper_in_loop(x, n):
    def g(a, b):
        t = a * b
        u = t + 1
        return u

    s = 0.0
    for i in range(n):
        if x[i] > 0:
            s = g(s, x[i])
        else:
            s = g(x[i], s)
    return s


@program(X, 3)
def closure_in_loop(x, n):
    s = 0.0
    for i in range(n):

        def g(a):
            return a * x[i] + s

        s = g(x[i])
    return s


@program(X, 3)
def closure_written_buffer(x, n):
    y = x.copy()

    def bump(i):
        y[i] += 1.0

    for i in range(n):
        bump(i)
    return y


@program(X, 3)
def closure_list(x, n):
    out = []

    def log(v):
        out.append(v)

    for i in range(n):
        log(x[i] * 2)
    return np.array(out)


@program(X, 3)
def nested_out_lists(x, n):
    allv = []
    for i in range(n):
        row = []
        for j in range(n):
            row.append(x[i] * x[j])
        allv.append(np.array(row))
    return np.array(allv)


@program(X, 3)
def nested_lists_raw(x, n):
    allv = []
    for i in range(n):
        row = []
        for j in range(n):
            row.append(x[i] * x[j])
        allv.append(row)
    return np.array(allv)


@program(X, 3)
def two_level_return(x, n):
    def find(v):
        for i in range(len(v)):
            if v[i] > 1:
                return i
        return -1

    return x[find(x)] * 1.0


@program(X, 3)
def while_nested(x, n):
    i = 0
    s = 0.0
    while i < n:
        j = 0
        while j < i:
            s += x[j]
            j += 1
            if s > 10:
                break
        i += 1
    return s, i


@program(X, 3)
def sorted_keys(x, n):
    d = {"b": x, "a": x * 2}
    return [d[k] * i for i, k in enumerate(sorted(d))]


@program(X, 3)
def mutate_in_helper(x, n):
    def step(u, v):
        u[0] = v[1]
        v += 1
        return u

    a = x.copy()
    b = x * 2
    for _ in range(n):
        a = step(a, b)
    return a, b


@program(X, 3)
def view_carry(x, n):
    y = x.copy()
    v = y[0:2]
    for i in range(n):
        v += 1.0
        v = y[i : i + 2]
    return y


@program(X, 3)
def view_carry2(x, n):
    y = x.copy()
    v = y[0:2]
    s = 0.0
    for i in range(n):
        s += v.sum()
        v = y[i : i + 2]
    return s, v


@program(X, 3)
def cond_expr_lists(x, n):
    l = [1.0, 2.0] if n > 2 else [3.0, 4.0]
    return l[0] * x


@program(X, 3)
def cond_expr_lists_len(x, n):
    l = [1.0, 2.0] if x[0] > 0 else [3.0]
    return sum(l) * x


@program(X, 3)
def none_carry(x, n):
    prev = None
    s = 0.0
    for i in range(n):
        if prev is not None:
            s += prev * x[i]
        prev = x[i]
    return s


@program(X)
def none_carry_const(x):
    prev = None
    s = 0.0
    for i in range(5):
        if prev is not None:
            s += prev * x[i]
        prev = x[i]
    return s


@program(X, 3)
def string_carry(x, n):
    mode = "a"
    s = 0.0
    for i in range(n):
        if mode == "a":
            s += x[i]
            mode = "b"
        else:
            s -= x[i]
            mode = "a"
    return s


@program(X, 3)
def tuple_state(x, n):
    def step(state, t):
        a, b = state
        return (a + t, b * t), a * b

    st = (0.0, 1.0)
    outs = []
    for i in range(n):
        st, o = step(st, x[i])
        outs.append(o)
    return st, np.array(outs)


@program(X, 3)
def reduce_(x, n):
    import functools

    return functools.reduce(lambda a, b: a * b, [x, x, x]), functools.reduce(np.add, [x, x])


@program(X)
def int_array_scalar(x):
    k = np.array([1, 2, 3])
    return k[1] * 2.0 + x[k[0]] + k.sum() // 2


@program(X)
def bool_sum(x):
    return (x > 0).sum() * 1.0 + np.mean(x > 0)


@program(X)
def chain_cmp_arr(x):
    return np.where((0 < x) & (x < 1), x, 0.0)


@program(X, 3)
def break_flag_after(x, n):
    found = False
    for i in range(n):
        if x[i] > 2:
            found = True
            break
    if found:
        return x[i]
    return 0.0 * x[0]


@program(X, 3)
def del_in_loop(x, n):
    s = 0.0
    for i in range(n):
        t = x[i]
        s += t
        del t
    return s


@program(X, 3)
def swap_elements(x, n):
    y = x.copy()
    for i in range(n):
        y[i], y[i + 1] = y[i + 1], y[i]
    return y


@program(A)
def swap_rows(a):
    b = a.copy()
    b[[0, 1]] = b[[1, 0]]
    b[0], b[1] = b[1].copy(), b[0].copy()
    return b


@program(A)
def swap_rows_bad(a):
    b = a.copy()
    b[0], b[1] = b[1], b[0]
    return b


@program(X)
def multi_target_views(x):
    y = x.copy()
    a, b = y[:2], y[2:]
    a[:] = b[:2]
    b *= 2
    return y


@program(X, 3)
def enumerate_start(x, n):
    s = 0.0
    for i, v in enumerate(x, 1):
        s += i * v
    for i, (a, b) in enumerate(zip(x, x[1:])):
        s += a * b * i
    return s


@program(X, 3)
def zip_lists_arr(x, n):
    s = 0.0
    for w, v in zip([1.0, 2.0, 3.0], x):
        s += w * v
    return s


@program(X, 3)
def reversed_list_dyn(x, n):
    l = []
    for i in range(n):
        l.append(x[i])
    s = 0.0
    for v in reversed(l):
        s = s * 0.5 + v
    for v in l[::-1]:
        s = s * 0.5 + v
    for v in l[1:]:
        s += v
    return s


@program(X, 3)
def pop_dyn(x, n):
    l = []
    for i in range(n):
        l.append(x[i])
    s = 0.0
    while l:
        s = s * 0.5 + l.pop()
    return s


@program(X, 3)
def list_copy_dyn(x, n):
    l = []
    for i in range(n):
        l.append(x[i])
    m = l.copy()
    m.append(5.0)
    k = list(l)
    k.append(1.0)
    return len(l), len(m), sum(m), l + [2.0] if False else 0


@program(np.float64(2.0), X)
def npscalar(a, x):
    b = a
    a = a * 2
    return a * x + b


@program(np.array(2.0), X)
def zerod(a, x):
    return a * x


@program(X, True)
def boolarg(x, flag):
    if flag:
        return x
    return 2 * x


@program(X)
def star_unpack(x):
    a, *b = x[0], x[1], x[2]
    return a + b[0] + len(b)


@program(X)
def matmul_aug(x):
    m = np.eye(5)
    m = m @ m
    return m @ x


@program(X)
def ndim0_index(x):
    y = x.copy()
    y[...] = 3.0
    y[()] = 4.0
    return y, y[...]


@program(X)
def squeeze_0d(x):
    y = np.zeros((1, 1))
    z = np.squeeze(y)
    z += 1
    w = y.reshape(())
    w += 2
    return y, z * 1


@program(X)
def asarray_0d(x):
    y = np.array(2.0)
    z = np.asarray(y)
    z += 1
    return y * 1


@program(X)
def ravel_0d(x):
    y = np.array(2.0)
    z = y.ravel()
    z[0] = 5
    return y * 1


@program(X)
def atleast(x):
    y = x.copy()
    z = np.atleast_2d(y)
    z[0, 0] = 5
    return y


@program(X, A)
def zip_of_unequal_lengths(x, a):
    s = 0.0
    for u, v in zip(x, x[1:]):
        s += u * v
    for u, row, k in zip(x[::2], a.T, range(2, 99, 3)):
        s += u * row[0] * k
    for k, (u, v) in enumerate(zip(x[:2], x)):
        s += k * u - v
    return s


@program(X, 3)
def zip_backwards(x, n):
    s = 0.0
    parts = []
    for i in range(n):
        parts.append(x[i])
    for u, v in zip(reversed(x), x):
        s = s * 0.5 + u * v
    for u, v in zip(reversed(x), reversed(x * 2)):
        s = s * 0.5 + u * v
    for i, v in enumerate(reversed(parts)):
        s = s * 0.5 + v * i
    for p, v in zip(parts, x):
        s = s * 0.5 + p * v
    for i, p in enumerate(parts):
        s = s * 0.5 + p * i
    return s


REFUSED = {
    "reshape_of_T": "b may or may not have changed when f was modified",
    "diag_write": "a result of diagonal is read-only",
    "broadcast_write": "a result of broadcast is read-only",
    "list_elem_alias_dyn": "out may or may not have changed when y was modified",
    "list_view_dyn": "out may or may not have changed when y was modified",
    "loop_alias": "a may or may not have changed when b was modified",
    "int_inplace_bad": "an array of dtype int64 cannot be updated in place with",
    "return_none_path": "what return_none_path returns is an array of type",
    "boolop_values": "a value has dtype bool on one path and float64 on another",
    "del_name": "y may be used before it is assigned",
    "use_before": "yy may be used before it is assigned",
    "mut_global": "CAPTURED comes from outside of the function and is",
    "mut_global2": "CAPTURED comes from outside of the function and is",
    "lst_prealloc_dyn": "a list repeated a run-time number of times is not supported",
    "missing_view": "what missing_view returns may have been modified through",
    "modify_while": "a list is modified while it is looped over",
    "nested_lists_raw": "the length of allv is known at run time only, and so the",
    "view_carry": "y may or may not have changed when v was modified",
    "string_carry": "mode is 'a' on one path and 'b' on another",
    "ravel_0d": "y may or may not have changed when z was modified",
}
