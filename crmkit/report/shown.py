"""Tables of the notebook behind a report: whole, or saying how much of them is shown."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from crmkit.i18n import gettext as _
from crmkit.report.figures import as_read, axes_as_read
from crmkit.tables import collect, open_frame


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
