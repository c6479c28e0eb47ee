"""Long runs, not collected by default: python -m pytest tests/bench/bench_clean_and_scan.py -s

A 2 GB CSV in well under 2 GB of memory; a million members compared with each other in minutes.
"""

import os
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

import crmkit as ck
from crmkit.clean import clean_members, clean_sales, find_duplicate_members

PEAK = """
import resource, sys, time
sys.path[:0] = [{root!r}]
from crmkit.data.scan import scan
start = time.perf_counter()
print(scan({file!r}).aggregate("sum(amount), count(*)").fetchall())
print("seconds", round(time.perf_counter() - start, 1))
print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_two_gigabytes_of_csv_in_a_quarter_of_the_memory(tmp_path, repository, encoding):
    line = "20250305{:08},2025-03-05 10:00:00,门店一,张三丰,9.50\n"
    block = "".join(line.format(i) for i in range(20_000)).encode(encoding)
    file = tmp_path / "large.csv"
    with file.open("wb") as out:
        out.write(b"sale_id,sold_at,store,name,amount\n")
        while out.tell() < 2_000_000_000:
            out.write(block)
    done = subprocess.run(
        [sys.executable, "-c", PEAK.format(file=str(file), root=str(repository))],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    peak = int(done.stdout.split()[-1])
    print(encoding, os.path.getsize(file), done.stdout)
    assert peak < os.path.getsize(file) / 4


@pytest.mark.timeout(3600)
def test_a_million_members_are_compared_in_minutes():
    n, rng = 900_000, np.random.default_rng(1)
    family, given = (
        np.array(list("王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林郑")),
        np.array(list("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰")),
    )
    second = np.where(rng.random(n) < 0.7, given[rng.integers(0, len(given), n)], "")
    members = pd.DataFrame(
        {
            "name": family[rng.integers(0, 20, n)].astype(object)
            + given[rng.integers(0, len(given), n)]
            + second,
            "phone": [f"14{i:09}" for i in rng.permutation(10**7)[:n]],
            "birth_date": pd.Timestamp("1950-01-01")
            + pd.to_timedelta(rng.integers(0, 20_000, n), "D"),
            "district": rng.integers(0, 8, n).astype(str),
        }
    )
    twice = members.sample(frac=0.1, random_state=1)
    fate = rng.random(len(twice))
    spoiled = twice.assign(
        phone=twice["phone"].where(fate > 0.2, twice["phone"].str[:10] + "9"),
        birth_date=twice["birth_date"].where((fate < 0.3) | (fate > 0.4)),
        name=twice["name"].where((fate < 0.4) | (fate > 0.5)),
    )
    both = pd.concat([members.assign(who=members.index), spoiled.assign(who=twice.index)])
    both = both.reset_index(drop=True)
    both.insert(0, "member_id", [f"M{i:07}" for i in range(len(both))])
    start = time.perf_counter()
    clean_members(both.drop(columns="who"))
    cleaned = time.perf_counter()
    pairs = find_duplicate_members(both.drop(columns="who"))
    found = time.perf_counter()
    who = both.set_index("member_id")["who"]
    right = who[pairs["member_id"]].to_numpy() == who[pairs["other_id"]].to_numpy()
    precision, recall = right.mean(), right.sum() / len(twice)
    print(
        f"{len(both):,} rows: cleaned in {cleaned - start:.0f} s, compared in "
        f"{found - cleaned:.0f} s; precision {precision:.4f}, recall {recall:.4f}"
    )
    assert found - cleaned < 600
    assert precision > 0.99
    assert recall > 0.95


@pytest.mark.timeout(600)
def test_cleaning_takes_a_few_times_as_long_as_reading(tmp_path):
    lines = ck.load("sales").head(100_000).astype(str)
    lines.to_csv(tmp_path / "sales.csv", index=False)
    start = time.process_time()
    read = pd.read_csv(tmp_path / "sales.csv", dtype=str)
    middle = time.process_time()
    clean_sales(read)
    ratio = (time.process_time() - middle) / (middle - start)
    print(f"cleaning 100,000 lines takes {ratio:.1f} times as long as reading them as text")
    assert ratio < 20
