"""A table is checked once, at the door, and the message says what to do."""

from datetime import date, datetime
from decimal import Decimal

import duckdb
import ibis
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import crmkit as ck
from crmkit import tables

LINES = pd.DataFrame(
    {
        "sale_id": ["1", "1", "2"],
        "sold_at": pd.to_datetime(["2025-01-31 23:59", "2025-01-31 23:59", "2025-02-01 00:00"]),
        "quantity": [1, 2, -1],
        "amount": [10.0, 5.5, -10.0],
    }
)


def test_a_missing_column_is_named_with_the_closest_one_there_is():
    frame = LINES.rename(columns={"amount": "Amount"})
    with pytest.raises(ck.TableError, match=r"no column 'amount'.*closest is 'Amount'.*conform"):
        tables.require(frame, "sales", ["amount"])


def test_a_missing_column_with_nothing_near_lists_what_there_is():
    with pytest.raises(ck.TableError, match=r"no column 'product_id'\. It has: zz"):
        tables.require(pd.DataFrame({"zz": [1]}), "sales", ["product_id"])


def test_the_message_speaks_the_language_of_the_reader():
    with ck.use_language("zh"), pytest.raises(ck.TableError, match="没有列 'amount'"):
        tables.require(LINES.drop(columns="amount"), "sales", ["amount"])


def test_what_is_no_table_is_refused():
    with pytest.raises(ck.TableError, match="This is a list, not a table"):
        tables.require([1, 2], "sales", [])


@pytest.mark.parametrize(
    ("column", "values", "says"),
    [
        ("sold_at", ["2025-01-31", "2025-02-01", "x"], "parse_dates"),
        ("amount", ["1", "2", "3"], "must hold numbers"),
        ("quantity", [True, False, True], "must hold numbers"),
        ("sale_id", [date(2025, 1, 1)] * 3, "must hold ids"),
    ],
)
@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table])
def test_the_wrong_kind_of_value_is_refused_with_advice(make, column, values, says):
    frame = make({"sale_id": ["1", "2", "3"]} | {column: values})
    if make is pd.DataFrame and column == "sale_id":
        frame[column] = pd.to_datetime(frame[column])
    with pytest.raises(ck.TableError, match=says):
        tables.require(frame, "sales", [column])


def test_a_time_zone_is_refused_because_days_are_the_shops():
    frame = LINES.assign(sold_at=LINES["sold_at"].dt.tz_localize("Asia/Shanghai"))
    with pytest.raises(ck.TableError, match=r"time zone Asia/Shanghai"):
        tables.require(frame, "sales", ["sold_at"])


def test_mixed_currencies_are_refused_and_one_is_fine():
    one = LINES.assign(currency="CNY")
    tables.require(one, "sales", ["amount"])
    mixed = one.assign(currency=["CNY", "EUR", None])
    with pytest.raises(ck.TableError, match="CNY, EUR"):
        tables.require(mixed, "sales", ["amount"])


def test_a_key_that_stands_twice_is_refused():
    products = pd.DataFrame({"product_id": ["p1", "p2", "p1"]})
    with pytest.raises(ck.TableError, match="product_id 'p1' stands 2 times in products"):
        tables.require(products, "products", ["product_id"], unique="product_id")


@pytest.mark.parametrize(("answer", "fine"), [(0, True), (10, True), (11, False), (-1, False)])
def test_answers_outside_the_scale_are_refused(answer, fine):
    frame = pd.DataFrame({"nps": [5, answer]})
    if fine:
        tables.require(frame, "surveys", ["nps"])
    else:
        with pytest.raises(ck.TableError, match=f"holds {answer}, outside 0 to 10"):
            tables.require(frame, "surveys", ["nps"])


def test_a_negative_price_is_refused():
    with pytest.raises(ck.TableError, match="'list_price' of products holds -1"):
        tables.require(pd.DataFrame({"list_price": [-1.0, 2]}), "products", ["list_price"])


def test_an_empty_table_passes_and_bounds_of_nothing_are_no_error():
    frame = tables.require(pd.DataFrame({"nps": pd.Series(dtype=float)}), "surveys", ["nps"])
    assert len(frame.collect()) == 0


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"amount": [None, None], "sold_at": [None, None]}),
        pl.DataFrame({"amount": [None, None], "sold_at": [None, None]}),
        pa.table({"amount": pa.nulls(2), "sold_at": pa.nulls(2)}),
    ],
    ids=["pandas", "polars", "pyarrow"],
)
def test_a_column_of_nothing_takes_the_kind_it_should_have(frame):
    opened = tables.require(frame, "sales", ["amount", "sold_at"]).collect()
    assert opened.schema["amount"].is_numeric()  # DuckDB 1.5 says that Arrow's nothing is whole
    assert isinstance(opened.schema["sold_at"], nw.Datetime)
    assert opened["amount"].null_count() == 2


