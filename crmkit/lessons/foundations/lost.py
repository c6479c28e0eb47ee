"""What many stories of regulars who stopped coming add up to, and what was tried."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from crmkit import campaign, kpi
from crmkit.errors import CrmkitError
from crmkit.i18n import get_language, label
from crmkit.i18n import gettext as _
from crmkit.labels import quarter
from crmkit.lessons.foundations.regulars_lost import all_lost, as_picture, the_hero
from crmkit.lessons.view import pictured, share, shown_table, store_names, table_of
from crmkit.plot._style import chart
from crmkit.screen import Part, Screen, parts

SLIDING, LIKE_IT = "S03", "S04"
"""The store whose customers were let down, and the one like it."""


def offer(campaign_id: str, tables: Mapping[str, Any] | None = None) -> Any:
    """Who bought during a campaign: those who got its offer beside those who were left out.

    `tables` holds one's own ``campaigns``, ``campaign_contacts`` and ``sales`` in place of the
    course shop's. Returns a frame, one row a side: sent (treatment, control), members, buyers, buyer_share (0 to 1),
    and beside the treatment whether chance explains the difference: verdict
    (``"more_than_chance"`` where the 95 % interval of the difference leaves out 0, else
    ``"may_be_chance"``).

    Raises `CrmkitError` when there is no such campaign.
    """
    campaigns = table_of("campaigns", tables or {}).set_index("campaign_id")
    if campaign_id not in campaigns.index:
        raise CrmkitError(
            _("There is no campaign {campaign!r}. There are: {known}").format(
                campaign=campaign_id, known=", ".join(campaigns.index)
            )
        )
    first, last = campaigns.loc[campaign_id, ["starts_on", "ends_on"]]
    bought = campaign.outcomes(
        table_of("campaign_contacts", tables or {}),
        table_of("sales", tables or {}),
        first.date(),
        days=(last - first).days + 1,
        campaign_id=campaign_id,
    )
    found = bought.groupby("group", as_index=False).agg(
        members=("bought", "size"), buyers=("bought", "sum"), buyer_share=("bought", "mean")
    )
    difference = campaign.compare_groups(bought, "bought")
    verdict = "more_than_chance" if difference.clear else "may_be_chance"
    found["verdict"] = found["group"].map({"treatment": verdict})
    found = found.sort_values("group", ascending=False, ignore_index=True)
    return found.rename(columns={"group": "sent"}).round({"buyer_share": 4})


def satisfied(tables: Mapping[str, Any] | None = None) -> Any:
    """How many are satisfied with the goods at the two stores, by quarter, with 95 % intervals.

    What `kpi.csat` gives by store_id and quarter.
    """
    surveys = table_of("surveys", tables or {})
    return kpi.csat(
        surveys[surveys["store_id"].isin([SLIDING, LIKE_IT])],
        of="goods",
        by=["store_id", "quarter"],
    )


def parted(found: Any) -> str:
    """The first quarter in which the sliding store's satisfaction lies below the other's by more
    than chance: its interval ends below where the other's begins. `found`: of `satisfied`."""
    found = found.set_index(["store_id", "quarter"])
    here, there = found.loc[SLIDING], found.loc[LIKE_IT]
    return str(here.index[here["high"] < there["low"].reindex(here.index)][0])


@chart(size=(10, 4))
def plot_satisfied(found: Any, *, ax: Any = None) -> Any:
    """Satisfaction with the goods by quarter, a line a store, with its interval."""
    stores = store_names()
    quarters = sorted(set(found["quarter"]))
    for store, colour in ((SLIDING, "#D55E00"), (LIKE_IT, "#0072B2")):
        mine = found[found["store_id"] == store].sort_values("quarter")
        places = [quarters.index(one) for one in mine["quarter"]]
        ax.plot(places, mine["csat"], marker="o", color=colour, label=stores[store])
        ax.fill_between(places, mine["low"], mine["high"], color=colour, alpha=0.15, linewidth=0)
    ax.set_xticks(range(len(quarters)), [quarter(one, two_lines=True) for one in quarters])
    ax.yaxis.set_major_formatter(lambda value, _place: f"{value:.0%}")
    ax.set_title(_("Satisfied with goods by quarter"))
    ax.legend(loc="lower left")


