"""A look around a page: what to point at, and what to say of it."""

from crmkit.i18n import gettext as _

Step = tuple[str, str, str]
"""What is pointed at (a selector), its heading and its words; what is not there is passed over."""


def start_page() -> list[Step]:
    """The start page, for who comes in for the first time."""
    return [
        (".hero .go", _("Begin here"), _("This button always leads to your next step. Close the page whenever you like: next time you go on from here.")),
        (".hero .go.second", _("The practice shop"), _("Sell, register members, count the shelves: here you try it yourself. The customers are made up, and nothing can break.")),
        (".roles", _("Your job"), _("Choose your job, and its lessons come first. All the others stay open to you.")),
        (".track.mine li a", _("How far you are"), _("Each lesson says whether you have done it and how much you got right. ★ marks the core.")),
        (".bar .tools", _("Language, light and dark"), _("You find these at the top of every page. The tour can be called again here, too.")),
    ]  # fmt: skip


def practice_shop(own: bool) -> list[Step]:
    """A desk of the practice shop; who has a shop of their `own` may begin it anew."""
    change = _("Sign in as someone else here: a manager may do more than a cashier.")
    anew = _("Sign in as someone else here: a manager may do more than a cashier. The whole shop can be started again there, too.")  # fmt: skip
    return [
        (".person", _("Who you are here"), _("You work as this person now. What their role may not do cannot be pressed, and the reason stands beside it.")),
        (".shop aside ul", _("The desks"), _("One shop, one set of books: what is sold at the till is gone from the stock room.")),
        ("[data-scan]", _("Scan or type"), _("Scan the code, or type a code or a word and press Enter. On a keyboard, F2 brings you back here.")),
        ("[data-shortcut=F8]", _("Take the money"), _("Everything scanned? Press this button, or F8, and the customer pays.")),
        (".ck-tabs", _("The pages of this desk"), _("A desk has several pages; turn to them here.")),
        (".shop .more", _("Someone else"), anew if own else change),
    ]  # fmt: skip
