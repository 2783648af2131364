"""Checks of emitted CuPy modules, for machines without a GPU.

    cpu        the bodies of ElementwiseKernels, compiled for the CPU by g++
    host       a stand-in for CuPy on NumPy, in which a module runs unchanged: right values, no hidden synchronisation
    names      every name that a module calls is CuPy's, and takes the arguments given
    device     CuPy itself on a device that only remembers what it was asked: right types, shapes and classes
    dry        modules run on that device, in a process of its own; their kernels compiled for real architectures
    programs   derivatives of the suite's functions, written for CuPy
"""
