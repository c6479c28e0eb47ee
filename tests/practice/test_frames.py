"""The analysis tables hold what its desk would show each role, and nobody in clear."""

import shutil
from datetime import UTC, datetime

import pandas as pd
import pytest

from crmkit import kpi, tables
from crmkit.i18n import use_language
from crmkit.practice import FixedClock, Keyring, Shop
from crmkit.practice.access import ROLES
from crmkit.practice.desks.reports import SEEN_AT, TABLES
from crmkit.practice.errors import NotAllowed

WHO_SEES = """
                    cashier  sales  stock_keeper  manager
sales               yes      yes    yes           yes
payments            yes      yes    -             yes
members             yes      yes    -             yes
products            yes      yes    yes           yes
stores              yes      yes    yes           yes
staff               yes      yes    yes           yes
targets             yes      yes    -             yes
promotions          yes      yes    yes           yes
footfall            yes      yes    -             yes
stock_daily         yes      yes    yes           yes
surveys             -        yes    -             yes
referrals           yes      yes    -             yes
campaigns           -        yes    -             yes
campaign_contacts   -        yes    -             yes
tickets             yes      yes    -             yes
followups           -        yes    -             yes
opportunities       -        yes    -             yes
opportunity_stages  -        yes    -             yes
"""
ONE_FOR_ALL_STORES = ("products", "stores", "promotions", "campaigns")
NOON = datetime(2025, 6, 30, 4, tzinfo=UTC)
HERE, BOUGHT_HERE, ELSEWHERE = "M000001", "M000003", "M000002"
SECRETS = [
    "Ann Lee",
    "Bob Ray",
    "Cy Moe",
    "14000000",
    "Ann@",
    "Bob@",
    "Cy@",
    "05-17",
    "It leaks, I am",
]

HEAD, *ROWS = [line.split() for line in WHO_SEES.strip("\n").splitlines()]
CASES = [
    (frame, role, word == "yes")
    for frame, *words in ROWS
    for role, word in zip(HEAD, words, strict=True)
]


@pytest.fixture(scope="module")
def shop(furnished, keys, tmp_path_factory):
    """Two stores in which the same things happened, to a member of each; only looked at."""
    where = tmp_path_factory.mktemp("frames") / "shop.db"
    shutil.copy(furnished("sqlite"), where)
    with use_language("en"):
        shop = Shop.open(where, "T1", keys=keys, clock=FixedClock(NOON))
        same_in_both_stores(shop)
        yield shop
    shop.close()


def same_in_both_stores(shop):
    there = shop.as_staff("T1", store="S2")
    there.stock.receive([("P1", 5)])
    for desk, name, phone in (
        (shop, "Ann Lee", "14000000001"),
        (there, "Bob Ray", "14000000002"),
        (there, "Cy Moe", "14000000003"),
    ):
        desk.members.register(
            *(name, phone),
            email=f"{name.split()[0]}@example.com",
            birth_date="1990-05-17",
            consents=["sms"],
        )
    shop.offers.add(
        "A1", "Ten", "percent_off", percent_off=10, starts_on="2025-06-01", ends_on="2025-07-31"
    )
    shop.till.sell([("P1", 1)], member_id=BOUGHT_HERE)
    shop.marketing.make_segment("all", "All", {"member_id": [HERE, ELSEWHERE, BOUGHT_HERE]})
    letter = shop.marketing.make_template("Hello", "sms", "en", "Hello")
    campaign = shop.marketing.make_campaign("June", "all", letter).id
    shop.marketing.freeze(campaign)
    plan = shop.followups.plan(
        *("Visit", "all", "product_use", "Hello"),
        every_days=30,
        starts_on="2025-06-01",
        ends_on="2025-07-31",
    )
    shop.followups.make_tasks(plan.id)
    survey = shop.surveys.make("After", "nps")
    for desk, member in ((shop, HERE), (there, ELSEWHERE)):
        sale = desk.till.sell([("P1", 1)], member_id=member)
        desk.service.open_ticket("phone", "repair", "Zip", "It leaks, I am Ann", member_id=member)
        desk.pipeline.open(member, "Scarf", 100, next_action="call", next_on="2025-07-01")
        desk.members.refer(member)
        desk.office.set_target("2025-06", 1_000_000)
        desk.office.count_visitors("2025-06-30", 11, 42)
        code = desk.surveys.invite(survey, member, "sms", sale_id=sale.sale_id).code
        desk.surveys.answer(code, nps=9, comment="It leaks, I am Ann Lee")
    for role in ROLES:
        shop.office.add_staff(f"X-{role}", f"Some {role}", "S1", role)
    shop.office.add_staff("Y", "Cashier here, sales there", "S1", "cashier")
    shop.office.give_role("Y", "sales", "S2")


