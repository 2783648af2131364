"""Value of loss and its gradient with respect to weights. Compiled for weights: float64[p],
features: float64[n,d], labels: float64[n], penalty: float.
Source: examples/logistic.py, sha256 b09cbe78b0ed.
Written by: adgen value-and-grad examples/logistic.py:loss --wrt weights --arg
'weights=float64[p]' --arg 'features=float64[n,d]' --arg 'labels=float64[n]' --arg penalty=float
--target cupy"""
import cupy as cp

loss_value_and_grad_kernel_1 = cp.ElementwiseKernel(
    "float64 weights, float64 matmul, float64 labels",
    "float64 y_out, float64 y",
    """
    // 19: margins = labels * (weights[0] + features @ weights[1:])
    double margins = labels * (weights + matmul);
    // 20: return np.sum(np.logaddexp(0.0, -margins)) + 0.5 * penalty * np.sum(weights[1:...
    double t = -margins;
    double t1 = t > 0 ? t + log1p(exp(-t)) : log1p(exp(t));
    // 19: margins = labels * (weights[0] + features @ weights[1:])
    double t2 = exp(t - (t1 == -1e308 * 10 ? 0.0 : t1)) * labels;
    y = -t2;
    y_out = t1;
    """,
    "loss_value_and_grad_kernel_1",
)

loss_value_and_grad_kernel_2 = cp.ElementwiseKernel(
    "float64 weights, float64 mul, float64 matmul",
    "float64 y, float64 y_1",
    """
    // 20: return np.sum(np.logaddexp(0.0, -margins)) + 0.5 * penalty * np.sum(weights[1:...
    y = weights * weights;
    // 19: margins = labels * (weights[0] + features @ weights[1:])
    y_1 = mul * weights + matmul;
    """,
    "loss_value_and_grad_kernel_2",
)

loss_value_and_grad_kernel_3 = cp.ElementwiseKernel(
    "float64 mul, float64 sum, float64 sum_1",
    "float64 y",
    """
    // 20: return np.sum(np.logaddexp(0.0, -margins)) + 0.5 * penalty * np.sum(weights[1:...
    y = sum_1 + mul * sum;
    """,
    "loss_value_and_grad_kernel_3",
)


def loss_value_and_grad(weights, features, labels, penalty):
    """Value of loss and its gradient with respect to weights."""
    # forward
    t = weights[1:]
    t1 = 0.5 * penalty
    # reverse
    t2, t3 = loss_value_and_grad_kernel_1(weights[0], features @ t, labels)
    t, t4 = loss_value_and_grad_kernel_2(t, 2.0 * t1, features.T @ t3)
    y = loss_value_and_grad_kernel_3(t1, cp.sum(t), cp.sum(t2))
    weights_bar = cp.zeros_like(weights)
    # 19: margins = labels * (weights[0] + features @ weights[1:])
    weights_bar[1:] = t4
    weights_bar[0] += cp.sum(t3)
    return y, weights_bar
