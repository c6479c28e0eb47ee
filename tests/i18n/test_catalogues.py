"""Every message the code shows has its Chinese, and nothing stale is left."""

import string
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import crmkit
from crmkit.i18n import LANGUAGES

PACKAGE = Path(crmkit.__file__).parent


def catalogue(language):
    entries = {}
    for po in sorted((PACKAGE / "locale" / language / "LC_MESSAGES").glob("*.po")):
        with po.open("rb") as source:
            for message in read_po(source, locale=language, abort_invalid=True):
                if message.id:
                    key = (
                        message.context,
                        message.id if isinstance(message.id, str) else message.id[0],
                    )
                    assert key not in entries or entries[key] == message.string, (
                        f"{key} stands twice, differently ({po.name})"
                    )
                    entries[key] = message.string
    return entries


@pytest.fixture(scope="module")
def used():
    found = set()
    for _file, _line, message, _comments, context in extract_from_dir(
        PACKAGE,
        method_map=[("**.py", "python")],
        keywords={"_": None, "gettext": None, "ngettext": (1, 2)},
    ):
        found.add((context, message if isinstance(message, str) else message[0]))
    assert found
    return found


def text(string_or_plural):
    return string_or_plural if isinstance(string_or_plural, str) else " ".join(string_or_plural)


def test_every_message_in_the_code_has_its_chinese(used):
    chinese = catalogue("zh")
    missing = [message for key, message in ((k, k[1]) for k in used) if not chinese.get(key)]
    assert not missing, "\n".join(sorted(missing))


def test_no_chinese_is_left_for_messages_that_are_gone(used):
    stale = [key for key in catalogue("zh") if key[0] is None and key not in used]
    assert not stale, "\n".join(sorted(message for _context, message in stale))


def test_labels_of_codes_stand_in_both_languages():
    labels = {
        language: {key for key, shown in catalogue(language).items() if key[0] and shown}
        for language in LANGUAGES
    }
    assert labels["zh"] == labels["en"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_the_places_to_fill_in(language):
    def places(message):
        return {name for _text, name, _spec, _conv in string.Formatter().parse(message) if name}

    wrong = [
        key[1]
        for key, shown in catalogue(language).items()
        if key[0] is None and shown and places(key[1]) != places(text(shown))
    ]
    assert not wrong, "\n".join(wrong)
