"""Value of objective and its gradient with respect to log_k. Compiled for log_k: float64[m], u0:
float64[n], readings: float64[r,s], sensors: int64[s], every: int, weight: float.
Source: examples/heat_fit.py, sha256 1418096a4231.
Written by: adgen value-and-grad examples/heat_fit.py:objective --wrt log_k --arg
'log_k=float64[m]' --arg 'u0=float64[n]' --arg 'readings=float64[r,s]' --arg 'sensors=int64[s]'
--arg every=int --arg weight=float --target cupy"""
import cupy as cp

objective_value_and_grad_kernel_1 = cp.ElementwiseKernel(
    "float64 u, float64 u_1, float64 k",
    "float64 y_out, float64 flux_out, float64 y",
    """
    // 32: flux = k * (u[1:] - u[:-1])
    double t = u - u_1;
    double flux = k * t;
    // 33: u[:-1] += flux
    y = u_1 + flux;
    y_out = t;
    flux_out = flux;
    """,
    "objective_value_and_grad_kernel_1",
)

objective_value_and_grad_kernel_2 = cp.ElementwiseKernel(
    "float64 u, float64 row",
    "float64 y, float64 y_1",
    """
    // 35: total += np.sum((u[sensors] - row) ** 2)
    double t = u - row;
    y = t * t;
    y_1 = 2.0 * t;
    """,
    "objective_value_and_grad_kernel_2",
)

objective_value_and_grad_kernel_3 = cp.ElementwiseKernel(
    "float64 log_k, float64 log_k_1, float64 mul",
    "float64 y, float64 y_out, float64 y_1",
    """
    // 53: return weight * np.sum(np.diff(log_k) ** 2)
    double t = log_k - log_k_1;
    y = t * t;
    double t1 = mul * t;
    y_1 = -t1;
    y_out = t1;
    """,
    "objective_value_and_grad_kernel_3",
)

objective_value_and_grad_kernel_4 = cp.ElementwiseKernel(
    "float64 weight, float64 sum, float64 total",
    "float64 y",
    """
    // 57: return misfit(log_k, u0, readings, sensors, every) + roughness(log_k, weight)
    y = total + weight * sum;
    """,
    "objective_value_and_grad_kernel_4",
)

objective_value_and_grad_kernel_5 = cp.ElementwiseKernel(
    "float64 u_bar, float64 u_bar_1, float64 k, float64 x, float64 k_bar",
    "float64 y_out, float64 k_bar_1, float64 y",
    """
    // 33: u[:-1] += flux
    double flux_bar = u_bar - u_bar_1;
    // 32: flux = k * (u[1:] - u[:-1])
    double t = flux_bar * k;
    k_bar_1 = k_bar + flux_bar * x;
    y = -t;
    y_out = t;
    """,
    "objective_value_and_grad_kernel_5",
)


def objective_value_and_grad(log_k, u0, readings, sensors, every, weight):
    """Value of objective and its gradient with respect to log_k."""
    if log_k.shape[0] == 1:
        raise ValueError('log_k.shape[0] must not be 1: compiled for other sizes')
    # forward
    k = cp.exp(log_k)
    u = u0.copy()
    kept = []
    total = 0.0
    for row in readings:
        kept_1 = []
        for _ in range(every):
            t, flux, t1 = objective_value_and_grad_kernel_1(u[1:], u[:-1], k)
            kept_1.append(t)
            u[:-1] = t1
            u[1:] = u[1:] - flux
        t, t1 = objective_value_and_grad_kernel_2(u[sensors], row)
        kept.append((kept_1, t1))
        total = total + cp.sum(t)
    # reverse
    t, t1, t2 = objective_value_and_grad_kernel_3(log_k[1:], log_k[:-1], 2.0 * weight)
    y = objective_value_and_grad_kernel_4(weight, cp.sum(t), total)
    u_bar = cp.zeros_like(u0)
    k_bar = cp.zeros_like(log_k)
    for kept_1, t in reversed(kept):
        # 35: total += np.sum((u[sensors] - row) ** 2)
        cp.add.at(u_bar, sensors, t)
        for t in reversed(kept_1):
            t_bar, k_bar, t_bar_1 = objective_value_and_grad_kernel_5(u_bar[:-1], u_bar[1:], k, t,
                k_bar)
            # 32: flux = k * (u[1:] - u[:-1])
            u_bar[:-1] += t_bar_1
            u_bar[1:] += t_bar
    # 27: k = np.exp(log_k)
    log_k_bar = k_bar * k
    log_k_bar[:-1] += t2
    log_k_bar[1:] += t1
    return y, log_k_bar
