"""The office: stores, staff and their roles, goods, settings, and the shop's clock."""

from datetime import datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

from sqlalchemy import delete, or_, select, update

from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.practice import access, schema, values
from crmkit.practice.choices import (
    Amount,
    Count,
    Day,
    Price,
    Role,
    SettingName,
    Text,
    Words,
    between,
)
from crmkit.practice.clock import utc
from crmkit.practice.command import Desk, Tx, command, query
from crmkit.practice.errors import NotFound, Refused
from crmkit.practice.goods import find_product, initials
from crmkit.practice.lists import Listing, listed
from crmkit.practice.records import OfTable, built, record
from crmkit.practice.settings import DEFAULTS, setting

STORES = Listing(schema.store, "district", "id name", store=None)
STAFF = Listing(schema.staff, "active", "id name", store="home_store_id")


@record(of=schema.store, only="id name district size")
class StoreCard(OfTable):
    """A store."""


@record(of=schema.staff, only="id name home_store_id active")
class StaffCard(OfTable):
    """Someone who works or worked here, with their roles at any store."""

    roles: tuple[Annotated[str, "role"], ...]


@record
class Setting:
    """One of the shop's own rules, as it is now and as it was at first."""

    name: Annotated[str, "setting"]
    value: str
    at_first: str


@record
class Colleague:
    """Someone who works here."""

    id: str
    name: str
    roles: tuple[Annotated[str, "role"], ...]


