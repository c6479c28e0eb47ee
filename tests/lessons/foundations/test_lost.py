"""One member's story, and what many add up to, on the course shop and on cases worked by hand."""

import pandas as pd
import pytest

import crmkit as ck
from crmkit.codes import QUALITY_REASONS
from crmkit.lessons.foundations import lost as lesson
from crmkit.lessons.foundations import regulars_lost
from crmkit.lessons.foundations.lost_asked import Lost

EVERY_TENTH_DAY = pd.date_range("2024-01-03 10:00", periods=12, freq="10D")


def visits(member, days, amount=50.0):
    return pd.DataFrame(
        {
            "sale_id": [f"{member}-{n}" for n in range(len(days))],
            "sold_at": days,
            "member_id": member,
            "product_id": "P1",
            "quantity": 1,
            "amount": amount,
            "return_reason": None,
        }
    )


def back(member, day, reason):
    return visits(member, pd.DatetimeIndex([day]), -50.0).assign(
        sale_id=f"{member}-back", quantity=-1, return_reason=reason
    )


@pytest.fixture
def tables():
    last = EVERY_TENTH_DAY[-1]
    sales = pd.concat(
        [
            # left without a word; left after a faulty product; left after changing their mind
            visits("SILENT", EVERY_TENTH_DAY),
            visits("FAULTY", EVERY_TENTH_DAY),
            back("FAULTY", last + pd.Timedelta(days=3), "not_durable"),
            visits("MIND", EVERY_TENTH_DAY),
            back("MIND", last + pd.Timedelta(days=3), "changed_mind"),
            # 11 orders are no regular; a month and more between visits is none either
            visits("RARE", EVERY_TENTH_DAY[:11]),
            visits("SLOW", pd.date_range("2022-11-01", periods=12, freq="31D")),
            # still comes; and the last day of the table
            visits("HERE", pd.date_range("2024-08-01", periods=12, freq="10D")),
            visits(None, pd.DatetimeIndex(["2024-12-31 18:00"])),
        ],
        ignore_index=True,
    )
    nothing = pd.DatetimeIndex([])
    return {
        "sales": sales,
        "surveys": pd.DataFrame(
            {
                "member_id": ["FAULTY", "FAULTY", "HERE"],
                "asked_at": pd.to_datetime(["2024-02-01", "2024-03-15", "2024-08-02"]),
                "csat_goods": pd.array([5, 4, 2], dtype="Int64"),
                "csat_service": pd.array([5, None, 2], dtype="Int64"),
                "store_id": ["S1", "S1", "S1"],
            }
        ),
        "tickets": pd.DataFrame({"member_id": pd.Series([], dtype="str"), "opened_at": nothing}),
        "followups": pd.DataFrame(
            {
                "member_id": ["FAULTY", "FAULTY"],
                "done_on": pd.to_datetime(["2024-03-01", None]),
                "outcome": ["no_answer", None],
                "next_step": ["call_again", None],
            }
        ),
    }


def test_a_lost_regular_came_often_and_has_been_silent_for_long(tables):
    lost = regulars_lost.lost_regulars(tables).set_index("member_id")
    assert set(lost.index) == {"SILENT", "FAULTY", "MIND"}
    assert lost.loc["SILENT", "orders"] == 12
    assert lost.loc["SILENT", "days_between"] == 10
    assert lost.loc["SILENT", "last_order"] == pd.Timestamp("2024-04-22")
    assert lost.loc["SILENT", "days_silent"] == 253
    assert lost.loc["FAULTY", "revenue"] == 550.0


def test_every_sign_is_told_and_nothing_means_nothing(tables):
    lost = regulars_lost.lost_regulars(tables).set_index("member_id")["left_after"]
    assert lost.to_dict() == {
        "FAULTY": "quality_return",
        "MIND": "other_return",
        "SILENT": "nothing",
    }
    assert regulars_lost.lost_member(tables) == "FAULTY"


def test_whoever_left_without_a_sign_has_none_in_the_books(tables):
    """Each kind of trace is looked up again for every silent leaver of the course shop."""
    lost = regulars_lost.lost_regulars()
    silent = lost[lost["left_after"] == "nothing"].set_index("member_id")["last_order"]
    assert len(silent) > 100
    since = silent - pd.Timedelta(days=regulars_lost.SIGN_DAYS)

    def late(table, column):
        mine = table[table["member_id"].isin(silent.index)]
        return mine[mine[column] >= mine["member_id"].map(since) + pd.Timedelta(days=1)]

    sales, surveys = ck.load("sales"), ck.load("surveys")
    assert late(sales[sales["quantity"] < 0], "sold_at").empty
    assert late(ck.load("tickets"), "opened_at").empty
    scores = late(surveys, "asked_at")[["csat_goods", "csat_service"]]
    assert (scores.dropna().min(axis=1) > 3).all()


