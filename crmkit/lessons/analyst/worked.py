"""Did the campaign work: before and after, a control group, two changes, chance and peeking."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from crmkit.campaign import outcomes as ready_outcomes
from crmkit.i18n import gettext as _
from crmkit.labels import heading
from crmkit.lessons.analyst.trying import forgets, table, unwritten
from crmkit.lessons.view import table_of, yuan
from crmkit.screen import Part, Screen, parts

CAMPAIGNS = {"C01": ("2024-05-06", 28), "C02": ("2024-09-09", 28), "C03": ("2025-01-13", 15)}
"""The campaigns that left members out by lot: first day, days that count."""
CHANGED = "2025-03-03"
"""The Monday from which store S03 had other goods and prices."""
TRIALS = 300
"""So many tests of a campaign that never was."""


def eight() -> Any:
    """Eight members of a small trial: what they bought in the fortnight before and after."""
    return table(
        "member_id group revenue_before revenue",
        ("M1", "treatment", 40.0, 60.0),
        ("M2", "treatment", 0.0, 0.0),
        ("M3", "treatment", 30.0, 50.0),
        ("M4", "treatment", 10.0, 30.0),
        ("M5", "control", 30.0, 41.0),
        ("M6", "control", 0.0, 0.0),
        ("M7", "control", 20.0, 33.0),
        ("M8", "control", 10.0, 10.0),
    )


@cache
def of_campaign(name: str) -> Any:
    """One row per member of a campaign: what they bought in its days and in as many before."""
    start, days = CAMPAIGNS[name]
    contacts = table_of("campaign_contacts", {})
    return ready_outcomes(contacts, table_of("sales", {}), start, days, campaign_id=name)


@cache
def weeks(since: str = "2024-11-04") -> Any:
    """Revenue of S03 (changed in March) and S04 (not) by week: seventeen weeks either side, or all
    from a Monday on."""
    sales = table_of("sales", {})
    at = sales["sold_at"]
    there = sales[sales["store_id"].isin(["S03", "S04"]) & (at >= since) & (at < "2025-06-30")]
    by = [there["sold_at"].dt.to_period("W").dt.start_time.rename("week"), there["store_id"]]
    found = there.groupby(by)["amount"].sum().round(2).rename("revenue").reset_index()
    return found.assign(
        group=found["store_id"].map({"S03": "treatment", "S04": "control"}),
        period=(found["week"] >= CHANGED).map({True: "after", False: "before"}),
    )


@cache
def looks() -> Any:
    """Tests of nothing: the members left out of C02, cut in two by lot, looked at every day.

    One row per trial and day: trial, day, p_value (Welch, two-sided).
    """
    import numpy as np
    import pandas as pd
    from scipy import stats

    start, days = CAMPAIGNS["C02"]
    found = of_campaign("C02")
    nobody = found.loc[found["group"] == "control", "member_id"]
    sales = table_of("sales", {})
    day = (sales["sold_at"].dt.normalize() - pd.Timestamp(start)).dt.days
    there = sales[day.between(0, days - 1) & sales["member_id"].isin(nobody)]
    spent = there.pivot_table(
        index="member_id", columns=day[there.index], values="amount", aggfunc="sum"
    )
    so_far = spent.reindex(index=nobody, columns=range(days)).fillna(0).cumsum(axis=1).to_numpy()
    draw, rows = np.random.default_rng(7), []
    for trial in range(TRIALS):
        half = draw.permutation(len(so_far)) < len(so_far) // 2
        p = stats.ttest_ind(so_far[half], so_far[~half], equal_var=False).pvalue
        rows += [(trial, at + 1, value) for at, value in enumerate(p)]
    return pd.DataFrame(rows, columns=["trial", "day", "p_value"])


# --- each function of the lesson and the exercise; `but` names what is forgotten ---------------------


def outcomes(contacts: Any, sales: Any, start: str, days: int, but: str = "") -> Any:
    """What each contacted or left-out member bought in the days from the start, and before it."""
    import pandas as pd

    first, span = pd.Timestamp(start), pd.Timedelta(days=days)
    lines = sales[sales["amount"] > 0] if but == "returns" else sales
    at = lines["sold_at"]
    until = first + span + pd.Timedelta(days=1 if but == "last_day" else 0)
    after = lines[(at >= first) & (at < until)]
    before = lines[(at < first) & (at >= (at.min() if but == "history" else first - span))]
    found = contacts[["member_id", "group"]]
    for name, part in (("revenue", after), ("revenue_before", before)):
        spent = part.groupby("member_id")["amount"].sum().round(2).rename(name)
        found = found.merge(spent, on="member_id", how="inner" if but == "buyers" else "left")
    return found.fillna({"revenue": 0.0, "revenue_before": 0.0})


def difference(found: Any, but: str = "") -> float:
    """How much more a member of the treatment group brought on average."""
    if but == "buyers":
        found = found[found["revenue"] > 0]
    by = found.groupby("group")["revenue"]
    each = by.sum() if but == "sum" else by.mean()
    if but == "before":
        treated = found[found["group"] == "treatment"]
        return float((treated["revenue"] - treated["revenue_before"]).mean())
    if but == "ratio":
        return float(each["treatment"] / each["control"] - 1)
    return float(each["treatment"] - each["control"]) * (-1 if but == "swapped" else 1)


def standard_error(found: Any, but: str = "") -> float:
    """How far chance alone moves the difference: √(s₁²/n₁ + s₂²/n₂)."""
    by = found.groupby("group")["revenue"]
    spread = by.var(ddof=0) if but == "ddof" else by.var()
    if but == "std":
        return float((by.std() / by.size()).sum() ** 0.5)
    if but == "together":
        return float(found["revenue"].std() / len(found) ** 0.5)
    if but == "no_n":
        return float(spread.sum() ** 0.5)
    if but == "added":
        return float(((spread / by.size()) ** 0.5).sum())
    total = float((spread / by.size()).sum())
    return total if but == "no_root" else total**0.5


def did(found: Any, but: str = "") -> float:
    """How much more the treated store rose, on average a week, than the one it is compared with."""
    mean = found.groupby(["group", "period"])["revenue"].agg("sum" if but == "sum" else "mean")
    change = {g: mean[g, "after"] - mean[g, "before"] for g in ("treatment", "control")}
    if but == "before_after":
        return float(change["treatment"])
    if but == "after_only":
        return float(mean["treatment", "after"] - mean["control", "after"])
    if but == "percent":
        ratio = {g: mean[g, "after"] / mean[g, "before"] for g in change}
        return float(ratio["treatment"] - ratio["control"])
    return float(change["treatment"] - change["control"]) * (-1 if but == "swapped" else 1)


def ever_alarmed(p_values: Any, but: str = "") -> float:
    """The share of trials in which one look or more fell below 0.05."""
    p = p_values["p_value"]
    small = p <= 0.05 if but == "at_most" else p < 0.05
    if but == "all_looks":
        return float(small.mean())
    if but == "last":
        return float(small[p_values["day"] == p_values["day"].max()].mean())
    by = small.groupby(p_values["trial"])
    if but == "count":
        return float(by.any().sum())
    return float((by.all() if but == "every" else by.any()).mean())


MISTAKES: dict[str, Mapping[Any, Callable]] = {
    "outcomes": forgets(
        outcomes,
        buyers="members_without_orders_left_out",
        last_day="one_day_too_many",
        returns="returns_dropped",
        history=("“之前”也只算 days 天，不是从头算起。", "Before means as many days, not all the time before."),
    ),
    "difference": forgets(
        difference,
        buyers="members_without_orders_left_out",
        sum="sum_for_mean",
        swapped="swapped",
        before=("那是实验组自己的前后之差：季节也在里面。要减的是对照组。", "That is the treated before and after, season and all. Take off the control group."),
        ratio=("问的是每人多几元，不是多百分之几。", "How much more per member in money is asked for, not as a percentage."),
    ),
    "standard_error": forgets(
        standard_error,
        no_n="not_divided",
        std=("每一份是方差 ÷ 人数：方差是 var()，不是标准差 std()。", "Each part is variance by number: var(), not the standard deviation std()."),
        no_root=("最后还要开平方。", "The square root at the end is missing."),
        added=("先把两边的 s²/n 加起来，再开一次平方。", "Add the two s²/n first, then take one square root."),
        together=("两组要分开算，各除以自己的人数。", "Work out the two groups apart, each by its own number."),
        ddof=("方差要除以 n − 1：用 pandas 的 var()。", "The variance divides by n − 1: take pandas' var()."),
    ),
    "did": forgets(
        did,
        before_after=("那只是自己店的前后：别的店同样的变化还没减掉。", "That is the store's own change: what the other store went through is still in it."),
        after_only=("那只是后来两家店的差：本来就有的差还没减掉。", "That is the gap afterwards: the gap that was there before is still in it."),
        swapped="swapped",
        sum="sum_for_mean",
        percent=("问的是平均每周多几元，不是百分数之差。", "Money per week is asked for, not a difference of percentages."),
    ),
    "ever_alarmed": forgets(
        ever_alarmed,
        last=("那只看了最后一天；问的是中途有没有哪一次响过。", "That looks at the last day alone; was there any alarm on the way?"),
        all_looks=("分母是试验的个数，不是看的次数。", "Divide by trials, not by looks."),
        every=("有一次就算，不必每次都响：any，不是 all。", "One alarm is enough: any, not all."),
        count="not_divided",
        at_most=("正好 0.05 不算：要小于。", "Exactly 0.05 does not count: below it."),
    ),
}  # fmt: skip
"""What each typical mistake would give, by function of the exercise and the lesson."""


def cases(function: str) -> dict[str, Any]:
    """What ``check.function(function, **cases(function))`` takes: the visible cases."""
    people = table("member_id group", ("M1", "treatment"), ("M2", "treatment"), ("M3", "control"), ("M4", "control"))  # fmt: skip
    lines = table(
        "sold_at member_id amount",
        ("2025-02-25 18:00", "M1", 7.0), ("2025-03-03 10:00", "M1", 40.0), ("2025-03-06 12:00", "M1", -15.0),
        ("2025-03-09 20:30", "M3", 30.0), ("2025-03-10 00:00", "M3", 9.0), ("2025-02-24 09:00", "M3", 12.0),
        ("2025-01-05 09:00", "M4", 80.0), ("2025-03-05 11:00", "M9", 55.0), ("2025-03-04 11:00", None, 21.0),
    )  # fmt: skip
    names = "member_id group revenue revenue_before"
    week = table(names, ("M1", "treatment", 25.0, 7.0), ("M2", "treatment", 0.0, 0.0), ("M3", "control", 30.0, 12.0), ("M4", "control", 0.0, 0.0))  # fmt: skip
    fortnight = table(names, ("M1", "treatment", 0.0, 32.0), ("M2", "treatment", 0.0, 0.0), ("M3", "control", 9.0, 42.0), ("M4", "control", 0.0, 0.0))  # fmt: skip
    four = table(names, ("A", "treatment", 10.0, 0.0), ("B", "treatment", 14.0, 2.0), ("C", "control", 0.0, 5.0), ("D", "control", 6.0, 1.0))  # fmt: skip
    shop = table("week group period revenue", (1, "treatment", "before", 100.0), (2, "treatment", "before", 120.0), (3, "treatment", "after", 160.0), (1, "control", "before", 200.0), (2, "control", "before", 210.0), (3, "control", "after", 225.0))  # fmt: skip
    worse = shop.assign(revenue=[90.0, 90.0, 90.0, 80.0, 80.0, 130.0])
    seen = table("trial day p_value", (0, 1, 0.03), (0, 2, 0.4), (1, 1, 0.2), (1, 2, 0.01), (2, 1, 0.9), (2, 2, 0.7), (3, 1, 0.05), (3, 2, 0.06))  # fmt: skip
    calm = seen[seen["trial"] != 0].assign(trial=[1, 1, 2, 2, 3, 3])
    known: dict[str, tuple[list, list, dict]] = {
        "outcomes": ([week, fortnight], [(people, lines, "2025-03-03", 7), (people, lines, "2025-03-10", 14)], {"key": ["member_id"]}),
        "difference": ([14.0, 9.0], [(eight(),), (four,)], {}),
        "standard_error": ([(700 / 4 + 1106 / 12) ** 0.5, 13**0.5], [(eight(),), (four,)], {}),
        "did": ([30.0, -50.0], [(shop,), (worse,)], {}),
        "ever_alarmed": ([0.5, 1 / 3], [(seen,), (calm,)], {}),
    }  # fmt: skip
    expected, inputs, options = known[function]
    return {"expected": expected, "inputs": inputs, "mistakes": MISTAKES[function], **options}


def beside(difference: Callable) -> Screen:
    """What a learner's own function gives for the three campaigns."""

    def screen() -> Part:
        found = {name: difference(of_campaign(name)) for name in CAMPAIGNS}
        if any(value is ... for value in found.values()):
            return unwritten()
        names = dict(names_of_campaigns())
        rows = [(names[name], yuan(value)) for name, value in found.items()]
        title = _("More per member than in the control group")
        return parts.card(parts.table(title, [_("Campaign"), heading("difference")], rows))

    return Screen(screen, {}, "three campaigns")


