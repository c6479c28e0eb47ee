"""A report on a large file, not collected by default: python -m pytest tests/bench/bench_analyse.py -s

A till's CSV of two sizes, one ten times the other, each in a process of its own: ten times the lines
may take ten times as long, not more, and hardly more memory.
CRMKIT_BENCH_SCALE=40 makes the larger one of 20 million lines (two CSV files of 2 GB together).
"""

import json
import os
import subprocess
import sys

import pytest

SCALE = int(os.environ.get("CRMKIT_BENCH_SCALE", "4"))
"""How many times the course shop the larger file is: each about 500,000 lines."""
RUN = """
import json, resource, sys, time
from crmkit.report import analyse
began = time.perf_counter()
report = analyse(sys.argv[1])
page = report.html()
used = resource.getrusage(resource.RUSAGE_SELF)
status = open("/proc/self/status").read()  # getrusage counts what the parent held when it forked
peak = int(status.split("VmHWM:")[1].split()[0]) * 1024
print(json.dumps({
    "lines": report.opened.look.reading.rows, "seconds": time.perf_counter() - began,
    "cpu": used.ru_utime + used.ru_stime, "peak": peak, "page": len(page),
    "left_out": [title for title, _why in report.left_out],
}))
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory, repository):
    import duckdb

    folder = tmp_path_factory.mktemp("large")
    sys.path.insert(0, str(repository / "datasets"))
    from make.many import write_many

    write_many(folder, SCALE)
    found = []
    for name, part in (("small", "WHERE hash(sale_id) % 10 = 0"), ("large", "")):
        found.append(folder / f"{name}.csv")
        duckdb.sql(f"COPY (FROM read_parquet('{folder}/sales.parquet') {part}) TO '{found[-1]}'")
    return found


@pytest.mark.timeout(7200)
def test_ten_times_the_lines_take_no_more_than_ten_times_the_time(files):
    small, large = (
        json.loads(
            subprocess.run(
                [sys.executable, "-c", RUN, file], capture_output=True, text=True, check=True
            ).stdout.splitlines()[-1]
        )
        for file in files
    )
    for one in (small, large):
        print(
            f"\n{one['lines']:,} lines: {one['seconds']:.0f} s ({one['cpu']:.0f} s of processor), "
            f"{one['peak'] / 2**20:,.0f} MB at most; load {os.getloadavg()[0]:.1f} on {os.cpu_count()}"
        )
    lines = large["lines"] / small["lines"]
    times, memory = large["cpu"] / small["cpu"], large["peak"] / small["peak"]
    print(f"{lines:.1f} times the lines: {times:.1f} times the processor, {memory:.1f} the memory")
    assert large["left_out"] == small["left_out"]
    assert times < lines
    assert memory < lines / 2
