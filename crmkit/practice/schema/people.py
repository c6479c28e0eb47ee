"""Members: who they are, what they agreed to, which of them belong together."""

from sqlalchemy import Column, Index, Table, Text, UniqueConstraint

from crmkit.codes import (
    CONSENT_PURPOSES,
    GENDERS,
    MEMBER_STATUSES,
    MESSAGE_CHANNELS,
    SEALED_FIELDS,
)
from crmkit.practice.schema.columns import (
    APPEND_ONLY,
    cents,
    code,
    count,
    flag,
    metadata,
    must,
    number,
    one_of,
    only_one,
    ref,
    when,
    words,
)

member = Table(
    "member",
    metadata,
    code(),
    ref("survivor_id", "member.id"),
    words("status"),
    words("name_sealed", null=True),
    words("name_token", null=True),
    words("phone_sealed", null=True),
    words("phone_token", null=True),
    words("phone_tail_token", null=True),
    words("email_sealed", null=True),
    words("email_token", null=True),
    words("card_sealed", null=True),
    words("card_token", null=True),
    words("birth_date_sealed", null=True),
    words("birthday_token", null=True),
    words("note_sealed", null=True),
    words("gender", null=True),
    words("district", null=True),
    words("occupation", null=True),
    words("household", null=True),
    ref("level", "member_level.id"),
    when("joined_at"),
    ref("home_store_id", "store.id"),
    when("erased_at", null=True),
    one_of("status", MEMBER_STATUSES),
    one_of("gender", GENDERS),
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
    Index("ix_member_survivor_id", "survivor_id"),
    Index("ix_member_home_store_id_status_id", "home_store_id", "status", "id"),
    Index("ix_member_home_store_id_status_joined_at", "home_store_id", "status", "joined_at", "id"),
    Index("ix_member_phone_token", "phone_token"),
    only_one("uq_member_live_phone", "phone_token", where="status = 'live'"),
    only_one("uq_member_live_card", "card_token", where="status = 'live'"),
    Index("ix_member_card_token", "card_token"),
    Index("ix_member_phone_tail_token_home_store_id", "phone_tail_token", "home_store_id"),
    Index("ix_member_name_token", "name_token"),
    Index("ix_member_email_token", "email_token"),
    Index("ix_member_birthday_token", "birthday_token"),
)

member_level = Table(
    "member_level",
    metadata,
    code(),
    count("rank"),
    cents("from_spend"),
    count("points_per_100_yuan"),
    must("points_not_negative", "points_per_100_yuan >= 0"),
    UniqueConstraint("rank"),
)

member_preference = Table(
    "member_preference",
    metadata,
    ref("member_id", "member.id", primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    when("at"),
    words("source"),
)

member_merge = Table(
    "member_merge",
    metadata,
    number(),
    when("at"),
    ref("staff_id", "staff.id"),
    ref("kept_id", "member.id"),
    ref("merged_id", "member.id"),
    words("along"),
    words("filled"),
    words("kept_level"),
    when("kept_joined_at"),
    must("two_records", "kept_id <> merged_id"),
    Index("ix_member_merge_merged_id", "merged_id"),
    Index("ix_member_merge_kept_id", "kept_id"),
    info=APPEND_ONLY | {"said": "reason"},
)

member_unmerge = Table(
    "member_unmerge",
    metadata,
    number(),
    ref("merge_id", "member_merge.id"),
    when("at"),
    ref("staff_id", "staff.id"),
    UniqueConstraint("merge_id"),
    info=APPEND_ONLY | {"said": "reason"},
)

segment = Table(
    "segment",
    metadata,
    code(),
    words("name"),
    words("rule"),
    when("made_at"),
    ref("staff_id", "staff.id"),
)

member_segment = Table(
    "member_segment",
    metadata,
    ref("segment_id", "segment.id", primary_key=True),
    ref("member_id", "member.id", primary_key=True),
    when("since"),
    Index("ix_member_segment_member_id", "member_id"),
)

consent_event = Table(
    "consent_event",
    metadata,
    number(),
    when("at"),
    ref("member_id", "member.id"),
    words("purpose"),
    words("channel"),
    flag("given"),
    ref("staff_id", "staff.id"),
    one_of("purpose", CONSENT_PURPOSES),
    one_of("channel", MESSAGE_CHANNELS),
    Index("ix_consent_event_member_id_purpose_channel", "member_id", "purpose", "channel"),
    info=APPEND_ONLY | {"said": "source"},
)

reveal = Table(
    "reveal",
    metadata,
    number(),
    when("at"),
    ref("staff_id", "staff.id"),
    ref("member_id", "member.id"),
    words("field"),
    one_of("field", SEALED_FIELDS),
    Index("ix_reveal_member_id", "member_id"),
    info=APPEND_ONLY | {"said": "reason"},
)

referral = Table(
    "referral",
    metadata,
    number(),
    when("at"),
    ref("member_id", "member.id"),
    ref("joined_member_id", "member.id", null=True),
    when("joined_at", null=True),
    must("not_oneself", "joined_member_id IS NULL OR joined_member_id <> member_id"),
    must("joined_has_time", "(joined_member_id IS NULL) = (joined_at IS NULL)"),
    UniqueConstraint("joined_member_id"),
    Index("ix_referral_member_id", "member_id"),
)
