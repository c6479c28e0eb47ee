"""The shop's tables, one block per desk.

Codes people say (a store, a product, a member's number) are text keys; rows of documents and
ledgers are numbered. Money is integer cents. What ends in `_sealed` is encrypted, what ends in
`_token` is a keyed hash to find it by. `LEDGERS` are never updated or deleted (see `triggers`).
"""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

GENDERS = ("female", "male", "undisclosed")
LEVELS = ("regular", "silver", "gold", "platinum")
MEMBER_STATUSES = ("live", "merged", "erased")
CHANNELS = ("store", "web", "mini_program")
MESSAGE_CHANNELS = ("email", "sms", "mini_program")
TICKET_CHANNELS = ("store", "phone", "web", "mini_program", "social", "email", "sms")
PREFERENCE_KINDS = ("category", "brand", "colour", "size", "style", "other")
CONSENT_PURPOSES = ("marketing", "profiling", "sharing")
PAYMENT_METHODS = ("wechat", "alipay", "card", "cash", "gift_card")
RETURN_REASONS = (
    "not_durable",
    "unreliable",
    "poor_performance",
    "wrong_item",
    "changed_mind",
    "damaged_in_transit",
    "near_expiry",
)
PROMOTION_KINDS = ("percent_off", "threshold", "gift")
COUPON_EVENTS = ("issued", "redeemed", "restored", "withdrawn")
POINTS_KINDS = ("earn", "pay", "goods", "expire", "return_earned", "return_paid", "adjust")
STOCK_KINDS = (
    "opening",
    "receive",
    "return_to_supplier",
    "sale",
    "return",
    "goods",
    "adjust",
    "count",
    "transfer_out",
    "transfer_in",
    "transfer_lost",
    "transfer_back",
)
LOCATION_KINDS = ("store", "transit", "supplier", "customer", "loss", "adjust")
OPPORTUNITY_STAGES = ("interested", "contacted", "tried", "quoted", "won", "lost")
LOST_REASONS = ("price", "out_of_stock", "competitor", "no_need", "no_reply")
TICKET_STATUSES = ("open", "in_progress", "resolved", "closed")
TICKET_KINDS = (
    "complaint",
    "enquiry",
    "return_exchange",
    "repair",
    "delivery",
    "points_account",
    "suggestion",
)
FOLLOWUP_KINDS = ("product_use", "new_arrivals", "offer")
FOLLOWUP_OUTCOMES = ("happy", "problem", "bought", "no_answer", "declined")
NEXT_STEPS = ("none", "call_again", "open_ticket", "invite", "send_offer")
OUTBOX_STATUSES = ("queued", "leased", "sent", "failed", "unknown", "cancelled")


