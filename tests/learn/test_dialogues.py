"""Conversations lead on, are heard three ways, and always come to an end."""

import json

import pytest

from crmkit.errors import CrmkitError
from crmkit.learn import answers, ask, authored, dialogue
from crmkit.learn.questions import Question

SHORT = """\
title: {zh: 短, en: Short}
setting: {zh: 店里, en: In the shop}
customer: {zh: 客, en: Customer}
start: hello
turns:
  hello:
    says: {zh: 你好, en: Hello}
    mood: calm
    replies:
      - {id: kind, say: {zh: 您好, en: Welcome}, next: good, listening: 2, words: 2, calm: 2, because: {zh: 好, en: Good}}
      - {id: cold, say: {zh: 嗯, en: Hm}, next: bad, listening: 0, words: 0, calm: 1, because: {zh: 冷, en: Cold}}
  good:
    says: {zh: 谢谢, en: Thanks}
    mood: pleased
    outcome: won
    summary: {zh: 好, en: Well done}
  bad:
    says: {zh: 再见, en: Bye}
    mood: angry
    outcome: lost
    summary: {zh: 不好, en: Not so}
"""


def paths(talk):
    """Every way through a conversation."""
    ways, finished = [()], []
    while ways:
        way = ways.pop()
        turn = talk.follow(way).turn
        replies = talk.turns[turn].get("replies", ())
        finished += [] if replies else [way]
        ways += [(*way, reply["id"]) for reply in replies]
    return finished


@pytest.mark.parametrize("name", authored.known("dialogues"))
def test_the_best_replies_win_and_the_worst_lose(name, desk, language):
    talk = dialogue(name)
    ways = paths(talk)
    assert len(ways) >= 8
    ends = {
        way: (talk.turns[talk.follow(way).turn]["outcome"], talk.follow(way).share) for way in ways
    }
    assert {"won", "lost"} <= {outcome for outcome, _share in ends.values()}
    best = max(ends.values(), key=lambda end: end[1])
    worst = min(ends.values(), key=lambda end: end[1])
    assert best == ("won", 1.0)
    assert worst[0] == "lost" and worst[1] < 0.5
    assert all(share >= 0.5 for outcome, share in ends.values() if outcome == "won")
    for way in ways:
        shown = talk.shown(talk.follow(way))
        assert shown["outcome"] and len(shown["scores"]) == 3 and shown["replies"] == []


def test_the_three_conversations_of_the_lessons_are_there():
    assert {"complaint", "shy-customer", "hurried-customer"} <= set(authored.known("dialogues"))


def test_a_bad_start_can_be_mended():
    talk = dialogue("complaint")
    standing = talk.follow(["rules", "look-up", "sum-up", "choice"])
    assert talk.turns[standing.turn]["outcome"] == "won"
    assert standing.share < 1


def test_a_conversation_goes_on_where_it_was_left(desk, capsys):
    dialogue("complaint").take("hear")
    again = dialogue("complaint")
    assert again.standing().replies == ("hear",)
    again.say("sum-up")
    assert "See? I told you!" in capsys.readouterr().out
    assert json.loads((desk / "complaint.answers.json").read_text("utf-8"))["answers"] == {
        "replies": ["hear", "sum-up"]
    }
    again.again()
    assert dialogue("complaint").standing().replies == ()


def test_a_reply_may_be_given_by_the_number_that_is_shown(desk, capsys):
    talk = dialogue("complaint")
    first = talk.shown()["replies"][0]
    talk.say(1)
    assert first["text"] in capsys.readouterr().out
    with pytest.raises(CrmkitError, match="no reply 9"):
        talk.say(9)


def test_a_reply_that_cannot_be_given_is_refused(desk):
    with pytest.raises(CrmkitError, match=r"no reply choice here. There are: hear, rules, doubt"):
        dialogue("complaint").take("choice")
    talk = dialogue("complaint")
    for reply in ("hear", "hurry", "defend"):
        talk.take(reply)
    with pytest.raises(CrmkitError, match="the conversation is over"):
        talk.take("hear")


def test_replies_edited_by_hand_count_up_to_the_first_impossible_one(desk):
    (desk / "complaint.answers.json").write_text(
        json.dumps({"name": "complaint", "answers": {"replies": ["hear", "fly", "choice"]}}),
        "utf-8",
    )
    assert dialogue("complaint").standing().replies == ("hear",)
    (desk / "complaint.answers.json").write_text(
        json.dumps({"name": "complaint", "answers": {"replies": 3}}), "utf-8"
    )
    assert dialogue("complaint").standing().replies == ()


