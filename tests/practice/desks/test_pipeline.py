"""The pipeline."""

import pytest

from crmkit.practice.errors import BadValue, Closed, NotAllowed, NotFound, Refused


@pytest.fixture
def shop(any_shop):
    any_shop.members.register("Ann", "14000000001")
    any_shop.members.register("Bo", "14000000002")
    return any_shop


def interested(shop, amount=12_900, **more):
    return shop.pipeline.open(
        "M000001", "A scarf for winter", amount, next_action="Call", next_on="2025-07-02", **more
    )


def test_every_move_is_kept_with_who_and_when(shop):
    made = interested(shop.as_staff("A1"), product_id="P1")
    shop.as_staff("A1").pipeline.move(
        made.id, "tried", next_action="Quote a price", next_on="2025-07-03"
    )
    moved = shop.pipeline.move(made.id, "lost", reason="price")
    assert [(s.staff_id, s.from_stage, s.to_stage, s.reason) for s in moved.history] == [
        ("A1", None, "interested", None),
        ("A1", "interested", "tried", None),
        ("T1", "tried", "lost", "price"),
    ]
    assert moved.next_action is None


def test_a_win_names_the_members_own_sale(shop):
    own = shop.till.sell([("P1", 1)], member_id="M000001", payments={"cash": 12_900})
    other = shop.till.sell([("P1", 1)], member_id="M000002", payments={"cash": 12_900})
    made = interested(shop)
    with pytest.raises(Refused, match="not this member's"):
        shop.pipeline.move(made.id, "won", sale_id=other.sale_id)
    assert shop.pipeline.move(made.id, "won", sale_id=own.sale_id).sale_id == own.sale_id


def test_what_was_decided_by_a_slip_is_put_right_the_same_day_and_stays_the_next(shop):
    made = interested(shop)
    shop.pipeline.move(made.id, "won")
    assert [one.id for one in shop.pipeline.decided()] == [made.id]
    shop.pipeline.move(made.id, "lost", reason="price")
    assert shop.pipeline.move(made.id, "lost", reason="no_need").lost_reason == "no_need"
    with pytest.raises(Refused, match="already"):
        shop.pipeline.move(made.id, "lost", reason="no_need")
    shop.office.set_clock("2025-07-02 09:00")
    assert shop.pipeline.decided() == ()
    with pytest.raises(Closed):
        shop.pipeline.move(made.id, "won")


@pytest.mark.parametrize(
    ("stage", "more"),
    [
        ("lost", {}),
        ("lost", {"reason": "bad weather"}),
        ("tried", {}),
        ("tried", {"next_action": "Call"}),
        ("dreamt", {"next_action": "Call", "next_on": "2025-07-02"}),
        ("quoted", {"sale_id": 1, "next_action": "Call", "next_on": "2025-07-02"}),
    ],
)
def test_an_incomplete_move_is_refused_and_nothing_moves(shop, stage, more):
    made = interested(shop)
    with pytest.raises(BadValue):
        shop.pipeline.move(made.id, stage, **more)
    assert shop.pipeline.show(made.id) == made


def test_the_board_shows_this_stores_open_ones_by_stage(shop):
    first, second, third = (interested(shop) for _n in range(3))
    shop.pipeline.move(first.id, "quoted", next_action="Call", next_on="2025-07-01")
    shop.pipeline.move(third.id, "won")
    assert [one.id for one in shop.pipeline.board()] == [second.id, first.id]
    assert shop.as_staff("T1", store="S2").pipeline.board() == ()


def test_win_rate_and_lost_reasons(shop):
    assert shop.pipeline.win_rate("2025-06-01", "2025-06-30").rate is None
    for stage, reason in (("won", None), ("lost", "price"), ("lost", "price"), ("lost", "no_need")):
        shop.pipeline.move(interested(shop).id, stage, reason=reason)
    said = shop.pipeline.win_rate("2025-06-01", "2025-06-30")
    assert (said.won, said.decided, said.rate) == (1, 4, 0.25)
    assert said.lost_reasons == (("price", 2), ("no_need", 1))


def test_the_forecast_weighs_open_amounts_by_what_was_won_before(shop):
    assert shop.pipeline.forecast().expected == 0
    shop.pipeline.move(interested(shop).id, "won")
    shop.pipeline.move(interested(shop).id, "lost", reason="price")
    interested(shop, amount=10_000)
    said = shop.pipeline.forecast()
    assert (said.expected, said.open_amount) == (5_000, 10_000)
    first = said.by_stage[0]
    assert (first.stage, first.opportunities, first.open_amount) == ("interested", 1, 10_000)
    assert (first.won, first.decided) == (1, 2)


def test_a_cashier_has_no_pipeline_and_nobody_a_strangers(shop):
    with pytest.raises(NotAllowed):
        interested(shop.as_staff("C1"))
    with pytest.raises(NotFound):
        shop.pipeline.open("M999999", "x", 1, next_action="y", next_on="2025-07-02")
    with pytest.raises(NotFound):
        interested(shop, product_id="P9")
