"""Running a CRM: what the lesson lets happen really happens, and its keys are read off the shop."""

import pytest

from crmkit.i18n import label
from crmkit.lessons.foundations import rehearsal, rehearsal_shop, running
from crmkit.lessons.foundations.running import Running


def pressed(screen, steps):
    """The screen's text after each press."""
    seen = []
    for step in range(steps):
        screen.did({"act": "press", "arg": step})
        seen.append(screen.text)
    return seen


def test_steps_go_in_order_and_once_only():
    screen = rehearsal.upkeep()
    before = screen.text
    screen.did({"act": "press", "arg": 2})
    assert screen.text == before, "the disk does not break before there is a backup"
    screen.did({"act": "press", "arg": 0})
    once = screen.text
    screen.did({"act": "press", "arg": 0})
    assert screen.text == once
    screen.did({"act": "anew"})
    assert screen.text == before


def test_the_file_says_nothing_the_cashier_little_and_the_manager_all(language):
    thief, cashier, manager = pressed(rehearsal.stolen(), 3)
    name = "林悦" if language == "zh" else "Lin Yue"
    assert "14200008866" not in thief and "8866" not in thief and name not in thief
    assert "8866" in cashier and "14200008866" not in cashier and name not in cashier
    assert "14200008866" in manager and name in manager
    assert Running({}).thief().value == "nothing"


def test_the_import_is_counted_by_the_shop_as_by_the_key(language):
    _arrives, taken, twice, out = pressed(rehearsal.exchange(), 4)
    key = Running({}).refused()
    refused = [line for line in taken.splitlines() if line.split(" | ")[0] in ("5", "6", "7")]
    assert len(refused) == key.value and len(key.mistakes) == 2
    assert "2025-06-30" in twice.removeprefix(taken[:-10])
    assert "129.0" in out and "79.8" in out


def test_nobody_imported_has_agreed_to_messages():
    at = rehearsal_shop.Rehearsal()
    shop = at.shop.as_staff(rehearsal_shop.MANAGER)
    path = at.folder / "mall.csv"
    path.write_text("\n".join(",".join(row) for row in rehearsal.mall_list()), "utf-8-sig")
    made = shop.files.import_members(str(path))
    assert (made.added, made.changed, made.refused) == (4, 1, Running({}).refused().value)
    new = shop.members.find_by_phone("14000000052")
    assert not new.consents
    shop.close()


def test_the_log_says_what_to_teach_first(language):
    at = rehearsal_shop.Rehearsal()  # its folder goes with it
    shop = at.shop
    use = rehearsal.newcomers_morning(shop)
    most = max(use, key=lambda one: one.refused)
    assert sum(one.refused == most.refused for one in use) == 1
    assert most.done == 0, "never done, only refused"
    assert Running({}).teach_first().value == most.action.replace(".", "_")
    assert {one.action.replace(".", "_") for one in use} == set(Running({}).operations())
    *_first, log = pressed(rehearsal.morning(), 2)
    assert f"{label('permission', most.action)} | 0 | {most.refused}" in log


def test_a_backup_brings_back_what_was_there_when_it_was_made(language):
    backed, traded, lost, back = (text.splitlines() for text in pressed(rehearsal.upkeep(), 4))
    numbers = [int("".join(filter(str.isdigit, one[-2]))) for one in (backed, traded, back)]
    assert numbers[0] == numbers[2] and numbers[1] - numbers[2] == Running({}).lost().value
    assert len(lost) > len(traded)


def test_an_older_shop_is_refused_then_upgraded_whole(language):
    refused, copied, upgraded = pressed(rehearsal.upgrade(), 3)
    assert "!" in refused and len(copied) > len(refused)
    assert "0001 → 0005" in upgraded
    assert ("都对得上" if language == "zh" else "all is well") in upgraded


@pytest.mark.parametrize("mine", [None, *running.STAGES])
def test_the_picture_of_the_stages_names_all_four(mine, language):
    part = Running({"my_stage": mine} if mine else {}).my_stages()
    assert all(label("stage_of_crm", one) in str(part) for one in running.STAGES)
