"""The report as one HTML page: what to do on top, what it rests on below, nothing fetched."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from html import escape
from pathlib import Path
from typing import Any

from crmkit import shown
from crmkit.i18n import gap, get_language, label
from crmkit.i18n import gettext as _
from crmkit.labels import full_day, heading, show
from crmkit.report.age import how_old
from crmkit.report.festivals import today
from crmkit.report.figures import MONEY, money, rows
from crmkit.report.findings import Done, Findings
from crmkit.report.names import product_name
from crmkit.report.notebook import notebook
from crmkit.report.of_totals import total
from crmkit.report.quality import quality
from crmkit.results import number

LOOK_AGAIN = 8
"""After so many weeks one sees whether a piece of advice helped."""
LEAST = 0.001
"""A smaller share of the lines is told as smaller than this."""
BROAD = 4
"""A table of more columns than this takes the whole width of a printed page."""
MANY = 7
"""One of more columns than this stands closer, its headings in several lines."""
WORDS = "wide words"
"""A table whose columns are words: all begin at the left."""


def page(report: Findings) -> str:
    """The whole page as text."""
    file = report.opened
    name = _("Report on {name}").format(
        name=re.sub(r"(\.(csv|xlsx?|txt|tsv|parquet|gz|zip|jsonl?))+$", "", file.name)
    )
    parts = [
        f"<h1>{escape(name)}</h1>",
        f'<p class="quiet">{escape(_period(report))}</p>',
        _tiles(report),
        _in_short(report),
        _advice(report),
        _next_steps(report),
        *(
            section(title, *map(_step, done), _behind(*map(_code, done)))
            for title, done in report.chapters.items()
        ),
        _left_out(report),
        _file(report),
        _quality(report),
    ]
    return document(name, parts)


def document(name: str, parts: Iterable[str]) -> str:
    """A page of a report that needs nothing beside it, in the current language."""
    style = Path(__file__).with_name("page.css").read_text("utf-8")
    return (
        f'<!doctype html>\n<html lang="{"zh-CN" if get_language() == "zh" else "en"}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(name)}</title><style>{style}</style></head>\n<body><main>"
        + "\n".join(part for part in parts if part)
        + "</main></body></html>\n"
    )


def _period(report: Findings) -> str:
    file = report.opened
    return _("Sales from {since} to {until}. Made on {today} by crmkit on your own computer: no data was sent anywhere.").format(
        since=full_day(file.since), until=full_day(file.until), today=full_day(today())
    )  # fmt: skip


def _tiles(report: Findings) -> str:
    found, tiles = report.found, []
    if "summary" in found:
        one = rows(found["summary"])[0]
        file = report.opened
        if "orders" in found["_unknown"]:
            one["daily_revenue"] = one["revenue"] / ((file.until - file.since).days + 1)
        for name in ("revenue", "daily_revenue", "orders", "aov", "upt", "margin_rate"):
            value = None if name in found["_unknown"] else one.get(name)
            if value is not None and value == value:
                said = number(value, share=name == "margin_rate") if name not in MONEY else money(found, value)  # fmt: skip
                tiles.append((heading(name), said))
    for name in ("member_share", "repeat"):
        if name in found and found[name].value is not None:
            tiles.append((heading(found[name].name), number(found[name].value, share=True)))
    return '<div class="tiles">' + "".join(f"<div><b>{escape(v)}</b><span>{escape(n)}</span></div>" for n, v in tiles) + "</div>"  # fmt: skip


def section(title: str, *body: str) -> str:
    """A part of a report under its heading."""
    return f"<section><h2>{escape(title)}</h2>{''.join(body)}</section>"


def _behind(*code: str) -> str:
    """The lines behind a part, folded away."""
    says, lines = escape(_("The code behind it")), escape("\n".join(code))
    return f'<details class="code"><summary>{says}</summary><pre>{lines}</pre></details>'


def _code(done: Done) -> str:
    return "\n".join(filter(None, [f"{done.step.name} = {done.step.code}", done.step.chart]))


def _advice(report: Findings) -> str:
    old = how_old(report.opened.until, today(), report.beside is not None)
    first = f'<p class="old">{escape(old)}</p>' if old else ""
    if not report.advice:
        return section(_("What to do"), first, _lists(report)) if report.beside else ""
    helped = _("How one sees that it works:")
    items = [
        f"<li><b>{escape(one.do)}</b><p>{escape(one.because)}</p>"
        f'<p class="quiet">{escape(helped + gap() + one.check)}</p></li>'
        for one in report.advice
    ]
    return section(_("What to do"), first, "<ol class='advice'>", *items, "</ol>", _lists(report))


def _lists(report: Findings) -> str:
    """Where the members to contact are listed: not on a page that goes from hand to hand."""
    if report.beside is None:
        return ""
    told = _("{sheet}: {n} ({holds})")
    sheets = _("; ").join(told.format(sheet=one.name, n=f"{len(one.rows):,}", holds=one.holds) for one in report.lists)  # fmt: skip
    whose = _("Whom to contact is listed in “{file}”, in the same folder as this report. {sheets}. It holds member numbers, no names and no phone numbers: look them up in your member system. No member is named on this page.").format(file=report.beside.name, sheets=sheets)  # fmt: skip
    return f'<div class="quiet">{escape(whose)}</div>'


def _in_short(report: Findings) -> str:
    """What the whole report comes to, what matters most first."""
    lines = [
        f"<li><b>{escape(one.says)}</b>" + (f"<p>{escape(one.more)}</p>" if one.more else "") + "</li>"
        for one in report.points
    ]  # fmt: skip
    return section(_("In short"), "<ol class='advice'>", *lines, "</ol>") if lines else ""


def _next_steps(report: Findings) -> str:
    held = base64.b64encode(json.dumps(notebook(report), ensure_ascii=False).encode()).decode()
    says = escape(_("the notebook behind this report"))
    link = (
        f'<a download="report.ipynb" href="data:application/x-ipynb+json;base64,{held}">{says}</a>'
    )
    steps = []
    if report.advice:
        again = _look_again([one.by for one in report.advice if one.by is not None])
        steps += [
            escape(_("Choose one piece of advice, agree who does it, and note the figure in it as the starting point.")),
            escape(_("Check again around {day}: export the sales up to that day and make this report again.").format(day=full_day(again))),
        ]  # fmt: skip
    lacking = {one for title, why in report.left_out for one in _lacking(report, title)}
    if lacking:
        more = "".join(f"<li>{escape(_adds()[one])}</li>" for one in _adds() if one in lacking)
        steps.append(escape(_("Next time, export these columns as well; the report then tells you more:")) + f"<ul>{more}</ul>")  # fmt: skip
    steps += [
        escape(_("Check at the end of the report that each column was read as what it is.")),
        escape(_("To take it further yourself, save {notebook}: every table and every chart is one line in it.")).replace("{notebook}", link),
    ]  # fmt: skip
    return section(_("Next steps"), "<ul>", *(f"<li>{one}</li>" for one in steps), "</ul>")


def _look_again(due: Iterable[date]) -> date:
    """When to look again: in eight weeks, and not after a day by which something is to be ready."""
    now = today()
    ahead = [one for one in due if one > now]
    return (
        min(now + timedelta(weeks=LOOK_AGAIN), *ahead)
        if ahead
        else now + timedelta(weeks=LOOK_AGAIN)
    )


def _adds() -> dict[str, str]:
    """What a column of the file adds to the report."""
    return {
        "sale_id": _("receipt number: orders, average order value, the busy hours, what is bought together"),
        "member_id": _("member number: who comes again, who has stopped coming, and a list of whom to contact"),
        "product_id": _("product, best with its category: what carries the business, what rises and falls"),
        "store_id": _("store: which one is up, which one is down, and since when"),
        "quantity": _("quantity: units, and what comes back"),
    }  # fmt: skip


def _lacking(report: Findings, title: str) -> list[str]:
    """The columns without which a part was left out."""
    steps = [step for chapter in report.planned.values() for step in chapter if step.title == title]
    needed = (one for step in steps for one in step.needs if one != "channel")
    return [one for one in needed if one not in report.opened.columns]


def _step(done: Done) -> str:
    step = done.step
    body = [f"<h3>{escape(step.title)}</h3>"]
    if done.says:
        body.append(f"<p>{escape(done.says)}</p>")
    if done.chart:
        held = base64.b64encode(done.chart).decode()
        body.append(
            f'<div class="chart"><img alt="{escape(step.title)}" src="data:image/png;base64,{held}"></div>'
        )
    seen = done.table is not None and len(done.table) and (step.figures or not done.chart)
    if done.table is not None and len(done.table):
        kind = "wide many" if len(done.table.columns) > MANY else "wide"
        figures = table(list(done.table.columns), done.table.values.tolist(), kind)
        says = escape(_("The figures"))
        if done.chart:
            figures = (
                f"<details{' open' if seen else ''}><summary>{says}</summary>{figures}</details>"
            )
        body.append(figures)
    broad = " class='broad'" if seen and len(done.table.columns) > BROAD else ""
    return f"<article{broad}>{''.join(body)}</article>"


def table(heads: Sequence[str], lines: Iterable[Sequence[Any]], kind: str = "wide") -> str:
    """A table that scrolls by itself where it is wide."""
    return f'<div class="{kind}">{shown.as_html(lines, heads, align=None)}</div>'


def _left_out(report: Findings) -> str:
    if not report.left_out:
        return ""
    by_reason: dict[str, list[str]] = {}
    for title, why in report.left_out:
        by_reason.setdefault(why, []).append(title)
    lines = [[_(", ").join(titles), why] for why, titles in by_reason.items()]
    return section(
        _("What could not be worked out, and why"), table([_("Left out"), _("Why")], lines, WORDS)
    )


def _file(report: Findings) -> str:
    file, seen = report.opened, report.opened.look
    if seen is None:
        return ""
    told = [_("{rows} rows, {columns} columns.").format(rows=f"{seen.reading.rows:,}", columns=len(seen.columns)), *(_("Left out, {fault}: {n}.").format(fault=label("fault", one), n=f"{n:,}") for one, n in seen.reading.left_out)]  # fmt: skip
    of_columns = tuple(one.column for one in seen.columns)
    told += [note for note in seen.reading.notes if note.startswith(of_columns)]
    how_read = [note for note in seen.reading.notes if note not in told]
    if not seen.reading.currency:
        told.append(_("The file does not say in which one currency it is; its headings are Chinese, so its money is shown in {sign}.").format(sign=file.currency) if file.currency else _("The file does not say which currency it is in, so amounts have no sign."))  # fmt: skip
    if file.meant and "amount" not in file.meant.values():
        told.append(_("No column holds the amount paid: revenue is the quantity times the list price, less the discount where there is one."))  # fmt: skip
    used, nothing = file.meant, _("not used")
    name = product_name(one.column for one in seen.columns) if file.names else None
    called = re.search(r"products_of\(lines, .*, '(.*)'\)", file.code)
    kind = called and called[1]
    lines = [
        [one.column, heading(used[one.column]) if one.column in used else _("what products are called") if one.column == name else heading("category") if one.column == kind else heading("level") if one.column == file.level else nothing, f"{one.gaps:,}",
         "" if "member_id" in (used.get(one.column), one.meaning) else "; ".join(one.odd)]  # which may name a member
        for one in seen.columns
    ]  # fmt: skip
    heads = [_("Column"), _("read as"), _("Empty"), _("Look at this")]
    summary, code = escape(_("How it was read")), escape(file.code)
    read = f'<details class="code"><summary>{summary}</summary>{_list(how_read)}<pre>{code}</pre></details>'
    return section(_("The file"), _list(told), table(heads, lines, WORDS), read)


def _list(lines: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(one)}</li>' for one in lines)}</ul>"


def _quality(report: Findings) -> str:
    lines = [[what, f"{n:,}", _part(n / of), then] for what, n, of, then in quality(report.opened)]
    heads = [_("Which lines"), _("How many"), _("Share"), _("What the report does")]
    nothing = escape(_("Nothing odd was found."))
    trusted = table(heads, lines, WORDS) if lines else f"<p>{nothing}</p>"
    tidied = ""
    said = f"<p>{escape(told)}</p>" if (told := total(report.found)) else ""
    if (cleaning := report.opened.cleaning) is not None:
        counts = {
            "all": cleaning.rows_in,
            "aside": cleaning.rows_set_aside,
            "kept": cleaning.rows_kept,
        }
        told = _(
            "Of {all} lines in the file {aside} were set aside (below); {kept} are counted here."
        )
        if cleaning.rows_set_aside:
            told = told.format(**{name: f"{n:,}" for name, n in counts.items()})
            said += f"<p>{escape(told)}</p>"
        title = escape(_("What had to be tidied first"))
        tidied = f"<h3>{title}</h3>" + _without_examples(show(cleaning))
    return section(_("How far the data can be trusted"), said, trusted, tidied)


def _part(share: float) -> str:
    """A share of the lines; of a few it does not say that there are none."""
    return f"{share:.1%}" if share >= LEAST else f"<{LEAST:.1%}"


def _without_examples(cleaning: Any) -> str:
    """What a cleaning did, without its examples: those are people's own values."""
    hidden = [heading("example"), heading("examples")]
    kept = cleaning[[one for one in cleaning if one not in hidden]]
    return table(list(kept.columns), kept.values.tolist())
