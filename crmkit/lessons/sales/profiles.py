"""Members' records: what a store's forms hold, what is wrong with them and what mending brings."""

import random
import unicodedata
from collections.abc import Mapping
from datetime import timedelta
from itertools import count
from typing import Any

from crmkit import data, labels, profile
from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.lessons.sales.reach import STORE, heading_of, records
from crmkit.lessons.view import demand_store, divide, shown_table, store_names, table_of, yuan
from crmkit.screen import Part, Screen, parts

FIELDS = ["name", "phone", "email"]
"""What of a joining form the lesson measures and mends."""


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


def unseen() -> Screen:
    """Members who bought baby goods in the last year, by household; the last row nobody filled in."""
    sales, members, products = data.load("sales"), data.load("members"), data.load("products")
    baby = products.loc[products["category"] == "baby", "product_id"]
    bought = sales[
        sales["product_id"].isin(baby) & sales["member_id"].notna() & (sales["quantity"] > 0)
    ]
    bought = bought[bought["sold_at"] > sales["sold_at"].max() - timedelta(days=365)]
    buyers = members[members["member_id"].isin(bought["member_id"])]
    spent = bought.groupby("member_id")["amount"].sum()
    found = buyers.assign(amount=buyers["member_id"].map(spent)).groupby("household", dropna=False)
    found = (
        found.agg(members=("member_id", "size"), revenue=("amount", "sum")).round(2).reset_index()
    )
    found = found.sort_values("revenue", ascending=False)
    found = found.sort_values("household", key=lambda one: one.isna(), kind="stable")
    empty = found[found["household"].isna()]

    def show() -> Part:
        return parts.card(
            shown_table(_("Members who bought baby goods in the last year"), found),
            parts.message(
                "info",
                _(
                    "{n} of {all} buyers have no household on record; they spent {money} on baby goods."
                ).format(
                    n=int(empty["members"].sum()),
                    all=int(found["members"].sum()),
                    money=yuan(empty["revenue"].sum()),
                ),
            ),
        )

    return Screen(show, {}, "unseen")


def profiles(store_id: str = STORE, tables: Mapping[str, Any] | None = None) -> Screen:
    """A panel: choose a store, see how complete its records are and whom to ask for what.

    Raises `CrmkitError` for a store that does not exist.
    """
    stores = store_names(tables)
    demand_store(store_id, tables)
    at = {"store": store_id}

    def choose(store: Any, _values: dict) -> None:
        at["store"] = store if store in stores else at["store"]

    def show() -> Part:
        options = [(code, f"{code} {name}") for code, name in stores.items()]
        return parts.card(
            parts.select("store", _("Store"), options, at["store"], act="choose"),
            records(at["store"], tables=tables),
        )

    return Screen(show, {"choose": choose}, "profiles")


def _named(shown: Any) -> Any:
    """A table to show whose first column is a field of a person: their 姓名, not a 名称."""
    first = shown.columns[0]
    return shown.assign(**{first: shown[first].replace({labels.heading("name"): _("Name")})})


def judged(forms: Any) -> Any:
    """How much of what stands on joining forms can be right, field by field.

    A number that two members share may be right, couples share one: it is counted by itself, in
    ``shared``, and not among the wrong. A frame: field, filled, wrong, shared, accuracy
    (0 to 1).
    """
    found = profile.accuracy(forms, fields=FIELDS).rename(columns={"n": "filled"})
    slips = profile.mistakes(forms, fields=FIELDS)
    badly = slips[slips["reason"] != "phone_shared"].groupby("field")["member_id"].nunique()
    wrong = found["field"].map(badly).fillna(0).astype(int)
    found["shared"], found["wrong"] = found["wrong"] - wrong, wrong
    found["accuracy"] = [divide(f - w, f) for f, w in zip(found["filled"], wrong, strict=True)]
    return found[["field", "filled", "wrong", "shared", "accuracy"]].sort_values("accuracy", kind="stable")  # fmt: skip


def accuracy() -> Any:
    """How much of what stands on the joining forms can be right: to show."""
    return _named(labels.show(judged(join_forms())))


def impossible() -> Screen:
    """Some of what looks wrong on the joining forms, and why."""
    found = profile.mistakes(join_forms(), fields=FIELDS).head(8)
    rows = [[heading_of(row.field), row.value, _why(row)] for row in found.itertuples()]
    heads = [_("Field"), _("What it says"), _("Why it was picked out")]
    table = parts.table(_("Some of what the computer picked out"), heads, rows)
    return Screen(lambda: table, {}, "impossible")


def _why(row: Any) -> str:
    """Why a value of a joining form looks wrong, as one says it in the shop."""
    if row.reason == "phone_shared":
        return _("another member has the same number: ask")
    if row.reason != "phone_shape":
        return label("reason", row.reason)
    digits = unicodedata.normalize("NFKC", row.value)
    if len(row.value) == 11 and row.value.isascii():
        return _("there is no such number")
    wide = len(digits) == 11
    return _("the digits are wide: type them again") if wide else _("not 11 digits")


