"""Watching sales: keys found a second way, each claim of the prose, and the board that moves."""

import pytest

from crmkit import data, i18n, kpi
from crmkit.lessons.analyst import live, watching
from crmkit.lessons.analyst.watching_asked import Watching
from tests.lessons.analyst.judging import judged

MORNING = watching.MORNING


@pytest.fixture(scope="module")
def sales():
    return data.load("sales")


@pytest.fixture(scope="module")
def targets():
    return data.load("targets")


@pytest.mark.parametrize("name", watching.MISTAKES)
def test_the_cases_know_right_from_wrong(name):
    case = watching.cases(name)
    assert judged(case, getattr(watching, name), name).status == "right"
    assert len(watching.MISTAKES[name]) >= 4
    for mistake, makes in watching.MISTAKES[name].items():
        told = judged(case, makes, name)
        assert told.mistake == (mistake if isinstance(mistake, str) else mistake[1])


@pytest.mark.parametrize("day", ["2024-10-08", "2024-02-29", "2025-06-10"])
def test_what_was_written_by_hand_is_what_the_ready_made_board_gives(sales, targets, day):
    board = kpi.monitor(sales, targets, day).set_index("store_id")
    reached = watching.so_far(sales, day)
    pace = watching.even_pace(reached, targets, day).set_index("store_id")["pace"]
    assert list(watching.status(pace)) == list(board["status"][pace.index])
    assert pace.to_dict() == pytest.approx(board["pace"].to_dict(), abs=1e-4)


def test_the_fair_by_head():
    keys = Watching({})
    assert (keys.even().value, keys.path().value, keys.ends().value) == (160, 720, 960)
    assert keys.ends().value / watching.FAIR_TARGET == pytest.approx(576 / 720)


def test_all_were_green_after_the_holiday_and_one_ended_far_behind(sales, targets):
    board = kpi.monitor(sales, targets, MORNING).set_index("store_id")
    assert set(board["status"]) == {"ahead"}
    ended = kpi.attainment(sales, targets, since="2024-10-01", until="2024-10-31")
    ended = ended.set_index("store_id")["attainment"]
    assert ended["S03"] < 0.85 and ended.drop("S03").min() > 0.98
    assert round(board.loc["S03", "pace"] - 1, 2) == 0.09
    with i18n.use_language("en"):
        said = Watching({"october_guess": 104.0}).october()["of"][1]["text"]
    assert f"{ended['S03']:.1%}" in said and said.endswith("You guessed 104%.")


def test_last_years_path_saw_it_three_weeks_earlier(sales, targets):
    # the second way: sums of last October's days as text
    days = sales["sold_at"].dt.strftime("%Y-%m-%d")
    last = sales[days.between("2023-10-01", "2023-10-31")]
    early = sales[days.between("2023-10-01", "2023-10-08")]
    share = early.groupby("store_id")["amount"].sum() / last.groupby("store_id")["amount"].sum()
    due = watching.due(sales, MORNING).set_index("store_id")["due_share"]
    assert due.to_dict() == pytest.approx(share.to_dict())
    assert due.mean() == pytest.approx(0.35, abs=0.01) and 8 / 31 < 0.27
    board = kpi.monitor(sales, targets, MORNING).set_index("store_id")
    pace = board["revenue"] / (board["target"] * share)
    assert round(pace["S03"], 2) == 0.81 and (pace.drop("S03") > 1).all()
    ended = watching.paces().query("month == '2024-10' and day == 31").set_index("store_id")
    assert round(ended.loc["S03", "attainment"], 2) == 0.81
    october = watching.paces().query("month == '2024-10'")
    assert watching.first_alarm(october, 0.95, 5).values.tolist() == [["S03", 5]]


def test_february_was_red_everywhere_and_one_store_in_trouble(sales, targets):
    february = kpi.attainment(sales, targets, since="2025-02-01", until="2025-02-28")
    assert (february["attainment"] < 0.85).all()
    assert february.set_index("store_id").loc["S03", "attainment"] < 0.6
    spans = {}
    for store in watching.STORES:
        wanted = targets[(targets["store_id"] == store) & targets["staff_id"].isna()]
        wanted = wanted.set_index("month")["revenue"]
        sold = sales[(sales["store_id"] == store) & sales["sold_at"].between("2025-01", "2025-03")]
        spans[store] = sold["amount"].sum() / (wanted["2025-01"] + wanted["2025-02"])
    key = Watching({}).really()
    assert key.value == min(spans, key=spans.get) == "S03"
    assert key.facts["rate"] == f"{spans['S03']:.1%}"
    assert key.facts["others"] == f"{min(v for k, v in spans.items() if k != 'S03'):.1%}"


def test_fewer_alarms_for_nothing_come_later_and_miss_some():
    months = watching.paces().groupby(["store_id", "month"])
    bad = months["attainment"].first() < 0.95
    rang = months["pace"].min() < 0.95
    assert (len(bad), bad.sum(), rang.sum()) == (64, 19, 52)
    found = watching.rings().set_index("days")
    assert found.loc[1, "for_nothing"] == (rang & ~bad).sum()
    assert found["for_nothing"].is_monotonic_decreasing and found["missed"].is_monotonic_increasing
    assert found.loc[5, "for_nothing"] < found.loc[1, "for_nothing"] / 2
    with i18n.use_language("en"):
        said = Watching({"rings_guess": 10.0}).alarms()["of"][1]["text"]
    assert f"{found.loc[1, 'for_nothing']} alarms" in said and said.endswith("You guessed 10.")


def test_julys_target_by_hand(sales):
    there = sales[(sales["store_id"] == "S01") & sales["sold_at"].between("2024-07", "2024-08")]
    assert Watching({}).july().value == pytest.approx(there["amount"].sum() * 1.06, abs=0.01)  # fmt: skip


def test_the_board_moves_when_something_is_rung_up_and_takes_the_managers_target(lesson_shop, walk):
    shop = lesson_shop("analyst-08")
    board = live.board()

    def shown():
        return {one["label"]: one for one in walk(board.tree) if one.get("t") == "stat"}

    assert shown()["Revenue today"]["text"] == "¥0.00" and shown()["Orders"]["text"] == "0"
    Watching({}).sale().value(shop)
    paid = shop.till.shift().revenue / 100
    assert shown()["Revenue today"]["text"] == f"¥{paid:,.2f}"
    missing = live.asked_for() * _first_of_july() - paid
    assert shown()["Still to sell today"]["text"] == f"¥{missing:,.2f}"
    shop.as_staff(live.MANAGER).office.set_target("2025-07", 20_000_000)
    missing = 200_000 * _first_of_july() - paid
    assert shown()["Still to sell today"]["text"] == f"¥{missing:,.2f}"
    assert "set at the manager's desk" in str(board.tree)


def _first_of_july():
    sales = data.load("sales").query("store_id == 'S01'").set_index("sold_at")["amount"]
    july = sales.sort_index().loc["2024-07"]
    return july.loc["2024-07-01"].sum() / july.sum()


def test_even_days_are_no_days_of_a_real_shop(online_retail):
    found = watching.first_third(online_retail).set_index("month")
    december = online_retail[online_retail["sold_at"].between("2010-12-01", "2011-01-01")]
    early = december[december["sold_at"].dt.day <= 10]["amount"].sum() / december["amount"].sum()
    assert found.loc["2010-12", "due_share"] == pytest.approx(early, abs=0.001)
    assert "2011-12" not in found.index
    assert abs(found["due_share"] - found["even_share"]).max() > 0.05
