"""A class as one page and as an Excel file: marks, what was hard, who needs help, stores, days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

from crmkit.errors import CrmkitError
from crmkit.i18n import get_language, label, ngettext
from crmkit.i18n import gettext as _
from crmkit.learn.course import Course
from crmkit.learn.tracks import short_names
from crmkit.learn.tracks import titles as track_titles
from crmkit.report.page import document, section, table
from crmkit.shown import Kind
from crmkit.teach.standing import BANDS, PASSED, Standing, standing

_STYLE = """<style>
main { max-width: 76rem } .bars { display: grid; max-width: 42rem; grid-template-columns: max-content 1fr max-content;
  gap: .2rem .7rem; align-items: center; font-variant-numeric: tabular-nums }
.bars i { display: block; height: 1.1rem; border-radius: 4px; background: var(--main);
  max-width: 100% } .charts { display: grid; gap: 1rem 2.5rem;
  grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)) } .low { background: #fbe3e1 }
.some { background: #fff3d6 } .good { background: #e3f1ee } td { white-space: nowrap }
.words td { white-space: normal } @media print { @page { size: A4 landscape } }
</style>"""


def write(course: Course, to: Path) -> list[Path]:
    """Write ``class.html`` and ``class.xlsx`` into a folder, in the current language.

    Raises `CrmkitError` while nothing has been graded.
    """
    found = standing(course)
    if not (found.works or found.before):
        raise CrmkitError(_("Nothing has been graded yet: run `crmkit grade` first."))
    to.mkdir(parents=True, exist_ok=True)
    page = to / "class.html"
    page.write_text(as_page(found), "utf-8")
    return [page, as_excel(found, to / "class.xlsx")]


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


def _bands() -> list[str]:
    ends = [f"{round(band * 100) - 1}" for band in BANDS[1:]] + ["100"]
    return [f"{round(begin * 100)}–{end}%" for begin, end in zip(BANDS, ends, strict=True)]


def as_page(found: Standing) -> str:
    """The page, whole."""
    name = _("The class")
    total = sum(one.share >= PASSED for one in found.works)
    said = ngettext(
        "{n} learner, {works} works graded, {passed} of them with {limit} or more. Written on {day}.",
        "{n} learners, {works} works graded, {passed} of them with {limit} or more. Written on {day}.",
        len(found.learners),
    ).format(n=len(found.learners), works=len(found.works), passed=total,
             limit=_percent(PASSED), day=f"{datetime.now():%Y-%m-%d}")  # fmt: skip
    return document(
        name,
        [
            _STYLE, f"<h1>{escape(name)}</h1>", f'<p class="quiet">{escape(said)}</p>',
            _part(_("Waiting for your marks"), _waiting(found)),
            _part(_("Who needs help"), _help(found)),
            _part(_("What was hard"), _hard(found)),
            _part(_("Marks"), _marks(found)),
            _part(_("How the marks are spread"), _spread(found)),
            _part(_("Before and after the course"), _gains(found)),
            _part(_("By store"), _stores(found)),
            _part(_("By day"), _days(found)),
            _part(_("Tried again"), _again(found)),
        ],
    )  # fmt: skip


def _part(heading: str, body: str) -> str:
    return section(heading, body) if body else ""


def _coloured(heads: Sequence[str], lines: Sequence[Sequence[Any]], kind: str = "wide") -> str:
    return table(heads, [[_cell(one) for one in line] for line in lines], kind)


def _cell(value: Any) -> Any:
    """A cell; a share between 0 and 1 is shown in per cent, coloured."""
    if not isinstance(value, float):
        return "–" if value is None else value
    kind = "low" if value < PASSED else "some" if value < BANDS[3] else "good"
    return Kind(_percent(value), kind)


def _bars(lines: Sequence[tuple[str, float, str]]) -> str:
    """Bars one below the other: the name, how long from 0 to 1, what stands at the end."""
    return '<div class="bars">' + "".join(
        f'<span>{escape(name)}</span><i style="width: {size:.1%}"></i><b>{escape(end)}</b>'
        for name, size, end in lines
    ) + "</div>"  # fmt: skip


def _short(exercises: Sequence[str]) -> str:
    """Exercises as people call them: by track and number."""
    known = short_names()
    return label("list", ", ").join(known.get(one, one) for one in exercises) or "–"


def _help(found: Standing) -> str:
    lines = _help_lines(found)
    if not lines:
        words = _("Nobody: all who handed in passed, and nothing is missing.")
        return f"<p>{escape(words)}</p>"
    return _coloured(*lines, "wide words")


def _help_lines(found: Standing) -> tuple[list[str], list[list[str]]] | None:
    heads = [_("Learner"), _("Store"), _("Below {limit}"), _("Not handed in")]
    heads[2] = heads[2].format(limit=_percent(PASSED))
    lines = [
        [found.name(one.learner), found.stores.get(one.learner, "–"),
         _short(one.failed), _short(one.missing)]
        for one in found.need_help()
    ]  # fmt: skip
    return (heads, lines) if lines else None


def _waiting_lines(found: Standing) -> tuple[list[str], list[list[str]]] | None:
    heads = [_("Learner"), _("Exercise"), _("Marks to give")]
    lines = [
        [found.name(one.learner), found.titles[one.assignment], f"{one.waits:g}"]
        for one in found.waiting()
    ]
    return (heads, lines) if lines else None


def _waiting(found: Standing) -> str:
    lines = _waiting_lines(found)
    if not lines:
        return ""
    words = _("Their shares below are of what is judged so far. Read and mark the pages in formgrader.")  # fmt: skip
    return _coloured(*lines, "wide words") + f'<p class="quiet">{escape(words)}</p>'


def _hard_lines(found: Standing, most: int = 12) -> tuple[list[str], list[list[Any]]] | None:
    heads = [_("Exercise"), _("Part"), _("Got it right"), _("Wrong"), _("Left open"),
             _("What went wrong most often"), _("Times")]  # fmt: skip
    lines = [
        [_short([one.assignment]), one.part, one.share, one.wrong, one.open, one.mistake or "–", one.times or "–"]
        for one in found.hardest(most)
    ]  # fmt: skip
    return (heads, lines) if lines else None


def _hard(found: Standing) -> str:
    lines = _hard_lines(found)
    return _coloured(*lines, "wide words") if lines else ""


def _mark_lines(found: Standing) -> tuple[list[str], list[list[Any]]]:
    lines: list[list[Any]] = []
    for learner in found.learners:
        mine = found.of(learner)
        shares = [mine[one].share if one in mine else None for one in found.titles]
        lines.append([found.name(learner), found.stores.get(learner, "–"), *shares, found.overall(learner)])  # fmt: skip
    lines.sort(key=lambda line: (line[-1] is None, -(line[-1] or 0), line[0]))
    lines.append([_("The class"), "", *map(found.mean, found.titles), found.mean()])
    return [_("Learner"), _("Store"), *(_short([one]) for one in found.titles), _("Overall")], lines


def _marks(found: Standing) -> str:
    legend = " · ".join(found.titles.values())
    return _coloured(*_mark_lines(found)) + f'<p class="quiet">{escape(legend)}</p>'


def _spread(found: Standing) -> str:
    charts = []
    for one, title in found.titles.items():
        counts = found.spread(one)
        bars = [(band, n / max(counts), str(n)) for band, n in zip(_bands(), counts, strict=True)]
        charts.append(f"<article><h3>{escape(title)}</h3>{_bars(bars)}</article>")
    return f'<div class="charts">{"".join(charts)}</div>' if charts else ""


def _gain_lines(found: Standing) -> tuple[list[str], list[list[Any]]] | None:
    heads = [_("Learner"), _("Before"), _("After"), _("Gain (points)")]
    lines = [[found.name(one), *_gained(*shares)] for one, *shares in found.gains()]
    return (heads, lines) if found.before else None


def _gained(first: float | None, last: float | None) -> list[Any]:
    if first is None or last is None:
        return [first, last, "–"]
    return [first, last, f"{100 * (last - first):+.0f}".replace("-", "−")]


def _gains(found: Standing) -> str:
    """What the course brought: everybody before and after it, and each of the ten things."""
    lines = _gain_lines(found)
    if not lines:
        return ""
    both = [(first, last) for _who, first, last in found.gains() if None not in (first, last)]
    words = _("Nobody has answered both yet.")
    if both:
        means = [sum(one) / len(both) for one in zip(*both, strict=True)]
        words = ngettext(
            "{n} learner answered both: {before} before the course, {after} after it.",
            "{n} learners answered both: on average {before} before the course, {after} after it.",
            len(both),
        ).format(n=len(both), before=_percent(means[0]), after=_percent(means[1]))
    heads = [
        _("Asked before and after"),
        _("Knew it before"),
        _("Knew it after"),
        _("Gain (points)"),
    ]
    asked = [[part, *_gained(*shares)] for part, *shares in found.learnt()]
    return f"<p>{escape(words)}</p>" + _coloured(*lines) + _coloured(heads, asked, "wide words")


def _store_lines(found: Standing) -> tuple[list[str], list[list[Any]]] | None:
    stores = found.by_store()
    tracks = list(dict.fromkeys(track for one in stores.values() for track in one))
    named = track_titles()
    lines = [[store, *(one.get(track) for track in tracks)] for store, one in stores.items()]
    return ([_("Store"), *(named.get(one, one) for one in tracks)], lines) if lines else None


def _stores(found: Standing) -> str:
    lines = _store_lines(found)
    return _coloured(*lines) if lines else ""


def _days(found: Standing) -> str:
    days = found.by_day()
    if not days:
        return ""
    most = max(count for count, _share in days.values())
    came = [(f"{day}", count / most, str(count)) for day, (count, _share) in days.items()]
    shares = [(f"{day}", share, _percent(share)) for day, (_count, share) in days.items()]
    charts = ((_("Works handed in"), came), (_("Share of the marks"), shares))
    return '<div class="charts">' + "".join(
        f"<article><h3>{escape(name)}</h3>{_bars(bars)}</article>" for name, bars in charts
    ) + "</div>"  # fmt: skip


def _again(found: Standing) -> str:
    heads = [_("Learner"), _("Exercise"), _("First try"), _("Latest try"), _("Tries")]
    lines = [
        [found.name(one.learner), found.titles[one.assignment], one.tries[0], one.tries[-1], len(one.tries)]
        for one in found.tried_again()
    ]  # fmt: skip
    return _coloured(heads, lines) if lines else ""


def as_excel(found: Standing, to: Path) -> Path:
    """The same as an Excel file: a sheet each, marks coloured, a chart of the class's means."""
    import xlsxwriter

    # a name that begins with = is a name
    book = xlsxwriter.Workbook(to, {"strings_to_formulas": False, "strings_to_urls": False})
    shown = {"head": book.add_format({"bold": True, "bg_color": "#E3F1EE", "text_wrap": True}),
             "share": book.add_format({"num_format": "0%"})}  # fmt: skip
    heads, lines = _mark_lines(found)
    sheet = _sheet(book, shown, _("Marks"), heads, lines)
    rows, columns = len(lines), len(found.titles)
    if columns:
        colours = {"type": "3_color_scale", "min_color": "#F4C7C3", "mid_color": "#FFF3D6",
                   "max_color": "#BFE3D0", "min_type": "num", "mid_type": "num", "max_type": "num",
                   "min_value": 0, "mid_value": PASSED, "max_value": 1}  # fmt: skip
        sheet.conditional_format(1, 2, rows, 2 + columns, colours)
        chart = book.add_chart({"type": "bar"})
        place = _("Marks")
        chart.add_series({"name": _("The class"), "categories": [place, 0, 2, 0, 1 + columns],
                          "values": [place, rows, 2, rows, 1 + columns]})  # fmt: skip
        chart.set_title({"name": _("Share of the marks")})
        chart.set_x_axis({"min": 0, "max": 1, "num_format": "0%"})
        chart.set_y_axis({"reverse": True})
        chart.set_legend({"none": True})
        sheet.insert_chart(rows + 3, 0, chart, {"y_scale": max(1.0, columns / 10)})
    for name, found_lines in (
        (_("Waiting for your marks"), _waiting_lines(found)),
        (_("What was hard"), _hard_lines(found, 1000)), (_("Who needs help"), _help_lines(found)),
        (_("By store"), _store_lines(found)),
        (_("Before and after"), _gain_lines(found)),
    ):  # fmt: skip
        if found_lines:
            _sheet(book, shown, name, *found_lines)
    named = [[one, said] for one, said in found.titles.items()]
    _sheet(book, shown, _("Exercises"), [_("Exercise"), _("Called")], named)
    book.close()
    return to


def _sheet(
    book: Any,
    shown: dict[str, Any],
    name: str,
    heads: Sequence[str],
    lines: Sequence[Sequence[Any]],
) -> Any:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 1)
    sheet.write_row(0, 0, heads, shown["head"])
    for number, line in enumerate(lines, 1):
        for column, value in enumerate(line):
            if value is not None:
                sheet.write(
                    number, column, value, shown["share"] if isinstance(value, float) else None
                )
    for column, head in enumerate(heads):
        longest = max([len(str(line[column])) for line in lines if not isinstance(line[column], float)] + [len(head)])  # fmt: skip
        wide = 2 if get_language() == "zh" else 1.1
        sheet.set_column(column, column, min(60, 3 + longest * wide))
    return sheet
