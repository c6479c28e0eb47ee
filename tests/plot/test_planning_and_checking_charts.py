"""Charts for planning a trial, for orders and for checking records show what was reckoned."""

import matplotlib
import pandas as pd
import pytest

import crmkit as ck
from crmkit import campaign, clean, profile, segment, stock
from crmkit.plot import _style

matplotlib.use("Agg")

from .conftest import texts

MEMBERS = pd.DataFrame(
    {
        "member_id": ["M1", "M2", "M3", "M4"],
        "name": ["Lin Yue", "Lin Yue", "Chen 3", "N/A"],
        "phone": ["14000000001", "14000000001", "123", None],
        "email": ["a@b.example", None, None, None],
    }
)


def dots(ax):
    return [
        (line.get_xdata()[0], line.get_ydata()[0])
        for line in ax.lines
        if len(line.get_xdata()) == 1
    ]


def test_the_members_a_trial_needs_stand_on_the_curve_of_their_power(language):
    ax = ck.plot.sample_size(0.2, [0.1, 0.2])
    needed = [campaign.sample_size(0.2, uplift) for uplift in (0.1, 0.2)]
    assert dots(ax) == [(needed[0], 0.8), (needed[1], 0.8)]
    curve = ax.lines[0]
    n, chance = int(curve.get_xdata()[-1]), curve.get_ydata()[-1]
    assert chance == pytest.approx(campaign.power(0.2, 0.1, n, n))
    shown = " ".join(texts(ax)).replace("\n", " ")
    assert {"zh": "每组 6,508 人", "en": "6,508 in each group"}[language] in shown


def test_what_the_treated_would_have_done_is_drawn_beside_what_they_did(language):
    outcomes = pd.DataFrame(
        {
            "group": ["treatment"] * 2 + ["control"] * 2,
            "revenue_before": [10.0, 30, 10, 20],
            "revenue": [30.0, 50, 15, 25],
        }
    )
    ax = ck.plot.difference_in_differences(outcomes, before_value="revenue_before")
    control, treated, expected = (line.get_ydata().tolist() for line in ax.lines)
    assert (control, treated, expected) == ([15, 20], [20, 40], [20, 25])
    assert "+15.00" in texts(ax)
    title = {
        "zh": "销售额：比“与对照组变化相同”时多 15.00",
        "en": "Revenue: 15.00 more than if it had changed like the control group",
    }
    assert ax.get_title() == title[language]


def test_weeks_before_and_after_give_the_same_picture():
    weeks = pd.DataFrame(
        {
            "group": ["treatment", "control"] * 2,
            "period": ["before"] * 2 + ["after"] * 2,
            "revenue": [20.0, 15, 40, 20],
        }
    )
    ax = ck.plot.difference_in_differences(weeks)
    assert [line.get_ydata().tolist() for line in ax.lines] == [[15, 20], [20, 40], [20, 25]]
    with pytest.raises(ck.TableError, match="no row of 'control'"):
        ck.plot.difference_in_differences(weeks[weeks["group"] == "treatment"])


def test_the_stock_is_at_the_reorder_point_when_the_order_goes_out(language):
    ax = ck.plot.reorder_point(15, 2, 5, 0.9)
    point = float(stock.reorder_point(15, 2, 5, 0.9))
    safety = float(stock.safety_stock(5, 2, 0.9))
    days, pieces = ax.lines[0].get_data()
    assert min(pieces) == pytest.approx(safety)
    ordered = next(line for line in ax.lines if line.get_linestyle() == "None")
    day = ordered.get_xdata()[0]
    assert pieces[0] - 15 * (day - days[0]) == pytest.approx(point)
    texts(ax)
    with pytest.raises(ck.TableError, match="^demand "):
        ck.plot.reorder_point(0, 2)


def test_the_worst_column_stands_on_top(language):
    ax = ck.plot.profile_quality(clean.profile_quality(MEMBERS))
    names = [t.get_text() for t in ax.get_yticklabels()]
    assert names[0] == {"zh": "邮箱", "en": "E-mail"}[language]
    assert "75.0%" in texts(ax)
    assert {"zh": "4 列中 1 列完整且整齐", "en": "1 of 4 columns are complete and tidy"}[
        language
    ] == ax.get_title()


