"""Tags and personas: facts, rules of which the first that holds counts, and portraits of a segment."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from crmkit.lessons.analyst.trying import forgets, table


def six_members() -> Any:
    """What is known of six members, in figures: the table on which the lesson's rules are tried."""
    return table(
        "member_id orders_ever days_since days_since_first orders",
        ("M1", 30, 6, 700, 15),
        ("M2", 2, 20, 45, 2),
        ("M3", 9, 95, 600, 3),
        ("M4", 40, 200, 800, 14),
        ("M5", 0, None, None, 0),
        ("M6", 3, 400, 450, 0),
    )


# --- each function of the lesson and the exercise; `but` names what is forgotten ---------------------


def offer_share(sales: Any, but: str = "") -> Any:
    """Per member the lines bought, and the share of them with a discount."""
    known = sales.fillna({"member_id": "?"}) if but == "walk_ins" else sales.dropna(subset="member_id")  # fmt: skip
    lines = known if but == "returns" else known[known["quantity"] > 0]
    by = lines.assign(offer=lines["discount"] > 0).groupby("member_id")
    found = by.agg(lines=("offer", "size"), offer_share=("offer", "mean")).reset_index()
    if but == "money":
        off, paid = by["discount"].sum().to_numpy(), by["amount"].sum().to_numpy()
        found["offer_share"] = off / (off + paid)
    if but == "orders":
        of_order = lines.assign(offer=lines["discount"] > 0).groupby(["member_id", "sale_id"])
        shares = of_order["offer"].max().groupby("member_id").mean()
        found["offer_share"] = shares.to_numpy(float)
    return found[found["offer_share"] > 0] if but == "some" else found


def life_cycle(known: Any, but: str = "") -> Any:
    """The facts with the tag of the life cycle: of six rules the first that holds."""
    below = 0 if but == "at_least" else 1  # "more than 90" is "91 at least" in whole days
    rules = [
        ("prospect", known["orders_ever"] == 0),
        ("lost", known["days_since"] >= 365 + below),
        ("sleeping", known["days_since"] >= 180 + below),
        ("cooling", known["days_since"] >= 90 + below),
        ("new", known["days_since_first"] <= 90),
        ("loyal", known["orders"] >= 12 + (but == "more")),
        ("active", known["orders_ever"] > 0),
    ]
    if but == "order":  # the last that holds, as when one tag after the other is written over
        rules = rules[-1:] + rules[:-1]
    elif but == "loyal":
        rules = [rules[5], *rules]
    elif but == "prospect":
        rules = rules[1:]
    tag = known["orders_ever"].map(lambda _orders: None).astype("object")
    for name, holds in rules if but == "order" else reversed(rules):
        tag[holds.to_numpy(bool)] = name
    return known.assign(life_cycle=tag)


def preference(lines: Any, but: str = "") -> Any:
    """Per member the category of most lines: of five at least, three in ten of them; else empty."""
    bought = lines if but == "returns" else lines[lines["quantity"] > 0]
    counts = bought.groupby(["member_id", "category"])
    counted = (counts["quantity"].sum() if but == "pieces" else counts.size()).rename("n")
    found = counted.reset_index().sort_values(
        ["member_id", "n", "category"], ascending=[True, False, but != "tie"]
    )
    found["all"] = found.groupby("member_id")["n"].transform("sum")
    top = found.drop_duplicates("member_id").rename(columns={"category": "preference"})
    enough = (top["all"] >= 5) | (but == "few")
    clear = (top["n"] >= 0.3 * top["all"]) | (but == "unclear")
    top["preference"] = top["preference"].where(enough & clear, None)
    top = top[["member_id", "preference"]].reset_index(drop=True)
    return top.dropna() if but == "dropped" else top


def portrait(tagged: Any, column: str, value: str, kind: str, but: str = "") -> Any:
    """Of the members with `value`, how many have each tag of `kind`, beside all members."""
    import pandas as pd

    rows = tagged.fillna({kind: "–"}) if but == "unknown_tag" else tagged
    base = rows if but == "unknown" else rows.dropna(subset=kind)
    them = base[base[column] == value]
    rest = base[base[column] != value] if but == "rest" else base
    n = them[kind].value_counts()
    everybody = rest[kind].value_counts().reindex(n.index, fill_value=0)
    share_of = n / everybody if but == "turned" else n / len(them)
    return pd.DataFrame(
        {
            "tag": n.index,
            "n": n.to_numpy(),
            "share": share_of.to_numpy(float),
            "overall_share": (everybody / len(rest)).to_numpy(float),
        }
    )


