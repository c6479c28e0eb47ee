"""The practice CRM: a small real one, with ledgers, permissions and encryption.

A `Shop`, opened by a signed-in member of staff, hands out desks; a desk's method is one
transaction. Nobody else writes to the database.

Where things are: `schema` (the tables) and `migrations`; `ledgers` (the one writer of each
ledger); `domain` (rules that know no database); `desks` (what staff can do); `command` (how a
desk's method becomes a transaction); `values` (what people type, checked at the door); `records`
and `display` (what comes back, and how it is shown); `errors`.

A desk's method is written like this::

    class Points(Desk):
        name = "points"

        @command(roles="manager trainer")
        def adjust(self, tx: Tx, member_id: str, points: int, reason: Text) -> int:
            \"\"\"Put a member's points right, for a reason; their balance.\"\"\"
            member = live(tx, member_id)                    # find, or refuse with NotFound
            ledger.earn(tx, member.id, points, ...)         # write through the ledger's writer
            tx.note(f"member:{member.id}", points=points)   # for the audit: ids and numbers only
            return ledger.balance(tx, member.id)            # plain values or a @record

- It begins with ``(self, tx, …)``; the caller leaves `tx` out and may add ``key="…"``.
- `@command` gives the transaction, the permission check (``points.adjust`` at the staff's store,
  for the roles named; nobody else), the idempotency key and one audit entry. `@query` reads only.
- ``tx.now`` and ``tx.today`` are the only clock; ``tx.store_id`` is where the staff stands;
  ``tx.require_at(store)`` checks the same permission at another store.
- What is typed is checked before the method begins, as its annotation says (`Text`, `Day`,
  `Amount` … in `choices`); ``tx.as_given(table)`` hands arguments on to its columns.
- Arguments and results must be plain values, dates, lists, dicts, tuples or `@record` classes;
  the columns of a table are fields of ``@record(of=table)``, a new one too. Annotate money as
  `Cents` and codes as ``Annotated[str, "points_kind"]``: `display` shows them so; headings stand
  in the catalogues under ``record`` (``Task.name`` where one record differs).
- ``tx.find(table, id)`` gives a row or refuses; ``tx.insert(table, …)`` fills in the moment, the
  store and the staff. Personal text goes into a ``…_sealed`` column: ``tx.insert`` and
  ``tx.update`` seal what is given by its bare name, ``tx.built(Record, table, row)`` unseals it.
  It is never noted, logged or put into an error.
- A list is declared and shown with ``@listed`` (see `lists`).
- Refuse with a sentence in the user's language: ``raise Refused(_("… {id}."), id=…)``, with the
  Chinese in `locale/zh/LC_MESSAGES/practice.po`. New codes get labels in `locale/labels.yaml`.
- A row about a member names the number it was made for; ask for ``group_of(member.id)`` to get
  everything of the person, merged records included.
- A new table or column is a change in `schema`; from the first release on also a new file in
  `migrations/versions`. A table that is only ever added to is a `ledger` there, not a `table`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
