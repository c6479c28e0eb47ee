"""`crmkit data`: make the course shop again."""

import time
from pathlib import Path
from typing import Annotated

import typer

from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _


def data(
    to: Annotated[
        Path | None, typer.Option(help="写到哪个文件夹 · The folder to write to.")
    ] = None,
    scale: Annotated[
        int, typer.Option(min=1, help="放大多少倍,供测速用 · How many times over, for benchmarks.")
    ] = 1,
) -> None:
    """重新生成课程店的数据 · Make the course shop's data again."""
    began = time.perf_counter()
    if scale > 1:
        from crmkit.data.simulate.many import write_many

        if to is None:
            raise CrmkitError(
                _("Say where the larger shop goes: crmkit data --scale {scale} --to FOLDER").format(
                    scale=scale
                )
            )
        rows = write_many(to, scale)["sales"]
        folder = to
    else:
        from crmkit.data.simulate.write import write_shop

        folder = to or _datasets()
        rows = len(write_shop(folder).tables["sales"])
    typer.echo(
        _("Made the course shop in {folder}: {rows:,} lines in {seconds:.0f} s.").format(
            folder=folder, rows=rows, seconds=time.perf_counter() - began
        )
    )


def _datasets() -> Path:
    """The checkout's ``datasets/``; an installed package has none to write to."""
    root = Path(__file__).resolve().parents[3]
    if not (root / "pyproject.toml").is_file():
        raise CrmkitError(
            _("crmkit is installed without its sources. Say where to: crmkit data --to FOLDER")
        )
    return root / "datasets"
