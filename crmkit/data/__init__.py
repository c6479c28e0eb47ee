"""The course shop and the doors for one's own data."""

import lazy_loader

# at once, not lazily: the function shares its module's name and would be hidden by it
from crmkit.data.load import folder, load, table_names, truth

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["simulate"],
    submod_attrs={"conform": ["conform"], "scan": ["scan"]},
)
__all__ += ["folder", "load", "table_names", "truth"]
