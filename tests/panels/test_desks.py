"""Every desk for every role: what may be done is there, what may not says why."""

import pytest

from crmkit.i18n import label, use_language
from crmkit.panels import DESKS, desk
from crmkit.panels.logic.forms import Ask, asks, member_number, product_number, ready, units
from crmkit.panels.logic.members import MemberDesk
from crmkit.practice.command import OPERATIONS
from crmkit.practice.errors import PracticeError

ROLES = {"cashier": "C1", "sales": "A1", "stock_keeper": "K1", "manager": "B1", "trainer": "T1"}
HOSTILE = [
    "<script>alert(1)</script>",
    "\"'--; DROP TABLE sale",
    "🎉‮abc",
    "一" * 10_000,
    "\x00",
    "",
]


def tabs_of(screen, walk):
    found = [one for one in walk(screen.tree) if one["t"] == "tabs"]
    return [name for name, _title in found[0]["options"]] if found else []


@pytest.mark.parametrize("name", DESKS)
def test_every_page_of_every_desk_shows_itself_to_every_role(name, shop_of, walk):
    for staff in ROLES.values():
        screen = desk(name, shop_of(staff))
        for tab in tabs_of(screen, walk):
            screen.did({"act": "tab", "arg": tab})
            assert screen._problem == "", (staff, tab)
            assert screen.text


def test_staff_and_stores_stand_with_their_names(shop_of, walk):
    """What happened is read by people: a code of staff or store stands only where it is told."""
    cashier, boss = shop_of("C1"), shop_of("T1")
    who = boss.members.register("Ann Lee", "14200001234")
    cashier.till.sell([("P1", 1)], member_id=who.id, payments={"cash": 12_900})
    codes = set(boss.called())
    assert {"C1", "S1"} <= codes
    seen = set()
    for name in DESKS:
        screen = desk(name, boss)
        for tab in tabs_of(screen, walk):
            screen.did({"act": "tab", "arg": tab})
            if (name, tab) == ("members", "find"):
                screen.did({"act": "search", "arg": who.id})
            for table in [one for one in walk(screen.tree) if one["t"] == "table"]:
                for row in table["rows"]:
                    seen |= set(filter(lambda cell: isinstance(cell, str), row))
                    bare = [
                        h for h, cell in zip(table["heads"], row, strict=True) if str(cell) in codes
                    ]
                    assert set(bare) <= {"Number"}, (name, tab, table["title"], row)
    assert "Chen" in seen and any(one.startswith("S1 ") for one in seen)


@pytest.mark.parametrize("name", DESKS)
def test_hostile_words_in_every_field_are_words(name, shop_of, walk):
    screen = desk(name, shop_of("T1"))
    before = screen.text
    for tab in tabs_of(screen, walk) or [None]:
        screen.did({"act": "tab", "arg": tab})
        acts = {
            (one.get("act"), str(one.get("arg")))
            for one in walk(screen.tree)
            if one["t"] in ("form", "field") and one.get("act")
        }
        names = {one["name"] for one in walk(screen.tree) if "name" in one}
        for act, _arg in acts:
            for words in HOSTILE:
                screen.did({"act": act, "arg": words, "values": dict.fromkeys(names, words)})
                assert "That did not work" not in screen._problem, (tab, act, words[:30])
    assert before


def test_what_a_role_may_not_do_is_there_with_the_reason(shop_of, walk):
    screen = desk("stock", shop_of("C1"))
    screen.did({"act": "tab", "arg": "more"})
    screen.did({"act": "more.choose", "arg": "stock.receive"})
    (button,) = [one for one in walk(screen.tree) if one["t"] == "button" and one.get("why")]
    assert "stock" in button["why"].casefold()
    screen.did({"act": "more.do", "values": {"units": "P1 5"}})
    assert "may not do this" in screen._problem


