"""Every list of the shop is filtered, sorted, paged and counted in the same way."""

import pytest

from crmkit.practice.errors import BadValue, NotAllowed

PHONES = [f"140000010{n:02d}" for n in range(12)]


@pytest.fixture
def many(any_shop):
    """Twelve members here, of whom two join a day later, and one at the other store."""
    for n, phone in enumerate(PHONES):
        any_shop.members.register(f"Ann {n}", phone, gender="female" if n % 3 else "male")
        if n == 9:
            any_shop.clock.advance(days=1)
    any_shop.as_staff("C2").members.register("Bob", "14000002000")
    return any_shop


def pages(ask, **how):
    page = ask(**how)
    yield page
    while page.next:
        page = ask(**how, after=page.next)
        yield page


@pytest.mark.parametrize("sort", ["id", "-id", "joined_at", "-joined_at"])
@pytest.mark.parametrize("size", [1, 5, 12, 50])
def test_the_pages_of_a_list_hold_every_row_once_and_in_order(many, sort, size):
    found = list(pages(many.members.list_members, sort=sort, size=size))
    rows = [one for page in found for one in page.rows]
    wanted = sorted(
        (many.members.find_by_phone(one) for one in PHONES),
        key=lambda one: (one.joined_on, one.id) if "joined" in sort else one.id,
        reverse=sort.startswith("-"),
    )
    assert rows == wanted
    assert {page.total for page in found} == {12}
    assert len(found) == -(-12 // size)


def test_a_list_holds_what_fits_the_filter_only(many):
    ask = many.members.list_members
    assert ask(where={"gender": "male"}).total == 4
    assert ask(where={"gender": ["male", "female"]}, size=3).total == 12
    assert ask(where={"since": "2025-07-01"}).total == 2
    assert ask(where={"until": "2025-06-30"}).total == 10
    assert ask(where={"level": "gold"}).rows == ()


def test_very_many_rows_are_many_and_each_is_shown_once(many, monkeypatch):
    monkeypatch.setattr("crmkit.practice.lists.COUNTED_AT_MOST", 11)
    found = list(pages(many.members.list_members, size=5))
    assert [page.total for page in found] == [None, None, None]
    assert len({one.id for page in found for one in page.rows}) == 12
    assert many.members.list_members(where={"gender": "male"}).total == 4


def test_a_row_that_comes_in_between_two_pages_moves_nothing(many):
    first = many.members.list_members(size=6)
    many.members.register("Eve", "14000003000")
    second = many.members.list_members(size=6, after=first.next)
    assert not {one.id for one in first.rows} & {one.id for one in second.rows}


def test_another_stores_rows_are_for_those_who_may_see_them(many):
    there = {"store_id": "S2"}
    assert many.members.list_members(where=there).total == 1
    with pytest.raises(NotAllowed):
        many.as_staff("C1").members.list_members(where=there)


def test_a_list_of_tickets_shows_what_is_open_first(any_shop):
    for n in range(3):
        any_shop.service.open_ticket("store", "enquiry", f"Question {n}", "Where?")
    any_shop.service.resolve(2, "There.")
    page = any_shop.service.list_tickets(where={"status": ["open", "in_progress"]})
    assert [one.id for one in page.rows] == [1, 3]
    assert any_shop.service.list_tickets(where={"owner_id": "T1"}).rows[0].id == 2


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"where": {"phone": "1"}}, "one of"),
        ({"where": {"level": 3}}, "cannot be taken"),
        ({"where": {"since": "soon"}}, "day like"),
        ({"sort": "name"}, "one of"),
        ({"after": "x"}, "no mark"),
        ({"after": "WzEsICJpZCIsIFsxXV0="}, "no mark"),
        ({"size": 0}, "between"),
        ({"size": 501}, "between"),
    ],
)
def test_what_a_list_cannot_be_asked_for_is_said(shop, asked, said):
    with pytest.raises(BadValue, match=said):
        shop.members.list_members(**asked)


def test_a_mark_of_another_order_is_refused(many):
    first = many.members.list_members(size=2)
    with pytest.raises(BadValue, match="no mark"):
        many.members.list_members(size=2, sort="joined_at", after=first.next)


def test_the_latest_are_had_without_a_page(many):
    for _twice in range(2):
        many.till.sell([("P1", 1)])
    many.marketing.make_template("hello", "sms", "en", "Hello {name}")
    assert many.audit.log(3) == many.audit.list_log(size=3).rows
    assert {one.action for one in many.audit.log(5, action="till.sell")} == {"till.sell"}
    assert [one.sale_id for one in many.till.latest()] == [2, 1]
    assert many.marketing.outgoing(status="waiting") == ()
