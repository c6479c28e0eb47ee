"""Tags: what a member's record and purchases say about them, in a few words of a fixed set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import narwhals.stable.v2 as nw
from narwhals.stable.v2.typing import IntoFrameT

from crmkit import tables
from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.segment.kinds import age_band_on
from crmkit.tables import arguments

PEOPLE = ("gender", "age_band", "occupation", "household", "district", "level")

#: Reasons of returns that speak of quality.
QUALITY_REASONS = ("poor_performance", "not_durable", "unreliable", "defective")


@dataclass(frozen=True)
class TagRule:
    """One tag and who gets it.

    Of the rules of one kind the first that holds gives the tag; where none holds, there is none:
    not knowing is better than guessing.

    Parameters
    ----------
    kind
        What the tag is about, such as ``life_cycle``: the name of the column.
    tag
        The code that the member gets, or the name of a fact in ``{braces}`` whose value is it.
    when
        A condition on the columns of `facts`, as a narwhals expression.

    Examples
    --------
    >>> import narwhals.stable.v2 as nw
    >>> TagRule("basket", "big_basket", nw.col("aov") >= 300).tag
    'big_basket'
    """

    kind: str
    tag: str
    when: nw.Expr

    def value(self) -> nw.Expr:
        """The tag as a column: a fixed code, or a fact."""
        if self.tag.startswith("{") and self.tag.endswith("}"):
            return nw.col(self.tag[1:-1]).cast(nw.String)
        return nw.lit(self.tag)


@arguments.checked(loyal_orders=arguments.whole())
def default_rules(loyal_orders: int = 12) -> list[TagRule]:
    """The tag scheme of the course; take it, change it, add to it.

    Spending power: the spending score (fifths of the buyers). Life cycle: days since joining, the
    first and the last order. Preference and channel: where at least three lines in ten (seven in
    ten for the channel) go. Price: the part of lines bought on offer. Quality: the part of lines
    from the upper price range of their category, and goods that came back for their quality. The
    last four ask for five lines at least.

    Parameters
    ----------
    loyal_orders
        How many orders in the last year make a loyal member.
    """
    col, enough = nw.col, nw.col("lines") >= 5
    return [
        TagRule("spending_power", "high", col("spend_score") >= 5),
        TagRule("spending_power", "middle", col("spend_score") >= 3),
        TagRule("spending_power", "low", col("spend_score") >= 1),
        TagRule("life_cycle", "prospect", col("orders_ever") == 0),
        TagRule("life_cycle", "lost", col("days_since") > 365),
        TagRule("life_cycle", "sleeping", col("days_since") > 180),
        TagRule("life_cycle", "cooling", col("days_since") > 90),
        TagRule("life_cycle", "new", col("days_since_first") <= 90),
        TagRule("life_cycle", "loyal", col("orders") >= loyal_orders),
        TagRule("life_cycle", "active", col("orders_ever") > 0),
        TagRule("preference", "{top_category}", enough & (col("top_category_share") >= 0.3)),
        TagRule("price_sensitivity", "high", enough & (col("offer_share") >= 0.2)),
        TagRule("price_sensitivity", "low", enough & (col("offer_share") <= 0.05)),
        TagRule("price_sensitivity", "middle", enough & ~col("offer_share").is_null()),
        TagRule("quality_sensitivity", "high", enough & (col("quality_returns") >= 2)),
        TagRule("quality_sensitivity", "high", enough & (col("premium_share") >= 0.25)),
        TagRule("quality_sensitivity", "low", enough & (col("premium_share") <= 0.05)),
        TagRule("quality_sensitivity", "middle", enough & ~col("premium_share").is_null()),
        TagRule("channel_preference", "{top_channel}", enough & (col("top_channel_share") >= 0.7)),
        TagRule("channel_preference", "several", enough & ~col("top_channel").is_null()),
    ]


@arguments.checked
def facts(
    members: IntoFrameT,
    sales: IntoFrameT,
    products: IntoFrameT | None = None,
    at: str | date | None = None,
    days: int = 365,
) -> IntoFrameT:
    """What is known about each member's purchases, in figures: what tag rules look at.

    Parameters
    ----------
    members
        One row per member, with ``member_id``; any kind of dataframe.
    sales
        One row per line with ``sale_id``, ``sold_at``, ``member_id``, ``product_id``,
        ``quantity`` and ``amount``, and, where known, ``discount``, ``channel`` and
        ``return_reason``; the same kind of frame.
    products
        One row per product with ``product_id``, ``category`` and, where known, ``brand`` and
        ``list_price``; the same kind of frame. Without it, taste and quality stay unknown.
    at
        The day to look back from, included; without it, the day of the last sale.
    days
        How far to look back for all but the first and the last order.

    Returns
    -------
    The same kind of frame, one row per member by id: the columns of `members`; ``age_band`` when
    there is a birth date; ``orders_ever``, ``days_since`` and ``days_since_first`` order (whole
    days); then of the last `days` days ``orders``, ``lines`` (bought), ``revenue`` (net, currency
    units), ``aov``, ``spend_score`` (1 to 5, fifths of the buyers by revenue), ``offer_share``
    (lines with a discount ÷ lines), ``quality_returns`` (lines), ``premium_share`` (lines whose
    list price is 1.25 times their category's mean or more ÷ lines), ``top_category``,
    ``top_brand`` and ``top_channel``, each with its ``_share`` of the lines. Unknown is null.

    Raises
    ------
    TableError
        When a column is missing or of the wrong kind, or a member stands there twice.

    Examples
    --------
    >>> import pandas as pd
    >>> members = pd.DataFrame({"member_id": ["M1", "M2"]})
    >>> sales = pd.DataFrame({"sale_id": ["S1", "S1"], "sold_at": pd.to_datetime(["2025-06-01"] * 2),
    ...     "member_id": ["M1", "M1"], "product_id": ["tea", "cup"], "quantity": [1, 1],
    ...     "amount": [30.0, 10.0], "discount": [5.0, 0.0]})
    >>> facts(members, sales, at="2025-06-30")[["member_id", "orders", "revenue", "offer_share"]]
      member_id  orders  revenue  offer_share
    0        M1       1     40.0          0.5
    1        M2       0      0.0          NaN
    """
    who = tables.require(
        members, "members", ["member_id"], ["birth_date", *PEOPLE], unique="member_id"
    )
    needed = ["sale_id", "sold_at", "member_id", "product_id", "quantity", "amount"]
    optional = ["discount", "channel", "return_reason"]
    lines = tables.require(sales, "sales", needed, optional)
    tables.beside(who, lines, ("members", "sales"), "member_id")
    day = tables.as_date(at) if at else tables.first_and_last_day(lines, "sold_at")[1]
    lines = lines.filter(~nw.col("member_id").is_null())
    lines = _described(_complete(lines, optional), products)
    if day is not None:
        lines = tables.between(lines, "sold_at", None, day)
    day = day or date(1970, 1, 1)
    recent = tables.between(lines, "sold_at", day - timedelta(days=days - 1), None)
    if "birth_date" in who.collect_schema().names():
        who = who.with_columns(age_band=age_band_on(day))
    result = who.join(_ever(lines, day), on="member_id", how="left")
    result = result.join(_lately(recent), on="member_id", how="left")
    for name in ("category", "brand", "channel"):
        result = result.join(_favourite(recent, name), on="member_id", how="left")
    counts = ("orders_ever", "orders", "lines", "quality_returns")
    result = result.with_columns(
        *(nw.col(name).fill_null(0).cast(nw.Int64) for name in counts),
        nw.col("revenue").fill_null(0.0),
    )
    return tables.give_back(result.sort("member_id"), members)


def _rules(what: str, value: object) -> None:
    limit = _("a list of values")
    tables.demand(what, value, limit, lambda rules: isinstance(rules, (list, tuple)))


@arguments.checked(rules=_rules)
def tag_members(
    members: IntoFrameT,
    sales: IntoFrameT,
    products: IntoFrameT | None = None,
    rules: Sequence[TagRule] | None = None,
    at: str | date | None = None,
    days: int = 365,
) -> IntoFrameT:
    """A few words about each member: who, how much, what, how often, how dear, and where.

    Parameters
    ----------
    members, sales, products
        As for `facts`.
    rules
        The tag rules; without it, `default_rules`.
    at, days
        As for `facts`.

    Returns
    -------
    The same kind of frame, one row per member by id: ``member_id``, those of the columns gender,
    age_band, occupation, household, district and level that are known, then one column for each
    kind of tag, with its code; null where nothing can be told. ``ck.show`` shows them in words.

    Raises
    ------
    TableError
        When a column is missing, also one that a rule looks at.

    Examples
    --------
    >>> import pandas as pd
    >>> members = pd.DataFrame({"member_id": ["M1", "M2"], "gender": ["female", "male"]})
    >>> sales = pd.DataFrame({"sale_id": ["S1"], "sold_at": pd.to_datetime(["2025-06-01"]),
    ...     "member_id": ["M1"], "product_id": ["tea"], "quantity": [1], "amount": [30.0]})
    >>> tag_members(members, sales, at="2025-06-30")[["member_id", "gender", "life_cycle"]]
      member_id  gender life_cycle
    0        M1  female        new
    1        M2    male   prospect
    """
    known = tables.open_frame(facts(members, sales, products, at, days))
    present = known.collect_schema().names()
    rules = default_rules() if rules is None else list(rules)
    for rule in rules:
        if not isinstance(rule, TagRule):
            raise CrmkitError(
                _("{rule!r} is no tag rule: write TagRule(kind, tag, when).").format(rule=rule)
            )
    kinds = list(dict.fromkeys(rule.kind for rule in rules))
    tags = {}
    for kind in kinds:
        tag = nw.lit(None, nw.String())
        for rule in reversed([rule for rule in rules if rule.kind == kind]):
            tag = nw.when(rule.when).then(rule.value()).otherwise(tag)
        tags[kind] = tag
    try:
        told = [c for c in PEOPLE if c in present and c not in tags]
        tagged = known.select("member_id", *told, **tags)
        return tables.give_back(tagged.sort("member_id"), members)
    except nw.exceptions.ColumnNotFoundError as error:
        raise tables.TableError(
            _(
                "A tag rule looks at a fact that is not there. {error} The facts are: {facts}."
            ).format(error=str(error).splitlines()[0], facts=", ".join(present))
        ) from None
    except (TypeError, nw.exceptions.NarwhalsError) as error:
        raise tables.TableError(
            _(
                "A tag rule compares what cannot be compared, such as text with a number: {error}"
            ).format(error=str(error).splitlines()[0])
        ) from None


def _complete(lines: nw.LazyFrame, optional: Sequence[str]) -> nw.LazyFrame:
    """The lines with nothing in the columns that the table lacks."""
    present = lines.collect_schema().names()
    kinds = {"discount": nw.Float64()}
    missing = {c: nw.lit(None, kinds.get(c, nw.String())) for c in optional if c not in present}
    return lines.with_columns(**missing) if missing else lines


def _described(lines: nw.LazyFrame, products: IntoFrameT | None) -> nw.LazyFrame:
    """The lines with their product's category and brand, and whether it is a dear one there."""
    if products is None:
        return lines.with_columns(
            category=nw.lit(None, nw.String()),
            brand=nw.lit(None, nw.String()),
            premium=nw.lit(None, nw.Float64()),
        )
    goods = tables.require(
        products,
        "products",
        ["product_id", "category"],
        ["brand", "list_price"],
        unique="product_id",
    )
    tables.beside(lines, goods, ("sales", "products"), "product_id")
    present = goods.collect_schema().names()
    if "brand" not in present:
        goods = goods.with_columns(brand=nw.lit(None, nw.String()))
    if "list_price" not in present:
        goods = goods.with_columns(list_price=nw.lit(None, nw.Float64()))
    means = goods.group_by("category").agg(nw.col("list_price").mean().alias("usual"))
    goods = goods.join(means, on="category", how="left")
    dear = (nw.col("list_price") >= nw.col("usual") * 1.25).cast(nw.Float64)
    goods = goods.select("product_id", "category", "brand", dear.alias("premium"))
    kept = ["sale_id", "sold_at", "member_id", "product_id", "quantity", "amount"]
    kept += ["discount", "channel", "return_reason"]
    return lines.select(*kept).join(goods, on="product_id", how="left")


def _flag(condition: nw.Expr) -> nw.Expr:
    return condition.fill_null(False).cast(nw.Int64)


def _ever(lines: nw.LazyFrame, day: date) -> nw.LazyFrame:
    bought = lines.filter(nw.col("quantity") > 0)
    ever = bought.group_by("member_id").agg(
        nw.col("sale_id").n_unique().alias("orders_ever"),
        nw.col("sold_at").max().alias("_last"),
        nw.col("sold_at").min().alias("_first"),
    )
    today = tables.as_day_number(day)
    return ever.select(
        "member_id",
        "orders_ever",
        days_since=today - tables.day_number(nw.col("_last")),
        days_since_first=today - tables.day_number(nw.col("_first")),
    )


def _lately(lines: nw.LazyFrame) -> nw.LazyFrame:
    bought = nw.col("quantity") > 0
    lines = lines.with_columns(
        _bought=_flag(bought),
        _offer=_flag(bought & (nw.col("discount") > 0)),
        _priced=_flag(bought & ~nw.col("discount").is_null()),
        _dear=nw.when(bought).then(nw.col("premium")),
        _judged=_flag(bought & ~nw.col("premium").is_null()),
        _quality=_flag(~bought & nw.col("return_reason").is_in(list(QUALITY_REASONS))),
        _sale=nw.when(bought).then(nw.col("sale_id")),
    )
    lines = lines.with_columns(_none=_flag(nw.col("_sale").is_null()))
    counted = ("_bought", "_offer", "_priced", "_judged", "_quality")
    sums = lines.group_by("member_id").agg(
        nw.col("_sale").n_unique().alias("orders"),
        nw.col("_none").max(),
        *(nw.col(name).sum() for name in (*counted, "_dear")),
        nw.col("amount").sum().alias("revenue"),
    )
    sums = tables.whole(sums, "orders", "_none", *counted)
    sums = sums.with_columns(
        orders=nw.col("orders") - nw.col("_none"),
        revenue=nw.col("revenue").round(tables.MONEY_DECIMALS),
    )
    sums = tables.scores(sums, "spend_score", "revenue", "member_id", 5)
    return sums.select(
        "member_id",
        "orders",
        nw.col("_bought").alias("lines"),
        "revenue",
        tables.ratio("revenue", "orders").alias("aov"),
        "spend_score",
        tables.ratio("_offer", "_priced").alias("offer_share"),
        nw.col("_quality").alias("quality_returns"),
        tables.ratio("_dear", "_judged").alias("premium_share"),
    )


def _favourite(lines: nw.LazyFrame, name: str) -> nw.LazyFrame:
    """What most of each member's lines belong to, and their share; the first by code of equals."""
    top, share = f"top_{name}", f"top_{name}_share"
    bought = lines.filter((nw.col("quantity") > 0) & ~nw.col(name).is_null())
    counts = bought.group_by("member_id", name).agg(nw.len().alias("_n"))
    counts = tables.whole(counts, "_n")
    most = counts.group_by("member_id").agg(
        nw.col("_n").max().alias("_most"), nw.col("_n").sum().alias("_all")
    )
    best = counts.join(most, on="member_id", how="inner").filter(nw.col("_n") == nw.col("_most"))
    best = best.group_by("member_id").agg(
        nw.col(name).min().alias(top), nw.col("_most").max(), nw.col("_all").max()
    )
    return best.select("member_id", top, tables.ratio("_most", "_all").alias(share))
