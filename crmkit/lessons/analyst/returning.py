"""Retention: who comes back, cohort by cohort, what a member brings, and what goes before leaving."""

from collections.abc import Callable
from functools import cache
from typing import Any

from crmkit.i18n import gettext as _
from crmkit.kpi import retention_rate
from crmkit.learn.checks.expectation import gap
from crmkit.learn.questions import Key, Keys
from crmkit.lessons.analyst.trying import STORES, forgets, store_by_store, table
from crmkit.lessons.view import pictured, share, store_names, table_of
from crmkit.screen import Part, Screen, parts

WINTER, NEXT_WINTER = ("2023-12-01", "2024-02-29"), ("2024-12-01", "2025-02-28")
"""Two winters: the same months, so that the season is no difference."""

DAY, DAYS = "2024-12-31", 90
"""The day from which the lesson looks for those who leave, and how many days it looks."""


@cache
def visits() -> Any:
    """The ten lines of the lesson: four members, a return, a walk-in, three months."""
    return table(
        "sale_id sold_at member_id quantity amount",
        ("A1", "2025-01-05", "M1", 1, 100.0),
        ("A2", "2025-02-10", "M1", 1, 50.0),
        ("A3", "2025-03-12", "M1", 2, 80.0),
        ("B1", "2025-01-20", "M2", 1, 30.0),
        ("B1", "2025-01-20", "M2", 1, 20.0),
        ("C1", "2025-02-03", "M3", 1, 60.0),
        ("C2", "2025-03-09", "M3", 1, 40.0),
        ("D1", "2025-02-14", "M4", 1, 90.0),
        ("D2", "2025-03-16", "M4", -1, -90.0),
        ("E1", "2025-02-15", None, 1, 25.0),
    )


# --- each function of the lesson and the exercise; `but` names what is forgotten ---------------------


def _within(lines: Any, first: Any, last: Any, but: str = "") -> Any:
    import pandas as pd

    end = pd.Timestamp(last) + pd.Timedelta(days=0 if but == "last_day" else 1)
    return lines[(lines["sold_at"] >= pd.Timestamp(first)) & (lines["sold_at"] < end)]


def _bought(lines: Any, but: str = "") -> Any:
    known = lines.fillna({"member_id": "?"}) if but == "walk_ins" else lines.dropna(subset="member_id")  # fmt: skip
    return known if but == "returns" else known[known["quantity"] > 0]


def retention(sales: Any, earlier: tuple, later: tuple, but: str = "") -> float:
    """Of those who bought in the earlier time, the share who bought in the later."""
    before = set(_bought(_within(sales, *earlier, but), but)["member_id"])
    after = set(_bought(_within(sales, *later, but), but)["member_id"])
    return len(before & after) / len({"later": after, "both": before | after}.get(but, before))


def left_by_sign(members: Any) -> Any:
    """Of members with and without a return: how many left, band by band."""
    by = members.groupby(["band", "had_return"])["left"]
    return by.agg(members="size", left_rate="mean").reset_index()


MISTAKES = forgets(
    retention,
    walk_ins="walk_ins_counted",
    returns=("来退货也被当成回来买了。", "A return was taken for coming back to buy."),
    later=("分母要用前一段买过的人。", "Divide by those who bought in the earlier time."),
    both=("分母把后来才来的新客也算进去了。", "New customers of the later time were put into the denominator."),
    last_day="last_day_missing",
)  # fmt: skip
"""What each typical mistake would give for the retention rate."""


def cases() -> dict[str, Any]:
    """What ``check.function("retention", **cases())`` takes: the visible cases."""
    january, february = ("2025-01-01", "2025-01-31"), ("2025-02-01", "2025-02-28")
    march, april, may = ("2025-03-01", "2025-03-31"), ("2025-04-01", "2025-04-30"), ("2025-05-01", "2025-05-31")  # fmt: skip
    ends = table(
        "sale_id sold_at member_id quantity amount",
        ("F1", "2025-04-01 10:00", "M7", 1, 10.0),
        ("F2", "2025-04-30 20:15", "M7", 1, 12.0),
        ("F3", "2025-04-03 09:00", "M8", 1, 30.0),
        ("F4", "2025-05-31 19:30", "M8", 1, 30.0),
        ("F5", "2025-05-02 09:00", "M9", 1, 8.0),
    )
    return {
        "expected": [2 / 3, 0.5, 0.5],
        "inputs": [(visits(), february, march), (visits(), january, february), (ends, april, may)],
        "mistakes": MISTAKES,
    }