class Office(Desk):
    name = "office"

    @command(roles="trainer")
    def add_store(self, tx: Tx, store_id: str, name: Text, *, district: Words = None) -> str:
        """Open another store; it gets its own place in the stock ledger."""
        store_id = tx.new_code(schema.store, store_id, "store")
        if store_id.startswith("@") or store_id == "transit":
            raise Refused(_("{id} is the name of a place in the stock ledger."), id=store_id)
        tx.insert(schema.store, id=store_id, name=name, district=district)
        tx.insert(schema.location, id=store_id, kind="store", store_id=store_id)
        tx.note(f"store:{store_id}")
        return store_id

    @command(roles="trainer")
    def add_staff(
        self,
        tx: Tx,
        staff_id: str,
        name: Text,
        store_id: str,
        role: Role,
        *,
        everywhere: bool = False,
    ) -> str:
        """Take someone on, in one role at their store (or everywhere)."""
        staff_id = tx.new_code(schema.staff, staff_id, "staff")
        store_id = tx.id_of(schema.store, store_id)
        tx.insert(schema.staff, id=staff_id, name=name, home_store_id=store_id)
        at = None if everywhere else store_id
        tx.insert(schema.staff_role, staff_id=staff_id, role_id=role, store_id=at)
        tx.note(f"staff:{staff_id}", role=role)
        return staff_id

    @command(roles="trainer")
    def give_role(self, tx: Tx, staff_id: str, role: Role, store_id: str | None = None) -> None:
        """Let someone work in one more role, at one store or (without one) everywhere."""
        staff_id, store_id = tx.id_of(schema.staff, staff_id), tx.id_of(schema.store, store_id)
        held = {"staff_id": staff_id, "role_id": role, "store_id": store_id}
        if not tx.one(select(schema.staff_role).filter_by(**held)):
            tx.insert(schema.staff_role, **held)
        tx.note(f"staff:{staff_id}", role=role, store=store_id)

    @command(roles="trainer")
    def take_role(self, tx: Tx, staff_id: str, role: Role, store_id: str | None = None) -> None:
        """Take a role back, as it was given: at that store, or (without one) everywhere."""
        staff_id, store_id = tx.id_of(schema.staff, staff_id), tx.id_of(schema.store, store_id)
        held = {"staff_id": staff_id, "role_id": role, "store_id": store_id}
        if not tx.execute(delete(schema.staff_role).filter_by(**held)).rowcount:
            said = _("{id} was not given the role {role} there.")
            raise NotFound(said, id=staff_id, role=label("role", role))
        _require_a_trainer(tx)
        tx.note(f"staff:{staff_id}", role=role, store=store_id)

    @command(roles="trainer")
    def set_password(self, tx: Tx, staff_id: str, password: str) -> None:
        """Give someone a password to sign in with; eight characters at least."""
        staff_id = tx.find(schema.staff, staff_id).id
        if not isinstance(password, str) or len(password) < 8:
            raise Refused(_("A password has at least eight characters."))
        tx.update(schema.staff, staff_id, password_hash=access.hash_password(password))
        tx.note(f"staff:{staff_id}")

    @command(roles="trainer")
    def let_go(self, tx: Tx, staff_id: str) -> None:
        """Someone leaves: they can no longer sign in or do anything."""
        staff_id = tx.find(schema.staff, staff_id).id
        tx.update(schema.staff, staff_id, active=False)
        _require_a_trainer(tx)
        tx.note(f"staff:{staff_id}")

    @command(roles="manager trainer")
    def add_product(
        self,
        tx: Tx,
        product_id: str,
        name: Text,
        category: Text,
        list_price: Price,
        cost: Price,
        *,
        brand: Words = None,
        barcode: Words = None,
    ) -> str:
        """Add goods to the range; prices in cents."""
        product_id = tx.new_code(schema.product, product_id, "product")
        if barcode is not None:
            other = tx.value(select(schema.product.c.id).where(schema.product.c.barcode == barcode))
            if other is not None:
                raise Refused(_("{product} has this barcode already."), product=other)
        tx.insert(
            schema.product,
            id=product_id,
            initials=initials(name),
            launched_on=tx.today,
            **tx.as_given(schema.product),
        )
        tx.note(f"product:{product_id}")
        return product_id

    @command(roles="manager trainer")
    def set_price(self, tx: Tx, product_id: str, list_price: Price) -> None:
        """A new list price, in cents, from now on."""
        product = find_product(tx, product_id)
        tx.update(schema.product, product.id, list_price=list_price)
        tx.note(f"product:{product.id}", list_price=list_price)

    @command(roles="manager trainer")
    def set_target(
        self, tx: Tx, month: str, revenue: Amount, *, staff_id: str | None = None
    ) -> None:
        """What this store (or one of its staff) is to sell in a month such as 2025-07, in cents;
        a new target replaces the old one."""
        first = values.day(f"{values.text(month, 'month')}-01", "month")
        whose = {"store_id": tx.store_id, "staff_id": tx.id_of(schema.staff, staff_id)}
        about = whose | {"month": f"{first:%Y-%m}"}
        tx.put(schema.sales_target, about, revenue=revenue)
        tx.note(f"store:{tx.store_id}", month=about["month"], revenue=revenue)

    @command(roles="cashier sales manager trainer")
    def count_visitors(
        self, tx: Tx, day: Day, hour: Annotated[int, between(0, 23)], visitors: Count
    ) -> None:
        """How many people came in during one hour of a day, on the shop's own clock; a new count
        replaces the old one."""
        start = datetime.combine(day, time(hour), ZoneInfo(tx.timezone))
        tx.put(schema.footfall, {"store_id": tx.store_id, "hour": start}, visitors=visitors)
        tx.note(f"store:{tx.store_id}", visitors=visitors)

    @query(roles="cashier sales stock_keeper manager trainer")
    def team(self, tx: Tx) -> tuple[Colleague, ...]:
        """Who works at this store, in which roles."""
        s, sr = schema.staff, schema.staff_role
        rows = tx.all(
            select(s.c.id, s.c.name, sr.c.role_id)
            .join(sr, sr.c.staff_id == s.c.id)
            .where(s.c.active, or_(sr.c.store_id.is_(None), sr.c.store_id == tx.store_id))
            .order_by(s.c.id, sr.c.role_id)
        )
        roles: dict[tuple[str, str], list[str]] = {}
        for row in rows:
            roles.setdefault((row.id, row.name), []).append(row.role_id)
        return tuple(Colleague(*who, tuple(dict.fromkeys(may))) for who, may in roles.items())

    @listed(STORES, roles="cashier sales stock_keeper manager trainer")
    def list_stores(tx: Tx, rows):
        """Every store, page by page (see `lists`)."""
        return (built(StoreCard, row) for row in rows)

    @listed(STAFF, roles="manager trainer")
    def list_staff(tx: Tx, rows):
        """Whose home this store is, page by page (see `lists`); also who has left."""
        sr = schema.staff_role
        held = tx.all(select(sr).where(sr.c.staff_id.in_([row.id for row in rows])))
        for row in rows:
            roles = sorted({one.role_id for one in held if one.staff_id == row.id})
            yield built(StaffCard, row, roles=tuple(roles))

    @query(roles="manager trainer")
    def settings(self, tx: Tx) -> tuple[Setting, ...]:
        """The shop's own rules."""
        return tuple(
            Setting(name, str(setting(tx, name)), str(first)) for name, first in DEFAULTS.items()
        )

    @command(roles="manager trainer")
    def set_on_sale(self, tx: Tx, product_id: str, on_sale: bool) -> None:
        """Take goods out of the range, or sell them again; what is on the shelf stays there."""
        product = find_product(tx, product_id)
        tx.update(schema.product, product.id, active=on_sale)
        tx.note(f"product:{product.id}", on_sale=on_sale)

    @command(roles="trainer")
    def set_clock(self, tx: Tx, at: datetime | str | None) -> None:
        """Let the shop's clock stand at this moment, such as 2025-07-01 09:00 on its own clock;
        None lets it run."""
        moment = None if at is None else utc(values.moment(at, "at", ZoneInfo(tx.timezone)))
        tx.execute(update(schema.shop).values(clock_at=moment))
        tx.note("shop", clock=moment and moment.isoformat())

    @command(roles="trainer")
    def set_setting(self, tx: Tx, name: SettingName, value: int | str) -> None:
        """Change one of the shop's own rules."""
        if isinstance(DEFAULTS[name], int):
            value = values.quantity(value, "setting")
        else:
            value = values.clock_time(value, "setting")
        tx.put(schema.setting, {"name": name}, value=str(value))
        tx.note("shop", setting=name, value=value)


def _require_a_trainer(tx: Tx) -> None:
    """Refuse what was just done if it leaves nobody who can take staff on."""
    s, sr = schema.staff, schema.staff_role
    left = select(s.c.id).join(sr, sr.c.staff_id == s.c.id)
    if not tx.one(left.where(s.c.active, sr.c.role_id == "trainer", sr.c.store_id.is_(None))):
        raise Refused(
            _("This is the last trainer of the whole shop. Give someone else that role first.")
        )
