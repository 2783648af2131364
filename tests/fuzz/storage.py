"""Random statements about memory and calls: every way of writing into an array, arrays in containers, helpers that
write into their arguments, buffers that change places, recursion, generators, objects.

Each is a function (writer, names, depth) -> lines; where nothing in scope suits it, it gives None.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.fuzz.expressions import M, N, Names, Shape

if TYPE_CHECKING:
    from tests.fuzz.programs import Writer

Lines = list[str] | None
Statement = Callable[["Writer", Names, int], Lines]

HELPERS = '''def bump(v, a, start=1):
    v[start:] += a * v[:-1]


def damp(v):
    v *= 0.5
    return v


def inner(v):
    return v[1:-1]


def fill_row(out, row, v):
    out[row] = np.sin(v)
    return np.sum(out[row])


def exchange(u, v):
    t = u.copy()
    u[...] = v
    v[:] = t * 0.5


def power(a, n):
    if n <= 0:
        return 1.0
    return a * power(a, n - 1)


def halves(v):
    if len(v) <= 1:
        return np.sum(np.tanh(v))
    h = len(v) // 2
    return halves(v[:h]) * 0.7 + np.sin(halves(v[h:]))


def smooth_down(v, n):
    if n > 0:
        v[n] = 0.5 * (np.tanh(v[n]) + v[n - 1])
        smooth_down(v, n - 1)


def up(a, n):
    return a if n <= 0 else np.sin(down(a, n - 1)) + a


def down(a, n):
    return 0.5 * a if n <= 0 else np.cos(up(a, n - 1)) * a


def items(v, n):
    for j in range(n):
        v[j] *= 0.5
        yield v[j] + j


class Store:
    def __init__(self, v):
        self.v = v
        self.count = 0

    def add(self, i, a):
        self.v[i] += a
        self.count += 1
        return self

    def total(self):
        return np.sum(self.v) * self.count


'''


def owned(w: Writer, names: Names, *shapes: Shape) -> str | None:
    """An array that may be written to, of one of the shapes."""
    options = sorted(n for n in names.owned if names.shapes[n] in shapes)
    return w.rng.choice(options) if options else None


def bounded(w: Writer, names: Names, shape: Shape) -> str:
    return f"np.tanh({w.expr(names, shape, w.rng.randint(0, 2))})"


def own_argument(w: Writer, names: Names, depth: int) -> Lines:
    """The function writes to its own argument."""
    name = w.rng.choice(["x", "y", "A", "c"])
    shape = names.shapes[name]
    part = w.rng.choice(["[0]" if shape != (M, 1) else "[0, 0]", "[...]", ""])
    inside = shape if part in ("", "[...]") else (N,) if shape == (M, N) else ()
    line = f"{name}{part} {w.rng.choice(['*=', '+='])} {bounded(w, names, inside)}"
    names.put(name, shape, owned=True)
    return [line]


def ufunc_out(w: Writer, names: Names, depth: int) -> Lines:
    name = owned(w, names, (N,), (M,), (M, N), (N - 1,))
    if name is None:
        return None
    shape = names.shapes[name]
    calls = ("np.add({a}, {b}", "np.multiply({a}, {b}", "np.sin({a}", "np.tanh({a}", "np.subtract({a}, {b}")
    call = w.rng.choice(calls)
    text = call.format(a=w.expr(names, shape, 1), b=w.expr(names, shape, 0))
    where = ", where=mask" if shape == (N,) and w.rng.random() < 0.4 else ""
    return [f"{text}, out={name}{where})"]


def library_store(w: Writer, names: Names, depth: int) -> Lines:
    name = owned(w, names, (N,))
    if name is None:
        return None
    v, a, small = bounded(w, names, (N,)), bounded(w, names, ()), bounded(w, names, (M,))
    forms = [
        f"np.copyto({name}, {v})", f"np.copyto({name}, {a}, where=mask)", f"{name}.fill({a})",
        f"np.put({name}, [0, 3, 1], {small})", f"np.putmask({name}, mask, {v})", f"np.place({name}, mask, {small})",
        f"{name}.sort()", f"np.add.at({name}, idx, {v})", f"{name}.flat[2] = {a}", f"{name}[{name} > 0.1] *= {a}",
        f"{name}[{name} < 0.0] = {a}", f"{name}[idx] += {v}", f"{name}[np.argmax({name})] = {a}",
        f"np.subtract.at({name}, [1, 1, 4], {small})", f"{name}[::-1] += {v}", f"{name}[k:] *= {a}",
        f"{name}[-k] += {a}",
        f"{name}[1:] = {name}[:-1]", f"{name}[:-1] += {name}[1:]",
    ]
    return [w.rng.choice(forms)]


def matrix_store(w: Writer, names: Names, depth: int) -> Lines:
    name = owned(w, names, (M, N))
    if name is None:
        return None
    v, a, column = bounded(w, names, (N,)), bounded(w, names, ()), bounded(w, names, (M,))
    forms = [
        f"{name}[[0, 2, 0]] += {v}", f"{name}[:, mask] *= {a}", f"{name}[[0, 1], [2, 2]] = {a}",
        f"{name}[k - 1, k] -= {a}",
        f"np.fill_diagonal({name}, {a})", f"{name}.T[1] = {column}", f"{name}[1:] -= {name}[:-1] * {a}",
        f"{name}[0], {name}[1] = {name}[1].copy(), {name}[0] * {a}", f"{name}[[0, 1]] = {name}[[1, 0]]",
        f"{name}[...] = {v}", f"{name}[np.abs({name}) > 0.5] = {a}", f"{name}.ravel()[3] += {a}",
        f"{name}.reshape(-1)[::4] *= {a}", f"np.add.at({name}, ([0, 0, 2], [1, 1, 3]), {a})",
    ]
    return [w.rng.choice(forms)]


def swap(w: Writer, names: Names, depth: int) -> Lines:
    a = owned(w, names, (N,), (M, N), (M,))
    others = sorted(n for n in names.owned if a and n != a and names.shapes[n] == names.shapes[a])
    if a is None or not others:
        return None
    b = w.rng.choice(others)
    return [f"{a}, {b} = {b}, {a}"]


def conditional_alias(w: Writer, names: Names, depth: int) -> Lines:
    a = owned(w, names, (N,), (M, N))
    if a is None:
        return None
    shape, b, name, value = names.shapes[a], w.fresh(), w.fresh("either"), bounded(w, names, ())
    sign = w.rng.choice("<>")
    names.put(b, shape, owned=True)
    names.put(name, shape, owned=True)
    return [f"{b} = 0.5 * {a}", f"{name} = {a} if s {sign} 0.0 else {b}", f"{name}[0] += {value}"]


def container(w: Writer, names: Names, depth: int) -> Lines:
    """Arrays in a list, tuple or dict, written to through it."""
    a, b = owned(w, names, (N,)), owned(w, names, (N,))
    if a is None or b is None:
        return None
    held, value = w.fresh("held"), bounded(w, names, ())
    store = w.rng.choice(["[0][1] += {v}", "[1] *= {v}", "[-1][:2] = {v}", "[0][idx] -= {v}"]).format(v=value)
    lines = {
        "list": [f"{held} = [{a}, {b}]", f"{held}{store}"],
        "item": [f"{held} = [{a}, {b}.copy()]", f"{held}[0] = {held}[1] + {value}", f"{held}[0][2] = {value}"],
        "pop": [f"{held} = [{a}, {b}]", f"{held}.insert(0, {b} * {value})", f"{held}.pop()[0] += {value}"],
        "dict": [f"{held} = {{'p': {a}, 'q': {b}}}", f"{held}['p'][1:] *= {value}", f"{held}['q'] = {held}['p'] * 2"],
        "rows": [f"{held} = [{a}, {b}]", f"for row in {held}:", f"    row[-1] *= {value}"],
    }
    name = w.fresh()
    names.put(name, (), False)
    kind = w.rng.choice(sorted(lines))
    last = f"{held}['q']" if kind == "dict" else f"{held}[0]"
    return [*lines[kind], f"{name} = np.sum({last})"]


def numbers_in_a_list(w: Writer, names: Names, depth: int) -> Lines:
    """A list of numbers, written to and read at run-time places."""
    held, name = w.fresh("held"), w.fresh()
    e = w.fresh("e")
    inner = Names({**names.shapes, e: ()}, names.owned)
    value = f"np.tanh({w.expr(inner, (), 1)})"
    changes = [
        f"{held}[k % 3] += {bounded(w, names, ())}", f"{held}[0] = {bounded(w, names, ())}",
        f"{held}.append({held}[-1] ** 2)",
        f"{held}.pop()", f"{held} = {held}[1:]", f"{held}.extend([{bounded(w, names, ())}, s])",
        f"{held} = [h * 0.5 for h in {held}]", f"{held}.insert(1, {bounded(w, names, ())})",
    ]
    if w.rng.random() < 0.5:
        changes = [c for c in changes if "insert" not in c]
        lines = [f"{held} = []", f"for {e} in x:", f"    {held}.append({value})"]
    else:
        lines = [f"{held} = [s, {bounded(w, names, ())}, {bounded(w, names, ())}]"]
    names.put(name, (), False)
    return [*lines, *w.rng.sample(changes, 2), f"{name} = sum({held}) + {held}[0] * {held}[-1]"]


def helper_call(w: Writer, names: Names, depth: int) -> Lines:
    """A helper that writes to what it is given, or gives back a view."""
    a, b = owned(w, names, (N,)), owned(w, names, (N,))
    matrix, value, name = owned(w, names, (M, N)), bounded(w, names, ()), w.fresh()
    if a is None or b is None:
        return None
    forms = [[f"bump({a}, {value})"], [f"bump({a}[::-1], {value})"], [f"damp({a})[1] += {value}"],
             [f"inner({a})[0] *= {value}"], [f"smooth_down({a}, 3)"], [f"{name} = damp({a})"]]
    if a != b and not a.startswith(("alias", "view", "either")) and not b.startswith(("alias", "view", "either")):
        forms.append([f"exchange({a}, {b})"])
    if matrix is not None:
        forms += [[f"bump({matrix}[1], {value})"], [f"{name} = fill_row({matrix}, k - 2, {bounded(w, names, (N,))})"]]
    lines = w.rng.choice(forms)
    if lines[0].startswith(f"{name} = fill_row"):
        names.put(name, (), False)
    elif lines[0].startswith(f"{name} ="):
        names.put(name, (N,), owned=True)
    return lines


def recursion(w: Writer, names: Names, depth: int) -> Lines:
    name, a = w.target(names, ()), bounded(w, names, ())
    forms = [f"power({a}, k)", f"halves({w.expr(names, (N,), 1)})", f"up({a}, 3)", f"halves({w.expr(names, (M,), 0)})",
             f"up({a}, k)", f"power({a}, 2)"]
    names.put(name, (), False)
    return [f"{name} = {w.rng.choice(forms)}"]


def generator(w: Writer, names: Names, depth: int) -> Lines:
    a = owned(w, names, (N,))
    if a is None:
        return None
    name, e = w.fresh(), w.fresh("e")
    names.put(name, (), False)
    value = f"np.sin({w.expr(Names({**names.shapes, e: ()}, names.owned), (), 1)})"
    return [f"{name} = 0.0", f"for {e} in items({a}, 3):", f"    {name} = {name} * 0.5 + {value}"]


def instance(w: Writer, names: Names, depth: int) -> Lines:
    a = owned(w, names, (N,))
    if a is None:
        return None
    name, store = w.fresh(), w.fresh("store")
    first, second = bounded(w, names, ()), bounded(w, names, ())
    names.put(name, (), False)
    return [f"{store} = Store({a})", f"{store}.add(1, {first}).add(slice(2, None), {second})",
            f"{name} = {store}.total() + {store}.v[1]"]


def closure(w: Writer, names: Names, depth: int) -> Lines:
    a = owned(w, names, (N,))
    if a is None:
        return None
    f, t, name = w.fresh("f"), w.fresh("t"), w.fresh()
    value, argument = w.expr(Names({"q": (), "s": ()}), (), 1), bounded(w, names, ())
    names.put(name, (), False)
    body = [f"    nonlocal {t}", f"    {a}[j] += np.tanh({value})", f"    {t} += {a}[j]", f"    return {t}"]
    return [f"{t} = 0.0", f"def {f}(j, q):", *body, f"{f}(0, s)", f"{name} = {f}(k, {argument}) + {t}"]


def guarded(w: Writer, names: Names, depth: int) -> Lines:
    a = owned(w, names, (N,))
    if a is None:
        return None
    value = bounded(w, names, (N,))
    return w.rng.choice([
        ["try:", f"    {a} *= {value}", "finally:", f"    {a}[0] = {bounded(w, names, ())}"],
        ["with np.errstate(all='ignore'):", f"    {a}[:] = np.sqrt(np.abs({a}) + 0.1) * {value}"],
        ["match k:", "    case 1:", f"        {a}[0] = 1.0", "    case _:", f"        {a} += {value}"],
    ])


def flattened(w: Writer, names: Names, depth: int) -> Lines:
    """Views by reshape and ravel of arrays in C order."""
    a = owned(w, names, (M, N))
    if a is None:
        return None
    base, flat = w.fresh(), w.fresh("flat")
    if w.rng.random() < 0.4:  # a view or a copy, which only the argument's layout tells
        return [f"{flat} = A.reshape(-1)[2:7]", f"{flat}[0] += {bounded(w, names, ())}"]
    cut = w.rng.choice(["[2:7]", "[5:10]", "[::3]"])
    form = w.rng.choice([".ravel()", ".reshape(15)", ".reshape(-1)"])
    names.put(base, (M, N), owned=True)
    names.put(flat, (N,), owned=True)
    return [f"{base} = {a}.copy()", f"{flat} = {base}{form}{cut}"]


STATEMENTS: tuple[Statement, ...] = (
    ufunc_out, library_store, library_store, matrix_store, swap, conditional_alias, container, numbers_in_a_list,
    helper_call, helper_call, recursion, generator, instance, closure, guarded, flattened, own_argument,
)
