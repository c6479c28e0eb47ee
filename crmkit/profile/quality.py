"""How complete and how accurate the customer records are, and which ones to mend first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import narwhals.stable.v2 as nw
from narwhals.stable.v2.typing import IntoFrameT

from crmkit.i18n import gettext as _
from crmkit.rates import wilson
from crmkit.tables import (
    CONTRACT,
    TableError,
    arguments,
    as_date,
    beside,
    give_back,
    missing_column,
    name_list,
    ratio,
    require,
)

#: What staff ask a customer for; the system fills in the rest by itself.
ASKED = ("name", "phone", "email", "gender", "birth_date", "district", "occupation", "household")

#: What people type when they have nothing to type, in small letters.
PLACEHOLDERS = (
    *("", "-", "--", "/", "?", ".", "0", "na", "n/a", "nan", "none", "null", "nil", "unknown"),
    *("无", "没有", "暂无", "未知", "不详", "未填", "空"),
)

#: Years; nobody older has been known.
OLDEST = 122


@dataclass(frozen=True)
class Rule:
    """One reason why a value cannot be right.

    Parameters
    ----------
    field
        The column it speaks about.
    reason
        The code of the reason, shown with its label.
    wrong
        True where the value cannot be right; null is no objection.
    """

    field: str
    reason: str
    wrong: nw.Expr


@arguments.checked
def completeness(
    members: IntoFrameT,
    fields: Sequence[str] | None = None,
    by: str | Sequence[str] | None = None,
    placeholders: Sequence[str] = PLACEHOLDERS,
) -> IntoFrameT:
    """Which part of the records is filled in, field by field.

    Parameters
    ----------
    members
        One row per member; any kind of dataframe.
    fields
        The columns to judge; without it, those of `ASKED` that the table has.
    by
        Columns to split the result by, such as ``"home_store_id"``.
    placeholders
        Texts that stand for nothing ("无", "n/a" …), in small letters.

    Returns
    -------
    The same kind of frame, the emptiest field first: the `by` columns, ``field``, ``n``
    (members), ``filled``, ``missing`` and ``completeness`` (filled ÷ n, 0 to 1).

    Raises
    ------
    TableError
        When a column named here is not in the table, or none of `ASKED` is.

    References
    ----------
    The share of values that are present: the completeness of DAMA UK's six dimensions of data
    quality (2013). What is filled in may still be wrong: see `accuracy`.

    Examples
    --------
    >>> import pandas as pd
    >>> members = pd.DataFrame({"member_id": ["M1", "M2"], "phone": ["13800000000", None],
    ...                         "district": ["yuexiu", " 未知 "], "gender": ["female", "male"]})
    >>> completeness(members)[["field", "n", "filled", "completeness"]]
          field  n  filled  completeness
    0  district  2       1           0.5
    1     phone  2       1           0.5
    2    gender  2       2           1.0
    """
    by = name_list(by)
    frame, fields = _opened(members, fields, by)
    flags = {f: _filled(frame, f, placeholders) for f in fields}
    counted = _counted(frame, by, flags)
    rows = [
        counted.select(*by, nw.lit(f).alias("field"), "n", nw.col(f).alias("filled"))
        for f in fields
    ]
    result = nw.concat(rows, how="vertical").with_columns(
        missing=nw.col("n") - nw.col("filled"), completeness=ratio("filled", "n")
    )
    return give_back(result.sort(*by, "completeness", "field"), members)


@arguments.checked
def gaps(
    members: IntoFrameT,
    fields: Sequence[str] | None = None,
    placeholders: Sequence[str] = PLACEHOLDERS,
) -> IntoFrameT:
    """What to ask which member at the next visit: the empty fields of each record.

    Parameters
    ----------
    members, fields, placeholders
        As in `completeness`.

    Returns
    -------
    The same kind of frame, one row per member, the emptiest record first: ``member_id``,
    ``filled``, ``of`` (fields judged), ``completeness`` (0 to 1) and ``ask_for`` (the empty fields,
    joined by commas; ``""`` for none).

    Raises
    ------
    TableError
        As `completeness`.

    Examples
    --------
    >>> import pandas as pd
    >>> members = pd.DataFrame({"member_id": ["M1", "M2"], "phone": ["13800000000", None],
    ...                         "district": ["yuexiu", "n/a"]})
    >>> gaps(members)["ask_for"].tolist()
    ['phone, district', '']
    """
    frame, fields = _opened(members, fields, ["member_id"])
    flags = {f: _filled(frame, f, placeholders) for f in fields}
    frame = frame.select("member_id", **{f: flag.cast(nw.Int64) for f, flag in flags.items()})
    names = [nw.when(nw.col(f) == 0).then(nw.lit(f", {f}")).otherwise(nw.lit("")) for f in fields]
    result = frame.select(
        "member_id",
        filled=nw.sum_horizontal(*fields),
        of=nw.lit(len(fields)).cast(nw.Int64),
        ask_for=nw.concat_str(*names).str.slice(2),
    ).with_columns(completeness=ratio("filled", "of"))
    result = result.select("member_id", "filled", "of", "completeness", "ask_for")
    return give_back(result.sort("completeness", "member_id"), members)


@arguments.checked
def mistakes(
    members: IntoFrameT,
    fields: Sequence[str] | None = None,
    at: str | date | None = None,
    known: Mapping[str, Sequence[object]] | None = None,
) -> IntoFrameT:
    """The filled-in values that cannot be right, each with the reason.

    The rules: a name holds no digits or signs; a phone is a mainland mobile number (1, then 3 to
    9, then nine digits; spaces, hyphens and +86 do not count) and belongs to one member only; an
    e-mail has one @, something before it and a dotted name behind; a birthday is neither in the
    future nor more than 122 years ago, and not after the day of joining; a value of a field in
    `known` is one of those listed.

    Parameters
    ----------
    members
        One row per member, with ``member_id``; any kind of dataframe.
    fields
        The columns to judge; without it, those of `ASKED` that the table has.
    at
        The day of judging: no birthday may be later. Without it, today.
    known
        For a field, the values that exist, e.g. ``{"gender": ["female", "male"]}``.

    Returns
    -------
    The same kind of frame, one row per member, field and reason: ``member_id``, ``field``,
    ``value`` (as text) and ``reason`` (a code: name_odd, phone_shape, phone_shared, email_shape,
    birth_future, birth_too_old, birth_after_joining, code_unknown).

    Raises
    ------
    TableError
        When a column is missing, a date column holds text, or no field has a rule.

    Examples
    --------
    >>> import pandas as pd
    >>> members = pd.DataFrame({"member_id": ["M1", "M2"], "phone": ["13800000000", "1380000"]})
    >>> mistakes(members)
      member_id  field    value       reason
    0        M2  phone  1380000  phone_shape
    """
    frame, fields = _opened(members, fields, ["member_id"])
    frame, rules = _ruled(frame, fields, at, known)
    found = [
        frame.filter(rule.wrong).select(
            "member_id",
            nw.lit(rule.field).alias("field"),
            _written(frame, rule.field).alias("value"),
            nw.lit(rule.reason).alias("reason"),
        )
        for rule in rules
    ]
    result = nw.concat(found, how="vertical").sort("member_id", "field", "reason")
    return give_back(result, members)


@arguments.checked
def accuracy(
    members: IntoFrameT,
    verified: IntoFrameT | None = None,
    fields: Sequence[str] | None = None,
    by: str | Sequence[str] | None = None,
    at: str | date | None = None,
    known: Mapping[str, Sequence[object]] | None = None,
) -> IntoFrameT:
    """Which part of what is filled in is right, field by field.

    Without `verified`, a value is right when no rule of `mistakes` speaks against it: this finds
    impossible values, not wrong ones (a phone of the right shape may be somebody else's). With
    `verified`, records that staff have confirmed with their members, a value is right when it
    equals the confirmed one: the true share, but from a sample, hence with its interval.

    Parameters
    ----------
    members
        One row per member, with ``member_id``; any kind of dataframe.
    verified
        The confirmed records: ``member_id`` and the confirmed columns, the same kind of frame.
        Members that stand in only one of the tables are left out.
    fields
        The columns to judge; without it, those of `ASKED` in the table (in both tables) that can
        be judged.
    by
        Columns of `members` to split the result by, such as ``"home_store_id"``.
    at, known
        As for `mistakes`; not used with `verified`.

    Returns
    -------
    The same kind of frame, the worst field first: the `by` columns, ``field``, ``n`` (filled
    values judged), ``right``, ``wrong``, ``accuracy`` (right ÷ n, 0 to 1; null when n is 0), and
    with `verified` also ``low`` and ``high``, the 95 % interval (Wilson, 1927).

    Raises
    ------
    TableError
        When a column is missing, a date column holds text, `verified` has a member twice, or
        there is nothing to judge.

    Examples
    --------
    >>> import pandas as pd
    >>> members = pd.DataFrame({"member_id": ["M1", "M2", "M3"],
    ...                         "phone": ["13800000000", "1380000", None]})
    >>> accuracy(members)[["field", "n", "right", "accuracy"]]
       field  n  right  accuracy
    0  phone  2      1       0.5
    """
    by = name_list(by)
    frame, fields = _opened(members, fields, ["member_id", *by])
    if verified is None:
        frame, rules = _ruled(frame, fields, at, known)
        fields = [f for f in fields if any(rule.field == f for rule in rules)]
        judged = {f: _filled(frame, f) for f in fields}
        wrong = {f: _any([rule.wrong for rule in rules if rule.field == f]) for f in fields}
    else:
        frame, fields = _paired(frame, verified, fields, by)
        judged = {f: _filled(frame, f) & _filled(frame, _CONFIRMED + f) for f in fields}
        wrong = {f: _comparable(frame, f) != _comparable(frame, _CONFIRMED + f) for f in fields}
    flags = judged | {_WRONG + f: judged[f] & wrong[f].fill_null(False) for f in fields}
    counted = _counted(frame, by, flags)
    rows = [
        counted.select(
            *by,
            nw.lit(f).alias("field"),
            nw.col(f).alias("n"),
            (nw.col(f) - nw.col(_WRONG + f)).alias("right"),
            nw.col(_WRONG + f).alias("wrong"),
        )
        for f in fields
    ]
    result = nw.concat(rows, how="vertical").with_columns(accuracy=ratio("right", "n"))
    if verified is not None:
        low, high = wilson("accuracy", "n")
        result = result.with_columns(low=low, high=high)
    return give_back(result.sort(*by, "accuracy", "field"), members)


_CONFIRMED, _WRONG, _PHONE, _OWNERS = "confirmed_", "wrong_", "_phone", "_owners"


def _opened(
    members: IntoFrameT, fields: Sequence[str] | None, also: Sequence[str]
) -> tuple[nw.LazyFrame, list[str]]:
    """The table with its columns checked, and the fields to judge."""
    asked = list(ASKED if fields is None else fields)
    wanted = [*also, *(() if fields is None else fields)]
    contract = CONTRACT["members"]
    frame = require(
        members,
        "members",
        [c for c in wanted if c in contract],
        [*asked, "joined_at"] if fields is None else ["joined_at"],
        unique="member_id" if "member_id" in also else None,
    )
    present = frame.collect_schema().names()
    for name in wanted:
        if name not in present:
            raise missing_column("members", name, present)
    judged = [f for f in asked if f in present and f not in also]
    if not judged:
        raise TableError(
            _("There is no field to judge. Name some of the table's columns with fields=[…].")
        )
    return frame, judged


def _filled(frame: nw.LazyFrame, field: str, placeholders: Sequence[str] = PLACEHOLDERS) -> nw.Expr:
    """Whether something stands there; text that only stands for nothing does not count."""
    dtype, value = frame.collect_schema()[field], nw.col(field)
    there = ~value.is_null()
    if dtype.is_float():
        return there & ~value.is_nan().fill_null(False)
    if dtype in (nw.String, nw.Object):
        text = value.cast(nw.String).str.strip_chars().str.to_lowercase()
        return there & ~text.is_in(list(placeholders)).fill_null(False)
    return there


def _ruled(
    frame: nw.LazyFrame,
    fields: Sequence[str],
    at: str | date | None,
    known: Mapping[str, Sequence[object]] | None,
) -> tuple[nw.LazyFrame, list[Rule]]:
    """The rules for these fields, and the frame with the columns they look at."""
    day = as_date(at or date.today())
    rules = []
    if "name" in fields:
        odd = nw.col("name").cast(nw.String).str.contains("[0-9@#*?？]")
        rules.append(Rule("name", "name_odd", odd))
    if "phone" in fields:
        frame = frame.with_columns(_comparable(frame, "phone").alias(_PHONE))
        frame = frame.with_columns(nw.col("member_id").count().over(_PHONE).alias(_OWNERS))
        shape = nw.col(_PHONE).str.contains("^1[3-9][0-9]{9}$")
        rules.append(Rule("phone", "phone_shape", ~shape))
        rules.append(Rule("phone", "phone_shared", shape & (nw.col(_OWNERS) > 1)))
    if "email" in fields:
        text = nw.col("email").cast(nw.String).str.strip_chars()
        shape = text.str.contains(r"^[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+$")
        rules.append(Rule("email", "email_shape", ~shape))
    if "birth_date" in fields:
        born = nw.col("birth_date")
        today = datetime(day.year, day.month, day.day)
        oldest = datetime(day.year - OLDEST, 1, 1)
        rules.append(Rule("birth_date", "birth_future", born > nw.lit(today)))
        rules.append(Rule("birth_date", "birth_too_old", born < nw.lit(oldest)))
        if "joined_at" in frame.collect_schema().names():
            late = (born > nw.col("joined_at")) & (born <= nw.lit(today))
            rules.append(Rule("birth_date", "birth_after_joining", late))
    for field, codes in (known or {}).items():
        if field in fields:
            listed = nw.col(field).cast(nw.String).is_in([str(code) for code in codes])
            rules.append(Rule(field, "code_unknown", ~listed))
    if not rules:
        raise TableError(
            _("No rule speaks about {fields}: give the values that exist with known=….").format(
                fields=", ".join(fields)
            )
        )
    return frame, [
        Rule(r.field, r.reason, (r.wrong & _filled(frame, r.field)).fill_null(False)) for r in rules
    ]


def _paired(
    frame: nw.LazyFrame, verified: IntoFrameT, fields: Sequence[str], by: Sequence[str]
) -> tuple[nw.LazyFrame, list[str]]:
    """The records beside the confirmed ones, whose columns get a prefix."""
    confirmed = require(verified, "members", ["member_id"], fields, unique="member_id")
    beside(frame, confirmed, ("members", "verified"), "member_id")
    present = confirmed.collect_schema().names()
    fields = [f for f in fields if f in present]
    if not fields:
        raise TableError(_("The tables members and verified share no field to judge."))
    confirmed = confirmed.select("member_id", *(nw.col(f).alias(_CONFIRMED + f) for f in fields))
    keep = list(dict.fromkeys(["member_id", *by, *fields]))
    return frame.select(*keep).join(confirmed, on="member_id", how="inner"), fields


def _comparable(frame: nw.LazyFrame, field: str) -> nw.Expr:
    """The value as it is compared: text without outer spaces, a phone without decoration."""
    dtype, value = frame.collect_schema()[field], nw.col(field)
    if dtype not in (nw.String, nw.Object) and not field.endswith("phone"):
        return value
    text = value.cast(nw.String).str.strip_chars()
    if field.endswith("phone"):
        text = text.str.replace_all(r"[ +\-]", "")
        abroad = text.str.contains("^86[0-9]{11}$")
        text = nw.when(abroad).then(text.str.slice(2)).otherwise(text)
    return text


def _written(frame: nw.LazyFrame, field: str) -> nw.Expr:
    value = nw.col(field)
    if isinstance(frame.collect_schema()[field], nw.Datetime):
        return value.dt.to_string("%Y-%m-%d")
    return value.cast(nw.String)


def _counted(frame: nw.LazyFrame, by: Sequence[str], flags: Mapping[str, nw.Expr]) -> nw.LazyFrame:
    """How many rows there are (n) and how many have each flag, per group."""
    kept = frame.select(*by, **{name: flag.cast(nw.Int64) for name, flag in flags.items()})
    if not by:
        kept = kept.with_columns(_all=nw.lit(0))
    counted = kept.group_by(*(by or ["_all"])).agg(
        nw.len().alias("n"), *(nw.col(name).sum() for name in flags)
    )
    return counted.select(*by, *(nw.col(name).cast(nw.Int64) for name in ["n", *flags]))


def _any(flags: Sequence[nw.Expr]) -> nw.Expr:
    return nw.any_horizontal(*flags, ignore_nulls=True)
