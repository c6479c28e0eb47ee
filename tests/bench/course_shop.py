"""Time and peak memory of making the course shop, once and many times over.

Usage: python tests/bench/course_shop.py [SCALE]   (100 writes about 22 million lines, 350 MB)
"""

import resource
import subprocess
import sys
import tempfile
import time


def measure(*arguments: str) -> None:
    began = time.perf_counter()
    ran = subprocess.run(
        [sys.executable, "-m", "crmkit", "data", *arguments], check=True, capture_output=True
    )
    seconds = time.perf_counter() - began
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(ran.stdout.decode().strip())
    print(
        f"  {seconds:.1f} s, {usage.ru_utime + usage.ru_stime:.1f} s of processor time so far, "
        f"at most {usage.ru_maxrss / 1024:.0f} MB"
    )


if __name__ == "__main__":
    scale = sys.argv[1] if len(sys.argv) > 1 else "10"
    with tempfile.TemporaryDirectory() as folder:
        measure("--to", folder)
    with tempfile.TemporaryDirectory() as folder:
        measure("--scale", scale, "--to", folder)
