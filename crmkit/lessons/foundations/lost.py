"""One member's story in the shop's tables, and what many such stories add up to."""

from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any

from crmkit import campaign, data, kpi
from crmkit.codes import QUALITY_REASONS
from crmkit.errors import CrmkitError
from crmkit.i18n import get_language, label
from crmkit.i18n import gettext as _
from crmkit.labels import quarter
from crmkit.learn.questions import Key, Keys
from crmkit.lessons.view import pictured, share, shown_table, store_names
from crmkit.plot._style import chart
from crmkit.screen import Part, Screen, parts

SIGNS = ("quality_return", "other_return", "ticket", "low_score", "unhappy_call", "nothing")
"""What a member may have shown before they stayed away, the plainest first."""

SIGN_DAYS = 90
"""A sign is looked for in so many days before the last order, and in all the time since."""

SLIDING, LIKE_IT = "S03", "S04"
"""The store whose customers were let down, and the one like it."""

TRACES = ("order", "return", "survey", "ticket", "followup")
"""What a member leaves behind in the tables, in the order they are drawn."""


def _table(name: str, tables: Mapping[str, Any] | None) -> Any:
    return tables[name] if tables and name in tables else data.load(name)


def lost_regulars(tables: Mapping[str, Any] | None = None) -> Any:
    """Members who used to come often and have stayed away far longer than they ever did.

    A regular made at least 12 orders, half of them within 30 days of the one before; lost is who
    has been silent for 180 days and for six times their usual gap. `tables` holds one's own
    ``sales`` in place of the course shop's.

    Returns a frame, most orders first: member_id, orders, days_between (median), last_order,
    days_silent (up to the last day of the table), revenue (yuan), left_after (the plainest of
    `SIGNS` in the `SIGN_DAYS` before the last order and since; ``"nothing"`` where there truly is
    none) and calls_after (follow-up visits made after the last order).
    """
    sales = _table("sales", tables)
    known = sales[sales["member_id"].notna()]
    orders = known[known["quantity"] > 0].groupby(["member_id", "sale_id"], as_index=False)
    orders = orders["sold_at"].min().sort_values(["member_id", "sold_at", "sale_id"])
    orders["gap"] = orders.groupby("member_id")["sold_at"].diff().dt.days
    found = orders.groupby("member_id").agg(
        orders=("sale_id", "size"), days_between=("gap", "median"), last_order=("sold_at", "max")
    )
    found["days_silent"] = (sales["sold_at"].max() - found["last_order"]).dt.days
    found["revenue"] = known.groupby("member_id")["amount"].sum().round(2)
    found = found[
        (found["orders"] >= 12)
        & (found["days_between"] <= 30)
        & (found["days_silent"] >= 180)
        & (found["days_silent"] >= 6 * found["days_between"])
    ]
    found["left_after"] = _last_sign(found["last_order"], known, tables)
    calls = _since(_table("followups", tables), "done_on", found["last_order"], timedelta(0))
    found["calls_after"] = calls.groupby("member_id").size().reindex(found.index).fillna(0)
    found["calls_after"] = found["calls_after"].astype("int64")
    found["last_order"] = found["last_order"].dt.normalize()
    return found.reset_index().sort_values(
        ["orders", "member_id"], ascending=[False, True], ignore_index=True
    )


def _since(table: Any, column: str, last: Any, before: timedelta) -> Any:
    """The rows of these members from `before` their last order on."""
    mine = table[table["member_id"].isin(last.index) & table[column].notna()]
    return mine[mine[column] >= mine["member_id"].map(last) - before]


