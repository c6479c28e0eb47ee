"""From a pivot table to one line: eight lines by hand, and where a pivot table counts otherwise."""

from collections.abc import Callable
from functools import cache
from typing import Any

from crmkit.i18n import gap
from crmkit.i18n import gettext as _
from crmkit.kpi import sales_summary
from crmkit.labels import heading
from crmkit.learn.questions import Key
from crmkit.lessons.analyst.trying import StoreKeys, store_by_store
from crmkit.lessons.view import pictured, share, table_of, yuan
from crmkit.screen import Part, Screen, parts

SINCE = "2025-06-01"
"""The month of the manager's table is the shop's last."""

WALK_IN = ("散客那一行也要算：他们没有会员号，钱是真的。", "The walk-in's line counts too: no member number, but real money.")  # fmt: skip
AVERAGE_LINE = ("这是平均每行多少钱；客单价要除以单数。", "This is the average per line; AOV divides by orders.")  # fmt: skip


def receipts() -> Any:
    """The eight lines of the lesson: two stores, two months, a return, a walk-in."""
    import pandas as pd

    lines = [
        ("A1", "2025-05-10", "S01", "M1", 2, 60.0),
        ("A1", "2025-05-10", "S01", "M1", 1, 20.0),
        ("A2", "2025-06-01", "S01", None, 1, 30.0),
        ("A3", "2025-06-02", "S01", "M1", -1, -20.0),
        ("A4", "2025-06-15", "S01", "M3", 1, 60.0),
        ("B1", "2025-06-20", "S02", "M2", 3, 90.0),
        ("B1", "2025-06-20", "S02", "M2", 1, 15.0),
        ("B1", "2025-06-20", "S02", "M2", 1, 45.0),
    ]
    names = ["sale_id", "sold_at", "store_id", "member_id", "quantity", "amount"]
    found = pd.DataFrame(lines, columns=names)
    return found.assign(sold_at=pd.to_datetime(found["sold_at"]))


def columns() -> Any:
    """What each heading of the eight lines is called in code."""
    import pandas as pd

    names = list(receipts().columns)
    shown = {_("Heading on the screen"): [heading(one) for one in names], _("In code"): names}
    return pd.DataFrame(shown, index=range(1, len(names) + 1))


@cache
def _june() -> Any:
    sales = table_of("sales", {})
    return sales[sales["sold_at"] >= SINCE]


def _aov(lines: Any, over: Callable[[Any], Any] | None = None) -> float:
    bought = lines[lines["quantity"] > 0]
    orders = bought["sale_id"].nunique() if over is None else over(lines)
    return float(lines["amount"].sum() / orders)


MISTAKES: dict[Any, Callable] = {
    "lines_for_orders": lambda lines: _aov(lines, len),
    "returns_counted_as_orders": lambda lines: _aov(lines, lambda one: one["sale_id"].nunique()),
    "returns_dropped": lambda lines: _aov(lines[lines["quantity"] > 0]),
    "walk_ins_left_out": lambda lines: _aov(lines.dropna(subset="member_id")),
    "upside_down": lambda lines: 1 / _aov(lines),
}
"""What each typical mistake would give for the average order value."""


def cases() -> dict[str, Any]:
    """What ``check.function("aov_of", **cases())`` takes: the eight lines, and one store's five."""
    lines = receipts()
    return {
        "expected": [75.0, 50.0],
        "inputs": [lines, lines[lines["store_id"] == "S01"]],
        "mistakes": MISTAKES,
    }


def beside(aov_of: Callable, lines: Any) -> Screen:
    """What a learner's own function gives for every store, side by side."""
    return store_by_store(
        _("Average order value in June"),
        _("Average order value"),
        lambda store: aov_of(lines[lines["store_id"] == store]),
        yuan,
    )


class Pivots(StoreKeys):
    """What the lesson on pivot tables asks."""

    def counted(self) -> Part:
        """June counted three ways, with the orders somebody guessed."""
        lines, guessed = _june(), self.given.get("orders_guess")
        orders = lines.loc[lines["quantity"] > 0, "sale_id"].nunique()
        found = {
            _("rows (what the pivot table counts)"): len(lines),
            _("receipt numbers, returns among them"): lines["sale_id"].nunique(),
            _("orders: receipts with something bought"): orders,
        }
        says = _("{orders} orders, not {rows}.").format(
            orders=f"{orders:,}", rows=f"{len(lines):,}"
        )
        if guessed is not None:
            found[_("your guess")] = int(guessed)
            says += gap() + _("You guessed {guess}.").format(guess=f"{guessed:,.0f}")

        def draw(ax: Any) -> None:
            from crmkit.plot import _style

            colours = [_style.BAD, _style.QUIET, _style.MAIN, _style.ACCENT]
            drawn = ax.barh(list(found), list(found.values()), color=colours[: len(found)])
            ax.bar_label(drawn, [f"{value:,}" for value in found.values()], padding=3)
            ax.invert_yaxis()
            ax.set_xlim(0, len(lines) * 1.15)

        return parts.column(pictured(draw, says, size=(8, 2.6)), parts.text(says))

    def revenue(self) -> Key:
        """What store S01 took on the eight lines."""
        return Key(150.0, {"returns_dropped": 170.0, WALK_IN: 120.0, "all_stores": 300.0})

    def orders(self) -> Key:
        """The orders of store S01."""
        walk_in = ("A2 没有会员号，也是一单。", "A2 has no member number and is an order all the same.")  # fmt: skip
        return Key(3, {"lines_for_orders": 5, "returns_counted_as_orders": 4, walk_in: 2})

    def aov(self) -> Key:
        """The average order value of both stores together."""
        return Key(
            75.0,
            {
                "mean_of_means": 100.0,
                AVERAGE_LINE: 37.5,
                "returns_counted_as_orders": 60.0,
                "returns_dropped": 80.0,
            },
        )

    def missing(self) -> Key:
        """The share of revenue that a table by member loses."""
        sales = table_of("sales", {})
        known = sales.loc[sales["member_id"].notna(), "amount"].sum() / sales["amount"].sum()
        left = ("这是留下来的那部分；问的是少掉的。", "This is what remained; the question is what went missing.")  # fmt: skip
        return Key(100 * (1 - known), {left: 100 * known}, {"share": share(1 - known)})

    def highest_aov(self) -> Key:
        """The store with the highest average order value in June."""
        found = sales_summary(_june(), by="store_id").set_index("store_id")["aov"]
        return Key(found.idxmax(), facts={"aov": yuan(found.max())})
