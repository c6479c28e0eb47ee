"""A report from one's own sales file: one HTML page, and the notebook behind it.

Every table and chart of the report is one line of crmkit, which stands below it; the notebook holds
the same lines. `ledger` opens the file, `chapters` says what is reckoned, `says` what a figure means, `advice`
what follows, `page` and `notebook` write it down, `shown` are the
tables of the notebook.
"""

from crmkit.data.reading.held import held
from crmkit.report.ledger import Opened, opened
from crmkit.report.own import (
    best_first,
    pairs,
    purchases,
    receipts,
    returned,
    store_trend,
    weekdays,
    whole,
)
from crmkit.report.shown import members_of, shown
from crmkit.report.written import Report, analyse

__all__ = [
    "Opened",
    "Report",
    "analyse",
    "best_first",
    "held",
    "members_of",
    "opened",
    "pairs",
    "purchases",
    "receipts",
    "returned",
    "shown",
    "store_trend",
    "weekdays",
    "whole",
]
