"""A question of a quiz: what may be answered, what is right, and what it is answered with."""

from functools import cached_property
from typing import Any

from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.learn import authored, learner
from crmkit.learn.authored import say
from crmkit.learn.checks.expectation import untouched
from crmkit.learn.checks.outcome import RIGHT, WRONG, Outcome
from crmkit.learn.checks.values import Number
from crmkit.learn.reading import NotUnderstood, Understood, read
from crmkit.screen import Part, parts

_MONEY = ("¥", "yuan", "cny", "rmb")


class Question:
    """One question: what may be answered, what is right, and why."""

    def __init__(self, data: dict):
        self.data = data
        self.id: str = data["id"]
        self.kind: str = data["kind"]

    @property
    def ids(self) -> list[str]:
        """The ids an answer may hold."""
        return [one["id"] for one in self.data.get("options") or self.data.get("pairs") or ()]

    @cached_property
    def key(self) -> Any:
        """The right answer, in the form answers are kept in; None for a graded question."""
        chosen = [one["id"] for one in self.data.get("options", ()) if one.get("right")]
        return {
            "single": lambda: chosen[0] if chosen else None,
            "multiple": lambda: sorted(chosen) or None,
            "number": lambda: self.data.get("answer"),
            "order": lambda: self.ids,
            "match": lambda: {one: one for one in self.ids},
        }[self.kind]()

    def tidy(self, answer: Any) -> Any:
        """An answer in the form it is kept in; None for one that cannot be an answer."""
        if self.kind == "single":
            return answer if answer in self.ids else None
        if self.kind == "number":
            try:
                return self.understand(answer).value
            except NotUnderstood:
                return None
        if self.kind == "match":
            fits = isinstance(answer, dict) and all(
                left in self.ids and right in self.ids for left, right in answer.items()
            )
            return answer if fits and answer else None
        if not isinstance(answer, (list, tuple, set)) or not all(one in self.ids for one in answer):
            return None
        if self.kind == "multiple":
            return sorted(set(answer)) or None
        return list(answer) if len(answer) == len(self.ids) == len(set(answer)) else None

    def understand(self, answer: Any) -> Understood:
        """A number as it was typed: 65, 65%, 0.65 for a percentage, ¥57.79. Raises `NotUnderstood`."""
        unit = str(self.data.get("unit", {}).get("en", "")).casefold()
        kind = "percent" if "%" in unit else "money" if unit in _MONEY else "number"
        low = 1.0 if kind == "percent" and (self.key or 0) >= 1 else None
        return read(kind, answer if answer is not None else "", low=low)

    def by_number(self, answer: Any, seed: str) -> Any:
        """An answer given by the numbers that the text shows, as option ids; others as they are."""
        if self.kind == "number":
            return answer
        shown = self.shown(seed, 0)
        rights = dict(enumerate((one["id"] for one in shown["options"]), 1))
        lefts = dict(enumerate((one["id"] for one in shown["lefts"]), 1))
        if isinstance(answer, dict):
            return {lefts.get(a, a): rights.get(b, b) for a, b in answer.items()}
        if isinstance(answer, (list, tuple, set)):
            return [rights.get(one, one) if isinstance(one, int) else one for one in answer]
        return rights.get(answer, answer) if isinstance(answer, int) else answer

    def judge(self, answer: Any, key: Any = None) -> Outcome:
        """Whether an answer is right by the key (the question's own unless given), and why not."""
        key = self.key if key is None else self.tidy(key)
        if key is None:
            raise CrmkitError(
                _("The key to {question} is no possible answer.").format(question=self.id)
            )
        answer = self.tidy(answer)
        if answer is None:
            return untouched(self.id)
        if self.kind == "number":
            right = self._number(key).judge(self.id, answer)
            for one in self.data.get("mistakes", ()) if right.status == WRONG else ():
                if self._number(one["is"]).judge(self.id, answer).status == RIGHT:
                    return Outcome(WRONG, self.id, "other", say(one["because"]))
            if right.status == WRONG:
                return right
        elif answer != key:
            return Outcome(WRONG, self.id, "other", self._why_not(answer, key))
        return Outcome(RIGHT, self.id, message=say(self.data.get("explain", "")) or _("Right."))

    def _number(self, value: float) -> Number:
        return Number(value, within=self.data.get("within"))

    def _why_not(self, answer: Any, key: Any) -> str:
        options = {one["id"]: one for one in self.data.get("options", ())}
        if self.kind == "single":
            because = options[answer].get("because")
            return say(because) if because else _("That is not it.")
        if self.kind == "multiple":
            for one in answer:
                if one not in key:
                    because = options[one].get("because")
                    return _("“{option}” does not belong.").format(option=say(options[one])) + (
                        " " + say(because) if because else ""
                    )
            return _("All you chose is right, but it is not all: {count} more.").format(
                count=len(key) - len(answer)
            )
        if self.kind == "order":
            place = next(n for n, (a, b) in enumerate(zip(answer, key, strict=True), 1) if a != b)
            return _("Number {place} is the first that is out of place.").format(place=place)
        if open_ := sum(not answer.get(left) for left in key):
            return _("{count} of {all} are not chosen yet.").format(count=open_, all=len(key))
        wrong = [left for left in key if answer.get(left) != key[left]]
        return _("{count} of {all} do not fit yet.").format(count=len(wrong), all=len(key))

    def shown(self, seed: str, number: int) -> dict:
        """What a form needs: the words in this language, the options shuffled, no key."""
        options = [
            {"id": one["id"], "text": say({"zh": one["zh"], "en": one["en"]})}
            for one in self.data.get("options", ())
        ]
        lefts = [{"id": one["id"], "text": say(one["left"])} for one in self.data.get("pairs", ())]
        rights = [
            {"id": one["id"], "text": say(one["right"])} for one in self.data.get("pairs", ())
        ]
        mixed = learner.shuffled(options or rights, seed, self.id)
        if self.kind == "order" and [one["id"] for one in mixed] == self.ids:
            mixed = mixed[1:] + mixed[:1]
        return {
            "id": self.id,
            "kind": self.kind,
            "ask": f"{number}. {authored.asked(self.data)}",
            "options": mixed,
            "lefts": lefts,
            "unit": say(self.data.get("unit", "")),
        }


def controls(question: Question, shown: dict, answer: Any, order: list[str]) -> list[Part]:
    """What a question is answered with."""
    options = {one["id"]: one["text"] for one in shown["options"]}
    if question.kind in ("single", "multiple"):
        many = question.kind == "multiple"
        label = _("Several may be right: tick each of them.") if many else ""
        return [parts.choice(question.id, label, list(options.items()), answer, many=many)]
    if question.kind == "number":
        typed = "" if answer is None else f"{answer:g}"
        return [parts.field(question.id, _("Your answer"), typed, unit=shown["unit"] or None)]
    if question.kind == "match":
        given = answer or {}
        choose = [("", _("– choose –")), *options.items()]
        return [
            parts.select(
                f"{question.id}/{one['id']}", one["text"], choose, given.get(one["id"], "")
            )
            for one in shown["lefts"]
        ]
    lines = []
    for place, one in enumerate(order):
        moves = [
            parts.button(sign, "move", [question.id, place, by], kind="small",
                         disabled=not 0 <= place + by < len(order), says=f"{words}: {options[one]}")
            for sign, by, words in (("↑", -1, _("Move up")), ("↓", 1, _("Move down")))
        ]  # fmt: skip
        lines.append(parts.row(parts.text(options[one]), *moves))
    return [parts.items(*lines, ordered=True)]
