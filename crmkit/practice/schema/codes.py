"""The closed sets: every code a column may hold, each once."""

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
TASK_STATUSES = ("open", "done", "cancelled")
PRIORITIES = ("low", "normal", "high")
DIRECTIONS = ("in", "out", "note")
IMPROVEMENT_STATUSES = ("open", "done", "confirmed", "reopened")
SURVEY_KINDS = ("csat", "nps", "both")
STOCKTAKE_STATUSES = ("open", "closed", "cancelled")
RESERVATION_STATUSES = ("held", "collected", "released")
SHOP_KINDS = ("practice", "served")
OUTCOMES = ("done", "refused")
IMPORT_RESULTS = ("added", "changed", "refused")
TEMPLATE_LANGUAGES = ("zh", "en")
OCCASIONS = ("birthday", "holiday")
CAMPAIGN_STATUSES = ("draft", "frozen", "sent", "cancelled")
ARMS = ("treatment", "control")
MESSAGE_PURPOSES = ("marketing", "service")
SEALED_FIELDS = ("name", "phone", "email", "card", "birth_date", "note")
