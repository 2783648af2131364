"""Gradients on a GPU: adgen beside CuPy by hand, PyTorch, JAX, and what the memory allows.

    programs.py     the programs, and arguments of a stated size
    by_hand.py      their gradients, derived and written by hand
    in_torch.py     the programs in PyTorch's words
    in_jax.py       the programs in JAX's words
    contenders.py   how each contender takes the arguments, runs, and hands back its result
    measure.py      clocks, rates of the device, agreement, times of all contenders
    report.py       the table, on the terminal and in docs/cupy.md
    traffic.py      launches and bytes that the emitted modules move, counted without a GPU
"""
