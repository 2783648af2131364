"""Value of negative_log_evidence and its gradient with respect to log_params. Compiled for
log_params: float64[p], x: float64[n,d], y: float64[n].
Source: examples/gaussian_process.py, sha256 a9e205ccc6d1.
Written by: adgen value-and-grad examples/gaussian_process.py:negative_log_evidence --wrt
log_params --arg 'log_params=float64[p]' --arg 'x=float64[n,d]' --arg 'y=float64[n]' --target
cupy"""
import cupy as cp

negative_log_evidence_value_and_grad_kernel_1 = cp.ElementwiseKernel(
    "float64 x, float64 params",
    "float64 a_out, float64 y, float64 y_1",
    """
    // 20: a, b = a / lengths, b / lengths
    double a = x / params;
    // 21: distances = np.sum(a ** 2, axis=1)[:, None] + np.sum(b ** 2, axis=1) - 2.0 * a...
    y = a * a;
    y_1 = 2.0 * a;
    a_out = a;
    """,
    "negative_log_evidence_value_and_grad_kernel_1",
)

negative_log_evidence_value_and_grad_kernel_2 = cp.ElementwiseKernel(
    "float64 params, float64 params_1, float64 sum, float64 sum_1, float64 matmul, float64 eye",
    "float64 y_out, float64 covariance",
    """
    // 21: distances = np.sum(a ** 2, axis=1)[:, None] + np.sum(b ** 2, axis=1) - 2.0 * a...
    double distances = sum + sum_1 - matmul;
    // 22: return signal ** 2 * np.exp(-0.5 * distances)
    double t = exp(-0.5 * distances);
    // 28: covariance = kernel(x, x, params[:-2], params[-2]) + params[-1] ** 2 * np.eye(...
    covariance = params_1 * params_1 * t + params * params * eye;
    y_out = t;
    """,
    "negative_log_evidence_value_and_grad_kernel_2",
)

negative_log_evidence_value_and_grad_kernel_3 = cp.ElementwiseKernel(
    "float64 white, float64 factor",
    "float64 y_out, float64 white_bar, float64 y, float64 y_1",
    """
    // 31: return (0.5 * white @ white + np.sum(np.log(np.diag(factor)))
    double t = 0.5 * white;
    white_bar = 2.0 * t;
    y = log(factor);
    y_1 = 1.0 / factor;
    y_out = t;
    """,
    "negative_log_evidence_value_and_grad_kernel_3",
)

negative_log_evidence_value_and_grad_kernel_4 = cp.ElementwiseKernel(
    "float64 matmul, float64 eye, float64 tril",
    "float64 y",
    """
    // 29: factor = np.linalg.cholesky(covariance)
    y = -0.5 * matmul * eye + tril;
    """,
    "negative_log_evidence_value_and_grad_kernel_4",
)

negative_log_evidence_value_and_grad_kernel_5 = cp.ElementwiseKernel(
    "float64 params, float64 tril, float64 tril_1, float64 x",
    "float64 covariance_bar_out, float64 y_out, float64 y_1_out, float64 y",
    """
    // 29: factor = np.linalg.cholesky(covariance)
    double covariance_bar = tril + tril_1;
    // 22: return signal ** 2 * np.exp(-0.5 * distances)
    double t = covariance_bar * x;
    double t1 = -0.5 * (params * params) * t;
    // 21: distances = np.sum(a ** 2, axis=1)[:, None] + np.sum(b ** 2, axis=1) - 2.0 * a...
    y = -t1;
    covariance_bar_out = covariance_bar;
    y_out = t;
    y_1_out = t1;
    """,
    "negative_log_evidence_value_and_grad_kernel_5",
)

negative_log_evidence_value_and_grad_kernel_6 = cp.ElementwiseKernel(
    "float64 matmul, float64 sum, float64 mul, float64 mul_1, float64 trace, float64 params, "
    "float64 sum_1, float64 params_1",
    "float64 y, float64 y_1, float64 y_2",
    """
    // 31: return (0.5 * white @ white + np.sum(np.log(np.diag(factor)))
    y = matmul + sum + mul_1 * log(mul);
    // 28: covariance = kernel(x, x, params[:-2], params[-2]) + params[-1] ** 2 * np.eye(...
    y_1 = 2.0 * trace * params;
    // 22: return signal ** 2 * np.exp(-0.5 * distances)
    y_2 = 2.0 * sum_1 * params_1;
    """,
    "negative_log_evidence_value_and_grad_kernel_6",
)

