"""Value of objective and its gradient with respect to theta. Compiled for theta: float64[p],
points: float64[n,d], k: int.
Source: examples/gaussian_mixture.py, sha256 d8f9395bc780.
Written by: adgen value-and-grad examples/gaussian_mixture.py:objective --wrt theta --arg
'theta=float64[p]' --arg 'points=float64[n,d]' --arg k=int --target cupy"""
import cupy as cp

objective_value_and_grad_kernel_1 = cp.ElementwiseKernel(
    "float64 logits_max",
    "float64 y",
    """
    // 33: log_weights = logits - logsumexp(logits)
    y = fabs(logits_max) <= 1.7976931348623157e+308 ? logits_max : 0.0;
    """,
    "objective_value_and_grad_kernel_1",
)

objective_value_and_grad_kernel_2 = cp.ElementwiseKernel(
    "float64 logits, float64 x, float64 logits_max",
    "float64 y, float64 y_1",
    """
    // 33: log_weights = logits - logsumexp(logits)
    y = exp(logits - x);
    y_1 = exp(logits - logits_max);
    """,
    "objective_value_and_grad_kernel_2",
)

objective_value_and_grad_kernel_3 = cp.ElementwiseKernel(
    "float64 sum, float64 x, float64 logits",
    "float64 log_weights",
    """
    // 33: log_weights = logits - logsumexp(logits)
    log_weights = logits - (log(sum) + x);
    """,
    "objective_value_and_grad_kernel_3",
)

objective_value_and_grad_kernel_4 = cp.ElementwiseKernel(
    "float64 white",
    "float64 y, float64 y_1",
    """
    // 39: columns[:, j] = (log_weights[j] + np.sum(log_diagonal)
    y = white * white;
    y_1 = 2.0 * white;
    """,
    "objective_value_and_grad_kernel_4",
)

objective_value_and_grad_kernel_5 = cp.ElementwiseKernel(
    "float64 mul, float64 mul_1, float64 log_weights, float64 log_diagonal_sum, float64 sum",
    "float64 y",
    """
    // 39: columns[:, j] = (log_weights[j] + np.sum(log_diagonal)
    y = log_weights + log_diagonal_sum - 0.5 * sum - mul_1 * log(mul);
    """,
    "objective_value_and_grad_kernel_5",
)

objective_value_and_grad_kernel_6 = cp.ElementwiseKernel(
    "float64 columns_max",
    "float64 y",
    """
    // 46: fit = np.mean(logsumexp(log_densities(theta, points, k), axis=1))
    bool t = fabs(columns_max) <= 1.7976931348623157e+308;
    y = t ? columns_max : 0.0;
    """,
    "objective_value_and_grad_kernel_6",
)

objective_value_and_grad_kernel_7 = cp.ElementwiseKernel(
    "float64 columns, float64 x, float64 columns_max",
    "float64 y, float64 y_1",
    """
    // 46: fit = np.mean(logsumexp(log_densities(theta, points, k), axis=1))
    y = exp(columns - x);
    y_1 = exp(columns - columns_max);
    """,
    "objective_value_and_grad_kernel_7",
)

objective_value_and_grad_kernel_8 = cp.ElementwiseKernel(
    "float64 sum, float64 x",
    "float64 y",
    """
    // 46: fit = np.mean(logsumexp(log_densities(theta, points, k), axis=1))
    y = log(sum) + x;
    """,
    "objective_value_and_grad_kernel_8",
)

objective_value_and_grad_kernel_9 = cp.ElementwiseKernel(
    "float64 factors",
    "float64 y, float64 y_1",
    """
    // 48: return 1e-3 * np.sum(factors ** 2) - fit
    y = factors * factors;
    y_1 = 0.002 * factors;
    """,
    "objective_value_and_grad_kernel_9",
)

objective_value_and_grad_kernel_10 = cp.ElementwiseKernel(
    "float64 sum, float64 fit",
    "float64 y",
    """
    // 48: return 1e-3 * np.sum(factors ** 2) - fit
    y = 0.001 * sum - fit;
    """,
    "objective_value_and_grad_kernel_10",
)

objective_value_and_grad_kernel_11 = cp.ElementwiseKernel(
    "float64 x, float64 sum, float64 div",
    "float64 columns_bar",
    """
    // 46: fit = np.mean(logsumexp(log_densities(theta, points, k), axis=1))
    columns_bar = div * (x / sum);
    """,
    "objective_value_and_grad_kernel_11",
)

objective_value_and_grad_kernel_12 = cp.ElementwiseKernel(
    "float64 points, float64 means, float64 x, float64 x_1",
    "float64 y, float64 y_1",
    """
    // 38: white = (points - means[j]) @ factor
    y = points - means;
    // 39: columns[:, j] = (log_weights[j] + np.sum(log_diagonal)
    y_1 = x * x_1;
    """,
    "objective_value_and_grad_kernel_12",
)

