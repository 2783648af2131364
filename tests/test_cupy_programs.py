"""Whole programs, written for CuPy: the examples on their data, and random ones."""
from __future__ import annotations

import random
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests import oracles
from tests.cupy_checks.dry import ARCHITECTURES, Job
from tests.cupy_checks.examples import EXAMPLES
from tests.cupy_checks.survey import Item, survey
from tests.fuzz.expressions import Names, Shape, expression
from tests.fuzz.programs import HEADER, PARAMS, program
from tests.fuzz.run import WRT, arguments, load
from tests.test_cupy_cases import require_right

pytestmark = [pytest.mark.usefixtures("compiler"), pytest.mark.filterwarnings("ignore")]

SKLEARN = ("digits", "gaussian_mixture", "gaussian_process", "logistic")
ONE_LAUNCH = ("black_scholes",)
"""All that these compute is elementwise."""


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples(name: str, dry_or_none: Any) -> None:
    if name in SKLEARN:
        pytest.importorskip("sklearn")
    found = survey([Item(name, EXAMPLES[name]())], dry_or_none, ("vjp", "jvp", "vjp without kernels"))
    require_right(found)
    assert not found.refused
    if dry_or_none is not None:
        fused, plain = found.launches[name, "vjp"], found.launches[name, "vjp without kernels"]
        assert fused <= plain
        assert name not in ONE_LAUNCH or fused == 1


# Random programs

ELEMENTWISE, OF_ANY_KIND, TOGETHER = 15, 25, 5
"""How many of each, and how many are compiled together."""


def elementwise_program(seed: int) -> str:
    """A program of long elementwise expressions, whose result is an array."""
    rng, names = random.Random(seed), Names(PARAMS)
    lines: list[str] = []
    for k in range(rng.randint(2, 4)):
        shape: Shape = rng.choice([(), (5,), (5,), (3, 5), (3, 5), (3, 1)])
        lines.append(f"v{k} = {expression(rng, names, shape, rng.randint(2, 3))}")
        names.put(f"v{k}", shape, False)
    parts = " + ".join(f"np.tanh({name})" for name in names.shapes)
    inside = "".join(f"    {line}\n" for line in [*lines, f"return A * ({parts})"])
    return f"{HEADER}def f(x, y, A, c, s, k):\n{inside}"


def item(text: str, seed: int) -> Item:
    args = arguments(seed)
    halved = tuple(a.astype(np.float32) if isinstance(a, np.ndarray) else a for a in args)
    function = load(text)
    users = re.sub(r"\bnp\.", "cp.", text).replace("import numpy as np", "import cupy as cp")
    return Item(text, oracles.Case(function, args, WRT), oracles.Case(function, halved, WRT), Job(users, "f", args))


def sound(seeds: Iterator[int], text: Any) -> Iterator[Item]:
    """Programs that are sound themselves."""
    for seed in seeds:
        made = item(text(seed), seed)
        try:
            with np.errstate(all="ignore"):
                finite = np.all(np.isfinite(made.made.value()))
        except Exception:  # the program's own fault, whatever it is
            continue
        if finite:
            yield made


def in_turn(k: int) -> tuple[str, ...]:
    """An architecture that kernels are compiled for: that takes longer than the rest."""
    return (ARCHITECTURES[k % len(ARCHITECTURES)],)


@pytest.mark.parametrize("first", range(0, ELEMENTWISE, TOGETHER))
def test_elementwise_programs(first: int, dry_or_none: Any) -> None:
    items = list(sound(iter(range(first, first + TOGETHER)), elementwise_program))
    found = survey(items, dry_or_none, ("vjp", "jvp", "vjp in single precision"), in_turn(first // TOGETHER))
    require_right(found)
    assert not found.refused
    assert len(items) >= TOGETHER // 2


@pytest.mark.parametrize("first", range(0, OF_ANY_KIND, TOGETHER))
def test_programs_of_any_kind(first: int, dry_or_none: Any) -> None:
    items = sound(iter(range(first, first + TOGETHER)), program)
    found = survey(items, dry_or_none, ("vjp",), in_turn(first // TOGETHER))
    require_right(found)
    assert len(found.refused) <= 1


WORDS = """
alignas and_eq auto bitand bitor bool case catch char char16_t compl concept const const_cast constexpr decltype
default delete do double dynamic_cast enum explicit export extern false float friend goto inline int long mutable
namespace new noexcept not_eq nullptr operator or_eq private public register requires return_ short signed sizeof
static static_assert struct switch template this thread_local throw typedef typename union unsigned using virtual void
volatile wchar_t xor xor_eq i n nan exp sin cos tanh sqrt fabs log1p pow min max abs std isnan floor NAN INFINITY M_PI I
y0 j1 gamma threadIdx blockDim warpSize size_t uint half float2 double3 asm typeid true CUPY_FOR T _ind _raw_x norm
""".split()
"""That mean something in C++, in CUDA, or in the code that CuPy makes around a kernel; not in Python."""


def test_names_that_c_reserves(dry_or_none: Any) -> None:
    """Each is a parameter, or what is computed in a kernel."""
    pairs = list(zip(WORDS, WORDS[1:]))
    lines = [f"    {b} = np.sin({a}) * {a}\n" for a, b in pairs]
    given = WORDS[:1] + WORDS[1::9]
    left = [line for (_, b), line in zip(pairs, lines) if b not in given]
    text = f"import numpy as np\n\n\ndef f({', '.join(given)}):\n{''.join(left)}    return {' + '.join(WORDS)}\n"
    args = tuple(np.linspace(0.1, 1.0, 3) + 0.1 * k for k in range(len(given)))
    made = Item("words", oracles.Case(load(text), args, tuple(range(len(args)))))
    found = survey([made], dry_or_none, ("jvp",), ARCHITECTURES[:1])
    require_right(found)
    assert found.programs == 1
