"""A conversation with a customer: turns, and the replies that lead from one to another."""

from typing import Annotated

from pydantic import Field, model_validator

from crmkit.i18n import gettext as _
from crmkit.learn.models.parts import Id, Part, Text, missing, once, one_of, refused

Points = Annotated[int, one_of((0, 1, 2))]


class Reply(Part):
    """What one may say, where it leads, and what it shows: none, some or all of each virtue."""

    id: Id
    say: Text
    next: Id
    listening: Points
    words: Points
    calm: Points
    because: Text


class Turn(Part):
    """What the customer says; the replies to it, or how it ended."""

    says: Text
    mood: Annotated[str, one_of(("angry", "impatient", "unsure", "calm", "pleased"))]
    replies: Annotated[list[Reply], Field(min_length=2)] | None = None
    outcome: Annotated[str, one_of(("won", "fair", "lost"))] | None = None
    summary: Text | None = None

    @model_validator(mode="after")
    def _goes_on_or_ends(self) -> "Turn":
        ends = [name for name in ("outcome", "summary") if getattr(self, name) is None]
        if self.replies is None and ends:
            raise missing(ends[0] if len(ends) == 1 else "replies")
        if self.replies is not None and not ends:
            raise refused(_("a turn has replies or an outcome, not both."))
        return self


class Dialogue(Part):
    """A file of ``content/dialogues``."""

    title: Text
    setting: Text
    customer: Text
    start: Id
    turns: Annotated[dict[str, Turn], Field(min_length=2)]

    @model_validator(mode="after")
    def _leads_somewhere(self) -> "Dialogue":
        if self.start not in self.turns:
            raise refused(_("there is no turn {turn}.").format(turn=self.start), "start")
        for name, turn in self.turns.items():
            replies = turn.replies or []
            for place, reply in enumerate(replies):
                if reply.next not in self.turns:
                    problem = _("there is no turn {turn}.").format(turn=reply.next)
                    raise refused(problem, "turns", name, "replies", place, "next")
            once([reply.id for reply in replies], "turns", name, "replies")
        reached: set[str] = set()
        self._walk(self.start, (), reached)
        for name in self.turns:
            if name not in reached:
                raise refused(_("no reply leads to this turn."), "turns", name)
        for needed in ("won", "lost"):
            if needed not in {turn.outcome for turn in self.turns.values()}:
                raise refused(_("no turn has the outcome {name}.").format(name=needed), "turns")
        return self

    def _walk(self, turn: str, on_the_way: tuple[str, ...], reached: set[str]) -> None:
        if turn in on_the_way:
            raise refused(_("the conversation comes back here without end."), "turns", turn)
        if turn not in reached:
            for reply in self.turns[turn].replies or ():
                self._walk(reply.next, (*on_the_way, turn), reached)
            reached.add(turn)
