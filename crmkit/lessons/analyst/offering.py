"""Recommendations: best sellers, likeness of products, what a member is offered, and an honest judge."""

from collections.abc import Callable, Mapping
from typing import Any

from crmkit.lessons.analyst.trying import bought, forgets, table


def ten_lines() -> Any:
    """The ten lines of the lesson: five web customers and four things."""
    rows = [
        ("M1", "coffee", 1), ("M1", "cup", 1), ("M2", "coffee", 2), ("M2", "cup", 1),
        ("M3", "coffee", 1), ("M3", "milk", 1), ("M4", "coffee", 1), ("M4", "soap", 1),
        ("M5", "soap", 6), ("M3", "coffee", 1),
    ]  # fmt: skip
    return table("member_id product_id quantity", *rows)


# --- each function of the lesson and the exercise; `but` names what is forgotten ---------------------


def best_sellers(sales: Any, k: int, but: str = "") -> Any:
    """The k products that most members bought."""
    by = bought(sales, but).groupby("product_id")
    count = by.size() if but == "lines" else by["quantity"].sum() if but == "pieces" else by["member_id"].nunique()  # fmt: skip
    found = count.rename("members").reset_index()
    found = found.sort_values(["members", "product_id"], ascending=[but == "least", True])
    return found.head(k).reset_index(drop=True)


def likeness(sales: Any, but: str = "") -> Any:
    """For every two products with a buyer in common: how many, and the cosine of their buyers."""
    had = bought(sales)[["member_id", "product_id"]]
    had = had if but == "lines" else had.drop_duplicates()
    n = had.groupby("product_id").size()
    pairs = had.merge(had.rename(columns={"product_id": "other_id"}), on="member_id")
    pairs = pairs[pairs["product_id"] != pairs["other_id"]] if but != "itself" else pairs
    found = pairs.groupby(["product_id", "other_id"]).size().rename("both").reset_index()
    first, second = found["product_id"].map(n), found["other_id"].map(n)
    below = {"root": first * second, "first": first, "either": first + second - found["both"]}
    found["likeness"] = found["both"] / below.get(but, (first * second) ** 0.5)
    return found[found["product_id"] < found["other_id"]] if but == "half" else found


def offer(sales: Any, alike: Any, member: str, k: int, but: str = "") -> Any:
    """The k products most alike what the member has bought, and not bought before."""
    had = set(bought(sales).loc[lambda lines: lines["member_id"] == member, "product_id"])
    here = alike[alike["product_id"].isin(had)]
    by = here.groupby("other_id")["likeness"]
    score = by.max() if but == "largest" else by.mean() if but == "mean" else by.sum()
    found = score.rename("score").rename_axis("product_id").reset_index()
    if but != "old":
        found = found[~found["product_id"].isin(had)]
    found = found.sort_values(["score", "product_id"], ascending=[but == "least", True])
    return found.head(k).reset_index(drop=True)


def by_content(sales: Any, products: Any, member: str, k: int, but: str = "") -> Any:
    """The k products whose category has the largest part of the member's lines, and not bought yet."""
    lines = bought(sales, but).merge(products[["product_id", "category"]], on="product_id")
    mine = lines if but == "everybody" else lines[lines["member_id"] == member]
    weight = mine.groupby("category")["quantity"].sum() if but == "pieces" else mine.groupby("category").size()  # fmt: skip
    found = products[["product_id", "category"]].assign(
        score=products["category"].map(weight / weight.sum()).fillna(0)
    )
    had = set(lines.loc[lines["member_id"] == member, "product_id"])
    found = found[(found["score"] > 0) & (~found["product_id"].isin(had) | (but == "old"))]
    if but == "sold":
        found = found[found["product_id"].isin(lines["product_id"])]
    found = found.sort_values(["score", "product_id"], ascending=[False, True])
    return found[["product_id", "score"]].head(k).reset_index(drop=True)


