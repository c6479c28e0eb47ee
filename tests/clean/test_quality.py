"""How good a table is, and which rows break its rules."""

import pandas as pd
import pytest

from crmkit.clean import profile_quality, validate
from crmkit.tables import CONTRACT, TableError

MEMBERS = pd.DataFrame(
    {
        "member_id": ["M1", "M2", "M3", "M4"],
        "phone": ["14001234567", " 14001234567", "N/A", None],
        "birth_date": ["1990-01-02", "1990/1/2", "1990年1月2日", "02.01.1990"],
        "points": [1, 2, 3, 4],
        "nothing": [None, None, None, None],
    }
)


def test_a_profile_tells_of_each_column_what_can_be_seen(engine):
    members = MEMBERS.astype({"nothing": "str"})
    profile = profile_quality(engine.make(members))
    assert engine.is_mine(profile)
    rows = engine.read(profile).set_index("column")
    assert rows["kind"].tolist() == ["text", "text", "text", "number", "empty"]
    assert rows["filled"].tolist() == [4, 3, 4, 4, 0]
    assert rows.loc["phone", ["missing_share", "placeholders", "untidy"]].tolist() == [0.25, 1, 1]
    assert rows.loc["birth_date", "date_styles"] == 4
    assert rows.loc["points", "examples"] == "1; 2; 3"
    assert ((rows["missing_share"] >= 0) & (rows["missing_share"] <= 1)).all()


def test_a_table_without_rows_has_no_shares():
    profile = profile_quality(MEMBERS.head(0))
    assert profile["missing_share"].isna().all()
    assert (profile["rows"] == 0).all()


def test_rows_that_keep_the_rules_stay_as_they_are():
    sales = pd.DataFrame(
        {
            "sale_id": ["T1", None, " ", "T4", "T5", "T6"],
            "sold_at": ["2025-03-05", "2025-03-05", "2025-03-05", "x", "2025/3/5", "2025-03-05"],
            "list_price": ["1", "1", "1", "1", "￥1", "-1"],
            "amount": [1, 1, 1, 1, 1, 1],
        }
    )
    kept, report = validate(sales)
    pd.testing.assert_frame_equal(kept, sales.iloc[[0, 4]].reset_index(drop=True))
    assert report.set_aside["fault"].tolist() == [
        "id_missing", "id_missing", "date_unreadable", "out_of_range",
    ]  # fmt: skip
    assert report.rows_changed == 0


def test_keys_that_stand_twice_keep_their_first_row():
    members = pd.DataFrame({"member_id": ["M1", "M1", None]})
    kept, report = validate(members, "members")
    assert len(kept) == 1
    assert report.set_aside["fault"].tolist() == ["duplicate_id", "id_missing"]


def test_own_rules_set_rows_aside_under_their_name():
    sales = pd.DataFrame({"sale_id": ["T1", "T2"], "quantity": [1, 500]})
    kept, report = validate(sales, rules={"too_many": lambda rows: rows["quantity"] < 100})
    assert kept["sale_id"].tolist() == ["T1"]
    assert report.set_aside["fault"].tolist() == ["too_many"]
    assert "too_many" in repr(report)
    with pytest.raises(TableError, match="rule 'odd' must give true or false"):
        validate(sales, rules={"odd": lambda rows: True})


def test_an_unknown_table_is_refused():
    with pytest.raises(TableError, match="table is .sails.; it must be one of"):
        validate(MEMBERS, "sails")


@pytest.mark.parametrize("table", CONTRACT)
def test_every_table_of_the_contract_can_be_empty(table):
    empty = pd.DataFrame({name: pd.Series([], dtype="str") for name in CONTRACT[table]})
    kept, report = validate(empty, table)
    assert len(kept) == 0
    assert report.findings == ()
