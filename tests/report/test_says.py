"""What a report says of a small shop's export: no more than its lines bear out."""

import re
from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from crmkit import customers
from crmkit.i18n import use_language
from crmkit.report import analyse
from crmkit.report.figures import as_read
from crmkit.report.main_points import points
from crmkit.report.of_goods import abc
from crmkit.report.of_members import groups, held_back, movement, worth
from crmkit.report.of_places import category_trend, why_less
from crmkit.report.of_time import by_month, growth, weekday
from crmkit.report.own import returned, trend


def export(weekend=1.0, together=0.0):
    """Half a year of a shop whose goods have names only; its last row is the total."""
    chance = np.random.default_rng(3)
    days = np.sort(chance.integers(0, 181, 1_500))
    keep = (pd.Timestamp("2025-01-01") + pd.to_timedelta(days, "D")).day_of_week.to_numpy() >= 5
    days = np.concatenate([days, np.repeat(days[keep], int(weekend) - 1)])
    n = len(days)
    first = chance.choice([f"茶{one}" for one in range(16)], n)
    second = chance.choice([f"茶{one}" for one in range(16)], n)
    second = np.where((first == "茶1") & (chance.random(n) < together), "茶2", second)
    lines = pd.DataFrame(
        {
            "单号": [f"R{one}" for one in range(n)] * 2,
            "日期": list(pd.Timestamp("2025-01-01") + pd.to_timedelta(days, "D")) * 2,
            "会员号": list(chance.choice([f"M{one:03}" for one in range(136)], n)) * 2,
            "商品": [*first, *second],
            "数量": 1,
            "金额": chance.integers(5, 100, 2 * n).astype(float),
        }
    )
    return lines, pd.concat(
        [lines, pd.DataFrame({"单号": ["合计"], "金额": [lines["金额"].sum()]})], ignore_index=True
    )


@pytest.fixture(scope="module")
def by_chance(tmp_path_factory):
    file = tmp_path_factory.mktemp("shop") / "销售.xlsx"
    lines, sheet = export()
    sheet.to_excel(file, index=False)
    with use_language("zh"):
        report = analyse(file)
        return lines, report, report.html()


def says(report, name):
    return next(
        done.says for of in report.chapters.values() for done in of if done.step.name == name
    )


def test_what_chance_brought_is_told_as_no_difference(by_chance):
    _lines, report, page = by_chance
    assert says(report, "by_weekday") == "一周里各天差不多，差别没有超出碰巧。"
    assert says(report, "pairs") == "一起出现在 20 单以上的商品里，没有哪两样明显多过碰巧。"
    assert not [one for one in report.advice if "茶" in one.do]
    assert "抽签" not in page


def test_what_is_there_is_told(tmp_path):
    file = tmp_path / "sales.csv"
    export(weekend=3, together=0.8)[0].to_csv(file, index=False)
    with use_language("en"):
        report = analyse(file)
        told = says(report, "by_weekday")
        assert re.match(r"Best day of the week: S(atur|un)day \(", told) and "hardly" not in told
        assert any("茶1" in one.do and "茶2" in one.do for one in report.advice)


def test_goods_by_name_and_the_total_left_out_are_told(by_chance):
    lines, report, page = by_chance
    assert {"abc", "pairs"} <= {one.step.name for of in report.chapters.values() for one in of}
    assert "合计行：1 行" in page and f"{lines['金额'].sum():,.2f}"[:-3] in page


def three_stores():
    """Seven months to a Saturday; one store loses, one wins; one line stands twice, one day is
    written in another way."""
    rows = []
    for day in pd.date_range("2026-04-01", "2026-10-31"):
        for store, orders in (("S1", 6), ("S2", 9 - (day.month - 4)), ("S3", 2 + (day.month - 4))):
            for n in range(orders):
                rows.append((f"{store}{day:%m%d}{n}", day, store, f"M{(day.month * 7 + n) % 40}", "tea", 10.0))  # fmt: skip
    lines = pd.DataFrame(rows, columns=["单号", "日期", "门店", "会员", "商品", "金额"])
    lines["日期"] = lines["日期"].astype(str)
    lines["日期"] = lines["日期"].str.replace("-", "/")
    lines.loc[3, "日期"] = "2026年4月1日"
    back = lines.loc[[5, 6]].assign(单号=["R1", "R1"], 金额=-10.0)  # a receipt with returns only
    return pd.concat([lines, lines.tail(1), back]).assign(数量=lambda all: all["金额"] / 10)


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    file = tmp_path_factory.mktemp("shops") / "周报.csv"
    three_stores().to_csv(file, index=False)
    with use_language("zh"):
        report = analyse(file)
        return report, report.html()


