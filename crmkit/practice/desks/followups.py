"""The follow-up desk: whom to call today, what to say, what came of it."""

from datetime import date
from typing import Annotated

from sqlalchemy import and_, func, insert, or_, select

from crmkit.i18n import gettext as _
from crmkit.practice import audience, calls, masks, people, schema, values
from crmkit.practice.choices import Day, FollowupKind, NextStep, Outcome, Quantity, Text
from crmkit.practice.clock import day_bounds
from crmkit.practice.command import Desk, Tx, command, query
from crmkit.practice.desks import service
from crmkit.practice.errors import BadValue, Closed, NoConsent, NotFound, Refused
from crmkit.practice.lists import Listing, listed
from crmkit.practice.records import OfTable, built, record

plans, tasks, LEVELS = schema.followup_plan, schema.followup_task, schema.member_level
TASKS = Listing(tasks, "status why outcome staff_id plan_id", "due_on status id")
_WITH_PLAN = select(tasks, plans.c.script, plans.c.kind).join(plans, plans.c.id == tasks.c.plan_id)


@record(
    of=schema.followup_plan,
    only="id name segment_id kind script every_days starts_on ends_on active",
    lists="id name segment_id kind ends_on active open_tasks done_tasks",
)
class Plan(OfTable):
    """A follow-up plan: who, why, what to say, how often."""

    open_tasks: int
    done_tasks: int


@record(
    of=schema.followup_task,
    only=(
        "id member_id name phone level kind why script due_on days_late staff_id status "
        "outcome next_step ticket_id"
    ),
    lists="id name phone why due_on status outcome",
)
class Task(OfTable):
    """One call to make, with what one needs to know before dialling."""

    name: str | None
    phone: str | None
    level: str | None
    kind: str
    why: Annotated[str, "kind"]
    script: str
    days_late: int


@record
class Contact:
    """Whom a call rings, in full."""

    name: str
    phone: str


