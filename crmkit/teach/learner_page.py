"""A learner's page of results: what was right, what was not and why, what to read again."""

import html
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from crmkit.i18n import gettext as _
from crmkit.i18n import ngettext, use_language
from crmkit.learn.authored import say
from crmkit.learn.checks.outcome import NOT_ATTEMPTED, NOTED, RIGHT
from crmkit.learn.course import Course
from crmkit.teach.gradebook import ByHand, marks_to_give
from crmkit.teach.marking import limit_words
from crmkit.teach.papers import Paper, Release, headings, key, marks

_STYLE = """
body { font: 15px/1.5 "Noto Sans SC", "Microsoft YaHei", "PingFang SC", sans-serif;
  color: #222; max-width: 46rem; margin: 1.5rem auto; padding: 0 1rem }
h1 { font-size: 1.35rem; margin: 0 0 .2rem } h2 { font-size: 1.05rem; margin: 1rem 0 .3rem }
.score { font-size: 1.6rem; font-weight: 700 } .quiet { color: #595959 }
.part { border-left: 4px solid #767676; padding: .15rem .7rem; margin: .3rem 0;
  break-inside: avoid; overflow-wrap: anywhere; white-space: pre-line }
.right { border-color: #2e7d32 } .wrong { border-color: #c62828 }
.part b { font-weight: 600 } .points { float: right; margin-left: 1rem }
@media print { @page { size: A4; margin: 14mm } body { font-size: 10.5pt; margin: 0 }
  a { color: inherit; text-decoration: none } }
"""
_LINK = re.compile(r"\[([^\]]+)\]\(([^)]+\.ipynb)[^)]*\)")
MOST_WORDS = 600


def page(course: Course, release: Release, paper: Paper, learner: str, score: float, most: float,
         result: dict[str, Any], hand: Mapping[str, ByHand] = MappingProxyType({})) -> str:  # fmt: skip
    """The page in the paper's language, as one HTML file that prints on two pages."""
    with use_language(paper.language):
        return _page(release, paper, learner, score, most, result, hand)


def _page(
    release: Release, paper: Paper, learner: str, score: float, most: float,
    result: dict[str, Any], hand: Mapping[str, ByHand],
) -> str:  # fmt: skip
    verdicts = result["verdicts"]
    notebook = release.notebooks[paper.language]
    title = release.title(paper.language)
    right = sum(one["status"] in (RIGHT, NOTED) for one in verdicts.values())
    body = [
        f"<h1>{html.escape(title)}</h1>",
        f'<p class="quiet">{html.escape(learner)}</p>',
        f'<p><span class="score">{score:g} / {most:g}</span> '
        + html.escape(
            ngettext("{right} of {n} part is right.", "{right} of {n} parts are right.",
                     len(verdicts)).format(right=right, n=len(verdicts))
        )
        + "</p>",
    ]  # fmt: skip
    waits = marks_to_give(hand)
    if waits:
        words = _("{n} of the {all} marks wait for your trainer, who reads your page.")
        body.append(f"<p><b>{html.escape(words.format(n=f'{waits:g}', all=f'{most:g}'))}</b></p>")
    for note in dict.fromkeys([*paper.notes, *map(limit_words, result.get("limits", ()))]):
        body.append(f'<p class="quiet">{html.escape(note)}</p>')
    again: list[str] = []
    lessons = _lessons(release, paper.language)
    for cell in notebook.cells:
        body += [f"<h2>{html.escape(found)}</h2>" for found in headings(cell)]
        if key(cell) in hand:
            body.append(_marked(hand[key(cell)]))
        verdict = verdicts.get(key(cell))
        if verdict is not None:
            body.append(_part(verdict, float(marks(cell).get("points", 0))))
            if verdict["status"] not in (RIGHT, NOTED):
                again += _taught(release, cell, lessons)
    what_next = _("What next")
    body.append(f"<h2>{html.escape(what_next)}</h2>")
    body.append(_next_step(again or list(lessons.values()), right == len(verdicts)))
    return (
        f'<!doctype html><html lang="{"zh-CN" if paper.language == "zh" else "en"}"><head>'
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head><body><main>"
        + "\n".join(body)
        + "</main></body></html>\n"
    )


def _part(verdict: dict[str, Any], points: float) -> str:
    ok = verdict["status"] in (RIGHT, NOTED)
    sign, style = (
        ("✓", "right")
        if ok
        else ("○", "")
        if verdict["status"] == NOT_ATTEMPTED
        else ("✗", "wrong")
    )
    message = verdict["message"]
    if len(message) > MOST_WORDS:
        message = message[:MOST_WORDS] + " …"
    return (
        f'<div class="part {style}"><span class="points">{points if ok else 0:g} / {points:g}</span>'
        f"<b>{sign} {html.escape(verdict['name'])}</b><br>{html.escape(message)}</div>"
    )


def _marked(given: ByHand) -> str:
    """What the trainer gave for a page, and said of it."""
    style = "" if given.marks is None or not given.marks else "right"
    shown = "–" if given.marks is None else f"{given.marks:g}"
    words = given.comment
    if given.marks is None:
        words = _("Waits for your trainer's marks.")
    elif not given.written:
        words = words or _("Nothing was written here.")
    name = _("Your page")
    return (
        f'<div class="part {style}"><span class="points">{shown} / {given.most:g}</span>'
        f"<b>{html.escape(name)}</b><br>{html.escape(words)}</div>"
    )


def _lessons(release: Release, language: str) -> dict[str, str]:
    """What the lessons an exercise links to are called, by ``track/lesson``."""
    links = (
        found
        for cell in release.notebooks[language].cells
        if cell.cell_type == "markdown"
        for found in _LINK.findall(cell.source)
    )
    return {"/".join(to.split("/")[-2:]).removesuffix(".ipynb"): name for name, to in links}


def _taught(release: Release, cell: Any, lessons: Mapping[str, str]) -> list[str]:
    """Where what a cell asks was taught, as "lesson: the sentence"; the sentence where no name is known."""
    taught = [one.data["taught"] for one in release.asked(cell) if one.data.get("taught")]
    return [": ".join(filter(None, [lessons.get(one["lesson"]), say(one["by"])])) for one in taught]


def _next_step(again: list[str], all_right: bool) -> str:
    if all_right:
        words = _("All right. Go on with the next lesson.")
        return f"<p>{html.escape(words)}</p>"
    lines = list(dict.fromkeys(again))
    words = _("Read this again, then mend what is marked above; a second try is welcome.")
    items = "".join(f"<li>{html.escape(one)}</li>" for one in lines[:8])
    return f"<p>{html.escape(words)}</p><ul>{items}</ul>"
