"""adgen: a compiler from NumPy functions to the Python source of their derivatives.

>>> import adgen, numpy as np
>>> def f(x):
...     return np.sum(x ** 2)
>>> adgen.grad(f)(np.array([1.0, 2.0])).tolist()
[2.0, 4.0]
"""

from adgen.api import differentiable, grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp
from adgen.checks import check_grads
from adgen.derivative import AdgenWarning, Derivative, Lowered
from adgen.errors import AdgenError
from adgen.rules.custom import rule
from adgen.transforms import OPTIMISATIONS

__version__ = "0.1.0"
__all__ = [
    "OPTIMISATIONS",
    "AdgenError",
    "AdgenWarning",
    "Derivative",
    "Lowered",
    "check_grads",
    "differentiable",
    "grad",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "rule",
    "value_and_grad",
    "vjp",
]
