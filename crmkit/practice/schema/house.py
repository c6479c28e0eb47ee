"""The shop itself: its stores, its staff and what they may do, its log."""

from crmkit import codes
from crmkit.practice.schema.columns import *

shop = table(
    "shop",
    Column("id", Integer, primary_key=True, autoincrement=False),
    words("name"),
    coded("kind", codes.SHOP_KINDS),
    words("scene", null=True),
    words("timezone"),
    when("clock_at", null=True),
    words("key_check audit_head"),
    must("one_row", "id = 1"),
)

setting = table("setting", code("name"), words("value"))

counter = table("counter", code("name"), Column("value", Number, nullable=False))

store = table(
    "store",
    code(),
    words("name"),
    words("district", null=True),
    count("size", null=True),
    words("climate spending_level", null=True),
)

staff = table(
    "staff",
    code(),
    words("name"),
    ref("home_store_id", "store.id"),
    words("password_hash", null=True),
    active(),
)

role = table("role", code())

role_permission = table(
    "role_permission",
    ref("role_id", primary_key=True),
    Column("permission", Text, primary_key=True),
)

staff_role = table(
    "staff_role",
    number(),
    ref("staff_id role_id"),
    ref("store_id", null=True),
    UniqueConstraint("staff_id", "role_id", "store_id"),
    only_one("uq_staff_role_everywhere", "staff_id", "role_id", where="store_id IS NULL"),
)

audit_entry = ledger(
    "audit_entry",
    Column("id", Number, primary_key=True, autoincrement=False),
    when("at"),
    ref("staff_id store_id", null=True),
    words("action"),
    coded("outcome", codes.OUTCOMES, "audit_outcome"),
    words("subject", null=True),
    words("detail before hash"),
    must("numbered_from_one", "id >= 1"),
    by("subject", "staff_id at"),
)

command_log = table(
    "command_log",
    code("key"),
    when("at"),
    ref("staff_id"),
    words("command payload"),
    words("result_sealed subject", null=True),
    by("subject"),
)

sales_target = table(
    "sales_target",
    number(),
    ref("store_id"),
    ref("staff_id", null=True),
    words("month"),
    cents("revenue", least=1),
    must("month_shape", "month LIKE '____-__'"),
    UniqueConstraint("store_id", "staff_id", "month"),
)

footfall = table(
    "footfall",
    ref("store_id", primary_key=True),
    Column("hour", Utc, primary_key=True),
    count("visitors", least=0),
)

import_run = table(
    "import_run",
    number(),
    when("at"),
    ref("staff_id"),
    words("kind file_name sha256"),
    count("rows added changed refused"),
    must("adds_up", "rows = added + changed + refused"),
)

import_row = table(
    "import_row",
    ref("run_id", "import_run.id", primary_key=True),
    Column("row", Integer, primary_key=True),
    coded("result", codes.IMPORT_RESULTS),
    words("reason", null=True),
    ref("member_id", null=True),
    by("member_id"),
)

remark = table("remark", code("about"), words("text_sealed", null=True))
"""What staff said about a row of a ledger: it stands beside the ledger, which is never changed, so
that it can be sealed anew and forgotten. A table names the field with ``info={"said": …}``."""
