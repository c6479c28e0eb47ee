"""The course shop's own exports: every fault that was counted in is found, and mended or set aside.

truth.json counts the faults; the cleaned tables are compared with the shop's true ones.
"""

import pandas as pd
import pytest

import crmkit as ck
from crmkit.clean import (
    clean_comments,
    clean_members,
    clean_sales,
    clean_surveys,
    find_duplicate_members,
    merge_members,
    read_any,
)
from make import raw

TODAY = "2025-07-31"


@pytest.fixture(params=["zh", "en"])
def exports(request):
    """The folder of one language's exports, and the counted faults per file."""
    truth = ck.data.truth()["raw"]
    return request.param, ck.data.folder() / "raw" / request.param, truth


def ours(headings, **other):
    """{"小票号": "sale_id"} as the keywords of a cleaning function; `other` exchanges names."""
    return {other.get(name, name): heading for heading, name in headings.items()}


def rows_of(report, fault, column=None):
    """Positions of the rows in which a value was changed for this fault."""
    changes = report.changes
    hit = changes["fault"] == fault
    if column is not None:
        hit &= changes["column"] == column
    return set(changes.loc[hit, "row"])


def bad_phones(report):
    return rows_of(report, "phone_invalid") | rows_of(report, "placeholder", "phone")


def test_the_till_export(exports):
    language, folder, truth = exports
    name = "till_2025-06.csv"
    faults, clean_rows = truth[name]["faults"], truth[name]["clean_rows"]
    frame, read = read_any(folder / name)
    assert "GBK" in read.notes[0]
    assert read.count("header_row") == faults["repeated_header"]
    assert read.count("total_row") == faults["total_row"]
    columns = ours(raw.TILL_COLUMNS, name="product_name")
    sales, report = clean_sales(frame, today=TODAY, **columns)
    found = {
        "mixed_dates": report.count("date_format"),
        "full_width_digits": report.count("full_width", "quantity"),
        "stray_spaces": report.count("spaces", "product_id"),
        "odd_phone_format": report.count("phone_format"),
        "bad_phone": len(bad_phones(report)),
        "currency_sign": report.count("number_format", "amount"),
        "letter_o_for_zero": report.count("letter_for_digit"),
        "missing_store": report.count("store_missing"),
        "return_without_reason": report.count("reason_missing"),
        "amount_off_by_ten": report.count("amount_scale"),
        "duplicate_rows": report.count("duplicate_row"),
        "test_sales": report.count("test_row"),
        "repeated_header": faults["repeated_header"],
        "total_row": faults["total_row"],
    }
    assert found == faults
    assert len(sales) == clean_rows
    true = ck.load("sales", language)
    true = true[(true["channel"] == "store") & (true["sold_at"].dt.strftime("%Y-%m") == raw.MONTH)]
    compared = ["sale_id", "sold_at", "store_id", "product_id", "quantity", "list_price", "amount"]
    # other systems write no seconds
    sales, true = (t.assign(sold_at=t["sold_at"].dt.floor("min")) for t in (sales, true))
    by = ["sale_id", "product_id", "quantity", "amount", "list_price"]
    pd.testing.assert_frame_equal(
        sales[compared].sort_values(by, ignore_index=True),
        true[compared].sort_values(by, ignore_index=True),
        check_dtype=False,
    )


def test_the_web_shop_export(exports):
    _language, folder, truth = exports
    name = "web_orders_2025-06.xlsx"
    faults, clean_rows = truth[name]["faults"], truth[name]["clean_rows"]
    frame, read = read_any(folder / name)
    assert read.notes == (
        f"Title rows above the headings, left out: {faults['merged_title_rows']}.",
        f"Columns without heading and values, left out: {faults['empty_column']}.",
    )
    sales, report = clean_sales(frame, today=TODAY, **ours(raw.WEB_COLUMNS))
    found = {
        "bad_email": report.count("email_invalid"),
        "upper_case_email": report.count("email_format"),
        "odd_phone_format": report.count("phone_format"),
        "number_as_text": report.count("number_format", "list_price"),
        "amount_in_fen": report.count("amount_scale"),
        "cancelled_order": report.count("cancelled"),
        "name_and_phone_swapped": report.count("swapped", "phone"),
        "duplicate_rows": report.count("duplicate_row"),
        "merged_title_rows": faults["merged_title_rows"],
        "empty_column": faults["empty_column"],
    }
    assert found == faults
    assert len(sales) == clean_rows - faults["cancelled_order"]


