"""How good recommendations would have been, judged on what members bought later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from crmkit import tables
from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.labels import show
from crmkit.recommend.models import Popular, Recommender
from crmkit.recommend.purchases import Purchases
from crmkit.results import Listed
from crmkit.tables import arguments

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


@dataclass(frozen=True)
class Evaluation(Listed):
    """How each recommender did on what was bought after a day it knew nothing of.

    Parameters
    ----------
    table
        A pandas frame, one row per recommender, Popular first. ``precision``: which part of the k
        recommended was bought; ``recall``: which part of what was bought was recommended;
        ``ndcg``: the same with more weight for the first places (Järvelin and Kekäläinen, 2002);
        ``hit_rate``: which part of the members bought at least one; ``coverage``: which part of
        the products is recommended to anybody; ``novelty``: −log2 of the share of members who
        had bought a recommended product, on average (Vargas and Castells, 2011), in bits;
        ``ndcg_gain`` over Popular with its 95 % interval (paired, Student's t) ``low`` and
        ``high``. All but novelty lie in 0 to 1.
    split_on
        The first day that the recommenders did not see.
    k
        How many products were recommended to each.
    members
        Those judged: known before, and bought something (new to them) after.
    cold_members
        Those who bought after, but never before: nobody can know their taste. Not judged.
    cold_hit_rate
        How many of these the best sellers would have hit, 0 to 1; None without any.
    nothing_new
        Those known before who afterwards bought only what they had bought before. Not judged.
    new_products
        Products bought after that nobody had bought before: only Content can find them.
    new_product_share
        Their part of what the judged members bought, 0 to 1: so much is out of reach.
    only_new
        Whether only products new to the member counted.
    """

    table_of = "table"

    table: pd.DataFrame
    split_on: date
    k: int
    members: int
    cold_members: int
    cold_hit_rate: float | None
    nothing_new: int
    new_products: int
    new_product_share: float
    only_new: bool = True

    @property
    def sentence(self) -> str:
        """What it means and what it does not, in the current language."""
        best = self.table.loc[self.table["ndcg"].idxmax()]
        places = {
            "best": best["model"],
            "ndcg": f"{best['ndcg']:.3f}",
            "floor": f"{self.table['ndcg'][0]:.3f}",
            "hit_rate": f"{best['hit_rate']:.1%}",
            "k": self.k,
            "n": f"{self.members:,}",
            "cold": f"{self.cold_members:,}",
            "unseen": f"{self.new_product_share:.1%}",
        }
        if best["low"] > 0:
            return _(
                "{best} does best: of {n} members, {hit_rate} later bought at least one of its {k} "
                "products (ranking score NDCG {ndcg}; the best sellers alone {floor}). {cold} new "
                "members could not be judged, {unseen} of the purchases were new products; and it "
                "does not say that recommending makes anybody buy: only a trial does."
            ).format(**places)
        return _(
            "No recommender is surely better than the best sellers alone (NDCG {floor}; best: "
            "{best} with {ndcg}; n = {n} members, {k} products each); {cold} new members could "
            "not be judged, {unseen} of the purchases were new products, and more data may "
            "still show a difference."
        ).format(**places)

    def _read(self) -> pd.DataFrame:
        shares = dict.fromkeys(("precision", "recall", "hit_rate", "coverage"), "{:.1%}")
        scores = dict.fromkeys(("ndcg", "ndcg_gain", "low", "high"), "{:.3f}")
        written = {
            column: self.table[column].map(form.format)
            for column, form in {**shares, **scores, "novelty": "{:.1f}"}.items()
        }
        return show(self.table.assign(**written))


@arguments.checked
def evaluate(
    models: Mapping[str, Recommender] | Recommender,
    sales: Any,
    products: Any = None,
    split_on: str | date | None = None,
    days: int = 30,
    k: int = 10,
    only_new: bool = True,
) -> Evaluation:
    """Judge recommenders as in real life: fitted on the past, tested on what came after.

    Parameters
    ----------
    models
        Recommenders by name (or just one); Popular is always judged with them, as the floor.
    sales
        One row per line with ``member_id``, ``product_id``, ``quantity`` and ``sold_at``; any
        kind of dataframe.
    products
        One row per product, for recommenders that look at it.
    split_on
        The first day of the test; without it, the last `days` days of the sales are the test.
    days
        How many days the test lasts.
    k
        How many products to recommend to each member.
    only_new
        Recommend, and count, only what the member had not bought before.

    Returns
    -------
    An `Evaluation`, with those who could not be judged.

    Raises
    ------
    TableError
        When a column is missing, or a side of the split is empty.

    Examples
    --------
    >>> import pandas as pd
    >>> sales = pd.DataFrame({"member_id": ["M1", "M1", "M2", "M2", "M3", "M3"], "quantity": 1,
    ...     "product_id": ["tea", "cup", "tea", "cup", "tea", "cup"],
    ...     "sold_at": pd.to_datetime(["2025-01-01"] * 5 + ["2025-03-01"])})
    >>> from crmkit.recommend import ItemCF
    >>> evaluate(ItemCF(), sales, k=1).table[["model", "hit_rate"]].to_dict("list")
    {'model': ['Popular', 'ItemCF'], 'hit_rate': [1.0, 1.0]}
    """
    import pandas as pd

    if isinstance(models, Recommender):
        models = {type(models).__name__: models}
    if not isinstance(models, Mapping) or not all(
        isinstance(model, Recommender) for model in models.values()
    ):
        raise CrmkitError(
            _("Give a recommender, such as ItemCF(), or several by name, not {models!r}.").format(
                models=models
            )
        )
    lines = tables.require(sales, "sales", ["member_id", "product_id", "quantity", "sold_at"])
    lines = lines.filter(~nw.col("member_id").is_null() & (nw.col("quantity") > 0))
    first = _first_test_day(lines, split_on, days)
    past = tables.between(lines, "sold_at", None, first - timedelta(days=1))
    later = tables.between(lines, "sold_at", first, first + timedelta(days=days - 1))
    for part in (past, later):
        if len(part.head(1).collect()) == 0:
            raise tables.TableError(
                _("Nothing was bought by members on one side of {day}: choose another day.").format(
                    day=first
                )
            )
    contenders = {"Popular": Popular()} | {n: m for n, m in models.items() if n != "Popular"}
    known = Popular().fit(past.to_native(), products)._purchases
    truth, said = _truth(known, later, only_new)
    floor, rows = None, []
    for name, model in contenders.items():
        model.fit(past.to_native(), products)
        figures, gains = _judged(model, known, truth, k, only_new)
        floor = gains if floor is None else floor
        rows.append({"model": name, "k": k, "n": len(truth), **figures, **_gain(gains - floor)})
    cold = said.pop("cold")
    return Evaluation(
        table=pd.DataFrame(rows),
        split_on=first,
        k=k,
        cold_hit_rate=_cold_hits(known, cold, k),
        cold_members=len(cold),
        only_new=only_new,
        **said,
    )


def _first_test_day(lines: nw.LazyFrame, split_on: str | date | None, days: int) -> date:
    if split_on is not None:
        return tables.as_date(split_on)
    last = lines.select(nw.col("sold_at").max()).collect()["sold_at"].to_list()
    if not last or last[0] is None or last[0] != last[0]:
        raise tables.TableError(
            _("sales holds no line that was bought by a known {buyer}.").format(buyer="member_id")
        )
    return tables.as_date(last[0]) - timedelta(days=days - 1)


def _truth(known: Purchases, later: nw.LazyFrame, only_new: bool) -> tuple[dict, dict[str, Any]]:
    """For each member judged the products bought later (−1 for one never sold before)."""
    import numpy as np

    bought = Purchases.of(later.to_native())
    rows = known.buyers.get_indexer(bought.buyers)
    columns = known.products.get_indexer(bought.products)
    unsold = (columns < 0) | (known.buyers_of_each()[columns] == 0)
    once, truth, cold, nothing_new = known.once, {}, [], 0
    for place, row in enumerate(rows):
        items = bought.times[place].indices
        if row < 0:
            cold.append(columns[items])
            continue
        had = set(once[row].indices.tolist()) if only_new else set()
        # products nobody knew stay in, each under a number of its own, so that they count
        wanted = {
            int(columns[i]) if columns[i] >= 0 else -1 - int(i)
            for i in items
            if int(columns[i]) not in had
        }
        if wanted:
            truth[int(row)] = wanted
        else:
            nothing_new += 1
    if not truth:
        raise tables.TableError(
            _("No member bought before and after the split, so there is nothing to judge by.")
        )
    first_sold = {
        int(columns[i]) if columns[i] >= 0 else -1 - int(i) for i in np.flatnonzero(unsold)
    }
    total = sum(len(wanted) for wanted in truth.values())
    unseen = sum(len(wanted & first_sold) for wanted in truth.values())
    return truth, {
        "members": len(truth),
        "cold": cold,
        "nothing_new": nothing_new,
        "new_products": int(unsold.sum()),
        "new_product_share": unseen / total,
    }


def _judged(
    model: Recommender, known: Purchases, truth: dict, k: int, only_new: bool
) -> tuple[dict[str, float], np.ndarray]:
    import numpy as np

    rows = list(truth)
    members = known.buyers[rows].tolist()
    parts = list(model._best(members, k, only_new, None))
    at, columns = (np.concatenate([part[i] for part in parts]) for i in (0, 1))
    place = np.arange(len(at)) - np.searchsorted(at, at)
    hit = np.array(
        [column in truth[rows[i]] for i, column in zip(at, columns.tolist(), strict=True)]
    )
    weight = 1 / np.log2(np.arange(k) + 2)
    wanted = np.array([len(truth[row]) for row in rows])
    hits = np.bincount(at, hit, len(rows))
    ideal = np.cumsum(weight)[np.minimum(wanted, k) - 1]
    ndcg = np.bincount(at, hit * weight[place], len(rows)) / ideal
    sold = known.buyers_of_each()
    seen = sold[columns] > 0
    share = sold[columns][seen] / len(known.buyers)
    return {
        "precision": float((hits / k).mean()),
        "recall": float((hits / wanted).mean()),
        "ndcg": float(ndcg.mean()),
        "hit_rate": float((hits > 0).mean()),
        "coverage": len(np.unique(columns)) / len(known.products),
        "novelty": float(-np.log2(share).mean()) if len(share) else 0.0,
    }, ndcg


def _gain(differences: np.ndarray) -> dict[str, float]:
    import numpy as np
    from statsmodels.stats.weightstats import DescrStatsW

    gain = float(differences.mean())
    if len(differences) < 2 or np.ptp(differences) == 0:
        return {"ndcg_gain": gain, "low": gain, "high": gain}
    low, high = DescrStatsW(differences).tconfint_mean()
    return {"ndcg_gain": gain, "low": float(low), "high": float(high)}


def _cold_hits(known: Purchases, cold: list, k: int) -> float | None:
    import numpy as np

    if not cold:
        return None
    best = np.argsort(-known.buyers_of_each(), kind="stable")[:k]
    return float(np.mean([bool(np.isin(items, best).any()) for items in cold]))
