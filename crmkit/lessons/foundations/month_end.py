"""What exercise foundations-3 asks: a sheet to inspect and a day to read, for each number."""

from datetime import timedelta
from functools import lru_cache
from typing import Any

from crmkit import kpi
from crmkit.i18n import get_language
from crmkit.i18n import gettext as _
from crmkit.learn.questions import Key
from crmkit.lessons.foundations import sheet
from crmkit.lessons.foundations.tidying_asked import Tidying
from crmkit.lessons.view import loaded, store_names, yuan
from crmkit.screen import Part, parts

JUNE = {"since": "2025-05-25", "until": "2025-06-30"}


@lru_cache(maxsize=1)
def days() -> Any:
    """Days of June beside the same weekday a week before, where it is plain what moved.

    A frame: store_id, day, revenue, gross_margin, orders, visitors, and each of them with _then.
    """
    import pandas as pd

    sales = loaded("sales", get_language())
    by = ["store_id", "day"]
    taken = kpi.sales_summary(sales[sales["channel"] == "store"], by, **JUNE)
    came = kpi.conversion_rate(sales, loaded("footfall", get_language()), by, **JUNE)
    found = taken[[*by, "revenue", "orders", "gross_margin"]].merge(came[[*by, "visitors"]])
    found["day"] = pd.to_datetime(found["day"])
    later = found.assign(day=found["day"] + timedelta(days=7))
    both = found.merge(later, on=by, suffixes=("", "_then"))
    people, bought = moved(both)
    baskets = both["revenue"] / both["orders"] - both["revenue_then"] / both["orders_then"]
    plain = ((people.abs() - bought.abs()).abs() > 0.03) & (bought.abs() > 0.01)
    plain &= (baskets.abs() > 0.2) & (both["gross_margin"] > 0)
    return both[plain].sort_values(by, ignore_index=True)


def moved(row: Any) -> tuple[Any, Any]:
    """By which share visitors and conversion moved against the week before."""
    people = row["visitors"] / row["visitors_then"] - 1
    now, then = row["orders"] / row["visitors"], row["orders_then"] / row["visitors_then"]
    return people, now / then - 1


class MonthEnd(Tidying):
    """The keys of foundations-3: the inspection of lesson 07 on a sheet of one's own, and a day."""

    @property
    def number(self) -> int:  # type: ignore[override]
        """This learner's number."""
        return int(self.given["my_number"])

    @property
    def row(self) -> Any:
        """This learner's day; neighbours in a class get days far apart."""
        found = days()
        return found.iloc[self.number * 37 % len(found)]

    def mine(self) -> Part:
        """The sheet and the day that belong to this learner's number."""
        row = self.row
        heads = [_("Day"), _("Revenue"), _("Cost of the goods"), _("Orders"), _("Counted at the door")]  # fmt: skip
        rows = [
            [
                f"{row['day'] - timedelta(days=back):%m-%d}",
                yuan(row[f"revenue{then}"]),
                yuan(row[f"revenue{then}"] - row[f"gross_margin{then}"]),
                f"{int(row[f'orders{then}'])}",
                f"{int(row[f'visitors{then}'])}",
            ]
            for back, then in ((0, ""), (7, "_then"))
        ]
        title = _("{store}, a day and the same weekday a week before")
        return parts.column(
            parts.card(sheet.table(self.number)),
            parts.card(parts.table(title.format(store=store_names()[row["store_id"]]), heads, rows)),
        )  # fmt: skip

    def revenue(self) -> Key:
        """What the sales on the sheet really brought."""
        right = sheet.revenue(self.number)
        stays = sheet.clean(self.number)
        rows = sheet.lines(self.number)
        shown = [one for one in rows if one.fault != "total"]
        mistakes = {
            ("这是导出里的合计，重复的、差十倍的都还在里面。", "That is the total of the export, with the doubles and the tenfold amounts still in it."): rows[-1].paid,
            ("合计行也加进去了，所以多了一倍。", "The total was added in, too, hence twice as much."): round(2 * rows[-1].paid, 2),
            ("差十倍的金额还没有改回来。", "The amounts ten times too large are still in it."): round(sum(one.paid for one in stays), 2),
            ("重复的行也加进去了。", "The duplicates were added in, too."): round(sum(one.fits for one in shown if one.fault != "test"), 2),
            ("有毛病的行被扔掉了：改好就留下。", "Lines with a fault were thrown away: once mended they stay."): round(sum(one.paid for one in stays if one.fault in ("", "spelling")), 2),
        }  # fmt: skip
        return Key(right, mistakes, {"total": yuan(rows[-1].paid)})

    def aov(self) -> Key:
        """Average order value of the day."""
        row = self.row
        before = ("这是上一周的。", "That is the week before.")
        per_head = ("除以的是订单数，不是进店人数。", "Divide by the orders, not by the visitors.")
        return Key(
            row["revenue"] / row["orders"],
            {
                before: row["revenue_then"] / row["orders_then"],
                per_head: row["revenue"] / row["visitors"],
            },
        )

    def conversion(self) -> Key:
        """Orders by visitors, in per cent."""
        row = self.row
        rate = 100 * row["orders"] / row["visitors"]
        walked = ("这是没买的占比。", "That is the share who did not buy.")
        before = ("这是上一周的。", "That is the week before.")
        then = 100 * row["orders_then"] / row["visitors_then"]
        return Key(rate, {walked: 100 - rate, before: then}, {"left": f"{100 - rate:.0f}"})

    def margin_rate(self) -> Key:
        """What is left of 100 yuan after the goods' cost."""
        row = self.row
        rate = 100 * row["gross_margin"] / row["revenue"]
        cost = row["revenue"] - row["gross_margin"]
        return Key(
            rate,
            {
                ("这是成本占的。", "That is what the goods cost."): 100 - rate,
                ("除以的是销售额，不是成本。", "Divide by the revenue, not by the cost."): 100 * row["gross_margin"] / cost,
            },
        )  # fmt: skip

    def what_moved(self) -> Key:
        """Whether the visitors or the conversion moved more."""
        people, bought = moved(self.row)
        return Key(
            "visitors" if abs(people) > abs(bought) else "conversion",
            facts={"people": f"{people:+.1%}", "bought": f"{bought:+.1%}"},
        )

    def trick(self) -> Key:
        """What makes a small difference look like a cliff."""
        return Key("axis")
