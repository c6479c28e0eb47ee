"""One chart for each answer, readable at projector size, in the language of the reader."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "kpi": ["sales_summary"],
        "segment": ["rfm_groups"],
        "stock": ["turnover"],
    },
)
