"""The conductivity of a rod: a heat equation, stepped in place, fitted to thermometers.

    python examples/heat_fit.py [--plot examples/plots/heat_fit.png]

The gradient runs back through every time step of the simulation.
"""
from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

import adgen

CELLS, ROWS, EVERY = 60, 40, 25
THERMOMETERS = np.arange(3, CELLS, 6)
PLOT = Path(__file__).parent / "plots" / "heat_fit.png"


def misfit(log_k, u0, readings, sensors, every):
    """Sum of squared differences between the simulated and the read temperatures.

    log_k: log conductivity of each gap between cells; readings: a row for every `every` steps.
    """
    k = np.exp(log_k)
    u = u0.copy()
    total = 0.0
    for row in readings:
        for _ in range(every):
            flux = k * (u[1:] - u[:-1])
            u[:-1] += flux
            u[1:] -= flux
        total += np.sum((u[sensors] - row) ** 2)
    return total


def simulate(log_k, u0, rows, sensors, every):
    """Readings of a rod whose conductivity is known."""
    k, u, readings = np.exp(log_k), u0.copy(), []
    for _ in range(rows):
        for _ in range(every):
            flux = k * np.diff(u)
            u[:-1] += flux
            u[1:] -= flux
        readings.append(u[sensors])
    return np.array(readings)


def roughness(log_k, weight):
    """Prior: conductivity changes little from gap to gap."""
    return weight * np.sum(np.diff(log_k) ** 2)


def objective(log_k, u0, readings, sensors, every, weight):
    return misfit(log_k, u0, readings, sensors, every) + roughness(log_k, weight)


def plot(path, truth, found):
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 4))
    axes.plot(np.exp(truth), "k--", label="truth")
    axes.plot(np.exp(found), label="fitted")
    axes.plot(THERMOMETERS, np.zeros(len(THERMOMETERS)), "r^", label="thermometers")
    axes.set(xlabel="position", ylabel="conductivity")
    axes.legend()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
    print(f"plot: {path}")


def main(path=PLOT):
    rng = np.random.default_rng(1)
    where = np.linspace(0.0, 1.0, CELLS - 1)
    truth = np.log(0.25) - 1.2 * np.exp(-((where - 0.6) / 0.1) ** 2)
    u0 = np.sin(3.0 * np.pi * np.linspace(0.0, 1.0, CELLS)) + np.linspace(0.0, 2.0, CELLS)
    readings = simulate(truth, u0, ROWS, THERMOMETERS, EVERY)
    readings += 0.002 * rng.normal(size=readings.shape)
    start = np.full(CELLS - 1, np.log(0.2))
    data = u0, readings, THERMOMETERS, EVERY, 2e-5
    bounds = [(np.log(1e-3), np.log(0.45))] * len(start)
    fit = minimize(adgen.value_and_grad(objective), start, data, jac=True,
                   method="L-BFGS-B", bounds=bounds, options={"maxiter": 150})
    error = np.sqrt(np.mean((fit.x - truth) ** 2))
    print(f"{ROWS * EVERY} time steps, {len(start)} unknown conductivities, {fit.nfev} gradients")
    print(f"objective: {objective(start, *data):.5f} -> {fit.fun:.5f}")
    print(f"error of log conductivity: {np.sqrt(np.mean((start - truth) ** 2)):.3f} -> {error:.3f}")
    plot(path, truth, fit.x)
    return error


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plot", type=Path, default=PLOT)
    main(parser.parse_args().plot)
