"""What a workbook or a database holds: the headings of each of its sheets or tables."""

from __future__ import annotations

from pathlib import Path

from crmkit.data.reading.files import FileUnreadable, files_of, kind_of


def sheets(source: str | Path) -> dict[str, list[str]]:
    """Headings by sheet or table; empty where the source is one table, or cannot be opened."""
    if isinstance(source, str) and "://" in source:
        return _tables(source)
    files = files_of(source)
    if len(files) != 1:
        return {}
    kind = kind_of(files[0])
    if kind == "excel":
        return _workbook(files[0])
    return _tables(f"sqlite:///{files[0].resolve()}") if kind == "sqlite" else {}


def _workbook(file: Path) -> dict[str, list[str]]:
    from python_calamine import CalamineError, CalamineWorkbook

    from crmkit.data.reading.excel import excel_rows

    try:
        names = CalamineWorkbook.from_path(str(file)).sheet_names
    except (CalamineError, OSError):
        return {}  # its reader tells why
    found = {}
    for name in names if len(names) > 1 else ():
        try:
            found[name] = excel_rows(file, name)[0]
        except FileUnreadable:  # an empty one
            continue
    return found


def _tables(url: str) -> dict[str, list[str]]:
    import sqlalchemy as sa

    try:
        engine = sa.create_engine(url)
        if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").is_file():
            return {}
        with engine.connect() as connection:
            there = sa.inspect(connection)
            names = sorted([*there.get_table_names(), *there.get_view_names()])
            return {name: [c["name"] for c in there.get_columns(name)] for name in names}
    except (sa.exc.SQLAlchemyError, ImportError):
        return {}  # its reader tells why
