"""What goes into the same basket: for the counter, and for laying out the shop."""

from __future__ import annotations

from typing import Any

from crmkit import tables
from crmkit.i18n import gettext as _
from crmkit.recommend.purchases import Purchases, new_frame
from crmkit.tables import arguments


@arguments.checked(product_id=arguments.a_code)
def also_bought(sales: Any, product_id: Any = None, k: int = 5, min_orders: int = 5) -> Any:
    """What customers who buy a product take along in the same order.

    Parameters
    ----------
    sales
        One row per line with ``sale_id``, ``product_id`` and ``quantity``; returns do not count.
        Any kind of dataframe.
    product_id
        The product in hand; without it, every product.
    k
        How many others for each.
    min_orders
        In how many orders both must stand: fewer are chance.

    Returns
    -------
    The same kind of frame, for each product the most frequent companions first: ``product_id``,
    ``rank``, ``also_bought``, ``orders`` (with the product), ``orders_both``, ``confidence`` (both ÷
    orders, 0 to 1) and ``lift`` (confidence ÷ the share of all orders that hold the other: above
    1, they attract each other). Companions with a lift of 1 or less are left out.

    Raises
    ------
    TableError
        When a column is missing, or the product was never sold.

    Examples
    --------
    >>> import pandas as pd
    >>> sales = pd.DataFrame({"sale_id": [1, 1, 2, 2, 3, 4], "quantity": 1,
    ...     "product_id": ["brush", "paste", "brush", "paste", "brush", "soap"]})
    >>> also_bought(sales, "brush", min_orders=2)[["also_bought", "orders_both", "lift"]]
      also_bought  orders_both      lift
    0       paste            2  1.333333
    """
    import numpy as np

    baskets = Purchases.of(sales, "sale_id")
    once, orders = baskets.once, baskets.buyers_of_each()
    if product_id is None:
        wanted = np.arange(len(baskets.products))
    else:
        wanted = baskets.products.get_indexer([product_id])
        if wanted[0] < 0:
            raise tables.TableError(
                _("The product {product!r} is not among those sold.").format(product=product_id)
            )
    both = (once[:, wanted].T @ once).tocoo()
    first, second, n = wanted[both.row], both.col, both.data
    confidence = n / orders[first]
    lift = confidence * len(baskets.buyers) / orders[second]
    kept = np.flatnonzero((first != second) & (n >= min_orders) & (lift > 1))
    order = kept[np.lexsort((second[kept], -lift[kept], -n[kept], first[kept]))]
    rank = np.arange(len(order)) - np.searchsorted(first[order], first[order]) + 1
    order, rank = order[rank <= k], rank[rank <= k]
    ids = baskets.products.to_numpy()
    return new_frame(
        {
            "product_id": ids[first[order]].tolist(),
            "rank": rank.tolist(),
            "also_bought": ids[second[order]].tolist(),
            "orders": orders[first[order]].tolist(),
            "orders_both": n[order].astype(int).tolist(),
            "confidence": confidence[order].astype(float).tolist(),
            "lift": lift[order].astype(float).tolist(),
        },
        sales,
    )


@arguments.checked(max_items=arguments.whole(2))
def association_rules(
    sales: Any,
    min_support: float = 0.01,
    min_confidence: float = 0.2,
    min_lift: float = 1.0,
    max_items: int = 3,
    basket: str = "sale_id",
) -> Any:
    """Which products, taken together, call for which others.

    Parameters
    ----------
    sales
        One row per line with ``product_id``, ``quantity`` and the `basket` column; returns do not
        count. Any kind of dataframe.
    min_support
        In which part of all baskets a set must stand, above 0 to 1.
    min_confidence
        In which part of the baskets with the first the second must stand, 0 to 1.
    min_lift
        How many times as often as by chance the second must stand beside the first.
    max_items
        How many products a rule may hold altogether.
    basket
        What belongs together: ``sale_id`` or ``member_id``.

    Returns
    -------
    The same kind of frame, the highest lift first: ``if_bought`` and ``then_bought`` (product_ids
    in order, joined by " + "), ``baskets`` (with the first), ``baskets_both``, ``support`` (both ÷
    all), ``confidence`` (both ÷ with the first), ``lift`` and ``leverage`` (support − what chance
    would give). A rule tells what goes together, not that one causes the other.

    Raises
    ------
    TableError
        When a column is missing.
    CrmkitError
        When a threshold is out of its range.

    References
    ----------
    Agrawal and Srikant (1994); frequent sets by FP-growth (Han, Pei and Yin, 2000) in mlxtend.

    Examples
    --------
    >>> import pandas as pd
    >>> sales = pd.DataFrame({"sale_id": [1, 1, 2, 2, 3, 4], "quantity": 1,
    ...     "product_id": ["brush", "paste", "brush", "paste", "brush", "soap"]})
    >>> association_rules(sales, min_support=0.3)[["if_bought", "then_bought", "confidence"]]
      if_bought then_bought  confidence
    0     brush       paste    0.666667
    1     paste       brush    1.000000
    """
    import numpy as np
    import pandas as pd
    from mlxtend.frequent_patterns import association_rules as rules_of
    from mlxtend.frequent_patterns import fpgrowth

    baskets = Purchases.of(sales, basket)
    often = baskets.buyers_of_each() >= min_support * len(baskets.buyers)
    shown = pd.DataFrame.sparse.from_spmatrix(
        baskets.once[:, often].astype(bool), columns=range(int(often.sum()))
    )
    ids = baskets.products.to_numpy()[often]
    columns = ["if_bought", "then_bought", "baskets", "baskets_both", "support", "confidence"]
    columns += ["lift", "leverage"]
    sets = fpgrowth(shown, min_support, use_colnames=True, max_len=max_items)
    if sets.empty or sets["itemsets"].map(len).max() < 2:  # mlxtend fails on these
        return new_frame({name: [] for name in columns}, sales)
    with np.errstate(divide="ignore", invalid="ignore"):  # in measures that are not kept
        rules = rules_of(sets, metric="confidence", min_threshold=min_confidence)
    rules = rules[rules["lift"] >= min_lift]
    n = len(baskets.buyers)

    def names(items: frozenset) -> str:
        return " + ".join(sorted(str(ids[i]) for i in items))

    table = pd.DataFrame(
        {
            "if_bought": rules["antecedents"].map(names),
            "then_bought": rules["consequents"].map(names),
            "baskets": (rules["antecedent support"] * n).round().astype(int),
            "baskets_both": (rules["support"] * n).round().astype(int),
            "support": rules["support"],
            "confidence": rules["confidence"],
            "lift": rules["lift"],
            "leverage": rules["leverage"],
        }
    )
    table["_lift"] = table["lift"].round(9)
    table = table.sort_values(["_lift", "if_bought", "then_bought"], ascending=[False, True, True])
    return new_frame({name: table[name].tolist() for name in columns}, sales)
