"""Clusters: one scale, nearest centre, k-means, silhouette, a name, and whether two runs agree."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from crmkit.i18n import gap
from crmkit.i18n import gettext as _
from crmkit.learn.questions import Key, Keys
from crmkit.lessons.analyst.trying import forgets, table
from crmkit.lessons.view import pictured, table_of
from crmkit.screen import Part, parts
from crmkit.segment import rfm

STORE, TODAY, K = "S03", "2025-06-30", 4
"""The store whose members an agency has put into so many groups, and the day."""


def six() -> Any:
    """Six members of the lesson: two seldom and small, two often and small, two seldom and large."""
    rows = (("M1", 2, 200.0), ("M2", 3, 260.0), ("M3", 12, 240.0), ("M4", 14, 300.0), ("M5", 3, 900.0), ("M6", 2, 980.0))  # fmt: skip
    return table("member_id frequency monetary", *rows).set_index("member_id")


# --- each function of the lesson and the exercise; `but` names what is forgotten ---------------------


def one_scale(figures: Any, but: str = "") -> Any:
    """Each column with mean 0 and spread 1."""
    if but == "range":
        return (figures - figures.min()) / (figures.max() - figures.min())
    middle = {"centre": 0, "whole": figures.to_numpy().mean()}.get(but, figures.mean())
    spread = {"sample": figures.std(), "spread": 1, "whole": figures.to_numpy().std()}
    return (figures - middle) / spread.get(but, figures.std(ddof=0))


def _distances(points: Any, centres: Any, but: str = "") -> Any:
    import pandas as pd

    def to(centre: Any) -> Any:
        apart = points - centre
        if but == "first":
            return apart.iloc[:, 0].abs()
        if but == "signed":
            return apart.sum(axis=1)
        return apart.abs().sum(axis=1) if but == "steps" else (apart**2).sum(axis=1) ** 0.5

    return pd.DataFrame({name: to(centre) for name, centre in centres.iterrows()})


def nearest(points: Any, centres: Any, but: str = "") -> Any:
    """For each point the name of the nearest centre."""
    found = _distances(points, centres, but)
    return found.idxmax(axis=1) if but == "furthest" else found.idxmin(axis=1)


def k_means(points: Any, centres: Any, but: str = "") -> Any:
    """Assign and move the centres, until nobody changes the group."""
    group = nearest(points, centres)
    if but == "none":
        return group
    for _turn in range(1 if but == "once" else 100):
        by = points.groupby(group)
        new = nearest(points, by.median() if but == "median" else by.mean())
        if new.equals(group):
            break
        group = new
    return _distances(points, points.groupby(group).mean()).idxmax(axis=1) if but == "furthest" else group  # fmt: skip


def silhouette(points: Any, group: Any, but: str = "") -> float:
    """How much nearer the points are to their own group than to the next one, on average."""
    import numpy as np

    apart = np.sqrt(((points.to_numpy()[:, None] - points.to_numpy()[None]) ** 2).sum(axis=2))
    apart = apart**2 if but == "squared" else apart
    names, found = group.to_numpy(), []
    for place, own in enumerate(names):
        mine = names == own
        others = [apart[place][names == one].mean() for one in dict.fromkeys(names) if one != own]
        a = apart[place][mine].sum() / (mine.sum() - (but != "itself"))
        b = max(others) if but == "furthest" else min(others)
        if but == "all":
            b = apart[place][~mine].mean()
        found.append((b - a) / (1 if but == "not_divided" else max(a, b)))
    return float(np.mean(found))


def named(points: Any, group: Any, but: str = "") -> Any:
    """For each group the figure in which it is furthest from all, and whether high or low."""
    import pandas as pd

    scaled = points if but == "scale" else one_scale(points)
    rows = []
    for name, members in scaled.groupby(group):
        centre = members.mean() - (scaled.mean() if but == "scale" else 0)
        furthest = centre.idxmax() if but == "signed" else (-centre.abs()).idxmax() if but == "least" else centre.abs().idxmax()  # fmt: skip
        size = len(members) / len(points) if but == "share" else len(members)
        way = "high" if (centre[furthest] > 0) != (but == "turned") else "low"
        rows.append((name, size, f"{furthest}_{way}"))
    return pd.DataFrame(rows, columns=["group", "members", "name"])


def agreement(one: Any, other: Any, but: str = "") -> float:
    """Of all pairs of members, the share that both ways of grouping treat alike."""
    import numpy as np

    a, b = one.to_numpy(), other.to_numpy()
    if but == "names":
        return float((a == b).mean())
    first, second = a[:, None] == a[None], b[:, None] == b[None]
    pairs = np.triu_indices(len(a), 0 if but == "itself" else 1)
    both, apart = (first & second)[pairs], (~first & ~second)[pairs]
    if but == "together":
        return float(both.mean())
    if but == "of_together":
        return float(both.sum() / first[pairs].sum())
    return float((both | apart).mean())


MISTAKES: dict[str, Mapping[Any, Callable]] = {
    "agreement": forgets(
        agreement,
        names=("组名不用一样：比的是两位会员在不在一起，不是组叫什么。", "Groups may have other names: compare who is together, not what the group is called."),
        together=("两边都分开的那些对，也是看法一致。", "Pairs that both keep apart agree, too."),
        of_together=("要除以所有的对，不是在一起的对。", "Divide by all pairs, not by those that are together."),
        itself=("自己和自己不算一对。", "A member with itself is no pair."),
    ),
    "one_scale": forgets(
        one_scale,
        sample=("标准差要除以人数：std(ddof=0)。pandas 默认除以人数减一。", "Divide the spread by the number of members: std(ddof=0); the default of pandas divides by one less."),
        range=("这是按最小和最大拉平的：要减平均数、除以标准差。", "That stretches from the least to the most: subtract the mean and divide by the spread."),
        centre=("没有减掉平均数。", "The mean was not subtracted."),
        spread=("没有除以标准差：大数字还是大。", "It was not divided by the spread: large figures stay large."),
        whole=("每一列用自己的平均数和标准差，不是整张表一个。", "Each column has its own mean and spread, not one for the whole table."),
    ),
    "nearest": forgets(
        nearest,
        furthest=("取成最远的了：要最近的。", "That is the furthest centre; the nearest is asked for."),
        first=("只看了第一列：每一列都要算。", "Only the first column was looked at; all of them count."),
        signed=("差有正有负，会互相抵掉：先平方，再相加。", "Differences of both signs cancel: square them before you add."),
        steps=("差的绝对值加起来是另一种距离：要平方和。", "Adding absolute differences is another distance; add the squares."),
    ),
    "k_means": forgets(
        k_means,
        none=("只分了一次：要把中心移到组的平均数，再分。", "That is the first assignment only: move the centres to the means, then assign anew."),
        once=("中心只移了一次：要一直移到没人换组。", "The centres moved only once: go on until nobody changes."),
        median="median_for_mean",
        furthest=("取成最远的了：要最近的。", "That is the furthest centre; the nearest is asked for."),
    ),
    "silhouette": forgets(
        silhouette,
        itself=("自己离自己是 0，不能算进平均：除以组里其他人的人数。", "A point's distance from itself is 0 and does not count: divide by the others of its group."),
        all=("和别组比，只看最近的那一组，不是所有别人。", "Of the other groups only the next one counts, not everybody else."),
        furthest=("和别组比，要看最近的那一组，不是最远的。", "Take the next group, not the furthest."),
        not_divided="not_divided",
        squared=("距离要开方。", "Take the square root for the distance."),
    ),
    "named": forgets(
        named,
        scale=("先放到一个尺度上：不然永远是金额最突出。", "Put the columns on one scale first, or money always stands out."),
        signed=("很低也是突出：看离 0 多远，用 .abs()。", "Very low stands out, too: see how far from 0 it is, with .abs()."),
        turned=("高低反了：大于 0 是 high。", "High and low are turned: above 0 is high."),
        least=("取成最不突出的那个了。", "That is the figure that stands out least."),
        share=("members 要人数，不是占比。", "members asks for a number of people, not a share."),
    ),
}  # fmt: skip
"""What each typical mistake would give, by function of the exercise and the lesson."""


def cases(function: str) -> dict[str, Any]:
    """What ``check.function(function, **cases(function))`` takes: the visible cases."""
    import pandas as pd

    points = six()
    few = table("member_id recency monetary", ("A", 10, 50.0), ("B", 30, 150.0), ("C", 80, 100.0)).set_index("member_id")  # fmt: skip
    flat = table("member_id x y", ("a", 0, 0), ("b", 1, 1), ("c", 4, 0), ("d", 5, 3), ("e", 9, 1), ("f", 10, 0)).set_index("member_id").astype(float)  # fmt: skip
    two = table("group x y", ("left", 0, 0), ("right", 6, 6)).set_index("group").astype(float)
    tents = table("group x y", ("p", 3, 3), ("q", 0, 5)).set_index("group").astype(float)
    asked = table("member_id x y", ("u", 0, 0), ("v", 1, 6), ("w", 2, 9)).set_index("member_id").astype(float)  # fmt: skip
    row = table("member_id x", *zip("abcdef", (0, 1, 2, 3, 4, 10), strict=True)).set_index("member_id").astype(float)  # fmt: skip
    wide = table("member_id x", *zip("abcdefg", (0, 1, 2, 3, 7, 10, 30), strict=True)).set_index("member_id").astype(float)  # fmt: skip
    pair = pd.Series(["p", "p", "q", "q", "r", "r"], index=flat.index)
    halves = pd.Series([1, 1, 1, 2, 2, 2], index=flat.index)
    kinds = pd.Series(["s", "s", "o", "o", "l", "l"], index=points.index)
    spend = pd.Series(["x", "x", "x", "x", "y", "y"], index=points.index)
    groups = pd.Series([0, 0, 1, 1, 1, 2], index=points.index)
    known: dict[str, tuple[list, list, dict]] = {
        "agreement": ([0.8, 2 / 3], [(kinds, groups), (kinds, pd.Series([0, 1, 0, 0, 1, 1], index=points.index))], {"within": 0.0005}),
        "one_scale": (
            [
                pd.DataFrame({"recency": [-1.0190, -0.3397, 1.3587], "monetary": [-1.2247, 1.2247, 0.0]}, index=few.index),
                pd.DataFrame({"x": [-1.0, 1.0], "y": [-1.0, 1.0]}, index=["left", "right"]),
            ],
            [(few,), (two,)],
            {"within": 0.0005},
        ),
        "nearest": (
            [pd.Series(["p", "q", "q"], index=asked.index), pd.Series(["left", "left", "left", "right", "right", "right"], index=flat.index)],
            [(asked, tents), (flat, two)],
            {},
        ),
        "k_means": (
            [pd.Series(["p"] * 5 + ["q"], index=row.index), pd.Series(["p"] * 6 + ["q"], index=wide.index)],
            [(row, row.iloc[[0, 1]].set_axis(["p", "q"])), (wide, wide.iloc[[0, 4]].set_axis(["p", "q"]))],
            {},
        ),
        "silhouette": ([silhouette(flat, pair), silhouette(flat, halves)], [(flat, pair), (flat, halves)], {"within": 0.0005}),
        "named": (
            [
                table("group members name", ("l", 2, "monetary_high"), ("o", 2, "frequency_high"), ("s", 2, "monetary_low")),
                table("group members name", ("x", 4, "monetary_low"), ("y", 2, "monetary_high")),
            ],
            [(points, kinds), (points, spend)],
            {"key": ["group"]},
        ),
    }  # fmt: skip
    expected, inputs, options = known[function]
    return {"expected": expected, "inputs": inputs, "mistakes": MISTAKES[function], **options}


# --- what the lesson shows and asks -----------------------------------------------------------------


@cache
def at_the_store() -> Any:
    """Recency, frequency and money of the store's members in the last year."""
    sales = table_of("sales", {})
    here = sales[sales["store_id"] == STORE]
    return rfm(here, TODAY, days=365)[["member_id", "recency", "frequency", "monetary"]]


