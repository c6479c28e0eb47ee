"""Files with one basket per line, as teaching sets on association rules come."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from crmkit.data.reading.delimited import plain_text
from crmkit.data.reading.files import FileUnreadable, files_of, unreadable
from crmkit.data.reading.layout import BLANKS
from crmkit.i18n import gettext as _
from crmkit.tables import arguments


@arguments.checked
def read_baskets(
    path: str | Path, *, delimiter: str | None = None, encoding: str | None = None
) -> Any:
    """Baskets of a file with one per line, all products in it, as lines of sales.

    Prices and days are not in such a file, so revenue cannot be reckoned from it; what is bought
    together can.

    Parameters
    ----------
    path
        Such a file, or one packed in a gzip or ZIP archive.
    delimiter
        What parts the products, one character, " " for blanks (default: the one of ``, ; | tab``
        that stands there most, else blanks where all products are numbers).
    encoding
        As in `ck.data.read`.

    Returns
    -------
    A pandas frame, one row per product and basket: sale_id (the number of the line, as text),
    product_id and quantity (how many times it stands in the basket).

    Raises
    ------
    FileUnreadable
        When there is no such file, it is empty, or no text.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "baskets.csv"
    >>> _ = file.write_text("bread,milk\\nmilk\\n")
    >>> read_baskets(file)["product_id"].tolist()
    ['bread', 'milk', 'milk']
    """
    import pandas as pd

    rows: list[tuple[str, str]] = []
    number = 0
    for file in files_of(path):
        text = plain_text(file, encoding)[0].read_text("utf-8-sig")
        sign = delimiter or _sign(text)
        try:
            for line in _lines(text, sign):
                products = [name.strip() for name in line if name.strip()]
                number += bool(products)
                rows += [(str(number), name) for name in products]
        except csv.Error as error:
            raise unreadable(file, str(error)) from error
    if not rows:
        raise FileUnreadable(_("{file} holds no line with text.").format(file=path))
    lines = pd.DataFrame(rows, columns=["sale_id", "product_id"], dtype="str")
    counted = lines.groupby(["sale_id", "product_id"], sort=False).size()
    return counted.rename("quantity").reset_index()


def _sign(text: str) -> str:
    found = max(",;|\t", key=text.count)
    if text.count(found):
        return found
    return BLANKS if text.replace(" ", "").replace("\n", "").strip().isdigit() else ","


def _lines(text: str, sign: str) -> Any:
    if sign == BLANKS:
        return (line.split() for line in text.splitlines())
    return csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)
