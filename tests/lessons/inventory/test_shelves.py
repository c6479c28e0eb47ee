"""A stock keeper reads the shelves: one product, a store in numbers, what does not move."""

import warnings
from fractions import Fraction

import pandas as pd
import pytest

import crmkit as ck
from crmkit.errors import CrmkitError
from crmkit.lessons.inventory import shelves
from crmkit.lessons.inventory.shelf_numbers import Shelves
from crmkit.lessons.inventory.shelves_asked import Stock, StockReport, sheet
from crmkit.screen import Screen

DAYS = pd.date_range("2025-06-01", "2025-06-04")


@pytest.fixture
def tables():
    """One store, four days: nuts that ran out on two of them, a vase nobody wanted."""

    def shelf(product, on_hand, received, sold):
        return pd.DataFrame(
            {
                "store_id": "A",
                "product_id": product,
                "date": DAYS,
                "on_hand": on_hand,
                "received": received,
                "sold": sold,
            }
        )

    nuts = shelf("nuts", [4, 0, 0, 8], [10, 0, 0, 10], [6, 4, 0, 2])
    vase = shelf("vase", [5, 5, 5, 5], [0, 0, 0, 0], [0, 0, 0, 0])
    late = shelf("mug", [3, 3, 3, 3], [3, 0, 0, 0], [0, 0, 0, 0]).iloc[2:]
    elsewhere = vase.assign(store_id="B", sold=3)
    sold_at = [DAYS[0] + pd.Timedelta(hours=9), DAYS[1], DAYS[3] + pd.Timedelta(hours=23)]
    return {
        "stock_daily": pd.concat([nuts, vase, late, elsewhere]),
        "sales": pd.DataFrame(
            {
                "sale_id": ["1", "2", "3"],
                "store_id": "A",
                "product_id": "nuts",
                "sold_at": sold_at,
                "quantity": [6, 4, 2],
                "amount": [60.0, 40.0, 20.0],
            }
        ),
        "products": pd.DataFrame(
            {
                "product_id": ["nuts", "vase", "mug"],
                "name": ["Nuts", "<b>Vase</b>", "Mug"],
                "category": ["snacks", "gifts", "gifts"],
                "cost": [5.0, 20.0, 10.0],
                "launched_on": pd.to_datetime(["2025-03-04", "2020-01-01", "2025-06-03"]),
            }
        ),
        "stores": pd.DataFrame({"store_id": ["A", "B"], "name": ["Old Town", "Harbour"]}),
    }


@pytest.fixture
def old_town(tables):
    return Shelves("A", "2025-06-01", "2025-06-04", tables)


def test_a_product_knows_its_empty_evenings_and_the_sales_they_cost(old_town):
    nuts = old_town.products.set_index("product_id").loc["nuts"]
    assert (nuts["empty_days"], nuts["sold"], nuts["received"], nuts["on_hand"]) == (2, 12, 20, 8)
    assert nuts["stock_value"] == 40.0
    assert nuts["missed"] == 12.0  # 12 sold on the two days with stock: 6 a day


def test_the_most_valuable_stock_stands_first(old_town):
    assert old_town.products["product_id"].tolist() == ["vase", "nuts", "mug"]


def test_a_store_in_numbers_by_category(old_town):
    numbers = old_town.numbers.set_index("category")
    snacks = numbers.loc["snacks"]
    assert snacks["turnover"] == pytest.approx(12 * 5 / ((4 + 0 + 0 + 8) * 5 / 4))
    assert snacks["days_of_stock"] == pytest.approx(4 / snacks["turnover"])
    assert snacks["stockout_rate"] == 0.5
    assert snacks["sell_through"] == 0.6
    assert snacks["moving_rate"] == 1.0
    assert numbers.loc["gifts", "moving_rate"] == 0.0


def test_a_product_that_just_arrived_is_no_slow_mover(old_town):
    assert old_town.slow_movers(0)["product_id"].tolist() == ["vase"]
    assert old_town.slow_movers(12)["product_id"].tolist() == ["vase", "nuts"]


