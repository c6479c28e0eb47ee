"""A cashier's day at the till, without a widget: act, then look at what is there."""

import pytest

from crmkit.errors import CrmkitError
from crmkit.panels import desk
from crmkit.panels.logic.till import Drawer, TakingBack, Till
from crmkit.practice.errors import PracticeError


@pytest.fixture
def till(shop_of):
    return Till(shop_of("C1"))


def lines(till):
    return [(one.product_id, one.quantity) for one in till.quote.lines]


def test_scanned_goods_lie_in_the_basket_and_are_priced(till):
    till.scan(["P1", "3*P3", "P1"])
    assert lines(till) == [("P1", 2), ("P3", 3)]
    assert till.due == 2 * 12_900 + 3 * 3_990
    assert till.said is None


@pytest.mark.parametrize("typed", ["2*P1", "2＊Ｐ１", "p1*2", "P1 × 2", "2 x p1"])
def test_two_of_a_kind_are_typed_in_any_way(till, typed):
    till.scan([typed])
    assert lines(till) == [("P1", 2)]


def test_a_coupon_is_called_by_what_it_gives(till, shop_of, walk):
    boss = shop_of("T1")
    boss.offers.add("JB", "Birthday coupon", "threshold", threshold=5_000, amount_off=1_000,
                    coupon_only=True, starts_on="2025-01-01", ends_on="2026-12-31")  # fmt: skip
    who = boss.members.register("Ann Lee", "14200001234")
    (number,) = boss.offers.issue("JB", member_ids=(who.id,))
    screen = desk("till", shop_of("C1"))
    screen.did({"act": "member", "arg": "14200001234"})
    (choice,) = [one for one in walk(screen.tree) if one.get("name") == "coupon"]
    said = f"Birthday coupon: ¥10 off when you spend ¥50 (number ends in {number[-4:]})"
    assert choice["options"][1] == [number, said]


def test_an_unknown_code_is_said_and_the_rest_of_the_scans_count(till):
    till.scan(["P1", "4006381333931", "P2"])
    assert lines(till) == [("P1", 1), ("P2", 1)]
    assert till.said[0] == "error" and "4006381333931" in till.said[1]


def test_a_word_that_fits_several_goods_offers_them_and_adds_none(till):
    till.scan(["a"])
    assert len(till.found) > 1 and till.quote is None
    till.pick(till.found[0].id)
    assert lines(till) == [("P1", 1)] or len(lines(till)) == 1
    assert till.found == []


def test_a_payment_is_split_and_the_cash_that_is_left_gives_change(till):
    till.scan(["P1"])
    till.start_paying()
    till.take("wechat", "¥100")
    assert till.paying and till.left == 2_900
    till.take("cash", "50元")
    assert till.receipt.payments == {"wechat": 10_000, "cash": 2_900}
    assert till.receipt.change == 2_100
    assert till.said == ("right", f"Sale {till.receipt.sale_id} is rung up. Change: 21.00 yuan.")
    assert till.basket.units == [] and till.member is None


def test_only_cash_may_be_more_than_is_due(till):
    till.scan(["P3"])
    till.start_paying()
    with pytest.raises(PracticeError, match=r"Only 39\.90 yuan"):
        till.take("card", "40")
    assert till.left == 3_990


@pytest.mark.parametrize("typed", ["many", "1.234", "-5", "0", "1e99"])
def test_what_is_no_amount_is_refused_and_nothing_is_sold(till, typed):
    till.scan(["P1"])
    till.start_paying()
    with pytest.raises(PracticeError):
        till.take("cash", typed)
    assert till.paying and till.left == 12_900
    assert till.shop.till.list_sales().total == 0


def test_a_member_is_found_from_the_sale_and_earns_points(till):
    till.find_member("0001")
    assert till.member.id == "M000001"
    till.scan(["P1"])
    till.start_paying()
    till.take("cash", "")
    assert till.receipt.member_id == "M000001" and till.receipt.points_earned > 0


def test_a_basket_fetched_after_a_sale_stands_where_the_receipt_was(shop_of):
    screen = desk("till", shop_of("C1"))
    screen.did({"act": "scan", "arg": ["P3"]})
    screen.did({"act": "hold", "values": {"note": "blue coat"}})
    screen.did({"act": "scan", "arg": ["P4"]})
    screen.did({"act": "pay"})
    screen.did({"act": "take", "values": {"method": "cash", "amount": ""}})
    assert "In the basket" not in screen.text
    screen.did({"act": "fetch", "arg": screen.work.till.held()[0].number})
    assert "In the basket: 1 piece" in screen.text


def test_a_basket_put_aside_comes_back_with_its_member_at_another_till(till, shop_of):
    till.find_member("14000000002")
    till.scan(["P2", "P2"])
    till.hold("fetches her purse")
    assert till.basket.units == [] and till.member is None
    other = Till(shop_of("C1"))
    (held,) = other.held()
    other.fetch(held.number)
    assert lines(other) == [("P2", 2)] and other.member.id == "M000002"
    assert other.held() == ()


def test_a_basket_outlives_the_page(till, shop_of):
    till.scan(["P1", "P2"])
    till.find_member("0001")
    again = Till(shop_of("C1"))
    again.restore(till.kept())
    assert lines(again) == lines(till) and again.due == till.due
    again.start_paying()
    again.take("cash", "")
    till.start_paying()
    till.take("cash", "")  # the tab that was forgotten: the same key, the same sale
    assert till.receipt.sale_id == again.receipt.sale_id
    assert till.shop.till.list_sales().total == 1


