"""Forgetting a member: nothing personal stays, the books still add up."""

from pathlib import Path

import pytest
from sqlalchemy import select

from crmkit.practice import schema
from crmkit.practice.engine import reading
from crmkit.practice.errors import BadValue, NotAllowed, NotFound


@pytest.fixture
def shop(any_shop):
    """Ann under two numbers, with everything a member can leave behind."""
    shop = any_shop
    desk = shop.members
    desk.register(
        "Ann Lee",
        "14000000001",
        email="ann@example.com",
        birth_date="1990-06-30",
        consents=["sms"],
        note="likes blue",
    )
    desk.register("Ann Li", "14000000002")
    shop.till.sell([("P1", 1)], member_id="M000002")
    bargain = {"prices": {"P1": 100}, "reason": "Ann got the scratched one"}
    shop.till.sell([("P1", 1)], member_id="M000001", **bargain)
    shop.till.hold([("P1", 1)], member_id="M000001", note="Ann is back at five")
    ticket = shop.service.open_ticket(
        "phone", "complaint", "Ann's thermos", "I am Ann, it leaks", member_id="M000001"
    )
    desk.merge("M000001", "M000002", "the same person")
    shop.marketing.make_segment("all", "All", {"member_id": ["M000001"]})
    plan = shop.followups.plan(
        "Plan",
        "all",
        "product_use",
        "Hello",
        every_days=30,
        starts_on="2025-06-30",
        ends_on="2025-07-30",
    )
    shop.followups.make_tasks(plan.id)
    template = shop.marketing.make_template("x", "sms", "en", "Dear {name}")
    made = shop.marketing.make_campaign("x", "all", template, control_percent=0)
    shop.marketing.freeze(made.id)
    shop.marketing.send(made.id)
    survey = shop.surveys.make("s", "nps")
    code = shop.surveys.invite(survey, "M000001", "sms", ticket_id=ticket.id).code
    shop.surveys.answer(code, nps=3, comment="It leaks")
    desk.reveal("M000001", "phone", "to call back")
    shop.pipeline.open("M000001", "Ann's scarf", 1, next_action="Call Ann", next_on="2025-07-01")
    return shop


def test_nothing_personal_is_left_anywhere(shop):
    shop.members.erase("M000001", "asked for it")
    with reading(shop.engine) as connection:
        for name, columns in schema.SEALED.items():
            table = schema.metadata.tables[name]
            if "member_id" in table.c or table is schema.member:
                for row in connection.execute(select(*(table.c[one] for one in columns))):
                    assert set(row) == {None}, name
        said = connection.execute(select(schema.remark.c.about, schema.remark.c.text_sealed))
        assert {about.partition(":")[0] for about, text in said if text is None} >= {
            "consent_event",
            "member_merge",
            "price_change",
            "reveal",
        }
        tokens = [c for c in schema.member.c if c.name.endswith("_token")]
        for row in connection.execute(select(*tokens)):
            assert set(row) == {None}
        for table in schema.metadata.sorted_tables:
            text = str(connection.execute(select(table)).all())
            if table.name not in ("staff", "audit_entry"):
                for personal in ("Ann", "14000000", "ann@", "leaks", "blue"):
                    assert personal not in text, table.name
        kept = connection.execute(
            select(schema.command_log.c.result_sealed).where(
                schema.command_log.c.subject.in_(("member:M000001", "member:M000002", "ticket:1")),
                schema.command_log.c.command != "members.erase",
            )
        ).scalars()
        assert set(kept) == {None}


def test_the_member_is_found_no_more_and_the_phone_is_free_again(shop):
    shop.members.erase("M000001", "asked for it")
    for phone in ("14000000001", "14000000002"):
        with pytest.raises(NotFound):
            shop.members.find_by_phone(phone)
    with pytest.raises(NotFound, match="erased"):
        shop.members.show("M000001")
    assert shop.members.register("New", "14000000001").id == "M000003"


def test_lists_go_on_without_them(shop):
    shop.members.erase("M000001", "asked for it")
    assert shop.followups.today() == ()
    assert shop.marketing.members_of("all") == ()
    assert {one.status for one in shop.marketing.list_outbox().rows} == {"cancelled"}
    assert shop.service.waiting() == ()
    (ticket,) = shop.service.list_tickets().rows
    assert (ticket.status, ticket.subject, ticket.messages[0].body) == ("closed", None, None)


def test_the_books_still_add_up(shop):
    with reading(shop.engine) as connection:
        before = connection.execute(select(schema.sale.c.total)).scalars().all()
    shop.members.erase("M000001", "asked for it")
    with reading(shop.engine) as connection:
        assert connection.execute(select(schema.sale.c.total)).scalars().all() == before
    assert shop.audit.first_break() is None


def test_a_cashier_may_not_forget_anyone(shop):
    with pytest.raises(NotAllowed):
        shop.as_staff("C1").members.erase("M000001", "asked for it")


def test_what_staff_wrote_about_the_phone_is_nowhere_in_the_file(shop, tmp_path):
    phone = "14000000001"
    deal = shop.pipeline.board()[0].id
    step = {"next_action": f"call {phone}", "next_on": "2025-07-02"}
    shop.pipeline.move(deal, "contacted", **step)
    with pytest.raises(BadValue):
        shop.pipeline.move(deal, "tried", reason=phone, **step)
    shop.points.adjust("M000001", 10, f"called from {phone}")
    shop.service.improve(f"call {phone}", "C1", "2025-07-01", "2025-07-02")
    shop.members.erase("M000001", "asked for it")
    assert phone.encode() not in shop.back_up(tmp_path / "copy.db").read_bytes()
    for file in Path(shop.where).parent.glob(f"{Path(shop.where).name}*"):
        assert phone.encode() not in file.read_bytes(), file.name
