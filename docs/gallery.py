"""Draw every chart from the course shop, in both languages: ``python docs/gallery.py [folder]``.

`CHARTS` says what each chart is drawn from; a test compares it with what `crmkit.plot` offers.
"""

import functools
import sys
from collections.abc import Callable
from pathlib import Path

import crmkit as ck

HERE = Path(__file__).resolve().parent


@functools.cache
def load(name: str):
    return ck.load(name)


@functools.cache
def scored():
    return ck.segment.rfm_groups(ck.segment.rfm(load("sales")))


def overlapping():
    people = load("members")[["member_id", "gender"]]
    return scored().merge(people, on="member_id")


K, S, G = ck.kpi, ck.stock, ck.segment
JUNE = {"since": "2025-06-01", "until": "2025-06-30"}
YEAR = {"since": "2024-07-01", "until": "2025-06-30"}
SPRING = ("2025-01-01", "2025-03-31"), ("2025-04-01", "2025-06-30")

CHARTS: dict[str, dict[str, Callable]] = {
    "kpi": {
        "sales_summary": lambda ax: ck.plot.sales_summary(
            K.sales_summary(load("sales"), by="month"), ax=ax
        ),
        "growth": lambda ax: ck.plot.growth(K.growth(load("sales"), **YEAR), ax=ax),
        "member_share": lambda ax: ck.plot.member_share(
            K.member_share(load("sales"), by="month"), ax=ax
        ),
        "attainment": lambda ax: ck.plot.attainment(
            K.attainment(load("sales"), load("targets"), by="store_id", **YEAR), ax=ax
        ),
        "monitor": lambda ax: ck.plot.monitor(
            K.monitor(load("sales"), load("targets"), "2025-06-20"), ax=ax
        ),
        "conversion_rate": lambda ax: ck.plot.conversion_rate(
            K.conversion_rate(load("sales"), load("footfall"), by="store_id", **JUNE), ax=ax
        ),
        "funnel": lambda ax: ck.plot.funnel(K.funnel(load("browsing")), ax=ax),
        "csat": lambda ax: ck.plot.csat(K.csat(load("surveys"), "service", by="store_id"), ax=ax),
        "nps": lambda ax: ck.plot.nps(K.nps(load("surveys"), by="quarter"), ax=ax),
        "referral_rate": lambda ax: ck.plot.referral_rate(
            K.referral_rate(load("referrals"), load("sales"), by="month"), ax=ax
        ),
        "repeat_purchase_rate": lambda ax: ck.plot.repeat_purchase_rate(
            K.repeat_purchase_rate(load("sales"), by="store_id", **YEAR), ax=ax
        ),
        "retention_rate": lambda ax: ck.plot.retention_rate(
            K.retention_rate(load("sales"), *SPRING, by="store_id"), ax=ax
        ),
        "cohort_retention": lambda ax: ck.plot.cohort_retention(
            K.cohort_retention(load("sales")), ax=ax
        ),
    },
    "segment": {
        "rfm": lambda ax: ck.plot.rfm(scored(), ax=ax),
        "rfm_groups": lambda ax: ck.plot.rfm_groups(scored(), ax=ax),
        "segment_summary": lambda ax: ck.plot.segment_summary(G.segment_summary(scored()), ax=ax),
        "by_demographics": lambda ax: ck.plot.by_demographics(
            G.by_demographics(load("members"), load("sales"), "age_band", **YEAR), ax=ax
        ),
        "overlap": lambda ax: ck.plot.overlap(overlapping(), "gender", ax=ax),
        "kmeans": lambda ax: ck.plot.kmeans(G.kmeans(scored(), k=4), ax=ax),
        "migration": lambda ax: ck.plot.migration(
            G.migration(load("sales"), "2024-12-31", "2025-06-30", days=365), ax=ax
        ),
    },
    "stock": {
        "turnover": lambda ax: ck.plot.turnover(
            S.turnover(load("sales"), load("stock_daily"), load("products"), by="category"), ax=ax
        ),
        "days_of_stock": lambda ax: ck.plot.days_of_stock(
            S.days_of_stock(load("sales"), load("stock_daily"), load("products"), by="store_id"),
            ax=ax,
        ),
        "sell_through": lambda ax: ck.plot.sell_through(
            S.sell_through(load("stock_daily"), by="category", products=load("products")), ax=ax
        ),
        "moving_rate": lambda ax: ck.plot.moving_rate(
            S.moving_rate(load("stock_daily"), by="store_id", **JUNE), ax=ax
        ),
        "stockout_rate": lambda ax: ck.plot.stockout_rate(
            S.stockout_rate(load("stock_daily"), by="month"), ax=ax
        ),
        "best_seller_share": lambda ax: ck.plot.best_seller_share(
            S.best_seller_share(load("sales"), by="store_id", **YEAR), ax=ax
        ),
        "new_product_share": lambda ax: ck.plot.new_product_share(
            S.new_product_share(load("sales"), load("products"), by="quarter"), ax=ax
        ),
        "abc": lambda ax: ck.plot.abc(S.abc(load("sales"), **YEAR), ax=ax),
        "xyz": lambda ax: ck.plot.xyz(S.xyz(load("sales"), **YEAR), ax=ax),
        "abc_xyz": lambda ax: ck.plot.abc_xyz(S.abc_xyz(load("sales"), **YEAR), ax=ax),
        "ageing": lambda ax: ck.plot.ageing(
            S.ageing(load("stock_daily"), load("products"), by="category"), ax=ax
        ),
        "economic_order_quantity": lambda ax: ck.plot.economic_order_quantity(1000, 10, 0.5, ax=ax),
        "reorder_plan": lambda ax: ck.plot.reorder_plan(S.reorder_plan(load("stock_daily")), ax=ax),
        "transfer_plan": lambda ax: ck.plot.transfer_plan(
            S.transfer_plan(load("stock_daily")), ax=ax
        ),
        "suggest_structure": lambda ax: ck.plot.suggest_structure(
            S.suggest_structure(load("sales"), load("stock_daily"), load("products")), ax=ax
        ),
    },
}


def main(folder: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    for language in ck.i18n.LANGUAGES:
        (folder / language).mkdir(parents=True, exist_ok=True)
        load.cache_clear()
        scored.cache_clear()
        with ck.use_language(language):
            for charts in CHARTS.values():
                for name, draw in charts.items():
                    ax = draw(None)
                    ax.figure.savefig(folder / language / f"{name}.png", dpi=60)
                    plt.close(ax.figure)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else HERE / "gallery")