def test_best_sellers_and_new_products_share_the_revenue(old_town):
    found = old_town.sources()
    assert (found["sold"], found["best_sellers"], found["new_products"]) == (1, 1, 1)
    assert found["best_seller_share"] == 1.0
    # launched 89 days before the first sale, 90 before the second, 92 before the last
    assert found["new_product_share"] == pytest.approx(100 / 120)


def test_a_day_at_its_very_end_still_counts(tables):
    last_day = Shelves("A", "2025-06-04", "2025-06-04", tables)
    assert len(last_day.lines) == 1


@pytest.mark.parametrize(
    ("store", "since", "says"),
    [
        ("X", "2025-06-01", "There is no store 'X'. There are: A, B"),
        ("A", "2024-06-01", "It was from 2025-06-01 to 2025-06-04"),
        ("A", "June", "'June' is no date"),
    ],
)
def test_what_cannot_be_shown_says_what_there_is(tables, store, since, says):
    until = "2024-06-30" if since.startswith("2024") else "2025-06-04"
    with pytest.raises(CrmkitError, match=says.replace(".", r"\.")):
        Shelves(store, since, until, tables)


def test_a_product_that_is_not_carried_is_named(tables):
    with pytest.raises(CrmkitError, match="no product 'tea'"):
        shelves.plot_shelf("A", "tea", "2025-06-01", "2025-06-04", tables=tables)
    with pytest.raises(CrmkitError, match="No store has a product 'tea'"):
        shelves.across_stores("tea", tables=tables)


def test_names_are_text_and_not_markup(old_town):
    body = Screen(lambda: old_town.slow_view(0), {}, "slow")._repr_mimebundle_()["text/html"]
    assert "&lt;b&gt;Vase" in body
    assert "<b>Vase" not in body


def test_the_shelf_chart_marks_the_empty_evenings(tables, language):
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="Glyph")
        ax = shelves.plot_shelf("A", "nuts", "2025-06-01", "2025-06-04", tables=tables)
        ax.figure.canvas.draw()
    assert [bar.get_x() + 0.5 for bar in ax.patches] == pytest.approx(
        [(day - pd.Timestamp("1970-01-01")).days for day in DAYS[1:3]]
    )


@pytest.mark.parametrize(
    ("panel", "control", "value", "shows"),
    [
        (shelves.choose_shelves, "store_id", "S02", "Riverside Store, 2025-04-01"),
        (shelves.choose_slow_movers, "at_most", "3", "sold at most 3 each"),
        (shelves.choose_sources, "quarter", "2025-Q1", "2025-01-01"),
    ],
)
def test_a_panel_shows_what_was_chosen_and_nothing_unknown(panel, control, value, shows):
    screen = panel()
    assert shows not in screen.text
    screen.did({"act": control, "arg": value, "values": {}})
    assert shows in screen.text
    screen.did({"act": control, "arg": "<script>", "values": {}})
    assert shows in screen.text, "what cannot be chosen changes nothing"


def test_a_panel_opens_on_what_was_named_or_says_what_there_is():
    assert "Riverside Store, 2025-01-01" in shelves.choose_shelves("S02", "2025-Q1").text
    with pytest.raises(CrmkitError, match="There are: S01, S02, S03, S04"):
        shelves.choose_shelves("S99")


def test_turnover_and_days_follow_what_is_chosen():
    screen = shelves.turns(12_000, 8_000, 90)
    assert "1.50" in screen.text and "| 60" in screen.text
    screen.did({"act": "average", "arg": "4000", "values": {}})
    assert "3.00" in screen.text and "| 30" in screen.text


# -- what is asked: each key a second way ------------------------------------------------------


@pytest.mark.parametrize("number", range(1, 100))
def test_every_stock_sheet_is_answered_by_counting_days(number):
    asked = StockReport({"my_number": number})
    one = sheet(number)
    # the stock of one day's sales lasts a day: how many of them are in the average stock?
    a_day = Fraction(one.cost_of_goods_sold, one.days)
    key = asked.days_of_stock()
    assert key.value == pytest.approx(float(Fraction(one.average_stock) / a_day))
    left = asked.days_left()
    assert left.value * one.sold == pytest.approx(one.on_hand * one.sold_days)
    for right in (key, left):
        assert all(round(wrong, 1) != round(right.value, 1) for wrong in right.mistakes.values())


