"""Finding members: by number, phone, card, name, or page by page."""

from sqlalchemy import select

from crmkit.i18n import gettext as _
from crmkit.practice import people, schema, values
from crmkit.practice.command import Tx, query
from crmkit.practice.errors import NotFound
from crmkit.practice.lists import Listing, listed
from crmkit.practice.people import Member
from crmkit.practice.records import record

table = schema.member
MEMBERS = Listing(
    table,
    "level gender district",
    "id joined_at",
    at="joined_at",
    store="home_store_id",
    also=lambda _tx, _where: [table.c.status == "live"],
)
SHOWN_AT_MOST = 20


@record
class Found:
    """The members that fit, at most `SHOWN_AT_MOST`; `more` when others fit as well."""

    members: tuple[Member, ...]
    more: bool


class Finding:
    """Who is it? A part of the member desk."""

    name = "members"

    @query(roles="cashier sales manager trainer")
    def show(self, tx: Tx, member_id: str) -> Member:
        """A member's card by number; of a merged record, the one that was kept."""
        return people.card_of(tx, people.live(tx, member_id))

    @query(roles="cashier sales manager trainer")
    def find_by_phone(self, tx: Tx, phone: str) -> Member:
        """The member with this phone (or who had it before a merge)."""
        row = people.found_by(tx, "phone", values.phone(phone))
        if row is None:
            raise NotFound(_("No member has this phone. Register them?"))
        return people.card_of(tx, row)

    @query(roles="cashier sales manager trainer")
    def find_by_card(self, tx: Tx, card: str) -> Member:
        """The member with this card."""
        row = people.found_by(tx, "card", values.card(card))
        if row is None:
            raise NotFound(_("No member has this card."))
        return people.card_of(tx, row)

    @query(roles="cashier sales manager trainer")
    def find_by_last_four(self, tx: Tx, digits: str) -> Found:
        """Members whose phone ends like this; this store's own come first."""
        wanted = table.c.phone_tail_token.in_(tx.keys.tokens("phone_tail", values.tail(digits)))
        here = table.c.home_store_id == tx.store_id
        who = select(table.c.survivor_id).where(wanted)
        ids = tx.column(who.where(here).limit(SHOWN_AT_MOST + 1))
        if len(ids) <= SHOWN_AT_MOST:
            ids += tx.column(who.limit(2 * SHOWN_AT_MOST + 2))
        return _found(tx, list(dict.fromkeys(ids)))

    @query(roles="cashier sales manager trainer")
    def find_by_name(self, tx: Tx, name: str) -> Found:
        """Members of this name at any store, then those of this store who have it as a part of
        theirs; blanks and capitals do not matter."""
        wanted = people.name_key(values.name(name))
        exact = table.c.name_token.in_(tx.keys.tokens("name", wanted))
        who = select(table.c.survivor_id).where(exact).order_by(table.c.id)
        ids = tx.column(who.limit(2 * SHOWN_AT_MOST + 2))
        if len(ids) <= SHOWN_AT_MOST:
            ids += people.with_name_part(tx, wanted, SHOWN_AT_MOST + 1)
        return _found(tx, list(dict.fromkeys(ids)))

    @listed(MEMBERS, roles="cashier sales manager trainer")
    def list_members(tx: Tx, rows):
        """This store's members, page by page (see `lists`)."""
        return people.cards_of(tx, rows)


def _found(tx: Tx, ids: list[str]) -> Found:
    rows = tx.all(select(table).where(table.c.id.in_(ids[:SHOWN_AT_MOST])))
    rows.sort(key=lambda row: ids.index(row.id))
    return Found(tuple(people.cards_of(tx, rows)), more=len(ids) > SHOWN_AT_MOST)
