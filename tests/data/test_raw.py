"""The raw exports: what really arrives, with every fault counted."""

import io
import json
import re
from collections import Counter

import pandas as pd
import pytest

from crmkit.data import folder, raw
from make.raw import (
    COMMENT_COLUMNS,
    JOIN_COLUMNS,
    SURVEY_COLUMNS,
    TILL_COLUMNS,
    WEB_COLUMNS,
)

FILES = {
    "till": "till_2025-06.csv",
    "web_orders": "web_orders_2025-06.xlsx",
    "mini_program": "mini_program_2025-06.jsonl",
    "join_forms": "join_forms_2025H1.csv",
    "survey_form": "survey_form_2025Q2.csv",
    "social_comments": "social_comments_2025.csv",
}
PLAIN_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
PHONE = re.compile(r"1[3-9]\d{9}")


@pytest.fixture(scope="module")
def faults(planted):
    return {name: planted["raw"][file]["faults"] for name, file in FILES.items()}


@pytest.fixture(scope="module")
def clean_rows(planted):
    return {name: planted["raw"][file]["clean_rows"] for name, file in FILES.items()}


def read_csv(name, columns, encoding):
    text = raw(name).read_bytes().decode(encoding)
    frame = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False, na_filter=False)
    assert list(frame.columns) == list(columns)
    return frame.rename(columns=columns)


def digits(phone):
    """What is left of a phone when everything but its digits and the country's is dropped."""
    plain = "".join(str(int(c)) for c in phone if c.isdigit())
    return plain[2:] if plain.startswith("86") and len(plain) == 13 else plain


def test_there_are_at_least_fifteen_kinds_of_fault(faults):
    kinds = {kind for counts in faults.values() for kind in counts}
    assert len(kinds) >= 15
    assert all(n > 0 for counts in faults.values() for n in counts.values())


def test_the_till_is_gbk_and_nothing_else(language):
    content = raw("till").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        content.decode("utf-8")
    assert content.decode("gbk").startswith("小票号,时间,门店")
    assert content.count(b"\r\n") == content.count(b"\n")


def test_every_fault_of_the_till_is_there_as_counted(language, faults, clean_rows):
    count, frame = faults["till"], read_csv("till", TILL_COLUMNS, "gbk")
    header = frame["sale_id"] == "小票号"
    total = frame["sale_id"] == "合计"
    test = frame["sale_id"].str.startswith("TEST")
    assert (header.sum(), total.sum(), test.sum()) == (
        count["repeated_header"],
        count["total_row"],
        count["test_sales"],
    )
    body = frame[~header & ~total & ~test]
    assert body.duplicated().sum() == count["duplicate_rows"]
    body = body.drop_duplicates()
    # a basket with two lines alike is two pieces of one line, so nothing else is dropped
    assert len(body) == clean_rows["till"]
    assert (~body["sold_at"].str.fullmatch(PLAIN_TIME)).sum() == count["mixed_dates"]
    wide = body["quantity"].str.contains("[０-９]")
    assert wide.sum() == count["full_width_digits"]
    spaced = body["product_id"].str.strip() != body["product_id"]
    assert spaced.sum() == count["stray_spaces"]
    letter = body["product_id"].str.strip().str.contains("O")
    assert letter.sum() == count["letter_o_for_zero"]
    assert body["amount"].str.startswith("￥").sum() == count["currency_sign"]
    assert (body["store_id"] == "").sum() == count["missing_store"]
    returned = body["quantity"].str.contains("[-－]")
    assert (returned & (body["return_reason"] == "")).sum() == count["return_without_reason"]
    given = body.loc[body["phone"] != "", "phone"]
    right = given.str.fullmatch(PHONE)
    mended = given[~right].map(digits).str.fullmatch(PHONE)
    assert mended.sum() == count["odd_phone_format"]
    assert (~mended).sum() == count["bad_phone"]
    number = body[["quantity", "list_price", "discount", "amount"]].apply(
        lambda column: column.str.lstrip("￥").map(float)  # reads full-width digits too
    )
    off = number["quantity"] * number["list_price"] - number["discount"] - number["amount"]
    assert (off.abs() > 0.005).sum() == count["amount_off_by_ten"]


