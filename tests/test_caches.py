"""What is kept between two runs: taken while it is right, made anew otherwise, never in the way."""

import pytest

from crmkit import caches


@pytest.fixture
def words(tmp_path, monkeypatch):
    """A file with words, and what is made of it; every making is counted."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    source, made = tmp_path / "words.txt", []
    source.write_text("apple")

    def read() -> bytes:
        made.append(1)
        return source.read_bytes().upper()

    return source, made, lambda: caches.kept("words", [source], read)


def test_what_was_made_is_made_once(words):
    _source, made, loud = words
    assert (loud(), loud(), len(made)) == (b"APPLE", b"APPLE", 1)


def test_a_changed_file_is_read_again_though_it_is_as_long_and_as_old(words):
    source, _made, loud = words
    loud()
    source.write_text("grape")
    assert loud() == b"GRAPE"


@pytest.mark.parametrize("left", [b"", b"x" * 40, None])
def test_what_was_damaged_is_made_anew(words, left):
    _source, made, loud = words
    loud()
    (kept,) = caches.folder().iterdir()
    kept.write_bytes(kept.read_bytes()[:-1] if left is None else left)
    assert (loud(), loud(), len(made)) == (b"APPLE", b"APPLE", 2)


def test_where_nothing_can_be_kept_everything_works_all_the_same(words, tmp_path, monkeypatch):
    _source, made, loud = words
    (tmp_path / "a file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "a file"))
    assert (loud(), loud(), len(made)) == (b"APPLE", b"APPLE", 2)


def test_who_has_no_home_keeps_nothing(words, monkeypatch):
    def homeless():
        raise RuntimeError("Could not determine home directory.")

    _source, made, loud = words
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(caches.Path, "home", homeless)
    assert (loud(), loud(), len(made)) == (b"APPLE", b"APPLE", 2)


def test_nothing_else_is_left_in_the_folder(words):
    words[2]()
    assert [one.name for one in caches.folder().iterdir()] == ["words"]
