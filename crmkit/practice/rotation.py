"""Give the shop a new key: everything is sealed anew, in steps, while the shop stays open.

The key file holds both keys until the last row is done, so that a rotation that was interrupted
goes on where it stopped. Who opened the shop before has to open it again.
"""

from pathlib import Path

from sqlalchemy import Connection, Engine, or_, select, update

from crmkit.i18n import gettext as _
from crmkit.practice import schema
from crmkit.practice.engine import writing
from crmkit.practice.errors import Refused, WrongKey
from crmkit.practice.keys import CHECKED_AT, KEY_CHECK, Keyring, require_fitting
from crmkit.practice.people import tokens_of

BATCH = 200


def rotate(engine: Engine, keys: Keyring, file: Path) -> Keyring:
    """Seal everything with a new key and forget the old one; the ring with only the new key.

    First of all the shop's own check is sealed anew: from then on nobody who holds the old key
    alone can write, so that nothing is left behind sealed with it.
    """
    with writing(engine) as connection:
        shop = connection.execute(select(schema.shop)).one()
        require_fitting(keys, shop.key_check)
        if shop.kind == "practice":
            raise Refused(_("A practice scene keeps its key: the trainer has to open it."))
        ring = keys if len(keys.keys) > 1 else keys.with_new_key()
        if file.exists() and Keyring.load(file).signing != keys.signing:
            raise WrongKey(_("The key file {path} is another shop's."), path=file)
        ring.save(file)
        connection.execute(update(schema.shop).values(key_check=ring.seal(KEY_CHECK, CHECKED_AT)))
    for name in schema.SEALED:
        while _reseal_some(engine, ring, schema.metadata.tables[name]):
            pass
    while _new_codes(engine, ring):
        pass
    done = ring.without_old_keys()
    done.save(file)
    return done


def _old(column, ring: Keyring):
    return column.isnot(None) & ~column.like(f"{ring.active.id}.%")


def _reseal_some(engine: Engine, ring: Keyring, table) -> int:
    (key,) = table.primary_key.columns
    columns = [table.c[name] for name in schema.SEALED[table.name]]
    with writing(engine) as connection:
        rows = connection.execute(
            select(key, *columns).where(or_(*(_old(one, ring) for one in columns))).limit(BATCH)
        ).all()
        for row in rows:
            _reseal(connection, ring, table, key, row)
    return len(rows)


def _reseal(connection: Connection, ring: Keyring, table, key, row) -> None:
    fresh = {}
    for name in schema.SEALED[table.name]:
        place = f"{table.name}.{name}:{row[0]}"
        value = ring.open(getattr(row, name), place)
        fresh[name] = ring.seal(value, place)
        if table is schema.member:
            fresh |= tokens_of(ring, name.removesuffix("_sealed"), value)
    connection.execute(update(table).where(key == row[0]).values(fresh))


def _new_codes(engine: Engine, ring: Keyring) -> int:
    """Survey codes are signed, not stored: their tokens are made from the signature again."""
    invite = schema.survey_invite
    with writing(engine) as connection:
        rows = connection.execute(
            select(invite.c.id).where(_old(invite.c.code_token, ring)).limit(BATCH)
        ).all()
        for row in rows:
            code = ring.sign(f"survey invite {row.id}".encode())[:10]
            connection.execute(
                update(invite)
                .where(invite.c.id == row.id)
                .values(code_token=ring.token("survey_code", code))
            )
    return len(rows)