def test_a_week_without_its_sunday_is_not_whole_where_the_shop_sells_on_sundays(stores):
    said = says(stores[0], "by_week")
    assert "2026年4月1日、2026年10月31日所在的那周" in said and "10月26日" not in said


def test_the_store_that_falls_and_the_one_that_rises_are_named(stores):
    before, after = 31 * 8 + 30 * 7 + 31 * 6, 31 * 5 + 30 * 4 + 31 * 3  # orders a day, by month
    assert (round(after / before - 1, 3), round(before / after - 1, 3)) == (-0.429, 0.75)
    assert (
        says(stores[0], "store_trend")
        == "2026年8月至10月，和2026年5月至7月比：合计 ±0.0%。各店：S2 −42.9%、S1 ±0.0%、S3 +75.0%。S2：单数 −42.9%，客单价 ±0.0%：买的次数少了。"
    )


def test_the_figures_of_a_day_of_the_week_are_those_its_sentence_and_its_chart_tell(stores):
    """A file holds five Mondays and four Tuesdays: what is told is drawn and printed, a day each."""
    report, _page = stores
    done = next(d for of in report.chapters.values() for d in of if d.step.name == "by_weekday")
    lines = three_stores().drop_duplicates()
    days = pd.Series(pd.date_range("2026-04-01", "2026-10-31").day_of_week + 1).value_counts()
    at = pd.to_datetime(lines["日期"].replace("2026年4月1日", "2026/04/01")).dt.day_of_week + 1
    each = (lines["金额"].groupby(at).sum() / days).sort_index()
    found = report.found["by_weekday"]
    assert found["daily_revenue"].tolist() == pytest.approx(each.tolist())
    assert "daily_revenue" in done.step.chart
    assert done.table["平均每天销售额"].tolist() == [f"¥{one:,.2f}" for one in each]
    sums = found.assign(  # by its sum Thursday is the weakest, a day it is Monday
        days=[31, 31, 31, 30, 30, 30, 31], daily_orders=[1.0] * 6 + [9.0],
        daily_revenue=[100.0, 120.0, 120.0, 102.0, 120.0, 150.0, 200.0],
    )  # fmt: skip
    with use_language("zh"):
        told = weekday({"by_weekday": sums, "_sign": "¥", "_unknown": ()})
    assert told == "按平均每天算，周日卖得最好（¥200.00），周一最少（¥100.00）。"


def test_who_bought_once_is_told_as_it_was_counted_by_orders():
    """A member with two orders on one day came on one day only, but did not buy once only."""
    lines = pd.DataFrame(
        {
            "sale_id": ["a", "b", "c"], "sold_at": pd.to_datetime(["2025-03-01"] * 3),
            "member_id": ["m1", "m1", "m2"], "quantity": 1, "amount": 9.0, "product_id": "tea",
        }
    )  # fmt: skip
    for language, once in (
        ("en", "Members who bought only once (a single order): 1 (50.0%)."),
        ("zh", "1 位会员（50.0%）只买过一次"),
    ):
        with use_language(language):
            report = analyse(lines)
            assert says(report, "times").startswith(once)
            assert not re.search("one day only|买过一天", report.html())


def test_where_the_groups_part_is_told_as_the_file_has_it(by_chance):
    """Who is important, who is away: by the lines that hold, not “more than most”, of three in five."""
    _lines, report, _page = by_chance
    rfm = report.found["rfm"].df()
    much = rfm[rfm["rfm_group"].str.startswith("important")]
    away = rfm[rfm["rfm_group"].str.endswith(("keep", "win_back"))]
    assert len(away) > len(rfm) / 2
    assert len(away) == (rfm["recency"] >= away["recency"].min()).sum()  # as a pivot counts them
    assert len(much) == (rfm["monetary"] >= much["monetary"].min()).sum()
    said = says(report, "groups")
    assert f"花得最多的 {len(much) / len(rfm):.1%} 会员，每位花了 ¥{much['monetary'].min():,.2f} 以上" in said or f"¥{much['monetary'].min():,.0f} 以上" in said  # fmt: skip
    assert f"已有 {away['recency'].min()} 天以上没来的，占会员的 {len(away) / len(rfm):.1%}" in said
    with use_language("en"):
        told = groups(report.found)
    assert (
        "more than most" not in told
        and f"no purchase for {away['recency'].min()} days or more" in told
    )


