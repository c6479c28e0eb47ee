"""Several tills are several processes: nobody's work is lost, and a killed one leaves no mess."""

import multiprocessing
import os
import random
import signal
import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from crmkit.i18n import set_language
from crmkit.practice import FixedClock, Shop, books, chain, schema
from crmkit.practice.engine import reading
from crmkit.practice.errors import NotEnoughPoints, NotEnoughStock, ShopBusy

fork = multiprocessing.get_context("fork")
KILLS = 200 if os.environ.get("CRMKIT_LONG_TESTS") else 20
KINDS = pytest.mark.parametrize(
    "any_file",
    ["wal", "delete", pytest.param("postgresql", marks=pytest.mark.postgres)],
    indirect=True,
)


@pytest.fixture
def any_file(request, new_database, furnished, keys):
    """The address of a furnished shop: a served SQLite file, one beside a notebook, PostgreSQL."""
    kind = "postgresql" if request.param == "postgresql" else "sqlite"
    where = new_database(kind, like=furnished(kind))
    if request.param == "delete":
        import sqlite3

        connection = sqlite3.connect(where)
        assert connection.execute("PRAGMA journal_mode = DELETE").fetchone() == ("delete",)
        connection.close()
    return where


def opened(where, keys, staff="T1"):
    set_language("en")
    clock = FixedClock(datetime(2025, 6, 30, 4, 0, tzinfo=UTC))
    return Shop.open(where, staff, keys=keys, clock=clock)


def side_by_side(work, count, *arguments):
    """Run the work in so many processes that start together; what each of them answered."""
    answers = fork.Queue()
    start = fork.Barrier(count)

    def run(number):
        try:
            answers.put((number, work(number, start, *arguments)))
        except BaseException as error:
            answers.put((number, f"{type(error).__name__}: {error}"))

    workers = [fork.Process(target=run, args=(number,)) for number in range(count)]
    for worker in workers:
        worker.start()
    found = dict(answers.get(timeout=120) for _worker in workers)
    for worker in workers:
        worker.join(timeout=60)
    return [found[number] for number in range(count)]


def must_add_up(where, keys):
    shop = opened(where, keys)
    with reading(shop.engine) as connection:
        assert books.problems(connection) == []
        assert chain.first_break(connection, keys) is None
    shop.close()


def _ring_up(number, start, where, keys, sales):
    shop = opened(where, keys)
    start.wait()
    return [shop.till.sell([("P1", 1)], key=f"{number}-{n}").sale_id for n in range(sales)]


@KINDS
def test_eight_tills_write_into_one_shop_and_nothing_is_lost(any_file, keys):
    shop = opened(any_file, keys)
    shop.stock.receive([("P1", 100)])
    answers = side_by_side(_ring_up, 8, any_file, keys, 10)
    assert all(isinstance(one, list) for one in answers), answers
    assert len({sale for one in answers for sale in one}) == 80
    assert shop.stock.look("P1").on_hand == 110 - 80
    shop.close()
    must_add_up(any_file, keys)


def _sell_last(number, start, where, keys):
    shop = opened(where, keys)
    start.wait()
    try:
        return shop.till.sell([("P2", 10)]).total
    except NotEnoughStock:
        return "none left"


@KINDS
def test_two_tills_sell_the_last_unit_and_exactly_one_wins(any_file, keys):
    answers = side_by_side(_sell_last, 2, any_file, keys)
    assert sorted(map(str, answers)) == ["89000", "none left"]
    must_add_up(any_file, keys)


def _spend_last(number, start, where, keys, member):
    shop = opened(where, keys)
    start.wait()
    try:
        return shop.till.sell([(f"P{number + 1}", 1)], member_id=member, pay_points=500).points_paid
    except NotEnoughPoints:
        return "too few"


@KINDS
def test_two_tills_redeem_the_last_points_and_exactly_one_wins(any_file, keys):
    shop = opened(any_file, keys)
    member = shop.members.register("Ann Lee", "14012345678").id
    shop.points.adjust(member, 600, "welcome")
    answers = side_by_side(_spend_last, 2, any_file, keys, member)
    assert sorted(map(str, answers)) == ["500", "too few"]
    shop.close()
    must_add_up(any_file, keys)


def _same_request(number, start, where, keys):
    shop = opened(where, keys)
    start.wait()
    return shop.till.sell([("P1", 1)], key="one and the same").sale_id