def _last_sign(last: Any, known: Any, tables: Mapping[str, Any] | None) -> Any:
    """The plainest sign each of these members gave, by member."""
    window = timedelta(days=SIGN_DAYS)
    back = _since(known[known["quantity"] < 0], "sold_at", last, window)
    faulty = back["return_reason"].isin(QUALITY_REASONS)
    said = _since(_table("surveys", tables), "asked_at", last, window)
    low = (said[["csat_goods", "csat_service"]].min(axis=1) <= 3).fillna(False)
    called = _since(_table("followups", tables), "done_on", last, window)
    who = {
        "quality_return": back[faulty],
        "other_return": back[~faulty],
        "ticket": _since(_table("tickets", tables), "opened_at", last, window),
        "low_score": said[low.astype(bool)],
        "unhappy_call": called[called["outcome"].isin(["problem", "declined"])],
    }
    sign = last.index.to_series().map(lambda _member: "nothing")
    for name in reversed(SIGNS[:-1]):
        sign[sign.index.isin(who[name]["member_id"])] = name
    return sign


def lost_member(tables: Mapping[str, Any] | None = None) -> str:
    """The most faithful regular who was content, brought back faulty goods and was never called.

    Content: at least two answers on the goods before the last order, on average 4 of 5 or more.
    Raises `CrmkitError` when the tables hold none.
    """
    lost = lost_regulars(tables)
    lost = lost[(lost["left_after"] == "quality_return") & (lost["calls_after"] == 0)]
    for one in lost.itertuples():
        told = story(one.member_id, tables)
        before = told[told["at"] < one.last_order]["csat_goods"].dropna()
        if len(before) >= 2 and before.mean() >= 4:
            return str(one.member_id)
    raise CrmkitError(_("These tables hold no regular who left after a faulty product."))


def story(member_id: str, tables: Mapping[str, Any] | None = None) -> Any:
    """Everything the shop knows that this member did or was asked, in the order it happened.

    Returns a frame: at, trace (order, return, survey, ticket, followup), amount (yuan; of orders
    and returns), return_reason, csat_goods and csat_service (1 to 5; of surveys), outcome and next_step (of
    follow-ups). `tables` holds one's own
    ``sales``, ``surveys``, ``tickets``, ``followups`` in place of the course shop's.

    Raises `CrmkitError` when the member has left no trace.
    """
    import pandas as pd

    def of(name: str) -> Any:
        table = _table(name, tables)
        return table[table["member_id"] == member_id]

    sales = of("sales")
    bought = sales[sales["quantity"] > 0].groupby("sale_id", as_index=False)
    bought = bought.agg(at=("sold_at", "min"), amount=("amount", "sum"))
    visits = of("followups")
    parts = [
        bought[["at", "amount"]].assign(trace="order"),
        sales[sales["quantity"] < 0][["sold_at", "amount", "return_reason"]]
        .rename(columns={"sold_at": "at"})
        .assign(trace="return"),
        of("surveys")[["asked_at", "csat_goods", "csat_service"]]
        .rename(columns={"asked_at": "at"})
        .assign(trace="survey"),
        of("tickets")[["opened_at"]].rename(columns={"opened_at": "at"}).assign(trace="ticket"),
        visits[visits["done_on"].notna()][["done_on", "outcome", "next_step"]]
        .rename(columns={"done_on": "at"})
        .assign(trace="followup"),
    ]
    parts = [part for part in parts if len(part)]
    if not parts:
        raise CrmkitError(_("There is no trace of a member {member!r}.").format(member=member_id))
    found = pd.concat(parts).reindex(
        columns=["at", "trace", "amount", "return_reason", "csat_goods", "csat_service"]
        + ["outcome", "next_step"]
    )
    found["amount"] = found["amount"].astype("float64").round(2)
    scores = ["csat_goods", "csat_service"]
    found[scores] = found[scores].astype("Int64")
    order = found["trace"].map(TRACES.index)
    return found.assign(_order=order).sort_values(["at", "_order"], ignore_index=True)[
        list(found.columns)
    ]


