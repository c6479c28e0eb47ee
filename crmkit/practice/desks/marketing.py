"""The marketing desk: segments, templates, birthday and holiday care, campaigns, the outbox."""

import json
from datetime import date, timedelta
from typing import Annotated

from sqlalchemy import func, insert, select, true, update

from crmkit.i18n import gettext as _
from crmkit.i18n import label, use_language
from crmkit.practice import access, audience, outbox, people, rung, schema, values
from crmkit.practice.choices import Language, MessageChannel, Occasion, OutboxStatus
from crmkit.practice.clock import birthdays_on, day_bounds
from crmkit.practice.command import Desk, Tx, command, query
from crmkit.practice.domain import segment_rule, wording
from crmkit.practice.errors import BadValue, Closed, NoConsent, Refused
from crmkit.practice.lists import Listing, listed
from crmkit.practice.records import Cents, built, record

OUTBOX = Listing(
    schema.outbox,
    filters=("status", "channel", "purpose", "campaign_id", "care_rule_id", "ticket_id"),
    sorts=("-id", "not_before", "status"),
    at="made_at",
    store=None,
    also=lambda tx, _where: [_of_own_stores(tx, schema.outbox.c.member_id)],
)
SHOWN_AT_MOST = 20
CAUGHT_UP = timedelta(days=60)
"""How far back care that was not run is looked for."""


@record
class Segment:
    """A segment and how many members it has."""

    id: str
    name: str
    rule: Annotated[dict, segment_rule.said]
    members: int
    made_on: date


@record
class Picked:
    """Whom a rule would pick today: how many, and the first of this person's own stores."""

    rule: Annotated[dict, segment_rule.said]
    members: int
    some: tuple[people.Member, ...]


@record(lists="id name channel language subject")
class Template:
    """A message with blanks; `subject` for e-mail."""

    id: int
    name: str
    channel: str
    language: Annotated[str, "language"]
    subject: str | None
    body: str


@record
class CareRule:
    """Whom to wish well, when and with which template."""

    id: int
    name: str
    occasion: Annotated[str, "occasion"]
    month_day: str | None
    days_before: int
    template_id: int
    segment_id: str | None
    active: bool


@record
class CareRun:
    """What one run of care did: matched = queued + skipped (no consent, no address); for `late`
    members nobody ran it in time, they are not wished well any more."""

    rule_id: int
    matched: int
    queued: int
    skipped: int
    late: int


@record(lists="id name segment_id status treatment control queued")
class Campaign:
    """A campaign with its frozen groups: how many of the segment get its message, and how many do
    not and why – members of other stores, left alone, without consent or an address, and those
    whose message was taken back; before it is sent, how many would."""

    id: int
    name: str
    segment_id: str
    status: Annotated[str, "campaign_status"]
    treatment: int
    control: int
    queued: int
    segment: int
    elsewhere: int
    no_consent: int
    no_address: int
    taken_back: int
    messages: int


@record
class Arm:
    """One group of a campaign: how many, how many of them bought, for how many cents net of
    returns."""

    arm: Annotated[str, "arm"]
    members: int
    buyers: int
    revenue: Cents


@record
class Outgoing:
    """A message in the outbox, its recipient left out."""

    id: int
    member_id: str
    channel: str
    purpose: str
    status: Annotated[str, "outbox_status"]
    attempts: int
    problem: Annotated[str, "why"] | None


