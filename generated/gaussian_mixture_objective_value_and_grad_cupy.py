"""Value of objective and its gradient with respect to theta. Compiled for theta: float64[p],
points: float64[n,d], k: int.
Source: examples/gaussian_mixture.py, sha256 d8f9395bc780.
Written by: adgen value-and-grad examples/gaussian_mixture.py:objective --wrt theta --arg
'theta=float64[p]' --arg 'points=float64[n,d]' --arg k=int --target cupy"""
import cupy as cp

objective_value_and_grad_kernel_1 = cp.ElementwiseKernel(
    "float64 logits_max, float64 logits",
    "float64 y",
    """
    // 33: log_weights = logits - logsumexp(logits)
    double t = fabs(logits_max) <= 1.7976931348623157e+308 ? logits_max : 0.0;
    y = exp(logits - t);
    """,
    "objective_value_and_grad_kernel_1",
)

objective_value_and_grad_kernel_2 = cp.ElementwiseKernel(
    "float64 logits_max, float64 sum",
    "float64 y",
    """
    // 33: log_weights = logits - logsumexp(logits)
    double t = fabs(logits_max) <= 1.7976931348623157e+308 ? logits_max : 0.0;
    y = log(sum) + t;
    """,
    "objective_value_and_grad_kernel_2",
)

objective_value_and_grad_kernel_3 = cp.ElementwiseKernel(
    "float64 white",
    "float64 y, float64 y_1",
    """
    // 39: columns[:, j] = (log_weights[j] + np.sum(log_diagonal)
    y = white * white;
    y_1 = 2.0 * white;
    """,
    "objective_value_and_grad_kernel_3",
)

objective_value_and_grad_kernel_4 = cp.ElementwiseKernel(
    "float64 mul, float64 mul_1, float64 log_weights, float64 log_diagonal_sum, float64 sum",
    "float64 y",
    """
    // 39: columns[:, j] = (log_weights[j] + np.sum(log_diagonal)
    y = log_weights + log_diagonal_sum - 0.5 * sum - mul_1 * log(mul);
    """,
    "objective_value_and_grad_kernel_4",
)

objective_value_and_grad_kernel_5 = cp.ElementwiseKernel(
    "float64 columns_max, float64 columns",
    "float64 y",
    """
    // 46: fit = np.mean(logsumexp(log_densities(theta, points, k), axis=1))
    bool t = fabs(columns_max) <= 1.7976931348623157e+308;
    y = exp(columns - (t ? columns_max : 0.0));
    """,
    "objective_value_and_grad_kernel_5",
)

objective_value_and_grad_kernel_6 = cp.ElementwiseKernel(
    "float64 columns_max, float64 sum",
    "float64 y",
    """
    // 46: fit = np.mean(logsumexp(log_densities(theta, points, k), axis=1))
    bool t = fabs(columns_max) <= 1.7976931348623157e+308;
    y = log(sum) + (t ? columns_max : 0.0);
    """,
    "objective_value_and_grad_kernel_6",
)

objective_value_and_grad_kernel_7 = cp.ElementwiseKernel(
    "float64 factors",
    "float64 y, float64 y_1",
    """
    // 48: return 1e-3 * np.sum(factors ** 2) - fit
    y = factors * factors;
    y_1 = 0.002 * factors;
    """,
    "objective_value_and_grad_kernel_7",
)

objective_value_and_grad_kernel_8 = cp.ElementwiseKernel(
    "float64 sum, float64 fit",
    "float64 y",
    """
    // 48: return 1e-3 * np.sum(factors ** 2) - fit
    y = 0.001 * sum - fit;
    """,
    "objective_value_and_grad_kernel_8",
)

objective_value_and_grad_kernel_9 = cp.ElementwiseKernel(
    "float64 x, float64 sum, float64 div",
    "float64 columns_bar",
    """
    // 46: fit = np.mean(logsumexp(log_densities(theta, points, k), axis=1))
    columns_bar = div * (x / sum);
    """,
    "objective_value_and_grad_kernel_9",
)

objective_value_and_grad_kernel_10 = cp.ElementwiseKernel(
    "float64 points, float64 means, float64 x, float64 x_1",
    "float64 y, float64 y_1",
    """
    // 38: white = (points - means[j]) @ factor
    y = points - means;
    // 39: columns[:, j] = (log_weights[j] + np.sum(log_diagonal)
    y_1 = x * x_1;
    """,
    "objective_value_and_grad_kernel_10",
)

