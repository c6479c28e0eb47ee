"""The member desk."""

import pytest

from crmkit.practice.errors import BadValue, NotFound, PhoneTaken, Refused


def test_a_new_member_is_found_by_phone_last_four_card_and_name(any_shop):
    desk = any_shop.as_staff("C1").members
    ann = desk.register("Ann Lee", "140 1234 5678", email="ann@example.com", gender="female")
    card = any_shop.members.reveal(ann.id, "card", "at the counter")
    assert desk.find_by_phone("+86 140-1234-5678").id == ann.id
    assert [one.id for one in desk.find_by_last_four("5678").members] == [ann.id]
    assert desk.find_by_card(card).id == ann.id
    assert [one.id for one in desk.find_by_name(" ann  LEE").members] == [ann.id]


def test_a_part_of_a_name_finds_the_members_of_this_store_alone(shop):
    here = shop.members.register("欧阳小雨", "14012345678").id
    there = shop.as_staff("T1", store="S2")
    away = there.members.register("何小雨", "14012345679").id

    def found(part, at=shop):
        return [one.id for one in at.members.find_by_name(part).members]

    assert here in found("小雨") and away not in found("小雨")
    assert found("欧阳") == [here] and found("欧阳", there) == []
    assert found("小雨", there) == [away]
    assert found("欧阳小雨", there) == [here], "the whole name is found from any store"
    shop.members.erase(here, "asked for it")
    assert found("欧阳") == []


def test_names_and_numbers_are_shown_masked(shop):
    ann = shop.members.register("Ann Lee", "14012345678", email="ann@example.com")
    assert (ann.name, ann.phone, ann.email) == ("A** L**", "140****5678", "a***@example.com")
    assert ann.card.startswith("****")


def test_one_phone_one_member(any_shop):
    any_shop.members.register("Ann Lee", "14012345678")
    with pytest.raises(PhoneTaken, match="M000001 has this phone already"):
        any_shop.members.register("Bob", "14012345678")


@pytest.mark.parametrize(
    "phone", ["", "123", "12012345678", "140123456789", "abc", None, 14012345678]
)
def test_a_bad_phone_is_refused(shop, phone):
    with pytest.raises(BadValue):
        shop.members.register("Ann", phone)


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "nobody"},
        {"gender": "x"},
        {"birth_date": "1990-13-40"},
        {"birth_date": "2099-01-01"},
        {"card": "12"},
        {"consents": ["pigeon"]},
        {"name": "   "},
        {"name": "x" * 61},
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(shop, wrong):
    with pytest.raises(BadValue):
        shop.members.register(**({"name": "Ann", "phone": "14012345678"} | wrong))
    with pytest.raises(NotFound):
        shop.members.find_by_phone("14012345678")


def test_last_four_shows_this_stores_members_first_and_says_when_there_are_more(shop):
    other = shop.as_staff("C2").members
    for n in range(25):
        other.register(f"Other {chr(97 + n)}", f"14000{n:02d}7777")
    mine = shop.members.register("Mine", "14199997777")
    found = shop.members.find_by_last_four("7777")
    assert found.members[0].id == mine.id
    assert len(found.members) == 20
    assert found.more


def test_a_correction_changes_only_what_it_names(shop):
    ann = shop.members.register("Ann Lee", "14012345678", district="north")
    shop.members.correct(ann.id, phone="14187654321", birth_date="1990-05-17")
    found = shop.members.find_by_phone("14187654321")
    assert (found.id, found.district, found.birthday) == (ann.id, "north", "05-17")
    with pytest.raises(NotFound):
        shop.members.find_by_phone("14012345678")


def test_a_correction_cannot_take_someone_elses_phone(shop):
    shop.members.register("Ann", "14012345678")
    bob = shop.members.register("Bob", "14012345679")
    with pytest.raises(PhoneTaken, match="Merge them"):
        shop.members.correct(bob.id, phone="14012345678")


def test_a_correction_cannot_empty_the_phone_or_name_an_unknown_field(shop):
    ann = shop.members.register("Ann", "14012345678")
    for wrong in ({"phone": ""}, {"points": "9"}, {}, {"home_store_id": None}):
        with pytest.raises((BadValue, NotFound)):
            shop.members.correct(ann.id, **wrong)


def test_completeness_names_what_is_missing(shop):
    ann = shop.members.register("Ann", "14012345678", gender="female")
    record = shop.members.completeness(ann.id)
    assert (record.filled, record.of) == (3, 8)
    assert record.missing == ("email", "birth_date", "district", "occupation", "household")


