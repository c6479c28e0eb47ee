"""Targets and footfall to measure a shop against; sales keep the number another till gave them.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

from crmkit.practice.schema import Number, Utc

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "sales_target",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=True),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("revenue", Number, nullable=False),
        sa.CheckConstraint("revenue > 0", name=op.f("ck_sales_target_revenue_positive")),
        sa.CheckConstraint("month LIKE '____-__'", name=op.f("ck_sales_target_month_shape")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_sales_target_store_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_sales_target_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_target")),
        sa.UniqueConstraint(
            "store_id", "staff_id", "month", name=op.f("uq_sales_target_store_id_staff_id_month")
        ),
    )
    op.create_table(
        "footfall",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("hour", Utc(), nullable=False),
        sa.Column("visitors", sa.Integer(), nullable=False),
        sa.CheckConstraint("visitors >= 0", name=op.f("ck_footfall_visitors_not_negative")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_footfall_store_id")),
        sa.PrimaryKeyConstraint("store_id", "hour", name=op.f("pk_footfall")),
    )
    with op.batch_alter_table("sale") as sale:
        sale.add_column(sa.Column("external_id", sa.Text(), nullable=True))
        sale.create_check_constraint(
            op.f("ck_sale_external_id_short"), "length(external_id) BETWEEN 1 AND 40"
        )
    op.create_index("uq_sale_external_id", "sale", ["external_id"], unique=True)
