"""Whatever is handed to a chart: a picture that can be read, or an error that says what to do."""

import matplotlib
import pandas as pd
import pytest

import crmkit as ck
from crmkit.labels import short_month

matplotlib.use("Agg")
import matplotlib.pyplot as plt

RATE = ["store_id", "low", "high"]
RESULTS = {
    "sales_summary": ["store_id", "revenue"],
    "member_share": ["store_id", "member_revenue", "revenue", "member_share"],
    "conversion_rate": [*RATE, "orders", "visitors", "conversion_rate"],
    "csat": [*RATE, "satisfied", "answers", "csat"],
    "nps": [*RATE, "promoters", "passives", "detractors", "answers", "nps"],
    "repeat_purchase_rate": [*RATE, "repeaters", "buyers", "repeat_purchase_rate"],
    "retention_rate": [*RATE, "retained", "buyers", "retention_rate"],
    "referral_rate": ["month", "referral_rate", "joined_rate"],
    "funnel": ["step", "event", "visits", "lost", "step_rate"],
    "growth": ["month", "revenue", "yoy"],
    "attainment": ["store_id", "target", "attainment"],
    "monitor": ["store_id", "month", "pace", "status"],
    "cohort_retention": ["cohort", "months_since", "members", "retention_rate"],
    "gain_loss": ["source", "members", "revenue", "share_of_earlier"],
    "switching": ["brand_from", "brand_to", "members", "share_of_from"],
    "cross_shopping": ["category_set", "sets", "members", "members_share"],
    "purchase_path": ["category_1", "category_2", "members", "members_share"],
    "price_index": ["month", "products", "matched_share", "fisher"],
    "turnover": ["category", "turnover"],
    "days_of_stock": ["category", "days_of_stock"],
    "sell_through": ["category", "sold", "received", "sell_through"],
    "moving_rate": ["store_id", "moving", "in_stock", "moving_rate"],
    "stockout_rate": ["store_id", "out", "product_days", "stockout_rate"],
    "best_seller_share": ["store_id", "best_seller_share"],
    "new_product_share": ["store_id", "new_revenue", "revenue", "new_product_share"],
    "abc": ["product_id", "revenue", "value_share", "cumulative_share", "abc"],
    "xyz": ["product_id", "variation", "xyz"],
    "ageing": ["age_class", "days_from", "days_to", "units", "value", "value_share"],
    "rfm": ["member_id", "recency", "frequency", "monetary"],
    "rfm_groups": ["member_id", "rfm_group", "monetary"],
    "segment_summary": ["rfm_group", "member_share", "monetary_share"],
    "by_demographics": ["gender", "revenue_each"],
    "migration": ["group_from", "group_to", "members", "share_of_from"],
    "hml": ["member_id", "hml", "monetary"],
    "deciles": ["member_id", "decile", "monetary"],
    "composite_rank": ["member_id", "rank", "rank_index"],
    "movement": ["month", "active", "new", "returning", "reactivated", "lapsed", "current"],
    "spend": ["store_id", "customers", "revenue_each"],
    "days_between": ["days", "times", "cumulative_share"],
    "purchases_per_member": ["purchases", "members"],
    "churn_by_purchase": ["purchase_number", "low", "high", "churn_rate"],
    "revenue_tree": ["step", "effect", "change_rate"],
    "completeness": ["field", "n", "filled", "missing", "completeness"],
    "accuracy": ["field", "n", "right", "wrong", "accuracy"],
    "gaps": ["member_id", "filled", "of", "completeness", "ask_for"],
    "profile_quality": ["column", "rows", "missing_share", "placeholders", "untidy"],
    "find_duplicate_members": ["member_id", "other_id", "probability"],
    "also_bought": ["product_id", "also_bought", "confidence", "lift"],
    "association_rules": ["if_bought", "then_bought", "lift"],
}
"""The columns of what the functions return, as far as a chart of it looks at them."""

