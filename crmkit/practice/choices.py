"""What an operation's arguments are, beyond their type: text, days, amounts checked at the door, and
the closed sets they are chosen from, which a screen offers by their labels."""

from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from crmkit.practice import access, schema, values
from crmkit.practice.settings import DEFAULTS
from crmkit.practice.values import Check, OneOf


def between(least: int, most: int) -> Check:
    """Whether a whole number lies within these bounds."""
    return Check(partial(values.quantity, least=least, most=most))


Text = Annotated[str, Check(values.text)]
Words = Annotated[str | None, Check(partial(values.text, needed=False))]
if TYPE_CHECKING:  # given as a date or as text, within a date
    Day = Annotated[Any, values.day]
else:
    Day = Annotated[date | str, Check(values.day)]
Quantity = Annotated[int, Check(values.quantity)]
Count = Annotated[int, Check(partial(values.quantity, least=0))]
Price = Annotated[int, Check(values.cents)]
Amount = Annotated[int, Check(partial(values.cents, least=1))]

AnyChannel = Annotated[str, OneOf(schema.TICKET_CHANNELS, "channel")]
ConsentChannel = Annotated[str, OneOf(schema.CONSENT_CHANNELS, "channel")]
FollowupKind = Annotated[str, OneOf(schema.FOLLOWUP_KINDS, "kind")]
Gender = Annotated[str, OneOf(schema.GENDERS, "gender")]
Language = Annotated[str, OneOf(schema.TEMPLATE_LANGUAGES, "language")]
LostReason = Annotated[str, OneOf(schema.LOST_REASONS, "lost_reason")]
MessageChannel = Annotated[str, OneOf(schema.MESSAGE_CHANNELS, "channel")]
NextStep = Annotated[str, OneOf(schema.NEXT_STEPS, "next_step")]
Occasion = Annotated[str, OneOf(schema.OCCASIONS, "occasion")]
Outcome = Annotated[str, OneOf(schema.FOLLOWUP_OUTCOMES, "outcome")]
PersonalField = Annotated[str, OneOf(schema.SEALED_FIELDS, "field")]
PreferenceKind = Annotated[str, OneOf(schema.PREFERENCE_KINDS, "preference")]
Priority = Annotated[str, OneOf(schema.PRIORITIES, "priority")]
Purpose = Annotated[str, OneOf(schema.CONSENT_PURPOSES, "purpose")]
Role = Annotated[str, OneOf(access.ROLES, "role")]
SettingName = Annotated[str, OneOf(tuple(DEFAULTS), "setting")]
Stage = Annotated[str, OneOf(schema.OPPORTUNITY_STAGES, "stage")]
SurveyKind = Annotated[str, OneOf(schema.SURVEY_KINDS, "kind")]
TicketKind = Annotated[str, OneOf(schema.TICKET_KINDS, "kind")]
