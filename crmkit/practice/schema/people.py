"""Members: who they are, what they agreed to, which of them belong together."""

from crmkit import codes
from crmkit.practice.schema.columns import *

member = table(
    "member",
    code(),
    ref("survivor_id", "member.id"),
    coded("status", codes.MEMBER_STATUSES, "member_status"),
    words(
        "name_sealed name_token phone_sealed phone_token phone_tail_token email_sealed email_token card_sealed card_token birth_date_sealed birthday_token note_sealed",
        null=True,
    ),
    coded("gender", codes.GENDERS, null=True),
    words("district occupation household", null=True),
    ref("level", "member_level.id"),
    when("joined_at"),
    ref("home_store_id", "store.id"),
    when("erased_at", null=True),
    must("merged_points_elsewhere", "(status = 'merged') = (survivor_id <> id)"),
    must("erased_has_time", "(status = 'erased') = (erased_at IS NOT NULL)"),
    must(
        "erased_is_empty",
        "status <> 'erased' OR (name_sealed IS NULL AND name_token IS NULL"
        " AND phone_sealed IS NULL AND phone_token IS NULL AND phone_tail_token IS NULL"
        " AND email_sealed IS NULL AND email_token IS NULL AND card_sealed IS NULL"
        " AND card_token IS NULL AND birth_date_sealed IS NULL AND birthday_token IS NULL"
        " AND note_sealed IS NULL)",
    ),
    Index("ix_member_home_store_id_status_joined_at", "home_store_id", "status", "joined_at", "id"),
    only_one("uq_member_live_phone", "phone_token", where="status = 'live'"),
    only_one("uq_member_live_card", "card_token", where="status = 'live'"),
    by(
        "survivor_id",
        "home_store_id status id",
        "phone_token",
        "card_token",
        "phone_tail_token home_store_id",
        "name_token",
        "email_token",
        "birthday_token",
    ),
)

member_level = table(
    "member_level",
    code(),
    count("rank"),
    cents("from_spend"),
    count("points_per_100_yuan"),
    must("points_not_negative", "points_per_100_yuan >= 0"),
    UniqueConstraint("rank"),
)

member_preference = table(
    "member_preference",
    ref("member_id", primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    when("at"),
    words("source"),
)

member_merge = ledger(
    "member_merge",
    number(),
    when("at"),
    ref("staff_id"),
    ref("kept_id", "member.id"),
    ref("merged_id", "member.id"),
    words("along filled kept_level"),
    when("kept_joined_at"),
    must("two_records", "kept_id <> merged_id"),
    by("merged_id", "kept_id"),
    said="reason",
)

member_unmerge = ledger(
    "member_unmerge",
    number(),
    ref("merge_id", "member_merge.id"),
    when("at"),
    ref("staff_id"),
    UniqueConstraint("merge_id"),
    said="reason",
)

segment = table("segment", code(), words("name rule"), when("made_at"), ref("staff_id"))

member_segment = table(
    "member_segment", ref("segment_id member_id", primary_key=True), when("since"), by("member_id")
)

consent_event = ledger(
    "consent_event",
    number(),
    when("at"),
    ref("member_id"),
    coded("purpose", codes.CONSENT_PURPOSES),
    coded("channel", codes.CONSENT_CHANNELS),
    flag("given"),
    ref("staff_id"),
    by("member_id purpose channel"),
    said="source",
)

reveal = ledger(
    "reveal",
    number(),
    when("at"),
    ref("staff_id member_id"),
    coded("field", codes.SEALED_FIELDS, "field"),
    by("member_id"),
    said="reason",
)

referral = table(
    "referral",
    number(),
    when("at"),
    ref("member_id"),
    ref("joined_member_id", "member.id", null=True),
    when("joined_at", null=True),
    must("not_oneself", "joined_member_id IS NULL OR joined_member_id <> member_id"),
    must("joined_has_time", "(joined_member_id IS NULL) = (joined_at IS NULL)"),
    UniqueConstraint("joined_member_id"),
    by("member_id"),
)
