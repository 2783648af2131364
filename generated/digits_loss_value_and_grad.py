"""Value of loss and its gradient with respect to params. Compiled for params: [(float64[d,h],
float64[h]), (float64[h,g], float64[g]), (float64[g,c], float64[c])], images: float64[n,d],
labels: int64[n], decay: float.
Source: examples/digits.py, sha256 a1f65c76c475.
Written by: adgen value-and-grad examples/digits.py:loss --wrt params --arg
'params=[(float64[d,h], float64[h]), (float64[h,g], float64[g]), (float64[g,c], float64[c])]'
--arg 'images=float64[n,d]' --arg 'labels=int64[n]' --arg decay=float"""
import numpy as np
from scipy.special import logsumexp, softmax


def loss_value_and_grad(params, images, labels, decay):
    """Value of loss and its gradient with respect to params."""
    (weights_0, bias_0), (weights_1, bias_1), (weights_2, bias_2) = params
    # forward
    t = images @ weights_0 + bias_0
    activations = np.tanh(t)
    t = 1.0 / np.cosh(t)
    t1 = activations @ weights_1 + bias_1
    activations_1 = np.tanh(t1)
    t1 = 1.0 / np.cosh(t1)
    logits = activations_1 @ weights_2 + bias_2
    t2 = np.arange(len(labels))
    right = logits[t2, labels]
    penalty = np.sum(weights_0 ** 2) + np.sum(weights_1 ** 2) + np.sum(weights_2 ** 2)
    t3 = 0.5 * decay
    y = np.mean(logsumexp(logits, axis=1) - right) + t3 * penalty
    # reverse
    # 41: return np.mean(logsumexp(logits, axis=1) - right) + 0.5 * decay * penalty
    t4 = 1.0 / len(labels)
    logits_bar = t4 * softmax(logits, axis=1)
    # 40: penalty = sum(np.sum(weights ** 2) for weights, _ in params)
    t3 *= 2.0
    weights_2_bar = t3 * weights_2
    weights_1_bar = t3 * weights_1
    weights_0_bar = t3 * weights_0
    # 39: right = logits[np.arange(len(labels)), labels]
    logits_bar[t2, labels] -= t4
    # 33: return activations @ weights + bias
    bias_2_bar = np.sum(logits_bar, axis=0)
    weights_2_bar += activations_1.T @ logits_bar
    activations_bar = logits_bar @ weights_2.T
    # 31: activations = np.tanh(activations @ weights + bias)
    t_bar = activations_bar * (t1 * t1)
    bias_1_bar = np.sum(t_bar, axis=0)
    weights_1_bar += activations.T @ t_bar
    t_bar = t_bar @ weights_1.T * (t * t)
    bias_0_bar = np.sum(t_bar, axis=0)
    weights_0_bar += images.T @ t_bar
    return y, [(weights_0_bar, bias_0_bar), (weights_1_bar, bias_1_bar),
        (weights_2_bar, bias_2_bar)]
