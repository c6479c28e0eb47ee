"""The till: offers and coupons, sales and returns, drawers, value cards, points."""

from crmkit import codes
from crmkit.practice.schema.columns import *

promotion = table(
    "promotion",
    code(),
    words("name"),
    coded("kind", codes.PROMOTION_KINDS),
    cents("threshold amount_off", null=True),
    count("percent_off", null=True),
    ref("gift_product_id", "product.id", null=True),
    words("category level", null=True),
    flag("coupon_only"),
    day("starts_on ends_on"),
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

coupon = table(
    "coupon",
    code(),
    ref("promotion_id"),
    ref("member_id", null=True),
    day("valid_from valid_to"),
    when("made_at"),
    must("days_in_order", "valid_from <= valid_to"),
    by("member_id"),
)

coupon_event = ledger(
    "coupon_event",
    number(),
    ref("coupon_id"),
    when("at"),
    coded("kind", codes.COUPON_EVENTS),
    ref("sale_id", null=True),
    ref("return_id", "sale_return.id", null=True),
    ref("staff_id"),
    must("redeemed_on_a_sale", "(kind = 'redeemed') = (sale_id IS NOT NULL)"),
    must("restored_by_a_return", "(kind = 'restored') = (return_id IS NOT NULL)"),
    by("coupon_id", "sale_id"),
)

sale = ledger(
    "sale",
    number(),
    when("at"),
    ref("store_id staff_id"),
    ref("seller_id", "staff.id", null=True),
    ref("member_id", null=True),
    coded("channel", codes.CHANNELS, "channel"),
    cents("gross discount total paid points_value"),
    count("points_paid points_earned"),
    cents("tendered", null=True),
    words("external_id", null=True),
    must("external_id_short", "length(external_id) BETWEEN 1 AND 40"),
    must("discount_within_gross", "discount >= 0 AND discount <= gross"),
    must("total_adds_up", "total = gross - discount"),
    must("settled", "total = paid + points_value"),
    must("points_need_member", "member_id IS NOT NULL OR (points_paid = 0 AND points_earned = 0)"),
    must("points_not_negative", "points_paid >= 0 AND points_earned >= 0 AND points_value >= 0"),
    Index("uq_sale_external_id", "external_id", unique=True),
    by("store_id at", "member_id at", "at"),
)

sale_line = ledger(
    "sale_line",
    ref("sale_id", primary_key=True),
    Column("line", Integer, primary_key=True),
    ref("product_id"),
    count("quantity", least=1),
    cents("list_price discount amount cost"),
    ref("promotion_id", null=True),
    flag("is_gift"),
    must("list_price_not_negative", "list_price >= 0"),
    must("amount_adds_up", "amount = list_price * quantity - discount"),
    must("amount_not_negative", "discount >= 0 AND amount >= 0"),
    must("gift_is_free", "NOT is_gift OR amount = 0"),
    by("product_id"),
)

sale_offer = ledger(
    "sale_offer",
    ref("sale_id promotion_id", primary_key=True),
    ref("coupon_id", null=True),
    cents("discount", least=0),
)

price_change = ledger(
    "price_change",
    number(),
    ref("sale_id"),
    coded("kind", codes.PRICE_CHANGES, "price_change"),
    ref("product_id", null=True),
    cents("amount", least=1),
    ref("approved_by", "staff.id"),
    must("price_of_a_product", "(kind = 'price') = (product_id IS NOT NULL)"),
    by("sale_id"),
    said="reason",
)

held_basket = table(
    "held_basket",
    number(),
    ref("store_id staff_id"),
    when("at"),
    ref("member_id", null=True),
    words("coupon_id", null=True),
    words("units"),
    words("note_sealed", null=True),
    coded("status", codes.BASKET_STATUSES),
    by("store_id status"),
)

value_card = table(
    "value_card",
    code(),
    coded("kind", codes.CARD_KINDS, "card_kind"),
    ref("member_id", null=True),
    ref("store_id"),
    when("made_at"),
    by("member_id"),
)

value_entry = ledger(
    "value_entry",
    number(),
    ref("card_id", "value_card.id"),
    when("at"),
    coded("kind", codes.CARD_ENTRIES, "card_entry"),
    cents("amount balance"),
    coded("method", codes.MONEY_METHODS, null=True),
    ref("store_id staff_id"),
    ref("sale_id", null=True),
    ref("return_id", "sale_return.id", null=True),
    must("sign_fits_kind", "amount <> 0 AND (kind = 'pay') = (amount < 0)"),
    must("card_not_below_zero", "balance >= 0"),
    must("loaded_with_money", "(kind = 'load') = (method IS NOT NULL)"),
    must("paid_for_a_sale", "(kind = 'pay') = (sale_id IS NOT NULL)"),
    must("refunded_by_a_return", "(kind = 'refund') = (return_id IS NOT NULL)"),
    by("card_id id", "store_id at"),
)

payment = ledger(
    "payment",
    ref("sale_id", primary_key=True),
    Column("line", Integer, primary_key=True),
    coded("method", codes.MONEY_METHODS),
    cents("amount", least=1),
    ref("card_id", "value_card.id", null=True),
    must("card_pays_as_gift_card", "card_id IS NULL OR method = 'gift_card'"),
)

sale_return = ledger(
    "sale_return",
    number(),
    ref("sale_id"),
    when("at"),
    ref("store_id staff_id"),
    coded("kind", codes.RETURN_KINDS, "return_kind"),
    coded("reason", (*codes.RETURN_REASONS, *codes.VOID_REASONS), "return_reason"),
    words("external_id", null=True),
    cents("total refunded points_value points_missing_value"),
    count("points_back points_taken"),
    must(
        "reason_fits_kind",
        f"(kind = 'void') = (reason IN ({', '.join(map(repr, codes.VOID_REASONS))}))",
    ),
    Index("uq_sale_return_external_id", "external_id", unique=True),
    must("settled", "total = refunded + points_value + points_missing_value"),
    must(
        "not_negative",
        "total >= 0 AND refunded >= 0 AND points_value >= 0 AND points_missing_value >= 0"
        " AND points_back >= 0 AND points_taken >= 0",
    ),
    by("sale_id", "store_id at"),
)

return_line = ledger(
    "return_line",
    ref("return_id", "sale_return.id", primary_key=True),
    Column("line", Integer, primary_key=True),
    count("quantity", least=1),
    cents("amount", least=0),
)

refund = ledger(
    "refund",
    ref("return_id", "sale_return.id", primary_key=True),
    Column("line", Integer, primary_key=True),
    coded("method", codes.MONEY_METHODS),
    cents("amount", least=1),
)

shift_close = ledger(
    "shift_close",
    number(),
    ref("store_id"),
    words("drawer"),
    ref("staff_id"),
    when("from_at to_at"),
    cents(
        "opening sales refunds card_loads paid_in paid_out cash_expected cash_counted left_in_drawer"
    ),
    ref("handed_to", "staff.id", null=True),
    must("cash_not_negative", "cash_counted >= 0"),
    must("left_of_what_was_counted", "left_in_drawer BETWEEN 0 AND cash_counted"),
    must(
        "expected_adds_up",
        "cash_expected = opening + sales - refunds + card_loads + paid_in - paid_out",
    ),
    by("store_id to_at", "store_id drawer"),
    said="note",
)

cash_entry = ledger(
    "cash_entry",
    number(),
    when("at"),
    ref("store_id"),
    words("drawer"),
    coded("kind", codes.CASH_KINDS),
    cents("amount balance"),
    ref("staff_id"),
    ref("sale_id", null=True),
    ref("return_id", "sale_return.id", null=True),
    ref("value_entry_id", null=True),
    ref("close_id", "shift_close.id", null=True),
    must("sold_on_a_sale", "(kind = 'sale') = (sale_id IS NOT NULL)"),
    must("refunded_by_a_return", "(kind = 'refund') = (return_id IS NOT NULL)"),
    must("counted_at_a_close", "(kind IN ('over_short', 'hand_over')) = (close_id IS NOT NULL)"),
    by("store_id drawer id", "store_id staff_id kind", "sale_id"),
    said="reason",
)

redemption = ledger(
    "redemption",
    number(),
    when("at"),
    ref("store_id staff_id member_id product_id"),
    count("quantity points"),
    must("positive", "quantity > 0 AND points > 0"),
    by("member_id"),
)

points_lot = ledger(
    "points_lot",
    number(),
    ref("member_id"),
    when("earned_at expires_at"),
    ref("sale_id", null=True),
    must("times_in_order", "earned_at < expires_at"),
    by("member_id expires_at", "sale_id", "expires_at"),
)

points_entry = ledger(
    "points_entry",
    number(),
    ref("lot_id", "points_lot.id"),
    when("at"),
    coded("kind", codes.POINTS_KINDS, "points_kind"),
    count("points lot_balance"),
    ref("sale_id", null=True),
    ref("return_id", "sale_return.id", null=True),
    ref("redemption_id", null=True),
    ref("staff_id"),
    must("points_not_zero", "points <> 0"),
    must("lot_not_below_zero", "lot_balance >= 0"),
    must(
        "sign_fits_kind",
        "(kind IN ('earn', 'return_paid', 'goods_back') AND points > 0)"
        " OR (kind IN ('pay', 'goods', 'expire', 'return_earned') AND points < 0)"
        " OR kind = 'adjust'",
    ),
    must(
        "goods_on_a_redemption", "(kind IN ('goods', 'goods_back')) = (redemption_id IS NOT NULL)"
    ),
    by("lot_id", "sale_id", "redemption_id"),
    said="reason",
)

reward = table(
    "reward",
    ref("product_id", primary_key=True),
    count("points", least=1),
    active(),
)
