"""How every desk works: one method, one transaction.

`@command` wraps a method that writes. It opens the transaction, looks at the clock, checks the
permission, answers a repeated key with the first result, runs the method, writes one audit entry
and saves everything together; if anything is refused, nothing is saved but a note in the audit log
that it was tried. `@query` wraps a method that only reads.
"""

import functools
import inspect
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar, overload
from zoneinfo import ZoneInfo

from sqlalchemy import Column, Connection, Table, Text, bindparam, func, insert, select, update

from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.practice import access, chain, schema, values
from crmkit.practice.arguments import Arguments
from crmkit.practice.clock import local_day
from crmkit.practice.engine import reading, writing
from crmkit.practice.errors import BadValue, CannotOpen, KeyReused, NotFound, PracticeError, Refused
from crmkit.practice.keys import Keyring, require_fitting
from crmkit.practice.records import at_the_shop, built, freeze, thaw

MOMENTS = ("at", "made_at", "opened_at", "ordered_at", "sent_at", "asked_at", "joined_at")
"""What says when a row was made."""
Key = TypeVar("Key", int, str, int | None, str | None)


@dataclass
class Tx:
    """What a desk's method works with: the open transaction and the moment it happens."""

    connection: Connection
    keys: Keyring
    staff: access.Staff
    permission: str
    now: datetime
    timezone: str
    subject: str | None = None
    detail: dict = field(default_factory=dict)
    given: dict[str, object] = field(default_factory=dict)

    @property
    def store_id(self) -> str:
        return self.staff.store_id

    @property
    def today(self) -> date:
        """The calendar day in the shop's own time zone."""
        return local_day(self.now, self.timezone)

    def execute(self, statement, *parameters):
        return self.connection.execute(statement, *parameters)

    def one(self, statement):
        """The first row, or None."""
        return self.connection.execute(statement).first()

    def all(self, statement):
        return self.connection.execute(statement).all()

    def value(self, statement):
        """The first column of the first row, or None."""
        return self.connection.scalar(statement)

    def column(self, statement) -> list:
        """The first column of every row."""
        return list(self.connection.scalars(statement))

    def by_key(self, statement) -> dict:
        """The rows of two columns, the second by the first; sums as whole numbers."""
        rows = self.connection.execute(statement)
        return {key: int(one) if isinstance(one, Decimal) else one for key, one in rows}

    def total(self, of, *where) -> int:
        """The sum of a column over the rows for which this holds; 0 where there are none."""
        return int(self.value(select(func.sum(of)).where(*where)) or 0)

    def totals(self, of, by, *where) -> dict:
        """The sum of a column for each value of another, over the rows for which this holds."""
        return self.by_key(select(by, func.sum(of)).where(*where).group_by(by).order_by(by))

    def each(self, kind: type, by: Column, keys: Iterable[int]) -> dict[int, tuple]:
        """The rows of a table as records, in order, for each of these keys in a column."""
        table = by.table
        found: dict[int, list] = {key: [] for key in keys}
        for row in self.all(select(table).where(by.in_(list(found))).order_by(table.c.id)):
            found[getattr(row, by.name)].append(self.built(kind, table, row))
        return {key: tuple(rows) for key, rows in found.items()}

    def last(self, column, *where):
        """The column of the latest row for which this holds, or None."""
        latest = select(column).where(*where).order_by(column.table.c.id.desc())
        return self.value(latest.limit(1))

    def every(self, kind: type, table: Table, *where, order=None) -> tuple:
        """The rows of a table as records, in the order of their ids unless another is named."""
        order = table.c.id if order is None else order
        rows = self.all(select(table).where(*where).order_by(order, table.c.id))
        return tuple(self.built(kind, table, row) for row in rows)

    def name_of(self, table: Table, key: object) -> str | None:
        """What the store, the colleague or the like with this id is called."""
        return self.value(select(table.c.name).where(table.c.id == key))

    def row(self, table: Table, key: object, column: str = "id"):
        """The row with this id, or this code in another column; None where there is none."""
        code = table.c[column]
        typed = values.codes(key) if isinstance(code.type, Text) else (values.number(key),)
        rows = (self.execute(_with_code(code), {"code": one}).first() for one in typed)
        return next(filter(None, rows), None)

    def find(self, table: Table, key: object, *, here: bool = False):
        """The row with this id (only of this store, if `here`); refused where there is none."""
        row = self.row(table, key)
        if row is not None and not (here and row.store_id != self.store_id):
            return row
        about = {"what": label("thing", table.name), "id": key}
        if here:
            raise NotFound(_("There is no {what} {id} at this store."), **about)
        raise NotFound(_("There is no {what} {id}."), **about)

    def id_of(self, table: Table, key: Key) -> Key:
        """The id on file of what was typed, refused where there is none; None where nothing was."""
        return key if key is None else self.find(table, key).id

    def find_mine(self, table: Table, key: object):
        """The row with this id, of this store or of another where the staff may do this."""
        row = self.find(table, key)
        if row.store_id != self.store_id:
            self.require_at(row.store_id)
        return row

    def new_code(self, table: Table, typed: object, field: str) -> str:
        """The id that a new row is to have; refused where there is one of it."""
        code = values.new_code(typed, field)
        if self.one(select(table.c.id).where(table.c.id == code)):
            about = {"what": label("thing", table.name), "id": code}
            raise Refused(_("The {what} {id} is there already."), **about)
        return code

    def insert(self, table: Table, **given) -> int:
        """Insert one row; its number, where it has no code. The moment (`MOMENTS`), the store and the
        staff are this transaction's unless they are given or may stay empty; a status is its first,
        what can be active is. A value whose column is ``…_sealed`` is sealed; what staff said about
        a row is sealed and kept beside it."""
        said = given.pop(table.info.get("said", ""), None)
        mine: dict[str, object] = dict.fromkeys(MOMENTS, self.now)
        mine |= {"store_id": self.store_id, "staff_id": self.staff.id}
        row = {name: one for name, one in mine.items() if _needed(table, name)} | given
        if any(f"{name}_sealed" in table.c for name in given):
            row["id"] = row.get("id") or self.next_id(table)
        result = self.connection.execute(insert(table), self._sealed(table, row))
        (key, *_more) = result.inserted_primary_key or (0,)
        if said is not None:
            about = f"{table.name}:{key}"
            sealed = self.seal(schema.remark, "text_sealed", about, said)
            self.connection.execute(insert(schema.remark).values(about=about, text_sealed=sealed))
        return key

    def said(self, table: Table, keys: Iterable[int]) -> dict[int, str | None]:
        """What staff said about these rows of a table."""
        r, found = schema.remark, {}
        for key in keys:
            about = f"{table.name}:{key}"
            sealed = self.value(select(r.c.text_sealed).where(r.c.about == about))
            found[key] = self.unseal(r, "text_sealed", about, sealed)
        return found

    def as_given(self, which: str | Table) -> dict[str, Any]:
        """The command's arguments of these names, or those that are columns of a table, as the door
        let them in: to be written as they are."""
        if isinstance(which, str):
            return {one: self.given[one] for one in which.split()}
        columns = {one.name.removesuffix("_sealed") for one in which.columns}
        return {name: one for name, one in self.given.items() if name in columns}

    def changed(self, table: Table) -> dict[str, object]:
        """Those of them that were given: what is to be changed in a row."""
        return {name: one for name, one in self.as_given(table).items() if one is not None}

    def put(self, table: Table, key: dict, **given) -> None:
        """The one row of this key has these values from now on, whether it was there or not."""
        here = [table.c[name] == one for name, one in key.items()]
        if self.one(select(table).where(*here)):
            self.execute(update(table).where(*here).values(given))
        else:
            self.insert(table, **key, **given)

    def update(self, table: Table, key: int | str, **given) -> None:
        """Change the row with this id; a value whose column is ``…_sealed`` is sealed."""
        row = self._sealed(table, given | {"id": key})
        self.connection.execute(update(table).where(table.c.id == key).values(row))

    def _sealed(self, table: Table, row: dict) -> dict:
        found = {}
        for name, value in row.items():
            column = f"{name}_sealed"
            sealed = column in table.c
            found[column if sealed else name] = (
                self.seal(table, column, row["id"], value) if sealed else value
            )
        return found

    def built(self, kind: type, table: Table, row, /, **more: object):
        """A record made from a row, what is sealed in it unsealed."""
        for name in schema.SEALED.get(table.name, ()):
            field = name.removesuffix("_sealed")
            more.setdefault(field, self.unseal(table, name, row.id, getattr(row, name)))
        return built(kind, row, **more)

    def next_id(self, table: Table) -> int:
        """The id the next row will have, for rows that are sealed with their own id."""
        return (self.connection.scalar(select(func.max(table.c.id))) or 0) + 1

    def next_number(self, name: str) -> int:
        """The next number of a series that is never used twice."""
        counter = schema.counter
        last = self.value(select(counter.c.value).where(counter.c.name == name))
        if last is None:
            self.insert(counter, name=name, value=1)
            return 1
        self.execute(update(counter).where(counter.c.name == name).values(value=last + 1))
        return last + 1

    def day_of(self, moment: datetime) -> date:
        """The calendar day of that moment in the shop's own time zone."""
        return local_day(moment, self.timezone)

    def seal(self, table: Table, column: str, key: int | str, value: str | None) -> str | None:
        """The value encrypted for this one place."""
        return self.keys.seal(value, f"{table.name}.{column}:{key}")

    def unseal(self, table: Table, column: str, key: int | str, sealed: str | None) -> str | None:
        return self.keys.open(sealed, f"{table.name}.{column}:{key}")

    def require_at(self, store_id: str) -> None:
        """Refuse unless the staff may do this at that other store as well."""
        access.require(self.connection, self.staff, self.permission, store_id)

    def note(self, subject: str, **detail) -> None:
        """What the audit entry says this was about; never a personal value."""
        self.subject = subject
        self.detail |= detail


