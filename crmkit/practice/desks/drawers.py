"""Drawers: an opening float, cash paid in and out, and the count at the end of a shift."""

from datetime import datetime

from crmkit.i18n import gettext as _
from crmkit.money import yuan
from crmkit.practice import access, schema, values
from crmkit.practice.choices import Amount, Price, Words
from crmkit.practice.command import Tx, command
from crmkit.practice.domain import closing
from crmkit.practice.errors import BadValue, Refused
from crmkit.practice.ledgers import cash
from crmkit.practice.lists import Listing, listed
from crmkit.practice.records import Cents, OfTable, built, record

table = schema.shift_close
CLOSES = Listing(table, "drawer staff_id", "-to_at")


@record(
    of=schema.shift_close,
    only=(
        "id store_id drawer staff_id since at opening sales refunds card_loads paid_in "
        "paid_out cash_expected cash_counted left_in_drawer handed_to"
    ),
    lists="id drawer at staff_id cash_expected cash_counted difference handed_over",
)
class ShiftClose(OfTable):
    """A counted drawer; money in cents.

    expected = opening + sales − refunds + card loads + paid in − paid out; `difference` is counted
    minus expected (more than zero: over, less: short); what does not stay in the drawer for the
    next shift was handed over.
    """

    since: datetime
    at: datetime

    @property
    def difference(self) -> Cents:
        return self.cash_counted - self.cash_expected

    @property
    def handed_over(self) -> Cents:
        return self.cash_counted - self.left_in_drawer


class Drawers:
    """Who works at which drawer, and what is in it; a part of the till."""

    name = "till"

    @command(roles="cashier sales manager trainer")
    def open_drawer(
        self, tx: Tx, opening_float: int | None = None, *, drawer: str | None = None
    ) -> str:
        """Begin to work at a drawer (your own where none is named); its name.

        `opening_float` is the cash counted in it before the first customer. Without one, the
        drawer is shared as it is.
        """
        drawer = tx.staff.id if drawer is None else values.new_code(drawer, "drawer")
        held = cash.balance(tx, drawer)
        put_in = 0
        if opening_float is not None:
            if cash.since_last_close(tx, drawer):
                raise Refused(
                    _("Drawer {drawer} is in use: close it before a new float."), drawer=drawer
                )
            put_in = values.cents(opening_float, "opening_float") - held
        cash.post(tx, "opening_float", put_in, drawer=drawer)
        tx.note(f"drawer:{drawer}", opening_float=opening_float)
        return drawer

    @command(roles="cashier sales manager trainer")
    def pay_in(self, tx: Tx, amount: Amount, reason: str) -> None:
        """Put cash that is no sale into the drawer where you work, such as change from the bank."""
        _move(tx, "paid_in", amount, reason)

    @command(roles="cashier sales manager trainer")
    def pay_out(self, tx: Tx, amount: Amount, reason: str) -> None:
        """Take cash that is no refund out of the drawer where you work, such as for a taxi or the
        safe."""
        held = cash.balance(tx, cash.drawer_of(tx))
        if amount > held:
            raise Refused(
                _("By the book the drawer holds {held} yuan. Enter its float first."),
                held=yuan(held),
            )
        _move(tx, "paid_out", -amount, reason)

    @command(roles="cashier sales manager trainer")
    def close_shift(
        self,
        tx: Tx,
        cash_counted: Price,
        *,
        drawer: str | None = None,
        left_in_drawer: Price = 0,
        handed_to: str | None = None,
        note: Words = None,
    ) -> ShiftClose:
        """Count the drawer where you work: the cash there should be since its last close, and what
        there is. The counted amount is taken as typed, and the difference stays on record.

        What is not left in the drawer is handed over; `handed_to` is the colleague who goes on
        with it. Another's drawer (`drawer`) is for the manager to close.
        """
        if left_in_drawer > cash_counted:
            raise BadValue(_("No more can stay in the drawer than was counted."))
        mine = cash.drawer_of(tx)
        drawer = mine if drawer is None else values.new_code(drawer, "drawer")
        if drawer != mine:
            access.managers_word(tx)
        next_one = tx.id_of(schema.staff, handed_to)
        entries = cash.since_last_close(tx, drawer)
        before = entries[0].balance - entries[0].amount if entries else cash.balance(tx, drawer)
        found = closing.drawer(before, [(one.kind, one.amount) for one in entries])
        number = tx.next_id(table)
        tx.insert(
            table,
            id=number,
            from_at=entries[0].at if entries else tx.now,
            to_at=tx.now,
            **vars(found),
            cash_expected=found.cash_expected,
            handed_to=next_one,
            drawer=drawer,
            **tx.as_given("cash_counted left_in_drawer note"),
        )
        over, away = cash_counted - found.cash_expected, left_in_drawer - cash_counted
        cash.post(tx, "over_short", over, drawer=drawer, close_id=number)
        cash.post(tx, "hand_over", away, drawer=drawer, close_id=number)
        if next_one is not None:
            cash.post(tx, "opening_float", 0, drawer=drawer, staff_id=next_one)
        tx.note(f"shift:{number}", cash_expected=found.cash_expected, cash_counted=cash_counted)
        return _close(tx.find(table, number))

    @listed(CLOSES, roles="cashier sales manager trainer")
    def list_closes(tx: Tx, rows):
        """This store's counted drawers, the latest first."""
        return map(_close, rows)


def _move(tx: Tx, kind: str, amount: int, reason: str) -> None:
    entry = schema.cash_entry
    number = tx.next_id(entry)
    cash.post(tx, kind, amount, id=number, reason=values.text(reason, "reason"))
    tx.note(f"drawer:{cash.drawer_of(tx)}", **{kind: abs(amount)})


def _close(row) -> ShiftClose:
    return built(ShiftClose, row, since=row.from_at, at=row.to_at)
