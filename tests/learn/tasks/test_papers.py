"""A paper on a desk is judged by what it says; whoever is still on the way has done nothing wrong."""

from types import SimpleNamespace

import pytest

from crmkit.i18n import use_language
from crmkit.learn.tasks.papers import UNDER_WAY, Paper, numbers
from crmkit.learn.tasks.telling import Told

PUSH = {
    "status": "sent",
    "control_percent": 20,
    "channel": "mini_program",
    "segment_id": "call_news",
}
TICKET = {"status": "closed", "satisfaction": 4, "ticket_id": 2161, "member": "M1"}


def fault(kind, wanted, *papers):
    books = SimpleNamespace(papers={kind: papers})
    return Paper(kind, wanted).fault(books, SimpleNamespace(papers={kind: ()}))


@pytest.mark.parametrize(
    ("kind", "wanted", "changed"),
    [
        ("push", PUSH, {"status": "draft"}),
        ("push", PUSH, {"status": "frozen"}),
        ("ticket", TICKET, {"status": "in_progress", "satisfaction": None}),
        ("ticket", TICKET, {"status": "resolved", "satisfaction": None}),
    ],
)
def test_a_paper_on_its_way_is_told_so(kind, wanted, changed):
    with use_language("en"):
        found = fault(kind, wanted, wanted | changed)
    assert found.reason == UNDER_WAY and "So far so good" in found.message


@pytest.mark.parametrize(
    ("kind", "wanted", "changed", "says"),
    [
        ("push", PUSH, {"status": "draft", "control_percent": 10}, "wrong_control_percent"),
        ("push", PUSH, {"status": "cancelled"}, "wrong_status"),
        ("ticket", TICKET, {"satisfaction": 3}, "wrong_satisfaction"),
    ],
)
def test_what_is_wrong_on_the_way_or_at_its_end_is_told(kind, wanted, changed, says):
    assert fault(kind, wanted, wanted | changed).reason == says


def test_a_paper_that_says_it_all_is_right_whatever_lies_beside_it():
    assert fault("push", PUSH, PUSH | {"status": "draft"}, PUSH) is None
    assert fault("push", PUSH).reason == "no_push"


def test_another_customers_ticket_is_no_try_at_this_one():
    wanted = {"priority": "high", "kind": "complaint", "channel": "phone", "member": "M2"}
    other = {"priority": "normal", "kind": "complaint", "channel": "phone", "member": "M1"}
    assert fault("ticket", wanted, other | {"ticket_id": 7}).reason == "no_ticket"
    slip = wanted | {"member": "M1", "ticket_id": 8}
    assert fault("ticket", wanted, slip).reason == "wrong_member"


def test_a_change_looked_at_again_is_the_one_that_is_named():
    old = ({"improvement_id": 1, "status": "done"}, {"improvement_id": 2, "status": "done"})
    now = (old[0], old[1] | {"status": "confirmed"}, {"improvement_id": 3, "status": "open"})
    books, before = (SimpleNamespace(papers={"improvement": one}) for one in (now, old))
    first = Paper("improvement", {"status": "confirmed", "improvement_id": 1})
    second = Paper("improvement", {"status": "confirmed", "improvement_id": 2})
    assert first.fault(books, before).reason == "no_improvement"
    assert second.fault(books, before) is None


@pytest.mark.parametrize(
    "words", ["9张变3张", "五月九张，六月 3 张", "from nine to three", "９→３"]
)
def test_a_re_check_says_the_number_before_and_after(words):
    wanted = {"status": "confirmed", "improvement_id": 1, "figures": [9, 3]}
    said = {"status": "confirmed", "improvement_id": 1, "figures": numbers(words)}
    assert fault("improvement", wanted, said) is None
    assert (
        fault("improvement", wanted, said | {"figures": numbers("好多了")}).reason == "no_figures"
    )


PRICE = {"who": True, "what": ["会员价", "member price"], "until": True}
KEPT_UNTIL = """
留到周日
到七月六号
留到7.6
7/6前来取
给您留三天
保留48小时
这周都给您留着
限时一周
整个七月都有
活动到7月末
留到这个月最后一天
今天打烊前来拿
晚上八点以前来取
后天下班前来取
今天刚到，周五前给您留着
we'll hold it till Sun
kept for you till the 6th
kept for you for three days
collect by 6 p.m.
collect by 6pm tomorrow
kept all week
kept until 06-07
valid to 31.7.
through July
July only
for 48 hours
came in this morning; yours until tomorrow night
""".strip().splitlines()
NO_DAY = """
今天到的，快来
这周新到的
三天前您问的到了
一周一次的好事
第2件7.5折
满99元减20
2号店也有
尽快来取
came in today, come and see
in this week
reduced by 20%
up to 50% off
tell it to 2 friends
in sizes 2-3
1/2 price
2 for 7.99
it may be the softest
""".strip().splitlines()


@pytest.mark.parametrize(
    ("words", "missing"),
    [
        ("{name}您好，生日那一周有会员价", ["who it is from", "until when"]),
        ("老城店：{name}您好，生日那一周有会员价", ["until when"]),
        ("{store}：{name}您好，七月有惊喜，到 7 月 31 日", ["what it is about"]),
        ("【老城店】生日那一周有会员价，到七月三十一日", []),
        ("{store}：会员价，七月底为止", []),
        ("{name}, member price in your birthday week", ["who it is from", "until when"]),
        ("Old Town Store: member price until 31 July", []),
        ("It's {shop}: member price until Sunday", []),
    ],
)
def test_a_message_says_who_what_and_until_when_or_is_told_what_is_missing(words, missing):
    told = Told.of(words, ["老城店", "Old Town Store"])
    wanted = PUSH | {"tells": PRICE}
    with use_language("en"):
        assert told.missing(PRICE) == missing
        found = fault("push", wanted, PUSH | {"tells": told})
    assert (found and found.reason) == ("untold" if missing else None)
    assert all(one in found.message for one in missing)


@pytest.mark.parametrize("words", KEPT_UNTIL)
def test_until_when_is_understood_as_a_shop_writes_it(words):
    assert Told.of(words, ()).missing({"until": True}) == []


@pytest.mark.parametrize("words", NO_DAY)
def test_a_price_or_the_day_goods_came_is_not_until_when(words):
    assert Told.of(words, ()).missing({"until": True}) != []


@pytest.mark.parametrize("words", ["Old Town: hello", "Li from Old Town Store", "老城店小李"])
def test_a_store_is_known_by_its_name_without_the_word_store(words):
    assert Told.of(words, ["老城店", "Old Town Store"]).missing({"who": True}) == []


@pytest.mark.parametrize("words", ["好了", "done", "已解决", ""])
def test_a_ticket_is_not_settled_by_the_word_that_it_is(words):
    wanted = TICKET | {"says": ["收银", "till"]}
    assert fault("ticket", wanted, TICKET | {"says": words}).reason == "says_nothing"
    assert fault("ticket", wanted, TICKET | {"says": "中午加开一台收银"}) is None
