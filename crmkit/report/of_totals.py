"""What the totals of a file mean, and why they are not those of its till."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmkit.i18n import gap
from crmkit.i18n import gettext as _
from crmkit.report.figures import money, rows, share, signed

CENT = 0.01
"""Two sums of money that differ by less are the same."""


def receipts(found: Mapping[str, Any]) -> str:
    """Why there are more receipts in the file than orders."""
    one, gone = rows(found["receipts"])[0], found["_gone"]
    said = []
    if gone:
        said.append(_("The file holds {all} receipts; left without a line after tidying, and so not counted: {gone}.").format(all=f"{one['receipts'] + gone:,}", gone=f"{gone:,}"))  # fmt: skip
    if one["only_returns"]:
        told = _("{n} of the {all} that are left are returns only: they do not count as orders, and the money is taken off revenue.") if gone else _("{n} of {all} receipts are returns only: they do not count as orders, and the money is taken off revenue.")  # fmt: skip
        said.append(told.format(n=f"{one['only_returns']:,}", all=f"{one['receipts']:,}"))
    return gap().join(said)


def total(found: Mapping[str, Any]) -> str:
    """What the file's own row of totals says, and why the revenue here is another."""
    one = found["_reconciled"]
    if one is None:
        return ""

    def exact(value: float) -> str:
        return signed(f"{value:,.2f}", found["_sign"])

    if abs(one.stated - one.counted) < CENT:
        return _("The row of totals in the file says {stated}: so does this report.").format(stated=exact(one.stated))  # fmt: skip
    if abs(one.stated - one.lines) >= CENT:
        return _("The row of totals in the file says {stated}, but its lines add up to {lines}; this report counts {counted} of them.").format(stated=exact(one.stated), lines=exact(one.lines), counted=exact(one.counted))  # fmt: skip
    parts = []
    other = one.lines - one.counted - one.doubled
    if abs(one.doubled) >= CENT:
        parts.append(_("lines that stand twice {money}").format(money=exact(one.doubled)))
    if abs(other) >= CENT:
        parts.append(_("other lines set aside {money}").format(money=exact(other)))
    return _("The row of totals in the file says {stated}, this report counts {counted}. Not counted: {parts}.").format(stated=exact(one.stated), counted=exact(one.counted), parts=_(", ").join(parts))  # fmt: skip


def disagrees(found: Mapping[str, Any]) -> bool:
    """Whether the file states a total that is not the revenue of this report."""
    one = found["_reconciled"]
    return one is not None and abs(one.stated - one.counted) >= CENT


def rate(found: Mapping[str, Any]) -> str:
    """The last rate, with what it was reckoned from."""
    one = found["_last"]
    if one.value is None:
        return str(one)
    of_money = one.name == "member_share"
    part, all_of_it = (
        money(found, n) if of_money else f"{n:,.0f}" for n in (one.numerator, one.denominator)
    )
    return _("{share}: {part} of {all}.").format(share=share(one.value), part=part, all=all_of_it)
