"""Regular members who stopped coming: the signs before it, and one member's story in the tables."""

from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any

from crmkit.codes import QUALITY_REASONS
from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.lessons.view import pictured, table_of
from crmkit.plot._style import chart
from crmkit.screen import Part

SIGNS = ("quality_return", "other_return", "ticket", "low_score", "unhappy_call", "nothing")
"""What a member may have shown before they stayed away, the plainest first."""


SIGN_DAYS = 90
"""A sign is looked for in so many days before the last order, and in all the time since."""


TRACES = ("order", "return", "survey", "ticket", "followup")
"""What a member leaves behind in the tables, in the order they are drawn."""


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
    sales = table_of("sales", tables or {})
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
    calls = _since(
        table_of("followups", tables or {}), "done_on", found["last_order"], timedelta(0)
    )
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
    said = _since(table_of("surveys", tables or {}), "asked_at", last, window)
    low = (said[["csat_goods", "csat_service"]].min(axis=1) <= 3).fillna(False)
    called = _since(table_of("followups", tables or {}), "done_on", last, window)
    who = {
        "quality_return": back[faulty],
        "other_return": back[~faulty],
        "ticket": _since(table_of("tickets", tables or {}), "opened_at", last, window),
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
        table = table_of(name, tables or {})
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
    end = table_of("sales", tables or {})["sold_at"].max().normalize()
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


@lru_cache(maxsize=1)
def all_lost() -> Any:
    return lost_regulars()


@lru_cache(maxsize=2)
def the_hero(_language: str) -> tuple[str, Any]:
    who = lost_member()
    return who, story(who)


def as_picture(member_id: str, words: str) -> Part:
    return pictured(lambda ax: timeline(member_id, ax=ax), words, size=(11, 4.6))


def signs(tables: Mapping[str, Any] | None = None) -> Any:
    """What the lost regulars showed before they left: left_after, members, members_share, revenue."""
    lost = all_lost() if tables is None else lost_regulars(tables)
    found = lost.groupby("left_after", as_index=False).agg(
        members=("member_id", "size"), revenue=("revenue", "sum")
    )
    found.insert(2, "members_share", found["members"] / len(lost))
    order = found["left_after"].map(SIGNS.index)
    found["revenue"] = found["revenue"].round(2)
    return found.assign(_order=order).sort_values("_order", ignore_index=True)[
        ["left_after", "members", "members_share", "revenue"]
    ]
