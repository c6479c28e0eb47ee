"""Checks of functions the learner wrote: called on several inputs, hidden ones too."""

import copy
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from crmkit.i18n import gettext as _
from crmkit.learn.checks.expectation import Expectation, Untouched, short, type_name
from crmkit.learn.checks.fitting import expectation_for
from crmkit.learn.checks.outcome import Fault, Outcome, is_grading
from crmkit.learn.explained import explain


@contextmanager
def silence() -> Iterator[None]:
    """Keep what a learner's function prints, shows or warns out of the graded cell.

    nbgrader takes a shown value as partial credit and a warning as a failure.
    """
    from IPython.utils.capture import capture_output

    with warnings.catch_warnings(), capture_output():
        warnings.simplefilter("ignore")
        yield


def describe_call(name: str, arguments: tuple) -> str:
    """A call as the learner would write it, with tables shortened."""
    return f"{name}({', '.join(short(argument, 40) for argument in arguments)})"


SMALL = 12
"""Tables of so many rows and columns are shown whole."""


def tables_of(arguments: tuple) -> str:
    """The small tables a call was tried on, below a message; nothing while papers are graded."""
    import pandas as pd

    if is_grading():
        return ""
    small = [
        one
        for one in arguments
        if type(one) is pd.DataFrame and len(one) <= SMALL and len(one.columns) <= SMALL
    ]
    if not small:
        return ""
    told = "\n\n".join(map(_written_out, small))
    return "\n" + _("It was tried on:") + "\n" + told


def _written_out(table: Any) -> str:
    """A small table line by line: a message is read in letters of any width."""
    plain = type(table.index).__name__ == "RangeIndex"
    table = table if plain else table.reset_index()
    lines = [table.columns, *table.itertuples(index=False)]
    return "\n".join(" | ".join(short(cell, 24) for cell in line) for line in lines)


def where_it_stopped(error: BaseException, function: Callable) -> str:
    """The learner's own line at which an error rose, when it is known."""
    if hasattr(error, "stopped_at"):  # it rose in the learner's own process
        return error.stopped_at
    file = getattr(getattr(function, "__code__", None), "co_filename", None)
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename == file and frame.line:
            return _(" (stopped at: {line})").format(line=frame.line.strip())
    return ""


REFEREES = ("campaign", "clean", "customers", "kpi", "profile", "recommend", "segment", "stock")
"""Rooms of the kit that answer what an exercise asks learners to work out themselves."""


def room_of_the_kit(function: Callable) -> str:
    """The first of `REFEREES` that a learner's function takes its answer from; else nothing."""
    code = getattr(function, "__code__", None)
    if code is None:
        return ""
    codes = [code]
    for inner in codes:
        codes += [one for one in inner.co_consts if hasattr(one, "co_names")]
    names = [name for inner in codes for name in (*inner.co_names, *inner.co_freevars)]
    cells = zip(code.co_freevars, getattr(function, "__closure__", None) or (), strict=True)
    known = {
        **getattr(function, "__globals__", {}),
        **{name: cell.cell_contents for name, cell in cells},
    }
    for name in names:
        thing = known.get(name, sys.modules.get(name))
        home = getattr(thing, "__module__" if callable(thing) else "__name__", None) or ""
        rooms = names if home == "crmkit" else home.removeprefix("crmkit.").split(".")[:1]
        for room in rooms if home.startswith("crmkit") else ():
            if room in REFEREES:
                return f" (ck.{room})"
    return ""


def _left_to_the_kit(where: str) -> Fault:
    says = _("This part is to be written by yourself, without the ready function of crmkit{where}.")
    return Fault("kit", says.format(where=where))


