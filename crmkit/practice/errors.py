"""What can go wrong in the shop, each with a sentence that says what to do next."""

import errno
import sqlite3

from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.i18n import label


class PracticeError(CrmkitError):
    """Base of everything the practice CRM refuses; nothing was written.

    It is made from a sentence and what fills its blanks; a `field` is said by its label.
    """

    def __init__(self, said: str = "", /, **about: object):
        if "field" in about:
            field = label("field", about["field"])
            begins = said.startswith("{field}")
            about["field"] = field[:1].upper() + field[1:] if begins else field
        self.said, self.about = said, about
        super().__init__(said.format(**about) if about else said)

    def fill(self, **about: object) -> None:
        """Say it with these words in its blanks instead."""
        self.about |= about
        self.args = (self.said.format(**self.about),)

    def _render_traceback_(self, *_where) -> list[str]:
        """A notebook shows the sentence alone: it says what to do, the calls behind it do not."""
        return [str(self)]


class BadValue(PracticeError):
    """A value that was typed cannot be right."""


class NotFound(PracticeError):
    """There is no such member, product, sale …"""


class NotAllowed(PracticeError):
    """The signed-in member of staff may not do this here."""


class Refused(PracticeError):
    """A rule of the shop stands against it."""


class PhoneTaken(Refused):
    """A live member has this phone already."""


class NotEnoughStock(Refused):
    """Fewer units on the shelf than asked for."""


class NotEnoughPoints(Refused):
    """Fewer points than asked for."""


class TooManyReturned(Refused):
    """More would come back than was sold."""


class Closed(Refused):
    """The document is closed and stays as it is."""


class NoConsent(Refused):
    """The member has not agreed to this message."""


class KeyReused(Refused):
    """The idempotency key stands for another request."""


class ShopBusy(PracticeError):
    """Somebody else is writing for too long."""


class DiskFull(PracticeError):
    """The disk has no room left."""


class CannotOpen(PracticeError):
    """The shop's file or server cannot be opened."""


class OlderShop(CannotOpen):
    """The shop was made by an older crmkit and needs its upgrade."""


class NewerShop(CannotOpen):
    """The shop was made by a newer crmkit."""


class Damaged(CannotOpen):
    """The shop's file is cut off, overwritten or no shop at all."""


class WrongKey(CannotOpen):
    """The encryption key is missing or is not this shop's."""


class Tampered(PracticeError):
    """Something was changed behind the shop's back."""


def from_database(error: Exception) -> PracticeError | None:
    """The shop's own sentence for an error of the database or of a file; None if it is a
    programming mistake."""
    from sqlalchemy import exc

    if isinstance(error, OSError):
        return from_a_file(error)
    if isinstance(error, ValueError) and "Couldn't parse" in str(error):
        return _damaged()  # SQLAlchemy, of a moment that is none
    if not isinstance(error, exc.DBAPIError | sqlite3.Error):
        return None
    cause = getattr(error, "orig", error)
    said = str(cause).lower()
    if any(word in said for word in ("locked", "busy", "lock timeout", "deadlock", "serialize")):
        return ShopBusy(_("Someone else is using the shop right now. Wait a moment and try again."))
    if "full" in said or "no space left" in said:
        return DiskFull(_("The disk is full, nothing was saved. Free some space and do it again."))
    if "append-only" in said:
        return Refused(_("This record is never changed or deleted. Enter a correction instead."))
    if any(word in said for word in DAMAGE):
        return _damaged()
    kinds = (exc.OperationalError, exc.InterfaceError, sqlite3.OperationalError)
    if isinstance(error, kinds):
        if "readonly" in said or "read-only" in said:
            return CannotOpen(_("The shop may not be written to. Check the file's permissions."))
        return CannotOpen(
            _("The shop's database cannot be reached: {reason}"), reason=str(cause).splitlines()[0]
        )
    return None


DAMAGE = ("malformed", "not a database", "disk i/o error", "could not decode", "no such table")


def _damaged() -> Damaged:
    return Damaged(_("The shop's file is damaged or no shop. Restore the last backup."))


def from_a_file(error: OSError) -> PracticeError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(_("The disk is full, nothing was saved. Free some space and do it again."))
    return CannotOpen(
        _("{path} cannot be used: {reason}"),
        path=error.filename or "–",
        reason=error.strerror or type(error).__name__,
    )
