"""The shop's key figures: what was sold, how customers judge it, whether they come back."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "cohorts": ["cohort_retention"],
        "crossing": ["cross_shopping", "purchase_path"],
        "prices": ["Elasticity", "price_elasticity", "price_index"],
        "switching": ["gain_loss", "switching"],
        "sales": ["growth", "member_share", "sales_summary"],
        "goals": ["attainment", "monitor"],
        "visits": ["conversion_rate", "funnel"],
        "voice": ["csat", "nps", "referral_rate"],
        "loyalty": ["repeat_purchase_rate", "retention_rate"],
    },
)
