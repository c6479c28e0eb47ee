"""What a figure about goods means, in one or two sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmkit.i18n import gap
from crmkit.i18n import gettext as _
from crmkit.report.figures import money, rows, share

FEW = 5
"""So many products are told of where no few of them bring most."""


def abc(found: Mapping[str, Any]) -> str:
    """How few products bring most."""
    table = rows(found["abc"])
    first = [one for one in table if one["abc"] == "A"]
    if not first:
        return ""
    told = {"n": f"{len(first):,}", "all": f"{len(table):,}", "share": share(first[-1]["cumulative_share"])}  # fmt: skip
    if len(table) <= 2 * FEW:
        said = ""  # of so few, most bring most
    elif len(first) > len(table) / 2:
        said = _("Sales are widely spread: the {few} best sellers bring {best}; it takes {n} of {all} products for {share} of revenue.").format(few=FEW, best=share(table[FEW - 1]["cumulative_share"]), **told) + gap()  # fmt: skip
    else:
        said = _("{n} of {all} products bring {share} of revenue.").format(**told) + gap()
    ids = [str(one["product_id"]) for one in goods(first, table)[:3]]
    names = _(", ").join(found["names"].get(one, one) for one in ids)
    return said + _("Top sellers: {names}.").format(names=names)


def goods(some: list[dict[str, Any]], of: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of some products that are goods: where nearly all codes have a number, POSTAGE is none."""
    numbered = [one for one in of if any(sign.isdigit() for sign in str(one["product_id"]))]
    if len(numbered) <= 0.9 * len(of):
        return some
    return [one for one in some if one in numbered] or some


def returns(found: Mapping[str, Any]) -> str:
    """How many products bring most of the returns."""
    table = rows(found["returns"])
    if not table:
        return _("No product came back.")
    back = sum(one["refunded"] or 0 for one in table)
    told = _("Refunded: {money}.").format(money=money(found, back))
    brought = rows(found["summary"])[0]["revenue"] + back if "summary" in found else 0
    if brought > 0:
        told = _("Refunded: {money}, {share} of what was sold.").format(money=money(found, back), share=share(back / brought))  # fmt: skip
    told += gap() + _("Sorted by the money refunded.")
    return told if any(one["unusual"] for one in table) else told + gap() + _("No product comes back more often than chance explains.")  # fmt: skip


def pairs(found: Mapping[str, Any]) -> str:
    """The most frequent pair."""
    table = rows(found["pairs"])
    if not table:
        return _(
            "Of products bought together in 20 orders or more, no pair stands out from chance."
        )
    return _("A lift of 3 means: bought together three times as often as by chance. Pairs that may be down to chance are left out.")  # fmt: skip


def structure(found: Mapping[str, Any]) -> str:
    """What the advice would free."""
    freed = sum(
        one["frees"] or 0 for one in rows(found["structure"]) if one["frees"] == one["frees"]
    )
    return _("Reducing and clearing would free {money} of stock, at cost.").format(money=money(found, freed))  # fmt: skip
