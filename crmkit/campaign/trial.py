"""Did the campaign work? Splitting off a control group, and comparing afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import blake2b
from typing import Any

import narwhals.stable.v2 as nw
from narwhals.stable.v2.typing import IntoFrameT

from crmkit.campaign.comparing import (
    compared,
    dated,
    enough,
    mean_change,
    paired,
    read,
    rows_of,
    sides_of,
    yes_no,
)
from crmkit.campaign.findings import Difference, Return, SegmentUplift
from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.kpi.sales import summed
from crmkit.tables import (
    TableError,
    arguments,
    as_date,
    beside,
    between,
    give_back,
    is_nothing,
    missing_column,
    name_list,
    put_back,
    require,
)


def _seed(what: str, value: Any) -> None:
    """Any text or whole number: it only tells one draw from another."""
    if not isinstance(value, str):
        arguments.demand(what, value, _("a whole number or a text"), lambda n: n == int(n))


@arguments.checked(seed=_seed)
def split_control(
    members: IntoFrameT,
    share: float = 0.2,
    seed: int | str = 0,
    by: str | Sequence[str] | None = None,
) -> IntoFrameT:
    """Whom to contact and whom to leave alone, drawn at random, so that the two can be compared.

    The draw depends only on the member_ids and the seed: the same list gives the same groups, in
    whatever order it comes, on whatever engine. Give each campaign its own seed (its id), else
    the same members are left out every time.

    Parameters
    ----------
    members
        One row per member who could be contacted, with ``member_id``; any kind of dataframe.
    share
        The part to leave alone, above 0 and below 1.
    seed
        What makes this draw different from others.
    by
        Columns within which to draw, so that each segment is split alike.

    Returns
    -------
    The same kind of frame with one more column, ``group``: ``treatment`` or ``control``. Each
    segment's control group has share × members, rounded half up.

    Raises
    ------
    TableError
        When a column is missing, or a member_id is empty or there twice.
    CrmkitError
        When `share` is not between 0 and 1.

    Examples
    --------
    >>> import pandas as pd
    >>> members = pd.DataFrame({"member_id": [f"M{i}" for i in range(10)]})
    >>> split_control(members, 0.3, seed="spring")["group"].value_counts().to_dict()
    {'treatment': 7, 'control': 3}
    """
    by = name_list(by)
    frame = require(members, "members", ["member_id"], unique="member_id")
    present = frame.collect_schema().names()
    for name in by:
        if name not in present:
            raise missing_column("members", name, present)
    table = frame.collect()
    ids = table["member_id"].to_list()
    if any(map(is_nothing, ids)):
        raise TableError(_("The table members has rows without member_id. Set them aside first."))
    segments = list(zip(*(table[name].to_list() for name in by), strict=True)) or [()] * len(ids)
    drawn: dict[tuple, list[tuple[bytes, int]]] = {}
    for row, (member, segment) in enumerate(zip(ids, segments, strict=True)):
        ticket = blake2b(f"{seed}|{_plain(member)}".encode(), digest_size=16).digest()
        drawn.setdefault(segment, []).append((ticket, row))
    groups = ["treatment"] * len(ids)
    for tickets in drawn.values():
        for _ticket, row in sorted(tickets)[: int(len(tickets) * share + 0.5)]:
            groups[row] = "control"
    column = nw.new_series("group", groups, nw.String(), backend=table.implementation)
    if table.implementation.is_pandas():
        column = nw.from_native(
            column.to_native().set_axis(table.to_native().index), series_only=True
        )
    return put_back(table.with_columns(column), members)


@arguments.checked(campaign_id=arguments.a_code)
def outcomes(
    contacts: IntoFrameT,
    sales: IntoFrameT,
    start: str | date,
    days: int = 28,
    campaign_id: object = None,
) -> IntoFrameT:
    """What each member of the campaign bought in the days from its start and in as many before.

    Those who bought nothing are there with 0: leaving them out is the commonest mistake in
    judging a campaign.

    Parameters
    ----------
    contacts
        One row per member with ``member_id`` and ``group`` (treatment or control), and
        ``campaign_id`` when it holds several; any kind of dataframe.
    sales
        One row per line; the same kind of frame.
    start
        The first day that counts as after.
    days
        How many days count as after, and as many as before.
    campaign_id
        Which campaign of `contacts`; without it, all rows.

    Returns
    -------
    The same kind of frame, one row per member by id: the columns of `contacts`, ``revenue``,
    ``orders``, ``units`` and ``bought`` (1 or 0), then the same with ``_before``. Revenue is in
    currency units, net of returns.

    Raises
    ------
    TableError
        When a column is missing, a member is there twice, or `contacts` holds no such campaign.

    Examples
    --------
    >>> import pandas as pd
    >>> contacts = pd.DataFrame({"member_id": ["M1", "M2"], "group": ["treatment", "control"]})
    >>> sales = pd.DataFrame({"sale_id": ["S1"], "sold_at": pd.to_datetime(["2025-03-02 10:00"]),
    ...                       "member_id": ["M1"], "quantity": [1], "amount": [80.0]})
    >>> outcomes(contacts, sales, "2025-03-01")[["member_id", "revenue", "bought"]]
      member_id  revenue  bought
    0        M1     80.0       1
    1        M2      0.0       0
    """
    first = as_date(start)
    needed = ["member_id", "group", *([] if campaign_id is None else ["campaign_id"])]
    chosen = require(contacts, "campaign_contacts", needed)
    if campaign_id is not None:
        chosen = chosen.filter(nw.col("campaign_id") == campaign_id)
        if len(chosen.head(1).collect()) == 0:
            raise TableError(
                _("campaign_contacts holds no campaign {campaign!r}.").format(campaign=campaign_id)
            )
    chosen = require(chosen.to_native(), "campaign_contacts", ["member_id"], unique="member_id")
    lines = require(sales, "sales", ["sale_id", "sold_at", "member_id", "quantity", "amount"])
    beside(chosen, lines, ("contacts", "sales"), "member_id")
    lines = lines.filter(~nw.col("member_id").is_null())
    length = timedelta(days=days)
    for suffix, since in (("", first), ("_before", first - length)):
        until = since + length - timedelta(days=1)
        bought = summed(between(lines, "sold_at", since, until), ["member_id"], with_cost=False)
        bought = bought.select(
            "member_id", *(nw.col(f).alias(f + suffix) for f in ("revenue", "orders", "units"))
        )
        chosen = chosen.join(bought, on="member_id", how="left").with_columns(
            nw.col("revenue" + suffix).fill_null(0.0),
            nw.col("orders" + suffix).fill_null(0).cast(nw.Int64),
            nw.col("units" + suffix).fill_null(0).cast(nw.Int64),
        )
        some = nw.when(nw.col("orders" + suffix) > 0).then(nw.lit(1)).otherwise(nw.lit(0))
        chosen = chosen.with_columns(some.cast(nw.Int64).alias("bought" + suffix))
    return give_back(chosen.sort("member_id"), contacts)


@arguments.checked(value=arguments.a_name, treatment=arguments.a_code, control=arguments.a_code)
def compare_groups(
    outcomes: Any,
    value: str = "revenue",
    group: str = "group",
    treatment: str = "treatment",
    control: str = "control",
    confidence: float = 0.95,
    pooled: bool = False,
) -> Difference:
    """How much more the treated members brought than the control group, and how sure that is.

    Parameters
    ----------
    outcomes
        One row per member, buyers or not, such as `outcomes` gives; any kind of dataframe.
    value
        The column to compare: numbers, or yes and no (true and false, 1 and 0).
    group
        The column that says who belongs to which group.
    treatment, control
        Its two codes; rows of other groups are not looked at.
    confidence
        How often such an interval holds the true difference, 0 to 1.
    pooled
        Take the spread of both groups together (Student's t): only where there is reason to
        think that they spread alike. Shares are compared the same either way.

    Returns
    -------
    A `Difference`: the difference of the averages with Welch's interval for unequal spreads
    (Welch, 1947), or of the shares with Newcombe's (1998, method 10) when the value is yes or no.

    Raises
    ------
    TableError
        When a column is missing or of the wrong kind, or a group has fewer than two values.

    Examples
    --------
    >>> import pandas as pd
    >>> outcomes = pd.DataFrame({"group": ["treatment"] * 4 + ["control"] * 4,
    ...                          "revenue": [30, 50, 40, 60, 20, 30, 10, 40.0]})
    >>> found = compare_groups(outcomes)
    >>> found.difference, round(found.low, 2), round(found.high, 2)
    (20.0, -2.34, 42.34)
    """
    table = read(outcomes, [value], [group])
    first, second = sides_of(table, value, group, treatment, control)
    return compared("groups", value, first, second, treatment, control, confidence, pooled=pooled)


@arguments.checked(
    value=arguments.a_name, period=arguments.a_name, before=arguments.a_code, after=arguments.a_code
)
def before_after(
    frame: Any,
    value: str = "revenue",
    period: str = "period",
    before: str = "before",
    after: str = "after",
    pair: str | None = None,
    since: str | date | None = None,
    when: str = "day",
    confidence: float = 0.95,
) -> Difference:
    """How much a number changed, without anything to compare the change with.

    Parameters
    ----------
    frame
        One row per thing counted (a day, a week, a member), such as ``kpi.sales_summary`` by day
        gives; any kind of dataframe.
    value
        The column to compare: numbers, or yes and no.
    period, before, after
        The column that says when, and its two codes.
    pair
        The column that says which rows belong together (a member, a store, a weekday): then the
        changes within the pairs are averaged. Pairs that lack a side are refused.
    since, when
        Instead of `period`: the first day that counts as after, and the column with the day.
    confidence
        How often such an interval holds the true difference, 0 to 1.

    Returns
    -------
    A `Difference` of after against before: Welch's interval, or that of the paired differences
    (Student's t). Days that follow one another resemble one another, so the true interval is
    wider; weeks suffer less.

    Raises
    ------
    TableError
        When a column is missing or of the wrong kind, a side has fewer than two values, or a
        pair is not complete.

    Examples
    --------
    >>> import pandas as pd
    >>> weeks = pd.DataFrame({"period": ["before"] * 3 + ["after"] * 3,
    ...                       "revenue": [100, 110, 105, 130, 125, 135.0]})
    >>> before_after(weeks).difference
    25.0
    """
    table = dated(frame, [value], [pair] if pair else [], period, before, after, since, when)
    if pair is None:
        first, second = sides_of(table, value, period, after, before)
        return compared("before_after", value, first, second, after, before, confidence)
    sides = paired(table, value, pair, period, after, before)
    return mean_change(value, sides[after], sides[before], after, before, confidence)


@arguments.checked(
    value=arguments.a_name,
    period=arguments.a_name,
    treatment=arguments.a_code,
    control=arguments.a_code,
    before=arguments.a_code,
    after=arguments.a_code,
)
def difference_in_differences(
    frame: Any,
    value: str = "revenue",
    before_value: str | None = None,
    group: str = "group",
    treatment: str = "treatment",
    control: str = "control",
    period: str = "period",
    before: str = "before",
    after: str = "after",
    pair: str | None = None,
    since: str | date | None = None,
    when: str = "week",
    confidence: float = 0.95,
) -> Difference:
    """How much more the treated changed than the control: what both went through drops out.

    Two shapes of table. **One row per member** with the value before in a second column
    (``before_value="revenue_before"``, as `outcomes` gives). Or **one row per week** (day,
    member …) **and group and period** with `pair`, the column that says what belongs together:
    a member, seen before and after, whose changes are compared between the groups; or a week,
    seen in the treated shop and in the others, whose gaps are compared between the periods (the
    only way when a single shop was treated). Several rows for the same pair, group and period
    (seven control shops in one week) are averaged first.

    Parameters
    ----------
    frame
        Such a table; any kind of dataframe.
    value, before_value
        The column to compare; for one row per member, that with the same thing before.
    group, treatment, control
        The column that says who belongs to which group, and its two codes.
    period, before, after
        As for `before_after`.
    pair
        The column that says which rows belong together.
    since, when
        As for `before_after`.
    confidence
        How often such an interval holds the true difference, 0 to 1.

    Returns
    -------
    A `Difference` of the two changes (or gaps), with Welch's interval over the pairs.

    Raises
    ------
    TableError
        When a column is missing or of the wrong kind, a pair is not complete, or a side has
        fewer than two.

    References
    ----------
    For the idea: Card and Krueger (1994); for why pairs and not single rows: Bertrand, Duflo and
    Mullainathan (2004).

    Examples
    --------
    >>> import pandas as pd
    >>> outcomes = pd.DataFrame({"group": ["treatment"] * 3 + ["control"] * 3,
    ...     "revenue": [30, 50, 40, 20, 30, 10.0], "revenue_before": [10, 20, 15, 15, 20, 10.0]})
    >>> difference_in_differences(outcomes, before_value="revenue_before").difference
    20.0
    """
    if before_value is not None:
        table = read(frame, [value, before_value], [group])
        both = yes_no(table[value], table[before_value])
        table = table.assign(**{value: table[value] - table[before_value]})
        first, second = sides_of(table, value, group, treatment, control)
        sides = treatment, control
        return compared("differences", value, first, second, *sides, confidence, both)
    if pair is None:
        raise CrmkitError(
            _(
                "Say what belongs together: before_value= for one row per member, or pair= for "
                "one row per week (or member), group and period."
            )
        )
    table = dated(frame, [value], [group, pair], period, before, after, since, when)
    for column, code in ((period, before), (period, after), (group, treatment), (group, control)):
        rows_of(table, column, code)
    table = table[table[group].isin([treatment, control])]
    means = table.groupby([pair, group, period])[value].mean().reset_index()
    if (means.groupby(pair)[period].nunique() == 1).all():
        gaps = paired(means, value, pair, group, treatment, control)
        gap = gaps[treatment] - gaps[control]
        periods = means.groupby(pair)[period].first().reindex(gap.index)
        first, second = gap[periods == after], gap[periods == before]
        names = after, before
    else:
        if (means.groupby(pair)[group].nunique() > 1).any():
            raise TableError(
                _(
                    "Pairs of {pair!r} stand in both groups and in both periods. Each must be "
                    "in one group (a member) or in one period (a week)."
                ).format(pair=pair)
            )
        changes = paired(means, value, pair, period, after, before)
        change = changes[after] - changes[before]
        groups = means.groupby(pair)[group].first().reindex(change.index)
        first, second = change[groups == treatment], change[groups == control]
        names = treatment, control
    for values, name in zip((first, second), names, strict=True):
        enough(values, name)
    one, other = first.to_numpy(), second.to_numpy()
    shares = yes_no(table[value])
    return compared("differences", value, one, other, *names, confidence, shares)


@arguments.checked(
    value=arguments.a_name,
    by=arguments.a_name,
    treatment=arguments.a_code,
    control=arguments.a_code,
)
def uplift_by_segment(
    outcomes: Any,
    by: str,
    value: str = "revenue",
    group: str = "group",
    treatment: str = "treatment",
    control: str = "control",
    confidence: float = 0.95,
) -> SegmentUplift:
    """In which segments the campaign worked, without being fooled by looking at many.

    The intervals are widened so that all of them together hold the true differences as often as
    `confidence` says (Bonferroni): with eight segments, one out of twenty is soon found.

    Parameters
    ----------
    outcomes
        One row per member, buyers or not, such as `outcomes` gives, with the segment; any kind
        of dataframe.
    by
        The column of the segments.
    value, group, treatment, control, confidence
        As for `compare_groups`.

    Returns
    -------
    A `SegmentUplift`; its ``table`` has one row per segment. A segment with fewer than two
    members in a group stands there without figures.

    Raises
    ------
    TableError
        When a column is missing or of the wrong kind, or there is no segment.

    Examples
    --------
    >>> import pandas as pd
    >>> outcomes = pd.DataFrame({"level": ["gold"] * 4, "group": ["treatment", "control"] * 2,
    ...                          "revenue": [30, 20, 50, 10.0]})
    >>> uplift_by_segment(outcomes, "level").table["difference"].tolist()
    [25.0]
    """
    table = read(outcomes, [value], [group, by])
    table = table[table[by].notna()]
    if len(table):
        for code in (treatment, control):
            rows_of(table, group, code)
    table = table[table[group].isin([treatment, control])]
    parts = dict(tuple(table.groupby(by)))
    if not parts:
        raise TableError(_("No row belongs to a segment of {by!r} and a group.").format(by=by))
    strict = 1 - (1 - confidence) / len(parts)
    found: dict[Any, Difference | None] = {}
    for code, part in parts.items():
        counts = part.dropna(subset=[value])[group].value_counts()
        if min(counts.get(treatment, 0), counts.get(control, 0)) < 2:
            found[code] = None
            continue
        first, second = sides_of(part, value, group, treatment, control)
        found[code] = compared("groups", value, first, second, treatment, control, strict)
    return SegmentUplift(by, value, found, confidence)


@arguments.checked(cost=arguments.number(above=True), members=arguments.whole())
def roi(
    difference: Difference,
    cost: float,
    margin_rate: float = 1.0,
    members: int | None = None,
) -> Return:
    """What the campaign brought for what it cost, with the uncertainty of its effect.

    Parameters
    ----------
    difference
        What it brought per member, from `compare_groups` or `difference_in_differences`: of
        revenue (give a margin rate) or of margin (leave it at 1).
    cost
        What was spent on contacts, gifts and work, in currency units. Discounts have lowered the
        revenue already: do not count them again.
    margin_rate
        The part of extra revenue that stays after the cost of goods, 0 to 1.
    members
        How many were treated; without it, ``difference.n_first``.

    Returns
    -------
    A `Return`: extra revenue, margin and profit in currency units, ROI as a ratio, with the
    interval of the difference carried over (cost and margin rate taken as exact).

    Raises
    ------
    CrmkitError
        When `cost` is not above 0, or the difference says nothing about a campaign's effect.

    Examples
    --------
    >>> from crmkit.campaign import Difference
    >>> found = Difference("groups", "revenue", 120, 100, 20.0, 12.0, 28.0, 0.001, 500, 500)
    >>> result = roi(found, cost=2_000, margin_rate=0.4)
    >>> result.extra_margin, result.roi, round(result.low, 2), round(result.high, 2)
    (4000.0, 1.0, 0.2, 1.8)
    """
    if difference.design == "before_after" or difference.yes_no:
        raise CrmkitError(
            _(
                "ROI needs what the campaign brought per member in money, against a control "
                "group: compare_groups or difference_in_differences of revenue or margin."
            )
        )
    n = difference.n_first if members is None else members
    extra = difference.difference * n
    margin = extra * margin_rate
    low, high = (
        None if end is None else (end * n * margin_rate - cost) / cost
        for end in (difference.low, difference.high)
    )
    roi = (margin - cost) / cost
    return Return(cost, extra, margin, margin - cost, roi, low, high, n, difference.confidence)


def _plain(member: object) -> str:
    """The same id, whatever kind of whole number an engine holds it in."""
    if isinstance(member, float) and member.is_integer():
        return str(int(member))
    return str(member)
