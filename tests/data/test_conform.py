"""The door for an analyst's own tables and for public sets."""

import zipfile

import duckdb
import ibis
import narwhals.stable.v2 as nw
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest

from crmkit.data.conform import FileMissing, conform
from crmkit.errors import CrmkitError, CrmkitWarning
from crmkit.tables import TableError, require

OWN = {"sale_id": "No", "sold_at": "When", "quantity": "Qty", "list_price": "Price"}


@pytest.fixture
def own():
    return pd.DataFrame(
        {
            "No": ["A1", "A1", "A2"],
            "When": pd.to_datetime(["2025-03-05 10:00"] * 3),
            "Qty": [2, -1, 1],
            "Price": [9.5, 9.5, 3.0],
            "Note": ["", "back", ""],
        }
    )


def collected(frame):
    return nw.from_native(frame).lazy().collect("pandas").to_native()


def test_own_names_become_the_contracts_and_the_amount_is_reckoned(own, engine):
    sales = conform(engine.make(own), **OWN)
    assert engine.is_mine(sales)
    rows = collected(sales)
    assert list(rows.columns) == ["sale_id", "sold_at", "quantity", "list_price", "amount", "Note"]
    assert rows["amount"].tolist() == [19.0, -9.5, 3.0]
    require(sales, "sales", ["sale_id", "sold_at", "quantity", "list_price", "amount"])


def test_a_discount_is_taken_off_the_amount(own):
    own["Off"] = [1.0, None, 0.5]
    assert conform(own, **OWN, discount="Off")["amount"].tolist() == [18.0, -9.5, 2.5]


def test_a_column_that_is_not_there_is_told_with_the_closest(own):
    wrong = OWN | {"sold_at": "Whem"}
    told = "sold_at is to be the column 'Whem', but there is none. Did you mean 'When'"
    with pytest.raises(TableError, match=told):
        conform(own, **wrong)


def test_a_name_of_ours_that_does_not_exist_is_told_with_the_closest(own):
    with pytest.raises(TableError, match="no column 'soldat' in crmkit. Did you mean 'sold_at'"):
        conform(own, sale_id="No", soldat="When")


def test_a_needed_column_that_is_missing_is_named(own):
    with pytest.raises(TableError, match="no column 'sold_at'"):
        conform(own, sale_id="No", quantity="Qty", list_price="Price")
    with pytest.raises(TableError, match="no column 'list_price'"):
        conform(own, sale_id="No", sold_at="When", quantity="Qty")


def test_two_columns_cannot_become_one(own):
    own["sale_id"] = "x"
    with pytest.raises(TableError, match="there is a column sale_id already"):
        conform(own, **OWN)


def test_text_where_dates_should_be_is_shown_with_the_way_out(own, engine):
    own["When"] = "2025/3/5"
    with pytest.raises(TableError, match=r"sold_at should hold dates.*'2025/3/5'.*parse_dates"):
        conform(engine.make(own), **OWN)


def test_text_where_numbers_should_be_is_shown_with_the_way_out(own, engine):
    own["Price"] = "￥9.50"
    with pytest.raises(TableError, match=r"list_price should hold numbers.*'￥9.50'.*clean_sales"):
        conform(engine.make(own), **OWN)


def test_times_with_a_zone_need_the_zone_of_the_shop(own, engine):
    own["When"] = pd.to_datetime(["2025-03-05 20:30"] * 3).tz_localize("UTC")
    if engine.name != "pyspark":  # there, all times carry the session's zone
        with pytest.raises(TableError, match=r"sold_at holds times of the zone"):
            conform(engine.make(own), **OWN)
    if engine.name == "ibis":
        with pytest.raises(TableError, match="Ibis cannot move times"):
            conform(engine.make(own), **OWN, time_zone="Asia/Shanghai")
        return
    sales = conform(engine.make(own), **OWN, time_zone="Asia/Shanghai")
    assert collected(sales)["sold_at"].tolist() == [pd.Timestamp("2025-03-06 04:30")] * 3


