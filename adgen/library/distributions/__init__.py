"""Distributions of `scipy.stats`: densities, distribution functions, quantiles and moments.

    framework       location, scale, support; frozen distributions
    bell            the normal distribution and its relatives
    gammas          those with gamma and beta functions
    tails           heavy tails, extremes and lifetimes
    bounded         those on a finite interval
    rarer           more of all these
    discrete        those of counts
    multivariate    those of vectors and matrices
"""

from adgen.library.distributions import bell, bounded, discrete, gammas, multivariate, rarer, tails

__all__ = ["bell", "bounded", "discrete", "gammas", "multivariate", "rarer", "tails"]
