"""Every message the code shows has its Chinese, and nothing stale is left."""

import re
import string
from pathlib import Path

import pytest
import yaml
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import crmkit
from crmkit import i18n
from crmkit.i18n import LANGUAGES

PACKAGE = Path(crmkit.__file__).parent


@pytest.fixture(scope="module")
def chinese():
    """What stands for each English message."""
    entries = {}
    for po in sorted((PACKAGE / "locale/zh/LC_MESSAGES").glob("*.po")):
        with po.open("rb") as source:
            for message in read_po(source, locale="zh", abort_invalid=True):
                if message.id:
                    key = message.id if isinstance(message.id, str) else message.id[0]
                    assert not message.context, f"{key}: labels stand in locale/labels.yaml"
                    assert key not in entries or entries[key] == message.string, (
                        f"{key} stands twice, differently ({po.name})"
                    )
                    entries[key] = message.string
    return entries


@pytest.fixture(scope="module")
def used():
    found = set()
    for _file, _line, message, _comments, _context in extract_from_dir(
        PACKAGE,
        method_map=[("**.py", "python")],
        keywords={"_": None, "gettext": None, "ngettext": (1, 2)},
    ):
        found.add(message if isinstance(message, str) else message[0])
    assert found
    in_pages = re.compile(r"""\b_\('((?:[^'\\]|\\.)*)'\)""")
    for page in PACKAGE.rglob("*.html"):
        said = in_pages.findall(page.read_text("utf-8"))
        found |= {message.replace("\\'", "'") for message in said}
    return found


def text(string_or_plural):
    return string_or_plural if isinstance(string_or_plural, str) else " ".join(string_or_plural)


def test_every_message_in_the_code_has_its_chinese(used, chinese):
    missing = [message for message in used if not chinese.get(message)]
    assert not missing, "\n".join(sorted(missing))


def test_no_chinese_is_left_for_messages_that_are_gone(used, chinese):
    stale = [message for message in chinese if message not in used]
    assert not stale, "\n".join(sorted(stale))


def test_the_catalogues_are_read_as_babel_reads_them(chinese):
    found = i18n._messages("zh")
    assert found == {
        one: said if isinstance(said, str) else said[0] for one, said in chinese.items()
    }
    assert "\n" in "".join(found) and '"' in "".join(found.values())  # what has to be escaped


@pytest.mark.parametrize(
    "po", sorted((PACKAGE / "locale/zh/LC_MESSAGES").glob("*.po")), ids=lambda po: po.stem
)
def test_no_message_stands_twice_in_a_catalogue(po):
    """Babel keeps the first of two without a word."""
    messages = [one for one, _said in i18n._read(po)]
    assert len(messages) == len(set(messages)), {one for one in messages if messages.count(one) > 1}


def test_translations_keep_the_places_to_fill_in(chinese):
    def places(message):
        return {name for _text, name, _spec, _conv in string.Formatter().parse(message) if name}

    wrong = [message for message, said in chinese.items() if places(message) != places(text(said))]
    assert not wrong, "\n".join(wrong)


class Once(yaml.SafeLoader):
    """Reads YAML, and refuses a key that stands twice."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _value in node.value]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        assert not twice, f"twice: {twice}, line {node.start_mark.line + 1}"
        return super().construct_mapping(node, deep)


def test_each_code_has_one_label_in_each_language():
    labels = yaml.load((PACKAGE / "locale/labels.yaml").read_text("utf-8"), Once)
    assert list(labels) == sorted(labels), "kinds stand in order, so that they are found"
    wrong = [
        (kind, code)
        for kind, codes in labels.items()
        for code, said in codes.items()
        if not isinstance(code, str) or set(said) != set(LANGUAGES) or not all(said.values())
    ]
    assert not wrong