def of_store(frames, name, store):
    """The rows of a frame that belong to a store, as the whole chain's frames tell."""
    frame = frames[name]
    if name in ONE_FOR_ALL_STORES:
        return frame
    if "store_id" in frame:
        return frame[frame["store_id"] == store]
    if name == "payments":
        return frame[frame["sale_id"].isin(of_store(frames, "sales", store)["sale_id"])]
    if name == "opportunity_stages":
        ours = of_store(frames, "opportunities", store)["opportunity_id"]
        return frame[frame["opportunity_id"].isin(ours)]
    members = {"S1": [HERE, BOUGHT_HERE], "S2": [ELSEWHERE, BOUGHT_HERE]}[store]
    return frame[frame["member_id"].isin(members)]


def without_what_is_for_few(frame):
    return frame.drop(columns=["cost", "comment", "member_id"], errors="ignore").reset_index(
        drop=True
    )


def test_every_frame_has_its_line_in_the_table():
    assert {frame for frame, _role, _sees in CASES} == set(TABLES) == set(SEEN_AT)


def test_the_whole_chain_has_something_of_each_store_in_every_frame(shop):
    frames = shop.frames()
    for name in TABLES:
        for store in ("S1", "S2"):
            assert len(of_store(frames, name, store)), (name, store)


@pytest.mark.parametrize("role", HEAD)
def test_a_role_gets_its_own_stores_rows_of_the_desks_it_works_at(shop, role):
    everything, mine = shop.frames(), shop.as_staff(f"X-{role}").frames()
    for frame, one, sees in CASES:
        if one != role:
            continue
        assert list(mine[frame].columns) == list(everything[frame].columns)
        wanted = of_store(everything, frame, "S1") if sees else everything[frame].head(0)
        left, right = without_what_is_for_few(mine[frame]), without_what_is_for_few(wanted)
        pd.testing.assert_frame_equal(left, right, check_dtype=False, obj=frame)


def test_a_second_role_at_another_store_shows_that_stores_rows_of_its_desks_only(shop):
    frames = shop.as_staff("Y").frames()
    assert set(frames["tickets"]["store_id"]) == {"S1", "S2"}
    assert set(frames["surveys"]["store_id"]) == {"S2"}


def test_whoever_has_no_role_gets_no_frames(shop):
    with pytest.raises(NotAllowed):
        shop.as_staff("X-manager", store="S2").frames()


@pytest.mark.parametrize("role", ROLES)
def test_nobody_stands_in_clear_in_any_frame(shop, role):
    said = {
        name: frame.drop(columns="comment", errors="ignore").to_csv()
        for name, frame in shop.as_staff(f"X-{role}").frames().items()
    }
    for name, text in said.items():
        assert not [one for one in SECRETS if one in text], name


@pytest.mark.parametrize(
    ("role", "comments"),
    [("sales", [None]), ("manager", ["It leaks, I am Ann Lee"]), ("cashier", [])],
)
def test_customers_own_words_are_for_those_who_may_see_people_in_clear(shop, role, comments):
    found = shop.as_staff(f"X-{role}").frames()["surveys"]["comment"]
    assert [one if isinstance(one, str) else None for one in found] == comments


@pytest.mark.parametrize(
    ("role", "knows_cost", "knows_buyers"),
    [
        ("cashier", False, True),
        ("sales", False, True),
        ("stock_keeper", True, False),
        ("manager", True, True),
    ],
)
def test_costs_are_for_those_who_count_goods_and_buyers_for_those_who_serve_them(
    shop, role, knows_cost, knows_buyers
):
    frames = shop.as_staff(f"X-{role}").frames()
    assert frames["sales"]["cost"].notna().all() == knows_cost
    assert frames["products"]["cost"].notna().all() == knows_cost
    assert frames["sales"]["member_id"].notna().any() == knows_buyers


def test_the_frames_are_the_same_on_both_databases(shop, new_database, tmp_path):
    where = new_database("postgresql")
    Shop.restore(shop.back_up(tmp_path / "backup.db"), where, shop.keys)
    there = Shop.open(where, "T1", keys=shop.keys, clock=FixedClock(NOON))
    on_postgres = there.frames()
    for name, frame in shop.frames().items():
        pd.testing.assert_frame_equal(on_postgres[name], frame, obj=name)
    there.close()


def test_an_empty_shop_has_empty_frames_that_every_function_takes(tmp_path):
    shop = Shop.create(
        tmp_path / "shop.db",
        name="New",
        store=("S1", "Corner"),
        owner=("T1", "Zhou"),
        keys=Keyring.new(),
        clock=FixedClock(NOON),
    )
    frames = shop.frames()
    assert {name for name, frame in frames.items() if len(frame)} == {"stores", "staff"}
    for name, contract in tables.CONTRACT.items():
        if name in frames:
            assert set(frames[name].columns) & set(contract), name
    assert kpi.sales_summary(frames["sales"])["revenue"].tolist() in ([0], [0.0], [])
    shop.close()
