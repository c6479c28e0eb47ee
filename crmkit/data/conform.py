"""An analyst's own table under the names of the column contract; ready maps for public sets."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw

from crmkit.data.reading.meanings import meanings
from crmkit.data.receipts import (
    in_memory,
    no_column,
    together,
    unique_receipts,
    without_placeholders,
)
from crmkit.errors import CrmkitError, CrmkitWarning
from crmkit.i18n import gettext as _
from crmkit.tables import (
    CONTRACT,
    KEYS,
    NEEDED,
    TableError,
    arguments,
    closest,
    missing_column,
    open_frame,
)


class FileMissing(CrmkitError):
    """The user's own copy of a public set is not there; the message says where to get it."""


@dataclass(frozen=True)
class PublicTable:
    """One table of a public set: which files may hold it, what its columns are called there.

    `encoding` is that of text copies that are not UTF-8; `moments` are the formats of dates in
    text copies; `derive` are columns to reckon; `published` picks the lines of published figures.
    """

    files: tuple[str, ...]
    columns: dict[str, str]
    encoding: str | None = None
    moments: dict[str, str] = field(default_factory=dict)
    derive: dict[str, nw.Expr] = field(default_factory=dict)
    published: nw.Expr | None = None


@dataclass(frozen=True)
class PublicSet:
    """A well-known public data set: where the user gets it, and its tables by our names."""

    title: str
    where: str
    licence: str
    tables: dict[str, PublicTable]


def public_sets() -> dict[str, PublicSet]:
    """The sets with a ready map, by name."""
    col = nw.col
    discounts = col("retail_disc") + col("coupon_match_disc")
    return {
        "uci-online-retail": PublicSet(
            title="Online Retail (D. Chen, UCI Machine Learning Repository, 2015)",
            where="https://archive.ics.uci.edu/dataset/352/online+retail",
            licence="CC BY 4.0",
            tables={
                "sales": PublicTable(
                    files=("Online Retail.xlsx", "online_retail.xlsx", "online_retail.parquet",
                           "Online Retail.csv", "online_retail.csv", "OnlineRetail.csv",
                           "online+retail.zip"),
                    encoding="cp1252",
                    columns={"sale_id": "InvoiceNo", "sold_at": "InvoiceDate",
                             "member_id": "CustomerID", "product_id": "StockCode",
                             "quantity": "Quantity", "list_price": "UnitPrice"},
                    moments={"InvoiceDate": "%m/%d/%Y %H:%M"},
                    published=~col("member_id").is_null()
                    & (col("quantity") > 0)
                    & (col("list_price") > 0),
                ),
            },
        ),
        "complete-journey": PublicSet(
            title="The Complete Journey (dunnhumby / 84.51°), as in the R package completejourney",
            where="https://github.com/bradleyboehmke/completejourney",
            licence="CC0",
            tables={
                "sales": PublicTable(
                    files=("transactions.parquet", "transactions.csv",
                           "transactions_sample.parquet", "transactions_sample.csv"),
                    columns={"sale_id": "basket_id", "sold_at": "transaction_timestamp",
                             "member_id": "household_id", "amount": "sales_value"},
                    # what the shelf said: what the retailer received plus what it gave away
                    derive={
                        "discount": discounts,
                        "list_price": nw.when(col("quantity") > 0).then(
                            (col("amount") + discounts) / col("quantity")
                        ),
                    },
                ),
                "members": PublicTable(
                    files=("demographics.parquet", "demographics.csv"),
                    columns={"member_id": "household_id", "household": "household_comp"},
                ),
                "products": PublicTable(
                    files=("products.parquet", "products.csv"),
                    columns={"category": "product_category", "name": "product_type"},
                ),
                "campaigns": PublicTable(
                    files=("campaign_descriptions.parquet", "campaign_descriptions.csv"),
                    columns={"starts_on": "start_date", "ends_on": "end_date"},
                ),
                "campaign_contacts": PublicTable(
                    files=("campaigns.parquet", "campaigns.csv"),
                    columns={"member_id": "household_id"},
                    derive={"group": nw.lit("treatment")},
                ),
            },
        ),
    }  # fmt: skip


