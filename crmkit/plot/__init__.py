"""One chart for each answer, readable at projector size, in the language of the reader."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "campaign": ["comparison", "plan", "roi", "uplift_by_segment"],
        "clean": ["cleaning"],
        "kpi": [
            "attainment",
            "cohort_retention",
            "conversion_rate",
            "csat",
            "funnel",
            "growth",
            "member_share",
            "monitor",
            "nps",
            "referral_rate",
            "repeat_purchase_rate",
            "retention_rate",
            "sales_summary",
        ],
        "portrait": ["bars", "lines", "spread"],
        "profile": ["accuracy", "completeness"],
        "segment": [
            "by_demographics",
            "kmeans",
            "migration",
            "overlap",
            "rfm",
            "rfm_groups",
            "segment_summary",
        ],
        "stock": [
            "abc",
            "abc_xyz",
            "ageing",
            "best_seller_share",
            "days_of_stock",
            "economic_order_quantity",
            "moving_rate",
            "new_product_share",
            "reorder_plan",
            "sell_through",
            "stockout_rate",
            "suggest_structure",
            "transfer_plan",
            "turnover",
            "xyz",
        ],
    },
)
