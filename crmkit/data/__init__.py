"""The course shop and the doors for one's own data."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["simulate"],
    submod_attrs={
        "conform": ["conform"],
        "load": ["folder", "load", "table_names", "truth"],
        "scan": ["scan"],
    },
)
