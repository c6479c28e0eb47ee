"""One customer from many channels: one spelling, one row per person, and who is who."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from crmkit.i18n import get_language
from crmkit.i18n import gettext as _
from crmkit.lessons.analyst.exports import export as export
from crmkit.lessons.analyst.exports import sold as sold
from crmkit.lessons.analyst.trying import forgets, table, unwritten
from crmkit.screen import Part, Screen, parts


def eight_lines() -> Any:
    """The eight lines of the lesson, as three systems wrote them."""
    return table(
        "channel sale_id phone quantity amount",
        ("store", "T1", "142 0301 4345", 1, 89.0),
        ("web", "W1", "+86 142-0301-4345", 2, 120.0),
        ("mini_program", "P1", "１４２０３０１４３４５", 1, 35.0),
        ("store", "T2", "15471796606", 1, 46.0),
        ("mini_program", "P2", "15471796606", 1, 18.0),
        ("store", "T3", None, 1, 25.0),
        ("web", "W2", "1547179660", 1, 60.0),
        ("store", "T4", "15471796606", -1, -46.0),
    )


def five_forms() -> Any:
    """Five forms of the lesson: a mother and her son on one phone, one person twice."""
    names = ["李娜", "李小宝", "李娜", "王芳", "王芳"]
    if get_language() == "en":
        names = ["Li Na", "Li Xiaobao", "Li Na", "Wang Fang", "Wang Fang"]
    return table(
        "member_id name phone email birth_date",
        ("J1", names[0], "14203014345", "lina@example.com", "1988-03-02"),
        ("J2", names[1], "14203014345", None, "2012-09-10"),
        ("J3", names[2], "15488812345", "lina@example.com", "1988-03-02"),
        ("J4", names[3], "16611112222", None, "1990-01-15"),
        ("J5", names[4], "16833334444", None, "1975-07-30"),
    )


# --- each function of the lesson and the exercise, and its typical mistakes -------------------------


def phone_key(phones: Any, but: str = "") -> Any:
    """The phones in one spelling; `but` names the step that is forgotten."""
    import pandas as pd

    def one(text: Any) -> str | None:
        if not isinstance(text, str):
            return None
        if but != "width":
            text = unicodedata.normalize("NFKC", text)
        if but != "separators":
            text = re.sub(r"\D", "", text)
        if but != "country":
            text = re.sub(r"^(?:00)?86(?=1\d{10}$)", "", text)
        return text if but == "valid" or re.fullmatch("1[3-9][0-9]{9}", text) else None

    return pd.Series([one(text) for text in phones], index=phones.index, dtype="object")


def people(lines: Any, but: str = "") -> Any:
    """One row per phone: in how many channels, orders, revenue."""
    known = lines.fillna({"phone": "?"}) if but == "walk_ins" else lines.dropna(subset="phone")
    bought = known if but == "returns_as_orders" else known[known["quantity"] > 0]
    by = (bought if but == "returns" else known).groupby("phone")
    orders = getattr(bought.groupby("phone")["sale_id"], "size" if but == "lines" else "nunique")()
    found = by.agg(channels=("channel", "size" if but == "channels" else "nunique"))
    found["orders"] = orders.reindex(found.index, fill_value=0)
    found["revenue"] = by["amount"].sum().round(2)
    return found.reset_index()


def with_answers(people: Any, surveys: Any, but: str = "", how: str = "left") -> Any:
    """Each buyer with the latest answer."""
    last = surveys.sort_values("asked_at")[["phone", "nps"]]
    last = last.dropna() if but == "scored" else last
    if but != "all":
        last = last.drop_duplicates("phone", keep="first" if but == "first" else "last")
    found = people.merge(last, on="phone", how=how)
    return found.fillna({"nps": 0}) if but == "zero" else found


def duplicates(members: Any, but: str = "") -> Any:
    """Pairs of forms of one person: a contact in common, and the name or the birthday."""
    rows = members.fillna("-") if but == "empty" else members
    both = rows.merge(rows, how="cross", suffixes=("", "_2"))

    def same(column: str) -> Any:
        return both[column] == both[column + "_2"]

    contact = same("phone") if but == "phone" else same("phone") | same("email")
    person = same("name") | same("birth_date")
    chosen = contact if but == "family" else person if but == "name" else contact & person
    apart = both["member_id"] < both["member_id_2"]
    if but == "twice":
        apart = both["member_id"] != both["member_id_2"]
    found = both[chosen & apart].rename(columns={"member_id_2": "other_id"})
    return found[["member_id", "other_id"]].reset_index(drop=True)


def persons(members: Any, pairs: Any, but: str = "") -> Any:
    """For each id the smallest id of its person, through chains of pairs, too."""
    import pandas as pd

    person = {one: one for one in members["member_id"]}
    choose = max if but == "largest" else min
    for _turn in range(1 if but == "one_step" else len(pairs)):
        before = dict(person)
        for one, other in zip(pairs["member_id"], pairs["other_id"], strict=True):
            person[one] = person[other] = choose(person[one], person[other])
        if person == before:
            break
    found = pd.DataFrame({"member_id": list(person), "person": list(person.values())})
    if but == "singles":
        found = found[found["member_id"].isin(pairs["member_id"]) | found["member_id"].isin(pairs["other_id"])]  # fmt: skip
    return found[found["member_id"] == found["person"]] if but == "one_row" else found


MISTAKES: dict[str, Mapping[Any, Callable]] = {
    "phone_key": forgets(
        phone_key,
        width=("全角数字没有换成半角：unicodedata.normalize(\"NFKC\", …)。", 'Full-width digits were not folded: unicodedata.normalize("NFKC", …).'),
        separators=("空格和横杠还在里面：只留数字。", "Spaces and dashes are still in: keep the digits only."),
        country=("开头的国家代码 86 没有去掉。", "The country code 86 in front was not taken off."),
        valid=("不可能的号码要变成空值：1 开头、第二位 3 到 9、一共 11 位。", "A number that cannot be must become empty: it begins with 1, then 3 to 9, 11 digits in all."),
    ),
    "people": forgets(
        people,
        walk_ins="walk_ins_counted",
        returns_as_orders="returns_counted_as_orders",
        returns="returns_dropped",
        lines="lines_for_orders",
        channels=("渠道要数不同的：用 nunique，不是 size。", "Count different channels: nunique, not size."),
    ),
    "with_answers": {
        **forgets(
            with_answers,
            all=("一人答过几次就变成了几行：每个手机号只留一份问卷。", "People who answered twice became two rows: keep one answer per phone."),
            first=("留成了最早的一份：要最近的。", "The earliest answer was kept: take the latest."),
            zero="empty_counted_as_zero",
            scored=("最近一份没打分，就是空的：不要拿更早的一份顶上。", "A latest answer without a score stays empty: an older one must not stand in for it."),
        ),
        ("没答过问卷的顾客丢了：用 how=\"left\"。", 'Customers without an answer were lost: use how="left".'): lambda people, surveys: with_answers(people, surveys, how="inner"),
        ("没买过东西的人也进来了：左边是顾客。", "People who bought nothing came in: customers stand on the left."): lambda people, surveys: with_answers(people, surveys, how="outer"),
    },
    "duplicates": forgets(
        duplicates,
        twice=("每一对出现了两次：只留 member_id 小于 other_id 的。", "Each pair stands twice: keep those with member_id below other_id."),
        family=("一家人会共用一个手机号：姓名或生日也要相同。", "A family may share a phone: the name or the birthday must agree, too."),
        name=("同名不等于同一个人：手机号或邮箱也要相同。", "The same name is not the same person: phone or e-mail must agree, too."),
        empty=("两个空值被当成相同的了：空值表示不知道。", "Two empty cells were taken as equal: empty means unknown."),
        phone=("只比了手机号：换了号码的人，邮箱还是老的。", "Only phones were compared: whoever changed the number kept the e-mail."),
    ),
    "persons": forgets(
        persons,
        one_step=("链子没有连到头：只走一遍，后面一对改了号，前面的还不知道。外面再加一圈 for turn in range(len(pairs)):", "The chain stops short: gone through once, an earlier pair does not learn what a later one changed. Put another loop around it: for turn in range(len(pairs)):"),
        singles=("没有重复的人也要在表里，person 就是自己。", "People without a second form belong in the table, too: their person is themselves."),
        largest=("留成了最大的号：要最小的。", "The largest id was taken: take the smallest."),
        one_row=("每张表单都要一行，不是每个人一行。", "One row per form is asked for, not one per person."),
    ),
    "in_several": {
        "greater_for_at_least": lambda lines: int((people(lines)["channels"] > 2).sum()),
        ("这是有几种不同的渠道数，不是有几个人：count 已经一人一行，数行就好，用 len( )。", "That is how many different numbers of channels there are, not how many people: count has one row a person already, so count its rows with len( )."): lambda lines: people(lines)["channels"].loc[lambda count: count >= 2].nunique(),
        ("这是把渠道数加起来了，不是数人：数有几行，用 len( )。", "That adds up the channels and does not count people: count the rows with len( )."): lambda lines: int(people(lines)["channels"].loc[lambda count: count >= 2].sum()),
        ("没有手机号的行不知道是谁，不能算成一个人。", "Lines without a phone are nobody we know, not one person."): lambda lines: int((people(lines, "walk_ins")["channels"] >= 2).sum()),
        ("这是所有的人，不只是用过两个或更多渠道的。", "Those are all people, not only those with two channels or more."): lambda lines: len(people(lines)),
        ("这是一个人最多用了几个渠道，不是人数。", "That is the most channels one person used, not a number of people."): lambda lines: int(people(lines)["channels"].max()),
    },
}  # fmt: skip
"""What each typical mistake would give, by function of the exercise and the lesson."""


def cases(function: str) -> dict[str, Any]:
    """What ``check.function(function, **cases(function))`` takes: the visible cases."""
    import pandas as pd

    phones = pd.Series(["142 0301 4345", "１５４７１７９６６０６", None, "1547179660"])
    others = pd.Series(["+86 168-3333-4444", "12345678901", "008614012345678"], index=[7, 8, 9])
    lines = eight_lines().assign(phone=lambda rows: phone_key(rows["phone"]))
    more = table(
        "channel sale_id phone quantity amount",
        ("web", "W7", "14000000001", 1, 20.0), ("web", "W7", "14000000001", 2, 30.0),
        ("store", "T8", "14000000002", -1, -15.0), ("store", "T9", "14000000001", 1, 9.9),
    )  # fmt: skip
    buyers = table("phone revenue", ("A", 90.0), ("B", 20.0), ("C", 45.0), ("E", 12.0))
    answers = table(
        "phone asked_at nps",
        ("A", "2025-06-02", 9), ("D", "2025-06-03", 8), ("A", "2025-04-01", 3), ("C", "2025-05-01", 6),
        ("B", "2025-06-09", None), ("B", "2025-03-01", 7),
    )  # fmt: skip
    pairs = table("member_id other_id", ("J3", "J6"), ("J1", "J3"), ("J2", "J4"))
    ids = table("member_id", *[(f"J{n}",) for n in range(1, 8)])
    long = table("member_id other_id", ("J6", "J7"), ("J5", "J6"), ("J2", "J5"))
    everywhere = table(
        "channel sale_id phone quantity amount",
        *[
            (channel, f"{channel}{n}", f"1400000000{n}", 1, 10.0)
            for n in range(1, 6)
            for channel in ("store", "web", "mini_program")[: 1 if n == 5 else 2]
        ],
    )
    others_forms = table(
        "member_id name phone email birth_date",
        ("J6", "A", "1", "a", "2000-01-01"), ("J7", "B", "1", "b", "2000-01-01"),
        ("J8", "A", "2", "a", "2001-02-02"), ("J9", "A", None, None, "1999-09-09"),
    )  # fmt: skip
    known: dict[str, tuple[list, list, dict]] = {
        "in_several": ([2, 1, 4], [(lines,), (more,), (everywhere,)], {}),
        "phone_key": (
            [
                pd.Series(["14203014345", "15471796606", None, None]),
                pd.Series(["16833334444", None, "14012345678"], index=[7, 8, 9]),
            ],
            [(phones,), (others,)],
            {},
        ),
        "people": (
            [
                table("phone channels orders revenue", ("14203014345", 3, 3, 244.0), ("15471796606", 2, 2, 18.0)),
                table("phone channels orders revenue", ("14000000001", 2, 2, 59.9), ("14000000002", 1, 0, -15.0)),
            ],
            [(lines,), (more,)],
            {"key": ["phone"], "within": 0.005},
        ),
        "with_answers": (
            [
                table("phone revenue nps", ("A", 90.0, 9), ("B", 20.0, None), ("C", 45.0, 6), ("E", 12.0, None)),
                table("phone revenue nps", ("C", 45.0, 6), ("E", 12.0, None)),
            ],
            [(buyers, answers), (buyers[2:], answers)],
            {"key": ["phone"]},
        ),
        "duplicates": (
            [
                table("member_id other_id", ("J1", "J3")),
                table("member_id other_id", ("J6", "J7"), ("J6", "J8")),
            ],
            [(five_forms(),), (others_forms,)],
            {"key": ["member_id", "other_id"]},
        ),
        "persons": (
            [
                table("member_id person", *zip(ids["member_id"], ["J1", "J2", "J1", "J2", "J5", "J1", "J7"], strict=True)),
                table("member_id person", *[(f"J{n}", "J2" if n >= 5 else f"J{n}") for n in range(1, 8)]),
            ],
            [(ids, pairs), (ids, long)],
            {"key": ["member_id"]},
        ),
    }  # fmt: skip
    expected, inputs, more_options = known[function]
    return {
        "expected": expected,
        "inputs": inputs,
        "mistakes": MISTAKES[function],
        **more_options,
    }


def beside(in_several: Callable, lines: Any) -> Screen:
    """What a learner's own function gives for June, beside what the table of channels adds up to."""

    def screen() -> Part:
        found, count = in_several(lines), people(lines)["channels"]
        if found is ...:
            return unwritten()
        right = int((count >= 2).sum())
        says = _(
            "Your function finds {found} of {people} people. In the table above, the rows with 2 and 3 channels add up to {right}."
        ).format(found=f"{found:,}", people=f"{len(count):,}", right=f"{right:,}")
        return parts.card(parts.message("right" if found == right else "wrong", says))

    return Screen(screen, {}, "in several channels")
