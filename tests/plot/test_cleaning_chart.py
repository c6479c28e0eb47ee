"""The chart of a cleaning report."""

import matplotlib
import pandas as pd
import pytest

import crmkit as ck
from crmkit.i18n import label
from crmkit.tables import TableError

matplotlib.use("Agg")


@pytest.fixture
def report():
    raw = pd.DataFrame(
        {
            "member_id": ["M1", "M2", "M3", "M3"],
            "phone": ["140 0123 4567", "140 0123 4568", "12345", None],
            "email": ["a@example.com"] * 4,
        }
    )
    return ck.clean.clean_members(raw, today="2025-06-30")[1]


def test_a_bar_per_finding_longest_first_with_its_rows(report, language):
    ax = ck.plot.cleaning(report)
    assert [bar.get_width() for bar in ax.patches] == [2, 1, 1]
    names = [text.get_text() for text in ax.get_yticklabels()]
    assert names[0] == f"{label('fault', 'phone_format')} · {label('column', 'phone')}"
    drawn = [text.get_text() for text in ax.get_legend().get_texts()]
    assert drawn == [label("action", code) for code in ("repaired", "emptied", "set_aside")]
    assert "4" in ax.get_title() and "3" in ax.get_title()


def test_only_the_most_frequent_when_there_are_many(report):
    assert len(ck.plot.cleaning(report, most=1).patches) == 1


def test_nothing_found_is_said(language):
    _members, report = ck.clean.clean_members(pd.DataFrame({"member_id": ["M1"]}))
    ax = ck.plot.cleaning(report)
    assert [text.get_text() for text in ax.texts] == [
        {"zh": "没有需要修正的地方。", "en": "Nothing to mend."}[language]
    ]


def test_what_is_no_report_is_refused():
    with pytest.raises(TableError, match="Give the report"):
        ck.plot.cleaning(pd.DataFrame({"a": [1]}))
