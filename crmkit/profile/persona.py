"""A portrait of one member or of a segment: what is typical, and how far it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from crmkit import tables
from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.labels import code, heading, show
from crmkit.results import Listed
from crmkit.tables import arguments

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Persona(Listed):
    """What the tags of one member or of a segment say.

    Parameters
    ----------
    who
        Whom it is about: ``member_id``, or the columns and codes that make the segment.
    n, of
        How many members it is about, and how many there are.
    traits
        A pandas frame: ``kind`` and ``tag``, ``n`` (members of the segment whose tag of this kind
        is known), ``share`` of them with the tag, ``overall_share`` of all members, and ``low`` and
        ``high``, the 95 % interval of `share` (Wilson, 1927). For each kind the commonest tag
        stands first. For one member, share is 1.
    """

    table_of = "traits"

    who: dict[str, Any]
    n: int
    of: int
    traits: pd.DataFrame

    @property
    def typical(self) -> pd.DataFrame:
        """The commonest tag of each kind."""
        return self.traits.drop_duplicates("kind").reset_index(drop=True)

    @property
    def distinct(self) -> pd.DataFrame:
        """The tags that are surely more frequent here than among all, the most distinct first."""
        apart = self.traits[self.traits["low"] > self.traits["overall_share"]]
        lead = apart["share"] - apart["overall_share"]
        return apart.loc[lead.sort_values(ascending=False, kind="stable").index].reset_index(
            drop=True
        )

    @property
    def sentence(self) -> str:
        """What it means and what it does not, in the current language."""
        comma = label("list", ", ")
        if "member_id" in self.who:
            return _(
                "{member}: {tags}; these tags come from rules on past purchases and a record "
                "that may be incomplete: ask rather than assume."
            ).format(
                member=self.who["member_id"],
                tags=comma.join(_told(row.kind, row.tag) for row in self.typical.itertuples())
                or "–",
            )
        if self.n == self.of:
            return _("These are all {n} members: there is nobody to compare them with.").format(
                n=f"{self.n:,}"
            )
        apart = self.distinct.head(3)
        if apart.empty:
            return _(
                "These {n} of {of} members differ from all members in no tag by more than "
                "chance explains; treat them as everybody else."
            ).format(n=f"{self.n:,}", of=f"{self.of:,}")
        first = apart.iloc[0]
        return _(
            "These {n} of {of} members stand out by {tags}; each share is of those whose tag is "
            "known. Of the {known} with a known tag of the kind “{kind}”, {others} do not have the "
            "first of these tags, so the portrait tells where to look first, not what any one of "
            "them is like."
        ).format(
            n=f"{self.n:,}",
            of=f"{self.of:,}",
            known=f"{int(first['n']):,}",
            kind=heading(first["kind"]),
            tags=comma.join(
                _("{tag} ({share:.0%} against {overall:.0%})").format(
                    tag=_said(row.kind, row.tag), share=row.share, overall=row.overall_share
                )
                for row in apart.itertuples()
            ),
            others=f"{1 - first['share']:.0%}",
        )

    def _read(self) -> pd.DataFrame:
        alone = "member_id" in self.who
        shown = self.typical if alone or self.distinct.empty else self.distinct
        shown = shown.assign(index=100 * shown["share"] / shown["overall_share"])
        if not alone:
            shown = shown.sort_values("index", ascending=False, kind="stable")
        shown = shown.assign(
            tag=[code(row.kind, row.tag) for row in shown.itertuples()],
            kind=[heading(kind) for kind in shown["kind"]],
        )
        if alone:
            return show(shown[["kind", "tag", "overall_share"]])
        shown["index"] = shown["index"].round().astype(int)
        return show(shown[["kind", "tag", "n", "share", "overall_share", "index"]])


def _who(what: str, value: Any) -> None:
    limit = _('what its members have in common, such as {"gender": "female"}')
    tables.demand(what, value, limit, lambda who: isinstance(who, Mapping) and len(who) > 0)


@arguments.checked(member_id=arguments.a_code, segment=_who)
def persona(
    tagged: Any,
    member_id: Any = None,
    segment: Mapping[str, Any] | None = None,
    kinds: Sequence[str] | None = None,
) -> Persona:
    """The portrait of one member, or of a segment beside all members.

    Parameters
    ----------
    tagged
        One row per member, such as `tag_members` gives, perhaps with more columns of codes (a
        cluster, an RFM group); any kind of dataframe.
    member_id
        The one member.
    segment
        Or the columns and codes that make the segment, e.g. ``{"household": "young_child"}``;
        with neither, all members.
    kinds
        Which tags to look at; without it, every column but ids and those of `segment`.

    Returns
    -------
    A `Persona`.

    Raises
    ------
    TableError
        When a column is missing, or nobody is the member or belongs to the segment.

    Examples
    --------
    >>> import pandas as pd
    >>> tagged = pd.DataFrame({"member_id": ["M1", "M2", "M3"],
    ...     "household": ["couple", "couple", "single"], "preference": ["tea", "tea", "snacks"]})
    >>> persona(tagged, segment={"household": "couple"}).typical[["kind", "tag", "share"]]
             kind  tag  share
    0  preference  tea    1.0
    """
    frame = tables.require(tagged, "members", ["member_id"], unique="member_id")
    schema = frame.collect_schema()
    who = {"member_id": member_id} if member_id is not None else dict(segment or {})
    for name in [*who, *(kinds or ())]:
        if name not in schema:
            raise tables.missing_column("members", name, schema.names())
    if kinds is None:
        kinds = [
            name
            for name, dtype in schema.items()
            if dtype in (nw.String, nw.Object, nw.Categorical, nw.Enum)
            and name not in who
            and name not in ("name", "phone", "email")
            and not name.endswith("_id")
            and name != "referred_by"
        ]
    them = nw.lit(True)
    for name, value in who.items():
        them = them & (nw.col(name) == value)
    # one query for everything: a lazy frame would be worked out anew for each kind of tag
    frame = frame.select(*kinds, _them=them.fill_null(False).cast(nw.Int64))
    alike = tables.to_pandas(frame.group_by(*kinds, "_them").agg(nw.len().alias("members")))
    size = int(alike.loc[alike["_them"] == 1, "members"].sum())
    if not size:
        raise tables.TableError(
            _("No member has {what}.").format(
                what=", ".join(f"{name} = {value!r}" for name, value in who.items())
            )
        )
    return Persona(who, size, int(alike["members"].sum()), _traits(alike, kinds))


def _traits(alike: pd.DataFrame, kinds: Sequence[str]) -> pd.DataFrame:
    """Per kind and tag the shares, from how many members are alike in all kinds at once."""
    import pandas as pd
    from statsmodels.stats.proportion import proportion_confint

    alike = alike.assign(here=alike["members"] * alike["_them"])
    parts = []
    for kind in kinds:
        table = alike[alike[kind].notna()].groupby(kind)[["members", "here"]].sum()
        here, everybody = int(table["here"].sum()), int(table["members"].sum())
        table = table[table["here"] > 0].rename_axis("tag").reset_index()
        if table.empty:
            continue
        table = table.assign(
            kind=kind,
            n=here,
            share=table["here"] / here,
            overall_share=table["members"] / everybody,
        )
        low, high = proportion_confint(table["here"], here, method="wilson")
        table = table.assign(low=low, high=high, tag=table["tag"].astype(str))
        parts.append(table.sort_values(["share", "tag"], ascending=[False, True]))
    columns = ["kind", "tag", "n", "share", "overall_share", "low", "high"]
    if not parts:
        return pd.DataFrame(columns=columns)
    return pd.concat(parts, ignore_index=True)[columns]


_CLEAR_ALONE = ("gender", "age_band", "occupation", "household", "district", "level", "life_cycle")
"""Kinds of tags that need no name beside them: a man of 25–34, self-employed."""


def _told(kind: str, tag: str) -> str:
    """A tag in a sentence about one person."""
    return code(kind, tag) if kind in _CLEAR_ALONE else _said(kind, tag)


def _said(kind: str, tag: str) -> str:
    return _("{kind}: {tag}").format(kind=heading(kind), tag=code(kind, tag))
