"""What the tables are made of: kinds of columns and rules, each with one short name."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Utc(TypeDecorator):
    """A moment in UTC; what has no time zone is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True
    python_type = datetime

    def process_bind_param(self, value: datetime | None, dialect):
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect):
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Number = BigInteger().with_variant(Integer, "sqlite")


def table(name: str, *parts: SchemaItem | list, **info: object) -> Table:
    """A table of columns, rules and indexes; `said` names what staff say about a row, which is
    kept beside it (see `house.remark`)."""
    flat = [one for part in parts for one in (part if isinstance(part, list) else [part])]
    return Table(name, metadata, *flat, info=info)


def ledger(name: str, *parts: SchemaItem | list, **info: object) -> Table:
    """A table to which rows are added, never changed (see `triggers`)."""
    return table(name, *parts, append_only=True, **info)


def number() -> Column:
    """The number of a document or an entry, given out in order."""
    return Column("id", Number, primary_key=True, autoincrement=True)


def code(name: str = "id") -> Column:
    """The key people say: a store, a product, a member's number."""
    return Column(name, Text, primary_key=True)


def ref(names: str, target: str | None = None, null: bool = False, **more) -> list[Column]:
    """Each points to a row of another table, `store_id` to a store unless `target` says else."""
    return [
        Column(one, ForeignKey(target or one.removesuffix("_id") + ".id"), nullable=null, **more)
        for one in names.split()
    ]


def _columns(kind: Any, read: str | None = None) -> Callable[..., list[SchemaItem]]:
    """What makes columns of one kind (that people `read` as money), named with blanks between;
    `null` when they may be empty, `least` when they are never less than 0 or 1."""

    def columns(names: str, null: bool = False, least: int | None = None) -> list[SchemaItem]:
        rules = [] if least is None else [_at_least(least, one) for one in names.split()]
        made = (Column(one, kind, nullable=null, info={"read": read}) for one in names.split())
        return [*made, *rules]

    return columns


def _at_least(least: int, column: str) -> CheckConstraint:
    if least:
        return must(f"{column}_positive", f"{column} > 0")
    return must(f"{column}_not_negative", f"{column} >= 0")


words, cents, count = _columns(Text), _columns(Number, "money"), _columns(Integer)
when, day, flag = _columns(Utc), _columns(Date), _columns(Boolean)


def active() -> Column:
    """Whether it is (still) in use; what is made is."""
    return Column("active", Boolean, nullable=False, default=True)


def coded(
    column: str, codes: tuple[str, ...], kind: str | None = None, null: bool = False
) -> list[SchemaItem]:
    """A column that holds one of these codes; people read it as one of this kind, unless of its
    own name. A status begins as the first of them."""
    known = must(f"{column}_known", f"{column} IN ({', '.join(map(repr, codes))})")
    first = codes[0] if column == "status" else None
    return [Column(column, Text, nullable=null, default=first, info={"read": kind}), known]


def must(name: str, rule: str) -> CheckConstraint:
    """A rule every row keeps."""
    return CheckConstraint(rule, name=name)


def by(*columns: str) -> list[Index]:
    """Indexes to find rows by, each of columns with blanks between."""
    return [Index(None, *one.split()) for one in columns]


def only_one(name: str, *columns: str, where: str) -> Index:
    """Unique among the rows for which `where` holds."""
    return Index(
        name, *columns, unique=True, sqlite_where=text(where), postgresql_where=text(where)
    )
