"""The `crmkit` command."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from typer.core import TyperGroup

from crmkit.data.command import data
from crmkit.errors import CrmkitError
from crmkit.i18n import LANGUAGES, get_language, ngettext, set_language
from crmkit.i18n import gettext as _
from crmkit.practice.prompt import practice
from crmkit.practice.server import shop

app = typer.Typer(no_args_is_help=True, add_completion=False)


class _OrGrade(TyperGroup):
    """``crmkit grade`` alone, or with names, grades; with one of its commands it does that."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        first = next((one for one in args if not one.startswith("-")), None)
        if first not in self.commands and "--help" not in args:
            args = ["run", *args]
        return super().parse_args(ctx, args)


grade = typer.Typer(
    cls=_OrGrade,
    help="评分 · Grade what was handed in: crmkit grade, or crmkit grade sales-1.",
)
app.add_typer(grade, name="grade")
app.command()(data)
app.command()(practice)
app.add_typer(shop, name="shop")

console = Console(highlight=False)
Names = Annotated[list[str] | None, typer.Argument(help="课或练习 · Lessons or exercises.")]
Language = Annotated[str | None, typer.Option("--lang", help="zh / en")]


@app.callback()
def crmkit() -> None:
    """CRM 与零售数据分析课程 · CRM and data analysis for shop staff."""


@contextmanager
def _progress_bar(title: str) -> Iterator[Callable[[int, int, str], None]]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[name]}"),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(title, total=None, name="")
        yield lambda done, total, name: bar.update(task, completed=done, total=total, name=name)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def lab(
    context: typer.Context,
    lang: Language = None,
    reset: Annotated[
        bool, typer.Option("--reset", help="重新开始，旧的留作备份 · Start afresh; keeps a backup.")
    ] = False,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="不打开浏览器 · Do not open a browser.")
    ] = False,
    port: Annotated[int, typer.Option(help="端口 · Port.")] = 8888,
    only_fill: Annotated[
        bool, typer.Option("--only-fill", help="只准备文件 · Only fill the folder.")
    ] = False,
    trainer: Annotated[
        bool,
        typer.Option(
            "--trainer", help="带 nbgrader 的菜单和按钮 · With nbgrader's menus and buttons."
        ),
    ] = False,
) -> None:
    """打开课程 · Open the course in JupyterLab; further options go to JupyterLab."""
    from crmkit.learn import workspace
    from crmkit.learn.course import Course

    if lang:
        set_language(lang)
    course = Course.find()
    filled = workspace.fill(course, get_language(), reset=reset)
    folder = course.work(get_language()).relative_to(course.root)
    if filled.backup:
        console.print(
            _("Your earlier work is kept in {folder}.").format(
                folder=filled.backup.relative_to(course.root)
            )
        )
    if only_fill:
        console.print(
            _("{folder}: {new} new, {kept} of yours left as they are.").format(
                folder=folder, new=len(filled.new), kept=len(filled.kept)
            )
        )
        return
    from crmkit.learn.lab import serve

    options = [f"--port={port}", *(["--no-browser"] if no_browser else []), *context.args]
    serve(course, get_language(), options, trainer=trainer)


@app.command()
def page(
    lang: Language = None,
    port: Annotated[int, typer.Option(help="端口 · Port.")] = 8899,
    host: Annotated[
        str | None, typer.Option(help="网络地址 · Which interface; this machine's own by default.")
    ] = None,
    password: Annotated[
        str | None, typer.Option(envvar="CRMKIT_PASSWORD", help="密码 · Who knows it may come in.")
    ] = None,
    roster: Annotated[
        Path | None,
        typer.Option("--class", help="学员名单（CSV，要有工号或 id 一列）· A class by its roster."),
    ] = None,
    one_shop: Annotated[
        bool, typer.Option("--one-shop", help="全班共用一家店 · The class shares one shop.")
    ] = False,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="不打开浏览器 · Do not open a browser.")
    ] = False,
) -> None:
    """打开网页版：课程和练习店，不用 JupyterLab · The course and the practice shop as pages."""
    from crmkit.learn.course import Course
    from crmkit.serve.command import run

    if lang:
        set_language(lang)
    run(
        Course.find(), get_language(), port=port, host=host, password=password, roster=roster,
        one_shop=one_shop, browser=not no_browser,
    )  # fmt: skip


@app.command()
def build(
    names: Names = None,
    lang: Language = None,
    force: Annotated[
        bool, typer.Option("--force", help="全部重新运行 · Run all again, changed or not.")
    ] = False,
    jobs: Annotated[int | None, typer.Option(help="同时运行几个 · How many at once.")] = None,
) -> None:
    """从源文件生成两种语言的笔记本 · Build the notebooks of both languages."""
    from crmkit.learn.course import Course
    from crmkit.teach.build import build as build_notebooks

    if lang and lang not in LANGUAGES:
        set_language(lang)
    with _progress_bar(_("Building")) as progress:
        built = build_notebooks(
            Course.find(),
            names or (),
            (lang,) if lang else LANGUAGES,
            force=force,
            jobs=jobs,
            progress=progress,
        )
    failed = [one.error for one in built if one.error]
    changed = sum(one.changed for one in built)
    console.print(
        ngettext("{n} notebook written", "{n} notebooks written", changed).format(n=changed)
        + _(", {n} unchanged").format(n=len(built) - changed - len(failed))
    )
    if failed:
        raise CrmkitError("\n".join(failed))


