"""Conversations with a customer: each reply leads on and is heard three ways.

Every reply says how well it listens, how clear its words are and how calm it stays (0 to 2 each).
The replies are kept beside the notebook, so a conversation can be gone on with, and marked.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crmkit.errors import CrmkitError
from crmkit.i18n import get_language, label
from crmkit.i18n import gettext as _
from crmkit.learn import answers, authored, learner, records
from crmkit.learn.authored import say
from crmkit.learn.checks.outcome import NOT_ATTEMPTED, RIGHT, WRONG, Outcome
from crmkit.learn.forms import ShowsItself, kept_copy
from crmkit.screen import Part, Screen, parts

VIRTUES = ("listening", "words", "calm")


def dialogue(name: str | Path) -> "Dialogue":
    """A conversation by its name (``dialogue("complaint")``) or by the path of a YAML file.

    As the last line of a cell it shows itself; in text, go on with ``.say(2)``.
    Raises `ContentError` when the text breaks a rule, with the part and the line.
    """
    return Dialogue(name)


@dataclass(frozen=True)
class Standing:
    """How far a conversation has come: the replies given, and what each virtue got of its most."""

    replies: tuple[str, ...]
    turn: str
    got: dict[str, int]
    most: dict[str, int]

    @property
    def share(self) -> float:
        """The part of all points that was reached, 0 to 1."""
        most = sum(self.most.values())
        return sum(self.got.values()) / most if most else 0.0


class Dialogue(ShowsItself):
    """A conversation as far as this learner has taken it."""

    def __init__(self, name: str | Path, kept: tuple[str, str] | None = None):
        """kept: whose answer to which question it is, for a conversation of an exercise."""
        path = authored.find("dialogues", name)
        self.data, _lines = authored.read(path, "dialogue")
        self.name = path.name.removesuffix(".yaml").removesuffix(".yml")
        self.turns: dict[str, dict] = self.data["turns"]
        place, self._id = kept or (self.name, "replies")
        self._place: str = place

    def __repr__(self) -> str:
        return f"Dialogue({self.name!r})"

    def standing(self) -> Standing:
        """Where the conversation stands, from the replies kept beside the notebook."""
        return self.follow(answers.load(self._place).get(self._id, ()))

    def follow(self, replies: Any) -> Standing:
        """Where these replies lead; stops at the first one that cannot be given there."""
        turn, given = self.data["start"], []
        got = dict.fromkeys(VIRTUES, 0)
        most = dict.fromkeys(VIRTUES, 0)
        for wanted in replies if isinstance(replies, (list, tuple)) else ():
            options = self.turns[turn].get("replies", ())
            reply = next((one for one in options if one["id"] == wanted), None)
            if reply is None:
                break
            for virtue in VIRTUES:
                got[virtue] += reply[virtue]
                most[virtue] += max(one[virtue] for one in options)
            given.append(wanted)
            turn = reply["next"]
        return Standing(tuple(given), turn, got, most)

    def say(self, reply: int | str) -> None:
        """Give one of the replies, by its number or id, and read how the customer answers."""
        if isinstance(reply, int):
            shown = dict(enumerate((one["id"] for one in self.shown()["replies"]), 1))
            reply = str(shown.get(reply, reply))
        print(self._told(self.take(reply), last_only=True))

    def take(self, reply: str) -> Standing:
        """Give a reply and keep it.

        Raises `CrmkitError` for one that cannot be given now.
        """
        now = self.standing()
        known = [one["id"] for one in self.turns[now.turn].get("replies", ())]
        if reply not in known:
            raise CrmkitError(
                _("There is no reply {reply} here. There are: {known}").format(
                    reply=reply, known=", ".join(known) or _("none, the conversation is over")
                )
            )
        after = self.follow([*now.replies, reply])
        answers.keep(self._place, {self._id: list(after.replies)})
        if "outcome" in self.turns[after.turn]:
            outcome = self.turns[after.turn]["outcome"]
            records.note("dialogue", self.name, self.name, outcome, score=round(after.share, 3))
        return after

    def again(self) -> None:
        """Begin the conversation afresh."""
        answers.keep(self._place, {self._id: []})

    def best(self) -> list[str]:
        """The replies of a way through that wins the customer with all the points."""
        ways: list[list[str]] = [[]]
        while ways:
            way = ways.pop()
            now = self.follow(way)
            here = self.turns[now.turn]
            if here.get("outcome") == "won" and now.share == 1:
                return way
            ways += [[*way, one["id"]] for one in here.get("replies", ())]
        raise CrmkitError(_("No way through {name} wins all the points.").format(name=self.name))

    def outcome(self, replies: Any, at_least: float) -> Outcome:
        """Whether the conversation came to an end that is not lost, and well enough.

        at_least: the share of the points for listening, clear words and calm, 0 to 1.
        """
        now = self.follow(replies)
        end = self.turns[now.turn].get("outcome")
        if not now.replies:
            words = _("Not attempted yet: you have not said anything.")
            return Outcome(NOT_ATTEMPTED, self.name, "untouched", words)
        if end is None:
            words = _("The conversation is not finished yet.")
            return Outcome(NOT_ATTEMPTED, self.name, "unfinished", words)
        if end == "lost":
            words = _("The customer left. Try once more from the start.")
            return Outcome(WRONG, self.name, "lost", words)
        if now.share < at_least:
            weakest = min(VIRTUES, key=lambda virtue: now.got[virtue] / (now.most[virtue] or 1))
            words = _("{share}% of the marks; {needed}% is asked for. Weakest: {virtue}.")
            words = words.format(
                share=round(100 * now.share),
                needed=round(100 * at_least),
                virtue=label("virtue", weakest),
            )
            return Outcome(WRONG, self.name, "too_weak", words)
        return Outcome(RIGHT, self.name)

    def shown(self, standing: Standing | None = None) -> dict:
        """What a form needs: what was said so far, the replies there are now, the outcome."""
        now = standing or self.standing()
        said, turn = [], self.data["start"]
        for given in now.replies:
            reply = next(one for one in self.turns[turn]["replies"] if one["id"] == given)
            said.append(self._customer_says(turn))
            said.append({"who": _("You"), "text": say(reply["say"]), "mine": True,
                         "because": say(reply["because"])})  # fmt: skip
            turn = reply["next"]
        said.append(self._customer_says(turn))
        here = self.turns[turn]
        shown = {
            "title": say(self.data["title"]),
            "setting": say(self.data["setting"]),
            "said": said,
            "mood": label("mood", here["mood"]),
            "replies": [
                {"id": one["id"], "text": say(one["say"])}
                for one in learner.shuffled(here.get("replies", []), self.name, turn)
            ],
        }
        if "outcome" in here:
            shown["outcome"] = label("dialogue_outcome", here["outcome"])
            shown["summary"] = say(here["summary"])
            shown["scores"] = [
                _("{virtue}: {got} of {most}").format(
                    virtue=label("virtue", virtue), got=now.got[virtue], most=now.most[virtue]
                )
                for virtue in VIRTUES
            ]
        return shown

    def _customer_says(self, turn: str) -> dict:
        here = self.turns[turn]
        return {
            "who": say(self.data["customer"]),
            "text": say(here["says"]),
            "mood": label("mood", here["mood"]),
            "mine": False,
        }

    def _told(self, standing: Standing, last_only: bool = False) -> str:
        shown = self.shown(standing)
        lines = [] if last_only else [shown["title"], shown["setting"], ""]
        for one in shown["said"][-2:] if last_only else shown["said"]:
            mood = f" ({one['mood']})" if one.get("mood") else ""
            lines.append(f"{one['who']}{mood}: {one['text']}")
            if one.get("because"):
                lines.append(f"   → {one['because']}")
        lines += [f"   ({n}) {one['text']}" for n, one in enumerate(shown["replies"], 1)]
        if "outcome" in shown:
            lines += ["", f"{shown['outcome']}. {shown['summary']}", ", ".join(shown["scores"])]
        elif shown["replies"]:
            lines.append("")
            lines.append(
                _('Without the buttons, reply like this: dialogue("{name}").say(2)').format(
                    name=self.name
                )
            )
        return "\n".join(lines)

    @property
    def text(self) -> str:
        """The conversation so far as plain text."""
        return self._told(self.standing())

    def form(self) -> Screen:
        """The screen of a conversation."""
        copy = kept_copy(self.name, ["replies"])

        def reply(arg: Any, _values: dict[str, Any]) -> None:
            self.take(str(arg))
            copy.follow()

        def again(_arg: Any, _values: dict[str, Any]) -> None:
            self.again()
            copy.follow()

        return Screen(
            lambda: parts.card(*conversation(self), title=say(self.data["title"])),
            {"reply": reply, "again": again},
            repr(self),
        )


def conversation(dialogue: Dialogue, question: str | None = None) -> list[Part | None]:
    """What was said so far and what may be said now, with the buttons "reply" and "again".

    question: which one of an exercise the conversation answers; the buttons then send it along.
    """
    now = {"outcome": "", "summary": "", "scores": [], **dialogue.shown()}
    opening, closing, colon = ("（", "）", "：") if get_language() == "zh" else (" (", ")", ": ")
    lines = [
        parts.said(
            one["who"] + (f"{opening}{one['mood']}{closing}" if one.get("mood") else "") + colon,
            one["text"],
            mine=one["mine"],
            why=_("Why") + colon + one["because"] if one.get("because") else None,
        )
        for one in now["said"]
    ]
    replies = [
        parts.button(one["text"], "reply", [question, one["id"]] if question else one["id"],
                     kind="reply", focus=place == 0)
        for place, one in enumerate(now["replies"])
    ]  # fmt: skip
    end = None
    if now["outcome"]:
        end = parts.column(
            parts.head(now["outcome"]),
            parts.text(now["summary"]),
            parts.items(*(parts.text(score) for score in now["scores"])),
            parts.button(_("Once more from the start"), "again", question, focus=True),
        )
    return [
        parts.text(now["setting"]),
        parts.items(*lines, kind="talk"),
        parts.group(_("What do you say?"), *replies) if replies else None,
        end,
    ]
