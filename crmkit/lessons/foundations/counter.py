"""What comes back over the counter and why, what waiting costs, and whom one has in front of one."""

from functools import lru_cache
from typing import Any

import narwhals.stable.v2 as nw

from crmkit import data, kpi, rates
from crmkit.codes import QUALITY_REASONS
from crmkit.i18n import get_language, label
from crmkit.i18n import gettext as _
from crmkit.labels import heading, quarter
from crmkit.learn.questions import Key, Keys
from crmkit.lessons.view import as_printed, loaded, pictured, share, store_names
from crmkit.plot import _style
from crmkit.plot._style import chart
from crmkit.screen import Part, Screen, parts

STORE, LIKE_IT = "S03", "S04"
"""The store that once took in cheaper goods, and the one like it that did not."""

HALF_YEAR = ("2024-07-01", "2024-12-31")
FAMILIES = ("lunch_boxes", "cups_bottles", "charging", "audio")
PRODUCTS = ("P0140", "P0225", "P0133", "P0177")
"""The half-year and the shelves the lesson looks at: what came back most often, what is worst for
the number sold, and two beside them."""

WAITED = (("2", 0, 2), ("4", 2, 4), ("6", 4, 6), ("8", 6, 8), ("more", 8, 999))
"""How long people waited to pay: minutes, above the first and up to the second."""

ANSWERED = (("hour", 0, 1), ("four", 1, 4), ("later", 4, 9999))
"""How soon a complaint got its first answer: hours, above the first and up to the second."""

REGULAR_SINCE, RETURN_SINCE = "2025-01-01", "2025-05-01"


def faulty(
    by: list[str], *, sales: Any = None, since: str | None = None, until: str | None = None
) -> Any:
    """How much of what was sold came back because of the goods, at the two stores.

    `by`: any of store_id, family, product_id, quarter (of the sale and of the return). `sales`:
    one's own in place of the course shop's. Returns a frame, a row a group: faulty (pieces that
    came back as not durable, unreliable or of poor performance), sold (pieces), faulty_share
    (0 to 1), low and high (95 % interval, Wilson).
    """
    import pandas as pd

    sales = data.load("sales") if sales is None else sales
    lines = sales[sales["store_id"].isin([STORE, LIKE_IT])]
    if since is not None:
        lines = lines[lines["sold_at"] >= since]
    if until is not None:
        lines = lines[lines["sold_at"] < pd.Timestamp(until) + pd.Timedelta(days=1)]
    family = data.load("products").set_index("product_id")["family"]
    when = lines["sold_at"].dt
    lines = lines.assign(
        family=lines["product_id"].map(family),
        quarter=when.year.astype("str") + "-Q" + when.quarter.astype("str"),
        sold=lines["quantity"].clip(lower=0),
        faulty=(-lines["quantity"]).where(lines["return_reason"].isin(QUALITY_REASONS), 0),
    )
    counts = lines.groupby(by, as_index=False)[["faulty", "sold"]].sum()
    return rates.answer(nw.from_native(counts).lazy(), by, counts, "faulty_share", "faulty", "sold")


def reasons(sales: Any = None) -> Any:
    """Why lunch boxes came back to the store in the half-year: return_reason and pieces, most first."""
    import pandas as pd

    sales = data.load("sales") if sales is None else sales
    family = data.load("products").set_index("product_id")["family"]
    since, until = HALF_YEAR
    mine = sales[
        (sales["store_id"] == STORE)
        & (sales["quantity"] < 0)
        & (sales["product_id"].map(family) == FAMILIES[0])
        & (sales["sold_at"] >= since)
        & (sales["sold_at"] < pd.Timestamp(until) + pd.Timedelta(days=1))
    ]
    found = (-mine.groupby("return_reason")["quantity"].sum()).rename("pieces").reset_index()
    return found.sort_values(
        ["pieces", "return_reason"], ascending=[False, True], ignore_index=True
    )


def waiting(surveys: Any = None) -> Any:
    """How many were satisfied with the service, by how long they waited to pay.

    What `kpi.csat` gives by ``waiting``, in the order of `WAITED`.
    """
    surveys = data.load("surveys") if surveys is None else surveys
    return _grouped(surveys, surveys["waited"], WAITED)


