"""Typed SSA to typed SSA: `jvp`, `split`, `transpose`, `simplify`, and the derivatives composed of them."""

from adgen.transforms import calls, functionals
from adgen.transforms.derive import grad_of, jacobian_of, jvp_of, linearize, vjp_of
from adgen.transforms.simplify import OPTIMISATIONS, prepare, simplify

__all__ = [
    "OPTIMISATIONS", "calls", "functionals", "grad_of", "jacobian_of", "jvp_of", "linearize", "prepare", "simplify",
    "vjp_of",
]
