"""The shop: opened by a signed-in member of staff, it hands out its desks."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import Engine, Table, insert, select

from crmkit.codes import LEVEL_STEPS
from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.practice import access, backup, chain, migrate, outbox, rotation, schema, values
from crmkit.practice.arguments import Field
from crmkit.practice.backup import restore
from crmkit.practice.clock import SystemClock
from crmkit.practice.command import (
    OPERATIONS,
    Desk,
    done_to_the_shop,
    note_refused_sign_in,
    shop_wide,
)
from crmkit.practice.desks.audit import Audit
from crmkit.practice.desks.cards import Cards
from crmkit.practice.desks.files import Files
from crmkit.practice.desks.followups import Followups
from crmkit.practice.desks.marketing import Marketing
from crmkit.practice.desks.members import Members
from crmkit.practice.desks.offers import Offers
from crmkit.practice.desks.office import Office
from crmkit.practice.desks.pipeline import Pipeline
from crmkit.practice.desks.points import Points
from crmkit.practice.desks.reports import Reports
from crmkit.practice.desks.service import Service
from crmkit.practice.desks.stock import Stock
from crmkit.practice.desks.surveys import Surveys
from crmkit.practice.desks.till import Till
from crmkit.practice.engine import database_url, open_engine, reading, require_file, writing
from crmkit.practice.errors import BadValue, CannotOpen, NotAllowed, PracticeError
from crmkit.practice.keys import (
    CHECKED_AT,
    KEY_CHECK,
    Keyring,
    find_keys,
    key_file,
    require_fitting,
)

NOBODY = access.Staff("", "", "")
OUTSIDE = ("supplier", "customer", "loss", "adjust")
"""Where goods come from and go to that are at no store."""
BACK_UP, DELIVER, ROTATE_KEYS = (
    shop_wide("back_up", "trainer"),
    shop_wide("deliver", "manager trainer"),
    shop_wide("rotate_keys", "trainer"),
)


class Shop:
    """A shop's books, opened by someone who works there.

    >>> import tempfile
    >>> from crmkit.practice import Shop
    >>> shop = Shop.practice("corner", folder=tempfile.mkdtemp())
    >>> shop.members.find_by_phone("14000000001").name
    '林**'
    >>> shop.close()
    """

    members: Members
    till: Till
    points: Points
    offers: Offers
    cards: Cards
    stock: Stock
    followups: Followups
    pipeline: Pipeline
    service: Service
    marketing: Marketing
    surveys: Surveys
    files: Files
    audit: Audit
    office: Office

    def __init__(self, engine: Engine, keys: Keyring, clock, staff: access.Staff):
        self.engine, self.keys, self.clock, self.staff = engine, keys, clock, staff
        for name, desk in DESKS.items():
            setattr(self, name, desk(self))

    @classmethod
    def practice(
        cls, scene: str, *, staff: str | None = None, folder: str | Path = ".", reset: bool = False
    ) -> "Shop":
        """The practice shop `shop.db` in this folder, made from a scene when it is not there yet.

        `staff` is who signs in (each scene has its own first one); `reset` begins anew and keeps
        the old shop beside it as a backup. Raises `CannotOpen` for an unknown scene, or when the
        shop there is of another scene.
        """
        from crmkit.practice.scenes import open_scene

        return open_scene(cls, scene, staff=staff, folder=Path(folder), reset=reset)

    @classmethod
    def open(
        cls,
        where: str | Path,
        staff: str,
        *,
        store: str | None = None,
        password: str | None = None,
        keys: Keyring | None = None,
        clock=None,
        wait: float = 30,
    ) -> "Shop":
        """Open a shop by URL (SQLite or PostgreSQL) or file, signed in as a member of staff.

        The keys come from `keys`, else from the file named by ``CRMKIT_KEYS``, else from the
        file beside the user's settings that `create` wrote. Raises `CannotOpen` (`OlderShop`,
        `NewerShop`, `WrongKey`) or `NotAllowed`.
        """
        url = database_url(where)
        engine = open_engine(url, served=_is_served(url), wait=wait)
        try:
            with reading(engine) as connection:
                migrate.require_newest(connection)
                row = connection.execute(select(schema.shop)).one_or_none()
                if row is None:
                    raise CannotOpen(_("This database holds no shop. Make one with Shop.create."))
                keys = keys or find_keys(row.kind, where)
                require_fitting(keys, row.key_check)
            shop = cls(engine, keys, clock or SystemClock(), NOBODY)
            return shop.as_staff(staff, store=store, password=password)
        except PracticeError:
            engine.dispose()
            raise

    @classmethod
    def create(
        cls,
        where: str | Path,
        *,
        name: str,
        store: tuple[str, str],
        owner: tuple[str, str],
        password: str | None = None,
        keys: Keyring | None = None,
        kind: str = "served",
        scene: str | None = None,
        timezone: str = "Asia/Shanghai",
        clock=None,
    ) -> "Shop":
        """Make an empty shop with one store (id, name) and its first member of staff, a trainer.

        Unless `keys` are given, new ones are made and saved where `open` will look for them.
        """
        url = database_url(where)
        clock = clock or SystemClock()
        name = values.text(name, "name")
        store = values.new_code(store[0], "store"), values.text(store[1], "name")
        owner = values.new_code(owner[0], "staff"), values.name(owner[1])
        if timezone not in available_timezones():
            raise BadValue(_("There is no time zone {name}."), name=timezone)
        saved = None
        if keys is None:
            keys = Keyring.for_practice() if kind == "practice" else Keyring.new()
            saved = key_file(where) if kind == "served" else None
        engine = open_engine(url, served=kind == "served", new=True)
        try:
            migrate.create(engine)
            with writing(engine) as connection:
                if connection.execute(select(schema.shop)).first():
                    raise CannotOpen(_("There is a shop at {path} already."), path=where)
                if saved is not None:  # only now is it sure that nobody's keys are overwritten
                    keys.save(saved, new=True)
                connection.execute(
                    insert(schema.shop).values(
                        id=1,
                        name=name,
                        kind=kind,
                        scene=scene,
                        timezone=timezone,
                        key_check=keys.seal(KEY_CHECK, CHECKED_AT),
                        audit_head=chain.START,
                    )
                )
                _furnish(connection, store, owner, password)
                about = {"staff_id": owner[0], "store_id": store[0]}
                chain.append(connection, keys, clock.now(), "shop.create", **about)
        finally:
            engine.dispose()
        engine = open_engine(url, served=kind == "served")  # which never makes a file anew
        return cls(engine, keys, clock, access.Staff(owner[0], owner[1], store[0]))

    @classmethod
    def upgrade(cls, where: str | Path) -> None:
        """Bring an older shop to this crmkit's schema; all or nothing."""
        url = database_url(where)
        engine = open_engine(url, served=_is_served(url))
        try:
            migrate.upgrade(engine)
            with writing(engine) as connection:
                access.grant(connection, _grants())
        finally:
            engine.dispose()

    def as_staff(
        self, staff: str, *, store: str | None = None, password: str | None = None
    ) -> "Shop":
        """The same shop, signed in as someone else; who is refused is written down."""
        try:
            with reading(self.engine) as connection:
                who = access.sign_in(connection, staff, store, password)
        except NotAllowed:
            note_refused_sign_in(self, staff)
            raise
        return Shop(self.engine, self.keys, self.clock, who)

    def back_up(self, to: str | Path) -> Path:
        """Copy the whole shop, as it is now, to a new file; only a trainer may.

        The personal fields in it stay encrypted; keep the shop's keys elsewhere.
        """
        with done_to_the_shop(self, BACK_UP):
            return backup.back_up(self.engine, values.path(to))

    @classmethod
    def restore(cls, backup: str | Path, where: str | Path, keys: Keyring | None = None) -> None:
        """Bring a backed-up shop back into an empty database, on SQLite or PostgreSQL.

        A practice shop's keys are known; a served shop's are `keys`, which are then saved where
        `open` will look for them, or the key file that is there already.
        """
        restore(values.path(backup), where, keys)

    def rotate_keys(self, file: str | Path | None = None) -> None:
        """Seal every personal field with a new key and forget the old one (trainers only).

        `file` is the shop's key file, if it is not where `open` finds it. A rotation that was
        interrupted goes on when the shop is opened and this is called again.
        """
        if file is None:
            file = key_file(self.engine.url.render_as_string(hide_password=False))
        with done_to_the_shop(self, ROTATE_KEYS):
            self.keys = rotation.rotate(self.engine, self.keys, Path(file))

    def deliver(self, transports: dict | None = None) -> dict[str, int]:
        """Send what is due in the outbox, channel by channel; how many messages became what.

        A practice shop sends nothing: what it would send is written to ``messages.jsonl`` beside
        it, unless `transports` says otherwise. A served shop needs its own (see `delivery`).
        """
        with done_to_the_shop(self, DELIVER):
            return outbox.deliver(self, transports)

    def may(self, operation: str) -> bool:
        """Whether who is signed in may do this here, e.g. ``shop.may("till.sell")``."""
        if operation not in OPERATIONS:
            raise BadValue(_("There is no operation {name}."), name=operation)
        with reading(self.engine) as connection:
            return operation in access.held(connection, self.staff)

    def fields(self, operation: str) -> tuple[Field, ...]:
        """What an operation of a desk asks for: each field, and the codes it is one of."""
        desk, _dot, method = operation.partition(".")
        arguments = getattr(getattr(DESKS.get(desk), method, None), "arguments", None)
        if arguments is None:
            raise BadValue(_("There is no operation {name}."), name=operation)
        return arguments.fields()

    def called(self) -> dict[str, str]:
        """What staff and segments are called, and with their codes the stores, by these codes."""
        names: dict[str, str] = {}
        with reading(self.engine) as connection:
            for one in (schema.staff.c, schema.segment.c):
                names |= {row.id: row.name for row in connection.execute(select(one.id, one.name))}
        return names | self.stores()

    def stores(self) -> dict[str, str]:
        """The stores by code, each with code and name."""
        store = schema.store.c
        with reading(self.engine) as connection:
            rows = connection.execute(select(store.id, store.name).order_by(store.id))
            return {row.id: f"{row.id} {row.name}" for row in rows}

    def frames(self):
        """The analysis tables by name, e.g. ``shop.frames()["sales"]``, as pandas frames: what
        was just done in the shop, in the columns every analysis function knows."""
        return Reports(self).frames()

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    @property
    def now(self) -> datetime:
        """What the clock on the shop's wall shows."""
        with reading(self.engine) as connection:
            row = connection.execute(select(schema.shop.c.clock_at, schema.shop.c.timezone)).one()
        return (row.clock_at or self.clock.now()).astimezone(ZoneInfo(row.timezone))

    def __repr__(self) -> str:
        return f"Shop(staff={self.staff.id!r}, store={self.staff.store_id!r})"

    def __str__(self) -> str:
        """Where one is, what time it is there, and the desks one may work at."""
        with reading(self.engine) as connection:
            name = connection.scalar(select(schema.shop.c.name))
            may = {one.partition(".")[0] for one in access.held(connection, self.staff)}
        desks = [one for one in DESKS if one in may]
        wide = max(map(len, desks), default=0)
        return "\n".join(
            [
                _("{shop}, store {store}: {name}, {time}").format(
                    shop=name,
                    store=self.staff.store_id,
                    name=self.staff.name,
                    time=f"{self.now:%Y-%m-%d %H:%M}",
                ),
                *(f"  shop.{one:{wide}}  {label('desk', one)}" for one in desks),
            ]
        )

    def _repr_pretty_(self, printer, cycle: bool) -> None:
        printer.text(str(self))


