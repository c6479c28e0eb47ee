"""What one paper's check prints or tells is never in the way of another's, nor of a master's."""

import sys
import threading
import types

from crmkit.learn import checking
from crmkit.teach import marking


def both_at_once(first, second):
    """Run two cells so that each begins before either ends, and the first ends first."""
    begun, ended = threading.Barrier(2), threading.Event()

    def one(act, wait):
        act(lambda: (begun.wait(20), wait(20)))

    threads = [
        threading.Thread(target=lambda: (one(first, lambda _s: None), ended.set())),
        threading.Thread(target=one, args=(second, ended.wait)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


def judged(name, pause):
    """A check of another kind, judged as the marker's threads do."""
    part = marking.Part(name, "print('seen'); pause()", 1.0, ())
    master = marking.Master(name, names={"pause": pause})
    return marking._judge_cell(part, master, types.SimpleNamespace())


def test_two_papers_judged_at_once_leave_a_process_that_can_print():
    outcomes = []
    both_at_once(
        lambda pause: outcomes.append(judged("first", pause)),
        lambda pause: outcomes.append(judged("second", pause)),
    )
    assert [one.status for one in outcomes] == ["right", "right"]
    assert not sys.stdout.closed
    print("still heard")


def test_a_master_expects_what_its_own_cell_checks_and_not_another_papers():
    seen = {}
    mine = "check.number('mine', 1); pause()"
    theirs = "pause(); check.number('theirs', 2)"

    def going_through(pause):
        names = {"check": checking.check, "pause": pause, "mine": 1}
        seen["mine"] = [name for name, _one in marking._rehearse(mine, names, set())]

    def judging(pause):
        exec(theirs, {"check": checking.check, "pause": pause, "theirs": 2})

    def in_turn(act):
        both_at_once(judging, act)

    in_turn(going_through)
    assert seen["mine"] == ["mine"]