def shuffled(members: Any, seed: int = 1) -> Any:
    """The same figures, each column dealt out anew: whatever went together no longer does."""
    import numpy as np

    dealer = np.random.default_rng(seed)
    columns = ["recency", "frequency", "monetary"]
    return members.assign(**{name: dealer.permutation(members[name]) for name in columns})


@cache
def same_by_money() -> float:
    """The share whom k-means on yuan, days and orders puts where money alone would put them."""
    import pandas as pd
    from scipy.optimize import linear_sum_assignment
    from sklearn.cluster import KMeans

    members = at_the_store()
    all_three = members[["recency", "frequency", "monetary"]].to_numpy(float)
    one, other = (
        KMeans(K, n_init=10, random_state=0).fit_predict(part)
        for part in (all_three, all_three[:, 2:])
    )
    table_ = pd.crosstab(one, other).to_numpy()
    return float(table_[linear_sum_assignment(-table_)].sum() / table_.sum())


class Clusters(Keys):
    """What the lesson on clusters asks."""

    def money_alone(self) -> Part:
        """Of 100 members, how many are where money alone would put them, with what was guessed."""
        same, guessed = 100 * same_by_money(), self.given.get("money_guess")
        found = {_("same group by money alone"): same}
        says = _("{n:.0f} of every 100 stay where they are.").format(n=same)
        if guessed is not None:
            found[_("your guess")] = guessed
            says += gap() + _("You guessed {guess}.").format(guess=f"{guessed:.0f}")

        def draw(ax: Any) -> None:
            from crmkit.plot import _style

            drawn = ax.barh(list(found), list(found.values()), color=[_style.BAD, _style.ACCENT][: len(found)])  # fmt: skip
            ax.bar_label(drawn, [f"{value:.0f}" for value in found.values()], padding=3)
            ax.invert_yaxis()
            ax.set_xlabel(_("Of every 100 members"))
            ax.set_xlim(0, 110)

        return parts.column(pictured(draw, says, size=(8, 1.8)), parts.text(says))

    def m2(self) -> Key:
        """To whom M2 is nearest with yuan and orders as they are."""
        return Key("m3", {("M1 只差 1 单，可差了 60 元：60 比 20 大得多。", "M1 is one order away but 60 yuan, and 60 is far more than 20."): "m1", ("M5 差了 640 元。", "M5 is 640 yuan away."): "m5"})  # fmt: skip

    def honest(self) -> Key:
        """Which name says what is known and no more."""
        return Key("figures", {("数据里没有“高端”，也没有“女性”。", "There is no “premium” in the data, and no “ladies”."): "ladies", ("“优质”是评价，不是数据；店员听了会怠慢另一组。", "“Quality” judges people, and staff will slight the others."): "grade"})  # fmt: skip

    def rule(self) -> Key:
        """Which task needs a rule rather than clusters."""
        return Key("away", {("没有现成的规矩可用，正好让数据说话。", "There is no rule for that yet: a fine task for clusters."): "tastes", ("先看看有没有群，再起名字，这是聚类的活儿。", "To look whether there are groups at all is what clusters are for."): "look"})  # fmt: skip
