"""Cleaning: from what really arrives to a table one can trust, with a report of every change.

>>> import crmkit as ck
>>> ck.clean.normalize_phone("+86 140-0123 4567")
'14001234567'

A cleaning function takes a table and returns two things: the cleaned table, of the same kind
(pandas, Polars, Arrow, DuckDB, Ibis, Spark), and a `CleaningReport`. No row disappears: what
came in is what was kept plus what was set aside, and `CleaningReport.set_aside` holds the latter.

Cleaning looks at every value. A lazy table (DuckDB, so whatever ``ck.data.scan`` gives, lazy Polars,
Ibis) of more than 200,000 rows is cleaned piece by piece through temporary files, about as large as
the table: `clean_sales`, `clean_members`, `validate`, `drop_duplicates_exact`, `parse_dates`,
`normalize_phone` and `normalize_email` stay under a gigabyte of memory however long it is, and what
they give back is as lazy (its rows in another order):

    lines, cleaning = ck.clean.clean_sales(ck.data.scan("till.csv"))
    ck.kpi.sales_summary(lines, by="month")

The lines of one sale lie in one piece, the order of day and month and the currencies are judged for
all; what else looks at several rows (how ids are usually written, a cashier's store) at its piece.
`clean_surveys`, `clean_comments`, `profile_quality`, `find_duplicate_members`, `merge_members` and
`read_any` bring all rows into memory. So does any cleaning of a Spark table: one of more rows than a
piece is refused, and the message says how to write it out and scan it.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
