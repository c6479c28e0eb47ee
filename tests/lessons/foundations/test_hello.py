"""The first lesson's receipt, looked up again in the shop's own books."""

import pandas as pd

import crmkit as ck
from crmkit.lessons.foundations import hello
from crmkit.lessons.foundations.hello import Hello
from crmkit.lessons.shifts import Shift


def test_the_receipt_of_the_lesson_stands_in_the_books():
    lines = hello.receipt()
    sales = ck.load("sales")
    book = sales[sales["sale_id"] == lines["sale_id"][0]]
    asked = Hello({})
    assert len(lines) == len(book) == 3
    assert asked.paid().value == round(book["amount"].sum(), 2)
    assert asked.pieces().value == book["quantity"].sum() >= 5
    assert asked.hour().value == pd.Timestamp(book["sold_at"].min()).hour
    assert (book["store_id"] == "S01").all()
    assert book["sold_at"].min().day_name() == "Saturday"


def test_the_last_column_is_price_times_quantity_as_the_lesson_says():
    lines = hello.receipt()
    assert (lines["amount"] == (lines["list_price"] * lines["quantity"]).round(2)).all()


def test_the_guess_is_answered_with_the_receipts_of_the_tills_as_the_later_lessons_count_them():
    sales = ck.load("sales")
    day = sales["sold_at"].dt.strftime("%Y-%m-%d") == "2025-06-28"
    mine = sales[day & (sales["store_id"] == "S01") & (sales["channel"] == "store")]
    printed = mine[mine["quantity"] > 0]["sale_id"].nunique()
    assert str(printed) in str(Hello({"receipts_guess": 300}).saturdays())
    assert printed == Shift("S01", "2025-06-28").numbers()["orders"]


def test_each_mistake_of_the_lesson_differs_from_what_is_right():
    for key in (Hello({}).paid(), Hello({}).pieces()):
        assert key.mistakes
        assert key.value not in key.mistakes.values()
