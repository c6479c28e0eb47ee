"""The lines an analyst pastes to open her file: what it is called, which column stands for which."""

from __future__ import annotations

from typing import Any

from crmkit.i18n import gettext as _
from crmkit.tables import CONTRACT, NEEDED

HELD = 2_000_000
"""Rows up to which a table is offered as a pandas frame, which the lessons' four boxes work on."""


def call_of(
    source: object,
    said: dict[str, Any],
    table: str,
    meant: dict[str, str],
    kinds: dict[str, str],
    as_pandas: bool = False,
) -> str:
    """The lines to paste; they run as they stand. `as_pandas`: all of it in memory, as lessons do."""
    path = str(source)
    given = "".join(f", {name}={value!r}" for name, value in said.items() if value is not None)
    lines = ["import crmkit as ck", f"lines = ck.data.scan({path!r}{given}){'.df()' * as_pandas}"]
    ours = {meant[theirs]: theirs for theirs in kinds if theirs in meant}  # as the columns stand
    awkward = [
        theirs
        for column, theirs in ours.items()
        if (CONTRACT[table][column].kind == "number" and kinds[theirs] not in ("whole", "number"))
        or (CONTRACT[table][column].kind == "time" and kinds[theirs] not in ("date", "moment"))
    ]  # fmt: skip
    clock = next((name for name, kind in kinds.items() if kind == "clock"), None)
    moment = next((c for c in ours if CONTRACT[table][c].kind == "time"), None)
    called = {name: repr(theirs) for name, theirs in ours.items() if name != theirs}
    if clock and moment and not awkward:
        called[moment] = repr([ours[moment], clock])
    arguments = [f"{name}={theirs}" for name, theirs in called.items()]
    if awkward and table in ("sales", "members"):
        call = ", ".join(["lines", *arguments])
        lines.append(f"lines, cleaning = ck.clean.clean_{table}({call})")
        lines.append("print(cleaning)")
        arguments = [f"{moment}={[moment, clock]!r}"] if clock and moment else []
    missing = [name for name in NEEDED[table] if name not in ours]
    if missing == ["amount"] and {"quantity", "list_price"} <= set(ours):
        missing = []
    if "sale_id" in missing:
        arguments.append("sale_id=None")
        missing.remove("sale_id")
    if table != "sales":
        arguments.append(f"table={table!r}")
    zoned = [theirs for theirs in ours.values() if kinds[theirs] == "moment"]
    if zoned and not awkward:
        arguments.append("time_zone='Asia/Shanghai'")
    call = ", ".join(["lines", *arguments, *(f"{name}='…'" for name in missing)])
    lines.append(f"{table} = ck.data.conform({call})")
    if missing:
        lines[-1] += "  # " + _("name the columns that stand for: {names}").format(
            names=", ".join(missing)
        )
    return "\n".join(lines)
