"""Draw every chart from the course shop, in both languages: ``python docs/gallery.py [CHART …]``.

Writes the pictures in docs/<language>/gallery; `page(language)` is the page of the site that shows
them. `CHARTS` says what each chart is drawn from; a
test compares it with what `crmkit.plot` offers.
"""

import functools
import sys
from collections.abc import Callable, Collection
from pathlib import Path

import crmkit as ck
from crmkit import i18n

HERE = Path(__file__).resolve().parent


@functools.cache
def load(name: str):
    return ck.load(name)


@functools.cache
def scored():
    return ck.segment.rfm_groups(ck.segment.rfm(load("sales")))


@functools.cache
def worth():
    return ck.customers.lifetime_value(load("sales"))


def overlapping():
    people = load("members")[["member_id", "gender"]]
    return scored().merge(people, on="member_id")


@functools.cache
def trial(campaign="C02", start="2024-09-09"):
    """What the contacted and the control group of a campaign bought in its four weeks."""
    contacts = load("campaign_contacts")
    contacts = contacts[contacts["campaign_id"] == campaign]
    found = ck.campaign.outcomes(contacts, load("sales"), start, 28)
    return found.merge(load("members")[["member_id", "level"]], on="member_id")


def several_offers():
    """A campaign as one with two offers looks: its treated members drawn into A and B."""
    arms = trial("C01", "2024-05-06")
    drawn = ck.campaign.split_control(arms[["member_id"]], 0.5, seed="A and B")
    offers = drawn["group"].map({"treatment": "A", "control": "B"})
    return arms.assign(group=arms["group"].where(arms["group"] == "control", offers))


OURS = (
    "member_id",
    "channel",
    "name",
    "phone",
    "email",
    "gender",
    "birth_date",
    "age",
    "joined_at",
)


@functools.cache
def forms():
    """The forms of those who joined, as they arrived, under our names."""
    arrived = ck.clean.read_any(ck.data.raw("join_forms"))[0]
    return arrived.set_axis(list(OURS), axis="columns")


@functools.cache
def cleaned():
    return ck.clean.clean_members(forms(), today="2025-06-30")


def undated():
    """The forms without the dates, which are still text."""
    return forms()[["member_id", "name", "phone", "email"]]


@functools.cache
def tagged():
    return ck.profile.tag_members(load("members"), load("sales"), load("products"))


