"""A quiz: questions with their key and what each mistake means; a graded one holds no key."""

from typing import Annotated

from pydantic import Field, model_validator

from crmkit.i18n import gettext as _
from crmkit.learn.models import parts
from crmkit.learn.models.parts import Count, Id, Part, Text, missing, one_of, refused


class Mistake(Part):
    """A number that people come to, and how they came to it."""

    is_: float = Field(alias="is")
    because: Text


class Option(parts.Option):
    """An answer to choose from; in a question of order they stand in the right one."""

    right: bool | None = None


class Pair(Part):
    """Two things that belong together."""

    id: Id
    left: Text
    right: Text


class Question(Part):
    id: Id
    kind: Annotated[str, one_of(("single", "multiple", "number", "order", "match"))]
    ask: Text
    options: Annotated[list[Option], Field(min_length=2)] | None = None
    pairs: Annotated[list[Pair], Field(min_length=2)] | None = None
    answer: float | None = None
    within: Annotated[float, Field(ge=0)] | None = None
    mistakes: Annotated[list[Mistake], Field(min_length=1)] | None = None
    unit: Text | None = None
    explain: Text | None = None

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> "Question":
        if self.kind in ("single", "multiple", "order") and self.options is None:
            raise missing("options")
        if self.kind == "match" and self.pairs is None:
            raise missing("pairs")
        for name in ("options", "pairs"):
            parts.once([one.id for one in getattr(self, name) or ()], name)
        return self

    def hold_the_key(self, *at: str | int) -> None:
        """Refuse a question of practice whose key is not whole."""
        for name in ("explain", *(("answer", "mistakes") if self.kind == "number" else ())):
            if getattr(self, name) is None:
                raise refused(_("{name} is missing.").format(name=name), *at)
        right = [one for one in self.options or () if one.right]
        if self.kind == "single" and len(right) != 1:
            raise refused(_("exactly one option must be right."), *at, "options")
        if self.kind == "multiple" and not right:
            raise refused(_("at least one option must be right."), *at, "options")
        if self.kind == "single":
            for place, one in enumerate(self.options or ()):
                if not one.right and one.because is None:
                    problem = _("a wrong option needs a because: why is it wrong?")
                    raise refused(problem, *at, "options", place)

    def hold_no_key(self, *at: str | int) -> None:
        """Refuse a graded question from which the right answer can be read."""
        told = self.answer, self.mistakes, self.explain
        shown = [(one.right, one.because) for one in self.options or ()]
        if any(one is not None for one in (*told, *sum(shown, ()))):
            raise refused(
                _("a graded quiz must not hold its key; that belongs in the hidden cell."), *at
            )


class Quiz(Part):
    """A file of ``content/quizzes``."""

    title: Text
    draw: Count | None = None
    """So many of the questions are asked, drawn for each learner; all without it."""
    graded: bool = False
    questions: Annotated[list[Question], Field(min_length=1)]

    @model_validator(mode="after")
    def _fits_together(self) -> "Quiz":
        parts.once([one.id for one in self.questions], "questions")
        for place, question in enumerate(self.questions):
            hold = question.hold_no_key if self.graded else question.hold_the_key
            hold("questions", place)
        if (self.draw or 0) > len(self.questions):
            raise refused(_("more questions are drawn than there are."), "draw")
        return self