def test_the_web_shop_is_excel_with_merged_titles_and_its_faults(language, faults, clean_rows):
    from python_calamine import CalamineWorkbook

    count = faults["web_orders"]
    rows = CalamineWorkbook.from_path(raw("web_orders")).get_sheet_by_index(0)
    merged = rows.merged_cell_ranges
    assert len(merged) == count["merged_title_rows"]
    body = rows.to_python(skip_empty_area=False)
    assert all(row[0] == "" for row in body), "the first column is empty"
    header, body = body[3][1:], [row[1:] for row in body[4:]]
    assert header == list(WEB_COLUMNS)
    frame = pd.DataFrame(body, columns=[WEB_COLUMNS[h] for h in header])
    assert frame.duplicated().sum() == count["duplicate_rows"]
    frame = frame.drop_duplicates()
    assert len(frame) == clean_rows["web_orders"]
    text = frame["list_price"].map(lambda v: isinstance(v, str))
    assert text.sum() == count["number_as_text"]
    assert frame["status"].str.contains("cancelled").sum() == count["cancelled_order"]
    swapped = frame["name"].str.fullmatch(PHONE)
    assert swapped.sum() == count["name_and_phone_swapped"]
    phones = frame.loc[~swapped, "phone"]
    odd = phones[~phones.str.fullmatch(PHONE)]
    assert len(odd) == count["odd_phone_format"]
    assert odd.map(digits).str.fullmatch(PHONE).all()
    mail = frame.loc[frame["email"] != "", "email"]
    good = mail.str.fullmatch(r"[A-Za-z0-9.]+@[A-Za-z]+(\.[A-Za-z]+)+")
    assert (~good).sum() == count["bad_email"]
    assert (mail[good].str.lower() != mail[good]).sum() == count["upper_case_email"]
    price = pd.to_numeric(frame["list_price"].astype(str).str.rstrip("元"))
    due = frame["quantity"] * price - frame["discount"]
    fen = (frame["amount"] - due * 100).abs() < 0.5
    assert fen.sum() == count["amount_in_fen"]


def test_the_mini_program_sends_json_lines_and_its_faults(language, faults, clean_rows):
    count = faults["mini_program"]
    text = raw("mini_program").read_text(encoding="utf-8").splitlines()
    records, broken = [], 0
    for line in text:
        try:
            records.append(json.loads(line))
        except json.JSONDecodeError:
            broken += 1
    assert broken == count["broken_json"]
    seen = Counter(json.dumps(record, ensure_ascii=False) for record in records)
    assert sum(n - 1 for n in seen.values()) == count["duplicate_orders"]
    assert len(seen) + broken == clean_rows["mini_program"]
    once = [json.loads(line) for line in seen]
    assert sum(r["age"] < 0 for r in once) == count["negative_age"]
    assert sum(r["created_at"].endswith("Z") for r in once) == count["time_in_utc"]
    words = {"null", "N/A", "无", "none"}
    assert sum(r["phone"] in words for r in once) == count["null_as_word"]
    wide = [r for r in once if re.search("[０-９]", r["phone"])]
    assert len(wide) == count["full_width_digits"]
    assert sum(r["nickname"].strip() != r["nickname"] for r in once) == count["stray_spaces"]
    real = pd.to_datetime(pd.Series([r["birthday"] for r in once]), errors="coerce")
    bad = real.isna() | (real.dt.year < 1920) | (real.dt.year > 2025)
    assert bad.sum() == count["impossible_birthday"]
    assert len({r["gender"] for r in once}) == count["mixed_gender_codes"]


def test_the_mini_programs_clean_lines_are_the_shops_own(tables):
    sales = tables["sales"]
    june = sales[(sales["channel"] == "mini_program") & (sales["sold_at"] >= "2025-06-01")]
    paid = june.groupby("sale_id")["amount"].sum().round(2)
    for line in raw("mini_program").read_text(encoding="utf-8").splitlines():
        try:
            record = json.loads(line)
        except json.JSONDecodeError:
            continue
        assert sum(i["paid"] for i in record["items"]) == pytest.approx(paid[record["order_no"]])