def answered(tickets: Any = None) -> Any:
    """How many complainants were satisfied in the end, by how soon they got a first answer.

    What `kpi.csat` gives of the complaints' satisfaction by ``waiting``, in the order of `ANSWERED`.
    """
    tickets = data.load("tickets") if tickets is None else tickets
    mine = tickets[tickets["kind"] == "complaint"]
    hours = (mine["first_response_at"] - mine["opened_at"]).dt.total_seconds() / 3600
    return _grouped(mine.rename(columns={"satisfaction": "csat_service"}), hours, ANSWERED)


def _grouped(asked: Any, waited: Any, groups: Any) -> Any:
    import pandas as pd

    edges = [groups[0][1], *(until for _name, _from, until in groups)]
    names = [name for name, _from, _until in groups]
    group = pd.cut(waited, edges, labels=names, include_lowest=True).astype("object")
    asked = asked.assign(waiting=group)[group.notna()]
    found = kpi.csat(asked, by="waiting").set_index("waiting").loc[names]
    return found.reset_index()


def regular(sales: Any = None) -> dict[str, Any]:
    """The member on the card: a regular with one clear favourite who lately had trouble with goods.

    member_id, orders (this half-year), favourite (category), favourite_share (of what they spent),
    last_visit, returned (product_id), returned_on, reason.
    """
    sales = data.load("sales") if sales is None else sales
    here = sales[(sales["store_id"] == "S01") & sales["member_id"].notna()]
    bought = here[(here["quantity"] > 0) & (here["sold_at"] >= REGULAR_SINCE)]
    category = data.load("products").set_index("product_id")["category"]
    spent = bought.assign(category=bought["product_id"].map(category))
    spent = spent.groupby(["member_id", "category"])["amount"].sum().unstack(fill_value=0.0)
    favourite = spent.max(axis=1) / spent.sum(axis=1)
    back = here[here["return_reason"].isin(QUALITY_REASONS) & (here["sold_at"] >= RETURN_SINCE)]
    orders = bought.groupby("member_id")["sale_id"].nunique().rename("orders").reset_index()
    fit = orders[
        orders["member_id"].isin(favourite.index[favourite >= 0.5])
        & orders["member_id"].isin(back["member_id"])
    ].sort_values(["orders", "member_id"], ascending=[False, True])
    who = fit["member_id"].iloc[0]
    last = back[back["member_id"] == who].sort_values("sold_at").iloc[-1]
    return {
        "member_id": who,
        "orders": int(fit["orders"].iloc[0]),
        "favourite": spent.loc[who].idxmax(),
        "favourite_share": float(favourite[who]),
        "last_visit": bought.loc[bought["member_id"] == who, "sold_at"].max(),
        "returned": last["product_id"],
        "returned_on": last["sold_at"],
        "reason": last["return_reason"],
    }


@lru_cache(maxsize=1)
def _half_year() -> tuple[Any, Any]:
    since, until = HALF_YEAR
    return tuple(
        faulty(["store_id", by], since=since, until=until) for by in ("family", "product_id")
    )


@lru_cache(maxsize=1)
def _by_quarter() -> Any:
    family = data.load("products").set_index("product_id")["family"]
    sales = data.load("sales")
    return faulty(
        ["store_id", "quarter"], sales=sales[sales["product_id"].map(family).isin(FAMILIES)]
    )


_reasons, _regular = lru_cache(maxsize=1)(reasons), lru_cache(maxsize=1)(regular)
_waiting, _answered = lru_cache(maxsize=1)(waiting), lru_cache(maxsize=1)(answered)


