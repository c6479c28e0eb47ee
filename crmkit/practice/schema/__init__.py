"""The shop's tables, one file per idea: `house`, `people`, `goods`, `selling`, `floor`, `messages`.

Codes people say (a store, a product, a member's number) are text keys; rows of documents and
ledgers are numbered. Money is integer cents. What ends in `_sealed` is encrypted, what ends in
`_token` is a keyed hash to find it by. `LEDGERS` are never updated or deleted (see `triggers`).
"""

from crmkit.codes import *
from crmkit.practice.schema.columns import metadata
from crmkit.practice.schema.goods import *
from crmkit.practice.schema.house import *
from crmkit.practice.schema.messages import *
from crmkit.practice.schema.people import *
from crmkit.practice.schema.selling import *
from crmkit.practice.schema.service import *

LEDGERS = tuple(table for table in metadata.sorted_tables if table.info.get("append_only"))

SEALED = {
    table.name: tuple(column.name for column in table.columns if column.name.endswith("_sealed"))
    for table in metadata.sorted_tables
    if any(column.name.endswith("_sealed") for column in table.columns)
}