@functools.cache
def _with_code(column: Column):
    return select(column.table).where(column == bindparam("code"))


def _needed(table: Table, name: str) -> bool:
    return name in table.c and not table.c[name].nullable


class Desk:
    """A counter of the shop; its public methods are commands and queries."""

    name: str

    def __init__(self, shop):
        self.shop = shop

    def __init_subclass__(cls) -> None:
        # what `help` shows of a desk, in the user's language
        type.__setattr__(cls, "__doc__", property(str))

    def __repr__(self) -> str:
        who = self.shop.staff
        return f"{type(self).__name__}(staff={who.id!r}, store={who.store_id!r})"

    def __str__(self) -> str:
        """What the signed-in member of staff can do here, with what it needs."""
        with reading(self.shop.engine) as connection:
            may = access.held(connection, self.shop.staff)
        lines = [label("desk", self.name)]
        for name in dir(type(self)):
            act = getattr(type(self), name)
            operation = getattr(act, "operation", None)
            if operation is not None and operation.name in may:
                lines.append(f"  {name}({asked(act)})  {label('permission', operation.name)}")
        if not lines[1:]:
            lines.append("  " + _("Nothing here is yours to do."))
        return "\n".join(lines)

    def _repr_pretty_(self, printer, cycle: bool) -> None:
        printer.text(str(self))


