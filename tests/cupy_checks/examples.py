"""The examples' functions on the examples' data: `EXAMPLES`, each a function that gives an `oracles.Case`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tests.oracles import Case


def black_scholes() -> Case:
    from examples import black_scholes as e

    return Case(e.call_price, (e.SPOT, np.array(e.STRIKES), e.RATE, np.full(5, e.VOLATILITY), e.TIME), (3,))


def black_scholes_of_numbers() -> Case:
    from examples import black_scholes as e

    return Case(e.call_price, (e.SPOT, e.STRIKES[0], e.RATE, e.VOLATILITY, e.TIME), (0, 3))


def digits() -> Case:
    from sklearn.datasets import load_digits

    from examples import digits as e

    data, params = load_digits(), e.initial_params(np.random.default_rng(0))
    return Case(e.loss, (params, data.data[: e.BATCH] / 16.0, data.target[: e.BATCH], e.DECAY))


def gaussian_mixture() -> Case:
    from sklearn.datasets import load_iris

    from examples import gaussian_mixture as e

    data = load_iris().data
    points = (data - data.mean(axis=0)) / data.std(axis=0)
    return Case(e.objective, (e.start(points, e.COMPONENTS, np.random.default_rng(3)), points, e.COMPONENTS))


def gaussian_process() -> Case:
    from sklearn.datasets import load_diabetes

    from examples import gaussian_process as e

    data = load_diabetes()
    x, y = data.data / data.data.std(axis=0), (data.target - data.target.mean()) / data.target.std()
    return Case(e.negative_log_evidence, (np.zeros(x.shape[1] + 2), x[: e.TRAINING], y[: e.TRAINING]))


def heat_fit() -> Case:
    from examples import heat_fit as e

    u0 = np.sin(3.0 * np.pi * np.linspace(0.0, 1.0, e.CELLS)) + np.linspace(0.0, 2.0, e.CELLS)
    truth = np.linspace(-2.0, -1.0, e.CELLS - 1)
    readings = e.simulate(truth, u0, 3, e.THERMOMETERS, e.EVERY)
    return Case(e.objective, (np.full(e.CELLS - 1, np.log(0.2)), u0, readings, e.THERMOMETERS, e.EVERY, 2e-5))


def kalman() -> Case:
    from examples import kalman as e

    return Case(e.negative_log_likelihood, (np.log(np.full(3, 500.0)), e.NILE, e.TREND))


def logistic() -> Case:
    from sklearn.datasets import load_breast_cancer

    from examples import logistic as e

    data = load_breast_cancer()
    features = (data.data - data.data.mean(axis=0)) / data.data.std(axis=0)
    labels = np.where(data.target == 1, 1.0, -1.0)
    return Case(e.loss, (np.linspace(-0.5, 0.5, features.shape[1] + 1), features, labels, e.PENALTY))


def n_body() -> Case:
    from examples import n_body as e

    truth = e.trajectory(e.VELOCITIES, e.START, e.MASSES, e.STEP, 20)
    return Case(e.misfit, (e.VELOCITIES + 0.05, e.START, e.MASSES, e.STEP, 5, truth[4::5]))


def recurrence() -> Case:
    from examples import recurrence as e

    return Case(e.recurrence, (np.linspace(-1.0, 1.0, 7), 0.5), (0, 1))


def rosenbrock() -> Case:
    from examples import rosenbrock as e

    return Case(e.rosenbrock, (np.linspace(-1.0, 1.2, 60),))


def textbook() -> Case:
    from examples import textbook as e

    return Case(e.f, (2.0, 5.0), (0, 1))


EXAMPLES: dict[str, Callable[[], Case]] = {
    f.__name__: f
    for f in (black_scholes, black_scholes_of_numbers, digits, gaussian_mixture, gaussian_process, heat_fit, kalman,
              logistic, n_body, recurrence, rosenbrock, textbook)
}
