"""Members are written to on WeCom as well, and asked whether they may be rung with offers.

Revision ID: 0004
"""

from alembic import op

revision = "0004"
down_revision = "0003"

MESSAGES = ("email", "sms", "mini_program")
TICKETS = ("store", "phone", "web", "mini_program", "social", "email", "sms")
TABLES = {
    "consent_event": (MESSAGES, ("wecom", "mini_program", "sms", "email", "phone")),
    "template": (MESSAGES, ("wecom", "mini_program", "sms", "email")),
    "outbox": (MESSAGES, ("wecom", "mini_program", "sms", "email")),
    "ticket": (TICKETS, (*TICKETS, "wecom")),
    "ticket_message": (TICKETS, (*TICKETS, "wecom")),
    "survey_invite": (TICKETS, (*TICKETS, "wecom")),
}
"""The channels a table knew, and knows now."""


def upgrade() -> None:
    for table, (_before, now) in TABLES.items():
        _know(table, now)


def downgrade() -> None:
    for table, (before, _now) in TABLES.items():
        _know(table, before)


def _know(table: str, channels: tuple[str, ...]) -> None:
    name = op.f(f"ck_{table}_channel_known")
    with op.batch_alter_table(table) as changed:
        changed.drop_constraint(name, type_="check")
        changed.create_check_constraint(name, f"channel IN ({', '.join(map(repr, channels))})")
