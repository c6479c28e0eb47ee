"""The long proofs: 200 kills, the state machine over hundreds of days. Run this file."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

if __name__ == "__main__":
    sys.exit(
        subprocess.call(
            [
                *(sys.executable, "-m", "pytest", "--timeout", "0", "-k", "killed or whatever"),
                "tests/practice/test_processes.py",
                "tests/practice/test_state_machine.py",
            ],
            cwd=ROOT,
            env=os.environ | {"CRMKIT_LONG_TESTS": "1"},
        )
    )
