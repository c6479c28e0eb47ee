"""The shop itself: its stores, its staff and what they may do, its log."""

from sqlalchemy import Column, Index, Integer, Table, Text, UniqueConstraint

from crmkit.codes import IMPORT_RESULTS, OUTCOMES, SHOP_KINDS
from crmkit.practice.schema.columns import (
    APPEND_ONLY,
    Number,
    Utc,
    cents,
    code,
    count,
    flag,
    metadata,
    must,
    number,
    one_of,
    only_one,
    ref,
    when,
    words,
)

shop = Table(
    "shop",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    words("name"),
    words("kind"),
    words("scene", null=True),
    words("timezone"),
    when("clock_at", null=True),
    words("key_check"),
    words("audit_head"),
    must("one_row", "id = 1"),
    one_of("kind", SHOP_KINDS),
)

setting = Table("setting", metadata, code("name"), words("value"))

counter = Table("counter", metadata, code("name"), Column("value", Number, nullable=False))

store = Table(
    "store",
    metadata,
    code(),
    words("name"),
    words("district", null=True),
    count("size", null=True),
    words("climate", null=True),
    words("spending_level", null=True),
)

staff = Table(
    "staff",
    metadata,
    code(),
    words("name"),
    ref("home_store_id", "store.id"),
    words("password_hash", null=True),
    flag("active"),
)

role = Table("role", metadata, code())

role_permission = Table(
    "role_permission",
    metadata,
    ref("role_id", "role.id", primary_key=True),
    Column("permission", Text, primary_key=True),
)

staff_role = Table(
    "staff_role",
    metadata,
    number(),
    ref("staff_id", "staff.id"),
    ref("role_id", "role.id"),
    ref("store_id", "store.id", null=True),
    UniqueConstraint("staff_id", "role_id", "store_id"),
    only_one("uq_staff_role_everywhere", "staff_id", "role_id", where="store_id IS NULL"),
)

audit_entry = Table(
    "audit_entry",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    when("at"),
    ref("staff_id", "staff.id", null=True),
    ref("store_id", "store.id", null=True),
    words("action"),
    words("outcome"),
    words("subject", null=True),
    words("detail"),
    words("before"),
    words("hash"),
    must("numbered_from_one", "id >= 1"),
    one_of("outcome", OUTCOMES),
    Index("ix_audit_entry_subject", "subject"),
    Index("ix_audit_entry_staff_id_at", "staff_id", "at"),
    info=APPEND_ONLY,
)

command_log = Table(
    "command_log",
    metadata,
    code("key"),
    when("at"),
    ref("staff_id", "staff.id"),
    words("command"),
    words("payload"),
    words("result_sealed", null=True),
    words("subject", null=True),
    Index("ix_command_log_subject", "subject"),
)

sales_target = Table(
    "sales_target",
    metadata,
    number(),
    ref("store_id", "store.id"),
    ref("staff_id", "staff.id", null=True),
    words("month"),
    cents("revenue"),
    must("revenue_positive", "revenue > 0"),
    must("month_shape", "month LIKE '____-__'"),
    UniqueConstraint("store_id", "staff_id", "month"),
)

footfall = Table(
    "footfall",
    metadata,
    ref("store_id", "store.id", primary_key=True),
    Column("hour", Utc, primary_key=True),
    count("visitors"),
    must("visitors_not_negative", "visitors >= 0"),
)

import_run = Table(
    "import_run",
    metadata,
    number(),
    when("at"),
    ref("staff_id", "staff.id"),
    words("kind"),
    words("file_name"),
    words("sha256"),
    count("rows"),
    count("added"),
    count("changed"),
    count("refused"),
    must("adds_up", "rows = added + changed + refused"),
)

import_row = Table(
    "import_row",
    metadata,
    ref("run_id", "import_run.id", primary_key=True),
    Column("row", Integer, primary_key=True),
    words("result"),
    words("reason", null=True),
    ref("member_id", "member.id", null=True),
    one_of("result", IMPORT_RESULTS),
    Index("ix_import_row_member_id", "member_id"),
)

remark = Table(
    "remark",
    metadata,
    code("about"),
    words("text_sealed", null=True),
)
"""What staff said about a row of a ledger: it stands beside the ledger, which is never changed, so
that it can be sealed anew and forgotten. A table names the field with ``info={"said": …}``."""
