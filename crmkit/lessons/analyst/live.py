"""A live board on the learner's own practice shop: today, against what is due today."""

from functools import cache
from typing import Any

from crmkit import kpi
from crmkit.i18n import gettext as _
from crmkit.labels import heading
from crmkit.learn import answers
from crmkit.learn.tasks.watching import watch
from crmkit.lessons.analyst.watching import daily, due
from crmkit.lessons.view import cents, divide, share, table_of, yuan
from crmkit.practice import Shop
from crmkit.screen import Part, Screen, parts

HERE = "S01"
"""The practice shop's store."""

RAISED = 1.06
"""What the owner asks for: last year and six percent."""


@cache
def asked_for() -> float:
    """July's target of the practice shop's store, as the owner asks for it."""
    return cents(RAISED * float(daily().loc["2024-07", HERE].sum()))


SCENE, MANAGER = "counter", "E0001"


def board() -> Screen:
    """The live board of the learner's own practice shop: today, against what is due today."""
    folder = answers.folder()

    def show() -> Part:
        shop = Shop.practice(SCENE, staff=MANAGER, folder=folder)
        try:
            frames, today = shop.frames(), shop.till.shift().day
        finally:
            shop.close()
        sales = frames["sales"]
        now = sales[sales["sold_at"].dt.date == today]
        wanted = frames["targets"]
        set_here = wanted[wanted["staff_id"].isna() & (wanted["month"] == f"{today:%Y-%m}")]
        target = float(set_here["revenue"].sum()) or asked_for()
        share_due = float(due(table_of("sales", {}), str(today)).set_index("store_id").loc[HERE, "due_share"])  # fmt: skip
        return _lamp(now, target * share_due, str(today), target, bool(len(set_here)))

    screen = Screen(show, {"again": lambda _arg, _values: None}, "board")
    watch(screen, folder)
    return screen


def _lamp(now: Any, wanted: float, today: str, target: float, is_set: bool) -> Part:
    """The board itself: what was sold and what is missing. No lamp: the day is not over."""
    revenue, orders = 0.0, 0
    if len(now):
        summary = kpi.sales_summary(now).iloc[0]
        revenue, orders = float(summary["revenue"]), int(summary["orders"])
    each = divide(revenue, orders, 2)
    pace = divide(revenue, wanted)
    missing = max(wanted - revenue, 0.0)
    more = _("about {n} more at this average").format(n=round(missing / each)) if each else None
    reached = _("{share} of what is due today").format(share=share(pace))
    month = _("July's target: {target}, set at the manager's desk.") if is_set else _("July's target: {target}, which is last July plus 6%; the manager can set another.")  # fmt: skip
    return parts.card(
        parts.row(
            parts.stat(_("Revenue today"), yuan(revenue), share=min(max(pace or 0.0, 0.0), 1.0)),
            parts.stat(heading("orders"), str(orders)),
            parts.stat(heading("aov"), yuan(each)),
            parts.stat(_("Still to sell today"), yuan(missing), more),
        ),
        parts.row(
            parts.chip(reached, "right" if (pace or 0.0) >= 1 else "info"),
            parts.text(_("Due today, {day}, by last year's path: {wanted}.").format(day=today, wanted=yuan(wanted))),
        ),
        parts.text(month.format(target=yuan(target)), "quiet"),
        parts.row(parts.button(_("Look again"), "again", kind="small")),
        title=_("Live board"),
    )  # fmt: skip
