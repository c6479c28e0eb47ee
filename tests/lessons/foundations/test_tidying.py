"""Data one can trust: every claim of the lesson held against the exports, every key a second way."""

import csv
from datetime import datetime

import pytest

import crmkit as ck
from crmkit.lessons.analyst import exports
from crmkit.lessons.foundations import sheet, tidying, tidying_asked
from crmkit.lessons.foundations.tidying_asked import Tidying


def read_by_eye(number):
    """What a careful reader finds on a sheet who knows only what stands there."""
    seen, doubles, cannot, unfit, stays = set(), 0, 0, 0, []
    for line in sheet.lines(number):
        if not line.pieces or line.receipt.startswith("TEST"):
            continue
        said = (line.receipt, line.at, line.phone, line.goods, line.price, line.paid)
        doubles += said in seen
        if said in seen:
            continue
        seen.add(said)
        stays.append(line)
        digits = line.phone.replace(" ", "")
        try:
            datetime.strptime(f"2025-{line.at}", "%Y-%m-%d %H:%M")
            cannot += bool(digits) and len(digits) != 11
        except ValueError:
            cannot += 1
        unfit += abs(line.pieces * line.price - line.paid) > 0.005
    return doubles, cannot, unfit, stays


@pytest.mark.parametrize("number", range(100))
def test_the_sheet_is_inspected_a_second_way(number):
    doubles, cannot, unfit, stays = read_by_eye(number)
    asked = Tidying({})
    asked.number = number
    assert asked.doubles().value == doubles
    assert asked.impossible().value == cannot
    assert asked.wrong().value == unfit
    assert asked.left().value == len(stays)
    assert sorted((doubles, cannot, unfit)) == [1, 2, 3], "no count is mistaken for another"
    assert sheet.revenue(number) == pytest.approx(sum(one.pieces * one.price for one in stays))
    for key in (asked.doubles(), asked.impossible(), asked.wrong(), asked.left()):
        assert key.mistakes and key.value not in key.mistakes.values()
    assert stays[0].receipt == stays[1].receipt and stays[0].goods != stays[1].goods
    assert stays[0].phone == stays[1].phone, "one receipt is one member's"


def test_the_sum_of_the_raw_column_is_nearly_twice_what_was_taken():
    with open(ck.data.raw("till"), encoding="gbk", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[-1][0] == "合计"
    found = tidying.summed("zh")
    assert found["total_row"] == float(rows[-1][rows[0].index("实收")])
    sold = ck.load("sales")
    june = sold[(sold["sold_at"] >= "2025-06-01") & (sold["channel"] == "store")]
    assert found["right"] == pytest.approx(june["amount"].sum(), abs=0.01)
    assert 1.9 < found["sum"] / found["right"] < 2.1
    rest = found["sum"] - found["total_row"] - found["right"]
    assert abs(rest) < 0.05 * found["right"], "the total row is what doubles it"


def test_what_the_report_says_is_what_the_lesson_says(language):
    till = exports.tidied("till").cleaning
    done = {(one.fault, one.action): one.rows for one in till.findings}
    assert ("reason_missing", "noted") in done, "pointed out, neither filled in nor dropped"
    assert 20 <= done["duplicate_row", "set_aside"] < 100, "some dozens"
    assert 10 <= done["amount_scale", "repaired"] < 20
    assert done["phone_invalid", "emptied"] and done["date_format", "repaired"]
    forms = exports.tidied("join_forms")
    spelled = forms.raw[exports.NAMES["join_forms"]["gender"]].dropna().str.strip().unique()
    assert len(spelled) >= 5


def test_the_chart_and_the_counts_come_from_the_reports(language):
    touched, of = tidying_asked._touched(language)
    told = str(Tidying({"odd_guess": 33}).odd_chart())
    assert f"{touched:,}" in told and f"{of:,}" in told and "33" in told
    till = exports.tidied("till")
    assert till.reading.rows_in == of
    assert touched == till.cleaning.rows_changed + of - till.cleaning.rows_kept
    planted = {"duplicate_rows": 85 + 28 + 30, "reposted": 26}
    assert tidying.troubles(language)["double"] >= sum(planted.values())


def test_every_source_shows_its_lines_and_every_file_its_report(language):
    screen = tidying.sources()
    for source in tidying.SOURCES:
        screen.did({"act": "turn", "arg": source})
        assert screen.text.count("|") >= 8, source
    bench = tidying.bench()
    for source in exports.NAMES:
        bench.did({"act": "choose", "arg": source})
        found = exports.tidied(source)
        assert f"{found.cleaning.rows_kept:,}" not in bench.text or source == "join_forms"
        bench.did({"act": "tidy"})
        assert f"{found.cleaning.rows_kept:,}" in bench.text
        assert "male" not in bench.text.replace("Male", "").replace("Female", "")


def test_an_order_of_three_goods_becomes_three_rows():
    good = exports.export("mini_program")
    assert (good["sale_id"] == tidying.ORDER).sum() == Tidying({}).order_rows().value == 3
