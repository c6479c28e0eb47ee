"""Checks that test themselves: the right answer passes, wrong ones fail for the right reason.

While `rehearsing`, every check that runs is noted together with the reference answer it saw.
`complaints` then tries it out: three dots, each listed mistake, an object that claims to equal
everything, and a handful of small changes to the right answer.

>>> from crmkit.learn import check
>>> with rehearsing() as seen, silence():
...     check.number("aov", 80.0, value=80.0, mistakes={"mean_of_means": 80.0})
>>> [complaint for one in seen for complaint in complaints(*one)]
['aov: mean_of_means gives the right answer on this data, so the check cannot tell it apart']
"""

import copy
import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import singledispatch
from typing import Any

from crmkit.learn import checking
from crmkit.learn.checks import mistakes as typical
from crmkit.learn.checks.charts import Chart
from crmkit.learn.checks.expectation import Expectation
from crmkit.learn.checks.fitting import expectation_for
from crmkit.learn.checks.form import Form
from crmkit.learn.checks.functions import Function, silence
from crmkit.learn.checks.models import Model
from crmkit.learn.checks.outcome import NOT_ATTEMPTED, RIGHT, Outcome
from crmkit.learn.checks.tables import Column, Frame, as_pandas, kind_of
from crmkit.learn.checks.values import Choice, Day, Exactly, Number, Text, plain_number

Seen = tuple[str, Expectation, Any, Outcome]
Mutant = tuple[str, Any, set[str]]


