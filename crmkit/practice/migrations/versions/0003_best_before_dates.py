"""Goods that spoil bear a date, and what is written off has a reason and a cost.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("product") as product:
        product.add_column(sa.Column("shelf_life_days", sa.Integer(), nullable=True))
        product.create_check_constraint(
            op.f("ck_product_shelf_life_positive"), "shelf_life_days > 0"
        )
    op.create_table(
        "write_off",
        sa.Column("move_id", NUMBER, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("cost", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("move_id", name=op.f("pk_write_off")),
        sa.ForeignKeyConstraint(["move_id"], ["stock_move.id"], name=op.f("fk_write_off_move_id")),
        sa.CheckConstraint(
            "reason IN ('expired', 'damaged')", name=op.f("ck_write_off_reason_known")
        ),
        sa.CheckConstraint("cost >= 0", name=op.f("ck_write_off_cost_not_negative")),
    )
    op.create_table(
        "lot",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("best_before", sa.Date(), nullable=False),
        sa.Column("remaining", sa.Integer(), nullable=False),
        sa.Column("came_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_lot_store_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_lot_product_id")),
        sa.CheckConstraint("remaining >= 0", name=op.f("ck_lot_remaining_not_negative")),
    )
    keys = ["store_id", "product_id", "best_before"]
    op.create_index("uq_lot_date", "lot", keys, unique=True)
    op.create_index("ix_lot_store_id_best_before_id", "lot", ["store_id", "best_before", "id"])


def downgrade() -> None:
    op.drop_table("write_off")
    op.drop_table("lot")
    with op.batch_alter_table("product") as product:
        product.drop_constraint(op.f("ck_product_shelf_life_positive"), type_="check")
        product.drop_column("shelf_life_days")
