"""The tracks of the course: their lessons and exercises, and what each is called."""

from crmkit.i18n import gettext as _
from crmkit.learn import authored
from crmkit.learn.authored import say

ROLES = ("cashier", "sales", "inventory", "analyst")
"""The tracks a learner may choose on the start page; foundations come first for everyone."""


def tracks() -> dict[str, dict]:
    """Each track by its id, as `content/tracks.yaml` has it."""
    data, _lines = authored.read(authored.CONTENT / "tracks.yaml", "tracks")
    return {track["id"]: track for track in data["tracks"]}


def track_of(name: str) -> str:
    """The track of a lesson or an exercise; the final exercise of one is not called after it."""
    for track in tracks().values():
        if any(name == lesson.get("graded") for lesson in track["lessons"]):
            return track["id"]
    return name.rpartition("-")[0]


def titles() -> dict[str, str]:
    """What each track is called."""
    return {one: say(track["title"]) for one, track in tracks().items()}


def before_and_after() -> dict[str, str]:
    """What is asked before the course and after it, beside the path: the exercises by ``"before"``
    and ``"after"``."""
    return {
        when: one["id"]
        for track in tracks().values()
        for when, one in track.get("tests", {}).items()
    }


def for_everyone() -> list[str]:
    """Lessons of a track with code that need none, and are for every role."""
    lessons = [one for track in tracks().values() for one in track["lessons"]]
    return [one["id"] for one in lessons if one.get("everyone")]


def short_names() -> dict[str, str]:
    """The lessons and exercises of all tracks by id, each by its track and number."""
    found = {}
    for track in tracks().values():
        for test in track.get("tests", {}).values():
            found[test["id"]] = say({"zh": test["zh"], "en": test["en"]})
        for lesson in track["lessons"]:
            found[lesson["id"]] = short(track, lesson["id"])
            if "graded" in lesson:
                found[lesson["graded"]] = short(track, lesson["graded"], True)
    return found


def lesson_names() -> dict[str, str]:
    """The lessons of all tracks by id, each with its number and what it is called."""
    return {
        one["id"]: f"{short(track, one['id'])} {say({'zh': one['zh'], 'en': one['en']})}"
        for track in tracks().values()
        for one in track["lessons"]
    }


def short(track: dict, name: str, exercise: bool = False) -> str:
    """What a lesson or an exercise is called where there is little room: its track and number."""
    number = name.rpartition("-")[2]
    if not exercise:
        return f"{say(track['short'])} {number}"
    words = _("{track} exercise {number}") if number.isdigit() else _("{track}: the final exercise")
    return words.format(track=say(track["short"]), number=number)