def asked(act: Callable) -> str:
    """The arguments of an operation as they are typed: the needed ones, then … for the rest."""
    parameters = [one for one in inspect.signature(act).parameters.values() if one.name != "self"]
    needed = [
        f"{one.name}=…" if one.kind is one.KEYWORD_ONLY else one.name
        for one in parameters
        if one.default is one.empty and one.kind is not one.VAR_KEYWORD
    ]
    more = [one for one in parameters if one.name != "key"][len(needed) :]
    return ", ".join([*needed, *(["…"] if more else [])])


def explained(act: "Asked[..., Any]") -> str:
    """An operation in the user's language: what it is for, who may, and each thing it is given."""
    operation, between = act.operation, label("list", ", ")
    roles = between.join(label("role", one) for one in operation.roles)
    lines = [f"{act.__name__}({asked(act)})  {label('permission', operation.name)}"]
    lines.append(_("Roles: {roles}").format(roles=roles))
    for one in act.arguments.fields():
        said = label("field", one.name)
        if one.codes:
            codes = values.listed(one.codes, one.kind)
            said = _("{field}: {codes}").format(field=said, codes=codes)
        lines.append(f"  {one.name}{'' if one.needed else '=…'}  {said}")
    return "\n".join(lines)


@dataclass(frozen=True)
class Operation:
    """One thing staff can do, as the permission matrix knows it."""

    name: str
    roles: tuple[str, ...]
    writes: bool


OPERATIONS: dict[str, Operation] = {}


def _declare(desk: str, name: str, roles: str, writes: bool) -> Operation:
    wanted = roles.split()
    unknown = set(wanted) - set(access.ROLES)
    if unknown:
        raise TypeError(f"{desk}.{name}: no such roles: {sorted(unknown)}")
    operation = Operation(f"{desk}.{name}", tuple(wanted), writes)
    OPERATIONS[operation.name] = operation
    return operation