@KINDS
def test_one_request_sent_by_four_processes_happens_once(any_file, keys):
    answers = side_by_side(_same_request, 4, any_file, keys)
    assert len(set(answers)) == 1
    shop = opened(any_file, keys)
    assert shop.stock.look("P1").on_hand == 9
    shop.close()


def test_a_shop_that_stays_locked_says_so(any_shop, keys):
    from crmkit.practice.engine import writing

    other = Shop.open(any_shop.where, "T1", keys=keys, wait=0.3)
    with writing(any_shop.engine), pytest.raises(ShopBusy, match="try again"):
        other.till.sell([("P1", 1)])
    other.close()
    assert any_shop.stock.look("P1").on_hand == 10


# --- killed


def _work_until_killed(where, keys, seed, acknowledge):
    """Sell, take back, transfer, count … and say after each which request was answered."""
    shop = opened(where, keys)
    there = shop.as_staff("T1", store="S2")
    rng = random.Random(seed)
    sales, n = [], 0
    while True:
        n += 1
        key = f"{seed}-{n}"
        what = rng.choice(["sell", "sell", "back", "send", "receive", "register"])
        if what == "sell":
            acknowledge(key, "sell")
            sale = shop.till.sell([("P1", 1), ("P2", 1)], member_id="M000001", key=key)
            sales.append(sale.sale_id)
        elif what == "back" and sales:
            acknowledge(key, f"back {sales[-1]}")
            shop.till.give_back(sales.pop(), reason="wrong_item", key=key)
        elif what == "send":
            acknowledge(key, "send")
            transfer = shop.stock.send("S2", [("P3", 2)], key=key)
            there.stock.accept(transfer.id, [("P3", 1)], lost=[("P3", 1)], key=key + "-in")
        elif what == "register":
            acknowledge(key, "register")
            shop.members.register("Bob", f"141{seed:04d}{n:04d}", key=key)
        else:
            acknowledge(key, "receive")
            shop.stock.receive([("P1", 1), ("P2", 1), ("P3", 2)], key=key)
        acknowledge(key, "done")


def _killed_after(where, keys, seed, lines_heard, seconds):
    """The requests that were begun and those that were answered before the kill."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            _work_until_killed(
                where, keys, seed, lambda key, what: os.write(writer, f"{key}|{what}\n".encode())
            )
        finally:
            os._exit(1)
    os.close(writer)
    with os.fdopen(reader) as lines:
        said = [lines.readline().strip() for _line in range(lines_heard)]
        time.sleep(seconds)  # somewhere in the middle of the next request
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        said += lines.read().split("\n")
    pairs = [line.split("|") for line in said if "|" in line]
    begun = {key: what for key, what in pairs if what != "done"}
    return begun, {key for key, what in pairs if what == "done"}


@KINDS
def test_a_killed_till_keeps_every_answered_request_and_nothing_else(any_file, keys):
    shop = opened(any_file, keys)
    shop.members.register("Ann Lee", "14012345678")
    shop.stock.receive([("P1", 5000), ("P2", 5000), ("P3", 5000)])
    shop.close()
    kills = KILLS if any_file.endswith(".db") else max(5, KILLS // 4)
    rng = random.Random(7)
    answered = 0
    for seed in range(kills):
        begun, done = _killed_after(
            any_file, keys, seed, rng.randint(1, 12), rng.uniform(0.0, 0.02)
        )
        must_add_up(any_file, keys)
        shop = opened(any_file, keys)
        with reading(shop.engine) as connection:
            on_file = set(connection.scalars(select(schema.command_log.c.key)))
        assert done <= on_file
        answered += len(done)
        for key, what in begun.items():
            if what == "sell":
                shop.till.sell([("P1", 1), ("P2", 1)], member_id="M000001", key=key)
            elif what == "receive":
                shop.stock.receive([("P1", 1), ("P2", 1), ("P3", 2)], key=key)
        with reading(shop.engine) as connection:
            sales = connection.scalar(select(func.count()).select_from(schema.sale))
            keys_of_sales = connection.scalar(
                select(func.count())
                .select_from(schema.command_log)
                .where(schema.command_log.c.command == "till.sell")
            )
        assert sales == keys_of_sales
        shop.close()
    must_add_up(any_file, keys)
    assert answered >= kills
