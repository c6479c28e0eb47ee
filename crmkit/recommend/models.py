"""What to offer whom: one small recommender per idea, all fitted and asked alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from inspect import signature
from numbers import Real
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from crmkit import tables
from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.recommend.purchases import Purchases, new_frame
from crmkit.tables import arguments

if TYPE_CHECKING:
    import numpy as np
    from scipy.sparse import csr_matrix

CELLS = 2**21
"""Scores reckoned at a time: some dozen megabytes, however many products the shop has."""


def _goods(what: str, value: Any) -> None:
    """Products to choose from, or one; there may be none in stock."""
    arguments.demand(what, value, _("a list of values"), lambda v: v != "" and list(v) is not None)


def _whom(what: str, value: Any) -> None:
    """One member, several, or a table of them."""
    limit = _("a member's id, a list of them, or a table with member_id")
    arguments.demand(
        what, value, limit, lambda v: isinstance(v, str | int) or _is_table(v) or iter(v)
    )


def _is_table(value: Any) -> bool:
    return isinstance(nw.from_native(value, pass_through=True), nw.DataFrame | nw.LazyFrame)


class Recommender:
    """What all recommenders have in common: `fit` on sales, then `recommend` for members.

    They follow scikit-learn: what is given to the constructor can be read with `get_params` and
    changed with `set_params`, and ``sklearn.base.clone`` makes an unfitted copy.

    A member whom the model knows nothing about, or for whom it finds fewer than k products, gets
    the best sellers instead; the column ``source`` says so.
    """

    def fit(self, sales: Any, products: Any = None) -> Recommender:
        """Learn from what was bought.

        Parameters
        ----------
        sales
            One row per line with ``member_id``, ``product_id`` and ``quantity``; lines of
            walk-ins and returns are left out. Any kind of dataframe: it is counted where it is.
        products
            One row per product with ``product_id`` (and what the recommender looks at): what may
            be recommended besides what was sold. Any kind of dataframe.

        Returns
        -------
        The recommender itself.

        Raises
        ------
        TableError
            When a column is missing, or no line was bought by a known member.
        """
        catalogue = None
        if products is not None:
            looked_at = ["category", "brand", "list_price"]
            goods = tables.require(
                products, "products", ["product_id"], looked_at, unique="product_id"
            ).filter(~nw.col("product_id").is_null())
            lines = tables.require(sales, "sales", ["product_id"])
            tables.beside(lines, goods, ("sales", "products"), "product_id")
            catalogue = goods.collect()
        ids = () if catalogue is None else catalogue["product_id"].to_list()
        known = Purchases.of(sales, catalogue=ids)
        nothing = tables.give_back(tables.open_frame(sales).head(0), sales)
        return self._learn_all(known, catalogue, nothing)

    @arguments.checked(among=_goods, members=_whom)
    def recommend(
        self, members: Any = None, k: int = 10, only_new: bool = True, among: Sequence | None = None
    ) -> Any:
        """The k products that suit each member best.

        Parameters
        ----------
        members
            The member_ids, as a list or as a frame with ``member_id``; without it, everybody who
            has bought.
        k
            How many products for each member.
        only_new
            Leave out what the member has bought before.
        among
            The product_ids that may be recommended (what is in stock); without it, all.

        Returns
        -------
        A frame of the kind that `fit` was given, one row per member and product: ``member_id``,
        ``rank`` (1 is best), ``product_id``, ``score`` (comparable within a member only) and
        ``source``: ``model``, or ``popular`` where the model had nothing to go by.

        Raises
        ------
        CrmkitError
            When `fit` has not been called, or `k` is no whole number above 0.
        """
        import numpy as np

        if not hasattr(self, "_purchases"):
            raise CrmkitError(_("Fit the recommender first: .fit(sales)."))
        if isinstance(among, str | int):
            among = [among]
        asked = self._asked(members)
        nothing = tuple(np.empty(0, dtype=kind) for kind in (int, int, float, bool))
        parts = [nothing, *self._best(asked, k, only_new, among)]
        at, columns, scores, modelled = (np.concatenate(part) for part in zip(*parts, strict=True))
        ids = self._purchases.products.to_numpy()
        ranks = np.arange(len(at)) - np.searchsorted(at, at) + 1
        return new_frame(
            {
                "member_id": [asked[i] for i in at.tolist()],
                "rank": ranks.tolist(),
                "product_id": ids[columns].tolist(),
                "score": scores.astype(float).tolist(),
                "source": np.where(modelled, "model", "popular").tolist(),
            },
            self._like,
        )

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """What the recommender was made with, by name.

        Parameters
        ----------
        deep
            Is there for scikit-learn's sake: no parameter has parameters with a name.

        Examples
        --------
        >>> ItemCF(neighbours=10).get_params()
        {'neighbours': 10, 'shrink': 5.0}
        """
        return {name: getattr(self, name) for name in self._settings()}

    def set_params(self, **params: Any) -> Recommender:
        """Change what the recommender was made with; `fit` it again afterwards.

        Returns
        -------
        The recommender itself, not fitted.

        Raises
        ------
        CrmkitError
            When there is no such parameter, or its value makes no sense; then nothing is changed.

        Examples
        --------
        >>> ItemCF().set_params(neighbours=10)
        ItemCF(neighbours=10, shrink=5.0)
        """
        known = self._settings()
        for name in params:
            if name not in known:
                raise CrmkitError(
                    _("{model} has no parameter {name!r}. It has: {known}.").format(
                        model=type(self).__name__, name=name, known=", ".join(known) or "–"
                    )
                )
        fresh = type(self)(**{**self.get_params(), **params})
        self.__dict__.clear()
        self.__dict__.update(fresh.__dict__)
        return self

    # what each recommender has of its own

    def _learn(self, products: Any) -> None:
        """Learn from ``self._purchases`` and, where it is there, the table of products."""
        raise NotImplementedError

    def _score(self, rows: np.ndarray) -> np.ndarray:
        """For each row of the purchases a score for each product, 0 for nothing to go by."""
        raise NotImplementedError

    # what they share

    @classmethod
    def _settings(cls) -> list[str]:
        return list(signature(cls).parameters)

    def _learn_all(self, purchases: Purchases, products: Any, like: Any) -> Recommender:
        self._purchases = purchases
        self._like = like
        self._popularity = purchases.buyers_of_each() / len(purchases.buyers)
        self._learn(products)
        return self

    def _asked(self, members: Any) -> list:
        if members is None:
            return self._purchases.buyers.tolist()
        if isinstance(members, str | int):
            return [members]
        if not _is_table(members):
            return list(dict.fromkeys(members))
        listed = tables.require(members, "members", ["member_id"]).select("member_id").collect()
        return list(dict.fromkeys(listed["member_id"].to_list()))

    def _best(
        self, asked: list, k: int, only_new: bool, among: Sequence | None
    ) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
        """Block by block: place of the member, product, score, whether the model gave it."""
        import numpy as np

        rows = self._purchases.buyers.get_indexer(asked)
        products = self._purchases.products
        out = ~products.isin(products if among is None else list(among))
        once = self._purchases.once
        # popularity breaks ties and fills up: too small to overtake any score
        filling = self._popularity * 1e-6 + 1e-9
        for start, stop in _blocks(len(asked), len(out)):
            block = rows[start:stop]
            known = block >= 0
            scores = np.zeros((len(block), len(out)))
            if known.any():
                scores[known] = self._score(block[known])
                top = scores.max(axis=1, keepdims=True)
                scores /= np.where(top > 0, top, 1)
            modelled = scores > 0
            scores = scores + filling
            scores[:, out] = -1
            if only_new and known.any():
                had = once[block[known]].nonzero()
                scores[np.flatnonzero(known)[had[0]], had[1]] = -1
            at, columns = _top(scores, k)
            yield at + start, columns, scores[at, columns], modelled[at, columns]


@dataclass
class Popular(Recommender):
    """The best sellers for everybody: the floor that every other recommender must clear.

    A product scores by how many members bought it.

    Examples
    --------
    >>> import pandas as pd
    >>> sales = pd.DataFrame({"member_id": ["M1", "M2", "M2"], "quantity": [1, 1, 1],
    ...                       "product_id": ["tea", "tea", "cup"]})
    >>> Popular().fit(sales).recommend(["M1"], k=1)["product_id"].tolist()
    ['cup']
    """

    def _learn(self, products: Any) -> None:
        pass

    def _score(self, rows: np.ndarray) -> np.ndarray:
        import numpy as np

        return np.broadcast_to(self._popularity, (len(rows), len(self._popularity)))


@dataclass
class ItemCF(Recommender):
    """Who bought this also bought that: products bought by the same members are alike.

    The likeness of two products is the cosine of their buyers (Sarwar et al., 2001), lessened
    when few members bought both; a product scores by its likeness to what the member has bought.

    Parameters
    ----------
    neighbours
        How many of the most alike products count for each product.
    shrink
        How many common buyers it takes to halve the doubt: likeness × common ÷ (common + shrink).

    Examples
    --------
    >>> import pandas as pd
    >>> sales = pd.DataFrame({"member_id": ["M1", "M1", "M2", "M2", "M3"], "quantity": 1,
    ...                       "product_id": ["tea", "cup", "tea", "cup", "tea"]})
    >>> ItemCF().fit(sales).recommend(["M3"], k=1)["product_id"].tolist()
    ['cup']
    """

    neighbours: int = 20
    shrink: float = 5.0

    def __post_init__(self) -> None:
        arguments.look_at(self)

    def _learn(self, products: Any) -> None:
        import numpy as np

        once = self._purchases.once
        common = (once.T @ once).tocsr()
        common.setdiag(0)
        common.eliminate_zeros()
        buyers = np.sqrt(self._purchases.buyers_of_each().astype("float32"))
        row = np.repeat(np.arange(common.shape[0]), np.diff(common.indptr))
        cosine = common.data / (buyers[row] * buyers[common.indices])
        common.data = cosine * common.data / (common.data + self.shrink)
        self._alike = _keep_largest(common, self.neighbours)

    def _score(self, rows: np.ndarray) -> np.ndarray:
        return (self._purchases.once[rows] @ self._alike).toarray()

    @arguments.checked(member_id=arguments.a_code, product_id=arguments.a_code)
    def because(self, member_id: Any, product_id: Any, k: int = 3) -> list:
        """Which products that the member has bought speak most for this one, the strongest first.

        Returns up to `k` product_ids; none when the member or the product is not known.
        """
        import numpy as np

        row = self._purchases.buyers.get_indexer([member_id])[0]
        column = self._purchases.products.get_indexer([product_id])[0]
        if row < 0 or column < 0:
            return []
        had = self._purchases.once[row].indices
        strength = self._alike[had][:, column].toarray().ravel()
        order = np.argsort(-strength, kind="stable")[:k]
        ids = self._purchases.products.to_numpy()
        return [ids[had[i]] for i in order if strength[i] > 0]


@dataclass
class UserCF(Recommender):
    """What members with the same taste bought: members alike in what they bought.

    The likeness of two members is the cosine of their purchases; a product scores by the likeness
    of those neighbours who bought it.

    Parameters
    ----------
    neighbours
        How many of the most alike members count.

    Examples
    --------
    >>> import pandas as pd
    >>> sales = pd.DataFrame({"member_id": ["M1", "M1", "M2", "M2", "M3"], "quantity": 1,
    ...                       "product_id": ["tea", "cup", "tea", "cup", "tea"]})
    >>> UserCF().fit(sales).recommend(["M3"], k=1)["product_id"].tolist()
    ['cup']
    """

    neighbours: int = 50

    def __post_init__(self) -> None:
        arguments.look_at(self)

    def _learn(self, products: Any) -> None:
        self._tastes = _unit_rows(self._purchases.once)

    def _score(self, rows: np.ndarray) -> np.ndarray:
        alike = (self._tastes[rows] @ self._tastes.T).tocsr()
        alike.data[alike.indices == _repeat(rows, alike)] = 0  # nobody is their own neighbour
        alike = _keep_largest(alike, self.neighbours)
        return (alike @ self._purchases.once).toarray()


@dataclass
class Content(Recommender):
    """More of what the member likes: the same category, brand and price band.

    Needs no other members, so it can recommend a product on its first day. The price band says
    where a product's list price lies within its category.

    Parameters
    ----------
    features
        The columns of products to look at, besides the price band.
    price_bands
        Into how many bands each category's prices are divided; 0 leaves prices out.

    Examples
    --------
    >>> import pandas as pd
    >>> sales = pd.DataFrame({"member_id": ["M1"], "product_id": ["tea"], "quantity": [1]})
    >>> products = pd.DataFrame({"product_id": ["tea", "mat", "jasmine tea"],
    ...                          "category": ["drinks", "home", "drinks"]})
    >>> Content(["category"], price_bands=0).fit(sales, products).recommend(k=1)[
    ...     "product_id"].tolist()
    ['jasmine tea']
    """

    features: Sequence[str] = ("category", "brand")
    price_bands: int = 3

    def __post_init__(self) -> None:
        arguments.look_at(self, price_bands=arguments.whole(0))
        if not self.features and not self.price_bands:
            raise CrmkitError(_("Content needs something to look at: features, or price bands."))

    def _learn(self, products: Any) -> None:
        import numpy as np
        import pandas as pd
        from scipy.sparse import csr_matrix, hstack

        if products is None:
            raise tables.TableError(_("Content looks at the products: .fit(sales, products)."))
        wanted = [*self.features, *(["list_price"] if self.price_bands else [])]
        for name in wanted:
            if name not in products.columns:
                raise tables.missing_column("products", name, products.columns)
        table = pd.DataFrame({name: products[name].to_list() for name in ["product_id", *wanted]})
        table = table.set_index("product_id").reindex(self._purchases.products)
        if self.price_bands:
            group = self.features[0] if self.features else None
            price = table["list_price"]
            part = (price.groupby(table[group]) if group else price).rank(pct=True, method="max")
            band = np.ceil(part * self.price_bands)
            words = table[group].astype(str) if group else ""
            table["list_price"] = (words + band.astype("Int64").astype(str)).where(band.notna())
        traits = []
        for name in wanted:
            codes, found = pd.factorize(table[name])
            there = np.flatnonzero(codes >= 0)
            shape = len(table), max(len(found), 1)
            ones = np.ones(len(there), dtype="float32")
            traits.append(csr_matrix((ones, (there, codes[there])), shape=shape))
        self._traits = _unit_rows(hstack(traits).tocsr())

    def _score(self, rows: np.ndarray) -> np.ndarray:
        likes = _unit_rows(self._purchases.once[rows] @ self._traits)
        return (likes @ self._traits.T).toarray()


@dataclass
class Hybrid(Recommender):
    """Several recommenders together: each scores, the scores are weighted and added.

    Parameters
    ----------
    parts
        The recommenders with their weights; without it, `ItemCF` with 0.7 and `Content` with 0.3.

    Examples
    --------
    >>> import pandas as pd
    >>> sales = pd.DataFrame({"member_id": ["M1", "M1", "M2"], "quantity": 1,
    ...                       "product_id": ["tea", "cup", "tea"]})
    >>> Hybrid([(ItemCF(), 0.8), (Popular(), 0.2)]).fit(sales).recommend(["M2"], k=1)[
    ...     "product_id"].tolist()
    ['cup']
    """

    parts: Sequence[tuple[Recommender, float]] | None = None

    def __post_init__(self) -> None:
        limit = _(
            "one recommender or more, each with a weight above 0: "
            "Hybrid([(ItemCF(), 0.7), (Content(), 0.3)])"
        )
        weighted = self._weighted()
        tables.demand(
            "parts",
            self.parts,
            limit,
            lambda _parts: bool(weighted) and all(map(_is_weighted, weighted)),
        )

    def _weighted(self) -> list[Any]:
        if self.parts is None:
            return [(ItemCF(), 0.7), (Content(), 0.3)]
        return list(self.parts) if isinstance(self.parts, list | tuple) else [self.parts]

    def _learn(self, products: Any) -> None:
        self._fitted = [(copy(part), weight) for part, weight in self._weighted()]
        for part, _weight in self._fitted:
            part._purchases, part._like = self._purchases, self._like
            part._popularity = self._popularity
            part._learn(products)

    def _score(self, rows: np.ndarray) -> np.ndarray:
        import numpy as np

        total = np.zeros((len(rows), len(self._popularity)), dtype="float32")
        for part, weight in self._fitted:
            scores = part._score(rows)
            top = scores.max(axis=1, keepdims=True)
            total += weight * scores / np.where(top > 0, top, 1)
        return total


def _is_weighted(part: Any) -> bool:
    """Whether this is a recommender with a weight above 0."""
    if not isinstance(part, list | tuple) or len(part) != 2:
        return False
    return isinstance(part[0], Recommender) and isinstance(part[1], Real) and float(part[1]) > 0


def _blocks(rows: int, columns: int) -> Iterator[tuple[int, int]]:
    """Where to begin and to stop so that a block of rows has about `CELLS` cells, at most."""
    step = max(1, min(1024, CELLS // max(columns, 1)))
    return ((start, start + step) for start in range(0, rows, step))


def _repeat(rows: np.ndarray, matrix: csr_matrix) -> np.ndarray:
    import numpy as np

    return np.repeat(rows, np.diff(matrix.indptr))


def _unit_rows(matrix: csr_matrix) -> csr_matrix:
    """Each row divided by its length, so that a product of two rows is their cosine."""
    import numpy as np
    from scipy.sparse import diags

    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return (diags(1 / np.where(length > 0, length, 1)) @ matrix).tocsr().astype("float32")


def _keep_largest(matrix: csr_matrix, n: int) -> csr_matrix:
    """The n largest values above 0 of each row."""
    import numpy as np
    from scipy.sparse import csr_matrix

    n = min(n, matrix.shape[1])
    rows, columns, values = [], [], []
    for start, stop in _blocks(*matrix.shape):
        block = matrix[start:stop].toarray()
        best = _largest(block, n)
        found = np.take_along_axis(block, best, axis=1)
        row, place = np.nonzero(found > 0)
        rows.append(row + start)
        columns.append(best[row, place])
        values.append(found[row, place])
    cells = np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))
    return csr_matrix(cells, shape=matrix.shape)


def _largest(values: np.ndarray, n: int) -> np.ndarray:
    """The columns of the n largest of each row, in their order; of equal ones the first.

    numpy's own choice among equal ones differs between processors, and so would an evaluation.
    """
    import numpy as np

    least = np.partition(values, values.shape[1] - n, axis=1)[:, [values.shape[1] - n]]
    above, alike = values > least, values == least
    left = n - above.sum(axis=1, keepdims=True)
    kept = above | (alike & (np.cumsum(alike, axis=1, dtype="int32") <= left))
    return np.nonzero(kept)[1].reshape(len(values), n)


def _top(scores: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Row and column of the k best of each row, the best first; what is below 0 does not count."""
    import numpy as np

    k = min(k, scores.shape[1])
    best = _largest(scores, k)
    values = np.take_along_axis(scores, best, axis=1)
    order = np.lexsort((best, -values), axis=1)
    best = np.take_along_axis(best, order, axis=1)
    row, place = np.nonzero(np.take_along_axis(values, order, axis=1) >= 0)
    return row, best[row, place]
