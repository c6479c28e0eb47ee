"""The `crmkit practice` command: a practice shop at a Python prompt."""

import code
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.i18n import set_language


def practice(
    scene: Annotated[str, typer.Option(help="场景 · The scene.")] = "course",
    staff: Annotated[str | None, typer.Option(help="工号 · Who signs in.")] = None,
    folder: Annotated[Path, typer.Option(help="放在哪里 · Where shop.db is.")] = Path("."),
    reset: Annotated[
        bool, typer.Option("--reset", help="重新开始，旧的留作备份 · Start afresh; keeps a backup.")
    ] = False,
    lang: Annotated[str | None, typer.Option("--lang", help="zh / en")] = None,
    prepare: Annotated[
        bool, typer.Option("--prepare", help="先备好所有场景 · Make every scene ready, and leave.")
    ] = False,
    prompt: Annotated[bool, typer.Option(help="打开 Python 提示符 · Open a Python prompt.")] = True,
) -> None:
    """打开练习店 · Open the practice shop at a Python prompt, as `shop`."""
    from crmkit.practice import Shop, scenes

    if lang:
        set_language(lang)
    if prepare:
        scenes.prepare(Shop)
        return
    kept = scenes.put_aside(folder) if reset else None
    if kept is not None:
        typer.echo(_("Your earlier shop is kept in {path}.").format(path=kept))
    shop = Shop.practice(scene, staff=staff, folder=folder)
    typer.echo(
        _("The shop {path}, signed in as {name} at store {store}.").format(
            path=folder / scenes.FILE, name=shop.staff.name, store=shop.staff.store_id
        )
    )
    if prompt:
        _talk(shop)
    shop.close()


def _talk(shop) -> None:
    """A prompt that shows results as people read them, and refusals as one sentence."""
    hint = _(
        "Type shop to see its desks, shop.till to see what you can do there; exit() leaves.\n"
        "For example: shop.stock.find('P0001'), shop.till.shift()"
    )
    before, sys.displayhook = sys.displayhook, _show
    try:
        _Console({"shop": shop, "help": _help}).interact(banner=hint, exitmsg="")
    finally:
        sys.displayhook = before


class _Console(code.InteractiveConsole):
    """The Python prompt, on which the shop's refusals are sentences instead of tracebacks."""

    def __init__(self, names: dict):
        super().__init__(names)
        try:
            import readline
            import rlcompleter
        except ImportError:  # Windows has none
            return
        readline.set_completer(rlcompleter.Completer(names).complete)
        readline.parse_and_bind("tab: complete")

    def showtraceback(self) -> None:
        error = sys.exc_info()[1]
        if isinstance(error, CrmkitError):
            self.write(f"{error}\n")
        else:
            super().showtraceback()


def _help(*things: Any) -> None:
    """What a desk, or an operation of one, is for and is given; of anything else Python's own."""
    from crmkit.practice.command import Desk, explained

    for thing in things:
        known = explained(thing) if hasattr(thing, "operation") else thing
        print(known) if isinstance(known, str | Desk) else help(thing)


def _show(value: object) -> None:
    if value is None:
        return
    if isinstance(value, tuple) and not value:
        print(_("Nothing."))
    else:
        print(str(value) if hasattr(value, "_repr_pretty_") else repr(value))
