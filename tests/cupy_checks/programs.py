"""Derivatives written for CuPy, of functions at a point: run on the stand-in and compared with NumPy's.

    emitted(made, "vjp")     compile; `Emitted`, or `Refused` for this target
    check_values(e)          the stand-in's results are NumPy's
    job(e)                   what `dry` runs
"""

from __future__ import annotations

import copy
import re
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

import adgen
from adgen.errors import AdgenError
from tests import oracles
from tests.cupy_checks import host
from tests.cupy_checks.dry import Job
from tests.rule_cases import Case

RTOL = {"float64": 1e-10, "float32": 1e-4}

UP_TO_SIGNS = ("scipy.linalg.eigh(x",)
"""The signs of eigenvectors are those of the routine that is called, and CuPy's is not SciPy's."""


@dataclass
class Emitted:
    """A derivative's module, the arguments of its function, and NumPy's results."""

    name: str
    text: str
    function: str
    args: tuple[Any, ...]
    """On the host."""
    values: dict[str, Any]
    expected: Any
    rtol: float


class Refused(Exception):
    """A function that is not compiled for CuPy, though it is for NumPy."""


def emitted(made: oracles.Case, transform: str, name: str, off: tuple[str, ...] = ()) -> Emitted:
    """A derivative of a function, at its point: `transform` is vjp, jvp or value_and_grad."""
    operator = getattr(adgen, transform)
    args = arguments(made, transform)
    expected = made.operator(operator)(*copy.deepcopy(args))
    argnums = made.wrt[0] if len(made.wrt) == 1 else made.wrt
    try:
        with host.in_place_of_cupy(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            derivative = operator(made.function, argnums=argnums, target="cupy", off=off)
            version, values = derivative._serve(derivative._program.bind(host.asarray(args), {}))
    except AdgenError as error:
        raise Refused(str(error)) from error
    artifact = version.lowered.artifact
    floats = [np.asarray(x).dtype for x in oracles.leaves((args, expected)) if oracles.is_inexact(x)]
    single = any(d in (np.float32, np.complex64) for d in floats)
    return Emitted(
        name, artifact.text, artifact.ir.name, host.asnumpy(tuple(values)), artifact.module.values, expected,
        RTOL["float32" if single else "float64"],
    )


def arguments(made: oracles.Case, transform: str) -> tuple[Any, ...]:
    match transform:
        case "vjp":
            return (*made.fresh(), made.cotangent())
        case "jvp":
            return (*made.fresh(), *made.directions())
        case _:
            return made.fresh()


def check_values(e: Emitted) -> None:
    """The module's results are NumPy's, and it leaves its arguments as they are."""
    function = host.load(e.text, e.values)[e.function]
    args = host.asarray(e.args)
    with np.errstate(all="ignore"):
        found = function(*args)
    if not oracles.same_bits(host.asnumpy(args), e.args):
        raise oracles.Mismatch("arguments", "the module changed its arguments")
    check_classes(e.expected, found)
    if e.name.startswith(UP_TO_SIGNS):
        return
    oracles.require_close("CuPy against NumPy", host.asnumpy(found), e.expected, e.rtol)


def check_classes(expected: Any, found: Any) -> None:
    """The same containers; arrays where NumPy has arrays or scalars, of their dtypes; numbers where it has numbers."""
    if isinstance(expected, (tuple, list)):
        assert isinstance(found, (tuple, list)), (type(expected), type(found))
        for a, b in zip(expected, found, strict=True):
            check_classes(a, b)
    elif isinstance(expected, (np.ndarray, np.generic)):
        assert isinstance(found, (host.ndarray, np.generic)), (type(expected), type(found))
        assert found.dtype == expected.dtype, (expected.dtype, found.dtype)
    elif isinstance(expected, (float, complex)):
        assert isinstance(found, (float, complex, host.ndarray)), (type(expected), type(found))


# On CuPy itself


def job(e: Emitted) -> Job:
    return Job(e.text, e.function, e.args, e.values)


def users_job(case: Case) -> Job:
    """The case itself as it would be written for CuPy."""
    body = "".join(f"    {line}\n" for line in (*case.lines, f"return {case.text}"))
    body = re.sub(r"\bnp\.", "cp.", body)
    modules = sorted(set(re.findall(r"scipy\.\w+", body)))
    imports = "".join(f"import {m.replace('scipy', 'cupyx.scipy')}\n" for m in modules)
    body = body.replace("scipy.", "cupyx.scipy.")
    text = f"import math\nimport operator\nimport cupy as cp\n{imports}\n\ndef f({', '.join(case.args)}):\n{body}"
    return Job(text, "f", tuple(case.args.values()))
