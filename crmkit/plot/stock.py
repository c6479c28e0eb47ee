"""Charts of the stock."""

from collections.abc import Sequence
from typing import Any

from crmkit import stock
from crmkit.i18n import gettext as _
from crmkit.labels import heading
from crmkit.plot import _axes, _forms, _style, _words
from crmkit.rates import Rate
from crmkit.stock.assortment import ADVICE
from crmkit.tables import TableError

FIGURES = ("cogs", "average_stock", "days", "turnover", "days_of_stock")


@_style.chart
def turnover(result: Any, value: str = "turnover", *, ax: Any = None) -> Any:
    """How often the stock turned, per group: a line over time, bars (fastest first) otherwise.

    Parameters
    ----------
    result
        What `stock.turnover` gave with a column in `by`.
    value
        turnover or days_of_stock.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.

    Examples
    --------
    >>> import pandas as pd
    >>> result = pd.DataFrame({"category": ["dairy", "tea"], "turnover": [12.0, 3.0]})
    >>> turnover(result).get_xlabel()
    'Category'
    """
    table = _style.to_pandas(result)
    keys = [name for name in table.columns if name not in FIGURES]
    _style.need(table, [value, *(keys[:1] or ["by=…"])], "stock.turnover(…, by=…)")
    table = _style.known(table, value)
    if keys[0] in _style.TIMES:
        _forms.lines(ax, table, keys[0], value, *keys[1:2])
    else:
        table = table.sort_values(value, ascending=value != "turnover", kind="stable")
        _forms.bars(ax, table, keys[0], value, *keys[1:2])
    _style.title(ax, value, *keys[:2])


@_style.chart
def days_of_stock(result: Any, *, ax: Any = None) -> Any:
    """How many days the stock lasts, per group.

    Parameters
    ----------
    result
        What `stock.days_of_stock` gave with `by`.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    _figure(ax, result, "days_of_stock", FIGURES)


@_style.chart
def sell_through(result: Any, *, ax: Any = None) -> Any:
    """How much of what came in was sold, per group.

    Parameters
    ----------
    result
        What `stock.sell_through` gave.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    _figure(ax, result, "sell_through", ("sold", "received"))


@_style.chart
def moving_rate(result: Any, *, ax: Any = None) -> Any:
    """How many products in stock sold at all, per group.

    Parameters
    ----------
    result
        What `stock.moving_rate` gave.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    _figure(ax, result, "moving_rate", ("moving", "in_stock"))


@_style.chart
def stockout_rate(result: Any, *, ax: Any = None) -> Any:
    """How often shelves were empty, per group.

    Parameters
    ----------
    result
        What `stock.stockout_rate` gave.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    _figure(ax, result, "stockout_rate", ("out", "product_days"))


@_style.chart
def best_seller_share(result: Any, *, ax: Any = None) -> Any:
    """How much the best sellers bring, per group.

    Parameters
    ----------
    result
        What `stock.best_seller_share` gave.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    counts = ("best_sellers", "top_revenue", "revenue", "top_units", "units")
    _figure(ax, result, "best_seller_share", counts)


@_style.chart
def new_product_share(result: Any, *, ax: Any = None) -> Any:
    """How much new products bring, per group.

    Parameters
    ----------
    result
        What `stock.new_product_share` gave.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    _figure(ax, result, "new_product_share", ("new_revenue", "revenue"))


def _figure(ax: Any, result: Any, figure: str, counts: Sequence[str]) -> None:
    source = f"stock.{figure}"
    if isinstance(result, Rate):
        raise _style.one_row(source)
    table = _style.to_pandas(result)
    _style.need(table, [figure], source)
    keys = _style.group_columns(table, [figure, *counts], source)
    _forms.rated(ax, table, keys, figure)
    _style.title(ax, figure, *_style.across(keys))


NAMED = 20
"""Up to so many products stand under their bars by name."""
CLASS_COLOURS = {"A": _style.MAIN, "B": _style.ACCENT, "C": _style.QUIET}


