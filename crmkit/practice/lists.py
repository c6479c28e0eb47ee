"""Lists: filter, sort, page and total, the same way for everything a screen shows in rows.

A desk declares once what its list is made of and gives out pages::

    TICKETS = Listing(schema.ticket, "status kind owner_id", "due_at opened_at", at="opened_at")

    @listed(TICKETS, roles="cashier sales manager trainer")
    def list_tickets(tx, rows):
        \"\"\"This store's tickets.\"\"\"
        return (built(Ticket, row) for row in rows)

The method is called with `where` (what to choose by), `sort`, `after` and `size`, and gives a `Page`.
A page begins after the last row of the one before it (a keyset), so that the thousandth page of a
million rows is as quick as the first; that needs an index on the store, the sorted column and the
key. The total is counted once, as far as `COUNTED_AT_MOST`, and travels with the mark to the next
page.
"""

import base64
import functools
import inspect
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Column, Table, false, func, select, tuple_
from sqlalchemy.sql import ColumnElement

from crmkit.i18n import gettext as _
from crmkit.practice import access, values
from crmkit.practice.clock import day_bounds
from crmkit.practice.command import Tx, query
from crmkit.practice.errors import BadValue
from crmkit.practice.records import record

MOST = 500
COUNTED_AT_MOST = 10_000
"""What is more is many: to count a million rows takes longer than to show the first."""
STORE = "store_id"


@record
class Page:
    """Some rows of a list: how many there are in all (None: more than `COUNTED_AT_MOST`), and the
    mark to get the next with (`after`); None at the end."""

    rows: tuple
    total: int | None
    next: str | None