K, S, G, U = ck.kpi, ck.stock, ck.segment, ck.customers
JUNE = {"since": "2025-06-01", "until": "2025-06-30"}
YEAR = {"since": "2024-07-01", "until": "2025-06-30"}
HALVES = ("2024-07-01", "2024-12-31"), ("2025-01-01", "2025-06-30")
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
            K.attainment(load("sales"), load("targets"), by="store_id", **YEAR),
            ax=ax,
            names=load("stores"),
        ),
        "monitor": lambda ax: ck.plot.monitor(
            K.monitor(load("sales"), load("targets"), "2025-06-20"), ax=ax, names=load("stores")
        ),
        "conversion_rate": lambda ax: ck.plot.conversion_rate(
            K.conversion_rate(load("sales"), load("footfall"), by="store_id", **JUNE),
            ax=ax,
            names=load("stores"),
        ),
        "funnel": lambda ax: ck.plot.funnel(K.funnel(load("browsing")), ax=ax),
        "csat": lambda ax: ck.plot.csat(
            K.csat(load("surveys"), "service", by="store_id"), ax=ax, names=load("stores")
        ),
        "nps": lambda ax: ck.plot.nps(K.nps(load("surveys"), by="quarter"), ax=ax),
        "referral_rate": lambda ax: ck.plot.referral_rate(
            K.referral_rate(load("referrals"), load("sales"), by="month"), ax=ax
        ),
        "repeat_purchase_rate": lambda ax: ck.plot.repeat_purchase_rate(
            K.repeat_purchase_rate(load("sales"), by="store_id", **YEAR),
            ax=ax,
            names=load("stores"),
        ),
        "retention_rate": lambda ax: ck.plot.retention_rate(
            K.retention_rate(load("sales"), *SPRING, by="store_id"), ax=ax, names=load("stores")
        ),
        "cohort_retention": lambda ax: ck.plot.cohort_retention(
            K.cohort_retention(load("sales")), ax=ax
        ),
    },
    "shopping": {
        "cross_shopping": lambda ax: ck.plot.cross_shopping(
            K.cross_shopping(load("sales"), products=load("products"), **JUNE), ax=ax
        ),
        "gain_loss": lambda ax: ck.plot.gain_loss(
            K.gain_loss(
                load("sales"), "tea_coffee", *HALVES, by="category", products=load("products")
            ),
            ax=ax,
        ),
        "purchase_path": lambda ax: ck.plot.purchase_path(
            K.purchase_path(load("sales"), since="2024-01-01", products=load("products")), ax=ax
        ),
        "switching": lambda ax: ck.plot.switching(
            K.switching(load("sales"), *HALVES, "category", most=6, products=load("products")),
            ax=ax,
        ),
        "price_index": lambda ax: ck.plot.price_index(
            K.price_index(
                load("sales")[load("sales")["store_id"].isin(["S03", "S04"])],
                "month",
                "store_id",
                since="2024-01-01",
            ),
            ax=ax,
            names=load("stores"),
        ),
        "price_elasticity": lambda ax: ck.plot.price_elasticity(
            K.price_elasticity(load("sales"), "category", products=load("products")), ax=ax
        ),
    },
    "customers": {
        "movement": lambda ax: ck.plot.movement(
            U.movement(load("sales"), since="2024-01-01", until="2025-06-30"), ax=ax
        ),
        "spend": lambda ax: ck.plot.spend(
            U.spend(load("sales"), by=["month", "channel"], **YEAR), ax=ax
        ),
        "days_between": lambda ax: ck.plot.days_between(U.days_between(load("sales")), ax=ax),
        "purchases_per_member": lambda ax: ck.plot.purchases_per_member(
            U.purchases_per_member(load("sales"), **YEAR), ax=ax
        ),
        "churn_by_purchase": lambda ax: ck.plot.churn_by_purchase(
            U.churn_by_purchase(load("sales")), ax=ax
        ),
        "revenue_tree": lambda ax: ck.plot.revenue_tree(
            U.revenue_tree(load("sales"), *SPRING), ax=ax
        ),
        "lifetime_value": lambda ax: ck.plot.lifetime_value(worth(), ax=ax),
        "alive": lambda ax: ck.plot.alive(worth(), ax=ax),
        "holdout": lambda ax: ck.plot.holdout(U.holdout(load("sales")), ax=ax),
        "churn_model": lambda ax: ck.plot.churn_model(U.churn_model(load("sales")), ax=ax),
    },
    "segment": {
        "hml": lambda ax: ck.plot.hml(G.hml(scored()), ax=ax),
        "deciles": lambda ax: ck.plot.deciles(G.deciles(scored()), ax=ax),
        "composite_rank": lambda ax: ck.plot.composite_rank(
            G.composite_rank(scored(), {"monetary": "high", "frequency": "high", "recency": "low"}),
            ax=ax,
        ),
        "rfm": lambda ax: ck.plot.rfm(scored(), ax=ax),
        "rfm_groups": lambda ax: ck.plot.rfm_groups(scored(), ax=ax),
        "segment_summary": lambda ax: ck.plot.segment_summary(G.segment_summary(scored()), ax=ax),
        "by_demographics": lambda ax: ck.plot.by_demographics(
            G.by_demographics(load("members"), load("sales"), "age_band", **YEAR), ax=ax
        ),
        "overlap": lambda ax: ck.plot.overlap(overlapping(), "gender", ax=ax),
        "kmeans": lambda ax: ck.plot.kmeans(G.kmeans(scored(), k=4), ax=ax),
        "silhouette": lambda ax: ck.plot.silhouette(G.kmeans(scored()), ax=ax),
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
            names=load("stores"),
        ),
        "sell_through": lambda ax: ck.plot.sell_through(
            S.sell_through(load("stock_daily"), by="category", products=load("products")), ax=ax
        ),
        "moving_rate": lambda ax: ck.plot.moving_rate(
            S.moving_rate(load("stock_daily"), by="store_id", **JUNE), ax=ax, names=load("stores")
        ),
        "stockout_rate": lambda ax: ck.plot.stockout_rate(
            S.stockout_rate(load("stock_daily"), by="month"), ax=ax
        ),
        "best_seller_share": lambda ax: ck.plot.best_seller_share(
            S.best_seller_share(load("sales"), by="store_id", **YEAR), ax=ax, names=load("stores")
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
        "reorder_point": lambda ax: ck.plot.reorder_point(15, 4, 5, ax=ax),
        "reorder_plan": lambda ax: ck.plot.reorder_plan(
            S.reorder_plan(load("stock_daily")), ax=ax, names=[load("stores"), load("products")]
        ),
        "transfer_plan": lambda ax: ck.plot.transfer_plan(
            S.transfer_plan(load("stock_daily")), ax=ax, names=load("stores")
        ),
        "suggest_structure": lambda ax: ck.plot.suggest_structure(
            S.suggest_structure(load("sales"), load("stock_daily"), load("products")), ax=ax
        ),
    },
    "campaign": {
        "plan": lambda ax: ck.plot.plan(
            ck.campaign.plan(
                load("sales")[load("sales")["sold_at"] >= "2025-06-01"],
                ck.campaign.ThresholdDiscount(149, 25),
            ),
            ax=ax,
        ),
        "arms": lambda ax: ck.plot.arms(ck.campaign.compare_arms(several_offers()), ax=ax),
        "comparison": lambda ax: ck.plot.comparison(ck.campaign.compare_groups(trial()), ax=ax),
        "uplift_by_segment": lambda ax: ck.plot.uplift_by_segment(
            ck.campaign.uplift_by_segment(trial(), "level"), ax=ax
        ),
        "sample_size": lambda ax: ck.plot.sample_size(0.2, [0.1, 0.2, 0.3], ax=ax),
        "difference_in_differences": lambda ax: ck.plot.difference_in_differences(
            trial("C01", "2024-05-06"), before_value="revenue_before", ax=ax
        ),
        "roi": lambda ax: ck.plot.roi(
            ck.campaign.roi(
                ck.campaign.compare_groups(trial("C01", "2024-05-06")), cost=8_000, margin_rate=0.4
            ),
            ax=ax,
        ),
    },
    "profile": {
        "completeness": lambda ax: ck.plot.completeness(
            ck.profile.completeness(load("members")), ax=ax
        ),
        "accuracy": lambda ax: ck.plot.accuracy(ck.profile.accuracy(undated()), ax=ax),
        "gaps": lambda ax: ck.plot.gaps(ck.profile.gaps(load("members")), ax=ax),
        "mistakes": lambda ax: ck.plot.mistakes(ck.profile.mistakes(undated()), ax=ax),
        "tag_members": lambda ax: ck.plot.tag_members(tagged(), "life_cycle", ax=ax),
        "persona": lambda ax: ck.plot.persona(
            ck.profile.persona(
                load("members")[["member_id", "level", "occupation", "household"]],
                segment={"occupation": "student"},
            ),
            ax=ax,
        ),
    },
    "recommend": {
        "also_bought": lambda ax: ck.plot.also_bought(
            ck.recommend.also_bought(load("sales"), "P0110"), ax=ax, names=load("products")
        ),
        "association_rules": lambda ax: ck.plot.association_rules(
            ck.recommend.association_rules(load("sales"), min_support=0.002),
            ax=ax,
            names=load("products"),
        ),
        "substitutes": lambda ax: ck.plot.substitutes(
            ck.recommend.substitutes(load("sales"), "tea_coffee", 12, products=load("products")),
            ax=ax,
            names=load("products"),
        ),
        "evaluation": lambda ax: ck.plot.evaluation(
            ck.recommend.evaluate(ck.recommend.ItemCF(), load("sales")), ax=ax
        ),
    },
    "portrait": {
        "bars": lambda ax: ck.plot.bars(
            K.sales_summary(load("sales"), by="channel"), "channel", "orders", ax=ax
        ),
        "lines": lambda ax: ck.plot.lines(
            K.sales_summary(load("sales"), by="month"), "month", "aov", ax=ax
        ),
        "spread": lambda ax: ck.plot.spread(overlapping(), "gender", "frequency", ax=ax),
    },
    "clean": {
        "profile_quality": lambda ax: ck.plot.profile_quality(
            ck.clean.profile_quality(forms()), ax=ax
        ),
        "cleaning": lambda ax: ck.plot.cleaning(cleaned()[1], ax=ax),
        "find_duplicate_members": lambda ax: ck.plot.find_duplicate_members(
            ck.clean.find_duplicate_members(cleaned()[0], at_least=0.01), ax=ax
        ),
    },
}


