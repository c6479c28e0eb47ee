"""The `crmkit` command."""

import sys

import typer

from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode="rich")


@app.callback()
def crmkit() -> None:
    """crmkit: CRM 与零售数据分析课程 · CRM and data analysis for shop staff."""


def main() -> None:
    """Run the command; an error the user can mend is one clear line, not a traceback."""
    try:
        app()
    except CrmkitError as error:
        typer.secho(_("Error: ") + str(error), fg="red", err=True)
        sys.exit(1)
