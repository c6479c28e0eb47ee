"""Sealing, finding and the key file."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit.practice.errors import Tampered, WrongKey
from crmkit.practice.keys import Keyring

RING = Keyring.new()


@settings(max_examples=50)
@given(st.text(), st.text(min_size=1))
def test_what_was_sealed_opens_only_in_its_place(value, place):
    sealed = RING.seal(value, place)
    assert RING.open(sealed, place) == value
    with pytest.raises(Tampered):
        RING.open(sealed, place + "x")


def test_another_shops_key_opens_nothing():
    sealed = RING.seal("14012345678", "here")
    with pytest.raises(Tampered):
        Keyring.new().open(sealed, "here")


def test_a_token_tells_nothing_without_the_key():
    assert RING.token("phone", "14012345678") == RING.token("phone", "14012345678")
    assert RING.token("phone", "14012345678") != RING.token("card", "14012345678")
    assert RING.token("phone", "14012345678") != Keyring.new().token("phone", "14012345678")


def test_a_new_key_seals_and_the_old_one_still_opens():
    newer = RING.with_new_key()
    old = RING.seal("x", "here")
    assert newer.open(old, "here") == "x"
    assert newer.seal("x", "here").startswith("k2.")
    with pytest.raises(WrongKey):
        newer.without_old_keys().open(old, "here")
    assert RING.token("phone", "1") in newer.tokens("phone", "1")


def test_the_key_file_is_the_owners_alone_and_comes_back_the_same(tmp_path):
    path = tmp_path / "keys.json"
    RING.save(path)
    assert path.stat().st_mode & 0o077 == 0
    assert Keyring.load(path).open(RING.seal("x", "here"), "here") == "x"


@pytest.mark.parametrize("content", [None, "", "{}", '{"keys": 3, "signing": ""}'])
def test_a_missing_or_damaged_key_file_says_what_to_do(tmp_path, content):
    path = tmp_path / "keys.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(WrongKey):
        Keyring.load(path)
