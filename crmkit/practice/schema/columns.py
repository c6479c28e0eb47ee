"""What the tables are made of: kinds of columns and rules, each with one short name."""

from datetime import UTC, datetime

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
    Text,
    text,
)
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

APPEND_ONLY = {"append_only": True}
"""What a table says of itself that is a ledger: rows are added, never changed."""


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


def number() -> Column:
    """The number of a document or an entry, given out in order."""
    return Column("id", Number, primary_key=True, autoincrement=True)


def code(name: str = "id") -> Column:
    """The key people say: a store, a product, a member's number."""
    return Column(name, Text, primary_key=True)


def ref(name: str, target: str, null: bool = False, **more) -> Column:
    """Points to a row of another table."""
    return Column(name, ForeignKey(target), nullable=null, **more)


def words(name: str, null: bool = False) -> Column:
    return Column(name, Text, nullable=null)


def cents(name: str, null: bool = False) -> Column:
    return Column(name, Number, nullable=null)


def count(name: str, null: bool = False) -> Column:
    return Column(name, Integer, nullable=null)


def when(name: str, null: bool = False) -> Column:
    return Column(name, Utc, nullable=null)


def day(name: str, null: bool = False) -> Column:
    return Column(name, Date, nullable=null)


def flag(name: str) -> Column:
    return Column(name, Boolean, nullable=False)


def must(name: str, rule: str) -> CheckConstraint:
    """A rule every row keeps."""
    return CheckConstraint(rule, name=name)


def one_of(column: str, codes: tuple[str, ...]) -> CheckConstraint:
    return must(f"{column}_known", f"{column} IN ({', '.join(repr(code) for code in codes)})")


def only_one(name: str, *columns: str, where: str) -> Index:
    """Unique among the rows for which `where` holds."""
    return Index(
        name, *columns, unique=True, sqlite_where=text(where), postgresql_where=text(where)
    )
