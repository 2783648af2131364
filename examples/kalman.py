"""The level of the Nile: a state space model by maximum likelihood, through a Kalman filter.

    python examples/kalman.py

The series is the annual flow of the Nile at Aswan, 1871 to 1970, in 10^8 m^3. Durbin and
Koopman ("Time Series Analysis by State Space Methods", 2001) give 15099 and 1469.1 for the
variances of the local level.
"""
from __future__ import annotations

import numpy as np
from scipy.optimize import minimize

import adgen

NILE = np.array("""
    1120 1160  963 1210 1160 1160  813 1230 1370 1140  995  935 1110  994 1020  960 1180  799
     958 1140 1100 1210 1150 1250 1260 1220 1030 1100  774  840  874  694  940  833  701  916
     692 1020 1050  969  831  726  456  824  702 1120 1100  832  764  821  768  845  864  862
     698  845  744  796 1040  759  781  865  845  944  984  897  822 1010  771  676  649  846
     812  742  801 1040  860  874  848  890  744  749  838 1050  918  986  797  923  975  815
    1020  906  901 1170  912  746  919  718  714  740
""".split(), dtype=float)

LEVEL = np.array([[1.0]])
TREND = np.array([[1.0, 1.0], [0.0, 1.0]])
DIFFUSE = 1e7


def negative_log_likelihood(log_variances, series, transition):
    """Minus the log likelihood of the series.

    log_variances: of the observation, then of each component of the state. The first
    `len(transition)` observations pin down the state, whose prior is diffuse, and do not count.
    """
    size = len(transition)
    variances = np.exp(log_variances)
    noise = np.diag(variances[1:])
    state = np.zeros(size)
    spread = DIFFUSE * np.eye(size)
    total = 0.0
    for t in range(len(series)):
        surprise = series[t] - state[0]
        scale = spread[0, 0] + variances[0]
        if t >= size:
            total += 0.5 * (np.log(2.0 * np.pi * scale) + surprise ** 2 / scale)
        gain = spread[:, 0] / scale
        state = transition @ (state + gain * surprise)
        spread = transition @ (spread - np.outer(gain, spread[0])) @ transition.T + noise
    return total


def fit(series, transition):
    """Variances of the model, and its likelihood."""
    start = np.log(np.full(len(transition) + 1, np.var(np.diff(series)) / 2.0))
    result = minimize(adgen.value_and_grad(negative_log_likelihood), start, (series, transition),
                      jac=True, method="BFGS", options={"gtol": 1e-6})
    return np.exp(result.x), result


def main():
    print("model         -log likelihood  gradients  variances: observation, state")
    results = {}
    for name, transition in (("local level", LEVEL), ("local trend", TREND)):
        variances, result = fit(NILE, transition)
        results[name] = variances
        numbers = ", ".join(f"{v:.1f}" for v in variances)
        print(f"{name:12s} {result.fun:15.3f} {result.nfev:11d}    {numbers}")
    print("Durbin and Koopman, local level:             15099.0, 1469.1")
    return results["local level"]


if __name__ == "__main__":
    main()