def test_the_mini_program_export(exports):
    _language, folder, truth = exports
    name = "mini_program_2025-06.jsonl"
    faults, clean_rows = truth[name]["faults"], truth[name]["clean_rows"]
    frame, read = read_any(folder / name)
    assert read.count("torn_line") == faults["broken_json"]
    sales, report = clean_sales(
        frame, today=TODAY, sale_id="order_no", sold_at="created_at", product_id="sku",
        quantity="qty", list_price="price", amount="paid", name="nickname", birth_date="birthday",
    )  # fmt: skip
    order = frame["order_no"]

    def orders(*found, column=None):
        # set aside as doubles, an order's rows change all the same: count what is left
        return order[sorted(set().union(*(rows_of(report, f, column) for f in found)))].nunique()

    births = ("date_impossible", "date_future", "birth_too_early")
    assert orders("age_impossible") == faults["negative_age"]
    assert orders(*births, column="birth_date") == faults["impossible_birthday"]
    assert orders("date_zone") == faults["time_in_utc"]
    assert orders("placeholder", column="phone") == faults["null_as_word"]
    assert orders("full_width", column="phone") == faults["full_width_digits"]
    assert orders("spaces", column="name") == faults["stray_spaces"]
    aside = report.set_aside
    doubles = aside.loc[aside["fault"] == "duplicate_row", "sale_id"]
    assert doubles.nunique() == faults["duplicate_orders"]
    assert frame["gender"].nunique(dropna=False) == faults["mixed_gender_codes"]
    assert set(sales["gender"].dropna()) <= {"female", "male", "undisclosed"}
    assert sales["sale_id"].nunique() == clean_rows - faults["broken_json"]


def test_the_joining_forms_and_who_filled_in_two(exports):
    _language, folder, truth = exports
    name = "join_forms_2025H1.csv"
    faults, clean_rows = truth[name]["faults"], truth[name]["clean_rows"]
    frame, _read = read_any(folder / name)
    columns = ours(raw.JOIN_COLUMNS, form_id="member_id")
    members, report = clean_members(frame, today=TODAY, **columns)
    first = set(range(clean_rows))  # second forms are written in odd ways on purpose
    births = rows_of(report, "date_impossible") | rows_of(report, "birth_too_early")
    births |= rows_of(report, "date_future", "birth_date")
    found = {
        "bad_phone": len(bad_phones(report)),
        "odd_phone_format": len(rows_of(report, "phone_format") & first),
        "full_width_digits": report.count("full_width", "phone"),
        "bad_email": report.count("email_invalid"),
        "negative_age": faults["negative_age"],
        "impossible_age": report.count("age_impossible") - faults["negative_age"],
        "impossible_birthday": len(births),
        "stray_spaces": len(rows_of(report, "spaces", "name") & first),
        "null_as_word": report.count("placeholder", "name"),
        "mixed_dates": report.count("date_format", "joined_at"),
        "mixed_gender_codes": frame[columns["gender"]].nunique(dropna=False),
    }
    assert found == {name: n for name, n in faults.items() if not name.startswith("second_form")}
    assert report.rows_set_aside == 0

    pairs = find_duplicate_members(members)
    second = faults["second_form_same_phone"] + faults["second_form_same_email"]
    twice = set(members["member_id"].iloc[clean_rows:])
    assert len(twice) == second
    right = pairs["other_id"].isin(twice)
    assert right.mean() == 1.0  # precision
    assert len(set(pairs["other_id"]) & twice) / second >= 0.98  # recall
    merged, report = merge_members(members, pairs)
    assert clean_rows <= len(merged) <= clean_rows + 1
    assert report.rows_in == len(merged) + report.rows_set_aside


def test_the_survey_form(exports):
    _language, folder, truth = exports
    name = "survey_form_2025Q2.csv"
    faults, clean_rows = truth[name]["faults"], truth[name]["clean_rows"]
    frame, _read = read_any(folder / name)
    answers, report = clean_surveys(frame, today=TODAY, **ours(raw.SURVEY_COLUMNS))
    found = {
        "score_out_of_range": report.count("out_of_range"),
        "score_as_words": report.count("score_as_words"),
        "full_width_digits": report.count("full_width", "nps"),
        "mixed_dates": report.count("date_format"),
        "bad_phone": len(bad_phones(report)),
        "stray_spaces": report.count("spaces", "name"),
        "missing_store": report.count("store_missing"),
        "double_submission": report.count("duplicate_row"),
    }
    assert found == faults
    assert len(answers) == clean_rows
    assert answers["csat_goods"].dropna().between(1, 5).all()


def test_the_social_comments(exports):
    _language, folder, truth = exports
    name = "social_comments_2025.csv"
    faults, clean_rows = truth[name]["faults"], truth[name]["clean_rows"]
    frame, _read = read_any(folder / name)
    comments, report = clean_comments(frame, today=TODAY, **ours(raw.COMMENT_COLUMNS))
    found = {
        "spam": report.count("spam"),
        "empty_text": report.count("text_missing"),
        "html_left_in": report.count("markup"),
        "link_and_emoji": report.count("link_or_emoji"),
        "count_as_words": report.count("number_format", "likes"),
        "reposted": report.count("reposted"),
    }
    assert found == faults
    assert len(comments) == clean_rows - faults["spam"] - faults["empty_text"]


def test_every_kind_of_fault_that_was_counted_is_in_one_of_the_tests(exports):
    """A new kind of fault in the exports must get its line above."""
    import inspect
    import sys

    _language, _folder, truth = exports
    source = inspect.getsource(sys.modules[__name__])
    kinds = {fault for file in truth.values() for fault in file["faults"]}
    assert len(kinds) >= 15
    assert [kind for kind in sorted(kinds) if kind not in source] == []
