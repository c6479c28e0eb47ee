"""The case: a store whose sales slide. Why, for whom, what to change, and what came of it."""

from functools import cache
from typing import Any

from crmkit import kpi
from crmkit.campaign import difference_in_differences
from crmkit.i18n import gap
from crmkit.i18n import gettext as _
from crmkit.labels import heading
from crmkit.learn.questions import Key, Keys
from crmkit.lessons.analyst.trying import STORES
from crmkit.lessons.analyst.worked import weeks
from crmkit.lessons.view import divide, pictured, share, store_names, table_of, yuan
from crmkit.screen import Part, Screen, parts

STORE, OTHER = "S03", "S04"
LAST_WINTER, WINTER = ("2023-12-01", "2024-02-29"), ("2024-12-01", "2025-02-28")
TROUBLE = ("2024-04-01", "2025-02-28")
LAST_SPRING, SPRING = ("2024-04-01", "2024-06-30"), ("2025-04-01", "2025-06-30")
FAMILIES = ("lunch_boxes", "cups_bottles", "charging", "audio")
"""The goods that were exchanged in March."""
CATEGORIES = ("tea_coffee", "snacks", "stationery", "gadgets", "kitchen")
"""The categories whose prices were changed in March."""


def within(lines: Any, days: tuple[str, str], at: str = "sold_at") -> Any:
    """The rows of some days, both ends included."""
    import pandas as pd

    first, last = map(pd.Timestamp, days)
    return lines[(lines[at] >= first) & (lines[at] < last + pd.Timedelta(days=1))]


@cache
def segment() -> frozenset[str]:
    """Members of the store in an office job, under 35 on the day of the change."""
    members = table_of("members", {})
    born = members["birth_date"].astype("datetime64[ns]")
    there = (members["home_store_id"] == STORE) & (members["occupation"] == "office") & (born > "1990-03-01")  # fmt: skip
    return frozenset(members.loc[there, "member_id"])


@cache
def lines() -> Any:
    """The sales of the store, each with the group of its buyer and the goods' family."""
    import numpy as np

    sales = table_of("sales", {})
    here = sales[sales["store_id"] == STORE]
    member = here["member_id"]
    who = np.select([member.isna(), member.isin(segment())], ["walk_in", "office"], "other")
    goods = table_of("products", {})[["product_id", "category", "family"]]
    return here.assign(who=who).merge(goods, on="product_id", how="left")


def by_store() -> dict[str, tuple[float, float]]:
    """Revenue of every store in the winter before and in this one."""
    sales = table_of("sales", {})
    found = [within(sales, days).groupby("store_id")["amount"].sum() for days in (LAST_WINTER, WINTER)]  # fmt: skip
    return {store: (float(found[0][store]), float(found[1][store])) for store in STORES}


def by_group() -> dict[str, tuple[float, float]]:
    """Revenue of the store by who bought, in the winter before and in this one."""
    found = [within(lines(), days).groupby("who")["amount"].sum() for days in (LAST_WINTER, WINTER)]
    return {who: (float(found[0][who]), float(found[1][who])) for who in ("office", "other", "walk_in")}  # fmt: skip


def prices(before: tuple[str, str], after: tuple[str, str]) -> float:
    """How the price tags of the five categories changed, product by product, on average."""
    tags = [
        within(here, days).groupby("product_id")["list_price"].mean()
        for here in (lines()[lines()["category"].isin(CATEGORIES)],)
        for days in (before, after)
    ]
    return float((tags[1] / tags[0]).dropna().mean()) - 1


def brought_back(days: tuple[str, str]) -> float:
    """Of the bought lines of the four families, the share that came back."""
    here = within(lines(), days)
    here = here[here["family"].isin(FAMILIES)]
    return divide((here["quantity"] < 0).sum(), (here["quantity"] > 0).sum()) or 0.0


def satisfied(of: str, days: tuple[str, str]) -> Any:
    """The share of the group's answers that are 4 or 5, of goods or of service: a rate."""
    surveys = table_of("surveys", {})
    theirs = surveys[surveys["member_id"].isin(segment())]
    return kpi.csat(theirs, of=of, since=days[0], until=days[1])


def satisfied_of(of: str, days: tuple[str, str]) -> str:
    """The share, and of how many answers it is."""
    rate = satisfied(of, days)
    return _("{share} of {n} answers").format(share=share(rate.value), n=int(rate.denominator))


def repeats(days: tuple[str, str]) -> float:
    """The repeat-purchase rate of the group in the store."""
    theirs = lines()[lines()["who"] == "office"]
    return float(kpi.repeat_purchase_rate(theirs, since=days[0], until=days[1]).value)


def reasons() -> Screen:
    """Prices, goods, service: what changed from one winter to the next."""

    def screen() -> Part:
        pair = (LAST_WINTER, WINTER)
        rows = [
            (_("price tags of the five categories"), "–", share(prices(*pair), signed=True)),
            (_("Returned, four families"), *(share(brought_back(d)) for d in pair)),
            (_("satisfied with the goods"), *(satisfied_of("goods", d) for d in pair)),
            (_("satisfied with the service"), *(satisfied_of("service", d) for d in pair)),
        ]
        heads = [_("What"), _("last winter"), _("this winter")]
        return parts.card(parts.table(_("Young office workers at S03"), heads, rows))

    return Screen(screen, {}, "reasons")