def stand_out(tagged: Any, column: str, value: str, kinds: Any, least: int, but: str = "") -> Any:
    """Tags of a segment with an index of 120 or more and `least` members, the highest index first."""
    import pandas as pd

    found = pd.concat([portrait(tagged, column, value, kind).assign(kind=kind) for kind in kinds])
    found["index"] = 100 * found["share"] / found["overall_share"]
    if but == "points":
        found["index"] = 100 + 100 * (found["share"] - found["overall_share"])
    if but == "ratio":
        found["index"] = found["index"] / 100
    enough = found["n"] >= (0 if but == "few" else least + (but == "more"))
    high = found["index"] >= (1.2 if but == "ratio" else 0 if but == "low" else 120)
    found = found[enough & high].sort_values("index", ascending=but == "order", kind="stable")
    return found[["kind", "tag", "n", "index"]].reset_index(drop=True)


def index_of(tagged: Any, column: str, value: str, kind: str, tag: str, but: str = "") -> float:
    """How much more frequent a tag is in a segment than among all: 100 is as among all."""
    known = tagged.dropna(subset=kind)
    here = (known.loc[known[column] == value, kind] == tag).mean()
    overall = (known[kind] == tag).mean()
    wrong = {
        "ratio": here / overall,
        "turned": 100 * overall / here,
        "points": 100 * (here - overall),
        "share": 100 * here,
    }
    return float(wrong.get(but, 100 * here / overall))


MISTAKES: dict[str, Mapping[Any, Callable]] = {
    "index_of": forgets(
        index_of,
        ratio=("还差一步：乘上 100。", "One step is missing: times 100."),
        turned="upside_down",
        points=("这是差几个百分点，不是几倍：要相除。", "That is the difference in points; divide instead."),
        share=("只有这群人的比例，没有和全体比。", "That is the segment's share alone; compare it with all."),
    ),
    "offer_share": forgets(
        offer_share,
        walk_ins="walk_ins_counted",
        returns=("退货的行也数进去了：只数买的行（数量大于 0）。", "Return lines were counted: only bought lines (quantity above 0) count."),
        money=("问的是多少行有优惠，不是省了几成钱。", "The share of lines with a discount is asked for, not of the money saved."),
        orders=("按单数算了：问的是行。", "That goes by orders; lines are asked for."),
        some=("一次优惠也没用过的会员也要一行，写 0。", "Members who never used an offer need their row, with 0."),
    ),
    "life_cycle": forgets(
        life_cycle,
        order=("规则要从上往下看，第一条成立的算数；您的结果是后面的规则盖住了前面的。", "Go down the rules and stop at the first that holds; here later rules wrote over earlier ones."),
        at_least="at_least_for_greater",
        more="greater_for_at_least",
        loyal=("“忠诚”抢到了前面：很久没来的人，以前再勤也先看多久没来。", "“loyal” came too early: who has been away for long is judged by that first."),
        prospect=("一单也没买过的会员没有标签：第一条是 prospect。", "Members without any order got no tag: the first rule is prospect."),
    ),
    "preference": forgets(
        preference,
        returns=("退货的行也数进去了：只数买的行（数量大于 0）。", "Return lines were counted: only bought lines (quantity above 0) count."),
        pieces=("数的是件数：一次囤十包，不等于来买过十次。数行。", "That counts pieces: ten packs at once are not ten visits. Count lines."),
        few=("不到 5 行就下了结论：行数太少要留空。", "A verdict on fewer than 5 lines: leave it empty."),
        unclear=("最多的那一类不到三成，也下了结论：要留空。", "The top category has less than three in ten of the lines: leave it empty."),
        dropped=("看不出偏好的会员也要一行，留空。", "Members without a clear preference need their row, left empty."),
        tie="no_tie_break",
    ),
    "portrait": forgets(
        portrait,
        unknown=("分母里混进了不知道的人：只除以这一项有标签的会员。", "Unknown ones are in the denominator: divide by those whose tag of this kind is known."),
        unknown_tag=("“不知道”被当成了一种标签。", "“Unknown” was taken for a tag."),
        rest=("要和全体比，不是和其余的人比。", "Compare with all members, not with the rest of them."),
        turned=("方向反了：这是有这个标签的人里，有几成是这群人。", "The other way round: that is the share of the tag's holders who belong to the segment."),
    ),
    "stand_out": forgets(
        stand_out,
        few=("只有几个人的标签也列出来了：人数不够，指数再高也是巧合。", "Tags of a handful of people are listed: with so few, a high index is chance."),
        more="greater_for_at_least",
        points=("指数是相除，不是相减。", "The index divides; it does not subtract."),
        ratio=("指数要乘上 100。", "The index is times 100."),
        low=("指数不到 120 的也列出来了。", "Tags with an index below 120 are listed."),
        order=("顺序反了：指数最高的排第一。", "The order is upside down: the highest index comes first."),
    ),
}  # fmt: skip
"""What each typical mistake would give, by function of the exercise and the lesson."""


