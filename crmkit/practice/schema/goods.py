"""Products and where they are: every piece moves from one location to another."""

from sqlalchemy import Index, Table

from crmkit.codes import (
    LOCATION_KINDS,
    ORDER_STATUSES,
    RESERVATION_STATUSES,
    STOCK_KINDS,
    STOCKTAKE_STATUSES,
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
    only_one,
    ref,
    when,
    words,
)

product = Table(
    "product",
    metadata,
    code(),
    words("name"),
    words("category"),
    words("family", null=True),
    words("brand", null=True),
    cents("list_price"),
    cents("cost"),
    day("launched_on", null=True),
    words("shelf", null=True),
    words("barcode", null=True),
    words("initials", null=True),
    flag("active"),
    must("list_price_not_negative", "list_price >= 0"),
    must("cost_not_negative", "cost >= 0"),
    Index("uq_product_barcode", "barcode", unique=True),
)

location = Table(
    "location",
    metadata,
    code(),
    words("kind"),
    ref("store_id", "store.id", null=True),
    one_of("kind", LOCATION_KINDS),
    must("store_has_store", "(kind = 'store') = (store_id IS NOT NULL)"),
    must("outside_starts_with_at", "(kind IN ('store', 'transit')) = (id NOT LIKE '@%')"),
)

stock_move = Table(
    "stock_move",
    metadata,
    number(),
    when("at"),
    words("kind"),
    ref("product_id", "product.id"),
    ref("from_id", "location.id"),
    ref("to_id", "location.id"),
    count("quantity"),
    count("from_balance"),
    count("to_balance"),
    ref("sale_id", "sale.id", null=True),
    ref("return_id", "sale_return.id", null=True),
    ref("transfer_id", "transfer.id", null=True),
    ref("stocktake_id", "stocktake.id", null=True),
    ref("redemption_id", "redemption.id", null=True),
    ref("delivery_id", "delivery.id", null=True),
    ref("staff_id", "staff.id"),
    one_of("kind", STOCK_KINDS),
    must("quantity_positive", "quantity > 0"),
    must("two_places", "from_id <> to_id"),
    must("shelf_not_below_zero", "from_balance >= 0 OR from_id LIKE '@%'"),
    must(
        "transfer_named",
        "(kind LIKE 'transfer_%') = (transfer_id IS NOT NULL)",
    ),
    Index("ix_stock_move_from_id_product_id_id", "from_id", "product_id", "id"),
    Index("ix_stock_move_to_id_product_id_id", "to_id", "product_id", "id"),
    Index("ix_stock_move_transfer_id", "transfer_id"),
    Index("ix_stock_move_sale_id", "sale_id"),
    Index("ix_stock_move_at", "at"),
    info=APPEND_ONLY | {"said": "reason"},
)

transfer = Table(
    "transfer",
    metadata,
    number(),
    when("sent_at"),
    ref("from_store_id", "store.id"),
    ref("to_store_id", "store.id"),
    ref("staff_id", "staff.id"),
    when("closed_at", null=True),
    must("two_stores", "from_store_id <> to_store_id"),
    Index("ix_transfer_to_store_id_closed_at", "to_store_id", "closed_at"),
    info={"said": "note"},
)

transfer_line = Table(
    "transfer_line",
    metadata,
    ref("transfer_id", "transfer.id", primary_key=True),
    ref("product_id", "product.id", primary_key=True),
    count("sent"),
    must("sent_positive", "sent > 0"),
    info=APPEND_ONLY,
)

stocktake = Table(
    "stocktake",
    metadata,
    number(),
    ref("store_id", "store.id"),
    when("opened_at"),
    ref("opened_by", "staff.id"),
    when("closed_at", null=True),
    ref("closed_by", "staff.id", null=True),
    words("status"),
    one_of("status", STOCKTAKE_STATUSES),
    must("open_has_no_end", "(status = 'open') = (closed_at IS NULL)"),
    only_one("uq_stocktake_one_open", "store_id", where="status = 'open'"),
)

stocktake_line = Table(
    "stocktake_line",
    metadata,
    ref("stocktake_id", "stocktake.id", primary_key=True),
    ref("product_id", "product.id", primary_key=True),
)

stocktake_count = Table(
    "stocktake_count",
    metadata,
    number(),
    ref("stocktake_id", "stocktake.id"),
    ref("product_id", "product.id"),
    when("at"),
    ref("staff_id", "staff.id"),
    count("counted", null=True),
    count("book"),
    must("counted_not_negative", "counted >= 0"),
    Index("ix_stocktake_count_stocktake_id_product_id", "stocktake_id", "product_id"),
    info=APPEND_ONLY,
)

stocktake_result = Table(
    "stocktake_result",
    metadata,
    ref("stocktake_id", "stocktake.id", primary_key=True),
    ref("product_id", "product.id", primary_key=True),
    count("book"),
    count("counted"),
    count("difference"),
    words("cause", null=True),
    must("difference_adds_up", "difference = counted - book"),
    info=APPEND_ONLY,
)

reservation = Table(
    "reservation",
    metadata,
    number(),
    ref("store_id", "store.id"),
    ref("product_id", "product.id"),
    ref("member_id", "member.id", null=True),
    count("quantity"),
    when("made_at"),
    when("until"),
    words("status"),
    ref("staff_id", "staff.id"),
    ref("sale_id", "sale.id", null=True),
    one_of("status", RESERVATION_STATUSES),
    must("quantity_positive", "quantity > 0"),
    must("collected_on_a_sale", "(status = 'collected') = (sale_id IS NOT NULL)"),
    Index("ix_reservation_store_id_product_id_status", "store_id", "product_id", "status"),
)

reorder_rule = Table(
    "reorder_rule",
    metadata,
    ref("store_id", "store.id", primary_key=True),
    ref("product_id", "product.id", primary_key=True),
    count("reorder_point"),
    count("order_up_to"),
    must("levels_in_order", "reorder_point >= 0 AND order_up_to > reorder_point"),
)

supplier = Table(
    "supplier",
    metadata,
    code(),
    words("name"),
    flag("active"),
)

purchase_order = Table(
    "purchase_order",
    metadata,
    number(),
    ref("store_id", "store.id"),
    ref("supplier_id", "supplier.id"),
    ref("staff_id", "staff.id"),
    when("ordered_at"),
    day("expected_on", null=True),
    words("status"),
    when("closed_at", null=True),
    one_of("status", ORDER_STATUSES),
    must("open_has_no_end", "(status = 'open') = (closed_at IS NULL)"),
    Index("ix_purchase_order_store_id_status", "store_id", "status"),
)

purchase_line = Table(
    "purchase_line",
    metadata,
    ref("order_id", "purchase_order.id", primary_key=True),
    ref("product_id", "product.id", primary_key=True),
    count("ordered"),
    cents("cost"),
    must("ordered_positive", "ordered > 0"),
    must("cost_not_negative", "cost >= 0"),
    info=APPEND_ONLY,
)

delivery = Table(
    "delivery",
    metadata,
    number(),
    ref("order_id", "purchase_order.id"),
    when("at"),
    ref("staff_id", "staff.id"),
    words("document", null=True),
    Index("ix_delivery_order_id", "order_id"),
    info=APPEND_ONLY,
)

delivery_line = Table(
    "delivery_line",
    metadata,
    ref("delivery_id", "delivery.id", primary_key=True),
    ref("product_id", "product.id", primary_key=True),
    count("received"),
    cents("cost"),
    must("received_positive", "received > 0"),
    must("cost_not_negative", "cost >= 0"),
    info=APPEND_ONLY,
)