objective_value_and_grad_kernel_13 = cp.ElementwiseKernel(
    "float64 matmul_sum, float64 matmul, float64 x, float64 columns_bar_copy_sum",
    "float64 y, float64 log_diagonal_bar",
    """
    // 38: white = (points - means[j]) @ factor
    y = -matmul_sum;
    // 37: factor = np.tril(factors[j], -1) + np.diag(np.exp(log_diagonal))
    log_diagonal_bar = columns_bar_copy_sum + matmul * x;
    """,
    "objective_value_and_grad_kernel_13",
)

objective_value_and_grad_kernel_14 = cp.ElementwiseKernel(
    "float64 x, float64 sum, float64 log_weights_bar_sum, float64 log_weights_bar",
    "float64 logits_bar",
    """
    // 33: log_weights = logits - logsumexp(logits)
    logits_bar = log_weights_bar - log_weights_bar_sum * (x / sum);
    """,
    "objective_value_and_grad_kernel_14",
)


def objective_value_and_grad(theta, points, k):
    """Value of objective and its gradient with respect to theta."""
    # forward
    d = points.shape[1]
    logits = theta[:k]
    t = k + k * d
    t1 = theta[k:t]
    means = t1.reshape(k, d)
    t2 = theta[t:]
    factors = t2.reshape(k, d, d)
    t3 = objective_value_and_grad_kernel_1(cp.max(logits, keepdims=True))
    t4, t5 = objective_value_and_grad_kernel_2(logits, t3, cp.max(logits, keepdims=True))
    log_weights = objective_value_and_grad_kernel_3(cp.sum(t4), t3[0], logits)
    columns = cp.empty((len(points), k))
    kept = []
    for j in range(k):
        t3 = factors[j]
        log_diagonal = cp.diagonal(t3)
        t4 = cp.exp(log_diagonal)
        factor = cp.tril(t3, k=-1) + cp.diag(t4)
        white = (points - means[j]) @ factor
        t3 = cp.sum(log_diagonal)
        t6, t7 = objective_value_and_grad_kernel_4(white)
        kept.append((t4, factor, t7))
        t3 = objective_value_and_grad_kernel_5(2 * cp.pi, 0.5 * d, log_weights[j], t3,
            cp.sum(t6, axis=1))
        columns[:, j] = t3
    t3 = objective_value_and_grad_kernel_6(cp.max(columns, axis=1, keepdims=True))
    t4 = t3[:, 0]
    t3, t6 = objective_value_and_grad_kernel_7(columns, t3, cp.max(columns, axis=1, keepdims=True))
    fit = cp.mean(objective_value_and_grad_kernel_8(cp.sum(t3, axis=1), t4))
    # reverse
    t3, factors_bar = objective_value_and_grad_kernel_9(factors)
    y = objective_value_and_grad_kernel_10(cp.sum(t3), fit)
    columns_bar = objective_value_and_grad_kernel_11(t6, cp.sum(t6, axis=1, keepdims=True),
        -1.0 / len(t4))
    means_bar = cp.zeros_like(means)
    log_weights_bar = cp.zeros_like(logits)
    for j, (t3, factor, t4) in zip(reversed(range(k)), reversed(kept)):
        t_bar = columns_bar[:, j].copy()
        # 39: columns[:, j] = (log_weights[j] + np.sum(log_diagonal)
        columns_bar[:, j] = 0.0
        t_bar_1 = cp.sum(t_bar)
        t4, t6 = objective_value_and_grad_kernel_12(points, means[j], (-0.5 * t_bar)[:, None], t4)
        log_weights_bar[j] += t_bar_1
        # 38: white = (points - means[j]) @ factor
        t4 = t4.T @ t6
        t6 = cp.sum(t6 @ factor.T, axis=0)
        t_bar, log_diagonal_bar = objective_value_and_grad_kernel_13(t6, cp.diagonal(t4), t3,
            t_bar_1)
        means_bar[j] += t_bar
        # 36: log_diagonal = np.diag(factors[j])
        factors_bar[j] += cp.tril(t4, k=-1) + cp.diag(log_diagonal_bar)
    # 33: log_weights = logits - logsumexp(logits)
    t_bar = cp.sum(log_weights_bar)
    logits_bar = objective_value_and_grad_kernel_14(t5, cp.sum(t5, keepdims=True), t_bar,
        log_weights_bar)
    theta_bar = cp.zeros_like(theta)
    # 25: factors = theta[k + k * d:].reshape(k, d, d)
    theta_bar[t:] = factors_bar.reshape(t2.shape)
    # 24: means = theta[k:k + k * d].reshape(k, d)
    theta_bar[k:t] += means_bar.reshape(t1.shape)
    # 23: logits = theta[:k]
    theta_bar[:k] += logits_bar
    return y, theta_bar