def test_what_the_lesson_tells_of_its_member_holds():
    member = regulars_lost.lost_member()
    told = regulars_lost.story(member)
    last = told.loc[told["trace"] == "order", "at"].max()
    assert not ((told["trace"] == "followup") & (told["at"] >= last)).any(), "nobody got in touch"
    before = told.loc[told["at"] < last, "csat_goods"].dropna()
    assert len(before) >= 2 and before.mean() >= 4, "content until then"
    asked = Lost({"calls_guess": 2, "silent_guess": 40})
    assert asked.trace().value == told["trace"].iloc[-1] == "return"
    assert asked.part().value == "2024-q2"
    assert "40" in str(asked.signs_chart())


def test_where_nobody_left_after_a_faulty_product_there_is_no_story_to_tell(tables):
    tables["sales"] = tables["sales"][tables["sales"]["member_id"] != "FAULTY"]
    with pytest.raises(ck.CrmkitError, match="no regular"):
        regulars_lost.lost_member(tables)


def test_a_story_is_everything_in_the_order_it_happened(tables):
    told = regulars_lost.story("FAULTY", tables)
    assert told["at"].is_monotonic_increasing
    assert told["trace"].value_counts().to_dict() == {
        "order": 12,
        "return": 1,
        "survey": 2,
        "followup": 1,
    }
    assert told["trace"].iloc[-1] == "return"
    assert told.set_index("trace").loc["followup", "next_step"] == "call_again"
    assert told["amount"].sum() == 550.0


def test_a_member_nobody_knows_has_no_story(tables):
    with pytest.raises(ck.CrmkitError, match="NOBODY"):
        regulars_lost.story("NOBODY", tables)


def test_the_picture_shows_every_trace_and_the_silence(tables, language):
    ax = regulars_lost.timeline("FAULTY", tables)
    words = " ".join(text.get_text() for text in ax.texts)
    assert "253" in words
    assert [len(dots.get_offsets()) for dots in ax.collections] == [12, 1, 2, 0, 1]
    assert len(ax.get_yticklabels()) == 5
    assert "_" not in words + ax.get_title()


def test_the_course_shop_tells_of_a_regular_whose_last_trace_is_a_faulty_product():
    told = regulars_lost.story(regulars_lost.lost_member())
    assert told.iloc[-1]["trace"] in ("return", "survey")
    last = told[told["trace"] == "return"].iloc[-1]
    assert last["return_reason"] in QUALITY_REASONS
    assert last["at"] >= told.loc[told["trace"] == "order", "at"].max()


def test_the_sliding_store_satisfies_fewer_than_its_like_until_it_mends_its_ways():
    found = lesson.satisfied().set_index(["quarter", "store_id"])["csat"].unstack()
    gap = found["S04"] - found["S03"]
    assert gap["2023-Q2":"2023-Q4"].abs().max() < 0.06
    assert gap["2024-Q3":"2024-Q4"].min() > 0.08
    assert gap["2025-Q2"] < 0.05
    # counted by hand: the first quarter that begins with the trouble
    assert lesson.parted(lesson.satisfied()) == "2024-Q2"


def test_loyalty_counts_orders_of_a_year_and_adds_up(tables):
    found = lesson.loyalty(tables).set_index("orders_a_year")
    assert found["members"].to_dict() == {"1": 0, "2-5": 0, "6-11": 1, "12-23": 4, "24+": 0}
    assert found["revenue"].sum() == 50 * (12 * 4 + 11) - 100
    everyone = lesson.loyalty()
    assert everyone["members_share"].sum() == pytest.approx(1, abs=2e-4)
    assert everyone["revenue_share"].sum() == pytest.approx(1, abs=2e-4)


def test_an_offer_that_works_is_told_from_one_that_does_not():
    right, wrong = (lesson.offer(name).set_index("sent") for name in ("C01", "C02"))
    assert right.loc["treatment", "verdict"] == "more_than_chance"
    assert right.loc["treatment", "buyer_share"] > right.loc["control", "buyer_share"]
    assert wrong.loc["treatment", "verdict"] == "may_be_chance"
    contacts = ck.load("campaign_contacts")
    assert right["members"].sum() == (contacts["campaign_id"] == "C01").sum()
    with pytest.raises(ck.CrmkitError, match="C01"):
        lesson.offer("C99")
