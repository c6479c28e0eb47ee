"""Tables of the notebook behind a report: whole, or saying how much of them is shown."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from crmkit.errors import CrmkitError
from crmkit.i18n import LANGUAGES, label, labels
from crmkit.i18n import gettext as _
from crmkit.labels import headings
from crmkit.report.figures import as_read, axes_as_read
from crmkit.segment.scores import RFM_GROUPS
from crmkit.tables import collect, open_frame

LISTED = ("member_id", "last_purchase", "recency", "frequency", "monetary", "rfm_group")
"""What a list of members holds, to call them by."""


class Whole(pd.DataFrame):
    """A table shown with all its rows, and a word below; all done with it gives an ordinary frame."""

    _metadata = ("words",)
    words = ""

    @property
    def _constructor(self) -> Any:
        return pd.DataFrame

    def __repr__(self) -> str:
        return "\n".join(filter(None, [self.to_string(), self.words]))

    def _repr_html_(self) -> str:
        return self.to_html() + (f"<p>{self.words}</p>" if self.words else "")


def shown(
    result: Any, rows: int = 36, names: Mapping[str, str] | None = None, sign: str = ""
) -> Any:
    """An answer as the report writes it: its first rows, and how many there are of them in all.

    A chart is given back with its money and its months named. `names`: what products and stores are
    called; `sign`: that of the money, as ¥. `reader` gives a `shown` that knows both.
    """
    if hasattr(result, "get_xticklabels"):
        return axes_as_read(result, sign)
    table = as_read(result, rows + 1, names, sign)
    if not isinstance(table, pd.DataFrame):
        return table
    found = Whole(table.head(rows))
    if not len(table):
        found.words = _("Nothing found (0 rows).")
    elif len(table) > rows:
        of = collect(open_frame(result).select(n=nw.len())).rows()[0][0]
        found.words = _("{rows} of {all} rows. All of them: rows={all}.").format(rows=rows, all=of)
    return found


def reader(names: Mapping[str, str], sign: str = "") -> Callable[..., Any]:
    """`shown` for the tables and charts of one file, whose names and currency it knows."""
    return functools.partial(shown, names=names, sign=sign)


def members_of(rfm: Any, *groups: str) -> Any:
    """The members of one or several groups, those who spent most first: for a notebook only.

    `groups`: what they are called on the page, in either language, or their codes. A pandas frame to
    read, whose numbers are numbers: ``members_of(…).to_excel("list.xlsx", index=False)``.

    Raises `CrmkitError` for a group that is none, with those there are.
    """
    codes = {one: one for one in RFM_GROUPS}
    for language in LANGUAGES:
        codes |= {said: one for one, said in labels("rfm_group", language).items() if one in codes}
    if unknown := [str(one) for one in groups if str(one).strip() not in codes]:
        known = [label("rfm_group", one) for one in RFM_GROUPS]
        told = _("There is no group {unknown}. The groups are: {known}.")
        raise CrmkitError(told.format(unknown=_(", ").join(unknown), known=_(", ").join(known)))
    wanted = [codes[str(one).strip()] for one in groups] or list(RFM_GROUPS)
    frame = open_frame(rfm).filter(nw.col("rfm_group").is_in(wanted)).select(*LISTED)
    table = collect(frame.sort("monetary", "member_id", descending=[True, False])).to_pandas()
    table["rfm_group"] = [label("rfm_group", one) for one in table["rfm_group"]]
    table["last_purchase"] = pd.to_datetime(table["last_purchase"]).dt.date
    table.index = range(1, len(table) + 1)
    found = Whole(table.rename(columns=headings(list(table.columns))))
    if not len(table):
        found.words = _("Nothing found (0 rows).")
    return found
