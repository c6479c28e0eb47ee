"""Charts of the customer groups."""

from typing import Any

from crmkit.i18n import gettext as _
from crmkit.plot import _style
from crmkit.segment import RFM_GROUPS


@_style.chart(size=(11, 6.6))
def rfm_groups(members: Any, *, ax: Any = None) -> Any:
    """How many members each of the eight RFM groups has, and its share of what they spent.

    `members`: what `segment.rfm_groups` gave. Returns the Axes.

    >>> import pandas as pd
    >>> members = pd.DataFrame({"rfm_group": ["important_value"], "monetary": [10.0]})
    >>> rfm_groups(members).get_title()
    '1 members in eight groups: share of members and of spending'
    """
    import pandas as pd

    table = _style.to_pandas(members)
    _style.need(table, ["rfm_group", "monetary"], "segment.rfm_groups")
    groups = table.groupby("rfm_group")["monetary"].agg(["size", "sum"]).reindex(RFM_GROUPS)
    groups = groups.fillna(0)
    shares = groups / groups.sum()
    both = pd.concat(
        [
            pd.DataFrame({"rfm_group": RFM_GROUPS, "of": "members", "share": shares["size"]}),
            pd.DataFrame({"rfm_group": RFM_GROUPS, "of": "spending", "share": shares["sum"]}),
        ]
    )
    _style.bars(ax, both, "rfm_group", "share", "of", horizontal=True)
    ax.set_title(
        _("{n:,} members in eight groups: share of members and of spending").format(n=len(table))
    )
    ax.get_legend().set_title(None)
    ax.set(ylabel="")
