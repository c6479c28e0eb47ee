"""Cleaning: from what really arrives to a table one can trust, with a report of every change.

>>> import crmkit as ck
>>> ck.clean.normalize_phone("+86 140-0123 4567")
'14001234567'

A cleaning function takes a table and returns two things: the cleaned table, of the same kind
(pandas, Polars, Arrow, DuckDB, Ibis, Spark), and a `CleaningReport`. No row disappears: what
came in is what was kept plus what was set aside, and `CleaningReport.set_aside` holds the latter.
Cleaning looks at every value, so a lazy table is read into memory once.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "duplicates": [
            "drop_duplicates_exact",
            "find_duplicate_members",
            "merge_members",
            "rekey",
        ],
        "members": ["clean_members"],
        "quality": ["profile_quality", "validate"],
        "read": ["read_any"],
        "report": ["CleaningReport"],
        "sales": ["clean_sales"],
        "values": ["normalize_email", "normalize_phone", "parse_dates"],
        "voices": ["clean_comments", "clean_surveys"],
    },
)
