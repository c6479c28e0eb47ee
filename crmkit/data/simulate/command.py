"""`crmkit data`: make the course shop again."""

import time
from pathlib import Path

import typer

from crmkit.i18n import gettext as _


def data(
    to: Path = typer.Option(None, help="folder to write to · 写到哪个文件夹"),
) -> None:
    """重新生成课程店的数据 · Make the course shop's data again."""
    from crmkit.data.simulate.write import write_shop

    folder = to or Path(__file__).resolve().parents[3] / "datasets"
    began = time.perf_counter()
    write_shop(folder)
    typer.echo(
        _("Made the course shop in {folder} in {seconds:.0f} s.").format(
            folder=folder, seconds=time.perf_counter() - began
        )
    )
