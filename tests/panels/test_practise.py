"""A desk in the middle of a lesson: everybody's own shop, and what is done in it is seen."""

from pathlib import Path

from crmkit.learn.forms import screen_of
from crmkit.learn.learner import Seat, seated
from crmkit.learn.tasks import Tasks
from crmkit.panels import practise


def texts(part, state=None):
    own = [part["text"]] if "text" in part and state in (None, part.get("state")) else []
    return own + [one for child in part.get("of", ()) for one in texts(child, state)]


def test_each_learner_works_in_a_shop_of_their_own_and_sees_what_is_done(tmp_path):
    screens = {}
    for who in ("ann", "bo"):
        with seated(Seat(who, Path(tmp_path / who / "lesson.ipynb"))):
            (tmp_path / who).mkdir()
            screens[who] = practise("members", "member-desk"), screen_of(Tasks("member-desk"))
    desk = screens["ann"][0]
    assert screens["bo"][0].tree  # it is opened when it is looked at
    desk.did({"act": "tab", "arg": "register"})
    form = {"name": "林悦", "phone": "14200000009", "birth_date": "1990-05-01", "consents": ["sms"]}
    desk.did({"act": "register", "values": form})
    done = {who: texts(both[1].did({"act": "look"}), "right") for who, both in screens.items()}
    assert any("林悦" in one for one in done["ann"])
    assert not done["bo"]
    assert (tmp_path / "bo" / "shop.db").is_file()
