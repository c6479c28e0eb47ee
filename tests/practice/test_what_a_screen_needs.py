"""What a screen needs: what one may do, what a field takes, undoing a merge, a member's story."""

import numpy as np
import pandas as pd
import pytest

from crmkit.i18n import labels, use_language
from crmkit.practice.errors import BadValue, NotFound, PhoneTaken, Refused
from crmkit.practice.shop import DESKS


@pytest.fixture
def ann(shop):
    """Ann with two records; the second has an e-mail and bought something."""
    shop.members.register("Ann", "14000000001", consents=["sms"])
    shop.members.register("Ann", "14000000002", email="ann@example.com")
    shop.till.sell([("P1", 1)], member_id="M000002")
    return shop


def test_a_merge_is_undone_as_if_it_had_not_been(ann):
    before = [ann.members.show(one) for one in ("M000001", "M000002")]
    ann.members.merge("M000001", "M000002", "same person")
    assert ann.members.show("M000001").email == "a***@example.com"
    ann.members.unmerge("M000002", "mother and daughter")
    assert [ann.members.show(one) for one in ("M000001", "M000002")] == before
    assert ann.members.find_by_phone("14000000002").id == "M000002"
    assert ann.audit.problems() == ()
    ann.members.merge("M000002", "M000001", "the same after all")
    assert ann.members.show("M000001").id == "M000002"


def test_what_was_corrected_since_the_merge_stays(ann):
    ann.members.merge("M000001", "M000002", "same person")
    ann.members.correct("M000001", email="other@example.com")
    ann.members.unmerge("M000002", "two people")
    assert ann.members.show("M000001").email == "o***@example.com"


def test_only_a_merge_that_stands_can_be_undone(ann):
    with pytest.raises(NotFound, match="not merged"):
        ann.members.unmerge("M000002", "a mistake")
    ann.members.merge("M000001", "M000002", "same person")
    ann.members.unmerge("M000002", "a mistake")
    with pytest.raises(NotFound, match="not merged"):
        ann.members.unmerge("M000002", "a mistake")


def test_a_phone_that_another_took_meanwhile_is_not_given_twice(ann):
    ann.members.merge("M000001", "M000002", "same person")
    ann.members.correct("M000001", phone="14000000002")
    with pytest.raises(PhoneTaken, match="phone"):
        ann.members.unmerge("M000002", "a mistake")


def test_a_members_story_is_told_from_every_desk(ann):
    ann.members.merge("M000001", "M000002", "same person")
    ann.clock.advance(hours=1)
    ticket = ann.service.open_ticket("store", "repair", "Zip", "broken", member_id="M000001").id
    story = ann.members.timeline("M000001")
    assert (story[0].kind, story[0].document, story[0].text) == (
        "ticket",
        str(ticket),
        "kind:repair",
    )
    assert {one.kind for one in story} == {"joined", "agreed", "sale", "merge", "ticket"}
    assert [one.amount for one in story if one.kind == "sale"] == [12_900]
    assert len(ann.members.timeline("M000001", limit=2)) == 2
    with use_language("zh"):
        assert "维修" in str(story) and "工单 " in str(ann.audit.list_log(size=1).rows)


def test_one_may_what_the_role_gives(shop):
    cashier = shop.as_staff("C1")
    assert cashier.may("till.sell") and not cashier.may("stock.receive")
    assert shop.may("shop.back_up") and not cashier.may("shop.back_up")
    with pytest.raises(BadValue, match="no operation"):
        shop.may("till.steal")
    for nothing in ("till.steal", "nowhere.sell", "till", "till.name"):
        with pytest.raises(BadValue, match="no operation"):
            shop.fields(nothing)


def test_a_field_names_its_codes(shop):
    fields = {one.name: one for one in shop.fields("service.open_ticket")}
    assert fields["priority"].codes == ("low", "normal", "high")
    assert (fields["kind"].needed, fields["sale_id"].needed) == (True, False)
    assert fields["subject"].codes == ()


def test_a_code_may_be_typed_as_it_is_read_in_either_language(shop):
    assert shop.members.register("Ann", "14000000001", gender="女").gender == "female"
    assert shop.members.correct("M000001", gender="male").gender == "male"
    assert shop.members.correct("M000001", gender="女").gender == "female"
    assert shop.members.register("Bo", "14000000002", consents=["短信"]).consents == ("sms",)
    with use_language("zh"), pytest.raises(BadValue, match="男"):
        shop.members.correct("M000001", gender="man")


