"""The plain parts a screen is made of: each is a small dictionary, so it can be sent anywhere.

A part that is None or "" is left out, so that conditions may stand in the tree.

>>> card(text("12 orders"), title="My shift")
{'t': 'card', 'of': [{'t': 'text', 'of': [], 'text': '12 orders'}], 'title': 'My shift'}
"""

import base64
import html
from collections.abc import Mapping, Sequence
from typing import Any

from crmkit import shown

Part = dict[str, Any]

STATES = ("right", "wrong", "open", "noted", "info", "warning", "error")
"""What a message may be; each has its sign and its colour, and says it in words too."""


def part(t: str, /, *of: Part | None, **more: Any) -> Part:
    """A part of a kind that `screen.js` draws; what is None or empty is left out."""
    return {"t": t, "of": [one for one in of if one]} | {
        name: value for name, value in more.items() if value is not None and value is not False
    }


def card(*of: Part | None, title: str | None = None, icon: str | None = None) -> Part:
    """A framed group with a heading."""
    return part("card", *of, title=title, icon=icon)


def row(*of: Part | None) -> Part:
    """Parts side by side; below each other where the screen is narrow."""
    return part("row", *of)


def column(*of: Part | None, grow: int | None = None) -> Part:
    """Parts below each other; `grow` is the share of a row's width."""
    return part("col", *of, grow=grow)


def form(act: str, *of: Part | None, arg: Any = None, once: str | None = None) -> Part:
    """Fields that go together: Enter in any of them, or its button, does `act`."""
    return part("form", *of, act=act, arg=arg, once=once)


def head(words: str) -> Part:
    """A heading inside a card."""
    return part("head", text=words)


def text(words: str, kind: str | None = None) -> Part:
    """A paragraph; kind "big" for one figure, "quiet" for an aside, "step" for a hint."""
    return part("text", text=words, kind=kind)


def code(words: str) -> Part:
    """Lines of code: each on its own line, with its spaces, to be copied as they are."""
    return part("code", text=words)


def link(words: str, href: str) -> Part:
    """A link to another page of the course."""
    return part("link", text=words, href=href)


def message(state: str, words: str) -> Part:
    """What there is to say, of one of `STATES`; an empty one keeps its place and is read out
    when it fills."""
    if state not in STATES:
        raise ValueError(f"{state} is no state of a message: {STATES}")
    return part("message", state=state, text=words)


def field(
    name: str,
    label: str,
    value: str = "",
    *,
    unit: str | None = None,
    rev: Any = None,
    lines: int | None = None,
    numeric: bool = False,
    wrong: bool = False,
    act: str | None = None,
    scan: bool = False,
    focus: bool = False,
    kind: str | None = None,
    help: str | None = None,
    problem: str | None = None,
    shortcut: str | None = None,
    live: str | None = None,
    next: bool = False,
) -> Part:
    """A labelled input. What is typed stays until `rev` changes; then it becomes `value`.

    Enter does `act`; a `scan` box empties itself at once, and its act gets a list of what was
    scanned. `live` is an act for every pause in the typing. `kind` is "password", "date" or "tel";
    `problem` says what is wrong with what was typed. In a form filled in again and again, Enter in
    its first field, which is `next`, goes to the one after it; sent, the form is empty at once.
    """
    return part(
        "field", name=name, label=label, value=value, unit=unit, rev=rev, lines=lines,
        numeric=numeric, wrong=wrong or bool(problem), act=act, scan=scan, focus=focus, kind=kind,
        help=help, problem=problem, shortcut=shortcut, live=live, next=next,
    )  # fmt: skip


def button(
    words: str,
    act: str | None = None,
    arg: Any = None,
    *,
    kind: str | None = None,
    disabled: bool = False,
    says: str | None = None,
    focus: bool = False,
    icon: str | None = None,
    shortcut: str | None = None,
    why: str | None = None,
    once: str | None = None,
    every: int | None = None,
) -> Part:
    """A button: without `act` it sends its form. Kinds: "primary", "small", "quiet", "reply".

    `why` is the reason why it cannot be pressed now, to be read beside it. What has a key `once`
    is done once, however often it is pressed or sent. It presses itself `every` so many seconds
    while it can be seen.
    """
    return part(
        "button", text=words, act=act, arg=arg, kind=kind, disabled=disabled, says=says,
        focus=focus, icon=icon, shortcut=shortcut, why=why, once=once, every=every,
    )  # fmt: skip


