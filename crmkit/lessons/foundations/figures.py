"""The shop's figures, one after the other, and what charts do with them."""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from crmkit import kpi, stock
from crmkit.i18n import get_language, label
from crmkit.i18n import gettext as _
from crmkit.lessons.shifts import Shift
from crmkit.lessons.view import loaded, pictured, share, store_names, yuan
from crmkit.plot import _style
from crmkit.screen import Part, Screen, parts

DAY = "2025-06-28"
JUNE = {"since": "2025-06-01", "until": "2025-06-30"}
BEFORE, QUARTER = ("2025-01-01", "2025-03-31"), ("2025-04-01", "2025-06-30")
SLIDING = "S03"
OFTEN, DEAR = "pantry", "textiles"
"""The goods of which more is sold, and those that leave more."""


def _load(name: str) -> Any:
    return loaded(name, get_language())


@lru_cache(maxsize=1)
def margins() -> Any:
    """June by category, best rate first: category, revenue, gross_margin, margin_rate."""
    found = kpi.sales_summary(_load("sales"), by="category", products=_load("products"), **JUNE)
    found = found.sort_values(["margin_rate", "category"], ascending=[False, True])
    return found[["category", "revenue", "gross_margin", "margin_rate"]].reset_index(drop=True)


@lru_cache(maxsize=1)
def door() -> Any:
    """June by store: orders, visitors and conversion_rate."""
    return kpi.conversion_rate(_load("sales"), _load("footfall"), "store_id", **JUNE)


@lru_cache(maxsize=1)
def people() -> Any:
    """The quarter by store: csat (service), repeat_purchase_rate and retention_rate."""
    span = dict(zip(("since", "until"), QUARTER, strict=True))
    sales = _load("sales")
    found = kpi.csat(_load("surveys"), "service", "store_id", **span)[["store_id", "csat"]]
    again = kpi.repeat_purchase_rate(sales, by="store_id", **span)
    back = kpi.retention_rate(sales, BEFORE, QUARTER, by="store_id")
    for table, column in ((again, "repeat_purchase_rate"), (back, "retention_rate")):
        found = found.merge(table[["store_id", column]])
    return found


@lru_cache(maxsize=1)
def goods() -> Any:
    """The quarter by store: turnover, days, days_of_stock, best-seller and new-product share."""
    since, until = QUARTER
    sales, products, days = _load("sales"), _load("products"), _load("stock_daily")
    found = stock.turnover(sales, days, products, "store_id", since=since, until=until)
    best = stock.best_seller_share(sales, 0.2, "store_id", since=since, until=until)
    new = stock.new_product_share(sales, products, "store_id", since=since, until=until)
    for table, column in ((best, "best_seller_share"), (new, "new_product_share")):
        found = found.merge(table[["store_id", column]])
    return found


@lru_cache(maxsize=1)
def months() -> Any:
    """The sliding store's revenue by month."""
    sales = _load("sales")
    return kpi.sales_summary(sales[sales["store_id"] == SLIDING], by="month")[["month", "revenue"]]


@lru_cache(maxsize=1)
def half_june() -> tuple[float, float, float]:
    """The sliding store's revenue: May, June up to the 15th, and the first 15 days of May."""
    mine = _load("sales")
    mine = mine[mine["store_id"] == SLIDING]
    spans = (("05-01", "05-31"), ("06-01", "06-15"), ("05-01", "05-15"))
    return tuple(
        float(kpi.sales_summary(mine, since=f"2025-{a}", until=f"2025-{b}")["revenue"].iloc[0])
        for a, b in spans
    )  # type: ignore[return-value]


def _shown(title: str, heads: list[str], rows: list[Any]) -> Screen:
    return Screen(lambda: parts.card(parts.table(title, heads, rows)), {}, title)


def two_kinds() -> Screen:
    """Two categories: what was taken, what was left after the goods' cost."""
    found = margins().set_index("category").loc[[OFTEN, DEAR]]
    rows = [
        (label("category", r.Index), yuan(r.revenue), yuan(r.gross_margin))
        for r in found.itertuples()
    ]
    heads = [_("Category"), _("Revenue"), _("Gross margin")]
    return _shown(_("All stores, June 2025"), heads, rows)


def four_of_people() -> Screen:
    """Satisfaction, repeat purchase and retention, store by store."""
    names = store_names()
    rows = [
        (names[r.store_id], share(r.csat), share(r.repeat_purchase_rate), share(r.retention_rate))
        for r in people().itertuples()
    ]
    heads = [_("Store"), _("Satisfied"), _("Repeat-purchase rate"), _("Retention rate")]
    return _shown(_("April to June 2025"), heads, rows)


def four_of_goods() -> Screen:
    """Turnover, best sellers and new products, store by store."""
    names = store_names()
    rows = [
        (
            names[r.store_id],
            f"{r.turnover:.2f}",
            share(r.best_seller_share),
            share(r.new_product_share),
        )
        for r in goods().itertuples()
    ]
    heads = [_("Store"), _("Stock turn (times)"), _("Best-seller share"), _("New-product share")]
    return _shown(_("April to June 2025, 91 days"), heads, rows)


