"""How customers come, buy, stay away and come back, and what they are still worth."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "churn": ["ChurnModel", "churn_model"],
        "history": ["purchase_history"],
        "lifetime": ["LifetimeValue", "lifetime_value"],
        "judging": ["Holdout", "holdout"],
        "moves": ["movement", "spend"],
        "rhythm": ["churn_by_purchase", "days_between", "purchases_per_member"],
        "tree": ["revenue_tree"],
        "models": ["PurchaseModel", "SpendModel", "fit_purchases", "fit_spend"],
    },
)