objective_value_and_grad_kernel_11 = cp.ElementwiseKernel(
    "float64 matmul_sum, float64 matmul, float64 x, float64 copy_sum",
    "float64 y, float64 log_diagonal_bar",
    """
    // 38: white = (points - means[j]) @ factor
    y = -matmul_sum;
    // 37: factor = np.tril(factors[j], -1) + np.diag(np.exp(log_diagonal))
    log_diagonal_bar = copy_sum + matmul * x;
    """,
    "objective_value_and_grad_kernel_11",
)

objective_value_and_grad_kernel_12 = cp.ElementwiseKernel(
    "float64 x, float64 sum, float64 log_weights_bar_sum, float64 log_weights_bar",
    "float64 logits_bar",
    """
    // 33: log_weights = logits - logsumexp(logits)
    logits_bar = log_weights_bar - log_weights_bar_sum * (x / sum);
    """,
    "objective_value_and_grad_kernel_12",
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
    t3 = cp.max(logits, keepdims=True)
    t4 = objective_value_and_grad_kernel_1(t3, logits)
    t5 = cp.sum(t4, keepdims=True)
    log_weights = logits - objective_value_and_grad_kernel_2(t3, t5)[0]
    columns = cp.empty((len(points), k))
    kept = []
    for j in range(k):
        t3 = factors[j]
        log_diagonal = cp.diagonal(t3)
        t6 = cp.exp(log_diagonal)
        factor = cp.tril(t3, k=-1) + cp.diag(t6)
        white = (points - means[j]) @ factor
        t3 = cp.sum(log_diagonal)
        t7, t8 = objective_value_and_grad_kernel_3(white)
        kept.append((t6, factor, t8))
        t3 = objective_value_and_grad_kernel_4(2 * cp.pi, 0.5 * d, log_weights[j], t3,
            cp.sum(t7, axis=1))
        columns[:, j] = t3
    t3 = cp.max(columns, axis=1, keepdims=True)
    t6 = objective_value_and_grad_kernel_5(t3, columns)
    t7 = cp.sum(t6, axis=1, keepdims=True)
    t3 = objective_value_and_grad_kernel_6(t3, t7)[:, 0]
    fit = cp.mean(t3)
    # reverse
    t8, factors_bar = objective_value_and_grad_kernel_7(factors)
    y = objective_value_and_grad_kernel_8(cp.sum(t8), fit)
    columns_bar = objective_value_and_grad_kernel_9(t6, t7, -1.0 / len(t3))
    means_bar = cp.zeros_like(means)
    log_weights_bar = cp.zeros_like(logits)
    for j, (t3, factor, t6) in zip(reversed(range(k)), reversed(kept)):
        t_bar = columns_bar[:, j].copy()
        # 39: columns[:, j] = (log_weights[j] + np.sum(log_diagonal)
        columns_bar[:, j] = 0.0
        t_bar_1 = cp.sum(t_bar)
        t6, t7 = objective_value_and_grad_kernel_10(points, means[j], (-0.5 * t_bar)[:, None], t6)
        log_weights_bar[j] += t_bar_1
        # 38: white = (points - means[j]) @ factor
        t6 = t6.T @ t7
        t7 = cp.sum(t7 @ factor.T, axis=0)
        t_bar, log_diagonal_bar = objective_value_and_grad_kernel_11(t7, cp.diagonal(t6), t3,
            t_bar_1)
        means_bar[j] += t_bar
        # 36: log_diagonal = np.diag(factors[j])
        factors_bar[j] += cp.tril(t6, k=-1) + cp.diag(log_diagonal_bar)
    # 33: log_weights = logits - logsumexp(logits)
    t_bar = cp.sum(log_weights_bar)
    logits_bar = objective_value_and_grad_kernel_12(t4, t5, t_bar, log_weights_bar)
    theta_bar = cp.zeros_like(theta)
    # 25: factors = theta[k + k * d:].reshape(k, d, d)
    theta_bar[t:] = factors_bar.reshape(t2.shape)
    # 24: means = theta[k:k + k * d].reshape(k, d)
    theta_bar[k:t] += means_bar.reshape(t1.shape)
    # 23: logits = theta[:k]
    theta_bar[:k] += logits_bar
    return y, theta_bar