def test_new_members_are_told_without_the_first_cohort(stores):
    said = says(stores[0], "cohorts")
    assert "第一批没有算进去" in said


def test_a_line_that_stands_twice_is_told_once_and_the_page_is_called_after_the_file(stores):
    _report, page = stores
    assert "销售报告：周报<" in page and "可能本来就买了两件" not in page
    assert "<details open>" in page


def test_only_what_is_written_unlike_the_rest_was_repaired(stores):
    report, page = stores
    assert [(one.fault, one.rows) for one in report.opened.cleaning.findings] == [("date_format", 1), ("duplicate_row", 1)]  # fmt: skip
    assert "大多像 2026/04/01，也有像 2026年4月1日 的" in page and "看不出是日期" not in page
    assert report.opened.cleaning.findings[1].examples[0][0].startswith("S3")  # its receipt


def test_what_the_file_holds_and_what_is_counted_are_told_side_by_side(stores):
    report, page = stores
    lines = three_stores()
    receipts, orders = (len(set(one["单号"])) for one in (lines, lines[lines["金额"] > 0]))
    assert says(report, "receipts").startswith(f"文件里 {receipts:,} 个单号，有 {receipts - orders} 个只有退货")  # fmt: skip
    assert f"文件里有 {len(lines):,} 行，整理时剔出 1 行" in page


def test_money_is_told_in_the_currency_of_the_file(tmp_path):
    days = pd.date_range("2025-01-01", periods=90).astype(str)
    lines = pd.DataFrame({"Receipt No": range(90), "Date": days, "Customer ID": ["A1", "A2", "A3"] * 30, "SKU": ["tea", "milk"] * 45, "Qty": [1, 1, -1] * 30, "Line Total": ["£9.50", "£12.00", "-£3.00"] * 30})  # fmt: skip
    lines.to_csv(tmp_path / "till.csv", index=False)
    for language in ("en", "zh"):
        with use_language(language):
            page = analyse(tmp_path / "till.csv").html()
        assert "£555.00" in page and "¥" not in page
    lines["Line Total"] = lines["Line Total"].str.replace("£", "")
    lines.to_csv(tmp_path / "till.csv", index=False)
    with use_language("en"):
        page = analyse(tmp_path / "till.csv").html()
    assert "The file does not say which currency" in page and "¥" not in page and ">555.00<" in page


def test_a_year_before_that_is_not_there_is_told_and_one_reason_once(stores):
    report, page = stores
    assert "没有哪个月能和上一年同月比" in dict(report.left_out)["同比"]
    assert page.count("把 销售.csv、库存.csv 放进") == 1


def test_the_page_of_a_boss_folds_away_how_the_file_was_read(stores):
    page = re.sub("<details class=.code.>.*?</details>", "", stores[1], flags=re.S)
    assert not re.search(
        "编码|分隔符|置信|ck\\.", page.split("该做什么")[0] + page.split("关键指标")[1]
    )


@pytest.mark.parametrize(("bad", "told"), [(0.1, False), (0.4, True)])
def test_a_product_is_blamed_only_where_chance_does_not_explain_its_returns(bad, told):
    chance = np.random.default_rng(8)
    n, goods = 12_000, 120
    product = chance.integers(0, goods, n)
    back = chance.random(n) < np.where(product == 7, bad, 0.1)
    amount = chance.integers(5, 60, n).astype(float)
    lines = pd.DataFrame(
        {
            "sale_id": np.arange(2 * n),
            "sold_at": pd.Timestamp("2025-01-01") + pd.to_timedelta(np.tile(np.arange(n) % 180, 2), "D"),
            "product_id": [f"P{one:03}" for one in np.tile(product, 2)],
            "quantity": np.repeat([1, -1], n),
            "amount": np.concatenate([amount, -amount]),
        }
    )[np.concatenate([np.ones(n, bool), back])]  # fmt: skip
    with use_language("en"):
        blamed = [one.do for one in analyse(lines).advice if "what is wrong with" in one.do]
    assert blamed == (["Find out what is wrong with P007: is it the product, or what its description promises?"] if told else [])  # fmt: skip


