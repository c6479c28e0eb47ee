"""Products and where they are: every piece moves from one location to another."""

from crmkit import codes
from crmkit.practice.schema.columns import *

product = table(
    "product",
    code(),
    words("name category"),
    words("family brand", null=True),
    cents("list_price cost", least=0),
    day("launched_on", null=True),
    words("shelf barcode initials", null=True),
    active(),
    count("shelf_life_days", null=True),
    must("shelf_life_positive", "shelf_life_days > 0"),
    Index("uq_product_barcode", "barcode", unique=True),
)

location = table(
    "location",
    code(),
    coded("kind", codes.LOCATION_KINDS),
    ref("store_id", null=True),
    must("store_has_store", "(kind = 'store') = (store_id IS NOT NULL)"),
    must("outside_starts_with_at", "(kind IN ('store', 'transit')) = (id NOT LIKE '@%')"),
)

stock_move = ledger(
    "stock_move",
    number(),
    when("at"),
    coded("kind", codes.STOCK_KINDS),
    ref("product_id"),
    ref("from_id", "location.id"),
    ref("to_id", "location.id"),
    count("quantity", least=1),
    count("from_balance to_balance"),
    ref("sale_id", null=True),
    ref("return_id", "sale_return.id", null=True),
    ref("transfer_id stocktake_id redemption_id delivery_id", null=True),
    ref("staff_id"),
    must("two_places", "from_id <> to_id"),
    must("shelf_not_below_zero", "from_balance >= 0 OR from_id LIKE '@%'"),
    must("transfer_named", "(kind LIKE 'transfer_%') = (transfer_id IS NOT NULL)"),
    by("from_id product_id id", "to_id product_id id", "transfer_id", "sale_id", "at"),
    said="reason",
)

write_off = ledger(
    "write_off",
    ref("move_id", "stock_move.id", primary_key=True),
    coded("reason", codes.WRITE_OFF_REASONS),
    cents("cost", least=0),
)

lot = table(
    "lot",
    number(),
    ref("store_id product_id"),
    day("best_before"),
    count("remaining", least=0),
    when("came_at"),
    Index("uq_lot_date", "store_id", "product_id", "best_before", unique=True),
    by("store_id best_before id"),
)

transfer = table(
    "transfer",
    number(),
    when("sent_at"),
    ref("from_store_id", "store.id"),
    ref("to_store_id", "store.id"),
    ref("staff_id"),
    when("closed_at", null=True),
    must("two_stores", "from_store_id <> to_store_id"),
    by("to_store_id closed_at"),
    said="note",
)

transfer_line = ledger(
    "transfer_line",
    ref("transfer_id product_id", primary_key=True),
    count("sent", least=1),
)

stocktake = table(
    "stocktake",
    number(),
    ref("store_id"),
    when("opened_at"),
    ref("opened_by", "staff.id"),
    when("closed_at", null=True),
    ref("closed_by", "staff.id", null=True),
    coded("status", codes.STOCKTAKE_STATUSES, "stocktake_status"),
    when("signed_at", null=True),
    ref("signed_by", "staff.id", null=True),
    must("open_has_no_end", "(status = 'open') = (closed_at IS NULL)"),
    must("signed_is_closed", "signed_by IS NULL OR (signed_at IS NOT NULL AND status = 'closed')"),
    only_one("uq_stocktake_one_open", "store_id", where="status IN ('open', 'counted')"),
)

stocktake_line = table(
    "stocktake_line",
    ref("stocktake_id product_id", primary_key=True),
    words("cause", null=True),
    count("named_after", null=True),
)
"""`named_after`: the count after which it was named to be counted again."""

stocktake_count = ledger(
    "stocktake_count",
    number(),
    ref("stocktake_id product_id"),
    when("at"),
    ref("staff_id"),
    count("counted", null=True, least=0),
    count("book"),
    by("stocktake_id product_id"),
)

stocktake_result = ledger(
    "stocktake_result",
    ref("stocktake_id product_id", primary_key=True),
    count("book counted difference"),
    words("cause", null=True),
    must("difference_adds_up", "difference = counted - book"),
)

reservation = table(
    "reservation",
    number(),
    ref("store_id product_id"),
    ref("member_id", null=True),
    count("quantity", least=1),
    when("made_at until"),
    coded("status", codes.RESERVATION_STATUSES, "reservation_status"),
    ref("staff_id"),
    ref("sale_id", null=True),
    must("collected_on_a_sale", "(status = 'collected') = (sale_id IS NOT NULL)"),
    by("store_id product_id status"),
)

reorder_rule = table(
    "reorder_rule",
    ref("store_id product_id", primary_key=True),
    count("reorder_point order_up_to"),
    must("levels_in_order", "reorder_point >= 0 AND order_up_to > reorder_point"),
)

supplier = table("supplier", code(), words("name"), active())

purchase_order = table(
    "purchase_order",
    number(),
    ref("store_id supplier_id staff_id"),
    when("ordered_at"),
    day("expected_on", null=True),
    coded("status", codes.ORDER_STATUSES, "order_status"),
    when("closed_at", null=True),
    must("open_has_no_end", "(status = 'open') = (closed_at IS NULL)"),
    by("store_id status"),
)

purchase_line = ledger(
    "purchase_line",
    ref("order_id", "purchase_order.id", primary_key=True),
    ref("product_id", primary_key=True),
    count("ordered", least=1),
    cents("cost", least=0),
)

delivery = ledger(
    "delivery",
    number(),
    ref("order_id", "purchase_order.id"),
    when("at"),
    ref("staff_id"),
    words("document", null=True),
    by("order_id"),
)

delivery_line = ledger(
    "delivery_line",
    ref("delivery_id product_id", primary_key=True),
    count("received", least=1),
    cents("cost", least=0),
)