class Utc(TypeDecorator):
    """A moment in UTC; what has no time zone is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect):
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect):
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Number = BigInteger().with_variant(Integer, "sqlite")


def _number() -> Column:
    return Column("id", Number, primary_key=True, autoincrement=True)


def _code(name: str = "id") -> Column:
    return Column(name, Text, primary_key=True)


def _ref(name: str, target: str, null: bool = False, **more) -> Column:
    return Column(name, ForeignKey(target), nullable=null, **more)


def _must(name: str, rule: str) -> CheckConstraint:
    return CheckConstraint(rule, name=name)


def _one_of(column: str, codes: tuple[str, ...]) -> CheckConstraint:
    return _must(f"{column}_known", f"{column} IN ({', '.join(repr(code) for code in codes)})")


def _text(name: str, null: bool = False) -> Column:
    return Column(name, Text, nullable=null)


def _cents(name: str, null: bool = False) -> Column:
    return Column(name, Number, nullable=null)


def _count(name: str, null: bool = False) -> Column:
    return Column(name, Integer, nullable=null)


def _when(name: str, null: bool = False) -> Column:
    return Column(name, Utc, nullable=null)


# --- the shop itself

shop = Table(
    "shop",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    _text("name"),
    _text("kind"),
    _text("scene", null=True),
    _text("timezone"),
    _when("clock_at", null=True),
    _text("key_check"),
    _text("audit_head"),
    _must("one_row", "id = 1"),
    _one_of("kind", ("practice", "served")),
)

setting = Table("setting", metadata, _code("name"), _text("value"))

counter = Table("counter", metadata, _code("name"), Column("value", Number, nullable=False))

store = Table(
    "store",
    metadata,
    _code(),
    _text("name"),
    _text("district", null=True),
    _count("size", null=True),
    _text("climate", null=True),
    _text("spending_level", null=True),
)

# --- staff and what they may do

staff = Table(
    "staff",
    metadata,
    _code(),
    _text("name"),
    _ref("home_store_id", "store.id"),
    _text("password_hash", null=True),
    Column("active", Boolean, nullable=False),
)

role = Table("role", metadata, _code())

role_permission = Table(
    "role_permission",
    metadata,
    _ref("role_id", "role.id", primary_key=True),
    Column("permission", Text, primary_key=True),
)

staff_role = Table(
    "staff_role",
    metadata,
    _number(),
    _ref("staff_id", "staff.id"),
    _ref("role_id", "role.id"),
    _ref("store_id", "store.id", null=True),
    UniqueConstraint("staff_id", "role_id", "store_id"),
    Index(
        "uq_staff_role_everywhere",
        "staff_id",
        "role_id",
        unique=True,
        sqlite_where=text("store_id IS NULL"),
        postgresql_where=text("store_id IS NULL"),
    ),
)

audit_entry = Table(
    "audit_entry",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    _when("at"),
    _ref("staff_id", "staff.id"),
    _ref("store_id", "store.id", null=True),
    _text("action"),
    _text("outcome"),
    _text("subject", null=True),
    _text("detail"),
    _text("before"),
    _text("hash"),
    _must("numbered_from_one", "id >= 1"),
    _one_of("outcome", ("done", "refused")),
    Index("ix_audit_entry_subject", "subject"),
    Index("ix_audit_entry_staff_id_at", "staff_id", "at"),
)

command_log = Table(
    "command_log",
    metadata,
    _code("key"),
    _when("at"),
    _ref("staff_id", "staff.id"),
    _text("command"),
    _text("payload"),
    _text("result_sealed", null=True),
    _text("subject", null=True),
    Index("ix_command_log_subject", "subject"),
)

# --- goods

product = Table(
    "product",
    metadata,
    _code(),
    _text("name"),
    _text("category"),
    _text("family", null=True),
    _text("brand", null=True),
    _cents("list_price"),
    _cents("cost"),
    Column("launched_on", Date, nullable=True),
    _text("shelf", null=True),
    _text("barcode", null=True),
    Column("active", Boolean, nullable=False),
    _must("list_price_not_negative", "list_price >= 0"),
    _must("cost_not_negative", "cost >= 0"),
    Index("uq_product_barcode", "barcode", unique=True),
)

# --- members

member = Table(
    "member",
    metadata,
    _code(),
    _ref("survivor_id", "member.id"),
    _text("status"),
    _text("name_sealed", null=True),
    _text("name_token", null=True),
    _text("phone_sealed", null=True),
    _text("phone_token", null=True),
    _text("phone_tail_token", null=True),
    _text("email_sealed", null=True),
    _text("email_token", null=True),
    _text("card_sealed", null=True),
    _text("card_token", null=True),
    _text("birth_date_sealed", null=True),
    _text("birthday_token", null=True),
    _text("note_sealed", null=True),
    _text("gender", null=True),
    _text("district", null=True),
    _text("occupation", null=True),
    _text("household", null=True),
    _ref("level", "member_level.id"),
    _when("joined_at"),
    _ref("home_store_id", "store.id"),
    _when("erased_at", null=True),
    _one_of("status", MEMBER_STATUSES),
    _one_of("gender", GENDERS),
    _must("merged_points_elsewhere", "(status = 'merged') = (survivor_id <> id)"),
    _must("erased_has_time", "(status = 'erased') = (erased_at IS NOT NULL)"),
    _must(
        "erased_is_empty",
        "status <> 'erased' OR (name_sealed IS NULL AND name_token IS NULL"
        " AND phone_sealed IS NULL AND phone_token IS NULL AND phone_tail_token IS NULL"
        " AND email_sealed IS NULL AND email_token IS NULL AND card_sealed IS NULL"
        " AND card_token IS NULL AND birth_date_sealed IS NULL AND birthday_token IS NULL"
        " AND note_sealed IS NULL)",
    ),
    Index("ix_member_survivor_id", "survivor_id"),
    Index("ix_member_phone_token", "phone_token"),
    Index(
        "uq_member_live_phone",
        "phone_token",
        unique=True,
        sqlite_where=text("status = 'live'"),
        postgresql_where=text("status = 'live'"),
    ),
    Index(
        "uq_member_live_card",
        "card_token",
        unique=True,
        sqlite_where=text("status = 'live'"),
        postgresql_where=text("status = 'live'"),
    ),
    Index("ix_member_card_token", "card_token"),
    Index("ix_member_phone_tail_token_home_store_id", "phone_tail_token", "home_store_id"),
    Index("ix_member_name_token", "name_token"),
    Index("ix_member_email_token", "email_token"),
    Index("ix_member_birthday_token", "birthday_token"),
)

member_level = Table(
    "member_level",
    metadata,
    _code(),
    _count("rank"),
    _cents("from_spend"),
    _count("points_per_100_yuan"),
    _must("points_not_negative", "points_per_100_yuan >= 0"),
    UniqueConstraint("rank"),
)

member_preference = Table(
    "member_preference",
    metadata,
    _ref("member_id", "member.id", primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    _when("at"),
    _text("source"),
)

member_merge = Table(
    "member_merge",
    metadata,
    _number(),
    _when("at"),
    _ref("staff_id", "staff.id"),
    _ref("kept_id", "member.id"),
    _ref("merged_id", "member.id"),
    _text("reason"),
    _must("two_records", "kept_id <> merged_id"),
    UniqueConstraint("merged_id"),
)

segment = Table(
    "segment",
    metadata,
    _code(),
    _text("name"),
    _text("rule"),
    _when("made_at"),
    _ref("staff_id", "staff.id"),
)

member_segment = Table(
    "member_segment",
    metadata,
    _ref("segment_id", "segment.id", primary_key=True),
    _ref("member_id", "member.id", primary_key=True),
    _when("since"),
    Index("ix_member_segment_member_id", "member_id"),
)

consent_event = Table(
    "consent_event",
    metadata,
    _number(),
    _when("at"),
    _ref("member_id", "member.id"),
    _text("purpose"),
    _text("channel"),
    Column("given", Boolean, nullable=False),
    _text("source"),
    _ref("staff_id", "staff.id"),
    _one_of("purpose", CONSENT_PURPOSES),
    _one_of("channel", MESSAGE_CHANNELS),
    Index("ix_consent_event_member_id_purpose_channel", "member_id", "purpose", "channel"),
)

reveal = Table(
    "reveal",
    metadata,
    _number(),
    _when("at"),
    _ref("staff_id", "staff.id"),
    _ref("member_id", "member.id"),
    _text("field"),
    _text("reason"),
    _one_of("field", ("name", "phone", "email", "card", "birth_date", "note")),
    _must("reason_given", "length(trim(reason)) >= 4"),
    Index("ix_reveal_member_id", "member_id"),
)

referral = Table(
    "referral",
    metadata,
    _number(),
    _when("at"),
    _ref("member_id", "member.id"),
    _ref("joined_member_id", "member.id", null=True),
    _when("joined_at", null=True),
    _must("not_oneself", "joined_member_id IS NULL OR joined_member_id <> member_id"),
    _must("joined_has_time", "(joined_member_id IS NULL) = (joined_at IS NULL)"),
    UniqueConstraint("joined_member_id"),
    Index("ix_referral_member_id", "member_id"),
)

# --- promotions and coupons

promotion = Table(
    "promotion",
    metadata,
    _code(),
    _text("name"),
    _text("kind"),
    _cents("threshold", null=True),
    _cents("amount_off", null=True),
    _count("percent_off", null=True),
    _ref("gift_product_id", "product.id", null=True),
    _text("category", null=True),
    _text("level", null=True),
    Column("coupon_only", Boolean, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    _one_of("kind", PROMOTION_KINDS),
    _must("days_in_order", "starts_on <= ends_on"),
    _must(
        "threshold_complete",
        "kind <> 'threshold' OR (threshold IS NOT NULL AND amount_off IS NOT NULL"
        " AND amount_off > 0 AND amount_off <= threshold)",
    ),
    _must(
        "percent_complete",
        "kind <> 'percent_off' OR (percent_off IS NOT NULL AND percent_off BETWEEN 1 AND 99)",
    ),
    _must("gift_complete", "kind <> 'gift' OR gift_product_id IS NOT NULL"),
)

coupon = Table(
    "coupon",
    metadata,
    _code(),
    _ref("promotion_id", "promotion.id"),
    _ref("member_id", "member.id", null=True),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=False),
    _when("made_at"),
    _must("days_in_order", "valid_from <= valid_to"),
    Index("ix_coupon_member_id", "member_id"),
)

# --- the till

sale = Table(
    "sale",
    metadata,
    _number(),
    _when("at"),
    _ref("store_id", "store.id"),
    _ref("staff_id", "staff.id"),
    _ref("member_id", "member.id", null=True),
    _text("channel"),
    _cents("gross"),
    _cents("discount"),
    _cents("total"),
    _cents("paid"),
    _cents("points_value"),
    _count("points_paid"),
    _count("points_earned"),
    _text("external_id", null=True),
    _must("external_id_short", "length(external_id) BETWEEN 1 AND 40"),
    _one_of("channel", CHANNELS),
    _must("discount_within_gross", "discount >= 0 AND discount <= gross"),
    _must("total_adds_up", "total = gross - discount"),
    _must("settled", "total = paid + points_value"),
    _must("points_need_member", "member_id IS NOT NULL OR (points_paid = 0 AND points_earned = 0)"),
    _must("points_not_negative", "points_paid >= 0 AND points_earned >= 0 AND points_value >= 0"),
    Index("ix_sale_store_id_at", "store_id", "at"),
    Index("ix_sale_member_id_at", "member_id", "at"),
    Index("ix_sale_at", "at"),
    Index("uq_sale_external_id", "external_id", unique=True),
)

sale_line = Table(
    "sale_line",
    metadata,
    _ref("sale_id", "sale.id", primary_key=True),
    Column("line", Integer, primary_key=True),
    _ref("product_id", "product.id"),
    _count("quantity"),
    _cents("list_price"),
    _cents("discount"),
    _cents("amount"),
    _cents("cost"),
    _ref("promotion_id", "promotion.id", null=True),
    Column("is_gift", Boolean, nullable=False),
    _must("quantity_positive", "quantity > 0"),
    _must("list_price_not_negative", "list_price >= 0"),
    _must("amount_adds_up", "amount = list_price * quantity - discount"),
    _must("amount_not_negative", "discount >= 0 AND amount >= 0"),
    _must("gift_is_free", "NOT is_gift OR amount = 0"),
    Index("ix_sale_line_product_id", "product_id"),
)

sale_offer = Table(
    "sale_offer",
    metadata,
    _ref("sale_id", "sale.id", primary_key=True),
    _ref("promotion_id", "promotion.id", primary_key=True),
    _ref("coupon_id", "coupon.id", null=True),
    _cents("discount"),
    _must("discount_not_negative", "discount >= 0"),
)

payment = Table(
    "payment",
    metadata,
    _ref("sale_id", "sale.id", primary_key=True),
    Column("line", Integer, primary_key=True),
    _text("method"),
    _cents("amount"),
    _one_of("method", PAYMENT_METHODS),
    _must("amount_positive", "amount > 0"),
)

sale_return = Table(
    "sale_return",
    metadata,
    _number(),
    _ref("sale_id", "sale.id"),
    _when("at"),
    _ref("store_id", "store.id"),
    _ref("staff_id", "staff.id"),
    _text("reason"),
    _cents("total"),
    _cents("refunded"),
    _cents("points_value"),
    _cents("points_missing_value"),
    _count("points_back"),
    _count("points_taken"),
    _one_of("reason", RETURN_REASONS),
    _must("settled", "total = refunded + points_value + points_missing_value"),
    _must(
        "not_negative",
        "total >= 0 AND refunded >= 0 AND points_value >= 0 AND points_missing_value >= 0"
        " AND points_back >= 0 AND points_taken >= 0",
    ),
    Index("ix_sale_return_sale_id", "sale_id"),
    Index("ix_sale_return_store_id_at", "store_id", "at"),
)

return_line = Table(
    "return_line",
    metadata,
    _ref("return_id", "sale_return.id", primary_key=True),
    Column("line", Integer, primary_key=True),
    _count("quantity"),
    _cents("amount"),
    _must("quantity_positive", "quantity > 0"),
    _must("amount_not_negative", "amount >= 0"),
)

refund = Table(
    "refund",
    metadata,
    _ref("return_id", "sale_return.id", primary_key=True),
    Column("line", Integer, primary_key=True),
    _text("method"),
    _cents("amount"),
    _one_of("method", PAYMENT_METHODS),
    _must("amount_positive", "amount > 0"),
)

coupon_event = Table(
    "coupon_event",
    metadata,
    _number(),
    _ref("coupon_id", "coupon.id"),
    _when("at"),
    _text("kind"),
    _ref("sale_id", "sale.id", null=True),
    _ref("return_id", "sale_return.id", null=True),
    _ref("staff_id", "staff.id"),
    _one_of("kind", COUPON_EVENTS),
    _must("redeemed_on_a_sale", "(kind = 'redeemed') = (sale_id IS NOT NULL)"),
    _must("restored_by_a_return", "(kind = 'restored') = (return_id IS NOT NULL)"),
    Index("ix_coupon_event_coupon_id", "coupon_id"),
    Index("ix_coupon_event_sale_id", "sale_id"),
)

shift_close = Table(
    "shift_close",
    metadata,
    _number(),
    _ref("store_id", "store.id"),
    _ref("staff_id", "staff.id"),
    _when("from_at"),
    _when("to_at"),
    _cents("cash_expected"),
    _cents("cash_counted"),
    _text("note", null=True),
    _must("times_in_order", "from_at <= to_at"),
    _must("cash_not_negative", "cash_counted >= 0"),
    Index("ix_shift_close_store_id_to_at", "store_id", "to_at"),
)

# --- points

points_lot = Table(
    "points_lot",
    metadata,
    _number(),
    _ref("member_id", "member.id"),
    _when("earned_at"),
    _when("expires_at"),
    _ref("sale_id", "sale.id", null=True),
    _must("times_in_order", "earned_at < expires_at"),
    Index("ix_points_lot_member_id_expires_at", "member_id", "expires_at"),
    Index("ix_points_lot_sale_id", "sale_id"),
    Index("ix_points_lot_expires_at", "expires_at"),
)

points_entry = Table(
    "points_entry",
    metadata,
    _number(),
    _ref("lot_id", "points_lot.id"),
    _when("at"),
    _text("kind"),
    _count("points"),
    _count("lot_balance"),
    _ref("sale_id", "sale.id", null=True),
    _ref("return_id", "sale_return.id", null=True),
    _text("reason", null=True),
    _ref("staff_id", "staff.id"),
    _one_of("kind", POINTS_KINDS),
    _must("points_not_zero", "points <> 0"),
    _must("lot_not_below_zero", "lot_balance >= 0"),
    _must(
        "sign_fits_kind",
        "(kind IN ('earn', 'return_paid') AND points > 0)"
        " OR (kind IN ('pay', 'goods', 'expire', 'return_earned') AND points < 0)"
        " OR kind = 'adjust'",
    ),
    _must(
        "adjusted_with_reason",
        "kind <> 'adjust' OR (reason IS NOT NULL AND length(trim(reason)) > 0)",
    ),
    Index("ix_points_entry_lot_id", "lot_id"),
    Index("ix_points_entry_sale_id", "sale_id"),
)

reward = Table(
    "reward",
    metadata,
    _ref("product_id", "product.id", primary_key=True),
    _count("points"),
    Column("active", Boolean, nullable=False),
    _must("points_positive", "points > 0"),
)

# --- stock

location = Table(
    "location",
    metadata,
    _code(),
    _text("kind"),
    _ref("store_id", "store.id", null=True),
    _one_of("kind", LOCATION_KINDS),
    _must("store_has_store", "(kind = 'store') = (store_id IS NOT NULL)"),
    _must("outside_starts_with_at", "(kind IN ('store', 'transit')) = (id NOT LIKE '@%')"),
)

transfer = Table(
    "transfer",
    metadata,
    _number(),
    _when("sent_at"),
    _ref("from_store_id", "store.id"),
    _ref("to_store_id", "store.id"),
    _ref("staff_id", "staff.id"),
    _text("note", null=True),
    _when("closed_at", null=True),
    _must("two_stores", "from_store_id <> to_store_id"),
    Index("ix_transfer_to_store_id_closed_at", "to_store_id", "closed_at"),
)

transfer_line = Table(
    "transfer_line",
    metadata,
    _ref("transfer_id", "transfer.id", primary_key=True),
    _ref("product_id", "product.id", primary_key=True),
    _count("sent"),
    _must("sent_positive", "sent > 0"),
)

stocktake = Table(
    "stocktake",
    metadata,
    _number(),
    _ref("store_id", "store.id"),
    _when("opened_at"),
    _ref("opened_by", "staff.id"),
    _when("closed_at", null=True),
    _ref("closed_by", "staff.id", null=True),
    _text("status"),
    _one_of("status", ("open", "closed", "cancelled")),
    _must("open_has_no_end", "(status = 'open') = (closed_at IS NULL)"),
    Index(
        "uq_stocktake_one_open",
        "store_id",
        unique=True,
        sqlite_where=text("status = 'open'"),
        postgresql_where=text("status = 'open'"),
    ),
)

stocktake_line = Table(
    "stocktake_line",
    metadata,
    _ref("stocktake_id", "stocktake.id", primary_key=True),
    _ref("product_id", "product.id", primary_key=True),
)

stocktake_count = Table(
    "stocktake_count",
    metadata,
    _number(),
    _ref("stocktake_id", "stocktake.id"),
    _ref("product_id", "product.id"),
    _when("at"),
    _ref("staff_id", "staff.id"),
    _count("counted"),
    _count("book"),
    _must("counted_not_negative", "counted >= 0"),
    Index("ix_stocktake_count_stocktake_id_product_id", "stocktake_id", "product_id"),
)

stock_move = Table(
    "stock_move",
    metadata,
    _number(),
    _when("at"),
    _text("kind"),
    _ref("product_id", "product.id"),
    _ref("from_id", "location.id"),
    _ref("to_id", "location.id"),
    _count("quantity"),
    _count("from_balance"),
    _count("to_balance"),
    _ref("sale_id", "sale.id", null=True),
    _ref("return_id", "sale_return.id", null=True),
    _ref("transfer_id", "transfer.id", null=True),
    _ref("stocktake_id", "stocktake.id", null=True),
    _text("reason", null=True),
    _ref("staff_id", "staff.id"),
    _one_of("kind", STOCK_KINDS),
    _must("quantity_positive", "quantity > 0"),
    _must("two_places", "from_id <> to_id"),
    _must("shelf_not_below_zero", "from_balance >= 0 OR from_id LIKE '@%'"),
    _must(
        "transfer_named",
        "(kind IN ('transfer_out', 'transfer_in', 'transfer_lost', 'transfer_back'))"
        " = (transfer_id IS NOT NULL)",
    ),
    _must(
        "adjusted_with_reason",
        "kind <> 'adjust' OR (reason IS NOT NULL AND length(trim(reason)) > 0)",
    ),
    Index("ix_stock_move_from_id_product_id_id", "from_id", "product_id", "id"),
    Index("ix_stock_move_to_id_product_id_id", "to_id", "product_id", "id"),
    Index("ix_stock_move_transfer_id", "transfer_id"),
    Index("ix_stock_move_sale_id", "sale_id"),
    Index("ix_stock_move_at", "at"),
)

stocktake_result = Table(
    "stocktake_result",
    metadata,
    _ref("stocktake_id", "stocktake.id", primary_key=True),
    _ref("product_id", "product.id", primary_key=True),
    _count("book"),
    _count("counted"),
    _count("difference"),
    _text("cause", null=True),
    _must("difference_adds_up", "difference = counted - book"),
)

reservation = Table(
    "reservation",
    metadata,
    _number(),
    _ref("store_id", "store.id"),
    _ref("product_id", "product.id"),
    _ref("member_id", "member.id", null=True),
    _count("quantity"),
    _when("made_at"),
    _when("until"),
    _text("status"),
    _ref("staff_id", "staff.id"),
    _ref("sale_id", "sale.id", null=True),
    _one_of("status", ("held", "collected", "released")),
    _must("quantity_positive", "quantity > 0"),
    _must("collected_on_a_sale", "(status = 'collected') = (sale_id IS NOT NULL)"),
    Index("ix_reservation_store_id_product_id_status", "store_id", "product_id", "status"),
)

reorder_rule = Table(
    "reorder_rule",
    metadata,
    _ref("store_id", "store.id", primary_key=True),
    _ref("product_id", "product.id", primary_key=True),
    _count("reorder_point"),
    _count("order_up_to"),
    _must("levels_in_order", "reorder_point >= 0 AND order_up_to > reorder_point"),
)

# --- the sales floor: follow-up visits and opportunities

followup_plan = Table(
    "followup_plan",
    metadata,
    _number(),
    _text("name"),
    _ref("segment_id", "segment.id"),
    _ref("store_id", "store.id", null=True),
    _text("kind"),
    _text("script"),
    _count("every_days"),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("active", Boolean, nullable=False),
    _ref("staff_id", "staff.id"),
    _one_of("kind", FOLLOWUP_KINDS),
    _must("every_days_positive", "every_days > 0"),
    _must("days_in_order", "starts_on <= ends_on"),
)

opportunity = Table(
    "opportunity",
    metadata,
    _number(),
    _ref("member_id", "member.id"),
    _ref("store_id", "store.id"),
    _ref("staff_id", "staff.id"),
    _text("title"),
    _ref("product_id", "product.id", null=True),
    _cents("amount"),
    Column("expected_on", Date, nullable=True),
    _text("stage"),
    _text("next_action", null=True),
    Column("next_on", Date, nullable=True),
    _text("lost_reason", null=True),
    _ref("sale_id", "sale.id", null=True),
    _when("opened_at"),
    _when("closed_at", null=True),
    _one_of("stage", OPPORTUNITY_STAGES),
    _must("amount_not_negative", "amount >= 0"),
    _one_of("lost_reason", LOST_REASONS),
    _must("lost_with_reason", "(stage = 'lost') = (lost_reason IS NOT NULL)"),
    _must("closed_has_time", "(stage IN ('won', 'lost')) = (closed_at IS NOT NULL)"),
    Index("ix_opportunity_member_id", "member_id"),
    Index("ix_opportunity_store_id_stage", "store_id", "stage"),
)

opportunity_stage = Table(
    "opportunity_stage",
    metadata,
    _number(),
    _ref("opportunity_id", "opportunity.id"),
    _when("at"),
    _ref("staff_id", "staff.id"),
    _text("from_stage", null=True),
    _text("to_stage"),
    _text("reason", null=True),
    _one_of("to_stage", OPPORTUNITY_STAGES),
    Index("ix_opportunity_stage_opportunity_id", "opportunity_id"),
)

# --- service

ticket = Table(
    "ticket",
    metadata,
    _number(),
    _ref("member_id", "member.id", null=True),
    _ref("store_id", "store.id"),
    _ref("sale_id", "sale.id", null=True),
    _text("channel"),
    _text("kind"),
    _text("subject"),
    _text("priority"),
    _text("status"),
    _ref("owner_id", "staff.id", null=True),
    _when("opened_at"),
    _when("first_due_at"),
    _when("due_at"),
    _when("first_response_at", null=True),
    _when("resolved_at", null=True),
    _count("satisfaction", null=True),
    _one_of("channel", TICKET_CHANNELS),
    _one_of("kind", TICKET_KINDS),
    _one_of("priority", ("low", "normal", "high")),
    _one_of("status", TICKET_STATUSES),
    _must("satisfaction_one_to_five", "satisfaction BETWEEN 1 AND 5"),
    _must("resolved_has_time", "(status IN ('resolved', 'closed')) = (resolved_at IS NOT NULL)"),
    Index("ix_ticket_member_id", "member_id"),
    Index("ix_ticket_store_id_status_due_at", "store_id", "status", "due_at"),
)

ticket_message = Table(
    "ticket_message",
    metadata,
    _number(),
    _ref("ticket_id", "ticket.id"),
    _when("at"),
    _text("direction"),
    _text("channel"),
    _ref("staff_id", "staff.id", null=True),
    _text("body_sealed", null=True),
    _one_of("direction", ("in", "out", "note")),
    _one_of("channel", TICKET_CHANNELS),
    Index("ix_ticket_message_ticket_id", "ticket_id"),
)

improvement = Table(
    "improvement",
    metadata,
    _number(),
    _ref("ticket_id", "ticket.id", null=True),
    _ref("store_id", "store.id"),
    _ref("owner_id", "staff.id"),
    _text("action"),
    Column("due_on", Date, nullable=False),
    Column("recheck_on", Date, nullable=False),
    _text("status"),
    _text("result", null=True),
    _when("made_at"),
    _when("done_at", null=True),
    _one_of("status", ("open", "done", "confirmed", "reopened")),
    _must("days_in_order", "due_on <= recheck_on"),
    _must("confirmed_with_result", "status <> 'confirmed' OR result IS NOT NULL"),
)

followup_task = Table(
    "followup_task",
    metadata,
    _number(),
    _ref("plan_id", "followup_plan.id"),
    _ref("member_id", "member.id"),
    _count("cycle"),
    _ref("store_id", "store.id"),
    _ref("staff_id", "staff.id", null=True),
    Column("due_on", Date, nullable=False),
    _text("why"),
    _text("status"),
    _text("outcome", null=True),
    _text("next_step", null=True),
    Column("next_on", Date, nullable=True),
    _text("note_sealed", null=True),
    _when("done_at", null=True),
    _ref("ticket_id", "ticket.id", null=True),
    _ref("opportunity_id", "opportunity.id", null=True),
    _one_of("status", ("open", "done", "cancelled")),
    _one_of("outcome", FOLLOWUP_OUTCOMES),
    _one_of("next_step", NEXT_STEPS),
    _must(
        "done_is_complete",
        "status <> 'done' OR (outcome IS NOT NULL AND next_step IS NOT NULL"
        " AND done_at IS NOT NULL)",
    ),
    UniqueConstraint("plan_id", "member_id", "cycle"),
    Index("ix_followup_task_store_id_status_due_on", "store_id", "status", "due_on"),
    Index("ix_followup_task_member_id", "member_id"),
)

# --- marketing

template = Table(
    "template",
    metadata,
    _number(),
    _text("name"),
    _text("channel"),
    _text("language"),
    _text("subject", null=True),
    _text("body"),
    _when("made_at"),
    _ref("staff_id", "staff.id"),
    Column("active", Boolean, nullable=False),
    _one_of("channel", MESSAGE_CHANNELS),
    _one_of("language", ("zh", "en")),
    _must("email_has_subject", "channel <> 'email' OR subject IS NOT NULL"),
)

care_rule = Table(
    "care_rule",
    metadata,
    _number(),
    _text("name"),
    _text("occasion"),
    _text("month_day", null=True),
    _count("days_before"),
    _ref("template_id", "template.id"),
    _ref("segment_id", "segment.id", null=True),
    Column("active", Boolean, nullable=False),
    _one_of("occasion", ("birthday", "holiday")),
    _must("holiday_has_day", "(occasion = 'holiday') = (month_day IS NOT NULL)"),
    _must("days_before_sensible", "days_before BETWEEN 0 AND 60"),
)

care_run = Table(
    "care_run",
    metadata,
    _number(),
    _ref("rule_id", "care_rule.id"),
    Column("run_on", Date, nullable=False),
    _when("at"),
    _count("matched"),
    _count("queued"),
    _count("skipped"),
    _must("adds_up", "matched = queued + skipped"),
    UniqueConstraint("rule_id", "run_on"),
)

campaign = Table(
    "campaign",
    metadata,
    _number(),
    _text("name"),
    _ref("segment_id", "segment.id"),
    _ref("template_id", "template.id"),
    _ref("promotion_id", "promotion.id", null=True),
    _count("control_percent"),
    _count("seed"),
    _text("status"),
    _when("made_at"),
    _when("frozen_at", null=True),
    _ref("staff_id", "staff.id"),
    _one_of("status", ("draft", "frozen", "sent", "cancelled")),
    _must("control_sensible", "control_percent BETWEEN 0 AND 90"),
)

campaign_target = Table(
    "campaign_target",
    metadata,
    _ref("campaign_id", "campaign.id", primary_key=True),
    _ref("member_id", "member.id", primary_key=True),
    _text("arm"),
    _one_of("arm", ("treatment", "control")),
    Index("ix_campaign_target_member_id", "member_id"),
)

outbox = Table(
    "outbox",
    metadata,
    _number(),
    _text("once"),
    _ref("member_id", "member.id"),
    _text("channel"),
    _text("purpose"),
    _text("recipient_sealed", null=True),
    _text("subject_sealed", null=True),
    _text("body_sealed", null=True),
    _ref("template_id", "template.id", null=True),
    _ref("campaign_id", "campaign.id", null=True),
    _ref("care_rule_id", "care_rule.id", null=True),
    _ref("ticket_id", "ticket.id", null=True),
    _when("made_at"),
    _when("not_before"),
    _text("status"),
    _count("attempts"),
    _text("lease_owner", null=True),
    _when("lease_until", null=True),
    _when("handed_over_at", null=True),
    _when("sent_at", null=True),
    _text("problem", null=True),
    _one_of("channel", MESSAGE_CHANNELS),
    _one_of("purpose", ("marketing", "service")),
    _one_of("status", OUTBOX_STATUSES),
    _must("attempts_not_negative", "attempts >= 0"),
    _must("sent_has_time", "(status = 'sent') = (sent_at IS NOT NULL)"),
    _must(
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
    _number(),
    _ref("outbox_id", "outbox.id"),
    _when("at"),
    _text("worker"),
    _text("result"),
    _text("detail", null=True),
    Index("ix_outbox_attempt_outbox_id", "outbox_id"),
)

# --- surveys

survey = Table(
    "survey",
    metadata,
    _number(),
    _text("name"),
    _text("kind"),
    Column("active", Boolean, nullable=False),
    _one_of("kind", ("csat", "nps", "both")),
)

survey_invite = Table(
    "survey_invite",
    metadata,
    _number(),
    _ref("survey_id", "survey.id"),
    _ref("member_id", "member.id"),
    _ref("sale_id", "sale.id", null=True),
    _ref("ticket_id", "ticket.id", null=True),
    _text("channel"),
    _text("code_token"),
    _when("asked_at"),
    _when("expires_at"),
    _one_of("channel", TICKET_CHANNELS),
    UniqueConstraint("code_token"),
    Index("ix_survey_invite_member_id", "member_id"),
)

survey_answer = Table(
    "survey_answer",
    metadata,
    _number(),
    _ref("invite_id", "survey_invite.id"),
    _when("at"),
    _count("csat_goods", null=True),
    _count("csat_service", null=True),
    _count("nps", null=True),
    _text("comment_sealed", null=True),
    _must("csat_goods_one_to_five", "csat_goods BETWEEN 1 AND 5"),
    _must("csat_service_one_to_five", "csat_service BETWEEN 1 AND 5"),
    _must("nps_zero_to_ten", "nps BETWEEN 0 AND 10"),
    UniqueConstraint("invite_id"),
)

# --- what the numbers are measured against

sales_target = Table(
    "sales_target",
    metadata,
    _number(),
    _ref("store_id", "store.id"),
    _ref("staff_id", "staff.id", null=True),
    _text("month"),
    _cents("revenue"),
    _must("revenue_positive", "revenue > 0"),
    _must("month_shape", "month LIKE '____-__'"),
    UniqueConstraint("store_id", "staff_id", "month"),
)

footfall = Table(
    "footfall",
    metadata,
    _ref("store_id", "store.id", primary_key=True),
    Column("hour", Utc, primary_key=True),
    _count("visitors"),
    _must("visitors_not_negative", "visitors >= 0"),
)

# --- imports

import_run = Table(
    "import_run",
    metadata,
    _number(),
    _when("at"),
    _ref("staff_id", "staff.id"),
    _text("kind"),
    _text("file_name"),
    _text("sha256"),
    _count("rows"),
    _count("added"),
    _count("changed"),
    _count("refused"),
    _must("adds_up", "rows = added + changed + refused"),
)

import_row = Table(
    "import_row",
    metadata,
    _ref("run_id", "import_run.id", primary_key=True),
    Column("row", Integer, primary_key=True),
    _text("result"),
    _text("reason", null=True),
    _ref("member_id", "member.id", null=True),
    _one_of("result", ("added", "changed", "refused")),
    Index("ix_import_row_member_id", "member_id"),
)

LEDGERS = (
    audit_entry,
    member_merge,
    consent_event,
    reveal,
    sale,
    sale_line,
    sale_offer,
    payment,
    sale_return,
    return_line,
    refund,
    coupon_event,
    shift_close,
    points_lot,
    points_entry,
    transfer_line,
    stocktake_count,
    stocktake_result,
    stock_move,
    opportunity_stage,
    campaign_target,
    outbox_attempt,
)

SEALED = {
    table.name: tuple(column.name for column in table.columns if column.name.endswith("_sealed"))
    for table in metadata.sorted_tables
    if any(column.name.endswith("_sealed") for column in table.columns)
}
