"""Programs as people write them, each with arguments: every derivative of them must be right.

Numerical practice by subject, a file each; `tests/test_adversarial.py` runs them all.
"""