def test_doubtful_pairs_have_another_colour_than_sure_ones(language):
    pairs = pd.DataFrame(
        {
            "member_id": ["M1", "M2", "M3"],
            "other_id": ["M4", "M5", "M6"],
            "probability": [0.5, 0.95, 0.99],
        }
    )
    ax = ck.plot.find_duplicate_members(pairs)
    by_colour = {}
    for bar in ax.patches:
        colour = matplotlib.colors.to_hex(bar.get_facecolor())
        by_colour[colour] = by_colour.get(colour, 0) + bar.get_height()
    assert by_colour == {_style.ACCENT.lower(): 1, _style.MAIN.lower(): 2}
    texts(ax)


def test_records_are_counted_by_their_empty_fields(language):
    ax = ck.plot.gaps(profile.gaps(MEMBERS, ["phone", "email"]))
    assert [bar.get_height() for bar in ax.patches] == [1, 2, 1]
    words = {"zh": "4 份档案中 1 份完整", "en": "1 of 4 records are complete"}
    assert words[language] in texts(ax)


def test_mistakes_are_counted_by_field_and_reason(language):
    found = profile.mistakes(MEMBERS, at="2025-06-30")
    ax = ck.plot.mistakes(found)
    assert sum(bar.get_width() for bar in ax.patches) == len(found)
    words = {
        "zh": "手机号：与其他会员的手机号相同",
        "en": "Phone: same phone as another member",
    }
    assert any(text.replace("\n", " ") == words[language] for text in texts(ax)), texts(ax)
    nothing = ck.plot.mistakes(found.head(0))
    assert {"zh": "没有需要修正的地方。", "en": "Nothing to mend."}[language] in texts(nothing)


def test_every_tag_has_its_share_and_the_unknown_too(language):
    tagged = pd.DataFrame({"member_id": range(4), "life_cycle": ["loyal", "loyal", "new", None]})
    ax = ck.plot.tag_members(tagged)
    assert [bar.get_width() for bar in ax.patches] == [0.5, 0.25, 0.25]
    assert {{"zh": "忠诚", "en": "loyal"}[language], "–"} <= set(texts(ax))


def test_the_number_of_clusters_that_is_clearest_is_marked(language):
    members = pd.DataFrame(
        {
            "member_id": range(30),
            "recency": [(1, 90, 200)[n % 3] + n % 7 for n in range(30)],
            "frequency": [(9, 1, 5)[n % 3] + n % 2 for n in range(30)],
            "monetary": [900.0 + n % 3 * 400 + n for n in range(30)],
        }
    )
    clusters = segment.kmeans(members, most=4)
    ax = ck.plot.silhouette(clusters)
    assert len(clusters.silhouette) == 3
    assert dots(ax) == [(clusters.k, clusters.silhouette[clusters.k])]
    texts(ax)
    with pytest.raises(ck.TableError, match="k="):
        ck.plot.silhouette(segment.kmeans(members, k=3))


def test_attainment_by_store_and_month_is_a_grid_of_the_last_year(language):
    months = [f"{2024 + m // 12}-{m % 12 + 1:02}" for m in range(18)]
    result = pd.DataFrame(
        [(store, month, 1.0, 0.9) for store in ("S1", "S2") for month in months],
        columns=["store_id", "month", "target", "attainment"],
    )
    ax = ck.plot.attainment(result, names={"S1": "Harbour"})
    shown = texts(ax)
    assert "Harbour" in shown and shown.count("90%") == 24
    assert ax.get_title().startswith({"zh": "36 个目标中 0 个", "en": "0 of 36"}[language])


def test_what_just_misses_the_target_does_not_read_as_reaching_it():
    result = pd.DataFrame({"store_id": ["S1"], "target": [1.0], "attainment": [0.9999]})
    ax = ck.plot.attainment(result)
    assert "99%" in texts(ax) and ax.get_title() == "0 of 1 reached the target"


def test_ids_are_called_by_the_names_of_a_table(language):
    stores = pd.DataFrame({"store_id": ["S1", "S2"], "name": ["老城店", "港湾店"]})
    summary = pd.DataFrame({"store_id": ["S2", "S1"], "revenue": [1.0, 2.0]})
    ax = ck.plot.sales_summary(summary, names=stores)
    assert [t.get_text() for t in ax.get_xticklabels()] == ["老城店", "港湾店"]
    again = ck.plot.sales_summary(summary)
    assert [t.get_text() for t in again.get_xticklabels()] == ["S1", "S2"]
