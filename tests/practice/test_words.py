"""Every code of the practice CRM has words in both languages."""

import pytest

import crmkit
from crmkit.practice import schema
from crmkit.practice.command import OPERATIONS
from crmkit.practice.shop import DESKS


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
        ("WRITE_OFF_REASONS", "return_reason"),
        ("DATE_ADVICE", "date_advice"),
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
    labels = {kind: crmkit.i18n.labels(kind, language) for kind, _code in codes()}
    assert [(kind, code) for kind, code in sorted(set(codes())) if code not in labels[kind]] == []


@pytest.mark.parametrize("language", crmkit.i18n.LANGUAGES)
def test_everything_an_operation_is_given_has_a_name(language):
    known = crmkit.i18n.labels("field", language)
    for desk in DESKS.values():
        for act in (getattr(desk, name) for name in dir(desk)):
            for one in act.arguments.fields() if hasattr(act, "arguments") else ():
                assert known.get(one.name), f"{act.operation.name} {one.name}"
