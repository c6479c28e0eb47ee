"""The till: offers and coupons, sales and returns, points, closes."""

from sqlalchemy import Column, Index, Integer, Table

from crmkit.codes import (
    CHANNELS,
    COUPON_EVENTS,
    MONEY_METHODS,
    POINTS_KINDS,
    PROMOTION_KINDS,
    RETURN_REASONS,
)
from crmkit.practice.schema.columns import (
    APPEND_ONLY,
    cents,
    code,
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

promotion = Table(
    "promotion",
    metadata,
    code(),
    words("name"),
    words("kind"),
    cents("threshold", null=True),
    cents("amount_off", null=True),
    count("percent_off", null=True),
    ref("gift_product_id", "product.id", null=True),
    words("category", null=True),
    words("level", null=True),
    flag("coupon_only"),
    day("starts_on"),
    day("ends_on"),
    one_of("kind", PROMOTION_KINDS),
    must("days_in_order", "starts_on <= ends_on"),
    must(
        "threshold_complete",
        "kind <> 'threshold' OR (threshold IS NOT NULL AND amount_off IS NOT NULL"
        " AND amount_off > 0 AND amount_off <= threshold)",
    ),
    must(
        "percent_complete",
        "kind <> 'percent_off' OR (percent_off IS NOT NULL AND percent_off BETWEEN 1 AND 99)",
    ),
    must("gift_complete", "kind <> 'gift' OR gift_product_id IS NOT NULL"),
)

coupon = Table(
    "coupon",
    metadata,
    code(),
    ref("promotion_id", "promotion.id"),
    ref("member_id", "member.id", null=True),
    day("valid_from"),
    day("valid_to"),
    when("made_at"),
    must("days_in_order", "valid_from <= valid_to"),
    Index("ix_coupon_member_id", "member_id"),
)

coupon_event = Table(
    "coupon_event",
    metadata,
    number(),
    ref("coupon_id", "coupon.id"),
    when("at"),
    words("kind"),
    ref("sale_id", "sale.id", null=True),
    ref("return_id", "sale_return.id", null=True),
    ref("staff_id", "staff.id"),
    one_of("kind", COUPON_EVENTS),
    must("redeemed_on_a_sale", "(kind = 'redeemed') = (sale_id IS NOT NULL)"),
    must("restored_by_a_return", "(kind = 'restored') = (return_id IS NOT NULL)"),
    Index("ix_coupon_event_coupon_id", "coupon_id"),
    Index("ix_coupon_event_sale_id", "sale_id"),
    info=APPEND_ONLY,
)

sale = Table(
    "sale",
    metadata,
    number(),
    when("at"),
    ref("store_id", "store.id"),
    ref("staff_id", "staff.id"),
    ref("member_id", "member.id", null=True),
    words("channel"),
    cents("gross"),
    cents("discount"),
    cents("total"),
    cents("paid"),
    cents("points_value"),
    count("points_paid"),
    count("points_earned"),
    words("external_id", null=True),
    must("external_id_short", "length(external_id) BETWEEN 1 AND 40"),
    one_of("channel", CHANNELS),
    must("discount_within_gross", "discount >= 0 AND discount <= gross"),
    must("total_adds_up", "total = gross - discount"),
    must("settled", "total = paid + points_value"),
    must("points_need_member", "member_id IS NOT NULL OR (points_paid = 0 AND points_earned = 0)"),
    must("points_not_negative", "points_paid >= 0 AND points_earned >= 0 AND points_value >= 0"),
    Index("ix_sale_store_id_at", "store_id", "at"),
    Index("ix_sale_member_id_at", "member_id", "at"),
    Index("ix_sale_at", "at"),
    Index("uq_sale_external_id", "external_id", unique=True),
    info=APPEND_ONLY,
)

sale_line = Table(
    "sale_line",
    metadata,
    ref("sale_id", "sale.id", primary_key=True),
    Column("line", Integer, primary_key=True),
    ref("product_id", "product.id"),
    count("quantity"),
    cents("list_price"),
    cents("discount"),
    cents("amount"),
    cents("cost"),
    ref("promotion_id", "promotion.id", null=True),
    flag("is_gift"),
    must("quantity_positive", "quantity > 0"),
    must("list_price_not_negative", "list_price >= 0"),
    must("amount_adds_up", "amount = list_price * quantity - discount"),
    must("amount_not_negative", "discount >= 0 AND amount >= 0"),
    must("gift_is_free", "NOT is_gift OR amount = 0"),
    Index("ix_sale_line_product_id", "product_id"),
    info=APPEND_ONLY,
)

sale_offer = Table(
    "sale_offer",
    metadata,
    ref("sale_id", "sale.id", primary_key=True),
    ref("promotion_id", "promotion.id", primary_key=True),
    ref("coupon_id", "coupon.id", null=True),
    cents("discount"),
    must("discount_not_negative", "discount >= 0"),
    info=APPEND_ONLY,
)

payment = Table(
    "payment",
    metadata,
    ref("sale_id", "sale.id", primary_key=True),
    Column("line", Integer, primary_key=True),
    words("method"),
    cents("amount"),
    one_of("method", MONEY_METHODS),
    must("amount_positive", "amount > 0"),
    info=APPEND_ONLY,
)

sale_return = Table(
    "sale_return",
    metadata,
    number(),
    ref("sale_id", "sale.id"),
    when("at"),
    ref("store_id", "store.id"),
    ref("staff_id", "staff.id"),
    words("reason"),
    cents("total"),
    cents("refunded"),
    cents("points_value"),
    cents("points_missing_value"),
    count("points_back"),
    count("points_taken"),
    one_of("reason", RETURN_REASONS),
    must("settled", "total = refunded + points_value + points_missing_value"),
    must(
        "not_negative",
        "total >= 0 AND refunded >= 0 AND points_value >= 0 AND points_missing_value >= 0"
        " AND points_back >= 0 AND points_taken >= 0",
    ),
    Index("ix_sale_return_sale_id", "sale_id"),
    Index("ix_sale_return_store_id_at", "store_id", "at"),
    info=APPEND_ONLY,
)

return_line = Table(
    "return_line",
    metadata,
    ref("return_id", "sale_return.id", primary_key=True),
    Column("line", Integer, primary_key=True),
    count("quantity"),
    cents("amount"),
    must("quantity_positive", "quantity > 0"),
    must("amount_not_negative", "amount >= 0"),
    info=APPEND_ONLY,
)

refund = Table(
    "refund",
    metadata,
    ref("return_id", "sale_return.id", primary_key=True),
    Column("line", Integer, primary_key=True),
    words("method"),
    cents("amount"),
    one_of("method", MONEY_METHODS),
    must("amount_positive", "amount > 0"),
    info=APPEND_ONLY,
)

shift_close = Table(
    "shift_close",
    metadata,
    number(),
    ref("store_id", "store.id"),
    ref("staff_id", "staff.id"),
    when("from_at"),
    when("to_at"),
    cents("cash_expected"),
    cents("cash_counted"),
    must("times_in_order", "from_at <= to_at"),
    must("cash_not_negative", "cash_counted >= 0"),
    Index("ix_shift_close_store_id_to_at", "store_id", "to_at"),
    info=APPEND_ONLY | {"said": "note"},
)

points_lot = Table(
    "points_lot",
    metadata,
    number(),
    ref("member_id", "member.id"),
    when("earned_at"),
    when("expires_at"),
    ref("sale_id", "sale.id", null=True),
    must("times_in_order", "earned_at < expires_at"),
    Index("ix_points_lot_member_id_expires_at", "member_id", "expires_at"),
    Index("ix_points_lot_sale_id", "sale_id"),
    Index("ix_points_lot_expires_at", "expires_at"),
    info=APPEND_ONLY,
)

points_entry = Table(
    "points_entry",
    metadata,
    number(),
    ref("lot_id", "points_lot.id"),
    when("at"),
    words("kind"),
    count("points"),
    count("lot_balance"),
    ref("sale_id", "sale.id", null=True),
    ref("return_id", "sale_return.id", null=True),
    ref("staff_id", "staff.id"),
    one_of("kind", POINTS_KINDS),
    must("points_not_zero", "points <> 0"),
    must("lot_not_below_zero", "lot_balance >= 0"),
    must(
        "sign_fits_kind",
        "(kind IN ('earn', 'return_paid') AND points > 0)"
        " OR (kind IN ('pay', 'goods', 'expire', 'return_earned') AND points < 0)"
        " OR kind = 'adjust'",
    ),
    Index("ix_points_entry_lot_id", "lot_id"),
    Index("ix_points_entry_sale_id", "sale_id"),
    info=APPEND_ONLY | {"said": "reason"},
)

reward = Table(
    "reward",
    metadata,
    ref("product_id", "product.id", primary_key=True),
    count("points"),
    flag("active"),
    must("points_positive", "points > 0"),
)
