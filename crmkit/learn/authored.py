"""Texts that people write as YAML, in both languages, checked before anyone reads them.

An error names the file, the line and the part ("question 3 (aov), line 27: ...").
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from yaml.constructor import SafeConstructor

from crmkit.errors import CrmkitError
from crmkit.i18n import get_language
from crmkit.i18n import gettext as _
from crmkit.learn.models import first_fault

CONTENT = resources.files("crmkit.learn") / "content"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's where it is there


class ContentError(CrmkitError):
    """An authored text breaks a rule; the message says which part and which line."""


class Lines:
    """Where each part of a YAML text stands."""

    def __init__(self, name: str):
        self.name = name
        self._at: dict[tuple, int] = {}

    def note(self, path: tuple, line: int) -> None:
        self._at[path] = line

    def line(self, path: tuple) -> int:
        """The line of a part, or of what it stands in."""
        while path and path not in self._at:
            path = path[:-1]
        return self._at.get(path, 1)


def read(path: Any, kind: str) -> tuple[dict, Lines]:
    """A YAML text and its lines, checked against the model of its kind (`crmkit.learn.models`).

    Raises `ContentError` for a missing file, broken YAML, or a text that breaks a rule.
    """
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise ContentError(_("There is no {file}.").format(file=path)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ContentError(
            _("{file} cannot be read: {error}").format(file=path.name, error=error)
        ) from None
    return _checked(path.name, text, kind)


@lru_cache(maxsize=256)
def _checked(name: str, text: str, kind: str) -> tuple[dict, Lines]:
    lines = Lines(name)
    try:
        node = yaml.compose(text, Loader=_LOADER)
        data = _plain(node, (), lines, SafeConstructor()) if node is not None else {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ContentError(
            _("{file}, line {line}: this is not YAML: {problem}").format(
                file=name,
                line=mark.line + 1 if mark else 1,
                problem=getattr(error, "problem", None) or str(error),
            )
        ) from None
    fault = first_fault(data, kind)
    if fault is not None:
        fail(lines, *fault, data)
    return data, lines


def _plain(node: yaml.Node, path: tuple, lines: Lines, values: SafeConstructor) -> Any:
    lines.note(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        found: dict = {}
        for key_node, value_node in node.value:
            key = _plain(key_node, (*path, "key"), lines, values)
            if key in found:
                raise ContentError(
                    _("{file}, line {line}: {key} stands here a second time.").format(
                        file=lines.name, line=key_node.start_mark.line + 1, key=key
                    )
                )
            found[key] = _plain(value_node, (*path, key), lines, values)
            lines.note((*path, key), key_node.start_mark.line + 1)
        return found
    if isinstance(node, yaml.SequenceNode):
        parts = enumerate(node.value)
        return [_plain(part, (*path, place), lines, values) for place, part in parts]
    value = values.construct_object(node)
    # an id such as `yes` or `no` is meant as a word
    return node.value if isinstance(value, bool) and path[-1] in ("id", "next", "key") else value


def fail(lines: Lines, path: tuple, problem: str, data: Any = None) -> None:
    """Refuse a text, saying where."""
    raise ContentError(
        _("{file}, line {line}{part}: {problem}").format(
            file=lines.name, line=lines.line(path), part=_part(path, data), problem=problem
        )
    )


def _part(path: tuple, data: Any) -> str:
    if len(path) >= 2 and path[0] == "questions":
        found = data["questions"][path[1]] if data else {}
        name = found.get("id", "?") if isinstance(found, dict) else "?"
        return _(", question {number} ({name})").format(number=path[1] + 1, name=name)
    inside = ".".join(str(step) for step in path)
    return _(", at {where}").format(where=inside) if inside else ""


def known(kind: str) -> list[str]:
    """The names of all texts of a kind, e.g. ``known("quizzes")``."""
    return sorted(
        entry.name.removesuffix(".yaml")
        for entry in (CONTENT / kind).iterdir()
        if entry.name.endswith(".yaml")
    )


def find(kind: str, name: str | Path) -> Any:
    """The file of a text: a path as it is, a name from the kit's own content.

    Raises `ContentError` with the names there are.
    """
    if isinstance(name, Path) or str(name).endswith((".yaml", ".yml")):
        return Path(name)
    if name not in known(kind):
        raise ContentError(
            _("There is no {name} here. There are: {known}").format(
                name=name, known=", ".join(known(kind))
            )
        )
    return CONTENT / kind / f"{name}.yaml"


def say(text: Any) -> str:
    """A bilingual text in the current language; a plain one as it is."""
    return text[get_language()] if isinstance(text, dict) else str(text)


def asked(question: dict) -> str:
    """What a question asks; where several options may be right, it says so."""
    words = say(question["ask"])
    if question["kind"] != "multiple":
        return words
    return _("{question} (tick all that apply)").format(question=words)


def pairs(data: Any, path: tuple = ()) -> Iterator[tuple[tuple, dict]]:
    """Every bilingual text in authored data, with where it stands."""
    if isinstance(data, dict):
        if {"zh", "en"} <= set(data):
            yield path, data
        for key, part in data.items():
            yield from pairs(part, (*path, key))
    elif isinstance(data, list):
        for place, part in enumerate(data):
            yield from pairs(part, (*path, place))


def no_question(question: str, known: Iterable[str]) -> CrmkitError:
    """What is raised for a question that is not asked there."""
    return CrmkitError(
        _("There is no question {question}. There are: {known}").format(
            question=question, known=", ".join(known)
        )
    )
