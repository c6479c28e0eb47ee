"""How long a lesson's cells take in a kernel that is warm already: ``python tests/bench/bench_lessons.py``.

For every lesson named (all of the first two tracks else), in one language: seconds until the first
output, and seconds of all its cells together, as somebody sees them who presses Run All. The first
kernel loads what all of them share and is not counted. ``CRMKIT_LANG=en`` for English.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from jupyter_client.manager import start_new_kernel

from crmkit import warm
from crmkit.learn.course import Course
from crmkit.warm import owner

COURSE = Course(Path(__file__).parents[2])


def timed(lesson: str, language: str) -> tuple[float, float]:
    """Seconds to the first output and to the end of a lesson's last cell."""
    notebook = nbformat.read(COURSE.lesson(lesson, language), as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        env = dict(os.environ, CRMKIT_COURSE=str(COURSE.root), CRMKIT_LANG=language)
        manager, client = start_new_kernel(kernel_name=warm.KERNEL, cwd=folder, env=env)
        started, first = time.monotonic(), 0.0

        def hear(message):
            nonlocal first
            if not first and message["msg_type"] in ("display_data", "execute_result", "stream"):
                first = time.monotonic() - started

        try:
            for cell in notebook.cells:
                if cell.cell_type == "code":
                    client.execute_interactive(cell.source, output_hook=hear, timeout=300)
            return first, time.monotonic() - started
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)


def main() -> None:
    language = os.environ.get("CRMKIT_LANG", "zh")
    wanted = sys.argv[1:] or [
        one for one in COURSE.lessons() if one.startswith(("1-foundations", "2-cashier"))
    ]
    env = dict(os.environ, CRMKIT_COURSE=str(COURSE.root), CRMKIT_LANG=language)
    owner.warm_process(env).complete.result(180)
    timed(wanted[0], language)
    print(f"{language}, load {os.getloadavg()[0]:.1f}: first output, all cells (s)")
    for lesson in wanted:
        first, whole = timed(lesson, language)
        print(f"{first:6.1f} {whole:6.1f}  {lesson}", flush=True)


if __name__ == "__main__":
    main()
