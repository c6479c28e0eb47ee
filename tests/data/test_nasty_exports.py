"""What reports of tills add to their lines, and what their columns leave open: read rightly, refused
or told, by the one way in, the look, the door and the cleaner alike."""

import warnings

import pandas as pd
import pytest

import crmkit as ck
from crmkit.clean import clean_sales, read_any
from crmkit.data import conform, look, read, scan
from crmkit.errors import CrmkitWarning

HEADS = "store,receipt,date,member,sku,qty,amount\n"
TWO = "Store 1,1,2025-01-01,m1,a,1,5\nStore 2,2,2025-01-02,m2,b,1,7\n"
NAMES = {"store_id": "store", "sale_id": "receipt", "sold_at": "date", "member_id": "member",
         "product_id": "sku", "quantity": "qty"}  # fmt: skip
ENGINES = {
    "pandas": lambda frame: frame,
    "polars": lambda frame: __import__("polars").from_pandas(frame),
    "duckdb": lambda frame: __import__("duckdb").from_df(frame),
}


@pytest.fixture(params=ENGINES)
def engine(request):
    return ENGINES[request.param]


@pytest.fixture(autouse=True)
def english():
    with ck.use_language("en"):
        yield


def written(folder, text, name="export.csv"):
    (folder / name).write_text(text, "utf-8")
    return folder / name


def listed(table, column):
    table = table.df() if hasattr(table, "df") else table
    return table[column].to_list()


@pytest.mark.parametrize(
    "total",
    [
        "Store 1 Total,,,,,1,5",
        "Grand totals,,,,,2,12",
        ",,,,TOTAL:,2,12",
        ",,,Sum,,2,12",
        "门店一 小计,,,,,2,12",
        ",,合计,,,2,12",
    ],
)
def test_a_row_that_adds_up_others_is_left_out_wherever_its_word_stands(tmp_path, total):
    file = written(tmp_path, HEADS + TWO + total + "\n")
    table, report = read(file)
    assert listed(table, "amount") == [5, 7]
    assert dict(report.left_out) == {"total_row": 1}
    lines, cleaning = read_any(file)
    assert lines["amount"].tolist() == ["5", "7"]
    assert cleaning.count("total_row") == 1


def test_a_store_or_a_product_that_is_called_total_stays(tmp_path):
    rows = "Petrol Total,1,2025-01-01,m1,a,1,5\nShop,2,2025-01-02,m2,Total,1,7\n"
    file = written(tmp_path, HEADS + rows)
    assert listed(scan(file), "amount") == [5, 7]
    assert len(read_any(file)[0]) == 2


def test_a_total_without_a_word_is_refused_and_not_sold(tmp_path, engine):
    lines = scan(written(tmp_path, HEADS + TWO + ",,,,,2,12\n")).df()
    with pytest.raises(ck.TableError, match="sale_id is empty in 1 of 3 rows"):
        conform(engine(lines), **NAMES)


def _repeated():
    """Numbers that begin again in each store, a line that has none, one without a day."""
    days = pd.to_datetime(["2025-01-01", "2025-01-01", "2025-01-02", None, "2025-01-02"])
    return pd.DataFrame(
        {"sale_id": ["1", "1", "2", "3", None], "store_id": ["A", "B", "A", "A", "A"], "sold_at": days,
         "member_id": "m", "quantity": 1, "amount": 1.0}
    )  # fmt: skip


def test_a_line_without_a_number_gets_none_from_its_store(engine):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(ck.TableError, match="sale_id is empty in 1 of 5"):
            conform(engine(_repeated()))
        with pytest.raises(ck.TableError, match="sale_id is empty in 1 of 5"):
            conform(engine(_repeated()), sale_id=["store_id", "sale_id"])


def test_a_day_that_is_missing_does_not_begin_the_numbers_again(engine):
    with pytest.warns(CrmkitWarning, match="store-sale_id"):
        sales = conform(engine(_repeated().dropna(subset="sale_id")))
    assert sorted(listed(sales, "sale_id")) == ["A-1", "A-2", "A-3", "B-1"]


