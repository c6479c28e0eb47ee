"""What is written to members: templates, care, campaigns, the outbox."""

from sqlalchemy import Index, Table, UniqueConstraint

from crmkit.codes import (
    ARMS,
    CAMPAIGN_STATUSES,
    MESSAGE_CHANNELS,
    MESSAGE_PURPOSES,
    OCCASIONS,
    OUTBOX_STATUSES,
    TEMPLATE_LANGUAGES,
)
from crmkit.practice.schema.columns import (
    APPEND_ONLY,
    count,
    day,
    flag,
    metadata,
    must,
    number,
    one_of,
    ref,
    when,
    words,
)

template = Table(
    "template",
    metadata,
    number(),
    words("name"),
    words("channel"),
    words("language"),
    words("subject", null=True),
    words("body"),
    when("made_at"),
    ref("staff_id", "staff.id"),
    flag("active"),
    one_of("channel", MESSAGE_CHANNELS),
    one_of("language", TEMPLATE_LANGUAGES),
    must("email_has_subject", "channel <> 'email' OR subject IS NOT NULL"),
)

care_rule = Table(
    "care_rule",
    metadata,
    number(),
    words("name"),
    words("occasion"),
    words("month_day", null=True),
    count("days_before"),
    ref("template_id", "template.id"),
    ref("segment_id", "segment.id", null=True),
    flag("active"),
    one_of("occasion", OCCASIONS),
    must("holiday_has_day", "(occasion = 'holiday') = (month_day IS NOT NULL)"),
    must("days_before_sensible", "days_before BETWEEN 0 AND 60"),
)

care_run = Table(
    "care_run",
    metadata,
    number(),
    ref("rule_id", "care_rule.id"),
    day("run_on"),
    when("at"),
    count("matched"),
    count("queued"),
    count("skipped"),
    must("adds_up", "matched = queued + skipped"),
    UniqueConstraint("rule_id", "run_on"),
)

campaign = Table(
    "campaign",
    metadata,
    number(),
    words("name"),
    ref("segment_id", "segment.id"),
    ref("template_id", "template.id"),
    ref("promotion_id", "promotion.id", null=True),
    count("control_percent"),
    count("seed"),
    words("status"),
    when("made_at"),
    when("frozen_at", null=True),
    ref("staff_id", "staff.id"),
    one_of("status", CAMPAIGN_STATUSES),
    must("control_sensible", "control_percent BETWEEN 0 AND 90"),
)

campaign_target = Table(
    "campaign_target",
    metadata,
    ref("campaign_id", "campaign.id", primary_key=True),
    ref("member_id", "member.id", primary_key=True),
    words("arm"),
    one_of("arm", ARMS),
    Index("ix_campaign_target_member_id", "member_id"),
    info=APPEND_ONLY,
)

outbox = Table(
    "outbox",
    metadata,
    number(),
    words("once"),
    ref("member_id", "member.id"),
    words("channel"),
    words("purpose"),
    words("recipient_sealed", null=True),
    words("subject_sealed", null=True),
    words("body_sealed", null=True),
    ref("template_id", "template.id", null=True),
    ref("campaign_id", "campaign.id", null=True),
    ref("care_rule_id", "care_rule.id", null=True),
    ref("ticket_id", "ticket.id", null=True),
    when("made_at"),
    when("not_before"),
    words("status"),
    count("attempts"),
    words("lease_owner", null=True),
    when("lease_until", null=True),
    when("handed_over_at", null=True),
    when("sent_at", null=True),
    words("problem", null=True),
    one_of("channel", MESSAGE_CHANNELS),
    one_of("purpose", MESSAGE_PURPOSES),
    one_of("status", OUTBOX_STATUSES),
    must("attempts_not_negative", "attempts >= 0"),
    must("sent_has_time", "(status = 'sent') = (sent_at IS NOT NULL)"),
    must(
        "leased_has_owner",
        "(status = 'leased') = (lease_owner IS NOT NULL AND lease_until IS NOT NULL)",
    ),
    UniqueConstraint("once"),
    Index("ix_outbox_status_not_before", "status", "not_before"),
    Index("ix_outbox_member_id", "member_id"),
    Index("ix_outbox_campaign_id", "campaign_id"),
)

outbox_attempt = Table(
    "outbox_attempt",
    metadata,
    number(),
    ref("outbox_id", "outbox.id"),
    when("at"),
    words("worker"),
    words("result"),
    words("detail", null=True),
    Index("ix_outbox_attempt_outbox_id", "outbox_id"),
    info=APPEND_ONLY,
)
