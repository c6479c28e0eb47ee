"""The course and the shop as pages: who gets in, what they see, whose answers are whose."""

import json
import re

import pytest

from crmkit.errors import CrmkitError
from crmkit.learn.course import Course
from crmkit.serve.app import serve
from crmkit.serve.house import House
from crmkit.serve.people import Class

EXERCISE = "/exercise/sales-1"
PAGES = ("/", "/shop", "/shop/till", EXERCISE, "/lesson/4-inventory/04-stock-in-numbers")


def words(answer):
    return re.sub(r"\s+", " ", answer.body.decode())


def trees_of(answer):
    return json.loads(re.search(r'id="trees">(.*?)</script>', answer.body.decode(), re.S)[1])


@pytest.mark.parametrize("page", [*PAGES, "/hand-in/sales-1"])
def test_a_stranger_gets_the_door_and_nothing_else(stranger, page):
    answer = stranger.ask(page)
    assert answer.code in (302, 405)
    assert answer.headers.get("Location", "/sign-in").startswith("/sign-in")
    assert stranger.live(page) is None


def test_the_first_code_a_learner_types_is_theirs_from_then_on(stranger, browser_of):
    browser_of("ann")
    assert stranger.sign_in("ann", "guessed").code == 200
    assert "not your code" in words(stranger.sign_in("ann", "guessed"))
    assert stranger.ask("/").code == 302
    for _try in range(4):
        last = stranger.sign_in("ann", "guessed")
    assert "Too many wrong codes" in words(last)
    assert stranger.sign_in("ann", "code-of-ann").code == 200  # even the right one waits now


def test_nobody_who_is_not_on_the_list_comes_in(stranger):
    for name in ("eve", "../ann", "", "ANN", "<script>"):
        assert "Nobody on the list" in words(stranger.sign_in(name, "whatever"))


def test_codes_are_not_kept_as_they_are_typed(browser_of, course_folder):
    browser_of("bo")
    kept = (course_folder / "work/class/codes.json").read_text("utf-8")
    assert "code-of-bo" not in kept and "bo" in kept


def test_a_page_lets_a_browser_fetch_and_run_nothing_but_its_own(browser_of):
    browser = browser_of("ann")
    browser.post("/shop", staff="C1")
    for page in PAGES:
        answer = browser.get(page)
        assert answer.code == 200, page
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self';" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy  # fmt: skip
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        page_words = answer.body.decode()
        assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", page_words)
        body = re.sub(r'<script type="application/json".*?</script>', "", page_words, flags=re.S)
        assert "style=" not in body and not re.search(r"<script(?![^>]*src=)", body)


def test_cookies_are_signed_strict_and_out_of_reach_of_scripts(served, stranger):
    answer = stranger.sign_in("bo", "code-of-bo")
    (cookie,) = [one for one in answer.headers.get_list("Set-Cookie") if one.startswith("crmkit_who")]  # fmt: skip
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
    forged = dict(stranger.cookies)
    stranger.cookies["crmkit_who"] = forged["crmkit_who"].replace("|", "|x", 1)
    assert stranger.ask("/").code == 302
    stranger.cookies["crmkit_who"] = "bo"
    assert stranger.ask("/").code == 302


def test_a_form_of_another_site_is_refused(browser_of):
    browser = browser_of("ann")
    for path in ("/shop", "/shop-reset", "/hand-in/sales-1", "/choose", "/sign-out", "/role"):
        answer = browser.ask(path, "POST", body="staff=C1")
        assert answer.code == 403, path


def test_a_line_from_another_site_or_under_another_name_is_refused(served, browser_of):
    browser = browser_of("ann")
    assert browser.live(EXERCISE, Origin="http://evil.example") is None
    assert browser.live(EXERCISE) is not None
    answer = browser.ask("/", headers={"Host": "rebound.example"})
    assert answer.code == 403


def test_nothing_outside_the_course_can_be_asked_for(browser_of):
    browser = browser_of("ann")
    for path in ("/lesson/../../grading/x", "/lesson/5-analyst/03-rfm", "/exercise/analyst-3",
                 "/asset/x/app.py", "/asset/x/..%2fapp.py", "/shop/kitchen", "/exercise/%2e%2e"):  # fmt: skip
        assert browser.ask(path).code == 404, path


def test_an_answer_is_judged_kept_where_jupyterlab_keeps_it_and_seen_by_nobody_else(
    browser_of, course_folder
):
    ann, bo = browser_of("ann"), browser_of("bo")
    trees = trees_of(ann.get(EXERCISE))
    first = min(map(int, trees))
    line = ann.live(EXERCISE)
    ann.do(line, screen=first, act="answer", values={"my_store": "s02"}, n=1, **{"from": "a"})
    kept = course_folder / "work/class/ann/en/exercises/sales-1/sales-1.answers.json"
    assert json.loads(kept.read_text("utf-8"))["answers"] == {"my_store": "s02"}
    assert "s02" in json.dumps(trees_of(ann.get(EXERCISE))[str(first)]["of"][0]["of"][0]["value"])
    theirs = trees_of(bo.get(EXERCISE))[str(first)]
    assert "value" not in theirs["of"][0]["of"][0]
    assert not kept.with_name("x").exists()
    assert not (course_folder / "work/class/bo/en/exercises/sales-1/sales-1.answers.json").exists()