def hit_rate(recommended: Any, before: Any, later: Any, but: str = "") -> float:
    """Of those known before who later bought something new to them: whom did a recommendation hit?"""
    old, new = bought(before), bought(later, but)
    pairs = set(zip(old["member_id"], old["product_id"], strict=True))
    known = set(old["member_id"])
    wanted: dict[str, set] = {}
    for who, what in zip(new["member_id"], new["product_id"], strict=True):
        if (who in known or but == "strangers") and ((who, what) not in pairs or but == "old"):
            wanted.setdefault(who, set()).add(what)
    told = recommended.groupby("member_id")["product_id"].agg(set).to_dict()
    if but == "offered":
        wanted = {who: things for who, things in wanted.items() if who in told}
    hits = [len(told.get(who, set()) & things) for who, things in wanted.items()]
    if but == "precision":
        return sum(hits) / sum(len(told.get(who, ())) for who in wanted)
    if but == "of_all":
        return sum(hit > 0 for hit in hits) / len(told)
    return sum(hit > 0 for hit in hits) / len(hits)


MISTAKES: dict[str, Mapping[Any, Callable]] = {
    "best_sellers": forgets(
        best_sellers,
        walk_ins="walk_ins_counted",
        returns=("来退货的人也算成买过了。", "Who returned something was counted as a buyer."),
        lines=("数的是行：同一个人买两次只算一位，用 nunique。", "That counts lines: one member who bought twice is one, so nunique."),
        pieces=("数的是件数：一个人囤六块，不等于六个人喜欢。", "That counts pieces: six bars for one member are not six people who like it."),
        least="smallest_for_largest",
    ),
    "likeness": forgets(
        likeness,
        root=("分母要开方：√（甲的人数 × 乙的人数）。", "Take the root below: √(buyers of one × buyers of the other)."),
        first=("只除以了第一样的人数：畅销品会显得和什么都像。", "Divided by the first one's buyers only: then best sellers look like everything."),
        either=("这是除以“买过其中一样”的人数，是另一种相似度。", "That divides by those who bought either, another likeness."),
        lines=("同一个人买两次只算一位：先去重。", "One member who bought twice counts once: drop duplicates first."),
        half=("两个方向都要列：甲像乙，乙也像甲。", "List both directions: the first is like the second, and the second like the first."),
        itself=("自己和自己不用列。", "A product beside itself is not asked for."),
    ),
    "offer": forgets(
        offer,
        old=("已经买过的不用再推荐。", "What was bought before is no recommendation."),
        largest=("把每一样的相似度加起来，不是取最大的。", "Add the likenesses up; do not take the largest."),
        mean="mean_for_sum",
        least=("顺序反了：分最高的排第一。", "Upside down: the highest score comes first."),
    ),
    "by_content": forgets(
        by_content,
        old=("已经买过的不用再推荐。", "What was bought before is no recommendation."),
        everybody=("要看这位会员自己的口味，不是大家的。", "Look at this member's taste, not at everybody's."),
        pieces=("数行，不数件：一次囤六块，不等于来买过六次。", "Count lines, not pieces: six at once are not six visits."),
        sold=("没人买过的新品也要列：这正是按内容推荐的长处。", "New products that nobody bought belong in: that is what content is good at."),
        returns=("退货的行也数进去了：只数买的行（数量大于 0）。", "Return lines were counted: only bought lines (quantity above 0) count."),
    ),
    "hit_rate": forgets(
        hit_rate,
        old=("以前买过、又买一次的，不算推荐的功劳。", "What was bought before and bought again is no merit of the recommendation."),
        strangers=("以前没买过东西的人，谁也猜不到他的口味：不放进分母。", "Nobody can know the taste of those who never bought before: leave them out."),
        precision=("这是推荐的件数里中了几成；问的是几成的人至少中了一件。", "That is the share of recommended things; the share of people with a hit is asked for."),
        of_all=("分母是后来买了新东西的老会员，不是收到推荐的所有人。", "Divide by known members who later bought something new, not by all who got recommendations."),
        offered=("没收到推荐的人也要留在分母里：没推荐，就没推中。", "Who was offered nothing stays in the denominator: without an offer there is no hit."),
        returns=("来退货的人也算成买过了。", "Who returned something was counted as a buyer."),
    ),
}  # fmt: skip
"""What each typical mistake would give, by function of the exercise and the lesson."""


