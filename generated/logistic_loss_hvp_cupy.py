"""Hessian of loss times weights_dot. Compiled for weights: float64[p], features: float64[n,d],
labels: float64[n], penalty: float, weights_dot: float64[p].
Source: examples/logistic.py, sha256 b09cbe78b0ed.
Written by: adgen hvp examples/logistic.py:loss --wrt weights --arg 'weights=float64[p]' --arg
'features=float64[n,d]' --arg 'labels=float64[n]' --arg penalty=float --target cupy"""
import cupy as cp

loss_hvp_kernel_1 = cp.ElementwiseKernel(
    "float64 weights, float64 matmul, float64 weights_dot, float64 matmul_1, float64 labels",
    "float64 y",
    """
    // 19: margins = labels * (weights[0] + features @ weights[1:])
    double margins = labels * (weights + matmul);
    // 20: return np.sum(np.logaddexp(0.0, -margins)) + 0.5 * penalty * np.sum(weights[1:...
    double t = -margins;
    double t1 = -(labels * (weights_dot + matmul_1));
    double t2 = t > 0 ? t + log1p(exp(-t)) : log1p(exp(t));
    bool t3 = t2 == -1e308 * 10;
    double t4 = exp(t - (t3 ? 0.0 : t2));
    // 19: margins = labels * (weights[0] + features @ weights[1:])
    y = -((t1 - (t3 ? 0.0 : t1 * t4)) * t4 * labels);
    """,
    "loss_hvp_kernel_1",
)

loss_hvp_kernel_2 = cp.ElementwiseKernel(
    "float64 penalty, float64 weights_dot, float64 matmul",
    "float64 y",
    """
    // 19: margins = labels * (weights[0] + features @ weights[1:])
    y = penalty * weights_dot + matmul;
    """,
    "loss_hvp_kernel_2",
)


def loss_hvp(weights, features, labels, penalty, weights_dot):
    """Hessian of loss times weights_dot."""
    t = weights_dot[1:]
    t1 = features @ weights[1:]
    t1 = loss_hvp_kernel_1(weights[0], t1, weights_dot[0], features @ t, labels)
    weights_bar_dot = cp.zeros_like(weights)
    weights_bar_dot[1:] = loss_hvp_kernel_2(penalty, t, features.T @ t1)
    weights_bar_dot[0] += cp.sum(t1)
    return weights_bar_dot
