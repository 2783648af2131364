"""Hessian of rosenbrock times x_dot. Compiled for x: float64[n], x_dot: float64[n].
Source: examples/rosenbrock.py, sha256 49b06927e3d7.
Written by: adgen hvp examples/rosenbrock.py:rosenbrock --wrt x --arg 'x=float64[n]' --target
cupy"""
import cupy as cp

rosenbrock_hvp_kernel = cp.ElementwiseKernel(
    "float64 x, float64 x_dot, float64 x_1, float64 x_dot_1",
    "float64 y_out, float64 y",
    """
    // 17: return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)
    double t = 200.0 * (x_dot_1 - 2.0 * x * x_dot);
    double t1 = -2.0 * t * x - 400.0 * (x_1 - x * x) * x_dot;
    y = t1 + 2.0 * x_dot;
    y_out = t;
    """,
    "rosenbrock_hvp_kernel",
)


def rosenbrock_hvp(x, x_dot):
    """Hessian of rosenbrock times x_dot: float64[n], float64[n] -> float64[n]."""
    t, t1 = rosenbrock_hvp_kernel(x[:-1], x_dot[:-1], x[1:], x_dot[1:])
    x_bar_dot = cp.zeros_like(x)
    x_bar_dot[:-1] = t1
    x_bar_dot[1:] += t
    return x_bar_dot
