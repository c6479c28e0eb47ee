"""A receipt on paper: fixed columns of text for a printer, or HTML for a browser."""

from collections.abc import Iterator
from html import escape

from rich.cells import cell_len, chop_cells

from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.money import yuan
from crmkit.practice.display import heading

Row = tuple[str, str]
"""What stands at the left and at the right of a line; ("", "") is a rule."""


def as_text(receipt, width: int) -> str:
    """The receipt in so many columns; Chinese characters take two.

    A line that is too long goes on below, never over the edge.
    """
    printed: list[str] = []
    for left, right in rows(receipt):
        if not left and not right:
            printed.append("-" * width)
            continue
        room = width - cell_len(right) - (1 if right else 0)
        parts = chop_cells(left, max(room, 8)) or [""]
        printed += parts[:-1]
        printed.append(parts[-1] + " " * (width - cell_len(parts[-1] + right)) + right)
    return "\n".join(line.rstrip() for line in printed)


def as_html(receipt) -> str:
    """The receipt as one table; what a person typed is escaped."""
    drawn = []
    for left, right in rows(receipt):
        if not left and not right:
            drawn.append('<tr><td colspan="2"><hr></td></tr>')
        else:
            drawn.append(
                f'<tr><td>{escape(left)}</td><td style="text-align:right">{escape(right)}</td></tr>'
            )
    return f'<table class="crmkit-slip">{"".join(drawn)}</table>'


def rows(receipt) -> Iterator[Row]:
    """The lines of the receipt, left and right."""
    yield receipt.store, ""
    yield heading("sale_id"), str(receipt.sale_id)
    yield heading("at"), f"{receipt.at:%Y-%m-%d %H:%M}"
    yield heading("cashier"), receipt.cashier
    for name in ("seller_id", "member_id"):
        if getattr(receipt, name):
            yield heading(name), getattr(receipt, name)
    if receipt.voided:
        yield _("VOID: this slip does not count"), ""
    yield "", ""
    for line in receipt.lines:
        yield line.product, ""
        yield f"  {line.quantity} x {yuan(line.list_price)}", yuan(line.quantity * line.list_price)
    yield "", ""
    for one in receipt.offers:
        named = f"{one.offer} (…{one.coupon_id[-4:]})" if one.coupon_id else one.offer
        yield named, f"-{yuan(one.discount)}"
    for one in receipt.price_changes:
        yield label("price_change", one.kind), f"-{yuan(one.amount)}"
    yield heading("total"), yuan(receipt.total)
    if receipt.points_paid:
        yield f"{heading('points_paid')} {receipt.points_paid}", f"-{yuan(receipt.points_value)}"
    for method, amount in receipt.payments.items():
        yield label("payment_method", method), yuan(amount)
    if receipt.tendered is not None:
        yield heading("tendered"), yuan(receipt.tendered)
        yield heading("change", type(receipt)), yuan(receipt.change)
    if receipt.member_id:
        yield heading("points_earned"), str(receipt.points_earned)
        yield heading("points_balance"), str(receipt.points_balance)
