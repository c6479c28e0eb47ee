"""How much memory association rules take on 4 million lines, and Content on 92,000 products.

Run it with ``python tests/bench/bench_recommend_memory.py FOLDER``: the folder that holds
online_retail.parquet and completejourney. Each is measured in a process of its own.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LIMITS = {"rules duckdb": 1000, "rules pandas": 1000, "content": 500}
"""The most megabytes each may take, the tables included."""


def ask(what: str, folder: Path, lines: str) -> int:
    """The answer's rows."""
    import duckdb
    import pandas as pd

    from crmkit.recommend import Content, association_rules

    if what == "content":
        journey = folder / "completejourney"
        sales = pd.read_parquet(journey / "transactions_sample.parquet")
        goods = pd.read_parquet(journey / "products.parquet")
        sales = sales.rename(columns={"household_id": "member_id"})
        goods = goods.rename(columns={"product_category": "category"})
        return len(Content(price_bands=0).fit(sales, goods).recommend(k=10))
    given = duckdb.read_parquet(lines) if what.endswith("duckdb") else pd.read_parquet(lines)
    return len(association_rules(given, min_support=0.01))


def main(folder: str, what: str = "", lines: str = "") -> None:
    """Measure everything, or, asked by itself, one thing."""
    if what:
        own = time.process_time()
        rows = ask(what, Path(folder), lines)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{what}: {rows:,} rows, {time.process_time() - own:.1f} s, peak {peak:,.0f} MB")
        assert peak < LIMITS[what], f"more than {LIMITS[what]} MB"
        return
    import duckdb

    with tempfile.TemporaryDirectory() as place:
        lines = f"{place}/lines.parquet"
        duckdb.execute(
            f"""copy (
                select InvoiceNo || '-' || copy as sale_id, StockCode as product_id,
                       Quantity as quantity
                from '{folder}/online_retail.parquet', range(10) as copies(copy)
                where CustomerID is not null and Quantity > 0 and UnitPrice > 0
            ) to '{lines}' (format parquet)"""
        )
        for one in LIMITS:
            subprocess.run([sys.executable, __file__, folder, one, lines], check=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
