"""The manager's board: the day and the month, as they are now."""

from crmkit.panels import desk


def stat(screen, walk, label):
    return next(one for one in walk(screen.tree) if one["t"] == "stat" and one["label"] == label)


def test_the_month_stands_beside_its_target(shop_of, walk):
    boss, cashier = shop_of("B1"), shop_of("C1")
    screen = desk("manager", boss)
    assert stat(screen, walk, "This month")["note"] == "no target is set"
    boss.office.set_target(f"{boss.now:%Y-%m}", 100_000)
    cashier.till.sell([("P1", 2)], payments={"cash": 25_800})
    month = stat(screen, walk, "This month")
    assert (month["text"], month["share"]) == ("¥258.00", 0.258)
    assert month["note"] == "26% of the target, ¥1,000.00"


def test_a_target_of_another_month_or_of_one_seller_is_not_the_stores(shop_of, walk):
    boss = shop_of("B1")
    boss.office.set_target("2019-01", 100)
    boss.office.set_target(f"{boss.now:%Y-%m}", 100, staff_id="A1")
    assert boss.till.month().target is None


def test_the_board_follows_by_itself(shop_of, walk):
    screen = desk("manager", shop_of("B1"))
    (again,) = [one for one in walk(screen.tree) if one.get("act") == "again"]
    assert again["every"] == 15