def test_goods_that_came_are_entered_as_a_list_once(shop_of, walk):
    shop = shop_of("K1")
    screen = desk("stock", shop)
    screen.did({"act": "begin", "arg": "stock.receive"})
    form = next(one for one in walk(screen.tree) if one.get("act") == "more.do")
    done = {"act": "more.do", "values": {"units": "P1 5\nP2×2", "note": ""}, "once": form["once"]}
    screen.did(done)
    screen.did(done)
    assert shop.stock.look("P1").on_hand == 25 and shop.stock.look("P2").on_hand == 22


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("P1 3", [("P1", 3)]), ("P1 1\nP2, 4;P3：2", [("P1", 1), ("P2", 4), ("P3", 2)]), ("", [])],
)
def test_lists_of_goods_are_read_as_people_write_them(typed, meant):
    assert units(typed) == meant


def test_almost_every_operation_can_be_asked_for_by_a_form(shop_of):
    shop = shop_of("T1")
    unasked = {one for one in OPERATIONS if not one.startswith(("shop.", "files.", "reports.")) and asks(shop, one) is None}  # fmt: skip
    assert unasked == {"marketing.make_segment", "marketing.would_pick"}


def test_a_blind_count_shows_no_book_and_says_what_moved_meanwhile(shop_of, walk):
    keeper, cashier = shop_of("K1"), shop_of("C1")
    screen = desk("stock", keeper)
    screen.did({"act": "tab", "arg": "count"})
    screen.did({"act": "count.open", "values": {"products": "P1 P2"}})
    assert "20" not in screen.text
    screen.did({"act": "count.one", "values": {"product": "P1", "counted": "19"}})
    cashier.till.sell([("P1", 2)])
    assert "Say of which product, then why" in str(
        screen.did({"act": "count.close", "values": {"causes": "P1"}})
    )
    for _asked_and_sure in range(2):
        screen.did({"act": "count.close", "values": {"causes": "P1 broken"}})
    (table,) = [one for one in walk(screen.tree) if one["t"] == "table"]
    assert [row[:8] for row in table["rows"]] == [["Cotton scarf", "P1", "20", "19", "−1", "−¥52.00", "17", "broken"]]  # fmt: skip
    assert keeper.stock.look("P2").on_hand == 20


def test_a_new_member_needs_what_the_screen_says_and_no_more(shop_of):
    work = MemberDesk(shop_of("C1"))
    work.look_over("林小雨", "1400000")
    assert "phone" in work.problems and "M000001" in work.problems["double"]
    work.register({"name": "Ann Lee", "phone": "140 0000 0099", "email": " "}, ["sms"], key="k")
    assert work.member.consents == ("sms",)
    assert work.said[0] == "right"
    again = MemberDesk(work.shop)
    with pytest.raises(PracticeError):
        again.register({"name": "Ann Lee", "phone": "14000000099"}, [], key="other")


def test_personal_data_is_shown_in_full_for_a_reason_only(shop_of):
    work = MemberDesk(shop_of("B1"))
    work.search("0001")
    with pytest.raises(PracticeError):
        work.reveal("phone", "  ")
    work.reveal("phone", "the customer asked whether it is right")
    assert work.shown["M000001", "phone"] == "14000000001"
    assert work.may("members.reveal") and MemberDesk(shop_of("C1")).why_not("members.reveal")


def test_a_list_goes_forward_back_and_filters(shop_of):
    screen = desk("members", shop_of("T1"))
    screen.did({"act": "tab", "arg": "all"})
    assert "1 to 3 of 3" in screen.text
    screen.did({"act": "all.choose", "values": {"gender": "male"}})
    assert "1 to 1 of 1" in screen.text
    screen.did({"act": "all.choose", "values": {"since": "soon"}})
    assert screen._problem and "1 to 1 of 1" in screen.text


def test_a_merge_the_wrong_way_round_is_undone_at_the_desk(shop_of):
    boss = shop_of("T1")
    old, new = (boss.members.register("Ann Lee", f"1420000{n}").id for n in ("1234", "5678"))
    screen = desk("members", boss)

    def send(act, **typed):
        screen.did({"act": act, "arg": old if act == "open" else None, "values": typed})

    send("open")
    send("merge", **{"merge/other": new, "merge/reason": " "})
    assert boss.members.show(new).id == new and "how you know" in screen.text
    send("merge", **{"merge/other": new, "merge/reason": "birthday"})
    assert boss.members.show(new).id == old
    send("unmerge", **{"unmerge/gone": new.lower()})
    assert boss.members.show(new).id == new