@arguments.checked(
    source=None,
    ready=arguments.text,
    table=arguments.one_of(*NEEDED),
    rows=arguments.one_of("all", "published"),
)
def conform(
    source: Any,
    ready: str | None = None,
    *,
    table: str = "sales",
    rows: str = "all",
    time_zone: str | None = None,
    **columns: str | Sequence[str] | None,
) -> Any:
    """Your table under the names crmkit's functions expect, checked once, here at the door.

    Sales without ``amount`` get it: quantity × list_price − discount. Receipt numbers that begin
    again in every store, at every till or each day are found and told (a warning), and ``sale_id``
    becomes store, till or day and number. In member_id, '', NULL, N/A, 0, 散客 and the like become
    null: walk-ins.

    Parameters
    ----------
    source
        A table of any kind (pandas, Polars, Arrow, DuckDB, Ibis, Spark). With `ready` it may also
        be the path of your own copy (a file, or the folder it lies in); or pass the name alone and
        the usual folders are searched (CRMKIT_DOWNLOADS, here, Downloads).
    ready
        A map for a well-known public set: "uci-online-retail" or "complete-journey".
    table
        Which table it is to be ("sales", "members", "products" …).
    rows
        "published" keeps the lines that published figures are about: for Online Retail those with a
        customer, a quantity above 0 and a price above 0 (397,884 lines, 4,338 customers, 18,532
        orders, revenue 8,911,407.904). "all" keeps returns, walk-ins and all else.
    time_zone
        For times that carry a zone: the zone of the shop's clock, to which they move (Spark's times
        all carry its session's: without it they are the shop's).
    **columns
        ``sale_id="InvoiceNo"`` says that what we call sale_id is called InvoiceNo there; other
        columns stay as they are. ``sale_id=["store", "no"]`` says which columns name a sale
        together; ``sale_id=["no"]`` that the number alone does, whatever it looks like;
        ``sale_id=None`` that there is none, and orders cannot be counted then.
        ``sold_at=["date", "time"]`` makes one moment of a day and a time of day. ``currency="…"`` is
        the column that says each row's currency; more than one is refused.

    Returns
    -------
    A table of the same kind; pandas when it was read from a file.

    Raises
    ------
    TableError
        When a column is missing (the closest one is named), holds text where numbers or dates
        belong, ids are null or (where they must be unique) double, there are several currencies, or
        times with a zone but no `time_zone`.
    FileMissing
        When your copy of a public set is not there: where it was sought, and where to get it.

    Examples
    --------
    >>> import pandas as pd
    >>> raw = pd.DataFrame({
    ...     "No": ["A1"], "When": pd.to_datetime(["2025-03-05"]), "Qty": [2], "Price": [9.5]})
    >>> sales = conform(raw, sale_id="No", sold_at="When", quantity="Qty", list_price="Price")
    >>> sales["amount"].tolist()
    [19.0]
    """
    sets = public_sets()
    if ready is None and isinstance(source, str) and source in sets:
        source, ready = None, source
    public = None
    if ready is not None:
        public = _public_table(sets, ready, table)
        if source is None or isinstance(source, (str, Path)):
            source = _read_copy(sets[ready], public, source)
        columns = {**public.columns, **columns}
    elif isinstance(source, (str, Path)):
        raise TableError(
            _(
                "{source} is a path: read it with ck.data.scan, or name a ready map: {known}."
            ).format(source=source, known=", ".join(sets))
        )
    _known(table, columns)
    open_frame(source)  # refuses what is no table
    named = {ours: theirs for ours, theirs in columns.items() if isinstance(theirs, str)}
    frame = rename(nw.from_native(source), named)
    frame = together(frame, {c: t for c, t in columns.items() if c not in named and t}, named)
    if public is not None:
        frame = _text_moments(frame, public)
        if public.derive:
            frame = frame.with_columns(**public.derive)
    if time_zone is not None:
        frame = _on_the_shops_clock(frame, table, time_zone)
    frame = _types(frame, table)
    if table == "sales":
        frame = _with_amount(frame)
    without = [name for name, theirs in columns.items() if theirs is None]
    _require(frame, tuple(name for name in NEEDED[table] if name not in without), table)
    frame = without_placeholders(frame)
    if table == "sales" and isinstance(columns.get("sale_id", ""), str):
        frame = unique_receipts(frame)
    _check_rows(frame, table)
    if rows == "published":
        if public is None or public.published is None:
            raise CrmkitError(
                _('rows="published" is known only for uci-online-retail; leave it out.')
            )
        frame = frame.filter(public.published)
    present = frame.collect_schema().names()
    if public is None:
        _tell_unmatched(present, table)
    ours = [name for name in CONTRACT[table] if name in present]
    return frame.select(*ours, *(name for name in present if name not in ours)).to_native()


