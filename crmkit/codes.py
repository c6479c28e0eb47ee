"""Every closed set of the shop, once: language-neutral codes and the levels' thresholds.

The course shop's data, the practice CRM's tables and the labels
(``crmkit/locale/labels.yaml``) take their codes from here; what people read for a code is
``crmkit.labels.code``.
"""

from typing import NamedTuple


class Level(NamedTuple):
    """A member level: from what net spend of the last `LEVEL_DAYS` (yuan), and what it earns."""

    code: str
    from_spend: int
    points_per_100_yuan: int


LEVEL_DAYS = 365
LEVEL_STEPS = (
    Level("regular", 0, 100),
    Level("silver", 1_000, 120),
    Level("gold", 2_500, 150),
    Level("platinum", 5_000, 200),
)
LEVELS = tuple(level.code for level in LEVEL_STEPS)

# people
GENDERS = ("female", "male", "undisclosed")
OCCUPATIONS = (
    "office",
    "student",
    "teacher",
    "medical",
    "technician",
    "service",
    "self_employed",
    "civil_servant",
    "homemaker",
    "retired",
    "other",
)
HOUSEHOLDS = (
    "single",
    "shared_flat",
    "couple",
    "young_child",
    "school_child",
    "empty_nest",
    "three_generations",
)
INCOME_BANDS = ("low", "middle", "high")
ROLES = ("manager", "cashier", "sales", "stock_keeper")
MEMBER_STATUSES = ("live", "merged", "erased")
PREFERENCE_KINDS = ("category", "brand", "colour", "size", "style", "other")
CONSENT_PURPOSES = ("marketing", "profiling", "sharing")

# goods and places
CATEGORIES = (
    "tea_coffee",
    "snacks",
    "pantry",
    "personal_care",
    "cleaning",
    "kitchen",
    "textiles",
    "stationery",
    "baby",
    "gadgets",
    "gifts",
    "seasonal",
)
SHELVES = ("entrance", "eye_level", "reach", "low", "end_cap", "checkout", "new_arrivals")
SEASONS = ("spring", "summer", "autumn", "winter")
CLIMATES = ("mild", "hot_humid", "cold_dry")
SPENDING_LEVELS = ("low", "middle", "high")
LOCATION_KINDS = ("store", "transit", "supplier", "customer", "loss", "adjust")
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
    "transfer_surplus",
    "goods_back",
)

# selling
CHANNELS = ("store", "web", "mini_program")
PAYMENT_METHODS = ("wechat", "alipay", "card", "cash", "points", "gift_card")
MONEY_METHODS = tuple(method for method in PAYMENT_METHODS if method != "points")
RETURN_REASONS = (
    "not_durable",
    "unreliable",
    "poor_performance",
    "wrong_item",
    "changed_mind",
    "damaged_in_transit",
    "near_expiry",
)
VOID_REASONS = ("scanned_wrong", "paid_wrong", "customer_left", "training")
WRITE_OFF_REASONS = ("expired", "damaged")
QUALITY_REASONS = RETURN_REASONS[:3]  # these speak about the goods, not about the customer
PROMOTION_KINDS = ("percent_off", "threshold", "gift")
COUPON_EVENTS = ("issued", "redeemed", "restored", "withdrawn")
POINTS_KINDS = (
    "earn",
    "pay",
    "goods",
    "goods_back",
    "expire",
    "return_earned",
    "return_paid",
    "adjust",
)
CASH_KINDS = (
    "opening_float",
    "sale",
    "refund",
    "card_load",
    "paid_in",
    "paid_out",
    "over_short",
    "hand_over",
)
CARD_KINDS = ("gift", "stored_value")
CARD_ENTRIES = ("load", "pay", "refund")
PRICE_CHANGES = ("price", "rounding")
BASKET_STATUSES = ("held", "fetched", "dropped")
BROWSING_EVENTS = ("view", "basket", "checkout", "buy")

# talking
MESSAGE_CHANNELS = ("wecom", "mini_program", "sms", "email")
CONSENT_CHANNELS = (*MESSAGE_CHANNELS, "phone")
"""What a member is asked about: where to be written to, and whether to be phoned."""
SURVEY_CHANNELS = ("till", "sms", "mini_program", "email")
COMMENT_CHANNELS = ("short_video", "lifestyle_feed", "microblog", "review_site")
TICKET_KINDS = (
    "complaint",
    "enquiry",
    "return_exchange",
    "repair",
    "delivery",
    "points_account",
    "suggestion",
)
TICKET_CHANNELS = ("store", "phone", "web", "mini_program", "social", "email", "sms", "wecom")
TICKET_STATUSES = ("open", "in_progress", "resolved", "closed")
OPPORTUNITY_STAGES = ("interested", "contacted", "tried", "quoted", "won", "lost")
LOST_REASONS = ("price", "out_of_stock", "competitor", "no_need", "no_reply")
FOLLOWUP_KINDS = ("product_use", "new_arrivals", "offer")
FOLLOWUP_OUTCOMES = ("happy", "problem", "bought", "no_answer", "declined")
NEXT_STEPS = ("none", "call_again", "open_ticket", "invite", "send_offer")
OUTBOX_STATUSES = ("queued", "leased", "sent", "failed", "unknown", "cancelled")
CAMPAIGN_GROUPS = ("treatment", "control")
CAMPAIGN_KINDS = ("coupon", "threshold", "message", "relaunch")
ARMS = CAMPAIGN_GROUPS

# states and kinds of records that only the practice CRM keeps
TASK_STATUSES = ("open", "done", "cancelled")
PRIORITIES = ("low", "normal", "high")
DIRECTIONS = ("in", "out", "note")
IMPROVEMENT_STATUSES = ("open", "done", "confirmed", "reopened")
SURVEY_KINDS = ("csat", "nps", "both")
STOCKTAKE_STATUSES = ("open", "counted", "closed", "cancelled")
ORDER_STATUSES = ("open", "received", "cancelled")
RETURN_KINDS = ("return", "void")
RESERVATION_STATUSES = ("held", "collected", "released")
DATE_ADVICE = ("write_off", "mark_down", "send_back", "front", "in_order")
SHOP_KINDS = ("practice", "served")
OUTCOMES = ("done", "refused")
IMPORT_RESULTS = ("added", "changed", "refused")
TEMPLATE_LANGUAGES = ("zh", "en")
OCCASIONS = ("birthday", "holiday")
CAMPAIGN_STATUSES = ("draft", "frozen", "sent", "cancelled")
MESSAGE_PURPOSES = ("marketing", "service")
SEALED_FIELDS = ("name", "phone", "email", "card", "birth_date", "note")