def choice(
    name: str,
    label: str,
    options: Sequence[tuple[str, str]],
    value: Any = None,
    *,
    many: bool = False,
    act: str | None = None,
    rev: Any = None,
) -> Part:
    """One of a few options (id, words), or several; all of them can be seen at once."""
    return part(
        "choice", name=name, label=label, options=[list(one) for one in options], value=value,
        many=many, act=act, rev=rev,
    )  # fmt: skip


def select(
    name: str,
    label: str,
    options: Sequence[tuple[str, str]],
    value: str = "",
    *,
    act: str | None = None,
    rev: Any = None,
) -> Part:
    """One of many options (id, words), in a list that opens."""
    return part(
        "select", name=name, label=label, options=[list(one) for one in options], value=value,
        act=act, rev=rev,
    )  # fmt: skip


def slider(
    name: str,
    label: str,
    between: tuple[float, float],
    value: float,
    says: str,
    *,
    act: str,
    step: float = 1,
) -> Part:
    """A number to be moved between two ends; `says` is the value in words, and what is read out."""
    return part(
        "slider", name=name, label=label, low=between[0], high=between[1], step=step, value=value,
        says=says, act=act,
    )  # fmt: skip


def group(label: str, *of: Part | None, id: str | None = None) -> Part:
    """A question and what belongs to it."""
    return part("group", *of, label=label, id=id)


def items(*of: Part | None, ordered: bool = False, kind: str | None = None) -> Part:
    """A list, one line a part."""
    return part("items", *of, ordered=ordered, kind=kind)


def table(
    title: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[Any]],
    bars: Sequence[float] | None = None,
) -> Part:
    """A table; a cell is text or a part. `bars` (0 to 1, one a row) are drawn as a last column."""
    return part(
        "table", title=title, heads=list(heads), rows=[list(one) for one in rows],
        bars=list(bars) if bars is not None else None,
    )  # fmt: skip


def tabs(label: str, options: Sequence[tuple[str, str]], value: str, act: str) -> Part:
    """What one may turn to: each (id, words) does `act`; the one that is open is marked."""
    return part("tabs", label=label, options=[list(one) for one in options], value=value, act=act)


def chip(words: str, state: str = "info", icon: str | None = None) -> Part:
    """A few words that belong to something: a level, an offer, a state."""
    return part("chip", text=words, state=state, icon=icon)


def stat(label: str, value: str, note: str | None = None, share: float | None = None) -> Part:
    """One figure with its name; `share` (0 to 1) of a target is drawn below."""
    return part("stat", label=label, text=value, note=note, share=share)


def facts(*pairs: tuple[str, str]) -> Part:
    """What is known of one thing: (name, value) after (name, value)."""
    return part("facts", pairs=[list(one) for one in pairs])


def slip(words: str, button: str) -> Part:
    """Paper to print, as fixed columns of text, and the words on the button that prints it."""
    return part("slip", text=words, button=button)


def board(*columns: Part | None) -> Part:
    """Cards in columns side by side, each column a `card`."""
    return part("board", *columns)


def dialog(
    *of: Part | None, title: str, open: bool, close: str = "close", wide: bool = False
) -> Part:
    """A window over the screen, over all of it when it is `wide`; Escape does the act `close`."""
    return part("dialog", *of, title=title, open=open, close=close, wide=wide)


def picture(png: bytes, says: str) -> Part:
    """A chart, with what it shows in words."""
    return part("picture", src="data:image/png;base64," + base64.b64encode(png).decode(), says=says)


def printable(words: str, *of: Part | None, title: str) -> Part:
    """What may be printed, with a button that opens it as a page of its own."""
    return part("printable", *of, text=words, title=title)


def way(done: int, of: int, words: str) -> Part:
    """How far one has come: `done` of `of` steps, in words too."""
    return part("way", done=done, total=of, text=words)


def said(who: str, words: str, *, mine: bool = False, why: str | None = None) -> Part:
    """One line of a conversation."""
    return part("said", who=who, text=words, mine=mine, why=why)


