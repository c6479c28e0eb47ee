"""What staff do with members besides selling: follow-ups, opportunities, tickets, surveys."""

from crmkit import codes
from crmkit.practice.schema.columns import *

followup_plan = table(
    "followup_plan",
    number(),
    words("name"),
    ref("segment_id"),
    ref("store_id", null=True),
    coded("kind", codes.FOLLOWUP_KINDS),
    words("script"),
    count("every_days", least=1),
    day("starts_on ends_on"),
    active(),
    ref("staff_id"),
    must("days_in_order", "starts_on <= ends_on"),
)

followup_task = table(
    "followup_task",
    number(),
    ref("plan_id", "followup_plan.id"),
    ref("member_id"),
    count("cycle"),
    ref("store_id"),
    ref("staff_id", null=True),
    day("due_on"),
    words("why"),
    coded("status", codes.TASK_STATUSES, "task_status"),
    coded("outcome", codes.FOLLOWUP_OUTCOMES, null=True),
    coded("next_step", codes.NEXT_STEPS, null=True),
    day("next_on", null=True),
    words("note_sealed", null=True),
    when("done_at", null=True),
    ref("ticket_id opportunity_id", null=True),
    must(
        "done_is_complete",
        "status <> 'done' OR (outcome IS NOT NULL AND next_step IS NOT NULL"
        " AND done_at IS NOT NULL)",
    ),
    UniqueConstraint("plan_id", "member_id", "cycle"),
    by("store_id status due_on", "member_id"),
)

opportunity = table(
    "opportunity",
    number(),
    ref("member_id store_id staff_id"),
    words("title_sealed", null=True),
    ref("product_id", null=True),
    cents("amount", least=0),
    day("expected_on", null=True),
    coded("stage", codes.OPPORTUNITY_STAGES),
    words("next_action_sealed", null=True),
    day("next_on", null=True),
    coded("lost_reason", codes.LOST_REASONS, null=True),
    ref("sale_id", null=True),
    when("opened_at"),
    when("closed_at", null=True),
    must("lost_with_reason", "(stage = 'lost') = (lost_reason IS NOT NULL)"),
    must("closed_has_time", "(stage IN ('won', 'lost')) = (closed_at IS NOT NULL)"),
    by("member_id", "store_id stage"),
)

opportunity_stage = ledger(
    "opportunity_stage",
    number(),
    ref("opportunity_id"),
    when("at"),
    ref("staff_id"),
    words("from_stage", null=True),
    coded("to_stage", codes.OPPORTUNITY_STAGES, "stage"),
    words("reason", null=True),
    by("opportunity_id"),
)

ticket = table(
    "ticket",
    number(),
    ref("member_id", null=True),
    ref("store_id"),
    ref("sale_id", null=True),
    coded("channel", codes.TICKET_CHANNELS),
    coded("kind", codes.TICKET_KINDS),
    words("subject_sealed", null=True),
    coded("priority", codes.PRIORITIES),
    coded("status", codes.TICKET_STATUSES),
    ref("owner_id", "staff.id", null=True),
    when("opened_at first_due_at due_at"),
    when("first_response_at resolved_at", null=True),
    count("satisfaction", null=True),
    must("satisfaction_one_to_five", "satisfaction BETWEEN 1 AND 5"),
    must("resolved_has_time", "(status IN ('resolved', 'closed')) = (resolved_at IS NOT NULL)"),
    by("member_id", "store_id status due_at"),
)

ticket_message = table(
    "ticket_message",
    number(),
    ref("ticket_id"),
    when("at"),
    coded("direction", codes.DIRECTIONS, "direction"),
    coded("channel", codes.TICKET_CHANNELS),
    ref("staff_id", null=True),
    words("body_sealed", null=True),
    by("ticket_id"),
)

improvement = table(
    "improvement",
    number(),
    ref("ticket_id", null=True),
    ref("store_id"),
    ref("owner_id", "staff.id"),
    words("action_sealed", null=True),
    day("due_on recheck_on"),
    coded("status", codes.IMPROVEMENT_STATUSES, "improvement_status"),
    words("result_sealed", null=True),
    when("made_at"),
    when("done_at", null=True),
    must("days_in_order", "due_on <= recheck_on"),
    must("confirmed_with_result", "status <> 'confirmed' OR done_at IS NOT NULL"),
)

survey = table("survey", number(), words("name"), coded("kind", codes.SURVEY_KINDS), active())

survey_invite = table(
    "survey_invite",
    number(),
    ref("survey_id member_id"),
    ref("sale_id ticket_id", null=True),
    coded("channel", codes.TICKET_CHANNELS),
    words("code_token"),
    when("asked_at expires_at"),
    UniqueConstraint("code_token"),
    by("member_id"),
)

survey_answer = table(
    "survey_answer",
    number(),
    ref("invite_id", "survey_invite.id"),
    when("at"),
    count("csat_goods csat_service nps", null=True),
    words("comment_sealed", null=True),
    must("csat_goods_one_to_five", "csat_goods BETWEEN 1 AND 5"),
    must("csat_service_one_to_five", "csat_service BETWEEN 1 AND 5"),
    must("nps_zero_to_ten", "nps BETWEEN 0 AND 10"),
    UniqueConstraint("invite_id"),
)
