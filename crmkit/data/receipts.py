"""Ids that do not name what they seem to: receipt numbers that begin again, members that are nobody."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from typing import Any

import narwhals.stable.v2 as nw

from crmkit.data.reading.kind import CLOCK
from crmkit.data.reading.meanings import kind_meant
from crmkit.errors import CrmkitWarning
from crmkit.i18n import gettext as _
from crmkit.tables import TableError, closest, is_nothing

#: What stands for a walk-in where a member's id belongs, in small letters
NOBODY = ("", "null", "n/a", "#n/a", "na", "nan", "none", "nil", "-", "--", "<na>", "0", "00", "000", "0000", "00000",
          "000000", "-1", "guest", "walk-in", "walkin", "anonymous", "unknown", "散客", "非会员", "无", "匿名", "游客")  # fmt: skip
#: Ids of all nines are used for walk-ins, too; believed only where one has more lines than any member
NINES = ("9999", "99999", "999999", "9999999", "99999999", "9999999999", "99999999999")
MEMBERS = ("member_id",)
TILLS = (
    "till_id",
    "till",
    "register_id",
    "register",
    "terminal_id",
    "pos_id",
    "款台",
    "收银机号",
    "机号",
)
OFTEN = 0.02
"""Which share of numbers must come again on another day before days are taken to begin anew: a
single one is a late line, not a new count."""


def without_placeholders(frame: Any) -> Any:
    """Members that are nobody ('', NULL, 0, 散客 …) as null; how many lines is told."""
    schema = frame.collect_schema()
    for column in MEMBERS:
        if column not in schema or not (schema[column] == nw.String or schema[column].is_integer()):
            continue
        if schema[column] == nw.String:
            lower = nw.col(column).str.to_lowercase().str.strip_chars()
            words = [*NOBODY, *_nines(frame, lower, NOBODY, NINES)]
        else:
            lower = nw.col(column)
            words = [0, -1, *_nines(frame, lower, (0, -1), [int(one) for one in NINES[:4]])]
        n = int(
            in_memory(
                frame.filter(lower.is_in(words)).select(nw.len().cast(nw.Int64).alias("n"))
            ).item()
        )
        if n:
            frame = frame.with_columns(
                nw.when(~lower.is_in(words)).then(nw.col(column)).alias(column)
            )
            warnings.warn(
                _(
                    "{column} is no member in {n} lines (empty, NULL, 0 …): taken for walk-ins."
                ).format(column=column, n=f"{n:,}"),
                CrmkitWarning,
                stacklevel=3,
            )
    return frame


def walk_ins(counts: dict[Any, int]) -> set[Any]:
    """Those of the members' ids that are nobody, by how many lines each has."""
    words = {member: str(member).strip().lower() for member in counts}
    nobody = {member for member, word in words.items() if word in NOBODY}
    nines = {member for member, word in words.items() if word in NINES}
    most = max((n for m, n in counts.items() if m not in nobody | nines), default=0)
    return nobody | {member for member in nines if counts[member] > most}


def _nines(frame: Any, lower: Any, nobody: Iterable[Any], nines: Iterable[Any]) -> list[Any]:
    """Those ids of all nines that have more lines than any member."""
    marked = frame.select(_m=lower)
    counts = in_memory(marked.filter(nw.col("_m").is_in(nines)).group_by("_m").agg(n=nw.len()))
    if not len(counts):
        return []
    others = marked.filter(~nw.col("_m").is_in([*nines, *nobody]))
    most = in_memory(others.group_by("_m").agg(n=nw.len()).select(nw.col("n").max())).item() or 0
    pairs = zip(counts["_m"].to_list(), counts["n"].to_list(), strict=True)
    return [m for m, n in pairs if n > most]


def no_column(ours: str, theirs: str, present: Sequence[str]) -> TableError:
    """What is raised where a column of ours is to be one of theirs that is not there."""
    near = closest(theirs, present)
    return TableError(
        _("{ours} is to be the column {theirs!r}, but there is none.").format(
            ours=ours, theirs=theirs
        )
        + (" " + _("Did you mean {near!r}?").format(near=near) if near else "")
        + " "
        + _("The columns are: {columns}.").format(columns=", ".join(present))
    )


def together(frame: Any, several: dict[str, Sequence[str]], named: dict[str, str]) -> Any:
    """Columns of ours made of several of theirs: store and number are one sale."""
    present = frame.collect_schema().names()
    renamed = {theirs: ours for ours, theirs in named.items()}
    for ours, columns in several.items():
        columns = [renamed.get(name, name) for name in columns]
        for name in columns:
            if name not in present:
                raise no_column(ours, name, present)
        schema = frame.collect_schema()
        if kind_meant(ours) == "time" and len(columns) == 2 and _is_day(schema[columns[0]]):
            frame = frame.with_columns(_moment(frame, *columns).alias(ours))
        else:  # a store without a number names no sale
            frame = frame.with_columns(_joined(columns, schema, ignore_nulls=False).alias(ours))
    return frame


