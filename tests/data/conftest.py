"""The course shop's tables, loaded once."""

import pandas as pd
import pytest

from crmkit.data import load, table_names, truth


@pytest.fixture(scope="session")
def tables():
    """Every table by name, in English."""
    from crmkit import i18n

    with i18n.use_language("en"):
        return {name: load(name, "en") for name in table_names()}


@pytest.fixture(scope="session")
def planted():
    """What was planted, from truth.json."""
    return truth()


@pytest.fixture(scope="session")
def lines(tables):
    """Sold lines with their product and member, returns left out."""
    sales = tables["sales"]
    sold = sales[sales["quantity"] > 0]
    products = tables["products"][["product_id", "name", "category", "family", "launched_on"]]
    return sold.merge(products, on="product_id")


@pytest.fixture(scope="session")
def orders(lines):
    """One row per order: lines, pieces, amount, who, where, when."""
    return lines.groupby("sale_id", as_index=False).agg(
        lines=("product_id", "size"),
        units=("quantity", "sum"),
        amount=("amount", "sum"),
        member_id=("member_id", "first"),
        store_id=("store_id", "first"),
        staff_id=("staff_id", "first"),
        channel=("channel", "first"),
        sold_at=("sold_at", "first"),
    )


@pytest.fixture(scope="session")
def day():
    """Days as timestamps, short to write."""
    return pd.Timestamp
