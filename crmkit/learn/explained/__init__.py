"""A Python error in one sentence of the learner's language, the traceback folded away below it.

`install` puts it before the errors of a notebook; `explain` gives the sentence alone.
"""

import html
import re
from typing import Any

from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.learn.explained import running, syntax

_ANSI = re.compile(r"\x1b\[[0-9;]*m")


def explain(error: BaseException) -> str:
    """What went wrong and what to type, in one sentence of the current language.

    >>> from crmkit.i18n import use_language
    >>> with use_language("en"):
    ...     explain(ZeroDivisionError("division by zero"))
    'Something was divided by 0: look which number below the line is 0, or leave those rows out.'
    """
    if isinstance(error, CrmkitError):  # speaks to the reader already
        return str(error)
    if isinstance(error, SyntaxError):
        return syntax.explain(error)
    return running.explain(error)


def install(shell: Any) -> None:
    """From now on this IPython shell says the sentence first; how it ends a cell stays as it was.

    Errors that show themselves (a graded check) are left alone.
    """
    if getattr(shell, "_crmkit_explains", False):
        return
    show = shell._showtraceback

    def explained(kind: type, error: BaseException, traceback: list[str]) -> None:
        if hasattr(error, "_render_traceback_"):
            show(kind, error, traceback)
            return
        try:
            sentence = explain(error)
        except Exception:  # an explanation must never hide the error itself
            show(kind, error, traceback)
            return
        _display(sentence, _ANSI.sub("", "\n".join(traceback)))
        last = _ANSI.sub("", traceback[-1]).strip() if traceback else kind.__name__
        show(kind, error, [last.splitlines()[-1] if last else kind.__name__])

    shell._showtraceback = explained
    shell._crmkit_explains = True


def _display(sentence: str, traceback: str) -> None:
    from IPython.display import display

    fold = html.escape(_("What Python says"))
    page = (
        '<div role="alert" style="border-left:4px solid #c62828;padding:4px 10px;margin:4px 0">'
        f"<b>✗ {html.escape(sentence)}</b>"
        f'<details style="margin-top:4px"><summary>{fold}</summary>'
        f'<pre style="white-space:pre-wrap">{html.escape(traceback)}</pre></details></div>'
    )
    display({"text/plain": f"✗ {sentence}", "text/html": page}, raw=True)