def test_goods_come_back_and_the_money_the_way_it_was_paid(till):
    till.scan(["2*P1"])
    till.start_paying()
    till.take("alipay", "")
    back = TakingBack(till.shop)
    back.open(str(till.receipt.sale_id))
    assert [back.left(one) for one in back.receipt.lines] == [2]
    back.give_back({"P1": "1"}, "changed_mind", True, key="once")
    assert back.back.refunds == {"alipay": 12_900}
    assert [back.left(one) for one in back.receipt.lines] == [1]
    with pytest.raises(PracticeError, match="How many"):
        back.give_back({"P1": "0"}, "changed_mind", True, key="twice")
    with pytest.raises(PracticeError, match="reason"):
        back.give_back({"P1": "1"}, "", True, key="thrice")


def test_the_drawer_is_counted_before_the_screen_says_what_should_be_in_it(till):
    drawer = Drawer(till.shop)
    drawer.open("200", key="morning")
    till.scan(["P1"])
    till.start_paying()
    till.take("cash", "")
    drawer.close({10000: "3", 2000: "1", 500: "1", 100: "3"}, "200", "", key="evening")
    assert drawer.closed.cash_expected == 20_000 + 12_900
    assert drawer.said == ("warning", "1.00 yuan short.")


def test_a_double_click_and_a_broken_line_sell_once(shop_of, walk):
    shop = shop_of("C1")
    screen = desk("till", shop)
    screen.did({"act": "scan", "arg": ["P1"], "from": "tab", "n": 1})
    screen.did({"act": "scan", "arg": ["P1"], "from": "tab", "n": 1})  # sent again: done once
    screen.did({"act": "pay", "from": "tab", "n": 2})
    tree = screen.did({"act": "nothing"})
    form = next(one for one in walk(tree) if one.get("act") == "take")
    paid = {"act": "take", "values": {"method": "cash", "amount": ""}, "once": form["once"]}
    screen.did(paid | {"from": "tab", "n": 3})
    screen.did(paid | {"from": "tab", "n": 4})
    screen.did(paid | {"from": "another tab", "n": 1})
    sales = shop.till.list_sales().rows
    assert [one.total for one in sales] == [12_900]


def test_three_hundred_scans_in_any_batches_are_all_there(till):
    left = ["P4"] * 300
    for size in (1, 7, 50, 242):
        till.scan([left.pop() for _scan in range(size)])
    assert not left and lines(till) == [("P4", 300)]


def test_whoever_may_not_sell_reads_why(shop_of):
    said = desk("till", shop_of("K1")).text
    assert "Only for: Cashier, Sales staff, Store manager, trainer" in said


def test_a_desk_that_is_not_there_is_named_with_those_there_are(shop_of):
    with pytest.raises(CrmkitError, match="till, members"):
        desk("kitchen", shop_of("C1"))


@pytest.mark.parametrize(
    ("now", "birthday", "points"),
    [
        ("2025-07-01 09:00", True, "{n} points"),
        ("2025-07-02 00:30", False, "{n} points"),
        ("2026-06-25 09:00", False, "{n} points, {n} of them run out after 1 July"),
        ("2026-07-01 22:00", True, "{n} points, {n} of them run out today"),
    ],
)
def test_the_till_says_whose_birthday_it_is_and_which_points_run_out(
    shop_of, walk, now, birthday, points
):
    boss = shop_of("T1")
    boss.office.set_clock("2025-07-01 08:00")
    who = boss.members.register("Ann Lee", "14200001234", birth_date="1990-07-01")
    due = boss.till.quote([("P1", 1)], member_id=who.id).due
    boss.till.sell([("P1", 1)], member_id=who.id, payments={"card": due})
    boss.office.set_clock(now)
    screen = desk("till", shop_of("C1"))
    screen.did({"act": "member", "arg": "14200001234"})
    said = [one.get("text") for one in walk(screen.tree)]
    assert ("Birthday today" in said) is birthday
    assert points.format(n=boss.members.show(who.id).points) in said


def test_points_that_were_spent_at_another_till_meanwhile_are_said_to_be_gone(till, shop_of):
    boss = shop_of("T1")
    boss.points.adjust("M000001", 100, "test")
    till.choose_member("M000001")
    boss.points.adjust("M000001", -boss.points.balance("M000001").points, "test")
    assert till.points_said(till.member) == "0 points"


@pytest.mark.parametrize("act", ["void", "give_back"])
def test_nothing_comes_back_while_no_receipt_is_open(shop_of, act):
    back = TakingBack(shop_of("T1"))
    given = ("mistake",) if act == "void" else ({"P1": "1"}, "mind", True)
    with pytest.raises(PracticeError, match="Which sale"):
        getattr(back, act)(*given, key="k")


def test_the_total_says_what_offers_and_points_took_off_and_leaves_gifts_out(till):
    boss = till.shop.as_staff("T1")
    on = {"starts_on": "2025-01-01", "ends_on": "2026-12-31"}
    boss.offers.add("G", "Gift from 100", "gift", threshold=10_000, gift_product_id="P3", **on)
    boss.points.adjust("M000001", 100, "test")
    till.find_member("M000001")
    till.scan(["P1"])
    off = till.quote.discount - 3_990
    till.use_points("100")
    less = f"¥129.00 less ¥{off / 100:.2f} of offers, points −¥1.00"
    assert till.made_of() == less and till.due == 12_900 - off - 100
