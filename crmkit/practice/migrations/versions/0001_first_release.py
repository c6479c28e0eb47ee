"""The shop as it was first released. A new shop is made whole by `migrate.create`: nothing to do.

Revision ID: 0001
"""

revision = "0001"
down_revision = None


def upgrade() -> None:
    pass
