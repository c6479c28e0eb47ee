"""The one base of every error crmkit raises on purpose."""


class CrmkitError(Exception):
    """Something the user can mend; the message says what was wrong and what to do."""


class CrmkitWarning(UserWarning):
    """Something was taken to be otherwise than it looks; the message says what, and how to object."""
