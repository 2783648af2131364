"""`python -m adgen`: the command line."""
import sys

from adgen.cli import main

sys.exit(main())
