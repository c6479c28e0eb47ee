"""Practice scenes: the same shop for every learner, kept beside the notebook."""

import shutil
import time

import pytest
from sqlalchemy import select

from crmkit import tables
from crmkit.data import load
from crmkit.i18n import use_language
from crmkit.practice import Shop, migrate, scenes, schema
from crmkit.practice.domain.due import due_times
from crmkit.practice.engine import reading
from crmkit.practice.errors import CannotOpen
from crmkit.practice.scenes import SCENES


@pytest.fixture(scope="module", autouse=True)
def _own_cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def course(tmp_path):
    shop = Shop.practice("course", folder=tmp_path)
    yield shop
    shop.close()


def test_the_course_shop_opens_with_books_that_add_up(course):
    assert course.audit.problems() == ()
    assert course.audit.first_break() is None
    assert course.clock is not None
    report = course.as_staff("E0002").till.shift("2025-06-30")
    lines = load("sales")
    wanted = lines[
        (lines["store_id"] == "S01")
        & (lines["sold_at"] >= "2025-06-30")
        & (lines["sold_at"] < "2025-07-01")
        & (lines["quantity"] > 0)
    ]
    assert report.revenue + report.returned == round(wanted["amount"].sum() * 100)


def test_the_tickets_of_the_course_shop_are_due_as_the_service_desk_counts(course):
    with reading(course.engine) as connection:
        rows = connection.execute(select(schema.ticket)).all()
    assert {row.priority for row in rows} >= {"high", "normal"}
    for row in rows:
        assert (row.first_due_at, row.due_at) == due_times(row.opened_at, row.priority), row.id


def test_every_scene_opens_for_its_own_member_of_staff_in_under_a_second(tmp_path):
    Shop.practice("course", folder=tmp_path / "first").close()
    Shop.practice("corner", folder=tmp_path / "second").close()
    for name, scene in SCENES.items():
        began = time.process_time()
        shop = Shop.practice(name, folder=tmp_path / name)
        assert time.process_time() - began < 1
        assert shop.staff.id == scene.staff
        shop.close()


def test_a_scene_speaks_the_language_of_who_opens_it(tmp_path):
    found = {}
    for language in ("zh", "en"):
        with use_language(language):
            shop = Shop.practice("corner", folder=tmp_path / language)
            found[language] = {one.id: one.name for one in shop.office.team()}
            found[language] |= {one.id: one.name for one in shop.stock.find("P1")}
            shop.close()
    assert (found["zh"]["B1"], found["en"]["B1"]) == ("王店长", "Manager Wang")
    assert (found["zh"]["P1"], found["en"]["P1"]) == ("棉布围巾", "Cotton scarf")


def test_a_scene_is_the_same_every_time(tmp_path, monkeypatch):
    first = Shop.practice("corner", folder=tmp_path / "a")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "other cache"))
    second = Shop.practice("corner", folder=tmp_path / "b")
    sealed_or_signed = {"audit_entry", "command_log", "shop", "member"}
    for table in schema.metadata.sorted_tables:
        if table.name in sealed_or_signed:
            continue
        with reading(first.engine) as one, reading(second.engine) as other:
            assert one.execute(select(table)).all() == other.execute(select(table)).all()
    assert first.members.show("M000001") == second.members.show("M000001")
    first.close()
    second.close()


def test_what_was_done_is_still_there_the_next_time(tmp_path):
    shop = Shop.practice("corner", folder=tmp_path)
    sale = shop.till.sell([("P1", 1)])
    shop.close()
    again = Shop.practice("corner", folder=tmp_path)
    assert again.till.sale(sale.sale_id).total == sale.total
    again.close()
    assert [path.name for path in tmp_path.iterdir()] == ["shop.db"]


def test_the_one_file_carries_everything_to_the_trainer(tmp_path):
    shop = Shop.practice("corner", folder=tmp_path / "learner")
    shop.till.sell([("P1", 1)])
    (tmp_path / "grading").mkdir()
    shutil.copy(tmp_path / "learner" / "shop.db", tmp_path / "grading" / "shop.db")
    graded = Shop.practice("corner", folder=tmp_path / "grading")
    assert graded.stock.look("P1").on_hand == 19
    graded.close()
    shop.close()


def test_reset_begins_anew_and_keeps_the_old_shop(tmp_path):
    shop = Shop.practice("corner", folder=tmp_path)
    shop.till.sell([("P1", 1)])
    shop.close()
    fresh = Shop.practice("corner", folder=tmp_path, reset=True)
    assert fresh.stock.look("P1").on_hand == 20
    fresh.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["shop-1.db", "shop.db"]


def test_another_scene_or_none_is_said_so(tmp_path):
    Shop.practice("corner", folder=tmp_path).close()
    with pytest.raises(CannotOpen, match="reset=True"):
        Shop.practice("cashier-1", folder=tmp_path)
    with pytest.raises(CannotOpen, match="There are: "):
        Shop.practice("nowhere", folder=tmp_path)