MENDED = (
    "placeholder",
    "full_width",
    "phone_format",
    "phone_invalid",
    "email_invalid",
    "code_spelling",
)
"""What mending by rule does that a seller meets on the forms."""


def mended() -> Screen:
    """What mending the joining forms by rule did, a line for each kind of slip."""
    from crmkit import clean

    report = clean.clean_members(join_forms(), today="2025-06-30")[1]
    rows = []
    for one in report.findings:
        if one.fault not in MENDED:
            continue
        shown = [pair for pair in one.examples if pair[0].isascii() or one.column != "gender"][:2]
        now = _(", ").join(label(one.column, after) for _before, after in shown)
        done = _("changed to {now}").format(now=now) if one.action == "repaired" else _("left empty: ask next time")  # fmt: skip
        said = _(", ").join(before for before, _after in shown)
        rows.append([heading_of(one.column), said, done, f"{one.rows}"])
    heads = [_("Field"), _("What it said"), _("What was done"), _("Forms")]
    title = _("{n} joining forms, mended by rule").format(n=report.rows_in)
    return Screen(lambda: parts.table(title, heads, rows), {}, "mended")


def before_and_after() -> Any:
    """The joining forms before and after mending, field by field: to show."""
    from crmkit import clean

    forms = join_forms()
    good = clean.clean_members(forms, today="2025-06-30")[0]
    sides = []
    for name, frame in (("before", forms), ("after", good)):
        filled = profile.completeness(frame, fields=FIELDS)[["field", "completeness"]]
        right = judged(frame)[["field", "accuracy"]]
        side = filled.merge(right, on="field").set_index("field")
        sides.append(side.add_prefix(f"{name}_"))
    beside = sides[0].join(sides[1]).reset_index()
    columns = ["before_completeness", "after_completeness", "before_accuracy", "after_accuracy"]
    return _named(labels.show(beside[["field", *columns]]))


def cards(number: int, tables: Mapping[str, Any] | None = None) -> Any:
    """Twelve membership cards that belong to a number from 1 to 99: some gaps, some faults.

    The same number gives the same cards; what is asked about them has another answer for each
    typical mistake. A frame: member_id, phone, household, consent_marketing.
    """
    dealt = (_dealt(random.Random(f"{number}/{attempt}"), tables or {}) for attempt in count())
    return next(found for found in dealt if _tells_apart(found))


def _tells_apart(found: Any) -> bool:
    """Whether no typical mistake gives the right answer on these cards."""
    counts = (wrong_phones, empty_phones, right_phones, agreed, reachable)
    figures = [one(found) for one in counts]
    right, filled = right_phones(found), len(found) - empty_phones(found)
    shares = {right / filled, right / len(found), 1 - right / filled, filled / len(found)}
    return (
        min(figures) > 0
        and len(set(figures)) == len(figures)
        and len({round(100 * one, 1) for one in shares}) == len(shares)
        and empty_phones(found) < 4
    )


def _dealt(dice: random.Random, tables: Mapping[str, Any]) -> Any:
    members = table_of("members", tables).sort_values("member_id", ignore_index=True)
    found = members.iloc[sorted(dice.sample(range(len(members)), 12))]
    found = found[["member_id", "phone", "household", "consent_marketing"]].reset_index(drop=True)
    phones = []
    for phone in found["phone"]:
        fault = dice.choices(["none", "short", "long", "empty"], [60, 14, 12, 14])[0]
        short, long = phone[:-1], phone + phone[-1]
        phones.append({"none": phone, "short": short, "long": long, "empty": None}[fault])
    return found.assign(phone=phones)


def right_phones(found: Any) -> int:
    """Phones with the eleven digits of a mobile number."""
    return int((found["phone"].str.len() == 11).sum())


def empty_phones(found: Any) -> int:
    """Cards on which no phone is filled in."""
    return int(found["phone"].isna().sum())


def wrong_phones(found: Any) -> int:
    """Phones filled in that cannot be right."""
    return int((found["phone"].notna() & (found["phone"].str.len() != 11)).sum())


def agreed(found: Any) -> int:
    """Members who agreed to messages."""
    return int(found["consent_marketing"].sum())


def reachable(found: Any) -> int:
    """Members who agreed and whose phone can be right: a text message may and can go out."""
    return int((found["consent_marketing"] & (found["phone"].str.len() == 11)).sum())


def show_cards(found: Any) -> Part:
    """The cards as a table to read."""
    grouped = found["phone"].str.replace(r"^(\d{3})(\d{4})", r"\1 \2 ", regex=True)
    return shown_table(_("Twelve membership cards"), found.assign(phone=grouped))


def lesson_cards() -> Screen:
    """The cards on which the lesson practises."""
    return Screen(lambda: show_cards(cards(100)), {}, "cards")
