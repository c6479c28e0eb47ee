"""The way through the course: tracks and their lessons, the self-test, hints in steps."""

from typing import Annotated

from pydantic import Field

from crmkit.learn.models.parts import Id, Part, Taught, Text


class Named(Part):
    id: Id
    zh: str
    en: str


class Lesson(Named):
    core: bool = False
    everyone: bool = False
    graded: Id | None = None
    """Its exercise."""


class Tests(Part):
    """What is asked before the track and again after it."""

    before: Named
    after: Named


class Track(Part):
    id: Id
    title: Text
    short: Text
    tests: Tests | None = None
    lessons: Annotated[list[Lesson], Field(min_length=1)]


class Tracks(Part):
    """``content/tracks.yaml``."""

    tracks: Annotated[list[Track], Field(min_length=1)]


class Leaning(Named):
    """An answer of the self-test, and how much it speaks for each track."""

    points: dict[str, Annotated[int, Field(ge=0, le=3)]]


class AboutWork(Part):
    id: Id
    ask: Text
    options: Annotated[list[Leaning], Field(min_length=2)]


class SelfTest(Part):
    """``content/selftest.yaml``: which track fits; nothing is right or wrong."""

    title: Text
    questions: Annotated[list[AboutWork], Field(min_length=3)]
    tracks: Annotated[dict[str, Text], Field(min_length=2)]


class Hints(Part):
    """A file of ``content/hints``: help in steps, by the answer it is for."""

    assignment: Id
    hints: Annotated[dict[str, Annotated[list[Text], Field(min_length=1)]], Field(min_length=1)]
    taught: dict[str, Taught] = {}