def with_a_total(stated=0.0):
    """Ninety days of a till: two lines stand twice, a receipt has no amount; a row of totals ends it."""
    days = pd.date_range("2025-01-01", periods=90).astype(str)
    lines = pd.DataFrame({"单号": [f"R{n:03}" for n in range(90)], "日期": days, "会员号": ["A1", "A2", "A3"] * 30, "金额": ["10.50"] * 90})  # fmt: skip
    lines.loc[7, "金额"] = None
    lines.loc[9, "日期"] = "2025年1月10日"
    lines = pd.concat([lines, lines.loc[[3, 4]]])
    total = pd.DataFrame({"单号": ["合计"], "金额": [f"{91 * 10.5 + stated:,.2f}"]})
    return pd.concat([lines, total])


@pytest.mark.parametrize(
    ("beside", "told"),
    [
        (0, {"zh": "文件的合计行写的是 ¥955.50，这份报告是 ¥934.50。没算进来的：重复的行 ¥21.00。", "en": "The row of totals in the file says ¥955.50, this report counts ¥934.50. Not counted: lines that stand twice ¥21.00."}),
        (-21, {"zh": "文件的合计行写的是 ¥934.50，和这份报告一致。", "en": "The row of totals in the file says ¥934.50: so does this report."}),
        (4.5, {"zh": "文件的合计行写的是 ¥960.00，可逐行相加是 ¥955.50；这份报告算进了其中的 ¥934.50。", "en": "The row of totals in the file says ¥960.00, but its lines add up to ¥955.50; this report counts ¥934.50 of them."}),
    ],
)  # fmt: skip
def test_the_total_the_file_states_is_reconciled_with_that_of_the_report(tmp_path, beside, told):
    with_a_total(beside).to_csv(tmp_path / "销售.csv", index=False)
    for language in ("zh", "en"):
        with use_language(language):
            report = analyse(tmp_path / "销售.csv")
            parts = report.html().split("<h2>")
            assert (told[language] in parts[1]) == (beside != -21)  # a point where it disagrees
            assert told[language] in parts[-1]  # how far the data can be trusted


def test_receipts_whose_lines_were_all_set_aside_are_told(tmp_path):
    with_a_total().to_csv(tmp_path / "销售.csv", index=False)
    for language, told in (
        ("zh", "文件里 90 个单号，其中 1 个的行整理时全剔出了，没有算进来。"),
        ("en", "The file holds 90 receipts; left without a line after tidying, and so not counted: 1."),
    ):  # fmt: skip
        with use_language(language):
            assert says(analyse(tmp_path / "销售.csv"), "receipts") == told


def test_a_file_without_a_total_is_held_against_none(stores):
    assert says(stores[0], "summary") == ""


def test_no_share_of_returns_is_told_where_more_came_back_than_was_sold():
    """Of a fee, or of what was sold before the file begins: 1,600 % and ∞ tell nothing."""
    lines = pd.DataFrame(
        {
            "sale_id": range(4), "sold_at": pd.to_datetime(["2025-03-01"] * 4), "quantity": [2, -1, -4, -3],
            "amount": [20.0, -10.0, -40.0, -30.0], "product_id": ["P1", "P1", "FEE", "P2"],
        }
    )  # fmt: skip
    lines.loc[4] = [4, pd.Timestamp("2025-03-01"), 1, 10.0, "P2"]
    rates = returned(lines).set_index("product_id")["return_rate"]
    assert rates["P1"] == 0.5 and rates[["P2", "FEE"]].isna().all()


def test_postage_is_no_top_seller_where_goods_have_numbers():
    names = {"P01": "tea", "P02": "milk"}
    table = pd.DataFrame({"product_id": ["POST", *(f"P{n:02}" for n in range(1, 20))]})
    table = table.assign(
        abc=["A"] * 3 + ["B"] * 17, cumulative_share=[round(0.05 * n, 2) for n in range(1, 21)]
    )
    with use_language("en"):
        told = abc({"abc": table, "names": names})
    assert told.endswith("Top sellers: tea, milk.")


@pytest.mark.parametrize(
    ("expected", "actual", "told"),
    [(109.0, 100.0, "+9.0%"), (60.0, 100.0, "−40.0%"), (100.0, 0.0, None)],
)
def test_the_forecast_is_held_against_what_came(expected, actual, told):
    """A quarter is held back: what the method would have said, what came, and what that allows."""
    one = SimpleNamespace(expected_value=expected, actual_value=actual, cut=date(2025, 3, 31), weeks=13, n=40)  # fmt: skip
    with use_language("en"):
        said = held_back({"held_back": one, "_sign": "¥"})
    if told is None:
        assert "nothing that could be compared" in said
        return
    assert f"forecast ¥{expected:.2f} for the 13 weeks after; the 40 members of that time spent ¥{actual:.2f}. It was off by {told}." in said  # fmt: skip
    assert said.startswith("The forecast is not to be relied on.") == (told == "−40.0%")
    assert ("that is one trial only" in said) == (told == "+9.0%")


