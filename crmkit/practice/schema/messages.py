"""What is written to members: templates, care, campaigns, the outbox."""

from crmkit import codes
from crmkit.practice.schema.columns import *

template = table(
    "template",
    number(),
    words("name"),
    coded("channel", codes.MESSAGE_CHANNELS),
    coded("language", codes.TEMPLATE_LANGUAGES, "language"),
    words("subject", null=True),
    words("body"),
    when("made_at"),
    ref("staff_id"),
    active(),
    must("email_has_subject", "channel <> 'email' OR subject IS NOT NULL"),
)

care_rule = table(
    "care_rule",
    number(),
    words("name"),
    coded("occasion", codes.OCCASIONS, "occasion"),
    words("month_day", null=True),
    count("days_before"),
    ref("template_id"),
    ref("segment_id", null=True),
    active(),
    must("holiday_has_day", "(occasion = 'holiday') = (month_day IS NOT NULL)"),
    must("days_before_sensible", "days_before BETWEEN 0 AND 60"),
)

care_run = table(
    "care_run",
    number(),
    ref("rule_id", "care_rule.id"),
    day("run_on"),
    when("at"),
    count("matched queued skipped late"),
    must("adds_up", "matched = queued + skipped"),
    UniqueConstraint("rule_id", "run_on"),
)

campaign = table(
    "campaign",
    number(),
    words("name"),
    ref("segment_id template_id"),
    ref("promotion_id", null=True),
    count("control_percent seed"),
    coded("status", codes.CAMPAIGN_STATUSES, "campaign_status"),
    when("made_at"),
    when("frozen_at", null=True),
    ref("staff_id"),
    must("control_sensible", "control_percent BETWEEN 0 AND 90"),
)

campaign_target = ledger(
    "campaign_target",
    ref("campaign_id member_id", primary_key=True),
    coded("arm", codes.ARMS),
    by("member_id"),
)

outbox = table(
    "outbox",
    number(),
    words("once"),
    ref("member_id"),
    coded("channel", codes.MESSAGE_CHANNELS),
    coded("purpose", codes.MESSAGE_PURPOSES),
    words("subject_sealed body_sealed", null=True),
    ref("template_id campaign_id care_rule_id ticket_id", null=True),
    when("made_at not_before"),
    day("last_day"),
    coded("status", codes.OUTBOX_STATUSES, "outbox_status"),
    count("attempts", least=0),
    words("lease_owner", null=True),
    when("lease_until handed_over_at sent_at", null=True),
    words("problem", null=True),
    must("sent_has_time", "(status = 'sent') = (sent_at IS NOT NULL)"),
    must(
        "leased_has_owner",
        "(status = 'leased') = (lease_owner IS NOT NULL AND lease_until IS NOT NULL)",
    ),
    UniqueConstraint("once"),
    by("status not_before", "member_id", "campaign_id"),
)

outbox_attempt = ledger(
    "outbox_attempt",
    number(),
    ref("outbox_id"),
    when("at"),
    words("worker result"),
    words("detail", null=True),
    by("outbox_id"),
)
