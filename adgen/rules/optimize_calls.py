"""The callables of `scipy.optimize` and `scipy.integrate` that are no composites: assignments, which are piecewise
constant, and those that are refused, with the reasons.
"""

from __future__ import annotations

import importlib
from typing import Any

from adgen.errors import Refusal
from adgen.ir.core import Atom, Attrs
from adgen.ir.types import ArrayT, Type, dims_of, fresh_dim
from adgen.rules.lowering import Result, as_array, lowers, refuses, static
from adgen.rules.table import Ops, Rule, add_rule

optimize: Any = importlib.import_module("scipy.optimize")
integrate: Any = importlib.import_module("scipy.integrate")


def assignment_type(args: tuple[Atom, ...], attrs: Attrs) -> tuple[Type, ...]:
    """Two vectors of indices, as long as the shorter axis."""
    dims = dims_of(args[0].type)
    if dims is None or len(dims) != 2:
        raise Refusal("scipy.optimize.linear_sum_assignment takes a matrix", "give its type, as cost=float64[n,m]")
    rows, columns = dims
    size = min(rows, columns) if isinstance(rows, int) and isinstance(columns, int) else fresh_dim()
    return (ArrayT("int64", (rows if rows == columns else size,)),) * 2


ASSIGNMENT = "scipy.optimize.linear_sum_assignment"
add_rule(Rule(ASSIGNMENT, assignment_type, zero=True, call=ASSIGNMENT))


@lowers(optimize.linear_sum_assignment, "cost_matrix, maximize=False", name=ASSIGNMENT)
def lower_assignment(g: Ops, cost_matrix: Any, maximize: Any) -> Result:
    wanted = {"maximize": True} if static(maximize, "maximize") else {}
    return g.many(ASSIGNMENT, as_array(g, cost_matrix), **wanted)


# What is refused: (reason, hint): names

Reasons = dict[tuple[str, str], str]

OPTIMIZE: Reasons = {
    ("a search for the global minimum jumps between minima", "find the point outside, and polish it: "
     "scipy.optimize.minimize(f, found)"):
        "basinhopping brute differential_evolution direct dual_annealing shgo",
    ("its solution is a vertex that stays where it is, or jumps; multipliers are not followed",
     "solve the equations that hold at the solution by np.linalg.solve"):
        "linprog milp quadratic_assignment",
    ("which variables rest on their bounds is known at run time only", "solve the free variables by np.linalg.lstsq, "
     "or minimise by scipy.optimize.minimize with bounds="):
        "nnls lsq_linear isotonic_regression",
    ("multipliers of constraints are not followed", "write the constraints into the unknowns, or use "
     "scipy.optimize.minimize with bounds="):
        "fmin_cobyla fmin_slsqp LinearConstraint NonlinearConstraint",
    ("what it returns besides the minimiser has no derivative", "use scipy.optimize.minimize with method='L-BFGS-B', "
     "'TNC' or 'Newton-CG'"):
        "fmin_l_bfgs_b fmin_tnc fmin_ncg",
    ("it is a step of an iteration, whose length depends on tests", "differentiate the solution: "
     "scipy.optimize.minimize"):
        "line_search bracket",
    ("it takes differences of a function", "use adgen.grad for its derivative"):
        "approx_fprime check_grad",
    ("bounds as an object are not followed", "pass a list of pairs: bounds=[(low, high), ...]"):
        "Bounds",
    ("the covariance of the parameters is not followed", "use scipy.optimize.least_squares with the residuals "
     "f(x, *p) - y"):
        "curve_fit",
    ("it describes a solver's iteration", "name the method: method='krylov'"):
        "BFGS SR1 HessianUpdateStrategy BroydenFirst InverseJacobian KrylovJacobian LbfgsInvHessProduct",
    ("it is made by solvers", "use what a solver returns"):
        "OptimizeResult RootResults NoConvergence OptimizeWarning",
    ("it prints documentation", "leave it out"):
        "show_options linprog_verbose_callback",
    ("the nonlinear solvers by name are older forms", "use scipy.optimize.root with method=, which takes args="):
        "anderson broyden1 broyden2 diagbroyden excitingmixing linearmixing newton_krylov",
}
INTEGRATE: Reasons = {
    ("its steps are chosen from outside, by a stateful object", "use scipy.integrate.solve_ivp, or odeint"):
        "BDF DOP853 LSODA RK23 RK45 Radau OdeSolver DenseOutput OdeSolution ode complex_ode",
    ("the boundary value problem's mesh and its collocation equations are not followed",
     "solve the discretised equations by scipy.optimize.root"):
        "solve_bvp",
    ("it calls the function on arrays of a shape of its own", "use scipy.integrate.quad, or quad_vec"):
        "tanhsinh cubature nsum",
    ("its points are drawn", "draw the points outside, and take the mean of the function there"):
        "qmc_quad",
    ("the ranges are a list of run-time structure", "use scipy.integrate.dblquad or tplquad, or nest quad"):
        "nquad",
    ("it is a warning's class", "leave it out"):
        "IntegrationWarning ODEintWarning",
}


def _refuse_all(module: Any, reasons: Reasons) -> None:
    for (reason, hint), names in reasons.items():
        for name in names.split():
            refuses(getattr(module, name), f"{module.__name__}.{name}", reason, hint)


_refuse_all(optimize, OPTIMIZE)
_refuse_all(integrate, INTEGRATE)