def cases(function: str) -> dict[str, Any]:
    """What ``check.function(function, **cases(function))`` takes: the visible cases."""
    roll = table(
        "sale_id member_id quantity discount amount",
        ("A1", "M1", 1, 0.0, 20.0), ("A1", "M1", 1, 5.0, 15.0), ("A2", "M1", 2, 0.0, 30.0),
        ("A3", "M1", -1, 5.0, -15.0), ("B1", "M2", 1, 3.0, 9.0), ("B2", "M2", 1, 1.0, 7.0),
        ("C1", "M3", 3, 0.0, 60.0), ("D1", None, 1, 2.0, 8.0),
    )  # fmt: skip
    edges = table(
        "member_id orders_ever days_since days_since_first orders",
        ("M11", 20, 90, 365, 12), ("M12", 12, 91, 91, 12), ("M13", 5, 180, 365, 2),
        ("M14", 1, 365, 365, 1), ("M15", 1, 90, 90, 1), ("M16", 2, 10, 91, 2),
    )  # fmt: skip
    baskets = _lines(
        ("M1", "tea_coffee", 3, 1), ("M1", "snacks", 2, 9), ("M1", "gifts", 5, -1),
        ("M2", "snacks", 3, 1), ("M3", "snacks", 2, 1), ("M3", "tea_coffee", 2, 1),
        ("M3", "pantry", 1, 1),
    )  # fmt: skip
    others = _lines(
        *[("M7", name, 1, 2) for name in ("snacks", "gifts", "pantry", "baby", "textiles")],
        ("M8", "pantry", 4, 1), ("M8", "baby", 1, 1), ("M8", "baby", 5, -1),
    )  # fmt: skip
    ten = _ten()
    office, single = (ten, "occupation", "office"), (ten, "household", "single")
    kinds = ["preference", "household"]
    known: dict[str, tuple[list, list, dict]] = {
        "index_of": ([150.0, 200 / 3], [(*office, "preference", "tea_coffee"), (*single, "preference", "snacks")], {"within": 0.005}),
        "offer_share": (
            [
                table("member_id lines offer_share", ("M1", 3, 1 / 3), ("M2", 2, 1.0), ("M3", 1, 0.0)),
                table("member_id lines offer_share", ("M1", 1, 0.0), ("M2", 2, 1.0), ("M3", 1, 0.0)),
            ],
            [(roll,), (roll[2:],)],
            {"key": ["member_id"]},
        ),
        "life_cycle": (
            [
                six_members().assign(life_cycle=["loyal", "new", "cooling", "sleeping", "prospect", "lost"]),
                edges.assign(life_cycle=["loyal", "cooling", "cooling", "sleeping", "new", "active"]),
            ],
            [(six_members(),), (edges,)],
            {"key": ["member_id"]},
        ),
        "preference": (
            [
                table("member_id preference", ("M1", "tea_coffee"), ("M2", None), ("M3", "snacks")),
                table("member_id preference", ("M7", None), ("M8", "pantry")),
            ],
            [(baskets,), (others,)],
            {"key": ["member_id"]},
        ),
        "portrait": (
            [
                table("tag n share overall_share", ("tea_coffee", 3, 0.75, 0.5), ("snacks", 1, 0.25, 0.375)),
                table("tag n share overall_share", ("single", 3, 0.6, 0.6), ("couple", 2, 0.4, 0.4)),
            ],
            [(*office, "preference"), (*office, "household")],
            {"key": ["tag"]},
        ),
        "stand_out": (
            [
                table("kind tag n index", ("preference", "tea_coffee", 3, 150.0)),
                table("kind tag n index", ("occupation", "student", 2, 500 / 3), ("preference", "snacks", 2, 400 / 3)),
            ],
            [(*office, kinds, 2), (ten, "household", "couple", ["preference", "occupation"], 2)],
            {"within": 0.005, "ordered": True},
        ),
    }  # fmt: skip
    expected, inputs, options = known[function]
    return {"expected": expected, "inputs": inputs, "mistakes": MISTAKES[function], **options}


def _lines(*several: tuple[str, str, int, int]) -> Any:
    """Lines of members and categories, each as often as its third figure says."""
    rows = [(who, what, pieces) for who, what, times, pieces in several for _time in range(times)]
    return table("member_id category quantity", *rows)


@cache
def _ten() -> Any:
    """Ten tagged members; of two the preference is not known."""
    return table(
        "member_id occupation household preference",
        ("a", "office", "single", "tea_coffee"), ("b", "office", "single", "tea_coffee"),
        ("c", "office", "couple", "tea_coffee"), ("d", "office", "couple", "snacks"),
        ("e", "office", "single", None), ("f", "student", "single", "snacks"),
        ("g", "student", "couple", "snacks"), ("h", "retired", "single", "tea_coffee"),
        ("i", "student", "couple", "gifts"), ("j", "retired", "single", None),
    )  # fmt: skip
