"""What is done at the desks to make a scene, as `scenes.yaml` says it in both languages."""

from functools import cache
from pathlib import Path

import yaml

from crmkit.i18n import LANGUAGES, get_language


@cache
def _file() -> dict:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(Path(__file__).with_name("scenes.yaml").read_text("utf-8"), loader)


def said(part: str):
    """A part of the file, its texts in the user's language."""
    return _in_words(_file()[part])


def do(shop, part: str) -> None:
    """Do the operations of this part at the shop's desks, in order."""
    for step in said(part):
        for operation, given in step.items():
            desk, _dot, method = operation.partition(".")
            getattr(getattr(shop, desk), method)(**given)


def _in_words(value: object) -> object:
    if isinstance(value, list):
        return [_in_words(one) for one in value]
    if not isinstance(value, dict):
        return value
    if set(value) == set(LANGUAGES):
        return value[get_language()]
    return {name: _in_words(one) for name, one in value.items()}
