"""Purchase orders: what is ordered, what comes, at what cost."""

import pytest

from crmkit.practice.errors import BadValue, Closed, NotFound, TooManyReturned


@pytest.fixture
def shop(any_shop):
    any_shop.stock.add_supplier("W1", "Wholesale")
    return any_shop


def test_an_order_comes_in_parts_and_closes_when_all_is_there(shop):
    keeper = shop.as_staff("K1").stock
    order = keeper.order("W1", [("P1", 10), ("P2", 5)], costs={"P1": 6_000})
    assert order.value == 10 * 6_000 + 5 * 3_900
    part = keeper.receive_order(order.id, [("P1", 4)], document="LS-1")
    assert [(one.product_id, one.outstanding) for one in part.lines] == [("P1", 6), ("P2", 5)]
    assert keeper.look("P1").on_hand == 14
    assert keeper.receive_order(order.id).status == "received"
    assert keeper.look("P2").on_hand == 15
    with pytest.raises(Closed):
        keeper.receive_order(order.id, [("P1", 1)])
    assert shop.audit.problems() == ()


def test_the_cost_becomes_the_average_of_what_is_there_and_what_came(shop):
    order = shop.stock.order("W1", [("P1", 10)])
    shop.stock.receive_order(order.id, costs={"P1": 6_001})  # 10 at 52.00 were there
    receipt = shop.till.sell([("P1", 1)])
    assert shop.frames()["sales"]["cost"].tolist() == [56.01]
    assert receipt.total == 12_900


def test_no_more_comes_than_was_ordered_and_nothing_else(shop):
    order = shop.stock.order("W1", [("P1", 2)])
    with pytest.raises(TooManyReturned):
        shop.stock.receive_order(order.id, [("P1", 3)])
    with pytest.raises(TooManyReturned):
        shop.stock.receive_order(order.id, [("P2", 1)])
    with pytest.raises(NotFound):
        shop.stock.receive_order(order.id, costs={"P2": 1})
    with pytest.raises(BadValue):
        shop.stock.receive_order(order.id, costs={"P1": -1})
    assert shop.stock.look("P1").on_hand == 10


def test_what_has_not_come_can_be_cancelled(shop):
    order = shop.stock.order("W1", [("P1", 2)])
    shop.stock.receive_order(order.id, [("P1", 1)])
    assert shop.stock.cancel_order(order.id).status == "cancelled"
    with pytest.raises(Closed):
        shop.stock.cancel_order(order.id)
    assert shop.stock.look("P1").on_hand == 11
    assert shop.stock.list_orders(where={"status": "cancelled"}).total == 1


def test_an_order_is_of_one_store_and_a_known_supplier(shop):
    order = shop.stock.order("W1", [("P1", 2)])
    with pytest.raises(NotFound):
        shop.as_staff("K2").stock.receive_order(order.id)
    with pytest.raises(NotFound):
        shop.stock.order("nobody", [("P1", 2)])
