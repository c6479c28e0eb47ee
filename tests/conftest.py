"""What tests of several rooms share."""

import os
import shutil
from pathlib import Path

import pytest

from crmkit import i18n

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def repository():
    """The checkout the tests run in."""
    return ROOT


@pytest.fixture(autouse=True)
def english():
    """Tests read English messages unless they say otherwise."""
    with i18n.use_language("en"):
        yield


@pytest.fixture(params=i18n.LANGUAGES)
def language(request):
    """Each language in turn, set as the current one."""
    with i18n.use_language(request.param):
        yield request.param


@pytest.fixture(scope="session")
def retail_data():
    """The folder of real retail data, which does not ship with the project."""
    folder = Path(os.environ.get("CRMKIT_TEST_DATA") or ROOT.parent / "shared" / "data")
    if not (folder / "online_retail.parquet").is_file():
        pytest.skip(f"no real retail data at {folder} (set CRMKIT_TEST_DATA to its folder)")
    return folder


@pytest.fixture(scope="session")
def chromium():
    """The path of a Chromium to drive."""
    found = (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    if not found:
        if os.environ.get("CI"):
            pytest.fail("Chromium must be there in CI")
        pytest.skip("no Chromium on this machine")
    return found


def pytest_collection_modifyitems(items):
    """A class is graded last, so that a file another test leaves behind would be noticed."""
    items.sort(key=lambda item: item.get_closest_marker("class_end_to_end") is not None)


@pytest.fixture(scope="session")
def online_retail(retail_data):
    """Online Retail under the contract's names, as its published figures count it: with a
    customer, quantity and price above zero."""
    import pandas as pd

    lines = pd.read_parquet(retail_data / "online_retail.parquet").rename(
        columns={
            "InvoiceNo": "sale_id",
            "StockCode": "product_id",
            "Quantity": "quantity",
            "InvoiceDate": "sold_at",
            "UnitPrice": "list_price",
            "CustomerID": "member_id",
            "Country": "store_id",
        }
    )
    counted = lines["member_id"].notna() & (lines["quantity"] > 0) & (lines["list_price"] > 0)
    lines = lines[counted].reset_index(drop=True)
    return lines.assign(amount=lines["quantity"] * lines["list_price"])
