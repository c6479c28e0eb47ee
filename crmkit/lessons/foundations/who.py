"""Who the customers are, by what they do, how far their groups overlap, and whether they are content."""

from typing import Any

from crmkit import data, kpi, plot
from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.labels import heading
from crmkit.lessons.foundations.tastes import (
    HALF,
    KINDS,
    everybody,
    faithful,
    habits,
    places,
    said_and_did,
)
from crmkit.lessons.view import pictured, share, store_names, yuan
from crmkit.plot import _style
from crmkit.plot._style import chart
from crmkit.screen import Part, Screen, parts


@chart(size=(10, 4.2))
def plot_two(these: tuple[str, str], those: tuple[str, str], *, ax: Any = None) -> Any:
    """What two groups spent, one over the other, with the middle of `those`."""
    import numpy as np

    people = everybody()
    edges = np.arange(0, 3001, 200)
    for (by, group), colour in ((those, _style.ACCENT), (these, _style.MAIN)):
        spent = people.loc[people[by] == group, "monetary"].clip(0, 2999)
        weights = np.full(len(spent), 100 / len(spent))
        ax.hist(spent, edges, weights=weights, color=colour, alpha=0.5, label=label(by, group))
        ax.hist(spent, edges, weights=weights, histtype="step", color=colour, linewidth=2)
    middle = people.loc[people[those[0]] == those[1], "monetary"].median()
    words = _("the middle of “{group}”").format(group=label(*those))
    ax.axvline(middle, color="#111111", linestyle="--", label=words)
    ax.set_xlabel(_("yuan spent in the year (3,000 and more in the last bar)"))
    ax.set_ylabel(_("of 100 members"))
    ax.set_title(_("What each member spent in the year"))
    ax.legend(loc="upper right")


def title_of(by: str, group: str) -> str:
    return group if by == "age_band" else label(by, group)


def kinds() -> Screen:
    """What the groups do, one kind at a time, and how far what they spent overlaps."""
    at = {"by": "age_band"}

    def choose(by: str, values: Any) -> None:
        at["by"] = by

    def show() -> Part:
        by, found = at["by"], habits(at["by"])
        found = found.sort_values("noon", ascending=False) if by == "occupation" else found
        rows = [
            (
                title_of(by, r.Index),
                *(f"{100 * value:.0f}" for value in (r.early, r.noon, r.late, r.online)),
                f"{r.orders_each:.0f}",
                f"¥{r.aov:.0f}",
                f"{label('category', r.most)} {share(r.most_share)}",
            )
            for r in found.itertuples()
        ]
        heads = [heading(by), _("Before 11"), _("11 to 14"), _("From 17"), _("Online"), _("Orders in the year"), _("A basket"), _("Of the money, most for")]  # fmt: skip
        people = everybody()
        people = people[people[by].isin(found.index)]
        middle = people.groupby(by)["monetary"].median()
        told = _("; ").join(f"{title_of(by, one)} {yuan(middle[one])}" for one in found.index)
        drawn = pictured(lambda ax: plot.overlap(people, by, ax=ax), told, size=(10, 4.2))
        options = [(one, heading(one)) for one in KINDS]
        return parts.card(
            parts.select("by", _("By"), options, by, act="choose"),
            parts.table(
                _("How these groups buy: of 100 orders, how many when, and more"), heads, rows
            ),
            drawn,
            parts.text(
                _("Spent in the year: the box holds the middle half, the whiskers nearly all."),
                "quiet",
            ),
        )

    return Screen(show, {"choose": choose}, "kinds of members")


