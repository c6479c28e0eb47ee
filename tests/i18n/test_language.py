import asyncio
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

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


def test_two_threads_each_keep_their_own_language():
    at_once = threading.Barrier(2)

    def speak(language):
        i18n.set_language(language)
        at_once.wait(20)
        with i18n.use_language("en"):
            at_once.wait(20)
        at_once.wait(20)
        return i18n.gettext("Grading")

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(speak, ["zh", "en"]))
    assert said == ["正在评分", "Grading"]
    assert i18n.get_language() == "en"


def test_tasks_in_one_thread_each_keep_their_own_language():
    async def speak(language):
        with i18n.use_language(language):
            await asyncio.sleep(0.01)
            return i18n.gettext("Grading")

    async def both():
        return await asyncio.gather(speak("zh"), speak("en"))

    with ThreadPoolExecutor(1) as thread:  # a browser's tests leave a loop running in this one
        assert thread.submit(asyncio.run, both()).result() == ["正在评分", "Grading"]
