"""A report from one's own sales file: one HTML page, and the notebook behind it.

Every table and chart of the report is one line of crmkit, which stands below it; the notebook holds
the same lines. `ledger` opens the file, `chapters` says what is reckoned, `of_…` what a figure means,
`advice` what matters most and what follows (`points_of_…`); `figures` are written alike on the `page`
and in the `notebook`, whose tables are `shown`.
"""

from crmkit.data.reading.held import held
from crmkit.report.coming import last_seen
from crmkit.report.ledger import Opened, opened
from crmkit.report.names import called, products_of
from crmkit.report.of_discounts import discounts
from crmkit.report.own import (
    best_first,
    pairs,
    purchases,
    receipts,
    returned,
    trend,
    weekdays,
    whole,
)
from crmkit.report.shown import reader, shown
from crmkit.report.turns import breaks, stretches
from crmkit.report.written import Report, analyse

__all__ = [
    "Opened",
    "Report",
    "analyse",
    "best_first",
    "breaks",
    "called",
    "discounts",
    "held",
    "last_seen",
    "opened",
    "pairs",
    "products_of",
    "purchases",
    "reader",
    "receipts",
    "returned",
    "shown",
    "stretches",
    "trend",
    "weekdays",
    "whole",
]
