"""What each kind of authored text holds: a model a kind, which is also its description.

>>> KINDS["hints"].model_fields["assignment"].is_required()
True
"""

from typing import Any

from pydantic import ValidationError

from crmkit.i18n import gettext as _
from crmkit.learn.models.dialogue import Dialogue
from crmkit.learn.models.parts import Part
from crmkit.learn.models.questions import Questions
from crmkit.learn.models.quiz import Quiz
from crmkit.learn.models.tasks import Tasks
from crmkit.learn.models.tracks import Hints, SelfTest, Tracks

KINDS: dict[str, type[Part]] = {
    "dialogue": Dialogue,
    "hints": Hints,
    "questions": Questions,
    "quiz": Quiz,
    "selftest": SelfTest,
    "tasks": Tasks,
    "tracks": Tracks,
}


def first_fault(data: Any, kind: str) -> tuple[tuple, str] | None:
    """Where a text of this kind first breaks a rule, and which; None where it breaks none."""
    try:
        KINDS[kind].model_validate(data)
    except ValidationError as error:
        faults = error.errors(include_url=False)
    else:
        return None
    fault: Any = min(faults, key=lambda one: len(one["loc"]))
    about = fault.get("ctx", {})
    place, here = [], data
    for step in (*fault["loc"], *about.get("at", ())):
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            continue  # what is missing, or pydantic's word for one of several kinds
        place.append(step)
    name = fault["loc"][-1] if fault["loc"] else ""
    if fault["type"] == "extra_forbidden":
        place.pop()
    said = {
        "rule": lambda: about["problem"],
        "missing": lambda: _("{name} is missing.").format(name=name),
        "extra_forbidden": lambda: _("{name} is not known here.").format(name=name),
        "too_short": lambda: _("at least {number} are needed.").format(number=about["min_length"]),
        "too_long": lambda: _("at most {number} are possible.").format(number=about["max_length"]),
        "string_too_short": lambda: _("a text is needed here."),
        "string_type": lambda: _("a text is needed here."),
        "int_type": lambda: _("a whole number is needed here."),
        "float_type": lambda: _("a number is needed here."),
        "bool_type": lambda: _("true or false is needed here."),
        "list_type": lambda: _("a list is needed here."),
        "dict_type": lambda: _("named parts are needed here."),
        "model_type": lambda: _("named parts are needed here."),
    }
    other = _("{value} is not possible here.").format(value=here)
    return tuple(place), said.get(fault["type"], lambda: other)()
