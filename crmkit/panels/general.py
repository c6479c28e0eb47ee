"""A desk on screen made of what it is told: pages to read, lists, and a form for all it can do."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.panels.asked import control, laid
from crmkit.panels.logic.desk import DeskWork
from crmkit.panels.logic.forms import Ask, Operations
from crmkit.panels.logic.lists import Listed, ListWork
from crmkit.panels.shown import Keys, list_acts, operation_label, page_of, record, said
from crmkit.practice import Shop
from crmkit.practice.command import OPERATIONS
from crmkit.practice.errors import PracticeError
from crmkit.screen import Part, Screen, parts

Body = Callable[[], Part | None]


class Desk:
    """The frame of a desk: tabs, what was just said, lists and the form for everything else.

    A desk fills in `pages` (name: title and what it shows), `lists` and `operations`.
    """

    name: str
    operations: tuple[str, ...] = ()
    forms: Mapping[str, str] = {}
    """What the form on a page asks for, in its order; of other operations it asks for all."""
    also: Mapping[str, tuple[str, Mapping[str, str]]] = {}
    """By operation: the field of its form that may call for another, and for which."""

    def __init__(self, shop: Shop):
        self.shop = shop
        self.work = DeskWork(shop)
        self.keys = Keys()
        self.lists = {name: (title, ListWork(shop, what)) for name, (title, what) in self.listed().items()}  # fmt: skip
        self.more = Operations(shop, self.operations)
        self.tab = next(iter(self.tabs()))
        self.refused: tuple[str, str, str] | None = None
        self.begun = False

    # what a desk says of itself

    def pages(self) -> dict[str, tuple[str, Body]]:
        return {}

    def listed(self) -> dict[str, tuple[str, Listed]]:
        return {}

    def of_a_row(self) -> dict[str, dict[str, Any]]:
        """By list: the button of its rows, as `page_of` takes it."""
        return {}

    def own_acts(self) -> dict[str, Callable]:
        return {}

    # the frame

    def tabs(self) -> dict[str, str]:
        found = {name: title for name, (title, _body) in self.pages().items()}
        found |= {name: title for name, (title, _work) in self.lists.items()}
        return found | {"more": _("Everything else")}

    def show(self) -> Part:
        body: Part | None
        if self.tab in self.pages():
            page = self._begun if self.begun else self.pages()[self.tab][1]
            body = parts.column(said(self.work), page())
        elif self.tab in self.lists:
            title, work = self.lists[self.tab]
            why = self.work.why_not(work.what.operation)
            body = parts.column(said(self.work), parts.message("warning", why) if why else page_of(work, title, self.tab, **self.of_a_row().get(self.tab, {})))  # fmt: skip
        else:
            body = self._more()
        return parts.column(
            parts.tabs(label("panel", self.name), list(self.tabs().items()), self.tab, "tab"), body
        )

    def _more(self) -> Part:
        more = self.more
        named = [(one, operation_label(one)) for one in more.all]
        named.sort(key=lambda one: not more.may(one[0]))
        choice = [(one, words if more.may(one) else _("{words} · not for your role").format(words=words)) for one, words in named]  # fmt: skip
        writes = OPERATIONS[more.chosen].writes
        return parts.column(
            parts.select("operation", _("What would you like to do?"), choice, more.chosen, act="more.choose", rev=more.turn),
            said(more),
            parts.card(
                parts.form(
                    "more.do",
                    *laid(control(one, more) for one in more.fields),
                    parts.button(_("Save") if writes else _("Show"), kind="primary", icon="check" if writes else "search", why=more.why_not(more.chosen)),
                    once=self.keys("more") if writes else None,
                ),
                title=operation_label(more.chosen),
            ),
            self._result(),
        )  # fmt: skip

    def form_fields(self) -> list[Ask]:
        """What the form on a page asks for, as things stand in it."""
        wanted = self.forms.get(self.more.chosen)
        if wanted is None:
            return self.more.fields
        switch, calls_for = self.also.get(self.more.chosen, ("", {}))
        more = calls_for.get(self.more.given.get(switch, ""), "")
        names = wanted.replace(switch, f"{switch} {more}").split() if more else wanted.split()
        fields = {one.name: one for one in self.more.fields}
        return [replace(fields[name], needed=True) for name in names]

    def _begun(self) -> Part:
        """The form of one operation, on the page on which it was begun."""
        more = self.more
        switch, _calls_for = self.also.get(more.chosen, ("", {}))
        fields = [control(one, more, "switch" if one.name == switch else None) for one in self.form_fields()]  # fmt: skip
        return parts.card(
            self.about_form(),
            parts.form(
                "more.do",
                *self.marked("more.do", *laid(fields)),
                self.helps(),
                parts.row(
                    parts.button(_("Save"), kind="primary", icon="check", why=more.why_not(more.chosen)),
                    parts.button(_("Cancel"), "unbegin", kind="quiet"),
                ),
                once=self.keys("more.do"),
            ),
            title=operation_label(more.chosen),
        )  # fmt: skip

    def about_form(self) -> Part | None:
        """What the form that was begun is about."""
        return None

    def helps(self) -> Part | None:
        """What helps to fill in the form that was begun."""
        return None

    def do(self, typed: dict) -> None:
        """What a form sent; one that was begun on a page gives way to it again once it is done."""
        self.work.said = None
        if not self.begun:
            return self.once("more", self.more.do, typed)
        named = [one.name for one in self.form_fields()] if self.more.chosen in self.forms else None
        typed = self.more.given | typed
        self.note("more.do", lambda values, key: self.more.do(values, key, named), typed)
        if self.refused is None:
            self.begun, self.work.said = False, self.more.said
        return None

    def _result(self) -> Part | None:
        """What the operation gave back, under a name where it is a bare number."""
        found, done = self.more.result, self.more.chosen
        said = label("result", done)
        return None if found is None else parts.card(record(found, said if said != done else None))

    def acts(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "begin": lambda operation, _v: self.begin(str(operation)),
            "tab": lambda tab, _v: self.turn_to(tab),
            "more.choose": lambda operation, _v: self.more.choose(str(operation)),
            "more.do": lambda _a, typed: self.do(typed),
            "switch": lambda value, _v: self.switch(str(value)),
            "unbegin": lambda _a, _v: self.leave_form(),
        }
        for name, (_title, work) in self.lists.items():
            found |= list_acts(work, name)
        return found | self.own_acts()

    def turn_to(self, tab: Any) -> None:
        if tab in self.tabs():
            self.tab = tab
            self.work.said = self.refused = None
            self.begun = False

    def switch(self, value: str) -> None:
        """What is chosen in this field decides what else is asked for."""
        self.more.given[self.also[self.more.chosen][0]] = value

    def leave_form(self) -> None:
        self.begun, self.refused = False, None

    def noting(
        self, act: str, title: str, operation: str, *fields: Part, back: str | None = None
    ) -> Part:
        """A card in which something is noted about the one that is open, or left for the list. Why
        it was refused stands at its field, else above the buttons."""
        return parts.column(
            parts.card(
                parts.form(
                    act,
                    *self.marked(act, *fields),
                    parts.row(
                        parts.button(
                            _("Save"),
                            kind="primary",
                            icon="check",
                            why=self.work.why_not(operation),
                        ),
                        parts.button(back or _("Back to the list"), "leave", kind="quiet"),
                    ),
                    once=self.keys(act),
                ),
                title=title,
            ),
            grow=1,
        )

    def marked(self, act: str, *fields: Part) -> list[Part]:
        """The fields of a form, with why it was refused at its field, else below them."""
        form, at, why = self.refused or ("", "", "")
        if form != act:
            return [*fields, parts.message("error", "")]
        found = [
            one | {"problem": why, "wrong": True} if one.get("name") == at else one
            for one in fields
        ]
        return [*found, parts.message("error", "" if found != list(fields) else why)]

    def once(self, name: str, act: Callable, *given: Any) -> None:
        """Do it under this form's key, which is new for the next time."""
        act(*given, key=self.keys(name))
        self.keys.done(name)
        self.work.turn += 1

    def note(self, name: str, act: Callable, typed: dict, at: str = "") -> None:
        """What a `noting` form sent: done, or why not, to be read in the form, at the field `at`."""
        self.work.said = None
        try:
            self.once(name, act, typed)
            self.refused = None
        except PracticeError as error:
            self.keys.done(name)  # put right, it is sent anew
            self.refused = (name, at, str(error))

    def begins(self, operation: str) -> Part:
        """The button that turns to the form of an operation; it is called what the form is."""
        return parts.button(operation_label(operation), "begin", operation, kind="primary", icon="plus", why=self.work.why_not(operation))  # fmt: skip

    def begin(self, operation: str, **given: Any) -> None:
        """Turn to the form of an operation, with something filled in already: on the page that is
        open, else among everything else."""
        self.more.choose(operation, **given)
        self.work.said = self.refused = None
        self.begun = self.tab in self.pages()
        if not self.begun:
            self.tab = "more"


def operations_of(*desks: str, without: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Everything these desks can do, but lists, which have pages of their own."""
    return tuple(
        one
        for desk in desks
        for one in OPERATIONS
        if one.startswith(f"{desk}.") and ".list_" not in one and one not in without
    )


def screen(desk: Desk) -> Screen:
    return Screen(desk.show, desk.acts(), desk.name)
