"""The fixed sets: language-neutral codes and what people read for them in both languages.

``crmkit/locale/*/LC_MESSAGES/data.po`` carries the labels; a test holds the two together.
"""

CHANNELS = ("store", "web", "mini_program")
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
LEVELS = ("regular", "silver", "gold", "platinum")
PAYMENT_METHODS = ("wechat", "alipay", "card", "cash", "points", "gift_card")
RETURN_REASONS = (
    "not_durable",
    "unreliable",
    "poor_performance",
    "wrong_item",
    "changed_mind",
    "damaged_in_transit",
    "near_expiry",
)
QUALITY_REASONS = RETURN_REASONS[:3]
SHELVES = ("entrance", "eye_level", "reach", "low", "end_cap", "checkout", "new_arrivals")
SEASONS = ("spring", "summer", "autumn", "winter")
CLIMATES = ("mild", "hot_humid", "cold_dry")
SPENDING_LEVELS = ("low", "middle", "high")
INCOME_BANDS = ("low", "middle", "high")
ROLES = ("manager", "cashier", "sales", "stock_keeper")
PROMOTION_KINDS = ("percent_off", "threshold", "gift")
BROWSING_EVENTS = ("view", "basket", "checkout", "buy")
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
TICKET_CHANNELS = ("store", "phone", "web", "mini_program", "social")
TICKET_STATUSES = ("open", "in_progress", "resolved", "closed")
OPPORTUNITY_STAGES = ("interested", "contacted", "tried", "quoted", "won", "lost")
LOST_REASONS = ("price", "out_of_stock", "competitor", "no_need", "no_reply")
FOLLOWUP_KINDS = ("product_use", "new_arrivals", "offer")
FOLLOWUP_OUTCOMES = ("happy", "problem", "bought", "no_answer", "declined")
NEXT_STEPS = ("none", "call_again", "open_ticket", "invite", "send_offer")
CAMPAIGN_GROUPS = ("treatment", "control")
CAMPAIGN_KINDS = ("coupon", "threshold", "message", "relaunch")
