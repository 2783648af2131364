"""Value of loss and its gradient with respect to params. Compiled for params: [(float32[d,h],
float32[h]), (float32[h,g], float32[g]), (float32[g,c], float32[c])], images: float32[n,d],
labels: int64[n], decay: float.
Source: examples/digits.py, sha256 a1f65c76c475.
Written by: adgen value-and-grad examples/digits.py:loss --wrt params --arg
'params=[(float32[d,h], float32[h]), (float32[h,g], float32[g]), (float32[g,c], float32[c])]'
--arg 'images=float32[n,d]' --arg 'labels=int64[n]' --arg decay=float --target cupy"""
import cupy as cp

loss_value_and_grad_kernel_1 = cp.ElementwiseKernel(
    "float32 matmul, float32 bias",
    "float32 activations",
    """
    // 31: activations = np.tanh(activations @ weights + bias)
    activations = tanh(matmul + bias);
    """,
    "loss_value_and_grad_kernel_1",
)

loss_value_and_grad_kernel_2 = cp.ElementwiseKernel(
    "float32 logits_max, float32 logits",
    "float32 y",
    """
    // 41: return np.mean(logsumexp(logits, axis=1) - right) + 0.5 * decay * penalty
    float t = fabs(logits_max) <= 3.4028235e+38f ? logits_max : 0.0f;
    y = exp(logits - t);
    """,
    "loss_value_and_grad_kernel_2",
)

loss_value_and_grad_kernel_3 = cp.ElementwiseKernel(
    "float32 logits_max, float32 sum",
    "float32 y",
    """
    // 41: return np.mean(logsumexp(logits, axis=1) - right) + 0.5 * decay * penalty
    float t = fabs(logits_max) <= 3.4028235e+38f ? logits_max : 0.0f;
    y = log(sum) + t;
    """,
    "loss_value_and_grad_kernel_3",
)

loss_value_and_grad_kernel_4 = cp.ElementwiseKernel(
    "int64 size, float32 x, float32 sum",
    "float32 y",
    """
    // 41: return np.mean(logsumexp(logits, axis=1) - right) + 0.5 * decay * penalty
    y = 1.0f / (float)size * (x / sum);
    """,
    "loss_value_and_grad_kernel_4",
)

loss_value_and_grad_kernel_5 = cp.ElementwiseKernel(
    "float64 mul, float32 weights, float32 matmul",
    "float32 y, float32 weights_bar",
    """
    // 40: penalty = sum(np.sum(weights ** 2) for weights, _ in params)
    y = weights * weights;
    // 33: return activations @ weights + bias
    weights_bar = 2.0f * (1.0f * (float)mul) * weights + matmul;
    """,
    "loss_value_and_grad_kernel_5",
)

loss_value_and_grad_kernel_6 = cp.ElementwiseKernel(
    "float32 activations, float32 activations_bar",
    "float32 y",
    """
    // 31: activations = np.tanh(activations @ weights + bias)
    y = activations_bar * (1.0f - activations * activations);
    """,
    "loss_value_and_grad_kernel_6",
)

loss_value_and_grad_kernel_7 = cp.ElementwiseKernel(
    "float64 mul, float32 weights, float32 matmul",
    "float32 y, float32 weights_bar",
    """
    // 40: penalty = sum(np.sum(weights ** 2) for weights, _ in params)
    y = weights * weights;
    // 31: activations = np.tanh(activations @ weights + bias)
    weights_bar = 2.0f * (1.0f * (float)mul) * weights + matmul;
    """,
    "loss_value_and_grad_kernel_7",
)

loss_value_and_grad_kernel_8 = cp.ElementwiseKernel(
    "float32 sum, float32 sum_1, float32 sum_2, float64 mul, float32 mean",
    "float32 y",
    """
    // 40: penalty = sum(np.sum(weights ** 2) for weights, _ in params)
    float penalty = sum + sum_1 + sum_2;
    // 41: return np.mean(logsumexp(logits, axis=1) - right) + 0.5 * decay * penalty
    y = mean + (float)mul * penalty;
    """,
    "loss_value_and_grad_kernel_8",
)


def loss_value_and_grad(params, images, labels, decay):
    """Value of loss and its gradient with respect to params."""
    (weights_0, bias_0), (weights_1, bias_1), (weights_2, bias_2) = params
    # forward
    activations = loss_value_and_grad_kernel_1(images @ weights_0, bias_0)
    activations_1 = loss_value_and_grad_kernel_1(activations @ weights_1, bias_1)
    logits = activations_1 @ weights_2 + bias_2
    t = cp.arange(len(labels))
    right = logits[t, labels]
    t1 = cp.max(logits, axis=1, keepdims=True)
    t2 = loss_value_and_grad_kernel_2(t1, logits)
    t3 = cp.sum(t2, axis=1, keepdims=True)
    t1 = cp.mean(loss_value_and_grad_kernel_3(t1, t3)[:, 0] - right)
    t4 = 0.5 * decay
    # reverse
    logits_bar = loss_value_and_grad_kernel_4(len(labels), t2, t3)
    # 39: right = logits[np.arange(len(labels)), labels]
    logits_bar[t, labels] -= cp.float32(1.0) / len(labels)
    # 33: return activations @ weights + bias
    bias_2_bar = cp.sum(logits_bar, axis=0)
    t, weights_2_bar = loss_value_and_grad_kernel_5(t4, weights_2, activations_1.T @ logits_bar)
    activations_bar = logits_bar @ weights_2.T
    t_bar = loss_value_and_grad_kernel_6(activations_1, activations_bar)
    # 31: activations = np.tanh(activations @ weights + bias)
    bias_1_bar = cp.sum(t_bar, axis=0)
    t2, weights_1_bar = loss_value_and_grad_kernel_7(t4, weights_1, activations.T @ t_bar)
    activations_bar = t_bar @ weights_1.T
    t_bar = loss_value_and_grad_kernel_6(activations, activations_bar)
    bias_0_bar = cp.sum(t_bar, axis=0)
    t3, weights_0_bar = loss_value_and_grad_kernel_7(t4, weights_0, images.T @ t_bar)
    y = loss_value_and_grad_kernel_8(cp.sum(t3), cp.sum(t2), cp.sum(t), t4, t1)
    return y, [(weights_0_bar, bias_0_bar), (weights_1_bar, bias_1_bar),
        (weights_2_bar, bias_2_bar)]