def voices() -> Screen:
    """What unhappy customers of the group wrote since the trouble began, the most frequent first."""

    def screen() -> Part:
        surveys = within(table_of("surveys", {}), TROUBLE, "asked_at")
        theirs = surveys[surveys["member_id"].isin(segment()) & (surveys["csat_goods"] <= 3)]
        counted = theirs["comment"].dropna().value_counts().sort_index().sort_values(ascending=False, kind="stable")  # fmt: skip
        rows = [(comment, str(n)) for comment, n in counted.items()]
        heads = [heading("comment"), _("Times")]
        return parts.card(parts.table(_("In their words"), heads, rows))

    return Screen(screen, {}, "voices")


def afterwards() -> Screen:
    """What happened: weekly revenue of both stores, and the group's satisfaction and repeats."""

    def screen() -> Part:
        week = weeks().groupby(["group", "period"])["revenue"].mean()
        names = store_names()
        stores = [
            (f"{code} {names[code]}", yuan(week[group, "before"]), yuan(week[group, "after"]))
            for group, code in (("treatment", STORE), ("control", OTHER))
        ]
        spans = (LAST_SPRING, WINTER, SPRING)
        theirs = [
            (_("satisfied with the goods"), *(satisfied_of("goods", d) for d in spans)),
            (_("bought more than once"), *(share(repeats(d)) for d in spans)),
            (_("Returned, four families"), *(share(brought_back(d)) for d in spans)),
        ]
        heads = [_("What"), _("spring before"), _("this winter"), _("after the change")]
        return parts.card(
            parts.table(_("Revenue a week"), [_("Store"), _("before"), _("after")], stores),
            parts.table(_("Young office workers at S03"), heads, theirs),
        )

    return Screen(screen, {}, "afterwards")


def fell(pair: tuple[float, float]) -> float:
    """By how many per cent it fell."""
    return 100 * (1 - pair[1] / pair[0])


class Case(Keys):
    """What the lesson on the case asks."""

    def all_stores(self) -> Part:
        """Winter on winter, store by store, with what somebody guessed for S03."""
        found, names = by_store(), store_names()
        guessed = self.given.get("fall_guess")
        changes = {store: -fell(pair) for store, pair in found.items()}

        def draw(ax: Any) -> None:
            from crmkit.plot import _style

            colours = [_style.BAD if one == STORE else _style.MAIN for one in changes]
            drawn = ax.barh([f"{s} {names[s]}" for s in changes], list(changes.values()), color=colours)  # fmt: skip
            ax.bar_label(drawn, [f"{one:+.1f}%" for one in changes.values()], padding=3)
            ax.axvline(0, color="black", linewidth=1)
            if guessed is not None:
                ax.axvline(-guessed, color=_style.ACCENT, linestyle="--", label=_("your guess"))
                ax.legend(loc="lower left", bbox_to_anchor=(0, 1))
            ax.invert_yaxis()
            ax.margins(x=0.2)
            ax.set_xlabel("%")

        says = _("S03 fell by {rate}; the other stores grew.").format(rate=f"{-changes[STORE]:.1f}%")  # fmt: skip
        if guessed is not None:
            says += gap() + _("You guessed {guess}.").format(guess=f"{guessed:.0f}%")
        return parts.column(pictured(draw, says, size=(8, 2.8)), parts.text(says))

    def groups(self) -> Part:
        """Who bought for how much, winter on winter."""
        called = {"office": _("office workers under 35"), "other": _("other members"), "walk_in": _("walk-ins")}  # fmt: skip
        rows = [(called[who], yuan(a), yuan(b)) for who, (a, b) in by_group().items()]
        heads = [_("Which group"), _("last winter"), _("this winter")]
        return parts.table(_("Revenue of S03 by who bought"), heads, rows)

    def whom(self) -> Key:
        """The group that fell most, in per cent."""
        found = by_group()
        worst = max(found, key=lambda who: fell(found[who]))
        return Key(worst, facts={"rate": f"{fell(found[worst]):.0f}%"})

    def their_fall(self) -> Key:
        """By how many per cent the young office workers' revenue fell."""
        before, after = by_group()["office"]
        return Key(fell((before, after)), {("那是还剩下的比例；问的是少了多少。", "That is what is left; how much fell away?"): 100 * after / before, ("除以的是原来的数，不是后来的。", "Divide by what it was, not by what it became."): 100 * (before - after) / after})  # fmt: skip

    def their_part(self) -> Key:
        """What part of the store's loss is theirs."""
        found = by_group()
        lost = {who: a - b for who, (a, b) in found.items()}
        before = sum(a for a, _b in found.values())
        return Key(100 * lost["office"] / sum(lost.values()), {("除以的是全店少掉的钱，不是全店原来的销售额。", "Divide by what the store lost, not by all it sold."): 100 * lost["office"] / before})  # fmt: skip

    def not_it(self) -> Key:
        """The reason that the figures do not bear out."""
        return Key("service", {("价签涨了，看第一行。", "Price tags rose: see the first row."): "price", ("退货多了，满意的少了，看第二、三行。", "More came back and fewer were satisfied: see rows two and three."): "goods"})  # fmt: skip

    def measures(self) -> Key:
        """What fits what was found."""
        return Key(frozenset({"goods", "price", "invite"}))

    def effect(self) -> Key:
        """How much more a week S03 rose than S04: the difference in differences."""
        mean = weeks().groupby(["group", "period"])["revenue"].mean()
        own = mean["treatment", "after"] - mean["treatment", "before"]
        level = mean["treatment", "after"] - mean["control", "after"]
        found = difference_in_differences(weeks(), pair="week").difference
        return Key(round(found, 2), {("那是 S03 自己的前后之差；S04 同时也变了。", "That is S03 before and after; S04 changed as well."): round(own, 2), ("那是后来两家店的差；原来的差还没减掉。", "That is the gap afterwards; the gap before it is still in it."): round(level, 2)})  # fmt: skip
