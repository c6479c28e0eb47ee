"""The manager's board: the day against yesterday and the target, who works, what was done."""

from typing import Any

from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.panels.general import Desk, operations_of, screen
from crmkit.panels.logic.lists import Listed
from crmkit.panels.shown import cannot, money, table
from crmkit.practice import Shop
from crmkit.screen import Part, Screen, parts


class ManagersBoard(Desk):
    name = "manager"
    operations = operations_of(
        "office", "points", "cards", "audit", without=("office.set_password",)
    )

    def pages(self) -> dict:
        return {"day": (_("Today"), self._day), "team": (_("Team"), self._team)}

    def listed(self) -> dict:
        return {
            "closes": (_("Counted drawers"), Listed("till.list_closes", {}, days=True)),
            "log": (_("Log"), Listed("audit.list_log", {}, days=True)),
        }

    def _day(self) -> Part:
        why = cannot(self.work, "till.shift")
        if why:
            return why
        day = self.shop.till.shift()
        most = max(day.by_hour.values(), default=0) or 1
        hours = [[f"{hour}:00", money(amount)] for hour, amount in sorted(day.by_hour.items())]
        bars = [max(amount, 0) / most for _hour, amount in sorted(day.by_hour.items())]
        compared = [
            parts.stat(
                label("compared_with", name), money(amount),
                f"{day.revenue / amount - 1:+.0%}" if amount else None,
                share=min(day.revenue / amount, 1) if amount > 0 else None,
            )
            for name, amount in day.revenue_before.items()
        ]  # fmt: skip
        paid = [[label("payment_method", one), money(amount)] for one, amount in day.by_payment.items()]  # fmt: skip
        return parts.column(
            parts.row(
                parts.stat(_("Revenue today"), money(day.revenue)),
                parts.stat(_("Orders"), str(day.orders)),
                parts.stat(_("Average order value"), money(day.average_order) if day.average_order else "–"),
                parts.stat(_("Members' share"), f"{day.member_share:.0%}" if day.member_share is not None else "–"),
            ),
            parts.row(self._month(), *compared),
            parts.row(
                parts.column(parts.card(parts.table(_("Hour by hour"), [_("Hour"), _("Revenue")], hours, bars) if hours else parts.text(_("Nothing was sold today yet."), "quiet")), grow=2),
                parts.column(parts.card(parts.table(_("How it was paid"), [_("Way of paying"), _("Amount")], paid) if paid else parts.text(_("Nothing was sold today yet."), "quiet")), grow=1),
            ),
            parts.text(_("The figures follow by themselves."), "quiet"),
            parts.row(parts.button(_("Look again"), "again", icon="refresh", every=15)),
        )  # fmt: skip

    def _month(self) -> Part | None:
        """The month against its target; nothing for who may not see it."""
        if not self.work.may("till.month"):
            return None
        month = self.shop.till.month()
        if not month.target:
            return parts.stat(_("This month"), money(month.revenue), _("no target is set"))
        reached = month.revenue / month.target
        note = _("{share} of the target, {target}").format(share=f"{reached:.0%}", target=money(month.target))  # fmt: skip
        return parts.stat(_("This month"), money(month.revenue), note, share=reached)

    def _team(self) -> Part:
        return table(_("Who works here"), self.shop.office.team())

    def again(self, _arg: Any, _values: dict) -> None:
        """The figures are read afresh whenever the screen is drawn."""

    def own_acts(self) -> dict:
        return {"again": self.again}


def panel(shop: Shop) -> Screen:
    """The manager's board of this shop."""
    return screen(ManagersBoard(shop))
