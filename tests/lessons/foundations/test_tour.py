"""The tour of the CRM, gone through at the desks as the lesson says."""

from datetime import UTC, timedelta

import pytest
from sqlalchemy import select

import crmkit as ck
from crmkit.learn.checks.outcome import RIGHT
from crmkit.learn.forms import screen_of
from crmkit.learn.tasks import Tasks
from crmkit.lessons.foundations import tour
from crmkit.lessons.foundations.tour import Tour
from crmkit.panels import practise
from crmkit.practice import Shop, schema
from crmkit.practice.course_shop import OPENING


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def register(desk, name="林悦"):
    form = {"name": name, "phone": tour.PHONE, "birth_date": tour.BIRTHDAY, "consents": ["sms"]}
    desk.did({"act": "register", "values": form})


def test_the_whole_round_as_the_lesson_tells_it(folder, language):
    assert tour.PHONE not in tour.memory().text
    members = practise("members", tour.SCENE)
    register(members)
    tasks = Tasks("first-member")
    assert tasks.outcome("register").status == RIGHT
    before = members.text
    members.did({"act": "tab", "arg": "register"})
    register(members, "林月")
    assert members.text != before and tasks.outcome("register").status == RIGHT

    plan = tour.campaign()
    for step in ("send", "plan", "plan", "send", "send"):
        plan.did({"act": "act", "arg": step})
    key = Tour({}).not_written()
    made = tour.rehearsed()["campaign"]
    assert str(made.treatment) in plan.text and str(made.queued) in plan.text
    assert key.value == made.treatment - made.queued > 0
    assert key.value not in key.mistakes.values()

    till = practise("till", tour.SCENE)
    till.did({"act": "scan", "arg": ["P0002"]})
    till.did({"act": "member", "arg": tour.PHONE[-4:]})
    till.did({"act": "pay"})
    till.did({"act": "take", "values": {"method": "wechat"}})
    assert tasks.outcome("sale").status == RIGHT
    assert screen_of(tasks).text.count("✓") == 2
    assert tour.memory().text.count("\n") >= 4


def test_members_are_not_written_to_because_they_have_not_agreed_to_text_messages(folder):
    shop = Shop.practice(tour.SCENE, staff=tour.MANAGER)
    made = tour.plan_campaign(shop)
    shop.marketing.send(made.id)
    written = {one.member_id for one in shop.marketing.list_outbox(size=500).rows}
    sleeping = set(shop.marketing.members_of("sleeping"))
    members = ck.load("members").set_index("member_id")
    ours = [one for one in sleeping if members["home_store_id"][one] == "S01"]
    assert len(ours) == made.treatment + made.control
    agreed = [one for one in ours if "sms" in shop.members.show(one).consents]
    assert written <= set(agreed)
    assert len(written) == made.treatment - Tour({}).not_written().value


def test_who_sleeps_has_not_bought_for_45_days(folder):
    shop = Shop.practice(tour.SCENE, staff=tour.MANAGER)
    key = Tour({}).sleeping()
    assert key.value == len(shop.marketing.members_of("sleeping"))
    assert key.value not in key.mistakes.values()
    since = OPENING.replace(tzinfo=UTC) - timedelta(days=45)
    bought = select(schema.sale.c.member_id).where(schema.sale.c.at >= since)
    back = select(schema.sale.c.member_id).join(
        schema.sale_return, schema.sale_return.c.sale_id == schema.sale.c.id
    )
    with shop.engine.connect() as books:
        lately, brought_back = set(books.scalars(bought)), set(books.scalars(back))
    assert len(lately - {None}) > 100
    assert lately & set(shop.marketing.members_of("sleeping")) <= brought_back


def test_records_that_look_alike_are_shown(folder, language):
    assert "M006001" in tour.doubles().text


def test_the_map_names_every_step_and_module(language):
    words = str(Tour({}).my_map())
    from crmkit.i18n import label

    assert all(label("flow", step) in words for step in tour.FLOW)
    assert all(label("crm_module", one) in words for one in tour.MODULES)
    assert "picture" in str(Tour({"my_module": "sales"}).my_map())
    assert Tour({}).where().value == tour.FLOW["serve"]
