"""A lesson as a page: what waits for a guess."""

from crmkit.learn.course import Course
from crmkit.serve.lessons import Block, Lesson, names


def test_what_gives_a_guess_away_waits_for_it_up_to_the_next_heading():
    lesson = Lesson(Course.find(), "1-foundations/00-hello", "en", False)
    lesson._prose("# One\n\nGuess first.")
    lesson._add(Block(live=1, guess=True))
    lesson._prose("It was none.")
    lesson._add(Block(live=2))
    lesson._prose("Nobody called.\n\n## Two\n\nOn we go.")
    lesson._add(Block(live=3))
    said = [(one.live or one.html.strip()[-20:], one.later) for one in lesson.blocks]
    assert [later for _what, later in said] == [False, False, True, True, True, False, False], said


def test_the_case_is_a_page_for_every_role_and_analysts_code_is_not(house):
    known = {one for one, _exercise in names(house.course)}
    assert "5-analyst/09-the-case" in known and "capstone" not in known
    assert [one for one in known if one.startswith("5-analyst")] == ["5-analyst/09-the-case"]
    page = house.lesson("5-analyst/09-the-case", "en", False)
    assert not [block for block in page.blocks if "<pre>" in block.html], "no code on it"
