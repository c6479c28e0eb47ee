"""The first lesson: a Saturday's receipts, and one of them to fill in from."""

from functools import lru_cache
from typing import Any

from crmkit import data
from crmkit.i18n import get_language
from crmkit.i18n import gettext as _
from crmkit.learn.questions import Key, Keys
from crmkit.lessons.view import loaded, shown_table, yuan
from crmkit.screen import Part, Screen, parts

STORE = "S01"
KINDS, MORE_PIECES = 3, 2
"""The receipt to read holds so many kinds of goods and at least so many pieces more than kinds."""


def saturday(sales: Any | None = None) -> Any:
    """The lines sold at the store's tills on the last Saturday, in the order they were sold.

    `sales`: one's own in place of the course shop's. Returns its rows with a quantity above 0;
    orders from the web and the app print no receipt.
    """
    sales = data.load("sales") if sales is None else sales
    at_the_till = (sales["store_id"] == STORE) & (sales["channel"] == "store")
    sold = sales[at_the_till & (sales["quantity"] > 0)]
    saturdays = sold[sold["sold_at"].dt.day_of_week == 5]
    day = saturdays["sold_at"].max().normalize()
    return saturdays[saturdays["sold_at"] >= day].sort_values(["sold_at", "sale_id"])


def receipt(sales: Any | None = None) -> Any:
    """The first receipt of that Saturday with `KINDS` kinds of goods and clearly more pieces.

    Returns its lines: sale_id, sold_at, product_id, quantity, list_price, amount (yuan).
    """
    lines = saturday(sales)
    each = lines.groupby("sale_id").agg(
        at=("sold_at", "min"), kinds=("product_id", "nunique"), pieces=("quantity", "sum")
    )
    fit = each[(each["kinds"] == KINDS) & (each["pieces"] >= KINDS + MORE_PIECES)]
    chosen = lines[lines["sale_id"] == fit["at"].idxmin()]
    columns = ["sale_id", "sold_at", "product_id", "quantity", "list_price", "amount"]
    return chosen[columns].reset_index(drop=True)


@lru_cache(maxsize=1)
def _day() -> tuple[int, Any]:
    return saturday()["sale_id"].nunique(), receipt()


def torn_off() -> Screen:
    """One of that Saturday's receipts, to read from."""
    lines = _day()[1]
    names = loaded("products", get_language())[["product_id", "name"]]
    shown = lines.merge(names, on="product_id", how="left")
    title = _("Receipt {sale}, {at:%Y-%m-%d %H:%M}").format(
        sale=lines["sale_id"][0], at=lines["sold_at"][0]
    )
    table = shown_table(title, shown[["name", "list_price", "quantity", "amount"]])
    words = _("The last column is price times quantity. The total is torn off.")
    return Screen(lambda: parts.card(table, parts.text(words)), {}, "receipt")


class Hello(Keys):
    """What the first lesson asks."""

    def saturdays(self) -> Part:
        """How many receipts there were, with the guess."""
        count, _lines = _day()
        words = _("Your guess: {guess}. That Saturday there were {count} receipts.").format(
            guess=self.given.get("receipts_guess", "–"), count=count
        )
        return parts.message("noted", words)

    def paid(self) -> Key:
        """What was paid for the whole receipt."""
        lines = _day()[1]
        one_of_each = (
            "每种只算了一件。把最后一栏加起来。",
            "That counts one piece of each kind. Add up the last column.",
        )
        return Key(
            round(float(lines["amount"].sum()), 2),
            {one_of_each: round(float(lines["list_price"].sum()), 2)},
            {"sum": " + ".join(yuan(amount) for amount in lines["amount"])},
        )

    def pieces(self) -> Key:
        """How many pieces were sold on it."""
        lines = _day()[1]
        return Key(
            int(lines["quantity"].sum()),
            {("数的是几种，不是几件。", "Those are kinds of goods, not pieces."): len(lines)},
            {"kinds": str(len(lines))},
        )

    def hour(self) -> Key:
        """In which hour of the day it was paid."""
        return Key(
            int(_day()[1]["sold_at"][0].hour), {}, {"at": f"{_day()[1]['sold_at'][0]:%H:%M}"}
        )

    def what_then(self) -> Part:
        """What to do about what was seen after coming back."""
        words = {
            "all": _("That is how it should be: whatever you have checked is kept."),
            "fields": _(
                "Then the page is still asleep: click ▶▶ in the toolbar and Restart, and the fields "
                "come back with what you filled in."
            ),
            "gone": _(
                "Then Check was not pressed before you left: fill in, press Check, and it is kept."
            ),
        }
        return parts.message("noted", words[str(self.given["still_there"])])
