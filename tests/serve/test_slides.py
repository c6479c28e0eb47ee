"""Slides: every lesson has them, whole, readable from the last row, and they fetch nothing."""

import re

import pytest

from crmkit import i18n
from crmkit.cli import app
from crmkit.learn.course import Course
from crmkit.learn.quizzes import Quiz
from crmkit.serve import slides

DECKS = [
    ("2-cashier/03-my-shift-in-numbers", "zh"),
    ("2-cashier/02-checkout-with-a-member", "en"),
    ("4-inventory/04-stock-in-numbers", "en"),
    ("5-analyst/01-one-customer", "en"),
]
MEASURE = """() => Reveal.getSlides().map((slide, at) => {
    Reveal.slide(at);
    slide.classList.add('told');
    const over = (one) => Math.max(one.scrollHeight - one.clientHeight, one.scrollWidth - one.clientWidth);
    const body = slide.querySelector('.body'), head = slide.querySelector('h1, h2');
    const small = [...slide.querySelectorAll('h1, h2, .body *')]
        .filter(one => [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
        .map(one => parseFloat(getComputedStyle(one).fontSize));
    const cut = Math.max(over(body), over(head));
    slide.classList.remove('told');
    return {at: at + 1, cut, smallest: Math.min(...small),
            bottom: body.getBoundingClientRect().bottom, empty: !slide.textContent.trim()};
})"""


@pytest.fixture(scope="module")
def course(repository):
    return Course(repository)


def bare(course, lesson, language):
    with i18n.use_language(language):
        return slides._Maker(course, lesson, language).slides()


def test_a_deck_says_what_its_lesson_says_and_asks_what_it_asks(course):
    lesson, language = DECKS[0]
    made = bare(course, lesson, language)
    kinds = [one.kind for one in made]
    assert kinds[0] == "title" and made[0].heading == "我这一班的数字"
    assert kinds.count("quiz") == len(Quiz("cashier-03").questions)
    assert kinds.count("picture") >= 2 and kinds.count("table") >= 6
    whole = "".join(one.body for one in made)
    for words in (
        "只退货的不算",
        "您猜：这一天哪个钟点卖得最多？",
        "别被一张大单骗了",
        "交班前写两句话",
    ):
        assert words in whole, words
    assert "href" not in whole and "way()" not in whole


def test_the_notes_stand_behind_their_slide_and_nowhere_else(tmp_path, repository):
    for part in ("solutions", "exercises", "datasets"):
        (tmp_path / part).symlink_to(repository / part)
    name = "2-cashier/01-the-member-desk"
    course = Course(tmp_path)
    source = course.lesson_source(name)
    source.parent.mkdir(parents=True)
    text = Course(repository).lesson_source(name).read_text("utf-8")
    text = re.sub(
        r'\+\+\+ \{"tags": \["(zh|en)", "trainer"\]\}\n.*?(?=\n\+\+\+|\n```\{code|\Z)',
        "",
        text,
        flags=re.S,
    )
    at = text.index("```{code-cell}\nguess(")
    note = '+++ {{"tags": ["{0}", "trainer"]}}\n\n**{1}** <script>alert(1)</script>\n\n'
    text = text[:at] + note.format("zh", "时间") + note.format("en", "Timing") + text[at:]
    source.write_text(text, "utf-8")
    (tmp_path / "course" / "en").symlink_to(repository / "course" / "en")
    made = bare(course, name, "en")
    noted = [one for one in made if "<strong>Timing</strong>" in "".join(one.said)]
    assert len(noted) == 1 and "alert" not in "".join(noted[0].said)
    assert made.index(noted[0]) <= next(at for at, one in enumerate(made) if one.kind == "ask")
    assert "Timing" not in "".join(one.body + one.heading for one in made)
    assert "<strong>Timing</strong>" in slides.trainers_notes(course, name, "en")


@pytest.mark.browser
@pytest.mark.parametrize(("lesson", "language"), DECKS)
def test_no_slide_is_cut_off_or_small_and_nothing_is_fetched(
    browser, course, tmp_path, lesson, language
):
    deck = tmp_path / "deck.html"
    deck.write_text(slides.deck(course, lesson, language), "utf-8")
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(deck.as_uri())
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    measured = page.evaluate(MEASURE)
    assert len(measured) > 20
    wrong = [one for one in measured if one["cut"] > 1 or one["bottom"] > 720 or one["empty"]]
    assert not wrong
    assert min(one["smallest"] for one in measured) >= 20
    assert not said
    assert [one for one in asked if not one.startswith("data:")] == [deck.as_uri()]
    with page.expect_popup() as opened:
        page.keyboard.press("s")
    notes = opened.value
    notes.wait_for_selector("footer")
    notes.keyboard.press("ArrowLeft")
    page.wait_for_function(f"Reveal.getState().indexh === {len(measured) - 2}")
    assert f"{len(measured) - 1} / {len(measured)}" in notes.inner_text("footer")
    page.close()


def test_in_a_class_notes_and_slides_are_the_trainers(stranger, browser_of):
    address = f"/slides/{DECKS[0][0]}"
    assert stranger.get(address).code == 403
    learner = browser_of("ann")
    assert learner.get(address).code == 403
    assert learner.ask("/trainer").headers["Location"] == "/board"
    learner.post("/board", code="trainer-password")
    page = learner.get("/trainer")
    assert page.code == 200 and address in page.body.decode()
    deck = learner.get(address)
    assert deck.code == 200 and b"Reveal.initialize" in deck.body
    policy = deck.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "'self'" not in policy and "unsafe" not in policy
    assert learner.get("/slides/start").code == 404


def test_the_command_writes_a_file_a_lesson(tmp_path, monkeypatch):
    from typer.testing import CliRunner

    name = "2-cashier/01-the-member-desk"
    ran = CliRunner().invoke(app, ["slides", name, "--lang", "en", "--to", str(tmp_path)])
    assert ran.exit_code == 0, ran.output
    assert "The member desk" in (tmp_path / "en" / f"{name}.html").read_text("utf-8")
    assert CliRunner().invoke(app, ["slides", "2-cashier/99", "--to", str(tmp_path)]).exit_code


def test_no_slide_is_without_words_or_a_picture(course):
    made = bare(course, "5-analyst/09-the-case", "zh")
    assert all(one.body or one.kind in ("title", "section") for one in made)


def test_the_notes_of_a_question_say_what_is_right(course):
    made = bare(course, "2-cashier/02-checkout-with-a-member", "en")
    asked = next(one for one in made if "One tin of green tea" in one.body and one.kind == "ask")
    assert "Right: 55.52" in "".join(asked.said).replace("¥", "")
    assert "Right:" not in asked.body
