"""Value of objective and its gradient with respect to theta. Compiled for theta: float64[p],
points: float64[n,d], k: int.
Source: examples/gaussian_mixture.py, sha256 d8f9395bc780.
Written by: adgen value-and-grad examples/gaussian_mixture.py:objective --wrt theta --arg
'theta=float64[p]' --arg 'points=float64[n,d]' --arg k=int --target cupy"""
import cupy as cp
from cupyx.scipy.special import logsumexp, softmax

objective_value_and_grad_kernel_1 = cp.ElementwiseKernel(
    "float64 white",
    "float64 y, float64 y_1",
    """
    // 39: columns[:, j] = (log_weights[j] + np.sum(log_diagonal)
    y = white * white;
    y_1 = 2.0 * white;
    """,
    "objective_value_and_grad_kernel_1",
)

objective_value_and_grad_kernel_2 = cp.ElementwiseKernel(
    "float64 mul, float64 mul_1, float64 log_weights, float64 log_diagonal_sum, float64 sum",
    "float64 y",
    """
    // 39: columns[:, j] = (log_weights[j] + np.sum(log_diagonal)
    y = log_weights + log_diagonal_sum - 0.5 * sum - mul_1 * log(mul);
    """,
    "objective_value_and_grad_kernel_2",
)

objective_value_and_grad_kernel_3 = cp.ElementwiseKernel(
    "float64 factors",
    "float64 y, float64 y_1",
    """
    // 48: return 1e-3 * np.sum(factors ** 2) - fit
    y = factors * factors;
    y_1 = 0.002 * factors;
    """,
    "objective_value_and_grad_kernel_3",
)

objective_value_and_grad_kernel_4 = cp.ElementwiseKernel(
    "float64 sum, float64 fit",
    "float64 y",
    """
    // 48: return 1e-3 * np.sum(factors ** 2) - fit
    y = 0.001 * sum - fit;
    """,
    "objective_value_and_grad_kernel_4",
)

objective_value_and_grad_kernel_5 = cp.ElementwiseKernel(
    "float64 points, float64 means, float64 x, float64 x_1",
    "float64 y, float64 y_1",
    """
    // 38: white = (points - means[j]) @ factor
    y = points - means;
    // 39: columns[:, j] = (log_weights[j] + np.sum(log_diagonal)
    y_1 = x * x_1;
    """,
    "objective_value_and_grad_kernel_5",
)

objective_value_and_grad_kernel_6 = cp.ElementwiseKernel(
    "float64 matmul_sum, float64 matmul, float64 x, float64 columns_bar_copy_sum",
    "float64 y, float64 log_diagonal_bar",
    """
    // 38: white = (points - means[j]) @ factor
    y = -matmul_sum;
    // 37: factor = np.tril(factors[j], -1) + np.diag(np.exp(log_diagonal))
    log_diagonal_bar = columns_bar_copy_sum + matmul * x;
    """,
    "objective_value_and_grad_kernel_6",
)

objective_value_and_grad_kernel_7 = cp.ElementwiseKernel(
    "float64 log_weights_bar_sum, float64 logits_softmax, float64 log_weights_bar",
    "float64 logits_bar",
    """
    // 33: log_weights = logits - logsumexp(logits)
    logits_bar = log_weights_bar - log_weights_bar_sum * logits_softmax;
    """,
    "objective_value_and_grad_kernel_7",
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
    log_weights = logits - logsumexp(logits)
    columns = cp.empty((len(points), k))
    kept = []
    for j in range(k):
        t3 = factors[j]
        log_diagonal = cp.diagonal(t3)
        t4 = cp.exp(log_diagonal)
        factor = cp.tril(t3, k=-1) + cp.diag(t4)
        white = (points - means[j]) @ factor
        t3 = cp.sum(log_diagonal)
        t5, t6 = objective_value_and_grad_kernel_1(white)
        kept.append((t4, factor, t6))
        t3 = objective_value_and_grad_kernel_2(2 * cp.pi, 0.5 * d, log_weights[j], t3,
            cp.sum(t5, axis=1))
        columns[:, j] = t3
    t3 = logsumexp(columns, axis=1)
    fit = cp.mean(t3)
    # reverse
    t4, factors_bar = objective_value_and_grad_kernel_3(factors)
    y = objective_value_and_grad_kernel_4(cp.sum(t4), fit)
    # 46: fit = np.mean(logsumexp(log_densities(theta, points, k), axis=1))
    columns_bar = -1.0 / len(t3) * softmax(columns, axis=1)
    means_bar = cp.zeros_like(means)
    log_weights_bar = cp.zeros_like(logits)
    for j, (t3, factor, t4) in zip(reversed(range(k)), reversed(kept)):
        t_bar = columns_bar[:, j].copy()
        # 39: columns[:, j] = (log_weights[j] + np.sum(log_diagonal)
        columns_bar[:, j] = 0.0
        t_bar_1 = cp.sum(t_bar)
        t4, t5 = objective_value_and_grad_kernel_5(points, means[j], (-0.5 * t_bar)[:, None], t4)
        log_weights_bar[j] += t_bar_1
        # 38: white = (points - means[j]) @ factor
        t4 = t4.T @ t5
        t5 = cp.sum(t5 @ factor.T, axis=0)
        t_bar, log_diagonal_bar = objective_value_and_grad_kernel_6(t5, cp.diagonal(t4), t3,
            t_bar_1)
        means_bar[j] += t_bar
        # 36: log_diagonal = np.diag(factors[j])
        factors_bar[j] += cp.tril(t4, k=-1) + cp.diag(log_diagonal_bar)
    # 33: log_weights = logits - logsumexp(logits)
    t_bar = cp.sum(log_weights_bar)
    logits_bar = objective_value_and_grad_kernel_7(t_bar, softmax(logits), log_weights_bar)
    theta_bar = cp.zeros_like(theta)
    # 25: factors = theta[k + k * d:].reshape(k, d, d)
    theta_bar[t:] = factors_bar.reshape(t2.shape)
    # 24: means = theta[k:k + k * d].reshape(k, d)
    theta_bar[k:t] += means_bar.reshape(t1.shape)
    # 23: logits = theta[:k]
    theta_bar[:k] += logits_bar
    return y, theta_bar
