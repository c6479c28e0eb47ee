"""A lesson as slides for a room: one idea a slide, large, with the trainer's notes behind it.

Made of what the lesson is made of: its prose, the results in its built notebook, the questions it
asks. A deck is one file with everything inside (reveal.js 6.0.2 from npm, `deck/reveal-LICENSE`), so
it opens from a stick on the meeting room's machine; it may run and fetch nothing but itself.
"""

import ast
import base64
import contextlib
import hashlib
import html
import itertools
import json
import math
import re
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tornado.template
from bs4 import BeautifulSoup, NavigableString, Tag

from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.i18n import label, use_language
from crmkit.learn.authored import say
from crmkit.learn.course import START, Course
from crmkit.learn.dialogues import Dialogue
from crmkit.learn.fields import Fields, ask, guess
from crmkit.learn.learner import Seat, seated
from crmkit.learn.questions import Question
from crmkit.learn.quizzes import Quiz
from crmkit.learn.source import notes
from crmkit.learn.tasks import Tasks
from crmkit.screen import SIGNS, parts
from crmkit.serve.lessons import as_html

HERE = Path(__file__).parent / "deck"
LINE, LINES, ROWS, LEAD = 62, 8, 9, 2.5
"""Half-width letters in a line of a slide; lines of prose, and rows of a table, that can be read from
the last row; so much prose leads to what follows it and stands on the same slide."""
_LETTERS = "ABCDEFGHIJ"


@dataclass
class Slide:
    """One slide: its heading, what stands under it, what the trainer reads."""

    heading: str
    kind: str
    body: str
    said: list[str] = field(default_factory=list)
    lines: float = 0.0


def lessons(course: Course) -> list[str]:
    """The lessons that have slides: all but the start page and what only trainers read."""
    return [one for one in course.lessons() if one != START and not one.startswith("6-trainer")]


def deck(course: Course, lesson: str, language: str) -> str:
    """The slides of a lesson as one page. Raises `CrmkitError` for a lesson that does not exist."""
    if lesson not in lessons(course):
        raise CrmkitError(_("There is no lesson {lesson}.").format(lesson=lesson))
    # a practice shop that a question opens is nobody's here
    scratch = tempfile.TemporaryDirectory(prefix="crmkit-slides-")
    nobody = seated(Seat("", Path(scratch.name) / course.lesson(lesson, language).name))
    with scratch, nobody, use_language(language):
        slides = _Maker(course, lesson, language).slides()
        script = "\n".join((HERE / one).read_text("utf-8") for one in ("reveal.js", "deck.js"))
        script = script.replace("</script", "<\\/script")
        look = "\n".join((HERE / one).read_text("utf-8") for one in ("reveal.css", "deck.css"))
        words = {"notes": _("Notes"), "next": _("Next"), "none": _("No note for this slide.")}
        page = tornado.template.Loader(str(HERE)).load("deck.html").generate(
            slides=slides, title=BeautifulSoup(slides[0].heading, "html.parser").get_text(),
            language=language, script=script, look=look, _=_,
            words=json.dumps(words, ensure_ascii=False), policy=policy(script, look),
        )  # fmt: skip
    return page.decode()


def write(course: Course, names: Iterable[str], language: str, folder: Path) -> list[Path]:
    """The decks of these lessons (all without a name), a file each; gives where they are."""
    written = []
    for name in list(names) or lessons(course):
        path = folder / language / f"{name}.html"
        page = deck(course, name, language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, "utf-8")
        written.append(path)
    return written


