"""The site builds in both languages without a broken link, and its search finds Chinese words."""

import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.xdist_group("site")


@pytest.fixture(scope="module")
def site(repository, tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    made = subprocess.run(
        [sys.executable, repository / "docs" / "site" / "make.py", folder],
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr  # a broken link is a warning, and fails
    return folder


def found(site, language, *words):
    """The pages whose text has every one of these words in the search's index."""
    text = (site / language / "searchindex.js").read_text("utf-8")
    index = json.loads(text.removeprefix("Search.setIndex(").removesuffix(")"))
    pages = [set(range(len(index["docnames"])))]
    for word in words:
        at = index["terms"].get(word, [])
        pages.append(set(at if isinstance(at, list) else [at]))
    return {index["docnames"][page] for page in set.intersection(*pages)}


def test_the_first_page_leads_to_both_languages(site, language):
    assert f'href="{language}/index.html"' in (site / "index.html").read_text("utf-8")
    assert (site / language / "index.html").exists()


def test_every_lesson_and_exercise_is_a_page(site, repository, language):
    for folder in ("course", "exercises"):
        for path in (repository / folder / language).rglob("*.ipynb"):
            page = site / language / path.relative_to(repository).with_suffix(".html")
            assert page.exists(), f"{page} is missing"


def test_a_chinese_word_is_found_by_the_pairs_it_is_made_of(site):
    pages = found(site, "zh", "连带", "带率")
    assert "course/zh/2-cashier/03-my-shift-in-numbers" in pages
    assert "docs/zh/reference" in pages


def test_an_english_word_is_found(site):
    assert "docs/en/reference" in found(site, "en", "retent")


def test_nothing_is_fetched_from_elsewhere(site, language):
    for page in (site / language).rglob("*.html"):
        text = page.read_text("utf-8")
        for mark in (
            'src="http',
            'rel="stylesheet" href="http',
            'rel="stylesheet" type="text/css" href="http',
        ):
            assert mark not in text, f"{page.name} fetches {mark}"
