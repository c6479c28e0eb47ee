"""The warm process itself: ``python -m crmkit.warm <file descriptor>``, started by its owner."""

import sys

from crmkit.warm.process import run

run(int(sys.argv[1]))