@pytest.mark.parametrize(("actual", "told"), [(100.0, ""), (77.0, "+29.9%"), (0.0, "")])
def test_a_forecast_that_went_wrong_on_trial_is_told_so_before_its_figure(actual, told):
    tried = SimpleNamespace(expected_value=100.0, actual_value=actual)
    worth_of = SimpleNamespace(n=40, total=100.0, low=90.0, high=110.0)
    found = {"held_back": tried, "worth": worth_of, "_sign": "¥", "_days": (date(2025, 1, 1), date(2025, 12, 31))}  # fmt: skip
    for language, warned in (
        ("zh", f"别拿这个预测做计划：上面试的那次，误差 {told}。"),
        ("en", f"Do not plan with this forecast: on trial, above, the method was off by {told}."),
    ):
        with use_language(language):
            assert worth(found).startswith(warned) == bool(told)
            assert ("¥" in worth(found)) != bool(told)  # no figure that is not to be relied on


@pytest.mark.parametrize(
    ("first", "last", "near"),
    [("2025-02-05", "2025-02-16", True), ("2025-04-15", "2025-04-18", True), ("2025-07-01", "2025-07-09", False)],
)  # fmt: skip
def test_a_busy_time_of_the_year_before_is_told_where_the_forecast_lies(first, last, near):
    """From January 2026 on: a holiday of the lunar calendar may lie up to twenty days elsewhere."""
    feast = pd.DataFrame({"first_day": [date.fromisoformat(first)], "last_day": [date.fromisoformat(last)]})  # fmt: skip
    worth_of = SimpleNamespace(n=40, total=100.0, low=90.0, high=110.0, weeks=13)
    found = {"worth": worth_of, "stretches": feast, "_sign": "¥", "_days": (date(2025, 1, 1), date(2025, 12, 31))}  # fmt: skip
    with use_language("zh"):
        told = "一年前这前后有特别旺的日子（2025年2月5日至2月16日）；节日会移动"
        assert (told in worth(found)) == (near and first < "2025-04")
        assert ("特别旺" in worth(found)) == near


@pytest.mark.parametrize(
    ("months", "zh", "en"),
    [
        # 30 days of September bring less than 31 of August, but more a day
        ({"2026-07": 310_000, "2026-08": 273_210, "2026-09": 269_520}, "按平均每天算，2026年7月卖得最好（每天 ¥10,000），2026年8月最少（每天 ¥8,813）。", "Best month by the day: July 2026 (¥10,000 a day); weakest: August 2026 (¥8,813 a day)."),
        ({"2025-02": 280_000, "2025-03": 312_000}, "各月差不多：按平均每天算，相差不到 2%。", "By the day, no month differs from another by more than 2%."),
    ],
)  # fmt: skip
def test_months_are_compared_by_the_day(months, zh, en):
    table = pd.DataFrame({"month": list(months), "revenue": list(map(float, months.values()))})
    for language, told in (("zh", zh), ("en", en)):
        with use_language(language):
            assert by_month({"by_month": table, "_cut": (False, False), "_sign": "¥"}) == told


def test_the_last_month_is_told_by_the_day_where_the_other_is_longer():
    def told(month, **rates):
        last = {
            "month": month,
            "revenue": 1.0,
            "last_year": None,
            "pop": None,
            "yoy": None,
            **rates,
        }
        return growth({"growth": pd.DataFrame([last])})

    with use_language("zh"):
        assert told("2025-12", pop=-0.031) == "2025年12月环比 −3.1%（没有剔除淡旺季的影响）。按平均每天算是 −6.2%（31 天对 30 天）。"  # fmt: skip
        assert told("2024-02", yoy=0.0) == "2024年2月同比 ±0.0%。按平均每天算是 −3.4%（29 天对 28 天）。"  # fmt: skip
        assert told("2026-01", pop=0.1) == "2026年1月环比 +10.0%（没有剔除淡旺季的影响）。"
    half = pd.DataFrame({"month": [f"2026-{n:02}" for n in range(5, 11)], "revenue": [90.0] * 5 + [100.0], "last_year": [100.0] * 6, "pop": 0.0, "yoy": [-0.1] * 5 + [0.0]})  # fmt: skip
    with use_language("zh"):  # the half year first: its last month may be the odd one out
        assert growth({"growth": half}).startswith("近 6 个月合计，比上一年同期 −8.3%；其中 5 个月低于上一年。2026年10月同比 ±0.0%")  # fmt: skip
    with use_language("en"):
        assert told("2025-12", pop=-0.031).endswith("By the day: −6.2% (31 days against 30).")


