"""Letters: templates with blanks, previewed, filled in for one member and queued."""

from typing import Any

from crmkit.i18n import gettext as _
from crmkit.i18n import label, use_language
from crmkit.practice import outbox, people, schema, values
from crmkit.practice.choices import Language, MessageChannel, Text
from crmkit.practice.command import Tx, command, query
from crmkit.practice.domain import wording
from crmkit.practice.errors import BadValue
from crmkit.practice.records import OfTable, record


@record(
    of=schema.template,
    only="id name channel language subject body",
    lists="id name channel language subject",
)
class Template(OfTable):
    """A message with blanks; `subject` for e-mail."""


class Letters:
    """Templates of messages; a part of the marketing desk."""

    name = "marketing"

    @command(roles="manager trainer")
    def make_template(
        self,
        tx: Tx,
        name: Text,
        channel: MessageChannel,
        language: Language,
        body: Text,
        *,
        subject: str | None = None,
    ) -> int:
        """A message with blanks such as {name}, {level}, {points}, {store}, {shop}; its number."""
        body = wording.checked(body)
        if channel == "sms" and len(body) > wording.SMS_LONGEST:
            raise BadValue(
                _("An SMS has at most {longest} characters."), longest=wording.SMS_LONGEST
            )
        subject = values.text(subject, "subject", needed=channel == "email")
        made = tx.insert(
            schema.template,
            **tx.as_given("name channel language"),
            subject=None if subject is None else wording.checked(subject),
            body=body,
        )
        tx.note(f"template:{made}")
        return made

    @query(roles="sales manager trainer")
    def templates(self, tx: Tx) -> tuple[Template, ...]:
        """Every template there is."""
        return tx.every(Template, schema.template)

    @query(roles="sales manager trainer")
    def preview(self, tx: Tx, template_id: int, member_id: str) -> str:
        """What a member would read, their name masked."""
        template = tx.find(schema.template, template_id)
        member = people.live(tx, member_id)
        with use_language(template.language):
            blanks = _blanks(tx, member) | {"name": people.card_of(tx, member).name or ""}
            return _letter(template, blanks)


def _blanks(tx: Tx, member) -> dict[str, object]:
    card = people.card_of(tx, member)
    return {
        "name": people.unsealed(tx, member, "name") or "",
        "level": label("level", card.level),
        "points": card.points,
        "store": tx.name_of(schema.store, member.home_store_id),
        "shop": tx.name_of(schema.shop, 1),
    }


def _letter(template, blanks: dict[str, object]) -> str:
    """The whole message as it goes: the template's words, and below them how to opt out."""
    opt_out = (
        _("Reply STOP to opt out.")
        if template.channel == "sms"
        else _("To get no more offers, tell us at any store.")
    )
    return f"{wording.filled(template.body, blanks)}\n{opt_out}"


def queue(tx: Tx, template, member_id: str, once: str, **about: Any) -> int | None:
    """The number of the template's message to this member; None where none may or can go."""
    member = people.living(tx, member_id)
    if member is None:
        return None
    with use_language(template.language):
        blanks = _blanks(tx, member)
        letter = _letter(template, blanks)
    return outbox.enqueue(
        tx,
        member,
        template.channel,
        "marketing",
        letter,
        once=once,
        subject=template.subject and wording.filled(template.subject, blanks),
        template_id=template.id,
        **about,
    )
