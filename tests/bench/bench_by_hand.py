"""What an answer costs beside the same SQL by hand and openretailscience 0.48, in one run.

    python tests/bench/bench_by_hand.py [--lines 20000000] [--rounds 3] [--theirs ENV]

All ask DuckDB about one Parquet file, each answer in a process of its own, in turns; told is the
least processor time of the rounds (it repeats on a busy machine, where wall time does not) from the
open file to the answer in memory. openretailscience's licence keeps it out of our own environment: it
is installed into ENV, made there if it is not. Not collected by pytest.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SQL = {
    "rfm": """
        with members as (
            select member_id, max(sold_at) filter (quantity > 0) as last_purchase,
                   count(distinct sale_id) filter (quantity > 0) as frequency,
                   round(sum(amount), 4) as monetary
            from lines where member_id is not null group by member_id
        ), bought as (
            select *, date_diff('day', last_purchase, max(last_purchase) over ()) as recency
            from members where frequency > 0
        ), scored as (
            select *, 6 - ntile(5) over (order by recency, member_id) as r_score,
                   ntile(5) over (order by frequency, member_id) as f_score,
                   ntile(5) over (order by monetary, member_id) as m_score
            from bought
        )
        select member_id, last_purchase, recency, frequency, monetary, r_score, f_score, m_score,
               r_score * 100 + f_score * 10 + m_score as rfm_score
        from scored order by member_id""",
    "sales_summary": """
        with sums as (
            select date_trunc('month', sold_at) as month, store_id, sum(amount) as revenue,
                   count(distinct sale_id) filter (quantity > 0) as orders, sum(quantity) as units,
                   sum(cost) as cost, sum(amount) filter (cost is not null) as costed
            from lines group by all
        )
        select strftime(month, '%Y-%m') as month, store_id, round(revenue, 4) as revenue, orders,
               units, revenue / orders as aov, units / orders as upt,
               revenue / units as item_price, round(costed - cost, 4) as gross_margin,
               (costed - cost) / costed as margin_rate
        from sums order by month, store_id""",
    "cohort_retention": """
        with visits as (
            select distinct member_id, date_trunc('month', sold_at) as month
            from lines where member_id is not null and quantity > 0
        ), cohorts as (
            select month, min(month) over (partition by member_id) as cohort from visits
        ), counts as (
            select cohort, month, count(*) as active from cohorts group by all
        )
        select strftime(cohort, '%Y-%m') as cohort, date_diff('month', cohort, month) as months_since,
               first(active) over (partition by cohort order by month) as members, active,
               active / members as retention_rate
        from counts order by all""",
    "spend": """
        select store_id, count(distinct member_id) filter (quantity > 0) as customers,
               count(distinct sale_id) filter (quantity > 0) as orders,
               round(sum(amount), 4) as revenue, sum(amount) / customers as revenue_each,
               orders / customers as orders_each, sum(amount) / orders as aov
        from lines where member_id is not null group by store_id order by store_id""",
    "purchases_per_member": """
        with each as (
            select member_id, count(distinct sale_id) as purchases
            from lines where member_id is not null and quantity > 0 group by member_id
        )
        select purchases, count(*) as members, members / sum(members) over () as member_share,
               sum(members) over (order by purchases desc) as at_least,
               at_least / sum(members) over () as at_least_share
        from each group by purchases order by purchases""",
}
"""The same answers as an analyst writes them."""

THEIRS = """
import json, sys, time
import ibis
question, path = sys.argv[1:]
lines = ibis.duckdb.connect().read_parquet(path).rename(
    customer_id="member_id", transaction_id="sale_id", transaction_date="sold_at",
    unit_spend="amount", unit_quantity="quantity", unit_cost="cost")
from openretailscience.analysis.cohort import CohortAnalysis
from openretailscience.analysis.customer import PurchasesPerCustomer
from openretailscience.segmentation.rfm import RFMSegmentation
from openretailscience.segmentation.segstats import SegTransactionStats
def ask(lines):
    if question == "rfm":
        return RFMSegmentation(lines, "2025-06-30", 5, 5, 5).table.to_pyarrow()
    if question == "cohort_retention":
        return CohortAnalysis(lines, "customer_id", percentage=True).df
    if question == "purchases_per_member":
        return PurchasesPerCustomer(lines).df.groupby("purchase_count").size()
    lines = lines.mutate(month=lines.transaction_date.truncate("M"))
    by = ["month", "store_id"] if question == "sales_summary" else ["store_id"]
    if question == "spend":
        lines = lines.filter(lines.customer_id.notnull())
    return SegTransactionStats(lines, by, calc_total=False).df
