"""The goods: how a product is found by what somebody scans or types."""

from sqlalchemy import select

from crmkit.i18n import gettext as _
from crmkit.practice import schema, values
from crmkit.practice.command import Tx
from crmkit.practice.errors import NotFound


def find_product(tx: Tx, product_id: str):
    """The product with this number, or with this barcode."""
    p, code = schema.product, values.code(product_id)
    row = tx.one(select(p).where(p.c.id == code)) or tx.one(select(p).where(p.c.barcode == code))
    if row is None:
        raise NotFound(_("There is no product {id}.").format(id=product_id))
    return row


def wanted(tx: Tx, units: values.Units) -> dict[str, int]:
    """Pairs of what was scanned and its quantity as units by product, each product once."""
    found: dict[str, int] = {}
    for scanned, quantity in values.pairs(units):
        product_id = find_product(tx, scanned).id
        found[product_id] = found.get(product_id, 0) + quantity
    return found
