"""Who the customers are, in groups that ask for different care."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "bands": ["composite_rank", "deciles", "hml"],
        "clusters": ["Clusters", "kmeans"],
        "kinds": ["by_demographics", "migration", "segment_summary"],
        "scores": ["RFM_GROUPS", "rfm", "rfm_groups"],
    },
)
