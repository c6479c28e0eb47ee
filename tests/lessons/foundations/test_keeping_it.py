"""Exercise foundations-4: each learner's cases reckoned again from what the sheet shows."""

import re

import pytest

from crmkit.i18n import label
from crmkit.lessons.foundations.keeping_it import KeepingIt
from crmkit.lessons.foundations.running import STAGES
from crmkit.screen import SIGNS
from crmkit.screen.parts import as_text

STAGE_SIGNS = {
    "sprouting": "spreadsheet",
    "developing": "forget to note",
    "mature": "share one record",
    "innovating": "AI",
}


@pytest.mark.parametrize("number", range(1, 100))
def test_every_learners_cases_are_answered_from_the_sheet(number):
    asked = KeepingIt({"my_number": number})
    sheet = as_text(asked.sheet(), SIGNS)
    (stage,) = (one for one, sign in STAGE_SIGNS.items() if sign in sheet)
    assert asked.stage().value == stage and stage in STAGES

    rows, added, filled = map(int, re.search(r"Rows (\d+)  \D+(\d+)  \D+(\d+)", sheet).groups())
    assert asked.refused().value == rows - added - filled > 0
    assert len(asked.refused().mistakes) == 3

    log = {
        words: (int(done), int(no))
        for words, done, no in re.findall(r"^(.+) \| (\d+) \| (\d+)$", sheet, re.M)
    }
    mine = {one: log[label("permission", one.replace("_", ".", 1))] for one in asked.operations()}
    reveal = mine.pop("members_reveal")
    most = max(mine, key=lambda one: mine[one][1])
    assert asked.teach_first().value == most and mine[most][0] < min(
        done for one, (done, _no) in mine.items() if one != most
    )
    assert reveal[1] > mine[most][1], "who only looks for the largest figure is led astray"

    _backup, opens, an_hour, broke = map(
        int, re.search(r"at (\d+):00.* at (\d+):00 .* (\d+) receipts.* At (\d+):00", sheet).groups()
    )
    key = asked.receipts_lost()
    assert key.value == (broke - opens) * an_hour
    assert len(key.mistakes) == 3 and key.value not in key.mistakes.values()