def test_numbers_and_days_of_pandas_are_taken(shop):
    table = pd.DataFrame({"product": ["P1", "P2"], "pieces": [2.0, 1.0]})
    assert (
        shop.till.quote(list(zip(table["product"], table["pieces"], strict=True))).total == 34_700
    )
    assert shop.till.quote(table.to_numpy()).total == 34_700
    shop.office.set_on_sale("P1", np.bool_(False))
    shop.office.set_target("2025-07", np.int64(5_000))
    shop.office.count_visitors(pd.Timestamp("2025-06-30"), np.int32(10), pd.Series([7])[0])
    for wrong in (1.5, np.float64("nan"), "2", True, None, np.array([1, 2])):
        with pytest.raises(BadValue):
            shop.office.set_price("P1", wrong)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda s: s.till.sell(), "Basket is missing"),
        (lambda s: s.till.sell([("P1", 1)], colour="red"), "no colour"),
        (lambda s: s.office.team(1), "At most 0 values"),
        (lambda s: s.members.show(), "Member is missing"),
        (lambda s: s.till.sell([("P1", 1)], key=""), "missing"),
        (lambda s: s.till.sell([("P1", 1)], key=5), "must be text"),
        (lambda s: s.till.sell([("P1", 1)], key="x" * 65), "too long"),
        (lambda s: s.till.sell([("P1", 1)], key="a\0"), "cannot be shown"),
        (lambda s: s.office.set_clock("9999-12-31 23:59"), "between 2000 and"),
        (lambda s: s.office.set_clock("0001-01-01 00:00"), "between 2000 and"),
        (lambda s: s.audit.list_log(where={"since": "9999-12-31"}), "between 1900 and"),
        (lambda s: s.members.list_members(where={"since": "0001-01-01"}), "between 1900 and"),
        (lambda s: s.service.open_ticket("store", "repair", "Zip", "x" * 20_000), "too long"),
    ],
)
def test_a_call_that_does_not_fit_is_answered_in_a_sentence(shop, call, said):
    with pytest.raises(BadValue, match=said) as refused:
        call(shop)
    assert "Error" not in str(refused.value) and "\n" not in str(refused.value)


def test_help_speaks_the_users_language(shop):
    import pydoc

    with use_language("zh"):
        assert "登记会员" in pydoc.render_doc(shop.members) or "会员" in pydoc.render_doc(
            shop.members
        )
    with use_language("en"):
        assert "register" in pydoc.render_doc(shop.members)


def test_tickets_calls_and_opportunities_are_put_right_and_handed_over(ann):
    ticket = ann.service.open_ticket("store", "repair", "Zip", "broken", member_id="M000001")
    edited = ann.service.edit(ticket.id, priority="high", subject="The zip")
    assert (edited.priority, edited.subject, edited.due_at < ticket.due_at) == (
        "high",
        "The zip",
        True,
    )
    deal = ann.pipeline.open("M000001", "Bag", 100, next_action="call", next_on="2025-07-05")
    deal = ann.pipeline.edit(deal.id, amount=200, staff_id="A1", next_action="invite")
    assert (deal.amount, deal.staff_id, deal.title, deal.next_action) == (
        200,
        "A1",
        "Bag",
        "invite",
    )
    ann.marketing.make_segment("all", "All", {"level": ["regular"]})
    days = {"every_days": 30, "starts_on": "2025-06-01", "ends_on": "2025-12-31"}
    ann.followups.make_tasks(ann.followups.plan("use", "all", "product_use", "?", **days).id)
    task = ann.followups.assign(1, "A1", due_on="2025-07-02")
    assert (task.staff_id, str(task.due_on)) == ("A1", "2025-07-02")
    assert ann.followups.list_tasks(where={"staff_id": "A1"}).rows == (task,)
    for act in (ann.service.edit, ann.pipeline.edit, ann.followups.assign):
        with pytest.raises(BadValue, match="what is to be changed"):
            act(1)


def test_the_lists_of_the_office_and_the_outbox(ann):
    assert [one.id for one in ann.office.list_stores().rows] == ["S1", "S2"]
    staff = {one.id: one for one in ann.office.list_staff().rows}
    assert staff["C1"].roles == ("cashier",) and "C2" not in staff
    assert {one.name for one in ann.office.settings()} >= {"quiet_from", "point_value"}
    log = ann.audit.list_log(where={"action": "members.register"})
    assert [one.subject for one in log.rows] == ["member:M000002", "member:M000001"]
    letter = ann.marketing.make_template("t", "sms", "en", "Hi")
    ann.marketing.send_one(letter, "M000001")
    assert [one.status for one in ann.marketing.list_outbox().rows] == ["queued"]
    assert ann.pipeline.list_opportunities().total == 0


CLOSED = [
    (f"{desk}.{name}", field)
    for desk, of in DESKS.items()
    for name in dir(of)
    if hasattr(getattr(of, name), "arguments")
    for field in getattr(of, name).arguments.fields()
    if field.codes
]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_closed_set_a_screen_offers_has_words_for_each_code(language):
    assert len(CLOSED) >= 40  # so many arguments are chosen from a list
    nameless = {
        (operation, field.name, code)
        for operation, field in CLOSED
        for code in field.codes
        if code not in labels(field.kind, language)
    }
    assert nameless == set()


def test_a_refusal_says_what_goods_are_called(shop):
    with pytest.raises(Refused, match="of P1 Scarf can be sold at S1"):
        shop.till.sell([("P1", 99)])
    shop.office.set_on_sale("P1", False)
    with pytest.raises(Refused, match="P1 Scarf is no longer sold"):
        shop.till.quote([("P1", 1)])
