"""What a report holds, however it is shown."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crmkit.report import lists
from crmkit.report.chapters import Step
from crmkit.report.ledger import Opened
from crmkit.report.lists import Sheet
from crmkit.report.point import Advice, Point


@dataclass
class Done:
    """A step that was reckoned: its table as people read it, its chart as PNG, its sentence."""

    step: Step
    table: Any
    chart: bytes | None
    says: str


@dataclass
class Findings:
    """What was found in a file; see `crmkit.report.Report`."""

    opened: Opened
    chapters: dict[str, list[Done]]
    left_out: list[tuple[str, str]]
    found: dict[str, Any]
    planned: dict[str, list[Step]] = field(default_factory=dict)
    advice: list[Advice] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)
    beside: Path | None = None

    @functools.cached_property
    def lists(self) -> list[Sheet]:
        """Whom to contact, member by member: in no page and no notebook, only in the workbook."""
        return lists.lists(self.opened, self.found)
