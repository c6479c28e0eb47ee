"""The `crmkit shop` commands: run a shop of your own on a server, from making it to upgrading it."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from crmkit.i18n import gettext as _
from crmkit.i18n import set_language

shop = typer.Typer(no_args_is_help=True, help="自己的门店 · A shop of your own on a server.")

Where = Annotated[
    str, typer.Argument(help="数据库文件或地址 · The database: a file or an address.")
]
Staff = Annotated[str, typer.Option(envvar="CRMKIT_STAFF", help="工号 · Who signs in.")]
Password = Annotated[
    str | None, typer.Option(envvar="CRMKIT_PASSWORD", help="密码 · Their password.")
]


@shop.callback()
def language(lang: Annotated[str | None, typer.Option("--lang", help="zh / en")] = None) -> None:
    if lang:
        set_language(lang)


@shop.command()
def create(
    where: Where,
    name: Annotated[str, typer.Option(help="店名 · The shop's name.")],
    password: Annotated[
        str,
        typer.Option(
            envvar="CRMKIT_PASSWORD",
            prompt=True,
            hide_input=True,
            confirmation_prompt=True,
            help="密码 · Their password.",
        ),
    ],
    store: Annotated[str, typer.Option(help="门店编号 · The first store's number.")] = "S1",
    staff: Staff = "T1",
) -> None:
    """新建门店和密钥 · Make the shop and its keys."""
    from crmkit.practice import Shop
    from crmkit.practice.keys import key_file

    Shop.create(
        where, name=name, store=(store, name), owner=(staff, staff), password=password
    ).close()
    typer.echo(
        _("The shop is made. Its keys are in {path}: keep a copy elsewhere.").format(
            path=key_file(where)
        )
    )


@shop.command()
def keys(
    where: Where,
    copy_to: Annotated[Path | None, typer.Option(help="复制到 · Where a copy goes.")] = None,
) -> None:
    """密钥文件在哪里 · Where the key file is, and a copy of it."""
    from crmkit.practice.errors import Refused
    from crmkit.practice.keys import Keyring, key_file

    Keyring.load(key_file(where))
    if copy_to is not None:
        if copy_to.exists():
            raise Refused(_("{path} is there already. Choose another name."), path=copy_to)
        shutil.copy(key_file(where), copy_to)
    typer.echo(str(copy_to or key_file(where)))


@shop.command()
def check(where: Where, staff: Staff = "T1", password: Password = None) -> None:
    """核对日志和账目 · Whether log and books are whole."""
    from crmkit.practice.errors import Tampered

    with _opened(where, staff, password) as opened:
        broken, problems = opened.audit.first_break(), opened.audit.problems()
    if broken is not None:
        raise Tampered(_("The log is broken at entry {n}. Restore a backup."), n=broken)
    if problems:
        raise Tampered("\n".join(problems))
    typer.echo(_("Log and books are whole."))


@shop.command()
def backup(where: Where, to: Path, staff: Staff = "T1", password: Password = None) -> None:
    """备份 · Copy the whole shop to a new file."""
    with _opened(where, staff, password) as opened:
        typer.echo(str(opened.back_up(to)))


@shop.command()
def restore(
    backup: Path,
    where: Where,
    keys: Annotated[Path | None, typer.Option(help="密钥文件 · The key file.")] = None,
) -> None:
    """从备份恢复 · Bring a backup back into an empty place."""
    from crmkit.practice import Keyring, Shop

    Shop.restore(backup, where, None if keys is None else Keyring.load(keys))
    typer.echo(str(where))


@shop.command()
def rotate(where: Where, staff: Staff = "T1", password: Password = None) -> None:
    """更换密钥 · Give the shop a new key; what was open has to be opened again."""
    with _opened(where, staff, password) as opened:
        opened.rotate_keys()
    typer.echo(_("The shop has a new key. Copy the key file again."))


@shop.command()
def upgrade(where: Where) -> None:
    """升级 · Bring an older shop to this version."""
    from crmkit.practice import Shop

    Shop.upgrade(where)
    typer.echo(_("The shop is up to date."))


def _opened(where: str, staff: str, password: str | None):
    from contextlib import closing

    from crmkit.practice import Shop

    return closing(Shop.open(where, staff, password=password))