def _tell_unmatched(present: Sequence[str], table: str) -> None:
    """Tell of columns that look like one of the contract's that nobody named."""
    guessed = meanings([name for name in present if name not in CONTRACT[table]], table)
    left = {theirs: ours for theirs, ours in guessed.items() if ours not in present}
    if left:
        told = _(
            "Not matched, so nothing is worked out from them: {columns}. To use them, add: {say}."
        )
        say = ", ".join(f"{ours}={theirs!r}" for theirs, ours in left.items())
        warnings.warn(told.format(columns=_(", ").join(left), say=say), CrmkitWarning, stacklevel=3)


def _public_table(sets: dict[str, PublicSet], ready: str, table: str) -> PublicTable:
    if ready not in sets:
        raise CrmkitError(
            _("There is no ready map {name}; there are: {known}.").format(
                name=ready, known=", ".join(sets)
            )
        )
    if table not in sets[ready].tables:
        raise CrmkitError(
            _("{name} has no table {table}; it has: {known}.").format(
                name=ready, table=table, known=", ".join(sets[ready].tables)
            )
        )
    return sets[ready].tables[table]


def _read_copy(public: PublicSet, table: PublicTable, source: Any) -> Any:
    """The user's copy as pandas, wherever it lies."""
    from crmkit.data.reading.encodings import detect_encoding
    from crmkit.data.reading.files import FileUnreadable, files_of, kind_of
    from crmkit.data.scan import scan

    path = _find_copy(public, table, source)
    path = files_of(path)[0]
    encoding = None
    if table.encoding and kind_of(path) == "csv":
        try:
            utf8 = detect_encoding(path) == "utf-8"
        except FileUnreadable:
            utf8 = False
        encoding = None if utf8 else table.encoding  # never GBK, whatever its bytes look like
    return scan(path, encoding=encoding).df()


def _find_copy(public: PublicSet, table: PublicTable, source: Any) -> Path:
    import os

    if source is not None and (path := Path(source).expanduser()).is_file():
        return path
    if source is not None:
        folders = [Path(source).expanduser()]
    else:
        own = os.environ.get("CRMKIT_DOWNLOADS")
        folders = [Path(own)] if own else []
        folders += [Path.cwd(), Path.home() / "Downloads", Path.home() / "下载"]
    for folder in folders:
        for name in table.files:
            if (folder / name).is_file():
                return folder / name
    raise FileMissing(
        _(
            "Your copy of {title} is not in {folders}. Get it from {where} (licence: {licence}) "
            "and pass its path. File names looked for: {names}."
        ).format(
            title=public.title,
            folders=", ".join(map(str, folders)),
            where=public.where,
            licence=public.licence,
            names=", ".join(table.files),
        )
    )


def rename(frame: Any, columns: dict[str, str]) -> Any:
    """The narwhals frame with ``{ours: theirs}`` renamed; a missing one raises `TableError`."""
    present = frame.collect_schema().names()
    for ours, theirs in columns.items():
        if not isinstance(theirs, str):
            raise _no_name(ours, theirs)
        if theirs not in present:
            raise no_column(ours, theirs, present)
        if ours != theirs and ours in present and ours not in columns.values():
            raise TableError(
                _("{theirs!r} is to become {ours}, but there is a column {ours} already.").format(
                    theirs=theirs, ours=ours
                )
            )
    return frame.rename({theirs: ours for ours, theirs in columns.items() if ours != theirs})


def _no_name(ours: str, value: object) -> TableError:
    return TableError(
        _("{ours} is {value}; it must be the name of a column, as text.").format(
            ours=ours, value=repr(value)
        )
    )