@pytest.mark.parametrize(
    ("days", "first"),
    [(["31/12/2024", "03/02/2025"], "day"), (["12.31.2024", "03.02.2025"], "month")],
)
def test_the_order_of_day_and_month_is_told(tmp_path, days, first):
    file = written(tmp_path, "sale_id,sold_at,amount\n" + "".join(f"{d[:2]},{d},5\n" for d in days))
    told = f"the {first} is read first, as in {days[0]}."
    table, report = read(file)
    assert f"sold_at: {told}" in report.notes
    lines, cleaning = clean_sales(read_any(file)[0])
    assert f"Sold at: {told}" in cleaning.notes
    assert listed(lines, "sold_at") == listed(table, "sold_at")
    assert not [note for note in read(file, day_first=first == "day")[1].notes if told in note]


def test_a_thousand_that_may_be_one_and_a_bit_is_told_by_reader_and_cleaner(tmp_path):
    file = written(tmp_path, "sale_id;sold_at;amount\n1;2025-01-01;1.234\n2;2025-01-02;2.500\n")
    table, report = read(file)
    assert listed(table, "amount") == ["1.234", "2.500"]
    assert any("1.234 can be read two ways" in note for note in report.notes)
    assert listed(scan(file, decimal=","), "amount") == [1234, 2500]
    lines, cleaning = clean_sales(table.df())
    assert lines["amount"].tolist() == [1.234, 2.5]
    assert any("1.234 are read with a decimal point" in note for note in cleaning.notes)
    lines, cleaning = clean_sales(table.df(), decimal=",")
    assert lines["amount"].tolist() == [1234, 2500]
    assert not cleaning.notes


def test_ids_that_excel_cut_short_are_told(tmp_path):
    file = written(
        tmp_path, "sale_id,sold_at,sku,amount\n1,2025-01-01,6.90123E+12,5\n22E1,2025-01-01,22E1,5\n"
    )
    seen = look(file)
    assert [note for note in seen.reading.notes if "6.90123E+12 were cut short" in note]
    assert [c.odd for c in seen.columns if c.odd] == [("1 cut short by Excel (…E+12)",)]
    _lines, cleaning = clean_sales(read_any(file)[0], product_id="sku")
    assert cleaning.count("id_shortened") == 1


CLOCKED = "receipt,time,date,qty,amount\n1,9:30,2025-01-01,1,5\n2,18:05:07,2025-01-02,1,6\n"


def test_a_day_and_a_time_of_day_become_one_moment(tmp_path, engine):
    lines = engine(scan(written(tmp_path, CLOCKED)).df())
    sales = conform(lines, sale_id="receipt", sold_at=["date", "time"], quantity="qty")
    assert list(map(str, listed(sales, "sold_at"))) == [
        "2025-01-01 09:30:00",
        "2025-01-02 18:05:07",
    ]


@pytest.mark.parametrize("day", ["2025-01-02", "2 Jan. 2025"])
def test_the_call_that_look_gives_puts_day_and_time_of_day_together(tmp_path, day):
    seen = look(written(tmp_path, CLOCKED.replace("2025-01-02", day)))
    assert {c.column: c.kind for c in seen.columns}["time"] == "clock"
    names = {}
    exec(seen.call, names)
    assert names["sales"]["sold_at"].dt.hour.tolist() == [9, 18]


@pytest.mark.parametrize("time", ["25:00", "half past nine", None])
def test_a_time_of_day_that_is_none_is_told(engine, time):
    lines = pd.DataFrame(
        {"sale_id": ["1", "2"], "day": pd.to_datetime(["2025-01-01"] * 2), "time": ["9:30", time],
         "member_id": "m", "quantity": 1, "amount": 1.0}
    )  # fmt: skip
    with pytest.raises(ck.TableError, match="time should hold times of day such as 09:30"):
        conform(engine(lines), sold_at=["day", "time"])
