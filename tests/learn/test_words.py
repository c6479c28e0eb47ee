"""Texts that hold code: what stands there can be typed as it stands."""

import re

import pytest

FULL_WIDTH = "（）“”‘’，：；！？【】"
IN_CODE = re.compile(
    # a keyword's value, the next item of a tuple, or a call whose bracket came from an input method
    r"[A-Za-z_]=[（“‘「【]|\"，\s*\"[a-z_]|[a-z_]（\"|\([^()（）“”：。\n]*[a-z_\"]，[a-z_\"]"
)
"""Full-width signs in what can only be code, with no backticks round it."""


def texts(repository):
    for pattern in ("course/source/**/*.md", "solutions/*.md", "crmkit/learn/content/**/*.yaml"):
        for path in sorted(repository.glob(pattern)):
            yield path, path.read_text("utf-8").replace('\\"', '"')


def test_code_in_hints_lessons_and_explanations_holds_no_full_width_signs(repository):
    wrong = []
    for path, text in texts(repository):
        spans = re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text)
        bare = [re.sub(r"\"[^\"]*\"|'[^']*'|#.*", "", span) for span in spans]
        wrong += [(path.name, one) for one in bare if re.search(f"[{FULL_WIDTH}]", one)]
        wrong += [(path.name, found[0]) for found in IN_CODE.finditer(text)]
    assert wrong == []


@pytest.mark.parametrize("typed", ['suffixes=（"_from"', '("_from"，"_to")', 'merge（"a"'])
def test_code_typed_with_a_chinese_input_method_is_found(typed):
    assert IN_CODE.search(typed)