class Followups(Desk):
    name = "followups"

    @command(roles="manager trainer")
    def plan(
        self,
        tx: Tx,
        name: Text,
        segment_id: str,
        kind: FollowupKind,
        script: str,
        *,
        every_days: Quantity,
        starts_on: Day,
        ends_on: Day,
        here_only: bool = False,
    ) -> Plan:
        """Visit a segment every so many days; kind: product_use, new_arrivals or offer.

        `script` is what to say, with the blanks {name}, {caller}, {store}, {goods} and {day}; `here_only` leaves out members of other stores.
        """
        if ends_on < starts_on:
            raise BadValue(_("The plan ends before it starts."))
        plan_id = tx.insert(
            plans,
            segment_id=tx.id_of(schema.segment, segment_id),
            store_id=tx.store_id if here_only else None,
            script=values.text(script, "body"),
            **tx.as_given("name kind every_days starts_on ends_on"),
        )
        tx.note(f"followup_plan:{plan_id}")
        return _plan_of(tx, plan_id)

    @command(roles="manager trainer")
    def make_tasks(self, tx: Tx, plan_id: int) -> int:
        """Put the members of the plan on today's lists, once in each cycle; how many were added.

        News and offers go only to members who agreed to get them by phone.
        """
        plan = tx.find(plans, plan_id)
        if not plan.active:
            raise Closed(_("The plan was stopped."))
        if not plan.starts_on <= tx.today <= plan.ends_on:
            raise Refused(
                _("The plan runs from {start} to {end}."), start=plan.starts_on, end=plan.ends_on
            )
        cycle = (tx.today - plan.starts_on).days // plan.every_days
        visited = _visited(tx, plan.id, cycle)
        m = schema.member
        homes = tx.by_key(select(m.c.id, m.c.home_store_id).where(m.c.status == "live"))
        chosen = [
            {"member_id": one, "store_id": homes[one]}
            for one in audience.ids_in(tx, plan.segment_id)
            if one not in visited
            and plan.store_id in (None, homes[one])
            and calls.may_be_made(tx, plan.kind, one)
        ]
        about = {"plan_id": plan.id, "cycle": cycle, "due_on": tx.today, "why": plan.kind}
        if chosen:
            tx.execute(insert(tasks), [one | about | {"status": "open"} for one in chosen])
        tx.note(f"followup_plan:{plan.id}", cycle=cycle, made=len(chosen))
        return len(chosen)

    @command(roles="manager trainer")
    def stop(self, tx: Tx, plan_id: int) -> int:
        """End a plan; its open calls are cancelled. How many were."""
        plan = tx.find(plans, plan_id)
        tx.update(plans, plan.id, active=False)
        cancelled = calls.cancel(tx, tasks.c.plan_id == plan.id)
        tx.note(f"followup_plan:{plan.id}", cancelled=cancelled)
        return cancelled

    @query(roles="sales manager trainer")
    def all_plans(self, tx: Tx) -> tuple[Plan, ...]:
        """Every plan with what is open and done."""
        return tuple(
            _plan_of(tx, one) for one in tx.column(select(plans.c.id).order_by(plans.c.id))
        )

    @query(roles="sales manager trainer")
    def today(self, tx: Tx) -> tuple[Task, ...]:
        """Whom to call today at this store: first who was promised a call, then the longest
        overdue; on one day care before news before offers, and higher levels first."""
        here = (tasks.c.store_id == tx.store_id, tasks.c.status == "open")
        promised = or_(tasks.c.next_on.is_(None), tasks.c.next_on <= tx.today)
        due = _WITH_PLAN.where(*here, tasks.c.due_on <= tx.today, promised)
        found: dict[tuple, Task] = {}
        for row in tx.all(due.order_by(tasks.c.due_on, tasks.c.id)):
            member = people.living(tx, row.member_id)
            if member is not None and calls.may_be_made(tx, row.kind, member.id):
                found.setdefault((row.plan_id, row.cycle, member.id), _task_of(tx, row))
        rank, kind = tx.by_key(select(LEVELS.c.id, LEVELS.c.rank)), schema.FOLLOWUP_KINDS.index
        return tuple(
            sorted(
                found.values(),
                key=lambda one: (
                    one.next_step != "call_again",
                    one.due_on,
                    kind(one.why),
                    -rank[one.level],
                ),
            )
        )

    @query(roles="sales manager trainer")
    def noted(self, tx: Tx) -> tuple[Task, ...]:
        """This store's calls noted today, and those promised for a later day."""
        start, _end = day_bounds(tx.today, tx.timezone)
        promised = and_(tasks.c.status == "open", tasks.c.next_on > tx.today)
        rows = tx.all(
            _WITH_PLAN.where(
                tasks.c.store_id == tx.store_id, or_(tasks.c.done_at >= start, promised)
            ).order_by(tasks.c.id)
        )
        return tuple(_shown(tx, row, people.living(tx, row.member_id), row.script) for row in rows)

    @listed(TASKS, roles="sales manager trainer")
    def list_tasks(tx: Tx, rows):
        """This store's calls, open, done and cancelled, page by page (see `lists`)."""
        known = select(plans.c.id, plans.c.script).where(plans.c.id.in_([r.plan_id for r in rows]))
        scripts = tx.by_key(known)
        for row in rows:
            member = people.living(tx, row.member_id)
            yield _shown(tx, row, member, scripts[row.plan_id])

    @command(roles="sales manager trainer")
    def assign(
        self, tx: Tx, task_id: int, staff_id: str | None = None, due_on: date | str | None = None
    ) -> Task:
        """Give an open call to a colleague, or put it off to another day."""
        task = _open_task(tx, task_id)
        changed: dict[str, object] = {}
        if staff_id is not None:
            changed["staff_id"] = tx.id_of(schema.staff, staff_id)
        if due_on is not None:
            when = "due_on" if task.next_on is None else "next_on"
            changed[when] = values.day(due_on, "due_on")
        if not changed:
            raise BadValue(_("Say what is to be changed."))
        tx.update(tasks, task.id, **changed)
        tx.note(f"followup_task:{task.id}", fields=sorted(changed))
        return _task_of(tx, _find_task(tx, task.id))

    @command(roles="sales manager trainer")
    def dial(self, tx: Tx, task_id: int) -> Contact:
        """Name and phone of whom to call for this task, in full; that they were shown is written
        down."""
        task = _open_task(tx, task_id)
        member = people.live(tx, task.member_id)
        if not calls.may_be_made(tx, task.kind, member.id):
            raise NoConsent(
                _("{member} no longer agrees to offers by phone. Do not call."),
                member=member.id,
            )
        shown = {}
        for field in ("name", "phone"):
            why = f"followup_task:{task.id}"
            tx.insert(schema.reveal, member_id=member.id, field=field, reason=why)
            shown[field] = people.unsealed(tx, member, field) or ""
        tx.note(f"member:{member.id}", task=task.id, fields=sorted(shown))
        return Contact(**shown)

    @command(roles="sales manager trainer")
    def finish(
        self,
        tx: Tx,
        task_id: int,
        outcome: Outcome,
        next_step: NextStep,
        *,
        note: str | None = None,
        next_on: date | str | None = None,
    ) -> Task:
        """Say what came of a call and what happens next; both are needed.

        A problem opens a ticket from the note. `call_again` needs a day and keeps the task open
        until then.
        """
        task = _open_task(tx, task_id)
        note = values.text(note, "note", needed=outcome == "problem")
        if outcome == "problem" and next_step != "open_ticket":
            raise Refused(
                _("A problem needs a ticket: choose {step} as the next step."),
                step=values.listed(("open_ticket",), "next_step"),
            )
        again = next_step == "call_again"
        next_on = None if next_on is None else values.day_ahead(next_on, "next_on", tx.today)
        if again and (next_on is None or next_on <= tx.today):
            raise BadValue(_("To call again, name a day after today."))
        ticket_id = task.ticket_id
        if next_step == "open_ticket" and ticket_id is None:
            ticket_id = service.new_ticket(
                tx,
                member_id=task.member_id,
                channel="phone",
                kind="complaint" if outcome == "problem" else "enquiry",
                subject=_("From a follow-up call"),
                body=values.text(note, "note"),
                store_id=task.store_id,
            )
        tx.update(
            tasks,
            task.id,
            status="open" if again else "done",
            outcome=outcome,
            next_step=next_step,
            next_on=next_on,
            note=note,
            staff_id=tx.staff.id,
            done_at=None if again else tx.now,
            ticket_id=ticket_id,
        )
        tx.note(f"member:{task.member_id}", task=task.id, outcome=outcome, next_step=next_step)
        return _task_of(tx, _find_task(tx, task.id))

    @command(roles="sales manager trainer")
    def reopen(self, tx: Tx, task_id: int) -> Task:
        """Take back what was noted of a call today, or that it was put off: it is due as before.

        A ticket it opened stays, and is the ticket of the call when it is noted anew.
        """
        task = _find_task(tx, task_id)
        put_off = task.status == "open" and task.next_on is not None
        if not put_off and (task.done_at is None or tx.day_of(task.done_at) != tx.today):
            raise Closed(_("Only what was noted today can be taken back."))
        tx.update(
            tasks, task.id, status="open", outcome=None, next_step=None, next_on=None,
            due_on=min(task.due_on, tx.today), note=None, done_at=None,
        )  # fmt: skip
        tx.note(f"member:{task.member_id}", task=task.id)
        return _task_of(tx, _find_task(tx, task.id))


