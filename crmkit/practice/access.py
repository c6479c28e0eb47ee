"""Who may do what, and where.

A permission is the name of a desk's method, `members.reveal`. A role holds permissions, a member
of staff holds roles, each at one store or (with no store) everywhere. What nobody granted is
denied. Inside a notebook the learner owns the process, so there this is practice, not a barrier;
a served shop enforces it, because there the database is out of the visitor's reach.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, insert, or_, select

from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.practice import schema, values
from crmkit.practice.errors import NotAllowed, NotFound

ROLES = ("cashier", "sales", "stock_keeper", "manager", "trainer")


@dataclass(frozen=True)
class Staff:
    """The signed-in member of staff and the store where they stand."""

    id: str
    name: str
    store_id: str


def hash_password(password: str) -> str:
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}${_scrypt(password, salt).hex()}"


def password_fits(password: str, stored: str) -> bool:
    salt, _sep, digest = stored.partition("$")
    return hmac.compare_digest(_scrypt(password, bytes.fromhex(salt)).hex(), digest)


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1)


def sign_in(
    connection: Connection, staff_id: str, store_id: str | None, password: str | None
) -> Staff:
    """The member of staff, if the password fits; at their home store unless another is named."""
    row = connection.execute(
        select(schema.staff).where(schema.staff.c.id == values.code(staff_id))
    ).one_or_none()
    if row is None or not row.active:
        raise NotAllowed(_("There is no member of staff {id}."), id=staff_id)
    if row.password_hash is not None and not (
        isinstance(password, str) and password_fits(password, row.password_hash)
    ):
        raise NotAllowed(_("The password is not right."))
    if store_id is not None and not connection.scalar(
        select(schema.store.c.id).where(schema.store.c.id == values.code(store_id))
    ):
        raise NotFound(_("There is no store {id}."), id=store_id)
    return Staff(row.id, row.name, store_id or row.home_store_id)


_role, _may = schema.staff_role, schema.role_permission
_HELD = (
    select(_may.c.permission)
    .join(_role, _role.c.role_id == _may.c.role_id)
    .join(schema.staff, schema.staff.c.id == _role.c.staff_id)
    .where(_role.c.staff_id == bindparam("staff_id"), schema.staff.c.active)
)
_HELD_AT = _HELD.where(or_(_role.c.store_id.is_(None), _role.c.store_id == bindparam("store_id")))
_STORES = _HELD.with_only_columns(_role.c.store_id).where(
    _may.c.permission == bindparam("permission")
)


def stores_allowed(connection: Connection, staff_id: str, permission: str) -> set[str] | None:
    """The stores where this member of staff holds the permission; None means everywhere."""
    asked = {"staff_id": staff_id, "permission": permission}
    stores = set(connection.scalars(_STORES, asked))
    return None if None in stores else stores


def is_allowed(connection: Connection, staff_id: str, permission: str, store_id: str) -> bool:
    stores = stores_allowed(connection, staff_id, permission)
    return stores is None or store_id in stores


def held(connection: Connection, staff: Staff) -> set[str]:
    """What the member of staff may do at the store where they stand."""
    asked = {"staff_id": staff.id, "store_id": staff.store_id}
    return set(connection.scalars(_HELD_AT, asked))


def require(connection: Connection, staff: Staff, permission: str, store_id: str) -> None:
    """Raise `NotAllowed` unless the member of staff may do this at that store."""
    if not is_allowed(connection, staff.id, permission, store_id):
        raise NotAllowed(
            _("{name} may not do this at store {store}: {what}. Ask the store manager."),
            name=staff.name,
            store=store_id,
            what=label("permission", permission),
        )


def grant(connection: Connection, permissions: dict[str, tuple[str, ...]]) -> None:
    """Give the roles those of the permissions that the shop has never heard of yet."""
    known = set(connection.scalars(select(schema.role.c.id)))
    for role in ROLES:
        if role not in known:
            connection.execute(insert(schema.role).values(id=role))
    heard = set(connection.scalars(select(schema.role_permission.c.permission)))
    rows = [
        {"role_id": role, "permission": permission}
        for permission, roles in permissions.items()
        if permission not in heard
        for role in roles
    ]
    if rows:
        connection.execute(insert(schema.role_permission), rows)


ANSWERS_FOR_PRICES = "office.set_price"
"""Who may set prices may also lower one at the till, and give their word for a cashier who does."""


def managers_word(
    tx,
    approved_by: str | None = None,
    password: str | None = None,
    answers_for: str = ANSWERS_FOR_PRICES,
) -> str:
    """Who answers for what the staff does here: themselves where they may do this, else the
    colleague who gives their word, with their password; refused without one."""
    if approved_by is None:
        if is_allowed(tx.connection, tx.staff.id, answers_for, tx.store_id):
            return tx.staff.id
        raise NotAllowed(_("This needs the manager's word: ask the store manager to approve it."))
    known = tx.row(schema.staff, approved_by)  # as people type it: e0001
    who = sign_in(tx.connection, known.id if known else approved_by, tx.store_id, password)
    require(tx.connection, who, answers_for, tx.store_id)
    return who.id
