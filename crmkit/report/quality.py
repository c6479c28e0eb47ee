"""How far the lines of a file can be trusted: what is missing, doubled or odd, as counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import narwhals.stable.v2 as nw

from crmkit import tables
from crmkit.i18n import gettext as _
from crmkit.report.ledger import HEAVY, Opened


def quality(opened: Opened) -> list[tuple[str, int, int, str]]:
    """Rows of (what, how many, of how many, what the report does with it); only what is there."""
    columns = opened.columns
    col, amount = nw.col, nw.col("amount")
    asked: dict[str, tuple[nw.Expr, str, str]] = {
        "nothing": (amount == 0, _("Lines that brought nothing"), _("counted; they bring no money")),
        "returns": (col("quantity") < 0, _("Returned lines"), _("taken off the revenue")),
        "odd": ((amount < 0) & (col("quantity") > 0), _("Bought lines with a negative amount"), _("counted as they stand: fees, corrections?")),
        "undated": (col("sold_at").is_null(), _("Lines without a day"), _("in the totals, in no month")),
    }  # fmt: skip
    for name, what, then in (
        ("member_id", _("Lines of walk-ins (no member)"), _("not in what is said about members")),
        ("product_id", _("Lines without a product"), _("not in what is said about goods")),
        ("cost", _("Lines without a cost"), _("not in the margin")),
    ):
        if name in columns:
            asked[name] = (col(name).is_null(), what, then)
    if opened.counted and not opened.pieces:
        said = _("Lines of more than {n} pieces, which together hold most of all pieces").format(n=f"{HEAVY:,}")  # fmt: skip
        asked["heavy"] = (col("quantity") > HEAVY, said, _("grams or litres? units are left out of the key figures"))  # fmt: skip
    frame = nw.from_native(opened.sales).lazy()
    counts = {name: nw.when(test).then(nw.lit(1)).otherwise(nw.lit(0)).sum() for name, (test, _w, _t) in asked.items()}  # fmt: skip
    days = frame.select(_day=col("sold_at").dt.truncate("1d")).unique()
    sums = tables.collect(frame.select(all=nw.len(), **counts)).rows(named=True)[0]
    open_days = {
        _date(one[0]) for one in tables.collect(days).rows() if not tables.is_nothing(one[0])
    }
    rows = [(what, int(sums[name] or 0), int(sums["all"]), then) for name, (_test, what, then) in asked.items()]  # fmt: skip
    if opened.look and opened.look.doubles and opened.cleaning is None:  # else the cleaning says
        rows.append((_("Lines that repeat another one wholly"), opened.look.doubles, int(sums["all"]), _("counted: two equal lines may be two pieces")))  # fmt: skip
    span = (opened.until - opened.since).days + 1
    closed = sum(opened.since + timedelta(n) not in open_days for n in range(span))
    rows.append((_("Days without a sale"), closed, span, _("closed, or missing from the file?")))
    return [one for one in rows if one[1]]


def _date(moment: Any) -> Any:
    return moment.date() if hasattr(moment, "date") else moment
