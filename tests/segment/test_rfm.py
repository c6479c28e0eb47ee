"""Recency, frequency, monetary value, and the eight groups they make."""

import pandas as pd
import pytest

import crmkit as ck
from crmkit.segment import RFM_GROUPS

LINES = pd.DataFrame(
    {
        "sale_id": ["1", "1", "2", "3", "4", "5", "6"],
        "member_id": ["a", "a", "a", "b", "c", None, "b"],
        "sold_at": pd.to_datetime(
            [
                "2025-06-01 23:59",
                "2025-06-01 23:59",
                "2025-06-10 00:00",
                "2025-05-01 12:00",
                "2025-06-20 12:00",
                "2025-06-30 12:00",
                "2025-06-25 12:00",
            ]
        ),
        "quantity": [1, 2, 1, 1, -1, 1, -1],
        "amount": [10.0, 20.0, 5.0, 50.0, -9.0, 99.0, -20.0],
    }
)


def test_each_member_once_and_a_return_is_no_visit():
    got = ck.segment.rfm(LINES, as_of="2025-06-30").set_index("member_id")
    assert got.index.tolist() == ["a", "b"], "c only brought something back; walk-ins are nobody"
    assert got["recency"].to_dict() == {"a": 20, "b": 60}
    assert got["frequency"].to_dict() == {"a": 2, "b": 1}
    assert got["monetary"].to_dict() == {"a": 35.0, "b": 30.0}


def test_looking_back_starts_at_the_last_purchase_when_no_day_is_given():
    assert ck.segment.rfm(LINES)["recency"].tolist() == [0, 40]


def test_what_came_after_the_day_is_not_known_yet():
    got = ck.segment.rfm(LINES, as_of="2025-06-01")
    assert got.set_index("member_id")["frequency"].to_dict() == {"a": 1, "b": 1}
    assert got.set_index("member_id")["recency"]["a"] == 0, "23:59 is still that day"


def test_a_window_forgets_older_purchases():
    got = ck.segment.rfm(LINES, as_of="2025-06-30", days=30)
    assert got["member_id"].tolist() == ["a"]
    assert ck.segment.rfm(LINES, days=30)["member_id"].tolist() == ["a"]


def test_scores_put_the_recent_frequent_and_generous_first():
    days = pd.date_range("2025-01-01", periods=10)
    lines = pd.DataFrame(
        [(f"{m}-{k}", f"m{m}", days[m], 1, 10.0) for m in range(10) for k in range(m + 1)],
        columns=["sale_id", "member_id", "sold_at", "quantity", "amount"],
    )
    got = ck.segment.rfm(lines)
    for score in ("r_score", "f_score", "m_score"):
        assert got[score].tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert got["rfm_score"].tolist()[-1] == 555


def test_the_eight_groups():
    high_low = [(r, f, m) for m in (5, 1) for r, f in ((4, 4), (4, 3), (3, 4), (1, 1))]
    scored = pd.DataFrame(high_low, columns=["r_score", "f_score", "m_score"])
    assert tuple(ck.segment.rfm_groups(scored)["rfm_group"]) == RFM_GROUPS


@pytest.mark.parametrize("language", ck.i18n.LANGUAGES)
def test_every_group_has_a_name_people_read(language):
    with ck.use_language(language):
        names = [ck.i18n.label("rfm_group", group) for group in RFM_GROUPS]
    assert len(set(names)) == 8
    assert not set(names) & set(RFM_GROUPS)
    if language == "zh":
        assert names[0] == "重要价值客户" and names[-1] == "一般挽留客户"


def test_groups_of_something_else_are_refused():
    with pytest.raises(ck.TableError, match=r"segment\.rfm"):
        ck.segment.rfm_groups(LINES)


@pytest.mark.parametrize("bins", [1, 10, "5", 2.5])
def test_bins_that_would_not_fit_one_digit_are_refused(bins):
    with pytest.raises(ck.CrmkitError, match=str(bins)):
        ck.segment.rfm(LINES, bins=bins)


def test_nobody_bought_gives_an_empty_answer():
    assert len(ck.segment.rfm(LINES.head(0))) == 0
    assert len(ck.segment.rfm(LINES[LINES["quantity"] < 0])) == 0


def test_online_retail_has_its_4338_customers(online_retail):
    got = ck.segment.rfm(online_retail)
    assert len(got) == 4_338
    assert got["frequency"].sum() == 18_532
    assert got["monetary"].sum() == pytest.approx(8_911_407.904, abs=1e-3)
    best = got.sort_values("monetary").iloc[-1]
    assert (best["member_id"], best["frequency"]) == (14646, 73)
    sizes = got["m_score"].value_counts()
    assert sizes.max() - sizes.min() <= 1
