"""Who was gained, lost and switched: by hand, and against each member's account written out here."""

import pandas as pd
import pytest

import crmkit as ck
from crmkit.kpi import gain_loss, switching

H1, H2 = ("2025-01-01", "2025-01-31"), ("2025-02-01", "2025-02-28")


def shop(*lines):
    """member, month, brand, amount."""
    table = pd.DataFrame(lines, columns=["member_id", "month", "brand", "amount"])
    sold_at = pd.to_datetime("2025-" + table["month"].astype(str) + "-10")
    return table.assign(sold_at=sold_at, quantity=1).drop(columns="month")


SIX = shop(
    ("new", 2, "X", 10.0),
    ("lost", 1, "X", 20.0),
    ("in", 1, "Y", 30.0), ("in", 2, "X", 30.0),
    ("out", 1, "X", 9.0), ("out", 2, "X", 4.0), ("out", 2, "Y", 3.0),
    ("more", 1, "X", 5.0), ("more", 2, "X", 8.0), ("more", 1, "Y", 1.0), ("more", 2, "Y", 2.0),
    ("rival", 1, "Y", 7.0), ("rival", 2, "Y", 9.0),
    (None, 2, "X", 99.0),
)  # fmt: skip


def test_each_members_change_goes_where_it_belongs():
    found = gain_loss(SIX, "X", H1, H2).set_index("source")
    assert found["revenue"].to_dict() == {
        "earlier": 34.0,
        "new": 10.0,
        "switched_in": 30.0,
        "more": 3.0,
        "lost": -20.0,
        "switched_out": -3.0,  # of the 5 less, 3 went to Y
        "less": -2.0,
        "later": 52.0,
    }
    assert found.loc["new", "members"] == 1
    assert found.loc["earlier", "members"] == 3


def test_the_changes_add_up_on_the_course_shop_and_agree_with_accounts_kept_member_by_member():
    sales, products = ck.load("sales"), ck.load("products")
    halves = ("2024-07-01", "2024-12-31"), ("2025-01-01", "2025-06-30")
    found = gain_loss(sales, "snacks", *halves, by="category", products=products)
    found = found.set_index("source")["revenue"]
    assert found[1:-1].sum() == pytest.approx(found["later"] - found["earlier"])
    lines = sales.dropna(subset="member_id").merge(products[["product_id", "category"]])
    accounts = {}
    for member, at, category, amount in zip(
        lines["member_id"], lines["sold_at"], lines["category"], lines["amount"], strict=True
    ):
        if str(at)[:10] >= "2024-07-01":
            book = accounts.setdefault(member, {("s", 0): 0.0, ("s", 1): 0.0, 0: 0.0, 1: 0.0})
            half = int(str(at)[:10] >= "2025-01-01")
            book[("s", half) if category == "snacks" else half] += amount
    new = lost = into = 0.0
    for book in accounts.values():
        was, now = round(book["s", 0], 4), round(book["s", 1], 4)
        other_was, other_now = round(book[0], 4), round(book[1], 4)
        if was == other_was == 0:
            new += now
        elif now == other_now == 0:
            lost -= was
        elif now > was and other_now < other_was:
            into += min(now - was, other_was - other_now)
    assert (found["new"], found["lost"], found["switched_in"]) == pytest.approx((new, lost, into))


def test_only_named_rivals_count():
    alone = gain_loss(SIX, "X", H1, H2, among=["Z"]).set_index("source")["revenue"]
    assert alone["switched_in"] == 0
    assert alone["new"] == 40.0  # of X and Z, "in" had bought nothing


def test_who_went_where():
    found = switching(SIX, H1, H2)
    table = {(a, b): n for a, b, n in found[["brand_from", "brand_to", "members"]].to_numpy()}
    none = next(b for a, b in table if a == "X" and b not in ("X", "Y"))
    assert table[("X", "X")] == 2 and table[("X", none)] == 1
    assert table[("Y", "X")] == 1 and table[("Y", "Y")] == 1
    assert found["members"].sum() == 6
    shares = found.groupby("brand_from", dropna=False)["share_of_from"].sum()
    assert shares.tolist() == [1.0] * len(shares)


def test_those_beyond_the_most_are_others():
    found = switching(SIX, H1, H2, most=1)
    assert set(found["brand_to"].dropna()) == {"X", "other"}


def test_codes_are_read_in_the_readers_language(language):
    found = switching(SIX.assign(brand="snacks").rename(columns={"brand": "category"}), H1, H2,
                      "category")  # fmt: skip
    shown = ck.show(found)
    assert {"en": "Category before", "zh": "品类（前）"}[language] in shown.columns
    assert {"en": "Snacks", "zh": "休闲零食"}[language] in shown.iloc[:, 0].tolist()


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: gain_loss(SIX, "X", H2, H1), "before earlier ends"),
        (lambda: gain_loss(SIX, "X", "2025-01", H2), "earlier is '2025-01'; it must be its first"),
        (lambda: gain_loss(SIX, "X", H1[::-1], H2), "before it begins"),
        (lambda: gain_loss(SIX, "W", H1, H2), "No member bought 'W'"),
        (lambda: gain_loss(SIX, "X", H1, H2, value="profit"), "value is 'profit'"),
        (lambda: gain_loss(SIX, "X", H1, H2, by="colour"), "no column 'colour'"),
        (lambda: switching(SIX, H1, H2, most=0), "most is 0"),
        (lambda: switching(SIX, H1, ("2025-01-15", "2025-03-01")), "before earlier ends"),
    ],
)
def test_what_makes_no_sense_is_refused(call, says):
    with pytest.raises(ck.CrmkitError, match=says):
        call()
