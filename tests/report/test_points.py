"""The main points: what turned is told by its weight, with figures of the file; what did not, is not."""

import importlib.util
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crmkit.i18n import use_language
from crmkit.report import analyse, breaks, stretches
from crmkit.report.advice import advice
from crmkit.report.main_points import points
from crmkit.report.point import Kind
from crmkit.report.points_of_places import _look_at_the_store

spec = importlib.util.spec_from_file_location("chain", Path(__file__).with_name("chain.py"))
chain = importlib.util.module_from_spec(spec)
spec.loader.exec_module(chain)


@pytest.fixture(scope="module")
def lines():
    return chain.sales(turned=True)


@pytest.fixture(scope="module")
def report(lines, tmp_path_factory):
    file = tmp_path_factory.mktemp("chain") / "茶店.csv"
    lines.to_csv(file, index=False)
    with use_language("zh"):
        return analyse(file)


@pytest.fixture(scope="module")
def usual(tmp_path_factory):
    """The same chain in which nothing turned."""
    file = tmp_path_factory.mktemp("usual") / "茶店.csv"
    chain.sales(turned=False).to_csv(file, index=False)
    with use_language("zh"):
        return analyse(file)


def revenue(lines, first, last, **of):
    """What was sold from one month to another, of a store or category."""
    month = lines["日期"].dt.strftime("%Y-%m")
    some = lines[(month >= first) & (month <= last)]
    for column, value in of.items():
        some = some[some[column] == value]
    return some["实收金额"].sum()


def yuan(value):
    return f"¥{value:,.0f}"


def change(value):
    return f"{value:+.1%}".replace("-", "−")


def test_the_points_begin_with_the_whole_then_what_costs_most_then_what_brings(report):
    kinds = [one.kind for one in report.points]
    assert kinds == sorted(kinds) and kinds[0] == Kind.WHOLE_FELL
    assert len(report.points) <= 7 and kinds.count(Kind.COSTS) == 3
    for kind in (Kind.COSTS, Kind.BRINGS):
        stakes = [one.stake for one in report.points if one.kind == kind]
        assert stakes == sorted(stakes, reverse=True) and min(stakes) > 0
    assert len({one.says for one in report.points}) == len(report.points)


def test_the_half_year_is_told_with_its_money_and_the_store_it_lies_in(report, lines):
    spans = (("2024-08", "2025-01"), ("2025-08", "2026-01"))
    then, now = (revenue(lines, *one) for one in spans)
    west_then, west_now = (revenue(lines, *one, 门店="西街店") for one in spans)
    first = report.points[0]
    assert first.says == f"近 6 个月（2025年8月至2026年1月）合计比上一年同期 {change(now / then - 1)}，少了 {yuan(then - now)}。"  # fmt: skip
    rest = (now - west_now) - (then - west_then)
    assert first.more.startswith(f"少的全在西街店：它少了 {yuan(west_then - west_now)}，其余合计多了 {yuan(rest)}。")  # fmt: skip


def test_a_store_at_another_level_is_told_with_its_month_and_both_levels(report, lines):
    west = lines[lines["门店"] == "西街店"]
    months = west.groupby(west["日期"].dt.strftime("%Y-%m"))["实收金额"].sum()
    before, since = months[months.index < "2025-09"], months[months.index >= "2025-09"]
    [one] = [one for one in report.points if one.says.startswith("西街店")]
    assert one.says == f"西街店从2025年9月起掉了一截：每月 {yuan(since.min())} 到 {yuan(since.max())}，之前一般每月 {yuan(before.median())}。"  # fmt: skip
    then, now = (revenue(lines, *span, 门店="西街店") for span in (("2024-11", "2025-01"), ("2025-11", "2026-01")))  # fmt: skip
    late = west[west["日期"] >= "2025-11-01"]
    early = west[(west["日期"] >= "2024-11-01") & (west["日期"] < "2025-02-01")]
    orders = late["单号"].nunique() / early["单号"].nunique()
    assert one.more == (
        f"西街店：2025年11月至2026年1月比2024年11月至2025年1月 {change(now / then - 1)}，少了 {yuan(then - now)}。"
        f"其中单数 {change(orders - 1)}，客单价 {change(now / then / orders - 1)}：买的次数少了。"
    )
    members, rest = (
        late.loc[test(late), "单号"].nunique() / early.loc[test(early), "单号"].nunique() - 1
        for test in (lambda some: some["会员号"].notna(), lambda some: some["会员号"].isna())
    )
    assert one.advice.because == (
        f"2025年11月至2026年1月和2024年11月至2025年1月比，那里的单数：{early['单号'].nunique():,} → {late['单号'].nunique():,}。"
        f"会员的单 {change(members)}，散客的单 {change(rest)}；来过的会员 {early['会员号'].nunique()} 位 → {late['会员号'].nunique()} 位。"
    )
    assert one.stake == pytest.approx(2 * (then - now), abs=0.1)  # of three months, for six