def loyalty(tables: Mapping[str, Any] | None = None) -> Any:
    """How much of the members' revenue comes from those who come often, over the last 365 days.

    Returns a frame by how many orders a member made: orders_a_year (``"1"``, ``"2-5"``,
    ``"6-11"``, ``"12-23"``, ``"24+"``), members, members_share (of the members who bought), revenue (yuan),
    revenue_share (of these members' revenue).
    """
    import pandas as pd

    sales = table_of("sales", tables or {})
    year = sales["sold_at"] > sales["sold_at"].max() - pd.Timedelta(days=365)
    lines = sales[year & sales["member_id"].notna()]
    each = lines.groupby("member_id").agg(revenue=("amount", "sum"))
    each["orders"] = lines[lines["quantity"] > 0].groupby("member_id")["sale_id"].nunique()
    each = each[each["orders"] > 0]
    names = ["1", "2-5", "6-11", "12-23", "24+"]
    group = pd.cut(each["orders"], [0, 1, 5, 11, 23, float("inf")], labels=names)
    found = each.groupby(group, observed=False).agg(
        members=("orders", "size"), revenue=("revenue", "sum")
    )
    found.insert(1, "members_share", found["members"] / len(each))
    found["revenue_share"] = found["revenue"] / each["revenue"].sum()
    found["revenue"] = found["revenue"].round(2)
    return found.rename_axis("orders_a_year").reset_index().astype({"orders_a_year": "str"})


@lru_cache(maxsize=1)
def all_satisfied() -> Any:
    return satisfied()


def _in_words(member_id: str) -> str:
    """One lost regular in a few sentences, each from the tables."""
    one = all_lost().set_index("member_id").loc[member_id]
    told = [
        _("{orders} purchases, usually every {gap:.0f} days; now away for {days} days.").format(
            orders=one["orders"], gap=one["days_between"], days=one["days_silent"]
        ),
        _("Sign before leaving: {sign}.").format(sign=label("left_after", one["left_after"])),
    ]
    called = one["calls_after"]
    told.append(
        _("Since the last purchase nobody got in touch.")
        if called == 0
        else _("Since the last purchase we got in touch {n} times.").format(n=called)
    )
    return " ".join(told)


def last_records(rows: int = 6) -> Screen:
    """The last records of the member the lesson is about."""
    return Screen(
        lambda: parts.card(
            shown_table(_("The last records"), the_hero(get_language())[1].tail(rows))
        ),
        {},
        "last records",
    )


def others() -> Screen:
    """A panel: choose another lost regular, see the story and what there was to notice."""
    lost = all_lost().head(60)
    ids = [str(one) for one in lost["member_id"]]
    hero = the_hero(get_language())[0]
    at = {"who": next(one for one in ids if one != hero)}

    def choose(who: Any, _values: dict) -> None:
        at["who"] = who if who in ids else at["who"]

    def show() -> Part:
        options = [
            (
                one,
                _("{n}. {member}: {sign}").format(n=n, member=one, sign=label("left_after", sign)),
            )
            for n, (one, sign) in enumerate(zip(ids, lost["left_after"], strict=True), start=1)
        ]
        words = _in_words(at["who"])
        return parts.card(
            parts.select("who", _("Lost regular"), options, at["who"], act="choose"),
            as_picture(at["who"], words),
            parts.text(words),
        )

    return Screen(show, {"choose": choose}, "lost regulars")


def tried(campaign_id: str) -> Screen:
    """What a campaign's offer did, next to those who were drawn to get none."""
    found = offer(campaign_id)
    sides = found.set_index("sent")
    sure = sides.loc["treatment", "verdict"] == "more_than_chance"

    def show() -> Part:
        words = _("Got the offer: {a} bought. Got no offer: {b} bought.").format(
            a=share(sides.loc["treatment", "buyer_share"]),
            b=share(sides.loc["control", "buyer_share"]),
        )
        verdict = (
            _("That difference is too large to be chance.")
            if sure
            else _("A difference of this size may be chance.")
        )
        return parts.card(
            shown_table(label("campaign", campaign_id), found.drop(columns="verdict")),
            parts.message("right" if sure else "noted", f"{words} {verdict}"),
        )

    return Screen(show, {}, f"offer {campaign_id}")


def two_stores() -> Screen:
    """Satisfaction with the goods at the two stores."""
    found, stores = all_satisfied(), store_names()

    def show() -> Part:
        told = _("; ").join(
            f"{stores[one.store_id]} {quarter(one.quarter)} {share(one.csat)}"
            for one in found.itertuples()
        )
        return parts.card(pictured(lambda ax: plot_satisfied(found, ax=ax), told, size=(10, 4)))

    return Screen(show, {}, "two stores")


def regulars() -> Screen:
    """How much of the members' revenue comes from those who come often."""
    found = loyalty()

    def show() -> Part:
        each = (found["revenue"] / found["members"]).round(2)
        words = _(
            "{members} of the members bring {revenue} of the revenue. One of them spends as much in "
            "a year as {n:.0f} members who came once."
        ).format(
            members=share(found["members_share"].iloc[-1]),
            revenue=share(found["revenue_share"].iloc[-1]),
            n=each.iloc[-1] / each.iloc[0],
        )
        return parts.card(
            shown_table(_("Members by how often they bought in a year"), found),
            parts.message("noted", words),
        )

    return Screen(show, {}, "regulars")
