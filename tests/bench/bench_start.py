"""From `crmkit lab` to a page that answers, and to the first chart: ``python tests/bench/bench_start.py``.

Processor time of the server and of the kernel, so that a busy machine does not blur it; the seconds
on the wall and the lines printed stand beside it. Each figure is the median of three.
"""

import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import psutil
from jupyter_client.manager import start_new_kernel

REPOSITORY = Path(__file__).parents[2]
LESSON = "2-cashier/03-my-shift-in-numbers"
# the same chart whatever the lessons show
FIRST_CHART = """
import crmkit as ck
ck.set_language("zh")
ck.plot.sales_summary(ck.kpi.sales_summary(ck.load("sales"), by="store_id"));
"""
CLOCK = "import resource as _r; print(_r.getrusage(_r.RUSAGE_SELF)[:2])"


def processor(process: psutil.Process) -> float:
    """Seconds of processor of a process and of all it started."""
    total = 0.0
    for one in [process, *process.children(recursive=True)]:
        try:
            used = one.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += used.user + used.system + used.children_user + used.children_system
    return total


def server(root: Path) -> tuple[float, float, int]:
    """Processor seconds, wall seconds and printed lines until JupyterLab's page is there."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = root / "log.txt"
    started = time.monotonic()
    with log.open("w") as out:
        lab = subprocess.Popen(
            [sys.executable, "-m", "crmkit", "lab", "--no-browser", f"--port={port}"]
            + ["--IdentityProvider.token="],
            env=dict(os.environ, CRMKIT_COURSE=str(root), CRMKIT_LANG="zh"),
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    process = psutil.Process(lab.pid)
    try:
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/lab/tree/start.ipynb", timeout=30)
                break
            except OSError:
                if lab.poll() is not None:
                    raise SystemExit(log.read_text()) from None
                time.sleep(0.1)
        wall, used = time.monotonic() - started, processor(process)
        time.sleep(3)  # what is printed and looked for right after
        return used, wall, len(re.findall(r"\n", log.read_text()))
    finally:
        family = [process, *process.children(recursive=True)]
        for one in family:
            one.terminate()
        for one in psutil.wait_procs(family, timeout=10)[1]:
            one.kill()


def first_chart(kernel_name: str, cwd: str) -> tuple[float, float]:
    """Processor seconds of a fresh kernel and seconds on the wall until its first chart is shown."""
    started = time.monotonic()
    manager, client = start_new_kernel(
        kernel_name=kernel_name, cwd=cwd, startup_timeout=120, env=dict(os.environ)
    )
    try:
        shown = []
        client.execute_interactive(FIRST_CHART, output_hook=lambda m: shown.append(m["msg_type"]))
        wall = time.monotonic() - started
        assert "display_data" in shown, shown
        said = []
        client.execute_interactive(
            CLOCK,
            output_hook=lambda m: said.append(m["content"].get("text", "")),
        )
        user, system = eval("".join(said))
        return user + system, wall
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def median(runs: list[tuple]) -> tuple:
    return tuple(statistics.median(column) for column in zip(*runs, strict=True))


if __name__ == "__main__":
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    os.environ.pop("PYTHONPATH", None)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name in ("course", "exercises", "solutions", "datasets", "grading"):
            (root / name).symlink_to(REPOSITORY / name)
        used, wall, lines = median([server(root) for _again in range(times)])
        print(f"server: {used:.1f} s of processor, {wall:.1f} s on the wall, {lines:.0f} lines")
        from jupyter_client.kernelspec import KernelSpecManager

        for name in sorted(KernelSpecManager().find_kernel_specs()):
            used, wall = median([first_chart(name, folder) for _again in range(times)])
            print(
                f"first chart, kernel {name}: {used:.1f} s of processor, {wall:.1f} s on the wall"
            )
