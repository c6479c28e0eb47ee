"""Rates and comparisons, each against what a person would reckon by hand."""

import numpy as np
import pandas as pd
import pytest

import crmkit as ck
from crmkit.rates import Rate

K = ck.kpi


def lines(rows):
    columns = ["sale_id", "sold_at", "member_id", "quantity", "amount", "store_id", "channel"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(sold_at=pd.to_datetime(frame["sold_at"], format="ISO8601"))


SALES = lines(
    [
        ("1", "2025-01-10 09:00", "a", 1, 100.0, "S1", "store"),
        ("2", "2025-01-31 23:59", "b", 1, 50.0, "S1", "store"),
        ("3", "2025-02-01 00:00", "a", 1, 80.0, "S1", "store"),
        ("4", "2025-02-14 10:00", None, 2, 20.0, "S2", "store"),
        ("5", "2025-02-15 10:00", "c", 1, 40.0, "S2", "web"),
        ("6", "2025-03-01 10:00", "b", -1, -50.0, "S1", "store"),
        ("7", "2025-03-02 10:00", "c", 1, 60.0, "S2", "store"),
        ("8", "2025-03-02 11:00", "c", 1, 10.0, "S2", "store"),
    ]
)


class TestMemberShare:
    def test_walk_ins_are_the_rest(self):
        share = K.member_share(SALES)
        assert (share.numerator, share.denominator) == (290.0, 310.0)
        assert float(share) == pytest.approx(290 / 310)

    def test_a_month_where_returns_outweigh_has_no_share(self):
        march = K.member_share(SALES[SALES["quantity"] < 0])
        assert march.value is None
        assert np.isnan(float(march))


class TestGrowth:
    def test_against_the_month_before(self):
        got = K.growth(SALES).set_index("month")
        assert got["revenue"].to_dict() == {"2025-01": 150.0, "2025-02": 140.0, "2025-03": 20.0}
        assert got["pop"]["2025-02"] == pytest.approx(140 / 150 - 1)
        assert np.isnan(got["pop"]["2025-01"])

    def test_against_last_year_and_a_gap_is_not_growth(self):
        two = lines(
            [
                ("1", "2024-02-10", "a", 1, 100.0, "S1", "web"),
                ("2", "2025-02-10", "a", 1, 125.0, "S1", "web"),
            ]
        )
        got = K.growth(two, since="2025-01-01")
        assert got["month"].tolist() == ["2025-02"]
        assert got["yoy"].tolist() == [0.25]
        assert got["before"].isna().all() and got["pop"].isna().all()

    def test_from_nothing_or_less_there_is_no_percentage(self):
        three = lines(
            [
                ("1", "2025-01-10", "a", -1, -10.0, "S1", "web"),
                ("2", "2025-02-10", "a", 1, 5.0, "S1", "web"),
            ]
        )
        assert K.growth(three)["pop"].isna().all()

    @pytest.mark.parametrize(
        ("period", "first", "second"),
        [
            ("day", "2025-03-01", "2025-02-28"),
            ("week", "2025-01-06", "2025-01-05"),
            ("month", "2025-01-01", "2024-12-31"),
            ("quarter", "2025-01-01", "2024-12-31"),
            ("year", "2025-01-01", "2024-12-31"),
        ],
    )
    def test_neighbours_across_an_edge_of_the_calendar(self, period, first, second):
        two = lines(
            [
                ("1", second, "a", 1, 10.0, "S1", "web"),
                ("2", first, "a", 1, 15.0, "S1", "web"),
            ]
        )
        assert K.growth(two, period)["pop"].tolist()[1] == 0.5

    def test_last_years_week_and_day_have_the_same_weekday(self):
        two = lines(
            [
                ("1", "2024-06-26", "a", 1, 10.0, "S1", "web"),
                ("2", "2025-06-25", "a", 1, 12.0, "S1", "web"),
            ]
        )
        for period in ("day", "week"):
            assert K.growth(two, period)["yoy"].iloc[1] == pytest.approx(0.2)

    def test_other_figures_and_groups(self):
        got = K.growth(SALES, by="store_id", value="orders")
        assert got[got["store_id"] == "S2"]["orders"].tolist() == [2, 2]
        with pytest.raises(ck.TableError, match="one of"):
            K.growth(SALES, "hour")
        with pytest.raises(ck.TableError, match="profit"):
            K.growth(SALES, value="profit")


class TestVisits:
    FOOTFALL = pd.DataFrame(
        {
            "store_id": ["S1", "S1", "S2", "S2"],
            "hour": pd.to_datetime(
                ["2025-02-01 00:00", "2025-02-14 10:00", "2025-02-14 10:00", "2025-02-15 10:00"]
            ),
            "visitors": [4, 0, 5, 5],
        }
    )

    def test_only_orders_at_the_door_on_counted_days(self):
        rate = K.conversion_rate(SALES, self.FOOTFALL)
        # orders 3 and 4: January and March were not counted, order 5 came from the web
        assert (rate.numerator, rate.denominator) == (2, 14)

    def test_by_hour_of_day(self):
        got = K.conversion_rate(SALES, self.FOOTFALL, by="hour").set_index("hour")
        assert got["orders"].to_dict() == {0: 1, 10: 1}
        assert got["conversion_rate"].to_dict() == {0: 0.25, 10: 0.1}

    def test_a_counter_that_missed_people_gives_no_rate(self):
        few = self.FOOTFALL.assign(visitors=0)
        got = K.conversion_rate(SALES, few, by="store_id")
        assert got["conversion_rate"].isna().all()
        assert got["orders"].tolist() == [1, 1]

    def test_a_visit_counts_at_a_step_only_after_those_before(self):
        seen = pd.DataFrame(
            [
                ("s1", "view"), ("s1", "basket"), ("s1", "checkout"), ("s1", "buy"),
                ("s2", "view"), ("s2", "buy"), ("s3", "basket"), ("s4", "view"), ("s4", "view"),
            ],
            columns=["session_id", "event"],
        )  # fmt: skip
        got = K.funnel(seen)
        assert got["visits"].tolist() == [3, 1, 1, 1]
        assert got["lost"].tolist() == [0, 2, 0, 0]
        assert got["step_rate"].tolist() == pytest.approx([1, 1 / 3, 1, 1])
        assert got["reached_rate"].tolist() == pytest.approx([1, 1 / 3, 1 / 3, 1 / 3])


class TestVoice:
    SURVEYS = pd.DataFrame(
        {
            "csat_goods": [5, 4, 3, 1, None],
            "csat_service": [5, 5, 5, 5, None],
            "nps": [10, 9, 8, 6, None],
            "channel": ["a", "a", "b", "b", "b"],
        }
    )

    def test_satisfaction_agrees_with_statsmodels(self):
        from statsmodels.stats.proportion import proportion_confint

        rate = K.csat(self.SURVEYS, "goods")
        low, high = proportion_confint(2, 4, method="wilson")
        assert (rate.value, rate.numerator, rate.denominator) == (0.5, 2, 4)
        assert (rate.low, rate.high) == pytest.approx((low, high))

    @pytest.mark.parametrize(("k", "n"), [(0, 7), (7, 7), (1, 1), (0, 1), (7, 50), (333, 1000)])
    def test_the_interval_agrees_with_two_libraries_at_the_ends_too(self, k, n):
        from scipy.stats import binomtest
        from statsmodels.stats.proportion import proportion_confint

        rate = K.csat(pd.DataFrame({"csat_service": [5] * k + [1] * (n - k)}))
        ends = pytest.approx((rate.low, rate.high), abs=1e-12)
        assert proportion_confint(k, n, method="wilson") == ends
        assert tuple(binomtest(k, n).proportion_ci(method="wilson")) == ends

    def test_nobody_answered(self):
        silent = pd.DataFrame({"csat_service": [None, None], "nps": [None, None]})
        assert K.csat(silent).value is None
        assert K.nps(silent).value is None
        assert K.nps(silent).answers == 0

    def test_an_unknown_question_is_refused(self):
        with pytest.raises(ck.TableError, match="price"):
            K.csat(self.SURVEYS, "price")

    def test_nps_agrees_with_statsmodels(self):
        from statsmodels.stats.weightstats import DescrStatsW

        answers = [10] * 30 + [9] * 11 + [8] * 20 + [7] * 9 + [6] * 5 + [0] * 12
        score = K.nps(pd.DataFrame({"nps": answers}))
        marks = [100 if a >= 9 else -100 if a <= 6 else 0 for a in answers]
        low, high = DescrStatsW(marks).zconfint_mean()
        assert score.value == pytest.approx(np.mean(marks))
        assert (score.low, score.high) == pytest.approx((low, high))
        assert (score.promoters, score.passives, score.detractors) == (41, 29, 17)

    def test_nps_of_the_tickets_in_a_hat(self):
        """The worked example of a much-read answer (W. Huber on Cross Validated, 2011): half
        promoters, a third passives, a sixth detractors: a score of 1/3, a variance of 5/9, and so
        a standard error of 4.1 points with 324 answers."""
        answers = [10] * 162 + [8] * 108 + [0] * 54
        score = K.nps(pd.DataFrame({"nps": answers}))
        assert score.value == pytest.approx(100 / 3)
        error = 100 * (5 / 9 / 324) ** 0.5
        assert round(error, 1) == 4.1
        # ours divides by n − 1, as an estimate from a sample must
        assert (score.high - score.value) / 1.96 == pytest.approx(error, rel=0.002)

    def test_one_answer_has_a_score_but_no_interval(self):
        score = K.nps(pd.DataFrame({"nps": [10]}))
        assert (score.value, score.low, score.high) == (100, None, None)
        assert "too few" in str(score)

    def test_by_channel_adds_up(self):
        got = K.nps(self.SURVEYS, by="channel")
        assert got["answers"].tolist() == [2, 2]
        assert got["nps"].tolist() == [100, -50]

    def test_referrals_made_and_joined(self):
        made = pd.DataFrame(
            {
                "member_id": ["a", "a", "b"],
                "at": pd.to_datetime(["2025-01-02", "2025-02-28", "2025-02-28"]),
                "joined_member_id": ["n1", None, "n2"],
            }
        )
        got = K.referral_rate(made, SALES, by="month").set_index("month")
        assert got["referrals"].to_dict() == {"2025-01": 1, "2025-02": 2, "2025-03": 0}
        assert got["active_members"].to_dict() == {"2025-01": 2, "2025-02": 2, "2025-03": 1}
        assert got["referral_rate"].to_dict() == {"2025-01": 0.5, "2025-02": 1.0, "2025-03": 0.0}
        assert got["joined_rate"]["2025-02"] == 0.5
        assert np.isnan(got["joined_rate"]["2025-03"])


class TestLoyalty:
    def test_two_orders_make_a_repeat_buyer_a_return_does_not(self):
        rate = K.repeat_purchase_rate(SALES)
        assert (rate.numerator, rate.denominator) == (2, 3), "b's second receipt is a return"

    def test_retention_asks_who_came_back_anywhere(self):
        january, later = ("2025-01-01", "2025-01-31"), ("2025-02-01", "2025-03-31")
        rate = K.retention_rate(SALES, january, later)
        assert (rate.numerator, rate.denominator) == (1, 2)
        by_store = K.retention_rate(SALES, january, later, by="store_id")
        assert by_store["retained"].tolist() == [1]

    def test_retention_is_not_repeat_purchase(self):
        window = ("2025-03-01", "2025-03-31")
        assert K.repeat_purchase_rate(SALES, since=window[0], until=window[1]).value == 1.0
        assert K.retention_rate(SALES, ("2025-02-01", "2025-02-28"), window).value == 0.5

    def test_cohorts_leave_the_future_empty(self):
        got = K.cohort_retention(SALES).set_index(["cohort", "months_since"])
        assert got["members"].to_dict()[("2025-01", 0)] == 2
        assert got["active"].loc["2025-01"].tolist() == [2, 1, 0]
        assert got["active"].loc["2025-02"].tolist() == [1, 1, pd.NA]
        assert got["retention_rate"].loc["2025-01"].tolist() == [1.0, 0.5, 0.0]
        assert np.isnan(got["retention_rate"].loc[("2025-02", 2)])

    def test_cohorts_cross_the_year(self):
        two = lines(
            [
                ("1", "2024-12-31 23:59", "a", 1, 1.0, "S1", "web"),
                ("2", "2025-01-01 00:00", "a", 1, 1.0, "S1", "web"),
            ]
        )
        got = K.cohort_retention(two)
        assert got["cohort"].tolist() == ["2024-12", "2024-12"]
        assert got["retention_rate"].tolist() == [1.0, 1.0]


class TestGoals:
    TARGETS = pd.DataFrame(
        {
            "store_id": ["S1", "S2", "S1", "S1"],
            "staff_id": [None, None, None, "e1"],
            "month": ["2025-01", "2025-02", "2025-04", "2025-01"],
            "revenue": [100.0, 120.0, 10.0, 7.0],
        }
    )

    def test_reached_and_missed(self):
        got = K.attainment(SALES, self.TARGETS).set_index(["store_id", "month"])
        assert got["attainment"].to_dict() == {
            ("S1", "2025-01"): 1.5,
            ("S1", "2025-04"): 0.0,
            ("S2", "2025-02"): 0.5,
        }
        assert got["gap"].tolist() == [50.0, -10.0, -60.0]

    def test_months_can_be_chosen_and_added_up(self):
        got = K.attainment(SALES, self.TARGETS, by="store_id", until="2025-03-31")
        assert got["target"].tolist() == [100.0, 120.0]

    @pytest.mark.parametrize("by", [[], "channel", ["store_id", "staff_id"]])
    def test_what_has_no_target_is_refused(self, by):
        with pytest.raises(ck.TableError, match="does not fit"):
            K.attainment(SALES, self.TARGETS, by=by)

    def test_the_running_month_puts_the_latest_first(self):
        targets = self.TARGETS.assign(month="2025-02")
        got = K.monitor(SALES, targets, "2025-02-14").set_index("store_id")
        assert got.index.tolist() == ["S2", "S1"]
        assert got["expected"].to_dict() == {"S2": 60.0, "S1": 55.0}
        assert got["status"].to_dict() == {"S2": "far_behind", "S1": "ahead"}
        assert got["forecast"]["S1"] == 160.0

    def test_a_shop_without_a_target_is_not_late(self):
        got = K.monitor(SALES, self.TARGETS.head(1), "2025-02-28")
        assert set(got["status"]) == {"no_target"}

    def test_without_sales_the_day_must_be_said(self):
        with pytest.raises(ck.TableError, match="as_of"):
            K.monitor(SALES.head(0), self.TARGETS)


def test_a_rate_says_what_it_was_computed_from(language):
    said = str(Rate("csat", 0.5, 1200, 2400, 0.4, 0.6))
    assert "1,200" in said and "2,400" in said and "40.0%" in said
    assert ("客户满意度" in said) == (language == "zh")
    nothing = str(Rate("csat", None, 0, 0))
    assert ("无法计算" in nothing) == (language == "zh")
