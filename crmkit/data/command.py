"""`crmkit data`: make the course shop again, by the factory in ``datasets/make`` of a checkout."""

import importlib
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _

_ROOT = Path(__file__).resolve().parents[2]
_DATASETS = _ROOT / "datasets"


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
        if to is None:
            raise CrmkitError(
                _("Say where the larger shop goes: crmkit data --scale {scale} --to FOLDER").format(
                    scale=scale
                )
            )
        rows = _factory("many").write_many(to, scale)["sales"]
        folder = to
    else:
        folder = to or _DATASETS
        rows = len(_factory("write").write_shop(folder).tables["sales"])
    typer.echo(
        _("Made the course shop in {folder}: {rows:,} lines in {seconds:.0f} s.").format(
            folder=folder, rows=rows, seconds=time.perf_counter() - began
        )
    )


def _factory(part: str) -> Any:
    """A module of the factory; an installed package carries the data, not what makes it."""
    if not (_DATASETS / "make" / "write.py").is_file():
        raise CrmkitError(
            _(
                "crmkit is installed without what makes the shop. Run this in a copy of the repository."
            )
        )
    if str(_DATASETS) not in sys.path:
        sys.path.insert(0, str(_DATASETS))
    return importlib.import_module(f"make.{part}")
