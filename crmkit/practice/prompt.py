"""The `crmkit practice` command: a practice shop at a Python prompt."""

from pathlib import Path
from typing import Annotated

import typer

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
    prompt: Annotated[bool, typer.Option(help="打开 Python 提示符 · Open a Python prompt.")] = True,
) -> None:
    """打开练习门店 · Open the practice shop at a Python prompt, as `shop`."""
    import code

    from crmkit.practice import Shop

    if lang:
        set_language(lang)
    shop = Shop.practice(scene, staff=staff, folder=folder, reset=reset)
    typer.echo(
        _("The shop {path}, signed in as {name} at store {store}.").format(
            path=folder / "shop.db", name=shop.staff.name, store=shop.staff.store_id
        )
    )
    if prompt:
        hint = _("Try: shop.members.find_by_last_four('1234'), shop.till.shift(), help(shop.till)")
        code.interact(banner=hint, local={"shop": shop}, exitmsg="")
    shop.close()
