"""The stock room's page of best-before dates: what to look at today, and what was done with it."""

from typing import Any

from crmkit.i18n import gap, ngettext
from crmkit.i18n import gettext as _
from crmkit.panels.general import Desk
from crmkit.panels.shown import record, table
from crmkit.screen import Part, parts


class Dating(Desk):
    """What a stock room shows of dates and does with them."""

    def _dates(self) -> Part:
        stock, count = self.shop.stock, "stock.note_date"
        page = stock.list_dates(size=100)
        words = ngettext("{n} date to look at today.", "{n} dates to look at today.", page.total)
        honest = _("The till does not know which date was sold, so how many are left is reckoned: the earliest date first. Look at the shelf, then act.")  # fmt: skip
        note = self.work.may("stock.undated")
        undated = stock.undated() if note else ()
        unknown = _("This shop knows of no goods that spoil: it was begun before best-before dates were noted. Start the practice shop again, or say of a product how long it keeps.")  # fmt: skip
        return parts.column(
            parts.text(gap().join((words.format(n=page.total), honest))) if stock.keeps_dates() else parts.message("info", unknown),
            table(_("Dates to look at"), page.rows, more=self._of_a_date),
            parts.text(_("The book has more of these than the dates noted: they came in without a date, or were not found at the shelf. Look first. If you find them, note their date; if not, count them first at the next stocktake."), "quiet") if undated else None,
            table(_("No date noted"), undated, more=lambda one: self._act(count, _("Note the date"), [one.product_id])) if undated else None,
            record(stock.wastage(), _("Written off")) if self.work.may("stock.wastage") else None,
            self._dated_by_hand(),
        )  # fmt: skip

    def _dated_by_hand(self) -> Part:
        wanted = ("stock.note_date", "stock.write_off", "stock.set_shelf_life")
        return parts.row(*map(self._turns_to, wanted))

    def _dates_of(self, product_id: str) -> Part | None:
        """All dates of one product, where it has any."""
        rows = self.shop.stock.list_dates(where={"product_id": product_id}).rows
        goods = ("product_id", "product")
        return table(_("By date (estimate)"), rows, without=goods) if rows else None

    def _of_a_date(self, one: Any) -> Part:
        named = [one.product_id, f"{one.best_before}"]
        off = ["expired"] if one.days_left < 0 else []
        counted = self._act("stock.note_date", _("Counted at the shelf"), named)
        if not self.work.may("stock.write_off"):  # why not stands once, below the list
            return counted
        return parts.row(counted, self._act("stock.write_off", _("Write off"), named + off))

    def _act(self, operation: str, words: str, named: list[str]) -> Part:
        says = f"{words} {' '.join(named)}"
        return parts.button(words, "dates.begin", [operation, *named], kind="small", says=says, why=self.work.why_not(operation))  # fmt: skip

    def begin_dated(self, named: Any, _values: dict) -> None:
        """Turn to the form of what is done with goods of a date; how many is for the shelf to say."""
        operation, *values = map(str, named)
        fields = ("product_id", "best_before", "reason")
        self.begin(operation, **dict(zip(fields, values, strict=False)))

    def _turns_to(self, operation: str) -> Part:
        raise NotImplementedError
