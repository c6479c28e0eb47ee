"""What comes back over the counter and why, what waiting costs, and whom one has in front of one."""

from typing import Any

from crmkit.i18n import get_language, label
from crmkit.i18n import gettext as _
from crmkit.labels import heading, quarter
from crmkit.lessons.foundations.returned import (
    FAMILIES,
    LIKE_IT,
    PRODUCTS,
    STORE,
    WAITED,
    by_quarter,
    half_year,
    known_answered,
    known_reasons,
    known_regular,
)
from crmkit.lessons.view import as_printed, loaded, pictured, share, store_names
from crmkit.plot import _style
from crmkit.plot._style import chart
from crmkit.screen import Screen, parts


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
    found = known_reasons()
    sold = half_year()[0].set_index(["store_id", "family"])["sold"][STORE, FAMILIES[0]]
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
    found = half_year()[1].set_index(["store_id", "product_id"]).loc[STORE]
    names = loaded("products", get_language()).set_index("product_id")["name"]
    rows = [(names[one], f"{found['sold'][one]}", f"{found['faulty'][one]}") for one in PRODUCTS]
    heads = [_("Product"), _("Pieces sold"), _("Returned as faulty")]
    title = _("{store}, July to December 2024").format(store=store_names()[STORE])
    return Screen(lambda: parts.card(parts.table(title, heads, rows)), {}, "four shelves")


def first_answer() -> Screen:
    """What a quick first answer to a complaint is worth."""
    found = known_answered()
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
    one = known_regular()
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
    found, names = by_quarter(), store_names()
    told = _("; ").join(
        f"{names[r.store_id]} {quarter(r.quarter)} {share(r.faulty_share)}"
        for r in found.itertuples()
    )
    return Screen(
        lambda: parts.card(pictured(lambda ax: plot_quarters(found, ax=ax), told, size=(10, 4))),
        {},
        "faulty by quarter",
    )
