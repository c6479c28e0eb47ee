"""The language of everything crmkit shows: messages, labels of codes, chart titles.

Messages are written in English in the code and looked up in ``crmkit/locale/<language>``. What
people read for a code of a fixed set (a category, a channel) stands once, by kind, in
``crmkit/locale/labels.yaml``.
"""

import hashlib
import json
import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from crmkit import caches
from crmkit.errors import CrmkitError

LANGUAGES = ("zh", "en")
DEFAULT_LANGUAGE = "zh"
LOCALE = Path(__file__).with_name("locale")
_TEXT = r'((?:"(?:[^"\\]|\\.)*"\s*)+)'
"""A message in a catalogue: one or several lines, each between quotes."""
_ENTRY = re.compile(rf"^msgid {_TEXT}(?:^msgid_plural {_TEXT})?^msgstr(?:\[0\])? {_TEXT}", re.M)
_OURS = hashlib.sha256(str(LOCALE).encode()).hexdigest()[:8]  # of several crmkits on a machine

# what a `use_language` block or another thread chose for itself; else what the process chose
_here: ContextVar[str | None] = ContextVar("crmkit_language", default=None)
_process: str | None = None


def _known(language: str) -> str:
    if language not in LANGUAGES:
        raise CrmkitError(
            f"没有“{language}”这种语言，请用 zh 或 en。 · "
            f"There is no language {language!r}: use zh or en."
        )
    return language


def get_language() -> str:
    """The current language: what `set_language` was given, else ``CRMKIT_LANG``, else ``"zh"``."""
    return _here.get() or _process or _known(os.environ.get("CRMKIT_LANG") or DEFAULT_LANGUAGE)


def set_language(language: str) -> None:
    """Show everything in this language from now on: ``"zh"`` or ``"en"``.

    In a thread of its own, or inside a `use_language` block, only there: one process may serve
    people of both languages. Raises `CrmkitError` for any other language.

    >>> set_language("en")
    >>> get_language()
    'en'
    """
    global _process
    language = _known(language)
    if _here.get() is None and threading.current_thread() is threading.main_thread():
        _process = language
    else:
        _here.set(language)


@contextmanager
def use_language(language: str) -> Iterator[None]:
    """Show everything in this language inside a ``with`` block, then go back."""
    before = _here.set(_known(language))
    try:
        yield
    finally:
        _here.reset(before)


@cache
def _messages(language: str) -> dict[str, str]:
    """Every message of the catalogues as it is said in this language; English says it itself."""
    catalogues = sorted((LOCALE / language).rglob("*.po"))

    def read() -> dict[str, str]:
        return {one: said for po in catalogues for one, said in _read(po) if one and said}

    return _kept(language, catalogues, read)


def _read(catalogue: Path) -> Iterator[tuple[str, str]]:
    """The messages of one catalogue: what Babel reads, in a tenth of the time."""
    for english, _plural, translated in _ENTRY.findall(catalogue.read_text("utf-8")):
        yield _said(english), _said(translated)


def _said(text: str) -> str:
    return "".join(json.loads(line) for line in text.strip().split("\n"))


def _kept(name: str, sources: list[Path], read: Callable[[], dict]) -> dict:
    """What is read from these files, kept for the next process."""
    made = [Path(__file__), *sources]
    return json.loads(
        caches.kept(f"{name}-{_OURS}.json", made, lambda: json.dumps(read()).encode())
    )


def gettext(message: str) -> str:
    """The message in the current language; itself where no translation stands."""
    return _messages(get_language()).get(message, message)


def ngettext(singular: str, plural: str, n: int) -> str:
    """The message for `n` things in the current language."""
    return _messages(get_language()).get(singular, singular if n == 1 else plural)


@cache
def _labels() -> dict[str, dict[str, dict[str, str]]]:
    """kind → code → language → what people read."""
    source = LOCALE / "labels.yaml"

    def read() -> dict:
        import yaml

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        return yaml.load(source.read_bytes(), loader)

    return _kept("labels", [source], read)


def label(kind: str, code: object) -> str:
    """What people read for a code of a fixed set, e.g. ``label("channel", "web")``.

    A code without a label is shown as it is.
    """
    said = _labels().get(kind, {}).get(str(code))
    return said[get_language()] if said else str(code)


def labels(kind: str, language: str | None = None) -> dict[str, str]:
    """Every code of a fixed set with what people read for it in a language (the current one)."""
    language = _known(language) if language else get_language()
    return {code: said[language] for code, said in _labels().get(kind, {}).items()}


def gap() -> str:
    """What stands between two sentences: a space, in Chinese nothing."""
    return "" if get_language() == "zh" else " "