P = ParamSpec("P")
R = TypeVar("R", covariant=True)


class Asked(Protocol[P, R]):
    """What a desk's query is to who calls it."""

    __name__: str
    operation: Operation
    arguments: Arguments
    within: Callable[..., Any]

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R: ...


class Done(Protocol[P, R]):
    """What a desk's command is to who calls it: `key` may be given beside what it takes itself."""

    operation: Operation
    arguments: Arguments
    within: Callable[..., Any]

    if TYPE_CHECKING:

        @overload
        def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R: ...
        @overload
        def __call__(self, *args: Any, key: str | None, **kwargs: Any) -> R: ...


class _Method(Generic[P, R]):
    """A desk's method, wrapped once its class is known."""

    writes: bool

    def __init__(self, method: Callable[Concatenate[Any, Tx, P], R], roles: str):
        self.method, self.roles = method, roles
        names = list(inspect.signature(method).parameters)
        if names[:2] != ["self", "tx"]:
            raise TypeError(f"{method.__name__} must begin with (self, tx, …)")

    def __set_name__(self, owner: type[Desk], name: str):
        operation = _declare(owner.name, name, self.roles, self.writes)
        setattr(owner, name, self._wrapped(operation))

    def _wrapped(self, operation: Operation) -> Callable:
        raise NotImplementedError


class _Query(_Method[P, R]):
    writes = False

    if TYPE_CHECKING:

        def __get__(self, desk: Any, owner: Any = None) -> Asked[P, R]: ...

    def _wrapped(self, operation: Operation) -> Callable:
        method, arguments = self.method, Arguments(self.method)

        @functools.wraps(method)
        def run(desk: Desk, *args, **kwargs):
            with reading(desk.shop.engine) as connection:
                tx = begin(connection, desk.shop, operation.name)
                access.require(connection, tx.staff, operation.name, tx.store_id)
                given = arguments.taken(desk, args, kwargs)
                with _in_names(tx):
                    result = method(desk, tx, *given.args[1:], **given.kwargs)
                return at_the_shop(result, ZoneInfo(tx.timezone))

        return _named(run, arguments.signature, operation, arguments)


class _Command(_Method[P, R]):
    writes = True

    if TYPE_CHECKING:

        def __get__(self, desk: Any, owner: Any = None) -> Done[P, R]: ...

    def _wrapped(self, operation: Operation) -> Callable:
        method, arguments = self.method, Arguments(self.method)

        @functools.wraps(method)
        def run(desk: Desk, *args, key: str | None = None, **kwargs):
            shop = desk.shop
            try:
                with writing(shop.engine) as connection:
                    tx = begin(connection, shop, operation.name)
                    access.require(connection, tx.staff, operation.name, tx.store_id)
                    given = arguments.taken(desk, args, kwargs)
                    known = {one: given.arguments[one] for one in given.arguments if one != "self"}
                    tx.given = known
                    payload = tx.keys.sign(f"{operation.name} {freeze(known)}".encode())
                    if key is not None:
                        done = _done_before(tx, values.new_code(key, "key"), payload)
                        if done is not None:
                            return at_the_shop(thaw(done), ZoneInfo(tx.timezone))
                    with _in_names(tx):
                        result = method(desk, tx, *given.args[1:], **given.kwargs)
                    _audit(tx, operation, "done", tx.detail)
                    _remember(tx, key or uuid.uuid4().hex, operation, payload, result)
                return at_the_shop(result, ZoneInfo(tx.timezone))
            except CannotOpen:
                raise
            except PracticeError as error:
                _audit_refusal(shop, operation, error)
                raise

        return _named(run, _with_key(arguments.signature), operation, arguments)


@contextmanager
def _in_names(tx: Tx) -> Iterator[None]:
    """A refusal says beside their code what goods and places are called."""
    try:
        yield
    except PracticeError as error:
        number = error.about.get("product")
        if (name := tx.name_of(schema.product, number)) and name != number:
            error.fill(product=f"{number} {name}")
        place = error.about.get("place")
        if name := tx.name_of(schema.store, place):
            error.fill(place=f"{place} {name}")
        raise


def _named(run: Any, signature, operation: Operation, arguments: Arguments) -> Callable:
    """The wrapped method with what is known about it; `within` is for another's transaction."""
    run.__signature__, run.operation, run.arguments = signature, operation, arguments
    run.within = arguments.method
    return run


