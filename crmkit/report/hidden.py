"""Where one category that grew hides that all others fell: stores that fell without it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from crmkit import kpi, tables
from crmkit.i18n import gettext as _
from crmkit.labels import text
from crmkit.report.figures import change
from crmkit.report.names import store_called
from crmkit.report.turns import changed

FELL = -0.05
"""All other goods together fell by so much at least, or nothing is hidden."""
A_STORE = -0.03
"""A store that seemed to have gained and lost less than this without it, is as it was."""
MOST = 0.75
"""So many of the other categories fell, or it is not all but the one."""
SHOWN = 4
"""So many stores are named, those that lost most."""


def hidden_by_a_category(
    found: Mapping[str, Any], early: Sequence[str], late: Sequence[str]
) -> str:
    """Which stores fell but for the category that grew most, where one of them seemed not to have;
    nothing where that category changes no store's message."""
    if "products" not in found or found["_stores"] < 2:
        return ""
    then, now = (_by_store(found, some) for some in (early, late))
    then, now = then.align(now, fill_value=0.0)
    goods = (now.sum() - then.sum()).drop("", errors="ignore")
    if len(goods) < 3 or goods.max() <= 0:
        return ""
    one = goods.idxmax()
    rest = [name for name in then if name != one]
    without = _rate(now[rest].sum().sum(), then[rest].sum().sum())
    others = goods.drop(one)
    if without > FELL or (others < 0).mean() < MOST:
        return ""
    if one not in changed(found["sales"], "category", early, late, found["products"]):
        return ""
    by_store = {
        store: (_rate(now.loc[store].sum(), then.loc[store].sum()), _rate(now.loc[store, rest].sum(), then.loc[store, rest].sum()))
        for store in then.index
        if then.loc[store, rest].sum() > 0
    }  # fmt: skip
    fell = {store: bare for store, (_all, bare) in by_store.items() if bare < 0}
    if not any(bare <= A_STORE and by_store[store][0] >= 0 for store, bare in fell.items()):
        return ""
    said = _("Without “{category}” all {n} stores fell: {stores}.") if len(fell) == len(then) else _("Without “{category}” {k} of the {n} stores fell: {stores}.")  # fmt: skip
    first = sorted(fell, key=lambda store: (fell[store], str(store)))[:SHOWN]
    stores = [f"{store_called(found, store)} {change(fell[store])}" for store in first]
    if len(fell) > SHOWN:
        stores.append(_("and others"))
    return said.format(
        category=text("category", one), n=len(then), k=len(fell), stores=_(", ").join(stores)
    )


def _rate(now: float, then: float) -> float:
    return now / then - 1 if then > 0 else 0.0


def _by_store(found: Mapping[str, Any], months: Sequence[str]) -> pd.DataFrame:
    """Revenue by store and category in some months; "" is what has no category."""
    frame = kpi.sales_summary(
        found["sales"], by=["month", "store_id", "category"], products=found["products"]
    )
    table = tables.collect(tables.open_frame(frame).filter(nw.col("month").is_in(list(months)))).to_pandas()  # fmt: skip
    table = table.dropna(subset=["store_id"])
    table["category"] = table["category"].astype(object).where(table["category"].notna(), "")
    return table.pivot_table(index="store_id", columns="category", values="revenue", aggfunc="sum", fill_value=0.0)  # fmt: skip
