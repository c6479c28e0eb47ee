"""Which products stand in for one another: a tree, from what the same customers buy apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from crmkit import tables
from crmkit.i18n import gettext as _
from crmkit.recommend.purchases import Purchases, new_frame
from crmkit.results import Result
from crmkit.tables import arguments

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Substitution(Result):
    """A tree of products: the lower two meet, the more they stand in for each other.

    Parameters
    ----------
    products
        A frame of the kind that came in, one row per product in the order of the tree:
        ``product_id``, ``place``, ``group`` (1, 2 …) and ``members`` who bought it.
    pairs
        A frame of the same kind, one row per two products, the most alike first: ``product_id``,
        ``other_id``, ``members_both``, ``members_together`` (of these, in one order at least once)
        and ``likeness`` (Yule's Q, −1 to 1).
    merges
        How the tree is joined, as scipy's ``linkage`` gives it, over the products by id.
    """

    products: Any
    pairs: Any
    merges: np.ndarray
    table_of = "products"

    def to_dict(self) -> dict[str, Any]:
        """How many products there are, and into how many groups they fall."""
        table = tables.to_pandas(tables.open_frame(self.products))
        return {"products": len(table), "groups": int(table["group"].max())}

    def __str__(self) -> str:
        found = self.to_dict()
        return _("{n} products in {k} groups that stand in for one another").format(
            n=found["products"], k=found["groups"]
        )

    __repr__ = __str__


@arguments.checked(
    category=arguments.a_code,
    by=arguments.a_name,
    most=arguments.whole(3, 60),
    groups=arguments.whole(1, 60),
)
def substitutes(
    sales: Any,
    category: Any = None,
    most: int = 20,
    groups: int = 4,
    by: str = "category",
    products: Any = None,
) -> Substitution:
    """Which products of a category customers take in place of one another.

    Two products are alike when the same members buy both, but not in the same order: who takes both
    home at once needs both, who takes now this and now that replaces one by the other.

    Parameters
    ----------
    sales
        One row per line with ``member_id``, ``sale_id``, ``product_id`` and ``quantity``; returns
        and walk-ins are left out. Any kind of dataframe.
    category
        Which value of `by` to look at; without it, all products.
    most
        How many products, 3 to 60: those that most members bought.
    groups
        Into how many groups the tree is cut.
    by
        The column of `category`.
    products
        One row per product, where `by` stands there; the same kind of frame.

    Returns
    -------
    A `Substitution`. Likeness is Yule's Q over members, who bought both in one order set aside,
    with half a member added to each cell; the tree joins by average likeness.

    Raises
    ------
    TableError
        When a column is missing, or fewer than two products were bought.

    References
    ----------
    Yule (1900); average linkage: Sokal and Michener (1958). The idea of a customer decision tree:
    what is decided first lies higher. It shows what is bought, not what would be bought if one were
    gone.

    Examples
    --------
    >>> import pandas as pd
    >>> sales = pd.DataFrame({"member_id": list("aabbccddef"), "sale_id": range(10), "quantity": 1,
    ...     "product_id": ["green", "black"] * 2 + ["cup", "mug"] * 2 + ["green", "cup"]})
    >>> found = substitutes(sales, groups=2).products
    >>> sorted(sorted(group) for _, group in found.groupby("group")["product_id"])
    [['black', 'green'], ['cup', 'mug']]
    """
    import numpy as np
    from scipy.cluster.hierarchy import fcluster, leaves_list, linkage
    from scipy.spatial.distance import squareform

    lines = tables.require(sales, "sales", ["member_id", "sale_id", "product_id", "quantity"])
    lines = lines.filter(~nw.col("member_id").is_null())
    if category is not None:
        lines, _periods = tables.grouped_by(lines, "sales", [by], "sold_at", products=products)
        lines = lines.filter(nw.col(by) == category)
        if not len(tables.collect(lines.head(1))):
            raise tables.TableError(
                _("No member bought anything whose {by} is {category!r}.").format(
                    by=by, category=category
                )
            )
    native = lines.select("member_id", "sale_id", "product_id", "quantity").to_native()
    by_member = Purchases.of(native)
    order = np.lexsort((np.arange(len(by_member.products)), -by_member.buyers_of_each()))
    kept = np.sort(order[: int(most)])
    ids = by_member.products.to_numpy()[kept]
    if len(kept) < 2:
        raise tables.TableError(
            _("Only {n} products were bought there; a tree needs at least 2.").format(n=len(kept))
        )
    once = by_member.once[:, kept].astype("float64")
    both = (once.T @ once).toarray()
    together = _together(native, by_member, ids)
    bought = np.diag(both)
    apart = both - together
    only = bought[:, None] - both
    neither = len(by_member.buyers) - bought[:, None] - bought[None, :] + both
    a, b, c, d = (cell + 0.5 for cell in (apart, only, only.T, neither))
    likeness = (a * d - b * c) / (a * d + b * c)
    distance = (1 - likeness) / 2
    np.fill_diagonal(distance, 0)
    merges = linkage(squareform(distance, checks=False), "average")
    place = np.argsort(leaves_list(merges))
    cut = fcluster(merges, int(groups), "maxclust")
    along = np.argsort(place)
    named = {g: n + 1 for n, g in enumerate(dict.fromkeys(cut[along].tolist()))}
    first, second = np.triu_indices(len(ids), 1)
    ranked = np.lexsort((second, first, -likeness[first, second].round(12)))
    first, second = first[ranked], second[ranked]
    leaves = {
        "product_id": ids[along].tolist(),
        "place": list(range(1, len(ids) + 1)),
        "group": [named[g] for g in cut[along].tolist()],
        "members": bought[along].astype(int).tolist(),
    }
    pairs = {
        "product_id": ids[first].tolist(),
        "other_id": ids[second].tolist(),
        "members_both": both[first, second].astype(int).tolist(),
        "members_together": together[first, second].astype(int).tolist(),
        "likeness": likeness[first, second].round(12).tolist(),
    }
    return Substitution(new_frame(leaves, sales), new_frame(pairs, sales), merges)


def _together(native: Any, by_member: Purchases, ids: np.ndarray) -> np.ndarray:
    """For every two products how many members had both in one order at least once."""
    import numpy as np
    from scipy.sparse import csr_matrix

    orders = Purchases.of(native, "sale_id")
    once = orders.once[:, orders.products.get_indexer(ids)].tocsr()
    whose = tables.collect(
        tables.open_frame(native).group_by("sale_id").agg(nw.col("member_id").min())
    )
    rows = orders.buyers.get_indexer(whose["sale_id"].to_list())
    member = by_member.buyers.get_indexer(whose["member_id"].to_list())
    there = rows >= 0
    owner = np.zeros(len(orders.buyers), dtype=int)
    owner[rows[there]] = member[there]
    found = np.zeros((len(ids), len(ids)))
    for column in range(len(ids)):
        held = once[:, [column]].tocsc().indices
        shape = len(by_member.buyers), len(held)
        cells = np.ones(len(held)), (owner[held], np.arange(len(held)))
        found[column] = np.bincount(
            (csr_matrix(cells, shape=shape) @ once[held]).indices, minlength=len(ids)
        )
    return found
