"""Gift and stored-value cards: money owed, never revenue."""

import pytest

from crmkit.practice.errors import BadValue, NotFound, Refused


def test_a_card_is_loaded_spent_and_refunded_to(any_shop):
    till, cards = any_shop.as_staff("C1").till, any_shop.as_staff("C1").cards
    card = cards.issue(10_000, method="wechat").id
    cards.load(card, 5_000)
    sale = till.sell([("P1", 1)], payments={"gift_card": 12_900}, card=card)
    assert cards.look(card).balance == 2_100
    till.give_back(sale.sale_id, reason="changed_mind")
    assert cards.look(card).balance == 15_000
    assert [one.kind for one in cards.history(card)] == ["refund", "pay", "load", "load"]
    report = till.shift()
    assert (report.revenue, report.card_loads) == (0, {"cash": 5_000, "wechat": 10_000})
    assert till.close_shift(5_000).card_loads == 5_000
    assert any_shop.audit.problems() == ()


def test_no_card_pays_more_than_it_holds_and_no_unknown_one_pays(any_shop):
    card = any_shop.cards.issue(1_000).id
    pay = {"payments": {"gift_card": 12_900}}
    with pytest.raises(Refused, match="10.00 yuan"):
        any_shop.till.sell([("P1", 1)], **pay, card=card)
    for unknown in ("V1", None):
        with pytest.raises(NotFound):
            any_shop.till.sell([("P1", 1)], **pay, card=unknown)
    with pytest.raises(NotFound):  # a card that is named is looked for, used or not
        any_shop.till.sell([("P1", 1)], card="V1")
    assert any_shop.stock.look("P1").on_hand == 10
    assert any_shop.cards.look(card).balance == 1_000


def test_a_card_is_not_bought_with_a_card_nor_for_nothing(shop):
    with pytest.raises(BadValue):
        shop.cards.issue(1_000, method="gift_card")
    for amount in (0, -5, 1.5):
        with pytest.raises(BadValue):
            shop.cards.issue(amount)


def test_the_numbers_of_cards_cannot_be_guessed(shop):
    numbers = {shop.cards.issue(100).id for _n in range(20)}
    assert len({number[:6] for number in numbers}) == 20
    assert shop.cards.list_cards().total == 20


def test_an_exchange_goes_back_to_the_card_that_paid(shop):
    card = shop.cards.issue(20_000).id
    sale = shop.till.sell([("P1", 1)], payments={"gift_card": 12_900}, card=card)
    shop.till.exchange(sale.sale_id, [("P1", 1)], [("P2", 1)], reason="changed_mind")
    assert shop.cards.look(card).balance == 11_100
