"""The goods: how a product is found by what somebody scans or types."""

import json
from functools import cache

from sqlalchemy import and_, or_

from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.practice import schema, values
from crmkit.practice.command import Tx
from crmkit.practice.errors import NotFound

product = schema.product
LONGEST_WORD = 12
"""Characters of a word that may be two words said in one breath."""


def find_product(tx: Tx, product_id: str):
    """The product with this number, or with this barcode."""
    row = tx.row(product, product_id) or tx.row(product, product_id, "barcode")
    if row is None:
        if values.is_code(product_id):
            raise NotFound(_("There is no product {id}."), id=product_id)
        said = _("There is no product {id}. Fill in its number, such as P0001, or its barcode.")
        raise NotFound(said, id=product_id)
    return row


def wanted(tx: Tx, units: values.Units) -> dict[str, int]:
    """Pairs of what was scanned and its quantity as units by product, each product once."""
    found: dict[str, int] = {}
    for scanned, quantity in values.pairs(units):
        product_id = find_product(tx, scanned).id
        found[product_id] = found.get(product_id, 0) + quantity
    return found


def matching(words: str):
    """Whether a product is meant: its number or barcode, or every word, in any order, a part of its
    name or brand, its category, or the initials of its name in pinyin (mbwj finds 棉布围巾)."""
    p, codes = product, values.codes(words)
    said = values.plain(words).split()
    return or_(p.c.id.in_(codes), p.c.barcode.in_(codes), and_(*(_meant(one) for one in said)))


def _meant(word: str):
    """Whether this word fits; two said in one breath fit in any order (米色颈枕 for 颈枕 米色)."""
    p, small = product, word.casefold()
    halves = [(word[:at], word[at:]) for at in range(2, len(word) - 1)]
    return or_(
        p.c.name.icontains(word, autoescape=True),
        p.c.name.icontains(_one_of(small), autoescape=True),
        p.c.brand.icontains(word, autoescape=True),
        p.c.category == small,
        p.c.initials.contains(small, autoescape=True),
        *(
            and_(*(p.c.name.icontains(half, autoescape=True) for half in pair))
            for pair in halves
            if not word.isascii() and len(word) <= LONGEST_WORD
        ),
    )


def _one_of(word: str) -> str:
    """An English word as it is said of one: pillows, boxes.

    >>> _one_of("pillows"), _one_of("boxes"), _one_of("glass")
    ('pillow', 'box', 'glass')
    """
    if not word.isascii() or len(word) < 5 or word.endswith("ss"):
        return word
    return word[:-2] if word.endswith(("xes", "ches", "shes", "sses")) else word.removesuffix("s")


@cache
def initials(name: str) -> str:
    """The first letters of a name as it is read, as people type them to find it.

    >>> initials("重庆火锅底料"), initials("棉 T 恤 XL")
    ('cqhgdl', 'mtxxl')
    """
    return _of_the_course().get(name) or spelled(name)


@cache
def _of_the_course() -> dict[str, str]:
    """The course's goods, spelled when its data were made: the dictionary of all words is big."""
    from crmkit.data.load import folder

    try:
        return json.loads((folder() / "zh" / "initials.json").read_text("utf-8"))
    except (CrmkitError, OSError):  # a shop of one's own needs no course
        return {}


def spelled(name: str) -> str:
    """The first letters, asked of the dictionary."""
    if name.isascii():
        letters = name
    else:
        from pypinyin import Style, lazy_pinyin

        letters = "".join(
            lazy_pinyin(name, style=Style.FIRST_LETTER, errors=list)  # type: ignore[arg-type]  # a list is allowed
        )
    return "".join(one for one in letters.casefold() if one.isalnum())
