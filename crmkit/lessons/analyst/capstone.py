"""The final exercise for analysts: the case once more, in functions of one's own."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from crmkit.i18n import gettext as _
from crmkit.learn.checks.functions import Function
from crmkit.learn.checks.outcome import RIGHT
from crmkit.lessons.analyst.case import FAMILIES, LAST_WINTER, SPRING, STORE, WINTER
from crmkit.lessons.analyst.trying import forgets, table
from crmkit.lessons.analyst.worked import weeks
from crmkit.lessons.view import share, store_names, table_of, yuan
from crmkit.screen import Part, Screen, parts

BORN_AFTER = "1990-03-01"
"""Who was born later was under 35 when the goods were changed."""


def _within(lines: Any, days: tuple[str, str], but: str = "") -> Any:
    import pandas as pd

    first, last = map(pd.Timestamp, days)
    if but == "returns":
        lines = lines[lines["amount"] > 0]
    until = last + timedelta(days=0 if but == "last_day" else 1)
    return lines[(lines["sold_at"] >= first) & (lines["sold_at"] < until)]


# --- each function of the exercise; `but` names what is forgotten ------------------------------------


def fell(sales: Any, before: tuple[str, str], after: tuple[str, str], but: str = "") -> Any:
    """Every store's revenue in both spans of days, and by what share it changed."""
    import pandas as pd

    spans = {"before": before, "after": after}
    sums = {one: _within(sales, days, but).groupby("store_id")["amount"].sum() for one, days in spans.items()}  # fmt: skip
    found = pd.DataFrame(sums).rename_axis("store_id").reset_index()
    base = found["after"] if but == "base" else found["before"]
    change = found["after"] - found["before"]
    if but == "ratio":
        return found.assign(change=found["after"] / found["before"])
    return found.assign(change=change if but == "money" else change / base)


def by_group(
    sales: Any,
    members: Any,
    store: str,
    before: tuple[str, str],
    after: tuple[str, str],
    but: str = "",
) -> Any:
    """Of one store: revenue by who bought (office, other, walk_in), and each group's part of the loss."""
    import pandas as pd

    office = members["occupation"] == "office"
    if but != "age":
        office &= members["birth_date"] > pd.Timestamp(BORN_AFTER)
    if but != "home":
        office &= members["home_store_id"] == store
    theirs = set(members.loc[office, "member_id"])
    here = sales if but == "stores" else sales[sales["store_id"] == store]
    who = here["member_id"].map(lambda one: "office" if one in theirs else "other")
    if but != "walk_ins":
        who = who.where(here["member_id"].notna(), "walk_in")
    here = here.assign(who=who)
    spans = {"before": before, "after": after}
    sums = {one: _within(here, days, but).groupby("who")["amount"].sum() for one, days in spans.items()}  # fmt: skip
    found = pd.DataFrame(sums).rename_axis("who").reset_index()
    found = found if but == "gap" else found.fillna(0.0)
    lost = found["before"] - found["after"]
    return found.assign(part=lost / (found["before"].sum() if but == "base" else lost.sum()))


def came_back(lines: Any, families: Any, days: tuple[str, str], but: str = "") -> float:
    """Of the lines of these families that were bought in these days, the share that came back."""
    there = _within(lines, days, but)
    if but != "all":
        there = there[there["family"].isin(families)]
    back, bought = there[there["quantity"] < 0], there[there["quantity"] > 0]
    if but == "units":
        return float(-back["quantity"].sum() / bought["quantity"].sum())
    if but == "money":
        return float(-back["amount"].sum() / bought["amount"].sum())
    return float(len(back) / (len(there) if but == "base" else len(bought)))


def effects(weeks: Any, but: str = "") -> Any:
    """A week on average: the gap afterwards (level), the store's own change, and the difference in
    differences (did)."""
    import pandas as pd

    mean = weeks.groupby(["group", "period"])["revenue"].agg("sum" if but == "sum" else "mean")
    own = mean["treatment", "after"] - mean["treatment", "before"]
    other = mean["control", "after"] - mean["control", "before"]
    level = mean["treatment", "after"] - mean["control", "after"]
    if but == "level_before":
        level = mean["treatment", "before"] - mean["control", "before"]
    did = {"own": own, "plus": own + other, "swapped": other - own}.get(but, own - other)
    return pd.DataFrame({"measure": ["level", "own", "did"], "value": [level, own, did]})