@chart(size=(10, 4.2))
def plot_faulty(found: Any, guessed: float | None = None, *, ax: Any = None) -> Any:
    """How many of 100 pieces came back as faulty, both stores side by side, with the guess."""
    names = store_names()
    for place, (store, colour) in enumerate(((STORE, _style.BAD), (LIKE_IT, _style.MAIN))):
        mine = found[found["store_id"] == store].set_index("family").loc[list(FAMILIES)]
        at = [n + 0.38 * (place - 0.5) for n in range(len(FAMILIES))]
        drawn = ax.bar(at, 100 * mine["faulty_share"], width=0.36, color=colour, label=names[store])
        ax.bar_label(drawn, [f"{100 * value:.1f}" for value in mine["faulty_share"]], padding=3)
    ax.set_xticks(range(len(FAMILIES)), [label("family", one) for one in FAMILIES])
    if guessed is not None and guessed <= 30:
        ax.plot(
            [-0.42, 0.04], [guessed] * 2, color="#111111", linestyle="--", label=_("your guess")
        )
    ax.set_ylim(0, max(ax.get_ylim()[1], 16))
    ax.set_title(_("Returned as faulty, of every 100 sold"))
    ax.legend(loc="upper left", ncols=3)


@chart(size=(10, 4))
def plot_quarters(found: Any, *, ax: Any = None) -> Any:
    """What came back as faulty by quarter, a line a store, with its interval."""
    quarters = sorted(set(found["quarter"]))
    for store, colour in ((STORE, _style.BAD), (LIKE_IT, _style.MAIN)):
        mine = found[found["store_id"] == store].sort_values("quarter")
        at = [quarters.index(one) for one in mine["quarter"]]
        ax.plot(at, mine["faulty_share"], marker="o", color=colour, label=store_names()[store])
        ax.fill_between(at, mine["low"], mine["high"], color=colour, alpha=0.15, linewidth=0)
    ax.set_xticks(range(len(quarters)), [quarter(one, two_lines=True) for one in quarters])
    ax.set_ylim(0, None)
    ax.yaxis.set_major_formatter(lambda value, _place: f"{value:.0%}")
    ax.set_title(_("Returned as faulty: lunch boxes, cups, chargers, headphones"))
    ax.legend(loc="upper left")


@chart(size=(10, 3.8))
def plot_waiting(found: Any, guessed: float | None = None, *, ax: Any = None) -> Any:
    """How many were satisfied with the service, by the minutes they waited, with the guess."""
    drawn = ax.bar(range(len(found)), found["csat"], width=0.6, color=_style.MAIN)
    ax.bar_label(drawn, [f"{value:.0%}" for value in found["csat"]], padding=3)
    ax.set_xticks(range(len(found)), [_waited(one) for one in found["waiting"]])
    if guessed is not None:
        last = len(found) - 1
        ax.plot([last - 0.4, last + 0.4], [guessed / 100] * 2, color=_style.BAD, linestyle="--",
                label=_("your guess"))  # fmt: skip
        ax.legend(loc="upper right")
    ax.set_ylim(0, 1.15)
    ax.yaxis.set_major_formatter(lambda value, _place: f"{value:.0%}")
    ax.set_title(_("Satisfied with the service, by minutes waited at the till"))


def _waited(name: str) -> str:
    edges = {one: (low, high) for one, low, high in WAITED}[name]
    return _("over {low}").format(low=edges[0]) if name == "more" else f"{edges[0]}–{edges[1]}"


def why_back() -> Screen:
    """Why the lunch boxes came back, as the till noted it."""
    found = _reasons()
    sold = _half_year()[0].set_index(["store_id", "family"])["sold"][STORE, FAMILIES[0]]
    title = _("{store}, lunch boxes, July to December 2024: {sold} sold, {back} returned").format(
        store=store_names()[STORE], sold=sold, back=found["pieces"].sum()
    )
    rows = [(label("return_reason", r.return_reason), f"{r.pieces}") for r in found.itertuples()]
    most = found["pieces"].max()
    return Screen(
        lambda: parts.card(
            parts.table(title, [_("Reason noted"), _("Pieces")], rows, list(found["pieces"] / most))
        ),
        {},
        "why it came back",
    )


def four_shelves() -> Screen:
    """Four products of the store: what was sold, what came back as faulty."""
    found = _half_year()[1].set_index(["store_id", "product_id"]).loc[STORE]
    names = loaded("products", get_language()).set_index("product_id")["name"]
    rows = [(names[one], f"{found['sold'][one]}", f"{found['faulty'][one]}") for one in PRODUCTS]
    heads = [_("Product"), _("Pieces sold"), _("Returned as faulty")]
    title = _("{store}, July to December 2024").format(store=store_names()[STORE])
    return Screen(lambda: parts.card(parts.table(title, heads, rows)), {}, "four shelves")