def cases(function: str) -> dict[str, Any]:
    """What ``check.function(function, **cases(function))`` takes: the visible cases."""
    lines = ten_lines()
    more = table(
        "member_id product_id quantity",
        ("A", "tea", 1), ("A", "tea", 1), ("A", "mug", 1), ("B", "mug", 1), ("B", "tea", -1),
        ("C", "mug", 1), ("C", "pot", 1), (None, "pot", 1), (None, "pot", 1), ("D", "pot", -1),
        ("D", "pot", -1), ("D", "tea", 1), ("E", "rug", 9),
    )  # fmt: skip
    goods = table(
        "product_id category",
        ("coffee", "drinks"), ("milk", "drinks"), ("tea", "drinks"), ("cup", "home"),
        ("mug", "home"), ("rug", "home"), ("soap", "care"), ("balm", "care"), ("pot", "home"),
    )  # fmt: skip
    alike = table(
        "product_id other_id likeness",
        ("coffee", "cup", 0.7), ("coffee", "milk", 0.5), ("coffee", "soap", 0.4),
        ("cup", "coffee", 0.7), ("cup", "milk", 0.1), ("cup", "soap", 0.45), ("milk", "coffee", 0.5),
        ("soap", "coffee", 0.4), ("soap", "balm", 0.3), ("milk", "cup", 0.1), ("soap", "cup", 0.45),
        ("balm", "soap", 0.3),
    )  # fmt: skip
    told = table(
        "member_id product_id",
        ("M1", "milk"), ("M1", "soap"), ("M2", "soap"), ("M2", "balm"), ("M2", "cup"), ("M4", "cup"), ("M5", "coffee"), ("M9", "tea"),
    )  # fmt: skip
    later = table(
        "member_id product_id quantity",
        ("M1", "milk", 1), ("M2", "soap", -1), ("M2", "tea", 1), ("M3", "milk", 1), ("M3", "tea", 1),
        ("M4", "soap", 1), ("M7", "tea", 1), ("M8", "cup", 1), ("M5", "coffee", 1),
    )  # fmt: skip
    again = later.assign(quantity=1).iloc[[1, 3, 6, 5]]
    known: dict[str, tuple[list, list, dict]] = {
        "best_sellers": (
            [
                table("product_id members", ("coffee", 4), ("cup", 2), ("soap", 2)),
                table("product_id members", ("mug", 3), ("tea", 2)),
            ],
            [(lines, 3), (more, 2)],
            {"ordered": True},
        ),
        "likeness": (
            [
                table("product_id other_id both likeness", *[(a, b, n, v) for x, y, n, v in (("coffee", "cup", 2, 0.7071), ("coffee", "milk", 1, 0.5), ("coffee", "soap", 1, 0.3536)) for a, b in ((x, y), (y, x))]),
                table("product_id other_id both likeness", ("mug", "pot", 1, 0.5774), ("pot", "mug", 1, 0.5774), ("mug", "tea", 1, 0.4082), ("tea", "mug", 1, 0.4082)),
            ],
            [(lines,), (more,)],
            {"key": ["product_id", "other_id"], "within": 0.0005},
        ),
        "offer": (
            [
                table("product_id score", ("soap", 0.85), ("milk", 0.6)),
                table("product_id score", ("cup", 1.15), ("milk", 0.5), ("balm", 0.3)),
            ],
            [(lines, alike, "M1", 3), (lines, alike, "M4", 3)],
            {"ordered": True, "within": 0.0005},
        ),
        "by_content": (
            [
                table("product_id score", ("tea", 1.0)),
                table("product_id score", ("milk", 0.5), ("mug", 0.5), ("pot", 0.5), ("rug", 0.5)),
                table("product_id score", ("cup", 1.0), ("pot", 1.0), ("rug", 1.0)),
                table("product_id score", ("coffee", 2 / 3), ("milk", 2 / 3), ("cup", 1 / 3), ("pot", 1 / 3), ("rug", 1 / 3)),
            ],
            [(lines, goods, "M3", 4), (lines, goods, "M2", 4), (more, goods, "B", 5), (more, goods, "A", 5)],
            {"ordered": True, "within": 0.0005},
        ),
        "hit_rate": ([0.5, 1.0], [(told, lines, later), (told, lines, again)], {"within": 0.0005}),
    }  # fmt: skip
    expected, inputs, options = known[function]
    return {"expected": expected, "inputs": inputs, "mistakes": MISTAKES[function], **options}
