"""The desks of the practice shop on screen: at a notebook, and as pages without one.

>>> import tempfile
>>> from crmkit.i18n import use_language
>>> from crmkit.panels import desk
>>> from crmkit.practice import Shop
>>> with use_language("en"):
...     shop = Shop.practice("corner", folder=tempfile.mkdtemp())
...     till = desk("till", shop)
>>> till
<till>
>>> shop.close()
"""

from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.practice import Shop
from crmkit.practice.display import calling
from crmkit.screen import Screen

DESKS = ("till", "members", "stock", "sales", "service", "marketing", "manager")
"""The desks in the order of a shop's day; each a module of this name."""


def desk(name: str, shop: Shop) -> Screen:
    """A desk of this shop on screen, for whoever is signed in.

    Raises `CrmkitError` for a desk that does not exist.
    """
    if name not in DESKS:
        raise CrmkitError(
            _("There is no desk {name}. There are: {names}.").format(
                name=name, names=", ".join(DESKS)
            )
        )
    from importlib import import_module

    made = import_module(f"crmkit.panels.{name}").panel(shop)
    return made.within(lambda: calling(shop.called))


def practise(name: str, scene: str, staff: str | None = None) -> Screen:
    """A desk of the learner's own practice shop, which stands beside the lesson or exercise.

    `staff` is who works there at first, the scene's own first one unless another is named. The
    shop is opened when the desk is looked at. All lessons of a folder share one shop, so they
    name the same scene.
    """
    from crmkit.panels.beside import Beside

    return Beside(name, scene, staff).screen


__all__ = ["DESKS", "desk", "practise"]