TEXT = {
    *("store_id", "month", "event", "status", "cohort", "category", "product_id", "abc", "xyz"),
    *("member_id", "rfm_group", "gender", "group_from", "group_to", "field", "column", "other_id"),
    *("source", "brand_from", "brand_to", "category_set", "category_1", "category_2"),
    *("hml", "step"),
    *("also_bought", "if_bought", "then_bought", "age_class", "ask_for"),
}


@pytest.mark.parametrize("chart", RESULTS)
def test_a_table_without_rows_is_refused_with_a_reason(chart):
    empty = pd.DataFrame(columns=RESULTS[chart])
    open_before = plt.get_fignums()
    with pytest.raises(ck.TableError, match="empty, so there is nothing to draw"):
        getattr(ck.plot, chart)(empty)
    assert plt.get_fignums() == open_before, "an empty picture would stand below the error"


@pytest.mark.parametrize("chart", RESULTS)
def test_a_figure_nobody_knows_is_refused_and_named(chart):
    row = {c: ["a"] if c in TEXT else [None] for c in RESULTS[chart]}
    with pytest.raises(ck.TableError, match="is empty in every row, so there is nothing to draw"):
        getattr(ck.plot, chart)(pd.DataFrame(row))


@pytest.mark.parametrize("chart", ["funnel", "growth", "attainment", "turnover", "csat"])
def test_one_row_is_a_picture(chart):
    row = {c: ["2025-06"] if c in TEXT else [0.5] for c in RESULTS[chart]}
    getattr(ck.plot, chart)(pd.DataFrame(row)).figure.canvas.draw()


def test_shelves_that_need_nothing_say_so(language):
    full = pd.DataFrame(
        {"store_id": ["S1"], "product_id": ["P1"], "on_hand": [9], "reorder_point": [2.0],
         "order": [0]}
    )  # fmt: skip
    said = [text.get_text() for text in ck.plot.reorder_plan(full).texts]
    assert said == [{"zh": "不用订货", "en": "Nothing to order"}[language]]
    moves = pd.DataFrame(columns=["product_id", "from_store_id", "to_store_id", "quantity"])
    said = [text.get_text() for text in ck.plot.transfer_plan(moves).texts]
    assert said == [{"zh": "无需调拨", "en": "Nothing to move"}[language]]


def test_of_many_members_of_staff_the_furthest_behind_are_shown():
    staff = pd.DataFrame({"staff_id": [f"E{i:02}" for i in range(40)]}).assign(
        month="2025-06", pace=[0.5 + i / 100 for i in range(40)], status="behind"
    )
    ax = ck.plot.monitor(staff)
    assert len(ax.patches) == 24 and "24 of 40" in ax.get_ylabel()
    assert ax.get_title() == "2025-06: 40 of 40 behind"


def test_the_reader_is_told_in_chinese():
    with ck.use_language("zh"), pytest.raises(ck.TableError, match="表是空的，没有可画的"):
        ck.plot.rfm(pd.DataFrame(columns=["recency", "frequency", "monetary"]))


def test_words_where_numbers_should_be_are_named():
    with pytest.raises(ck.TableError, match="'revenue' holds '1,200'"):
        ck.plot.sales_summary(pd.DataFrame({"hour": [9], "revenue": ["1,200"]}))


def test_rows_that_would_share_a_bar_are_refused_not_averaged():
    lines = pd.DataFrame({"channel": ["web", "web"], "amount": [1.0, 3.0]})
    with pytest.raises(ck.TableError, match="add them up first"):
        ck.plot.bars(lines, "channel", "amount")


def shelves(n):
    return pd.DataFrame(
        {"product_id": [f"P{i:03}" for i in range(n)], "revenue": [1000.0 - i for i in range(n)]}
    )


def overlapping(labels):
    boxes = [label.get_window_extent() for label in labels if label.get_text()]
    return [
        (one, other)
        for number, one in enumerate(boxes)
        for other in boxes[number + 1 :]
        if one.overlaps(other)
    ]


