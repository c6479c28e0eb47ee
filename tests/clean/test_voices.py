"""Survey answers and public comments, made fit to count."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit.clean import clean_comments, clean_surveys
from crmkit.tables import TableError, require

TODAY = "2025-06-30"


def test_satisfaction_in_words_and_wide_digits_become_numbers():
    raw = pd.DataFrame(
        {
            "asked_at": ["2025-04-01"] * 4,
            "csat_goods": ["非常满意", "Dissatisfied", "４", "3"],
            "nps": ["10", "９", "0", None],
        }
    )
    answers, report = clean_surveys(raw, today=TODAY)
    assert answers["csat_goods"].tolist() == [5, 2, 4, 3]
    assert answers["nps"].tolist()[:3] == [10, 9, 0]
    assert report.count("score_as_words") == 2
    require(answers, "surveys", ["asked_at", "csat_goods", "nps"])


def test_a_score_outside_its_scale_is_emptied_never_guessed():
    raw = pd.DataFrame({"asked_at": ["2025-04-01", "2025-04-02", "2025-04-03"], "csat_goods": ["55", "0", "5"],
                        "nps": ["11", "-1", "10"]})  # fmt: skip
    answers, report = clean_surveys(raw, today=TODAY)
    assert answers["csat_goods"].isna().tolist() == [True, True, False]
    assert answers["nps"].isna().tolist() == [True, True, False]
    assert report.count("out_of_range") == 4


def test_an_answer_handed_in_twice_counts_once():
    raw = pd.DataFrame({"asked_at": ["2025-04-01 10:00"] * 2, "phone": ["14001234567"] * 2,
                        "csat_goods": ["5", "5"]})  # fmt: skip
    answers, report = clean_surveys(raw, today=TODAY)
    assert len(answers) == 1
    assert report.set_aside["fault"].tolist() == ["duplicate_row"]


def test_an_answer_without_a_date_is_set_aside():
    raw = pd.DataFrame({"asked_at": ["soon", "2025-04-01"], "nps": ["9", "9"]})
    answers, report = clean_surveys(raw, today=TODAY)
    assert len(answers) == 1
    assert report.count("date_missing") == 1


def test_markup_links_and_emoji_leave_the_text():
    raw = pd.DataFrame(
        {
            "at": ["2025-04-01 10:00", "2025-04-01 11:00", "2025-04-01 12:00"],
            "text": ["<p>好用&nbsp;</p>", "不错 😀 https://s.example/001", "价格 <100 元,值"],
            "likes": ["1.2万", "1,024", "3"],
        }
    )
    comments, report = clean_comments(raw, today=TODAY)
    assert comments["text"].tolist() == ["好用", "不错", "价格 <100 元,值"]
    assert comments["likes"].tolist() == [12_000, 1_024, 3]
    assert (report.count("markup"), report.count("link_or_emoji")) == (1, 1)


def test_advertising_empty_and_reposted_comments_are_set_aside():
    raw = pd.DataFrame(
        {
            "channel": ["microblog"] * 5,
            "at": ["2025-04-01 10:00"] * 5,
            "author": list("abcde"),
            "text": ["好用", "好用", "加微信领红包", "  ", "Five-star reviews for sale"],
        }
    )
    comments, report = clean_comments(raw, today=TODAY)
    assert comments["author"].tolist() == ["a"]
    assert report.set_aside["fault"].tolist() == ["reposted", "spam", "text_missing", "spam"]


def test_markup_inside_markup_goes_at_once():
    raw = pd.DataFrame({"at": ["2025-04-01"], "text": ["&amp;lt;b&amp;gt;好&amp;lt;/b&amp;gt;"]})
    once, _report = clean_comments(raw, today=TODAY)
    again, second = clean_comments(once, today=TODAY)
    pd.testing.assert_frame_equal(again, once)
    assert second.findings == ()


def test_columns_that_must_be_there_are_named():
    with pytest.raises(TableError, match="surveys has no column 'asked_at'"):
        clean_surveys(pd.DataFrame({"nps": [9]}))
    with pytest.raises(TableError, match="comments has no column 'text'"):
        clean_comments(pd.DataFrame({"at": ["2025-04-01"]}))


def test_empty_tables_pass():
    empty = pd.DataFrame({"asked_at": [], "nps": []}, dtype="str")
    assert len(clean_surveys(empty)[0]) == 0
    empty = pd.DataFrame({"at": [], "text": []}, dtype="str")
    assert len(clean_comments(empty)[0]) == 0


answer = {
    "asked_at": st.sampled_from(["2025-04-01", "2025/4/2 10:00", "03/04/2025", "x", None]),
    "csat_goods": st.sampled_from(["5", "４", "满意", "very poor", "55", "-", None]),
    "csat_service": st.sampled_from(["1", "0", "3.5", "好", None]),
    "nps": st.sampled_from(["10", "9", "11", "-1", "很好", None]),
    "comment": st.one_of(st.none(), st.text(max_size=8)),
    "phone": st.sampled_from(["140 0123 4567", "12", "无", None]),
}
post = {
    "at": st.sampled_from(["2025-04-01 10:00", "2025年4月1日", "x", None]),
    "text": st.sampled_from(["<p>好用&nbsp;</p>", "加微信", " ", "好用", "&amp;lt;b&amp;gt;", "a  b", None]),
    "channel": st.sampled_from(["weibo", "微博", None]),
    "likes": st.sampled_from(["1.2万", "3", "x", None]),
}  # fmt: skip


@pytest.mark.parametrize(("clean", "row"), [(clean_surveys, answer), (clean_comments, post)])
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_whatever_comes_in_nothing_is_lost_and_a_second_cleaning_changes_nothing(clean, row, data):
    rows = data.draw(st.lists(st.fixed_dictionaries(row), max_size=6))
    raw = pd.DataFrame(rows, columns=list(row))
    kept, report = clean(raw, today=TODAY)
    assert len(raw) == report.rows_in == len(kept) + len(report.set_aside)
    again, second = clean(kept, today=TODAY)
    pd.testing.assert_frame_equal(again, kept)
    assert (second.rows_changed, second.rows_set_aside) == (0, 0)
