"""Figures as a report writes them, on its page and in its notebook: signs, digits, names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import narwhals.stable.v2 as nw

from crmkit.i18n import gettext as _
from crmkit.labels import SPAN, full_month, heading, headings, show
from crmkit.results import number
from crmkit.tables import open_frame

MONEY = (
    "amount", "aov", "before", "cogs", "average_stock", "daily_revenue", "discount", "frees", "gross_margin", "item_price", "last_year", "least_since", "lifetime_value", "monetary",
    "monetary_each", "most_since", "refunded", "revenue", "sold_amount", "usual_before", "usual_revenue", "value",
)  # fmt: skip
"""Columns of a report that hold money: with the file's own sign."""
MONEY_RATES = ("member_share",)
"""Shares of money: what they were reckoned from is money."""
CHANGES = ("change_rate", "each_rate", "orders_rate", "pop", "yoy")
"""Columns that tell how much more or less it is: with plus or minus, as in the sentences."""
NAMED = ("product_id", "also_bought", "store_id")
"""Columns of ids that have names."""
LARGE = 1000
"""In a column that holds so much money cents tell nothing."""
MONTH = re.compile(r"\d{4}-\d{2}")


def rows(frame: Any) -> list[dict[str, Any]]:
    """A small table as plain rows."""
    found = nw.from_native(frame)
    found = found.collect() if isinstance(found, nw.LazyFrame) else found
    return found.rows(named=True)


def share(value: float) -> str:
    """A share as people read it."""
    return f"{value:.1%}"


def change(value: float) -> str:
    """A change as people read it: nothing is neither more nor less."""
    said = f"{value:+.1%}"
    return "±0.0%" if said[1:] == "0.0%" else said.replace("-", "−")


def money(found: Mapping[str, Any], value: float) -> str:
    """An amount with the file's own currency sign before it, where there is one."""
    return signed(number(value), found["_sign"])


def signed(said: str, sign: str) -> str:
    """A written amount with a currency sign: ¥1,234, −¥5.00, kr 12."""
    minus = "−" if said[:1] in "-−" else ""
    between = "\u00a0" if sign[-1:].isalpha() else ""
    return f"{minus}{sign}{between}{said.lstrip('-−')}"


def as_read(
    result: Any, first: int | None = None, names: Mapping[str, str] | None = None, sign: str = ""
) -> Any:
    """The first rows of an answer as the report writes them; a figure that is no table as it is.

    Products and stores with their names, money with its sign, changes with theirs, months by name. In
    a table of one row money keeps its cents: that is where one checks against the till.
    """
    table, names = show(result, first), names or {}
    if not hasattr(table, "columns"):
        return table
    columns = _columns(result)
    for head in table.columns:
        column, said = columns.get(head, ""), list(table[head])
        if column in MONEY or SPAN.fullmatch(column):
            said = _money(said, sign)
        elif column in NAMED:
            said = [f"{names[one]} ({one})" if names.get(one, one) != one else one for one in said]
        else:
            said = [_cell(column, one) for one in said]
        table[head] = said
    return table


def _columns(result: Any) -> dict[str, str]:
    """The column of each heading of an answer."""
    if hasattr(result, "to_read"):
        of_money = getattr(result, "name", None) in MONEY_RATES
        return {heading(one): "amount" for one in ("numerator", "denominator") if of_money}
    frame = result.to_frame() if hasattr(result, "to_frame") else result
    columns = open_frame(frame).collect_schema().names()
    return {head: column for column, head in headings(columns).items()}


def _money(said: list[str], sign: str) -> list[str]:
    """A column of money with its sign; without cents where there is much of it."""
    values = [float(one.replace(",", "").replace("−", "-")) for one in said if one != "–"]
    if len(said) > 1 and any(abs(one) >= LARGE for one in values):
        said = [one if one == "–" else f"{float(one.replace(',', '')):,.0f}" for one in said]
    return [one if one == "–" else signed(one, sign) for one in said]


def _cell(column: str, said: str) -> str:
    """A cell as the sentences say it: a change with plus or minus, a month by name."""
    if said == "–":
        return said
    if column in CHANGES:
        return "±0.0%" if said.strip("-") == "0.0%" else said.replace("-", "−") if said[0] == "-" else f"+{said}"  # fmt: skip
    if column in ("month", "begins") and MONTH.fullmatch(said):
        return full_month(said)
    return re.sub(r"^-(?=\d)", "−", said)


def axes_as_read(axes: Any, sign: str) -> Any:
    """A chart whose axis of money says in what."""
    for axis in (axes.xaxis, axes.yaxis):
        said = axis.get_label_text()
        if sign and said and axis.get_gid() in MONEY and not said.endswith(_unit("", sign)):
            axis.set_label_text(_unit(said, sign))
    return axes


def _unit(figure: str, sign: str) -> str:
    return _("{figure} ({unit})").format(figure=figure, unit=sign)