def test_the_days_before_a_feast_are_told_with_their_dates_and_what_is_usual_around(report, lines):
    days = lines.groupby("日期")["实收金额"].sum()
    feast = days["2025-05-01":"2025-05-06"]
    around = pd.concat([days["2025-04-01":"2025-04-30"], days["2025-05-07":"2025-06-05"]])
    [one] = [one for one in report.points if "这 6 天" in one.says]
    assert one.says == f"2025年5月1日至5月6日，这 6 天卖了 {yuan(feast.sum())}，平均每天 {yuan(feast.mean())}；前后各一个月平均每天 {yuan(around.mean())}。"  # fmt: skip
    assert f"{feast.mean() / around.mean():.1f} 倍" in one.advice.do
    orders = lines.groupby("日期")["单号"].nunique()
    assert f"这 6 天每天 {orders[feast.index].mean():.0f} 单，平常每天 {orders[around.index].mean():.0f} 单" in one.advice.because  # fmt: skip
    assert one.stake == pytest.approx(feast.sum() - 6 * around.mean(), abs=1)
    assert "节" not in one.says  # which feast it is the file does not say


def test_stores_that_fell_but_for_the_one_category_that_grew_are_told_so(report, lines):
    rest = lines[lines["类别"] != "器具"]
    spans = (("2024-08", "2025-01"), ("2025-08", "2026-01"))
    of = {}
    for store in chain.STORES:
        then, now = (revenue(rest, *span, 门店=store) for span in spans)
        of[store] = now / then - 1
    assert max(of.values()) < 0
    told = "、".join(f"{store} {change(of[store])}" for store in sorted(of, key=of.get))
    assert report.points[0].more.endswith(f"不算“器具”，3 家店都少了：{told}。")


def test_a_category_that_grew_on_top_of_all_others_hides_nothing(tmp_path):
    lines = chain.sales(turned=False)
    grown = (lines["类别"] == "器具") & (lines["日期"] >= "2025-08-01")
    lines["实收金额"] *= np.where(grown, 3, 1)
    lines.to_csv(tmp_path / "茶店.csv", index=False)
    with use_language("zh"):
        told = analyse(tmp_path / "茶店.csv").points
    assert not [one for one in told if "不算" in one.more]
    assert [one for one in told if one.says.startswith("器具")]


def of_level(lines, level):
    """Of a level who its members are, and the month in which each was last seen."""
    theirs = lines[lines["会员等级"] == level]
    return theirs.groupby("会员号")["日期"].max().dt.strftime("%Y-%m")


def orders(lines, level, month):
    some = (lines["会员等级"] == level) & (lines["日期"].dt.strftime("%Y-%m") == month)
    return lines.loc[some, "单号"].nunique()


def test_a_level_that_stopped_while_another_rose_is_first_looked_up_for_changed_cards(report, lines):  # fmt: skip
    last = of_level(lines, "金卡")
    july, earlier = (last == "2025-07").sum(), (last < "2025-07").sum()
    spent = revenue(lines[lines["会员号"].isin(last.index)], "2025-02", "2025-07")
    [one] = [one for one in report.points if "金卡" in one.says]
    when = f"{july} 位最后一次来是2025年7月，另外 {earlier} 位更早" if earlier else f"{july} 位最后一次来都是2025年7月"  # fmt: skip
    assert one.says == f"{len(last)} 位“金卡”会员，2025年8月起一张销售单都没有：{when}。到7月底为止的 6 个月里，这 {len(last)} 位花了 {yuan(spent)}。"  # fmt: skip
    before, after = (orders(lines, "普卡", month) for month in ("2025-07", "2025-08"))
    assert one.more == f"同一时候“普卡”的单数从 {before:,}（7月）升到 {after:,}（8月）：先查这些人是不是换了级别或换了卡。"  # fmt: skip
    assert one.advice.do.startswith(f"先别打电话：到会员系统里查这 {len(last)} 位“金卡”会员")
    more = [revenue(lines, month, month, 会员等级="普卡") for month in ("2025-07", "2025-08")]
    assert one.advice.because.startswith(f"“普卡”8月比7月多卖 {yuan(more[1] - more[0])}。")
    where = lines[lines["会员号"].isin(last.index)].groupby(["会员号", "门店"])["单号"].nunique()
    homes = where.reset_index().sort_values(["单号", "门店"], ascending=[False, True]).drop_duplicates("会员号")  # fmt: skip
    for store, n in homes["门店"].value_counts().items():
        assert f"{store} {n} 位" in one.advice.because