class Marketing(Desk):
    name = "marketing"

    @command(roles="manager trainer")
    def make_segment(self, tx: Tx, segment_id: str, name: str, rule: dict) -> Segment:
        """Name the members whom a rule picks today, e.g. ``{"level": ["gold"]}``."""
        segment_id = tx.new_code(schema.segment, segment_id, "segment")
        rule = segment_rule.checked(rule)
        tx.insert(
            schema.segment,
            id=segment_id,
            name=values.text(name, "name"),
            rule=json.dumps(rule, ensure_ascii=False, sort_keys=True),
            made_at=tx.now,
        )
        audience.pick(tx, segment_id, rule)
        tx.note(f"segment:{segment_id}")
        return _segment_of(tx, segment_id)

    @query(roles="manager trainer")
    def would_pick(self, tx: Tx, rule: dict) -> Picked:
        """Whom a segment of this rule would hold today; nothing is made."""
        rule = segment_rule.checked(rule)
        picked, m = audience.picked_by(tx, rule), schema.member
        ours = set(tx.column(select(m.c.id).where(_of_own_stores(tx, m.c.id))))
        some = [one for one in picked if one in ours][:SHOWN_AT_MOST]
        cards = tuple(people.card_of(tx, tx.find(m, one)) for one in some)
        return Picked(rule=rule, members=len(picked), some=cards)

    @command(roles="manager trainer")
    def refresh_segment(self, tx: Tx, segment_id: str) -> Segment:
        """Pick the members of a segment again, as things stand today."""
        row = tx.find(schema.segment, segment_id)
        audience.pick(tx, row.id, json.loads(row.rule))
        tx.note(f"segment:{segment_id}")
        return _segment_of(tx, segment_id)

    @query(roles="sales manager trainer")
    def segments(self, tx: Tx) -> tuple[Segment, ...]:
        """Every segment there is."""
        ids = select(schema.segment.c.id).order_by(schema.segment.c.id)
        return tuple(_segment_of(tx, one) for one in tx.column(ids))

    @query(roles="sales manager trainer")
    def members_of(self, tx: Tx, segment_id: str) -> tuple[str, ...]:
        """The numbers of the members of a segment."""
        return tuple(audience.ids_in(tx, tx.find(schema.segment, segment_id).id))

    @command(roles="manager trainer")
    def make_template(
        self,
        tx: Tx,
        name: str,
        channel: MessageChannel,
        language: Language,
        body: str,
        *,
        subject: str | None = None,
    ) -> int:
        """A message with blanks such as {name}, {level}, {points}, {store}, {shop}; its number."""
        body = wording.checked(values.text(body, "body"))
        if channel == "sms" and len(body) > wording.SMS_LONGEST:
            raise BadValue(
                _("An SMS has at most {longest} characters."), longest=wording.SMS_LONGEST
            )
        subject = values.text(subject, "subject", needed=channel == "email")
        made = tx.insert(
            schema.template,
            name=values.text(name, "name"),
            channel=channel,
            language=language,
            subject=None if subject is None else wording.checked(subject),
            body=body,
            made_at=tx.now,
            active=True,
        )
        tx.note(f"template:{made}")
        return made

    @query(roles="sales manager trainer")
    def templates(self, tx: Tx) -> tuple[Template, ...]:
        """Every template there is."""
        return tx.every(Template, schema.template)

    @query(roles="sales manager trainer")
    def preview(self, tx: Tx, template_id: int, member_id: str) -> str:
        """What a member would read, their name masked."""
        template = tx.find(schema.template, template_id)
        member = people.live(tx, member_id)
        with use_language(template.language):
            blanks = _blanks(tx, member) | {"name": people.card_of(tx, member).name or ""}
            return _letter(template, blanks)

    @command(roles="manager trainer")
    def add_care(
        self,
        tx: Tx,
        name: str,
        occasion: Occasion,
        template_id: int,
        *,
        days_before: int = 0,
        month_day: str | None = None,
        segment_id: str | None = None,
    ) -> int:
        """Wish members well: occasion birthday, or holiday with its day such as 10-01."""
        if occasion == "holiday":
            month_day = values.month_day(month_day, "month_day")
        elif month_day is not None:
            raise BadValue(_("A birthday rule has no day of its own."))
        values.quantity(days_before, "days_before", least=0, most=60)
        if segment_id is not None:
            segment_id = tx.find(schema.segment, segment_id).id
        made = tx.insert(
            schema.care_rule,
            name=values.text(name, "name"),
            occasion=occasion,
            month_day=month_day,
            days_before=days_before,
            template_id=tx.find(schema.template, template_id).id,
            segment_id=segment_id,
            active=True,
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
        tx.update(schema.care_rule, tx.find(schema.care_rule, rule_id).id, active=False)
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

    @command(roles="manager trainer")
    def make_campaign(
        self,
        tx: Tx,
        name: str,
        segment_id: str,
        template_id: int,
        *,
        control_percent: int = 20,
        promotion_id: str | None = None,
    ) -> Campaign:
        """Plan a campaign; `control_percent` of the segment will be left alone, to compare with."""
        values.quantity(control_percent, "control_percent", least=0, most=90)
        if promotion_id is not None:
            promotion_id = tx.find(schema.promotion, promotion_id).id
        made = tx.insert(
            schema.campaign,
            name=values.text(name, "name"),
            segment_id=tx.find(schema.segment, segment_id).id,
            template_id=tx.find(schema.template, template_id).id,
            promotion_id=promotion_id,
            control_percent=control_percent,
            seed=tx.next_id(schema.campaign),
            status="draft",
            made_at=tx.now,
        )
        tx.note(f"campaign:{made}")
        return _campaign_of(tx, made)

    @command(roles="manager trainer")
    def freeze(self, tx: Tx, campaign_id: int) -> Campaign:
        """Draw who is contacted and who is not, at random and for good. A store manager draws
        among the members of their own stores."""
        row = tx.find(schema.campaign, campaign_id)
        if row.status != "draft":
            raise Closed(_("The groups of this campaign are drawn already."))
        targets = _targets(tx, row)
        if not targets:
            raise Refused(_("Nobody is in the segment {id}."), id=row.segment_id)
        control = _control_group(targets, row.control_percent, row.seed)
        tx.execute(
            insert(schema.campaign_target),
            [
                {
                    "campaign_id": row.id,
                    "member_id": one,
                    "arm": "control" if one in control else "treatment",
                }
                for one in targets
            ],
        )
        tx.update(schema.campaign, row.id, status="frozen", frozen_at=tx.now)
        tx.note(f"campaign:{row.id}", targets=len(targets))
        return _campaign_of(tx, row.id)

    @command(roles="manager trainer")
    def send(self, tx: Tx, campaign_id: int) -> Campaign:
        """Queue the message to everyone to be contacted who agreed to it."""
        row = tx.find(schema.campaign, campaign_id)
        if row.status == "draft":
            raise Refused(_("Draw the groups first."))
        if row.status != "frozen":
            raise Closed(_("This campaign was sent or cancelled."))
        template = tx.find(schema.template, row.template_id)
        last_day = None
        if row.promotion_id is not None:
            last_day = tx.find(schema.promotion, row.promotion_id).ends_on
        once, about = f"campaign:{row.id}", {"campaign_id": row.id, "last_day": last_day}
        queued = sum(
            _queue(tx, template, member_id, once, **about) is not None
            for member_id, arm in audience.arms(tx, row.id).items()
            if arm == "treatment"
        )
        tx.update(schema.campaign, row.id, status="sent")
        tx.note(f"campaign:{row.id}", queued=queued)
        return _campaign_of(tx, row.id)

    @command(roles="sales manager trainer")
    def send_one(self, tx: Tx, template_id: int, member_id: str) -> Outgoing:
        """Queue a template's message to one member; it waits until the quiet hours are over.

        Raises `NoConsent` unless the member agreed to get offers on the template's channel.
        """
        template = tx.find(schema.template, template_id)
        member = people.live(tx, member_id)
        if not people.has_consent(tx, member.id, "marketing", template.channel):
            raise NoConsent(
                _("{member} has not agreed to get offers by {channel}. Ask them first."),
                member=member.id,
                channel=label("channel", template.channel),
            )
        once = f"one:{tx.next_id(schema.outbox)}"
        made = _queue(tx, template, member.id, once)
        if made is None:
            outbox.refuse_without_address(member.id, template.channel)
        tx.note(f"member:{member.id}", message=made)
        return built(Outgoing, tx.find(schema.outbox, made))

    @command(roles="manager trainer")
    def cancel(self, tx: Tx, campaign_id: int) -> Campaign:
        """Stop a campaign; what is still queued is not sent."""
        row = tx.find(schema.campaign, campaign_id)
        tx.update(schema.campaign, row.id, status="cancelled")
        tx.execute(
            update(schema.outbox)
            .where(schema.outbox.c.campaign_id == row.id, schema.outbox.c.status == "queued")
            .values(status="cancelled")
        )
        tx.note(f"campaign:{row.id}")
        return _campaign_of(tx, row.id)

    @query(roles="sales manager trainer")
    def campaigns(self, tx: Tx) -> tuple[Campaign, ...]:
        """Every campaign, the latest first."""
        ids = select(schema.campaign.c.id).order_by(-schema.campaign.c.id)
        return tuple(_campaign_of(tx, one) for one in tx.column(ids))

    @query(roles="sales manager trainer")
    def result(self, tx: Tx, campaign_id: int, days: int = 30) -> tuple[Arm, ...]:
        """Who bought within so many days after the groups were drawn, contacted or not."""
        row = tx.find(schema.campaign, campaign_id)
        if row.frozen_at is None:
            raise Refused(_("Draw the groups first."))
        days = values.quantity(days, "days")
        return tuple(_arm(tx, row, arm, days) for arm in ("treatment", "control"))

    @query(roles="manager trainer")
    def outgoing(self, tx: Tx, status: OutboxStatus | None = None) -> tuple[Outgoing, ...]:
        """What is in the outbox to this store's members (a manager's stores'), newest first."""
        table = schema.outbox
        wanted = [_of_own_stores(tx, table.c.member_id)]
        if status is not None:
            wanted.append(table.c.status == status)
        newest = select(table).where(*wanted).order_by(table.c.id.desc()).limit(200)
        return tuple(built(Outgoing, row) for row in tx.all(newest))

    @listed(OUTBOX, roles="manager trainer")
    def list_outbox(tx: Tx, rows):
        """Messages to the members of one's own stores, page by page (see `lists`)."""
        return (built(Outgoing, row) for row in rows)

    @command(roles="manager trainer")
    def settle_unknown(self, tx: Tx, message_id: int, arrived: bool) -> None:
        """Someone found out whether a message in doubt arrived; if not, it is sent again."""
        row = tx.find(schema.outbox, message_id)
        if row.status != "unknown":
            raise Refused(_("Only a message in doubt can be settled."))
        tx.update(
            schema.outbox,
            row.id,
            status="sent" if arrived else "queued",
            sent_at=tx.now if arrived else None,
            handed_over_at=row.handed_over_at if arrived else None,
        )
        tx.note(f"outbox:{row.id}", arrived=bool(arrived))


def _of_own_stores(tx: Tx, column):
    """The rows of members whose home store is one where the staff may do this."""
    stores = access.stores_allowed(tx.connection, tx.staff.id, tx.permission)
    if stores is None:
        return true()
    m, now = schema.member, schema.member.alias("now")
    return column.in_(
        select(m.c.id).join(now, now.c.id == m.c.survivor_id).where(now.c.home_store_id.in_(stores))
    )


def _segment_of(tx: Tx, segment_id: str) -> Segment:
    row = tx.find(schema.segment, segment_id)
    about = {"rule": json.loads(row.rule), "made_on": tx.day_of(row.made_at)}
    return built(Segment, row, members=len(audience.ids_in(tx, row.id)), **about)


def _blanks(tx: Tx, member) -> dict[str, object]:
    card = people.card_of(tx, member)
    return {
        "name": people.unsealed(tx, member, "name") or "",
        "level": label("level", card.level),
        "points": card.points,
        "store": tx.name_of(schema.store, member.home_store_id),
        "shop": tx.name_of(schema.shop, 1),
    }


def _letter(template, blanks: dict[str, object]) -> str:
    """The whole message as it goes: the template's words, and below them how to opt out."""
    opt_out = (
        _("Reply STOP to opt out.")
        if template.channel == "sms"
        else _("To get no more offers, tell us at any store.")
    )
    return f"{wording.filled(template.body, blanks)}\n{opt_out}"


def _queue(tx: Tx, template, member_id: str, once: str, **about: object) -> int | None:
    """The number of the template's message to this member; None where none may or can go."""
    member = people.living(tx, member_id)
    if member is None:
        return None
    with use_language(template.language):
        blanks = _blanks(tx, member)
        letter = _letter(template, blanks)
    return outbox.enqueue(
        tx,
        member,
        template.channel,
        "marketing",
        letter,
        once=once,
        subject=template.subject and wording.filled(template.subject, blanks),
        template_id=template.id,
        **about,
    )


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
            _queue(tx, template, one, f"care:{rule.id}:{day.year}", **about) is not None
            for one in celebrating
        )
    run = CareRun(rule.id, matched, queued, matched - queued, late)
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


