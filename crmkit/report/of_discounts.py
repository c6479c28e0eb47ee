"""What discounts came to, and where they were larger: what they cost, not whether they paid off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import narwhals.stable.v2 as nw

from crmkit import tables
from crmkit.i18n import gap
from crmkit.i18n import gettext as _
from crmkit.labels import full_month, text
from crmkit.report.figures import money, rows, share, signed
from crmkit.report.of_totals import CENT

LARGER = 1.5
"""A store, category or month is named whose share of discounts is so many times that of all."""


def discounts(sales: Any, by: str | None = None, products: Any = None) -> Any:
    """Of the lines sold: what they brought (`sold_amount`), the `discount` given on them, its share of what they would
    have cost without it, and the share of lines with one. `by`: month, store_id or category.
    """
    frame = tables.open_frame(sales).lazy().filter(
        nw.col("quantity") > 0, nw.col("amount") >= 0, ~nw.col("discount").is_null()
    )  # fmt: skip
    if by == "month":
        frame = frame.with_columns(month=nw.col("sold_at").dt.to_string("%Y-%m"))
    if by == "category":
        known = tables.collect(tables.open_frame(products).select("product_id", "category"))
        kinds = dict(known.rows())
        lines = frame.group_by("product_id").agg(**_sums())
        table = tables.collect(lines).to_pandas()
        table["category"] = table["product_id"].map(kinds)
        table = table.groupby("category", as_index=False)[list(_sums())].sum()
        found = nw.from_native(table)
    else:
        found = tables.collect(frame.group_by(by).agg(**_sums()) if by else frame.select(**_sums()))
    counted, given = nw.col("lines"), nw.col("discount")
    made = found.with_columns(
        nw.col("sold_amount", "discount").round(2),
        discount_share=nw.when(nw.col("sold_amount") + given > 0).then(given / (nw.col("sold_amount") + given)),
        discounted_share=nw.when(counted > 0).then(nw.col("discounted") / counted),
    ).drop("lines", "discounted")  # fmt: skip
    if by is None:
        return made.to_native()
    made = made.filter(~nw.col(by).is_null())
    return (made.sort("month") if by == "month" else made.sort("discount_share", by, descending=[True, False])).to_native()  # fmt: skip


def _sums() -> dict[str, Any]:
    given = nw.when(nw.col("discount") > 0).then(nw.col("discount")).otherwise(nw.lit(0.0))
    one = nw.when(nw.col("discount") > 0).then(nw.lit(1)).otherwise(nw.lit(0))
    return {
        "sold_amount": nw.col("amount").sum(), "discount": given.sum(), "lines": nw.col("amount").count(),
        "discounted": one.sum(),
    }  # fmt: skip


def in_all(found: Mapping[str, Any]) -> str:
    """What discounts came to, of what, and on how many lines."""
    one = rows(found["discounts"])[0]
    if not one["discount"]:
        return _("No line in the file has a discount.")
    told = _(
        "Discounts came to {money}: {share} of the price before discount; {lines} of lines had one."
    )
    said = told.format(money=money(found, one["discount"]), share=share(one["discount_share"]), lines=share(one["discounted_share"]))  # fmt: skip
    said += gap() + _("That is what they cost; whether they brought more in, sales alone cannot tell.")  # fmt: skip
    return gap().join(filter(None, (said, _not_the_revenue(found, one), _stated(found, one))))


def _not_the_revenue(found: Mapping[str, Any], one: Mapping[str, Any]) -> str:
    """Why what was sold here is not the revenue of the first page."""
    revenue = rows(found["summary"])[0]["revenue"] if "summary" in found else one["sold_amount"]
    more = one["sold_amount"] - revenue
    if abs(more) < CENT:
        return ""
    unknown = nw.from_native(found["sales"]).lazy().filter(nw.col("discount").is_null())
    lacking = tables.collect(unknown.select(n=nw.len())).rows()[0][0]
    told = _("The amounts sold stand here before returns, and without the lines that say nothing of a discount; the revenue at the top of the report is {revenue}.") if lacking else _("The amounts sold stand here before returns, {more} more than the revenue at the top of the report.")  # fmt: skip
    return told.format(revenue=money(found, revenue), more=money(found, more))


def _stated(found: Mapping[str, Any], one: Mapping[str, Any]) -> str:
    """What the file's own row of totals says of discounts, and why it is another figure."""
    stated, every = found.get("_discounts") or (None, 0.0)
    if stated is None:
        return ""

    def exact(value: float) -> str:
        return signed(f"{value:,.2f}", found["_sign"])

    if abs(stated - one["discount"]) < CENT:
        return _("The row of totals in the file says {stated} of discounts: so does this report.").format(stated=exact(stated))  # fmt: skip
    if abs(stated - every) < CENT:
        return _("The row of totals in the file says {stated} of discounts: there those of returned lines are taken off, {back}.").format(stated=exact(stated), back=exact(one["discount"] - every))  # fmt: skip
    return _("The row of totals in the file says {stated} of discounts, but its lines add up to {lines}.").format(stated=exact(stated), lines=exact(every))  # fmt: skip


def _larger(found: Mapping[str, Any], step: str, column: str) -> str:
    """Those with a much larger share of discounts than all; none, where they are alike."""
    usual = rows(found["discounts"])[0]["discount_share"] or 0
    table = [one for one in rows(found[step]) if (one["discount_share"] or 0) > LARGER * usual > 0]
    if not table:
        return _("Nowhere much larger than on average ({share}).").format(share=share(usual))
    table.sort(key=lambda one: -one["discount_share"])
    names = found["names"]
    told = [
        f"{full_month(one[column]) if column == 'month' else names.get(str(one[column]), text(column, one[column]))} {share(one['discount_share'])}"
        for one in table[:5]
    ]  # fmt: skip
    return _("Larger than on average ({share}): {those}.").format(share=share(usual), those=_(", ").join(told))  # fmt: skip


def by_month(found: Mapping[str, Any]) -> str:
    """The months in which more was given."""
    return _larger(found, "discount_months", "month")


def by_store(found: Mapping[str, Any]) -> str:
    """The stores that give more."""
    return _larger(found, "discount_stores", "store_id")


def by_category(found: Mapping[str, Any]) -> str:
    """The categories on which more is given."""
    return _larger(found, "discount_categories", "category")
