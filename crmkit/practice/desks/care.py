"""Care: birthdays and holidays on which members are wished well."""

from datetime import date, timedelta
from typing import Annotated

from sqlalchemy import func, select

from crmkit.i18n import gettext as _
from crmkit.practice import audience, schema, values
from crmkit.practice.choices import Occasion, Text, between
from crmkit.practice.clock import birthdays_on
from crmkit.practice.command import Tx, command, query
from crmkit.practice.desks.letters import queue
from crmkit.practice.errors import BadValue
from crmkit.practice.records import OfTable, built, record

CAUGHT_UP = timedelta(days=60)
"""How far back care that was not run is looked for."""


@record(of=schema.care_rule)
class CareRule(OfTable):
    """Whom to wish well, when and with which template."""


@record(of=schema.care_run, only="rule_id matched queued skipped late")
class CareRun(OfTable):
    """What one run of care did: matched = queued + skipped (no consent, no address); for `late`
    members nobody ran it in time, they are not wished well any more."""


class Care:
    """Wishes that go out by rules; a part of the marketing desk."""

    name = "marketing"

    @command(roles="manager trainer")
    def add_care(
        self,
        tx: Tx,
        name: Text,
        occasion: Occasion,
        template_id: int,
        *,
        days_before: Annotated[int, between(0, 60)] = 0,
        month_day: str | None = None,
        segment_id: str | None = None,
    ) -> int:
        """Wish members well: occasion birthday, or holiday with its day such as 10-01."""
        if occasion == "holiday":
            month_day = values.month_day(month_day, "month_day")
        elif month_day is not None:
            raise BadValue(_("A birthday rule has no day of its own."))
        made = tx.insert(
            schema.care_rule,
            month_day=month_day,
            template_id=tx.id_of(schema.template, template_id),
            segment_id=tx.id_of(schema.segment, segment_id),
            **tx.as_given("name occasion days_before"),
        )
        tx.note(f"care_rule:{made}")
        return made

    @query(roles="sales manager trainer")
    def care_rules(self, tx: Tx) -> tuple[CareRule, ...]:
        """Every care rule there is."""
        return tx.every(CareRule, schema.care_rule)

    @command(roles="manager trainer")
    def stop_care(self, tx: Tx, rule_id: int) -> None:
        """Wish nobody well by this rule any more."""
        tx.update(schema.care_rule, tx.id_of(schema.care_rule, rule_id), active=False)
        tx.note(f"care_rule:{rule_id}")

    @command(roles="manager trainer")
    def run_care(self, tx: Tx) -> tuple[CareRun, ...]:
        """Queue today's wishes of every rule; a rule runs once a day, a wish goes out once a year.

        Days on which it was not run are caught up with where the day to celebrate is still to
        come; where it is over, the wishes are counted as late and not sent. Who was born on 29 February is wished well on the 28th in other years.
        """
        c = schema.care_rule
        rules = tx.all(select(c).where(c.c.active).order_by(c.c.id))
        runs = tuple(run for rule in rules if (run := _care(tx, rule)) is not None)
        tx.note("care", queued=sum(run.queued for run in runs), late=sum(r.late for r in runs))
        return runs


def _care(tx: Tx, rule) -> CareRun | None:
    days = _not_run_yet(tx, rule.id)
    if not days:
        return None
    template = tx.find(schema.template, rule.template_id)
    matched = queued = late = 0
    for day in (one + timedelta(days=rule.days_before) for one in days):
        celebrating = _celebrating(tx, rule, day)
        if day < tx.today:
            late += len(celebrating)
            continue
        matched += len(celebrating)
        about = {"care_rule_id": rule.id, "last_day": day}
        queued += sum(
            queue(tx, template, one, f"care:{rule.id}:{day.year}", **about) is not None
            for one in celebrating
        )
    told = {"rule_id": rule.id, "matched": matched, "queued": queued, "late": late}
    run = built(CareRun, rule, **told, skipped=matched - queued)
    tx.insert(schema.care_run, **vars(run), run_on=tx.today)
    return run


def _not_run_yet(tx: Tx, rule_id: int) -> list[date]:
    """The days since the rule ran last, up to today; only today for a new rule."""
    ran = schema.care_run
    last = tx.value(select(func.max(ran.c.run_on)).where(ran.c.rule_id == rule_id))
    first = tx.today if last is None else max(last + timedelta(1), tx.today - CAUGHT_UP)
    return [first + timedelta(n) for n in range((tx.today - first).days + 1)]


def _celebrating(tx: Tx, rule, day: date) -> list[str]:
    m = schema.member
    if rule.occasion == "holiday":
        if f"{day:%m-%d}" != rule.month_day:
            return []
        wanted = [m.c.status == "live"]
    else:
        tokens = [token for one in birthdays_on(day) for token in tx.keys.tokens("birthday", one)]
        wanted = [m.c.status == "live", m.c.birthday_token.in_(tokens)]
    found = tx.column(select(m.c.id).where(*wanted).order_by(m.c.id))
    if rule.segment_id is None:
        return found
    inside = set(audience.ids_in(tx, rule.segment_id))
    return [one for one in found if one in inside]
