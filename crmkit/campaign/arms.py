"""Several offers at once: each arm of a campaign against the control group, luck allowed for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from crmkit.campaign.comparing import compared, read, sides_of
from crmkit.campaign.findings import Difference, chance, side
from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.labels import heading
from crmkit.results import Finding
from crmkit.tables import TableError, arguments

if TYPE_CHECKING:
    import pandas as pd

CORRECTIONS = {"holm": "holm", "bonferroni": "bonferroni", "benjamini_hochberg": "fdr_bh"}
"""How p-values are raised for looking several times, and what statsmodels calls it."""


@dataclass(frozen=True)
class ArmComparison(Finding):
    """The differences between the arms of a campaign.

    Parameters
    ----------
    measure
        The column that was averaged.
    comparisons
        A `Difference` for each pair compared; their intervals hold together (Bonferroni).
    adjusted
        The p-value of each after the correction; None without an interval.
    correction
        Which one: ``holm``, ``bonferroni`` or ``benjamini_hochberg``.
    confidence
        How often all intervals together hold the true differences, 0 to 1.
    """

    table_of = "table"

    measure: str
    comparisons: tuple[Difference, ...]
    adjusted: tuple[float | None, ...]
    correction: str = "holm"
    confidence: float = 0.95

    @property
    def clear(self) -> tuple[bool, ...]:
        """For each pair whether it is too much to be luck, after the correction."""
        return tuple(p is not None and p < 1 - self.confidence for p in self.adjusted)

    @property
    def table(self) -> pd.DataFrame:
        """A pandas frame, one row per pair, the largest difference first."""
        import pandas as pd

        rows = [
            {
                "first": d.first_name,
                "second": d.second_name,
                "n_first": d.n_first,
                "n_second": d.n_second,
                "first_mean": d.first,
                "second_mean": d.second,
                "difference": d.difference,
                "low": d.low,
                "high": d.high,
                "statistic": d.statistic,
                "degrees_of_freedom": d.degrees_of_freedom,
                "p_value": d.p_value,
                "adjusted_p_value": p,
                "clear": clear,
            }
            for d, p, clear in zip(self.comparisons, self.adjusted, self.clear, strict=True)
        ]
        return pd.DataFrame(rows).sort_values(
            ["difference", "first"], ascending=[False, True], ignore_index=True, kind="stable"
        )

    def figures(self) -> Iterator[tuple[str, str]]:
        """Each pair's difference with its interval and its corrected p-value."""
        yield heading("measure"), heading(self.measure)
        for d, p in zip(self.comparisons, self.adjusted, strict=True):
            if d.low is None or d.high is None or p is None:
                yield pair(d), "–"
                continue
            yield (
                pair(d),
                _("{difference} ({span}; p {p} after correction)").format(
                    difference=d._gap(d.difference), span=d._span(d.low, d.high), p=chance(p)
                ),
            )

    @property
    def sentence(self) -> str:
        """What it means and what it does not, in the current language."""
        found = [
            f"{pair(d)} {'+' if d.difference > 0 else '−'}{d._gap(abs(d.difference))}"
            for d, clear in zip(self.comparisons, self.clear, strict=True)
            if clear
        ]
        places = {"k": len(self.comparisons), "correction": label("correction", self.correction)}
        if found:
            return _(
                "Of {k} comparisons these are too much to be luck, even after looking {k} times "
                "({correction}): {found}. It is the offers' doing only if the groups were drawn at "
                "random; arms whose intervals overlap cannot be ranked."
            ).format(found=label("list", ", ").join(found), **places)
        return _(
            "None of the {k} differences can be told from luck after looking {k} times "
            "({correction}). It does not prove that the offers did nothing, and the arm that looks "
            "best may only have been lucky."
        ).format(**places)


def pair(difference: Difference) -> str:
    """Which two sides, as people read it."""
    return _("{first} minus {second}").format(
        first=side(difference.first_name), second=side(difference.second_name)
    )


@arguments.checked(
    value=arguments.a_name, correction=arguments.one_of(*CORRECTIONS), control=arguments.a_code
)
def compare_arms(
    outcomes: Any,
    value: str = "revenue",
    group: str = "group",
    control: str | None = "control",
    confidence: float = 0.95,
    correction: str = "holm",
    pooled: bool = False,
) -> ArmComparison:
    """Which of several offers worked, without being fooled by comparing many.

    Parameters
    ----------
    outcomes
        One row per member, buyers or not, such as `outcomes` gives, with three groups or more;
        any kind of dataframe.
    value
        The column to compare: numbers, or yes and no (true and false, 1 and 0).
    group
        The column that says who belongs to which arm.
    control
        The code each arm is compared with; None compares every arm with every other.
    confidence
        How often all intervals together hold the true differences, 0 to 1.
    correction
        ``holm`` (Holm, 1979), ``bonferroni``, or ``benjamini_hochberg`` (1995), which allows a
        share of the clear ones to be luck: for a first look over many.
    pooled
        Student's t with one spread for both sides, instead of Welch's.

    Returns
    -------
    An `ArmComparison`; its ``table`` has one row per pair with ``statistic``,
    ``degrees_of_freedom``, ``p_value`` and ``adjusted_p_value``. The intervals are widened by
    Bonferroni, so Holm's verdict may be clear where the interval just touches 0.

    Raises
    ------
    TableError
        When a column is missing or of the wrong kind, there is no such control, or an arm has
        fewer than two values.
    CrmkitError
        When the correction is not known.

    Examples
    --------
    >>> import pandas as pd
    >>> outcomes = pd.DataFrame({"group": ["sms"] * 3 + ["gift"] * 3 + ["control"] * 3,
    ...     "revenue": [12, 14, 13, 30, 31, 32, 12, 13, 14.0]})
    >>> compare_arms(outcomes).table[["first", "difference", "clear"]].to_dict("list")
    {'first': ['gift', 'sms'], 'difference': [18.0, 0.0], 'clear': [True, False]}
    """
    from statsmodels.stats.multitest import multipletests

    table = read(outcomes, [value], [group])
    codes = sorted(table[group].dropna().unique().tolist(), key=str)
    if control is None:
        pairs = list(combinations(codes, 2))
    else:
        pairs = [(code, control) for code in codes if code != control]
    if not pairs:
        raise TableError(
            _("There is only one group in {group!r}, so there is nothing to compare.").format(
                group=group
            )
        )
    strict = 1 - (1 - confidence) / len(pairs)
    found = tuple(
        compared(
            "groups",
            value,
            *sides_of(table, value, group, first, second),
            first,
            second,
            strict,
            pooled=pooled,
        )
        for first, second in pairs
    )
    chances = [1.0 if d.p_value is None else d.p_value for d in found]
    raised = multipletests(chances, method=CORRECTIONS[correction])[1]
    adjusted = tuple(
        None if d.p_value is None else float(p) for d, p in zip(found, raised, strict=True)
    )
    return ArmComparison(value, found, adjusted, correction, confidence)
