"""How much each input of a nonlinear recurrence still counts at the end: its gradient, by one reverse sweep.

    python -m examples.recurrence
"""
import numpy as np

import adgen


def recurrence(x, s0):
    s = s0
    for i in range(len(x)):
        s = s * np.tanh(x[i]) + x[i]
    return s


def main():
    x = 1.5 + np.random.default_rng(0).normal(size=12)
    x_bar, s0_bar = adgen.grad(recurrence, argnums=(0, 1))(x, 0.5)
    print("share in the result:")
    print(f"  start     {s0_bar:10.5f}")
    for i, bar in enumerate(x_bar):
        print(f"  x[{i:2d}]     {bar:10.5f} {'#' * round(20 * abs(bar) / np.max(np.abs(x_bar)))}")


if __name__ == "__main__":
    main()
