"""The goods: how a product is found by what somebody scans or types."""

from functools import cache

from sqlalchemy import and_, or_, select

from crmkit.i18n import gettext as _
from crmkit.practice import schema, values
from crmkit.practice.command import Tx
from crmkit.practice.errors import NotFound

product = schema.product


def find_product(tx: Tx, product_id: str):
    """The product with this number, or with this barcode."""
    p, code = product, values.code(product_id)
    row = tx.one(select(p).where(p.c.id == code)) or tx.one(select(p).where(p.c.barcode == code))
    if row is None:
        raise NotFound(_("There is no product {id}."), id=product_id)
    return row


def wanted(tx: Tx, units: values.Units) -> dict[str, int]:
    """Pairs of what was scanned and its quantity as units by product, each product once."""
    found: dict[str, int] = {}
    for scanned, quantity in values.pairs(units):
        product_id = find_product(tx, scanned).id
        found[product_id] = found.get(product_id, 0) + quantity
    return found


def matching(words: str):
    """Whether a product is meant: its number or barcode, or every word a part of its name or
    brand, its category, or the initials of its name in pinyin (mbwj finds 棉布围巾)."""
    p = product
    return or_(
        p.c.id == words,
        p.c.barcode == words,
        and_(
            *(
                or_(
                    p.c.name.icontains(one, autoescape=True),
                    p.c.brand.icontains(one, autoescape=True),
                    p.c.category == one.casefold(),
                    p.c.initials.contains(one.casefold(), autoescape=True),
                )
                for one in words.split()
            )
        ),
    )


@cache
def initials(name: str) -> str:
    """The first letters of a name as it is read, as people type them to find it.

    >>> initials("重庆火锅底料"), initials("棉 T 恤 XL")
    ('cqhgdl', 'mtxxl')
    """
    if name.isascii():
        return "".join(one for one in name.casefold() if one.isalnum())
    from pypinyin import Style, lazy_pinyin

    first = lazy_pinyin(name, style=Style.FIRST_LETTER, errors=list)
    return "".join(one for part in first for one in part.casefold() if one.isalnum())
