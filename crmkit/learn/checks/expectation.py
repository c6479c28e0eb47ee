"""What every kind of check shares: judge a value, and name the mistake it looks like."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.learn.checks import mistakes as typical
from crmkit.learn.checks.outcome import NOT_ATTEMPTED, RIGHT, WRONG, Fault, Outcome

Mistake = str | tuple[str, str]


class Mistakes(Protocol):
    """Wrong results by what leads to them: a mapping, whose keys may be of one kind or of both."""

    def items(self) -> Iterable[tuple[Mistake, Any]]: ...


class Untouched(Exception):
    """Raised inside a judgement when the learner has not started on this part."""


@dataclass(frozen=True)
class Expectation:
    """What a value should be. Each kind says in `fault` why a value is not that."""

    expected: Any
    mistakes: Mistakes = field(default_factory=dict, kw_only=True)

    def fault(self, value: Any) -> Fault | None:
        """Why this value is wrong, or None when it is right."""
        raise NotImplementedError

    def own_mistakes(self) -> Sequence[tuple[Mistake, Any]]:
        """Typical mistakes that this kind recognises without being told."""
        return []

    def all_mistakes(self) -> list[tuple[Mistake, Any]]:
        """The writer's mistakes first, then the kind's own."""
        return [*self.mistakes.items(), *self.own_mistakes()]

    def judge(self, name: str, value: Any) -> Outcome:
        """Tell not attempted, wrong (with the reason and the likely mistake) and right apart."""
        if value is ...:
            return untouched(name)
        try:
            fault = self.fault(value)
        except Untouched:
            return untouched(name)
        except CrmkitError:
            raise
        except Exception as error:  # whatever a value does when it is looked at
            fault = Fault(
                "unreadable",
                _("This cannot be compared ({kind}); it is {value}.").format(
                    kind=type(error).__name__, value=type_name(value)
                ),
            )
        if fault is None:
            return Outcome(RIGHT, name)
        for mistake, result in self.all_mistakes():
            if self._looks_like(result, value):
                return Outcome(
                    WRONG, name, "mistake", typical.sentence(mistake), typical.code(mistake)
                )
        return Outcome(WRONG, name, fault.reason, fault.message, fault.mistake)

    def _looks_like(self, result: Any, value: Any) -> bool:
        try:
            return replace(self, expected=result, mistakes={}).fault(value) is None
        except Exception:
            return False


def untouched(name: str) -> Outcome:
    """The outcome of a part that was left as it came."""
    return Outcome(
        NOT_ATTEMPTED,
        name,
        "untouched",
        _("Not attempted yet. Replace the three dots ... with your answer and run the cell."),
    )


def undefined(name: str) -> Outcome:
    """The outcome of a part whose name does not exist."""
    return Outcome(
        NOT_ATTEMPTED,
        name,
        "undefined",
        _(
            "Not attempted yet: there is no {name} here. Run the cell that sets it; "
            "if you renamed it, give it the name {name} again."
        ).format(name=name),
    )


def type_name(value: Any) -> str:
    """The type of a value in words a beginner may know."""
    kind = type(value)
    words = {
        int: _("a number"),
        float: _("a number"),
        str: _("text"),
        bool: _("True or False"),
        list: _("a list"),
        tuple: _("a list"),
        dict: _("a dictionary"),
        type(None): _("nothing (None)"),
    }
    known = {
        "DataFrame": _("a table (DataFrame)"),
        "Series": _("a column (Series)"),
        "ndarray": _("an array"),
        "function": _("a function"),
        "Timestamp": _("a date"),
        "date": _("a date"),
        "datetime": _("a date"),
    }
    return words.get(kind) or known.get(kind.__name__) or kind.__name__


def short(value: Any, limit: int = 60) -> str:
    """A value as a learner reads it, cut to one short line; never trusts the value's own words."""
    if (
        type(value).__module__ == "numpy"
        and hasattr(value, "item")
        and not hasattr(value, "__len__")
    ):
        value = value.item()
    kind = type(value)
    if kind.__name__ in ("DataFrame", "LazyFrame", "Series"):
        shape = getattr(value, "shape", None)
        if kind.__name__ == "DataFrame" and shape:
            return _("a table of {rows} rows and {columns} columns").format(
                rows=shape[0], columns=shape[1]
            )
        if kind.__name__ == "Series" and kind.__module__.startswith("pandas") and len(value) <= 8:
            if type(value.index).__name__ == "RangeIndex":  # its labels are nobody's words
                told = ", ".join(short(v) for v in value)
                return f"[{told}]" if len(told) <= 2 * limit else type_name(value)
            told = ", ".join(f"{short(one)}: {short(v)}" for one, v in value.items())
            return f"{{{told}}}" if len(told) <= 2 * limit else type_name(value)
        return type_name(value)
    if kind is float:
        text = f"{value:,.4f}".rstrip("0").rstrip(".") if value == value else "NaN"
        return "0" if text == "-0" else text
    try:
        text = str(value) if kind is str else repr(value)
    except RecursionError:
        return type_name(value)
    except Exception:
        return type_name(value)
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"
