"""What the installed CuPy has of what adgen names: the generator of `adgen/rules/cupy_functions.py`.

    python -m tests.cupy_facts             writes the table
    python -m tests.cupy_facts --refused   lists the functions that are refused for the target

It needs CuPy, but no GPU: libraries of CUDA that are not there are replaced by mocks while CuPy is imported.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import inspect
import sys
import textwrap
import warnings
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import adgen.rules
from adgen.rules.cupy import has
from adgen.rules.cupy_equivalents import EQUIVALENTS
from adgen.rules.families import FAMILIES, load_families
from adgen.rules.table import RULES
from adgen.unparse.cupy_forms import CUPY_PRINTERS

PLACE = Path(adgen.rules.__file__).parent / "cupy_functions.py"
LIBRARIES = ("cublas", "cusolver", "cusparse", "cufft", "curand")

PRINTED = """
    add.at append array asarray broadcast_to choose concatenate einsum empty empty_like eye expand_dims full full_like
    isrealobj moveaxis ndim ones ones_like pad ravel_multi_index real repeat reshape roll shape size squeeze stack sum
    tensordot tile transpose where zeros zeros_like
    random.normal random.uniform random.standard_normal random.random random.rand random.randn random.randint
    random.choice random.permutation random.shuffle random.exponential random.gamma random.beta random.poisson
    random.laplace random.gumbel random.logistic random.lognormal random.binomial random.chisquare random.rayleigh
    random.standard_exponential random.standard_gamma random.seed random.random_sample random.multivariate_normal
    random.standard_t random.standard_cauchy random.dirichlet random.geometric random.triangular random.weibull
    random.pareto random.power random.wald random.vonmises random.f random.noncentral_chisquare random.noncentral_f
    random.hypergeometric random.logseries random.negative_binomial random.zipf random.multinomial random.bytes
    random.integers
"""
"""What printers name beside the calls of the rules table."""
CONSTANTS = """
    pi e inf nan euler_gamma newaxis ndarray bool_ int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32
    float64 complex64 complex128 inexact finfo iinfo linalg.LinAlgError
"""
METHODS = {"np.add.reduce", "np.add.accumulate", "np.add.reduceat", "np.multiply.reduce", "np.multiply.accumulate",
           *(f"np.{name}.at" for name in ("add", "subtract", "maximum", "minimum"))}
"""Methods of ufuncs that CuPy has for some of them alone, and refuses for the others when they are called."""

HEADER = '''"""What CuPy {version} has of the functions that adgen names, under NumPy's and SciPy's names.

Written by `python -m tests.cupy_facts` from the installed CuPy, which a test compares with it. `np.f` is `cupy.f`,
`scipy.f` is `cupyx.scipy.f`. Nothing here imports CuPy.
"""

from __future__ import annotations

'''


def called() -> set[str]:
    """Full names of the functions of the rules table."""
    for module in tuple(FAMILIES):
        importlib.import_module(module)
    load_families()
    return {rule.call for rule in RULES.values() if rule.call.startswith(("np.", "scipy."))}


def wanted() -> list[str]:
    """Full names of all that the rules table and the printers name."""
    return sorted(called() | {f"np.{name}" for name in (PRINTED + CONSTANTS).split()})


def import_cupy() -> Any:
    """CuPy, with mocks for the libraries that are not there."""
    libraries = importlib.import_module("cupy_backends.cuda.libs")
    for name in LIBRARIES:
        try:
            importlib.import_module(f"cupy_backends.cuda.libs.{name}")
        except ImportError:
            mock = MagicMock()
            setattr(libraries, name, mock)
            sys.modules[f"cupy_backends.cuda.libs.{name}"] = mock
    return importlib.import_module("cupy")


def find(name: str) -> Any:
    """CuPy's object for a name of NumPy's or SciPy's, or None."""
    module, _, attribute = name.rpartition(".")
    whole, _, rest = module.partition(".")
    path = ".".join(filter(None, ("cupy" if whole == "np" else "cupyx.scipy", rest)))
    if importlib.util.find_spec(path.split(".")[0]) is None:
        raise ImportError("CuPy is not installed")
    try:
        return getattr(importlib.import_module(path), attribute, None)
    except ImportError:
        owner = find(module)
        return None if owner is None or name not in METHODS else getattr(owner, attribute)


def signature(made: Any) -> str:
    """Parameters without annotations, as in `(a, axis=None)`; defaults that are no literals as `...`."""
    try:
        parameters = inspect.signature(made).parameters.values()
    except (TypeError, ValueError):
        return "(*args, **kwargs)"
    plain = [p.replace(annotation=p.empty, default=literal(p)) for p in parameters]
    return str(inspect.Signature(plain)).replace("Ellipsis", "...")


def literal(p: inspect.Parameter) -> Any:
    simple = isinstance(p.default, (bool, int, float, str, tuple, type(None))) or p.default is p.empty
    return p.default if simple else ...


def facts() -> str:
    """The text of the table."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cupy = import_cupy()
        found = {name: made for name in wanted() if (made := find(name)) is not None}
    ufuncs: dict[tuple[str, int], list[str]] = {}
    functions: list[str] = []
    constants: list[str] = []
    of_complex: dict[str, list[str]] = {}
    for name, made in found.items():
        module, _, last = name.rpartition(".")
        if hasattr(made, "nin"):
            ufuncs.setdefault((module, made.nin), []).append(last)
            if any("D" in types.partition("->")[0] for types in made.types):
                of_complex.setdefault(module, []).append(last)
        elif name.removeprefix("np.") in CONSTANTS.split():
            constants.append(name.removeprefix("np."))
        else:
            functions.append(name + signature(made))
    rows = [f"{module} {count} {' '.join(names)}" for (module, count), names in sorted(ufuncs.items())]
    return HEADER.format(version=".".join(cupy.__version__.split(".")[:2])) + "\n\n".join([
        table("UFUNCS", rows, "A module, the number of operands, and the ufuncs that take so many."),
        table("OF_COMPLEX", [f"{m} {' '.join(names)}" for m, names in sorted(of_complex.items())],
              "A module, and the ufuncs that take complex numbers."),
        table("FUNCTIONS", functions, "Functions with their parameters; `...` is a default that is no literal."),
        table("CONSTANTS", [" ".join(constants)], "Of the module itself: constants, dtypes and classes."),
    ]) + "\n"


def table(name: str, rows: list[str], doc: str) -> str:
    lines = [part for row in rows for part in textwrap.wrap(row, 116, subsequent_indent="    ", break_on_hyphens=False)]
    return f'{name} = """\n' + "\n".join(lines) + f'\n"""\n"""{doc}"""'


def refused() -> list[str]:
    """The functions of the rules table that are refused for CuPy whatever their arguments are, by their full names."""
    found = called()
    served = {RULES[op].call for op in (*EQUIVALENTS, *CUPY_PRINTERS) if op in RULES}
    return sorted(name for name in found - served if not has(name))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--refused", action="store_true", help="list the functions that are refused for the target")
    if not parser.parse_args().refused:
        PLACE.write_text(facts())
        return
    by_module: dict[str, list[str]] = {}
    for name in refused():
        by_module.setdefault(name.rpartition(".")[0], []).append(name.rpartition(".")[2])
    for module, names in sorted(by_module.items()):
        print(textwrap.fill(f"{module}: {' '.join(names)}", 118, subsequent_indent="    ", break_on_hyphens=False))


if __name__ == "__main__":
    main()