def _known(table: str, columns: dict[str, Any]) -> None:
    """Refuse a name of ours that the contract does not have: it is a slip of the pen."""
    for ours, theirs in columns.items():
        several = isinstance(theirs, (list, tuple)) and theirs and ours in CONTRACT[table]
        none = theirs is None and (table, ours) == ("sales", "sale_id")
        if not (none or isinstance(theirs, str)) and not (
            several and all(isinstance(name, str) for name in theirs)
        ):
            raise _no_name(ours, theirs)
        if ours in CONTRACT[table] or ours == "currency":
            continue
        near = closest(ours, CONTRACT[table])
        raise TableError(
            _("{table} has no column {ours!r} in crmkit.").format(table=table, ours=ours)
            + (" " + _("Did you mean {near!r}?").format(near=near) if near else "")
            + " "
            + _("The columns are: {columns}.").format(columns=", ".join(CONTRACT[table]))
        )


def _require(frame: Any, needed: tuple[str, ...], table: str) -> None:
    present = frame.collect_schema().names()
    for column in needed:
        if column not in present:
            raise missing_column(table, column, present)


def _text_moments(frame: Any, public: PublicTable) -> Any:
    """Dates that a text copy (CSV) of a public set holds as text, by the set's own format."""
    schema = frame.collect_schema()
    theirs = {theirs: ours for ours, theirs in public.columns.items()}
    for column, form in public.moments.items():
        ours = theirs[column]
        if schema[ours] == nw.String:
            frame = frame.with_columns(nw.col(ours).str.to_datetime(format=form))
    return frame


def _on_the_shops_clock(frame: Any, table: str, time_zone: str) -> Any:
    """Times that carry a zone moved to the shop's, without one."""
    schema = frame.collect_schema()
    for column in CONTRACT[table]:
        if getattr(schema.get(column), "time_zone", None) is None:
            continue
        if frame.implementation.is_duckdb():  # narwhals cannot: DuckDB keeps the zone elsewhere
            moved = f'* REPLACE (timezone(\'{time_zone}\', "{column}") AS "{column}")'
            frame = nw.from_native(frame.to_native().project(moved))
            continue
        if frame.implementation.is_pyspark():
            from pyspark.sql.functions import from_utc_timestamp

            native = frame.to_native()
            frame = nw.from_native(
                native.withColumn(column, from_utc_timestamp(native[column], time_zone))
            )
            continue
        if frame.implementation.is_ibis():
            raise TableError(
                _(
                    "Ibis cannot move times from one zone to another. Convert {column} in your "
                    "database, or pass the table as DuckDB, Polars or pandas."
                ).format(column=column)
            )
        zoned = nw.col(column).dt.convert_time_zone(time_zone)
        frame = frame.with_columns(zoned.dt.replace_time_zone(None))
    return frame


def _types(frame: Any, table: str) -> Any:
    schema = frame.collect_schema()
    casts: dict[str, nw.Expr] = {}
    for name, column in CONTRACT[table].items():
        if name not in schema:
            continue
        if column.kind == "key":
            casts |= _id(frame, name, schema[name])
        elif column.kind == "time":
            casts |= _moment(frame, name, schema[name])
        elif column.kind == "number":
            casts |= _number(frame, name, schema[name])
    return frame.with_columns(**casts) if casts else frame


def _id(frame: Any, column: str, kind: nw.dtypes.DType) -> dict[str, nw.Expr]:
    """Ids read as decimals (17850.0, because some are missing) are whole numbers again."""
    if kind == nw.Categorical or isinstance(kind, nw.Enum):
        return {column: nw.col(column).cast(nw.String)}
    if not kind.is_float():
        return {}
    values = in_memory(frame.select(column).filter(~nw.col(column).is_null()))[column].to_numpy()
    values = values[values == values]
    if (values % 1 != 0).any():
        raise TableError(
            _("{column} holds {value}: an id is text or a whole number.").format(
                column=column, value=values[values % 1 != 0][0]
            )
        )
    if frame.implementation.is_pandas():
        native = frame.to_native()[column].astype("Int64")
        return {column: nw.from_native(native, series_only=True)}
    known = ~nw.col(column).is_null() & ~nw.col(column).is_nan()
    return {column: nw.when(known).then(nw.col(column)).cast(nw.Int64)}


