"""Complete programs as others write them, unmodified: with helpers that write into their arguments, work arrays,
prints and checks. Each module has `PROGRAM`, with the arguments it is tested at and a larger size it is timed at."""