@chart(size=(11, 4.6), grid="x")
def timeline(member_id: str, tables: Mapping[str, Any] | None = None, *, ax: Any = None) -> Any:
    """A member's story as a picture: a row for each kind of trace, the silence shaded.

    Larger dots are larger orders. Returns the Axes; errors are those of `story`.
    """
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    traces = story(member_id, tables)
    end = _table("sales", tables)["sold_at"].max().normalize()
    last = traces.loc[traces["trace"] == "order", "at"].max()
    colours = {
        "order": "#0072B2",
        "return": "#D55E00",
        "survey": "#009E73",
        "ticket": "#CC79A7",
        "followup": "#E69F00",
    }
    for row, trace in enumerate(TRACES):
        of = traces[traces["trace"] == trace]
        size = 40 + 1.2 * of["amount"].clip(0, 400) if trace == "order" else 130
        ax.scatter(
            of["at"],
            [row] * len(of),
            s=size,
            c=colours[trace],
            marker="X" if trace == "return" else "o",
            alpha=0.6 if trace == "order" else 0.95,
            linewidths=0,
            zorder=3,
        )
        for n, reason in of[["at", "return_reason"]].dropna().tail(1).itertuples(index=False):
            ax.annotate(
                label("return_reason", reason),
                (n, row),
                (0, 13),
                textcoords="offset points",
                ha="center",
                va="bottom",
                color=colours["return"],
                fontsize=13,
            )
        if trace == "survey":
            for at, score in zip(
                of["at"], of[["csat_goods", "csat_service"]].min(axis=1), strict=True
            ):
                if score == score and score is not None:
                    ax.annotate(
                        f"{score:.0f}",
                        (at, row),
                        ha="center",
                        va="center",
                        color="white",
                        fontsize=9,
                        zorder=4,
                    )
        if of.empty:
            ax.annotate(
                label("trace_missing", trace),
                (0.01, row),
                xycoords=("axes fraction", "data"),
                va="center",
                color="#666666",
                backgroundcolor="white",  # else the line of the grid strikes it out
            )
    days = (end - last.normalize()).days
    if days > 30:
        ax.axvspan(last, end, color="#BBBBBB", alpha=0.3, linewidth=0)
        ax.annotate(
            _("{days} days without a visit").format(days=days),
            (last + (end - last) / 2, len(TRACES) - 0.55),
            ha="center",
            va="center",
        )
    ax.set_yticks(range(len(TRACES)), [label("trace", trace) for trace in TRACES])
    ax.set_ylim(len(TRACES) - 0.3, -0.7)
    ax.xaxis.set_major_locator(AutoDateLocator(maxticks=10))
    ax.xaxis.set_major_formatter(
        ConciseDateFormatter(
            ax.xaxis.get_major_locator(),
            formats=["%Y", "%Y-%m", "%m-%d", "%H:%M", "%H:%M", "%S"],
            zero_formats=["", "%Y", "%Y-%m", "%m-%d", "%H:%M", "%H:%M"],
            show_offset=False,
        )
    )
    ax.set_title(_("What the shop knows about member {member}").format(member=member_id))


def offer(campaign_id: str, tables: Mapping[str, Any] | None = None) -> Any:
    """Who bought during a campaign: those who got its offer beside those who were left out.

    `tables` holds one's own ``campaigns``, ``campaign_contacts`` and ``sales`` in place of the
    course shop's. Returns a frame, one row a side: sent (treatment, control), members, buyers, buyer_share (0 to 1),
    and beside the treatment whether chance explains the difference: verdict
    (``"more_than_chance"`` where the 95 % interval of the difference leaves out 0, else
    ``"may_be_chance"``).

    Raises `CrmkitError` when there is no such campaign.
    """
    campaigns = _table("campaigns", tables).set_index("campaign_id")
    if campaign_id not in campaigns.index:
        raise CrmkitError(
            _("There is no campaign {campaign!r}. There are: {known}").format(
                campaign=campaign_id, known=", ".join(campaigns.index)
            )
        )
    first, last = campaigns.loc[campaign_id, ["starts_on", "ends_on"]]
    bought = campaign.outcomes(
        _table("campaign_contacts", tables),
        _table("sales", tables),
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
    surveys = _table("surveys", tables)
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

    sales = _table("sales", tables)
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
def _lost() -> Any:
    return lost_regulars()


@lru_cache(maxsize=1)
def _satisfied() -> Any:
    return satisfied()


@lru_cache(maxsize=2)
def _hero(_language: str) -> tuple[str, Any]:
    who = lost_member()
    return who, story(who)


def _picture(member_id: str, words: str) -> Part:
    return pictured(lambda ax: timeline(member_id, ax=ax), words, size=(11, 4.6))


def _in_words(member_id: str) -> str:
    """One lost regular in a few sentences, each from the tables."""
    one = _lost().set_index("member_id").loc[member_id]
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
        lambda: parts.card(shown_table(_("The last records"), _hero(get_language())[1].tail(rows))),
        {},
        "last records",
    )


