"""The Rosenbrock valley by Newton's method: Hessian times vector, never the Hessian.

    python examples/rosenbrock.py [--size 200]
"""
from __future__ import annotations

import argparse
import time

import numpy as np
from scipy.optimize import minimize

import adgen


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def main(size=200):
    start = np.full(size, -1.0)
    start[::2] = 1.2
    methods = {
        "BFGS": {},
        "L-BFGS-B": {},
        "Newton-CG": {"hessp": adgen.hvp(rosenbrock)},
        "trust-krylov": {"hessp": adgen.hvp(rosenbrock)},
    }
    print(f"{size} variables")
    print("method        iterations  gradients  products      value      seconds")
    values = {}
    for name, options in methods.items():
        began = time.perf_counter()
        fit = minimize(adgen.value_and_grad(rosenbrock), start, jac=True, method=name,
                       options={"maxiter": 20000}, **options)
        values[name] = fit.fun
        print(f"{name:12s} {fit.nit:11d} {fit.njev:10d} {fit.get('nhev', 0):9d} "
              f"{fit.fun:12.3e} {time.perf_counter() - began:10.2f}")
    return values


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=200)
    main(parser.parse_args().size)