def test_a_file_too_short_to_hold_a_quarter_back_says_so(stores, by_chance):
    """Twice thirteen weeks and a day it takes; one of seven months has its forecast tried."""
    assert "误差" in says(stores[0], "held_back")
    why = dict(by_chance[1].left_out)
    [short] = [why[title] for title in why if "13 周" in title]
    assert short == "文件里只有 181 天，至少要 183 天。"


def two_years():
    """Sixteen months: one store loses a fifth from the tenth on, one category trebles at once; the
    last three months stand beside three as low, and beside a better year."""
    lines = []
    for month in pd.date_range("2025-01-01", "2026-04-01", freq="MS"):
        late = month >= pd.Timestamp("2025-10-01")
        for day in range(month.days_in_month):
            for store, price in (("北店", 80.0 if late else 100.0), ("南店", 100.0)):
                at = month + pd.Timedelta(day, "D")
                goods = (("P1", "粮油", 1.0), ("P2", "宠物", 0.3 if late else 0.1))
                lines += [(f"{store}{at:%y%m%d}", at, store, f"M{day % 25}", code, kind, 1, price * part) for code, kind, part in goods]  # fmt: skip
    return pd.DataFrame(
        lines, columns=["单号", "日期", "门店", "会员", "商品", "类别", "数量", "金额"]
    )


def test_stores_are_compared_with_the_year_before_and_categories_are_read_from_the_sales(tmp_path):
    """A store that lost a fifth half a year ago is level with the months before: only the year tells."""
    two_years().to_csv(tmp_path / "销售.csv", index=False)
    with use_language("zh"):
        report = analyse(tmp_path / "销售.csv")
        stores, kinds = (says(report, name) for name in ("store_trend", "category_trend"))
        assert stores.startswith("2026年2月至4月，和2025年2月至4月比：")
        north = 80 * 1.3 / (100 * 1.1) - 1
        assert f"北店 −{-north:.1%}、南店 +{1.3 / 1.1 - 1:.1%}" in stores
        pets = f"+{0.3 * 180 / (0.1 * 200) - 1:.1%}"
        assert kinds.startswith(f"2026年2月至4月，和2025年2月至4月比，各品类：涨得最多的是宠物 {pets}；其余粮油 −10.0%。")  # fmt: skip
        assert "合计" in stores and "合计" not in kinds  # which is told once
        [more] = [one for one in report.advice if "宠物" in one.do]
        assert more.because == "分店看：南店 +200.0%、北店 +140.0%。"
    with use_language("en"):
        assert category_trend(report.found).startswith(f"February to April 2026 compared with February to April 2025, by category: 宠物 {pets} rose most; the others: 粮油 −10.0%.")  # fmt: skip
    with use_language("zh"):
        assert "按品类" not in dict(report.left_out) and "<td>品类</td>" in report.html()
        code = [one["source"] for one in report.notebook()["cells"]]
        assert any("products = report.products_of(lines, '商品', '类别')" in one for one in code)
        assert "其中 0 个月低于上一年" in says(report, "growth")
        assert not [
            one for one in report.advice if "北店" in one.do
        ]  # it fell by less than a tenth


def test_a_store_that_fell_is_to_be_visited(stores):
    [one] = [one for one in stores[0].advice if "S2" in one.do]
    assert one.do == "弄清S2的单数为什么少了：会员来得少了没有、附近新开了什么、门口有没有变化。"
    lines = three_stores().drop_duplicates()
    lines = lines[(lines["门店"] == "S2") & (lines["数量"] > 0)].reset_index(drop=True)
    day = pd.to_datetime(lines["日期"].replace("2026年4月1日", "2026/04/01"))
    then, now = (lines.loc[day.between(*span), "单号"].nunique() for span in (("2026-05-01", "2026-07-31"), ("2026-08-01", "2026-10-31")))  # fmt: skip
    assert one.because == f"2026年8月至10月和2026年5月至7月比，那里的单数：{then} → {now}。"
    # there is no year before to hold it against
    assert one.check == "每周把S2的单数和别的店放在一起看：差距应该越来越小。"