@_style.chart
def abc(result: Any, *, ax: Any = None) -> Any:
    """How few products bring most: the share of each as a bar, of many as an area, in its three
    classes; a line adds them up.

    Parameters
    ----------
    result
        What `stock.abc` gave.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    table = _style.to_pandas(result)
    _style.need(table, ["abc", "value_share", "cumulative_share"], "stock.abc")
    table = _style.known(table, "cumulative_share")
    at, first = range(1, len(table) + 1), 0
    running, own = (table[one].to_numpy() for one in ("cumulative_share", "value_share"))
    named = table.columns[0].endswith("_id") and len(table) <= NAMED
    for letter, colour in CLASS_COLOURS.items():
        inside = table["abc"] == letter
        if inside.any():
            name = _("{letter}: {n:,} products, {share:.1%}").format(
                letter=letter, n=int(inside.sum()), share=table.loc[inside, "value_share"].sum()
            )
            last = first + int(inside.sum())
            if named:
                ax.bar(at[first:last], own[first:last], color=colour, label=name)
            else:
                here = slice(max(0, first - 1), last)  # no gap to the class before
                ax.fill_between(at[here], running[here], color=colour, label=name)
                ax.bar(at[first], running[first], color=colour, width=1)
            first = last
    adds_up = heading("cumulative_share") if named else None
    ax.plot(at, running, color="#22303C", linewidth=2, marker="o" if named else None, label=adds_up)
    ax.set_xlim(0, len(table) + 1)
    ax.set_ylim(0, 1.02)
    _axes.value_axis(ax.yaxis, "cumulative_share")
    ax.set(
        xlabel=_("Products, best first"),
        ylabel=heading("value_share" if named else "cumulative_share"),
    )
    if named:
        words = [
            _words.fold(one, 12) for one in _style.words(table.columns[0], table[table.columns[0]])
        ]
        ax.set_xticks(list(at), words, rotation=90 if len(words) > 8 else 0)
    ax.legend()
    title = _("{n:,} of {all:,} products bring {share:.1%} of the {figure}")
    best = table["abc"] == "A"
    ax.set_title(
        title.format(
            n=int(best.sum()), all=len(table), share=table["value_share"][best].sum(),
            figure=_style.inside(table.columns[1]),
        )
    )  # fmt: skip


@_style.chart
def xyz(result: Any, *, ax: Any = None) -> Any:
    """How evenly products sell: how many there are at each coefficient of variation.

    Parameters
    ----------
    result
        What `stock.xyz` gave.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    table = _style.to_pandas(result)
    _style.need(table, ["xyz", "variation"], "stock.xyz")
    shown = _style.known(table, "variation")
    edges = [n / 10 for n in range(31)]
    colours = dict(zip("XYZ", CLASS_COLOURS.values(), strict=True))
    parts = [shown.loc[shown["xyz"] == letter, "variation"].clip(upper=2.99) for letter in "XYZ"]
    names = [
        _("{letter}: {n:,} products").format(letter=letter, n=int((table["xyz"] == letter).sum()))
        for letter in "XYZ"
    ]
    ax.hist(parts, edges, stacked=True, color=list(colours.values()), label=names)
    ax.set(xlabel=heading("variation"), ylabel=_("Number of products"))
    _axes.value_axis(ax.yaxis, "products", whole=True)
    if shown["variation"].max() > 2.9:
        ax.set_xticks([0, 0.5, 1, 1.5, 2, 2.5, 2.95], ["0", "0.5", "1", "1.5", "2", "2.5", "≥ 2.9"])
    ax.legend()
    ax.set_title(_("How evenly products sell"))


@_style.chart(size=(9, 6.2))
def abc_xyz(result: Any, *, ax: Any = None) -> Any:
    """How many products stand in each of the nine classes.

    Parameters
    ----------
    result
        What `stock.abc_xyz` gave.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    table = _style.to_pandas(result)
    _style.need(table, ["abc", "xyz"], "stock.abc_xyz")
    if not len(table):
        raise TableError(_style.nothing())
    grid = table.groupby(["abc", "xyz"]).size().unstack(fill_value=0)
    grid = grid.reindex(index=list("ABC"), columns=list("XYZ"), fill_value=0)
    _forms.heat(ax, grid, percent=False, rows=heading("abc"), columns=heading("xyz"))
    ax.set_title(
        _("{n:,} products by what they bring and how evenly they sell").format(n=len(table))
    )


@_style.chart
def ageing(result: Any, *, ax: Any = None) -> Any:
    """How long the goods have lain there, by value at cost; one column per group where there are.

    Parameters
    ----------
    result
        What `stock.ageing` gave.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    table = _style.to_pandas(result)
    columns = ("age_class", "days_from", "days_to", "units", "value", "value_share")
    _style.need(table, columns, "stock.ageing")
    table = _style.known(table, "value")
    table = table.assign(
        days=[
            _("over {days} days").format(days=int(start) - 1)
            if end != end or end is None
            else _("{first}–{last} days").format(first=int(start), last=int(end))
            for start, end in zip(table["days_from"], table["days_to"], strict=True)
        ]
    )
    keys = [name for name in table.columns if name not in (*columns, "days")]
    if keys:
        grid = table.pivot(index=keys[0], columns="age_class", values="value_share").fillna(0)
        grid = grid.sort_values(list(grid.columns[::-1]), ascending=False, kind="stable")
        groups, grid = len(grid), grid.head(_style.MOST)
        names = table.drop_duplicates("age_class").set_index("age_class")["days"]
        labels = _style.words(keys[0], grid.index)
        import matplotlib as mpl

        shades = mpl.colormaps[_style.SEQUENTIAL]
        before = [0.0] * len(grid)
        for n, column in enumerate(grid.columns):
            colour = shades(0.1 + 0.9 * n / max(1, len(grid.columns) - 1))
            ax.barh(labels, grid[column], left=before, color=colour, label=names[column])
            before = [a + b for a, b in zip(before, grid[column], strict=True)]
        ax.invert_yaxis()
        ax.set_xlim(0, 1)
        _axes.value_axis(ax.xaxis, "share")
        ax.set(xlabel=_("Share of the stock at cost"), ylabel=heading(keys[0]))
        if groups > len(grid):
            ax.set_ylabel(_style.part(heading(keys[0]), len(grid), groups))
        ax.legend()
    else:
        _forms.bars(ax, table, "days", "value")
        ax.set(xlabel=_("On the shelf for"), ylabel=heading("value"))
    ax.set_title(_("How long the stock has lain there"))


