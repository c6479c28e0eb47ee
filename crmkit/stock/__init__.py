"""What lies on the shelves: how fast it turns, what runs out, what to reorder, move and clear."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "moving": ["days_of_stock", "moving_rate", "sell_through", "stockout_rate", "turnover"],
        "assortment": [
            "abc",
            "abc_xyz",
            "best_seller_share",
            "new_product_share",
            "suggest_structure",
            "xyz",
        ],
        "age": ["ageing"],
        "reordering": [
            "Buffer",
            "economic_order_quantity",
            "reorder_plan",
            "reorder_point",
            "safety_stock",
            "transfer_plan",
        ],
    },
)
