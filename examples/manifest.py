"""The derivatives under `generated/`: function, kind and types of each.

    python -m examples.manifest                 writes every module again
    python -m examples.manifest --folder PATH   writes them there

Those for CuPy stand beside those for NumPy, as `..._cupy.py`: of the functions whose work grows with their arrays.
Simulations of a few bodies are loops of small steps, in which a GPU would only wait for the next launch.
"""
from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

from adgen import cli

ROOT = Path(__file__).parents[1]
EXAMPLES = Path(__file__).parent
NETWORK = "[(float64[d,h], float64[h]), (float64[h,g], float64[g]), (float64[g,c], float64[c])]"


@dataclass(frozen=True)
class Entry:
    """One generated module."""

    file: str
    function: str
    kind: str
    wrt: str
    types: dict[str, str]
    target: str = "numpy"

    @property
    def module(self) -> str:
        """File name of the generated module."""
        suffix = "" if self.target == "numpy" else f"_{self.target}"
        return f"{self.file}_{self.function}_{self.kind.replace('-', '_')}{suffix}.py"

    def arguments(self, folder: str = "generated") -> list[str]:
        """What the command line is given."""
        types = [word for name, t in self.types.items() for word in ("--arg", f"{name}={t}")]
        source = f"examples/{self.file}.py:{self.function}"
        target = [] if self.target == "numpy" else ["--target", self.target]
        return [self.kind, source, "--wrt", self.wrt, *types, *target, "-o", f"{folder}/{self.module}"]


SCALARS = {"x1": "float", "x2": "float"}
DIGITS = {"params": NETWORK, "images": "float64[n,d]", "labels": "int64[n]", "decay": "float"}
MIXTURE = {"theta": "float64[p]", "points": "float64[n,d]", "k": "int"}
PROCESS = {"log_params": "float64[p]", "x": "float64[n,d]", "y": "float64[n]"}
HEAT = {"log_k": "float64[m]", "u0": "float64[n]", "readings": "float64[r,s]",
        "sensors": "int64[s]",
        "every": "int", "weight": "float"}
KALMAN = {"log_variances": "float64[p]", "series": "float64[n]", "transition": "float64[d,d]"}
OPTION = dict.fromkeys(("spot", "strike", "rate", "volatility", "time"), "float")
OPTIONS = {"spot": "float64[n]", "strike": "float64[n]", "rate": "float", "volatility": "float64[n]",
           "time": "float64[n]"}
SINGLE = {name: t.replace("float64", "float32") for name, t in DIGITS.items()}
BODIES = {"velocities": "float64[b,2]", "positions": "float64[b,2]", "masses": "float64[b]",
          "step": "float",
          "every": "int", "sightings": "float64[s,b,2]"}
VALLEY = {"x": "float64[n]"}
LOGISTIC = {"weights": "float64[p]", "features": "float64[n,d]", "labels": "float64[n]",
            "penalty": "float"}

# fmt: off
MANIFEST = (
    Entry("textbook",         "f",                       "jvp",            "x1, x2",     SCALARS),
    Entry("textbook",         "f",                       "value-and-grad", "x1, x2",     SCALARS),
    Entry("textbook",         "g",                       "jvp",            "x1, x2",     SCALARS),
    Entry("textbook",         "g",                       "value-and-grad", "x1, x2",     SCALARS),
    Entry("rosenbrock",       "rosenbrock",              "value-and-grad", "x",          VALLEY),
    Entry("rosenbrock",       "rosenbrock",              "hvp",            "x",          VALLEY),
    Entry("black_scholes",    "call_price",              "grad",
          "spot, volatility, time, rate", OPTION),
    Entry("black_scholes",    "call_price",              "hvp",            "spot",       OPTION),
    Entry("logistic",         "loss",                    "value-and-grad", "weights",    LOGISTIC),
    Entry("logistic",         "loss",                    "hvp",            "weights",    LOGISTIC),
    Entry("digits",           "loss",                    "value-and-grad", "params",     DIGITS),
    Entry("gaussian_mixture", "objective",               "value-and-grad", "theta",      MIXTURE),
    Entry("gaussian_process", "negative_log_evidence",   "value-and-grad", "log_params", PROCESS),
    Entry("heat_fit",         "objective",               "value-and-grad", "log_k",      HEAT),
    Entry("kalman",           "negative_log_likelihood", "value-and-grad", "log_variances", KALMAN),
    Entry("n_body",           "misfit",                  "value-and-grad", "velocities", BODIES),
    Entry("rosenbrock",       "rosenbrock",              "value-and-grad", "x",          VALLEY,   "cupy"),
    Entry("rosenbrock",       "rosenbrock",              "hvp",            "x",          VALLEY,   "cupy"),
    Entry("black_scholes",    "call_price",              "vjp",
          "spot, volatility, time", OPTIONS, "cupy"),
    Entry("logistic",         "loss",                    "value-and-grad", "weights",    LOGISTIC, "cupy"),
    Entry("logistic",         "loss",                    "hvp",            "weights",    LOGISTIC, "cupy"),
    Entry("digits",           "loss",                    "value-and-grad", "params",     SINGLE,   "cupy"),
    Entry("gaussian_mixture", "objective",               "value-and-grad", "theta",      MIXTURE,  "cupy"),
    Entry("gaussian_process", "negative_log_evidence",   "value-and-grad", "log_params", PROCESS,  "cupy"),
    Entry("heat_fit",         "objective",               "value-and-grad", "log_k",      HEAT,     "cupy"),
)
# fmt: on


def generate(folder: str, entries: tuple[Entry, ...] = MANIFEST) -> list[str]:
    """Write the modules; the ones that could not be written, by name."""
    return [entry.module for entry in entries if cli.main(entry.arguments(folder)) != 0]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m examples.manifest", description=__doc__)
    parser.add_argument("--folder", default="generated")
    failed = generate(parser.parse_args().folder)
    print(f"{len(MANIFEST) - len(failed)} modules written")
    for module in failed:
        print(f"not written: {module}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