def test_handing_in_puts_notebook_and_answers_where_the_class_is_graded(browser_of, course_folder):
    bo = browser_of("bo")
    screen = min(map(int, trees_of(bo.get(EXERCISE))))
    bo.do(bo.live(EXERCISE), screen=screen, act="answer", values={"my_store": "s03"})
    for _twice in range(2):
        assert "Handed in" in words(bo.post("/hand-in/sales-1"))
    there = course_folder / "grading/submitted/bo/sales-1"
    assert {one.name for one in there.iterdir()} == {"sales-1.ipynb", "sales-1.answers.json", "timestamp.txt"}  # fmt: skip
    assert "s03" in (there / "sales-1.answers.json").read_text("utf-8")


def test_each_learner_has_a_shop_of_their_own_and_a_basket_survives_a_restart(
    browser_of, house, course_folder
):
    ann, bo = browser_of("ann"), browser_of("bo")
    for one in (ann, bo):
        assert one.post("/shop", staff="K1").headers["Location"] == "/shop/stock"
        assert one.post("/shop", staff="C1").headers["Location"] == "/shop/till"
        one.get("/shop/till")
    line = ann.live("/shop/till")
    ann.do(line, act="scan", arg=["P1"], n=1, **{"from": "tab"})
    again = ann.do(line, act="scan", arg=["P1"], n=1, **{"from": "tab"})  # sent again
    assert "129.00" in json.dumps(again) and "258.00" not in json.dumps(again)
    assert "129.00" not in json.dumps(trees_of(bo.get("/shop/till")))
    house.group.people["ann"].screens.clear()  # as after a restart
    assert "129.00" in json.dumps(trees_of(ann.get("/shop/till")))
    assert (course_folder / "work/class/ann/en/shop.db").exists()


def test_whoever_is_unknown_in_the_shop_is_told_so(browser_of):
    ann = browser_of("ann")
    for staff in ("E9999", "", "' OR 1=1", "一" * 50):
        answer = ann.post("/shop", staff=staff)
        assert answer.code == 200 and 'role="alert"' in words(answer)


def test_names_from_the_roster_are_text(stranger):
    page = words(stranger.get("/sign-in"))
    assert "<b>Cy" not in page and "&lt;b&gt;Cy&lt;/b&gt;" in page


def test_the_board_is_the_trainers(stranger, browser_of):
    browser_of("ann").get(EXERCISE)
    assert "trainer" in words(stranger.get("/board")) and "Ann Lee" not in words(stranger.get("/board"))  # fmt: skip
    assert "not the password" in words(stranger.post("/board", code="guess"))
    stranger.post("/board", code="trainer-password")
    board = words(stranger.get("/board"))
    assert "Ann Lee" in board and "Sales exercise 1" in board and "<svg" in board
    stranger.post("/board", forget="bo")
    assert stranger.sign_in("bo", "a new code").code == 302
    stranger.post("/board", forget="bo")


def test_a_certificate_is_refused_by_saying_what_is_missing(stranger, browser_of):
    assert stranger.ask("/certificate/cashier").code == 302
    ann = browser_of("ann")
    assert "Ann Lee" in words(ann.get("/certificate/cashier"))
    refused = ann.post("/certificate/cashier", name="Somebody Else")
    assert "Cashier exercise 1 is not graded yet" in words(refused)
    assert ann.get("/certificate/nothing").code == 404


def test_the_page_speaks_the_language_that_was_chosen_and_goes_back(browser_of):
    ann = browser_of("ann")
    answer = ann.post("/choose", language="zh", back="//evil.example/")
    assert answer.headers["Location"] == "/"
    assert "我的课程" in words(ann.get("/"))
    assert 'lang="zh-CN"' in words(ann.get("/"))


@pytest.mark.parametrize("given", [b"{", b"[]", b'{"screen": 99}', b'{"screen": "x", "act": 1}', b"\x00" * 50])  # fmt: skip
def test_nonsense_on_the_line_is_passed_over(browser_of, given):
    ann = browser_of("ann")
    screen = min(map(int, trees_of(ann.get(EXERCISE))))
    line = ann.live(EXERCISE)

    async def send():
        await line.write_message(given)

    ann.served.run(send())
    assert ann.do(line, screen=screen, act="no such act")["screen"] == screen


def test_on_other_interfaces_only_with_a_roster_or_a_password(tmp_path):
    with pytest.raises(CrmkitError, match="password or a roster"):
        serve(Course(tmp_path), "en", host="0.0.0.0")
    with pytest.raises(CrmkitError, match="eight"):
        serve(Course(tmp_path), "en", host="0.0.0.0", password="short")


@pytest.mark.parametrize(
    ("rows", "told"),
    [("name\nann\n", "column id"), ("id\n../etc\n", "learner's id"), ("", "column id")],
)
def test_a_roster_that_cannot_be_one_is_refused(tmp_path, rows, told):
    (tmp_path / "r.csv").write_text(rows)
    with pytest.raises(CrmkitError, match=told):
        Class(Course(tmp_path), tmp_path / "r.csv")


def test_alone_the_key_in_the_address_opens_the_door(course_folder, alone, tmp_path, monkeypatch):
    monkeypatch.setenv("CRMKIT_PROGRESS", str(tmp_path / "p.jsonl"))
    browser = alone(House(Course(course_folder), "en", password="the-key-of-today", scene="corner"))
    assert browser.ask("/").headers["Location"] == "/sign-in"
    assert browser.ask("/?key=wrong").code == 403
    assert "Good to see you" in words(browser.get("/?key=the-key-of-today"))
    assert browser.ask("/board").code == 404


def test_the_start_page_begins_with_the_core_and_shows_the_way_to_ones_own_track(browser_of):
    bo = browser_of("bo")
    bo.post("/role", role="inventory")
    page = words(bo.get("/"))
    assert "Start: Foundations 00" in page
    assert "Straight to my job: Inventory 01 Asking for stock" in page