def test_amounts_in_several_currencies_are_refused(own, engine):
    own["Money"] = ["GBP", "GBP", "EUR"]
    with pytest.raises(TableError, match=r"2 currencies \(GBP: 2, EUR: 1\)"):
        conform(engine.make(own), **OWN, currency="Money")
    own["Money"] = "GBP"
    assert len(collected(conform(engine.make(own), **OWN, currency="Money"))) == 3


def test_sales_without_a_number_are_refused_but_walk_ins_pass(own, engine):
    own["Who"] = [None, "M1", None]
    sales = collected(conform(engine.make(own), **OWN, member_id="Who"))
    assert sales["member_id"].isna().tolist() == [True, False, True]
    own.loc[1, "No"] = None
    with pytest.raises(TableError, match="sale_id is empty in 1 of 3 rows"):
        conform(engine.make(own), **OWN)


def test_ids_read_as_decimals_are_whole_again(own, engine):
    own["Who"] = [17850.0, None, 13047.0]
    sales = conform(engine.make(own), **OWN, member_id="Who")
    assert nw.from_native(sales).collect_schema()["member_id"] == nw.Int64
    assert collected(sales)["member_id"].dropna().tolist() == [17850, 13047]
    own["Who"] = [17850.5, None, 13047.0]
    with pytest.raises(TableError, match=r"member_id holds 17850.5"):
        conform(engine.make(own), **OWN, member_id="Who")


def test_columns_without_any_value_pass_as_empty(own, engine):
    own["Who"] = pd.Series([None] * 3, dtype="str")
    own["Cost"] = pd.Series([None] * 3, dtype="str")
    sales = conform(engine.make(own), **OWN, member_id="Who", cost="Cost")
    assert nw.from_native(sales).collect_schema()["cost"] == nw.Float64
    assert collected(sales)["cost"].isna().all()


def test_ids_that_stand_twice_are_refused_where_they_must_not(engine):
    members = pd.DataFrame({"id": ["M1", "M2", "M2"]})
    with pytest.raises(TableError, match="M2 stand more than once"):
        conform(engine.make(members), table="members", member_id="id")


def test_an_empty_table_passes(own, engine):
    assert len(collected(conform(engine.make(own.head(0)), **OWN))) == 0


def test_what_is_no_table_or_no_known_table_is_refused(own):
    with pytest.raises(TableError, match="not a table"):
        conform([1, 2])
    with pytest.raises(TableError, match="is a path"):
        conform("sales.csv")
    with pytest.raises(TableError, match="table is 'sails'; it must be one of sales"):
        conform(own, table="sails")
    with pytest.raises(CrmkitError, match="no ready map uci; there are: uci-online-retail"):
        conform(own, "uci")
    with pytest.raises(CrmkitError, match="has no table members"):
        conform("uci-online-retail", table="members")
    with pytest.raises(CrmkitError, match="rows is 'some'; it must be one of all, published"):
        conform(own, rows="some", **OWN)
    with pytest.raises(CrmkitError, match="only for uci-online-retail"):
        conform(own, rows="published", **OWN)


def test_a_missing_copy_is_told_with_where_to_get_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    told = r"archive\.ics\.uci\.edu/dataset/352.*Online Retail\.xlsx"
    with pytest.raises(FileMissing, match=told):
        conform("uci-online-retail")
    with pytest.raises(FileMissing, match=str(tmp_path)):
        conform(tmp_path, "complete-journey", table="members")


def published(sales):
    col = nw.col
    return (
        nw.from_native(sales)
        .lazy()
        .select(
            lines=nw.len(),
            members=col("member_id").n_unique(),
            orders=col("sale_id").n_unique(),
            revenue=col("amount").sum(),
        )
        .collect("pandas")
        .to_native()
        .iloc[0]
    )


@pytest.mark.parametrize(
    "read",
    [
        str,
        pd.read_parquet,
        pl.read_parquet,
        pl.scan_parquet,
        pq.read_table,
        lambda path: duckdb.read_parquet(str(path)),
        lambda path: ibis.read_parquet(path),
    ],
    ids=["path", "pandas", "polars", "polars lazy", "arrow", "duckdb", "ibis"],
)
def test_online_retail_gives_the_published_figures(retail_data, read):
    sales = conform(
        read(retail_data / "online_retail.parquet"), "uci-online-retail", rows="published"
    )
    found = published(sales)
    assert (found["lines"], found["members"], found["orders"]) == (397_884, 4_338, 18_532)
    assert found["revenue"] == pytest.approx(8_911_407.904, abs=0.01)