def _plan_of(tx: Tx, plan_id: int) -> Plan:
    row = tx.find(plans, plan_id)
    by_status = select(tasks.c.status, func.count()).where(tasks.c.plan_id == row.id)
    counted = tx.by_key(by_status.group_by(tasks.c.status))
    return built(Plan, row, open_tasks=counted.get("open", 0), done_tasks=counted.get("done", 0))


def _visited(tx: Tx, plan_id: int, cycle: int) -> set[str]:
    """Who has a task of this cycle, also under a number merged since."""
    m = schema.member
    joined = select(m.c.survivor_id).join(tasks, tasks.c.member_id == m.c.id)
    return set(tx.column(joined.where(tasks.c.plan_id == plan_id, tasks.c.cycle == cycle)))


def _find_task(tx: Tx, task_id: int):
    row = tx.one(_WITH_PLAN.where(tasks.c.id == values.number(task_id)))
    if row is None:
        raise NotFound(_("There is no follow-up task {id}."), id=task_id)
    if row.store_id != tx.store_id:
        tx.require_at(row.store_id)
    return row


def _open_task(tx: Tx, task_id: int):
    row = _find_task(tx, task_id)
    if row.status != "open":
        raise Closed(_("This call is done already."))
    return row


def _task_of(tx: Tx, row) -> Task:
    return _shown(tx, row, people.live(tx, row.member_id), row.script)


def _shown(tx: Tx, row, member, script: str) -> Task:
    """The call; of who was erased since, the bare number. One that was put off is due on the day
    that was promised."""
    due_on = row.next_on if row.status == "open" and row.next_on else row.due_on
    return built(
        Task,
        row,
        member_id=row.member_id if member is None else member.id,
        level=member and member.level,
        due_on=due_on,
        days_late=max((tx.today - due_on).days, 0) if row.status == "open" else 0,
        name=member and masks.mask_name(people.unsealed(tx, member, "name")),
        phone=member and masks.mask_phone(people.unsealed(tx, member, "phone")),
        kind=row.why,
        script=script,
    )
