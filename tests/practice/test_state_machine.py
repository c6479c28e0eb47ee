"""Whatever staff do in whatever order, the books add up after every step.

A small model of the shop (what is on each shelf, what each member has) runs beside the real one
on a real database; tests/bench runs the same machine for longer.
"""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from crmkit.i18n import set_language
from crmkit.practice import FixedClock, Shop, books, chain
from crmkit.practice.command import Tx
from crmkit.practice.engine import reading
from crmkit.practice.errors import (
    Closed,
    NotEnoughPoints,
    NotEnoughStock,
    PhoneTaken,
    Refused,
    TooManyReturned,
)

PRODUCTS = ("P1", "P2", "P3")
STORES = ("S1", "S2")
PHONES = st.integers(0, 5).map("1400000000{}".format)
UNITS = st.lists(st.tuples(st.sampled_from(PRODUCTS), st.integers(1, 4)), min_size=1, max_size=3)
STORE = st.sampled_from(STORES)


class Crash(Exception):
    """The process dies at this statement."""


class ShopDays(RuleBasedStateMachine):
    """Days in a shop of two stores, three products and up to six phones."""

    make_shop = None  # set by the test: a function that gives a fresh furnished shop

    members = Bundle("members")
    sales = Bundle("sales")
    transfers = Bundle("transfers")
    coupons = Bundle("coupons")

    @initialize()
    def open_shop(self):
        set_language("en")
        self.clock = FixedClock(datetime(2025, 6, 30, 4, 0, tzinfo=UTC))
        self.shop, self.close = type(self).make_shop(self.clock)
        self.at = {"S1": self.shop, "S2": self.shop.as_staff("T1", store="S2")}
        self.shop.offers.add(
            "A1",
            "100-15",
            "threshold",
            threshold=10_000,
            amount_off=1_500,
            starts_on="2025-01-01",
            ends_on="2030-01-01",
        )
        self.shop.offers.add(
            "A2",
            "gift",
            "gift",
            threshold=20_000,
            gift_product_id="P4",
            starts_on="2025-01-01",
            ends_on="2030-01-01",
        )
        self.shop.offers.add(
            "C1",
            "coupon",
            "percent_off",
            percent_off=13,
            coupon_only=True,
            starts_on="2025-01-01",
            ends_on="2030-01-01",
        )
        self.shelf = {(s, p): 10 if s == "S1" else 0 for s in STORES for p in PRODUCTS}
        self.left = {}  # sale -> product -> units still with the customer
        self.on_the_way = {}  # transfer -> product -> units
        self.goes_to = {}
        self.kept = {}  # member -> the member who was kept
        self.phone = {}
        self.commands = 0

    def teardown(self):
        if hasattr(self, "close"):
            self.close()

    def survivor(self, member):
        while self.kept.get(member, member) != member:
            member = self.kept[member]
        return member

    def refused_rightly(self, act, *errors):
        """Do it; a refusal must be one of these and leave nothing behind."""
        try:
            return act()
        except errors:
            return None

    # --- members

    @rule(target=members, phone=PHONES)
    def register(self, phone):
        taken = phone in self.phone
        try:
            member = self.shop.members.register("Ann Lee", phone).id
        except PhoneTaken:
            assert taken
            return multiple()
        assert not taken
        self.phone[phone] = member
        return member

    @rule(a=members, b=members)
    def merge(self, a, b):
        one, other = self.survivor(a), self.survivor(b)
        if one == other:
            with pytest.raises(Refused):
                self.shop.members.merge(a, b, "same person")
            return
        before = sum(self.shop.points.balance(m).points for m in (a, b))
        self.shop.members.merge(a, b, "same person")
        self.kept[other] = one
        assert self.shop.points.balance(b).points == before

    @rule(member=members, points=st.integers(1, 3000))
    def give_points(self, member, points):
        before = self.shop.points.balance(member).points
        assert self.shop.points.adjust(member, points, "goodwill") == before + points

    @rule(target=coupons, member=members)
    def issue_coupon(self, member):
        return self.shop.offers.issue("C1", member_ids=[member])[0], member

    # --- the till

    @rule(
        target=sales,
        store=STORE,
        basket=UNITS,
        member=st.none() | members,
        coupon=st.none() | coupons,
        points=st.integers(0, 400),
        twice=st.booleans(),
    )
    def sell(self, store, basket, member, coupon, points, twice):
        self.commands += 1
        wanted = {p: sum(q for one, q in basket if one == p) for p, _q in basket}
        request = {"member_id": member, "key": f"sale-{self.commands}"}
        if member is not None:
            request["pay_points"] = points
            if coupon is not None and self.survivor(coupon[1]) == self.survivor(member):
                request["coupon"] = coupon[0]
        fits = all(self.shelf[store, p] >= q for p, q in wanted.items())
        have = self.shop.points.balance(member).points if member else 0
        try:
            receipt = self.at[store].till.sell(basket, **request)
        except NotEnoughStock:
            assert not fits
            return multiple()
        except NotEnoughPoints:
            assert have < points
            return multiple()
        except Refused:
            assert "coupon" in request or points > 0
            return multiple()
        assert fits
        if twice:
            assert self.at[store].till.sell(basket, **request) == receipt
        if member:
            assert receipt.points_balance == have - receipt.points_paid + receipt.points_earned
        for p, q in wanted.items():
            self.shelf[store, p] -= q
        self.left[receipt.sale_id] = wanted
        return receipt.sale_id

    @rule(store=STORE, sale=sales, units=UNITS)
    def give_some_back(self, store, sale, units):
        wanted = {p: sum(q for one, q in units if one == p) for p, _q in units}
        fits = all(self.left[sale].get(p, 0) >= q for p, q in wanted.items())
        try:
            back = self.at[store].till.give_back(sale, units, reason="wrong_item")
        except TooManyReturned:
            assert not fits
            return
        except Refused as why:
            assert "gift" in str(why)
            return
        assert fits
        assert back.total == back.refunded + back.points_value + back.points_missing_value
        self._came_back(store, sale, wanted)

    @rule(store=STORE, sale=sales)
    def give_everything_back(self, store, sale):
        wanted = {p: q for p, q in self.left[sale].items() if q}
        try:
            self.at[store].till.give_back(sale, reason="changed_mind")
        except TooManyReturned:
            assert not wanted
            return
        self._came_back(store, sale, wanted)

    @rule(store=STORE, basket=UNITS, member=members, points=st.integers(0, 50))
    def a_full_return_at_once_restores_everything(self, store, basket, member, points):
        till, at = self.at[store].till, self.at[store].stock
        points_before = self.shop.points.history(member, 10_000)
        balance = self.shop.points.balance(member)
        shelf = [at.look(p).on_hand for p in (*PRODUCTS, "P4")]
        try:
            sale = till.sell(basket, member_id=member, pay_points=points)
        except (NotEnoughStock, NotEnoughPoints):
            return
        back = till.give_back(sale.sale_id, reason="changed_mind")
        assert back.refunded == sale.paid
        assert [at.look(p).on_hand for p in (*PRODUCTS, "P4")] == shelf
        assert self.shop.points.balance(member).points == balance.points
        assert len(self.shop.points.history(member, 10_000)) >= len(points_before)

    def _came_back(self, store, sale, wanted):
        for p, q in wanted.items():
            self.left[sale][p] -= q
            self.shelf[store, p] += q

    # --- stock

    @rule(store=STORE, units=UNITS)
    def receive(self, store, units):
        self.at[store].stock.receive(units)
        for p, q in units:
            self.shelf[store, p] += q

    @rule(target=transfers, store=STORE, units=UNITS)
    def send(self, store, units):
        other = "S2" if store == "S1" else "S1"
        wanted = {p: sum(q for one, q in units if one == p) for p, _q in units}
        fits = all(self.shelf[store, p] >= q for p, q in wanted.items())
        try:
            transfer = self.at[store].stock.send(other, units)
        except NotEnoughStock:
            assert not fits
            return multiple()
        assert fits
        for p, q in wanted.items():
            self.shelf[store, p] -= q
        self.on_the_way[transfer.id] = dict(wanted)
        self.goes_to[transfer.id] = (store, other)
        return transfer.id

    @rule(
        transfer=transfers,
        product=st.sampled_from(PRODUCTS),
        received=st.integers(0, 4),
        lost=st.integers(0, 2),
        back=st.integers(0, 2),
    )
    def arrive(self, transfer, product, received, lost, back):
        origin, store = self.goes_to[transfer]
        parts = {"received": received, "lost": lost, "sent_back": back}
        named = {name: [(product, q)] for name, q in parts.items() if q}
        if not named:
            return
        fits = self.on_the_way[transfer].get(product, 0) >= received + lost + back
        try:
            self.at[store].stock.accept(transfer, **named)
        except Closed:
            assert not any(self.on_the_way[transfer].values())
            return
        except TooManyReturned:
            assert not fits
            return
        assert fits
        self.on_the_way[transfer][product] -= received + lost + back
        self.shelf[store, product] += received
        self.shelf[origin, product] += back

    @rule(store=STORE, counts=st.dictionaries(st.sampled_from(PRODUCTS), st.integers(0, 12)))
    def count(self, store, counts):
        desk = self.at[store].stock
        sheet = desk.open_count(PRODUCTS)
        for product, counted in counts.items():
            desk.count(sheet.stocktake_id, product, counted)
        report = desk.close_count(sheet.stocktake_id)
        assert set(report.uncounted) == set(PRODUCTS) - set(counts)
        for product, counted in counts.items():
            self.shelf[store, product] = counted

    # --- time and trouble

    @rule(days=st.sampled_from([1, 30, 200]))
    def time_passes(self, days):
        self.clock.advance(days=days)
        self.shop.points.expire()

    @rule(basket=UNITS, member=members, points=st.integers(0, 20), statement=st.integers(1, 25))
    def the_process_dies_in_the_middle_of_a_sale(self, basket, member, points, statement):
        """It dies before the n-th write; tried again with its key, it happens exactly once."""
        self.commands += 1
        key = f"sale-{self.commands}"

        def act():
            return self.shop.till.sell(basket, member_id=member, pay_points=points, key=key)

        original, seen = Tx.insert, [0]

        def dying(tx, table, **values):
            seen[0] += 1
            if seen[0] == statement:
                raise Crash
            return original(tx, table, **values)

        Tx.insert = dying
        try:
            done = self.refused_rightly(act, NotEnoughStock, NotEnoughPoints, Crash)
        finally:
            Tx.insert = original
        self.everything_adds_up()
        again = self.refused_rightly(act, NotEnoughStock, NotEnoughPoints)
        if done is not None:
            assert again == done
        if again is not None:
            self.left[again.sale_id] = {}
            for p, q in basket:
                self.shelf["S1", p] -= q
                self.left[again.sale_id][p] = self.left[again.sale_id].get(p, 0) + q

    @rule(sale=consumes(sales))
    def forget(self, sale):
        """The customer lost the receipt."""

    # --- always true

    @invariant()
    def everything_adds_up(self):
        if not hasattr(self, "shop"):
            return
        with reading(self.shop.engine) as connection:
            assert books.problems(connection) == []
            assert chain.first_break(connection, self.shop.keys) is None

    @invariant()
    def the_shelves_are_as_the_model_says(self):
        if not hasattr(self, "shop"):
            return
        for product in PRODUCTS:
            found = {one.store_id: one.on_hand for one in self.shop.stock.everywhere(product)}
            assert found == {store: self.shelf[store, product] for store in STORES}


LONG = bool(os.environ.get("CRMKIT_LONG_TESTS"))


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_the_books_add_up_whatever_happens(kind, furnished, keys, new_database, tmp_path):
    template = furnished(kind)
    made = []

    def make_shop(clock):
        if kind == "sqlite":
            where = tmp_path / f"machine-{len(made)}.db"
            shutil.copy(template, where)
        else:
            where = new_database(kind, like=template)
        made.append(where)
        shop = Shop.open(where, "T1", keys=keys, clock=clock)

        def close():
            shop.close()
            if kind == "sqlite":
                Path(where).unlink()

        return shop, close

    machine = type("Machine", (ShopDays,), {"make_shop": staticmethod(make_shop)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=(400 if LONG else 12) if kind == "sqlite" else (100 if LONG else 5),
            stateful_step_count=60 if LONG else 25,
            deadline=None,
            derandomize=not LONG,
            suppress_health_check=list(HealthCheck),
        ),
    )
