"""The member desk's lesson and exercise: what they say of the shop, and whom a number draws."""

import re

import pytest

from crmkit.learn import authored
from crmkit.learn.questions import Asked
from crmkit.lessons.cashier.member_desk import records


def test_registering_again_instead_of_the_new_phone_is_seen(lesson_shop):
    lesson_shop("cashier-1").members.register("Chen Liya", "16800000027")
    assert Asked("cashier-1").outcome("again").status != "right"
    assert Asked("cashier-1").outcome("merge").status != "right"  # somebody nobody asked for


def test_what_the_lesson_says_of_the_shop():
    members = records("counter", "zh")
    assert "735" in str(authored.read(authored.find("questions", "cashier-01"), "questions")[0])
    assert len(members) == 735
    pairs = {one["name"] for one in members.values() if one["phone"].endswith(("9705", "3816"))}
    assert len(pairs) == 2  # all who share their last digits are people registered twice


@pytest.mark.parametrize("number", [1, 12, 37, 64, 99])
def test_the_customer_of_a_number_is_found_at_the_desk_with_what_is_right(number, lesson_shop):
    here, asked = lesson_shop("cashier-1"), Asked("cashier-1")
    keys = asked.keys({"my_number": number})
    name, tail = re.search(r": (.+), the phone ends in (\d{4})", keys.customer()["text"]).groups()
    (found,) = here.members.find_by_last_four(tail).members
    assert found.name[0] == name[0]
    assert keys.level().value == found.level
    full = here.members.completeness(found.id)
    assert keys.filled().value == 100 * full.filled / full.of < 100


def test_every_number_draws_somebody_and_neighbours_differ():
    mine = [Asked("cashier-1").keys({"my_number": n}).mine[0] for n in range(1, 100)]
    assert len(set(mine)) == 99
