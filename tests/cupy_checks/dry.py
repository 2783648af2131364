"""Emitted modules on CuPy itself, without a device (see `device`), in a process of their own; and their kernels
compiled for real architectures.

    with Dry() as dry:
        results = dry.run([Job(text, name, args), ...])
"""

from __future__ import annotations

import os
import pickle
import re
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

ARCHITECTURES = ("sm_75", "sm_90", "sm_120")
SECONDS = 5
"""For one job: its loops may never end, since kernels compute nothing."""
MOST_SIGNALS = 500
_signals: list[None] = []
"""That came since a job took too long."""


@dataclass(frozen=True)
class Job:
    """A call of a function of a module. Arrays in the arguments are put on the device."""

    text: str
    name: str
    args: tuple[Any, ...]
    values: dict[str, Any] = field(default_factory=dict)
    """Arrays that the text declares only."""


@dataclass(frozen=True)
class Described:
    """An array of CuPy's."""

    dtype: str
    shape: tuple[int, ...]


@dataclass
class Result:
    problems: list[str] = field(default_factory=list)
    """What is wrong with names and calls in the text."""
    error: str = ""
    """The exception that was raised: its class and message, the line of the module."""
    value: Any = None
    """The results, arrays `Described`."""
    launches: int = 0
    waits: int = 0
    sources: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    """Of the ElementwiseKernels."""


class Dry:
    """The process. Started by `with`; `run` may be called often."""

    def __enter__(self) -> Dry:
        command = [sys.executable, "-c", "from tests.cupy_checks.dry import serve; serve()"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
        return self

    def __exit__(self, *_: Any) -> None:
        self.process.stdin.close()  # type: ignore[union-attr]
        self.process.wait(30)

    def run(self, jobs: Iterable[Job]) -> list[Result]:
        """What came of each."""
        return [self.run_one(job) for job in jobs]

    def run_one(self, job: Job) -> Result:
        try:
            return self.ask("run", job)
        except EOFError:
            self.__exit__()
            self.__enter__()
            return Result(error="TimeoutError: the process came to an end", waits=1)

    def compile(
        self, sources: Iterable[tuple[str, tuple[str, ...]]], architectures: Iterable[str] = ARCHITECTURES
    ) -> dict[str, str]:
        """For each architecture, the compiler's complaints about kernels; '' for none."""
        return self.ask("compile", (sorted(set(sources)), tuple(architectures)))

    def ask(self, what: str, about: Any) -> Any:
        assert self.process.stdin is not None and self.process.stdout is not None
        pickle.dump((what, about), self.process.stdin)
        self.process.stdin.flush()
        return pickle.load(self.process.stdout)


# In the process


def serve() -> None:
    """Answer questions until there are no more."""
    from tests.cupy_checks import device

    answers = sys.stdout.buffer
    sys.stdout = sys.stderr
    with tempfile.TemporaryDirectory(prefix="adgen_stubs_") as folder:
        device.pretend(Path(folder))
        while True:
            try:
                what, about = pickle.load(sys.stdin.buffer)
            except EOFError:
                return
            found = result_of(about) if what == "run" else compiled(*about)
            pickle.dump(found, answers)
            answers.flush()


def result_of(job: Job) -> Result:
    from tests.cupy_checks import device
    from tests.cupy_checks.names import problems

    result = Result(problems(job.text))
    signal.signal(signal.SIGALRM, give_up)
    _signals.clear()
    signal.setitimer(signal.ITIMER_REAL, SECONDS, 0.01)
    try:
        run(job, result)
    except TimeoutError as error:
        result.error = f"TimeoutError: {error}"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    result.sources = [pair for pair in device.record.sources if is_kernel_of(pair[0], job.text)]
    return result


def run(job: Job, result: Result) -> None:
    """Fill in what comes of the job."""
    from tests.cupy_checks import device

    try:
        called, args = loaded(job)
        device.record.clear()
        try:
            result.value = described(called(*args))
        finally:
            result.launches, result.waits = device.record.launches, device.record.waits
    except Exception as error:
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "<emitted>"]
        line = job.text.splitlines()[frames[-1].lineno - 1] if frames and frames[-1].lineno else ""
        result.error = f"{type(error).__name__}: {error} in {line.strip()!r}"


def give_up(_: int, frame: Any) -> None:
    """Raise TimeoutError; later, where CuPy's compiled code has called back: it loses exceptions."""
    from tests.cupy_checks import device

    _signals.append(None)
    if len(_signals) > MOST_SIGNALS:
        os._exit(1)
    while frame is not None:
        if frame.f_code.co_filename == device.__file__:
            return
        frame = frame.f_back
    raise TimeoutError(f"not done after {SECONDS} s")


def loaded(job: Job) -> tuple[Any, list[Any]]:
    scope: dict[str, Any] = {"__name__": "emitted"}
    exec(compile(job.text, "<emitted>", "exec"), scope)
    scope.update({name: uploaded(value) for name, value in job.values.items()})
    return scope[job.name], [uploaded(a) for a in job.args]


def uploaded(tree: Any) -> Any:
    import cupy

    return mapped(lambda x: cupy.asarray(x) if isinstance(x, np.ndarray) else x, tree)


def described(tree: Any) -> Any:
    import cupy

    return mapped(lambda x: Described(str(x.dtype), x.shape) if isinstance(x, cupy.ndarray) else x, tree)


def mapped(function: Any, tree: Any) -> Any:
    match tree:
        case tuple() if hasattr(tree, "_fields"):
            return tuple(mapped(function, x) for x in tree)
        case tuple() | list():
            return type(tree)(mapped(function, x) for x in tree)
        case dict():
            return {k: mapped(function, v) for k, v in tree.items()}
        case _:
            return function(tree)


KERNEL = re.compile(r'extern "C" __global__ void (\w+)\(')


def is_kernel_of(source: str, text: str) -> bool:
    """Whether a source is that of an ElementwiseKernel of a module, not one of CuPy's own."""
    found = KERNEL.search(source)
    return found is not None and f'"{found[1]}"' in text


def compiled(sources: list[tuple[str, tuple[str, ...]]], architectures: tuple[str, ...]) -> dict[str, str]:
    """Kernels as one program, each under a name of its own: the headers take longer than all of them."""
    from cupy.cuda.compiler import CompileException, _NVRTCProgram

    header = "".join(dict.fromkeys(line for text, _ in sources for line in re.findall(r"#include <.*>\n", text)))
    bodies = ["".join(line for line in text.splitlines(True) if not line.startswith("#include")) for text, _ in sources]
    named = [KERNEL.sub(f'extern "C" __global__ void \\1_{k}(', body) for k, body in enumerate(bodies)]
    options = next((options for _, options in sources), ())
    complaints = {}
    for architecture in architectures:
        try:
            program = _NVRTCProgram(header + "\n".join(named), "kernels.cu", method="cubin")
            program.compile((*options, f"-arch={architecture}", "--device-as-default-execution-space"))
            complaints[architecture] = ""
        except CompileException as error:
            complaints[architecture] = str(error)
    return complaints
