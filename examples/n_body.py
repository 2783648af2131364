"""Three bodies under gravity: initial velocities from sightings, through a leapfrog.

    python examples/n_body.py [--plot examples/plots/n_body.png]

The bodies follow the figure of eight of Chenciner and Montgomery (2000); the sightings are noisy.
"""
from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

import adgen

MASSES = np.array([1.0, 1.0, 1.0])
START = np.array([[0.97000436, -0.24308753], [-0.97000436, 0.24308753], [0.0, 0.0]])
VELOCITY = np.array([-0.93240737, -0.86473146])
VELOCITIES = np.array([-0.5 * VELOCITY, -0.5 * VELOCITY, VELOCITY])
STEP, EVERY, SIGHTINGS = 0.005, 20, 40
PLOT = Path(__file__).parent / "plots" / "n_body.png"


def accelerations(positions, masses):
    """Newton's law, pair by pair."""
    result = np.zeros_like(positions)
    for i in range(len(masses)):
        for j in range(i + 1, len(masses)):
            apart = positions[j] - positions[i]
            pull = apart / np.sum(apart ** 2) ** 1.5
            result[i] += masses[j] * pull
            result[j] -= masses[i] * pull
    return result


def trajectory(velocities, positions, masses, step, steps):
    """Positions after each step of the leapfrog, shape (steps, bodies, 2)."""
    x = positions.copy()
    v = velocities + 0.5 * step * accelerations(x, masses)
    path = np.empty((steps,) + x.shape)
    for t in range(steps):
        x += step * v
        v += step * accelerations(x, masses)
        path[t] = x
    return path


def misfit(velocities, positions, masses, step, every, sightings):
    """Mean squared distance between the simulated and the sighted positions."""
    path = trajectory(velocities, positions, masses, step, every * len(sightings))
    return np.mean((path[every - 1::every] - sightings) ** 2)


def plot(path, sightings, before, after):
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(1, 2, figsize=(11, 4), sharex=True, sharey=True)
    tracks = {"first guess": before, "fitted": after}
    for axes, (title, track) in zip(panels, tracks.items(), strict=True):
        axes.set_title(title)
        for body in range(3):
            axes.plot(*track[:, body].T, lw=1, color=f"C{body}")
            axes.plot(*sightings[:, body].T, ".", color=f"C{body}")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
    print(f"plot: {path}")


def main(path=PLOT):
    rng = np.random.default_rng(0)
    steps = EVERY * SIGHTINGS
    truth = trajectory(VELOCITIES, START, MASSES, STEP, steps)
    sightings = truth[EVERY - 1::EVERY] + 0.005 * rng.normal(size=(SIGHTINGS, 3, 2))
    guess = VELOCITIES + 0.05 * rng.normal(size=(3, 2))
    value_and_grad = adgen.value_and_grad(misfit)

    def objective(flat):
        value, slope = value_and_grad(flat.reshape(3, 2), START, MASSES, STEP, EVERY, sightings)
        return value, slope.ravel()

    fit = minimize(objective, guess.ravel(), jac=True, method="BFGS", options={"maxiter": 60})
    found = fit.x.reshape(3, 2)
    print(f"{steps} steps, {SIGHTINGS} sightings, {fit.nfev} gradients")
    before, after = np.sqrt([objective(guess.ravel())[0], fit.fun])
    print(f"distance from the sightings: {before:.4f} -> {after:.4f}, their noise is 0.0050")
    error = np.abs(found - VELOCITIES).max()
    print(f"error of the velocities: {np.abs(guess - VELOCITIES).max():.4f} -> {error:.4f}")
    tracks = [trajectory(v, START, MASSES, STEP, steps) for v in (guess, found)]
    plot(path, sightings, *tracks)
    return error


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plot", type=Path, default=PLOT)
    main(parser.parse_args().plot)