def _bars(ax: Any, names: list[str], values: list[float], title: str, low: float = 0.0) -> None:
    ax.bar(names, values, width=0.6, color=_style.MAIN)
    ax.set_ylim(low, max(values) * 1.12 if not low else max(values) * 1.01)
    ax.set_title(title, fontsize=15)
    ax.tick_params(labelsize=11)


def _percent(ax: Any) -> None:
    ax.yaxis.set_major_formatter(lambda value, _place: f"{value:.0%}")


def _thousands(ax: Any) -> None:
    def said(value: float, _place: Any) -> str:
        if get_language() == "zh":
            return f"{value / 10_000:g} 万" if value else "0"
        return f"{value / 1000:.0f}k" if value else "0"

    ax.yaxis.set_major_formatter(said)


def _short(names: Mapping[str, str], stores: Iterable[str]) -> list[str]:
    """The stores' names, short enough to stand below bars side by side."""
    return [names[one].removesuffix(" Store").replace(" ", "\n") for one in stores]


def _pictured(draw: Callable[..., Any], says: str, columns: int, size: tuple[float, float]) -> Part:
    """Several small charts side by side: `draw` gets their Axes."""

    def all_of_them(ax: Any) -> None:
        figure = ax.figure
        ax.remove()
        draw(figure.subplots(1, columns))

    return pictured(all_of_them, says, size=size)


def pair(which: str) -> Screen:
    """One set of figures drawn twice: misleading on the left, honest on the right.

    which: ``"axis"`` (does not begin at zero), ``"window"`` (only the months that suit) or
    ``"month"`` (one that is not over yet).
    """
    names = store_names()

    def draw(axes: Any) -> None:
        left, right = axes
        if which == "axis":
            rates = list(door()["conversion_rate"])
            stores = _short(names, door()["store_id"])
            _bars(left, stores, rates, _("A: who sells to visitors?"), low=0.28)
            _bars(right, stores, rates, _("B: the same four figures"))
            _percent(left)
            _percent(right)
        elif which == "window":
            found = months()
            for ax, part, title in (
                (left, found[found["month"] >= "2025-02"], _("A: five months, nearly doubled!")),
                (right, found[found["month"] >= "2023-06"], _("B: two years")),
            ):
                ax.plot(range(len(part)), part["revenue"], marker="o", color=_style.MAIN)
                step = max(1, len(part) // 4)
                ax.set_xticks(range(0, len(part), step), list(part["month"])[::step], fontsize=11)
                ax.set_ylim(0, None)
                ax.set_title(title, fontsize=15)
                _thousands(ax)
        else:
            may, june, same = half_june()
            _bars(left, [_("May"), _("June")], [may, june], _("A: June, as the system shows it"))
            _bars(right, [_("1–15 May"), _("1–15 June")], [same, june], _("B: the same 15 days"))
            _thousands(left)
            _thousands(right)

    if which == "axis":
        told = _("; ").join(
            f"{names[r.store_id]} {share(r.conversion_rate)}" for r in door().itertuples()
        )
    elif which == "window":
        told = _("; ").join(f"{r.month} {yuan(r.revenue)}" for r in months().tail(6).itertuples())
    else:
        may, june, same = half_june()
        told = _("May {may}; 1 to 15 May {same}; 1 to 15 June {june}").format(
            may=yuan(may), same=yuan(same), june=yuan(june)
        )
    return Screen(
        lambda: parts.card(_pictured(draw, told, 2, (11, 3.6)), parts.text(told, "quiet")),
        {},
        f"two charts: {which}",
    )


def three_charts() -> Screen:
    """Three questions, each with the chart that answers it."""

    def draw(axes: Any) -> None:
        over, beside, spread = axes
        found = months().tail(13)
        over.plot(range(13), found["revenue"], color=_style.MAIN)
        over.set_xticks([0, 6, 12], list(found["month"])[::6], fontsize=11)
        over.set_ylim(0, None)
        over.set_title(_("over time: a line"), fontsize=15)
        _thousands(over)
        _bars(
            beside,
            _short(store_names(), door()["store_id"]),
            list(door()["conversion_rate"]),
            _("side by side: bars"),
        )
        _percent(beside)
        receipts = Shift("S01", DAY).receipts()["amount"]
        spread.hist(receipts.clip(0, 300), bins=15, color=_style.MAIN)
        spread.set_title(_("how it spreads: a histogram"), fontsize=15)
        spread.set_xlabel(_("yuan on a receipt"), fontsize=11)
        spread.tick_params(labelsize=11)

    told = _("A line over months, bars for stores, a histogram of one Saturday's receipts.")
    return Screen(lambda: parts.card(_pictured(draw, told, 3, (12, 3.5))), {}, "three charts")
