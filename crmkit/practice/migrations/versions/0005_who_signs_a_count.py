"""Who signs a stocktake, what was named to be counted again, and reasons found afterwards.

Revision ID: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

STATUSES = ("open", "closed", "cancelled")
ONE = "uq_stocktake_one_open"


def upgrade() -> None:
    op.drop_index(ONE, "stocktake")
    with op.batch_alter_table("stocktake") as stocktake:
        stocktake.add_column(sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True))
        stocktake.add_column(sa.Column("signed_by", sa.Text(), nullable=True))
        stocktake.create_foreign_key(op.f("fk_stocktake_signed_by"), "staff", ["signed_by"], ["id"])
        stocktake.create_check_constraint(
            op.f("ck_stocktake_signed_is_closed"),
            "signed_by IS NULL OR (signed_at IS NOT NULL AND status = 'closed')",
        )
        _know(stocktake, ("open", "counted", "closed", "cancelled"))
    _only_one("status IN ('open', 'counted')")
    with op.batch_alter_table("stocktake_line") as line:
        line.add_column(sa.Column("cause", sa.Text(), nullable=True))
        line.add_column(sa.Column("named_after", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE stocktake_line SET cause = (SELECT cause FROM stocktake_result AS found"
        " WHERE found.stocktake_id = stocktake_line.stocktake_id"
        " AND found.product_id = stocktake_line.product_id)"
    )


def downgrade() -> None:
    with op.batch_alter_table("stocktake_line") as line:
        line.drop_column("named_after")
        line.drop_column("cause")
    op.drop_index(ONE, "stocktake")
    with op.batch_alter_table("stocktake") as stocktake:
        stocktake.drop_constraint(op.f("ck_stocktake_signed_is_closed"), type_="check")
        stocktake.drop_constraint(op.f("fk_stocktake_signed_by"), type_="foreignkey")
        stocktake.drop_column("signed_by")
        stocktake.drop_column("signed_at")
        _know(stocktake, STATUSES)
    _only_one("status = 'open'")


def _know(stocktake, statuses: tuple[str, ...]) -> None:
    name = op.f("ck_stocktake_status_known")
    stocktake.drop_constraint(name, type_="check")
    stocktake.create_check_constraint(name, f"status IN ({', '.join(map(repr, statuses))})")


def _only_one(where: str) -> None:
    only = sa.text(where)
    op.create_index(
        ONE, "stocktake", ["store_id"], unique=True, sqlite_where=only, postgresql_where=only
    )