@_style.chart
def economic_order_quantity(
    yearly_demand: float, order_cost: float, holding_cost: float, *, ax: Any = None
) -> Any:
    """Ordering, holding and total cost a year for each order quantity, and the cheapest of them.

    Parameters
    ----------
    yearly_demand, order_cost, holding_cost
        As in `stock.economic_order_quantity`.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.

    Examples
    --------
    >>> economic_order_quantity(1000, 10, 0.5).get_title()
    'Cheapest at 200 pieces an order; near it the cost is flat'
    """
    import numpy as np

    best = float(stock.economic_order_quantity(yearly_demand, order_cost, holding_cost))
    quantity = np.linspace(best * 0.25, best * 2.5, 200) if best else np.array([1.0])
    ordering = yearly_demand / quantity * order_cost
    holding = quantity / 2 * holding_cost
    ax.plot(quantity, ordering, color=_style.ACCENT, linestyle="--", label=_("ordering"))
    ax.plot(quantity, holding, color=_style.GOOD, linestyle="-.", label=_("holding"))
    ax.plot(quantity, ordering + holding, color=_style.MAIN, label=_("both"))
    ax.axvline(best, color="#4A4F57", linewidth=1.5, linestyle=":")
    ax.set_ylim(bottom=0)
    _axes.value_axis(ax.xaxis, "units")
    _axes.value_axis(ax.yaxis, "cost")
    ax.set(xlabel=_("Pieces an order"), ylabel=_("Cost a year"))
    ax.legend()
    title = _("Cheapest at {pieces:,.0f} pieces an order; near it the cost is flat")
    ax.set_title(title.format(pieces=best))


@_style.chart
def reorder_point(
    demand: float,
    lead_days: float,
    sd: float = 0.0,
    service: float = 0.95,
    quantity: float | None = None,
    *,
    ax: Any = None,
) -> Any:
    """How the stock of a product goes down, is ordered at the reorder point, and comes back up.

    The picture shows even demand: safety stock is what remains on such a day.

    Parameters
    ----------
    demand, lead_days, sd, service
        As in `stock.reorder_point`.
    quantity
        Pieces an order (without it, two weeks' demand and at least what sells until delivery).
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.

    Examples
    --------
    >>> reorder_point(15, 2, 5, 0.90).get_title()
    'Order again at 39.1 pieces, of which 9.1 are safety stock'
    """
    safety = float(stock.safety_stock(sd, lead_days, service, demand=demand))
    point = float(stock.reorder_point(demand, lead_days, sd, service))
    if demand <= 0:
        raise TableError(_("demand must be above 0 to draw how the stock goes down."))
    quantity = quantity or max(14 * demand, lead_days * demand)
    cycle = quantity / demand
    days, pieces, orders = [], [], []
    for turn in range(3):
        days += [turn * cycle, (turn + 1) * cycle]
        pieces += [safety + quantity, safety]
        orders.append((turn + 1) * cycle - lead_days)
    ax.plot(days, pieces, color=_style.MAIN, label=heading("on_hand"))
    ax.axhspan(0, safety, color=_style.QUIET, alpha=0.6, label=heading("safety_stock"))
    ax.axhline(point, color=_style.BAD, linestyle="--", linewidth=2, label=heading("reorder_point"))
    seen = [day for day in orders if day >= 0]
    ax.plot(seen, [point] * len(seen), "o", color=_style.BAD, markersize=12, label=_("order"))
    ax.set_ylim(0, (safety + quantity) * 1.3)
    ax.set_xlim(0, 3 * cycle)
    ax.set(xlabel=_("Days"), ylabel=_("Pieces"))
    ax.legend()
    ax.set_title(
        _("Order again at {point:,.1f} pieces, of which {safety:,.1f} are safety stock").format(
            point=point, safety=safety
        )
    )


