"""What is to be done in a practice shop, and what the shop's books must say afterwards."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from crmkit import codes
from crmkit.i18n import gettext as _
from crmkit.learn.models.parts import Amount, Count, Id, Part, Text, missing, once, one_of, refused

Products = Annotated[dict[str, Count], Field(min_length=1)]
"""Pieces by product."""
Some = Annotated[list[str], Field(min_length=1)]


class AtLeastTwo(Part):
    """One thing that is found by, and one at least that is to be true of it."""

    @model_validator(mode="after")
    def _says_something(self) -> "AtLeastTwo":
        if len(self.model_fields_set) < 2:
            raise refused(_("nothing is asked of it."))
        return self


class Tells(Part):
    """What a written message must say: to whom, what (any of these words each), until when."""

    who: Literal[True]
    what: Some | None = None
    until: Literal[True] | None = None


class Member(AtLeastTwo):
    """A member as they must stand in the book; found by number or phone."""

    id: str | None = None
    phone: str | None = None
    name: str | Text | None = None
    email: str | None = None
    birth_date: str | None = None
    gender: str | None = None
    district: str | None = None
    occupation: str | None = None
    household: str | None = None
    agrees_to: list[str] | None = None
    declines: list[str] | None = None

    @model_validator(mode="after")
    def _can_be_found(self) -> "Member":
        if self.id is None and self.phone is None:
            raise missing("id")
        return self


class Merged(Part):
    keep: str
    gone: str


class Sold(Part):
    products: Products
    member: str | None = None


class Returned(Part):
    products: Products
    reason: str


class OnHand(Part):
    store: str
    product: str
    quantity: Amount


class RungUp(Part):
    member: str
    products: Products
    offers: list[str] | None = None
    points: Count | None = None
    reason: str | None = None


class HandedOut(Part):
    member: str
    product: str


class Kept(Part):
    product: str
    member: str
    quantity: Count
    days: Count | None = None
    status: Annotated[str, one_of(("held", "released"))] | None = None


class Sent(Part):
    to: str
    products: Products


class Reorder(Part):
    store: str
    product: str
    point: Count
    up_to: Count


class Dated(Part):
    store: str
    product: str
    best_before: str
    quantity: Amount


class WrittenOff(Part):
    product: str
    quantity: Count
    reason: Annotated[str, one_of(codes.WRITE_OFF_REASONS)]


class Arrived(Part):
    """A transfer that came: partial receipts, what was lost, came back or was too much."""

    transfer: Count
    product: str
    received: Annotated[list[Count], Field(min_length=1)] | None = None
    lost: Amount | None = None
    back: Amount | None = None
    surplus: Amount | None = None

    @model_validator(mode="after")
    def _says_what_came(self) -> "Arrived":
        if len(self.model_fields_set) < 3:
            raise missing("received")
        return self


class Counted(Part):
    """A blind count: the pieces by product, the causes noted, what is beside the book or left."""

    store: str
    products: Annotated[dict[str, Amount], Field(min_length=1)]
    causes: Some | None = None
    beside: Some | None = None
    left: Some | None = None


class Called(Part):
    member: str
    call: Annotated[str, one_of(codes.FOLLOWUP_KINDS)]
    outcome: Annotated[str, one_of(codes.FOLLOWUP_OUTCOMES)]
    next_step: Annotated[str, one_of(codes.NEXT_STEPS)]
    next_on: str | None = None
    says: list[str] | None = None


class Opportunity(Part):
    member: str
    stage: Annotated[str, one_of(codes.OPPORTUNITY_STAGES)]
    product: str | None = None
    amount: Count | None = None
    lost_reason: Annotated[str, one_of(codes.LOST_REASONS)] | None = None
    next_on: str | None = None


class Wish(Part):
    """Care that goes out by itself, before a birthday or a holiday."""

    occasion: Annotated[str, one_of(codes.OCCASIONS)]
    channel: str
    month_day: str | None = None
    days_before: Amount | None = None
    by_name: bool | None = None
    tells: Tells | None = None


class Push(Part):
    segment_id: str
    channel: str
    control_percent: Amount
    status: Annotated[str, one_of(("draft", "frozen", "sent"))]
    tells: Tells | None = None


class Message(Part):
    member: str
    channel: str
    tells: Tells | None = None


class Ticket(AtLeastTwo):
    ticket_id: Count | None = None
    member: str | None = None
    kind: str | None = None
    channel: str | None = None
    priority: Annotated[str, one_of(codes.PRIORITIES)] | None = None
    status: Annotated[str, one_of(codes.TICKET_STATUSES)] | None = None
    satisfaction: Annotated[int, Field(ge=1, le=5)] | None = None
    says: Some | None = None


class Improvement(AtLeastTwo):
    improvement_id: Count | None = None
    ticket_id: Count | None = None
    owner_id: str | None = None
    due_on: str | None = None
    recheck_on: str | None = None
    status: Annotated[str, one_of(codes.IMPROVEMENT_STATUSES)] | None = None
    figures: list[int] | None = None


class Asked(Part):
    member: str
    channel: str
    ticket_id: Count | None = None


class NothingElse(Part):
    """No other member and no other product was touched; these may have been."""

    members: list[str] | None = None
    products: list[str] | None = None


class TaskPart(Part):
    """One thing that must be true afterwards."""

    id: Id
    member: Member | None = None
    merged: Merged | None = None
    sold: Sold | None = None
    returned: Returned | None = None
    on_hand: OnHand | None = None
    rung_up: RungUp | None = None
    handed_out: HandedOut | None = None
    kept: Kept | None = None
    sent: Sent | None = None
    reorder: Reorder | None = None
    dated: Dated | None = None
    written_off: WrittenOff | None = None
    arrived: Arrived | None = None
    counted: Counted | None = None
    called: Called | None = None
    opportunity: Opportunity | None = None
    wish: Wish | None = None
    push: Push | None = None
    message: Message | None = None
    ticket: Ticket | None = None
    improvement: Improvement | None = None
    asked: Asked | None = None
    nothing_else: NothingElse | None = None

    @model_validator(mode="after")
    def _asks_one_thing(self) -> "TaskPart":
        if len(self.model_fields_set) != 2:
            raise refused(_("a part asks one thing."))
        return self


class Task(Part):
    id: Id
    ask: Text
    parts: Annotated[list[TaskPart], Field(min_length=1)]

    @model_validator(mode="after")
    def _ids_stand_once(self) -> "Task":
        once([one.id for one in self.parts], "parts")
        return self


class Tasks(Part):
    """A file of ``content/tasks``."""

    scene: Id
    title: Text
    tasks: Annotated[list[Task], Field(min_length=1)]

    @model_validator(mode="after")
    def _ids_stand_once(self) -> "Tasks":
        once([one.id for one in self.tasks], "tasks")
        return self