def test_records_that_look_like_one_person_are_listed(shop):
    a = shop.members.register("Ann Lee", "14012345678", birth_date="1990-05-17")
    b = shop.members.register("ann lee", "14199995678", birth_date="1990-05-17")
    shop.members.register("Bob", "14188885678")
    (pair,) = shop.members.duplicates()
    assert (pair.first.id, pair.second.id) == (a.id, b.id)
    assert pair.reasons == ("name_and_phone_tail", "name_and_birthday")


def test_merging_loses_nothing(any_shop):
    desk, till = any_shop.members, any_shop.till
    a = desk.register("Ann Lee", "14012345678", consents=["email", "sms"])
    b = desk.register("Ann Lee", "14099995678", email="ann@example.com", consents=["email"])
    till.sell([("P1", 1)], member_id=a.id)
    till.sell([("P2", 1)], member_id=b.id)
    desk.consent(b.id, "marketing", "sms", False, "phone call")
    kept = desk.merge(a.id, b.id, "same person, new phone")
    assert kept.points == 129 + 89
    assert kept.email == "a***@example.com"
    assert desk.find_by_phone("14099995678").id == a.id
    assert desk.find_by_phone("14012345678").id == a.id
    assert desk.show(b.id).id == a.id
    assert desk.duplicates() == ()


def test_merging_never_makes_a_consent(shop):
    a = shop.members.register("Ann", "14012345678", consents=["email", "sms"])
    b = shop.members.register("Ann", "14099995678", consents=["email"])
    shop.members.consent(b.id, "marketing", "sms", False, "told the cashier")
    assert shop.members.merge(a.id, b.id, "same person").consents == ("email",)
    shop.members.consent(a.id, "marketing", "sms", True, "asked again")
    assert shop.members.show(a.id).consents == ("sms", "email")


def test_a_merge_of_a_merge_still_finds_the_one_who_was_kept(shop):
    a, b, c = (shop.members.register("Ann", f"1401234567{n}") for n in range(3))
    shop.members.merge(b.id, c.id, "same person")
    shop.members.merge(a.id, b.id, "same person")
    assert shop.members.find_by_phone("14012345672").id == a.id
    with pytest.raises(Refused, match="same record"):
        shop.members.merge(a.id, c.id, "again")


def test_a_phone_of_a_merged_record_stays_taken(shop):
    a = shop.members.register("Ann", "14012345678")
    b = shop.members.register("Ann", "14012345679")
    shop.members.merge(a.id, b.id, "same person")
    with pytest.raises(PhoneTaken):
        shop.members.register("Bob", "14012345679")


def test_a_referral_joins_two_members(shop):
    ann = shop.members.register("Ann", "14012345678")
    shop.members.register("Bob", "14012345679", referred_by=ann.id)
    with pytest.raises(NotFound):
        shop.members.register("Cy", "14012345670", referred_by="M999999")


def test_revealing_needs_a_reason_and_is_written_down(shop):
    ann = shop.members.register("Ann Lee", "14012345678")
    manager = shop.as_staff("B1").members
    with pytest.raises(BadValue):
        manager.reveal(ann.id, "phone", " x ")
    assert manager.reveal(ann.id, "phone", "call about a repair") == "14012345678"


def test_a_referral_is_made_first_and_fulfilled_when_someone_joins(any_shop):
    shop = any_shop
    ann = shop.members.register("Ann", "14012345678").id
    shop.members.refer(ann)
    shop.members.refer(ann)
    bob = shop.members.register("Bob", "14012345679", referred_by=ann).id
    referrals = shop.frames()["referrals"]
    assert list(referrals["member_id"]) == [ann, ann]
    assert [one if isinstance(one, str) else None for one in referrals["joined_member_id"]] == [
        bob,
        None,
    ]
    shop.members.register("Cy", "14012345670", referred_by=ann)
    shop.members.register("Di", "14012345671", referred_by=ann)
    assert len(shop.frames()["referrals"]) == 3


def test_what_a_member_likes_is_kept_once_and_goes_with_them(any_shop):
    desk = any_shop.as_staff("A1").members
    ann = desk.register("Ann", "14012345678").id
    twin = desk.register("Ann", "14012345679").id
    desk.prefer(ann, "colour", "blue")
    desk.prefer(ann, "colour", "blue")
    desk.prefer(twin, "size", "M")
    any_shop.members.merge(ann, twin, "the same person")
    assert [(one.kind, one.value) for one in desk.preferences(ann)] == [
        ("colour", "blue"),
        ("size", "M"),
    ]
    desk.forget_preference(ann, "size", "M")
    assert [one.value for one in desk.preferences(twin)] == ["blue"]
    for wrong in (("size", "M"), ("colour", "red")):
        with pytest.raises(NotFound):
            desk.forget_preference(ann, *wrong)
    for wrong in (("shoe", "42"), ("colour", " ")):
        with pytest.raises(BadValue):
            desk.prefer(ann, *wrong)
