"""The points desk."""

from datetime import date

import pytest

from crmkit.practice.errors import BadValue, Closed, NotEnoughPoints, NotEnoughStock, NotFound


@pytest.fixture
def ann(any_shop):
    return any_shop.members.register("Ann Lee", "14012345678").id


def test_points_expire_lot_by_lot(any_shop, ann, clock):
    any_shop.points.adjust(ann, 100, "first")
    clock.advance(days=100)
    any_shop.points.adjust(ann, 50, "second")
    balance = any_shop.points.balance(ann)
    assert (balance.points, balance.expiring) == (150, 100)
    assert balance.expires_on == date(2026, 6, 30)
    clock.advance(days=265)  # the day that was shown: good until its end
    assert any_shop.points.balance(ann).points == 150
    clock.advance(hours=12)
    assert any_shop.points.balance(ann).points == 50
    assert any_shop.points.expire() == (1, 100)
    assert any_shop.points.expire() == (0, 0)
    assert [one.kind for one in any_shop.points.history(ann)] == ["expire", "adjust", "adjust"]


def test_what_expires_next_is_all_of_that_day(any_shop, ann, clock):
    any_shop.till.sell([("P1", 1)], member_id=ann)
    clock.advance(hours=3)
    any_shop.till.sell([("P2", 1)], member_id=ann)
    balance = any_shop.points.balance(ann)
    assert (balance.points, balance.expiring) == (218, 218)


def test_points_are_put_right_only_for_a_reason(any_shop, ann):
    any_shop.points.adjust(ann, 10, "goodwill")
    assert any_shop.points.adjust(ann, -4, "typing mistake") == 6
    with pytest.raises(NotEnoughPoints):
        any_shop.points.adjust(ann, -7, "typing mistake")
    for points, reason in ((0, "x"), (1.5, "x"), (5, ""), (True, "x")):
        with pytest.raises(BadValue):
            any_shop.points.adjust(ann, points, reason)


def test_goods_are_had_for_points_or_not_at_all(any_shop, ann):
    shop = any_shop
    shop.points.set_reward("P4", 150)
    shop.points.adjust(ann, 400, "welcome")
    assert shop.points.rewards() == {"P4": 150}
    assert shop.as_staff("C1").points.redeem(ann, "P4", 2) == 100
    assert shop.stock.look("P4").on_hand == 8
    with pytest.raises(NotEnoughPoints):
        shop.points.redeem(ann, "P4")
    assert shop.stock.look("P4").on_hand == 8
    with pytest.raises(NotFound):
        shop.points.redeem(ann, "P1")
    with pytest.raises(NotEnoughStock):
        shop.points.redeem(ann, "P4", 9)
    shop.points.set_reward("P4", 150, active=False)
    with pytest.raises(NotFound):
        shop.points.redeem(ann, "P4")


def test_the_level_follows_what_was_spent_in_a_year_and_kept(shop, clock):
    ann = shop.members.register("Ann Lee", "14012345678").id
    shop.stock.receive([("P1", 100)])
    sale = shop.till.sell([("P1", 20)], member_id=ann)
    assert shop.points.review_level(ann) == "gold"
    assert shop.till.sell([("P2", 1)], member_id=ann).points_earned == 133
    shop.till.give_back(sale.sale_id, [("P1", 13)], reason="changed_mind")
    assert shop.points.review_level(ann) == "regular"
    clock.advance(days=366)
    shop.till.sell([("P1", 10)], member_id=ann)
    assert shop.points.review_level(ann) == "silver"


def test_a_redemption_is_undone_once_and_whole(any_shop, ann):
    any_shop.points.set_reward("P4", 150)
    any_shop.points.adjust(ann, 400, "welcome")
    any_shop.points.redeem(ann, "P4", 2)
    (had,) = any_shop.points.redemptions(ann)
    assert any_shop.as_staff("C1").points.undo_redemption(had.id) == 400
    assert any_shop.stock.look("P4").on_hand == 10
    assert any_shop.points.redemptions(ann)[0].undone
    with pytest.raises(Closed):
        any_shop.points.undo_redemption(had.id)
    with pytest.raises(NotFound):
        any_shop.points.undo_redemption(99)
    assert any_shop.audit.problems() == ()
