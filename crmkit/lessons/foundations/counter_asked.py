"""What the lesson on what comes back over the counter asks: the keys."""

from crmkit.codes import QUALITY_REASONS
from crmkit.i18n import get_language
from crmkit.i18n import gettext as _
from crmkit.labels import quarter
from crmkit.learn.questions import Key, Keys
from crmkit.lessons.foundations.counter import plot_faulty, plot_waiting
from crmkit.lessons.foundations.returned import (
    FAMILIES,
    LIKE_IT,
    PRODUCTS,
    STORE,
    by_quarter,
    half_year,
    known_reasons,
    known_waiting,
)
from crmkit.lessons.view import loaded, pictured, share, store_names
from crmkit.screen import Part, parts


class Counter(Keys):
    """What the lesson at the counter asks."""

    def faulty_chart(self) -> Part:
        """Both stores' faulty goods, with the guess."""
        found = half_year()[0]
        rate = found.set_index(["store_id", "family"])["faulty_share"]
        words = _(
            "Your guess: {guess} of 100. At {store} it was {here:.1f}, at {other} {there:.1f}."
        ).format(
            guess=f"{self.given['faulty_guess']:g}" if "faulty_guess" in self.given else "–",
            store=store_names()[STORE],
            other=store_names()[LIKE_IT],
            here=100 * rate[STORE, FAMILIES[0]],
            there=100 * rate[LIKE_IT, FAMILIES[0]],
        )
        guess = self.given.get("faulty_guess")
        picture = pictured(lambda ax: plot_faulty(found, guess, ax=ax), words, size=(10, 4.2))
        return parts.column(picture, parts.message("noted", words))

    def about_goods(self) -> Key:
        """How many of the returned lunch boxes speak about the goods."""
        found = known_reasons().set_index("return_reason")["pieces"]
        mine = found[found.index.isin(QUALITY_REASONS)]
        others = found.drop(mine.index)
        return Key(
            int(mine.sum()),
            {
                (
                    "这是全部退回的。改主意、买错款式，说的不是货的好坏。",
                    "That is everything brought back. A change of mind or a wrong size says nothing about the goods.",
                ): int(found.sum()),
                (
                    "这只是不耐用的。时好时坏、效果不佳，说的也是货。",
                    "Those are only the ones that did not last. Unreliable and poor performance speak of the goods, too.",
                ): int(found["not_durable"]),
            },
            {"others": str(int(others.sum()))},
        )

    def faulty_percent(self) -> Key:
        """The share of lunch boxes sold that came back as faulty."""
        row = half_year()[0].set_index(["store_id", "family"]).loc[(STORE, FAMILIES[0])]
        back = int(known_reasons()["pieces"].sum())
        return Key(
            100 * row["faulty"] / row["sold"],
            {
                (
                    "除以了退回的件数。要除以卖出的。",
                    "You divided by what came back. Divide by what was sold.",
                ): 100 * row["faulty"] / back,
                (
                    "分子里算进了改主意和买错的。",
                    "The upper number holds changes of mind and wrong sizes, too.",
                ): 100 * back / row["sold"],
            },
        )

    def shelves(self) -> list[tuple[str, str]]:
        """The four products to choose from."""
        names = loaded("products", get_language()).set_index("product_id")["name"]
        return [(one.lower(), names[one]) for one in PRODUCTS]

    def first_off(self) -> Key:
        """The product that is worst for the number sold."""
        found = half_year()[1].set_index(["store_id", "product_id"]).loc[STORE].loc[list(PRODUCTS)]
        worst = found["faulty_share"].idxmax()
        most = found["faulty"].idxmax()
        return Key(
            worst.lower(),
            {
                (
                    "它退得最多，可卖得也最多：除一除再比。",
                    "Most came back of it, but most were sold, too: divide before you compare.",
                ): most.lower()
            },
            {
                "rate": share(found["faulty_share"][worst]),
                "other": share(found["faulty_share"][most]),
            },
        )

    def waiting_chart(self) -> Part:
        """Satisfaction by waiting, with the guess."""
        found = known_waiting()
        words = _(
            "Your guess: {guess} of 100. Of those who waited over 8 minutes, {long:.0f} of 100 were "
            "satisfied; of those served within 2 minutes, {short:.0f}."
        ).format(
            guess=f"{self.given['wait_guess']:g}" if "wait_guess" in self.given else "–",
            long=100 * found["csat"].iloc[-1],
            short=100 * found["csat"].iloc[0],
        )
        guess = self.given.get("wait_guess")
        picture = pictured(lambda ax: plot_waiting(found, guess, ax=ax), words, size=(10, 3.8))
        return parts.column(picture, parts.message("noted", words))

    def opening(self) -> Key:
        """The first sentence to the regular on the card."""
        return Key("remember")

    def all_quarters(self) -> list[tuple[str, str]]:
        """The quarters to choose from."""
        return [(one.lower(), quarter(one)) for one in sorted(set(by_quarter()["quarter"]))]

    def loud(self) -> Key:
        """The first quarter in which the store's faulty goods lie clearly above the other's."""
        found = by_quarter().set_index(["store_id", "quarter"])
        here, there = found.loc[STORE], found.loc[LIKE_IT]
        above = here["low"] > there["high"]
        when, last = above.idxmax(), above.index[-1]
        return Key(
            when.lower(),
            facts={
                "here": share(here["faulty_share"][when]),
                "there": share(there["faulty_share"][when]),
                "last": quarter(last),
                "now": share(here["faulty_share"][last]),
            },
        )

    def report(self) -> Key:
        """A sentence to the manager with a figure of what came back."""
        import re
        import unicodedata

        families, products = half_year()
        found = families.set_index(["store_id", "family"]).loc[(STORE, FAMILIES[0])]
        back = [int(one) for one in known_reasons()["pieces"]]
        products = products[products["product_id"].isin(PRODUCTS)]
        shown = [table[table["store_id"] == STORE] for table in (families, products)]
        # any goods of the section's tables may be reported, and all reasons together
        counts = {*back, sum(back)}
        counts |= {int(one) for table in shown for one in (*table["faulty"], *table["sold"])}
        percents = [100 * float(one) for table in shown for one in table["faulty_share"]]
        rates = {round(one, places) for one in percents for places in (None, 1)}

        def judged(sentence: str) -> tuple[str, str] | None:
            plain = unicodedata.normalize("NFKC", sentence)
            said = [float(one) for one in re.findall(r"\d+(?:\.\d+)?", plain)]
            number = r"(?<![\d.])(\d+(?:\.\d+)?)"
            told = re.findall(
                rf"(?:卖|退)\D{{0,4}}{number}|{number}[^\d]{{0,25}}(?:sold|came back|brought back|returned)",
                plain,
            )
            if {float(a or b) for a, b in told} - counts - rates:
                return (
                    "数和上面的表对不上：再看一眼卖了几只、退了几只。",
                    "That figure is not in the table above: look again how many were sold and came back.",
                )
            if any(one in counts | rates for one in said):
                return None
            return (
                "还没有数：写上卖了几件、退回几件，店长才掂得出轻重。",
                "There is no figure in it yet: say how many were sold or came back, so that the manager can weigh it.",
            )

        words = _("{n} of {sold} lunch boxes came back, mostly because they broke.")
        return Key(judged, example=words.format(n=int(found["faulty"]), sold=int(found["sold"])))
