"""Receipts: the whole sale again, found again, printed; and that everything adds up to the day."""

import pytest
from sqlalchemy import event

from crmkit.i18n import use_language
from crmkit.practice.errors import BadValue, NotAllowed, NotFound, Refused

JUNE = {"starts_on": "2025-06-01", "ends_on": "2025-06-30"}


@pytest.fixture
def ann(any_shop):
    return any_shop.members.register("Ann Lee", "14012345678").id


def test_the_whole_receipt_is_there_again(any_shop, ann):
    any_shop.offers.add("A1", "Ten", "percent_off", percent_off=10, coupon_only=True, **JUNE)
    (coupon,) = any_shop.offers.issue("A1", member_ids=[ann])
    receipt = any_shop.as_staff("C1").till.sell(
        [("P1", 1)], member_id=ann, coupon=coupon, tendered=12_000, seller_id="A1"
    )
    assert any_shop.till.sale(receipt.sale_id) == receipt
    assert (receipt.cashier, receipt.seller_id, receipt.store) == ("Chen", "A1", "Corner")
    assert (receipt.tendered, receipt.change) == (12_000, 390)
    assert [(one.offer, one.coupon_id, one.discount) for one in receipt.offers] == [
        ("Ten", coupon, 1_290)
    ]


def test_too_little_cash_is_refused(any_shop):
    with pytest.raises(Refused, match="129.00 are due"):
        any_shop.till.sell([("P1", 1)], tendered=12_000)


@pytest.mark.parametrize(("language", "change"), [("en", "Change"), ("zh", "找零")])
def test_a_receipt_is_printed_as_text_and_html(any_shop, ann, language, change):
    any_shop.office.add_product("X1", "<b>超长名字的礼品套装" * 3, "gifts", 100, 50)
    any_shop.stock.receive([("X1", 1)])
    receipt = any_shop.till.sell([("X1", 1), ("P1", 1)], member_id=ann, tendered=20_000)
    with use_language(language):
        text, html = receipt.slip(), receipt.slip_html()
    from rich.cells import cell_len

    assert max(map(cell_len, text.splitlines())) == 40
    assert f"{change}" in text
    assert "70.00" in text
    assert "<b>" not in html
    assert "&lt;b&gt;" in html


def test_a_sale_is_found_by_member_day_or_product(any_shop, ann, clock):
    first = any_shop.till.sell([("P1", 1)], member_id=ann)
    clock.advance(days=1)
    second = any_shop.till.sell([("P2", 2)])
    numbers = lambda **where: [  # noqa: E731
        one.sale_id for one in any_shop.till.list_sales(where=where).rows
    ]
    assert numbers() == [second.sale_id, first.sale_id]
    assert numbers(member_id=ann) == [first.sale_id]
    assert numbers(product_id="P2") == [second.sale_id]
    assert numbers(until="2025-06-30") == [first.sale_id]
    assert any_shop.as_staff("C2").till.list_sales().total == 0


def test_a_products_sales_are_those_of_one_store_returned_or_not(any_shop):
    any_shop.as_staff("K2").stock.receive([("P1", 3)])
    there = any_shop.as_staff("C2").till.sell([("P1", 1)])
    here = any_shop.till.sell([("P1", 1), ("P2", 1)])
    any_shop.till.give_back(here.sale_id, [("P1", 1)], reason="wrong_item")
    any_shop.till.sell([("P2", 1)])
    ask = any_shop.till.list_sales
    assert [one.sale_id for one in ask(where={"product_id": "P1"}).rows] == [here.sale_id]
    asked = {"product_id": "P1", "store_id": "S2"}
    assert [one.sale_id for one in ask(where=asked).rows] == [there.sale_id]
    with pytest.raises(NotAllowed):
        any_shop.as_staff("C1").till.list_sales(where=asked)


def test_a_products_sales_are_looked_up_not_looked_for(shop):
    plans = []

    @event.listens_for(shop.engine, "before_cursor_execute")
    def explain(connection, _cursor, statement, given, *_more):
        if "LIMIT" in statement and "product_id" in statement:
            steps = connection.connection.cursor().execute("EXPLAIN QUERY PLAN " + statement, given)
            plans.append("; ".join(row[-1] for row in steps.fetchall()))

    for _n in range(2):
        shop.till.sell([("P1", 1)])
    shop.till.list_sales(where={"product_id": "P1"}, size=1)
    page, count = plans[-2:]
    for plan in (page, count):
        assert "from_id=? AND product_id=?" in plan and "SCAN sale" not in plan, plan


