"""The office: staff and roles, goods, targets, visitors, rules and the clock."""

from datetime import UTC, datetime

import pytest

from crmkit.practice import FixedClock, Keyring, Shop
from crmkit.practice.errors import BadValue, NotFound, Refused


def test_everyone_sees_who_works_here_in_which_roles(any_shop):
    any_shop.office.give_role("C1", "sales", "S1")
    any_shop.office.let_go("A1")
    team = {one.id: one.roles for one in any_shop.as_staff("K1").office.team()}
    assert team == {
        "B1": ("manager",),
        "C1": ("cashier", "sales"),
        "K1": ("stock_keeper",),
        "T1": ("trainer",),
    }


def test_only_a_role_that_was_given_is_taken(shop):
    with pytest.raises(NotFound, match="was not given the role"):
        shop.office.take_role("C1", "manager", "S1")
    with pytest.raises(BadValue):
        shop.office.take_role("C1", "king", "S1")


@pytest.mark.parametrize("number", ["x" * 65, "P\n9", "P\t9", "  ", "x" * 300])
def test_what_cannot_be_a_number_names_nothing(shop, number):
    for act in (
        lambda: shop.office.add_product(number, "Socks", "care", 100, 50),
        lambda: shop.office.add_store(number, "Hill"),
        lambda: shop.office.add_staff(number, "Zed", "S1", "cashier"),
        lambda: shop.marketing.make_segment(number, "All", {"level": ["gold"]}),
        lambda: shop.offers.add(
            *(number, "Ten", "percent_off"),
            percent_off=10,
            starts_on="2025-06-01",
            ends_on="2025-06-30",
        ),
    ):
        with pytest.raises(BadValue):
            act()


def test_one_barcode_one_product(any_shop):
    any_shop.office.add_product("P8", "Socks", "care", 100, 50, barcode="690001")
    with pytest.raises(Refused, match="P8 .* has this barcode already"):
        any_shop.office.add_product("P9", "Hat", "care", 100, 50, barcode="690001")


def test_what_left_the_range_is_not_sold_but_still_counted(any_shop):
    any_shop.office.set_on_sale("P1", False)
    with pytest.raises(Refused, match="no longer sold"):
        any_shop.till.sell([("P1", 1)])
    assert any_shop.stock.look("P1").on_hand == 10
    any_shop.office.set_on_sale("P1", True)
    assert any_shop.till.sell([("P1", 1)]).total == 12_900


def test_a_new_target_replaces_the_old_one(any_shop):
    manager = any_shop.as_staff("B1")
    manager.office.set_target("2025-07", 5_000_000)
    manager.office.set_target("2025-07", 6_000_000)
    manager.office.set_target("2025-07", 1_000_000, staff_id="A1")
    targets = manager.frames()["targets"]
    assert sorted(targets["revenue"]) == [10_000.0, 60_000.0]
    for wrong in (("July", 1), ("2025-13", 1), ("2025-07", 0), ("2025-07", -5)):
        with pytest.raises(BadValue):
            manager.office.set_target(*wrong)
    with pytest.raises(NotFound):
        manager.office.set_target("2025-07", 1, staff_id="nobody")


def test_visitors_are_counted_by_the_hour_on_the_shops_own_clock(any_shop):
    cashier = any_shop.as_staff("C1")
    cashier.office.count_visitors("2025-06-30", 11, 40)
    cashier.office.count_visitors("2025-06-30", 11, 42)
    (row,) = cashier.frames()["footfall"].to_dict("records")
    assert (row["visitors"], str(row["hour"])) == (42, "2025-06-30 11:00:00")
    for wrong in (
        ("2025-06-30", 24, 1),
        ("2025-06-30", -1, 1),
        ("today", 11, 1),
        ("2025-06-30", 1, -1),
    ):
        with pytest.raises(BadValue):
            cashier.office.count_visitors(*wrong)


@pytest.mark.parametrize("words", ["late", "25:00", "9", "21:60", ""])
def test_quiet_hours_begin_at_a_time_of_day(shop, words):
    with pytest.raises(BadValue, match="21:00|missing"):
        shop.office.set_setting("quiet_from", words)
    shop.office.set_setting("quiet_from", "9:30")


def test_the_clock_is_set_as_it_hangs_on_the_wall(any_shop):
    any_shop.office.set_clock("2025-07-01 09:00")
    assert any_shop.till.sell([("P1", 1)]).at == datetime(2025, 7, 1, 1, tzinfo=UTC)
    any_shop.office.set_clock(datetime(2025, 7, 1, 2, tzinfo=UTC))
    assert any_shop.till.sell([("P1", 1)]).at.hour == 10
    with pytest.raises(BadValue, match="2025-07-01 09:00"):
        any_shop.office.set_clock("tomorrow")
    any_shop.office.set_clock(None)
    assert any_shop.till.sell([("P1", 1)]).at.hour == 12


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"store": ("", "Corner")},
        {"store": ("S\n1", "Corner")},
        {"owner": ("T1", "")},
        {"timezone": "Mars/Base"},
    ],
)
def test_a_shop_that_cannot_be_is_not_made(tmp_path, wrong):
    right = {"name": "New", "store": ("S1", "Corner"), "owner": ("T1", "Zhou")}
    with pytest.raises(BadValue):
        Shop.create(tmp_path / "shop.db", keys=Keyring.new(), **right | wrong)
    assert list(tmp_path.iterdir()) == []


def test_a_shop_elsewhere_keeps_its_own_days(tmp_path):
    shop = Shop.create(
        tmp_path / "shop.db",
        name="New",
        store=("S1", "Corner"),
        owner=("T1", "Zhou"),
        timezone="America/New_York",
        keys=Keyring.new(),
        clock=FixedClock(datetime(2025, 7, 1, 2, tzinfo=UTC)),  # ten in the evening, 30 June
    )
    shop.office.add_product("P1", "Scarf", "care", 100, 50)
    shop.stock.receive([("P1", 5)])
    shop.members.register("Ann", "14000000001")
    sale = shop.till.sell([("P1", 1)], member_id="M000001")
    assert (sale.at.hour, sale.at.day) == (22, 30)
    assert str(shop.till.shift().day) == "2025-06-30"
    assert str(shop.members.show("M000001").joined_on) == "2025-06-30"
    shop.marketing.make_segment("all", "All", {"home_store_id": ["S1"]})
    assert str(shop.marketing.segments()[0].made_on) == "2025-06-30"
    deal = shop.pipeline.open("M000001", "Scarf", 100, next_action="call", next_on="2025-07-01")
    shop.pipeline.move(deal.id, "won")
    assert shop.pipeline.win_rate("2025-06-30", "2025-06-30").won == 1
    shop.close()
