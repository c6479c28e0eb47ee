"""JupyterLab on a learner's own copies: quick to start, and only what a learner needs.

`serve` runs it in this process. `python -m crmkit.learn.lab` does the same in an environment made by
`environment`, for whoever starts it as a process of its own.
"""

import json
import os
import signal
import sys
from pathlib import Path

from crmkit import warm
from crmkit.i18n import gettext as _
from crmkit.learn.course import START, Course

_LOCALE = {"zh": "zh_CN", "en": "default"}
_FOR_AUTHORS = (
    "@jupyter-notebook/lab-extension",
    "@jupyterlab/extensionmanager-extension",
    "@jupyterlab/lsp-extension",
    "@jupyterlab/notebook-extension:language-server",
    "@jupyterlab/fileeditor-extension:language-server",
    "@jupyterlab/debugger-extension",
    "@jupyterlab/terminal-extension",
    "jupyterlab-jupytext",
)
_FOR_TRAINERS = ("@jupyter/nbgrader",)


def environment(course: Course, language: str, trainer: bool = False) -> dict[str, str]:
    """The environment of JupyterLab: its menus in this language, warm kernels, nbgrader's settings.

    A trainer's has nbgrader's menus and buttons, a learner's has not. A choice made in JupyterLab's
    own settings wins over ours.
    """
    config = course.root / "work" / ".config" / language
    for path, content in {
        "labconfig/default_setting_overrides.json": _settings(language),
        # all that stands in the menus beside a notebook and that learners have no use for
        "labconfig/page_config.json": {
            "disabledExtensions": dict.fromkeys(
                [*_FOR_AUTHORS, *([] if trainer else _FOR_TRAINERS)], True
            )
            | {"@jupyter/nbgrader:create-assignment": True}
        },
        "share/kernels/python3/kernel.json": _kernelspec(),
    }.items():
        file = config / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(content, indent=1), "utf-8")

    def joined(name: str, *first: Path) -> str:
        return os.pathsep.join([*map(str, first), *filter(None, [os.environ.get(name, "")])])

    return dict(
        os.environ,
        CRMKIT_LANG=language,
        CRMKIT_COURSE=str(course.root),
        CRMKIT_LAB="trainer" if trainer else "learner",
        JUPYTER_CONFIG_PATH=joined("JUPYTER_CONFIG_PATH", config, course.grading),
        JUPYTER_PATH=joined("JUPYTER_PATH", config / "share"),
        PATH=joined("PATH", Path(sys.executable).parent),
    )


def _settings(language: str) -> dict[str, dict]:
    return {
        "@jupyterlab/translation-extension:plugin": {"locale": _LOCALE[language]},
        "@jupyterlab/apputils-extension:notification": {
            "fetchNews": "false",
            "checkForUpdates": False,
        },
        "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
        # fields keep their answers at once; code in a cell is kept only when the notebook is saved
        "@jupyterlab/docmanager-extension:plugin": {"autosaveInterval": 5},
    }


def _kernelspec() -> dict:
    """Notebooks ask for `python3`, as everywhere; here that is a warm kernel."""
    spec = json.loads(Path(warm.__file__).with_name("kernel.json").read_text("utf-8"))
    spec["argv"].append("--log-level=40")  # what a kernel would tell is nothing for a learner
    if warm.kernel_name() != warm.KERNEL:
        del spec["metadata"]["kernel_provisioner"]
    return spec


def command(options: list[str]) -> list[str]:
    """The command that runs JupyterLab as a process of its own, in `environment`."""
    return [sys.executable, "-m", "crmkit.learn.lab", *options]


def serve(course: Course, language: str, options: list[str], trainer: bool = False) -> None:
    """Run JupyterLab in this process until it is stopped."""
    os.environ.update(environment(course, language, trainer))
    os.chdir(course.work(language))
    run(options)


def run(options: list[str]) -> None:
    """JupyterLab as the environment says, with one line of greeting instead of a log."""
    # JSON schemas of notebooks and events hold no internationalised addresses; loading the
    # grammar for them takes longer than all the rest of the server
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # None is allowed
    from jupyter_server.serverapp import ServerApp

    course, language = Course.find(), os.environ["CRMKIT_LANG"]
    trainer = os.environ.get("CRMKIT_LAB") == "trainer"
    server = ServerApp.instance(jpserver_extensions={"jupyterlab": True})
    # nbgrader's pages work only where the whole course lies below what is served
    root = course.root if trainer else course.work(language)
    start = (course.work(language) / f"{START}.ipynb").relative_to(root).as_posix()
    defaults = [
        f"--ServerApp.root_dir={root}",
        f"--LabApp.default_url=/lab/tree/{start}",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.news_url=None",
        "--LabApp.extension_manager=readonly",
        f"--LabApp.extra_labextensions_path={Path(__file__).with_name('labextensions')}",
        "--KernelSpecManager.allowed_kernelspecs={'python3'}",
        "--Application.log_level=ERROR",
        "--ServerApp.open_browser=True",
        # a container's only user is often root, and Jupyter would refuse to start
        *(["--allow-root"] if getattr(os, "geteuid", lambda: 1)() == 0 else []),
    ]
    server.initialize(argv=[*defaults, *options], starter_extension="lab", find_extensions=trainer)
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, lambda _signal, _frame: server.stop(from_signal=True))
    address = server.local_url
    server.identity_provider.token_generated = False  # the server would tell it too, in English
    server.io_loop.add_callback(_greet, address)
    server.start()


def _greet(address: str) -> None:
    """Once the page answers."""
    print(_("The course is open at {address} (Ctrl+C closes it).").format(address=address))
    sys.stdout.flush()
    if warm.why_not() is None and warm.kernel_name() == warm.KERNEL:
        from crmkit.warm.owner import warm_process

        warm_process(os.environ)  # loads while the page does


if __name__ == "__main__":
    run(sys.argv[1:])
