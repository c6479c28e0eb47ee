"""What all authored texts are built of: ids, texts in both languages, what is refused and where."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from crmkit.i18n import gettext as _

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
Words = Annotated[str, StringConstraints(min_length=1)]
Count = Annotated[int, Field(ge=1)]
Amount = Annotated[int, Field(ge=0)]


class Part(BaseModel):
    """A part of an authored text: nothing stands in it that is not known."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _says_something_everywhere(cls, data: Any) -> Any:
        for name, value in data.items() if isinstance(data, dict) else ():
            if value is None:
                raise refused(_("nothing is written here."), name)
        return data


class Text(Part):
    """What people read, in both languages."""

    zh: Words
    en: Words


class Option(Part):
    """One of the answers to choose from."""

    id: Id
    zh: Words
    en: Words
    because: Text | None = None
    """Why it is wrong, or right; shown when it was chosen."""


class Taught(Part):
    """Where a graded item is taught: the lesson, and the words there that teach it."""

    lesson: str
    by: Text


def refused(problem: str, *at: str | int) -> PydanticCustomError:
    """A rule is broken at this place below the part that is being checked."""
    return PydanticCustomError("rule", "{problem}", {"problem": problem, "at": at})


def missing(name: str) -> PydanticCustomError:
    return refused(_("{name} is missing.").format(name=name))


def one_of(known: Sequence) -> AfterValidator:
    """The words of a closed set, for ``Annotated[str, one_of(codes.PRIORITIES)]``."""

    def check(value: Any) -> Any:
        if value not in known:
            problem = _("{value} is not one of {known}.")
            raise refused(problem.format(value=value, known=", ".join(map(str, known))))
        return value

    return AfterValidator(check)


def once(ids: Iterable[str], *at: str | int) -> None:
    """Refuse an id that stands a second time among these."""
    seen: set[str] = set()
    for place, one in enumerate(ids):
        if one in seen:
            raise refused(_("this id stands twice."), *at, place, "id")
        seen.add(one)