def names_of_campaigns() -> list[tuple[str, str]]:
    campaigns = table_of("campaigns", {})
    known = dict(zip(campaigns["campaign_id"], campaigns["name"], strict=True))
    return [(name, f"{name} {known[name]}") for name in CAMPAIGNS]


def satisfied() -> Any:
    """Satisfaction with the goods at S03 and S04: the spring a year before, the winter, the spring."""
    import pandas as pd

    from crmkit.kpi import csat

    surveys, rows = table_of("surveys", {}), []
    for store in ("S03", "S04"):
        for first, last in (("2024-03-01", "2024-06-30"), ("2024-11-01", "2025-02-28"), ("2025-03-01", "2025-06-30")):  # fmt: skip
            here = surveys[surveys["store_id"] == store]
            rate = csat(here, of="goods", since=first, until=last)
            rows.append((store, first[:7] + " – " + last[:7], int(rate.denominator), rate.value, rate.low, rate.high))  # fmt: skip
    return pd.DataFrame(
        rows, columns=["store_id", "months", "answers", "csat", "low_share", "high_share"]
    )


def without_control(sales: Any) -> Any:
    """Households of a public set that got a campaign, and those that got none: no lot was drawn."""
    import pandas as pd

    from crmkit.data import conform

    got = set(conform("complete-journey", table="campaign_contacts")["member_id"].astype(str))
    spent = sales.assign(contacted=sales["member_id"].astype(str).isin(got))
    first = spent[spent["sold_at"] < spent["sold_at"].min() + pd.Timedelta(days=30)]
    rows = []
    for contacted, all_year in spent.groupby("contacted"):
        members = all_year["member_id"].nunique()
        early = first.loc[first["contacted"] == contacted, "amount"].sum()
        rows.append((bool(contacted), members, round(early / members, 2), round(all_year["amount"].sum() / members, 2)))  # fmt: skip
    return pd.DataFrame(rows, columns=["contacted", "members", "first_month_each", "year_each"])
