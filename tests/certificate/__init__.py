"""The certificate of a row or a composite: what is checked of it, on generated variants of its cases too.

    checks       what a certificate asks of a case
    planting     errors of 0.1 % in rules and composites, which the checks have to find
"""
