"""The answer fields of a lesson or an exercise; their keys are reckoned in `crmkit.lessons`."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from crmkit.i18n import gettext as _
from crmkit.learn.models.parts import (
    Count,
    Id,
    Option,
    Part,
    Taught,
    Text,
    missing,
    once,
    one_of,
    refused,
)

KINDS = (
    "single",
    "multiple",
    "number",
    "count",
    "money",
    "percent",
    "hour",
    "digits",
    "date",
    "text",
    "task",
    "dialogue",
)
Name = Annotated[str, StringConstraints(pattern=r"^[a-z_]+$")]


class Question(Part):
    """A field: what is asked, how it is read, and what is said to the answer."""

    id: Id
    kind: Annotated[str, one_of(KINDS)]
    ask: Text | None = None
    unit: Text | None = None
    between: Annotated[list[float], Field(min_length=2, max_length=2)] | None = None
    """Numbers outside are asked back before they are judged."""
    decimals: Annotated[int, Field(ge=0, le=4)] | None = None
    length: Count | None = None
    """So many digits."""
    year: int | None = None
    """The year that is meant when none is typed."""
    lines: Count | None = None
    """The height of the box for a text."""
    which: Literal[True] | None = None
    either_sign: Literal[True] | None = None
    """A fall may be answered with or without its minus."""
    dialogue: str | None = None
    at_least: Annotated[int, Field(ge=50, le=100)] | None = None
    """A conversation counts from this percentage of its points on."""
    options: Annotated[list[Option], Field(min_length=2)] | None = None
    options_from: Name | None = None
    """The options are the shop's own, given by this method of the keys."""
    needs: list[Id] = []
    """Fields that are answered first."""
    judged: Annotated[str, one_of(("now", "later", "never"))] | None = None
    shows: Name | None = None
    """What appears when it was answered: a method of the keys."""
    button: Text | None = None
    right: Text | None = None
    next: Text | None = None
    """The next step, when the answer is wrong."""
    hints: Annotated[list[Text], Field(min_length=1)] | None = None
    taught: Taught | None = None

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> "Question":
        task, talk = self.kind == "task", self.kind == "dialogue"
        wanted = {
            "ask": not task,
            "dialogue": talk,
            "right": self.judged not in ("later", "never"),
            "next": self.judged not in ("later", "never"),
        }
        foreign = {"ask": task, "judged": task, "dialogue": not talk, "at_least": not talk}
        for name, needed in wanted.items():
            if needed and getattr(self, name) is None:
                raise missing(name)
        for name, unknown in foreign.items():
            if unknown and getattr(self, name) is not None:
                raise refused(_("{name} is not known here.").format(name=name))
        if self.kind in ("single", "multiple"):
            if self.options is None and self.options_from is None:
                raise missing("options")
            if None not in (self.options, self.options_from):
                raise refused(_("{name} is not known here.").format(name="options_from"))
        return self


class Questions(Part):
    """A file of ``content/questions``."""

    keys: Annotated[str, StringConstraints(pattern=r"^crmkit\.lessons(\.[a-z_]+)+:[A-Z][A-Za-z]*$")]
    """The class that reckons the right answers, as ``module:Class``."""
    questions: Annotated[list[Question], Field(min_length=1)]

    @model_validator(mode="after")
    def _ids_stand_once(self) -> "Questions":
        once([one.id for one in self.questions], "questions")
        return self