def _is_day(kind: nw.dtypes.DType) -> bool:
    return isinstance(kind, nw.Datetime) or kind == nw.Date


def _moment(frame: Any, day: str, clock: str) -> Any:
    """A day and the time of day that stands in a column of its own."""
    time = nw.col(clock).cast(nw.String).str.strip_chars()
    told = time.str.contains(f"^{CLOCK.fits}$").fill_null(False)
    odd = in_memory(frame.filter(~nw.col(day).is_null() & ~told).select(_t=time).head(1))
    if len(odd):
        value = odd["_t"].to_list()[0]
        raise TableError(
            _(
                "{column} should hold times of day such as 09:30, but holds {value}. Leave it out, "
                "or set these rows aside first."
            ).format(column=clock, value=repr(None if is_nothing(value) else value))
        )
    whole = (
        nw.when(time.str.len_chars() < 6).then(nw.concat_str(time, nw.lit(":00"))).otherwise(time)
    )
    text = nw.concat_str(nw.col(day).dt.to_string("%Y-%m-%d"), whole, separator=" ")
    return text.str.to_datetime(format="%Y-%m-%d %H:%M:%S")


def _joined(columns: Sequence[str], schema: Any, *, ignore_nulls: bool = True) -> Any:
    if len(columns) == 1:
        return nw.col(columns[0])
    parts = [
        nw.col(name).dt.to_string("%Y-%m-%d")
        if _is_day(schema[name])
        else nw.col(name).cast(nw.String)
        for name in columns
    ]
    return nw.concat_str(*parts, separator="-", ignore_nulls=ignore_nulls)


def unique_receipts(frame: Any) -> Any:
    """Sales with ids that name one sale each; what had to be added to the numbers is told."""
    parts = repeated_in(frame)
    if not parts:
        return frame
    hint = _(
        "If the number alone names a sale, say so: sale_id=[…], with the column's name in brackets."
    )
    warnings.warn(f"{told_of(parts)} {hint}", CrmkitWarning, stacklevel=3)
    whole = _joined([*parts, "sale_id"], frame.collect_schema())
    numbered = ~nw.col("sale_id").is_null()  # a line without a number stays one
    return frame.with_columns(nw.when(numbered).then(whole).alias("sale_id"))


def told_of(parts: Sequence[str]) -> str:
    """That numbers come again, and what sale_id is made of therefore."""
    names = [{"store_id": _("store"), "sold_at": _("day")}.get(name, name) for name in parts]
    return _("The numbers in sale_id come again by {parts}: sale_id is now {made}.").format(
        parts=", ".join(names), made="-".join([*names, "sale_id"])
    )


def repeated_in(frame: Any) -> list[str]:
    """By which columns the numbers in sale_id begin again: stores, tills, days; none: they do not.

    Returned lines do not count: they may carry the number of the sale they take back.
    """
    schema = frame.collect_schema()
    if "quantity" in schema and schema["quantity"].is_numeric():
        frame = frame.filter(nw.col("quantity") > 0)
    places = [name for name in ("store_id", *TILLS) if name in schema]
    moment = "sold_at" in schema and _is_day(schema["sold_at"])
    if not places and not moment:
        return []
    found: list[str] = []
    ends = [nw.col(n).min().alias(f"_min_{n}") for n in places]
    ends += [nw.col(n).max().alias(f"_max_{n}") for n in places]
    each = frame.group_by("sale_id").agg(*ends)
    if places:
        several = [  # not "other than": NaN is another than itself
            (nw.col(f"_min_{n}") < nw.col(f"_max_{n}")).cast(nw.Int64).sum().alias(n)
            for n in places
        ]
        row = in_memory(each.select(*several)).rows(named=True)[0]
        found = [name for name in places if row[name]]
    if moment:
        keys = ["sale_id", *found]
        day = nw.col("sold_at").dt.truncate("1d")
        spans = (
            frame.with_columns(_day=day)
            .group_by(*keys)
            .agg(_first=nw.col("_day").min(), _last=nw.col("_day").max())
        )
        n = in_memory(
            spans.select(
                again=(nw.col("_first") < nw.col("_last")).cast(nw.Int64).sum(),
                all=nw.len().cast(nw.Int64),
            )
        ).rows(named=True)[0]
        if n["all"] and (n["again"] or 0) > OFTEN * n["all"]:
            found.append("sold_at")
    return found


def in_memory(frame: Any) -> Any:
    """A small answer in memory, whatever kind of frame it comes from."""
    return frame.collect("pyarrow") if isinstance(frame, nw.LazyFrame) else frame
