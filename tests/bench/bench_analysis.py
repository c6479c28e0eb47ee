"""How fast the analysis is on many lines, against pandas written by hand, in one run.

    python tests/bench/bench_analysis.py [--lines 20000000] [--engines pandas,polars,duckdb,pyspark]

Writes the lines to a Parquet file once, then runs each question on each engine in a process of its
own, from the file to the answer in memory, and prints a table: seconds (the better of two), peak
memory, how many times as fast as pandas written by hand, and with which share of its memory. Not
collected by pytest.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

QUESTIONS = {
    "sales_summary": ["sale_id", "sold_at", "store_id", "quantity", "amount", "cost"],
    "rfm": ["sale_id", "sold_at", "member_id", "quantity", "amount"],
    "cohort_retention": ["sale_id", "sold_at", "member_id", "quantity"],
}
"""What is asked, and the columns it takes: all that pandas reads."""


def write_lines(path: Path, lines: int) -> None:
    """The course shop many times over: every copy has its own receipts and members."""
    import duckdb

    from crmkit.data import load

    sales = load("sales")[
        ["sale_id", "sold_at", "store_id", "member_id", "product_id", "quantity", "amount", "cost"]
    ]
    copies = -(-lines // len(sales))
    connection = duckdb.connect()
    connection.register("shop", sales)
    connection.execute(
        f"""copy (
            select sale_id || '-' || copy as sale_id, sold_at, store_id,
                   member_id || '-' || copy as member_id, product_id, quantity, amount, cost
            from shop, range({copies}) as copies(copy) limit {lines}
        ) to '{path}' (format parquet)"""
    )


def by_hand(question: str, path: Path):
    """The same answers in pandas, as an analyst would write them."""
    import pandas as pd

    sales = pd.read_parquet(path, columns=QUESTIONS[question])
    started = time.perf_counter()
    if question == "sales_summary":
        sales["month"] = sales["sold_at"].dt.to_period("M").astype(str)
        sales["bought"] = sales["sale_id"].where(sales["quantity"] > 0)
        answer = sales.groupby(["month", "store_id"]).agg(
            revenue=("amount", "sum"),
            orders=("bought", "nunique"),
            units=("quantity", "sum"),
            cost=("cost", "sum"),
        )
        answer["aov"] = answer["revenue"] / answer["orders"]
        return started, answer
    sales = sales[sales["member_id"].notna()]
    bought = sales[sales["quantity"] > 0]
    if question == "rfm":
        answer = bought.groupby("member_id").agg(
            last=("sold_at", "max"), frequency=("sale_id", "nunique")
        )
        answer["monetary"] = sales.groupby("member_id")["amount"].sum().round(4)
        today = answer["last"].max().normalize()
        answer["recency"] = (today - answer["last"].dt.normalize()).dt.days
        for column, score in (("recency", "r"), ("frequency", "f"), ("monetary", "m")):
            order = answer.reset_index().sort_values([column, "member_id"])
            rank = pd.Series(range(len(order)), index=order["member_id"])
            answer[score] = rank * 5 // len(order) + 1
        return started, answer
    month = bought["sold_at"].dt.year * 12 + bought["sold_at"].dt.month
    visits = pd.DataFrame({"member_id": bought["member_id"], "month": month}).drop_duplicates()
    visits["cohort"] = visits.groupby("member_id")["month"].transform("min")
    counts = visits.groupby(["cohort", "month"]).size().unstack()
    return started, counts.div(counts.max(axis=1), axis=0)


def opened(engine: str, question: str, path: Path):
    """The lines as this engine's frame; pandas reads them into memory first."""
    if engine == "pandas":
        import pandas as pd

        return pd.read_parquet(path, columns=QUESTIONS[question])
    if engine == "polars":
        import polars as pl

        return pl.scan_parquet(path)
    if engine == "duckdb":
        import duckdb

        return duckdb.read_parquet(str(path))
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master("local[*]")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.driver.memory", "4g")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    return session.read.parquet(str(path))


def ask(question: str, frame):
    import crmkit as ck

    if question == "sales_summary":
        return ck.kpi.sales_summary(frame, by=["month", "store_id"])
    if question == "rfm":
        return ck.segment.rfm(frame)
    return ck.kpi.cohort_retention(frame)


def measure(engine: str, question: str, path: Path) -> dict:
    """Seconds with and without reading, and peak memory, in this process."""
    best = None
    for _again in range(2):
        begun = time.perf_counter()
        if engine == "by hand":
            started, answer = by_hand(question, path)
        else:
            frame = opened(engine, question, path)
            started = time.perf_counter()
            answer = ask(question, frame)
            if engine == "polars":
                answer = answer.collect()
            elif engine == "duckdb":
                answer = answer.fetch_arrow_table()
            elif engine == "pyspark":
                answer = answer.collect()
        ended = time.perf_counter()
        rows = len(answer)
        taken = {"with_reading": ended - begun, "answering": ended - started, "rows": rows}
        best = taken if best is None or taken["with_reading"] < best["with_reading"] else best
        del answer
    best["peak_mb"] = peak_mb()
    return best


def peak_mb() -> float:
    """The most memory this process and those it started (Spark's Java) held at once."""
    import psutil

    total = 0
    for process in [psutil.Process(), *psutil.Process().children(recursive=True)]:
        for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                total += int(line.split()[1])
    return total / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=20_000_000)
    parser.add_argument("--engines", default="pandas,polars,duckdb,pyspark")
    parser.add_argument("--questions", default=",".join(QUESTIONS))
    parser.add_argument("--file", type=Path)
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measure(*given.one, given.file)))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = given.file or Path(folder) / "lines.parquet"
        if not path.exists():
            write_lines(path, given.lines)
        print(f"{given.lines:,} lines, {path.stat().st_size / 1e6:,.0f} MB of Parquet;", end=" ")
        print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {platform.python_version()}")
        print(
            "| question | engine | from file, s | answering, s | × | peak, MB | of by hand | rows |"
        )
        print("| --- | --- | --- | --- | --- | --- | --- | --- |")
        for question in given.questions.split(","):
            reference = None
            for engine in ["by hand", *given.engines.split(",")]:
                done = subprocess.run(
                    [sys.executable, __file__, "--file", path, "--one", engine, question],
                    capture_output=True,
                    text=True,
                    check=False,
                )
                if done.returncode:
                    print(f"| {question} | {engine} | failed: {done.stderr.splitlines()[-1]} |")
                    continue
                found = json.loads(done.stdout.splitlines()[-1])
                reference = reference or found
                ratio = reference["with_reading"] / found["with_reading"]
                print(
                    f"| {question} | {engine} | {found['with_reading']:.2f} "
                    f"| {found['answering']:.2f} | {ratio:.1f} | {found['peak_mb']:,.0f} "
                    f"| {found['peak_mb'] / reference['peak_mb']:.0%} | {found['rows']:,} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
