"""The one component of every screen: Python says what is on it, `screen.js` draws it.

A `Screen` is what a cell shows and what a page serves; it holds no widget until a notebook wants
one. Parts are made by `crmkit.screen.parts`.
"""

import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from functools import cache
from importlib import resources
from typing import Any
from weakref import WeakSet

from crmkit.errors import CrmkitError
from crmkit.i18n import get_language, use_language
from crmkit.i18n import gettext as _
from crmkit.screen import parts
from crmkit.screen.parts import Part

FILES = resources.files("crmkit.screen")
SIGNS = {"right": "✓", "wrong": "✗", "open": "○", "noted": "•", "warning": "!", "error": "!"}

Act = Callable[[Any, dict[str, Any]], None]


class Screen:
    """A screen: `show()` gives its tree of parts, `acts` are what can be done on it.

    An act is called with the argument of the button (or what was typed) and the values of the
    fields by name; afterwards the tree is drawn again. A `CrmkitError` it raises is shown as a
    sentence. `name` tells screens apart in a notebook's text.

    >>> from crmkit.screen import parts
    >>> seen = []
    >>> hello = Screen(lambda: parts.card(parts.text(f"{len(seen)} clicks")),
    ...                {"click": lambda arg, values: seen.append(arg)}, "hello")
    >>> hello.did({"act": "click", "arg": 1})["of"][0]["text"]
    '1 clicks'
    """

    def __init__(self, show: Callable[[], Part], acts: Mapping[str, Act], name: str):
        self._show, self._acts, self.name = show, acts, name
        self.language = get_language()
        self.hand_over: Callable[[Screen], None] | None = None
        self._problem = ""
        self._done: dict[str, None] = {}
        self._seen: dict[str, int] = {}
        self._views: WeakSet = WeakSet()

    def __repr__(self) -> str:
        return f"<{self.name}>"

    @property
    def is_still(self) -> bool:
        """Whether there is only something to see, the same for everybody."""
        return not self._acts

    @property
    def tree(self) -> Part:
        """What is on the screen now."""
        with use_language(self.language):
            tree = self._show()
            if not self._problem:
                return tree
            # into the tree, not around it: what was typed stays where it was
            return tree | {"of": [*tree["of"], parts.message("error", self._problem)]}

    def did(self, content: Any) -> Part:
        """What somebody did, ``{"act": …, "arg": …, "values": {…}}``; gives the new tree.

        A page counts what it sends (``from`` and ``n``), so that what is sent again after a broken
        line is not done again; neither is what carries a key ``once`` that was done.
        """
        content = content if isinstance(content, dict) else {}
        if self._is_new(content):
            self._problem = ""
            with use_language(self.language):
                self._do(content)
        return self.tree

    def _is_new(self, content: dict) -> bool:
        page, n, once = content.get("from"), content.get("n"), content.get("once")
        if isinstance(page, str) and isinstance(n, int):
            if n <= self._seen.get(page, 0):
                return False
            self._seen.pop(page, None)
            self._seen[page] = n
            if len(self._seen) > 100:
                del self._seen[next(iter(self._seen))]
        return not (isinstance(once, str) and once in self._done)

    def _do(self, content: dict) -> None:
        values, once = content.get("values"), content.get("once")
        try:
            act = self._acts.get(str(content.get("act")))
            if act is not None:
                act(content.get("arg"), values if isinstance(values, dict) else {})
                if isinstance(once, str):
                    self._done[once] = None
        except CrmkitError as error:
            self._problem = str(error)
        except Exception:
            # a person at the screen can do nothing with a traceback; the log has it
            logging.getLogger(__name__).exception("%s: %s", self.name, content.get("act"))
            self._problem = _("That did not work. Nothing you entered is lost: try again.")

    def within(self, surroundings: Callable[[], AbstractContextManager]) -> "Screen":
        """The same screen, drawn and worked at inside of these from now on."""

        def inside(do: Callable) -> Callable:
            def done(*given: Any) -> Any:
                with surroundings():
                    return do(*given)

            return done

        self._show = inside(self._show)
        self._acts = {name: inside(act) for name, act in self._acts.items()}
        return self

    def inside(self) -> Part:
        """What is on it now, for a screen that has this one inside."""
        return self._show()

    def act(self, name: str, arg: Any, values: dict[str, Any]) -> None:
        """Do an act for a screen that has this one inside, which shows what goes wrong."""
        if name in self._acts:
            self._acts[name](arg, values)

    @property
    def text(self) -> str:
        """The screen as plain lines, for where it cannot be drawn."""
        return parts.as_text(self.tree, SIGNS)

    @property
    def html(self) -> str:
        """The screen as a page to read."""
        return f'<div lang="{self.language}">{parts.as_html(self.tree, SIGNS)}</div>'

    def refresh(self) -> None:
        """Draw again wherever it is seen, after something changed elsewhere."""
        for view in list(self._views):
            view.tree = self.tree

    def seen_by(self, view: Any) -> None:
        """Let this view, a thing with a `tree` to set, follow what changes elsewhere."""
        self._views.add(view)

    def widget(self) -> Any:
        """The screen as a notebook's widget."""
        widget = _widget()(self)
        self.seen_by(widget)
        return widget

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        bundle: Any = {}
        with suppress(ImportError):  # the package alone has no widgets
            bundle = self.widget()._repr_mimebundle_(**kwargs) or {}
        if isinstance(bundle, tuple):
            bundle = bundle[0]
        return {**bundle, "text/plain": self.text, "text/html": self.html}


def style() -> str:
    """The look of every screen, with its icons."""
    return "".join((FILES / name).read_text("utf-8") for name in ("screen.css", "icons.css"))


def receipt(content: Any) -> str:
    """What tells a page that this message of its own was done, so that it sends the next."""
    content = content if isinstance(content, dict) else {}
    return f"{content.get('from')}:{content.get('n')}"


@cache
def _widget() -> Any:
    import anywidget
    import traitlets

    class ScreenWidget(anywidget.AnyWidget):
        """Sends the tree out and takes in what was done."""

        _esm = (FILES / "screen.js").read_text("utf-8")
        _css = style()
        tree = traitlets.Dict().tag(sync=True)
        done = traitlets.Unicode().tag(sync=True)
        language = traitlets.Unicode("zh").tag(sync=True)

        def __init__(self, screen: Screen):
            super().__init__(tree=screen.tree, language=screen.language)
            self._screen = screen
            self.on_msg(self._did)

        def _did(self, _widget: Any, content: Any, _buffers: Any) -> None:
            self.tree = self._screen.did(content)
            self.done = receipt(content)

        def __repr__(self) -> str:
            return repr(self._screen)

    return ScreenWidget


__all__ = ["SIGNS", "Act", "Part", "Screen", "parts", "receipt", "style"]