def test_all_members_of_a_level_that_stopped_stand_in_one_list(report, lines):
    last = of_level(lines, "金卡")
    with use_language("zh"):
        lists = report.lists
    gone = next(one for one in lists if one.name == "没再来的金卡")
    assert sorted(row[0] for row in gone.rows) == sorted(last.index)
    [point] = [one for one in report.points if "金卡" in one.says]
    assert point.says.startswith(gone.holds)  # the list says what the point says
    everybody = [row[0] for one in lists for row in one.rows]
    assert len(everybody) == len(set(everybody))


def test_a_level_that_stopped_while_no_other_rose_is_called_as_before(lines, tmp_path):
    """And where some of it still come, they are counted."""
    number = lines["单号"].str[1:].astype(int)
    since = lines["会员等级"].eq("普卡") & (lines["日期"] >= "2025-08-01")
    some = since & (number % 60 == 6)
    lines = lines.assign(
        会员号=lines["会员号"].mask(some, "G00" + (number // 60 % 5).astype(str)),
        会员等级=lines["会员等级"].mask(some, "金卡"),
    )
    lines = lines[~(since & (number % 12 < 5))]  # the others come no more often than before
    lines.to_csv(tmp_path / "茶店.csv", index=False)
    last = of_level(lines, "金卡")
    still = (last > "2025-07").sum()
    with use_language("zh"):
        told = analyse(tmp_path / "茶店.csv")
        lists = told.lists
    [one] = [one for one in told.points if "金卡" in one.says]
    assert still == 5
    assert one.says.startswith(f"{len(last)} 位“金卡”会员，2025年8月起只有 5 位还来过：")
    assert f"这 {len(last) - still} 位花了" in one.says
    assert one.more == "先查那前后“金卡”有没有停用、改规则。"
    assert len(next(s for s in lists if s.name == "没再来的金卡").rows) == len(last) - still


def test_new_members_running_dry_are_told_month_by_month(report, lines):
    theirs = lines.dropna(subset=["会员号"])
    first = theirs.groupby("会员号")["日期"].min()
    new = first.dt.strftime("%Y-%m").value_counts()
    usual = np.median([new.get(str(one), 0) for one in pd.period_range("2025-02", "2025-10", freq="M")])  # fmt: skip
    [one] = [one for one in report.points if "新会员" in one.says]
    named = [("2025年8月", "2025-08"), ("9月", "2025-09"), ("10月", "2025-10"), ("11月", "2025-11"), ("12月", "2025-12"), ("2026年1月", "2026-01")]  # fmt: skip
    run = "、".join(f"{name} {new.get(month, 0)} 位" for name, month in named)
    assert one.says == f"新会员快断了：{run}；之前一般每月来 {usual:.0f} 位。"
    settled = first[(first >= "2025-02-01") & (first < "2025-11-01") & (first + pd.Timedelta(90, "D") <= chain.LAST)]  # fmt: skip
    within = theirs[theirs["会员号"].isin(settled.index)]
    within = within[within["日期"] - within["会员号"].map(first) < pd.Timedelta(90, "D")]
    each = within["实收金额"].sum() / len(settled)
    assert one.more == f"一位新会员头 90 天平均花 ¥{each:,.2f}。"
    late = sum(new.get(month, 0) for month in ("2025-11", "2025-12", "2026-01")) / 3
    assert one.stake == pytest.approx((usual - late) * 6 * each, rel=1e-6)


def test_a_category_that_grows_steadily_is_told_with_its_money_and_where(report, lines):
    spans = (("2024-11", "2025-01"), ("2025-11", "2026-01"))
    then, now = (revenue(lines, *span, 类别="器具") for span in spans)
    [one] = [one for one in report.points if one.says.startswith("器具")]
    assert one.says == f"器具：2025年11月至2026年1月比2024年11月至2025年1月 {change(now / then - 1)}，多了 {yuan(now - then)}。"  # fmt: skip
    for store in chain.STORES:
        then, now = (revenue(lines, *span, 类别="器具", 门店=store) for span in spans)
        assert f"{store} {change(now / then - 1)}" in one.advice.because
    assert not len(report.found["category_breaks"].df())  # no month in which it turned


def test_the_busiest_day_is_told_beside_an_average_day(report, lines):
    days = lines.groupby("日期")["实收金额"].sum().reindex(pd.date_range(chain.FIRST, chain.LAST), fill_value=0)  # fmt: skip
    saturday = days[days.index.day_of_week == 5].mean()
    [one] = [one for one in report.points if one.says.startswith("周六")]
    assert one.says == f"周六最旺：平均 {yuan(saturday)}，比一周里平均的一天多 {saturday / days.mean() - 1:.1%}。"  # fmt: skip
    orders = lines.groupby("日期")["单号"].nunique()
    assert f"周六平均 {orders[orders.index.day_of_week == 5].mean():.0f} 单" in one.advice.because


def test_where_nothing_turned_nothing_is_told_to_have_turned(usual):
    assert not [one for one in usual.points if one.kind in (Kind.COSTS, Kind.WHOLE_FELL)]
    for step in ("store_breaks", "category_breaks", "stretches"):
        assert not len(usual.found[step].df() if hasattr(usual.found[step], "df") else usual.found[step])  # fmt: skip
    told = " ".join(f"{one.says} {one.more}" for one in usual.points)
    assert not re.search("掉了一截|台阶|新会员|最后一次|少了|同一时候|不算", told), told
    assert usual.advice  # the busiest day is there in any shop


def test_no_sentence_stands_twice_on_the_first_screen(report):
    with use_language("zh"):
        page = re.sub(r"<(style|pre)>.*?</\1>|<[^>]+>", "\n", report.html(), flags=re.S)
    screen = page[page.index("要点") : page.index("关键指标")]
    sentences = [one.strip() for one in re.split(r"[。\n]", screen) if len(one.strip()) > 12]
    assert len(sentences) == len(set(sentences))
    below = page[page.index("关键指标") :]
    assert not [one.says for one in report.points if one.says in below]


def test_every_point_is_told_in_english_too(report):
    with use_language("en"):
        told = points(report.found)
        said = " ".join(f"{one.says} {one.more}" for one in told)
        assert "西街店 has sold less since September 2025: ¥" in said
        assert (
            "None of the 60 members of the level “金卡” has bought anything since the beginning of August 2025"
            in said
        )
        assert "At the same time the orders of the level “普卡” went from " in said
        assert "Without “器具” all 3 stores fell: " in said
        assert "1 May to 6 May 2025: 6 days brought ¥" in said
        for one in advice(report.found, told):
            assert one.do and one.because and one.check


def test_a_total_that_is_not_that_of_the_file_comes_before_everything(lines, tmp_path):
    some = lines[lines["日期"] < "2024-11-01"]
    stated = pd.DataFrame({"单号": ["合计"], "实收金额": [round(some["实收金额"].sum() + 100, 2)]})
    pd.concat([some, stated]).to_csv(tmp_path / "茶店.csv", index=False)
    with use_language("zh"):
        told = analyse(tmp_path / "茶店.csv").points
    assert told[0].kind == Kind.DISAGREES and "可逐行相加是" in told[0].says


@pytest.mark.parametrize(("given", "told"), [(0.05, False), (0.2, True)])
def test_discounts_are_a_point_only_where_they_take_much_off_the_prices(given, told):
    one = pd.DataFrame({"revenue": [8_000.0], "discount": [8_000 * given / (1 - given)], "discount_share": [given]})  # fmt: skip
    found = {"discounts": one, "_sign": "¥", "_days": (chain.FIRST, chain.LAST), "_reconciled": None}  # fmt: skip
    with use_language("zh"):
        said = [one.says for one in points(found)]
    assert said == (["优惠让掉了标价的 20.0%，一共 ¥2,000。"] if told else [])


def by_month(shares, first="2024-01", noise=0.03, seed=2):
    """One line a day of each store, which brings its share of 1,000 a day."""
    chance = np.random.default_rng(seed)
    lines = []
    for n, month in enumerate(pd.period_range(first, periods=len(next(iter(shares.values()))), freq="M")):  # fmt: skip
        for store, level in shares.items():
            for day in range(month.days_in_month):
                lines.append((f"{store}{month}{day}", month.start_time + pd.Timedelta(day, "D"), store, 1, 1000 * level[n] * chance.lognormal(0, noise)))  # fmt: skip
    return pd.DataFrame(lines, columns=["sale_id", "sold_at", "store_id", "quantity", "amount"])


FLAT, FALLS, GROWS = [1.0] * 18, [1.0] * 12 + [0.8] * 6, list(np.linspace(1, 1.6, 18))
SEASON = [1 + 0.4 * np.sin(np.pi * n / 6) for n in range(18)]


@pytest.mark.parametrize(
    ("shares", "told"),
    [
        ({"A": FLAT, "B": FLAT, "C": FLAT}, []),
        ({"A": FLAT, "B": FALLS, "C": FLAT}, [("B", "2025-01")]),
        ({"A": FLAT, "B": FALLS}, [("B", "2025-01")]),
        ({"A": FLAT, "B": GROWS, "C": FLAT}, []),  # a steady change turned in no month
        ({"A": SEASON, "B": SEASON, "C": SEASON}, []),
        ({"A": SEASON, "B": [a * b for a, b in zip(SEASON, FALLS, strict=True)], "C": SEASON}, [("B", "2025-01")]),
        ({"A": FLAT, "B": [1.0] * 9 + [0.7] * 4 + [1.0] * 5, "C": FLAT}, []),  # it came back
        ({"A": FLAT[:10], "B": FALLS[6:16], "C": FLAT[:10]}, [("B", "2024-07")]),  # no year before
        ({"A": FLAT[:10], "B": FALLS[6:16]}, []),  # either may have turned
        ({"A": FLAT}, []),
    ],
)  # fmt: skip
def test_a_store_turned_in_a_month_only_where_it_is_clear(shares, told):
    found = breaks(by_month(shares), "store_id")
    assert list(zip(found["store_id"], found["begins"], strict=True)) == told
    if told:
        assert found["change_rate"].tolist() == pytest.approx([-0.2], abs=0.03)


def test_chance_makes_no_stretch_of_days_and_a_large_order_neither():
    lines = by_month({"A": FLAT}, noise=0.4)
    assert not len(stretches(lines))
    assert not len(stretches(lines.assign(amount=lines["amount"].where(lines.index != 200, 90_000))))  # fmt: skip
    assert not len(stretches(by_month({"A": SEASON}, noise=0.2)))
    lines = by_month({"A": FLAT}, noise=0.2)
    far = lines["sold_at"].between("2024-11-08", "2024-11-12")
    found = stretches(lines.assign(amount=lines["amount"] * np.where(far, 3, 1)))
    assert [(str(a), str(b)) for a, b in zip(found["first_day"], found["last_day"], strict=True)] == [("2024-11-08", "2024-11-12")]  # fmt: skip


@pytest.mark.parametrize(
    ("members", "others", "zh", "en"),
    [
        (
            (500, 375),
            (400, 300),
            "会员和散客少得差不多，不是会员的事",
            "so it is not the membership",
        ),
        ((500, 250), (400, 380), "会员少得比散客多，先问会员", "ask members first"),
        ((500, 490), (400, 200), "散客少得比会员多，去看附近", "held up better than the others"),
        ((0, 0), (400, 200), "会员来得少了没有", "whether its members come less often"),
    ],
)
def test_whether_it_is_members_who_come_less_is_said_where_the_file_tells(members, others, zh, en):
    months = ("2025-08", "2025-09", "2025-10"), ("2026-08", "2026-09", "2026-10")
    lines = [
        (f"R{n}-{kind}-{span[0]}", pd.Timestamp(f"{span[n % 3]}-{1 + n % 28:02}"), "S1", f"M{n % 90}" if kind else None, 1, 9.0)
        for then, span in enumerate(months) for kind, counts in ((1, members), (0, others)) for n in range(counts[then])
    ]  # fmt: skip
    table = pd.DataFrame(lines, columns=["sale_id", "sold_at", "store_id", "member_id", "quantity", "amount"])  # fmt: skip
    trend = {"store_id": "S1", "revenue_2025-08_2025-10": 9.0 * (members[0] + others[0]), "revenue_2026-08_2026-10": 9.0 * (members[1] + others[1]), "change_rate": -0.3, "orders_rate": -0.3, "each_rate": 0.0}  # fmt: skip
    for language, told in (("zh", zh), ("en", en)):
        with use_language(language):
            assert told in _look_at_the_store({"sales": table, "names": {}}, trend, "东店").do


def test_new_members_of_each_store_stand_beside_what_is_usual_there(report, lines):
    with use_language("zh"):
        [one] = [one for one in report.points if one.advice and "新会员" in one.advice.check]
    first = (
        lines.dropna(subset="会员号").sort_values("日期", kind="stable").drop_duplicates("会员号")
    )
    month = first["日期"].dt.strftime("%Y-%m")
    usual = first[(month >= "2025-02") & (month <= "2025-10")]["门店"].value_counts() / 3
    for store, told in re.findall(r"(\w街店) \d+ 位（(\d+) 位）", one.advice.because):
        assert abs(int(told) - usual[store]) <= 1
    assert one.advice.because.startswith("近 3 个月各店新来的，括号里是以前平均 3 个月的：")
