"""Charts of what goes together and of how good recommendations are."""

from typing import Any

from crmkit.i18n import gettext as _
from crmkit.labels import heading, width_of
from crmkit.plot import _axes, _forms, _style, _words
from crmkit.tables import TableError


@_style.chart(grid="x")
def evaluation(result: Any, value: str = "ndcg", *, ax: Any = None) -> Any:
    """How well each recommender ranks, the best on top, beside the best sellers as the floor.

    Parameters
    ----------
    result
        What `recommend.evaluate` gave.
    value
        Which figure (precision, recall, ndcg, hit_rate, coverage, novelty).
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.recommend import ItemCF, evaluate
    >>> sales = pd.DataFrame({"member_id": ["M1", "M1", "M2", "M2", "M3", "M3"], "quantity": 1,
    ...     "product_id": ["tea", "cup", "tea", "cup", "tea", "cup"],
    ...     "sold_at": pd.to_datetime(["2025-01-01"] * 5 + ["2025-03-01"])})
    >>> len(evaluation(evaluate(ItemCF(), sales, k=1)).patches)
    2
    """
    if not hasattr(result, "table") or value not in result.table:
        raise TableError(_("Give what {source} returns.").format(source="recommend.evaluate"))
    table = result.table.sort_values(value, ascending=False, kind="stable", ignore_index=True)
    floor = float(result.table[value][0])
    colours = [_style.QUIET if name == "Popular" else _style.MAIN for name in table["model"]]
    _forms.bars(ax, table, "model", value, horizontal=True, colours=colours, labelled=False)
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
def also_bought(result: Any, *, ax: Any = None) -> Any:
    """What customers who buy a product take along: a bar per companion, the most frequent on top.

    Parameters
    ----------
    result
        What `recommend.also_bought` gave for one product.
    ax, names
        Where to draw, and what to call ids: `names=products` shows the products by name.

    Returns
    -------
    The Axes.

    Examples
    --------
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
    table = _style.known(table, "confidence").head(_style.MOST)
    _forms.bars(ax, table, "also_bought", "confidence", horizontal=True, labelled=False)
    for place, row in enumerate(table.itertuples()):
        ax.annotate(
            _("{share:.1%} ({lift:.1f} × chance)").format(share=row.confidence, lift=row.lift),
            (row.confidence, place),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontsize=13,
        )
    ax.xaxis.set_major_formatter(PercentFormatter(1))
    ax.set_xlim(right=1.45 * table["confidence"].max())
    first = _style.words("product_id", table["product_id"].head(1))[0]
    ax.set_title(_("Who buys {product} also buys").format(product=first))
    ax.set_xlabel(_("Share of the orders with it that also hold the other"))


@_style.chart(grid="x")
def association_rules(result: Any, top: int = 10, *, ax: Any = None) -> Any:
    """The rules with the highest lift: how many times as often as by chance.

    Parameters
    ----------
    result
        What `recommend.association_rules` gave.
    top
        How many rules.
    ax, names
        Where to draw, and what to call ids: `names=products` shows the products by name.

    Returns
    -------
    The Axes.

    Examples
    --------
    >>> import pandas as pd
    >>> result = pd.DataFrame({"if_bought": ["brush"], "then_bought": ["paste"], "lift": [1.3],
    ...     "baskets_both": [2], "confidence": [0.66]})
    >>> association_rules(result).get_yticklabels()[0].get_text()
    'brush → paste'
    """
    table = _style.to_pandas(result)
    _style.need(table, ["if_bought", "then_bought", "lift"], "recommend.association_rules")
    table = _style.known(table, "lift").head(top)

    def said(ids: str) -> str:
        return " + ".join(_style.words("product_id", str(ids).split(" + ")))

    sides = [(said(row.if_bought), said(row.then_bought)) for row in table.itertuples()]
    if max(width_of(one + other) for one, other in sides) <= 30:
        rules = [f"{one} → {other}" for one, other in sides]
    else:
        rules = [
            _words.fold(one, 32, 1) + " →\n" + _words.fold(other, 32, 1) for one, other in sides
        ]
    drawn = ax.barh(range(len(table)), table["lift"], color=_style.MAIN)
    ax.bar_label(drawn, _words.alike("lift", table["lift"]), padding=4, fontsize=13)
    ax.margins(x=0.1)
    _axes.value_axis(ax.xaxis, "lift")
    ax.set_yticks(range(len(table)), rules)
    ax.invert_yaxis()
    ax.axvline(1, color="black", linewidth=1.5, linestyle="--")
    ax.set(xlabel=_("{lift} (1, the dashed line: as by chance)").format(lift=heading("lift")))
    ax.set_title(_("What goes together"))


@_style.chart(grid="x", size=(11, 7.4))
def substitutes(result: Any, *, ax: Any = None) -> Any:
    """The tree of what stands in for what: the further left two branches meet, the more alike.

    Parameters
    ----------
    result
        What `recommend.substitutes` gave.
    ax, names
        Where to draw, and what to call ids: `names=products` shows the products by name.

    Returns
    -------
    The Axes.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.recommend import substitutes as tree
    >>> sales = pd.DataFrame({"member_id": list("aabbccddef"), "sale_id": range(10), "quantity": 1,
    ...     "product_id": ["green", "black"] * 2 + ["cup", "mug"] * 2 + ["green", "cup"]})
    >>> len(substitutes(tree(sales, groups=2)).get_yticklabels())
    4
    """
    from scipy.cluster.hierarchy import dendrogram

    if not hasattr(result, "merges"):
        raise TableError(_("Give what {source} returns.").format(source="recommend.substitutes"))
    table = _style.to_pandas(result.products)
    ids = sorted(table["product_id"].tolist())
    group = dict(zip(table["product_id"], table["group"], strict=True))
    drawn = dendrogram(result.merges, no_plot=True)
    # scipy's leaves stand at 5, 15, 25 …; a branch has its group's colour as long as it is one
    leaves = [ids[leaf] for leaf in drawn["leaves"]]
    for across, depth in zip(drawn["icoord"], drawn["dcoord"], strict=True):
        below = {
            group[leaves[int(at // 10)]] for at in range(int(across[0]), int(across[3]) + 1, 5)
        }
        colour = _style.PALETTE[(below.pop() - 1) % 7] if len(below) == 1 else _style.GREY
        ax.plot(depth, across, color=colour)
    names = [_words.fold(name, 34, 1) for name in _style.apart("product_id", leaves)]
    ax.set_yticks([10 * n + 5 for n in range(len(leaves))], names)
    ax.tick_params(axis="y", labelsize=14 if len(leaves) <= 14 else 12)
    ax.set_ylim(10 * len(leaves), 0)
    ax.set_xlim(left=0)
    ax.set_xlabel(_("How unlike (0: the same members take now one, now the other)"))
    ax.set_title(_("What stands in for what"))
