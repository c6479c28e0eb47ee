"""One chart for each answer, readable at projector size, in the language of the reader."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "campaign": ["comparison", "plan", "roi", "uplift_by_segment"],
        "clean": ["cleaning"],
        "kpi": ["sales_summary"],
        "profile": ["accuracy", "completeness"],
        "segment": ["rfm_groups"],
        "stock": ["turnover"],
    },
)
