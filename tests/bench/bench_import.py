"""What ``import crmkit`` adds to importing pandas: ``python tests/bench/bench_import.py``."""

import statistics
import subprocess
import sys


def seconds(code: str) -> float:
    """The median of nine fresh interpreters."""
    clock = "import time; t = time.perf_counter(); "
    runs = [
        subprocess.run(
            [sys.executable, "-c", f"{clock}{code}; print(time.perf_counter() - t)"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for _again in range(9)
    ]
    return statistics.median(map(float, runs))


if __name__ == "__main__":
    pandas, both = seconds("import pandas"), seconds("import pandas, crmkit")
    print(f"pandas {pandas:.3f} s, with crmkit {both:.3f} s, added {both - pandas:.3f} s")