def test_joining_forms_hold_second_forms_of_the_same_people(language, faults, clean_rows):
    count = faults["join_forms"]
    frame = read_csv("join_forms", JOIN_COLUMNS, "utf-8-sig")
    second = count["second_form_same_phone"] + count["second_form_same_email"]
    assert len(frame) == clean_rows["join_forms"] + second
    assert frame["form_id"].is_unique
    first, again = frame.iloc[:-second], frame.iloc[-second:]
    by_phone = again["phone"].map(digits).isin(first["phone"].map(digits))
    assert by_phone.sum() == count["second_form_same_phone"]
    same_mail = again[~by_phone]
    assert same_mail["email"].isin(first["email"]).all()
    assert len(same_mail) == count["second_form_same_email"]
    # the name is nearly, not exactly, that of the first form
    from rapidfuzz.distance import Levenshtein

    name = first.set_index("email")["name"]
    for row in same_mail.itertuples():
        assert row.name != name[row.email]
        assert Levenshtein.distance(row.name.lower(), name[row.email].lower()) <= 2
    age = pd.to_numeric(first["age"])
    assert (age < 0).sum() == count["negative_age"]
    assert ((age == 0) | (age > 120)).sum() == count["impossible_age"]
    assert (first["name"].str.strip() != first["name"]).sum() == count["stray_spaces"]
    assert first["name"].isin(["null", "N/A", "无", "test"]).sum() == count["null_as_word"]
    assert (~first["joined_at"].str.fullmatch(PLAIN_TIME)).sum() == count["mixed_dates"]
    born = pd.to_datetime(first["birth_date"], errors="coerce", format="%Y-%m-%d")
    assert (born.isna() | ~born.dt.year.between(1920, 2025)).sum() == count["impossible_birthday"]
    right = first["phone"].str.fullmatch("1[3-9][0-9]{9}")
    wide = first["phone"].str.contains("[０-９]")
    mended = ~right & ~wide & first["phone"].map(digits).str.fullmatch(PHONE)
    assert wide.sum() == count["full_width_digits"]
    assert mended.sum() == count["odd_phone_format"]
    assert (~right & ~wide & ~mended).sum() == count["bad_phone"]
    mail = first.loc[first["email"] != "", "email"]
    assert (~mail.str.fullmatch(r"[a-z0-9.]+@[a-z]+(\.[a-z]+)+")).sum() == count["bad_email"]


def test_the_survey_form_has_its_faults(language, faults, clean_rows):
    count = faults["survey_form"]
    frame = read_csv("survey_form", SURVEY_COLUMNS, "utf-8-sig")
    assert frame.duplicated().sum() == count["double_submission"]
    frame = frame.drop_duplicates()
    assert len(frame) == clean_rows["survey_form"]
    goods = frame.loc[frame["csat_goods"] != "", "csat_goods"]
    number = pd.to_numeric(goods, errors="coerce")
    assert number.isna().sum() == count["score_as_words"]
    assert (~number.dropna().between(1, 5)).sum() == count["score_out_of_range"]
    assert frame["nps"].str.contains("[０-９]").sum() == count["full_width_digits"]
    assert (~frame["asked_at"].str.fullmatch(PLAIN_TIME)).sum() == count["mixed_dates"]
    assert (~frame["phone"].str.fullmatch(PHONE)).sum() == count["bad_phone"]
    assert (frame["name"].str.strip() != frame["name"]).sum() == count["stray_spaces"]
    assert (frame["store_id"] == "").sum() == count["missing_store"]


def test_social_comments_have_their_faults(language, faults, clean_rows):
    count = faults["social_comments"]
    frame = read_csv("social_comments", COMMENT_COLUMNS, "utf-8-sig")
    assert len(frame) == clean_rows["social_comments"] + count["reposted"]
    copies = frame.iloc[-count["reposted"] :]
    first = frame.iloc[: -count["reposted"]]
    same = copies.merge(first, on=["channel", "at", "text"], how="left", indicator=True)
    assert (same["_merge"] == "both").all()
    assert (first["text"].str.strip() == "").sum() == count["empty_text"]
    assert first["text"].str.contains("<p>", regex=False).sum() == count["html_left_in"]
    assert first["text"].str.contains("https://s.example").sum() == count["link_and_emoji"]
    assert (~first["likes"].str.fullmatch(r"\d+")).sum() == count["count_as_words"]
    spam = first["text"].str.contains("!!!|代刷|兼职|for sale|Part-time", regex=True)
    assert spam.sum() == count["spam"]


def test_both_languages_have_the_same_rows_and_faults():
    def read(language, name, columns, encoding):
        path = folder() / "raw" / language / name
        return pd.read_csv(path, dtype=str, encoding=encoding, na_filter=False).rename(
            columns=columns
        )

    texts = {"name", "text", "comment", "csat_goods"}
    for name, columns, encoding in (
        (FILES["till"], TILL_COLUMNS, "gbk"),
        (FILES["join_forms"], JOIN_COLUMNS, "utf-8-sig"),
        (FILES["survey_form"], SURVEY_COLUMNS, "utf-8-sig"),
        (FILES["social_comments"], COMMENT_COLUMNS, "utf-8-sig"),
    ):
        zh, en = (
            read(language, name, columns, encoding).drop(columns=texts, errors="ignore")
            for language in ("zh", "en")
        )
        pd.testing.assert_frame_equal(zh, en)