def _moment(frame: Any, column: str, kind: nw.dtypes.DType) -> dict[str, nw.Expr]:
    if kind == nw.Date:
        return {column: nw.col(column).cast(nw.Datetime("us"))}
    if isinstance(kind, nw.Datetime) or kind == nw.Datetime:
        zone = getattr(kind, "time_zone", None)
        if zone is None or frame.implementation.is_pyspark():  # Spark's own clock is the session's
            return {}
        raise TableError(
            _(
                "{column} holds times of the zone {zone}. Say which zone the shop's clock "
                'shows: conform(…, time_zone="Asia/Shanghai").'
            ).format(column=column, zone=zone)
        )
    if _all_null(frame, column):
        return {column: nw.lit(None, dtype=nw.Datetime("us"))}
    raise TableError(
        _(
            "{column} should hold dates, but holds {kind} such as {value}. "
            'Read them with ck.clean.parse_dates(frame, "{column}").'
        ).format(column=column, kind=_kind(kind), value=_example(frame, column))
    )


def _number(frame: Any, column: str, kind: nw.dtypes.DType) -> dict[str, nw.Expr]:
    if kind.is_integer() or kind.is_float():
        return {}
    if kind == nw.Decimal:
        return {column: nw.col(column).cast(nw.Float64)}
    if _all_null(frame, column):
        return {column: nw.lit(None, dtype=nw.Float64)}
    raise TableError(
        _(
            "{column} should hold numbers, but holds {kind} such as {value}. "
            "Clean them first: ck.clean.clean_sales(frame)."
        ).format(column=column, kind=_kind(kind), value=_example(frame, column))
    )


def _kind(kind: nw.dtypes.DType) -> str:
    return _("text") if kind in (nw.String, nw.Object, nw.Categorical) else str(kind)


def _all_null(frame: Any, column: str) -> bool:
    answer = in_memory(frame.select(nw.col(column).is_null().all())).item()
    return answer is None or bool(answer)


def _example(frame: Any, column: str) -> str:
    filled = frame.select(column).filter(~nw.col(column).is_null()).head(1)
    return repr(in_memory(filled)[column].to_list()[0])


def _with_amount(frame: Any) -> Any:
    present = frame.collect_schema().names()
    if "amount" in present:
        return frame
    lacking = [name for name in ("quantity", "list_price") if name not in present]
    if len(lacking) == 2:
        raise missing_column("sales", "amount", present)
    if lacking:
        raise TableError(
            _("There is no amount, and it cannot be worked out (quantity × list_price − discount).")
            + " "
            + str(missing_column("sales", lacking[0], present))
        )
    amount = nw.col("quantity") * nw.col("list_price")
    if "discount" in present:
        amount = amount - nw.col("discount").fill_null(0)
    return frame.with_columns(amount=amount)


def _check_rows(frame: Any, table: str) -> None:
    """One pass over the rows: null ids, double ids, mixed currencies."""
    key = KEYS.get(table)
    present = frame.collect_schema().names()
    ids = [c for c in NEEDED[table] if CONTRACT[table][c].kind == "key" and c in present]
    if ids:
        nulls = in_memory(frame.select(nw.col(*ids).is_null().cast(nw.Int64).sum()))
        rows = int(in_memory(frame.select(nw.len().cast(nw.Int64).alias("n"))).item())
        for column in ids:
            n = nulls[column].to_list()[0] or 0
            if n:
                raise TableError(
                    _(
                        "{column} is empty in {n} of {rows} rows. Set these rows aside first: "
                        'frame, report = ck.clean.validate(frame, "{table}").'
                    ).format(column=column, n=f"{n:,}", rows=f"{rows:,}", table=table)
                )
    if key:
        counts = frame.group_by(key).agg(n_=nw.len())
        double = in_memory(counts.filter(nw.col("n_") > 1).sort(key).head(3))
        if len(double):
            raise TableError(
                _(
                    "{column} must name one row each, but {ids} stand more than once. Set the "
                    'double ones aside first: frame, report = ck.clean.validate(frame, "{table}").'
                ).format(column=key, ids=", ".join(map(str, double[key].to_list())), table=table)
            )
    if "currency" in frame.collect_schema().names():
        counts = in_memory(frame.group_by("currency").agg(n_=nw.len()))
        found = sorted(
            zip(
                map(str, counts["currency"].to_list()),
                map(int, counts["n_"].to_list()),
                strict=True,
            ),
            key=lambda pair: (-pair[1], pair[0]),
        )
        if len(found) > 1:
            raise TableError(
                _(
                    "The amounts are in {n} currencies ({counts}): amounts of different "
                    "currencies must not be added. Convert them, or keep the rows of one."
                ).format(n=len(found), counts=", ".join(f"{name}: {n:,}" for name, n in found))
            )