def first_answer() -> Screen:
    """What a quick first answer to a complaint is worth."""
    found = _answered()
    words = {
        "hour": _("within the hour"),
        "four": _("after 1 to 4 hours"),
        "later": _("after more than 4 hours"),
    }
    rows = [
        (words[r.waiting], f"{r.answers}", share(r.csat), f"{share(r.low)}–{share(r.high)}")
        for r in found.itertuples()
    ]
    heads = [
        _("First answer"),
        _("Customers surveyed"),
        _("Satisfied in the end"),
        _("Range chance allows"),
    ]
    return Screen(
        lambda: parts.card(
            parts.table(
                _("Complaints: how soon someone first replied"), heads, rows, list(found["csat"])
            )
        ),
        {},
        "first answer",
    )


def they_wrote(rows: int = 6) -> Screen:
    """What customers wrote most often on the survey of the last year."""
    asked = loaded("surveys", get_language())
    said = asked.loc[asked["asked_at"] >= "2024-07-01", "comment"].value_counts().head(rows)
    title = _("Written most often in a year's surveys")
    return Screen(
        lambda: parts.card(
            parts.table(
                title,
                [_("In their words"), _("Times")],
                [(as_printed(words), f"{n}") for words, n in said.items()],
                list(said / said.max()),
            )
        ),
        {},
        "what they wrote",
    )


def card() -> Screen:
    """What the screen says when the regular's card is scanned."""
    one = _regular()
    language = get_language()
    names = loaded("members", language).set_index("member_id").loc[one["member_id"]]
    product = loaded("products", language).set_index("product_id")["name"][one["returned"]]
    pairs = [
        (_("Member"), names["name"]),
        (heading("level"), label("level", names["level"])),
        (_("Visits since January"), f"{one['orders']}"),
        (_("Last visit"), f"{one['last_visit']:%Y-%m-%d}"),
        (
            _("Buys most"),
            _("{category}, {share} of what they spent").format(
                category=label("category", one["favourite"]), share=share(one["favourite_share"])
            ),
        ),
        (
            _("Returned"),
            _("{product}, on {day}: {reason}").format(
                product=product,
                day=f"{one['returned_on']:%Y-%m-%d}",
                reason=label("return_reason", one["reason"]),
            ),
        ),
    ]
    return Screen(
        lambda: parts.card(parts.facts(*pairs), title=_("At the till: this member's card")),
        {},
        "a regular's card",
    )


def quarters() -> Screen:
    """What came back as faulty at the two stores, quarter by quarter."""
    found, names = _by_quarter(), store_names()
    told = _("; ").join(
        f"{names[r.store_id]} {quarter(r.quarter)} {share(r.faulty_share)}"
        for r in found.itertuples()
    )
    return Screen(
        lambda: parts.card(pictured(lambda ax: plot_quarters(found, ax=ax), told, size=(10, 4))),
        {},
        "faulty by quarter",
    )


class Counter(Keys):
    """What the lesson at the counter asks."""

    def faulty_chart(self) -> Part:
        """Both stores' faulty goods, with the guess."""
        found = _half_year()[0]
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
        found = _reasons().set_index("return_reason")["pieces"]
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
        row = _half_year()[0].set_index(["store_id", "family"]).loc[(STORE, FAMILIES[0])]
        back = int(_reasons()["pieces"].sum())
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
        found = _half_year()[1].set_index(["store_id", "product_id"]).loc[STORE].loc[list(PRODUCTS)]
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
        found = _waiting()
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
        return [(one.lower(), quarter(one)) for one in sorted(set(_by_quarter()["quarter"]))]

    def loud(self) -> Key:
        """The first quarter in which the store's faulty goods lie clearly above the other's."""
        found = _by_quarter().set_index(["store_id", "quarter"])
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

        families, products = _half_year()
        found = families.set_index(["store_id", "family"]).loc[(STORE, FAMILIES[0])]
        back = [int(one) for one in _reasons()["pieces"]]
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
