"""Charts of what goes together and of how good recommendations are."""

from collections.abc import Mapping
from typing import Any

from crmkit.i18n import gettext as _
from crmkit.labels import heading
from crmkit.plot import _style


@_style.chart(grid="x")
def evaluation(result: Any, value: str = "ndcg", *, ax: Any = None) -> Any:
    """How well each recommender ranks, the best on top, beside the best sellers as the floor.

    `result`: what `recommend.evaluate` gave; `value`: which figure (precision, recall, ndcg,
    hit_rate, coverage, novelty). Returns the Axes.

    >>> import pandas as pd
    >>> from crmkit.recommend import ItemCF, evaluate
    >>> sales = pd.DataFrame({"member_id": ["M1", "M1", "M2", "M2", "M3", "M3"], "quantity": 1,
    ...     "product_id": ["tea", "cup", "tea", "cup", "tea", "cup"],
    ...     "sold_at": pd.to_datetime(["2025-01-01"] * 5 + ["2025-03-01"])})
    >>> len(evaluation(evaluate(ItemCF(), sales, k=1)).patches)
    2
    """
    table = result.table.sort_values(value, ascending=False, kind="stable", ignore_index=True)
    floor = float(result.table[value][0])
    colours = [_style.QUIET if name == "Popular" else _style.MAIN for name in table["model"]]
    _style.bars(ax, table, "model", value, horizontal=True, colours=colours, labelled=False)
    for place, number in enumerate(table[value]):
        said = f"{number:.3f}" if value in ("ndcg", "novelty") else f"{number:.1%}"
        ax.annotate(
            said,
            (number, place),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontsize=13,
        )
    ax.axvline(floor, color="black", linewidth=1.5, linestyle="--")
    ax.margins(x=0.12)
    ax.set_title(
        _("{figure} of {n:,} members, {k} products each").format(
            figure=heading(value), n=result.members, k=result.k
        )
    )


@_style.chart(grid="x")
def also_bought(result: Any, names: Mapping[Any, str] | None = None, *, ax: Any = None) -> Any:
    """What customers who buy a product take along: a bar per companion, the most frequent on top.

    `result`: what `recommend.also_bought` gave for one product; `names`: what to call the
    products, by id. Returns the Axes.

    >>> import pandas as pd
    >>> result = pd.DataFrame({"product_id": ["brush"], "rank": [1], "also_bought": ["paste"],
    ...     "orders": [3], "orders_both": [2], "confidence": [0.66], "lift": [1.3]})
    >>> len(also_bought(result).patches)
    1
    """
    from matplotlib.ticker import PercentFormatter

    table = _style.to_pandas(result)
    _style.need(table, ["product_id", "also_bought", "confidence"], "recommend.also_bought")
    table = table[table["product_id"] == table["product_id"].iloc[0]] if len(table) else table
    called = names or {}
    table = table.assign(also_bought=[called.get(p, p) for p in table["also_bought"]])
    _style.bars(ax, table, "also_bought", "confidence", horizontal=True, labelled=False)
    for place, row in enumerate(table.itertuples()):
        ax.annotate(
            _("{share:.0%} ({lift:.1f} × chance)").format(share=row.confidence, lift=row.lift),
            (row.confidence, place),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontsize=13,
        )
    ax.xaxis.set_major_formatter(PercentFormatter(1))
    ax.margins(x=0.3)
    first = table["product_id"].iloc[0] if len(table) else "–"
    ax.set_title(_("Who buys {product} also buys").format(product=called.get(first, first)))


@_style.chart(grid="x")
def association_rules(
    result: Any, top: int = 10, names: Mapping[Any, str] | None = None, *, ax: Any = None
) -> Any:
    """The rules with the highest lift: how many times as often as by chance.

    `result`: what `recommend.association_rules` gave; `top`: how many rules; `names`: what to call
    the products, by id. Returns the Axes.

    >>> import pandas as pd
    >>> result = pd.DataFrame({"if_bought": ["brush"], "then_bought": ["paste"], "lift": [1.3],
    ...     "baskets_both": [2], "confidence": [0.66]})
    >>> association_rules(result).get_yticklabels()[0].get_text()
    'brush → paste'
    """
    table = _style.to_pandas(result)
    _style.need(table, ["if_bought", "then_bought", "lift"], "recommend.association_rules")
    table = table.head(top)

    def said(ids: str) -> str:
        return " + ".join((names or {}).get(one, one) for one in str(ids).split(" + "))

    rules = [f"{said(row.if_bought)} → {said(row.then_bought)}" for row in table.itertuples()]
    ax.barh(range(len(table)), table["lift"], color=_style.MAIN)
    ax.set_yticks(range(len(table)), rules)
    ax.invert_yaxis()
    ax.axvline(1, color="black", linewidth=1.5, linestyle="--")
    ax.set(xlabel=heading("lift"), ylabel="")
    ax.set_title(_("What goes together"))
