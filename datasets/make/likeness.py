"""Does the course shop look like a shop? The same figures beside two real retailers' data.

``cd datasets && python -m make.likeness FOLDER`` computes the real ones from one's own copies of
"Online Retail" (UCI) and "The Complete Journey" (dunnhumby) and prints them as `REAL` holds them.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

# figure: (Chinese, English, digits)
FIGURES = {
    "baskets": ("订单数", "baskets", 0),
    "lines_mean": ("每单行数，平均", "lines per basket, mean", 2),
    "lines_median": ("每单行数，中位数", "lines per basket, median", 0),
    "lines_p90": ("每单行数，第 90 百分位", "lines per basket, 90th percentile", 0),
    "units_mean": ("每单件数，平均", "pieces per basket, mean", 2),
    "amount_p25": ("每单金额 ÷ 中位数，第 25 百分位", "amount ÷ median amount, 25th percentile", 2),
    "amount_p75": ("每单金额 ÷ 中位数，第 75 百分位", "amount ÷ median amount, 75th percentile", 2),
    "amount_p90": ("每单金额 ÷ 中位数，第 90 百分位", "amount ÷ median amount, 90th percentile", 2),
    "gap_mean": ("两次购买间隔天数，平均", "days between visits, mean", 1),
    "gap_median": ("两次购买间隔天数，中位数", "days between visits, median", 0),
    "gap_p90": ("两次购买间隔天数，第 90 百分位", "days between visits, 90th percentile", 0),
    "orders_per_member": ("每位会员的订单数", "orders per member", 1),
    "once": ("只买过一次的会员占比", "share of members with one order", 3),
    "gini_members": ("会员销售额的基尼系数", "Gini coefficient of revenue over members", 3),
    "top_fifth": ("前 20% 会员的销售额占比", "revenue share of the top fifth of members", 3),
    "gini_products": ("商品销售额的基尼系数", "Gini coefficient of revenue over products", 3),
}

# computed by this module; a test computes them again where the data is at hand
REAL: dict[str, dict[str, float]] = {
    "online_retail": {
        "baskets": 19960.0,
        "lines_mean": 26.56,
        "lines_median": 15.0,
        "lines_p90": 54.0,
        "units_mean": 279.98,
        "amount_p25": 0.5,
        "amount_p75": 1.63,
        "amount_p90": 3.1,
        "gap_mean": 45.7,
        "gap_median": 28.0,
        "gap_p90": 110.0,
        "orders_per_member": 4.3,
        "once": 0.344,
        "gini_members": 0.715,
        "top_fifth": 0.746,
        "gini_products": 0.763,
    },
    "complete_journey": {
        "baskets": 47034.0,
        "lines_mean": 1.59,
        "lines_median": 1.0,
        "lines_p90": 3.0,
        "units_mean": 165.51,
        "amount_p25": 0.58,
        "amount_p75": 1.93,
        "amount_p90": 3.38,
        "gap_mean": 15.2,
        "gap_median": 8.0,
        "gap_p90": 33.0,
        "orders_per_member": 19.8,
        "once": 0.044,
        "gini_members": 0.519,
        "top_fifth": 0.54,
        "gini_products": 0.631,
    },
}


def gini(values: np.ndarray) -> float:
    """Gini coefficient of positive values: 0 all alike, 1 one has all."""
    v = np.sort(np.asarray(values, dtype=float))
    v = v[v > 0]
    n = len(v)
    return float((2 * np.arange(1, n + 1) - n - 1) @ v / (n * v.sum()))


def figures(sold: pd.DataFrame) -> dict[str, float]:
    """The figures of `FIGURES` for lines sold (no returns), with the contract's columns."""
    baskets = sold.groupby("sale_id").agg(
        lines=("product_id", "size"),
        units=("quantity", "sum"),
        amount=("amount", "sum"),
        member=("member_id", "first"),
        at=("sold_at", "min"),
    )
    known = baskets.dropna(subset="member").assign(day=baskets["at"].dt.floor("D"))
    visits = known.drop_duplicates(["member", "day"]).sort_values(["member", "day"])
    gap = visits.groupby("member")["day"].diff().dt.days.dropna()
    relative = baskets["amount"] / baskets["amount"].median()
    by_member = sold.dropna(subset="member_id").groupby("member_id")["amount"].sum()
    top = by_member.sort_values(ascending=False).head(len(by_member) // 5)
    orders = known.groupby("member").size()
    found = {
        "baskets": len(baskets),
        "lines_mean": baskets["lines"].mean(),
        "lines_median": baskets["lines"].median(),
        "lines_p90": baskets["lines"].quantile(0.9),
        "units_mean": baskets["units"].mean(),
        "amount_p25": relative.quantile(0.25),
        "amount_p75": relative.quantile(0.75),
        "amount_p90": relative.quantile(0.9),
        "gap_mean": gap.mean(),
        "gap_median": gap.median(),
        "gap_p90": gap.quantile(0.9),
        "orders_per_member": orders.mean(),
        "once": (orders == 1).mean(),
        "gini_members": gini(by_member.to_numpy()),
        "top_fifth": top.sum() / by_member.sum(),
        "gini_products": gini(sold.groupby("product_id")["amount"].sum().to_numpy()),
    }
    return {name: round(float(found[name]), FIGURES[name][2]) for name in FIGURES}


def real(folder: Path) -> dict[str, dict[str, float]]:
    """The figures of the two public sets in `folder` (see the module's first lines)."""
    uci = pd.read_parquet(folder / "online_retail.parquet")
    uci = uci[(uci["Quantity"] > 0) & (uci["UnitPrice"] > 0)]
    journey = pd.read_parquet(folder / "completejourney" / "transactions_sample.parquet")
    journey = journey[journey["quantity"] > 0]
    return {
        "online_retail": figures(
            pd.DataFrame(
                {
                    "sale_id": uci["InvoiceNo"],
                    "product_id": uci["StockCode"],
                    "quantity": uci["Quantity"],
                    "amount": uci["Quantity"] * uci["UnitPrice"],
                    "member_id": uci["CustomerID"],
                    "sold_at": pd.to_datetime(uci["InvoiceDate"]),
                }
            )
        ),
        "complete_journey": figures(
            pd.DataFrame(
                {
                    "sale_id": journey["basket_id"],
                    "product_id": journey["product_id"],
                    "quantity": journey["quantity"],
                    "amount": journey["sales_value"],
                    "member_id": journey["household_id"],
                    "sold_at": journey["transaction_timestamp"],
                }
            )
        ),
    }


if __name__ == "__main__":
    print("REAL =", real(Path(sys.argv[1])))