@app.command()
def slides(
    names: Names = None,
    lang: Language = None,
    to: Annotated[
        Path, typer.Option(help="放到哪个文件夹 · The folder they are written to.")
    ] = Path("build/slides"),
) -> None:
    """生成课堂幻灯片：一课一个网页文件，不用联网 · Slides of the lessons, a file each, offline."""
    from crmkit.learn.course import Course
    from crmkit.serve.slides import write

    if lang:
        set_language(lang)
    for path in write(Course.find(), names or (), get_language(), to):
        console.print(str(path))


@app.command()
def certificate(
    name: Annotated[
        str | None, typer.Argument(help="证书上的姓名 · The name on the certificate.")
    ] = None,
    track: Annotated[str | None, typer.Option(help="cashier, sales, …")] = None,
    of_class: Annotated[
        bool,
        typer.Option("--class", help="给全班，用班级的密钥签名 · For the class, with its key."),
    ] = False,
    to: Annotated[Path, typer.Option(help="放到哪个文件夹 · The folder it is written to.")] = Path(
        "."
    ),
    lang: Language = None,
) -> None:
    """学完一条路线，写一张结业证书 · A certificate for a completed track, as a PDF."""
    from crmkit.learn import certificates
    from crmkit.learn.course import Course

    if lang:
        set_language(lang)
    if not of_class:
        console.print(str(certificates.certificate(name or "", track, to)))
        return
    if not track:
        raise CrmkitError(_("Which track? For example --track cashier."))
    course = Course.find()
    for learner, called in certificates.in_class(course):
        try:
            told = str(certificates.of_class(course, learner, called, track, to))
        except CrmkitError as error:
            told = str(error)
        console.print(f"{called}: {told}", markup=False)
    key = certificates.known_key(course)
    if key:
        console.print(_("The class's key: {key}").format(key=key))


@app.command()
def verify(
    given: Annotated[
        str, typer.Argument(help="证书的 PDF，或上面的一串码 · The PDF, or the code on it.")
    ],
    key: Annotated[
        str | None, typer.Option(help="班级密钥的标记 · The signs of the class's key.")
    ] = None,
    lang: Language = None,
) -> None:
    """核对一张证书，不用联网 · Check a certificate, without a network."""
    from crmkit.learn import certificates
    from crmkit.learn.course import Course

    if lang:
        set_language(lang)
    try:
        course = Course.find()
    except CrmkitError:
        course = None
    good, words = certificates.in_words(course, given, key)
    if not good:
        raise CrmkitError(words)
    console.print(words, markup=False)


@app.command("class")
def class_(
    to: Annotated[
        Path | None, typer.Option(help="放在哪个文件夹 · The folder to write into.")
    ] = None,
    lang: Language = None,
) -> None:
    """全班成绩：网页和 Excel · How the class stands, as a page and an Excel file."""
    from crmkit.learn.course import Course
    from crmkit.teach import class_page

    if lang:
        set_language(lang)
    course = Course.find()
    for path in class_page.write(course, to or course.grading / "class"):
        console.print(str(path), markup=False, soft_wrap=True)


@app.command()
def look(
    file: Annotated[str, typer.Argument(help="文件、文件夹或数据库 · A file, folder or database.")],
    sheet: Annotated[str | None, typer.Option(help="工作表 · The sheet or table.")] = None,
    encoding: Annotated[str | None, typer.Option(help="编码 · The encoding.")] = None,
    delimiter: Annotated[str | None, typer.Option(help="分隔符 · What parts the columns.")] = None,
    lang: Language = None,
) -> None:
    """看看一个文件里有什么 · What a file is: its columns, gaps, odd values, the call to paste."""
    from crmkit.data import look as look_at

    if lang:
        set_language(lang)
    typer.echo(repr(look_at(file, sheet=sheet, encoding=encoding, delimiter=delimiter)))


