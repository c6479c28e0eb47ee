"""How long ItemCF takes on Online Retail, and how much better than the best sellers it ranks.

Run it with ``python tests/bench/item_cf.py FOLDER``, the folder that holds online_retail.parquet.
"""

import sys
import time
from pathlib import Path

import pandas as pd

from crmkit.recommend import ItemCF, UserCF, evaluate

SECONDS = 5.0


def online_retail(folder: Path) -> pd.DataFrame:
    """The lines with a customer, a quantity and a price above 0, under the contract's names."""
    lines = pd.read_parquet(folder / "online_retail.parquet").rename(
        columns={
            "InvoiceNo": "sale_id",
            "StockCode": "product_id",
            "Quantity": "quantity",
            "InvoiceDate": "sold_at",
            "CustomerID": "member_id",
        }
    )
    known = lines["member_id"].notna() & (lines["quantity"] > 0) & (lines["UnitPrice"] > 0)
    return lines[known]


def main(folder: str) -> None:
    """Fit, recommend ten products to everybody, judge; fail when it takes too long."""
    lines = online_retail(Path(folder))
    ItemCF().fit(lines.head(1000))  # imports are not what is measured
    wall, own = time.perf_counter(), time.process_time()
    model = ItemCF().fit(lines)
    fitted = time.perf_counter()
    recommended = model.recommend(k=10)
    done = time.perf_counter()
    print(f"{len(lines):,} lines, {recommended['member_id'].nunique():,} members, top 10 each")
    print(f"fit {fitted - wall:.2f} s, recommend {done - fitted:.2f} s", end=", ")
    used = time.process_time() - own
    print(f"together {done - wall:.2f} s ({used:.2f} s of processor time)")
    for split_on in ("2011-10-01", "2011-11-10"):
        print(f"split on {split_on}:")
        print(evaluate({"ItemCF": ItemCF(), "UserCF": UserCF()}, lines, split_on=split_on))
    # processor time, so that whatever else runs on the machine does not decide
    assert used < SECONDS, f"more than {SECONDS} s"


if __name__ == "__main__":
    main(*sys.argv[1:])
