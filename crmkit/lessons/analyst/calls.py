"""What analysts look at, and the till rolls on which their functions are tried at once.

Each of `CASES` is what ``check.function(name, **CASES[name])`` takes: at least two visible cases,
and what the typical mistakes would give on them. Hidden tests bring other data.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from crmkit.i18n import gettext as _
from crmkit.lessons.analyst.trying import STORES, store_by_store
from crmkit.lessons.view import share, table_of
from crmkit.screen import Screen
from crmkit.segment import rfm, rfm_groups

STORE, TODAY, EARLIER = "S03", "2025-02-28", "2024-03-31"
"""The store of the lesson, the day on which it is told, and the day it looks back to."""

LONG = 90
"""So many days without a visit are three months."""


def _roll(*lines: tuple[str, str, str | None, int, float]) -> Any:
    import pandas as pd

    names = ["sale_id", "sold_at", "member_id", "quantity", "amount"]
    found = pd.DataFrame(lines, columns=names)
    return found.assign(sold_at=pd.to_datetime(found["sold_at"]))


def till_roll() -> Any:
    """The nine lines of the exercise: orders of several lines, returns, a walk-in, a day to come."""
    return _roll(
        ("A1", "2025-03-02 10:15", "M1", 1, 120.0),
        ("A2", "2025-06-28 21:40", "M1", 2, 80.0),
        ("A2", "2025-06-28 21:40", "M1", 1, 30.0),
        ("A3", "2025-01-10 12:00", "M2", 2, 400.0),
        ("A4", "2025-06-20 09:30", "M2", -1, -200.0),
        ("A5", "2025-06-30 18:05", "M3", 1, 60.0),
        ("A6", "2025-06-15 16:20", None, 1, 25.0),
        ("A7", "2025-07-02 11:45", "M3", 1, 90.0),
        ("A8", "2025-05-05 13:10", "M4", -1, -40.0),
    ).copy()


def m1() -> Any:
    """The five lines of the lesson, one member's and a walk-in's."""
    return _roll(
        ("A1", "2025-03-02 10:15", "M1", 1, 120.0),
        ("A2", "2025-06-20 21:40", "M1", 2, 80.0),
        ("A2", "2025-06-20 21:40", "M1", 1, 30.0),
        ("A3", "2025-06-28 09:30", "M1", -1, -30.0),
        ("A4", "2025-06-29 16:20", None, 1, 25.0),
    )


def _until(lines: Any, as_of: str) -> Any:
    import pandas as pd

    return lines[
        lines["member_id"].notna() & (lines["sold_at"] < pd.Timestamp(as_of) + pd.Timedelta(days=1))
    ]


def _days(lines: Any, as_of: str, which: str = "max", by_clock: bool = False) -> Any:
    import pandas as pd

    day = getattr(lines.groupby("member_id")["sold_at"], which)()
    day = day if by_clock else day.dt.normalize()
    return (pd.Timestamp(as_of) - day).dt.days.rename("recency").reset_index()


def _counted(orders: Any, money: Any, count: str = "nunique") -> Any:
    found = getattr(orders.groupby("member_id")["sale_id"], count)().rename("frequency").to_frame()
    spent = money.groupby("member_id")["amount"].sum().round(2).rename("monetary")
    return found.join(spent).reset_index()


def _bought(lines: Any) -> Any:
    return lines[lines["quantity"] > 0]


def _line_up(values: Any, low_is_best: bool, by_member: bool = True) -> Any:
    import pandas as pd

    line = (values.sort_index() if by_member else values).sort_values(kind="stable")
    classes = [place * 5 // len(line) for place in range(len(line))]
    return pd.Series([5 - c if low_is_best else c + 1 for c in classes], index=line.index)


def _moves(before: Any, after: Any, how: str = "inner") -> Any:
    both = before.merge(after, on="member_id", suffixes=("_1", "_2"), how=how).fillna("gone")
    both["group_from"], both["group_to"] = both["rfm_group_1"], both["rfm_group_2"]
    return both.groupby(["group_from", "group_to"]).size().rename("members").reset_index()


ONLY_BOTH = ("只数两张表里都有的会员。", "Count only members who are in both tables.")
MISTAKES: dict[str, Mapping[Any, Callable]] = {
    "recency": {
        "first_purchase_for_last": lambda lines, day: _days(
            _bought(_until(lines, day)), day, which="min"
        ),
        ("来退货也被当成来买了一次。", "A return was counted as a purchase."): lambda lines, day: _days(_until(lines, day), day),
        "last_day_missing": lambda lines, day: _days(_bought(lines[lines["sold_at"] < day]), day),
        ("as_of 以后的小票也算进去了：只看当天及以前。", "Receipts after as_of were counted: look only at that day and before."): lambda lines, day: _days(_bought(lines.dropna()), day),
        ("像是连几点几分也减了：先用 .dt.normalize() 只留日子。", "Hours and minutes were subtracted, too, it seems: keep the day alone with .dt.normalize()."): lambda lines, day: _days(_bought(_until(lines, day)), day, by_clock=True),
    },
    "habits": {
        "lines_for_frequency": lambda lines, day: _counted(
            _bought(_until(lines, day)), _until(lines, day), count="size"
        ),
        "returns_dropped": lambda lines, day: _counted(
            _bought(_until(lines, day)), _bought(_until(lines, day))
        ),
        "returns_counted_as_orders": lambda lines, day: _counted(
            _until(lines, day), _until(lines, day)
        ),
    },
    "score": {
        "scores_upside_down": lambda values, low: _line_up(values, not low),
        "no_tie_break": lambda values, low: _line_up(values, low, by_member=False),
        ("low_is_best 为真时，数最小的得 5 分：用 if 分两种情况。", "With low_is_best the smallest number gets a 5: tell the two cases apart with if."): lambda values, low: _line_up(values, False),
    },
    "group": {
        "greater_for_at_least": lambda scored: rfm_groups(scored, high_from=5),
    },
    "movement": {
        "swapped": lambda before, after: _moves(after, before),
        ONLY_BOTH: lambda before, after: _moves(before, after, how="outer"),
    },
    "share_left": {
        "upside_down": lambda moves, store: 1 / _left(moves, store),
        ("分母是原来的“重要价值”客户，不是全部会员。", "Divide by those who were important and valued, not by all members."): lambda moves, store: _left(moves, store, of_all=True),
    },
}  # fmt: skip
"""What each typical mistake would give, by function of the exercise and the lesson."""


def _left(moves: Any, store: str, of_all: bool = False) -> float:
    here = moves[moves["home_store_id"] == store]
    before = here[here["group_from"] == "important_value"]
    stayed = (before["group_to"] == "important_value").sum()
    return float(stayed / (len(here) if of_all else len(before)))


def cases(function: str) -> dict[str, Any]:
    """What ``check.function(function, **cases(function))`` takes: the visible cases."""
    import pandas as pd

    def frame(**columns: list) -> Any:
        return pd.DataFrame(columns)

    def moved(*rows: tuple[str, str, str]) -> Any:
        return pd.DataFrame(rows, columns=["home_store_id", "group_from", "group_to"])

    three, five = ["M1", "M2", "M3"], ["M1", "M2", "M3", "M4", "M5"]
    groups = ["important_value", "important_value", "general_develop", "general_keep"]
    first = frame(member_id=three + ["M4"], rfm_group=groups)
    second = frame(
        member_id=["M5", "M3", "M2", "M1"],
        rfm_group=["general_develop", "general_value", "important_keep", "important_value"],
    )
    rising = pd.Series(dict(zip(five, [10, 20, 30, 40, 50], strict=True)))
    alike = pd.Series({"M5": 7, "M3": 7, "M1": 7, "M4": 2, "M2": 9})
    scored = frame(member_id=["M1", "M2"], r_score=[5, 1], f_score=[5, 2], m_score=[4, 1])
    others = frame(member_id=three, r_score=[4, 3, 2], f_score=[3, 4, 1], m_score=[3, 4, 5])
    value, keep, gone = "important_value", "important_keep", "important_win_back"
    at_old_town = moved(
        *[("S01", value, value)] * 3, ("S01", value, keep), ("S01", keep, value),
        ("S02", value, value), *[("S02", value, gone)] * 2, ("S02", gone, gone),
    )  # fmt: skip
    known: dict[str, tuple[list, list, dict]] = {
        "recency": (
            [
                frame(member_id=three, recency=[2, 171, 0]),
                frame(member_id=["M1", "M2"], recency=[90, 141]),
            ],
            [(till_roll(), "2025-06-30"), (till_roll(), "2025-05-31")],
            {"key": ["member_id"]},
        ),
        "habits": (
            [
                frame(member_id=three, frequency=[2, 1, 1], monetary=[230.0, 200.0, 60.0]),
                frame(member_id=["M1", "M2"], frequency=[1, 1], monetary=[120.0, 400.0]),
            ],
            [(till_roll(), "2025-06-30"), (till_roll(), "2025-05-31")],
            {"key": ["member_id"], "within": 0.005},
        ),
        "score": (
            [
                pd.Series(dict(zip(five, [1, 2, 3, 4, 5], strict=True))),
                pd.Series(dict(zip(five, [5, 4, 3, 2, 1], strict=True))),
                pd.Series({"M4": 5, "M1": 4, "M3": 3, "M5": 2, "M2": 1}),
            ],
            [(rising, False), (rising, True), (alike, True)],
            {},
        ),
        "group": (
            [
                scored.assign(rfm_group=["important_value", "general_win_back"]),
                others.assign(
                    rfm_group=["general_develop", "important_keep", "important_win_back"]
                ),
            ],
            [(scored,), (others,)],
            {"key": ["member_id"], "extra": True},
        ),
        "movement": (
            [
                frame(
                    group_from=["general_develop", "important_value", "important_value"],
                    group_to=["general_value", "important_keep", "important_value"],
                    members=[1, 1, 1],
                ),
                frame(group_from=["important_value"], group_to=["general_keep"], members=[2]),
            ],
            [
                (first, second),
                (
                    first.head(2),
                    frame(member_id=["M2", "M1", "M9"], rfm_group=["general_keep"] * 3),
                ),
            ],
            {"key": ["group_from", "group_to"]},
        ),
        "share_left": ([0.75, 1 / 3], [(at_old_town, "S01"), (at_old_town, "S02")], {}),
    }
    expected, inputs, more = known[function]
    return {"expected": expected, "inputs": inputs, "mistakes": MISTAKES[function], **more}


@cache
def _moved() -> Any:
    sales = table_of("sales", {})
    before, now = (rfm_groups(rfm(sales, day)) for day in (EARLIER, TODAY))
    both = before[["member_id", "rfm_group"]].merge(
        now[["member_id", "rfm_group"]], on="member_id", suffixes=("_1", "_2")
    )
    both = both.rename(columns={"rfm_group_1": "group_from", "rfm_group_2": "group_to"})
    return both.merge(table_of("members", {})[["member_id", "home_store_id"]])


def shares_left() -> dict[str, float]:
    """Which share of each store's "important: valued" customers still is, eleven months later."""
    return {store: _left(_moved(), store) for store in STORES}


def beside(share_left: Callable, moves: Any) -> Screen:
    """What a learner's own function gives for every store, side by side."""
    return store_by_store(
        _("Important: valued eleven months ago, and still"),
        _("Share left"),
        lambda store: share_left(moves, store),
        share,
    )
