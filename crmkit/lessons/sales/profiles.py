"""What sellers look at: gaps in the records, whom to ask for what; and the keys of what is asked."""

import random
import unicodedata
from collections.abc import Mapping
from datetime import timedelta
from itertools import count
from typing import Any

from crmkit import data, labels, profile
from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.learn.questions import Key, Keys
from crmkit.lessons.view import (
    GROUND,
    divide,
    largest_first,
    once,
    pictured,
    share,
    shown_table,
    store_names,
    table_of,
    yuan,
)
from crmkit.plot._style import chart
from crmkit.screen import Part, Screen, parts

STORE = "S01"
"""The store of the practice shop, which the lesson on records looks at as well."""

LATELY = 14
"""A member who was here in so many days may soon be met again, and is in the practice shop."""

ASKED = ["phone", "household", "district", "birth_date"]
"""What a seller may ask a customer for, in this order; nobody asks for an occupation at the till."""

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
                    (_heading(r.field), f"{r.filled}", f"{r.missing}", share(r.completeness))
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


def _heading(column: str) -> str:
    """A member's column as people call it: a person has 姓名, goods have 名称."""
    return _("Name") if column == "name" else labels.heading(column)


def profiles(store_id: str = STORE, tables: Mapping[str, Any] | None = None) -> Screen:
    """A panel: choose a store, see how complete its records are and whom to ask for what.

    Raises `CrmkitError` for a store that does not exist.
    """
    stores = store_names(tables)
    if store_id not in stores:
        raise CrmkitError(
            _("There is no store {store!r}. There are: {known}").format(
                store=store_id, known=", ".join(stores)
            )
        )
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
    rows = [[_heading(row.field), row.value, _why(row)] for row in found.itertuples()]
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
        rows.append([_heading(one.column), said, done, f"{one.rows}"])
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


def _wrong_phones(found: Any) -> Key:
    wrong, empty = wrong_phones(found), empty_phones(found)
    return Key(
        wrong,
        {
            ("空着的不算错：先看填了没有。", "An empty one is not wrong: look first whether it is filled in."): wrong + empty,
            ("这是空着的张数。", "This counts the empty ones."): empty,
            ("这是位数对的张数。", "This counts those with the right number of digits."): right_phones(found),
        },
    )  # fmt: skip


def _phone_accuracy(found: Any) -> Key:
    right, wrong = right_phones(found), wrong_phones(found)
    return Key(
        100 * right / (right + wrong),
        {
            ("除以的是填了的张数，不是全部 12 张。", "Divide by the cards on which it is filled in, not by all 12."): 100 * right / len(found),
            ("这是错的占多少，问的是对的。", "That is the share that is wrong; asked is what is right."): 100 * wrong / (right + wrong),
            ("这是完整率：填了的 ÷ 全部。", "That is completeness: filled in ÷ all."): 100 * (right + wrong) / len(found),
        },
        {"right": str(right), "filled": str(right + wrong)},
    )  # fmt: skip


def _reachable(found: Any) -> Key:
    return Key(
        reachable(found),
        {
            ("只看了同意：号码不对，发给谁呢？", "Only consent was looked at: with a wrong number, who would get it?"): agreed(found),
            ("只看了号码：没同意的不能发。", "Only the number was looked at: whoever did not agree gets nothing."): right_phones(found),
        },
    )  # fmt: skip


class Records(Keys):
    """What the lesson on complete and accurate records asks."""

    def reach_chart(self) -> Part:
        """The list getting short, with the guess in it."""
        steps = reach()
        told = _("; ").join(
            f"{label('reach_step', r.reach_step)} {r.members}" for r in steps.itertuples()
        )
        guess = self.given.get("reach_guess")
        empty, likely = out_of_sight(steps)
        says = _(
            "Of {empty} members nobody noted the household. If they are like the others, about {likely} of them have a young child: families that are on no list."
        )
        return parts.column(
            pictured(lambda ax: plot_reach(steps, guess, ax=ax), told),
            parts.text(says.format(empty=empty, likely=f"{likely:.0f}")),
        )

    def household_rate(self) -> Key:
        """How complete the household is at the lesson's store."""
        return _household_rate(STORE)

    def six(self) -> Any:
        """The cards the lesson practises on."""
        return cards(100)

    def wrong(self) -> Key:
        """Phones that cannot be right."""
        return _wrong_phones(self.six())

    def accuracy(self) -> Key:
        """The accuracy of the phones."""
        return _phone_accuracy(self.six())

    def reachable(self) -> Key:
        """Who may and can be written to."""
        return _reachable(self.six())


def lesson_cards() -> Screen:
    """The cards on which the lesson practises."""
    return Screen(lambda: show_cards(cards(100)), {}, "cards")


def _household_rate(store_id: str) -> Key:
    members = data.load("members")
    here = members[members["home_store_id"] == store_id]
    filled = int(here["household"].notna().sum())
    return Key(
        100 * filled / len(here),
        {
            ("这是没填的占多少，问的是填了的。", "That is the share not filled in; asked is the share filled in."): 100 - 100 * filled / len(here),
            ("这是填了的人数；要再除以全部会员。", "That is how many filled it in; divide by all members."): filled,
            "upside_down": 100 * len(here) / filled,
        },
        {"missing": str(len(here) - filled), "store": store_names()[store_id]},
    )  # fmt: skip


class CheckUp(Keys):
    """What exercise sales-1 asks: a check-up for the records."""

    def stores(self) -> list[tuple[str, str]]:
        """The stores to choose from."""
        return [(code.lower(), f"{code} {name}") for code, name in store_names().items()]

    @property
    def store(self) -> str:
        """The store this learner chose."""
        return self.given["my_store"].upper()

    def store_records(self) -> Part:
        """The records of the chosen store."""
        return records(self.store)

    def my_cards(self) -> Part:
        """The cards that belong to this learner's number."""
        return show_cards(cards(self.given["my_number"]))

    def _missing(self, name: str) -> Key:
        members = data.load("members")
        here = members[members["home_store_id"] == self.store][name]
        return Key(
            int(here.isna().sum()),
            {("这是填了的人数，问的是没填的。", "That many filled it in; asked is how many did not."): int(here.notna().sum())},
            {"store": store_names()[self.store]},
        )  # fmt: skip

    def no_household(self) -> Key:
        """Members of the store without a household."""
        return self._missing("household")

    def no_district(self) -> Key:
        """Members of the store without a district."""
        return self._missing("district")

    def household_rate(self) -> Key:
        """How complete the household is."""
        return _household_rate(self.store)

    def wrong_phones(self) -> Key:
        """Phones on one's cards that cannot be right."""
        return _wrong_phones(cards(self.given["my_number"]))

    def phone_accuracy(self) -> Key:
        """The accuracy of the phones on one's cards."""
        return _phone_accuracy(cards(self.given["my_number"]))

    def reachable(self) -> Key:
        """Who of one's cards may and can be written to."""
        return _reachable(cards(self.given["my_number"]))

    def next_step(self) -> Key:
        """What to say to a member whose number has a digit too many."""
        return Key("confirm")