def test_a_conversation_is_marked_from_the_replies_kept(desk):
    talk = dialogue("complaint")

    def marked(*replies, at_least=0.7):
        return talk.outcome(list(replies), at_least).reason or "right"

    assert marked() == "untouched"
    assert marked("hear") == "unfinished"
    assert marked("hear", "hurry", "defend") == "lost"
    assert marked("hear", "sum-up", "swap", at_least=0.99) == "too_weak"
    assert marked("hear", "sum-up", "choice") == "right"
    assert marked(*talk.best(), at_least=1) == "right"


def told(tree, kind="message"):
    found = [tree["text"]] if tree.get("t") == kind and tree.get("text") else []
    return found + [text for one in tree.get("of", ()) for text in told(one, kind)]


def test_a_conversation_answers_a_question_of_an_exercise(desk):
    fields = ask("sales-7", "talk")
    say = lambda reply: fields.screen.did({"act": "reply", "arg": ["talk", reply], "values": {}})  # noqa: E731
    for reply in ("load", "log"):
        tree = say(reply)
    assert any("customer left" in text for text in told(tree))
    assert fields.asked.outcome("talk").status == "wrong"
    tree = fields.screen.did({"act": "again", "arg": "talk", "values": {}})
    assert fields.asked.outcome("talk").status == "not_attempted"
    answers.keep("sales-7", {"my_number": "7"})
    for reply in Question(fields.asked.question("talk").data, fields.asked).dialogue.best():
        tree = say(reply)
    assert fields.asked.outcome("talk").status == "right"
    kept = json.loads((desk / "sales-7.answers.json").read_text("utf-8"))["answers"]
    assert kept == {"my_number": "7", "talk": ["own", "loan", "ask"]}


def test_a_reply_that_is_not_there_changes_nothing_in_an_exercise(desk):
    fields = ask("sales-7", "talk")
    for arg in (["talk", "fly"], ["talk"], "own", None, ["no_such", "own"], [[], {}]):
        fields.screen.did({"act": "reply", "arg": arg, "values": {"talk": ["own", "loan", "ask"]}})
    assert answers.load("sales-7") == {}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("start: hello", "start: hallo", "line 4, at start: there is no turn hallo"),
        (
            "next: good",
            "next: goood",
            r"line 10, at turns.hello.replies.0.next: there is no turn goood",
        ),
        ("next: good", "next: hello", "comes back here|no reply leads"),
        ("next: bad", "next: good", "no reply leads to this turn"),
        ("id: cold", "id: kind", "line 11.*this id stands twice"),
        ("mood: calm", "mood: happy", "line 8, at turns.hello.mood: happy is not one of angry"),
        ("listening: 2", "listening: 5", "5 is not one of 0, 1, 2"),
        ("outcome: won", "outcome: fair", "no turn has the outcome won"),
        ("start: hello\n", "", "start is missing"),
    ],
)
def test_a_careless_conversation_is_refused_by_line(desk, old, new, says):
    assert SHORT.count(old) == 1
    path = desk / "short.yaml"
    path.write_text(SHORT.replace(old, new), "utf-8")
    with pytest.raises(CrmkitError, match=says):
        dialogue(path)


@pytest.mark.parametrize("name", ["follow-up-call", "followup-call"])
def test_who_rings_asks_by_the_full_name_and_guesses_no_mr_or_ms(name):
    """What is right there is what the lesson says: nobody's title before they have answered."""
    for turn in dialogue(name).turns.values():
        for reply in turn.get("replies", ()):
            if reply["listening"] == 2:
                said = reply["say"]
                assert not any(one in said["zh"] for one in ("先生", "女士")), said
                assert not any(one in said["en"] for one in ("Mr ", "Ms ", "Mrs ")), said


def test_an_angry_customer_hears_sorry_what_is_done_and_by_when():
    right = [
        reply["say"]
        for turn in dialogue("late-answer").turns.values()
        if turn["mood"] == "angry"
        for reply in turn.get("replies", ())
        if reply["listening"] == 2
    ]
    assert right and all("15:00" in one["zh"] and "3 pm" in one["en"] for one in right)