class SaysYes:
    """Equal to everything, if it is asked."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0

    def __float__(self) -> float:
        return 0.0

    def __len__(self) -> int:
        return 1


@contextmanager
def rehearsing() -> Iterator[list[Seen]]:
    """Note every check that runs inside: its name, expectation, the value it saw, the outcome."""
    seen: list[Seen] = []

    def note(*one: Any) -> None:
        seen.append(one)

    checking.listeners.append(note)
    try:
        yield seen
    finally:
        checking.listeners.remove(note)


def complaints(name: str, expectation: Expectation, right: Any, outcome: Outcome) -> list[str]:
    """What is wrong with a check, tried out on the reference answer; empty when it is good."""
    found = []
    if outcome.status != RIGHT:
        return [f"{name}: the reference answer is not right: {outcome.message}"]
    if expectation.judge(name, ...).status != NOT_ATTEMPTED:
        found.append(f"{name}: three dots are not told as not attempted")
    for mistake, result in expectation.mistakes.items():
        found += _mistake_complaints(name, expectation, typical.code(mistake), result)
    tries = [("an object that equals everything", SaysYes(), set()), *mutants(expectation, right)]
    for what, value, reasons in tries:
        got = expectation.judge(name, value)
        if got.status == RIGHT:
            found.append(f"{name}: {what} passes")
        elif reasons and got.reason not in reasons | {"mistake"}:
            found.append(f"{name}: {what} fails as {got.reason!r} ({got.message}), not {reasons}")
        elif not got.message:
            found.append(f"{name}: {what} fails without a word")
    return found


def _mistake_complaints(name: str, expectation: Expectation, code: str, result: Any) -> list[str]:
    if isinstance(expectation, Function):  # the writer of a mistake may use the kit
        expectation = replace(expectation, by_hand=False)
    got = expectation.judge(name, result)
    if got.status == RIGHT:
        return [
            f"{name}: {code} gives the right answer on this data, so the check cannot tell it apart"
        ]
    if got.mistake != code:
        seen = got.mistake or got.reason
        return [f"{name}: {code} is not recognised, it is told as {seen} ({got.message})"]
    return []


@singledispatch
def mutants(expectation: Expectation, right: Any) -> list[Mutant]:
    """Small changes to a right answer, each with the reasons it may fail for."""
    return [("nothing at all", None, set())]


@mutants.register
def _(expectation: Number, right: Any) -> list[Mutant]:
    number = plain_number(right)
    if number is None:
        raise TypeError(f"{right!r} is not a number")
    if number != number:
        return [("zero for nothing", 0.0, {"not_nan"})]
    step = max(abs(number) * 0.1, 1.0 if abs(number) >= 1 else 0.01, 3 * (expectation.within or 0))
    return [
        ("a little more", number + step, {"too_high"}),
        ("a little less", number - step, {"too_low"}),
        ("NaN", float("nan"), {"nan"}),
        ("the number as text", str(number), {"text_for_number"}),
        ("True", True, {"type"}),
        ("a list of it", [number], {"type"}),
    ]


@mutants.register
def _(expectation: Text, right: Any) -> list[Mutant]:
    return [
        ("another text", f"{right} {right} x", set()),
        ("no text", " ", {"empty"}),
        ("None", None, {"type"}),
    ]


@mutants.register
def _(expectation: Choice, right: Any) -> list[Mutant]:
    chosen = (
        {expectation.expected}
        if isinstance(expectation.expected, str)
        else set(expectation.expected)
    )
    others = [option for option in expectation.options if option not in chosen]
    return [("another option", option, {"other", "missing"}) for option in others] + [
        ("no option", "?", {"not_an_option"}),
        ("None", None, {"not_an_option"}),
    ]


@mutants.register
def _(expectation: Day, right: Any) -> list[Mutant]:
    day = Day(right).right
    return [
        ("the day before", day - dt.timedelta(days=1), {"too_early"}),
        ("the day after", day + dt.timedelta(days=1), {"too_late"}),
        ("no date", "soon", {"type"}),
    ]


@mutants.register
def _(expectation: Exactly, right: Any) -> list[Mutant]:
    if type(right) in (list, tuple) and right:
        return [("one entry less", list(right)[1:], {"length"}), ("None", None, {"type"})]
    if type(right) is bool:
        return [("the opposite", not right, {"other"}), ("a number for it", int(right), {"type"})]
    return [("a text", "?", set())]


@mutants.register
def _(expectation: Frame, right: Any) -> list[Mutant]:
    import pandas as pd

    frame = as_pandas(right)
    wanted = list(expectation.columns or as_pandas(expectation.expected).columns)
    tries = [("None", None, {"type"}), ("a column alone", frame[wanted[0]], {"type"})]
    tries.append(("a column less", frame.drop(columns=wanted[-1]), {"missing_column"}))
    if len(frame) > 1:
        tries.append(("a row less", frame.iloc[1:], {"rows"}))
        tries.append(("a row twice", pd.concat([frame, frame.iloc[:1]]), {"rows"}))
    numbers = [name for name in wanted if kind_of(frame[name]) == "number"]
    for name in numbers[-1:]:
        values = frame[name].astype("float64").fillna(0)
        off = values.copy()
        off.iloc[-1] = off.iloc[-1] * 1.5 + 10
        cells = {"cells", "strangers", "order"}
        tries.append(("one cell changed", frame.assign(**{name: off}), cells))
        tries.append(("numbers as text", frame.assign(**{name: values.astype(str)}), {"dtype"}))
        if frame[name].notna().iloc[-1]:
            gone = values.copy()
            gone.iloc[-1] = float("nan")
            tries.append(("one cell empty", frame.assign(**{name: gone}), cells | {"dtype"}))
    if expectation.ordered and len(frame) > 1:
        tries.append(("the rows turned round", frame.iloc[::-1], {"order"}))
    liars = frame.astype(object)
    liars.iloc[:, :] = SaysYes()
    tries.append(("cells that equal everything", liars, set()))
    return tries


@mutants.register
def _(expectation: Column, right: Any) -> list[Mutant]:
    frame_like = right if hasattr(right, "to_frame") else None
    tries: list[Mutant] = [("None", None, {"type"})]
    if frame_like is None:
        return tries
    tries.append(("a table", right.to_frame(), {"type"}))
    if len(right) > 1:
        tries.append(("a value less", right.iloc[1:], {"rows"}))
    if kind_of(right) == "number" and len(right):
        off = right.astype("float64").fillna(0)
        off.iloc[-1] = off.iloc[-1] * 1.5 + 10
        tries.append(("one value changed", off, {"cells"}))
        tries.append(("numbers as text", right.astype("float64").astype(str), {"dtype"}))
    return tries


@mutants.register
def _(expectation: Function, right: Callable) -> list[Mutant]:
    results = expectation.right_results()
    inner = [expectation_for(result, **expectation.options) for result in results]

    def stops(*_arguments: Any) -> None:
        raise ValueError("on purpose")

    def gives(result: Any) -> Callable:
        return lambda *_arguments: copy.deepcopy(result)

    tries: list[Mutant] = [
        (
            "a function that gives nothing",
            gives(None),
            {"returns_nothing"} if results[0] is not None else set(),
        ),
        ("a function that stops", stops, {"raises"}),
        ("a function that gives an object equal to everything", gives(SaysYes()), set()),
        ("a result instead of a function", results[0], {"type"}),
    ]
    if len(results) > 1 and any(one.judge("", results[0]).status != RIGHT for one in inner[1:]):
        tries.append(("the first result typed in", gives(results[0]), set()))
    tries += [
        (
            f"a function that gives: {what}",
            gives(value),
            reasons | ({"returns_nothing"} if value is None else set()),
        )
        for what, value, reasons in mutants(inner[0], results[0])
        if value is not None
    ]
    return tries


@mutants.register
def _(expectation: Chart, right: Any) -> list[Mutant]:
    from matplotlib.figure import Figure

    wrong = [number + 10 + index for index, number in enumerate(expectation.expected)]
    kinds = (expectation.kind,) if isinstance(expectation.kind, str) else tuple(expectation.kind)
    places = range(len(wrong))

    def drawn(kind: str, numbers: list[float]) -> Any:
        axes = Figure().subplots()
        axes.set(xlabel="x", ylabel="y", title="t")
        getattr(axes, {"line": "plot"}.get(kind, kind))(places, numbers)
        return axes

    kind = next((kind for kind in kinds if kind in ("bar", "barh", "line", "scatter")), None)
    tries = [
        ("an empty chart", Figure().subplots(), {"empty"}),
        ("the numbers", list(wrong), {"type"}),
    ]
    if kind:
        tries.append(("other numbers", drawn(kind, wrong), {"data"}))
        bare = drawn(kind, list(expectation.expected))
        bare.set(xlabel="", ylabel="")
        if expectation.labelled:
            tries.append(("axes without labels", bare, {"unlabelled"}))
    other = "line" if "line" not in kinds else "bar"
    if other not in kinds and not (other == "bar" and "barh" in kinds):
        tries.append(("another kind of chart", drawn(other, list(expectation.expected)), {"kind"}))
    return tries


@mutants.register
def _(expectation: Model, right: Any) -> list[Mutant]:
    import numpy as np

    truth = np.asarray(list(expectation.expected))
    usual = np.unique(truth)[np.unique(truth, return_counts=True)[1].argmax()]
    if truth.dtype.kind == "f":
        usual = truth.mean()

    class Always:
        def __init__(self, guess: Any):
            self.guess = guess

        def predict(self, rows: Any) -> list[Any]:
            return [self.guess] * len(rows)

    return [
        ("a model that always guesses the usual", Always(usual), {"too_weak"}),
        ("a model that gives one prediction", type("One", (), {"predict": lambda s, r: [usual]})(), {"rows"}),
        ("a model class, not fitted", type(right), {"type"}),
    ]  # fmt: skip


@mutants.register
def _(expectation: Form, right: Any) -> list[Mutant]:
    tries: dict[str, list[Mutant]] = {
        "number": [("a word", "many", {"type"}), ("NaN", float("nan"), {"nan", "type"})],
        "text": [("nothing", " ", {"empty"}), ("a number", 3, {"type"})],
        "date": [("a word", "soon", {"type"})],
        "choice": [("no option", "?", {"not_an_option"})],
    }
    return tries[expectation.expected]


__all__ = ["SaysYes", "complaints", "mutants", "rehearsing", "silence"]
