"""Groups of customers: by who they are, by what they do, and how they move."""

import numpy as np
import pandas as pd
import pytest

import crmkit as ck

G = ck.segment

MEMBERS = pd.DataFrame(
    {
        "member_id": ["a", "b", "c", "d", "e"],
        "gender": ["female", "female", "male", None, "male"],
        "birth_date": pd.to_datetime(
            ["2000-06-30", "2000-07-01", "1960-06-30", None, "2030-01-01"]
        ),
    }
)
SALES = pd.DataFrame(
    {
        "sale_id": ["1", "2", "3", "4", "5"],
        "member_id": ["a", "a", "b", "c", None],
        "sold_at": pd.to_datetime(["2025-06-01"] * 4 + ["2025-06-30 23:59"], format="mixed"),
        "quantity": [1, 1, 1, -1, 1],
        "amount": [10.0, 20.0, 60.0, -5.0, 99.0],
    }
)


class TestDemographics:
    def test_everybody_is_counted_and_walk_ins_are_not(self):
        got = G.by_demographics(MEMBERS, SALES).set_index("gender")
        assert got["members"].sum() == 5
        assert got.loc["female", ["members", "buyers", "orders"]].tolist() == [2, 2, 3]
        assert got.loc["female", "revenue_each"] == 45.0
        assert got.loc["male", ["members", "buyers"]].tolist() == [2, 0], "c only returned"
        assert got.loc["male", "revenue"] == -5.0
        assert np.isnan(got.loc["male", "revenue_each"])

    def test_age_on_the_very_day(self):
        got = G.by_demographics(MEMBERS, SALES, "age_band", until="2025-06-30")
        members = {k: n for k, n in zip(got["age_band"], got["members"], strict=True) if k == k}
        assert members == {"18-24": 1, "25-34": 1, "65+": 1}, "25 today; 25 tomorrow; 65"
        assert got["members"].sum() == 5, "without a birth date, or born in the future: no band"

    def test_revenue_by_kind_sums_to_the_members_revenue(self):
        members, sales = ck.load("members"), ck.load("sales")
        got = G.by_demographics(members, sales, ["gender", "age_band"])
        share = ck.kpi.member_share(sales)
        assert got["revenue"].sum() == pytest.approx(share.numerator, abs=1e-3)
        assert got["members"].sum() == len(members)

    def test_a_member_who_stands_twice_is_refused(self):
        twice = pd.concat([MEMBERS, MEMBERS.head(1)])
        with pytest.raises(ck.TableError, match="'a' stands 2 times"):
            G.by_demographics(twice, SALES)

    def test_an_unknown_kind_is_refused(self):
        with pytest.raises(ck.TableError, match="shoe_size"):
            G.by_demographics(MEMBERS, SALES, "shoe_size")


class TestSummary:
    def test_shares_add_up(self):
        groups = G.rfm_groups(G.rfm(ck.load("sales")))
        got = G.segment_summary(groups)
        assert got["member_share"].sum() == pytest.approx(1)
        assert got["monetary_share"].sum() == pytest.approx(1)
        assert got["members"].sum() == len(groups)
        assert got["monetary"].is_monotonic_decreasing

    def test_without_values_it_only_counts(self):
        got = G.segment_summary(pd.DataFrame({"level": ["gold", "gold", "silver"]}), by="level")
        assert got.columns.tolist() == ["level", "members", "member_share"]
        assert got["members"].tolist() == [2, 1]


class TestMigration:
    def test_everybody_comes_from_somewhere_and_goes_somewhere(self):
        sales = ck.load("sales")
        got = G.migration(sales, "2024-12-31", "2025-06-30", days=365)
        before = len(G.rfm(sales, "2024-12-31", days=365))
        after = len(G.rfm(sales, "2025-06-30", days=365))
        was, now = got[got["group_from"] != "none"], got[got["group_to"] != "none"]
        assert (was["members"].sum(), now["members"].sum()) == (before, after)
        assert got.groupby("group_from")["share_of_from"].sum().tolist() == pytest.approx(
            [1] * got["group_from"].nunique()
        )
        assert not ((got["group_from"] == "none") & (got["group_to"] == "none")).any()

    def test_the_order_is_that_of_the_groups(self):
        got = G.migration(ck.load("sales"), "2024-12-31", "2025-06-30")
        ranks = [(*G.RFM_GROUPS, "none").index(g) for g in got["group_from"]]
        assert ranks == sorted(ranks)


def three_crowds(n=60, seed=5):
    random = np.random.default_rng(seed)
    centres = {"far": (300, 1, 20), "often": (5, 30, 2_000), "new": (8, 2, 30)}
    rows = [
        (f"{name}{i}", max(0, random.normal(r, 3)), max(1, random.normal(f, 0.5)), m * random.uniform(0.8, 1.2))
        for name, (r, f, m) in centres.items()
        for i in range(n)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["member_id", "recency", "frequency", "monetary"])


class TestKMeans:
    def test_three_crowds_are_found_and_named(self):
        found = G.kmeans(three_crowds())
        assert found.k == 3
        crowd = found.members["member_id"].str.rstrip("0123456789")
        assert (found.members.groupby(crowd)["cluster"].nunique() == 1).all()
        assert found.silhouette[3] == max(found.silhouette.values()) > 0.8
        assert found.centres["members"].tolist() == [60, 60, 60]
        names = dict(zip(crowd, found.members["cluster"], strict=True))
        assert "recency_high" in names["far"]
        assert "frequency_high" in names["often"] and "monetary_high" in names["often"]

    def test_names_are_read_in_the_language(self, language):
        shown = ck.show(G.kmeans(three_crowds()).centres)
        words = " ".join(shown.iloc[:, 0])
        assert ("很久没来" in words) == (language == "zh")
        assert ("not here lately" in words) == (language == "en")
        assert "_high" not in words

    def test_the_same_seed_gives_the_same_groups(self):
        members = G.rfm(ck.load("sales"))
        one, two = G.kmeans(members, k=4, seed=3), G.kmeans(members, k=4, seed=3)
        pd.testing.assert_frame_equal(one.members, two.members)

    def test_any_frame_comes_back_as_its_kind(self):
        pl = pytest.importorskip("polars")
        import duckdb

        members = three_crowds()
        wanted = G.kmeans(members, k=3).members["cluster"].tolist()
        eager = G.kmeans(pl.from_pandas(members), k=3).members
        assert isinstance(eager, pl.DataFrame) and eager["cluster"].to_list() == wanted
        relation = duckdb.from_df(members)
        lazy = G.kmeans(relation, k=3).members
        assert type(lazy) is type(relation)
        assert lazy.df()["cluster"].tolist() == wanted

    def test_gaps_and_too_few_members_are_refused(self):
        members = three_crowds()
        members.loc[0, "monetary"] = None
        with pytest.raises(ck.TableError, match="every row"):
            G.kmeans(members)
        with pytest.raises(ck.TableError, match="here are 1"):
            G.kmeans(three_crowds().head(1))
        with pytest.raises(ck.TableError, match="no column 'visits'"):
            G.kmeans(three_crowds(), ["visits"])

    def test_two_members_are_two_clusters(self):
        assert G.kmeans(three_crowds().iloc[[0, 70]]).k == 2
