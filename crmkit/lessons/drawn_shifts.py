"""Which shift a learner's number draws: busy ones, far apart."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from crmkit import data
from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.lessons.shifts import Shift, cause_of
from crmkit.lessons.view import table_of


@lru_cache(maxsize=1)
def _shops_busy_days() -> list[tuple[str, date]]:
    return _busy_days(data.load("sales"))


def _busy_days(sales: Any) -> list[tuple[str, date]]:
    till = sales[sales["channel"] == "store"]
    till = till[till["sold_at"] >= till["sold_at"].max().normalize() - timedelta(days=36)]
    till = till.assign(day=till["sold_at"].dt.normalize())
    groups = ["store_id", "day"]
    days = till.groupby(groups)["amount"].sum().round(2).to_frame("revenue")
    days["orders"] = till[till["quantity"] > 0].groupby(groups)["sale_id"].nunique()
    days["aov"] = days["revenue"] / days["orders"]
    days = days.reset_index()
    before = days.assign(day=days["day"] + timedelta(days=7))
    both = days.merge(before, on=groups, suffixes=("", "_before"))
    both = both[both["orders"] >= 12]
    changes = [both[name] / both[f"{name}_before"] - 1 for name in ("revenue", "orders", "aov")]
    clear = [cause_of(*change) is not None for change in zip(*changes, strict=True)]
    return sorted(
        both.loc[clear, groups].assign(day=both["day"].dt.date).itertuples(index=False, name=None)
    )


def draw_shift(number: int, tables: Mapping[str, Any] | None = None) -> Shift:
    """The shift that belongs to a number from 1 to 99: a day of the last month with at least 12
    receipts, on which it is clear what moved revenue. The same number gives the same shift.

    Raises `CrmkitError` for a number out of these limits.
    """
    if not 1 <= number <= 99:
        raise CrmkitError(
            _("{number} will not do: write a whole number from 1 to 99.").format(number=number)
        )
    if not tables:
        return _drawn(number)
    return _far_apart(_busy_days(table_of("sales", tables)), number, tables)


@lru_cache(maxsize=128)
def _drawn(number: int) -> Shift:
    return _far_apart(_shops_busy_days(), number, {})


def _far_apart(busy: list[tuple[str, date]], number: int, tables: Mapping[str, Any]) -> Shift:
    # neighbours in a class have neighbouring numbers: their shifts should lie far apart
    store_id, day = busy[number * 41 % len(busy)]
    return Shift(store_id, day, "day", tables)