def test_of_sixty_products_the_best_are_drawn_and_the_chart_says_so(language):
    ax = ck.plot.sales_summary(shelves(60))
    ax.figure.canvas.draw()
    assert [bar.get_width() for bar in ax.patches] == [1000.0 - i for i in range(24)]
    words = {"zh": "商品（共 60 个，前 24 个）", "en": "Product (the first 24 of 60)"}
    assert ax.get_ylabel() == words[language]
    assert not overlapping(ax.get_yticklabels())


def test_of_sixty_lines_the_largest_have_colours_and_the_rest_stay_in_sight(language):
    months = pd.concat(
        shelves(60).assign(month=month) for month in ("2025-04", "2025-05", "2025-06")
    )
    ax = ck.plot.sales_summary(months[["month", "product_id", "revenue"]])
    ax.figure.canvas.draw()
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert names == [
        *(f"P00{i}" for i in range(7)),
        {"zh": "其他 53 个", "en": "others: 53"}[language],
    ]
    drawn = [line for line in ax.lines if len(line.get_xdata()) == 3]
    assert len(drawn) == 60


def test_of_sixty_staff_both_ends_are_drawn():
    staff = pd.DataFrame({"staff_id": [f"E{i:02}" for i in range(60)]}).assign(
        satisfied=9, answers=10, csat=[0.3 + i / 100 for i in range(60)]
    )
    staff = staff.assign(low=staff["csat"] - 0.1, high=staff["csat"] + 0.1)
    ax = ck.plot.csat(staff)
    ax.figure.canvas.draw()
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names == [f"E{i:02}" for i in [*range(12), *range(48, 60)]]
    assert "12 of 60" in ax.get_ylabel()
    assert not overlapping(ax.get_yticklabels())


LONG = "Jasmine green tea, loose leaf, in a gift tin of 250 grams, spring harvest, second edition"
LONG_ZH = "茉莉花茶礼盒装特级散茶二百五十克春季新茶限量纪念版附赠玻璃茶杯一只与手提袋"


@pytest.mark.parametrize("name", [LONG, LONG_ZH])
def test_a_very_long_name_is_folded_and_leaves_room_for_the_bars(name, language):
    products = pd.DataFrame({"product_id": ["P1", "P2"], "name": [name, "tea"]})
    summary = pd.DataFrame({"product_id": ["P1", "P2"], "revenue": [2.0, 1.0]})
    ax = ck.plot.sales_summary(summary, names=products)
    ax.figure.canvas.draw()
    shown = ax.get_yticklabels()[0].get_text()
    assert shown.count("\n") == 1 and shown.endswith({"zh": "…", "en": "..."}[language])
    assert ax.get_position().width > 0.5


def test_two_products_of_one_name_keep_a_bar_each():
    summary = pd.DataFrame({"product_id": ["P1", "P2"], "revenue": [2.0, 1.0]})
    ax = ck.plot.sales_summary(summary, names={"P1": "tea", "P2": "tea"})
    assert [bar.get_height() for bar in ax.patches] == [2.0, 1.0]
    assert [t.get_text() for t in ax.get_xticklabels()] == ["tea · P1", "tea · P2"]


def test_names_that_are_no_names_are_refused():
    with pytest.raises(ck.TableError, match="names takes a dictionary"):
        ck.plot.sales_summary(shelves(2), names=pd.DataFrame({"x": [1]}))


