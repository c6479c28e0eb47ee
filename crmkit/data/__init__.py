"""The course shop and the doors for one's own data."""

# at once, not lazily: a function that shares its module's name would be hidden by it
from crmkit.data.baskets import read_baskets
from crmkit.data.conform import conform
from crmkit.data.load import folder, load, raw, table_names, truth
from crmkit.data.look import look
from crmkit.data.reading import read
from crmkit.data.scan import scan

__all__ = [
    "conform",
    "folder",
    "load",
    "look",
    "raw",
    "read",
    "read_baskets",
    "scan",
    "table_names",
    "truth",
]


def __dir__() -> list[str]:
    return __all__  # tab-completion shows what is meant to be called