DESKS: dict[str, type[Desk]] = dict(Shop.__annotations__)


def _is_served(url) -> bool:
    """A SQLite shop keeps the journal it was made with."""
    if url.get_backend_name() != "sqlite":
        return True
    require_file(Path(url.database or ""))
    try:
        with open(url.database, "rb") as file:
            header = file.read(20)
    except OSError as error:
        raise CannotOpen(_("The shop at {path} cannot be read."), path=url.database) from error
    return len(header) == 20 and header[18] == 2


def _grants() -> dict[str, tuple[str, ...]]:
    return {operation.name: operation.roles for operation in OPERATIONS.values()}


def _furnish(connection, store: tuple[str, str], owner: tuple[str, str], password) -> None:
    def put(table: Table, **row) -> None:
        connection.execute(insert(table).values(row))

    (here, called), (staff_id, name) = store, owner
    put(schema.store, id=here, name=called)
    put(schema.location, id="transit", kind="transit")
    put(schema.location, id=here, kind="store", store_id=here)
    for one in OUTSIDE:
        put(schema.location, id=f"@{one}", kind=one)
    for rank, level in enumerate(LEVEL_STEPS, start=1):
        earns, spent = level.points_per_100_yuan, 100 * level.from_spend
        about = {"rank": rank, "from_spend": spent, "points_per_100_yuan": earns}
        put(schema.member_level, id=level.code, **about)
    hashed = access.hash_password(password) if password else None
    put(schema.staff, id=staff_id, name=name, home_store_id=here, password_hash=hashed)
    access.grant(connection, _grants())
    put(schema.staff_role, staff_id=staff_id, role_id="trainer")