def _targets(tx: Tx, campaign) -> list[str]:
    """Among whom the groups are drawn: the members of the segment at one's own stores."""
    m = schema.member
    ours = set(tx.column(select(m.c.id).where(_of_own_stores(tx, m.c.id))))
    return [one for one in audience.ids_in(tx, campaign.segment_id) if one in ours]


def _no_consent(tx: Tx, members: list[str], channel: str) -> set[str]:
    """Who of them did not agree to get offers on this channel, or said no since."""
    agreed = people.consents_of(tx, members)
    return {one for one in members if channel not in agreed[one]}


def _no_address(tx: Tx, members: list[str], channel: str) -> set[str]:
    """Who of them has nothing on record to write to on this channel."""
    m = schema.member
    sealed = m.c[f"{outbox.ADDRESS[channel]}_sealed"]
    return set(tx.column(select(m.c.id).where(m.c.id.in_(members), sealed.is_(None))))


def _control_group(targets: list[str], percent: int, seed: int) -> set[str]:
    if percent == 0:
        return set()
    import pandas as pd

    from crmkit.campaign import split_control

    drawn = split_control(pd.DataFrame({"member_id": targets}), percent / 100, seed=seed)
    return set(drawn.loc[drawn["group"] == "control", "member_id"])


def _campaign_of(tx: Tx, campaign_id: int) -> Campaign:
    row = tx.find(schema.campaign, campaign_id)
    box = schema.outbox
    arms = audience.arms(tx, row.id)
    queued = tx.value(
        select(func.count())
        .select_from(box)
        .where(box.c.campaign_id == row.id, box.c.status != "cancelled")
    )
    segment, drawn = len(audience.ids_in(tx, row.segment_id)), list(arms) or _targets(tx, row)
    written = [one for one in drawn if arms.get(one) != "control"]
    channel = tx.find(schema.template, row.template_id).channel
    refused = _no_consent(tx, written, channel)
    unknown = _no_address(tx, written, channel) - refused
    would = len(written) - len(refused) - len(unknown)
    messages = would if row.status in ("draft", "frozen") else queued
    return built(
        Campaign,
        row,
        treatment=len(written) if arms else 0,
        control=len(drawn) - len(written),
        queued=queued,
        segment=max(segment, len(drawn)),
        elsewhere=max(segment - len(drawn), 0),
        no_consent=len(refused),
        no_address=len(unknown),
        taken_back=max(would - messages, 0),
        messages=messages,
    )


def _arm(tx: Tx, campaign, arm: str, days: int) -> Arm:
    target, m = schema.campaign_target, schema.member
    _start, until = day_bounds(tx.day_of(campaign.frozen_at) + timedelta(days=days), tx.timezone)
    drawn = (
        select(m.c.survivor_id)
        .join(target, target.c.member_id == m.c.id)
        .where(target.c.campaign_id == campaign.id)
    )
    spent = rung.spent(rung.LINES.c.sold_at >= campaign.frozen_at, rung.LINES.c.sold_at < until)
    arms = audience.arms(tx, campaign.id)
    bought = [
        row.spent
        for row in tx.all(select(spent).where(spent.c.member_id.in_(drawn)))
        if arms.get(row.member_id) == arm
    ]
    return Arm(
        arm, list(arms.values()).count(arm), sum(one > 0 for one in bought), int(sum(bought))
    )
