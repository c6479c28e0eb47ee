"""What sellers look at: gaps in the records, and whom to ask for what."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from crmkit import data, labels
from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.learn.checks import check
from crmkit.lessons.view import (
    View,
    divide,
    html_table,
    largest_first,
    panel,
    share,
    table_of,
    text_table,
    yuan,
)


def join_forms() -> Any:
    """The course shop's joining forms of half a year, as they arrived: nothing mended yet.

    Returns a frame of texts: member_id (the form's number), channel, name, phone, email, gender,
    birth_date, age.
    """
    import pandas as pd

    columns = [
        "member_id",
        "channel",
        "name",
        "phone",
        "email",
        "gender",
        "birth_date",
        "age",
        "joined_at",
    ]
    path = data.raw("join_forms")
    forms = pd.read_csv(path, dtype="str", encoding="utf-8-sig", names=columns, header=0)
    return forms.drop(columns="joined_at")


def reach(
    household: str, store_id: str | None = None, tables: Mapping[str, Any] | None = None
) -> Any:
    """How many members are left, step by step, when an offer is meant for one kind of household.

    household: its code, such as ``"young_child"``; store_id: one store's members only; `tables`
    holds one's own ``members`` in place of the course shop's. Returns a frame: step (all members,
    household known, such a household, agreed to messages, e-mail known), members, and step_share
    (of all members, 0 to 1).
    """
    import pandas as pd

    members = table_of("members", tables or {})
    if store_id is not None:
        members = members[members["home_store_id"] == store_id]
    steps = {
        "all": members["member_id"].notna(),
        "household_known": members["household"].notna(),
        "such_household": members["household"] == household,
        "agreed": members["consent_marketing"].astype(bool),
        "email_known": members["email"].notna(),
    }
    left, rows = pd.Series(True, index=members.index), []
    for name, holds in steps.items():
        left = left & holds.fillna(False).astype(bool)
        rows.append((name, int(left.sum()), divide(left.sum(), len(members), places=4)))
    return pd.DataFrame(rows, columns=["reach_step", "members", "step_share"])


def ask_first(store_id: str, rows: int = 10, tables: Mapping[str, Any] | None = None) -> Any:
    """Whom to ask for what at the next visit: gaps in the records of those who buy most.

    Returns a frame of `rows` members of the store with something missing, those with the largest
    revenue over the last 365 days first: member_id, revenue (yuan), last_order, ask_for (the
    empty fields, by commas).
    """
    from crmkit import profile

    tables = tables or {}
    members, sales = table_of("members", tables), table_of("sales", tables)
    here = members[members["home_store_id"] == store_id]
    missing = profile.gaps(here)
    missing = missing[missing["ask_for"] != ""]
    year = sales[sales["sold_at"] > sales["sold_at"].max() - timedelta(days=365)]
    bought = year[year["quantity"] > 0].groupby("member_id")["sold_at"].max().dt.normalize()
    found = missing[["member_id", "ask_for"]].merge(
        year.groupby("member_id", as_index=False)["amount"].sum(), how="inner", on="member_id"
    )
    found["revenue"] = found["amount"].round(2)
    found["last_order"] = found["member_id"].map(bought)
    found = found.dropna(subset=["last_order"])
    return largest_first(
        found[["member_id", "revenue", "last_order", "ask_for"]], "revenue", "member_id"
    ).head(rows)


def profiles(store_id: str = "S01", tables: Mapping[str, Any] | None = None) -> View:
    """A panel: choose a store, see how complete its records are and whom to ask for what.

    Raises `CrmkitError` for a store that does not exist.
    """
    from crmkit import profile

    tables = tables or {}
    stores = table_of("stores", tables).set_index("store_id")["name"]
    if store_id not in stores.index:
        raise CrmkitError(
            _("There is no store {store!r}. There are: {known}").format(
                store=store_id, known=", ".join(sorted(stores.index))
            )
        )

    def render(store_id: str) -> View:
        members = table_of("members", tables)
        here = members[members["home_store_id"] == store_id]
        filled = profile.completeness(here)
        first = ask_first(store_id, tables=tables)
        found = [
            (
                _("How complete the records are: {store}, {n} members").format(
                    store=stores[store_id], n=len(here)
                ),
                [_("Field"), _("Filled in"), _("Missing"), _("Complete")],
                [
                    (labels.heading(r.field), f"{r.filled}", f"{r.missing}", share(r.completeness))
                    for r in filled.itertuples()
                ],
                list(filled["completeness"]),
            ),
            (
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
            ),
        ]
        return View(
            "\n\n".join(text_table(*one[:3]) for one in found),
            "".join(html_table(*one) for one in found),
        )

    import ipywidgets as widgets

    return panel(
        {
            "store_id": widgets.Dropdown(
                options=[(f"{code} {stores[code]}", code) for code in sorted(stores.index)],
                value=store_id,
                description=_("Store"),
            )
        },
        render,
    )


LINES: dict[str, tuple[Callable[[Any], int], dict[Any, Callable[[Any], int]]]] = {
    "with_email": (
        lambda members: members["email"].notna().sum(),
        {
            "empty_counted_as_filled": len,
            ("这是没填邮箱的人数。", "This counts those without an e-mail."): lambda members: (
                members["email"].isna().sum()
            ),
        },
    ),
    "within_reach": (
        lambda members: (members["consent_marketing"] & members["email"].notna()).sum(),
        {
            (
                "只看了邮箱:不同意的人不能发。",
                "Only the e-mail was looked at: whoever said no gets nothing.",
            ): lambda members: members["email"].notna().sum(),
            (
                "只看了同意:没有邮箱,发到哪里去?",
                "Only the consent was looked at: where would it be sent?",
            ): lambda members: members["consent_marketing"].sum(),
            (
                "这是满足任意一个条件的人数:两个条件要同时满足。",
                "This counts those for whom either holds: both must.",
            ): lambda members: (members["consent_marketing"] | members["email"].notna()).sum(),
        },
    ),
    "wrong_phones": (
        lambda members: (members["phone"].notna() & (members["phone"].str.len() != 11)).sum(),
        {
            (
                "空着的也算成错的了:空着不是错,先问填了没有。",
                "Empty ones were counted as wrong: ask first whether it is filled in.",
            ): lambda members: (members["phone"].str.len() != 11).sum(),
            (
                "这是位数对的个数。",
                "This counts those with the right number of digits.",
            ): lambda members: (members["phone"].str.len() == 11).sum(),
        },
    ),
}
"""The lines sellers write about members: what is right, and the mistakes that are known by name."""


def check_line(name: str, line: Any, inputs: Sequence[Any]) -> None:
    """Check a seller's line: a function of members, tried on each of `inputs`.

    name: one of `LINES`. Right, wrong and not attempted are told as `check.function` does.
    """
    right, mistakes = LINES[name]
    check.function(name, right, inputs=list(inputs), mistakes=mistakes, value=line)


def check_count(name: str, count: Any, members: Any) -> None:
    """Check one number a seller worked out for these members; name: one of `LINES`."""
    right, mistakes = LINES[name]
    wrong = {mistake: line(members) for mistake, line in mistakes.items()}
    check.number(name, int(right(members)), value=count, mistakes=wrong)