@_style.chart(grid="x")
def reorder_plan(result: Any, *, ax: Any = None) -> Any:
    """The shelves that need goods most: what is on hand against the reorder point.

    Parameters
    ----------
    result
        What `stock.reorder_plan` gave; the twelve furthest below are drawn, each with the pieces to
        order.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    table = _style.to_pandas(result)
    _style.need(table, ["on_hand", "reorder_point", "order"], "stock.reorder_plan")
    if not len(table):
        raise TableError(_style.nothing())
    due = table[table["order"] > 0]
    short = (due["on_hand"] - due["reorder_point"]).sort_values(kind="stable").index[:12]
    due_now = due.loc[short].iloc[::-1]
    names = [
        f"{store} · {product}"
        for store, product in zip(
            _style.words("store_id", due_now["store_id"]),
            _style.words("product_id", due_now["product_id"]),
            strict=True,
        )
    ]
    at = range(len(due_now))
    ax.barh(at, due_now["reorder_point"], color=_style.QUIET, label=heading("reorder_point"))
    ax.barh(at, due_now["on_hand"], color=_style.MAIN, height=0.45, label=heading("on_hand"))
    ax.set_yticks(list(at), names)
    for place, row in zip(at, due_now.itertuples(), strict=True):
        ax.annotate(
            _("order {pieces:,.0f}").format(pieces=row.order),
            (max(row.reorder_point, row.on_hand), place),
            xytext=(6, 0), textcoords="offset points", va="center", fontsize=13,
        )  # fmt: skip
    ax.margins(x=0.15)
    _axes.value_axis(ax.xaxis, "units", whole=True)
    ax.set_xlabel(_("Pieces"))
    if len(due):
        ax.legend()
    else:
        ax.text(0.5, 0.5, _("Nothing to order"), transform=ax.transAxes, ha="center")
    ax.set_title(
        _("{n:,} of {all:,} shelves to reorder; the furthest below").format(
            n=len(due), all=len(table)
        )
    )


@_style.chart(size=(9, 7))
def transfer_plan(result: Any, *, ax: Any = None) -> Any:
    """How many pieces go from which store to which.

    Parameters
    ----------
    result
        What `stock.transfer_plan` gave.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    table = _style.to_pandas(result)
    _style.need(table, ["from_store_id", "to_store_id", "quantity"], "stock.transfer_plan")
    grid = table.pivot_table(
        index="from_store_id", columns="to_store_id", values="quantity", aggfunc="sum"
    )
    if not len(grid):
        ax.text(0.5, 0.5, _("Nothing to move"), transform=ax.transAxes, ha="center")
        ax.set_axis_off()
        return
    grid.index = _style.words("store_id", grid.index)
    grid.columns = _style.words("store_id", grid.columns)
    _forms.heat(
        ax, grid, percent=False, rows=heading("from_store_id"), columns=heading("to_store_id")
    )
    ax.set_title(
        _("{n:,} pieces of {products:,} products to move").format(
            n=int(table["quantity"].sum()), products=table["product_id"].nunique()
        )
    )


@_style.chart
def suggest_structure(result: Any, *, ax: Any = None) -> Any:
    """How many products get which advice, and how much money that frees.

    Parameters
    ----------
    result
        What `stock.suggest_structure` gave.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    table = _style.to_pandas(result)
    _style.need(table, ["advice", "frees"], "stock.suggest_structure")
    if not len(table):
        raise TableError(_style.nothing())
    counts = table.groupby("advice").size().reindex(ADVICE).dropna().astype(int)
    counts = counts.reset_index(name="products")
    _forms.bars(ax, counts, "advice", "products")
    ax.set(xlabel="", ylabel=_("Number of products"))
    title = _("{n:,} products: less stock of the slow ones frees {money}")
    ax.set_title(title.format(n=len(table), money=_words.short(float(table["frees"].sum()))))