def signs(tables: Mapping[str, Any] | None = None) -> Any:
    """What the lost regulars showed before they left: left_after, members, members_share, revenue."""
    lost = _lost() if tables is None else lost_regulars(tables)
    found = lost.groupby("left_after", as_index=False).agg(
        members=("member_id", "size"), revenue=("revenue", "sum")
    )
    found.insert(2, "members_share", found["members"] / len(lost))
    order = found["left_after"].map(SIGNS.index)
    found["revenue"] = found["revenue"].round(2)
    return found.assign(_order=order).sort_values("_order", ignore_index=True)[
        ["left_after", "members", "members_share", "revenue"]
    ]


def others() -> Screen:
    """A panel: choose another lost regular, see the story and what there was to notice."""
    lost = _lost().head(60)
    ids = [str(one) for one in lost["member_id"]]
    hero = _hero(get_language())[0]
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
            _picture(at["who"], words),
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
    found, stores = _satisfied(), store_names()

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


class Lost(Keys):
    """What the lesson on a lost customer asks."""

    def story_chart(self) -> Part:
        """The member's story, with the guess of how often somebody got in touch."""
        who, told = _hero(get_language())
        last = told.loc[told["trace"] == "order", "at"].max()
        calls = int(((told["trace"] == "followup") & (told["at"] >= last)).sum())
        scores = told.loc[told["at"] < last, "csat_goods"].dropna()
        words = _(
            "Your guess: {guess} times. It was {calls}: after the last purchase nobody got in touch. "
            "Until then the goods were given {score:.1f} of 5 on average ({n} answers)."
        ).format(
            guess=self.given.get("calls_guess", "–"),
            calls=calls,
            score=scores.mean(),
            n=len(scores),
        )
        picture = _picture(who, words)
        if "calls_guess" not in self.given:
            return picture
        return parts.column(picture, parts.message("noted", words))

    def trace(self) -> Key:
        """What the member's last trace is."""
        told = _hero(get_language())[1]
        return Key(
            str(told["trace"].iloc[-1]), facts={"reason": label("return_reason", _reason(told))}
        )

    def signs_chart(self) -> Part:
        """What the lost regulars showed before they left, with the guess."""
        found = signs()
        silent = float(found.set_index("left_after")["members_share"]["nothing"])
        words = _(
            "Your guess: {guess} of 100. Really {silent:.0f} of 100 left without a sign."
        ).format(guess=self.given.get("silent_guess", "–"), silent=100 * silent)
        table = shown_table(
            _("{n} lost regulars: what they showed before they left").format(n=len(_lost())),
            found,
            list(found["members_share"]),
        )
        return parts.column(table, parts.message("noted", words))

    def quarters(self) -> list[tuple[str, str]]:
        """The quarters to choose from."""
        return [(one.lower(), quarter(one)) for one in sorted(set(_satisfied()["quarter"]))]

    def part(self) -> Key:
        """The quarter in which the two stores part."""
        when = parted(_satisfied())
        found = _satisfied().set_index(["store_id", "quarter"])["csat"]
        return Key(
            when.lower(),
            facts={"here": share(found[SLIDING, when]), "there": share(found[LIKE_IT, when])},
        )


def _reason(told: Any) -> str:
    return str(told["return_reason"].dropna().iloc[-1])