def test_a_wish_is_stopped_in_its_row(shop_of, walk):
    boss = shop_of("T1")
    words = boss.marketing.make_template("Birthday", "sms", "en", "Happy birthday, {name}!")
    boss.marketing.add_care("Birthdays", "birthday", words, days_before=3)
    screen = desk("marketing", boss)
    screen.did({"act": "tab", "arg": "care"})
    (stop,) = (one for one in walk(screen.tree) if one.get("act") == "stop_care")
    screen.did({"act": "stop_care", "arg": stop["arg"]})
    assert not boss.marketing.care_rules()[0].active and "goes out no more" in screen.text
    assert not [one for one in walk(screen.tree) if one.get("act") == "stop_care"]


def test_a_call_names_caller_goods_and_day_and_says_at_the_field_what_is_missing(shop_of, walk):
    boss = shop_of("T1")
    boss.office.set_clock("2025-06-30 10:00")
    who = boss.members.register("Ann Lee", "14200001234")
    lines = [("P1", 1), ("P3", 1)]
    boss.till.sell(lines, member_id=who.id, payments={"card": boss.till.quote(lines, member_id=who.id).due})  # fmt: skip
    boss.office.set_clock("2025-07-01 10:00")
    boss.marketing.make_segment("new", "New", {"bought_within_days": 10})
    script = "{name}? {caller} of {store}: the {goods} of {day}?"
    plan = boss.followups.plan("Use", "new", "product_use", script, every_days=30,
                               starts_on="2025-07-01", ends_on="2025-07-31")  # fmt: skip
    boss.followups.make_tasks(plan.id)
    (task,) = (one for one in boss.followups.today() if one.member_id == who.id)
    screen = desk("sales", boss)
    screen.did({"act": "call", "arg": task.id})
    store = boss.office.list_stores().rows[0].name
    goods = boss.stock.find("P1")[0].name.partition(", ")[0]
    words = f"? {boss.staff.name} of {store}: the {goods} of yesterday?"
    assert words in screen.text and "Ann Lee" not in screen.text
    assert "part of the sale" in screen.text and "Offers by phone: not agreed" in screen.text
    boss.members.consent(who.id, "marketing", "phone", True, "asked at the till")
    screen.refresh()
    assert "Offers by phone: agreed" in screen.text
    screen.did({"act": "dial", "arg": task.id})
    assert f"Ann Lee{words}" in screen.text and "14200001234" in screen.text

    def noted(**typed):
        screen.did({"act": "finish", "values": typed})
        return {one["name"]: one.get("problem") for one in walk(screen.tree) if one["t"] == "field"}

    assert "day after today" in noted(outcome="no_answer", next_step="call_again")["next_on"]
    assert "customer said" in noted(outcome="problem", next_step="open_ticket")["note"]
    noted(outcome="no_answer", next_step="call_again", next_on="2025-07-03")
    assert "Call again · 3 July" in screen.text


@pytest.mark.parametrize("typed", ["20", "20%", "２０％", "0.2", "两成", "百分之二十"])
def test_a_share_that_is_left_out_is_typed_as_people_say_it(typed):
    ask = Ask("control_percent", "", "percent", needed=False)
    assert ready(ask, typed) == 20
    assert ready(ask, "0") == 0
    with pytest.raises(PracticeError):
        ready(ask, "20.5%")


