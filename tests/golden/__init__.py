"""Golden file of emitted code: the vjp of 40 calls, and how many operations on arrays one run of it takes.

    python -m pytest tests/test_golden.py --update      writes tests/golden/emitted.txt anew

Read the difference before committing it: what is emitted should be what an expert would write.
"""

from __future__ import annotations

import ast
import inspect
import linecache
from pathlib import Path
from typing import Any

import numpy as np

import adgen
from tests.cases import inside, normal, positive, waves
from tests.oracles import Case, random_like
from tests.quality.counting import count

FILE = Path(__file__).with_name("emitted.txt")
A, B, V, W = normal(3, 4), normal(3, 4, seed=1), normal(5, seed=2), normal(4, seed=3)
S, P, U = normal(3, 3, seed=4), positive(5), inside(5)
POSITIVE_DEFINITE = S @ S.T + 3.0 * np.eye(3)
ROWS, MASK = np.array([2, 0, 2]), np.array([[True], [False], [True]])

# fmt: off
CHOSEN: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "elementwise": [
        ("np.exp(x)", {"x": V}),
        ("np.sqrt(x)", {"x": P}),
        ("np.tanh(x) * y", {"x": A, "y": W}),
        ("x / y", {"x": A, "y": positive(4)}),
        ("np.hypot(x, y)", {"x": V, "y": P}),
        ("np.maximum(x, y)", {"x": A, "y": B}),
        ("np.power(x, y)", {"x": P, "y": V}),
        ("np.where(m, np.log(x), y)", {"x": positive(3, 4), "y": W, "m": MASK}),
        ("np.clip(x, -0.5, 0.5)", {"x": A}),
        ("np.logaddexp(x, y)", {"x": V, "y": P}),
    ],
    "reductions": [
        ("np.sum(x, axis=0)", {"x": A}),
        ("np.mean(x, axis=1, keepdims=True)", {"x": A}),
        ("np.std(x, axis=0)", {"x": A}),
        ("np.prod(x)", {"x": V}),
        ("np.max(x, axis=1)", {"x": A}),
        ("np.cumsum(x, axis=0)", {"x": A}),
        ("np.linalg.norm(x)", {"x": V}),
        ("scipy.special.logsumexp(x, axis=1)", {"x": A}),
        ("scipy.special.softmax(x, axis=1)", {"x": A}),
    ],
    "products": [
        ("x @ y", {"x": A, "y": W}),
        ("np.matmul(x, y)", {"x": normal(2, 3, 4), "y": normal(4, 2, seed=1)}),
        ("np.outer(x, y)", {"x": V, "y": W}),
        ("np.einsum('ij,kj->ik', x, y)", {"x": A, "y": B}),
        ("np.convolve(x, y)", {"x": normal(7), "y": normal(3, seed=1)}),
    ],
    "linear algebra": [
        ("np.linalg.solve(x, y)", {"x": POSITIVE_DEFINITE, "y": V[:3]}),
        ("np.linalg.inv(x)", {"x": POSITIVE_DEFINITE}),
        ("np.linalg.slogdet(x)[1]", {"x": POSITIVE_DEFINITE}),
        ("np.linalg.cholesky(x)", {"x": POSITIVE_DEFINITE}),
    ],
    "indexing and shapes": [
        ("x[1:] - x[:-1]", {"x": V}),
        ("x[i]", {"x": A, "i": ROWS}),
        ("np.take_along_axis(x, i[:, None], axis=1)", {"x": A, "i": ROWS}),
        ("np.concatenate([x, y])", {"x": V, "y": W}),
        ("np.pad(x, (2, 1))", {"x": V}),
        ("np.roll(x, 1)", {"x": V}),
        ("np.diff(x)", {"x": V}),
    ],
    "sorting and interpolation": [
        ("np.sort(x, axis=1)", {"x": A}),
        ("np.interp(x, [-1.0, 0.0, 0.3, 2.0], y)", {"x": normal(6), "y": W}),
    ],
    "special functions": [
        ("scipy.special.erf(x)", {"x": V}),
        ("scipy.stats.norm.logpdf(x, m, s)", {"x": V, "m": 0.3, "s": 1.2}),
    ],
    "complex numbers": [
        ("np.fft.fft(z)", {"z": waves(4)}),
    ],
}
# fmt: on


def texts() -> list[str]:
    return [text for rows in CHOSEN.values() for text, _ in rows]


def section(text: str, args: dict[str, Any]) -> str:
    """The emitted vjp of one call, with what a run of it does."""
    made = Case(function_of(text, tuple(args)), tuple(args.values()))
    wrt = tuple(k for k, v in enumerate(made.args) if np.asarray(v).dtype.kind in "fc")
    reverse = adgen.vjp(made.function, argnums=wrt)
    cotangent = random_like(made.value(), np.random.default_rng(1))
    reverse(*made.args, cotangent)
    source = reverse.source
    counted = count(source, "f_vjp", (*made.args, cotangent))
    shapes = ", ".join(f"{k}: {list(np.shape(v))}" for k, v in args.items())
    title = f"{text}    [{shapes}]"
    body = ast.get_docstring(ast.parse(source), clean=False)
    code = source.replace(f'"""{body}"""\n', "", 1).strip()
    return f"==== {title}\noperations: {counted.operations}, on arrays: {counted.on_arrays}\n\n{code}\n"


def function_of(text: str, names: tuple[str, ...]) -> Any:
    """The call as a function of its own; the file's name is the same in every run."""
    source = "import numpy as np\nimport scipy.linalg\nimport scipy.special\nimport scipy.stats\n\n\n"
    source += f"def f({', '.join(names)}):\n    return {text}\n"
    file = f"<golden {text}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    scope: dict[str, Any] = {}
    exec(compile(source, file, "exec"), scope)
    assert inspect.isfunction(scope["f"])
    return scope["f"]


def written() -> dict[str, str]:
    return {text: section(text, args) for rows in CHOSEN.values() for text, args in rows}


def golden() -> str:
    return "\n".join(written().values())