def test_numbers_come_in_one_form():
    frame = pl.DataFrame(
        {
            "quantity": pl.Series([1, 2], dtype=pl.UInt8),
            "amount": pl.Series([1.0, float("nan")], dtype=pl.Float32),
            "list_price": [Decimal("1.50"), Decimal("2.50")],
            "channel": pl.Series(["a", "b"], dtype=pl.Categorical),
            "sold_at": [date(2025, 1, 1), date(2025, 1, 2)],
        }
    )
    opened = tables.require(frame, "sales", frame.columns).collect()
    assert opened.schema["quantity"] == nw.Int64
    assert opened["amount"].to_list() == [1.0, None]
    assert opened["list_price"].to_list() == [1.5, 2.5]
    assert opened.schema["channel"] == nw.String
    assert opened["sold_at"].to_list() == [datetime(2025, 1, 1), datetime(2025, 1, 2)]


def test_nan_in_a_key_is_nobody_on_every_engine():
    keys = pl.DataFrame({"member_id": [1.0, float("nan")]})
    opened = tables.require(keys, "sales", ["member_id"]).collect()
    assert opened["member_id"].to_list() == [1.0, None]


def test_the_kind_that_comes_in_goes_out():
    arrow = pa.table(LINES)
    connection = duckdb.connect()
    for frame in (
        LINES,
        pl.from_pandas(LINES),
        pl.from_pandas(LINES).lazy(),
        arrow,
        connection.from_arrow(arrow),
        ibis.memtable(arrow),
    ):
        opened = tables.require(frame, "sales", ["amount"])
        back = tables.give_back(opened.select(nw.col("amount").sum()), frame)
        assert type(back) is type(frame)


def test_many_rows_of_arrow_keep_the_values_of_their_own_group():
    # PyArrow joins in parallel and in any order, from 32,768 rows on
    rng = np.random.default_rng(2)
    n = 120_000
    lines = pd.DataFrame(
        {
            "sale_id": np.arange(n),
            "member_id": rng.integers(0, 60_000, n),
            "product_id": rng.integers(0, 50_000, n),
            "store_id": rng.integers(0, 9, n),
            "sold_at": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 500, n), "D"),
            "quantity": 1,
            "amount": 5.0,
        }
    ).astype({"sold_at": "datetime64[us]"})
    for ask in (ck.kpi.cohort_retention, lambda f: ck.stock.best_seller_share(f, by="store_id")):
        wanted = ask(lines)
        for _again in range(3):
            got = ask(pa.Table.from_pandas(lines, preserve_index=False)).to_pandas()
            pd.testing.assert_frame_equal(got, wanted, check_dtype=False)


def test_two_kinds_of_frame_cannot_be_joined():
    one, two = tables.open_frame(LINES), tables.open_frame(pl.from_pandas(LINES))
    with pytest.raises(ck.TableError, match=r"sales is a pandas frame and members a polars frame"):
        tables.beside(one, two, ("sales", "members"))


def test_zero_denominators_give_null_not_infinity():
    frame = pl.DataFrame({"a": [1, 0, -1, 3, None], "b": [0, 0, 0, 2, 1]})
    got = nw.from_native(frame).select(tables.ratio("a", "b"))
    assert got.to_native().to_series().to_list() == [None, None, None, 1.5, None]


def test_day_numbers_agree_with_the_calendar():
    days = pd.date_range("1899-12-25", "2101-03-02", freq="13D")
    got = nw.from_native(pd.DataFrame({"d": days})).select(n=tables.day_number(nw.col("d")))
    wanted = (days - pd.Timestamp("1970-01-01")).days
    assert np.array_equal(got.to_native()["n"].to_numpy(), wanted.to_numpy())
    assert tables.as_day_number("2000-02-29") == (date(2000, 2, 29) - date(1970, 1, 1)).days


def test_a_period_holds_its_last_minute_and_not_the_next_midnight():
    opened = tables.open_frame(LINES)
    january = tables.between(opened, "sold_at", "2025-01-01", "2025-01-31").collect()
    assert january["sale_id"].to_list() == ["1", "1"]
    february = tables.between(opened, "sold_at", "2025-02-01").collect()
    assert february["sale_id"].to_list() == ["2"]


def test_what_is_no_date_is_refused():
    with pytest.raises(ck.TableError, match="'30/6' is not a date"):
        tables.as_date("30/6")


def test_scores_break_ties_by_id_and_fill_every_bin_alike():
    frame = pd.DataFrame({"id": list("jihgfedcba"), "x": [1] * 10})
    got = tables.scores(tables.open_frame(frame), "score", "x", "id", 5).collect().to_native()
    assert got.sort_values("id")["score"].tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    best_low = tables.scores(tables.open_frame(frame), "s", "x", "id", 5, low_is_best=True)
    assert best_low.collect().to_native().sort_values("id")["s"].tolist() == [
        5, 5, 4, 4, 3, 3, 2, 2, 1, 1,
    ]  # fmt: skip


def test_the_contract_names_only_known_kinds():
    kinds = {column.kind for table in tables.CONTRACT.values() for column in table.values()}
    assert kinds == {"key", "code", "text", "time", "number", "flag"}
