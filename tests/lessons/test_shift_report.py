"""A shift to read and to report, and the sentences about it."""

import pytest

import crmkit as ck
from crmkit.lessons.cashier.shift import EXAMPLE
from crmkit.lessons.shift_report import has_figure, judge, report, till_sheet
from crmkit.lessons.shifts import Shift
from crmkit.screen import parts


def said(part):
    """What stands on a part of a screen, as lines."""
    return parts.as_text(part, {})


def test_a_day_without_receipts_says_so(till_tables):
    closed = Shift("S01", "2025-01-29", tables=till_tables)
    assert "No receipts" in said(till_sheet(closed))
    assert report(closed, "–", "–")


def test_a_till_sheet_gives_totals_and_leaves_dividing_to_the_cashier(saturday):
    sheet, whole = (said(till_sheet(saturday, headline)) for headline in (False, True))
    assert "¥150.00" in sheet
    assert "Average order value" not in sheet
    assert "+50.0%" not in sheet
    assert "Average order value | ¥50.00" in whole
    assert "+50.0%" in whole


def test_what_people_typed_is_escaped(saturday):
    body = parts.as_html(report(saturday, "<script>alert(1)</script>", "x"), {})
    assert "<script>" not in body
    assert "Tea &lt;green&gt;" in parts.as_html(till_sheet(saturday), {})


def test_the_report_leaves_a_line_to_write_on_until_there_is_a_sentence(saturday):
    assert said(report(saturday, ..., "")).count("____") > 10
    assert "two tills" in said(report(saturday, "busy", "open two tills"))


@pytest.mark.parametrize(
    ("sentence", "has_one"),
    [
        ("9 点最忙", True),
        ("The hour from 9 brought 100 yuan", True),
        ("members bought 86.7 %", True),
        ("members bought 87%", True),
        ("revenue ¥１５０", True),
        ("a busy day", False),
        ("4711 people", False),
        ("", False),
        (3, False),
        (None, False),
    ],
)
def test_a_sentence_is_known_by_a_figure_of_this_shift(saturday, sentence, has_one):
    assert has_figure(saturday, sentence) is has_one


@pytest.mark.parametrize(
    ("sentence", "says"),
    [
        ("18点最忙，卖了1121.60元，占20%", None),
        ("At 18:00 we took ¥1,121.60, 20.3 % of the day", None),
        ("一共 70 单，18点一个钟点就卖了 1100 多元", None),
        ("18点卖了2300元，占20%，排队了", "2300元"),
        ("18点卖了1121元，占 40％，排队了", "40%"),
        ("From 18:00 on we sold 40 per cent", "40 per cent"),
        ("There were 85 orders, it was busy.", "85 orders"),
        ("70 orders, last week there were 85", None),
        ("85 orders last week, only 70 today", None),
        ("今天 70 单，比上周少 15 单", None),
        ("18点有 10 单", None),
        ("a busy day", "no figure"),
    ],
)
def test_an_amount_or_a_share_that_the_shift_does_not_have_is_told(sentence, says):
    told = judge(EXAMPLE, sentence)
    assert told is None if says is None else says in told[1]


def test_a_report_without_what_stood_out_says_how_to_get_it_in(saturday):
    def words(part):
        return part.get("text", "") + "".join(map(words, part.get("of", ())))

    with ck.i18n.use_language("en"):
        assert "press Check" in words(report(saturday))
        assert "press Check" not in words(report(saturday, "9 o'clock was busiest"))
