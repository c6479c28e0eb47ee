"""The audit desk: who did what, whether the log is whole, and whether the books add up."""

import json
from typing import Annotated, Any

from sqlalchemy import case, exists, func, literal, select, true

from crmkit.practice import access, books, chain, people, schema
from crmkit.practice.choices import Quantity
from crmkit.practice.command import Desk, Tx, query
from crmkit.practice.display import ABOUT
from crmkit.practice.lists import Listing, listed
from crmkit.practice.records import OfTable, built, record


def _about(tx: Tx, where: dict):
    """What was done about the member named, under any number of theirs."""
    member = where.pop("member_id", None)
    if member is not None:
        group = tx.column(people.group_of(people.live(tx, member).id))
        yield schema.audit_entry.c.subject.in_([f"member:{one}" for one in group])


LOG = Listing(schema.audit_entry, "staff_id action outcome subject", "-id", at="at", also=_about)


@record(of=schema.audit_entry, only="id at staff_id store_id action outcome subject detail")
class LogEntry(OfTable):
    """One thing that was done or refused; `detail` holds ids and numbers, never personal data."""

    action: Annotated[str, "permission"]
    subject: Annotated[str, ABOUT] | None
    detail: dict


@record(of=schema.reveal, only="at staff_id member_id field reason")
class Reveal(OfTable):
    """A personal field that someone had shown in full, and why."""

    reason: str


@record
class Use:
    """How often a member of staff did something, and how often it was refused."""

    staff_id: str
    action: Annotated[str, "permission"]
    done: int
    refused: int


class Audit(Desk):
    name = "audit"

    @listed(LOG, roles="manager trainer")
    def list_log(tx: Tx, rows):
        """What was done or refused at this store, the latest first; `where` may name a member too."""
        return (built(LogEntry, row, detail=json.loads(row.detail)) for row in rows)

    def log(self, limit: int = 50, **where: Any) -> tuple[LogEntry, ...]:
        """The latest lines of `list_log`: ``shop.audit.log(5, staff_id="C1")``."""
        return self.list_log(where=where, size=limit).rows

    @query(roles="manager trainer")
    def first_break(self, tx: Tx) -> int | None:
        """The first entry that is not as it was written; None when the log is whole."""
        return chain.first_break(tx.connection, tx.keys)

    @query(roles="manager trainer")
    def problems(self, tx: Tx) -> tuple[str, ...]:
        """What does not add up in the books; empty when all is well."""
        return tuple(books.problems(tx.connection))

    @query(roles="manager trainer")
    def reveals(
        self, tx: Tx, member_id: str | None = None, limit: Quantity = 50
    ) -> tuple[Reveal, ...]:
        """Who had whose (or one member's) personal data shown in full, the latest first. A manager
        sees what was shown at their own stores."""
        r, e = schema.reveal, schema.audit_entry
        wanted = select(r)
        stores = access.stores_allowed(tx.connection, tx.staff.id, tx.permission)
        if stores is not None:
            wanted = wanted.where(
                exists().where(
                    e.c.subject == literal("member:") + r.c.member_id,
                    e.c.staff_id == r.c.staff_id,
                    e.c.at == r.c.at,
                    e.c.store_id.in_(stores),
                )
            )
        if member_id is not None:
            wanted = wanted.where(r.c.member_id.in_(people.group_of(people.live(tx, member_id).id)))
        rows = tx.all(wanted.order_by(r.c.id.desc()).limit(limit))
        said = tx.said(r, [row.id for row in rows])
        return tuple(built(Reveal, row, reason=said[row.id] or "–") for row in rows)

    @query(roles="manager trainer")
    def use(self, tx: Tx) -> tuple[Use, ...]:
        """Use and errors: how often each member of staff did what, and was refused. A manager
        sees what was done at their own stores."""
        e = schema.audit_entry
        stores = access.stores_allowed(tx.connection, tx.staff.id, tx.permission)
        rows = tx.all(
            select(
                e.c.staff_id,
                e.c.action,
                func.sum(case((e.c.outcome == "done", 1), else_=0)),
                func.sum(case((e.c.outcome == "refused", 1), else_=0)),
            )
            .where(true() if stores is None else e.c.store_id.in_(stores))
            .group_by(e.c.staff_id, e.c.action)
            .order_by(e.c.staff_id, e.c.action)
        )
        return tuple(Use(staff, action, int(done), int(no)) for staff, action, done, no in rows)