def test_a_new_opportunity_is_written_down_on_the_board_in_a_small_form(shop_of, walk):
    shop = shop_of("A1")
    who = shop.members.register("Ann Lee", "14200001234")
    screen = board_of(shop)
    screen.did({"act": "begin", "arg": "pipeline.open"})
    fields = {one["name"]: one for one in walk(screen.tree) if "name" in one}
    assert list(fields) == ["member_id", "product_id", "title", "amount", "next_action", "next_on"]
    assert not [one for one in fields.values() if "optional" in one["label"]]
    assert fields["next_on"]["help"] == "Today is 30 June 2025."
    typed = {
        "member_id": "Ann Lee", "product_id": "cotton scarf", "title": "A scarf", "amount": "129",
        "next_action": "call", "next_on": "2025-07-03",
    }  # fmt: skip
    screen.did({"act": "more.do", "values": typed | {"next_on": ""}})
    assert "next day is missing" in screen.text.lower() and not shop.pipeline.board()
    screen.did({"act": "more.do", "values": typed})
    (made,) = shop.pipeline.board()
    assert (made.member_id, made.product_id) == (who.id, "P1")
    assert "P1 Cotton scarf, A scarf, ¥129.00, call, 3 July." in screen.text
    assert "Move" in screen.text  # the board is back
    screen.did({"act": "begin", "arg": "pipeline.open"})
    assert not any(one.get("value") for one in walk(screen.tree) if one["t"] == "field")


