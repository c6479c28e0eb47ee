"""Groups that k-means finds among members."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crmkit import tables
from crmkit.i18n import gettext as _
from crmkit.results import Result
from crmkit.tables import arguments


@dataclass(frozen=True)
class Clusters(Result):
    """Groups that k-means found among members.

    Parameters
    ----------
    members
        The frame that came in with one more column, cluster: what sets the group apart, written as
        codes (``monetary_high, recency_low``) that `show` puts into words.
    centres
        One row per cluster (pandas), largest first: cluster, members, member_share and the mean of
        every column.
    silhouette
        The score of each k that was tried (−1..1, higher is clearer).
    k
        The chosen one.
    """

    table_of = "centres"

    members: Any
    centres: Any
    silhouette: dict[int, float]
    k: int

    def __str__(self) -> str:
        scores = ", ".join(f"{k}: {score:.2f}" for k, score in sorted(self.silhouette.items()))
        return _("{k} clusters of {n:,} members (silhouette by k: {scores})").format(
            k=self.k, n=int(self.centres["members"].sum()), scores=scores
        )

    __repr__ = __str__


@arguments.checked(k=arguments.whole(2), most=arguments.whole(2))
def kmeans(
    members: Any,
    columns: Sequence[str] = ("recency", "frequency", "monetary"),
    *,
    k: int | None = None,
    most: int = 6,
    seed: int = 0,
) -> Clusters:
    """Members in groups that k-means finds alike in some columns.

    k-means always finds groups, also where there are none: a silhouette under 0.25 is weak, and the
    eight RFM groups may serve better.

    Parameters
    ----------
    members
        One row per member (what `rfm` gives, of any kind of frame: it is fitted in memory).
    columns
        The columns to look at, with numbers; rows with a null there are refused: say first what
        they stand for. They are put on one scale; those that are never negative and skewed to the
        right (money, orders) by their logarithm first, else a few large values would be groups of
        their own.
    k
        How many groups; without it, the k from 2 to `most` with the best silhouette (on at most
        5,000 members).
    most
        The largest k that is tried.
    seed
        The same seed gives the same groups.

    Returns
    -------
    `Clusters`.

    References
    ----------
    S. Lloyd (1957); P. J. Rousseeuw, "Silhouettes" (1987).

    Examples
    --------
    >>> import pandas as pd
    >>> members = pd.DataFrame({"recency": [1, 2, 90, 95], "frequency": [9, 8, 1, 1],
    ...     "monetary": [900.0, 800.0, 20.0, 30.0]})
    >>> found = kmeans(members, k=2)
    >>> found.members["cluster"].tolist()[::2]
    ['recency_low, monetary_high', 'recency_high, monetary_low']
    """
    import numpy as np
    import pandas as pd
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score

    columns = list(columns)
    opened = tables.open_frame(members)
    table = tables.to_pandas(tables.with_numbers(opened, "members", columns))
    values = table[columns].apply(pd.to_numeric, errors="coerce").astype("float64")
    if not np.isfinite(values.to_numpy()).all():
        raise tables.TableError(
            _(
                "k-means needs a number in every row of {columns}: fill or leave out the rest."
            ).format(columns=", ".join(columns))
        )
    kinds = len(values.drop_duplicates())
    if kinds < (k or 2) or (k is not None and k < 2):
        raise tables.TableError(
            _("{k} clusters need at least {k} members that differ; here are {kinds}.").format(
                k=k or 2, kinds=kinds
            )
        )
    scaled = _one_scale(values)
    tried, fits = {}, {}
    sample = min(len(scaled), 5_000)
    for tries in [k] if k else range(2, min(most, kinds - 1 if kinds > 2 else 2) + 1):
        fit = KMeans(tries, n_init=10, random_state=seed).fit(scaled)
        fits[tries] = fit
        if 1 < len(set(fit.labels_)) < len(scaled):
            score = silhouette_score(scaled, fit.labels_, sample_size=sample, random_state=seed)
            tried[tries] = round(float(score), 6)
    k = k or max(tried, key=lambda n: (tried[n], -n), default=2)
    labels = fits[k].labels_
    names = _cluster_names(scaled, columns, labels)
    clustered = table.assign(cluster=[names[label] for label in labels])
    centres = clustered.groupby("cluster")[columns].mean()
    sizes = clustered["cluster"].value_counts()
    centres.insert(0, "members", sizes)
    centres.insert(1, "member_share", sizes / len(clustered))
    centres = centres.sort_values("members", ascending=False, kind="stable").reset_index()
    return Clusters(tables.give_back_small(clustered, members), centres, tried, k)


def _one_scale(values: Any) -> Any:
    """Mean 0 and spread 1 per column; skewed columns without negatives by their logarithm."""
    import numpy as np

    spread = values.std(ddof=0).replace(0, 1)
    skew = (((values - values.mean()) / spread) ** 3).mean()
    for name in values.columns:
        if values[name].min() >= 0 and skew[name] > 1:
            values = values.assign(**{name: np.log1p(values[name])})
    return ((values - values.mean()) / values.std(ddof=0).replace(0, 1)).to_numpy()


def _cluster_names(scaled: Any, columns: Sequence[str], labels: Any) -> dict[int, str]:
    """What sets each cluster apart: its two columns furthest from the mean of all, more if two
    clusters would be called the same."""
    import numpy as np

    marks = {}
    for label in sorted(set(labels)):
        centre = scaled[labels == label].mean(axis=0)
        order = np.argsort(-np.abs(centre.round(9)), kind="stable")
        marks[label] = [f"{columns[n]}_{'high' if centre[n] > 0 else 'low'}" for n in order]
    length, names = 2, {}
    while length <= len(columns):
        names = {label: ", ".join(mark[:length]) for label, mark in marks.items()}
        if len(set(names.values())) == len(names):
            return names
        length += 1
    seen: dict[str, int] = {}
    for label, name in names.items():
        seen[name] = seen.get(name, 0) + 1
        names[label] = name if seen[name] == 1 else f"{name}, {seen[name]}"
    return names
