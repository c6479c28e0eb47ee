"""Every code in the course shop has its word in both languages."""

import pytest

from crmkit import labels
from crmkit.i18n import label, use_language
from crmkit.tables import CONTRACT

# columns that hold codes, beyond those the contract names
CODES = {
    "browsing": ["channel", "event"],
    "calendar": ["weekday", "season", "holiday"],
    "campaign_contacts": ["group"],
    "campaigns": ["kind"],
    "comments": ["channel"],
    "followups": ["kind", "outcome", "next_step"],
    "members_truth": ["persona", "income_band"],
    "opportunities": ["stage", "lost_reason"],
    "opportunity_stages": ["stage"],
    "products": ["category", "family", "brand", "shelf"],
    "promotions": ["kind", "category"],
    "staff": ["role", "gender"],
    "stores": ["city", "district", "climate", "spending_level"],
    "surveys": ["channel"],
    "tickets": ["kind", "channel", "status"],
}
MONTHS = {("targets", "month")}


def code_columns():
    wanted = {(table, column) for table, columns in CODES.items() for column in columns}
    for table, columns in CONTRACT.items():
        wanted |= {(table, name) for name, column in columns.items() if column.kind == "code"}
    return sorted(wanted - MONTHS)


@pytest.mark.parametrize("table, column", code_columns())
def test_every_code_has_its_word(tables, table, column):
    kind = labels.KINDS.get(column, column)
    codes = tables[table][column].dropna().unique()
    assert len(codes) > 0
    for language in ("zh", "en"):
        with use_language(language):
            shown = {code: label(kind, code) for code in codes}
        same = [code for code, word in shown.items() if word == str(code)]
        assert not same, f"{language}: {kind} {same} have no label"
        assert len(set(shown.values())) == len(codes), f"{language}: two codes read alike"


def test_every_column_has_its_heading(tables):
    for language in ("zh", "en"):
        with use_language(language):
            bare = {
                column
                for frame in tables.values()
                for column in frame.columns
                if labels.heading(column) == column
            }
        assert not bare, f"{language}: {sorted(bare)}"


def test_brands_and_families_belong_to_one_category_each(tables):
    products = tables["products"]
    assert products.groupby("family")["category"].nunique().max() == 1
    assert products["category"].nunique() == 12
    assert products["name"].is_unique