negative_log_evidence_value_and_grad_kernel_7 = cp.ElementwiseKernel(
    "float64 a, float64 matmul, float64 matmul_1, float64 x, float64 params",
    "float64 y",
    """
    // 20: a, b = a / lengths, b / lengths
    double t = (matmul_1 + 2.0 * matmul + x * (2.0 * a)) / params;
    y = -(t * a);
    """,
    "negative_log_evidence_value_and_grad_kernel_7",
)


def _sum_to(g, shape):
    """Sum g over the axes along which an array of that shape was broadcast to g's."""
    if cp.shape(g) == shape:
        return g
    g = cp.sum(g, axis=tuple(range(cp.ndim(g) - len(shape))))
    axes = tuple(i for i, n in enumerate(shape) if n == 1 and g.shape[i] != 1)
    return cp.sum(g, axis=axes, keepdims=True) if axes else g


def negative_log_evidence_value_and_grad(log_params, x, y):
    """Value of negative_log_evidence and its gradient with respect to log_params."""
    if x.shape[1] == 1:
        raise ValueError('x.shape[1] must not be 1: compiled for other sizes')
    # forward
    params = cp.exp(log_params)
    t = params[:-2]
    t1 = params[-2]
    a, t2, t3 = negative_log_evidence_value_and_grad_kernel_1(x, t)
    t2 = cp.sum(t2, axis=1)
    t4 = t3 @ a.T
    t5 = params[-1]
    t6 = cp.eye(len(x))
    t2, covariance = negative_log_evidence_value_and_grad_kernel_2(t5, t1, t2[:, None], t2, t4, t6)
    factor = cp.linalg.cholesky(covariance)
    t4 = len(t4)
    white = cp.linalg.solve(factor, y)
    # reverse
    t6, white_bar, t7, t8 = negative_log_evidence_value_and_grad_kernel_3(white,
        cp.diagonal(factor))
    # 30: white = np.linalg.solve(factor, y)
    t9 = factor.T
    factor_bar = cp.diag(t8) + cp.outer(-cp.linalg.solve(t9, white_bar), white)
    # 29: factor = np.linalg.cholesky(covariance)
    t_bar = t9 @ factor_bar
    t_bar = negative_log_evidence_value_and_grad_kernel_4(t_bar, cp.eye(t4), cp.tril(t_bar))
    t_bar = cp.linalg.solve(t9, cp.linalg.solve(t9, t_bar).T)
    params_bar = cp.zeros_like(log_params)
    covariance_bar, t2, t4, t8 = negative_log_evidence_value_and_grad_kernel_5(t1,
        cp.tril(t_bar.T, k=-1), cp.tril(t_bar), t2)
    # 28: covariance = kernel(x, x, params[:-2], params[-2]) + params[-1] ** 2 * np.eye(len(x))
    t_bar = cp.trace(covariance_bar)
    # 22: return signal ** 2 * np.exp(-0.5 * distances)
    t2 = cp.sum(t2)
    value, t1, t2 = negative_log_evidence_value_and_grad_kernel_6(t6 @ white, cp.sum(t7),
        2.0 * cp.pi, 0.5 * len(y), t_bar, t5, t2, t1)
    # 28: covariance = kernel(x, x, params[:-2], params[-2]) + params[-1] ** 2 * np.eye(len(x))
    params_bar[-1] = t1
    # 21: distances = np.sum(a ** 2, axis=1)[:, None] + np.sum(b ** 2, axis=1) - 2.0 * a @ b.T
    t1 = (cp.sum(t4, axis=0) + cp.sum(t4, axis=1))[:, None]
    # 20: a, b = a / lengths, b / lengths
    t = _sum_to(negative_log_evidence_value_and_grad_kernel_7(a, t8 @ a, t8.T @ t3, t1, t), t.shape)
    # 28: covariance = kernel(x, x, params[:-2], params[-2]) + params[-1] ** 2 * np.eye(len(x))
    params_bar[-2] += t2
    params_bar[:-2] += t
    # 27: params = np.exp(log_params)
    log_params_bar = params_bar * params
    return value, log_params_bar