def test_a_scene_opens_where_nothing_can_be_cached(tmp_path, monkeypatch):
    (tmp_path / "a file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "a file"))
    shop = Shop.practice("corner", folder=tmp_path / "here")
    assert shop.stock.look("P1").on_hand == 20
    shop.close()


# --- the analysis tables


def test_the_frames_fit_the_contract_and_every_function(course):
    frames = course.frames()
    for name, frame in frames.items():
        if name in tables.CONTRACT:
            known = [column for column in tables.CONTRACT[name] if column in frame.columns]
            assert known, name
    from crmkit import kpi

    summary = kpi.sales_summary(frames["sales"])
    assert summary["revenue"].iloc[0] == pytest.approx(frames["sales"]["amount"].sum())
    assert frames["payments"]["amount"].sum() == pytest.approx(frames["sales"]["amount"].sum())


def test_the_course_shops_frames_are_the_course_data(course):
    frames = course.frames()
    mine = frames["sales"]
    mine = mine[(mine["quantity"] > 0) & (mine["store_id"] == "S01")]
    data = load("sales")
    data = data[data["sale_id"].isin(mine["sale_id"])]
    data = data[data["quantity"] > 0]
    assert len(mine) == len(data)
    columns = ["sale_id", "product_id", "quantity", "amount"]
    order = ["sale_id", "product_id", "amount"]
    left = mine[columns].sort_values(order, ignore_index=True)
    right = data[columns].sort_values(order, ignore_index=True)
    assert (left["sale_id"] == right["sale_id"]).all()
    assert (left["amount"] - right["amount"]).abs().max() < 0.005
    times = mine.drop_duplicates("sale_id").set_index("sale_id")["sold_at"]
    wanted = data.drop_duplicates("sale_id").set_index("sale_id")["sold_at"]
    assert (times - wanted.reindex(times.index)).abs().max().total_seconds() == 0


def test_lessons_see_what_was_just_done(course):
    till = course.as_staff("E0002").till
    before = course.frames()["sales"]
    sale = till.sell([("P0001", 2)], member_id="M000023")
    till.give_back(sale.sale_id, [("P0001", 1)], reason="changed_mind")
    after = course.frames()["sales"]
    new = after[~after["sale_id"].isin(before["sale_id"])]
    assert sorted(new["quantity"]) == [-1, 2]
    assert set(new["member_id"]) == {"M000023"}
    assert new["amount"].sum() == pytest.approx(sale.total / 200, abs=0.01)


def test_the_frames_mask_people_and_keep_to_ones_own_store(course):
    course.as_staff("T0001", store="S02").stock.receive([("P0001", 1)])
    there = course.as_staff("E0012")
    there.till.sell([("P0001", 1)])
    frames = there.frames()
    assert set(frames["sales"]["store_id"]) == {"S02"}
    assert set(course.as_staff("E0009").frames()["sales"]["store_id"]) == {"S01"}
    assert frames["members"]["name"].str.contains("**", regex=False).all()
    assert frames["members"]["phone"].str.contains("****", regex=False).all()
    assert (frames["members"]["birth_date"].dropna().dt.day_of_year == 1).all()


def test_merged_members_are_one_in_the_frames(course):
    pair = course.members.duplicates()[0]
    course.members.merge(pair.first.id, pair.second.id, "same person")
    frames = course.frames()
    assert pair.second.id not in set(frames["members"]["member_id"])
    assert pair.second.id not in set(frames["sales"]["member_id"])


def test_a_scene_made_ready_beside_python_is_copied_not_made(tmp_path, monkeypatch):
    monkeypatch.setattr(scenes.sys, "prefix", str(tmp_path / "python"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    ready = scenes.prepare(Shop, ["corner"])
    assert len(ready) == 2 and scenes.prepare(Shop, ["corner"]) == []  # once in each language

    def make(_shops, _path):
        raise AssertionError("the scene was made a second time")

    monkeypatch.setitem(SCENES, "corner", scenes.Scene("T1", "corner", make))
    shop = Shop.practice("corner", folder=tmp_path)
    assert shop.members.find_by_phone("14000000001").points == 0
    assert not list((tmp_path / "cache").rglob("*.db"))
    shop.close()


def test_a_practice_shop_goes_on_with_a_newer_crmkit(tmp_path):
    shop = Shop.practice("corner", folder=tmp_path)
    shop.till.sell([("P1", 2)])
    migrate.back_to(shop.engine, migrate.revisions()[0])
    shop.close()
    shop = Shop.practice("corner", folder=tmp_path)
    assert shop.stock.look("P1").on_hand == 18
    assert shop.audit.problems() == ()
    assert (tmp_path / f"shop-before-{migrate.newest()}.db").is_file()
    shop.close()


def test_a_call_about_new_goods_asks_before_it_takes_them_for_wanted(tmp_path):
    """Those it goes to have bought nothing lately: nobody knows whether the child is in nappies."""
    with use_language("en"):
        shop = Shop.practice("floor", folder=tmp_path)
    news = [one.script for one in shop.followups.today() if one.kind == "new_arrivals"]
    assert news and all("still in nappies?" in one for one in news)