@app.command()
def analyse(
    file: Annotated[
        str,
        typer.Argument(
            help="销售明细：文件、文件夹或数据库 · The sales: a file, folder or database."
        ),
    ],
    to: Annotated[
        Path | None,
        typer.Option(
            help="报告写到哪里；不写就按文件取名，不盖掉以前的 · Where the report goes; else it is named after the file, and none before is overwritten."
        ),
    ] = None,
    notebook: Annotated[
        Path | None, typer.Option(help="背后的笔记本另存一份 · The notebook behind it, as a file.")
    ] = None,
    lists: Annotated[
        bool,
        typer.Option(
            "--lists/--no-lists",
            help="报告旁边附一份名单 Excel：谁没再来（卡号，没有姓名电话） · Beside the report a workbook of whom to contact: numbers, no names.",
        ),
    ] = True,
    column: Annotated[
        list[str] | None,
        typer.Option(
            help="哪一列是什么：实付金额=金额、商品=品名，可以写几次 · Which column is what: amount=Total; may be given again."
        ),
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="工作表 · The sheet or table.")] = None,
    encoding: Annotated[str | None, typer.Option(help="编码 · The encoding.")] = None,
    delimiter: Annotated[str | None, typer.Option(help="分隔符 · What parts the columns.")] = None,
    time_zone: Annotated[
        str | None, typer.Option(help="门店的时区 · The shop's time zone.")
    ] = None,
    lang: Language = None,
) -> None:
    """用自己的销售明细出一份报告 · A report from your own sales file: one HTML page."""
    import json

    from crmkit.report import analyse as report_on

    if lang:
        set_language(lang)
    columns = dict(one.partition("=")[::2] for one in column or ())
    for path in (to, notebook):
        if path is not None and not path.resolve().parent.is_dir():
            raise CrmkitError(_("There is no folder {folder}.").format(folder=path.parent))
    with _progress_bar(_("Report")) as progress:
        report = report_on(
            file, columns=columns, sheet=sheet, encoding=encoding, delimiter=delimiter,
            time_zone=time_zone, progress=progress,
        )  # fmt: skip
    saved = report.save(to or report.free_name(), with_lists=lists)
    console.print(_("The report: {file}").format(file=saved), markup=False)
    if report.beside is not None:
        console.print(_("Whom to contact: {file}").format(file=report.beside), markup=False)
    if notebook is not None:
        notebook.write_text(json.dumps(report.notebook(), ensure_ascii=False, indent=1), "utf-8")


@grade.command("release")
def grade_release(names: Names = None) -> None:
    """生成两种语言的学员版 · Generate the learners' versions in both languages."""
    from crmkit.learn.course import Course
    from crmkit.teach import grade as grading

    with _progress_bar(_("Releasing")) as progress:
        grading.release(Course.find(), names or [], progress)


@grade.command("run")
def grade_run(
    names: Names = None,
    folders: Annotated[
        list[Path] | None,
        typer.Option("--from", help="收上来的文件夹 · A folder with what was handed in."),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="评过的也重评 · Grade again what was graded.")
    ] = False,
    jobs: Annotated[int | None, typer.Option(help="同时评几份 · How many at once.")] = None,
) -> None:
    """收、评、记分、写反馈页和全班报告 · Collect, grade, save, write each learner's page and the class's."""
    from crmkit.learn.course import Course
    from crmkit.teach import class_page
    from crmkit.teach import grade as grading

    course = Course.find()
    with _progress_bar(_("Grading")) as progress:
        report = grading.grade(course, names or [], folders or [], progress, again=again, jobs=jobs)
    table = Table(_("learner"), _("assignment"), _("score"), _("of"), _("note"))
    for one in report.results:
        table.add_row(
            one.learner, one.assignment, f"{one.score:g}", f"{one.max_score:g}",
            one.error or (_("{n} wait for your marks").format(n=f"{one.waits:g}") if one.waits else ""),
        )  # fmt: skip
    if report.results:
        console.print(table)
    if report.unchanged:
        console.print(
            ngettext(
                "{n} graded before and not changed", "{n} graded before and not changed",
                report.unchanged,
            ).format(n=report.unchanged)
        )  # fmt: skip
    if report.aside:
        aside = Table(_("set aside"), _("why"))
        for left in report.aside:
            aside.add_row(left.file, left.why)
        console.print(aside)
        console.print(
            _("Fill in learner and exercise in {file} and grade again.").format(
                file=f"grading/{grading.TO_CONFIRM}"
            )
        )
    if report.missing:
        console.print(report.missing, style="yellow")
    if report.results:
        for path in class_page.write(course, course.grading / "class"):
            console.print(str(path), markup=False, soft_wrap=True)


@grade.command("feedback")
def grade_feedback(names: Names = None) -> None:
    """生成反馈页 · Write every learner's feedback page."""
    from crmkit.learn.course import Course
    from crmkit.teach import grade as grading

    with _progress_bar(_("Writing feedback")) as progress:
        pages = grading.feedback(Course.find(), names or [], progress)
    console.print(ngettext("{n} page", "{n} pages", len(pages)).format(n=len(pages)))


@grade.command("export")
def grade_export(
    to: Annotated[Path | None, typer.Option(help="CSV 文件 · The CSV file.")] = None,
) -> None:
    """导出成绩 · Export all scores as CSV."""
    from crmkit.learn.course import Course
    from crmkit.teach import grade as grading

    console.print(str(grading.export(Course.find(), to)))


def main() -> None:
    """Run the command; an error the user can mend is one clear line, not a traceback."""
    try:
        app()
    except CrmkitError as error:
        typer.secho(str(error), fg="red", err=True)
        sys.exit(1)
