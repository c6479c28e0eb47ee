"""The shop as it was first made.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

from crmkit.practice.schema import Number, Utc

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "counter",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", Number, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counter")),
    )
    op.create_table(
        "member_level",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("from_spend", Number, nullable=False),
        sa.Column("points_per_100_yuan", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "points_per_100_yuan >= 0", name=op.f("ck_member_level_points_not_negative")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_level")),
        sa.UniqueConstraint("rank", name=op.f("uq_member_level_rank")),
    )
    op.create_table(
        "product",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), nullable=True),
        sa.Column("brand", sa.Text(), nullable=True),
        sa.Column("list_price", Number, nullable=False),
        sa.Column("cost", Number, nullable=False),
        sa.Column("launched_on", sa.Date(), nullable=True),
        sa.Column("shelf", sa.Text(), nullable=True),
        sa.Column("barcode", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("cost >= 0", name=op.f("ck_product_cost_not_negative")),
        sa.CheckConstraint("list_price >= 0", name=op.f("ck_product_list_price_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
    )
    op.create_index("uq_product_barcode", "product", ["barcode"], unique=True)
    op.create_table(
        "role",
        sa.Column("id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role")),
    )
    op.create_table(
        "setting",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_setting")),
    )
    op.create_table(
        "shop",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("scene", sa.Text(), nullable=True),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("clock_at", Utc(), nullable=True),
        sa.Column("key_check", sa.Text(), nullable=False),
        sa.Column("audit_head", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('practice', 'served')", name=op.f("ck_shop_kind_known")),
        sa.CheckConstraint("id = 1", name=op.f("ck_shop_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop")),
    )
    op.create_table(
        "store",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("district", sa.Text(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("climate", sa.Text(), nullable=True),
        sa.Column("spending_level", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_store")),
    )
    op.create_table(
        "survey",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("kind IN ('csat', 'nps', 'both')", name=op.f("ck_survey_kind_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey")),
    )
    op.create_table(
        "location",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'store') = (store_id IS NOT NULL)", name=op.f("ck_location_store_has_store")
        ),
        sa.CheckConstraint(
            "(kind IN ('store', 'transit')) = (id NOT LIKE '@%')",
            name=op.f("ck_location_outside_starts_with_at"),
        ),
        sa.CheckConstraint(
            "kind IN ('store', 'transit', 'supplier', 'customer', 'loss', 'adjust')",
            name=op.f("ck_location_kind_known"),
        ),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_location_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_location")),
    )
    op.create_table(
        "member",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("survivor_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("name_sealed", sa.Text(), nullable=True),
        sa.Column("name_token", sa.Text(), nullable=True),
        sa.Column("phone_sealed", sa.Text(), nullable=True),
        sa.Column("phone_token", sa.Text(), nullable=True),
        sa.Column("phone_tail_token", sa.Text(), nullable=True),
        sa.Column("email_sealed", sa.Text(), nullable=True),
        sa.Column("email_token", sa.Text(), nullable=True),
        sa.Column("card_sealed", sa.Text(), nullable=True),
        sa.Column("card_token", sa.Text(), nullable=True),
        sa.Column("birth_date_sealed", sa.Text(), nullable=True),
        sa.Column("birthday_token", sa.Text(), nullable=True),
        sa.Column("note_sealed", sa.Text(), nullable=True),
        sa.Column("gender", sa.Text(), nullable=True),
        sa.Column("district", sa.Text(), nullable=True),
        sa.Column("occupation", sa.Text(), nullable=True),
        sa.Column("household", sa.Text(), nullable=True),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("joined_at", Utc(), nullable=False),
        sa.Column("home_store_id", sa.Text(), nullable=False),
        sa.Column("erased_at", Utc(), nullable=True),
        sa.CheckConstraint(
            "(status = 'erased') = (erased_at IS NOT NULL)", name=op.f("ck_member_erased_has_time")
        ),
        sa.CheckConstraint(
            "(status = 'merged') = (survivor_id <> id)",
            name=op.f("ck_member_merged_points_elsewhere"),
        ),
        sa.CheckConstraint(
            "gender IN ('female', 'male', 'undisclosed')", name=op.f("ck_member_gender_known")
        ),
        sa.CheckConstraint(
            "status <> 'erased' OR (name_sealed IS NULL AND name_token IS NULL AND phone_sealed IS NULL AND phone_token IS NULL AND phone_tail_token IS NULL AND email_sealed IS NULL AND email_token IS NULL AND card_sealed IS NULL AND card_token IS NULL AND birth_date_sealed IS NULL AND birthday_token IS NULL AND note_sealed IS NULL)",
            name=op.f("ck_member_erased_is_empty"),
        ),
        sa.CheckConstraint(
            "status IN ('live', 'merged', 'erased')", name=op.f("ck_member_status_known")
        ),
        sa.ForeignKeyConstraint(
            ["home_store_id"], ["store.id"], name=op.f("fk_member_home_store_id")
        ),
        sa.ForeignKeyConstraint(["level"], ["member_level.id"], name=op.f("fk_member_level")),
        sa.ForeignKeyConstraint(["survivor_id"], ["member.id"], name=op.f("fk_member_survivor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")),
    )
    op.create_index("ix_member_birthday_token", "member", ["birthday_token"], unique=False)
    op.create_index("ix_member_card_token", "member", ["card_token"], unique=False)
    op.create_index("ix_member_email_token", "member", ["email_token"], unique=False)
    op.create_index("ix_member_name_token", "member", ["name_token"], unique=False)
    op.create_index(
        "ix_member_phone_tail_token_home_store_id",
        "member",
        ["phone_tail_token", "home_store_id"],
        unique=False,
    )
    op.create_index("ix_member_phone_token", "member", ["phone_token"], unique=False)
    op.create_index("ix_member_survivor_id", "member", ["survivor_id"], unique=False)
    op.create_index(
        "uq_member_live_card",
        "member",
        ["card_token"],
        unique=True,
        sqlite_where=sa.text("status = 'live'"),
        postgresql_where=sa.text("status = 'live'"),
    )
    op.create_index(
        "uq_member_live_phone",
        "member",
        ["phone_token"],
        unique=True,
        sqlite_where=sa.text("status = 'live'"),
        postgresql_where=sa.text("status = 'live'"),
    )
    op.create_table(
        "promotion",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("threshold", Number, nullable=True),
        sa.Column("amount_off", Number, nullable=True),
        sa.Column("percent_off", sa.Integer(), nullable=True),
        sa.Column("gift_product_id", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("coupon_only", sa.Boolean(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "kind <> 'gift' OR gift_product_id IS NOT NULL", name=op.f("ck_promotion_gift_complete")
        ),
        sa.CheckConstraint(
            "kind <> 'percent_off' OR (percent_off IS NOT NULL AND percent_off BETWEEN 1 AND 99)",
            name=op.f("ck_promotion_percent_complete"),
        ),
        sa.CheckConstraint(
            "kind <> 'threshold' OR (threshold IS NOT NULL AND amount_off IS NOT NULL AND amount_off > 0 AND amount_off <= threshold)",
            name=op.f("ck_promotion_threshold_complete"),
        ),
        sa.CheckConstraint(
            "kind IN ('percent_off', 'threshold', 'gift')", name=op.f("ck_promotion_kind_known")
        ),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_promotion_days_in_order")),
        sa.ForeignKeyConstraint(
            ["gift_product_id"], ["product.id"], name=op.f("fk_promotion_gift_product_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotion")),
    )
    op.create_table(
        "reorder_rule",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("reorder_point", sa.Integer(), nullable=False),
        sa.Column("order_up_to", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "reorder_point >= 0 AND order_up_to > reorder_point",
            name=op.f("ck_reorder_rule_levels_in_order"),
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_reorder_rule_product_id")
        ),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_reorder_rule_store_id")),
        sa.PrimaryKeyConstraint("store_id", "product_id", name=op.f("pk_reorder_rule")),
    )
    op.create_table(
        "reward",
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("points > 0", name=op.f("ck_reward_points_positive")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_reward_product_id")),
        sa.PrimaryKeyConstraint("product_id", name=op.f("pk_reward")),
    )
    op.create_table(
        "role_permission",
        sa.Column("role_id", sa.Text(), nullable=False),
        sa.Column("permission", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name=op.f("fk_role_permission_role_id")),
        sa.PrimaryKeyConstraint("role_id", "permission", name=op.f("pk_role_permission")),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("home_store_id", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["home_store_id"], ["store.id"], name=op.f("fk_staff_home_store_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", Number, autoincrement=False, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('done', 'refused')", name=op.f("ck_audit_entry_outcome_known")
        ),
        sa.CheckConstraint("id >= 1", name=op.f("ck_audit_entry_numbered_from_one")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_audit_entry_staff_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_audit_entry_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index("ix_audit_entry_staff_id_at", "audit_entry", ["staff_id", "at"], unique=False)
    op.create_index("ix_audit_entry_subject", "audit_entry", ["subject"], unique=False)
    op.create_table(
        "command_log",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("result_sealed", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_command_log_staff_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_command_log")),
    )
    op.create_index("ix_command_log_subject", "command_log", ["subject"], unique=False)
    op.create_table(
        "consent_event",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "channel IN ('email', 'sms', 'mini_program')",
            name=op.f("ck_consent_event_channel_known"),
        ),
        sa.CheckConstraint(
            "purpose IN ('marketing', 'profiling', 'sharing')",
            name=op.f("ck_consent_event_purpose_known"),
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_consent_event_member_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_consent_event_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_event")),
    )
    op.create_index(
        "ix_consent_event_member_id_purpose_channel",
        "consent_event",
        ["member_id", "purpose", "channel"],
        unique=False,
    )
    op.create_table(
        "coupon",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("promotion_id", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("made_at", Utc(), nullable=False),
        sa.CheckConstraint("valid_from <= valid_to", name=op.f("ck_coupon_days_in_order")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_coupon_member_id")),
        sa.ForeignKeyConstraint(
            ["promotion_id"], ["promotion.id"], name=op.f("fk_coupon_promotion_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon")),
    )
    op.create_index("ix_coupon_member_id", "coupon", ["member_id"], unique=False)
    op.create_table(
        "import_run",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.CheckConstraint("rows = added + changed + refused", name=op.f("ck_import_run_adds_up")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_import_run_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
    )
    op.create_table(
        "member_merge",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("kept_id", sa.Text(), nullable=False),
        sa.Column("merged_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("kept_id <> merged_id", name=op.f("ck_member_merge_two_records")),
        sa.ForeignKeyConstraint(["kept_id"], ["member.id"], name=op.f("fk_member_merge_kept_id")),
        sa.ForeignKeyConstraint(
            ["merged_id"], ["member.id"], name=op.f("fk_member_merge_merged_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_member_merge_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_merge")),
        sa.UniqueConstraint("merged_id", name=op.f("uq_member_merge_merged_id")),
    )
    op.create_table(
        "member_preference",
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_member_preference_member_id")
        ),
        sa.PrimaryKeyConstraint("member_id", "kind", "value", name=op.f("pk_member_preference")),
    )
    op.create_table(
        "referral",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("joined_member_id", sa.Text(), nullable=True),
        sa.Column("joined_at", Utc(), nullable=True),
        sa.CheckConstraint(
            "(joined_member_id IS NULL) = (joined_at IS NULL)",
            name=op.f("ck_referral_joined_has_time"),
        ),
        sa.CheckConstraint(
            "joined_member_id IS NULL OR joined_member_id <> member_id",
            name=op.f("ck_referral_not_oneself"),
        ),
        sa.ForeignKeyConstraint(
            ["joined_member_id"], ["member.id"], name=op.f("fk_referral_joined_member_id")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_referral_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
        sa.UniqueConstraint("joined_member_id", name=op.f("uq_referral_joined_member_id")),
    )
    op.create_index("ix_referral_member_id", "referral", ["member_id"], unique=False)
    op.create_table(
        "reveal",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "field IN ('name', 'phone', 'email', 'card', 'birth_date', 'note')",
            name=op.f("ck_reveal_field_known"),
        ),
        sa.CheckConstraint("length(trim(reason)) >= 4", name=op.f("ck_reveal_reason_given")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_reveal_member_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_reveal_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reveal")),
    )
    op.create_index("ix_reveal_member_id", "reveal", ["member_id"], unique=False)
    op.create_table(
        "sale",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("gross", Number, nullable=False),
        sa.Column("discount", Number, nullable=False),
        sa.Column("total", Number, nullable=False),
        sa.Column("paid", Number, nullable=False),
        sa.Column("points_value", Number, nullable=False),
        sa.Column("points_paid", sa.Integer(), nullable=False),
        sa.Column("points_earned", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "channel IN ('store', 'web', 'mini_program')", name=op.f("ck_sale_channel_known")
        ),
        sa.CheckConstraint(
            "discount >= 0 AND discount <= gross", name=op.f("ck_sale_discount_within_gross")
        ),
        sa.CheckConstraint(
            "member_id IS NOT NULL OR (points_paid = 0 AND points_earned = 0)",
            name=op.f("ck_sale_points_need_member"),
        ),
        sa.CheckConstraint(
            "points_paid >= 0 AND points_earned >= 0 AND points_value >= 0",
            name=op.f("ck_sale_points_not_negative"),
        ),
        sa.CheckConstraint("total = gross - discount", name=op.f("ck_sale_total_adds_up")),
        sa.CheckConstraint("total = paid + points_value", name=op.f("ck_sale_settled")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_sale_member_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_sale_staff_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_sale_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sale")),
    )
    op.create_index("ix_sale_at", "sale", ["at"], unique=False)
    op.create_index("ix_sale_member_id_at", "sale", ["member_id", "at"], unique=False)
    op.create_index("ix_sale_store_id_at", "sale", ["store_id", "at"], unique=False)
    op.create_table(
        "segment",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("made_at", Utc(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_segment_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment")),
    )
    op.create_table(
        "shift_close",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("from_at", Utc(), nullable=False),
        sa.Column("to_at", Utc(), nullable=False),
        sa.Column("cash_expected", Number, nullable=False),
        sa.Column("cash_counted", Number, nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint("cash_counted >= 0", name=op.f("ck_shift_close_cash_not_negative")),
        sa.CheckConstraint("from_at <= to_at", name=op.f("ck_shift_close_times_in_order")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_shift_close_staff_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_shift_close_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_close")),
    )
    op.create_index(
        "ix_shift_close_store_id_to_at", "shift_close", ["store_id", "to_at"], unique=False
    )
    op.create_table(
        "staff_role",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("role_id", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name=op.f("fk_staff_role_role_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_role_staff_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_staff_role_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_role")),
        sa.UniqueConstraint(
            "staff_id", "role_id", "store_id", name=op.f("uq_staff_role_staff_id_role_id_store_id")
        ),
    )
    op.create_index(
        "uq_staff_role_everywhere",
        "staff_role",
        ["staff_id", "role_id"],
        unique=True,
        sqlite_where=sa.text("store_id IS NULL"),
        postgresql_where=sa.text("store_id IS NULL"),
    )
    op.create_table(
        "stocktake",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("opened_at", Utc(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("closed_at", Utc(), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(status = 'open') = (closed_at IS NULL)", name=op.f("ck_stocktake_open_has_no_end")
        ),
        sa.CheckConstraint(
            "status IN ('open', 'closed', 'cancelled')", name=op.f("ck_stocktake_status_known")
        ),
        sa.ForeignKeyConstraint(["closed_by"], ["staff.id"], name=op.f("fk_stocktake_closed_by")),
        sa.ForeignKeyConstraint(["opened_by"], ["staff.id"], name=op.f("fk_stocktake_opened_by")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_stocktake_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stocktake")),
    )
    op.create_index(
        "uq_stocktake_one_open",
        "stocktake",
        ["store_id"],
        unique=True,
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_table(
        "template",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("made_at", Utc(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "channel <> 'email' OR subject IS NOT NULL", name=op.f("ck_template_email_has_subject")
        ),
        sa.CheckConstraint(
            "channel IN ('email', 'sms', 'mini_program')", name=op.f("ck_template_channel_known")
        ),
        sa.CheckConstraint("language IN ('zh', 'en')", name=op.f("ck_template_language_known")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_template_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template")),
    )
    op.create_table(
        "transfer",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("sent_at", Utc(), nullable=False),
        sa.Column("from_store_id", sa.Text(), nullable=False),
        sa.Column("to_store_id", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("closed_at", Utc(), nullable=True),
        sa.CheckConstraint("from_store_id <> to_store_id", name=op.f("ck_transfer_two_stores")),
        sa.ForeignKeyConstraint(
            ["from_store_id"], ["store.id"], name=op.f("fk_transfer_from_store_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_transfer_staff_id")),
        sa.ForeignKeyConstraint(
            ["to_store_id"], ["store.id"], name=op.f("fk_transfer_to_store_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer")),
    )
    op.create_index(
        "ix_transfer_to_store_id_closed_at", "transfer", ["to_store_id", "closed_at"], unique=False
    )
    op.create_table(
        "campaign",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("segment_id", sa.Text(), nullable=False),
        sa.Column("template_id", Number, nullable=False),
        sa.Column("promotion_id", sa.Text(), nullable=True),
        sa.Column("control_percent", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("made_at", Utc(), nullable=False),
        sa.Column("frozen_at", Utc(), nullable=True),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "status IN ('draft', 'frozen', 'sent', 'cancelled')",
            name=op.f("ck_campaign_status_known"),
        ),
        sa.CheckConstraint(
            "control_percent BETWEEN 0 AND 90", name=op.f("ck_campaign_control_sensible")
        ),
        sa.ForeignKeyConstraint(
            ["promotion_id"], ["promotion.id"], name=op.f("fk_campaign_promotion_id")
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["segment.id"], name=op.f("fk_campaign_segment_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_campaign_staff_id")),
        sa.ForeignKeyConstraint(
            ["template_id"], ["template.id"], name=op.f("fk_campaign_template_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
    )
    op.create_table(
        "care_rule",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("month_day", sa.Text(), nullable=True),
        sa.Column("days_before", sa.Integer(), nullable=False),
        sa.Column("template_id", Number, nullable=False),
        sa.Column("segment_id", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(occasion = 'holiday') = (month_day IS NOT NULL)",
            name=op.f("ck_care_rule_holiday_has_day"),
        ),
        sa.CheckConstraint(
            "occasion IN ('birthday', 'holiday')", name=op.f("ck_care_rule_occasion_known")
        ),
        sa.CheckConstraint(
            "days_before BETWEEN 0 AND 60", name=op.f("ck_care_rule_days_before_sensible")
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["segment.id"], name=op.f("fk_care_rule_segment_id")
        ),
        sa.ForeignKeyConstraint(
            ["template_id"], ["template.id"], name=op.f("fk_care_rule_template_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_rule")),
    )
    op.create_table(
        "followup_plan",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("segment_id", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("script", sa.Text(), nullable=False),
        sa.Column("every_days", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('product_use', 'new_arrivals', 'offer')",
            name=op.f("ck_followup_plan_kind_known"),
        ),
        sa.CheckConstraint("every_days > 0", name=op.f("ck_followup_plan_every_days_positive")),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_followup_plan_days_in_order")),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["segment.id"], name=op.f("fk_followup_plan_segment_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_followup_plan_staff_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_followup_plan_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_followup_plan")),
    )
    op.create_table(
        "import_row",
        sa.Column("run_id", Number, nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("member_id", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "result IN ('added', 'changed', 'refused')", name=op.f("ck_import_row_result_known")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_import_row_member_id")),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_import_row_run_id")),
        sa.PrimaryKeyConstraint("run_id", "row", name=op.f("pk_import_row")),
    )
    op.create_index("ix_import_row_member_id", "import_row", ["member_id"], unique=False)
    op.create_table(
        "member_segment",
        sa.Column("segment_id", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("since", Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_member_segment_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["segment.id"], name=op.f("fk_member_segment_segment_id")
        ),
        sa.PrimaryKeyConstraint("segment_id", "member_id", name=op.f("pk_member_segment")),
    )
    op.create_index("ix_member_segment_member_id", "member_segment", ["member_id"], unique=False)
    op.create_table(
        "opportunity",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=True),
        sa.Column("amount", Number, nullable=False),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("next_action", sa.Text(), nullable=True),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("lost_reason", sa.Text(), nullable=True),
        sa.Column("sale_id", Number, nullable=True),
        sa.Column("opened_at", Utc(), nullable=False),
        sa.Column("closed_at", Utc(), nullable=True),
        sa.CheckConstraint(
            "(stage = 'lost') = (lost_reason IS NOT NULL)",
            name=op.f("ck_opportunity_lost_with_reason"),
        ),
        sa.CheckConstraint(
            "(stage IN ('won', 'lost')) = (closed_at IS NOT NULL)",
            name=op.f("ck_opportunity_closed_has_time"),
        ),
        sa.CheckConstraint(
            "lost_reason IN ('price', 'out_of_stock', 'competitor', 'no_need', 'no_reply')",
            name=op.f("ck_opportunity_lost_reason_known"),
        ),
        sa.CheckConstraint(
            "stage IN ('interested', 'contacted', 'tried', 'quoted', 'won', 'lost')",
            name=op.f("ck_opportunity_stage_known"),
        ),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_opportunity_amount_not_negative")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_opportunity_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_opportunity_product_id")
        ),
        sa.ForeignKeyConstraint(["sale_id"], ["sale.id"], name=op.f("fk_opportunity_sale_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_opportunity_staff_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_opportunity_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opportunity")),
    )
    op.create_index("ix_opportunity_member_id", "opportunity", ["member_id"], unique=False)
    op.create_index(
        "ix_opportunity_store_id_stage", "opportunity", ["store_id", "stage"], unique=False
    )
    op.create_table(
        "payment",
        sa.Column("sale_id", Number, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("amount", Number, nullable=False),
        sa.CheckConstraint(
            "method IN ('wechat', 'alipay', 'card', 'cash', 'gift_card')",
            name=op.f("ck_payment_method_known"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payment_amount_positive")),
        sa.ForeignKeyConstraint(["sale_id"], ["sale.id"], name=op.f("fk_payment_sale_id")),
        sa.PrimaryKeyConstraint("sale_id", "line", name=op.f("pk_payment")),
    )
    op.create_table(
        "points_lot",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("earned_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.Column("sale_id", Number, nullable=True),
        sa.CheckConstraint("earned_at < expires_at", name=op.f("ck_points_lot_times_in_order")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_points_lot_member_id")),
        sa.ForeignKeyConstraint(["sale_id"], ["sale.id"], name=op.f("fk_points_lot_sale_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_points_lot")),
    )
    op.create_index("ix_points_lot_expires_at", "points_lot", ["expires_at"], unique=False)
    op.create_index(
        "ix_points_lot_member_id_expires_at",
        "points_lot",
        ["member_id", "expires_at"],
        unique=False,
    )
    op.create_index("ix_points_lot_sale_id", "points_lot", ["sale_id"], unique=False)
    op.create_table(
        "reservation",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("made_at", Utc(), nullable=False),
        sa.Column("until", Utc(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("sale_id", Number, nullable=True),
        sa.CheckConstraint(
            "(status = 'collected') = (sale_id IS NOT NULL)",
            name=op.f("ck_reservation_collected_on_a_sale"),
        ),
        sa.CheckConstraint(
            "status IN ('held', 'collected', 'released')", name=op.f("ck_reservation_status_known")
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_reservation_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_reservation_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_reservation_product_id")
        ),
        sa.ForeignKeyConstraint(["sale_id"], ["sale.id"], name=op.f("fk_reservation_sale_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_reservation_staff_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_reservation_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservation")),
    )
    op.create_index(
        "ix_reservation_store_id_product_id_status",
        "reservation",
        ["store_id", "product_id", "status"],
        unique=False,
    )
    op.create_table(
        "sale_line",
        sa.Column("sale_id", Number, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("list_price", Number, nullable=False),
        sa.Column("discount", Number, nullable=False),
        sa.Column("amount", Number, nullable=False),
        sa.Column("cost", Number, nullable=False),
        sa.Column("promotion_id", sa.Text(), nullable=True),
        sa.Column("is_gift", sa.Boolean(), nullable=False),
        sa.CheckConstraint("NOT is_gift OR amount = 0", name=op.f("ck_sale_line_gift_is_free")),
        sa.CheckConstraint(
            "amount = list_price * quantity - discount", name=op.f("ck_sale_line_amount_adds_up")
        ),
        sa.CheckConstraint(
            "discount >= 0 AND amount >= 0", name=op.f("ck_sale_line_amount_not_negative")
        ),
        sa.CheckConstraint("list_price >= 0", name=op.f("ck_sale_line_list_price_not_negative")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_sale_line_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_sale_line_product_id")
        ),
        sa.ForeignKeyConstraint(
            ["promotion_id"], ["promotion.id"], name=op.f("fk_sale_line_promotion_id")
        ),
        sa.ForeignKeyConstraint(["sale_id"], ["sale.id"], name=op.f("fk_sale_line_sale_id")),
        sa.PrimaryKeyConstraint("sale_id", "line", name=op.f("pk_sale_line")),
    )
    op.create_index("ix_sale_line_product_id", "sale_line", ["product_id"], unique=False)
    op.create_table(
        "sale_offer",
        sa.Column("sale_id", Number, nullable=False),
        sa.Column("promotion_id", sa.Text(), nullable=False),
        sa.Column("coupon_id", sa.Text(), nullable=True),
        sa.Column("discount", Number, nullable=False),
        sa.CheckConstraint("discount >= 0", name=op.f("ck_sale_offer_discount_not_negative")),
        sa.ForeignKeyConstraint(["coupon_id"], ["coupon.id"], name=op.f("fk_sale_offer_coupon_id")),
        sa.ForeignKeyConstraint(
            ["promotion_id"], ["promotion.id"], name=op.f("fk_sale_offer_promotion_id")
        ),
        sa.ForeignKeyConstraint(["sale_id"], ["sale.id"], name=op.f("fk_sale_offer_sale_id")),
        sa.PrimaryKeyConstraint("sale_id", "promotion_id", name=op.f("pk_sale_offer")),
    )
    op.create_table(
        "sale_return",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("sale_id", Number, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("total", Number, nullable=False),
        sa.Column("refunded", Number, nullable=False),
        sa.Column("points_value", Number, nullable=False),
        sa.Column("points_missing_value", Number, nullable=False),
        sa.Column("points_back", sa.Integer(), nullable=False),
        sa.Column("points_taken", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "reason IN ('not_durable', 'unreliable', 'poor_performance', 'wrong_item', 'changed_mind', 'damaged_in_transit', 'near_expiry')",
            name=op.f("ck_sale_return_reason_known"),
        ),
        sa.CheckConstraint(
            "total = refunded + points_value + points_missing_value",
            name=op.f("ck_sale_return_settled"),
        ),
        sa.CheckConstraint(
            "total >= 0 AND refunded >= 0 AND points_value >= 0 AND points_missing_value >= 0 AND points_back >= 0 AND points_taken >= 0",
            name=op.f("ck_sale_return_not_negative"),
        ),
        sa.ForeignKeyConstraint(["sale_id"], ["sale.id"], name=op.f("fk_sale_return_sale_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_sale_return_staff_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_sale_return_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sale_return")),
    )
    op.create_index("ix_sale_return_sale_id", "sale_return", ["sale_id"], unique=False)
    op.create_index("ix_sale_return_store_id_at", "sale_return", ["store_id", "at"], unique=False)
    op.create_table(
        "stocktake_count",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("stocktake_id", Number, nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("book", sa.Integer(), nullable=False),
        sa.CheckConstraint("counted >= 0", name=op.f("ck_stocktake_count_counted_not_negative")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_stocktake_count_product_id")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_stocktake_count_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["stocktake_id"], ["stocktake.id"], name=op.f("fk_stocktake_count_stocktake_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stocktake_count")),
    )
    op.create_index(
        "ix_stocktake_count_stocktake_id_product_id",
        "stocktake_count",
        ["stocktake_id", "product_id"],
        unique=False,
    )
    op.create_table(
        "stocktake_line",
        sa.Column("stocktake_id", Number, nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_stocktake_line_product_id")
        ),
        sa.ForeignKeyConstraint(
            ["stocktake_id"], ["stocktake.id"], name=op.f("fk_stocktake_line_stocktake_id")
        ),
        sa.PrimaryKeyConstraint("stocktake_id", "product_id", name=op.f("pk_stocktake_line")),
    )
    op.create_table(
        "stocktake_result",
        sa.Column("stocktake_id", Number, nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("book", sa.Integer(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("difference", sa.Integer(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "difference = counted - book", name=op.f("ck_stocktake_result_difference_adds_up")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_stocktake_result_product_id")
        ),
        sa.ForeignKeyConstraint(
            ["stocktake_id"], ["stocktake.id"], name=op.f("fk_stocktake_result_stocktake_id")
        ),
        sa.PrimaryKeyConstraint("stocktake_id", "product_id", name=op.f("pk_stocktake_result")),
    )
    op.create_table(
        "ticket",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("member_id", sa.Text(), nullable=True),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("sale_id", Number, nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Text(), nullable=True),
        sa.Column("opened_at", Utc(), nullable=False),
        sa.Column("first_due_at", Utc(), nullable=False),
        sa.Column("due_at", Utc(), nullable=False),
        sa.Column("first_response_at", Utc(), nullable=True),
        sa.Column("resolved_at", Utc(), nullable=True),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(status IN ('resolved', 'closed')) = (resolved_at IS NOT NULL)",
            name=op.f("ck_ticket_resolved_has_time"),
        ),
        sa.CheckConstraint(
            "channel IN ('store', 'phone', 'web', 'mini_program', 'social', 'email', 'sms')",
            name=op.f("ck_ticket_channel_known"),
        ),
        sa.CheckConstraint(
            "kind IN ('complaint', 'enquiry', 'return_exchange', 'repair', 'delivery', 'points_account', 'suggestion')",
            name=op.f("ck_ticket_kind_known"),
        ),
        sa.CheckConstraint(
            "priority IN ('low', 'normal', 'high')", name=op.f("ck_ticket_priority_known")
        ),
        sa.CheckConstraint(
            "status IN ('open', 'in_progress', 'resolved', 'closed')",
            name=op.f("ck_ticket_status_known"),
        ),
        sa.CheckConstraint(
            "satisfaction BETWEEN 1 AND 5", name=op.f("ck_ticket_satisfaction_one_to_five")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_ticket_member_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["staff.id"], name=op.f("fk_ticket_owner_id")),
        sa.ForeignKeyConstraint(["sale_id"], ["sale.id"], name=op.f("fk_ticket_sale_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_ticket_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
    )
    op.create_index("ix_ticket_member_id", "ticket", ["member_id"], unique=False)
    op.create_index(
        "ix_ticket_store_id_status_due_at", "ticket", ["store_id", "status", "due_at"], unique=False
    )
    op.create_table(
        "transfer_line",
        sa.Column("transfer_id", Number, nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.CheckConstraint("sent > 0", name=op.f("ck_transfer_line_sent_positive")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_transfer_line_product_id")
        ),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["transfer.id"], name=op.f("fk_transfer_line_transfer_id")
        ),
        sa.PrimaryKeyConstraint("transfer_id", "product_id", name=op.f("pk_transfer_line")),
    )
    op.create_table(
        "campaign_target",
        sa.Column("campaign_id", Number, nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("arm", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "arm IN ('treatment', 'control')", name=op.f("ck_campaign_target_arm_known")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_target_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_campaign_target_member_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "member_id", name=op.f("pk_campaign_target")),
    )
    op.create_index("ix_campaign_target_member_id", "campaign_target", ["member_id"], unique=False)
    op.create_table(
        "care_run",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("rule_id", Number, nullable=False),
        sa.Column("run_on", sa.Date(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("matched", sa.Integer(), nullable=False),
        sa.Column("queued", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.CheckConstraint("matched = queued + skipped", name=op.f("ck_care_run_adds_up")),
        sa.ForeignKeyConstraint(["rule_id"], ["care_rule.id"], name=op.f("fk_care_run_rule_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_run")),
        sa.UniqueConstraint("rule_id", "run_on", name=op.f("uq_care_run_rule_id_run_on")),
    )
    op.create_table(
        "coupon_event",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("coupon_id", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sale_id", Number, nullable=True),
        sa.Column("return_id", Number, nullable=True),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'redeemed') = (sale_id IS NOT NULL)",
            name=op.f("ck_coupon_event_redeemed_on_a_sale"),
        ),
        sa.CheckConstraint(
            "(kind = 'restored') = (return_id IS NOT NULL)",
            name=op.f("ck_coupon_event_restored_by_a_return"),
        ),
        sa.CheckConstraint(
            "kind IN ('issued', 'redeemed', 'restored', 'withdrawn')",
            name=op.f("ck_coupon_event_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["coupon_id"], ["coupon.id"], name=op.f("fk_coupon_event_coupon_id")
        ),
        sa.ForeignKeyConstraint(
            ["return_id"], ["sale_return.id"], name=op.f("fk_coupon_event_return_id")
        ),
        sa.ForeignKeyConstraint(["sale_id"], ["sale.id"], name=op.f("fk_coupon_event_sale_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_coupon_event_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon_event")),
    )
    op.create_index("ix_coupon_event_coupon_id", "coupon_event", ["coupon_id"], unique=False)
    op.create_index("ix_coupon_event_sale_id", "coupon_event", ["sale_id"], unique=False)
    op.create_table(
        "followup_task",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("plan_id", Number, nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("next_step", sa.Text(), nullable=True),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("note_sealed", sa.Text(), nullable=True),
        sa.Column("done_at", Utc(), nullable=True),
        sa.Column("ticket_id", Number, nullable=True),
        sa.Column("opportunity_id", Number, nullable=True),
        sa.CheckConstraint(
            "next_step IN ('none', 'call_again', 'open_ticket', 'invite', 'send_offer')",
            name=op.f("ck_followup_task_next_step_known"),
        ),
        sa.CheckConstraint(
            "outcome IN ('happy', 'problem', 'bought', 'no_answer', 'declined')",
            name=op.f("ck_followup_task_outcome_known"),
        ),
        sa.CheckConstraint(
            "status <> 'done' OR (outcome IS NOT NULL AND next_step IS NOT NULL AND done_at IS NOT NULL)",
            name=op.f("ck_followup_task_done_is_complete"),
        ),
        sa.CheckConstraint(
            "status IN ('open', 'done', 'cancelled')", name=op.f("ck_followup_task_status_known")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_followup_task_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["opportunity_id"], ["opportunity.id"], name=op.f("fk_followup_task_opportunity_id")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["followup_plan.id"], name=op.f("fk_followup_task_plan_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_followup_task_staff_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_followup_task_store_id")),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_followup_task_ticket_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_followup_task")),
        sa.UniqueConstraint(
            "plan_id", "member_id", "cycle", name=op.f("uq_followup_task_plan_id_member_id_cycle")
        ),
    )
    op.create_index("ix_followup_task_member_id", "followup_task", ["member_id"], unique=False)
    op.create_index(
        "ix_followup_task_store_id_status_due_on",
        "followup_task",
        ["store_id", "status", "due_on"],
        unique=False,
    )
    op.create_table(
        "improvement",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("ticket_id", Number, nullable=True),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("recheck_on", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("made_at", Utc(), nullable=False),
        sa.Column("done_at", Utc(), nullable=True),
        sa.CheckConstraint(
            "status <> 'confirmed' OR result IS NOT NULL",
            name=op.f("ck_improvement_confirmed_with_result"),
        ),
        sa.CheckConstraint(
            "status IN ('open', 'done', 'confirmed', 'reopened')",
            name=op.f("ck_improvement_status_known"),
        ),
        sa.CheckConstraint("due_on <= recheck_on", name=op.f("ck_improvement_days_in_order")),
        sa.ForeignKeyConstraint(["owner_id"], ["staff.id"], name=op.f("fk_improvement_owner_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_improvement_store_id")),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_improvement_ticket_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_improvement")),
    )
    op.create_table(
        "opportunity_stage",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("opportunity_id", Number, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("from_stage", sa.Text(), nullable=True),
        sa.Column("to_stage", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "to_stage IN ('interested', 'contacted', 'tried', 'quoted', 'won', 'lost')",
            name=op.f("ck_opportunity_stage_to_stage_known"),
        ),
        sa.ForeignKeyConstraint(
            ["opportunity_id"], ["opportunity.id"], name=op.f("fk_opportunity_stage_opportunity_id")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_opportunity_stage_staff_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opportunity_stage")),
    )
    op.create_index(
        "ix_opportunity_stage_opportunity_id", "opportunity_stage", ["opportunity_id"], unique=False
    )
    op.create_table(
        "outbox",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("once", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("recipient_sealed", sa.Text(), nullable=True),
        sa.Column("subject_sealed", sa.Text(), nullable=True),
        sa.Column("body_sealed", sa.Text(), nullable=True),
        sa.Column("template_id", Number, nullable=True),
        sa.Column("campaign_id", Number, nullable=True),
        sa.Column("care_rule_id", Number, nullable=True),
        sa.Column("ticket_id", Number, nullable=True),
        sa.Column("made_at", Utc(), nullable=False),
        sa.Column("not_before", Utc(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("lease_until", Utc(), nullable=True),
        sa.Column("handed_over_at", Utc(), nullable=True),
        sa.Column("sent_at", Utc(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(status = 'leased') = (lease_owner IS NOT NULL AND lease_until IS NOT NULL)",
            name=op.f("ck_outbox_leased_has_owner"),
        ),
        sa.CheckConstraint(
            "(status = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_outbox_sent_has_time")
        ),
        sa.CheckConstraint(
            "channel IN ('email', 'sms', 'mini_program')", name=op.f("ck_outbox_channel_known")
        ),
        sa.CheckConstraint(
            "purpose IN ('marketing', 'service')", name=op.f("ck_outbox_purpose_known")
        ),
        sa.CheckConstraint(
            "status IN ('queued', 'leased', 'sent', 'failed', 'unknown', 'cancelled')",
            name=op.f("ck_outbox_status_known"),
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_outbox_attempts_not_negative")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_outbox_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["care_rule_id"], ["care_rule.id"], name=op.f("fk_outbox_care_rule_id")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_outbox_member_id")),
        sa.ForeignKeyConstraint(
            ["template_id"], ["template.id"], name=op.f("fk_outbox_template_id")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_outbox_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("once", name=op.f("uq_outbox_once")),
    )
    op.create_index("ix_outbox_campaign_id", "outbox", ["campaign_id"], unique=False)
    op.create_index("ix_outbox_member_id", "outbox", ["member_id"], unique=False)
    op.create_index("ix_outbox_status_not_before", "outbox", ["status", "not_before"], unique=False)
    op.create_table(
        "points_entry",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("lot_id", Number, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("lot_balance", sa.Integer(), nullable=False),
        sa.Column("sale_id", Number, nullable=True),
        sa.Column("return_id", Number, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(kind IN ('earn', 'return_paid') AND points > 0) OR (kind IN ('pay', 'goods', 'expire', 'return_earned') AND points < 0) OR kind = 'adjust'",
            name=op.f("ck_points_entry_sign_fits_kind"),
        ),
        sa.CheckConstraint(
            "kind <> 'adjust' OR (reason IS NOT NULL AND length(trim(reason)) > 0)",
            name=op.f("ck_points_entry_adjusted_with_reason"),
        ),
        sa.CheckConstraint(
            "kind IN ('earn', 'pay', 'goods', 'expire', 'return_earned', 'return_paid', 'adjust')",
            name=op.f("ck_points_entry_kind_known"),
        ),
        sa.CheckConstraint("lot_balance >= 0", name=op.f("ck_points_entry_lot_not_below_zero")),
        sa.CheckConstraint("points <> 0", name=op.f("ck_points_entry_points_not_zero")),
        sa.ForeignKeyConstraint(["lot_id"], ["points_lot.id"], name=op.f("fk_points_entry_lot_id")),
        sa.ForeignKeyConstraint(
            ["return_id"], ["sale_return.id"], name=op.f("fk_points_entry_return_id")
        ),
        sa.ForeignKeyConstraint(["sale_id"], ["sale.id"], name=op.f("fk_points_entry_sale_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_points_entry_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_points_entry")),
    )
    op.create_index("ix_points_entry_lot_id", "points_entry", ["lot_id"], unique=False)
    op.create_index("ix_points_entry_sale_id", "points_entry", ["sale_id"], unique=False)
    op.create_table(
        "refund",
        sa.Column("return_id", Number, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("amount", Number, nullable=False),
        sa.CheckConstraint(
            "method IN ('wechat', 'alipay', 'card', 'cash', 'gift_card')",
            name=op.f("ck_refund_method_known"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_refund_amount_positive")),
        sa.ForeignKeyConstraint(
            ["return_id"], ["sale_return.id"], name=op.f("fk_refund_return_id")
        ),
        sa.PrimaryKeyConstraint("return_id", "line", name=op.f("pk_refund")),
    )
    op.create_table(
        "return_line",
        sa.Column("return_id", Number, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("amount", Number, nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_return_line_amount_not_negative")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_return_line_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["return_id"], ["sale_return.id"], name=op.f("fk_return_line_return_id")
        ),
        sa.PrimaryKeyConstraint("return_id", "line", name=op.f("pk_return_line")),
    )
    op.create_table(
        "stock_move",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("from_id", sa.Text(), nullable=False),
        sa.Column("to_id", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("from_balance", sa.Integer(), nullable=False),
        sa.Column("to_balance", sa.Integer(), nullable=False),
        sa.Column("sale_id", Number, nullable=True),
        sa.Column("return_id", Number, nullable=True),
        sa.Column("transfer_id", Number, nullable=True),
        sa.Column("stocktake_id", Number, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(kind IN ('transfer_out', 'transfer_in', 'transfer_lost', 'transfer_back')) = (transfer_id IS NOT NULL)",
            name=op.f("ck_stock_move_transfer_named"),
        ),
        sa.CheckConstraint(
            "from_balance >= 0 OR from_id LIKE '@%'",
            name=op.f("ck_stock_move_shelf_not_below_zero"),
        ),
        sa.CheckConstraint(
            "kind <> 'adjust' OR (reason IS NOT NULL AND length(trim(reason)) > 0)",
            name=op.f("ck_stock_move_adjusted_with_reason"),
        ),
        sa.CheckConstraint(
            "kind IN ('opening', 'receive', 'return_to_supplier', 'sale', 'return', 'goods', 'adjust', 'count', 'transfer_out', 'transfer_in', 'transfer_lost', 'transfer_back')",
            name=op.f("ck_stock_move_kind_known"),
        ),
        sa.CheckConstraint("from_id <> to_id", name=op.f("ck_stock_move_two_places")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_stock_move_quantity_positive")),
        sa.ForeignKeyConstraint(["from_id"], ["location.id"], name=op.f("fk_stock_move_from_id")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_stock_move_product_id")
        ),
        sa.ForeignKeyConstraint(
            ["return_id"], ["sale_return.id"], name=op.f("fk_stock_move_return_id")
        ),
        sa.ForeignKeyConstraint(["sale_id"], ["sale.id"], name=op.f("fk_stock_move_sale_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_stock_move_staff_id")),
        sa.ForeignKeyConstraint(
            ["stocktake_id"], ["stocktake.id"], name=op.f("fk_stock_move_stocktake_id")
        ),
        sa.ForeignKeyConstraint(["to_id"], ["location.id"], name=op.f("fk_stock_move_to_id")),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["transfer.id"], name=op.f("fk_stock_move_transfer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_move")),
    )
    op.create_index("ix_stock_move_at", "stock_move", ["at"], unique=False)
    op.create_index(
        "ix_stock_move_from_id_product_id_id",
        "stock_move",
        ["from_id", "product_id", "id"],
        unique=False,
    )
    op.create_index("ix_stock_move_sale_id", "stock_move", ["sale_id"], unique=False)
    op.create_index(
        "ix_stock_move_to_id_product_id_id",
        "stock_move",
        ["to_id", "product_id", "id"],
        unique=False,
    )
    op.create_index("ix_stock_move_transfer_id", "stock_move", ["transfer_id"], unique=False)
    op.create_table(
        "survey_invite",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("survey_id", Number, nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("sale_id", Number, nullable=True),
        sa.Column("ticket_id", Number, nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("code_token", sa.Text(), nullable=False),
        sa.Column("asked_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.CheckConstraint(
            "channel IN ('store', 'phone', 'web', 'mini_program', 'social', 'email', 'sms')",
            name=op.f("ck_survey_invite_channel_known"),
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_survey_invite_member_id")
        ),
        sa.ForeignKeyConstraint(["sale_id"], ["sale.id"], name=op.f("fk_survey_invite_sale_id")),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["survey.id"], name=op.f("fk_survey_invite_survey_id")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_survey_invite_ticket_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_invite")),
        sa.UniqueConstraint("code_token", name=op.f("uq_survey_invite_code_token")),
    )
    op.create_index("ix_survey_invite_member_id", "survey_invite", ["member_id"], unique=False)
    op.create_table(
        "ticket_message",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("ticket_id", Number, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=True),
        sa.Column("body_sealed", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "channel IN ('store', 'phone', 'web', 'mini_program', 'social', 'email', 'sms')",
            name=op.f("ck_ticket_message_channel_known"),
        ),
        sa.CheckConstraint(
            "direction IN ('in', 'out', 'note')", name=op.f("ck_ticket_message_direction_known")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_ticket_message_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_message_ticket_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_message")),
    )
    op.create_index("ix_ticket_message_ticket_id", "ticket_message", ["ticket_id"], unique=False)
    op.create_table(
        "outbox_attempt",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("outbox_id", Number, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["outbox_id"], ["outbox.id"], name=op.f("fk_outbox_attempt_outbox_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_attempt")),
    )
    op.create_index("ix_outbox_attempt_outbox_id", "outbox_attempt", ["outbox_id"], unique=False)
    op.create_table(
        "survey_answer",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("invite_id", Number, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("csat_goods", sa.Integer(), nullable=True),
        sa.Column("csat_service", sa.Integer(), nullable=True),
        sa.Column("nps", sa.Integer(), nullable=True),
        sa.Column("comment_sealed", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "csat_goods BETWEEN 1 AND 5", name=op.f("ck_survey_answer_csat_goods_one_to_five")
        ),
        sa.CheckConstraint(
            "csat_service BETWEEN 1 AND 5", name=op.f("ck_survey_answer_csat_service_one_to_five")
        ),
        sa.CheckConstraint("nps BETWEEN 0 AND 10", name=op.f("ck_survey_answer_nps_zero_to_ten")),
        sa.ForeignKeyConstraint(
            ["invite_id"], ["survey_invite.id"], name=op.f("fk_survey_answer_invite_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_answer")),
        sa.UniqueConstraint("invite_id", name=op.f("uq_survey_answer_invite_id")),
    )