def what_they_ask() -> Screen:
    """What five groups do and what that asks of the shop."""
    job, home = habits("occupation"), habits("household")

    def of(value: float) -> str:
        return f"{100 * value:.0f}"

    office, retired, student = (job.loc[one] for one in ("office", "retired", "student"))
    young, school = (home.loc[one] for one in ("young_child", "school_child"))
    rows = [
        (
            label("occupation", "office"),
            _("{noon} of 100 orders from 11 to 14, {online} online").format(noon=of(office.noon), online=of(office.online)),
            _("a second till at noon, drinks by the door, ordered ahead and ready to collect"),
        ),
        (
            label("occupation", "retired"),
            _("{early} of 100 orders before 11, {orders:.0f} orders a year, ¥{aov:.0f} each").format(early=of(retired.early), orders=retired.orders_each, aov=retired.aov),
            _("doors open on the minute, large price tags, small packs, somebody with time to talk"),
        ),
        (
            label("occupation", "student"),
            _("{late} of 100 orders from 17 on, {online} online, ¥{aov:.0f} each").format(late=of(student.late), online=of(student.online), aov=student.aov),
            _("small prices in easy reach, snacks still there in the evening"),
        ),
        (
            label("household", "young_child"),
            _("{share} of the money for baby goods, {lines:.1f} different goods a basket").format(share=share(young.most_share), lines=young.lines),
            _("nappies never out of stock, room for a pram, a hand with carrying"),
        ),
        (
            label("household", "school_child"),
            _("{weekend} of 100 orders at the weekend, ¥{aov:.0f} each").format(weekend=of(school.weekend), aov=school.aov),
            _("more people on the floor on Saturday, shelves filled on Friday evening"),
        ),
    ]  # fmt: skip
    heads = [_("Group"), _("What they do"), _("What that asks of the shop")]
    return Screen(
        lambda: parts.card(parts.table(_("July 2024 to June 2025"), heads, rows)),
        {},
        "what they ask",
    )


def four_places() -> Screen:
    """The districts of the four stores beside each other."""
    names = store_names()
    rows = [
        (
            names[r.Index],
            f"{label('city', r.city)} · {label('climate', r.climate)}",
            label("spending_level", r.spending_level),
            yuan(r.piece),
            f"{100 * r.early:.0f} / {100 * r.noon:.0f}",
            f"{r.usual:.1f} → {r.festival:.1f}",
        )
        for r in places().itertuples()
    ]
    heads = [_("Store"), _("City and climate"), heading("spending_level"), _("Paid for a piece"), _("Of 100 orders: before 11 / 11 to 14"), _("Orders a day: usual → before Spring Festival")]  # fmt: skip
    return Screen(lambda: parts.card(parts.table(_("Four districts"), heads, rows)), {}, "places")


def by_store() -> Screen:
    """Satisfaction and recommendation of the half-year, store by store, with the interval."""
    surveys, names = data.load("surveys"), store_names()
    goods, service = (
        kpi.csat(surveys, of, "store_id", **HALF).set_index("store_id")
        for of in ("goods", "service")
    )
    points = kpi.nps(surveys, "store_id", **HALF).set_index("store_id")
    rows = [
        (
            name,
            *(f"{share(t['csat'][one])} ({share(t['low'][one])}–{share(t['high'][one])})" for t in (goods, service)),
            f"{points['nps'][one]:.0f} ({points['low'][one]:.0f}–{points['high'][one]:.0f})",
        )
        for one, name in names.items()
    ]  # fmt: skip
    heads = [_("Store"), _("Satisfied with goods"), _("Satisfied with service"), _("Net promoter score")]  # fmt: skip
    title = _("January to June 2025; in brackets what chance alone may do")
    return Screen(lambda: parts.card(parts.table(title, heads, rows)), {}, "by store")


def counts() -> Screen:
    """The half-year's buyers, referrals, newcomers and repeat buyers."""
    n = faithful()
    return Screen(
        lambda: parts.card(
            parts.facts(
                (_("Members who bought"), f"{n['active']:,}"),
                (_("of them at least twice"), f"{n['again']:,}"),
                (_("Referrals they made"), f"{n['made']:,}"),
                (_("of those, joined"), f"{n['joined']:,}"),
            ),
            title=_("All stores, January to June 2025"),
        ),
        {},
        "counts",
    )


def words_and_deeds() -> Screen:
    """What members said of recommending us, and what they did."""
    found = said_and_did()
    names = {10: _("9 or 10: would recommend"), 8: _("7 or 8"), 6: _("0 to 6")}
    rows = [
        (names[r.Index], f"{r.members}", f"{r.did}", share(r.did / r.members))
        for r in found[::-1].itertuples()
    ]
    heads = [_("Said, July to December 2024"), _("Members"), _("recommended us, January to June 2025"), _("Share")]  # fmt: skip
    return Screen(lambda: parts.card(parts.table(_("Said and did"), heads, rows)), {}, "deeds")