def test_what_is_read_from_the_panels_is_reckoned_again_from_the_books():
    book, goods = ck.load("stock_daily"), ck.load("products").set_index("product_id")
    here = book[book["store_id"] == "S02"]
    category, cost = (
        here["product_id"].map(goods["category"]),
        here["product_id"].map(goods["cost"]),
    )
    asked = StockReport({})

    def quarter(first, last):
        return here["date"].between(first, last)

    q1, q2 = quarter("2025-01-01", "2025-03-31"), quarter("2025-04-01", "2025-06-30")
    baby = here[q1 & (category == "baby")]
    share = 100 * (baby["on_hand"] == 0).sum() / len(baby)
    assert asked.baby_stockout().value == pytest.approx(share, abs=0.005)
    snacks = q1 & (category == "snacks")
    average = (here["on_hand"] * cost)[snacks].groupby(here["date"][snacks]).sum().mean()
    out = ck.load("sales").query("store_id == 'S02' and '2025-01-01' <= sold_at < '2025-04-01'")
    out = out[out["product_id"].map(goods["category"]) == "snacks"]
    assert asked.snack_turnover().value == pytest.approx(out["cost"].sum() / average, rel=0.03)
    lying = (
        here[q2]
        .groupby("product_id")
        .agg(days=("date", "size"), sold=("sold", "sum"), left=("on_hand", "last"))
    )
    slow = lying[(lying["days"] == 91) & (lying["sold"] <= 1) & (lying["left"] > 0)]
    assert asked.slow_products().value == len(slow)


def test_the_lesson_asks_what_its_panel_shows():
    asked = Stock({"empty_guess": 3})
    goods = ck.load("products").set_index("product_id")
    book = ck.load("stock_daily").query("store_id == 'S03' and date >= '2025-04-01'")
    lies = book["on_hand"] * book["product_id"].map(goods["cost"])
    lies = lies.groupby(book["product_id"].map(goods["category"])).sum()
    lines = ck.load("sales").query("store_id == 'S03' and sold_at >= '2025-04-01'")
    sold = lines["quantity"] * lines["product_id"].map(goods["cost"])
    pace = sold.groupby(lines["product_id"].map(goods["category"])).sum() / lies
    assert (asked.fastest().value, asked.slowest().value) == (pace.idxmax(), pace.idxmin())
    assert asked.stock_for_30().value == 4_000
    sesame = book[book["product_id"] == "P0022"]
    full = sesame[sesame["on_hand"] > 0]
    missed = sesame["sold"].sum() / len(full) * (len(sesame) - len(full))
    assert asked.missed().value == pytest.approx(missed)
    told = str(asked.sesame())
    assert "Your guess: 3 evenings" in told or "您猜 3 晚" in told


def test_the_lesson_tells_what_the_data_show():
    """Its two shelves, and the three decisions of the exercise."""
    store = Shelves("S03", "2025-04-01", "2025-06-30").products.set_index("product_id")
    assert store.loc["P0022", "empty_days"] >= 10
    assert store.loc["P0241", "sold"] <= 8 < store.loc["P0241", "on_hand"]
    quarter = ck.load("stock_daily").query("date >= '2025-04-01'")
    sold = quarter.pivot_table(index="product_id", columns="store_id", values="sold", aggfunc="sum")
    riverside = Shelves("S02", "2025-04-01", "2025-06-30").products.set_index("product_id")
    assert riverside.loc["P0148", "empty_days"] >= 10, "the towels run out: order more"
    assert riverside.loc["P0005", "on_hand"] >= 5, "the tea lies here …"
    assert sold.loc["P0005", "S02"] <= 5, "… unsold …"
    assert sold.loc["P0005"].max() >= 10, "… and sell elsewhere"
    assert sold.loc["P0241"].max() <= 8, "the candles sell nowhere"
    spring_festival = Shelves("S02", "2025-01-01", "2025-03-31").numbers.set_index("category")
    assert spring_festival.loc["baby", "stockout_rate"] > 0.005