def _with_key(signature: inspect.Signature) -> inspect.Signature:
    key = inspect.Parameter("key", inspect.Parameter.KEYWORD_ONLY, default=None)
    parameters = list(signature.parameters.values())
    last = parameters and parameters[-1].kind is inspect.Parameter.VAR_KEYWORD
    parameters.insert(len(parameters) - bool(last), key)
    return signature.replace(parameters=parameters)


def command(*, roles: str) -> Callable[[Callable[Concatenate[Any, Tx, P], R]], _Command[P, R]]:
    """A desk's method that writes, and who may: role names with blanks between them."""
    return lambda method: _Command(method, roles)


def query(*, roles: str) -> Callable[[Callable[Concatenate[Any, Tx, P], R]], _Query[P, R]]:
    """A desk's method that only reads, and who may."""
    return lambda method: _Query(method, roles)


_CLOCK = select(schema.shop.c.clock_at, schema.shop.c.timezone, schema.shop.c.key_check)


def begin(connection: Connection, shop, permission: str) -> Tx:
    """A transaction at the shop's moment; refused with a key that is no longer the shop's."""
    row = connection.execute(_CLOCK).one()
    require_fitting(shop.keys, row.key_check)
    now = row.clock_at or shop.clock.now()
    if not values.CLOCKS_FROM - 1 <= now.year <= values.LAST_YEAR:
        raise BadValue(_("The shop's clock says {time}. Set it right."), time=now)
    return Tx(connection, shop.keys, shop.staff, permission, now, row.timezone)


def shop_wide(name: str, roles: str) -> Operation:
    """Something done to the shop as a whole, outside one transaction, and who may."""
    return _declare("shop", name, roles, writes=True)


@contextmanager
def done_to_the_shop(shop, operation: Operation) -> Iterator[None]:
    """The permission first; afterwards the note of what became of it."""
    try:
        with reading(shop.engine) as connection:
            tx = begin(connection, shop, operation.name)
            access.require(connection, tx.staff, operation.name, tx.store_id)
        yield
    except PracticeError as error:
        _audit_refusal(shop, operation, error)
        raise
    with writing(shop.engine) as connection:
        tx = begin(connection, shop, operation.name)
        tx.note("shop")
        _audit(tx, operation, "done", {})


def note_refused_sign_in(shop, staff_id: object) -> None:
    """Write down who was not let in; of someone unknown only that it was tried."""
    with suppress(PracticeError), writing(shop.engine) as connection:
        known = select(schema.staff.c.id).where(schema.staff.c.id == values.code(staff_id))
        now, who = begin(connection, shop, "shop.sign_in").now, connection.scalar(known)
        about = {"staff_id": who, "outcome": "refused"}
        chain.append(connection, shop.keys, now, "shop.sign_in", **about)


def _done_before(tx: Tx, key: str, payload: str) -> str | None:
    row = tx.one(select(schema.command_log).where(schema.command_log.c.key == key))
    if row is None:
        return None
    if row.payload != payload or row.staff_id != tx.staff.id:
        raise KeyReused(_("The key {key} was used for another request. Use a new key."), key=key)
    if row.result_sealed is None:
        raise KeyReused(_("The member of this request was erased; it cannot be repeated."))
    return tx.unseal(schema.command_log, "result_sealed", key, row.result_sealed)


def _remember(tx: Tx, key: str, operation: Operation, payload: str, result: object) -> None:
    tx.insert(
        schema.command_log,
        key=key,
        at=tx.now,
        staff_id=tx.staff.id,
        command=operation.name,
        payload=payload,
        result_sealed=tx.seal(schema.command_log, "result_sealed", key, freeze(result)),
        subject=tx.subject,
    )


def _audit(tx: Tx, operation: Operation, outcome: str, detail: dict) -> None:
    about = {"outcome": outcome, "subject": tx.subject, "detail": detail}
    here = {"staff_id": tx.staff.id, "store_id": tx.store_id}
    chain.append(tx.connection, tx.keys, tx.now, operation.name, **here, **about)


def _audit_refusal(shop, operation: Operation, error: PracticeError) -> None:
    """Note that it was tried; a shop too busy or too full to note it still says why."""
    with suppress(PracticeError), writing(shop.engine) as connection:
        tx = begin(connection, shop, operation.name)
        _audit(tx, operation, "refused", {"why": type(error).__name__})