MISTAKES: dict[str, Mapping[Any, Callable]] = {
    "fell": forgets(
        fell,
        last_day="last_day_missing",
        returns="returns_dropped",
        base=("除以的是原来的数（before），不是后来的。", "Divide by what it was (before), not by what it became."),
        money=("change 是变了几成，不是几元：再除以 before。", "The change is a share, not money: divide by before."),
        ratio=("change 是变化：after ÷ before 还要减 1。", "The change is after ÷ before, less 1."),
    ),
    "by_group": forgets(
        by_group,
        age=("少了年龄：1990-03-01 以后出生的才算。", "The age is missing: born after 1990-03-01."),
        home=("少了门店：注册门店是这家店的才算。", "The store is missing: their home store is this one."),
        stores=("只看这家店的小票。", "Only this store's sales count."),
        walk_ins=("没有会员号的是散客，自成一组。", "Without a member number it is a walk-in: a group of its own."),
        base=("part 除以的是全店少掉的钱，不是全店原来的销售额。", "The part is of what the store lost, not of all it sold."),
        gap=("有一组在哪段日子里什么也没买：那一格是 0，不是空的，写 .fillna(0)。", "A group that bought nothing in one of the periods counts 0 there, not empty: .fillna(0)."),
        returns="returns_dropped",
        last_day="last_day_missing",
    ),
    "came_back": forgets(
        came_back,
        all=("只看这几类商品。", "Only these families count."),
        units=("数的是行，不是件。", "Lines are counted, not pieces."),
        money=("数的是行，不是钱。", "Lines are counted, not money."),
        base=("分母是买的行，不把退的行算进去。", "Divide by the lines bought, without those that came back."),
        last_day="last_day_missing",
    ),
    "effects": forgets(
        effects,
        own=("did 还要减掉对照店的变化。", "The did takes off the other store's change, too."),
        plus=("对照店的变化要减掉，不是加上。", "The other store's change is taken off, not added."),
        swapped="swapped",
        sum="sum_for_mean",
        level_before=("level 看的是改变之后的差。", "The level is the gap after the change."),
    ),
}  # fmt: skip
"""What each typical mistake would give, by function of the exercise."""


def cases(function: str) -> dict[str, Any]:
    """What ``check.function(function, **cases(function))`` takes: the visible cases."""
    lines = table(
        "sold_at store_id member_id family quantity amount",
        ("2024-01-01 09:00", "A", "M1", "mugs", 1, 60.0), ("2024-01-05 10:00", "A", "M1", "mugs", 2, 40.0),
        ("2024-01-31 21:00", "A", "M2", "tea", 1, 50.0), ("2024-01-10 12:00", "A", None, "mugs", 1, 80.0),
        ("2024-01-12 12:00", "B", "M1", "tea", 1, 30.0), ("2024-01-20 12:00", "A", "M3", "tea", 3, 90.0),
        ("2024-01-21 12:00", "A", "M4", "pens", 1, 20.0), ("2024-01-25 12:00", "A", "M1", "mugs", -1, -20.0),
        ("2024-01-31 12:00", "B", None, "mugs", 2, 35.0), ("2024-02-01 00:00", "B", "M2", "tea", 1, 70.0),
        ("2025-01-02 09:00", "A", "M1", "mugs", 1, 30.0), ("2025-01-03 09:00", "A", "M2", "tea", 2, 45.0),
        ("2025-01-04 09:00", "A", "M3", "mugs", 4, 64.0), ("2025-01-31 20:00", "A", None, "mugs", 1, 50.0),
        ("2025-01-15 12:00", "A", "M4", "pens", 1, 18.0), ("2025-01-20 12:00", "A", "M3", "mugs", -3, -48.0),
        ("2025-01-16 12:00", "B", "M1", "tea", 1, 36.0), ("2025-01-31 23:00", "B", "M4", "mugs", 1, 40.0),
        ("2025-01-31 18:00", "A", "M3", "mugs", -1, -16.0), ("2025-02-02 12:00", "A", "M1", "tea", 1, 99.0),
    )  # fmt: skip
    people = table("member_id home_store_id occupation birth_date", ("M1", "A", "office", "1996-05-01"), ("M2", "A", "office", "1980-01-01"), ("M3", "B", "office", "1999-09-09"), ("M4", "A", "student", "2003-03-03"))  # fmt: skip
    people = people.assign(birth_date=people["birth_date"].astype("datetime64[ns]"))
    last, now = ("2024-01-01", "2024-01-31"), ("2025-01-01", "2025-01-31")
    early = (("2024-01-01", "2024-01-20"), ("2025-01-01", "2025-01-15"))
    week = table("group period revenue", ("treatment", "before", 100.0), ("treatment", "before", 140.0), ("treatment", "after", 180.0), ("control", "before", 200.0), ("control", "before", 220.0), ("control", "after", 225.0))  # fmt: skip
    worse = week.assign(revenue=[90.0, 90.0, 60.0, 80.0, 80.0, 130.0])
    names, share = "store_id before after change", "who before after part"
    known: dict[str, tuple[list, list, dict]] = {
        "fell": (
            [table(names, ("A", 320.0, 143.0, 143 / 320 - 1), ("B", 65.0, 76.0, 76 / 65 - 1)), table(names, ("A", 270.0, 157.0, 157 / 270 - 1), ("B", 30.0, None, None))],
            [(lines, last, now), (lines, *early)],
            {"key": ["store_id"]},
        ),
        "by_group": (
            [table(share, ("office", 80.0, 30.0, 50 / 177), ("other", 160.0, 63.0, 97 / 177), ("walk_in", 80.0, 50.0, 30 / 177)), table(share, ("office", 100.0, 30.0, 70 / 113), ("other", 90.0, 127.0, -37 / 113), ("walk_in", 80.0, 0.0, 80 / 113))],
            [(lines, people, "A", last, now), (lines, people, "A", *early)],
            {"key": ["who"]},
        ),
        "came_back": ([1 / 2, 1 / 4], [(lines, ["mugs"], now), (lines, ["mugs"], last)], {}),
        "effects": (
            [table("measure value", ("level", -45.0), ("own", 60.0), ("did", 45.0)), table("measure value", ("level", -70.0), ("own", -30.0), ("did", -80.0))],
            [(week,), (worse,)],
            {"key": ["measure"]},
        ),
    }  # fmt: skip
    expected, inputs, options = known[function]
    return {"expected": expected, "inputs": inputs, "mistakes": MISTAKES[function], **options}


