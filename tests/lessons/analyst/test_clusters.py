"""Clusters: keys found a second way, and each claim of the prose."""

import pytest

from crmkit import i18n, segment
from crmkit.learn.questions import Asked
from crmkit.lessons.analyst import clusters
from tests.lessons.analyst.judging import judged


@pytest.fixture(scope="module")
def members():
    return clusters.at_the_store()


@pytest.fixture(scope="module")
def centres(members):
    return segment.kmeans(members, k=4).centres


@pytest.mark.parametrize("name", clusters.MISTAKES)
def test_the_cases_know_right_from_wrong(name):
    case = clusters.cases(name)
    assert judged(case, getattr(clusters, name), name).status == "right"
    assert len(clusters.MISTAKES[name]) >= 4
    for mistake, makes in clusters.MISTAKES[name].items():
        told = judged(case, makes, name)
        assert told.mistake == (mistake if isinstance(mistake, str) else mistake[1])


def test_the_silhouette_of_the_cases_is_that_of_scikit_learn():
    from sklearn.metrics import silhouette_score

    case = clusters.cases("silhouette")
    found = [silhouette_score(*given) for given in case["inputs"]]
    assert case["expected"] == pytest.approx(found)


def test_money_alone_gives_nearly_the_same_groups(members):
    """A second way: of all pairs, both treat nearly every one alike."""
    from sklearn.cluster import KMeans
    from sklearn.metrics import rand_score

    three = members[["recency", "frequency", "monetary"]].to_numpy(float)
    one, other = (
        KMeans(4, n_init=10, random_state=0).fit(part).labels_ for part in (three, three[:, 2:])
    )
    assert rand_score(one, other) > 0.95
    with i18n.use_language("en"):
        said = clusters.Clusters({"money_guess": 40.0}).money_alone()["of"][1]["text"]
    assert said == "98 of every 100 stay where they are. You guessed 40."


def test_m2_by_hand():
    points = clusters.six()
    apart = ((points - points.loc["M2"]) ** 2).sum(axis=1).drop("M2")
    assert apart[["M1", "M3", "M5"]].idxmin().lower() == clusters.Clusters({}).m2().value
    scaled = clusters.one_scale(points)
    apart = ((scaled - scaled.loc["M2"]) ** 2).sum(axis=1).drop("M2")
    assert apart.idxmin() == "M1"


def test_the_groups_of_six_by_hand():
    scaled = clusters.one_scale(clusters.six())
    start = scaled.loc[["M1", "M2", "M5"]].set_axis(["a", "b", "c"])
    assert clusters.k_means(scaled, start).tolist() == ["a", "a", "b", "b", "c", "c"]


def test_the_figures_of_the_honest_name_and_of_the_misleading_one(members, centres):
    largest, second = centres.iloc[0], centres.iloc[1]
    for language in ("zh", "en"):
        with i18n.use_language(language):
            name = Asked("analyst-04").question("honest").options()["figures"]
        assert f"{largest['frequency']:.0f}" in name and f"{largest['monetary']:,.0f}" in name
    assert "monetary_high" in second["cluster"]
    assert 400 <= second["monetary"] < 500 < members["monetary"].mean()
    quiet = centres[centres["cluster"] == "recency_high, frequency_low"].iloc[0]
    assert (round(quiet["recency"]), round(quiet["frequency"], 1)) == (276, 1.8)


def test_dealt_out_anew_there_are_still_groups(members):
    real = segment.kmeans(members, most=5).silhouette
    floor = segment.kmeans(clusters.shuffled(members), most=5).silhouette
    assert max(real, key=real.__getitem__) == 2
    assert all(0.29 < floor[k] < 0.34 and floor[k] < real[k] for k in real)
    assert 0.35 < real[4] < 0.45
