"""Both languages are equal: every sentence of the practice CRM has its Chinese."""

import ast
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import crmkit
from crmkit.practice import schema
from crmkit.practice.command import OPERATIONS

ROOT = Path(crmkit.__file__).parent


def catalogue(language: str):
    path = ROOT / "locale" / language / "LC_MESSAGES" / "practice.po"
    with path.open("rb") as file:
        return read_po(file, locale=language)


def sentences():
    for path in sorted((ROOT / "practice").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_":
                assert isinstance(node.args[0], ast.Constant), f"{path}:{node.lineno}"
                yield node.args[0].value


def placeholders(text: str) -> set[str]:
    import string

    return {name for _text, name, _spec, _conv in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("sentence", sorted(set(sentences())))
def test_every_sentence_has_its_chinese_with_the_same_blanks(sentence):
    message = catalogue("zh").get(sentence)
    assert message is not None and message.string, f"no Chinese for {sentence!r}"
    assert placeholders(message.string) == placeholders(sentence)


def every_catalogue(language: str):
    for path in sorted((ROOT / "locale" / language / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as file:
            yield read_po(file, locale=language)


def codes():
    for name, kind in (
        ("GENDERS", "gender"),
        ("LEVELS", "level"),
        ("CHANNELS", "channel"),
        ("MESSAGE_CHANNELS", "channel"),
        ("TICKET_CHANNELS", "channel"),
        ("PAYMENT_METHODS", "payment_method"),
        ("RETURN_REASONS", "return_reason"),
        ("PROMOTION_KINDS", "kind"),
        ("VOID_REASONS", "return_reason"),
        ("RETURN_KINDS", "return_kind"),
        ("PRICE_CHANGES", "price_change"),
        ("CASH_KINDS", "cash_kind"),
        ("CARD_KINDS", "card_kind"),
        ("CARD_ENTRIES", "card_entry"),
        ("ORDER_STATUSES", "order_status"),
        ("STOCKTAKE_STATUSES", "stocktake_status"),
        ("RESERVATION_STATUSES", "reservation_status"),
        ("POINTS_KINDS", "points_kind"),
        ("STOCK_KINDS", "stock_kind"),
        ("OPPORTUNITY_STAGES", "stage"),
        ("LOST_REASONS", "lost_reason"),
        ("TICKET_STATUSES", "status"),
        ("TICKET_KINDS", "kind"),
        ("FOLLOWUP_KINDS", "kind"),
        ("FOLLOWUP_OUTCOMES", "outcome"),
        ("NEXT_STEPS", "next_step"),
        ("OUTBOX_STATUSES", "outbox_status"),
    ):
        yield from ((kind, code) for code in getattr(schema, name))
    yield from (("permission", name) for name in OPERATIONS)


@pytest.mark.parametrize("language", crmkit.i18n.LANGUAGES)
def test_every_code_has_its_label(language):
    import crmkit.practice.shop  # declares all operations

    assert crmkit.practice.shop.OPERATIONS
    books = list(every_catalogue(language))
    missing = [
        (kind, code)
        for kind, code in sorted(set(codes()))
        if not any(book.get(code, kind) for book in books)
    ]
    assert missing == []
