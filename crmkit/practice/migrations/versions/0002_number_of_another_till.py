"""Sales keep the number another till gave them, so that a file of it is not taken in twice.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    with op.batch_alter_table("sale") as sale:
        sale.add_column(sa.Column("external_id", sa.Text(), nullable=True))
        sale.create_check_constraint(
            op.f("ck_sale_external_id_short"), "length(external_id) BETWEEN 1 AND 40"
        )
    op.create_index("uq_sale_external_id", "sale", ["external_id"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_sale_external_id", "sale")
    with op.batch_alter_table("sale") as sale:
        sale.drop_constraint(op.f("ck_sale_external_id_short"), type_="check")
        sale.drop_column("external_id")
