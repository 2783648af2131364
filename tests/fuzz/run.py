"""Runs one program through the oracles, and says what came of it."""
from __future__ import annotations

import copy
import importlib.util
import itertools
import re
import signal
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from adgen.errors import AdgenError
from tests.fuzz.programs import program
from tests.oracles import ORACLES, Case, Mismatch, Regrouped

FOLDER = Path(tempfile.mkdtemp(prefix="adgen_fuzz_"))
WRT = (0, 1, 2, 3, 4)
QUICK = ("primal", "finite differences", "dot product", "aliases")
SECONDS = 5
"""What an oracle may take for a program; far more than any needs."""
_numbers = itertools.count()


@dataclass(frozen=True)
class Outcome:
    kind: str
    """right, refused, wrong, crash; regrouped: the value differs in its last bits, as sums over arrays in
    Fortran order may; broken: the program itself fails or is not finite."""
    detail: str = ""
    oracle: str = ""
    """The oracle that was not satisfied."""

    @property
    def sort(self) -> tuple[str, str, str]:
        """Failures of one sort have this in common."""
        return self.kind, self.oracle, re.sub(r"\W.*", "", self.detail, flags=re.S)


def load(text: str) -> Any:
    """The program's function; it comes from a file, as a user's does."""
    path = FOLDER / f"program_{next(_numbers)}.py"
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.f


def arguments(seed: int) -> tuple[Any, ...]:
    rng = np.random.default_rng(seed)
    return (rng.normal(size=5), rng.normal(size=5), rng.normal(size=(3, 5)),
            rng.normal(size=(3, 1)),
            float(rng.normal()), 3)


def run(text: str, seed: int = 0, oracles: tuple[str, ...] = QUICK) -> Outcome:
    """What the oracles say of a program at a random point."""
    try:
        function = load(text)
        args = arguments(seed)
        with time_limit(SECONDS), warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            if not np.all(np.isfinite(function(*copy.deepcopy(args)))):
                return Outcome("broken", "the value is not finite")
    except (Exception, TimeLimit) as error:  # the program is at fault, whatever it raises
        return Outcome("broken", f"{type(error).__name__}: {error}")
    return judge(Case(function, args, WRT, seed, rtol=1e-5), oracles)


def run_seed(seed: int, oracles: tuple[str, ...] = QUICK) -> Outcome:
    return run(program(seed), seed, oracles)


class TimeLimit(BaseException):
    """A program took longer than `SECONDS`. No `Exception`, so nothing on the way catches it."""


@contextmanager
def time_limit(seconds: int) -> Iterator[None]:
    """Raise `TimeLimit` in the body after so many seconds."""
    def stop(*_: Any) -> None:
        raise TimeLimit(f"not done after {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def judge(case: Case, oracles: tuple[str, ...]) -> Outcome:
    second = Case(case.function, case.args, (0,), case.seed, case.options, case.rtol)
    for name in oracles:
        try:
            with time_limit(SECONDS), warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                ORACLES[name](second if name == "second order" else case)
        except AdgenError as error:
            return Outcome("refused", error.problems[0].message, name)
        except Regrouped:
            return Outcome("regrouped", "", name)
        except Mismatch as error:
            return Outcome("wrong", str(error), name)
        except (Exception, TimeLimit) as error:  # a defect of adgen, whatever it raises
            return Outcome("crash", f"{type(error).__name__}: {error}", name)
    return Outcome("right")
