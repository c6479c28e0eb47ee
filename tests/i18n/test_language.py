import os
import subprocess
import sys

import pytest

from crmkit import i18n
from crmkit.errors import CrmkitError


def test_messages_follow_the_language():
    with i18n.use_language("zh"):
        assert i18n.gettext("Grading") == "正在评分"
    with i18n.use_language("en"):
        assert i18n.gettext("Grading") == "Grading"


def test_a_block_in_another_language_gives_the_first_one_back():
    with i18n.use_language("en"):
        with i18n.use_language("zh"):
            assert i18n.get_language() == "zh"
        assert i18n.get_language() == "en"


def test_an_unknown_language_is_refused_and_nothing_changes():
    with i18n.use_language("en"):
        with pytest.raises(CrmkitError, match="'fr'.*zh or en"):
            i18n.set_language("fr")
        assert i18n.get_language() == "en"


@pytest.mark.parametrize(("lang", "expected"), [("en", "en"), ("", "zh"), ("zh", "zh")])
def test_the_environment_sets_the_default(lang, expected):
    code = "import crmkit; print(crmkit.get_language())"
    env = dict(os.environ, CRMKIT_LANG=lang)
    shown = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert shown.stdout.strip() == expected
