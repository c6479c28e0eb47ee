"""What can never be otherwise in a shop, whatever the dice say."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from make.days import make_calendar
from make.names import make_phones
from make.products import make_products
from make.shop import block_members, trade
from make.stores import make_stores
from make.till import share_out


def cents(money: pd.Series) -> pd.Series:
    assert (np.abs(money * 100 - (money * 100).round()) < 1e-6).all(), "not whole cents"
    return (money * 100).round().astype("int64")


def check_sales(sales: pd.DataFrame, stores: pd.DataFrame) -> None:
    """Every line adds up, and every sale in the store lies within its hours."""
    price, discount, amount = (cents(sales[c]) for c in ("list_price", "discount", "amount"))
    assert (amount == sales["quantity"] * price - discount).all()
    assert (sales["quantity"] != 0).all()
    # a discount never exceeds the line, and a return gives back no more than was paid
    assert (discount * np.sign(sales["quantity"]) >= 0).all()
    assert (discount.abs() <= sales["quantity"].abs() * price).all()
    by_id = stores.set_index("store_id")
    opens, closes = (sales["store_id"].map(by_id[c]) for c in ("opens_at", "closes_at"))
    hour = sales["sold_at"].dt.hour
    inside = (hour >= opens) & (hour < closes)
    assert inside[sales["channel"] == "store"].all()
    assert (hour[sales["channel"] != "store"] >= 7).all()
    # returns: a reason, an earlier sale of the same goods, no more than was sold
    back = sales[sales["quantity"] < 0]
    assert back["return_reason"].notna().all() and back["return_of"].notna().all()
    assert sales.loc[sales["quantity"] > 0, "return_reason"].isna().all()
    sold = sales[sales["quantity"] > 0]
    key = ["sale_id", "product_id"]
    sold = sold.groupby(key, as_index=False).agg(
        sold=("quantity", "sum"), first=("sold_at", "min"), paid=("amount", "sum")
    )
    pairs = back.merge(sold, left_on=["return_of", "product_id"], right_on=key, how="left")
    assert pairs["sold"].notna().all()
    assert (-pairs["quantity"] <= pairs["sold"]).all()
    assert (-pairs["amount"] <= pairs["paid"] + 1e-9).all()
    assert (pairs["sold_at"] > pairs["first"]).all()


def check_stock(stock: dict[str, np.ndarray]) -> None:
    """Stock is never negative and what comes in and goes out is what is left."""
    live = stock["on_hand"] >= 0
    assert (stock["on_hand"][live] >= 0).all()
    assert (stock["sold"][~live] == 0).all()
    before = np.where(live[:, :, :-1], stock["on_hand"][:, :, :-1], 0)
    balance = before + stock["received"][:, :, 1:] - stock["sold"][:, :, 1:]
    assert (balance == stock["on_hand"][:, :, 1:])[live[:, :, 1:]].all()


@settings(max_examples=3, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**31), block=st.integers(0, 99))
def test_any_shop_of_any_block_obeys_the_rules(seed, block):
    t = trade(seed, block, members=200)
    check_sales(t.sales, make_stores(block))
    check_stock(t.stock)
    members = block_members(t)
    assert (members["birth_date"] < members["joined_at"]).all()
    assert members["member_id"].is_unique
    assert set(t.sales["member_id"].dropna()) <= set(members["member_id"])
    paid = t.payments.groupby("sale_id")["amount"].sum()
    total = t.sales.groupby("sale_id")["amount"].sum()
    assert ((total - paid.reindex(total.index).fillna(0)).abs() < 0.005).all()


def test_the_course_shop_obeys_the_rules(tables):
    check_sales(tables["sales"], tables["stores"])


def test_the_stock_book_balances_and_agrees_with_the_till(tables):
    book = tables["stock_daily"].sort_values(["store_id", "product_id", "date"])
    assert (book[["on_hand", "received", "sold"]] >= 0).all().all()
    before = book.groupby(["store_id", "product_id"])["on_hand"].shift()
    balance = before + book["received"] - book["sold"] - book["on_hand"]
    assert (balance.dropna() == 0).all()
    sales = tables["sales"]
    sold = sales[(sales["quantity"] > 0) & (sales["sold_at"] >= book["date"].min())]
    key = ["store_id", "product_id", "date"]
    till = sold.assign(date=sold["sold_at"].dt.floor("D")).groupby(key)["quantity"].sum()
    out = book[book["sold"] > 0].set_index(key)["sold"]
    pd.testing.assert_series_equal(
        till.sort_index(), out.sort_index(), check_names=False, check_dtype=False
    )


def test_nothing_is_sold_before_its_launch_or_by_someone_not_yet_hired(tables):
    sales = tables["sales"]
    launched = tables["products"].set_index("product_id")["launched_on"]
    assert (sales["sold_at"] >= sales["product_id"].map(launched)).all()
    served = sales[sales["staff_id"].notna()]
    staff = tables["staff"].set_index("staff_id")
    assert (served["sold_at"] >= served["staff_id"].map(staff["hired_on"])).all()
    assert (served["store_id"] == served["staff_id"].map(staff["store_id"])).all()
    assert sales.loc[sales["channel"] == "store", "staff_id"].notna().all()


def test_payments_add_up_to_each_sale(tables):
    paid = tables["payments"].groupby("sale_id")["amount"].sum()
    total = tables["sales"].groupby("sale_id")["amount"].sum()
    assert ((total - paid.reindex(total.index).fillna(0)).abs() < 0.005).all()
    assert set(paid.index) <= set(total.index)


def test_members_were_born_before_they_joined_and_buy_only_afterwards(tables):
    members = tables["members"].set_index("member_id")
    years = (members["joined_at"] - members["birth_date"]).dt.days / 365.25
    assert years.min() >= 16
    first = tables["sales"].dropna(subset="member_id").groupby("member_id")["sold_at"].min()
    assert (first >= members["joined_at"].reindex(first.index)).all()


def test_referrals_run_but_never_close(tables):
    members = tables["members"].set_index("member_id")
    joined, referrer = members["joined_at"], members["referred_by"].dropna()
    assert len(referrer) > 300
    # each was brought by someone who had joined before: so no circle is possible
    assert (referrer.map(joined) < joined.reindex(referrer.index)).all()
    chain, length = referrer, 1
    while len(chain := chain.map(referrer).dropna()):
        length += 1
    assert length >= 3, "no referral chains"
    referrals = tables["referrals"].dropna(subset="joined_member_id")
    assert referrals["joined_member_id"].is_unique
    brought = referrals.set_index("joined_member_id")["member_id"]
    pd.testing.assert_series_equal(
        brought.sort_index(), referrer.sort_index(), check_names=False, check_index_type=False
    )
    told = referrals.set_index("joined_member_id")["at"]
    assert (told < joined.reindex(told.index) + pd.Timedelta(days=1)).all()


def test_visitors_are_never_fewer_than_orders_in_the_hour(tables):
    sales = tables["sales"]
    bought = sales[(sales["channel"] == "store") & (sales["quantity"] > 0)]
    orders = bought.groupby(["store_id", bought["sold_at"].dt.floor("h")])["sale_id"].nunique()
    seen = tables["footfall"].set_index(["store_id", "hour"])["visitors"]
    assert (orders <= seen.reindex(orders.index)).all()


def test_no_phone_belongs_to_a_network_and_no_mail_arrives_anywhere(tables):
    import phonenumbers

    members = tables["members"]
    assert members["phone"].is_unique
    assert members["phone"].str.fullmatch(r"1[3-9]\d{9}").all()
    for phone in members["phone"]:
        parsed = phonenumbers.parse(phone, "CN")
        assert phonenumbers.is_possible_number(parsed)
        assert not phonenumbers.is_valid_number(parsed), phone
    mail = members["email"].dropna()
    assert mail.str.fullmatch(r"[a-z0-9.]+@(example\.com|[a-z]+\.example)").all()
    assert mail.is_unique


@given(first=st.integers(0, 10**8 - 2000), n=st.integers(1, 2000))
@settings(max_examples=20, deadline=None, derandomize=True)
def test_phones_never_repeat(first, n):
    phones = make_phones(n, first)
    assert len(set(phones)) == n


@given(
    baskets=st.lists(
        st.tuples(st.integers(0, 50_000), st.lists(st.integers(1, 99_999), min_size=1, max_size=9)),
        min_size=1,
        max_size=12,
    )
)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_money_off_a_basket_is_shared_out_to_the_cent(baskets):
    group = np.concatenate([[i] * len(lines) for i, (_off, lines) in enumerate(baskets)])
    weights = np.concatenate([lines for _off, lines in baskets]).astype(float)
    wanted = np.array([min(off, sum(lines)) for off, lines in baskets])
    shared = share_out(wanted[group], weights, group)
    assert (np.bincount(group, weights=shared) == wanted).all()
    assert (shared >= 0).all()
    assert (shared <= weights + 1).all()


def test_followups_and_deals_keep_their_order(tables):
    stages = tables["opportunity_stages"]
    order = {s: i for i, s in enumerate(("interested", "contacted", "tried", "quoted"))}
    rank = stages["stage"].map(order).fillna(9)
    assert (rank.groupby(stages["opportunity_id"]).diff().dropna() > 0).all()
    last = stages.groupby("opportunity_id")["stage"].last()
    deals = tables["opportunities"].set_index("opportunity_id")
    assert (last == deals["stage"].reindex(last.index)).all()
    assert (deals["lost_reason"].notna() == (deals["stage"] == "lost")).all()
    followups = tables["followups"]
    assert (followups["done_on"].notna() == followups["outcome"].notna()).all()
    month = followups["due_on"].dt.to_period("M")
    assert followups.groupby(["member_id", month]).size().max() <= 3
    tickets = tables["tickets"]
    assert (tickets["first_response_at"].dropna() > tickets["opened_at"].dropna().min()).all()
    both = tickets.dropna(subset=["first_response_at", "closed_at"])
    assert (both["closed_at"] > both["first_response_at"]).all()


def test_products_and_days_do_not_depend_on_chance_outside_their_part():
    pd.testing.assert_frame_equal(make_products(3), make_products(3))
    assert make_calendar()["date"].is_monotonic_increasing
    with pytest.raises(AssertionError):
        pd.testing.assert_frame_equal(make_products(3), make_products(4))