ask(lines.limit(1000))
own = time.process_time()
answer = ask(lines)
print(json.dumps({"own": time.process_time() - own, "rows": len(answer)}))
"""


def ours(question: str, lines):
    """The answer in memory."""
    import crmkit as ck

    answer = {
        "rfm": lambda: ck.segment.rfm(lines),
        "sales_summary": lambda: ck.kpi.sales_summary(lines, by=["month", "store_id"]),
        "cohort_retention": lambda: ck.kpi.cohort_retention(lines),
        "spend": lambda: ck.customers.spend(lines, by="store_id"),
        "purchases_per_member": lambda: ck.customers.purchases_per_member(lines),
    }[question]()
    return answer.to_arrow_table()


def one(who: str, question: str, path: str, keep: str) -> None:
    """One answer: its cost is printed, the answer kept."""
    import duckdb
    import pyarrow.parquet

    def ask(lines):
        if who == "ours":
            return ours(question, lines)
        return lines.query("lines", SQL[question]).to_arrow_table()

    lines = duckdb.read_parquet(path)
    ask(lines.limit(1000))  # imports are not what is measured
    own = time.process_time()
    answer = ask(lines)
    print(json.dumps({"own": time.process_time() - own, "rows": len(answer)}))
    pyarrow.parquet.write_table(answer, keep)


def alike(question: str, place: Path) -> None:
    """Stop when ours and the one by hand do not say the same."""
    import numpy as np
    import pandas as pd

    hand, mine = (pd.read_parquet(place / f"{who}.parquet") for who in ("by hand", "ours"))
    if question == "cohort_retention":  # ours also has the periods in which nobody came
        mine = mine[mine["active"].fillna(0) > 0].reset_index(drop=True)
    assert len(hand) == len(mine), (question, len(hand), len(mine))
    for name in mine.columns.intersection(hand.columns):
        if name.endswith("_score"):  # ntile puts the members left over into the first bins
            assert (hand[name] != mine[name]).mean() < 0.001, (question, name)
        elif pd.api.types.is_numeric_dtype(mine[name]):
            ends = (column.to_numpy("float64") for column in (hand[name], mine[name]))
            np.testing.assert_allclose(*ends, rtol=1e-6, err_msg=f"{question} {name}")
        else:
            assert (hand[name] == mine[name]).all(), (question, name)


def main() -> None:
    """Every question, a row each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=20_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--questions", default=",".join(SQL))
    parser.add_argument("--file", type=Path)
    parser.add_argument("--theirs", type=Path)
    parser.add_argument("--one", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        one(*given.one)
        return
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        path = given.file or place / "lines.parquet"
        if not path.exists():
            from bench_analysis import write_lines

            write_lines(path, given.lines)
        env = given.theirs or place / "theirs"
        if not (env / "bin/python").exists():
            subprocess.run([sys.executable, "-m", "venv", env], check=True)
            wanted = ["openretailscience==0.48.0", "duckdb"]
            subprocess.run([env / "bin/pip", "install", "-q", *wanted], check=True)
        print(f"{path.stat().st_size / 1e6:,.0f} MB of Parquet, {os.cpu_count()} cores,", end=" ")
        print(f"load {os.getloadavg()[0]:.1f}; processor seconds, least of {given.rounds}")
        print("| question | by hand | ours | openretailscience | ours ÷ by hand | ours ÷ theirs |")
        print("| --- | --- | --- | --- | --- | --- |")
        for question in given.questions.split(","):
            least = {}
            for _again in range(given.rounds):
                for who in ("by hand", "ours", "openretailscience"):
                    if who == "openretailscience":
                        call = [env / "bin/python", "-c", THEIRS, question, path]
                    else:
                        keep = place / f"{who}.parquet"
                        call = [sys.executable, __file__, "--one", who, question, path, keep]
                    done = subprocess.run(call, capture_output=True, text=True, check=False)
                    assert not done.returncode, done.stderr
                    own = json.loads(done.stdout.splitlines()[-1])["own"]
                    least[who] = min(own, least.get(who, own))
            alike(question, place)
            hand, mine, theirs = least.values()
            print(
                f"| {question} | {hand:.2f} | {mine:.2f} | {theirs:.2f} | {mine / hand:.2f} "
                f"| {mine / theirs:.2f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