@dataclass(frozen=True)
class Listing:
    """What a list is made of.

    `filters` are columns to choose rows by, each one value or several; `sorts` are the columns to
    sort by, never empty, the first unless asked otherwise (``-`` before one turns it round); all
    with blanks between. `at` is the moment or day that `since` and `until` ask for: the first to
    sort by, if that is one, unless another is named. Rows with a `store` column are those
    of the store where the staff stands, or of `store_id` where they may see that; who may see
    every store sees those of no store too. `also` gives conditions that
    always hold, and takes what it understands itself out of what was asked.
    """

    table: Table
    filters: str = ""
    sorts: str = "id"
    at: str = ""
    store: str | None = STORE
    key: str = "id"
    also: Callable[[Tx, dict], Iterable[ColumnElement]] = lambda _tx, _where: ()

    @property
    def _first(self) -> str:
        return self.sorts.split()[0]

    @property
    def _at(self) -> Column | None:
        column = self.table.c[self.at or self._first.removeprefix("-")]
        return column if issubclass(column.type.python_type, date) else None

    def page(
        self,
        tx: Tx,
        where: dict | None,
        sort: str | None,
        after: str | None,
        size: int,
        shown: Callable[[Tx, Sequence], Iterable],
    ) -> Page:
        """One page of the rows that fit, shown as records."""
        size = values.quantity(size, "size", most=MOST)
        down, by = self._order(sort)
        asked = dict(where or {})
        wanted = [*self.also(tx, asked), *self._chosen(tx, asked)]
        key = self.table.c[self.key]
        columns = [key] if by is key else [by, key]
        if after is not None:
            total, last = self._mark(after, sort or self._first, columns)
            here, there = tuple_(*columns), tuple_(*last)
            wanted.append(here < there if down else here > there)
        order = [one.desc() if down else one.asc() for one in columns]
        rows = tx.all(select(self.table).where(*wanted).order_by(*order).limit(size + 1))
        more = len(rows) > size
        rows = rows[:size]
        if after is None:
            total = self._counted(tx, wanted) if more else len(rows)
        next_one = self._marked(total, sort, rows[-1], columns) if more else None
        return Page(tuple(shown(tx, rows)), total, next_one)

    def _counted(self, tx: Tx, wanted: list) -> int | None:
        some = select(self.table.c[self.key]).where(*wanted).limit(COUNTED_AT_MOST + 1)
        found = tx.value(select(func.count()).select_from(some.subquery()))
        return None if found > COUNTED_AT_MOST else found

    def _order(self, sort: str | None) -> tuple[bool, ColumnElement]:
        sort = sort or self._first
        name = sort.removeprefix("-")
        known = {one.removeprefix("-") for one in self.sorts.split()}
        values.one_of(name, tuple(sorted(known)), "sort", "record")
        return sort.startswith("-"), self.table.c[name]

    def _chosen(self, tx: Tx, where: dict) -> Iterable[ColumnElement]:
        filters = self.filters.split()
        allowed = (*filters, *([STORE] if self.store else []))
        allowed += () if self._at is None else ("since", "until")
        for name in where:
            values.one_of(name, allowed, "where", "field")
        if self.store:
            store = where.get(STORE) or tx.store_id
            if store != tx.store_id:
                tx.require_at(store)
            column = self.table.c[self.store]
            theirs = column.nullable and access.stores_allowed(
                tx.connection, tx.staff.id, tx.permission
            )
            yield (column == store) | (column.is_(None) if theirs is None else false())
        for name in filters:
            if where.get(name) is None:
                continue
            given = where[name]
            several = list(given) if isinstance(given, list | tuple) else [given]
            yield self.table.c[name].in_([self._value(name, one) for one in several])
        yield from self._between(tx, where)

    def _value(self, name: str, value: object) -> object:
        kind = self.table.c[name].type.python_type
        if isinstance(value, kind) and not (isinstance(value, bool) and kind is not bool):
            return value
        raise BadValue(
            _("{field}: {value} cannot be taken for it."), field=name, value=repr(value)[:40]
        )

    def _between(self, tx: Tx, where: dict) -> Iterable[ColumnElement]:
        column = self._at
        if column is None:
            return
        of_days = column.type.python_type is date
        for name, at_the_end in (("since", False), ("until", True)):
            if where.get(name) is None:
                continue
            day = values.day(where[name], name)
            if of_days:
                yield column <= day if at_the_end else column >= day
            else:
                start, end = day_bounds(day, tx.timezone)
                yield column < end if at_the_end else column >= start

    def _marked(self, total: int | None, sort: str | None, row, columns: list) -> str:
        last = [getattr(row, one.name) for one in columns]
        last = [one.isoformat() if isinstance(one, date) else one for one in last]
        plain = json.dumps([total, sort or self._first, last], ensure_ascii=False)
        return base64.urlsafe_b64encode(plain.encode()).decode()

    @staticmethod
    def _mark(after: str, sort: str, columns: list) -> tuple[int | None, list]:
        try:
            total, sorted_by, last = json.loads(base64.urlsafe_b64decode(after))
            if sorted_by != sort or len(last) != len(columns) or not isinstance(total, int | None):
                raise ValueError(after)
            for i, column in enumerate(columns):
                kind = column.type.python_type
                if kind in (date, datetime):
                    last[i] = kind.fromisoformat(last[i])
                if not isinstance(last[i], kind):
                    raise ValueError(after)
        except (ValueError, TypeError) as error:
            raise BadValue(
                _("This is no mark of this list. Begin again at the first page.")
            ) from error
        return total, last


def listed(what: Listing, *, roles: str) -> Callable:
    """A desk's method that gives out a list, made of what shows its rows."""

    def of_a_desk(shown: Callable[[Tx, Sequence], Iterable]):
        def method(
            self,
            tx: Tx,
            *,
            where: dict | None = None,
            sort: str | None = None,
            after: str | None = None,
            size: int = 50,
        ) -> Page:
            return what.page(tx, where, sort, after, size, shown)

        vars(method)["__signature__"] = inspect.signature(method)
        named = ("__name__", "__qualname__", "__module__", "__doc__")
        return query(roles=roles)(functools.update_wrapper(method, shown, named))

    return of_a_desk