HEADINGS = {
    "zh": {
        "title": "图表一览",
        "intro": "`ck.plot` 里的每一张图，都用课程门店的数据画成。怎么画的见 `docs/gallery.py`。"
        "每张图都能用 `names=` 把编号换成名字，例如 `names=stores`，也能用 `ax=` 画进现有的图里。",
        "kpi": "关键指标",
        "shopping": "组合、流向与价格",
        "customers": "客户来去与价值",
        "segment": "客户细分",
        "stock": "库存",
        "campaign": "营销活动",
        "profile": "客户档案",
        "recommend": "推荐",
        "portrait": "任意一列",
        "clean": "数据清洗",
    },
    "en": {
        "title": "Gallery",
        "intro": "Every chart of `ck.plot`, drawn from the course shop; `docs/gallery.py` says "
        "how. Each takes `names=`, what to call ids (`names=stores`), and `ax=`, where to draw.",
        "kpi": "Key figures",
        "shopping": "Combinations, switching and prices",
        "customers": "Customers over time",
        "segment": "Segments",
        "stock": "Stock",
        "campaign": "Campaigns",
        "profile": "Customer records",
        "recommend": "Recommendations",
        "portrait": "Any column",
        "clean": "Cleaning",
    },
}


def page(language: str) -> str:
    """The gallery as Markdown."""
    words = HEADINGS[language]
    parts = [f"# {words['title']}", words["intro"]]
    for room, charts in CHARTS.items():
        parts.append(f"## {words[room]}")
        for name in sorted(charts):
            parts.append(f"### {name}\n\n![{name}](gallery/{name}.png)")
    return "\n\n".join(parts) + "\n"


def draw_all(folder: Path, language: str, only: Collection[str] = ()) -> None:
    """Every chart, or only those named, as a small picture."""
    import io

    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    from PIL import Image

    folder.mkdir(parents=True, exist_ok=True)
    for cached in (load, scored, worth, trial, forms, cleaned, tagged):
        cached.cache_clear()
    with ck.use_language(language):
        for charts in CHARTS.values():
            for name, draw in charts.items():
                if only and name not in only:
                    continue
                ax = draw(None)
                drawn = io.BytesIO()
                ax.figure.savefig(drawn, dpi=64)
                plt.close(ax.figure)
                small = Image.open(drawn).convert("RGB").quantize(160, dither=Image.Dither.NONE)
                small.save(folder / f"{name}.png", optimize=True)


def main() -> None:
    for language in i18n.LANGUAGES:
        draw_all(HERE / language / "gallery", language, sys.argv[1:])


if __name__ == "__main__":
    main()
