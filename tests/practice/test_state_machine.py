"""Whatever staff do in whatever order, the books add up after every step.

A small model of the shop (what is on each shelf, what each member has) runs beside the real one
on a real database; tests/bench runs the same machine for longer.
"""

import csv
import os
import shutil
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

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
from crmkit.practice.display import heading
from crmkit.practice.engine import reading
from crmkit.practice.errors import (
    BadValue,
    Closed,
    NotEnoughPoints,
    NotEnoughStock,
    NotFound,
    PhoneTaken,
    Refused,
    TooManyReturned,
)

PRODUCTS = ("P1", "P2", "P3")
STORES = ("S1", "S2")
KEEPERS = {"S1": "K1", "S2": "K2"}
PHONES = st.integers(0, 5).map("1400000000{}".format)
UNITS = st.lists(st.tuples(st.sampled_from(PRODUCTS), st.integers(1, 4)), min_size=1, max_size=3)
STORE = st.sampled_from(STORES)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def units_of(basket):
    """Units by product."""
    return {p: sum(q for one, q in basket if one == p) for p, _q in basket}


class Crash(Exception):
    """The process dies at this statement."""


class ShopDays(RuleBasedStateMachine):
    """Days in a shop of two stores, three products and up to six phones."""

    folder = None  # where exported files go
    make_shop = None  # set by the test: a function that gives a fresh furnished shop

    members = Bundle("members")
    sales = Bundle("sales")
    transfers = Bundle("transfers")
    coupons = Bundle("coupons")
    cards = Bundle("cards")
    baskets = Bundle("baskets")
    redemptions = Bundle("redemptions")
    orders = Bundle("orders")

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
        self.shop.points.set_reward("P3", 50)
        self.shop.stock.set_shelf_life("P1", 90)
        self.shop.stock.add_supplier("W1", "Wholesale")
        self.drawer = dict.fromkeys(STORES, 0)  # cash in the trainer's drawer at each store
        self.on_card = {}
        self.set_aside = {}
        self.had = {}  # redemption -> (store's product units, undone)
        self.to_come = {}  # order -> (store, product -> units)
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
        wanted = units_of(basket)
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
        self._rung_up(store, receipt)
        return receipt.sale_id

    def _rung_up(self, store, receipt):
        left = {}
        for line in receipt.lines:
            if not line.is_gift:
                left[line.product_id] = left.get(line.product_id, 0) + line.quantity
        self.left[receipt.sale_id] = left
        self.drawer[store] += receipt.payments.get("cash", 0)

    @rule(
        store=STORE,
        basket=UNITS,
        prices=st.dictionaries(st.sampled_from(PRODUCTS), st.integers(0, 15_000), max_size=2),
        off=st.integers(0, 1_200),
    )
    def sell_at_a_price_by_hand(self, store, basket, prices, off):
        wanted = units_of(basket)
        fits = all(self.shelf[store, p] >= q for p, q in wanted.items())
        asked = {"prices": prices, "round_off": off, "reason": "worn"}
        try:
            receipt = self.at[store].till.sell(basket, **asked)
        except (BadValue, NotFound):
            return
        except NotEnoughStock:
            assert not fits
            return
        assert receipt.discount >= off
        for p, q in wanted.items():
            self.shelf[store, p] -= q
        self._rung_up(store, receipt)

    @rule(store=STORE, sale=sales, units=UNITS, basket=UNITS)
    def exchange(self, store, sale, units, basket):
        back, wanted = units_of(units), units_of(basket)
        try:
            done = self.at[store].till.exchange(sale, units, basket, reason="wrong_item")
        except Refused:
            return
        for p, q in back.items():
            self.left[sale][p] -= q
            self.shelf[store, p] += q
        for p, q in wanted.items():
            self.shelf[store, p] -= q
        self._rung_up(store, done.bought)
        self.drawer[store] -= done.returned.refunds.get("cash", 0)

    @rule(store=STORE, sale=sales)
    def void(self, store, sale):
        goods = {p: q for p, q in self.left[sale].items() if q}
        try:
            void = self.at[store].till.void(sale, "scanned_wrong")
        except Refused:
            return
        self._came_back(store, sale, goods)
        self.drawer[store] -= void.refunds.get("cash", 0)

    @rule(target=baskets, store=STORE, basket=UNITS)
    def hold(self, store, basket):
        number = self.at[store].till.hold(basket)
        self.set_aside[number] = (store, units_of(basket), False)
        return number

    @rule(number=baskets)
    def fetch(self, number):
        store, units, taken = self.set_aside[number]
        if taken:
            with pytest.raises(Closed):
                self.at[store].till.fetch(number)
            return
        assert dict(self.at[store].till.fetch(number).basket) == units
        self.set_aside[number] = (store, units, True)

    # --- cash and cards

    @rule(store=STORE, over=st.integers(-50, 50), left=st.integers(0, 20_000))
    def close_the_drawer(self, store, over, left):
        expected = self.drawer[store]
        counted = max(expected + over, 0)
        close = self.at[store].till.close_shift(counted, left_in_drawer=min(left, counted))
        assert (close.cash_expected, close.difference) == (expected, counted - expected)
        self.drawer[store] = min(left, counted)

    @rule(store=STORE, amount=st.integers(1, 5_000), out=st.booleans())
    def pay_in_or_out(self, store, amount, out):
        till = self.at[store].till
        if not out:
            till.pay_in(amount, "change")
        elif amount > self.drawer[store]:
            with pytest.raises(Refused):
                till.pay_out(amount, "taxi")
            return
        else:
            till.pay_out(amount, "taxi")
        self.drawer[store] += -amount if out else amount

    @rule(target=cards, store=STORE, amount=st.integers(1, 40_000))
    def issue_a_card(self, store, amount):
        card = self.at[store].cards.issue(amount).id
        self.on_card[card] = amount
        self.drawer[store] += amount
        return card

    @rule(target=sales, store=STORE, basket=UNITS, card=cards)
    def pay_by_card(self, store, basket, card):
        wanted = units_of(basket)
        due = self.at[store].till.quote(basket).due
        payments = {"gift_card": min(due, self.on_card[card])} if self.on_card[card] else {}
        if due > self.on_card[card]:
            payments["wechat"] = due - self.on_card[card]
        try:
            receipt = self.at[store].till.sell(basket, payments=payments, card=card)
        except NotEnoughStock:
            return multiple()
        self.on_card[card] -= payments.get("gift_card", 0)
        for p, q in wanted.items():
            self.shelf[store, p] -= q
        self._rung_up(store, receipt)
        return receipt.sale_id

    # --- goods for points

    @rule(target=redemptions, store=STORE, member=members, quantity=st.integers(1, 2))
    def redeem(self, store, member, quantity):
        try:
            self.at[store].points.redeem(member, "P3", quantity)
        except (NotEnoughStock, NotEnoughPoints):
            return multiple()
        self.shelf[store, "P3"] -= quantity
        number = self.shop.points.redemptions(member)[0].id
        self.had[number] = quantity
        return number

    @rule(store=STORE, number=redemptions)
    def undo_a_redemption(self, store, number):
        try:
            self.at[store].points.undo_redemption(number)
        except Closed:
            assert number not in self.had
            return
        self.shelf[store, "P3"] += self.had.pop(number)

    @rule(store=STORE, sale=sales, units=UNITS)
    def give_some_back(self, store, sale, units):
        wanted = units_of(units)
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
        self.drawer[store] -= back.refunds.get("cash", 0)

    @rule(store=STORE, sale=sales)
    def give_everything_back(self, store, sale):
        wanted = {p: q for p, q in self.left[sale].items() if q}
        try:
            back = self.at[store].till.give_back(sale, reason="changed_mind")
        except TooManyReturned:
            assert not wanted
            return
        self._came_back(store, sale, wanted)
        self.drawer[store] -= back.refunds.get("cash", 0)

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

    @invariant()
    def the_cards_hold_what_the_ledger_says(self):
        """Refunds go back to the card: the model follows what the card says it was given."""
        for card in getattr(self, "on_card", ()):
            refunded = [e.amount for e in self.shop.cards.history(card, 999) if e.kind == "refund"]
            spent = [e.amount for e in self.shop.cards.history(card, 999) if e.kind == "pay"]
            loaded = [e.amount for e in self.shop.cards.history(card, 999) if e.kind == "load"]
            self.on_card[card] = self.shop.cards.look(card).balance
            assert self.on_card[card] == sum(loaded) + sum(spent) + sum(refunded)

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
        wanted = units_of(units)
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

    @rule(transfer=transfers)
    def call_a_transfer_back(self, transfer):
        origin, _store = self.goes_to[transfer]
        try:
            self.at[origin].stock.cancel_transfer(transfer)
        except Closed:
            assert not any(self.on_the_way[transfer].values())
            return
        for p, q in self.on_the_way[transfer].items():
            self.shelf[origin, p] += q
        self.on_the_way[transfer] = {}

    @rule(transfer=transfers, product=st.sampled_from(PRODUCTS), more=st.integers(1, 2))
    def more_arrives_than_was_sent(self, transfer, product, more):
        _origin, store = self.goes_to[transfer]
        try:
            self.at[store].stock.accept(transfer, surplus=[(product, more)])
        except (Closed, TooManyReturned):
            return
        self.shelf[store, product] += more

    @rule(target=orders, store=STORE, units=UNITS)
    def order(self, store, units):
        number = self.at[store].stock.order("W1", units).id
        self.to_come[number] = (store, units_of(units))
        return number

    @rule(number=orders, product=st.sampled_from(PRODUCTS), units=st.integers(1, 3))
    def a_delivery_comes(self, number, product, units):
        store, coming = self.to_come[number]
        try:
            self.at[store].stock.receive_order(number, [(product, units)], costs={product: 777})
        except TooManyReturned:
            assert coming.get(product, 0) < units
            return
        except Closed:
            assert not any(coming.values())
            return
        coming[product] -= units
        self.shelf[store, product] += units

    @rule(number=orders)
    def cancel_an_order(self, number):
        store, coming = self.to_come[number]
        try:
            self.at[store].stock.cancel_order(number)
        except Closed:
            assert not any(coming.values())
        self.to_come[number] = (store, {})

    @rule(
        store=STORE,
        counts=st.dictionaries(st.sampled_from(PRODUCTS), st.integers(0, 12)),
        keeper=st.booleans(),
    )
    def count(self, store, counts, keeper):
        """What differs a lot is counted until two counts agree, and booked when it is signed."""
        manager = self.at[store].stock
        desk = self.shop.as_staff(KEEPERS[store]).stock if keeper else manager
        sheet = desk.open_count(PRODUCTS)
        for product, counted in counts.items():
            desk.count(sheet.stocktake_id, product, counted // 2)
            desk.count(sheet.stocktake_id, product, counted - counted // 2, more=True)
        report = desk.close_count(sheet.stocktake_id)
        if report.status == "open":
            assert report.lines == () and report.count_again
            for product in report.count_again:
                desk.count(sheet.stocktake_id, product, counts[product])
            report = desk.close_count(sheet.stocktake_id)
        assert set(report.uncounted) == set(PRODUCTS) - set(counts)
        assert (report.status == "counted") == (keeper and bool(report.to_sign))
        if report.status == "counted":
            self.the_shelves_are_as_the_model_says()
            report = manager.sign_count(sheet.stocktake_id)
        assert (report.signed_by is None) == (not report.to_sign)
        for product, counted in counts.items():
            self.shelf[store, product] = counted

    @rule(store=STORE, days=st.integers(0, 60), units=st.integers(0, 6))
    def a_date_is_noted(self, store, days, units):
        day = self.clock.at.astimezone(SHANGHAI).date() + timedelta(days=days)
        fits = units <= self.shelf[store, "P1"]
        try:
            self.at[store].stock.note_date("P1", day.isoformat(), units)
        except NotEnoughStock:
            assert not fits
            return
        assert fits
        dated = self.at[store].stock.list_dates(where={"product_id": "P1", "since": day}).rows
        assert sum(one.remaining for one in dated if one.best_before == day) == units

    @rule(store=STORE, product=st.sampled_from(PRODUCTS), units=st.integers(1, 3))
    def something_is_written_off(self, store, product, units):
        fits, stock = units <= self.shelf[store, product], self.at[store].stock
        dated = stock.list_dates(where={"product_id": product}).rows
        day = dated[0].best_before if dated else None
        try:
            stock.write_off(product, units, "damaged", best_before=day)
        except NotEnoughStock:
            assert not fits
            return
        assert fits
        self.shelf[store, product] -= units

    # --- time and trouble

    @rule(days=st.sampled_from([1, 30, 200]))
    def time_passes(self, days):
        self.clock.advance(days=days)
        self.shop.points.expire()

    @rule(hours=st.integers(1, 30))
    def the_clock_is_set_back(self, hours):
        self.clock.advance(hours=-hours)

    @rule(store=STORE)
    def every_list_of_the_day_adds_up(self, store):
        """The shift report, the lists, the frames, the exported file and the segments agree."""
        shop = self.at[store]
        report = shop.till.shift()
        day = {"since": report.day, "until": report.day}
        sold = shop.till.list_sales(where=day, size=500).rows
        back = shop.till.list_returns(where=day | {"kind": "return"}, size=500).rows
        stands = [one for one in sold if not one.voided]
        assert report.revenue == sum(o.total for o in stands) - sum(o.total for o in back)
        assert (report.orders, report.returned) == (len(stands), sum(o.total for o in back))
        frame = shop.frames()["sales"]
        of_day = (frame["store_id"] == store) & (
            frame["sold_at"].dt.strftime("%Y-%m-%d") == report.day.isoformat()
        )
        assert report.revenue == round(frame.loc[of_day, "amount"].sum() * 100)
        file = self.folder / f"{uuid.uuid4().hex}.csv"
        shop.files.export_sales(str(file), report.day, report.day)
        with file.open(encoding="utf-8-sig", newline="") as text:
            rows = list(csv.DictReader(text))
        assert report.revenue == round(sum(float(r[heading("amount")]) for r in rows) * 100)
        assert report.revenue == sum(report.by_product.values()) == sum(report.by_hour.values())
        everywhere = frame[frame["member_id"].notna()].groupby("member_id")["amount"].sum()
        name = f"s{uuid.uuid4().hex[:8]}"
        made = self.shop.marketing.make_segment(name, "Big", {"spent_at_least": 10_000})
        assert set(self.shop.marketing.members_of(made.id)) == set(
            everywhere[everywhere.round(2) >= 100].index
        )

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
            for p, q in basket:
                self.shelf["S1", p] -= q
            self._rung_up("S1", again)

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

    machine = type(
        "Machine", (ShopDays,), {"make_shop": staticmethod(make_shop), "folder": tmp_path}
    )
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