def _is_right(name: str, function: Callable) -> bool:
    """Whether a learner's function gives what is right on the small tables."""
    known = cases(name)
    options = {one: known[one] for one in known if one not in ("expected", "inputs", "mistakes")}
    checked = Function(known["expected"], inputs=known["inputs"], options=options)
    return checked.judge(name, function).status == RIGHT


def figures(fell: Callable, by_group: Callable, came_back: Callable, effects: Callable) -> Screen:
    """What a learner's own functions give for the case: the figures to write the page with."""

    def screen() -> Part:
        written = {"fell": fell, "by_group": by_group, "came_back": came_back, "effects": effects}
        sales, members = table_of("sales", {}), table_of("members", {})
        goods = table_of("products", {})[["product_id", "family"]]
        lines = sales[sales["store_id"] == STORE].merge(goods, on="product_id")
        stores = fell(sales, LAST_WINTER, WINTER)
        groups = by_group(sales, members, STORE, LAST_WINTER, WINTER)
        back = [came_back(lines, FAMILIES, days) for days in (LAST_WINTER, WINTER, SPRING)]
        three = effects(weeks())
        if any(one is ... for one in (stores, groups, *back, three)):
            return parts.card(
                parts.message("open", _("Write all four functions first, then run this again."))
            )
        winters = [_("last winter"), _("this winter")]
        names = store_names() | {"office": _("office workers under 35"), "other": _("other members"), "walk_in": _("walk-ins")}  # fmt: skip
        by_store = [(names[one.store_id], yuan(one.before), yuan(one.after), share(one.change, signed=True)) for one in stores.itertuples()]  # fmt: skip
        by_who = [(names[one.who], yuan(one.before), yuan(one.after), share(one.part)) for one in groups.itertuples()]  # fmt: skip
        returned = zip([*winters, _("after the change")], map(share, back), strict=True)
        words = {"level": _("S03 above S04"), "own": _("S03's own change"), "did": _("difference in differences")}  # fmt: skip
        measured = [
            (words.get(one, one), yuan(value))
            for one, value in zip(three["measure"], three["value"], strict=True)
        ]
        wrong = [name for name, one in written.items() if not _is_right(name, one)]
        warning = _("Not right yet: {names}. Do not use these figures.").format(names=", ".join(wrong))  # fmt: skip
        return parts.card(
            parts.message("wrong", warning) if wrong else None,
            parts.table(_("Revenue of every store"), [_("Store"), *winters, _("Change")], by_store),
            parts.table(_("Revenue of S03 by who bought"), [_("Which group"), *winters, _("Part of the loss")], by_who),
            parts.text(_("Returned, four families")),
            parts.facts(*returned),
            parts.text(_("Revenue a week")),
            parts.facts(*measured),
        )  # fmt: skip

    return Screen(screen, {}, "figures of the case")