@dataclass(frozen=True)
class Function(Expectation):
    """A function: right when it gives the right result on every input.

    expected: a function that gives the right result, or the list of right results
    inputs:   one tuple of arguments per call; anything else is a single argument
    mistakes: a function per typical mistake, which gives what that mistake would give
    by_hand:  a function that calls the kit's ready ones is no answer
    options:  passed on to the check of the results (`within`, `unit`, `ordered` …)

    The inputs are copied for each call, so a function that changes its input spoils nothing.

    >>> def total(prices):
    ...     return sum(prices)
    >>> Function([6, 0], inputs=[[1, 2, 3], []]).judge("total", total).status
    'right'
    >>> Function([6], inputs=[[1, 2, 3]]).judge("total", lambda prices: ...).status
    'not_attempted'
    """

    inputs: Sequence[Any] = ()
    options: dict[str, Any] = field(default_factory=dict)
    called: str = "f"
    by_hand: bool = False
    known: dict[Callable, list[Any]] = field(default_factory=dict, repr=False, compare=False)

    def calls(self) -> list[tuple]:
        """The arguments of every call."""
        return [given if type(given) is tuple else (given,) for given in self.inputs]

    def right_results(self) -> list[Any]:
        """What each call should give, reckoned once."""
        if not callable(self.expected):
            return list(self.expected)
        if self.expected not in self.known:
            self.known[self.expected] = [
                self.expected(*copy.deepcopy(arguments)) for arguments in self.calls()
            ]
        return self.known[self.expected]

    def fault(self, value: Any) -> Fault | None:
        if not callable(value) or isinstance(value, type):
            return Fault(
                "type",
                _("A function is expected here (def ...), but this is {kind}.").format(
                    kind=type_name(value)
                ),
            )
        if self.by_hand and (room := room_of_the_kit(value)):
            return _left_to_the_kit(room)
        for arguments, right in zip(self.calls(), self.right_results(), strict=True):
            given = copy.deepcopy(arguments)
            try:
                with silence():
                    result = value(*given)
            except NotImplementedError as error:
                where = where_it_stopped(error, value)
                if not where or "NotImplementedError" in where:
                    raise Untouched from None
                return _left_to_the_kit(where)
            except (Exception, SystemExit) as error:
                return self._stopped(error, value, arguments)
            if result is ...:
                raise Untouched
            if result is None and right is not None:
                return Fault(
                    "returns_nothing",
                    _("The function gives nothing back: end it with return and the result."),
                )
            fault = expectation_for(right, **self.options).fault(result)
            if fault is not None:
                return Fault(fault.reason, self._explain(fault, arguments, result, right))
        return None

    def judge(self, name: str, value: Any) -> Outcome:
        outcome = Expectation.judge(replace(self, called=name), name, value)
        if outcome.reason == "untouched" and callable(value):
            says = _(
                "Not attempted yet: {name} still gives back the three dots ... . Put your last step in their place and run the cell."
            )
            return replace(outcome, message=says.format(name=name))
        if outcome.status == "wrong" and outcome.mistake is None and callable(value):
            named = self._automatic_mistake(value)
            if named is not None:
                return replace(
                    outcome, reason="mistake", message=named.message, mistake=named.mistake
                )
        return outcome

    def _automatic_mistake(self, value: Callable) -> Fault | None:
        """A mistake the kind of the results recognises by itself, when every call shows it."""
        shared: set | None = None
        message = ""
        for arguments, right in zip(self.calls(), self.right_results(), strict=True):
            try:
                with silence():
                    result = value(*copy.deepcopy(arguments))
                expectation = expectation_for(right, **self.options)
                if expectation.fault(result) is None:
                    # zero looks the same with either sign; another call has to tell
                    continue
                outcome = expectation.judge("", result)
            except (Exception, SystemExit):
                return None
            found = {outcome.mistake} if outcome.mistake else set()
            shared = found if shared is None else shared & found
            message = outcome.message
            if not shared:
                return None
        return Fault("mistake", message, shared.pop()) if shared else None

    def _explain(self, fault: Fault, arguments: tuple, result: Any, right: Any) -> str:
        call = describe_call(self.called, arguments)
        if fault.reason in ("too_high", "too_low", "other", "too_early", "too_late", "spelling"):
            return _("{call} gives {result}, but should give {right}.").format(
                call=call, result=short(result), right=short(right)
            )
        told = _("{call}: {message}").format(call=call, message=fault.message)
        return told + tables_of(arguments)

    def _stopped(self, error: BaseException, function: Callable, arguments: tuple) -> Fault:
        call = describe_call(self.called, arguments)
        if isinstance(error, RecursionError):
            return Fault(
                "recursion",
                _("{call} calls itself without end.").format(call=call),
            )
        if isinstance(error, SystemExit):
            return Fault("exit", _("{call} ends the program: leave out exit().").format(call=call))
        return Fault(
            "raises",
            _("{call}: {message}").format(
                call=call, message=getattr(error, "explained", "") or explain(error)
            )
            + where_it_stopped(error, function)
            + tables_of(arguments),
        )
