"""One member's story in the shop's tables, and what many such stories add up to."""

from collections.abc import Mapping
from typing import Any

from crmkit import campaign, data
from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.plot._style import chart

QUALITY = ("not_durable", "unreliable", "poor_performance")
"""Return reasons that speak about the goods, not about the customer's choice."""

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
    days_silent (up to the last day of the table), revenue (yuan), and left_after, the last trace
    in the books: ``"quality_return"`` where goods came back as faulty on or after the last order,
    else ``"nothing"``.
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
    back = known[known["return_reason"].isin(QUALITY)].groupby("member_id")["sold_at"].max()
    after = back.reindex(found.index) >= found["last_order"]
    found["left_after"] = after.map({True: "quality_return", False: "nothing"})
    found["last_order"] = found["last_order"].dt.normalize()
    return found.reset_index().sort_values(
        ["orders", "member_id"], ascending=[False, True], ignore_index=True
    )


def lost_member(tables: Mapping[str, Any] | None = None) -> str:
    """The member_id of the most faithful regular whose last trace is a return of faulty goods.

    Raises `CrmkitError` when the tables hold none.
    """
    lost = lost_regulars(tables)
    lost = lost[lost["left_after"] == "quality_return"]
    if lost.empty:
        raise CrmkitError(_("These tables hold no regular who left after a faulty product."))
    return str(lost["member_id"].iloc[0])


def story(member_id: str, tables: Mapping[str, Any] | None = None) -> Any:
    """Everything the shop knows that this member did or was asked, in the order it happened.

    Returns a frame: at, trace (order, return, survey, ticket, followup), amount (yuan; of orders
    and returns), return_reason, csat_goods (1 to 5; of surveys), outcome and next_step (of
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
        of("surveys")[["asked_at", "csat_goods"]]
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
        columns=["at", "trace", "amount", "return_reason", "csat_goods", "outcome", "next_step"]
    )
    found["amount"] = found["amount"].astype("float64").round(2)
    found["csat_goods"] = found["csat_goods"].astype("Int64")
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
        for n, reason in of[["at", "return_reason"]].dropna().itertuples(index=False):
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
        if of.empty:
            ax.annotate(
                label("trace_missing", trace),
                (0.01, row),
                xycoords=("axes fraction", "data"),
                va="center",
                color="#666666",
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
    ax.set_title(_("What the shop knows of member {member}").format(member=member_id))


def offer(campaign_id: str, tables: Mapping[str, Any] | None = None) -> Any:
    """Who bought during a campaign: those who got its offer beside those who were left out.

    `tables` holds one's own ``campaigns``, ``campaign_contacts`` and ``sales`` in place of the
    course shop's. Returns a frame, one row a side: side (treatment, control), members, buyers, buyer_share (0 to 1),
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
    sure = difference.low is not None and (difference.low > 0 or difference.high < 0)
    verdict = "more_than_chance" if sure else "may_be_chance"
    found["verdict"] = found["group"].map({"treatment": verdict})
    found = found.sort_values("group", ascending=False, ignore_index=True)
    return found.rename(columns={"group": "side"}).round({"buyer_share": 4})


def satisfied(stores: list[str], tables: Mapping[str, Any] | None = None) -> Any:
    """How many are satisfied with the goods at these stores, quarter by quarter.

    CSAT: answers of 4 or 5 ÷ answers, on a scale from 1 to 5. Returns a frame: quarter
    (``"2025-Q2"``), store_id, n (answers), satisfied_share (0 to 1).
    """
    surveys = _table("surveys", tables)
    asked = surveys[surveys["store_id"].isin(stores) & surveys["csat_goods"].notna()]
    quarter = (
        asked["asked_at"].dt.year.astype(str) + "-Q" + asked["asked_at"].dt.quarter.astype(str)
    )
    found = (
        asked.assign(quarter=quarter, good=asked["csat_goods"] >= 4)
        .groupby(["quarter", "store_id"], as_index=False)
        .agg(n=("good", "size"), satisfied_share=("good", "mean"))
    )
    return found.round({"satisfied_share": 4})


def loyalty(tables: Mapping[str, Any] | None = None) -> Any:
    """How much of the members' revenue comes from those who come often, over the last 365 days.

    Returns a frame by how many orders a member made: orders_a_year (``"1"``, ``"2-5"``,
    ``"6-11"``, ``"12+"``), members, members_share (of the members who bought), revenue (yuan),
    revenue_share (of these members' revenue).
    """
    import pandas as pd

    sales = _table("sales", tables)
    year = sales["sold_at"] > sales["sold_at"].max() - pd.Timedelta(days=365)
    lines = sales[year & sales["member_id"].notna()]
    each = lines.groupby("member_id").agg(revenue=("amount", "sum"))
    each["orders"] = lines[lines["quantity"] > 0].groupby("member_id")["sale_id"].nunique()
    each = each[each["orders"] > 0]
    names = ["1", "2-5", "6-11", "12+"]
    group = pd.cut(each["orders"], [0, 1, 5, 11, float("inf")], labels=names)
    found = each.groupby(group, observed=False).agg(
        members=("orders", "size"), revenue=("revenue", "sum")
    )
    found.insert(1, "members_share", (found["members"] / len(each)).round(4))
    found["revenue_share"] = (found["revenue"] / each["revenue"].sum()).round(4)
    found["revenue"] = found["revenue"].round(2)
    return found.rename_axis("orders_a_year").reset_index().astype({"orders_a_year": "str"})