def test_sales_come_page_by_page(any_shop):
    made = [any_shop.till.sell([("P1", 1)]).sale_id for _n in range(5)]
    page, seen = any_shop.till.list_sales(size=2), []
    while True:
        seen += [one.sale_id for one in page.rows]
        if page.next is None:
            break
        page = any_shop.till.list_sales(size=2, after=page.next)
    assert (seen, page.total) == (made[::-1], 5)


def test_a_price_that_changed_in_between_is_not_charged(any_shop):
    told = any_shop.till.quote([("P1", 1)]).total
    any_shop.office.set_price("P1", 13_900)
    with pytest.raises(Refused, match="139.00 yuan, not 129.00"):
        any_shop.till.sell([("P1", 1)], expected_total=told)
    assert any_shop.stock.look("P1").on_hand == 10


# --- the caller's basket


def test_a_basket_paid_twice_is_rung_up_once(any_shop):
    basket = any_shop.till.basket()
    basket.add("P1")
    basket.add("P1")
    basket.add("P2")
    basket.add("P2", -1)
    basket.quote()
    assert basket.pay(tendered=30_000) == basket.pay(tendered=30_000)
    assert any_shop.till.list_sales().total == 1
    before = basket.key
    basket.clear()
    assert (basket.units, basket.key != before) == ([], True)


def test_a_basket_pays_what_the_customer_was_told_or_nothing(any_shop):
    basket = any_shop.till.basket()
    basket.add("P1")
    basket.quote()
    any_shop.office.set_price("P1", 13_900)
    with pytest.raises(Refused, match="price changed"):
        basket.pay()
    assert basket.quote().total == basket.pay().total == 13_900


def test_a_basket_is_held_and_fetched_at_another_till_by_one_alone(any_shop, ann):
    basket = any_shop.as_staff("C1").till.basket()
    basket.add("P1", 2)
    basket.quote(member_id=ann)
    number = basket.hold("fetching her purse")
    assert basket.units == []
    assert [one.note for one in any_shop.till.held()] == ["fetching her purse"]
    other = any_shop.as_staff("A1").till.basket()
    other.fetch(number)
    with pytest.raises(Refused, match="already"):
        any_shop.till.fetch(number)
    with pytest.raises(NotFound):
        any_shop.as_staff("C2").till.fetch(number)
    assert other.pay().member_id == ann
    assert any_shop.till.held() == ()


def test_a_held_basket_can_be_dropped(any_shop):
    number = any_shop.till.hold([("P1", 1)])
    any_shop.till.drop(number)
    assert any_shop.till.held() == ()
    assert any_shop.stock.look("P1").on_hand == 10


# --- prices by hand


def test_a_lower_price_and_rounding_need_a_reason_and_the_managers_word(any_shop):
    any_shop.office.set_password("B1", "open sesame")
    till = any_shop.as_staff("C1").till
    asked = {"prices": {"P1": 10_000}, "round_off": 50, "reason": "display piece"}
    with pytest.raises(NotAllowed, match="manager's word"):
        till.sell([("P1", 1)], **asked)
    with pytest.raises(NotAllowed, match="password"):
        till.sell([("P1", 1)], **asked, approved_by="B1", password="wrong")
    with pytest.raises(NotAllowed):
        till.sell([("P1", 1)], **asked, approved_by="A1")
    with pytest.raises(BadValue):
        till.sell([("P1", 1)], **asked | {"reason": " "}, approved_by="B1", password="open sesame")
    receipt = till.sell([("P1", 1)], **asked, approved_by="B1", password="open sesame")
    assert (receipt.total, receipt.discount) == (9_950, 2_950)
    assert [(one.kind, one.amount, one.approved_by) for one in receipt.price_changes] == [
        ("price", 2_900, "B1"),
        ("rounding", 50, "B1"),
    ]
    assert any_shop.audit.problems() == ()


@pytest.mark.parametrize(
    "asked",
    [
        {"prices": {"P1": 12_900}},
        {"prices": {"P1": -1}},
        {"prices": {"P2": 100}},
        {"round_off": 1_000},
        {"round_off": -1},
    ],
)
def test_a_price_by_hand_that_cannot_be_is_refused(shop, asked):
    with pytest.raises((BadValue, NotFound)):
        shop.till.sell([("P1", 1)], **asked, reason="because")


