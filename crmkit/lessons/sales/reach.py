"""Whom a store can reach, and whom to ask first for what is missing."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from crmkit import labels, profile
from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.lessons.view import (
    GROUND,
    divide,
    largest_first,
    once,
    share,
    store_names,
    table_of,
    yuan,
)
from crmkit.plot._style import chart
from crmkit.screen import Part, parts

STORE = "S01"
"""The store of the practice shop, which the lesson on records looks at as well."""


LATELY = 14
"""A member who was here in so many days may soon be met again, and is in the practice shop."""


ASKED = ["phone", "household", "district", "birth_date"]
"""What a seller may ask a customer for, in this order; nobody asks for an occupation at the till."""


def reach(store_id: str = STORE, tables: Mapping[str, Any] | None = None) -> Any:
    """How many members are left, step by step, when an offer is meant for those with a young child.

    store_id: the store whose members they are; `tables` holds one's own ``members`` in place of
    the course shop's. Returns a frame: reach_step (all members, household known, young child,
    agreed to messages), members, and step_share (of all, 0 to 1).
    """
    import pandas as pd

    members = table_of("members", tables or {})
    members = members[members["home_store_id"] == store_id]
    steps = {
        "all": members["member_id"].notna(),
        "household_known": members["household"].notna(),
        "young_child": members["household"] == "young_child",
        "agreed": members["consent_marketing"].astype(bool),
    }
    left, rows = pd.Series(True, index=members.index), []
    for name, holds in steps.items():
        left = left & holds.fillna(False).astype(bool)
        rows.append((name, int(left.sum()), divide(left.sum(), len(members), places=4)))
    return pd.DataFrame(rows, columns=["reach_step", "members", "step_share"])


def out_of_sight(steps: Any) -> tuple[int, float]:
    """Whose household nobody noted, and how many of them have a young child if they are like those
    whose household is known."""
    everyone, known, with_child, _agreed = steps["members"]
    return everyone - known, (everyone - known) * divide(with_child, known)


@chart(size=(8, 3.4), grid="x")
def plot_reach(steps: Any, guess: float | None = None, *, ax: Any = None) -> Any:
    """How a list gets short, a bar a step; with a guess, a line where it was."""
    names = [label("reach_step", one) for one in steps["reach_step"]]
    bars = ax.barh(names, steps["members"], color="#0072B2")
    bars[-1].set_color("#D55E00")
    ax.bar_label(bars, padding=4, bbox=GROUND)
    ax.invert_yaxis()
    ax.set(xlabel=_("Members"), xlim=(0, 1.12 * steps["members"].max()))
    if guess is not None:
        ax.axvline(guess, color="#333333", linestyle="--", label=_("your guess"))
        ax.legend(loc="lower right")
        ax.set_title(
            _("Your guess: {guess}. Actually left: {left}").format(
                guess=f"{guess:,.0f}", left=f"{steps['members'].iloc[-1]:,}"
            )
        )
    return ax


def ask_first(store_id: str, rows: int = 10, tables: Mapping[str, Any] | None = None) -> Any:
    """Whom to ask for what at the next visit: gaps in the records of those who buy most.

    Returns a frame of `rows` members of the store with something missing who bought there in the
    last fortnight, those with the largest revenue over the last 365 days first: member_id,
    revenue (yuan), last_order, ask_for (the empty fields, by commas).
    """
    tables = tables or {}
    members, sales = table_of("members", tables), table_of("sales", tables)
    here = members[members["home_store_id"] == store_id]
    missing = profile.gaps(here, fields=[one for one in ASKED if one in here])
    missing = missing[missing["ask_for"] != ""]
    year = sales[sales["sold_at"] > sales["sold_at"].max() - timedelta(days=365)]
    bought = year[(year["quantity"] > 0) & (year["store_id"] == store_id)]
    lately = bought[bought["sold_at"] > sales["sold_at"].max() - timedelta(days=LATELY)]
    bought = lately.groupby("member_id")["sold_at"].max().dt.normalize()
    found = missing[["member_id", "ask_for"]].merge(
        year.groupby("member_id", as_index=False)["amount"].sum(), how="inner", on="member_id"
    )
    found["revenue"] = found["amount"].round(2)
    found["last_order"] = found["member_id"].map(bought)
    found = found.dropna(subset=["last_order"])
    return largest_first(
        found[["member_id", "revenue", "last_order", "ask_for"]], "revenue", "member_id"
    ).head(rows)


@once
def records(store_id: str, tables: Mapping[str, Any] | None = None) -> Part:
    """How complete a store's records are, and whom to ask for what."""
    members = table_of("members", tables or {})
    here = members[members["home_store_id"] == store_id]
    filled = profile.completeness(here)
    first = ask_first(store_id, tables=tables)
    title = _("How complete the records are: {store}, {n} members")
    return parts.row(
        parts.column(
            parts.table(
                title.format(store=store_names(tables)[store_id], n=len(here)),
                [_("Field"), _("Filled in"), _("Missing"), _("Complete")],
                [
                    (heading_of(r.field), f"{r.filled}", f"{r.missing}", share(r.completeness))
                    for r in filled.itertuples()
                ],
                list(filled["completeness"]),
            )
        ),
        parts.column(
            parts.table(
                _("Ask them first: they buy most, and something is missing"),
                [_("Member"), _("Revenue in a year"), _("Last order"), _("Ask for")],
                [
                    (
                        r.member_id,
                        yuan(r.revenue),
                        f"{r.last_order:%Y-%m-%d}",
                        _(", ").join(labels.heading(name) for name in r.ask_for.split(", ")),
                    )
                    for r in first.itertuples()
                ],
            )
        ),
    )


def heading_of(column: str) -> str:
    """A member's column as people call it: a person has 姓名, goods have 名称."""
    return _("Name") if column == "name" else labels.heading(column)