def as_text(tree: Part | str, signs: Mapping[str, str]) -> str:
    """A tree as plain lines, for where nothing can be drawn; `signs` of a message's state."""
    if isinstance(tree, str):
        return tree
    kind, below = tree["t"], [as_text(one, signs) for one in tree.get("of", ())]
    if kind == "printable":
        return "\n".join(below)
    first = tree.get("title") or tree.get("label") or ""
    if kind == "message":
        return f"{signs.get(tree['state'], '')} {tree['text']}".strip() if tree["text"] else ""
    if kind in ("text", "head", "link", "way", "chip", "slip"):
        return tree["text"]
    if kind == "stat":
        return " ".join(one for one in (first, tree["text"], tree.get("note")) if one)
    if kind == "facts":
        return "\n".join(f"{name} {value}" for name, value in tree["pairs"])
    if kind == "said":
        return f"{tree['who']}{tree['text']}" + (f"\n   → {tree['why']}" if "why" in tree else "")
    if kind == "button":
        return f"[{tree['text']}]"
    if kind == "field":
        return f"{first} ____ {tree.get('unit', '')}".rstrip()
    if kind == "slider":
        return f"{first} {tree['says']}"
    if kind in ("choice", "select", "tabs"):
        return "\n".join([first, *(f"   ( ) {words}" for id_, words in tree["options"] if id_)])
    if kind == "picture":
        return tree["says"]
    if kind == "table":
        lines = [
            " | ".join(as_text(cell, signs) for cell in one)
            for one in [tree["heads"], *tree["rows"]]
        ]
        return "\n".join([tree["title"], *lines])
    if kind == "dialog" and not tree.get("open"):
        return ""
    gap = "  " if kind == "row" else "\n"
    return gap.join(line for line in [first, *below] if line)


def as_html(tree: Part | str, signs: Mapping[str, str]) -> str:
    """A tree as plain HTML to read, for a page on which nothing can be done."""
    if isinstance(tree, str):
        return html.escape(tree)
    kind, below = tree["t"], "".join(as_html(one, signs) for one in tree.get("of", ()))
    if kind == "printable":
        return below
    words = html.escape(str(tree.get("text", "")))
    label = html.escape(str(tree.get("title") or tree.get("label") or ""))
    if kind == "message":
        return f"<p>{signs.get(tree['state'], '')} {words}</p>" if words else ""
    if kind in ("text", "way", "said"):
        who = f"<b>{html.escape(tree['who'])}</b>" if kind == "said" else ""
        return f"<p>{who}{words}</p>"
    if kind == "head":
        return f"<p><b>{words}</b></p>"
    if kind == "slip":
        return f"<pre>{words}</pre>"
    if kind in ("chip", "stat"):
        return f"<p>{label} {words} {html.escape(tree.get('note', ''))}</p>"
    if kind == "facts":
        lines = (f"{html.escape(name)} {html.escape(value)}" for name, value in tree["pairs"])
        return f"<p>{'<br>'.join(lines)}</p>"
    if kind == "link":
        return f'<a href="{html.escape(tree["href"])}">{words}</a>'
    if kind == "field":
        return f"<p>{label} ________ {html.escape(tree.get('unit', ''))}</p>"
    if kind == "slider":
        return f"<p>{label} {html.escape(tree['says'])}</p>"
    if kind in ("choice", "select"):
        options = "".join(f"<li>{html.escape(text)}</li>" for id_, text in tree["options"] if id_)
        return f"<p>{label}</p><ul>{options}</ul>" if kind == "choice" else ""
    if kind == "picture":
        return f'<img src="{tree["src"]}" alt="{html.escape(tree["says"])}">'
    if kind == "table":
        return _html_table(tree, signs)
    if kind in ("button", "tabs") or (kind == "dialog" and not tree.get("open")):
        return ""
    return (f"<p><b>{label}</b></p>" if label else "") + below


def _html_table(tree: Part, signs: Mapping[str, str]) -> str:
    rows = ([shown.Drawn(as_html(cell, signs)) for cell in cells] for cells in tree["rows"])
    return shown.as_html(rows, tree["heads"], title=tree["title"], named=True)