def test_offers_count_from_the_price_given_by_hand(shop):
    shop.offers.add("A1", "Ten", "percent_off", percent_off=10, **JUNE)
    assert shop.till.quote([("P1", 1)], prices={"P1": 10_000}).total == 9_000


# --- exchange and void


def test_an_exchange_pays_with_what_comes_back(any_shop, ann):
    sale = any_shop.till.sell([("P1", 1)], member_id=ann, payments={"wechat": 12_900})
    dearer = any_shop.till.exchange(
        sale.sale_id, [("P1", 1)], [("P1", 1), ("P3", 1)], reason="wrong_item"
    )
    assert dearer.to_pay == {"cash": 3_990}
    assert dearer.bought.payments == {"wechat": 12_900, "cash": 3_990}
    cheaper = any_shop.till.exchange(
        dearer.bought.sale_id, [("P1", 1)], [("P2", 1)], reason="changed_mind"
    )
    assert sum(cheaper.to_pay.values()) == -4_000
    assert any_shop.till.shift().revenue == 8_900 + 3_990
    assert any_shop.points.balance(ann).points == 89 + 168 - 128  # the share of what came back
    assert any_shop.audit.problems() == ()


def test_an_exchange_is_whole_or_not_at_all(any_shop):
    sale = any_shop.till.sell([("P1", 1)])
    with pytest.raises(Refused):
        any_shop.till.exchange(sale.sale_id, [("P1", 1)], [("P2", 99)], reason="wrong_item")
    assert any_shop.till.sale(sale.sale_id).returned == {1: 0}


def test_a_voided_slip_is_no_sale_and_no_return(any_shop, ann):
    till = any_shop.as_staff("C1").till
    till.sell([("P2", 1)])
    slip = till.sell([("P1", 1)], member_id=ann)
    void = till.void(slip.sale_id, "scanned_wrong")
    assert (void.kind, void.refunds) == ("void", {"cash": 12_900})
    report = till.shift()
    assert (report.revenue, report.orders, report.returned) == (8_900, 1, 0)
    assert any_shop.points.balance(ann).points == 0
    assert any_shop.stock.look("P1").on_hand == 10
    assert till.sale(slip.sale_id).voided
    assert till.close_shift(8_900).difference == 0
    assert len(any_shop.frames()["sales"]) == 1
    assert [one.kind for one in till.list_returns().rows] == ["void"]
    with pytest.raises(Refused):
        till.void(slip.sale_id, "scanned_wrong")


def test_only_a_slip_just_made_is_voided(any_shop, clock):
    chen = any_shop.as_staff("C1").till
    returned = chen.sell([("P1", 2)])
    chen.give_back(returned.sale_id, [("P1", 1)], reason="wrong_item")
    closed = chen.sell([("P2", 1)])
    chen.close_shift(0)
    fresh = chen.sell([("P2", 1)])
    any_shop.office.give_role("A1", "cashier", "S1")
    with pytest.raises(NotAllowed):
        any_shop.as_staff("A1").till.void(fresh.sale_id, "paid_wrong")
    for old in (returned, closed):
        with pytest.raises(Refused, match="take it back"):
            chen.void(old.sale_id, "scanned_wrong")
    with pytest.raises(BadValue):
        chen.void(fresh.sale_id, "wrong_item")
    clock.advance(days=1)
    with pytest.raises(Refused, match="today"):
        chen.void(fresh.sale_id, "scanned_wrong")


# --- one day, one sum


def test_every_list_adds_up_to_the_shift_report(any_shop, ann, tmp_path):
    chen = any_shop.as_staff("C1").till
    sale = chen.sell([("P1", 2), ("P3", 1)], member_id=ann, seller_id="A1", pay_points=0)
    chen.sell([("P2", 1)], payments={"alipay": 8_900})
    chen.give_back(sale.sale_id, [("P1", 1)], reason="wrong_item")
    chen.void(chen.sell([("P5", 1)]).sale_id, "customer_left")
    report = any_shop.till.shift()
    heads = any_shop.till.list_sales().rows
    frames = any_shop.frames()
    assert report.revenue == sum(one.total - one.returned for one in heads)
    assert report.revenue == round(frames["sales"]["amount"].sum() * 100)
    assert report.revenue == round(frames["payments"]["amount"].sum() * 100)
    assert report.revenue == sum(report.by_payment.values()) == sum(report.by_seller.values())
    assert report.by_seller == {"A1": 12_900 + 3_990, "C1": 8_900}
    assert chen.close_shift(0).cash_expected == report.by_payment["cash"]