def policy(*inline: str) -> str:
    """What a browser may do with a deck: its own script and style, nothing from elsewhere."""
    script, look = (
        base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in inline
    )
    return (
        f"default-src 'none'; script-src 'sha256-{script}'; style-src 'sha256-{look}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def policy_of(page: str) -> str:
    """The policy that stands in a deck, for the server to say it as well."""
    stands = re.findall(r'Content-Security-Policy" content="([^"]+)"', page)
    return f"{stands[0]}; frame-ancestors 'none'"


def trainers_notes(course: Course, lesson: str, language: str) -> str:
    """The notes of a lesson as a piece of a page; empty where it has none yet."""
    said = notes(course.lesson_source(lesson), language)
    return "".join(_plain(as_html(text)) for _place, text in sorted(said.items()))


class _Maker:
    """Walks through the built notebook and lays out what it finds."""

    def __init__(self, course: Course, lesson: str, language: str):
        built = json.loads(course.lesson(lesson, language).read_text("utf-8"))
        self.cells = built["cells"]
        self.notes = notes(course.lesson_source(lesson), language)
        self.found: list[Slide] = []
        self.heading = ""

    def slides(self) -> list[Slide]:
        for number, cell in enumerate(self.cells):
            source = "".join(cell["source"])
            if cell["cell_type"] == "markdown":
                self._prose(source)
            else:
                self._code(source, cell.get("outputs", ()))
            said = self.notes.get(number + 1)
            if number == 0 and 0 in self.notes:
                said = "\n\n".join(filter(None, (self.notes[0], said)))
            if said:
                self.found[-1].said.append(_plain(as_html(said)))
        return self.found

    def _add(self, kind: str, body: str, *said: str, lines: float = LINES) -> None:
        told = [f"<p>{html.escape(one)}</p>" for one in said if one]
        last = self.found[-1] if self.found else None
        if last and last.kind == "prose" and not last.body and not last.lines:
            told = self.found.pop().said + told  # its heading stands on this one
            last = None
        if body and last and last.kind in ("prose", "section") and last.lines <= LEAD:
            # a sentence that leads to this is read above it; how to press "Check" is for a screen
            self.found.pop()
            above = "" if kind == "quiz" else last.body
            body, told = above + body, last.said + told
        self.found.append(Slide(self.heading, kind, body, told, lines))

    def _prose(self, source: str) -> None:
        for block in _blocks(_plain(as_html(source))):
            if block.name in ("h1", "h2", "h3"):
                self._open_section()
                self.heading = block.decode_contents()
                if block.name == "h1":
                    self._add("title", "")
                else:
                    self._add("prose", "", lines=0)
            else:
                self._lay(block)
        self._open_section()

    def _open_section(self) -> None:
        """A heading with nothing below it, or another heading, has a slide to itself."""
        if self.found and self.found[-1].lines == 0 and self.found[-1].body == "":
            self.found[-1].kind = "section"

    def _lay(self, block: Tag) -> None:
        if block.name == "table":
            self._table(block)
        elif block.name == "img":
            self._add("picture", str(block), str(block.get("alt", "")))
        elif block.name == "pre":
            self._add("code", str(block))
        else:
            for piece in _pieces(block):
                self._text(piece)

    def _text(self, piece: Tag) -> None:
        """Onto the slide that is open while it is easily read, else onto a new one."""
        lines = _lines(piece)
        last = self.found[-1]
        if last.kind == "title" and not last.body and lines <= LEAD and piece.name == "p":
            last.body = str(piece)
            return
        room = lines <= LINES if last.lines <= LEAD else last.lines + lines <= LINES
        if piece.name == "blockquote" or last.kind not in ("prose", "section") or not room:
            self._add("story" if piece.name == "blockquote" else "prose", "", lines=0)
            last = self.found[-1]
        elif last.kind == "section":
            last.kind = "prose"
        last.body += str(piece)
        last.lines += lines

    def _table(self, table: Tag) -> None:
        for words in table.find_all(string=_DAY):  # a day is not cut at its strokes
            words.replace_with(_DAY.sub(lambda day: day[0].replace("-", "\u2011"), words))
        rows = table.select("tbody tr") or table.select("tr")[1:]
        wide = [
            [_width(cell.get_text()) + 4 for cell in row.find_all(["td", "th"])] for row in rows
        ]
        columns = [max(column) for column in zip(*wide, strict=False)]
        share = max(1.0, sum(columns) / (1.15 * LINE))
        high = [
            max((math.ceil(w * share / c) for w, c in zip(line, columns, strict=False)), default=1)
            for line in wide
        ]
        # pages of about the same height, so that no row is left alone
        total, before = sum(high), 0.0
        pages: list[list[Tag]] = [[] for _page in range(math.ceil(total / ROWS) or 1)]
        for row, lines in zip(rows, high, strict=True):
            pages[int((before + lines / 2) / total * len(pages))].append(row)
            before += lines
        pages = [page for page in pages if page] or [[]]
        # rows of data are many: a look at the first is enough, a table of words is read whole
        of_data = len(rows) > 2 * ROWS
        for row in rows:
            row.extract()
        place = table.find("tbody") or table
        for page in pages[:1] if of_data else pages:
            place.clear() if place is not table else None
            for row in page:
                place.append(row)
            more = _("The first {n} of {all} rows").format(n=len(page), all=len(rows))
            self._add("table", str(table) + (f"<p class=more>{more}</p>" if of_data else ""))

    def _code(self, source: str, outputs: Iterable[dict]) -> None:
        asked = _call(source)
        if asked and asked[0] in _ASKED:
            getattr(self, f"_{asked[0].lower()}")(*asked[1])
            return
        if asked and asked[0] == "way":
            return
        shown = [one for output in outputs for one in _shown(output)]
        if not _one_liner(source):
            self._add("code", f"<pre><code>{html.escape(source)}</code></pre>")
        for block in shown:
            self._lay(block)

    # what a learner answers is a question for the room

    def _questions(self, *questions: Question) -> None:
        """One question with its options, or a few that are answered with a word or a number."""
        body, told = "", []
        for one in questions:
            chosen = one.kind in ("single", "multiple")
            options = one.asked.shown_options(one) if chosen else []
            unit = one.unit or {"money": "¥", "percent": "%"}.get(one.kind, "")
            body += f"<p class=asked>{html.escape(one.label)}</p>"
            if options:
                body += _options((html.escape(words) for _id, words in options))
            elif one.kind not in ("task", "text", "dialogue"):
                body += f"<p class=blank>______ {html.escape(unit)}</p>"
            told += [
                _key_of(one),
                say(one.data.get("next", "")),
                *map(say, one.data.get("hints", ())),
            ]
        kicker = _("In the practice shop") if questions[0].is_task else _("For the room")
        self._add("ask", f"<p class=kicker>{kicker}</p>{body}", *told)

    def _ask(self, name: str, *ids: str) -> None:
        self._asked(ask(name, *ids))

    def _guess(self, name: str, id_: str) -> None:
        self._asked(guess(name, id_))

    def _asked(self, fields: Fields) -> None:
        together = [one for one in fields.questions if one.kind not in ("single", "multiple")]
        for one in fields.questions:
            if one not in together:
                self._questions(one)
        for at in range(0, len(together), 3):
            self._questions(*together[at : at + 3])
        if fields.questions[-1].kind == "text":
            return  # what is made of a learner's own words
        with contextlib.suppress(KeyError):  # what hangs on an answer waits for one
            for part in fields.preview():
                blocks = list(_blocks(_plain(parts.as_html(part, SIGNS))))
                seen = [one for one in blocks if one.name in ("img", "table")]
                for block in seen:
                    self._lay(block)
                # the words beside it speak of a guess that nobody here has made
                told = [one.get_text() for one in blocks if one not in seen]
                self.found[-1].said += [f"<p>{html.escape(one)}</p>" for one in told]

    def _quiz(self, name: str) -> None:
        asked = Quiz(name).questions
        for number, one in enumerate(asked, 1):
            shown = one.shown(name, 0)
            keys = one.key if isinstance(one.key, list) else [one.key]
            marked = one.kind in ("single", "multiple")
            body = _options(
                (html.escape(option["text"]) for option in shown["options"]),
                right=[marked and option["id"] in keys for option in shown["options"]],
            )
            if shown["lefts"]:
                lefts = _options((html.escape(left["text"]) for left in shown["lefts"]), "numbers")
                body = f"<div class=pairs>{lefts}{body}</div>"
            if one.kind == "number":
                body = f"<p class=blank>______ {html.escape(shown['unit'])}</p>"
            kicker = _("Check {n} of {all}").format(n=number, all=len(asked))
            words = html.escape(shown["ask"].partition(". ")[2])
            right = _("Right: {answer}").format(answer=_right(one))
            explained = say(one.data.get("explain", ""))
            short = _("Right: {answer}").format(answer=_matched(shown)) if shown["lefts"] else right
            answer = " ".join(filter(None, ("" if marked else short, explained)))
            self._add(
                "quiz",
                f"<p class=kicker>{kicker}</p><p class=asked>{words}</p>{body}"
                f"<p class=answer>{html.escape(answer)}</p>",
                right,
                explained,
            )

    def _dialogue(self, name: str) -> None:
        talk = Dialogue(name)
        opening = talk.turns[talk.data["start"]]
        replies = _options(html.escape(say(one["say"])) for one in opening["replies"])
        self._add(
            "ask",
            f"<p>{html.escape(say(talk.data['setting']))}</p>"
            f"<p class=asked><b>{html.escape(say(talk.data['customer']))}</b> "
            f"“{html.escape(say(opening['says']))}”</p>{replies}",
            *(
                f"{letter}. {say(one['because'])}"
                for letter, one in zip(_LETTERS, opening["replies"], strict=False)
            ),
        )

    def _tasks(self, name: str) -> None:
        for one in Tasks(name).data["tasks"]:
            self._add(
                "ask",
                f"<p class=kicker>{_('In the practice shop')}</p>"
                f"<p class=asked>{html.escape(say(one['ask']))}</p>",
            )

    def _practise(self, name: str, *_more: Any) -> None:
        where = f"{_('In the practice shop')} · {html.escape(label('panel', name))}"
        last = self.found[-1]
        if last.kind == "prose":  # what is to be done there
            last.body = f"<p class=kicker>{where}</p>{last.body}"
            last.lines = LINES
        else:
            self._add("ask", f"<p class=kicker>{where}</p>")


def _options(words: Iterable[str], kind: str = "", right: Iterable[bool] = ()) -> str:
    """What can be chosen, A, B, C; empty where there is nothing."""
    listed = "".join(
        f"<li{' class=right' if of else ''}>{one}</li>"
        for one, of in itertools.zip_longest(words, right, fillvalue=False)
    )
    many = "many" if listed.count("<li") > 6 else ""
    return f'<ol class="options {kind} {many}">{listed}</ol>' if listed else ""


_DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")

_ASKED = ("ask", "guess", "quiz", "dialogue", "Tasks", "practise")


def _right(one: Any) -> str:
    """The key of a quiz question, in words."""
    key = one.key
    if one.kind == "number":
        return f"{key:g} {say(one.data.get('unit', ''))}".strip()
    if one.kind == "match":
        return "; ".join(
            f"{say(pair['left'])} – {say(pair['right'])}" for pair in one.data["pairs"]
        )
    words = {o["id"]: say({"zh": o["zh"], "en": o["en"]}) for o in one.data["options"]}
    return "; ".join(words[id_] for id_ in (key if isinstance(key, list) else [key]))


def _key_of(question: Question) -> str:
    """What is right, for the notes; empty where it hangs on a number or an answer of one's own."""
    own = question.kind in ("text", "task", "dialogue") or question.data.get("needs")
    if own or question.judged == "never":
        return ""
    try:
        value = getattr(question.asked.keys({}), question.id)().value
    except KeyError:
        return ""
    return _("Right: {answer}").format(answer=question.shown(value))


def _matched(shown: dict) -> str:
    """Which letter belongs to which number, as they stand on the slide."""
    letters = {one["id"]: letter for one, letter in zip(shown["options"], _LETTERS, strict=False)}
    return ", ".join(f"{n} {letters[one['id']]}" for n, one in enumerate(shown["lefts"], 1))


def _call(source: str) -> tuple[str, list[Any]] | None:
    """The name and the texts of the call a cell ends with, where it is one."""
    body = ast.parse(source).body
    last = body[-1].value if body and isinstance(body[-1], ast.Expr) else None
    if not isinstance(last, ast.Call) or not isinstance(last.func, ast.Name):
        return None
    return last.func.id, [one.value for one in last.args if isinstance(one, ast.Constant)]


def _one_liner(source: str) -> bool:
    """Whether a cell only shows something: nothing a room would read."""
    return "\n" not in source.strip() and "= " not in source


def _shown(output: dict) -> Iterator[Tag]:
    data = output.get("data", {})
    if png := "".join(data.get("image/png", "")).replace("\n", ""):
        says = "".join(data.get("text/plain", ""))
        says = "" if says.startswith("<") else html.escape(says, quote=True)
        yield from _blocks(f'<img src="data:image/png;base64,{png}" alt="{says}">')
    elif "text/html" in data:
        for block in _blocks(_plain("".join(data["text/html"]))):
            if "____" not in block.get_text():  # a field of a screen: nobody types on a slide
                yield block
    else:
        words = "".join(output.get("text", "")) or "".join(data.get("text/plain", ""))
        if words.strip():
            yield from _blocks(f"<pre>{html.escape(words.strip())}</pre>")


def _plain(page: str) -> str:
    """Without styles of its own and without links: a slide leads nowhere."""
    soup = BeautifulSoup(page, "html.parser")
    for one in soup.find_all(["style", "script"]):
        one.decompose()
    for one in soup.find_all(True):
        one.attrs = {name: one[name] for name in ("src", "alt") if name in one.attrs}
        if one.name == "a":
            one.unwrap()
    return str(soup)


def _blocks(page: str) -> Iterator[Tag]:
    """The paragraphs, lists, tables and pictures of a page, one after the other."""
    for one in list(BeautifulSoup(page, "html.parser").children):
        yield from _inside(one)


def _inside(one: Any) -> Iterator[Tag]:
    if isinstance(one, NavigableString):
        if one.strip():
            yield from _blocks(f"<p>{html.escape(one)}</p>")
    elif one.name in ("div", "section", "figure") or (one.name == "p" and one.find("img")):
        for below in list(one.children):
            yield from _inside(below)
    elif one.name == "img" or one.get_text(strip=True):
        yield one


def _pieces(block: Tag) -> Iterator[Tag]:
    """A block, cut where it would not fit on one slide: between points, else between sentences."""
    if _lines(block) <= LINES or block.name == "pre":
        yield block
        return
    if block.name in ("ul", "ol", "blockquote"):
        pages: list[list[Tag]] = [[]]
        for one in _below(block):
            if pages[-1] and sum(map(_lines, [*pages[-1], one])) > LINES:
                pages.append([])
            pages[-1].append(one)
        start = 1
        for points in pages:
            cut = BeautifulSoup("", "html.parser").new_tag(block.name)
            if block.name == "ol":
                cut["start"] = str(start)
            start += len(points)
            cut.extend(points)
            yield cut
        return
    words, page = re.split(r"(?<=[。！？；])|(?<=[.!?;:]) (?![^<]*>)", block.decode_contents()), ""
    for word in words:
        if page and _width(page) + _width(word) > LINE * LINES and page.count("<") % 2 == 0:
            yield from _blocks(f"<p>{page}</p>")
            page = ""
        page += word + ("" if unicodedata.east_asian_width(word[-1:] or "a") in "WF" else " ")
    yield from _blocks(f"<p>{page}</p>")


def _below(block: Tag) -> list[Tag]:
    return [one for one in block.children if isinstance(one, Tag)]


def _lines(block: Tag) -> float:
    """How many lines of a slide a block takes, the gap below it counted."""
    if block.name in ("ul", "ol", "blockquote"):
        return 0.3 + sum(map(_lines, _below(block)))
    return 0.4 + sum(
        math.ceil(_width(line) / LINE) or 1 for line in block.get_text().splitlines() or [""]
    )


def _width(words: str) -> int:
    plain = re.sub(r"<[^>]+>", "", words)
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in plain)