def test_a_text_message_is_not_asked_for_what_only_a_letter_has(shop_of, walk):
    screen = desk("marketing", shop_of("B1"))
    screen.did({"act": "begin", "arg": "marketing.make_template"})

    def asked():
        return [one["name"] for one in walk(screen.tree) if "name" in one]

    assert asked() == ["name", "channel", "body"]
    screen.did({"act": "switch", "arg": "email"})
    assert asked() == ["name", "channel", "subject", "body"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_blank_is_put_into_a_message_by_a_button_and_typed_in_ones_own_words(
    shop_of, walk, language
):
    shop = shop_of("B1")
    with use_language(language):
        name = label("blank", "name")
        screen = desk("marketing", shop)
        screen.did({"act": "begin", "arg": "marketing.make_template"})
        screen.did({"act": "blank", "arg": "name", "values": {"body": ", hello", "caret": 0}})
        assert f"{{{name}}}, hello" in [one.get("value") for one in walk(screen.tree)]
        screen.did({"act": "blank", "arg": "name", "values": {"body": "Dear "}})
        (body,) = [one["value"] for one in walk(screen.tree) if one.get("name") == "body"]
        assert body == f"Dear {{{name}}}"
        screen.did({"act": "more.do", "values": {"name": "Hello", "channel": "sms", "body": body}})
        (made,) = shop.marketing.templates()
        assert made.body == "Dear {name}"


def test_a_group_and_a_message_are_chosen_by_their_names(shop_of, walk):
    shop = shop_of("B1")
    shop.marketing.make_segment("new_here", "New here", {"bought_within_days": 3650})
    made = shop.marketing.make_template("Welcome", "sms", "en", "Hello {name}")
    screen = desk("marketing", shop)
    screen.did({"act": "begin", "arg": "marketing.make_campaign"})
    chosen = {one["name"]: one for one in walk(screen.tree) if one["t"] == "select"}
    assert ["new_here", "New here"] in [list(one) for one in chosen["segment_id"]["options"]]
    assert [str(made), f"{made} · Welcome"] in [
        list(one) for one in chosen["template_id"]["options"]
    ]
    typed = {"name": "For the new", "segment_id": "new_here", "template_id": str(made), "control_percent": "20"}  # fmt: skip
    screen.did({"act": "more.do", "arg": None, "values": typed})
    assert [one.segment_id for one in shop.marketing.campaigns()] == ["new_here"]


def deal_of(shop, day):
    """Somebody about to buy, whose next step is due on this day."""
    who = shop.members.register("Ann Lee", "14200001234")
    return shop.pipeline.open(who.id, "A scarf", 12_900, next_action="call", next_on=day)


def board_of(shop):
    screen = desk("sales", shop)
    screen.did({"act": "tab", "arg": "board"})
    return screen


def test_a_refusal_on_a_screen_names_what_may_be_chosen_by_its_labels_alone(shop_of):
    shop = shop_of("A1")
    deal = deal_of(shop, "2025-07-02")
    screen = board_of(shop)
    screen.did({"act": "move", "arg": deal.id})
    screen.did({"act": "put", "values": {"stage": "lost"}})
    assert "Price, Out of stock, Chose a competitor" in screen.text
    with pytest.raises(PracticeError, match="out_of_stock|no_need"):
        shop.pipeline.move(deal.id, "lost")


def test_a_move_asks_only_for_what_the_stage_needs(shop_of, walk):
    shop = shop_of("A1")
    deal = deal_of(shop, "2025-07-02")
    screen = board_of(shop)
    asked = {}
    for stage in ("tried", "lost", "won"):
        screen.did({"act": "move", "arg": deal.id})
        screen.did({"act": "stage", "arg": stage})
        asked[stage] = {one["name"] for one in walk(screen.tree) if "name" in one}
    assert asked["tried"] == {"stage", "next_action", "next_on"}
    assert asked["lost"] == {"stage", "reason"}
    assert asked["won"] == {"stage"}
    screen.did({"act": "put", "values": {"stage": "won"}})
    assert shop.pipeline.show(deal.id).stage == "won"


def test_the_board_says_whose_a_card_is_and_whether_its_day_is_past(shop_of):
    shop = shop_of("A1")
    deal_of(shop, "2025-06-29")
    screen = board_of(shop)
    assert "29 June, 1 day late" in screen.text
    assert "looked after by Wu" in screen.text
    assert "1 past their day" in screen.text


def test_what_stands_on_a_card_is_put_right_on_it(shop_of, walk):
    shop = shop_of("A1")
    deal = deal_of(shop, "2025-07-02")
    screen = desk("sales", shop)
    screen.did({"act": "edit", "arg": deal.id})
    filled = {one["name"]: one.get("value") for one in walk(screen.tree) if "name" in one}
    assert (filled["title"], filled["amount"]) == ("A scarf", "129.00")
    filled |= {"product_id": "P1", "amount": "258"}
    screen.did({"act": "more.do", "values": filled})
    put_right = shop.pipeline.show(deal.id)
    assert (put_right.product_id, put_right.amount) == ("P1", 25_800)


def test_the_customer_is_asked_about_the_ticket_that_is_open(shop_of, walk):
    shop = shop_of("B1")
    who = shop.members.register("Ann Lee", "14200001234")
    ticket = shop.service.open_ticket("phone", "repair", "Fan", "It stopped", member_id=who.id)
    screen = desk("service", shop)
    screen.did({"act": "open", "arg": ticket.id})
    screen.did({"act": "answer", "values": {"what": "resolve", "body": "Exchanged"}})
    screen.did({"act": "rate", "values": {}})
    assert "1 to 5" in screen.text
    screen.did({"act": "leave"})
    screen.did({"act": "open", "arg": ticket.id})  # it still waits on the first page
    screen.did({"act": "rate", "values": {"satisfaction": "5"}})
    assert shop.service.show(ticket.id).satisfaction == 5
    screen.did({"act": "rate", "values": {"satisfaction": "4"}})  # a slip, put right at once
    assert shop.service.show(ticket.id).satisfaction == 4
    screen.did({"act": "remark", "values": {"body": "A new fan, no charge"}})  # said too little
    assert shop.service.show(ticket.id).messages[-1].body == "A new fan, no charge"
    screen.did({"act": "about", "arg": "service.improve"})
    form = {one["name"]: one for one in walk(screen.tree) if "name" in one}
    owners = [list(one) for one in form["owner_id"]["options"]]
    assert ["A1", "Wu · Sales staff"] in owners
    typed = {"action": "Test fans", "owner_id": "A1", "due_on": "2025-07-02", "recheck_on": "2025-07-09"}  # fmt: skip
    screen.did({"act": "more.do", "values": typed})
    assert [one.ticket_id for one in shop.service.improvements()] == [ticket.id]


def test_a_ticket_with_the_wrong_channel_is_put_right_where_it_stands(shop_of, walk):
    shop = shop_of("B1")
    who = shop.members.register("Ann Lee", "14200001234")
    screen = desk("service", shop)
    screen.did({"act": "begin", "arg": "service.open_ticket"})
    typed = {"channel": "store", "kind": "repair", "priority": "normal", "subject": "Fan", "body": "It stopped"}  # fmt: skip
    screen.did({"act": "more.do", "values": typed})
    (ticket,) = shop.service.waiting()
    screen.did({"act": "open", "arg": ticket.id})
    screen.did({"act": "change"})
    filled = {one["name"]: one.get("value") for one in walk(screen.tree) if "name" in one}
    assert (filled["channel"], filled["subject"]) == ("store", "Fan")
    screen.did({"act": "more.do", "values": filled | {"channel": "phone", "member_id": "Ann Lee"}})
    (ticket,) = shop.service.waiting()
    assert (ticket.channel, ticket.member_id) == ("phone", who.id)
    assert "Phone" in screen.text and who.id in screen.text


def test_an_improvement_is_made_and_looked_at_again_where_it_stands(shop_of, walk):
    shop = shop_of("B1")
    made = shop.service.improve("A second till", "A1", "2025-06-30", "2025-06-30")
    screen = desk("service", shop)
    screen.did({"act": "tab", "arg": "improvements"})
    for step in ("improvement_done", "recheck"):
        screen.did({"act": "next", "arg": [made.id, f"service.{step}"]})
    screen.did({"act": "more.do", "values": {"result": "2 for 6", "helped": "yes"}})
    assert [one.status for one in shop.service.improvements()] == ["confirmed"]
    screen.did({"act": "tab", "arg": "improvements"})
    again = [one for one in walk(screen.tree) if one.get("act") == "next"]
    assert [one["arg"] for one in again] == [[made.id, "service.recheck"]]


def test_a_button_and_its_form_are_called_the_same(shop_of, walk):
    for name in ("sales", "service", "marketing"):
        screen = desk(name, shop_of("B1"))
        for tab in tabs_of(screen, walk):
            screen.did({"act": "tab", "arg": tab})
            for one in [one for one in walk(screen.tree) if one.get("act") == "begin"]:
                screen.did({"act": "begin", "arg": one["arg"]})
                assert one["text"] in [it.get("title") for it in walk(screen.tree)]


def test_the_head_of_an_open_card_says_no_codes_and_nothing_empty(shop_of, walk):
    shop = shop_of("A1")
    deal = deal_of(shop, "2025-07-02")
    screen = board_of(shop)
    screen.did({"act": "move", "arg": deal.id})
    said = [one["text"] for one in walk(screen.tree) if isinstance(one.get("text"), str)]
    assert any("call" in one for one in said) and not any(one == "–" for one in said)
    assert f"{deal.id}" not in said


def test_what_was_decided_by_a_slip_is_moved_again_from_the_board(shop_of):
    shop = shop_of("A1")
    deal = deal_of(shop, "2025-07-02")
    shop.pipeline.move(deal.id, "lost", reason="price")
    screen = board_of(shop)
    assert "Decided today" in screen.text
    screen.did({"act": "move", "arg": deal.id})
    screen.did({"act": "put", "values": {"stage": "lost", "reason": "no_need"}})
    assert shop.pipeline.show(deal.id).lost_reason == "no_need"


def test_a_message_goes_to_one_member_from_its_preview(shop_of):
    shop = shop_of("B1")
    who = shop.members.register("Ann Lee", "14200001234", consents=["sms"])
    made = shop.marketing.make_template("Here", "sms", "en", "Hello {name}")
    screen = desk("marketing", shop)
    screen.did({"act": "tab", "arg": "messages"})
    typed = {"template": str(made), "member": who.id.removeprefix("M00000")}
    screen.did({"act": "preview", "values": typed})
    assert "the customer reads the whole name" in screen.text
    screen.did({"act": "send_one"})
    assert [one.member_id for one in shop.marketing.list_outbox().rows] == [who.id]


def test_a_campaign_says_who_gets_no_message_and_why(shop_of):
    shop = shop_of("B1")
    shop.members.register("Ann Lee", "14200001234", consents=["sms"])
    shop.members.register("Bo Li", "14200001235")
    shop.marketing.make_segment("all", "Everybody", {"not_bought_for_days": 1})
    template = shop.marketing.make_template("Here", "sms", "en", "Hello {name}")
    made = shop.marketing.make_campaign("July", "all", template, control_percent=0)
    screen = desk("marketing", shop)
    screen.did({"act": "open", "arg": made.id})
    screen.did({"act": "act", "arg": "freeze"})
    assert f"Drawn: {shop.marketing.campaigns()[0].treatment} for the message, 0 left alone." in screen.text  # fmt: skip
    screen.did({"act": "act", "arg": "send"})
    screen.did({"act": "result"})
    (reach,) = shop.marketing.campaigns()
    left = reach.elsewhere + reach.control + reach.no_consent + reach.no_address + reach.taken_back
    assert reach.segment - left == reach.messages == reach.queued > 0
    assert reach.no_consent > 0 and f"Have not agreed to this channel | − {reach.no_consent}" in screen.text  # fmt: skip
    assert "Just sent" in screen.text


@pytest.mark.parametrize(
    "typed", ["M000001", "m000001", "1", "Ｍ０００００１", "林小雨", "14000000001"]
)
def test_a_member_is_typed_as_people_say_them(shop_of, typed):
    assert member_number(shop_of("A1"), typed) == "M000001"


def test_a_product_is_found_by_its_name_wherever_one_is_typed(shop_of):
    shop = shop_of("A1")
    one = shop.stock.list_products().rows[0]
    for typed in (one.id, one.id.lower(), one.name):
        assert product_number(shop, typed) == one.id
    with pytest.raises(PracticeError, match="There is no product"):
        product_number(shop, "nothing like it")


def test_a_campaign_says_who_is_left_alone_is_drawn_and_then_sent(shop_of, walk):
    boss = shop_of("B1")
    boss.members.register("Ann", "14200001234", consents=["sms"])
    boss.marketing.make_segment("all", "All", {"level": ["regular"]})
    letter = boss.marketing.make_template("t", "sms", "en", "Hello {name}")
    screen = desk("marketing", boss)

    def buttons():
        named = ("freeze", "send", "cancel")
        return [one["arg"] for one in walk(screen.tree) if one.get("act") == "act" and one.get("arg") in named]  # fmt: skip

    screen.did({"act": "begin", "arg": "marketing.make_campaign"})
    typed = {"name": "k", "segment_id": "all", "template_id": f"{letter}", "control_percent": ""}
    screen.did({"act": "more.do", "values": typed})
    assert "0 is an answer" in screen.text and not boss.marketing.campaigns()
    screen.did({"act": "more.do", "values": typed | {"control_percent": "20"}})
    (made,) = boss.marketing.campaigns()
    screen.did({"act": "open", "arg": made.id})
    assert buttons() == ["freeze", "cancel"]
    screen.did({"act": "act", "arg": "freeze"})
    assert buttons() == ["send", "cancel"]
    screen.did({"act": "act", "arg": "send"})
    assert buttons() == ["cancel"]


def test_a_colleagues_card_that_was_closed_for_them_stays_theirs(shop_of):
    boss = shop_of("B1")
    ann = boss.members.register("Ann", "14200001234")
    mine = boss.pipeline.open(ann.id, "four vases", 38_360, next_action="call", next_on="2025-07-05")  # fmt: skip
    seller = shop_of("A1")
    screen = desk("sales", seller)
    screen.did({"act": "tab", "arg": "board"})
    screen.did({"act": "move", "arg": mine.id})
    screen.did({"act": "put", "values": {"stage": "won"}})
    assert "The card stays with" in screen.text
    assert seller.pipeline.show(mine.id).staff_id == boss.staff.id
