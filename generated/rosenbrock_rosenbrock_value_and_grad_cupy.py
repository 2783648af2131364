"""Value of rosenbrock and its gradient with respect to x. Compiled for x: float64[n].
Source: examples/rosenbrock.py, sha256 49b06927e3d7.
Written by: adgen value-and-grad examples/rosenbrock.py:rosenbrock --wrt x --arg 'x=float64[n]'
--target cupy"""
import cupy as cp

rosenbrock_value_and_grad_kernel = cp.ElementwiseKernel(
    "float64 x, float64 x_1",
    "float64 y, float64 y_out, float64 y_1",
    """
    // 17: return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)
    double t = x_1 - x * x;
    double t1 = 1.0 - x;
    y = 100.0 * (t * t) + t1 * t1;
    double t2 = 200.0 * t;
    y_1 = -2.0 * t2 * x - 2.0 * t1;
    y_out = t2;
    """,
    "rosenbrock_value_and_grad_kernel",
)


def rosenbrock_value_and_grad(x):
    """Value of rosenbrock and its gradient with respect to x."""
    t, t1, t2 = rosenbrock_value_and_grad_kernel(x[:-1], x[1:])
    y = cp.sum(t)
    x_bar = cp.zeros_like(x)
    # 17: return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)
    x_bar[:-1] = t2
    x_bar[1:] += t1
    return y, x_bar