@pytest.mark.parametrize("kind", ["duckdb", "polars", "polars_lazy", "pyarrow"])
def test_a_result_of_any_engine_goes_straight_into_a_chart(kind):
    import duckdb
    import polars
    import pyarrow

    sales = pd.DataFrame(
        {
            "sale_id": ["S1", "S2", "S3"],
            "sold_at": pd.to_datetime(["2025-04-01", "2025-05-01", "2025-06-01"]),
            "quantity": 1,
            "amount": [10.0, 20.0, 15.0],
        }
    )
    given = {
        "duckdb": lambda: duckdb.from_df(sales),
        "polars": lambda: polars.from_pandas(sales),
        "polars_lazy": lambda: polars.from_pandas(sales).lazy(),
        "pyarrow": lambda: pyarrow.Table.from_pandas(sales),
    }[kind]()
    ax = ck.plot.sales_summary(ck.kpi.sales_summary(given, by="month"))
    assert ax.lines[0].get_ydata().tolist() == [10.0, 20.0, 15.0]


def test_decimals_of_a_database_are_numbers():
    from decimal import Decimal

    ax = ck.plot.bars(
        pd.DataFrame({"channel": ["web"], "amount": [Decimal("12.50")]}), "channel", "amount"
    )
    assert [bar.get_height() for bar in ax.patches] == [12.5]


def test_growth_over_many_months_names_the_right_months():
    months = [f"{2023 + m // 12}-{m % 12 + 1:02}" for m in range(20)]
    result = pd.DataFrame({"month": months, "revenue": 1.0, "yoy": [m / 100 for m in range(20)]})
    ax = ck.plot.growth(result)
    ax.figure.canvas.draw()
    read = {n: short_month(month).split("\n") for n, month in enumerate(months)}
    names = [t.get_text().split("\n") for t in ax.get_xticklabels()]
    named = dict(zip(map(int, ax.get_xticks()), names, strict=True))
    assert all(one[0] == read[place][0] for place, one in named.items()) and len(named) > 5
    assert [one[1] for one in names if len(one) > 1] == ["2023", "2024"]  # each year once


def test_months_stand_in_their_order_even_when_a_line_lacks_one():
    table = pd.DataFrame(
        {
            "month": ["2025-01", "2025-03", "2025-01", "2025-02", "2025-03"],
            "channel": ["store", "store", "web", "web", "web"],
            "revenue": [1.0, 3.0, 5.0, 6.0, 7.0],
        }
    )
    ax = ck.plot.sales_summary(table)
    assert [t.get_text() for t in ax.get_xticklabels()] == ["Jan\n2025", "Feb", "Mar"]
    assert sorted(line.get_xdata().tolist() for line in ax.lines if len(line.get_xdata())) == [
        [0, 1, 2],
        [0, 2],
    ]


def test_the_band_lies_around_its_days():
    days = pd.DataFrame({"day": pd.to_datetime(["2025-06-01", "2025-06-02", "2025-06-03"])})
    result = days.assign(satisfied=8, answers=10, csat=0.8, low=0.7, high=0.9)
    ax = ck.plot.csat(result)
    line = ax.lines[0].get_xdata(orig=False)
    band = ax.collections[0].get_paths()[0].vertices[:, 0]
    assert (band.min(), band.max()) == (line.min(), line.max())


def test_the_treated_and_the_control_have_their_colours_in_any_order():
    from crmkit.plot import _style

    for order in (["treatment", "control"], ["control", "treatment"]):
        table = pd.DataFrame({"campaign_id": ["C1", "C1"], "members": [3, 2], "group": order})
        ax = ck.plot.bars(table, "campaign_id", "members", "group")
        drawn = {
            name: matplotlib.colors.to_hex(handle.patches[0].get_facecolor())
            for handle, name in zip(*ax.get_legend_handles_labels(), strict=True)
        }
        assert drawn == {
            "Treatment": _style.MAIN.lower(),
            "Control": _style.GREY.lower(),
        }


@pytest.mark.parametrize(
    "chart",
    [
        *("comparison", "uplift_by_segment", "plan", "roi", "kmeans", "silhouette", "persona"),
        *("lifetime_value", "alive", "holdout", "churn_model"),
    ],
)
def test_a_table_instead_of_a_finding_is_refused(chart):
    with pytest.raises(ck.TableError, match="Give what"):
        getattr(ck.plot, chart)(pd.DataFrame({"x": [1]}))
