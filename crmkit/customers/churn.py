"""Who is about to stay away: a model learned from those who did, with its calibration shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import tables
from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.rates import Z95
from crmkit.results import Result
from crmkit.tables import arguments

SIGNS = (
    "recency",
    "frequency",
    "monetary",
    "known_days",
    "recent_purchases",
    "earlier_purchases",
    "usual_gap",
    "overdue",
)
"""What the model looks at in each member, on one day; see `churn_model`."""
FEWEST = 100
BINS = 10


@dataclass(frozen=True, eq=False)
class ChurnModel(Result):
    """Who is likely to stay away, and how far the model can be believed.

    The judgement was measured on `n_tested` members at a later day than the model was learned on.

    Parameters
    ----------
    members
        One row per member, of the kind of frame that came in: member_id, the signs and
        churn_probability (0..1).
    calibration
        Ten groups (pandas), the least likely first: bin, members, predicted_share, observed_share
        with low and high, its 95 % interval.
    signs
        sign and importance (pandas): the AUC lost when it is shuffled.
    auc
        0.5: no better than chance, 1: perfect.
    brier, brier_of_share
        The mean squared error, and what the plain share would have.
    base_rate
        Which share really stayed away.
    days
        How long without a purchase.
    as_of
        The day of the forecast.
    n, n_tested
        How many members are forecast, and on how many it was measured.
    estimator
        The fitted scikit-learn classifier.
    """

    table_of = "members"

    members: Any = field(repr=False)
    calibration: Any = field(repr=False)
    signs: Any = field(repr=False)
    auc: float
    brier: float
    brier_of_share: float
    base_rate: float
    days: int
    as_of: date
    n: int
    n_tested: int
    estimator: Any = field(repr=False)

    def __str__(self) -> str:
        return _(
            "{n:,} members on {as_of}, the {days} days after: told right at AUC {auc:.2f} (0.5 is "
            "chance) on {n_tested:,} members of whom {base_rate:.1%} stayed away; Brier score "
            "{brier:.3f}, against {brier_of_share:.3f} for the plain share"
        ).format(**vars(self))

    __repr__ = __str__


def _classifier(what: str, value: Any) -> None:
    limit = _("a scikit-learn classifier, with fit and predict_proba")
    tables.demand(what, value, limit, lambda one: hasattr(one, "fit"))


@arguments.checked(estimator=_classifier)
def churn_model(
    sales: Any,
    days: int = 90,
    *,
    as_of: str | date | None = None,
    active_days: int = 365,
    estimator: Any = None,
    seed: int = 0,
) -> ChurnModel:
    """How likely each member is to buy nothing in the next `days`, and how well that is told.

    Signs of a member on a day: recency (days since the last purchase), frequency (days with one),
    monetary (Σ amount), known_days (since the first), recent_purchases (in the last `days`),
    earlier_purchases (in as many before), usual_gap (mean days between purchases) and overdue
    (recency ÷ usual gap). The model is learned 2 × `days` before `as_of`, judged `days` before it
    on what really came, then learned again there for the forecast.

    Parameters
    ----------
    sales
        sold_at, member_id, quantity, amount.
    days
        How long without a purchase is to be foretold.
    as_of
        The day of the forecast, included (the day of the last purchase when not given).
    active_days
        Members who bought in so many days before a day are looked at; who has been away for longer
        has gone already.
    estimator
        A scikit-learn classifier; without one, a logistic regression.
    seed
        The same seed gives the same model.

    Returns
    -------
    A `ChurnModel`. Only what happened before says anything: a model does not say why somebody stays
    away, nor whom a campaign would bring back (`campaign.uplift_by_segment`).

    Raises
    ------
    TableError
        When a column is missing or of the wrong kind.
    CrmkitError
        When there are too few members or the sales do not reach back far enough.

    References
    ----------
    S. A. Neslin et al., "Defection Detection" (2006); calibration: G. W. Brier (1950).

    Examples
    --------
    >>> import crmkit as ck
    >>> found = churn_model(ck.load("sales"), days=60)
    >>> 0.5 < found.auc < 1
    True
    """
    frame = tables.require(sales, "sales", ["sold_at", "member_id", "quantity", "amount"])
    frame = tables.between(frame, "sold_at", None, as_of)
    frame = frame.filter(~nw.col("member_id").is_null() & ~nw.col("sold_at").is_null())
    first, last = tables.first_and_last_day(frame.filter(nw.col("quantity") > 0), "sold_at")
    end = tables.as_date(as_of) if as_of is not None else last
    if first is None or end is None or (end - first).days < 3 * days:
        raise CrmkitError(
            _(
                "To learn who stays away for {days} days the sales must reach back {needed} days "
                "before {end}: they begin on {first}. Ask for fewer days."
            ).format(days=days, needed=3 * days, end=end, first=first)
        )
    cuts = [end - timedelta(days=int(days) * back) for back in (2, 1, 0)]
    learned, tested, now = (_signs(frame, cut, int(days), int(active_days)) for cut in cuts)
    for known, cut in ((learned, cuts[0]), (tested, cuts[1])):
        _enough(known, cut, int(days))
    trained = _model(estimator, seed).fit(learned[list(SIGNS)], learned["gone"])
    told = trained.predict_proba(tested[list(SIGNS)])[:, 1]
    final = _model(estimator, seed).fit(tested[list(SIGNS)], tested["gone"])
    members = now[["member_id", *SIGNS]].assign(
        churn_probability=final.predict_proba(now[list(SIGNS)])[:, 1].round(6)
        if len(now)
        else np.array([], dtype="float64")
    )
    return ChurnModel(
        members=tables.give_back_small(members.sort_values("member_id"), sales),
        calibration=_calibration(tested["gone"], told),
        **_judged(trained, tested, told, seed),
        days=int(days),
        as_of=end,
        n=len(members),
        n_tested=len(tested),
        estimator=final,
    )


def _signs(frame: nw.LazyFrame, cut: date, days: int, active_days: int) -> Any:
    """What is known of each member on this day, and whether they bought in the days after, in
    memory; the lines are added up by day where they lie."""
    at = tables.as_day_number(cut)
    lines = tables.between(frame, "sold_at", None, cut + timedelta(days=days))
    visits = (
        lines.select(
            "member_id",
            "amount",
            _day=tables.day_number(nw.col("sold_at")) - at,
            _bought=(nw.col("quantity") > 0).cast(nw.Int64),
        )
        .group_by("member_id", "_day")
        .agg(nw.col("amount").sum(), nw.col("_bought").max())
    )
    day, bought = nw.col("_day"), nw.col("_bought") > 0

    def count(rows: nw.Expr) -> nw.Expr:
        return nw.when(rows & bought).then(nw.lit(1)).otherwise(nw.lit(0))

    before = bought & (day <= 0)
    members = (
        visits.with_columns(
            _past=nw.when(before).then(day),
            _paid=nw.when(day <= 0).then(nw.col("amount")).otherwise(nw.lit(0.0)),
            frequency=count(day <= 0),
            recent_purchases=count((day <= 0) & (day > -days)),
            earlier_purchases=count((day <= -days) & (day > -2 * days)),
            _came=count(day > 0),
        )
        .group_by("member_id")
        .agg(
            nw.col("_past").max().alias("_last"),
            nw.col("_past").min().alias("_first"),
            nw.col("_paid").sum().alias("monetary"),
            *(
                nw.col(name).sum()
                for name in ("frequency", "recent_purchases", "earlier_purchases", "_came")
            ),
        )
        .filter(nw.col("_last") > -active_days)
    )
    table = tables.to_pandas(members)
    numbers = [name for name in table.columns if name != "member_id"]
    table[numbers] = table[numbers].astype("float64")
    again = (table["frequency"] - 1).clip(lower=1)
    gap = ((table["_last"] - table["_first"]) / again).where(table["frequency"] > 1)
    # who came once has no gap of their own: they are given the middle one
    usual = gap.fillna(gap.median() if gap.notna().any() else float(days)).clip(lower=1)
    recency = -table["_last"]
    return table.assign(
        recency=recency,
        known_days=-table["_first"],
        usual_gap=usual,
        overdue=recency / usual,
        monetary=table["monetary"].round(tables.MONEY_DECIMALS),
        gone=(table["_came"] == 0).astype("int64"),
    ).sort_values("member_id", ignore_index=True)


def _enough(known: Any, cut: date, days: int) -> None:
    gone = int(known["gone"].sum())
    if len(known) < FEWEST or min(gone, len(known) - gone) < BINS:
        raise CrmkitError(
            _(
                "On {cut} there are {n:,} members to learn from, of whom {gone:,} stayed away for "
                "{days} days: it takes {least} members, and {few} of either kind."
            ).format(cut=cut, n=len(known), gone=gone, days=days, least=FEWEST, few=BINS)
        )


def _model(estimator: Any, seed: int) -> Any:
    from sklearn.base import clone
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, StandardScaler

    if estimator is not None:
        fresh = clone(estimator)
        if "random_state" in fresh.get_params() and fresh.get_params()["random_state"] is None:
            fresh.set_params(random_state=seed)
        # trees and the like are too sure of themselves: what they say is set right in five folds
        return CalibratedClassifierCV(fresh, cv=5)
    return make_pipeline(
        FunctionTransformer(_milder, feature_names_out="one-to-one"),
        StandardScaler(),
        LogisticRegression(max_iter=1_000, random_state=seed),
    )


def _milder(signs: Any) -> Any:
    """A few very large values must not outweigh all others."""
    return np.log1p(np.clip(signs, 0, None))


def _judged(trained: Any, tested: Any, told: Any, seed: int) -> dict[str, Any]:
    """How well the model told those it had not seen."""
    import pandas as pd
    from sklearn.inspection import permutation_importance
    from sklearn.metrics import brier_score_loss, roc_auc_score

    gone, share = tested["gone"], float(tested["gone"].mean())
    some = tested.iloc[:: max(1, len(tested) // 5_000)]
    shuffled = permutation_importance(
        trained, some[list(SIGNS)], some["gone"], scoring="roc_auc", n_repeats=5, random_state=seed
    )
    signs = pd.DataFrame({"sign": SIGNS, "importance": shuffled.importances_mean.round(6)})
    return {
        "signs": signs.sort_values("importance", ascending=False, ignore_index=True),
        "auc": float(roc_auc_score(gone, told)),
        "brier": float(brier_score_loss(gone, told)),
        "brier_of_share": share * (1 - share),
        "base_rate": share,
    }


def _calibration(gone: Any, told: Any) -> Any:
    """What was told and what came, in ten groups of members from the least to the most likely."""
    import pandas as pd

    order = np.argsort(told, kind="stable")
    groups = np.empty(len(told), dtype="int64")
    groups[order] = np.arange(len(told)) * BINS // len(told) + 1
    found = (
        pd.DataFrame({"bin": groups, "predicted_share": told, "observed_share": gone.to_numpy()})
        .groupby("bin")
        .agg(
            members=("observed_share", "size"),
            predicted_share=("predicted_share", "mean"),
            observed_share=("observed_share", "mean"),
        )
        .reset_index()
    )
    share, n, z2 = found["observed_share"], found["members"], Z95**2
    middle = (share * n + z2 / 2) / (n + z2)
    spread = Z95 * np.sqrt(share * (1 - share) * n + z2 / 4) / (n + z2)
    return found.assign(low=(middle - spread).clip(0, 1), high=(middle + spread).clip(0, 1))
