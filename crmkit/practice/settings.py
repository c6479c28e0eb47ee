"""The shop's own rules that a trainer may change, with what they are unless changed."""

from typing import Literal, overload

from sqlalchemy import select

from crmkit.practice import schema

DEFAULTS: dict[str, int | str] = {
    "points_valid_days": 365,
    "point_value": 1,  # cents a point is worth at the till
    "round_off_most": 999,  # cents that may be rounded off a total
    "quiet_from": "21:00",
    "quiet_to": "09:00",
}


@overload
def setting(tx, name: Literal["points_valid_days", "point_value", "round_off_most"]) -> int: ...
@overload
def setting(tx, name: Literal["quiet_from", "quiet_to"]) -> str: ...
@overload
def setting(tx, name: str) -> int | str: ...
def setting(tx, name: str) -> int | str:
    """The setting as it is now, of its default's kind."""
    stored = tx.value(select(schema.setting.c.value).where(schema.setting.c.name == name))
    default = DEFAULTS[name]
    return default if stored is None else type(default)(stored)
