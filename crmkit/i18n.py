"""The language of everything crmkit shows: messages, labels of codes, chart titles.

Messages are written in English in the code and looked up in ``crmkit/locale/<language>``. What
people read for a code of a fixed set (a category, a channel) stands once, by kind, in
``crmkit/locale/labels.yaml``.
"""

import gettext as _gettext
import io
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib import resources

from crmkit.errors import CrmkitError

LANGUAGES = ("zh", "en")
DEFAULT_LANGUAGE = "zh"

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
def _translations(language: str) -> _gettext.NullTranslations:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    chain = _gettext.NullTranslations()
    folder = resources.files("crmkit") / "locale" / language / "LC_MESSAGES"
    catalogues = folder.iterdir() if folder.is_dir() else ()  # English is what the code says
    for po in sorted(catalogues, key=lambda entry: entry.name):
        if not po.name.endswith(".po"):
            continue
        compiled = io.BytesIO()
        with po.open("rb") as source:
            write_mo(compiled, read_po(source, locale=language))
        compiled.seek(0)
        catalogue = _gettext.GNUTranslations(compiled)
        catalogue.add_fallback(chain)
        chain = catalogue
    return chain


def gettext(message: str) -> str:
    """The message in the current language; itself where no translation stands."""
    return _translations(get_language()).gettext(message) if message else ""


def ngettext(singular: str, plural: str, n: int) -> str:
    """The message for `n` things in the current language."""
    return _translations(get_language()).ngettext(singular, plural, n)


@cache
def _labels() -> dict[str, dict[str, dict[str, str]]]:
    """kind → code → language → what people read."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = (resources.files("crmkit") / "locale" / "labels.yaml").read_text("utf-8")
    return yaml.load(text, loader)


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