def before_leaving(sales: Any, day: str = DAY, days: int = DAYS) -> Any:
    """Members who bought in the days before `day`: orders, a return, and whether they left.

    One row per member_id: orders, band (1, 2–3, 4 and more orders), had_return, left (bought
    nothing in as many days after).
    """
    import pandas as pd

    at, span = pd.Timestamp(day), pd.Timedelta(days=days)
    known = sales.dropna(subset="member_id")
    before = _within(known, at - span + pd.Timedelta(days=1), at)
    after = _bought(_within(known, at + pd.Timedelta(days=1), at + span))
    orders = _bought(before).groupby("member_id")["sale_id"].nunique()
    found = orders.rename("orders").reset_index()
    found["band"] = pd.cut(found["orders"], [0, 1, 3, 10**6], labels=["1", "2–3", "4+"]).astype(str)
    brought_back = before.loc[before["quantity"] < 0, "member_id"]
    return found.assign(
        had_return=found["member_id"].isin(brought_back),
        left=~found["member_id"].isin(after["member_id"]),
    )


def beside(retention: Callable, sales: Any) -> Screen:
    """What a learner's own function gives for every store, side by side."""
    return store_by_store(
        _("Bought in the winter of 2023/24, and in the next"),
        _("Retention rate"),
        lambda store: retention(sales[sales["store_id"] == store], WINTER, NEXT_WINTER),
        share,
    )


@cache
def winters() -> dict[str, float]:
    """Each store's retention from winter to winter, coming back to that store."""
    sales = table_of("sales", {})
    return {s: retention_rate(sales[sales["store_id"] == s], WINTER, NEXT_WINTER).value for s in STORES}  # fmt: skip


class Returning(Keys):
    """What the lesson on retention asks."""

    def came_back(self) -> Part:
        """Retention from winter to winter by store, with what somebody guessed for S03."""
        rates, guessed, names = winters(), self.given.get("back_guess"), store_names()

        def draw(ax: Any) -> None:
            from crmkit.plot import _style

            colours = [_style.BAD if store == "S03" else _style.MAIN for store in rates]
            drawn = ax.barh([names[s] for s in rates], [100 * r for r in rates.values()], color=colours)  # fmt: skip
            ax.bar_label(drawn, [share(rate) for rate in rates.values()], padding=3)
            if guessed is not None:
                ax.axvline(guessed, color=_style.ACCENT, linestyle="--", label=_("your guess"))
                ax.legend(loc="lower right")
            ax.invert_yaxis()
            ax.set_xlim(0, 100)
            ax.set_xlabel("%")

        says = _("{rate} of them came back to store S03.").format(rate=share(rates["S03"]))
        if guessed is not None:
            says += gap() + _("You guessed {guess}.").format(guess=f"{guessed:.0f}")
        return parts.column(pictured(draw, says, size=(8, 2.6)), parts.text(says))

    def repeat(self) -> Key:
        """The repeat-purchase rate of the ten lines."""
        return Key(50.0, {"walk_ins_counted": 40.0, ("M2 的两行是同一单；M4 第二次是来退货的。", "M2's two lines are one order, and M4 came back to return something."): 75.0})  # fmt: skip

    def kept(self) -> Key:
        """The retention of the ten lines, February to March."""
        return Key(200 / 3, {("M4 三月是来退货的，不算回来买。", "M4 came in March to return something: that is no purchase."): 100.0, "walk_ins_counted": 50.0})  # fmt: skip

    def worst(self) -> Key:
        """The store to which the fewest came back."""
        rates = winters()
        least = min(rates, key=rates.__getitem__)
        return Key(least, facts={"rate": share(rates[least])})

    def stores(self) -> list[tuple[str, str]]:
        """The four stores to choose from."""
        names = store_names()
        return [(code, f"{code} {names[code]}") for code in STORES]

    def paradox(self) -> Key:
        """What the comparison band by band says of returns."""
        return Key("more", {("那是混在一起比的：退过货的人本来就来得勤。", "That is all of them together: those with a return came more often to begin with."): "less"})  # fmt: skip
