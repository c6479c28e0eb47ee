"""What products and stores are called, by id: never what a person is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import narwhals.stable.v2 as nw

from crmkit.data.reading.meanings import PRODUCT_NAMES, meanings, plain
from crmkit.tables import collect, give_back_small, is_nothing, open_frame

KINDS = ("product_type", "category")
"""What products are called by where a table of products has no names."""


def called(table: Any, key: str, *among: str) -> dict[str, str]:
    """What the things of a table are called, by their id: by the first of some columns that is there."""
    pairs = _pairs(table, key, among or ("name", *KINDS))
    return {str(key): str(one).strip() for key, one in pairs.items() if not is_nothing(one)}


def line_of_names(there: Iterable[str], meant: Mapping[str, str], tables: Iterable[str]) -> str:
    """The line that reads from the sales what products are called; none where another table tells."""
    product = next((theirs for theirs, ours in meant.items() if ours == "product_id"), None)
    name = product_name(there)
    if "products" in tables or not product or not name:
        return ""
    return f"names = report.called(lines, {product!r}, {name!r})"


def lines_of_tables(tables: Iterable[str]) -> list[str]:
    """The lines that read it from the tables of a folder."""
    keys = {"products": "product_id", "stores": "store_id"}
    return [f"names |= report.called({one}, {keys[one]!r})" for one in tables if one in keys]


def store_called(found: Mapping[str, Any], store: Any) -> str:
    """What a store is called, among the results of a report."""
    return str(found["names"].get(str(store), store))


CATEGORIES = 60
"""More different ones than this are hardly categories."""


def products_of(lines: Any, product: str, category: str) -> Any:
    """The category of each product, as a file of sales tells it beside every line: a table of products.

    `product`, `category`: what the columns are called in the file.
    """
    import pandas as pd

    pairs = _pairs(lines, product, (category,))
    table = pd.DataFrame({"product_id": list(pairs), "category": list(pairs.values())})
    return give_back_small(table, lines)


def category_of(lines: Any, headings: Iterable[str]) -> str | None:
    """The column of a file of sales that says of which category a product is, where one does."""
    return _of_few(lines, headings, "products", "category", CATEGORIES)


LEVELS = 12
"""More different ones than this are hardly levels."""


def level_of(lines: Any, headings: Iterable[str]) -> str | None:
    """The column of a file of sales that says of which level a member is, where one does."""
    return _of_few(lines, headings, "members", "level", LEVELS)


def _of_few(lines: Any, headings: Iterable[str], table: str, column: str, most: int) -> str | None:
    """The column that says what a column of a table says, if it says few different things."""
    found = {ours: theirs for theirs, ours in meanings(list(headings), table).items()}
    theirs = found.get(column)
    if theirs is None:
        return None
    values = open_frame(lines).select(n=nw.col(theirs).n_unique())
    return theirs if 1 < collect(values).rows()[0][0] <= most else None


def levels_of(lines: Any, member: str, level: str) -> dict[str, str]:
    """The level of each member, as a file of sales tells it beside every line."""
    return {str(one): str(said).strip() for one, said in _pairs(lines, member, (level,)).items()}


def product_name(headings: Iterable[str]) -> str | None:
    """The column that holds what products are called; never one that may hold a person's name."""
    return next((one for one in headings if plain(one) in PRODUCT_NAMES), None)


def _pairs(table: Any, key: str, among: tuple[str, ...]) -> dict[Any, Any]:
    """The name of each id, the most frequent one, by the first of some columns that is there."""
    frame = open_frame(table)
    name = next((one for one in among if one in frame.collect_schema().names()), None)
    if name is None:
        return {}
    counts = frame.select(_key=nw.col(key), _name=nw.col(name)).group_by("_key", "_name").agg(n=nw.len())  # fmt: skip
    rows = collect(counts.filter(~nw.col("_key").is_null(), ~nw.col("_name").is_null())).rows()
    return dict(row[:2] for row in sorted(rows, key=lambda row: (row[2], str(row[1]))))
