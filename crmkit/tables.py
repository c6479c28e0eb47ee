"""The one column contract: which columns a table has, checked once, at the door."""

from crmkit.errors import CrmkitError


class TableError(CrmkitError):
    """A table lacks a column or holds the wrong kind of value; the message says which."""
