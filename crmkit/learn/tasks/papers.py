"""Tasks that leave a paper on a desk: a wish, a campaign, a message, a ticket, an improvement."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.learn import reading
from crmkit.learn.checks.outcome import Fault
from crmkit.learn.tasks.telling import Told
from crmkit.practice.domain import wording

Papers = Mapping[str, tuple[dict[str, Any], ...]]
"""What lies on the desks, by kind, in the order in which it was made."""

UNDER_WAY = "under_way"

_STATUS = {"push": "campaign_status", "ticket": "status", "improvement": "improvement_status"}
_STEPS = {
    "push": ("draft", "frozen", "sent"),
    "ticket": ("open", "in_progress", "resolved", "closed"),
}
"""The way of a paper to its end: who stands on it has done nothing wrong."""
_LABELS = {one: one for one in ("channel", "occasion", "priority", "kind")}


def numbers(words: str) -> frozenset[int]:
    """The numbers somebody wrote into a sentence, in digits or in words.

    >>> sorted(numbers("五月９张，六月三张")), sorted(numbers("nine before, 3 after"))
    ([3, 9], [3, 9])
    """
    plain = unicodedata.normalize("NFKC", words)
    said = set()
    for token in re.findall(
        r"\d+(?![\d月日])|[零一二两三四五六七八九十百]+(?![月日])|[A-Za-z]+", plain
    ):
        try:
            said.add(round(reading.read("count", token).value))
        except reading.NotUnderstood:
            continue
    return frozenset(said)


def read(
    rows: Callable[[Any], list[Any]],
    schema: Any,
    found: Mapping[str, Any],
    opened: Callable[[Any, str], str | None],
) -> Papers:
    """Every paper of a shop, its members by the number they have now, what is sealed `opened`."""

    def taken(row: Any, *fields: str, **more: Any) -> dict[str, Any]:
        about = {one: getattr(row, one) for one in fields} | more
        if "member_id" in about:
            member = about.pop("member_id")
            about["member"] = found[member]["is_now"] if member else None
        return {name: f"{one}" if name.endswith("_on") else one for name, one in about.items()}

    channels = {row.id: row.channel for row in rows(schema.template)}
    named = {row.id: "{name}" in row.body for row in rows(schema.template)}
    houses = [row.name for table in (schema.shop, schema.store) for row in rows(table)]
    told = {row.id: Told.of(row.body, houses) for row in rows(schema.template)}
    said: dict[int, str] = {}
    for row in rows(schema.ticket_message):
        if row.direction != "in":
            said[row.ticket_id] = f"{said.get(row.ticket_id, '')} {opened(row, 'body')}"
    wish = ("occasion", "month_day", "days_before", "segment_id")
    ticket = ("member_id", "kind", "channel", "priority", "status", "satisfaction")
    improvement = ("ticket_id", "owner_id", "due_on", "recheck_on", "status")
    return {
        "wish": tuple(
            taken(row, *wish, channel=channels[row.template_id], by_name=named[row.template_id], tells=told[row.template_id])
            for row in rows(schema.care_rule)
            if row.active
        ),
        "push": tuple(
            taken(row, "segment_id", "control_percent", "status", channel=channels[row.template_id], tells=told[row.template_id])
            for row in rows(schema.campaign)
        ),
        "message": tuple(
            taken(row, "member_id", "channel", tells=told[row.template_id])
            for row in rows(schema.outbox)
            if row.template_id and not row.campaign_id and not row.care_rule_id
        ),
        "ticket": tuple(taken(row, *ticket, ticket_id=row.id, says=said.get(row.id, "")) for row in rows(schema.ticket)),
        "improvement": tuple(
            taken(row, *improvement, improvement_id=row.id, figures=numbers(opened(row, "result") or ""))
            for row in rows(schema.improvement)
        ),
        "asked": tuple(taken(row, "member_id", "channel", "ticket_id") for row in rows(schema.survey_invite)),
    }  # fmt: skip


def noted_otherwise(reason: str, field: str, value: str) -> Fault:
    """The fault of a field that says something else than was asked for."""
    words = _("{field}: “{value}” is noted; that was not it.")
    return Fault(reason, words.format(field=label("field", field), value=value))


@dataclass(frozen=True)
class Paper:
    """A paper of this kind that says all this: the one whose number is named, else a new one (of
    papers without numbers, new or changed)."""

    kind: str
    wanted: dict[str, Any]

    def touches(self, _books: Any) -> set[str]:
        return {self.wanted["member"]} if "member" in self.wanted else set()

    def fault(self, now: Any, before: Any) -> Fault | None:
        wrong = [
            self._wrong_in(one)
            for one in now.papers[self.kind]
            if self._is_meant(one, before.papers[self.kind])
        ]
        if not wrong:
            return Fault(f"no_{self.kind}", _("Nothing of the kind is on the desk yet."))
        nearest = min(wrong, key=len)
        if not nearest:
            return None
        for_others = [one for one in wrong if "member" in dict(one)]
        if len(for_others) == len(wrong) and len(nearest) > 1:
            return Fault(f"no_{self.kind}", _("Nothing of the kind is on the desk yet."))
        status = dict(nearest).get("status")
        if self._on_the_way(status):
            # the rest of the way is missing, with what is only known at its end
            nearest = [one for one in nearest if one[0] != "status" and one[1] is not None]
        if not nearest:
            words = _("So far so good: “{status}”.")
            return Fault(UNDER_WAY, words.format(status=self._said("status", status)))
        field, value = nearest[-1]
        if field == "figures":
            words = _("Write down both numbers: {numbers}.")
            said = _(", ").join(map(str, self.wanted["figures"]))
            return Fault("no_figures", words.format(numbers=said))
        if field == "tells":
            words = _("The message does not say yet: {missing}.")
            missing = _(", ").join(value.missing(self.wanted["tells"]))
            return Fault("untold", words.format(missing=missing))
        if field == "says":
            return Fault("says_nothing", _("The ticket does not say yet what was done."))
        if field == "by_name":
            words = _("The message does not use {blank}.").format(blank=wording.said("name"))
            return Fault("wrong_by_name", words)
        return noted_otherwise(f"wrong_{field}", field, self._said(field, value))

    def _is_meant(self, paper: dict[str, Any], old: tuple[dict[str, Any], ...]) -> bool:
        """Whether it was written for this: another task's paper is no try at this one."""
        number = f"{self.kind}_id"
        if paper in old:
            return False
        if number in self.wanted:
            return paper[number] == self.wanted[number]
        return number not in paper or paper[number] not in {one[number] for one in old}

    def _on_the_way(self, status: Any) -> bool:
        """Whether a paper that stands so has not come as far as it is to come."""
        steps = _STEPS.get(self.kind, ())
        return status in steps and steps.index(status) < steps.index(self.wanted["status"])

    def _wrong_in(self, paper: dict[str, Any]) -> list[tuple[str, Any]]:
        """What this paper says otherwise; what tells one paper from another comes last."""
        return [
            (name, paper[name]) for name in reversed(self.wanted) if not self._says(paper, name)
        ]

    def _says(self, paper: dict[str, Any], name: str) -> bool:
        if name == "figures":
            return paper[name] >= set(self.wanted[name])
        if name == "tells":
            return not paper[name].missing(self.wanted[name])
        if name == "says":
            return any(word in paper[name].casefold() for word in self.wanted[name])
        return bool(paper[name] == self.wanted[name])

    def _said(self, field: str, value: Any) -> str:
        kind = _STATUS.get(self.kind) if field == "status" else _LABELS.get(field)
        return "–" if value is None else label(kind, value) if kind else str(value)