def with_text_ids(sales):
    """Files hold ids as text, the Parquet copy as numbers."""
    ids = sales["member_id"].astype("str").replace("<NA>", None)
    return sales.assign(member_id=ids.astype("str"), sale_id=sales["sale_id"].astype("str"))


def test_online_retail_is_read_from_the_publishers_excel_and_from_a_western_csv(
    retail_data, tmp_path
):
    """The first thousand lines, as the publisher's workbook and as the well-known CSV copy."""
    lines = pd.read_parquet(retail_data / "online_retail.parquet").iloc[:1_000]
    lines = lines.assign(Description=lines["Description"].fillna("") + " £")
    expected = with_text_ids(conform(lines, "uci-online-retail"))
    book = pd.ExcelWriter(tmp_path / "Online Retail.xlsx", engine="xlsxwriter")
    with book:
        # the publisher's workbook holds plain numbers where it can
        invoices = [int(no) if no.isdigit() else no for no in lines["InvoiceNo"]]
        assert "C536379" in invoices  # a cancellation
        lines.assign(InvoiceNo=invoices).to_excel(book, index=False)
    found = conform(tmp_path, "uci-online-retail")
    pd.testing.assert_frame_equal(with_text_ids(found), expected, check_dtype=False)
    with zipfile.ZipFile(tmp_path / "online+retail.zip", "w") as archive:
        archive.write(tmp_path / "Online Retail.xlsx", "Online Retail.xlsx")
    zipped = conform(tmp_path / "online+retail.zip", "uci-online-retail")
    pd.testing.assert_frame_equal(with_text_ids(zipped), expected, check_dtype=False)
    western = lines.assign(InvoiceDate=lines["InvoiceDate"].dt.strftime("%m/%d/%Y %H:%M"))
    western.to_csv(tmp_path / "data.csv", index=False, encoding="cp1252")
    found = conform(tmp_path / "data.csv", "uci-online-retail")
    pd.testing.assert_frame_equal(with_text_ids(found), expected, check_dtype=False)


def test_online_retail_keeps_returns_and_walk_ins_unless_told(retail_data):
    sales = conform(retail_data, "uci-online-retail")
    assert len(sales) == 541_909
    assert (sales["quantity"] < 0).sum() == 10_624
    assert sales["member_id"].isna().sum() == 135_080


def test_complete_journey_gives_the_publishers_counts(retail_data, monkeypatch):
    monkeypatch.setenv("CRMKIT_DOWNLOADS", str(retail_data / "completejourney"))
    counts = {
        table: len(conform("complete-journey", table=table))
        for table in ("sales", "members", "products", "campaigns", "campaign_contacts")
    }
    assert counts == {
        "sales": 75_000,
        "members": 801,
        "products": 92_331,
        "campaigns": 27,
        "campaign_contacts": 6_589,
    }


def test_complete_journey_prices_less_discounts_are_the_amounts(retail_data):
    sales = conform(retail_data / "completejourney", "complete-journey")
    assert sales["member_id"].nunique() == 2_377
    sold = sales[sales["quantity"] > 0]
    reckoned = sold["quantity"] * sold["list_price"] - sold["discount"]
    pd.testing.assert_series_equal(reckoned, sold["amount"], check_names=False)


def test_a_column_that_looks_like_one_of_ours_and_was_not_named_is_told():
    lines = pd.DataFrame({"单号": ["a"], "日期": pd.to_datetime(["2025-01-01"]), "金额": [1.0], "商品": ["x"], "备注": ["-"]})  # fmt: skip
    with pytest.warns(CrmkitWarning, match="商品.*product_id='商品'") as told:
        conform(lines, sale_id="单号", sold_at="日期", amount="金额")
    assert "备注" not in str(told[0].message)
