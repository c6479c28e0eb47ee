"""What makes a notebook teach: checks, hints, quizzes, dialogues, tasks and progress.

>>> from crmkit.i18n import use_language
>>> from crmkit.learn import check
>>> revenue = 1250.5
>>> with use_language("en"):
...     check.number("revenue", 1250.5, unit="yuan")
✓ revenue: Right.
"""

import sys

from crmkit.learn.guard import guarded

__all__ = ["check"]

sys.modules[__name__].__class__ = guarded(sys.modules[__name__])