@pytest.mark.parametrize(
    ("orders", "each", "zh", "en"),
    [
        (-0.255, 0.081, "单数 −25.5%，客单价 +8.1%：买的次数少了。", "orders −25.5%, average order value +8.1%: fewer purchases."),
        (0.01, -0.2, "单数 +1.0%，客单价 −20.0%：人没怎么少，是每单买得少了。", "orders +1.0%, average order value −20.0%: as many purchases, but smaller ones."),
        (-0.1, -0.1, "单数 −10.0%，客单价 −10.0%：买的次数少了，每单也买得少了。", "orders −10.0%, average order value −10.0%: fewer purchases, and each brings less."),
        (-1.0, None, "单数 −100.0%，客单价 –：买的次数少了。", "orders −100.0%, average order value –: fewer purchases."),
    ],
)  # fmt: skip
def test_it_is_told_whether_fewer_came_or_each_bought_less(orders, each, zh, en):
    for language, told in (("zh", zh), ("en", en)):
        with use_language(language):
            assert why_less({"orders_rate": orders, "each_rate": each}) == told


@pytest.mark.parametrize(
    ("since", "zh", "en"),
    [
        ("2025-07-01", ["2025年8月至10月", "2026年8月至10月"], ["August to October 2025", "August to October 2026"]),
        ("2026-04-01", ["2026年5月至7月", "2026年8月至10月"], ["May to July 2026", "August to October 2026"]),
    ],
)  # fmt: skip
def test_the_table_of_what_rose_and_fell_names_its_months(since, zh, en):
    """The year before is no “months before”."""
    days = pd.date_range(since, "2026-10-31")
    lines = pd.DataFrame({"sale_id": range(len(days)), "sold_at": days, "store_id": ["S1", "S2"] * (len(days) // 2) + ["S1"] * (len(days) % 2), "quantity": 1, "amount": 900.0})  # fmt: skip
    for language, told in (("zh", zh), ("en", en)):
        with use_language(language):
            table = as_read(trend(lines, "store_id"), sign="¥")
            assert list(table.columns)[1:3] == told
            assert table.iloc[0, 1].startswith("¥4")


def test_a_month_alone_is_held_against_none():
    days = pd.date_range("2026-10-01", "2026-10-31")
    lines = pd.DataFrame({"sale_id": range(31), "sold_at": days, "store_id": "S1", "quantity": 1, "amount": 9.0})  # fmt: skip
    assert not len(trend(lines, "store_id"))


def test_a_spread_of_sales_and_a_month_of_losses_are_told():
    table = pd.DataFrame({"product_id": [f"P{n:02}" for n in range(20)], "abc": ["A"] * 16 + ["B"] * 4})  # fmt: skip
    table = table.assign(cumulative_share=[round(0.05 * n, 2) for n in range(1, 21)])
    moved = pd.DataFrame({"month": ["2025-01", "2025-02", "2025-03"], "new": [9, 1, 1], "lapsed": [0, 40, 3]})  # fmt: skip
    with use_language("zh"):
        told = abc({"abc": table, "names": {}})
        assert told.startswith("生意比较分散：卖得最多的 5 种占 25.0%，20 种里要 16 种才到销售额的 80.0%。")  # fmt: skip
        assert "走得最多的一批：40 位2024年11月来过，之后三个月没来。图上这批人画在2025年2月：满三个月没来，才算走。" in movement({"movement": moved})  # fmt: skip


def test_of_those_who_stayed_away_the_ones_that_came_again_later_are_told():
    """Twelve are in in April and not in May, June and July; two of them come again in September."""
    seen = [("2025-04-10", n) for n in range(12)] + [(f"2025-{m:02}-10", 20) for m in range(3, 11)] + [("2025-09-05", n) for n in range(2)]  # fmt: skip
    lines = pd.DataFrame([(f"R{n}", pd.Timestamp(day), f"M{who}", 1, 9.0) for n, (day, who) in enumerate(seen)], columns=["sale_id", "sold_at", "member_id", "quantity", "amount"])  # fmt: skip
    found = {"movement": customers.movement(lines), "sales": lines}
    for language, told in (
        ("zh", "走得最多的一批：12 位2025年4月来过，之后三个月没来。其中 2 位后来又来了，10 位那是最后一次。图上这批人画在2025年7月"),
        ("en", "Most left after April 2025: 12 bought then and not in the three months after. 2 of them have been in again since; for 10 it was the last time. The chart shows them in July 2025"),
    ):  # fmt: skip
        with use_language(language):
            assert told in movement(found)


def test_who_comes_as_usual_is_not_called_a_member_long_away(tmp_path):
    """With a visit a week the later half has been away for days only: nobody is to be rung up."""
    days = pd.date_range("2025-01-01", "2025-06-30")
    lines = pd.DataFrame([(f"R{n}{m}", day, f"M{m:02}", 10.0 + m) for n, day in enumerate(days) for m in range(30) if (n + m) % 7 == 0], columns=["单号", "日期", "会员", "金额"])  # fmt: skip
    lines.to_csv(tmp_path / "销售.csv", index=False)
    with use_language("zh"):
        report = analyse(tmp_path / "销售.csv")
    assert "groups" in report.found and not [one for one in report.advice if "好久没来" in one.do]


def test_two_kinds_of_members_who_stay_away_have_no_average_in_common(tmp_path):
    """Silver cards stop in April at once, others pause a month: told apart, with month and level."""
    days = pd.date_range("2025-01-01", "2025-10-31")
    lines = []
    for n, day in enumerate(days):
        for m in range(60):
            silver, pausing = m < 16, 16 <= m < 24
            stopped = (silver and day >= pd.Timestamp("2025-05-01")) or (pausing and day > pd.Timestamp("2025-09-30"))  # fmt: skip
            if (n + m) % 7 == 0 and not stopped:
                lines.append((f"R{n}-{m}", day, f"M{m:02}", "银卡" if silver else "普卡", 90.0 if silver else 30.0 if pausing else 10.0))  # fmt: skip
    table = pd.DataFrame(lines, columns=["单号", "日期", "会员号", "会员等级", "金额"])
    table.to_csv(tmp_path / "销售.csv", index=False)
    spent = table.loc[table["会员等级"] == "银卡", "金额"].sum()
    with use_language("zh"):
        report = analyse(tmp_path / "销售.csv")
        assert "2025年7月：新来 0 位会员；有 16 位2025年4月买过" in movement({"movement": report.found["movement"].df()[:7]})  # fmt: skip
        month = pd.to_datetime(table["日期"]).dt.strftime("%Y-%m")
        before = table.loc[(table["会员等级"] == "银卡") & (month <= "2025-04"), "金额"].sum()
        assert spent == before  # they were there for four months only
        [point] = [one for one in report.points if "银卡" in one.says]
        assert point.says == f"16 位“银卡”会员，2025年5月起一张销售单都没有：16 位最后一次来都是2025年4月。到4月底为止的 6 个月里，这 16 位花了 ¥{spent:,.0f}。"  # fmt: skip
        assert point.advice.do.startswith("把这 16 位“银卡”会员请回来")
        assert "平均" not in point.says + point.more + point.advice.because
        assert "<td>会员等级</td>" in report.html()
    with use_language("en"):
        [said] = [one.says for one in points(report.found) if "银卡" in one.says]
        assert said == f"None of the 16 members of the level “银卡” has bought anything since the beginning of May 2025: 16 were last seen in April 2025. In the six months up to the end of April these 16 had spent ¥{spent:,.0f}."  # fmt: skip


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"会员": None}, "文件里没有一行是会员买的。"),
        ({"金额": 0.0}, "文件里没有一行是花钱买了东西的。"),
        ({"金额": -9.0, "数量": -1}, "文件里没有一行是花钱买了东西的。"),
        ({"日期": "2025-03-01"}, "文件里只有 1 天，至少要 60 天。"),
    ],
)
def test_a_file_that_cannot_tell_of_its_members_says_why(change, told, tmp_path):
    """Walk-ins, gifts or returns only, one day: no traceback, and no sentence that is not so."""
    days = pd.date_range("2025-01-01", "2025-04-30").astype(str)
    lines = pd.DataFrame({"单号": range(len(days)), "日期": days, "会员": [f"M{n % 9}" for n in range(len(days))], "商品": "茶", "数量": 1, "金额": 9.0})  # fmt: skip
    lines.assign(**change).to_csv(tmp_path / "销售.csv", index=False)
    with use_language("zh"):
        report = analyse(tmp_path / "销售.csv")
        assert dict(report.left_out)["八个客户群"] == told and told in report.html()
    assert not report.advice
