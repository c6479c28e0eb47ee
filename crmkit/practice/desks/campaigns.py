"""Campaigns: whom to write to and whom to leave alone, and who bought then."""

from datetime import timedelta
from functools import partial
from typing import Annotated

from sqlalchemy import func, insert, select, update

from crmkit.i18n import gettext as _
from crmkit.practice import audience, outbox, people, rung, schema, values
from crmkit.practice.choices import Quantity, Text
from crmkit.practice.clock import day_bounds
from crmkit.practice.command import Tx, command, query
from crmkit.practice.desks.letters import queue
from crmkit.practice.errors import Closed, Refused
from crmkit.practice.records import Cents, OfTable, built, record


@record(
    of=schema.campaign,
    only="id name segment_id status",
    lists="id name segment_id status treatment control queued",
)
class Campaign(OfTable):
    """A campaign with its frozen groups: how many of the segment get its message, and how many do
    not and why – members of other stores, left alone, without consent or an address, and those
    whose message was taken back; before it is sent, how many would."""

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


class Campaigns:
    """Messages to a segment, compared with a control group; a part of the marketing desk."""

    name = "marketing"

    @command(roles="manager trainer")
    def make_campaign(
        self,
        tx: Tx,
        name: Text,
        segment_id: str,
        template_id: int,
        *,
        control_percent: Annotated[
            int, values.Check(partial(values.quantity, least=0, most=90))
        ] = 20,
        promotion_id: str | None = None,
    ) -> Campaign:
        """Plan a campaign; `control_percent` of the segment will be left alone, to compare with."""
        made = tx.insert(
            schema.campaign,
            segment_id=tx.id_of(schema.segment, segment_id),
            template_id=tx.id_of(schema.template, template_id),
            promotion_id=tx.id_of(schema.promotion, promotion_id),
            **tx.as_given("name control_percent"),
            seed=tx.next_id(schema.campaign),
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
            queue(tx, template, member_id, once, **about) is not None
            for member_id, arm in audience.arms(tx, row.id).items()
            if arm == "treatment"
        )
        tx.update(schema.campaign, row.id, status="sent")
        tx.note(f"campaign:{row.id}", queued=queued)
        return _campaign_of(tx, row.id)

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
    def result(self, tx: Tx, campaign_id: int, days: Quantity = 30) -> tuple[Arm, ...]:
        """Who bought within so many days after the groups were drawn, contacted or not."""
        row = tx.find(schema.campaign, campaign_id)
        if row.frozen_at is None:
            raise Refused(_("Draw the groups first."))
        return tuple(_arm(tx, row, arm, days) for arm in ("treatment", "control"))


def _targets(tx: Tx, campaign) -> list[str]:
    """Among whom the groups are drawn: the members of the segment at one's own stores."""
    m = schema.member
    ours = set(tx.column(select(m.c.id).where(people.of_own_stores(tx, m.c.id))))
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
